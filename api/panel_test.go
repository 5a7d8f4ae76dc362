package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"luodi/internal/app"
	"luodi/internal/app/apptest"
	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/panel"
	"luodi/internal/process"
	"luodi/internal/review"
)

// wirePanels makes the engine of meetings: effects go to the reviews at once.
func (w *town) wirePanels(calendars *app.Calendars) *app.Urn {
	urn, err := app.NewUrn([]byte("a key for tests, thirty-two bytes"))
	must(w, err)
	w.hearing = &hearing{Processes: w.processes, waiting: map[string]bool{}}
	messenger := &app.PanelMessenger{Processes: apptest.Kinds{review.Kind: w.hearing}, Reads: w.store, Now: w.clock.Now, NewID: newID}
	w.panels = &apptest.Processes[panel.State, panel.Facts]{
		Recorder: &app.Recorder[panel.State, panel.Facts]{
			Definition: panel.Definition(), Journal: w.store, Facts: app.PanelFacts(calendars, urn), Project: app.ProjectPanel,
		},
		Perform: app.Effects{panel.EffectTell: messenger.Tell}, Now: w.clock.Now,
	}
	w.watched = &watched{Processes: w.panels}
	return urn
}

// watched keeps what meetings' commands look like to the engine.
type watched struct {
	app.Processes
	mu   sync.Mutex
	sent []process.Command
}

func (x *watched) Send(ctx context.Context, kind, id string, cmd process.Command) (process.Receipt, int64, error) {
	kept := cmd
	kept.Body = slices.Clone(cmd.Body) // the router uses its buffers again
	x.mu.Lock()
	x.sent = append(x.sent, kept)
	x.mu.Unlock()
	return x.Processes.Send(ctx, kind, id, cmd)
}

// hearing is the reviews' side as meetings see it: it hears what they are told, and
// says which of them wait for a meeting.
type hearing struct {
	app.Processes
	mu      sync.Mutex
	waiting map[string]bool
	heard   []process.Command
	by      []string // which review heard it
	refuse  error
}

func (h *hearing) Send(ctx context.Context, kind, id string, cmd process.Command) (process.Receipt, int64, error) {
	h.mu.Lock()
	awaited := h.waiting[id]
	h.mu.Unlock()
	if !awaited || !strings.HasPrefix(cmd.Name, "panel_") { // a review that has come to its panel by itself
		return h.Processes.Send(ctx, kind, id, cmd)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.refuse != nil {
		return process.Receipt{}, 1 << 40, h.refuse
	}
	h.heard, h.by = append(h.heard, cmd), append(h.by, id)
	return process.Receipt{ID: id, Request: cmd.Request}, 1 << 40, nil
}

// told lists what a review heard, the latest body last.
func (h *hearing) told(review string) (names []string, last json.RawMessage) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i, cmd := range h.heard {
		if h.by[i] == review {
			names, last = append(names, strings.TrimPrefix(cmd.Name, "panel_")), cmd.Body
		}
	}
	return names, last
}

// waiting shows the reviews that wait for a meeting in the stage "panel".
type waiting struct {
	app.Reads
	*hearing
}

func (w waiting) Process(ctx context.Context, kind, id string, scope org.Scope) (app.ProcessRow, error) {
	row, err := w.Reads.Process(ctx, kind, id, scope)
	w.mu.Lock()
	defer w.mu.Unlock()
	if err == nil && kind == review.Kind && w.hearing.waiting[id] {
		var state map[string]any
		if err := json.Unmarshal(row.State, &state); err != nil {
			return row, err
		}
		state["stage"] = "panel"
		row.State, err = json.Marshal(state)
	}
	return row, err
}

// council is a town with two reviews that wait for a meeting.
type council struct {
	*town
	operator, leader, chair, first, second person
	county, stranger                       person
	reviews                                [2]string
}

func newCouncil(t testing.TB) council {
	t.Helper()
	w := newTown(t)
	c := council{town: w, operator: w.as("zhaoshang.jingban"), leader: w.as("zhaoshang.fuze"), chair: w.as("fagai.yanpan"),
		first: w.as("jingxin.yanpan"), second: w.as("ziran.fuze"), county: w.as("danjiangkou.jingban"), stranger: w.as("maojian.jingban")}
	for i := range c.reviews {
		c.reviews[i] = c.operator.start(c.operator.register(fmt.Sprintf("丹江口示例项目%d", i+1)))
		w.hearing.waiting[c.reviews[i]] = true
	}
	return c
}

type fields = map[string]any

func (c council) meeting(change ...fields) fields {
	m := fields{
		"title": "2024年第一次研判会", "at": "2024-02-28T14:30:00+08:00", "place": "市政府二楼会议室", "chair": "demo-fagai.yanpan",
		"members": []fields{{"user_id": "demo-fagai.yanpan"}, {"user_id": "demo-jingxin.yanpan"}, {"user_id": "demo-ziran.fuze"}},
		"items":   []fields{{"review_id": c.reviews[0]}, {"review_id": c.reviews[1], "note": "补充用能说明"}},
		"rule": fields{"ballot": "named", "quorum_of": "members", "quorum": "2/3", "quorum_strict": false,
			"threshold": "1/2", "threshold_strict": true, "casting": true},
	}
	for _, x := range change {
		for k, v := range x {
			m[k] = v
		}
	}
	return m
}

func (c council) convene(change ...fields) string {
	c.Helper()
	id := into[struct{ ID string }](c.operator.post("/api/v1/panels", c.meeting(change...)).is(http.StatusCreated)).ID
	c.clock.advance(54 * time.Hour) // Wednesday, 15:00
	return id
}

func (p person) panel(id, action string, body any, changes ...change) answer {
	p.Helper()
	return p.post("/api/v1/panels/"+id+"/actions/"+action, body, changes...)
}

// reenter signs everybody in again: two days have passed.
func (c council) reenter() council {
	c.operator, c.leader, c.chair = c.as("zhaoshang.jingban"), c.as("zhaoshang.fuze"), c.as("fagai.yanpan")
	c.first, c.second, c.county, c.stranger = c.as("jingxin.yanpan"), c.as("ziran.fuze"), c.as("danjiangkou.jingban"), c.as("maojian.jingban")
	return c
}

// panelView is what the tests read of a meeting.
type panelView struct {
	Stage   string
	Version int64
	Members []struct {
		Name    string
		Present bool
		Signed  string `json:"signed_by"`
	}
	Items []struct {
		ID, Status  string
		ProjectName string `json:"project_name"`
		Votes       []struct{ Name, Choice string }
		Tally       *panel.Tally
		Refusal     string
	}
	Actions  []deed
	Timeline []struct{ Text, Type string }
}

func (p person) see(id string) panelView {
	p.Helper()
	return into[panelView](p.get("/api/v1/panels/" + id).is(http.StatusOK))
}

func TestAMeetingOfTwoReviewsThroughTheAPI(t *testing.T) {
	c := newCouncil(t)
	id := c.convene()
	c = c.reenter()
	for i, r := range c.reviews {
		if names, last := c.hearing.told(r); strings.Join(names, " ") != "scheduled" || !strings.Contains(string(last), `"at":"2024-02-28T06:30:00Z"`) {
			t.Fatalf("review %d heard %v %s", i, names, last)
		}
	}
	c.operator.panel(id, "open", fields{}).refused(http.StatusConflict, "action_conflict")
	c.chair.panel(id, "attend", fields{}).is(http.StatusOK)
	c.first.panel(id, "attend", fields{}).is(http.StatusOK)
	c.operator.panel(id, "mark_attendance", fields{"user_id": "demo-ziran.fuze"}).is(http.StatusOK)
	c.operator.panel(id, "open", fields{}).is(http.StatusOK)
	c.chair.panel(id, "open_vote", fields{"item": "1"}).is(http.StatusOK)
	c.first.panel(id, "vote", fields{"item": "1", "choice": "for", "text": "符合产业方向"}).is(http.StatusOK)
	c.second.panel(id, "vote", fields{"item": "1", "choice": "against"}).is(http.StatusOK)
	c.chair.panel(id, "vote", fields{"item": "1", "choice": "for"}).is(http.StatusOK)
	c.stranger.panel(id, "vote", fields{"item": "1", "choice": "for"}).is(http.StatusNotFound)
	c.leader.panel(id, "vote", fields{"item": "1", "choice": "for"}).refused(http.StatusForbidden, "action_forbidden")
	c.chair.panel(id, "close_vote", fields{"item": "1"}).is(http.StatusOK)
	c.operator.panel(id, "record_advice", fields{"item": "1", "text": "落实环评后推进"}).is(http.StatusOK)
	c.operator.panel(id, "postpone_item", fields{"item": "2", "text": "材料未齐"}).is(http.StatusOK)
	c.operator.panel(id, "minutes", fields{"text": "会议听取了两个项目的汇报。"}).is(http.StatusOK)
	c.operator.panel(id, "close", fields{}).is(http.StatusOK)

	v := c.first.see(id)
	if v.Stage != "closed" || v.Items[0].Status != "passed" || v.Items[0].ProjectName != "丹江口示例项目1" || v.Items[0].Tally.For != 2 ||
		v.Items[0].Votes[2].Choice != "against" || v.Items[1].Status != "postponed" || v.Members[2].Signed == "" {
		t.Errorf("meeting is %+v", v)
	}
	names, last := c.hearing.told(c.reviews[0])
	var result panel.ResultBody
	must(t, json.Unmarshal(last, &result))
	if strings.Join(names, " ") != "scheduled result" || result.Result != "passed" || result.For != 2 || result.Against != 1 || len(result.Ballots) != 3 || result.Advice == "" {
		t.Errorf("the first review heard %v %s", names, last)
	}
	if names, last := c.hearing.told(c.reviews[1]); strings.Join(names, " ") != "scheduled unscheduled" || !strings.Contains(string(last), "材料未齐") {
		t.Errorf("the second review heard %v %s", names, last)
	}
	c.operator.panel(id, "cancel", fields{"text": "重开"}).refused(http.StatusConflict, "action_conflict")
	for _, a := range c.operator.see(id).Actions {
		if a.Allowed {
			t.Errorf("%s after the end", a.Action)
		}
	}
	c.reconciled()
	must(t, event.Verify(c.stream(id)))
}

func (c council) stream(id string) []event.Event {
	list, err := c.store.Events(c.Context(), "panel-"+id, 0)
	must(c, err)
	return list
}

// reconciled finds no difference between streams, projections and engine.
func (c council) reconciled() {
	c.Helper()
	check := &app.Reconciler[panel.State, panel.Facts]{
		Definition: panel.Definition(), Store: c.store, Events: c.store.Events, Processes: apptest.Kinds{panel.Kind: c.panels},
		Row: func(ctx context.Context, state panel.State) (any, any, error) {
			kept, err := c.store.MeetingRowOf(ctx, state.ID)
			return kept, app.MeetingRowFor(state), err
		},
	}
	found, err := check.Run(c.Context())
	must(c, err)
	if found.Processes != 1 || len(found.Differences) != 0 {
		c.Errorf("reconciled %+v", found)
	}
}

// TestASecretChoiceIsNowhere looks into everything that the server keeps and answers.
func TestASecretChoiceIsNowhere(t *testing.T) {
	c := newCouncil(t)
	rule := c.meeting()["rule"].(fields)
	rule["ballot"] = "secret"
	id := c.convene(fields{"rule": rule})
	c = c.reenter()
	for _, p := range []person{c.chair, c.first, c.second} {
		p.panel(id, "attend", fields{}).is(http.StatusOK)
	}
	c.operator.panel(id, "open", fields{}).is(http.StatusOK)
	c.operator.panel(id, "open_vote", fields{"item": "1"}).is(http.StatusOK)
	c.chair.panel(id, "vote", fields{"item": "1", "choice": "for"}).is(http.StatusOK)
	c.first.panel(id, "vote", fields{"item": "1", "choice": "abstain"}, key("mine")).is(http.StatusOK)
	c.second.panel(id, "vote", fields{"item": "1", "choice": "against", "text": "不同意"}).refused(http.StatusUnprocessableEntity, "body_invalid")
	c.second.panel(id, "vote", fields{"item": "1", "choice": "against"}).is(http.StatusOK)

	// The same key is the same vote; another choice under it is another request.
	before := c.contents()
	c.first.panel(id, "vote", fields{"item": "1", "choice": "abstain"}, key("mine")).is(http.StatusOK)
	c.first.panel(id, "vote", fields{"item": "1", "choice": "for"}, key("mine")).refused(http.StatusUnprocessableEntity, "idempotency_key_reused")
	c.unchanged(before)

	// No digest in the clear either: three choices are soon tried.
	for _, choice := range []string{"for", "against", "abstain"} {
		body, _ := json.Marshal(fields{"item": "1", "choice": choice})
		for _, table := range []string{"commands", "events", "processes", "tasks", "replies", "meetings"} {
			for _, line := range dump(t, c.raw, table) {
				if strings.Contains(line, app.Digest("vote", body)) || strings.Contains(line, `"choice"`) {
					t.Errorf("%s tells %s: %s", table, choice, line)
				}
			}
		}
	}
	for _, cmd := range c.watched.sent {
		for _, choice := range []string{"for", "against", "abstain"} {
			if body, _ := json.Marshal(fields{"item": "1", "choice": choice}); strings.Contains(string(encode(t, cmd)), `"`+choice+`"`) || cmd.Request == app.Digest("vote", body) {
				t.Errorf("the engine was sent %+v", cmd)
			}
		}
	}
	lengths := map[int]bool{}
	for _, e := range c.stream(id) {
		if b, ok := event.Decode[panel.Voted](e); ok {
			lengths[len(b.Sealed)] = true
		}
	}
	if len(lengths) != 1 {
		t.Errorf("sealed ballots have lengths %v", lengths)
	}
	for _, p := range []person{c.operator, c.leader, c.chair, c.first} {
		a := p.get("/api/v1/panels/" + id).is(http.StatusOK)
		v := into[panelView](a)
		if len(v.Items[0].Votes) != 3 || v.Items[0].Votes[0].Choice != "" || strings.Contains(string(a.body), "sealed") || strings.Contains(string(a.body), "v1.") {
			t.Errorf("shown %s", a.body)
		}
	}
	// One by one the sealed ballots are counted, and then nothing but totals is left.
	if tally := c.voted(id); tally.For != 1 || tally.Against != 1 || tally.Abstain != 1 || tally.Result != panel.Tied {
		t.Errorf("counted %+v", tally)
	}
	row, err := c.store.Process(t.Context(), panel.Kind, id, org.Scope{All: true})
	must(t, err)
	if strings.Contains(string(row.State), "v1.") {
		t.Error("the state keeps counted ballots")
	}
	c.chair.panel(id, "cast", fields{"item": "1", "choice": "for"}).is(http.StatusOK)
	c.reconciled()
}

func (c council) voted(id string) panel.Tally {
	c.Helper()
	c.chair.panel(id, "close_vote", fields{"item": "1"}).is(http.StatusOK)
	return *c.operator.see(id).Items[0].Tally
}

func TestConveningIsTheCentresAndOnWaitingReviewsAlone(t *testing.T) {
	c := newCouncil(t)
	before := c.contents()
	for _, p := range []person{c.chair, c.county, c.as("shizhang")} {
		p.post("/api/v1/panels", c.meeting()).refused(http.StatusForbidden, "panel_convene_forbidden")
	}
	early := c.reviews[1]
	c.hearing.waiting[early] = false
	c.operator.post("/api/v1/panels", c.meeting()).refused(http.StatusConflict, "review_not_waiting")
	c.hearing.waiting[early] = true
	for code, change := range map[string]fields{
		"review_unknown":        {"items": []fields{{"review_id": "nothing"}}},
		"user_unknown":          {"members": []fields{{"user_id": "nobody"}}},
		"user_without_business": {"members": []fields{{"user_id": "demo-fagai.yanpan"}, {"user_id": "demo-admin"}}},
		"chair_no_member":       {"chair": "demo-shizhang"},
		"time_invalid":          {"at": "2024-02-01T14:30:00+08:00"},
	} {
		p := c.operator.post("/api/v1/panels", c.meeting(change)).refused(http.StatusUnprocessableEntity, code)
		if len(p.Errors) != 1 {
			t.Errorf("%s names no place: %+v", code, p)
		}
	}
	c.unchanged(before)
	k := key("once")
	first := c.operator.post("/api/v1/panels", c.meeting(), k).is(http.StatusCreated)
	again := c.operator.post("/api/v1/panels", c.meeting(), k).is(http.StatusCreated)
	if string(first.body) != string(again.body) || first.header.Get("Location") != again.header.Get("Location") {
		t.Errorf("first %s, again %s", first.body, again.body)
	}
	c.operator.post("/api/v1/panels", c.meeting(fields{"place": "别处"}), k).refused(http.StatusUnprocessableEntity, "idempotency_key_reused")
}

func TestMeetingsAreListedForWhoTakesPart(t *testing.T) {
	c := newCouncil(t)
	id := c.convene()
	c = c.reenter()
	list := func(p person, query string) []string {
		var out []string
		for _, x := range into[struct{ Items []struct{ ID string } }](p.get("/api/v1/panels" + query).is(http.StatusOK)).Items {
			out = append(out, x.ID)
		}
		return out
	}
	for _, p := range []person{c.operator, c.chair, c.second, c.as("ziran.jingban"), c.as("shizhang")} {
		if got := list(p, ""); !slices.Equal(got, []string{id}) {
			t.Errorf("sees %v", got)
		}
	}
	for _, p := range []person{c.stranger, c.as("admin")} {
		if got := list(p, ""); len(got) != 0 {
			t.Errorf("a stranger sees %v", got)
		}
		p.get("/api/v1/panels/" + id).is(http.StatusNotFound)
		p.get("/api/v1/panels/" + id + "/actions").is(http.StatusNotFound)
	}
	for query, want := range map[string]int{"?open=true": 1, "?open=false": 0, "?stage=convened": 1, "?stage=open": 0, "?q=%E7%AC%AC%E4%B8%80%E6%AC%A1": 1, "?q=x": 0,
		"?from=2024-02-28T00:00:00Z&until=2024-02-29T00:00:00Z": 1, "?from=2024-02-29T00:00:00Z": 0} {
		if got := list(c.operator, query); len(got) != want {
			t.Errorf("%s finds %v", query, got)
		}
	}
}

// TestAReviewThatIsAwayIsToldLater: what couldn't be delivered is delivered with the
// next chance; what was refused is noted and the item leaves the agenda.
func TestAReviewThatIsAwayIsToldLater(t *testing.T) {
	c := newCouncil(t)
	c.hearing.refuse = fault.New(fault.Unavailable, "engine_unavailable", "暂时没有应答")
	id := c.convene()
	c = c.reenter()
	if v := c.operator.see(id); v.Version != 1 {
		t.Fatalf("version %d", v.Version)
	}
	c.hearing.refuse = fault.New(fault.Conflict, "action_conflict", "研判已撤回")
	c.chair.panel(id, "attend", fields{}).is(http.StatusOK)
	v := c.operator.see(id)
	if v.Items[0].Status != "refused" || v.Items[1].Refusal != "研判已撤回" || v.Version != 4 {
		t.Errorf("meeting is %+v", v)
	}
	if _, err := c.panels.Sync(t.Context(), panel.Kind, id, "again"); err != nil || c.operator.see(id).Version != 4 {
		t.Errorf("told twice (%v)", err)
	}
	c.reconciled()
}

// TestAWithdrawnReviewLeavesTheMeeting goes through the messenger to a real review.
func TestAWithdrawnReviewLeavesTheMeeting(t *testing.T) {
	c := newCouncil(t)
	c.operator.act(c.reviews[0], "withdraw", map[string]string{"text": "投资方改变计划"}).is(http.StatusOK)
	id := c.convene()
	v := c.reenter().operator.see(id)
	if v.Items[0].Status != "refused" || v.Items[0].Refusal != "研判已办结" || v.Items[1].Status != "listed" {
		t.Errorf("items are %+v", v.Items)
	}
}

// TestANewNoticeLeavesMeetingsAlone and is done with once: the sweep finds nothing more.
func TestANewNoticeLeavesMeetingsAlone(t *testing.T) {
	c := newCouncil(t)
	id := c.convene()
	c = c.reenter()
	version := c.operator.see(id).Version
	c.as("admin").post("/api/v1/calendar/notices", notice2027()).is(http.StatusCreated)
	must(t, c.sweeper.Sweep(t.Context()))
	cal, err := c.sweeper.Calendars.Current(t.Context())
	must(t, err)
	stale, err := c.store.Stale(t.Context(), cal.Digest(), 10)
	must(t, err)
	if now := c.operator.see(id).Version; now != version || len(stale) != 0 {
		t.Errorf("version %d, was %d; stale %+v", now, version, stale)
	}
}
