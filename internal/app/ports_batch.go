package app

import (
	"context"
	"encoding/json"
	"io"
	"time"

	"luodi/internal/batch"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/process"
)

// BatchRow is a liaison list in a list of lists.
type BatchRow struct {
	ID           string      `json:"id"`
	Year         int         `json:"year"`
	Batch        int         `json:"batch,omitempty" doc:"its number in the year, once published"`
	Title        string      `json:"title"`
	Name         string      `json:"name" doc:"2023年第一批, or the title of one that is not published"`
	Stage        batch.Stage `json:"stage" enum:"draft,checked,publishing,published,cancelled"`
	StageLabel   string      `json:"stage_label"`
	Count        int         `json:"count" doc:"rows"`
	Started      int         `json:"started" doc:"liaisons that run, of count"`
	CreatedBy    string      `json:"created_by"`
	CreatedAt    time.Time   `json:"created_at"`
	PublishedAt  time.Time   `json:"published_at,omitzero"`
	Illustrative bool        `json:"illustrative,omitempty"`
}

// BatchFilter narrows the list of lists. Zero fields don't.
type BatchFilter struct {
	Year  int
	Stage batch.Stage
}

// BatchTx is the part of a transaction that lists write.
type BatchTx interface {
	// SaveBatch upserts the row of a list.
	SaveBatch(BatchRow) error
}

// BatchReads is the store for readers of lists.
type BatchReads interface {
	// Batches lists lists, the latest first.
	Batches(ctx context.Context, scope org.Scope, f BatchFilter, p Page) (rows []BatchRow, next string, err error)
}

// BatchSweeps is what reconcile reads.
type BatchSweeps interface {
	// BatchRowOf reads the row of a list for comparison; NotFound "list_unknown".
	BatchRowOf(ctx context.Context, id string) (BatchRow, error)
}

// PairingLine is a row of a liaison list as it is written in a workbook.
type PairingLine struct {
	Project, Role, Department, Cadre, Team, Type string
	Milestones                                   map[string]string // by title, as written
	Where                                        func(field string) string
}

// BatchSheets reads and writes liaison lists as workbooks.
type BatchSheets interface {
	// ReadPairings reads every line; problems are of the file and its header.
	ReadPairings(data []byte, milestones []string) ([]PairingLine, []fault.Detail)
	// WritePairings writes a list, or an empty template when there are no rows.
	WritePairings(w io.Writer, title string, milestones []string, rows [][]string) error
}

// Launcher starts a process that is recorded already, with its state.
type Launcher interface {
	// Launch starts the workflow of a stream of version events, whose state has this
	// summary; one that runs or has run is left alone. Unavailable when the engine can't
	// be asked.
	Launch(ctx context.Context, kind, id string, summary process.Summary, version int64, state json.RawMessage) error
}
