package rulebook

import (
	"math/bits"
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

// aggregates computes every figure over records before the columns that use them: the
// figures of a table together, block by block, so that what their conditions share is
// decided once.
func (r *run) aggregates() {
	r.sums = make([][]Num, len(r.book.aggregates))
	for _, t := range r.book.Tables {
		var list []*Aggregate
		for _, a := range r.book.aggregates {
			if a.Table == t {
				list = append(list, a)
				r.facts.owned(t, a.Owner) // once, before the goroutines share it
			}
		}
		if len(list) > 0 {
			r.table(r.facts.records[t], list)
		}
	}
}

// table plans the figures of one table, shares them among the processors and computes
// them.
func (r *run) table(t *records, list []*Aggregate) {
	parts := min(r.parallel, len(list))
	if t.n <= 20*blockSize {
		parts = 1
	}
	plans := make([]*plan, parts)
	for i := range plans {
		plans[i] = r.plan(t, list[len(list)*i/parts:len(list)*(i+1)/parts])
	}
	r.do(func() {
		r.spread(parts, 1, func(from, to int) {
			for _, p := range plans[from:to] {
				p.compute(t.n)
			}
		})
	})
}

// plan is figures that are computed together, with the conditions they share.
type plan struct {
	masks   *masks
	tallies []*tally
}

func (r *run) plan(t *records, list []*Aggregate) *plan {
	p := &plan{masks: r.newMasks(t)}
	for _, a := range list {
		x := r.tally(a, p.masks)
		p.tallies = append(p.tallies, x)
		r.sums[a.index] = x.out
	}
	return p
}

func (p *plan) compute(n int) {
	for _, t := range p.tallies {
		t.reset()
	}
	clear(p.masks.at)
	for from := 0; from < n; from += blockSize {
		p.masks.from, p.masks.to = from, min(from+blockSize, n)
		for _, t := range p.tallies {
			t.block(p.masks)
		}
	}
	for _, t := range p.tallies {
		t.results()
	}
}

// tally adds up records by unit.
type tally struct {
	a      *Aggregate
	owners []int32
	where  truthFn // nil when every record counts, or the condition is fast
	fast   bool
	whole  []int64 // the values when they are whole numbers of 1/scale
	graded []grade // the values when they are constants by condition
	value  numFn
	period numFn
	n      []int64
	sum    []int64 // of whole
	v      []Num
	out    []Num
}

func (t *tally) reset() {
	clear(t.n)
	clear(t.sum)
	clear(t.v)
}

func (r *run) tally(a *Aggregate, m *masks) *tally {
	units := len(r.facts.Units)
	t := &tally{a: a, owners: r.facts.owned(a.Table, a.Owner), n: make([]int64, units), out: make([]Num, units)}
	k := &compiler{run: r, table: m.k.table, masks: m, owners: t.owners}
	if a.Where != nil {
		if t.fast = m.fast(a.Where); !t.fast {
			t.where = (&compiler{run: r, table: m.k.table, owners: t.owners}).truth(a.Where)
			k.masks = nil
		}
	}
	if a.Period != nil {
		t.period = k.num(a.Period)
	}
	if a.Value != nil && a.Func == "求和" && a.Period == nil && t.where == nil && a.Value.Op == OpField {
		if s := m.k.table.fields[a.Value.Field.index]; s.complete() {
			t.whole, t.sum = s.nums, make([]int64, units)
			return t
		}
	}
	if a.Value != nil && a.Func == "求和" && a.Period == nil && t.where == nil {
		if t.graded = m.graded(a.Value); t.graded != nil {
			t.sum = make([]int64, units)
			return t
		}
	}
	t.v = make([]Num, units)
	if a.Value != nil {
		t.value = k.num(a.Value)
	}
	return t
}

func (t *tally) block(m *masks) {
	if t.where != nil {
		t.slow(m.from, m.to)
		return
	}
	keep := &everything
	if t.fast {
		keep = m.of(t.a.Where)
	}
	for w, word := range keep {
		base := m.from + w*64
		if left := m.to - base; left <= 0 {
			return
		} else if left < 64 {
			word &= 1<<left - 1
		}
		if t.graded != nil {
			t.grades(m, w, base, word)
		} else {
			t.word(base, word)
		}
	}
}

var everything = func() (m mask) {
	for i := range m {
		m[i] = ^uint64(0)
	}
	return m
}()

// word takes the records whose bits are set.
func (t *tally) word(base int, word uint64) {
	switch {
	case t.sum != nil:
		for ; word != 0; word &= word - 1 {
			i := base + bits.TrailingZeros64(word)
			if u := t.owners[i]; u >= 0 {
				s, ok := total(t.sum[u], t.whole[i])
				if !ok {
					t.overflow(u)
				}
				t.sum[u] = s
			}
		}
	case t.value == nil && t.period == nil:
		for ; word != 0; word &= word - 1 {
			if u := t.owners[base+bits.TrailingZeros64(word)]; u >= 0 {
				t.n[u]++
			}
		}
	default:
		for ; word != 0; word &= word - 1 {
			t.take(base + bits.TrailingZeros64(word))
		}
	}
}

// overflow gives up on a unit whose sum is beyond 9 trillion of the table's unit.
func (t *tally) overflow(u int32) {
	if t.v == nil {
		t.v = make([]Num, len(t.n))
	}
	t.v[u] = failed(&Fault{Kind: TooLarge})
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

// slow decides record by record, so that what is missing in one concerns its unit only.
func (t *tally) slow(from, to int) {
	for i := from; i < to; i++ {
		ok, f := t.where(i)
		if f != nil && t.owners[i] >= 0 {
			t.v[t.owners[i]] = failed(f)
		} else if ok {
			t.take(i)
		}
	}
}

func (t *tally) results() {
	out := t.out
	for u := range out {
		switch {
		case t.v != nil && t.v[u].Fault() != nil:
			out[u] = t.v[u]
		case t.sum != nil:
			out[u] = Num{n: t.sum[u], d: scale}
		case t.a.Func == "计数":
			out[u] = Int(t.n[u])
		case t.a.Func == "求和":
			out[u] = t.v[u]
		case t.n[u] == 0:
			out[u] = failed(&Fault{Kind: Missing, What: t.a.Table.Name + "中符合条件的记录"})
		case t.a.Func == "均值":
			out[u] = t.v[u].Div(Int(t.n[u]))
		default:
			out[u] = t.v[u]
		}
	}
}
