package assessment

import (
	"fmt"
	"time"

	"luodi/internal/event"
	"luodi/internal/org"
	"luodi/internal/process"
)

// Kind prefixes the streams and workflow ids of years.
const Kind = "assessment"

// The effects of a year.
const (
	EffectErrand = "assessment.errand" // tells the self-reports something; its result is ErrandDone
	EffectScore  = "assessment.score"  // scores; its result is WasScored
)

// Definition is what the generic shell, recorder and API need to run years.
func Definition() process.Definition[State, Facts] {
	return process.Definition[State, Facts]{
		Kind: Kind, Decide: Decide, Evolve: Evolve, Timers: Timers, Ended: State.Ended, Summary: Summary,
		Actions: Actions, Tell: Tell, Tasks: Tasks, Effects: Effects, Readers: State.Readers,
	}
}

// Summary is what lists and the engine show of a year.
func Summary(s State) process.Summary {
	out := process.Summary{Stage: string(s.Stage), Title: s.Title()}
	if s.Clock != nil {
		out.Due = s.Clock.Due
	}
	return out
}

// Timers are the reminder, the due time and the end of the grace; a publicity just ends.
func Timers(s State) []process.Timer {
	c := s.Clock
	if c == nil {
		return nil
	}
	var out []process.Timer
	add := func(name string, at time.Time, command, words string) {
		if !at.IsZero() {
			out = append(out, process.Timer{Name: fmt.Sprintf("%s/%s/%s", name, s.Stage, c.Start.Format("20060102T150405")), At: at, Summary: s.Title() + s.Stage.Label() + words, Command: command})
		}
	}
	if s.Stage == Publicity {
		add("over", c.Due, cmdOver, "期满")
		return out
	}
	if !s.Reminded {
		add("remind", c.RemindAt, cmdRemind, "提醒")
	}
	switch s.Light {
	case process.Green:
		add("due", c.Due, cmdLate, "到期")
	case process.Yellow:
		add("red", c.RedAt, cmdLate, "逾期")
	}
	return out
}

// Effects lists what has to be done in the world: errands first, for a scoring waits
// until the self-reports know.
func Effects(s State) []process.Effect {
	if e := s.errand(); e != nil {
		return []process.Effect{{Key: fmt.Sprintf("errand/%d", e.No), Name: EffectErrand, Command: cmdTold, Body: process.Encoded(e)}}
	}
	if s.Asked != nil {
		return []process.Effect{{Key: fmt.Sprintf("score/%d", s.Asked.No), Name: EffectScore, Command: cmdScored, Body: process.Encoded(s.Asked)}}
	}
	return nil
}

// Tasks lists whom the year waits for now.
func Tasks(s State) []process.Task {
	var out []process.Task
	if s.Stage == Locked || s.Stage == Cancelled { // a change that nobody decided waits no more
		return out
	}
	add := func(key, action, title string, opened time.Time, timed bool, roles ...org.Role) {
		t := process.Task{Key: key, Action: action, Title: title, UnitID: s.Office, Roles: roles, OpenedAt: opened, Light: process.Green}
		if timed && s.Clock != nil {
			t.Due, t.Provisional, t.Light, t.Reminded = s.Clock.Due, s.Clock.Provisional, s.Light, s.Reminded
		}
		out = append(out, t)
	}
	both := []org.Role{org.Assessor, org.CentreLeader}
	if c := s.pending(); c != nil {
		add(fmt.Sprintf("change/%d", c.No), ActApprove, "批准变更:"+c.Kind.Label(), c.By.At, false, both...)
	}
	if x := s.adjusting(); x != nil {
		add(fmt.Sprintf("adjust/%d", x.No), ActConfirmAdjust, "确认等次调整:"+x.UnitName, x.By.At, false, both...)
	}
	for _, a := range s.Appeals {
		if a.Open() {
			add(fmt.Sprintf("appeal/%d", a.No), ActRule, "裁定申诉:"+a.UnitName+" "+a.Title, a.By.At, s.Stage == Appealing, both...)
		}
	}
	switch since := s.StageSince; s.Stage {
	case Setup:
		if n := len(s.Targets); n > 0 { // without any, the assessor says when it is ready
			add("issue/"+s.Targets[n-1].Digest, ActIssue, "下达"+s.Title()+"任务", s.Targets[n-1].By.At, false, org.CentreLeader)
		}
	case Reporting:
		add("reporting", ActVerify, "组织自评并按时转入核实", since, true, org.Assessor)
	case Verifying:
		add("verifying", ActScore, "组织核实并按时转入计分", since, true, org.Assessor)
	case Scoring:
		add("scoring", ActOfficial, "正式计分", since, true, org.Assessor)
	case Rechecking:
		if s.Rechecked == nil {
			add("recheck", ActRecheck, "复核计分结果", since, true, both...)
		} else {
			add("publicize", ActPublicize, "公示考核结果", s.Rechecked.At, true, org.CentreLeader)
		}
	case Appealing:
		if s.disputed() == 0 && s.Asked == nil {
			if s.again() {
				add("publicize/again", ActPublicize, "再次公示考核结果", since, true, org.CentreLeader)
			} else {
				add("grading", ActGrade, "结束申诉,转入定档", since, true, org.Assessor)
			}
		}
	case Grading:
		if s.adjusting() == nil {
			add("lock", ActLock, "定档并锁定"+s.Title(), since, true, org.CentreLeader)
		}
	}
	return append(out, s.marking()...)
}

// marking are the judges who still owe marks.
func (s State) marking() []process.Task {
	if s.Stage != Reporting && s.Stage != Verifying {
		return nil
	}
	var out []process.Task
	for _, j := range s.Plan.Judges {
		if n := s.Unmarked(j); n > 0 {
			out = append(out, process.Task{Key: "mark/" + j.UserID, Action: ActMark, Title: fmt.Sprintf("评议打分(还有%d项)", n), UnitID: j.UnitID, UserID: j.UserID,
				OpenedAt: s.StageSince, Light: process.Green})
		}
	}
	return out
}

// Tell puts an event into words for the timeline. Automatic steps say that they are.
func Tell(e event.Event) string {
	if tell, ok := told[e.Type]; ok {
		return tell(e)
	}
	return e.Type
}

const auto = "【自动】"
