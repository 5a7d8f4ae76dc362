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

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"luodi/activities"
	"luodi/internal/app"
	"luodi/internal/calendar"
	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/money"
	"luodi/internal/org"
	"luodi/internal/process"
	"luodi/internal/project"
	"luodi/internal/review"
	"luodi/internal/store"
	"luodi/workflows"
)

var (
	centre = org.Actor{UserID: "u-centre", Name: "中心经办", UnitID: "centre", Roles: []org.Role{org.CentreOperator}}
	leader = org.Actor{UserID: "u-leader", Name: "中心负责人", UnitID: "centre", Roles: []org.Role{org.CentreLeader}}
	county = org.Actor{UserID: "u-county", Name: "县经办", UnitID: "zhushan", Roles: []org.Role{org.CountyOperator}}
	// Monday 09:00 in Shanghai, in a week without holidays.
	monday = time.Date(2023, 9, 11, 1, 0, 0, 0, time.UTC)
)

func handler(unit string) org.Actor {
	return org.Actor{UserID: "u-" + unit, Name: unit + "经办", UnitID: unit, Roles: []org.Role{org.DepartmentHandler}}
}

// rig runs the generic shell around reviews in Temporal's time-skipping test
// environment, over a real journal on SQLite.
type rig struct {
	t       *testing.T
	env     *testsuite.TestWorkflowEnvironment
	store   *store.Store
	process *workflows.Process[review.State, review.Facts]
	facts   review.Facts
	results map[string]result
}

type result struct {
	receipt  process.Receipt
	err      error
	rejected bool // by the validator: no history
}

func newRig(t *testing.T) *rig {
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
	r := &rig{t: t, store: db, facts: review.Facts{Calendar: cal}, results: map[string]result{}}
	r.process = &workflows.Process[review.State, review.Facts]{
		Definition: review.Definition(),
		Facts:      func() review.Facts { return r.facts },
		Record: &activities.Record[review.State, review.Facts]{Recorder: &app.Recorder[review.State, review.Facts]{
			Definition: review.Definition(), Journal: db, Project: app.ProjectReview,
			Facts: func(context.Context) (review.Facts, string, error) { return r.facts, r.facts.Calendar.Digest(), nil },
		}},
	}
	r.newRun()
	r.addProject()
	return r
}

// newRun is a fresh workflow environment over the same store, as after a crash.
func (r *rig) newRun() {
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(quiet{})
	r.env = suite.NewTestWorkflowEnvironment()
	r.env.SetStartTime(monday)
	r.env.SetTestTimeout(30 * time.Second)
	r.env.RegisterWorkflowWithOptions(r.process.Run, workflow.RegisterOptions{Name: review.Kind})
}

type quiet struct{}

func (quiet) Debug(string, ...any) {}
func (quiet) Info(string, ...any)  {}
func (quiet) Warn(string, ...any)  {}
func (quiet) Error(string, ...any) {}

func (r *rig) addProject() {
	p, err := project.New(project.Draft{Code: "示例-1", Name: "示例项目", Investor: "示例公司", CountyID: "zhushan", AgreedAmount: money.MustParse("3000")}, "p1", centre, monday)
	if err == nil {
		err = r.store.SaveUnits(r.t.Context(), []org.Unit{{ID: "zhushan", Name: "竹山县", Kind: org.County}})
	}
	if err == nil {
		err = r.store.InTx(r.t.Context(), func(tx app.Tx) error { return tx.InsertProject(p) })
	}
	if err != nil {
		r.t.Fatal(err)
	}
}

func units() map[string]org.Unit {
	out := map[string]org.Unit{}
	for _, id := range []string{"fagai", "ziran", "shengtai"} {
		out[id] = org.Unit{ID: id, Name: id, Kind: org.Department}
	}
	return out
}

func (r *rig) submission() review.Submission {
	template, err := review.Builtin()
	if err != nil {
		r.t.Fatal(err)
	}
	f := review.Figures{ProjectID: "p1", Name: "示例项目", CountyID: "zhushan", AgreedAmount: money.MustParse("3000")}
	plan, err := template.Plan(f, units())
	if err != nil {
		r.t.Fatal(err)
	}
	return review.Submission{ID: "r1", Figures: f, StageBefore: "negotiating", Plan: plan}
}

// at sends a command after so long.
func (r *rig) at(after time.Duration, id string, actor org.Actor, name string, body any) {
	raw, err := json.Marshal(body)
	if err != nil {
		r.t.Fatal(err)
	}
	r.env.RegisterDelayedCallback(func() {
		cmd := process.Command{ID: id, Name: name, Actor: actor, At: r.env.Now(), Body: raw, Request: name}
		r.env.UpdateWorkflow(workflows.UpdateCommand, id, &testsuite.TestUpdateCallback{
			OnAccept: func() {},
			OnReject: func(err error) { r.results[id] = result{err: err, rejected: true} },
			OnComplete: func(v any, err error) {
				receipt, _ := v.(process.Receipt)
				r.results[id] = result{receipt: receipt, err: err}
			},
		}, cmd)
	}, after)
}

func (r *rig) run(in workflows.Input[review.State]) error {
	r.env.ExecuteWorkflow(review.Kind, in)
	if !r.env.IsWorkflowCompleted() {
		r.t.Fatal("the workflow did not end")
	}
	return r.env.GetWorkflowError()
}

func fresh() workflows.Input[review.State] { return workflows.Input[review.State]{ID: "r1"} }

func (r *rig) events() []event.Event {
	list, err := r.store.Events(r.t.Context(), "review-r1", 0)
	if err != nil {
		r.t.Fatal(err)
	}
	if err := event.Verify(list); err != nil {
		r.t.Fatal(err)
	}
	return list
}

func (r *rig) types() string {
	var out []string
	for _, e := range r.events() {
		out = append(out, strings.TrimPrefix(e.Type, "review."))
	}
	return strings.Join(out, " ")
}

func (r *rig) want(types string) {
	r.t.Helper()
	if got := r.types(); got != types {
		r.t.Errorf("stream has\n %s, want\n %s", got, types)
	}
}

func text(s string) map[string]string { return map[string]string{"text": s} }

func opinion(unit string) map[string]string {
	return map[string]string{"seat": unit, "opinion": "agree", "text": "同意"}
}

func (r *rig) wholeReview() {
	r.at(time.Second, "c1", county, review.ActSubmit, r.submission())
	r.at(time.Hour, "c2", centre, review.ActAccept, struct{}{})
	for i, unit := range []string{"fagai", "ziran", "shengtai"} {
		r.at(2*time.Hour+time.Duration(i)*time.Minute, "o-"+unit, handler(unit), review.ActOpine, opinion(unit))
	}
	r.at(3*time.Hour, "c9", leader, review.ActDecide, map[string]string{"outcome": "approved", "text": "同意落地"})
}

func TestReviewRunsFromSubmissionToDecision(t *testing.T) {
	r := newRig(t)
	r.wholeReview()
	if err := r.run(fresh()); err != nil {
		t.Fatal(err)
	}
	r.want("submitted accepted opined opined opined decision_opened decided concluded")
	p, err := r.store.Project(t.Context(), "p1", org.Scope{All: true})
	if err != nil || p.Stage != project.Cleared {
		t.Errorf("project stands at %s (%v), want cleared", p.Stage, err)
	}
	if got := r.results["c9"].receipt; got.Version != 8 || got.Stage != "end" || len(got.Events) != 2 {
		t.Errorf("receipt %+v", got)
	}
}

func TestDeadlinesFireWithoutVisitors(t *testing.T) {
	r := newRig(t)
	r.at(time.Second, "c1", county, review.ActSubmit, r.submission())
	r.at(30*24*time.Hour, "c2", leader, review.ActTerminate, text("长期无人受理"))
	if err := r.run(fresh()); err != nil {
		t.Fatal(err)
	}
	r.want("submitted reminded light_changed light_changed concluded")
	want := []string{"2023-09-12 17:30", "2023-09-13 17:30", "2023-09-14 17:30"} // two working days, reminder one before, red one after
	for i, e := range r.events()[1:4] {
		if got := e.At.In(calendar.Shanghai).Format("2006-01-02 15:04"); got != want[i] || !e.Actor.System {
			t.Errorf("%s at %s by %s, want %s by the clock", e.Type, got, e.Actor.Name, want[i])
		}
	}
}

func TestRefusalByTheValidatorLeavesNoTrace(t *testing.T) {
	r := newRig(t)
	r.at(time.Second, "c1", county, review.ActSubmit, r.submission())
	r.at(2*time.Minute, "bad", county, review.ActAccept, struct{}{})
	r.at(3*time.Minute, "c3", county, review.ActWithdraw, text("不办了"))
	if err := r.run(fresh()); err != nil {
		t.Fatal(err)
	}
	bad := r.results["bad"]
	f, version := activities.FromFailure(bad.err)
	if !bad.rejected || f == nil || f.Kind != fault.Forbidden || version != 1 {
		t.Errorf("rejected %v with %v at version %d", bad.rejected, bad.err, version)
	}
	r.want("submitted concluded")
}

// Two people decide in the same moment: both pass the validator, one is recorded.
func TestTwoDecisionsAtOnceGiveOneSuccessAndOneConflict(t *testing.T) {
	r := newRig(t)
	r.wholeReview()
	r.at(3*time.Hour, "c10", leader, review.ActDecide, map[string]string{"outcome": "rejected", "text": "不同意"})
	if err := r.run(fresh()); err != nil {
		t.Fatal(err)
	}
	r.want("submitted accepted opined opined opined decision_opened decided concluded")
	first, second := r.results["c9"], r.results["c10"]
	if (first.err == nil) == (second.err == nil) {
		t.Fatalf("first %v, second %v", first.err, second.err)
	}
	f, _ := activities.FromFailure(errors.Join(first.err, second.err))
	if f == nil || f.Kind != fault.Conflict {
		t.Errorf("the later one was told %v", f)
	}
}

func TestSameCommandTwiceIsRecordedOnce(t *testing.T) {
	r := newRig(t)
	r.wholeReview()
	if err := r.run(fresh()); err != nil {
		t.Fatal(err)
	}
	before := r.types()
	r.newRun() // the engine has forgotten; the stream has not
	r.at(time.Minute, "c2", centre, review.ActAccept, struct{}{})
	// the validator of an empty workflow would refuse: the stream is replayed first
	r.env.RegisterDelayedCallback(func() { r.sync("s1") }, time.Second/2)
	if err := r.run(fresh()); err != nil {
		t.Fatal(err)
	}
	if r.types() != before {
		t.Errorf("stream grew to %s", r.types())
	}
}

func (r *rig) sync(id string) {
	r.env.UpdateWorkflow(workflows.UpdateSync, id, &testsuite.TestUpdateCallback{
		OnAccept: func() {}, OnReject: func(err error) { r.results[id] = result{err: err} },
		OnComplete: func(v any, err error) { r.results[id] = result{err: err, receipt: process.Receipt{Version: asInt(v)}} },
	})
}

func asInt(v any) int64 {
	n, _ := v.(int64)
	return n
}

// A crash between Record's commit and the end of the workflow task leaves the
// stream ahead: one nudge brings the workflow level, and its deadlines fire.
func TestWorkflowBehindItsStreamCatchesUp(t *testing.T) {
	r := newRig(t)
	recorder := r.process.Record.Recorder
	raw, err := json.Marshal(r.submission())
	if err != nil {
		t.Fatal(err)
	}
	cmd := process.Command{ID: "c1", Name: review.ActSubmit, Actor: county, At: monday, Body: raw}
	if _, err := recorder.Record(t.Context(), review.State{}, 0, "r1", cmd); err != nil {
		t.Fatal(err)
	}
	r.env.RegisterDelayedCallback(func() { r.sync("s1") }, time.Second/2)
	r.at(30*24*time.Hour, "c2", leader, review.ActTerminate, text("结束"))
	if err := r.run(fresh()); err != nil {
		t.Fatal(err)
	}
	if got := r.results["s1"]; got.err != nil || got.receipt.Version != 1 {
		t.Errorf("sync gave version %d, %v", got.receipt.Version, got.err)
	}
	r.want("submitted reminded light_changed light_changed concluded")
}

func TestLongHistoryContinuesWithItsState(t *testing.T) {
	r := newRig(t)
	r.at(time.Second, "c1", county, review.ActSubmit, r.submission())
	r.at(time.Minute, "c2", centre, review.ActAccept, struct{}{})
	r.env.RegisterDelayedCallback(func() { r.env.SetContinueAsNewSuggested(true) }, time.Minute+time.Second)
	r.env.RegisterDelayedCallback(func() { r.sync("s1") }, time.Minute+2*time.Second)
	err := r.run(fresh())
	var again *workflow.ContinueAsNewError
	if !errors.As(err, &again) {
		t.Fatalf("ended with %v", err)
	}
	var in workflows.Input[review.State]
	if err := converter.GetDefaultDataConverter().FromPayloads(again.Input, &in); err != nil {
		t.Fatal(err)
	}
	if in.Version != 2 || in.State.Stage != review.Opinions || in.ID != "r1" {
		t.Fatalf("carried %d %s %s", in.Version, in.State.Stage, in.ID)
	}
	r.newRun()
	r.at(time.Minute, "c3", county, review.ActWithdraw, text("不办了"))
	if err := r.run(in); err != nil {
		t.Fatal(err)
	}
	r.want("submitted accepted concluded")
}

func TestStartWithoutAFirstCommandEndsByItself(t *testing.T) {
	r := newRig(t)
	if err := r.run(fresh()); err != nil {
		t.Fatal(err)
	}
	if n := len(r.events()); n != 0 {
		t.Errorf("%d events", n)
	}
}

// The database is away for a while: the command waits and is recorded once.
func TestDatabaseAwayIsWaitedOut(t *testing.T) {
	r := newRig(t)
	// The SDK measures a local activity's tries against the real clock, so the
	// pretended one must not be behind it.
	r.env.SetStartTime(time.Date(2100, 1, 4, 1, 0, 0, 0, time.UTC))
	flaky := &flakyJournal{Journal: r.store, failures: 5}
	r.process.Record.Recorder.Journal = flaky
	r.at(time.Second, "c1", county, review.ActSubmit, r.submission())
	r.at(time.Hour, "c2", county, review.ActWithdraw, text("不办了"))
	if err := r.run(fresh()); err != nil {
		t.Fatal(err)
	}
	r.want("submitted concluded")
	if flaky.failures != 0 {
		t.Errorf("%d failures were not met", flaky.failures)
	}
}

type flakyJournal struct {
	app.Journal
	failures int
}

func (j *flakyJournal) InTx(ctx context.Context, fn func(app.Tx) error) error {
	if j.failures > 0 {
		j.failures--
		return fault.New(fault.Unavailable, "database_unavailable", "数据库暂时不可用")
	}
	return j.Journal.InTx(ctx, fn)
}

func TestSecondReviewOfAProjectIsRefused(t *testing.T) {
	r := newRig(t)
	recorder := r.process.Record.Recorder
	submit := func(id string) (process.Recorded, error) {
		s := r.submission()
		s.ID = id
		raw, err := json.Marshal(s)
		if err != nil {
			return process.Recorded{}, err
		}
		return recorder.Record(t.Context(), review.State{}, 0, id, process.Command{ID: "c-" + id, Name: review.ActSubmit, Actor: county, At: monday, Body: raw})
	}
	if out, err := submit("r1"); err != nil || out.Refusal != nil {
		t.Fatal(err, out.Refusal)
	}
	out, err := submit("r2")
	if err != nil || out.Refusal == nil || out.Refusal.Kind != fault.Conflict {
		t.Fatalf("second review: %v %+v", err, out.Refusal)
	}
	if list, err := r.store.Events(t.Context(), "review-r2", 0); err != nil || len(list) != 0 {
		t.Errorf("the refused one left %d events (%v)", len(list), err)
	}
}
