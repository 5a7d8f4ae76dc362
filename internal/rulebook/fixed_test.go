package rulebook

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestFixTakesWhatPeopleWrite: in the metric's own measure or another; the last one
// counts, and it can be taken back.
func TestFixTakesWhatPeopleWrite(t *testing.T) {
	b := load(t, usesBook)
	f := b.NewFacts(2023, 12, civil(2023, 12, 31))
	f.AddUnit("甲县", "县")
	for _, x := range []struct{ metric, value, want string }{
		{"签约", "12", "12"}, {"签约", "1,200个", "1200"}, {"金额", "1.2亿元", "1.2"}, {"金额", "500万元", "0.05"}, {"金额", "3", "3"},
		{"大项目率", "96%", "0.96"}, {"大项目率", "96", "0.96"}, {"口碑", "88.5分", "88.5"}, {"规模分", "0", "0"},
	} {
		if p := f.Fix("甲县", x.metric, x.value); p != nil {
			t.Error(x, p)
		}
		if n, ok := f.Fixed("甲县", x.metric); !ok || n.Exact() != x.want {
			t.Errorf("%s %s: %s %v", x.metric, x.value, n.Exact(), ok)
		}
	}
	if _, ok := f.Fixed("甲县", "大项目"); ok {
		t.Error("what nobody fixed is fixed")
	}
	for _, m := range b.Metrics {
		f.Unfix("甲县", m.Name)
		f.Unfix("乙县", m.Name)
	}
	f.Unfix("甲县", "没有")
	if _, ok := f.Fixed("甲县", "签约"); ok || f.fixed != nil {
		t.Error("taken back, and still there")
	}
}

// TestFixRefuses: each with the code that a caller answers with.
func TestFixRefuses(t *testing.T) {
	b := load(t, usesBook)
	f := b.NewFacts(2023, 12, civil(2023, 12, 31))
	f.AddUnit("甲县", "县")
	for _, x := range []struct{ unit, metric, value, code string }{
		{"乙县", "签约", "1", "unit_unknown"}, {"甲县", "没有", "1", "figure_unknown"}, {"甲县", "任务", "1", "figure_reported"}, {"甲县", "备注", "1", "figure_reported"},
		{"甲县", "规模", "1", "figure_not_counted"}, {"甲县", "加倍门槛", "1", "figure_not_counted"}, {"甲县", "签约", "", "number_expected"}, {"甲县", "签约", "许多", "number_expected"},
		{"甲县", "金额", "1斤", "measure_unknown"}, {"甲县", "金额", "1个", "measure_mismatch"}, {"甲县", "签约", "96%", "measure_mismatch"},
	} {
		if p := f.Fix(x.unit, x.metric, x.value); p == nil || p.Code != x.code || p.Message == "" {
			t.Errorf("%+v: %v", x, p)
		}
	}
	if f.fixed != nil {
		t.Error("a refused figure is kept")
	}
}

// TestFixedFigureIsExplained: what was verified, what the records gave, why, and the
// records themselves; a rate of it is computed anew.
func TestFixedFigureIsExplained(t *testing.T) {
	b := load(t, strings.Replace(smallBook, "指标:\n", "  - {名称: 别名, 计量: 个, 公式: 签约}\n指标:\n  - {编号: e, 名称: 戊, 条款: 五, 公式: 别名}\n", 1))
	f := build(t, b, []int{4}, []projectRow{{0, 9_000, 300, 0, false}, {0, 20_000, 310, 0, true}}, []int{0})
	if p := f.Fix("单位0", "签约", "3", "核实意见第2号", "合同扫描件"); p != nil {
		t.Fatal(p)
	}
	if p := f.Fix("单位0", "别名", "7"); p != nil {
		t.Fatal(p)
	}
	s, found := f.Score()
	if s == nil {
		t.Fatal(found)
	}
	text := strings.Join(s.ExplainTotal(0).Lines(""), "\n")
	for _, want := range []string{"签约:3个", "算式 核定数3(台账计得2)", "依据 核实意见第2号、合同扫描件", "· 0", "· 1", "3÷4", "别名:7个", "核定数7(台账计得3)"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	r := s.Result(false)
	want := []FixedResult{{"签约", "3个", "2个", []string{"核实意见第2号", "合同扫描件"}}, {Figure: "别名", Value: "7个", Counted: "3个", Evidence: nil}}
	if got := r.Units[0].Fixed; !reflect.DeepEqual(got, want) {
		t.Errorf("%+v", got)
	}
	if verified, counted, ok := s.FixedAt(b.Metric("签约"), 0); !ok || verified.Exact() != "3" || counted.Exact() != "2" {
		t.Error(verified, counted, ok)
	}
	if _, _, ok := s.FixedAt(b.Metric("金额"), 0); ok {
		t.Error("a metric that nobody fixed")
	}
}

// TestFixedWhereTheRecordsGiveNothing: a figure that can't be counted is no fault once
// it is fixed, and no notice speaks of the book's stand-in for it.
func TestFixedWhereTheRecordsGiveNothing(t *testing.T) {
	b := load(t, usesBook)
	f := b.NewFacts(2023, 12, civil(2023, 12, 31))
	f.AddUnit("甲县", "县")
	if p := f.Fix("甲县", "大项目率", "40%"); p != nil {
		t.Fatal(p)
	}
	s, found := f.Score()
	if s == nil {
		t.Fatal(found)
	}
	for _, x := range found {
		if x.Indicator == "大项目率" {
			t.Error(x)
		}
	}
	if verified, counted, _ := s.FixedAt(b.Metric("大项目率"), 0); verified.Exact() != "2/5" && verified.Exact() != "0.4" || counted.Exact() != "0" {
		t.Error(verified.Exact(), counted.Exact())
	}
}

// sealed is a result as it would be without notices and the list of verified figures.
func sealed(s *Scores) string {
	r := s.Result(false)
	r.Findings = nil
	for u := range r.Units {
		r.Units[u].Fixed = nil
	}
	data, _ := json.Marshal(r.Units)
	return string(data)
}

// fixableOf are the metrics of a book that may be fixed.
func fixableOf(b *Book) []*Metric {
	return slices.DeleteFunc(slices.Clone(b.Metrics), func(m *Metric) bool { _, p := b.fixable(m.Name); return p != nil })
}

// written is a figure as a person would give it.
func written(m *Metric, n Num) string {
	if m.Value.Kind == Percent {
		n = n.Mul(Int(100))
	}
	return n.Exact()
}

// TestFixingWhatIsSoAnywayChangesNothing, however many are fixed, and taking it back
// leaves no trace.
func TestFixingWhatIsSoAnywayChangesNothing(t *testing.T) {
	books := slices.DeleteFunc(allBooks(t), func(b *Book) bool { return len(fixableOf(b)) == 0 })
	fixed := 0
	rapid.Check(t, func(rt *rapid.T) {
		b := rapid.SampledFrom(books).Draw(rt, "book")
		f := someFacts(rt, t, b)
		before, _ := f.Score()
		if before == nil {
			return
		}
		want, hash := sealed(before), before.Result(true).Hash
		done := map[string]string{}
		for range rapid.IntRange(1, 6).Draw(rt, "fixes") {
			m, u := rapid.SampledFrom(fixableOf(b)).Draw(rt, "metric"), rapid.IntRange(0, len(f.Units)-1).Draw(rt, "unit")
			n := before.Metric(m, u)
			value := written(m, n)
			if n.Fault() != nil || strings.Contains(value, "/") {
				continue
			}
			if p := f.Fix(f.Units[u].Name, m.Name, value); p != nil {
				rt.Fatal(p)
			}
			done[f.Units[u].Name+"|"+m.Name] = value
			fixed++
		}
		after, found := f.Score()
		if after == nil {
			rt.Fatal(found)
		}
		if got := sealed(after); got != want {
			rt.Errorf("%s: fixing %v changes\n%s\nto\n%s", b.Title, done, want, got)
		}
		if one, _ := f.ScoreOn(1); one.Result(true).Hash != after.Result(true).Hash {
			rt.Error("processors make a difference")
		}
		after.Release()
		if again, _ := f.Score(); sealed(again) != want {
			rt.Error("a second run in the same memory differs")
		}
		for x := range done {
			unit, metric, _ := strings.Cut(x, "|")
			f.Unfix(unit, metric)
		}
		if again, _ := f.Score(); again.Result(true).Hash != hash {
			rt.Error("taken back, and the result differs")
		}
	})
	if fixed == 0 {
		t.Error("nothing was ever fixed: the test shows nothing")
	}
}

// TestFixedIsAsIfReported: a book in which the metric is reported instead gives the same
// scores, whatever else is fixed.
func TestFixedIsAsIfReported(t *testing.T) {
	counted := map[string]string{"签约": "公式: 计数(项目，本年签约)", "金额": "公式: 求和(项目，投资额，本年签约 且 非 规模项目)", "最大": "缺省: 0, 公式: 最高值(项目，投资额，已开工)"}
	books := map[string]*Book{}
	for name, formula := range counted {
		if !strings.Contains(smallBook, formula) {
			t.Fatal(name)
		}
		books[name] = load(t, strings.Replace(smallBook, formula, "来源: 填报", 1))
	}
	b := load(t, smallBook)
	rapid.Check(t, func(rt *rapid.T) {
		targets, rows := drawFacts(rt)
		order := make([]int, len(targets))
		for u := range order {
			order[u] = u
		}
		name := rapid.SampledFrom([]string{"签约", "金额", "最大"}).Draw(rt, "metric")
		f, g := build(t, b, targets, rows, order), build(t, books[name], targets, rows, order)
		for u := range targets {
			unit, value := fmt.Sprint("单位", u), fmt.Sprint(rapid.IntRange(0, 40).Draw(rt, "value"))
			if p := f.Fix(unit, name, value); p != nil {
				rt.Fatal(p)
			}
			if p := g.Set(unit, name, value); p != nil {
				rt.Fatal(p)
			}
		}
		x, _ := f.Score()
		y, found := g.Score()
		if x == nil || y == nil {
			rt.Fatal(found)
		}
		if a, b := sealed(x), sealed(y); a != b {
			rt.Errorf("%s fixed\n%s\nreported\n%s", name, a, b)
		}
	})
}

// TestNextRankKnowsWhatIsFixed: the search starts from verified figures, and leaves them.
func TestNextRankKnowsWhatIsFixed(t *testing.T) {
	b := load(t, smallBook)
	f := build(t, b, []int{10, 10}, []projectRow{{0, 100, 300, 0, true}, {1, 100, 300, 0, true}}, []int{0, 1})
	for unit, n := range map[string]string{"单位0": "9", "单位1": "5"} {
		if p := f.Fix(unit, "签约", n); p != nil {
			t.Fatal(p)
		}
	}
	a, found := f.NextRank("单位1", "签约", "1")
	if a == nil || !a.Reached || a.From.Exact() != "5" || a.To.Exact() != "10" && a.To.Exact() != "9" {
		t.Fatalf("%v %v", a, found)
	}
	if n, _ := f.Fixed("单位1", "签约"); n.Exact() != "5" {
		t.Error("what-if changed the verified figure to", n)
	}
	if s, _ := f.Score(); s.Metric(b.Metric("签约"), 0).Exact() != "9" {
		t.Error("what-if lost a verified figure")
	}
}

// TestRecordsAreThoseCounted: as many codes as a count counts, and the same as the
// explanation names.
func TestRecordsAreThoseCounted(t *testing.T) {
	b := load(t, usesBook)
	rapid.Check(t, func(rt *rapid.T) {
		f := someFacts(rt, t, b)
		s, found := f.Score()
		if s == nil {
			rt.Fatal(found)
		}
		for u := range f.Units {
			for _, name := range []string{"签约", "大项目"} {
				m := b.Metric(name)
				codes := s.Records(m, u)
				if got := Int(int64(len(codes))); got.Cmp(s.Metric(m, u)) != 0 {
					rt.Errorf("%s of %s: %s, with the records %v", name, f.Units[u].Name, s.Metric(m, u), codes)
				}
				if !slices.IsSorted(codes) {
					rt.Error(codes)
				}
			}
			if !reflect.DeepEqual(s.Records(b.Metric("金额"), u), s.Records(b.Metric("签约"), u)) {
				rt.Error("a sum and a count of the same records differ")
			}
		}
	})
}

// TestRecordsOfEveryKind: each code once though two figures count it, by period and by
// who the record belongs to; none for marks, rates, tables and reported figures.
func TestRecordsOfEveryKind(t *testing.T) {
	b := load(t, `格式: 1
标题: 试
台账: [{名称: 活动, 字段: [{名称: 编号, 类型: 文字}]}]
量:
  - {名称: 报, 来源: 填报, 缺省: 0}
  - {名称: 双, 公式: 计数(项目，已签约) + 计数(项目，已开工)}
  - {名称: 引荐, 归属: 引荐单位, 公式: 计数(项目)}
  - {名称: 限, 逐项: {条件: 已签约, 得分: 1, 限额: {按: 季度(签约日期), 期数: 4, 最多: 1}}}
  - {名称: 活动数, 公式: 计数(活动)}
  - {名称: 评, 评议: {事项: 甲}, 缺省: 0}
  - {名称: 率, 公式: 双 ÷ 2}
指标:
  - {编号: a, 名称: 甲, 条款: 一, 公式: 报 + 双 + 引荐 + 活动数 + 率 + (限 + 评) ÷ 1分}
`)
	f := b.NewFacts(2023, 12, civil(2023, 12, 31))
	f.AddUnit("甲", "")
	f.AddUnit("乙", "")
	for _, row := range []map[string]string{
		{"编号": "P3", "单位": "甲", "签约日期": "2023-02-01", "开工日期": "2023-03-01"}, {"编号": "P1", "单位": "甲", "签约日期": "2023-02-01"},
		{"编号": "P2", "单位": "乙", "引荐单位": "甲", "签约日期": "2024-01-01"}, {"单位": "甲", "签约日期": "2023-05-01"}, {"编号": "P4", "单位": "乙", "签约日期": "2023-05-01"},
	} {
		if p := f.AddRecord(ProjectTable, row, Pos{}); len(p) > 0 {
			t.Fatal(p)
		}
	}
	f.AddRecord("活动", map[string]string{"编号": "H1", "单位": "甲"}, Pos{})
	f.AddMark("甲", "甲", "", "评委", "80")
	s, found := f.Score()
	if s == nil {
		t.Fatal(found)
	}
	for name, want := range map[string]string{"双": "P1 P3", "引荐": "P2", "限": "P1 P3", "活动数": "", "评": "", "率": "", "报": ""} {
		if got := strings.Join(s.Records(b.Metric(name), 0), " "); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

// TestFixedResultIsDeterministic: whatever the order of fixing, the same bytes.
func TestFixedResultIsDeterministic(t *testing.T) {
	b := load(t, smallBook)
	rows := []projectRow{{0, 9_000, 300, 0, false}, {1, 20_000, 310, 400, true}}
	fixes := [][3]string{{"单位0", "签约", "3"}, {"单位1", "签约", "4"}, {"单位0", "金额", "2"}, {"单位1", "最大", "6"}}
	var first []byte
	for i := range 8 {
		f := build(t, b, []int{4, 5}, rows, []int{0, 1})
		for j := range fixes {
			x := fixes[(i*3+j*(1+2*(i%2)))%len(fixes)]
			f.Fix(x[0], x[1], x[2], "因为")
		}
		s, found := f.Score()
		if s == nil {
			t.Fatal(found)
		}
		var out bytes.Buffer
		if err := s.Result(true).WriteJSON(&out); err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = out.Bytes()
		}
		if !bytes.Equal(first, out.Bytes()) || strings.Count(out.String(), `"counted"`) != len(fixes) {
			t.Fatal("the order of fixing makes a difference")
		}
	}
}

// TestReleasedScoresDontOutliveAChange: memory given back after a figure was verified
// isn't used with the figure as it was.
func TestReleasedScoresDontOutliveAChange(t *testing.T) {
	b := load(t, smallBook)
	f := build(t, b, []int{4}, []projectRow{{0, 9_000, 300, 0, false}}, []int{0})
	before, _ := f.Score()
	if p := f.Fix("单位0", "签约", "4"); p != nil {
		t.Fatal(p)
	}
	before.Release()
	if s, _ := f.Score(); s.Metric(b.Metric("签约"), 0).Exact() != "4" {
		t.Error("the verified figure is passed over")
	}
}
