package loadtest

import (
	"context"
	"fmt"
	"net/http"
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
	Timeline []Item `json:"-"` // of another address
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

// Item is one recorded event.
type Item struct {
	Seq       int64  `json:"seq"`
	Type      string `json:"type"`
	Automatic bool   `json:"automatic"`
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
	var timeline struct{ Items []Item }
	err := get(ctx, who, "/api/v1/reviews/"+id+"/timeline", &timeline)
	r.Timeline = timeline.Items
	return r, err
}

func get(ctx context.Context, who *Person, path string, into any) error {
	a, err := who.Insist(ctx, http.MethodGet, path, "", nil)
	if err != nil {
		return err
	}
	return a.Into(into)
}

// OnceEach compares what was acknowledged with what was recorded and returns each
// difference: an acknowledged event must stand in its review under its number,
// no number may belong to two commands, and whatever people are recorded to have
// done must have been acknowledged to somebody.
func OnceEach(commands []Command, reviews map[string]Review) []string {
	var wrong []string
	owners := map[string]string{}
	for _, c := range commands {
		r, err := c.Receipt()
		if err != nil || len(r.Events) == 0 || r.Version < int64(len(r.Events)) {
			wrong = append(wrong, fmt.Sprintf("%s: not a whole receipt: %s", c.Key, c.Answer.Body))
			continue
		}
		first := r.Version - int64(len(r.Events)) + 1
		for i, kind := range r.Events {
			seq := first + int64(i)
			at := fmt.Sprintf("%s/%d", r.ID, seq)
			if owner, taken := owners[at]; taken {
				wrong = append(wrong, fmt.Sprintf("%s: acknowledged to %s and to %s", at, owner, c.Key))
			}
			owners[at] = c.Key
			if got := reviews[r.ID].at(seq); got != kind {
				wrong = append(wrong, fmt.Sprintf("%s: acknowledged to %s as %s, recorded as %q", at, c.Key, kind, got))
			}
		}
	}
	for id, review := range reviews {
		wrong = append(wrong, review.unowned(id, owners)...)
	}
	return wrong
}

// at is the type of the event with that number, empty when there is none.
func (r Review) at(seq int64) string {
	if seq < 1 || seq > int64(len(r.Timeline)) || r.Timeline[seq-1].Seq != seq {
		return ""
	}
	return r.Timeline[seq-1].Type
}

func (r Review) unowned(id string, owners map[string]string) []string {
	var wrong []string
	for i, item := range r.Timeline {
		at := fmt.Sprintf("%s/%d", id, item.Seq)
		if item.Seq != int64(i+1) {
			wrong = append(wrong, fmt.Sprintf("%s stands at place %d", at, i+1))
		}
		if owner := owners[at]; !item.Automatic && owner == "" {
			wrong = append(wrong, fmt.Sprintf("%s: %s was recorded and acknowledged to nobody", at, item.Type))
		} else if item.Automatic && owner != "" {
			wrong = append(wrong, fmt.Sprintf("%s: automatic, and acknowledged to %s", at, owner))
		}
	}
	return wrong
}
