package api_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"fmt"
	"hash/crc32"
	"maps"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// scene is a town with something in it to break.
type scene struct {
	*town
	operator, leader, handler, county, admin person
	project, review                          string
}

func newScene(t testing.TB) scene {
	t.Helper()
	w := newTown(t)
	s := scene{town: w, operator: w.as("zhaoshang.jingban"), leader: w.as("zhaoshang.fuze"),
		handler: w.as("ziran.jingban"), county: w.as("maojian.jingban"), admin: w.as("admin")}
	s.project = s.operator.register("丹江口示例水厂项目")
	s.review = s.operator.start(s.operator.register("丹江口示例电池项目"))
	s.operator.act(s.review, "accept", map[string]any{}).is(http.StatusOK)
	return s
}

// bad is a request that must be refused and change nothing.
type bad struct {
	name    string
	by      person
	method  string
	target  string
	body    any // []byte as it is, anything else as JSON; nil for none
	changes []change
	status  int
	code    string
}

func (b bad) send(t *testing.T) answer {
	var body []byte
	if b.body != nil {
		body = encode(t, b.body)
	}
	return b.by.with(t).send(b.method, b.target, body, b.changes...)
}

func refuseAll(t *testing.T, w *town, cases []bad) {
	before := w.contents()
	for _, b := range cases {
		t.Run(b.name, func(t *testing.T) {
			began := time.Now()
			b.send(t).refused(b.status, b.code)
			b.by.with(t).unchanged(before)
			if took := time.Since(began); took > 20*time.Second {
				t.Errorf("refused after %s", took)
			}
		})
	}
}

// deep is JSON nested as deep as a megabyte allows.
func deep(n int) []byte {
	return []byte(`{"name":` + strings.Repeat("[", n) + strings.Repeat("]", n) + `}`)
}

func lacking(d map[string]any, names ...string) map[string]any {
	d = maps.Clone(d)
	for _, name := range names {
		delete(d, name)
	}
	return d
}

func TestBadBodiesAreRefusedAndChangeNothing(t *testing.T) {
	s := newScene(t)
	projects, reviews := "/api/v1/projects", "/api/v1/reviews"
	project, act := projects+"/"+s.project, reviews+"/"+s.review+"/actions/"
	d := func(field string, value any) map[string]any { return draft("新项目", map[string]any{field: value}) }
	opinion := func(field string, value any) map[string]any {
		return map[string]any{"seat": "ziran", "opinion": "agree", "text": "同意选址", field: value}
	}
	raw := func(field, literal string) []byte {
		return []byte(`{"name":"新项目","investor":"甲","county_id":"danjiangkou","agreed_amount":"1","` + field + `":` + literal + `}`)
	}
	op, lead, han := s.operator, s.leader, s.handler
	post, patch := http.MethodPost, http.MethodPatch
	refuseAll(t, s.town, []bad{
		{"half JSON", op, post, projects, []byte(`{"name":`), nil, 400, "request_malformed"},
		{"not JSON", op, post, projects, []byte(`name=x`), nil, 400, "request_malformed"},
		{"two JSON values", op, post, projects, []byte(`{} {}`), nil, 400, "request_malformed"},
		{"empty body", op, post, projects, []byte{}, nil, 400, "request_malformed"},
		{"no body", op, post, projects, nil, nil, 400, "request_malformed"},
		{"null", op, post, projects, []byte(`null`), nil, 422, "request_invalid"},
		{"an array", op, post, projects, []byte(`[]`), nil, 422, "request_invalid"},
		{"a string", op, post, projects, []byte(`"x"`), nil, 422, "request_invalid"},
		{"deep nesting", op, post, projects, deep(400_000), nil, 400, "request_malformed"},
		{"nesting that parses", op, post, projects, deep(5_000), nil, 422, "request_invalid"},
		{"invalid UTF-8", op, post, projects, []byte("{\"name\":\"a\xff\xfe\"}"), nil, 400, "request_malformed"},
		{"10 MB", op, post, projects, bytes.Repeat([]byte("x"), 10<<20), nil, 413, "body_too_large"},
		{"10 MB of spaces", op, post, projects, bytes.Repeat([]byte(" "), 10<<20), nil, 413, "body_too_large"},
		{"as a form", op, post, projects, []byte(`name=x`), []change{header("Content-Type", "application/x-www-form-urlencoded")}, 415, "media_type_unsupported"},
		{"as XML", op, post, projects, []byte(`<a/>`), []change{header("Content-Type", "text/xml")}, 415, "media_type_unsupported"},
		{"compressed", op, post, projects, []byte{0x1f, 0x8b, 8, 0}, []change{header("Content-Encoding", "gzip")}, 400, "request_malformed"},

		{"id in a create", op, post, projects, d("id", "1"), nil, 422, "request_invalid"},
		{"version in a create", op, post, projects, d("version", 7), nil, 422, "request_invalid"},
		{"created_by in a create", op, post, projects, d("created_by", map[string]string{"name": "x"}), nil, 422, "request_invalid"},
		{"stage_label in a create", op, post, projects, d("stage_label", "x"), nil, 422, "request_invalid"},
		{"unknown field", op, post, projects, d("nmae", "x"), nil, 422, "request_invalid"},
		{"no name", op, post, projects, lacking(draft("x"), "name"), nil, 422, "request_invalid"},
		{"no amount", op, post, projects, lacking(draft("x"), "agreed_amount"), nil, 422, "request_invalid"},
		{"blank name", op, post, projects, d("name", " \t "), nil, 422, "project_invalid"},
		{"name a number", op, post, projects, d("name", 5), nil, 422, "request_invalid"},
		{"name null", op, post, projects, d("name", nil), nil, 422, "request_invalid"},
		{"name an object", op, post, projects, d("name", map[string]any{}), nil, 422, "request_invalid"},
		{"flag a text", op, post, projects, d("framework", "true"), nil, 422, "request_invalid"},
		{"funds no list", op, post, projects, d("funds_arrived", map[string]any{}), nil, 422, "request_invalid"},
		{"funds null inside", op, post, projects, d("funds_arrived", []any{nil}), nil, 422, "request_invalid"},
		{"huge name", op, post, projects, d("name", strings.Repeat("长", 300_000)), nil, 422, "request_invalid"},
		{"name too long", op, post, projects, d("name", strings.Repeat("长", 900)), nil, 422, "project_invalid"},
		{"NUL in the name", op, post, projects, d("name", "a\x00b"), nil, 422, "project_invalid"},
		{"escape in the name", op, post, projects, d("name", "a\x1b[31mb"), nil, 422, "project_invalid"},
		{"text direction override", op, post, projects, d("name", "a\u202eb"), nil, 422, "project_invalid"},
		{"stage by review", op, post, projects, d("stage", "in_review"), nil, 422, "stage_by_review"},
		{"unknown stage", op, post, projects, d("stage", "done"), nil, 422, "project_invalid"},
		{"unknown county", op, post, projects, d("county_id", "wuhan"), nil, 422, "county_unknown"},
		{"a department as county", op, post, projects, d("county_id", "fagai"), nil, 422, "county_unknown"},
		{"30th of February", op, post, projects, d("signed_on", "2023-02-30"), nil, 422, "request_invalid"},
		{"a moment as day", op, post, projects, d("signed_on", "2023-02-01T00:00:00Z"), nil, 422, "request_invalid"},
		{"signed tomorrow", op, post, projects, draft("x", map[string]any{"stage": "signed", "signed_on": "2024-02-27"}), nil, 422, "project_invalid"},

		{"amount a number", op, post, projects, raw("remark", `1e400`), nil, 400, "request_malformed"},
		{"amount 1e400", op, post, projects, d("agreed_amount", "1e400"), nil, 422, "request_invalid"},
		{"amount 1e999999999", op, post, projects, d("agreed_amount", "1e999999999"), nil, 422, "request_invalid"},
		{"amount 1e-999999999", op, post, projects, d("agreed_amount", "1e-999999999"), nil, 422, "request_invalid"},
		{"amount NaN", op, post, projects, d("agreed_amount", "NaN"), nil, 422, "request_invalid"},
		{"amount bare NaN", op, post, projects, raw("land_area", `NaN`), nil, 400, "request_malformed"},
		{"amount -0", op, post, projects, d("agreed_amount", "-0"), nil, 422, "project_invalid"},
		{"amount below zero", op, post, projects, d("agreed_amount", "-5"), nil, 422, "project_invalid"},
		{"amount beyond 64 bits", op, post, projects, d("agreed_amount", strings.Repeat("9", 30)), nil, 422, "request_invalid"},
		{"amount of a megabyte", op, post, projects, d("agreed_amount", strings.Repeat("9", 900_000)), nil, 422, "request_invalid"},
		{"amount finer than 分", op, post, projects, d("agreed_amount", "1.0000001"), nil, 422, "request_invalid"},
		{"amount in full width", op, post, projects, d("agreed_amount", "１２"), nil, 422, "request_invalid"},
		{"funds 1e999999999", op, post, projects, d("funds_arrived", []any{map[string]any{"on": "2023-01-01", "amount": "1e999999999"}}), nil, 422, "request_invalid"},
		{"land -0.0", op, post, projects, d("land_area", "-0.0"), nil, 422, "request_invalid"},
		{"land 1e999999999", op, post, projects, d("land_area", "1e999999999"), nil, 422, "request_invalid"},
		{"land with too many decimals", op, post, projects, d("land_area", "0.00001"), nil, 422, "project_invalid"},
		{"key with a space", op, post, projects, draft("x"), []change{key("a b")}, 400, "idempotency_key_invalid"},
		{"key in Chinese", op, post, projects, draft("x"), []change{key("键")}, 400, "idempotency_key_invalid"},
		{"key too long", op, post, projects, draft("x"), []change{key(strings.Repeat("k", 129))}, 422, "request_invalid"},

		{"edit without version", op, patch, project, map[string]any{"name": "x"}, nil, 422, "request_invalid"},
		{"edit of another version", op, patch, project, map[string]any{"version": 9, "name": "x"}, nil, 409, "project_changed"},
		{"version 1e400", op, patch, project, []byte(`{"version":1e400}`), nil, 400, "request_malformed"},
		{"version 1.5", op, patch, project, []byte(`{"version":1.5}`), nil, 422, "request_invalid"},
		{"version beyond 64 bits", op, patch, project, []byte(`{"version":99999999999999999999}`), nil, 422, "request_invalid"},
		{"version below zero", op, patch, project, map[string]any{"version": -1}, nil, 422, "request_invalid"},
		{"id in an edit", op, patch, project, map[string]any{"version": 1, "id": "x"}, nil, 422, "request_invalid"},
		{"stage against the order", op, patch, project, map[string]any{"version": 1, "stage": "in_production", "stage_on": "2024-01-01"}, nil, 409, "stage_illegal"},
		{"stage date without correction", op, patch, project, map[string]any{"version": 1, "signed_on": "2024-01-01"}, nil, 422, "correction_required"},
		{"correction without reason", op, patch, project, map[string]any{"version": 1, "name": "x", "correction": true}, nil, 422, "reason_required"},
		{"moved to an unknown county", op, patch, project, map[string]any{"version": 1, "county_id": "wuhan"}, nil, 422, "county_unknown"},

		{"review without project", op, post, reviews, map[string]any{}, nil, 422, "request_invalid"},
		{"review of nothing", op, post, reviews, map[string]any{"project_id": "nothing"}, nil, 404, "project_unknown"},
		{"review with a stage", op, post, reviews, map[string]any{"project_id": s.project, "stage": "end"}, nil, 422, "request_invalid"},
		{"review with control characters", op, post, reviews, map[string]any{"project_id": s.project, "note": "a\x00b"}, nil, 422, "body_invalid"},
		{"review with a huge note", op, post, reviews, map[string]any{"project_id": s.project, "note": strings.Repeat("长", 5000)}, nil, 422, "request_invalid"},

		{"action nobody knows", op, post, act + "approve", map[string]any{}, nil, 404, "action_unknown"},
		{"the server's own action sync", op, post, act + "sync", map[string]any{}, nil, 404, "action_unknown"},
		{"the server's own action recalculate", op, post, act + "recalculate", map[string]any{}, nil, 404, "action_unknown"},
		{"the clock's action", op, post, act + "light", map[string]any{"step": "ziran"}, nil, 404, "action_unknown"},
		{"submitted again from outside", op, post, act + "submit", map[string]any{}, nil, 409, "review_started"},
		{"accepted twice", op, post, act + "accept", map[string]any{}, nil, 409, "action_conflict"},
		{"decided too early", lead, post, act + "decide", map[string]any{"outcome": "approved", "text": "同意"}, nil, 409, "action_conflict"},
		{"decided by the wrong person", op, post, act + "decide", map[string]any{"outcome": "approved", "text": "同意"}, nil, 403, "action_forbidden"},
		{"opinion of nobody's seat", op, post, act + "opine", opinion("text", "同意选址"), nil, 403, "action_forbidden"},
		{"opinion for another seat", han, post, act + "opine", opinion("seat", "fagai"), nil, 422, "body_invalid"},
		{"opinion that doesn't exist", han, post, act + "opine", opinion("opinion", "maybe"), nil, 422, "body_invalid"},
		{"opinion with an actor", han, post, act + "opine", opinion("actor", "x"), nil, 422, "body_invalid"},
		{"opinion without text", han, post, act + "opine", opinion("text", " "), nil, 422, "body_invalid"},
		{"opinion as a number", han, post, act + "opine", opinion("text", 5), nil, 422, "body_invalid"},
		{"opinion too long", han, post, act + "opine", opinion("text", strings.Repeat("长", 2001)), nil, 422, "body_invalid"},
		{"opinion with NUL", han, post, act + "opine", opinion("text", "同意\x00选址"), nil, 422, "body_invalid"},
		{"opinion in invalid UTF-8", han, post, act + "opine", []byte("{\"seat\":\"ziran\",\"opinion\":\"agree\",\"text\":\"ok\xff\xff\"}"), nil, 400, "request_malformed"},
		{"opinion as an array", han, post, act + "opine", []byte(`[]`), nil, 422, "request_invalid"},
		{"opinion as null", han, post, act + "opine", []byte(`null`), nil, 422, "request_invalid"},
		{"opinion without a body", han, post, act + "opine", nil, nil, 422, "body_invalid"},
		{"opinion of 10 MB", han, post, act + "opine", bytes.Repeat([]byte("x"), 10<<20), nil, 413, "body_too_large"},
		{"condition where there is none", han, post, act + "opine", opinion("condition", "x"), nil, 422, "condition_unexpected"},
		{"returned without text", han, post, act + "return", map[string]any{}, nil, 422, "body_invalid"},
		{"resubmitted though not returned", op, post, act + "resubmit", map[string]any{"text": "已补正"}, nil, 409, "action_conflict"},

		{"sign-in without password", s.nobody(), post, "/api/v1/session", map[string]any{"login": "admin"}, nil, 422, "request_invalid"},
		{"sign-in with a user id", s.nobody(), post, "/api/v1/session", map[string]any{"login": "admin", "password": "x", "user_id": "x"}, nil, 422, "request_invalid"},
		{"sign-in with a huge password", s.nobody(), post, "/api/v1/session", map[string]any{"login": "admin", "password": strings.Repeat("x", 900_000)}, nil, 422, "request_invalid"},
	})
}

func TestBadQueriesAndPathsAreRefused(t *testing.T) {
	s := newScene(t)
	get := http.MethodGet
	foreign := s.operator.register("丹江口示例饮料项目")
	query := func(target, code string) bad {
		return bad{target, s.operator, get, "/api/v1" + target, nil, nil, 422, code}
	}
	cases := []bad{
		query("/projects?limit=0", "request_invalid"), query("/projects?limit=-1", "request_invalid"),
		query("/projects?limit=201", "request_invalid"), query("/projects?limit=abc", "request_invalid"),
		query("/projects?limit=1e400", "request_invalid"), query("/projects?limit=99999999999999999999", "request_invalid"),
		query("/projects?cursor=garbage", "cursor_invalid"),
		query("/projects?cursor=e30", "cursor_invalid"), query("/projects?cursor="+strings.Repeat("a", 600), "request_invalid"),
		query("/projects?sort=password_hash", "sort_unknown"), query("/projects?sort=--name", "sort_unknown"),
		query("/projects?year=abc", "request_invalid"), query("/projects?year=-1", "request_invalid"),
		query("/projects?framework=maybe", "request_invalid"), query("/projects?min_amount=NaN", "amount_invalid"),
		query("/projects?min_amount=1e999999999", "amount_invalid"), query("/projects?max_amount=-1e999999999", "amount_invalid"),
		query("/projects?q="+strings.Repeat("a", 101), "request_invalid"),
		query("/projects/export?sort=x", "sort_unknown"), query("/projects/export?year=abc", "request_invalid"),
		query("/reviews?stage=x", "request_invalid"), query("/reviews?open=1", "request_invalid"),
		query("/reviews?cursor=x", "cursor_invalid"), query("/reviews/plan", "request_invalid"),
		query("/tasks?box=trash", "request_invalid"), query("/tasks?limit=0", "request_invalid"), query("/tasks?cursor=x", "cursor_invalid"),
		query("/statistics?year=abc", "request_invalid"), query("/statistics?year=99999", "request_invalid"),
		query("/calendar?year=abc", "request_invalid"), query("/calendar?year=1", "request_invalid"),
		query("/calendar/deadline", "request_invalid"), query("/calendar/deadline?working_days=-1", "request_invalid"),
		query("/calendar/deadline?working_days=10001", "request_invalid"), query("/calendar/deadline?working_days=5&start=tomorrow", "request_invalid"),
		query("/calendar/deadline?working_days=5&start=9999-01-01T00:00:00Z", "start_out_of_range"),
	}
	for _, target := range []string{"/projects?q=%ff", "/projects?q=%00", "/projects?cursor=%ff%00", "/projects?%ff=1", "/projects/%00", "/projects/%ff", "/reviews/%1b"} {
		cases = append(cases, bad{"no text " + target, s.operator, get, "/api/v1" + target, nil, nil, 400, "address_malformed"})
	}
	for _, target := range []string{"/projects/nothing", "/projects/..", "/projects/nothing/timeline", "/reviews/nothing", "/reviews/nothing/actions", "/reviews/plan?project_id=nothing", "/nothing", "/reviews/" + s.review + "/nothing"} {
		cases = append(cases, bad{"unknown " + target, s.operator, get, "/api/v1" + target, nil, nil, 404, ""})
	}
	for _, target := range []string{"/projects/" + foreign, "/projects/" + foreign + "/timeline", "/reviews/" + s.review, "/reviews/" + s.review + "/actions", "/reviews/plan?project_id=" + foreign} {
		cases = append(cases, bad{"foreign " + target, s.county, get, "/api/v1" + target, nil, nil, 404, ""})
	}
	cases = append(cases,
		bad{"foreign edit", s.county, http.MethodPatch, "/api/v1/projects/" + foreign, map[string]any{"version": 1, "name": "x"}, nil, 404, ""},
		bad{"foreign start", s.county, http.MethodPost, "/api/v1/reviews", map[string]any{"project_id": foreign}, nil, 404, ""},
		bad{"foreign action", s.county, http.MethodPost, "/api/v1/reviews/" + s.review + "/actions/withdraw", map[string]any{"text": "撤回"}, nil, 404, ""},
		bad{"create for another county", s.county, http.MethodPost, "/api/v1/projects", draft("x"), nil, 403, "project_forbidden"},
		bad{"create by a department", s.handler, http.MethodPost, "/api/v1/projects", draft("x"), nil, 403, "project_forbidden"},
	)
	before := s.contents()
	for _, b := range cases {
		t.Run(b.name, func(t *testing.T) {
			a := b.send(t).is(b.status)
			if p := into[problem](a); b.code != "" && p.Code != b.code {
				t.Errorf("code %s, want %s: %s", p.Code, b.code, a.body)
			}
			b.by.with(t).unchanged(before)
		})
	}
}

func TestWrongMethodsAreRefused(t *testing.T) {
	s := newScene(t)
	before := s.contents()
	for _, p := range s.document.paths {
		for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"} {
			target := strings.NewReplacer("{id}", s.project, "{action}", "accept").Replace(p.path)
			if s.document.operation(method, target) != nil {
				continue
			}
			a := s.operator.with(t).send(method, target, nil)
			if a.status != http.StatusMethodNotAllowed || a.header.Get("Allow") == "" {
				t.Errorf("%s %s: %d, Allow %q", method, target, a.status, a.header.Get("Allow"))
			}
		}
	}
	s.unchanged(before)
}

// bomb is a workbook that unpacks to 300 MB and weighs less than one. Its deflated
// megabyte of zeros is made once and repeated: a flushed block may follow any other.
func bomb(t testing.TB) []byte {
	t.Helper()
	const megabytes = 100
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.BestCompression)
	must(t, err)
	zeros := make([]byte, 1<<20)
	var ends []int
	for range 2 {
		_, err = w.Write(zeros)
		must(t, err)
		must(t, w.Flush())
		ends = append(ends, packed.Len())
	}
	must(t, w.Close())
	first, again, last := packed.Bytes()[:ends[0]], packed.Bytes()[ends[0]:ends[1]], packed.Bytes()[ends[1]:]
	data := slices.Concat(first, bytes.Repeat(again, megabytes-1), last)
	sum := crc32.NewIEEE()
	for range megabytes {
		_, _ = sum.Write(zeros)
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range []string{"[Content_Types].xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml"} {
		f, err := z.CreateRaw(&zip.FileHeader{Name: name, Method: zip.Deflate, CRC32: sum.Sum32(),
			CompressedSize64: uint64(len(data)), UncompressedSize64: megabytes << 20})
		must(t, err)
		_, err = f.Write(data)
		must(t, err)
	}
	must(t, z.Close())
	return b.Bytes()
}

// form is a multipart body with its content type.
func form(t testing.TB, field string, data []byte) ([]byte, change) {
	t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	f, err := m.CreateFormFile(field, "项目.xlsx")
	must(t, err)
	_, err = f.Write(data)
	must(t, err)
	must(t, m.Close())
	return b.Bytes(), header("Content-Type", m.FormDataContentType())
}

func TestBadUploadsAreRefusedAndChangeNothing(t *testing.T) {
	s := newScene(t)
	target := "/api/v1/projects/import"
	junk := header("Content-Type", "multipart/form-data; boundary=x")
	other, isOther := form(t, "other", []byte("x"))
	big, isBig := form(t, "file", make([]byte, 11<<20))
	text, isText := form(t, "file", []byte("项目名称,投资方"))
	upload := func(name string, body []byte, status int, code string, changes ...change) bad {
		return bad{name, s.operator, http.MethodPost, target, body, append([]change{header("Content-Type", "application/octet-stream")}, changes...), status, code}
	}
	refuseAll(t, s.town, []bad{
		upload("nothing", nil, 422, "import_invalid"),
		upload("text", []byte("项目名称,投资方"), 422, "import_invalid"),
		upload("xls", append([]byte{0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1}, make([]byte, 600)...), 422, "import_invalid"),
		upload("zip that is none", []byte("PK\x03\x04 and no more"), 422, "import_invalid"),
		upload("zip bomb", bomb(t), 422, "import_invalid"),
		upload("11 MB", make([]byte, 11<<20), 413, "body_too_large"),
		upload("11 MB in a form", big, 413, "body_too_large", isBig),
		upload("multipart junk", []byte("junk"), 400, "upload_malformed", junk),
		upload("multipart without end", []byte("--x\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nPK"), 400, "upload_malformed", junk),
		upload("multipart without boundary", []byte("junk"), 400, "upload_malformed", header("Content-Type", "multipart/form-data")),
		upload("another field", other, 400, "upload_malformed", isOther),
		upload("text in a form", text, 422, "import_invalid", isText),
		{"by a department", s.handler, http.MethodPost, target, []byte("x"), nil, 403, "project_forbidden"},
		{"dry_run that is no flag", s.operator, http.MethodPost, target + "?dry_run=perhaps", []byte("x"), nil, 422, "request_invalid"},
	})
}

func TestWorkbenchServesNothingElse(t *testing.T) {
	w := newTown(t)
	for _, target := range []string{"/", "/reviews/1", "/../secret.txt", "/..%2fsecret.txt", "/..%2f..%2fetc%2fpasswd", "/%2e%2e/secret.txt", "/%2e%2e%5csecret.txt", "/assets/../../secret.txt", "/assets/..%2f..%2fsecret.txt", "/secret.txt", "/assets/%00", "/assets/", "/assets/missing.js", "/.git/config", "//api/v1/projects", "/api/../api/v1/projects", "/api", "/index.html", "/%ff", "/docs/", "/assets/app-1.js/x"} {
		a := w.nobody().get(target)
		page := a.status == http.StatusOK && string(a.body) == "<title>落地</title>"
		if strings.Contains(string(a.body), secret) {
			t.Errorf("%s: served what lies beside the workbench", target)
		}
		if moved := a.status == http.StatusMovedPermanently; !page && !moved && a.status != http.StatusNotFound && a.status != http.StatusUnauthorized && a.status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", target, a.status, shorten(string(a.body)))
		}
	}
	for _, method := range []string{"POST", "PUT", "DELETE"} {
		w.nobody().send(method, "/reviews", []byte("x")).refused(http.StatusMethodNotAllowed, "method_not_allowed")
	}
	a := w.nobody().get("/assets/app-1.js").is(http.StatusOK)
	if !strings.Contains(a.header.Get("Content-Type"), "javascript") || !strings.Contains(a.header.Get("Cache-Control"), "immutable") || a.header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("asset headers %v", a.header)
	}
}

// literal draws JSON that a careless or hostile program may send for a field.
func literal() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.SampledFrom([]string{`null`, `true`, `0`, `-0`, `1e400`, `1e-400`, `NaN`, `""`, `" "`, `[]`, `{}`, `[[]]`, `{"a":{}}`, `"1e999999999"`, `"-0"`,
			`"\u0000"`, `"\ud800"`, "\"\xff\"", `"9999-99-99"`, `"0001-01-01"`, `"2024-02-30"`, `"0001-01-01T00:00:00Z"`, `99999999999999999999`, `"` + strings.Repeat("长", 3000) + `"`}),
		rapid.Custom(func(t *rapid.T) string { return fmt.Sprintf("%q", rapid.String().Draw(t, "text")) }),
		rapid.Custom(func(t *rapid.T) string { return fmt.Sprint(rapid.Float64().Draw(t, "number")) }),
	)
}

// TestNoRequestBreaksTheServer: whatever comes, the answer is one that the document
// announces (see sound), and only a request that was taken in leaves a trace.
func TestNoRequestBreaksTheServer(t *testing.T) {
	s := newScene(t)
	people := []person{s.operator, s.leader, s.handler, s.county, s.admin, s.nobody()}
	type endpoint struct {
		method, path string
		fields       []string
	}
	ends := []endpoint{
		{"POST", "/api/v1/projects", []string{"name", "investor", "county_id", "agreed_amount", "stage", "signed_on", "funds_arrived", "land_area", "framework", "id", "remark", "contact_phone"}},
		{"PATCH", "/api/v1/projects/" + s.project, []string{"version", "name", "stage", "stage_on", "correction", "reason", "agreed_amount", "funds_arrived", "county_id"}},
		{"POST", "/api/v1/reviews", []string{"project_id", "note"}},
		{"POST", "/api/v1/calendar/notices", []string{"id", "year", "title", "url", "issued", "days"}},
		{"POST", "/api/v1/session", []string{"login", "password"}},
		{"POST", "/api/v1/projects/import", []string{"x"}},
		{"POST", "/api/v1/proxies", []string{"principal_id", "proxy_id", "from", "to", "reason", "id"}},
		{"POST", "/api/v1/tasks/batch", []string{"action", "items"}},
		{"POST", "/api/v1/attachments", []string{"file"}},
		{"PUT", "/api/v1/drafts/opine/1", []string{"text", "seats"}},
		{"DELETE", "/api/v1/proxies/x", nil},
	}
	for _, action := range []string{"accept", "return", "resubmit", "opine", "decide", "withdraw", "terminate", "submit", "sync", "x"} {
		ends = append(ends, endpoint{"POST", "/api/v1/reviews/" + s.review + "/actions/" + action, []string{"text", "seat", "opinion", "condition", "outcome", "step"}})
	}
	for _, path := range []string{"/projects", "/reviews", "/tasks", "/statistics", "/calendar", "/calendar/deadline", "/projects/export", "/reviews/plan", "/me", "/units", "/people", "/proxies", "/drafts", "/drafts/opine/1", "/attachments/x"} {
		ends = append(ends, endpoint{"GET", "/api/v1" + path, []string{"limit", "cursor", "sort", "year", "q", "min_amount", "stage", "start", "working_days", "box", "open", "project_id", "for", "light", "kind", "overdue", "unread", "unit", "user"}})
	}
	before := s.contents()
	rapid.Check(t, func(rt *rapid.T) {
		e := rapid.SampledFrom(ends).Draw(rt, "endpoint")
		by := rapid.SampledFrom(people).Draw(rt, "by").with(t)
		var parts, query []string
		for _, f := range rapid.SliceOfN(rapid.SampledFrom(append(e.fields, "unknown")), 0, 6).Draw(rt, "fields") {
			v := literal().Draw(rt, f)
			parts = append(parts, fmt.Sprintf("%q:%s", f, v))
			query = append(query, f+"="+escape(strings.Trim(v, `"`)))
		}
		target, body := e.path, []byte("{"+strings.Join(parts, ",")+"}")
		if e.method == "GET" {
			target, body = e.path+"?"+strings.Join(query, "&"), nil
		}
		a := by.send(e.method, target, body)
		if a.status >= 500 {
			rt.Fatalf("%s %s: %d %s", a.request, body, a.status, a.body)
		}
		if a.status >= 400 || e.method == "GET" {
			s.unchanged(before)
		} else {
			before = s.contents()
		}
	})
}
