package dispatch_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"luodi/internal/calendar"
	"luodi/internal/dispatch"
)

func statutory(t rapid.TB) *calendar.Calendar {
	cal, err := calendar.New(calendar.DefaultOffice, calendar.Builtin())
	if err != nil {
		t.Fatal(err)
	}
	return cal
}

func week(t rapid.TB, text string) dispatch.Week {
	w, ok := dispatch.ParseWeek(text)
	if !ok {
		t.Fatalf("%s is no week", text)
	}
	return w
}

const minute = "2006-01-02 15:04"

// Days and make-up days are those of the State Council's notices for the years.
func TestSheetsOfHolidayWeeks(t *testing.T) {
	cal := statutory(t)
	for _, c := range []struct{ week, from, due, why string }{
		{"2023-W41", "2023-10-09 00:00", "2023-10-16 09:00", "an ordinary week"},
		{"2023-W40", "2023-10-02 00:00", "2023-10-09 09:00", "7 and 8 October are worked"},
		{"2023-W39", "2023-09-25 00:00", "2023-10-07 09:00", "the next working day is a make-up Saturday"},
		{"2023-W17", "2023-04-24 00:00", "2023-05-04 09:00", "Labour Day until 3 May; Sunday 23 April is of the week before"},
		{"2023-W04", "2023-01-23 00:00", "2023-01-30 09:00", "28 and 29 January are worked"},
		{"2023-W03", "2023-01-16 00:00", "2023-01-28 09:00", "Spring Festival until the 27th"},
		{"2024-W06", "2024-02-05 00:00", "2024-02-18 09:00", "Spring Festival until Saturday 17 February"},
		{"2024-W07", "2024-02-12 00:00", "2024-02-19 09:00", "Sunday 18 February is its only working day"},
		{"2024-W40", "2024-09-30 00:00", "2024-10-08 09:00", "30 September is its only working day"},
		{"2024-W41", "2024-10-07 00:00", "2024-10-14 09:00", "7 October is off"},
		{"2025-W04", "2025-01-20 00:00", "2025-01-27 09:00", "27 January is worked"},
		{"2025-W05", "2025-01-27 00:00", "2025-02-05 09:00", "Spring Festival until 4 February"},
		{"2025-W40", "2025-09-29 00:00", "2025-10-09 09:00", "National Day until 8 October"},
		{"2026-W07", "2026-02-09 00:00", "2026-02-24 09:00", "Saturday 14 February is worked; Spring Festival until the 23rd"},
		{"2026-W09", "2026-02-16 00:00", "2026-03-02 09:00", "takes in the week of Spring Festival, which has no working day"},
		{"2018-W41", "2018-10-01 00:00", "2018-10-15 09:00", "takes in the week of National Day, which has no working day"},
		{"2020-W53", "2020-12-28 00:00", "2021-01-04 09:00", "a 53rd week"},
	} {
		p, ok := dispatch.PlanFor(cal, week(t, c.week), nil)
		if !ok {
			t.Errorf("%s has no sheet (%s)", c.week, c.why)
			continue
		}
		from, due := p.From.In(calendar.Shanghai).Format(minute), p.DueAt.In(calendar.Shanghai).Format(minute)
		if from != c.from || due != c.due {
			t.Errorf("%s: from %s, due %s; want %s, %s (%s)", c.week, from, due, c.from, c.due, c.why)
		}
	}
	for _, none := range []string{"2018-W40", "2026-W08"} {
		if _, ok := dispatch.PlanFor(cal, week(t, none), nil); ok {
			t.Errorf("%s has a sheet without a working day", none)
		}
	}
}

func TestWeeksAreReadAsTheyAreWritten(t *testing.T) {
	for _, bad := range []string{"", "2023-40", "2023-W00", "2023-W53", "2023-W54", "2023-w40", "0000-W01", "2023-W4", "2023-W40 "} {
		if w, ok := dispatch.ParseWeek(bad); ok {
			t.Errorf("%q reads as %s", bad, w)
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		day := calendar.Date{Year: 1990, Month: time.January, Day: 1}.AddDays(rapid.IntRange(0, 30000).Draw(rt, "day"))
		w := dispatch.WeekOf(day)
		if day.Before(w.Monday()) || day.After(w.Sunday()) || w.Monday().Weekday() != time.Monday {
			rt.Fatalf("%s lies outside its week %s", day, w)
		}
		if again := week(rt, w.String()); again != w || w.Next().Prev() != w || w.Next().Monday() != w.Sunday().AddDays(1) {
			rt.Fatalf("%s reads as %s", w, again)
		}
	})
}

// Whatever the clock does and whenever the server runs, every moment since the first
// week belongs to one sheet, no sheet is made before its time, and none twice.
func TestEveryMomentFallsIntoOneSheet(t *testing.T) {
	cal := statutory(t)
	rapid.Check(t, func(rt *rapid.T) {
		since := dispatch.WeekOf(calendar.Date{Year: 2018, Month: time.January, Day: 1}.AddDays(7 * rapid.IntRange(0, 440).Draw(rt, "since")))
		now := since.Start()
		var taken []dispatch.Window
		for range rapid.IntRange(1, 12).Draw(rt, "looks") {
			now = now.Add(time.Duration(rapid.IntRange(0, 40*24).Draw(rt, "hours")) * time.Hour)
			for _, p := range dispatch.Missing(cal, since, taken, now) {
				if p.DueAt.After(now) || p.DueAt.Before(p.Until) {
					rt.Fatalf("%s is made at %s, due %s, until %s", p.Week, now, p.DueAt, p.Until)
				}
				taken = append(taken, p.Window)
			}
			if again := dispatch.Missing(cal, since, taken, now); len(again) > 0 {
				rt.Fatalf("%v would be made twice", again)
			}
		}
		for i, x := range taken {
			if !x.From.Before(x.Until) || i > 0 && !x.From.Equal(taken[i-1].Until) {
				rt.Fatalf("%v follows %v", x, taken[max(i-1, 0)])
			}
		}
	})
}

// A notice that comes late may take a week's only working day, or give it one. What
// is covered stays covered, and no moment is told twice.
func TestLateNoticeMakesNoMomentTwice(t *testing.T) {
	statute := statutory(t)
	plain, err := calendar.New(calendar.DefaultOffice, nil)
	if err != nil {
		t.Fatal(err)
	}
	before := week(t, "2026-W06")
	now := before.Start().AddDate(0, 0, 35)
	rapid.Check(t, func(rt *rapid.T) {
		var taken []dispatch.Window
		at := before.Start()
		for at.Before(now) {
			cal := statute
			if rapid.Bool().Draw(rt, "plain") {
				cal = plain
			}
			for _, p := range dispatch.Missing(cal, before, taken, at) {
				taken = append(taken, p.Window)
			}
			at = at.Add(24 * time.Hour)
		}
		taken = append(taken, windows(dispatch.Missing(statute, before, taken, now))...)
		slices.SortFunc(taken, func(a, b dispatch.Window) int { return a.From.Compare(b.From) })
		for i, x := range taken {
			if first := before.Start(); i == 0 && !x.From.Equal(first) || i > 0 && !x.From.Equal(taken[i-1].Until) {
				rt.Fatalf("%v doesn't follow on what is before it", x)
			}
		}
	})
}

func windows(list []dispatch.Planned) []dispatch.Window {
	out := make([]dispatch.Window, len(list))
	for i, p := range list {
		out[i] = p.Window
	}
	return out
}
