package rulebook

// Conditions on records are decided 512 records at a time, one bit each: a condition
// on a field is one tight loop, 且 and 或 are eight operations on words, and what
// several figures have in common is decided once. This is what makes hundreds of
// thousands of projects cheap.

const (
	blockWords = 8
	blockSize  = 64 * blockWords
)

type mask [blockWords]uint64

// loop decides records from…to of a block that begins at from.
type loop func(from, to int, out *mask)

// masks holds the answers for the block at hand, by a condition's number in the book.
type masks struct {
	k     *compiler
	loops []loop
	known []bool // whether loops has been looked for
	bits  []mask
	at    []int // the block's end for which bits is right; 0 for none
	from  int
	to    int
}

func (r *run) newMasks(t *records) *masks {
	n := r.book.conditions + 1
	m := &masks{loops: make([]loop, n), known: make([]bool, n), bits: make([]mask, n), at: make([]int, n)}
	m.k = &compiler{run: r, table: t, masks: m}
	return m
}

// fast reports whether a condition can be decided by loops: it is made of fields that
// are never missing.
func (m *masks) fast(e *Expr) bool {
	if e.Condition == 0 {
		return false
	}
	if !m.known[e.Condition] {
		m.known[e.Condition] = true
		m.loops[e.Condition] = m.compile(e)
	}
	return m.loops[e.Condition] != nil
}

// of is the answer for the block at hand.
func (m *masks) of(e *Expr) *mask {
	c := e.Condition
	if m.at[c] != m.to {
		m.loops[c](m.from, m.to, &m.bits[c])
		m.at[c] = m.to
	}
	return &m.bits[c]
}

// test compiles a condition for values: one bit of the block at hand.
func (m *masks) test(e *Expr) truthFn {
	return func(i int) (bool, *Fault) {
		w := m.of(e)
		j := i - m.from
		return w[j>>6]>>(j&63)&1 != 0, nil
	}
}

func (m *masks) compile(e *Expr) loop {
	switch e.Op {
	case OpAnd, OpOr:
		return m.both(e)
	case OpNot:
		if x := e.Args[0]; m.fast(x) {
			return func(_, _ int, out *mask) {
				for i, w := range m.of(x) {
					out[i] = ^w
				}
			}
		}
	case OpField:
		flags := m.k.table.fields[e.Field.index].flags
		return func(from, to int, out *mask) {
			fill(flags[from:to], out, func(v bool) bool { return v })
		}
	case OpColumn:
		if e.Col.Table != nil && m.fast(e.Col.Expr) {
			return func(_, _ int, out *mask) { *out = *m.of(e.Col.Expr) }
		}
	case OpEq, OpNe, OpLt, OpLe, OpGt, OpGe:
		return m.compare(e)
	case OpIn:
		return m.in(e)
	}
	return nil
}

func (m *masks) both(e *Expr) loop {
	for _, a := range e.Args {
		if !m.fast(a) {
			return nil
		}
	}
	if e.Op == OpAnd {
		return func(_, _ int, out *mask) {
			*out = *m.of(e.Args[0])
			for _, a := range e.Args[1:] {
				for i, w := range m.of(a) {
					out[i] &= w
				}
			}
		}
	}
	return func(_, _ int, out *mask) {
		*out = *m.of(e.Args[0])
		for _, a := range e.Args[1:] {
			for i, w := range m.of(a) {
				out[i] |= w
			}
		}
	}
}

// compare compares a field with a constant.
func (m *masks) compare(e *Expr) loop {
	a, b := e.Args[0], e.Args[1]
	if a.Op != OpField {
		return nil
	}
	s := m.k.table.fields[a.Field.index]
	switch {
	case a.Type == Date && (b.Op == OpDate || b.Op == OpEnv):
		day, _, _ := m.k.date(b)(0)
		return compareLoop(e.Op, s.days, int32(day), noDay)
	case a.Type == Number && b.Op == OpNum && s.complete():
		c := b.Num.Mul(Int(scale)).lowest()
		if c.x == nil && c.d <= 1 {
			return compareLoop(e.Op, s.nums, c.n, absent)
		}
	case a.Type == Text && b.Op == OpText:
		return textLoop(s, map[string]bool{b.Text: true}, e.Op == OpNe)
	}
	return nil
}

// complete reports whether every number is there, as a whole number of 1/scale.
func (s *store) complete() bool { return len(s.other) == 0 && s.gaps == 0 }

// fill packs answers into words. It is inlined with the test that it is given.
func fill[T any](values []T, out *mask, test func(T) bool) {
	for w := range out {
		var bits uint64
		for i, v := range values[min(w*64, len(values)):min(w*64+64, len(values))] {
			if test(v) {
				bits |= 1 << i
			}
		}
		out[w] = bits
	}
}

// compareLoop has a loop of its own for each comparison; a value that isn't there
// never holds. Lacking is less than everything.
func compareLoop[T int32 | int64](o Op, values []T, c, lacking T) loop {
	switch o {
	case OpGe:
		return func(from, to int, out *mask) { rangeBits(values[from:to], max(c, lacking+1), maxOf(lacking), out) }
	case OpGt:
		if c == maxOf(lacking) {
			return func(_, _ int, out *mask) { *out = mask{} }
		}
		return func(from, to int, out *mask) { rangeBits(values[from:to], max(c, lacking)+1, maxOf(lacking), out) }
	case OpLe:
		return func(from, to int, out *mask) { rangeBits(values[from:to], lacking+1, c, out) }
	case OpLt:
		return func(from, to int, out *mask) { rangeBits(values[from:to], lacking+1, max(c, lacking+1)-1, out) }
	case OpEq:
		return func(from, to int, out *mask) { rangeBits(values[from:to], c, c, out) }
	}
	return func(from, to int, out *mask) {
		fill(values[from:to], out, func(v T) bool { return v != c && v != lacking })
	}
}

// maxOf is the largest value of the type whose smallest is given.
func maxOf[T int32 | int64](smallest T) T { return -(smallest + 1) }

// rangeBits tells low ≤ v ≤ high without a branch.
func rangeBits[T int32 | int64](values []T, low, high T, out *mask) {
	for w := range out {
		var bits uint64
		for i, v := range values[min(w*64, len(values)):min(w*64+64, len(values))] {
			var b uint64
			if v >= low {
				b = 1
			}
			if v > high {
				b = 0
			}
			bits |= b << (i & 63)
		}
		out[w] = bits
	}
}

// textLoop looks a text's number up in a table of answers.
func textLoop(s *store, wanted map[string]bool, negate bool) loop {
	answers := make([]uint64, len(s.dict))
	for i, w := range s.dict {
		if wanted[w] != negate {
			answers[i] = 1
		}
	}
	return func(from, to int, out *mask) {
		ids := s.ids[from:to]
		for w := range out {
			var bits uint64
			for i, id := range ids[min(w*64, len(ids)):min(w*64+64, len(ids))] {
				bits |= answers[id] << (i & 63)
			}
			out[w] = bits
		}
	}
}

func (m *masks) in(e *Expr) loop {
	if e.Args[0].Op != OpField || e.Args[0].Type != Text {
		return nil
	}
	wanted := map[string]bool{}
	for _, a := range e.Args[1:] {
		if a.Op != OpText {
			return nil
		}
		wanted[a.Text] = true
	}
	return textLoop(m.k.table.fields[e.Args[0].Field.index], wanted, false)
}

// number gives every condition on records a number, equal ones the same, so that it is
// decided once a block.
func (b *Book) number() {
	seen := map[string]int{}
	var visit func(t *Table, e *Expr)
	visit = func(t *Table, e *Expr) {
		e.Walk(func(x *Expr) {
			if x.Type != Truth || x.Condition > 0 {
				return
			}
			key := t.Name + "\x00" + printer{}.expr(x, 0)
			if seen[key] == 0 {
				seen[key] = len(seen) + 1
			}
			x.Condition = seen[key]
		})
		e.Walk(func(x *Expr) {
			if x.Op == OpColumn && x.Col.Table != nil {
				visit(t, x.Col.Expr)
			}
		})
	}
	for _, c := range b.columns {
		c.Expr.Walk(func(e *Expr) {
			if e.Op == OpAggregate {
				for _, x := range []*Expr{e.Agg.Where, e.Agg.Value, e.Agg.Period} {
					visit(e.Agg.Table, x)
				}
			}
		})
	}
	b.conditions = len(seen)
}
