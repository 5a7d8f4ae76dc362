package rulebook

import (
	"math"
	"math/big"
	"math/bits"
	"strconv"
	"strings"
)

// Num is an exact rational number, or the reason why there is none (Fault). The zero
// Num is 0. Small numbers are a fraction of two integers, which is what nearly every
// score is made of; what outgrows them continues as a big.Rat.
type Num struct {
	n, d int64 // n/d; d is 0 for 1; not necessarily in lowest terms
	x    *beyond
}

type beyond struct {
	rat   *big.Rat
	fault *Fault
}

// maxBits bounds a number: a formula that squares and squares again is refused
// long before it fills the memory.
const maxBits = 4096

// maxDigits bounds a number as it is written.
const maxDigits = 40

// Int is a whole number.
func Int(n int64) Num { return Num{n: n} }

// Frac is n/d; d must be positive.
func Frac(n, d int64) Num { return Num{n: n, d: d} }

// failed is the Num that there isn't.
func failed(f *Fault) Num { return Num{x: &beyond{fault: f}} }

// Fault says why there is no number; nil when there is one.
func (a Num) Fault() *Fault {
	if a.x == nil {
		return nil
	}
	return a.x.fault
}

// ParseNum reads a decimal such as "-12.50" or "1,200", exactly.
func ParseNum(s string) (Num, bool) {
	s = strings.ReplaceAll(strings.ReplaceAll(s, ",", ""), "\uff0c", "")
	if len(s) == 0 || len(s) > maxDigits {
		return Num{}, false
	}
	body := strings.TrimPrefix(s, "-")
	whole, frac, dotted := strings.Cut(body, ".")
	if whole == "" || dotted && frac == "" {
		return Num{}, false
	}
	for _, r := range whole + frac {
		if r < '0' || r > '9' {
			return Num{}, false
		}
	}
	frac = strings.TrimRight(frac, "0")
	if len(whole)+len(frac) <= 18 {
		n, _ := strconv.ParseInt(whole+frac, 10, 64)
		if body != s {
			n = -n
		}
		return Num{n: n, d: pow10[len(frac)]}, true
	}
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		return Num{}, false
	}
	return fromRat(r), true
}

var pow10 = func() (p [19]int64) {
	p[0] = 1
	for i := 1; i < len(p); i++ {
		p[i] = p[i-1] * 10
	}
	return p
}()

func (a Num) den() int64 {
	if a.d == 0 {
		return 1
	}
	return a.d
}

// Rat is a copy as a big.Rat; 0 for a fault.
func (a Num) Rat() *big.Rat {
	if a.x == nil {
		return big.NewRat(a.n, a.den())
	}
	if a.x.rat == nil {
		return new(big.Rat)
	}
	return new(big.Rat).Set(a.x.rat)
}

func fromRat(r *big.Rat) Num {
	if r.Num().IsInt64() && r.Denom().IsInt64() && r.Num().Int64() != math.MinInt64 { // which has no opposite
		return Num{n: r.Num().Int64(), d: r.Denom().Int64()}
	}
	if r.Num().BitLen() > maxBits || r.Denom().BitLen() > maxBits {
		return failed(&Fault{Kind: TooLarge})
	}
	return Num{x: &beyond{rat: r}}
}

const small = 1 << 31

func isSmall(n int64) bool { return n < small && n > -small }

// product of two integers, if it fits.
func product(a, b int64) (int64, bool) {
	if isSmall(a) && isSmall(b) {
		return a * b, true
	}
	hi, lo := bits.Mul64(magnitude(a), magnitude(b))
	if hi != 0 || lo >= 1<<63 {
		return 0, false
	}
	if (a < 0) != (b < 0) {
		return -int64(lo), true
	}
	return int64(lo), true
}

func magnitude(a int64) uint64 {
	if a < 0 {
		return uint64(-a)
	}
	return uint64(a)
}

func total(a, b int64) (int64, bool) {
	s := a + b
	return s, (s > a) == (b > 0) && s != math.MinInt64
}

// lowest is the fraction in lowest terms.
func (a Num) lowest() Num {
	if a.x != nil || a.d <= 1 {
		return a
	}
	x, y := magnitude(a.n), uint64(a.d)
	for y != 0 {
		x, y = y, x%y
	}
	return Num{n: a.n / int64(x), d: a.d / int64(x)}
}

// tidy keeps denominators small enough for the next operation to stay in integers.
func (a Num) tidy() Num {
	if a.d < 1<<53 {
		return a
	}
	return a.lowest()
}

func fault2(a, b Num) (Num, bool) {
	if a.x != nil && a.x.fault != nil {
		return a, true
	}
	if b.x != nil && b.x.fault != nil {
		return b, true
	}
	return Num{}, false
}

// Add is a+b. As every operation, it gives back the first fault among its arguments.
func (a Num) Add(b Num) Num {
	if a.x == nil && b.x == nil {
		if ad, bd := a.den(), b.den(); ad == bd {
			if s, ok := total(a.n, b.n); ok {
				return Num{n: s, d: ad}
			}
		} else if s, ok := addFractions(a.n, ad, b.n, bd); ok {
			return s
		} else if a, b = a.lowest(), b.lowest(); true {
			if s, ok := addFractions(a.n, a.den(), b.n, b.den()); ok {
				return s
			}
		}
	}
	if f, bad := fault2(a, b); bad {
		return f
	}
	return fromRat(new(big.Rat).Add(a.Rat(), b.Rat()))
}

func addFractions(an, ad, bn, bd int64) (Num, bool) {
	if ad < bd {
		an, ad, bn, bd = bn, bd, an, ad
	}
	if bd == 1 || ad%bd == 0 { // 0.25 + 3, or 0.25 + 0.5
		x, ok := product(bn, ad/bd)
		s, fits := total(an, x)
		return Num{n: s, d: ad}, ok && fits
	}
	x, ok1 := product(an, bd)
	y, ok2 := product(bn, ad)
	d, ok3 := product(ad, bd)
	if !ok1 || !ok2 || !ok3 {
		return Num{}, false
	}
	s, ok := total(x, y)
	return Num{n: s, d: d}.tidy(), ok
}

// Neg is -a.
func (a Num) Neg() Num {
	if a.x == nil {
		return Num{n: -a.n, d: a.d}
	}
	if a.x.fault != nil {
		return a
	}
	return fromRat(new(big.Rat).Neg(a.x.rat))
}

// Sub is a-b.
func (a Num) Sub(b Num) Num { return a.Add(b.Neg()) }

// Mul is a×b.
func (a Num) Mul(b Num) Num {
	if a.x == nil && b.x == nil {
		if p, ok := mulFractions(a, b); ok {
			return p
		}
		if p, ok := mulFractions(a.lowest(), b.lowest()); ok {
			return p
		}
	}
	if f, bad := fault2(a, b); bad {
		return f
	}
	return fromRat(new(big.Rat).Mul(a.Rat(), b.Rat()))
}

func mulFractions(a, b Num) (Num, bool) {
	if isSmall(a.n) && isSmall(b.n) && a.d < small && b.d < small {
		return Num{n: a.n * b.n, d: a.den() * b.den()}, true
	}
	n, ok1 := product(a.n, b.n)
	d, ok2 := product(a.den(), b.den())
	return Num{n: n, d: d}.tidy(), ok1 && ok2
}

// Div is a÷b; dividing by zero is a Fault of kind DivisionByZero.
func (a Num) Div(b Num) Num {
	if f, bad := fault2(a, b); bad {
		return f
	}
	if b.Sign() == 0 {
		return failed(&Fault{Kind: DivisionByZero})
	}
	if b.x != nil {
		return a.Mul(fromRat(new(big.Rat).Inv(b.x.rat)))
	}
	if a.x == nil && a.den() == b.den() && b.n != absent {
		if b.n < 0 {
			return Num{n: -a.n, d: -b.n}
		}
		return Num{n: a.n, d: b.n}
	}
	n, d := b.den(), b.n
	if d < 0 {
		n, d = -n, -d
	}
	return a.Mul(Num{n: n, d: d})
}

// Sign is -1, 0 or 1; 0 for a fault.
func (a Num) Sign() int {
	switch {
	case a.x != nil && a.x.rat != nil:
		return a.x.rat.Sign()
	case a.x != nil || a.n == 0:
		return 0
	case a.n < 0:
		return -1
	}
	return 1
}

// Cmp compares two numbers; the caller has looked for faults.
func (a Num) Cmp(b Num) int {
	if a.x == nil && b.x == nil {
		ad, bd := a.den(), b.den()
		if ad == bd {
			return compare(a.n, b.n)
		}
		x, ok1 := product(a.n, bd)
		y, ok2 := product(b.n, ad)
		if ok1 && ok2 {
			return compare(x, y)
		}
	}
	return a.Rat().Cmp(b.Rat())
}

func compare(a, b int64) int {
	if a < b {
		return -1
	}
	if a > b {
		return 1
	}
	return 0
}

// Rounding is how a number is brought to a number of places.
type Rounding int

// The roundings. HalfUp is 四舍五入, of the magnitude: -0.125 becomes -0.13.
const (
	HalfUp  Rounding = iota
	Down             // 舍去: towards zero
	Up               // 进位: away from zero
	Floored          // 向下取整: towards minus infinity
)

// Round brings a to a number of decimal places, 0 to 12.
func (a Num) Round(places int, how Rounding) Num {
	if a.x == nil && a.d <= 1 {
		return a
	}
	if a.x == nil {
		hi, lo := bits.Mul64(magnitude(a.n), uint64(pow10[places]))
		if d := uint64(a.d); hi < d {
			q, r := lo/d, lo%d
			if hi != 0 {
				q, r = bits.Div64(hi, lo, d)
			}
			if away(how, a.n < 0, r != 0, r >= d-r) {
				q++
			}
			if q < 1<<62 {
				n := int64(q)
				if a.n < 0 {
					n = -n
				}
				return Num{n: n, d: pow10[places]}
			}
		}
	}
	if a.x != nil && a.x.fault != nil {
		return a
	}
	return roundRat(a.Rat(), places, how)
}

func away(how Rounding, negative, rest, half bool) bool {
	switch how {
	case HalfUp:
		return rest && half
	case Up:
		return rest
	case Floored:
		return rest && negative
	}
	return false
}

func roundRat(r *big.Rat, places int, how Rounding) Num {
	p := big.NewInt(pow10[places])
	n := new(big.Int).Mul(new(big.Int).Abs(r.Num()), p)
	q, rest := new(big.Int).QuoRem(n, r.Denom(), new(big.Int))
	half := rest.Cmp(new(big.Int).Sub(r.Denom(), rest)) >= 0
	if away(how, r.Sign() < 0, rest.Sign() != 0, half) {
		q.Add(q, big.NewInt(1))
	}
	if r.Sign() < 0 {
		q.Neg(q)
	}
	return fromRat(new(big.Rat).SetFrac(q, p))
}

// Exact is the number as a decimal if it has a finite one, else as "7/3".
func (a Num) Exact() string {
	if a.Fault() != nil {
		return ""
	}
	r := a.Rat()
	if places, ok := r.FloatPrec(); ok && places <= 30 {
		return r.FloatString(places)
	}
	return r.RatString()
}

// Decimal is the number as a decimal without trailing zeros, rounded half up to at
// most that many places.
func (a Num) Decimal(places int) string {
	if f := a.Fault(); f != nil {
		return "—"
	}
	s := a.Round(places, HalfUp).Rat().FloatString(places)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	if s == "-0" {
		return "0"
	}
	return s
}

// String is the number as an explanation shows it: exact up to four places.
func (a Num) String() string { return a.Decimal(4) }

// Fixed is the number with exactly that many places, as a published score is printed.
func (a Num) Fixed(places int) string {
	if a.Fault() != nil {
		return "—"
	}
	return a.Round(places, HalfUp).Rat().FloatString(places)
}

// Float is for writing a cell of a spreadsheet, never for scoring.
func (a Num) Float() float64 {
	f, _ := a.Rat().Float64()
	return f
}

func smaller(a, b Num) Num { return choose(a, b, -1) }
func larger(a, b Num) Num  { return choose(a, b, 1) }

func choose(a, b Num, sign int) Num {
	if f, bad := fault2(a, b); bad {
		return f
	}
	if b.Cmp(a) == sign {
		return b
	}
	return a
}
