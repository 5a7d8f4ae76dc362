package review

import (
	"reflect"
	"slices"
	"strings"
	"time"

	"luodi/internal/calendar"
	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/process"
)

// Commands that the server itself sends: the clock, the panel's meeting, and who
// makes the documents. None of them approves anything.
const (
	cmdRemind      = "remind"
	cmdLight       = "light"
	cmdLapse       = "lapse"
	cmdPauseEnds   = "pause_ends"
	cmdScheduled   = "panel_scheduled"
	cmdUnscheduled = "panel_unscheduled"
	cmdVoted       = "panel_result"
	cmdPaper       = "paper_issued"
)

// EffectPaper is the effect that makes an opinion document.
const EffectPaper = "review.paper"

// stepBody is the body of the clock's commands.
type stepBody struct {
	Step string `json:"step"`
}

// automatic handles what the server sends. What comes too late changes nothing.
func automatic(s State, cmd process.Command, f Facts) ([]event.Draft, error) {
	d := decision{State: s, cmd: cmd, facts: f}
	switch cmd.Name {
	case process.Recalculate:
		return recalculate(s, cmd.At, f.Calendar), nil
	case cmdPauseEnds:
		if s.Paused == nil || s.Paused.Ends.IsZero() || cmd.At.Before(s.Paused.Ends) {
			return nil, nil
		}
		return event.Drafts(d.resumeAll("")), nil
	case cmdScheduled, cmdUnscheduled, cmdVoted:
		return d.meeting()
	case cmdPaper:
		return d.paper()
	}
	var b stepBody
	if err := process.Unmarshal(cmd.Body, &b); err != nil {
		return nil, err
	}
	return d.settled(d.late(b.Step)), nil
}

// late marks a running step whose reminder, deadline or grace has come.
func (d decision) late(name string) []event.Draft {
	x, ok := d.step(name)
	if !ok || !x.Open() || !x.Clock.Running() || d.Ended() {
		return nil
	}
	light := x.Clock.LightAt(d.cmd.At)
	switch {
	case d.cmd.Name == cmdRemind && !x.Reminded && !d.cmd.At.Before(x.Clock.RemindAt):
		return event.Drafts(Reminded{Step: name, Label: x.Label})
	case d.cmd.Name == cmdLapse && light != process.Green:
		seat := d.seat(strings.TrimPrefix(name, "seat:"))
		if seat == nil || seat.Veto || seat.Lapse == NoLapse {
			return nil
		}
		return event.Drafts(Lapsed{Seat: seat.ID, Label: x.Label, Opinion: seat.Lapse.opinion()})
	case d.cmd.Name == cmdLight && light != x.Light && light.Worse(x.Light) == light:
		return event.Drafts(LightChanged{Step: name, Label: x.Label, Light: light})
	}
	return nil
}

// meeting takes what the panel's meeting tells. A review that has moved on meanwhile
// refuses, and the meeting records that.
func (d decision) meeting() ([]event.Draft, error) {
	if d.Stage != Panel {
		return nil, fault.New(fault.Conflict, "panel_not_awaited", "研判现处于"+d.Stage.Label()+"阶段,不在研判会阶段")
	}
	switch d.cmd.Name {
	case cmdScheduled:
		var b struct {
			Meet
			MeetingID string `json:"meeting_id"`
		}
		if err := process.Unmarshal(d.cmd.Body, &b); err != nil {
			return nil, err
		}
		if d.Meeting != nil && d.Meeting.ID != b.MeetingID {
			return nil, fault.New(fault.Conflict, "panel_scheduled", "已列入另一次研判会:"+d.Meeting.Title)
		}
		b.ID = b.MeetingID
		return event.Drafts(Scheduled{Meet: b.Meet}), nil
	case cmdUnscheduled:
		var b Unscheduled
		if err := process.Unmarshal(d.cmd.Body, &b); err != nil {
			return nil, err
		}
		if d.Meeting == nil || d.Meeting.ID != b.MeetingID {
			return nil, nil
		}
		return event.Drafts(b), nil
	}
	var v Verdict
	if err := process.Unmarshal(d.cmd.Body, &v); err != nil {
		return nil, err
	}
	if d.PanelStep.Returned != nil {
		return nil, fault.New(fault.Conflict, "panel_returned", "研判材料已退回补正,本次表决不予采用")
	}
	return event.Drafts(PanelVoted{Verdict: v}, DecisionOpened{Clock: d.decisionClock()}), nil
}

// paper takes the opinion document once; made twice, the first stands.
func (d decision) paper() ([]event.Draft, error) {
	var b PaperIssued
	if err := process.Unmarshal(d.cmd.Body, &b); err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(d.Papers, func(p Paper) bool { return p.Number == b.Number && p.IssuedAt.IsZero() }) {
		return nil, nil
	}
	return event.Drafts(b), nil
}

// recalculate computes every open deadline again; only what moved is an event.
func recalculate(s State, at time.Time, cal *calendar.Calendar) []event.Draft {
	var out []event.Draft
	for _, step := range s.openSteps() {
		clock := step.Clock.Computed(cal)
		if reflect.DeepEqual(clock, step.Clock) {
			continue
		}
		out = append(out, event.NewDraft(DeadlineMoved{Step: step.Name, Label: step.Label, Clock: clock, Light: clock.LightAt(at)}))
	}
	return out
}

// Timers lists the deadlines the review waits for: for each running step its
// reminder, then its next change of light, or its lapse; and the end of a pause.
func Timers(s State) []process.Timer {
	var out []process.Timer
	if s.Ended() {
		return nil
	}
	if s.Paused != nil && !s.Paused.Ends.IsZero() {
		out = append(out, process.Timer{Name: "pause/ends", At: s.Paused.Ends, Summary: "中止计时期满", Command: cmdPauseEnds, Body: stepBody{}})
	}
	for _, step := range s.openSteps() {
		if step.Clock.Running() {
			out = append(out, s.stepTimers(step)...)
		}
	}
	return out
}

func (s State) stepTimers(step NamedStep) []process.Timer {
	var out []process.Timer
	body := stepBody{Step: step.Name}
	if !step.Reminded && !step.Clock.RemindAt.IsZero() && step.Light == process.Green {
		out = append(out, process.Timer{Name: step.Name + "/remind", At: step.Clock.RemindAt,
			Summary: step.Label + "到期提醒", Command: cmdRemind, Body: body})
	}
	seat := s.seat(strings.TrimPrefix(step.Name, "seat:"))
	switch {
	case seat != nil && seat.Lapse != NoLapse && !seat.Veto:
		out = append(out, process.Timer{Name: step.Name + "/lapse", At: step.Clock.Due,
			Summary: step.Label + "逾期" + seat.Lapse.Label(), Command: cmdLapse, Body: body})
	case step.Light == process.Green:
		out = append(out, process.Timer{Name: step.Name + "/due", At: step.Clock.Due,
			Summary: step.Label + "到期", Command: cmdLight, Body: body})
	case step.Light == process.Yellow:
		out = append(out, process.Timer{Name: step.Name + "/red", At: step.Clock.RedAt,
			Summary: step.Label + "严重逾期", Command: cmdLight, Body: body})
	}
	return out
}

// Effects are the opinion documents that are still to be made.
func Effects(s State) []process.Effect {
	var out []process.Effect
	for _, p := range s.Papers {
		if p.Number != "" && p.IssuedAt.IsZero() {
			out = append(out, process.Effect{
				Key: "paper:" + p.Number, Name: EffectPaper, Command: cmdPaper,
				Body: event.NewDraft(PaperIssued{Number: p.Number}).Data,
			})
		}
	}
	return out
}
