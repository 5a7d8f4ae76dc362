package rulebook

import (
	"math/bits"
	"slices"
)

// grade is points that a record gets when a condition holds and no earlier one did.
type grade struct {
	cond   *Expr // nil for all that are left
	points int64 // in 1/scale
}

// graded takes a record's points apart into conditions and constants, as tiers and
// 就高 have them; nil for others.
func (m *masks) graded(e *Expr) []grade {
	for e.Op == OpColumn && e.Col.Table != nil {
		e = e.Col.Expr
	}
	switch e.Op {
	case OpCases:
		return m.ladder(e)
	case OpMax:
		return m.highest(e)
	}
	return nil
}

func (m *masks) ladder(e *Expr) []grade {
	var list []grade
	last := len(e.Args) - 1
	for i := 0; i < last; i += 2 {
		p, ok := wholePoints(e.Args[i+1])
		if !ok || !m.fast(e.Args[i]) {
			return nil
		}
		list = append(list, grade{e.Args[i], p})
	}
	p, ok := wholePoints(e.Args[last])
	if !ok {
		return nil
	}
	return append(list, grade{nil, p})
}

// highest is the best of several conditions' points: the largest first.
func (m *masks) highest(e *Expr) []grade {
	var list []grade
	for _, a := range e.Args {
		if a.Op != OpCases || len(a.Args) != 3 {
			return nil
		}
		one := m.ladder(a)
		if one == nil || one[1].points != 0 || one[0].points < 0 {
			return nil
		}
		list = append(list, one[0])
	}
	slices.SortStableFunc(list, func(a, b grade) int { return -compare(a.points, b.points) })
	return append(list, grade{})
}

func wholePoints(e *Expr) (int64, bool) {
	if e.Op != OpNum {
		return 0, false
	}
	n := e.Num.Mul(Int(scale)).lowest()
	return n.n, n.x == nil && n.d <= 1 && isSmall(n.n/scale)
}

// grades adds the points of the records whose bits are set, 64 at a time.
func (t *tally) grades(m *masks, w, base int, word uint64) {
	for _, g := range t.graded {
		hit := word
		if g.cond != nil {
			hit &= m.of(g.cond)[w]
		}
		word &^= hit
		if g.points == 0 {
			continue
		}
		for ; hit != 0; hit &= hit - 1 {
			if u := t.owners[base+bits.TrailingZeros64(hit)]; u >= 0 {
				t.sum[u] += g.points // less than 2^31 points each: 4 million records can't overflow
			}
		}
	}
}
