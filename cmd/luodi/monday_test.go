package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"testing"
	"time"

	"luodi/internal/calendar"
	"luodi/internal/loadtest"
)

var mondayKills = flag.Int("luodi.mondaykills", 8, "how often TestAMondayMorningSurvivesKillNine kills the server while reports come in")

// Two lists of a thousand projects, one for each role, are 2,000 assignments.
const mondayRows = 1000

// carriers share the projects; each has a handler in the demonstration.
var carriers = []string{"ziran", "fagai", "shengtai", "jingxin"}

// TestAMondayMorningSurvivesKillNine: two thousand assignments are published, the server
// killed in the middle of it; then departments acknowledge and report, raise problems and
// ask for this and that, while the server is killed again and again. Whatever was
// acknowledged is there once, the same key gives the same answer, every row became one
// liaison, and streams, workflows and projections agree.
func TestAMondayMorningSurvivesKillNine(t *testing.T) {
	if *seed == 0 {
		*seed = rand.Uint64()
	}
	t.Logf("%d kills, -luodi.seed=%d", *mondayKills, *seed)
	ctx, cancel := context.WithTimeout(t.Context(), 12*time.Minute)
	defer cancel()
	args := []string{"serve", "--demo", "--listen", "127.0.0.1:0", "--log-level", "warn", "--data", t.TempDir()}
	shift := untilMonday(t)
	start := func() *child { return launch(t, shift, args...) }
	server := start()
	w := newTown(t, server.address())
	projects := w.unassigned(ctx)

	server = w.publishes(ctx, "lead", projects, server, func(s *child) *child {
		s.kill()
		again := start()
		w.site.MoveTo(again.address())
		return again
	})
	server = w.publishes(ctx, "support", projects, server, nil)
	assigned := map[string][]string{} // by department
	n := 0
	w.eachLiaison(ctx, func(id, department, list string) {
		assigned[department] = append(assigned[department], id)
		n++
	})
	if n != 2*mondayRows {
		t.Fatalf("%d rows became %d liaisons", 2*mondayRows, n)
	}

	walkers := w.reporters(assigned)
	stop := sendReports(ctx, w, walkers, assigned)
	server = killTimes(t, *mondayKills, server, w.site, start)
	if err := stop(); err != nil {
		t.Fatalf("%v\nserver: %s", err, server.err)
	}
	logWork(t, walkers, 10*clients)
	w.sameAnswers(ctx, walkers)
	w.liaisonsIntact(ctx, walkers)
	server.stop()
	reconciled(t, args[6:]...)
}

// untilMonday shifts the clock to 08:40 in Shanghai on a Monday that is worked.
func untilMonday(t testing.TB) time.Duration {
	cal, err := calendar.New(calendar.Office{EndHour: 17, EndMinute: 30}, calendar.Builtin())
	if err != nil {
		t.Fatal(err)
	}
	day := calendar.DateOf(time.Now()).AddDays(1)
	for day.Weekday() != time.Monday || !cal.IsWorkingDay(day) {
		day = day.AddDays(1)
	}
	return time.Until(time.Date(day.Year, day.Month, day.Day, 8, 40, 0, 0, calendar.Shanghai))
}

// unassigned are projects that no liaison has.
func (w *town) unassigned(ctx context.Context) []string {
	w.Helper()
	taken := map[string]bool{}
	w.rows(ctx, "/api/v1/liaisons?limit=200", func(r row) { taken[r.ProjectID] = true })
	var out []string
	w.rows(ctx, "/api/v1/projects?limit=200&sort=code&framework=false", func(r row) {
		if !taken[r.ID] && r.Stage != "in_production" && len(out) < mondayRows {
			out = append(out, r.ID)
		}
	})
	if len(out) != mondayRows {
		w.Fatalf("%d projects", len(out))
	}
	return out
}

// row is what the test needs of a list's line, of projects or of liaisons.
type row struct {
	ID, Stage    string
	ListID       string `json:"list_id"`
	ProjectID    string `json:"project_id"`
	DepartmentID string `json:"department_id"`
}

func (w *town) rows(ctx context.Context, path string, fn func(row)) {
	w.Helper()
	if err := loadtest.Pages(ctx, w.as(leader), path, fn); err != nil {
		w.Fatal(err)
	}
}

// eachLiaison calls fn for every liaison but the demonstration's own.
func (w *town) eachLiaison(ctx context.Context, fn func(id, department, list string)) {
	w.Helper()
	w.rows(ctx, "/api/v1/liaisons?limit=200", func(r row) {
		if r.ListID != demoListFirst && r.ListID != "demo-list-2023-2" {
			fn(r.ID, r.DepartmentID, r.ListID)
		}
	})
}

// publishes drafts, checks and publishes a list and waits until its last liaison runs;
// interrupt, if there is one, is called once it is half way.
func (w *town) publishes(ctx context.Context, role string, projects []string, server *child, interrupt func(*child) *child) *child {
	w.Helper()
	type entry map[string]any
	rows := make([]entry, len(projects))
	for i, p := range projects {
		rows[i] = entry{"project_id": p, "role": role, "department_id": carriers[i%len(carriers)], "cadre_name": "王某(示例)", "project_type": "industry"}
	}
	path := "/api/v1/liaison-lists"
	var made struct {
		ID      string
		Version int64
	}
	w.insist(ctx, operator, http.MethodPost, path, "list-"+role, entry{"year": 2023, "title": "周一包联清单", "from": calendar.DateOf(time.Now()).String(), "illustrative": true}, &made)
	path += "/" + made.ID
	w.insist(ctx, operator, http.MethodPut, path+"/rows", "rows-"+role, entry{"version": made.Version, "rows": rows}, &made)
	w.insist(ctx, leader, http.MethodPost, path+"/actions/check", "check-"+role, entry{}, nil)
	w.insist(ctx, leader, http.MethodPost, path+"/actions/publish", "publish-"+role, entry{}, nil)
	for {
		var list struct {
			Stage   string
			Started int
		}
		w.insist(ctx, leader, http.MethodGet, path, "", nil, &list)
		switch {
		case list.Stage == "published":
			return server
		case interrupt != nil && list.Started >= len(projects)/4:
			server, interrupt = interrupt(server), nil
		}
		pause(w, 100*time.Millisecond)
	}
}

// insist asks until somebody answers, and reads the answer of what was done.
func (w *town) insist(ctx context.Context, login, method, path, key string, body, into any) {
	w.Helper()
	a, err := w.as(login).Insist(ctx, method, path, key, body)
	if err == nil && into == nil && !a.OK() {
		err = fmt.Errorf("answer %d: %s", a.Status, a.Body)
	} else if err == nil && into != nil {
		err = a.Into(into)
	}
	if err != nil {
		w.Fatalf("%s %s: %v", method, path, err)
	}
}

// reporters are clients of the departments, each with the centre at their side.
func (w *town) reporters(assigned map[string][]string) []*loadtest.Walker {
	w.Helper()
	out := make([]*loadtest.Walker, clients)
	for i := range out {
		department := carriers[i%len(carriers)]
		if len(assigned[department]) == 0 {
			w.Fatalf("%s has no liaison", department)
		}
		out[i] = &loadtest.Walker{Name: fmt.Sprintf("monday%02d", i), Starts: []*loadtest.Person{w.as(department + ".jingban")},
			Cast: []*loadtest.Person{w.as(department + ".jingban"), w.as(operator)}, Rand: rand.New(rand.NewPCG(*seed, uint64(i)))}
	}
	return out
}

// sendReports lets the clients work: most acknowledge and send the week's report, some do
// whatever a liaison allows.
func sendReports(ctx context.Context, w *town, walkers []*loadtest.Walker, assigned map[string][]string) (stop func() error) {
	halt := make(chan struct{})
	done := make(chan error, 1)
	go func() {
		done <- each(walkers, func(k *loadtest.Walker) error {
			mine := slices.Clone(assigned[carriers[slices.Index(walkers, k)%len(carriers)]])
			k.Rand.Shuffle(len(mine), func(i, j int) { mine[i], mine[j] = mine[j], mine[i] })
			for i := 0; ; i++ {
				select {
				case <-halt:
					return nil
				default:
				}
				path := "/api/v1/liaisons/" + mine[i%len(mine)]
				if err := k.Do(ctx, k.Starts[0], path, "acknowledge", map[string]any{}); err != nil {
					return err
				}
				if err := k.Do(ctx, k.Starts[0], path, "report", map[string]any{"progress": "本周按计划推进(示例)"}); err != nil {
					return err
				}
				if i%3 == 0 {
					if err := k.ActAt(ctx, path); err != nil {
						return err
					}
				}
			}
		})
	}()
	return func() error {
		close(halt)
		return <-done
	}
}

// killTimes kills the server again and again and returns the one that was left alive.
func killTimes(t *testing.T, times int, server *child, site *loadtest.Site, start func() *child) *child {
	t.Helper()
	chance := rand.New(rand.NewPCG(*seed, 1<<33))
	for range times {
		pause(t, 2*time.Second+time.Duration(chance.Int64N(int64(2*time.Second))))
		server.kill()
		server = start()
		site.MoveTo(server.address())
	}
	pause(t, 2*time.Second) // and a while of peace
	return server
}

// liaisonsIntact checks that whatever was acknowledged stands in its liaison once, and
// that people did nothing else there.
func (w *town) liaisonsIntact(ctx context.Context, walkers []*loadtest.Walker) {
	w.Helper()
	var commands []loadtest.Command
	timelines := map[string]loadtest.Timeline{}
	for _, k := range walkers {
		for _, c := range k.Reviews {
			commands = append(commands, c)
			r, err := c.Receipt()
			if err != nil {
				w.Fatal(err)
			}
			if _, read := timelines[r.ID]; read {
				continue
			}
			var v struct{ Timeline loadtest.Timeline }
			w.insist(ctx, leader, http.MethodGet, "/api/v1/liaisons/"+r.ID, "", nil, &v)
			timelines[r.ID] = v.Timeline
		}
	}
	w.Logf("%d liaisons were worked on", len(timelines))
	for i, wrong := range loadtest.OnceEach(commands, timelines) {
		if i == 20 {
			w.Error("… and more")
			break
		}
		w.Error(wrong)
	}
}
