package workflows_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"

	"luodi/activities"
	"luodi/internal/app"
	"luodi/workflows"
)

// owing is an occasion that fails some times before it catches up.
type owing struct {
	failures int
	asked    []time.Time
}

func (o *owing) CatchUp(_ context.Context, now time.Time) error {
	o.asked = append(o.asked, now)
	if len(o.asked) <= o.failures {
		return errors.New("database is away")
	}
	return nil
}

// keep runs the workflow of an occasion against a rhythm.
func keep(rhythm app.Rhythm, name string) *testsuite.TestWorkflowEnvironment {
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(quiet{})
	env := suite.NewTestWorkflowEnvironment()
	env.SetStartTime(monday)
	c := &activities.CatchUp{Rhythm: rhythm, Now: env.Now}
	env.RegisterActivityWithOptions(c.Run, activity.RegisterOptions{Name: workflows.ActivityCatchUp})
	env.ExecuteWorkflow(workflows.Occasion, name)
	return env
}

func TestOccasionIsTriedUntilItHasCaughtUp(t *testing.T) {
	o := &owing{failures: 3}
	env := keep(app.Rhythm{app.OccasionDispatch: o}, app.OccasionDispatch)
	if err := env.GetWorkflowError(); err != nil || len(o.asked) != 4 {
		t.Fatalf("%d tries, %v", len(o.asked), err)
	}
	if first, last := o.asked[0], o.asked[3]; !last.After(first) {
		t.Errorf("the last try was told %s, the first %s: each is as of its own moment", last, first)
	}
}

func TestOccasionThatNobodyKnowsFails(t *testing.T) {
	if err := keep(app.Rhythm{}, "festival").GetWorkflowError(); err == nil {
		t.Error("an unknown occasion passed")
	}
}

// An occasion that can't catch up all day gives up before the next day's run, which
// makes up for it.
func TestOccasionGivesUpBeforeTheNextDay(t *testing.T) {
	o := &owing{failures: 1 << 30}
	env := keep(app.Rhythm{app.OccasionDispatch: o}, app.OccasionDispatch)
	if env.GetWorkflowError() == nil || env.Now().Sub(monday) > 24*time.Hour {
		t.Errorf("ended after %s with %v", env.Now().Sub(monday), env.GetWorkflowError())
	}
}

// schedules is the engine's, one schedule kept.
type schedules struct {
	client.ScheduleClient
	client.ScheduleHandle
	kept    *client.Schedule
	created client.ScheduleOptions
	updates int
}

func (s *schedules) Create(_ context.Context, o client.ScheduleOptions) (client.ScheduleHandle, error) {
	if s.kept != nil {
		return nil, temporal.ErrScheduleAlreadyRunning
	}
	s.created = o
	s.kept = &client.Schedule{Action: o.Action, Spec: &o.Spec, State: &client.ScheduleState{Note: o.Note}}
	return s, nil
}

func (s *schedules) GetHandle(context.Context, string) client.ScheduleHandle { return s }

func (s *schedules) Update(_ context.Context, o client.ScheduleUpdateOptions) error {
	u, err := o.DoUpdate(client.ScheduleUpdateInput{Description: client.ScheduleDescription{Schedule: *s.kept}})
	if errors.Is(err, temporal.ErrSkipScheduleUpdate) {
		return nil
	}
	if err == nil {
		s.kept = u.Schedule
		s.updates++
	}
	return err
}

func TestSchedulesAreSetOnceAndBroughtUpToDate(t *testing.T) {
	s := &schedules{}
	for range 3 {
		if err := workflows.EnsureSchedules(t.Context(), s, app.OccasionDispatch); err != nil {
			t.Fatal(err)
		}
	}
	o := s.created
	hour := o.Spec.Calendars[0].Hour
	if o.ID != "luodi-dispatch" || o.Spec.TimeZoneName != "Asia/Shanghai" || len(hour) != 1 || hour[0].Start != 9 || s.updates != 0 {
		t.Fatalf("schedule %+v, updated %d times", o, s.updates)
	}
	s.kept.State.Note = "每天08:00"
	s.kept.Spec = &client.ScheduleSpec{}
	for range 2 {
		if err := workflows.EnsureSchedules(t.Context(), s, app.OccasionDispatch); err != nil {
			t.Fatal(err)
		}
	}
	if s.updates != 1 || s.kept.Spec.TimeZoneName != "Asia/Shanghai" || s.kept.State.Note == "每天08:00" {
		t.Errorf("updated %d times to %+v, %+v", s.updates, s.kept.Spec, s.kept.State)
	}
	s.kept.State = &client.ScheduleState{Paused: true, Note: "年终盘点,暂停"}
	if err := workflows.EnsureSchedules(t.Context(), s, app.OccasionDispatch); err != nil {
		t.Fatal(err)
	}
	if !s.kept.State.Paused || s.kept.State.Note != "年终盘点,暂停" {
		t.Errorf("a paused schedule became %+v", s.kept.State)
	}
}
