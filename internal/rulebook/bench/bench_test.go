package bench

import (
	"bytes"
	"testing"

	"luodi/internal/rulebook"
)

// TestHandWrittenAgrees: what the engine is measured against computes the same.
func TestHandWrittenAgrees(t *testing.T) {
	b := benchBook(t)
	for _, s := range sizes[:2] {
		facts, rows, targets := synthetic(b, s)
		scores, found := facts.Score()
		if scores == nil {
			t.Fatal(found)
		}
		if err := agree(scores, byHand(rows, targets, day(2023, 1, 1), day(2023, 12, 31))); err != nil {
			t.Fatal(err)
		}
	}
}

func benchBook(tb testing.TB) *rulebook.Book {
	tb.Helper()
	b, found := rulebook.Load("book.yaml", bytes.NewReader(bookFile))
	if b == nil {
		tb.Fatal(found)
	}
	return b
}

func BenchmarkScore(b *testing.B) {
	book := benchBook(b)
	for _, s := range sizes {
		facts, rows, targets := synthetic(book, s)
		b.Run(s.name+"/engine", func(b *testing.B) {
			for b.Loop() {
				repeatScore(facts, 1, 1)
			}
		})
		b.Run(s.name+"/cores", func(b *testing.B) {
			for b.Loop() {
				repeatScore(facts, 1, 2)
			}
		})
		b.Run(s.name+"/hand", func(b *testing.B) {
			for b.Loop() {
				byHand(rows, targets, day(2023, 1, 1), day(2023, 12, 31))
			}
		})
	}
}
