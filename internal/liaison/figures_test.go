package liaison_test

import (
	"strings"
	"testing"

	"luodi/internal/liaison"
	"luodi/internal/rulebook"
)

const book = `
格式: 1
标题: 包联考核(示例)
量:
  - {名称: 包联周报应报数, 计量: 次, 来源: 填报}
  - {名称: 包联周报按时数, 计量: 次, 来源: 填报}
  - {名称: 包联红灯天数, 计量: 天, 来源: 填报}
指标:
  - 编号: A1
    名称: 周报按时率
    条款: 示例
    分值: 10
    完成率: {实绩: 包联周报按时数, 目标: 包联周报应报数}
    先处理: [封顶: 100%]
    处理: [舍入: 2]
`

// A rule book names what a year of liaisons came to; what it doesn't name is no matter.
func TestARuleBookNamesTheResults(t *testing.T) {
	b, findings := rulebook.Load("包联.yaml", strings.NewReader(book))
	if b == nil {
		t.Fatal(findings)
	}
	f := b.NewFacts(2023, 12, date("2023-12-31"))
	for _, unit := range []string{"甲局", "乙局"} {
		if p := f.AddUnit(unit, ""); p != nil {
			t.Fatal(p)
		}
	}
	for unit, r := range map[string]liaison.Results{
		"甲局": {ReportsDue: 52, ReportsOnTime: 52}, "乙局": {ReportsDue: 48, ReportsOnTime: 36, RedDays: 12, Landed: 3},
	} {
		if problems := r.Report(f, unit); len(problems) > 0 {
			t.Fatalf("%s: %v", unit, problems)
		}
	}
	if problems := (liaison.Results{}).Report(f, "丙局"); len(problems) == 0 {
		t.Error("a unit that isn't in the facts was given figures")
	}
	scores, findings := f.Score()
	if scores == nil {
		t.Fatal(findings)
	}
	got := map[string]string{}
	for _, u := range scores.Result(false).Units {
		got[u.Unit] = u.Indicators[0].Score
	}
	if got["甲局"] != "10" || got["乙局"] != "7.5" {
		t.Errorf("scores %v", got)
	}
}
