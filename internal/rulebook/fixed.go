package rulebook

import (
	"maps"
	"slices"
)

// Fix puts a verified figure (核定数) in the place of what the records give a unit for a
// metric that the book derives, as people write it: "12", "1.2亿元", "96%". Why names
// what it rests on. Fixing again replaces; Unfix takes it back. A figure that is reported
// can't be fixed: it is corrected where it is reported.
func (f *Facts) Fix(unit, metric, value string, why ...string) *Problem {
	u, ok := f.byName[unit]
	if !ok {
		return problemf("unit_unknown", "没有单位“%s”%s", unit, suggestion(unit, f.unitNames()))
	}
	m, p := f.book.fixable(metric)
	if p != nil {
		return p
	}
	n, p := parseFigure(value, m.Value.Measure, f.book.words)
	if p != nil {
		return p
	}
	if f.fixed == nil {
		f.fixed = map[*Column]map[int]Num{}
	}
	if f.fixed[m.Value] == nil {
		f.fixed[m.Value] = map[int]Num{}
	}
	f.fixed[m.Value][u] = n
	f.sources[figureKey{u, metric}] = slices.Clone(why)
	f.changed()
	return nil
}

// fixable finds a metric whose value may be fixed.
func (b *Book) fixable(metric string) (*Metric, *Problem) {
	m := b.metric(metric)
	switch {
	case m == nil:
		return nil, problemf("figure_unknown", "细则中没有量“%s”%s", metric, suggestion(metric, b.derivedNames()))
	case m.reported != nil:
		return nil, problemf("figure_reported", "“%s”是填报的量,请改填报数", metric)
	case !m.derived():
		return nil, problemf("figure_not_counted", "“%s”不是按单位计的数,不能核定", metric)
	case m.inlined:
		return nil, problemf("figure_not_counted", "“%s”由填报数推算并用于逐条记录,不能核定,请改填报数", metric)
	}
	return m, nil
}

func (b *Book) derivedNames() []string {
	var list []string
	for _, m := range b.Metrics {
		if m.derived() {
			list = append(list, m.Name)
		}
	}
	return list
}

// Unfix takes a verified figure back; without one it does nothing.
func (f *Facts) Unfix(unit, metric string) {
	u, m := f.Place(unit), f.book.metric(metric)
	if _, ok := f.Fixed(unit, metric); !ok {
		return
	}
	delete(f.sources, figureKey{u, metric})
	if delete(f.fixed[m.Value], u); len(f.fixed[m.Value]) == 0 {
		delete(f.fixed, m.Value)
	}
	if len(f.fixed) == 0 {
		f.fixed = nil // nothing slows a run down that fixes nothing
	}
	f.changed()
}

// Fixed is a unit's verified figure, when there is one.
func (f *Facts) Fixed(unit, metric string) (Num, bool) {
	u, m := f.Place(unit), f.book.metric(metric)
	if m == nil {
		return Num{}, false
	}
	n, ok := f.fixed[m.Value][u]
	return n, ok
}

// fixings are a copy of what is fixed, for one run; nil for nothing.
func (f *Facts) fixings() map[*Column]map[int]Num {
	if f.fixed == nil {
		return nil
	}
	out := make(map[*Column]map[int]Num, len(f.fixed))
	for c, by := range f.fixed {
		out[c] = maps.Clone(by)
	}
	return out
}

// fix puts a value in the place of a column's own for a unit.
func (r *run) fix(c *Column, u int, n Num) {
	if r.fixed == nil {
		r.fixed = map[*Column]map[int]Num{}
	}
	if r.fixed[c] == nil {
		r.fixed[c] = map[int]Num{}
	}
	r.fixed[c][u] = n
}

// override puts fixed values in place; what was computed stays beside.
func (r *run) override(c *Column) {
	fixed := r.fixed[c]
	if fixed == nil {
		return
	}
	if r.own == nil {
		r.own = map[*Column][]Num{}
	}
	r.own[c] = r.values[c.index]
	r.values[c.index] = slices.Clone(r.own[c])
	for u, v := range fixed {
		r.values[c.index][u] = v
	}
}

// FixedAt is the verified figure that a metric's value for a unit is, and what the
// records gave; false when the value is the records'.
func (s *Scores) FixedAt(m *Metric, u int) (verified, counted Num, ok bool) {
	if verified, ok = s.run.fixed[m.Value][u]; !ok {
		return Num{}, Num{}, false
	}
	return verified, s.run.own[m.Value][u], true
}

// fixedText is "核定数12(台账计得11)"; "" when the column isn't fixed for the unit.
func (s *Scores) fixedText(c *Column, u int) string {
	if c.Metric == nil || c.Metric.Value != c {
		return ""
	}
	verified, counted, ok := s.FixedAt(c.Metric, u)
	if !ok {
		return ""
	}
	return "核定数" + valueText(c.Measure, verified) + "(台账计得" + valueText(c.Measure, counted) + ")"
}
