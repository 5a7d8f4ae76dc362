package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"luodi/internal/app"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/project"
)

// Project implements app.Reads.
func (s *Store) Project(ctx context.Context, id string, scope org.Scope) (project.Project, error) {
	db := s.read.WithContext(ctx)
	var row projectRow
	if err := find(seen(db.Where("projects.id = ?", id), scope), &row, errProject); err != nil {
		return project.Project{}, err
	}
	return withFunds(db, row)
}

// seen narrows projects to what a scope sees: those of the county, those that the
// user entered, and those with a process that the unit may read.
func seen(db *gorm.DB, scope org.Scope) *gorm.DB {
	if scope.All {
		return db
	}
	const byUnit = `projects.county_id IN ? OR projects.id IN (SELECT p.project_id FROM processes p
		JOIN process_readers r ON r.stream = p.stream WHERE r.unit_id IN ?)`
	units := append([]string{scope.UnitID}, scope.Also...)
	switch {
	case scope.UnitID != "" && scope.UserID != "":
		return db.Where("("+byUnit+" OR projects.created_user = ?)", units, units, scope.UserID)
	case scope.UnitID != "":
		return db.Where("("+byUnit+")", units, units)
	case scope.UserID != "":
		return db.Where("projects.created_user = ?", scope.UserID)
	default:
		return db.Where("1 = 0")
	}
}

// Projects implements app.Reads. Projects without a date come last in either
// direction of an order by that date.
func (s *Store) Projects(ctx context.Context, scope org.Scope, f project.Filter, sort project.Sort, p app.Page) ([]project.Project, string, error) {
	return projectPage(s.read.WithContext(ctx), scope, f, sort, p)
}

func projectPage(db *gorm.DB, scope org.Scope, f project.Filter, sort project.Sort, p app.Page) ([]project.Project, string, error) {
	o, err := projectOrder(sort)
	if err != nil {
		return nil, "", err
	}
	rows, next, err := page(filtered(seen(db, scope), f), o, p)
	if err != nil {
		return nil, "", err
	}
	projects, err := fundsOf(db, rows)
	return projects, next, err
}

func projectOrder(s project.Sort) (order[projectRow], error) {
	id := textColumn("projects.id", s.Desc, func(r projectRow) string { return r.ID })
	var first column[projectRow]
	switch s.Field {
	case project.BySignedOn:
		first = maybe(textColumn[projectRow]("signed_on", s.Desc, nil), func(r projectRow) *string { return r.SignedOn })
	case project.ByAgreedAmount:
		first = numberColumn("agreed_amount", s.Desc, func(r projectRow) int64 { return int64(r.AgreedAmount) })
	case project.ByName:
		first = textColumn("name", s.Desc, func(r projectRow) string { return r.Name })
	case project.ByUpdatedAt, "":
		first = timeColumn("updated_at", s.Desc, func(r projectRow) time.Time { return r.UpdatedAt })
	case project.ByCode:
		first = textColumn("code", s.Desc, func(r projectRow) string { return r.Code })
	default:
		return nil, fault.Field("/sort", "sort_unknown", "不支持按该字段排序")
	}
	return order[projectRow]{first, id}, nil
}

// leading is the department that leads a project's liaison: that of the one which goes
// on, or else of the last.
const leading = "(SELECT l.department_id FROM liaisons l WHERE l.project_id = projects.id AND l.role = 'lead' " +
	"ORDER BY CASE WHEN l.ended_at IS NULL THEN 0 ELSE 1 END, l.assigned_at DESC, l.id DESC LIMIT 1)"

func filtered(db *gorm.DB, f project.Filter) *gorm.DB {
	for column, text := range map[string]string{"county_id": f.CountyID, "stage": string(f.Stage)} {
		if text != "" {
			db = db.Where("projects."+column+" = ?", text)
		}
	}
	for column, texts := range map[string][]string{
		"industry_tier": texts(f.Tiers), "investor_kind": texts(f.InvestorKinds), "industry": f.Industries, "chain": f.Chains,
		"team": f.Teams, "ambassador": f.Ambassadors, "event": f.Events,
	} {
		if len(texts) > 0 {
			db = db.Where("projects."+column+" IN ?", orNone(texts))
		}
	}
	switch f.DepartmentID {
	case "":
	case project.None:
		db = db.Where(leading + " IS NULL")
	default:
		db = db.Where(leading+" = ?", f.DepartmentID)
	}
	if f.AtEvent != nil {
		db = db.Where("(projects.event <> '') = ?", *f.AtEvent)
	}
	for column, yes := range map[string]*bool{
		"framework": f.Framework, "above_scale": f.AboveScale, "illustrative": f.Illustrative,
	} {
		if yes != nil {
			db = db.Where("projects."+column+" = ?", *yes)
		}
	}
	if f.AmountMin != 0 {
		db = db.Where("agreed_amount >= ?", f.AmountMin)
	}
	if f.AmountMax != 0 {
		db = db.Where("agreed_amount <= ?", f.AmountMax)
	}
	return contains(dated(db, f), f.Query)
}

// dated narrows to projects with dates. Dates sort as the texts they are.
func dated(db *gorm.DB, f project.Filter) *gorm.DB {
	db = inYear(inYear(db, "signed_on", f.Year), "landed_on", f.LandedYear)
	for column, s := range map[string]project.Span{
		"signed_on": f.Signed, "landed_on": f.Landed, "started_on": f.Started, "in_statistics_on": f.InStatistics, "in_production_on": f.InProduction,
	} {
		db = inSpan(db, column, s)
	}
	if f.Funds.IsZero() {
		return db
	}
	arrived := inSpan(db.Session(&gorm.Session{NewDB: true}).Table("project_funds").Select("1").Where("project_funds.project_id = projects.id"), "arrived_on", f.Funds)
	return db.Where("EXISTS (?)", arrived)
}

// inSpan leaves out what has no date there, if the span has a bound.
func inSpan(db *gorm.DB, column string, s project.Span) *gorm.DB {
	if !s.From.IsZero() {
		db = db.Where(column+" >= ?", s.From.String())
	}
	if !s.Until.IsZero() {
		db = db.Where(column+" <= ?", s.Until.String())
	}
	return db
}

func texts[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, t := range list {
		out[i] = string(t)
	}
	return out
}

// orNone writes project.None as rows have it.
func orNone(list []string) []string {
	out := slices.Clone(list)
	for i, t := range out {
		if t == project.None {
			out[i] = ""
		}
	}
	return out
}

// inYear uses the index on dates, which sort as the texts they are.
func inYear(db *gorm.DB, column string, year int) *gorm.DB {
	if year == 0 {
		return db
	}
	return db.Where(column+" BETWEEN ? AND ?", fmt.Sprintf("%04d-01-01", year), fmt.Sprintf("%04d-12-31", year))
}

// eachPage is how many rows a walk over a table reads at once.
const eachPage = 200

// EachProject implements app.Reads. It walks over one snapshot: what changes
// meanwhile is not seen, and nothing comes twice.
func (s *Store) EachProject(ctx context.Context, scope org.Scope, f project.Filter, sort project.Sort, fn func(project.Project) error) error {
	return s.snapshot(ctx, func(db *gorm.DB) error {
		for p := (app.Page{Limit: eachPage}); ; {
			projects, next, err := projectPage(db, scope, f, sort, p)
			if err != nil {
				return err
			}
			for _, x := range projects {
				if err := fn(x); err != nil {
					return err
				}
			}
			if p.Cursor = next; next == "" {
				return nil
			}
		}
	})
}

// snapshot runs fn in a transaction that reads and sees one state of the database.
func (s *Store) snapshot(ctx context.Context, fn func(*gorm.DB) error) error {
	o := &sql.TxOptions{}
	if s.kind == MySQL {
		o = &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
	}
	return translate(s.read.WithContext(ctx).Transaction(fn, o))
}

func withFunds(db *gorm.DB, row projectRow) (project.Project, error) {
	list, err := fundsOf(db, []projectRow{row})
	if err != nil {
		return project.Project{}, err
	}
	return list[0], nil
}

// fundsOf makes projects of rows, with one query for the funds of all of them.
func fundsOf(db *gorm.DB, rows []projectRow) ([]project.Project, error) {
	if len(rows) == 0 {
		return []project.Project{}, nil
	}
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	var list []fundsRow
	if err := db.Session(&gorm.Session{NewDB: true}).Where("project_id IN ?", ids).Order("project_id, position").Find(&list).Error; err != nil {
		return nil, translate(err)
	}
	funds := map[string][]project.Funds{}
	for _, r := range list {
		f, err := r.funds()
		if err != nil {
			return nil, translate(err)
		}
		funds[r.ProjectID] = append(funds[r.ProjectID], f)
	}
	return each(rows, func(r projectRow) (project.Project, error) {
		return r.project(append([]project.Funds{}, funds[r.ID]...)) // never null in JSON
	})
}
