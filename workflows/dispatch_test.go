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
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"luodi/activities"
	"luodi/internal/app"
	"luodi/internal/calendar"
	"luodi/internal/dispatch"
	"luodi/internal/event"
	"luodi/internal/org"
	"luodi/internal/process"
	"luodi/internal/store"
	"luodi/workflows"
)

// A sheet in the durable shell: its content is compiled when whoever compiles comes
// back, an instruction turns yellow and red by the clock, and the last one ends it.
func TestASheetRunsInTheShell(t *testing.T) {
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
	facts := dispatch.Facts{Calendar: cal, Terms: process.Terms{Remind: 1, Grace: 2}}
	sheet := &workflows.Process[dispatch.State, dispatch.Facts]{
		Definition: dispatch.Definition(), Facts: func() dispatch.Facts { return facts },
		Record: &activities.Record[dispatch.State, dispatch.Facts]{Recorder: &app.Recorder[dispatch.State, dispatch.Facts]{
			Definition: dispatch.Definition(), Journal: db, Project: app.ProjectDispatch,
			Facts: func(context.Context) (dispatch.Facts, string, error) { return facts, cal.Digest(), nil },
		}},
	}
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(quiet{})
	env := suite.NewTestWorkflowEnvironment()
	env.SetStartTime(monday)
	env.SetTestTimeout(30 * time.Second)
	env.RegisterWorkflowWithOptions(sheet.Run, workflow.RegisterOptions{Name: dispatch.Kind})
	tries := 0
	compile := func(context.Context, string, string, process.Effect) (json.RawMessage, error) {
		if tries++; tries < 3 {
			return nil, errors.New("database is away")
		}
		return json.Marshal(dispatch.Compiled{Round: 1, Digest: strings.Repeat("a", 64), Units: []dispatch.Unit{{ID: "fagai", Name: "市发展和改革委员会"}}})
	}
	env.RegisterActivityWithOptions((&activities.Perform{Effects: app.Effects{dispatch.EffectCompile: compile}}).Run, activity.RegisterOptions{Name: workflows.ActivityPerform})
	leader := org.Actor{UserID: "u-l", Name: "负责人", UnitID: "centre", Roles: []org.Role{org.CentreLeader}}
	unit := org.Actor{UserID: "u-f", Name: "经办", UnitID: "fagai", Roles: []org.Role{org.DepartmentHandler}}
	with, _ := json.Marshal(dispatch.Given{Units: map[string]org.Unit{"fagai": {ID: "fagai", Name: "市发展和改革委员会", Kind: org.Department}}})
	send := func(after time.Duration, by org.Actor, name string, body any) {
		raw, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		env.RegisterDelayedCallback(func() {
			cmd := process.Command{ID: name, Name: name, Actor: by, At: env.Now(), Body: raw, With: with}
			env.UpdateWorkflow(workflows.UpdateCommand, name, &testsuite.TestUpdateCallback{
				OnAccept: func() {}, OnReject: func(err error) { t.Errorf("%s: %v", name, err) },
				OnComplete: func(_ any, err error) {
					if err != nil {
						t.Errorf("%s: %v", name, err)
					}
				},
			}, cmd)
		}, after)
	}
	const day = 24 * time.Hour
	p, _ := dispatch.PlanFor(cal, dispatch.WeekOf(calendar.DateOf(monday)).Prev(), nil)
	send(time.Second, org.SystemActor(), dispatch.CmdOpen, p)
	send(time.Hour, leader, dispatch.ActInstruct, map[string]any{"text": "请协调用电", "due": "2023-09-14", "unit": "fagai"})
	send(2*time.Hour, leader, dispatch.ActIssue, struct{}{})
	send(20*day, unit, dispatch.ActAnswer, map[string]any{"text": "已协调"})
	send(21*day, leader, dispatch.ActConfirm, struct{}{})
	env.ExecuteWorkflow(sheet.Run, workflows.Input[dispatch.State]{ID: p.Week.String()})
	if err := env.GetWorkflowError(); err != nil {
		t.Fatal(err)
	}
	events, err := db.Events(t.Context(), workflows.ID(dispatch.Kind, p.Week.String()), 0)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range events {
		got = append(got, strings.TrimPrefix(e.Type, "dispatch."))
		if b, ok := event.Decode[dispatch.Overdue](e); ok && !b.Due.Equal(cal.EndOfDay(calendar.Date{Year: 2023, Month: time.September, Day: 14})) {
			t.Errorf("marked as due %s", b.Due)
		}
	}
	want := "opened compiled instruction_added issued reminded overdue overdue instruction_answered instruction_done closed"
	if strings.Join(got, " ") != want || tries != 3 {
		t.Errorf("events %v after %d tries", got, tries)
	}
	row, err := db.DispatchRowOf(t.Context(), p.Week.String())
	if err != nil || row.Stage != dispatch.Closed {
		t.Errorf("row %+v, %v", row, err)
	}
}
