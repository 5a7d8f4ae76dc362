package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"luodi/internal/app"
	"luodi/internal/batch"
	"luodi/internal/calendar"
	"luodi/internal/demo"
	"luodi/internal/liaison"
	"luodi/internal/org"
	"luodi/internal/process"
	"luodi/internal/project"
)

// The demonstration's liaisons: the two batches of 2023, rehearsed over the weeks that
// end now, so that there are lights of every colour whenever somebody looks. Whoever is
// named is illustrative.

const (
	demoWeeks     = 5  // that the liaisons have been under way
	demoFirst     = 12 // projects of the first batch
	demoSecond    = 8
	demoListFirst = "demo-list-2023-1"
)

// demoCarriers take turns.
var demoCarriers = []string{"shangwu", "keji", "jinrong", "xingzheng", "shuili", "shuiwu"}

// loadLiaisons rehearses the lists and their liaisons. Interrupted, it goes on at the
// next start: what has begun is left as it is.
func (s *system) loadLiaisons(ctx context.Context) error {
	now := clock()
	stages := []project.Stage{project.Landed, project.Started, project.Signed}
	var picked []project.Project
	framework := false
	for _, stage := range stages {
		rows, _, err := s.store.Projects(ctx, org.Scope{All: true}, project.Filter{Year: 2023, Stage: stage, Framework: &framework}, project.Sort{}, app.Page{Limit: 10})
		if err != nil {
			return err
		}
		picked = append(picked, rows...)
	}
	picked = picked[:min(len(picked), demoFirst+demoSecond)]
	first := picked[:min(demoFirst, len(picked))]
	if err := s.rehearseList(ctx, demoListFirst, "重点项目包联清单(示例)", first, now.AddDate(0, 0, -7*demoWeeks), now); err != nil {
		return err
	}
	return s.rehearseList(ctx, "demo-list-2023-2", "新签约项目包联清单(示例)", picked[len(first):], now.AddDate(0, 0, -7*(demoWeeks-2)), now)
}

// rehearseList drafts, checks and publishes a list, and plays its liaisons until now.
func (s *system) rehearseList(ctx context.Context, id, title string, projects []project.Project, from, now time.Time) error {
	operator, leader := demoActor("zhaoshang.jingban"), demoActor("zhaoshang.fuze")
	rows := demoRows(projects)
	data, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	set := batch.RowsSet{Count: len(rows)}
	if set.Digest, err = s.documents.Put(ctx, data); err != nil {
		return err
	}
	open := batch.Opened{ID: id, Year: 2023, Title: title, From: calendar.DateOf(from), Illustrative: true}
	say := func(after time.Duration, by org.Actor, name string, body, with any) app.Step[batch.State] {
		return app.Step[batch.State]{At: from.Add(after), Do: func(batch.State) (process.Command, bool) {
			cmd := process.Command{ID: "demo:" + name, Name: name, Actor: by, Body: process.Encoded(body)}
			if with != nil {
				cmd.With = process.Encoded(with)
			}
			return cmd, true
		}}
	}
	started := func(_ context.Context, _, _ string, e process.Effect) (json.RawMessage, error) { // they are rehearsed below
		var asked batch.Start
		err := json.Unmarshal(e.Body, &asked)
		return process.Encoded(batch.StartedUntil{Started: asked.Until}), err
	}
	lists := &app.Rehearsal[batch.State, batch.Facts]{Recorder: s.batchRecorder(), Effects: app.Effects{batch.EffectStart: started}}
	err = lists.Play(ctx, id, []app.Step[batch.State]{
		say(0, operator, batch.CmdOpen, open, nil), say(time.Minute, operator, batch.CmdSetRows, nil, set),
		say(30*time.Minute, leader, batch.ActCheck, struct{}{}, batch.Given{Digest: set.Digest}),
		say(time.Hour, leader, batch.ActPublish, struct{}{}, batch.Given{Digest: set.Digest, Units: batch.UnitsOf(rows)}),
	}, now)
	if err != nil {
		return err
	}
	row, err := s.store.Process(ctx, batch.Kind, id, org.Scope{All: true})
	if err != nil {
		return err
	}
	var state batch.State
	if err := json.Unmarshal(row.State, &state); err != nil {
		return err
	}
	return s.rehearseLiaisons(ctx, state, rows, from, now)
}

func (s *system) rehearseLiaisons(ctx context.Context, list batch.State, rows []batch.Row, from, now time.Time) error {
	cal := s.calendars.Snapshot()
	// The registry is left as it is: its figures are those that were published.
	told := func(_ context.Context, _, _ string, e process.Effect) (json.RawMessage, error) {
		var b liaison.Advance
		if err := json.Unmarshal(e.Body, &b); err != nil {
			return nil, err
		}
		return json.Marshal(liaison.RegistryTold{Milestone: b.Milestone})
	}
	rehearsal := &app.Rehearsal[liaison.State, liaison.Facts]{Recorder: s.liaisonRecorder(), Effects: app.Effects{liaison.EffectAdvance: told}}
	for i, r := range rows {
		a := list.Assignment(r)
		assign := app.Step[liaison.State]{At: list.PublishedAt, Do: func(liaison.State) (process.Command, bool) {
			return process.Command{ID: "publish:" + list.ID, Name: liaison.CmdAssign, Actor: org.SystemActor(), Body: process.Encoded(a)}, true
		}}
		if err := rehearsal.Play(ctx, a.ID, append([]app.Step[liaison.State]{assign}, demoSteps(cal, i, r, from, now)...), now); err != nil {
			return fmt.Errorf("demonstration liaison %d: %w", i, err)
		}
	}
	return nil
}

// demoSteps are what a department did in the weeks: every fourth does everything in
// time, one has not registered the company yet, one never acknowledged, one has a
// problem that went to the centre.
func demoSteps(cal *calendar.Calendar, i int, r batch.Row, from, now time.Time) []app.Step[liaison.State] {
	handler := demoActor(r.DepartmentID + ".jingban")
	var steps []app.Step[liaison.State]
	say := func(at time.Time, name string, body func(liaison.State) map[string]any) {
		if at.After(now) {
			return
		}
		steps = append(steps, app.Step[liaison.State]{At: at, Do: func(state liaison.State) (process.Command, bool) {
			b := body(state)
			return process.Command{ID: fmt.Sprintf("demo:%s:%d", name, at.Unix()), Name: name, Actor: handler, Body: process.Encoded(b),
				With: process.Encoded(liaison.Given{Units: map[string]org.Unit{r.DepartmentID: {ID: r.DepartmentID, Name: r.DepartmentName, Kind: org.Department}}})}, b != nil
		}})
	}
	if i%4 == 2 {
		return nil
	}
	say(from.Add(26*time.Hour), liaison.ActAcknowledge, func(liaison.State) map[string]any { return map[string]any{} })
	if i%4 != 1 {
		say(from.Add(10*24*time.Hour), liaison.ActReach, func(liaison.State) map[string]any {
			return map[string]any{"milestone": "registered", "on": calendar.DateOf(from.AddDate(0, 0, 9)).String(), "text": "已完成公司注册(示例)"}
		})
	}
	monday := calendar.DateOf(from)
	for week := 0; week <= demoWeeks; week++ {
		last, ok := cal.LastWorkingDayOfWeek(monday.AddDays(7 * week))
		noon := time.Date(last.Year, last.Month, last.Day, 11, 0, 0, 0, calendar.Shanghai)
		if !ok {
			continue
		}
		say(noon, liaison.ActReport, func(state liaison.State) map[string]any {
			for _, w := range state.Weeks {
				if w.Duty.Open() {
					return map[string]any{"week": w.Week, "progress": "与企业对接,按计划推进前期手续(示例)", "next": "继续跟踪(示例)", "funds": "120"}
				}
			}
			return nil
		})
	}
	if i%4 == 3 { // steps come in the order of their time
		say(now.Add(-3*time.Hour), liaison.ActRaise, func(liaison.State) map[string]any {
			return map[string]any{"kind": "utilities", "title": "供水管网未接通(示例)", "unit": r.DepartmentID}
		})
		say(now.Add(-2*time.Hour), liaison.ActEscalate, func(liaison.State) map[string]any {
			return map[string]any{"problem": "1", "text": "需要协调供水企业(示例)"}
		})
	}
	slices.SortStableFunc(steps, func(a, b app.Step[liaison.State]) int { return a.At.Compare(b.At) })
	return steps
}

func demoRows(projects []project.Project) []batch.Row {
	names := map[string]string{}
	for _, u := range demo.Units() {
		names[u.ID] = u.Name
	}
	out := make([]batch.Row, len(projects))
	for i, p := range projects {
		unit := demoCarriers[i%len(demoCarriers)]
		cadre := demoActor(unit + ".fuze")
		out[i] = batch.Row{ID: fmt.Sprint(i + 1), Pairing: liaison.Pairing{
			ProjectID: p.ID, ProjectName: p.Name, CountyID: p.CountyID, CountyName: names[p.CountyID], ProjectType: "industry", Role: liaison.Lead,
			DepartmentID: unit, DepartmentName: names[unit], CadreID: cadre.UserID, CadreName: cadre.Name, Team: p.Team,
		}}
	}
	return out
}

// demoActor is a demonstration account as it acts; whoever has none may do nothing.
func demoActor(login string) org.Actor {
	for _, a := range demo.Accounts() {
		if a.Login != login {
			continue
		}
		out := org.Actor{UserID: a.ID, Name: a.Name, UnitID: a.UnitID, Roles: a.Roles}
		for _, u := range demo.Units() {
			if u.ID == a.UnitID {
				out.UnitName = u.Name
			}
		}
		return out
	}
	return org.Actor{}
}
