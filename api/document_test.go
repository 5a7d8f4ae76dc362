package api_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// document is /openapi.json as a program reads it.
type document struct {
	root  map[string]any
	paths []pathItem
}

// pathItem is a path with its operations by method in lower case.
type pathItem struct {
	path       string
	pattern    *regexp.Regexp
	operations map[string]map[string]any
}

// readDocument takes /openapi.json, which needs no session.
func readDocument(w *town) document {
	w.Helper()
	recorder := httptest.NewRecorder()
	w.handler.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/openapi.json", nil))
	var d document
	must(w, json.Unmarshal(recorder.Body.Bytes(), &d.root))
	for path, item := range object(d.root, "paths") {
		p := pathItem{path: path, operations: map[string]map[string]any{}}
		p.pattern = regexp.MustCompile("^" + regexp.MustCompile(`\\\{[a-z_]+\\\}`).ReplaceAllString(regexp.QuoteMeta(path), "[^/]+") + "$")
		for method, op := range item.(map[string]any) {
			p.operations[method] = op.(map[string]any)
		}
		d.paths = append(d.paths, p)
	}
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

// operation finds what serves a request; a path without parameters goes first, as in the router.
func (d document) operation(method, path string) map[string]any {
	var found map[string]any
	for _, p := range d.paths {
		if op := p.operations[strings.ToLower(method)]; op != nil && p.pattern.MatchString(path) && (found == nil || !strings.Contains(p.path, "{")) {
			found = op
		}
	}
	return found
}

// fits checks that an answer is one that the document announces.
func (d document) fits(t testing.TB, a answer, method, path string, v any) {
	t.Helper()
	op := d.operation(method, path)
	if op == nil {
		if a.status < 400 {
			t.Fatalf("%s: %d, and the document doesn't know it", a.request, a.status)
		}
		return
	}
	response := object(op, "responses", strconv.Itoa(a.status))
	if response == nil {
		t.Fatalf("%s: status %d is not in the document: %s", a.request, a.status, a.body)
	}
}
