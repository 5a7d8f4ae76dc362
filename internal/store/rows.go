package store

import (
	"encoding/json"
	"time"

	"luodi/internal/app"
	"luodi/internal/auth"
	"luodi/internal/calendar"
	"luodi/internal/event"
	"luodi/internal/org"
	"luodi/internal/process"
	"luodi/internal/review"
)

type eventRow struct {
	ID        int64 `gorm:"primaryKey;autoIncrement"` // order of recording over all streams
	Stream    string
	Seq       int64
	Type      string
	Data      string
	At        time.Time
	Actor     string
	CommandID string
	ProjectID string
	PrevHash  string
	Hash      string
}

func (eventRow) TableName() string { return "events" }

func toEventRow(e event.Event) (eventRow, error) {
	actor, err := json.Marshal(e.Actor)
	return eventRow{
		Stream: e.Stream, Seq: e.Seq, Type: e.Type, Data: string(e.Data), At: stamp(e.At), Actor: string(actor),
		CommandID: e.CommandID, ProjectID: e.ProjectID, PrevHash: e.PrevHash, Hash: e.Hash,
	}, err
}

func (r eventRow) event() (event.Event, error) {
	e := event.Event{
		Stream: r.Stream, Seq: r.Seq, Type: r.Type, Data: json.RawMessage(r.Data), At: r.At.UTC(),
		CommandID: r.CommandID, ProjectID: r.ProjectID, PrevHash: r.PrevHash, Hash: r.Hash,
	}
	return e, json.Unmarshal([]byte(r.Actor), &e.Actor)
}

type commandRow struct {
	Stream   string `gorm:"primaryKey"`
	ID       string `gorm:"primaryKey"`
	Request  string
	FirstSeq int64
	LastSeq  int64
	Stage    string
}

func (commandRow) TableName() string { return "commands" }

func toCommandRow(c app.CommandRow) commandRow {
	return commandRow{Stream: c.Stream, ID: c.ID, Request: c.Request, FirstSeq: c.First, LastSeq: c.Last, Stage: c.Stage}
}

func (r commandRow) command() app.CommandRow {
	return app.CommandRow{Stream: r.Stream, ID: r.ID, Request: r.Request, First: r.FirstSeq, Last: r.LastSeq, Stage: r.Stage}
}

type processRow struct {
	Stream      string `gorm:"primaryKey"`
	Kind        string
	ProcessID   string
	ProjectID   string
	StartedUser string
	Head        int64
	Confirmed   int64
	Behind      bool `gorm:"->"` // generated: confirmed < head
	LastAt      time.Time
	Ended       bool
	Calendar    string
	State       string
	Title       string
	Stage       string
	StartedUnit string
	StartedAt   time.Time
	Due         *time.Time
	Provisional bool
	Light       string
	EndedAt     *time.Time
}

func (processRow) TableName() string { return "processes" }

// toProcessRow fills in what only the first save writes too: last's actor is who
// started the process, when there is no row yet.
func toProcessRow(p app.ProcessRow, last event.Event) processRow {
	row := processRow{
		Stream: p.Stream, Kind: p.Kind, ProcessID: p.ID, ProjectID: p.ProjectID, StartedUser: last.Actor.UserID,
		Head: p.Head, Confirmed: p.Confirmed, LastAt: stamp(last.At), Ended: p.Ended, State: string(p.State),
		Title: p.Title, Stage: p.Stage, StartedUnit: last.Actor.UnitID, StartedAt: stamp(last.At),
		Due: maybeStamp(p.Due), Provisional: p.Provisional, Light: string(p.Light),
	}
	if p.Ended {
		row.EndedAt = &row.LastAt
	}
	if p.Computed {
		row.Calendar = p.Calendar
	}
	return row
}

func (r processRow) process() app.ProcessRow {
	return app.ProcessRow{
		Stream: r.Stream, Kind: r.Kind, ID: r.ProcessID, ProjectID: r.ProjectID, Head: r.Head, LastAt: r.LastAt.UTC(),
		Confirmed: r.Confirmed, Ended: r.Ended, Calendar: r.Calendar, State: []byte(r.State),
	}
}

type readerRow struct {
	Stream string `gorm:"primaryKey"`
	UnitID string `gorm:"primaryKey"`
	IsCopy bool
	At     time.Time // since when, in this way
}

func (readerRow) TableName() string { return "process_readers" }

type reviewRow struct {
	ID            string `gorm:"primaryKey"`
	Stream        string
	ProjectID     string
	ActiveProject *string // the project's id until the review ends; unique
	ProjectName   string
	Search        string
	CountyID      string
	Stage         string
	Outcome       string
	StartedBy     string
	StartedUser   string
	StartedUnit   string
	StartedAt     time.Time
	Due           *time.Time
	Provisional   bool
	Light         string
	EndedAt       *time.Time
	Seats         int
	Opined        int
}

func (reviewRow) TableName() string { return "reviews" }

func toReviewRow(r app.ReviewRow) reviewRow {
	row := reviewRow{
		ID: r.ID, Stream: process.StreamID(review.Kind, r.ID), ProjectID: r.ProjectID,
		ProjectName: r.ProjectName, Search: searchText(r.ProjectName), CountyID: r.CountyID,
		Stage: string(r.Stage), Outcome: string(r.Outcome), StartedBy: r.StartedBy, StartedUser: r.StartedUser,
		StartedUnit: r.StartedUnit, StartedAt: stamp(r.StartedAt), Due: maybeStamp(r.Due),
		Provisional: r.Provisional, Light: string(r.Light), EndedAt: maybeStamp(r.EndedAt),
		Seats: r.Seats, Opined: r.Opined,
	}
	if r.Stage != review.End {
		row.ActiveProject = &row.ProjectID
	}
	return row
}

func (r reviewRow) review() app.ReviewRow {
	return app.ReviewRow{
		ID: r.ID, ProjectID: r.ProjectID, ProjectName: r.ProjectName, CountyID: r.CountyID,
		Stage: review.Stage(r.Stage), Outcome: review.Outcome(r.Outcome), StartedBy: r.StartedBy,
		StartedUser: r.StartedUser, StartedUnit: r.StartedUnit, StartedAt: r.StartedAt.UTC(),
		Due: maybeTime(r.Due), Provisional: r.Provisional, Light: process.Light(r.Light),
		EndedAt: maybeTime(r.EndedAt), Seats: r.Seats, Opined: r.Opined,
	}
}

type noticeRow struct {
	Position   int64 `gorm:"primaryKey;autoIncrement"`
	ID         string
	Year       int
	Title      string
	URL        string
	Issued     string
	Days       string
	RecordedBy string
	RecordedAt time.Time
}

func (noticeRow) TableName() string { return "notices" }

func toNoticeRow(n calendar.Notice, by org.Actor, at time.Time) (noticeRow, error) {
	days, err := json.Marshal(n.Days)
	return noticeRow{
		ID: n.ID, Year: n.Year, Title: n.Title, URL: n.URL, Issued: n.Issued.String(), Days: string(days),
		RecordedBy: by.Name, RecordedAt: stamp(at),
	}, err
}

func (r noticeRow) notice() (app.Notice, error) {
	n := app.Notice{
		Notice:     calendar.Notice{ID: r.ID, Year: r.Year, Title: r.Title, URL: r.URL},
		RecordedBy: r.RecordedBy, RecordedAt: r.RecordedAt.UTC(),
	}
	if err := n.Issued.UnmarshalText([]byte(r.Issued)); err != nil {
		return n, err
	}
	return n, json.Unmarshal([]byte(r.Days), &n.Days)
}

type replyRow struct {
	UserID     string `gorm:"primaryKey"`
	RequestKey string `gorm:"primaryKey"`
	Request    string
	Body       string
	At         time.Time
}

func (replyRow) TableName() string { return "replies" }

func toReplyRow(userID, key string, r app.Reply) replyRow {
	return replyRow{UserID: userID, RequestKey: key, Request: r.Request, Body: string(r.Body), At: stamp(r.At)}
}

func (r replyRow) reply() app.Reply {
	return app.Reply{Request: r.Request, Body: []byte(r.Body), At: r.At.UTC()}
}

type unitRow struct {
	ID        string `gorm:"primaryKey"`
	Position  int    // order of lists
	Name      string
	ShortName string
	Kind      string
}

func (unitRow) TableName() string { return "units" }

func toUnitRow(u org.Unit, position int) unitRow {
	return unitRow{ID: u.ID, Position: position, Name: u.Name, ShortName: u.ShortName, Kind: string(u.Kind)}
}

func (r unitRow) unit() org.Unit {
	return org.Unit{ID: r.ID, Name: r.Name, ShortName: r.ShortName, Kind: org.UnitKind(r.Kind)}
}

type userRow struct {
	ID           string `gorm:"primaryKey"`
	Login        string
	Name         string
	UnitID       string
	Roles        string
	Disabled     bool
	PasswordHash string
}

func (userRow) TableName() string { return "users" }

func toUserRow(u org.User, hash string) userRow {
	return userRow{
		ID: u.ID, Login: u.Login, Name: u.Name, UnitID: u.UnitID, Roles: joinRoles(u.Roles),
		Disabled: u.Disabled, PasswordHash: hash,
	}
}

func (r userRow) user() org.User {
	return org.User{ID: r.ID, Login: r.Login, Name: r.Name, UnitID: r.UnitID, Roles: splitRoles(r.Roles), Disabled: r.Disabled}
}

type sessionRow struct {
	ID            string `gorm:"primaryKey"`
	UserID        string
	CreatedAt     time.Time `gorm:"autoCreateTime:false"`
	ExpiresAt     time.Time
	IdleExpiresAt time.Time
}

func (sessionRow) TableName() string { return "sessions" }

func toSessionRow(s auth.Session) sessionRow {
	return sessionRow{
		ID: s.ID, UserID: s.UserID, CreatedAt: stamp(s.CreatedAt),
		ExpiresAt: stamp(s.ExpiresAt), IdleExpiresAt: stamp(s.IdleExpiresAt),
	}
}

func (r sessionRow) session() auth.Session {
	return auth.Session{
		ID: r.ID, UserID: r.UserID, CreatedAt: r.CreatedAt.UTC(),
		ExpiresAt: r.ExpiresAt.UTC(), IdleExpiresAt: r.IdleExpiresAt.UTC(),
	}
}

type counterRow struct {
	Name  string `gorm:"primaryKey"`
	Value int64
}

func (counterRow) TableName() string { return "counters" }
