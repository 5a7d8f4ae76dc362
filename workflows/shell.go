package workflows

import (
	"encoding/json"
	"fmt"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"luodi/activities"
	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/process"
)

// Process runs one kind of aggregate as a workflow. It is the same for all kinds:
// register Run under the kind's name.
type Process[S, F any] struct {
	Definition process.Definition[S, F]
	Record     *activities.Record[S, F]
	// Facts is the worker's latest snapshot, for the dry run in the validator only;
	// it must not block. Record reads fresh facts.
	Facts func() F
}

// Run is the workflow function.
func (p *Process[S, F]) Run(ctx workflow.Context, in Input[S]) error {
	sh := &shell[S, F]{Process: p, id: in.ID, state: in.State, version: in.Version, revision: in.Revision,
		mutex: workflow.NewMutex(ctx), spent: map[string]bool{}}
	if in.Shown {
		sh.shown = p.Definition.Summary(in.State)
	}
	if err := sh.setup(ctx); err != nil {
		return err
	}
	return sh.run(ctx)
}

// shell is one running process.
type shell[S, F any] struct {
	*Process[S, F]
	id       string
	state    S
	version  int64
	revision int
	mutex    workflow.Mutex
	alarm    alarm
	spent    map[string]bool // deadlines that rang at this version and changed nothing: not again until it moves
	effect   chore
	shown    process.Summary // what the engine was last told
}

// chore is the one effect that is being performed; its future is nil when none is.
type chore struct {
	process.Effect
	future workflow.Future
}

// alarm is the one Temporal timer a shell keeps: for the earliest deadline.
type alarm struct {
	process.Timer
	key    string
	cancel workflow.CancelFunc
	future workflow.Future
}

func (s *shell[S, F]) setup(ctx workflow.Context) error {
	err := workflow.SetUpdateHandlerWithOptions(ctx, UpdateCommand, s.command,
		workflow.UpdateHandlerOptions{Validator: s.validate, Description: "one command of a person or of the server"})
	if err != nil {
		return err
	}
	if err := workflow.SetUpdateHandler(ctx, UpdateSync, s.sync); err != nil {
		return err
	}
	return workflow.SetQueryHandler(ctx, QueryVersion, func() (int64, error) { return s.version, nil })
}

// validate decides without recording, so that a refusal costs no history. It is
// not run on replay. It sees the state as of its arrival; Record decides again.
func (s *shell[S, F]) validate(_ workflow.Context, cmd process.Command) error {
	if cmd.Late && s.version == 0 {
		return nil // started for this command alone; Record reads the stream first
	}
	_, err := s.Definition.Decide(s.state, cmd, s.Facts())
	if err == nil {
		return nil
	}
	return activities.ToFailure(fault.From(err), s.version)
}

// command is the update handler: one at a time, in the order of arrival.
func (s *shell[S, F]) command(ctx workflow.Context, cmd process.Command) (process.Receipt, error) {
	recorded, err := s.record(ctx, cmd)
	if err != nil {
		return process.Receipt{}, err
	}
	if recorded.Refusal != nil {
		return process.Receipt{}, activities.ToFailure(recorded.Refusal, s.version)
	}
	return s.receipt(cmd, recorded), nil
}

func (s *shell[S, F]) receipt(cmd process.Command, recorded process.Recorded) process.Receipt {
	r := process.Receipt{ID: s.id, Version: recorded.Last, Stage: s.Definition.Summary(s.state).Stage, Request: cmd.Request}
	for _, e := range recorded.Events {
		if e.Seq >= recorded.First && e.Seq <= recorded.Last {
			r.Events = append(r.Events, e.Type)
		}
	}
	return r
}

func (s *shell[S, F]) sync(ctx workflow.Context) (int64, error) {
	_, err := s.record(ctx, process.Command{Name: process.Sync, Actor: org.SystemActor()})
	return s.version, err
}

// record runs the local activity and evolves through everything it brings back.
func (s *shell[S, F]) record(ctx workflow.Context, cmd process.Command) (process.Recorded, error) {
	var recorded process.Recorded
	if err := s.mutex.Lock(ctx); err != nil {
		return recorded, err
	}
	defer s.mutex.Unlock()
	ctx = workflow.WithLocalActivityOptions(ctx, recordOptions(cmd.Name))
	err := workflow.ExecuteLocalActivity(ctx, s.Record.Run, s.state, s.version, s.id, cmd).Get(ctx, &recorded)
	if err != nil {
		return recorded, err
	}
	for _, e := range recorded.Events {
		s.evolve(e)
	}
	return recorded, nil
}

// evolve passes over what the state already holds, so that a gap or a repeat can't count twice.
func (s *shell[S, F]) evolve(e event.Event) {
	if e.Seq == s.version+1 {
		s.state, s.version, s.spent = s.Definition.Evolve(s.state, e), e.Seq, map[string]bool{}
	}
}

// run waits for deadlines until the process ends or its history grows long.
func (s *shell[S, F]) run(ctx workflow.Context) error {
	if began, err := s.began(ctx); err != nil || !began {
		return err
	}
	for !s.Definition.Ended(s.state) {
		if err := s.show(ctx); err != nil {
			return err
		}
		s.arm(ctx)
		s.undertake(ctx)
		seen := s.version
		err := workflow.Await(ctx, func() bool {
			return s.version != seen || s.rang() || s.performed() || s.long(ctx)
		})
		switch {
		case err != nil:
			return err
		case s.performed():
			if err := s.report(ctx); err != nil {
				return err
			}
		case s.rang():
			if err := s.ring(ctx); err != nil {
				return err
			}
		case s.long(ctx):
			return s.continueAsNew(ctx)
		}
	}
	s.disarm()
	if err := s.show(ctx); err != nil {
		return err
	}
	return workflow.Await(ctx, func() bool { return workflow.AllHandlersFinished(ctx) })
}

// began waits for the first event. Without one, and with nobody inside a handler
// who may still record it, the process never was.
func (s *shell[S, F]) began(ctx workflow.Context) (bool, error) {
	began := func() bool { return s.version > 0 }
	if ok, err := workflow.AwaitWithTimeout(ctx, firstCommandWait, began); ok || err != nil {
		return ok, err
	}
	err := workflow.Await(ctx, func() bool { return began() || workflow.AllHandlersFinished(ctx) })
	return began(), err
}

// long: an effect under way is finished first, for its result belongs to this run.
func (s *shell[S, F]) long(ctx workflow.Context) bool {
	return s.effect.future == nil && workflow.GetInfo(ctx).GetContinueAsNewSuggested()
}

// continueAsNew hands over the state once nobody is inside a handler.
func (s *shell[S, F]) continueAsNew(ctx workflow.Context) error {
	if err := workflow.Await(ctx, func() bool { return workflow.AllHandlersFinished(ctx) }); err != nil {
		return err
	}
	return workflow.NewContinueAsNewError(ctx, s.Definition.Kind, Input[S]{ID: s.id, Version: s.version, State: s.state, Revision: current})
}

// show tells the engine's search the project and the stage, when they changed:
// each upsert is an event of history.
func (s *shell[S, F]) show(ctx workflow.Context) error {
	now := s.Definition.Summary(s.state)
	if now.ProjectID == s.shown.ProjectID && now.Stage == s.shown.Stage {
		return nil
	}
	s.shown = now
	workflow.SetCurrentDetails(ctx, now.Title)
	return workflow.UpsertTypedSearchAttributes(ctx,
		AttributeProject.ValueSet(now.ProjectID), AttributeStage.ValueSet(now.Stage))
}

// arm keeps one timer, for the earliest deadline, and leaves it alone while that
// stays the same or moves to later: deadlines mostly fall away because somebody was
// in time, and a timer that rings for nothing costs less than one set anew each time.
func (s *shell[S, F]) arm(ctx workflow.Context) {
	next, ok := s.earliest()
	if ok && timerKey(next) == s.alarm.key {
		return
	}
	if s.revision >= timersLazy && s.alarm.future != nil && (!ok || !next.At.Before(s.alarm.At)) {
		return
	}
	s.disarm()
	if !ok {
		return
	}
	timerCtx, cancel := workflow.WithCancel(ctx)
	wait := max(next.At.Sub(workflow.Now(ctx)), 0)
	s.alarm.Timer, s.alarm.key, s.alarm.cancel = next, timerKey(next), cancel
	s.alarm.future = workflow.NewTimerWithOptions(timerCtx, wait, workflow.TimerOptions{Summary: next.Summary})
}

func (s *shell[S, F]) disarm() {
	if s.alarm.cancel != nil {
		s.alarm.cancel()
	}
	s.alarm = alarm{}
}

func (s *shell[S, F]) earliest() (next process.Timer, ok bool) {
	for _, t := range s.Definition.Timers(s.state) {
		if !s.spent[timerKey(t)] && (!ok || t.At.Before(next.At)) {
			next, ok = t, true
		}
	}
	return next, ok
}

func timerKey(t process.Timer) string { return fmt.Sprintf("%s@%d", t.Name, t.At.UnixMicro()) }

func (s *shell[S, F]) rang() bool { return s.alarm.future != nil && s.alarm.future.IsReady() }

// ring sends the deadline's command.
func (s *shell[S, F]) ring(ctx workflow.Context) error {
	t := s.alarm.Timer
	s.disarm()
	if s.revision >= timersLazy {
		next, ok := s.earliest()
		if !ok || next.At.After(workflow.Now(ctx)) {
			return nil // what it was set for fell away
		}
		t = next
	}
	s.spent[timerKey(t)] = true
	body, err := json.Marshal(t.Body)
	if err != nil {
		return temporal.NewNonRetryableApplicationError("timer body", "internal", err)
	}
	_, err = s.record(ctx, process.Command{
		ID: t.CommandID(), Name: t.Command, Actor: org.SystemActor(), At: workflow.Now(ctx), Body: body,
	})
	return err
}

// undertake starts the first effect that the state asks for, unless one is under way.
func (s *shell[S, F]) undertake(ctx workflow.Context) {
	if s.Definition.Effects == nil || s.effect.future != nil {
		return
	}
	for _, e := range s.Definition.Effects(s.state) {
		if s.spent[e.CommandID()] {
			continue
		}
		ctx = workflow.WithActivityOptions(ctx, performOptions(e.Name))
		s.effect = chore{Effect: e, future: workflow.ExecuteActivity(ctx, ActivityPerform, s.Definition.Kind, s.id, e)}
		return
	}
}

func (s *shell[S, F]) performed() bool { return s.effect.future != nil && s.effect.future.IsReady() }

// report tells the state what an effect brought. A refusal leaves the effect alone
// until the state moves.
func (s *shell[S, F]) report(ctx workflow.Context) error {
	e := s.effect
	s.effect = chore{}
	var result json.RawMessage
	if err := e.future.Get(ctx, &result); err != nil {
		return err
	}
	s.spent[e.CommandID()] = true
	_, err := s.record(ctx, process.Command{
		ID: e.CommandID(), Name: e.Command, Actor: org.SystemActor(), At: workflow.Now(ctx), Body: result,
	})
	return err
}
