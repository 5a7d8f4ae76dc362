package review_test

import (
	"encoding/json"
	"testing"

	"luodi/internal/review"
)

// BenchmarkActions is what one look at a review of twelve seats costs its rules.
func BenchmarkActions(b *testing.B) {
	w := opinions(b, plan(allUnits[:12]))
	for _, unit := range allUnits[:5] {
		w.do(seatActor(unit), review.ActOpine, opinion(unit, review.Agree))
	}
	actor := seatActor("shuili")
	b.Run("actions", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			review.Actions(w.state, actor, w.now)
		}
	})
	b.Run("their JSON", func(b *testing.B) {
		b.ReportAllocs()
		actions := review.Actions(w.state, actor, w.now)
		for b.Loop() {
			if _, err := json.Marshal(actions); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("the state's JSON", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := json.Marshal(w.state); err != nil {
				b.Fatal(err)
			}
		}
	})
}
