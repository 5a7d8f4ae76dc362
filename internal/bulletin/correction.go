package bulletin

import (
	"cmp"
	"slices"

	"luodi/internal/money"
	"luodi/internal/project"
)

// Touched is every figure of a published bulletin that one project's change makes
// different: what was published, and what it would be with this change alone. before is
// the project as the bulletin knew it, after as it is known now; nil is a project that
// wasn't in the registry. department leads its liaison, "" for none.
func Touched(id, number string, c Content, before, after *project.Project, department string) []Affected {
	windows := WindowsOf(c.Cutoff)
	deltas := map[tableKey]*Sums{}
	for _, side := range []struct {
		p    *project.Project
		sign int64
	}{{before, -1}, {after, 1}} {
		if side.p == nil {
			continue
		}
		one := NewCube(windows)
		one.AddProject(*side.p, "")
		sums := one.Close().City.times(side.sign)
		place, _ := FactOf(*side.p)
		for _, k := range keysOf(place, department) {
			if deltas[k] == nil {
				deltas[k] = new(Sums)
			}
			deltas[k].Add(sums)
		}
	}
	var out []Affected
	for _, t := range tables(c) {
		for _, l := range t.lines {
			if d := deltas[tableKey{t.name, l.Key}]; d != nil {
				out = append(out, moved(Affected{Bulletin: id, Number: number, Table: t.name, Key: l.Key, Name: l.Name}, l, d, c.Rounding)...)
			}
		}
	}
	return out
}

// tableKey names a line of a bulletin.
type tableKey struct{ table, key string }

func keysOf(p Place, department string) []tableKey {
	keys := []tableKey{{"city", ""}, {"counties", p.County}, {"tiers", cmp.Or(p.Tier, string(project.Other))}}
	if department != "" {
		keys = append(keys, tableKey{"departments", department})
	}
	if p.Team != "" {
		keys = append(keys, tableKey{"teams", p.Team})
	}
	return keys
}

type part struct {
	name  string
	lines []Line
}

// tables are all of a content's, in the order they are shown.
func tables(c Content) []part {
	return []part{{"city", []Line{c.City}}, {"counties", c.Counties}, {"departments", c.Departments}, {"teams", c.Teams}, {"tiers", c.Tiers}}
}

// TableLabel is the Chinese name of a table.
func TableLabel(name string) string {
	return map[string]string{"city": "全市", "counties": "县市区", "departments": "市直部门", "teams": "驻外专班", "tiers": "产业层级"}[name]
}

// times is the sums taken that often; -1 takes them away.
func (s Sums) times(n int64) Sums {
	for w := range s.Tallies {
		for i := range s.Tallies[w] {
			s.Tallies[w][i].Count *= n
			s.Tallies[w][i].Amount *= money.Amount(n)
		}
	}
	for y := range s.Rates {
		for i := range s.Rates[y] {
			s.Rates[y][i].Part *= n
			s.Rates[y][i].Whole *= n
		}
	}
	return s
}

// moved lists what of a line differs once a delta is added.
func moved(at Affected, l Line, d *Sums, digits int) []Affected {
	var out []Affected
	note := func(measure, column, was, now string) {
		if was == now {
			return
		}
		at.Measure, at.Label, at.Column, at.Published, at.Now = measure, Label(measure), column, was, now
		out = append(out, at)
	}
	for i, m := range l.Measures {
		note(m.Key, "month", m.Month, plus(m.Month, d.figure(InMonth, i), Indicators[i].Amount))
		note(m.Key, "year", m.Year, plus(m.Year, d.figure(InYear, i), Indicators[i].Amount))
	}
	for i, r := range l.Rates {
		now := Percent(number(plus(r.Part, d.Rates[0][i].Part, false)), number(plus(r.Whole, d.Rates[0][i].Whole, false)), digits)
		note(r.Key, "percent", r.Percent, now)
	}
	return out
}

// plus adds to a figure as content holds it.
func plus(text string, delta int64, amount bool) string {
	x := number(text)
	if x == nil || delta == 0 {
		return text
	}
	return plain(x.Add(x, exactly(delta, amount)))
}

// Differences are the figures of the month and of the year to date, and the rates,
// that two contents of one cut-off don't agree in: what a correction has to name. id
// and number are those of the old one.
func Differences(id, number string, old, now Content) []Affected {
	var out []Affected
	before := tables(old)
	for i, t := range tables(now) {
		for _, pair := range paired(before[i].lines, t.lines) {
			out = append(out, unequal(Affected{Bulletin: id, Number: number, Table: t.name, Key: pair[1].Key, Name: pair[1].Name}, pair[0], pair[1])...)
		}
	}
	return out
}

func unequal(at Affected, a, b Line) []Affected {
	var out []Affected
	note := func(measure, column, was, now string) {
		if was == now {
			return
		}
		at.Measure, at.Label, at.Column, at.Published, at.Now = measure, Label(measure), column, was, now
		out = append(out, at)
	}
	for i, m := range b.Measures {
		note(m.Key, "month", a.Measures[i].Month, m.Month)
		note(m.Key, "year", a.Measures[i].Year, m.Year)
	}
	for i, r := range b.Rates {
		note(r.Key, "percent", a.Rates[i].Percent, r.Percent)
	}
	return out
}

// paired puts lines of one key side by side; one that a side lacks has nothing counted.
func paired(old, now []Line) [][2]Line {
	var out [][2]Line
	find := func(lines []Line, like Line) Line {
		i := slices.IndexFunc(lines, func(l Line) bool { return l.Key == like.Key })
		if i < 0 {
			return nothing(like)
		}
		return lines[i]
	}
	for _, b := range now {
		out = append(out, [2]Line{find(old, b), b})
	}
	for _, a := range old {
		if !slices.ContainsFunc(now, func(l Line) bool { return l.Key == a.Key }) {
			out = append(out, [2]Line{a, nothing(a)})
		}
	}
	return out
}

// nothing is the line with nothing counted.
func nothing(l Line) Line {
	out := Line{Key: l.Key, Name: l.Name}
	for _, m := range l.Measures {
		out.Measures = append(out.Measures, Measure{Key: m.Key, Month: "0", Year: "0"})
	}
	for _, r := range l.Rates {
		out.Rates = append(out.Rates, Rate{Key: r.Key, Part: "0", Whole: "0"})
	}
	return out
}
