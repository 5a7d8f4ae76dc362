package rulebook

import (
	"cmp"
	"slices"
)

// check looks for what can't be right though every name and measure is: it runs when
// the book has no errors so far.
func (l *lowering) check() {
	l.checkPoints()
	l.checkUse()
	for _, n := range l.book.all {
		for _, lad := range n.ladders {
			l.checkLadder(lad, n.Raw)
		}
		l.checkNode(n)
	}
	for _, m := range l.book.Metrics {
		for _, lad := range m.ladders {
			l.checkLadder(lad, m.Value)
		}
	}
	for _, c := range l.book.columns {
		c.Expr.Walk(func(e *Expr) {
			if e.Op == OpCases && e.Text != fromLadder {
				l.checkReach(e)
			}
		})
	}
}

// checkPoints compares what points add up to with what is stated.
func (l *lowering) checkPoints() {
	b := l.book
	for _, g := range b.Groups {
		stated, ok := b.stated[g.Name]
		if !ok {
			if stated, ok = b.stated[""]; !ok {
				continue
			}
		}
		var sum Num
		for _, n := range b.Nodes {
			if p, has := n.PointsFor(g.Name); has && n.Role == "基本" && n.Of(g.Name) {
				sum = sum.Add(p)
			}
		}
		if sum.Cmp(stated) != 0 {
			l.errorf(b.statedAt, "points_sum", "“%s”各项基本分值合计%s,与写明的总分%s不符", g.Name, sum, stated)
		}
	}
	for _, n := range b.all {
		if n.Points != nil && len(n.Children) > 0 && (n.Merge == "" || n.Merge == "合计") {
			l.checkChildren(n)
		}
	}
}

func (l *lowering) checkChildren(n *Node) {
	for _, g := range l.book.Groups {
		own, ok := n.PointsFor(g.Name)
		if !ok || !n.Of(g.Name) {
			continue
		}
		var sum Num
		counted := false
		for _, c := range n.Children {
			if p, has := c.PointsFor(g.Name); has && c.Role == "基本" && c.Of(g.Name) {
				sum, counted = sum.Add(p), true
			}
		}
		if counted && sum.Cmp(own) != 0 {
			l.errorf(n.at, "points_sum", "“%s”的子项分值合计%s,与本项分值%s不符(%s)", n.Name, sum, own, g.Name)
			return
		}
	}
}

// checkUse finds metrics that nothing uses.
func (l *lowering) checkUse() {
	for _, m := range l.book.Metrics {
		if !m.used && !m.shown {
			l.warnf(m.at, "metric_unused", "量“%s”没有用到;只供列示的请写“列示: 是”", m.Name)
		}
	}
}

func (l *lowering) checkNode(n *Node) {
	if len(n.Children) == 0 && !n.cites() {
		l.warnf(n.at, "clause_missing", "指标“%s”没有写条款", n.Name)
	}
	if !slices.ContainsFunc(l.book.Groups, func(g *Group) bool { return n.Of(g.Name) }) {
		l.errorf(n.at, "indicator_without_unit", "指标“%s”不适用于任何分组", n.Name)
	}
	if n.Merge != "加权" {
		return
	}
	var sum Num
	for _, c := range n.Children {
		if c.weight == nil {
			continue
		}
		w := l.expr(c.weight.clone(), scope{column: n.Raw})
		if w.Op != OpNum {
			return
		}
		sum = sum.Add(w.Num)
	}
	if sum.Cmp(Int(1)) != 0 {
		l.warnf(n.at, "weights_sum", "“%s”的权重合计为%s,不是1", n.Name, sum)
	}
}

func (n *Node) cites() bool {
	for ; n != nil; n = n.Parent {
		if n.Clause != "" {
			return true
		}
	}
	return false
}

// tier is an interval with constant bounds.
type tier struct {
	interval
	lo, hi Num
}

// checkLadder finds gaps, overlaps and empty tiers. Whole counts have no gap between
// 3 and 4.
func (l *lowering) checkLadder(lad *ladder, c *Column) {
	m := lad.value.Col.Measure
	bound := func(e *Expr) (Num, bool) {
		x := l.convert(l.expr(e.clone(), scope{column: c, table: c.Table}), m, e.At)
		return x.Num, x.Op == OpNum
	}
	var list []tier
	for _, in := range lad.tiers {
		t, ok1, ok2 := tier{interval: in}, true, true
		if in.low != nil {
			t.lo, ok1 = bound(in.low)
		}
		if in.high != nil {
			t.hi, ok2 = bound(in.high)
		}
		if !ok1 || !ok2 {
			return // bounds that depend on the unit can't be compared here
		}
		if in.low != nil && in.high != nil && (t.lo.Cmp(t.hi) > 0 || t.lo.Cmp(t.hi) == 0 && !(in.withLow && in.withHigh)) {
			l.errorf(in.at, "interval_empty", "这一档是空的:下限不小于上限")
			return
		}
		list = append(list, t)
	}
	slices.SortStableFunc(list, byLow)
	for i := 1; i < len(list); i++ {
		l.checkPair(lad, list[i-1], list[i], m)
	}
	if n := len(list); n > 0 && !lad.closed && list[n-1].high != nil && !(m.Kind == Percent && list[n-1].withHigh) {
		l.warnf(lad.at, "ladder_open", "高于最高一档时没有写得分:请写“未中”,或让最高一档没有上限")
	}
	if len(list) > 0 && !lad.closed && list[0].low != nil && (list[0].lo.Sign() != 0 || !list[0].withLow) {
		l.warnf(lad.at, "ladder_open", "低于最低一档时没有写得分:请写“未中”,或让最低一档没有下限")
	}
}

func byLow(a, b tier) int {
	switch {
	case a.low == nil && b.low == nil:
		return 0
	case a.low == nil:
		return -1
	case b.low == nil:
		return 1
	}
	if c := a.lo.Cmp(b.lo); c != 0 {
		return c
	}
	return cmp.Compare(boolInt(b.withLow), boolInt(a.withLow))
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (l *lowering) checkPair(lad *ladder, a, b tier, m Measure) {
	if a.high == nil || b.low == nil {
		l.overlap(a, b)
		return
	}
	c := a.hi.Cmp(b.lo)
	switch {
	case c > 0 || c == 0 && a.withHigh && b.withLow:
		l.overlap(a, b)
	case c == 0 && (a.withHigh || b.withLow):
	case m.Kind == Count && a.withHigh && b.withLow && b.lo.Sub(a.hi).Cmp(Int(1)) == 0:
	case lad.closed:
		l.warnf(b.at, "ladder_gap", "与下一档之间有空档(%s至%s),按“未中”计", m.show(a.hi), m.show(b.lo))
	default:
		l.errorf(b.at, "ladder_gap", "与下一档之间有空档(%s至%s):请补上,或写“未中”", m.show(a.hi), m.show(b.lo))
	}
}

func (l *lowering) overlap(a, b tier) {
	place := a.at
	if b.at.Line > a.at.Line || b.at.Line == a.at.Line && b.at.Col > a.at.Col {
		place = b.at
	}
	l.errorf(place, "ladder_overlap", "与另一档重叠:请写明边界归哪一档;要自上而下取第一个成立的,请用“组合”")
}

// fromLadder marks choices that checkLadder looks at.
const fromLadder = "分档"

// atom is one condition of a conjunction: an interval of something, or a fact.
type atom struct {
	low, high         *Num
	withLow, withHigh bool
	fact              bool // the key itself must hold, or must not
	negated           bool
}

// conjunction is conditions that must all hold, by what they are about.
type conjunction map[string]atom

// checkReach finds tiers that can't be reached: their condition contradicts itself, or
// an earlier tier takes everything that they would.
func (l *lowering) checkReach(e *Expr) {
	var earlier []conjunction
	for i := 0; i+1 < len(e.Args); i += 2 {
		ways := disjuncts(e.Args[i], 0)
		possible := false
		for _, w := range ways {
			if w == nil {
				continue
			}
			if !slices.ContainsFunc(earlier, func(j conjunction) bool { return j.covers(w) }) {
				possible = true
			}
		}
		if !possible && len(ways) > 0 {
			place := e.Args[i].At
			if place == (Pos{}) {
				place = e.At
			}
			l.errorf(place, "tier_unreachable", "这一档永远到不了:条件自相矛盾,或已被前面的档全部包括")
		}
		for _, w := range ways {
			if w != nil {
				earlier = append(earlier, w)
			}
		}
	}
}

// disjuncts takes a condition apart into the ways in which it can hold; nil for a way
// that contradicts itself.
func disjuncts(e *Expr, depth int) []conjunction {
	switch {
	case e.Op == OpOr && depth < 6:
		var list []conjunction
		for _, a := range e.Args {
			list = append(list, disjuncts(a, depth+1)...)
		}
		return list
	case e.Op == OpAnd && depth < 6:
		list := []conjunction{{}}
		for _, a := range e.Args {
			var next []conjunction
			for _, x := range list {
				for _, y := range disjuncts(a, depth+1) {
					next = append(next, x.and(y))
				}
			}
			if list = next; len(list) > 64 {
				return []conjunction{{printer{}.expr(e, 0): {fact: true}}}
			}
		}
		return list
	}
	return []conjunction{single(e)}
}

func single(e *Expr) conjunction {
	if e.Op == OpBool {
		if e.Num.Sign() != 0 {
			return conjunction{}
		}
		return nil
	}
	if e.Op == OpNot {
		return conjunction{printer{}.expr(e.Args[0], 0): {fact: true, negated: true}}
	}
	if len(e.Args) == 2 && e.Args[1].Op == OpNum {
		n, key := &e.Args[1].Num, printer{}.expr(e.Args[0], 0)
		switch e.Op {
		case OpGe, OpGt:
			return conjunction{key: {low: n, withLow: e.Op == OpGe}}
		case OpLe, OpLt:
			return conjunction{key: {high: n, withHigh: e.Op == OpLe}}
		case OpEq:
			return conjunction{key: {low: n, high: n, withLow: true, withHigh: true}}
		}
	}
	return conjunction{printer{}.expr(e, 0): {fact: true}}
}

// and joins two conjunctions; nil when they contradict each other.
func (c conjunction) and(d conjunction) conjunction {
	if c == nil || d == nil {
		return nil
	}
	out := conjunction{}
	for k, a := range c {
		out[k] = a
	}
	for k, b := range d {
		a, ok := out[k]
		if !ok {
			out[k] = b
			continue
		}
		if a.fact {
			if a.negated != b.negated {
				return nil
			}
			continue
		}
		if b.low != nil && (a.low == nil || b.low.Cmp(*a.low) > 0 || b.low.Cmp(*a.low) == 0 && !b.withLow) {
			a.low, a.withLow = b.low, b.withLow
		}
		if b.high != nil && (a.high == nil || b.high.Cmp(*a.high) < 0 || b.high.Cmp(*a.high) == 0 && !b.withHigh) {
			a.high, a.withHigh = b.high, b.withHigh
		}
		if a.low != nil && a.high != nil && (a.low.Cmp(*a.high) > 0 || a.low.Cmp(*a.high) == 0 && !(a.withLow && a.withHigh)) {
			return nil
		}
		out[k] = a
	}
	return out
}

// covers reports whether c holds wherever d does.
func (c conjunction) covers(d conjunction) bool {
	for k, a := range c {
		b, ok := d[k]
		if !ok || a.fact != b.fact || a.negated != b.negated {
			return false
		}
		if a.fact {
			continue
		}
		if a.low != nil && (b.low == nil || b.low.Cmp(*a.low) < 0 || b.low.Cmp(*a.low) == 0 && b.withLow && !a.withLow) {
			return false
		}
		if a.high != nil && (b.high == nil || b.high.Cmp(*a.high) > 0 || b.high.Cmp(*a.high) == 0 && b.withHigh && !a.withHigh) {
			return false
		}
	}
	return true
}
