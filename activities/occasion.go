package activities

import (
	"context"
	"time"

	"go.temporal.io/sdk/temporal"

	"luodi/internal/app"
)

// CatchUp makes what an occasion of the calendar owes, as an ordinary activity.
type CatchUp struct {
	Rhythm app.Rhythm
	Now    func() time.Time
}

// Run catches up with one occasion, as of the moment it runs at: a try that comes hours
// later makes what became due in between too.
func (c *CatchUp) Run(ctx context.Context, name string) error {
	occasion, ok := c.Rhythm[name]
	if !ok {
		return temporal.NewNonRetryableApplicationError("no occasion "+name, "unknown_occasion", nil)
	}
	return occasion.CatchUp(ctx, c.Now())
}
