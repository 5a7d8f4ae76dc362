package store

import (
	"context"
	"database/sql"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"luodi/internal/app"
	"luodi/internal/calendar"
	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/project"
)

// txTries is how often a transaction is tried that lost to another one.
const txTries = 5

// InTx implements app.Journal. The database asks for a second try after a deadlock
// or a lock wait; the store itself does when another transaction has just recorded
// the same command, request or stream position, for then fn finds what is there.
func (s *Store) InTx(ctx context.Context, fn func(app.Tx) error) error {
	return s.inTx(ctx, func(db *gorm.DB) error { return fn(&tx{db: db, roles: s.roles}) })
}

func (s *Store) inTx(ctx context.Context, fn func(*gorm.DB) error) error {
	for try := 1; ; try++ {
		err := s.write.WithContext(ctx).Transaction(fn, s.isolation())
		if err == nil || try == txTries || !again(err) && !overtaken(err) {
			return translate(err)
		}
		s.log.Debug("transaction tried again", "try", try, "error", err)
		if err := pause(ctx, try); err != nil {
			return translate(err)
		}
	}
}

// isolation: rows that must not move are locked or carry a version, so that MySQL
// needs no gap locks, which deadlock. SQLite's transactions are serial.
func (s *Store) isolation() *sql.TxOptions {
	if s.kind == MySQL {
		return &sql.TxOptions{Isolation: sql.LevelReadCommitted}
	}
	return &sql.TxOptions{}
}

// pause lets the other transaction finish; chance keeps two losers apart.
func pause(ctx context.Context, try int) error {
	timer := time.NewTimer(rand.N(time.Duration(try) * 20 * time.Millisecond))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

var (
	errStreamMoved    = fault.New(fault.Conflict, "stream_moved", "该事项刚刚有新的进展,请刷新后再试")
	errSameRequest    = fault.New(fault.Conflict, "request_in_progress", "同一请求正在处理,请稍后再试")
	errReviewActive   = fault.New(fault.Conflict, "review_active", "该项目已有研判正在进行")
	errCodeTaken      = fault.New(fault.Conflict, "project_code_taken", "项目编号已被使用")
	errProjectChanged = fault.New(fault.Conflict, "project_changed", "项目刚刚被他人修改,请刷新后再试")
	errNoticeExists   = fault.New(fault.Conflict, "notice_exists", "该发文字号的通知已登记")
	errLoginTaken     = fault.New(fault.Conflict, "login_taken", "登录名已被使用")
	errTaskOpen       = fault.New(fault.Conflict, "task_open", "该待办事项刚刚被更新,请刷新后再试")
	errProject        = fault.New(fault.NotFound, "project_unknown", "项目不存在")
	errProcess        = fault.New(fault.NotFound, "process_unknown", "该事项不存在")
	errReview         = fault.New(fault.NotFound, "review_unknown", "研判不存在")
	errUnit           = fault.New(fault.NotFound, "unit_unknown", "单位不存在")
	errUser           = fault.New(fault.NotFound, "user_unknown", "用户不存在")
	errSession        = fault.New(fault.NotFound, "session_unknown", "登录状态不存在")
)

// overtaken reports whether another transaction recorded first what this one was about to.
func overtaken(err error) bool {
	return fault.HasCode(err, errStreamMoved.Code) || fault.HasCode(err, errSameRequest.Code)
}

// unique translates the error of a write that one unique index may refuse.
func unique(err error, refusal *fault.Error) error {
	if taken(err) {
		return refusal.Because(err)
	}
	return translate(err)
}

// find reads one row into dest; missing when there is none.
func find(db *gorm.DB, dest any, missing *fault.Error) error {
	err := db.Take(dest).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return missing
	}
	return translate(err)
}

// scan reads the one row of a query that every request makes, past GORM's building of
// statements and rows; missing when there is none.
func scan(db *gorm.DB, missing *fault.Error, dest ...any) error {
	err := db.Row().Scan(dest...)
	if errors.Is(err, sql.ErrNoRows) {
		return missing
	}
	return translate(err)
}

// lookup reads one row that needn't be there.
func lookup(db *gorm.DB, dest any) (ok bool, err error) {
	err = db.Take(dest).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return false, nil
	}
	return err == nil, translate(err)
}

// save updates the row that db selects, or inserts it. It is not the database's own
// upsert: MySQL's would take a conflict in any unique index for the same row.
func save(db *gorm.DB, row any, omit ...string) error {
	updated := db.Session(&gorm.Session{}).Select("*").Omit(omit...).Updates(row)
	if updated.Error != nil || updated.RowsAffected > 0 {
		return updated.Error
	}
	return db.Session(&gorm.Session{NewDB: true}).Create(row).Error
}

// forUpdate locks the rows read until the transaction ends. SQLite has one writer anyway.
var forUpdate = clause.Locking{Strength: clause.LockingStrengthUpdate}

type tx struct {
	db    *gorm.DB
	roles *sync.Map // sets of roles that are known for good
	added []string  // sets that are known only if this transaction commits
}

func (t *tx) Command(stream, id string) (app.CommandRow, bool, error) {
	return command(t.db, stream, id)
}

func command(db *gorm.DB, stream, id string) (app.CommandRow, bool, error) {
	var row commandRow
	ok, err := lookup(db.Where("stream = ? AND id = ?", stream, id), &row)
	return row.command(), ok, err
}

func (t *tx) SaveCommand(c app.CommandRow) error {
	row := toCommandRow(c)
	return unique(t.db.Create(&row).Error, errSameRequest)
}

func (t *tx) EventsAfter(stream string, seq int64) ([]event.Event, error) {
	return eventsAfter(t.db, stream, seq)
}

func eventsAfter(db *gorm.DB, stream string, seq int64) ([]event.Event, error) {
	return events(db.Where("stream = ? AND seq > ?", stream, seq).Order("seq"))
}

func events(db *gorm.DB) ([]event.Event, error) {
	var rows []eventRow
	if err := db.Find(&rows).Error; err != nil {
		return nil, translate(err)
	}
	return each(rows, eventRow.event)
}

func (t *tx) Head(stream string) (event.Event, error) {
	var row eventRow
	ok, err := lookup(t.db.Clauses(forUpdate).Where("stream = ?", stream).Order("seq DESC"), &row)
	if err != nil || !ok {
		return event.Event{}, err
	}
	e, err := row.event()
	return e, translate(err)
}

func (t *tx) Append(list []event.Event) error {
	if len(list) == 0 {
		return nil
	}
	rows, err := each(list, toEventRow)
	if err != nil {
		return err
	}
	return unique(t.db.Create(&rows).Error, errStreamMoved)
}

func (t *tx) SaveReview(r app.ReviewRow) error {
	row := toReviewRow(r)
	return unique(save(t.db.Where("id = ?", r.ID), &row), errReviewActive)
}

func (t *tx) Project(id string) (project.Project, error) {
	var row projectRow
	if err := find(t.db.Clauses(forUpdate).Where("id = ?", id), &row, errProject); err != nil {
		return project.Project{}, err
	}
	return withFunds(t.db, row)
}

func (t *tx) InsertProject(p project.Project) error {
	row, err := toProjectRow(p)
	if err != nil {
		return fault.From(err)
	}
	if err := t.db.Create(&row).Error; err != nil {
		return unique(err, errCodeTaken)
	}
	return t.insertFunds(p)
}

func (t *tx) UpdateProject(p project.Project) error {
	row, err := toProjectRow(p)
	if err != nil {
		return fault.From(err)
	}
	updated := t.db.Where("id = ? AND version = ?", p.ID, p.Version-1).Select("*").Updates(&row)
	switch {
	case updated.Error != nil:
		return unique(updated.Error, errCodeTaken)
	case updated.RowsAffected == 0:
		return errProjectChanged
	}
	return t.replaceFunds(p)
}

// replaceFunds leaves the rows alone when nothing in them changed, as mostly.
func (t *tx) replaceFunds(p project.Project) error {
	var rows []fundsRow
	if err := t.db.Where("project_id = ?", p.ID).Order("position").Find(&rows).Error; err != nil {
		return translate(err)
	}
	if slices.Equal(rows, toFundsRows(p)) {
		return nil
	}
	if err := t.db.Where("project_id = ?", p.ID).Delete(&fundsRow{}).Error; err != nil {
		return translate(err)
	}
	return t.insertFunds(p)
}

func (t *tx) insertFunds(p project.Project) error {
	rows := toFundsRows(p)
	if len(rows) == 0 {
		return nil
	}
	return translate(t.db.CreateInBatches(&rows, 200).Error)
}

// NextCode holds the counter's row until the transaction ends: a number is given
// once, and given back when the transaction is rolled back.
func (t *tx) NextCode(counter string) (int64, error) {
	row := counterRow{Name: counter, Value: 1}
	err := t.db.Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "name"}},
		DoUpdates: clause.Assignments(map[string]any{"value": gorm.Expr("counters.value + 1")}),
	}).Create(&row).Error
	if err != nil {
		return 0, translate(err)
	}
	err = t.db.Where("name = ?", counter).Take(&row).Error
	return row.Value, translate(err)
}

func (t *tx) InsertNotice(n calendar.Notice, by org.Actor, at time.Time) error {
	row, err := toNoticeRow(n, by, at)
	if err != nil {
		return fault.From(err)
	}
	return unique(t.db.Create(&row).Error, errNoticeExists)
}

func (t *tx) OpenProcesses() (int, error) {
	var n int64
	err := t.db.Model(&processRow{}).Where("ended = ?", false).Count(&n).Error
	return int(n), translate(err)
}

func (t *tx) Reply(userID, key string) (app.Reply, bool, error) { return reply(t.db, userID, key) }

func reply(db *gorm.DB, userID, key string) (app.Reply, bool, error) {
	var row replyRow
	ok, err := lookup(db.Where("user_id = ? AND request_key = ?", userID, key), &row)
	if !ok {
		return app.Reply{}, false, err
	}
	return row.reply(), true, nil
}

func (t *tx) SaveReply(userID, key string, r app.Reply) error {
	row := toReplyRow(userID, key, r)
	return unique(t.db.Create(&row).Error, errSameRequest)
}

// each converts rows, stopping at the first that can't be.
func each[A, B any](in []A, convert func(A) (B, error)) ([]B, error) {
	out := make([]B, len(in))
	for i, a := range in {
		b, err := convert(a)
		if err != nil {
			return nil, translate(err)
		}
		out[i] = b
	}
	return out, nil
}
