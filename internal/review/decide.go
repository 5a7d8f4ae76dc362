package review

import (
	"reflect"
	"slices"
	"time"

	"luodi/internal/calendar"
	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/process"
)

// Facts are what the rules need beside the state.
type Facts struct {
	Calendar *calendar.Calendar
}

// Commands that the clock sends.
const (
	cmdRemind = "remind"
	cmdLight  = "light"
)

// Submission is the body of ActSubmit. It is put together by the server from the
// registry and the template, never read from a request.
type Submission struct {
	ID          string  `json:"id"`
	Figures     Figures `json:"figures"`
	Note        string  `json:"note"`
	StageBefore string  `json:"stage_before"`
	Plan        Plan    `json:"plan"`
}

// stepBody is the body of the clock's commands.
type stepBody struct {
	Step string `json:"step"`
}

// Decide turns a command into events, or refuses it with a fault. It reads no
// clock and no store.
func Decide(s State, cmd process.Command, f Facts) ([]event.Draft, error) {
	if cmd.Name == ActSubmit {
		return submit(s, cmd, f)
	}
	if !s.Started() {
		return nil, fault.New(fault.NotFound, "review_unknown", "没有这项研判")
	}
	if cmd.Actor.System {
		return automatic(s, cmd, f)
	}
	d := decision{State: s, cmd: cmd, facts: f, actions: Actions(s, cmd.Actor, cmd.At)}
	switch cmd.Name {
	case ActAccept:
		return d.accept()
	case ActReturn:
		return d.returnIt()
	case ActResubmit:
		return d.resubmit()
	case ActOpine:
		return d.opine()
	case ActDecide:
		return d.decide()
	case ActWithdraw:
		return d.conclude(Withdrawn)
	case ActTerminate:
		return d.conclude(Terminated)
	}
	return nil, process.Require(d.actions, cmd, nil)
}

func submit(s State, cmd process.Command, f Facts) ([]event.Draft, error) {
	if s.Started() {
		return nil, fault.New(fault.Conflict, "review_started", "研判已经发起")
	}
	var b Submission
	if err := process.Unmarshal(cmd.Body, &b); err != nil {
		return nil, err
	}
	return event.Drafts(Submitted{
		ID: b.ID, Figures: b.Figures, Note: b.Note, StageBefore: b.StageBefore,
		TemplateID: b.Plan.TemplateID, TemplateVersion: b.Plan.TemplateVersion,
		Seats: b.Plan.Seats, DecisionTerms: b.Plan.Decision, CopyTo: b.Plan.CopyTo,
		Clock: process.StartClock(f.Calendar, cmd.At, b.Plan.Intake),
	}), nil
}

// decision is one command against one state.
type decision struct {
	State
	cmd     process.Command
	facts   Facts
	actions []process.Action
}

func (d decision) accept() ([]event.Draft, error) {
	var b struct {
		Text string `json:"text"`
	}
	if err := process.Require(d.actions, d.cmd, &b); err != nil {
		return nil, err
	}
	clocks := map[string]process.Clock{}
	for _, t := range d.OpinionTerms {
		clocks[t.UnitID] = process.StartClock(d.facts.Calendar, d.cmd.At, t.Terms)
	}
	out := event.Drafts(Accepted{Text: b.Text, Seats: clocks})
	if len(clocks) == 0 { // nobody needs to be asked
		out = append(out, d.decisionOpened())
	}
	return out, nil
}

func (d decision) decisionOpened() event.Draft {
	return event.NewDraft(DecisionOpened{Clock: process.StartClock(d.facts.Calendar, d.cmd.At, d.DecisionTerms)})
}

func (d decision) returnIt() ([]event.Draft, error) {
	var b struct {
		Text string `json:"text"`
	}
	if err := process.Require(d.actions, d.cmd, &b); err != nil {
		return nil, err
	}
	step := d.Steps()[0] // intake
	if d.Stage == Opinions {
		step = d.seatOf(d.cmd.Actor.UnitID)
	}
	return event.Drafts(Returned{Step: step.Name, Label: step.Label, Text: b.Text, Clock: step.Clock.Stopped(d.cmd.At)}), nil
}

// seatOf is the step of a unit's seat; Actions has made sure that there is one.
func (d decision) seatOf(unit string) NamedStep {
	i := slices.IndexFunc(d.Steps(), func(x NamedStep) bool { return x.Unit == unit })
	return d.Steps()[i]
}

func (d decision) resubmit() ([]event.Draft, error) {
	var b struct {
		Text string `json:"text"`
	}
	if err := process.Require(d.actions, d.cmd, &b); err != nil {
		return nil, err
	}
	clocks := map[string]process.Clock{}
	for _, step := range d.returned() {
		clocks[step.Name] = step.Clock.Resumed(d.facts.Calendar, d.cmd.At)
	}
	return event.Drafts(Resubmitted{Text: b.Text, Clocks: clocks}), nil
}

func (d decision) opine() ([]event.Draft, error) {
	var b Opined
	if err := process.Require(d.actions, d.cmd, &b); err != nil {
		return nil, err
	}
	switch {
	case b.Opinion == Conditioned && b.Condition == "":
		b.Condition = b.Text
	case b.Opinion != Conditioned && b.Condition != "":
		return nil, fault.Field("/condition", "condition_unexpected", "只有“有条件同意”才填写所附条件")
	}
	out := event.Drafts(b)
	if d.lastSeat(b.Seat) {
		out = append(out, d.decisionOpened())
	}
	return out, nil
}

// lastSeat reports whether every other seat has already given its opinion.
func (d decision) lastSeat(id string) bool {
	for _, seat := range d.Seats {
		if seat.ID != id && seat.Step.Open() {
			return false
		}
	}
	return true
}

func (d decision) decide() ([]event.Draft, error) {
	var b Concluded
	if err := process.Require(d.actions, d.cmd, &b); err != nil {
		return nil, err
	}
	return event.Drafts(b), nil
}

func (d decision) conclude(outcome Outcome) ([]event.Draft, error) {
	var b struct {
		Text string `json:"text"`
	}
	if err := process.Require(d.actions, d.cmd, &b); err != nil {
		return nil, err
	}
	return event.Drafts(Concluded{Outcome: outcome, Text: b.Text}), nil
}

// automatic handles what the clock and the sweep send. None of it approves anything.
func automatic(s State, cmd process.Command, f Facts) ([]event.Draft, error) {
	if cmd.Name == process.Recalculate {
		return recalculate(s, cmd.At, f.Calendar), nil
	}
	var b stepBody
	if err := process.Unmarshal(cmd.Body, &b); err != nil {
		return nil, err
	}
	for _, step := range s.Steps() {
		if step.Name != b.Step || !step.Open() || !step.Clock.Running() || s.Ended() {
			continue
		}
		light := step.Clock.LightAt(cmd.At)
		switch {
		case cmd.Name == cmdRemind && !step.Reminded && !cmd.At.Before(step.Clock.RemindAt):
			return event.Drafts(Reminded{Step: b.Step, Label: step.Label}), nil
		case cmd.Name == cmdLight && light != step.Light && light.Worse(step.Light) == light:
			return event.Drafts(LightChanged{Step: b.Step, Label: step.Label, Light: light}), nil
		}
	}
	return nil, nil // came too late: the step is done, stopped or already marked
}

// recalculate computes every open deadline again; only what moved is an event.
func recalculate(s State, at time.Time, cal *calendar.Calendar) []event.Draft {
	var out []event.Draft
	if s.Ended() {
		return nil
	}
	for _, step := range s.Steps() {
		if !step.Open() {
			continue
		}
		clock := step.Clock.Computed(cal)
		if reflect.DeepEqual(clock, step.Clock) {
			continue
		}
		out = append(out, event.NewDraft(DeadlineMoved{Step: step.Name, Label: step.Label, Clock: clock, Light: clock.LightAt(at)}))
	}
	return out
}

// Timers lists the deadlines the review waits for: for each running step its
// reminder, then its next change of light.
func Timers(s State) []process.Timer {
	var out []process.Timer
	if s.Ended() {
		return nil
	}
	for _, step := range s.Steps() {
		if !step.Open() || !step.Clock.Running() {
			continue
		}
		body := stepBody{Step: step.Name}
		if !step.Reminded && !step.Clock.RemindAt.IsZero() && step.Light == process.Green {
			out = append(out, process.Timer{Name: step.Name + "/remind", At: step.Clock.RemindAt,
				Summary: step.Label + "到期提醒", Command: cmdRemind, Body: body})
		}
		switch step.Light {
		case process.Green:
			out = append(out, process.Timer{Name: step.Name + "/due", At: step.Clock.Due,
				Summary: step.Label + "到期", Command: cmdLight, Body: body})
		case process.Yellow:
			out = append(out, process.Timer{Name: step.Name + "/red", At: step.Clock.RedAt,
				Summary: step.Label + "严重逾期", Command: cmdLight, Body: body})
		}
	}
	return out
}
