package main

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"luodi/internal/loadtest"
)

// settings are those of a demonstration on free ports and data of the test's own.
func settings(t testing.TB) []string {
	return []string{"--demo", "--listen", "127.0.0.1:0", "--log-level", "warn", "--data", filepath.Join(t.TempDir(), "data")}
}

func serve1(t testing.TB, args []string) (*child, *town) {
	t.Helper()
	server, address := serving(t, append([]string{"serve"}, args...)...)
	return server, newTown(t, address)
}

// must sends a request that has to be done.
func (w *town) must(who, path string, body any) loadtest.Answer {
	w.Helper()
	a, err := w.as(who).Do(w.Context(), http.MethodPost, path, "", body)
	if err != nil || !a.OK() {
		w.Fatalf("POST %s as %s: %v %d %s", path, who, err, a.Status, a.Body)
	}
	return a
}

// review registers a project and starts its review.
func (w *town) review(name string) (id string) {
	w.Helper()
	var project, review struct{ ID string }
	w.read(w.must(county, "/api/v1/projects", map[string]any{
		"name": name, "investor": "示例投资有限公司", "county_id": "danjiangkou", "agreed_amount": "12000", "stage": "negotiating",
	}), &project)
	w.read(w.must(county, "/api/v1/reviews", map[string]string{"project_id": project.ID}), &review)
	return review.ID
}

func (w *town) read(a loadtest.Answer, v any) {
	w.Helper()
	if err := a.Into(v); err != nil {
		w.Fatal(err)
	}
}

func action(review, name string) string { return "/api/v1/reviews/" + review + "/actions/" + name }

// decided brings a review to the stage in which the leader decides.
func (w *town) decidable(name string) (id string) {
	w.Helper()
	id = w.review(name)
	w.must(operator, action(id, "accept"), map[string]string{})
	for _, seat := range []string{"fagai", "ziran", "shengtai", "jingxin"} {
		w.must(seat+".jingban", action(id, "opine"), map[string]string{"seat": seat, "opinion": "agree", "text": "同意"})
	}
	return id
}

// events counts the events of one type in a review.
func (w *town) events(id, kind string) (n int) {
	w.Helper()
	r, err := loadtest.Load(w.Context(), w.as(leader), id)
	if err != nil {
		w.Fatal(err)
	}
	for _, item := range r.Timeline {
		if item.Type == kind {
			n++
		}
	}
	return n
}

// atOnce sends the same request so many times at the same moment.
func atOnce(t testing.TB, n int, send func(i int) (loadtest.Answer, error)) []loadtest.Answer {
	t.Helper()
	answers, errs := make([]loadtest.Answer, n), make([]error, n)
	var ready, wg sync.WaitGroup
	ready.Add(n)
	for i := range n {
		wg.Go(func() {
			ready.Done()
			ready.Wait()
			answers[i], errs[i] = send(i)
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
	return answers
}

func TestServe(t *testing.T) {
	args := settings(t)
	server, w := serve1(t, args)
	for name, test := range map[string]func(*testing.T, *town){
		"same key twice":         sameKeyTwice,
		"same key at once":       sameKeyAtOnce,
		"key reused":             keyReused,
		"two decide at once":     twoDecideAtOnce,
		"walk by document":       walkByDocument,
		"second process refused": func(t *testing.T, _ *town) { secondProcessRefused(t, args) },
	} {
		t.Run(name, func(t *testing.T) {
			own := *w
			own.TB = t
			test(t, &own)
		})
	}
	if lines := strings.Split(strings.TrimSpace(server.out.String()), "\n"); len(lines) != 1 {
		t.Errorf("stdout has more than the one line:\n%s", server.out)
	}
	goesOnAfterStop(t, server, w, args)
	demoDataNeedsDemo(t, args)
	reconciled(t, args[5:]...)
}

func sameKeyTwice(t *testing.T, w *town) {
	id := w.review("同一请求两次")
	var first loadtest.Answer
	for i := range 2 {
		a, err := w.as(operator).Do(t.Context(), http.MethodPost, action(id, "accept"), "twice", map[string]string{"text": "受理"})
		if err != nil || a.Status != http.StatusOK {
			t.Fatalf("%v %d %s", err, a.Status, a.Body)
		}
		if i == 0 {
			first = a
		} else if string(a.Body) != string(first.Body) {
			t.Errorf("first %s, then %s", first.Body, a.Body)
		}
	}
	if n := w.events(id, "review.accepted"); n != 1 {
		t.Errorf("recorded %d times", n)
	}
}

func sameKeyAtOnce(t *testing.T, w *town) {
	id := w.review("同一请求八次")
	who := w.as(operator)
	answers := atOnce(t, 8, func(int) (loadtest.Answer, error) {
		return who.Do(t.Context(), http.MethodPost, action(id, "accept"), "eight", map[string]string{"text": "受理"})
	})
	for _, a := range answers {
		if a.Status != http.StatusOK || string(a.Body) != string(answers[0].Body) {
			t.Errorf("%d %s, and another got %s", a.Status, a.Body, answers[0].Body)
		}
	}
	if n := w.events(id, "review.accepted"); n != 1 {
		t.Errorf("recorded %d times", n)
	}
}

func keyReused(t *testing.T, w *town) {
	id := w.review("同一键不同内容")
	who := w.as(operator)
	send := func(action1, text string) loadtest.Answer {
		a, err := who.Do(t.Context(), http.MethodPost, action(id, action1), "reused", map[string]string{"text": text})
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	if a := send("return", "请补充材料"); !a.OK() {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	for _, a := range []loadtest.Answer{send("return", "请补充别的材料"), send("terminate", "请补充材料")} {
		if a.Status != http.StatusUnprocessableEntity || a.Code() != "idempotency_key_reused" {
			t.Errorf("%d %s", a.Status, a.Body)
		}
	}
	// Two different requests under one key at the same moment: one is done.
	other := w.review("同一键同时两种内容")
	answers := atOnce(t, 2, func(i int) (loadtest.Answer, error) {
		return who.Do(t.Context(), http.MethodPost, action(other, "return"), "reused-at-once", map[string]string{"text": fmt.Sprintf("请补充材料%d", i)})
	})
	statuses := []int{answers[0].Status, answers[1].Status}
	slices.Sort(statuses)
	if !slices.Equal(statuses, []int{http.StatusOK, http.StatusUnprocessableEntity}) {
		t.Errorf("statuses %v: %s %s", statuses, answers[0].Body, answers[1].Body)
	}
	if n := w.events(other, "review.returned"); n != 1 {
		t.Errorf("recorded %d times", n)
	}
}

// twoDecideAtOnce: the leader decides in two windows, without seeing one from the other.
func twoDecideAtOnce(t *testing.T, w *town) {
	id := w.decidable("两人同时决定")
	answers := atOnce(t, 2, func(i int) (loadtest.Answer, error) {
		body := map[string]string{"outcome": []string{"approved", "rejected"}[i], "text": "决定意见"}
		return w.as(leader).Do(t.Context(), http.MethodPost, action(id, "decide"), fmt.Sprint("decide", i), body)
	})
	statuses := []int{answers[0].Status, answers[1].Status}
	slices.Sort(statuses)
	if !slices.Equal(statuses, []int{http.StatusOK, http.StatusConflict}) {
		t.Errorf("%s and %s", answers[0].Body, answers[1].Body)
	}
	if n := w.events(id, "review.concluded"); n != 1 {
		t.Errorf("concluded %d times", n)
	}
}

func secondProcessRefused(t *testing.T, args []string) {
	c, code := finished(t, append([]string{"serve"}, args...)...)
	if code != 1 || !strings.Contains(c.err.String(), "正由另一个 luodi 进程使用") || c.out.String() != "" {
		t.Errorf("exit status %d, stdout %q, stderr %q", code, c.out, c.err)
	}
}

// goesOnAfterStop stops the server and starts it again on the same data.
func goesOnAfterStop(t *testing.T, server *child, w *town, args []string) {
	t.Helper()
	id := w.review("停止前发起")
	server.stop()
	again, address := serving(t, append([]string{"serve"}, args...)...)
	w.site.MoveTo(address)
	w.must(operator, action(id, "accept"), map[string]string{}) // under the session from before
	if n := w.events(id, "review.accepted"); n != 1 {
		t.Errorf("recorded %d times", n)
	}
	again.stop()
}

func demoDataNeedsDemo(t *testing.T, args []string) {
	t.Helper()
	c, code := finished(t, append([]string{"serve"}, args[1:]...)...)
	if code != 1 || !strings.Contains(c.err.String(), "只能以 --demo 启动") {
		t.Errorf("exit status %d: %s", code, c.err)
	}
}

func TestDemoListensOnLoopbackOnly(t *testing.T) {
	for _, listen := range []string{"0.0.0.0:0", ":0", "192.0.2.1:8080"} {
		c, code := finished(t, "serve", "--demo", "--listen", listen, "--data", t.TempDir())
		if code != 2 || !strings.Contains(c.err.String(), "只能监听本机回环地址") {
			t.Errorf("%s: exit status %d: %s", listen, code, c.err)
		}
	}
}

// walkByDocument knows the names of operations, and finds everything else in the
// OpenAPI document, in inboxes and in /actions: whoever does what waits for them
// brings a review to its end.
func walkByDocument(t *testing.T, w *town) {
	ctx := t.Context()
	d := loadDocument(t, w)
	var accounts struct {
		Accounts []struct{ Login, Password string }
	}
	w.read(d.call(ctx, w.site.Nobody(), "list-demo-accounts", nil, nil), &accounts)
	var people []*loadtest.Person
	for _, a := range accounts.Accounts {
		p, err := w.site.SignIn(ctx, a.Login, a.Password)
		if err != nil {
			t.Fatal(err)
		}
		people = append(people, p)
	}
	id := d.startAny(ctx, people)
	for step := 0; ; step++ {
		who, next := d.waiting(ctx, people, id)
		if who == nil || step == 100 {
			t.Fatalf("after %d steps nobody gets any further", step)
		}
		var r loadtest.Receipt
		body := next.Schema.Fill(func(int) int { return 0 })
		w.read(d.call(ctx, who, "act-on-review", map[string]string{"id": id, "action": next.Name}, body), &r)
		if r.Stage == "end" {
			t.Logf("at the end after %d steps", step+1)
			return
		}
	}
}

// document is the part of an OpenAPI document that a client needs.
type document struct {
	*town
	operations map[string]operation
}

type operation struct{ method, path string }

func loadDocument(t *testing.T, w *town) *document {
	t.Helper()
	a, err := w.site.Nobody().Get(t.Context(), "/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	var raw struct {
		Paths map[string]map[string]struct {
			OperationID string `json:"operationId"`
		}
	}
	w.read(a, &raw)
	d := &document{town: w, operations: map[string]operation{}}
	for path, methods := range raw.Paths {
		for method, o := range methods {
			d.operations[o.OperationID] = operation{strings.ToUpper(method), path}
		}
	}
	return d
}

func (d *document) call(ctx context.Context, who *loadtest.Person, id string, path map[string]string, body any) loadtest.Answer {
	d.Helper()
	o, ok := d.operations[id]
	if !ok {
		d.Fatalf("the document has no operation %s", id)
	}
	target := o.path
	for name, value := range path {
		target = strings.ReplaceAll(target, "{"+name+"}", value)
	}
	a, err := who.Do(ctx, o.method, target, "", body)
	if err != nil {
		d.Fatal(err)
	}
	return a
}

// startAny starts a review of the first project that takes one, as the first who may.
func (d *document) startAny(ctx context.Context, people []*loadtest.Person) string {
	d.Helper()
	for _, who := range people {
		var list struct{ Items []listed }
		d.read(d.call(ctx, who, "list-projects", nil, nil), &list)
		for _, project := range list.Items {
			a := d.call(ctx, who, "start-review", nil, map[string]string{"project_id": project.ID})
			if a.Status == http.StatusCreated {
				var r loadtest.Receipt
				d.read(a, &r)
				return r.ID
			}
			if a.Status == http.StatusForbidden {
				break // not this person's to do
			}
		}
	}
	d.Fatal("no project takes a review")
	return ""
}

// waiting finds somebody in whose inbox the review waits for something that they may do.
func (d *document) waiting(ctx context.Context, people []*loadtest.Person, id string) (who *loadtest.Person, next loadtest.Action) {
	d.Helper()
	for _, p := range people {
		var inbox struct {
			Items []struct {
				ProcessID string `json:"process_id"`
				Action    string
			}
		}
		d.read(d.call(ctx, p, "list-tasks", nil, nil), &inbox)
		for _, task := range inbox.Items {
			if task.ProcessID != id {
				continue
			}
			var list struct{ Actions []loadtest.Action }
			d.read(d.call(ctx, p, "list-review-actions", map[string]string{"id": id}, nil), &list)
			for _, x := range list.Actions {
				if x.Name == task.Action && x.Allowed {
					return p, x
				}
			}
		}
	}
	return nil, next
}
