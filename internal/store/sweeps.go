package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"luodi/internal/app"
)

// Behind implements app.Sweeps, oldest first.
func (s *Store) Behind(ctx context.Context, before time.Time, limit int) ([]app.ProcessRow, error) {
	db := s.read.WithContext(ctx).Where("behind = ?", true)
	if !before.IsZero() {
		db = db.Where("last_at < ?", stamp(before))
	}
	return processes(db.Order("last_at, stream").Limit(limit))
}

// Stale implements app.Sweeps.
func (s *Store) Stale(ctx context.Context, digest string, limit int) ([]app.ProcessRow, error) {
	return processes(s.read.WithContext(ctx).
		Where("ended = ? AND calendar <> ?", false, digest).Order("stream").Limit(limit))
}

func processes(db *gorm.DB) ([]app.ProcessRow, error) {
	var rows []processRow
	if err := db.Find(&rows).Error; err != nil {
		return nil, translate(err)
	}
	out := make([]app.ProcessRow, len(rows))
	for i, r := range rows {
		out[i] = r.process()
	}
	return out, nil
}

// Confirm implements app.Sweeps.
func (s *Store) Confirm(ctx context.Context, stream string, seq int64) error {
	return s.inTx(ctx, func(db *gorm.DB) error {
		return db.Model(&processRow{}).Where("stream = ? AND confirmed < ?", stream, seq).Update("confirmed", seq).Error
	})
}

// Streams implements app.Sweeps, in the order of their ids.
func (s *Store) Streams(ctx context.Context, fn func(stream string) error) error {
	for last := ""; ; {
		var list []string
		err := s.read.WithContext(ctx).Model(&eventRow{}).Distinct("stream").
			Where("stream > ?", last).Order("stream").Limit(eachPage).Pluck("stream", &list).Error
		if err != nil || len(list) == 0 {
			return translate(err)
		}
		for _, stream := range list {
			if err := fn(stream); err != nil {
				return err
			}
		}
		last = list[len(list)-1]
	}
}

// AllProcesses implements app.Sweeps, in the order of their streams.
func (s *Store) AllProcesses(ctx context.Context, fn func(app.ProcessRow) error) error {
	for last := ""; ; {
		rows, err := processes(s.read.WithContext(ctx).Where("stream > ?", last).Order("stream").Limit(eachPage))
		if err != nil || len(rows) == 0 {
			return err
		}
		for _, row := range rows {
			if err := fn(row); err != nil {
				return err
			}
		}
		last = rows[len(rows)-1].Stream
	}
}

// OpenTasks implements app.Sweeps, sorted.
func (s *Store) OpenTasks(ctx context.Context, stream string) ([]string, error) {
	keys := []string{}
	err := s.read.WithContext(ctx).Model(&taskRow{}).
		Where("stream = ? AND open_key IS NOT NULL", stream).Order("open_key").Pluck("open_key", &keys).Error
	return keys, translate(err)
}

// ReviewRowOf implements app.Sweeps.
func (s *Store) ReviewRowOf(ctx context.Context, id string) (app.ReviewRow, error) {
	var row reviewRow
	err := find(s.read.WithContext(ctx).Where("id = ?", id), &row, errReview)
	return row.review(), err
}
