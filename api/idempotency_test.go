package api_test

import (
	"net/http"
	"sync"
	"testing"
)

// TestTheSameKeyGivesTheSameAnswer: once in the database, the same bytes for the caller,
// 422 for another request under the key, and nothing to do with anybody else's key.
func TestTheSameKeyGivesTheSameAnswer(t *testing.T) {
	s := newScene(t)
	other := s.as("danjiangkou.jingban")
	review := "/api/v1/reviews/" + s.review + "/actions/"
	sheet := workbook(t, header14(), row("幂等示例项目"))
	for _, c := range []struct {
		name        string
		by          person
		method      string
		target      string
		body, other any
	}{
		{"create", s.operator, "POST", "/api/v1/projects", draft("甲"), draft("乙")},
		{"edit", s.operator, "PATCH", "/api/v1/projects/" + s.project, map[string]any{"version": 1, "name": "改名"}, map[string]any{"version": 1, "name": "另一个名"}},
		{"start", s.operator, "POST", "/api/v1/reviews", map[string]any{"project_id": s.project}, map[string]any{"project_id": s.project, "note": "另一说明"}},
		{"opine", s.handler, "POST", review + "opine", map[string]any{"seat": "ziran", "opinion": "agree", "text": "同意"}, map[string]any{"seat": "ziran", "opinion": "disagree", "text": "不同意"}},
		{"import", s.operator, "POST", "/api/v1/projects/import", sheet, workbook(t, header14(), row("另一项目"))},
		{"notice", s.admin, "POST", "/api/v1/calendar/notices", notice2027(), amendment()},
	} {
		t.Run(c.name, func(t *testing.T) {
			by, k := c.by.with(t), key("key-"+c.name)
			if c.name == "import" {
				k = both(k, header("Content-Type", "application/octet-stream"))
			}
			first := by.send(c.method, c.target, encode(t, c.body), k)
			if first.status >= 300 {
				t.Fatalf("%s: %d %s", first.request, first.status, first.body)
			}
			after := s.contents()
			again := by.send(c.method, c.target, encode(t, c.body), k)
			if again.status != first.status || string(again.body) != string(first.body) || again.header.Get("Location") != first.header.Get("Location") {
				t.Errorf("first %d %s\nagain %d %s", first.status, first.body, again.status, again.body)
			}
			by.send(c.method, c.target, encode(t, c.other), k).refused(http.StatusUnprocessableEntity, "idempotency_key_reused")
			by.unchanged(after)
		})
	}
	// Another person's same key is another key.
	mine := s.operator.post("/api/v1/projects", draft("我的"), key("shared")).is(http.StatusCreated)
	theirs := other.post("/api/v1/projects", draft("他的"), key("shared")).is(http.StatusCreated)
	if mine.header.Get("Location") == theirs.header.Get("Location") {
		t.Error("two people share an answer")
	}
	// Without a key every request is a new one.
	s.operator.register("同名")
	s.operator.register("同名")
}

func both(a, b change) change {
	return func(r *http.Request) { a(r); b(r) }
}

func TestARefusalIsNotKept(t *testing.T) {
	s := newScene(t)
	k := key("later")
	s.leader.act(s.review, "terminate", map[string]any{"text": "x"}, k).refused(http.StatusUnprocessableEntity, "body_invalid")
	s.leader.act(s.review, "terminate", map[string]any{"text": "资金落空"}, k).is(http.StatusOK)
}

// atOnce calls fn n times side by side.
func atOnce(n int, fn func() answer) []answer {
	answers := make([]answer, n)
	var wg sync.WaitGroup
	for i := range answers {
		wg.Go(func() { answers[i] = fn() })
	}
	wg.Wait()
	return answers
}

// TestTwoDecidingAtOnceGiveOneSuccess and a clear conflict for everybody else.
func TestTwoDecidingAtOnceGiveOneSuccess(t *testing.T) {
	s := newScene(t)
	events := s.events()
	won := 0
	for _, a := range atOnce(8, func() answer { return s.leader.act(s.review, "terminate", map[string]any{"text": "同时终止"}) }) {
		if a.status == http.StatusOK {
			won++
			continue
		}
		if p := into[problem](a); a.status != http.StatusConflict || p.Code != "action_conflict" {
			t.Errorf("%d %s", a.status, a.body)
		}
	}
	if won != 1 || s.events() != events+2 { // the end, and the project's stage
		t.Errorf("%d won, %d events", won, s.events()-events)
	}
}

// TestOneKeyManyTimesAtOnceIsOneEvent: whoever comes second gets the first one's answer.
func TestOneKeyManyTimesAtOnceIsOneEvent(t *testing.T) {
	s := newScene(t)
	review := s.operator.start(s.operator.register("已发起项目"))
	for _, c := range []struct {
		name, target string
		body         any
		events       int
	}{
		{"create", "/api/v1/projects", draft("同一请求"), 1},
		{"start", "/api/v1/reviews", map[string]string{"project_id": s.project}, 2},
		{"return", "/api/v1/reviews/" + review + "/actions/return", map[string]string{"text": "请补充材料"}, 1},
		{"withdraw", "/api/v1/reviews/" + review + "/actions/withdraw", map[string]string{"text": "撤回申请"}, 2},
	} {
		events := s.events()
		answers := atOnce(8, func() answer { return s.operator.post(c.target, c.body, key("at-once-"+c.name)) })
		for _, a := range answers {
			if a.status >= 300 || string(a.body) != string(answers[0].body) {
				t.Errorf("%s: %d %s, and %d %s", c.name, a.status, a.body, answers[0].status, answers[0].body)
			}
		}
		if s.events() != events+c.events {
			t.Errorf("%s: %d events", c.name, s.events()-events)
		}
	}
}
