package rulebook

import (
	"slices"
	"strings"
)

// reach says whose value of a column follows from a metric of one group's units.
type reach uint8

const (
	reachOwn    reach = 1 << iota // the same group's units
	reachOthers                   // units of other groups, through 全体 comparisons
)

// reached tells for every column what changes when a metric of a group's units does:
// the columns stand in the order of evaluation, so that one pass is enough.
func (b *Book) reached(m *Metric, group string) []reach {
	out := make([]reach, len(b.columns))
	for _, c := range b.columns {
		// What the formula is for the group says of the group; all of it, of the others.
		r := reachFrom(c.Expr.in(group), out)&reachOwn | reachFrom(c.Expr, out)&reachOthers
		if c == m.Value || c == m.reported || slices.Contains(c.inlined, m) {
			r |= reachOwn
		}
		if !b.concerns(c, group) {
			r &^= reachOwn
		}
		out[c.index] = r
	}
	return out
}

// in is a formula as far as it concerns a group: without the ways of a choice that are
// for other groups (分组 = "…").
func (e *Expr) in(group string) *Expr {
	if e == nil || e.Op != OpCases && len(e.Args) == 0 {
		return e
	}
	c := *e
	c.Args = nil
	for i, a := range e.Args {
		if e.Op != OpCases {
			c.Args = append(c.Args, a.in(group))
			continue
		}
		if i%2 == 1 {
			continue // taken with its condition
		}
		if i == len(e.Args)-1 {
			c.Args = append(c.Args, a.in(group))
			continue
		}
		known, holds := a.ofGroup(group)
		if known && holds {
			c.Args = append(c.Args, e.Args[i+1].in(group))
			break
		}
		if !known {
			c.Args = append(c.Args, a.in(group), e.Args[i+1].in(group))
		}
	}
	return &c
}

// ofGroup decides the condition 分组 = "…"; others aren't known.
func (e *Expr) ofGroup(group string) (known, holds bool) {
	if e.Op != OpEq || e.Args[0].Op != OpAttr || e.Args[0].Text != "分组" || e.Args[1].Op != OpText {
		return false, false
	}
	return true, e.Args[1].Text == group
}

// reachFrom puts together what a formula takes from columns.
func reachFrom(e *Expr, known []reach) (r reach) {
	e.Walk(func(e *Expr) {
		switch e.Op {
		case OpColumn, OpOwner:
			r |= known[e.Col.index]
		case OpGroup:
			var over reach
			for _, x := range append([]*Column{e.Group.Of, e.Group.Last}, e.Group.Ties...) {
				if x != nil {
					over |= known[x.index]
				}
			}
			if e.Group.All && over != 0 {
				over = reachOwn | reachOthers
			}
			r |= over
		}
	})
	return r
}

// concerns reports whether a column is computed for that group's units, or can hold.
func (b *Book) concerns(c *Column, group string) bool {
	if c.Node != nil {
		return c.Node.Of(group)
	}
	for _, o := range b.Outcomes {
		if o.Cond == c {
			return o.Groups == nil || slices.Contains(o.Groups, group)
		}
	}
	return true
}

// Uses are the indicators with a method whose value depends on the metric, directly or
// through other metrics and indicators, in the order of the file.
func (b *Book) Uses(m *Metric) []*Node {
	found := make([]bool, len(b.columns))
	for _, g := range b.Groups {
		for i, r := range b.reached(m, g.Name) {
			found[i] = found[i] || r != 0
		}
	}
	var list []*Node
	for _, n := range b.all {
		if n.Method != "" && found[n.Value.index] {
			list = append(list, n)
		}
	}
	return list
}

// NeededBy reports whether anything that is concluded of a group needs the metric of
// the group's units: an indicator, an outcome, the total, the rank or a grade. It is
// also needed when another group is compared with it.
func (b *Book) NeededBy(m *Metric, group string) bool {
	i := slices.Index(b.GroupNames(), group)
	return i >= 0 && m.needed()[i]
}

func (b *Book) neededBy(m *Metric) []bool {
	conclusions := []*Column{b.Total, b.Rank}
	for _, n := range b.all {
		conclusions = append(conclusions, n.Value)
	}
	for _, o := range b.Outcomes {
		conclusions = append(conclusions, o.Cond)
	}
	for _, g := range b.Grades {
		if g.Cond != nil {
			conclusions = append(conclusions, g.Cond)
		}
	}
	out := make([]bool, len(b.Groups))
	for i, g := range b.Groups {
		found := b.reached(m, g.Name)
		out[i] = slices.ContainsFunc(conclusions, func(c *Column) bool { return found[c.index] != 0 })
	}
	return out
}

// Counted are the metrics of a number per unit that the book itself takes from records,
// and that a check of the records may therefore correct. Those made of other metrics,
// as a rate is of two counts, aren't among them, nor are judges' marks.
func (b *Book) Counted() []*Metric {
	var list []*Metric
	for _, m := range b.Metrics {
		if m.derived() && len(m.aggregates()) > 0 {
			list = append(list, m)
		}
	}
	return list
}

// derived reports whether the metric is a number that the book makes for each unit.
func (m *Metric) derived() bool {
	return m.reported == nil && m.Table == nil && m.Value.Type == Number
}

// Tables are the names of the tables whose records the metric's own formula takes, but
// for marks, in the order of the formula.
func (m *Metric) Tables() []string {
	var list []string
	for _, a := range m.aggregates() {
		list = addAll(list, []string{a.Table.Name})
	}
	return list
}

// RecordUse says what is made of a table's records.
type RecordUse struct {
	Table string
	By    string // the indicator's number and name, or the metric's name
}

// Unkept is what the book makes of records that nobody keeps: kept names the tables that
// somebody does. What Counted gives isn't among it: such a number can be fixed (Fix).
func (b *Book) Unkept(kept ...string) []RecordUse {
	kept, counted := append(kept, MarkTable), b.Counted()
	var list []RecordUse
	for _, c := range b.columns {
		if c.Table != nil || c.Metric != nil && slices.Contains(counted, c.Metric) {
			continue
		}
		c.Expr.Walk(func(e *Expr) {
			if e.Op == OpAggregate && !slices.Contains(kept, e.Agg.Table.Name) {
				list = addAll(list, []RecordUse{{Table: e.Agg.Table.Name, By: c.owner()}})
			}
		})
	}
	return list
}

// owner names whose column it is.
func (c *Column) owner() string {
	switch {
	case c.Node != nil:
		return c.Node.ID + c.Node.Name
	case c.Metric != nil:
		return c.Metric.Name
	}
	return c.Label
}

// aggregates are the figures over records, but for marks, in the metric's own formula.
func (m *Metric) aggregates() []*Aggregate {
	var list []*Aggregate
	for _, c := range m.steps {
		if c.Table != nil {
			continue
		}
		c.Expr.Walk(func(e *Expr) {
			if e.Op == OpAggregate && e.Agg.Table.Name != MarkTable {
				list = append(list, e.Agg)
			}
		})
	}
	return list
}

// Metric finds a metric by name; nil when there is none.
func (b *Book) Metric(name string) *Metric { return b.metric(name) }

// Reported reports whether the figure is given, whatever its origin, and not derived.
func (m *Metric) Reported() bool { return m.reported != nil }

// Unit is the word of the metric's measure, as "亿元" or "%"; "" for a plain number, a
// truth or a text.
func (m *Metric) Unit() string { return m.Value.Word }

// Default reports whether the book says what the metric is when nobody gave it (缺省).
func (m *Metric) Default() bool {
	return slices.ContainsFunc(m.steps, func(c *Column) bool { return c.Verb == "缺省" })
}

// Topic is what judges give marks on (评议的事项).
type Topic struct {
	Name       string
	Judges     []string // 评委组, in the order of the file; empty when any judge's mark counts alike
	Indicators []*Node  // whose marks they are, in the order of the file
}

// Topics are the matters on which the book needs marks, by the first indicator that
// uses them.
func (b *Book) Topics() []Topic {
	byName := map[string]*Topic{}
	for _, c := range b.columns {
		c.Expr.Walk(func(e *Expr) {
			if e.Op == OpAggregate && e.Agg.Table.Name == MarkTable {
				b.topics(e.Agg.Where, c, byName)
			}
		})
	}
	list := make([]Topic, 0, len(byName))
	for _, t := range byName {
		slices.SortFunc(t.Indicators, func(x, y *Node) int { return b.place(x) - b.place(y) })
		list = append(list, *t)
	}
	slices.SortFunc(list, func(x, y Topic) int {
		if c := b.place(x.first()) - b.place(y.first()); c != 0 {
			return c
		}
		return strings.Compare(x.Name, y.Name)
	})
	return list
}

// topics notes the topics that a condition on marks names, for who uses the column.
func (b *Book) topics(where *Expr, c *Column, byName map[string]*Topic) {
	users := []*Node{}
	switch {
	case c.Node != nil:
		users = append(users, c.Node)
	case c.Metric != nil:
		users = b.Uses(c.Metric)
	}
	for _, name := range wanted(where, "事项") {
		t := byName[name]
		if t == nil {
			t = &Topic{Name: name}
			byName[name] = t
		}
		t.Judges = addAll(t.Judges, wanted(where, "评委组"))
		t.Indicators = addAll(t.Indicators, users)
	}
}

func addAll[T comparable](list, more []T) []T {
	for _, x := range more {
		if !slices.Contains(list, x) {
			list = append(list, x)
		}
	}
	return list
}

// wanted are the texts that a condition compares a field with.
func wanted(where *Expr, field string) []string {
	var list []string
	where.Walk(func(e *Expr) {
		if e.Op != OpEq && e.Op != OpIn || e.Args[0].Op != OpField || e.Args[0].Field.Name != field {
			return
		}
		for _, a := range e.Args[1:] {
			if a.Op == OpText {
				list = append(list, a.Text)
			}
		}
	})
	return list
}

func (t Topic) first() *Node {
	if len(t.Indicators) == 0 {
		return nil
	}
	return t.Indicators[0]
}

// place is an indicator's place in the file; none comes last.
func (b *Book) place(n *Node) int {
	if i := slices.Index(b.all, n); i >= 0 {
		return i
	}
	return len(b.all)
}
