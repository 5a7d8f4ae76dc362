package storetest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"luodi/internal/app"
	"luodi/internal/dispatch"
	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/process"
	"luodi/internal/project"
	"luodi/internal/store"
)

var dispatches = map[string]func(*testing.T, *store.Store){
	"DispatchComesBackAsItWasSaved":      testDispatchRow,
	"DispatchesComeByTheirWeek":          testDispatches,
	"DispatchesAreSeenByTheirUnitsOnly":  testDispatchScopes,
	"FirstWeekOfTheScheduleIsSetOnce":    testDispatchesSince,
	"ProcessesOfAKindComeByTheirStream":  testEachProcess,
	"StageEventsAreThoseOfTheirStretch":  testStageEvents,
	"StageEventsComeWithoutAnyoneMissed": testManyStageEvents,
}

func dispatchRow(week dispatch.Week) app.DispatchRow {
	return app.DispatchRow{
		ID: week.String(), Title: week.Label() + "周调度单", From: week.Start(), Until: week.Next().Start(), DueAt: week.Next().Start().Add(9 * time.Hour),
		OpenedAt: noon.UTC().Truncate(time.Microsecond), Belated: true, Automatic: true, OpenedBy: "系统自动", Stage: dispatch.Draft,
		StageLabel: dispatch.Draft.Label(), Light: process.Green, Digest: strings.Repeat("a", 64), Liaisons: 7, Yellow: 2, Red: 1,
	}
}

func testDispatchRow(t *testing.T, s *store.Store) {
	row := dispatchRow(dispatch.Week{Year: 2023, N: 40})
	inTx(t, s, func(tx app.Tx) error { return tx.SaveDispatch(row) })
	wantSame(t, value[app.DispatchRow](t)(s.DispatchRowOf(ctx, row.ID)), row)
	row.Stage, row.StageLabel, row.IssuedAt, row.Due = dispatch.Issued, dispatch.Issued.Label(), row.OpenedAt.Add(time.Hour), row.OpenedAt.Add(2*time.Hour)
	row.Light, row.Instructions, row.Running, row.Answered = process.Red, 5, 2, 1
	inTx(t, s, func(tx app.Tx) error { return tx.SaveDispatch(row) })
	wantSame(t, value[app.DispatchRow](t)(s.DispatchRowOf(ctx, row.ID)), row)
	_, err := s.DispatchRowOf(ctx, "2023-W41")
	wantCode(t, err, fault.NotFound, "dispatch_unknown")
}

func testDispatches(t *testing.T, s *store.Store) {
	var all []app.DispatchRow
	var windows []dispatch.Window
	for w := (dispatch.Week{Year: 2023, N: 49}); w != (dispatch.Week{Year: 2024, N: 6}); w = w.Next() {
		r := dispatchRow(w)
		if w.N%2 == 0 {
			r.Stage, r.StageLabel, r.ClosedAt = dispatch.Closed, dispatch.Closed.Label(), r.OpenedAt
		}
		all, windows = append(all, r), append(windows, dispatch.Window{Week: w, From: r.From, Until: r.Until})
	}
	for _, i := range []int{3, 0, 8, 1, 7, 2, 6, 5, 4} { // in any order
		inTx(t, s, func(tx app.Tx) error { return tx.SaveDispatch(all[i]) })
	}
	wantSame(t, value[[]dispatch.Window](t)(s.DispatchWindows(ctx)), windows)
	slices.Reverse(all)
	var got []app.DispatchRow
	for p := (app.Page{Limit: 2}); ; {
		rows, next, err := s.Dispatches(ctx, everything(), app.DispatchFilter{}, p)
		must(t, err)
		got = append(got, rows...)
		if p.Cursor = next; next == "" {
			break
		}
	}
	wantSame(t, got, all)
	open, over := true, false
	for _, c := range []struct {
		filter app.DispatchFilter
		want   int
	}{
		{app.DispatchFilter{Year: 2023}, 4}, {app.DispatchFilter{Year: 2024}, 5}, {app.DispatchFilter{Year: 2022}, 0},
		{app.DispatchFilter{Stage: dispatch.Closed}, 4}, {app.DispatchFilter{Open: &open}, 5}, {app.DispatchFilter{Open: &over, Year: 2023}, 2},
	} {
		rows, _, err := s.Dispatches(ctx, everything(), c.filter, app.Page{Limit: 50})
		must(t, err)
		if len(rows) != c.want {
			t.Errorf("%+v finds %d, want %d", c.filter, len(rows), c.want)
		}
	}
}

func testDispatchScopes(t *testing.T, s *store.Store) {
	for i, unit := range []string{"fagai", "ziran"} {
		r := dispatchRow(dispatch.Week{Year: 2023, N: 40 + i})
		row := app.ProcessRow{Stream: process.StreamID(dispatch.Kind, r.ID), Kind: dispatch.Kind, ID: r.ID, Head: 1, Computed: true, State: []byte("{}")}
		inTx(t, s, func(tx app.Tx) error {
			must(t, tx.SaveDispatch(r))
			return tx.SaveProcess(row, app.TaskChange{By: by("", noon)}, []process.Reader{{UnitID: unit, Copy: true}, {UnitID: "centre"}})
		})
	}
	for _, c := range []struct {
		scope org.Scope
		want  string
	}{
		{everything(), "2023-W41 2023-W40"}, {org.Scope{UnitID: "fagai"}, "2023-W40"}, {org.Scope{UnitID: "centre"}, "2023-W41 2023-W40"},
		{org.Scope{UnitID: "none", Also: []string{"ziran"}}, "2023-W41"}, {org.Scope{UnitID: "none"}, ""}, {org.Scope{}, ""},
	} {
		rows, _, err := s.Dispatches(ctx, c.scope, app.DispatchFilter{}, app.Page{Limit: 9})
		must(t, err)
		var got []string
		for _, r := range rows {
			got = append(got, r.ID)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%+v sees %v, want %s", c.scope, got, c.want)
		}
	}
}

func testDispatchesSince(t *testing.T, s *store.Store) {
	var group sync.WaitGroup
	got := make([]string, 8)
	for i := range got {
		group.Go(func() {
			week, err := s.DispatchesSince(ctx, fmt.Sprintf("2023-W4%d", i))
			if err != nil {
				t.Error(err)
			}
			got[i] = week
		})
	}
	group.Wait()
	if slices.Sort(got); got[0] == "" || got[0] != got[7] {
		t.Errorf("the schedule began with %v", got)
	}
}

// staged registers a project and moves it to a stage at each moment.
func staged(t *testing.T, s *store.Store, id string, at ...time.Time) {
	t.Helper()
	p := sampleProject(id)
	p.UpdatedAt = at[0].Add(-time.Hour)
	inTx(t, s, func(tx app.Tx) error { return tx.InsertProject(p) })
	var head event.Event
	for _, moment := range at {
		p.UpdatedAt = moment
		p.Version++
		drafts := event.Drafts(project.Changed{}, project.Advanced{From: project.Signed, To: project.Landed, On: "2023-10-01"})
		list := event.Seal(head, project.StreamID(id), id, "c", clerk, moment, drafts)
		head = list[len(list)-1]
		inTx(t, s, func(tx app.Tx) error {
			must(t, tx.Append(list))
			return tx.UpdateProject(p)
		})
	}
}

func testStageEvents(t *testing.T, s *store.Store) {
	from, until := noon, noon.Add(7*24*time.Hour)
	staged(t, s, "before", from.Add(-time.Microsecond))
	staged(t, s, "within", from, until.Add(-time.Microsecond))
	staged(t, s, "across", from.Add(-time.Hour), from.Add(time.Hour), until)
	staged(t, s, "after", until)
	var got []string
	must(t, s.EachStageEvent(ctx, from, until, func(p project.Project, e event.Event) error {
		if e.Type != "project.advanced" || p.Name == "" {
			t.Errorf("%s of %q", e.Type, p.Name)
		}
		got = append(got, fmt.Sprint(p.ID, e.Seq))
		return nil
	}))
	slices.Sort(got)
	wantSame(t, got, []string{"across4", "within2", "within4"})
	stop := errors.New("stop")
	if err := s.EachStageEvent(ctx, from, until, func(project.Project, event.Event) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("the walk went on after %v", err)
	}
}

// More projects than a page, all of one moment.
func testManyStageEvents(t *testing.T, s *store.Store) {
	const many = 450
	for i := range many {
		p := sampleProject(fmt.Sprintf("p%04d", i))
		p.UpdatedAt = noon
		list := event.Seal(event.Event{}, project.StreamID(p.ID), p.ID, "c", clerk, noon, event.Drafts(project.Advanced{To: project.Landed}))
		inTx(t, s, func(tx app.Tx) error {
			must(t, tx.InsertProject(p))
			return tx.Append(list)
		})
	}
	seen := map[string]bool{}
	must(t, s.EachStageEvent(ctx, noon.Add(-time.Second), noon.Add(time.Second), func(p project.Project, _ event.Event) error {
		seen[p.ID] = true
		return nil
	}))
	if len(seen) != many {
		t.Errorf("%d of %d projects", len(seen), many)
	}
}

func testEachProcess(t *testing.T, s *store.Store) {
	keep := func(kind, id string, ended bool, at time.Time) {
		row := app.ProcessRow{Stream: kind + "-" + id, Kind: kind, ID: id, Head: 1, Computed: true, Ended: ended, State: []byte(`{"id":"` + id + `"}`)}
		inTx(t, s, func(tx app.Tx) error {
			return tx.SaveProcess(row, app.TaskChange{By: by("u1", at)}, []process.Reader{{UnitID: "centre"}})
		})
	}
	var want []string
	for i := range 450 { // more than a page
		id := fmt.Sprintf("%04d", i)
		keep("liaison", id, false, noon.AddDate(0, 0, -100))
		want = append(want, id)
	}
	keep("liaison", "汉江", false, noon)
	keep("liaison", "ended-long-ago", true, noon.Add(-time.Microsecond*2))
	keep("liaison", "ended-since", true, noon)
	keep("review", "0001", false, noon)
	keep("liaisons", "0001", false, noon)
	want = append(want, "ended-since", "汉江")
	var got []string
	must(t, s.EachProcess(ctx, "liaison", noon, func(row app.ProcessRow) error {
		if string(row.State) != `{"id":"`+row.ID+`"}` {
			t.Errorf("%s is %s", row.ID, row.State)
		}
		got = append(got, row.ID)
		return nil
	}))
	wantSame(t, got, want)
}
