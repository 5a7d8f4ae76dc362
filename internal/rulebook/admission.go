package rulebook

import (
	"luodi/internal/calendar"
	"luodi/internal/project"
)

// Candidate is a project before it lands, with what is asked about it beyond the
// registry, and the marks of the review's seats.
type Candidate struct {
	Project project.Project
	Figures map[string]string // as people write them: "6亿元", "12%", "是"
	Marks   []Mark
	AsOf    calendar.Date // the day of the figures
}

// Mark is one judge's mark on one topic (事项).
type Mark struct {
	Topic string
	Group string // 评委组, "" without groups
	Judge string
	Mark  string
}

// Admission is a candidate's admission score.
type Admission struct {
	Total       Num
	Grade       string          // what the book concludes, such as 建议落地; "" without grades
	Vetoes      []OutcomeResult // every 否决 that applies, whatever the total
	Result      *Result         // the whole, with one unit
	Explanation *Explanation
	Findings    Findings // notices of what was missing and what the book says of it
}

// Admit scores one project by an admission book: the engine of the annual assessment
// with the project as the only unit. There is no admission when a finding is an error,
// such as a figure that is missing and for which the book has no policy.
func (b *Book) Admit(c Candidate) (*Admission, Findings) {
	f := &findings{file: b.File}
	name := c.Project.Name
	if name == "" {
		name = "项目"
	}
	facts := b.NewFacts(c.AsOf.Year, int(c.AsOf.Month), c.AsOf)
	group := ""
	if len(b.Groups) > 0 {
		group = b.Groups[0].Name
	}
	f.refuse("", facts.AddUnit(name, group))
	for figure, value := range c.Figures {
		if value != "" {
			f.refuse(figure, facts.Set(name, figure, value))
		}
	}
	for field, p := range facts.AddProject(c.Project, name) {
		f.refuse(field, p)
	}
	for _, m := range c.Marks {
		for field, p := range facts.AddMark(name, m.Topic, m.Group, m.Judge, m.Mark) {
			f.refuse(m.Topic+field, p)
		}
	}
	if f.list.Failed() {
		return nil, f.list.sorted()
	}
	s, found := facts.Score()
	if s == nil {
		return nil, found
	}
	a := &Admission{Total: s.Total(0), Grade: s.Grade(0), Result: s.Result(true), Explanation: s.ExplainTotal(0), Findings: found}
	for _, o := range b.Outcomes {
		if o.Effect == "否决" && s.Holds(o, 0) {
			a.Vetoes = append(a.Vetoes, OutcomeResult{o.Name, o.Clause, effectNames[o.Effect]})
		}
	}
	return a, found
}

// refuse notes a fact that can't be taken.
func (f *findings) refuse(field string, p *Problem) {
	if p != nil {
		f.list = append(f.list, Finding{Severity: Error, Code: p.Code, File: f.file, Indicator: field, Message: p.Message})
	}
}
