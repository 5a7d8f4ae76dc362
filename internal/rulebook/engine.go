package rulebook

import (
	"runtime"
	"slices"
	"sync"

	"luodi/internal/calendar"
)

// run is one computation of a book over facts: every column's value for every unit.
type run struct {
	book     *Book
	facts    *Facts
	values   [][]Num    // by column's index, by unit; truth as 0 and 1
	texts    [][]string // of reported texts
	members  [][]int    // units of each group
	all      []int
	fixed    map[*Column]map[int]Num // a metric's value put in place of its own: verified, or what-if
	own      map[*Column][]Num       // what was computed for those
	sums     [][]Num                 // of aggregates, by their index
	faulty   []bool                  // by column's index: some unit has a fault that matters
	spare    []Num
	steps    []func()
	coverage []bool // by branch, when asked for
	parallel int
	changes  int // of the facts, when it was made
}

// chunk is how many units are worth a goroutine of their own.
const chunk = 1024

func newRun(f *Facts) *run {
	b := f.book
	r := &run{book: b, facts: f, values: make([][]Num, len(b.columns)), texts: make([][]string, len(b.columns)),
		members: make([][]int, len(b.Groups)), fixed: f.fixings(), faulty: make([]bool, len(b.columns)), parallel: runtime.GOMAXPROCS(0)}
	for i, u := range f.Units {
		r.members[u.group] = append(r.members[u.group], i)
		r.all = append(r.all, i)
	}
	return r
}

// do takes a step now, and again whenever the run is repeated over the same facts.
func (r *run) do(step func()) {
	r.steps = append(r.steps, step)
	step()
}

// compute evaluates all columns in order. A run that was made before repeats its steps
// in the memory that it has.
func (r *run) compute() {
	if r.steps != nil {
		for _, step := range r.steps {
			step()
		}
		return
	}
	r.aggregates()
	for _, c := range r.book.columns {
		if c.Table == nil {
			r.column(c)
		}
	}
}

func (r *run) column(c *Column) {
	if c.Expr == nil {
		fig := r.facts.figures[c]
		r.values[c.index], r.texts[c.index] = fig.nums, fig.texts
		r.mark(c)
		r.override(c)
		return
	}
	skip := r.outside(c)
	if list := r.same(c.Expr); list != nil && skip == nil {
		r.values[c.index] = list
	} else {
		r.fill(c, skip)
	}
	if r.mark(c); r.faulty[c.index] { // where nothing was missing, nothing is when the run is repeated
		r.steps = append(r.steps, func() { r.mark(c) })
	}
	r.override(c)
}

// fill computes a column for all units.
func (r *run) fill(c *Column, skip []bool) {
	out := r.room(len(r.facts.Units))
	r.values[c.index] = out
	work := r.kernel(c.Expr, out)
	if work == nil || skip != nil {
		fn := r.numOf(c.Expr)
		work = func(from, to int) {
			for u := from; u < to; u++ {
				if skip == nil || !skip[r.facts.Units[u].group] {
					out[u] = fn(u)
				}
			}
		}
	}
	if skip != nil {
		for u := range out {
			if skip[r.facts.Units[u].group] {
				out[u] = notOfGroup
			}
		}
	}
	r.do(func() { r.spread(len(out), chunk, work) })
}

// room takes space for a column from a larger piece: one allocation for many.
func (r *run) room(n int) []Num {
	if len(r.spare) < n {
		r.spare = make([]Num, max(n, min(n*len(r.book.columns)/2, 1<<14)))
	}
	out := r.spare[:n:n]
	r.spare = r.spare[n:]
	return out
}

// mark remembers that some unit's value isn't there, and names what it is.
func (r *run) mark(c *Column) {
	list := r.values[c.index]
	for u := range list {
		if list[u].x == nil {
			continue
		}
		f := list[u].x.fault
		if f == nil || f.Kind == NotOfGroup {
			continue
		}
		r.faulty[c.index] = true
		if f.What == "" {
			list[u] = failed(&Fault{Kind: f.Kind, What: c.title()})
		}
	}
}

var notOfGroup = failed(&Fault{Kind: NotOfGroup, What: "-"})

// outside says for which groups an indicator's column isn't computed.
func (r *run) outside(c *Column) []bool {
	if c.Node == nil || !slices.Contains(c.Node.of, false) {
		return nil
	}
	skip := make([]bool, len(c.Node.of))
	for i, of := range c.Node.of {
		skip[i] = !of
	}
	return skip
}

// spread runs work over 0…n on the processors there are.
func (r *run) spread(n, least int, work func(from, to int)) {
	parts := min(r.parallel, n/least)
	if parts <= 1 {
		work(0, n)
		return
	}
	var wait sync.WaitGroup
	for p := range parts {
		wait.Go(func() { work(n*p/parts, n*(p+1)/parts) })
	}
	wait.Wait()
}

// numOf compiles an expression of units, truth as 0 and 1.
func (r *run) numOf(e *Expr) func(int) Num {
	k := &compiler{run: r}
	if e.Type == Truth {
		cond := k.truth(e)
		return func(u int) Num {
			v, f := cond(u)
			if f != nil {
				return failed(f)
			}
			return flagNum(v)
		}
	}
	return k.num(e)
}

// group computes a figure over the units of each group.
func (r *run) group(g *Grouping) []Num {
	out := make([]Num, len(r.facts.Units))
	r.do(func() { r.groupInto(g, out) })
	return out
}

func (r *run) groupInto(g *Grouping, out []Num) {
	groups := r.members
	if g.All {
		groups = [][]int{r.all}
	}
	for _, units := range groups {
		switch g.Func {
		case "名次":
			r.ranks(g, units, out)
		default:
			v := r.over(g, units)
			for _, u := range units {
				out[u] = v
			}
		}
	}
}

// over is one figure over units; those it doesn't apply to are passed over, and where it
// applies to none of them, neither does the figure.
func (r *run) over(g *Grouping, units []int) Num {
	values := r.values[g.Of.index]
	var n int64
	var v Num
	nothing := Missing
	for _, u := range units {
		x := values[u]
		if f := x.Fault(); f != nil {
			switch f.Kind {
			case NotApplicable:
				nothing = NotApplicable
			case NotOfGroup:
			default:
				return failed(&Fault{Kind: f.Kind, What: r.facts.Units[u].Name + "的" + f.What})
			}
			continue
		}
		switch n++; {
		case n == 1:
			v = x
		case g.Func == "最大":
			v = larger(v, x)
		case g.Func == "最小":
			v = smaller(v, x)
		default:
			v = v.Add(x)
		}
	}
	switch {
	case g.Func == "家数":
		return Int(n)
	case n == 0:
		return failed(&Fault{Kind: nothing, What: g.Of.title()})
	case g.Func == "平均":
		return v.Div(Int(n))
	}
	return v
}

// ranks orders units by a value and what decides between equal ones.
func (r *run) ranks(g *Grouping, units []int, out []Num) {
	values := r.values[g.Of.index]
	var order []int
	var bad *Fault
	for _, u := range units {
		f := values[u].Fault()
		if f == nil {
			order = append(order, u)
			continue
		}
		out[u] = values[u]
		if f.Kind != NotApplicable && f.Kind != NotOfGroup {
			bad = &Fault{Kind: f.Kind, What: r.facts.Units[u].Name + "的" + f.What}
		}
	}
	before := r.sort(g, order)
	place := 0
	for i := 0; i < len(order); {
		j := i + 1
		for j < len(order) && before(order[i], order[j]) == 0 {
			j++
		}
		place++
		rank := Int(int64(i + 1))
		switch g.Tie {
		case "不跳号":
			rank = Int(int64(place))
		case "平均":
			rank = Frac(int64(i+1+j), 2)
		}
		for ; i < j; i++ {
			out[order[i]] = rank
			if bad != nil {
				out[order[i]] = failed(bad)
			}
		}
	}
}

// sort puts units in order and gives what compares them. Where one value decides and
// all have the same denominator, as scores that are rounded have, whole numbers do.
func (r *run) sort(g *Grouping, units []int) func(a, b int) int {
	values := r.values[g.Of.index]
	whole := g.Last == nil && len(g.Ties) == 0
	for _, u := range units {
		whole = whole && values[u].x == nil && values[u].den() == values[units[0]].den()
	}
	if !whole {
		before := func(a, b int) int { return r.before(g, a, b) }
		slices.SortStableFunc(units, before)
		return before
	}
	type key struct {
		n int64
		u int
	}
	keys := make([]key, len(units))
	for i, u := range units {
		if keys[i] = (key{-values[u].n, u}); g.Rising {
			keys[i].n = values[u].n
		}
	}
	slices.SortFunc(keys, func(a, b key) int {
		if a.n != b.n {
			return compare(a.n, b.n)
		}
		return a.u - b.u
	})
	for i, k := range keys {
		units[i] = k.u
	}
	return func(a, b int) int { return compare(values[a].n, values[b].n) }
}

func (r *run) before(g *Grouping, a, b int) int {
	if g.Last != nil {
		if c := r.values[g.Last.index][a].Cmp(r.values[g.Last.index][b]); c != 0 {
			return c
		}
	}
	c := r.values[g.Of.index][b].Cmp(r.values[g.Of.index][a])
	if g.Rising {
		c = -c
	}
	for i := 0; c == 0 && i < len(g.Ties); i++ {
		v := r.values[g.Ties[i].index]
		c = v[b].Cmp(v[a])
	}
	return c
}

// env is what the facts say about the time.
func (r *run) env(name string) Num {
	f := r.facts
	january := func(year int) int64 { return days(calendar.Date{Year: year, Month: 1, Day: 1}) }
	switch name {
	case "年度":
		return Int(int64(f.Year))
	case "月份":
		if f.Month == 0 {
			return failed(&Fault{Kind: Missing, What: "月份"})
		}
		return Int(int64(f.Month))
	case "截止日":
		return Int(days(f.AsOf))
	case "年初":
		return Int(january(f.Year))
	case "年末":
		return Int(january(f.Year+1) - 1)
	case "上年初":
		return Int(january(f.Year - 1))
	}
	return Int(january(f.Year) - 1)
}

// text is a unit's text in a column: as it was reported, or the column's 缺省 where
// nothing was.
func (r *run) text(c *Column, u int) string {
	switch values := r.texts[c.index]; {
	case values != nil:
		return values[u]
	case c.Expr == nil:
		return ""
	case c.Expr.Op == OpText:
		return c.Expr.Text
	case c.Expr.Op == OpColumn:
		return r.text(c.Expr.Col, u)
	case c.Expr.Op == OpDefault && c.Expr.Args[0].Op == OpColumn:
		if v := r.text(c.Expr.Args[0].Col, u); v != "" || c.Expr.Args[1].Op != OpText {
			return v
		}
		return c.Expr.Args[1].Text
	}
	return ""
}
