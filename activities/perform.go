package activities

import (
	"context"
	"encoding/json"

	"go.temporal.io/sdk/temporal"

	"luodi/internal/app"
	"luodi/internal/process"
)

// Perform runs the effects of processes as an ordinary activity.
type Perform struct {
	Effects app.Effects
}

// Run performs one effect. Performing it twice must do no harm: the activity may be
// tried again after it succeeded.
func (p *Perform) Run(ctx context.Context, kind, id string, e process.Effect) (json.RawMessage, error) {
	perform, ok := p.Effects[e.Name]
	if !ok {
		return nil, temporal.NewApplicationError("no performer for "+e.Name, "unknown_effect")
	}
	return perform(ctx, kind, id, e)
}
