package app

import (
	"context"
	"fmt"
	"slices"
	"time"

	"luodi/internal/assessment"
	"luodi/internal/calendar"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/rulebook"
)

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
