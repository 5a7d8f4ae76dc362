package rulebook

import "strings"

// ReadFigure reads a metric's value as people write it and gives it as the book writes
// it: a number in the metric's measure without its word, a percentage with its sign, 是
// or 否, or the text. The same value is always written alike, so that two can be compared.
func (b *Book) ReadFigure(metric, value string) (string, *Problem) {
	m := b.metric(metric)
	if m == nil || m.Table != nil {
		return "", problemf("figure_unknown", "细则中没有量“%s”", metric)
	}
	value = strings.TrimSpace(value)
	switch m.Value.Type {
	case Text:
		return value, nil
	case Truth:
		v, ok := parseFlag(value)
		if !ok {
			return "", problemf("flag_expected", "“%s”应写 是 或 否", metric)
		}
		return map[bool]string{true: "是", false: "否"}[v], nil
	}
	n, p := parseFigure(value, m.Value.Measure, b.words)
	if p != nil {
		return "", p
	}
	return m.Write(n), nil
}

// Write is a number as ReadFigure gives it; "" for one that isn't there.
func (m *Metric) Write(n Num) string {
	if n.Fault() != nil {
		return ""
	}
	if m.Value.Type == Truth {
		return map[bool]string{true: "是", false: "否"}[n.Sign() != 0]
	}
	if m.Value.Measure.Kind == Percent {
		return n.Mul(Int(100)).Decimal(writtenPlaces) + "%"
	}
	return n.Decimal(writtenPlaces)
}

// Read is the number that Write wrote; ok is false for what is no number.
func (m *Metric) Read(text string) (n Num, ok bool) {
	if m.Value.Type != Number {
		return n, false
	}
	n, p := parseFigure(text, m.Value.Measure, nil)
	return n, p == nil
}

// writtenPlaces are more than any figure that is counted or reported has.
const writtenPlaces = 10

// Count computes what the records give, whatever nobody has reported yet: the scores'
// metrics, and the records behind them. There is no total to be had of it.
func (f *Facts) Count() *Scores {
	r := newRun(f)
	r.parallel = 1
	r.compute()
	return &Scores{Facts: f, run: r}
}
