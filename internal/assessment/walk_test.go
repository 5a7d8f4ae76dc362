package assessment_test

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"luodi/internal/assessment"
	"luodi/internal/calendar"
	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/process"
)

// Whatever people, the clock and the effects do: what is offered is taken or is Invalid,
// what isn't is refused with its kind, refusals change nothing, the state is what its
// events make, and what must hold holds.
func TestWalk(t *testing.T) {
	calm := office(t)
	moved := withNotice(t, calm, "2024-01-16", "2024-01-22")
	starts := []assessment.Stage{assessment.Setup, assessment.Running, assessment.Reporting, assessment.Verifying, assessment.Scoring, assessment.Rechecking, assessment.Publicity, assessment.Grading}
	reached := map[assessment.Stage]int{}
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		r := rand.New(rand.NewPCG(seed, 1))
		w := upTo(t, starts[r.IntN(len(starts))])
		for range 50 {
			if r.IntN(10) == 0 {
				w.facts.Calendar = []*calendar.Calendar{calm, moved}[r.IntN(2)]
			}
			before := w.state
			step(t, w, r)
			if w.state.Stage != before.Stage {
				reached[w.state.Stage]++
			}
			hold(t, before, w)
		}
		replayed(t, w)
	})
	for _, s := range assessment.Stages[1:] {
		if reached[s] == 0 {
			t.Errorf("the walk never came to %s", s)
		}
	}
}

func step(t *rapid.T, w *world, r *rand.Rand) {
	switch r.IntN(8) {
	case 0:
		w.pass(w.now.Add(time.Duration(r.IntN(60))*time.Hour), r.IntN(4) > 0)
		return
	case 1:
		if err := w.record(w.command(process.Recalculate, org.SystemActor(), nil)); err != nil {
			t.Fatal(err)
		}
		return
	case 2:
		w.effect()
		return
	case 3:
		onward(t, w, r)
		return
	case 4:
		if err := w.setTargets(cast[r.IntN(len(cast))], "市政府调整年度目标"); err != nil && !fault.Is(err, fault.Forbidden) && !fault.Is(err, fault.Conflict) {
			t.Fatal(err)
		}
		return
	}
	by := cast[r.IntN(len(cast))]
	if r.IntN(4) == 0 { // stands in for somebody else
		other := cast[r.IntN(len(cast))]
		by.Behalf = []org.Principal{{UserID: other.UserID, Name: other.Name, UnitID: other.UnitID, Roles: other.Roles}}
	}
	var offered []process.Action
	for _, a := range assessment.Actions(w.state, by, w.now) {
		switch {
		case !a.Allowed:
			err := w.record(w.command(a.Name, by, body{}))
			if !fault.Is(err, a.Denied) || a.Reason == "" || a.Schema != nil {
				t.Fatalf("%s by %s isn't allowed (%s, %q), and answered %v", a.Name, by.Name, a.Denied, a.Reason, err)
			}
		case a.Name == assessment.ActCancel && r.IntN(3) > 0:
		default:
			offered = append(offered, a)
		}
	}
	if len(offered) == 0 {
		return
	}
	a := offered[r.IntN(len(offered))]
	err := w.record(w.command(a.Name, by, fill(a.Schema, r, w.now)))
	if err != nil && !fault.Is(err, fault.Invalid) {
		t.Fatalf("%s by %s at %s was offered and refused: %v", a.Name, by.Name, w.state.Stage, err)
	}
}

// onward does what leads on, whoever may, so that walks come to an end.
func onward(t *rapid.T, w *world, r *rand.Rand) {
	w.perform()
	if w.state.Stage == assessment.Publicity && r.IntN(2) == 0 {
		w.pass(w.now.AddDate(0, 0, 20), true)
		return
	}
	for _, name := range []string{
		assessment.ActRule, assessment.ActLock, assessment.ActGrade, assessment.ActPublicize, assessment.ActRecheck, assessment.ActOfficial, assessment.ActInspect,
		assessment.ActScore, assessment.ActVerify, assessment.ActReport, assessment.ActIssue, assessment.ActAppeal, assessment.ActMembers,
	} {
		for _, i := range r.Perm(len(cast)) {
			a := action(w.state, cast[i], name, w.now)
			if !a.Allowed {
				continue
			}
			if err := w.record(w.command(name, cast[i], fill(a.Schema, r, w.now))); err != nil && !fault.Is(err, fault.Invalid) {
				t.Fatalf("%s by %s at %s was offered and refused: %v", name, cast[i].Name, w.state.Stage, err)
			}
			return
		}
	}
}

// hold is what never breaks.
func hold(t *rapid.T, before assessment.State, w *world) {
	s := w.state
	if before.Stage == assessment.Locked && string(process.Encoded(before.Final)) != string(process.Encoded(s.Final)) {
		t.Fatal("a lock was changed")
	}
	if s.Stage == assessment.Locked && s.Final.Hash != s.Final.Sum() {
		t.Fatal("the lock's hash is wrong")
	}
	if s.Issued != nil && s.Issued.By.Person() == s.Targets[0].By.By.Person() {
		t.Fatal("targets were issued by who drew them up")
	}
	for _, c := range s.Changes {
		if c.Decider != nil && (c.Decider.By.UserID == c.By.By.UserID || c.Decider.By.Person() == c.By.By.Person()) {
			t.Fatalf("%s decided their own change", c.By.By.Name)
		}
	}
	for _, a := range s.Adjustments {
		if a.Decider != nil && (a.Decider.By.UserID == a.By.By.UserID || a.Decider.By.Person() == a.By.By.Person()) {
			t.Fatalf("%s decided their own adjustment", a.By.By.Name)
		}
	}
	for _, a := range s.Appeals {
		if a.Ruled != nil && (slices.Contains(a.Verifiers, a.Ruled.By.UserID) || slices.Contains(a.Verifiers, a.Ruled.By.Person())) {
			t.Fatal("a verifier ruled")
		}
	}
	quota(t, s)
	trials := 0
	for _, x := range s.Runs {
		if x.Kind == assessment.Trial {
			trials++
		}
	}
	if trials > 20 {
		t.Fatalf("%d trials", trials)
	}
	if n := len(s.Rounds); s.Stage == assessment.Publicity && (s.Clock == nil || !s.Clock.Due.Equal(s.Rounds[n-1].Clock.Due)) {
		t.Fatal("a publicity without an end")
	}
	names := map[string]bool{}
	for _, x := range assessment.Timers(s) {
		if names[x.Name] || s.Ended() {
			t.Fatalf("timer %s", x.Name)
		}
		names[x.Name] = true
	}
	keys := map[string]bool{}
	for _, x := range assessment.Tasks(s) {
		if keys[x.Key] || x.Title == "" || x.UserID == "" && (x.UnitID == "" || len(x.Roles) == 0) {
			t.Fatalf("task %+v", x)
		}
		keys[x.Key] = true
	}
	if s.Ended() && len(assessment.Effects(s))+len(keys) > 0 {
		t.Fatal("it ended, and something is waited for")
	}
}

// quota: with what people have adjusted no grade is given more often than the run allows,
// where the run itself kept to it.
func quota(t *rapid.T, s assessment.State) {
	r := s.Standing()
	if r == nil {
		return
	}
	count := map[string]int{}
	for _, m := range s.Active() {
		count[m.Group+s.Grades()[m.UnitID]]++
	}
	for group, limits := range r.Limits {
		for grade, limit := range limits {
			if n := count[group+grade]; limit >= 0 && n > limit {
				t.Fatalf("%s has %d times %s, %d allowed", group, n, grade, limit)
			}
		}
	}
}

// replayed: from zero, and from the middle as after Continue-As-New, the events make the
// same state; the chain holds; everything is told.
func replayed(t *rapid.T, w *world) {
	want := string(process.Encoded(w.state))
	def := assessment.Definition()
	if got := string(process.Encoded(def.Replay(assessment.State{}, w.events))); got != want {
		t.Fatalf("the state isn't what its events make:\n%s\n%s", got, want)
	}
	half := len(w.events) / 2
	var snapshot assessment.State
	if err := json.Unmarshal(process.Encoded(def.Replay(assessment.State{}, w.events[:half])), &snapshot); err != nil {
		t.Fatal(err)
	}
	if got := string(process.Encoded(def.Replay(snapshot, w.events[half:]))); got != want {
		t.Fatalf("from a snapshot:\n%s\n%s", got, want)
	}
	if err := event.Verify(w.events); err != nil {
		t.Fatal(err)
	}
	for _, e := range w.events {
		told := assessment.Tell(e)
		if told == "" || told == e.Type {
			t.Fatalf("%s isn't told", e.Type)
		}
		if e.Seq > 1 && e.Actor.System != strings.HasPrefix(told, "【自动】") {
			t.Fatalf("%s by %q: %s", e.Type, e.Actor.Name, told)
		}
	}
}
