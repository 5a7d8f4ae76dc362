package rulebook

import (
	"time"

	"luodi/internal/calendar"
)

func civil(y, m, d int) calendar.Date { return calendar.Date{Year: y, Month: time.Month(m), Day: d} }

// addMonths is the same day some months on, or the month's last day.
func addMonths(day int64, n int) int64 {
	d := dateOf(day)
	total := d.Year*12 + int(d.Month) - 1 + n
	d.Year, d.Month = total/12, time.Month(total%12+1)
	for !d.Valid() && d.Day > 28 {
		d.Day--
	}
	return days(d)
}

// aggregates computes every figure over records before the columns that use them.
func (r *run) aggregates() {
	var list []*Aggregate
	for _, c := range r.book.columns {
		if c.Table == nil {
			c.Expr.Walk(func(e *Expr) {
				if e.Op == OpAggregate {
					list = append(list, e.Agg)
				}
			})
		}
	}
	for _, a := range list {
		r.facts.owned(a.Table, a.Owner) // once, before the goroutines share it
	}
	results := make([][]Num, len(list))
	records := 0
	for _, a := range list {
		records += r.facts.records[a.Table].n
	}
	least := len(list) + 1
	if records > 20*chunk {
		least = 1
	}
	r.spread(len(list), least, func(from, to int) {
		for i := from; i < to; i++ {
			results[i] = r.aggregate(list[i])
		}
	})
	for i, a := range list {
		r.sums[a] = results[i]
	}
}

// aggregate is one figure for every unit.
func (r *run) aggregate(a *Aggregate) []Num {
	t := &tally{a: a, n: make([]int64, len(r.facts.Units)), v: make([]Num, len(r.facts.Units)), owners: r.facts.owned(a.Table, a.Owner)}
	k := &compiler{run: r, table: r.facts.records[a.Table]}
	if a.Value != nil {
		t.value = k.num(a.Value)
	}
	if a.Period != nil {
		t.period = k.num(a.Period)
	}
	if a.Where != nil {
		t.where = k.block(a.Where)
	}
	t.rows(k.table.n)
	out := make([]Num, len(t.n))
	for u := range out {
		out[u] = t.result(u)
	}
	return out
}

// tally adds up records by unit.
type tally struct {
	a      *Aggregate
	owners []int32
	where  blockFn
	value  numFn
	period numFn
	n      []int64
	v      []Num
}

func (t *tally) rows(n int) {
	var keep block
	for from := 0; from < n; from += len(keep) {
		to := min(from+len(keep), n)
		if t.where != nil {
			if f := t.where(from, to, &keep); f != nil {
				t.slow(from, to, f)
				continue
			}
		}
		if t.value == nil && t.period == nil {
			t.count(from, to, &keep)
			continue
		}
		for i := from; i < to; i++ {
			if t.where == nil || keep[i-from] {
				t.take(i)
			}
		}
	}
}

func (t *tally) count(from, to int, keep *block) {
	for i := from; i < to; i++ {
		if u := t.owners[i]; u >= 0 && (t.where == nil || keep[i-from]) {
			t.n[u]++
		}
	}
}

func (t *tally) take(i int) {
	u := t.owners[i]
	if u < 0 {
		return
	}
	if t.period != nil {
		p := t.period(i)
		if p.Fault() != nil {
			t.v[u] = p
			return
		}
		if p.Cmp(Int(t.a.Equals)) != 0 {
			return
		}
	}
	if t.n[u]++; t.value == nil {
		return
	}
	v := t.value(i)
	switch {
	case t.a.Func == "最高值" && t.n[u] > 1:
		t.v[u] = larger(t.v[u], v)
	case t.a.Func == "最低值" && t.n[u] > 1:
		t.v[u] = smaller(t.v[u], v)
	default:
		t.v[u] = t.v[u].Add(v)
	}
}

// slow takes a block in which a condition couldn't be decided record by record, so
// that the fault stays with the unit that it concerns.
func (t *tally) slow(from, to int, one func(i int) (bool, *Fault)) {
	for i := from; i < to; i++ {
		ok, f := one(i)
		if f != nil && t.owners[i] >= 0 {
			t.v[t.owners[i]] = failed(f)
		} else if ok {
			t.take(i)
		}
	}
}

func (t *tally) result(u int) Num {
	if t.v[u].Fault() != nil {
		return t.v[u]
	}
	switch t.a.Func {
	case "计数":
		return Int(t.n[u])
	case "求和":
		return t.v[u]
	}
	if t.n[u] == 0 {
		return failed(&Fault{Kind: Missing, What: t.a.Table.Name + "中符合条件的记录"})
	}
	if t.a.Func == "均值" {
		return t.v[u].Div(Int(t.n[u]))
	}
	return t.v[u]
}
