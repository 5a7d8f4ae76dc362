package assessment_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"luodi/internal/assessment"
)

func ids(d assessment.Draw) []string {
	out := []string{}
	for _, x := range d.Items {
		out = append(out, x.ID)
	}
	return out
}

// Whoever has the seed and the candidates draws the same again, in whatever order the
// candidates come: exactly per of each unit that has as many, and nothing twice.
func TestADrawIsReproducibleAndPerUnit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 40).Draw(t, "candidates")
		per := rapid.IntRange(1, 5).Draw(t, "per")
		seed := rapid.String().Draw(t, "seed")
		var list []assessment.Drawn
		have := map[string]int{}
		for i := range n {
			unit := fmt.Sprint("unit", rapid.IntRange(0, 4).Draw(t, "unit"))
			have[unit]++
			list = append(list, assessment.Drawn{ID: fmt.Sprint("p", i), UnitID: unit})
		}
		before := slices.Clone(list)
		d := assessment.DrawFrom(3, seed, per, list)
		if !slices.Equal(list, before) {
			t.Fatal("drawing disordered the candidates")
		}
		again := assessment.DrawFrom(3, seed, per, rapid.Permutation(list).Draw(t, "order"))
		same(t, "drawn again", again, d)
		got := map[string]int{}
		for _, x := range d.Items {
			if got[x.UnitID]++; !slices.Contains(list, x) {
				t.Fatalf("%s was no candidate", x.ID)
			}
		}
		for unit, k := range have {
			if got[unit] != min(per, k) {
				t.Fatalf("%s has %d candidates and %d were drawn, %d a unit", unit, k, got[unit], per)
			}
		}
		if all := ids(d); len(all) != len(slices.Compact(slices.Sorted(slices.Values(all)))) {
			t.Fatal("something was drawn twice")
		}
		if d.Candidates != n || d.Per != per || d.Seed != seed || d.No != 3 {
			t.Fatalf("%+v", d)
		}
	})
}

// The seed decides, and the digest names the candidates.
func TestTheSeedDecides(t *testing.T) {
	var list []assessment.Drawn
	for i := range 30 {
		list = append(list, assessment.Drawn{ID: fmt.Sprint("p", i), UnitID: "maojian"})
	}
	a, b := assessment.DrawFrom(1, "a", 3, list), assessment.DrawFrom(1, "b", 3, list)
	if slices.Equal(ids(a), ids(b)) {
		t.Error("two seeds draw the same of thirty")
	}
	if a.Digest != b.Digest || a.Digest == assessment.DrawFrom(1, "a", 3, list[1:]).Digest {
		t.Error("the digest isn't the candidates'")
	}
	// Worked out by hand: sha256sum over the seed, a line feed and the id.
	three := []assessment.Drawn{{ID: "p1", UnitID: "u"}, {ID: "p2", UnitID: "u"}, {ID: "p3", UnitID: "u"}}
	if got := ids(assessment.DrawFrom(1, "2024001", 2, three)); !slices.Equal(got, []string{"p1", "p3"}) {
		t.Errorf("drawn %v, want p1 (4867…) and p3 (9879…)", got)
	}
}
