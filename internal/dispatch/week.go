package dispatch

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"time"

	"luodi/internal/calendar"
)

// Week is a week of ISO 8601, Monday to Sunday; its year is that of its Thursday. It
// is written "2023-W40" and is comparable with ==.
type Week struct {
	Year, N int
}

// WeekOf is the week of a day.
func WeekOf(d calendar.Date) Week {
	year, n := time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).ISOWeek()
	return Week{year, n}
}

var weekPattern = regexp.MustCompile(`^[1-9][0-9]{3}-W[0-9]{2}$`)

// ParseWeek reads "2023-W40"; ok is false for anything else, such as a 53rd week of a
// year that has none.
func ParseWeek(text string) (w Week, ok bool) {
	if !weekPattern.MatchString(text) {
		return Week{}, false
	}
	w.Year, _ = strconv.Atoi(text[:4]) // the pattern has made sure of both
	w.N, _ = strconv.Atoi(text[6:])
	return w, w.N > 0 && WeekOf(w.Monday()) == w
}

// String is the week as ParseWeek reads it.
func (w Week) String() string { return fmt.Sprintf("%04d-W%02d", w.Year, w.N) }

// MarshalText writes what String shows, and nothing for the zero week.
func (w Week) MarshalText() ([]byte, error) {
	if w == (Week{}) {
		return nil, nil
	}
	return []byte(w.String()), nil
}

// UnmarshalText reads what MarshalText wrote.
func (w *Week) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*w = Week{}
		return nil
	}
	read, ok := ParseWeek(string(text))
	if !ok {
		return fmt.Errorf("dispatch: %q is no week", text)
	}
	*w = read
	return nil
}

// Label is the week in Chinese.
func (w Week) Label() string { return fmt.Sprintf("%d年第%d周", w.Year, w.N) }

// Monday is the week's first day. The week of 4 January is always the first of its year.
func (w Week) Monday() calendar.Date {
	fourth := calendar.Date{Year: w.Year, Month: time.January, Day: 4}
	return fourth.AddDays(-weekday(fourth) + 7*(w.N-1))
}

// Sunday is the week's last day.
func (w Week) Sunday() calendar.Date { return w.Monday().AddDays(6) }

// weekday counts from Monday, which is 0.
func weekday(d calendar.Date) int { return (int(d.Weekday()) + 6) % 7 }

// Next is the week after.
func (w Week) Next() Week { return WeekOf(w.Monday().AddDays(7)) }

// Prev is the week before.
func (w Week) Prev() Week { return WeekOf(w.Monday().AddDays(-7)) }

// Start is the week's first moment in Shanghai, as UTC; its end is the next one's start.
func (w Week) Start() time.Time { return dayStart(w.Monday()) }

func dayStart(d calendar.Date) time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, calendar.Shanghai).UTC()
}

// Worked reports whether a day of the week is worked; make-up days of a weekend count.
func (w Week) Worked(cal *calendar.Calendar) bool {
	_, ok := cal.LastWorkingDayOfWeek(w.Monday())
	return ok
}

// hour is when sheets are made, in Shanghai.
const hour = 9

// Due is when the week's sheet is made, in UTC: 09:00 on the first working day after
// its Sunday.
func (w Week) Due(cal *calendar.Calendar) time.Time {
	day, _ := cal.AddWorkingDays(w.Sunday(), 1)
	return time.Date(day.Year, day.Month, day.Day, hour, 0, 0, 0, calendar.Shanghai).UTC()
}

// Window is the stretch of whole weeks that one sheet is about: its own, and those
// directly before it that had no working day and so no sheet.
type Window struct {
	Week  Week      `json:"week"`
	From  time.Time `json:"from"`
	Until time.Time `json:"until"` // not included
}

// Covers reports whether a week lies in the window.
func (x Window) Covers(w Week) bool {
	start := w.Start()
	return !start.Before(x.From) && start.Before(x.Until)
}

// Planned is a sheet that is to be made.
type Planned struct {
	Window
	DueAt time.Time `json:"due_at"`
}

// PlanFor is the sheet of one week beside the sheets that there are. ok is false when
// the week has none: it has no working day, or another sheet covers it.
func PlanFor(cal *calendar.Calendar, w Week, taken []Window) (p Planned, ok bool) {
	if covered(w, taken) || !w.Worked(cal) {
		return Planned{}, false
	}
	from := w
	for before := w.Prev(); !covered(before, taken) && !before.Worked(cal); before = before.Prev() {
		from = before
	}
	return Planned{Window: Window{Week: w, From: from.Start(), Until: w.Next().Start()}, DueAt: w.Due(cal)}, true
}

// Missing lists every sheet from the week since on that was due by now and isn't
// there, oldest first.
func Missing(cal *calendar.Calendar, since Week, taken []Window, now time.Time) []Planned {
	var out []Planned
	taken = slices.Clone(taken)
	for w := since; !w.Next().Start().After(now); w = w.Next() {
		p, ok := PlanFor(cal, w, taken)
		if !ok || p.DueAt.After(now) {
			continue
		}
		out, taken = append(out, p), append(taken, p.Window)
	}
	return out
}

func covered(w Week, taken []Window) bool {
	return slices.ContainsFunc(taken, func(x Window) bool { return x.Covers(w) })
}
