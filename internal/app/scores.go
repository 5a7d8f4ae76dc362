package app

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"luodi/internal/assessment"
	"luodi/internal/calendar"
	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/liaison"
	"luodi/internal/org"

	"luodi/internal/project"
	"luodi/internal/review"
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

// What-if and forecast.

// Supposition is a figure as it might become.
type Supposition struct {
	Figure string `json:"figure" maxLength:"100"`
	Value  string `json:"value,omitempty" maxLength:"100" doc:"the whole figure; or"`
	Add    string `json:"add,omitempty" maxLength:"100" doc:"how much more (or less, with a minus)"`
}

// Forecast is what a unit's annual score would be by today's figures.
type Forecast struct {
	UnitID     string              `json:"unit_id"`
	Name       string              `json:"name"`
	Group      string              `json:"group"`
	AsOf       calendar.Date       `json:"as_of"`
	Units      int                 `json:"units" doc:"in the group"`
	Total      string              `json:"total"`
	Rank       int                 `json:"rank"`
	Grade      string              `json:"grade"`
	Months     []ForecastMonth     `json:"months" doc:"the same at the end of each month, by what is recorded today"`
	Figures    []ForecastFigure    `json:"figures" doc:"that may be supposed otherwise"`
	Findings   []string            `json:"findings" doc:"gaps, and by which policy of the book each was filled"`
	If         *ForecastIf         `json:"if,omitempty"`
	Indicators []ForecastIndicator `json:"indicators"`
}

// ForecastMonth is the forecast at the end of a month.
type ForecastMonth struct {
	Month int           `json:"month"`
	AsOf  calendar.Date `json:"as_of"`
	Total string        `json:"total"`
	Rank  int           `json:"rank"`
}

// ForecastFigure is one of today's figures.
type ForecastFigure struct {
	Name    string `json:"name"`
	Measure string `json:"measure,omitempty"`
	Value   string `json:"value"`
	Target  bool   `json:"target"`
	Counted bool   `json:"counted"`
	Records int    `json:"records"`
}

// ForecastIndicator is one indicator today, and as supposed.
type ForecastIndicator struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Parent  string `json:"parent,omitempty"`
	Points  string `json:"points,omitempty"`
	Score   string `json:"score"`
	If      string `json:"if,omitempty"`
	Working string `json:"working"`
}

// ForecastIf is the same with the suppositions.
type ForecastIf struct {
	Total string `json:"total"`
	Rank  int    `json:"rank"`
	Grade string `json:"grade"`
}

// Forecast scores a year by today's figures, for one unit, and again with suppositions.
// A unit's people forecast their own; the office any. Errors: Forbidden; NotFound;
// Invalid for a supposition that doesn't fit; Conflict "forecast_impossible".
func (s *Assessments) Forecast(ctx context.Context, actor org.Actor, id, unit string, suppose []Supposition) (Forecast, error) {
	var out Forecast
	v, err := s.load(ctx, actor, id)
	if err != nil {
		return out, err
	}
	m := v.State.Member(unit)
	switch {
	case m == nil || m.MergedInto != "":
		return out, fault.New(fault.NotFound, "unit_not_assessed", "这个单位不参加本年度考核")
	case !actor.ReadsAll() && actor.UnitID != unit:
		return out, fault.New(fault.Forbidden, "forecast_forbidden", "只能测算本单位的得分")
	}
	today := calendar.DateOf(s.Now())
	in, err := s.Scorer.Gather(ctx, v.State, v.State.AsOf(today), s.now(), true)
	if err != nil {
		return out, err
	}
	book, err := s.Scorer.Book(ctx, in.Book.Digest)
	if err != nil {
		return out, err
	}
	scored, err := s.try(&in, book)
	if err != nil {
		return out, err
	}
	out = forecastOf(scored, &in, book, *m)
	if out.Months, err = s.months(in, book, *m); err != nil || len(suppose) == 0 {
		return out, err
	}
	return out, s.suppose(&out, in, book, scored, suppose)
}

// try scores tentative inputs.
func (s *Assessments) try(in *assessment.Inputs, book *rulebook.Book) (assessment.Scored, error) {
	scored, err := in.Score(book, "")
	if err == nil && scored.Result == nil {
		e := fault.New(fault.Conflict, "forecast_impossible", "数据还不足以测算:"+first(scored.Problems))
		for _, p := range scored.Problems[:min(len(scored.Problems), 50)] {
			e = e.With("/", "figure_missing", p)
		}
		err = e
	}
	return scored, err
}

func forecastOf(x assessment.Scored, in *assessment.Inputs, book *rulebook.Book, m assessment.Member) Forecast {
	out := Forecast{UnitID: m.UnitID, Name: m.Name, Group: m.Group, AsOf: in.AsOf, Months: []ForecastMonth{}, Figures: []ForecastFigure{}, Findings: []string{}, Indicators: []ForecastIndicator{}}
	for _, l := range x.Lines(in) {
		if l.Group == m.Group {
			out.Units++
		}
		if l.UnitID == m.UnitID {
			out.Total, out.Rank, out.Grade = l.Total, l.Rank, l.Grade
		}
	}
	for _, f := range x.Result.Findings {
		if f.Unit == m.BookName {
			out.Findings = append(out.Findings, f.Indicator+":"+f.Message)
		}
	}
	for _, i := range resultOf(x.Result, m.BookName).Indicators {
		out.Indicators = append(out.Indicators, ForecastIndicator{ID: i.ID, Name: i.Name, Parent: i.Parent, Points: i.Points, Score: i.Score, Working: i.Working})
	}
	u := x.Scores.Facts.Place(m.BookName)
	counted := book.Counted()
	for _, metric := range book.Metrics {
		isCounted := slices.Contains(counted, metric)
		if !isCounted && !metric.Reported() || !book.NeededBy(metric, m.Group) || book.FigureType(metric.Name) == rulebook.Text {
			continue
		}
		f := ForecastFigure{Name: metric.Name, Measure: metric.Unit(), Target: metric.Origin == "目标", Counted: isCounted, Value: metric.Write(x.Scores.Metric(metric, u))}
		if isCounted {
			f.Records = len(x.Scores.Records(metric, u))
		}
		out.Figures = append(out.Figures, f)
	}
	return out
}

// months scores what is recorded today as of the end of each month that is over.
func (s *Assessments) months(in assessment.Inputs, book *rulebook.Book, m assessment.Member) ([]ForecastMonth, error) {
	out := []ForecastMonth{}
	for month := time.January; month <= time.December; month++ {
		day := calendar.Date{Year: in.Year, Month: month + 1, Day: 1}.AddDays(-1)
		if month == time.December {
			day = lastDay(in.Year)
		}
		if day.After(in.AsOf) {
			break
		}
		then := in
		then.AsOf = day
		scored, err := then.Score(book, "")
		if err != nil {
			return nil, err
		}
		if scored.Result == nil {
			continue
		}
		for _, l := range scored.Lines(&then) {
			if l.UnitID == m.UnitID {
				out = append(out, ForecastMonth{Month: int(month), AsOf: day, Total: l.Total, Rank: l.Rank})
			}
		}
	}
	return out, nil
}

// suppose scores once more with other figures.
func (s *Assessments) suppose(out *Forecast, in assessment.Inputs, book *rulebook.Book, now assessment.Scored, list []Supposition) error {
	in.Figures = slices.Clone(in.Figures)
	u := now.Scores.Facts.Place(in.BookName(out.UnitID))
	for i, x := range list {
		at := fmt.Sprintf("/suppose/%d", i)
		m := book.Metric(x.Figure)
		if m == nil || !slices.ContainsFunc(out.Figures, func(f ForecastFigure) bool { return f.Name == x.Figure }) {
			return fault.Field(at+"/figure", "figure_unknown", "没有可以假设的数据“"+x.Figure+"”")
		}
		value, err := supposed(book, m, x, now.Scores.Metric(m, u), at)
		if err != nil {
			return err
		}
		in.Set(assessment.InputFigure{Unit: out.UnitID, Name: x.Figure, Value: value, Source: assessment.FromWhatIf, Fixed: !m.Reported()})
	}
	scored, err := s.try(&in, book)
	if err != nil {
		return err
	}
	for _, l := range scored.Lines(&in) {
		if l.UnitID == out.UnitID {
			out.If = &ForecastIf{Total: l.Total, Rank: l.Rank, Grade: l.Grade}
		}
	}
	for _, x := range resultOf(scored.Result, in.BookName(out.UnitID)).Indicators {
		for i := range out.Indicators {
			if out.Indicators[i].ID == x.ID {
				out.Indicators[i].If = x.Score
			}
		}
	}
	return nil
}

func supposed(book *rulebook.Book, m *rulebook.Metric, x Supposition, now rulebook.Num, at string) (string, error) {
	text, field := x.Value, "/value"
	if x.Add != "" {
		text, field = x.Add, "/add"
	}
	value, p := book.ReadFigure(x.Figure, text)
	if p != nil {
		return "", fault.Field(at+field, p.Code, x.Figure+":"+p.Message)
	}
	if x.Add == "" {
		return value, nil
	}
	more, ok := m.Read(value)
	if !ok {
		return "", fault.Field(at+"/add", "number_expected", x.Figure+"不能增减")
	}
	if now.Fault() != nil {
		now = rulebook.Int(0)
	}
	return m.Write(now.Add(more)), nil
}

// Evidence.

// Behind are the projects behind a counted figure of a unit, as the registry has them.
func (s *Scorer) Behind(ctx context.Context, actor org.Actor, state assessment.State, unit, figure string, now time.Time) ([]FigureProject, error) {
	v, err := s.survey(ctx, state, lastDay(state.Year), now.UTC().Truncate(time.Microsecond))
	if err != nil {
		return nil, err
	}
	book, err := s.Book(ctx, state.Plan.Book.Digest)
	if err != nil {
		return nil, err
	}
	m := book.Metric(figure)
	if m == nil || m.Reported() {
		return nil, fault.New(fault.NotFound, "figure_unknown", "没有这项登记数")
	}
	in := assessment.Inputs{Year: state.Year, AsOf: lastDay(state.Year), Fields: assessment.ProjectFields, Projects: v.rows}
	for _, x := range state.Active() {
		in.Units = append(in.Units, assessment.InputUnit{ID: x.UnitID, Name: x.BookName, Group: x.Group})
	}
	facts, _ := in.Facts(book, "")
	u := facts.Place(in.BookName(unit))
	if u < 0 {
		return nil, fault.New(fault.NotFound, "unit_not_assessed", "这个单位不参加本年度考核")
	}
	out := []FigureProject{}
	for _, code := range facts.Count().Records(m, u) {
		p := FigureProject{Code: code}
		if i := in.Project(code); i >= 0 {
			p.Name = in.Projects[i][1]
		}
		if row, err := projectByCode(ctx, s.Reads, org.ScopeOf(actor), code); err != nil {
			return nil, err
		} else if row != nil {
			p.ID = row.ID
		}
		out = append(out, p)
	}
	return out, nil
}

// projectByCode finds a project that a scope may see; nil when there is none.
func projectByCode(ctx context.Context, reads Reads, scope org.Scope, code string) (*project.Project, error) {
	rows, _, err := reads.Projects(ctx, scope, project.Filter{Query: code}, project.Sort{Field: project.ByCode}, Page{Limit: 50})
	for i := range rows {
		if rows[i].Code == code {
			return &rows[i], nil
		}
	}
	return nil, err
}

// Chain is everything that stands behind one score.
type Chain struct {
	Card      Card
	Indicator rulebook.IndicatorResult
	Figures   []ChainFigure
	Projects  []ChainProject
	More      int // projects beyond those that are told in full
}

// ChainFigure is a figure with the event that recorded it.
type ChainFigure struct {
	assessment.InputFigure
	Event *event.Event
}

// ChainProject is a project that counted, with what is recorded of it.
type ChainProject struct {
	Code     string
	Name     string
	ID       string // "" where the caller may not see it
	Fields   [][2]string
	Events   []event.Event
	Reviews  []ReviewRow
	Liaisons []LiaisonRow
}

// fullyTold is how many projects of an indicator are told with all that is recorded.
const fullyTold = 30

// Evidence follows one score down to the clause, the figures, the projects, and the
// events that recorded them. Errors: NotFound.
func (s *Assessments) Evidence(ctx context.Context, actor org.Actor, id, unit, indicator string, run int) (Chain, error) {
	card, err := s.Card(ctx, actor, id, unit, run)
	if err != nil {
		return Chain{}, err
	}
	i := slices.IndexFunc(card.Result.Indicators, func(x rulebook.IndicatorResult) bool { return x.ID == indicator })
	if i < 0 {
		return Chain{}, fault.New(fault.NotFound, "indicator_unknown", "没有这项指标")
	}
	out := Chain{Card: card, Indicator: card.Result.Indicators[i], Figures: []ChainFigure{}, Projects: []ChainProject{}}
	book, err := s.Scorer.Book(ctx, card.Run.Book)
	if err != nil {
		return out, err
	}
	if out.Figures, err = s.chainFigures(ctx, card, book, indicator); err != nil {
		return out, err
	}
	for n, code := range recordsOf(out.Indicator.Explanation) {
		at := card.Inputs.Project(code)
		if at < 0 {
			continue
		}
		if n >= fullyTold {
			out.More++
			continue
		}
		p, err := s.chainProject(ctx, actor, card.Inputs, at)
		if err != nil {
			return out, err
		}
		out.Projects = append(out.Projects, p)
	}
	return out, nil
}

// chainFigures are the figures that the indicator depends on.
func (s *Assessments) chainFigures(ctx context.Context, card Card, book *rulebook.Book, indicator string) ([]ChainFigure, error) {
	out := []ChainFigure{}
	streams := map[string][]event.Event{}
	for _, f := range card.Inputs.Figures {
		m := book.Metric(f.Name)
		if f.Unit != card.Unit.UnitID || m == nil || !slices.ContainsFunc(book.Uses(m), func(n *rulebook.Node) bool { return n.ID == indicator || under(n, indicator) }) {
			continue
		}
		x := ChainFigure{InputFigure: f}
		if f.Stream != "" && f.Seq > 0 {
			if _, read := streams[f.Stream]; !read {
				events, err := s.Reads.Events(ctx, f.Stream, 0)
				if err != nil {
					return nil, err
				}
				streams[f.Stream] = events
			}
			for i := range streams[f.Stream] {
				if e := &streams[f.Stream][i]; e.Seq == f.Seq {
					x.Event = e
				}
			}
		}
		out = append(out, x)
	}
	return out, nil
}

// under reports whether an indicator is one of those below a heading.
func under(n *rulebook.Node, heading string) bool {
	for p := n.Parent; p != nil; p = p.Parent {
		if p.ID == heading {
			return true
		}
	}
	return false
}

// recordsOf are the codes of the records in an explanation, each once, in their order.
func recordsOf(e *rulebook.Explanation) []string {
	var out []string
	var walk func(*rulebook.Explanation)
	walk = func(e *rulebook.Explanation) {
		if e == nil {
			return
		}
		for _, r := range e.Records {
			if code := codeOf(r); !slices.Contains(out, code) {
				out = append(out, code)
			}
		}
		for _, p := range e.Parts {
			walk(p)
		}
	}
	walk(e)
	return out
}

func (s *Assessments) chainProject(ctx context.Context, actor org.Actor, in *assessment.Inputs, at int) (ChainProject, error) {
	row := in.Projects[at]
	out := ChainProject{Code: row[0], Name: row[1], Events: []event.Event{}, Reviews: []ReviewRow{}, Liaisons: []LiaisonRow{}}
	for i, v := range row[2:] {
		if v != "" && v != "否" && v != "0" {
			out.Fields = append(out.Fields, [2]string{in.Fields[i+2], v})
		}
	}
	scope := org.ScopeOf(actor)
	p, err := projectByCode(ctx, s.Reads, scope, out.Code)
	if err != nil || p == nil {
		return out, err
	}
	out.ID = p.ID
	all, err := s.Reads.Timeline(ctx, p.ID)
	if err != nil {
		return out, err
	}
	for _, e := range all { // what was recorded of it until the year was scored, by the steps that matter
		if !e.At.After(in.KnownAt) && matters(e.Type) {
			out.Events = append(out.Events, e)
		}
	}
	if out.Reviews, _, err = s.Reads.Reviews(ctx, scope, ReviewFilter{ProjectID: p.ID}, Page{Limit: 20}); err != nil {
		return out, err
	}
	out.Liaisons, _, err = s.Reads.Liaisons(ctx, scope, LiaisonFilter{ProjectID: p.ID}, Page{Limit: 20})
	return out, err
}

// telling are the events of a project that its scores rest on.
var telling = []string{
	(project.Registered{}).EventType(), (project.Advanced{}).EventType(), (project.Corrected{}).EventType(),
	(review.Decided{}).EventType(), (review.PaperIssued{}).EventType(),
	(liaison.AssignedTo{}).EventType(), (liaison.Reached{}).EventType(), (liaison.Confirmed{}).EventType(),
}

func matters(eventType string) bool { return slices.Contains(telling, eventType) }

// ProjectScore is one score that a project counted in.
type ProjectScore struct {
	Year      string `json:"year"`
	Title     string `json:"title"`
	UnitID    string `json:"unit_id"`
	UnitName  string `json:"unit_name"`
	Indicator string `json:"indicator"`
	Name      string `json:"name"`
	Score     string `json:"score"`
	Points    string `json:"points,omitempty"`
	Run       int    `json:"run"`
	Stage     string `json:"stage" doc:"of the year, in Chinese"`
}

// ScoresOf are the scores that a project counted in, of the runs that stand and that the
// actor may see, the latest year first.
func (s *Assessments) ScoresOf(ctx context.Context, actor org.Actor, code string) ([]ProjectScore, error) {
	out := []ProjectScore{}
	touches, err := s.Reads.TouchesOf(ctx, code)
	if err != nil || len(touches) == 0 {
		return out, err
	}
	years, _, err := s.Reads.Assessments(ctx, org.ScopeOf(actor), Page{Limit: 200})
	if err != nil {
		return out, err
	}
	for _, y := range years {
		_, r, err := s.runOf(ctx, actor, y.ID, 0)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return out, err
		}
		result, err := s.Output(ctx, r)
		if err != nil {
			return out, err
		}
		for _, t := range touches {
			if t.Output != r.Output {
				continue
			}
			line := r.Score(t.UnitID)
			for _, x := range resultOf(result, line.Name).Indicators {
				if x.ID == t.Indicator {
					out = append(out, ProjectScore{Year: y.ID, Title: y.Title, UnitID: t.UnitID, UnitName: line.Name, Indicator: x.ID, Name: x.Name, Score: x.Score, Points: x.Points, Run: r.No, Stage: y.StageLabel})
				}
			}
		}
	}
	return out, nil
}

// codeOf is the code of a record as an explanation tells it: by its code and name.
func codeOf(record string) string {
	code, _, _ := strings.Cut(record, " ")
	return code
}
