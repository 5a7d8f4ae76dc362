package rulebook

// compiler turns expressions into closures over a unit's number, or a record's when
// table is set.
type compiler struct {
	*run
	table  *records
	owners []int32 // of the records, for figures of their units
	masks  *masks  // decides conditions on records 512 at a time; nil for one by one
}

type (
	numFn   func(i int) Num
	truthFn func(i int) (bool, *Fault)
	textFn  func(i int) string
	dateFn  func(i int) (day int64, ok bool, f *Fault)
)

func always(n Num) numFn { return func(int) Num { return n } }

func (k *compiler) num(e *Expr) numFn {
	switch e.Op {
	case OpNum:
		return always(e.Num)
	case OpEnv:
		return always(k.env(e.Text))
	case OpAbsent:
		return always(failed(e.Fault))
	case OpColumn:
		return k.ref(e.Col)
	case OpField:
		return k.field(e.Field)
	case OpOwner:
		return k.ofOwner(e.Col)
	case OpPoints:
		return k.points(e.Node)
	case OpAggregate:
		values := k.sums[e.Agg.index]
		return func(u int) Num { return values[u] }
	case OpGroup:
		values := k.group(e.Group)
		return func(u int) Num { return values[u] }
	case OpCases:
		return k.cases(e)
	case OpShare:
		return k.share(e)
	case OpPolicy:
		return k.policy(e)
	case OpDefault:
		x, y := k.num(e.Args[0]), k.num(e.Args[1])
		return func(i int) Num {
			v := x(i)
			if f := v.Fault(); f != nil && f.Kind == Missing {
				return y(i)
			}
			return v
		}
	}
	return k.arithmetic(e)
}

func (k *compiler) arithmetic(e *Expr) numFn {
	switch e.Op {
	case OpAdd, OpSub, OpMul, OpDiv, OpPow:
		return binary(e.Op, k.num(e.Args[0]), k.num(e.Args[1]), e.Args[1])
	case OpMin, OpMax, OpSum, OpMean:
		return variadic(e.Op, k.nums(e.Args))
	case OpRound:
		x, places, how := k.num(e.Args[0]), e.Places, e.How
		return func(i int) Num { return x(i).Round(places, how) }
	case OpNeg:
		x := k.num(e.Args[0])
		return func(i int) Num { return x(i).Neg() }
	case OpAbs:
		x := k.num(e.Args[0])
		return func(i int) Num {
			v := x(i)
			if v.Sign() < 0 {
				return v.Neg()
			}
			return v
		}
	case OpPart:
		return k.part(e)
	case OpDays:
		a, b := k.date(e.Args[0]), k.date(e.Args[1])
		return func(i int) Num {
			x, ok1, f1 := a(i)
			y, ok2, f2 := b(i)
			if f := firstFault(f1, f2); f != nil {
				return failed(f)
			}
			if !ok1 || !ok2 {
				return failed(&Fault{Kind: Missing, What: "日期"})
			}
			return Int(x - y)
		}
	}
	return always(failed(&Fault{Kind: Missing, What: "公式"}))
}

func firstFault(a, b *Fault) *Fault {
	if a != nil {
		return a
	}
	return b
}

func (k *compiler) nums(list []*Expr) []numFn {
	fns := make([]numFn, len(list))
	for i, e := range list {
		fns[i] = k.num(e)
	}
	return fns
}

// binary has a shorter way for the constants that most prices and weights are.
func binary(o Op, x, y numFn, second *Expr) numFn {
	if second.Op == OpNum {
		c := second.Num
		switch o {
		case OpMul:
			return func(i int) Num { return x(i).Mul(c) }
		case OpDiv:
			return func(i int) Num { return x(i).Div(c) }
		}
	}
	switch o {
	case OpAdd:
		return func(i int) Num { return x(i).Add(y(i)) }
	case OpSub:
		return func(i int) Num { return x(i).Sub(y(i)) }
	case OpMul:
		return func(i int) Num { return x(i).Mul(y(i)) }
	case OpDiv:
		return func(i int) Num { return x(i).Div(y(i)) }
	}
	return func(i int) Num { return power(x(i), y(i)) }
}

// power is x to a whole power of at most 1000 either way.
func power(x, y Num) Num {
	if f, bad := fault2(x, y); bad {
		return f
	}
	n := y.Round(0, Down)
	if n.Cmp(y) != 0 || n.Cmp(Int(1000)) > 0 || n.Cmp(Int(-1000)) < 0 {
		return failed(&Fault{Kind: TooLarge, What: "幂的指数应是-1000到1000的整数"})
	}
	v := Int(1)
	for range magnitude(n.n) {
		v = v.Mul(x)
	}
	if n.n < 0 {
		return Int(1).Div(v)
	}
	return v
}

func variadic(o Op, list []numFn) numFn {
	if len(list) == 2 {
		x, y := list[0], list[1]
		switch o {
		case OpMin:
			return func(i int) Num { return smaller(x(i), y(i)) }
		case OpMax:
			return func(i int) Num { return larger(x(i), y(i)) }
		}
	}
	return func(i int) Num {
		v := list[0](i)
		for _, fn := range list[1:] {
			switch x := fn(i); o {
			case OpMin:
				v = smaller(v, x)
			case OpMax:
				v = larger(v, x)
			default:
				v = v.Add(x)
			}
		}
		if o == OpMean {
			return v.Div(Int(int64(len(list))))
		}
		return v
	}
}

// ref is another column's value for the same unit, or its formula for the same record.
func (k *compiler) ref(c *Column) numFn {
	if c.Table != nil {
		return k.num(c.Expr)
	}
	values := k.values[c.index]
	return func(u int) Num { return values[u] }
}

func (k *compiler) ofOwner(c *Column) numFn {
	values, owners := k.facts.figures[c].nums, k.owners
	return func(i int) Num {
		if u := owners[i]; u >= 0 {
			return values[u]
		}
		return Num{} // a record of nobody counts for nobody
	}
}

func (k *compiler) field(f *Field) numFn {
	s := k.table.fields[f.index]
	missing := failed(&Fault{Kind: Missing, What: f.Name})
	return func(i int) Num {
		if n := s.nums[i]; n != absent {
			return Num{n: n, d: scale}
		}
		if v, ok := s.other[i]; ok {
			return v
		}
		return missing
	}
}

func (k *compiler) points(n *Node) numFn {
	list := make([]Num, len(k.book.Groups))
	for i, g := range k.book.Groups {
		list[i], _ = n.PointsFor(g.Name)
	}
	if len(list) == 1 {
		return always(list[0])
	}
	units := k.facts.Units
	return func(u int) Num { return list[units[u].group] }
}

// hit remembers which ways through a choice were taken, when coverage is asked for.
func (k *compiler) hit(e *Expr, way int) {
	if k.coverage != nil && e.Branch > 0 && 2*way < len(e.Args)-1+boolInt(e.Args[len(e.Args)-1].Op != OpAbsent) {
		k.coverage[e.Branch-1+way] = true
	}
}

func (k *compiler) cases(e *Expr) numFn {
	var conds []truthFn
	var values []numFn
	for i := 0; i+1 < len(e.Args); i += 2 {
		conds, values = append(conds, k.truth(e.Args[i])), append(values, k.num(e.Args[i+1]))
	}
	last := k.num(e.Args[len(e.Args)-1])
	return func(i int) Num {
		for w, cond := range conds {
			ok, f := cond(i)
			if f != nil {
				return failed(f)
			}
			if ok {
				k.hit(e, w)
				return values[w](i)
			}
		}
		k.hit(e, len(conds))
		return last(i)
	}
}

// policy is what the book says instead of a fault.
func (k *compiler) policy(e *Expr) numFn {
	x := k.num(e.Args[0])
	instead := map[FaultKind]numFn{}
	for i, kind := range []FaultKind{Missing, DivisionByZero} {
		if e.Args[i+1] != nil {
			instead[kind] = k.num(e.Args[i+1])
		}
	}
	return func(i int) Num {
		v := x(i)
		if f := v.Fault(); f != nil && instead[f.Kind] != nil {
			return instead[f.Kind](i)
		}
		return v
	}
}

// share puts parts together. A part that doesn't apply to this unit leaves its weight
// to the others; one that isn't of the unit's group was never there.
func (k *compiler) share(e *Expr) numFn {
	parts, weights := k.nums(e.Args), k.nums(e.Weights)
	merge := e.Text
	return func(u int) Num {
		var sum, applicable, whole, best Num
		n := int64(0)
		var none *Fault
		for i, part := range parts {
			v := part(u)
			if f := v.Fault(); f != nil {
				switch f.Kind {
				case NotOfGroup:
					continue
				case NotApplicable:
					none = f
					whole = whole.Add(weights[i](u))
					continue
				}
				return v
			}
			w := weights[i](u)
			whole, applicable = whole.Add(w), applicable.Add(w)
			if merge == "加权" {
				v = v.Mul(w)
			}
			sum = sum.Add(v)
			if n++; n == 1 || merge == "最高" && v.Cmp(best) > 0 || merge == "最低" && v.Cmp(best) < 0 {
				best = v
			}
		}
		switch {
		case n == 0 && none != nil:
			return failed(none)
		case merge == "最高" || merge == "最低":
			return best
		case merge == "平均" && n > 0:
			return sum.Div(Int(n))
		case none != nil && applicable.Sign() != 0:
			return sum.Mul(whole).Div(applicable)
		}
		return sum
	}
}

func (k *compiler) part(e *Expr) numFn {
	x, what := k.date(e.Args[0]), e.Text
	return func(i int) Num {
		day, ok, f := x(i)
		if f != nil {
			return failed(f)
		}
		if !ok {
			return Int(0) // no date lies in no period
		}
		d := dateOf(day)
		switch what {
		case "年":
			return Int(int64(d.Year))
		case "季度":
			return Int(int64(d.Month-1)/3 + 1)
		}
		return Int(int64(d.Month))
	}
}

// text compiles a text. A unit's text that nobody gave is "".
func (k *compiler) text(e *Expr) textFn {
	switch e.Op {
	case OpText:
		return func(int) string { return e.Text }
	case OpAttr:
		units := k.facts.Units
		if e.Text == "分组" {
			return func(u int) string { return units[u].Group }
		}
		return func(u int) string { return units[u].Name }
	case OpField:
		s := k.table.fields[e.Field.index]
		return func(i int) string { return s.dict[s.ids[i]] }
	case OpOwner:
		values, owners := k.facts.figures[e.Col].texts, k.owners
		return func(i int) string {
			if u := owners[i]; u >= 0 {
				return values[u]
			}
			return ""
		}
	case OpColumn:
		if e.Col.Expr != nil {
			return k.text(e.Col.Expr)
		}
		values := k.texts[e.Col.index]
		return func(u int) string { return values[u] }
	case OpCases:
		return k.textCases(e)
	case OpDefault:
		x, y := k.text(e.Args[0]), k.text(e.Args[1])
		return func(i int) string {
			if v := x(i); v != "" {
				return v
			}
			return y(i)
		}
	}
	return func(int) string { return "" }
}

func (k *compiler) textCases(e *Expr) textFn {
	var conds []truthFn
	var values []textFn
	for i := 0; i+1 < len(e.Args); i += 2 {
		conds, values = append(conds, k.truth(e.Args[i])), append(values, k.text(e.Args[i+1]))
	}
	last := k.text(e.Args[len(e.Args)-1])
	return func(i int) string {
		for w, cond := range conds {
			if ok, _ := cond(i); ok {
				k.hit(e, w)
				return values[w](i)
			}
		}
		k.hit(e, len(conds))
		return last(i)
	}
}

func (k *compiler) date(e *Expr) dateFn {
	switch e.Op {
	case OpDate:
		return func(int) (int64, bool, *Fault) { return e.Num.n, true, nil }
	case OpEnv:
		day := k.env(e.Text).n
		return func(int) (int64, bool, *Fault) { return day, true, nil }
	case OpField:
		s := k.table.fields[e.Field.index]
		return func(i int) (int64, bool, *Fault) { return int64(s.days[i]), s.days[i] != noDay, nil }
	case OpColumn:
		return k.date(e.Col.Expr)
	case OpMakeDate:
		return k.makeDate(e)
	case OpDefault:
		x, y := k.date(e.Args[0]), k.date(e.Args[1])
		return func(i int) (int64, bool, *Fault) {
			if day, ok, f := x(i); ok || f != nil {
				return day, ok, f
			}
			return y(i)
		}
	case OpAddDays, OpAddMonths:
		x, n, months := k.date(e.Args[0]), k.num(e.Args[1]), e.Op == OpAddMonths
		return func(i int) (int64, bool, *Fault) {
			day, ok, f := x(i)
			v := n(i)
			if f = firstFault(f, v.Fault()); f != nil || !ok {
				return 0, false, f
			}
			step := v.Round(0, Down).Rat().Num().Int64()
			if step > 100_000 || step < -100_000 {
				return 0, false, &Fault{Kind: TooLarge, What: "日期"}
			}
			if months {
				return addMonths(day, int(step)), true, nil
			}
			return day + step, true, nil
		}
	}
	return func(int) (int64, bool, *Fault) { return 0, false, nil }
}

func (k *compiler) makeDate(e *Expr) dateFn {
	parts := k.nums(e.Args)
	return func(i int) (int64, bool, *Fault) {
		var n [3]int
		for p, fn := range parts {
			v := fn(i)
			if f := v.Fault(); f != nil {
				return 0, false, f
			}
			whole := v.Round(0, Down).lowest()
			if whole.x != nil || whole.n < 1 || whole.n > 9999 {
				return 0, false, &Fault{Kind: Missing, What: "有效的日期"}
			}
			n[p] = int(whole.n)
		}
		d := civil(n[0], n[1], n[2])
		if !d.Valid() {
			return 0, false, &Fault{Kind: Missing, What: "有效的日期"}
		}
		return days(d), true, nil
	}
}

// truth compiles a condition. Arguments of 且 and 或 are all looked at, as a
// spreadsheet does: what is missing in one of them isn't hidden by another.
func (k *compiler) truth(e *Expr) truthFn {
	if k.masks != nil && k.masks.fast(e) {
		return k.masks.test(e)
	}
	switch e.Op {
	case OpBool:
		v := e.Num.Sign() != 0
		return func(int) (bool, *Fault) { return v, nil }
	case OpNot:
		x := k.truth(e.Args[0])
		return func(i int) (bool, *Fault) { v, f := x(i); return !v, f }
	case OpAnd, OpOr:
		return k.connect(e)
	case OpFilled:
		return k.filled(e.Args[0])
	case OpField:
		s := k.table.fields[e.Field.index]
		return func(i int) (bool, *Fault) { return s.flags[i], nil }
	case OpOwner:
		x := k.ofOwner(e.Col)
		return func(i int) (bool, *Fault) { v := x(i); return v.Sign() != 0, v.Fault() }
	case OpColumn:
		if e.Col.Table != nil {
			return k.truth(e.Col.Expr)
		}
		values := k.values[e.Col.index]
		return func(u int) (bool, *Fault) { return values[u].Sign() != 0, values[u].Fault() }
	case OpCases, OpDefault:
		return k.truthCases(e)
	case OpIn:
		return k.in(e)
	}
	return k.comparison(e)
}

func (k *compiler) connect(e *Expr) truthFn {
	list := make([]truthFn, len(e.Args))
	for i, a := range e.Args {
		list[i] = k.truth(a)
	}
	or := e.Op == OpOr
	return func(i int) (bool, *Fault) {
		v := !or
		for _, fn := range list {
			x, f := fn(i)
			if f != nil {
				return false, f
			}
			if or {
				v = v || x
			} else {
				v = v && x
			}
		}
		return v, nil
	}
}

func (k *compiler) filled(e *Expr) truthFn {
	switch e.Type {
	case Text:
		x := k.text(e)
		return func(i int) (bool, *Fault) { return x(i) != "", nil }
	case Date:
		x := k.date(e)
		return func(i int) (bool, *Fault) { _, ok, _ := x(i); return ok, nil }
	case Truth:
		x := k.truth(e)
		return func(i int) (bool, *Fault) { _, f := x(i); return f == nil, nil }
	}
	x := k.num(e)
	return func(i int) (bool, *Fault) { f := x(i).Fault(); return f == nil || f.Kind != Missing, nil }
}

func (k *compiler) truthCases(e *Expr) truthFn {
	if e.Op == OpDefault {
		x, y := k.truth(e.Args[0]), k.truth(e.Args[1])
		return func(i int) (bool, *Fault) {
			v, f := x(i)
			if f != nil && f.Kind == Missing {
				return y(i)
			}
			return v, f
		}
	}
	var conds, values []truthFn
	for i := 0; i+1 < len(e.Args); i += 2 {
		conds, values = append(conds, k.truth(e.Args[i])), append(values, k.truth(e.Args[i+1]))
	}
	last := k.truth(e.Args[len(e.Args)-1])
	return func(i int) (bool, *Fault) {
		for w, cond := range conds {
			ok, f := cond(i)
			if f != nil {
				return false, f
			}
			if ok {
				k.hit(e, w)
				return values[w](i)
			}
		}
		k.hit(e, len(conds))
		return last(i)
	}
}

func (k *compiler) in(e *Expr) truthFn {
	var list []truthFn
	for _, a := range e.Args[1:] {
		list = append(list, k.comparison(&Expr{Op: OpEq, Args: []*Expr{e.Args[0], a}, Type: Truth}))
	}
	return func(i int) (bool, *Fault) {
		found := false
		for _, fn := range list {
			v, f := fn(i)
			if f != nil {
				return false, f
			}
			found = found || v
		}
		return found, nil
	}
}

// comparison compares; a date that isn't there is neither before nor after another.
func (k *compiler) comparison(e *Expr) truthFn {
	test := holds(e.Op)
	switch e.Args[0].Type {
	case Text:
		x, y := k.text(e.Args[0]), k.text(e.Args[1])
		equal := e.Op == OpEq
		return func(i int) (bool, *Fault) { return (x(i) == y(i)) == equal, nil }
	case Truth:
		x, y := k.truth(e.Args[0]), k.truth(e.Args[1])
		equal := e.Op == OpEq
		return func(i int) (bool, *Fault) {
			a, f1 := x(i)
			b, f2 := y(i)
			return (a == b) == equal, firstFault(f1, f2)
		}
	case Date:
		x, y := k.date(e.Args[0]), k.date(e.Args[1])
		return func(i int) (bool, *Fault) {
			a, ok1, f1 := x(i)
			b, ok2, f2 := y(i)
			return ok1 && ok2 && test(compare(a, b)), firstFault(f1, f2)
		}
	}
	if c := e.Args[1].Num; e.Args[1].Op == OpNum && e.Args[0].Op == OpColumn && e.Args[0].Col.Table == nil {
		values := k.values[e.Args[0].Col.index]
		return func(i int) (bool, *Fault) { return test(values[i].Cmp(c)), values[i].Fault() }
	}
	x, y := k.num(e.Args[0]), k.num(e.Args[1])
	return func(i int) (bool, *Fault) {
		a, b := x(i), y(i)
		if f, bad := fault2(a, b); bad {
			return false, f.Fault()
		}
		return test(a.Cmp(b)), nil
	}
}

func holds(o Op) func(int) bool {
	table := map[Op][3]bool{OpEq: {1: true}, OpNe: {0: true, 2: true}, OpLt: {0: true}, OpLe: {0: true, 1: true}, OpGt: {2: true}, OpGe: {1: true, 2: true}}[o]
	return func(c int) bool { return table[c+1] }
}
