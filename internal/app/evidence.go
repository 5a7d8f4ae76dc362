package app

import (
	"context"
	"slices"
	"strings"
	"time"

	"luodi/internal/assessment"
	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/liaison"
	"luodi/internal/org"
	"luodi/internal/project"
	"luodi/internal/review"
	"luodi/internal/rulebook"
)

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
