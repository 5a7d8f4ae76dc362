package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"luodi/internal/app"
	"luodi/internal/fault"
	"luodi/internal/liaison"
	"luodi/internal/org"
	"luodi/internal/process"
)

var errLiaison = fault.New(fault.NotFound, "liaison_unknown", "包联任务不存在")

type liaisonRow struct {
	ID             string `gorm:"primaryKey"`
	Stream         string
	ListID         string
	Year           int
	Batch          int
	ProjectID      string
	ProjectName    string
	CountyID       string
	DepartmentID   string
	DepartmentName string
	CadreID        string
	CadreName      string
	Team           string
	Search         string
	Role           string
	Stage          string
	Urgency        int64 // the place of its light in lists
	Light          string
	LightRule      string
	LightSince     time.Time
	NextMilestone  string
	NextDue        *time.Time
	OpenProblems   int
	AssignedAt     time.Time
	EndedAt        *time.Time
	Illustrative   bool
}

func (liaisonRow) TableName() string { return "liaisons" }

// placeOf puts the red first, and what is over last.
func placeOf(r app.LiaisonRow) int64 {
	switch {
	case !r.EndedAt.IsZero():
		return 3
	case r.Light == process.Red:
		return 0
	case r.Light == process.Yellow:
		return 1
	}
	return 2
}

func toLiaisonRow(r app.LiaisonRow) liaisonRow {
	return liaisonRow{
		ID: r.ID, Stream: process.StreamID(liaison.Kind, r.ID), ListID: r.ListID, Year: r.Year, Batch: r.Batch,
		ProjectID: r.ProjectID, ProjectName: r.ProjectName, CountyID: r.CountyID, DepartmentID: r.DepartmentID, DepartmentName: r.DepartmentName,
		CadreID: r.CadreID, CadreName: r.CadreName, Team: r.Team, Search: searchText(r.ProjectName, r.CadreName), Role: string(r.Role),
		Stage: string(r.Stage), Urgency: placeOf(r), Light: string(r.Light), LightRule: r.LightRule, LightSince: stamp(r.LightSince),
		NextMilestone: r.NextMilestone, NextDue: maybeStamp(r.NextDue), OpenProblems: r.OpenProblems, AssignedAt: stamp(r.AssignedAt),
		EndedAt: maybeStamp(r.EndedAt), Illustrative: r.Illustrative,
	}
}

func (r liaisonRow) liaison() app.LiaisonRow {
	return app.LiaisonRow{
		ID: r.ID, ListID: r.ListID, Year: r.Year, Batch: r.Batch, ProjectID: r.ProjectID, ProjectName: r.ProjectName, CountyID: r.CountyID,
		DepartmentID: r.DepartmentID, DepartmentName: r.DepartmentName, CadreID: r.CadreID, CadreName: r.CadreName, Team: r.Team,
		Role: liaison.Role(r.Role), Stage: liaison.Stage(r.Stage), Light: process.Light(r.Light), LightRule: r.LightRule, LightSince: r.LightSince.UTC(),
		NextMilestone: r.NextMilestone, NextDue: maybeTime(r.NextDue), OpenProblems: r.OpenProblems, AssignedAt: r.AssignedAt.UTC(),
		EndedAt: maybeTime(r.EndedAt), Illustrative: r.Illustrative,
	}
}

type liaisonItemRow struct {
	LiaisonID    string `gorm:"primaryKey"`
	Kind         string `gorm:"primaryKey"`
	ItemKey      string `gorm:"primaryKey"`
	DepartmentID string
	Title        string
	Level        string
	OpenedAt     time.Time
	Due          *time.Time
	DoneAt       *time.Time
	Status       string
}

func (liaisonItemRow) TableName() string { return "liaison_items" }

func toLiaisonItemRow(id string, x liaison.Item) liaisonItemRow {
	return liaisonItemRow{
		LiaisonID: id, Kind: string(x.Kind), ItemKey: x.Key, DepartmentID: x.DepartmentID, Title: x.Title, Level: x.Level,
		OpenedAt: stamp(x.OpenedAt), Due: maybeStamp(x.Due), DoneAt: maybeStamp(x.DoneAt), Status: x.Status,
	}
}

func (r liaisonItemRow) item() liaison.Item {
	return liaison.Item{
		Kind: liaison.ItemKind(r.Kind), Key: r.ItemKey, DepartmentID: r.DepartmentID, Title: r.Title, Level: r.Level,
		OpenedAt: r.OpenedAt.UTC(), Due: maybeTime(r.Due), DoneAt: maybeTime(r.DoneAt), Status: r.Status,
	}
}

func (t *tx) SaveLiaison(r app.LiaisonRow, items []liaison.Item) error {
	row := toLiaisonRow(r)
	if err := save(t.db.Where("id = ?", r.ID), &row); err != nil {
		return translate(err)
	}
	if len(items) == 0 {
		return nil
	}
	rows := make([]liaisonItemRow, len(items))
	for i, x := range items {
		rows[i] = toLiaisonItemRow(r.ID, x)
	}
	// The only unique index is the primary key, so the database's own upsert is right.
	return translate(t.db.Clauses(clause.OnConflict{UpdateAll: true}).CreateInBatches(rows, rowsAtOnce).Error)
}

// rowsAtOnce is how many rows one statement writes; SQLite takes 32,766 values in one.
const rowsAtOnce = 200

type slotRow struct {
	ProjectID string `gorm:"primaryKey"`
	Role      string `gorm:"primaryKey"`
	LiaisonID string
}

func (slotRow) TableName() string { return "liaison_slots" }

func (t *tx) TakeSlots(slots []app.Slot) error {
	for part := range slices.Chunk(slots, rowsAtOnce) {
		if err := t.takeSlots(part); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) takeSlots(slots []app.Slot) error {
	projects := make([]string, len(slots))
	for i, x := range slots {
		projects[i] = x.ProjectID
	}
	var held []slotRow
	if err := t.db.Clauses(forUpdate).Where("project_id IN ?", projects).Find(&held).Error; err != nil {
		return translate(err)
	}
	by := map[slotRow]string{}
	for _, h := range held {
		by[slotRow{ProjectID: h.ProjectID, Role: h.Role}] = h.LiaisonID
	}
	var free []slotRow
	taken := fault.New(fault.Conflict, "liaison_active", "有项目已有同一角色的在办包联任务")
	for _, x := range slots {
		key := slotRow{ProjectID: x.ProjectID, Role: string(x.Role)}
		switch holder := by[key]; holder {
		case "":
			free = append(free, slotRow{ProjectID: x.ProjectID, Role: string(x.Role), LiaisonID: x.LiaisonID})
			by[key] = x.LiaisonID
		case x.LiaisonID:
		default:
			taken = taken.With(x.LiaisonID, "liaison_active", fmt.Sprintf("项目已有在办的%s任务", x.Role.Label()))
		}
	}
	if len(taken.Details) > 0 {
		return taken
	}
	if len(free) == 0 {
		return nil
	}
	return unique(t.db.Create(&free).Error, taken)
}

func (t *tx) ReleaseSlot(liaisonID string) error {
	return translate(t.db.Where("liaison_id = ?", liaisonID).Delete(&slotRow{}).Error)
}

// urgentLiaisons is the order of lists of liaisons: by light, then by what is due next.
var urgentLiaisons = order[liaisonRow]{
	numberColumn("liaisons.urgency", false, func(r liaisonRow) int64 { return r.Urgency }),
	maybe(timeColumn("liaisons.next_due", false, func(liaisonRow) time.Time { return time.Time{} }), func(r liaisonRow) *time.Time { return r.NextDue }),
	textColumn("liaisons.id", false, func(r liaisonRow) string { return r.ID }),
}

// liaisons narrows to what the scope sees and the filter leaves.
func (s *Store) liaisons(ctx context.Context, scope org.Scope, f app.LiaisonFilter) *gorm.DB {
	scope.UserID = "" // liaisons are started by no person
	db := visible(s.read.WithContext(ctx).Model(&liaisonRow{}), scope, "liaisons.stream", "")
	for column, value := range map[string]string{
		"light": string(f.Light), "stage": string(f.Stage), "department_id": f.DepartmentID, "county_id": f.CountyID,
		"project_id": f.ProjectID, "list_id": f.ListID,
	} {
		if value != "" {
			db = db.Where("liaisons."+column+" = ?", value)
		}
	}
	if f.Open != nil {
		db = db.Where("(liaisons.ended_at IS NULL) = ?", *f.Open)
	}
	if f.Year != 0 {
		db = db.Where("liaisons.year = ?", f.Year)
	}
	if f.Batch != 0 {
		db = db.Where("liaisons.batch = ?", f.Batch)
	}
	if f.CarrierUnit != "" || f.CarrierUser != "" {
		db = db.Where("(liaisons.department_id = ? OR liaisons.cadre_id = ?)", f.CarrierUnit, f.CarrierUser)
	}
	return contains(db, f.Query)
}

// Liaisons implements app.LiaisonReads.
func (s *Store) Liaisons(ctx context.Context, scope org.Scope, f app.LiaisonFilter, p app.Page) ([]app.LiaisonRow, string, error) {
	rows, next, err := page(s.liaisons(ctx, scope, f), urgentLiaisons, p)
	if err == nil {
		err = s.renamed(ctx, rows)
	}
	out := make([]app.LiaisonRow, len(rows))
	for i, r := range rows {
		out[i] = r.liaison()
	}
	return out, next, err
}

// renamed gives liaisons the names that their projects have today: a liaison itself
// keeps the one it was assigned with.
func (s *Store) renamed(ctx context.Context, rows []liaisonRow) error {
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.ProjectID
	}
	var projects []projectRow
	if err := s.read.WithContext(ctx).Select("id", "name").Where("id IN ?", ids).Find(&projects).Error; err != nil {
		return translate(err)
	}
	names := map[string]string{}
	for _, p := range projects {
		names[p.ID] = p.Name
	}
	for i, r := range rows {
		rows[i].ProjectName = cmp.Or(names[r.ProjectID], r.ProjectName)
	}
	return nil
}

// LiaisonCounts implements app.LiaisonReads.
func (s *Store) LiaisonCounts(ctx context.Context, scope org.Scope, f app.LiaisonFilter) (out app.LiaisonCounts, err error) {
	var rows []struct {
		Light string
		N     int
	}
	err = s.liaisons(ctx, scope, f).Where("liaisons.ended_at IS NULL").Select("light, COUNT(*) AS n").Group("light").Scan(&rows).Error
	for _, r := range rows {
		switch process.Light(r.Light) {
		case process.Green:
			out.Green = r.N
		case process.Yellow:
			out.Yellow = r.N
		case process.Red:
			out.Red = r.N
		}
	}
	return out, translate(err)
}

// EachLiaison implements app.LiaisonReads.
func (s *Store) EachLiaison(ctx context.Context, scope org.Scope, f app.LiaisonFilter, fn func(app.LiaisonRow) error) error {
	return s.eachLiaisons(ctx, scope, f, func(rows []liaisonRow) error {
		if err := s.renamed(ctx, rows); err != nil {
			return err
		}
		for _, r := range rows {
			if err := fn(r.liaison()); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Store) eachLiaisons(ctx context.Context, scope org.Scope, f app.LiaisonFilter, fn func([]liaisonRow) error) error {
	for last := ""; ; {
		var rows []liaisonRow
		err := s.liaisons(ctx, scope, f).Where("liaisons.id > ?", last).Order("liaisons.id").Limit(eachPage).Find(&rows).Error
		if err != nil || len(rows) == 0 {
			return translate(err)
		}
		if err := fn(rows); err != nil {
			return err
		}
		last = rows[len(rows)-1].ID
	}
}

// EachLiaisonItem implements app.LiaisonReads.
func (s *Store) EachLiaisonItem(ctx context.Context, scope org.Scope, f app.LiaisonItemFilter, fn func(app.LiaisonItem) error) error {
	return s.eachLiaisons(ctx, scope, app.LiaisonFilter{}, func(rows []liaisonRow) error {
		ids, by := make([]string, len(rows)), map[string]liaisonRow{}
		for i, r := range rows {
			ids[i], by[r.ID] = r.ID, r
		}
		items, err := liaisonItems(touching(s.read.WithContext(ctx).Where("liaison_id IN ?", ids), f))
		if err != nil {
			return err
		}
		for _, x := range items {
			r := by[x.LiaisonID]
			if err := fn(app.LiaisonItem{Item: x.item(), LiaisonID: r.ID, ProjectID: r.ProjectID, ProjectName: r.ProjectName, CountyID: r.CountyID}); err != nil {
				return err
			}
		}
		return nil
	})
}

func touching(db *gorm.DB, f app.LiaisonItemFilter) *gorm.DB {
	if len(f.Kinds) > 0 {
		db = db.Where("kind IN ?", f.Kinds)
	}
	if f.Open {
		db = db.Where("status = ?", liaison.StatusOpen)
	}
	if f.DepartmentID != "" {
		db = db.Where("department_id = ?", f.DepartmentID)
	}
	if !f.Until.IsZero() {
		db = db.Where("opened_at < ?", stamp(f.Until))
	}
	if !f.From.IsZero() {
		db = db.Where("(status = ? OR due >= ? OR done_at >= ?)", liaison.StatusOpen, stamp(f.From), stamp(f.From))
	}
	return db
}

func liaisonItems(db *gorm.DB) (rows []liaisonItemRow, err error) {
	return rows, translate(db.Order("liaison_id, kind, item_key").Find(&rows).Error)
}

// Slots implements app.LiaisonReads.
func (s *Store) Slots(ctx context.Context, projectIDs []string) ([]app.Slot, error) {
	var out []app.Slot
	for ids := range slices.Chunk(projectIDs, rowsAtOnce) {
		var rows []slotRow
		if err := s.read.WithContext(ctx).Where("project_id IN ?", ids).Order("project_id, role").Find(&rows).Error; err != nil {
			return nil, translate(err)
		}
		for _, r := range rows {
			out = append(out, app.Slot{ProjectID: r.ProjectID, Role: liaison.Role(r.Role), LiaisonID: r.LiaisonID})
		}
	}
	return out, nil
}

// LiaisonRowOf implements app.LiaisonSweeps.
func (s *Store) LiaisonRowOf(ctx context.Context, id string) (app.LiaisonRow, error) {
	var row liaisonRow
	err := find(s.read.WithContext(ctx).Where("id = ?", id), &row, errLiaison)
	return row.liaison(), err
}

// LiaisonItemsOf implements app.LiaisonSweeps.
func (s *Store) LiaisonItemsOf(ctx context.Context, id string) ([]liaison.Item, error) {
	rows, err := liaisonItems(s.read.WithContext(ctx).Where("liaison_id = ?", id))
	out := make([]liaison.Item, len(rows))
	for i, r := range rows {
		out[i] = r.item()
	}
	return out, err
}
