package workflows_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"luodi/activities"
	"luodi/internal/app"
	"luodi/internal/assessment"
	"luodi/internal/calendar"
	"luodi/internal/event"
	"luodi/internal/org"
	"luodi/internal/process"
	"luodi/internal/selfreport"
	"luodi/internal/store"
	"luodi/workflows"
)

// bureau runs assessment years and self-reports in the shell, over a real journal.
type bureau struct {
	*testing.T
	store *store.Store
	cal   *calendar.Calendar
	env   *testsuite.TestWorkflowEnvironment
}

func newBureau(t *testing.T, start time.Time) *bureau {
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
	b := &bureau{T: t, store: db, cal: cal}
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(quiet{})
	b.env = suite.NewTestWorkflowEnvironment()
	b.env.SetStartTime(start)
	b.env.SetTestTimeout(time.Minute)
	told := func(_ context.Context, _, _ string, e process.Effect) (json.RawMessage, error) {
		var x assessment.Errand
		if err := json.Unmarshal(e.Body, &x); err != nil {
			return nil, err
		}
		return event.NewDraft(assessment.ErrandDone{No: x.No, What: x.What}).Data, nil
	}
	scored := func(_ context.Context, _, _ string, e process.Effect) (json.RawMessage, error) {
		var x assessment.Asked
		if err := json.Unmarshal(e.Body, &x); err != nil {
			return nil, err
		}
		return event.NewDraft(assessment.WasScored{Run: assessment.Run{No: x.No, Inputs: "in", Book: "b", Output: "out", Hash: "h", Units: []assessment.UnitScore{{UnitID: "fangxian", Name: "房县", Group: "县市区", Total: "90", Rank: 1}}}}).Data, nil
	}
	b.env.RegisterActivityWithOptions((&activities.Perform{Effects: app.Effects{assessment.EffectErrand: told, assessment.EffectScore: scored}}).Run, activity.RegisterOptions{Name: workflows.ActivityPerform})
	return b
}

func (b *bureau) years() *workflows.Process[assessment.State, assessment.Facts] {
	facts := func() assessment.Facts { return assessment.Facts{Calendar: b.cal} }
	return &workflows.Process[assessment.State, assessment.Facts]{
		Definition: assessment.Definition(), Facts: facts,
		Record: &activities.Record[assessment.State, assessment.Facts]{Recorder: &app.Recorder[assessment.State, assessment.Facts]{
			Definition: assessment.Definition(), Journal: b.store, Project: app.ProjectAssessment,
			Facts: func(context.Context) (assessment.Facts, string, error) { return facts(), b.cal.Digest(), nil },
		}},
	}
}

func (b *bureau) reports() *workflows.Process[selfreport.State, selfreport.Facts] {
	facts := func() selfreport.Facts { return selfreport.Facts{Calendar: b.cal} }
	return &workflows.Process[selfreport.State, selfreport.Facts]{
		Definition: selfreport.Definition(), Facts: facts,
		Record: &activities.Record[selfreport.State, selfreport.Facts]{Recorder: &app.Recorder[selfreport.State, selfreport.Facts]{
			Definition: selfreport.Definition(), Journal: b.store, Project: app.ProjectSelfReport,
			Facts: func(context.Context) (selfreport.Facts, string, error) { return facts(), b.cal.Digest(), nil },
		}},
	}
}

var (
	assessorOf = org.Actor{UserID: "u-assessor", Name: "考核员", UnitID: "centre", Roles: []org.Role{org.Assessor}}
	leaderOf   = org.Actor{UserID: "u-leader", Name: "负责人", UnitID: "centre", Roles: []org.Role{org.CentreLeader}}
)

// at sends a command after a while; what it answers is fn's business.
func (b *bureau) at(after time.Duration, by org.Actor, name string, body, with any, fn func(error)) {
	b.env.RegisterDelayedCallback(func() {
		cmd := process.Command{ID: name + after.String(), Name: name, Actor: by, At: b.env.Now(), Body: process.Encoded(body)}
		if with != nil {
			cmd.With = process.Encoded(with)
		}
		b.env.UpdateWorkflow(workflows.UpdateCommand, cmd.ID, &testsuite.TestUpdateCallback{
			OnAccept: func() {}, OnReject: fn, OnComplete: func(_ interface{}, err error) { fn(err) },
		}, cmd)
	}, after)
}

func (b *bureau) fine(err error) {
	if err != nil {
		b.Error(err)
	}
}

// events are what a stream says, with the time at which it was said.
func (b *bureau) events(kind, id string) []event.Event {
	list, err := b.store.Events(b.Context(), process.StreamID(kind, id), 0)
	if err != nil {
		b.Fatal(err)
	}
	return list
}

const day = 24 * time.Hour

// A publicity ends by itself at the end of its last working day, and a holiday notice in
// the middle of it moves the end; one that is no notice of that year's doesn't.
func TestAPublicityEndsByItselfAndANoticeMovesIt(t *testing.T) {
	start := time.Date(2024, 2, 5, 1, 0, 0, 0, time.UTC) // a Monday, the Spring Festival from Saturday on
	for name, moved := range map[string]bool{"as published": false, "a notice adds a day off": true} {
		t.Run(name, func(t *testing.T) {
			b := newBureau(t, start)
			p := b.years()
			b.env.RegisterWorkflowWithOptions(p.Run, workflow.RegisterOptions{Name: assessment.Kind})
			plan := assessment.Plan{Title: "2023年度考核", Book: assessment.BookUse{ID: "b", Title: "细则", Groups: []assessment.GroupUse{{Name: "县市区"}}},
				Members: []assessment.Member{{UnitID: "fangxian", Name: "房县", BookName: "房县", Group: "县市区"}}, Terms: map[assessment.Stage]process.Terms{assessment.Publicity: {Days: 5}}}
			sheet := assessment.TargetSheet{Digest: "d"}
			for i, s := range []struct {
				by         org.Actor
				name       string
				body, with any
			}{
				{assessorOf, assessment.CmdOpen, assessment.YearOpened{ID: "2023", Year: 2023, Office: "centre", Plan: plan}, nil},
				{assessorOf, assessment.CmdTargets, map[string]string{}, map[string]any{"sheet": sheet}},
				{leaderOf, assessment.ActIssue, map[string]string{}, assessment.Given{Sheet: &sheet}},
				{assessorOf, assessment.ActReport, map[string]string{}, nil}, {assessorOf, assessment.ActVerify, map[string]string{}, nil},
				{assessorOf, assessment.ActScore, map[string]string{}, nil}, {assessorOf, assessment.ActOfficial, map[string]string{}, nil},
				{leaderOf, assessment.ActRecheck, map[string]string{}, nil}, {leaderOf, assessment.ActPublicize, map[string]string{}, nil},
			} {
				b.at(time.Duration(i+1)*time.Second, s.by, s.name, s.body, s.with, b.fine)
			}
			want := time.Date(2024, 2, 18, 9, 30, 0, 0, time.UTC) // 6, 7, 8, 9 and the make-up Sunday
			if moved {
				want = time.Date(2024, 2, 19, 9, 30, 0, 0, time.UTC)
				b.env.RegisterDelayedCallback(func() {
					later, err := b.cal.WithNotice(calendar.Notice{ID: "国办发明电〔2024〕示例号", Title: "临时放假", Issued: calendar.Date{Year: 2024, Month: 2, Day: 7}, Year: 2024,
						Days: []calendar.DayRule{{Date: calendar.Date{Year: 2024, Month: 2, Day: 9}, Kind: calendar.Off, Holiday: "春节"}}})
					if err != nil {
						t.Error(err)
						return
					}
					b.cal = later
				}, 2*day)
				b.at(2*day+time.Minute, org.SystemActor(), process.Recalculate, map[string]string{}, nil, b.fine)
			}
			b.env.RegisterDelayedCallback(b.env.CancelWorkflow, 30*day)
			b.env.ExecuteWorkflow(p.Run, workflows.Input[assessment.State]{ID: "2023", Revision: 1})
			list := b.events(assessment.Kind, "2023")
			i := slices.IndexFunc(list, func(e event.Event) bool { return e.Type == "assessment.publicity_over" })
			if i < 0 {
				t.Fatalf("it never ended: %d events", len(list))
			}
			over, ok := event.Decode[assessment.PublicityOver](list[i])
			if !ok || !over.Due.Equal(want) || list[i].At.Before(want) || list[i].At.After(want.Add(time.Minute)) || over.Next != assessment.Grading {
				t.Errorf("due %s, ended %s, next %s; want %s", over.Due, list[i].At, over.Next, want)
			}
		})
	}
}

// A self-report that nobody hands in is reminded of, turns yellow and red, and is taken
// from the registry where the year says so, each once and automatically.
func TestASelfReportLapses(t *testing.T) {
	start := time.Date(2024, 3, 4, 1, 0, 0, 0, time.UTC)
	b := newBureau(t, start)
	p := b.reports()
	b.env.RegisterWorkflowWithOptions(p.Run, workflow.RegisterOptions{Name: selfreport.Kind})
	o := selfreport.Opening{Year: "2023", UnitID: "fangxian", UnitName: "房县", Group: "县市区", Office: "centre", Fill: process.Terms{Days: 5, Remind: 1, Grace: 2}, Verify: process.Terms{Days: 5}, Lapse: true,
		Figures: []selfreport.Figure{{Name: "签约项目数", Origin: selfreport.Counted, Verifier: "centre"}, {Name: "外出招商批次", Origin: selfreport.Reported, Verifier: "centre"}}, Known: []selfreport.Known{{Value: "60"}, {}}}
	b.at(time.Second, org.SystemActor(), selfreport.CmdOpen, o, nil, b.fine)
	b.at(20*day, assessorOf, selfreport.ActConfirm, map[string]string{}, nil, b.fine)
	b.at(21*day, org.SystemActor(), selfreport.CmdFinish, map[string]string{}, nil, b.fine)
	b.env.ExecuteWorkflow(p.Run, workflows.Input[selfreport.State]{ID: "2023-fangxian", Revision: 1})
	if err := b.env.GetWorkflowError(); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range b.events(selfreport.Kind, "2023-fangxian") {
		got = append(got, e.At.Format("01-02 ")+e.Type)
	}
	want := []string{"03-04 selfreport.opened", "03-08 selfreport.reminded", "03-11 selfreport.late", "03-13 selfreport.late", "03-13 selfreport.submitted"}
	if !slices.Equal(got[:min(len(got), 5)], want) {
		t.Errorf("%q", got)
	}
	if last := got[len(got)-1]; last != "03-25 selfreport.finished" {
		t.Errorf("last %s", last)
	}
}
