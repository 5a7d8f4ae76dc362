package rulebook

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// usesBook has every way in which one value comes to depend on another.
const usesBook = `格式: 1
标题: 试
分组: [{名称: 县}, {名称: 局}]
量:
  - {名称: 任务, 计量: 个, 来源: 目标, 缺省: 4}
  - {名称: 门槛, 计量: 亿元, 来源: 填报, 缺省: 1}
  - {名称: 加倍门槛, 计量: 亿元, 公式: 门槛 × 2}
  - {名称: 批次, 计量: 批次, 来源: 填报, 缺省: 0}
  - {名称: 好评, 计量: "%", 来源: 填报, 缺省: 50%}
  - {名称: 作假, 计量: 次, 来源: 填报, 缺省: 0}
  - {名称: 奖励, 来源: 填报, 缺省: 0}
  - {名称: 帮扶, 来源: 填报, 缺省: 0}
  - {名称: 备注, 来源: 填报, 类型: 文字, 列示: 是}
  - {名称: 签约, 计量: 个, 公式: 计数(项目，本年签约)}
  - {名称: 大项目, 计量: 个, 公式: 计数(项目，本年签约 且 投资额 ≥ 加倍门槛)}
  - {名称: 金额, 计量: 亿元, 公式: 求和(项目，投资额，本年签约)}
  - {名称: 规模, 表: 项目, 分档: {按: 投资额, 档: [{区间: ≥1亿元, 得分: 1}], 未中: 0}}
  - {名称: 规模分, 公式: 求和(项目，规模)}
  - {名称: 大项目率, 计量: "%", 比率: {分子: 大项目, 分母: 签约}, 除零: 0}
  - {名称: 口碑, 评议: {事项: 口碑}, 缺省: 60}
指标:
  - 编号: A
    名称: 总
    条款: 一
    子项:
      - {编号: A1, 名称: 完成, 条款: 一, 分值: {县: 20}, 除零: 零分, 完成率: {实绩: 签约, 目标: 任务}}
      - {编号: A2, 名称: 比大小, 条款: 一, 分值: 20, 功效系数: {值: 大项目率, 全等: 60}}
  - {编号: B, 名称: 引用, 条款: 二, 适用: [局], 公式: 得分(A2) ÷ 2 + 规模分}
  - {编号: C, 名称: 跨组, 条款: 三, 适用: [局], 公式: 全体名次(批次) ÷ 1名}
  - {编号: D, 名称: 满意, 条款: 四, 分值: 10, 缺数: 不适用, 评议: {事项: 服务, 组: [{名称: 群众, 权重: 40%}, {名称: 企业, 权重: 60%, 去极值: 是}]}}
  - {编号: E, 名称: 好评, 条款: 五, 性质: 加分, 公式: 好评 × 10 + 口碑 ÷ 100}
  - {编号: F, 名称: 无关, 条款: 六, 公式: 1}
  - {编号: G, 名称: 看全体, 条款: 七, 公式: "如果(分组 = \"局\", 全体最大(帮扶), 0)"}
结论:
  - {名称: 作假, 当: 作假 ≥ 2, 适用: [县], 后果: 总分为零}
排名: {决胜: [金额, "如果(分组 = \"县\", 作假 ÷ 1次, 分组 = \"局\", 奖励, 0)"]}
等次:
  - {名称: 优, 名额: {县: 40%, 局: 1}, 取整: 进一, 当: 总分 ≥ 10}
  - {名称: 良, 名额: 50%}
  - {名称: 中}
`

func ids(list []*Node) string {
	var out []string
	for _, n := range list {
		out = append(out, n.ID)
	}
	return strings.Join(out, " ")
}

// TestUses: leaves only, through other metrics, scores, comparisons and the figures of
// a record's unit.
func TestUses(t *testing.T) {
	b := load(t, usesBook)
	for metric, want := range map[string]string{
		"任务": "A1", "签约": "A1 A2 B", "大项目": "A2 B", "大项目率": "A2 B", "门槛": "A2 B", "加倍门槛": "A2 B",
		"批次": "C", "帮扶": "G", "好评": "E", "口碑": "E", "作假": "", "备注": "", "金额": "", "规模": "B", "规模分": "B",
	} {
		if got := ids(b.Uses(b.Metric(metric))); got != want {
			t.Errorf("%s is used by %q, want %q", metric, got, want)
		}
	}
	if b.Metric("没有") != nil {
		t.Error("an unknown metric")
	}
}

// TestNeededBy: a metric that decides nothing of a group needn't be asked of it.
func TestNeededBy(t *testing.T) {
	b := load(t, usesBook)
	for metric, want := range map[string][2]bool{
		"任务":  {true, false}, // only counties have A1
		"批次":  {true, true},  // departments are ranked among all
		"作假":  {true, false}, // the outcome is for counties
		"金额":  {true, true},  // it breaks ties
		"规模分": {false, true}, // only departments have B
		"备注":  {false, false}, "门槛": {true, true}, "好评": {true, true},
	} {
		for i, group := range b.GroupNames() {
			if got := b.NeededBy(b.Metric(metric), group); got != want[i] {
				t.Errorf("%s is needed by %s: %v", metric, group, got)
			}
		}
	}
}

// TestMetricsSayWhatTheyAre: counted from records, reported, with a measure, with a default.
func TestMetricsSayWhatTheyAre(t *testing.T) {
	b := load(t, usesBook)
	var counted []string
	for _, m := range b.Counted() {
		counted = append(counted, m.Name)
	}
	if got := strings.Join(counted, " "); got != "签约 大项目 金额 规模分" {
		t.Error("counted:", got)
	}
	for _, x := range []struct {
		name, unit         string
		reported, defaults bool
	}{{"任务", "个", true, true}, {"备注", "", true, false}, {"金额", "亿元", false, false}, {"大项目率", "%", false, false}, {"口碑", "分", false, true}} {
		if m := b.Metric(x.name); m.Unit() != x.unit || m.Reported() != x.reported || m.Default() != x.defaults {
			t.Errorf("%s: %q %v %v", x.name, m.Unit(), m.Reported(), m.Default())
		}
	}
}

// TestTopics: by the first indicator, with the groups of judges in the book's order.
func TestTopics(t *testing.T) {
	list := load(t, usesBook).Topics()
	if len(list) != 2 {
		t.Fatal(list)
	}
	if x := list[0]; x.Name != "服务" || !slices.Equal(x.Judges, []string{"群众", "企业"}) || ids(x.Indicators) != "D" {
		t.Errorf("%+v", x)
	}
	if x := list[1]; x.Name != "口碑" || len(x.Judges) != 0 || ids(x.Indicators) != "E" {
		t.Errorf("%+v", x)
	}
	if list := load(t, smallBook).Topics(); len(list) != 0 {
		t.Error(list)
	}
	// A formula may count marks itself.
	own := load(t, book(`公式: "均值(评议, 分, 事项 属于 [\"甲\", \"乙\"] 且 评委组 = \"专家\")"`)).Topics()
	if len(own) != 2 || own[0].Name != "乙" || own[1].Name != "甲" || ids(own[0].Indicators) != "a" || own[1].Judges[0] != "专家" {
		t.Errorf("%+v", own)
	}
}

// What is scored by records that nobody keeps is told; a number of them may be fixed.
func TestUnkept(t *testing.T) {
	const own = `格式: 1
标题: 试
台账:
  - {名称: 信息, 字段: [{名称: 采用, 类型: 是否}]}
量:
  - {名称: 信息数, 计量: 个, 公式: 计数(信息)}
  - {名称: 采用率, 计量: "%", 比率: {分子: 信息数, 分母: 5个}}
  - {名称: 签约, 计量: 个, 公式: 计数(项目，本年签约)}
指标:
  - {编号: A, 名称: 报送, 条款: 一, 公式: 信息数 ÷ 1个}
  - {编号: B, 名称: 采用, 条款: 二, 逐项: {表: 信息, 得分: "如果(采用, 2, 1)"}}
  - {编号: C, 名称: 评, 条款: 三, 分值: 10, 评议: {事项: 服务}}
  - {编号: D, 名称: 率, 条款: 四, 公式: 采用率 × 签约 ÷ 1个}
`
	b := load(t, own)
	if got := b.Unkept(ProjectTable); !slices.Equal(got, []RecordUse{{Table: "信息", By: "B采用"}}) {
		t.Error(got)
	}
	if got := b.Unkept(ProjectTable, "信息"); got != nil {
		t.Error(got)
	}
	if got := b.Unkept("信息"); got != nil { // 签约 is a number, which may be fixed
		t.Error(got)
	}
	for name, want := range map[string][]string{"信息数": {"信息"}, "签约": {ProjectTable}, "采用率": nil} {
		if got := b.Metric(name).Tables(); !slices.Equal(got, want) {
			t.Error(name, got)
		}
	}
	if got := load(t, usesBook).Unkept(); len(got) != 0 {
		t.Error(got)
	}
}

// TestLimit: quotas by number or share, by group, rounded as the book says.
func TestLimit(t *testing.T) {
	b := load(t, usesBook)
	for _, x := range []struct {
		grade int
		group string
		size  int
		want  int
	}{{0, "县", 10, 4}, {0, "县", 11, 5}, {0, "县", 0, 0}, {0, "局", 11, 1}, {1, "县", 3, 1}, {1, "局", 4, 2}, {2, "县", 9, -1}} {
		if got := b.Grades[x.grade].Limit(x.group, x.size); got != x.want {
			t.Errorf("%s of %d in %s: %d, want %d", b.Grades[x.grade].Name, x.size, x.group, got, x.want)
		}
	}
}

// allBooks are the books that there are to try things on.
func allBooks(t *testing.T) []*Book {
	list := []*Book{load(t, usesBook), load(t, smallBook)}
	for _, pattern := range []string{"testdata/*/*.yaml", "rulebooks/*.yaml"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if !strings.HasSuffix(file, ".facts.yaml") {
				list = append(list, open(t, file))
			}
		}
	}
	return list
}

// someFacts are facts of units and records, those of a case where the book has one.
func someFacts(rt *rapid.T, t *testing.T, b *Book) *Facts {
	var names []string
	cases := b.CaseFacts()
	for _, c := range b.Cases {
		if cases[c.Name] != nil {
			names = append(names, c.Name)
		}
	}
	if len(names) > 0 {
		return cases[rapid.SampledFrom(names).Draw(rt, "case")]
	}
	f := b.NewFacts(2023, 12, civil(2023, 12, 31))
	for i, name := range []string{"甲", "乙", "丙", "丁", "戊"} {
		f.AddUnit(name, b.Groups[i%len(b.Groups)].Name)
		if b.FigureType("任务") == Number {
			f.Set(name, "任务", "3")
		}
		for range rapid.IntRange(0, 4).Draw(rt, "projects") {
			day := rapid.SampledFrom([]string{"2023-02-01", "2023-11-30", "2022-07-01"}).Draw(rt, "signed")
			if p := f.AddRecord(ProjectTable, map[string]string{"编号": Int(int64(f.records[b.Tables[0]].n)).String(), "单位": name, "签约日期": day, "开工日期": day,
				"投资额": Int(rapid.Int64Range(1, 60_000).Draw(rt, "amount")).String()}, Pos{}); len(p) > 0 {
				t.Fatal(p)
			}
		}
	}
	return f
}

// scored is the indicators' scores, and what is concluded, unit by unit.
func scored(s *Scores, u int) map[string]string {
	b := s.Facts.book
	out := map[string]string{"总分": s.Total(u).Exact(), "名次": s.Rank(u).Exact(), "等次": s.Grade(u)}
	for _, n := range b.all {
		out[n.ID] = s.Of(n, u).Exact()
		if f := s.Of(n, u).Fault(); f != nil {
			out[n.ID] = f.Message()
		}
	}
	for _, o := range b.Outcomes {
		out["结论/"+o.Name] = truthWord(s.value(o.Cond, u))
	}
	return out
}

// perturb gives a unit another figure.
func perturb(f *Facts, m *Metric, u int, n Num) {
	fig := f.figures[m.reported]
	fig.nums[u], fig.given[u] = n, true
	f.changed()
}

// TestUsesAgreesWithPerturbation: a changed figure changes no indicator but those that
// use it, of whichever unit, and concludes nothing of a group that doesn't need it.
func TestUsesAgreesWithPerturbation(t *testing.T) {
	books := allBooks(t)
	changes := 0
	rapid.Check(t, func(rt *rapid.T) {
		b := rapid.SampledFrom(books).Draw(rt, "book")
		var reported []*Metric
		for _, m := range b.Metrics {
			if m.Reported() && m.reported.Type != Text {
				reported = append(reported, m)
			}
		}
		if len(reported) == 0 {
			return
		}
		f := someFacts(rt, t, b)
		m, u := rapid.SampledFrom(reported).Draw(rt, "metric"), rapid.IntRange(0, len(f.Units)-1).Draw(rt, "unit")
		before, _ := f.Score()
		if before == nil {
			return
		}
		was := make([]map[string]string, len(f.Units))
		for v := range f.Units {
			was[v] = scored(before, v)
		}
		n := Int(rapid.Int64Range(0, 1).Draw(rt, "truth"))
		if m.reported.Type == Number {
			n = Frac(rapid.Int64Range(0, 400).Draw(rt, "figure"), 4)
		}
		perturb(f, m, u, n)
		after, _ := f.Score()
		if after == nil {
			return
		}
		uses, needed := b.Uses(m), b.NeededBy(m, f.Units[u].Group)
		for v := range f.Units {
			is := scored(after, v)
			for what, x := range is {
				if was[v][what] == x {
					continue
				}
				changes++
				if !needed {
					rt.Errorf("%s: %s isn't needed by %s, yet it changes %s of %s", b.Title, m.Name, f.Units[u].Group, what, f.Units[v].Name)
				}
				i := slices.IndexFunc(b.all, func(n *Node) bool { return n.ID == what && n.Method != "" })
				if i >= 0 && !slices.Contains(uses, b.all[i]) {
					rt.Errorf("%s: %s doesn't use %s, yet it changes for %s", b.Title, what, m.Name, f.Units[v].Name)
				}
			}
		}
	})
	if changes == 0 {
		t.Error("nothing ever changed: the test shows nothing")
	}
}
