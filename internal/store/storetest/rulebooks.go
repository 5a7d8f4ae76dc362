package storetest

import (
	"slices"
	"testing"
	"time"

	"luodi/internal/app"
	"luodi/internal/assessment"
	"luodi/internal/calendar"
	"luodi/internal/fault"
	"luodi/internal/store"
)

var ruleBooks = map[string]func(*testing.T, *store.Store){
	"RuleBooksAreKeptAsTheyAre":      testRuleBooks,
	"ARuleBookIsItsDigestAndVersion": testRuleBookNames,
}

func ruleBook(id, version, digest string, after time.Duration) assessment.Book {
	return assessment.Book{ID: id, Title: "考核细则", Version: version, Digest: digest, Size: 7, Issuer: "市委办", From: calendar.Date{Year: 2023, Month: 1, Day: 1}, Indicators: 9, Cases: 2,
		Stage: assessment.BookDraft, StageLabel: assessment.BookDraft.Label(), UploadedAt: noon.UTC().Truncate(time.Microsecond).Add(after), UploadedBy: "某人(示例)", Uploader: "u1"}
}

func testRuleBooks(t *testing.T, s *store.Store) {
	a, b := ruleBook("a", "1", "d1", 0), ruleBook("b", "2", "d2", time.Hour)
	inTx(t, s, func(tx app.Tx) error {
		if err := tx.InsertRuleBook(a); err != nil {
			return err
		}
		return tx.InsertRuleBook(b)
	})
	a.Stage, a.StageLabel, a.PublishedAt, a.PublishedBy = assessment.BookPublished, assessment.BookPublished.Label(), a.UploadedAt.Add(time.Minute), "另一人(示例)"
	inTx(t, s, func(tx app.Tx) error {
		if _, err := tx.RuleBook("a"); err != nil {
			return err
		}
		return tx.SaveRuleBook(a)
	})
	wantSame(t, value[assessment.Book](t)(s.RuleBook(ctx, "a")), a)
	for f, want := range map[app.RuleBookFilter][]string{
		{}: {"b", "a"}, {Stage: assessment.BookPublished}: {"a"}, {Query: "细则"}: {"b", "a"}, {Query: "别的"}: nil,
	} {
		var got []string
		for p := (app.Page{Limit: 1}); ; {
			rows, next, err := s.RuleBooks(ctx, f, p)
			must(t, err)
			for _, r := range rows {
				got = append(got, r.ID)
			}
			if p.Cursor = next; next == "" {
				break
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%+v: %v, want %v", f, got, want)
		}
	}
	_, err := s.RuleBook(ctx, "c")
	wantCode(t, err, fault.NotFound, "rulebook_unknown")
}

func testRuleBookNames(t *testing.T, s *store.Store) {
	insert := func(b assessment.Book) error {
		return s.InTx(ctx, func(tx app.Tx) error { return tx.InsertRuleBook(b) })
	}
	must(t, insert(ruleBook("a", "1", "d1", 0)))
	wantCode(t, insert(ruleBook("b", "2", "d1", 0)), fault.Conflict, "rulebook_known")
	wantCode(t, insert(ruleBook("b", "1", "d2", 0)), fault.Conflict, "rulebook_version_taken")
}
