package store

import (
	"slices"
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
	UserID      string // the one person whose task it is
	Urged       int
	Audience    string // who it is shown to
	SortKey     string // its place in the queue
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
	row := taskRow{
		Stream: p.Stream, OpenKey: &t.Key, Kind: p.Kind, ProcessID: p.ID, ProjectID: p.ProjectID,
		Action: t.Action, Title: t.Title, Subject: subject, UnitID: t.UnitID, Roles: joinRoles(t.Roles),
		UserID: t.UserID, Urged: t.Urged,
		OpenedAt: stamp(t.OpenedAt), Due: maybeStamp(t.Due), Provisional: t.Provisional,
		Light: string(t.Light), Urgency: urgency(t.Light), Reminded: t.Reminded,
	}
	row.Audience, row.SortKey = roleAudience(row.Roles, row.UnitID), sortKey(row)
	if t.UserID != "" {
		row.Audience = userAudience(t.UserID)
	}
	return row
}

// A task's audience is one text, so that one index finds the tasks that it is shown
// to. Joined roles begin with a comma or are empty, and ids of units hold no space:
// neither of the two kinds can be taken for the other.

func roleAudience(roles, unitID string) string { return roles + " " + unitID }

func userAudience(userID string) string { return "user " + userID }

// never is behind every deadline.
const never = "99999999999999.999999"

// sortKey is the order of a queue as text: urgency, deadline, age.
func sortKey(r taskRow) string {
	const moment = "20060102150405.000000"
	due := never
	if r.Due != nil {
		due = r.Due.Format(moment)
	}
	return strconv.Itoa(r.Urgency) + due + r.OpenedAt.Format(moment)
}

func (r taskRow) task() app.TaskRow {
	return app.TaskRow{
		ID: strconv.FormatInt(r.ID, 10), Kind: r.Kind, ProcessID: r.ProcessID, ProjectID: r.ProjectID,
		Action: r.Action, Title: r.Title, Subject: r.Subject, UnitID: r.UnitID, UserID: r.UserID,
		Claimable: !r.Done && r.UserID == "" && slices.Contains(app.Claimable, r.Action), Urged: r.Urged,
		OpenedAt: r.OpenedAt.UTC(), Due: maybeTime(r.Due), Provisional: r.Provisional,
		Light: process.Light(r.Light), Reminded: r.Reminded, DoneAt: maybeTime(r.DoneAt), DoneBy: r.DoneBy,
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

// boxRow is a process in the boxes "started" and "cc".
type boxRow struct {
	Stream      string
	Kind        string
	ProcessID   string
	ProjectID   string
	Title       string
	Stage       string
	StartedUnit string
	StartedAt   time.Time
	Due         *time.Time
	Provisional bool
	Light       string
	EndedAt     *time.Time
	CopiedAt    time.Time // cc: when the unit got its copy
	ReadAt      *time.Time
}

// boxColumns are those of a process, without its state.
const boxColumns = "p.stream, p.kind, p.process_id, p.project_id, p.title, p.stage, p.started_unit, p.started_at, p.due, p.provisional, p.light, p.ended_at"

func (r boxRow) task() app.TaskRow {
	return app.TaskRow{
		ID: r.ProcessID, Kind: r.Kind, ProcessID: r.ProcessID, ProjectID: r.ProjectID,
		Title: app.StageLabel(r.Kind, r.Stage), Subject: r.Title, UnitID: r.StartedUnit,
		OpenedAt: r.StartedAt.UTC(), Due: maybeTime(r.Due), Provisional: r.Provisional,
		Light: process.Light(r.Light), DoneAt: maybeTime(r.EndedAt), ReadAt: maybeTime(r.ReadAt),
	}
}
