package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"luodi/internal/app"
	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/process"
)

type inboxView struct {
	Items []struct {
		ProcessID string `json:"process_id"`
		Kind      string
		Title     string
		Action    string
		Claimable bool
		UserID    string `json:"user_id"`
		ReadAt    string `json:"read_at"`
	}
	Counts map[string]int
	Next   string `json:"next_cursor"`
}

func (p person) inbox(query string) inboxView {
	p.Helper()
	return into[inboxView](p.get("/api/v1/tasks?" + query).is(http.StatusOK))
}

// panel puts a process of another kind into the store, as a panel meeting will be.
func (w *town) panel(id string, by org.Actor, tasks []process.Task, readers ...process.Reader) {
	w.Helper()
	row := app.ProcessRow{Stream: process.StreamID("panel", id), Kind: "panel", ID: id, State: []byte("{}"), Head: 1, Confirmed: 1,
		Shown: app.Shown{Title: "研判会 " + id, Stage: "票决", Light: process.Green}}
	must(w, w.store.InTx(w.Context(), func(tx app.Tx) error {
		return tx.SaveProcess(row, app.TaskChange{Open: tasks, Title: row.Title, By: event.Event{At: w.clock.Now(), Actor: by}}, readers)
	}))
}

func TestEveryBoxHoldsEveryKindOfProcess(t *testing.T) {
	s := newScene(t)
	me := account(t, "ziran.jingban")
	seat := process.Task{Key: "vote", Action: "submit_evidence", Title: "提交佐证", UnitID: "ziran", Roles: []org.Role{org.DepartmentHandler}, OpenedAt: opening, Light: process.Red}
	s.panel("m1", org.Actor{UserID: me.ID, Name: me.Name, UnitID: "ziran"}, []process.Task{seat}, process.Reader{UnitID: "ziran", Copy: true})
	todo := s.handler.inbox("")
	if len(todo.Items) != 2 || todo.Items[0].Kind != "panel" || todo.Items[0].Claimable || !todo.Items[1].Claimable || todo.Counts["todo"] != 2 {
		t.Errorf("todo %+v", todo)
	}
	for query, want := range map[string]string{
		"kind=panel": "m1", "kind=review": s.review, "overdue=true": "m1", "light=green": s.review, "light=yellow": "", "action=submit_evidence": "m1",
		"mine=true": "", "q=" + escape("研判会"): "m1", "q=" + escape("电池"): s.review, "box=started": "m1", "box=cc": "m1", "box=cc&unread=true": "m1", "box=cc&kind=review": "",
	} {
		var got []string
		for _, x := range s.handler.inbox(query).Items {
			got = append(got, x.ProcessID)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s gives %v, want %s", query, got, want)
		}
	}
	if x := s.handler.inbox("box=started").Items[0]; x.Title != "票决" || x.Claimable {
		t.Errorf("started shows %+v", x)
	}
	for _, query := range []string{"box=started&action=opine", "box=cc&mine=true", "unread=true", "box=done&unread=true"} {
		s.handler.get("/api/v1/tasks?"+query).refused(http.StatusUnprocessableEntity, "filter_unfit")
	}
	for _, query := range []string{"light=blue", "overdue=perhaps", "q=" + strings.Repeat("a", 101)} {
		s.handler.get("/api/v1/tasks?"+query).refused(http.StatusUnprocessableEntity, "request_invalid")
	}
}

func TestACopyIsReadByEachPerson(t *testing.T) {
	s := newScene(t)
	for _, id := range []string{"m1", "m2"} {
		s.panel(id, org.Actor{UserID: "x", UnitID: "centre"}, nil, process.Reader{UnitID: "ziran", Copy: true})
	}
	must(t, s.store.InTx(t.Context(), func(tx app.Tx) error {
		return tx.MarkRead("panel-m1", account(t, "ziran.jingban").ID, opening)
	}))
	mine, colleagues := s.handler.inbox("box=cc"), s.as("ziran.fuze").inbox("box=cc")
	if len(mine.Items) != 2 || mine.Counts["cc"] != 1 || colleagues.Counts["cc"] != 2 {
		t.Errorf("mine %+v, the colleague's %+v", mine, colleagues)
	}
	for _, x := range mine.Items {
		if read := x.ReadAt != ""; read != (x.ProcessID == "m1") {
			t.Errorf("%s read at %q", x.ProcessID, x.ReadAt)
		}
	}
	if unread := s.handler.inbox("box=cc&unread=true").Items; len(unread) != 1 || unread[0].ProcessID != "m2" {
		t.Errorf("unread %+v", unread)
	}
}

func TestAClaimedTaskLeavesTheOthersInboxes(t *testing.T) {
	s := newScene(t)
	leader := account(t, "ziran.fuze")
	task := process.Task{Key: "vote", Action: "opine", Title: "出具意见", UnitID: "ziran", Roles: []org.Role{org.DepartmentHandler, org.DepartmentLeader}, UserID: leader.ID, OpenedAt: opening, Light: process.Green}
	s.panel("m1", org.Actor{UserID: "x", UnitID: "centre"}, []process.Task{task})
	if got := s.handler.inbox("kind=panel").Items; len(got) != 0 {
		t.Errorf("a colleague has %+v", got)
	}
	got := s.as("ziran.fuze").inbox("mine=true").Items
	if len(got) != 1 || got[0].Claimable || got[0].UserID != leader.ID {
		t.Errorf("who claimed it has %+v", got)
	}
	s.as("ziran.fuze").post(proxies, proxyFor(t, "wenlv.jingban", "2024-02-26", "2024-02-26")).is(http.StatusCreated)
	for query, want := range map[string]int{"for=" + leader.ID + "&kind=panel": 1, "for=" + leader.ID + "&mine=true": 1, "kind=panel": 0} {
		if got := s.as("wenlv.jingban").inbox(query).Items; len(got) != want {
			t.Errorf("who stands in has %+v for %s", got, query)
		}
	}
	s.handler.get("/api/v1/tasks?for="+leader.ID).refused(http.StatusNotFound, "proxy_unknown")
	s.handler.get("/api/v1/tasks?for=" + account(t, "ziran.jingban").ID).is(http.StatusOK)
}

type batchView struct {
	Items []struct {
		Kind      string
		ProcessID string `json:"process_id"`
		Target    string
		Done      bool
		Version   int64
		Code      string
		Message   string
	}
}

func TestABatchDoesEachItemByItself(t *testing.T) {
	s := newScene(t)
	var asked []string
	s.inbox.Acts["panel"] = func(_ context.Context, a org.Actor, id, action, key string, body json.RawMessage) (process.Receipt, error) {
		asked = append(asked, fmt.Sprint(a.UserID, " ", id, " ", action, " ", key, " ", string(body)))
		if id == "no" {
			return process.Receipt{}, fault.New(fault.Conflict, "action_conflict", "已被他人认领")
		}
		return process.Receipt{ID: id, Version: 7}, nil
	}
	item := func(kind, id, target string) map[string]string {
		return map[string]string{"kind": kind, "process_id": id, "target": target}
	}
	request := map[string]any{"action": "claim", "items": []any{
		item("panel", "1", "seat"), item("panel", "no", ""), item("unheard", "1", ""), item("review", "nothing", ""), item("panel", "1", "seat"),
	}}
	send := func(k string) batchView {
		return into[batchView](s.handler.post("/api/v1/tasks/batch", request, key(k)).is(http.StatusOK))
	}
	got := send("k")
	var codes []string
	for _, x := range got.Items {
		codes = append(codes, fmt.Sprintf("%t/%d/%s", x.Done, x.Version, x.Code))
		if !x.Done && !chinese.MatchString(x.Message) {
			t.Errorf("%+v", x)
		}
	}
	if strings.Join(codes, " ") != "true/7/ false/0/action_conflict false/0/process_unknown false/0/process_unknown true/7/" || got.Items[0].Target != "seat" {
		t.Errorf("results %v", codes)
	}
	if len(asked) != 3 || asked[0] != asked[2] || !strings.HasPrefix(asked[0], account(t, "ziran.jingban").ID+" 1 claim batch:") || !strings.HasSuffix(asked[0], ` {"seat":"seat"}`) || !strings.HasSuffix(asked[1], " {}") {
		t.Errorf("asked %q", asked)
	}
	send("k")
	send("l")
	if asked[3] != asked[0] || asked[6] == asked[0] {
		t.Error("keys don't follow the batch's key")
	}
}

func TestABatchStopsWhenTheEngineIsAway(t *testing.T) {
	s := newScene(t)
	calls := 0
	s.inbox.Acts["panel"] = func(context.Context, org.Actor, string, string, string, json.RawMessage) (process.Receipt, error) {
		calls++
		return process.Receipt{}, fault.New(fault.Unavailable, "engine_unavailable", "流程引擎暂时没有应答")
	}
	items := slices.Repeat([]map[string]string{{"kind": "panel", "process_id": "1"}}, 100)
	got := into[batchView](s.handler.post("/api/v1/tasks/batch", map[string]any{"action": "read", "items": items}).is(http.StatusOK))
	if calls != 1 || len(got.Items) != 100 || got.Items[99].Code != "engine_unavailable" {
		t.Errorf("%d calls, last %+v", calls, got.Items[99])
	}
}

func TestBadBatchesAreRefused(t *testing.T) {
	s := newScene(t)
	one := map[string]string{"kind": "review", "process_id": s.review}
	batch := func(name, action string, items any, code string, changes ...change) bad {
		return bad{name, s.handler, http.MethodPost, "/api/v1/tasks/batch", map[string]any{"action": action, "items": items}, changes, 422, code}
	}
	refuseAll(t, s.town, []bad{
		batch("a decision", "decide", []any{one}, "request_invalid"),
		batch("nothing", "read", []any{}, "request_invalid"),
		batch("too much", "read", slices.Repeat([]map[string]string{one}, 101), "request_invalid"),
		batch("no list", "read", one, "request_invalid"),
		batch("an item without id", "read", []any{map[string]string{"kind": "review"}}, "request_invalid"),
		batch("an item with more", "read", []any{map[string]string{"kind": "review", "process_id": "1", "body": "x"}}, "request_invalid"),
		{"a key in Chinese", s.handler, http.MethodPost, "/api/v1/tasks/batch", map[string]any{"action": "read", "items": []any{one}}, []change{key("键")}, 400, "idempotency_key_invalid"},
	})
}
