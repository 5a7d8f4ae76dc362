package rulebook_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"luodi/internal/rulebook"
)

const figureBook = `格式: 1
标题: 数
分组: [{名称: 组}]
量:
  - {名称: 金额, 计量: 亿元, 来源: 填报}
  - {名称: 率, 计量: "%", 来源: 填报}
  - {名称: 个数, 计量: 个, 来源: 填报}
  - {名称: 事故, 类型: 是否, 来源: 填报}
指标:
  - {编号: A, 名称: 甲, 分值: 100, 缺数: 零分, 公式: "如果(事故 或 金额 < 0亿元 或 个数 < 0, 0, 率 × 分值)", 处理: [封顶: 100]}
`

func TestFiguresAreWrittenAlike(t *testing.T) {
	b, found := rulebook.Load("b", strings.NewReader(figureBook))
	if b == nil {
		t.Fatal(found)
	}
	for _, c := range []struct{ metric, in, out, code string }{
		{"金额", "1.20", "1.2", ""}, {"金额", "12000万元", "1.2", ""}, {"金额", " 1.2亿元 ", "1.2", ""},
		{"率", "96%", "96%", ""}, {"率", "96", "96%", ""}, {"率", "33.5 %", "33.5%", ""},
		{"个数", "1,200", "1200", ""}, {"个数", "12个", "12", ""}, {"事故", "是", "是", ""}, {"事故", "也许", "", "flag_expected"},
		{"个数", "三", "", "number_expected"}, {"个数", "3亿元", "", "measure_mismatch"}, {"没有", "3", "", "figure_unknown"},
	} {
		got, p := b.ReadFigure(c.metric, c.in)
		if got != c.out || (p == nil) != (c.code == "") || p != nil && p.Code != c.code {
			t.Errorf("%s %q: %q %v, want %q %s", c.metric, c.in, got, p, c.out, c.code)
		}
	}
	rapid.Check(t, func(rt *rapid.T) { // what was written reads back as itself
		text := rapid.StringMatching(`-?(0|[1-9][0-9]{0,8})(\.[0-9]{0,7}[1-9])?`).Draw(rt, "n")
		metric := rapid.SampledFrom([]string{"金额", "率", "个数"}).Draw(rt, "metric")
		once, p := b.ReadFigure(metric, text)
		if p != nil {
			rt.Fatal(p)
		}
		if twice, p := b.ReadFigure(metric, once); p != nil || twice != once {
			rt.Fatalf("%q became %q", once, twice)
		}
	})
}
