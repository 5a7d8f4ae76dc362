package project

import (
	"net/url"
	"strconv"
	"strings"

	"luodi/internal/calendar"
	"luodi/internal/fault"
	"luodi/internal/money"
)

// None in a filter stands for projects that have nothing there: no team, no event.
const None = "-"

// Span is a stretch of days, both included; a zero day is no bound. A span with any
// bound asks for a date.
type Span struct{ From, Until calendar.Date }

// IsZero reports whether the span narrows nothing.
func (s Span) IsZero() bool { return s == Span{} }

// To is the span with an end that is no later than a day.
func (s Span) To(day calendar.Date) Span {
	if s.Until.IsZero() || s.Until.After(day) {
		s.Until = day
	}
	return s
}

// Filter narrows a list of projects. Zero fields don't. Of a list of texts any will do;
// None is one of them.
type Filter struct {
	Query         string // part of name, code or investor
	CountyID      string
	Stage         Stage
	Tiers         []Tier
	InvestorKinds []InvestorKind
	Industries    []string
	Chains        []string
	Teams         []string
	Ambassadors   []string
	Events        []string
	DepartmentID  string // leads its liaison: the one that goes on, or else the last; or None
	Year          int    // of signing
	LandedYear    int    // of landing
	Signed        Span
	Landed        Span
	Started       Span
	InStatistics  Span
	InProduction  Span
	Funds         Span         // some money arrived in it
	AmountMin     money.Amount // inclusive
	AmountMax     money.Amount // inclusive; zero is no limit
	AtEvent       *bool        // signed at some event
	Framework     *bool
	AboveScale    *bool
	Illustrative  *bool
}

// Values writes the filter as the parameters of an address, so that a figure can lead
// to the projects behind it.
func (f Filter) Values() url.Values {
	v := url.Values{}
	put := func(name string, texts ...string) {
		for _, t := range texts {
			if t != "" {
				v.Add(name, t)
			}
		}
	}
	put("q", f.Query)
	put("county_id", f.CountyID)
	put("stage", string(f.Stage))
	for _, t := range f.Tiers {
		put("industry_tier", string(t))
	}
	for _, k := range f.InvestorKinds {
		put("investor_kind", string(k))
	}
	put("industry", f.Industries...)
	put("chain", f.Chains...)
	put("team", f.Teams...)
	put("ambassador", f.Ambassadors...)
	put("event", f.Events...)
	put("department_id", f.DepartmentID)
	for name, n := range map[string]int{"year": f.Year, "landed_year": f.LandedYear} {
		if n != 0 {
			put(name, strconv.Itoa(n))
		}
	}
	for name, s := range f.spans() {
		put(name+"_from", s.From.String())
		put(name+"_until", s.Until.String())
	}
	for name, a := range map[string]money.Amount{"min_amount": f.AmountMin, "max_amount": f.AmountMax} {
		if a != 0 {
			put(name, a.String())
		}
	}
	for name, yes := range map[string]*bool{"at_event": f.AtEvent, "framework": f.Framework, "above_scale": f.AboveScale, "illustrative": f.Illustrative} {
		if yes != nil {
			put(name, strconv.FormatBool(*yes))
		}
	}
	return v
}

// spans are the stretches of days by the names that addresses give them.
func (f Filter) spans() map[string]Span {
	return map[string]Span{"signed": f.Signed, "landed": f.Landed, "started": f.Started, "in_statistics": f.InStatistics, "in_production": f.InProduction, "funds": f.Funds}
}

// SortField is a field that a list may be sorted by; ties break by id, so that
// pages never overlap.
type SortField string

// The sort fields.
const (
	BySignedOn     SortField = "signed_on" // unsigned projects last when descending
	ByAgreedAmount SortField = "agreed_amount"
	ByName         SortField = "name"
	ByUpdatedAt    SortField = "updated_at"
	ByCode         SortField = "code"
)

// Valid reports whether lists can be sorted by the field.
func (f SortField) Valid() bool {
	switch f {
	case BySignedOn, ByAgreedAmount, ByName, ByUpdatedAt, ByCode:
		return true
	}
	return false
}

// Sort is the order of a list.
type Sort struct {
	Field SortField
	Desc  bool
}

// ParseSort reads "agreed_amount", or "-signed_on" for descending; empty is
// "-updated_at". Errors: Invalid "sort_unknown".
func ParseSort(s string) (Sort, error) {
	if s == "" {
		return Sort{Field: ByUpdatedAt, Desc: true}, nil
	}
	name, desc := strings.CutPrefix(s, "-")
	if !SortField(name).Valid() {
		return Sort{}, fault.Field("/sort", "sort_unknown", "不支持按该字段排序")
	}
	return Sort{Field: SortField(name), Desc: desc}, nil
}

// String writes what ParseSort reads.
func (s Sort) String() string {
	if s.Desc {
		return "-" + string(s.Field)
	}
	return string(s.Field)
}
