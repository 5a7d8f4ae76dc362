package rulebook

// block holds a condition's answers for a run of records: conditions on fields are
// decided in tight loops, which is what makes hundreds of thousands of projects cheap.
type block [512]bool

// blockFn decides records from…to. When one can't be decided it gives back a function
// that decides them one by one.
type blockFn func(from, to int, out *block) func(i int) (bool, *Fault)

// block compiles a condition of records.
func (k *compiler) block(e *Expr) blockFn {
	if fn := k.fast(e); fn != nil {
		return func(from, to int, out *block) func(int) (bool, *Fault) {
			fn(from, to, out)
			return nil
		}
	}
	one := k.truth(e)
	return func(from, to int, out *block) func(int) (bool, *Fault) {
		for i := from; i < to; i++ {
			v, f := one(i)
			if f != nil {
				return one
			}
			out[i-from] = v
		}
		return nil
	}
}

// loop decides records of which every one can be decided.
type loop func(from, to int, out *block)

// fast compiles conditions on fields that are never missing; nil for others.
func (k *compiler) fast(e *Expr) loop {
	switch e.Op {
	case OpAnd, OpOr:
		return k.fastBoth(e)
	case OpNot:
		if x := k.fast(e.Args[0]); x != nil {
			return func(from, to int, out *block) {
				x(from, to, out)
				for i := range out[:to-from] {
					out[i] = !out[i]
				}
			}
		}
	case OpField:
		s := k.table.fields[e.Field.index]
		return func(from, to int, out *block) { copy(out[:], s.flags[from:to]) }
	case OpColumn:
		if e.Col.Table != nil {
			return k.fast(e.Col.Expr)
		}
	case OpEq, OpNe, OpLt, OpLe, OpGt, OpGe:
		return k.fastCompare(e)
	case OpIn:
		return k.fastIn(e)
	}
	return nil
}

func (k *compiler) fastBoth(e *Expr) loop {
	x, y := k.fast(e.Args[0]), k.fast(e.Args[1])
	if x == nil || y == nil || len(e.Args) != 2 {
		return nil
	}
	if e.Op == OpAnd {
		return func(from, to int, out *block) {
			var other block
			x(from, to, out)
			y(from, to, &other)
			for i := range out[:to-from] {
				out[i] = out[i] && other[i]
			}
		}
	}
	return func(from, to int, out *block) {
		var other block
		x(from, to, out)
		y(from, to, &other)
		for i := range out[:to-from] {
			out[i] = out[i] || other[i]
		}
	}
}

// fastCompare compares a field with a constant.
func (k *compiler) fastCompare(e *Expr) loop {
	a, b := e.Args[0], e.Args[1]
	if a.Op != OpField {
		return nil
	}
	s := k.table.fields[a.Field.index]
	switch {
	case a.Type == Date && (b.Op == OpDate || b.Op == OpEnv):
		day, _, _ := k.date(b)(0)
		return compareLoop(e.Op, s.days, int32(day), noDay)
	case a.Type == Number && b.Op == OpNum && len(s.other) == 0 && !hasAbsent(s.nums):
		c := b.Num.Mul(Int(scale)).lowest()
		if c.x == nil && c.d <= 1 {
			return compareLoop(e.Op, s.nums, c.n, absent)
		}
	case a.Type == Text && b.Op == OpText:
		return textLoop(s, map[string]bool{b.Text: true}, e.Op == OpNe)
	}
	return nil
}

func hasAbsent(nums []int64) bool {
	for _, n := range nums {
		if n == absent {
			return true
		}
	}
	return false
}

// compareLoop has a loop of its own for each comparison; lacking values never hold.
func compareLoop[T int32 | int64](o Op, values []T, c, lacking T) loop {
	switch o {
	case OpGe:
		return func(from, to int, out *block) {
			for i, v := range values[from:to] {
				out[i] = v >= c && v != lacking
			}
		}
	case OpLe:
		return func(from, to int, out *block) {
			for i, v := range values[from:to] {
				out[i] = v <= c && v != lacking
			}
		}
	case OpGt:
		return func(from, to int, out *block) {
			for i, v := range values[from:to] {
				out[i] = v > c && v != lacking
			}
		}
	case OpLt:
		return func(from, to int, out *block) {
			for i, v := range values[from:to] {
				out[i] = v < c && v != lacking
			}
		}
	}
	equal := o == OpEq
	return func(from, to int, out *block) {
		for i, v := range values[from:to] {
			out[i] = (v == c) == equal && v != lacking
		}
	}
}

// textLoop looks a text's number up in a table of answers.
func textLoop(s *store, wanted map[string]bool, negate bool) loop {
	answers := make([]bool, len(s.dict))
	for i, w := range s.dict {
		answers[i] = wanted[w] != negate
	}
	return func(from, to int, out *block) {
		for i, id := range s.ids[from:to] {
			out[i] = answers[id]
		}
	}
}

func (k *compiler) fastIn(e *Expr) loop {
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
	return textLoop(k.table.fields[e.Args[0].Field.index], wanted, false)
}
