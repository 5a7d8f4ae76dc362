package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"google.golang.org/protobuf/encoding/protojson"

	"luodi/internal/app"
	"luodi/internal/assessment"
	"luodi/internal/batch"
	"luodi/internal/bulletin"
	"luodi/internal/dispatch"
	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/liaison"
	"luodi/internal/panel"
	"luodi/internal/review"
	"luodi/internal/selfreport"
	"luodi/workflows"
)

// migrate shows or upgrades the database's structure.
func migrate(ctx context.Context, p program) error {
	if len(p.args) != 1 || (p.args[0] != "up" && p.args[0] != "status") {
		return fault.New(fault.Invalid, "usage", "用法: luodi migrate up|status [设置]")
	}
	s := &system{program: p}
	if err := s.takeData(parts{}); err != nil {
		return err
	}
	defer s.close(ctx)
	var err error
	if s.store, err = openStore(ctx, p); err != nil {
		return err
	}
	if p.args[0] == "up" {
		if err := s.store.Migrate(ctx); err != nil {
			return err
		}
	}
	status, err := s.store.MigrationStatus(ctx)
	if err != nil {
		return err
	}
	for _, m := range status {
		state := "待执行"
		if m.Applied {
			state = "已执行 " + m.At.Format(time.RFC3339)
		}
		if _, err := fmt.Fprintf(p.stdout, "%05d %s %s\n", m.Version, m.Name, state); err != nil {
			return err
		}
	}
	return nil
}

// reconcile compares streams, workflows and projections.
func reconcile(ctx context.Context, p program) error {
	s, err := start(ctx, p, parts{engine: true, worker: true})
	if err != nil {
		return err
	}
	defer s.close(ctx)
	if err := app.Patiently(ctx, func() error { return s.sweeperNow().Sweep(ctx) }); err != nil {
		p.log.Warn("sweep was cut short", "error", err) // what it left shows below
	}
	found, err := s.compare(ctx)
	if err != nil {
		return err
	}
	out := json.NewEncoder(p.stdout)
	out.SetEscapeHTML(false)
	for _, d := range found.Differences {
		if err := out.Encode(d); err != nil {
			return err
		}
	}
	if _, err := fmt.Fprintf(p.stdout, "luodi: reconcile: %d processes, %d events, %d differences\n", found.Processes, found.Events, len(found.Differences)); err != nil {
		return err
	}
	if len(found.Differences) > 0 {
		return fault.Newf(fault.Conflict, "differences", "发现%d处差异", len(found.Differences))
	}
	return nil
}

// compare compares every kind of process.
func (s *system) compare(ctx context.Context) (app.Reconciled, error) {
	reviews := &app.Reconciler[review.State, review.Facts]{
		Definition: review.Definition(), Store: s.store, Events: s.store.Events, Processes: s.processes,
		Row: func(ctx context.Context, state review.State) (any, any, error) {
			kept, err := s.store.ReviewRowOf(ctx, state.ID)
			return kept, app.ReviewRowFor(state), err
		},
	}
	panels := &app.Reconciler[panel.State, panel.Facts]{
		Definition: panel.Definition(), Store: s.store, Events: s.store.Events, Processes: s.processes,
		Row: func(ctx context.Context, state panel.State) (any, any, error) {
			kept, err := s.store.MeetingRowOf(ctx, state.ID)
			return kept, app.MeetingRowFor(state), err
		},
	}
	var all app.Reconciled
	for _, run := range []func(context.Context) (app.Reconciled, error){reviews.Run, panels.Run, s.compareLiaisons, s.compareBatches, s.compareDispatches, s.compareBulletins, s.compareAssessments} {
		found, err := run(ctx)
		if err != nil {
			return all, err
		}
		all = all.And(found)
	}
	return all, nil
}

// sweeperNow looks at every process, however lately it moved: nobody else is at work.
func (s *system) sweeperNow() *app.Sweeper {
	sweeper := s.sweeper()
	sweeper.Settled = 0
	return sweeper
}

// verify walks the hash chain of every stream.
func verify(ctx context.Context, p program) error {
	s, err := start(ctx, p, parts{})
	if err != nil {
		return err
	}
	defer s.close(ctx)
	streams, events := 0, 0
	err = s.store.Streams(ctx, func(stream string) error {
		list, err := s.store.Events(ctx, stream, 0)
		if err != nil {
			return err
		}
		streams, events = streams+1, events+len(list)
		return event.Verify(list)
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.stdout, "luodi: verify: %d streams, %d events, every link holds\n", streams, events)
	return err
}

// history prints what the engine recorded of a process, in the form that a replay
// test reads: of a review by its id, of any other process by its kind, "-" and its id.
func history(ctx context.Context, p program) error {
	if len(p.args) != 1 {
		return fault.New(fault.Invalid, "usage", "用法: luodi history 研判编号 [设置],其他流程写作 panel-编号、batch-编号、liaison-编号、dispatch-周次、bulletin-月份、assessment-年度、selfreport-年度-单位")
	}
	s, err := start(ctx, p, parts{engine: true})
	if err != nil {
		return err
	}
	defer s.close(ctx)
	id := p.args[0]
	kinds := []string{panel.Kind, batch.Kind, liaison.Kind, dispatch.Kind, bulletin.Kind, assessment.Kind, selfreport.Kind}
	if !slices.ContainsFunc(kinds, func(kind string) bool { return strings.HasPrefix(id, workflows.ID(kind, "")) }) {
		id = workflows.ID(review.Kind, id)
	}
	events := s.engine.Client().GetWorkflowHistory(ctx, id, "", false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	var all historypb.History
	for events.HasNext() {
		e, err := events.Next()
		if err != nil {
			return err
		}
		all.Events = append(all.Events, e)
	}
	data, err := protojson.MarshalOptions{Multiline: true, Indent: " "}.Marshal(&all)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.stdout, "%s\n", data)
	return err
}
