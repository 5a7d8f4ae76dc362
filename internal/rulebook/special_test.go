package rulebook_test

import (
	"strings"
	"testing"

	"luodi/internal/calendar"
	"luodi/internal/rulebook"
)

const comparedBook = `格式: 1
标题: 比较
分组: [{名称: 组}]
量:
  - {名称: 开工, 计量: 个, 来源: 填报}
  - {名称: 入库, 计量: 个, 来源: 填报}
  - {名称: 入库率, 计量: "%", 比率: {分子: 入库, 分母: 开工}, 除零: 不适用}
指标:
  - {编号: A, 名称: 入库率, 分值: 60, 缺数: 不适用, 功效系数: {值: 入库率, 全等: 60, 单家: 100}}
  - {编号: B, 名称: 入库数, 分值: 40, 公式: "如果(入库 > 0, 分值, 0)"}
`

// Whoever isn't compared gets neither what one alone gets nor what all equal ones get.
func TestWhoIsNotComparedGetsNoComparisonsPoints(t *testing.T) {
	b, found := rulebook.Load("b", strings.NewReader(comparedBook))
	if b == nil {
		t.Fatal(found)
	}
	for name, c := range map[string]struct {
		started, counted [3]string
		want             [3]string // scores of A; "" is 不适用
	}{
		"one alone":       {[3]string{"4", "0", "0"}, [3]string{"2", "0", "0"}, [3]string{"60", "", ""}},
		"two are equal":   {[3]string{"4", "2", "0"}, [3]string{"2", "1", "0"}, [3]string{"36", "36", ""}},
		"three compared":  {[3]string{"4", "2", "1"}, [3]string{"2", "2", "0"}, [3]string{"48", "60", "36"}},
		"nobody compared": {[3]string{"0", "0", "0"}, [3]string{"0", "0", "0"}, [3]string{"", "", ""}},
	} {
		f := b.NewFacts(2023, 12, calendar.Date{Year: 2023, Month: 12, Day: 31})
		for i, u := range []string{"甲", "乙", "丙"} {
			f.AddUnit(u, "组")
			f.Set(u, "开工", c.started[i])
			f.Set(u, "入库", c.counted[i])
		}
		s, found := f.Score()
		if s == nil {
			t.Fatal(name, found)
		}
		for i := range c.want {
			got := s.Of(b.Indicators()[0], i)
			if text := got.Decimal(2); got.Fault() != nil && c.want[i] != "" || got.Fault() == nil && text != c.want[i] {
				t.Errorf("%s: unit %d has %s (%v), want %q", name, i, text, got.Fault(), c.want[i])
			}
		}
	}
}
