package liaison

import (
	"fmt"
	"time"

	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/process"
)

// The list of problems (问题清单), from raising to striking off (销号).

// problemKinds are what projects get stuck on.
var problemKinds = []process.Choice{
	{Const: "land", Title: "用地"}, {Const: "planning", Title: "规划"}, {Const: "environment", Title: "环评"}, {Const: "energy", Title: "能耗"},
	{Const: "approval", Title: "审批手续"}, {Const: "funds", Title: "资金融资"}, {Const: "labour", Title: "用工"},
	{Const: "utilities", Title: "水电气路配套"}, {Const: "policy", Title: "政策兑现"}, {Const: "other", Title: "其他"},
}

// KindLabel is a kind of problem in Chinese.
func KindLabel(kind string) string {
	for _, c := range problemKinds {
		if c.Const == kind {
			return c.Title
		}
	}
	return kind
}

var opRaise = operation{
	Name: ActRaise, Label: "提出问题", Who: theCarrier + "、" + theCounty + "、" + theCentre,
	May: byAnyone(plainly),
	Form: form(
		process.Field{Name: "kind", Schema: process.OneOf("类别", problemKinds...)},
		process.Field{Name: "title", Schema: process.Text("问题", 2, 60)},
		text("具体情况", 0, 1000),
		process.Field{Name: "unit", Schema: process.Ref("责任单位", process.FormatUnit)},
		day("办理期限(不填则按规则)", true),
		attachments("材料"),
	),
	Do: func(d decision) ([]event.Body, error) {
		x, err := hear(d)
		if err != nil {
			return nil, err
		}
		owner, ok := x.given.Units[x.Unit]
		if !ok || owner.Kind == org.Leadership {
			return nil, fault.Field("/unit", "unit_unknown", "没有这个责任单位")
		}
		if err := x.future(d.Cmd.At); err != nil {
			return nil, err
		}
		clock := process.StartClock(d.Facts.Calendar, d.Cmd.At, d.State.Rules.Problem)
		if !x.day.IsZero() {
			clock = process.StartClockTo(d.Facts.Calendar, d.Cmd.At, x.day, d.State.Rules.Problem)
		}
		return []event.Body{ProblemRaised{
			ID: fmt.Sprint(d.State.Counter + 1), Kind: x.Kind, Title: x.Title, Text: x.Text,
			Owner: Unit{ID: owner.ID, Name: owner.Name}, Clock: clock, Files: x.files,
		}}, nil
	},
}

var opNote = operation{
	Name: ActNote, Label: "登记问题进展", Who: "责任单位、" + theCarrier, Field: "problem", Title: "问题",
	May: func(s State, a org.Actor, at time.Time) ([]target, refusal) {
		return going(s, a, at, func(s State, a org.Actor, _ time.Time) ([]target, refusal) {
			return problems(s, a, func(p Problem) bool { return p.Open() && (owns(p, a) || s.carries(a)) }, "没有由您办理的问题")
		})
	},
	Form: form(text("进展", 2, 1000), attachments("材料")),
	Do: func(d decision) ([]event.Body, error) {
		x, err := hear(d)
		p := d.State.problem(d.On.ID)
		return []event.Body{ProblemNoted{Problem: p.ID, Title: p.Title, Text: x.Text, Files: x.files}}, err
	},
}

var opSolve = operation{
	Name: ActSolve, Label: "报告问题已解决", Who: "责任单位", Field: "problem", Title: "问题",
	May: func(s State, a org.Actor, at time.Time) ([]target, refusal) {
		return going(s, a, at, func(s State, a org.Actor, _ time.Time) ([]target, refusal) {
			return problems(s, a, func(p Problem) bool { return p.Duty.Open() && owns(p, a) }, "没有由您办理的问题")
		})
	},
	Form: form(text("解决情况", 2, 1000), attachments("佐证材料")),
	Do: func(d decision) ([]event.Body, error) {
		x, err := hear(d)
		p := d.State.problem(d.On.ID)
		return []event.Body{ProblemSolved{
			Problem: p.ID, Title: p.Title, Name: d.Cmd.Actor.Name, Text: x.Text, Files: x.files,
			Clock: process.StartClock(d.Facts.Calendar, d.Cmd.At, d.State.Rules.Confirm),
		}}, err
	},
}

var opClose = operation{
	Name: ActClose, Label: "销号", Who: "提出人或其单位负责人", Field: "problem", Title: "问题",
	May: func(s State, a org.Actor, at time.Time) ([]target, refusal) {
		return going(s, a, at, func(s State, a org.Actor, _ time.Time) ([]target, refusal) {
			return problems(s, a, func(p Problem) bool { return p.Confirm.Open() && raised(p, a) }, "没有待您销号的问题")
		})
	},
	Form: form(text("销号意见", 0, 500)),
	Do: func(d decision) ([]event.Body, error) {
		x, err := hear(d)
		p := d.State.problem(d.On.ID)
		return []event.Body{ProblemClosed{Problem: p.ID, Title: p.Title, Name: d.Cmd.Actor.Name, Text: x.Text}}, err
	},
}

var opReopen = operation{
	Name: ActReopen, Label: "退回重办问题", Who: "提出人或其单位负责人", Field: "problem", Title: "问题",
	May: func(s State, a org.Actor, at time.Time) ([]target, refusal) {
		return going(s, a, at, func(s State, a org.Actor, _ time.Time) ([]target, refusal) {
			return problems(s, a, func(p Problem) bool { return !p.SolvedAt.IsZero() && raised(p, a) }, "没有由您提出、已报告解决的问题")
		})
	},
	Form: form(text("退回原因", 2, 500)),
	Do: func(d decision) ([]event.Body, error) {
		x, err := hear(d)
		p := d.State.problem(d.On.ID)
		return []event.Body{ProblemReopened{
			Problem: p.ID, Title: p.Title, Text: x.Text,
			Clock: process.StartClock(d.Facts.Calendar, d.Cmd.At, d.State.Rules.at(p.Level)),
		}}, err
	},
}

var opEscalate = operation{
	Name: ActEscalate, Label: "提级协调", Who: "责任单位、提出人、" + theCarrier, Field: "problem", Title: "问题",
	May: func(s State, a org.Actor, at time.Time) ([]target, refusal) {
		return going(s, a, at, func(s State, a org.Actor, _ time.Time) ([]target, refusal) {
			return problems(s, a, func(p Problem) bool {
				return p.Duty.Open() && p.Level != AtCity && (owns(p, a) || raised(p, a) || s.carries(a))
			}, "没有可以提级的问题")
		})
	},
	Form: form(text("提级原因", 2, 500)),
	Do: func(d decision) ([]event.Body, error) {
		x, err := hear(d)
		p := d.State.problem(d.On.ID)
		return []event.Body{ProblemEscalated{
			Problem: p.ID, Title: p.Title, Level: p.Level.next(), Text: x.Text,
			Clock: process.StartClock(d.Facts.Calendar, d.Cmd.At, d.State.Rules.at(p.Level.next())),
		}}, err
	},
}
