package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"luodi/internal/app"
	"luodi/internal/dispatch"
	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/process"
	"luodi/internal/project"
)

var errDispatch = fault.New(fault.NotFound, "dispatch_unknown", "没有这份周调度单")

type dispatchRow struct {
	ID           string `gorm:"primaryKey"`
	Stream       string
	Title        string
	Year         int
	CoversFrom   time.Time
	CoversUntil  time.Time
	DueAt        time.Time
	OpenedAt     time.Time
	Belated      bool
	Automatic    bool
	OpenedBy     string
	OpenedUser   string
	Stage        string
	IssuedAt     *time.Time
	ClosedAt     *time.Time
	Due          *time.Time
	Light        string
	Instructions int
	Running      int
	Answered     int
	Digest       string
	Liaisons     int
	Yellow       int
	Red          int
}

func (dispatchRow) TableName() string { return "dispatches" }

func toDispatchRow(r app.DispatchRow) dispatchRow {
	week, _ := dispatch.ParseWeek(r.ID) // the id of every sheet is a week
	return dispatchRow{
		ID: r.ID, Stream: process.StreamID(dispatch.Kind, r.ID), Title: r.Title, Year: week.Year, CoversFrom: stamp(r.From), CoversUntil: stamp(r.Until),
		DueAt: stamp(r.DueAt), OpenedAt: stamp(r.OpenedAt), Belated: r.Belated, Automatic: r.Automatic, OpenedBy: r.OpenedBy, OpenedUser: r.OpenedUser,
		Stage: string(r.Stage), IssuedAt: maybeStamp(r.IssuedAt), ClosedAt: maybeStamp(r.ClosedAt), Due: maybeStamp(r.Due), Light: string(r.Light),
		Instructions: r.Instructions, Running: r.Running, Answered: r.Answered, Digest: r.Digest, Liaisons: r.Liaisons, Yellow: r.Yellow, Red: r.Red,
	}
}

func (r dispatchRow) dispatch() app.DispatchRow {
	stage := dispatch.Stage(r.Stage)
	return app.DispatchRow{
		ID: r.ID, Title: r.Title, From: r.CoversFrom.UTC(), Until: r.CoversUntil.UTC(), DueAt: r.DueAt.UTC(), OpenedAt: r.OpenedAt.UTC(),
		Belated: r.Belated, Automatic: r.Automatic, OpenedBy: r.OpenedBy, OpenedUser: r.OpenedUser, Stage: stage, StageLabel: stage.Label(),
		IssuedAt: maybeTime(r.IssuedAt), ClosedAt: maybeTime(r.ClosedAt), Due: maybeTime(r.Due), Light: process.Light(r.Light),
		Instructions: r.Instructions, Running: r.Running, Answered: r.Answered, Digest: r.Digest, Liaisons: r.Liaisons, Yellow: r.Yellow, Red: r.Red,
	}
}

func (t *tx) SaveDispatch(r app.DispatchRow) error {
	row := toDispatchRow(r)
	return translate(save(t.db.Where("id = ?", r.ID), &row))
}

// latestDispatches is the order of lists of sheets: the latest week first.
var latestDispatches = order[dispatchRow]{
	timeColumn("dispatches.covers_until", true, func(r dispatchRow) time.Time { return r.CoversUntil }),
	textColumn("dispatches.id", true, func(r dispatchRow) string { return r.ID }),
}

// Dispatches implements app.DispatchReads.
func (s *Store) Dispatches(ctx context.Context, scope org.Scope, f app.DispatchFilter, p app.Page) ([]app.DispatchRow, string, error) {
	db := visible(s.read.WithContext(ctx), scope, "dispatches.stream", "dispatches.opened_user")
	if f.Year != 0 {
		db = db.Where("year = ?", f.Year)
	}
	if f.Stage != "" {
		db = db.Where("stage = ?", string(f.Stage))
	}
	if f.Open != nil {
		db = db.Where("(closed_at IS NULL) = ?", *f.Open)
	}
	rows, next, err := page(db, latestDispatches, p)
	out := make([]app.DispatchRow, len(rows))
	for i, r := range rows {
		out[i] = r.dispatch()
	}
	return out, next, err
}

// DispatchWindows implements app.DispatchReads.
func (s *Store) DispatchWindows(ctx context.Context) ([]dispatch.Window, error) {
	var rows []dispatchRow
	err := s.read.WithContext(ctx).Select("id", "covers_from", "covers_until").Order("covers_until, id").Find(&rows).Error
	if err != nil {
		return nil, translate(err)
	}
	out := make([]dispatch.Window, len(rows))
	for i, r := range rows {
		week, _ := dispatch.ParseWeek(r.ID)
		out[i] = dispatch.Window{Week: week, From: r.CoversFrom.UTC(), Until: r.CoversUntil.UTC()}
	}
	return out, nil
}

// stageEvents are the types of events that give a project another stage.
var stageEvents = []string{project.Advanced{}.EventType(), project.StageByReview{}.EventType()}

// EachStageEvent implements app.DispatchReads. It walks along the index on updated_at:
// whatever has an event since then was updated since then.
func (s *Store) EachStageEvent(ctx context.Context, from, until time.Time, fn func(project.Project, event.Event) error) error {
	from, until = stamp(from), stamp(until)
	db := s.read.WithContext(ctx)
	at, id := from, ""
	for {
		var rows []projectRow
		err := db.Where("updated_at > ? OR (updated_at = ? AND id > ?)", at, at, id).Order("updated_at, id").Limit(eachPage).Find(&rows).Error
		if err != nil || len(rows) == 0 {
			return translate(err)
		}
		if err := stageEventsOf(db, rows, from, until, fn); err != nil {
			return err
		}
		at, id = rows[len(rows)-1].UpdatedAt, rows[len(rows)-1].ID
	}
}

func stageEventsOf(db *gorm.DB, rows []projectRow, from, until time.Time, fn func(project.Project, event.Event) error) error {
	ids, by := make([]string, len(rows)), map[string]project.Project{}
	for i, r := range rows {
		p, err := r.project(nil)
		if err != nil {
			return err
		}
		ids[i], by[r.ID] = r.ID, p
	}
	list, err := events(db.Where("project_id IN ? AND type IN ? AND at >= ? AND at < ?", ids, stageEvents, from, until).Order("project_id, id"))
	if err != nil {
		return err
	}
	for _, e := range list {
		if err := fn(by[e.ProjectID], e); err != nil {
			return err
		}
	}
	return nil
}

// EachProcess implements app.DispatchReads. A kind's streams lie side by side.
func (s *Store) EachProcess(ctx context.Context, kind string, since time.Time, fn func(app.ProcessRow) error) error {
	last, end := process.StreamID(kind, ""), process.StreamID(kind, "\U0010ffff")
	for {
		rows, err := processes(s.read.WithContext(ctx).Where("stream > ? AND stream < ? AND kind = ? AND (ended = ? OR last_at >= ?)", last, end, kind, false, stamp(since)).
			Order("stream").Limit(eachPage))
		if err != nil || len(rows) == 0 {
			return err
		}
		for _, row := range rows {
			if err := fn(row); err != nil {
				return err
			}
		}
		last = rows[len(rows)-1].Stream
	}
}

// DispatchRowOf implements app.DispatchSweeps.
func (s *Store) DispatchRowOf(ctx context.Context, id string) (app.DispatchRow, error) {
	var row dispatchRow
	err := find(s.read.WithContext(ctx).Where("id = ?", id), &row, errDispatch)
	return row.dispatch(), err
}

// dispatchSinceRow is the week that the schedule began with.
type dispatchSinceRow struct {
	Name string `gorm:"primaryKey"`
	Week string
}

func (dispatchSinceRow) TableName() string { return "dispatch_schedule" }

// DispatchesSince implements app.DispatchSchedule.
func (s *Store) DispatchesSince(ctx context.Context, first string) (string, error) {
	row := dispatchSinceRow{Name: "since", Week: first}
	err := s.inTx(ctx, func(db *gorm.DB) error {
		var have dispatchSinceRow
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
	return row.Week, err
}
