package review_test

import (
	"os"
	"strings"
	"testing"

	"luodi/internal/review"
)

// The manual says of every operation what it does.
func TestTheManualNamesEveryOperation(t *testing.T) {
	manual, err := os.ReadFile("../../docs/review.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range review.Actions(review.State{}, centre, mondayAt9) {
		if !strings.Contains(string(manual), "`"+a.Name+"`") {
			t.Errorf("docs/review.md says nothing of %s (%s)", a.Name, a.Label)
		}
	}
}
