package panel_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"

	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/panel"
	"luodi/internal/process"
)

var (
	operator = org.Actor{UserID: "u-centre", Name: "中心经办", UnitID: "centre", UnitName: "招商中心", Roles: []org.Role{org.CentreOperator}}
	stranger = org.Actor{UserID: "u-other", Name: "外人", UnitID: "fangxian", Roles: []org.Role{org.CountyOperator}}
	// Monday 09:00 in Shanghai; the meeting is on Wednesday at 14:30.
	mondayAt9 = time.Date(2023, 9, 18, 1, 0, 0, 0, time.UTC)
	meetingAt = time.Date(2023, 9, 20, 6, 30, 0, 0, time.UTC)
)

// glass is an urn that anybody can look into, which keeps ballots apart as a real one does.
type glass struct{}

func (glass) Seal(meeting, item, member string, choice panel.Choice) string {
	return fmt.Sprintf("sealed|%s|%s|%s|%s", meeting, item, member, map[panel.Choice]string{panel.For: "1", panel.Against: "2", panel.Abstain: "3"}[choice])
}

func (g glass) Open(meeting, item, member, sealed string) (panel.Choice, error) {
	for _, c := range []panel.Choice{panel.For, panel.Against, panel.Abstain} {
		if g.Seal(meeting, item, member, c) == sealed {
			return c, nil
		}
	}
	return "", errors.New("another ballot")
}

func user(i int) org.User {
	return org.User{ID: fmt.Sprint("m", i), Login: fmt.Sprint("m", i), Name: fmt.Sprint("成员", i), UnitID: fmt.Sprint("unit", i), Roles: []org.Role{org.DepartmentLeader}}
}

func voter(i int) org.Actor {
	u := user(i)
	return org.Actor{UserID: u.ID, Name: u.Name, UnitID: u.UnitID, UnitName: u.UnitID + "局", Roles: u.Roles}
}

// town is what the server would add to a command: nine people, their units, five reviews.
func town() panel.Given {
	g := panel.Given{Users: map[string]org.User{}, Units: map[string]org.Unit{}, Reviews: map[string]panel.Review{}}
	for i := range 9 {
		u := user(i)
		g.Users[u.ID] = u
		g.Units[u.UnitID] = org.Unit{ID: u.UnitID, Name: u.UnitID + "局"}
	}
	for i := range 5 {
		id := fmt.Sprint("r", i)
		g.Reviews[id] = panel.Review{ID: id, ProjectID: fmt.Sprint("p", i), ProjectName: fmt.Sprint("项目", i), Stage: "panel"}
	}
	return g
}

type body = map[string]any

// rule is a plain one: by name, by heads, more than half of those there.
func rule(change ...body) body {
	r := body{
		"ballot": "named", "quorum_of": "members", "quorum": "2/3", "quorum_strict": false,
		"threshold": "1/2", "threshold_strict": true, "casting": true,
	}
	for _, c := range change {
		for k, v := range c {
			r[k] = v
		}
	}
	return r
}

// meeting has n members, the first of whom presides, and two reviews.
func meeting(n int, change ...body) body {
	list := []body{}
	for i := range n {
		list = append(list, body{"user_id": user(i).ID})
	}
	m := body{
		"title": "第一次研判会", "at": "2023-09-20T14:30:00+08:00", "place": "二楼会议室", "members": list, "chair": "m0",
		"rule": rule(), "items": []body{{"review_id": "r0"}, {"review_id": "r1", "note": "补充"}},
	}
	for _, c := range change {
		for k, v := range c {
			m[k] = v
		}
	}
	return m
}

// world runs commands against a meeting as Record does.
type world struct {
	tb     rapid.TB
	def    process.Definition[panel.State, panel.Facts]
	facts  panel.Facts
	given  panel.Given
	state  panel.State
	events []event.Event
	now    time.Time
	n      int
}

func newWorld(tb rapid.TB) *world {
	return &world{tb: tb, def: panel.Definition(), facts: panel.Facts{Urn: glass{}}, given: town(), now: mondayAt9}
}

func raw(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}

func (w *world) try(actor org.Actor, name string, b any) error {
	w.n++
	cmd := process.Command{ID: fmt.Sprint("c", w.n), Name: name, Actor: actor, At: w.now, Body: raw(b), With: raw(w.given)}
	if name == panel.ActConvene {
		cmd.Body = raw(panel.Submission{ID: "m1", Meeting: cmd.Body})
	}
	if panel.Sealing(w.state, name) && !actor.System {
		sealed, err := panel.Seal(w.state, cmd, w.facts)
		if err != nil {
			return err
		}
		cmd.Body = sealed
	}
	return w.decide(cmd)
}

func (w *world) decide(cmd process.Command) error {
	drafts, err := w.def.Decide(w.state, cmd, w.facts)
	if err != nil {
		return err
	}
	var head event.Event
	if len(w.events) > 0 {
		head = w.events[len(w.events)-1]
	}
	sealed := event.Seal(head, "panel-m1", "", cmd.ID, cmd.Actor, w.now, drafts)
	w.state = w.def.Replay(w.state, sealed)
	w.events = append(w.events, sealed...)
	return nil
}

func (w *world) do(actor org.Actor, name string, b any) {
	if h, ok := w.tb.(interface{ Helper() }); ok {
		h.Helper()
	}
	if err := w.try(actor, name, b); err != nil {
		w.tb.Fatalf("%s by %s: %v", name, actor.Name, err)
	}
}

// refused checks who is refused, with what and in which words.
func (w *world) refused(actor org.Actor, name string, b any, kind fault.Kind, words string) {
	if h, ok := w.tb.(interface{ Helper() }); ok {
		h.Helper()
	}
	n := len(w.events)
	err := w.try(actor, name, b)
	if !fault.Is(err, kind) || !strings.Contains(fmt.Sprint(err), words) {
		w.tb.Fatalf("%s by %s: %v, want %s “%s”", name, actor.Name, err, kind, words)
	}
	if len(w.events) != n {
		w.tb.Fatalf("%s was refused and left an event", name)
	}
}

// convene calls a meeting and goes to its day.
func (w *world) convene(n int, change ...body) {
	w.do(operator, panel.ActConvene, meeting(n, change...))
	w.now = meetingAt
}

// opened is a meeting that all its members attend, with a vote under way on the first item.
func (w *world) opened(n int, change ...body) {
	w.convene(n, change...)
	for i := range n {
		w.do(voter(i), panel.ActAttend, body{})
	}
	w.do(operator, panel.ActOpen, body{})
	w.do(voter(0), panel.ActOpenVote, body{"item": "1"})
}

func (w *world) vote(i int, choice panel.Choice) {
	w.do(voter(i), panel.ActVote, body{"item": "1", "choice": choice})
}

// count closes the vote on the first item.
func (w *world) count() panel.Tally {
	w.do(operator, panel.ActCloseVote, body{"item": "1"})
	return *w.state.Item("1").Tally
}

// deliver performs every effect as the shell does; a review that refuses says why.
func (w *world) deliver(refuse ...string) []panel.Message {
	var out []panel.Message
	for range 100 {
		effects := w.def.Effects(w.state)
		if len(effects) == 0 {
			return out
		}
		var m panel.Message
		if err := json.Unmarshal(effects[0].Body, &m); err != nil {
			w.tb.Fatal(err)
		}
		d := panel.Delivery{Item: m.Item, Notice: m.Notice}
		if slices.Contains(refuse, m.ReviewID) {
			d.Code, d.Refused = "action_conflict", "研判已办结"
		}
		out = append(out, m)
		w.do(org.SystemActor(), effects[0].Command, d)
	}
	w.tb.Fatal("effects never end")
	return nil
}

func told(list []panel.Message) string {
	var out []string
	for _, m := range list {
		out = append(out, m.ReviewID+":"+strings.TrimPrefix(m.Notice.What, "panel_"))
	}
	return strings.Join(out, " ")
}

func (w *world) types() string {
	var out []string
	for _, e := range w.events {
		out = append(out, strings.TrimPrefix(e.Type, "panel."))
	}
	return strings.Join(out, " ")
}

func jsonInto(data []byte, v any) error { return json.Unmarshal(data, v) }
