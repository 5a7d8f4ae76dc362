package liaison_test

import (
	"os"
	"strings"
	"testing"

	"luodi/internal/liaison"
	"luodi/internal/org"
)

// The manual names every operation with its label, and no other.
func TestManualKnowsEveryOperation(t *testing.T) {
	data, err := os.ReadFile("../../docs/liaison.md")
	if err != nil {
		t.Fatal(err)
	}
	manual := string(data)
	known := map[string]bool{}
	for _, a := range liaison.Actions(liaison.State{}, org.Actor{}, at("2023-05-08 09:00")) {
		known[a.Name] = true
		if !strings.Contains(manual, "`"+a.Name+"`") {
			t.Errorf("the manual doesn't know %s %s", a.Name, a.Label)
		}
	}
	for line := range strings.Lines(manual) {
		first, _, isRow := strings.Cut(strings.TrimPrefix(line, "| "), " |")
		if !isRow || !strings.HasPrefix(first, "`") {
			continue
		}
		for i, name := range strings.Split(first, "`") {
			if i%2 == 1 && !known[name] {
				t.Errorf("the manual tells of %s, which nobody can do", name)
			}
		}
	}
}
