package rulebook

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

func open(t testing.TB, file string) *Book {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	b, found := Load(filepath.Base(file), bytes.NewReader(data))
	for _, f := range found {
		t.Log(f)
	}
	if b == nil {
		t.Fatalf("%s: not loaded", file)
	}
	return b
}

// TestPublishedCases holds the language to results that public documents print.
func TestPublishedCases(t *testing.T) {
	files, err := filepath.Glob("testdata/*/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no published cases")
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			b := open(t, file)
			r := b.RunCases()
			for _, f := range r.Findings {
				t.Error(f)
			}
			t.Logf("%d cases, %d values, branches not taken: %v", r.Cases, r.Values, r.Untouched)
		})
	}
}
