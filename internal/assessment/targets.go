package assessment

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"luodi/internal/fault"
	"luodi/internal/rulebook"
)

// Cells are the targets of a year: by unit id and figure, and of the whole city. Values
// are as the book writes them.
type Cells struct {
	Units map[string]map[string]string `json:"units"`
	City  map[string]string            `json:"city"`
}

// Cell is one target as somebody states it; UnitID "" is the whole city.
type Cell struct {
	UnitID string
	Figure string
	Value  string
	Where  string // "任务分解表!C5", or "/cells/3"
}

// Encode gives the canonical bytes.
func (c Cells) Encode() []byte {
	data, err := json.Marshal(c)
	if err != nil {
		panic(fmt.Sprintf("assessment: targets can't be encoded: %v", err)) // maps of texts can
	}
	return data
}

// DecodeCells reads targets.
func DecodeCells(data []byte) (c Cells, err error) {
	err = json.NewDecoder(bytes.NewReader(data)).Decode(&c)
	return c, err
}

// Count is how many targets there are for units.
func (c Cells) Count() int {
	n := 0
	for _, list := range c.Units {
		n += len(list)
	}
	return n
}

// NewCells is no targets.
func NewCells() Cells {
	return Cells{Units: map[string]map[string]string{}, City: map[string]string{}}
}

// clone copies the targets, which are otherwise shared.
func (c Cells) clone() Cells {
	out := NewCells()
	for unit, list := range c.Units {
		for figure, v := range list {
			out.put(unit, figure, v)
		}
	}
	for figure, v := range c.City {
		out.City[figure] = v
	}
	return out
}

func (c Cells) put(unit, figure, value string) {
	if unit == "" {
		c.City[figure] = value
		return
	}
	if c.Units[unit] == nil {
		c.Units[unit] = map[string]string{}
	}
	c.Units[unit][figure] = value
}

func (c Cells) take(unit, figure string) {
	if unit == "" {
		delete(c.City, figure)
		return
	}
	if delete(c.Units[unit], figure); len(c.Units[unit]) == 0 {
		delete(c.Units, unit) // no targets are written alike, whatever was there before
	}
}

// Apply sets cells, all or none; an empty value takes a target back. Problems are by
// cell, all at once: units that aren't assessed, figures that aren't targets of the book
// or of the unit's group, values that don't fit the figure's measure.
func (c Cells) Apply(b *rulebook.Book, members []Member, cells []Cell) (Cells, []fault.Detail) {
	out := c.clone()
	var problems []fault.Detail
	seen := map[[2]string]string{}
	for _, x := range cells {
		wrong := func(field, code, format string, args ...any) {
			where := x.Where
			if len(where) > 0 && where[0] == '/' { // a field has parts; a cell hasn't
				where += field
			}
			problems = append(problems, fault.Detail{Field: where, Code: code, Message: fmt.Sprintf(format, args...)})
		}
		at := [2]string{x.UnitID, x.Figure}
		if first, twice := seen[at]; twice {
			wrong("", "target_twice", "与%s是同一单位的同一目标", first)
			continue
		}
		seen[at] = x.Where
		if why := refused(b, members, x); why != nil {
			wrong(why.Field, why.Code, "%s", why.Message)
			continue
		}
		if x.Value == "" {
			out.take(x.UnitID, x.Figure)
			continue
		}
		value, p := b.ReadFigure(x.Figure, x.Value)
		if p != nil {
			wrong("/value", p.Code, "%s:%s", x.Figure, p.Message)
			continue
		}
		if strings.HasPrefix(value, "-") {
			wrong("/value", "target_negative", "%s:目标不能是负数", x.Figure)
			continue
		}
		out.put(x.UnitID, x.Figure, value)
	}
	return out, problems
}

func refused(b *rulebook.Book, members []Member, x Cell) *fault.Detail {
	m := b.Metric(x.Figure)
	if m == nil || m.Origin != originTarget {
		return &fault.Detail{Field: "/figure", Code: "target_unknown", Message: "细则中没有目标“" + x.Figure + "”"}
	}
	if x.UnitID == "" {
		return nil
	}
	i := slices.IndexFunc(members, func(m Member) bool { return m.UnitID == x.UnitID && m.MergedInto == "" })
	if i < 0 {
		return &fault.Detail{Field: "/unit_id", Code: "unit_not_assessed", Message: "“" + x.UnitID + "”不是本年度的被考核单位"}
	}
	if x.Value != "" && !b.NeededBy(m, members[i].Group) {
		return &fault.Detail{Field: "/figure", Code: "target_not_of_group", Message: fmt.Sprintf("%s(%s)不考核“%s”", members[i].Name, members[i].Group, x.Figure)}
	}
	return nil
}

// Missing are the targets that the book needs and that nobody set, unit by unit.
func (c Cells) Missing(b *rulebook.Book, members []Member) []fault.Detail {
	out := []fault.Detail{}
	for _, m := range members {
		if m.MergedInto != "" {
			continue
		}
		for _, f := range TargetFigures(b, m.Group) {
			if c.Units[m.UnitID][f.Name] == "" {
				out = append(out, fault.Detail{Field: m.UnitID + "/" + f.Name, Code: "target_missing", Message: m.Name + "没有“" + f.Name + "”"})
			}
		}
	}
	return out
}

// Sums compares the units' targets with the city's, where that is a number that adds up:
// the units' sum may well be more than the city's, and is said.
func (c Cells) Sums(b *rulebook.Book, members []Member) []fault.Detail {
	out := []fault.Detail{}
	for _, m := range b.Metrics {
		city, ok := c.City[m.Name]
		if !ok || m.Origin != originTarget || m.Unit() == "%" {
			continue
		}
		sum := rulebook.Int(0)
		for _, u := range members {
			if v, ok := rulebook.ParseNum(c.Units[u.UnitID][m.Name]); ok && u.MergedInto == "" {
				sum = sum.Add(v)
			}
		}
		total, ok := rulebook.ParseNum(city)
		if ok && sum.Cmp(total) != 0 {
			word := "多"
			gap := sum.Sub(total)
			if gap.Sign() < 0 {
				word, gap = "少", gap.Neg()
			}
			out = append(out, fault.Detail{Field: m.Name, Code: "target_sum", Message: fmt.Sprintf("%s:各单位合计%s%s,全市%s%s,%s%s%s", m.Name, sum.Decimal(10), m.Unit(), city, m.Unit(), word, gap.Decimal(10), m.Unit())})
		}
	}
	return out
}

// Moved tells what differs between two versions, in words, unit by unit in the members'
// order.
func (c Cells) Moved(before Cells, members []Member, b *rulebook.Book) []string {
	var out []string
	compare := func(name, figure, was, is string) {
		switch {
		case was == is:
		case was == "":
			out = append(out, fmt.Sprintf("%s%s:新增%s", name, figure, is))
		case is == "":
			out = append(out, fmt.Sprintf("%s%s:取消(原%s)", name, figure, was))
		default:
			out = append(out, fmt.Sprintf("%s%s:%s改为%s", name, figure, was, is))
		}
	}
	for _, m := range b.Metrics {
		if m.Origin != originTarget {
			continue
		}
		compare("全市", m.Name, before.City[m.Name], c.City[m.Name])
		for _, u := range members {
			compare(u.Name, m.Name, before.Units[u.UnitID][m.Name], c.Units[u.UnitID][m.Name])
		}
	}
	return out
}

// Merged adds a unit's targets to those of the unit that it becomes part of: counts and
// amounts add up, rates don't.
func (c Cells) Merged(b *rulebook.Book, from, into string) Cells {
	out := c.clone()
	for figure, v := range c.Units[from] {
		out.take(from, figure)
		m := b.Metric(figure)
		if m == nil || m.Unit() == "%" {
			continue
		}
		add, ok := rulebook.ParseNum(v)
		have, known := rulebook.ParseNum(c.Units[into][figure])
		switch {
		case ok && known:
			out.put(into, figure, have.Add(add).Decimal(10))
		case ok:
			out.put(into, figure, v)
		}
	}
	delete(out.Units, from)
	return out
}

// FindingsOf puts what is wrong with targets into one fault; nil when nothing is.
func FindingsOf(problems []fault.Detail) error {
	if len(problems) == 0 {
		return nil
	}
	return &fault.Error{Kind: fault.Invalid, Code: "targets_invalid", Details: problems,
		Message: fmt.Sprintf("有%d处错误,未作任何改动:%s", len(problems), problems[0].Message)}
}
