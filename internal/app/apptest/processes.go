// Package apptest runs processes without an engine, so that whatever stands on
// package app can be tested in the tests' own process and time. It keeps the order
// of the durable shell: dry run, Record, Evolve, one command at a time. Timers are
// not its business; a test sends the clock's commands itself.
package apptest

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"luodi/internal/app"
	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/process"
)

// Processes is app.Processes for one kind of process, in memory over a real store.
// It is safe for concurrent use.
type Processes[S, F any] struct {
	Recorder *app.Recorder[S, F]
	// Perform performs effects before a command is answered, each at once and once:
	// one that fails is tried again after the process's next command. nil: never.
	Perform app.Effects
	Now     func() time.Time // of the effects' results

	mu      sync.Mutex
	away    bool
	running map[string]*running[S]
}

var _ app.Processes = (*Processes[int, int])(nil)

// running is what a workflow would hold.
type running[S any] struct {
	state   S
	version int64
	spent   map[string]bool // effects performed at this version without changing anything
	busy    bool            // effects are being performed, up the stack or by somebody else
}

// Away makes every call fail with Unavailable, as when the engine is down.
func (p *Processes[S, F]) Away(away bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.away = away
}

// Forget drops every process, as an engine that lost its data; Sync brings one back.
func (p *Processes[S, F]) Forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.running = nil
}

// Start implements app.Processes.
func (p *Processes[S, F]) Start(ctx context.Context, kind, id, _ string, cmd process.Command) (process.Receipt, error) {
	defer p.settle(ctx, id)
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.reachable(kind); err != nil {
		return process.Receipt{}, err
	}
	r, err := p.command(ctx, p.take(id), id, cmd)
	if p.running[id].version == 0 { // a start that was refused leaves nothing
		delete(p.running, id)
	}
	return r, err
}

// Send implements app.Processes.
func (p *Processes[S, F]) Send(ctx context.Context, kind, id string, cmd process.Command) (process.Receipt, int64, error) {
	defer p.settle(ctx, id)
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.reachable(kind); err != nil {
		return process.Receipt{}, 0, err
	}
	at, ok := p.running[id]
	if !ok || p.Recorder.Definition.Ended(at.state) {
		return process.Receipt{}, 0, errUnknown()
	}
	r, err := p.command(ctx, at, id, cmd)
	return r, at.version, err
}

// Sync implements app.Processes.
func (p *Processes[S, F]) Sync(ctx context.Context, kind, id, _ string) (int64, error) {
	defer p.settle(ctx, id)
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.reachable(kind); err != nil {
		return 0, err
	}
	at := p.take(id)
	_, err := p.record(ctx, at, id, process.Command{Name: process.Sync, Actor: org.SystemActor()})
	return at.version, err
}

// Version implements app.Processes.
func (p *Processes[S, F]) Version(_ context.Context, kind, id string) (int64, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.reachable(kind); err != nil {
		return 0, err
	}
	at, ok := p.running[id]
	if !ok {
		return 0, errUnknown()
	}
	return at.version, nil
}

func (p *Processes[S, F]) reachable(kind string) error {
	if p.away {
		return fault.New(fault.Unavailable, "engine_unavailable", "流程引擎暂时没有应答,请稍后用同一请求重试")
	}
	if kind != p.Recorder.Definition.Kind {
		return errUnknown()
	}
	return nil
}

// take finds a process or starts one in the zero state.
func (p *Processes[S, F]) take(id string) *running[S] {
	if p.running == nil {
		p.running = map[string]*running[S]{}
	}
	if p.running[id] == nil {
		p.running[id] = &running[S]{}
	}
	return p.running[id]
}

func (p *Processes[S, F]) command(ctx context.Context, at *running[S], id string, cmd process.Command) (process.Receipt, error) {
	facts, _, err := p.Recorder.Facts(ctx)
	if err != nil {
		return process.Receipt{}, err
	}
	if started := cmd.Late && at.version == 0; !started { // the validator's dry run
		if _, err := p.Recorder.Definition.Decide(at.state, cmd, facts); err != nil {
			return process.Receipt{}, err
		}
	}
	recorded, err := p.record(ctx, at, id, cmd)
	if err != nil {
		return process.Receipt{}, err
	}
	if recorded.Refusal != nil {
		return process.Receipt{}, recorded.Refusal
	}
	return p.receipt(at, id, cmd, recorded), nil
}

func (p *Processes[S, F]) record(ctx context.Context, at *running[S], id string, cmd process.Command) (process.Recorded, error) {
	recorded, err := p.Recorder.Record(ctx, at.state, at.version, id, cmd)
	if err != nil {
		return recorded, err
	}
	for _, e := range recorded.Events {
		if e.Seq == at.version+1 {
			at.state, at.version, at.spent = p.Recorder.Definition.Evolve(at.state, e), e.Seq, nil
		}
	}
	return recorded, nil
}

func (p *Processes[S, F]) receipt(at *running[S], id string, cmd process.Command, recorded process.Recorded) process.Receipt {
	r := process.Receipt{ID: id, Version: recorded.Last, Stage: p.Recorder.Definition.Summary(at.state).Stage, Request: cmd.Request}
	for _, e := range own(recorded) {
		r.Events = append(r.Events, e.Type)
	}
	return r
}

// own are the events that the command itself recorded.
func own(recorded process.Recorded) []event.Event {
	var out []event.Event
	for _, e := range recorded.Events {
		if e.Seq >= recorded.First && e.Seq <= recorded.Last {
			out = append(out, e)
		}
	}
	return out
}

func errUnknown() error { return fault.New(fault.NotFound, "process_unknown", "没有这项办理") }

// settle performs a process's effects in the order that its state asks for them. An
// effect may send commands to other processes, and back to this one: it's performed
// outside the lock, and the outermost call alone goes on with the next.
func (p *Processes[S, F]) settle(ctx context.Context, id string) {
	if p.Perform == nil || p.Recorder.Definition.Effects == nil {
		return
	}
	for {
		e, ok := p.undertake(id)
		if !ok {
			return
		}
		perform := p.Perform[e.Name]
		var result json.RawMessage
		err := errUnknown()
		if perform != nil {
			result, err = perform(ctx, p.Recorder.Definition.Kind, id, e)
		}
		if !p.report(ctx, id, e, result, err) {
			return
		}
	}
}

// undertake takes the next effect; ok is false when there is none, or when somebody
// else is at it.
func (p *Processes[S, F]) undertake(id string) (process.Effect, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	at := p.running[id]
	if at == nil || at.busy || p.away {
		return process.Effect{}, false
	}
	for _, e := range p.Recorder.Definition.Effects(at.state) {
		if !at.spent[e.Key] {
			at.busy = true
			return e, true
		}
	}
	return process.Effect{}, false
}

// report tells the state what an effect brought; false when it failed.
func (p *Processes[S, F]) report(ctx context.Context, id string, e process.Effect, result json.RawMessage, err error) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	at := p.running[id]
	if at == nil {
		return false // forgotten meanwhile
	}
	at.busy = false
	if err != nil {
		return false
	}
	if at.spent == nil {
		at.spent = map[string]bool{}
	}
	at.spent[e.Key] = true
	_, err = p.record(ctx, at, id, process.Command{
		ID: "effect:" + e.Key, Name: e.Command, Actor: org.SystemActor(), At: p.now(), Body: result,
	})
	return err == nil
}

func (p *Processes[S, F]) now() time.Time {
	if p.Now == nil {
		return time.Unix(0, 0).UTC()
	}
	return p.Now()
}

// Kinds is app.Processes for several kinds of process: each kind's own runs it.
type Kinds map[string]app.Processes

var _ app.Processes = Kinds{}

// Start implements app.Processes.
func (k Kinds) Start(ctx context.Context, kind, id, summary string, cmd process.Command) (process.Receipt, error) {
	p, ok := k[kind]
	if !ok {
		return process.Receipt{}, errUnknown()
	}
	return p.Start(ctx, kind, id, summary, cmd)
}

// Send implements app.Processes.
func (k Kinds) Send(ctx context.Context, kind, id string, cmd process.Command) (process.Receipt, int64, error) {
	p, ok := k[kind]
	if !ok {
		return process.Receipt{}, 0, errUnknown()
	}
	return p.Send(ctx, kind, id, cmd)
}

// Sync implements app.Processes.
func (k Kinds) Sync(ctx context.Context, kind, id, key string) (int64, error) {
	p, ok := k[kind]
	if !ok {
		return 0, errUnknown()
	}
	return p.Sync(ctx, kind, id, key)
}

// Version implements app.Processes.
func (k Kinds) Version(ctx context.Context, kind, id string) (int64, error) {
	p, ok := k[kind]
	if !ok {
		return 0, errUnknown()
	}
	return p.Version(ctx, kind, id)
}

// Launch implements app.Launcher.
func (p *Processes[S, F]) Launch(_ context.Context, kind, id string, _ process.Summary, version int64, state json.RawMessage) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.reachable(kind); err != nil {
		return err
	}
	if at := p.take(id); at.version == 0 {
		at.version = version
		return json.Unmarshal(state, &at.state)
	}
	return nil
}
