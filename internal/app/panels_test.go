package app_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"luodi/internal/app"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/panel"
	"luodi/internal/process"
)

// desk is a review as the messenger meets it: what the store says, and what the
// engine answers, one call after the other.
type desk struct {
	app.Reads
	app.Processes
	row     app.ProcessRow
	seen    map[string]bool
	answers []answer
	sent    []process.Command
	synced  int
	away    error // of the store
}

type answer struct {
	version int64
	err     error
}

func (d *desk) Process(_ context.Context, kind, id string, scope org.Scope) (app.ProcessRow, error) {
	if d.away != nil {
		return app.ProcessRow{}, d.away
	}
	if kind != "review" || id != d.row.ID || !scope.All {
		return app.ProcessRow{}, fault.New(fault.NotFound, "process_unknown", "该事项不存在")
	}
	return d.row, nil
}

func (d *desk) CommandOf(_ context.Context, _, id string) (app.CommandRow, bool, error) {
	return app.CommandRow{}, d.seen[id], nil
}

func (d *desk) Send(_ context.Context, _, _ string, cmd process.Command) (process.Receipt, int64, error) {
	d.sent = append(d.sent, cmd)
	a := d.answers[0]
	d.answers = d.answers[1:]
	return process.Receipt{}, a.version, a.err
}

func (d *desk) Sync(context.Context, string, string, string) (int64, error) {
	d.synced++
	return d.row.Head, nil
}

const messageID = "panel:m1:1:panel_scheduled:2"

func tell(d *desk) (panel.Delivery, error) {
	messenger := &app.PanelMessenger{Processes: d, Reads: d, Now: func() time.Time { return time.Unix(1, 0) }, NewID: func() string { return "id" }}
	body, _ := json.Marshal(panel.Message{Item: "1", ReviewID: "r1", Notice: panel.Notice{What: panel.Scheduled, Revision: 2}, Body: json.RawMessage(`{"meeting_id":"m1"}`)})
	raw, err := messenger.Tell(context.Background(), panel.Kind, "m1", process.Effect{Name: panel.EffectTell, Body: body})
	var out panel.Delivery
	if err == nil {
		err = json.Unmarshal(raw, &out)
	}
	return out, err
}

func TestMessengerDeliversRefusalsAndAsksAgainWhenAway(t *testing.T) {
	refusal := fault.New(fault.Conflict, "action_conflict", "研判已撤回")
	away := fault.New(fault.Unavailable, "engine_unavailable", "没有应答")
	unknown := fault.New(fault.NotFound, "process_unknown", "没有这项办理")
	open := app.ProcessRow{ID: "r1", Stream: "review-r1", Head: 5}
	ended, other := open, open
	ended.Ended, other.ID = true, "r2"
	for name, c := range map[string]struct {
		desk    desk
		sent    int
		synced  int
		refused string
		again   bool // the activity is tried again
	}{
		"taken":                         {desk: desk{row: open, answers: []answer{{5, nil}}}, sent: 1},
		"refused":                       {desk: desk{row: open, answers: []answer{{5, refusal}}}, sent: 1, refused: "研判已撤回"},
		"engine away":                   {desk: desk{row: open, answers: []answer{{0, away}}}, sent: 1, again: true},
		"store away":                    {desk: desk{row: open, away: away}, again: true},
		"a mistake of ours":             {desk: desk{row: open, answers: []answer{{5, errors.New("bug")}}}, sent: 1, again: true},
		"told before":                   {desk: desk{row: open, seen: map[string]bool{messageID: true}}},
		"told before, then ended":       {desk: desk{row: ended, seen: map[string]bool{messageID: true}}},
		"ended":                         {desk: desk{row: ended}, refused: "研判已办结"},
		"unknown":                       {desk: desk{row: other}, refused: "该事项不存在"},
		"refused from an old state":     {desk: desk{row: open, answers: []answer{{3, refusal}, {6, nil}}}, sent: 2, synced: 1},
		"lost by the engine":            {desk: desk{row: open, answers: []answer{{0, unknown}, {6, nil}}}, sent: 2, synced: 1},
		"lost again and again":          {desk: desk{row: open, answers: []answer{{0, unknown}, {0, unknown}, {0, unknown}}}, sent: 3, synced: 2, again: true},
		"refused once it had caught up": {desk: desk{row: open, answers: []answer{{3, refusal}, {5, refusal}}}, sent: 2, synced: 1, refused: "研判已撤回"},
	} {
		out, err := tell(&c.desk)
		switch {
		case (err != nil) != c.again:
			t.Errorf("%s: %v", name, err)
		case out.Refused != c.refused || len(c.desk.sent) != c.sent || c.desk.synced != c.synced:
			t.Errorf("%s: %+v after %d sends and %d syncs", name, out, len(c.desk.sent), c.desk.synced)
		case err == nil && (out.Item != "1" || out.Notice.Revision != 2):
			t.Errorf("%s: delivered %+v", name, out)
		}
		for _, cmd := range c.desk.sent {
			if cmd.ID != messageID || cmd.Name != panel.Scheduled || !cmd.Actor.System || string(cmd.Body) != `{"meeting_id":"m1"}` || cmd.Request == "" {
				t.Errorf("%s: sent %+v", name, cmd)
			}
		}
	}
}
