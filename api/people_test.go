package api_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"luodi/internal/app"
	"luodi/internal/event"
)

const proxies = "/api/v1/proxies"

func (p person) put(target string, body any, changes ...change) answer {
	p.Helper()
	return p.send(http.MethodPut, target, encode(p, body), changes...)
}

func (p person) remove(target string, changes ...change) answer {
	p.Helper()
	return p.send(http.MethodDelete, target, nil, changes...)
}

type proxyView struct {
	ID        string
	Principal struct{ ID, Name string }
	Proxy     struct{ ID, Name string }
	CreatedBy struct{ ID string } `json:"created_by"`
	RevokedBy struct{ ID string } `json:"revoked_by"`
	From, To  string
	State     string
}

// proxyFor is a proxy given to somebody for some days from the town's opening on.
func proxyFor(t testing.TB, login, from, to string) map[string]any {
	return map[string]any{"proxy_id": account(t, login).ID, "from": from, "to": to, "reason": "外出学习"}
}

func (p person) behalf() []string {
	p.Helper()
	me := into[struct {
		Behalf []struct{ Name, Until string }
	}](p.get("/api/v1/me").is(http.StatusOK))
	var out []string
	for _, b := range me.Behalf {
		out = append(out, b.Name+" "+b.Until)
	}
	return out
}

func (p person) given() []proxyView {
	p.Helper()
	return into[struct{ Given []proxyView }](p.get(proxies).is(http.StatusOK)).Given
}

func (p person) held() []proxyView {
	p.Helper()
	return into[struct{ Held []proxyView }](p.get(proxies).is(http.StatusOK)).Held
}

func TestAProxyIsHeldOnItsDaysAndNoLonger(t *testing.T) {
	w := newTown(t)
	principal := account(t, "ziran.fuze")
	a := w.as("ziran.fuze").post(proxies, proxyFor(t, "fagai.jingban", "2024-02-27", "2024-02-28"), key("k")).is(http.StatusCreated)
	given := into[proxyView](a)
	if a.header.Get("Location") != proxies+"/"+given.ID || given.State != "upcoming" || given.Principal.ID != principal.ID || given.From != "2024-02-27" {
		t.Errorf("appointed %+v", given)
	}
	again := w.as("ziran.fuze").post(proxies, proxyFor(t, "fagai.jingban", "2024-02-27", "2024-02-28"), key("k")).is(http.StatusCreated)
	if string(again.body) != string(a.body) || len(w.as("ziran.fuze").given()) != 1 {
		t.Errorf("the same key gave %s", again.body)
	}
	held := principal.Name + " 2024-02-28"
	for _, c := range []struct {
		wait time.Duration
		want string
	}{{0, ""}, {15*time.Hour - time.Second, ""}, {time.Second, held}, {48*time.Hour - time.Second, held}, {time.Second, ""}} {
		w.clock.advance(c.wait) // midnight in Shanghai is 15 hours after the opening
		if got := strings.Join(w.as("fagai.jingban").behalf(), ","); got != c.want {
			t.Errorf("at %s in the name of %q, want %q", w.clock.Now(), got, c.want)
		}
	}
	if list := w.as("fagai.jingban").held(); len(list) != 1 || list[0].State != "over" {
		t.Errorf("held %+v", list)
	}
	if got := w.as("ziran.fuze").behalf(); len(got) != 0 {
		t.Errorf("who gave it stands in for %v", got)
	}
}

func TestAProxyEndsAtOnce(t *testing.T) {
	w := newTown(t)
	leader, handler, principal := w.as("ziran.fuze"), w.as("fagai.jingban"), account(t, "ziran.fuze")
	id := into[proxyView](leader.post(proxies, proxyFor(t, "fagai.jingban", "2024-02-26", "2024-03-26")).is(http.StatusCreated)).ID
	if len(handler.behalf()) != 1 {
		t.Fatal("not in force on its first day")
	}
	handler.remove(proxies+"/"+id).refused(http.StatusForbidden, "proxy_forbidden")
	w.as("jingxin.jingban").remove(proxies+"/"+id).refused(http.StatusNotFound, "proxy_unknown")
	leader.remove(proxies+"/nothing").refused(http.StatusNotFound, "proxy_unknown")
	leader.post(proxies, proxyFor(t, "jingxin.jingban", "2024-03-26", "2024-03-27")).refused(http.StatusConflict, "proxy_overlaps")
	leader.remove(proxies+"/"+id, key("r")).is(http.StatusNoContent)
	leader.remove(proxies+"/"+id, key("r")).is(http.StatusNoContent)
	leader.remove(proxies+"/"+id).refused(http.StatusConflict, "proxy_over")
	if len(handler.behalf()) != 0 {
		t.Error("still in force")
	}
	if list := leader.given(); len(list) != 1 || list[0].State != "revoked" || list[0].RevokedBy.ID != account(t, "ziran.fuze").ID {
		t.Errorf("given %+v", list)
	}
	leader.post(proxies, proxyFor(t, "jingxin.jingban", "2024-02-26", "2024-03-27")).is(http.StatusCreated)
	// Every step stands in one chained stream.
	events, err := w.store.Events(t.Context(), app.ProxyStream, 0)
	must(t, err)
	must(t, event.Verify(events))
	var types []string
	for _, e := range events {
		types = append(types, e.Type)
		if text := app.Tell(e); !strings.Contains(text, principal.Name) {
			t.Errorf("%s is told as %q", e.Type, text)
		}
	}
	if strings.Join(types, " ") != "org.proxy_appointed org.proxy_revoked org.proxy_appointed" || events[0].Actor.UserID != account(t, "ziran.fuze").ID {
		t.Errorf("recorded %v", types)
	}
}

func TestBadProxiesAreRefused(t *testing.T) {
	w := newTown(t)
	gone := account(t, "jingxin.jingban")
	gone.Disabled = true
	must(t, w.store.SaveUser(t.Context(), gone, ""))
	leader, admin := w.as("ziran.fuze"), w.as("admin")
	with := func(field string, value any) map[string]any {
		d := proxyFor(t, "fagai.jingban", "2024-02-26", "2024-03-26")
		d[field] = value
		return d
	}
	post := http.MethodPost
	refuseAll(t, w, []bad{
		{"for themself", leader, post, proxies, with("proxy_id", account(t, "ziran.fuze").ID), nil, 422, "proxy_self"},
		{"to nobody", leader, post, proxies, with("proxy_id", "nobody"), nil, 422, "user_unknown"},
		{"to a disabled one", leader, post, proxies, with("proxy_id", gone.ID), nil, 422, "user_disabled"},
		{"to an administrator", leader, post, proxies, with("proxy_id", account(t, "admin").ID), nil, 422, "user_unfit"},
		{"for a stranger", leader, post, proxies, with("principal_id", account(t, "fagai.fuze").ID), nil, 403, "proxy_forbidden"},
		{"for nobody", admin, post, proxies, with("principal_id", "nobody"), nil, 422, "user_unknown"},
		{"for the administrator", admin, post, proxies, with("reason", "外出"), nil, 422, "user_unfit"},
		{"backwards", leader, post, proxies, with("to", "2024-02-25"), nil, 422, "proxy_order"},
		{"for more than a year", leader, post, proxies, with("to", "2025-02-27"), nil, 422, "proxy_too_long"},
		{"from yesterday", leader, post, proxies, with("from", "2024-02-25"), nil, 422, "proxy_past"},
		{"without a day", leader, post, proxies, with("from", ""), nil, 422, "date_required"},
		{"on a day that isn't", leader, post, proxies, with("to", "2024-02-30"), nil, 422, "request_invalid"},
		{"without a reason", leader, post, proxies, with("reason", " "), nil, 422, "reason_required"},
		{"with an id", leader, post, proxies, with("id", "x"), nil, 422, "request_invalid"},
		{"revoked by others", w.as("fagai.jingban"), http.MethodDelete, proxies + "/x", nil, nil, 404, "proxy_unknown"},
		{"somebody else's list", leader, http.MethodGet, proxies + "?user=" + gone.ID, nil, nil, 403, "proxy_forbidden"},
	})
}

func TestAnAdministratorAppointsForAnybody(t *testing.T) {
	w := newTown(t)
	admin, principal := w.as("admin"), account(t, "ziran.fuze").ID
	d := proxyFor(t, "fagai.jingban", "2024-02-26", "2024-02-26")
	d["principal_id"] = principal
	given := into[proxyView](admin.post(proxies, d).is(http.StatusCreated))
	if given.CreatedBy.ID != account(t, "admin").ID || given.Principal.ID != principal {
		t.Errorf("appointed %+v", given)
	}
	list := into[struct{ Given, Held []proxyView }](admin.get(proxies + "?user=" + principal).is(http.StatusOK))
	if audited := into[struct{ Given []proxyView }](w.as("shenji").get(proxies + "?user=" + principal).is(http.StatusOK)); len(audited.Given) != 1 {
		t.Errorf("an auditor sees %+v", audited)
	}
	if len(list.Given) != 1 || len(list.Held) != 0 || len(w.as("fagai.jingban").behalf()) != 1 {
		t.Errorf("list %+v", list)
	}
	// A principal whose account is disabled is stood in for no longer.
	u := account(t, "ziran.fuze")
	u.Disabled = true
	must(t, w.store.SaveUser(t.Context(), u, ""))
	if got := w.as("fagai.jingban").behalf(); len(got) != 0 {
		t.Errorf("in the name of a disabled person: %v", got)
	}
	u.Disabled = false
	must(t, w.store.SaveUser(t.Context(), u, ""))
	admin.remove(proxies + "/" + given.ID).is(http.StatusNoContent)
}

// TestAProxySeesWhatThePrincipalsUnitSees, and nothing passes on to the proxy's own proxy.
func TestAProxySeesWhatThePrincipalsUnitSees(t *testing.T) {
	s := newScene(t)
	stranger, third := s.as("wenlv.jingban"), s.as("danjiangkou.jingban")
	stranger.get("/api/v1/reviews/" + s.review).is(http.StatusNotFound)
	leader := account(t, "ziran.fuze")
	s.as("ziran.fuze").post(proxies, proxyFor(t, "wenlv.jingban", "2024-02-26", "2024-02-26")).is(http.StatusCreated)
	stranger.post(proxies, proxyFor(t, "danjiangkou.jingban", "2024-02-26", "2024-02-26")).is(http.StatusCreated)
	stranger.sees("/api/v1/reviews", s.review)
	stranger.get("/api/v1/reviews/" + s.review).is(http.StatusOK)
	projects := stranger.ids("/api/v1/projects")
	if len(projects) != 1 {
		t.Errorf("projects %v", projects)
	}
	stranger.get("/api/v1/projects/" + projects[0] + "/timeline").is(http.StatusOK)
	stranger.sees("/api/v1/tasks")
	stranger.sees("/api/v1/tasks?for="+leader.ID, s.review)
	third.get("/api/v1/tasks?for="+leader.ID).refused(http.StatusNotFound, "proxy_unknown")
	if got := third.behalf(); len(got) != 1 || !strings.HasPrefix(got[0], account(t, "wenlv.jingban").Name) {
		t.Errorf("the proxy's proxy acts for %v", got)
	}
	s.clock.advance(24 * time.Hour)
	stranger = s.as("wenlv.jingban")
	stranger.get("/api/v1/reviews/" + s.review).is(http.StatusNotFound)
	stranger.get("/api/v1/tasks?for="+leader.ID).refused(http.StatusNotFound, "proxy_unknown")
}

func TestPeopleAreForPickingAlone(t *testing.T) {
	w := newTown(t)
	gone := account(t, "ziran.jingban")
	gone.Disabled = true
	must(t, w.store.SaveUser(t.Context(), gone, ""))
	p := w.as("fagai.jingban")
	type list struct {
		Items []map[string]any
		Next  string `json:"next_cursor"`
	}
	all := into[list](p.get("/api/v1/people?unit=ziran").is(http.StatusOK))
	if len(all.Items) == 0 {
		t.Fatal("nobody")
	}
	for _, x := range all.Items {
		var fields []string
		for name := range x {
			fields = append(fields, name)
		}
		slices.Sort(fields)
		if strings.Join(fields, " ") != "id name role_labels unit_id unit_name" || x["id"] == gone.ID || x["unit_id"] != "ziran" {
			t.Errorf("shows %v", x)
		}
	}
	leader := account(t, "fagai.fuze")
	found := into[list](p.get("/api/v1/people?q=" + escape(leader.Name)).is(http.StatusOK))
	if !slices.ContainsFunc(found.Items, func(x map[string]any) bool { return x["id"] == leader.ID }) {
		t.Errorf("%s was not found: %v", leader.Name, found)
	}
	first := into[list](p.get("/api/v1/people?limit=1").is(http.StatusOK))
	if second := into[list](p.get("/api/v1/people?limit=1&cursor=" + first.Next).is(http.StatusOK)); second.Items[0]["id"] == first.Items[0]["id"] {
		t.Error("the second page is the first")
	}
	w.as("admin").get("/api/v1/people").is(http.StatusOK) // who appoints proxies for others must pick them
	p.get("/api/v1/people?cursor=x").refused(http.StatusUnprocessableEntity, "cursor_invalid")
}
