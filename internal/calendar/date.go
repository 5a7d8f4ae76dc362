package calendar

import (
	"cmp"
	"time"

	"luodi/internal/fault"
)

// Shanghai is China Standard Time, in which all of Luodi's days begin and end.
// A fixed zone needs no zone database on the host, and is exact: China has kept
// UTC+8 the whole year round since summer time was dropped in 1991.
var Shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// Date is a civil date without a time of day. It is comparable with ==; the zero
// Date means "no date" and is written as empty text.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

const secondsPerDay = 24 * 60 * 60

// DateOf is the date in Shanghai at that moment.
func DateOf(t time.Time) Date {
	y, m, d := t.In(Shanghai).Date()
	return Date{Year: y, Month: m, Day: d}
}

// ParseDate reads "2006-01-02", years 0001 to 9999. Anything else, such as the
// 30th of February, is fault.Invalid with code invalid_date.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil || t.Year() < 1 {
		return Date{}, fault.New(fault.Invalid, "invalid_date", "日期无效,应写作“2025-03-09”的形式").Because(err)
	}
	y, m, d := t.Date()
	return Date{Year: y, Month: m, Day: d}, nil
}

// String is the date as "2006-01-02"; the zero Date is "".
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return d.midnight().Format(time.DateOnly)
}

// MarshalText writes what String shows.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what ParseDate reads; empty text is the zero Date.
func (d *Date) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = Date{}
		return nil
	}
	parsed, err := ParseDate(string(text))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}

// IsZero reports whether there is no date.
func (d Date) IsZero() bool { return d == Date{} }

// Valid reports whether the calendar has this day, in a year 1 to 9999.
func (d Date) Valid() bool {
	return d.Year >= 1 && d.Year <= 9999 && fromNumber(d.number()) == d
}

// AddDays is the date n calendar days later, or earlier when n is negative.
func (d Date) AddDays(n int) Date { return fromNumber(d.number() + n) }

// Weekday is the day of the week.
func (d Date) Weekday() time.Weekday { return d.midnight().Weekday() }

// Compare is negative, zero or positive as d is before, on or after e.
func (d Date) Compare(e Date) int {
	return cmp.Or(cmp.Compare(d.Year, e.Year), cmp.Compare(d.Month, e.Month), cmp.Compare(d.Day, e.Day))
}

// Before reports whether d is an earlier day than e.
func (d Date) Before(e Date) bool { return d.Compare(e) < 0 }

// After reports whether d is a later day than e.
func (d Date) After(e Date) bool { return d.Compare(e) > 0 }

func (d Date) midnight() time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC)
}

// number counts days from 1970-01-01, which is day 0.
func (d Date) number() int { return floorDiv(int(d.midnight().Unix()), secondsPerDay) }

func fromNumber(n int) Date {
	y, m, d := time.Unix(int64(n)*secondsPerDay, 0).UTC().Date()
	return Date{Year: y, Month: m, Day: d}
}

// floorDiv divides rounding down, so that days before 1970 count right.
func floorDiv(a, b int) int {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
