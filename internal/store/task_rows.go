package store

import (
	"strconv"
	"time"

	"luodi/internal/app"
	"luodi/internal/process"
)

type taskRow struct {
	ID          int64 `gorm:"primaryKey;autoIncrement"`
	Stream      string
	OpenKey     *string // the task's key while it is open
	Kind        string
	ProcessID   string
	ProjectID   string
	Action      string
	Title       string
	Subject     string
	UnitID      string
	Roles       string
	OpenedAt    time.Time
	Due         *time.Time
	Provisional bool
	Light       string
	Urgency     int // what lists are sorted by: red first
	Reminded    bool
	Done        bool
	DoneAt      *time.Time
	DoneBy      string
}

func (taskRow) TableName() string { return "tasks" }

func toTaskRow(p app.ProcessRow, t process.Task, subject string) taskRow {
	return taskRow{
		Stream: p.Stream, OpenKey: &t.Key, Kind: p.Kind, ProcessID: p.ID, ProjectID: p.ProjectID,
		Action: t.Action, Title: t.Title, Subject: subject, UnitID: t.UnitID, Roles: joinRoles(t.Roles),
		OpenedAt: stamp(t.OpenedAt), Due: maybeStamp(t.Due), Provisional: t.Provisional,
		Light: string(t.Light), Urgency: urgency(t.Light), Reminded: t.Reminded,
	}
}

func (r taskRow) task() app.TaskRow {
	return app.TaskRow{
		ID: strconv.FormatInt(r.ID, 10), Kind: r.Kind, ProcessID: r.ProcessID, ProjectID: r.ProjectID,
		Action: r.Action, Title: r.Title, Subject: r.Subject, UnitID: r.UnitID, OpenedAt: r.OpenedAt.UTC(),
		Due: maybeTime(r.Due), Provisional: r.Provisional, Light: process.Light(r.Light), Reminded: r.Reminded,
		DoneAt: maybeTime(r.DoneAt), DoneBy: r.DoneBy,
	}
}

func urgency(l process.Light) int {
	switch l {
	case process.Red:
		return 0
	case process.Yellow:
		return 1
	default:
		return 2
	}
}
