package main

import (
	"context"
	"io"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"go.temporal.io/sdk/client"

	"luodi/internal/app"
	"luodi/internal/bulletin"
	"luodi/internal/calendar"
	"luodi/internal/config"
	"luodi/internal/org"
	"luodi/workflows"
)

// TestSchedulesMakeWhatWasMissed: the engine's own schedules, triggered as an operator
// would, make every sheet and bulletin that fell due while nobody ran, once, and each says
// when it was due and when it was made.
func TestSchedulesMakeWhatWasMissed(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	cfg, err := config.Load([]string{"--data", t.TempDir(), "--listen", "127.0.0.1:0"}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	before := clock
	t.Cleanup(func() { clock = before })
	var at atomic.Pointer[time.Time]
	now := time.Date(2024, 4, 24, 2, 0, 0, 0, time.UTC) // a Wednesday: the schedules begin
	at.Store(&now)
	clock = func() time.Time { return *at.Load() }
	s, err := start(ctx, program{config: cfg, stdout: io.Discard, stderr: io.Discard, log: slog.New(slog.NewTextHandler(io.Discard, nil))}, parts{engine: true, worker: true, migrate: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.close(context.WithoutCancel(ctx))
	if err := s.catchUp(ctx); err != nil {
		t.Fatal(err)
	}
	later := time.Date(2024, 5, 14, 3, 0, 0, 0, time.UTC) // a Tuesday, after the May holiday
	at.Store(&later)
	for _, name := range []string{app.OccasionDispatch, app.OccasionBulletin} {
		s.trigger(ctx, t, name)
		s.trigger(ctx, t, name) // again: nothing is made twice
	}

	sheets, _, err := s.store.Dispatches(ctx, org.Scope{All: true}, app.DispatchFilter{}, app.Page{Limit: 10})
	if err != nil || len(sheets) != 3 {
		t.Fatalf("%d sheets, %v", len(sheets), err)
	}
	for i, want := range []string{"2024-W19", "2024-W18", "2024-W17"} { // due on 13 May, 6 May and 29 April
		if x := sheets[i]; x.ID != want || !x.Automatic || !x.Belated || !x.OpenedAt.Equal(later) || x.DueAt.After(later) {
			t.Errorf("%+v", x)
		}
	}
	bulletins, _, err := s.store.Bulletins(ctx, app.BulletinFilter{}, app.Page{Limit: 10})
	if err != nil || len(bulletins) != 1 {
		t.Fatalf("%d bulletins, %v", len(bulletins), err)
	}
	due := app.BulletinDue(s.calendars.Snapshot(), 2024, time.April)
	if b := bulletins[0]; b.ID != "2024-04" || !b.Automatic || !b.DueAt.Equal(due) || calendar.DateOf(due).String() != "2024-05-06" || !b.OpenedAt.Equal(later) {
		t.Errorf("%+v", b)
	}
	for bulletins[0].Stage == bulletin.Computing { // the figures come soon
		pause(t, 50*time.Millisecond)
		if bulletins, _, err = s.store.Bulletins(ctx, app.BulletinFilter{}, app.Page{Limit: 10}); err != nil {
			t.Fatal(err)
		}
	}
	if bulletins[0].Stage != bulletin.Draft {
		t.Errorf("%s", bulletins[0].Stage)
	}
}

// trigger asks the engine's schedule for a run and waits until it has ended well.
func (s *system) trigger(ctx context.Context, t *testing.T, name string) {
	t.Helper()
	h := s.engine.Client().ScheduleClient().GetHandle(ctx, workflows.ScheduleID(name))
	described := func() *client.ScheduleDescription {
		d, err := h.Describe(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	ran := described().Info.NumActions
	if err := h.Trigger(ctx, client.ScheduleTriggerOptions{}); err != nil {
		t.Fatal(err)
	}
	for {
		d := described()
		if d.Info.NumActions > ran && len(d.Info.RunningWorkflows) == 0 {
			last := d.Info.RecentActions[len(d.Info.RecentActions)-1].StartWorkflowResult
			if err := s.engine.Client().GetWorkflow(ctx, last.WorkflowID, last.FirstExecutionRunID).Get(ctx, nil); err != nil {
				t.Fatal(err)
			}
			return
		}
		pause(t, 50*time.Millisecond)
	}
}
