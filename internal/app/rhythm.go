package app

import (
	"context"
	"maps"
	"slices"
	"time"
)

// Occasion is something that the calendar brings about again and again: the weekly
// dispatch sheet, the monthly bulletin. See docs/adr/0009-rhythm.md.
type Occasion interface {
	// CatchUp makes whatever was due by now and isn't there, each once, however often
	// and by however many it is called; what it makes says when it was due and when it
	// was made. An error means that something is left for the next call.
	CatchUp(ctx context.Context, now time.Time) error
}

// Rhythm is every occasion by its name.
type Rhythm map[string]Occasion

// Names lists the occasions.
func (r Rhythm) Names() []string { return slices.Sorted(maps.Keys(r)) }

// Names of occasions. They name schedules in the engine: never change one.
const (
	OccasionDispatch = "dispatch"
	OccasionBulletin = "bulletin"
)
