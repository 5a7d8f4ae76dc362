package rulebooks_test

import (
	"io/fs"
	"strings"
	"testing"

	"luodi/internal/rulebook"
	"luodi/internal/rulebook/rulebooks"
)

// TestShippedBooks: every book that comes with Luodi loads without a warning, passes
// its own cases, scores its facts and says that it is illustrative.
func TestShippedBooks(t *testing.T) {
	files, err := fs.Glob(rulebooks.Files, "*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, ".facts.yaml") {
			continue
		}
		t.Run(name, func(t *testing.T) {
			b := load(t, name)
			if !b.Illustrative {
				t.Error("a shipped book must say that it is illustrative")
			}
			r := b.RunCases()
			for _, f := range r.Findings {
				t.Error(f)
			}
			if len(r.Expected) > 0 {
				t.Error("indicators without a case:", r.Expected)
			}
			t.Log("branches not taken:", r.Untouched)
			facts, found := b.LoadFacts(name, file(t, strings.TrimSuffix(name, ".yaml")+".facts.yaml"), false)
			if facts == nil {
				t.Fatal(found)
			}
			if s, found := facts.Score(); s == nil {
				t.Fatal(found)
			}
		})
	}
}

func file(t *testing.T, name string) fs.File {
	t.Helper()
	f, err := rulebooks.Files.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func load(t *testing.T, name string) *rulebook.Book {
	t.Helper()
	b, found := rulebook.Load(name, file(t, name))
	for _, f := range found {
		t.Error(f)
	}
	if b == nil {
		t.FailNow()
	}
	return b
}
