package store

import (
	"context"

	"gorm.io/gorm"

	"luodi/internal/app"
	"luodi/internal/event"
	"luodi/internal/org"
	"luodi/internal/process"
)

// Process implements app.Reads.
func (s *Store) Process(ctx context.Context, kind, id string, scope org.Scope) (app.ProcessRow, error) {
	db := s.read.WithContext(ctx).Where("processes.stream = ?", process.StreamID(kind, id))
	var row processRow
	err := find(visible(db, scope, "processes.stream", "processes.started_user"), &row, errProcess)
	return row.process(), err
}

// ProcessHead implements app.Reads.
func (s *Store) ProcessHead(ctx context.Context, kind, id string, scope org.Scope) (app.ProcessRow, error) {
	db := s.read.WithContext(ctx).Table("processes").Select("stream, kind, process_id, project_id, head, last_at, confirmed, ended, calendar").
		Where("processes.stream = ?", process.StreamID(kind, id))
	var p app.ProcessRow
	err := scan(visible(db, scope, "processes.stream", "processes.started_user"), errProcess,
		&p.Stream, &p.Kind, &p.ID, &p.ProjectID, &p.Head, &p.LastAt, &p.Confirmed, &p.Ended, &p.Calendar)
	p.LastAt = p.LastAt.UTC()
	return p, err
}

// visible narrows processes, or reviews, to what a scope sees: what the unit may
// read, and what the user started. The zero scope sees nothing.
func visible(db *gorm.DB, scope org.Scope, stream, startedUser string) *gorm.DB {
	if scope.All {
		return db
	}
	const readable = " IN (SELECT stream FROM process_readers WHERE unit_id IN ?)"
	units := append([]string{scope.UnitID}, scope.Also...)
	switch {
	case scope.UnitID != "" && scope.UserID != "":
		return db.Where("("+stream+readable+" OR "+startedUser+" = ?)", units, scope.UserID)
	case scope.UnitID != "":
		return db.Where(stream+readable, units)
	case scope.UserID != "":
		return db.Where(startedUser+" = ?", scope.UserID)
	default:
		return db.Where("1 = 0")
	}
}

// Events implements app.Reads.
func (s *Store) Events(ctx context.Context, stream string, after int64) ([]event.Event, error) {
	return eventsAfter(s.read.WithContext(ctx), stream, after)
}

// Timeline implements app.Reads. Events come in the order they were recorded in.
func (s *Store) Timeline(ctx context.Context, projectID string) ([]event.Event, error) {
	return events(s.read.WithContext(ctx).Where("project_id = ?", projectID).Order("id"))
}

// CommandOf implements app.Reads.
func (s *Store) CommandOf(ctx context.Context, stream, id string) (app.CommandRow, bool, error) {
	return command(s.read.WithContext(ctx), stream, id)
}

// ReplyOf implements app.Reads.
func (s *Store) ReplyOf(ctx context.Context, userID, key string) (app.Reply, bool, error) {
	return reply(s.read.WithContext(ctx), userID, key)
}

// Units implements app.Reads, in the order they were saved in.
func (s *Store) Units(ctx context.Context) ([]org.Unit, error) {
	var rows []unitRow
	if err := s.read.WithContext(ctx).Order("position, id").Find(&rows).Error; err != nil {
		return nil, translate(err)
	}
	units := make([]org.Unit, len(rows))
	for i, r := range rows {
		units[i] = r.unit()
	}
	return units, nil
}

// Unit implements app.Reads.
func (s *Store) Unit(ctx context.Context, id string) (org.Unit, error) {
	var row unitRow
	err := find(s.read.WithContext(ctx).Where("id = ?", id), &row, errUnit)
	return row.unit(), err
}

// User implements app.Reads and auth.Accounts.
func (s *Store) User(ctx context.Context, id string) (org.User, error) {
	var row userRow
	err := find(s.read.WithContext(ctx).Where("id = ?", id), &row, errUser)
	return row.user(), err
}

// Notices implements app.Reads, in the order they were recorded in.
func (s *Store) Notices(ctx context.Context) ([]app.Notice, error) {
	var rows []noticeRow
	if err := s.read.WithContext(ctx).Order("position").Find(&rows).Error; err != nil {
		return nil, translate(err)
	}
	return each(rows, noticeRow.notice)
}

// NoticesMark implements app.Reads. Notices are never removed, so their number
// changes with each one; the highest position might not, for transactions may
// commit in another order than they counted.
func (s *Store) NoticesMark(ctx context.Context) (int64, error) {
	var n int64
	err := s.read.WithContext(ctx).Model(&noticeRow{}).Count(&n).Error
	return n, translate(err)
}
