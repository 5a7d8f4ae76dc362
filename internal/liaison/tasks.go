package liaison

import (
	"time"

	"luodi/internal/process"
	"luodi/internal/project"
)

// Tasks lists whom the liaison waits for now.
func Tasks(s State) []process.Task {
	if s.Stage == Suspended {
		return nil
	}
	var out []process.Task
	for _, x := range s.open() {
		if !s.wanted(x) {
			continue
		}
		out = append(out, process.Task{
			Key: x.key, Action: x.action, Title: x.label, UnitID: x.unit, Roles: x.roles, Urged: x.Urges,
			OpenedAt: x.OpenedAt, Due: x.Clock.Due, Provisional: x.Clock.Provisional, Light: x.Light, Reminded: x.Reminded,
		})
	}
	return out
}

// wanted keeps an inbox to what is near: of the milestones only the next one and
// those that are late.
func (s State) wanted(x owed) bool {
	if len(x.key) <= len(keyMilestone) || x.key[:len(keyMilestone)] != keyMilestone {
		return true
	}
	next := s.Next()
	return x.Light != process.Green || x.Reminded || next != nil && x.key == keyMilestone+next.ID
}

// Next is the milestone that is due next; nil when all are reached.
func (s State) Next() *Milestone {
	var out *Milestone
	for i := range s.Milestones {
		m := &s.Milestones[i]
		if m.Duty.Open() && (out == nil || m.Planned.Before(out.Planned)) {
			out = m
		}
	}
	return out
}

// Due is the next deadline of anybody; zero when nothing is owed.
func (s State) Due() time.Time {
	var due time.Time
	if s.Stage == Suspended {
		return due
	}
	for _, x := range s.open() {
		if due.IsZero() || x.Clock.Due.Before(due) {
			due = x.Clock.Due
		}
	}
	return due
}

// Timers lists the moments the liaison waits for: of each duty the next mark, and the
// week's turn.
func Timers(s State) []process.Timer {
	if !s.Started() || s.Stage.Over() || s.Stage == Suspended {
		return nil
	}
	var out []process.Timer
	for _, x := range s.open() {
		body := dutyBody{Duty: x.key}
		c := x.Clock
		if !c.Running() {
			continue
		}
		if !x.Reminded && x.Light == process.Green && c.RemindAt.After(x.OpenedAt) {
			out = append(out, process.Timer{Name: "remind/" + x.key, At: c.RemindAt, Summary: x.label + " 提醒", Command: cmdRemind, Body: body})
		}
		switch x.Light {
		case process.Green:
			out = append(out, process.Timer{Name: "due/" + x.key, At: c.Due, Summary: x.label + " 到期", Command: cmdLate, Body: body})
		case process.Yellow:
			out = append(out, process.Timer{Name: "red/" + x.key, At: c.RedAt, Summary: x.label + " 超过宽限", Command: cmdLate, Body: body})
		}
	}
	if n := len(s.Weeks); n > 0 {
		w := s.Weeks[n-1]
		out = append(out, process.Timer{Name: "week/" + w.Week, At: w.Turn, Summary: "开始下一周周报", Command: cmdWeek, Body: dutyBody{Week: w.Week}})
	}
	return out
}

// EffectAdvance tells the registry of a stage that was reached.
const EffectAdvance = "liaison.advance"

// Advance is the body of EffectAdvance; its result is RegistryTold.
type Advance struct {
	ProjectID string        `json:"project_id"`
	Milestone string        `json:"milestone"`
	Stage     project.Stage `json:"stage"`
	On        string        `json:"on"` // 2006-01-02
}

// Effects lists what the registry still has to be told. The lead department tells; the
// start of production only once it is confirmed.
func Effects(s State) []process.Effect {
	if s.Role != Lead {
		return nil
	}
	var out []process.Effect
	for _, m := range s.Milestones {
		if !m.Done() || m.Stage == "" || m.Told || m.Problem != "" {
			continue
		}
		if m.Stage == project.InProduction && m.Confirm.DoneAt.IsZero() {
			continue
		}
		out = append(out, process.Effect{
			Key: "advance/" + m.ID + "/" + m.Actual.String(), Name: EffectAdvance, Command: cmdTold,
			Body: process.Encoded(Advance{ProjectID: s.ProjectID, Milestone: m.ID, Stage: m.Stage, On: m.Actual.String()}),
		})
	}
	return out
}
