package store

import (
	"context"
	"time"

	"luodi/internal/app"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/panel"
	"luodi/internal/process"
)

var errMeeting = fault.New(fault.NotFound, "panel_unknown", "研判会不存在")

type meetingRow struct {
	ID          string `gorm:"primaryKey"`
	Stream      string
	Title       string
	Search      string
	At          time.Time
	Place       string
	Stage       string
	Chair       string
	ConvenedBy  string
	StartedUser string
	ConvenedAt  time.Time
	Secret      bool
	Members     int
	Present     int
	Items       int
	Decided     int
	Light       string
	EndedAt     *time.Time
}

func (meetingRow) TableName() string { return "meetings" }

func toMeetingRow(r app.MeetingRow) meetingRow {
	return meetingRow{
		ID: r.ID, Stream: process.StreamID(panel.Kind, r.ID), Title: r.Title, Search: searchText(r.Title), At: stamp(r.At),
		Place: r.Place, Stage: string(r.Stage), Chair: r.Chair, ConvenedBy: r.ConvenedBy, StartedUser: r.StartedUser,
		ConvenedAt: stamp(r.ConvenedAt), Secret: r.Secret, Members: r.Members, Present: r.Present, Items: r.Items,
		Decided: r.Decided, Light: string(r.Light), EndedAt: maybeStamp(r.EndedAt),
	}
}

func (r meetingRow) meeting() app.MeetingRow {
	stage := panel.Stage(r.Stage)
	return app.MeetingRow{
		ID: r.ID, Title: r.Title, At: r.At.UTC(), Place: r.Place, Stage: stage, StageLabel: stage.Label(), Chair: r.Chair,
		ConvenedBy: r.ConvenedBy, StartedUser: r.StartedUser, ConvenedAt: r.ConvenedAt.UTC(), Secret: r.Secret,
		Members: r.Members, Present: r.Present, Items: r.Items, Decided: r.Decided, Light: process.Light(r.Light),
		EndedAt: maybeTime(r.EndedAt),
	}
}

func (t *tx) SaveMeeting(r app.MeetingRow) error {
	row := toMeetingRow(r)
	return translate(save(t.db.Where("id = ?", r.ID), &row))
}

// latestMeetings is the order of lists of meetings: by their time, the latest first.
var latestMeetings = order[meetingRow]{
	timeColumn("meetings.at", true, func(r meetingRow) time.Time { return r.At }),
	textColumn("meetings.id", true, func(r meetingRow) string { return r.ID }),
}

// Meetings implements app.Reads.
func (s *Store) Meetings(ctx context.Context, scope org.Scope, f app.MeetingFilter, p app.Page) ([]app.MeetingRow, string, error) {
	db := visible(s.read.WithContext(ctx), scope, "meetings.stream", "meetings.started_user")
	if f.Stage != "" {
		db = db.Where("stage = ?", string(f.Stage))
	}
	if f.Open != nil {
		db = db.Where("(ended_at IS NULL) = ?", *f.Open)
	}
	if !f.From.IsZero() {
		db = db.Where("at >= ?", stamp(f.From))
	}
	if !f.Until.IsZero() {
		db = db.Where("at < ?", stamp(f.Until))
	}
	rows, next, err := page(contains(db, f.Query), latestMeetings, p)
	out := make([]app.MeetingRow, len(rows))
	for i, r := range rows {
		out[i] = r.meeting()
	}
	return out, next, err
}

// MeetingRowOf implements app.Sweeps.
func (s *Store) MeetingRowOf(ctx context.Context, id string) (app.MeetingRow, error) {
	var row meetingRow
	err := find(s.read.WithContext(ctx).Where("id = ?", id), &row, errMeeting)
	return row.meeting(), err
}
