package project

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"github.com/shopspring/decimal"

	"luodi/internal/calendar"
	"luodi/internal/fault"
	"luodi/internal/money"
)

// TargetLanded is the indicator of the year's target for 新注册落地规模项目, a count.
const TargetLanded = "landed_count"

// Targets are the city's targets for a year. Zero means that none was set.
type Targets struct {
	Landed int64 `json:"landed"` // above-scale projects newly registered
}

// TargetsFrom reads targets by indicator, as they are stored. Unknown indicators
// are ignored. Errors: Invalid "target_invalid".
func TargetsFrom(values map[string]string) (Targets, error) {
	text, ok := values[TargetLanded]
	if !ok {
		return Targets{}, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 {
		return Targets{}, fault.Field("/"+TargetLanded, "target_invalid", "落地项目目标须为正整数")
	}
	return Targets{Landed: n}, nil
}

// Tally is a number of projects and the sum of their agreed amounts.
type Tally struct {
	Count    int64        `json:"count"`
	Amount   money.Amount `json:"amount"`    // 万元
	AmountYi string       `json:"amount_yi"` // the same in 亿元
}

func (t *Tally) add(a money.Amount) {
	t.Count++
	t.Amount += a
}

// Sum is an amount of money in both units.
type Sum struct {
	Amount   money.Amount `json:"amount"`    // 万元
	AmountYi string       `json:"amount_yi"` // 亿元
}

// LandedTally compares 新注册落地规模项目 with the year before and the target.
type LandedTally struct {
	Tally
	PreviousYear      int64  `json:"previous_year"`
	YearOnYearPercent string `json:"year_on_year_percent,omitempty"` // one decimal; empty without a year before
	Target            int64  `json:"target,omitempty"`
	CompletionPercent string `json:"completion_percent,omitempty"` // at most one decimal; empty without a target
}

// Share is one industry tier's part of the projects signed.
type Share struct {
	Tally
	Tier    Tier   `json:"tier"`
	Label   string `json:"label"`
	Percent string `json:"percent"` // of the signed count, one decimal
}

// County is one county's line.
type County struct {
	CountyID     string `json:"county_id"`
	Signed       Tally  `json:"signed"`
	Landed       Tally  `json:"landed"`
	Started      Tally  `json:"started"`
	InStatistics Tally  `json:"in_statistics"`
	InProduction Tally  `json:"in_production"`
}

// Quarter is one quarter's line.
type Quarter struct {
	Quarter int   `json:"quarter"` // 1..4
	Signed  Tally `json:"signed"`
	Landed  Tally `json:"landed"`
	Started Tally `json:"started"`
}

// EventTally is what was signed at one promotion event.
type EventTally struct {
	Tally
	Name string `json:"name"`
}

// Helpers counts the teams or ambassadors that brought signed projects.
type Helpers struct {
	Active int64 `json:"active"` // distinct names
	Signed Tally `json:"signed"`
}

// Statistics are a year's figures, computed from single projects and exact. Signed
// leaves framework agreements out; landed counts above-scale projects only.
// Percentages are rounded half-up (四舍五入) at the decimals stated.
type Statistics struct {
	Year           int          `json:"year"`
	Signed         Tally        `json:"signed"`
	HundredMillion Tally        `json:"hundred_million"` // signed, of at least 1亿元
	Framework      Tally        `json:"framework"`       // framework agreements of the year, in no other figure
	Landed         LandedTally  `json:"landed"`
	Started        Tally        `json:"started"`
	InStatistics   Tally        `json:"in_statistics"`
	InProduction   Tally        `json:"in_production"`
	FundsArrived   Sum          `json:"funds_arrived"` // arrived in the year, whatever the project's year
	Tiers          []Share      `json:"tiers"`
	Counties       []County     `json:"counties"` // largest signed amount first
	Quarters       []Quarter    `json:"quarters"`
	Events         []EventTally `json:"events"`       // largest amount first
	EventsTotal    Tally        `json:"events_total"` // all events of the year
	Teams          Helpers      `json:"teams"`
	Ambassadors    Helpers      `json:"ambassadors"`
	Notes          []string     `json:"notes"` // what a reader should know, in Chinese
}

// Compute counts the projects' figures of a year.
func Compute(projects []Project, year int, target Targets) Statistics {
	c := newCount(year)
	for _, p := range projects {
		c.add(p)
	}
	return c.statistics(target)
}

type count struct {
	Statistics
	tiers       map[Tier]*Tally
	counties    map[string]*County
	events      map[string]*Tally
	teams       map[string]bool
	ambassadors map[string]bool
}

func newCount(year int) *count {
	c := &count{
		tiers: map[Tier]*Tally{}, counties: map[string]*County{}, events: map[string]*Tally{},
		teams: map[string]bool{}, ambassadors: map[string]bool{},
	}
	c.Year, c.Notes = year, []string{}
	for q := 1; q <= 4; q++ {
		c.Quarters = append(c.Quarters, Quarter{Quarter: q})
	}
	return c
}

func (c *count) add(p Project) {
	for _, f := range p.FundsArrived {
		if f.On.Year == c.Year {
			c.FundsArrived.Amount += f.Amount
		}
	}
	if p.Framework {
		if p.SignedOn.Year == c.Year {
			c.Framework.add(p.AgreedAmount)
		}
		return
	}
	c.signed(p)
	c.landed(p)
	c.later(p)
}

func (c *count) signed(p Project) {
	if p.SignedOn.Year != c.Year {
		return
	}
	a := p.AgreedAmount
	c.Signed.add(a)
	c.county(p).Signed.add(a)
	c.quarter(p.SignedOn).Signed.add(a)
	if p.HundredMillion() {
		c.HundredMillion.add(a)
	}
	tier := cmp.Or(p.IndustryTier, Other)
	entry(c.tiers, tier).add(a)
	if p.Event != "" {
		entry(c.events, p.Event).add(a)
		c.EventsTotal.add(a)
	}
	if p.Team != "" {
		c.teams[p.Team] = true
		c.Teams.Signed.add(a)
	}
	if p.Ambassador != "" {
		c.ambassadors[p.Ambassador] = true
		c.Ambassadors.Signed.add(a)
	}
}

func (c *count) landed(p Project) {
	switch {
	case !p.AboveScale:
	case p.LandedOn.Year == c.Year:
		c.Landed.add(p.AgreedAmount)
		c.county(p).Landed.add(p.AgreedAmount)
		c.quarter(p.LandedOn).Landed.add(p.AgreedAmount)
	case p.LandedOn.Year == c.Year-1:
		c.Landed.PreviousYear++
	}
}

// later counts what comes after landing, of projects of every size and year.
func (c *count) later(p Project) {
	if p.StartedOn.Year == c.Year {
		c.Started.add(p.AgreedAmount)
		c.county(p).Started.add(p.AgreedAmount)
		c.quarter(p.StartedOn).Started.add(p.AgreedAmount)
	}
	if p.InStatisticsOn.Year == c.Year {
		c.InStatistics.add(p.AgreedAmount)
		c.county(p).InStatistics.add(p.AgreedAmount)
	}
	if p.InProductionOn.Year == c.Year {
		c.InProduction.add(p.AgreedAmount)
		c.county(p).InProduction.add(p.AgreedAmount)
	}
}

func (c *count) county(p Project) *County { return entry(c.counties, p.CountyID) }

func (c *count) quarter(on calendar.Date) *Quarter { return &c.Quarters[(int(on.Month)-1)/3] }

func (c *count) statistics(target Targets) Statistics {
	c.Teams.Active, c.Ambassadors.Active = int64(len(c.teams)), int64(len(c.ambassadors))
	c.Landed.Target = target.Landed
	c.Landed.YearOnYearPercent = fixed(c.Landed.Count-c.Landed.PreviousYear, c.Landed.PreviousYear)
	if target.Landed > 0 {
		c.Landed.CompletionPercent = percent(c.Landed.Count, target.Landed).String()
	}
	for _, o := range Tiers {
		t := *entry(c.tiers, o.Value)
		c.Tiers = append(c.Tiers, Share{Tally: t, Tier: o.Value, Label: o.Label, Percent: fixed(t.Count, c.Signed.Count)})
	}
	c.Counties = []County{}
	for id, line := range c.counties {
		line.CountyID = id
		c.Counties = append(c.Counties, *line)
	}
	slices.SortFunc(c.Counties, func(a, b County) int {
		return cmp.Or(cmp.Compare(b.Signed.Amount, a.Signed.Amount), cmp.Compare(a.CountyID, b.CountyID))
	})
	c.Events = []EventTally{}
	for name, t := range c.events {
		c.Events = append(c.Events, EventTally{Tally: *t, Name: name})
	}
	slices.SortFunc(c.Events, func(a, b EventTally) int {
		return cmp.Or(cmp.Compare(b.Amount, a.Amount), cmp.Compare(a.Name, b.Name))
	})
	c.inYi()
	return c.Statistics
}

// inYi writes every amount in 亿元 beside the one in 万元.
func (c *count) inYi() {
	all := []*Tally{&c.Signed, &c.HundredMillion, &c.Framework, &c.Landed.Tally, &c.Started, &c.InStatistics,
		&c.InProduction, &c.EventsTotal, &c.Teams.Signed, &c.Ambassadors.Signed}
	for i := range c.Tiers {
		all = append(all, &c.Tiers[i].Tally)
	}
	for i := range c.Events {
		all = append(all, &c.Events[i].Tally)
	}
	for i := range c.Quarters {
		q := &c.Quarters[i]
		all = append(all, &q.Signed, &q.Landed, &q.Started)
	}
	for i := range c.Counties {
		l := &c.Counties[i]
		all = append(all, &l.Signed, &l.Landed, &l.Started, &l.InStatistics, &l.InProduction)
	}
	for _, t := range all {
		t.AmountYi = t.Amount.InYi()
	}
	c.FundsArrived.AmountYi = c.FundsArrived.Amount.InYi()
}

func entry[K comparable, V any](m map[K]*V, key K) *V {
	if m[key] == nil {
		m[key] = new(V)
	}
	return m[key]
}

// percent is 100·part/whole at one decimal, rounded half-up by magnitude; whole isn't 0.
func percent(part, whole int64) decimal.Decimal {
	return decimal.NewFromInt(part).Mul(decimal.NewFromInt(100)).DivRound(decimal.NewFromInt(whole), 1)
}

func fixed(part, whole int64) string {
	if whole == 0 {
		return ""
	}
	return percent(part, whole).StringFixed(1)
}

// String is the headline, for logs and tests.
func (t Tally) String() string { return fmt.Sprintf("%d / %s亿元", t.Count, t.Amount.InYi()) }
