package calendar

import "time"

// MaxWorkingDays is the longest term that makes sense, about forty years. Check
// a number that a user typed against it: the methods here take any number, but
// a term of a million working days ends in a year that RFC 3339 can't write.
const MaxWorkingDays = 10_000

// Deadline is the end of a term.
type Deadline struct {
	At          time.Time `json:"at"`           // UTC, end of the office day in Shanghai
	Date        Date      `json:"date"`         // the same, as a day in Shanghai
	WorkingDays int       `json:"working_days"` // length of the term
	Provisional bool      `json:"provisional"`  // touches a year without a notice: may move
}

// Deadline is the end of a term of so many working days. The day after start is
// day 1, whatever the hour of start and whether or not that day is worked; the
// term falls at the end of the office day. A term of 0 ends with the day of the
// start, or with the next working day when that one isn't worked.
//
// It is provisional when a day from the one after start to the last lies in a
// year without a notice. (The last days of a December may still be changed by
// the next year's notice, as 2018-12-31 was: deadlines are computed again then.)
func (c *Calendar) Deadline(start time.Time, workingDays int) Deadline {
	date, provisional := c.AddWorkingDays(DateOf(start), workingDays)
	return Deadline{At: c.EndOfDay(date), Date: date, WorkingDays: workingDays, Provisional: provisional}
}

// EndOfDay is the moment, in UTC, at which the office closes on that day.
func (c *Calendar) EndOfDay(d Date) time.Time {
	return time.Date(d.Year, d.Month, d.Day, c.office.EndHour, c.office.EndMinute, 0, 0, Shanghai).UTC()
}

// AddWorkingDays is the n-th working day after d, or before d when n is
// negative; for 0 it is d itself, or the next working day when d isn't worked.
// provisional says that a day walked over lies in a year without a notice.
func (c *Calendar) AddWorkingDays(d Date, n int) (end Date, provisional bool) {
	from := d.number()
	var first, count int // the first day walked over; workedThrough at the end
	switch {
	case n > 0:
		first, count = from+1, c.workedThrough(from)+n
	case n == 0:
		first, count = from, c.workedThrough(from-1)+1
	default:
		first, count = from-1, c.workedThrough(from-1)+n+1
	}
	to := c.firstWith(count, from, n)
	return fromNumber(to), c.uncovered(fromNumber(first), fromNumber(to))
}

// uncovered reports whether a year between two dates, in either order, has no
// notice. It ends at the first such year, so that it's fast for any distance.
func (c *Calendar) uncovered(a, b Date) bool {
	for year := min(a.Year, b.Year); year <= max(a.Year, b.Year); year++ {
		if !c.covered[year] {
			return true
		}
	}
	return false
}

// WorkingDaysBetween counts the working days after a, up to and including b.
// When b is before a it is the negative count of those after b, up to a.
func (c *Calendar) WorkingDaysBetween(a, b Date) int {
	return c.workedThrough(b.number()) - c.workedThrough(a.number())
}

// Remaining is the whole working days left until due: those after the day of
// at, up to and including due. It is 0 on the last day itself, whatever the
// hour, and negative by the working days that due has passed.
func (c *Calendar) Remaining(due Date, at time.Time) int {
	return c.WorkingDaysBetween(DateOf(at), due)
}

// Shift is where due moves when the clock stood still (中止计时) from one day to
// another: later by the working days in between, as the approval rules move a
// term by those of an evaluation (企业投资项目核准办法: 委托评估时间不计入).
//
// The day of the stop counts as used and the day on which it runs again doesn't,
// so the working days not counted are those after from, up to and including to;
// what was Remaining at the stop is Remaining again at the end of it. A term
// stopped in time never ends while it stands still: if its last day would fall
// on a day of rest before the clock runs again, it is the next working day.
// Without a stretch (to not after from) due stays. provisional says that a
// day of the stretch or of the move lies in a year without a notice.
func (c *Calendar) Shift(due, from, to Date) (moved Date, provisional bool) {
	if !to.After(from) {
		return due, false
	}
	moved, provisional = c.AddWorkingDays(due, c.WorkingDaysBetween(from, to))
	if !from.After(due) && moved.Before(to) {
		var p bool
		moved, p = c.AddWorkingDays(to, 0)
		provisional = provisional || p
	}
	return moved, provisional || c.uncovered(from.AddDays(1), to)
}

// LastWorkingDayOfWeek is the last working day of d's week, Monday to Sunday; a
// make-up Sunday is one. It is false when no day of the week is worked, as in
// the week of 1 October 2018.
func (c *Calendar) LastWorkingDayOfWeek(d Date) (Date, bool) {
	sinceMonday := (int(d.Weekday()) + 6) % 7
	day := d.AddDays(6 - sinceMonday)
	for range 7 {
		if c.IsWorkingDay(day) {
			return day, true
		}
		day = day.AddDays(-1)
	}
	return Date{}, false
}
