package assessment_test

import (
	"slices"
	"testing"

	"luodi/internal/assessment"
	"luodi/internal/calendar"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/process"
)

func complaint(indicator string) body {
	return body{"indicator": indicator, "text": "实际外出十二批次,请复核"}
}

// Five working days of publicity that begin before the Spring Festival of 2024 end after
// it: off are 10 to 17 February, worked are Sunday 4 and Sunday 18.
func TestPublicityCountsWorkingDays(t *testing.T) {
	for _, tt := range []struct{ on, due string }{
		{"2024-01-12 10:00", "2024-01-19"}, {"2024-02-02 10:00", "2024-02-08"}, {"2024-02-06 10:00", "2024-02-19"}, {"2024-02-09 17:29", "2024-02-22"}, {"2024-02-10 10:00", "2024-02-22"},
	} {
		w := upTo(t, assessment.Rechecking)
		w.now = at(tt.on)
		w.do(li, assessment.ActRecheck, nil)
		w.do(leader, assessment.ActPublicize, nil)
		if got := w.state.Clock.Due; !got.Equal(at(tt.due + " 17:30")) {
			t.Errorf("published %s, over %s, want %s", tt.on, got.In(calendar.Shanghai), tt.due)
		}
	}
}

func withNotice(t tester, cal *calendar.Calendar, days ...string) *calendar.Calendar {
	t.Helper()
	n := calendar.Notice{ID: "测试〔2024〕1号", Year: 2024, Title: "临时放假(测试)", Issued: date("2024-01-15")}
	for _, d := range days {
		n.Days = append(n.Days, calendar.DayRule{Date: date(d), Kind: calendar.Off, Holiday: "测试"})
	}
	out, err := cal.WithNotice(n)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// A holiday notice moves the end of a publicity, and the round's with it.
func TestANoticeMovesThePublicity(t *testing.T) {
	w := upTo(t, assessment.Publicity)
	before := len(w.events)
	w.system(process.Recalculate, nil)
	if len(w.events) != before {
		t.Error("the same calendar moved something")
	}
	w.facts.Calendar = withNotice(t, w.facts.Calendar, "2024-01-18", "2024-01-19")
	w.system(process.Recalculate, nil)
	want := at("2024-01-23 17:30")
	if !w.state.Clock.Due.Equal(want) || !w.state.Rounds[0].Clock.Due.Equal(want) {
		t.Fatalf("due %s, round %s", w.state.Clock.Due, w.state.Rounds[0].Clock.Due)
	}
	w.until("2024-01-19 17:31")
	if w.state.Stage != assessment.Publicity {
		t.Error("the old end still counts")
	}
	w.now = want
	w.do(maojian, assessment.ActAppeal, complaint("E1"))
}

// The clock's command does nothing before the end, and ends the publicity at it.
func TestPublicityIsOverAtItsEndAndNotBefore(t *testing.T) {
	w := upTo(t, assessment.Publicity)
	timer := assessment.Timers(w.state)[0]
	w.now = at("2024-01-19 17:29")
	before := len(w.events)
	w.system(timer.Command, timer.Body)
	if len(w.events) != before {
		t.Fatal("a publicity was ended early")
	}
	w.now = at("2024-01-19 17:30")
	w.system(timer.Command, timer.Body)
	if w.state.Stage != assessment.Grading || !w.state.Rounds[0].Over.Equal(w.now) || w.state.Clock == nil {
		t.Errorf("stage %s, round %+v", w.state.Stage, w.state.Rounds[0])
	}
	before = len(w.events)
	w.system(timer.Command, timer.Body)
	if len(w.events) != before {
		t.Error("it was ended twice")
	}
}

// An appeal counts by the time at which it was sent: in the last minute it is accepted
// though the clock was quicker, afterwards it is not.
func TestAnAppealOfTheLastMinuteCounts(t *testing.T) {
	w := upTo(t, assessment.Publicity)
	sent := w.command(assessment.ActAppeal, maojian, complaint("E1"))
	sent.At = at("2024-01-19 17:29")
	tooLate := w.command(assessment.ActAppeal, zhangwan, complaint("E1"))
	tooLate.At = at("2024-01-19 17:31")
	w.until("2024-01-19 17:30")
	if w.state.Stage != assessment.Grading {
		t.Fatalf("stage %s", w.state.Stage)
	}
	if err := w.record(tooLate); !fault.Is(err, fault.Conflict) {
		t.Errorf("after the end: %v", err)
	}
	if err := w.record(sent); err != nil {
		t.Fatal(err)
	}
	if w.state.Stage != assessment.Appealing || w.state.Clock == nil || len(w.state.Appeals) != 1 || !w.state.Appeals[0].Open() {
		t.Errorf("stage %s, appeals %+v", w.state.Stage, w.state.Appeals)
	}
	again := w.command(assessment.ActAppeal, zhangwan, complaint("E1"))
	again.At = at("2024-01-19 17:30")
	if err := w.record(again); err != nil {
		t.Errorf("at the end itself: %v", err)
	}
	w.refused(leader, assessment.ActLock, nil, "action_conflict")
	// Once a grade has been touched, no appeal comes in any more.
	w = upTo(t, assessment.Grading)
	w.do(zhang, assessment.ActAdjust, body{"unit_id": "zhangwan", "grade": "合格", "text": "专班研究决定"})
	if err := w.record(sent); !fault.Is(err, fault.Conflict) {
		t.Errorf("after an adjustment: %v", err)
	}
}

func TestAppealsAreChecked(t *testing.T) {
	w := upTo(t, assessment.Publicity)
	w.refused(zhang, assessment.ActAppeal, complaint("E1"), "action_forbidden")
	w.refused(mayor, assessment.ActAppeal, complaint("E1"), "action_forbidden")
	w.refused(maojian, assessment.ActAppeal, complaint("H1"), "text_wrong") // a department's
	w.refused(maojian, assessment.ActAppeal, body{"indicator": "E1", "text": "不服"}, "text_wrong")
	w.refused(maojian, assessment.ActAppeal, body{"indicator": "E1", "text": "实际外出十二批次", "files": []string{"f9"}}, "attachment_unknown")
	w.do(maojian, assessment.ActAppeal, body{"indicator": "E1", "text": "实际外出十二批次", "files": []string{"f1"}})
	w.refused(maojian, assessment.ActAppeal, complaint("E1"), "appeal_open")
	w.do(maojian, assessment.ActAppeal, complaint("E2"))
	w.refused(zhangwan, assessment.ActWithdrawAppeal, nil, "action_conflict")
	w.refused(maojian, assessment.ActWithdrawAppeal, nil, "required") // of two
	w.do(maojian, assessment.ActWithdrawAppeal, body{"appeal": "2"})
	if a := w.state.Appeals[1]; a.Status != "withdrawn" || !w.state.Appeals[0].Open() {
		t.Errorf("withdrawn %+v", a)
	}
}

// Whoever verified a figure doesn't rule on it, and a ruling says what it changes.
func TestRulingsAreChecked(t *testing.T) {
	w := upTo(t, assessment.Publicity)
	w.do(maojian, assessment.ActAppeal, complaint("E1"))
	accept := func(more body) body {
		b := body{"result": "accepted", "text": "经查属实,予以更正"}
		for k, v := range more {
			b[k] = v
		}
		return b
	}
	w.refused(li, assessment.ActRule, accept(nil), "action_forbidden") // verified it
	standIn := org.Actor{UserID: "u-x", Name: "代办", UnitID: "centre", Behalf: []org.Principal{{UserID: "u-li", UnitID: "centre", Roles: li.Roles}}}
	w.refused(standIn, assessment.ActRule, accept(nil), "action_forbidden")
	hidden := li // in another's name they are still who verified it
	hidden.Behalf = []org.Principal{{UserID: deputy.UserID, UnitID: "centre", Roles: deputy.Roles}}
	w.refused(hidden, assessment.ActRule, accept(nil), "action_forbidden")
	w.refused(maojian, assessment.ActRule, accept(nil), "action_forbidden")
	w.refused(zhang, assessment.ActRule, accept(nil), "corrections_required")
	w.refused(zhang, assessment.ActRule, accept(body{"corrections": []body{{"figure": "周报按时率", "value": "1"}}}), "text_wrong")
	w.refused(zhang, assessment.ActRule, accept(body{"projects": []string{"Z-9"}}), "project_unknown")
	w.given.Wrong = map[string]string{"外出招商批次": "不是数"}
	w.refused(zhang, assessment.ActRule, accept(body{"corrections": []body{{"figure": "外出招商批次", "value": "很多"}}}), "figure_invalid")
	w.given.Wrong = nil
	w.refused(zhang, assessment.ActRule, body{"result": "refused", "text": "依据不足,不予采信", "projects": []string{"A-1"}}, "corrections_unexpected")
	w.do(zhang, assessment.ActRule, body{"result": "refused", "text": "依据不足,不予采信"})
	if a := w.state.Appeals[0]; a.Status != "refused" || a.Ruled.By.UserID != zhang.UserID || w.state.Asked != nil {
		t.Errorf("%+v", a)
	}
	w.refused(zhang, assessment.ActRule, accept(nil), "action_conflict")
	// A figure of another appeal is in the form, and isn't this one's.
	w.given.Figures = []string{"签约金额"}
	w.do(zhangwan, assessment.ActAppeal, complaint("A2"))
	w.given.Figures = []string{"外出招商批次"}
	w.do(maojian, assessment.ActAppeal, complaint("E1"))
	w.refused(zhang, assessment.ActRule, accept(body{"appeal": "3", "corrections": []body{{"figure": "签约金额", "value": "1"}}}), "figure_not_of_indicator")
}

// An accepted appeal has everything computed again; the book asks for a second publicity
// of three working days, and grading waits for it.
func TestAnAcceptedAppealIsPublishedAgain(t *testing.T) {
	w := upTo(t, assessment.Publicity)
	w.do(maojian, assessment.ActAppeal, complaint("E1"))
	w.do(zhang, assessment.ActRule, body{"result": "accepted", "text": "经查属实,予以更正", "corrections": []body{{"figure": "外出招商批次", "value": "12"}}, "projects": []string{"A-1"}})
	if x := w.state.Asked; x == nil || x.Kind != assessment.Appealed || x.Appeal != 1 || x.AsOf != date("2023-12-31") {
		t.Fatalf("asked %+v", x)
	}
	want := []assessment.Correction{{UnitID: "maojian", Figure: "外出招商批次", Value: "12"}, {Project: "A-1"}}
	same(t, "corrections", w.state.Corrections(), want)
	w.until("2024-01-20 09:00") // the scoring isn't there yet
	if w.state.Stage != assessment.Appealing {
		t.Fatalf("stage %s", w.state.Stage)
	}
	w.refused(leader, assessment.ActPublicize, nil, "action_conflict")
	w.refused(zhang, assessment.ActGrade, nil, "action_conflict")
	w.perform()
	if a := w.state.Appeals[0]; a.Before != 1 || a.After != 2 || w.state.Standing().No != 2 {
		t.Errorf("appeal %+v", a)
	}
	w.refused(zhang, assessment.ActGrade, nil, "action_conflict")
	w.do(leader, assessment.ActPublicize, nil)
	if r := w.state.Rounds[1]; r.Run != 2 || r.No != 2 || !r.Clock.Due.Equal(at("2024-01-24 17:30")) {
		t.Errorf("round %+v", r)
	}
	w.refused(zhang, assessment.ActGrade, nil, "action_conflict")
	w.until("2024-01-25 09:00")
	if w.state.Stage != assessment.Grading {
		t.Errorf("stage %s", w.state.Stage)
	}
}

// Without a second publicity in the book grading follows the last ruling.
func TestWithoutASecondPublicityGradingFollows(t *testing.T) {
	w := upTo(t, assessment.Publicity)
	w.state.Plan.Book.SecondPublicity = false
	w.do(maojian, assessment.ActAppeal, complaint("E1"))
	w.until("2024-01-20 09:00")
	if w.state.Stage != assessment.Appealing {
		t.Fatalf("stage %s", w.state.Stage)
	}
	w.refused(zhang, assessment.ActGrade, nil, "action_conflict") // nobody has ruled
	w.do(zhang, assessment.ActRule, body{"result": "accepted", "text": "经查属实,予以更正", "corrections": []body{{"figure": "外出招商批次", "value": "12"}}})
	w.perform()
	w.refused(leader, assessment.ActPublicize, nil, "action_conflict")
	w.do(zhang, assessment.ActGrade, nil)
	if w.state.Stage != assessment.Grading || w.state.Clock == nil {
		t.Errorf("stage %s", w.state.Stage)
	}
	// A ruling within the publicity whose scores aren't there at its end is waited for.
	w = upTo(t, assessment.Publicity)
	w.state.Plan.Book.SecondPublicity = false
	w.do(maojian, assessment.ActAppeal, complaint("E1"))
	w.do(zhang, assessment.ActRule, body{"result": "accepted", "text": "经查属实,予以更正", "corrections": []body{{"figure": "外出招商批次", "value": "12"}}})
	w.until("2024-01-20 09:00")
	if w.state.Stage != assessment.Appealing {
		t.Errorf("stage %s before the scores are there", w.state.Stage)
	}
}

// A refused or withdrawn appeal changes no score, and nothing is published again.
func TestARefusedAppealIsNotPublishedAgain(t *testing.T) {
	w := upTo(t, assessment.Publicity)
	w.do(maojian, assessment.ActAppeal, complaint("E1"))
	w.do(zhangwan, assessment.ActAppeal, complaint("E1"))
	w.until("2024-01-20 09:00")
	w.do(zhangwan, assessment.ActWithdrawAppeal, nil)
	w.do(zhang, assessment.ActRule, body{"result": "refused", "text": "依据不足,不予采信"})
	w.refused(leader, assessment.ActPublicize, nil, "action_conflict")
	w.do(zhang, assessment.ActGrade, nil)
	if s := w.state; s.Standing().No != 1 || s.Appeals[1].Status != "withdrawn" || len(s.Corrections()) != 0 {
		t.Errorf("%+v", s.Appeals)
	}
}

// An accepted appeal whose recomputation failed has changed nothing: somebody rules again.
func TestAnAppealWhoseScoringFailedIsRuledAgain(t *testing.T) {
	w := upTo(t, assessment.Publicity)
	w.do(maojian, assessment.ActAppeal, complaint("E1"))
	accept := body{"result": "accepted", "text": "经查属实,予以更正", "corrections": []body{{"figure": "外出招商批次", "value": "12"}}}
	w.do(zhang, assessment.ActRule, accept)
	failed := w.result(2)
	failed.Failed = "缺少数据"
	w.system("scored", assessment.WasScored{Run: failed})
	if a := w.state.Appeals[0]; !a.Open() || len(w.state.Corrections()) != 0 || w.state.Standing().No != 1 {
		t.Fatalf("appeal %+v", a)
	}
	w.until("2024-01-20 09:00")
	w.refused(leader, assessment.ActPublicize, nil, "action_conflict")
	w.do(zhang, assessment.ActRule, accept)
	w.perform()
	if a := w.state.Appeals[0]; a.Status != "accepted" || a.After != 3 || w.state.Standing().No != 3 {
		t.Errorf("appeal %+v", a)
	}
}

// Grades move by two people, and a quota holds for what people do as well.
func TestAGradeIsAdjustedByTwoPeopleWithinTheQuota(t *testing.T) {
	w := upTo(t, assessment.Grading)
	adjust := func(unit, grade string) body {
		return body{"unit_id": unit, "grade": grade, "text": "专班研究决定"}
	}
	w.refused(zhang, assessment.ActAdjust, adjust("zhangwan", "良好"), "grade_same")
	w.refused(zhang, assessment.ActAdjust, adjust("zhangwan", "优秀"), "grade_full")
	w.refused(zhang, assessment.ActAdjust, adjust("zhangwan", "特优"), "text_wrong")
	w.refused(maojian, assessment.ActAdjust, adjust("zhangwan", "合格"), "action_forbidden")
	w.do(zhang, assessment.ActAdjust, adjust("maojian", "良好"))
	w.refused(li, assessment.ActAdjust, adjust("zhangwan", "合格"), "action_conflict")
	w.refused(zhang, assessment.ActConfirmAdjust, nil, "action_forbidden")
	w.refused(leader, assessment.ActLock, nil, "action_conflict")
	w.do(li, assessment.ActRefuseAdjust, body{"text": "理由不充分"})
	if g := w.state.Grades(); g["maojian"] != "优秀" {
		t.Errorf("refused, and %v", g)
	}
	w.do(zhang, assessment.ActAdjust, adjust("maojian", "良好"))
	w.do(leader, assessment.ActConfirmAdjust, nil)
	w.do(zhang, assessment.ActAdjust, adjust("zhangwan", "优秀")) // there is room now
	w.do(li, assessment.ActConfirmAdjust, nil)
	w.refused(zhang, assessment.ActLock, nil, "action_forbidden")
	w.do(leader, assessment.ActLock, nil)
	if g := w.state.Final.Grades; g["maojian"] != "良好" || g["zhangwan"] != "优秀" || g["fagai"] != "优秀" {
		t.Errorf("grades %v", g)
	}
}

// The quota of another group is another quota.
func TestAQuotaIsItsGroups(t *testing.T) {
	w := upTo(t, assessment.Grading) // 茅箭区 is the one 优秀 of the counties
	w.do(zhang, assessment.ActAdjust, body{"unit_id": "fagai", "grade": "良好", "text": "专班研究决定"})
	w.do(li, assessment.ActConfirmAdjust, nil)
	w.do(zhang, assessment.ActAdjust, body{"unit_id": "shangwu", "grade": "优秀", "text": "专班研究决定"})
	if w.state.Adjustments[1].From != "合格" {
		t.Errorf("%+v", w.state.Adjustments[1])
	}
}

// What a lock binds shows in its hash, field by field; who locked it doesn't.
func TestALocksHashBindsEveryField(t *testing.T) {
	base := assessment.Final{Run: 3, Inputs: "i", Book: "b", Engine: "e", Output: "o", Grades: map[string]string{"maojian": "优秀", "fagai": "良好"}}
	seen := []string{base.Sum()}
	for name, change := range map[string]func(*assessment.Final){
		"run": func(f *assessment.Final) { f.Run = 4 }, "inputs": func(f *assessment.Final) { f.Inputs = "j" }, "book": func(f *assessment.Final) { f.Book = "c" },
		"engine": func(f *assessment.Final) { f.Engine = "f" }, "output": func(f *assessment.Final) { f.Output = "p" },
		"a grade":       func(f *assessment.Final) { f.Grades = map[string]string{"maojian": "良好", "fagai": "良好"} },
		"a unit less":   func(f *assessment.Final) { f.Grades = map[string]string{"maojian": "优秀"} },
		"grades change": func(f *assessment.Final) { f.Grades = map[string]string{"maojian": "良好", "fagai": "优秀"} },
	} {
		f := base
		change(&f)
		if sum := f.Sum(); slices.Contains(seen, sum) || len(sum) != 64 {
			t.Errorf("%s doesn't show", name)
		} else {
			seen = append(seen, sum)
		}
	}
	same := base
	same.Hash, same.By = "anything", assessment.Signed{By: leader, At: at("2024-02-01 09:00")}
	if same.Sum() != base.Sum() {
		t.Error("the hash is over itself or over who locked it")
	}
}
