package api_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"luodi/internal/demo"
	"luodi/internal/org"
)

var routeParameter = regexp.MustCompile(`:[a-z_]+`)

// TestEveryRouteButTheListedNeedsASession walks the router, not the document: a
// route that the document leaves out is found too.
func TestEveryRouteButTheListedNeedsASession(t *testing.T) {
	w := newTown(t)
	engine, ok := w.handler.(*gin.Engine)
	if !ok {
		t.Fatalf("the handler is a %T", w.handler)
	}
	routes := engine.Routes()
	if len(routes) < 25 {
		t.Fatalf("only %d routes", len(routes))
	}
	seen := 0
	for _, r := range routes {
		target := routeParameter.ReplaceAllString(r.Path, "x")
		for _, cookie := range []*http.Cookie{nil, {Name: "luodi_session", Value: "x"}, {Name: "luodi_session", Value: strings.Repeat("A", 43)}} {
			a := person{town: w, cookie: cookie}.send(r.Method, target, []byte("{}"))
			if slices.Contains(open, r.Method+" "+r.Path) {
				seen++
				if a.status == http.StatusUnauthorized {
					t.Errorf("%s: 401", a.request)
				}
			} else if a.status != http.StatusUnauthorized {
				t.Errorf("%s: %d without a session", a.request, a.status)
			}
		}
	}
	if seen != 3*len(open) {
		t.Errorf("%d answers of the public routes, want %d", seen, 3*len(open))
	}
	for _, method := range []string{"HEAD", "OPTIONS", "PUT", "BREW"} {
		w.nobody().send(method, "/api/v1/projects", nil).is(http.StatusUnauthorized)
	}
	w.nobody().get("/api/v1/nothing").refused(http.StatusUnauthorized, "session_missing")
}

func TestWithoutADemonstrationNoAccountIsTold(t *testing.T) {
	w := newTown(t)
	w.server.Demo = nil
	w.handler = w.server.Handler()
	w.document = readDocument(w)
	w.as("admin").get("/api/v1/demo/accounts").is(http.StatusNotFound)
}

func TestRequestsOfOtherSitesAreRefused(t *testing.T) {
	s := newScene(t)
	before := s.contents()
	for name, from := range map[string][]change{
		"cross-site":     {header("Sec-Fetch-Site", "cross-site")},
		"same-site":      {header("Sec-Fetch-Site", "same-site")},
		"another origin": {header("Origin", "https://example.com")},
		"another port":   {header("Origin", "http://luodi.test:81")},
		"null origin":    {header("Origin", "null")},
	} {
		t.Run(name, func(t *testing.T) {
			p := s.operator.with(t)
			p.post("/api/v1/projects", draft("x"), from...).refused(http.StatusForbidden, "cross_origin")
			p.patch("/api/v1/projects/"+s.project, map[string]any{"version": 1, "name": "x"}, from...).refused(http.StatusForbidden, "cross_origin")
			p.act(s.review, "withdraw", map[string]any{"text": "撤回申请"}, from...).refused(http.StatusForbidden, "cross_origin")
			p.send(http.MethodDelete, "/api/v1/session", nil, from...).refused(http.StatusForbidden, "cross_origin")
			s.nobody().with(t).post("/api/v1/session", map[string]string{"login": "admin", "password": demo.Password}, from...).refused(http.StatusForbidden, "cross_origin")
			p.get("/api/v1/me", from...).is(http.StatusOK)
		})
	}
	s.unchanged(before)
	s.operator.post("/api/v1/projects", draft("自家页面"), header("Sec-Fetch-Site", "same-origin"), header("Origin", "http://luodi.test")).is(http.StatusCreated)
}

func TestCookieIsOutOfReachOfScriptsAndOtherSites(t *testing.T) {
	w := newTown(t)
	for _, secure := range []bool{false, true} {
		w.server.Cookies.Secure = secure
		w.handler = w.server.Handler()
		c := w.as("admin").cookie
		if !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/" || c.Domain != "" || c.Secure != secure || len(c.Value) < 40 {
			t.Errorf("cookie %+v", c)
		}
		if prefixed := strings.HasPrefix(c.Name, "__Host-"); prefixed != secure {
			t.Errorf("cookie named %s, secure %t", c.Name, secure)
		}
	}
}

func TestSignOutEndsTheSession(t *testing.T) {
	w := newTown(t)
	here, there := w.as("admin"), w.as("admin")
	a := here.send(http.MethodDelete, "/api/v1/session", nil).is(http.StatusNoContent)
	cleared := (&http.Response{Header: a.header}).Cookies()
	if len(cleared) != 1 || cleared[0].MaxAge >= 0 || cleared[0].Name != here.cookie.Name {
		t.Errorf("cookies after sign-out %v", cleared)
	}
	here.get("/api/v1/me").refused(http.StatusUnauthorized, "unauthenticated")
	there.get("/api/v1/me").is(http.StatusOK)
}

func TestSessionsEndByTime(t *testing.T) {
	w := newTown(t)
	p := w.as("admin")
	w.clock.advance(119 * time.Minute)
	p.get("/api/v1/me").is(http.StatusOK) // and keeps it alive
	w.clock.advance(119 * time.Minute)
	p.get("/api/v1/me").is(http.StatusOK)
	w.clock.advance(2 * time.Hour)
	p.get("/api/v1/me").refused(http.StatusUnauthorized, "session_expired")
}

func account(t testing.TB, login string) org.User {
	t.Helper()
	for _, a := range demo.Accounts() {
		if a.Login == login {
			return a.User
		}
	}
	t.Fatalf("no account %s", login)
	return org.User{}
}

func TestSessionOfADisabledUserEnds(t *testing.T) {
	w := newTown(t)
	p := w.as("fagai.jingban")
	u := account(t, "fagai.jingban")
	u.Disabled = true
	must(t, w.store.SaveUser(t.Context(), u, ""))
	p.get("/api/v1/me").refused(http.StatusUnauthorized, "unauthenticated")
	w.nobody().post("/api/v1/session", map[string]string{"login": u.Login, "password": demo.Password}).refused(http.StatusUnauthorized, "bad_credentials")
}

func TestARoleTakenAwayIsGoneWithTheNextRequest(t *testing.T) {
	w := newTown(t)
	p := w.as("zhaoshang.jingban")
	p.register("尚可登记")
	u := account(t, "zhaoshang.jingban")
	credential, err := w.store.Credential(t.Context(), u.Login)
	must(t, err)
	u.Roles = []org.Role{org.Assessor}
	must(t, w.store.SaveUser(t.Context(), u, credential.PasswordHash))
	p.post("/api/v1/projects", draft("不可登记")).refused(http.StatusForbidden, "project_forbidden")
}

func TestGuessingIsThrottled(t *testing.T) {
	w := newTown(t)
	guess := func(login, password string) answer {
		return w.nobody().post("/api/v1/session", map[string]string{"login": login, "password": password})
	}
	known, unknown := guess("admin", "wrong"), guess("nobody", "wrong")
	if string(known.body) != string(unknown.body) {
		t.Errorf("a known login is told apart: %s, %s", known.body, unknown.body)
	}
	for range 9 {
		guess("admin", "wrong").refused(http.StatusUnauthorized, "bad_credentials")
	}
	a := guess("admin", demo.Password)
	a.refused(http.StatusTooManyRequests, "too_many_attempts")
	wait, err := strconv.Atoi(a.header.Get("Retry-After"))
	if err != nil || wait < 600 || wait > 900 {
		t.Errorf("Retry-After %q, the window is 15 minutes", a.header.Get("Retry-After"))
	}
	guess("fagai.jingban", demo.Password).is(http.StatusOK) // a colleague behind the same address
	w.clock.advance(time.Duration(wait) * time.Second)
	guess("admin", demo.Password).is(http.StatusOK)
}

// anywhere lists the ids of a list.
func (p person) ids(target string) []string {
	p.Helper()
	page := into[struct {
		Items []struct {
			ID        string `json:"id"`
			ProcessID string `json:"process_id"`
		} `json:"items"`
	}](p.get(target).is(http.StatusOK))
	out := []string{}
	for _, x := range page.Items {
		if x.ProcessID != "" {
			x.ID = x.ProcessID
		}
		out = append(out, x.ID)
	}
	slices.Sort(out)
	return out
}

func (p person) sees(target string, want ...string) {
	p.Helper()
	slices.Sort(want)
	if got := p.ids(target); !slices.Equal(got, append([]string{}, want...)) {
		p.Errorf("%s: %v, want %v", target, got, want)
	}
}

func TestEveryoneSeesTheirOwn(t *testing.T) {
	w := newTown(t)
	operator, dan, mao := w.as("zhaoshang.jingban"), w.as("danjiangkou.jingban"), w.as("maojian.jingban")
	plain := operator.register("未研判项目")
	inReview := dan.register("研判项目")
	other := mao.register("茅箭项目", map[string]any{"county_id": "maojian", "agreed_amount": "100"})
	review, small := dan.start(inReview), operator.start(other)

	const projects, reviews, todo = "/api/v1/projects", "/api/v1/reviews", "/api/v1/tasks"
	for _, login := range []string{"zhaoshang.jingban", "zhaoshang.fuze", "shizhang", "shenji", "kaohe.jingban"} {
		w.as(login).sees(projects, plain, inReview, other)
		w.as(login).sees(reviews, review, small)
	}
	dan.sees(projects, plain, inReview)
	dan.sees(reviews, review)
	dan.sees(todo+"?box=started", review)
	dan.sees(todo)
	mao.sees(projects, other)
	mao.sees(reviews, small)
	mao.sees(todo+"?box=cc", small)
	operator.sees(todo, review, small)
	operator.sees(todo+"?box=started", small)
	operator.sees(todo + "?box=done")
	// Departments see what they are asked about: jingxin sits from 1亿元 upwards.
	w.as("jingxin.jingban").sees(projects, inReview)
	w.as("ziran.fuze").sees(projects, inReview, other)
	w.as("wenlv.jingban").sees(projects)
	w.as("wenlv.jingban").sees(reviews)
	w.as("wenlv.jingban").get(projects+"/"+inReview).refused(http.StatusNotFound, "project_unknown")
	// The administrator keeps accounts and the calendar, and has no business here.
	admin := w.as("admin")
	admin.sees(projects)
	admin.sees(reviews)
	for _, box := range []string{"todo", "done", "started", "cc"} {
		admin.sees(todo + "?box=" + box)
	}
	admin.get(reviews + "/" + review).is(http.StatusNotFound)
	admin.get(projects + "/" + plain).is(http.StatusNotFound)

	operator.act(review, "accept", map[string]any{}).is(http.StatusOK)
	operator.sees(todo, small)
	operator.sees(todo+"?box=done", review)
	w.as("jingxin.jingban").sees(todo, review)
	w.as("jingxin.fuze").sees(todo, review)
	w.as("wenlv.jingban").sees(todo)
}

// deed is an entry of /actions.
type deed struct {
	Action  string          `json:"action"`
	Label   string          `json:"label"`
	Allowed bool            `json:"allowed"`
	Reason  string          `json:"reason"`
	Schema  json.RawMessage `json:"schema"`
}

func (p person) actions(review string) []deed {
	p.Helper()
	return into[struct{ Actions []deed }](p.get("/api/v1/reviews/" + review + "/actions").is(http.StatusOK)).Actions
}

func TestWhoReadsAllDoesNothing(t *testing.T) {
	s := newScene(t)
	before := s.contents()
	for _, login := range []string{"shizhang", "shenji", "kaohe.jingban"} {
		p := s.as(login)
		p.get("/api/v1/projects/" + s.project + "/timeline").is(http.StatusOK)
		deeds := p.actions(s.review)
		if len(deeds) == 0 {
			t.Errorf("%s is told of no action", login)
		}
		for _, d := range deeds {
			if d.Action == "read" { // a receipt for what they read is theirs to give
				continue
			}
			if d.Allowed || d.Reason == "" {
				t.Errorf("%s may %s: %q", login, d.Action, d.Reason)
			}
			p.act(s.review, d.Action, map[string]any{"text": "试一试", "seat": "ziran", "opinion": "agree", "outcome": "approved"}).refused(http.StatusForbidden, "action_forbidden")
		}
		p.post("/api/v1/projects", draft("x")).refused(http.StatusForbidden, "project_forbidden")
		p.patch("/api/v1/projects/"+s.project, map[string]any{"version": 1, "name": "x"}).refused(http.StatusForbidden, "project_forbidden")
		p.post("/api/v1/reviews", map[string]string{"project_id": s.project}).refused(http.StatusForbidden, "review_start_forbidden")
		p.post("/api/v1/calendar/notices", notice2027()).refused(http.StatusForbidden, "notice_forbidden")
		p.send(http.MethodPost, "/api/v1/projects/import", []byte("x")).refused(http.StatusForbidden, "project_forbidden")
	}
	s.unchanged(before)
}

func TestHealthTellsWhatIsAway(t *testing.T) {
	w := newTown(t)
	w.nobody().get("/healthz").is(http.StatusOK)
	w.nobody().get("/readyz").is(http.StatusOK)
	p := w.as("zhaoshang.jingban")
	project := p.register("引擎停运时的项目")
	before := w.contents()
	w.processes.Away(true)
	a := p.post("/api/v1/reviews", map[string]string{"project_id": project}, key("k"))
	a.refused(http.StatusServiceUnavailable, "engine_unavailable")
	if a.header.Get("Retry-After") == "" {
		t.Error("503 without Retry-After")
	}
	w.unchanged(before)
	w.processes.Away(false)
	p.post("/api/v1/reviews", map[string]string{"project_id": project}, key("k")).is(http.StatusCreated)
	must(t, w.store.Close())
	for _, target := range []string{"/readyz", "/api/v1/me", "/api/v1/projects"} {
		r := httptest.NewRequest(http.MethodGet, target, nil)
		r.AddCookie(p.cookie)
		recorder := httptest.NewRecorder()
		w.handler.ServeHTTP(recorder, r)
		if recorder.Code != http.StatusServiceUnavailable || recorder.Header().Get("Retry-After") == "" {
			t.Errorf("%s with the database away: %d %s", target, recorder.Code, recorder.Body)
		}
	}
}
