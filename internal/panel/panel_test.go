package panel_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/panel"
	"luodi/internal/process"
)

func TestMeetingOfTwoReviewsFromConveningToTheirResults(t *testing.T) {
	w := newWorld(t)
	w.convene(3)
	if got := told(w.deliver()); got != "r0:scheduled r1:scheduled" {
		t.Fatalf("told %s", got)
	}
	for i := range 3 {
		w.do(voter(i), panel.ActAttend, body{})
	}
	w.do(operator, panel.ActOpen, body{})
	w.do(voter(0), panel.ActOpenVote, body{"item": "1"})
	w.vote(0, panel.For)
	w.do(voter(1), panel.ActVote, body{"item": "1", "choice": "for", "text": "符合产业方向"})
	w.vote(2, panel.Against)
	w.count()
	w.do(operator, panel.ActAdvise, body{"item": "1", "text": "落实环评要求后推进"})
	w.do(operator, panel.ActPostpone, body{"item": "2", "text": "材料未齐"})
	w.refused(operator, panel.ActClose, body{}, fault.Conflict, "纪要尚未整理")
	w.do(operator, panel.ActMinutes, body{"text": "会议听取了汇报。"})
	w.do(operator, panel.ActClose, body{})
	if w.state.Ended() {
		t.Fatal("ended before the reviews know")
	}
	messages := w.deliver()
	if got := told(messages); got != "r0:result r1:unscheduled" {
		t.Fatalf("told %s", got)
	}
	want := `{"meeting_id":"m1","title":"第一次研判会","at":"2023-09-20T06:30:00Z","result":"passed","for":2,"against":1,"abstain":0,` +
		`"present":3,"eligible":3,"quorum":"2/3","casting":false,"secret":false,"ballots":[` +
		`{"name":"成员0","unit_name":"unit0局","choice":"for","weight":1,"text":""},` +
		`{"name":"成员1","unit_name":"unit1局","choice":"for","weight":1,"text":"符合产业方向"},` +
		`{"name":"成员2","unit_name":"unit2局","choice":"against","weight":1,"text":""}],` +
		`"advice":"落实环评要求后推进","chair":"成员0","minutes":"会议听取了汇报。"}`
	if got := string(messages[0].Body); got != want {
		t.Errorf("result is\n%s, want\n%s", got, want)
	}
	if got := string(messages[1].Body); got != `{"meeting_id":"m1","reason":"本次不议。材料未齐"}` {
		t.Errorf("unscheduled is %s", got)
	}
	if !w.state.Ended() || event.Verify(w.events) != nil {
		t.Error("did not end well")
	}
}

func TestScheduledSaysWhenAndWho(t *testing.T) {
	w := newWorld(t)
	w.convene(1)
	want := `{"meeting_id":"m1","title":"第一次研判会","at":"2023-09-20T06:30:00Z",` +
		`"members":[{"user_id":"m0","name":"成员0","unit_id":"unit0","unit_name":"unit0局"}],"chair":"成员0"}`
	if got := string(w.deliver()[0].Body); got != want {
		t.Errorf("scheduled is %s", got)
	}
}

func TestOpeningSaysHowManyAreMissing(t *testing.T) {
	w := newWorld(t)
	w.convene(7) // 2/3 of 7: 5
	for i := range 3 {
		w.do(voter(i), panel.ActAttend, body{})
	}
	w.refused(operator, panel.ActOpen, body{}, fault.Conflict, "签到3人,应到7人,到会须不少于2/3,还差2人")
	w.do(operator, panel.ActMark, body{"user_id": "m3"})
	w.refused(operator, panel.ActOpen, body{}, fault.Conflict, "还差1人")
	w.do(voter(4), panel.ActAttend, body{})
	w.do(operator, panel.ActOpen, body{})
	if by := w.state.Present[3].By; by.Name != operator.Name {
		t.Errorf("marked by %s", by.Name)
	}
	if got := panel.Tell(w.events[4]); got != "代为签到:成员3" {
		t.Errorf("told as %s", got)
	}
}

func TestOpeningWeighsMembersWhenTheRuleSaysSo(t *testing.T) {
	w := newWorld(t)
	w.convene(3, body{
		"members": []body{{"user_id": "m0", "weight": 1}, {"user_id": "m1", "weight": 1}, {"user_id": "m2", "weight": 5}},
		"rule":    rule(body{"weighted": true, "quorum_of": "weights", "quorum": "1/2", "quorum_strict": true}),
	})
	w.do(voter(0), panel.ActAttend, body{})
	w.do(voter(1), panel.ActAttend, body{})
	w.refused(operator, panel.ActOpen, body{}, fault.Conflict, "权重合计2,共7,须超过1/2,还差2")
	w.do(voter(2), panel.ActAttend, body{})
	w.do(operator, panel.ActOpen, body{})
}

func TestMeetingDoesNotOpenWithoutItsChair(t *testing.T) {
	w := newWorld(t)
	w.convene(3)
	w.do(voter(1), panel.ActAttend, body{})
	w.do(voter(2), panel.ActAttend, body{})
	w.refused(operator, panel.ActOpen, body{}, fault.Conflict, "主持人成员0尚未签到")
}

func TestMembersSignInOnTheDay(t *testing.T) {
	w := newWorld(t)
	w.do(operator, panel.ActConvene, meeting(3))
	w.refused(voter(0), panel.ActAttend, body{}, fault.Conflict, "2023-09-20")
	w.now = time.Date(2023, 9, 19, 16, 0, 0, 0, time.UTC) // midnight in Shanghai
	w.do(voter(0), panel.ActAttend, body{})
	w.refused(voter(0), panel.ActAttend, body{}, fault.Conflict, "已经签到")
}

func TestLaterBallotReplacesTheEarlier(t *testing.T) {
	w := newWorld(t)
	w.opened(3)
	for _, c := range []panel.Choice{panel.Against, panel.Abstain, panel.For} {
		for i := range 3 {
			w.vote(i, c)
		}
	}
	if got := w.count(); got.For != 3 || got.Against != 0 || got.Abstain != 0 {
		t.Errorf("counted %+v", got)
	}
	w.refused(voter(0), panel.ActVote, body{"item": "1", "choice": "for"}, fault.Conflict, "没有正在表决的议题")
}

func TestTieWaitsForTheChairAlone(t *testing.T) {
	for _, choice := range []panel.Choice{panel.For, panel.Against} {
		w := newWorld(t)
		w.opened(4)
		for i, c := range []panel.Choice{panel.For, panel.Against, panel.For, panel.Against} {
			w.vote(i, c)
		}
		if got := w.count().Result; got != panel.Tied {
			t.Fatalf("tie is %s", got)
		}
		w.refused(operator, panel.ActCast, body{"item": "1", "choice": "for"}, fault.Forbidden, "主持人成员0")
		w.refused(operator, panel.ActOpenVote, body{"item": "2"}, fault.Conflict, "待主持人裁决")
		w.do(voter(0), panel.ActCast, body{"item": "1", "choice": choice})
		if got := w.state.Item("1").Status; (got == panel.Passed) != (choice == panel.For) {
			t.Errorf("cast %s gave %s", choice, got)
		}
	}
}

func TestTieFailsWhereTheChairHasNoSay(t *testing.T) {
	for name, set := range map[string]func(*world){
		"not in the rule": func(w *world) { w.opened(4, body{"rule": rule(body{"casting": false})}) },
		"recused": func(w *world) {
			w.opened(5)
			w.do(voter(0), panel.ActRecuse, body{"item": "1", "text": "亲属任职"})
		},
	} {
		w := newWorld(t)
		set(w)
		n := len(w.state.Members)
		for i := range 4 {
			w.vote(n-1-i, []panel.Choice{panel.For, panel.Against}[i%2])
		}
		if got := w.count().Result; got != panel.Failed {
			t.Errorf("%s: tie is %s", name, got)
		}
	}
}

func TestRecusedMemberIsOutOfTheBase(t *testing.T) {
	w := newWorld(t)
	w.opened(3)
	w.vote(0, panel.For)
	w.vote(2, panel.Against)
	w.do(voter(2), panel.ActRecuse, body{"item": "1", "text": "与投资方有利害关系"}) // takes the ballot back
	w.refused(voter(2), panel.ActVote, body{"item": "1", "choice": "for"}, fault.Conflict, "已回避")
	w.refused(voter(2), panel.ActRecuse, body{"item": "1", "text": "再次"}, fault.Invalid, "不在可选范围")
	if got := w.count(); got.Result != panel.NoQuorum || got.Eligible != 2 || got.Voted != 1 {
		t.Errorf("counted %+v: one of two is no two thirds", got)
	}
}

func TestVoteWithoutQuorumMayBeRepeatedAndDecidesNothing(t *testing.T) {
	w := newWorld(t)
	w.opened(3)
	w.vote(0, panel.For)
	if got := w.count(); got.Result != panel.NoQuorum || got.For != 0 {
		t.Fatalf("counted %+v", got)
	}
	w.do(operator, panel.ActOpenVote, body{"item": "1"})
	if x := w.state.Item("1"); x.Round != 2 || len(x.Votes) != 0 {
		t.Fatalf("round %d starts with %d ballots", x.Round, len(x.Votes))
	}
	w.count()
	w.do(operator, panel.ActPostpone, body{"item": "2", "text": "时间不足"})
	w.do(operator, panel.ActMinutes, body{"text": "未形成决议。"})
	w.do(operator, panel.ActClose, body{})
	w.deliver()
	if x := w.state.Item("1"); x.Told.What != panel.Unscheduled || !w.state.Ended() {
		t.Errorf("the review was told %s", x.Told.What)
	}
}

func TestProxyVotesOnlyWhereTheRuleSaysSo(t *testing.T) {
	proxy := stranger
	m1 := voter(1)
	proxy.Behalf = []org.Principal{{UserID: m1.UserID, Name: m1.Name, UnitID: m1.UnitID, UnitName: m1.UnitName, Roles: m1.Roles}}
	w := newWorld(t)
	w.convene(2)
	w.refused(proxy, panel.ActAttend, body{}, fault.Forbidden, "须成员本人参加,不能代理")
	w.refused(proxy, panel.ActCancel, body{"text": "取消"}, fault.Forbidden, "不是您在本次会议中的职责(可办理人:招商中心)")

	w = newWorld(t)
	w.convene(2, body{"rule": rule(body{"proxies": true})})
	w.do(voter(0), panel.ActAttend, body{})
	w.do(proxy, panel.ActAttend, body{})
	w.do(operator, panel.ActOpen, body{})
	w.do(operator, panel.ActOpenVote, body{"item": "1"})
	w.refused(proxy, panel.ActRecuse, body{"item": "1", "text": "代为回避"}, fault.Forbidden, "")
	w.do(proxy, panel.ActVote, body{"item": "1", "choice": "for"})
	last := w.events[len(w.events)-1]
	if last.Actor.For == nil || last.Actor.For.UserID != m1.UserID || last.Actor.UserID != proxy.UserID {
		t.Errorf("recorded as %+v", last.Actor)
	}
	if got := panel.Tell(last); got != "“项目0”投票:成员1(由外人代理),同意" {
		t.Errorf("told as %s", got)
	}
	w.do(m1, panel.ActVote, body{"item": "1", "choice": "against"})
	w.refused(proxy, panel.ActVote, body{"item": "1", "choice": "for"}, fault.Conflict, "成员本人已投票")
	w.vote(0, panel.Against)
	w.count()
	if v := w.state.Item("1").Votes[1]; v.Choice != panel.Against || v.By.For != nil {
		t.Errorf("the member's own ballot is %+v", v)
	}
}

func TestProxyWhoIsAMemberSaysForWhom(t *testing.T) {
	both, m1 := voter(0), voter(1)
	both.Behalf = []org.Principal{{UserID: m1.UserID, Name: m1.Name, UnitID: m1.UnitID, Roles: m1.Roles}}
	w := newWorld(t)
	w.convene(2, body{"rule": rule(body{"proxies": true, "ballot": "secret"})})
	w.refused(both, panel.ActAttend, body{}, fault.Invalid, "为哪位成员")
	w.do(both, panel.ActAttend, body{"member": "m1"})
	w.do(both, panel.ActAttend, body{})
	w.do(operator, panel.ActOpen, body{})
	w.do(operator, panel.ActOpenVote, body{"item": "1"})
	w.do(both, panel.ActVote, body{"item": "1", "member": "m1", "choice": "against"})
	w.do(both, panel.ActVote, body{"item": "1", "member": "m0", "choice": "for"})
	if got := w.count(); got.Result != panel.Tied {
		t.Errorf("counted %+v", got)
	}
}

func TestSecretBallotShowsTotalsAndNothingElse(t *testing.T) {
	w := newWorld(t)
	w.opened(3, body{"rule": rule(body{"ballot": "secret"})})
	w.refused(voter(0), panel.ActVote, body{"item": "1", "choice": "for", "text": "同意"}, fault.Invalid, "没有“text”这个字段")
	w.vote(0, panel.Against)
	w.vote(1, panel.For)
	w.vote(2, panel.For)
	for _, e := range w.events {
		for _, words := range []string{`"for"`, `"against"`, `"abstain"`} {
			if strings.Contains(string(e.Data), words) {
				t.Errorf("%s holds %s: %s", e.Type, words, e.Data)
			}
		}
		if e.Type == "panel.voted" && strings.Contains(panel.Tell(e), "同意") {
			t.Errorf("told as %s", panel.Tell(e))
		}
	}
	if got := w.count(); got.For != 2 || got.Against != 1 {
		t.Fatalf("counted %+v", got)
	}
	for _, v := range w.state.Item("1").Votes {
		if v.Choice != "" || v.Sealed != "" {
			t.Errorf("after the count the state keeps %+v", v)
		}
	}
	w.do(operator, panel.ActPostpone, body{"item": "2", "text": "时间不足"})
	w.do(operator, panel.ActMinutes, body{"text": "通过。"})
	w.do(operator, panel.ActClose, body{})
	for _, m := range w.deliver() {
		var r panel.ResultBody
		if err := json.Unmarshal(m.Body, &r); err != nil || len(r.Ballots) != 0 || m.Notice.What == panel.Resulted && (!r.Secret || r.For != 2) {
			t.Errorf("told %s", m.Body)
		}
	}
}

// A choice in the clear never gets as far as an event of a secret ballot, nor does
// a ballot sealed for somebody else.
func TestSecretBallotTakesItsOwnSealAlone(t *testing.T) {
	w := newWorld(t)
	w.opened(2, body{"rule": rule(body{"ballot": "secret"})})
	for name, choice := range map[string]string{
		"in the clear":    "for",
		"another member":  glass{}.Seal("m1", "1#1", "m1", panel.For),
		"another item":    glass{}.Seal("m1", "2#1", "m0", panel.For),
		"another round":   glass{}.Seal("m1", "1#2", "m0", panel.For),
		"another meeting": glass{}.Seal("m2", "1#1", "m0", panel.For),
	} {
		cmd := process.Command{ID: name, Name: panel.ActVote, Actor: voter(0), At: w.now, Body: raw(body{"item": "1", "choice": choice})}
		if err := w.decide(cmd); !fault.HasCode(err, "ballot_unreadable") {
			t.Errorf("%s: %v", name, err)
		}
	}
	w.facts.Urn = nil
	w.refused(voter(0), panel.ActVote, body{"item": "1", "choice": "for"}, fault.Conflict, "未配置选票密钥")
}

func TestBadArrangementsAreRefusedWithTheirPlace(t *testing.T) {
	for name, c := range map[string]struct {
		change body
		code   string
	}{
		"past":                  {body{"at": "2023-09-17T14:30:00+08:00"}, "time_invalid"},
		"no moment":             {body{"at": "2023-09-20 14:30:00 +0800"}, "time_invalid"},
		"in ten years":          {body{"at": "2033-09-20T14:30:00+08:00"}, "time_invalid"},
		"chair outside":         {body{"chair": "m8"}, "chair_no_member"},
		"unknown member":        {body{"members": []body{{"user_id": "nobody"}}}, "user_unknown"},
		"member twice":          {body{"members": []body{{"user_id": "m0"}, {"user_id": "m0"}}}, "member_twice"},
		"disabled":              {body{"members": []body{{"user_id": "off"}}}, "user_disabled"},
		"sees nothing":          {body{"members": []body{{"user_id": "admin"}}}, "user_without_business"},
		"weight of nothing":     {body{"members": []body{{"user_id": "m0", "weight": 0}}}, "body_invalid"},
		"quorum above one":      {body{"rule": rule(body{"quorum": "3/2"})}, "share_invalid"},
		"quorum of nothing":     {body{"rule": rule(body{"quorum": "0/2"})}, "share_invalid"},
		"decimal":               {body{"rule": rule(body{"quorum": "0.5"})}, "share_invalid"},
		"more than all":         {body{"rule": rule(body{"quorum": "3/3", "quorum_strict": true})}, "share_unreachable"},
		"more than all in vote": {body{"rule": rule(body{"threshold": "1/1", "casting": false})}, "share_unreachable"},
		"a minority decides":    {body{"rule": rule(body{"threshold": "1/3"})}, "threshold_low"},
		"cast at two thirds":    {body{"rule": rule(body{"threshold": "2/3"})}, "casting_unfit"},
		"weights without them":  {body{"rule": rule(body{"quorum_of": "weights"})}, "weights_missing"},
		"unknown review":        {body{"items": []body{{"review_id": "r9"}}}, "review_unknown"},
		"review elsewhere":      {body{"items": []body{{"review_id": "early"}}}, "review_not_waiting"},
		"review twice":          {body{"items": []body{{"review_id": "r0"}, {"review_id": "r0"}}}, "review_listed"},
		"no item":               {body{"items": []body{}}, "body_invalid"},
		"unknown field":         {body{"extra": 1}, "body_invalid"},
	} {
		w := newWorld(t)
		w.given.Users["off"] = org.User{ID: "off", Name: "停用", Roles: []org.Role{org.PanelMember}, Disabled: true}
		w.given.Users["admin"] = org.User{ID: "admin", Name: "管理员", Roles: []org.Role{org.Administrator}}
		w.given.Reviews["early"] = panel.Review{ID: "early", ProjectName: "早", Stage: "opinions"}
		if err := w.try(operator, panel.ActConvene, meeting(3, c.change)); !fault.HasCode(err, c.code) {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
	w := newWorld(t)
	w.facts.Urn = nil
	w.refused(operator, panel.ActConvene, meeting(3, body{"rule": rule(body{"ballot": "secret"})}), fault.Conflict, "未配置选票密钥")
}

func TestRevisionTellsTheReviewsWhatConcernsThem(t *testing.T) {
	w := newWorld(t)
	w.do(operator, panel.ActConvene, meeting(3))
	w.deliver()
	w.refused(operator, panel.ActRevise, body{}, fault.Invalid, "没有变化")
	w.do(operator, panel.ActRevise, body{"place": "三楼会议室"})
	if n := len(w.deliver()); n != 0 {
		t.Errorf("a room changed and %d reviews were told", n)
	}
	w.do(operator, panel.ActRevise, body{"at": "2023-09-21T09:00:00+08:00", "members": []body{{"user_id": "m0"}, {"user_id": "m5"}}})
	if got := told(w.deliver()); got != "r0:scheduled r1:scheduled" {
		t.Errorf("told %s", got)
	}
	w.refused(operator, panel.ActRevise, body{"members": []body{{"user_id": "m5"}}}, fault.Invalid, "主持人应为会议成员")
}

func TestRemovedItemComesBackAsAnother(t *testing.T) {
	w := newWorld(t)
	w.do(operator, panel.ActConvene, meeting(3))
	w.deliver()
	w.do(operator, panel.ActRemoveItem, body{"item": "1", "text": "材料退回"})
	w.do(operator, panel.ActAddItem, body{"review_id": "r0"})
	if got := told(w.deliver()); got != "r0:unscheduled r0:scheduled" {
		t.Errorf("told %s", got)
	}
	if x := w.state.Item("3"); x == nil || x.ReviewID != "r0" {
		t.Error("the review did not come back as item 3")
	}
	w.refused(operator, panel.ActAddItem, body{"review_id": "r0"}, fault.Conflict, "已在议程上")
}

func TestReviewThatRefusesLeavesTheAgenda(t *testing.T) {
	w := newWorld(t)
	w.convene(1)
	w.deliver("r0")
	x := w.state.Item("1")
	if x.Status != panel.Refused || x.Refusal != "研判已办结" || len(w.def.Effects(w.state)) != 0 {
		t.Fatalf("item is %+v", x)
	}
	if !strings.Contains(panel.Tell(w.events[1]), "研判未接受列入议程。研判已办结") {
		t.Errorf("told as %s", panel.Tell(w.events[1]))
	}
	w.do(voter(0), panel.ActAttend, body{})
	w.do(operator, panel.ActOpen, body{})
	w.refused(operator, panel.ActOpenVote, body{"item": "1"}, fault.Invalid, "不在可选范围")
}

func TestCancellationTellsEveryReviewAndEnds(t *testing.T) {
	w := newWorld(t)
	w.convene(2)
	w.deliver()
	w.do(operator, panel.ActCancel, body{"text": "主要领导外出"})
	if w.state.Ended() {
		t.Error("ended before the reviews know")
	}
	if got := told(w.deliver()); got != "r0:unscheduled r1:unscheduled" || !w.state.Ended() {
		t.Errorf("told %s", got)
	}
	if len(w.def.Tasks(w.state)) != 0 || len(w.def.Timers(w.state)) != 0 {
		t.Error("a cancelled meeting waits for somebody")
	}
}

func TestWhatWasVotedOnIsNotCancelled(t *testing.T) {
	w := newWorld(t)
	w.opened(1)
	w.vote(0, panel.For)
	w.count()
	w.refused(operator, panel.ActCancel, body{"text": "重新召集"}, fault.Conflict, "已有议题议定")
}

func TestReminderADayBeforeAndALightADayAfter(t *testing.T) {
	w := newWorld(t)
	w.do(operator, panel.ActConvene, meeting(2))
	var rang []string
	for range 2 {
		timers := w.def.Timers(w.state)
		slices.SortFunc(timers, func(a, b process.Timer) int { return a.At.Compare(b.At) })
		w.now = timers[0].At
		rang = append(rang, timers[0].Name+timers[0].At.Sub(meetingAt).String())
		w.do(org.SystemActor(), timers[0].Command, timers[0].Body)
		w.do(org.SystemActor(), timers[0].Command, timers[0].Body) // a second time says nothing
	}
	if got := strings.Join(rang, " "); got != "remind-24h0m0s overdue24h0m0s" || w.types() != "convened reminded overdue" {
		t.Errorf("rang %s: %s", got, w.types())
	}
	for _, task := range w.def.Tasks(w.state) {
		if task.Light != process.Yellow || !task.Reminded {
			t.Errorf("task %+v", task)
		}
	}
	late := newWorld(t)
	late.now = meetingAt.Add(-2 * time.Hour)
	late.do(operator, panel.ActConvene, meeting(2))
	if timers := late.def.Timers(late.state); len(timers) != 1 {
		t.Errorf("a meeting within the day has timers %+v", timers)
	}
}

func TestRecalculationAndUnknownEventsChangeNothing(t *testing.T) {
	w := newWorld(t)
	w.convene(2)
	n := len(w.events)
	w.do(org.SystemActor(), process.Recalculate, body{})
	if len(w.events) != n {
		t.Error("a holiday notice moved a meeting")
	}
	if got := w.def.Evolve(w.state, event.Event{Type: "panel.of_tomorrow", Data: raw(body{})}); string(raw(got)) != string(raw(w.state)) {
		t.Error("an unknown event changed the state")
	}
}

// The engine hands the state from run to run as JSON, the zero state too.
func TestZeroStateSurvivesJSON(t *testing.T) {
	var again panel.State
	if err := json.Unmarshal(raw(panel.State{}), &again); err != nil || string(raw(again)) != string(raw(panel.State{})) {
		t.Errorf("%v: %s", err, raw(again))
	}
}

func TestReadersAreTheMembersUnitsAndTheCentre(t *testing.T) {
	w := newWorld(t)
	w.convene(2)
	var got []string
	for _, r := range w.state.Readers() {
		got = append(got, r.UnitID)
	}
	if strings.Join(got, " ") != "centre unit0 unit1" {
		t.Errorf("readers are %v", got)
	}
}
