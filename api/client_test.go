package api_test

import (
	"bytes"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"luodi/internal/demo"
)

// person is a signed-in client.
type person struct {
	*town
	cookie *http.Cookie
}

// as signs somebody in by login.
func (w *town) as(login string) person {
	w.Helper()
	a := w.nobody().post("/api/v1/session", map[string]string{"login": login, "password": demo.Password})
	a.is(http.StatusOK)
	cookies := (&http.Response{Header: a.header}).Cookies()
	if len(cookies) != 1 {
		w.Fatalf("sign-in set %d cookies", len(cookies))
	}
	return person{town: w, cookie: cookies[0]}
}

// nobody is a client without a session.
func (w *town) nobody() person { return person{town: w} }

// with is the same client working for a part of a test.
func (p person) with(t testing.TB) person {
	w := *p.town
	w.TB = t
	return person{town: &w, cookie: p.cookie}
}

// answer is what came back.
type answer struct {
	testing.TB
	request string // method and target, for messages
	status  int
	header  http.Header
	body    []byte
}

// change makes a request special.
type change func(*http.Request)

func header(name, value string) change {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

func key(k string) change { return header("Idempotency-Key", k) }

func (p person) get(target string, changes ...change) answer {
	p.Helper()
	return p.send(http.MethodGet, target, nil, changes...)
}

func (p person) post(target string, body any, changes ...change) answer {
	p.Helper()
	return p.send(http.MethodPost, target, encode(p, body), changes...)
}

func (p person) patch(target string, body any, changes ...change) answer {
	p.Helper()
	return p.send(http.MethodPatch, target, encode(p, body), changes...)
}

func encode(t testing.TB, body any) []byte {
	t.Helper()
	if raw, ok := body.([]byte); ok {
		return raw
	}
	data, err := json.Marshal(body)
	must(t, err)
	return data
}

// send asks the router and checks what must hold of every answer: see sound.
func (p person) send(method, target string, body []byte, changes ...change) answer {
	p.Helper()
	r := &http.Request{Method: method, Header: http.Header{}, Host: "luodi.test", RemoteAddr: "192.0.2.1:4000", Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1}
	path, query, _ := strings.Cut(target, "?")
	r.URL = &url.URL{Path: path, RawQuery: query}
	if decoded, err := url.PathUnescape(path); err == nil {
		r.URL.Path, r.URL.RawPath = decoded, path
	}
	r.Body, r.ContentLength = http.NoBody, int64(len(body))
	if body != nil {
		r = r.Clone(p.Context())
		r.Body = readCloser{bytes.NewReader(body)}
		r.Header.Set("Content-Type", "application/json")
	}
	if p.cookie != nil {
		r.AddCookie(p.cookie)
	}
	for _, c := range changes {
		c(r)
	}
	recorder := httptest.NewRecorder()
	p.handler.ServeHTTP(recorder, r.WithContext(p.Context()))
	a := answer{TB: p, request: method + " " + shorten(target), status: recorder.Code, header: recorder.Header(), body: recorder.Body.Bytes()}
	p.sound(a, method, path)
	return a
}

type readCloser struct{ *bytes.Reader }

func (readCloser) Close() error { return nil }

func shorten(s string) string {
	if len(s) > 200 {
		return s[:200] + "…"
	}
	return s
}

// is stops the test unless the answer has that status.
func (a answer) is(status int) answer {
	a.Helper()
	if a.status != status {
		a.Fatalf("%s: %d, want %d: %s", a.request, a.status, status, shorten(string(a.body)))
	}
	return a
}

// problem is an answer that says what went wrong.
type problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Code   string `json:"code"`
	Detail string `json:"detail"`
	Errors []struct {
		Field   string `json:"field"`
		Code    string `json:"code"`
		Message string `json:"message"`
	} `json:"errors"`
}

// refused stops the test unless the answer is a problem with that status and code.
func (a answer) refused(status int, code string) problem {
	a.Helper()
	p := into[problem](a.is(status))
	if p.Code != code {
		a.Fatalf("%s: code %s, want %s: %s", a.request, p.Code, code, a.body)
	}
	return p
}

// into reads an answer, and refuses what the type doesn't know.
func into[T any](a answer) T {
	a.Helper()
	var v T
	if err := json.Unmarshal(a.body, &v); err != nil {
		a.Fatalf("%s: %v: %s", a.request, err, shorten(string(a.body)))
	}
	return v
}

var (
	code    = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	chinese = regexp.MustCompile(`\p{Han}`)
	moment  = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}T`)
)

// sound is what must hold of every answer to every request: no 5xx; errors are
// problems with a code and Chinese text; JSON as the OpenAPI document says; names in
// snake_case; moments in UTC and never the zero time.
func (w *town) sound(a answer, method, path string) {
	w.Helper()
	if a.status >= 500 && (a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") == "") {
		w.Fatalf("%s: %d %s", a.request, a.status, a.body)
	}
	if method == http.MethodHead || len(a.body) == 0 {
		return
	}
	if a.status >= 400 && path != "/readyz" {
		w.soundProblem(a)
	}
	if path == "/openapi.json" || !strings.Contains(a.header.Get("Content-Type"), "json") {
		return
	}
	var v any
	if err := json.Unmarshal(a.body, &v); err != nil {
		w.Fatalf("%s: no JSON: %v", a.request, err)
	}
	if strings.HasPrefix(path, "/api/") {
		w.document.fits(w, a, method, path, v)
	}
	soundValue(a, "", v)
}

func (w *town) soundProblem(a answer) {
	w.Helper()
	p := into[problem](a)
	switch {
	case a.header.Get("Content-Type") != "application/problem+json":
		w.Fatalf("%s: %d as %s", a.request, a.status, a.header.Get("Content-Type"))
	case p.Status != a.status, p.Title != http.StatusText(a.status), p.Type != "about:blank", !code.MatchString(p.Code), !chinese.MatchString(p.Detail):
		w.Fatalf("%s: not a whole problem: %s", a.request, a.body)
	}
	for _, e := range p.Errors {
		if e.Field == "" || !code.MatchString(e.Code) || !chinese.MatchString(e.Message) {
			w.Fatalf("%s: not a whole detail: %+v", a.request, e)
		}
	}
}

// dictionaries are objects whose keys are data: ids of units and indicators, figures and
// grades as a rule book names them.
var dictionaries = map[string]bool{"duties": true, "values": true, "city": true, "limits": true, "counts": true, "sources": true, "grades": true, "scores": true}

// soundValue walks JSON. What is under "schema" is JSON Schema, whose names aren't ours.
func soundValue(a answer, at string, v any) {
	a.Helper()
	switch v := v.(type) {
	case map[string]any:
		for name, x := range v {
			if !code.MatchString(name) && !dictionaries[path.Base(at)] {
				a.Fatalf("%s: field %s/%s is not in snake_case", a.request, at, name)
			}
			if name != "schema" {
				soundValue(a, at+"/"+name, x)
			}
		}
	case []any:
		for i, x := range v {
			soundValue(a, fmt.Sprintf("%s/%d", at, i), x)
		}
	case string:
		if !moment.MatchString(v) {
			return
		}
		at2, err := time.Parse(time.RFC3339Nano, v)
		if err != nil || !strings.HasSuffix(v, "Z") || at2.IsZero() {
			a.Fatalf("%s: %s is %q, not a moment in UTC", a.request, at, v)
		}
	}
}

// contents is a digest of every table but the sessions, for tests that nothing has changed.
func (w *town) contents() map[string]string {
	w.Helper()
	out := map[string]string{}
	for _, table := range column(w, w.raw, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT IN ('sessions', 'sqlite_sequence')") {
		rows := column(w, w.raw, "SELECT count(*) || '' FROM "+table)
		sum := sha256.Sum256([]byte(strings.Join(dump(w, w.raw, table), "\n")))
		out[table] = fmt.Sprintf("%s rows, %x", rows[0], sum[:6])
	}
	return out
}

// unchanged stops the test if anything was written since before.
func (w *town) unchanged(before map[string]string) {
	w.Helper()
	for table, now := range w.contents() {
		if now != before[table] {
			w.Fatalf("table %s changed from %s to %s", table, before[table], now)
		}
	}
}

func column(t testing.TB, db *sql.DB, query string) []string {
	t.Helper()
	rows, err := db.Query(query)
	must(t, err)
	defer func() { _ = rows.Close() }()
	var out []string
	for rows.Next() {
		var s string
		must(t, rows.Scan(&s))
		out = append(out, s)
	}
	must(t, rows.Err())
	return out
}

func dump(t testing.TB, db *sql.DB, table string) []string {
	t.Helper()
	rows, err := db.Query("SELECT * FROM " + table)
	must(t, err)
	defer func() { _ = rows.Close() }()
	names, err := rows.Columns()
	must(t, err)
	var out []string
	for rows.Next() {
		values := make([]any, len(names))
		for i := range values {
			values[i] = new(any)
		}
		must(t, rows.Scan(values...))
		line := ""
		for _, v := range values {
			line += fmt.Sprintf("%v|", *v.(*any))
		}
		out = append(out, line)
	}
	must(t, rows.Err())
	slices.Sort(out)
	return out
}

// events counts the events of every stream.
func (w *town) events() int {
	w.Helper()
	n := 0
	must(w, w.raw.QueryRow("SELECT count(*) FROM events").Scan(&n))
	return n
}

// draft is a project in negotiation that every seat but the chemists' has to look at.
func draft(name string, more ...map[string]any) map[string]any {
	d := map[string]any{
		"name": name, "investor": "示例投资有限公司", "county_id": "danjiangkou", "agreed_amount": "12000",
		"land_area": "30", "energy_use": "200", "stage": "negotiating", "investor_kind": "private", "illustrative": true,
	}
	for _, m := range more {
		maps.Copy(d, m)
	}
	return d
}

// register makes a project and returns its id.
func (p person) register(name string, more ...map[string]any) string {
	p.Helper()
	return into[struct{ ID string }](p.post("/api/v1/projects", draft(name, more...)).is(http.StatusCreated)).ID
}

// escape writes any bytes for a query, invalid UTF-8 too.
func escape(s string) string {
	var b strings.Builder
	for i := range len(s) {
		fmt.Fprintf(&b, "%%%02x", s[i])
	}
	return b.String()
}

// start submits a project for review and returns the review's id.
func (p person) start(project string) string {
	p.Helper()
	return into[struct{ ID string }](p.post("/api/v1/reviews", map[string]string{"project_id": project}).is(http.StatusCreated)).ID
}

func (p person) act(review, action string, body any, changes ...change) answer {
	p.Helper()
	return p.post("/api/v1/reviews/"+review+"/actions/"+action, body, changes...)
}
