package bulletin

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"luodi/internal/rulebook"
)

// The groups that are ranked, and what a rule book calls them.
const (
	Counties    = "county"
	Departments = "department"
)

var groups = []struct{ key, name, title string }{
	{Counties, "县市区", "县市区排名"}, {Departments, "市直部门", "市直部门排名"},
}

// The grades of a rule book that put a unit on a list.
const (
	redList   = "红榜"
	blackList = "黑榜"
)

// Ranker scores units by a rule book: Book's groups are 县市区 and 市直部门, its
// reported figures have the names of Figures, and its grades 红榜 and 黑榜 are the
// lists. Results are a department's or county's further figures by name, such as what
// became of its liaisons; a figure that isn't there is left to the book's policy.
type Ranker interface {
	Rank(group string, units []Line, c Content) ([]Scored, []Finding)
	Ref() BookRef
}

// Scored is what a rule book says of a unit.
type Scored struct {
	Key    string
	Rank   int
	Score  string
	Points []Point
	List   string // 红榜, 黑榜 or ""
	Reason string
}

// Book ranks by a rule book.
type Book struct {
	*rulebook.Book
	Results map[string]map[string]string // by unit id and name
}

// Ref implements Ranker.
func (b Book) Ref() BookRef {
	return BookRef{Title: b.Title, Version: b.Version, Digest: b.Hash, Illustrative: b.Illustrative}
}

// Figures are what a rule book may ask of a unit, by name: for each indicator and
// rate, such as 签约项目数, the figure of the year to date, and with a word before it
// (当月, 上年同期) or behind it (目标, 完成率, 超序时, 同比, 环比). Percentages carry their
// sign; a figure that can't be given is left out.
func Figures(l Line, progress string) map[string]string {
	out := map[string]string{}
	put := func(name, value, unit string) {
		if value != "" {
			out[name] = value + unit
		}
	}
	for i, m := range l.Measures {
		name, unit := Indicators[i].Label, Indicators[i].Unit
		put(name, m.Year, unit)
		put("当月"+name, m.Month, unit)
		put("上年同期"+name, m.YearLastYear, unit)
		put(name+"目标", m.Target, unit)
		put(name+"完成率", m.Completion, "%")
		put(name+"超序时", m.Lead, "个百分点")
		put(name+"同比", m.YearOnYear, "%")
		put(name+"环比", m.PeriodOnPeriod, "%")
	}
	for i, r := range l.Rates {
		put(RateKinds[i].Label, r.Percent, "%")
		put(RateKinds[i].Label+"变化", r.Change, "个百分点")
	}
	put("序时进度", progress, "%")
	return out
}

// Rank implements Ranker. Findings say why there is no ranking, or what of it was
// taken as the book says for a figure that wasn't there.
func (b Book) Rank(group string, units []Line, c Content) ([]Scored, []Finding) {
	name := groupName(group)
	if len(units) == 0 || !slices.Contains(b.GroupNames(), name) {
		return nil, nil
	}
	facts := b.NewFacts(c.Year, c.Month, c.Cutoff)
	var problems []Finding
	for _, u := range units {
		if p := facts.AddUnit(u.Name, name); p != nil {
			problems = append(problems, Finding{Code: "unscored", Where: u.Name, Message: p.Message})
		}
	}
	for _, u := range units {
		problems = append(problems, b.give(facts, u, c.Progress.Percent)...)
	}
	if len(problems) > 0 {
		return nil, problems
	}
	scores, found := facts.Score()
	if scores == nil {
		return nil, unscored(name, found)
	}
	result, order := scores.Result(false), scores.Order()
	out := make([]Scored, len(units))
	for i, u := range result.Units {
		at := order[i]
		grade, _ := gradeOf(b.Book, u.Grade)
		out[at] = Scored{Key: units[at].Key, Score: u.Total, Points: points(u), List: listOf(u.Grade), Reason: reason(u, scores.Why(at), grade)}
		out[at].Rank, _ = strconv.Atoi(u.Rank)
	}
	return out, nil
}

// give sets what the book asks for and the bulletin knows.
func (b Book) give(facts *rulebook.Facts, u Line, progress string) []Finding {
	known := Figures(u, progress)
	for name, value := range b.Results[u.Key] {
		known[name] = value
	}
	var out []Finding
	for _, m := range b.Metrics {
		value, ok := known[m.Name]
		if m.Origin == "" || !ok {
			continue
		}
		if p := facts.Set(u.Name, m.Name, value); p != nil {
			out = append(out, Finding{Code: "unscored", Where: u.Name + m.Name, Message: p.Message})
		}
	}
	return out
}

func unscored(group string, found rulebook.Findings) []Finding {
	var out []Finding
	for _, f := range found {
		if f.Severity == rulebook.Error {
			out = append(out, Finding{Code: "unscored", Where: group + f.Unit + f.Indicator, Message: f.Message})
		}
	}
	return out
}

func points(u rulebook.UnitResult) []Point {
	out := []Point{}
	for _, i := range u.Indicators {
		out = append(out, Point{ID: i.ID, Name: i.Name, Score: i.Score, Working: i.Working})
	}
	return out
}

func gradeOf(b *rulebook.Book, name string) (*rulebook.Grade, bool) {
	i := slices.IndexFunc(b.Grades, func(g *rulebook.Grade) bool { return g.Name == name })
	if i < 0 {
		return nil, false
	}
	return b.Grades[i], true
}

func listOf(grade string) string {
	if grade == redList || grade == blackList {
		return grade
	}
	return ""
}

// reason says in words why a unit is where it is: its rank and score, the book's
// condition, and the outcomes that apply.
func reason(u rulebook.UnitResult, why string, grade *rulebook.Grade) string {
	parts := []string{fmt.Sprintf("第%s名,%s分", u.Rank, u.Total)}
	switch {
	case why != "":
		parts = append(parts, why)
	case grade != nil && grade.Cond != nil:
		parts = append(parts, "符合“"+grade.Cond.Formula()+"”")
	}
	for _, o := range u.Outcomes {
		if o.Name != why {
			parts = append(parts, o.Name)
		}
	}
	return strings.Join(parts, ";")
}

func groupName(key string) string {
	for _, g := range groups {
		if g.key == key {
			return g.name
		}
	}
	return ""
}

// rank puts the units of each group in their order.
func (m maker) rank(c *Content) {
	c.Book = m.in.Ranker.Ref()
	for _, g := range groups {
		lines := c.Counties
		if g.key == Departments {
			lines = c.Departments
		}
		scored, findings := m.in.Ranker.Rank(g.key, lines, *c)
		c.Findings = append(c.Findings, findings...)
		if len(scored) == 0 {
			continue
		}
		r := Ranking{Group: g.key, Title: g.title, Rows: []Ranked{}}
		for _, s := range inOrder(scored) {
			name := nameOf(lines, s.Key)
			row := Ranked{Rank: s.Rank, Key: s.Key, Name: name, Score: s.Score, Points: s.Points, Previous: m.in.Standing[g.key][s.Key]}
			if row.Previous > 0 {
				row.Change = row.Previous - row.Rank
			}
			r.Rows = append(r.Rows, row)
			on := Listed{Group: g.key, Key: s.Key, Name: name, Rank: s.Rank, Score: s.Score, Reason: s.Reason}
			switch s.List {
			case redList:
				c.Red = append(c.Red, on)
			case blackList:
				c.Black = append(c.Black, on)
			}
		}
		c.Rankings = append(c.Rankings, r)
	}
}

func nameOf(lines []Line, key string) string {
	for _, l := range lines {
		if l.Key == key {
			return l.Name
		}
	}
	return key
}

// inOrder keeps units of one rank in the order they are shown in.
func inOrder(scored []Scored) []Scored {
	out := slices.Clone(scored)
	slices.SortStableFunc(out, func(a, b Scored) int { return cmp.Compare(a.Rank, b.Rank) })
	return out
}

// StandingOf is each unit's rank in a published bulletin.
func StandingOf(c Content) Standing {
	out := Standing{}
	for _, r := range c.Rankings {
		out[r.Group] = map[string]int{}
		for _, row := range r.Rows {
			out[r.Group][row.Key] = row.Rank
		}
	}
	return out
}
