package selfreport_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"luodi/internal/calendar"
	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/process"
	"luodi/internal/selfreport"
)

// From the opening to the archive, with every deadline in working days.
func TestAReportsWholeWay(t *testing.T) {
	w := opened(t)
	if w.state.ID != "2023-maojian" || w.state.Title() != "2023年度茅箭区自评" || w.day() != "2024-01-16" || w.state.Missing() != 3 {
		t.Errorf("%s %s, due %s, %d missing", w.state.ID, w.state.Title(), w.day(), w.state.Missing())
	}
	w.do(county, selfreport.ActFill, body{"items": []body{{"figure": trips, "value": "9", "files": []string{"f1"}}}, "text": "全年招商工作总结"})
	if x := w.item(trips); x.Said != "9" || x.Files[0].Name != "证明.pdf" || x.By != county.Name || w.state.Text == "" {
		t.Errorf("%+v", x)
	}
	w = submitted(t)
	if x := w.item(signed); x.Verdict != selfreport.Matched || x.Final != "12" || x.VerifiedBy != "" {
		t.Errorf("what agrees with the registry: %+v", x)
	}
	if w.state.Stage != selfreport.Submitted || w.day() != "2024-01-09" || w.state.Late || w.state.Automatic || w.state.Decided() != 1 {
		t.Errorf("stage %s, due %s", w.state.Stage, w.day())
	}
	w.do(fagai, selfreport.ActCorrect, body{"figure": amount, "value": "10.8", "text": "其中0.2亿元为框架协议"})
	if x := w.item(amount); x.Verdict != selfreport.Corrected || x.Final != "10.8" || x.Said != "11" || x.Why == "" || !slices.Equal(x.Verifiers, []string{"u-fagai"}) {
		t.Errorf("corrected: %+v", x)
	}
	w.do(shangwu, selfreport.ActConfirm, nil)
	if w.state.Stage != selfreport.Submitted {
		t.Error("verified too early")
	}
	w.do(zhang, selfreport.ActConfirm, nil) // nobody had to state it
	if x := w.item(accident); x.Verdict != selfreport.Confirmed || x.Final != "" || w.state.Stage != selfreport.Verified || w.state.Clock != nil || !w.state.VerifiedAt.Equal(w.now) {
		t.Errorf("stage %s, %+v", w.state.Stage, x)
	}
	w.system(selfreport.CmdSeal, nil)
	w.idle(selfreport.CmdSeal, nil)
	if w.state.Stage != selfreport.Sealed {
		t.Errorf("stage %s", w.state.Stage)
	}
	w.refused(fagai, selfreport.ActReopen, body{"figure": amount, "text": "有误"}, "action_conflict")
	w.system(selfreport.CmdUnseal, nil)
	w.idle(selfreport.CmdUnseal, nil)
	if w.state.Stage != selfreport.Verified || w.state.Clock != nil {
		t.Errorf("stage %s", w.state.Stage)
	}
	w.system(selfreport.CmdFinish, selfreport.WasFinished{Text: "年度考核已锁定"})
	if !w.state.Ended() || w.refused(county, selfreport.ActFill, nil, "action_conflict").Kind != fault.Conflict {
		t.Error("it goes on")
	}
	for _, name := range []string{selfreport.CmdFinish, selfreport.CmdSeal, selfreport.CmdRename, process.Recalculate} {
		w.idle(name, nil)
	}
}

// A report that agrees with the registry in everything needs nobody.
func TestWhatAllAgreesIsVerifiedAtOnce(t *testing.T) {
	w := opened(t, func(o *selfreport.Opening) { o.Figures, o.Known = o.Figures[:2], o.Known[:2] })
	w.do(county, selfreport.ActFill, says(signed+"=12", amount+"=10.5"))
	w.do(county, selfreport.ActSubmit, nil)
	if w.state.Stage != selfreport.Verified || w.state.Clock != nil || len(selfreport.Tasks(w.state)) != 0 {
		t.Errorf("stage %s", w.state.Stage)
	}
}

func TestFillingIsChecked(t *testing.T) {
	w := opened(t)
	w.refused(outside, selfreport.ActFill, says(signed+"=12"), "action_forbidden")
	w.refused(fagai, selfreport.ActFill, says(signed+"=12"), "action_forbidden")
	w.refused(zhang, selfreport.ActFill, says(signed+"=12"), "action_forbidden")
	w.refused(county, selfreport.ActFill, says("别的数=1"), "text_wrong")
	w.refused(county, selfreport.ActFill, says(), "items_empty")
	f := w.refused(county, selfreport.ActFill, says(signed+"=12", amount+"=很多", trips+"=很多"), "figure_invalid")
	if f.Code != "figures_invalid" || len(f.Details) != 2 || f.Details[0].Field != "/items/1/value" || f.Details[1].Field != "/items/2/value" || w.item(signed).Said != "" {
		t.Errorf("%+v", f)
	}
	f = w.refused(county, selfreport.ActFill, body{"items": []body{{"figure": trips, "value": "9", "files": []string{"f1", "f9"}}}}, "attachment_unknown")
	if f.Details[0].Field != "/items/0/files/1" {
		t.Errorf("%+v", f)
	}
	w.do(county, selfreport.ActFill, says(signed+"=12"))
	w.do(county, selfreport.ActFill, says(signed+"="))
	if w.state.Filled() != 0 {
		t.Error("what was taken back is still said")
	}
}

// Every gap is named at once.
func TestAReportIsHandedInWhole(t *testing.T) {
	w := opened(t)
	w.do(county, selfreport.ActFill, says(signed+"=13", trips+"=9"))
	f := w.refused(county, selfreport.ActSubmit, nil, "report_incomplete")
	var got []string
	for _, d := range f.Details {
		got = append(got, d.Field+" "+d.Code)
	}
	if want := []string{"/items/" + signed + " reason_required", "/items/" + amount + " figure_missing"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	w.refused(outside, selfreport.ActSubmit, nil, "action_forbidden")
	w.do(county, selfreport.ActFill, says(signed+"=13|年末新签一项", amount+"=10.5"))
	w.do(county, selfreport.ActSubmit, nil)
	w.refused(county, selfreport.ActSubmit, nil, "action_conflict")
	w.refused(county, selfreport.ActFill, says(trips+"=10"), "action_conflict")
}

// The registry's figures are as of the submission at the latest.
func TestRegistryFiguresAreRefreshedWhileFilling(t *testing.T) {
	w := opened(t)
	w.known = map[string]selfreport.Known{signed: {Value: "13", Records: 13}, "别的数": {Value: "1"}}
	w.now = at("2024-01-05 09:00")
	w.refused(outside, selfreport.ActRefresh, nil, "action_forbidden")
	w.refused(fagai, selfreport.ActRefresh, nil, "action_forbidden")
	w.do(zhang, selfreport.ActRefresh, nil)
	if x := w.item(signed); x.Value != "13" || x.Records != 13 || !w.state.KnownAt.Equal(w.now) || len(w.state.Items) != 4 {
		t.Errorf("%+v", x)
	}
	w.do(county, selfreport.ActFill, says(signed+"=13", amount+"=10.5", trips+"=9"))
	w.do(county, selfreport.ActSubmit, nil)
	if w.item(signed).Verdict != selfreport.Matched {
		t.Error("it is compared with the figure of before")
	}
	w.refused(county, selfreport.ActRefresh, nil, "action_conflict")
}

// Two of one unit verify side by side: whoever comes second to a figure learns that
// somebody was first, and goes on with another.
func TestTwoVerifiersAtOnce(t *testing.T) {
	two := func(o *selfreport.Opening) { o.Known[0].Value = "" }
	w := submitted(t, two)
	first := w.command(selfreport.ActConfirm, fagai, body{"figures": []string{signed}})
	second := w.command(selfreport.ActConfirm, fagai2, body{"figures": []string{signed}})
	third := w.command(selfreport.ActCorrect, fagai2, body{"figure": signed, "value": "9", "text": "重复计算"})
	fourth := w.command(selfreport.ActReturn, fagai2, body{"figures": []string{amount, signed}, "text": "请补充"})
	if err := w.record(first); err != nil {
		t.Fatal(err)
	}
	for _, cmd := range []process.Command{second, third, fourth} {
		if err := w.record(cmd); !fault.Is(err, fault.Conflict) || !fault.HasCode(err, "figure_verified") {
			t.Errorf("%s of the same figure: %v", cmd.Name, err)
		}
	}
	w.do(fagai2, selfreport.ActCorrect, body{"figure": amount, "value": "10", "text": "重复计算"})
	if x, y := w.item(signed), w.item(amount); x.VerifiedBy != fagai.Name || y.VerifiedBy != fagai2.Name || x.Final != "12" {
		t.Errorf("%+v\n%+v", x, y)
	}
	if err := w.record(second); !fault.Is(err, fault.Conflict) { // nothing is left to them
		t.Errorf("with nothing left: %v", err)
	}
}

// A figure that is named twice is one figure: what waits still waits.
func TestAFigureNamedTwiceIsOne(t *testing.T) {
	w := submitted(t)
	w.do(shangwu, selfreport.ActConfirm, body{"figures": []string{trips, trips}})
	if n := w.state.Decided(); n != 2 || w.state.Stage != selfreport.Submitted {
		t.Errorf("%d decided, stage %s", n, w.state.Stage)
	}
	w.do(fagai, selfreport.ActConfirm, body{"figures": []string{amount, amount}, "text": "协议齐全"})
	if w.state.Stage != selfreport.Submitted || w.item(accident).Verdict != selfreport.None {
		t.Errorf("stage %s with %+v", w.state.Stage, w.item(accident))
	}
}

func TestVerdictsAreTheRightUnits(t *testing.T) {
	w := submitted(t)
	w.refused(outside, selfreport.ActConfirm, nil, "action_forbidden")
	w.refused(county, selfreport.ActConfirm, nil, "action_forbidden")
	w.refused(outside, selfreport.ActCorrect, body{"figure": amount, "value": "1", "text": "有误"}, "action_forbidden")
	w.refused(outside, selfreport.ActReopen, body{"figure": signed, "text": "有误"}, "action_forbidden")
	w.refused(outside, selfreport.ActFraud, body{"figure": signed, "text": "虚构合同两份"}, "action_forbidden")
	w.refused(shangwu, selfreport.ActConfirm, body{"figures": []string{amount}}, "figure_not_waiting")
	w.refused(shangwu, selfreport.ActReturn, body{"figures": []string{trips, amount}, "text": "请补充"}, "figure_not_waiting")
	w.refused(shangwu, selfreport.ActCorrect, body{"figure": amount, "value": "1", "text": "有误"}, "text_wrong")
	w.refused(zhang, selfreport.ActConfirm, body{"figures": []string{trips}}, "figure_not_waiting")
	w.refused(fagai, selfreport.ActConfirm, body{"figures": []string{amount}}, "reason_required") // differs from the registry
	w.refused(fagai, selfreport.ActCorrect, body{"figure": amount, "value": "很多", "text": "有误"}, "figure_invalid")
	w.refused(fagai, selfreport.ActCorrect, body{"figure": amount, "value": "10"}, "required")
	w.refused(fagai, selfreport.ActReopen, body{"figure": amount, "text": "有误"}, "text_wrong") // not decided
	early := opened(t)
	early.refused(fagai, selfreport.ActConfirm, nil, "action_conflict")
	early.refused(fagai, selfreport.ActFraud, body{"figure": signed, "text": "虚构合同两份"}, "action_conflict")
}

// Nobody verifies their own unit's figures: the office that runs the year does; nor what
// they handed in themselves, whomever they stand in for.
func TestNobodyVerifiesTheirOwn(t *testing.T) {
	w := opened(t, func(o *selfreport.Opening) { o.UnitID, o.UnitName = "fagai", "市发改委" })
	w.do(fagai, selfreport.ActFill, says(signed+"=12", amount+"=11|年末新签一项未入库", trips+"=9"))
	w.do(fagai, selfreport.ActSubmit, nil)
	for _, by := range []org.Actor{fagai, fagai2} {
		w.refused(by, selfreport.ActConfirm, nil, "action_forbidden")
		w.refused(by, selfreport.ActCorrect, body{"figure": amount, "value": "11", "text": "无误"}, "action_forbidden")
	}
	var tasks []string
	for _, x := range selfreport.Tasks(w.state) {
		tasks = append(tasks, x.Key+" "+x.UnitID)
	}
	if want := []string{"verify/fagai centre", "verify/shangwu shangwu", "verify/centre centre"}; !slices.Equal(tasks, want) {
		t.Errorf("tasks %v, want %v", tasks, want)
	}
	w.do(zhang, selfreport.ActConfirm, body{"figures": []string{amount}, "text": "协议齐全"})

	w = submitted(t)
	proxy := county
	proxy.Behalf = []org.Principal{{UserID: fagai.UserID, Name: fagai.Name, UnitID: "fagai", Roles: fagai.Roles}}
	w.refused(proxy, selfreport.ActConfirm, body{"text": "协议齐全"}, "action_forbidden")
	w.refused(proxy, selfreport.ActFraud, body{"figure": signed, "text": "虚构合同两份"}, "action_forbidden")
	other := outside // a proxy who has no part in the report may
	other.Behalf = proxy.Behalf
	w.do(other, selfreport.ActConfirm, body{"text": "协议齐全"})
	if x := w.item(amount); x.VerifiedBy != "科技局经办(代发改委经办)" || !slices.Equal(x.Verifiers, []string{"u-keji", "u-fagai"}) {
		t.Errorf("%+v", x)
	}
}

// A report may be taken back until somebody has looked at it. It keeps the time that was
// left, and stays late if it was.
func TestAReportIsTakenBackBeforeAVerdict(t *testing.T) {
	w := submitted(t)
	w.refused(fagai, selfreport.ActTakeBack, nil, "action_forbidden")
	w.now = at("2024-01-03 09:00")
	w.do(county, selfreport.ActTakeBack, nil)
	if x := w.item(signed); x.Verdict != selfreport.None || x.Final != "" || x.Said != "12" || w.state.Stage != selfreport.Filling {
		t.Errorf("%s, %+v", w.state.Stage, x)
	}
	if w.day() != "2024-01-16" {
		t.Errorf("due %s, and was due on 16 January", w.day())
	}
	w.do(county, selfreport.ActSubmit, nil)
	w.do(shangwu, selfreport.ActConfirm, nil)
	w.refused(county, selfreport.ActTakeBack, nil, "action_conflict")

	w = submitted(t)
	w.do(fagai, selfreport.ActCorrect, body{"figure": amount, "value": "10.8", "text": "重复计算"})
	w.refused(county, selfreport.ActTakeBack, nil, "action_conflict")

	w = submitted(t)
	w.now = at("2024-01-15 09:00") // a day is left: three are given
	w.do(county, selfreport.ActTakeBack, nil)
	if w.day() != "2024-01-18" {
		t.Errorf("due %s, want three working days", w.day())
	}

	w = opened(t, func(o *selfreport.Opening) { o.Lapse = false })
	w.do(county, selfreport.ActFill, says(signed+"=12", amount+"=10.5", trips+"=9"))
	w.until("2024-01-17 09:00")
	w.do(county, selfreport.ActSubmit, nil)
	if !w.state.Late {
		t.Error("a day late, and not late")
	}
	w.do(county, selfreport.ActTakeBack, nil)
	w.do(county, selfreport.ActSubmit, nil)
	if !w.state.Late {
		t.Error("taking it back made a late report punctual")
	}
}

// Only what is named goes back; what stands can't be changed, and may be repeated.
func TestOnlyNamedFiguresGoBack(t *testing.T) {
	w := submitted(t)
	w.refused(county, selfreport.ActReturn, body{"figures": []string{amount}, "text": "请补充"}, "action_forbidden")
	w.refused(fagai, selfreport.ActReturn, body{"figures": []string{amount}}, "required")
	w = opened(t, func(o *selfreport.Opening) { o.Known[0].Value = "" })
	w.do(county, selfreport.ActFill, says(signed+"=12", amount+"=11|年末新签一项未入库", trips+"=9"))
	w.do(county, selfreport.ActSubmit, nil)
	w.do(shangwu, selfreport.ActConfirm, nil)
	w.do(fagai, selfreport.ActReturn, body{"figures": []string{amount}, "text": "请补充协议"})
	if w.state.Stage != selfreport.Filling || w.item(amount).Verdict != selfreport.Returned || w.item(signed).Verdict != selfreport.None || w.item(trips).Verdict != selfreport.Confirmed {
		t.Fatalf("%s %+v", w.state.Stage, w.state.Items)
	}
	if x := w.item(amount); x.Why != "请补充协议" || !slices.Equal(x.Verifiers, []string{"u-fagai"}) {
		t.Errorf("%+v", x)
	}
	w.refused(county, selfreport.ActSubmit, nil, "figure_returned")
	w.refused(county, selfreport.ActFill, says(trips+"=19"), "figure_decided")
	w.do(county, selfreport.ActFill, says(trips+"=9", amount+"=10.5"))
	if x := w.item(trips); x.Verdict != selfreport.Confirmed || x.Final != "9" || w.item(amount).Verdict != selfreport.None {
		t.Errorf("%+v", x)
	}
	w.do(county, selfreport.ActSubmit, nil)
	if x := w.item(amount); x.Verdict != selfreport.Matched || w.item(trips).Verdict != selfreport.Confirmed || w.state.Stage != selfreport.Submitted {
		t.Errorf("%s, %+v", w.state.Stage, x)
	}
	// Without a list everything of the unit's own goes back.
	w = submitted(t)
	w.do(fagai, selfreport.ActReturn, body{"figures": []string{}, "text": "请补充协议"})
	if w.item(amount).Verdict != selfreport.Returned || w.item(trips).Verdict != selfreport.None || w.item(signed).Verdict != selfreport.Matched {
		t.Errorf("%+v", w.state.Items)
	}
}

func TestAVerdictIsReopened(t *testing.T) {
	w := verified(t)
	w.refused(shangwu, selfreport.ActReopen, body{"figure": amount, "text": "有误"}, "text_wrong")
	w.refused(county, selfreport.ActReopen, body{"figure": amount, "text": "有误"}, "action_forbidden")
	w.now = at("2024-01-05 09:00")
	w.do(fagai2, selfreport.ActReopen, body{"figure": amount, "text": "发现重复协议"})
	if x := w.item(amount); w.state.Stage != selfreport.Submitted || w.day() != "2024-01-12" || x.Verdict != selfreport.None || x.Final != "" || !w.state.VerifiedAt.IsZero() {
		t.Errorf("%s due %s, %+v", w.state.Stage, w.day(), x)
	}
	due := w.state.Clock.Due
	w.do(fagai, selfreport.ActReopen, body{"figure": signed, "text": "发现重复项目"}) // even what the machine found to agree
	if !w.state.Clock.Due.Equal(due) || w.item(signed).Verdict != selfreport.None {
		t.Error("the second one begins the term anew")
	}
	w.do(fagai, selfreport.ActConfirm, body{"text": "已核对"})
	if w.state.Stage != selfreport.Verified || !slices.Equal(w.item(amount).Verifiers, []string{"u-fagai"}) {
		t.Errorf("%s %+v", w.state.Stage, w.item(amount))
	}
	w.do(fagai, selfreport.ActReopen, body{"figure": amount, "text": "再看一次"})
	w.do(fagai2, selfreport.ActConfirm, body{"text": "已核对"})
	if got := w.item(amount).Verifiers; !slices.Equal(got, []string{"u-fagai", "u-fagai2"}) {
		t.Errorf("had a say: %v", got)
	}
}

func TestFraudsAreCountedUntilTheyAreVoided(t *testing.T) {
	w := submitted(t)
	w.refused(fagai, selfreport.ActFraud, body{"figure": trips, "text": "虚构外出两批次"}, "text_wrong") // another unit's
	w.refused(fagai, selfreport.ActFraud, body{"figure": signed, "text": "假的"}, "text_wrong")
	w.refused(fagai, selfreport.ActFraud, body{"figure": signed, "text": "虚构合同两份", "files": []string{"f9"}}, "attachment_unknown")
	w.do(fagai, selfreport.ActFraud, body{"figure": signed, "text": "虚构合同两份", "files": []string{"f1"}})
	w.do(zhang, selfreport.ActFraud, body{"figure": trips, "text": "虚构外出两批次"})
	w.refused(fagai, selfreport.ActVoidFraud, body{"no": "1", "text": "查无实据"}, "action_forbidden")
	w.refused(zhang, selfreport.ActVoidFraud, body{"no": "3", "text": "查无实据"}, "text_wrong")
	w.refused(zhang, selfreport.ActVoidFraud, body{"text": "查无实据"}, "required") // of two
	w.do(zhang, selfreport.ActVoidFraud, body{"no": "1", "text": "查无实据"})
	if n := w.state.Standing(); n != 1 || w.state.Frauds[0].Void == "" || w.state.Frauds[1].No != 2 || w.state.Frauds[1].By != zhang.Name || len(w.state.Frauds[0].Files) != 1 {
		t.Errorf("%d stand: %+v", n, w.state.Frauds)
	}
	w.do(leader, selfreport.ActVoidFraud, body{"text": "查无实据"})
	w.refused(zhang, selfreport.ActVoidFraud, body{"text": "查无实据"}, "action_conflict")
	w = verified(t)
	w.do(fagai, selfreport.ActFraud, body{"figure": signed, "text": "虚构合同两份"})
	w.system(selfreport.CmdSeal, nil)
	w.refused(zhang, selfreport.ActVoidFraud, body{"text": "查无实据"}, "action_conflict")
	w.refused(fagai, selfreport.ActFraud, body{"figure": signed, "text": "虚构合同两份"}, "action_conflict")
	if w.state.Standing() != 1 {
		t.Error("the seal lost a fraud")
	}
}

// Reminder, yellow and red; past the grace the registry's figures are handed in, and say
// that the clock did it.
func TestAnOverdueReportIsTakenFromTheRegistry(t *testing.T) {
	w := opened(t) // due on 16 January
	w.do(county, selfreport.ActFill, says(amount+"=11", trips+"=9"))
	w.until("2024-01-15 17:31")
	if !w.state.Reminded || w.state.Light != process.Green {
		t.Errorf("reminded %v, light %s", w.state.Reminded, w.state.Light)
	}
	w.until("2024-01-16 17:31")
	if w.state.Light != process.Yellow || w.state.Stage != selfreport.Filling {
		t.Errorf("light %s", w.state.Light)
	}
	if x := selfreport.Tasks(w.state)[0]; x.Light != process.Yellow || !x.Reminded || x.UnitID != "maojian" {
		t.Errorf("task %+v", x)
	}
	w.until("2024-01-18 17:31")
	s := w.state
	if s.Stage != selfreport.Submitted || !s.Automatic || !s.Late || s.Submitter != "" || s.SubmittedBy != "系统自动" || w.day() != "2024-01-25" || s.Light != process.Green {
		t.Fatalf("%+v", s)
	}
	if x := w.item(signed); x.Said != "12" || x.Verdict != selfreport.Matched || x.By != "系统自动" {
		t.Errorf("taken from the registry: %+v", x)
	}
	if x := w.item(amount); x.Said != "11" || x.Verdict != selfreport.None { // said without a reason: verified
		t.Errorf("what the unit said: %+v", x)
	}
	var told []string
	for _, e := range w.events[2:] {
		told = append(told, selfreport.Tell(e))
	}
	want := []string{"【自动】提醒:2024-01-16到期", "【自动】2024-01-16到期未办,亮黄灯", "【自动】2024-01-16到期未办,亮红灯", "【自动】逾期未报,按登记数代填1项,1项与登记数一致(自动核对)"}
	if !slices.Equal(told, want) {
		t.Errorf("%q, want %q", told, want)
	}
}

// Without that policy it stays open, red; verification that is late stays what it is.
func TestWithoutLapseAnOverdueReportStaysOpen(t *testing.T) {
	w := opened(t, func(o *selfreport.Opening) { o.Lapse = false })
	w.until("2024-03-01 09:00")
	if w.state.Stage != selfreport.Filling || w.state.Light != process.Red || len(selfreport.Timers(w.state)) != 0 {
		t.Errorf("%s %s", w.state.Stage, w.state.Light)
	}
	w.do(county, selfreport.ActFill, says(signed+"=12", amount+"=10.5", trips+"=9"))
	w.do(county, selfreport.ActSubmit, nil)
	if !w.state.Late || w.state.Automatic || w.state.Light != process.Green {
		t.Errorf("%+v", w.state)
	}
	w.until("2024-04-01 09:00")
	if w.state.Stage != selfreport.Submitted || w.state.Light != process.Red || w.item(trips).Verdict != selfreport.None {
		t.Errorf("%s %s", w.state.Stage, w.state.Light)
	}
}

// A server that was down past the grace marks it once.
func TestDowntimeIsMadeUpForOnce(t *testing.T) {
	w := opened(t)
	w.pass(at("2024-02-01 09:00"), false)
	var types []string
	for _, e := range w.events[1:] {
		types = append(types, e.Type)
	}
	if want := []string{"selfreport.reminded", "selfreport.late", "selfreport.submitted"}; !slices.Equal(types, want) {
		t.Errorf("%v", types)
	}
	if w.state.Stage != selfreport.Submitted || w.state.Light != process.Green || !w.state.Automatic {
		t.Errorf("%s %s", w.state.Stage, w.state.Light)
	}
}

func TestTheClockIsNotBelievedBlindly(t *testing.T) {
	w := opened(t)
	for _, name := range []string{"remind", "late", "nonsense", selfreport.CmdUnseal} {
		w.idle(name, nil)
	}
	w = verified(t)
	for _, name := range []string{"remind", "late", process.Recalculate} {
		w.idle(name, nil)
	}
	w = opened(t)
	w.until("2024-01-16 17:31")
	w.idle("late", nil)
	w.idle("remind", nil)
}

// A holiday notice moves the deadline, and takes a light back that it makes untrue.
func TestANoticeMovesTheDeadline(t *testing.T) {
	w := opened(t)
	w.idle(process.Recalculate, nil)
	w.facts.Calendar = withNotice(t, w.facts.Calendar, "2024-01-08", "2024-01-09")
	w.system(process.Recalculate, nil)
	if w.day() != "2024-01-18" || calendar.DateOf(w.state.Clock.RemindAt).String() != "2024-01-17" {
		t.Errorf("due %s", w.day())
	}
	w.idle(process.Recalculate, nil)
	w = opened(t)
	w.until("2024-01-17 09:00")
	w.facts.Calendar = withNotice(t, w.facts.Calendar, "2024-01-15", "2024-01-16")
	w.system(process.Recalculate, nil)
	if w.state.Light != process.Green || w.day() != "2024-01-18" {
		t.Errorf("light %s, due %s", w.state.Light, w.day())
	}
	w.until("2024-01-18 17:31")
	if w.state.Light != process.Yellow {
		t.Errorf("light %s at the new end", w.state.Light)
	}
	// A notice that makes it due earlier leaves the light to the clock.
	w = opened(t)
	w.facts.Calendar = withNotice(t, w.facts.Calendar, "2024-01-10")
	w.system(process.Recalculate, nil)
	w.now = at("2024-01-17 09:00")
	w.facts.Calendar = office(t)
	w.system(process.Recalculate, nil)
	if w.state.Light != process.Green || w.day() != "2024-01-16" {
		t.Errorf("light %s, due %s", w.state.Light, w.day())
	}
	w.until("2024-01-17 09:00")
	if w.state.Light != process.Yellow {
		t.Errorf("light %s", w.state.Light)
	}
}

// More time is granted or refused by somebody else, one request at a time.
func TestMoreTimeIsAskedAndDecided(t *testing.T) {
	w := opened(t)
	ask := body{"days": 5, "text": "经办人病假"}
	w.refused(fagai, selfreport.ActAskTime, ask, "action_forbidden")
	w.refused(county, selfreport.ActAskTime, body{"days": 31, "text": "经办人病假"}, "number_wrong")
	w.do(county, selfreport.ActAskTime, ask)
	w.refused(county, selfreport.ActAskTime, ask, "action_conflict")
	w.refused(county, selfreport.ActGrantTime, body{"days": 5}, "action_forbidden")
	w.refused(fagai, selfreport.ActDenyTime, body{"text": "不同意"}, "action_forbidden")
	if x := selfreport.Tasks(w.state)[0]; x.Key != "time/1" || x.UnitID != "centre" {
		t.Errorf("task %+v", x)
	}
	w.do(zhang, selfreport.ActDenyTime, body{"text": "时间充足"})
	if r := w.state.Requests[0]; r.Decided != "refused" || r.Days != 5 || w.day() != "2024-01-16" {
		t.Errorf("%+v", r)
	}
	w.refused(zhang, selfreport.ActGrantTime, body{"days": 5}, "action_conflict")
	w.until("2024-01-17 09:00")
	w.do(county, selfreport.ActAskTime, ask)
	w.do(leader, selfreport.ActGrantTime, body{"days": 3}) // fewer than asked
	if r := w.state.Requests[1]; r.Decided != "granted" || r.Days != 3 || w.day() != "2024-01-19" || w.state.Light != process.Green || w.state.Reminded {
		t.Errorf("%+v, due %s, light %s", r, w.day(), w.state.Light)
	}
	w.until("2024-01-19 17:31")
	if w.state.Light != process.Yellow || !w.state.Reminded {
		t.Errorf("light %s", w.state.Light)
	}
	// Who asked doesn't decide, though they run the year as well.
	both := county
	both.Roles = append(slices.Clone(county.Roles), org.Assessor)
	w = opened(t)
	w.do(both, selfreport.ActAskTime, ask)
	w.refused(both, selfreport.ActGrantTime, body{"days": 5}, "action_forbidden")
	// A report that was handed in waits for no more time.
	w.do(county, selfreport.ActFill, says(signed+"=12", amount+"=10.5", trips+"=9"))
	w.do(county, selfreport.ActSubmit, nil)
	w.refused(zhang, selfreport.ActGrantTime, body{"days": 5}, "action_conflict")
}

// A request that nobody answered is nobody's task once the year is over.
func TestAnEndedReportWaitsForNobody(t *testing.T) {
	for _, cmd := range []string{selfreport.CmdFinish, selfreport.CmdMerge} {
		w := opened(t)
		w.do(county, selfreport.ActAskTime, body{"days": 5, "text": "经办人病假"})
		w.system(cmd, selfreport.WasMerged{Into: "zhangwan", Name: "张湾区"})
		if !w.state.Ended() || len(selfreport.Tasks(w.state))+len(selfreport.Timers(w.state)) > 0 {
			t.Errorf("%s: %+v", cmd, selfreport.Tasks(w.state))
		}
	}
}

// The year gives everybody more days, of the stage it means.
func TestTheYearExtendsAStage(t *testing.T) {
	w := opened(t)
	w.idle(selfreport.CmdExtend, selfreport.Extend{Stage: selfreport.Submitted, Days: 3})
	w.system(selfreport.CmdExtend, selfreport.Extend{Stage: selfreport.Filling, Days: 3})
	if w.day() != "2024-01-19" {
		t.Errorf("due %s", w.day())
	}
	w = verified(t)
	w.idle(selfreport.CmdExtend, selfreport.Extend{Stage: selfreport.Filling, Days: 3})
}

func TestOpeningTwiceIsNothing(t *testing.T) {
	w := opened(t)
	w.idle(selfreport.CmdOpen, opening())
	if _, err := selfreport.Decide(selfreport.State{}, w.command(selfreport.ActFill, county, nil), w.facts); !fault.HasCode(err, "selfreport_unknown") || !fault.Is(err, fault.NotFound) {
		t.Errorf("before it's opened: %v", err)
	}
	w.refused(county, "nonsense", nil, "action_unknown")
}

func TestAUnitIsRenamedAndMerged(t *testing.T) {
	w := submitted(t)
	w.idle(selfreport.CmdRename, selfreport.WasRenamed{Name: "茅箭区"})
	w.system(selfreport.CmdRename, selfreport.WasRenamed{Name: "茅箭新区"})
	if w.state.Title() != "2023年度茅箭新区自评" {
		t.Errorf("%s", w.state.Title())
	}
	w.system(selfreport.CmdMerge, selfreport.WasMerged{Into: "zhangwan", Name: "张湾区"})
	if w.state.Stage != selfreport.Closed || w.state.Into != "zhangwan" {
		t.Errorf("%s", w.state.Stage)
	}
	w.refused(fagai, selfreport.ActConfirm, nil, "action_conflict")
	w.idle(selfreport.CmdSeal, nil)
	var readers []string
	for _, r := range w.state.Readers() {
		readers = append(readers, r.UnitID)
	}
	if want := []string{"maojian", "centre", "zhangwan", "fagai", "shangwu"}; !slices.Equal(readers, want) {
		t.Errorf("readers %v, want %v", readers, want)
	}
}

// What is unsealed goes on where it stood, with a whole term.
func TestTheSealKeepsWhereItStood(t *testing.T) {
	for name, w := range map[string]*world{"filling": opened(t), "submitted": submitted(t), "verified": verified(t)} {
		before := w.state.Stage
		w.until("2024-01-04 09:00")
		w.system(selfreport.CmdSeal, nil)
		if w.state.Stage != selfreport.Sealed || w.state.Clock != nil || len(selfreport.Timers(w.state))+len(selfreport.Tasks(w.state)) > 0 {
			t.Errorf("%s sealed: %+v", name, w.state.Clock)
		}
		for _, by := range cast {
			for _, a := range selfreport.Actions(w.state, by, w.now) {
				if a.Allowed {
					t.Errorf("%s may %s a sealed report", by.Name, a.Name)
				}
			}
		}
		w.system(selfreport.CmdUnseal, nil)
		want := map[string]string{"filling": "2024-01-18", "submitted": "2024-01-11", "verified": ""}[name]
		if w.state.Stage != before || w.state.Before != "" || w.day() != want {
			t.Errorf("%s goes on at %s, due %q, want %q", name, w.state.Stage, w.day(), want)
		}
	}
}

func TestTimersAreNamedOnceAndNeverForWhatIsOver(t *testing.T) {
	seen := map[string]bool{}
	later := submitted(t)
	later.now = at("2024-01-03 09:00")
	later.do(county, selfreport.ActTakeBack, nil)
	for _, w := range []*world{opened(t), submitted(t), later} {
		timers := selfreport.Timers(w.state)
		if len(timers) != 2 {
			t.Errorf("%d timers", len(timers))
		}
		for _, x := range timers {
			if seen[x.Name] || !x.At.After(w.now) || x.Summary == "" {
				t.Errorf("%+v", x)
			}
			seen[x.Name] = true
		}
	}
	if n := len(selfreport.Timers(verified(t).state)); n != 0 {
		t.Errorf("%d timers when all is verified", n)
	}
	w := opened(t, func(o *selfreport.Opening) { o.Fill.Remind = 0 })
	if n := len(selfreport.Timers(w.state)); n != 1 {
		t.Errorf("%d timers without a reminder", n)
	}
}

func TestSummaryNamesTheNextDeadline(t *testing.T) {
	if s := selfreport.Summary(opened(t).state); s.Stage != "filling" || s.Title != "2023年度茅箭区自评" || !s.Due.Equal(at("2024-01-16 17:30")) {
		t.Errorf("%+v", s)
	}
	if s := selfreport.Summary(verified(t).state); !s.Due.IsZero() {
		t.Errorf("%+v", s)
	}
}

// Every event has words, and those of the system say that it was automatic.
func TestEveryEventIsTold(t *testing.T) {
	system := map[string]bool{"opened": true, "reminded": true, "late": true, "clock_moved": true, "sealed": true, "unsealed": true, "renamed": true, "merged": true, "finished": true}
	for _, b := range []event.Body{
		selfreport.WasOpened{}, selfreport.WasFilled{Items: []selfreport.Said{{Figure: signed}}}, selfreport.WasFilled{Text: "总结"}, selfreport.WasRefreshed{}, selfreport.WasSubmitted{}, selfreport.WasTakenBack{},
		selfreport.WasVerified{Judged: []selfreport.Judged{{Figure: signed, Verdict: selfreport.Confirmed}}}, selfreport.WasVerified{Judged: []selfreport.Judged{{Figure: signed, Verdict: selfreport.Corrected, Final: "1"}}},
		selfreport.WasReturned{}, selfreport.VerdictReopened{}, selfreport.FraudFound{}, selfreport.FraudVoided{}, selfreport.TimeAsked{}, selfreport.TimeDecided{}, selfreport.TimeDecided{Granted: true},
		selfreport.Reminded{}, selfreport.WasLate{Light: process.Red}, selfreport.ClockMoved{}, selfreport.WasSealed{}, selfreport.WasUnsealed{}, selfreport.WasRenamed{}, selfreport.WasMerged{}, selfreport.WasFinished{},
	} {
		e := event.Event{Type: b.EventType(), Data: process.Encoded(b)}
		told := selfreport.Tell(e)
		if told == "" || told == e.Type {
			t.Errorf("%s isn't told: %q", e.Type, told)
		}
		if auto := strings.HasPrefix(told, "【自动】"); auto != system[strings.TrimPrefix(e.Type, "selfreport.")] {
			t.Errorf("%s is told as %q", e.Type, told)
		}
	}
	b := selfreport.WasSubmitted{Automatic: true}
	if told := selfreport.Tell(event.Event{Type: b.EventType(), Data: process.Encoded(b)}); !strings.HasPrefix(told, "【自动】") {
		t.Errorf("%q", told)
	}
	if got := selfreport.Tell(event.Event{Type: "selfreport.of_tomorrow"}); got != "selfreport.of_tomorrow" {
		t.Errorf("%q", got)
	}
}

// Events are data for ever: unknown ones change nothing, and known ones of another shape
// never panic.
func TestEvolveIsTotal(t *testing.T) {
	shapes := []string{`{}`, `null`, `[]`, `"x"`, ``, `{"no":"x"}`, `{"opening":{"figures":[{"name":"a"},{"name":"b"}],"known":[{"value":"1"}]}}`, `{"items":[{"figure":"没有"}]}`,
		`{"judged":[{"figure":"没有"}],"figures":["没有"],"matched":["没有"],"taken":{"没有":{}},"known":{"没有":{}},"figure":"没有"}`}
	for _, w := range []*world{{tester: t}, opened(t), submitted(t), verified(t)} {
		want := process.Encoded(w.state)
		for _, typ := range []string{"opened", "filled", "refreshed", "submitted", "taken_back", "verified", "returned", "verdict_reopened", "fraud_found", "fraud_voided", "time_asked",
			"time_decided", "reminded", "late", "clock_moved", "sealed", "unsealed", "renamed", "merged", "finished", "of_tomorrow"} {
			for _, data := range shapes {
				after := selfreport.Evolve(w.state, event.Event{Type: "selfreport." + typ, Data: json.RawMessage(data)})
				if typ == "of_tomorrow" && string(process.Encoded(after)) != string(want) {
					t.Error("an unknown event changed something")
				}
				if string(process.Encoded(w.state)) != string(want) {
					t.Fatalf("%s changed the state before it", typ)
				}
			}
		}
	}
}

func TestLabelsAreThere(t *testing.T) {
	for _, s := range []selfreport.Stage{selfreport.Filling, selfreport.Submitted, selfreport.Verified, selfreport.Sealed, selfreport.Closed, selfreport.Finished} {
		if s.Label() == "" {
			t.Errorf("%s", s)
		}
	}
	for _, v := range []selfreport.Verdict{selfreport.None, selfreport.Matched, selfreport.Confirmed, selfreport.Corrected, selfreport.Returned} {
		if v.Label() == "" || v.Final() != (v == selfreport.Matched || v == selfreport.Confirmed || v == selfreport.Corrected) {
			t.Errorf("%q %s", v, v.Label())
		}
	}
}

// A form that the server has read against another state is refused: what nobody read is
// never recorded as nothing.
func TestFiguresThatWereNotReadAreRefused(t *testing.T) {
	w := opened(t)
	cmd := w.command(selfreport.ActFill, county, says(signed+"=12"))
	cmd.With = nil
	if err := w.record(cmd); !fault.HasCode(err, "report_changed") || w.item(signed).Said != "" {
		t.Errorf("filled: %v", err)
	}
	w = submitted(t, func(o *selfreport.Opening) { o.Known[0].Value = "" })
	cmd = w.command(selfreport.ActCorrect, fagai, body{"value": "10", "text": "重复计算"}) // two wait, so this says nothing
	w.do(fagai2, selfreport.ActConfirm, body{"figures": []string{signed}})
	if err := w.record(cmd); !fault.HasCode(err, "report_changed") || w.item(amount).Verdict != selfreport.None {
		t.Errorf("corrected: %v", err)
	}
	w.do(fagai, selfreport.ActCorrect, body{"value": "10", "text": "重复计算"})
	if x := w.item(amount); x.Final != "10" {
		t.Errorf("%+v", x)
	}
}

// What agreed with the registry agrees no more when the registry's figure has changed;
// what somebody has judged stands, and holds nothing up.
func TestARefreshUndoesAMatchAndNoVerdict(t *testing.T) {
	w := submitted(t)
	w.do(shangwu, selfreport.ActConfirm, nil)
	w.do(fagai, selfreport.ActReturn, body{"figures": []string{amount}, "text": "请补充协议"})
	w.known = map[string]selfreport.Known{signed: {Value: "13"}, trips: {Value: "8"}}
	w.do(county, selfreport.ActRefresh, nil)
	if x, y := w.item(signed), w.item(trips); x.Verdict != selfreport.None || x.Final != "" || y.Verdict != selfreport.Confirmed || y.Final != "9" {
		t.Errorf("%+v\n%+v", x, y)
	}
	w.do(county, selfreport.ActFill, says(amount+"=10.5"))
	if f := w.refused(county, selfreport.ActSubmit, nil, "reason_required"); len(f.Details) != 1 || f.Details[0].Field != "/items/"+signed {
		t.Errorf("%+v", f.Details)
	}
	w.do(county, selfreport.ActFill, says(signed+"=12|一项已终止"))
	w.do(county, selfreport.ActSubmit, nil)
}
