package selfreport_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"luodi/internal/calendar"
	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/process"
	"luodi/internal/selfreport"
)

// tester is what testing and rapid have in common.
type tester interface {
	Helper()
	Errorf(format string, args ...any)
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

var (
	county  = org.Actor{UserID: "u-maojian", Name: "茅箭经办", UnitID: "maojian", Roles: []org.Role{org.CountyOperator}}
	fagai   = org.Actor{UserID: "u-fagai", Name: "发改委经办", UnitID: "fagai", Roles: []org.Role{org.DepartmentHandler}}
	fagai2  = org.Actor{UserID: "u-fagai2", Name: "发改委负责人", UnitID: "fagai", Roles: []org.Role{org.DepartmentLeader}}
	shangwu = org.Actor{UserID: "u-shangwu", Name: "商务局经办", UnitID: "shangwu", Roles: []org.Role{org.DepartmentHandler}}
	zhang   = org.Actor{UserID: "u-zhang", Name: "张考核", UnitID: "centre", Roles: []org.Role{org.Assessor}}
	leader  = org.Actor{UserID: "u-wang", Name: "王主任", UnitID: "centre", Roles: []org.Role{org.CentreLeader}}
	outside = org.Actor{UserID: "u-keji", Name: "科技局经办", UnitID: "keji", Roles: []org.Role{org.DepartmentHandler}}
	cast    = []org.Actor{county, fagai, fagai2, shangwu, zhang, leader, outside}
)

// body is the JSON object of a command.
type body = map[string]any

// What the tests' unit is asked for.
const (
	signed   = "签约项目数"
	amount   = "签约金额"
	trips    = "外出招商批次"
	accident = "发生重大事故"
)

func opening() selfreport.Opening {
	return selfreport.Opening{
		Year: "2023", UnitID: "maojian", UnitName: "茅箭区", Group: "县市区", Office: "centre", Lapse: true,
		Fill: process.Terms{Days: 10, Remind: 1, Grace: 2}, Verify: process.Terms{Days: 5, Remind: 1, Grace: 2},
		Figures: []selfreport.Figure{
			{Name: signed, Measure: "个", Kind: "number", Origin: selfreport.Counted, Verifier: "fagai"},
			{Name: amount, Measure: "亿元", Kind: "number", Origin: selfreport.Counted, Verifier: "fagai"},
			{Name: trips, Measure: "批次", Kind: "number", Origin: selfreport.Reported, Verifier: "shangwu"},
			{Name: accident, Kind: "truth", Origin: selfreport.Reported, Verifier: "centre", Optional: true},
		},
		Known: []selfreport.Known{{Value: "12", Records: 12, Source: "项目库"}, {Value: "10.5", Records: 12, Source: "项目库"}, {}, {}},
	}
}

func office(t tester) *calendar.Calendar {
	t.Helper()
	cal, err := calendar.New(calendar.DefaultOffice, calendar.Builtin())
	if err != nil {
		t.Fatal(err)
	}
	return cal
}

// withNotice gives days off by a notice of 3 January 2024.
func withNotice(t tester, cal *calendar.Calendar, days ...string) *calendar.Calendar {
	t.Helper()
	n := calendar.Notice{ID: "测试〔2024〕1号", Year: 2024, Title: "临时放假(测试)"}
	n.Issued, _ = calendar.ParseDate("2024-01-03")
	for _, text := range days {
		d, err := calendar.ParseDate(text)
		if err != nil {
			t.Fatal(err)
		}
		n.Days = append(n.Days, calendar.DayRule{Date: d, Kind: calendar.Off, Holiday: "测试"})
	}
	out, err := cal.WithNotice(n)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// at is a moment in Shanghai.
func at(text string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", text, calendar.Shanghai)
	if err != nil {
		panic(err)
	}
	return t
}

// world is one self-report with a clock of its own: what the shell does, without an engine.
type world struct {
	tester
	facts  selfreport.Facts
	state  selfreport.State
	now    time.Time
	events []event.Event
	spent  map[string]bool
	count  int
	known  map[string]selfreport.Known // what the registry knows now
}

// opened is a self-report that was opened on the first working day of 2024.
func opened(t tester, change ...func(*selfreport.Opening)) *world {
	t.Helper()
	w := &world{tester: t, now: at("2024-01-02 09:00"), spent: map[string]bool{}, facts: selfreport.Facts{Calendar: office(t)}}
	o := opening()
	for _, c := range change {
		c(&o)
	}
	w.system(selfreport.CmdOpen, o)
	return w
}

// command reads what the body states as the book would: 很多 is no number.
func (w *world) command(name string, by org.Actor, b any) process.Command {
	w.Helper()
	w.count++
	if m, ok := b.(body); ok && m == nil {
		b = struct{}{}
	}
	data := process.Encoded(b)
	given := selfreport.Given{Files: map[string]selfreport.File{"f1": {ID: "f1", Name: "证明.pdf", Size: 9}}, Read: map[string]string{}, Wrong: map[string]string{}, Known: w.known}
	read := func(figure, value string) {
		if value == "很多" {
			given.Wrong[figure] = "不是数"
			return
		}
		given.Read[figure] = strings.TrimSpace(value)
	}
	var x struct {
		Items         []struct{ Figure, Value string }
		Figure, Value string
	}
	_ = json.Unmarshal(data, &x) // of whatever shape
	for _, i := range x.Items {
		read(i.Figure, i.Value)
	}
	if x.Figure == "" && name == selfreport.ActCorrect { // left out, for there is one choice
		for _, a := range selfreport.Actions(w.state, by, w.now) {
			if a.Name == name && a.Allowed && len(a.Schema.Properties["figure"].OneOf) == 1 {
				x.Figure = a.Schema.Properties["figure"].OneOf[0].Const
			}
		}
	}
	read(x.Figure, x.Value)
	return process.Command{ID: fmt.Sprint("c", w.count), Name: name, Actor: by, At: w.now, Body: data, With: process.Encoded(given)}
}

func (w *world) record(cmd process.Command) error {
	drafts, err := selfreport.Decide(w.state, cmd, w.facts)
	if err != nil {
		return err
	}
	var head event.Event
	if n := len(w.events); n > 0 {
		head = w.events[n-1]
	}
	for _, e := range event.Seal(head, "selfreport-2023-maojian", "", cmd.ID, cmd.Actor, cmd.At, drafts) {
		w.events = append(w.events, e)
		w.state = selfreport.Evolve(w.state, e)
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

// idle is a system command that must do nothing.
func (w *world) idle(name string, b any) {
	w.Helper()
	before := len(w.events)
	w.system(name, b)
	if len(w.events) != before {
		w.Fatalf("%s did %s", name, w.events[before].Type)
	}
}

// do is a person's command that must be taken.
func (w *world) do(by org.Actor, name string, b body) {
	w.Helper()
	if err := w.record(w.command(name, by, b)); err != nil {
		w.Fatalf("%s by %s at %s: %v", name, by.Name, w.state.Stage, err)
	}
}

// refused is one that must not be, with its code or the code of one of its details.
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

func (w *world) until(when string) { w.pass(at(when), true) }

func (w *world) pass(end time.Time, punctual bool) {
	w.Helper()
	if !punctual { // the server was down
		w.now = end
	}
	for range 100 {
		var next process.Timer
		for _, t := range selfreport.Timers(w.state) {
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

// says is a body that states figures: "figure=value|reason".
func says(lines ...string) body {
	items := []body{}
	for _, l := range lines {
		figure, rest, _ := strings.Cut(l, "=")
		value, reason, differs := strings.Cut(rest, "|")
		x := body{"figure": figure, "value": value}
		if differs {
			x["reason"] = reason
		}
		items = append(items, x)
	}
	return body{"items": items}
}

// submitted is a report that was handed in: one figure agrees with the registry, one
// differs with a reason, one the registry doesn't know, one nobody must give.
func submitted(t tester, change ...func(*selfreport.Opening)) *world {
	t.Helper()
	w := opened(t, change...)
	w.do(county, selfreport.ActFill, says(signed+"=12", amount+"=11|年末新签一项未入库", trips+"=9"))
	w.do(county, selfreport.ActSubmit, nil)
	return w
}

// verified is one whose figures all stand.
func verified(t tester, change ...func(*selfreport.Opening)) *world {
	t.Helper()
	w := submitted(t, change...)
	w.do(fagai, selfreport.ActConfirm, body{"text": "协议齐全"})
	w.do(shangwu, selfreport.ActConfirm, nil)
	w.do(zhang, selfreport.ActConfirm, nil)
	return w
}

func (w *world) item(name string) selfreport.Item {
	w.Helper()
	x := w.state.Item(name)
	if x == nil {
		w.Fatalf("there is no %s", name)
	}
	return *x
}

// day is when the report's present term ends.
func (w *world) day() string {
	if w.state.Clock == nil {
		return ""
	}
	return calendar.DateOf(w.state.Clock.Due).String()
}

// fill makes a body that fits a form; optional fields come and go.
func fill(s *process.Schema, r *rand.Rand) any {
	switch {
	case s.Type == "object":
		out := body{}
		for _, name := range s.Order {
			if slices.Contains(s.Required, name) || r.IntN(2) == 0 {
				out[name] = fill(s.Properties[name], r)
			}
		}
		return out
	case s.Type == "array":
		out := []any{}
		for range max(s.MinItems, min(r.IntN(5), s.MaxItems)) {
			out = append(out, fill(s.Items, r))
		}
		return out
	case s.Type == "integer":
		return *s.Minimum + r.IntN(*s.Maximum-*s.Minimum+1)
	case len(s.OneOf) > 0:
		return s.OneOf[r.IntN(len(s.OneOf))].Const
	case s.Format == process.FormatFile:
		return []string{"f1", "f2"}[r.IntN(8)/7]
	case strings.HasPrefix(s.Title, "自报数"), s.Title == "核实数":
		return []string{"12", "10.5", "9", "很多"}[r.IntN(4)]
	}
	return strings.Repeat("好", max(s.MinLength, 1))
}
