package loadtest

import (
	"context"
	"time"
)

// Review is what the checks need to see of a review.
type Review struct {
	ID       string `json:"id"`
	Version  int64  `json:"version"`
	Stage    string `json:"stage"`
	Intake   Step   `json:"intake"`
	Decision Step   `json:"decision"`
	Seats    []struct {
		ID   string `json:"id"`
		Step Step   `json:"step"`
	} `json:"seats"`
	Timeline Timeline `json:"-"` // of another address
}

// Step is a piece of work with a deadline.
type Step struct {
	State    string    `json:"state"`
	Due      time.Time `json:"due"`
	RemindAt time.Time `json:"remind_at"`
	RedAt    time.Time `json:"red_at"`
	Light    string    `json:"light"`
	Reminded bool      `json:"reminded"`
}

// Steps lists every step by name.
func (r Review) Steps() map[string]Step {
	out := map[string]Step{"intake": r.Intake, "decision": r.Decision}
	for _, seat := range r.Seats {
		out["seat "+seat.ID] = seat.Step
	}
	return out
}

// Missed says which mark the clock owes a step at a moment; empty if none.
func (s Step) Missed(now time.Time) string {
	switch {
	case s.State != "open": // waits for nobody, or its clock stands still
	case !now.Before(s.RedAt) && s.Light != "red":
		return "red light"
	case !now.Before(s.Due) && s.Light == "green":
		return "yellow light"
	case !s.RemindAt.IsZero() && !now.Before(s.RemindAt) && s.Light == "green" && !s.Reminded:
		return "reminder"
	}
	return ""
}

// Load reads a review with its timeline.
func Load(ctx context.Context, who *Person, id string) (Review, error) {
	var r Review
	if err := get(ctx, who, "/api/v1/reviews/"+id, &r); err != nil {
		return r, err
	}
	var err error
	r.Timeline, err = LoadTimeline(ctx, who, "/api/v1/reviews/"+id)
	return r, err
}
