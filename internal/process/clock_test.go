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
