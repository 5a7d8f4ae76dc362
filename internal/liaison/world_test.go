package liaison_test

import (
	"encoding/json"
	"fmt"
	"time"

	"luodi/internal/calendar"
	"luodi/internal/event"
	"luodi/internal/liaison"
	"luodi/internal/org"
	"luodi/internal/process"
)

// tester is what testing and rapid have in common.
type tester interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// world is one liaison with a clock of its own: what the shell does, without an engine.
type world struct {
	tester
	facts  liaison.Facts
	state  liaison.State
	now    time.Time
	events []event.Event
	spent  map[string]bool
	count  int
}

var (
	ziran   = org.Actor{UserID: "u-ziran", Name: "自然资源局经办", UnitID: "ziran", Roles: []org.Role{org.DepartmentHandler}}
	fagai   = org.Actor{UserID: "u-fagai", Name: "发改委经办", UnitID: "fagai", Roles: []org.Role{org.DepartmentHandler}}
	county  = org.Actor{UserID: "u-county", Name: "丹江口经办", UnitID: "danjiangkou", Roles: []org.Role{org.CountyOperator}}
	centre  = org.Actor{UserID: "u-centre", Name: "招商中心经办", UnitID: "centre", Roles: []org.Role{org.CentreOperator}}
	leader  = org.Actor{UserID: "u-leader", Name: "招商中心负责人", UnitID: "centre", Roles: []org.Role{org.CentreLeader}}
	mayor   = org.Actor{UserID: "u-mayor", Name: "市领导", UnitID: "shizhengfu", Roles: []org.Role{org.CityLeader}}
	outside = org.Actor{UserID: "u-keji", Name: "科技局经办", UnitID: "keji", Roles: []org.Role{org.DepartmentHandler}}
	cast    = []org.Actor{ziran, fagai, county, centre, leader, mayor, outside}
)

var units = map[string]org.Unit{
	"ziran": {ID: "ziran", Name: "市自然资源和规划局", Kind: org.Department}, "fagai": {ID: "fagai", Name: "市发展和改革委员会", Kind: org.Department},
	"danjiangkou": {ID: "danjiangkou", Name: "丹江口市", Kind: org.County}, "keji": {ID: "keji", Name: "市科学技术局", Kind: org.Department},
	"centre": {ID: "centre", Name: "招商中心", Kind: org.Centre}, "shizhengfu": {ID: "shizhengfu", Name: "市政府", Kind: org.Leadership},
}

func office(t tester) *calendar.Calendar {
	t.Helper()
	cal, err := calendar.New(calendar.Office{EndHour: 17, EndMinute: 30}, calendar.Builtin())
	if err != nil {
		t.Fatal(err)
	}
	return cal
}

// at is a moment in Shanghai.
func at(text string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", text, calendar.Shanghai)
	if err != nil {
		panic(err)
	}
	return t
}

func date(text string) calendar.Date {
	d, err := calendar.ParseDate(text)
	if err != nil {
		panic(err)
	}
	return d
}

// assigned is a liaison of a project of Danjiangkou, carried by the land bureau.
func assigned(t tester, when string, plan ...liaison.Planned) *world {
	t.Helper()
	template, err := liaison.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	w := &world{tester: t, now: at(when), spent: map[string]bool{},
		facts: liaison.Facts{Calendar: office(t), Template: template, City: "shizhengfu"}}
	w.system(liaison.CmdAssign, liaison.Assignment{
		ID: "l1", ListID: "b1", RowID: "1", Year: 2023, Batch: 1, From: calendar.DateOf(w.now),
		Pairing: liaison.Pairing{
			ProjectID: "p1", ProjectName: "汉江鲟鱼谷", CountyID: "danjiangkou", CountyName: "丹江口市", ProjectType: "industry", Role: liaison.Lead,
			DepartmentID: "ziran", DepartmentName: "市自然资源和规划局", CadreName: "王某(示例)", Milestones: plan,
		},
	})
	return w
}

func (w *world) command(name string, by org.Actor, body any) process.Command {
	w.count++
	if m, ok := body.(map[string]any); ok && m == nil {
		body = struct{}{}
	}
	data, err := json.Marshal(body)
	if err != nil {
		w.Fatal(err)
	}
	with, err := json.Marshal(liaison.Given{Units: units, Users: map[string]org.User{"u-new": {ID: "u-new", Name: "新任领导", UnitID: "fagai"}},
		Files: map[string]liaison.File{"f1": {ID: "f1", Name: "证明.pdf", Size: 9}}})
	if err != nil {
		w.Fatal(err)
	}
	return process.Command{ID: fmt.Sprint("c", w.count), Name: name, Actor: by, At: w.now, Body: data, With: with}
}

func (w *world) record(cmd process.Command) error {
	drafts, err := liaison.Decide(w.state, cmd, w.facts)
	if err != nil {
		return err
	}
	for _, d := range drafts {
		actor := cmd.Actor
		actor.Roles, actor.For = nil, d.For
		e := event.Event{Seq: int64(len(w.events) + 1), Type: d.Type, Data: d.Data, At: cmd.At.UTC(), Actor: actor}
		w.events = append(w.events, e)
		w.state = liaison.Evolve(w.state, e)
		w.spent = map[string]bool{}
	}
	return nil
}

func (w *world) system(name string, body any) {
	w.Helper()
	if err := w.record(w.command(name, org.SystemActor(), body)); err != nil {
		w.Fatal(err)
	}
}

// do is a person's command that must be taken.
func (w *world) do(by org.Actor, name string, body map[string]any) {
	w.Helper()
	if err := w.record(w.command(name, by, body)); err != nil {
		w.Fatalf("%s by %s: %v", name, by.Name, err)
	}
}

// refused is one that must not be.
func (w *world) refused(by org.Actor, name string, body map[string]any) error {
	w.Helper()
	before := len(w.events)
	err := w.record(w.command(name, by, body))
	if err == nil {
		w.Fatalf("%s by %s was taken", name, by.Name)
	}
	if len(w.events) != before {
		w.Fatal("a refusal left events")
	}
	return err
}

// until lets time pass: the clock rings for everything that falls due, each at its own moment.
func (w *world) until(when string) { w.pass(at(when), true) }

// asleep lets time pass without the clock, as when the server is down; then it rings.
func (w *world) asleep(when string) { w.pass(at(when), false) }

func (w *world) pass(end time.Time, punctual bool) {
	if !punctual {
		w.now = end
	}
	for {
		var next process.Timer
		for _, t := range liaison.Timers(w.state) {
			if !w.spent[t.CommandID()] && (next.Name == "" || t.At.Before(next.At)) {
				next = t
			}
		}
		if next.Name == "" || next.At.After(end) {
			break
		}
		if punctual && next.At.After(w.now) {
			w.now = next.At
		}
		w.spent[next.CommandID()] = true
		w.system(next.Command, next.Body)
	}
	w.now = end
}
