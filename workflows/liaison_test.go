package workflows_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
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
	"luodi/internal/liaison"
	"luodi/internal/org"
	"luodi/internal/process"
	"luodi/internal/store"
	"luodi/workflows"
)

// carrier runs liaisons in the shell, over a real journal.
type carrier struct {
	*testing.T
	store   *store.Store
	process *workflows.Process[liaison.State, liaison.Facts]
	cal     *calendar.Calendar
	refused []string
}

func newCarrier(t *testing.T) *carrier {
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
	template, err := liaison.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	facts := liaison.Facts{Calendar: cal, Template: template, City: "shizhengfu"}
	return &carrier{T: t, store: db, cal: cal, process: &workflows.Process[liaison.State, liaison.Facts]{
		Definition: liaison.Definition(), Facts: func() liaison.Facts { return facts },
		Record: &activities.Record[liaison.State, liaison.Facts]{Recorder: &app.Recorder[liaison.State, liaison.Facts]{
			Definition: liaison.Definition(), Journal: db, Project: app.ProjectLiaison,
			Facts: func(context.Context) (liaison.Facts, string, error) { return facts, cal.Digest(), nil },
		}},
	}}
}

// step is what somebody does at a moment.
type step struct {
	at   time.Time
	by   org.Actor
	name string
	body any
}

func (c *carrier) env(start time.Time) *testsuite.TestWorkflowEnvironment {
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(quiet{})
	env := suite.NewTestWorkflowEnvironment()
	env.SetStartTime(start)
	env.SetTestTimeout(time.Minute)
	env.RegisterWorkflowWithOptions(c.process.Run, workflow.RegisterOptions{Name: liaison.Kind})
	advance := func(_ context.Context, _, _ string, e process.Effect) (json.RawMessage, error) {
		var b liaison.Advance
		if err := json.Unmarshal(e.Body, &b); err != nil {
			return nil, err
		}
		return json.Marshal(liaison.RegistryTold{Milestone: b.Milestone})
	}
	env.RegisterActivityWithOptions((&activities.Perform{Effects: app.Effects{liaison.EffectAdvance: advance}}).Run, activity.RegisterOptions{Name: workflows.ActivityPerform})
	return env
}

// play runs the steps to the end, through as many runs as it takes. It gives their number.
func (c *carrier) play(steps []step, long bool) (runs int) {
	c.Helper()
	in := workflows.Input[liaison.State]{ID: "l1", Revision: 1}
	now, done := steps[0].at.Add(-time.Second), 0
	for ; done < len(steps) && runs <= len(steps); runs++ {
		env := c.env(now)
		for i, s := range steps[done:] {
			c.schedule(env, fmt.Sprint(done+i), s, max(s.at.Sub(now), time.Millisecond), func() {
				done++
				env.SetContinueAsNewSuggested(long)
			})
		}
		if !long { // the liaison goes on; the test doesn't
			env.RegisterDelayedCallback(env.CancelWorkflow, steps[len(steps)-1].at.Sub(now)+time.Hour)
		}
		env.ExecuteWorkflow(c.process.Run, in)
		var again *workflow.ContinueAsNewError
		if err := env.GetWorkflowError(); !errors.As(err, &again) {
			break
		}
		if err := converter.GetDefaultDataConverter().FromPayloads(again.Input, &in); err != nil {
			c.Fatal(err)
		}
		now = env.Now()
	}
	if done != len(steps) {
		c.Fatalf("%d of %d steps", done, len(steps))
	}
	return runs
}

func (c *carrier) schedule(env *testsuite.TestWorkflowEnvironment, id string, s step, after time.Duration, did func()) {
	raw, err := json.Marshal(s.body)
	if err != nil {
		c.Fatal(err)
	}
	with, err := json.Marshal(liaison.Given{Units: map[string]org.Unit{"ziran": {ID: "ziran", Name: "市自然资源和规划局", Kind: org.Department}}})
	if err != nil {
		c.Fatal(err)
	}
	refused := func(err error) {
		if err != nil {
			c.refused = append(c.refused, id+" "+s.name+": "+err.Error())
		}
	}
	env.RegisterDelayedCallback(func() {
		cmd := process.Command{ID: id, Name: s.name, Actor: s.by, At: env.Now(), Body: raw, With: with}
		env.UpdateWorkflow(workflows.UpdateCommand, id, &testsuite.TestUpdateCallback{
			OnAccept: func() {}, OnReject: refused, OnComplete: func(_ any, err error) {
				refused(err)
				did()
			},
		}, cmd)
	}, after)
}

// aYear is 52 weekly reports, ten milestones (with three postponements) and 20 problems.
func (c *carrier) aYear() []step {
	operator := org.Actor{UserID: "u-o", Name: "中心经办", UnitID: "centre", Roles: []org.Role{org.CentreOperator}}
	boss := org.Actor{UserID: "u-b", Name: "中心负责人", UnitID: "centre", Roles: []org.Role{org.CentreLeader}}
	ziran := handler("ziran")
	from := calendar.DateOf(monday)
	out := []step{{monday, org.SystemActor(), liaison.CmdAssign, liaison.Assignment{ID: "l1", ListID: "b1", RowID: "1", Year: 2023, Batch: 1, From: from,
		Pairing: liaison.Pairing{ProjectID: "p1", ProjectName: "汉江鲟鱼谷", CountyID: "danjiangkou", CountyName: "丹江口市", ProjectType: "industry",
			Role: liaison.Lead, DepartmentID: "ziran", DepartmentName: "市自然资源和规划局", CadreName: "王某(示例)"}}}}
	then := func(at time.Time, by org.Actor, name string, body map[string]any) {
		out = append(out, step{at, by, name, body})
	}
	then(monday.Add(time.Hour), ziran, liaison.ActAcknowledge, map[string]any{})
	requests := 0
	reached := []string{"registered", "land", "environment", "permit", "started", "in_statistics"}
	for n, week := 0, monday; n < 52; week = week.AddDate(0, 0, 7) {
		last, ok := c.cal.LastWorkingDayOfWeek(calendar.DateOf(week))
		if !ok {
			continue
		}
		noon := time.Date(last.Year, last.Month, last.Day, 12, 0, 0, 0, calendar.Shanghai)
		year, iso := week.ISOWeek()
		then(noon, ziran, liaison.ActReport, map[string]any{"week": fmt.Sprintf("%d-W%02d", year, iso), "progress": "按计划推进,本周完成手续若干", "funds": "100"})
		if n%5 == 0 && n/5 < len(reached) {
			then(noon.Add(time.Minute), ziran, liaison.ActReach, map[string]any{"milestone": reached[n/5], "on": last.String(), "text": "已完成"})
		}
		if n < 20 {
			requests++
			id := fmt.Sprint(requests)
			then(noon.Add(2*time.Minute), ziran, liaison.ActRaise, map[string]any{"kind": "land", "title": "问题" + id, "unit": "ziran"})
			then(noon.Add(3*time.Minute), ziran, liaison.ActSolve, map[string]any{"problem": id, "text": "已解决"})
			then(noon.Add(4*time.Minute), ziran, liaison.ActClose, map[string]any{"problem": id})
		}
		if n == 30 {
			requests++
			id := fmt.Sprint(requests)
			then(noon.Add(5*time.Minute), ziran, liaison.ActAskPostpone, map[string]any{"milestone": "in_production", "on": "2025-12-31", "text": "设备到货晚"})
			then(noon.Add(6*time.Minute), boss, liaison.ActApprove, map[string]any{"ask": id})
			then(noon.Add(7*time.Minute), operator, liaison.ActComment, map[string]any{"text": "请抓紧"})
		}
		n++
	}
	return out
}

// types counts the events by their type.
func (c *carrier) types() (out map[string]int, state liaison.State) {
	c.Helper()
	events, err := c.store.Events(c.Context(), workflows.ID(liaison.Kind, "l1"), 0)
	if err != nil {
		c.Fatal(err)
	}
	out = map[string]int{}
	for _, e := range events {
		out[strings.TrimPrefix(e.Type, "liaison.")]++
	}
	return out, liaison.Definition().Replay(liaison.State{}, events)
}

func TestAYearOfALiaison(t *testing.T) {
	c := newCarrier(t)
	c.play(c.aYear(), false)
	if len(c.refused) > 0 {
		t.Fatalf("refused: %v", c.refused)
	}
	got, state := c.types()
	for name, want := range map[string]int{"reported": 52, "milestone_reached": 6, "problem_raised": 20, "problem_closed": 20, "week_missed": 0, "duty_late": 0, "light_changed": 0, "week_opened": 52} {
		if got[name] != want {
			t.Errorf("%d %s, want %d", got[name], name, want)
		}
	}
	if state.Light != process.Green || len(state.Weeks) != 52 {
		t.Errorf("after a year: %s, %d weeks", state.Light, len(state.Weeks))
	}
	data, err := json.Marshal(state)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("a year's state: %d bytes", len(data))
	if len(data) > 128<<10 {
		t.Errorf("a year's state has %d bytes: it travels with every continue-as-new", len(data))
	}
}

// The same year with a new run after every command: nothing is lost between runs, be
// it a person's command or the clock's.
func TestAYearAcrossContinueAsNew(t *testing.T) {
	c, plain := newCarrier(t), newCarrier(t)
	runs := c.play(c.aYear(), true)
	plain.play(plain.aYear(), false)
	if len(c.refused) > 0 {
		t.Fatalf("refused: %v", c.refused)
	}
	got, _ := c.types()
	want, _ := plain.types()
	var names []string
	for name := range want {
		names = append(names, name)
	}
	slices.Sort(names)
	got["reminded"]-- // the last run goes on to the next reminder before it ends
	for _, name := range names {
		if got[name] != want[name] {
			t.Errorf("%d %s across runs, %d in one", got[name], name, want[name])
		}
	}
	if runs < 52 {
		t.Errorf("only %d runs", runs)
	}
}
