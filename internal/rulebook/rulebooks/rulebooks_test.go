package rulebooks_test

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"luodi/internal/rulebook"
	"luodi/internal/rulebook/rulebooks"
)

// TestShippedBooks: every book that comes with Luodi loads without a warning, passes
// its own cases, scores its facts and says that it is illustrative.
func TestShippedBooks(t *testing.T) {
	files, err := fs.Glob(rulebooks.Files, "*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, ".facts.yaml") {
			continue
		}
		t.Run(name, func(t *testing.T) {
			b := load(t, name)
			if !b.Illustrative {
				t.Error("a shipped book must say that it is illustrative")
			}
			r := b.RunCases()
			for _, f := range r.Findings {
				t.Error(f)
			}
			if len(r.Expected) > 0 {
				t.Error("indicators without a case:", r.Expected)
			}
			t.Log("branches not taken:", r.Untouched)
			facts, found := b.LoadFacts(name, file(t, strings.TrimSuffix(name, ".yaml")+".facts.yaml"), false)
			if facts == nil {
				t.Fatal(found)
			}
			if s, found := facts.Score(); s == nil {
				t.Fatal(found)
			}
		})
	}
}

func file(t *testing.T, name string) fs.File {
	t.Helper()
	f, err := rulebooks.Files.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func load(t *testing.T, name string) *rulebook.Book {
	t.Helper()
	b, found := rulebook.Load(name, file(t, name))
	for _, f := range found {
		t.Error(f)
	}
	if b == nil {
		t.FailNow()
	}
	return b
}

// figures are what people may give for a city's year, wrong and idle values included.
var figures = map[string][]string{
	"签约项目目标": {"0", "2", "9"}, "签约金额目标": {"0", "30", "1.5亿元"}, "外出批次目标": {"0", "12"}, "引荐目标": {"0", "1", "6"},
	"外出招商批次": {"0", "5", "40"}, "周报按时率": {"0", "96%", "130%"}, "节点按时率": {"50", "100%"}, "问题按时销号率": {"0%", "88.8%"},
	"弄虚作假次数": {"0", "1", "3"}, "发生重大事故": {"是", "否"}, "上年签约数": {"0", "4"},
}

// cityFacts are facts of a year with as much of them lacking as may be.
func cityFacts(t *rapid.T, b *rulebook.Book) *rulebook.Facts {
	f := b.NewFacts(rulebook.Period(b.From.Year, 12, b.To))
	for _, name := range b.Groups[0].Roster {
		f.AddUnit(name, "")
	}
	departments := []string{"甲局", "乙局", "丙局"}[:rapid.IntRange(0, 3).Draw(t, "departments")]
	for _, name := range departments {
		f.AddUnit(name, "市直部门")
	}
	for _, u := range f.Units {
		for _, m := range b.Metrics {
			if values := figures[m.Name]; rapid.Bool().Draw(t, "given") && values != nil {
				if p := f.Set(u.Name, m.Name, rapid.SampledFrom(values).Draw(t, m.Name)); p != nil {
					t.Fatal(p)
				}
			}
		}
	}
	day := func(what string) string {
		return rapid.SampledFrom([]string{"", b.From.AddDays(-30).String(), b.From.AddDays(100).String(), b.From.AddDays(250).String()}).Draw(t, what)
	}
	for i := range rapid.IntRange(0, 12).Draw(t, "projects") {
		problems := f.AddRecord(rulebook.ProjectTable, map[string]string{
			"编号": fmt.Sprint("P", i), "单位": rapid.SampledFrom(b.Groups[0].Roster).Draw(t, "unit"), "包联单位": rapid.SampledFrom(append(departments, "")).Draw(t, "liaison"),
			"投资额": rapid.SampledFrom([]string{"300", "12亿元", "60亿元"}).Draw(t, "amount"), "签约日期": day("signed"), "落地日期": day("landed"),
			"开工日期": day("started"), "入库日期": day("counted"), "计划开工日期": day("planned"),
		}, rulebook.Pos{})
		if len(problems) > 0 {
			t.Fatal(problems)
		}
	}
	for range rapid.IntRange(0, 6).Draw(t, "marks") {
		u := f.Units[rapid.IntRange(0, len(f.Units)-1).Draw(t, "marked")]
		topic, judges := "营商环境", ""
		if u.Group == "市直部门" {
			topic, judges = "服务质量", rapid.SampledFrom([]string{"县市区", "企业"}).Draw(t, "judges")
		}
		f.AddMark(u.Name, topic, judges, "评委", "80")
	}
	return f
}

// TestCityBooksNeverFail: whatever a unit has not reported, a year can be scored.
func TestCityBooksNeverFail(t *testing.T) {
	for _, name := range []string{"city-2023.yaml", "city-2024.yaml"} {
		b := load(t, name)
		rapid.Check(t, func(t *rapid.T) {
			s, found := cityFacts(t, b).Score()
			if s == nil {
				t.Fatal(found)
			}
			for u := range s.Facts.Units {
				if x := s.Total(u); x.Fault() != nil || x.Sign() < 0 || x.Cmp(rulebook.Int(105)) > 0 || s.Grade(u) == "" {
					t.Errorf("%s: %s, %q", s.Facts.Units[u].Name, x, s.Grade(u))
				}
			}
		})
	}
}

// TestCityBooksAskOfEachGroupItsOwn: targets and figures are asked of whom they are for,
// and of nobody else; every metric has its use.
func TestCityBooksAskOfEachGroupItsOwn(t *testing.T) {
	both := []string{"弄虚作假次数", "发生重大事故"}
	own := map[string][]string{
		"县市区":  append([]string{"签约项目目标", "签约金额目标", "外出批次目标", "外出招商批次"}, both...),
		"市直部门": append([]string{"引荐目标", "周报按时率", "节点按时率", "问题按时销号率", "上年签约数"}, both...),
	}
	for _, name := range []string{"city-2023.yaml", "city-2024.yaml"} {
		b := load(t, name)
		if len(b.Tables) != 2 || b.Procedure != (rulebook.Procedure{PublicityDays: 5, SecondPublicity: true, SecondDays: 3}) {
			t.Errorf("%s: %d tables, %+v", name, len(b.Tables), b.Procedure)
		}
		for _, m := range b.Metrics {
			if !m.Reported() {
				continue
			}
			for group, list := range own {
				if got, want := b.NeededBy(m, group), slices.Contains(list, m.Name); got != want {
					t.Errorf("%s: %s needed by %s: %v", name, m.Name, group, got)
				}
			}
		}
		topics := b.Topics()
		if len(topics) != 2 || topics[0].Name != "营商环境" || len(topics[0].Judges) != 0 || topics[1].Name != "服务质量" || !slices.Equal(topics[1].Judges, []string{"县市区", "企业"}) {
			t.Errorf("%s: %+v", name, topics)
		}
		if n := b.Grades[0].Limit("县市区", 10); n != 3 {
			t.Errorf("%s: %d of 10 counties", name, n)
		}
	}
	if changes := rulebook.Diff(load(t, "city-2023.yaml"), load(t, "city-2024.yaml")); len(changes) < 8 || len(changes) > 20 {
		t.Errorf("%d changes of a few rules: %+v", len(changes), changes)
	}
}
