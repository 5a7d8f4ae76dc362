package store

import (
	"slices"
	"strings"

	"gorm.io/gorm"

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
	return t.setReaders(p.Stream, readers)
}

// saveProcessRow keeps who started the process, never lowers Confirmed, and keeps
// the calendar's digest as app.Tx says.
func (t *tx) saveProcessRow(p app.ProcessRow, last event.Event) error {
	row := toProcessRow(p, last)
	columns := map[string]any{
		"project_id": row.ProjectID, "head": row.Head, "last_at": row.LastAt, "ended": row.Ended, "state": row.State,
		"confirmed": gorm.Expr("CASE WHEN confirmed < ? THEN ? ELSE confirmed END", row.Confirmed, row.Confirmed),
		"calendar":  p.Calendar,
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
	return unique(save(t.db.Where("stream = ? AND open_key = ?", p.Stream, task.Key), &row, "id"), errTaskOpen)
}

// setReaders writes only what changed: mostly nothing.
func (t *tx) setReaders(stream string, readers []process.Reader) error {
	want := make([]readerRow, len(readers))
	for i, r := range readers {
		want[i] = readerRow{Stream: stream, UnitID: r.UnitID, IsCopy: r.Copy}
	}
	slices.SortFunc(want, func(a, b readerRow) int { return strings.Compare(a.UnitID, b.UnitID) })
	var have []readerRow
	if err := t.db.Where("stream = ?", stream).Order("unit_id").Find(&have).Error; err != nil {
		return translate(err)
	}
	if slices.Equal(want, have) {
		return nil
	}
	if err := t.db.Where("stream = ?", stream).Delete(&readerRow{}).Error; err != nil {
		return translate(err)
	}
	if len(want) == 0 {
		return nil
	}
	return translate(t.db.Create(&want).Error)
}
