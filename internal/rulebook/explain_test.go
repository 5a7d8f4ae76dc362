package rulebook

import (
	"strings"
	"testing"
)

func scoresOf(t testing.TB, file, name string) *Scores {
	t.Helper()
	facts := open(t, file).CaseFacts()[name]
	if facts == nil {
		t.Fatal("no case ", name)
	}
	s, found := facts.Score()
	if s == nil {
		t.Fatal(found)
	}
	return s
}

// TestExplanationShowsTheWholeWay: formula with the figures put in, each operation in
// the order of the book, and the result.
func TestExplanationShowsTheWholeWay(t *testing.T) {
	s := scoresOf(t, "testdata/published/g01.yaml", "两个单位的公布结果")
	e := s.Explain(s.Facts.book.all[2], 0)
	if want := "28÷27×50%+177.7÷54×50% = 2.1639 → 封顶 1 → ×0.5 = 0.5"; e.Working != want {
		t.Errorf("working\n got %s\nwant %s", e.Working, want)
	}
	if e.Clause != "第3项" || e.Value != "0.5" {
		t.Errorf("%+v", e)
	}
	t.Log("\n" + strings.Join(s.ExplainTotal(0).Lines(""), "\n"))
}
