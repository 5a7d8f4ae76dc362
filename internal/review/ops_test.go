package review_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"luodi/internal/calendar"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/process"
	"luodi/internal/review"
)

func codeOf(err error) string {
	if err == nil {
		return ""
	}
	return fault.From(err).Code
}

func on(seat string, more ...any) map[string]any {
	out := map[string]any{"seat": seat}
	for i := 0; i+1 < len(more); i += 2 {
		out[more[i].(string)] = more[i+1]
	}
	return out
}

func veto(unit string) func(*review.Plan) {
	return func(p *review.Plan) { seatTerms(p, unit).Veto = true }
}

func seatTerms(p *review.Plan, unit string) *review.SeatTerms {
	return &p.Seats[slices.IndexFunc(p.Seats, func(s review.SeatTerms) bool { return s.UnitID == unit })]
}

func TestAHandlerDraftsAndALeaderSigns(t *testing.T) {
	w := opinions(t, plan([]string{"yingji"}, func(p *review.Plan) { p.Seats[0].SignOff = true }))
	w.do(seatActor("yingji"), review.ActOpine, opinion("yingji", review.Agree))
	w.stage(review.Opinions) // a draft is no opinion
	if x := w.seat("yingji"); x.Opinion != "" || x.Draft == nil {
		t.Fatalf("after the draft: %+v", x)
	}
	if task, ok := w.task("seat:yingji/sign"); !ok || !slices.Contains(task.Roles, org.DepartmentLeader) {
		t.Errorf("nobody is asked to sign: %+v", task)
	}
	w.refused("action_conflict", seatActor("yingji"), review.ActSign, on("yingji"))
	w.do(seatLeader("yingji"), review.ActReturnDraft, on("yingji", "text", "依据不足"))
	w.do(seatActor("yingji"), review.ActOpine, opinion("yingji", review.Disagree))
	w.do(seatLeader("yingji"), review.ActSign, struct{}{})
	x := w.seat("yingji")
	if x.Opinion != review.Disagree || x.By.Name != "yingji负责人" || x.Drafter.Name != "yingji经办" {
		t.Errorf("signed: %+v", x)
	}
	w.stage(review.Deciding)
}

func TestAProxyShowsBothNamesAndPassesNothingOn(t *testing.T) {
	w := opinions(t, plan([]string{"yingji", "fagai"}, func(p *review.Plan) { p.Seats[0].SignOff = true }))
	boss := seatLeader("yingji")
	deputy := org.Actor{UserID: "u-deputy", Name: "副职", UnitID: "yingji", Roles: []org.Role{org.DepartmentHandler},
		Behalf: []org.Principal{{UserID: boss.UserID, Name: boss.Name, UnitID: "yingji", Roles: boss.Roles}}}
	// a proxy of the proxy holds the deputy's rights, not the leader's: the server stamps no more
	third := org.Actor{UserID: "u-third", Name: "第三人", UnitID: "wenlv", Roles: []org.Role{org.DepartmentHandler},
		Behalf: []org.Principal{{UserID: "u-deputy", Name: "副职", UnitID: "yingji", Roles: deputy.Roles}}}
	w.do(third, review.ActOpine, opinion("yingji", review.Agree)) // drafts, as the deputy could
	w.refused("action_conflict", third, review.ActSign, struct{}{})
	w.do(deputy, review.ActSign, struct{}{})
	last := w.events[len(w.events)-1]
	if last.Actor.Name != "副职" || last.Actor.For == nil || last.Actor.For.Name != boss.Name || len(last.Actor.Behalf) != 0 {
		t.Errorf("recorded as %+v", last.Actor)
	}
	if got := w.seat("yingji").By.Signature(); got != "副职(代yingji负责人)" {
		t.Errorf("signature %s", got)
	}
}

func TestAProxyDoesNotSignTheirOwnDraft(t *testing.T) {
	w := opinions(t, plan([]string{"yingji"}, func(p *review.Plan) { p.Seats[0].SignOff = true }))
	boss := seatLeader("yingji")
	deputy := seatActor("yingji")
	w.do(deputy, review.ActOpine, opinion("yingji", review.Agree))
	deputy.Behalf = []org.Principal{{UserID: boss.UserID, Name: boss.Name, UnitID: "yingji", Roles: boss.Roles}}
	w.refused("action_conflict", deputy, review.ActSign, struct{}{})
	w.do(boss, review.ActSign, struct{}{})
}

func TestAnActorWithTwoSeatsChoosesOne(t *testing.T) {
	w := opinions(t, plan([]string{"fagai", "ziran"}))
	both := seatActor("fagai")
	other := seatActor("ziran")
	both.Behalf = []org.Principal{{UserID: other.UserID, Name: other.Name, UnitID: "ziran", Roles: other.Roles}}
	w.refused("body_invalid", both, review.ActOpine, map[string]any{"opinion": "agree", "text": "同意"}) // which?
	w.do(both, review.ActOpine, opinion("ziran", review.Agree))
	if x := w.seat("ziran"); x.By.For == nil || w.seat("fagai").Opinion != "" {
		t.Errorf("ziran: %+v", x)
	}
	w.do(both, review.ActOpine, opinion("fagai", review.Agree))
	if w.seat("fagai").By.For != nil {
		t.Error("their own seat was taken for a proxy's")
	}
}

func TestTheInitiatorsOwnUnitMaySitButNotTheInitiator(t *testing.T) {
	w := opinions(t, plan([]string{"zhushan", "fagai"}))
	w.refused("action_conflict", county, review.ActOpine, opinion("zhushan", review.Agree))
	w.refused("action_conflict", county, review.ActClaim, on("zhushan"))
	colleague := org.Actor{UserID: "u-county2", Name: "县同事", UnitID: "zhushan", Roles: []org.Role{org.CountyOperator}}
	w.do(colleague, review.ActOpine, opinion("zhushan", review.Agree))
}

func TestClaimReleaseAndTransferKeepOneHolder(t *testing.T) {
	w := opinions(t, plan([]string{"fagai", "ziran"}))
	second := org.Actor{UserID: "u2-fagai", Name: "发改二", UnitID: "fagai", Roles: []org.Role{org.DepartmentHandler}}
	w.given.Users["u2-fagai"] = org.User{ID: "u2-fagai", Name: "发改二", UnitID: "fagai", Roles: second.Roles}
	w.do(seatActor("fagai"), review.ActClaim, on("fagai"))
	w.refused("action_conflict", second, review.ActClaim, on("fagai"))
	w.refused("action_conflict", second, review.ActOpine, opinion("fagai", review.Agree))
	if task, _ := w.task("seat:fagai"); task.UserID != "u-fagai" {
		t.Errorf("the task is for %q", task.UserID)
	}
	w.do(seatActor("fagai"), review.ActRelease, struct{}{})
	w.do(second, review.ActClaim, struct{}{})
	w.refused("user_elsewhere", second, review.ActTransfer, on("fagai", "user", "u-ziran"))
	w.refused("body_invalid", second, review.ActTransfer, on("fagai"))
	w.refused("action_forbidden", second, review.ActReassign, on("fagai", "unit", "wenlv"))
	w.do(second, review.ActTransfer, on("fagai", "user", "u-fagai", "text", "转你办"))
	w.refused("action_conflict", second, review.ActOpine, opinion("fagai", review.Agree))
	w.refused("unit_sits", centre, review.ActReassign, on("fagai", "unit", "ziran"))
	before := w.seat("fagai").Step.Clock.Due
	w.do(centre, review.ActReassign, on("fagai", "unit", "wenlv"))
	x := w.seat("fagai")
	if x.Unit() != "wenlv" || x.Holder != nil || !x.Step.Clock.Due.Equal(before) {
		t.Errorf("moved: %+v", x)
	}
	w.refused("action_forbidden", seatActor("fagai"), review.ActOpine, opinion("fagai", review.Agree))
	w.do(seatActor("wenlv"), review.ActOpine, opinion("fagai", review.Agree))
}

func TestADelegationComesBackBeforeAnybodySpeaks(t *testing.T) {
	w := opinions(t, plan([]string{"fagai"}))
	w.do(seatLeader("fagai"), review.ActDelegate, on("fagai", "user", "u-fagai", "text", "请先核"))
	w.refused("action_conflict", seatLeader("fagai"), review.ActOpine, opinion("fagai", review.Agree))
	w.refused("action_conflict", seatActor("fagai"), review.ActOpine, opinion("fagai", review.Agree))
	w.do(seatActor("fagai"), review.ActHandBack, on("fagai", "text", "可以支持"))
	if x := w.seat("fagai"); x.Delegate.Report != "可以支持" {
		t.Errorf("%+v", x.Delegate)
	}
	w.do(seatLeader("fagai"), review.ActOpine, opinion("fagai", review.Agree))
	w.stage(review.Deciding)
}

func TestAddedSignersSpeakBeforeBesideAndAfter(t *testing.T) {
	w := opinions(t, plan([]string{"fagai", "ziran"}))
	add := func(unit string, where review.Where) {
		w.do(seatActor("fagai"), review.ActAddSigner, on("fagai", "unit", unit, "where", where, "text", "涉及职责"))
	}
	add("wenlv", review.Before)
	add("keji", review.Parallel)
	add("shuili", review.After)
	w.refused("unit_sits", seatActor("fagai"), review.ActAddSigner, on("fagai", "unit", "ziran", "where", "before", "text", "重复"))
	w.refused("action_conflict", seatActor("fagai"), review.ActOpine, opinion("fagai", review.Agree)) // before comes first
	w.refused("action_conflict", seatActor("shuili"), review.ActOpine, opinion("shuili+3", review.Agree))
	w.do(seatActor("wenlv"), review.ActOpine, opinion("wenlv+1", review.Agree))
	w.do(seatActor("fagai"), review.ActOpine, opinion("fagai", review.Agree))
	w.do(seatActor("ziran"), review.ActOpine, opinion("ziran", review.Agree))
	w.stage(review.Opinions)
	w.do(seatActor("shuili"), review.ActOpine, opinion("shuili+3", review.Agree))
	w.stage(review.Opinions) // keji still
	w.refused("action_forbidden", seatActor("ziran"), review.ActRemoveSigner, map[string]any{"signer": "keji+2", "text": "不需要"})
	w.do(seatActor("fagai"), review.ActRemoveSigner, map[string]any{"signer": "keji+2", "text": "不需要"})
	w.stage(review.Deciding) // removal of the last pending signer moves on
}

func TestAReturnStandsStillWithItsSignersAndRunsOnWithThem(t *testing.T) {
	w := opinions(t, plan([]string{"fagai", "ziran"}))
	w.do(seatActor("fagai"), review.ActAddSigner, on("fagai", "unit", "wenlv", "where", "parallel", "text", "涉及文物"))
	w.now = w.now.AddDate(0, 0, 1)
	w.do(seatActor("fagai"), review.ActReturn, text("补立项材料"))
	if w.seat("wenlv+1").Step.Clock.Running() || !w.seat("ziran").Step.Clock.Running() {
		t.Error("the signer runs on, or a sibling stands still")
	}
	w.refused("action_conflict", seatActor("wenlv"), review.ActOpine, opinion("wenlv+1", review.Agree))
	w.do(seatActor("ziran"), review.ActOpine, opinion("ziran", review.Agree)) // a sibling goes on
	w.stage(review.Opinions)
	w.now = w.now.AddDate(0, 0, 2)
	w.do(county, review.ActResubmit, text("已补"))
	if a, b := due(w.seat("fagai").Step), due(w.seat("wenlv+1").Step); a != "09-27" || b != "09-27" {
		t.Errorf("due %s and %s, want two working days later for both", a, b)
	}
}

func TestAStepwiseResubmissionPassesTheCentre(t *testing.T) {
	w := opinions(t, plan([]string{"fagai", "ziran"}))
	w.do(seatActor("fagai"), review.ActReturn, map[string]any{"text": "补材料", "route": "stepwise"})
	w.do(county, review.ActResubmit, text("已补"))
	if w.seat("fagai").Step.Clock.Running() {
		t.Error("the clock runs before the centre has passed it on")
	}
	if task, ok := w.task("recheck"); !ok || task.Action != review.ActForward || task.Due.IsZero() {
		t.Errorf("the centre isn't asked: %+v", task)
	}
	w.do(centre, review.ActReturn, text("还缺一页")) // the centre may send it back once more
	if _, ok := w.task("seat:fagai/supplement"); !ok {
		t.Error("the initiator isn't asked again")
	}
	w.do(county, review.ActResubmit, text("补齐"))
	w.do(centre, review.ActForward, struct{}{})
	w.do(seatActor("fagai"), review.ActOpine, opinion("fagai", review.Agree))
}

func TestChangedFiguresReopenTheSeatsTheyConcernAndSeatNewOnes(t *testing.T) {
	w := opinions(t, plan([]string{"fagai", "ziran", "shengtai"}, func(p *review.Plan) {
		seatTerms(p, "ziran").ReopenOn = []string{"land_area"}
		seatTerms(p, "fagai").ReopenOn = []string{"agreed_amount"}
	}))
	w.do(seatActor("fagai"), review.ActOpine, opinion("fagai", review.Agree))
	w.do(seatActor("ziran"), review.ActOpine, opinion("ziran", review.Disagree))
	w.do(seatActor("shengtai"), review.ActOpine, opinion("shengtai", review.Agree))
	w.stage(review.Deciding)
	w.do(leader, review.ActReturn, map[string]any{"text": "核减用地", "step": "decision"})
	f := small
	f.LandArea, f.Chemicals = "15", true
	next := plan([]string{"fagai", "ziran", "shengtai", "yingji"})
	w.given.Figures, w.given.Plan = &f, &next
	w.do(county, review.ActResubmit, text("用地减为15亩"))
	w.stage(review.Opinions)
	if x := w.seat("ziran"); x.Opinion != "" || !x.Step.Open() || len(x.Past) != 1 || x.Past[0].Opinion != review.Disagree {
		t.Errorf("ziran: %+v", x)
	}
	if w.seat("fagai").Opinion != review.Agree || !w.seat("yingji").Step.Open() {
		t.Error("fagai was asked again, or yingji was not asked")
	}
	changes := review.Compare(w.state.Versions[0].Figures, w.state.Versions[1].Figures)
	if len(changes) != 2 || changes[0].Field != "land_area" || changes[0].Before != "20" || changes[0].After != "15" {
		t.Errorf("changes %+v", changes)
	}
}

func TestTheDecisionGoesBackToChosenSeatsOrToAll(t *testing.T) {
	for to, want := range map[string]int{"seats": 1, "opinions": 2} {
		w := opinions(t, plan([]string{"fagai", "ziran"}))
		w.do(seatActor("fagai"), review.ActOpine, opinion("fagai", review.Agree))
		w.do(seatActor("ziran"), review.ActOpine, opinion("ziran", review.Agree))
		body := map[string]any{"text": "请再核", "to": to}
		w.refused("seats_wrong", leader, review.ActReturn, map[string]any{"text": "请再核", "to": "seats"})
		if to == "seats" {
			body["seats"] = []string{"ziran"}
		}
		w.do(leader, review.ActReturn, body)
		w.stage(review.Opinions)
		open := 0
		for _, x := range w.state.Seats {
			if x.Step.Open() {
				open++
			}
		}
		if open != want {
			t.Errorf("%s: %d seats are open, want %d", to, open, want)
		}
	}
}

func TestTakingBackIsPossibleWhileNobodyBuiltOnIt(t *testing.T) {
	w := opinions(t, plan([]string{"fagai", "ziran"}))
	w.do(seatActor("fagai"), review.ActOpine, opinion("fagai", review.Agree))
	w.refused("action_conflict", seatLeader("fagai"), review.ActTakeBack, struct{}{}) // not theirs
	w.do(seatActor("fagai"), review.ActTakeBack, struct{}{})
	if x := w.seat("fagai"); x.Opinion != "" || !x.Step.Open() || due(x.Step) != "09-25" {
		t.Errorf("taken back: %+v", x)
	}
	w.do(seatActor("fagai"), review.ActReturn, text("补材料"))
	w.now = w.now.AddDate(0, 0, 1)
	w.do(seatActor("fagai"), review.ActTakeBack, struct{}{})
	if x := w.seat("fagai"); x.Step.Returned != nil || due(x.Step) != "09-26" {
		t.Errorf("return taken back: due %s", due(x.Step))
	}
	w.do(seatActor("fagai"), review.ActOpine, opinion("fagai", review.Agree))
	w.do(seatActor("ziran"), review.ActOpine, opinion("ziran", review.Agree))
	w.refused("action_conflict", seatActor("ziran"), review.ActTakeBack, struct{}{}) // the decision is open
}

func TestVoteModes(t *testing.T) {
	mode := func(m review.Mode, pass string) func(*review.Plan) {
		return func(p *review.Plan) { p.Rules.Mode, p.Rules.Pass = m, pass }
	}
	t.Run("any", func(t *testing.T) {
		w := opinions(t, plan([]string{"fagai", "ziran", "keji"}, mode(review.AnyOne, ""), veto("ziran")))
		w.do(seatActor("fagai"), review.ActOpine, opinion("fagai", review.Agree))
		w.stage(review.Opinions) // the veto seat still speaks
		if w.seat("keji").Dropped == "" || w.seat("ziran").Dropped != "" {
			t.Error("keji goes on, or the veto seat was dropped")
		}
		w.refused("action_conflict", seatActor("fagai"), review.ActTakeBack, struct{}{}) // keji was let go because of it
		w.do(seatActor("ziran"), review.ActOpine, opinion("ziran", review.Disagree))
		w.refused("body_invalid", leader, review.ActDecide, map[string]any{"outcome": "approved", "text": "同意"})
	})
	t.Run("sequence", func(t *testing.T) {
		w := opinions(t, plan([]string{"fagai", "ziran", "keji"}, mode(review.Sequence, "")))
		w.refused("action_conflict", seatActor("ziran"), review.ActOpine, opinion("ziran", review.Agree))
		for _, u := range []string{"fagai", "ziran", "keji"} {
			w.do(seatActor(u), review.ActOpine, opinion(u, review.Agree))
		}
		w.stage(review.Deciding)
	})
	t.Run("ballot", func(t *testing.T) {
		w := opinions(t, plan([]string{"fagai", "ziran", "keji"}, mode(review.Ballot, "2/3")))
		w.do(seatActor("fagai"), review.ActOpine, opinion("fagai", review.Agree))
		w.do(seatActor("ziran"), review.ActOpine, opinion("ziran", review.Disagree))
		w.do(seatActor("keji"), review.ActOpine, opinion("keji", review.Disagree))
		w.refused("body_invalid", leader, review.ActDecide, map[string]any{"outcome": "approved", "text": "同意"})
		w.do(leader, review.ActReturn, map[string]any{"text": "再议", "to": "seats", "seats": []string{"keji"}})
		w.do(seatActor("keji"), review.ActOpine, opinion("keji", review.Agree)) // two of three
		w.do(leader, review.ActDecide, map[string]any{"outcome": "approved", "text": "同意"})
	})
}

func TestPauseHoldsEveryClockAndNothingIsOverdueMeanwhile(t *testing.T) {
	w := opinions(t, plan([]string{"fagai", "ziran"}))
	w.do(seatActor("ziran"), review.ActReturn, text("补材料"))
	w.do(centre, review.ActPause, map[string]any{"text": "委托评估", "until": "2023-10-16"})
	for _, timer := range w.def.Timers(w.state) {
		if timer.Name != "pause/ends" {
			t.Errorf("%s rings during the pause", timer.Name)
		}
	}
	w.now = time.Date(2023, 10, 12, 2, 0, 0, 0, time.UTC)
	w.do(org.SystemActor(), "light", map[string]string{"step": "seat:fagai"}) // a late timer
	if w.seat("fagai").Step.Light != process.Green {
		t.Error("overdue during a pause")
	}
	w.do(county, review.ActResubmit, text("已补")) // still paused: doesn't start the clock
	if w.seat("ziran").Step.Clock.Running() {
		t.Error("a resubmission ended the pause")
	}
	w.do(seatActor("fagai"), review.ActOpine, opinion("fagai", review.Agree)) // work may go on
	w.ring()
	last := w.events[len(w.events)-1]
	if w.state.Paused != nil || !last.Actor.System || !strings.HasPrefix(w.def.Tell(last), "【自动】") {
		t.Errorf("after the pause: %s", w.def.Tell(last))
	}
	if !w.seat("ziran").Step.Clock.Running() || w.now.After(w.seat("ziran").Step.Clock.Due) {
		t.Error("ziran isn't running, or late at once")
	}
}

func TestExtensionHasALimitAndMovesTheDeadline(t *testing.T) {
	w := opinions(t, plan([]string{"fagai"}))
	w.refused("action_forbidden", centre, review.ActExtend, map[string]any{"days": 3, "text": "情况复杂"})
	w.do(leader, review.ActExtend, map[string]any{"days": 3, "text": "情况复杂"})
	if got := due(w.seat("fagai").Step); got != "09-28" {
		t.Errorf("due %s", got)
	}
	w.refused("extension_too_long", leader, review.ActExtend, map[string]any{"days": 8, "text": "再延"})
}

func TestUrgingIsRecordedAndLimitedToOnceADay(t *testing.T) {
	w := opinions(t, plan([]string{"fagai", "ziran"}))
	w.do(county, review.ActUrge, map[string]any{"step": "seat:fagai", "text": "请尽快"})
	w.refused("body_invalid", centre, review.ActUrge, map[string]any{"step": "seat:fagai"})
	w.do(county, review.ActUrge, map[string]any{"step": "seat:ziran"})
	w.refused("action_conflict", county, review.ActUrge, struct{}{})
	w.refused("action_forbidden", seatActor("fagai"), review.ActUrge, struct{}{})
	w.now = w.now.AddDate(0, 0, 1)
	w.do(centre, review.ActUrge, map[string]any{"step": "seat:fagai"})
	if task, _ := w.task("seat:fagai"); task.Urged != 2 {
		t.Errorf("urged %d times", task.Urged)
	}
}

func TestCopiesAndReceipts(t *testing.T) {
	w := opinions(t, plan([]string{"fagai"}))
	wenlv := seatActor("wenlv")
	w.refused("action_forbidden", wenlv, review.ActRead, struct{}{})
	w.do(seatActor("fagai"), review.ActCopy, map[string]any{"units": []string{"wenlv"}})
	w.refused("unit_reads", centre, review.ActCopy, map[string]any{"units": []string{"wenlv"}})
	w.do(wenlv, review.ActRead, struct{}{})
	w.refused("action_conflict", wenlv, review.ActRead, struct{}{})
	if !slices.Contains(w.state.Readers(), process.Reader{UnitID: "wenlv", Copy: true}) {
		t.Errorf("readers %v", w.state.Readers())
	}
}

func TestAnOverdueSeatIsTakenToAgreeWhereTheTemplateSaysSoAndNeverAVeto(t *testing.T) {
	w := opinions(t, plan([]string{"fagai", "ziran"}, func(p *review.Plan) {
		p.Seats[0].Lapse = review.Consent
		p.Seats[1].Veto, p.Seats[1].Lapse = true, review.Consent // a template can't say so; the rules don't rely on that
	}))
	for w.seat("ziran").Step.Light != process.Red {
		w.ring()
	}
	x := w.seat("fagai")
	if x.Opinion != review.Agree || !x.Automatic || x.By.UserID != "" {
		t.Errorf("fagai: %+v", x)
	}
	if w.seat("ziran").Opinion != "" {
		t.Error("a veto seat lapsed")
	}
	// said too late: kept, without effect (商请逾期视为同意)
	w.refused("action_conflict", seatActor("fagai"), review.ActOpine, opinion("fagai", review.Disagree))
	w.do(seatActor("fagai"), review.ActRemark, on("fagai", "text", "不同意,理由如下"))
	if x := w.seat("fagai"); x.Opinion != review.Agree || len(x.Remarks) != 1 {
		t.Errorf("after the remark: %+v", x)
	}
}

func TestAnEmptyPoolIsTheCentresBusiness(t *testing.T) {
	w := newWorld(t)
	w.do(county, review.ActSubmit, review.Submission{ID: "1", Figures: small, Plan: plan([]string{"fagai", "ziran"})})
	w.given.Unstaffed = []string{"ziran", "keji"}
	w.do(centre, review.ActAccept, struct{}{})
	if task, ok := w.task("seat:ziran/unstaffed"); !ok || task.UnitID != "centre" {
		t.Fatalf("nobody is told: %v", w.def.Tasks(w.state))
	}
	w.refused("unit_unstaffed", centre, review.ActReassign, on("ziran", "unit", "keji"))
	w.do(centre, review.ActReassign, on("ziran", "unit", "wenlv"))
	if _, ok := w.task("seat:ziran/unstaffed"); ok {
		t.Error("still unstaffed")
	}
}

func TestAReminderComesAgainAfterReturnAndReentry(t *testing.T) {
	w := opinions(t, plan([]string{"fagai"}))
	w.ring() // reminder on Friday 22nd
	if !w.seat("fagai").Step.Reminded {
		t.Fatal("not reminded")
	}
	w.do(seatActor("fagai"), review.ActReturn, text("补材料"))
	w.now = time.Date(2023, 10, 9, 2, 0, 0, 0, time.UTC)
	w.do(county, review.ActResubmit, text("已补"))
	if w.seat("fagai").Step.Reminded {
		t.Error("the reminder of before counts for the moved deadline")
	}
	timers := w.def.Timers(w.state)
	if !slices.ContainsFunc(timers, func(x process.Timer) bool { return x.Name == "seat:fagai/remind" }) {
		t.Errorf("no reminder: %v", timers)
	}
}

func TestANewNoticeDuringACountersignMovesAddedAndPausedClocksToo(t *testing.T) {
	w := opinions(t, plan([]string{"fagai", "ziran"}))
	w.do(seatActor("fagai"), review.ActAddSigner, on("fagai", "unit", "wenlv", "where", "parallel", "text", "涉及文物"))
	w.do(seatActor("ziran"), review.ActReturn, text("补材料"))
	cal, err := w.facts.Calendar.WithNotice(calendar.Notice{
		ID: "示例〔2023〕1号", Year: 2023, Title: "示例:临时放假", Issued: calendar.Date{Year: 2023, Month: 9, Day: 18},
		Days: []calendar.DayRule{{Date: calendar.Date{Year: 2023, Month: 9, Day: 21}, Kind: calendar.Off, Holiday: "示例"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	w.facts.Calendar = cal
	w.do(org.SystemActor(), process.Recalculate, struct{}{})
	for _, id := range []string{"fagai", "ziran", "wenlv+1"} {
		if got := due(w.seat(id).Step); got != "09-26" {
			t.Errorf("%s is due %s, want 09-26", id, got)
		}
	}
}

func TestThePanelsVoteBindsTheDecision(t *testing.T) {
	panel := func(p *review.Plan) {
		p.Rules.PanelTerms, p.Rules.PanelWhy = process.Terms{Days: 5, Remind: 1, Grace: 2}, "协议金额不低于5亿元"
	}
	meet := map[string]any{"meeting_id": "m1", "title": "第3次研判会", "at": "2023-09-25T01:00:00Z", "chair": "王主任",
		"members": []map[string]string{{"user_id": "x", "name": "委员", "unit_id": "caizheng"}}}
	vote := map[string]any{"meeting_id": "m1", "title": "第3次研判会", "at": "2023-09-25T01:00:00Z", "result": "failed", "for": 2, "against": 5, "abstain": 1, "present": 8, "eligible": 9}
	w := opinions(t, plan([]string{"fagai"}, panel))
	w.refused("panel_not_awaited", org.SystemActor(), "panel_scheduled", meet)
	w.do(seatActor("fagai"), review.ActOpine, opinion("fagai", review.Agree))
	w.stage(review.Panel)
	w.refused("action_conflict", leader, review.ActDecide, map[string]any{"outcome": "approved", "text": "同意"})
	w.do(org.SystemActor(), "panel_scheduled", meet)
	if !slices.Contains(w.state.Readers(), process.Reader{UnitID: "caizheng"}) {
		t.Error("members can't read the review")
	}
	w.do(org.SystemActor(), "panel_result", vote)
	w.stage(review.Deciding)
	w.refused("body_invalid", leader, review.ActDecide, map[string]any{"outcome": "approved", "text": "同意"})
	w.do(leader, review.ActDecide, map[string]any{"outcome": "rejected", "text": "不予通过"})
}

func TestAConditionalApprovalEndsWhenEveryConditionIsMetOrWaived(t *testing.T) {
	w := opinions(t, plan([]string{"fagai", "ziran"}))
	w.do(seatActor("fagai"), review.ActOpine, opinion("fagai", review.Agree))
	w.do(seatActor("ziran"), review.ActOpine, map[string]any{"seat": "ziran", "opinion": "conditional", "text": "须先落实用地",
		"conditions": []map[string]string{{"text": "取得用地预审", "owner": "zhushan", "due": "2023-10-20"}}})
	w.refused("date_past", leader, review.ActDecide, map[string]any{"outcome": "conditional", "text": "同意",
		"conditions": []map[string]string{{"text": "落实资金", "due": "2023-09-01"}}})
	w.do(leader, review.ActDecide, map[string]any{"outcome": "conditional", "text": "有条件通过",
		"conditions": []map[string]string{{"text": "落实首期资金"}}})
	w.stage(review.FollowUp)
	if w.state.ProjectStage() != "cleared" || len(w.state.Conditions) != 2 || due(w.state.Conditions[0].Step) != "10-20" {
		t.Fatalf("conditions: %+v", w.state.Conditions)
	}
	w.refused("action_conflict", county, review.ActWithdraw, text("不做了"))
	w.refused("attachment_unknown", county, review.ActEvidence, map[string]any{"condition": "c1", "text": "已取得", "files": []string{"nope"}})
	w.do(county, review.ActEvidence, map[string]any{"condition": "c1", "text": "已取得预审", "files": []string{"f1"}})
	w.do(seatActor("ziran"), review.ActReturnEvidence, map[string]any{"condition": "c1", "text": "缺红线图"})
	w.do(county, review.ActEvidence, map[string]any{"condition": "c1", "text": "补红线图"})
	w.refused("action_forbidden", seatActor("fagai"), review.ActCloseCondition, map[string]any{"condition": "c1", "text": "可以"})
	w.do(seatActor("ziran"), review.ActCloseCondition, map[string]any{"condition": "c1", "text": "已核实"})
	w.stage(review.FollowUp)
	for w.state.Conditions[1].Step.Light != process.Red { // overdue conditions escalate
		w.ring()
	}
	if _, ok := w.task("condition:c2/escalation"); !ok {
		t.Error("an overdue condition isn't escalated")
	}
	w.refused("action_forbidden", centre, review.ActWaive, map[string]any{"condition": "c2", "text": "免"})
	w.do(leader, review.ActWaive, map[string]any{"text": "投资方已整体收购,无需首期"})
	if !w.state.Ended() || w.state.Outcome != review.Conditional {
		t.Errorf("stage %s, outcome %s", w.state.Stage, w.state.Outcome)
	}
	if w.def.Ended(w.state) {
		t.Error("the process ends before its document is made")
	}
	w.paper()
	if !w.def.Ended(w.state) || w.state.Papers[0].PDF.ID != "bb" {
		t.Errorf("papers %+v", w.state.Papers)
	}
}

func TestADeferredReviewCanBeTakenUpAgain(t *testing.T) {
	w := opinions(t, plan([]string{"fagai"}))
	w.do(seatActor("fagai"), review.ActOpine, opinion("fagai", review.Disagree))
	w.do(leader, review.ActDecide, map[string]any{"outcome": "deferred", "text": "待资金落实", "until": "2023-12-01"})
	w.stage(review.Deferral)
	if w.state.ProjectStage() != "deferred" || w.state.Ended() {
		t.Fatalf("project %s", w.state.ProjectStage())
	}
	w.do(county, review.ActReopen, text("资金已落实"))
	w.stage(review.Intake)
	if w.state.ProjectStage() != "in_review" || w.seat("fagai").Past[0].Opinion != review.Disagree {
		t.Errorf("reopened: %+v", w.seat("fagai"))
	}
	w.do(centre, review.ActAccept, struct{}{})
	w.do(seatActor("fagai"), review.ActOpine, opinion("fagai", review.Agree))
	w.do(leader, review.ActDecide, map[string]any{"outcome": "approved", "text": "同意"})
	if len(w.state.Papers) != 2 {
		t.Errorf("papers %+v", w.state.Papers)
	}
}

func TestForecastTellsWhoActsWhen(t *testing.T) {
	w := newWorld(t)
	p := plan([]string{"fagai", "ziran"}, func(p *review.Plan) { p.Seats[1].Terms.Days = 7 })
	days := func(list []review.Expected) string {
		var out []string
		for _, e := range list {
			out = append(out, e.Step+" "+e.Due.In(calendar.Shanghai).Format("01-02"))
		}
		return strings.Join(out, ", ")
	}
	// Monday 18 Sep: intake 20th; seats from there 5 and 7 days over National Day; decision 3 days later
	before := review.ForecastPlan(p, w.facts.Calendar, w.now)
	if got := days(before); got != "intake 09-20, seat:fagai 09-27, seat:ziran 10-07, decision 10-10" {
		t.Errorf("before: %s", got)
	}
	w = opinions(t, p)
	w.do(seatActor("fagai"), review.ActOpine, opinion("fagai", review.Agree))
	now := review.Forecast(w.state, w.facts.Calendar, w.now)
	if got := days(now); got != "seat:ziran 09-27, decision 10-08" || !now[0].Open || now[1].Open {
		t.Errorf("now: %s", got)
	}
}
