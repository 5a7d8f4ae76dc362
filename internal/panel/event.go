package panel

import "luodi/internal/event"

// The events of a meeting. Names and fields are stored: only add to them.
type (
	// ConvenedMeeting starts a meeting.
	ConvenedMeeting struct {
		ID          string      `json:"id"`
		Arrangement Arrangement `json:"arrangement"`
		Items       []Item      `json:"items"`
	}
	// Revised replaces the arrangement. Revision grows when the reviews have to know.
	Revised struct {
		Arrangement Arrangement `json:"arrangement"`
		Revision    int         `json:"revision"`
	}
	// ItemAdded puts a review on the agenda.
	ItemAdded struct {
		Item Item `json:"item"`
	}
	// ItemRemoved takes one off before the meeting opens.
	ItemRemoved struct {
		Item  string `json:"item"`
		Label string `json:"label"` // project name, for the timeline
		Text  string `json:"text"`
	}
	// Attended is a member's attendance; the actor is who signed.
	Attended struct {
		UserID string `json:"user_id"`
		Name   string `json:"name"`
		Marked bool   `json:"marked,omitempty"` // by the centre
	}
	// Opened opens the meeting with those present.
	Opened struct {
		Present int `json:"present"` // heads
		Members int `json:"members"`
	}
	// VoteOpened opens a round of voting on an item.
	VoteOpened struct {
		Item  string `json:"item"`
		Label string `json:"label"`
		Round int    `json:"round"`
	}
	// Voted is a ballot; a later one of the same member replaces it. Secret ballots
	// hold Sealed and nothing else of the choice.
	Voted struct {
		Item   string `json:"item"`
		Label  string `json:"label"`
		UserID string `json:"user_id"`
		Name   string `json:"name"`
		Choice Choice `json:"choice,omitempty"`
		Sealed string `json:"sealed,omitempty"`
		Text   string `json:"text,omitempty"`
	}
	// RecusedFrom is a member stepping aside for an item (回避).
	RecusedFrom struct {
		Item   string `json:"item"`
		Label  string `json:"label"`
		UserID string `json:"user_id"`
		Name   string `json:"name"`
		Text   string `json:"text"`
	}
	// VoteClosed is the count of a round.
	VoteClosed struct {
		Item  string `json:"item"`
		Label string `json:"label"`
		Tally Tally  `json:"tally"`
	}
	// CastByChair decides a tie.
	CastByChair struct {
		Item   string `json:"item"`
		Label  string `json:"label"`
		Choice Choice `json:"choice"`
		Text   string `json:"text,omitempty"`
	}
	// ItemPostponed leaves an item to another meeting.
	ItemPostponed struct {
		Item  string `json:"item"`
		Label string `json:"label"`
		Text  string `json:"text"`
	}
	// Advised records the meeting's advice on an item.
	Advised struct {
		Item  string `json:"item"`
		Label string `json:"label"`
		Text  string `json:"text"`
	}
	// Minuted replaces the minutes.
	Minuted struct {
		Text string `json:"text"`
	}
	// ClosedMeeting ends the meeting.
	ClosedMeeting struct{}
	// CancelledMeeting calls it off.
	CancelledMeeting struct {
		Text string `json:"text"`
	}
	// Reminded is the automatic reminder a day before.
	Reminded struct{}
	// PastDue marks a meeting that a day after its time is not over.
	PastDue struct{}
	// ItemTold notes that a review was told.
	ItemTold struct {
		Item   string `json:"item"`
		Label  string `json:"label"`
		Notice Notice `json:"notice"`
	}
	// ItemRefused notes that a review didn't take what it was told, and why.
	ItemRefused struct {
		Item   string `json:"item"`
		Label  string `json:"label"`
		Notice Notice `json:"notice"`
		Code   string `json:"code"`
		Text   string `json:"text"`
	}
)

// EventType names the event in the store.
func (ConvenedMeeting) EventType() string { return "panel.convened" }

// EventType names the event in the store.
func (Revised) EventType() string { return "panel.revised" }

// EventType names the event in the store.
func (ItemAdded) EventType() string { return "panel.item_added" }

// EventType names the event in the store.
func (ItemRemoved) EventType() string { return "panel.item_removed" }

// EventType names the event in the store.
func (Attended) EventType() string { return "panel.attended" }

// EventType names the event in the store.
func (Opened) EventType() string { return "panel.opened" }

// EventType names the event in the store.
func (VoteOpened) EventType() string { return "panel.vote_opened" }

// EventType names the event in the store.
func (Voted) EventType() string { return "panel.voted" }

// EventType names the event in the store.
func (RecusedFrom) EventType() string { return "panel.recused" }

// EventType names the event in the store.
func (VoteClosed) EventType() string { return "panel.vote_closed" }

// EventType names the event in the store.
func (CastByChair) EventType() string { return "panel.cast" }

// EventType names the event in the store.
func (ItemPostponed) EventType() string { return "panel.item_postponed" }

// EventType names the event in the store.
func (Advised) EventType() string { return "panel.advised" }

// EventType names the event in the store.
func (Minuted) EventType() string { return "panel.minuted" }

// EventType names the event in the store.
func (ClosedMeeting) EventType() string { return "panel.closed" }

// EventType names the event in the store.
func (CancelledMeeting) EventType() string { return "panel.cancelled" }

// EventType names the event in the store.
func (Reminded) EventType() string { return "panel.reminded" }

// EventType names the event in the store.
func (PastDue) EventType() string { return "panel.overdue" }

// EventType names the event in the store.
func (ItemTold) EventType() string { return "panel.item_told" }

// EventType names the event in the store.
func (ItemRefused) EventType() string { return "panel.item_refused" }

var _ = []event.Body{
	ConvenedMeeting{}, Revised{}, ItemAdded{}, ItemRemoved{}, Attended{}, Opened{}, VoteOpened{}, Voted{},
	RecusedFrom{}, VoteClosed{}, CastByChair{}, ItemPostponed{}, Advised{}, Minuted{}, ClosedMeeting{},
	CancelledMeeting{}, Reminded{}, PastDue{}, ItemTold{}, ItemRefused{},
}
