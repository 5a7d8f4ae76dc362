package loadtest

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
)

// Command is one request that was answered as done.
type Command struct {
	Who  *Person
	Path string
	Key  string
	Body any
	Answer
}

// Receipt is the answer to a command on a review.
type Receipt struct {
	ID      string   `json:"id"`
	Version int64    `json:"version"`
	Stage   string   `json:"stage"`
	Events  []string `json:"events"`
}

// Board is where walkers find each other's reviews, so that several meet on one.
type Board struct {
	mu      sync.Mutex
	reviews []string
}

func (b *Board) add(id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.reviews = append(b.reviews, id)
}

func (b *Board) any(r *rand.Rand) (string, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.reviews) == 0 {
		return "", false
	}
	return b.reviews[r.IntN(len(b.reviews))], true
}

// Walker is one client at random work: it registers projects, starts reviews and
// does whatever /actions allows. Every change has a key, and is asked for again
// until somebody answers, so that at the end of Walk nothing is in doubt.
type Walker struct {
	Name   string // prefix of its keys and projects, unique
	County string // unit id in which it registers projects
	Starts []*Person
	Cast   []*Person
	Rand   *rand.Rand
	Board  *Board

	Projects []Command // registered
	Reviews  []Command // started, or acted on
	Refused  map[string]int

	own     []string
	counter int
}

// Weights of what a walker does next, in percent.
const (
	newReview   = 8  // register a project and start its review
	othersToo   = 15 // act on any walker's review instead of its own
	dangerously = 10 // take a dangerous action that was drawn: withdraw, terminate
)

// Walk works until stop is closed. Errors: an answer that no client may get
// (5xx but 503), or the end of ctx while an answer is still owed.
func (w *Walker) Walk(ctx context.Context, stop <-chan struct{}) error {
	for {
		select {
		case <-stop:
			return nil
		default:
		}
		if err := w.step(ctx); err != nil {
			return fmt.Errorf("client %s: %w", w.Name, err)
		}
	}
}

func (w *Walker) step(ctx context.Context) error {
	if len(w.own) == 0 || w.Rand.IntN(100) < newReview {
		_, err := w.StartReview(ctx)
		return err
	}
	id := w.own[w.Rand.IntN(len(w.own))]
	if w.Rand.IntN(100) < othersToo {
		if other, ok := w.Board.any(w.Rand); ok {
			id = other
		}
	}
	return w.ActOn(ctx, id)
}

// StartReview registers a project, starts its review and returns the review's id.
func (w *Walker) StartReview(ctx context.Context) (string, error) {
	who := w.Starts[w.Rand.IntN(len(w.Starts))]
	a, err := w.change(ctx, &w.Projects, who, "/api/v1/projects", map[string]any{
		"name": fmt.Sprintf("%s第%d号示例项目", w.Name, w.counter), "investor": "示例投资有限公司", "county_id": w.County,
		"agreed_amount": "12000", "stage": "negotiating", "illustrative": true,
	})
	if err != nil {
		return "", err
	}
	var project struct{ ID string }
	if err := a.Into(&project); err != nil {
		return "", fmt.Errorf("project was not registered: %w", err)
	}
	a, err = w.change(ctx, &w.Reviews, who, "/api/v1/reviews", map[string]string{"project_id": project.ID})
	if err != nil {
		return "", err
	}
	var r Receipt
	if err := a.Into(&r); err != nil {
		return "", fmt.Errorf("review was not started: %w", err)
	}
	w.own = append(w.own, r.ID)
	w.Board.add(r.ID)
	return r.ID, nil
}

// ActOn does something on a review that somebody of the cast may do now, if
// anybody drawn may do anything.
func (w *Walker) ActOn(ctx context.Context, review string) error {
	return w.ActAt(ctx, "/api/v1/reviews/"+review)
}

// ActAt does the same on the process at a path.
func (w *Walker) ActAt(ctx context.Context, path string) error {
	for range 4 {
		who := w.Cast[w.Rand.IntN(len(w.Cast))]
		actions, err := Actions(ctx, who, path)
		if err != nil {
			return err
		}
		chosen, ok := w.draw(actions)
		if !ok {
			continue
		}
		_, err = w.change(ctx, &w.Reviews, who, path+"/actions/"+chosen.Name, chosen.Schema.Fill(w.Rand.IntN))
		return err
	}
	return nil
}

// Actions asks what somebody may do with the process at a path; nothing with one
// hidden from them.
func Actions(ctx context.Context, who *Person, path string) ([]Action, error) {
	a, err := who.Insist(ctx, http.MethodGet, path+"/actions", "", nil)
	if err != nil || a.Status == http.StatusNotFound {
		return nil, err
	}
	var list struct{ Actions []Action }
	return list.Actions, a.Into(&list)
}

func (w *Walker) draw(actions []Action) (Action, bool) {
	var allowed []Action
	for _, a := range actions {
		if a.Allowed && (!a.Danger || w.Rand.IntN(100) < dangerously) {
			allowed = append(allowed, a)
		}
	}
	if len(allowed) == 0 {
		return Action{}, false
	}
	return allowed[w.Rand.IntN(len(allowed))], true
}

// change insists on a request that changes something, and remembers it once done.
// That somebody else was faster is an answer too.
func (w *Walker) change(ctx context.Context, done *[]Command, who *Person, path string, body any) (Answer, error) {
	w.counter++
	c := Command{Who: who, Path: path, Key: fmt.Sprintf("%s-%d", w.Name, w.counter), Body: body}
	var err error
	c.Answer, err = who.Insist(ctx, http.MethodPost, path, c.Key, body)
	switch {
	case err != nil:
		return c.Answer, err
	case c.OK():
		*done = append(*done, c)
	case c.Status == http.StatusConflict, c.Status == http.StatusUnprocessableEntity, // no walker knows whom a form's names name,
		c.Status == http.StatusForbidden, c.Status == http.StatusNotFound: // and another may have taken its part away
		w.refused(c.Code())
	default:
		return c.Answer, fmt.Errorf("POST %s: %d %s", path, c.Status, c.Answer.Body)
	}
	return c.Answer, nil
}

func (w *Walker) refused(code string) {
	if w.Refused == nil {
		w.Refused = map[string]int{}
	}
	w.Refused[code]++
}

// Again sends the same request under the same key.
func (c Command) Again(ctx context.Context) (Answer, error) {
	return c.Who.Insist(ctx, http.MethodPost, c.Path, c.Key, c.Body)
}

// Receipt reads the command's answer.
func (c Command) Receipt() (Receipt, error) {
	var r Receipt
	return r, json.Unmarshal(c.Answer.Body, &r)
}

// Do does one action on the process at a path, and remembers it once done.
func (w *Walker) Do(ctx context.Context, who *Person, path, action string, body any) error {
	_, err := w.change(ctx, &w.Reviews, who, path+"/actions/"+action, body)
	return err
}
