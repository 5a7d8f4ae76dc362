package workflows

import (
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"luodi/activities"
)

// RegisterEffects makes a worker perform the effects of every kind of process.
func RegisterEffects(r worker.Registry, p *activities.Perform) {
	r.RegisterActivityWithOptions(p.Run, activity.RegisterOptions{Name: ActivityPerform})
}

// Register makes a worker serve one kind of process.
func Register[S, F any](r worker.Registry, p *Process[S, F]) {
	r.RegisterWorkflowWithOptions(p.Run, workflow.RegisterOptions{Name: p.Definition.Kind})
}
