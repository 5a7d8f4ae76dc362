package review

import (
	"luodi/internal/event"
	"luodi/internal/process"
)

// The events of a review. Names and fields are stored: only add to them.
type (
	// Submitted starts the review with the template frozen into it.
	Submitted struct {
		ID              string        `json:"id"`
		Figures         Figures       `json:"figures"`
		Note            string        `json:"note,omitempty"`
		StageBefore     string        `json:"stage_before"`
		TemplateID      string        `json:"template_id"`
		TemplateVersion int           `json:"template_version"`
		Seats           []SeatTerms   `json:"seats"`
		DecisionTerms   process.Terms `json:"decision_terms"`
		CopyTo          []string      `json:"copy_to,omitempty"`
		Clock           process.Clock `json:"clock"` // intake
	}
	// Accepted ends intake and opens every seat at once.
	Accepted struct {
		Text  string                   `json:"text,omitempty"`
		Seats map[string]process.Clock `json:"seats"`
	}
	// Returned asks for supplements and stops the clock of one step.
	Returned struct {
		Step  string        `json:"step"`
		Label string        `json:"label"` // of the step, for the timeline
		Text  string        `json:"text"`
		Clock process.Clock `json:"clock"`
	}
	// Resubmitted answers every open return; the clocks of those steps run on.
	Resubmitted struct {
		Text   string                   `json:"text"`
		Clocks map[string]process.Clock `json:"clocks"`
	}
	// Opined is a seat's opinion.
	Opined struct {
		Seat      string  `json:"seat"`
		Opinion   Opinion `json:"opinion"`
		Text      string  `json:"text,omitempty"`
		Condition string  `json:"condition,omitempty"`
	}
	// DecisionOpened follows the last opinion.
	DecisionOpened struct {
		Clock process.Clock `json:"clock"`
	}
	// Concluded ends the review: a decision, a withdrawal or a termination.
	Concluded struct {
		Outcome Outcome `json:"outcome"`
		Text    string  `json:"text,omitempty"`
	}
	// Reminded is the automatic reminder before a deadline.
	Reminded struct {
		Step  string `json:"step"`
		Label string `json:"label"` // of the step, for the timeline
	}
	// LightChanged is the automatic change of a step's light: yellow at due, red after the grace.
	LightChanged struct {
		Step  string        `json:"step"`
		Label string        `json:"label"` // of the step, for the timeline
		Light process.Light `json:"light"`
	}
	// DeadlineMoved is an open deadline computed again after a new holiday notice.
	DeadlineMoved struct {
		Step  string        `json:"step"`
		Label string        `json:"label"` // of the step, for the timeline
		Clock process.Clock `json:"clock"`
		Light process.Light `json:"light"`
	}
)

// EventType names the event in the store.
func (Submitted) EventType() string { return "review.submitted" }

// EventType names the event in the store.
func (Accepted) EventType() string { return "review.accepted" }

// EventType names the event in the store.
func (Returned) EventType() string { return "review.returned" }

// EventType names the event in the store.
func (Resubmitted) EventType() string { return "review.resubmitted" }

// EventType names the event in the store.
func (Opined) EventType() string { return "review.opined" }

// EventType names the event in the store.
func (DecisionOpened) EventType() string { return "review.decision_opened" }

// EventType names the event in the store.
func (Concluded) EventType() string { return "review.concluded" }

// EventType names the event in the store.
func (Reminded) EventType() string { return "review.reminded" }

// EventType names the event in the store.
func (LightChanged) EventType() string { return "review.light_changed" }

// EventType names the event in the store.
func (DeadlineMoved) EventType() string { return "review.deadline_moved" }

var _ = []event.Body{
	Submitted{}, Accepted{}, Returned{}, Resubmitted{}, Opined{},
	DecisionOpened{}, Concluded{}, Reminded{}, LightChanged{}, DeadlineMoved{},
}
