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
	fixed    map[*Column]map[int]Num // a metric's value put in place of its own: what-if
	sums     map[*Aggregate][]Num
	coverage []bool // by branch, when asked for
	parallel int
}

// chunk is how many units are worth a goroutine of their own.
const chunk = 1024

func newRun(f *Facts) *run {
	b := f.book
	r := &run{book: b, facts: f, values: make([][]Num, len(b.columns)), texts: make([][]string, len(b.columns)),
		members: make([][]int, len(b.Groups)), sums: map[*Aggregate][]Num{}, parallel: runtime.GOMAXPROCS(0)}
	for i, u := range f.Units {
		r.members[u.group] = append(r.members[u.group], i)
		r.all = append(r.all, i)
	}
	return r
}

// compute evaluates all columns in order.
func (r *run) compute() {
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
		r.override(c)
		return
	}
	out := make([]Num, len(r.facts.Units))
	r.values[c.index] = out
	fn := r.numOf(c.Expr)
	skip := r.outside(c)
	r.spread(len(out), chunk, func(from, to int) {
		for u := from; u < to; u++ {
			if skip != nil && skip[r.facts.Units[u].group] {
				out[u] = notOfGroup
				continue
			}
			out[u] = fn(u)
			if f := out[u].Fault(); f != nil && f.What == "" {
				out[u] = failed(&Fault{Kind: f.Kind, What: c.title()})
			}
		}
	})
	r.override(c)
}

var notOfGroup = failed(&Fault{Kind: NotOfGroup, What: "-"})

// override puts what-if values in place.
func (r *run) override(c *Column) {
	fixed := r.fixed[c]
	if fixed == nil {
		return
	}
	r.values[c.index] = slices.Clone(r.values[c.index])
	for u, v := range fixed {
		r.values[c.index][u] = v
	}
}

// outside says for which groups an indicator's column isn't computed.
func (r *run) outside(c *Column) []bool {
	if c.Node == nil {
		return nil
	}
	var skip []bool
	for i, g := range r.book.Groups {
		if !c.Node.Of(g.Name) {
			if skip == nil {
				skip = make([]bool, len(r.book.Groups))
			}
			skip[i] = true
		}
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
	return out
}

// over is one figure over units; those it doesn't apply to are passed over.
func (r *run) over(g *Grouping, units []int) Num {
	values := r.values[g.Of.index]
	var n int64
	var v Num
	for _, u := range units {
		x := values[u]
		if f := x.Fault(); f != nil {
			if f.Kind == NotApplicable || f.Kind == NotOfGroup {
				continue
			}
			return failed(&Fault{Kind: f.Kind, What: r.facts.Units[u].Name + "的" + f.What})
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
		return failed(&Fault{Kind: Missing, What: g.Of.title()})
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
	slices.SortStableFunc(order, func(a, b int) int { return r.before(g, a, b) })
	place := 0
	for i := 0; i < len(order); {
		j := i + 1
		for j < len(order) && r.before(g, order[i], order[j]) == 0 {
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
