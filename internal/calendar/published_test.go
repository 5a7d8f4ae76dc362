package calendar_test

import (
	"os"
	"reflect"
	"slices"
	"strconv"
	"testing"

	"go.yaml.in/yaml/v3"

	"luodi/internal/calendar"
)

// publishedFile is a file of published approval rules with worked cases; each
// file names the documents it was drawn from.
type publishedFile struct {
	Calendars map[string]struct {
		Holidays [][2]string `yaml:"holidays"`
		MakeUp   []string    `yaml:"make_up_workdays"`
	} `yaml:"calendars"`
	Cases []publishedCase `yaml:"cases"`
}

type publishedCase struct {
	ID       string         `yaml:"id"`
	Inputs   map[string]any `yaml:"inputs"`
	Expected []struct {
		Field string `yaml:"field"`
		Value any    `yaml:"value"`
	} `yaml:"expected"`
}

// rule computes the fields of a case from its inputs.
type rule func(c *calendar.Calendar, in input) map[string]any

// input reads the inputs of one case.
type input struct {
	t      *testing.T
	values map[string]any
}

func (in input) date(key string) calendar.Date {
	in.t.Helper()
	s, _ := in.values[key].(string)
	return date(in.t, s)
}

func (in input) days() int {
	in.t.Helper()
	n, ok := in.values["n"].(int)
	if !ok {
		in.t.Fatalf("no number of days in %v", in.values)
	}
	return n
}

// due is the end of n working days from a date, whatever the hour of the day.
func due(c *calendar.Calendar, in input, key string, n int) string {
	return c.Deadline(at(in.t, in.date(key).String()+" 10:00"), n).Date.String()
}

// term reads both the day it starts and its length from the inputs.
func term(key string) rule {
	return func(c *calendar.Calendar, in input) map[string]any {
		return map[string]any{"截止日": due(c, in, key, in.days())}
	}
}

// fixed is a term whose length is in the text of the rule.
func fixed(key string, n int) rule {
	return func(c *calendar.Calendar, in input) map[string]any {
		return map[string]any{"截止日": due(c, in, key, n)}
	}
}

// Cases that are not compared here, and why.
var elsewhere = map[string]string{
	"replies":     "what a late opinion is worth: the review decides",
	"no_calendar": "our policy differs: TestWithoutANoticeADeadlineIsProvisional",
	"members":     "how many departments take part: the review's template",
}

var rules = map[string]rule{
	"plain": term("sent"), "spring_festival": term("sent"), "may_day": term("sent"), "national_day": term("sent"),
	"sent_on_holiday": term("sent"), "wrong_makeup_trap": term("sent"),
	"entrust4": term("acc"), "expert30": term("st"),
	"five_days": fixed("acc", 5), "prereview10": fixed("acc", 10), "handover3": fixed("pass_", 3),
	"decide20":               decideIn20,
	"decide_with_evaluation": decideWithEvaluation,
	"parallel_latest":        parallelLatest,
	"same_day_forward":       sameDayForward,
	"monthly23":              monthly23,
	"one_day_before":         oneDayBefore,
}

func decideIn20(c *calendar.Calendar, in input) map[string]any {
	extended, _ := c.AddWorkingDays(date(in.t, due(c, in, "acc", 20)), 10)
	return map[string]any{"截止日": due(c, in, "acc", 20), "批准延长后": extended.String()}
}

// decideWithEvaluation: 20 working days, moved by the working days of the
// evaluation. It begins on a Sunday, so whether its first day counts is moot.
func decideWithEvaluation(c *calendar.Calendar, in input) map[string]any {
	from, to := in.date("es"), in.date("ee")
	moved, _ := c.Shift(date(in.t, due(c, in, "acc", 20)), from, to)
	return map[string]any{"评估工作日": strconv.Itoa(c.WorkingDaysBetween(from, to)), "截止日": moved.String()}
}

func parallelLatest(c *calendar.Calendar, in input) map[string]any {
	last := date(in.t, due(c, in, "acc", 5))
	var done calendar.Date
	late := []any{}
	for unit, day := range in.values["fin"].(map[string]any) {
		finished := date(in.t, day.(string))
		if finished.After(done) {
			done = finished
		}
		if finished.After(last) {
			late = append(late, unit)
		}
	}
	return map[string]any{"截止日": last.String(), "办结日": done.String(), "逾期部门": late}
}

func sameDayForward(c *calendar.Calendar, in input) map[string]any {
	if in.date("fwd").After(date(in.t, due(c, in, "acc", 0))) {
		return map[string]any{"转送": "逾期"}
	}
	return map[string]any{"转送": "按时"}
}

func monthly23(c *calendar.Calendar, in input) map[string]any {
	day := in.date("due")
	remind, _ := c.AddWorkingDays(day, -1)
	return map[string]any{"当日为工作日": c.IsWorkingDay(day), "提前提醒日": remind.String()}
}

func oneDayBefore(c *calendar.Calendar, in input) map[string]any {
	meet := in.date("meet")
	working, _ := c.AddWorkingDays(meet, -1)
	return map[string]any{"最晚送达": meet.AddDays(-1).String(), "工作日口径最晚": working.String()}
}

// TestWithoutANoticeADeadlineIsProvisional takes the case no_calendar, where we
// differ on purpose. The published reading is to refuse when the next year's
// notice is missing, so as not to fall back to weekends in silence. Luodi is
// never silent and never refuses: a department that gets a file on 29 December
// must have a date to work by. It counts plain weeks, marks the deadline
// provisional, and computes it again when the notice is recorded.
func TestWithoutANoticeADeadlineIsProvisional(t *testing.T) {
	file := readPublished(t, "d01_approval_7_workdays_deemed_consent.yaml")
	i := slices.IndexFunc(file.Cases, func(k publishedCase) bool { return k.ID == "no_calendar" })
	if i < 0 {
		t.Fatal("the case is gone")
	}
	in := input{t: t, values: file.Cases[i].Inputs}
	start, c := at(t, in.date("sent").String()+" 10:00"), builtin(t)
	before := c.AsOf(date(t, "2025-11-03")) // the notice for 2026 came the next day
	if before.Covered(in.date("last").Year + 1) {
		t.Fatal("2026 is covered too early")
	}
	if got := before.Deadline(start, in.days()); !got.Provisional || got.Date != date(t, "2026-01-07") {
		t.Errorf("without the notice: %+v, want 2026-01-07, provisional", got)
	}
	if got := c.Deadline(start, in.days()); got.Provisional || got.Date != date(t, "2026-01-08") {
		t.Errorf("with the notice: %+v, want 2026-01-08, settled", got)
	}
}

func TestPublishedCases(t *testing.T) {
	ran := 0
	for _, name := range []string{"d01_approval_7_workdays_deemed_consent.yaml", "d03_parallel_approval_5_workdays.yaml"} {
		file := readPublished(t, name)
		checkCalendar(t, builtin(t), file)
		for _, kase := range file.Cases {
			if elsewhere[kase.ID] != "" {
				continue
			}
			ran++
			t.Run(kase.ID, func(t *testing.T) { checkCase(t, kase) })
		}
	}
	if ran != len(rules) {
		t.Errorf("%d cases ran, there are rules for %d", ran, len(rules))
	}
}

func checkCase(t *testing.T, kase publishedCase) {
	compute, ok := rules[kase.ID]
	if !ok {
		t.Fatal("no rule for this case")
	}
	got := compute(builtin(t), input{t: t, values: kase.Inputs})
	if len(got) != len(kase.Expected) {
		t.Errorf("%d fields computed, %d published", len(got), len(kase.Expected))
	}
	for _, want := range kase.Expected {
		if !reflect.DeepEqual(got[want.Field], want.Value) {
			t.Errorf("%s: %v, want %v", want.Field, got[want.Field], want.Value)
		}
	}
}

func readPublished(t *testing.T, name string) publishedFile {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	var file publishedFile
	if err := yaml.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	return file
}

// checkCalendar compares our 2025 with the one printed in the file.
func checkCalendar(t *testing.T, c *calendar.Calendar, file publishedFile) {
	t.Helper()
	printed, ok := file.Calendars["cn2025"]
	if !ok {
		t.Fatal("the file prints no calendar of 2025")
	}
	var off, work, ourOff, ourWork []string
	for _, span := range printed.Holidays {
		for d := date(t, span[0]); !d.After(date(t, span[1])); d = d.AddDays(1) {
			off = append(off, d.String())
		}
	}
	work = printed.MakeUp
	for _, day := range c.Year(2025).Days {
		switch {
		case day.Holiday != "" && !day.Working:
			ourOff = append(ourOff, day.Date.String())
		case day.Holiday != "":
			ourWork = append(ourWork, day.Date.String())
		}
	}
	if !slices.Equal(off, ourOff) || !slices.Equal(work, ourWork) {
		t.Errorf("off  %v\nours %v\nwork %v\nours %v", off, ourOff, work, ourWork)
	}
}
