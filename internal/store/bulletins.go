package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"strings"
	"time"

	"gorm.io/gorm"

	"luodi/internal/app"
	"luodi/internal/bulletin"
	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/money"
	"luodi/internal/project"
)

var errBulletin = fault.New(fault.NotFound, "bulletin_unknown", "没有这期通报")

type bulletinRow struct {
	ID          string `gorm:"primaryKey"`
	Year        int
	Month       int
	Cutoff      string
	Amends      string
	Title       string
	Stage       string
	Number      string
	KnownAt     time.Time
	Automatic   bool
	DueAt       *time.Time
	OpenedAt    time.Time
	PublishedAt *time.Time
	Digest      string
	Headline    string // JSON
}

func (bulletinRow) TableName() string { return "bulletins" }

func toBulletinRow(r app.BulletinRow) (bulletinRow, error) {
	headline, err := json.Marshal(r.Headline)
	return bulletinRow{
		ID: r.ID, Year: r.Year, Month: r.Month, Cutoff: r.Cutoff.String(), Amends: r.Amends, Title: r.Title, Stage: string(r.Stage),
		Number: r.Number, KnownAt: stamp(r.KnownAt), Automatic: r.Automatic, DueAt: maybeStamp(r.DueAt), OpenedAt: stamp(r.OpenedAt),
		PublishedAt: maybeStamp(r.PublishedAt), Digest: r.Digest, Headline: string(headline),
	}, err
}

func (r bulletinRow) bulletin() (app.BulletinRow, error) {
	stage := bulletin.Stage(r.Stage)
	out := app.BulletinRow{
		ID: r.ID, Year: r.Year, Month: r.Month, Amends: r.Amends, Title: r.Title, Stage: stage, StageLabel: stage.Label(),
		Number: r.Number, KnownAt: r.KnownAt.UTC(), Automatic: r.Automatic, DueAt: maybeTime(r.DueAt), OpenedAt: r.OpenedAt.UTC(),
		PublishedAt: maybeTime(r.PublishedAt), Digest: r.Digest, Headline: map[string]string{},
	}
	if err := json.Unmarshal([]byte(r.Headline), &out.Headline); err != nil {
		return out, err
	}
	var err error
	out.Cutoff, err = dateOf(&r.Cutoff)
	return out, err
}

func (t *tx) SaveBulletin(r app.BulletinRow) error {
	row, err := toBulletinRow(r)
	if err != nil {
		return fault.From(err)
	}
	return translate(save(t.db.Where("id = ?", r.ID), &row))
}

// latestBulletins is the order of lists: the latest month first, and of a month the
// latest opened.
var latestBulletins = order[bulletinRow]{
	numberColumn("year", true, func(r bulletinRow) int64 { return int64(r.Year) }),
	numberColumn("month", true, func(r bulletinRow) int64 { return int64(r.Month) }),
	timeColumn("opened_at", true, func(r bulletinRow) time.Time { return r.OpenedAt }),
	textColumn("id", true, func(r bulletinRow) string { return r.ID }),
}

// Bulletins implements app.BulletinReads.
func (s *Store) Bulletins(ctx context.Context, f app.BulletinFilter, p app.Page) ([]app.BulletinRow, string, error) {
	db := s.read.WithContext(ctx)
	if f.Year != 0 {
		db = db.Where("year = ?", f.Year)
	}
	if f.Stage != "" {
		db = db.Where("stage = ?", string(f.Stage))
	}
	if f.Published != nil {
		db = db.Where("(published_at IS NOT NULL) = ?", *f.Published)
	}
	rows, next, err := page(db, latestBulletins, p)
	if err != nil {
		return nil, "", err
	}
	out, err := each(rows, bulletinRow.bulletin)
	return out, next, translate(err)
}

// PublishedBulletins implements app.BulletinReads.
func (s *Store) PublishedBulletins(ctx context.Context, by time.Time) ([]app.BulletinRow, error) {
	var rows []bulletinRow
	if err := s.read.WithContext(ctx).Where("published_at <= ?", stamp(by)).Order("published_at, id").Find(&rows).Error; err != nil {
		return nil, translate(err)
	}
	out, err := each(rows, bulletinRow.bulletin)
	return out, translate(err)
}

// BulletinRowOf implements app.BulletinSweeps.
func (s *Store) BulletinRowOf(ctx context.Context, id string) (app.BulletinRow, error) {
	var row bulletinRow
	if err := find(s.read.WithContext(ctx).Where("id = ?", id), &row, errBulletin); err != nil {
		return app.BulletinRow{}, err
	}
	r, err := row.bulletin()
	return r, translate(err)
}

type bulletinSinceRow struct {
	Name  string `gorm:"primaryKey"`
	Month string
}

func (bulletinSinceRow) TableName() string { return "bulletin_schedule" }

// BulletinsSince implements app.BulletinSchedule.
func (s *Store) BulletinsSince(ctx context.Context, first string) (string, error) {
	row := bulletinSinceRow{Name: "since", Month: first}
	err := s.inTx(ctx, func(db *gorm.DB) error {
		var have bulletinSinceRow
		ok, err := lookup(db.Clauses(forUpdate).Where("name = ?", row.Name), &have)
		if err != nil {
			return err
		}
		if ok {
			row = have
			return nil
		}
		return unique(db.Create(&row).Error, errSameRequest) // two at once: the second tries again and finds it
	})
	return row.Month, err
}

// BulletinCube implements app.BulletinReads. Projects that were changed since are few:
// they're read whole and rewound; all others give what counts of them and no more. A
// project whose last date lies before the earliest window counts for its funds alone.
func (s *Store) BulletinCube(ctx context.Context, w bulletin.Windows, knownAt time.Time, departments map[string]string) (*bulletin.Cube, error) {
	c := counting{Cube: bulletin.NewCube(w), departments: departments, knownAt: stamp(knownAt), texts: map[string]string{}, places: map[string]*bulletin.Sums{}}
	err := s.snapshot(ctx, func(db *gorm.DB) error {
		c.db = db
		for _, part := range []func() error{c.noteChanged, c.readFunds, c.countRows, c.countFundsAlone, c.countChanged} {
			if err := part(); err != nil {
				return err
			}
		}
		return nil
	})
	return c.Close(), translate(err)
}

// counting is one pass under way.
type counting struct {
	*bulletin.Cube
	db          *gorm.DB
	departments map[string]string
	knownAt     time.Time
	changed     map[string]bool   // projects that were changed since
	funds       map[string][]fund // by project; those that have been counted are gone
	texts       map[string]string // each text once: there are few, and many rows
	places      map[string]*bulletin.Sums
}

type fund struct {
	day    string
	amount money.Amount
}

// text keeps one copy of what a row's memory holds only until the next row.
func (c *counting) text(raw sql.RawBytes) string {
	if s, ok := c.texts[string(raw)]; ok {
		return s
	}
	s := string(raw)
	c.texts[s] = s
	return s
}

// noteChanged notes which projects were changed since: a condition on every row would
// cost more than all else that is asked of it.
func (c *counting) noteChanged() error {
	c.changed = map[string]bool{}
	var id sql.RawBytes
	return c.scan("SELECT id FROM projects WHERE updated_at > ?", []any{c.knownAt}, []any{&id}, func() { c.changed[string(id)] = true })
}

func (c *counting) readFunds() error {
	c.funds = map[string][]fund{}
	var id, day sql.RawBytes
	var amount int64
	return c.scan("SELECT project_id, arrived_on, amount FROM project_funds WHERE arrived_on >= ? AND arrived_on <= ?",
		[]any{c.Windows.First, c.Windows.Ends[0]}, []any{&id, &day, &amount}, func() {
			c.funds[string(id)] = append(c.funds[string(id)], fund{c.text(day), money.Amount(amount)})
		})
}

// scan calls fn for each row of a query, past GORM's building of rows.
func (c *counting) scan(query string, args, dest []any, fn func()) error {
	rows, err := c.db.Raw(query, args...).Rows()
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		fn()
	}
	return rows.Err()
}

// lastDate is a project's latest date: package project lets no later stage have an
// earlier one.
const lastDate = "COALESCE(in_production_on, in_statistics_on, started_on, landed_on, signed_on)"

// What a row gives, in as few columns as it takes: handing a column over costs more
// than putting two together. between can be part of no name.
const (
	between     = "\x1f"
	placeColumn = "CONCAT(county_id, ?, industry_tier, ?, team)"
	restColumn  = "CONCAT(COALESCE(signed_on, @none), COALESCE(landed_on, @none), COALESCE(started_on, @none), COALESCE(in_statistics_on, @none), COALESCE(in_production_on, @none), chain, ?, ambassador, ?, event)"
	noDay       = "          " // as wide as a day
)

// countRows leaves framework agreements out: nothing counts of them but their funds.
func (c *counting) countRows() error {
	var r countedRow
	return c.scan("SELECT id, "+placeColumn+", 4 * agreed_amount + above_scale + 2 * illustrative, "+strings.ReplaceAll(restColumn, "@none", "'"+noDay+"'")+
		" FROM projects WHERE "+lastDate+" >= ? AND framework = FALSE",
		[]any{between, between, between, between, c.Windows.First}, r.dest(), func() { c.count(&r) })
}

// countedRow is what one project contributes, as a driver gives it.
type countedRow struct {
	id, place, rest sql.RawBytes // rest is five days, then the tags; empty where only the funds count
	number          int64        // the amount, then two bits: 1 above scale, 2 illustrative
}

func (r *countedRow) dest() []any { return []any{&r.id, &r.place, &r.number, &r.rest} }

// day is the nth of the row's days; "" for none.
func day(days string, n int) string {
	if days == "" || days[n*len(noDay)] == ' ' {
		return ""
	}
	return days[n*len(noDay) : (n+1)*len(noDay)]
}

func (c *counting) count(r *countedRow) {
	if c.changed[string(r.id)] {
		return
	}
	days := string(r.rest)
	f := bulletin.Fact{
		Amount: money.Amount(r.number / 4), AboveScale: r.number&1 != 0, Signed: day(days, 0), Landed: day(days, 1), Started: day(days, 2), InStatistics: day(days, 3), InProduction: day(days, 4),
	}
	into := []*bulletin.Sums{c.place(r.place)}
	if d := c.departments[string(r.id)]; d != "" {
		into = append(into, c.Department(d))
	}
	counted := false
	for _, sums := range into {
		counted = sums.Count(&c.Windows, f)
	}
	if signed := f.Signed; signed != "" && signed >= c.Windows.All[bulletin.InYear].From {
		c.bring(f, r.rest[5*len(noDay):])
	}
	if c.countFunds(string(r.id), into) || counted {
		c.Note(r.number&2 != 0)
	}
}

// bring counts under the tags that a row has.
func (c *counting) bring(f bulletin.Fact, written sql.RawBytes) {
	parts := strings.SplitN(c.text(written), between, 3)
	c.Bring(f, bulletin.Tag{Kind: bulletin.TagChain, Name: parts[0]}, bulletin.Tag{Kind: bulletin.TagAmbassador, Name: parts[1]}, bulletin.Tag{Kind: bulletin.TagEvent, Name: parts[2]})
}

// place finds the sums of a place by how its row writes it.
func (c *counting) place(written sql.RawBytes) *bulletin.Sums {
	if s, ok := c.places[string(written)]; ok {
		return s
	}
	parts := strings.SplitN(string(written), between, 3)
	s := c.At(bulletin.Place{County: parts[0], Tier: parts[1], Team: parts[2]})
	c.places[string(written)] = s
	return s
}

// countFunds counts a project's funds, once.
func (c *counting) countFunds(id string, into []*bulletin.Sums) (counted bool) {
	list, ok := c.funds[id]
	if !ok {
		return false
	}
	delete(c.funds, id)
	for _, f := range list {
		for _, sums := range into {
			counted = sums.CountFunds(&c.Windows, f.day, f.amount) || counted
		}
	}
	return counted
}

// countFundsAlone counts the funds of projects that nothing else counts of.
func (c *counting) countFundsAlone() error {
	ids := make([]string, 0, len(c.funds))
	for id := range c.funds {
		ids = append(ids, id)
	}
	var r countedRow
	for len(ids) > 0 {
		n := min(len(ids), 500)
		err := c.scan("SELECT id, "+placeColumn+", 2 * illustrative, '' FROM projects WHERE id IN ?",
			[]any{between, between, ids[:n]}, r.dest(), func() { c.count(&r) })
		if err != nil {
			return err
		}
		ids = ids[n:]
	}
	return nil
}

// countChanged counts projects as they were before what was recorded later.
func (c *counting) countChanged() error {
	return changedProjects(c.db, c.knownAt, func(p project.Project, events []event.Event) error {
		before, ok, err := project.Rewind(p, events)
		if err != nil || !ok {
			return err
		}
		c.AddProject(before, c.departments[p.ID])
		return nil
	})
}

// EachChangedProject implements app.BulletinReads.
func (s *Store) EachChangedProject(ctx context.Context, since time.Time, fn func(project.Project, []event.Event) error) error {
	return s.snapshot(ctx, func(db *gorm.DB) error { return changedProjects(db, stamp(since), fn) })
}

// changedProjects walks along the index on updated_at.
func changedProjects(db *gorm.DB, since time.Time, fn func(project.Project, []event.Event) error) error {
	at, id := since, strings.Repeat("\uffff", 3) // after every id of that moment
	for {
		var rows []projectRow
		err := db.Session(&gorm.Session{}).Where("updated_at > ? OR (updated_at = ? AND id > ?)", at, at, id).Order("updated_at, id").Limit(eachPage).Find(&rows).Error
		if err != nil || len(rows) == 0 {
			return err
		}
		projects, err := fundsOf(db, rows)
		if err != nil {
			return err
		}
		streams := make([]string, len(rows))
		for i, r := range rows {
			streams[i] = project.StreamID(r.ID)
		}
		list, err := events(db.Session(&gorm.Session{}).Where("stream IN ? AND at > ?", streams, since).Order("stream, seq"))
		if err != nil {
			return err
		}
		by := map[string][]event.Event{}
		for _, e := range list {
			by[e.Stream] = append(by[e.Stream], e)
		}
		for i, p := range projects {
			if err := fn(p, by[streams[i]]); err != nil {
				return err
			}
		}
		at, id = rows[len(rows)-1].UpdatedAt, rows[len(rows)-1].ID
	}
}
