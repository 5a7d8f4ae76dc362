package batch

import (
	"fmt"

	"luodi/internal/calendar"
	"luodi/internal/event"
)

// The events of a list.
type (
	// Opened begins a list.
	Opened struct {
		ID           string        `json:"id"`
		Year         int           `json:"year"`
		Title        string        `json:"title"`
		Remark       string        `json:"remark,omitempty"`
		From         calendar.Date `json:"from"`
		Illustrative bool          `json:"illustrative,omitempty"`
	}
	// RowsSet replaces all rows.
	RowsSet struct {
		Digest string `json:"digest"`
		Count  int    `json:"count"`
	}
	// CheckedBySecond is the second person's word.
	CheckedBySecond struct {
		Text string `json:"text,omitempty"`
	}
	// SentBack makes it a draft again.
	SentBack struct {
		Text string `json:"text"`
	}
	// PublishedAs gives it its number; its liaisons start from now on.
	PublishedAs struct {
		Batch int      `json:"batch"`
		Count int      `json:"count"`
		Units []string `json:"units"`
	}
	// StartedUntil notes that so many liaisons run.
	StartedUntil struct {
		Started int `json:"started"`
	}
	// CancelledFor ends a list that was never published.
	CancelledFor struct {
		Text string `json:"text,omitempty"`
	}
)

// EventType names the event in the store.
func (Opened) EventType() string { return "batch.opened" }

// EventType names the event in the store.
func (RowsSet) EventType() string { return "batch.rows_set" }

// EventType names the event in the store.
func (CheckedBySecond) EventType() string { return "batch.checked" }

// EventType names the event in the store.
func (SentBack) EventType() string { return "batch.sent_back" }

// EventType names the event in the store.
func (PublishedAs) EventType() string { return "batch.published" }

// EventType names the event in the store.
func (StartedUntil) EventType() string { return "batch.started" }

// EventType names the event in the store.
func (CancelledFor) EventType() string { return "batch.cancelled" }

// Evolve applies one recorded event. It is total, and must stay backward compatible
// for ever: workflows replay through it.
func Evolve(s State, e event.Event) State {
	if apply, ok := applies[e.Type]; ok {
		return apply(s, e)
	}
	return s
}

var applies = map[string]func(State, event.Event) State{
	"batch.opened":    event.By(Opened.apply),
	"batch.rows_set":  event.By(RowsSet.apply),
	"batch.checked":   event.By(CheckedBySecond.apply),
	"batch.sent_back": event.By(SentBack.apply),
	"batch.published": event.By(PublishedAs.apply),
	"batch.started":   event.By(StartedUntil.apply),
	"batch.cancelled": event.By(CancelledFor.apply),
}

func (b Opened) apply(_ State, e event.Event) State {
	return State{ID: b.ID, Year: b.Year, Title: b.Title, Remark: b.Remark, From: b.From, Illustrative: b.Illustrative,
		Stage: Draft, CreatedBy: e.Actor, CreatedAt: e.At}
}

func (b RowsSet) apply(s State, e event.Event) State {
	s.Rows = &Rows{Digest: b.Digest, Count: b.Count, By: e.Actor, At: e.At}
	return s
}

func (b CheckedBySecond) apply(s State, e event.Event) State {
	s.Stage, s.CheckedBy, s.CheckedAt, s.Returned = Checked, e.Actor, e.At, ""
	return s
}

func (b SentBack) apply(s State, _ event.Event) State {
	s.Stage, s.Returned = Draft, b.Text
	return s
}

func (b PublishedAs) apply(s State, e event.Event) State {
	s.Stage, s.Batch, s.Units, s.PublishedBy, s.PublishedAt = Publishing, b.Batch, b.Units, e.Actor, e.At
	return s
}

func (b StartedUntil) apply(s State, e event.Event) State {
	s.Started = b.Started
	if s.Started >= s.Count() {
		s.Stage, s.EndedAt = Published, e.At
	}
	return s
}

func (b CancelledFor) apply(s State, e event.Event) State {
	s.Stage, s.Why, s.EndedAt = Cancelled, b.Text, e.At
	return s
}

// Tell puts an event into words for the timeline.
func Tell(e event.Event) string {
	if tell, ok := tellings[e.Type]; ok {
		return tell(e)
	}
	return e.Type
}

var tellings = map[string]func(event.Event) string{
	"batch.opened": event.Told(func(b Opened, _ event.Event) string {
		return fmt.Sprintf("草拟包联清单《%s》,自%s起计", b.Title, b.From)
	}),
	"batch.rows_set":  event.Told(func(b RowsSet, _ event.Event) string { return fmt.Sprintf("填报清单,共%d项", b.Count) }),
	"batch.checked":   event.Told(func(b CheckedBySecond, _ event.Event) string { return with("核对通过", b.Text) }),
	"batch.sent_back": event.Told(func(b SentBack, _ event.Event) string { return with("退回修改", b.Text) }),
	"batch.published": event.Told(func(b PublishedAs, _ event.Event) string {
		return fmt.Sprintf("下达,编为第%d批,共%d项", b.Batch, b.Count)
	}),
	"batch.started": event.Told(func(b StartedUntil, _ event.Event) string {
		return fmt.Sprintf("【自动】已建立包联任务%d项", b.Started)
	}),
	"batch.cancelled": event.Told(func(b CancelledFor, _ event.Event) string { return with("取消清单", b.Text) }),
}

func with(head, text string) string {
	if text == "" {
		return head
	}
	return head + ":" + text
}
