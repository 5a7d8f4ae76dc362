package bulletin

import (
	"luodi/internal/money"
	"luodi/internal/project"
)

// The stages that are counted, as they stand in Sums. Each but funds gives a count and
// an amount: the indicators in their order.
const (
	atSigned = iota
	atHundredMillion
	atLanded
	atStarted
	atInStatistics
	atInProduction
	atFunds
	stages
)

// Tally is a number of projects and the sum of their agreed amounts; for funds, of what
// has arrived, and the number isn't used.
type Tally struct {
	Count  int64
	Amount money.Amount
}

// Fraction is a conversion: how many of the whole came further.
type Fraction struct{ Part, Whole int64 }

// Sums are everything that is counted for one unit.
type Sums struct {
	Tallies [windows][stages]Tally
	Rates   [2][3]Fraction // this year's and last year's, in the order of RateKinds
}

// Add adds other sums: parts make up a whole.
func (s *Sums) Add(o Sums) {
	for w := range s.Tallies {
		for i := range s.Tallies[w] {
			s.Tallies[w][i].Count += o.Tallies[w][i].Count
			s.Tallies[w][i].Amount += o.Tallies[w][i].Amount
		}
	}
	for y := range s.Rates {
		for i := range s.Rates[y] {
			s.Rates[y][i].Part += o.Rates[y][i].Part
			s.Rates[y][i].Whole += o.Rates[y][i].Whole
		}
	}
}

// Set puts one figure in its place, as a table that somebody printed gives it. key is
// an indicator's; the value is a count, or an amount in money's unit.
func (s *Sums) Set(window int, key string, value int64) {
	for i, ind := range Indicators {
		switch {
		case ind.Key != key:
		case ind.Amount:
			s.Tallies[window][stageOf(i)].Amount = money.Amount(value)
		default:
			s.Tallies[window][stageOf(i)].Count = value
		}
	}
}

// stageOf is the place in Sums of an indicator, by its place among the indicators:
// they go in pairs, and funds come last and alone.
func stageOf(indicator int) int { return indicator / 2 }

// figure is one indicator's number in a window: a count, or an amount in 分.
func (s *Sums) figure(window, indicator int) int64 {
	t := s.Tallies[window][stageOf(indicator)]
	if Indicators[indicator].Amount {
		return int64(t.Amount)
	}
	return t.Count
}

// Place is where a project counts. Team and tier are "" for a project that has none.
type Place struct{ County, Tier, Team string }

// Fact is what of a project a bulletin counts. Days are texts as calendar.Date writes
// them, "" for none.
type Fact struct {
	Amount       money.Amount
	Framework    bool // never counted but for its funds
	AboveScale   bool // 规模项目: only these count as landed
	Signed       string
	Landed       string
	Started      string
	InStatistics string
	InProduction string
}

// FactOf is what a bulletin counts of a project.
func FactOf(p project.Project) (Place, Fact) {
	return Place{County: p.CountyID, Tier: string(p.IndustryTier), Team: p.Team}, Fact{
		Amount: p.AgreedAmount, Framework: p.Framework, AboveScale: p.AboveScale, Signed: p.SignedOn.String(),
		Landed: p.LandedOn.String(), Started: p.StartedOn.String(), InStatistics: p.InStatisticsOn.String(), InProduction: p.InProductionOn.String(),
	}
}

// Count adds a project that isn't a framework agreement, and tells whether it counts
// for anything.
func (s *Sums) Count(w *Windows, f Fact) bool {
	if f.Framework {
		return false
	}
	counted := s.count(w, atSigned, f.Signed, f.Amount)
	if f.Amount >= money.HundredMillion {
		s.count(w, atHundredMillion, f.Signed, f.Amount)
	}
	if f.AboveScale {
		counted = s.count(w, atLanded, f.Landed, f.Amount) || counted
	}
	counted = s.count(w, atStarted, f.Started, f.Amount) || counted
	counted = s.count(w, atInStatistics, f.InStatistics, f.Amount) || counted
	counted = s.count(w, atInProduction, f.InProduction, f.Amount) || counted
	for y, window := range [2]int{InYear, InYearLastYear} {
		all := &w.All[window]
		s.convert(y, 0, all.has(f.Signed), f.Landed, w.Ends[y])
		s.convert(y, 1, all.has(f.Landed), f.Started, w.Ends[y])
		s.convert(y, 2, all.has(f.Started), f.InStatistics, w.Ends[y])
	}
	return counted
}

func (s *Sums) count(w *Windows, stage int, day string, amount money.Amount) (counted bool) {
	if day < w.First {
		return false
	}
	for i := range w.All {
		if w.All[i].has(day) {
			s.Tallies[i][stage].Count++
			s.Tallies[i][stage].Amount += amount
			counted = true
		}
	}
	return counted
}

// convert counts one step of one year: of those that took the first step in the year
// to date, who has taken the next by its end.
func (s *Sums) convert(year, rate int, first bool, next, end string) {
	if !first {
		return
	}
	s.Rates[year][rate].Whole++
	if next != "" && next <= end {
		s.Rates[year][rate].Part++
	}
}

// CountFunds adds money that arrived on a day, whatever the project's year, and tells
// whether it counts.
func (s *Sums) CountFunds(w *Windows, day string, amount money.Amount) bool {
	return s.count(w, atFunds, day, amount)
}

// Tag names what a project was brought by: a chain, an ambassador, an event.
type Tag struct{ Kind, Name string }

// The kinds of tags.
const (
	TagChain      = "chain"
	TagAmbassador = "ambassador"
	TagEvent      = "event"
)

// Brought is what came of the projects signed in the year to date under one tag: those
// of the month, and how many have come to each step by the cut-off.
type Brought struct {
	Month Tally
	Steps [5]Tally // signed, landed, started, in statistics, in production
}

// Cube is a registry counted for one bulletin. City holds every project, those of a
// county that is no unit included: the sum of its parts is checked against it.
type Cube struct {
	Windows     Windows
	City        Sums
	Places      map[Place]*Sums
	Departments map[string]*Sums
	Tags        map[Tag]*Brought
	// Illustrative is how many of the projects that count for something are made up.
	Illustrative int64
}

// NewCube begins a count.
func NewCube(w Windows) *Cube {
	return &Cube{Windows: w, Places: map[Place]*Sums{}, Departments: map[string]*Sums{}, Tags: map[Tag]*Brought{}}
}

// At are the sums of a place.
func (c *Cube) At(p Place) *Sums {
	s := c.Places[p]
	if s == nil {
		s = new(Sums)
		c.Places[p] = s
	}
	return s
}

// Department are the sums of a department.
func (c *Cube) Department(id string) *Sums {
	s := c.Departments[id]
	if s == nil {
		s = new(Sums)
		c.Departments[id] = s
	}
	return s
}

// Bring counts a project signed in the year to date under its tags; a tag without a
// name is none.
func (c *Cube) Bring(f Fact, tags ...Tag) {
	if f.Framework || !c.Windows.All[InYear].has(f.Signed) {
		return
	}
	for _, t := range tags {
		if t.Name == "" {
			continue
		}
		b := c.Tags[t]
		if b == nil {
			b = new(Brought)
			c.Tags[t] = b
		}
		if c.Windows.All[InMonth].has(f.Signed) {
			b.Month.add(f.Amount)
		}
		for i, on := range []string{f.Signed, f.Landed, f.Started, f.InStatistics, f.InProduction} {
			if on != "" && on <= c.Windows.Ends[0] {
				b.Steps[i].add(f.Amount)
			}
		}
	}
}

func (t *Tally) add(a money.Amount) {
	t.Count++
	t.Amount += a
}

// Note notes a project that counts for something.
func (c *Cube) Note(illustrative bool) {
	if illustrative {
		c.Illustrative++
	}
}

// AddProject counts a whole project, funds included, for its place; whoever has counted
// all adds the places up to the city. department leads its liaison, "" for none.
func (c *Cube) AddProject(p project.Project, department string) {
	place, fact := FactOf(p)
	into := []*Sums{c.At(place)}
	if department != "" {
		into = append(into, c.Department(department))
	}
	counted := false
	for _, sums := range into {
		counted = sums.Count(&c.Windows, fact)
		for _, f := range p.FundsArrived {
			counted = sums.CountFunds(&c.Windows, f.On.String(), f.Amount) || counted
		}
	}
	c.Bring(fact, Tag{TagChain, p.Chain}, Tag{TagAmbassador, p.Ambassador}, Tag{TagEvent, p.Event})
	if counted {
		c.Note(p.Illustrative)
	}
}

// Close adds the places up to the city.
func (c *Cube) Close() *Cube {
	c.City = Sums{}
	for _, sums := range c.Places {
		c.City.Add(*sums)
	}
	return c
}
