package app

import (
	"context"
	"time"

	"luodi/internal/org"
	"luodi/internal/project"
	"luodi/internal/register"
)

// RegisterFilter narrows a register. Zero fields don't.
type RegisterFilter struct {
	Query  string // part of a name or an alias
	UnitID string
	Year   int // a team, ambassador or event of that year; chains have none
	Closed *bool
}

// Unmatched is a name that projects use and that no entry goes by.
type Unmatched struct {
	Name     string `json:"name"`
	Projects int64  `json:"projects" doc:"how many projects name it"`
}

// RegisterTx is what registers write.
type RegisterTx interface {
	// RegisterEntry reads an entry for update; NotFound "register_unknown".
	RegisterEntry(kind register.Kind, id string) (register.Entry, error)
	// SaveRegisterEntry adds a version, the first or the next, and makes it the entry as
	// it is now. Conflict "register_name_taken" when another entry goes by one of its
	// names; Conflict "register_changed" when that version exists.
	SaveRegisterEntry(register.Entry) error
}

// RegisterReads is what registers are read by.
type RegisterReads interface {
	RegisterEntry(ctx context.Context, kind register.Kind, id string) (register.Entry, error)
	// RegisterEntries lists a register by name.
	RegisterEntries(ctx context.Context, kind register.Kind, f RegisterFilter, p Page) (rows []register.Entry, next string, err error)
	// RegisterVersions are all versions of an entry, oldest first.
	RegisterVersions(ctx context.Context, kind register.Kind, id string) ([]register.Entry, error)
	// RegisterAsOf is a register as it was known at a moment, by name.
	RegisterAsOf(ctx context.Context, kind register.Kind, at time.Time) ([]register.Entry, error)
	// ProjectsNaming are the projects whose field of that register has one of the names,
	// by code.
	ProjectsNaming(ctx context.Context, scope org.Scope, kind register.Kind, names []string, p Page) (rows []project.Project, next string, err error)
	// UnmatchedNames are names of projects that no entry goes by, the commonest first.
	UnmatchedNames(ctx context.Context, kind register.Kind, limit int) ([]Unmatched, error)
}
