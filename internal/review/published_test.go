package review_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"luodi/internal/calendar"
	"luodi/internal/process"
	"luodi/internal/review"
)

// published are the worked cases of procedures from public documents, each file
// naming its sources; they lie with the calendar, which is tested on them too.
type published struct {
	Cases []struct {
		ID       string         `yaml:"id"`
		Inputs   map[string]any `yaml:"inputs"`
		Expected []struct {
			Field string `yaml:"field"`
			Value any    `yaml:"value"`
		} `yaml:"expected"`
	} `yaml:"cases"`
}

// procedure runs reviews under the template that a published document describes.
type procedure struct {
	*testing.T
	template review.Template
	cases    map[string]procedureCase
}

type procedureCase struct {
	in   map[string]any
	want map[string]any
}

func newProcedure(t *testing.T, template, cases string) procedure {
	data, err := os.ReadFile(filepath.Join("templates", template))
	if err != nil {
		t.Fatal(err)
	}
	p := procedure{T: t, cases: map[string]procedureCase{}}
	if p.template, err = review.ParseTemplate(data); err != nil {
		t.Fatal(err)
	}
	data, err = os.ReadFile(filepath.Join("..", "calendar", "testdata", cases))
	if err != nil {
		t.Fatal(err)
	}
	var file published
	if err := yaml.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	for _, c := range file.Cases {
		want := map[string]any{}
		for _, e := range c.Expected {
			want[e.Field] = e.Value
		}
		p.cases[c.ID] = procedureCase{in: c.Inputs, want: want}
	}
	return p
}

func day(tb testing.TB, text any, hour int) time.Time {
	d, err := calendar.ParseDate(text.(string))
	if err != nil {
		tb.Fatal(err)
	}
	return time.Date(d.Year, d.Month, d.Day, hour, 0, 0, 0, calendar.Shanghai)
}

// accepted starts a review and accepts it on a day.
func (p procedure) accepted(on any) *world {
	plan, err := p.template.Plan(small, unitsOf(allUnits...))
	if err != nil {
		p.Fatal(err)
	}
	w := newWorld(p)
	w.now = day(p, on, 10)
	w.do(county, review.ActSubmit, review.Submission{ID: "1", Figures: small, Plan: plan})
	w.do(centre, review.ActAccept, struct{}{})
	return w
}

func dueOn(x review.Step) string { return x.Clock.Due.In(calendar.Shanghai).Format(time.DateOnly) }

// 商请7个工作日,逾期没有反馈视为同意 (d01).
func TestConsultationOfSevenDaysIsDeemedConsent(t *testing.T) {
	p := newProcedure(t, "d01.yaml", "d01_approval_7_workdays_deemed_consent.yaml")
	for _, id := range []string{"plain", "spring_festival", "may_day", "national_day", "sent_on_holiday"} {
		c := p.cases[id]
		if got := dueOn(p.accepted(c.in["sent"]).seat("ziran").Step); got != c.want["截止日"] {
			t.Errorf("%s: due %s, want %v", id, got, c.want["截止日"])
		}
	}
	c := p.cases["replies"]
	w := p.accepted("2025-03-03")
	units := map[string]string{"自然资源": "ziran", "生态环境": "shengtai", "应急": "yingji", "工信": "jingxin"}
	said := map[string]review.Opinion{"同意": review.Agree, "不同意": review.Disagree}
	lapse := func() {
		for len(w.def.Timers(w.state)) > 0 && w.state.Stage == review.Opinions {
			w.ring()
		}
	}
	late := 0
	for _, dept := range []string{"自然资源", "生态环境", "应急", "工信"} {
		reply := c.in["rep"].(map[string]any)[dept].([]any)
		if reply[0] == "" {
			continue
		}
		at := day(t, reply[0], 16)
		if at.After(w.seat(units[dept]).Step.Clock.Due) {
			lapse()
			w.refused("action_conflict", seatActor(units[dept]), review.ActOpine, opinion(units[dept], said[reply[1].(string)]))
			w.do(seatActor(units[dept]), review.ActRemark, on(units[dept], "text", reply[1])) // 留痕
			continue
		}
		w.now = at
		w.do(seatActor(units[dept]), review.ActOpine, opinion(units[dept], said[reply[1].(string)]))
	}
	for dept, want := range c.want["状态"].(map[string]any) {
		x := w.seat(units[dept])
		got := x.Opinion.Label()
		if x.Automatic {
			got, late = x.Lapse.Label(), late+1
		}
		if got != want {
			t.Errorf("%s: %s, want %s", dept, got, want)
		}
	}
	if want := c.want["未按时反馈数"]; want != "2" || late != 2 {
		t.Errorf("%d late, want %v", late, want)
	}
}

// 受理之日起20个工作日核准,可延10个;委托评估时间不计入 (d01).
func TestDecisionCountsFromAcceptanceWithoutTheEvaluation(t *testing.T) {
	p := newProcedure(t, "d01.yaml", "d01_approval_7_workdays_deemed_consent.yaml")
	toDecision := func(w *world) {
		for _, u := range []string{"ziran", "shengtai", "yingji", "jingxin"} {
			w.do(seatActor(u), review.ActOpine, opinion(u, review.Agree))
		}
		w.stage(review.Deciding)
	}
	c := p.cases["decide20"]
	w := p.accepted(c.in["acc"])
	toDecision(w)
	if got := dueOn(w.state.Decision); got != c.want["截止日"] {
		t.Errorf("due %s, want %v", got, c.want["截止日"])
	}
	w.do(leader, review.ActExtend, map[string]any{"days": 10, "text": "情况复杂,经负责人批准"})
	if got := dueOn(w.state.Decision); got != c.want["批准延长后"] {
		t.Errorf("extended to %s, want %v", got, c.want["批准延长后"])
	}
	c = p.cases["decide_with_evaluation"]
	for _, early := range []bool{true, false} { // the evaluation before and during the decision
		w = p.accepted(c.in["acc"])
		if !early {
			toDecision(w)
		}
		w.now = day(t, c.in["es"], 10)
		w.do(centre, review.ActPause, text("委托评估"))
		w.now = day(t, c.in["ee"], 16)
		w.do(centre, review.ActResume, struct{}{})
		if early {
			toDecision(w)
		}
		if got := dueOn(w.state.Decision); got != c.want["截止日"] {
			t.Errorf("evaluation %v: due %s, want %v", early, got, c.want["截止日"])
		}
	}
}

// 统一受理之日起5个工作日内主办协办全部办结,并联取最晚 (d03).
func TestParallelDepartmentsFinishWithTheLatest(t *testing.T) {
	p := newProcedure(t, "d03.yaml", "d03_parallel_approval_5_workdays.yaml")
	if got := dueOn(p.accepted(p.cases["five_days"].in["acc"]).seat("fagai").Step); got != p.cases["five_days"].want["截止日"] {
		t.Errorf("due %s, want %v", got, p.cases["five_days"].want["截止日"])
	}
	c := p.cases["parallel_latest"]
	w := p.accepted(c.in["acc"])
	if got := len(w.state.Seats) - 1; got != 4 { // beside the lead department
		t.Errorf("%d departments assist, want 4", got)
	}
	w.do(seatActor("fagai"), review.ActOpine, opinion("fagai", review.Agree))
	units := map[string]string{"规划": "guihua", "国土": "guotu", "水务": "shuiwu", "文化": "wenhua"}
	finished := c.in["fin"].(map[string]any)
	var late []any
	for _, dept := range []string{"规划", "国土", "水务", "文化"} {
		at := day(t, finished[dept], 16)
		for timers := w.def.Timers(w.state); slices.ContainsFunc(timers, func(x process.Timer) bool { return !x.At.After(at) }); timers = w.def.Timers(w.state) {
			w.ring()
		}
		w.now = at
		if w.seat(units[dept]).Step.Light != "green" {
			late = append(late, dept)
		}
		w.do(seatActor(units[dept]), review.ActOpine, opinion(units[dept], review.Agree))
	}
	w.stage(review.Deciding)
	if got := w.state.Decision.Clock.Start.In(calendar.Shanghai).Format(time.DateOnly); got != c.want["办结日"] {
		t.Errorf("finished on %s, want %v", got, c.want["办结日"])
	}
	if want := c.want["逾期部门"].([]any); !slices.Equal(late, want) {
		t.Errorf("late %v, want %v", late, want)
	}
	if got := dueOn(w.seat("wenhua").Step); got != c.want["截止日"] {
		t.Errorf("due %s", got)
	}
}
