// Package money holds amounts in 万元 (10,000 CNY), exactly.
package money

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/shopspring/decimal"
)

// Amount is an exact amount of money, kept in 分 (0.01 CNY) and shown in 万元 with
// up to six decimals. It is an integer so that both databases sort and sum it
// exactly, and so that == compares; it holds ±92 quadrillion CNY.
type Amount int64

// Units in 分.
const (
	Yuan Amount = 100
	Wan  Amount = 10_000 * Yuan // 万元
	Yi   Amount = 10_000 * Wan  // 亿元
)

// HundredMillion is the threshold of a hundred-million project (亿元以上项目): 1 亿元 = 10,000 万元.
const HundredMillion = Yi

// Parse reads a decimal number of unit (Wan, Yi or Yuan), such as "12000.5".
// Thousands separators are accepted. More precision than 分 is an error, not rounded.
func Parse(s string, unit Amount) (Amount, error) {
	clean := strings.NewReplacer(",", "", ",", "", " ", "", "\u00a0", "").Replace(strings.TrimSpace(s))
	if len(clean) > 40 { // a decimal exponent such as 1e999999999 would cost gigabytes to expand
		return 0, fmt.Errorf("money: %d characters are too long for an amount", len(clean))
	}
	d, err := decimal.NewFromString(clean)
	if err != nil {
		return 0, fmt.Errorf("money: %q is not a decimal number", s)
	}
	if d.Exponent() > 20 || d.Exponent() < -20 {
		return 0, fmt.Errorf("money: %q is out of range", s)
	}
	fen := d.Mul(decimal.NewFromInt(int64(unit)))
	if !fen.IsInteger() {
		return 0, fmt.Errorf("money: %q is finer than one 分", s)
	}
	if !fen.BigInt().IsInt64() {
		return 0, fmt.Errorf("money: %q is out of range", s)
	}
	return Amount(fen.IntPart()), nil
}

// MustParse is Parse in 万元 for constants and tests; it panics on bad input.
func MustParse(s string) Amount {
	a, err := Parse(s, Wan)
	if err != nil {
		panic(err)
	}
	return a
}

// In is the exact decimal number of unit (Wan, Yi, Yuan).
func (a Amount) In(unit Amount) decimal.Decimal {
	return decimal.NewFromInt(int64(a)).DivRound(decimal.NewFromInt(int64(unit)), 10)
}

// String is the amount in 万元 without trailing zeros, such as "12000.5".
func (a Amount) String() string { return a.In(Wan).String() }

// InYi is the amount in 亿元 without trailing zeros, such as "4194.5".
func (a Amount) InYi() string { return a.In(Yi).String() }

// MarshalJSON writes a decimal string in 万元: JSON numbers are floats to many readers.
func (a Amount) MarshalJSON() ([]byte, error) { return json.Marshal(a.String()) }

// UnmarshalJSON reads a decimal string or number in 万元, exactly as written.
func (a *Amount) UnmarshalJSON(b []byte) error {
	s := string(b)
	if s == "null" {
		return nil
	}
	if strings.HasPrefix(s, `"`) {
		if err := json.Unmarshal(b, &s); err != nil {
			return err
		}
	}
	v, err := Parse(s, Wan)
	if err != nil {
		return err
	}
	*a = v
	return nil
}

// Value stores the amount as an integer of 分.
func (a Amount) Value() (driver.Value, error) { return int64(a), nil }

// Scan reads an integer of 分.
func (a *Amount) Scan(src any) error {
	switch v := src.(type) {
	case int64:
		*a = Amount(v)
	case nil:
		*a = 0
	default:
		return fmt.Errorf("money: can't scan %T", src)
	}
	return nil
}
