package bench

import (
	"cmp"
	"slices"
)

// row is a project as a programmer would lay it out for this one book.
type row struct {
	unit                                         int32
	signed, landed, started, counted, production int32 // days; none is 0
	amount, funds, fundsYear                     int64 // 分
	tier, kind, industry                         uint8
	framework, above                             bool
}

// The texts of the book, as numbers.
const (
	tierLead     = 1
	kindForeign  = 1
	industryNew  = 1
	industryMade = 2
)

// counts are a unit's figures.
type counts struct {
	n    [15]int64
	sum  [5]int64
	best int64 // tenths of a point
}

// target is what a unit was to reach.
type target struct {
	n   [10]int64
	sum [5]int64
}

// result is a unit's total in hundredths of a point, and its rank.
type result struct{ total, rank int64 }

const (
	hundredMillion = 10_000_000_000 // 分
)

// byHand scores the book of this package and no other, as directly as can be: one pass
// over the projects, whole numbers throughout, and the same rounding.
func byHand(rows []row, targets []target, first, last int32) []result {
	units := make([]counts, len(targets))
	for i := range rows {
		p := &rows[i]
		u := &units[p.unit]
		within := func(day int32) bool { return day >= first && day <= last }
		reached := func(day int32) bool { return day != 0 && day <= last }
		big := p.amount >= hundredMillion
		if within(p.signed) && !p.framework {
			u.sign(p, big, reached(p.landed))
		}
		if within(p.landed) {
			u.n[6]++
			u.sum[1] += p.amount
			if p.above {
				u.n[5]++
			}
			if reached(p.started) {
				u.n[11]++
			}
		}
		if within(p.started) {
			u.n[7]++
			u.sum[2] += p.amount
			if reached(p.counted) {
				u.n[12]++
			}
			if big {
				u.n[13]++
			}
		}
		if within(p.counted) {
			u.n[8]++
		}
		if within(p.production) {
			u.n[9]++
		}
		if reached(p.signed) && !p.framework {
			u.sum[3] += p.fundsYear
		}
		if big {
			u.sum[4] += p.funds
		}
	}
	return totals(units, targets)
}

// sign counts a project signed this year.
func (u *counts) sign(p *row, big, landed bool) {
	u.n[0]++
	u.sum[0] += p.amount
	best := int64(0)
	if big {
		u.n[1]++
		best = 1
	}
	if p.kind == kindForeign {
		u.n[3]++
		best = 3
	}
	if p.amount >= 5*hundredMillion {
		u.n[2]++
		best = 5
	}
	u.best += best
	if p.tier == tierLead {
		u.n[4]++
	}
	if landed {
		u.n[10]++
	}
	if p.industry == industryNew || p.industry == industryMade {
		u.n[14]++
	}
}

// totals scores the units and ranks them.
func totals(units []counts, targets []target) []result {
	out := make([]result, len(units))
	lowSigned, highSigned, lowFunds, highFunds := units[0].sum[0], units[0].sum[0], units[0].sum[3], units[0].sum[3]
	signed := make([]int64, len(units))
	for i := range units {
		u := &units[i]
		lowSigned, highSigned = min(lowSigned, u.sum[0]), max(highSigned, u.sum[0])
		lowFunds, highFunds = min(lowFunds, u.sum[3]), max(highFunds, u.sum[3])
		signed[i] = u.sum[0]
	}
	places := ranks(signed)
	rates := [5][2]int{{10, 0}, {11, 6}, {12, 7}, {13, 7}, {14, 0}}
	for i := range units {
		u, t := &units[i], &targets[i]
		sum := int64(0)
		for k, n := range t.n {
			sum += share(min(u.n[k], n), n, 500)
		}
		for k, n := range t.sum {
			sum += share(min(u.sum[k]*5, n*6), n*5, 400)
		}
		for _, r := range rates {
			if d := u.n[r[1]]; d > 0 {
				sum += share(u.n[r[0]], d, 300)
			}
		}
		sum += step(u.n[0], 5, 10) + step(u.n[6], 4, 8) + step(u.n[7], 3, 6)
		sum += min(u.n[3]*30, 200) + min(u.n[2]*30, 200) + min(u.n[9]*30, 200)
		sum += efficacy(u.sum[0], lowSigned, highSigned) + efficacy(u.sum[3], lowFunds, highFunds)
		switch place := places[i]; {
		case place <= 10:
			sum += 300
		case place <= 100:
			sum += 200
		default:
			sum += 100
		}
		out[i].total = sum + min(u.best*10, 500)
	}
	all := make([]int64, len(out))
	for i, r := range out {
		all[i] = r.total
	}
	for i, rank := range ranks(all) {
		out[i].rank = rank
	}
	return out
}

// share is a÷b of full, in hundredths, rounded half up.
func share(a, b, full int64) int64 {
	q, rest := a*full/b, a*full%b
	if rest >= b-rest {
		q++
	}
	return q
}

func step(n, low, high int64) int64 {
	switch {
	case n >= high:
		return 300
	case n >= low:
		return 200
	}
	return 0
}

// efficacy is ((v-low)/(high-low)×40+60)/100×4 in hundredths.
func efficacy(v, low, high int64) int64 {
	if high == low {
		return 400
	}
	return 240 + share(v-low, high-low, 160)
}

// ranks gives equal values equal ranks, and leaves a gap after them.
func ranks(values []int64) []int64 {
	order := make([]int32, len(values))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortStableFunc(order, func(a, b int32) int { return cmp.Compare(values[b], values[a]) })
	out := make([]int64, len(values))
	for i, u := range order {
		out[u] = int64(i + 1)
		if i > 0 && values[order[i-1]] == values[u] {
			out[u] = out[order[i-1]]
		}
	}
	return out
}
