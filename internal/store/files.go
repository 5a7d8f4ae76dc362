package store

import (
	"context"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"luodi/internal/app"
	"luodi/internal/fault"
	"luodi/internal/org"
)

var (
	errDraft      = fault.New(fault.NotFound, "draft_unknown", "没有暂存内容")
	errDraftsFull = fault.New(fault.Conflict, "drafts_full", "暂存内容过多,请先删除不用的")
	errAttachment = fault.New(fault.NotFound, "attachment_unknown", "没有这个附件")
)

type draftRow struct {
	UserID  string `gorm:"primaryKey"`
	Form    string `gorm:"primaryKey"`
	Subject string `gorm:"primaryKey"`
	Body    string
	At      time.Time
}

func (draftRow) TableName() string { return "drafts" }

func (r draftRow) draft() app.Draft {
	return app.Draft{Form: r.Form, Subject: r.Subject, Body: []byte(r.Body), At: r.At.UTC()}
}

// SaveDraft implements app.DraftStore.
func (s *Store) SaveDraft(ctx context.Context, userID string, d app.Draft, limit int) error {
	return s.inTx(ctx, func(db *gorm.DB) error {
		var others int64
		err := db.Model(&draftRow{}).Where("user_id = ? AND NOT (form = ? AND subject = ?)", userID, d.Form, d.Subject).Count(&others).Error
		if err != nil {
			return err
		}
		if int(others) >= limit {
			return errDraftsFull
		}
		row := draftRow{UserID: userID, Form: d.Form, Subject: d.Subject, Body: string(d.Body), At: stamp(d.At)}
		return unique(save(one(db, userID, d.Form, d.Subject), &row), errSameRequest)
	})
}

func one(db *gorm.DB, userID, form, subject string) *gorm.DB {
	return db.Where("user_id = ? AND form = ? AND subject = ?", userID, form, subject)
}

// Draft implements app.DraftStore.
func (s *Store) Draft(ctx context.Context, userID, form, subject string) (app.Draft, error) {
	var row draftRow
	err := find(one(s.read.WithContext(ctx), userID, form, subject), &row, errDraft)
	return row.draft(), err
}

// DraftsOf implements app.DraftStore.
func (s *Store) DraftsOf(ctx context.Context, userID string) ([]app.Draft, error) {
	var rows []draftRow
	err := s.read.WithContext(ctx).Select("form, subject, at").Where("user_id = ?", userID).Order("at DESC, form, subject").Find(&rows).Error
	if err != nil {
		return nil, translate(err)
	}
	out := make([]app.Draft, len(rows))
	for i, r := range rows {
		out[i] = r.draft()
	}
	return out, nil
}

// DeleteDraft implements app.DraftStore.
func (s *Store) DeleteDraft(ctx context.Context, userID, form, subject string) error {
	return s.inTx(ctx, func(db *gorm.DB) error {
		return one(db, userID, form, subject).Delete(&draftRow{}).Error
	})
}

// DeleteExpiredDrafts implements app.Expiry.
func (s *Store) DeleteExpiredDrafts(ctx context.Context, before time.Time) error {
	return s.inTx(ctx, func(db *gorm.DB) error { return db.Where("at < ?", stamp(before)).Delete(&draftRow{}).Error })
}

// DeleteExpiredReplies implements app.Expiry.
func (s *Store) DeleteExpiredReplies(ctx context.Context, before time.Time) error {
	return s.inTx(ctx, func(db *gorm.DB) error { return db.Where("at < ?", stamp(before)).Delete(&replyRow{}).Error })
}

type attachmentRow struct {
	ID         string `gorm:"primaryKey"`
	Name       string
	Media      string
	Size       int64
	SHA256     string `gorm:"column:sha256"`
	UploadedBy string
	Unit       string
	At         time.Time
	Used       bool
}

func (attachmentRow) TableName() string { return "attachments" }

func (r attachmentRow) attachment() app.Attachment {
	return app.Attachment{ID: r.ID, Name: r.Name, Media: r.Media, Size: r.Size, SHA256: r.SHA256,
		UploadedBy: r.UploadedBy, Unit: r.Unit, At: r.At.UTC()}
}

type useRow struct {
	Attachment string `gorm:"primaryKey"`
	Stream     string `gorm:"primaryKey"`
}

func (useRow) TableName() string { return "attachment_uses" }

func (t *tx) InsertAttachment(a app.Attachment) error {
	row := attachmentRow{ID: a.ID, Name: a.Name, Media: a.Media, Size: a.Size, SHA256: a.SHA256,
		UploadedBy: a.UploadedBy, Unit: a.Unit, At: stamp(a.At)}
	return translate(t.db.Create(&row).Error)
}

func (t *tx) UseAttachments(stream string, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	deciders, err := t.deciders(stream)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := t.useAttachment(stream, id, deciders); err != nil {
			return err
		}
	}
	return nil
}

// deciders are who decided the stream's last command: one person, but each event says
// by itself whom they stood in for.
func (t *tx) deciders(stream string) ([]org.Actor, error) {
	head, err := t.Head(stream)
	if err != nil {
		return nil, err
	}
	last, err := events(t.db.Where("stream = ? AND command_id = ?", stream, head.CommandID).Order("seq DESC").Limit(lastEvents))
	out := make([]org.Actor, len(last))
	for i, e := range last {
		out[i] = e.Actor
	}
	return out, err
}

// lastEvents bounds how many events of a command are looked at; none has so many.
const lastEvents = 50

// useAttachment locks the file's row, so that the sweep can't remove it meanwhile.
func (t *tx) useAttachment(stream, id string, by []org.Actor) error {
	var use useRow
	used, err := lookup(t.db.Where("attachment = ? AND stream = ?", id, stream), &use)
	if used || err != nil {
		return err
	}
	var row attachmentRow
	if err := find(t.db.Clauses(forUpdate).Where("id = ?", id), &row, errAttachment); err != nil {
		return err
	}
	if !slices.ContainsFunc(by, func(a org.Actor) bool { return mayUse(a, row.Unit) }) {
		return errAttachment
	}
	if err := t.db.Clauses(clause.OnConflict{DoNothing: true}).Create(&useRow{Attachment: id, Stream: stream}).Error; err != nil {
		return translate(err)
	}
	return translate(t.db.Model(&attachmentRow{}).Where("id = ?", id).Update("used", true).Error)
}

// mayUse: one's own unit's files, and those of the unit of whom one stands in for. The
// server itself has no unit.
func mayUse(by org.Actor, unit string) bool {
	return by.System || by.UnitID == unit || by.For != nil && by.For.UnitID == unit
}

// Attachment implements app.Reads.
func (s *Store) Attachment(ctx context.Context, id string, scope org.Scope) (app.Attachment, error) {
	db := s.read.WithContext(ctx)
	var row attachmentRow
	if err := find(db.Where("id = ?", id), &row, errAttachment); err != nil {
		return app.Attachment{}, err
	}
	if scope.All || scope.UnitID != "" && slices.Contains(append([]string{scope.UnitID}, scope.Also...), row.Unit) {
		return row.attachment(), nil
	}
	var stream string
	used := visible(db.Model(&useRow{}).Select("attachment_uses.stream").
		Joins("JOIN processes ON processes.stream = attachment_uses.stream").
		Where("attachment_uses.attachment = ?", id), scope, "processes.stream", "processes.started_user")
	if err := find(used, &stream, errAttachment); err != nil {
		return app.Attachment{}, err
	}
	return row.attachment(), nil
}

// DeleteUnusedAttachments implements app.Expiry.
func (s *Store) DeleteUnusedAttachments(ctx context.Context, before time.Time, limit int) (n int, orphans []string, err error) {
	err = s.inTx(ctx, func(db *gorm.DB) error {
		n, orphans = 0, nil // a second try starts afresh
		var rows []attachmentRow
		err := db.Clauses(forUpdate).Where("used = ? AND at < ?", false, stamp(before)).Order("at, id").Limit(limit).Find(&rows).Error
		if err != nil || len(rows) == 0 {
			return err
		}
		ids, sums := make([]string, len(rows)), make([]string, len(rows))
		for i, r := range rows {
			ids[i], sums[i] = r.ID, r.SHA256
		}
		if err := db.Where("id IN ?", ids).Delete(&attachmentRow{}).Error; err != nil {
			return err
		}
		var kept []string
		if err := db.Model(&attachmentRow{}).Where("sha256 IN ?", sums).Distinct("sha256").Pluck("sha256", &kept).Error; err != nil {
			return err
		}
		slices.Sort(sums)
		orphans = slices.DeleteFunc(slices.Compact(sums), func(sum string) bool { return slices.Contains(kept, sum) })
		n = len(rows)
		return nil
	})
	return n, orphans, err
}
