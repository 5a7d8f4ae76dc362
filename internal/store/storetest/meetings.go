package storetest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"luodi/internal/app"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/panel"
	"luodi/internal/process"
	"luodi/internal/store"
)

var meetings = map[string]func(*testing.T, *store.Store){
	"MeetingComesBackAsItWasSaved":    testMeetingRow,
	"MeetingsComeByTheirTime":         testMeetings,
	"MeetingsAreSeenByTheirUnitsOnly": testMeetingScopes,
}

func meetingRow(id string) app.MeetingRow {
	at := noon.UTC().Truncate(time.Microsecond)
	return app.MeetingRow{
		ID: id, Title: "第" + id + "次研判会 A", At: at.Add(24 * time.Hour), Place: "二楼会议室", Stage: panel.Convened,
		StageLabel: panel.Convened.Label(), Chair: "张明(示例)", ConvenedBy: clerk.Name, StartedUser: clerk.UserID, ConvenedAt: at,
		Secret: true, Members: 5, Present: 2, Items: 3, Decided: 1, Light: process.Green,
	}
}

func testMeetingRow(t *testing.T, s *store.Store) {
	row := meetingRow("1")
	row.Title = strings.Repeat("𠮷", 100)
	inTx(t, s, func(tx app.Tx) error { return tx.SaveMeeting(row) })
	wantSame(t, value[app.MeetingRow](t)(s.MeetingRowOf(ctx, "1")), row)
	row.Stage, row.StageLabel, row.EndedAt, row.Present, row.Secret = panel.Closed, panel.Closed.Label(), row.At.Add(time.Hour), 5, false
	inTx(t, s, func(tx app.Tx) error { return tx.SaveMeeting(row) })
	wantSame(t, value[app.MeetingRow](t)(s.MeetingRowOf(ctx, "1")), row)
	_, err := s.MeetingRowOf(ctx, "2")
	wantCode(t, err, fault.NotFound, "panel_unknown")
}

func testMeetings(t *testing.T, s *store.Store) {
	var all []app.MeetingRow
	for i := range 9 {
		r := meetingRow(fmt.Sprint(i))
		r.At = r.At.Add(time.Duration(i/3) * time.Hour)
		if i%2 == 0 {
			r.Stage, r.StageLabel, r.EndedAt = panel.Closed, panel.Closed.Label(), r.At
		}
		all = append(all, r)
		inTx(t, s, func(tx app.Tx) error { return tx.SaveMeeting(r) })
	}
	slices.Reverse(all)
	var got []app.MeetingRow
	for p := (app.Page{Limit: 2}); ; {
		rows, next, err := s.Meetings(ctx, everything(), app.MeetingFilter{}, p)
		must(t, err)
		got = append(got, rows...)
		if p.Cursor = next; next == "" {
			break
		}
	}
	wantSame(t, got, all)
	open, over := true, false
	first := meetingRow("0").At
	for _, c := range []struct {
		filter app.MeetingFilter
		want   int
	}{
		{app.MeetingFilter{Open: &open}, 4}, {app.MeetingFilter{Open: &over}, 5}, {app.MeetingFilter{Stage: panel.Closed}, 5},
		{app.MeetingFilter{Query: "第3次"}, 1}, {app.MeetingFilter{Query: "会 a"}, 9}, {app.MeetingFilter{Query: "%"}, 0},
		{app.MeetingFilter{From: first.Add(time.Hour)}, 6}, {app.MeetingFilter{Until: first.Add(time.Hour)}, 3},
		{app.MeetingFilter{From: first.Add(time.Hour), Until: first.Add(2 * time.Hour), Open: &open}, 2},
	} {
		rows, _, err := s.Meetings(ctx, everything(), c.filter, app.Page{Limit: 50})
		must(t, err)
		if len(rows) != c.want {
			t.Errorf("%+v finds %d, want %d", c.filter, len(rows), c.want)
		}
	}
}

func testMeetingScopes(t *testing.T, s *store.Store) {
	for i, unit := range []string{"fagai", "ziran"} {
		r := meetingRow(fmt.Sprint(i))
		r.StartedUser = fmt.Sprint("u", i)
		stream := process.StreamID(panel.Kind, r.ID)
		row := app.ProcessRow{Stream: stream, Kind: panel.Kind, ID: r.ID, Head: 1, Computed: true, State: []byte("{}")}
		inTx(t, s, func(tx app.Tx) error {
			must(t, tx.SaveMeeting(r))
			return tx.SaveProcess(row, app.TaskChange{By: by(r.StartedUser, noon)}, []process.Reader{{UnitID: unit}, {UnitID: "centre"}})
		})
	}
	for _, c := range []struct {
		scope org.Scope
		want  string
	}{
		{everything(), "1 0"}, {org.Scope{UnitID: "fagai"}, "0"}, {org.Scope{UnitID: "FAGAI"}, ""}, {org.Scope{UnitID: "centre"}, "1 0"},
		{org.Scope{UnitID: "none", Also: []string{"ziran"}}, "1"}, {org.Scope{UserID: "u1"}, "1"}, {org.Scope{UnitID: "fagai", UserID: "u1"}, "1 0"}, {org.Scope{}, ""},
	} {
		rows, _, err := s.Meetings(ctx, c.scope, app.MeetingFilter{}, app.Page{Limit: 9})
		must(t, err)
		var got []string
		for _, r := range rows {
			got = append(got, r.ID)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%+v sees %v, want %s", c.scope, got, c.want)
		}
	}
}
