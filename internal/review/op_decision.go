package review

import (
	"fmt"
	"math/big"
	"slices"
	"time"

	"luodi/internal/calendar"
	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/process"
)

// The decision, and the conditions that follow from it.

var opDecide = operation{
	name: ActDecide, label: "作出决定", who: centreLeaderName,
	may: func(s State, a org.Actor, _ time.Time) ([]target, refusal) {
		switch {
		case !a.Has(org.CentreLeader):
			return deny(forbidden, "由招商中心负责人决定")
		case s.Stage == Panel:
			return deny(conflict, "现处于研判会阶段,等待会议表决")
		case s.Stage != Deciding && !s.DecidedAt.IsZero():
			return deny(conflict, textDecided)
		case s.Stage != Deciding:
			return deny(conflict, "现处于"+s.Stage.Label()+"阶段,部门意见尚未齐备")
		case s.Decision.Returned != nil:
			return deny(conflict, textAwaitsResubmit)
		}
		return on(a), refusal{}
	},
	form: func(s State, _ []target) []process.Field {
		return []process.Field{
			{Name: "outcome", Schema: process.OneOf("决定", s.outcomes()...)},
			{Name: "text", Schema: process.Text("决定意见", 2, 2000)},
			{Name: "conditions", Schema: demandList("另附条件(有条件通过时;部门所附条件自动列入,都没有则以决定意见为条件)").Only("outcome", string(Conditional)), Optional: true},
			{Name: "until", Schema: process.DateText("暂缓至(暂缓时可填)").Only("outcome", string(Deferred)), Optional: true},
		}
	},
	do: decision.decided,
}

// outcomes offers no approval against a veto, a failed vote of the panel or of the
// seats, and no unconditional one against a department's condition.
func (s State) outcomes() []process.Choice {
	outcomes := []Outcome{Approved, Conditional, Deferred, Rejected}
	if s.vetoed() || s.Verdict != nil && !s.Verdict.passed() || !s.ballotPassed() {
		outcomes = outcomes[2:]
	} else if s.conditioned() {
		outcomes = outcomes[1:]
	}
	var out []process.Choice
	for _, o := range outcomes {
		out = append(out, process.Choice{Const: string(o), Title: o.Label()})
	}
	return out
}

// vetoed: a seat with a veto disagrees.
func (s State) vetoed() bool {
	return slices.ContainsFunc(s.Seats, func(x Seat) bool { return x.Veto && x.Opinion == Disagree })
}

// conditioned: a department's condition can't be dropped by an unconditional approval.
func (s State) conditioned() bool {
	return slices.ContainsFunc(s.Seats, func(x Seat) bool { return x.Opinion == Conditioned })
}

// ballotPassed counts, in 票签, the seats that agree among those that said anything.
// Whoever is taken to have no opinion isn't counted.
func (s State) ballotPassed() bool {
	share, ok := fraction(s.Rules.Pass)
	if s.Rules.Mode != Ballot || !ok {
		return true
	}
	agree, all := s.Tally()
	return all > 0 && big.NewRat(int64(agree), int64(all)).Cmp(share) >= 0
}

// Tally counts the seats that agree, with or without conditions, among those that
// said anything.
func (s State) Tally() (agree, all int) {
	for _, x := range s.Seats {
		switch x.Opinion {
		case Agree, Conditioned:
			agree, all = agree+1, all+1
		case Disagree:
			all++
		}
	}
	return agree, all
}

func (d decision) decided() ([]event.Draft, error) {
	var b struct {
		Outcome    Outcome  `json:"outcome"`
		Text       string   `json:"text"`
		Conditions []Demand `json:"conditions"`
		Until      string   `json:"until"`
	}
	if err := d.read(&b); err != nil {
		return nil, err
	}
	out := Decided{Outcome: b.Outcome, Text: b.Text, Year: d.cmd.At.In(calendar.Shanghai).Year(), Score: d.given.Score}
	var err error
	switch {
	case b.Until != "" && b.Outcome != Deferred:
		return nil, fault.Field("/until", "until_unexpected", "只有暂缓才填写暂缓期限")
	case b.Until != "":
		if out.Until, err = d.date("/until", b.Until); err != nil {
			return nil, err
		}
	}
	approves := b.Outcome == Approved || b.Outcome == Conditional
	if out.Score != nil && approves && len(out.Score.Vetoes) > 0 {
		return nil, fault.Field("/outcome", "admission_veto", "准入评分有否决事项:"+names(out.Score.Vetoes)+",不能通过")
	}
	if b.Outcome != Conditional && len(b.Conditions) > 0 {
		return nil, fault.Field("/conditions", "conditions_unexpected", "只有有条件通过才附条件")
	}
	if b.Outcome == Conditional {
		if err := d.checkDemands("/conditions", b.Conditions); err != nil {
			return nil, err
		}
		if out.Conditions = d.conditions(b.Conditions); len(out.Conditions) == 0 { // what was decided is the condition
			out.Conditions = d.conditions([]Demand{{Text: b.Text}})
		}
	}
	drafts := event.Drafts(out)
	if b.Outcome == Approved || b.Outcome == Rejected {
		drafts = append(drafts, event.NewDraft(Concluded{Outcome: b.Outcome, Text: b.Text}))
	}
	return drafts, nil
}

// conditions are those of every seat, then those of the decision.
func (d decision) conditions(own []Demand) []Condition {
	var out []Condition
	for _, x := range d.Seats {
		demands := x.Demands
		if x.Opinion == Conditioned && len(demands) == 0 {
			demands = []Demand{{Text: x.Condition}}
		}
		for _, demand := range demands {
			out = append(out, d.newCondition(len(out)+1, demand, x.Unit(), x.UnitName))
		}
	}
	for _, demand := range own {
		out = append(out, d.newCondition(len(out)+1, demand, "", ""))
	}
	return out
}

func (d decision) newCondition(n int, x Demand, unit, name string) Condition {
	c := Condition{ID: fmt.Sprintf("c%d", n), Text: x.Text, Owner: x.Owner, OwnerName: x.OwnerName, SetBy: unit, SetByName: name}
	if c.Owner == "" {
		c.Owner, c.OwnerName = d.Figures.CountyID, d.given.Units[d.Figures.CountyID].Name
		if c.OwnerName == "" {
			c.OwnerName = "项目所在县市区"
		}
	}
	terms := d.Rules.Conditions
	if terms.Days == 0 {
		terms = process.Terms{Days: 30, Remind: 5, Grace: 5}
	}
	due, err := calendar.ParseDate(x.Due)
	if err == nil && !due.IsZero() && !due.Before(calendar.DateOf(d.cmd.At)) {
		c.Step = opened(process.StartClockTo(d.facts.Calendar, d.cmd.At, due, terms))
	} else { // a date that a department set, and that has passed meanwhile, gets the template's days
		c.Step = opened(process.StartClock(d.facts.Calendar, d.cmd.At, terms))
	}
	return c
}

// date reads a day that must not have passed.
func (d decision) date(field, text string) (calendar.Date, error) {
	day, err := calendar.ParseDate(text)
	if err != nil {
		return day, fault.Field(field, "date_invalid", "应为日期,如 2023-09-01")
	}
	if day.Before(calendar.DateOf(d.cmd.At)) {
		return day, fault.Field(field, "date_past", "日期早于今天")
	}
	return day, nil
}

// conditionsWhere lists the conditions that fit.
func (s State) conditionsWhere(a org.Actor, why func(Condition) string, nobody string) ([]target, refusal) {
	var out []target
	no := refusal{forbidden, nobody}
	if s.Stage != FollowUp {
		return deny(conflict, "现处于"+s.Stage.Label()+"阶段,没有需要落实的条件")
	}
	for _, c := range s.Conditions {
		switch reason := why(c); reason {
		case "":
			out = append(out, target{id: c.ID, title: c.Text, as: a})
		case "-": // not this actor's business
		default:
			no = refusal{conflict, reason}
		}
	}
	return out, no
}

// stands says in words where a condition stands, as a reason.
func (c Condition) stands() string {
	return map[string]string{
		"open": "尚未提交落实材料", "submitted": "已提交落实材料,等待核销", "closed": "该条件已核销", "waived": "该条件已豁免",
	}[c.State()]
}

var opEvidence = operation{
	name: ActEvidence, label: "提交落实材料", who: "条件责任单位", field: "condition", title: "条件",
	may: func(s State, a org.Actor, _ time.Time) ([]target, refusal) {
		return s.conditionsWhere(a, func(c Condition) string {
			switch {
			case c.Owner != a.UnitID || !a.Has(seatRoles...):
				return "-"
			case c.State() != "open":
				return c.stands()
			}
			return ""
		}, "由条件责任单位提交落实材料")
	},
	form: always(
		process.Field{Name: "text", Schema: process.Text("落实情况", 2, 2000)},
		process.Field{Name: "files", Schema: process.List("佐证材料", process.Ref("附件", process.FormatFile), 0, 20), Optional: true},
	),
	do: func(d decision) ([]event.Draft, error) {
		var b struct {
			Text  string   `json:"text"`
			Files []string `json:"files"`
		}
		if err := d.read(&b); err != nil {
			return nil, err
		}
		c := d.condition(d.on.id)
		out := EvidenceSubmitted{Condition: c.ID, Text: b.Text, Clock: c.Step.Clock.Stopped(d.cmd.At), Check: d.start(d.DecisionTerms)}
		for i, id := range b.Files {
			f, ok := d.given.Files[id]
			if !ok {
				return nil, fault.Field(fmt.Sprintf("/files/%d", i), "attachment_unknown", "没有这个附件")
			}
			out.Files = append(out.Files, f)
		}
		return event.Drafts(out), nil
	},
}

// mayCheck: whoever set the condition, or the centre; never who handed in the evidence,
// and not the unit that has to meet it.
func mayCheck(s State, a org.Actor, _ time.Time) ([]target, refusal) {
	return s.conditionsWhere(a, func(c Condition) string {
		verifies := a.UnitID == c.verifier() && c.verifier() != c.Owner && a.Has(seatRoles...)
		switch {
		case !verifies && !a.Has(centreRoles...):
			return "-"
		case c.State() != "submitted":
			return c.stands()
		case c.Evidence[len(c.Evidence)-1].By.UserID == a.UserID:
			return "提交材料的人不能核销,请由他人办理"
		}
		return ""
	}, "由提出条件的部门或招商中心核销")
}

var opCloseCondition = operation{
	name: ActCloseCondition, label: "核销条件", who: "提出条件的部门、" + centreName, field: "condition", title: "条件",
	may: mayCheck, form: textField("核销意见", 2, 1000),
	do: func(d decision) ([]event.Draft, error) {
		text, err := d.said()
		return event.Drafts(ConditionClosed{Condition: d.on.id, Text: text}), err
	},
}

var opReturnEvidence = operation{
	name: ActReturnEvidence, label: "退回落实材料", who: "提出条件的部门、" + centreName, field: "condition", title: "条件",
	may: mayCheck, form: textField("退回原因", 2, 1000),
	do: func(d decision) ([]event.Draft, error) {
		text, err := d.said()
		return event.Drafts(EvidenceReturned{Condition: d.on.id, Text: text, Clock: d.resumed(d.condition(d.on.id).Step.Clock)}), err
	},
}

// mayRule: the centre's leader, over conditions that are not closed.
func mayRule(s State, a org.Actor, _ time.Time) ([]target, refusal) {
	if !a.Has(org.CentreLeader) {
		return deny(forbidden, "由招商中心负责人豁免条件或调整期限")
	}
	return s.conditionsWhere(a, func(c Condition) string {
		if c.Closed != nil {
			return c.stands()
		}
		return ""
	}, "没有需要落实的条件")
}

var opWaive = operation{
	name: ActWaive, label: "豁免条件", who: centreLeaderName, field: "condition", title: "条件", danger: true,
	may: mayRule, form: textField("豁免理由", 2, 1000),
	do: func(d decision) ([]event.Draft, error) {
		text, err := d.said()
		return event.Drafts(ConditionClosed{Condition: d.on.id, Text: text, Waived: true}), err
	},
}

var opMoveCondition = operation{
	name: ActMoveCondition, label: "调整条件期限", who: centreLeaderName, field: "condition", title: "条件",
	may: mayRule,
	form: always(
		process.Field{Name: "due", Schema: process.DateText("新的期限")},
		process.Field{Name: "text", Schema: process.Text("调整理由", 2, 500)},
	),
	do: func(d decision) ([]event.Draft, error) {
		var b struct {
			Due  string `json:"due"`
			Text string `json:"text"`
		}
		if err := d.read(&b); err != nil {
			return nil, err
		}
		day, err := d.date("/due", b.Due)
		if err != nil {
			return nil, err
		}
		clock := d.condition(d.on.id).Step.Clock
		clock.Fixed, clock.Stops = day, nil
		return event.Drafts(ConditionMoved{Condition: d.on.id, Text: b.Text, Due: b.Due, Clock: clock.Computed(d.facts.Calendar)}), nil
	},
}
