package dispatch_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"luodi/internal/calendar"
	"luodi/internal/dispatch"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/process"
)

// From the sheet to the last instruction, in the centre's words.
func TestSheetRunsFromTheScheduleToTheLastInstruction(t *testing.T) {
	w := opened(t)
	if w.state.Stage != dispatch.Compiling || w.state.Belated() || w.tasks() != "" {
		t.Fatalf("opened as %+v", w.state)
	}
	w.refused(centre, dispatch.ActInstruct, body{"text": "请报送进展", "due": "2023-10-12", "unit": "fagai"}, fault.Conflict, "action_conflict")
	w.perform("")
	w.do(centre, dispatch.ActInstruct, body{"text": "三日内报送用地进展", "due": "2023-10-12", "liaison": "l1"})
	w.do(centre, dispatch.ActInstruct, body{"text": "请协调用电", "due": "2023-10-13", "unit": "fagai", "cadre": "u-cadre", "project": "p9"})
	if got := w.tasks(); got != "issue/1@centre" {
		t.Fatalf("a draft waits for %q", got)
	}
	if r := w.state.Readers(); len(r) != 1 {
		t.Errorf("a draft is read by %v", r)
	}
	w.do(leader, dispatch.ActIssue, body{})
	if got := w.tasks(); got != "answer/2/1@fagai" { // the other is a task of the liaison
		t.Fatalf("issued, it waits for %q", got)
	}
	w.perform("")
	if len(dispatch.Effects(w.state)) != 0 {
		t.Error("an instruction is sent twice")
	}
	var readers []string
	for _, r := range w.state.Readers() {
		readers = append(readers, fmt.Sprint(r.UnitID, r.Copy))
	}
	if got := strings.Join(readers, " "); got != "centrefalse ziranfalse fagaifalse danjiangkoutrue" {
		t.Errorf("issued, it is read by %s", got)
	}
	w.do(cadre, dispatch.ActAnswer, body{"text": "供电公司已确认接入点", "files": []string{"f1"}})
	answered := w.now.Add(-time.Hour).UTC()
	w.do(org.SystemActor(), dispatch.CmdAnswer, dispatch.Gathered{InstructionAnswered: dispatch.InstructionAnswered{ID: "1", Round: 1, Name: "自然资源局经办", Text: "用地已报批", At: answered}})
	if x := w.state.Instruction("1"); !x.AnsweredAt.Equal(answered) || !x.InTime() || x.Status != dispatch.Answered {
		t.Errorf("gathered as %+v", x)
	}
	w.do(centre, dispatch.ActConfirm, body{"instruction": "2"})
	n := len(w.events)
	w.do(centre, dispatch.ActConfirm, body{"text": "属实"})
	if got := w.types(n); got != "instruction_done closed" || !w.state.Ended() {
		t.Errorf("the last one leaves %s", got)
	}
	w.do(county, dispatch.ActRead, body{})
	w.refused(county, dispatch.ActRead, body{}, fault.Conflict, "action_conflict")
	w.refused(outsider, dispatch.ActRead, body{}, fault.Forbidden, "action_forbidden")
}

func TestSheetWithoutInstructionsIsClosedWhenIssued(t *testing.T) {
	w := drafted(t)
	n := len(w.events)
	w.do(leader, dispatch.ActIssue, body{})
	if got := w.types(n); got != "issued closed" {
		t.Errorf("issuing leaves %s", got)
	}
}

func TestIssuedSheetIsFixed(t *testing.T) {
	w := drafted(t)
	w.do(centre, dispatch.ActInstruct, body{"text": "请报送进展", "due": "2023-10-12", "unit": "fagai"})
	w.do(centre, dispatch.ActRecompile, body{"text": "补录了一份周报"})
	w.refused(leader, dispatch.ActIssue, body{}, fault.Conflict, "action_conflict")
	n := len(w.events)
	w.do(org.SystemActor(), "compiled", dispatch.Compiled{Round: 1, Digest: "late"}) // of the round before
	if len(w.events) != n {
		t.Error("content of an earlier round was taken")
	}
	w.perform("")
	if w.state.Frozen.Round != 2 || len(w.state.Instructions) != 1 {
		t.Fatalf("compiled again: %+v", w.state)
	}
	w.refused(centre, dispatch.ActIssue, body{}, fault.Forbidden, "action_forbidden")
	w.do(leader, dispatch.ActIssue, body{})
	for _, act := range []string{dispatch.ActRecompile, dispatch.ActRemove, dispatch.ActInstruct, dispatch.ActIssue} {
		w.refused(leader, act, body{}, fault.Conflict, "action_conflict")
	}
}

// Everything that is wrong with a form is said at once.
func TestInstructionsAreCheckedWhole(t *testing.T) {
	w := drafted(t)
	for _, c := range []struct {
		form body
		want string
	}{
		{body{"text": "请办", "due": "2023-10-12"}, "/unit required"},
		{body{"text": "请办", "due": "2023-10-08", "unit": "none"}, "/due date_past, /unit unit_unknown"},
		{body{"text": "请办", "due": "2025-10-12", "unit": "shizhengfu"}, "/due date_far, /unit unit_leads"},
		{body{"text": "请办", "due": "2023-02-30", "unit": "fagai", "cadre": "u-none"}, "/cadre user_unknown, /due date_invalid"},
		{body{"text": "请办", "due": "2023-10-12", "unit": "fagai", "cadre": "u-gone"}, "/cadre user_unknown"},
		{body{"text": "请办", "due": "2023-10-12", "unit": "ziran", "cadre": "u-cadre"}, "/cadre cadre_elsewhere"},
		{body{"text": "请办", "due": "2023-10-12", "liaison": "l2"}, "/liaison liaison_ended"},
		{body{"text": "请办", "due": "2023-10-12", "liaison": "l9", "project": "p8"}, "/liaison liaison_unknown, /project project_unknown"},
		{body{"text": "请办", "due": "2023-10-12", "liaison": "l1", "unit": "fagai", "project": "p9"}, "/project project_differs, /unit unit_differs"},
	} {
		f := w.refused(centre, dispatch.ActInstruct, c.form, fault.Invalid, "body_invalid")
		var got []string
		for _, d := range f.Details {
			got = append(got, d.Field+" "+d.Code)
			if d.Message == "" {
				t.Errorf("%s says nothing", d.Code)
			}
		}
		slices.Sort(got)
		if strings.Join(got, ", ") != c.want {
			t.Errorf("%v: %s, want %s", c.form, strings.Join(got, ", "), c.want)
		}
	}
	if len(w.state.Instructions) != 0 {
		t.Error("something was noted")
	}
	w.do(centre, dispatch.ActInstruct, body{"text": "请办", "due": "2023-10-10", "unit": "fagai"})
	w.do(centre, dispatch.ActInstruct, body{"text": "请办二", "due": "2023-10-12", "liaison": "l1", "unit": "ziran", "project": "p1"})
	w.now = moment("2023-10-11 09:00")
	if f := w.refused(leader, dispatch.ActIssue, body{}, fault.Invalid, "body_invalid"); len(f.Details) != 1 || f.Details[0].Field != "/instructions/0/due" {
		t.Errorf("issued past a deadline: %+v", f.Details)
	}
	w.do(centre, dispatch.ActRemove, body{"instruction": "1"})
	w.do(centre, dispatch.ActInstruct, body{"text": "请办三", "due": "2023-10-12", "unit": "fagai"})
	if last := w.state.Instructions[1]; last.ID != "3" {
		t.Errorf("number %s was given to another instruction", last.ID)
	}
}

// Reminder, yellow and red count working days, and what nobody answered stays owed.
func TestOverdueInstructionsAreMarked(t *testing.T) {
	w := drafted(t)
	w.do(centre, dispatch.ActInstruct, body{"text": "请协调用电", "due": "2023-10-13", "unit": "fagai"}) // a Friday
	w.do(leader, dispatch.ActIssue, body{})
	n := len(w.events)
	w.ring(moment("2023-10-12 23:00"))
	w.ring(moment("2023-10-16 23:00"))
	if got := w.types(n); got != "reminded overdue" || w.state.Instruction("1").Light != process.Yellow {
		t.Fatalf("a working day past due: %s, %s", got, w.state.Instruction("1").Light)
	}
	w.ring(moment("2023-10-17 23:00"))
	if w.state.Light() != process.Red || dispatch.Tasks(w.state)[0].Light != process.Red {
		t.Errorf("two working days past due it is %s", w.state.Light())
	}
	if s := w.state.Standings(w.facts.Calendar, w.now); len(s) != 1 || s[0].Days != 2 || s[0].Light != process.Red {
		t.Errorf("the next sheet shows %+v", s)
	}
	w.do(mayor, dispatch.ActUrge, body{"text": "请抓紧"})
	w.refused(centre, dispatch.ActUrge, body{}, fault.Conflict, "action_conflict") // once a day
	w.do(fagai, dispatch.ActAnswer, body{"text": "已协调"})
	if x := w.state.Instruction("1"); x.InTime() || w.state.Light() != process.Green {
		t.Errorf("answered late: in time %t, light %s", x.InTime(), w.state.Light())
	}
	w.do(centre, dispatch.ActSendBack, body{"text": "未附材料", "due": "2023-10-20"})
	if x := w.state.Instruction("1"); x.Round != 2 || x.Light != process.Green || x.Due.String() != "2023-10-20" || x.Returned == "" {
		t.Errorf("sent back as %+v", x)
	}
	w.refused(fagai, dispatch.ActConfirm, body{}, fault.Forbidden, "action_forbidden")
}

// The server was down over a deadline: it is marked once, saying when it was due.
func TestDeadlineMissedByTheServerIsMarkedOnce(t *testing.T) {
	w := drafted(t)
	w.do(centre, dispatch.ActInstruct, body{"text": "请协调用电", "due": "2023-10-13", "unit": "fagai"})
	w.do(leader, dispatch.ActIssue, body{})
	n := len(w.events)
	w.now = moment("2023-10-30 08:00")
	timers := dispatch.Timers(w.state)
	for range 3 {
		for _, x := range timers {
			w.do(org.SystemActor(), x.Command, x.Body)
		}
	}
	if got := w.types(n); got != "reminded overdue" || w.state.Light() != process.Red {
		t.Fatalf("marked %s as %s", got, w.state.Light())
	}
	if told := dispatch.Tell(w.events[len(w.events)-1]); !strings.Contains(told, "2023-10-13 17:30") {
		t.Errorf("told %s", told)
	}
}

// What the liaison can't answer, or doesn't take, its department answers here.
func TestInstructionThatTheLiaisonDoesNotTakeGoesToTheUnit(t *testing.T) {
	for _, lapse := range []func(*world){
		func(w *world) { w.perform("包联已经结束") },
		func(w *world) {
			w.perform("")
			w.do(org.SystemActor(), dispatch.CmdAnswer, dispatch.Gathered{InstructionAnswered: dispatch.InstructionAnswered{ID: "1", Round: 1}, Lapsed: "包联已投产"})
		},
	} {
		w := drafted(t)
		w.do(centre, dispatch.ActInstruct, body{"text": "三日内报送用地进展", "due": "2023-10-12", "liaison": "l1"})
		w.do(leader, dispatch.ActIssue, body{})
		w.refused(ziran, dispatch.ActAnswer, body{"text": "已办"}, fault.Conflict, "action_conflict")
		lapse(w)
		if got := w.tasks(); got != "answer/1/1@ziran" || w.state.Instruction("1").Refusal == "" {
			t.Fatalf("it waits for %q", got)
		}
		w.do(ziran, dispatch.ActAnswer, body{"text": "已办"})
		w.do(centre, dispatch.ActSendBack, body{"text": "再报", "due": "2023-10-16"})
		if len(dispatch.Effects(w.state)) != 0 {
			t.Error("it goes to the liaison again")
		}
	}
}

// A holiday notice moves deadlines that run, and only those.
func TestHolidayNoticeMovesDeadlines(t *testing.T) {
	w := drafted(t)
	w.do(centre, dispatch.ActInstruct, body{"text": "请办", "due": "2023-10-13", "unit": "fagai"})
	w.do(leader, dispatch.ActIssue, body{})
	n := len(w.events)
	w.do(org.SystemActor(), process.Recalculate, body{})
	if len(w.events) != n {
		t.Fatal("the same calendar moved something")
	}
	days := []calendar.DayRule{{Date: calendar.Date{Year: 2023, Month: time.October, Day: 16}, Kind: calendar.Off, Holiday: "示例"}}
	moved, err := w.facts.Calendar.WithNotice(calendar.Notice{ID: "示例〔2023〕1号", Year: 2023, Issued: calendar.Date{Year: 2023, Month: time.October, Day: 9},
		Title: "示例", URL: "https://example.gov.cn/1", Days: days})
	w.must(err)
	w.facts.Calendar = moved
	w.do(org.SystemActor(), process.Recalculate, body{})
	if got := w.types(n); got != "clock_moved" || calendar.DateOf(w.state.Instruction("1").Clock.RedAt).Day != 18 {
		t.Errorf("%s, red at %s", got, w.state.Instruction("1").Clock.RedAt)
	}
}

// The manual says of every operation what it does.
func TestTheManualNamesEveryOperation(t *testing.T) {
	manual, err := os.ReadFile("../../docs/dispatch.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range dispatch.Actions(dispatch.State{}, centre, moment("2023-10-09 09:00")) {
		if !strings.Contains(string(manual), "`"+a.Name+"`") || !strings.Contains(string(manual), a.Label) {
			t.Errorf("docs/dispatch.md says nothing of %s (%s)", a.Name, a.Label)
		}
	}
}

// A random walk over what Actions allows, at random times, with liaisons that take or
// refuse: what is offered is accepted, what is denied is refused with the same reason,
// and what must hold holds after every step.
func TestAnyWalkOverAllowedActionsKeepsTheRules(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := opened(rt)
		actors := slices.Clone(cast)
		proxy := outsider
		proxy.Behalf = []org.Principal{{UserID: fagai.UserID, Name: fagai.Name, UnitID: fagai.UnitID, Roles: fagai.Roles}}
		actors = append(actors, proxy, centre, leader)
		for range rapid.IntRange(1, 80).Draw(rt, "steps") {
			w.step(rt, actors)
			w.check(rt)
		}
	})
}

func (w *world) step(rt *rapid.T, actors []org.Actor) {
	switch kind := rapid.IntRange(0, 9).Draw(rt, "kind"); {
	case kind == 0:
		w.ring(w.now.Add(time.Duration(rapid.IntRange(0, 72).Draw(rt, "hours")) * time.Hour))
	case kind <= 2 && len(dispatch.Effects(w.state)) > 0:
		w.perform(rapid.SampledFrom([]string{"", "", "包联已经结束"}).Draw(rt, "refusal"))
	case kind == 3 && len(w.state.Instructions) > 0:
		x := rapid.SampledFrom(w.state.Instructions).Draw(rt, "gathered")
		b := dispatch.Gathered{InstructionAnswered: dispatch.InstructionAnswered{ID: x.ID, Round: x.Round, Name: "某", Text: "已办", At: w.now}}
		b.Lapsed = rapid.SampledFrom([]string{"", "包联已投产"}).Draw(rt, "lapsed")
		w.do(org.SystemActor(), dispatch.CmdAnswer, b)
	default:
		actor := rapid.SampledFrom(actors).Draw(rt, "actor")
		actions := dispatch.Actions(w.state, actor, w.now)
		allowed := slices.DeleteFunc(slices.Clone(actions), func(a process.Action) bool { return !a.Allowed })
		if len(allowed) > 0 && rapid.IntRange(0, 4).Draw(rt, "keep") > 0 {
			actions = allowed
		}
		w.act(rt, actor, rapid.SampledFrom(actions).Draw(rt, "action"))
	}
}

func (w *world) act(rt *rapid.T, actor org.Actor, a process.Action) {
	n := len(w.events)
	if !a.Allowed {
		err := w.try(actor, a.Name, body{})
		if !fault.Is(err, a.Denied) || a.Reason == "" || !strings.Contains(err.Error(), a.Reason) {
			rt.Fatalf("%s by %s is denied for “%s” and refused with %v", a.Name, actor.Name, a.Reason, err)
		}
		return
	}
	err := w.try(actor, a.Name, w.fill(rt, a))
	if past := fault.HasCode(err, "body_invalid"); past && a.Name == dispatch.ActIssue {
		return // a deadline has passed while it was a draft
	}
	if err != nil {
		rt.Fatalf("%s by %s was offered and refused: %v", a.Name, actor.Name, err)
	}
	if len(w.events) == n {
		rt.Fatalf("%s left no event", a.Name)
	}
}

// fill answers a form at random, rightly.
func (w *world) fill(rt *rapid.T, a process.Action) body {
	out := body{}
	for _, name := range a.Schema.Order {
		s := a.Schema.Properties[name]
		switch {
		case name == "due":
			out[name] = calendar.DateOf(w.now).AddDays(rapid.IntRange(0, 20).Draw(rt, name)).String()
		case name == "unit" || name == "liaison" || name == "project" || name == "cadre":
		case len(s.OneOf) > 0:
			out[name] = rapid.SampledFrom(s.OneOf).Draw(rt, name).Const
		case s.Type == "array":
			out[name] = rapid.SampledFrom([][]string{{}, {"f1"}}).Draw(rt, name)
		case s.Type == "string":
			out[name] = "说明文字"
		}
	}
	if a.Name == dispatch.ActInstruct {
		for k, v := range rapid.SampledFrom([]body{
			{"unit": "fagai"}, {"unit": "fagai", "cadre": "u-cadre"}, {"unit": "danjiangkou", "project": "p9"}, {"liaison": "l1"}, {"unit": "centre"},
		}).Draw(rt, "to") {
			out[k] = v
		}
	}
	return out
}

func (w *world) check(rt *rapid.T) {
	s := w.state
	raw, err := json.Marshal(s)
	if err != nil {
		rt.Fatal(err)
	}
	var again, replayed dispatch.State
	if err := json.Unmarshal(raw, &again); err != nil {
		rt.Fatal(err)
	}
	replayed = dispatch.Definition().Replay(replayed, w.events)
	if a, b := asJSON(rt, replayed), asJSON(rt, again); a != b {
		rt.Fatalf("replayed as %s\nkept as %s", a, b)
	}
	if s.Stage == dispatch.Closed && len(dispatch.Tasks(s))+len(dispatch.Timers(s))+len(dispatch.Effects(s)) > 0 {
		rt.Fatalf("closed, it waits for %s", w.tasks())
	}
	if s.Stage == dispatch.Issued && !slices.ContainsFunc(s.Instructions, func(x dispatch.Instruction) bool { return x.Status != dispatch.Done }) {
		rt.Fatal("every instruction is done and the sheet goes on")
	}
	for _, list := range [][]string{keys(dispatch.Tasks(s), func(t process.Task) string { return t.Key }), keys(dispatch.Timers(s), func(t process.Timer) string { return t.Name })} {
		if slices.Sort(list); len(slices.Compact(slices.Clone(list))) != len(list) {
			rt.Fatalf("not unique: %v", list)
		}
	}
	for _, task := range dispatch.Tasks(s) { // somebody of the unit may do what it asks for
		if !slices.ContainsFunc(cast, func(a org.Actor) bool {
			return a.UnitID == task.UnitID && slices.ContainsFunc(dispatch.Actions(s, a, w.now), func(x process.Action) bool { return x.Name == task.Action && x.Allowed })
		}) {
			rt.Fatalf("nobody of %s may %s", task.UnitID, task.Action)
		}
	}
}

func keys[T any](list []T, key func(T) string) []string {
	out := make([]string, len(list))
	for i, x := range list {
		out[i] = key(x)
	}
	return out
}

func asJSON(t rapid.TB, v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
