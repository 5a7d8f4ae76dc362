package workflows

import (
	"context"
	"errors"
	"fmt"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"luodi/activities"
)

// WorkflowOccasion is what schedules start: an occasion of the calendar, by its name.
const WorkflowOccasion = "occasion"

// ActivityCatchUp makes whatever an occasion owes.
const ActivityCatchUp = "catch_up"

// RegisterOccasions makes a worker serve the occasions of the calendar.
func RegisterOccasions(r worker.Registry, c *activities.CatchUp) {
	r.RegisterWorkflowWithOptions(Occasion, workflow.RegisterOptions{Name: WorkflowOccasion})
	r.RegisterActivityWithOptions(c.Run, activity.RegisterOptions{Name: ActivityCatchUp})
}

// Occasion is the workflow. It decides nothing: whether the day is one for a sheet or a
// bulletin, and what was missed before it, is worked out by the activity.
func Occasion(ctx workflow.Context, name string) error {
	return workflow.ExecuteActivity(workflow.WithActivityOptions(ctx, catchUpOptions(name)), ActivityCatchUp, name).Get(ctx, nil)
}

// The hour at which occasions are looked at every day, in Shanghai.
const (
	occasionHour = 9
	occasionZone = "Asia/Shanghai"
)

// catchUpWindow is for how long the engine makes up for a day that it was down on. One
// run makes up for all of them, so that a missed start beyond it costs nothing.
const catchUpWindow = 7 * 24 * time.Hour

// ScheduleID names the schedule of an occasion in the engine.
func ScheduleID(name string) string { return "luodi-" + name }

// EnsureSchedules sets a schedule for each occasion: every day at 09:00 in Shanghai, one
// at a time. What is there as it should be is left alone, what differs is brought up to
// date; one that an operator paused stays paused. Any number of workers may do it at once.
func EnsureSchedules(ctx context.Context, schedules client.ScheduleClient, names ...string) error {
	for _, name := range names {
		if err := ensureSchedule(ctx, schedules, name); err != nil {
			return fmt.Errorf("schedule %s: %w", ScheduleID(name), err)
		}
	}
	return nil
}

func ensureSchedule(ctx context.Context, schedules client.ScheduleClient, name string) error {
	spec, action, policy := scheduled(name)
	_, err := schedules.Create(ctx, client.ScheduleOptions{
		ID: ScheduleID(name), Spec: spec, Action: action, Overlap: policy.Overlap, CatchupWindow: policy.CatchupWindow, Note: scheduleNote,
	})
	if !errors.Is(err, temporal.ErrScheduleAlreadyRunning) {
		return err
	}
	return schedules.GetHandle(ctx, ScheduleID(name)).Update(ctx, client.ScheduleUpdateOptions{
		DoUpdate: func(in client.ScheduleUpdateInput) (*client.ScheduleUpdate, error) {
			now := in.Description.Schedule
			if upToDate(now, action) {
				return nil, temporal.ErrSkipScheduleUpdate
			}
			now.Spec, now.Action, now.Policy = &spec, action, &policy
			if now.State == nil {
				now.State = &client.ScheduleState{}
			}
			if !now.State.Paused { // whoever paused it has said why
				now.State.Note = scheduleNote
			}
			return &client.ScheduleUpdate{Schedule: &now}, nil
		},
	})
}

// scheduleNote says what a schedule was set to. It changes with what scheduled gives, and
// so tells one that was set by an older release.
const scheduleNote = "每天09:00(北京时间)检查,是否工作日由系统按放假安排判断;版本1"

func scheduled(name string) (client.ScheduleSpec, *client.ScheduleWorkflowAction, client.SchedulePolicies) {
	daily := client.ScheduleCalendarSpec{Second: at(0), Minute: at(0), Hour: at(occasionHour), Comment: "每天09:00"}
	return client.ScheduleSpec{Calendars: []client.ScheduleCalendarSpec{daily}, TimeZoneName: occasionZone},
		&client.ScheduleWorkflowAction{
			ID: ScheduleID(name), Workflow: WorkflowOccasion, Args: []any{name}, TaskQueue: TaskQueue, WorkflowTaskTimeout: workflowTaskTimeout,
		},
		client.SchedulePolicies{Overlap: enumspb.SCHEDULE_OVERLAP_POLICY_SKIP, CatchupWindow: catchUpWindow}
}

func at(n int) []client.ScheduleRange { return []client.ScheduleRange{{Start: n}} }

func upToDate(s client.Schedule, want *client.ScheduleWorkflowAction) bool {
	action, ok := s.Action.(*client.ScheduleWorkflowAction)
	if !ok || action.Workflow != want.Workflow || action.TaskQueue != want.TaskQueue || s.State == nil {
		return false
	}
	return s.State.Note == scheduleNote
}
