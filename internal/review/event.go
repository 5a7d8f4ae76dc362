package review

import (
	"time"

	"luodi/internal/calendar"
	"luodi/internal/event"
	"luodi/internal/org"
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
		IntakeTerms     process.Terms `json:"intake_terms,omitzero"`
		Rules           Rules         `json:"rules,omitzero"`
		CopyTo          []string      `json:"copy_to,omitempty"`
		Clock           process.Clock `json:"clock"` // intake
	}
	// Accepted ends intake and opens the seats: all at once, or the first of a sequence.
	Accepted struct {
		Text      string                   `json:"text,omitempty"`
		Seats     map[string]process.Clock `json:"seats"`
		Unstaffed []string                 `json:"unstaffed,omitempty"` // units in which nobody can act
	}
	// SeatsOpened opens further seats: the next of a sequence, signers who speak after another.
	SeatsOpened struct {
		Seats map[string]process.Clock `json:"seats"`
		Names []string                 `json:"names"`
	}
	// SeatsDropped says that some seats need to speak no more (或签).
	SeatsDropped struct {
		Seats []string `json:"seats"`
		Names []string `json:"names"`
		Why   string   `json:"why"`
	}
	// Returned asks for supplements and stops the clock of one step and of its signers.
	Returned struct {
		Step  string                   `json:"step"`
		Label string                   `json:"label"` // of the step, for the timeline
		Text  string                   `json:"text"`
		Route Route                    `json:"route,omitempty"`
		Clock process.Clock            `json:"clock"`
		Also  map[string]process.Clock `json:"also,omitempty"` // signers that stand still with it
	}
	// SentBack opens seats again from a later stage, with fresh clocks.
	SentBack struct {
		Seats map[string]process.Clock `json:"seats"`
		Names []string                 `json:"names"`
		Text  string                   `json:"text"`
	}
	// Resubmitted answers every open return. Direct ones run on; stepwise ones wait for the centre.
	Resubmitted struct {
		Text     string                   `json:"text"`
		Clocks   map[string]process.Clock `json:"clocks"`
		Figures  *Figures                 `json:"figures,omitempty"` // as of now; nil: unchanged
		Changes  []Change                 `json:"changes,omitempty"`
		Answered []string                 `json:"answered,omitempty"` // steps that wait for the centre
		Recheck  *process.Clock           `json:"recheck,omitempty"`
		Pending  *Pending                 `json:"pending,omitempty"` // until the centre passes it on
	}
	// Forwarded passes stepwise supplements on; the steps run on.
	Forwarded struct {
		Text   string                   `json:"text,omitempty"`
		Clocks map[string]process.Clock `json:"clocks"`
	}
	// Reseated opens seats again whose figures changed, and seats who now has to be asked.
	Reseated struct {
		Seats map[string]process.Clock `json:"seats"`
		Names []string                 `json:"names"`
		Added []SeatTerms              `json:"added,omitempty"`
		Why   string                   `json:"why"`
	}
	// Opined is a seat's opinion.
	Opined struct {
		Seat      string   `json:"seat"`
		Opinion   Opinion  `json:"opinion"`
		Text      string   `json:"text,omitempty"`
		Condition string   `json:"condition,omitempty"`
		Demands   []Demand `json:"conditions,omitempty"`
		Mark      *int     `json:"mark,omitempty"`
		Signed    bool     `json:"signed,omitempty"` // a leader signed a handler's draft
	}
	// Drafted is an opinion that waits for a leader's signature (送签).
	Drafted struct {
		Opined
	}
	// DraftReturned gives a draft back to its author.
	DraftReturned struct {
		Seat string `json:"seat"`
		Text string `json:"text"`
	}
	// Claimed takes a seat out of the unit's pool.
	Claimed struct {
		Seat   string    `json:"seat"`
		Holder org.Actor `json:"holder"`
	}
	// Released gives a seat back to the unit's pool.
	Released struct {
		Seat string `json:"seat"`
	}
	// Transferred hands a seat to a colleague, or to another unit (转办).
	Transferred struct {
		Seat     string     `json:"seat"`
		Holder   *org.Actor `json:"holder,omitempty"`
		UnitID   string     `json:"unit_id,omitempty"`
		UnitName string     `json:"unit_name,omitempty"`
		Text     string     `json:"text,omitempty"`
	}
	// Delegated lets a colleague prepare the opinion (委派).
	Delegated struct {
		Seat string    `json:"seat"`
		By   org.Actor `json:"by"`
		To   org.Actor `json:"to"`
		Text string    `json:"text,omitempty"`
	}
	// HandedBack returns a delegation with what was prepared.
	HandedBack struct {
		Seat string `json:"seat"`
		Text string `json:"text"`
	}
	// TakenBack undoes one's own opinion, draft, delegation or return while nobody has built on it.
	TakenBack struct {
		What  string                   `json:"what"` // opinion, draft, delegation, return
		Step  string                   `json:"step"`
		Label string                   `json:"label"`
		Clock process.Clock            `json:"clock,omitzero"`
		Also  map[string]process.Clock `json:"also,omitempty"`
	}
	// SignerAdded adds a signer to a seat (加签).
	SignerAdded struct {
		ID       string         `json:"id"`
		UnitID   string         `json:"unit_id"`
		UnitName string         `json:"unit_name"`
		To       string         `json:"to"`
		ToName   string         `json:"to_name"`
		Where    Where          `json:"where"`
		Text     string         `json:"text"`
		Terms    process.Terms  `json:"terms"`
		Clock    *process.Clock `json:"clock,omitempty"` // nil: opens later
		SignOff  bool           `json:"sign_off,omitempty"`
	}
	// SignerRemoved takes an added signer away (减签).
	SignerRemoved struct {
		Seat string `json:"seat"`
		Name string `json:"name"`
		Text string `json:"text"`
	}
	// Lapsed is what an overdue seat is taken to have said, by the template's rule. Nobody said it.
	Lapsed struct {
		Seat    string  `json:"seat"`
		Label   string  `json:"label"`
		Opinion Opinion `json:"opinion"`
	}
	// Remarked is said after the seat was done; it has no effect.
	Remarked struct {
		Seat string `json:"seat"`
		Text string `json:"text"`
	}
	// Copied gives units a copy (抄送).
	Copied struct {
		Units []string `json:"units"`
		Names []string `json:"names"`
		Text  string   `json:"text,omitempty"`
	}
	// WasRead is a read receipt (已阅).
	WasRead struct {
	}
	// Urged reminds whoever a step waits for (催办).
	Urged struct {
		Step  string `json:"step"`
		Label string `json:"label"`
		Text  string `json:"text,omitempty"`
	}
	// PausedAll stops every running clock (中止计时).
	PausedAll struct {
		Text   string                   `json:"text"`
		Until  calendar.Date            `json:"until,omitzero"`
		Ends   time.Time                `json:"ends,omitzero"`
		Clocks map[string]process.Clock `json:"clocks"`
	}
	// ResumedAll lets the clocks run on.
	ResumedAll struct {
		Text   string                   `json:"text,omitempty"`
		Clocks map[string]process.Clock `json:"clocks"`
	}
	// Extended gives a step more working days (延期).
	Extended struct {
		Step  string        `json:"step"`
		Label string        `json:"label"`
		Days  int           `json:"days"`
		Text  string        `json:"text"`
		Clock process.Clock `json:"clock"`
	}
	// PanelOpened follows the last opinion when the template wants a panel.
	PanelOpened struct {
		Clock process.Clock `json:"clock"`
		Why   string        `json:"why"`
	}
	// Scheduled puts the review on a meeting's agenda.
	Scheduled struct {
		Meet
	}
	// Unscheduled takes it off again.
	Unscheduled struct {
		MeetingID string `json:"meeting_id"`
		Reason    string `json:"reason"`
	}
	// PanelVoted is the result of the panel's vote.
	PanelVoted struct {
		Verdict
	}
	// DecisionOpened follows the last opinion, or the panel's vote.
	DecisionOpened struct {
		Clock process.Clock `json:"clock"`
	}
	// Decided is the decision. Number is filled in by the recorder, in the same transaction.
	Decided struct {
		Outcome    Outcome       `json:"outcome"`
		Text       string        `json:"text,omitempty"`
		Year       int           `json:"year,omitempty"`   // whose counter the number comes from
		Number     string        `json:"number,omitempty"` // of the opinion document
		Conditions []Condition   `json:"conditions,omitempty"`
		Until      calendar.Date `json:"until,omitzero"`
		Score      *Score        `json:"score,omitempty"`
	}
	// EvidenceSubmitted says that a condition is met, with evidence.
	EvidenceSubmitted struct {
		Condition string        `json:"condition"`
		Text      string        `json:"text"`
		Files     []File        `json:"files,omitempty"`
		Clock     process.Clock `json:"clock"` // of the condition, stopped
		Check     process.Clock `json:"check"` // of whoever verifies
	}
	// EvidenceReturned finds the evidence wanting; the condition's clock runs on.
	EvidenceReturned struct {
		Condition string        `json:"condition"`
		Text      string        `json:"text"`
		Clock     process.Clock `json:"clock"`
	}
	// ConditionClosed finds a condition met (销号), or waives it.
	ConditionClosed struct {
		Condition string `json:"condition"`
		Text      string `json:"text"`
		Waived    bool   `json:"waived,omitempty"`
	}
	// ConditionMoved sets a condition another date.
	ConditionMoved struct {
		Condition string        `json:"condition"`
		Text      string        `json:"text"`
		Due       string        `json:"due"`
		Clock     process.Clock `json:"clock"`
	}
	// Reopened takes a deferred review up again (重启).
	Reopened struct {
		Text  string        `json:"text"`
		Clock process.Clock `json:"clock"` // intake
	}
	// Concluded ends the review: a decision, a withdrawal or a termination.
	Concluded struct {
		Outcome Outcome `json:"outcome"`
		Text    string  `json:"text,omitempty"`
	}
	// PaperIssued is the opinion document, with the hash of each file.
	PaperIssued struct {
		Number string `json:"number"`
		Word   File   `json:"word"`
		PDF    File   `json:"pdf"`
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
func (SeatsOpened) EventType() string { return "review.seats_opened" }

// EventType names the event in the store.
func (SeatsDropped) EventType() string { return "review.seats_dropped" }

// EventType names the event in the store.
func (Returned) EventType() string { return "review.returned" }

// EventType names the event in the store.
func (SentBack) EventType() string { return "review.sent_back" }

// EventType names the event in the store.
func (Resubmitted) EventType() string { return "review.resubmitted" }

// EventType names the event in the store.
func (Forwarded) EventType() string { return "review.forwarded" }

// EventType names the event in the store.
func (Reseated) EventType() string { return "review.reseated" }

// EventType names the event in the store.
func (Opined) EventType() string { return "review.opined" }

// EventType names the event in the store.
func (Drafted) EventType() string { return "review.drafted" }

// EventType names the event in the store.
func (DraftReturned) EventType() string { return "review.draft_returned" }

// EventType names the event in the store.
func (Claimed) EventType() string { return "review.claimed" }

// EventType names the event in the store.
func (Released) EventType() string { return "review.released" }

// EventType names the event in the store.
func (Transferred) EventType() string { return "review.transferred" }

// EventType names the event in the store.
func (Delegated) EventType() string { return "review.delegated" }

// EventType names the event in the store.
func (HandedBack) EventType() string { return "review.handed_back" }

// EventType names the event in the store.
func (TakenBack) EventType() string { return "review.taken_back" }

// EventType names the event in the store.
func (SignerAdded) EventType() string { return "review.signer_added" }

// EventType names the event in the store.
func (SignerRemoved) EventType() string { return "review.signer_removed" }

// EventType names the event in the store.
func (Lapsed) EventType() string { return "review.lapsed" }

// EventType names the event in the store.
func (Remarked) EventType() string { return "review.remarked" }

// EventType names the event in the store.
func (Copied) EventType() string { return "review.copied" }

// EventType names the event in the store.
func (WasRead) EventType() string { return "review.read" }

// EventType names the event in the store.
func (Urged) EventType() string { return "review.urged" }

// EventType names the event in the store.
func (PausedAll) EventType() string { return "review.paused" }

// EventType names the event in the store.
func (ResumedAll) EventType() string { return "review.resumed" }

// EventType names the event in the store.
func (Extended) EventType() string { return "review.extended" }

// EventType names the event in the store.
func (PanelOpened) EventType() string { return "review.panel_opened" }

// EventType names the event in the store.
func (Scheduled) EventType() string { return "review.panel_scheduled" }

// EventType names the event in the store.
func (Unscheduled) EventType() string { return "review.panel_unscheduled" }

// EventType names the event in the store.
func (PanelVoted) EventType() string { return "review.panel_voted" }

// EventType names the event in the store.
func (DecisionOpened) EventType() string { return "review.decision_opened" }

// EventType names the event in the store.
func (Decided) EventType() string { return "review.decided" }

// EventType names the event in the store.
func (EvidenceSubmitted) EventType() string { return "review.evidence_submitted" }

// EventType names the event in the store.
func (EvidenceReturned) EventType() string { return "review.evidence_returned" }

// EventType names the event in the store.
func (ConditionClosed) EventType() string { return "review.condition_closed" }

// EventType names the event in the store.
func (ConditionMoved) EventType() string { return "review.condition_moved" }

// EventType names the event in the store.
func (Reopened) EventType() string { return "review.reopened" }

// EventType names the event in the store.
func (Concluded) EventType() string { return "review.concluded" }

// EventType names the event in the store.
func (PaperIssued) EventType() string { return "review.paper_issued" }

// EventType names the event in the store.
func (Reminded) EventType() string { return "review.reminded" }

// EventType names the event in the store.
func (LightChanged) EventType() string { return "review.light_changed" }

// EventType names the event in the store.
func (DeadlineMoved) EventType() string { return "review.deadline_moved" }

// evolvers apply each type of event. An event of an unknown type changes nothing.
var evolvers = map[string]func(State, event.Event) State{
	"review.submitted":          by[Submitted],
	"review.accepted":           by[Accepted],
	"review.seats_opened":       by[SeatsOpened],
	"review.seats_dropped":      by[SeatsDropped],
	"review.returned":           by[Returned],
	"review.sent_back":          by[SentBack],
	"review.resubmitted":        by[Resubmitted],
	"review.forwarded":          by[Forwarded],
	"review.reseated":           by[Reseated],
	"review.opined":             by[Opined],
	"review.drafted":            by[Drafted],
	"review.draft_returned":     by[DraftReturned],
	"review.claimed":            by[Claimed],
	"review.released":           by[Released],
	"review.transferred":        by[Transferred],
	"review.delegated":          by[Delegated],
	"review.handed_back":        by[HandedBack],
	"review.taken_back":         by[TakenBack],
	"review.signer_added":       by[SignerAdded],
	"review.signer_removed":     by[SignerRemoved],
	"review.lapsed":             by[Lapsed],
	"review.remarked":           by[Remarked],
	"review.copied":             by[Copied],
	"review.read":               by[WasRead],
	"review.urged":              by[Urged],
	"review.paused":             by[PausedAll],
	"review.resumed":            by[ResumedAll],
	"review.extended":           by[Extended],
	"review.panel_opened":       by[PanelOpened],
	"review.panel_scheduled":    by[Scheduled],
	"review.panel_unscheduled":  by[Unscheduled],
	"review.panel_voted":        by[PanelVoted],
	"review.decision_opened":    by[DecisionOpened],
	"review.decided":            by[Decided],
	"review.evidence_submitted": by[EvidenceSubmitted],
	"review.evidence_returned":  by[EvidenceReturned],
	"review.condition_closed":   by[ConditionClosed],
	"review.condition_moved":    by[ConditionMoved],
	"review.reopened":           by[Reopened],
	"review.concluded":          by[Concluded],
	"review.paper_issued":       by[PaperIssued],
	"review.reminded":           by[Reminded],
	"review.light_changed":      by[LightChanged],
	"review.deadline_moved":     by[DeadlineMoved],
}
