package calendar_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"luodi/internal/calendar"
)

// naive counts day by day from the published table alone.
type naive map[calendar.Date]calendar.Kind

func (n naive) works(d calendar.Date) bool {
	if kind, ok := n[d]; ok {
		return kind == calendar.Work
	}
	weekday := time.Date(d.Year, d.Month, d.Day, 12, 0, 0, 0, time.UTC).Weekday()
	return weekday != time.Saturday && weekday != time.Sunday
}

// add walks to the n-th working day after d (before, for step -1).
func (n naive) add(d calendar.Date, count, step int) calendar.Date {
	for count > 0 {
		d = d.AddDays(step)
		if n.works(d) {
			count--
		}
	}
	return d
}

func (n naive) between(a, b calendar.Date) int {
	count := 0
	for a.Before(b) {
		a = a.AddDays(1)
		if n.works(a) {
			count++
		}
	}
	return count
}

// anyDate is a date from the year before the first notice to the one after the last.
var anyDate = rapid.Custom(func(t *rapid.T) calendar.Date {
	return calendar.Date{Year: 2017, Month: time.January, Day: 1}.AddDays(rapid.IntRange(0, 4015).Draw(t, "day"))
})

var anyMoment = rapid.Custom(func(t *rapid.T) time.Time {
	d := anyDate.Draw(t, "date")
	minute := rapid.IntRange(0, 24*60-1).Draw(t, "minute")
	return time.Date(d.Year, d.Month, d.Day, 0, minute, 0, 0, calendar.Shanghai)
})

func TestCountingAgreesWithWalkingDayByDay(t *testing.T) {
	c, walk := builtin(t), naive(published(t))
	rapid.Check(t, func(t *rapid.T) {
		d, e := anyDate.Draw(t, "d"), anyDate.Draw(t, "e")
		if c.IsWorkingDay(d) != walk.works(d) || c.Explain(d).Working != walk.works(d) {
			t.Fatalf("%s", d)
		}
		if got, want := c.WorkingDaysBetween(d, e), walk.between(d, e)-walk.between(e, d); got != want {
			t.Fatalf("%d working days after %s through %s, want %d", got, d, e, want)
		}
		n := rapid.IntRange(1, 700).Draw(t, "n")
		if got, _ := c.AddWorkingDays(d, n); got != walk.add(d, n, 1) {
			t.Fatalf("%s + %d = %s, want %s", d, n, got, walk.add(d, n, 1))
		}
		if got, _ := c.AddWorkingDays(d, -n); got != walk.add(d, n, -1) {
			t.Fatalf("%s - %d = %s, want %s", d, n, got, walk.add(d, n, -1))
		}
		if got, _ := c.AddWorkingDays(d, 0); got != walk.add(d.AddDays(-1), 1, 1) {
			t.Fatalf("%s + 0 = %s", d, got)
		}
	})
}

func TestProvisionalAgreesWithWalkingDayByDay(t *testing.T) {
	c := builtin(t)
	rapid.Check(t, func(t *rapid.T) {
		start, n := anyMoment.Draw(t, "start"), rapid.IntRange(1, 300).Draw(t, "n")
		got := c.Deadline(start, n)
		want := false
		for d := calendar.DateOf(start).AddDays(1); !d.After(got.Date); d = d.AddDays(1) {
			want = want || d.Year < 2018 || d.Year > 2026
		}
		if got.Provisional != want {
			t.Fatalf("%+v, want provisional %v", got, want)
		}
	})
}

func TestDeadlineLaws(t *testing.T) {
	c := builtin(t)
	rapid.Check(t, func(t *rapid.T) {
		start, later := anyMoment.Draw(t, "start"), anyMoment.Draw(t, "later")
		if later.Before(start) {
			start, later = later, start
		}
		n := rapid.IntRange(0, 300).Draw(t, "n")
		due := c.Deadline(start, n)
		if due.At.After(c.Deadline(later, n).At) {
			t.Fatalf("a later start is due earlier: %s", due.At)
		}
		// On a day of rest a term of 0 ends with the next working day, as one of 1 does.
		next := c.Deadline(start, n+1).At
		if next.Before(due.At) || next.Equal(due.At) && (n > 0 || c.IsWorkingDay(calendar.DateOf(start))) {
			t.Fatalf("a term of one more day ends %s, not after %s", next, due.At)
		}
		if !c.IsWorkingDay(due.Date) {
			t.Fatalf("due on %s, a day of rest", due.Date)
		}
		if calendar.DateOf(due.At) != due.Date || due.At.Location() != time.UTC {
			t.Fatalf("%s is not at the end of %s", due.At, due.Date)
		}
		if got := c.WorkingDaysBetween(calendar.DateOf(start), due.Date); n > 0 && got != n {
			t.Fatalf("a term of %d holds %d working days", n, got)
		}
	})
}

func TestAddingAndTakingAwayWorkingDaysAreInverse(t *testing.T) {
	c := builtin(t)
	rapid.Check(t, func(t *rapid.T) {
		d, _ := c.AddWorkingDays(anyDate.Draw(t, "d"), 0)
		n := rapid.IntRange(-300, 300).Draw(t, "n")
		there, _ := c.AddWorkingDays(d, n)
		if back, _ := c.AddWorkingDays(there, -n); back != d {
			t.Fatalf("%s %+d = %s, and back %s", d, n, there, back)
		}
	})
}

// Moving the due day and giving back what remained are two ways to say one thing.
func TestAStoppedClockGivesBackWhatRemained(t *testing.T) {
	c := builtin(t)
	rapid.Check(t, func(t *rapid.T) {
		start, n := anyMoment.Draw(t, "start"), rapid.IntRange(1, 60).Draw(t, "n")
		due := c.Deadline(start, n).Date
		stop := calendar.DateOf(start).AddDays(rapid.IntRange(0, 90).Draw(t, "running"))
		resume := stop.AddDays(rapid.IntRange(1, 200).Draw(t, "stopped"))
		moved, _ := c.Shift(due, stop, resume)
		if left := c.WorkingDaysBetween(stop, due); left > 0 || (left == 0 && !stop.After(due)) {
			if want, _ := c.AddWorkingDays(resume, left); moved != want {
				t.Fatalf("%d left, due %s, stopped %s to %s: moved to %s, want %s", left, due, stop, resume, moved, want)
			}
		}
		if moved.Before(due) || !c.IsWorkingDay(moved) {
			t.Fatalf("moved from %s to %s", due, moved)
		}
	})
}

func TestTheWeeksLastWorkingDayIsInTheWeekAndLast(t *testing.T) {
	c := builtin(t)
	rapid.Check(t, func(t *rapid.T) {
		d := anyDate.Draw(t, "d")
		monday := d
		for monday.Weekday() != time.Monday {
			monday = monday.AddDays(-1)
		}
		var want calendar.Date
		for i := range 7 {
			if day := monday.AddDays(i); c.IsWorkingDay(day) {
				want = day
			}
		}
		if got, ok := c.LastWorkingDayOfWeek(d); got != want || ok == want.IsZero() {
			t.Fatalf("week of %s: %s %v, want %s", d, got, ok, want)
		}
	})
}

// Notices of any shape must not mislead the search for the n-th working day,
// however many days of rest or work stand in a row.
func TestAnyNoticeIsCountedRight(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		walk := naive{}
		n := calendar.Notice{ID: "试", Year: 2030, Title: "试", Issued: calendar.Date{Year: 2029, Month: 11, Day: 1}}
		kinds := rapid.SliceOfN(rapid.SampledFrom([]calendar.Kind{"", calendar.Off, calendar.Off, calendar.Work}), 365, 365).Draw(t, "kinds")
		for i, kind := range kinds {
			d := calendar.Date{Year: 2030, Month: 1, Day: 1}.AddDays(i)
			if kind != "" {
				n.Days = append(n.Days, calendar.DayRule{Date: d, Kind: kind, Holiday: "试"})
				walk[d] = kind
			}
		}
		if len(n.Days) == 0 {
			return
		}
		c, err := calendar.New(calendar.DefaultOffice, []calendar.Notice{n})
		if err != nil {
			t.Fatal(err)
		}
		d := calendar.Date{Year: 2029, Month: 12, Day: 1}.AddDays(rapid.IntRange(0, 430).Draw(t, "day"))
		count := rapid.IntRange(1, 250).Draw(t, "n")
		if got, _ := c.AddWorkingDays(d, count); got != walk.add(d, count, 1) {
			t.Fatalf("%s + %d = %s, want %s", d, count, got, walk.add(d, count, 1))
		}
		if got, _ := c.AddWorkingDays(d, -count); got != walk.add(d, count, -1) {
			t.Fatalf("%s - %d = %s, want %s", d, count, got, walk.add(d, count, -1))
		}
	})
}
