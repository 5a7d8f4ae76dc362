package api_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// document is /openapi.json as a program reads it.
type document struct {
	root     map[string]any
	paths    []pathItem
	compiler *jsonschema.Compiler
	mu       *sync.Mutex                   // requests may be checked side by side
	schemas  map[string]*jsonschema.Schema // compiled, by JSON pointer
}

// pathItem is a path with its operations by method in lower case.
type pathItem struct {
	path       string
	pattern    *regexp.Regexp
	operations map[string]map[string]any
}

const documentURL = "http://luodi.test/openapi.json"

var parameter = regexp.MustCompile(`\\\{[a-z_]+\\\}`)

// readDocument takes /openapi.json, which needs no session.
func readDocument(w *town) document {
	w.Helper()
	recorder := httptest.NewRecorder()
	w.handler.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/openapi.json", nil))
	d := document{compiler: jsonschema.NewCompiler(), mu: &sync.Mutex{}, schemas: map[string]*jsonschema.Schema{}}
	must(w, json.Unmarshal(recorder.Body.Bytes(), &d.root))
	resource, err := jsonschema.UnmarshalJSON(bytes.NewReader(recorder.Body.Bytes()))
	must(w, err)
	must(w, d.compiler.AddResource(documentURL, resource))
	for path, item := range object(d.root, "paths") {
		p := pathItem{path: path, operations: map[string]map[string]any{}}
		p.pattern = regexp.MustCompile("^" + parameter.ReplaceAllString(regexp.QuoteMeta(path), "[^/]+") + "$")
		for method, op := range item.(map[string]any) {
			p.operations[method] = op.(map[string]any)
		}
		d.paths = append(d.paths, p)
	}
	slices.SortFunc(d.paths, func(a, b pathItem) int { return strings.Compare(a.path, b.path) })
	return d
}

// object walks down names; nil when there is nothing.
func object(v any, names ...string) map[string]any {
	for _, name := range names {
		m, _ := v.(map[string]any)
		v = m[name]
	}
	m, _ := v.(map[string]any)
	return m
}

// find gives the path and the operation that serve a request; a path without
// parameters goes first, as in the router.
func (d document) find(method, path string) (pathItem, map[string]any) {
	var (
		item  pathItem
		found map[string]any
	)
	for _, p := range d.paths {
		if op := p.operations[strings.ToLower(method)]; op != nil && p.pattern.MatchString(path) && (found == nil || !strings.Contains(p.path, "{")) {
			item, found = p, op
		}
	}
	return item, found
}

func (d document) operation(method, path string) map[string]any {
	_, op := d.find(method, path)
	return op
}

// fits checks that an answer is one that the document announces: status, type, schema.
func (d document) fits(t testing.TB, a answer, method, path string, v any) {
	t.Helper()
	item, op := d.find(method, path)
	if op == nil {
		if a.status < 400 {
			t.Fatalf("%s: %d, and the document doesn't know it", a.request, a.status)
		}
		return
	}
	status, kind := strconv.Itoa(a.status), a.header.Get("Content-Type")
	if object(op, "responses", status, "content", kind, "schema") == nil {
		t.Fatalf("%s: %s as %s is not in the document: %s", a.request, status, kind, a.body)
	}
	schema := d.schema(t, "paths", item.path, strings.ToLower(method), "responses", status, "content", kind, "schema")
	if err := schema.Validate(v); err != nil {
		t.Fatalf("%s: %d is not as announced: %v", a.request, a.status, err)
	}
}

// schema compiles the schema at a place of the document.
func (d document) schema(t testing.TB, names ...string) *jsonschema.Schema {
	t.Helper()
	pointer := ""
	for _, name := range names {
		pointer += "/" + strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D").Replace(name)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.schemas[pointer] == nil {
		s, err := d.compiler.Compile(documentURL + "#" + pointer)
		must(t, err)
		d.schemas[pointer] = s
	}
	return d.schemas[pointer]
}

func TestDocumentIsCompleteAndSound(t *testing.T) {
	w := newTown(t)
	d := w.document
	if v := fmt.Sprint(d.root["openapi"]); !strings.HasPrefix(v, "3.1") {
		t.Errorf("OpenAPI %s", v)
	}
	ids := map[string]bool{}
	for _, p := range d.paths {
		for method, op := range p.operations {
			name := method + " " + p.path
			id := fmt.Sprint(op["operationId"])
			if op["summary"] == "" || op["tags"] == nil || ids[id] {
				t.Errorf("%s: summary %q, tags %v, id %s", name, op["summary"], op["tags"], id)
			}
			ids[id] = true
			checkSecurity(t, name, op)
			checkResponses(t, d, p.path, method)
			checkParameters(t, p.path, op)
		}
	}
	if len(ids) < 20 {
		t.Errorf("only %d operations", len(ids))
	}
	checkReferences(t, d, "", d.root)
	for name := range object(d.root, "components", "schemas") {
		d.schema(t, "components", "schemas", name) // compiles
	}
}

// open lists what needs no session; it is written here once more so that adding to
// the server's list takes two hands.
var open = []string{
	"GET /healthz", "GET /readyz", "GET /openapi.json", "GET /openapi.yaml", "GET /docs",
	"POST /api/v1/session", "GET /api/v1/demo/accounts",
}

func checkSecurity(t *testing.T, name string, op map[string]any) {
	t.Helper()
	method, path, _ := strings.Cut(name, " ")
	public := slices.Contains(open, strings.ToUpper(method)+" "+path)
	security, stated := op["security"]
	if free := stated && len(security.([]any)) == 0; free != public {
		t.Errorf("%s: public %t, and the document says %v", name, public, security)
	}
}

func checkResponses(t *testing.T, d document, path, method string) {
	t.Helper()
	responses := object(d.root, "paths", path, method, "responses")
	success := 0
	for status, r := range responses {
		content := object(r, "content")
		switch {
		case status >= "400" && !(path == "/readyz" && status == "503"):
			ref := object(content, "application/problem+json", "schema")["$ref"]
			if len(content) != 1 || ref != "#/components/schemas/Problem" {
				t.Errorf("%s %s: %s is %v", method, path, status, content)
			}
		case status == "204":
			success++
		default:
			success++
			for kind := range content {
				d.schema(t, "paths", path, method, "responses", status, "content", kind, "schema")
			}
			if len(content) == 0 {
				t.Errorf("%s %s: %s has no schema", method, path, status)
			}
		}
	}
	if success == 0 || responses["500"] == nil || responses["default"] != nil {
		t.Errorf("%s %s: responses %v", method, path, responses)
	}
}

// checkParameters: every parameter of the path is described, and no other.
func checkParameters(t *testing.T, path string, op map[string]any) {
	t.Helper()
	params, _ := op["parameters"].([]any)
	described := 0
	for _, p := range params {
		if object(p, "schema") == nil {
			t.Errorf("%s: parameter %v without schema", path, p)
		}
		if object(p)["in"] == "path" {
			described++
			if !strings.Contains(path, "{"+fmt.Sprint(object(p)["name"])+"}") {
				t.Errorf("%s: parameter %v is not in it", path, p)
			}
		}
	}
	if described != strings.Count(path, "{") {
		t.Errorf("%s: %d parameters described", path, described)
	}
}

// checkReferences: every $ref leads somewhere.
func checkReferences(t *testing.T, d document, at string, v any) {
	t.Helper()
	switch v := v.(type) {
	case map[string]any:
		if ref, ok := v["$ref"].(string); ok {
			names := strings.Split(strings.TrimPrefix(ref, "#/"), "/")
			if object(d.root, names...) == nil {
				t.Errorf("%s: %s leads nowhere", at, ref)
			}
		}
		for name, x := range v {
			checkReferences(t, d, at+"/"+name, x)
		}
	case []any:
		for i, x := range v {
			checkReferences(t, d, fmt.Sprintf("%s/%d", at, i), x)
		}
	}
}

var updateDocument = flag.Bool("luodi.update", false, "write ../web/openapi.json, from which the workbench takes its types")

// The workbench is built against a copy of the document: a stale one would hide a change of the API from its type check.
func TestWorkbenchKnowsTheDocument(t *testing.T) {
	const file = "../web/openapi.json"
	document := readDocument(newTown(t)).root
	info := object(document, "info")
	info["version"] = "dev"
	now, err := json.MarshalIndent(document, "", "  ")
	must(t, err)
	now = append(now, '\n')
	if *updateDocument {
		must(t, os.WriteFile(file, now, 0o644))
	}
	kept, err := os.ReadFile(file)
	must(t, err)
	if !bytes.Equal(kept, now) {
		t.Error("web/openapi.json is not today's: go test ./api -run TestWorkbenchKnowsTheDocument -luodi.update, then npm run types in web")
	}
}
