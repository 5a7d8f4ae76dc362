package process

import (
	"reflect"
	"time"

	"luodi/internal/calendar"
)

// Light is how late somebody is.
type Light string

// The lights: green within time, yellow at due, red past the grace and escalated.
const (
	Green  Light = "green"
	Yellow Light = "yellow"
	Red    Light = "red"
)

// Worse returns the worse of two lights.
func (l Light) Worse(other Light) Light {
	rank := map[Light]int{Green: 1, Yellow: 2, Red: 3}
	if rank[other] > rank[l] {
		return other
	}
	return l
}

// Terms are what a rule says about a deadline, in working days.
type Terms struct {
	Days   int `json:"days" yaml:"days"`     // time allowed
	Remind int `json:"remind" yaml:"remind"` // reminder so many working days before due; 0: none
	Grace  int `json:"grace" yaml:"grace"`   // red so many working days after due
}

// Span is a stretch of days in which a clock stood still (中止计时).
type Span struct {
	From calendar.Date `json:"from"`
	To   calendar.Date `json:"to"`
}

// Clock is one running deadline in statutory working days. It keeps what it was
// computed from, so that a new holiday notice can compute it again. All moments
// are UTC.
type Clock struct {
	Terms       Terms         `json:"terms"`
	Start       time.Time     `json:"start"`
	Fixed       calendar.Date `json:"fixed,omitzero"` // due on this day, whatever the days say
	Stops       []Span        `json:"stops,omitempty"`
	StoppedOn   calendar.Date `json:"stopped_on,omitzero"` // zero while it runs
	Due         time.Time     `json:"due"`
	RemindAt    time.Time     `json:"remind_at,omitzero"`
	RedAt       time.Time     `json:"red_at"`
	Provisional bool          `json:"provisional,omitempty"` // counted over a year without a notice
}

// StartClock starts a deadline: the day after start is day 1.
func StartClock(cal *calendar.Calendar, start time.Time, terms Terms) Clock {
	return Clock{Terms: terms, Start: start.UTC().Truncate(time.Microsecond)}.Computed(cal)
}

// StartClockTo starts a deadline that was set as a day (办理时限为某日), with the
// terms' reminder and grace. A day off stays the deadline: it was set knowingly.
func StartClockTo(cal *calendar.Calendar, start time.Time, day calendar.Date, terms Terms) Clock {
	return Clock{Terms: terms, Start: start.UTC().Truncate(time.Microsecond), Fixed: day}.Computed(cal)
}

// Computed returns the clock with its moments computed from the calendar: the
// working days of every stop are added behind the end of the term.
func (c Clock) Computed(cal *calendar.Calendar) Clock {
	due, provisional := c.Fixed, false
	if due.IsZero() {
		d := cal.Deadline(c.Start, c.Terms.Days)
		due, provisional = d.Date, d.Provisional
	}
	for _, s := range c.Stops {
		var p bool
		due, p = cal.Shift(due, s.From, s.To)
		provisional = provisional || p
	}
	red, p := cal.AddWorkingDays(due, c.Terms.Grace)
	c.Due, c.RedAt, c.Provisional = cal.EndOfDay(due), cal.EndOfDay(red), provisional || p
	c.RemindAt = time.Time{}
	if c.Terms.Remind > 0 {
		remind, _ := cal.AddWorkingDays(due, -c.Terms.Remind)
		c.RemindAt = cal.EndOfDay(remind)
	}
	return c
}

// Moved returns the clock computed again and the light it then stands on; moved reports
// whether anything differs. A light gets better at once; for the worse, the clock's own
// timer will say so.
func (c Clock) Moved(cal *calendar.Calendar, at time.Time, light Light) (next Clock, then Light, moved bool) {
	next = c.Computed(cal)
	if reflect.DeepEqual(next, c) {
		return c, light, false
	}
	if now := next.LightAt(at); now.Worse(light) == light {
		light = now
	}
	return next, light, true
}

// Running reports whether the clock counts now.
func (c Clock) Running() bool { return !c.Start.IsZero() && c.StoppedOn.IsZero() }

// Stopped stops the clock: the day of the stop still counts, the following do not.
func (c Clock) Stopped(at time.Time) Clock {
	if c.StoppedOn.IsZero() {
		c.StoppedOn = calendar.DateOf(at)
	}
	return c
}

// Resumed lets the clock run on: the working days since the stop are added to
// the term, the day it resumes included.
func (c Clock) Resumed(cal *calendar.Calendar, at time.Time) Clock {
	if c.StoppedOn.IsZero() {
		return c
	}
	if today := calendar.DateOf(at); today.After(c.StoppedOn) { // a stop within a day moves nothing
		c.Stops = append(append([]Span{}, c.Stops...), Span{From: c.StoppedOn, To: today})
	}
	c.StoppedOn = calendar.Date{}
	return c.Computed(cal)
}

// LightAt is the light the clock stands on at a moment.
func (c Clock) LightAt(at time.Time) Light {
	switch {
	case c.Start.IsZero() || !c.Running() || at.Before(c.Due):
		return Green
	case at.Before(c.RedAt):
		return Yellow
	default:
		return Red
	}
}
