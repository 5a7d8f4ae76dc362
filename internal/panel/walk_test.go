package panel_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"luodi/internal/calendar"
	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/panel"
	"luodi/internal/process"
)

// A random walk over what Actions allows, at random times, with reviews that take or
// refuse what they are told: what is offered is accepted, what is denied is refused
// with the same reason, and what must hold holds after every step.
func TestAnyWalkOverAllowedActionsKeepsTheRules(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(rt)
		proxy := stranger
		for i := range 2 {
			m := voter(i)
			proxy.Behalf = append(proxy.Behalf, org.Principal{UserID: m.UserID, Name: m.Name, UnitID: m.UnitID, Roles: m.Roles})
		}
		actors := []org.Actor{operator, operator, voter(0), voter(0), voter(1), voter(2), voter(3), proxy, stranger}
		w.do(operator, panel.ActConvene, meeting(rapid.IntRange(1, 4).Draw(rt, "members"), body{"rule": w.anyRule(rt)}))
		if rapid.Bool().Draw(rt, "on_the_day") {
			w.now = meetingAt
		}
		for range rapid.IntRange(1, 80).Draw(rt, "steps") {
			if w.state.Ended() {
				break
			}
			w.step(rt, actors)
			w.check(rt)
		}
	})
}

func (w *world) anyRule(rt *rapid.T) body {
	return rule(body{
		"ballot": rapid.SampledFrom([]string{"named", "secret"}).Draw(rt, "ballot"), "proxies": rapid.Bool().Draw(rt, "proxies"),
		"casting": rapid.Bool().Draw(rt, "casting"), "quorum": rapid.SampledFrom([]string{"1/3", "1/2", "2/3"}).Draw(rt, "quorum"),
	})
}

func (w *world) step(rt *rapid.T, actors []org.Actor) {
	effects, timers := w.def.Effects(w.state), w.def.Timers(w.state)
	switch kind := rapid.IntRange(0, 9).Draw(rt, "kind"); {
	case kind == 0 && len(timers) > 0:
		slices.SortStableFunc(timers, func(a, b process.Timer) int { return a.At.Compare(b.At) })
		if timers[0].At.After(w.now) {
			w.now = timers[0].At
		}
		w.do(org.SystemActor(), timers[0].Command, timers[0].Body)
	case kind <= 2 && len(effects) > 0:
		n := len(w.events)
		w.deliverOne(rt, effects[0])
		if len(w.events) == n {
			rt.Fatal("an effect was performed and nothing noted")
		}
	case kind == 3:
		w.now = w.now.Add(time.Duration(rapid.IntRange(0, 30).Draw(rt, "hours")) * time.Hour)
	default:
		actor := rapid.SampledFrom(actors).Draw(rt, "actor")
		actions := w.def.Actions(w.state, actor, w.now)
		// mostly what may be done, and mostly what leads on
		for _, keep := range []func(process.Action) bool{func(a process.Action) bool { return a.Allowed }, leadsOn} {
			left := slices.DeleteFunc(slices.Clone(actions), func(a process.Action) bool { return !keep(a) })
			if len(left) > 0 && rapid.IntRange(0, 6).Draw(rt, "keep") > 0 {
				actions = left
			}
		}
		w.act(rt, actor, rapid.SampledFrom(actions).Draw(rt, "action"))
	}
}

func leadsOn(a process.Action) bool {
	return !slices.Contains([]string{panel.ActCancel, panel.ActRecuse, panel.ActRevise, panel.ActPostpone, panel.ActAddItem, panel.ActRemoveItem}, a.Name)
}

func (w *world) deliverOne(rt *rapid.T, e process.Effect) {
	var m panel.Message
	if err := jsonInto(e.Body, &m); err != nil {
		rt.Fatal(err)
	}
	d := panel.Delivery{Item: m.Item, Notice: m.Notice}
	if rapid.IntRange(0, 5).Draw(rt, "refuse") == 0 {
		d.Code, d.Refused = "action_conflict", "研判已撤回"
	}
	w.do(org.SystemActor(), e.Command, d)
}

func (w *world) act(rt *rapid.T, actor org.Actor, a process.Action) {
	n := len(w.events)
	if !a.Allowed {
		err := w.try(actor, a.Name, body{})
		want := "action_conflict"
		if a.Denied == fault.Forbidden {
			want = "action_forbidden"
		}
		if !fault.Is(err, a.Denied) || !fault.HasCode(err, want) || a.Reason == "" || !strings.Contains(err.Error(), a.Reason) {
			rt.Fatalf("%s by %s is denied for “%s” and refused with %v", a.Name, actor.Name, a.Reason, err)
		}
	} else if err := w.try(actor, a.Name, w.fill(rt, a)); err != nil {
		// what the form can't say: a review that is on the agenda already, an arrangement as it is
		if !fault.HasCode(err, "review_listed") && !fault.HasCode(err, "arrangement_unchanged") {
			rt.Fatalf("%s by %s was offered and refused: %v", a.Name, actor.Name, err)
		}
	} else if len(w.events) == n {
		rt.Fatalf("%s left no event", a.Name)
	}
}

// fill answers a form at random.
func (w *world) fill(rt *rapid.T, a process.Action) any {
	if a.Name == panel.ActRevise {
		return rapid.SampledFrom([]body{
			{"place": "三楼会议室"}, {"title": "第二次研判会"}, {"chair": w.state.Members[0].UserID}, {"rule": w.anyRule(rt)},
			{"at": w.now.Add(50 * time.Hour).In(calendar.Shanghai).Format(time.RFC3339)},
			{"members": []body{{"user_id": "m0"}, {"user_id": "m3"}}, "chair": "m0"},
		}).Draw(rt, "revision")
	}
	out := body{}
	for _, name := range a.Schema.Order {
		s := a.Schema.Properties[name]
		switch {
		case !slices.Contains(a.Schema.Required, name) && rapid.Bool().Draw(rt, "leave"):
		case len(s.OneOf) > 0:
			out[name] = rapid.SampledFrom(s.OneOf).Draw(rt, name).Const
		case s.Format == panel.FormatReview:
			out[name] = fmt.Sprint("r", rapid.IntRange(0, 4).Draw(rt, name))
		case s.Type == "string":
			out[name] = strings.Repeat("可", max(s.MinLength, 1))
		default:
			rt.Fatalf("%s asks for %s as %s", a.Name, name, s.Type)
		}
	}
	return out
}

func (w *world) check(rt *rapid.T) {
	if err := event.Verify(w.events); err != nil {
		rt.Fatal(err)
	}
	if replayed := w.def.Replay(panel.State{}, w.events); string(raw(replayed)) != string(raw(w.state)) {
		rt.Fatalf("replay differs:\n%s\n%s", raw(replayed), raw(w.state))
	}
	var again panel.State
	if err := jsonInto(raw(w.state), &again); err != nil || string(raw(again)) != string(raw(w.state)) {
		rt.Fatalf("the state doesn't survive JSON: %v", err)
	}
	if !w.state.Ended() && len(w.def.Tasks(w.state)) == 0 && len(w.def.Effects(w.state)) == 0 {
		rt.Fatal("a meeting that goes on waits for nobody")
	}
	keys := map[string]bool{}
	for _, task := range w.def.Tasks(w.state) {
		if keys[task.Key] || task.Due.IsZero() || task.UserID == "" && len(task.Roles) == 0 {
			rt.Fatalf("task %+v", task)
		}
		keys[task.Key] = true
		w.doable(rt, task)
	}
	for _, x := range w.state.Items {
		if x.Tally != nil && x.Status == panel.Passed && x.Cast == nil && x.Tally.Result != panel.Passed {
			rt.Fatalf("item %+v passed without votes", x)
		}
		for _, v := range x.Votes {
			if w.state.Rule.Ballot == panel.Secret && v.Choice != "" {
				rt.Fatalf("a secret choice stands in the state: %+v", v)
			}
		}
	}
}

// doable: whoever has a task is the one who may do it, if not for the state then in person.
func (w *world) doable(rt *rapid.T, task process.Task) {
	actor := operator
	if task.UserID != "" {
		i := slices.IndexFunc([]int{0, 1, 2, 3}, func(i int) bool { return user(i).ID == task.UserID })
		actor = voter(i)
	}
	for _, a := range w.def.Actions(w.state, actor, w.now) {
		if a.Name == task.Action && !a.Allowed && a.Denied == fault.Forbidden {
			rt.Fatalf("%s has the task %s and may not: %s", actor.Name, task.Key, a.Reason)
		}
	}
}

// Every event and every action has words of its own.
func TestEveryEventIsTold(t *testing.T) {
	for _, b := range []event.Body{
		panel.ConvenedMeeting{}, panel.Revised{}, panel.ItemAdded{}, panel.ItemRemoved{}, panel.Attended{}, panel.Opened{},
		panel.VoteOpened{}, panel.Voted{}, panel.RecusedFrom{}, panel.VoteClosed{}, panel.CastByChair{}, panel.ItemPostponed{},
		panel.Advised{}, panel.Minuted{}, panel.ClosedMeeting{}, panel.CancelledMeeting{}, panel.Reminded{}, panel.PastDue{},
		panel.ItemTold{}, panel.ItemRefused{},
	} {
		if text := panel.Tell(event.Event{Type: b.EventType(), Data: raw(b)}); text == b.EventType() {
			t.Errorf("%v has no words", reflect.TypeOf(b))
		}
	}
}
