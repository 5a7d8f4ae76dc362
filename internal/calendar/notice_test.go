package calendar_test

import (
	"slices"
	"testing"

	"luodi/internal/calendar"
	"luodi/internal/fault"
)

func TestNoticeIsCheckedFieldByField(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(*calendar.Notice)
		want  []string // fields of the details
	}{
		{"good", func(*calendar.Notice) {}, nil},
		{"no address", func(n *calendar.Notice) { n.URL = "" }, nil},
		{"off on a weekend", func(n *calendar.Notice) { n.Days[0].Date = date(t, "2030-10-05") }, nil},
		{"work on a weekday", func(n *calendar.Notice) { n.Days[1].Date = date(t, "2030-10-08") }, nil},
		{"first day of the window", func(n *calendar.Notice) { n.Days[0].Date = date(t, "2029-12-15") }, nil},
		{"last day of the window", func(n *calendar.Notice) { n.Days[0].Date = date(t, "2031-01-15") }, nil},
		{"before the window", func(n *calendar.Notice) { n.Days[0].Date = date(t, "2029-12-14") }, []string{"/days/0/date"}},
		{"after the window", func(n *calendar.Notice) { n.Days[1].Date = date(t, "2031-01-16") }, []string{"/days/1/date"}},
		{"a day twice", func(n *calendar.Notice) { n.Days[1].Date = n.Days[0].Date }, []string{"/days/1/date"}},
		{"no such day", func(n *calendar.Notice) { n.Days[1].Date.Day = 32 }, []string{"/days/1/date"}},
		{"no day", func(n *calendar.Notice) { n.Days[1].Date = calendar.Date{} }, []string{"/days/1/date"}},
		{"unknown kind", func(n *calendar.Notice) { n.Days[1].Kind = "half" }, []string{"/days/1/kind"}},
		{"no holiday", func(n *calendar.Notice) { n.Days[0].Holiday = "" }, []string{"/days/0/holiday"}},
		{"no days", func(n *calendar.Notice) { n.Days = nil }, []string{"/days"}},
		{"no head", func(n *calendar.Notice) { n.ID, n.Title, n.Issued = "", "", calendar.Date{} }, []string{"/id", "/title", "/issued"}},
		{"no year", func(n *calendar.Notice) { n.Year = 0 }, []string{"/year", "/days/0/date", "/days/1/date"}},
		{"a link that runs", func(n *calendar.Notice) { n.URL = "javascript:alert(1)" }, []string{"/url"}},
	} {
		n := calendar.Notice{ID: "试〔2029〕1号", Year: 2030, Title: "测试", URL: "https://www.gov.cn/", Issued: date(t, "2029-11-01"),
			Days: []calendar.DayRule{
				{Date: date(t, "2030-10-01"), Kind: calendar.Off, Holiday: "国庆节"},
				{Date: date(t, "2030-10-12"), Kind: calendar.Work, Holiday: "国庆节"},
			}}
		tt.spoil(&n)
		_, err := builtin(t).WithNotice(n)
		if tt.want == nil {
			if err != nil {
				t.Errorf("%s: %v", tt.name, err)
			}
			continue
		}
		if !fault.Is(err, fault.Invalid) || !fault.HasCode(err, "invalid_notice") || !slices.Equal(fields(err), tt.want) {
			t.Errorf("%s: %v at %v, want %v", tt.name, err, fields(err), tt.want)
		}
	}
}

func fields(err error) (out []string) {
	if err == nil {
		return nil
	}
	for _, d := range fault.From(err).Details {
		out = append(out, d.Field)
	}
	return out
}

func TestOfficeMustClose(t *testing.T) {
	for _, o := range []calendar.Office{{}, {EndHour: 24}, {EndHour: -1}, {EndHour: 17, EndMinute: 60}, {EndHour: 17, EndMinute: -1}} {
		if _, err := calendar.New(o, nil); !fault.Is(err, fault.Invalid) || !fault.HasCode(err, "invalid_office") {
			t.Errorf("%+v: %v", o, err)
		}
	}
	if _, err := calendar.New(calendar.Office{EndHour: 0, EndMinute: 30}, nil); err != nil {
		t.Errorf("00:30 is a time: %v", err)
	}
}
