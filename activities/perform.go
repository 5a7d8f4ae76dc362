package activities

import (
	"context"
	"encoding/json"
	"time"

	"go.temporal.io/sdk/activity"
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
	defer pulse(ctx)()
	return perform(ctx, kind, id, e)
}

// Pulse is how often a performer tells the engine that it is alive.
const Pulse = time.Second

// pulse tells the engine until stop is called.
func pulse(ctx context.Context) (stop func()) {
	done := make(chan struct{})
	go func() {
		beat := time.NewTicker(Pulse)
		defer beat.Stop()
		for {
			select {
			case <-done:
				return
			case <-beat.C:
				activity.RecordHeartbeat(ctx)
			}
		}
	}()
	return func() { close(done) }
}
