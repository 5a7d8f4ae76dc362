package app

import (
	"context"

	"luodi/internal/assessment"
)

// RuleBookFilter narrows the list of rule books. Zero fields don't.
type RuleBookFilter struct {
	Stage assessment.BookStage
	Query string // part of the title
}

// RuleBookTx is what rule books write.
type RuleBookTx interface {
	// RuleBook reads one for update; NotFound "rulebook_unknown".
	RuleBook(id string) (assessment.Book, error)
	// InsertRuleBook adds one. Conflict "rulebook_known" when there is one with that
	// digest, "rulebook_version_taken" when another has its title and version.
	InsertRuleBook(assessment.Book) error
	// SaveRuleBook writes its stage.
	SaveRuleBook(assessment.Book) error
}

// RuleBookReads is what rule books are read by.
type RuleBookReads interface {
	RuleBook(ctx context.Context, id string) (assessment.Book, error)
	// RuleBooks lists them, the latest taken in first.
	RuleBooks(ctx context.Context, f RuleBookFilter, p Page) (rows []assessment.Book, next string, err error)
}
