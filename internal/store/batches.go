package store

import (
	"context"
	"time"

	"luodi/internal/app"
	"luodi/internal/batch"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/process"
)

var errBatch = fault.New(fault.NotFound, "list_unknown", "没有这份包联清单")

type batchRow struct {
	ID           string `gorm:"primaryKey"`
	Stream       string
	Year         int
	Batch        int
	Title        string
	Name         string
	Stage        string
	Count        int
	Started      int
	CreatedBy    string
	CreatedAt    time.Time `gorm:"autoCreateTime:false"`
	PublishedAt  *time.Time
	Illustrative bool
}

func (batchRow) TableName() string { return "batches" }

func toBatchRow(r app.BatchRow) batchRow {
	return batchRow{
		ID: r.ID, Stream: process.StreamID(batch.Kind, r.ID), Year: r.Year, Batch: r.Batch, Title: r.Title, Name: r.Name, Stage: string(r.Stage),
		Count: r.Count, Started: r.Started, CreatedBy: r.CreatedBy, CreatedAt: stamp(r.CreatedAt), PublishedAt: maybeStamp(r.PublishedAt),
		Illustrative: r.Illustrative,
	}
}

func (r batchRow) batch() app.BatchRow {
	stage := batch.Stage(r.Stage)
	return app.BatchRow{
		ID: r.ID, Year: r.Year, Batch: r.Batch, Title: r.Title, Name: r.Name, Stage: stage, StageLabel: stage.Label(), Count: r.Count,
		Started: r.Started, CreatedBy: r.CreatedBy, CreatedAt: r.CreatedAt.UTC(), PublishedAt: maybeTime(r.PublishedAt), Illustrative: r.Illustrative,
	}
}

func (t *tx) SaveBatch(r app.BatchRow) error {
	row := toBatchRow(r)
	return translate(save(t.db.Where("id = ?", r.ID), &row))
}

// latestBatches is the order of lists of lists: the latest first.
var latestBatches = order[batchRow]{
	timeColumn("batches.created_at", true, func(r batchRow) time.Time { return r.CreatedAt }),
	textColumn("batches.id", true, func(r batchRow) string { return r.ID }),
}

// Batches implements app.BatchReads.
func (s *Store) Batches(ctx context.Context, scope org.Scope, f app.BatchFilter, p app.Page) ([]app.BatchRow, string, error) {
	scope.UserID = "" // whoever drafts lists is of the centre, which reads them
	db := visible(s.read.WithContext(ctx), scope, "batches.stream", "")
	if f.Year != 0 {
		db = db.Where("year = ?", f.Year)
	}
	if f.Stage != "" {
		db = db.Where("stage = ?", string(f.Stage))
	}
	rows, next, err := page(db, latestBatches, p)
	out := make([]app.BatchRow, len(rows))
	for i, r := range rows {
		out[i] = r.batch()
	}
	return out, next, err
}

// BatchRowOf implements app.BatchSweeps.
func (s *Store) BatchRowOf(ctx context.Context, id string) (app.BatchRow, error) {
	var row batchRow
	err := find(s.read.WithContext(ctx).Where("id = ?", id), &row, errBatch)
	return row.batch(), err
}
