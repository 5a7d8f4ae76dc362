package app

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"luodi/internal/assessment"
	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/rulebook"
)

// ScoreTable is what a run came to, group by group.
type ScoreTable struct {
	Run      assessment.Run         `json:"-"`
	Groups   []ScoreGroup           `json:"groups"`
	Findings []string               `json:"findings" doc:"gaps, and by which policy of the book each was filled"`
	Grades   map[string]string      `json:"-"`
	State    assessment.State       `json:"-"`
	Inputs   *assessment.Inputs     `json:"-"`
	Sources  map[string]SourceCount `json:"sources" doc:"where the figures come from, by source"`
}

// SourceCount is how many figures come from one source.
type SourceCount struct {
	Label string `json:"label"`
	Count int    `json:"count"`
}

// ScoreGroup is one group in its order.
type ScoreGroup struct {
	Name       string         `json:"name"`
	Indicators []ScoreColumn  `json:"indicators" doc:"at the top of the tree"`
	Rows       []ScoreRow     `json:"rows"`
	Limits     map[string]int `json:"limits" doc:"how many units may have each grade; -1: any number"`
	Counts     map[string]int `json:"counts" doc:"how many have it"`
}

// ScoreColumn is an indicator at the top of the tree.
type ScoreColumn struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Points string `json:"points,omitempty"`
	Role   string `json:"role"`
}

// ScoreRow is one unit.
type ScoreRow struct {
	UnitID  string            `json:"unit_id"`
	Name    string            `json:"name"`
	Rank    int               `json:"rank"`
	Total   string            `json:"total"`
	Grade   string            `json:"grade" doc:"as it stands, adjustments included"`
	ByBook  string            `json:"by_book,omitempty" doc:"the book's own grade, where it was adjusted"`
	Why     string            `json:"why,omitempty"`
	Scores  map[string]string `json:"scores" doc:"by indicator"`
	Appeals int               `json:"appeals"`
}

// Table reads what a run came to; run 0 is the one that stands. Errors: NotFound.
func (s *Assessments) Table(ctx context.Context, actor org.Actor, id string, run int) (ScoreTable, error) {
	out := ScoreTable{Groups: []ScoreGroup{}, Findings: []string{}, Sources: map[string]SourceCount{}}
	state, r, err := s.runOf(ctx, actor, id, run)
	if err != nil {
		return out, err
	}
	result, err := s.Output(ctx, r)
	if err != nil {
		return out, err
	}
	in, err := s.Scorer.Inputs(ctx, r.Inputs)
	if err != nil {
		return out, err
	}
	out.Run, out.State, out.Inputs, out.Grades = *r, state, &in, state.Grades()
	for _, f := range in.Figures {
		c := out.Sources[string(f.Source)]
		out.Sources[string(f.Source)] = SourceCount{Label: f.Source.Label(), Count: c.Count + 1}
	}
	for _, f := range result.Findings {
		out.Findings = append(out.Findings, f.Unit+f.Indicator+":"+f.Message)
	}
	standing := state.Standing()
	for _, name := range groupsIn(r) {
		out.Groups = append(out.Groups, s.group(name, state, r, result, standing != nil && standing.No == r.No, out.Grades))
	}
	return out, nil
}

func groupsIn(r *assessment.Run) []string {
	var out []string
	for _, u := range r.Units {
		if !slices.Contains(out, u.Group) {
			out = append(out, u.Group)
		}
	}
	return out
}

func (s *Assessments) group(name string, state assessment.State, r *assessment.Run, result *rulebook.Result, standing bool, grades map[string]string) ScoreGroup {
	g := ScoreGroup{Name: name, Indicators: []ScoreColumn{}, Rows: []ScoreRow{}, Limits: r.Limits[name], Counts: map[string]int{}}
	for _, u := range r.Units {
		if u.Group != name {
			continue
		}
		row := ScoreRow{UnitID: u.UnitID, Name: displayName(state, u.UnitID, u.Name), Rank: u.Rank, Total: u.Total, Grade: u.Grade, Why: u.Why, Scores: map[string]string{}}
		if now := grades[u.UnitID]; standing && now != u.Grade {
			row.Grade, row.ByBook = now, u.Grade
		}
		g.Counts[row.Grade]++
		for _, a := range state.Appeals {
			if a.UnitID == u.UnitID {
				row.Appeals++
			}
		}
		for _, x := range resultOf(result, u.Name).Indicators {
			if x.Parent != "" {
				continue
			}
			row.Scores[x.ID] = x.Score
			if !slices.ContainsFunc(g.Indicators, func(c ScoreColumn) bool { return c.ID == x.ID }) {
				g.Indicators = append(g.Indicators, ScoreColumn{ID: x.ID, Name: x.Name, Points: x.Points, Role: x.Role})
			}
		}
		g.Rows = append(g.Rows, row)
	}
	slices.SortStableFunc(g.Rows, func(a, b ScoreRow) int { return cmp.Compare(a.Rank, b.Rank) })
	return g
}

func displayName(state assessment.State, unit, otherwise string) string {
	if m := state.Member(unit); m != nil {
		return m.Name
	}
	return otherwise
}

func resultOf(r *rulebook.Result, unit string) rulebook.UnitResult {
	for _, u := range r.Units {
		if u.Unit == unit {
			return u
		}
	}
	return rulebook.UnitResult{}
}

// Card is one unit's scores with the explanation of each.
type Card struct {
	State  assessment.State     `json:"-"`
	Run    assessment.Run       `json:"-"`
	Unit   assessment.UnitScore `json:"-"`
	Grade  string               `json:"-"`
	Result rulebook.UnitResult  `json:"-"`
	Events []event.Event        `json:"-"`
	Inputs *assessment.Inputs   `json:"-"`
}

// Card reads a unit's score card. Errors: NotFound.
func (s *Assessments) Card(ctx context.Context, actor org.Actor, id, unit string, run int) (Card, error) {
	state, r, err := s.runOf(ctx, actor, id, run)
	if err != nil {
		return Card{}, err
	}
	line := r.Score(unit)
	if line == nil {
		return Card{}, fault.New(fault.NotFound, "unit_unscored", "这个单位没有得分")
	}
	result, err := s.Output(ctx, r)
	if err != nil {
		return Card{}, err
	}
	in, err := s.Scorer.Inputs(ctx, r.Inputs)
	return Card{State: state, Run: *r, Unit: *line, Grade: state.Grades()[unit], Result: resultOf(result, line.Name), Inputs: &in}, err
}

// RunDifference is what differs between two runs.
type RunDifference struct {
	From   int              `json:"from"`
	To     int              `json:"to"`
	Same   bool             `json:"same" doc:"nothing differs"`
	Units  []UnitDifference `json:"units" doc:"whose score, rank or grade moved, the largest first"`
	Inputs []string         `json:"inputs" doc:"which figures differ, in words"`
}

// UnitDifference is one unit before and after.
type UnitDifference struct {
	UnitID     string                `json:"unit_id"`
	Name       string                `json:"name"`
	Group      string                `json:"group"`
	TotalFrom  string                `json:"total_from"`
	TotalTo    string                `json:"total_to"`
	RankFrom   int                   `json:"rank_from"`
	RankTo     int                   `json:"rank_to"`
	GradeFrom  string                `json:"grade_from"`
	GradeTo    string                `json:"grade_to"`
	Indicators []IndicatorDifference `json:"indicators"`
}

// IndicatorDifference is one indicator before and after.
type IndicatorDifference struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	From string `json:"from"`
	To   string `json:"to"`
}

// Differences compares two runs. A unit's people see runs that stood; the office sees
// trials too.
func (s *Assessments) Differences(ctx context.Context, actor org.Actor, id string, from, to int) (RunDifference, error) {
	out := RunDifference{From: from, To: to, Units: []UnitDifference{}, Inputs: []string{}}
	state, a, err := s.runOf(ctx, actor, id, from)
	if err != nil {
		return out, err
	}
	_, b, err := s.runOf(ctx, actor, id, to)
	if err != nil {
		return out, err
	}
	out.From, out.To = a.No, b.No
	if out.Units, err = s.moved(ctx, state, a, b); err != nil {
		return out, err
	}
	before, err := s.Scorer.Inputs(ctx, a.Inputs)
	if err != nil {
		return out, err
	}
	after, err := s.Scorer.Inputs(ctx, b.Inputs)
	if err != nil {
		return out, err
	}
	out.Inputs = append(out.Inputs, changedInputs(state, &before, &after)...)
	out.Same = len(out.Units) == 0 && len(out.Inputs) == 0
	return out, nil
}

func (s *Assessments) moved(ctx context.Context, state assessment.State, a, b *assessment.Run) ([]UnitDifference, error) {
	out := []UnitDifference{}
	before, err := s.Output(ctx, a)
	if err != nil {
		return nil, err
	}
	after, err := s.Output(ctx, b)
	if err != nil {
		return nil, err
	}
	for _, u := range b.Units {
		was := a.Score(u.UnitID)
		if was == nil {
			was = &assessment.UnitScore{UnitID: u.UnitID, Name: u.Name, Group: u.Group}
		}
		d := UnitDifference{UnitID: u.UnitID, Name: displayName(state, u.UnitID, u.Name), Group: u.Group, TotalFrom: was.Total, TotalTo: u.Total, RankFrom: was.Rank, RankTo: u.Rank,
			GradeFrom: was.Grade, GradeTo: u.Grade, Indicators: []IndicatorDifference{}}
		old := map[string]string{}
		for _, x := range resultOf(before, was.Name).Indicators {
			old[x.ID] = x.Score
		}
		for _, x := range resultOf(after, u.Name).Indicators {
			if old[x.ID] != x.Score {
				d.Indicators = append(d.Indicators, IndicatorDifference{ID: x.ID, Name: x.Name, From: old[x.ID], To: x.Score})
			}
		}
		if len(d.Indicators) > 0 || d.TotalFrom != d.TotalTo || d.RankFrom != d.RankTo || d.GradeFrom != d.GradeTo {
			out = append(out, d)
		}
	}
	slices.SortStableFunc(out, func(a, b UnitDifference) int { return gap(b).Cmp(gap(a)) })
	return out, nil
}

func gap(d UnitDifference) rulebook.Num {
	from, _ := rulebook.ParseNum(d.TotalFrom)
	to, _ := rulebook.ParseNum(d.TotalTo)
	if g := to.Sub(from); g.Sign() >= 0 {
		return g
	}
	return from.Sub(to)
}

// maxInputChanges bounds how many differing inputs are told.
const maxInputChanges = 200

// changedInputs tells which figures and projects two runs took differently.
func changedInputs(state assessment.State, a, b *assessment.Inputs) []string {
	var out []string
	if a.Book.Digest != b.Book.Digest {
		out = append(out, fmt.Sprintf("细则:%s版→%s版", a.Book.Version, b.Book.Version))
	}
	type at struct{ unit, name string }
	was := map[at]assessment.InputFigure{}
	for _, f := range a.Figures {
		was[at{f.Unit, f.Name}] = f
	}
	for _, f := range b.Figures {
		old, ok := was[at{f.Unit, f.Name}]
		delete(was, at{f.Unit, f.Name})
		if !ok || old.Value != f.Value {
			out = append(out, fmt.Sprintf("%s%s:%s→%s(%s)", displayName(state, f.Unit, f.Unit), f.Name, cmp.Or(old.Value, "无"), f.Value, f.Source.Label()))
		}
	}
	for _, f := range a.Figures {
		if _, gone := was[at{f.Unit, f.Name}]; gone {
			out = append(out, fmt.Sprintf("%s%s:%s→无", displayName(state, f.Unit, f.Unit), f.Name, f.Value))
		}
	}
	rows := map[string][]string{}
	for _, r := range a.Projects {
		rows[r[0]] = r
	}
	changed := 0
	for _, r := range b.Projects {
		if old, ok := rows[r[0]]; !ok || !slices.Equal(old, r) {
			changed++
			if changed <= 50 {
				out = append(out, "项目"+r[0]+" "+r[1]+":登记有变")
			}
		}
		delete(rows, r[0])
	}
	if more := changed - 50 + len(rows); changed > 50 || len(rows) > 0 {
		out = append(out, fmt.Sprintf("另有%d个项目的登记有变", max(more, len(rows))))
	}
	return out[:min(len(out), maxInputChanges)]
}
