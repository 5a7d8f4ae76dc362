package app

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"time"
	"unicode"

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
	NewID     func() string
	Recorded  func() // tells the sweep that open deadlines must be computed again
}

// Record stores a new notice and tells how many processes are open. Their deadlines
// are computed again by the sweep, each change as an event. Errors: Forbidden but
// for an administrator; Conflict "notice_exists"; Invalid naming each wrong day.
func (s *CalendarService) Record(ctx context.Context, actor org.Actor, key string, n calendar.Notice) (open int, err error) {
	if !MayRecordNotices(actor) {
		return 0, fault.New(fault.Forbidden, "notice_forbidden", "由系统管理员登记放假通知")
	}
	if err := legible(n); err != nil {
		return 0, err
	}
	cal, err := s.Calendars.Current(ctx)
	if err != nil {
		return 0, err
	}
	err = Once(ctx, s.Journal, actor, key, "notice", n, &open, s.Now, s.NewID, func(tx Tx) error {
		if _, err := cal.WithNotice(n); err != nil {
			return err
		}
		if slices.ContainsFunc(cal.Notices(), func(known calendar.Notice) bool { return known.ID == n.ID }) {
			return fault.New(fault.Conflict, "notice_exists", "该通知已经登记")
		}
		if err := tx.InsertNotice(n, actor, s.Now()); err != nil {
			return err
		}
		open, err = tx.OpenProcesses()
		return err
	})
	if err == nil {
		s.Recorded()
	}
	return open, err
}

// legible refuses a notice with characters that no screen shows.
func legible(n calendar.Notice) error {
	texts := map[string]string{"/id": n.ID, "/title": n.Title, "/url": n.URL}
	for i, day := range n.Days {
		texts[fmt.Sprintf("/days/%d/holiday", i)] = day.Holiday
	}
	for _, field := range slices.Sorted(maps.Keys(texts)) {
		if strings.ContainsFunc(texts[field], unicode.IsControl) {
			return fault.Field(field, "control_character", "通知内容含有不可见的控制字符")
		}
	}
	return nil
}
