package bulletin

import (
	"time"

	"luodi/internal/event"
)

// The events of a bulletin. Names and fields are stored: only add to them.
type (
	// WasOpened starts a bulletin; its figures are those known at that moment.
	WasOpened struct {
		Opening Opening   `json:"opening"`
		KnownAt time.Time `json:"known_at"`
	}
	// WasFrozen notes the content that was computed.
	WasFrozen struct {
		Round  int    `json:"round"`
		Frozen Frozen `json:"frozen"`
	}
	// Recomputed asks for the figures anew, as they are known at that moment.
	Recomputed struct {
		Round   int       `json:"round"`
		KnownAt time.Time `json:"known_at"`
	}
	// Annotated replaces the editor's note.
	Annotated struct {
		Text string `json:"text"`
	}
	// Submitted hands the draft to a second person.
	Submitted struct{}
	// WasChecked is the second person's consent.
	WasChecked struct{}
	// WasReturned gives it back to be worked over.
	WasReturned struct {
		Text string `json:"text"`
	}
	// WasPublished publishes it under a number, with a copy to the units.
	WasPublished struct {
		Number string   `json:"number"`
		Units  []string `json:"units"`
	}
	// WasWithdrawn takes it back before publication.
	WasWithdrawn struct {
		Text string `json:"text"`
	}
	// WasRead is a person's receipt.
	WasRead struct{}
)

// EventType names the event in the store.
func (WasOpened) EventType() string { return "bulletin.opened" }

// EventType names the event in the store.
func (WasFrozen) EventType() string { return "bulletin.frozen" }

// EventType names the event in the store.
func (Recomputed) EventType() string { return "bulletin.recomputed" }

// EventType names the event in the store.
func (Annotated) EventType() string { return "bulletin.annotated" }

// EventType names the event in the store.
func (Submitted) EventType() string { return "bulletin.submitted" }

// EventType names the event in the store.
func (WasChecked) EventType() string { return "bulletin.checked" }

// EventType names the event in the store.
func (WasReturned) EventType() string { return "bulletin.returned" }

// EventType names the event in the store.
func (WasPublished) EventType() string { return "bulletin.published" }

// EventType names the event in the store.
func (WasWithdrawn) EventType() string { return "bulletin.withdrawn" }

// EventType names the event in the store.
func (WasRead) EventType() string { return "bulletin.read" }

// Evolve applies one recorded event. It is total: an event of an unknown type changes
// nothing. It must stay backward compatible for ever: workflows replay through it.
func Evolve(s State, e event.Event) State {
	if apply, ok := applies[e.Type]; ok {
		return apply(s, e)
	}
	return s
}

var applies = map[string]func(State, event.Event) State{
	"bulletin.opened":     event.By(WasOpened.apply),
	"bulletin.frozen":     event.By(WasFrozen.apply),
	"bulletin.recomputed": event.By(Recomputed.apply),
	"bulletin.annotated":  event.By(Annotated.apply),
	"bulletin.submitted":  event.By(Submitted.apply),
	"bulletin.checked":    event.By(WasChecked.apply),
	"bulletin.returned":   event.By(WasReturned.apply),
	"bulletin.published":  event.By(WasPublished.apply),
	"bulletin.withdrawn":  event.By(WasWithdrawn.apply),
	"bulletin.read":       event.By(WasRead.apply),
}

func signed(e event.Event) *Signed { return &Signed{By: e.Actor, At: e.At} }

func (b WasOpened) apply(_ State, e event.Event) State {
	return State{Opening: b.Opening, Stage: Computing, Opened: *signed(e), KnownAt: b.KnownAt, Round: 1}
}

// apply passes over the result of an earlier freeze, and one that comes after the
// bulletin was withdrawn.
func (b WasFrozen) apply(s State, _ event.Event) State {
	if b.Round == s.Round && s.Stage == Computing {
		s.Stage, s.Frozen = Draft, &b.Frozen
	}
	return s
}

// apply keeps the frozen content of before until there is another: it can still be read.
func (b Recomputed) apply(s State, _ event.Event) State {
	s.Stage, s.Round, s.KnownAt = Computing, b.Round, b.KnownAt
	s.Submitted, s.Checked = nil, nil
	return s
}

func (b Annotated) apply(s State, e event.Event) State {
	s.Text, s.TextBy = b.Text, signed(e)
	return s
}

func (Submitted) apply(s State, e event.Event) State {
	s.Stage, s.Submitted, s.Checked, s.Returned, s.Reason = Checking, signed(e), nil, nil, ""
	return s
}

func (WasChecked) apply(s State, e event.Event) State {
	s.Stage, s.Checked = Signing, signed(e)
	return s
}

func (b WasReturned) apply(s State, e event.Event) State {
	s.Stage, s.Returned, s.Reason = Draft, signed(e), b.Text
	return s
}

func (b WasPublished) apply(s State, e event.Event) State {
	s.Stage, s.Number, s.Units, s.Published = Published, b.Number, b.Units, signed(e)
	return s
}

func (b WasWithdrawn) apply(s State, _ event.Event) State {
	s.Stage, s.Reason = Withdrawn, b.Text
	return s
}

func (WasRead) apply(s State, e event.Event) State {
	if s.HasRead(e.Actor.UserID) {
		return s
	}
	r := Receipt{UserID: e.Actor.UserID, Name: e.Actor.Name, UnitID: e.Actor.UnitID, UnitName: e.Actor.UnitName, At: e.At}
	s.Receipts = append(s.Receipts[:len(s.Receipts):len(s.Receipts)], r)
	return s
}
