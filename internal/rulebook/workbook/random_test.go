package workbook

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"luodi/internal/rulebook"
)

// author writes formulas that nobody would.
type author struct {
	*rand.Rand
}

func (a *author) pick(list ...string) string { return list[a.IntN(len(list))] }

func (a *author) number(depth int) string {
	if depth == 0 {
		return a.pick("甲", "乙", "丙", "丁", "3", "0.1", "0", "7", "2.5", "0.3", fmt.Sprintf("缺省(戊, %d)", a.IntN(3)))
	}
	x, y := func() string { return a.number(depth - 1) }, func() string { return a.number(a.IntN(depth)) }
	switch a.IntN(15) {
	case 0, 1:
		return "(" + x() + " + " + y() + ")"
	case 2, 3:
		return "(" + x() + " - " + y() + ")"
	case 4:
		return "(" + x() + " × " + y() + ")"
	case 5:
		return "(" + x() + " ÷ " + y() + ")"
	case 6:
		return fmt.Sprintf("%s(%s, %s, %s)", a.pick("最大", "最小", "合计", "平均"), x(), y(), y())
	case 7, 8:
		return fmt.Sprintf("%s(%s, %d)", a.pick("舍入", "舍去", "进位"), x(), a.IntN(4))
	case 9:
		return fmt.Sprintf("%s(%s)", a.pick("取整", "向上取整", "向下取整", "绝对值"), x())
	case 10, 11:
		return fmt.Sprintf("如果(%s, %s, %s, %s, %s)", a.truth(depth-1), x(), a.truth(depth-1), y(), y())
	case 12:
		return fmt.Sprintf("%s(%s)", a.pick("组内最大", "组内最小", "组内平均", "组内合计", "组内家数", "全体最大"), x())
	case 13:
		return fmt.Sprintf("%s(%s)", a.pick("组内名次", "组内逆名次", "全体名次", "全体逆名次"), x())
	}
	return fmt.Sprintf("计数(项目, %s)", a.condition(depth-1))
}

func (a *author) truth(depth int) string {
	x := func() string { return a.number(max(0, depth-1)) }
	switch a.IntN(5) {
	case 0:
		return fmt.Sprintf("%s %s %s", x(), a.pick("≥", ">", "≤", "<", "=", "≠"), x())
	case 1:
		return fmt.Sprintf("%s ≤ %s < %s", x(), x(), x())
	case 2:
		if depth > 0 {
			return fmt.Sprintf("(%s %s %s)", a.truth(depth-1), a.pick("且", "或"), a.truth(depth-1))
		}
	case 3:
		return "非 (" + x() + " > " + x() + ")"
	case 4:
		return fmt.Sprintf("类 %s \"%s\"", a.pick("=", "≠"), a.pick("A", "a", "B"))
	}
	return "是否"
}

func (a *author) condition(depth int) string {
	switch a.IntN(7) {
	case 0:
		return fmt.Sprintf("投资额 %s %d万元", a.pick("≥", "<", "="), a.IntN(9)*1000)
	case 1:
		return a.pick("已签约", "本年签约", "已开工", "非亿元项目", "框架协议")
	case 2:
		return fmt.Sprintf("开工日期 %s %s", a.pick("≤", ">", "="), a.pick("加月(签约日期, 3)", "加天(签约日期, 40)", "2023-07-01", "年末"))
	case 3:
		return fmt.Sprintf("季度(签约日期) = %d", 1+a.IntN(4))
	case 4:
		return a.pick(`所属产业 属于 ["甲", "乙"]`, `所属产业 ≠ "甲"`)
	case 5:
		return "投资额 ÷ 1千万单位 ≥ 丁"
	}
	if depth <= 0 {
		return "是"
	}
	return "(" + a.condition(depth-1) + a.pick(" 且 ", " 或 ") + a.condition(depth-1) + ")"
}

// TestRandomFormulasRecalculate: whatever is written, LibreOffice computes what the
// engine does; where the engine has no number, it has an error.
func TestRandomFormulasRecalculate(t *testing.T) {
	dir := t.TempDir()
	a := &author{Rand: rand.New(rand.NewPCG(1, 2))}
	var scores []*rulebook.Scores
	var files []string
	for i := range 6 {
		s := a.scores(t)
		file := filepath.Join(dir, fmt.Sprintf("random%d.xlsx", i))
		f, err := os.Create(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := Write(s, f); err != nil {
			t.Fatal(err)
		}
		_ = f.Close()
		scores, files = append(scores, s), append(files, file)
	}
	out := recalculate(t, dir, files)
	compared := 0
	for i, s := range scores {
		f, err := excelize.OpenFile(filepath.Join(out, filepath.Base(files[i])))
		if err != nil {
			t.Fatal(err)
		}
		compared += compare(t, export{filepath.Base(files[i]), s}, f)
		_ = f.Close()
	}
	t.Logf("%d values", compared)
}

// scores makes a book of random metrics and random facts for it.
func (a *author) scores(t *testing.T) *rulebook.Scores {
	var text strings.Builder
	text.WriteString("格式: 1\n标题: 任意\n分组: [{名称: 一组}, {名称: 二组}]\n量:\n  - {名称: 1千万单位, 计量: 万元, 公式: 1000万元}\n")
	for _, name := range []string{"甲", "乙", "丙", "丁", "戊"} {
		fmt.Fprintf(&text, "  - {名称: %s, 来源: 填报}\n", name)
	}
	text.WriteString("  - {名称: 类, 来源: 填报, 类型: 文字}\n  - {名称: 是否, 来源: 填报, 类型: 是否}\n")
	for i := range 120 {
		formula := strings.ReplaceAll(a.number(1+a.IntN(4)), "1千万单位", "「1千万单位」")
		fmt.Fprintf(&text, "  - {名称: x%d, 列示: 是, 公式: '%s'}\n", i, formula)
	}
	text.WriteString("指标:\n  - {编号: a, 名称: a, 条款: 一, 公式: 1}\n")
	// The checker refuses some, rightly: tiers that can't be reached.
	lines := strings.Split(text.String(), "\n")
	_, found := rulebook.Load("random.yaml", strings.NewReader(text.String()))
	for _, x := range found {
		if x.Code != "tier_unreachable" {
			t.Fatal(x, lines[x.Line-1])
		}
		lines[x.Line-1] = "  - {名称: y" + strconv.Itoa(x.Line) + ", 列示: 是, 公式: 1}"
	}
	b, found := rulebook.Load("random.yaml", strings.NewReader(strings.Join(lines, "\n")))
	if b == nil {
		t.Fatal(found)
	}
	f := b.NewFacts(2023, 12, rulebookDay)
	for u := range 9 {
		name := fmt.Sprintf("单位%d", u)
		f.AddUnit(name, []string{"一组", "一组", "二组"}[u%3])
		for _, figure := range []string{"甲", "乙", "丙", "丁"} {
			f.Set(name, figure, a.pick("0", "1", "2", "0.7", "0.35", "-1.5", "33", "12.345"))
		}
		f.Set(name, "类", a.pick("A", "a", "B"))
		f.Set(name, "是否", a.pick("是", "否"))
		if u%4 == 0 {
			f.Set(name, "戊", "5")
		}
		for p := range a.IntN(9) {
			f.AddRecord("项目", map[string]string{"编号": fmt.Sprint(p), "单位": name, "投资额": fmt.Sprint(a.IntN(16) * 1000), "所属产业": a.pick("甲", "乙", "丙", ""),
				"框架协议": a.pick("是", "否"), "签约日期": a.pick("", "2023-01-31", "2023-06-30", "2022-11-30"), "开工日期": a.pick("", "2023-04-30", "2023-08-09", "2023-12-31")}, rulebook.Pos{})
		}
	}
	s, found := f.Score()
	if s == nil {
		t.Fatal(found)
	}
	return s
}
