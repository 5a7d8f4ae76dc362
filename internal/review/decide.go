package review

import (
	"luodi/internal/calendar"
	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/process"
)

// Facts are what the rules need beside the state.
type Facts struct {
	Calendar *calendar.Calendar
}

// Given is what the server adds to a person's command: what the body names, and
// what is so now.
type Given struct {
	Users     map[string]org.User `json:"users,omitempty"`
	Units     map[string]org.Unit `json:"units,omitempty"`
	Files     map[string]File     `json:"files,omitempty"`
	Unstaffed []string            `json:"unstaffed,omitempty"` // units of seats in which nobody can act
	Figures   *Figures            `json:"figures,omitempty"`   // the project's, of a resubmission
	Plan      *Plan               `json:"plan,omitempty"`      // what the template says of those figures
	Score     *Score              `json:"score,omitempty"`     // of a decision
}

// Submission is the body of ActSubmit. It is put together by the server from the
// registry and the template, never read from a request.
type Submission struct {
	ID          string  `json:"id"`
	Figures     Figures `json:"figures"`
	Note        string  `json:"note"`
	StageBefore string  `json:"stage_before"`
	Plan        Plan    `json:"plan"`
}

// Decide turns a command into events, or refuses it with a fault. It reads no
// clock and no store.
func Decide(s State, cmd process.Command, f Facts) ([]event.Draft, error) {
	switch {
	case cmd.Name == ActSubmit:
		return submit(s, cmd, f)
	case !s.Started():
		return nil, fault.New(fault.NotFound, "review_unknown", "没有这项研判")
	case cmd.Actor.System:
		return automatic(s, cmd, f)
	}
	return s.decide(cmd, f)
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
		TemplateID: b.Plan.TemplateID, TemplateVersion: b.Plan.TemplateVersion, Rules: b.Plan.Rules,
		Seats: b.Plan.Seats, DecisionTerms: b.Plan.Decision, IntakeTerms: b.Plan.Intake, CopyTo: b.Plan.CopyTo,
		Clock: process.StartClock(f.Calendar, cmd.At, b.Plan.Intake),
	}), nil
}
