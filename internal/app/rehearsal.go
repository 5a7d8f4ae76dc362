package app

import (
	"context"
	"encoding/json"
	"time"

	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/process"
)

// Rehearsal plays processes of one kind without an engine, in a time of its own: for
// demonstrations, whose weeks have to be over before anybody looks. What it leaves is
// a stream like any other, with which the sweep brings a workflow level.
type Rehearsal[S, F any] struct {
	Recorder *Recorder[S, F]
	Effects  Effects
}

// Step is something that people do at a moment, given the state by then; false: nothing.
type Step[S any] struct {
	At time.Time
	Do func(S) (process.Command, bool)
}

// Play records steps in their order, and in between what the clock owes and what
// effects bring; at last what the clock owes until a moment. Each command's At is its
// step's. A process that has begun is left as it is. Errors: a step that was refused,
// with the refusal.
func (r *Rehearsal[S, F]) Play(ctx context.Context, id string, steps []Step[S], until time.Time) error {
	p := &play[S, F]{Rehearsal: r, id: id, spent: map[string]bool{}}
	if err := p.record(ctx, process.Command{Name: process.Sync, Actor: org.SystemActor()}); err != nil || p.version > 0 {
		return err
	}
	for _, step := range steps {
		if err := p.clock(ctx, step.At); err != nil {
			return err
		}
		cmd, ok := step.Do(p.state)
		if !ok {
			continue
		}
		cmd.At = step.At
		if err := p.record(ctx, cmd); err != nil {
			return err
		}
		if err := p.effects(ctx, step.At); err != nil {
			return err
		}
	}
	return p.clock(ctx, until)
}

// play is one process under way.
type play[S, F any] struct {
	*Rehearsal[S, F]
	id      string
	state   S
	version int64
	spent   map[string]bool // deadlines and effects that changed nothing at this version
}

func (p *play[S, F]) record(ctx context.Context, cmd process.Command) error {
	out, err := p.Recorder.Record(ctx, p.state, p.version, p.id, cmd)
	if err != nil {
		return err
	}
	if out.Refusal != nil {
		return out.Refusal
	}
	p.state = p.Recorder.Definition.Replay(p.state, out.Events)
	if n := len(out.Events); n > 0 {
		p.version, p.spent = out.Events[n-1].Seq, map[string]bool{}
	}
	return nil
}

// clock sends every deadline up to a moment, each at its own time.
func (p *play[S, F]) clock(ctx context.Context, until time.Time) error {
	for !p.Recorder.Definition.Ended(p.state) {
		t, ok := p.earliest()
		if !ok || t.At.After(until) {
			return nil
		}
		p.spent[t.CommandID()] = true
		body, err := json.Marshal(t.Body)
		if err != nil {
			return err
		}
		if err := p.system(ctx, t.CommandID(), t.Command, t.At, body); err != nil {
			return err
		}
		if err := p.effects(ctx, t.At); err != nil {
			return err
		}
	}
	return nil
}

// system records a command of the server's own; a refusal is one of a deadline or a
// result that has lost its meaning, as in the engine.
func (p *play[S, F]) system(ctx context.Context, id, name string, at time.Time, body json.RawMessage) error {
	err := p.record(ctx, process.Command{ID: id, Name: name, Actor: org.SystemActor(), At: at, Body: body})
	if f := fault.From(err); f != nil && f.Kind != fault.Unavailable && f.Kind != fault.Internal {
		return nil
	}
	return err
}

func (p *play[S, F]) earliest() (next process.Timer, ok bool) {
	for _, t := range p.Recorder.Definition.Timers(p.state) {
		if !p.spent[t.CommandID()] && (!ok || t.At.Before(next.At)) {
			next, ok = t, true
		}
	}
	return next, ok
}

// effects performs what the state asks for until it asks for nothing more.
func (p *play[S, F]) effects(ctx context.Context, at time.Time) error {
	if p.Recorder.Definition.Effects == nil {
		return nil
	}
	for {
		e, ok := p.owed()
		if !ok {
			return nil
		}
		p.spent[e.CommandID()] = true
		result, err := p.Effects[e.Name](ctx, p.Recorder.Definition.Kind, p.id, e)
		if err != nil {
			return err
		}
		if err := p.system(ctx, e.CommandID(), e.Command, at, result); err != nil {
			return err
		}
	}
}

func (p *play[S, F]) owed() (process.Effect, bool) {
	for _, e := range p.Recorder.Definition.Effects(p.state) {
		if _, known := p.Effects[e.Name]; known && !p.spent[e.CommandID()] {
			return e, true
		}
	}
	return process.Effect{}, false
}

// Rehearsed is Processes for one kind of process that is rehearsed: every command is
// taken at its own time, and what effects bring follows at once.
type Rehearsed[S, F any] struct {
	*Rehearsal[S, F]
}

var _ Processes = Rehearsed[int, int]{}

// play brings a rehearsed process to where its stream is.
func (r Rehearsed[S, F]) play(ctx context.Context, id string) (*play[S, F], error) {
	p := &play[S, F]{Rehearsal: r.Rehearsal, id: id, spent: map[string]bool{}}
	return p, p.record(ctx, process.Command{Name: process.Sync, Actor: org.SystemActor()})
}

// Start implements Processes.
func (r Rehearsed[S, F]) Start(ctx context.Context, kind, id, _ string, cmd process.Command) (process.Receipt, error) {
	receipt, _, err := r.Send(ctx, kind, id, cmd)
	return receipt, err
}

// Send implements Processes.
func (r Rehearsed[S, F]) Send(ctx context.Context, _, id string, cmd process.Command) (process.Receipt, int64, error) {
	p, err := r.play(ctx, id)
	if err != nil {
		return process.Receipt{}, 0, err
	}
	if err := p.record(ctx, cmd); err != nil {
		return process.Receipt{}, p.version, err
	}
	receipt := process.Receipt{ID: id, Version: p.version, Stage: p.Recorder.Definition.Summary(p.state).Stage, Request: cmd.Request}
	return receipt, p.version, p.effects(ctx, cmd.At)
}

// Sync implements Processes.
func (r Rehearsed[S, F]) Sync(ctx context.Context, _, id, _ string) (int64, error) {
	p, err := r.play(ctx, id)
	return p.version, err
}

// Version implements Processes.
func (r Rehearsed[S, F]) Version(ctx context.Context, kind, id string) (int64, error) {
	return r.Sync(ctx, kind, id, "")
}

// Until lets the clock of a process run up to a moment.
func (r Rehearsed[S, F]) Until(ctx context.Context, id string, at time.Time) error {
	p, err := r.play(ctx, id)
	if err != nil {
		return err
	}
	return p.clock(ctx, at)
}
