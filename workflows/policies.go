package workflows

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"luodi/activities"
)

// workflowTaskTimeout is short, so that after a crash the engine gives a started
// task to the new process soon.
const workflowTaskTimeout = 5 * time.Second

// firstCommandWait is how long a process waits for its first event. A start whose
// command is refused leaves an empty workflow, which ends by itself.
const firstCommandWait = time.Minute

// recordOptions never give up: an update that was accepted is answered when the
// database is back, and in the meantime its caller has been told 503.
func recordOptions(command string) workflow.LocalActivityOptions {
	return workflow.LocalActivityOptions{
		// Without a long ScheduleToClose the SDK takes StartToClose for it, and every
		// try after the first 30 s would be dead before it began.
		ScheduleToCloseTimeout: 365 * 24 * time.Hour,
		StartToCloseTimeout:    30 * time.Second,
		Summary:                command,
		RetryPolicy: &temporal.RetryPolicy{
			InitialInterval:    100 * time.Millisecond,
			BackoffCoefficient: 2,
			MaximumInterval:    4 * time.Second,
		},
	}
}

// performOptions try an effect until it succeeds: what it needs (a disk, another
// process) comes back, and a decided document must be made. A large one may take its
// time; a worker that died in the middle of one is missed as soon as its pulse is.
func performOptions(name string) workflow.ActivityOptions {
	return workflow.ActivityOptions{
		StartToCloseTimeout: 10 * time.Minute,
		HeartbeatTimeout:    4 * activities.Pulse,
		Summary:             name,
		RetryPolicy: &temporal.RetryPolicy{
			InitialInterval:    time.Second,
			BackoffCoefficient: 2,
			MaximumInterval:    time.Minute,
		},
	}
}

// catchUpOptions try until nothing is left, for as long as the next day's run is away:
// that one makes up for whatever this one couldn't.
func catchUpOptions(name string) workflow.ActivityOptions {
	return workflow.ActivityOptions{
		ScheduleToCloseTimeout: 23 * time.Hour,
		StartToCloseTimeout:    5 * time.Minute,
		Summary:                name,
		RetryPolicy: &temporal.RetryPolicy{
			InitialInterval:    time.Second,
			BackoffCoefficient: 2,
			MaximumInterval:    time.Minute,
		},
	}
}
