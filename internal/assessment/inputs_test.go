package assessment_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"luodi/internal/assessment"
	"luodi/internal/calendar"
	"luodi/internal/money"
	"luodi/internal/project"
	"luodi/internal/rulebook"
)

// row is a project by the names of the table's fields.
func row(values map[string]string) []string {
	out := make([]string, len(assessment.ProjectFields))
	for i, f := range assessment.ProjectFields {
		out[i] = values[f]
	}
	return out
}

func figure(unit, name, value string) assessment.InputFigure {
	return assessment.InputFigure{Unit: unit, Name: name, Value: value, Source: assessment.FromVerified}
}

// handMade is a year of two counties and two departments, small enough to score by hand.
func handMade() assessment.Inputs {
	in := assessment.Inputs{
		Year: 2023, AsOf: date("2023-12-31"), KnownAt: at("2024-01-12 09:00").UTC(), Engine: assessment.Engine, Targets: 1, Fields: assessment.ProjectFields,
		Book: assessment.InputBook{Title: cityBook().Title, Version: cityBook().Version, Digest: cityBook().Hash},
		Projects: [][]string{
			row(map[string]string{"编号": "P1", "名称": "甲", "单位": "茅箭区", "包联单位": "市发改委", "投资额": "12亿元", "投资方性质": "外资", "签约日期": "2023-02-01", "落地日期": "2023-03-01",
				"计划开工日期": "2023-05-31", "开工日期": "2023-05-01", "入库日期": "2023-06-01"}),
			row(map[string]string{"编号": "P2", "名称": "乙", "单位": "茅箭区", "包联单位": "市商务局", "投资额": "2亿元", "投资方性质": "民企", "签约日期": "2023-02-02"}),
			row(map[string]string{"编号": "P3", "名称": "丙", "单位": "张湾区", "包联单位": "市商务局", "投资额": "51亿元", "投资方性质": "民企", "签约日期": "2023-02-03", "落地日期": "2023-04-01", "计划开工日期": "2023-06-30", "开工日期": "2023-08-01"}),
		},
		Figures: []assessment.InputFigure{
			figure("maojian", "签约项目目标", "2"), figure("maojian", "签约金额目标", "20"), figure("maojian", "外出批次目标", "12"), figure("maojian", "外出招商批次", "9"),
			figure("zhangwan", "签约项目目标", "2"), figure("zhangwan", "签约金额目标", "10"), figure("zhangwan", "外出批次目标", "10"), figure("zhangwan", "外出招商批次", "12"),
			figure("zhangwan", assessment.FraudFigure, "1"), figure("fagai", "引荐目标", "1"), figure("shangwu", "引荐目标", "1"), figure("fagai", "周报按时率", "96%"), figure("fagai", "节点按时率", "95%"),
		},
		Marks: []assessment.InputMark{
			{Unit: "maojian", Topic: "营商环境", Judge: "评委1", Mark: "90"}, {Unit: "maojian", Topic: "营商环境", Judge: "评委2", Mark: "80"}, {Unit: "zhangwan", Topic: "营商环境", Judge: "评委1", Mark: "60"},
		},
	}
	for _, m := range members {
		in.Units = append(in.Units, assessment.InputUnit{ID: m.UnitID, Name: m.BookName, Group: m.Group})
	}
	return in
}

// scored scores inputs that must give scores.
func scored(t tester, in assessment.Inputs) assessment.Scored {
	t.Helper()
	_, digest := encoded(t, in)
	x, err := in.Score(cityBook(), digest)
	if err != nil || x.Result == nil {
		t.Fatal(err, x.Problems)
	}
	return x
}

func encoded(t tester, in assessment.Inputs) (text, digest string) {
	t.Helper()
	data, err := in.Encode()
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(data)
	return string(data), hex.EncodeToString(sum[:])
}

// scoreOf is a unit's score on an indicator, or its total.
func scoreOf(t tester, x assessment.Scored, unit, indicator string) string {
	t.Helper()
	for _, u := range x.Result.Units {
		if u.Unit != unit {
			continue
		}
		if indicator == "总分" {
			return u.Total
		}
		for _, i := range u.Indicators {
			if i.ID == indicator {
				return i.Score
			}
		}
	}
	t.Fatalf("%s has no %s", unit, indicator)
	return ""
}

// Worked out by hand, clause by clause of city-2023.yaml.
func TestScoresAreWhatTheClausesSay(t *testing.T) {
	x := scored(t, handMade())
	for _, tt := range []struct{ unit, indicator, want, why string }{
		{"茅箭区", "A1", "15", "2 of 2"}, {"茅箭区", "A2", "10.5", "14 of 20亿元: 70%"}, {"茅箭区", "B", "12", "1 of 2 landed, the least of two: 60% of 20"},
		{"茅箭区", "C", "20", "1 of 1 started"}, {"茅箭区", "D", "15", "1 of 1 in statistics"}, {"茅箭区", "E1", "5.25", "9 of 12: 75% of 7"}, {"茅箭区", "E2", "6.8", "85 of 100 of 8"},
		{"茅箭区", "I1", "2", "one above 10亿元"}, {"茅箭区", "I2", "0.5", "one foreign"}, {"茅箭区", "总分", "87.05", "84.55 and 2.5"},
		{"张湾区", "A1", "7.5", "1 of 2"}, {"张湾区", "A2", "15", "51 of 10, capped"}, {"张湾区", "B", "20", "the most of two"}, {"张湾区", "C", "20", "1 of 1"}, {"张湾区", "D", "1", "0 of 1: 70 points below, 0.2 each"},
		{"张湾区", "E1", "7", "12 of 10, capped"}, {"张湾区", "E2", "4.8", "60% of 8"}, {"张湾区", "J", "2", "one fraud"}, {"张湾区", "总分", "77.3", "75.3 and 4 less 2"},
		{"市发改委", "F1", "20", "5 of 5"}, {"市发改委", "F2", "15", "in time"}, {"市发改委", "F3", "15", "the most of two"}, {"市发改委", "G", "20", "1 of 1"}, {"市发改委", "H1", "7.68", "96% of 8"},
		{"市发改委", "H2", "6.65", "95% of 7"}, {"市发改委", "总分", "98.66", "50 and 20 and 14.33 of 15 made 30"},
		{"市商务局", "F1", "8", "4 points for 2 projects: 2 of 5"}, {"市商务局", "F2", "0", "late"}, {"市商务局", "F3", "9", "the least of two: 60%"}, {"市商务局", "G", "22", "200%: two steps above"},
		{"市商务局", "总分", "39", "17 and 22"},
	} {
		if got := scoreOf(t, x, tt.unit, tt.indicator); got != tt.want {
			t.Errorf("%s %s: %s, want %s: %s", tt.unit, tt.indicator, got, tt.want, tt.why)
		}
	}
}

// The lines of a run are in the order of the scores, with the units' ids; the outcomes
// that apply stand once each, first the one that made the grade.
func TestLinesNameTheUnits(t *testing.T) {
	in := handMade()
	x := scored(t, in)
	var got []string
	for _, l := range x.Lines(&in) {
		got = append(got, fmt.Sprintf("%s %s %d %s %s%s", l.UnitID, l.Name, l.Rank, l.Total, l.Grade, l.Why))
	}
	want := []string{"maojian 茅箭区 1 87.05 优秀", "zhangwan 张湾区 2 77.3 良好", "fagai 市发改委 1 98.66 优秀", "shangwu 市商务局 2 39 不合格"}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	in.Projects = in.Projects[:2] // nothing is left to 张湾区
	in.Set(figure("zhangwan", "发生重大事故", "是"))
	in.Set(figure("zhangwan", assessment.FraudFigure, "3"))
	for _, l := range scored(t, in).Lines(&in) {
		if l.UnitID == "zhangwan" && (l.Why != "全年没有签约、发生重大事故、弄虚作假三次以上、隐瞒重大事故" || l.Grade != "不合格" || l.Total != "0") {
			t.Errorf("%+v", l)
		}
	}
}

// A verified figure takes the place of what the records give, says so, and everything
// that is computed from it follows, also for the others of the group.
func TestACorrectionReachesTheOthersOfTheGroup(t *testing.T) {
	in := handMade()
	before := scored(t, in)
	fixed := figure("maojian", "签约项目数", "1")
	fixed.Fixed, fixed.Source, fixed.Evidence = true, assessment.FromAppeal, []string{"第1号申诉"}
	in.Set(fixed)
	in.Changes = []assessment.Correction{{UnitID: "maojian", Figure: "签约项目数", Value: "1"}}
	after := scored(t, in)
	for _, tt := range []struct{ unit, indicator, was, is string }{
		{"茅箭区", "A1", "15", "7.5"},
		{"茅箭区", "B", "12", "12"}, // 1 of 1 landed now: all alike, 60% of 20
		{"张湾区", "B", "20", "12"},
		{"张湾区", "总分", "77.3", "69.3"},
		{"市发改委", "总分", "98.66", "98.66"}, // another group
	} {
		if was, is := scoreOf(t, before, tt.unit, tt.indicator), scoreOf(t, after, tt.unit, tt.indicator); was != tt.was || is != tt.is {
			t.Errorf("%s %s: from %s to %s, want from %s to %s", tt.unit, tt.indicator, was, is, tt.was, tt.is)
		}
	}
	i := slices.IndexFunc(after.Result.Units, func(u rulebook.UnitResult) bool { return u.Unit == "茅箭区" })
	f := after.Result.Units[i].Fixed
	if len(f) != 1 || f[0].Figure != "签约项目数" || !strings.HasPrefix(f[0].Value, "1") || !strings.HasPrefix(f[0].Counted, "2") || !slices.Equal(f[0].Evidence, []string{"申诉裁定", "第1号申诉"}) {
		t.Errorf("fixed %+v", f)
	}
	same := slices.ContainsFunc(before.Result.Units, func(u rulebook.UnitResult) bool { return len(u.Fixed) > 0 })
	if same || before.Result.Hash == after.Result.Hash {
		t.Error("the correction doesn't show")
	}
}

// The same inputs give the same bytes and the same scores, however they were put together.
func TestInputsAreCanonical(t *testing.T) {
	text, digest := encoded(t, handMade())
	output := string(scored(t, handMade()).Output)
	rapid.Check(t, func(t *rapid.T) {
		in := handMade()
		in.Figures = rapid.Permutation(in.Figures).Draw(t, "figures")
		in.Projects = rapid.Permutation(in.Projects).Draw(t, "projects")
		in.Marks = rapid.Permutation(in.Marks).Draw(t, "marks")
		in.KnownAt = in.KnownAt.In(rapid.SampledFrom([]*time.Location{time.UTC, calendar.Shanghai}).Draw(t, "zone"))
		got, hash := encoded(t, in)
		if got != text || hash != digest {
			t.Fatalf("%s\n%s", got, text)
		}
		back, err := assessment.DecodeInputs([]byte(got))
		if err != nil {
			t.Fatal(err)
		}
		if again, _ := encoded(t, back); again != text {
			t.Fatal("bytes and back differ")
		}
		if string(scored(t, back).Output) != output {
			t.Fatal("the same inputs score otherwise")
		}
	})
	if strings.Contains(text, `\u003c`) || !strings.HasPrefix(text, `{"format":1,`) {
		t.Error(text[:80])
	}
}

// Whatever is changed of the inputs shows in their digest.
func TestOneChangedFigureChangesTheDigest(t *testing.T) {
	seen := map[string]string{}
	for name, change := range map[string]func(*assessment.Inputs){
		"nothing":     func(*assessment.Inputs) {},
		"a figure":    func(in *assessment.Inputs) { in.Set(figure("maojian", "外出招商批次", "10")) },
		"a source":    func(in *assessment.Inputs) { in.Figures[3].Source = assessment.FromAppeal },
		"an evidence": func(in *assessment.Inputs) { in.Figures[3].Evidence = []string{"证明.pdf"} },
		"an event":    func(in *assessment.Inputs) { in.Figures[3].Seq = 7 },
		"fixed":       func(in *assessment.Inputs) { in.Figures[3].Fixed = true },
		"a figure less": func(in *assessment.Inputs) {
			in.Figures = in.Figures[1:]
		},
		"a project": func(in *assessment.Inputs) { in.Projects[0][5] = "乙公司" },
		"a mark":    func(in *assessment.Inputs) { in.Marks[0].Mark = "91" },
		"the day":   func(in *assessment.Inputs) { in.AsOf = date("2023-12-30") },
		"the book":  func(in *assessment.Inputs) { in.Book.Digest = "x" },
		"an appeal": func(in *assessment.Inputs) { in.Changes = []assessment.Correction{{Project: "P1"}} },
		"a unit":    func(in *assessment.Inputs) { in.Units = in.Units[1:] },
		"the time":  func(in *assessment.Inputs) { in.KnownAt = in.KnownAt.Add(time.Second) },
	} {
		in := handMade()
		change(&in)
		_, digest := encoded(t, in)
		if other, twice := seen[digest]; twice {
			t.Errorf("%s and %s have one digest", name, other)
		}
		seen[digest] = name
	}
	in := handMade()
	one, _ := in.Score(cityBook(), "one")
	two, _ := in.Score(cityBook(), "two")
	if one.Result.Facts != "one" || two.Result.Hash == one.Result.Hash {
		t.Error("what came out doesn't name what went in")
	}
}

// What the book can't take is said, by unit, figure and project, and nothing is scored;
// a figure of another version of the book is passed over.
func TestWhatTheBookCannotTakeIsSaid(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*assessment.Inputs)
		want   string
	}{
		"a value":           {func(in *assessment.Inputs) { in.Set(figure("maojian", "外出招商批次", "很多")) }, "茅箭区外出招商批次:"},
		"a unit's group":    {func(in *assessment.Inputs) { in.Units[0].Group = "别的组" }, "茅箭区:"},
		"a unit twice":      {func(in *assessment.Inputs) { in.Units = append(in.Units, in.Units[0]) }, "茅箭区:"},
		"a project's date":  {func(in *assessment.Inputs) { in.Projects[0][slices.Index(in.Fields, "签约日期")] = "某日" }, "项目P1签约日期:"},
		"a mark":            {func(in *assessment.Inputs) { in.Marks[0].Mark = "优" }, "茅箭区营商环境:"},
		"a fixed reported":  {func(in *assessment.Inputs) { in.Figures[3].Fixed = true }, "茅箭区外出招商批次:"},
		"a counted, stated": {func(in *assessment.Inputs) { in.Set(figure("maojian", "签约项目数", "2")) }, "茅箭区签约项目数:"},
	} {
		in := handMade()
		tt.change(&in)
		x, err := in.Score(cityBook(), "d")
		if err != nil || x.Result != nil || len(x.Problems) == 0 || !strings.HasPrefix(x.Problems[0], tt.want) {
			t.Errorf("%s: %v %q, want %s", name, err, x.Problems, tt.want)
		}
	}
	in := handMade()
	in.Set(figure("maojian", "去年的量", "7"))
	if got := scoreOf(t, scored(t, in), "茅箭区", "总分"); got != "87.05" {
		t.Errorf("%s", got)
	}
}

func TestInputsFindAndSet(t *testing.T) {
	in := handMade()
	n := len(in.Figures)
	in.Set(figure("maojian", "外出招商批次", "10"))
	in.Set(figure("fagai", "问题按时销号率", "90%"))
	if f := in.Figure("maojian", "外出招商批次"); len(in.Figures) != n+1 || f.Value != "10" || in.Figure("fagai", "外出招商批次") != nil {
		t.Errorf("%d figures, %+v", len(in.Figures), f)
	}
	if in.BookName("fagai") != "市发改委" || in.BookName("nobody") != "nobody" || in.Project("P3") != 2 || in.Project("P9") != -1 {
		t.Error("names or projects")
	}
}

// Quotas are of the group's size, rounded as the book says; no quota is -1.
func TestLimitsAreOfTheGroupsSize(t *testing.T) {
	for counties, want := range map[int]int{0: 0, 1: 0, 2: 1, 4: 1, 5: 2, 10: 3} { // 30%, half up
		var list []assessment.InputUnit
		for i := range counties {
			list = append(list, assessment.InputUnit{ID: fmt.Sprint(i), Group: "县市区"})
		}
		got := assessment.Limits(cityBook(), list)
		if got["县市区"]["优秀"] != want || got["市直部门"]["优秀"] != 0 || got["县市区"]["良好"] != -1 || len(got["县市区"]) != 4 {
			t.Errorf("%d counties: %v, want %d", counties, got, want)
		}
	}
}

func TestAProjectIsFrozenByItsFields(t *testing.T) {
	p := project.Project{}
	p.Code, p.Name, p.CountyID, p.AgreedAmount, p.SignedOn = "P1", "甲", "maojian", money.MustParse("12345.6789"), date("2023-02-01")
	p.FundsArrived = []project.Funds{{On: date("2022-12-31"), Amount: money.MustParse("100")}, {On: date("2023-01-01"), Amount: money.MustParse("20")}, {On: date("2024-01-01"), Amount: money.MustParse("3")}}
	got := assessment.ProjectRow(p, "茅箭区", assessment.Carried{Department: "市发改委", StartPlan: "2023-05-31"}, 2023, date("2023-12-31"))
	of := func(name string) string { return got[slices.Index(assessment.ProjectFields, name)] }
	want := map[string]string{"编号": "P1", "名称": "甲", "单位": "茅箭区", "包联单位": "市发改委", "计划开工日期": "2023-05-31", "签约日期": "2023-02-01", "落地日期": "", "框架协议": "否"}
	for name, v := range want {
		if of(name) != v {
			t.Errorf("%s: %q, want %q", name, of(name), v)
		}
	}
	if len(got) != len(assessment.ProjectFields) || of("到位资金") == of("本年到位资金") {
		t.Errorf("%q", got)
	}
	values := rulebook.ProjectValues(p, 2023, date("2023-12-31"))
	for _, name := range slices.Sorted(maps.Keys(values)) { // a field that the book's table has and nobody freezes is lost
		if !slices.Contains(assessment.ProjectFields, name) {
			t.Errorf("%s isn't frozen", name)
		}
	}
	in := handMade()
	in.Projects = [][]string{got}
	if got := scoreOf(t, scored(t, in), "茅箭区", "A1"); got != "7.5" {
		t.Errorf("A1 %s with a project of the registry", got)
	}
}

// What units are asked for: what is reported and counted for their group; never targets,
// nor how often they lied.
func TestFiguresAreWhatTheGroupIsAskedFor(t *testing.T) {
	ask := func(group string) string {
		var out []string
		for _, f := range assessment.Figures(cityBook(), group, func(indicator string) string { return "for " + indicator }) {
			if f.Verifier != "for "+strings.Join(f.Indicators[:min(1, len(f.Indicators))], "") || len(f.Titles) != len(f.Indicators) {
				t.Errorf("%+v", f)
			}
			text := f.Name
			if f.Origin == "counted" {
				text = "#" + text
			}
			if f.Optional {
				text += "?"
			}
			if f.Kind != "number" {
				text += ":" + f.Kind
			}
			out = append(out, text)
		}
		return strings.Join(out, " ")
	}
	if got, want := ask("县市区"), "外出招商批次 发生重大事故?:truth #签约项目数 #签约金额 #外资签约数 #签约落地数 #落地项目数 #落地开工数 #开工项目数 #开工入库数"; got != want {
		t.Errorf("counties: %s\nwant %s", got, want)
	}
	if got, want := ask("市直部门"), "周报按时率 节点按时率 问题按时销号率 发生重大事故?:truth 上年签约数? #包联项目数 #包联签约数 #包联按期开工数 #包联开工数 #包联入库数"; got != want {
		t.Errorf("departments: %s\nwant %s", got, want)
	}
	use := assessment.UseOf("b1", cityBook())
	if use.Fraud != assessment.FraudFigure || use.PublicityDays != 5 || use.SecondDays != 3 || !use.SecondPublicity || len(use.Groups[0].Roster) != 10 || len(use.Groups[1].Roster) != 0 {
		t.Errorf("%+v", use)
	}
	same(t, "topics", use.Topics, []assessment.TopicUse{{Name: "营商环境", Groups: []string{"县市区"}}, {Name: "服务质量", Panels: []string{"县市区", "企业"}, Groups: []string{"市直部门"}}})
	same(t, "grades", use.Grades, []string{"优秀", "良好", "合格", "不合格"})
	if i := use.Indicator("A1"); !i.Leaf || i.Depth != 1 || i.Parent != "A" || !i.Of("县市区") || i.Of("市直部门") || use.Indicator("A").Leaf || !use.Indicator("J").Of("市直部门") || use.Indicator("Z") != nil {
		t.Errorf("%+v", i)
	}
}
