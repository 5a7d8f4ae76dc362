package workflows_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"luodi/activities"
	"luodi/internal/app"
	"luodi/internal/calendar"
	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/panel"
	"luodi/internal/process"
	"luodi/internal/store"
	"luodi/workflows"
)

// hall runs the generic shell around a meeting, over a real journal; perform is who
// tells the reviews.
type hall struct {
	t       *testing.T
	env     *testsuite.TestWorkflowEnvironment
	store   *store.Store
	process *workflows.Process[panel.State, panel.Facts]
	results map[string]error
	perform func(panel.Message) (panel.Delivery, error)
	calls   []string // effects performed, failed ones too
}

var chair = org.Actor{UserID: "u-chair", Name: "主持人", UnitID: "fagai", Roles: []org.Role{org.PanelMember}}

func newHall(t *testing.T) *hall {
	t.Helper()
	db, err := store.Open(t.Context(), store.Options{Database: store.SQLite, Path: filepath.Join(t.TempDir(), "luodi.db")}, slog.New(slog.DiscardHandler))
	if err == nil {
		err = db.Migrate(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	cal, err := calendar.New(calendar.DefaultOffice, calendar.Builtin())
	if err != nil {
		t.Fatal(err)
	}
	h := &hall{t: t, store: db, results: map[string]error{}, perform: func(m panel.Message) (panel.Delivery, error) {
		return panel.Delivery{Item: m.Item, Notice: m.Notice}, nil
	}}
	h.process = &workflows.Process[panel.State, panel.Facts]{
		Definition: panel.Definition(), Facts: func() panel.Facts { return panel.Facts{} },
		Record: &activities.Record[panel.State, panel.Facts]{Recorder: &app.Recorder[panel.State, panel.Facts]{
			Definition: panel.Definition(), Journal: db, Project: app.ProjectPanel,
			Facts: func(context.Context) (panel.Facts, string, error) { return panel.Facts{}, cal.Digest(), nil },
		}},
	}
	h.newRun()
	return h
}

func (h *hall) newRun() {
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(quiet{})
	h.env = suite.NewTestWorkflowEnvironment()
	h.env.SetStartTime(monday)
	h.env.SetTestTimeout(30 * time.Second)
	h.env.RegisterWorkflowWithOptions(h.process.Run, workflow.RegisterOptions{Name: panel.Kind})
	effects := app.Effects{panel.EffectTell: func(_ context.Context, _, _ string, e process.Effect) (json.RawMessage, error) {
		var m panel.Message
		if err := json.Unmarshal(e.Body, &m); err != nil {
			return nil, err
		}
		h.calls = append(h.calls, m.ReviewID+":"+strings.TrimPrefix(m.Notice.What, "panel_"))
		d, err := h.perform(m)
		if err != nil {
			return nil, err
		}
		return json.Marshal(d)
	}}
	h.env.RegisterActivityWithOptions((&activities.Perform{Effects: effects}).Run, activity.RegisterOptions{Name: workflows.ActivityPerform})
}

func (h *hall) at(after time.Duration, id string, actor org.Actor, name string, body any) {
	raw, err := json.Marshal(body)
	if err != nil {
		h.t.Fatal(err)
	}
	h.env.RegisterDelayedCallback(func() {
		cmd := process.Command{ID: id, Name: name, Actor: actor, At: h.env.Now(), Body: raw, Request: name, With: given()}
		h.env.UpdateWorkflow(workflows.UpdateCommand, id, &testsuite.TestUpdateCallback{
			OnAccept:   func() {},
			OnReject:   func(err error) { h.results[id] = err },
			OnComplete: func(_ any, err error) { h.results[id] = err },
		}, cmd)
	}, after)
}

func given() json.RawMessage {
	raw, _ := json.Marshal(panel.Given{
		Users: map[string]org.User{chair.UserID: {ID: chair.UserID, Name: chair.Name, UnitID: chair.UnitID, Roles: chair.Roles}},
		Reviews: map[string]panel.Review{
			"r1": {ID: "r1", ProjectID: "p1", ProjectName: "甲", Stage: "panel"}, "r2": {ID: "r2", ProjectID: "p2", ProjectName: "乙", Stage: "panel"},
		},
	})
	return raw
}

// convened calls a meeting on Wednesday at 9:00, two days after the run begins.
func (h *hall) convened() {
	type fields = map[string]any
	meeting, err := json.Marshal(fields{
		"title": "示例研判会", "at": "2023-09-13T09:00:00+08:00", "place": "会议室", "chair": chair.UserID,
		"members": []fields{{"user_id": chair.UserID}}, "items": []fields{{"review_id": "r1"}, {"review_id": "r2"}},
		"rule": fields{"ballot": "named", "quorum_of": "members", "quorum": "1/2", "quorum_strict": false, "threshold": "1/2", "threshold_strict": true},
	})
	if err != nil {
		h.t.Fatal(err)
	}
	h.at(time.Second, "c1", centre, panel.ActConvene, panel.Submission{ID: "m1", Meeting: meeting})
}

// held is the whole meeting: the first item passes, the second is left to another day.
func (h *hall) held() {
	h.convened()
	day := 48 * time.Hour
	for i, x := range []struct {
		actor  org.Actor
		action string
		body   any
	}{
		{chair, panel.ActAttend, struct{}{}}, {centre, panel.ActOpen, struct{}{}}, {chair, panel.ActOpenVote, map[string]string{"item": "1"}},
		{chair, panel.ActVote, map[string]string{"item": "1", "choice": "for"}}, {chair, panel.ActCloseVote, map[string]string{"item": "1"}},
		{centre, panel.ActPostpone, map[string]string{"item": "2", "text": "材料未齐"}}, {centre, panel.ActMinutes, text("纪要如下")},
		{centre, panel.ActClose, struct{}{}},
	} {
		h.at(day+time.Duration(i)*time.Minute, x.action, x.actor, x.action, x.body)
	}
}

func (h *hall) run() {
	h.t.Helper()
	h.env.ExecuteWorkflow(panel.Kind, workflows.Input[panel.State]{ID: "m1"})
	if !h.env.IsWorkflowCompleted() {
		h.t.Fatal("the workflow did not end")
	}
	if err := h.env.GetWorkflowError(); err != nil {
		h.t.Fatal(err)
	}
	for id, err := range h.results {
		if err != nil {
			h.t.Errorf("%s: %v", id, err)
		}
	}
}

func (h *hall) events() []event.Event {
	h.t.Helper()
	list, err := h.store.Events(h.t.Context(), "panel-m1", 0)
	if err != nil {
		h.t.Fatal(err)
	}
	if err := event.Verify(list); err != nil {
		h.t.Fatal(err)
	}
	return list
}

func (h *hall) want(types string) {
	h.t.Helper()
	var out []string
	for _, e := range h.events() {
		out = append(out, strings.TrimPrefix(e.Type, "panel."))
	}
	if got := strings.Join(out, " "); got != types {
		h.t.Errorf("stream has\n %s, want\n %s", got, types)
	}
}

const whole = "convened item_told item_told reminded attended opened vote_opened voted vote_closed item_postponed item_told minuted closed item_told"

func TestMeetingTellsItsReviewsAndEnds(t *testing.T) {
	h := newHall(t)
	h.held()
	h.run()
	h.want(whole)
	if got := strings.Join(h.calls, " "); got != "r1:scheduled r2:scheduled r2:unscheduled r1:result" {
		t.Errorf("told %s", got)
	}
	reminded := h.events()[3]
	if want := time.Date(2023, 9, 12, 1, 0, 0, 0, time.UTC); !reminded.At.Equal(want) || !reminded.Actor.System {
		t.Errorf("reminded at %s by %s", reminded.At, reminded.Actor.Name)
	}
}

// The reviews' engine is away for a while: each message is tried until it is taken,
// people go on meanwhile, and its result is recorded once.
func TestMessageIsTriedUntilTakenAndNotedOnce(t *testing.T) {
	h := newHall(t)
	failures := 8
	taken := map[string]int{}
	h.perform = func(m panel.Message) (panel.Delivery, error) {
		if m.Notice.What == panel.Resulted && failures > 0 {
			failures--
			return panel.Delivery{}, fault.New(fault.Unavailable, "engine_unavailable", "没有应答")
		}
		taken[m.ReviewID+m.Notice.What]++
		return panel.Delivery{Item: m.Item, Notice: m.Notice}, nil
	}
	h.held()
	h.run()
	h.want(whole)
	if failures != 0 {
		t.Errorf("%d failures were not met", failures)
	}
	for what, n := range taken {
		if n != 1 {
			t.Errorf("%s was taken %d times", what, n)
		}
	}
}

// Nobody waits for a message: what came late is followed by what holds by then.
func TestPeopleGoOnWhileAMessageWaits(t *testing.T) {
	h := newHall(t)
	failures := 8 // about three minutes; the test engine gives up after ten
	h.perform = func(m panel.Message) (panel.Delivery, error) {
		if failures--; failures >= 0 {
			return panel.Delivery{}, fault.New(fault.Unavailable, "engine_unavailable", "没有应答")
		}
		return panel.Delivery{Item: m.Item, Notice: m.Notice}, nil
	}
	h.convened()
	h.at(time.Minute, "c2", centre, panel.ActRevise, map[string]string{"at": "2023-09-14T09:00:00+08:00"})
	h.at(2*time.Minute, "c3", centre, panel.ActRemoveItem, map[string]string{"item": "2", "text": "材料退回"})
	h.at(time.Hour, "c4", centre, panel.ActCancel, text("改期"))
	h.run()
	h.want("convened revised item_removed item_told item_told item_told cancelled item_told")
	for i, call := range []string{"r1:scheduled", "r1:scheduled", "r2:unscheduled", "r1:unscheduled"} {
		if got := h.calls[len(h.calls)-4+i]; got != call {
			t.Errorf("told %v", h.calls)
		}
	}
}

func TestRefusalOfAReviewIsNotedAndNotRepeated(t *testing.T) {
	h := newHall(t)
	h.perform = func(m panel.Message) (panel.Delivery, error) {
		d := panel.Delivery{Item: m.Item, Notice: m.Notice}
		if m.ReviewID == "r1" {
			d.Code, d.Refused = "review_ended", "研判已办结"
		}
		return d, nil
	}
	h.convened()
	h.at(time.Hour, "c2", centre, panel.ActCancel, text("议题撤回"))
	h.run()
	h.want("convened item_refused item_told cancelled item_told")
	if got := strings.Join(h.calls, " "); got != "r1:scheduled r2:scheduled r2:unscheduled" {
		t.Errorf("told %s", got)
	}
}

// The engine forgot the meeting between the performing of an effect and its note: it
// is performed again, and noted under the same command once.
func TestForgottenMeetingTellsAgainAndNotesOnce(t *testing.T) {
	h := newHall(t)
	h.convened()
	h.at(time.Hour, "c2", centre, panel.ActCancel, text("取消"))
	h.run()
	before := len(h.events())
	h.newRun()
	h.env.RegisterDelayedCallback(func() {
		h.env.UpdateWorkflow(workflows.UpdateSync, "s1", &testsuite.TestUpdateCallback{
			OnAccept: func() {}, OnReject: func(err error) { h.results["s1"] = err }, OnComplete: func(_ any, err error) { h.results["s1"] = err },
		})
	}, time.Second)
	h.run()
	if n := len(h.events()); n != before {
		t.Errorf("the stream grew from %d to %d", before, n)
	}
}

// What a run hands over to the next is whole: the state survives as JSON.
func TestMeetingContinuesWithItsState(t *testing.T) {
	h := newHall(t)
	h.convened()
	h.env.RegisterDelayedCallback(func() { h.env.SetContinueAsNewSuggested(true) }, time.Minute)
	h.at(30*time.Second, "c2", centre, panel.ActRevise, map[string]string{"place": "三楼会议室"})
	h.env.ExecuteWorkflow(panel.Kind, workflows.Input[panel.State]{ID: "m1"})
	var again *workflow.ContinueAsNewError
	if err := h.env.GetWorkflowError(); !asContinue(err, &again) {
		t.Fatalf("ended with %v", err)
	}
	var in workflows.Input[panel.State]
	if err := converter.GetDefaultDataConverter().FromPayloads(again.Input, &in); err != nil {
		t.Fatal(err)
	}
	if in.Version != 4 || in.State.Place != "三楼会议室" || len(in.State.Items) != 2 || in.State.Rule.Quorum.String() != "1/2" {
		t.Errorf("carried %d %+v", in.Version, in.State)
	}
}

func asContinue(err error, again **workflow.ContinueAsNewError) bool { return errors.As(err, again) }
