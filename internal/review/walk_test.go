package review_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/money"
	"luodi/internal/org"
	"luodi/internal/process"
	"luodi/internal/review"
)

// walker is a random walk over what Actions offers, by random people, at random
// times, with crashes and with what the panel sends.
type walker struct {
	*world
	rt   *rapid.T
	cast []org.Actor
	due  map[string]time.Time // deadlines as last seen
}

func cast() []org.Actor {
	people := []org.Actor{centre, leader, county, stranger,
		{UserID: "u-county2", Name: "县同事", UnitID: "zhushan", Roles: []org.Role{org.CountyOperator}}}
	for _, unit := range []string{"fagai", "ziran", "shengtai", "yingji", "wenlv"} {
		people = append(people, seatActor(unit), seatLeader(unit))
	}
	boss := seatLeader("yingji")
	return append(people, org.Actor{UserID: "u-proxy", Name: "代理人", UnitID: "wenlv", Roles: []org.Role{org.DepartmentHandler},
		Behalf: []org.Principal{{UserID: boss.UserID, Name: boss.Name, UnitID: boss.UnitID, Roles: boss.Roles}}})
}

// TestAnyWalkOverAllowedActionsKeepsTheRules walks some ten thousand steps a run.
func TestAnyWalkOverAllowedActionsKeepsTheRules(t *testing.T) {
	done := map[string]int{}
	rapid.Check(t, func(rt *rapid.T) {
		w := walker{world: newWorld(rt), rt: rt, cast: cast(), due: map[string]time.Time{}}
		w.do(county, review.ActSubmit, review.Submission{ID: "1", Figures: small, StageBefore: "negotiating", Plan: w.anyPlan()})
		for range 120 {
			if w.def.Ended(w.state) {
				break
			}
			if name := w.step(); name != "" {
				done[name]++
			}
			w.check()
		}
	})
	for _, a := range review.Actions(review.State{Stage: review.Opinions}, centre, mondayAt9) {
		t.Logf("%s: %d times", a.Name, done[a.Name])
	}
}

func (w walker) anyPlan() review.Plan {
	draw := func(label string) bool { return rapid.Bool().Draw(w.rt, label) }
	return plan([]string{"fagai", "ziran", "shengtai", "yingji"}, veto("ziran"), func(p *review.Plan) {
		p.Rules.Mode = rapid.SampledFrom([]review.Mode{review.Countersign, review.AnyOne, review.Sequence, review.Ballot}).Draw(w.rt, "mode")
		p.Rules.Pass = "1/2"
		if draw("panel") {
			p.Rules.PanelTerms = process.Terms{Days: 5, Remind: 1, Grace: 2}
		}
		seatTerms(p, "yingji").SignOff = draw("sign off")
		seatTerms(p, "fagai").Marks = draw("marks")
		seatTerms(p, "shengtai").ReopenOn = []string{"land_area"}
		if draw("lapse") {
			seatTerms(p, "fagai").Lapse = review.NoOpinion
		}
	})
}

// step does one random thing and names what a person did.
func (w walker) step() string {
	switch rapid.IntRange(0, 9).Draw(w.rt, "kind") {
	case 0, 1:
		if len(w.def.Timers(w.state)) > 0 {
			w.ring()
		}
		return ""
	case 2:
		w.crash()
		return ""
	case 3:
		w.fromPanel()
		w.paper()
		return ""
	}
	w.now = w.now.Add(time.Duration(rapid.IntRange(0, 30).Draw(w.rt, "hours")) * time.Hour)
	if len(w.def.Tasks(w.state)) > 0 && rapid.IntRange(0, 2).Draw(w.rt, "task") > 0 {
		return w.doTask()
	}
	actor := rapid.SampledFrom(w.cast).Draw(w.rt, "actor")
	actions := w.def.Actions(w.state, actor, w.now)
	if rapid.IntRange(0, 9).Draw(w.rt, "denied too") > 0 {
		actions = slices.DeleteFunc(actions, func(a process.Action) bool {
			return !a.Allowed || a.Danger && a.Name != review.ActWaive && rapid.IntRange(0, 19).Draw(w.rt, "danger") > 0
		})
	}
	if len(actions) == 0 {
		return ""
	}
	return w.act(actor, rapid.SampledFrom(actions).Draw(w.rt, "action"))
}

// doTask lets somebody for whom a task is do it, so that walks get somewhere.
func (w walker) doTask() string {
	task := rapid.SampledFrom(w.def.Tasks(w.state)).Draw(w.rt, "waiting")
	for _, actor := range rapid.Permutation(w.cast).Draw(w.rt, "who") {
		if task.UserID != "" && actor.UserID != task.UserID || actor.UnitID != task.UnitID || !actor.Has(task.Roles...) {
			continue
		}
		actions := w.def.Actions(w.state, actor, w.now)
		i := slices.IndexFunc(actions, func(a process.Action) bool { return a.Name == task.Action })
		if i >= 0 && actions[i].Allowed {
			return w.act(actor, actions[i])
		}
	}
	return ""
}

// crash starts over from a snapshot, as a workflow does that continues as new, or
// from the stream.
func (w walker) crash() {
	snapshot, _ := json.Marshal(w.state)
	var again review.State
	if err := json.Unmarshal(snapshot, &again); err != nil {
		w.rt.Fatal(err)
	}
	w.state = again
}

func (w walker) fromPanel() {
	if w.state.Stage != review.Panel {
		return
	}
	result := rapid.SampledFrom([]string{"passed", "passed", "failed"}).Draw(w.rt, "result")
	body := map[string]any{"meeting_id": "m1", "title": "研判会", "at": "2023-10-09T01:00:00Z", "result": result, "for": 3, "against": 1, "reason": "改期"}
	name := rapid.SampledFrom([]string{"panel_scheduled", "panel_unscheduled", "panel_result"}).Draw(w.rt, "told")
	if err := w.try(org.SystemActor(), name, body); err != nil && w.state.PanelStep.Returned == nil {
		w.rt.Fatalf("%s: %v", name, err)
	}
}

// act: what is offered is accepted unless the form's content is wrong; what is
// denied is refused for the reason that was given. A refusal leaves nothing behind.
func (w walker) act(actor org.Actor, a process.Action) string {
	w.given.Figures, w.given.Plan = nil, nil
	if (a.Name == review.ActResubmit || a.Name == review.ActReopen) && rapid.Bool().Draw(w.rt, "figures") {
		f := small
		f.LandArea = rapid.SampledFrom([]string{"20", "30", "40"}).Draw(w.rt, "land")
		f.AgreedAmount = money.MustParse(rapid.SampledFrom([]string{"3000", "5000"}).Draw(w.rt, "amount"))
		w.given.Figures = &f
	}
	n := len(w.events)
	body := map[string]any{}
	if a.Schema != nil {
		body = w.fill(a.Schema).(map[string]any)
	}
	err := w.try(actor, a.Name, body)
	switch {
	case a.Allowed && err != nil && !fault.Is(err, fault.Invalid):
		w.rt.Fatalf("%s was offered to %s, but: %v", a.Name, actor.Name, err)
	case !a.Allowed && !fault.Is(err, a.Denied):
		w.rt.Fatalf("%s was not offered to %s, but: %v", a.Name, actor.Name, err)
	case !a.Allowed && (a.Reason == "" || a.Who == "" || !strings.Contains(err.Error(), a.Reason)):
		w.rt.Fatalf("%s is refused without its reason: %v", a.Name, err)
	case err != nil && len(w.events) != n:
		w.rt.Fatalf("%s was refused and left an event", a.Name)
	case err != nil:
		return ""
	}
	w.rightfully(actor, w.events[n:])
	return a.Name
}

// rightfully: no opinion without somebody of the unit, or a named proxy of theirs.
func (w walker) rightfully(actor org.Actor, events []event.Event) {
	for _, e := range events {
		b, ok := event.Decode[review.Opined](e)
		if !ok {
			continue
		}
		unit := actor.UnitID
		if e.Actor.For != nil {
			unit = e.Actor.For.UnitID
		}
		if x := w.seat(b.Seat); x.Unit() != unit || actor.UserID == w.state.Initiator.UserID {
			w.rt.Fatalf("%s spoke for %s", e.Actor.Signature(), x.UnitName)
		}
	}
}

// check is what must hold after every step.
func (w walker) check() {
	if err := event.Verify(w.events); err != nil {
		w.rt.Fatal(err)
	}
	replayed, _ := json.Marshal(w.def.Replay(review.State{}, w.events))
	kept, _ := json.Marshal(w.state)
	if string(replayed) != string(kept) {
		w.rt.Fatalf("replay differs:\n%s\n%s", replayed, kept)
	}
	if !w.state.Ended() && len(w.def.Tasks(w.state)) == 0 {
		w.rt.Fatalf("a review in %s that goes on waits for nobody", w.state.Stage)
	}
	keys := map[string]bool{}
	for _, task := range w.def.Tasks(w.state) {
		if keys[task.Key] || len(task.Roles) == 0 || task.UnitID == "" {
			w.rt.Fatalf("task %+v", task)
		}
		keys[task.Key] = true
	}
	w.vetoes()
	w.clocks()
}

// vetoes are never lost: the seat is never dropped or taken to agree, and nothing
// that it refused is approved.
func (w walker) vetoes() {
	for _, x := range w.state.Seats {
		if !x.Veto {
			continue
		}
		if x.Dropped != "" || x.Automatic {
			w.rt.Fatalf("the veto seat %s needn't speak: %q", x.ID, x.Dropped)
		}
		approved := w.state.Outcome == review.Approved || w.state.Outcome == review.Conditional
		if approved && x.Opinion != review.Agree && x.Opinion != review.Conditioned {
			w.rt.Fatalf("approved against %q of the veto seat %s", x.Opinion, x.ID)
		}
	}
}

// clocks never run backwards: a deadline moves earlier only when somebody set it anew.
func (w walker) clocks() {
	last := w.events[len(w.events)-1]
	for _, x := range w.state.Steps() {
		if !x.Open() {
			delete(w.due, x.Name)
			continue
		}
		was, ok := w.due[x.Name]
		if ok && x.Clock.Due.Before(was) && last.Type != "review.condition_moved" {
			w.rt.Fatalf("%s: due %s after it was due %s (%s)", x.Name, x.Clock.Due, was, last.Type)
		}
		if x.Clock.Running() && !x.Clock.RedAt.After(x.Clock.Due) {
			w.rt.Fatalf("%s: red at %s, due %s", x.Name, x.Clock.RedAt, x.Clock.Due)
		}
		w.due[x.Name] = x.Clock.Due
	}
	for _, e := range w.events {
		if e.Actor.System && slices.Contains([]string{"review.opined", "review.decided", "review.condition_closed"}, e.Type) {
			w.rt.Fatalf("the clock did %s", e.Type)
		}
	}
}

// fill makes a value that a schema allows, as a program would that knows only the schema.
func (w walker) fill(s *process.Schema) any {
	switch {
	case s.Type == "object":
		out := map[string]any{}
		for _, name := range s.Order {
			if slices.Contains(s.Required, name) || rapid.IntRange(0, 3).Draw(w.rt, name+"?") == 0 {
				out[name] = w.fill(s.Properties[name])
			}
		}
		return out
	case s.Type == "array":
		out := []any{}
		for range max(s.MinItems, min(s.MaxItems, rapid.IntRange(0, 2).Draw(w.rt, "n"))) {
			out = append(out, w.fill(s.Items))
		}
		return out
	case s.Type == "integer":
		return rapid.IntRange(*s.Minimum, *s.Maximum).Draw(w.rt, "number")
	case len(s.OneOf) > 0:
		return rapid.SampledFrom(s.OneOf).Draw(w.rt, "choice").Const
	case s.Format == process.FormatDate:
		return w.now.AddDate(0, 0, rapid.IntRange(-3, 40).Draw(w.rt, "day")).Format(time.DateOnly)
	case s.Format == process.FormatUnit:
		return rapid.SampledFrom(allUnits).Draw(w.rt, "unit")
	case s.Format == process.FormatUser:
		return rapid.SampledFrom([]string{"u-fagai", "l-fagai", "u-ziran", "l-ziran", "u-yingji", "l-yingji", "u-shengtai", "l-shengtai"}).Draw(w.rt, "user")
	case s.Format == process.FormatFile:
		return "f1"
	}
	return "同意并说明"
}
