package rulebook

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"
	"pgregory.net/rapid"
)

// county makes facts for the shipped county book's smaller sister: enough to compare
// runs with each other.
const smallBook = `格式: 1
标题: 试
量:
  - {名称: 任务, 计量: 个, 来源: 目标}
  - {名称: 签约, 计量: 个, 公式: 计数(项目，本年签约)}
  - {名称: 金额, 计量: 亿元, 公式: 求和(项目，投资额，本年签约 且 非 规模项目)}
  - {名称: 最大, 计量: 亿元, 缺省: 0, 公式: 最高值(项目，投资额，已开工)}
指标:
  - {编号: a, 名称: 甲, 条款: 一, 分值: 20, 除零: 不适用, 完成率: {实绩: 签约, 目标: 任务}, 先处理: [封顶: 1.2], 处理: [舍入: 2]}
  - {编号: b, 名称: 乙, 条款: 二, 分值: 30, 功效系数: {值: 金额, 全等: 60}}
  - {编号: c, 名称: 丙, 条款: 三, 分值: 10, 名次: {值: 最大, 递减: 0.5}, 处理: [保底: 0]}
  - 编号: d
    名称: 丁
    条款: 四
    性质: 加分
    逐项:
      条件: 本年签约
      就高: [{当: 投资额 ≥ 1亿元, 得分: 1}, {当: 规模项目, 得分: 0.3}, {当: 投资额 ≥ 5亿元, 得分: 3}]
    处理: [封顶: 9]
汇总: {处理: [舍入: 2]}
排名: {决胜: [金额]}
`

func load(t testing.TB, text string) *Book {
	t.Helper()
	b, found := Load("book.yaml", strings.NewReader(text))
	if b == nil {
		t.Fatal(found)
	}
	return b
}

type projectRow struct {
	unit, amount, signed, started int
	above                         bool
}

func drawFacts(t *rapid.T) (targets []int, rows []projectRow) {
	targets = rapid.SliceOfN(rapid.IntRange(0, 9), 1, 12).Draw(t, "targets")
	for range rapid.IntRange(0, 60).Draw(t, "projects") {
		rows = append(rows, projectRow{rapid.IntRange(0, len(targets)-1).Draw(t, "unit"), rapid.IntRange(0, 90_000).Draw(t, "amount"),
			rapid.IntRange(0, 700).Draw(t, "signed"), rapid.IntRange(0, 700).Draw(t, "started"), rapid.Bool().Draw(t, "above")})
	}
	return targets, rows
}

func build(t testing.TB, b *Book, targets []int, rows []projectRow, order []int) *Facts {
	f := b.NewFacts(2023, 12, civil(2023, 12, 31))
	for _, u := range order {
		name := fmt.Sprint("单位", u)
		f.AddUnit(name, "")
		f.Set(name, "任务", fmt.Sprint(targets[u]))
	}
	day := func(n int) string {
		if n < 100 {
			return ""
		}
		return dateOf(days(civil(2022, 6, 1)) + int64(n)).String()
	}
	for i, r := range rows {
		problems := f.AddRecord(ProjectTable, map[string]string{"编号": fmt.Sprint(i), "单位": fmt.Sprint("单位", r.unit), "投资额": fmt.Sprint(r.amount),
			"签约日期": day(r.signed), "开工日期": day(r.started), "规模项目": map[bool]string{true: "是", false: "否"}[r.above]}, Pos{})
		if len(problems) > 0 {
			t.Fatal(problems)
		}
	}
	return f
}

// TestOrderAndProcessorsDontMatter: the same scores whatever the order of the units,
// on one processor or several, the first time or again in the same memory.
func TestOrderAndProcessorsDontMatter(t *testing.T) {
	b := load(t, smallBook)
	rapid.Check(t, func(rt *rapid.T) {
		targets, rows := drawFacts(rt)
		var order, backwards []int
		for u := range targets {
			order, backwards = append(order, u), append([]int{u}, backwards...)
		}
		f, g := build(t, b, targets, rows, order), build(t, b, targets, rows, backwards)
		one, _ := f.ScoreOn(1)
		first := one.Result(true)
		one.Release()
		again, _ := f.ScoreOn(1)
		many, _ := f.ScoreOn(8)
		other, _ := g.Score()
		if x := again.Result(true).Hash; x != first.Hash {
			rt.Fatal("a second run differs from the first")
		}
		if x := many.Result(true).Hash; x != first.Hash {
			rt.Fatal("processors make a difference")
		}
		for u := range targets {
			v := other.Facts.Place(fmt.Sprint("单位", u))
			if again.Total(u).Cmp(other.Total(v)) != 0 || again.Rank(u).Cmp(other.Rank(v)) != 0 {
				rt.Fatal("the order of units makes a difference")
			}
		}
	})
}

// TestFactsMayBeScoredByMany: goroutines share a book and its facts.
func TestFactsMayBeScoredByMany(t *testing.T) {
	b := load(t, smallBook)
	var rows []projectRow
	for i := range 30_000 {
		rows = append(rows, projectRow{i % 3, i % 90_000, i % 700, i * 7 % 700, i%2 == 0})
	}
	f := build(t, b, []int{3, 4, 5}, rows, []int{0, 1, 2})
	hashes := make([]string, 6)
	var wait sync.WaitGroup
	for i := range hashes {
		wait.Go(func() {
			s, _ := f.ScoreOn(1 + i%3)
			hashes[i] = s.Result(true).Hash
			s.Release()
		})
	}
	wait.Wait()
	for _, h := range hashes {
		if h != hashes[0] {
			t.Fatal("goroutines disturb each other")
		}
	}
}

// TestConditionsInBlocksAreTheSameOneByOne holds the bits to the closures.
func TestConditionsInBlocksAreTheSameOneByOne(t *testing.T) {
	b := load(t, smallBook)
	rapid.Check(t, func(rt *rapid.T) {
		targets, rows := drawFacts(rt)
		order := make([]int, len(targets))
		for u := range order {
			order[u] = u
		}
		f := build(t, b, targets, rows, order)
		s, _ := f.Score()
		for _, a := range b.aggregates {
			r := f.records[a.Table]
			k := &compiler{run: s.run, table: r, owners: f.owned(a.Table, a.Owner)}
			want := make([]Num, len(targets))
			n := make([]int64, len(targets))
			where := k.truth(a.Where)
			for i := range r.n {
				u := k.owners[i]
				if ok, _ := where(i); !ok {
					continue
				}
				n[u]++
				if a.Value != nil && a.Func == "求和" {
					want[u] = want[u].Add(k.num(a.Value)(i))
				} else if a.Value != nil {
					want[u] = larger(want[u], k.num(a.Value)(i))
				} else {
					want[u] = Int(n[u])
				}
			}
			for u := range targets {
				if got := s.run.sums[a.index][u]; got.Fault() == nil && got.Cmp(want[u]) != 0 {
					rt.Fatalf("%s: %s, one by one %s", printer{}.aggregate(a), got, want[u])
				}
			}
		}
	})
}

// TestMissingIsNeverZero: a figure that nobody gave is an error with unit and
// indicator, and so is a target.
func TestMissingIsNeverZero(t *testing.T) {
	b := load(t, smallBook)
	f := b.NewFacts(2023, 12, civil(2023, 12, 31))
	f.AddUnit("甲县", "")
	s, found := f.Score()
	if s != nil || !has(found, "target_missing") || found[0].Unit != "甲县" || found[0].Indicator != "甲" {
		t.Error(found)
	}
}

func TestNextRank(t *testing.T) {
	b := load(t, strings.Replace(smallBook, "公式: 计数(项目，本年签约)", "来源: 填报", 1))
	f := b.NewFacts(2023, 12, civil(2023, 12, 31))
	for name, n := range map[string]string{"甲": "9", "乙": "5"} {
		f.AddUnit(name, "")
		f.Set(name, "任务", "10")
		f.Set(name, "签约", n)
	}
	a, found := f.NextRank("乙", "签约", "1")
	if a == nil || !a.Reached || a.Steps != 4 || a.NextRank.String() != "1" {
		t.Errorf("%v %v", a, found)
	}
	if a, _ := f.NextRank("甲", "签约", "1"); a == nil || a.Reached || !strings.Contains(a.String(), "第1名") {
		t.Error(a)
	}
	if _, found := f.NextRank("丙", "没有", "1"); len(found) != 2 {
		t.Error(found)
	}
}

func TestDiffSpeaksOfClauses(t *testing.T) {
	a := load(t, smallBook)
	changed := strings.Replace(strings.Replace(smallBook, "分值: 20", "分值: 25", 1), "  - {编号: c, 名称: 丙, 条款: 三, 分值: 10, 名次: {值: 最大, 递减: 0.5}, 处理: [保底: 0]}\n", "", 1)
	changed = strings.Replace(changed, "  - {名称: 最大, 计量: 亿元, 缺省: 0, 公式: 最高值(项目，投资额，已开工)}\n", "", 1)
	b := load(t, "# 只是注释\n"+changed)
	var out bytes.Buffer
	if err := Diff(a, b).Write(&out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"修改 一 指标 甲:分值", "原 20", "新 25", "删去 三 指标 丙", "删去 量 最大"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
	if len(Diff(a, a)) != 0 {
		t.Error("a book differs from itself")
	}
	targets, rows := []int{3, 5}, []projectRow{{0, 20_000, 300, 400, true}, {1, 60_000, 350, 0, false}}
	x, _ := build(t, a, targets, rows, []int{0, 1}).Score()
	y, _ := build(t, b, targets, rows, []int{0, 1}).Score()
	moves := Compare(x, y)
	if len(moves) != 2 || size(moves[0].To, moves[0].From).Cmp(size(moves[1].To, moves[1].From)) < 0 || len(moves[0].Indicators) == 0 {
		t.Errorf("%+v", moves)
	}
}

// TestSchemaDescribesTheBooks: what the loader reads is valid by the published schema,
// and a misspelt key is not.
func TestSchemaDescribesTheBooks(t *testing.T) {
	c := jsonschema.NewCompiler()
	if err := c.AddResource("rulebook.schema.json", plain(t, Schema())); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("rulebook.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"rulebooks/admission.yaml", "rulebooks/shiyan-2023-counties.yaml", "rulebooks/shiyan-2023-departments.yaml", "rulebooks/city-2023.yaml", "rulebooks/city-2024.yaml", "testdata/methods/methods.yaml"} {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var v any
		if err := yaml.Unmarshal(data, &v); err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(plain(t, v)); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
	var v any
	_ = yaml.Unmarshal([]byte(book("公试: 1")), &v)
	if schema.Validate(plain(t, v)) == nil {
		t.Error("a misspelt key is valid")
	}
}

// TestPublishedSchemaIsTheLoaders: docs/rulebook.schema.json is `luodi rulebook schema`.
func TestPublishedSchemaIsTheLoaders(t *testing.T) {
	var want bytes.Buffer
	e := json.NewEncoder(&want)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(Schema()); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile("../../docs/rulebook.schema.json"); err != nil || !bytes.Equal(got, want.Bytes()) {
		t.Error("docs/rulebook.schema.json is stale: write it with luodi rulebook schema", err)
	}
}
