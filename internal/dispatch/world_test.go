package dispatch_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"

	"luodi/internal/calendar"
	"luodi/internal/dispatch"
	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/process"
)

type body = map[string]any

// world is one sheet with a clock of its own: what the shell does, without an engine.
type world struct {
	rapid.TB
	facts  dispatch.Facts
	state  dispatch.State
	now    time.Time
	events []event.Event
	count  int
}

var (
	ziran    = org.Actor{UserID: "u-ziran", Name: "自然资源局经办", UnitID: "ziran", Roles: []org.Role{org.DepartmentHandler}}
	fagai    = org.Actor{UserID: "u-fagai", Name: "发改委负责人", UnitID: "fagai", Roles: []org.Role{org.DepartmentLeader}}
	cadre    = org.Actor{UserID: "u-cadre", Name: "王某(示例)", UnitID: "fagai", Roles: []org.Role{org.PanelMember}}
	county   = org.Actor{UserID: "u-county", Name: "丹江口经办", UnitID: "danjiangkou", Roles: []org.Role{org.CountyOperator}}
	centre   = org.Actor{UserID: "u-centre", Name: "招商中心经办", UnitID: "centre", Roles: []org.Role{org.CentreOperator}}
	leader   = org.Actor{UserID: "u-leader", Name: "招商中心负责人", UnitID: "centre", Roles: []org.Role{org.CentreLeader}}
	mayor    = org.Actor{UserID: "u-mayor", Name: "市领导", UnitID: "shizhengfu", Roles: []org.Role{org.CityLeader}}
	outsider = org.Actor{UserID: "u-keji", Name: "科技局经办", UnitID: "keji", Roles: []org.Role{org.DepartmentHandler}}
	cast     = []org.Actor{ziran, fagai, cadre, county, centre, leader, mayor, outsider}
)

var given = dispatch.Given{
	Users: map[string]org.User{"u-cadre": {ID: "u-cadre", Name: cadre.Name, UnitID: "fagai"}, "u-gone": {ID: "u-gone", Name: "离任", UnitID: "fagai", Disabled: true}},
	Units: map[string]org.Unit{
		"ziran": {ID: "ziran", Name: "市自然资源和规划局", Kind: org.Department}, "fagai": {ID: "fagai", Name: "市发展和改革委员会", Kind: org.Department},
		"danjiangkou": {ID: "danjiangkou", Name: "丹江口市", Kind: org.County}, "centre": {ID: "centre", Name: "招商中心", Kind: org.Centre},
		"shizhengfu": {ID: "shizhengfu", Name: "市政府", Kind: org.Leadership},
	},
	Files: map[string]dispatch.File{"f1": {ID: "f1", Name: "证明.pdf", Size: 9}},
	Liaisons: map[string]dispatch.Liaison{
		"l1": {ProjectID: "p1", ProjectName: "汉江鲟鱼谷(示例)", Department: dispatch.Unit{ID: "ziran", Name: "市自然资源和规划局"}},
		"l2": {ProjectID: "p2", ProjectName: "已投产项目(示例)", Department: dispatch.Unit{ID: "ziran", Name: "市自然资源和规划局"}, Over: true},
	},
	Projects: map[string]string{"p1": "汉江鲟鱼谷(示例)", "p9": "另一项目(示例)"},
}

// moment is a time in Shanghai.
func moment(text string) time.Time {
	t, err := time.ParseInLocation(minute, text, calendar.Shanghai)
	if err != nil {
		panic(err)
	}
	return t
}

// opened is the sheet of the week of 2 October 2023, made when it was due.
func opened(t rapid.TB) *world {
	cal := statutory(t)
	p, _ := dispatch.PlanFor(cal, week(t, "2023-W40"), nil)
	w := &world{TB: t, now: p.DueAt, facts: dispatch.Facts{Calendar: cal, Terms: process.Terms{Remind: 1, Grace: 2}}}
	w.do(org.SystemActor(), dispatch.CmdOpen, p)
	return w
}

// drafted is the sheet with its content.
func drafted(t rapid.TB) *world {
	w := opened(t)
	w.perform("")
	return w
}

func (w *world) command(by org.Actor, name string, b any) process.Command {
	w.count++
	data, err := json.Marshal(b)
	if err != nil {
		w.Fatal(err)
	}
	with, err := json.Marshal(given)
	if err != nil {
		w.Fatal(err)
	}
	return process.Command{ID: fmt.Sprint("c", w.count), Name: name, Actor: by, At: w.now, Body: data, With: with}
}

// try decides and records, or says why not.
func (w *world) try(by org.Actor, name string, b any) error {
	w.Helper()
	cmd := w.command(by, name, b)
	drafts, err := dispatch.Decide(w.state, cmd, w.facts)
	if err != nil {
		return err
	}
	for _, d := range drafts {
		actor := cmd.Actor
		actor.Roles, actor.Behalf, actor.For = nil, nil, d.For
		e := event.Event{Seq: int64(len(w.events) + 1), Type: d.Type, Data: d.Data, At: cmd.At.UTC(), Actor: actor}
		w.events, w.state = append(w.events, e), dispatch.Evolve(w.state, e)
		if told := dispatch.Tell(e); told == "" || told == e.Type {
			w.Fatalf("nothing is told of %s", e.Type)
		}
	}
	return nil
}

func (w *world) do(by org.Actor, name string, b any) {
	w.Helper()
	if err := w.try(by, name, b); err != nil {
		w.Fatalf("%s by %s: %v", name, by.Name, err)
	}
}

// refused checks that a command is refused with a code.
func (w *world) refused(by org.Actor, name string, b any, kind fault.Kind, code string) *fault.Error {
	w.Helper()
	err := w.try(by, name, b)
	f := fault.From(err)
	if err == nil || f.Kind != kind || f.Code != code {
		w.Errorf("%s by %s with %v: %v, want %s", name, by.Name, b, err, code)
	}
	return f
}

// perform does the first effect as whoever performs it would; refusal is what the
// liaison says.
func (w *world) perform(refusal string) {
	w.Helper()
	effects := dispatch.Effects(w.state)
	if len(effects) == 0 {
		w.Fatal("nothing to perform")
	}
	e := effects[0]
	switch e.Name {
	case dispatch.EffectCompile:
		var asked dispatch.Compilation
		w.must(json.Unmarshal(e.Body, &asked))
		w.do(org.SystemActor(), e.Command, dispatch.Compiled{Round: asked.Round, Digest: strings.Repeat("a", 64), Size: 9,
			Units: []dispatch.Unit{{ID: "danjiangkou", Name: "丹江口市"}, {ID: "ziran", Name: "市自然资源和规划局"}}})
	case dispatch.EffectInstruct:
		var m dispatch.Message
		w.must(json.Unmarshal(e.Body, &m))
		w.do(org.SystemActor(), e.Command, dispatch.InstructionSent{ID: m.ID, Round: m.Round, Refused: refusal})
	default:
		w.Fatalf("unknown effect %s", e.Name)
	}
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// ring lets the clock run until a moment: every deadline on the way sends its command.
func (w *world) ring(until time.Time) {
	for range 100 {
		timers := dispatch.Timers(w.state)
		slices.SortStableFunc(timers, func(a, b process.Timer) int { return a.At.Compare(b.At) })
		if len(timers) == 0 || timers[0].At.After(until) {
			w.now = until
			return
		}
		if timers[0].At.After(w.now) {
			w.now = timers[0].At
		}
		n := len(w.events)
		w.do(org.SystemActor(), timers[0].Command, timers[0].Body)
		if len(w.events) == n {
			w.Fatalf("%s rang for nothing", timers[0].Name)
		}
	}
	w.Fatal("the clock never stops ringing")
}

// types lists the events since the n-th.
func (w *world) types(n int) string {
	var out []string
	for _, e := range w.events[n:] {
		out = append(out, strings.TrimPrefix(e.Type, "dispatch."))
	}
	return strings.Join(out, " ")
}

func (w *world) tasks() string {
	var out []string
	for _, t := range dispatch.Tasks(w.state) {
		out = append(out, t.Key+"@"+t.UnitID)
	}
	return strings.Join(out, " ")
}
