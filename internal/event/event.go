// Package event is what was decided: facts in order, one stream a process,
// chained by hashes so that a later change to any of them shows.
package event

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"luodi/internal/org"
)

// Body is an event's own data. EventType is stable for ever: it stands in the store.
type Body interface{ EventType() string }

// Draft is an event that Decide proposes and Record has not yet written.
type Draft struct {
	Type string          `json:"type"`
	Data json.RawMessage `json:"data"`
	// For is whom the actor stood in for, when it took a standing proxy to decide this.
	For *org.Principal `json:"for,omitempty"`
}

// NewDraft encodes a body. Bodies are plain structs, so that encoding can't fail.
func NewDraft(b Body) Draft {
	data, err := json.Marshal(b)
	if err != nil {
		panic(fmt.Sprintf("event: %s can't be encoded: %v", b.EventType(), err))
	}
	return Draft{Type: b.EventType(), Data: data}
}

// Drafts encodes bodies in order.
func Drafts(bodies ...Body) []Draft {
	out := make([]Draft, len(bodies))
	for i, b := range bodies {
		out[i] = NewDraft(b)
	}
	return out
}

// Event is a recorded fact. At is UTC with microseconds, the precision both databases keep.
type Event struct {
	Stream    string          `json:"stream,omitempty"`
	Seq       int64           `json:"seq"`
	Type      string          `json:"type"`
	Data      json.RawMessage `json:"data"`
	At        time.Time       `json:"at"`
	Actor     org.Actor       `json:"actor"`
	CommandID string          `json:"command_id,omitempty"`
	ProjectID string          `json:"project_id,omitempty"`
	PrevHash  string          `json:"prev_hash,omitempty"`
	Hash      string          `json:"hash,omitempty"`
}

// Decode reads the event's data into a body. Unknown fields are ignored, missing
// ones stay zero: old events must stay readable for ever.
func Decode[B Body](e Event) (B, bool) {
	var b B
	if e.Type != b.EventType() {
		return b, false
	}
	return b, json.Unmarshal(e.Data, &b) == nil
}

// Read decodes what Record wrote; data of another shape reads as far as it fits, for
// applying and telling events are total.
func Read[B Body](e Event) B {
	var b B
	_ = json.Unmarshal(e.Data, &b)
	return b
}

// By makes of what a body does to a state what its event does.
func By[B Body, S any](apply func(B, S, Event) S) func(S, Event) S {
	return func(s S, e Event) S { return apply(Read[B](e), s, e) }
}

// Told makes of a body's words those of its event.
func Told[B Body](words func(B, Event) string) func(Event) string {
	return func(e Event) string { return words(Read[B](e), e) }
}

// Seal numbers drafts after head and chains them to it. A stream's first event
// follows the zero Event. Roles are left out of the stamp: they say what a person
// may do today, and the stream says who did it.
func Seal(head Event, stream, projectID, commandID string, actor org.Actor, at time.Time, drafts []Draft) []Event {
	actor.Roles, actor.Behalf = nil, nil
	out := make([]Event, len(drafts))
	for i, d := range drafts {
		actor.For = stamped(d.For)
		e := Event{
			Stream: stream, Seq: head.Seq + 1, Type: d.Type, Data: d.Data,
			At: at.UTC().Truncate(time.Microsecond), Actor: actor,
			CommandID: commandID, ProjectID: projectID, PrevHash: head.Hash,
		}
		e.Hash = e.sum()
		out[i], head = e, e
	}
	return out
}

// stamped is a principal as it stands in the stream: without roles.
func stamped(p *org.Principal) *org.Principal {
	if p == nil {
		return nil
	}
	c := *p
	c.Roles = nil
	return &c
}

// sum is the SHA-256 over every field but the hash itself, as JSON in the fields' order.
func (e Event) sum() string {
	e.Hash = ""
	b, err := json.Marshal(e)
	if err != nil {
		return "" // only possible for data that is not JSON; such an event never verifies
	}
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

// Verify walks a whole stream and names the first broken link: a changed, missing or moved event.
func Verify(events []Event) error {
	var head Event
	for _, e := range events {
		switch {
		case e.Seq != head.Seq+1:
			return fmt.Errorf("event: %s: after %d comes %d", e.Stream, head.Seq, e.Seq)
		case e.PrevHash != head.Hash:
			return fmt.Errorf("event: %s/%d does not follow the event before it", e.Stream, e.Seq)
		case e.Hash == "" || e.Hash != e.sum():
			return fmt.Errorf("event: %s/%d was changed after it was recorded", e.Stream, e.Seq)
		}
		head = e
	}
	return nil
}

// ForReplay drops what only the store needs, to keep workflow histories small.
func (e Event) ForReplay() Event {
	e.Stream, e.CommandID, e.ProjectID, e.PrevHash, e.Hash = "", "", "", "", ""
	return e
}
