package main

import (
	"context"
	"io"

	"luodi/internal/app"
	"luodi/internal/batch"
	"luodi/internal/fault"
	"luodi/internal/sheet"
)

// batchRecorder decides and records liaison lists.
func (s *system) batchRecorder() *app.Recorder[batch.State, batch.Facts] {
	return &app.Recorder[batch.State, batch.Facts]{
		Definition: batch.Definition(), Journal: s.store, Facts: app.BatchFacts(s.calendars), Project: app.ProjectBatch,
		Complete: app.BatchCompleter(s.documents),
	}
}

// batchEffects starts the liaisons of a list that was published.
func (s *system) batchEffects() *app.BatchEffects {
	return &app.BatchEffects{Reads: s.store, Blobs: s.documents, Recorder: s.liaisonRecorder(), Launcher: s.processes, Now: clock}
}

func (s *system) batches() *app.Batches {
	return app.NewBatches(app.Service[batch.State, batch.Facts]{
		Processes: s.processes, Reads: s.store, Facts: func() batch.Facts { return batch.Facts{} }, Now: clock, NewID: newID,
	}, s.documents, sheets{}, s.carrying)
}

// compareBatches compares liaison lists with their streams.
func (s *system) compareBatches(ctx context.Context) (app.Reconciled, error) {
	r := &app.Reconciler[batch.State, batch.Facts]{
		Definition: batch.Definition(), Store: s.store, Events: s.store.Events, Processes: s.processes,
		Row: func(ctx context.Context, state batch.State) (any, any, error) {
			kept, err := s.store.BatchRowOf(ctx, state.ID)
			return kept, app.BatchRowFor(state), err
		},
	}
	return r.Run(ctx)
}

func (sheets) ReadPairings(data []byte, milestones []string) ([]app.PairingLine, []fault.Detail) {
	list, problems := sheet.ReadPairings(data, milestones)
	out := make([]app.PairingLine, len(list))
	for i, p := range list {
		out[i] = app.PairingLine{Project: p.Project, Role: p.Role, Department: p.Department, Cadre: p.Cadre, Team: p.Team, Type: p.Type,
			Milestones: p.Milestones, Where: p.Where}
	}
	return out, sheetDetails(problems)
}

func (sheets) WritePairings(w io.Writer, title string, milestones []string, rows [][]string) error {
	return sheet.WritePairings(w, title, milestones, rows)
}
