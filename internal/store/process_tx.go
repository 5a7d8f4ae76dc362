package store

import (
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"luodi/internal/app"
	"luodi/internal/event"
	"luodi/internal/process"
)

func (t *tx) SaveProcess(p app.ProcessRow, change app.TaskChange, readers []process.Reader) error {
	if err := t.saveProcessRow(p, change.By); err != nil {
		return err
	}
	if err := t.closeTasks(p.Stream, change); err != nil {
		return err
	}
	for _, task := range change.Open {
		if err := t.openTask(p, task, change.Title); err != nil {
			return err
		}
	}
	return t.setReaders(p.Stream, readers, stamp(change.By.At))
}

// saveProcessRow keeps who started the process, never lowers Confirmed, and keeps
// the calendar's digest as app.Tx says.
func (t *tx) saveProcessRow(p app.ProcessRow, last event.Event) error {
	row := toProcessRow(p, last)
	columns := map[string]any{
		"project_id": row.ProjectID, "head": row.Head, "last_at": row.LastAt, "ended": row.Ended, "state": row.State,
		"confirmed": gorm.Expr("CASE WHEN confirmed < ? THEN ? ELSE confirmed END", row.Confirmed, row.Confirmed),
		"calendar":  p.Calendar, "title": row.Title, "stage": row.Stage, "due": row.Due,
		"provisional": row.Provisional, "light": row.Light, "ended_at": nil,
	}
	if p.Ended {
		columns["ended_at"] = gorm.Expr("COALESCE(ended_at, ?)", row.LastAt)
	}
	if !p.Computed {
		columns["calendar"] = gorm.Expr("CASE WHEN calendar = ? THEN calendar ELSE '' END", p.Calendar)
	}
	updated := t.db.Model(&processRow{}).Where("stream = ?", p.Stream).Updates(columns)
	if updated.Error != nil || updated.RowsAffected > 0 {
		return translate(updated.Error)
	}
	return unique(t.db.Create(&row).Error, errStreamMoved)
}

func (t *tx) closeTasks(stream string, change app.TaskChange) error {
	if len(change.Closed) == 0 {
		return nil
	}
	err := t.db.Model(&taskRow{}).Where("stream = ? AND open_key IN ?", stream, change.Closed).Updates(map[string]any{
		"open_key": nil, "done": true, "done_at": stamp(change.By.At), "done_by": change.By.Actor.Name,
	}).Error
	return translate(err)
}

// openTask keeps the id of a task that is open already.
func (t *tx) openTask(p app.ProcessRow, task process.Task, subject string) error {
	row := toTaskRow(p, task, subject)
	if err := t.knowRoles(row.Roles); err != nil {
		return err
	}
	return unique(save(t.db.Where("stream = ? AND open_key = ?", p.Stream, task.Key), &row, "id"), errTaskOpen)
}

// knowRoles writes a set of roles down for the inboxes that look for it, once: sets are
// few and are never removed.
func (t *tx) knowRoles(roles string) error {
	if _, known := t.roles.Load(roles); known || slices.Contains(t.added, roles) {
		return nil
	}
	var row roleSetRow
	known, err := lookup(t.db.Where("roles = ?", roles), &row)
	if err != nil {
		return err
	}
	if known {
		t.roles.Store(roles, true)
		return nil
	}
	t.added = append(t.added, roles)
	return translate(t.db.Clauses(clause.OnConflict{DoNothing: true}).Create(&roleSetRow{Roles: roles}).Error)
}

// setReaders writes only what changed: mostly nothing. Who stays a reader in the same
// way has been one since before.
func (t *tx) setReaders(stream string, readers []process.Reader, at time.Time) error {
	var have []readerRow
	if err := t.db.Where("stream = ?", stream).Find(&have).Error; err != nil {
		return translate(err)
	}
	var add []readerRow
	for _, r := range readers {
		same := func(h readerRow) bool { return h.UnitID == r.UnitID && h.IsCopy == r.Copy }
		if i := slices.IndexFunc(have, same); i >= 0 {
			have = slices.Delete(have, i, i+1)
			continue
		}
		add = append(add, readerRow{Stream: stream, UnitID: r.UnitID, IsCopy: r.Copy, At: at})
	}
	for _, gone := range have {
		if err := t.db.Where("stream = ? AND unit_id = ?", stream, gone.UnitID).Delete(&readerRow{}).Error; err != nil {
			return translate(err)
		}
	}
	if len(add) == 0 {
		return nil
	}
	return translate(t.db.Create(&add).Error)
}

func (t *tx) MarkRead(stream, userID string, at time.Time) error {
	row := readRow{UserID: userID, Stream: stream, At: stamp(at)}
	return translate(t.db.Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error)
}
