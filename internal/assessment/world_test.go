package assessment_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"luodi/internal/assessment"
	"luodi/internal/calendar"
	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/process"
	"luodi/internal/rulebook"
	"luodi/internal/rulebook/rulebooks"
)

// tester is what testing and rapid have in common.
type tester interface {
	Helper()
	Errorf(format string, args ...any)
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

var (
	zhang    = org.Actor{UserID: "u-zhang", Name: "张考核", UnitID: "centre", Roles: []org.Role{org.Assessor}}
	li       = org.Actor{UserID: "u-li", Name: "李考核", UnitID: "centre", Roles: []org.Role{org.Assessor}}
	leader   = org.Actor{UserID: "u-wang", Name: "王主任", UnitID: "centre", Roles: []org.Role{org.CentreLeader}}
	deputy   = org.Actor{UserID: "u-zhao", Name: "赵副主任", UnitID: "centre", Roles: []org.Role{org.CentreLeader}}
	maojian  = org.Actor{UserID: "u-maojian", Name: "茅箭经办", UnitID: "maojian", Roles: []org.Role{org.CountyOperator}}
	zhangwan = org.Actor{UserID: "u-zhangwan", Name: "张湾经办", UnitID: "zhangwan", Roles: []org.Role{org.CountyOperator}}
	fagai    = org.Actor{UserID: "u-fagai", Name: "发改委经办", UnitID: "fagai", Roles: []org.Role{org.DepartmentHandler}}
	firm     = org.Actor{UserID: "u-firm", Name: "企业代表", UnitID: "firm", Roles: []org.Role{org.PanelMember}}
	mayor    = org.Actor{UserID: "u-mayor", Name: "市领导", UnitID: "shizhengfu", Roles: []org.Role{org.CityLeader}}
	cast     = []org.Actor{zhang, li, leader, deputy, maojian, zhangwan, fagai, firm, mayor}
)

var (
	units = map[string]org.Unit{
		"maojian": {ID: "maojian", Name: "茅箭区", Kind: org.County}, "zhangwan": {ID: "zhangwan", Name: "张湾区", Kind: org.County},
		"fagai": {ID: "fagai", Name: "市发改委", Kind: org.Department}, "shangwu": {ID: "shangwu", Name: "市商务局", Kind: org.Department},
		"xiangyang": {ID: "xiangyang", Name: "襄阳市", Kind: org.County}, "centre": {ID: "centre", Name: "招商中心", Kind: org.Centre},
		"firm": {ID: "firm", Name: "企业", Kind: org.Leadership},
	}
	users = map[string]org.User{
		"u-firm": {ID: "u-firm", Name: "企业代表", UnitID: "firm"}, "u-maojian": {ID: "u-maojian", Name: "茅箭经办", UnitID: "maojian"},
		"u-zhangwan": {ID: "u-zhangwan", Name: "张湾经办", UnitID: "zhangwan"}, "u-gone": {ID: "u-gone", Name: "已离任", UnitID: "firm", Disabled: true},
	}
	members = []assessment.Member{
		{UnitID: "maojian", Name: "茅箭区", BookName: "茅箭区", Group: "县市区"}, {UnitID: "zhangwan", Name: "张湾区", BookName: "张湾区", Group: "县市区"},
		{UnitID: "fagai", Name: "市发改委", BookName: "市发改委", Group: "市直部门"}, {UnitID: "shangwu", Name: "市商务局", BookName: "市商务局", Group: "市直部门"},
	}
)

// body is the JSON object of a command.
type body = map[string]any

var cityBook = sync.OnceValue(func() *rulebook.Book {
	data, err := rulebooks.Files.ReadFile("city-2023.yaml")
	if err != nil {
		panic(err)
	}
	b, found := rulebook.Load("city-2023.yaml", bytes.NewReader(data))
	if b == nil {
		panic(found)
	}
	return b
})

func office(t tester) *calendar.Calendar {
	t.Helper()
	cal, err := calendar.New(calendar.DefaultOffice, calendar.Builtin())
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

// world is one year with a clock of its own: what the shell does, without an engine.
type world struct {
	tester
	facts  assessment.Facts
	state  assessment.State
	now    time.Time
	events []event.Event
	spent  map[string]bool
	count  int
	given  assessment.Given // what the server adds to every command
	grades map[string]string
}

var sheet = assessment.TargetSheet{Digest: "d1", Count: 8, Source: "任务分解表.xlsx"}

func newWorld(t tester) *world {
	use := assessment.UseOf("b1", cityBook())
	other := use
	other.Version, other.Digest = "2023.2", "other"
	return &world{tester: t, now: at("2023-02-01 09:00"), spent: map[string]bool{}, facts: assessment.Facts{Calendar: office(t)},
		grades: map[string]string{"maojian": "优秀", "zhangwan": "良好", "fagai": "优秀", "shangwu": "合格"},
		given: assessment.Given{
			Users: users, Units: units, Files: map[string]assessment.File{"f1": {ID: "f1", Name: "证明.pdf", Size: 9}},
			Book: &other, Sheet: &sheet, Seed: "种子", Verifiers: []string{"u-li"}, Figures: []string{"外出招商批次"},
			Read: map[string]string{"外出招商批次": "12"}, Projects: map[string]string{"A-1": "maojian"},
			Candidates: []assessment.Drawn{{ID: "p1", UnitID: "maojian", UnitName: "茅箭区", Title: "甲"}, {ID: "p2", UnitID: "zhangwan", UnitName: "张湾区", Title: "乙"}},
		}}
}

func (w *world) command(name string, by org.Actor, b any) process.Command {
	w.Helper()
	w.count++
	if m, ok := b.(body); ok && m == nil {
		b = struct{}{}
	}
	data, err := json.Marshal(b)
	if err != nil {
		w.Fatal(err)
	}
	with, err := json.Marshal(w.given)
	if err != nil {
		w.Fatal(err)
	}
	return process.Command{ID: fmt.Sprint("c", w.count), Name: name, Actor: by, At: w.now, Body: data, With: with}
}

func (w *world) record(cmd process.Command) error {
	drafts, err := assessment.Decide(w.state, cmd, w.facts)
	if err != nil {
		return err
	}
	var head event.Event
	if n := len(w.events); n > 0 {
		head = w.events[n-1]
	}
	for _, e := range event.Seal(head, "assessment-2023", "", cmd.ID, cmd.Actor, cmd.At, drafts) {
		w.events = append(w.events, e)
		w.state = assessment.Evolve(w.state, e)
		w.spent = map[string]bool{}
	}
	return nil
}

func (w *world) system(name string, b any) {
	w.Helper()
	if err := w.record(w.command(name, org.SystemActor(), b)); err != nil {
		w.Fatal(err)
	}
}

// do is a person's command that must be taken.
func (w *world) do(by org.Actor, name string, b body) {
	w.Helper()
	if err := w.record(w.command(name, by, b)); err != nil {
		w.Fatalf("%s by %s at %s: %v", name, by.Name, w.state.Stage, err)
	}
}

// refused is one that must not be, with its code or the code of its first detail.
func (w *world) refused(by org.Actor, name string, b body, code string) *fault.Error {
	w.Helper()
	before := len(w.events)
	err := w.record(w.command(name, by, b))
	if err == nil {
		w.Fatalf("%s by %s was taken", name, by.Name)
	}
	if len(w.events) != before {
		w.Fatal("a refusal left events")
	}
	f := fault.From(err)
	if f.Code != code && !slices.ContainsFunc(f.Details, func(d fault.Detail) bool { return d.Code == code }) {
		w.Fatalf("%s by %s: %v, want %s", name, by.Name, err, code)
	}
	return f
}

// perform does the effects that the state asks for, until there are none.
func (w *world) perform() {
	w.Helper()
	for range 20 {
		if !w.effect() {
			return
		}
	}
	w.Fatal("effects never end")
}

// effect does the first effect; false when there is none.
func (w *world) effect() bool {
	w.Helper()
	effects := assessment.Effects(w.state)
	if len(effects) == 0 {
		return false
	}
	e := effects[0]
	switch e.Name {
	case assessment.EffectErrand:
		var x assessment.Errand
		if err := json.Unmarshal(e.Body, &x); err != nil {
			w.Fatal(err)
		}
		w.system(e.Command, assessment.ErrandDone{No: x.No, What: x.What, Units: 4})
	case assessment.EffectScore:
		var x assessment.Asked
		if err := json.Unmarshal(e.Body, &x); err != nil {
			w.Fatal(err)
		}
		w.system(e.Command, assessment.WasScored{Run: w.result(x.No)})
	default:
		w.Fatal("unknown effect", e.Name)
	}
	return true
}

// result is what a scorer would bring.
func (w *world) result(no int) assessment.Run {
	r := assessment.Run{No: no, Inputs: fmt.Sprint("in", no), Book: "book", Engine: assessment.Engine, Output: fmt.Sprint("out", no), Hash: fmt.Sprint("h", no),
		Limits: map[string]map[string]int{"县市区": {"优秀": 1, "良好": -1, "合格": -1, "不合格": -1}, "市直部门": {"优秀": 1, "良好": -1, "合格": -1, "不合格": -1}}}
	for i, m := range w.state.Active() {
		r.Units = append(r.Units, assessment.UnitScore{UnitID: m.UnitID, Name: m.Name, Group: m.Group, Total: fmt.Sprint(90 - i), Rank: i + 1, Grade: w.grades[m.UnitID]})
	}
	return r
}

// until lets time pass: the clock rings for everything that falls due, each at its own moment.
func (w *world) until(when string) { w.pass(at(when), true) }

// asleep lets time pass without the clock, as when the server is down.
func (w *world) asleep(when string) { w.pass(at(when), false) }

func (w *world) pass(end time.Time, punctual bool) {
	w.Helper()
	if !punctual {
		w.now = end
	}
	for range 200 {
		var next process.Timer
		for _, t := range assessment.Timers(w.state) {
			if !w.spent[t.CommandID()] && (next.Name == "" || t.At.Before(next.At)) {
				next = t
			}
		}
		if next.Name == "" || next.At.After(end) {
			w.now = end
			return
		}
		if punctual && next.At.After(w.now) {
			w.now = next.At
		}
		w.spent[next.CommandID()] = true
		w.system(next.Command, next.Body)
	}
	w.Fatal("the clock rings for ever")
}

var memberBody = body{"members": []body{{"unit_id": "maojian", "group": "县市区"}, {"unit_id": "zhangwan", "group": "县市区"}, {"unit_id": "fagai", "group": "市直部门"}, {"unit_id": "shangwu", "group": "市直部门"}}}

// upTo is a year that has come to a stage the straight way.
func upTo(t tester, stage assessment.Stage) *world {
	t.Helper()
	w := newWorld(t)
	w.system(assessment.CmdOpen, assessment.YearOpened{ID: "2023", Year: 2023, Office: "centre", Plan: assessment.Plan{
		Title: "2023年度考核", Book: assessment.UseOf("b1", cityBook()), Terms: map[assessment.Stage]process.Terms{}}})
	for _, step := range []struct {
		to assessment.Stage
		do func()
	}{
		{assessment.Running, func() {
			w.do(zhang, assessment.ActMembers, memberBody)
			w.do(zhang, assessment.ActTerms, body{"reporting": 10, "verifying": 5, "scoring": 3, "rechecking": 2, "publicity": 5, "appealing": 4, "grading": 2, "remind": 1, "grace": 2, "lapse": true})
			w.do(zhang, assessment.ActDuties, body{"duties": []body{{"indicator": "A1", "unit_id": "fagai"}}})
			w.do(zhang, assessment.ActJudges, body{"judges": []body{{"user_id": "u-firm", "topics": []string{"营商环境", "服务质量"}, "panel": "企业"}, {"user_id": "u-maojian", "topics": []string{"营商环境"}}}})
			w.targets(zhang)
			w.do(leader, assessment.ActIssue, nil)
		}},
		{assessment.Reporting, func() {
			w.until("2024-01-02 09:00")
			w.do(zhang, assessment.ActReport, nil)
			w.perform()
		}},
		{assessment.Verifying, func() { w.until("2024-01-10 09:00"); w.do(zhang, assessment.ActVerify, nil) }},
		{assessment.Scoring, func() { w.until("2024-01-12 09:00"); w.do(zhang, assessment.ActScore, nil); w.perform() }},
		{assessment.Rechecking, func() { w.do(zhang, assessment.ActOfficial, nil); w.perform() }},
		{assessment.Publicity, func() { w.do(li, assessment.ActRecheck, nil); w.do(leader, assessment.ActPublicize, nil) }},
		{assessment.Grading, func() { w.until("2024-01-20 09:00") }},
		{assessment.Locked, func() { w.do(leader, assessment.ActLock, nil) }},
	} {
		if w.state.Stage == stage {
			break
		}
		step.do()
		if w.state.Stage != step.to {
			t.Fatalf("stage %s, want %s", w.state.Stage, step.to)
		}
	}
	if w.state.Stage != stage {
		t.Fatalf("stage %s, want %s", w.state.Stage, stage)
	}
	return w
}

// targets sends a target sheet as the server does.
func (w *world) targets(by org.Actor) {
	w.Helper()
	if err := w.setTargets(by, ""); err != nil {
		w.Fatal(err)
	}
}

func (w *world) setTargets(by org.Actor, text string) error {
	w.Helper()
	return w.record(w.command(assessment.CmdTargets, by, body{"text": text}))
}

// since are the types of the events from a place on.
func (w *world) since(n int) []string {
	var out []string
	for _, e := range w.events[n:] {
		out = append(out, strings.TrimPrefix(e.Type, "assessment."))
	}
	return out
}

func action(s assessment.State, by org.Actor, name string, now time.Time) process.Action {
	for _, a := range assessment.Actions(s, by, now) {
		if a.Name == name {
			return a
		}
	}
	return process.Action{}
}

func same(t tester, what string, got, want any) {
	t.Helper()
	g, w := string(process.Encoded(got)), string(process.Encoded(want))
	if g != w {
		t.Errorf("%s: %s, want %s", what, g, w)
	}
}

// fill makes a body that fits a form; optional fields come and go.
func fill(s *process.Schema, r *rand.Rand, now time.Time) any {
	switch {
	case s.Type == "object":
		out := body{}
		for _, name := range s.Order {
			if slices.Contains(s.Required, name) || r.IntN(3) == 0 {
				out[name] = fill(s.Properties[name], r, now)
			}
		}
		return out
	case s.Type == "array":
		out := []any{}
		for range max(s.MinItems, min(r.IntN(3), s.MaxItems)) {
			out = append(out, fill(s.Items, r, now))
		}
		return out
	case s.Type == "boolean":
		return r.IntN(2) == 0
	case s.Type == "integer":
		return *s.Minimum + r.IntN(*s.Maximum-*s.Minimum+1)
	case len(s.OneOf) > 0:
		return s.OneOf[r.IntN(len(s.OneOf))].Const
	case s.Format == process.FormatUnit:
		return []string{"maojian", "zhangwan", "fagai", "shangwu", "nobody"}[r.IntN(5)]
	case s.Format == process.FormatUser:
		return []string{"u-firm", "u-maojian", "u-zhangwan", "u-gone"}[r.IntN(4)]
	case s.Format == process.FormatFile:
		return []string{"f1", "f2"}[r.IntN(2)]
	case strings.HasPrefix(s.Title, "分"):
		return []string{"88", "90.5", "100", "101"}[r.IntN(4)]
	}
	return strings.Repeat("好", max(s.MinLength, 1))
}
