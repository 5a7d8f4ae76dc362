package rulebook

// Most columns are one operation on columns and constants: an operation of a method's
// row. They are computed without a closure per unit.

// operand is a column's values, or one number for all units.
type operand struct {
	list []Num
	one  Num
}

func (o operand) at(u int) Num {
	if o.list != nil {
		return o.list[u]
	}
	return o.one
}

// same is a column that only has another name for values that are there already.
func (r *run) same(e *Expr) []Num {
	switch {
	case e.Op == OpAggregate:
		return r.sums[e.Agg.index]
	case e.Op == OpColumn && e.Col.Table == nil && e.Type == Number:
		return r.values[e.Col.index]
	}
	return nil
}

func (r *run) operand(e *Expr) (operand, bool) {
	switch e.Op {
	case OpNum:
		return operand{one: e.Num}, true
	case OpPoints:
		if len(r.book.Groups) == 1 {
			p, _ := e.Node.PointsFor(r.book.Groups[0].Name)
			return operand{one: p}, true
		}
		return operand{}, false
	}
	if list := r.same(e); list != nil {
		return operand{list: list}, true
	}
	if len(e.Args) == 0 || r.fixed != nil {
		return operand{}, false
	}
	// An operation within an operation is computed beside, as if it were a column.
	list := r.room(len(r.facts.Units))
	work := r.kernel(e, list)
	if work == nil {
		return operand{}, false
	}
	r.do(func() { r.spread(len(list), chunk, work) })
	return operand{list: list}, true
}

// instead puts what the book says in the place of a fault.
func (r *run) instead(e *Expr, out []Num) func(from, to int) {
	x, ok := r.operand(e.Args[0])
	if !ok {
		return nil
	}
	one := (&compiler{run: r}).policy(e)
	return func(from, to int) {
		for u := from; u < to; u++ {
			if out[u] = x.list[u]; x.list[u].x != nil {
				out[u] = one(u)
			}
		}
	}
}

// arithmetical are the operations that kernels know.
var arithmetical = map[Op]bool{OpAdd: true, OpSub: true, OpMul: true, OpDiv: true, OpMin: true, OpMax: true}

// kernel computes out[from:to] of an expression of one operation; nil for others.
func (r *run) kernel(e *Expr, out []Num) func(from, to int) {
	if e.Op == OpRound {
		if x, ok := r.operand(e.Args[0]); ok && x.list != nil {
			return func(from, to int) {
				for u := from; u < to; u++ {
					out[u] = x.list[u].Round(e.Places, e.How)
				}
			}
		}
	}
	if e.Op == OpPolicy && e.Args[0].Op == OpColumn {
		return r.instead(e, out)
	}
	if e.Op == OpShare {
		return r.addUp(e, out)
	}
	if len(e.Args) != 2 || e.Type != Number {
		return nil
	}
	if !arithmetical[e.Op] {
		return nil
	}
	x, ok1 := r.operand(e.Args[0])
	y, ok2 := r.operand(e.Args[1])
	if !ok1 || !ok2 {
		return nil
	}
	if x.list != nil && y.list == nil {
		if work := byConstant(e.Op, x.list, y.one, out); work != nil {
			return work
		}
	}
	if e.Op == OpDiv && x.list != nil && y.list != nil {
		return func(from, to int) {
			for u := from; u < to; u++ {
				out[u] = x.list[u].Div(y.list[u])
			}
		}
	}
	apply := map[Op]func(Num, Num) Num{OpAdd: Num.Add, OpSub: Num.Sub, OpMul: Num.Mul, OpDiv: Num.Div, OpMin: smaller, OpMax: larger}[e.Op]
	if apply == nil {
		return nil
	}
	return func(from, to int) {
		for u := from; u < to; u++ {
			out[u] = apply(x.at(u), y.at(u))
		}
	}
}

// byConstant has loops of their own for a row's most frequent operations.
func byConstant(o Op, list []Num, c Num, out []Num) func(from, to int) {
	switch o {
	case OpMul:
		return func(from, to int) {
			for u := from; u < to; u++ {
				out[u] = list[u].Mul(c)
			}
		}
	case OpMin:
		return func(from, to int) {
			for u := from; u < to; u++ {
				v := list[u]
				if v.x == nil && v.Cmp(c) > 0 {
					v = c
				} else if v.x != nil {
					v = smaller(v, c)
				}
				out[u] = v
			}
		}
	}
	return nil
}

// addUp is a sum of which every part is there for every unit; nil for others.
func (r *run) addUp(e *Expr, out []Num) func(from, to int) {
	if e.Text != "" && e.Text != "合计" || len(e.Args) == 0 {
		return nil
	}
	var lists [][]Num
	for _, a := range e.Args {
		if a.Op != OpColumn || r.faulty[a.Col.index] || r.outside(a.Col) != nil {
			return nil
		}
		lists = append(lists, r.values[a.Col.index])
	}
	return func(from, to int) {
		copy(out[from:to], lists[0][from:to])
		for _, list := range lists[1:] {
			for u := from; u < to; u++ {
				out[u] = out[u].Add(list[u])
			}
		}
	}
}
