package main

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"luodi/internal/calendar"
	"luodi/internal/demo"
	"luodi/internal/money"
	"luodi/internal/org"
	"luodi/internal/project"
)

// maker draws projects; one maker draws one registry.
type maker struct {
	rng      *rand.Rand
	counties []string
}

func newMaker() *maker {
	m := &maker{rng: rand.New(rand.NewPCG(2023, 731))}
	for _, u := range demo.Units() {
		if u.Kind == org.County {
			m.counties = append(m.counties, u.ID)
		}
	}
	return m
}

// registry draws the projects of 2022 and those of 2023.
func (m *maker) registry() (old, signed []project.Project) {
	drafts := m.signed2023()
	m.people(drafts)
	landed := m.land2023(drafts)
	carried := m.signed2022(carriedOver, yi(landedAmount)-total(landed))
	m.landBetween(carried, "2023-01-05", "2023-08-31")
	past := m.signed2022(landedLastYear+neverLanded, yi(signed2022Sum))
	m.landBetween(past[:landedLastYear], "2022-01-20", "2022-12-28")
	m.start(drafts, carried, past[:landedLastYear])
	drafts = append(drafts, m.agreements()...)
	return finish(append(past, carried...), 2022), finish(drafts, 2023)
}

// signed2023 draws the 731 projects, each occasion with its exact sum.
func (m *maker) signed2023() []*project.Draft {
	var all []*project.Draft
	for _, o := range occasions {
		group := m.group(o)
		for i, d := range group {
			d.Event = o.event
			d.SignedOn = m.between(day(o.from), day(o.to))
			if i < o.results {
				d.Name = "合作成果转化·" + d.Name
			}
		}
		all = append(all, group...)
	}
	rest := m.group(elsewhere)
	for _, d := range rest {
		d.SignedOn = m.outsideSecondQuarter()
	}
	m.name(rest)
	m.overseas(rest)
	return append(all, rest...)
}

// group draws an occasion's projects, which sum to its amount.
func (m *maker) group(o occasion) []*project.Draft {
	group := m.drafts(project.Lead, o.tiers.lead)
	group = append(group, m.drafts(project.Advantaged, o.tiers.advantaged)...)
	group = append(group, m.drafts(project.Supporting, o.tiers.supporting)...)
	group = append(group, m.drafts(project.Other, o.tiers.other)...)
	m.rng.Shuffle(len(group), func(i, j int) { group[i], group[j] = group[j], group[i] })
	m.share(group, yi(o.amount), smallest)
	for _, d := range group {
		if o.county != "" {
			d.CountyID = o.county
			d.Industry, d.Name = "卫浴", pick(m, trades[project.Supporting][1].products)
		}
	}
	return group
}

func (m *maker) drafts(tier project.Tier, n int) []*project.Draft {
	var out []*project.Draft
	for range n {
		t := pick(m, trades[tier])
		out = append(out, &project.Draft{
			Name: pick(m, t.products), CountyID: pick(m, m.counties), IndustryTier: tier, Industry: t.name, Chain: t.name + "产业链",
			InvestorKind: m.kind(), Chemicals: t.chemical && m.rng.IntN(4) == 0, Illustrative: true,
		})
	}
	return out
}

func (m *maker) kind() project.InvestorKind {
	switch n := m.rng.IntN(20); {
	case n < 2:
		return project.CentralSOE
	case n < 5:
		return project.StateOwned
	default:
		return project.Private
	}
}

// share splits a sum: each gets at least the least, and by drawn sizes of what is
// above it, to whole 100万元; the largest takes the remainder.
func (m *maker) share(group []*project.Draft, sum, least money.Amount) {
	weights, all := make([]int64, len(group)), int64(0)
	for i := range weights {
		weights[i] = pick(m, sizes)
		all += weights[i]
	}
	const step = 100 * money.Wan
	rest, largest, above := sum, 0, sum-least*money.Amount(len(group))
	for i, d := range group {
		d.AgreedAmount = least + money.Amount(int64(above/step)*weights[i]/all)*step
		rest -= d.AgreedAmount
		if d.AgreedAmount > group[largest].AgreedAmount {
			largest = i
		}
	}
	group[largest].AgreedAmount += rest
}

// name gives the article's names to projects of the right tier.
func (m *maker) name(rest []*project.Draft) {
	for i, n := range named {
		for _, d := range rest {
			if d.IndustryTier != n.tier || d.Remark != "" || d.AgreedAmount < money.Yi {
				continue
			}
			d.Name, d.Industry, d.Chain = n.name, n.industry, n.industry+"产业链"
			d.Chemicals, d.InvestorKind = false, project.Private
			d.Remark = "项目名称见于公开报道,其余信息均为示例"
			d.SignedOn = m.between(day("2023-01-10"), day("2023-03-25")) // landed in the year
			if i >= viaAmbassador {
				d.Ambassador = ambassador(i)
			}
			break
		}
	}
}

// overseas marks the 15 projects that 丹江口市 and 茅箭区 brought from Hong Kong and Germany.
func (m *maker) overseas(rest []*project.Draft) {
	n := 0
	for _, d := range rest {
		if n == 15 || d.Remark != "" {
			continue
		}
		d.CountyID = []string{"danjiangkou", "maojian"}[n%2]
		d.InvestorKind, d.Remark = project.HMT, "赴香港招商引进(示例)"
		if n%5 > 2 {
			d.InvestorKind, d.Remark = project.Foreign, "赴德国招商引进(示例)"
		}
		n++
	}
}

// people says which squads and ambassadors brought which projects: every squad at
// least two, every ambassador one.
func (m *maker) people(all []*project.Draft) {
	order := m.rng.Perm(len(all))
	for i, at := range order[:bySquads] {
		n := i % squads
		all[at].Team = fmt.Sprintf("驻%s招商专班%03d(示例)", cities[n%len(cities)], n+1)
	}
	next := 0
	for _, at := range order {
		for next >= viaAmbassador && next < len(named) { // given to the named projects
			next++
		}
		if next < ambassadors && all[at].Ambassador == "" {
			all[at].Ambassador = ambassador(next)
			next++
		}
	}
}

func ambassador(i int) string { return fmt.Sprintf("招商大使%03d(示例)", i+1) }

// land2023 lands the projects signed in 2023 that make up, with those carried over,
// the published number; and a few below the scale, which don't count.
func (m *maker) land2023(all []*project.Draft) []*project.Draft {
	var landed []*project.Draft
	small := 0
	for _, at := range m.rng.Perm(len(all)) {
		d := all[at]
		d.AboveScale = d.AgreedAmount >= aboveScale
		switch {
		case d.SignedOn.After(day("2023-11-30")):
		case d.AboveScale && (isNamed(d.Name) || len(landed) < landedCount-carriedOver-namedAhead(landed)):
			landed = append(landed, d)
			d.LandedOn = m.between(d.SignedOn.AddDays(5), day("2023-12-18"))
		case !d.AboveScale && small < 28:
			small++
			d.LandedOn = m.between(d.SignedOn.AddDays(5), day("2023-12-18"))
		}
	}
	return landed
}

// namedAhead keeps places for the named projects that haven't come up yet.
func namedAhead(landed []*project.Draft) int {
	n := len(named)
	for _, d := range landed {
		if isNamed(d.Name) {
			n--
		}
	}
	return n
}

func (m *maker) signed2022(n int, sum money.Amount) []*project.Draft {
	var all []*project.Draft
	for i := range n {
		all = append(all, m.drafts([]project.Tier{project.Lead, project.Advantaged, project.Advantaged, project.Supporting, project.Other}[i%5], 1)...)
	}
	m.share(all, sum, aboveScale)
	for _, d := range all {
		d.SignedOn = m.between(day("2022-01-05"), day("2022-12-20"))
		d.AboveScale = true
	}
	return all
}

// landBetween lands projects inside a window, and signs them before where needed.
func (m *maker) landBetween(all []*project.Draft, from, to string) {
	for _, d := range all {
		d.LandedOn = m.between(day(from), day(to))
		if !d.SignedOn.Before(d.LandedOn) {
			d.SignedOn = m.between(day("2022-01-05"), d.LandedOn)
		}
	}
}

// start begins construction: the published number in the fourth quarter, others
// before, and some not yet. Then statistics, production and money follow.
func (m *maker) start(signed, carried, past []*project.Draft) {
	landed := slices.DeleteFunc(slices.Clone(signed), func(d *project.Draft) bool { return d.LandedOn.IsZero() })
	inQ4 := startedQ4 - carriedQ4 - lastYearQ4
	for i, d := range landed {
		if i < inQ4 {
			m.startBetween(d, "2023-10-01", "2023-12-28")
		} else if d.LandedOn.Before(day("2023-08-01")) && i%2 == 0 {
			m.startBetween(d, "2023-02-15", "2023-09-28")
		}
	}
	for i, d := range carried {
		switch {
		case i < carriedQ4:
			m.startBetween(d, "2023-10-01", "2023-12-28")
		case i < carriedQ4+35:
			m.startBetween(d, "2023-03-01", "2023-09-28")
		}
	}
	for i, d := range past {
		switch {
		case i < lastYearQ4:
			m.startBetween(d, "2023-10-01", "2023-12-28")
		case i < lastYearQ4+96:
			m.startBetween(d, "2023-01-05", "2023-09-28")
		case i < lastYearQ4+396:
			m.startBetween(d, "2022-02-01", "2022-12-30")
		}
	}
	for _, d := range slices.Concat(landed, carried, past) {
		m.produce(d)
		m.pay(d)
	}
}

func (m *maker) startBetween(d *project.Draft, from, to string) {
	d.StartedOn = m.between(later(day(from), d.LandedOn), later(day(to), d.LandedOn))
}

const lastDay = "2023-12-29"

func (m *maker) produce(d *project.Draft) {
	if d.StartedOn.IsZero() {
		return
	}
	last := d.StartedOn
	if on := last.AddDays(20 + m.rng.IntN(60)); m.rng.IntN(10) < 7 && !on.After(day(lastDay)) {
		d.InStatisticsOn, last = on, on
	}
	if on := last.AddDays(150 + m.rng.IntN(200)); m.rng.IntN(10) < 6 && !on.After(day(lastDay)) {
		d.InProductionOn = on
	}
}

// pay brings 2 to 8 % of the amount in one to three payments after landing.
func (m *maker) pay(d *project.Draft) {
	if d.StartedOn.IsZero() {
		return
	}
	n := 1 + m.rng.IntN(3)
	each := d.AgreedAmount / 100 * money.Amount(2+m.rng.IntN(7)) / money.Amount(n) / (10 * money.Wan) * (10 * money.Wan)
	for range n {
		if each > 0 {
			d.FundsArrived = append(d.FundsArrived, project.Funds{On: m.between(d.LandedOn, day(lastDay)), Amount: each})
		}
	}
}

// agreements draws framework agreements: signed, and counted nowhere.
func (m *maker) agreements() []*project.Draft {
	all := m.drafts(project.Other, frameworks)
	m.share(all, yi("860"), smallest)
	for _, d := range all {
		d.Framework = true
		d.SignedOn = m.between(day("2023-01-10"), day("2023-12-20"))
	}
	return all
}

// finish orders projects by day, numbers them, and completes what depends on the number.
func finish(drafts []*project.Draft, year int) []project.Project {
	slices.SortStableFunc(drafts, func(a, b *project.Draft) int { return a.SignedOn.Compare(b.SignedOn) })
	var out []project.Project
	for i, d := range drafts {
		n := i + 1
		d.Code = fmt.Sprintf("SY%d-%04d", year, n)
		d.Investor = fmt.Sprintf("投资企业%d-%04d(示例)", year, n)
		if !isNamed(d.Name) {
			what := "项目"
			if d.Framework {
				what = "框架协议"
			}
			d.Name = fmt.Sprintf("%s%s(示例%d-%04d)", d.Name, what, year, n)
		}
		d.Verification = verification(d, n)
		d.LandArea = whole(5 + int64(d.AgreedAmount/(400*money.Wan)))
		d.EnergyUse = whole(50 + int64(d.AgreedAmount/(120*money.Wan)))
		out = append(out, d.Project())
	}
	return out
}

func isNamed(name string) bool {
	for _, n := range named {
		if n.name == name {
			return true
		}
	}
	return false
}

func verification(d *project.Draft, n int) project.Verification {
	switch {
	case d.AgreedAmount < money.HundredMillion || d.Framework:
		return project.NotSubmitted
	case n%10 < 7:
		return project.Recognised
	case n%10 < 9:
		return project.Pending
	default:
		return project.NotAccepted
	}
}

func (m *maker) between(from, to calendar.Date) calendar.Date {
	days := 0
	for d := from; d.Before(to); d = d.AddDays(1) {
		days++
	}
	return from.AddDays(m.rng.IntN(days + 1))
}

// outsideSecondQuarter draws a day of 2023, denser towards the end of the year.
func (m *maker) outsideSecondQuarter() calendar.Date {
	if m.rng.IntN(3) == 0 {
		return m.between(day("2023-01-05"), day("2023-03-31"))
	}
	return m.between(day("2023-07-01"), day("2023-12-26"))
}

func later(a, b calendar.Date) calendar.Date {
	return slices.MaxFunc([]calendar.Date{a, b}, calendar.Date.Compare)
}

func total(drafts []*project.Draft) money.Amount {
	var sum money.Amount
	for _, d := range drafts {
		sum += d.AgreedAmount
	}
	return sum
}

func pick[T any](m *maker, from []T) T { return from[m.rng.IntN(len(from))] }

func whole(n int64) project.Quantity { return project.Quantity(fmt.Sprint(n)) }
