package bulletin

import (
	"time"

	"luodi/internal/calendar"
)

// The windows that every figure is counted over.
const (
	InMonth         = iota // the bulletin's month, to the cut-off
	InMonthLastYear        // the same days a year before
	InPreviousMonth        // the month before, as far as the bulletin's month goes
	InYear                 // from 1 January to the cut-off (累计)
	InYearLastYear         // the same days a year before
	windows
)

// Window is a stretch of days, both included, as texts: so a store compares them as
// it keeps them.
type Window struct{ From, Until string }

func (w Window) has(day string) bool { return day >= w.From && day <= w.Until }

// Windows are the stretches of one bulletin.
type Windows struct {
	All   [windows]Window
	First string // the earliest day of all: what is before doesn't count
	// Ends are the last day of this year's figures and of last year's: a rate asks what
	// was reached until then.
	Ends [2]string
}

// WindowsOf are the windows of a month with its cut-off. Where the cut-off is the
// month's last day, so is that of every month beside it: the 28th of February stands
// beside the 29th. Otherwise it's the same day of the month, or its last.
func WindowsOf(cutoff calendar.Date) Windows {
	last := cutoff == MonthEnd(cutoff.Year, cutoff.Month)
	until := func(year int, month time.Month) calendar.Date {
		end := MonthEnd(year, month)
		if last || cutoff.Day > end.Day {
			return end
		}
		return calendar.Date{Year: year, Month: month, Day: cutoff.Day}
	}
	year, month := cutoff.Year, cutoff.Month
	beforeYear, before := year, month-1
	if month == time.January {
		beforeYear, before = year-1, time.December
	}
	window := func(from, until calendar.Date) Window { return Window{from.String(), until.String()} }
	first := func(year int, month time.Month) calendar.Date { return calendar.Date{Year: year, Month: month, Day: 1} }
	lastYear := until(year-1, month)
	w := Windows{Ends: [2]string{cutoff.String(), lastYear.String()}, First: first(year-1, time.January).String()}
	w.All[InMonth] = window(first(year, month), cutoff)
	w.All[InMonthLastYear] = window(first(year-1, month), lastYear)
	w.All[InPreviousMonth] = window(first(beforeYear, before), until(beforeYear, before))
	w.All[InYear] = window(first(year, time.January), cutoff)
	w.All[InYearLastYear] = window(first(year-1, time.January), lastYear)
	return w
}

// MonthEnd is a month's last day.
func MonthEnd(year int, month time.Month) calendar.Date {
	if month == time.December {
		return calendar.Date{Year: year, Month: month, Day: 31}
	}
	return calendar.Date{Year: year, Month: month + 1, Day: 1}.AddDays(-1)
}
