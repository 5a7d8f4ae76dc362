package selfreport_test

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"luodi/internal/calendar"
	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/process"
	"luodi/internal/selfreport"
)

// Whatever people, the year and the clock do: what is offered is taken or is Invalid, what
// isn't is refused with its kind, refusals change nothing, the state is what its events
// make, and what must hold holds.
func TestWalk(t *testing.T) {
	calm := office(t)
	calendars := []*calendar.Calendar{calm, withNotice(t, calm, "2024-01-08", "2024-01-16")}
	reached := map[selfreport.Stage]int{}
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		r := rand.New(rand.NewPCG(seed, 1))
		w := []func(tester, ...func(*selfreport.Opening)) *world{opened, submitted, verified}[r.IntN(3)](t, func(o *selfreport.Opening) {
			o.Lapse = r.IntN(2) == 0
		})
		w.known = map[string]selfreport.Known{signed: {Value: "9"}}
		for range 50 {
			w.facts.Calendar = calendars[r.IntN(20)/19]
			before := w.state
			step(t, w, r)
			if w.state.Stage != before.Stage {
				reached[w.state.Stage]++
			}
			hold(t, before, w.state)
		}
		replayed(t, w)
	})
	for _, s := range []selfreport.Stage{selfreport.Filling, selfreport.Submitted, selfreport.Verified, selfreport.Sealed, selfreport.Closed, selfreport.Finished} {
		if reached[s] == 0 {
			t.Errorf("the walk never came to %s", s)
		}
	}
}

func step(t *rapid.T, w *world, r *rand.Rand) {
	switch r.IntN(12) {
	case 0, 1:
		w.pass(w.now.Add(time.Duration(r.IntN(50))*time.Hour), r.IntN(4) > 0)
		return
	case 2:
		name := []string{process.Recalculate, selfreport.CmdSeal, selfreport.CmdUnseal, selfreport.CmdUnseal, selfreport.CmdRename, selfreport.CmdExtend, selfreport.CmdOpen}[r.IntN(7)]
		w.system(name, body{"name": "茅箭新区", "stage": "filling", "days": 2})
		return
	case 3:
		if r.IntN(20) == 0 {
			w.system([]string{selfreport.CmdFinish, selfreport.CmdMerge}[r.IntN(2)], body{"into": "zhangwan", "name": "张湾区"})
		}
		return
	case 4:
		complete(t, w)
		return
	}
	by := cast[r.IntN(len(cast))]
	if r.IntN(4) == 0 { // stands in for somebody else
		other := cast[r.IntN(len(cast))]
		by.Behalf = []org.Principal{{UserID: other.UserID, Name: other.Name, UnitID: other.UnitID, Roles: other.Roles}}
	}
	var offered []process.Action
	for _, a := range selfreport.Actions(w.state, by, w.now) {
		if a.Allowed {
			offered = append(offered, a)
			continue
		}
		err := w.record(w.command(a.Name, by, body{}))
		if !fault.Is(err, a.Denied) || a.Reason == "" || a.Schema != nil {
			t.Fatalf("%s by %s isn't allowed (%s, %q), and answered %v", a.Name, by.Name, a.Denied, a.Reason, err)
		}
	}
	if len(offered) == 0 {
		return
	}
	a := offered[r.IntN(len(offered))]
	err := w.record(w.command(a.Name, by, fill(a.Schema, r)))
	if err != nil && !fault.Is(err, fault.Invalid) {
		t.Fatalf("%s by %s at %s was offered and refused: %v", a.Name, by.Name, w.state.Stage, err)
	}
}

// complete states what is missing, so that walks lead on.
func complete(t *rapid.T, w *world) {
	if w.state.Stage != selfreport.Filling {
		return
	}
	var lines []string
	for _, x := range w.state.Items {
		if !x.Verdict.Final() {
			lines = append(lines, x.Name+"=10|以年报为准")
		}
	}
	if len(lines) > 0 {
		w.do(county, selfreport.ActFill, says(lines...))
	}
	w.do(county, selfreport.ActSubmit, nil)
}

// hold is what never breaks.
func hold(t *rapid.T, before, s selfreport.State) {
	if before.Ended() && string(process.Encoded(before)) != string(process.Encoded(s)) {
		t.Fatal("what has ended was changed")
	}
	if (s.Clock != nil) != (s.Stage == selfreport.Filling || s.Stage == selfreport.Submitted) {
		t.Fatalf("%s with clock %v", s.Stage, s.Clock)
	}
	if s.Stage == selfreport.Verified && s.Decided() != len(s.Items) {
		t.Fatalf("verified with %d of %d", s.Decided(), len(s.Items))
	}
	for _, x := range s.Items {
		switch {
		case x.Verdict == selfreport.Matched && (x.Final == "" || x.Said != x.Final || x.Value != x.Final || x.Verifiers == nil && x.VerifiedBy != ""):
			t.Fatalf("matched %+v", x)
		case x.Verdict == selfreport.Confirmed && x.Final != x.Said:
			t.Fatalf("confirmed, and another figure stands: %+v", x)
		case x.Verdict == selfreport.Corrected && (x.Why == "" || x.Final == ""):
			t.Fatalf("corrected without a reason: %+v", x)
		case !x.Verdict.Final() && x.Final != "":
			t.Fatalf("no verdict, and a figure stands: %+v", x)
		}
		if slices.Contains(x.Verifiers, s.Submitter) && s.Submitter != "" && s.Stage == selfreport.Submitted && before.Stage == s.Stage && !slices.Contains(before.Item(x.Name).Verifiers, s.Submitter) {
			t.Fatalf("%s verified what they handed in", s.Submitter)
		}
		if slices.Contains(x.Verifiers, county.UserID) && x.Verifier != "centre" && s.UnitID == x.Verifier {
			t.Fatal("a unit verified itself")
		}
	}
	timers(t, s)
	keys := map[string]bool{}
	for _, x := range selfreport.Tasks(s) {
		if keys[x.Key] || x.Title == "" || x.UnitID == "" || len(x.Roles) == 0 || s.Ended() {
			t.Fatalf("task %+v", x)
		}
		keys[x.Key] = true
	}
}

func timers(t *rapid.T, s selfreport.State) {
	names := map[string]bool{}
	for _, x := range selfreport.Timers(s) {
		if names[x.Name] || s.Clock == nil {
			t.Fatalf("timer %s at %s", x.Name, s.Stage)
		}
		names[x.Name] = true
	}
}

// replayed: from zero, and from a snapshot as after Continue-As-New, the events make the
// same state; the chain holds; everything is told, the system's as automatic.
func replayed(t *rapid.T, w *world) {
	want := string(process.Encoded(w.state))
	def := selfreport.Definition()
	if got := string(process.Encoded(def.Replay(selfreport.State{}, w.events))); got != want {
		t.Fatalf("the state isn't what its events make:\n%s\n%s", got, want)
	}
	half := len(w.events) / 2
	var snapshot selfreport.State
	if err := json.Unmarshal(process.Encoded(def.Replay(selfreport.State{}, w.events[:half])), &snapshot); err != nil {
		t.Fatal(err)
	}
	if got := string(process.Encoded(def.Replay(snapshot, w.events[half:]))); got != want {
		t.Fatalf("from a snapshot:\n%s\n%s", got, want)
	}
	if err := event.Verify(w.events); err != nil {
		t.Fatal(err)
	}
	for _, e := range w.events {
		told := selfreport.Tell(e)
		if told == "" || told == e.Type || e.Actor.System != strings.HasPrefix(told, "【自动】") {
			t.Fatalf("%s by %q is told as %q", e.Type, e.Actor.Name, told)
		}
	}
}
