package loadtest

import (
	"context"
	"fmt"
	"net/http"
)

// Item is one recorded event.
type Item struct {
	Seq       int64  `json:"seq"`
	Type      string `json:"type"`
	Automatic bool   `json:"automatic"`
}

// Timeline is what a process recorded, oldest first.
type Timeline []Item

// LoadTimeline reads the timeline of the process at a path such as /api/v1/reviews/x.
func LoadTimeline(ctx context.Context, who *Person, path string) (Timeline, error) {
	var timeline struct{ Items Timeline }
	err := get(ctx, who, path+"/timeline", &timeline)
	return timeline.Items, err
}

func get(ctx context.Context, who *Person, path string, into any) error {
	a, err := who.Insist(ctx, http.MethodGet, path, "", nil)
	if err != nil {
		return err
	}
	return a.Into(into)
}

// OnceEach compares what was acknowledged with what was recorded and returns each
// difference: an acknowledged event must stand in its process under its number,
// no number may belong to two commands, and whatever people are recorded to have
// done must have been acknowledged to somebody.
func OnceEach(commands []Command, timelines map[string]Timeline) []string {
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
			if got := timelines[r.ID].at(seq); got != kind {
				wrong = append(wrong, fmt.Sprintf("%s: acknowledged to %s as %s, recorded as %q", at, c.Key, kind, got))
			}
		}
	}
	for id, timeline := range timelines {
		wrong = append(wrong, timeline.unowned(id, owners)...)
	}
	return wrong
}

// at is the type of the event with that number, empty when there is none.
func (t Timeline) at(seq int64) string {
	if seq < 1 || seq > int64(len(t)) || t[seq-1].Seq != seq {
		return ""
	}
	return t[seq-1].Type
}

func (t Timeline) unowned(id string, owners map[string]string) []string {
	var wrong []string
	for i, item := range t {
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
