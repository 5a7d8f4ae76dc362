package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"luodi/internal/calendar"
	"luodi/internal/fault"
)

func (s *Server) calendarRoutes(a huma.API) {
	t := tagged("calendar 工作日")
	huma.Register(a, op(http.MethodGet, "/api/v1/calendar", "get-calendar", "Every day of a year, with the notice it comes from", t), s.getYear)
	huma.Register(a, op(http.MethodGet, "/api/v1/calendar/deadline", "add-working-days", "Add working days to a moment", t), s.addWorkingDays)
	huma.Register(a, op(http.MethodPost, "/api/v1/calendar/notices", "record-notice", "Record a holiday notice; open deadlines are computed again", t, created), s.recordNotice)
}

func (s *Server) getYear(ctx context.Context, in *struct {
	Year int `query:"year" minimum:"2000" maximum:"2100" doc:"this year if absent"`
}) (*body[calendar.YearInfo], error) {
	cal, err := s.Calendar.Calendars.Current(ctx)
	if err != nil {
		return nil, fail(ctx, err)
	}
	year := in.Year
	if year == 0 {
		year = calendar.DateOf(s.Now()).Year
	}
	return answer(ctx, cal.Year(year), nil)
}

func (s *Server) addWorkingDays(ctx context.Context, in *struct {
	Start       time.Time `query:"start" doc:"RFC 3339; now if absent"`
	WorkingDays int       `query:"working_days" required:"true" minimum:"0" maximum:"10000" doc:"the day after the start is day 1"`
}) (*body[calendar.Deadline], error) {
	start := in.Start
	if start.IsZero() {
		start = s.Now()
	}
	if start.Year() < 1949 || start.Year() > 2200 {
		return nil, fail(ctx, fault.Field("/query/start", "start_out_of_range", "起算时间超出范围"))
	}
	cal, err := s.Calendar.Calendars.Current(ctx)
	if err != nil {
		return nil, fail(ctx, err)
	}
	return answer(ctx, cal.Deadline(start, in.WorkingDays), nil)
}

// NoticeRecorded is the answer to a recorded notice.
type NoticeRecorded struct {
	Notice        calendar.Notice `json:"notice"`
	OpenProcesses int             `json:"open_processes" doc:"processes whose open deadlines are being computed again"`
}

func (s *Server) recordNotice(ctx context.Context, in *struct {
	Keyed
	Body calendar.Notice
}) (*body[NoticeRecorded], error) {
	open, err := s.Calendar.Record(ctx, actorOf(ctx), in.Key, in.Body)
	return answer(ctx, NoticeRecorded{Notice: in.Body, OpenProcesses: open}, err)
}
