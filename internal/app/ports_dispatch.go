package app

import (
	"context"
	"time"

	"luodi/internal/dispatch"
	"luodi/internal/event"
	"luodi/internal/org"
	"luodi/internal/process"
	"luodi/internal/project"
)

// DispatchRow is a weekly dispatch sheet in a list. Its id is the week.
type DispatchRow struct {
	ID           string         `json:"id" doc:"the week, such as 2023-W40"`
	Title        string         `json:"title"`
	From         time.Time      `json:"from" doc:"first moment that the sheet is about"`
	Until        time.Time      `json:"until" doc:"not included"`
	DueAt        time.Time      `json:"due_at" doc:"when it was to be made"`
	OpenedAt     time.Time      `json:"opened_at" doc:"when it was made: later than due_at after the server was down"`
	Belated      bool           `json:"belated" doc:"made on a later day than it was due (补制)"`
	Automatic    bool           `json:"automatic" doc:"made by the schedule"`
	OpenedBy     string         `json:"opened_by"`
	OpenedUser   string         `json:"-"`
	Stage        dispatch.Stage `json:"stage" enum:"compiling,draft,issued,closed"`
	StageLabel   string         `json:"stage_label"`
	IssuedAt     time.Time      `json:"issued_at,omitzero"`
	ClosedAt     time.Time      `json:"closed_at,omitzero"`
	Due          time.Time      `json:"due,omitzero" doc:"next deadline of an instruction"`
	Light        process.Light  `json:"light" enum:"green,yellow,red" doc:"the worst of the running instructions"`
	Instructions int            `json:"instructions"`
	Running      int            `json:"running" doc:"instructions that are not answered"`
	Answered     int            `json:"answered" doc:"instructions that wait to be checked"`
	Digest       string         `json:"digest,omitempty" doc:"SHA-256 of the frozen content"`
	Liaisons     int            `json:"liaisons"`
	Yellow       int            `json:"yellow"`
	Red          int            `json:"red"`
}

// DispatchFilter narrows the list of sheets. Zero fields don't.
type DispatchFilter struct {
	Year  int // of the week
	Stage dispatch.Stage
	Open  *bool // not closed, or closed
}

// DispatchTx is what dispatch sheets write.
type DispatchTx interface {
	// SaveDispatch upserts the list row of a sheet.
	SaveDispatch(DispatchRow) error
}

// DispatchReads is what dispatch sheets are found by and made of.
type DispatchReads interface {
	// Dispatches lists sheets, the latest week first.
	Dispatches(ctx context.Context, scope org.Scope, f DispatchFilter, p Page) (rows []DispatchRow, next string, err error)
	// DispatchWindows are the stretches that sheets cover, oldest first.
	DispatchWindows(ctx context.Context) ([]dispatch.Window, error)
	// EachStageEvent calls fn for every event in [from, until) that gave a project
	// another stage, with the project as it is now, in the order of their recording
	// within each project.
	EachStageEvent(ctx context.Context, from, until time.Time, fn func(project.Project, event.Event) error) error
	// EachProcess calls fn for every process of a kind that goes on, or that had an event
	// at since or later, in the order of their streams.
	EachProcess(ctx context.Context, kind string, since time.Time, fn func(ProcessRow) error) error
}

// DispatchSchedule remembers since when sheets are made by the schedule.
type DispatchSchedule interface {
	// DispatchesSince is the week that the schedule began with, such as "2024-W09"; the
	// first who asks settles it.
	DispatchesSince(ctx context.Context, first string) (string, error)
}

// DispatchSweeps is what reconcile reads.
type DispatchSweeps interface {
	// DispatchRowOf reads the list row of a sheet for comparison; NotFound "dispatch_unknown".
	DispatchRowOf(ctx context.Context, id string) (DispatchRow, error)
}

// DispatchSheets writes sheets as workbooks.
type DispatchSheets interface {
	// Dispatch writes a summary and a worksheet for each page.
	Dispatch(s dispatch.Sheet, pages []dispatch.Page) ([]byte, error)
}
