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

// Orders of the boxes made of tasks.
var (
	urgentFirst = order[taskRow]{
		numberColumn("urgency", false, func(r taskRow) int64 { return int64(r.Urgency) }),
		maybe(timeColumn[taskRow]("due", false, nil), func(r taskRow) *time.Time { return r.Due }),
		timeColumn("opened_at", false, func(r taskRow) time.Time { return r.OpenedAt }),
		numberColumn("id", false, func(r taskRow) int64 { return r.ID }),
	}
	doneLast = order[taskRow]{
		maybe(timeColumn[taskRow]("done_at", true, nil), func(r taskRow) *time.Time { return r.DoneAt }),
		numberColumn("id", true, func(r taskRow) int64 { return r.ID }),
	}
)

// Tasks implements app.Reads.
func (s *Store) Tasks(ctx context.Context, actor org.Actor, box app.Box, p app.Page) ([]app.TaskRow, string, error) {
	db := s.box(ctx, actor, box)
	switch box {
	case app.Todo:
		return taskPage(db, urgentFirst, p, taskRow.task)
	case app.Done:
		return taskPage(db, doneLast, p, taskRow.task)
	default:
		return taskPage(db, latest, p, reviewRow.asTask)
	}
}

func taskPage[R any](db *gorm.DB, o order[R], p app.Page, convert func(R) app.TaskRow) ([]app.TaskRow, string, error) {
	rows, next, err := page(db, o, p)
	out := make([]app.TaskRow, len(rows))
	for i, r := range rows {
		out[i] = convert(r)
	}
	return out, next, err
}

// TaskCounts implements app.Reads.
func (s *Store) TaskCounts(ctx context.Context, actor org.Actor) (map[app.Box]int, error) {
	counts := map[app.Box]int{}
	for _, box := range []app.Box{app.Todo, app.Done, app.Started, app.CC} {
		var n int64
		if err := s.box(ctx, actor, box).Count(&n).Error; err != nil {
			return nil, translate(err)
		}
		counts[box] = int(n)
	}
	return counts, nil
}

// box selects what is in one box of the actor's. Whose scope is empty has no
// business with processes, and nothing in any box.
func (s *Store) box(ctx context.Context, actor org.Actor, box app.Box) *gorm.DB {
	db := s.read.WithContext(ctx)
	if org.ScopeOf(actor).Empty() {
		db = db.Where("1 = 0")
	}
	switch box {
	case app.Todo, app.Done:
		return ofRoles(db.Model(&taskRow{}).Where("unit_id = ? AND done = ?", actor.UnitID, box == app.Done), actor.Roles)
	case app.Started:
		return db.Model(&reviewRow{}).Where("reviews.started_user = ? AND reviews.started_user <> ''", actor.UserID)
	default:
		return db.Model(&reviewRow{}).Where(
			"reviews.stream IN (SELECT stream FROM process_readers WHERE unit_id = ? AND is_copy = ?)", actor.UnitID, true)
	}
}

// ofRoles keeps tasks for any of the roles.
func ofRoles(db *gorm.DB, roles []org.Role) *gorm.DB {
	either := []string{"1 = 0"}
	var args []any
	for _, r := range roles {
		either = append(either, "INSTR(roles, ?) > 0")
		args = append(args, ","+string(r)+",")
	}
	return db.Where("("+strings.Join(either, " OR ")+")", args...)
}
