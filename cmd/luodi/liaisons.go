package main

import (
	"context"

	"luodi/internal/app"
	"luodi/internal/liaison"
)

// liaisonRecorder decides and records liaisons.
func (s *system) liaisonRecorder() *app.Recorder[liaison.State, liaison.Facts] {
	return &app.Recorder[liaison.State, liaison.Facts]{
		Definition: liaison.Definition(), Journal: s.store, Project: app.ProjectLiaison,
		Facts: app.LiaisonFacts(s.calendars, s.carrying, app.CityUnit(s.store)),
	}
}

func (s *system) liaisons() *app.Liaisons {
	return app.NewLiaisons(app.Service[liaison.State, liaison.Facts]{
		Processes: s.processes, Reads: s.store, Facts: app.LiaisonSnapshot(s.calendars, s.carrying), Now: clock, NewID: newID,
	})
}

// compareLiaisons compares liaisons with their streams.
func (s *system) compareLiaisons(ctx context.Context) (app.Reconciled, error) {
	type kept struct {
		Row   app.LiaisonRow
		Items []liaison.Item
	}
	r := &app.Reconciler[liaison.State, liaison.Facts]{
		Definition: liaison.Definition(), Store: s.store, Events: s.store.Events, Processes: s.processes,
		Row: func(ctx context.Context, state liaison.State) (any, any, error) {
			row, err := s.store.LiaisonRowOf(ctx, state.ID)
			if err != nil {
				return nil, nil, err
			}
			items, err := s.store.LiaisonItemsOf(ctx, state.ID)
			return kept{row, items}, kept{app.LiaisonRowFor(state), liaison.Sorted(liaison.Items(state))}, err
		},
	}
	return r.Run(ctx)
}
