package app

import (
	"context"
	"encoding/json"
	"slices"

	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/process"
)

// Recorder decides and records the commands of one kind of process. It is the
// only writer of such streams. (Design, section 1.)
type Recorder[S, F any] struct {
	Definition process.Definition[S, F]
	Journal    Journal
	// Facts gives what the rules need and the digest of the calendar in it, as of now.
	Facts func(ctx context.Context) (F, string, error)
	// Project writes what this kind of process changes beside its own rows: its list
	// row, the project's stage.
	Project func(tx Tx, before, after S, events []event.Event) error
	// Complete fills in what only the transaction can give, such as the next number of
	// a gap-free series: it's taken and recorded together, or not at all. nil: nothing.
	Complete func(tx Tx, state S, cmd process.Command, drafts []event.Draft) ([]event.Draft, error)
}

// Record decides cmd against the stream and records the outcome in one
// transaction: events, projections and the command's id. state is the workflow's,
// version the number of the last event in it. What comes back holds every event
// after version, so that a workflow which a crash left behind catches up. A
// command id seen before returns its stored events; a refusal is in the result.
// An error means that nothing was recorded and that trying again is right.
func (r *Recorder[S, F]) Record(ctx context.Context, state S, version int64, id string, cmd process.Command) (process.Recorded, error) {
	facts, digest, err := r.Facts(ctx)
	if err != nil {
		return process.Recorded{}, err
	}
	var out process.Recorded
	err = r.Journal.InTx(ctx, func(tx Tx) error {
		out = process.Recorded{} // a second try starts afresh
		return r.record(tx, attempt[S, F]{state: state, version: version, id: id, cmd: cmd, facts: facts, digest: digest}, &out)
	})
	if f := fault.From(err); f != nil && f.Kind != fault.Unavailable && f.Kind != fault.Internal {
		// a rule outside the aggregate, such as one active review a project; the
		// transaction was rolled back, the refusal is the answer
		out.Refusal, out.First, out.Last = f, 0, 0
		return out, nil
	}
	return out, err
}

type attempt[S, F any] struct {
	state   S
	version int64
	id      string
	cmd     process.Command
	facts   F
	digest  string
}

func (r *Recorder[S, F]) record(tx Tx, a attempt[S, F], out *process.Recorded) error {
	stream := process.StreamID(r.Definition.Kind, a.id)
	missed, err := tx.EventsAfter(stream, a.version)
	if err != nil {
		return err
	}
	out.Events = forReplay(missed)
	state := r.Definition.Replay(a.state, missed)
	if a.cmd.Name == process.Sync {
		return nil
	}
	row, seen, err := tx.Command(stream, a.cmd.ID)
	if err != nil {
		return err
	}
	if seen {
		if row.Request != a.cmd.Request {
			out.Refusal = errKeyReused()
		}
		out.First, out.Last = row.First, row.Last
		return nil
	}
	drafts, err := r.Definition.Decide(state, a.cmd, a.facts)
	if err != nil {
		return err
	}
	if r.Complete != nil {
		if drafts, err = r.Complete(tx, state, a.cmd, drafts); err != nil {
			return err
		}
	}
	events, err := r.append(tx, stream, state, a, drafts)
	if err != nil {
		return err
	}
	out.Events = append(out.Events, forReplay(events)...)
	if len(events) > 0 {
		out.First, out.Last = events[0].Seq, events[len(events)-1].Seq
	}
	return nil
}

// append writes the events and everything that follows from them.
func (r *Recorder[S, F]) append(tx Tx, stream string, before S, a attempt[S, F], drafts []event.Draft) ([]event.Event, error) {
	head, err := tx.Head(stream)
	if err != nil {
		return nil, err
	}
	after := before
	for i, d := range drafts { // the project is known only after the first event
		after = r.Definition.Evolve(after, event.Event{Seq: head.Seq + int64(i) + 1, Type: d.Type, Data: d.Data, At: a.cmd.At, Actor: a.cmd.Actor})
	}
	summary := r.Definition.Summary(after)
	events := event.Seal(head, stream, summary.ProjectID, a.cmd.ID, a.cmd.Actor, a.cmd.At, drafts)
	after = r.Definition.Replay(before, events)
	if err := tx.Append(events); err != nil {
		return nil, err
	}
	cmd := CommandRow{Stream: stream, ID: a.cmd.ID, Request: a.cmd.Request, Stage: summary.Stage}
	if len(events) > 0 {
		cmd.First, cmd.Last = events[0].Seq, events[len(events)-1].Seq
		head = events[len(events)-1]
	}
	if err := tx.SaveCommand(cmd); err != nil {
		return nil, err
	}
	if len(events) == 0 && a.cmd.Name != process.Recalculate {
		return nil, nil
	}
	if err := r.Project(tx, before, after, events); err != nil {
		return nil, err
	}
	return events, r.saveProcess(tx, stream, a, before, after, head)
}

func (r *Recorder[S, F]) saveProcess(tx Tx, stream string, a attempt[S, F], before, after S, head event.Event) error {
	summary := r.Definition.Summary(after)
	data, err := json.Marshal(after)
	if err != nil {
		return err
	}
	row := ProcessRow{
		Stream: stream, Kind: r.Definition.Kind, ID: a.id, ProjectID: summary.ProjectID,
		Head: head.Seq, Confirmed: a.version, Ended: r.Definition.Ended(after), State: data,
		Calendar: a.digest, Computed: a.version == 0 || a.cmd.Name == process.Recalculate,
		Shown: shown(summary, r.Definition.Tasks(after)),
	}
	change := diffTasks(r.Definition.Tasks(before), r.Definition.Tasks(after))
	change.By, change.Title = head, summary.Title
	return tx.SaveProcess(row, change, r.Definition.Readers(after))
}

func forReplay(events []event.Event) []event.Event {
	out := make([]event.Event, len(events))
	for i, e := range events {
		out[i] = e.ForReplay()
	}
	return out
}

// diffTasks compares by key; a task is written when anything in it changed.
func diffTasks(before, after []process.Task) TaskChange {
	var c TaskChange
	old := map[string]process.Task{}
	for _, t := range before {
		old[t.Key] = t
	}
	for _, t := range after {
		if was, ok := old[t.Key]; !ok || !sameTask(was, t) {
			c.Open = append(c.Open, t)
		}
		delete(old, t.Key)
	}
	for _, t := range before { // in order
		if _, gone := old[t.Key]; gone {
			c.Closed = append(c.Closed, t.Key)
		}
	}
	return c
}

func sameTask(a, b process.Task) bool {
	return a.Due.Equal(b.Due) && a.Light == b.Light && a.Reminded == b.Reminded &&
		a.Provisional == b.Provisional && a.Title == b.Title && a.OpenedAt.Equal(b.OpenedAt) &&
		a.UserID == b.UserID && a.Urged == b.Urged && a.Action == b.Action && a.UnitID == b.UnitID &&
		slices.Equal(a.Roles, b.Roles)
}

// shown is what boxes show of a process: the worst light of its open tasks is its own.
func shown(s process.Summary, open []process.Task) Shown {
	out := Shown{Title: s.Title, Stage: s.Stage, Due: s.Due, Light: process.Green}
	for _, t := range open {
		out.Provisional = out.Provisional || t.Provisional
		if t.Light == process.Red || t.Light == process.Yellow && out.Light == process.Green {
			out.Light = t.Light
		}
	}
	return out
}
