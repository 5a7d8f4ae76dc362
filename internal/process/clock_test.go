package process_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"luodi/internal/calendar"
	"luodi/internal/process"
)

func shiyanCalendar(t rapid.TB) *calendar.Calendar {
	cal, err := calendar.New(calendar.DefaultOffice, calendar.Builtin())
	if err != nil {
		t.Fatal(err)
	}
	return cal
}

func TestStopWithinADayMovesNothingAndKeepsNothing(t *testing.T) {
	cal := shiyanCalendar(t)
	monday := time.Date(2023, 9, 11, 1, 0, 0, 0, time.UTC)
	c := process.StartClock(cal, monday, process.Terms{Days: 5, Remind: 1, Grace: 2})
	again := c.Stopped(monday.Add(time.Hour)).Resumed(cal, monday.Add(2*time.Hour))
	if !again.Due.Equal(c.Due) || len(again.Stops) != 0 || !again.Running() {
		t.Errorf("due %s with %d stops, want %s with none", again.Due, len(again.Stops), c.Due)
	}
}

// What was left of the term at the stop is left of it when the clock runs again.
func TestStoppedClockKeepsItsRemainingDays(t *testing.T) {
	cal := shiyanCalendar(t)
	rapid.Check(t, func(rt *rapid.T) {
		start := time.Date(2018, 1, 2, 1, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 3000).Draw(rt, "start"))
		c := process.StartClock(cal, start, process.Terms{Days: rapid.IntRange(1, 60).Draw(rt, "days"), Remind: 1, Grace: 1})
		stop := start.AddDate(0, 0, rapid.IntRange(0, 20).Draw(rt, "stop"))
		if stop.After(c.Due) {
			return
		}
		resume := stop.AddDate(0, 0, rapid.IntRange(0, 100).Draw(rt, "pause"))
		after := c.Stopped(stop).Resumed(cal, resume)
		before := cal.Remaining(calendar.DateOf(c.Due), stop)
		if left := cal.Remaining(calendar.DateOf(after.Due), resume); left != before && !(before == 0 && left <= 1) {
			rt.Fatalf("%d days were left at the stop, %d afterwards", before, left)
		}
		if after.LightAt(after.Due.Add(-time.Second)) != process.Green || after.LightAt(after.Due) != process.Yellow || after.LightAt(after.RedAt) != process.Red {
			rt.Fatal("lights don't follow the moved deadline")
		}
	})
}

// A notice that moves a deadline turns its light back at once, and never for the worse.
func TestAMovedClock(t *testing.T) {
	builtin := shiyanCalendar(t)
	start := time.Date(2023, time.September, 25, 1, 0, 0, 0, time.UTC) // a Monday
	bare, err := calendar.New(calendar.DefaultOffice, nil)             // knows no holidays
	if err != nil {
		t.Fatal(err)
	}
	c := process.StartClock(bare, start, process.Terms{Days: 5, Grace: 1})
	if _, _, moved := c.Moved(bare, c.Due, process.Yellow); moved {
		t.Error("the same calendar moves nothing")
	}
	// 中秋 and 国庆 2023: 29 September to 6 October are off, the Saturday and Sunday after are worked.
	next, light, moved := c.Moved(builtin, c.Due, process.Yellow)
	if !moved || light != process.Green || calendar.DateOf(next.Due) != (calendar.Date{Year: 2023, Month: time.October, Day: 8}) {
		t.Errorf("moved %v to %s, %s", moved, calendar.DateOf(next.Due), light)
	}
	if _, light, moved := next.Moved(bare, next.Due, process.Green); !moved || light != process.Green {
		t.Errorf("moved %v, %s: for the worse the clock says so itself", moved, light)
	}
}
