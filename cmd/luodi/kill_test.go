package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"luodi/internal/calendar"
	"luodi/internal/loadtest"
)

var (
	kills = flag.Int("luodi.kills", 30, "how often TestKillNineLosesNothing kills the server")
	seed  = flag.Uint64("luodi.seed", 0, "seed of TestKillNineLosesNothing; 0 draws one")
)

const (
	clients   = 16
	killSlot  = 4 * time.Second  // from one start to the next, as long as starting takes less
	afterward = 50 * time.Second // from the last kill to the deadlines, at least
)

// TestKillNineLosesNothing: sixteen people work while the server is killed again
// and again, at start-up too. Whatever was acknowledged is there once, the same
// key gives the same answer, streams, workflows and projections agree, and the
// deadlines of the reviews that went through it fire.
func TestKillNineLosesNothing(t *testing.T) {
	if *seed == 0 {
		*seed = rand.Uint64()
	}
	t.Logf("%d kills, -luodi.seed=%d", *kills, *seed)
	// An error says what went wrong; the limit is for what hangs.
	ctx, cancel := context.WithTimeout(t.Context(), time.Duration(*kills)*6*killSlot+6*time.Minute)
	defer cancel()
	plan := planDeadlines(t, time.Now().Add(time.Duration(*kills)*killSlot+afterward))
	args := []string{"serve", "--demo", "--listen", "127.0.0.1:0", "--log-level", "warn", "--data", t.TempDir(), "--office-end", plan.officeEnd}
	server := launch(t, plan.shift, args...)
	w := newTown(t, server.address())
	plan.makeWorkingDay(ctx, w)

	walkers := w.walkers(clients, "kill", *seed)
	stop := walk(ctx, walkers)
	server = killAgainAndAgain(t, server, w.site, func() *child { return launch(t, plan.shift, args...) })
	if err := stop(); err != nil {
		t.Fatalf("%v\nserver: %s", err, server.err)
	}
	if err := each(walkers, func(k *loadtest.Walker) error { _, err := k.StartReview(ctx); return err }); err != nil {
		t.Fatal(err)
	}
	logWork(t, walkers, 10*clients)
	w.intact(ctx, walkers)
	w.deadlinesFire(ctx, plan.at)
	server.stop()
	reconciled(t, args[6:]...)
}

// killAgainAndAgain returns the server that was left alive.
func killAgainAndAgain(t *testing.T, server *child, site *loadtest.Site, start func() *child) *child {
	t.Helper()
	chance := rand.New(rand.NewPCG(*seed, 1<<32))
	for range *kills {
		slot := time.After(killSlot)
		pause(t, time.Duration(chance.Int64N(int64(killSlot))))
		server.kill()
		server = start()
		if chance.IntN(6) == 0 { // while it starts
			pause(t, time.Duration(chance.Int64N(int64(time.Second))))
			server.kill()
			server = start()
		}
		site.MoveTo(server.address())
		select {
		case <-slot:
		default:
		}
	}
	return server
}

// pause lets the clients work on: what happens meanwhile is the test.
func pause(t testing.TB, d time.Duration) {
	select {
	case <-time.After(d):
	case <-t.Context().Done():
	}
}

// logWork tells how much was done; least guards against a run that proves little.
func logWork(t testing.TB, walkers []*loadtest.Walker, least int) {
	projects, commands, refused := 0, 0, map[string]int{}
	for _, k := range walkers {
		projects += len(k.Projects)
		commands += len(k.Reviews)
		for code, n := range k.Refused {
			refused[code] += n
		}
	}
	t.Logf("%d projects and %d commands acknowledged; refused: %v", projects, commands, refused)
	if commands < least {
		t.Errorf("only %d commands were acknowledged: this proves little", commands)
	}
}

// deadlines says how the children's clock must stand so that deadlines which are
// counted from now fall on one near moment. Commands are stamped with the shifted
// clock; the engine's timers run on the real one.
type deadlines struct {
	at        time.Time // on the minute, when the intake of every review falls due
	officeEnd string    // the same on the office clock
	shift     time.Duration
	day       calendar.Date
	extra     *calendar.Notice // makes that day a working day, if it isn't
}

// intakeDays is the term of intake in the template.
const intakeDays = 2

func planDeadlines(t testing.TB, near time.Time) deadlines {
	t.Helper()
	at := near.Truncate(time.Minute).Add(time.Minute)
	plan := deadlines{at: at, officeEnd: at.In(calendar.Shanghai).Format("15:04"), day: calendar.DateOf(at)}
	cal, err := calendar.New(calendar.Office{EndHour: 17, EndMinute: 30}, calendar.Builtin())
	if err != nil {
		t.Fatal(err)
	}
	if !cal.IsWorkingDay(plan.day) {
		plan.extra = &calendar.Notice{
			ID: "测试〔1〕号", Year: plan.day.Year, Title: "调休上班(测试)", Issued: plan.day,
			Days: []calendar.DayRule{{Date: plan.day, Kind: calendar.Work, Holiday: "测试"}},
		}
		if cal, err = cal.WithNotice(*plan.extra); err != nil {
			t.Fatal(err)
		}
	}
	start, _ := cal.AddWorkingDays(plan.day, -intakeDays)
	noon := cal.EndOfDay(start).Add(-17*time.Hour - 30*time.Minute + 12*time.Hour)
	plan.shift = time.Until(noon)
	return plan
}

// makeWorkingDay lets the test run on any day of the year.
func (p deadlines) makeWorkingDay(ctx context.Context, w *town) {
	w.Helper()
	if p.extra == nil {
		return
	}
	a, err := w.as("admin").Insist(ctx, http.MethodPost, "/api/v1/calendar/notices", "notice", p.extra)
	if err != nil || !a.OK() {
		w.Fatalf("notice: %v %d %s", err, a.Status, a.Body)
	}
}

// firesWithin is how long after its moment a deadline may be marked on a loaded
// machine: hundreds fall in the same moment, and a process that could not be
// brought level after the last kill is asked again by the sweep.
const firesWithin = 150 * time.Second

// deadlinesFire waits until every open step of every review bears the mark that
// the clock owes it.
func (w *town) deadlinesFire(ctx context.Context, at time.Time) {
	w.Helper()
	pause(w, time.Until(at))
	late := time.After(firesWithin)
	reviews, fired := w.reviews(ctx), 0
	for id := range reviews {
		for missed := missedIn(reviews[id], at); missed != ""; missed = missedIn(reviews[id], at) {
			select {
			case <-late:
				w.Fatalf("review %s: %s", id, missed)
			case <-time.After(100 * time.Millisecond):
			}
			var err error
			if reviews[id], err = loadtest.Load(ctx, w.as(leader), id); err != nil {
				w.Fatal(err)
			}
		}
		for _, step := range reviews[id].Steps() {
			if step.State == "open" && step.Due.Equal(at) {
				fired++
			}
		}
	}
	w.Logf("%d deadlines fired in %d reviews", fired, len(reviews))
	if fired < clients {
		w.Errorf("only %d deadlines were open", fired)
	}
}

// missedIn names the first mark that a review lacks; empty if it has all.
func missedIn(r loadtest.Review, at time.Time) string {
	if r.Stage == "end" {
		return ""
	}
	for name, step := range r.Steps() {
		if missed := step.Missed(at); missed != "" {
			return fmt.Sprintf("%s, due %s, has no %s", name, step.Due, missed)
		}
	}
	return ""
}

func hasSuffix(o *output, suffix string) bool { return strings.HasSuffix(o.String(), suffix) }
