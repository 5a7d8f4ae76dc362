package liaison

import (
	"time"

	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/process"
	"luodi/internal/project"
)

// How the department carries the project: receipt, weekly reports, milestones, visits.

var opAcknowledge = operation{
	Name: ActAcknowledge, Label: "签收", Who: theCarrier,
	May: byCarrier(func(s State, a org.Actor, _ time.Time) ([]target, refusal) {
		if !s.Acknowledged.Open() {
			return process.NotNow("已签收")
		}
		return process.On(a)
	}),
	Do: func(d decision) ([]event.Body, error) {
		return []event.Body{Acknowledgement{Name: d.Cmd.Actor.Name}}, nil
	},
}

var opReport = operation{
	Name: ActReport, Label: "报送周报", Who: theCarrier, Field: "week", Title: "周次",
	May: byCarrier(func(s State, a org.Actor, _ time.Time) ([]target, refusal) {
		return weeks(s, a, func(w Week) bool { return w.Duty.Open() }, "没有待报送的周报")
	}),
	Form: form(
		process.Field{Name: "progress", Schema: process.Text("本周进展", 2, 2000)},
		process.Field{Name: "next", Schema: process.Text("下周打算", 0, 1000), Optional: true},
		process.Field{Name: "funds", Schema: process.Text("本周到位资金(万元)", 0, 20), Optional: true},
		attachments("佐证材料"),
	),
	Do: func(d decision) ([]event.Body, error) {
		x, err := hear(d)
		if err != nil {
			return nil, err
		}
		if x.Funds != "" && !amount(x.Funds) {
			return nil, fault.Field("/funds", "amount_invalid", "到位资金应为不小于0的数,以万元计,至多两位小数")
		}
		return []event.Body{Reported{
			Week: d.On.ID, Name: d.Cmd.Actor.Name, Progress: x.Progress, Next: x.Next, Funds: x.Funds, Files: x.files,
		}}, nil
	},
}

var opReturnReport = operation{
	Name: ActReturnReport, Label: "退回周报", Who: theCentre, Field: "week", Title: "周次",
	May: byCentre(centreRoles, func(s State, a org.Actor, at time.Time) ([]target, refusal) {
		return going(s, a, at, func(s State, a org.Actor, _ time.Time) ([]target, refusal) {
			s.Weeks = s.latestWeeks()
			return weeks(s, a, func(w Week) bool { return !w.Duty.DoneAt.IsZero() }, "近两周没有已报送的周报")
		})
	}),
	Form: form(text("退回原因", 2, 500)),
	Do: func(d decision) ([]event.Body, error) {
		x, err := hear(d)
		return []event.Body{ReportReturned{
			Week: d.On.ID, Text: x.Text, Clock: process.StartClock(d.Facts.Calendar, d.Cmd.At, d.State.Rules.Rework),
		}}, err
	},
}

var opReach = operation{
	Name: ActReach, Label: "报告节点完成", Who: theCarrier, Field: "milestone", Title: "节点",
	May: byCarrier(func(s State, a org.Actor, _ time.Time) ([]target, refusal) {
		return milestones(s, a, func(m Milestone) bool { return !m.Done() }, "节点均已完成")
	}),
	Form: form(day("完成日期", false), text("完成情况", 2, 1000), attachments("佐证材料")),
	Do: func(d decision) ([]event.Body, error) {
		x, err := hear(d)
		if err != nil {
			return nil, err
		}
		if err := x.past(d.Cmd.At); err != nil {
			return nil, err
		}
		m := d.State.milestone(d.On.ID)
		b := Reached{Milestone: m.ID, Title: m.Title, On: x.day, Name: d.Cmd.Actor.Name, Text: x.Text, Files: x.files}
		if m.Stage == project.InProduction {
			c := process.StartClock(d.Facts.Calendar, d.Cmd.At, d.State.Rules.Confirm)
			b.Confirm = &c
		}
		return []event.Body{b}, nil
	},
}

var opReturnMilestone = operation{
	Name: ActReturnMilestone, Label: "退回节点", Who: theCentre, Field: "milestone", Title: "节点",
	May: byCentre(centreRoles, func(s State, a org.Actor, at time.Time) ([]target, refusal) {
		return going(s, a, at, func(s State, a org.Actor, _ time.Time) ([]target, refusal) {
			return milestones(s, a, Milestone.Done, "没有已报告完成的节点")
		})
	}),
	Form: form(text("退回原因", 2, 500)),
	Do: func(d decision) ([]event.Body, error) {
		x, err := hear(d)
		m := d.State.milestone(d.On.ID)
		return []event.Body{MilestoneReturned{Milestone: m.ID, Title: m.Title, Text: x.Text}}, err
	},
}

var opConfirm = operation{
	Name: ActConfirm, Label: "确认投产", Who: theCentre, Danger: true,
	May: byCentre(centreRoles, func(s State, a org.Actor, at time.Time) ([]target, refusal) {
		return going(s, a, at, func(s State, a org.Actor, _ time.Time) ([]target, refusal) {
			if s.producing() == nil {
				return process.NotNow("包联单位尚未报告投产")
			}
			return process.On(a)
		})
	}),
	Form: form(text("确认意见", 0, 500)),
	Do: func(d decision) ([]event.Body, error) {
		x, err := hear(d)
		m := d.State.producing()
		return []event.Body{Confirmed{Milestone: m.ID, Title: m.Title}, EndedAs{Stage: Producing, Text: x.Text}}, err
	},
}

// producing is the milestone whose confirmation the centre owes; nil when it owes none.
func (s State) producing() *Milestone {
	return find(s.Milestones, func(m Milestone) bool { return m.Confirm.Open() })
}

var opVisit = operation{
	Name: ActVisit, Label: "登记走访", Who: theCarrier + "、" + theCounty + "、" + theCentre,
	May: byAnyone(plainly), Form: form(day("走访日期", false), text("走访情况", 2, 1000), attachments("照片与材料")),
	Do: func(d decision) ([]event.Body, error) {
		x, err := hear(d)
		if err != nil {
			return nil, err
		}
		if err := x.past(d.Cmd.At); err != nil {
			return nil, err
		}
		return []event.Body{Visited{On: x.day, Name: d.Cmd.Actor.Name, Text: x.Text, Files: x.files}}, nil
	},
}

var opAnswer = operation{
	Name: ActAnswer, Label: "回复交办事项", Who: theCarrier, Field: "instruction", Title: "交办事项",
	May: byCarrier(func(s State, a org.Actor, _ time.Time) ([]target, refusal) {
		return among(a, s.Instructions, func(x Instruction) bool { return x.Duty.Open() },
			func(x Instruction) string { return x.ID }, func(x Instruction) string { return brief(x.Text) }, "没有待回复的交办事项")
	}),
	Form: form(text("办理情况", 2, 2000), attachments("佐证材料")),
	Do: func(d decision) ([]event.Body, error) {
		x, err := hear(d)
		return []event.Body{Answered{ID: d.On.ID, Name: d.Cmd.Actor.Name, Text: x.Text, Files: x.files}}, err
	},
}
