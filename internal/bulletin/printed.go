package bulletin

import (
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
