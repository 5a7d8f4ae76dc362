package engine

import (
	"time"

	"go.temporal.io/sdk/worker"
)

// WorkerOptions are the settings of Luodi's workers, shared by production and
// by the benchmark's bare loops so that a comparison compares only the loops.
//
// Sixteen workflow-task pollers: with the SDK's default of two, sixteen people
// deciding at once wait for each other's long polls.
func WorkerOptions() worker.Options {
	return worker.Options{
		MaxConcurrentWorkflowTaskPollers: 16,
		MaxConcurrentActivityTaskPollers: 8,
		WorkerStopTimeout:                5 * time.Second,
	}
}
