package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"gorm.io/gorm"

	"luodi/internal/app"
	"luodi/internal/calendar"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/project"
	"luodi/internal/register"
)

var (
	errRegister        = fault.New(fault.NotFound, "register_unknown", "没有这条登记")
	errRegisterChanged = fault.New(fault.Conflict, "register_changed", "该条登记刚刚被他人修改,请刷新后再改")
	errRegisterName    = fault.New(fault.Conflict, "register_name_taken", "名称或别名已属于另一条登记")
)

// registerRow is an entry as lists find it; what it says is in its latest version.
type registerRow struct {
	Kind    string `gorm:"primaryKey"`
	ID      string `gorm:"primaryKey"`
	Version int64
	Name    string
	UnitID  string
	Starts  string // ISO dates; "" for none
	Ends    string
	Closed  bool
	Search  string
	Body    string `gorm:"->"` // joined from the version
}

func (registerRow) TableName() string { return "register_entries" }

type registerNameRow struct {
	Kind string `gorm:"primaryKey"`
	Name string `gorm:"primaryKey"`
	ID   string
}

func (registerNameRow) TableName() string { return "register_names" }

type registerVersionRow struct {
	Kind       string `gorm:"primaryKey"`
	ID         string `gorm:"primaryKey"`
	Version    int64  `gorm:"primaryKey;autoIncrement:false"`
	RecordedAt time.Time
	Body       string
}

func (registerVersionRow) TableName() string { return "register_versions" }

func toRegisterRow(e register.Entry) registerRow {
	row := registerRow{Kind: string(e.Kind), ID: e.ID, Version: e.Version, Name: e.Name, UnitID: e.UnitID, Closed: e.Closed,
		Search: searchText(e.Names()...)}
	var from, until calendar.Date
	switch {
	case e.Team != nil:
		from, until = e.Team.From, e.Team.Until
	case e.Ambassador != nil:
		from, until = e.Ambassador.Appointed, e.Ambassador.Until
	case e.Event != nil:
		from, until = e.Event.From, e.Event.Last()
	}
	if !from.IsZero() {
		row.Starts = from.String()
	}
	if !until.IsZero() {
		row.Ends = until.String()
	}
	return row
}

func entryOf(body string) (e register.Entry, err error) {
	return e, json.Unmarshal([]byte(body), &e)
}

func entriesOf(bodies []string) ([]register.Entry, error) {
	out := make([]register.Entry, len(bodies))
	for i, b := range bodies {
		var err error
		if out[i], err = entryOf(b); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// current joins entries with what their latest version says.
func current(db *gorm.DB, kind register.Kind) *gorm.DB {
	return db.Table("register_entries").Select("register_entries.*, v.body").
		Joins("JOIN register_versions v ON v.kind = register_entries.kind AND v.id = register_entries.id AND v.version = register_entries.version").
		Where("register_entries.kind = ?", string(kind))
}

func registerEntry(db *gorm.DB, kind register.Kind, id string) (register.Entry, error) {
	var row registerRow
	if err := find(current(db, kind).Where("register_entries.id = ?", id), &row, errRegister); err != nil {
		return register.Entry{}, err
	}
	return entryOf(row.Body)
}

// RegisterEntry implements app.RegisterReads.
func (s *Store) RegisterEntry(ctx context.Context, kind register.Kind, id string) (register.Entry, error) {
	return registerEntry(s.read.WithContext(ctx), kind, id)
}

func (t *tx) RegisterEntry(kind register.Kind, id string) (register.Entry, error) {
	return registerEntry(t.db.Clauses(forUpdate), kind, id)
}

func (t *tx) SaveRegisterEntry(e register.Entry) error {
	body, err := json.Marshal(e)
	if err != nil {
		return err
	}
	version := registerVersionRow{Kind: string(e.Kind), ID: e.ID, Version: e.Version, RecordedAt: stamp(e.RecordedAt), Body: string(body)}
	if err := unique(t.db.Create(&version).Error, errRegisterChanged); err != nil {
		return err
	}
	row := toRegisterRow(e)
	if err := save(t.db.Where("kind = ? AND id = ?", row.Kind, row.ID), &row, "Body"); err != nil {
		return translate(err)
	}
	if err := t.db.Where("kind = ? AND id = ?", row.Kind, row.ID).Delete(&registerNameRow{}).Error; err != nil {
		return translate(err)
	}
	for i, name := range e.Names() {
		if err := t.db.Create(&registerNameRow{Kind: row.Kind, Name: name, ID: row.ID}).Error; err != nil {
			return unique(err, nameTaken(i))
		}
	}
	return nil
}

// nameTaken points at the name that another entry goes by: the first is the entry's own.
func nameTaken(i int) *fault.Error {
	field := "/name"
	if i > 0 {
		field = fmt.Sprintf("/aliases/%d", i-1)
	}
	return errRegisterName.With(field, errRegisterName.Code, errRegisterName.Message)
}

var byRegisterName = order[registerRow]{
	textColumn("register_entries.name", false, func(r registerRow) string { return r.Name }),
	textColumn("register_entries.id", false, func(r registerRow) string { return r.ID }),
}

// RegisterEntries implements app.RegisterReads.
func (s *Store) RegisterEntries(ctx context.Context, kind register.Kind, f app.RegisterFilter, p app.Page) ([]register.Entry, string, error) {
	db := current(s.read.WithContext(ctx), kind)
	if f.UnitID != "" {
		db = db.Where("unit_id = ?", f.UnitID)
	}
	if f.Closed != nil {
		db = db.Where("closed = ?", *f.Closed)
	}
	if f.Year != 0 && kind != register.Chains {
		first, last := fmt.Sprintf("%04d-01-01", f.Year), fmt.Sprintf("%04d-12-31", f.Year)
		db = db.Where("starts <= ? AND (ends = '' OR ends >= ?)", last, first)
	}
	rows, next, err := page(contains(db, f.Query), byRegisterName, p)
	if err != nil {
		return nil, "", err
	}
	bodies := make([]string, len(rows))
	for i, r := range rows {
		bodies[i] = r.Body
	}
	entries, err := entriesOf(bodies)
	return entries, next, err
}

// RegisterVersions implements app.RegisterReads.
func (s *Store) RegisterVersions(ctx context.Context, kind register.Kind, id string) ([]register.Entry, error) {
	var bodies []string
	err := s.read.WithContext(ctx).Table("register_versions").Where("kind = ? AND id = ?", string(kind), id).
		Order("version").Pluck("body", &bodies).Error
	if err != nil {
		return nil, translate(err)
	}
	return entriesOf(bodies)
}

// RegisterAsOf implements app.RegisterReads.
func (s *Store) RegisterAsOf(ctx context.Context, kind register.Kind, at time.Time) ([]register.Entry, error) {
	var bodies []string
	err := s.read.WithContext(ctx).Table("register_versions v").
		Joins(`JOIN (SELECT id, MAX(version) AS version FROM register_versions WHERE kind = ? AND recorded_at <= ? GROUP BY id) l
			ON l.id = v.id AND l.version = v.version`, string(kind), stamp(at)).
		Where("v.kind = ?", string(kind)).Order("v.id").Pluck("v.body", &bodies).Error
	if err != nil {
		return nil, translate(err)
	}
	return entriesOf(bodies)
}

// namedIn is the column of projects that names entries of a register.
var namedIn = map[register.Kind]string{
	register.Chains: "projects.chain", register.Teams: "projects.team",
	register.Ambassadors: "projects.ambassador", register.Events: "projects.event",
}

var byCode = order[projectRow]{
	textColumn("projects.code", false, func(r projectRow) string { return r.Code }),
	textColumn("projects.id", false, func(r projectRow) string { return r.ID }),
}

// ProjectsNaming implements app.RegisterReads.
func (s *Store) ProjectsNaming(ctx context.Context, scope org.Scope, kind register.Kind, names []string, p app.Page) ([]project.Project, string, error) {
	db := s.read.WithContext(ctx)
	rows, next, err := page(seen(db.Where(namedIn[kind]+" IN ?", names), scope), byCode, p)
	if err != nil {
		return nil, "", err
	}
	list, err := fundsOf(db, rows)
	return list, next, err
}

// UnmatchedNames implements app.RegisterReads.
func (s *Store) UnmatchedNames(ctx context.Context, kind register.Kind, limit int) ([]app.Unmatched, error) {
	column := namedIn[kind]
	var out []app.Unmatched
	err := s.read.WithContext(ctx).Table("projects").Select(column+" AS name, COUNT(*) AS projects").
		Where(column+" <> '' AND NOT EXISTS (SELECT 1 FROM register_names n WHERE n.kind = ? AND n.name = "+column+")", string(kind)).
		Group(column).Order("projects DESC, name").Limit(limit).Scan(&out).Error
	return out, translate(err)
}
