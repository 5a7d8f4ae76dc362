package calendar_test

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"slices"
	"testing"
	"time"

	"luodi/internal/calendar"
	"luodi/internal/fault"
)

func date(t testing.TB, s string) calendar.Date {
	t.Helper()
	d, err := calendar.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// at is a moment in Shanghai, written "2006-01-02 15:04".
func at(t testing.TB, s string) time.Time {
	t.Helper()
	m, err := time.ParseInLocation("2006-01-02 15:04", s, calendar.Shanghai)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func builtin(t testing.TB) *calendar.Calendar {
	t.Helper()
	c, err := calendar.New(calendar.DefaultOffice, calendar.Builtin())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// published is the state of every day after all amendments, from a table that
// was put together apart from the embedded one.
func published(t testing.TB) map[calendar.Date]calendar.Kind {
	t.Helper()
	f, err := os.Open("testdata/china-holidays.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	days := map[calendar.Date]calendar.Kind{}
	for _, row := range rows[1:] {
		days[date(t, row[0])] = calendar.Kind(row[2])
	}
	return days
}

func TestBuiltinNoticesAddUpToThePublishedDays(t *testing.T) {
	want := published(t)
	got := map[calendar.Date]calendar.Kind{}
	for _, n := range calendar.Builtin() {
		for _, d := range n.Days {
			got[d.Date] = d.Kind
		}
	}
	if len(want) != 315 {
		t.Fatalf("the table has %d days, want 315", len(want))
	}
	for d, kind := range want {
		if got[d] != kind {
			t.Errorf("%s is %q, want %q", d, got[d], kind)
		}
	}
	for d := range got {
		if want[d] == "" {
			t.Errorf("%s is in no published table", d)
		}
	}
}

func TestExplainCitesTheNoticeWithTheLastWord(t *testing.T) {
	c := builtin(t)
	for _, tt := range []struct {
		day     string
		working bool
		reason  string
		notice  string
	}{
		{"2018-12-29", true, "调休上班", "国办发明电〔2018〕15号"}, // a day of 2018, set by the notice for 2019
		{"2018-12-31", false, "元旦放假", "国办发明电〔2018〕15号"},
		{"2019-04-28", true, "调休上班", "国办发明电〔2019〕3号"},
		{"2019-05-01", false, "劳动节放假", "国办发明电〔2019〕3号"},
		{"2019-05-03", false, "劳动节放假", "国办发明电〔2019〕3号"},
		{"2019-10-01", false, "国庆节放假", "国办发明电〔2018〕15号"},
		{"2020-01-30", false, "春节放假", "国办发明电〔2019〕16号"},
		{"2020-02-01", false, "春节放假", "国办发明电〔2020〕1号"}, // was to be worked
		{"2020-02-03", true, "工作日", "国办发明电〔2020〕1号"},
		{"2025-10-06", false, "国庆节、中秋节放假", "国办发明电〔2024〕12号"},
		{"2026-01-04", true, "调休上班", "国办发明电〔2025〕7号"},
		{"2025-03-08", false, "周末", ""},
		{"2025-03-10", true, "工作日", ""},
	} {
		got := c.Explain(date(t, tt.day))
		if got.Working != tt.working || got.Reason != tt.reason || got.NoticeID != tt.notice || got.Provisional {
			t.Errorf("%s: %+v, want %+v", tt.day, got, tt)
		}
		if (got.NoticeURL == "") != (tt.notice == "") {
			t.Errorf("%s: notice %q at %q", tt.day, got.NoticeID, got.NoticeURL)
		}
	}
}

func TestAnAmendedNoticeIsReproducible(t *testing.T) {
	c := builtin(t)
	for _, tt := range []struct {
		asOf, day string
		working   bool
		reason    string
	}{
		{"2019-03-21", "2019-04-28", false, "周末"},
		{"2019-03-21", "2019-05-01", false, "劳动节放假"},
		{"2019-03-21", "2019-05-02", true, "工作日"},
		{"2019-03-21", "2019-05-05", false, "周末"},
		{"2019-03-22", "2019-05-02", false, "劳动节放假"},
		{"2020-01-26", "2020-01-31", true, "工作日"},
		{"2020-01-26", "2020-02-01", true, "调休上班"},
		{"2020-01-27", "2020-02-01", false, "春节放假"},
	} {
		got := c.AsOf(date(t, tt.asOf)).Explain(date(t, tt.day))
		if got.Working != tt.working || got.Reason != tt.reason {
			t.Errorf("%s, known on %s: %+v, want %v %s", tt.day, tt.asOf, got, tt.working, tt.reason)
		}
	}
	// A term of three days that began before Spring Festival 2020 moved from Friday
	// 31 January, then Saturday 1 February, to Monday and Tuesday after the longer holiday.
	start := at(t, "2020-01-22 10:00")
	before := c.AsOf(date(t, "2020-01-26")).Deadline(start, 3)
	after := c.Deadline(start, 3)
	if before.Date != date(t, "2020-02-01") || after.Date != date(t, "2020-02-04") {
		t.Errorf("due %s before and %s after the amendment, want 2020-02-01 and 2020-02-04", before.Date, after.Date)
	}
}

func TestNoticesTakeEffectInOrderOfIssue(t *testing.T) {
	notices := calendar.Builtin()
	want := builtin(t)
	slices.Reverse(notices)
	got, err := calendar.New(calendar.DefaultOffice, notices)
	if err != nil {
		t.Fatal(err)
	}
	if got.Digest() != want.Digest() {
		t.Error("another order of input makes another calendar")
	}
	if !got.IsWorkingDay(date(t, "2020-02-03")) || got.IsWorkingDay(date(t, "2020-02-01")) {
		t.Error("the notice of 2020-01-27 lost its last word")
	}
}

func TestOfTwoNoticesOfOneDayTheLaterGivenWins(t *testing.T) {
	day := date(t, "2030-05-04")
	of := func(id string, kind calendar.Kind) calendar.Notice {
		return calendar.Notice{ID: id, Year: 2030, Title: id, Issued: date(t, "2029-11-01"),
			Days: []calendar.DayRule{{Date: day, Kind: kind, Holiday: "劳动节"}}}
	}
	c, err := calendar.New(calendar.DefaultOffice, []calendar.Notice{of("甲", calendar.Work), of("乙", calendar.Off)})
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Explain(day); got.NoticeID != "乙" || got.Working {
		t.Errorf("got %+v", got)
	}
}

// Working days of a year, counted by hand from the notices: weekdays of the year
// less those off, plus the make-up days on weekends.
func TestWorkingDaysOfAYear(t *testing.T) {
	c := builtin(t)
	for year, want := range map[int]int{
		2019: 250, // 261 weekdays, 17 of them off, 6 weekend days worked
		2020: 249, // as 2020 became: 262 - 19 off + 6
		2024: 251, // 262 - 19 + 8
		2025: 248, // 261 - 18 + 5
		2026: 248, // 261 - 19 + 6
	} {
		info := c.Year(year)
		if info.WorkingDays != want {
			t.Errorf("%d has %d working days, want %d", year, info.WorkingDays, want)
		}
		if info.Provisional || info.Year != year {
			t.Errorf("%d: %d, provisional %v", year, info.Year, info.Provisional)
		}
	}
}

func TestYearListsEveryDayAndItsNotices(t *testing.T) {
	c := builtin(t)
	y := c.Year(2018)
	if len(y.Days) != 365 || y.Days[0].Date != date(t, "2018-01-01") || y.Days[364].Date != date(t, "2018-12-31") {
		t.Fatalf("%d days from %s", len(y.Days), y.Days[0].Date)
	}
	ids := func(y calendar.YearInfo) (out []string) {
		for _, n := range y.Notices {
			out = append(out, n.ID)
		}
		return out
	}
	if got, want := ids(y), []string{"国办发明电〔2017〕12号", "国办发明电〔2018〕15号"}; !slices.Equal(got, want) {
		t.Errorf("notices of 2018: %v, want %v: that for 2019 sets 29 to 31 December", got, want)
	}
	if got, want := ids(c.Year(2020)), []string{"国办发明电〔2019〕16号", "国办发明电〔2020〕1号"}; !slices.Equal(got, want) {
		t.Errorf("notices of 2020: %v, want %v", got, want)
	}
	if y := c.Year(2027); !y.Provisional || !y.Days[0].Provisional || len(y.Notices) != 0 || y.WorkingDays != 261 {
		t.Errorf("2027 has no notice: provisional %v, %d notices, %d working days", y.Provisional, len(y.Notices), y.WorkingDays)
	}
}

func TestDeadlineFallsAtTheEndOfTheOfficeDay(t *testing.T) {
	c := builtin(t)
	for _, tt := range []struct {
		name, start string
		n           int
		due         string
	}{
		{"the day after is day 1", "2025-03-03 09:00", 1, "2025-03-04"},
		{"the hour of the start doesn't matter", "2025-03-03 23:59", 1, "2025-03-04"},
		{"nor does midnight in UTC", "2025-03-04 00:30", 1, "2025-03-05"},
		{"a weekend is skipped", "2025-03-07 09:00", 1, "2025-03-10"},
		{"a make-up Sunday counts", "2025-04-25 09:00", 1, "2025-04-27"},
		{"0 is today", "2025-03-03 18:00", 0, "2025-03-03"},
		{"0 on a holiday is the next working day", "2025-10-03 09:00", 0, "2025-10-09"},
		{"National Day 2026", "2026-09-30 09:00", 2, "2026-10-09"},
	} {
		got := c.Deadline(at(t, tt.start), tt.n)
		want := at(t, tt.due+" 17:30").UTC()
		if got.Date != date(t, tt.due) || got.At != want || got.WorkingDays != tt.n || got.Provisional {
			t.Errorf("%s: %+v, want %s", tt.name, got, want)
		}
	}
	early, err := calendar.New(calendar.Office{EndHour: 16}, calendar.Builtin())
	if err != nil {
		t.Fatal(err)
	}
	if got, want := early.Deadline(at(t, "2025-03-03 09:00"), 1).At, at(t, "2025-03-04 16:00"); !got.Equal(want) {
		t.Errorf("an office that closes at 16:00: due %s, want %s", got, want)
	}
}

func TestDeadlineIsProvisionalWhenItTouchesAYearWithoutNotice(t *testing.T) {
	c := builtin(t)
	for _, tt := range []struct {
		start       string
		n           int
		due         string
		provisional bool
	}{
		{"2026-12-28 09:00", 3, "2026-12-31", false},
		{"2026-12-28 09:00", 4, "2027-01-01", true}, // a holiday, when the notice comes
		{"2026-12-31 09:00", 1, "2027-01-01", true},
		{"2025-12-29 09:00", 7, "2026-01-08", false},
		{"2017-12-29 09:00", 1, "2018-01-02", true}, // walks over 30 and 31 December 2017
		{"2017-12-31 09:00", 1, "2018-01-02", false},
		{"2016-06-01 09:00", 1, "2016-06-02", true},
		{"2027-02-01 09:00", 0, "2027-02-01", true},
	} {
		got := c.Deadline(at(t, tt.start), tt.n)
		if got.Date != date(t, tt.due) || got.Provisional != tt.provisional {
			t.Errorf("%s + %d: %s, provisional %v; want %s, %v", tt.start, tt.n, got.Date, got.Provisional, tt.due, tt.provisional)
		}
	}
}

func TestANewNoticeMovesProvisionalDeadlines(t *testing.T) {
	c := builtin(t)
	notice := calendar.Notice{ID: "试〔2026〕1号", Year: 2027, Title: "测试用通知", Issued: date(t, "2026-11-01"),
		Days: []calendar.DayRule{{Date: date(t, "2027-01-01"), Kind: calendar.Off, Holiday: "元旦"}}}
	next, err := c.WithNotice(notice)
	if err != nil {
		t.Fatal(err)
	}
	start := at(t, "2026-12-31 09:00")
	if got := next.Deadline(start, 1); got.Date != date(t, "2027-01-04") || got.Provisional {
		t.Errorf("with the notice: %+v", got)
	}
	if got := c.Deadline(start, 1); got.Date != date(t, "2027-01-01") || !got.Provisional {
		t.Errorf("the calendar before has changed: %+v", got)
	}
	if c.Digest() == next.Digest() || c.Covered(2027) || !next.Covered(2027) {
		t.Error("the notice left no mark on digest or coverage")
	}
	if _, err := next.WithNotice(notice); !fault.Is(err, fault.Conflict) || !fault.HasCode(err, "notice_exists") {
		t.Errorf("the same notice again: %v", err)
	}
}

func TestDigestTellsOfficesApart(t *testing.T) {
	other, err := calendar.New(calendar.Office{EndHour: 18}, calendar.Builtin())
	if err != nil {
		t.Fatal(err)
	}
	if a, b := builtin(t).Digest(), builtin(t).Digest(); a != b {
		t.Error("two equal calendars differ")
	}
	if builtin(t).Digest() == other.Digest() {
		t.Error("an office day that ends later makes no difference")
	}
}

func TestDigestTellsCoverageApart(t *testing.T) {
	of := func(year int) string {
		n := calendar.Notice{ID: "试", Year: year, Title: "试", Issued: date(t, "2026-11-01"),
			Days: []calendar.DayRule{{Date: date(t, "2026-12-31"), Kind: calendar.Off, Holiday: "元旦"}}}
		c, err := builtin(t).WithNotice(n)
		if err != nil {
			t.Fatal(err)
		}
		return c.Digest()
	}
	if of(2026) == of(2027) {
		t.Error("2027 is provisional in one and settled in the other")
	}
}

func TestCalendarSharesNoMemoryWithItsCallers(t *testing.T) {
	day := date(t, "2025-10-01")
	notices := calendar.Builtin()
	c, err := calendar.New(calendar.DefaultOffice, notices)
	if err != nil {
		t.Fatal(err)
	}
	spoil := func(ns []calendar.Notice) {
		for i := range ns {
			ns[i].ID = "改"
			for j := range ns[i].Days {
				ns[i].Days[j].Kind = calendar.Work
			}
		}
	}
	spoil(notices)
	spoil(c.Notices())
	spoil(c.Year(2025).Notices)
	for _, got := range []calendar.DayInfo{c.Explain(day), c.AsOf(date(t, "2026-01-01")).Explain(day), builtin(t).Explain(day)} {
		if got.Working || got.NoticeID != "国办发明电〔2024〕12号" {
			t.Errorf("a caller's change reached the calendar: %+v", got)
		}
	}
}

func TestPlainWeeksCountRightLongAgo(t *testing.T) {
	c := builtin(t)
	monday := date(t, "1949-10-03")
	if got := c.WorkingDaysBetween(monday, monday.AddDays(7*1000)); got != 5000 {
		t.Errorf("1000 weeks hold %d working days", got)
	}
	for i, want := range []int{0, 1, 2, 3, 4, 4, 4, 5} {
		if got := c.WorkingDaysBetween(monday, monday.AddDays(i)); got != want {
			t.Errorf("%d days after Monday: %d working days, want %d", i, got, want)
		}
	}
}

func TestTheDayCountedBackFromIsNotWalkedOver(t *testing.T) {
	c := builtin(t)
	if got, provisional := c.AddWorkingDays(date(t, "2027-01-01"), -1); got != date(t, "2026-12-31") || provisional {
		t.Errorf("%s, provisional %v", got, provisional)
	}
	if got, provisional := c.AddWorkingDays(date(t, "2018-01-02"), -1); got != date(t, "2017-12-29") || !provisional {
		t.Errorf("%s, provisional %v", got, provisional)
	}
}

func TestWithoutAnyNoticeWeeksArePlain(t *testing.T) {
	c, err := calendar.New(calendar.DefaultOffice, nil)
	if err != nil {
		t.Fatal(err)
	}
	plain := naive{}
	for i := range 7 {
		d := date(t, "2025-09-29").AddDays(i)
		for n := 1; n <= 12; n++ {
			there, p := c.AddWorkingDays(d, n)
			back, q := c.AddWorkingDays(d, -n)
			if there != plain.add(d, n, 1) || back != plain.add(d, n, -1) || !p || !q {
				t.Errorf("%s ± %d: %s %v, %s %v", d, n, there, p, back, q)
			}
		}
	}
}

func TestRemainingCountsFromTheDayAfter(t *testing.T) {
	c := builtin(t)
	due := date(t, "2025-05-06")
	for moment, want := range map[string]int{
		"2025-04-25 09:00": 5, // Sunday 27, 28, 29, 30 April, 6 May
		"2025-05-01 09:00": 1,
		"2025-05-06 08:00": 0,
		"2025-05-06 20:00": 0,
		"2025-05-07 00:01": -1,
		"2025-05-12 09:00": -4,
	} {
		if got := c.Remaining(due, at(t, moment)); got != want {
			t.Errorf("at %s: %d, want %d", moment, got, want)
		}
	}
}

func TestAStoppedClockKeepsItsWorkingDays(t *testing.T) {
	c := builtin(t)
	for _, tt := range []struct {
		name, due, from, to, want string
		provisional               bool
	}{
		{"five working days", "2025-03-12", "2025-03-05", "2025-03-12", "2025-03-19", false},
		{"a weekend alone costs nothing", "2025-03-12", "2025-03-07", "2025-03-09", "2025-03-12", false},
		{"same day", "2025-03-12", "2025-03-07", "2025-03-07", "2025-03-12", false},
		{"backwards is no stretch", "2025-03-12", "2025-03-07", "2025-03-03", "2025-03-12", false},
		{"over a holiday", "2025-10-09", "2025-09-30", "2025-10-10", "2025-10-11", false},
		{"stopped on the last day, runs again on a working day", "2025-09-29", "2025-09-29", "2025-09-30", "2025-09-30", false},
		{"stopped on the last day, runs again in a holiday", "2025-09-29", "2025-09-29", "2025-10-03", "2025-10-09", false},
		{"stopped on the last day, runs again on Sunday", "2025-03-07", "2025-03-07", "2025-03-09", "2025-03-10", false},
		{"stopped too late stays late", "2025-03-07", "2025-03-10", "2025-03-12", "2025-03-11", false},
		{"into a year without a notice", "2026-12-28", "2026-12-25", "2027-01-05", "2027-01-06", true},
		{"the stretch alone begins in such a year", "2018-01-10", "2017-12-27", "2018-01-03", "2018-01-16", true},
	} {
		got, provisional := c.Shift(date(t, tt.due), date(t, tt.from), date(t, tt.to))
		if got != date(t, tt.want) || provisional != tt.provisional {
			t.Errorf("%s: %s, provisional %v; want %s, %v", tt.name, got, provisional, tt.want, tt.provisional)
		}
	}
}

func TestLastWorkingDayOfWeek(t *testing.T) {
	c := builtin(t)
	for day, want := range map[string]string{
		"2025-03-03": "2025-03-07",
		"2025-03-09": "2025-03-07", // Sunday closes its week
		"2025-04-21": "2025-04-27", // make-up Sunday
		"2025-05-01": "2025-04-30",
		"2025-10-05": "2025-09-30",
		"2018-10-03": "", // 1 to 7 October: none
	} {
		got, ok := c.LastWorkingDayOfWeek(date(t, day))
		if got.String() != want || ok != (want != "") {
			t.Errorf("week of %s: %q %v, want %q", day, got, ok, want)
		}
	}
}

func TestJSONUsesPlainDates(t *testing.T) {
	got, err := json.Marshal(builtin(t).Deadline(at(t, "2025-03-03 09:00"), 7))
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"at":"2025-03-12T09:30:00Z","date":"2025-03-12","working_days":7,"provisional":false}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func BenchmarkDeadline(b *testing.B) {
	c, start := builtin(b), at(b, "2025-09-15 10:00")
	b.ReportAllocs()
	for b.Loop() {
		if c.Deadline(start, 20).Date.Month != time.October {
			b.Fatal("wrong month")
		}
	}
}
