//go:build !external

package bench_test

import (
	"testing"
	"time"

	"luodi/internal/engine"
	"luodi/internal/engine/bench"
)

func TestBareLoopsAreMeasured(t *testing.T) {
	e, err := engine.StartEmbedded(t.Context(), engine.Embedded{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close(t.Context())
	// The events that each shape must cost: workflow task scheduled, started,
	// completed, update accepted, completed; three more and another task of three
	// around an ordinary activity; one marker for a local one.
	for kind, events := range map[bench.Kind]float64{bench.Nothing: 5, bench.LocalActivity: 6, bench.Activity: 11} {
		r, err := bench.RunBare(t.Context(), e.Client(), kind, 2, 10, engine.WorkerOptions())
		if err != nil {
			t.Fatal(err)
		}
		t.Log(r)
		if r.Decisions != 20 || r.PerSecond <= 0 || r.P50 <= 0 || r.P95 < r.P50 || r.BytesPerDecision <= 0 {
			t.Errorf("figures make no sense: %+v", r)
		}
		// A machine under load may time a task out and add its events.
		if r.HistoryEvents < events || r.HistoryEvents > events+1 {
			t.Errorf("%s: %.1f history events a decision, want %.0f", kind, r.HistoryEvents, events)
		}
	}
}

func TestRunBareRefusesMoreThanAWorkflowTakes(t *testing.T) {
	if _, err := bench.RunBare(t.Context(), nil, bench.Nothing, 1, bench.MaxPerClient+1, engine.WorkerOptions()); err == nil {
		t.Error("accepted")
	}
}

func TestEngineStartIsMeasured(t *testing.T) {
	first, second, err := bench.EngineStart(t.Context(), engine.Embedded{Dir: t.TempDir()})
	if err != nil || first <= 0 || second <= 0 {
		t.Errorf("first %v, second %v, error %v", first, second, err)
	}
}

func TestPercentileIsNearestRank(t *testing.T) {
	var hundred []time.Duration
	for i := 100; i > 0; i-- {
		hundred = append(hundred, time.Duration(i))
	}
	for p, want := range map[int]time.Duration{1: 1, 50: 50, 95: 95, 100: 100} {
		if got := bench.Percentile(hundred, p); got != want {
			t.Errorf("percentile %d is %d, want %d", p, got, want)
		}
	}
	if got := bench.Percentile(nil, 50); got != 0 {
		t.Errorf("percentile of nothing is %v", got)
	}
}
