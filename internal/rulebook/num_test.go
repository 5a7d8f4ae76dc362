package rulebook

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

func genNum() *rapid.Generator[Num] {
	return rapid.Custom(func(t *rapid.T) Num {
		switch rapid.IntRange(0, 2).Draw(t, "size") {
		case 0:
			return Frac(rapid.Int64Range(-1000, 1000).Draw(t, "n"), rapid.Int64Range(1, 1000).Draw(t, "d"))
		case 1:
			return Frac(rapid.Int64().Draw(t, "n")|1, rapid.Int64Range(1, 1<<62).Draw(t, "d"))
		}
		return fromRat(new(big.Rat).Mul(Frac(rapid.Int64().Draw(t, "n"), 3).Rat(), Frac(rapid.Int64().Draw(t, "m"), 7).Rat()))
	})
}

// TestNumIsExact holds the fast arithmetic to big.Rat.
func TestNumIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := genNum().Draw(t, "a"), genNum().Draw(t, "b")
		x, y := a.Rat(), b.Rat()
		check := func(op string, got Num, want *big.Rat) {
			if got.Fault() != nil || got.Rat().Cmp(want) != 0 {
				t.Fatalf("%s %s %s: got %s, want %s", x, op, y, got.Exact(), want)
			}
		}
		check("+", a.Add(b), new(big.Rat).Add(x, y))
		check("-", a.Sub(b), new(big.Rat).Sub(x, y))
		check("×", a.Mul(b), new(big.Rat).Mul(x, y))
		if y.Sign() != 0 {
			check("÷", a.Div(b), new(big.Rat).Quo(x, y))
		} else if f := a.Div(b).Fault(); f == nil || f.Kind != DivisionByZero {
			t.Fatal("division by zero isn't a fault")
		}
		if a.Cmp(b) != x.Cmp(y) || a.Sign() != x.Sign() {
			t.Fatalf("comparison of %s and %s", x, y)
		}
	})
}

// TestRoundingIsHalfUp: of the magnitude, at any number of places, never by a float.
func TestRoundingIsHalfUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, places := genNum().Draw(t, "a"), rapid.IntRange(0, 12).Draw(t, "places")
		p := new(big.Rat).SetInt64(pow10[places])
		scaled := new(big.Rat).Mul(new(big.Rat).Abs(a.Rat()), p)
		half := scaled.Add(scaled, big.NewRat(1, 2))
		whole := new(big.Int).Quo(half.Num(), half.Denom())
		want := new(big.Rat).Quo(new(big.Rat).SetInt(whole), p)
		if a.Sign() < 0 {
			want.Neg(want)
		}
		if got := a.Round(places, HalfUp); got.Rat().Cmp(want) != 0 {
			t.Fatalf("%s to %d places: got %s, want %s", a.Exact(), places, got.Exact(), want)
		}
	})
	for _, c := range []struct {
		in     string
		places int
		how    Rounding
		want   string
	}{
		{"0.125", 2, HalfUp, "0.13"}, {"-0.125", 2, HalfUp, "-0.13"}, {"2.5", 0, HalfUp, "3"}, {"2.4999", 0, HalfUp, "2"},
		{"2.99", 0, Down, "2"}, {"-2.99", 0, Down, "-2"}, {"2.01", 0, Up, "3"}, {"-2.01", 0, Floored, "-3"}, {"7", 2, HalfUp, "7"},
	} {
		n, _ := ParseNum(c.in)
		if got := n.Round(c.places, c.how).Exact(); got != c.want {
			t.Errorf("%s to %d places: %s, want %s", c.in, c.places, got, c.want)
		}
	}
}

func TestParseNumRefusesWhatIsNone(t *testing.T) {
	for _, s := range []string{"", "-", ".5", "5.", "1e3", "0x1", "1/2", "１", "abc", "1.2.3", "--1"} {
		if n, ok := ParseNum(s); ok {
			t.Errorf("%q is taken for %s", s, n.Exact())
		}
	}
}
