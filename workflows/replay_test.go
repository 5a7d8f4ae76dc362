package workflows_test

import (
	"path/filepath"
	"testing"

	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"luodi/activities"
	"luodi/internal/assessment"
	"luodi/internal/batch"
	"luodi/internal/bulletin"
	"luodi/internal/dispatch"
	"luodi/internal/liaison"
	"luodi/internal/panel"
	"luodi/internal/process"
	"luodi/internal/review"
	"luodi/internal/selfreport"
	"luodi/workflows"
)

// replay runs today's shell and Evolve over a history recorded from released code.
// Decide isn't part of it: its results are in the history.
func replay[S, F any](t *testing.T, def process.Definition[S, F], file string) error {
	t.Helper()
	p := &workflows.Process[S, F]{
		Definition: def, Record: &activities.Record[S, F]{},
		Facts: func() (f F) { t.Error("a replay asked for facts"); return f },
	}
	r := worker.NewWorkflowReplayer()
	r.RegisterWorkflowWithOptions(p.Run, workflow.RegisterOptions{Name: def.Kind})
	return r.ReplayWorkflowHistoryFromJSONFile(quiet{}, file)
}

// recordings are the histories of a kind of process.
func recordings(t *testing.T, kind string) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/replay/" + kind + "-*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no recorded histories (%v)", err)
	}
	return files
}

func TestRecordedHistoriesReplay(t *testing.T) {
	for _, file := range recordings(t, review.Kind) {
		if err := replay(t, review.Definition(), file); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
	for _, file := range recordings(t, panel.Kind) {
		if err := replay(t, panel.Definition(), file); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
	for _, file := range recordings(t, batch.Kind) {
		if err := replay(t, batch.Definition(), file); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
	for _, file := range recordings(t, liaison.Kind) {
		if err := replay(t, liaison.Definition(), file); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
	for _, file := range recordings(t, dispatch.Kind) {
		if err := replay(t, dispatch.Definition(), file); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
	for _, file := range recordings(t, bulletin.Kind) {
		if err := replay(t, bulletin.Definition(), file); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
	for _, file := range recordings(t, assessment.Kind) {
		if err := replay(t, assessment.Definition(), file); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
	for _, file := range recordings(t, selfreport.Kind) {
		if err := replay(t, selfreport.Definition(), file); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
}

// A change of the rules needs no versioning: Decide may be anything.
func TestRulesMayChangeUnderRunningReviews(t *testing.T) {
	def := review.Definition()
	def.Decide = nil
	for _, file := range recordings(t, review.Kind) {
		if err := replay(t, def, file); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
}

// The check can fail: a shell that arms no timers, or performs no effects, doesn't
// fit the histories that have some.
func TestReplayNoticesAChangedShell(t *testing.T) {
	def := review.Definition()
	def.Timers = func(review.State) []process.Timer { return nil }
	for _, file := range recordings(t, review.Kind) {
		if err := replay(t, def, file); err == nil {
			t.Errorf("%s replays without its timers", file)
		}
	}
	carried := liaison.Definition()
	carried.Timers = func(liaison.State) []process.Timer { return nil }
	for _, file := range recordings(t, liaison.Kind) {
		if err := replay(t, carried, file); err == nil {
			t.Errorf("%s replays without its timers", file)
		}
	}
	meetings := panel.Definition()
	meetings.Effects = nil
	for _, file := range recordings(t, panel.Kind) {
		if err := replay(t, meetings, file); err == nil {
			t.Errorf("%s replays without its effects", file)
		}
	}
	years := assessment.Definition()
	years.Effects = nil
	for _, file := range recordings(t, assessment.Kind) {
		if err := replay(t, years, file); err == nil {
			t.Errorf("%s replays without its effects", file)
		}
	}
}
