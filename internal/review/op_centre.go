package review

import (
	"slices"
	"time"

	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/process"
)

// What the centre and the initiator do with the review as a whole.

var opAccept = operation{
	name: ActAccept, label: "受理", who: centreName,
	may: func(s State, a org.Actor, _ time.Time) ([]target, refusal) {
		switch {
		case !a.Has(centreRoles...):
			return deny(forbidden, "由招商中心受理")
		case s.Stage != Intake:
			return deny(conflict, "已经受理,现处于"+s.Stage.Label()+"阶段")
		case s.Intake.Returned != nil:
			return deny(conflict, textAwaitsResubmit)
		}
		return on(a), refusal{}
	},
	form: textField("受理说明", 0, 500),
	do: func(d decision) ([]event.Draft, error) {
		text, err := d.said()
		clocks := map[string]process.Clock{}
		for _, x := range d.Seats {
			if d.Rules.Mode != Sequence { // a sequence opens its first seat by itself
				clocks[x.ID] = d.start(d.terms(x))
			}
		}
		return event.Drafts(Accepted{Text: text, Seats: clocks, Unstaffed: d.given.Unstaffed}), err
	},
}

var opForward = operation{
	name: ActForward, label: "审核转送", who: centreName,
	may: func(s State, a org.Actor, _ time.Time) ([]target, refusal) {
		switch {
		case !a.Has(centreRoles...):
			return deny(forbidden, "由招商中心审核补正材料后转送")
		case !s.Recheck.Open():
			return deny(conflict, "没有待转送的补正材料")
		}
		return on(a), refusal{}
	},
	form: textField("转送说明", 0, 500),
	do: func(d decision) ([]event.Draft, error) {
		text, err := d.said()
		b := Forwarded{Text: text, Clocks: map[string]process.Clock{}}
		for _, x := range d.returnedSteps() {
			if !x.Returned.AnsweredAt.IsZero() {
				d.resumeStep(x, b.Clocks)
			}
		}
		return append(event.Drafts(b), d.reseated(d.Pending)...), err
	},
}

var opPause = operation{
	name: ActPause, label: "中止计时", who: centreName,
	may: func(s State, a org.Actor, _ time.Time) ([]target, refusal) {
		switch {
		case !a.Has(centreRoles...):
			return deny(forbidden, "由招商中心中止计时")
		case s.Paused != nil:
			return deny(conflict, "已经中止计时")
		case s.Stage == Deferral:
			return deny(conflict, "暂缓期间没有计时")
		}
		return on(a), refusal{}
	},
	form: always(
		process.Field{Name: "text", Schema: process.Text("中止原因(如委托评估、专家评审)", 2, 500)},
		process.Field{Name: "until", Schema: process.DateText("中止至(当日之后自动恢复;不填则由招商中心恢复)"), Optional: true},
	),
	do: func(d decision) ([]event.Draft, error) {
		var asked struct {
			Text  string `json:"text"`
			Until string `json:"until"`
		}
		err := d.read(&asked)
		b := PausedAll{Text: asked.Text, Clocks: map[string]process.Clock{}}
		if err == nil && asked.Until != "" {
			if b.Until, err = d.date("/until", asked.Until); err == nil {
				b.Ends = d.facts.Calendar.EndOfDay(b.Until)
			}
		}
		if err != nil {
			return nil, err
		}
		for _, x := range d.openSteps() {
			if x.Clock.Running() {
				b.Clocks[x.Name] = x.Clock.Stopped(d.cmd.At)
			}
		}
		return event.Drafts(b), nil
	},
}

var opResume = operation{
	name: ActResume, label: "恢复计时", who: centreName,
	may: func(s State, a org.Actor, _ time.Time) ([]target, refusal) {
		switch {
		case !a.Has(centreRoles...):
			return deny(forbidden, "由招商中心恢复计时")
		case s.Paused == nil:
			return deny(conflict, "没有中止计时")
		}
		return on(a), refusal{}
	},
	form: textField("恢复说明", 0, 500),
	do: func(d decision) ([]event.Draft, error) {
		text, err := d.said()
		return event.Drafts(d.resumeAll(text)), err
	},
}

// resumeAll lets every clock run on but those that wait for a supplement or a check.
func (d decision) resumeAll(text string) ResumedAll {
	b := ResumedAll{Text: text, Clocks: map[string]process.Clock{}}
	for _, x := range d.openSteps() {
		if !x.still() && !x.Clock.Running() && !d.awaitsCheck(x.Name) {
			b.Clocks[x.Name] = x.Clock.Resumed(d.facts.Calendar, d.cmd.At)
		}
	}
	return b
}

// awaitsCheck: a condition whose evidence is being verified isn't its owner's delay.
func (s State) awaitsCheck(step string) bool {
	return slices.ContainsFunc(s.Conditions, func(c Condition) bool { return conditionStep(c.ID) == step && c.Check.Open() })
}

var opExtend = operation{
	name: ActExtend, label: "延长期限", who: centreLeaderName, field: "step", title: "环节",
	may: func(s State, a org.Actor, _ time.Time) ([]target, refusal) {
		switch {
		case !a.Has(org.CentreLeader):
			return deny(forbidden, "由招商中心负责人批准延期")
		case s.Rules.Extend == 0:
			return deny(conflict, "本次研判的模板不允许延期")
		}
		var out []target
		for _, x := range s.openSteps() {
			if x.Extended < s.Rules.Extend {
				out = append(out, target{id: x.Name, title: x.Label, as: a})
			}
		}
		if out == nil {
			return deny(conflict, "没有可以延期的环节")
		}
		return out, refusal{}
	},
	form: func(s State, _ []target) []process.Field {
		return []process.Field{
			{Name: "days", Schema: process.Whole("延长工作日数", 1, s.Rules.Extend)},
			{Name: "text", Schema: process.Text("延期理由", 2, 500)},
		}
	},
	do: func(d decision) ([]event.Draft, error) {
		x, _ := d.step(d.on.id)
		b := Extended{Step: x.Name, Label: x.Label}
		if err := d.read(&b); err != nil {
			return nil, err
		}
		if left := d.Rules.Extend - x.Extended; b.Days > left {
			return nil, fault.Newf(fault.Invalid, "extension_too_long", "该环节累计最多延长%d个工作日,还可延长%d个", d.Rules.Extend, left).
				With("/days", "extension_too_long", "超过可延长的工作日数")
		}
		b.Step, b.Clock = x.Name, x.Clock
		b.Clock.Terms.Days += b.Days
		if !b.Clock.Fixed.IsZero() {
			b.Clock.Fixed, _ = d.facts.Calendar.AddWorkingDays(b.Clock.Fixed, b.Days)
		}
		b.Clock = b.Clock.Computed(d.facts.Calendar)
		return event.Drafts(b), nil
	},
}

var opWithdraw = operation{
	name: ActWithdraw, label: "撤回", who: initiatorName, danger: true,
	may: func(s State, a org.Actor, _ time.Time) ([]target, refusal) {
		switch {
		case !s.initiates(a):
			return deny(forbidden, "由发起单位撤回")
		case s.Stage == FollowUp:
			return deny(conflict, textDecided+",不能撤回")
		}
		return on(a), refusal{}
	},
	form: textField("撤回原因", 2, 500),
	do:   concludes(Withdrawn),
}

var opTerminate = operation{
	name: ActTerminate, label: "终止", who: centreLeaderName, danger: true,
	may: func(_ State, a org.Actor, _ time.Time) ([]target, refusal) {
		if !a.Has(org.CentreLeader) {
			return deny(forbidden, "由招商中心负责人终止")
		}
		return on(a), refusal{}
	},
	form: textField("终止原因", 2, 500),
	do:   concludes(Terminated),
}

func concludes(outcome Outcome) func(decision) ([]event.Draft, error) {
	return func(d decision) ([]event.Draft, error) {
		text, err := d.said()
		return event.Drafts(Concluded{Outcome: outcome, Text: text}), err
	}
}

var opReopen = operation{
	name: ActReopen, label: "重启研判", who: initiatorName + "、" + centreName,
	may: func(s State, a org.Actor, _ time.Time) ([]target, refusal) {
		switch {
		case !s.initiates(a) && !a.Has(centreRoles...):
			return deny(forbidden, "由发起单位或招商中心重启")
		case s.Stage != Deferral:
			return deny(conflict, "只有暂缓的研判可以重启")
		}
		return on(a), refusal{}
	},
	form: textField("重启理由(暂缓原因如何消除)", 2, 1000),
	do: func(d decision) ([]event.Draft, error) {
		text, err := d.said()
		out := event.Drafts(Reopened{Text: text, Clock: d.start(d.intakeTerms())})
		if d.given.Figures != nil {
			out = append(out, event.NewDraft(Resubmitted{
				Text: text, Figures: d.given.Figures, Changes: Compare(d.Figures, *d.given.Figures), Clocks: map[string]process.Clock{},
			}))
			p, scratch := d.pending(), d
			scratch.State = d.preview(out)
			out = append(out, scratch.reseated(&p)...)
		}
		return out, err
	},
}

// intakeTerms are the template's; reviews that started before they were frozen have two days.
func (s State) intakeTerms() process.Terms {
	if s.Terms.Days == 0 {
		return process.Terms{Days: 2, Remind: 1, Grace: 1}
	}
	return s.Terms
}

// initiates: colleagues of the initiator's unit stand in for each other.
func (s State) initiates(a org.Actor) bool {
	if a.Person() == s.Initiator.UserID {
		return true
	}
	return a.UnitID == s.Initiator.UnitID && a.Has(org.CentreOperator, org.CentreLeader, org.CountyOperator)
}

// textField is a form of one text; it may be left out when it may be empty.
func textField(title string, lo, hi int) func(State, []target) []process.Field {
	return always(process.Field{Name: "text", Schema: process.Text(title, lo, hi), Optional: lo == 0})
}

// always is a form that doesn't depend on the review. It's made once: forms are looked
// at far more often than they are sent.
func always(fields ...process.Field) func(State, []target) []process.Field {
	return func(State, []target) []process.Field { return fields }
}
