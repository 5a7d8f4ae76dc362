package store

import (
	"context"
	"strings"
	"time"

	"gorm.io/gorm"

	"luodi/internal/app"
	"luodi/internal/org"
)

// latest is the order of lists of reviews: latest first.
var latest = order[reviewRow]{
	timeColumn("reviews.started_at", true, func(r reviewRow) time.Time { return r.StartedAt }),
	textColumn("reviews.id", true, func(r reviewRow) string { return r.ID }),
}

// Reviews implements app.Reads, latest first.
func (s *Store) Reviews(ctx context.Context, scope org.Scope, f app.ReviewFilter, p app.Page) ([]app.ReviewRow, string, error) {
	db := visible(s.read.WithContext(ctx), scope, "reviews.stream", "reviews.started_user")
	if f.Stage != "" {
		db = db.Where("stage = ?", string(f.Stage))
	}
	if f.ProjectID != "" {
		db = db.Where("project_id = ?", f.ProjectID)
	}
	if f.Open != nil {
		db = db.Where("(active_project IS NULL) = ?", !*f.Open)
	}
	rows, next, err := page(contains(db, f.Query), latest, p)
	out := make([]app.ReviewRow, len(rows))
	for i, r := range rows {
		out[i] = r.review()
	}
	return out, next, err
}

// contains looks for text in the column search, which is in lower case. INSTR
// takes every character as itself; LIKE would need % and _ escaped.
func contains(db *gorm.DB, text string) *gorm.DB {
	text = searchText(strings.TrimSpace(strings.ToValidUTF8(text, "")))
	if text == "" {
		return db
	}
	return db.Where("INSTR(search, ?) > 0", text)
}
