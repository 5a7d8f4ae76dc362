package panel

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Share is an exact fraction of a whole: 2/3, 1/2. It's compared by multiplying
// across, never divided.
type Share struct{ Num, Den int }

var sharePattern = regexp.MustCompile(`^[1-9][0-9]{0,3}/[1-9][0-9]{0,3}$`)

// ParseShare reads "2/3": more than nothing and at most the whole.
func ParseShare(text string) (Share, error) {
	if !sharePattern.MatchString(text) {
		return Share{}, fmt.Errorf("panel: %q is no fraction", text)
	}
	num, den, _ := strings.Cut(text, "/")
	var x Share
	x.Num, _ = strconv.Atoi(num) // the pattern has made sure of both
	x.Den, _ = strconv.Atoi(den)
	if x.Num > x.Den {
		return Share{}, fmt.Errorf("panel: %q is more than the whole", text)
	}
	return x, nil
}

// String is the fraction as it was written.
func (x Share) String() string { return fmt.Sprintf("%d/%d", x.Num, x.Den) }

// MarshalText writes "2/3", and nothing for the zero share of a meeting that is not
// convened yet.
func (x Share) MarshalText() ([]byte, error) {
	if x == (Share{}) {
		return nil, nil
	}
	return []byte(x.String()), nil
}

// UnmarshalText reads what MarshalText wrote.
func (x *Share) UnmarshalText(text []byte) (err error) {
	if len(text) == 0 {
		*x = Share{}
		return nil
	}
	*x, err = ParseShare(string(text))
	return err
}

// Compare tells a share from another: -1, 0 or 1.
func (x Share) Compare(y Share) int {
	a, b := x.Num*y.Den, y.Num*x.Den
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// Bar is a share with what reaching it means: as much, or more than it (超过).
type Bar struct {
	Share  Share
	Strict bool
}

// Met reports whether part of whole reaches the bar. Nothing of nothing doesn't.
func (b Bar) Met(part, whole int) bool {
	if part <= 0 {
		return false
	}
	have, need := part*b.Share.Den, whole*b.Share.Num
	return have > need || !b.Strict && have == need
}

// Least is the smallest part of whole that reaches the bar.
func (b Bar) Least(whole int) int {
	n := max((whole*b.Share.Num+b.Share.Den-1)/b.Share.Den, 1)
	if !b.Met(n, whole) {
		n++
	}
	return n
}

// Label says the bar in Chinese.
func (b Bar) Label() string {
	if b.Strict {
		return "超过" + b.Share.String()
	}
	return "不少于" + b.Share.String()
}
