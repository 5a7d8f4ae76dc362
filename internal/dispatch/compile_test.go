package dispatch_test

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"luodi/internal/dispatch"
	"luodi/internal/liaison"
	"luodi/internal/process"
)

var (
	danjiangkou = dispatch.Unit{ID: "danjiangkou", Name: "丹江口市"}
	zhushan     = dispatch.Unit{ID: "zhushan", Name: "竹山县"}
	bureau      = dispatch.Unit{ID: "ziran", Name: "市自然资源和规划局"}
	commission  = dispatch.Unit{ID: "fagai", Name: "市发展和改革委员会"}
	idle        = dispatch.Unit{ID: "keji", Name: "市科学技术局"}
)

// input is the week of 2 to 8 October 2023: holiday until Friday, worked on Saturday
// and Sunday.
func input(t rapid.TB, liaisons ...dispatch.Carried) dispatch.Input {
	cal := statutory(t)
	p, _ := dispatch.PlanFor(cal, week(t, "2023-W40"), nil)
	return dispatch.Input{Planned: p, MadeAt: p.DueAt, Calendar: cal, Counties: []dispatch.Unit{danjiangkou, zhushan},
		Departments: []dispatch.Unit{commission, bureau, idle}, Liaisons: liaisons}
}

func carried(id string, items ...liaison.Item) dispatch.Carried {
	for i := range items {
		if items[i].DepartmentID == "" {
			items[i].DepartmentID = bureau.ID
		}
	}
	return dispatch.Carried{
		Subject: dispatch.Subject{LiaisonID: id, ProjectID: "p-" + id, ProjectName: "示例项目" + id, County: danjiangkou, Department: bureau},
		Role:    liaison.Lead, AssignedAt: moment("2023-05-08 09:00"),
		Items: append([]liaison.Item{{Kind: liaison.ItemTerm, Key: "1", DepartmentID: bureau.ID, OpenedAt: moment("2023-05-08 09:00"), Status: liaison.StatusOpen}}, items...),
	}
}

func item(kind liaison.ItemKind, key, opened, due, done, status string) liaison.Item {
	x := liaison.Item{Kind: kind, Key: key, Title: string(kind) + key, OpenedAt: moment(opened), Status: status}
	if due != "" {
		x.Due = moment(due)
	}
	if done != "" {
		x.DoneAt = moment(done)
	}
	return x
}

func light(key string, colour process.Light, from, until string) liaison.Item {
	x := item(liaison.ItemLight, key, from, "", until, liaison.StatusDone)
	x.Level = string(colour)
	return x
}

func compile(t rapid.TB, in dispatch.Input) dispatch.Sheet {
	t.Helper()
	s, err := dispatch.Compile(in)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestReportsOfTheWeek(t *testing.T) {
	const opened, due = "2023-09-28 17:30", "2023-10-08 17:30" // the last working day is a Sunday
	report := func(done, status string) liaison.Item {
		return item(liaison.ItemReport, "2023-W40", opened, due, done, status)
	}
	before := item(liaison.ItemReport, "2023-W39", "2023-09-22 17:30", "2023-09-28 17:30", "", liaison.StatusOpen)
	suspended, ended := carried("7", report("", liaison.StatusOpen)), carried("8", report("", liaison.StatusOpen))
	suspended.Suspended, ended.EndedAt = true, moment("2023-10-07 10:00")
	s := compile(t, input(t,
		carried("1", report("2023-10-08 17:30", liaison.StatusDone)), carried("2", report("2023-10-08 20:00", liaison.StatusLate)),
		carried("3", report("", liaison.StatusOpen), before), carried("4", report("2023-10-09 08:00", liaison.StatusLate)), // after the sheet's end
		carried("5", report("", liaison.StatusMissed)), carried("6", report("", liaison.StatusVoid)), suspended, ended,
	))
	c := s.City
	if c.ReportsDue != 5 || c.ReportsOnTime != 1 || c.ReportsLate != 1 || c.ReportsMissing != 3 || c.ReportRate() != "20.0%" {
		t.Errorf("due %d, on time %d, late %d, missing %d, rate %s", c.ReportsDue, c.ReportsOnTime, c.ReportsLate, c.ReportsMissing, c.ReportRate())
	}
	var late []string
	for _, x := range s.Late {
		late = append(late, fmt.Sprint(x.LiaisonID, " ", x.Title, " ", x.Days))
	}
	// 28 September was a Thursday and the last working day before the holiday
	if got := strings.Join(late, ", "); got != "3 report2023-W39 2, 3 report2023-W40 0, 4 report2023-W40 0, 5 report2023-W40 0" {
		t.Errorf("late: %s", got)
	}
	if c.Liaisons != 7 || c.Ended != 1 {
		t.Errorf("%d under way, %d ended", c.Liaisons, c.Ended)
	}
}

func TestRatesAreRoundedHalfUp(t *testing.T) {
	for _, c := range []struct {
		due, onTime int
		want        string
	}{{0, 0, "—"}, {3, 1, "33.3%"}, {3, 2, "66.7%"}, {8, 8, "100.0%"}, {1000, 999, "99.9%"}, {2000, 1999, "100.0%"}, {2000, 1, "0.1%"}, {7, 0, "0.0%"}} {
		if got := (dispatch.Totals{ReportsDue: c.due, ReportsOnTime: c.onTime}).ReportRate(); got != c.want {
			t.Errorf("%d of %d is %s, want %s", c.onTime, c.due, got, c.want)
		}
	}
}

func TestMilestonesAndAcknowledgements(t *testing.T) {
	s := compile(t, input(t, carried("1",
		item(liaison.ItemMilestone, "a", "2023-05-08 09:00", "2023-09-28 17:30", "2023-10-07 10:00", liaison.StatusLate),
		item(liaison.ItemMilestone, "b", "2023-05-08 09:00", "2023-09-22 17:30", "", liaison.StatusOpen),
		item(liaison.ItemMilestone, "c", "2023-05-08 09:00", "2023-09-22 17:30", "2023-10-09 09:00", liaison.StatusLate), // since
		item(liaison.ItemMilestone, "d", "2023-05-08 09:00", "2023-12-22 17:30", "", liaison.StatusOpen),
		item(liaison.ItemMilestone, "e", "2023-05-08 09:00", "2023-09-01 17:30", "2023-09-01 10:00", liaison.StatusDone),
		item(liaison.ItemAcknowledge, "1", "2023-05-08 09:00", "2023-05-15 17:30", "", liaison.StatusOpen),
	)))
	if c := s.City; c.Milestones != 1 || c.MilestonesLate != 2 || c.Unacknowledged != 1 {
		t.Errorf("%+v", c)
	}
	if len(s.Moved) != 1 || s.Moved[0].Title != "milestonea" || !s.Moved[0].Late {
		t.Errorf("moved: %+v", s.Moved)
	}
	if first := s.Late[0]; first.Kind != liaison.ItemAcknowledge || s.Late[1].Days != 6 { // 25 to 28 September, 7 and 8 October
		t.Errorf("late: %+v", s.Late)
	}
}

func TestProblemsByAgeAndLevel(t *testing.T) {
	problem := func(key, opened, due, done string, level liaison.Level) liaison.Item {
		x := item(liaison.ItemProblem, key, opened, due, done, liaison.StatusOpen)
		x.Level = string(level)
		return x
	}
	s := compile(t, input(t, carried("1",
		problem("1", "2023-10-08 20:00", "2023-10-20 17:30", "", liaison.AtUnit),                    // today
		problem("2", "2023-10-01 09:00", "2023-10-20 17:30", "", liaison.AtUnit),                    // 7 days
		problem("3", "2023-09-30 23:59", "2023-10-07 17:30", "", liaison.AtCentre),                  // 8
		problem("4", "2023-09-23 09:00", "2023-10-20 17:30", "2023-10-09 08:00", liaison.AtCentre),  // 15, closed since
		problem("5", "2023-09-22 09:00", "2023-10-20 17:30", "", liaison.AtCity),                    // 16
		problem("6", "2023-09-08 09:00", "2023-10-20 17:30", "", liaison.AtUnit),                    // 30
		problem("7", "2023-09-07 09:00", "2023-09-20 17:30", "", liaison.AtUnit),                    // 31
		problem("8", "2023-09-07 09:00", "2023-09-20 17:30", "2023-10-07 09:00", liaison.AtUnit),    // closed in the week
		problem("9", "2023-10-09 00:00", "2023-10-20 17:30", "", liaison.AtUnit),                    // raised since
		problem("10", "2023-08-01 09:00", "2023-08-20 17:30", "2023-08-20 09:00", liaison.AtCentre), // long done
	)))
	c := s.City
	if c.ProblemsByAge != [dispatch.Ages]int{2, 2, 2, 1} || c.ProblemsOpen != 7 || c.ProblemsClosed != 1 || c.ProblemsLate != 2 {
		t.Errorf("%+v", c)
	}
	if c.ProblemsAtUnit != 4 || c.ProblemsAtCentre != 2 || c.ProblemsAtCity != 1 {
		t.Errorf("levels of %+v", c)
	}
	if s.Problems[0].ID != "7" || s.Problems[0].Days != 31 || !s.Problems[0].Late {
		t.Errorf("the oldest is %+v", s.Problems[0])
	}
}

func TestLightsThatChangedAndRedThatStays(t *testing.T) {
	s := compile(t, input(t,
		carried("1", light("1", process.Green, "2023-05-08 09:00", "2023-10-07 17:30"), light("2", process.Yellow, "2023-10-07 17:30", "2023-10-08 12:00"),
			light("3", process.Red, "2023-10-08 12:00", "2023-10-09 10:00"), light("4", process.Green, "2023-10-09 10:00", "")),
		carried("2", light("9", process.Yellow, "2023-09-10 09:00", "2023-09-18 00:00"), light("10", process.Red, "2023-09-18 00:00", "")),
		carried("3", light("1", process.Red, "2023-09-20 09:00", "2023-10-08 09:00"), light("2", process.Green, "2023-10-08 09:00", "")),
		carried("4"), // no light was ever announced: green
	))
	c := s.City
	if c.Green != 2 || c.Yellow != 0 || c.Red != 2 || c.Worse != 2 || c.Better != 1 || c.StillRed != 1 {
		t.Errorf("%+v", c)
	}
	var changes []string
	for _, x := range s.Lights {
		changes = append(changes, fmt.Sprint(x.LiaisonID, x.From, ">", x.To))
	}
	if got := strings.Join(changes, " "); got != "1green>yellow 3red>green 1yellow>red" {
		t.Errorf("changes: %s", got)
	}
	if len(s.Red) != 2 || s.Red[0].LiaisonID != "2" || s.Red[0].Weeks != 3 || s.Red[1].Weeks != 1 {
		t.Errorf("red: %+v", s.Red)
	}
}

// What a department did while it was in charge stays its own.
func TestChangeOfDepartment(t *testing.T) {
	x := carried("1",
		item(liaison.ItemMilestone, "a", "2023-05-08 09:00", "2023-12-28 17:30", "2023-10-03 10:00", liaison.StatusDone),
		liaison.Item{Kind: liaison.ItemTerm, Key: "2", DepartmentID: commission.ID, OpenedAt: moment("2023-10-07 09:00"), Status: liaison.StatusOpen},
	)
	x.Items[0].DoneAt = moment("2023-10-07 09:00")
	x.Department = commission
	s := compile(t, input(t, x))
	if by := s.Departments; len(by) != 2 || by[0].Unit != commission || by[0].Liaisons != 1 || by[1].Milestones != 1 || by[1].Liaisons != 0 {
		t.Errorf("%+v", by)
	}
	x.Items[0].DoneAt, x.Items[2].OpenedAt = moment("2023-10-09 09:00"), moment("2023-10-09 09:00")
	s = compile(t, input(t, x)) // changed since: at the week's end it was the bureau's
	if by := s.Departments; len(by) != 1 || by[0].Unit != bureau || by[0].Liaisons != 1 {
		t.Errorf("%+v", by)
	}
}

func TestStagesOfTheRegistryCountForWhoLeadsTheProject(t *testing.T) {
	support := carried("2")
	support.Role, support.ProjectID, support.Department = liaison.Support, "p-1", commission
	support.Items = nil
	in := input(t, carried("1"), support)
	in.Moves = []dispatch.Move{
		{ProjectID: "p-1", ProjectName: "示例项目1", County: danjiangkou, Title: "由“落地”进入“开工”", At: moment("2023-10-07 09:00")},
		{ProjectID: "p-9", ProjectName: "未安排项目", County: zhushan, Title: "由“签约”进入“落地”", At: moment("2023-10-08 09:00")},
		{ProjectID: "p-1", ProjectName: "示例项目1", County: danjiangkou, Title: "此后", At: moment("2023-10-09 00:00")},
	}
	s := compile(t, in)
	var got []string
	for _, u := range s.Departments {
		got = append(got, fmt.Sprint(u.Name, u.Stages))
	}
	if strings.Join(got, " ") != "市发展和改革委员会0 市自然资源和规划局1 未安排包联1" || s.City.Stages != 2 || s.Counties[1].Stages != 1 {
		t.Errorf("%v, %+v", got, s.City)
	}
	if _, ok := s.Page(""); ok || len(s.Units()) != 4 {
		t.Errorf("nobody has a page: %v", s.Units())
	}
}

// A sheet that is made three weeks late says the same of its week, but for who made it
// when: what happened since is not in it.
func TestLateSheetSaysTheSame(t *testing.T) {
	in := input(t, carried("1",
		item(liaison.ItemReport, "2023-W40", "2023-09-28 17:30", "2023-10-08 17:30", "2023-10-08 12:00", liaison.StatusDone),
		item(liaison.ItemMilestone, "a", "2023-05-08 09:00", "2023-09-28 17:30", "", liaison.StatusOpen),
		light("1", process.Green, "2023-05-08 09:00", "2023-10-08 12:00"), light("2", process.Yellow, "2023-10-08 12:00", ""),
	))
	want := compile(t, in)
	since := carried("2")
	since.AssignedAt = moment("2023-10-16 09:00")
	in.Liaisons[0].Items[2].DoneAt, in.Liaisons[0].Items[2].Status = moment("2023-10-12 09:00"), liaison.StatusLate
	in.Liaisons[0].Items[4].DoneAt = moment("2023-10-12 09:00")
	in.Liaisons[0].Items = append(in.Liaisons[0].Items, light("3", process.Green, "2023-10-12 09:00", ""))
	in.Liaisons[0].EndedAt = moment("2023-10-20 09:00")
	in.Liaisons = append(in.Liaisons, since)
	in.MadeAt = moment("2023-10-30 09:00")
	got := compile(t, in)
	if got.MadeAt = want.MadeAt; !reflect.DeepEqual(got, want) {
		t.Errorf("late: %+v\nin time: %+v", got, want)
	}
}

// Whatever happened, figures add up, every line is on its county's and its department's
// page and on no other, and the order of the input doesn't matter.
func TestAnySheetAddsUp(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var list []dispatch.Carried
		for i := range rapid.IntRange(0, 6).Draw(rt, "liaisons") {
			list = append(list, someCarried(rt, fmt.Sprint(i)))
		}
		in := input(rt, list...)
		for i := range rapid.IntRange(0, 3).Draw(rt, "moves") {
			in.Moves = append(in.Moves, dispatch.Move{ProjectID: fmt.Sprint("p-", i), County: zhushan, Title: fmt.Sprint("变化", i), At: someTime(rt, "moved")})
		}
		s := compile(rt, in)
		lines := 0
		for _, u := range s.Counties {
			p, ok := s.Page(u.ID)
			if !ok || p.Totals != u.Totals {
				rt.Fatalf("page of %s: %+v", u.ID, p)
			}
			lines += len(p.Moved) + len(p.Late) + len(p.Lights) + len(p.Red) + len(p.Problems)
		}
		if all := len(s.Moved) + len(s.Late) + len(s.Lights) + len(s.Red) + len(s.Problems); lines != all {
			rt.Fatalf("%d lines on the counties' pages, %d in all", lines, all)
		}
		first, err := s.Encode()
		if err != nil {
			rt.Fatal(err)
		}
		slices.Reverse(in.Liaisons)
		slices.Reverse(in.Moves)
		second, err := compile(rt, in).Encode()
		if err != nil || !bytes.Equal(first, second) {
			rt.Fatalf("the order of the input shows:\n%s\n%s", first, second)
		}
		again, err := dispatch.Decode(first)
		if err != nil || !reflect.DeepEqual(again, s) {
			rt.Fatalf("decoded as %+v, %v", again, err)
		}
	})
}

// someTime lies before, in or after the week.
func someTime(rt *rapid.T, name string) time.Time {
	return moment("2023-09-18 00:00").Add(time.Duration(rapid.IntRange(0, 28*24).Draw(rt, name)) * time.Hour).UTC()
}

func someCarried(rt *rapid.T, id string) dispatch.Carried {
	x := carried(id)
	x.County = rapid.SampledFrom([]dispatch.Unit{danjiangkou, zhushan, {ID: "merged", Name: "撤并的县"}}).Draw(rt, "county")
	x.Suspended = rapid.IntRange(0, 5).Draw(rt, "suspended") == 0
	x.AssignedAt = someTime(rt, "assigned")
	if rapid.IntRange(0, 3).Draw(rt, "ended") == 0 {
		x.EndedAt = someTime(rt, "ended_at")
	}
	kinds := []liaison.ItemKind{liaison.ItemReport, liaison.ItemMilestone, liaison.ItemProblem, liaison.ItemAcknowledge, liaison.ItemInstruction, liaison.ItemTerm}
	for i := range rapid.IntRange(0, 8).Draw(rt, "items") {
		y := liaison.Item{Kind: rapid.SampledFrom(kinds).Draw(rt, "kind"), Key: fmt.Sprint(i), Title: fmt.Sprint("事项", i),
			DepartmentID: rapid.SampledFrom([]string{bureau.ID, commission.ID, "gone"}).Draw(rt, "department"),
			Level:        rapid.SampledFrom([]string{"unit", "centre", "city", ""}).Draw(rt, "level"),
			OpenedAt:     someTime(rt, "opened"), Due: someTime(rt, "due"),
			Status: rapid.SampledFrom([]string{liaison.StatusOpen, liaison.StatusMissed, liaison.StatusVoid}).Draw(rt, "status")}
		if rapid.Bool().Draw(rt, "done") {
			y.DoneAt, y.Status = someTime(rt, "done_at"), liaison.StatusDone
		}
		x.Items = append(x.Items, y)
	}
	at, n := x.AssignedAt, rapid.IntRange(0, 4).Draw(rt, "lights")
	for i := range n {
		y := liaison.Item{Kind: liaison.ItemLight, Key: fmt.Sprint(i + 1), OpenedAt: at,
			Level: string([]process.Light{process.Green, process.Yellow, process.Red}[(i+n)%3])}
		at = at.Add(time.Duration(rapid.IntRange(1, 200).Draw(rt, "hours")) * time.Hour)
		if i < n-1 {
			y.DoneAt = at
		}
		x.Items = append(x.Items, y)
	}
	return x
}
