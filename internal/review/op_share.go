package review

import (
	"fmt"
	"slices"
	"time"

	"luodi/internal/calendar"
	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/process"
)

// Copies, read receipts, and urging.

var opUrge = operation{
	name: ActUrge, label: "催办", who: initiatorName + "、" + centreName, field: "step", title: "催办环节",
	may: func(s State, a org.Actor, at time.Time) ([]target, refusal) {
		if !s.initiates(a) && !a.Has(centreRoles...) {
			return deny(forbidden, "由发起单位或招商中心催办")
		}
		var out []target
		no := refusal{conflict, "没有等待办理的环节"}
		for _, x := range s.openSteps() {
			switch {
			case x.Follows != "" || s.awaitsCheck(x.Name):
			case x.urgedOn(at):
				no = refusal{conflict, "今天已经催办过,同一环节每天催办一次"}
			default:
				out = append(out, target{id: x.Name, title: x.Label, as: a})
			}
		}
		return out, no
	},
	form: textField("催办留言", 0, 200),
	do: func(d decision) ([]event.Draft, error) {
		text, err := d.said()
		x, _ := d.step(d.on.id)
		return event.Drafts(Urged{Step: x.Name, Label: x.Label, Text: text}), err
	},
}

// urgedOn reports whether the step was urged on the same day, Asia/Shanghai.
func (s Step) urgedOn(at time.Time) bool {
	n := len(s.Urges)
	return n > 0 && calendar.DateOf(s.Urges[n-1].At) == calendar.DateOf(at)
}

var opCopy = operation{
	name: ActCopy, label: "抄送", who: initiatorName + "、" + seatName + "、" + centreName, afterEnd: true,
	may: func(s State, a org.Actor, _ time.Time) ([]target, refusal) {
		takesPart := s.initiates(a) || a.Has(centreRoles...) || s.sits(a)
		if !takesPart {
			return deny(forbidden, "由参加研判的单位抄送")
		}
		return on(a), refusal{}
	},
	form: always(
		process.Field{Name: "units", Schema: process.List("抄送单位", process.Ref("单位", process.FormatUnit), 1, 50)},
		process.Field{Name: "text", Schema: process.Text("抄送说明", 0, 500), Optional: true},
	),
	do: func(d decision) ([]event.Draft, error) {
		var asked struct {
			Units []string `json:"units"`
			Text  string   `json:"text"`
		}
		if err := d.read(&asked); err != nil {
			return nil, err
		}
		b := Copied{Text: asked.Text}
		readers := d.Readers()
		for i, id := range asked.Units {
			u, ok := d.given.Units[id]
			switch {
			case !ok:
				return nil, fault.Field(fmt.Sprintf("/units/%d", i), "unit_unknown", "没有这个单位")
			case slices.ContainsFunc(readers, func(r process.Reader) bool { return r.UnitID == id }):
				return nil, fault.Field(fmt.Sprintf("/units/%d", i), "unit_reads", u.Name+"已可查看本次研判")
			case !slices.Contains(b.Units, id):
				b.Units, b.Names = append(b.Units, id), append(b.Names, u.Name)
			}
		}
		return event.Drafts(b), nil
	},
}

var opRead = operation{
	name: ActRead, label: "已阅", who: "可查看本次研判的人员", afterEnd: true, readers: true,
	may: func(s State, a org.Actor, _ time.Time) ([]target, refusal) {
		switch {
		case a.For != nil:
			return deny(forbidden, "已阅由本人签收,不能代理")
		case slices.ContainsFunc(s.Reads, func(r Read) bool { return r.UserID == a.UserID }):
			return deny(conflict, "您已签收,无需再次签收")
		case !a.ReadsAll() && !slices.ContainsFunc(s.Readers(), func(r process.Reader) bool { return r.UnitID == a.UnitID }):
			return deny(forbidden, "您所在单位没有收到本次研判")
		}
		return on(a), refusal{}
	},
	do: func(decision) ([]event.Draft, error) { return event.Drafts(WasRead{}), nil },
}
