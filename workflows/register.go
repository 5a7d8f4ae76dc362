package workflows

import (
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// Register makes a worker serve one kind of process.
func Register[S, F any](r worker.Registry, p *Process[S, F]) {
	r.RegisterWorkflowWithOptions(p.Run, workflow.RegisterOptions{Name: p.Definition.Kind})
}
