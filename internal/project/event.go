package project

import (
	"fmt"
	"strings"

	"luodi/internal/event"
)

// StreamID names the stream of a project's own events.
func StreamID(id string) string { return "project-" + id }

// The events of a project. Names and fields are stored: only add to them.
type (
	// Registered is a project as it came into the registry.
	Registered struct {
		Draft  Draft  `json:"draft"`
		Source string `json:"source,omitempty"` // the sheet and row it was imported from
	}
	// Changed is a change of figures.
	Changed struct {
		Changes []Change `json:"changes"`
	}
	// Advanced is a stage reached.
	Advanced struct {
		From Stage  `json:"from"`
		To   Stage  `json:"to"`
		On   string `json:"on,omitempty"`
	}
	// Corrected mends what was recorded wrongly.
	Corrected struct {
		Reason  string   `json:"reason"`
		Changes []Change `json:"changes"`
	}
	// StageByReview is a stage that a review gave or gave back.
	StageByReview struct {
		ReviewID string `json:"review_id"`
		From     Stage  `json:"from"`
		To       Stage  `json:"to"`
		Outcome  string `json:"outcome,omitempty"` // Chinese; empty when the review starts
	}
)

// EventType names the event in the store.
func (Registered) EventType() string { return "project.registered" }

// EventType names the event in the store.
func (Changed) EventType() string { return "project.changed" }

// EventType names the event in the store.
func (Advanced) EventType() string { return "project.advanced" }

// EventType names the event in the store.
func (Corrected) EventType() string { return "project.corrected" }

// EventType names the event in the store.
func (StageByReview) EventType() string { return "project.stage_by_review" }

// GivenBack is the stage that a review without a result leaves the project at: the
// one before it, unless the signing was corrected meanwhile.
func (p Project) GivenBack(before Stage) Stage {
	switch {
	case before == Signed && p.SignedOn.IsZero():
		return Negotiating
	case before == Negotiating && !p.SignedOn.IsZero():
		return Signed
	}
	return before
}

// Tell puts a project's event into words for the timeline; empty for any other event.
func Tell(e event.Event) string {
	if b, ok := event.Decode[Registered](e); ok {
		if b.Source != "" {
			return "登记入库,来自" + b.Source
		}
		return "登记入库"
	}
	if b, ok := event.Decode[Changed](e); ok {
		return "修改:" + tellChanges(b.Changes)
	}
	if b, ok := event.Decode[Advanced](e); ok {
		return strings.TrimSpace(fmt.Sprintf("由“%s”进入“%s” %s", b.From.Label(), b.To.Label(), b.On))
	}
	if b, ok := event.Decode[Corrected](e); ok {
		return fmt.Sprintf("更正:%s。理由:%s", tellChanges(b.Changes), b.Reason)
	}
	if b, ok := event.Decode[StageByReview](e); ok {
		if b.Outcome == "" {
			return "进入研判"
		}
		return fmt.Sprintf("研判%s,项目进入“%s”", b.Outcome, b.To.Label())
	}
	return ""
}

func tellChanges(changes []Change) string {
	parts := make([]string, len(changes))
	for i, c := range changes {
		parts[i] = fmt.Sprintf("%s由“%s”改为“%s”", c.Label, c.From, c.To)
	}
	return strings.Join(parts, ";")
}
