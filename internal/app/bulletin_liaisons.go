package app

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"time"

	"luodi/internal/bulletin"
	"luodi/internal/calendar"
	"luodi/internal/event"
	"luodi/internal/liaison"
	"luodi/internal/process"
)

// PastLiaisons implements LiaisonFigures by replay: a liaison that has moved since is
// evolved from its events again, as far as they were recorded then.
type PastLiaisons struct {
	Reads Reads
}

var _ LiaisonFigures = PastLiaisons{}

// each calls fn for every liaison as it was known at a moment, in the order of their
// streams.
func (l PastLiaisons) each(ctx context.Context, knownAt time.Time, fn func(liaison.State)) error {
	return l.Reads.EachProcess(ctx, liaison.Kind, time.Unix(0, 0), func(row ProcessRow) error {
		s, err := l.at(ctx, row, knownAt)
		if err == nil && s.Started() {
			fn(s)
		}
		return err
	})
}

func (l PastLiaisons) at(ctx context.Context, row ProcessRow, knownAt time.Time) (s liaison.State, err error) {
	if !row.LastAt.After(knownAt) {
		err = json.Unmarshal(row.State, &s)
		return s, err
	}
	events, err := l.Reads.Events(ctx, row.Stream, 0)
	if later := slices.IndexFunc(events, func(e event.Event) bool { return e.At.After(knownAt) }); later >= 0 {
		events = events[:later]
	}
	for _, e := range events {
		s = liaison.Evolve(s, e)
	}
	return s, err
}

// Leads implements LiaisonFigures. Of several lead liaisons of a project the one that
// goes on counts, and otherwise the one that was assigned last.
func (l PastLiaisons) Leads(ctx context.Context, knownAt time.Time) (map[string]string, error) {
	best := map[string]liaison.State{}
	err := l.each(ctx, knownAt, func(s liaison.State) {
		if s.Role != liaison.Lead {
			return
		}
		if other, ok := best[s.ProjectID]; !ok || ahead(s, other) {
			best[s.ProjectID] = s
		}
	})
	out := make(map[string]string, len(best))
	for project, s := range best {
		out[project] = s.DepartmentID
	}
	return out, err
}

func ahead(a, b liaison.State) bool {
	if a.Stage.Over() != b.Stage.Over() {
		return b.Stage.Over()
	}
	return cmp.Or(a.AssignedAt.Compare(b.AssignedAt), cmp.Compare(a.ID, b.ID)) > 0
}

// Results implements LiaisonFigures: what fell due from the year's beginning to the end
// of the cut-off, by department. Beside the figures of liaison.Results there are the
// three rates of what was on time, and how many liaisons were red at the cut-off.
func (l PastLiaisons) Results(ctx context.Context, year int, cutoff calendar.Date, knownAt time.Time) (map[string]map[string]string, error) {
	t := newTally(year, cutoff, knownAt)
	err := l.each(ctx, knownAt, t.count)
	return t.results(), err
}

// tally counts what fell due in a year, by department.
type tally struct {
	from, until time.Time
	counted     map[string]*liaison.Results
	red         map[string]int
}

func newTally(year int, cutoff calendar.Date, knownAt time.Time) *tally {
	t := &tally{from: midnight(calendar.Date{Year: year, Month: time.January, Day: 1}), until: midnight(cutoff.AddDays(1)), counted: map[string]*liaison.Results{}, red: map[string]int{}}
	if t.until.After(knownAt) {
		t.until = knownAt
	}
	return t
}

func (t *tally) count(s liaison.State) {
	for _, x := range liaison.Items(s) {
		if t.counted[x.DepartmentID] == nil {
			t.counted[x.DepartmentID] = new(liaison.Results)
		}
		t.counted[x.DepartmentID].Count(x, t.from, t.until)
		if x.Kind == liaison.ItemLight && x.Level == string(process.Red) && x.OpenedAt.Before(t.until) && (x.DoneAt.IsZero() || !x.DoneAt.Before(t.until)) {
			t.red[x.DepartmentID]++
		}
	}
}

func (t *tally) results() map[string]map[string]string {
	out := map[string]map[string]string{}
	for department, r := range t.counted {
		if *r == (liaison.Results{}) && t.red[department] == 0 {
			continue
		}
		out[department] = resultsByName(*r, t.red[department])
	}
	return out
}

// resultsByName are a department's results under the names that a rule book asks for. A rate of
// nothing can't be given.
func resultsByName(r liaison.Results, red int) map[string]string {
	out := map[string]string{"红灯项目数": fmt.Sprint(red)}
	for _, f := range r.Figures() {
		out[f.Name] = f.Value
	}
	for _, x := range []struct {
		name        string
		part, whole int
	}{
		{"周报按时率", r.ReportsOnTime, r.ReportsDue}, {"节点按时率", r.MilestonesOnTime, r.MilestonesDue},
		{"问题按时销号率", r.ProblemsOnTime, r.ProblemsDue},
	} {
		if text := bulletin.Percent(big.NewRat(int64(x.part), 1), big.NewRat(int64(x.whole), 1), 2); text != "" {
			out[x.name] = text + "%"
		}
	}
	return out
}

// midnight is a day's first moment in Shanghai.
func midnight(d calendar.Date) time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, calendar.Shanghai).UTC()
}
