package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"luodi/internal/app"
	"luodi/internal/assessment"
	"luodi/internal/fault"
)

var (
	errRuleBook        = fault.New(fault.NotFound, "rulebook_unknown", "没有这部细则")
	errRuleBookKnown   = fault.New(fault.Conflict, "rulebook_known", "这部细则已经收录,内容相同")
	errRuleBookVersion = fault.New(fault.Conflict, "rulebook_version_taken", "已有同名同版本的细则,内容不同;修改后请更换版本号")
)

type ruleBookRow struct {
	ID            string `gorm:"primaryKey"`
	Title         string
	Version       string
	Number        string
	Issuer        string
	Digest        string
	Size          int
	EffectiveFrom string
	EffectiveTo   string
	Illustrative  bool
	Indicators    int
	Cases         int
	Stage         string
	UploadedAt    time.Time
	UploadedBy    string
	Uploader      string
	PublishedAt   *time.Time
	PublishedBy   string
	Reason        string
}

func (ruleBookRow) TableName() string { return "rulebooks" }

func toRuleBookRow(b assessment.Book) ruleBookRow {
	row := ruleBookRow{
		ID: b.ID, Title: b.Title, Version: b.Version, Number: b.Number, Issuer: b.Issuer, Digest: b.Digest, Size: b.Size, Illustrative: b.Illustrative,
		Indicators: b.Indicators, Cases: b.Cases, Stage: string(b.Stage), UploadedAt: stamp(b.UploadedAt), UploadedBy: b.UploadedBy, Uploader: b.Uploader,
		PublishedAt: maybeStamp(b.PublishedAt), PublishedBy: b.PublishedBy, Reason: b.Reason,
	}
	if !b.From.IsZero() {
		row.EffectiveFrom = b.From.String()
	}
	if !b.To.IsZero() {
		row.EffectiveTo = b.To.String()
	}
	return row
}

func (r ruleBookRow) book() (b assessment.Book, err error) {
	stage := assessment.BookStage(r.Stage)
	b = assessment.Book{
		ID: r.ID, Title: r.Title, Version: r.Version, Number: r.Number, Issuer: r.Issuer, Digest: r.Digest, Size: r.Size, Illustrative: r.Illustrative,
		Indicators: r.Indicators, Cases: r.Cases, Stage: stage, StageLabel: stage.Label(), UploadedAt: r.UploadedAt.UTC(), UploadedBy: r.UploadedBy, Uploader: r.Uploader,
		PublishedAt: maybeTime(r.PublishedAt), PublishedBy: r.PublishedBy, Reason: r.Reason,
	}
	if r.EffectiveFrom != "" {
		if b.From, err = dateOf(&r.EffectiveFrom); err != nil {
			return b, err
		}
	}
	if r.EffectiveTo != "" {
		b.To, err = dateOf(&r.EffectiveTo)
	}
	return b, err
}

func ruleBook(db *gorm.DB, id string) (assessment.Book, error) {
	var row ruleBookRow
	if err := find(db.Where("id = ?", id), &row, errRuleBook); err != nil {
		return assessment.Book{}, err
	}
	b, err := row.book()
	return b, translate(err)
}

// RuleBook implements app.RuleBookReads.
func (s *Store) RuleBook(ctx context.Context, id string) (assessment.Book, error) {
	return ruleBook(s.read.WithContext(ctx), id)
}

func (t *tx) RuleBook(id string) (assessment.Book, error) {
	return ruleBook(t.db.Clauses(forUpdate), id)
}

func (t *tx) InsertRuleBook(b assessment.Book) error {
	var same ruleBookRow
	known, err := lookup(t.db.Where("digest = ?", b.Digest), &same)
	switch {
	case err != nil:
		return err
	case known:
		return errRuleBookKnown
	}
	row := toRuleBookRow(b)
	return unique(t.db.Create(&row).Error, errRuleBookVersion)
}

func (t *tx) SaveRuleBook(b assessment.Book) error {
	row := toRuleBookRow(b)
	return translate(save(t.db.Where("id = ?", row.ID), &row))
}

var latestRuleBooks = order[ruleBookRow]{
	timeColumn("uploaded_at", true, func(r ruleBookRow) time.Time { return r.UploadedAt }),
	textColumn("id", true, func(r ruleBookRow) string { return r.ID }),
}

// RuleBooks implements app.RuleBookReads.
func (s *Store) RuleBooks(ctx context.Context, f app.RuleBookFilter, p app.Page) ([]assessment.Book, string, error) {
	db := s.read.WithContext(ctx)
	if f.Stage != "" {
		db = db.Where("stage = ?", string(f.Stage))
	}
	if f.Query != "" {
		db = db.Where("INSTR(title, ?) > 0", f.Query)
	}
	rows, next, err := page(db, latestRuleBooks, p)
	if err != nil {
		return nil, "", err
	}
	out, err := each(rows, ruleBookRow.book)
	return out, next, translate(err)
}
