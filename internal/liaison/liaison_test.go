package liaison_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"luodi/internal/calendar"
	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/liaison"
	"luodi/internal/org"
	"luodi/internal/process"
)

func weeksOf(s liaison.State) (out []string) {
	for _, w := range s.Weeks {
		out = append(out, w.Week+" "+w.Last.String())
	}
	return out
}

// Weekly reports around the holidays, by the State Council's notices: make-up Sundays
// are last working days, and a week off has no report.
func TestReportsAreDueOnTheLastWorkingDay(t *testing.T) {
	for _, tt := range []struct {
		from, until string
		want        []string
	}{
		{"2023-09-18 09:00", "2023-10-13 12:00", []string{"2023-W38 2023-09-22", "2023-W39 2023-09-28", "2023-W40 2023-10-08", "2023-W41 2023-10-13"}},
		{"2018-09-24 09:00", "2018-10-08 12:00", []string{"2018-W39 2018-09-30", "2018-W41 2018-10-12"}},
		{"2024-02-05 09:00", "2024-02-20 09:00", []string{"2024-W06 2024-02-09", "2024-W07 2024-02-18", "2024-W08 2024-02-23"}},
		{"2023-12-25 09:00", "2024-01-03 09:00", []string{"2023-W52 2023-12-29", "2024-W01 2024-01-05"}},
	} {
		w := assigned(t, tt.from)
		w.until(tt.until)
		if got := weeksOf(w.state); !slices.Equal(got, tt.want) {
			t.Errorf("from %s: %v, want %v", tt.from, got, tt.want)
		}
	}
}

func TestALightAndItsRecovery(t *testing.T) {
	w := assigned(t, "2023-05-08 09:00")
	w.do(ziran, liaison.ActAcknowledge, nil)
	w.until("2023-05-12 18:00")
	if w.state.Light != process.Yellow || !strings.Contains(w.state.Causes()[0].Rule, "周报") {
		t.Fatalf("light %s by %v after a missed report", w.state.Light, w.state.Causes())
	}
	w.until("2023-05-16 18:00") // two working days of grace
	if w.state.Light != process.Red {
		t.Fatalf("light %s past the grace", w.state.Light)
	}
	w.do(ziran, liaison.ActReport, map[string]any{"week": "2023-W19", "progress": "补报"})
	if w.state.Light != process.Green {
		t.Fatalf("light %s after the late report: %v", w.state.Light, w.state.Causes())
	}
	var spans []string
	for _, l := range w.state.Lights {
		spans = append(spans, string(l.Light))
	}
	if !slices.Equal(spans, []string{"green", "yellow", "red", "green"}) {
		t.Errorf("spans %v", spans)
	}
	item := itemOf(w.state, liaison.ItemReport, "2023-W19")
	if item.Status != liaison.StatusLate || !item.Due.Equal(at("2023-05-12 17:30")) {
		t.Errorf("report %+v", item)
	}
}

func itemOf(s liaison.State, kind liaison.ItemKind, key string) liaison.Item {
	for _, x := range liaison.Items(s) {
		if x.Kind == kind && x.Key == key {
			return x
		}
	}
	return liaison.Item{}
}

// A server that was down for three weeks marks everything once, with the time it was
// due and the time it was marked.
func TestDowntimeIsMadeUpForOnce(t *testing.T) {
	w := assigned(t, "2023-05-08 09:00")
	w.do(ziran, liaison.ActAcknowledge, nil)
	before := len(w.events)
	w.asleep("2023-06-01 09:00")
	made := w.now.UTC()
	var opened, missed []string
	for _, e := range w.events[before:] {
		if !e.At.Equal(made) {
			t.Fatalf("%s is dated %s", e.Type, e.At)
		}
		switch e.Type {
		case "liaison.week_opened":
			opened = append(opened, field(t, e, "week"))
		case "liaison.week_missed":
			missed = append(missed, field(t, e, "week")+" "+field(t, e, "due"))
		}
	}
	if want := []string{"2023-W20", "2023-W21", "2023-W22"}; !slices.Equal(opened, want) {
		t.Errorf("opened %v, want %v", opened, want)
	}
	if want := []string{"2023-W19 2023-05-12T09:30:00Z", "2023-W20 2023-05-19T09:30:00Z"}; !slices.Equal(missed, want) {
		t.Errorf("missed %v, want %v", missed, want)
	}
	rung := len(w.events)
	w.asleep("2023-06-01 09:00")
	if len(w.events) != rung {
		t.Errorf("ringing again added %d events", len(w.events)-rung)
	}
}

func field(t *testing.T, e event.Event, name string) string {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal(e.Data, &m); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(m[name])
}

func TestANoticeMovesTheReport(t *testing.T) {
	w := assigned(t, "2023-05-08 09:00")
	cal, err := w.facts.Calendar.WithNotice(calendar.Notice{
		ID: "测试〔2023〕1号", Year: 2023, Title: "临时放假(测试)", Issued: date("2023-05-09"),
		Days: []calendar.DayRule{{Date: date("2023-05-12"), Kind: calendar.Off, Holiday: "测试"}, {Date: date("2023-05-13"), Kind: calendar.Work, Holiday: "测试"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	w.facts.Calendar = cal
	w.system(process.Recalculate, struct{}{})
	week := w.state.Weeks[0]
	if week.Last != date("2023-05-13") || !week.Duty.Clock.Due.Equal(at("2023-05-13 17:30")) || !week.Turn.Equal(week.Duty.Clock.Due) {
		t.Errorf("week %+v", week)
	}
	before := len(w.events)
	w.system(process.Recalculate, struct{}{})
	if len(w.events) != before {
		t.Error("the same calendar moved something")
	}
}

func TestAProblemGoesUpAndIsStruckOff(t *testing.T) {
	w := assigned(t, "2023-05-08 09:00")
	w.do(ziran, liaison.ActAcknowledge, nil)
	w.do(county, liaison.ActRaise, map[string]any{"kind": "land", "title": "征地未完成", "unit": "fagai", "on": "2023-05-10"})
	w.refused(outside, liaison.ActSolve, map[string]any{"text": "已办"})
	w.do(ziran, liaison.ActReport, map[string]any{"progress": "正常推进"})
	w.until("2023-05-16 09:00") // due on the 10th, three working days of grace
	p := w.state.Problems[0]
	if p.Level != liaison.AtCentre || w.state.Light != process.Yellow {
		t.Fatalf("level %s, light %s", p.Level, w.state.Light)
	}
	w.do(centre, liaison.ActSolve, map[string]any{"problem": p.ID, "text": "已协调"})
	if w.state.Light != process.Green {
		t.Errorf("light %s with a solution", w.state.Light)
	}
	w.refused(ziran, liaison.ActClose, nil)
	w.do(county, liaison.ActReopen, map[string]any{"text": "仍未交地"})
	if w.state.Problems[0].Level != liaison.AtCentre || w.state.Light != process.Yellow {
		t.Errorf("re-opened at %s, light %s", w.state.Problems[0].Level, w.state.Light)
	}
	w.do(centre, liaison.ActEscalate, map[string]any{"text": "需市领导协调"})
	if w.state.Light != process.Red {
		t.Errorf("light %s at the city", w.state.Light)
	}
	w.do(mayor, liaison.ActSolve, map[string]any{"text": "现场办公解决"})
	w.do(county, liaison.ActClose, nil)
	if p := w.state.Problems[0]; p.Open() || p.Reopened != 1 || w.state.Light == process.Red {
		t.Errorf("closed %+v, light %s", p, w.state.Light)
	}
	if x := itemOf(w.state, liaison.ItemProblem, "1"); x.Status != liaison.StatusLate || !x.Due.Equal(at("2023-05-10 17:30")) {
		t.Errorf("item %+v", x)
	}
}

func TestPostponementNeedsApproval(t *testing.T) {
	w := assigned(t, "2023-05-08 09:00", liaison.Planned{ID: "registered", On: date("2023-05-31")})
	w.do(ziran, liaison.ActAcknowledge, nil)
	ask := map[string]any{"milestone": "registered", "on": "2023-07-31", "text": "投资方资料未齐"}
	w.refused(county, liaison.ActAskPostpone, ask)
	w.do(ziran, liaison.ActAskPostpone, ask)
	w.refused(ziran, liaison.ActAskPostpone, ask)
	w.refused(centre, liaison.ActApprove, nil)
	w.do(leader, liaison.ActApprove, nil)
	m := w.state.Milestones[0]
	if m.Planned != date("2023-07-31") || !slices.Equal(m.Earlier, []calendar.Date{date("2023-05-31")}) {
		t.Errorf("milestone %+v", m)
	}
}

func TestSuspensionStopsEveryClock(t *testing.T) {
	w := assigned(t, "2023-05-08 09:00", liaison.Planned{ID: "registered", On: date("2023-05-31")})
	w.do(ziran, liaison.ActAcknowledge, nil)
	w.do(county, liaison.ActAskSuspend, map[string]any{"text": "投资方内部调整"})
	w.do(leader, liaison.ActApprove, nil)
	before := len(w.events)
	w.until("2023-07-03 09:00")
	if len(w.events) != before {
		t.Fatalf("the clock rang during the suspension: %s", w.events[before].Type)
	}
	w.do(leader, liaison.ActResume, nil)
	// From 8 May to 3 July there are 39 working days; 31 May is moved by them.
	want, _ := w.facts.Calendar.Shift(date("2023-05-31"), date("2023-05-08"), date("2023-07-03"))
	if got := calendar.DateOf(w.state.Milestones[0].Duty.Clock.Due); got != want {
		t.Errorf("due %s, want %s", got, want)
	}
	if last := w.state.Weeks[len(w.state.Weeks)-1]; last.Week != "2023-W27" || !last.Duty.Open() {
		t.Errorf("week %+v", last)
	}
	if n := len(w.state.Weeks); n != 2 || w.state.Weeks[0].Missed {
		t.Errorf("weeks %+v", w.state.Weeks)
	}
}

func TestAChangeMovesOpenWorkAndKeepsHistory(t *testing.T) {
	w := assigned(t, "2023-05-08 09:00")
	w.do(ziran, liaison.ActAcknowledge, nil)
	w.until("2023-05-09 09:00")
	w.do(ziran, liaison.ActAskChange, map[string]any{"unit": "fagai", "cadre": "u-new", "text": "职能调整"})
	w.do(leader, liaison.ActApprove, nil)
	w.refused(ziran, liaison.ActReport, map[string]any{"progress": "不再负责"})
	w.do(fagai, liaison.ActReport, map[string]any{"progress": "接手推进"})
	if len(w.state.Terms) != 2 || w.state.Terms[0].Until.IsZero() || w.state.CadreName != "新任领导" {
		t.Errorf("terms %+v", w.state.Terms)
	}
	if x := itemOf(w.state, liaison.ItemReport, "2023-W19"); x.DepartmentID != "fagai" {
		t.Errorf("the report counts for %s", x.DepartmentID)
	}
	if x := itemOf(w.state, liaison.ItemAcknowledge, "1"); x.DepartmentID != "ziran" {
		t.Errorf("the receipt counts for %s", x.DepartmentID)
	}
}

func TestProductionEndsIt(t *testing.T) {
	w := assigned(t, "2023-05-08 09:00")
	w.do(ziran, liaison.ActAcknowledge, nil)
	w.refused(centre, liaison.ActConfirm, nil)
	w.do(ziran, liaison.ActReach, map[string]any{"milestone": "in_production", "on": "2023-05-08", "text": "投产", "files": []string{"f1"}})
	if fault.HasCode(w.refused(ziran, liaison.ActReach, map[string]any{"milestone": "land", "on": "2023-05-09", "text": "明天"}), "date_in_future") == false {
		t.Error("a day to come was refused for another reason")
	}
	if len(liaison.Effects(w.state)) != 0 {
		t.Error("the registry is told before the centre has confirmed")
	}
	w.do(centre, liaison.ActConfirm, nil)
	if w.state.Stage != liaison.Producing || w.state.Ended() {
		t.Fatalf("stage %s, ended %v", w.state.Stage, w.state.Ended())
	}
	e := liaison.Effects(w.state)
	w.system(e[0].Command, liaison.RegistryTold{Milestone: "in_production", Refused: "缺少开工日期"})
	if !w.state.Ended() || len(liaison.Tasks(w.state))+len(liaison.Timers(w.state)) > 0 {
		t.Error("it still waits for something")
	}
	if w.state.Milestones[6].Problem != "缺少开工日期" {
		t.Error("why the registry refused is lost")
	}
}

// A year of one liaison keeps its state small, and its reports count.
func TestAYearStaysSmall(t *testing.T) {
	w := assigned(t, "2023-01-03 09:00")
	w.do(ziran, liaison.ActAcknowledge, nil)
	for day := date("2023-01-06"); day.Before(date("2024-01-01")); day = day.AddDays(7) {
		w.until(day.String() + " 10:00")
		for _, x := range w.state.Weeks {
			if x.Duty.Open() {
				w.do(ziran, liaison.ActReport, map[string]any{"week": x.Week, "progress": strings.Repeat("本周推进正常。", 100)})
			}
		}
	}
	for i := range 20 {
		w.do(ziran, liaison.ActRaise, map[string]any{"kind": "land", "title": fmt.Sprintf("问题%d号", i), "unit": "fagai", "text": strings.Repeat("情况", 200)})
		w.do(fagai, liaison.ActSolve, map[string]any{"text": strings.Repeat("办结", 200)})
		w.do(ziran, liaison.ActClose, nil)
	}
	data, err := json.Marshal(w.state)
	if err != nil {
		t.Fatal(err)
	}
	if len(data) > 80_000 {
		t.Errorf("the state takes %d bytes", len(data))
	}
	var r liaison.Results
	for _, x := range liaison.Items(w.state) {
		r.Count(x, at("2023-01-01 00:00"), at("2024-01-01 00:00"))
	}
	// Of 52 weeks one ends on a Thursday (28 September, before the holiday), and its
	// report came on Friday.
	if r.ReportsDue != 52 || r.ReportsOnTime != 51 {
		t.Errorf("results %+v", r)
	}
	t.Logf("%d bytes of state, %+v", len(data), r)
}

// Whatever people and the clock do, what is offered is taken, refusals change nothing,
// the state is what its events make, and the light is that of the worst cause.
func TestWalk(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		r := rand.New(rand.NewPCG(seed, 1))
		w := assigned(t, "2023-09-18 09:00")
		for range 60 {
			step(t, w, r)
			check(t, w)
		}
	})
}

func step(t *rapid.T, w *world, r *rand.Rand) {
	switch r.IntN(6) {
	case 0:
		w.pass(w.now.Add(time.Duration(r.IntN(80))*time.Hour), r.IntN(4) > 0)
		return
	case 1:
		if w.state.Started() && !w.state.Ended() {
			if err := w.record(w.command(process.Recalculate, org.SystemActor(), nil)); err != nil {
				t.Fatal(err)
			}
			return
		}
	}
	by := cast[r.IntN(len(cast))]
	var offered []process.Action
	for _, a := range liaison.Actions(w.state, by, w.now) {
		switch {
		case !a.Allowed:
			w.refusedQuietly(t, by, a.Name)
		case a.Danger && r.IntN(8) > 0:
		default:
			offered = append(offered, a)
		}
	}
	if len(offered) == 0 {
		return
	}
	a := offered[r.IntN(len(offered))]
	if err := w.record(w.command(a.Name, by, fill(a.Schema, r, w.now))); err != nil && !expected(err) {
		t.Fatalf("%s by %s was offered and refused: %v", a.Name, by.Name, err)
	}
}

// expected are refusals of what a form can't know.
func expected(err error) bool {
	for _, code := range []string{"date_not_later", "nothing_changes", "unit_reads", "milestone_reached", "liaison_suspended"} {
		if fault.HasCode(err, code) {
			return true
		}
	}
	return false
}

func (w *world) refusedQuietly(t *rapid.T, by org.Actor, name string) {
	if _, err := liaison.Decide(w.state, w.command(name, by, nil), w.facts); err == nil {
		t.Fatalf("%s by %s was not offered, and taken", name, by.Name)
	}
}

func check(t *rapid.T, w *world) {
	var replayed liaison.State
	for _, e := range w.events {
		replayed = liaison.Evolve(replayed, e)
	}
	if !reflect.DeepEqual(replayed, w.state) {
		t.Fatal("the state isn't what its events make")
	}
	worst := process.Green
	for _, c := range w.state.Causes() {
		worst = worst.Worse(c.Light)
	}
	if !w.state.Stage.Over() && w.state.Light != worst {
		t.Fatalf("light %s, causes %v", w.state.Light, w.state.Causes())
	}
	open := 0
	for _, x := range w.state.Weeks {
		if x.Duty.Open() {
			open++
		}
	}
	if open > 2 {
		t.Fatalf("%d reports are open", open)
	}
	keys := map[string]bool{}
	for _, x := range liaison.Tasks(w.state) {
		if keys[x.Key] || x.UnitID == "" || len(x.Roles) == 0 {
			t.Fatalf("task %+v", x)
		}
		keys[x.Key] = true
	}
	for _, e := range w.events[max(0, len(w.events)-3):] {
		if liaison.Tell(e) == e.Type {
			t.Fatalf("%s is not told", e.Type)
		}
	}
}

// fill makes a body that fits a form.
func fill(s *process.Schema, r *rand.Rand, now time.Time) any {
	switch {
	case s.Type == "object":
		out := map[string]any{}
		for name, p := range s.Properties {
			if slices.Contains(s.Required, name) {
				out[name] = fill(p, r, now)
			}
		}
		return out
	case s.Type == "array":
		return []any{fill(s.Items, r, now)}
	case len(s.OneOf) > 0:
		return s.OneOf[r.IntN(len(s.OneOf))].Const
	case s.Format == process.FormatDate && strings.HasPrefix(s.Title, "拟延至"):
		return calendar.DateOf(now).AddDays(400).String()
	case s.Format == process.FormatDate:
		return calendar.DateOf(now).String()
	case s.Format == process.FormatUnit:
		return []string{"ziran", "fagai", "danjiangkou", "keji", "centre"}[r.IntN(5)]
	case s.Format == process.FormatUser:
		return "u-new"
	}
	return strings.Repeat("好", max(s.MinLength, 1))
}
