package main

import (
	"bytes"
	"context"
	"errors"
	_ "time/tzdata" // schedules name Asia/Shanghai, and a plain machine may have no zones

	"luodi/internal/app"
	"luodi/internal/dispatch"
	"luodi/internal/sheet"
	"luodi/workflows"
)

// dispatchRecorder decides and records dispatch sheets. Reminder and grace of their
// instructions are those of the liaisons' template, so that an instruction runs alike
// wherever it is answered.
func (s *system) dispatchRecorder() *app.Recorder[dispatch.State, dispatch.Facts] {
	return &app.Recorder[dispatch.State, dispatch.Facts]{
		Definition: dispatch.Definition(), Journal: s.store, Facts: app.DispatchFacts(s.calendars, s.carrying.Rules.Instruction), Project: app.ProjectDispatch,
	}
}

// dispatchCompiler performs what dispatch sheets ask for outside themselves.
func (s *system) dispatchCompiler() *app.DispatchCompiler {
	return &app.DispatchCompiler{Reads: s.store, Calendars: s.calendars, Blobs: s.documents, Processes: s.processes, Now: clock, NewID: newID}
}

func (s *system) dispatches() *app.Dispatches {
	return app.NewDispatches(app.Service[dispatch.State, dispatch.Facts]{
		Processes: s.processes, Reads: s.store, Facts: app.DispatchSnapshot(s.calendars, s.carrying.Rules.Instruction), Now: clock, NewID: newID,
	}, s.store, s.calendars, s.documents, sheets{})
}

// rhythm is everything that the calendar brings about.
func (s *system) rhythm() app.Rhythm {
	return app.Rhythm{app.OccasionDispatch: s.dispatches(), app.OccasionBulletin: s.bulletins()}
}

// catchUp makes what was missed while no worker ran, and sees to the schedules that
// start the occasions from then on. One occasion that fails doesn't hold up the others.
func (s *system) catchUp(ctx context.Context) error {
	rhythm := s.rhythm()
	failed := []error{workflows.EnsureSchedules(ctx, s.engine.Client().ScheduleClient(), rhythm.Names()...)}
	for _, name := range rhythm.Names() {
		failed = append(failed, rhythm[name].CatchUp(ctx, clock()))
	}
	return errors.Join(failed...)
}

// untilDone runs something at every sweep until it has succeeded once.
func untilDone(run func(context.Context) error) func(context.Context) error {
	done := false
	return func(ctx context.Context) error {
		if done {
			return nil
		}
		err := run(ctx)
		done = err == nil
		return err
	}
}

// compareDispatches compares dispatch sheets with their streams.
func (s *system) compareDispatches(ctx context.Context) (app.Reconciled, error) {
	r := &app.Reconciler[dispatch.State, dispatch.Facts]{
		Definition: dispatch.Definition(), Store: s.store, Events: s.store.Events, Processes: s.processes,
		Row: func(ctx context.Context, state dispatch.State) (any, any, error) {
			kept, err := s.store.DispatchRowOf(ctx, state.ID)
			return kept, app.DispatchRowFor(state), err
		},
	}
	return r.Run(ctx)
}

// Dispatch implements app.DispatchSheets.
func (sheets) Dispatch(d dispatch.Sheet, pages []dispatch.Page) ([]byte, error) {
	var b bytes.Buffer
	err := sheet.WriteDispatch(&b, d, pages)
	return b.Bytes(), err
}
