package bulletin

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"luodi/internal/calendar"
	"luodi/internal/money"
	"luodi/internal/project"
	"luodi/internal/rulebook"
	"luodi/internal/rulebook/rulebooks"
)

var (
	towns   = []Named{{"a", "甲县"}, {"b", "乙县"}, {"c", "丙县"}}
	offices = []Named{{"x", "子局"}, {"y", "丑局"}}
)

func day(year int, month time.Month, d int) calendar.Date {
	return calendar.Date{Year: year, Month: month, Day: d}
}

// drawDay is a day from the year before the last to the end of 2023.
func drawDay(t *rapid.T, name string) calendar.Date {
	return day(2021, 1, 1).AddDays(rapid.IntRange(0, 3*365-1).Draw(t, name))
}

// drawProject is a project whose stages follow each other.
func drawProject(t *rapid.T, i int) project.Project {
	p := project.Project{
		ID: fmt.Sprint("p", i), CountyID: rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "county"),
		IndustryTier: rapid.SampledFrom([]project.Tier{"", project.Tiers[0].Value, project.Tiers[1].Value}).Draw(t, "tier"),
		Team:         rapid.SampledFrom([]string{"", "驻沪专班", "驻深专班"}).Draw(t, "team"),
		AgreedAmount: money.Amount(rapid.Int64Range(1, 3*int64(money.HundredMillion)).Draw(t, "amount")),
		Framework:    rapid.Bool().Draw(t, "framework"), AboveScale: rapid.Bool().Draw(t, "above"),
	}
	days := []*calendar.Date{&p.SignedOn, &p.LandedOn, &p.StartedOn, &p.InStatisticsOn, &p.InProductionOn}
	on := drawDay(t, "signed")
	for _, d := range days[:rapid.IntRange(0, 5).Draw(t, "stages")] {
		*d = on
		on = on.AddDays(rapid.IntRange(0, 300).Draw(t, "gap"))
	}
	for range rapid.IntRange(0, 2).Draw(t, "funds") {
		p.FundsArrived = append(p.FundsArrived, project.Funds{On: drawDay(t, "arrived"), Amount: money.Amount(rapid.Int64Range(1, 1e9).Draw(t, "fund"))})
	}
	return p
}

func drawCutoff(t *rapid.T) calendar.Date {
	month := time.Month(rapid.IntRange(1, 12).Draw(t, "month"))
	return day(2023, month, rapid.IntRange(1, MonthEnd(2023, month).Day).Draw(t, "cutoff"))
}

func inputsOf(cutoff calendar.Date, list []project.Project, leads map[string]string) Inputs {
	cube := NewCube(WindowsOf(cutoff))
	for _, p := range list {
		cube.AddProject(p, leads[p.ID])
	}
	return Inputs{Year: cutoff.Year, Month: int(cutoff.Month), Cutoff: cutoff, KnownAt: time.Date(2024, 1, 2, 1, 0, 0, 0, time.UTC),
		Rule: Builtin(), Counties: towns, Departments: offices, Cube: cube.Close()}
}

// counted counts one figure from the projects, the way a person would.
func counted(list []project.Project, from, until calendar.Date, of func(project.Project) calendar.Date, fits func(project.Project) bool) (n int64, sum money.Amount) {
	for _, p := range list {
		on := of(p)
		if !p.Framework && fits(p) && !on.IsZero() && !on.Before(from) && !on.After(until) {
			n, sum = n+1, sum+p.AgreedAmount
		}
	}
	return n, sum
}

// Every figure is that of the single projects, and the parts make up the whole.
func TestABulletinIsCountedFromSingleProjects(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var list []project.Project
		leads := map[string]string{}
		for i := range rapid.IntRange(0, 12).Draw(t, "projects") {
			p := drawProject(t, i)
			list = append(list, p)
			leads[p.ID] = rapid.SampledFrom([]string{"", "x", "y"}).Draw(t, "lead")
		}
		cutoff := drawCutoff(t)
		in := inputsOf(cutoff, list, leads)
		c := Compute(in)
		for _, f := range c.Findings {
			t.Fatalf("found %+v", f)
		}
		year, month := day(cutoff.Year, 1, 1), day(cutoff.Year, cutoff.Month, 1)
		for _, x := range []struct {
			key  string
			of   func(project.Project) calendar.Date
			fits func(project.Project) bool
		}{
			{"signed", func(p project.Project) calendar.Date { return p.SignedOn }, func(project.Project) bool { return true }},
			{"hundred_million", func(p project.Project) calendar.Date { return p.SignedOn }, func(p project.Project) bool { return p.AgreedAmount >= money.HundredMillion }},
			{"landed", func(p project.Project) calendar.Date { return p.LandedOn }, func(p project.Project) bool { return p.AboveScale }},
			{"started", func(p project.Project) calendar.Date { return p.StartedOn }, func(project.Project) bool { return true }},
			{"in_production", func(p project.Project) calendar.Date { return p.InProductionOn }, func(project.Project) bool { return true }},
		} {
			for _, w := range []struct {
				from calendar.Date
				text func(Measure) string
			}{{year, func(m Measure) string { return m.Year }}, {month, func(m Measure) string { return m.Month }}} {
				n, sum := counted(list, w.from, cutoff, x.of, x.fits)
				if got := w.text(measureOf(c.City, x.key+"_count")); got != fmt.Sprint(n) {
					t.Fatalf("%s from %s: %s, want %d", x.key, w.from, got, n)
				}
				if got := w.text(measureOf(c.City, x.key+"_amount")); got != sum.String() {
					t.Fatalf("%s from %s: %s, want %s", x.key, w.from, got, sum)
				}
			}
		}
		a, err := c.Encode()
		if err != nil {
			t.Fatal(err)
		}
		slices.Reverse(list) // in whatever order it is counted
		again, _ := Compute(inputsOf(cutoff, list, leads)).Encode()
		if !bytes.Equal(a, again) {
			t.Fatal("the same inputs give other bytes")
		}
		back, err := Decode(a)
		if b, _ := back.Encode(); err != nil || !bytes.Equal(a, b) {
			t.Fatalf("read back it is something else: %v", err)
		}
	})
}

func measureOf(l Line, key string) Measure {
	return l.Measures[slices.IndexFunc(l.Measures, func(m Measure) bool { return m.Key == key })]
}

// A county that is no unit counts for the city alone, and the difference is said.
func TestWhatBelongsToNobodyIsFound(t *testing.T) {
	p := project.Project{ID: "p", CountyID: "mars", AgreedAmount: money.HundredMillion, SignedOn: day(2023, 5, 1)}
	c := Compute(inputsOf(day(2023, 5, 31), []project.Project{p}, nil))
	codes := map[string]int{}
	for _, f := range c.Findings {
		codes[f.Code]++
	}
	if measureOf(c.City, "signed_count").Year != "1" || codes["unit_unknown"] != 1 || codes["sum_differs"] != 8 {
		t.Errorf("found %v", codes) // count and amount, signed and hundred-million, month and year
	}
}

// What one project's change makes of a published bulletin is what a new computation says.
func TestACorrectionTouchesWhatANewComputationChanges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var list []project.Project
		for i := range rapid.IntRange(1, 6).Draw(t, "projects") {
			list = append(list, drawProject(t, i))
		}
		cutoff := drawCutoff(t)
		leads := map[string]string{"p0": "x"}
		old := Compute(inputsOf(cutoff, list, leads))
		before := list[0]
		changed := drawProject(t, 0)
		changed.Team = before.Team // a team that a bulletin doesn't show yet has no published figure
		list[0] = changed
		now := Compute(inputsOf(cutoff, list, leads))
		touched := Touched("2023", "第1期", old, &before, &changed, "x")
		differ := Differences("2023", "第1期", old, now)
		differ = slices.DeleteFunc(differ, func(a Affected) bool {
			return a.Table == "teams" && !slices.ContainsFunc(old.Teams, func(l Line) bool { return l.Key == a.Key })
		})
		by := func(a, b Affected) int {
			return bytes.Compare([]byte(fmt.Sprint(a)), []byte(fmt.Sprint(b)))
		}
		slices.SortFunc(touched, by)
		slices.SortFunc(differ, by)
		if !slices.Equal(touched, differ) {
			t.Fatalf("touched %v\ndiffer  %v", touched, differ)
		}
	})
}

// The shipped book ranks: equal scores share a rank, and places are compared with the
// last bulletin.
func TestUnitsAreRankedWithTies(t *testing.T) {
	data, err := rulebooks.Files.ReadFile("bulletin-ranking.yaml")
	if err != nil {
		t.Fatal(err)
	}
	book, findings := rulebook.Load("bulletin-ranking.yaml", bytes.NewReader(data))
	if book == nil {
		t.Fatal(findings)
	}
	sign := func(id, county string, yi int64) project.Project {
		return project.Project{ID: id, CountyID: county, AgreedAmount: money.Amount(yi) * money.HundredMillion, AboveScale: true, SignedOn: day(2023, 3, 1), LandedOn: day(2023, 4, 1)}
	}
	in := inputsOf(day(2023, 5, 31), []project.Project{sign("1", "a", 2), sign("2", "b", 2), sign("3", "c", 1)}, nil)
	in.Ranker, in.Standing = Book{Book: book}, Standing{Counties: {"a": 3, "b": 1}}
	c := Compute(in)
	if len(c.Rankings) == 0 {
		t.Fatalf("nothing ranked: %+v", c.Findings)
	}
	var got []string
	for _, r := range c.Rankings[0].Rows {
		got = append(got, fmt.Sprintf("%d%s%+d", r.Rank, r.Key, r.Change))
	}
	if want := []string{"1a+2", "1b+0", "3c+0"}; !slices.Equal(got, want) {
		t.Errorf("ranked %v, want %v", got, want)
	}
	if again := StandingOf(c)[Counties]; again["a"] != 1 || again["b"] != 1 || again["c"] != 3 {
		t.Errorf("standing %v", again)
	}
}

func TestATargetIsReadAsItIsKept(t *testing.T) {
	for _, c := range []struct{ indicator, text, want, code string }{
		{"signed_count", " 300 ", "300", ""}, {"signed_count", "", "", ""}, {"signed_count", "0", "", "target_invalid"},
		{"signed_count", "12.5", "", "target_invalid"}, {"signed_amount", "12.50", "12.5", ""}, {"signed_amount", "-3", "", "target_invalid"},
		{"signed_amount", "一百", "", "target_invalid"}, {"joy", "1", "", "indicator_unknown"},
	} {
		got, err := ReadTarget(c.indicator, c.text)
		if got != c.want || (err != nil) != (c.code != "") || err != nil && !hasCode(err, c.code) {
			t.Errorf("%s %q: %q %v, want %q %s", c.indicator, c.text, got, err, c.want, c.code)
		}
	}
}
