package review_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"luodi/internal/calendar"
	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/money"
	"luodi/internal/org"
	"luodi/internal/process"
	"luodi/internal/review"
)

var (
	centre    = org.Actor{UserID: "u-centre", Name: "中心经办", UnitID: "centre", Roles: []org.Role{org.CentreOperator}}
	leader    = org.Actor{UserID: "u-leader", Name: "中心负责人", UnitID: "centre", Roles: []org.Role{org.CentreLeader}}
	county    = org.Actor{UserID: "u-county", Name: "县经办", UnitID: "zhushan", Roles: []org.Role{org.CountyOperator}}
	stranger  = org.Actor{UserID: "u-other", Name: "外人", UnitID: "fangxian", Roles: []org.Role{org.CountyOperator}}
	mondayAt9 = time.Date(2023, 9, 18, 1, 0, 0, 0, time.UTC) // Monday 09:00 in Shanghai
)

func seatActor(unit string) org.Actor {
	return org.Actor{UserID: "u-" + unit, Name: unit + "经办", UnitID: unit, Roles: []org.Role{org.DepartmentHandler}}
}

func seatLeader(unit string) org.Actor {
	return org.Actor{UserID: "l-" + unit, Name: unit + "负责人", UnitID: unit, Roles: []org.Role{org.DepartmentLeader}}
}

func text(s string) map[string]string { return map[string]string{"text": s} }

func opinion(unit string, o review.Opinion) map[string]string {
	return map[string]string{"seat": unit, "opinion": string(o), "text": "经研究" + o.Label()}
}

func unitsOf(ids ...string) map[string]org.Unit {
	units := map[string]org.Unit{}
	for _, id := range ids {
		units[id] = org.Unit{ID: id, Name: id + "局", Kind: org.Department}
	}
	return units
}

func shiyanPlan(tb rapid.TB, f review.Figures) review.Plan {
	t, err := review.Builtin()
	if err != nil {
		tb.Fatal(err)
	}
	p, err := t.Plan(f, unitsOf("fagai", "ziran", "shengtai", "yingji", "jingxin", "caizheng", "zhujian", "shangwu",
		"shuiwu", "keji", "shichang", "shuili", "xingzheng", "jinrong"))
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

func (w *world) submit(f review.Figures) {
	w.do(county, review.ActSubmit, review.Submission{ID: "1", Figures: f, StageBefore: "negotiating", Plan: shiyanPlan(w.tb, f)})
}

var small = review.Figures{ProjectID: "p1", Name: "小项目", CountyID: "zhushan", AgreedAmount: money.MustParse("3000"), LandArea: "20", EnergyUse: "10"}

func seats(p review.Plan) []string {
	var out []string
	for _, s := range p.Seats {
		out = append(out, s.UnitID)
	}
	return out
}

func TestTemplateSeatsWhoTheFiguresConcern(t *testing.T) {
	for name, tc := range map[string]struct {
		figures review.Figures
		want    []string
	}{
		"small":                        {small, []string{"fagai", "ziran", "shengtai"}},
		"chemicals":                    {review.Figures{Chemicals: true, AgreedAmount: money.Wan}, []string{"fagai", "ziran", "shengtai", "yingji"}},
		"exactly a hundred million":    {review.Figures{AgreedAmount: money.Yi}, []string{"fagai", "ziran", "shengtai", "jingxin"}},
		"just under a hundred million": {review.Figures{AgreedAmount: money.Yi - 1}, []string{"fagai", "ziran", "shengtai"}},
		"much energy":                  {review.Figures{EnergyUse: "1000.0"}, []string{"fagai", "ziran", "shengtai", "jingxin"}},
		"land and foreign investor":    {review.Figures{LandArea: "100", InvestorKind: "foreign"}, []string{"fagai", "ziran", "shengtai", "zhujian", "shuili", "shangwu"}},
		"everything": {review.Figures{AgreedAmount: 10 * money.Yi, LandArea: "300", EnergyUse: "5000", Chemicals: true, InvestorKind: "hmt", Industry: "生物医药"},
			[]string{"fagai", "ziran", "shengtai", "yingji", "jingxin", "caizheng", "shuiwu", "keji", "shichang", "zhujian", "shuili", "xingzheng", "jinrong", "shangwu"}},
	} {
		if got := seats(shiyanPlan(t, tc.figures)); !slices.Equal(got, tc.want) {
			t.Errorf("%s: seats %v, want %v", name, got, tc.want)
		}
	}
}

func TestTemplateThatNamesNoUnitOrLimitIsRefused(t *testing.T) {
	for _, bad := range []string{
		"id: x\nversion: 1\nintake: {days: 1, grace: 1}\ndecision: {days: 1, grace: 1}\n",
		"id: x\nversion: 1\nintake: {days: 0, grace: 1}\ndecision: {days: 1, grace: 1}\nseats: [{unit: a, terms: {days: 1, grace: 1}}]\n",
		"id: x\nversion: 1\nintake: {days: 1, grace: 1}\ndecision: {days: 1, grace: 1}\nseats: [{unit: a, terms: {days: 1, grace: 1}}, {unit: a, terms: {days: 1, grace: 1}}]\n",
		"id: x\nversion: 1\nintake: {days: 1, grace: 1}\ndecision: {days: 1, grace: 1}\nseats: [{unit: a, terms: {days: 1, grace: 1}, when: [{min_amount: 一亿}]}]\n",
		"id: x\nversion: 1\nmisspelt: true\nintake: {days: 1, grace: 1}\ndecision: {days: 1, grace: 1}\nseats: [{unit: a, terms: {days: 1, grace: 1}}]\n",
		": : :",
	} {
		if _, err := review.ParseTemplate([]byte(bad)); !fault.Is(err, fault.Invalid) {
			t.Errorf("template was accepted (%v):\n%s", err, bad)
		}
	}
}

// National Day 2023 and its make-up days lie inside the terms: notice of 2022-12-08.
func TestDeadlinesCountStatutoryWorkingDays(t *testing.T) {
	w := newWorld(t)
	w.submit(small)
	w.now = time.Date(2023, 9, 27, 2, 0, 0, 0, time.UTC)
	w.do(centre, review.ActAccept, struct{}{})
	// 28 Sep, then 7 and 8 Oct (make-up days), 9, 10 Oct: five; 11 and 12 Oct: seven
	want := map[string]string{"fagai": "2023-10-10 17:30", "ziran": "2023-10-10 17:30", "shengtai": "2023-10-12 17:30"}
	for _, seat := range w.state.Seats {
		if got := seat.Step.Clock.Due.In(calendar.Shanghai).Format("2006-01-02 15:04"); got != want[seat.ID] {
			t.Errorf("%s is due %s, want %s", seat.ID, got, want[seat.ID])
		}
	}
}

func TestApprovalNeedsEveryOpinionAndClearsTheProject(t *testing.T) {
	w := newWorld(t)
	w.submit(small)
	if w.state.ProjectStage() != "in_review" {
		t.Fatalf("project stands at %s", w.state.ProjectStage())
	}
	w.do(centre, review.ActAccept, text("材料齐全"))
	for i, seat := range w.state.Seats {
		if w.state.Stage != review.Opinions {
			t.Fatalf("left the opinions after %d of %d", i, len(w.state.Seats))
		}
		w.do(seatActor(seat.ID), review.ActOpine, opinion(seat.ID, review.Agree))
	}
	w.do(leader, review.ActDecide, map[string]string{"outcome": "approved", "text": "同意落地"})
	if !w.state.Ended() || w.state.Outcome != review.Approved || w.state.ProjectStage() != "cleared" {
		t.Fatalf("ended %v with %s, project %s", w.state.Ended(), w.state.Outcome, w.state.ProjectStage())
	}
	if err := event.Verify(w.events); err != nil {
		t.Fatal(err)
	}
}

func TestVetoAndConditionsLimitTheDecision(t *testing.T) {
	for name, tc := range map[string]struct {
		shengtai review.Opinion
		refused  []string
		allowed  string
	}{
		"a veto can't be overruled":           {review.Disagree, []string{"approved", "conditional"}, "rejected"},
		"a condition can't be dropped":        {review.Conditioned, []string{"approved"}, "conditional"},
		"agreement leaves every outcome open": {review.Agree, nil, "deferred"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.submit(small)
			w.do(centre, review.ActAccept, struct{}{})
			w.do(seatActor("fagai"), review.ActOpine, opinion("fagai", review.Agree))
			w.do(seatActor("ziran"), review.ActOpine, opinion("ziran", review.Agree))
			w.do(seatActor("shengtai"), review.ActOpine, opinion("shengtai", tc.shengtai))
			for _, outcome := range tc.refused {
				if err := w.try(leader, review.ActDecide, map[string]string{"outcome": outcome, "text": "强行"}); !fault.Is(err, fault.Invalid) {
					t.Errorf("%s was not refused: %v", outcome, err)
				}
			}
			w.do(leader, review.ActDecide, map[string]string{"outcome": tc.allowed, "text": "依规"})
		})
	}
}

// 中止计时: the seat's own clock stands still from the return to the resubmission; its siblings run on.
func TestReturnStopsOnlyThatSeatsClock(t *testing.T) {
	w := newWorld(t)
	w.submit(small)
	w.do(centre, review.ActAccept, struct{}{}) // Monday; fagai and ziran due next Monday 25 Sep
	w.now = w.now.AddDate(0, 0, 1)
	w.do(seatActor("ziran"), review.ActReturn, text("缺用地红线图"))
	for _, timer := range w.def.Timers(w.state) {
		if timer.Name == "seat:ziran/due" {
			t.Error("a stopped clock still rings")
		}
	}
	if err := w.try(seatActor("ziran"), review.ActOpine, opinion("ziran", review.Agree)); !fault.Is(err, fault.Conflict) {
		t.Errorf("a seat that returned can still opine: %v", err)
	}
	w.now = w.now.AddDate(0, 0, 2) // Thursday
	w.do(county, review.ActResubmit, text("已补"))
	due := map[string]string{}
	for _, seat := range w.state.Seats {
		due[seat.ID] = seat.Step.Clock.Due.In(calendar.Shanghai).Format("01-02")
	}
	if due["fagai"] != "09-25" || due["ziran"] != "09-27" {
		t.Errorf("due %v: want fagai on 09-25 as before, ziran two working days later on 09-27", due)
	}
}

func TestDeadlinesRemindThenYellowThenRedAndEscalate(t *testing.T) {
	w := newWorld(t)
	w.submit(small)
	var got []string
	for range 3 {
		w.ring()
		last := w.events[len(w.events)-1]
		got = append(got, w.def.Tell(last))
		if !last.Actor.System {
			t.Error("the clock acts in a person's name")
		}
	}
	want := []string{"【自动】受理即将到期,已提醒", "【自动】受理到期未办,亮黄灯", "【自动】受理严重逾期,亮红灯并提请招商中心督办"}
	if !slices.Equal(got, want) {
		t.Errorf("rang %q, want %q", got, want)
	}
	if len(w.def.Timers(w.state)) != 0 {
		t.Error("a red step rings again")
	}
	if !slices.ContainsFunc(w.def.Tasks(w.state), func(x process.Task) bool { return x.Key == "intake/escalation" }) {
		t.Error("red is not escalated")
	}
	if w.state.Stage != review.Intake {
		t.Error("the clock moved the stage")
	}
}

func TestNewNoticeMovesOpenDeadlinesOnly(t *testing.T) {
	w := newWorld(t)
	w.submit(small)
	w.do(centre, review.ActAccept, struct{}{})
	w.do(seatActor("fagai"), review.ActOpine, opinion("fagai", review.Agree))
	before := w.state
	cal, err := w.facts.Calendar.WithNotice(calendar.Notice{
		ID: "示例〔2023〕1号", Year: 2023, Title: "示例:临时放假", Issued: calendar.Date{Year: 2023, Month: 9, Day: 18},
		Days: []calendar.DayRule{{Date: calendar.Date{Year: 2023, Month: 9, Day: 21}, Kind: calendar.Off, Holiday: "示例"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	w.facts.Calendar = cal
	w.do(org.SystemActor(), process.Recalculate, struct{}{})
	moved := w.events[len(w.events)-2:]
	for i, step := range []string{"seat:ziran", "seat:shengtai"} {
		b, ok := event.Decode[review.DeadlineMoved](moved[i])
		if !ok || b.Step != step || !b.Clock.Due.After(before.Seats[i+1].Step.Clock.Due) {
			t.Errorf("event %d is %s %+v", i, moved[i].Type, b)
		}
	}
	n := len(w.events)
	w.do(org.SystemActor(), process.Recalculate, struct{}{})
	if len(w.events) != n {
		t.Error("computing again without a change made events")
	}
}

func TestForeignersAndTheClockApproveNothing(t *testing.T) {
	w := newWorld(t)
	w.submit(small)
	w.do(centre, review.ActAccept, struct{}{})
	for _, tc := range []struct {
		actor org.Actor
		name  string
		body  any
		kind  fault.Kind
	}{
		{stranger, review.ActOpine, opinion("fagai", review.Agree), fault.Forbidden},
		{stranger, review.ActWithdraw, text("捣乱"), fault.Forbidden},
		{seatActor("fagai"), review.ActOpine, opinion("ziran", review.Agree), fault.Invalid},
		{centre, review.ActDecide, map[string]string{"outcome": "approved", "text": "同意"}, fault.Forbidden},
		{leader, review.ActDecide, map[string]string{"outcome": "approved", "text": "同意"}, fault.Conflict},
		{centre, review.ActAccept, struct{}{}, fault.Conflict},
		{leader, "approve_all", struct{}{}, fault.NotFound},
		{seatActor("fagai"), review.ActOpine, map[string]any{"seat": "fagai", "opinion": "agree", "text": 5}, fault.Invalid},
		{seatActor("fagai"), review.ActOpine, map[string]any{"seat": "fagai", "opinion": "agree", "text": "同意", "extra": 1}, fault.Invalid},
		{county, review.ActSubmit, review.Submission{}, fault.Conflict},
	} {
		n := len(w.events)
		if err := w.try(tc.actor, tc.name, tc.body); !fault.Is(err, tc.kind) {
			t.Errorf("%s %s: %v, want %s", tc.actor.Name, tc.name, err, tc.kind)
		}
		if len(w.events) != n {
			t.Errorf("%s %s was refused and left an event", tc.actor.Name, tc.name)
		}
	}
	before := len(w.events)
	w.do(org.SystemActor(), "light", map[string]string{"step": "seat:fagai"})
	if len(w.events) != before {
		t.Error("a light changed before its time")
	}
}

func TestWithdrawalGivesTheStageBack(t *testing.T) {
	w := newWorld(t)
	w.submit(small)
	w.do(county, review.ActWithdraw, text("条件有变"))
	if w.state.ProjectStage() != "negotiating" || w.state.Outcome != review.Withdrawn {
		t.Fatalf("project %s, outcome %s", w.state.ProjectStage(), w.state.Outcome)
	}
	if len(w.def.Tasks(w.state)) != 0 || len(w.def.Timers(w.state)) != 0 {
		t.Error("an ended review still waits for somebody")
	}
}
