package bulletin

import (
	"cmp"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"luodi/internal/calendar"
	"luodi/internal/project"
)

// Named is a unit as a bulletin names it.
type Named struct{ ID, Name string }

// Targets are the targets of a year by unit and indicator: counts, and amounts in
// 万元, as decimal text. The unit "" is the whole city.
type Targets map[string]map[string]string

// Rule is what a city may settle about its bulletins.
type Rule struct {
	Progress  string `yaml:"序时进度" json:"progress"`  // months or days
	Digits    int    `yaml:"小数" json:"digits"`      // of percentages
	CutoffDay int    `yaml:"截止日" json:"cutoff_day"` // of the month; 0: its last
}

// Builtin is the rule without settings: time progress by months, one digit, the
// month's last day.
func Builtin() Rule { return Rule{Progress: ByMonths, Digits: 1} }

// Cutoff is the cut-off of a month by the rule.
func (r Rule) Cutoff(year int, month time.Month) calendar.Date {
	end := MonthEnd(year, month)
	if r.CutoffDay == 0 || r.CutoffDay > end.Day {
		return end
	}
	return calendar.Date{Year: year, Month: month, Day: r.CutoffDay}
}

// Inputs are everything that a bulletin is computed from.
type Inputs struct {
	Year, Month int
	Cutoff      calendar.Date
	KnownAt     time.Time
	Rule        Rule
	Counties    []Named // in the order they are shown
	Departments []Named
	Cube        *Cube
	Targets     Targets
	Standing    Standing
	Ranker      Ranker // nil: nothing is ranked
	Sections    []Section
	Corrections []Correction
	More        int // corrections that there is no room for
	Amends      *Amends
	Findings    []Finding // what was found before
	Notes       []string
}

// Standing is each unit's rank in the last published bulletin, by group and unit id.
type Standing map[string]map[string]int

// Compute is the content of a bulletin: the same inputs give the same bytes.
func Compute(in Inputs) Content {
	m := maker{in: in, progress: TimeProgress(in.Rule.Progress, in.Cutoff)}
	c := Content{
		Format: Format, Year: in.Year, Month: in.Month, Cutoff: in.Cutoff, KnownAt: in.KnownAt.UTC().Truncate(time.Microsecond),
		Title: title(in), Rounding: in.Rule.Digits,
		Progress: Progress{By: in.Rule.Progress, Percent: Fixed(m.progress, in.Rule.Digits)},
		City:     m.line("", "全市", &in.Cube.City), Counties: m.counties(), Departments: m.departments(),
		Teams: m.teams(), Tiers: m.tiers(), Rankings: []Ranking{}, Red: []Listed{}, Black: []Listed{},
		Sections: append([]Section{}, in.Sections...), Corrections: append([]Correction{}, in.Corrections...), More: in.More,
		Amends: in.Amends, Notes: append([]string{}, in.Notes...), Illustrative: in.Cube.Illustrative,
	}
	c.Findings = append(append([]Finding{}, in.Findings...), m.sums(c)...)
	if in.Ranker != nil {
		m.rank(&c)
	}
	return c
}

func title(in Inputs) string {
	kind := "招商引资月通报"
	if in.Amends != nil {
		kind = "招商引资更正通报"
	}
	return fmt.Sprintf("%d年%d月%s", in.Year, in.Month, kind)
}

// maker is one computation under way.
type maker struct {
	in       Inputs
	progress *big.Rat
}

// line is a unit's figures.
func (m maker) line(key, name string, s *Sums) Line {
	l := Line{Key: key, Name: name, Measures: make([]Measure, len(Indicators)), Rates: make([]Rate, len(RateKinds))}
	for i, ind := range Indicators {
		l.Measures[i] = m.measure(i, s, m.in.Targets[key][ind.Key])
	}
	for i, kind := range RateKinds {
		l.Rates[i] = m.rate(kind.Key, s.Rates[0][i], s.Rates[1][i])
	}
	return l
}

// measure puts one indicator's five windows beside each other.
func (m maker) measure(indicator int, s *Sums, target string) Measure {
	ind, digits := Indicators[indicator], m.in.Rule.Digits
	var text [windows]string
	var value [windows]*big.Rat
	for w := range text {
		v := s.figure(w, indicator)
		text[w], value[w] = written(v, ind.Amount), exactly(v, ind.Amount)
	}
	out := Measure{
		Key: ind.Key, Month: text[InMonth], MonthLastYear: text[InMonthLastYear], PreviousMonth: text[InPreviousMonth],
		Year: text[InYear], YearLastYear: text[InYearLastYear],
		MonthYearOnYear: Growth(value[InMonth], value[InMonthLastYear], digits),
		PeriodOnPeriod:  Growth(value[InMonth], value[InPreviousMonth], digits),
		YearOnYear:      Growth(value[InYear], value[InYearLastYear], digits),
	}
	if t := number(target); t != nil {
		out.Target, out.Completion = target, Percent(value[InYear], t, digits)
		out.Lead = Ahead(value[InYear], t, m.progress, digits)
	}
	return out
}

func (m maker) rate(key string, now, before Fraction) Rate {
	digits := m.in.Rule.Digits
	r := Rate{
		Key: key, Part: written(now.Part, false), Whole: written(now.Whole, false),
		Percent: now.percent(digits), LastYear: before.percent(digits),
	}
	if now.Whole > 0 && before.Whole > 0 {
		x := percent(frac(now.Part, 1), frac(now.Whole, 1))
		r.Change = Fixed(x.Sub(x, percent(frac(before.Part, 1), frac(before.Whole, 1))), digits)
	}
	return r
}

func (f Fraction) percent(digits int) string {
	return Percent(frac(f.Part, 1), frac(f.Whole, 1), digits)
}

// by adds the places up by one of their names.
func (m maker) by(name func(Place) string) map[string]*Sums {
	out := map[string]*Sums{}
	for p, s := range m.in.Cube.Places {
		key := name(p)
		if out[key] == nil {
			out[key] = new(Sums)
		}
		out[key].Add(*s)
	}
	return out
}

// lines are named units in their order, with what was counted for each.
func (m maker) lines(units []Named, sums map[string]*Sums) []Line {
	out := make([]Line, len(units))
	for i, u := range units {
		s := sums[u.ID]
		if s == nil {
			s = new(Sums)
		}
		out[i] = m.line(u.ID, u.Name, s)
	}
	return out
}

func (m maker) counties() []Line {
	return m.lines(m.in.Counties, m.by(func(p Place) string { return p.County }))
}

func (m maker) departments() []Line { return m.lines(m.in.Departments, m.in.Cube.Departments) }

// tiers are all of them; a project without one is counted among the others, as the
// year's statistics do.
func (m maker) tiers() []Line {
	units := make([]Named, len(project.Tiers))
	for i, t := range project.Tiers {
		units[i] = Named{ID: string(t.Value), Name: t.Label}
	}
	return m.lines(units, m.by(func(p Place) string { return cmp.Or(p.Tier, string(project.Other)) }))
}

// teams are those with something to show, the largest amount signed in the year first.
func (m maker) teams() []Line {
	sums := m.by(func(p Place) string { return p.Team })
	units := []Named{}
	for name, s := range sums {
		if name != "" && *s != (Sums{}) {
			units = append(units, Named{ID: name, Name: name})
		}
	}
	signed := func(u Named) int64 { return int64(sums[u.ID].Tallies[InYear][atSigned].Amount) }
	slices.SortFunc(units, func(a, b Named) int {
		return cmp.Or(cmp.Compare(signed(b), signed(a)), cmp.Compare(a.ID, b.ID))
	})
	return m.lines(units, sums)
}

// sums checks that the counties, and the tiers, make up the city, and the counties'
// targets the city's. What doesn't agree is said, and left as it is.
func (m maker) sums(c Content) []Finding {
	var out []Finding
	for i, ind := range Indicators {
		for _, col := range []struct {
			name string
			of   func(Measure) string
		}{{"当月", func(x Measure) string { return x.Month }}, {"累计", func(x Measure) string { return x.Year }}} {
			whole := col.of(c.City.Measures[i])
			out = append(out, differs("各县市区"+col.name+ind.Label, total(c.Counties, i, col.of), whole)...)
			out = append(out, differs("各产业层级"+col.name+ind.Label, total(c.Tiers, i, col.of), whole)...)
		}
	}
	out = append(out, TargetSums(m.in.Targets, m.in.Counties)...)
	return append(out, m.strangers()...)
}

func total(lines []Line, indicator int, of func(Measure) string) *big.Rat {
	sum := new(big.Rat)
	for _, l := range lines {
		if x := number(of(l.Measures[indicator])); x != nil {
			sum.Add(sum, x)
		}
	}
	return sum
}

// plain is a number without an end of zeros.
func plain(x *big.Rat) string {
	text := x.FloatString(6)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

func differs(what string, parts *big.Rat, whole string) []Finding {
	x := number(whole)
	if x == nil || x.Cmp(parts) == 0 {
		return nil
	}
	return []Finding{{Code: "sum_differs", Where: what, Printed: whole, Computed: plain(parts),
		Message: fmt.Sprintf("%s合计%s,全市%s,相差%s", what, plain(parts), whole, plain(new(big.Rat).Sub(x, parts)))}}
}

// strangers are counties and departments that projects name and no unit is.
func (m maker) strangers() []Finding {
	var out []Finding
	find := func(kind, id string, known []Named) {
		if !slices.ContainsFunc(known, func(u Named) bool { return u.ID == id }) {
			out = append(out, Finding{Code: "unit_unknown", Where: kind + id, Message: fmt.Sprintf("项目库中有%s“%s”的项目,但没有这个单位,只计入全市", kind, id)})
		}
	}
	counties := m.by(func(p Place) string { return p.County })
	for id, s := range counties {
		if *s != (Sums{}) {
			find("县市区", id, m.in.Counties)
		}
	}
	for id := range m.in.Cube.Departments {
		find("部门", id, m.in.Departments)
	}
	slices.SortFunc(out, func(a, b Finding) int { return cmp.Compare(a.Where, b.Where) })
	return out
}
