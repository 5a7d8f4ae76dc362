package app

import (
	"context"
	"sync/atomic"
	"time"

	"luodi/internal/calendar"
	"luodi/internal/fault"
	"luodi/internal/org"
)

// Calendars serves the calendar of working days: the notices that ship with Luodi
// and those an administrator recorded since.
type Calendars struct {
	reads  Reads
	office calendar.Office
	latest atomic.Pointer[markedCalendar]
}

type markedCalendar struct {
	mark int64
	cal  *calendar.Calendar
}

// NewCalendars loads the calendar once, so that Snapshot always has one.
func NewCalendars(ctx context.Context, reads Reads, office calendar.Office) (*Calendars, error) {
	c := &Calendars{reads: reads, office: office}
	_, err := c.Current(ctx)
	return c, err
}

// Snapshot is the calendar last loaded.
func (c *Calendars) Snapshot() *calendar.Calendar { return c.latest.Load().cal }

// Current is the calendar with every notice recorded so far, by whichever process.
func (c *Calendars) Current(ctx context.Context) (*calendar.Calendar, error) {
	mark, err := c.reads.NoticesMark(ctx)
	if err != nil {
		return nil, err
	}
	if known := c.latest.Load(); known != nil && known.mark == mark {
		return known.cal, nil
	}
	recorded, err := c.reads.Notices(ctx)
	if err != nil {
		return nil, err
	}
	notices := calendar.Builtin()
	for _, n := range recorded {
		notices = append(notices, n.Notice)
	}
	cal, err := calendar.New(c.office, notices)
	if err != nil {
		return nil, err
	}
	c.latest.Store(&markedCalendar{mark: mark, cal: cal})
	return cal, nil
}

// CalendarService is the calendar for its users.
type CalendarService struct {
	Calendars *Calendars
	Journal   Journal
	Now       func() time.Time
	Recorded  func() // tells the sweep that open deadlines must be computed again
}

// Record stores a new notice. Open deadlines are computed again by the sweep, each
// change as an event. Only an administrator may; Conflict when the notice exists.
func (s *CalendarService) Record(ctx context.Context, actor org.Actor, n calendar.Notice) error {
	if !actor.Has(org.Administrator) {
		return fault.New(fault.Forbidden, "notice_forbidden", "由系统管理员登记放假通知")
	}
	cal, err := s.Calendars.Current(ctx)
	if err != nil {
		return err
	}
	if _, err := cal.WithNotice(n); err != nil {
		return err
	}
	err = s.Journal.InTx(ctx, func(tx Tx) error { return tx.InsertNotice(n, actor, s.Now()) })
	if err == nil {
		s.Recorded()
	}
	return err
}
