package app

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"luodi/internal/calendar"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/project"
	"luodi/internal/review"
	"luodi/internal/rulebook"
)

// Admission scores projects under review by a rule book (准入评价): the registry's
// figures as they were submitted, the seats' opinions, and the marks they gave.
type Admission struct{ Book *rulebook.Book }

// markTopic is what the seats' marks of a review are about, as the book names it.
const markTopic = "综合评价"

// AdmissionScore is what the admission score would be if the review were decided now;
// ok is false without a rule book for it.
func (s *Reviews) AdmissionScore(ctx context.Context, actor org.Actor, id string) (score review.Score, ok bool, err error) {
	v, err := s.load(ctx, actor, id)
	if err != nil {
		return score, false, err
	}
	found, err := s.score(ctx, v.State)
	if err != nil || found == nil {
		return score, false, err
	}
	return *found, true, nil
}

// score is the admission score as of now; nil without a book.
func (s *Reviews) score(ctx context.Context, state review.State) (*review.Score, error) {
	if s.Admission == nil {
		return nil, nil
	}
	p, err := s.Reads.Project(ctx, state.Figures.ProjectID, org.Scope{All: true})
	if err != nil {
		return nil, err
	}
	return s.Admission.Score(state, p, calendar.DateOf(s.Now()))
}

// Score scores a review. p is the project in the registry; where the review has figures
// of its own, those as submitted count. Conflict "admission_incomplete" with the
// findings when the book can't score it, such as for a figure it needs and nobody has.
func (a *Admission) Score(s review.State, p project.Project, on calendar.Date) (*review.Score, error) {
	c := rulebook.Candidate{Project: submitted(p, s.Figures), Figures: map[string]string{}, AsOf: on}
	for _, x := range s.Seats {
		name := x.UnitName + "意见"
		known := slices.ContainsFunc(a.Book.Metrics, func(m *rulebook.Metric) bool { return m.Name == name })
		if known && x.Opinion != "" && x.Dropped == "" {
			c.Figures[name] = x.Opinion.Label()
		}
		if x.Mark != nil {
			c.Marks = append(c.Marks, rulebook.Mark{Topic: markTopic, Judge: x.UnitName, Mark: strconv.Itoa(*x.Mark)})
		}
	}
	scored, findings := a.Book.Admit(c)
	if scored == nil {
		err := fault.New(fault.Conflict, "admission_incomplete", "准入评分无法计算")
		for _, f := range findings {
			err = err.With("/"+f.Indicator, f.Code, f.Message)
		}
		return nil, err
	}
	out := &review.Score{
		Book: a.Book.Title + "第" + a.Book.Version + "版", Points: scored.Total.Exact(), Grade: scored.Grade,
		Explain: strings.Join(scored.Explanation.Lines(""), "\n"),
	}
	for _, v := range scored.Vetoes {
		out.Vetoes = append(out.Vetoes, v.Name)
	}
	return out, nil
}

// submitted is the project with the figures that the review took in.
func submitted(p project.Project, f review.Figures) project.Project {
	p.Name, p.Investor, p.Industry, p.AgreedAmount, p.Chemicals = f.Name, f.Investor, f.Industry, f.AgreedAmount, f.Chemicals
	p.LandArea, p.EnergyUse = project.Quantity(f.LandArea), project.Quantity(f.EnergyUse)
	return p
}
