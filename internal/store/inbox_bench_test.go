package store_test

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"luodi/internal/app"
	"luodi/internal/store"
)

// The aim: a page of an inbox among a million tasks costs at most so many times the
// same page among ten thousand, counts included.
const aimInbox = 1.5

var (
	young = store.Archive{Tasks: 10_000, Units: 100, FatOpen: 2_000, Open: 20}
	old   = store.Archive{Tasks: 1_000_000, Units: 100, FatOpen: 20_000, Open: 20}
)

// inboxPage is one request for a page as the API makes it: rows and counts.
type inboxPage struct {
	name   string
	unit   string
	box    app.Box
	filter app.TaskFilter
	pages  int  // how many pages to turn first
	walks  bool // walks along the whole queue, by its nature: told, and held to no aim
}

var inboxPages = []inboxPage{
	{"todo, usual unit", store.UsualUnit, app.Todo, app.TaskFilter{}, 0, false},
	{"todo, fat unit", store.FatUnit, app.Todo, app.TaskFilter{}, 0, false},
	{"todo, fat unit, 20th page", store.FatUnit, app.Todo, app.TaskFilter{}, 19, false},
	{"todo, fat unit, overdue", store.FatUnit, app.Todo, app.TaskFilter{Overdue: true}, 0, false},
	{"todo, fat unit, green", store.FatUnit, app.Todo, app.TaskFilter{Light: "green"}, 0, false},
	{"todo, fat unit, mine", store.FatUnit, app.Todo, app.TaskFilter{Mine: true}, 0, false},
	{"todo, fat unit, opine", store.FatUnit, app.Todo, app.TaskFilter{Action: "opine", Kind: "review"}, 0, false},
	{"todo, fat unit, action of no task", store.FatUnit, app.Todo, app.TaskFilter{Action: "decide"}, 0, true},
	{"todo, fat unit, text in no subject", store.FatUnit, app.Todo, app.TaskFilter{Query: "没有这个项目"}, 0, true},
	{"done, usual unit", store.UsualUnit, app.Done, app.TaskFilter{}, 0, false},
	{"done, fat unit", store.FatUnit, app.Done, app.TaskFilter{}, 0, false},
	{"started", store.UsualUnit, app.Started, app.TaskFilter{}, 0, false},
	{"cc", store.UsualUnit, app.CC, app.TaskFilter{}, 0, false},
	{"cc, unread", store.UsualUnit, app.CC, app.TaskFilter{Unread: true}, 0, false},
}

func (x inboxPage) ask(b testing.TB, s *store.Store, p app.Page) (rows int, next string) {
	actor := store.Member(x.unit)
	list, next, err := s.Tasks(ctx, actor, x.box, x.filter, p)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := s.TaskCounts(ctx, actor); err != nil {
		b.Fatal(err)
	}
	return len(list), next
}

// turned is the page's cursor after turning pages.
func (x inboxPage) turned(b testing.TB, s *store.Store) app.Page {
	p := app.Page{Limit: 50}
	for range x.pages {
		_, p.Cursor = x.ask(b, s, p)
	}
	return p
}

// BenchmarkInbox measures each page on both databases at both sizes, in short turns,
// and compares medians: x/10k is a million against ten thousand. One round of the
// benchmark is the whole comparison: run it with -benchtime 1x.
func BenchmarkInbox(b *testing.B) {
	for _, backend := range backends {
		b.Run(backend.name, func(b *testing.B) {
			small, big := archive(b, backend.options(b), young), archive(b, backend.options(b), old)
			for _, x := range inboxPages {
				b.Run(x.name, func(b *testing.B) {
					for range b.N {
						compareInbox(b, backend.name, x, small, big)
					}
				})
			}
		})
	}
}

func archive(b testing.TB, o store.Options, a store.Archive) *store.Store {
	b.Helper()
	if o.Path != "" {
		o.Path = filepath.Join(b.TempDir(), "archive.db")
	}
	s := open(b, o)
	if err := s.Fill(ctx, a); err != nil {
		b.Fatal(err)
	}
	return s
}

func compareInbox(b *testing.B, database string, x inboxPage, small, big *store.Store) {
	stores := []*store.Store{small, big}
	pages := []app.Page{x.turned(b, small), x.turned(b, big)}
	n, _ := x.ask(b, small, pages[0])
	pages[0].Limit, pages[1].Limit = max(n, 1), max(n, 1) // the same page: no longer than the small one's
	took := make([][]time.Duration, 2)
	for turn := range 100 {
		for i, s := range stores {
			began := time.Now()
			x.ask(b, s, pages[i])
			if turn >= 10 { // the first ones warm up
				took[i] = append(took[i], time.Since(began))
			}
		}
	}
	a, z := middle(took[0]), middle(took[1])
	ratio := float64(z) / float64(a)
	b.ReportMetric(float64(a.Microseconds()), "µs/10k")
	b.ReportMetric(float64(z.Microseconds()), "µs/1M")
	b.ReportMetric(ratio, "x/10k")
	b.ReportMetric(0, "ns/op") // says nothing here
	verdict := "PASS"
	if ratio > aimInbox {
		verdict = "MISS"
	}
	if x.walks {
		verdict = "TOLD"
	}
	b.Logf("%s  %-50s %6.2f  aim ≤ %.2f  (%v to %v)", verdict, database+": inbox of a million to ten thousand, "+x.name, ratio, aimInbox,
		z.Round(10*time.Microsecond), a.Round(10*time.Microsecond))
}

func middle(all []time.Duration) time.Duration {
	slices.Sort(all)
	return all[len(all)/2]
}

// TestInboxPlans prints, with -v, how each database looks for each page, and holds what
// must be true of all: no table is read from end to end, whatever its size.
func TestInboxPlans(t *testing.T) {
	tables := regexp.MustCompile(`^    (SCAN (tasks|p|c|processes|process_readers|process_reads|r)\b|\d+ \w+ (tasks|p|c|processes|process_readers|process_reads|r) (ALL|index) )`)
	for _, backend := range backends {
		t.Run(backend.name, func(t *testing.T) {
			s := archive(t, backend.options(t), store.Archive{Tasks: 10_000, Units: 50, FatOpen: 2_000, Open: 20})
			for _, x := range inboxPages {
				p := x.turned(t, s)
				plans, err := s.Explain(ctx, func(s *store.Store) { x.ask(t, s, p) })
				if err != nil {
					t.Fatal(err)
				}
				t.Logf("%s\n%s", x.name, plans)
				for line := range strings.Lines(plans) {
					if tables.MatchString(line) && !strings.Contains(line, "SCAN c\n") { // c: the latest copies, which are few
						t.Errorf("%s: %s", x.name, line)
					}
				}
			}
		})
	}
}
