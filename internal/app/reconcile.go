package app

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/process"
)

// Difference is something that doesn't agree with the stream it comes from.
type Difference struct {
	Stream   string `json:"stream"`
	What     string `json:"what"` // chain, head, state, ended, tasks, row, workflow
	Stored   string `json:"stored"`
	ByStream string `json:"by_stream"`
}

// Reconciled is what a comparison found.
type Reconciled struct {
	Processes   int
	Events      int
	Differences []Difference
}

// And adds what another comparison found.
func (r Reconciled) And(other Reconciled) Reconciled {
	return Reconciled{
		Processes: r.Processes + other.Processes, Events: r.Events + other.Events,
		Differences: slices.Concat(r.Differences, other.Differences),
	}
}

// Reconciler compares the streams of one kind of process, its projections and its
// workflows. The stream is the truth: whatever differs from its replay is reported.
type Reconciler[S, F any] struct {
	Definition process.Definition[S, F]
	Store      Sweeps
	Events     func(ctx context.Context, stream string, after int64) ([]event.Event, error)
	Processes  Processes
	// Row gives the kind's list row as stored and as the state says it should be.
	Row func(ctx context.Context, state S) (stored, byStream any, err error)
}

// Run compares every process.
func (r *Reconciler[S, F]) Run(ctx context.Context) (Reconciled, error) {
	var out Reconciled
	err := r.Store.AllProcesses(ctx, func(row ProcessRow) error {
		if row.Kind != r.Definition.Kind {
			return nil
		}
		out.Processes++
		return r.one(ctx, row, &out)
	})
	return out, err
}

func (r *Reconciler[S, F]) one(ctx context.Context, row ProcessRow, out *Reconciled) error {
	differ := func(what string, stored, byStream any) {
		if a, b := text(stored), text(byStream); a != b {
			out.Differences = append(out.Differences, Difference{Stream: row.Stream, What: what, Stored: a, ByStream: b})
		}
	}
	events, err := r.Events(ctx, row.Stream, 0)
	if err != nil {
		return err
	}
	out.Events += len(events)
	if err := event.Verify(events); err != nil {
		differ("chain", err.Error(), "")
	}
	var zero S
	state := r.Definition.Replay(zero, events)
	differ("head", row.Head, len(events))
	differ("ended", row.Ended, r.Definition.Ended(state))
	differ("state", json.RawMessage(row.State), state)
	return r.projections(ctx, row, state, differ)
}

func (r *Reconciler[S, F]) projections(ctx context.Context, row ProcessRow, state S, differ func(string, any, any)) error {
	stored, byStream, err := r.Row(ctx, state)
	if err != nil {
		return err
	}
	differ("row", stored, byStream)
	open, err := r.Store.OpenTasks(ctx, row.Stream)
	if err != nil {
		return err
	}
	waiting := []string{}
	for _, t := range r.Definition.Tasks(state) {
		waiting = append(waiting, t.Key)
	}
	slices.Sort(open)
	slices.Sort(waiting)
	differ("tasks", append([]string{}, open...), waiting)
	var version int64
	err = Patiently(ctx, func() (err error) {
		version, err = r.Processes.Version(ctx, row.Kind, row.ID)
		return err
	})
	switch {
	case err != nil && !row.Ended: // an ended one may be forgotten by the engine
		differ("workflow", fmt.Sprint(err), row.Head)
	case err == nil:
		differ("workflow", version, row.Head)
	}
	return nil
}

// An engine that has just been started may know of no worker yet, or be too busy with
// what it left behind: whoever compares everything asks again for a while.
const (
	patience = 60 // times
	askAgain = 500 * time.Millisecond
)

// Patiently does something until it isn't Unavailable any more, or patience ends.
func Patiently(ctx context.Context, do func() error) error {
	for tries := 1; ; tries++ {
		err := do()
		if !fault.Is(err, fault.Unavailable) || tries == patience {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(askAgain):
		}
	}
}

// text is a value as JSON with its keys in one order, so that equal values are equal text.
func text(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	var decoded any
	if json.Unmarshal(raw, &decoded) != nil {
		return string(raw)
	}
	canonical, err := json.Marshal(decoded)
	if err != nil {
		return err.Error()
	}
	return string(canonical)
}
