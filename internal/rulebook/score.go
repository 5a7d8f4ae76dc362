package rulebook

import (
	"fmt"
	"runtime"
	"slices"
)

// Scores are what a book gives for facts: every value, and why.
type Scores struct {
	Facts    *Facts
	Findings Findings // notices of figures that weren't there and what the book says of them

	run    *run
	grades []string
	why    []string // of the grade
}

// Score runs the facts' book over them. When the findings hold an error there are no
// scores: a figure is missing and the book doesn't say what then, or the like.
func (f *Facts) Score() (*Scores, Findings) { return f.ScoreOn(runtime.GOMAXPROCS(0)) }

// ScoreOn is Score on at most that many processors.
func (f *Facts) ScoreOn(cores int) (*Scores, Findings) {
	f.lock.Lock()
	r, changes := f.idle, f.changes
	f.idle = nil
	f.lock.Unlock()
	if r == nil || r.parallel != max(1, cores) {
		r = newRun(f)
		r.parallel, r.changes = max(1, cores), changes
	}
	return f.score(r)
}

// Release gives the scores' memory back for the next scoring of the same facts. The
// scores must not be used any more; who doesn't call it loses nothing but time.
func (s *Scores) Release() {
	f := s.Facts
	f.lock.Lock()
	if s.run.changes == f.changes { // else it was planned for facts that are no more
		f.idle = s.run
	}
	f.lock.Unlock()
	s.run = nil
}

func (f *Facts) score(r *run) (*Scores, Findings) {
	if f.book.timely && (f.Year == 0 || f.AsOf.IsZero()) {
		return nil, Findings{{Severity: Error, Code: "year_missing", File: f.book.File, Message: "细则用到年度、截止日或“已签约”等与时间有关的条件,事实须写“年度”或“截止”"}}
	}
	r.compute()
	s := &Scores{Facts: f, run: r}
	s.Findings = s.findings()
	if s.Findings.Failed() {
		return nil, s.Findings
	}
	s.grade()
	return s, s.Findings
}

func (s *Scores) value(c *Column, u int) Num { return s.run.values[c.index][u] }

// Total is a unit's total, by its place among the facts' units.
func (s *Scores) Total(u int) Num { return s.value(s.Facts.book.Total, u) }

// Rank is a unit's rank in its group.
func (s *Scores) Rank(u int) Num { return s.value(s.Facts.book.Rank, u) }

// Grade is a unit's grade, "" without one.
func (s *Scores) Grade(u int) string { return s.grades[u] }

// Of is an indicator's score; its Fault says why there is none.
func (s *Scores) Of(n *Node, u int) Num { return s.value(n.Value, u) }

// Metric is a metric's value.
func (s *Scores) Metric(m *Metric, u int) Num { return s.value(m.Value, u) }

// Holds reports whether an outcome applies to a unit.
func (s *Scores) Holds(o *Outcome, u int) bool { return s.value(o.Cond, u).Sign() != 0 }

// Order lists the units group by group, best rank first.
func (s *Scores) Order() []int {
	list := slices.Clone(s.run.all)
	slices.SortStableFunc(list, func(a, b int) int {
		x, y := s.Facts.Units[a], s.Facts.Units[b]
		if x.group != y.group {
			return x.group - y.group
		}
		return s.Rank(a).Cmp(s.Rank(b))
	})
	return list
}

// findings names every figure that wasn't there: an error without a policy, a notice
// with one.
func (s *Scores) findings() Findings {
	f := &findings{file: s.Facts.book.File}
	if !slices.Contains(s.run.faulty, true) {
		return nil
	}
	suspects := s.suspects()
	conclusions := slices.DeleteFunc(s.conclusions(), func(c *Column) bool { return !s.run.faulty[c.index] })
	for u, unit := range s.Facts.Units {
		before := len(f.list)
		for _, n := range suspects {
			if n.of[unit.group] && (len(n.Children) == 0 || len(f.list) == before) {
				s.nodeFindings(f, n, u)
			}
		}
		s.metricFindings(f, u)
		for _, c := range conclusions {
			if fault := s.value(c, u).Fault(); fault != nil && len(f.list) == before {
				s.add(f, Error, u, c.Label, c.At, fault, fault.Message())
			}
		}
	}
	return f.list
}

// suspects are the indicators with a fault for some unit, headings last.
func (s *Scores) suspects() []*Node {
	var leaves, headings []*Node
	for _, n := range s.Facts.book.all {
		if !slices.ContainsFunc(n.steps, func(c *Column) bool { return c.Table == nil && s.run.faulty[c.index] }) {
			continue
		}
		if len(n.Children) == 0 {
			leaves = append(leaves, n)
		} else {
			headings = append(headings, n)
		}
	}
	return append(leaves, headings...)
}

// conclusions are the columns that follow the indicators.
func (s *Scores) conclusions() []*Column {
	b := s.Facts.book
	list := []*Column{b.Base, b.Bonus, b.Deduction, b.Sum, b.Total, b.Rank}
	for _, o := range b.Outcomes {
		list = append(list, o.Cond)
	}
	for _, g := range b.Grades {
		if g.Cond != nil {
			list = append(list, g.Cond)
		}
	}
	return append(list, b.Rank.Expr.Group.Ties...)
}

func (s *Scores) nodeFindings(f *findings, n *Node, u int) {
	v := s.Of(n, u).Fault()
	if v != nil && v.Kind != NotApplicable {
		s.add(f, Error, u, n.Name, n.at, v, v.Message()+",细则没有写明如何处理(可写“缺数”或“除零”)")
		return
	}
	e := n.Value.Expr
	if e.Op != OpPolicy {
		return
	}
	fault := s.value(e.Args[0].Col, u).Fault()
	if fault == nil || fault.Kind != Missing && fault.Kind != DivisionByZero {
		return
	}
	result := "按细则计" + s.Of(n, u).String() + "分"
	if v != nil {
		result = "按细则不适用,分值由其他指标分担"
	}
	s.add(f, Notice, u, n.Name, n.at, fault, fault.Message()+","+result)
}

// metricFindings tells of metrics taken at their 缺省 or 除零, as far as they matter to
// the unit's group.
// That a department has no signed projects is no news where only counties are measured
// by them; metrics listed for reading are news to everybody.
func (s *Scores) metricFindings(f *findings, u int) {
	for _, m := range s.Facts.book.Metrics {
		for _, c := range m.steps {
			if c.Expr == nil || c.Expr.Op != OpDefault && c.Expr.Op != OpPolicy || c.Expr.Args[0].Op != OpColumn || c.Table != nil {
				continue
			}
			if before := c.Expr.Args[0].Col; !s.run.faulty[before.index] {
				continue
			}
			fault := s.value(c.Expr.Args[0].Col, u).Fault()
			now := s.value(c, u)
			if fault == nil || fault.Kind != Missing && fault.Kind != DivisionByZero || now.Fault() != nil && now.Fault().Kind != NotApplicable {
				continue
			}
			if _, _, fixed := s.FixedAt(m, u); fixed || !m.shown && !m.needed()[s.Facts.Units[u].group] {
				continue
			}
			s.add(f, Notice, u, m.Name, m.at, fault, fault.Message()+",按细则计为"+valueText(c.Measure, now))
		}
	}
}

func (s *Scores) add(f *findings, severity Severity, u int, indicator string, at Pos, fault *Fault, message string) {
	if len(f.list) >= maxFindings {
		return
	}
	code := faultCodes[fault.Kind]
	if m := s.Facts.book.metric(fault.What); m != nil && m.Origin == "目标" {
		code = "target_missing"
	}
	f.list = append(f.list, Finding{Severity: severity, Code: code, File: f.file, Line: at.Line, Column: at.Col,
		Unit: s.Facts.Units[u].Name, Indicator: indicator, Message: message})
}

// grade gives grades by rank, condition and quota, best grade first; then what the
// outcomes say: a fixed grade comes first and takes no quota, a promotion or demotion
// last.
func (s *Scores) grade() {
	b := s.Facts.book
	s.grades, s.why = make([]string, len(s.Facts.Units)), make([]string, len(s.Facts.Units))
	if len(b.Grades) == 0 {
		return
	}
	for g, units := range s.run.members {
		order := slices.Clone(units)
		slices.SortStableFunc(order, func(a, c int) int { return s.Rank(a).Cmp(s.Rank(c)) })
		taken := map[int]int{}
		for _, u := range order {
			for _, o := range b.Outcomes {
				if o.Effect == "定为等次" && s.Holds(o, u) {
					taken[u] = max(taken[u], b.grade(o.Grade)+1)
					s.why[u] = o.Name
				}
			}
		}
		for i, grade := range b.Grades {
			s.fill(grade, i, order, taken, b.Groups[g].Name)
		}
		for _, u := range order {
			if s.why[u] == "" {
				s.shift(u, taken)
			}
			if taken[u] > 0 {
				s.grades[u] = b.Grades[taken[u]-1].Name
			}
		}
	}
}

// fill gives one grade to those in order who meet its condition, up to its quota.
func (s *Scores) fill(g *Grade, i int, order []int, taken map[int]int, group string) {
	left := g.Limit(group, len(order))
	var lastRank Num
	for _, u := range order {
		if taken[u] > 0 || g.Cond != nil && s.value(g.Cond, u).Sign() == 0 || g.Awards && s.barred(u) {
			continue
		}
		if left == 0 {
			if s.Rank(u).Cmp(lastRank) == 0 {
				s.Findings = append(s.Findings, Finding{Severity: Notice, Code: "quota_tie", Unit: s.Facts.Units[u].Name,
					Message: fmt.Sprintf("与上一单位并列,但“%s”名额已满", g.Name)})
			}
			return
		}
		taken[u] = i + 1
		left--
		lastRank = s.Rank(u)
	}
}

// Limit is how many units of a group of that size may have the grade (名额); -1 for any
// number.
func (g *Grade) Limit(group string, size int) int {
	q, ok := g.Quota[group]
	if !ok {
		if q, ok = g.Quota[""]; !ok {
			return -1
		}
	}
	n := q.n
	if q.percent {
		n = n.Mul(Int(int64(size))).Div(Int(100))
	}
	return int(n.Round(0, g.Round).Rat().Num().Int64())
}

// barred reports whether a unit has lost its eligibility for awards.
func (s *Scores) barred(u int) bool {
	return slices.ContainsFunc(s.Facts.book.Outcomes, func(o *Outcome) bool { return o.Effect == "取消评优" && s.Holds(o, u) })
}

// shift promotes and demotes by one grade for each outcome that says so.
func (s *Scores) shift(u int, taken map[int]int) {
	b := s.Facts.book
	for _, o := range b.Outcomes {
		if taken[u] == 0 || !s.Holds(o, u) {
			continue
		}
		switch o.Effect {
		case "升一档":
			if taken[u] > 1 && !(b.Grades[taken[u]-2].Awards && s.barred(u)) {
				taken[u]--
				s.why[u] = o.Name
			}
		case "降一档":
			if taken[u] < len(b.Grades) {
				taken[u]++
				s.why[u] = o.Name
			}
		}
	}
}

// Place is a unit's place among the facts' units, -1 when there is no such unit.
func (f *Facts) Place(unit string) int {
	if u, ok := f.byName[unit]; ok {
		return u
	}
	return -1
}

// Value is any column's value for a unit.
func (s *Scores) Value(c *Column, u int) Num { return s.value(c, u) }

// Text is a unit's text in a column of texts.
func (s *Scores) Text(c *Column, u int) string { return s.run.text(c, u) }

// Why names the outcome that changed a unit's grade; "" when none did.
func (s *Scores) Why(u int) string { return s.why[u] }

// Members are the units of a group, by their place among the facts' units.
func (s *Scores) Members(g int) []int { return s.run.members[g] }
