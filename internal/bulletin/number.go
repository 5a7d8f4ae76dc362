package bulletin

import (
	"math/big"
	"strings"

	"luodi/internal/calendar"
	"luodi/internal/money"
)

// The arithmetic is that of fractions: a percentage is rounded once, when it is written.

func frac(part, whole int64) *big.Rat { return big.NewRat(part, whole) }

// Fixed writes a number with so many digits, rounded half-up by magnitude (四舍五入).
func Fixed(x *big.Rat, digits int) string {
	text := x.FloatString(digits)
	if strings.Trim(text, "-0.") == "" {
		return strings.TrimPrefix(text, "-") // there is no -0.0
	}
	return text
}

// Shown is a number as bulletins print it: a whole one without the zeros behind the
// point (75.0 is printed 75), every other as it is.
func Shown(text string) string {
	whole, rest, ok := strings.Cut(text, ".")
	if ok && strings.Trim(rest, "0") == "" {
		return whole
	}
	return text
}

// Percent is 100·part/whole with so many digits; "" of nothing or less.
func Percent(part, whole *big.Rat, digits int) string {
	if whole.Sign() <= 0 {
		return ""
	}
	return Fixed(percent(part, whole), digits)
}

func percent(part, whole *big.Rat) *big.Rat {
	x := new(big.Rat).Quo(part, whole)
	return x.Mul(x, frac(100, 1))
}

// Growth is the change against a base, in percent; "" against nothing or less.
func Growth(now, base *big.Rat, digits int) string {
	return Percent(new(big.Rat).Sub(now, base), base, digits)
}

// Ahead is how many percentage points a completion is before the time progress, the
// difference of the exact numbers; negative is behind it. "" without a target.
func Ahead(done, target, progress *big.Rat, digits int) string {
	if target.Sign() <= 0 {
		return ""
	}
	x := percent(done, target)
	return Fixed(x.Sub(x, progress), digits)
}

// The ways to count how much of a year is over.
const (
	ByMonths = "months" // the month's number ÷ 12
	ByDays   = "days"   // the day's number in the year ÷ the year's days
)

// TimeProgress is the share of the year that is over at a cut-off, in percent (序时进度).
func TimeProgress(by string, cutoff calendar.Date) *big.Rat {
	if by != ByDays {
		return percent(frac(int64(cutoff.Month), 1), frac(12, 1))
	}
	n, of := int64(0), int64(0)
	for month := cutoff.Month; month > 1; month-- {
		n += int64(MonthEnd(cutoff.Year, month-1).Day)
	}
	for month := cutoff.Month; month <= 12; month++ {
		of += int64(MonthEnd(cutoff.Year, month).Day)
	}
	return percent(frac(n+int64(cutoff.Day), 1), frac(n+of, 1))
}

// number reads a decimal text; nil for "" and for what is no plain number.
func number(text string) *big.Rat {
	if text == "" || len(text) > 40 || strings.Trim(text, "0123456789.-") != "" {
		return nil
	}
	x, ok := new(big.Rat).SetString(text)
	if !ok {
		return nil
	}
	return x
}

// written is a figure as content holds it: a whole count, or an amount in 万元.
func written(v int64, amount bool) string {
	if amount {
		return money.Amount(v).String()
	}
	return big.NewInt(v).String()
}

// exactly is the same figure as a number, so that 万元 meets 万元.
func exactly(v int64, amount bool) *big.Rat {
	if amount {
		return frac(v, int64(money.Wan))
	}
	return frac(v, 1)
}
