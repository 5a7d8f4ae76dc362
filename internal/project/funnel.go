package project

import (
	"fmt"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"luodi/internal/calendar"
	"luodi/internal/money"
)

// Step is how far projects have come, in their order.
type Step int

// The steps of a funnel (转化漏斗).
const (
	AtSigned Step = iota
	AtLanded
	AtStarted
	AtInStatistics
	AtInProduction
	steps
)

// Steps are all of them, with their names.
var Steps = [steps]struct{ Key, Label string }{
	{"signed", "签约"}, {"landed", "落地"}, {"started", "开工"}, {"in_statistics", "入库"}, {"in_production", "投产"},
}

// Dimension is what a funnel is broken down by.
type Dimension string

// The dimensions; "" is none.
const (
	ByCounty     Dimension = "county"
	ByTier       Dimension = "tier"
	ByIndustry   Dimension = "industry"
	ByInvestor   Dimension = "investor_kind"
	ByChain      Dimension = "chain"
	ByTeam       Dimension = "team"
	ByAmbassador Dimension = "ambassador"
	ByEvent      Dimension = "event"
	ByDepartment Dimension = "department"
	ByMonth      Dimension = "month" // of signing
	ByQuarter    Dimension = "quarter"
	ByYear       Dimension = "year"
)

// Dimensions lists them.
var Dimensions = []Dimension{ByCounty, ByTier, ByIndustry, ByInvestor, ByChain, ByTeam, ByAmbassador, ByEvent, ByDepartment, ByMonth, ByQuarter, ByYear}

// Funnel counts, of the projects signed, those that have come to each step: projects
// and agreed amounts. Key names the group; "" is projects that have none.
type Funnel struct {
	Key     string
	Counts  [steps]int64
	Amounts [steps]money.Amount
}

// Add adds another group's.
func (f *Funnel) Add(o Funnel) {
	for i := range f.Counts {
		f.Counts[i] += o.Counts[i]
		f.Amounts[i] += o.Amounts[i]
	}
}

// Population is whom a funnel counts: signed by a day, and, unless it is asked for, no
// framework agreement (框架协议).
func (f Filter) Population(until calendar.Date) Filter {
	f.Signed = f.Signed.To(until)
	if f.Framework == nil {
		no := false
		f.Framework = &no
	}
	return f
}

// At narrows a population to those that had come to a step by a day: the list behind
// a figure of a funnel.
func (f Filter) At(s Step, until calendar.Date) Filter {
	span := [steps]*Span{&f.Signed, &f.Landed, &f.Started, &f.InStatistics, &f.InProduction}[s]
	*span = span.To(until)
	return f
}

// In narrows a filter to one group of a dimension.
func (f Filter) In(d Dimension, key string) Filter {
	named := key
	if named == "" {
		named = None
	}
	switch d {
	case ByCounty:
		f.CountyID = key
	case ByTier:
		f.Tiers = []Tier{Tier(named)}
	case ByIndustry:
		f.Industries = []string{named}
	case ByInvestor:
		f.InvestorKinds = []InvestorKind{InvestorKind(named)}
	case ByChain:
		f.Chains = []string{named}
	case ByTeam:
		f.Teams = []string{named}
	case ByAmbassador:
		f.Ambassadors = []string{named}
	case ByEvent:
		f.Events = []string{named}
	case ByDepartment:
		f.DepartmentID = named
	case ByMonth, ByQuarter, ByYear:
		f.Signed = f.Signed.within(periodOf(d, key))
	}
	return f
}

// within is what two spans have in common.
func (s Span) within(o Span) Span {
	if s.From.Before(o.From) {
		s.From = o.From
	}
	return s.To(o.Until)
}

// periodOf reads "2023-10", "2023-Q4" or "2023".
func periodOf(d Dimension, key string) Span {
	var year, n int
	first, months := time.January, 12
	switch d {
	case ByMonth:
		_, _ = fmt.Sscanf(key, "%d-%d", &year, &n) // keys are our own
		first, months = time.Month(n), 1
	case ByQuarter:
		_, _ = fmt.Sscanf(key, "%d-Q%d", &year, &n)
		first, months = time.Month(3*n-2), 3
	default:
		_, _ = fmt.Sscanf(key, "%d", &year)
	}
	from := calendar.Date{Year: year, Month: first, Day: 1}
	next := calendar.Date{Year: year, Month: first + time.Month(months), Day: 1}
	if next.Month > time.December {
		next.Year, next.Month = next.Year+1, next.Month-12
	}
	return Span{from, next.AddDays(-1)}
}

// Periods gathers funnels by month ("2023-10") into those of a longer period.
func Periods(months []Funnel, d Dimension) []Funnel {
	var out []Funnel
	for _, m := range months {
		key := m.Key
		switch {
		case d == ByYear:
			key = m.Key[:4]
		case d == ByQuarter:
			key = fmt.Sprintf("%s-Q%d", m.Key[:4], (int(m.Key[5]-'0')*10+int(m.Key[6]-'0')+2)/3)
		}
		i := slices.IndexFunc(out, func(f Funnel) bool { return f.Key == key })
		if i < 0 {
			out, i = append(out, Funnel{Key: key}), len(out)
		}
		out[i].Add(m)
	}
	return out
}

// Percent is 100·part/whole with one decimal, half-up; "" of nothing.
func Percent(part, whole int64) string {
	if whole == 0 {
		return ""
	}
	return decimal.NewFromInt(part).Mul(decimal.NewFromInt(100)).DivRound(decimal.NewFromInt(whole), 1).StringFixed(1)
}
