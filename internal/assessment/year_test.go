package assessment_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"luodi/internal/assessment"
	"luodi/internal/calendar"
	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/process"
)

// From the plan to the lock: every step, its deadline in working days, and what the
// self-reports are told on the way.
func TestAYearsWholeWay(t *testing.T) {
	w := upTo(t, assessment.Reporting)
	// Ten working days after 2 January 2024, which is the first one of that year.
	if got := calendar.DateOf(w.state.Clock.Due); got != date("2024-01-16") {
		t.Errorf("self-reports are due on %s", got)
	}
	w = upTo(t, assessment.Verifying)
	if got := calendar.DateOf(w.state.Clock.Due); got != date("2024-01-17") {
		t.Errorf("verification is due on %s", got)
	}
	w = upTo(t, assessment.Rechecking)
	if w.state.Clock == nil || calendar.DateOf(w.state.Clock.Due) != date("2024-01-16") {
		t.Errorf("the recheck has clock %+v, want two working days", w.state.Clock)
	}
	w = upTo(t, assessment.Publicity)
	if got := w.state.Clock.Due; !got.Equal(at("2024-01-19 17:30")) {
		t.Errorf("publicity ends at %s", got)
	}
	w = upTo(t, assessment.Locked)
	if w.state.Ended() {
		t.Error("it ended before the self-reports were told")
	}
	w.perform()
	if !w.state.Ended() || len(assessment.Timers(w.state))+len(assessment.Tasks(w.state))+len(assessment.Effects(w.state)) > 0 {
		t.Error("something is still waited for")
	}
	var errands []string
	for _, x := range w.state.Errands {
		errands = append(errands, x.What)
	}
	if want := []string{"open", "seal", "finish"}; !slices.Equal(errands, want) {
		t.Errorf("errands %v, want %v", errands, want)
	}
	if f := w.state.Final; f.Hash != f.Sum() || f.Grades["shangwu"] != "合格" || f.Run != 1 || f.By.By.UserID != leader.UserID {
		t.Errorf("final %+v", f)
	}
	if w.refused(zhang, assessment.ActTrial, nil, "action_conflict").Kind != fault.Conflict {
		t.Error("a locked year takes commands")
	}
}

func TestAYearIsOpenedOnce(t *testing.T) {
	w := newWorld(t)
	w.refused(zhang, assessment.CmdOpen, body{"year": 1999}, "year_invalid")
	w.refused(zhang, assessment.CmdOpen, body{"year": 2101}, "year_invalid")
	w.refused(zhang, assessment.ActMembers, nil, "assessment_unknown")
	w = upTo(t, assessment.Setup)
	w.refused(zhang, assessment.CmdOpen, body{"year": 2023}, "assessment_exists")
	w.do(leader, assessment.ActCancel, body{"text": "机构改革"})
	w.refused(zhang, assessment.CmdOpen, body{"year": 2023}, "assessment_exists")
	w.perform()
	if !w.state.Ended() {
		t.Error("a cancelled year goes on")
	}
}

func TestThePlanIsChecked(t *testing.T) {
	w := upTo(t, assessment.Setup)
	member := func(unit, group string) body {
		return body{"members": []body{{"unit_id": unit, "group": group}}}
	}
	w.refused(zhang, assessment.ActMembers, member("nobody", "县市区"), "unit_unknown")
	w.refused(zhang, assessment.ActMembers, member("xiangyang", "县市区"), "unit_not_in_roster")
	w.refused(zhang, assessment.ActMembers, member("maojian", "别的组"), "body_invalid")
	f := w.refused(zhang, assessment.ActMembers, body{"members": []body{{"unit_id": "fagai", "group": "市直部门"}, {"unit_id": "fagai", "group": "市直部门"}, {"unit_id": "nobody", "group": "市直部门"}}}, "members_invalid")
	if len(f.Details) != 2 || f.Details[0].Field != "/members/1/unit_id" || f.Details[0].Code != "unit_repeated" || f.Details[1].Field != "/members/2/unit_id" {
		t.Errorf("details %+v", f.Details)
	}
	w.refused(leader, assessment.ActIssue, nil, "action_conflict") // no targets
	w.refused(zhang, assessment.ActDuties, body{"duties": []body{{"indicator": "A1", "unit_id": "maojian"}}}, "unit_unknown")
	w.refused(zhang, assessment.ActDuties, body{"duties": []body{{"indicator": "A", "unit_id": "fagai"}}}, "text_wrong") // no leaf
	w.refused(zhang, assessment.ActTerms, body{}, "publicity_required")
	w.refused(zhang, assessment.ActTerms, body{"publicity": 4}, "publicity_short")
	w.do(zhang, assessment.ActTerms, body{"publicity": 5, "reporting": 3, "remind": 10})
	if got := w.state.Plan.Terms[assessment.Reporting]; got.Remind != 3 {
		t.Errorf("a reminder %d days before a term of %d", got.Remind, got.Days)
	}
	if got := w.state.Plan.Terms[assessment.Publicity]; got != (process.Terms{Days: 5}) {
		t.Errorf("publicity %+v", got)
	}
	w.do(zhang, assessment.ActTerms, body{"lapse": true})
	if w.state.Plan.Terms[assessment.Reporting].Days != 3 || !w.state.Plan.Lapse {
		t.Error("what wasn't said is lost")
	}
	judge := func(user, panel, topic string) body {
		j := body{"user_id": user, "topics": []string{topic}}
		if panel != "" {
			j["panel"] = panel
		}
		return body{"judges": []body{j}}
	}
	w.refused(zhang, assessment.ActJudges, judge("u-nobody", "", "营商环境"), "user_unknown")
	w.refused(zhang, assessment.ActJudges, judge("u-gone", "", "营商环境"), "user_unknown")
	w.refused(zhang, assessment.ActJudges, judge("u-firm", "", "服务质量"), "panel_required")
	w.refused(zhang, assessment.ActJudges, body{"judges": []body{{"user_id": "u-firm", "topics": []string{"营商环境"}}, {"user_id": "u-firm", "topics": []string{"营商环境"}}}}, "judge_repeated")
	w.given.Book = nil
	w.refused(zhang, assessment.ActBook, body{"book_id": "none"}, "rulebook_unknown")
}

// A book that has nothing to mark offers no topics, and takes none.
func TestAJudgeNeedsATopicOfTheBook(t *testing.T) {
	w := upTo(t, assessment.Setup)
	plain := assessment.BookUse{ID: "b2", Digest: "d2", Groups: []assessment.GroupUse{{Name: "市直部门"}}}
	w.do(zhang, assessment.ActMembers, memberBody)
	w.do(zhang, assessment.ActDuties, body{"duties": []body{{"indicator": "A1", "unit_id": "fagai"}}})
	w.do(zhang, assessment.ActJudges, body{"judges": []body{{"user_id": "u-firm", "topics": []string{"营商环境"}}}})
	w.given.Book = &plain
	w.do(zhang, assessment.ActBook, body{"book_id": "b2"})
	if n := len(w.state.Plan.Members); n != 2 || len(w.state.Plan.Duties) != 0 || len(w.state.Plan.Judges) != 0 {
		t.Errorf("another book keeps %d members, duties %v and judges %v", n, w.state.Plan.Duties, w.state.Plan.Judges)
	}
	w.refused(zhang, assessment.ActJudges, body{"judges": []body{{"user_id": "u-firm", "topics": []string{"营商环境"}}}}, "topic_unknown")
}

// Whoever drew the targets up doesn't issue them, in their own name or another's.
func TestTargetsAreIssuedByASecondPerson(t *testing.T) {
	w := upTo(t, assessment.Setup)
	w.do(zhang, assessment.ActMembers, memberBody)
	w.do(zhang, assessment.ActTerms, body{"publicity": 5})
	if err := w.setTargets(maojian, ""); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a county sets targets: %v", err)
	}
	w.targets(leader)
	w.refused(leader, assessment.ActIssue, nil, "action_forbidden")
	w.refused(zhang, assessment.ActIssue, nil, "action_forbidden")
	w.targets(zhang)
	w.given.Sheet = &assessment.TargetSheet{Digest: "another"}
	w.refused(leader, assessment.ActIssue, nil, "targets_changed")
	w.given.Sheet = &sheet
	w.given.Findings = []fault.Detail{{Field: "maojian", Code: "target_missing", Message: "茅箭区没有目标"}}
	w.refused(leader, assessment.ActIssue, nil, "targets_incomplete")
	w.given.Findings = nil
	// zhang stands in for the leader, and drew the targets up; so did the leader who
	// let a clerk draw them up in the leader's name.
	proxy := zhang
	proxy.Behalf = []org.Principal{{UserID: leader.UserID, Name: leader.Name, UnitID: "centre", Roles: leader.Roles}}
	w.refused(proxy, assessment.ActIssue, nil, "action_forbidden")
	clerk := org.Actor{UserID: "u-clerk", Name: "小陈", UnitID: "centre", Roles: []org.Role{org.CentreOperator}, Behalf: proxy.Behalf}
	w.targets(clerk)
	if by := w.state.Targets[0].By.By; by.Person() != leader.UserID {
		t.Errorf("the targets were drawn up in the name of %s", by.Person())
	}
	w.refused(leader, assessment.ActIssue, nil, "action_forbidden")
	w.do(deputy, assessment.ActIssue, nil)
	if w.state.Stage != assessment.Running || len(w.state.Targets) != 1 || w.state.Targets[0].Version != 1 {
		t.Errorf("stage %s, targets %+v", w.state.Stage, w.state.Targets)
	}
}

// A draft takes the place of a draft; after the issue a change is proposed with a
// reason, approved by somebody else, and is a version of its own.
func TestTargetsChangeByApprovalOnceIssued(t *testing.T) {
	w := upTo(t, assessment.Running)
	w.given.Sheet = &assessment.TargetSheet{Digest: "d2", Count: 8, Moved: []string{"茅箭区签约项目目标:10改为12"}}
	if err := w.setTargets(zhang, "短"); !fault.HasCode(err, "reason_required") {
		t.Errorf("a reason of one character: %v", err)
	}
	if err := w.setTargets(zhang, "市政府调整年度目标"); err != nil {
		t.Fatal(err)
	}
	if len(w.state.Targets) != 1 {
		t.Error("a proposal counts before it's approved")
	}
	if err := w.setTargets(li, "再调整一次"); !fault.Is(err, fault.Conflict) {
		t.Errorf("two proposals at once: %v", err)
	}
	w.refused(zhang, assessment.ActApprove, nil, "action_forbidden")
	w.refused(maojian, assessment.ActApprove, nil, "action_forbidden")
	w.do(li, assessment.ActRefuse, body{"text": "依据不足"})
	if len(w.state.Targets) != 1 || w.state.Changes[0].Decided != "refused" {
		t.Errorf("refused: %+v", w.state.Changes)
	}
	if err := w.setTargets(zhang, "市政府调整年度目标"); err != nil {
		t.Fatal(err)
	}
	w.do(leader, assessment.ActApprove, nil)
	if n := len(w.state.Targets); n != 2 || w.state.Targets[1].Version != 2 || w.state.Targets[1].Reason != "市政府调整年度目标" || w.state.Targets[1].By.By.UserID != zhang.UserID {
		t.Errorf("targets %+v", w.state.Targets)
	}
	w.refused(leader, assessment.ActApprove, nil, "action_conflict")
}

func TestAUnitIsRenamedAndMergedByApproval(t *testing.T) {
	w := upTo(t, assessment.Reporting)
	w.do(zhang, assessment.ActProposeName, body{"unit_id": "fagai", "name": "市发展改革局", "text": "机构改革"})
	w.do(li, assessment.ActApprove, nil)
	if m := w.state.Member("fagai"); m.Name != "市发展改革局" || m.BookName != "市发改委" {
		t.Errorf("member %+v", m)
	}
	w.perform()
	w.refused(zhang, assessment.ActProposeMerge, body{"unit_id": "fagai", "into": "fagai", "text": "机构改革"}, "merge_self")
	w.refused(zhang, assessment.ActProposeMerge, body{"unit_id": "fagai", "into": "maojian", "text": "机构改革"}, "merge_group")
	w.given.Sheet = nil
	w.refused(zhang, assessment.ActProposeMerge, body{"unit_id": "shangwu", "into": "fagai", "text": "机构改革", "add_targets": true}, "targets_changed")
	w.given.Sheet = &assessment.TargetSheet{Digest: "merged", Moved: []string{"市发改委引荐目标:1改为2"}}
	w.do(zhang, assessment.ActProposeMerge, body{"unit_id": "shangwu", "into": "fagai", "text": "机构改革", "add_targets": true})
	w.refused(zhang, assessment.ActVerify, nil, "action_conflict") // a change is open
	w.do(li, assessment.ActApprove, nil)
	if n := len(w.state.Active()); n != 3 || w.state.Member("shangwu").MergedInto != "fagai" || w.state.Targets[1].Digest != "merged" {
		t.Errorf("%d units, %+v", n, w.state.Targets)
	}
	if e := w.state.Errands[len(w.state.Errands)-1]; e.What != "merge" || e.Unit != "shangwu" || e.Into != "fagai" || e.Name != "市发展改革局" {
		t.Errorf("errand %+v", e)
	}
	w.refused(zhang, assessment.ActVerify, nil, "action_conflict") // the self-reports don't know yet
	w.perform()
	w.do(zhang, assessment.ActVerify, nil)
}

func TestAnotherBookNeedsApproval(t *testing.T) {
	w := upTo(t, assessment.Running)
	next := *w.given.Book
	same := assessment.UseOf("b1", cityBook())
	w.given.Book = &same
	w.refused(zhang, assessment.ActProposeBook, body{"book_id": "b1", "text": "更新"}, "rulebook_same")
	w.given.Book = &assessment.BookUse{Digest: "x", Groups: []assessment.GroupUse{{Name: "市直部门"}}}
	w.refused(zhang, assessment.ActProposeBook, body{"book_id": "b3", "text": "更新"}, "group_unknown")
	w.given.Book = nil
	w.refused(zhang, assessment.ActProposeBook, body{"book_id": "b4", "text": "更新"}, "rulebook_unknown")
	w.given.Book, w.given.Diff = &next, []string{"A1 分值由15改为16"}
	w.do(zhang, assessment.ActProposeBook, body{"book_id": "b2", "text": "补充条款"})
	w.do(leader, assessment.ActApprove, nil)
	if w.state.Plan.Book.Digest != "other" || w.state.Plan.Duties["A1"] != "fagai" || len(w.state.Plan.Judges) != 2 {
		t.Errorf("plan %+v", w.state.Plan.Book.Digest)
	}
}

// More time for a step is approved by somebody else, and only while it lasts.
func TestAnExtensionIsForTheStepItWasAskedIn(t *testing.T) {
	w := upTo(t, assessment.Reporting)
	w.do(zhang, assessment.ActProposeTime, body{"days": 3, "text": "系统升级"})
	w.do(li, assessment.ActApprove, nil)
	if got := calendar.DateOf(w.state.Clock.Due); got != date("2024-01-19") {
		t.Errorf("due on %s", got)
	}
	if e := w.state.Errands[len(w.state.Errands)-1]; e.What != "extend" || e.Days != 3 || e.Name != "reporting" {
		t.Errorf("errand %+v", e)
	}
	w.refused(zhang, assessment.ActProposeTime, body{"days": 31, "text": "系统升级"}, "number_wrong")
	w = upTo(t, assessment.Rechecking)
	w.do(li, assessment.ActProposeTime, body{"days": 2, "text": "系统升级"})
	w.do(li, assessment.ActRecheck, nil)
	w.do(leader, assessment.ActPublicize, nil)
	due := w.state.Clock.Due
	w.refused(leader, assessment.ActApprove, nil, "action_conflict")
	w.do(leader, assessment.ActRefuse, body{"text": "复核已结束"})
	if !w.state.Clock.Due.Equal(due) {
		t.Error("a publicity was prolonged")
	}
	w.refused(zhang, assessment.ActProposeTime, body{"days": 1, "text": "系统升级"}, "action_conflict")
}

// Steps end when what they wait for is there.
func TestAStepWaitsForWhatIsOpen(t *testing.T) {
	w := upTo(t, assessment.Running)
	w.until("2024-01-02 09:00")
	w.do(zhang, assessment.ActReport, nil)
	w.refused(zhang, assessment.ActVerify, nil, "action_conflict") // the units don't even know
	w.perform()
	w.given.Open = 2
	w.refused(zhang, assessment.ActVerify, nil, "reports_open")
	w.given.Open = 0
	w.given.Candidates = nil
	w.refused(zhang, assessment.ActDraw, body{"per": 1}, "nothing_to_draw")
	w.given.Candidates = newWorld(t).given.Candidates
	w.do(zhang, assessment.ActDraw, body{"per": 1})
	if d := w.state.Draws[0]; d.Seed != "种子" || d.Candidates != 2 || len(d.Items) != 2 {
		t.Errorf("draw %+v", d)
	}
	w.do(zhang, assessment.ActVerify, nil)
	w.refused(zhang, assessment.ActScore, nil, "action_conflict") // nobody has been on site
	w.refused(zhang, assessment.ActInspect, body{"item": "1/p1", "found": "false"}, "reason_required")
	w.refused(zhang, assessment.ActInspect, body{"item": "1/p9", "found": "true"}, "text_wrong")
	w.do(zhang, assessment.ActInspect, body{"item": "1/p1", "found": "false", "text": "尚未开工"})
	w.do(zhang, assessment.ActInspect, body{"found": "true"}) // one is left, and needs no name
	w.refused(zhang, assessment.ActInspect, body{"item": "1/p1", "found": "true"}, "action_conflict")
	w.given.Open = 1
	w.refused(zhang, assessment.ActScore, nil, "figures_open")
	w.given.Open = 0
	w.do(zhang, assessment.ActScore, nil)
	w.refused(zhang, assessment.ActOfficial, nil, "action_conflict") // not sealed yet
	w.perform()
	w.do(zhang, assessment.ActUnscore, body{"text": "漏报一项"})
	if e := w.state.Errands[len(w.state.Errands)-1]; e.What != "unseal" {
		t.Errorf("errand %+v", e)
	}
}

// The official run comes once, and when the year is over.
func TestAnOfficialRunNeedsAWholeYear(t *testing.T) {
	w := upTo(t, assessment.Running)
	w.do(zhang, assessment.ActTrial, nil)
	if got := w.state.Asked.AsOf; got != date("2023-02-01") {
		t.Errorf("a trial in February is as of %s", got)
	}
	w.refused(zhang, assessment.ActTrial, nil, "action_conflict")
	w.perform()
	w.do(zhang, assessment.ActReport, nil)
	w.perform()
	w.do(zhang, assessment.ActVerify, nil)
	w.do(zhang, assessment.ActScore, nil)
	w.perform()
	w.now = at("2023-12-31 23:59")
	w.refused(zhang, assessment.ActOfficial, nil, "action_conflict")
	w.now = at("2024-01-01 00:00")
	w.do(zhang, assessment.ActOfficial, nil)
	if got := w.state.Asked.AsOf; got != date("2023-12-31") {
		t.Errorf("the official run is as of %s", got)
	}
	w.perform()
	w.refused(zhang, assessment.ActOfficial, nil, "action_conflict")
}

// Who computed it doesn't check it; what is given back doesn't stand any more.
func TestTheRecheckIsASecondPersons(t *testing.T) {
	w := upTo(t, assessment.Rechecking)
	w.refused(zhang, assessment.ActRecheck, nil, "action_forbidden")
	w.refused(maojian, assessment.ActRecheck, nil, "action_forbidden")
	w.refused(leader, assessment.ActPublicize, nil, "action_conflict")
	w.do(li, assessment.ActRecheckReturn, body{"to": "verifying", "text": "外出批次依据不足"})
	if w.state.Stage != assessment.Verifying || w.state.Standing() != nil || w.state.Run(1).Void == "" || w.state.Returned == "" {
		t.Errorf("stage %s, runs %+v", w.state.Stage, w.state.Runs)
	}
	if e := w.state.Errands[len(w.state.Errands)-1]; e.What != "unseal" || e.Done {
		t.Errorf("errand %+v", e)
	}
	w.perform()
	w.do(zhang, assessment.ActScore, nil)
	w.perform()
	w.do(li, assessment.ActOfficial, nil)
	w.perform()
	if r := w.state.Standing(); r == nil || r.No != 2 || w.state.Returned != "" {
		t.Errorf("standing %+v", r)
	}
	w.refused(li, assessment.ActRecheck, nil, "action_forbidden")
	w.do(zhang, assessment.ActRecheckReturn, body{"to": "scoring", "text": "口径有误"})
	if w.state.Stage != assessment.Scoring || len(assessment.Effects(w.state)) != 0 {
		t.Errorf("stage %s with %v", w.state.Stage, assessment.Effects(w.state))
	}
	w.do(li, assessment.ActOfficial, nil)
	w.perform()
	w.do(zhang, assessment.ActRecheck, nil)
	w.refused(zhang, assessment.ActRecheck, nil, "action_conflict")
	w.refused(zhang, assessment.ActPublicize, nil, "action_forbidden")
	w.do(leader, assessment.ActPublicize, nil)
	if w.state.Rounds[0].Run != 3 {
		t.Errorf("round %+v", w.state.Rounds)
	}
}

// A result that nobody waits for is passed over, and a scoring that failed gives no scores.
func TestOnlyTheAskedRunIsTaken(t *testing.T) {
	w := upTo(t, assessment.Scoring)
	before := len(w.events)
	w.system("scored", assessment.WasScored{Run: w.result(1)})
	if len(w.events) != before {
		t.Error("a result came in that nobody asked for")
	}
	w.do(zhang, assessment.ActOfficial, nil)
	before = len(w.events)
	w.system("scored", assessment.WasScored{Run: w.result(7)})
	if len(w.events) != before || w.state.Asked == nil {
		t.Error("the result of another run was taken")
	}
	late := event.Event{Type: "assessment.scored", Data: process.Encoded(assessment.WasScored{Run: w.result(7)}), At: w.now}
	same(t, "a late result in the stream", assessment.Evolve(w.state, late), w.state)
	failed := w.result(1)
	failed.Failed, failed.Units = "缺少数据", nil
	w.system("scored", assessment.WasScored{Run: failed})
	if w.state.Stage != assessment.Scoring || w.state.Standing() != nil || w.state.Asked != nil || len(w.state.Runs) != 1 {
		t.Errorf("stage %s, runs %+v", w.state.Stage, w.state.Runs)
	}
	w.do(zhang, assessment.ActOfficial, nil)
	w.perform()
	if w.state.Standing().No != 2 {
		t.Errorf("standing %+v", w.state.Standing())
	}
}

func TestAtMostTwentyTrialsAreKept(t *testing.T) {
	w := upTo(t, assessment.Verifying)
	for range 23 {
		w.do(zhang, assessment.ActTrial, nil)
		w.perform()
	}
	if n := len(w.state.Runs); n != 20 || w.state.Runs[0].No != 4 || w.state.Runs[19].No != 23 || w.state.Standing() != nil {
		t.Errorf("%d runs from %d", n, w.state.Runs[0].No)
	}
	w.do(zhang, assessment.ActScore, nil)
	w.perform()
	w.do(zhang, assessment.ActOfficial, nil)
	w.perform()
	if n := len(w.state.Runs); n != 21 || w.state.Standing().No != 24 {
		t.Errorf("%d runs, standing %d", n, w.state.Standing().No)
	}
}

// A scoring waits until the self-reports know what the year is about.
func TestErrandsComeBeforeScoring(t *testing.T) {
	w := upTo(t, assessment.Running)
	w.do(zhang, assessment.ActReport, nil)
	w.do(zhang, assessment.ActTrial, nil)
	if e := assessment.Effects(w.state); len(e) != 1 || e[0].Name != assessment.EffectErrand || e[0].Key != "errand/1" {
		t.Fatalf("effects %+v", e)
	}
	before := len(w.events)
	w.system("told", assessment.ErrandDone{No: 2, What: "open"})
	if len(w.events) != before {
		t.Error("an errand was done that there isn't")
	}
	w.effect()
	if e := assessment.Effects(w.state); len(e) != 1 || e[0].Name != assessment.EffectScore || e[0].Key != "score/1" {
		t.Errorf("effects %+v", e)
	}
}

func TestAStepThatIsLateShowsIt(t *testing.T) {
	w := upTo(t, assessment.Verifying) // due on 17 January, two working days of grace
	w.until("2024-01-16 17:31")
	if !w.state.Reminded || w.state.Light != process.Green {
		t.Errorf("reminded %v, light %s", w.state.Reminded, w.state.Light)
	}
	w.until("2024-01-17 17:31")
	if w.state.Light != process.Yellow {
		t.Errorf("light %s", w.state.Light)
	}
	w.until("2024-01-19 17:31")
	if w.state.Light != process.Red || len(assessment.Timers(w.state)) != 0 {
		t.Errorf("light %s, %v", w.state.Light, assessment.Timers(w.state))
	}
	if task := assessment.Tasks(w.state)[0]; task.Light != process.Red || !task.Due.Equal(at("2024-01-17 17:30")) {
		t.Errorf("task %+v", task)
	}
	asleep := upTo(t, assessment.Verifying)
	n := len(asleep.events)
	asleep.asleep("2024-02-01 09:00")
	if got := asleep.since(n); !slices.Equal(got, []string{"reminded", "late"}) || asleep.state.Light != process.Red {
		t.Errorf("after a long sleep: %v, %s", got, asleep.state.Light)
	}
}

// What was proposed and never decided is nobody's task once the year is called off.
func TestACancelledYearWaitsForNobody(t *testing.T) {
	w := upTo(t, assessment.Running)
	w.do(zhang, assessment.ActProposeName, body{"unit_id": "fagai", "name": "市发展改革局", "text": "机构改革"})
	w.do(zhang, assessment.ActTrial, nil)
	w.do(leader, assessment.ActCancel, body{"text": "机构改革"})
	if tasks := assessment.Tasks(w.state); len(tasks) != 0 || w.state.Asked != nil {
		t.Errorf("tasks %+v", tasks)
	}
	if e := assessment.Effects(w.state); len(e) != 1 || e[0].Name != assessment.EffectErrand {
		t.Errorf("effects %+v", e)
	}
}

func TestReadersAreTheOfficeUntilTheTargetsAreIssued(t *testing.T) {
	var got []string
	for _, r := range upTo(t, assessment.Setup).state.Readers() {
		got = append(got, r.UnitID)
	}
	for _, r := range upTo(t, assessment.Running).state.Readers() {
		got = append(got, r.UnitID)
	}
	if want := "centre centre maojian zhangwan fagai shangwu firm"; strings.Join(got, " ") != want {
		t.Errorf("readers %v, want %s", got, want)
	}
}

// Every event has words, and those of the system say that it was automatic.
func TestEveryEventIsTold(t *testing.T) {
	system := map[string]bool{"errand_done": true, "scored": true, "publicity_over": true, "reminded": true, "late": true, "clock_moved": true}
	for _, b := range []event.Body{
		assessment.YearOpened{Plan: assessment.Plan{Title: "2023年度考核"}}, assessment.BookChosen{}, assessment.MembersSet{}, assessment.DutiesSet{}, assessment.TermsSet{},
		assessment.JudgesSet{}, assessment.TargetsSet{}, assessment.TargetsIssued{}, assessment.ChangeProposed{}, assessment.ChangeDecided{}, assessment.StageBegun{},
		assessment.ErrandDone{What: "open"}, assessment.SampleDrawn{}, assessment.SampleSeen{Found: "true"}, assessment.WasMarked{}, assessment.RunAsked{Kind: assessment.Official},
		assessment.WasScored{}, assessment.WasScored{Run: assessment.Run{Failed: "缺数"}}, assessment.RecheckPassed{}, assessment.RecheckReturned{}, assessment.WasPublicized{}, assessment.PublicityOver{}, assessment.WasAppealed{},
		assessment.AppealWithdrawn{}, assessment.AppealRuled{}, assessment.GradeAdjusted{}, assessment.GradeDecided{}, assessment.WasLocked{}, assessment.WasCancelled{},
		assessment.Reminded{}, assessment.StageLate{Light: process.Red}, assessment.ClockMoved{},
	} {
		e := event.Event{Type: b.EventType(), Data: process.Encoded(b)}
		told := assessment.Tell(e)
		if told == "" || told == e.Type {
			t.Errorf("%s isn't told: %q", e.Type, told)
		}
		if auto := strings.HasPrefix(told, "【自动】"); auto != system[strings.TrimPrefix(e.Type, "assessment.")] {
			t.Errorf("%s is told as %q", e.Type, told)
		}
		if assessment.Tell(event.Event{Type: e.Type, Data: json.RawMessage(`{"stage":5}`)}) == "" {
			t.Errorf("%s of another shape isn't told", e.Type)
		}
	}
	if got := assessment.Tell(event.Event{Type: "assessment.of_tomorrow"}); got != "assessment.of_tomorrow" {
		t.Errorf("an unknown event is told as %q", got)
	}
}

// Every command that the clock and the effects send is told as automatic on a whole way.
func TestWhatTheSystemDidIsMarked(t *testing.T) {
	w := upTo(t, assessment.Locked)
	w.perform()
	for _, e := range w.events[1:] {
		if auto := strings.HasPrefix(assessment.Tell(e), "【自动】"); auto != e.Actor.System {
			t.Errorf("%s by %s: %s", e.Type, e.Actor.Name, assessment.Tell(e))
		}
	}
}

// Events are data for ever: unknown ones, and known ones of another shape, change
// nothing that isn't theirs, and never panic.
func TestEvolveIsTotal(t *testing.T) {
	var types []string
	shapes := []string{`{}`, `null`, `[]`, `"x"`, `{"no":"x"}`, `{"run":{"no":1}}`, `{"no":1,"approved":true}`, `{"draw":1,"item":"x"}`, `{"final":null}`, ``}
	for _, stage := range []assessment.Stage{"", assessment.Setup, assessment.Verifying, assessment.Rechecking, assessment.Publicity, assessment.Locked} {
		w := newWorld(t)
		if stage != "" {
			w = upTo(t, stage)
		}
		for _, e := range w.events {
			types = append(types, e.Type)
		}
		for _, x := range []string{"of_tomorrow", "change_decided", "appeal_ruled", "grade_decided", "appeal_withdrawn", "clock_moved", "publicity_over", "cancelled", "late"} {
			types = append(types, "assessment."+x)
		}
		for _, typ := range types {
			for _, data := range shapes {
				after := assessment.Evolve(w.state, event.Event{Type: typ, Data: json.RawMessage(data), At: w.now})
				if typ == "assessment.of_tomorrow" {
					same(t, "an unknown event", after, w.state)
				}
			}
		}
	}
}

// The same command sent by the clock too early or too late does nothing.
func TestTheClockIsNotBelievedBlindly(t *testing.T) {
	w := upTo(t, assessment.Verifying)
	before := len(w.events)
	for _, name := range []string{"remind", "late", "publicity_over", "told", "scored", "nonsense"} {
		w.system(name, body{})
	}
	if len(w.events) != before {
		t.Errorf("the clock did %v", w.since(before))
	}
	w = upTo(t, assessment.Setup)
	before = len(w.events)
	for _, name := range []string{"remind", "late", "publicity_over", process.Recalculate} {
		w.system(name, body{})
	}
	if len(w.events) != before {
		t.Errorf("the clock did %v without a clock", w.since(before))
	}
}

func TestARuleBookIsPublishedByASecondPerson(t *testing.T) {
	b := assessment.Book{Stage: assessment.BookDraft, Uploader: zhang.UserID}
	when := at("2023-01-03 09:00")
	if _, err := b.Publish(zhang, when); !fault.HasCode(err, "rulebook_second_person") {
		t.Errorf("by who uploaded it: %v", err)
	}
	proxy := leader
	proxy.For = &org.Principal{UserID: zhang.UserID}
	if _, err := b.Publish(proxy, when); !fault.HasCode(err, "rulebook_second_person") {
		t.Errorf("in the uploader's name: %v", err)
	}
	out, err := b.Publish(leader, when)
	if err != nil || out.Stage != assessment.BookPublished || !out.PublishedAt.Equal(when) || out.PublishedBy != leader.Name {
		t.Errorf("%+v, %v", out, err)
	}
	if _, err := out.Publish(deputy, when); !fault.HasCode(err, "rulebook_stage") {
		t.Errorf("twice: %v", err)
	}
	for reason, code := range map[string]string{"": "reason_required", "短": "reason_required", strings.Repeat("长", 501): "reason_required"} {
		if _, err := out.Withdraw(reason); !fault.HasCode(err, code) {
			t.Errorf("%d characters: %v", len([]rune(reason)), err)
		}
	}
	gone, err := out.Withdraw("条款有误")
	if err != nil || gone.Stage != assessment.BookWithdrawn {
		t.Fatal(err)
	}
	if _, err := gone.Withdraw("再撤一次"); !fault.HasCode(err, "rulebook_stage") {
		t.Errorf("withdrawn twice: %v", err)
	}
	for _, x := range []event.Body{assessment.BookUploaded{Title: "细则"}, assessment.BookWasPublished{}, assessment.BookWasWithdrawn{Reason: "有误"}} {
		if assessment.TellBook(event.Event{Type: x.EventType(), Data: process.Encoded(x)}) == "" {
			t.Errorf("%s isn't told", x.EventType())
		}
	}
	if assessment.MayKeepBooks(maojian) || !assessment.MayKeepBooks(zhang) {
		t.Error("who keeps books")
	}
}

// Names of timers are unique, and none rings in the past.
func TestTimersAreNamedOnce(t *testing.T) {
	seen := map[string]string{}
	for _, stage := range []assessment.Stage{assessment.Reporting, assessment.Verifying, assessment.Scoring, assessment.Rechecking, assessment.Publicity, assessment.Grading} {
		w := upTo(t, stage)
		timers := assessment.Timers(w.state)
		if len(timers) == 0 {
			t.Errorf("nothing rings at %s", stage)
		}
		for _, x := range timers {
			if other, ok := seen[x.Name]; ok || x.Summary == "" || x.Command == "" {
				t.Errorf("%s at %s and %s", x.Name, stage, other)
			}
			seen[x.Name] = string(stage)
			if !x.At.After(w.now) {
				t.Errorf("%s rings in the past", x.Name)
			}
		}
	}
	w := upTo(t, assessment.Setup)
	if n := len(assessment.Timers(w.state)); n != 0 {
		t.Errorf("%d timers without a term", n)
	}
}

func TestSummaryNamesTheNextDeadline(t *testing.T) {
	w := upTo(t, assessment.Publicity)
	if s := assessment.Summary(w.state); s.Stage != "publicity" || s.Title != "2023年度考核" || !s.Due.Equal(at("2024-01-19 17:30")) {
		t.Errorf("%+v", s)
	}
	if s := assessment.Summary(upTo(t, assessment.Locked).state); !s.Due.IsZero() {
		t.Errorf("%+v", s)
	}
	if assessment.ID(2023) != "2023" {
		t.Error("a year's id")
	}
}
