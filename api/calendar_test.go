package api_test

import (
	"net/http"
	"testing"

	"luodi/internal/calendar"
	"luodi/internal/event"
	"luodi/internal/fault"
)

// notice2027 is made up: nobody knows the holidays of 2027 yet.
func notice2027() map[string]any {
	return map[string]any{
		"id": "示例〔2026〕1号", "year": 2027, "title": "关于2027年部分节假日安排的通知(示例)", "url": "", "issued": "2026-11-01",
		"days": []any{
			map[string]any{"date": "2027-01-01", "kind": "off", "holiday": "元旦"},
			map[string]any{"date": "2027-01-02", "kind": "work", "holiday": "元旦"},
		},
	}
}

func (p person) year(query string) calendar.YearInfo {
	p.Helper()
	return into[calendar.YearInfo](p.get("/api/v1/calendar" + query).is(http.StatusOK))
}

func dayOf(t *testing.T, y calendar.YearInfo, date string) calendar.DayInfo {
	t.Helper()
	for _, d := range y.Days {
		if d.Date.String() == date {
			return d
		}
	}
	t.Fatalf("%d has no %s", y.Year, date)
	return calendar.DayInfo{}
}

func TestCalendarCitesTheNoticeWithTheLastWord(t *testing.T) {
	p := newTown(t).as("maojian.jingban")
	y := p.year("?year=2020")
	if len(y.Days) != 366 || len(y.Notices) < 2 || y.Provisional {
		t.Errorf("2020: %d days, %d notices, provisional %t", len(y.Days), len(y.Notices), y.Provisional)
	}
	// The notice of 27 January 2020 prolonged the Spring Festival to 2 February.
	if d := dayOf(t, y, "2020-01-31"); d.Working || d.NoticeID == dayOf(t, y, "2020-10-01").NoticeID {
		t.Errorf("31 January 2020: %+v", d)
	}
	if d := dayOf(t, y, "2020-02-03"); !d.Working {
		t.Errorf("3 February 2020: %+v", d)
	}
	if y := p.year("?year=2027"); !y.Provisional || len(y.Notices) != 0 {
		t.Errorf("2027: provisional %t, notices %v", y.Provisional, y.Notices)
	}
	if y := p.year(""); y.Year != opening.Year() || y.Provisional {
		t.Errorf("without a year: %d", y.Year)
	}
}

// The cases are those of 企业投资项目核准办法 as internal/calendar keeps them in
// testdata/d01_approval_7_workdays_deemed_consent.yaml.
func TestDeadlinesOfPublishedCases(t *testing.T) {
	p := newTown(t).as("ziran.jingban")
	for _, c := range []struct{ sent, days, due string }{
		{"2025-03-03", "7", "2025-03-12"}, {"2025-01-24", "7", "2025-02-10"}, {"2025-04-30", "7", "2025-05-14"},
		{"2025-09-26", "7", "2025-10-13"}, {"2025-10-03", "7", "2025-10-16"}, {"2025-06-03", "4", "2025-06-09"},
		{"2025-03-03", "20", "2025-03-31"}, {"2025-09-01", "30", "2025-10-17"}, {"2025-04-24", "5", "2025-04-30"},
	} {
		// 23:00 in Shanghai is still the same day, whatever UTC says; so is the hour after midnight.
		for _, hour := range []string{"T00:30:00%2B08:00", "T10:00:00%2B08:00", "T15:00:00Z"} {
			d := into[calendar.Deadline](p.get("/api/v1/calendar/deadline?start=" + c.sent + hour + "&working_days=" + c.days).is(http.StatusOK))
			if d.Date.String() != c.due || d.At.Format("15:04") != "09:30" || d.Provisional {
				t.Errorf("%s%s and %s working days: %+v, want %s", c.sent, hour, c.days, d, c.due)
			}
		}
	}
	if d := into[calendar.Deadline](p.get("/api/v1/calendar/deadline?start=2026-12-29T01:00:00Z&working_days=7").is(http.StatusOK)); !d.Provisional {
		t.Errorf("a deadline in a year without notice: %+v", d)
	}
}

func TestOnlyTheAdministratorRecordsANotice(t *testing.T) {
	s := newScene(t)
	before := s.contents()
	for _, p := range []person{s.operator, s.leader, s.handler, s.county} {
		p.post("/api/v1/calendar/notices", notice2027()).refused(http.StatusForbidden, "notice_forbidden")
	}
	wrong := func(field string, value any) map[string]any {
		n := notice2027()
		n[field] = value
		return n
	}
	day := func(date, kind string) []any {
		return []any{map[string]any{"date": date, "kind": kind, "holiday": "元旦"}}
	}
	for _, c := range []struct {
		body map[string]any
		code string
	}{
		{wrong("days", []any{}), "invalid_notice"}, {wrong("days", day("2027-02-30", "off")), "request_invalid"},
		{wrong("days", day("2025-06-01", "off")), "invalid_notice"}, {wrong("days", day("2027-01-01", "holiday")), "invalid_notice"},
		{wrong("year", 1), "invalid_notice"}, {wrong("year", "2027"), "request_invalid"}, {wrong("url", "javascript:alert(1)"), "invalid_notice"},
		{wrong("title", "a\x00b"), "control_character"}, {wrong("title", string(make([]byte, 5000))), "control_character"},
		{wrong("recorded_by", "x"), "request_invalid"}, {lacking(notice2027(), "days"), "request_invalid"}, {wrong("issued", ""), "invalid_notice"},
	} {
		s.admin.post("/api/v1/calendar/notices", c.body).refused(http.StatusUnprocessableEntity, c.code)
	}
	s.unchanged(before)
	if s.kicks != 0 {
		t.Errorf("%d recounts for notices that were refused", s.kicks)
	}
	s.admin.post("/api/v1/calendar/notices", notice2027()).is(http.StatusCreated)
	s.admin.post("/api/v1/calendar/notices", notice2027()).refused(http.StatusConflict, "notice_exists")
	if y := s.county.year("?year=2027"); y.Provisional || dayOf(t, y, "2027-01-01").Working || !dayOf(t, y, "2027-01-02").Working {
		t.Error("the notice has no effect")
	}
}

// amendment makes Wednesday to Friday after the opening a holiday, as a late notice may.
func amendment() map[string]any {
	day := func(date string) map[string]any {
		return map[string]any{"date": date, "kind": "off", "holiday": "临时放假"}
	}
	return map[string]any{
		"id": "示例〔2024〕9号", "year": 2024, "title": "关于临时放假的通知(示例)", "url": "https://www.gov.cn/", "issued": "2024-02-26",
		"days": []any{day("2024-02-28"), day("2024-02-29"), day("2024-03-01")},
	}
}

type reviewView struct {
	Version int64
	Stage   string
	Outcome string
	Seats   []struct {
		ID   string
		Step struct{ Due string }
	}
	Timeline, Items []struct {
		Type, Text string
		Automatic  bool
	}
}

func (p person) review(id string) reviewView {
	p.Helper()
	v := into[reviewView](p.get("/api/v1/reviews/" + id).is(http.StatusOK))
	v.Timeline = into[reviewView](p.get("/api/v1/reviews/" + id + "/timeline").is(http.StatusOK)).Items
	return v
}

func TestANoticeMovesOpenDeadlinesAsEvents(t *testing.T) {
	s := newScene(t)
	before := s.operator.review(s.review)
	recorded := into[struct {
		Open int `json:"open_processes"`
	}](s.admin.post("/api/v1/calendar/notices", amendment()).is(http.StatusCreated))
	if recorded.Open != 1 || s.kicks != 1 {
		t.Errorf("open processes %d, recounts asked for %d", recorded.Open, s.kicks)
	}
	events := s.events()
	must(t, s.sweeper.Sweep(t.Context()))
	after := s.operator.review(s.review)
	if s.events() != events+len(after.Seats) {
		t.Errorf("%d events for %d open seats", s.events()-events, len(after.Seats))
	}
	for i, seat := range after.Seats {
		// Five working days from Monday the 26th end on Monday 4 March; three days of rest make it Thursday.
		want := map[string]string{"2024-03-04T09:30:00Z": "2024-03-07T09:30:00Z", "2024-03-06T09:30:00Z": "2024-03-11T09:30:00Z"}[before.Seats[i].Step.Due]
		if seat.Step.Due != want {
			t.Errorf("%s: due %s, was %s, want %s", seat.ID, seat.Step.Due, before.Seats[i].Step.Due, want)
		}
	}
	last := after.Timeline[len(after.Timeline)-1]
	if last.Type != "review.deadline_moved" || !last.Automatic {
		t.Errorf("the last line of the timeline is %+v", last)
	}
	must(t, s.sweeper.Sweep(t.Context()))
	if s.operator.review(s.review).Version != after.Version {
		t.Error("a second sweep moved them again")
	}
	stored, err := s.store.Events(t.Context(), "review-"+s.review, 0)
	must(t, err)
	must(t, event.Verify(stored))
}

func TestASweepBringsBackWhatTheEngineLost(t *testing.T) {
	s := newScene(t)
	s.processes.Forget()
	if _, err := s.processes.Version(t.Context(), "review", s.review); !fault.Is(err, fault.NotFound) {
		t.Fatalf("the engine remembers: %v", err)
	}
	body := map[string]any{"seat": "ziran", "opinion": "agree", "text": "同意选址"}
	s.handler.act(s.review, "opine", body).is(http.StatusOK)
	if v, err := s.processes.Version(t.Context(), "review", s.review); err != nil || v != s.operator.review(s.review).Version {
		t.Errorf("version %d, %v", v, err)
	}
}
