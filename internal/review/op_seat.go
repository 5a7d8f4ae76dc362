package review

import (
	"fmt"
	"slices"
	"time"

	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/process"
)

// What a department does with its seat.

// seatsWhere lists the seats that fit, or says the best reason why none does: a
// reason about a seat of the actor's own unit before the general one.
func (s State) seatsWhere(a org.Actor, mine func(*Seat) bool, why func(*Seat) string) ([]target, refusal) {
	var out []target
	no := refusal{forbidden, "您所在单位不是本次研判的会审部门"}
	for i := range s.Seats {
		x := &s.Seats[i]
		if !mine(x) {
			continue
		}
		reason := why(x)
		if s.Stage != Opinions {
			reason = "现处于" + s.Stage.Label() + "阶段,不在部门会审"
		}
		if reason == "" {
			out = append(out, target{id: x.ID, title: x.UnitName, as: a})
		} else {
			no = refusal{conflict, reason}
		}
	}
	return out, no
}

// idle says why nobody of the seat can act on it now; "" when somebody can.
func (x *Seat) idle() string {
	switch {
	case x.Dropped != "":
		return "本席位无需再出具意见:" + x.Dropped
	case !x.Step.DoneAt.IsZero() && x.Automatic:
		return "本单位逾期未出具意见,已按规则" + x.Lapse.Label()
	case !x.Step.DoneAt.IsZero():
		return "本单位已出具意见"
	case x.Step.Clock.Start.IsZero():
		return "还没有轮到本单位"
	case x.Step.Returned != nil:
		return "本单位已退回补正,等待发起单位重新提交"
	case x.Step.Follows != "":
		return "主席位已退回补正,等待发起单位重新提交"
	}
	return ""
}

// Label is the policy's Chinese name.
func (l Lapse) Label() string {
	return map[Lapse]string{NoOpinion: "视为无意见", Consent: "视为同意"}[l]
}

// speakable says why the actor can't speak for a seat now; "" when they can.
func (s State) speakable(x *Seat, a org.Actor) string {
	if idle := x.idle(); idle != "" {
		return idle
	}
	before := s.blocked(x.ID)
	switch {
	case before != "":
		return "等待前加签单位" + before + "先出具意见"
	case a.UserID == s.Initiator.UserID || a.Person() == s.Initiator.UserID:
		return "发起人不能为自己发起的项目出具意见,请由本单位其他人员办理"
	case x.Delegate.pending():
		return "已委派" + x.Delegate.To.Name + "办理,等待交回"
	case !x.holds(a) && !x.leads(a):
		return "已由" + x.Holder.Name + "认领"
	}
	return ""
}

var opOpine = operation{
	name: ActOpine, label: "出具意见", who: seatName, field: "seat", title: "席位",
	may: func(s State, a org.Actor, _ time.Time) ([]target, refusal) {
		return s.seatsWhere(a, func(x *Seat) bool { return x.sits(a) }, func(x *Seat) string {
			why := s.speakable(x, a)
			if why == "" && x.Draft != nil && !x.signs(a) {
				return "意见已送签,等待负责人签发"
			}
			return why
		})
	},
	form: func(s State, all []target) []process.Field {
		if slices.ContainsFunc(all, func(t target) bool { return s.seat(t.id).Marks }) {
			return opinionForm
		}
		return opinionForm[:len(opinionForm)-1]
	},
	do: func(d decision) ([]event.Draft, error) {
		x := d.seat(d.on.id)
		b, err := d.opinion(x)
		switch {
		case err != nil:
			return nil, err
		case !x.signs(d.acting()):
			return event.Drafts(Drafted{Opined: b}), nil
		}
		return event.Drafts(b), nil
	},
}

// opinionForm ends with the mark, which not every seat gives.
var opinionForm = []process.Field{
	{Name: "opinion", Schema: process.OneOf("意见", opinionChoices()...)},
	{Name: "text", Schema: process.Text("意见内容", 2, 2000)},
	{Name: "condition", Schema: process.Text("所附条件(有条件同意时填写,不填则以意见内容为准)", 0, 1000).Only("opinion", string(Conditioned)), Optional: true},
	{Name: "conditions", Schema: demandList("所附条件(逐条,可指明责任单位和期限)").Only("opinion", string(Conditioned)), Optional: true},
	{Name: "mark", Schema: process.Whole("评分(百分制,用于准入评分)", 0, 100), Optional: true},
}

func opinionChoices() []process.Choice {
	var out []process.Choice
	for _, o := range []Opinion{Agree, Conditioned, Disagree} {
		out = append(out, process.Choice{Const: string(o), Title: o.Label()})
	}
	return out
}

// demandList is a list of conditions in a form.
func demandList(title string) *process.Schema {
	return process.List(title, process.Object(
		process.Field{Name: "text", Schema: process.Text("条件", 2, 1000)},
		process.Field{Name: "owner", Schema: process.Ref("责任单位(不填为项目所在县市区)", process.FormatUnit), Optional: true},
		process.Field{Name: "due", Schema: process.DateText("期限(不填按模板)"), Optional: true}), 0, 20)
}

// opinion reads and checks what a seat says.
func (d decision) opinion(x *Seat) (Opined, error) {
	var b Opined
	if err := d.read(&b); err != nil {
		return b, err
	}
	b.Seat = x.ID
	switch {
	case b.Opinion != Conditioned && (b.Condition != "" || len(b.Demands) > 0):
		return b, fault.Field("/condition", "condition_unexpected", "只有“有条件同意”才填写所附条件")
	case b.Opinion == Conditioned && b.Condition == "" && len(b.Demands) == 0:
		b.Condition = b.Text
	case !x.Marks && b.Mark != nil:
		return b, fault.Field("/mark", "mark_unexpected", "本席位不评分")
	}
	return b, d.checkDemands("/conditions", b.Demands)
}

// checkDemands looks up owners and refuses dates that have passed.
func (d decision) checkDemands(at string, demands []Demand) error {
	for i := range demands {
		x := &demands[i]
		if x.Owner != "" {
			u, ok := d.given.Units[x.Owner]
			if !ok {
				return fault.Field(fmt.Sprintf("%s/%d/owner", at, i), "unit_unknown", "没有这个责任单位")
			}
			x.OwnerName = u.Name
		}
		if x.Due != "" {
			if _, err := d.date(fmt.Sprintf("%s/%d/due", at, i), x.Due); err != nil {
				return err
			}
		}
	}
	return nil
}

var opSign = operation{
	name: ActSign, label: "签发意见", who: seatName + "负责人", field: "seat", title: "席位",
	may:  maySign,
	form: textField("签发意见(不填则照拟稿签发)", 0, 2000),
	do: func(d decision) ([]event.Draft, error) {
		text, err := d.said()
		b := d.seat(d.on.id).Draft.Opined
		b.Signed = true
		if text != "" {
			b.Text = text
		}
		return event.Drafts(b), err
	},
}

var opReturnDraft = operation{
	name: ActReturnDraft, label: "退回拟稿", who: seatName + "负责人", field: "seat", title: "席位",
	may:  maySign,
	form: textField("修改意见", 2, 1000),
	do: func(d decision) ([]event.Draft, error) {
		text, err := d.said()
		return event.Drafts(DraftReturned{Seat: d.on.id, Text: text}), err
	},
}

// maySign: whoever signs for the unit; a proxy doesn't sign what they drafted
// themselves, for then only one person would have looked at it.
func maySign(s State, a org.Actor, _ time.Time) ([]target, refusal) {
	return s.seatsWhere(a, func(x *Seat) bool { return x.sits(a) }, func(x *Seat) string {
		if idle := x.idle(); idle != "" {
			return idle
		}
		before := s.blocked(x.ID)
		switch {
		case x.Draft == nil:
			return "没有待签发的意见"
		case !x.signs(a):
			return "由本单位负责人签发"
		case a.For != nil && x.Draft.By.UserID == a.UserID:
			return "起草人不能代为签发自己起草的意见"
		case before != "":
			return "等待前加签单位" + before + "先出具意见"
		}
		return ""
	})
}

var opRemark = operation{
	name: ActRemark, label: "补充说明", who: seatName, field: "seat", title: "席位",
	may: func(s State, a org.Actor, _ time.Time) ([]target, refusal) {
		var out []target
		no := refusal{forbidden, "您所在单位不是本次研判的会审部门"}
		for _, x := range s.Seats {
			switch {
			case !x.sits(a):
			case !x.spoken():
				no = refusal{conflict, "本单位尚未出具意见,请直接出具意见"}
			default:
				out = append(out, target{id: x.ID, title: x.UnitName, as: a})
			}
		}
		return out, no
	},
	form: textField("补充说明(只留痕,不改变已有意见和结果)", 2, 2000),
	do: func(d decision) ([]event.Draft, error) {
		text, err := d.said()
		return event.Drafts(Remarked{Seat: d.on.id, Text: text}), err
	},
}
