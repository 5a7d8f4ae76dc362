package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"sync"
	"testing"

	"luodi/internal/demo"
	"luodi/internal/loadtest"
)

// town is a running demonstration with its people signed in.
type town struct {
	testing.TB
	site   *loadtest.Site
	people map[string]*loadtest.Person
}

func newTown(t testing.TB, address string) *town {
	return &town{TB: t, site: loadtest.NewSite(address), people: map[string]*loadtest.Person{}}
}

// as signs somebody in, once.
func (w *town) as(login string) *loadtest.Person {
	w.Helper()
	if p, ok := w.people[login]; ok {
		return p
	}
	p, err := w.site.SignIn(context.Background(), login, demo.Password)
	if err != nil {
		w.Fatal(err)
	}
	w.people[login] = p
	return p
}

// The cast of a review of a project in Danjiangkou of 12,000 (万元), which the
// template seats with three departments and the economy bureau.
var (
	operator = "zhaoshang.jingban"
	leader   = "zhaoshang.fuze"
	county   = "danjiangkou.jingban"
	cast     = []string{
		operator, leader, county, "fagai.jingban", "ziran.fuze", "shengtai.jingban", "jingxin.jingban",
	}
)

// walkers makes clients that draw from a seed.
func (w *town) walkers(n int, name string, seed uint64) []*loadtest.Walker {
	w.Helper()
	board := &loadtest.Board{}
	var people []*loadtest.Person
	for _, login := range cast {
		people = append(people, w.as(login))
	}
	out := make([]*loadtest.Walker, n)
	for i := range out {
		out[i] = &loadtest.Walker{
			Name: fmt.Sprintf("%s%02d", name, i), County: "danjiangkou", Starts: []*loadtest.Person{w.as(operator), w.as(county)},
			Cast: people, Rand: rand.New(rand.NewPCG(seed, uint64(i))), Board: board,
		}
	}
	return out
}

// walk lets walkers work while the test does something else; done tells their errors.
func walk(ctx context.Context, walkers []*loadtest.Walker) (stop func() error) {
	halt := make(chan struct{})
	errs := make([]error, len(walkers))
	var wg sync.WaitGroup
	for i, k := range walkers {
		wg.Go(func() { errs[i] = k.Walk(ctx, halt) })
	}
	return func() error {
		close(halt)
		wg.Wait()
		return errors.Join(errs...)
	}
}

// each runs something for every walker at once.
func each(walkers []*loadtest.Walker, do func(*loadtest.Walker) error) error {
	errs := make([]error, len(walkers))
	var wg sync.WaitGroup
	for i, k := range walkers {
		wg.Go(func() { errs[i] = do(k) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

// intact checks that everything acknowledged to walkers is recorded once, that
// nothing else is, and that every key still gives the answer it gave. Reviews that
// the test itself worked on are left out.
func (w *town) intact(ctx context.Context, walkers []*loadtest.Walker, but ...string) {
	w.Helper()
	w.sameAnswers(ctx, walkers) // first: asking again must leave nothing behind
	w.projectsOnce(ctx, walkers)
	var commands []loadtest.Command
	for _, k := range walkers {
		commands = append(commands, k.Reviews...)
	}
	reviews := w.reviews(ctx)
	timelines := map[string]loadtest.Timeline{}
	for id, r := range reviews {
		if !slices.Contains(but, id) {
			timelines[id] = r.Timeline
		}
	}
	for i, wrong := range loadtest.OnceEach(commands, timelines) {
		if i == 20 {
			w.Error("… and more")
			break
		}
		w.Error(wrong)
	}
}

func (w *town) sameAnswers(ctx context.Context, walkers []*loadtest.Walker) {
	w.Helper()
	err := each(walkers, func(k *loadtest.Walker) error {
		for _, c := range append(append([]loadtest.Command{}, k.Projects...), k.Reviews...) {
			a, err := c.Again(ctx)
			if err != nil {
				return err
			}
			if a.Status != c.Status || string(a.Body) != string(c.Answer.Body) {
				return fmt.Errorf("%s first gave %d %s, and now %d %s", c.Key, c.Status, c.Answer.Body, a.Status, a.Body)
			}
		}
		return nil
	})
	if err != nil {
		w.Error(err)
	}
}

// projectsOnce: a project was registered for each acknowledged request, and for no other.
func (w *town) projectsOnce(ctx context.Context, walkers []*loadtest.Walker) {
	w.Helper()
	registered := map[string]int{}
	w.pages(ctx, "/api/v1/projects?limit=200&q="+url.QueryEscape("号示例项目"), func(item listed) { registered[item.ID]++ })
	acknowledged := 0
	for _, k := range walkers {
		for _, c := range k.Projects {
			var p struct{ ID string }
			if err := c.Into(&p); err != nil {
				w.Fatal(err)
			}
			if registered[p.ID] != 1 {
				w.Errorf("project %s of %s is in the registry %d times", p.ID, c.Key, registered[p.ID])
			}
			acknowledged++
		}
	}
	if acknowledged != len(registered) {
		w.Errorf("%d projects were acknowledged and %d are in the registry", acknowledged, len(registered))
	}
}

// listed is what the tests need of a list's line.
type listed struct {
	ID    string `json:"id"`
	Stage string `json:"stage"`
}

// pages walks a list to its end.
func (w *town) pages(ctx context.Context, path string, fn func(listed)) {
	w.Helper()
	if err := loadtest.Pages(ctx, w.as(leader), path, fn); err != nil {
		w.Fatal(err)
	}
}

// reviews loads every review there is.
func (w *town) reviews(ctx context.Context) map[string]loadtest.Review {
	w.Helper()
	out := map[string]loadtest.Review{}
	w.pages(ctx, "/api/v1/reviews?limit=200", func(item listed) {
		r, err := loadtest.Load(ctx, w.as(leader), item.ID)
		if err != nil {
			w.Fatal(err)
		}
		out[item.ID] = r
	})
	return out
}

// reconciled runs luodi reconcile and luodi verify on data that nobody serves.
func reconciled(t testing.TB, settings ...string) {
	t.Helper()
	for command, want := range map[string]string{"reconcile": ", 0 differences\n", "verify": "every link holds\n"} {
		c, code := finished(t, append([]string{command, "--log-level", "warn"}, settings...)...)
		if code != 0 || !hasSuffix(c.out, want) {
			t.Errorf("luodi %s ended with %d\n%s%s", command, code, c.out, c.err)
		}
		t.Log(c.out)
	}
}
