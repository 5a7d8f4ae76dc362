package bulletin

import (
	"cmp"
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// This file computes a bulletin that somebody printed from its own inputs, and says
// where the two differ. What was printed is never changed.

// Relation is how a printed figure follows from its inputs.
type Relation string

// The kinds. In brackets: the inputs, in their order.
const (
	Sum        Relation = "sum"          // 合计 (parts…)
	Share      Relation = "share"        // 占比、完成率、开工率 (part, whole)
	Lead       Relation = "lead"         // 超进度 (done, target), by the table's time progress
	Lag        Relation = "lag"          // 欠进度, the lead's absolute value (done, target)
	YearOnYear Relation = "year_on_year" // 同比 (now, the year before)
)

// Statement is a figure as printed, and the names of what it follows from.
type Statement struct {
	Where   string // as the reader finds it, in Chinese
	Printed string
	Kind    Relation
	Of      []string
	Digits  int // that the rule rounds to; a printed figure may show fewer zeros
}

// Table is what a printed bulletin gives.
type Table struct {
	Progress   *big.Rat // percent; nil where nothing is compared with it
	Given      map[string]string
	Statements []Statement
}

// Value computes a statement from the inputs. ok is false when one of them wasn't
// given: then nobody can tell whether what was printed is right.
func (t Table) Value(s Statement) (text string, ok bool) {
	in := make([]*big.Rat, len(s.Of))
	for i, name := range s.Of {
		if in[i] = number(t.Given[name]); in[i] == nil {
			return "", false
		}
	}
	switch s.Kind {
	case Sum:
		sum := new(big.Rat)
		for _, x := range in {
			sum.Add(sum, x)
		}
		return plain(sum), true
	case Share:
		text = Percent(in[0], in[1], s.Digits)
	case YearOnYear:
		text = Growth(in[0], in[1], s.Digits)
	case Lead, Lag:
		if t.Progress == nil {
			return "", false
		}
		if text = Ahead(in[0], in[1], t.Progress, s.Digits); s.Kind == Lag {
			text = strings.TrimPrefix(text, "-")
		}
	}
	return text, text != ""
}

// Check compares every statement with its inputs: "printed_differs" where they
// contradict each other, "unverifiable" where the inputs don't tell.
func (t Table) Check() []Finding {
	var out []Finding
	for _, s := range t.Statements {
		computed, ok := t.Value(s)
		switch {
		case !ok:
			out = append(out, Finding{Code: "unverifiable", Where: s.Where, Printed: s.Printed,
				Message: fmt.Sprintf("%s印为%s,计算所需的数没有全部给出,无法核对", s.Where, s.Printed)})
		case !equal(s.Printed, computed):
			out = append(out, Finding{Code: "printed_differs", Where: s.Where, Printed: s.Printed, Computed: computed,
				Message: fmt.Sprintf("%s印为%s,按同一材料中的数应为%s", s.Where, s.Printed, computed)})
		}
	}
	return out
}

// equal compares numbers, so that 75 is 75.0.
func equal(a, b string) bool {
	x, y := number(strings.TrimSuffix(a, "%")), number(b)
	return x != nil && y != nil && x.Cmp(y) == 0
}

// Placed is a unit's place in a list.
type Placed struct {
	Name string
	Rank int
}

// Ranks orders values from large to small; equal ones share a rank, and the next is
// left out (并列后跳号). Equal ones stay in the order given.
func Ranks(names []string, value func(string) *big.Rat) []Placed {
	list := slices.Clone(names)
	slices.SortStableFunc(list, func(a, b string) int { return -value(a).Cmp(value(b)) })
	out := make([]Placed, len(list))
	for i, name := range list {
		out[i] = Placed{Name: name, Rank: i + 1}
		if i > 0 && value(name).Cmp(value(list[i-1])) == 0 {
			out[i].Rank = out[i-1].Rank
		}
	}
	return out
}

// Differences are the figures of the month and of the year to date, and the rates,
// that two contents of one cut-off don't agree in: what a correction has to name.
// bulletin and number are those of the old one.
func Differences(bulletin, number string, old, now Content) []Affected {
	var out []Affected
	add := func(table string, a, b Line) {
		note := func(measure, column, was, is string) {
			if was != is {
				out = append(out, Affected{Bulletin: bulletin, Number: number, Table: table, Key: b.Key, Name: cmp.Or(b.Name, a.Name),
					Measure: measure, Label: Label(measure), Column: column, Published: was, Now: is})
			}
		}
		for i, m := range b.Measures {
			note(m.Key, "month", zero(a, i).Month, m.Month)
			note(m.Key, "year", zero(a, i).Year, m.Year)
		}
		for i, r := range b.Rates {
			was := ""
			if i < len(a.Rates) {
				was = a.Rates[i].Percent
			}
			note(r.Key, "percent", was, r.Percent)
		}
	}
	add("city", old.City, now.City)
	for _, t := range []struct {
		name     string
		old, now []Line
	}{{"counties", old.Counties, now.Counties}, {"departments", old.Departments, now.Departments}, {"teams", old.Teams, now.Teams}, {"tiers", old.Tiers, now.Tiers}} {
		eachLine(t.old, t.now, func(a, b Line) { add(t.name, a, b) })
	}
	return out
}

// zero is a measure of a line that may be missing.
func zero(l Line, i int) Measure {
	if i < len(l.Measures) {
		return l.Measures[i]
	}
	return Measure{Month: "0", Year: "0"}
}

// eachLine pairs lines by key; one that is missing on a side is without figures.
func eachLine(old, now []Line, fn func(a, b Line)) {
	find := func(lines []Line, key string) (Line, bool) {
		i := slices.IndexFunc(lines, func(l Line) bool { return l.Key == key })
		if i < 0 {
			return Line{}, false
		}
		return lines[i], true
	}
	for _, b := range now {
		a, _ := find(old, b.Key)
		fn(a, b)
	}
	for _, a := range old {
		if _, ok := find(now, a.Key); !ok {
			fn(a, empty(a))
		}
	}
}

// empty is the line with nothing counted.
func empty(l Line) Line {
	out := Line{Key: l.Key, Name: l.Name}
	for _, m := range l.Measures {
		out.Measures = append(out.Measures, Measure{Key: m.Key, Month: "0", Year: "0"})
	}
	for _, r := range l.Rates {
		out.Rates = append(out.Rates, Rate{Key: r.Key, Part: "0", Whole: "0"})
	}
	return out
}
