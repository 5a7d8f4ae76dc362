package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"luodi/internal/app"
	"luodi/internal/batch"
	"luodi/internal/calendar"
	"luodi/internal/engine"
	"luodi/internal/engine/bench"
	"luodi/internal/liaison"
	"luodi/internal/money"
	"luodi/internal/org"
	"luodi/internal/process"
	"luodi/internal/project"
	"luodi/workflows"
)

const (
	aimPublish    = 1.5 // publishing a list, to starting as many bare workflows
	aimYearEvents = 7.0 // history of a liaison's year, in events a command
	publishRows   = 1000
	publishBlocks = 3 // ours and the bare ones take turns
	publishAtOnce = 8 // workflows started at once, by both
)

// benchPublish publishes lists of a thousand rows and, by turns, starts as many bare
// workflows. It gives a liaison that runs.
func (s *system) benchPublish(ctx context.Context, t *table) (id string, err error) {
	var ours, bare []time.Duration
	for block := range publishBlocks {
		took, err := bench.StartMany(ctx, s.engine.Client(), publishRows, publishAtOnce, engine.WorkerOptions())
		if err != nil {
			return "", err
		}
		bare = append(bare, took)
		if took, id, err = s.publish(ctx, block); err != nil {
			return "", err
		}
		ours = append(ours, took)
	}
	t.line("publishing %d rows: %v, starting as many bare workflows: %v", publishRows, round(median(ours)), round(median(bare)))
	t.atMost("publishing, to bare starts", ratio(median(ours), median(bare)), aimPublish)
	return id, nil
}

// publish is one list from its publication to its last liaison's start.
func (s *system) publish(ctx context.Context, block int) (took time.Duration, liaisonID string, err error) {
	lists, operator, leader := s.batches(), demoActor("zhaoshang.jingban"), demoActor("zhaoshang.fuze")
	entries := make([]batch.Entry, publishRows)
	for i := range entries {
		p, err := s.projects.Create(ctx, operator, "", project.Draft{Name: fmt.Sprintf("测速包联%d-%d", block, i), Investor: "示例投资有限公司",
			CountyID: "danjiangkou", AgreedAmount: money.MustParse("12000"), Illustrative: true})
		if err != nil {
			return 0, "", err
		}
		entries[i] = batch.Entry{ProjectID: p.ID, Role: liaison.Lead, DepartmentID: "ziran", CadreName: "王某(示例)", ProjectType: "industry"}
	}
	list, err := lists.Create(ctx, operator, "", app.ListDraft{Year: 2100 + block, Title: "测速清单", From: calendar.DateOf(clock()), Illustrative: true})
	if err != nil {
		return 0, "", err
	}
	if _, err := lists.SetRows(ctx, operator, list.ID, "", 0, entries); err != nil {
		return 0, "", err
	}
	if _, err := lists.Act(ctx, leader, list.ID, batch.ActCheck, "", []byte("{}")); err != nil {
		return 0, "", err
	}
	began := time.Now()
	if _, err := lists.Act(ctx, leader, list.ID, batch.ActPublish, "", []byte("{}")); err != nil {
		return 0, "", err
	}
	for {
		row, err := s.store.BatchRowOf(ctx, list.ID)
		switch {
		case err != nil:
			return 0, "", err
		case row.Stage == batch.Published:
			return time.Since(began), batch.LiaisonID(list.ID, "1"), nil
		}
		select {
		case <-ctx.Done():
			return 0, "", ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// benchYear lives a year of one liaison, 52 reports, its milestones and 20 problems, in
// a time that runs ahead of the engine's: the clock's commands are sent when they are
// due, at the price of an update each, which is what a timer costs.
func (s *system) benchYear(ctx context.Context, id string, t *table) error {
	y := &year{system: s, id: id, now: clock()}
	y.liaisons = app.NewLiaisons(app.Service[liaison.State, liaison.Facts]{
		Processes: s.processes, Reads: s.store, Facts: app.LiaisonSnapshot(s.calendars, s.carrying), NewID: newID, Now: func() time.Time { return y.now },
	})
	if err := y.live(ctx); err != nil {
		return err
	}
	r, err := s.engine.Client().DescribeWorkflowExecution(ctx, workflows.ID(liaison.Kind, id), "")
	if err != nil {
		return err
	}
	info := r.GetWorkflowExecutionInfo()
	t.line("a liaison's year: %d commands, %d events and %d bytes of history", y.commands, info.GetHistoryLength(), info.GetHistorySizeBytes())
	t.atMost("a liaison's year, history events a command", float64(info.GetHistoryLength())/float64(y.commands), aimYearEvents)
	return nil
}

type year struct {
	*system
	id       string
	now      time.Time
	liaisons *app.Liaisons
	commands int
}

func (y *year) live(ctx context.Context) error {
	if err := y.act(ctx, liaison.ActAcknowledge, map[string]any{}); err != nil {
		return err
	}
	reached := []string{"registered", "land", "environment", "permit", "started", "in_statistics"}
	for n := range 52 {
		s, err := y.state(ctx)
		if err != nil {
			return err
		}
		week := s.Weeks[len(s.Weeks)-1]
		y.now = week.Turn.Add(-5 * time.Hour)
		if err := y.ring(ctx); err != nil {
			return err
		}
		if err := y.act(ctx, liaison.ActReport, map[string]any{"week": week.Week, "progress": "按计划推进,本周完成手续若干", "funds": "100"}); err != nil {
			return err
		}
		if n%8 == 0 && n/8 < len(reached) {
			day := calendar.DateOf(y.now).String()
			if err := y.act(ctx, liaison.ActReach, map[string]any{"milestone": reached[n/8], "on": day, "text": "已完成"}); err != nil {
				return err
			}
		}
		if n < 20 {
			if err := y.problem(ctx, fmt.Sprint(n+1)); err != nil {
				return err
			}
		}
		y.now = week.Turn.Add(time.Minute)
		if err := y.ring(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (y *year) problem(ctx context.Context, id string) error {
	for _, step := range []struct {
		name string
		body map[string]any
	}{
		{liaison.ActRaise, map[string]any{"kind": "land", "title": "问题" + id, "unit": "ziran"}},
		{liaison.ActSolve, map[string]any{"problem": id, "text": "已解决"}}, {liaison.ActClose, map[string]any{"problem": id}},
	} {
		if err := y.act(ctx, step.name, step.body); err != nil {
			return err
		}
	}
	return nil
}

func (y *year) act(ctx context.Context, name string, body map[string]any) error {
	y.commands++
	if _, err := y.liaisons.Act(ctx, demoActor("ziran.jingban"), y.id, name, "", process.Encoded(body)); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// ring sends what the clock owes by now.
func (y *year) ring(ctx context.Context) error {
	for {
		s, err := y.state(ctx)
		if err != nil {
			return err
		}
		var due *process.Timer
		for _, x := range liaison.Timers(s) {
			if !x.At.After(y.now) && (due == nil || x.At.Before(due.At)) {
				due = &x
			}
		}
		if due == nil {
			return nil
		}
		y.commands++
		body, err := json.Marshal(due.Body)
		if err != nil {
			return err
		}
		cmd := process.Command{ID: due.CommandID(), Name: due.Command, Actor: org.SystemActor(), At: due.At, Body: body}
		if _, _, err := y.processes.Send(ctx, liaison.Kind, y.id, cmd); err != nil {
			return err
		}
	}
}

func (y *year) state(ctx context.Context) (s liaison.State, err error) {
	row, err := y.store.Process(ctx, liaison.Kind, y.id, org.Scope{All: true})
	if err == nil {
		err = json.Unmarshal(row.State, &s)
	}
	return s, err
}
