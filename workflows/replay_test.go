package workflows_test

import (
	"path/filepath"
	"testing"

	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"luodi/activities"
	"luodi/internal/process"
	"luodi/internal/review"
	"luodi/workflows"
)

// replay runs today's shell and Evolve over a history recorded from released code.
// Decide isn't part of it: its results are in the history.
func replay(t *testing.T, def process.Definition[review.State, review.Facts], file string) error {
	t.Helper()
	p := &workflows.Process[review.State, review.Facts]{
		Definition: def, Record: &activities.Record[review.State, review.Facts]{},
		Facts: func() review.Facts { t.Error("a replay asked for facts"); return review.Facts{} },
	}
	r := worker.NewWorkflowReplayer()
	r.RegisterWorkflowWithOptions(p.Run, workflow.RegisterOptions{Name: review.Kind})
	return r.ReplayWorkflowHistoryFromJSONFile(quiet{}, file)
}

func recordings(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/replay/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no recorded histories (%v)", err)
	}
	return files
}

func TestRecordedHistoriesReplay(t *testing.T) {
	for _, file := range recordings(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			if err := replay(t, review.Definition(), file); err != nil {
				t.Error(err)
			}
		})
	}
}

// A change of the rules needs no versioning: Decide may be anything.
func TestRulesMayChangeUnderRunningReviews(t *testing.T) {
	def := review.Definition()
	def.Decide = nil
	for _, file := range recordings(t) {
		if err := replay(t, def, file); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
}

// The check can fail: a shell that arms no timers doesn't fit any of the histories.
func TestReplayNoticesAChangedShell(t *testing.T) {
	def := review.Definition()
	def.Timers = func(review.State) []process.Timer { return nil }
	for _, file := range recordings(t) {
		if err := replay(t, def, file); err == nil {
			t.Errorf("%s replays without its timers", file)
		}
	}
}
