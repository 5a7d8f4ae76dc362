// Package calendar counts statutory working days of China.
//
// A week is worked Monday to Friday, except as the State Council's yearly
// notices say: holidays (放假) and make-up working days (调休上班). A later
// notice overrides an earlier one day by day. A year without a notice is counted
// by plain weeks and everything that touches it is provisional: Luodi keeps
// working in December, says so, and computes again when the notice arrives.
//
// Terms are counted as the law counts them: the day of the start is not counted
// (民法典第二百零一条), working days exclude statutory holidays
// (行政许可法第八十二条), a term that ends on a day of rest ends on the next
// working day, and where there are office hours it ends with them
// (民法典第二百零三条).
package calendar

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"sort"
	"time"

	"luodi/internal/fault"
)

// Office is when the office closes, in Shanghai; a term ends with it.
type Office struct {
	EndHour   int `json:"end_hour"`
	EndMinute int `json:"end_minute"`
}

// DefaultOffice closes at 17:30.
var DefaultOffice = Office{EndHour: 17, EndMinute: 30}

// Validate refuses a time that no clock shows, and midnight, which is an unset
// Office: fault.Invalid, code invalid_office.
func (o Office) Validate() error {
	if o.EndHour < 0 || o.EndHour > 23 {
		return fault.Field("/end_hour", "invalid_office", "下班时间的小时应为0至23")
	}
	if o.EndMinute < 0 || o.EndMinute > 59 {
		return fault.Field("/end_minute", "invalid_office", "下班时间的分钟应为0至59")
	}
	if o == (Office{}) {
		return fault.Field("/end_hour", "invalid_office", "请设置下班时间,例如17:30")
	}
	return nil
}

// Calendar knows which days are worked. It is immutable and safe for concurrent use.
type Calendar struct {
	office  Office
	notices []Notice        // in the order in which they take effect
	rules   map[Date]ruling // the last word on each day that a notice names
	covered map[int]bool    // years with a notice
	departs []departure     // by day
	digest  string
}

// ruling is a day's rule and the index of the notice it came from.
type ruling struct {
	DayRule
	notice int
}

// departure is a day on which the notices depart from the plain week: total is
// how many working days all departures up to this one add (or, negative, take).
type departure struct{ day, total int }

// New makes a calendar of notices, in order of their issue, those of one day in
// the order given; later ones override earlier ones. It returns fault.Invalid
// for a bad office or notice (the first bad one, see Notice.Validate), and
// fault.Conflict, code notice_exists, for an ID given twice.
func New(office Office, notices []Notice) (*Calendar, error) {
	if err := office.Validate(); err != nil {
		return nil, err
	}
	ids := map[string]bool{}
	for _, n := range notices {
		if err := n.Validate(); err != nil {
			return nil, err
		}
		if ids[n.ID] {
			return nil, fault.Newf(fault.Conflict, "notice_exists", "通知“%s”已经录入", n.ID).
				With("/id", "notice_exists", "发文字号已存在")
		}
		ids[n.ID] = true
	}
	return build(office, clone(notices)), nil
}

// build makes a calendar of valid notices, which it keeps.
func build(office Office, notices []Notice) *Calendar {
	slices.SortStableFunc(notices, func(a, b Notice) int { return a.Issued.Compare(b.Issued) })
	c := &Calendar{office: office, notices: notices, rules: map[Date]ruling{}, covered: map[int]bool{}}
	for i, n := range notices {
		c.covered[n.Year] = true
		for _, day := range n.Days {
			c.rules[day.Date] = ruling{DayRule: day, notice: i}
		}
	}
	dates := slices.SortedFunc(maps.Keys(c.rules), Date.Compare)
	c.departs = departures(dates, c.rules)
	c.digest = c.computeDigest(dates)
	return c
}

// departures sums up the days on which the rules depart from the plain week.
func departures(dates []Date, rules map[Date]ruling) []departure {
	var out []departure
	total := 0
	for _, d := range dates {
		switch works := rules[d].Kind == Work; {
		case works == plainlyWorked(d):
			continue
		case works:
			total++
		default:
			total--
		}
		out = append(out, departure{day: d.number(), total: total})
	}
	return out
}

// WithNotice is the calendar with one more notice. Errors are those of New.
func (c *Calendar) WithNotice(n Notice) (*Calendar, error) {
	return New(c.office, append(slices.Clip(c.notices), n))
}

// AsOf is the calendar as it was known at the end of that day: without the
// notices issued later. It reproduces what was computed at the time.
func (c *Calendar) AsOf(d Date) *Calendar {
	known := slices.DeleteFunc(clone(c.notices), func(n Notice) bool { return n.Issued.After(d) })
	return build(c.office, known)
}

// Notices is all notices in the order in which they took effect. The caller owns the result.
func (c *Calendar) Notices() []Notice { return clone(c.notices) }

// Covered reports whether there is a notice for the year.
func (c *Calendar) Covered(year int) bool { return c.covered[year] }

// Digest is a hash of everything that decides a deadline or its explanation:
// the office day, the years covered and the last word on each day. Calendars
// with the same digest give the same answers.
func (c *Calendar) Digest() string { return c.digest }

func (c *Calendar) computeDigest(dates []Date) string {
	h := sha256.New()
	fmt.Fprintf(h, "office %02d:%02d\n", c.office.EndHour, c.office.EndMinute)
	for _, year := range slices.Sorted(maps.Keys(c.covered)) {
		fmt.Fprintf(h, "year %d\n", year)
	}
	for _, d := range dates {
		r := c.rules[d]
		n := c.notices[r.notice]
		fmt.Fprintf(h, "%s %s %q %q %q\n", d, r.Kind, r.Holiday, n.ID, n.URL)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// IsWorkingDay reports whether offices work on that day.
func (c *Calendar) IsWorkingDay(d Date) bool {
	if r, ok := c.rules[d]; ok {
		return r.Kind == Work
	}
	return plainlyWorked(d)
}

// plainlyWorked is the week without notices.
func plainlyWorked(d Date) bool {
	w := d.Weekday()
	return w != time.Saturday && w != time.Sunday
}

// workedThrough counts working days up to and including day, from a fixed
// origin: only differences of it mean anything.
func (c *Calendar) workedThrough(day int) int {
	const monday = -3 // 1969-12-29, a Monday
	days := day - monday + 1
	weeks := floorDiv(days, 7)
	worked := 5*weeks + min(days-7*weeks, 5)
	later := sort.Search(len(c.departs), func(i int) bool { return c.departs[i].day > day })
	if later > 0 {
		worked += c.departs[later-1].total
	}
	return worked
}

// firstWith is the first day on which workedThrough reaches count: always a
// working day. from is any day, distance the working days between the two.
func (c *Calendar) firstWith(count, from, distance int) int {
	// Seven days hold five working days or more, but for the departures. So the
	// day lies within reach on the side it lies on, and the search ends there.
	reach := 7 * ((abs(distance)+len(c.departs))/5 + 1)
	return from - reach + sort.Search(2*reach, func(i int) bool {
		return c.workedThrough(from-reach+i) >= count
	})
}

func abs(n int) int { return max(n, -n) }
