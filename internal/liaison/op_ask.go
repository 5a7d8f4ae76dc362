package liaison

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

// What the centre's leader decides: postponements, changes of who is in charge,
// suspension, termination.

// asking reports whether a request of a kind is open.
func (s State) asking(kind AskKind, milestone string) bool {
	return slices.ContainsFunc(s.Asks, func(x Ask) bool { return x.Kind == kind && x.Milestone == milestone })
}

func (s State) mayPostpone(m Milestone) bool {
	return m.Duty.Open() && len(m.Earlier) < s.Rules.Postponements && !s.asking(Postpone, m.ID)
}

var opAskPostpone = operation{
	Name: ActAskPostpone, Label: "申请节点延期", Who: theCarrier, Field: "milestone", Title: "节点",
	May: byCarrier(func(s State, a org.Actor, _ time.Time) ([]target, refusal) {
		return milestones(s, a, s.mayPostpone, "没有可以延期的节点(未完成、未在申请中、未超过延期次数)")
	}),
	Form: form(day("拟延至", false), text("原因", 2, 500)),
	Do: func(d decision) ([]event.Body, error) {
		x, err := hear(d)
		if err != nil {
			return nil, err
		}
		m := d.State.milestone(d.On.ID)
		if !x.day.After(m.Planned) || x.day.Before(calendar.DateOf(d.Cmd.At)) {
			return nil, fault.Field("/on", "date_not_later", "拟延至的日期须晚于原计划"+m.Planned.String()+",且不早于今天")
		}
		return ask(d, Ask{Kind: Postpone, Milestone: m.ID, On: x.day, Text: x.Text}, m.Title+"延至"+x.On), nil
	},
}

// ask is a request with the leader's deadline.
func ask(d decision, x Ask, label string) []event.Body {
	x.ID = fmt.Sprint(d.State.Counter + 1)
	return []event.Body{Asked{Ask: x, Label: label, Clock: process.StartClock(d.Facts.Calendar, d.Cmd.At, d.State.Rules.Approval)}}
}

var opAskChange = operation{
	Name: ActAskChange, Label: "申请调整包联单位或领导", Who: theCarrier + "、" + theCounty + "、" + theCentre,
	May: byAnyone(func(s State, a org.Actor, _ time.Time) ([]target, refusal) {
		if s.asking(Change, "") {
			return process.NotNow("已有调整申请待审批")
		}
		return process.On(a)
	}),
	Form: form(
		process.Field{Name: "unit", Schema: process.Ref("改由哪个单位包联(不填则不变)", process.FormatUnit), Optional: true},
		process.Field{Name: "cadre", Schema: process.Ref("改由谁包联(有账号的)", process.FormatUser), Optional: true},
		process.Field{Name: "cadre_name", Schema: process.Text("包联领导姓名(无账号的)", 0, 30), Optional: true},
		text("原因", 2, 500),
	),
	Do: func(d decision) ([]event.Body, error) {
		x, err := hear(d)
		if err != nil {
			return nil, err
		}
		s := d.State
		want := Ask{Kind: Change, Unit: Unit{s.DepartmentID, s.DepartmentName}, CadreID: s.CadreID, CadreName: s.CadreName, Text: x.Text}
		if x.Unit != "" {
			u, ok := x.given.Units[x.Unit]
			if !ok || u.Kind == org.Leadership {
				return nil, fault.Field("/unit", "unit_unknown", "没有这个单位,或不能作为包联单位")
			}
			want.Unit = Unit{ID: u.ID, Name: u.Name}
		}
		if x.Cadre != "" {
			u, ok := x.given.Users[x.Cadre]
			if !ok {
				return nil, fault.Field("/cadre", "user_unknown", "没有这个人员")
			}
			want.CadreID, want.CadreName = u.ID, u.Name
		} else if x.CadreName != "" {
			want.CadreID, want.CadreName = "", x.CadreName
		}
		if want.Unit.ID == s.DepartmentID && want.CadreID == s.CadreID && want.CadreName == s.CadreName {
			return nil, fault.Field("/unit", "nothing_changes", "包联单位和包联领导都没有变化")
		}
		return ask(d, want, "由"+want.Unit.Name+want.CadreName+"包联"), nil
	},
}

func askPlainly(name string, kind AskKind) operation {
	return operation{
		Name: name, Label: "申请" + kind.Label(), Who: theCarrier + "、" + theCounty + "、" + theCentre, Danger: kind == Terminate,
		May: byAnyone(func(s State, a org.Actor, _ time.Time) ([]target, refusal) {
			if s.asking(kind, "") {
				return process.NotNow("已有" + kind.Label() + "申请待审批")
			}
			return process.On(a)
		}),
		Form: form(text("原因", 2, 500)),
		Do: func(d decision) ([]event.Body, error) {
			x, err := hear(d)
			return ask(d, Ask{Kind: kind, Text: x.Text}, kind.Label()+"包联"), err
		},
	}
}

var (
	opAskSuspend   = askPlainly(ActAskSuspend, Suspend)
	opAskTerminate = askPlainly(ActAskTerminate, Terminate)
)

func openAsks(s State, a org.Actor, _ time.Time) ([]target, refusal) {
	return among(a, s.Asks, func(Ask) bool { return true }, func(x Ask) string { return x.ID }, s.askLabel, "没有待审批的申请")
}

func (s State) askLabel(x Ask) string {
	label := x.Kind.Label()
	if m := s.milestone(x.Milestone); m != nil {
		label += ":" + m.Title + "延至" + x.On.String()
	}
	if x.Kind == Change {
		label += ":" + x.Unit.Name + x.CadreName
	}
	return label
}

var opApprove = operation{
	Name: ActApprove, Label: "同意申请", Who: theLeader, Field: "ask", Title: "申请",
	May: byCentre([]org.Role{org.CentreLeader}, openAsks), Form: form(text("审批意见", 0, 500)),
	Do: func(d decision) ([]event.Body, error) {
		x, err := hear(d)
		if err != nil {
			return nil, err
		}
		a := d.State.ask(d.On.ID)
		out := []event.Body{AskDecided{ID: a.ID, Kind: a.Kind, Label: d.State.askLabel(*a), Approved: true, Text: x.Text}}
		follows, err := d.State.granted(*a, d)
		return append(out, follows...), err
	},
}

// granted is what an approved request brings about.
func (s State) granted(a Ask, d decision) ([]event.Body, error) {
	switch a.Kind {
	case Postpone:
		m := s.milestone(a.Milestone)
		if m == nil || !m.Duty.Open() {
			return nil, fault.New(fault.Conflict, "milestone_reached", "节点已报告完成,无需延期;请不同意该申请")
		}
		clock := process.StartClockTo(d.Facts.Calendar, d.Cmd.At, a.On, s.Rules.Milestone)
		if s.Stage == Suspended {
			clock = clock.Stopped(d.Cmd.At)
		}
		return []event.Body{Postponed{Milestone: m.ID, Title: m.Title, From: m.Planned, On: a.On, Clock: clock}}, nil
	case Change:
		return []event.Body{Changed{Department: a.Unit, CadreID: a.CadreID, CadreName: a.CadreName, Text: a.Text}}, nil
	case Suspend:
		if s.Stage == Suspended {
			return nil, fault.New(fault.Conflict, "liaison_suspended", "包联已经中止")
		}
		return []event.Body{SuspendedAll{Text: a.Text}}, nil
	}
	return []event.Body{EndedAs{Stage: Terminated, Text: a.Text}}, nil
}

var opRefuse = operation{
	Name: ActRefuse, Label: "不同意申请", Who: theLeader, Field: "ask", Title: "申请",
	May: byCentre([]org.Role{org.CentreLeader}, openAsks), Form: form(text("不同意的理由", 2, 500)),
	Do: func(d decision) ([]event.Body, error) {
		x, err := hear(d)
		a := d.State.ask(d.On.ID)
		return []event.Body{AskDecided{ID: a.ID, Kind: a.Kind, Label: d.State.askLabel(*a), Text: x.Text}}, err
	},
}

var opResume = operation{
	Name: ActResume, Label: "恢复", Who: theLeader,
	May: byCentre([]org.Role{org.CentreLeader}, func(s State, a org.Actor, _ time.Time) ([]target, refusal) {
		if s.Stage != Suspended {
			return process.NotNow("包联没有中止")
		}
		return process.On(a)
	}),
	Form: form(text("恢复原因", 0, 500)),
	Do: func(d decision) ([]event.Body, error) {
		x, err := hear(d)
		b := Resumed{Text: x.Text, Clocks: map[string]process.Clock{}}
		for _, o := range d.State.open() {
			if !isReport(o.key) {
				b.Clocks[o.key] = o.Clock.Resumed(d.Facts.Calendar, d.Cmd.At)
			}
		}
		today := calendar.DateOf(d.Cmd.At)
		next := nextWeek(d.Facts.Calendar, d.Cmd.At, today, d.State.Rules)
		if n := len(d.State.Weeks); n > 0 && d.State.Weeks[n-1].Week == next.Week { // stopped and resumed within a week: that one was let off
			next = nextWeek(d.Facts.Calendar, d.Cmd.At, monday(next.Last).AddDays(7), d.State.Rules)
		}
		return []event.Body{b, next}, err
	},
}

var opHandOver = operation{
	Name: ActHandOver, Label: "移交下年度清单", Who: theCentre, Danger: true,
	May: byCentre(centreRoles, plainly), Form: form(text("移交说明", 2, 500)),
	Do: func(d decision) ([]event.Body, error) {
		x, err := hear(d)
		return []event.Body{EndedAs{Stage: HandedOver, Text: x.Text}}, err
	},
}
