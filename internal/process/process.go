// Package process is the contract between a pure aggregate and the durable shell
// that runs it: commands come in, Decide turns them into events, Evolve turns
// events into state, and the state says which deadlines it waits for and who may
// do what. Every long-running process of Luodi (review, liaison, assessment,
// bulletin) fills in one Definition and gets the same shell, recorder and API.
package process

import (
	"encoding/json"
	"fmt"
	"time"

	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/org"
)

// Command is one request to change one process. The server stamps Actor and At.
// ID is the caller's idempotency key in the caller's own name space: the same ID
// is decided once, whatever happens in between.
type Command struct {
	ID    string          `json:"id"`
	Name  string          `json:"name"`
	Actor org.Actor       `json:"actor"`
	At    time.Time       `json:"at"`
	Body  json.RawMessage `json:"body,omitempty"`
	// With is what the server adds to a request: the people and units that it names,
	// the project's figures as of now. No client can set it.
	With json.RawMessage `json:"with,omitempty"`
	// Request is a digest of what the caller asked for, to notice a key that comes
	// twice for different requests. Empty for the clock's own commands.
	Request string `json:"request,omitempty"`
	// Late is set on what may still be done after the process has ended, such as a read
	// receipt: no workflow runs any more, and the one that is started for it decides
	// from the stream.
	Late bool `json:"late,omitempty"`
}

// The commands every process understands.
const (
	Sync        = "sync"        // decides nothing; brings the workflow level with the stream
	Recalculate = "recalculate" // the calendar changed: compute open deadlines again
)

// Timer is a moment that the state waits for, and the system command to send then.
// Names are unique within a state. A timer that no longer makes sense when it
// fires is refused by Decide like any other command.
type Timer struct {
	Name    string
	At      time.Time
	Summary string // Chinese, for whoever looks at the engine
	Command string
	Body    any
}

// CommandID is the id of the command that a timer sends: its own, so that a deadline is
// marked once even when the workflow is started over.
func (t Timer) CommandID() string {
	return fmt.Sprintf("timer:%s@%s", t.Name, t.At.UTC().Format(time.RFC3339))
}

// Definition is one kind of process: S its state, F the facts its rules need
// beside the state (calendar, templates, units).
type Definition[S, F any] struct {
	Kind    string                                     // "review"; prefix of its streams and workflow ids
	Decide  func(S, Command, F) ([]event.Draft, error) // all rules; never replayed
	Evolve  func(S, event.Event) S                     // total; replayed for ever
	Timers  func(S) []Timer                            // deadlines the state waits for
	Ended   func(S) bool                               // nothing can happen any more
	Summary func(S) Summary                            // what lists and the engine show
	Actions func(S, org.Actor, time.Time) []Action     // who may do what now, and why not
	Tell    func(event.Event) string                   // an event as a sentence for the timeline
	Tasks   func(S) []Task                             // whom the state waits for
	Effects func(S) []Effect                           // what has to be done in the world; nil: never anything
	Readers func(S) []Reader                           // the units that may see the process
}

// Effect is something that has to happen outside the process because of its state:
// a document to be made, another process to be told. Like tasks, effects are derived
// from the state: the shell performs each as an ordinary activity, again and again
// until it succeeds, and sends its result as a system command that changes the state
// so that the effect is derived no more. So an effect happens at least once, and
// whoever performs it must be able to bear that.
type Effect struct {
	Key     string          `json:"key"`     // unique within a process for ever
	Name    string          `json:"name"`    // what performs it: "review.document"
	Command string          `json:"command"` // the system command that takes the result
	Body    json.RawMessage `json:"body,omitempty"`
}

// CommandID is the id of the command that takes an effect's result: the effect's own,
// so that a result is recorded once even when the effect happens twice.
func (e Effect) CommandID() string { return "effect:" + e.Key }

// Reader is a unit that may see a process.
type Reader struct {
	UnitID string
	Copy   bool // it only gets a copy (抄送), and has no part in it
}

// Summary is what a list or the engine's search shows of a process.
type Summary struct {
	ProjectID string
	Stage     string
	Title     string
	Due       time.Time // the next deadline; zero if nothing is due
}

// Task is one thing that somebody has to do now; inboxes are made of them. Tasks
// are derived from the state: a task that is no longer derived has been done.
type Task struct {
	Key         string // unique within the process while open
	Action      string // the action that does it
	Title       string
	UnitID      string
	Roles       []org.Role // any of them, within the unit
	UserID      string     // for one person alone: claimed by them, or handed to them
	Urged       int        // how often it was urged (催办)
	OpenedAt    time.Time
	Due         time.Time // zero: no deadline
	Provisional bool
	Light       Light
	Reminded    bool
}

// Receipt is the answer to a command that was recorded.
type Receipt struct {
	ID      string   `json:"id" doc:"process id"`
	Version int64    `json:"version" doc:"sequence number of the last event recorded by this command"`
	Stage   string   `json:"stage" doc:"stage after the command"`
	Events  []string `json:"events" doc:"types of the events recorded by this command"`
	Request string   `json:"request,omitempty" doc:"digest of the request that was recorded"`
}

// Recorded is what Record gives back to the workflow: every event after the
// version that the workflow had, and the command's own receipt or refusal.
type Recorded struct {
	Events  []event.Event `json:"events,omitempty"`
	First   int64         `json:"first,omitempty"` // the command's own events are First..Last; none if zero
	Last    int64         `json:"last,omitempty"`
	Refusal *fault.Error  `json:"refusal,omitempty"`
}

// StreamID names the stream and the workflow of a process.
func StreamID(kind, id string) string { return kind + "-" + id }

// Replay evolves the zero state through events.
func (d Definition[S, F]) Replay(state S, events []event.Event) S {
	for _, e := range events {
		state = d.Evolve(state, e)
	}
	return state
}
