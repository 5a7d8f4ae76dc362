package review

import (
	"slices"
	"strings"
	"time"

	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/process"
)

// The way back: returns, resubmissions, and taking back what one did oneself.

// To whom a return goes.
const (
	toInitiator = "initiator"
	toOpinions  = "opinions"
	toSeats     = "seats"
)

var opReturn = operation{
	name: ActReturn, label: "退回", who: seatName + "、" + centreName, field: "step", title: "退回环节",
	may: mayReturn,
	form: func(s State, all []target) []process.Field {
		fields := []process.Field{
			{Name: "text", Schema: process.Text("退回原因(需要补正的内容)", 2, 1000)},
			{Name: "route", Schema: process.OneOf("补正后", process.Choice{Const: string(Direct), Title: "直达本环节"},
				process.Choice{Const: string(Stepwise), Title: "逐级:先经招商中心审核转送"}), Optional: true},
		}
		if !slices.ContainsFunc(all, func(t target) bool { return t.id == panelStep || t.id == decisionStep }) {
			return fields
		}
		seats := []process.Choice{}
		for _, x := range s.Seats {
			if x.Dropped == "" {
				seats = append(seats, process.Choice{Const: x.ID, Title: x.UnitName})
			}
		}
		return append(fields,
			process.Field{Name: "to", Schema: process.OneOf("退回至", process.Choice{Const: toInitiator, Title: "发起单位补正"},
				process.Choice{Const: toOpinions, Title: "上一环节(部门会审,全部席位)"},
				process.Choice{Const: toSeats, Title: "指定席位"}), Optional: true},
			process.Field{Name: "seats", Schema: process.List("指定席位", process.OneOf("席位", seats...), 0, len(seats)).Only("to", toSeats), Optional: true})
	},
	do: func(d decision) ([]event.Draft, error) {
		var b struct {
			Text  string   `json:"text"`
			Route Route    `json:"route"`
			To    string   `json:"to"`
			Seats []string `json:"seats"`
		}
		if err := d.read(&b); err != nil {
			return nil, err
		}
		if (b.To == toSeats) != (len(b.Seats) > 0) {
			return nil, fault.Field("/seats", "seats_wrong", "退回指定席位时须选择席位,其他情形不选")
		}
		if b.To == toOpinions || b.To == toSeats {
			return event.Drafts(d.sentBack(b.Seats, b.Text)), nil
		}
		return event.Drafts(d.returned(b.Text, b.Route)), nil
	},
}

func mayReturn(s State, a org.Actor, _ time.Time) ([]target, refusal) {
	out, no := s.seatsWhere(a, func(x *Seat) bool { return x.sits(a) }, func(x *Seat) string {
		why := s.speakable(x, a)
		if why == "" && x.Draft != nil && !x.signs(a) {
			return "意见已送签,等待负责人签发"
		}
		return why
	})
	for i := range out {
		out[i].id, out[i].title = seatStep(out[i].id), out[i].title+"意见"
	}
	if !a.Has(centreRoles...) {
		return out, no
	}
	for _, name := range []string{intakeStep, recheckStep, panelStep, decisionStep} {
		x, _ := s.step(name)
		switch {
		case !x.Open():
		case x.Returned != nil:
			no = refusal{conflict, textAwaitsResubmit}
		case name == decisionStep && !a.Has(org.CentreLeader):
			no = refusal{forbidden, "决定环节由招商中心负责人退回"}
		default:
			out = append(out, target{id: name, title: x.Label, as: a})
		}
	}
	if len(out) == 0 && no.kind == forbidden && s.Stage == Opinions {
		no = refusal{conflict, "部门会审中由会审部门退回各自席位"}
	}
	return out, no
}

// returned stops the clock of a step and of its signers until the initiator answers.
func (d decision) returned(text string, route Route) Returned {
	x, _ := d.step(d.on.id)
	if route == "" {
		route = Direct
	}
	b := Returned{Step: x.Name, Label: x.Label, Text: text, Route: route, Clock: x.Clock.Stopped(d.cmd.At)}
	id, isSeat := strings.CutPrefix(x.Name, "seat:")
	if !isSeat {
		return b
	}
	for _, signer := range d.signers(id) {
		if signer.Step.Open() && !signer.Step.still() {
			if b.Also == nil {
				b.Also = map[string]process.Clock{}
			}
			b.Also[seatStep(signer.ID)] = signer.Step.Clock.Stopped(d.cmd.At)
		}
	}
	return b
}

// sentBack opens seats again; none named are all.
func (d decision) sentBack(seats []string, text string) SentBack {
	b := SentBack{Seats: map[string]process.Clock{}, Text: text}
	for _, x := range d.Seats {
		if slices.Contains(seats, x.ID) || len(seats) == 0 && x.Added == nil && x.Dropped == "" {
			b.Seats[x.ID] = d.start(d.terms(x))
			b.Names = append(b.Names, x.UnitName)
		}
	}
	return b
}

var opResubmit = operation{
	name: ActResubmit, label: "补正后重新提交", who: initiatorName,
	may: func(s State, a org.Actor, _ time.Time) ([]target, refusal) {
		switch {
		case !s.initiates(a):
			return deny(forbidden, "由发起单位重新提交")
		case len(s.unanswered()) == 0:
			return deny(conflict, "没有被退回,无需重新提交")
		}
		return on(a), refusal{}
	},
	form: textField("补正说明", 2, 2000),
	do:   decision.resubmitted,
}

// returnedSteps wait for the initiator, or for the centre to pass an answer on.
func (s State) returnedSteps() []NamedStep {
	return slices.DeleteFunc(s.openSteps(), func(x NamedStep) bool { return x.Returned == nil })
}

// unanswered wait for the initiator.
func (s State) unanswered() []NamedStep {
	return slices.DeleteFunc(s.returnedSteps(), func(x NamedStep) bool { return !x.Returned.AnsweredAt.IsZero() })
}

// resubmitted answers every return. Those to go direct run on at once, and seats
// whose figures changed are asked again at once; if all go stepwise, that waits until
// the centre has passed the answer on.
func (d decision) resubmitted() ([]event.Draft, error) {
	text, err := d.said()
	b := Resubmitted{Text: text, Clocks: map[string]process.Clock{}}
	if d.given.Figures != nil {
		if b.Changes = Compare(d.Figures, *d.given.Figures); len(b.Changes) > 0 {
			b.Figures = d.given.Figures
		}
	}
	for _, x := range d.unanswered() {
		if x.Returned.Route == Stepwise {
			b.Answered = append(b.Answered, x.Name)
		} else {
			d.resumeStep(x, b.Clocks)
		}
	}
	if len(b.Answered) > 0 && !d.Recheck.Open() {
		clock := d.start(d.intakeTerms())
		b.Recheck = &clock
	}
	pending := d.pending()
	if len(b.Clocks) == 0 {
		b.Pending = &pending
		return event.Drafts(b), err
	}
	out := event.Drafts(b)
	return append(out, d.reseated(&pending)...), err
}

// resumeStep adds the clocks of a returned step and of those that stand still with it.
func (d decision) resumeStep(x NamedStep, clocks map[string]process.Clock) {
	clocks[x.Name] = d.resumed(x.Clock)
	for _, follower := range d.openSteps() {
		if follower.Follows == x.Name {
			clocks[follower.Name] = d.resumed(follower.Clock)
		}
	}
}

// Pending is what a resubmission changes for the seats.
type Pending struct {
	Fields []string    `json:"fields,omitempty"` // figures that changed
	Added  []SeatTerms `json:"added,omitempty"`  // who now has to be asked
}

// pending compares what is given with what was submitted last, on top of what
// already waits to be passed on.
func (d decision) pending() Pending {
	var p Pending
	if d.State.Pending != nil {
		p = Pending{Fields: slices.Clone(d.State.Pending.Fields), Added: slices.Clone(d.State.Pending.Added)}
	}
	if d.given.Figures != nil {
		for _, c := range Compare(d.Figures, *d.given.Figures) {
			p.Fields = append(p.Fields, c.Field)
		}
	}
	if d.given.Plan == nil {
		return p
	}
	for _, t := range d.given.Plan.Seats {
		sits := slices.ContainsFunc(d.Seats, func(x Seat) bool { return x.Added == nil && (x.ID == t.UnitID || x.Unit() == t.UnitID) })
		if !sits && !slices.ContainsFunc(p.Added, func(x SeatTerms) bool { return x.UnitID == t.UnitID }) {
			p.Added = append(p.Added, t)
		}
	}
	return p
}

// reseated opens again the seats that spoke about figures which have changed, and
// seats whoever the changed figures concern for the first time.
func (d decision) reseated(p *Pending) []event.Draft {
	if p == nil {
		return nil
	}
	b := Reseated{Seats: map[string]process.Clock{}, Added: p.Added}
	begun := d.preview(nil).Stage != Intake && d.Intake.DoneAt != (time.Time{})
	for _, x := range d.Seats {
		if begun && x.Added == nil && x.Dropped == "" && x.spoken() && intersect(x.ReopenOn, p.Fields) {
			b.Seats[x.ID], b.Names = d.start(d.terms(x)), append(b.Names, x.UnitName)
		}
	}
	for _, t := range p.Added {
		b.Names = append(b.Names, t.UnitName)
		if begun && d.Rules.Mode != Sequence {
			b.Seats[t.UnitID] = d.start(t.Terms)
		}
	}
	if len(b.Names) == 0 {
		return nil
	}
	var changed []Change
	for _, name := range fieldOrder {
		if slices.Contains(p.Fields, name) {
			changed = append(changed, Change{Label: fieldLabels[name]})
		}
	}
	b.Why = labels(changed) + "有变化"
	return event.Drafts(b)
}

func intersect(a, b []string) bool {
	return slices.ContainsFunc(a, func(x string) bool { return slices.Contains(b, x) })
}

var opTakeBack = operation{
	name: ActTakeBack, label: "取回", who: "办理人本人", field: "what", title: "取回",
	may: func(s State, a org.Actor, _ time.Time) ([]target, refusal) {
		var out []target
		for _, x := range s.Seats {
			for _, what := range s.takeable(x, a) {
				out = append(out, target{id: what + ":" + x.ID, title: map[string]string{
					"opinion": "已出具的意见", "draft": "送签的意见", "delegation": "委派"}[what] + "(" + x.UnitName + ")", as: a})
			}
		}
		for _, x := range s.unanswered() {
			if x.Returned.By.UserID == a.UserID && x.Name != recheckStep {
				out = append(out, target{id: "return:" + x.Name, title: "退回(" + x.Label + ")", as: a})
			}
		}
		return out, refusal{conflict, "没有您可以取回的事项(意见须尚无人接办)"}
	},
	do: decision.takenBack,
}

// takeable: one's own, and only while nobody has built on it.
func (s State) takeable(x Seat, a org.Actor) []string {
	var out []string
	if s.Stage != Opinions || a.For != nil {
		return nil
	}
	later := func(y Seat) bool { // somebody was asked because this seat had spoken
		if y.Added != nil {
			return y.Added.To == x.ID && y.Added.Where == After && !y.Step.Clock.Start.IsZero()
		}
		if s.Rules.Mode == AnyOne && y.Dropped != "" {
			return true // it speaks no more, because this one did
		}
		return s.Rules.Mode == Sequence && y.Step.Clock.Start.After(x.Step.Clock.Start)
	}
	if x.By.UserID == a.UserID && !x.Automatic && x.Dropped == "" && x.Opinion != "" && !slices.ContainsFunc(s.Seats, later) {
		out = append(out, "opinion")
	}
	if x.Draft != nil && x.Draft.By.UserID == a.UserID {
		out = append(out, "draft")
	}
	if x.Delegate.pending() && x.Delegate.By.UserID == a.UserID && !x.spoken() {
		out = append(out, "delegation")
	}
	return out
}

func (d decision) takenBack() ([]event.Draft, error) {
	what, rest, _ := strings.Cut(d.on.id, ":")
	if what != "return" {
		x := d.seat(rest)
		b := TakenBack{What: what, Step: seatStep(rest), Label: x.UnitName + "意见"}
		if what == "opinion" {
			b.Clock = d.held(d.resumed(x.Step.Clock))
		}
		return event.Drafts(b), nil
	}
	x, _ := d.step(rest)
	clocks := map[string]process.Clock{}
	d.resumeStep(x, clocks)
	b := TakenBack{What: what, Step: rest, Label: x.Label, Clock: clocks[rest]}
	delete(clocks, rest)
	b.Also = clocks
	return event.Drafts(b), nil
}
