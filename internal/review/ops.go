package review

import (
	"encoding/json"
	"slices"
	"time"

	"luodi/internal/calendar"
	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/process"
)

// The names of what people do; the API's paths end in them.
const (
	ActSubmit          = "submit"
	ActAccept          = "accept"
	ActForward         = "forward"
	ActOpine           = "opine"
	ActSign            = "sign"
	ActReturnDraft     = "return_draft"
	ActClaim           = "claim"
	ActRelease         = "release"
	ActTransfer        = "transfer"
	ActReassign        = "reassign"
	ActDelegate        = "delegate"
	ActHandBack        = "hand_back"
	ActAddSigner       = "add_signer"
	ActRemoveSigner    = "remove_signer"
	ActRemark          = "remark"
	ActReturn          = "return"
	ActResubmit        = "resubmit"
	ActTakeBack        = "take_back"
	ActDecide          = "decide"
	ActEvidence        = "submit_evidence"
	ActCloseCondition  = "close_condition"
	ActReturnEvidence  = "return_evidence"
	ActWaive           = "waive_condition"
	ActMoveCondition   = "move_condition"
	ActCopy            = "cc"
	ActRead            = "read"
	ActUrge            = "urge"
	ActPause           = "pause"
	ActResume          = "resume"
	ActExtend          = "extend"
	ActWithdraw        = "withdraw"
	ActTerminate       = "terminate"
	ActReopen          = "reopen"
	centreUnit         = "centre" // where intake, decisions and escalations go
	centreName         = "招商中心"
	centreLeaderName   = "招商中心负责人"
	initiatorName      = "发起单位"
	seatName           = "会审部门"
	forbidden          = fault.Forbidden
	conflict           = fault.Conflict
	textDecided        = "已作出决定"
	textAwaitsResubmit = "已退回补正,等待发起单位重新提交"
)

// operation is one thing that people do with a review: who may, on what, with which
// form, and what follows. Actions and Decide both go by it, so that what is offered
// and what is accepted can't differ.
type operation struct {
	name, label, who string
	field, title     string // the property that says on what; empty when there is nothing to choose
	danger           bool
	afterEnd         bool // also when the review has ended
	readers          bool // for whoever reads the review, with a part in it or without
	// may lists on what the actor may act in this capacity now, or says why on nothing.
	may  func(s State, a org.Actor, at time.Time) ([]target, refusal)
	form func(s State, on []target) []process.Field
	do   func(d decision) ([]event.Draft, error)
}

// target is one thing that may be acted on, and in whose name.
type target struct {
	id, title string
	as        org.Actor
}

// refusal says why not. Forbidden is a matter of the person, Conflict of the state.
type refusal struct {
	kind   fault.Kind
	reason string
}

// on is a target for an operation that has nothing to choose.
func on(a org.Actor) []target { return []target{{as: a}} }

func deny(kind fault.Kind, reason string) ([]target, refusal) {
	return nil, refusal{kind: kind, reason: reason}
}

// operations in the order in which a page shows their buttons.
var operations = []operation{
	opAccept, opForward, opOpine, opSign, opReturnDraft, opHandBack, opDecide, opEvidence, opCloseCondition, opReturnEvidence,
	opReturn, opResubmit, opClaim, opRelease, opTransfer, opReassign, opDelegate, opAddSigner, opRemoveSigner, opTakeBack, opRemark,
	opWaive, opMoveCondition, opUrge, opCopy, opRead, opPause, opResume, opExtend, opReopen, opWithdraw, opTerminate,
}

// Actions lists every action on a review, whether the actor may do it now, and
// why not. A person who has no part in the step is told so before the stage is.
func Actions(s State, a org.Actor, at time.Time) []process.Action {
	out := make([]process.Action, len(operations))
	v := s.viewer(a)
	for i := range operations {
		out[i], _ = operations[i].offer(s, v, at)
	}
	return out
}

// viewer is somebody who looks at a review, with what every operation asks about them.
type viewer struct {
	capacities []org.Actor // their own first
	part       bool        // has any business with the review
}

func (s State) viewer(a org.Actor) viewer {
	v := viewer{capacities: a.Capacities()}
	v.part = slices.ContainsFunc(v.capacities, s.takesPart)
	return v
}

// offer asks for every capacity of the actor, their own first.
func (op *operation) offer(s State, v viewer, at time.Time) (process.Action, []target) {
	action := process.Action{Name: op.name, Label: op.label, Who: op.who, Danger: op.danger}
	if s.Ended() && !op.afterEnd {
		return action.Deny(conflict, "研判已办结,结果为"+s.Outcome.Label()), nil
	}
	var all []target
	var why refusal
	for _, capacity := range v.capacities {
		found, no := op.may(s, capacity, at)
		if why.reason == "" || why.kind == forbidden && no.kind == conflict {
			why = no
		}
		for _, t := range found {
			if !slices.ContainsFunc(all, func(x target) bool { return x.id == t.id }) {
				all = append(all, t)
			}
		}
	}
	if len(all) == 0 && !op.readers && !v.part {
		why.kind = forbidden // whatever the state
	}
	if len(all) == 0 {
		return action.Deny(why.kind, why.reason), nil
	}
	return process.Action{
		Name: op.name, Label: op.label, Who: op.who, Danger: op.danger, Allowed: true, Schema: op.schema(s, all),
	}, all
}

// takesPart reports whether somebody, in one capacity, has any business with the review.
func (s State) takesPart(a org.Actor) bool {
	return s.initiates(a) || a.Has(centreRoles...) || s.sits(a) ||
		slices.ContainsFunc(s.Conditions, func(x Condition) bool { return x.Owner == a.UnitID && a.Has(seatRoles...) })
}

// sits reports whether the actor is of a unit that sits.
func (s State) sits(a org.Actor) bool {
	for i := range s.Seats {
		if s.Seats[i].sits(a) {
			return true
		}
	}
	return false
}

// schema is the form. The field that says on what may be left out when there is one choice.
func (op *operation) schema(s State, all []target) *process.Schema {
	var fields []process.Field
	if op.field != "" {
		choices := make([]process.Choice, len(all))
		for i, t := range all {
			choices[i] = process.Choice{Const: t.id, Title: t.title}
			if t.as.For != nil {
				choices[i].Title += "(代" + t.as.For.Name + ")"
			}
		}
		fields = append(fields, process.Field{Name: op.field, Schema: process.OneOf(op.title, choices...), Optional: len(all) == 1})
	}
	if op.form != nil {
		fields = append(fields, op.form(s, all)...)
	}
	return process.Object(fields...)
}

// decision is one command against one state.
type decision struct {
	State
	cmd   process.Command
	facts Facts
	given Given
	op    operation
	on    target
	act   process.Action
}

// decide finds the operation that a person's command names and does it.
func (s State) decide(cmd process.Command, f Facts) ([]event.Draft, error) {
	i := slices.IndexFunc(operations, func(op operation) bool { return op.name == cmd.Name })
	if i < 0 {
		return nil, process.Require(nil, cmd, nil)
	}
	d := decision{State: s, cmd: cmd, facts: f, op: operations[i]}
	var all []target
	d.act, all = d.op.offer(s, s.viewer(cmd.Actor), cmd.At)
	var pick map[string]any
	if err := process.Require([]process.Action{d.act}, cmd, &pick); err != nil {
		return nil, err
	}
	d.on = all[0]
	if id, ok := pick[d.op.field].(string); ok && d.op.field != "" {
		d.on = all[slices.IndexFunc(all, func(t target) bool { return t.id == id })]
	}
	if len(cmd.With) > 0 {
		if err := process.Unmarshal(cmd.With, &d.given); err != nil {
			return nil, err
		}
	}
	drafts, err := d.op.do(d)
	if err != nil {
		return nil, err
	}
	for i := range drafts {
		drafts[i].For = d.on.as.For
	}
	return d.settled(drafts), nil
}

// read decodes the body, which has been checked against the form.
func (d decision) read(body any) error {
	if len(d.cmd.Body) == 0 {
		return nil
	}
	if err := json.Unmarshal(d.cmd.Body, body); err != nil {
		return fault.New(fault.Invalid, "body_invalid", "填写内容有误").Because(err)
	}
	return nil
}

// said reads a body that has a text and nothing else of its own.
func (d decision) said() (string, error) {
	var b struct {
		Text string `json:"text"`
	}
	err := d.read(&b)
	return b.Text, err
}

// acting is who acts, in the capacity that the target was found in.
func (d decision) acting() org.Actor { return d.on.as }

// start starts a clock; during a pause it stands still from the first.
func (d decision) start(terms process.Terms) process.Clock {
	return d.held(process.StartClock(d.facts.Calendar, d.cmd.At, terms))
}

func (d decision) held(c process.Clock) process.Clock {
	if d.Paused != nil {
		return c.Stopped(d.cmd.At)
	}
	return c
}

// resumed lets a clock run on, unless the whole review is paused.
func (d decision) resumed(c process.Clock) process.Clock {
	if d.Paused != nil {
		return c
	}
	return c.Resumed(d.facts.Calendar, d.cmd.At)
}

// preview is the state after drafts, for deciding what follows from them.
func (d decision) preview(drafts []event.Draft) State {
	s := d.State
	for _, x := range drafts {
		s = Evolve(s, event.Event{Type: x.Type, Data: x.Data, At: d.cmd.At, Actor: d.cmd.Actor})
	}
	return s
}

// settled adds what follows from drafts by itself: signers who speak next, seats
// that need to speak no more, the next stage. It's the only place where stages
// move on by themselves, whatever made the last difference.
func (d decision) settled(drafts []event.Draft) []event.Draft {
	for {
		next := d.following(d.preview(drafts))
		if next == nil {
			return drafts
		}
		drafts = append(drafts, event.NewDraft(next))
	}
}

func (d decision) following(s State) event.Body {
	if s.Stage == FollowUp && !slices.ContainsFunc(s.Conditions, func(c Condition) bool { return c.Closed == nil }) {
		return Concluded{Outcome: s.Outcome}
	}
	if s.Stage != Opinions {
		return nil
	}
	d.State = s
	if next := d.nextSeats(); next != nil {
		return next
	}
	if next := d.needless(); next != nil {
		return next
	}
	if slices.ContainsFunc(s.Seats, func(x Seat) bool { return !x.spoken() }) {
		return nil
	}
	if s.Rules.PanelTerms.Days > 0 {
		return PanelOpened{Clock: d.start(s.Rules.PanelTerms), Why: s.Rules.PanelWhy}
	}
	return DecisionOpened{Clock: d.decisionClock()}
}

// decisionClock counts from now or, where the template says so, from acceptance
// without the days on which the whole review stood still.
func (d decision) decisionClock() process.Clock {
	if d.Rules.DecideFrom != fromAccepted {
		return d.start(d.DecisionTerms)
	}
	c := process.StartClock(d.facts.Calendar, d.Intake.DoneAt, d.DecisionTerms)
	from := calendar.DateOf(d.Intake.DoneAt)
	for _, stop := range d.Stops {
		if !stop.To.Before(from) {
			c.Stops = append(c.Stops, stop)
		}
	}
	c = c.Computed(d.facts.Calendar)
	if d.Paused != nil {
		return c.Stopped(d.Paused.At)
	}
	return c
}

// nextSeats opens signers whose seat has spoken and, in a sequence, the next seat.
func (d decision) nextSeats() event.Body {
	clocks, names := map[string]process.Clock{}, []string{}
	busy := false
	for _, x := range d.Seats {
		if x.Added == nil {
			busy = busy || x.Step.Open() || len(d.unspoken(x.ID)) > 0
			continue
		}
		to := d.seat(x.Added.To)
		if !x.spoken() && x.Step.Clock.Start.IsZero() && (to == nil || to.spoken()) {
			clocks[x.ID], names = d.start(x.Added.Terms), append(names, x.UnitName)
		}
	}
	if len(clocks) == 0 && !busy {
		for _, x := range d.Seats {
			if x.Added == nil && !x.spoken() {
				clocks[x.ID], names = d.start(d.terms(x)), append(names, x.UnitName)
				break
			}
		}
	}
	if len(clocks) == 0 {
		return nil
	}
	return SeatsOpened{Seats: clocks, Names: names}
}

// unspoken are a seat's signers who have yet to speak.
func (d decision) unspoken(id string) []Seat {
	return slices.DeleteFunc(d.signers(id), func(x Seat) bool { return x.spoken() })
}

// terms are the working days of a seat.
func (s State) terms(x Seat) process.Terms {
	if x.Added != nil {
		return x.Added.Terms
	}
	i := slices.IndexFunc(s.OpinionTerms, func(t SeatTerms) bool { return t.UnitID == x.ID })
	return s.OpinionTerms[i].Terms
}

// needless drops, in 或签, the seats still open once somebody has spoken. A veto seat
// is never dropped, so its veto can't be lost.
func (d decision) needless() event.Body {
	if d.Rules.Mode != AnyOne {
		return nil
	}
	first := slices.IndexFunc(d.Seats, func(x Seat) bool { return x.Added == nil && x.Opinion != "" && !x.Automatic })
	if first < 0 {
		return nil
	}
	b := SeatsDropped{Why: d.Seats[first].UnitName + "已出具意见(或签)"}
	for _, x := range d.Seats {
		if !x.Veto && !x.spoken() && d.seat(x.under()) != nil && !d.seat(x.under()).Veto {
			b.Seats, b.Names = append(b.Seats, x.ID), append(b.Names, x.UnitName)
		}
	}
	if len(b.Seats) == 0 {
		return nil
	}
	return b
}

// under is the seat itself, or the one that the signer was added to.
func (x *Seat) under() string {
	if x.Added != nil {
		return x.Added.To
	}
	return x.ID
}
