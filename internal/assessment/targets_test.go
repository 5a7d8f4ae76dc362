package assessment_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"luodi/internal/assessment"
	"luodi/internal/fault"
)

// cellsOf reads "maojian 签约项目目标 10" into targets.
func cellsOf(t tester, lines ...string) assessment.Cells {
	t.Helper()
	c, problems := assessment.NewCells().Apply(cityBook(), members, parse(lines...))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return c
}

func parse(lines ...string) (out []assessment.Cell) {
	for _, l := range lines {
		p := strings.SplitN(l, " ", 3)
		x := assessment.Cell{UnitID: p[0], Figure: p[1], Where: "表!" + p[1]}
		if p[0] == "全市" {
			x.UnitID = ""
		}
		if len(p) == 3 {
			x.Value = p[2]
		}
		out = append(out, x)
	}
	return out
}

// Targets are written as the book writes them, in its own measure.
func TestTargetsAreReadAsTheBookMeasures(t *testing.T) {
	for text, want := range map[string]string{
		"10": "10", "1,200": "1200", "10个": "10", "0": "0", " 7 ": "7",
	} {
		if got := cellsOf(t, "maojian 签约项目目标 "+text).Units["maojian"]["签约项目目标"]; got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	for text, want := range map[string]string{"10": "10", "10亿元": "10", "5000万元": "0.5", "12.5亿": "12.5", "1,234.5亿元": "1234.5"} {
		got, problems := assessment.NewCells().Apply(cityBook(), members, parse("maojian 签约金额目标 "+text))
		if text == "12.5亿" { // no word of the book
			if len(problems) != 1 || problems[0].Code != "measure_unknown" {
				t.Errorf("%q: %v", text, problems)
			}
			continue
		}
		if len(problems) > 0 || got.Units["maojian"]["签约金额目标"] != want {
			t.Errorf("%q: %v %v, want %q", text, got.Units, problems, want)
		}
	}
}

// Everything wrong is said at once, by cell, with its code, and nothing is taken.
func TestEveryWrongTargetIsNamed(t *testing.T) {
	merged := slices.Clone(members)
	merged[3].MergedInto = "fagai"
	for _, tt := range []struct{ line, code string }{
		{"maojian 没有的目标 10", "target_unknown"},
		{"maojian 外出招商批次 10", "target_unknown"}, // reported, no target
		{"maojian 签约项目数 10", "target_unknown"},  // counted
		{"xiangyang 签约项目目标 10", "unit_not_assessed"},
		{"shangwu 引荐目标 10", "unit_not_assessed"}, // merged
		{"fagai 签约项目目标 10", "target_not_of_group"},
		{"maojian 引荐目标 10", "target_not_of_group"},
		{"maojian 签约项目目标 很多", "number_expected"},
		{"maojian 签约项目目标 96%", "measure_mismatch"},
		{"maojian 签约项目目标 10亿元", "measure_mismatch"},
		{"maojian 签约项目目标 10匹", "measure_unknown"},
		{"maojian 签约项目目标 -1", "target_negative"},
		{"maojian 签约项目目标   ", "number_expected"},
	} {
		c, problems := assessment.NewCells().Apply(cityBook(), merged, parse(tt.line))
		if len(problems) != 1 || problems[0].Code != tt.code || !strings.HasPrefix(problems[0].Field, "表!") || problems[0].Message == "" {
			t.Errorf("%s: %+v, want %s", tt.line, problems, tt.code)
		}
		if c.Count() != 0 {
			t.Errorf("%s was taken", tt.line)
		}
	}
	_, problems := assessment.NewCells().Apply(cityBook(), members, []assessment.Cell{
		{UnitID: "maojian", Figure: "签约项目目标", Value: "1", Where: "/cells/0"}, {UnitID: "maojian", Figure: "签约项目目标", Value: "2", Where: "/cells/1"},
		{UnitID: "maojian", Figure: "签约金额目标", Value: "-2", Where: "/cells/2"}, {UnitID: "nobody", Figure: "签约金额目标", Value: "2", Where: "/cells/3"},
	})
	var got []string
	for _, p := range problems {
		got = append(got, p.Field+" "+p.Code)
	}
	if want := []string{"/cells/1 target_twice", "/cells/2/value target_negative", "/cells/3/unit_id unit_not_assessed"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// An empty value takes a target back, also one that the unit's group no longer has.
func TestATargetIsTakenBack(t *testing.T) {
	c := cellsOf(t, "maojian 签约项目目标 10", "zhangwan 签约项目目标 8", "全市 签约项目目标 20")
	before := string(c.Encode())
	after, problems := c.Apply(cityBook(), members, parse("maojian 签约项目目标", "全市 签约项目目标", "maojian 引荐目标"))
	if len(problems) > 0 || after.Count() != 1 || len(after.City) != 0 || after.Units["zhangwan"]["签约项目目标"] != "8" {
		t.Errorf("%+v %v", after, problems)
	}
	if string(c.Encode()) != before {
		t.Error("the targets before were changed")
	}
	none, _ := after.Apply(cityBook(), members, parse("zhangwan 签约项目目标"))
	if got, want := string(none.Encode()), string(assessment.NewCells().Encode()); got != want {
		t.Errorf("no targets are %s, want %s", got, want)
	}
}

func TestMissingTargetsAreThoseTheBookNeeds(t *testing.T) {
	c := cellsOf(t, "maojian 签约项目目标 10", "maojian 签约金额目标 10", "fagai 引荐目标 1")
	merged := slices.Clone(members)
	merged[3].MergedInto = "fagai"
	var got []string
	for _, p := range c.Missing(cityBook(), merged) {
		got = append(got, p.Field)
		if p.Code != "target_missing" {
			t.Error(p)
		}
	}
	want := []string{"maojian/外出批次目标", "zhangwan/签约项目目标", "zhangwan/签约金额目标", "zhangwan/外出批次目标"}
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	same(t, "nothing missing", c.Missing(cityBook(), nil), []fault.Detail{})
}

func TestSumsAreComparedWithTheCitys(t *testing.T) {
	for _, tt := range []struct {
		city, want string
	}{
		{"全市 签约项目目标 18", ""}, {"全市 签约项目目标 20", "各单位合计18个,全市20个,少2个"}, {"全市 签约项目目标 15", "各单位合计18个,全市15个,多3个"},
		{"全市 签约金额目标 1.1", "各单位合计1.05亿元,全市1.1亿元,少0.05亿元"}, {"全市 签约金额目标 1.05", ""}, {"全市 引荐目标 1", "各单位合计0个,全市1个,少1个"},
	} {
		c := cellsOf(t, "maojian 签约项目目标 10", "zhangwan 签约项目目标 8", "maojian 签约金额目标 1", "zhangwan 签约金额目标 0.05", tt.city)
		got := ""
		for _, p := range c.Sums(cityBook(), members) {
			_, got, _ = strings.Cut(p.Message, ":")
			if p.Code != "target_sum" {
				t.Error(p)
			}
		}
		if got != tt.want {
			t.Errorf("%s: %q, want %q", tt.city, got, tt.want)
		}
	}
	// What was merged counts with the unit it became part of.
	merged := slices.Clone(members)
	merged[1].MergedInto = "maojian"
	c := cellsOf(t, "maojian 签约项目目标 18", "zhangwan 签约项目目标 8", "全市 签约项目目标 18")
	if p := c.Sums(cityBook(), merged); len(p) != 0 {
		t.Errorf("%v", p)
	}
}

func TestWhatMovedIsSaidInWords(t *testing.T) {
	before := cellsOf(t, "maojian 签约项目目标 10", "zhangwan 签约项目目标 8", "全市 签约项目目标 20")
	after := cellsOf(t, "maojian 签约项目目标 12", "maojian 签约金额目标 3", "全市 签约项目目标 20")
	want := []string{"茅箭区签约项目目标:10改为12", "张湾区签约项目目标:取消(原8)", "茅箭区签约金额目标:新增3"}
	if got := after.Moved(before, members, cityBook()); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if got := after.Moved(after, members, cityBook()); len(got) != 0 {
		t.Errorf("nothing moved, and %v", got)
	}
}

// Counts and amounts of a merged unit are added exactly.
func TestAMergedUnitsTargetsAreAdded(t *testing.T) {
	c := cellsOf(t, "maojian 签约项目目标 10", "zhangwan 签约项目目标 8", "maojian 签约金额目标 0.1", "zhangwan 签约金额目标 0.2", "zhangwan 外出批次目标 6", "全市 签约项目目标 18")
	before := string(c.Encode())
	got := c.Merged(cityBook(), "zhangwan", "maojian")
	want := cellsOf(t, "maojian 签约项目目标 18", "maojian 签约金额目标 0.3", "maojian 外出批次目标 6", "全市 签约项目目标 18")
	if string(got.Encode()) != string(want.Encode()) {
		t.Errorf("%s, want %s", got.Encode(), want.Encode())
	}
	if string(c.Encode()) != before {
		t.Error("the targets before were changed")
	}
}

func TestFindingsAreOneFault(t *testing.T) {
	if err := assessment.FindingsOf(nil); err != nil {
		t.Errorf("nothing wrong: %v", err)
	}
	err := assessment.FindingsOf([]fault.Detail{{Field: "a", Code: "b", Message: "甲"}, {Field: "c", Code: "d", Message: "乙"}})
	if f := fault.From(err); f.Kind != fault.Invalid || f.Code != "targets_invalid" || len(f.Details) != 2 || !strings.Contains(f.Message, "2处") {
		t.Errorf("%+v", f)
	}
}

// The order of cells doesn't matter, targets survive their bytes, and setting them again
// changes nothing.
func TestTargetsAreCanonical(t *testing.T) {
	figures := []string{"签约项目目标", "签约金额目标", "外出批次目标"}
	rapid.Check(t, func(t *rapid.T) {
		var cells []assessment.Cell
		for _, unit := range []string{"maojian", "zhangwan", ""} {
			for _, f := range figures {
				if rapid.Bool().Draw(t, "given") {
					v := rapid.StringMatching(`[1-9][0-9]{0,6}(\.[0-9]{1,3}[1-9])?`).Draw(t, "value")
					cells = append(cells, assessment.Cell{UnitID: unit, Figure: f, Value: v, Where: unit + f})
				}
			}
		}
		a, problems := assessment.NewCells().Apply(cityBook(), members, cells)
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		if len(cells) > 0 {
			b, _ := assessment.NewCells().Apply(cityBook(), members, rapid.Permutation(cells).Draw(t, "order"))
			if string(a.Encode()) != string(b.Encode()) {
				t.Fatal("the order matters")
			}
		}
		read, err := assessment.DecodeCells(a.Encode())
		if err != nil || string(read.Encode()) != string(a.Encode()) {
			t.Fatal("bytes and back differ", err)
		}
		c, _ := read.Apply(cityBook(), members, cells)
		if string(c.Encode()) != string(a.Encode()) || len(c.Moved(a, members, cityBook())) != 0 {
			t.Fatal("setting again changes something")
		}
		for i := range cells {
			cells[i].Value = ""
		}
		if gone, _ := a.Apply(cityBook(), members, cells); string(gone.Encode()) != string(assessment.NewCells().Encode()) {
			t.Fatalf("taken back: %s", gone.Encode())
		}
	})
}
