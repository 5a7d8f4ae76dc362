package rulebook

import (
	"strings"
	"testing"
)

// head is a book of two metrics, to which a test adds what is wrong.
const head = `格式: 1
标题: 试
量:
  - {名称: 个, 计量: 个, 来源: 填报}
  - {名称: 额, 计量: 万元, 来源: 填报}
  - {名称: 率, 计量: "%", 公式: 个 ÷ 10}
指标:
  - {编号: z, 名称: 用到, 条款: 一, 分值: 10, 公式: 个 + 额 ÷ 1万元 + 率 × 10}
`

// TestCheckerFinds: each mistake, with its code and its place.
func TestCheckerFinds(t *testing.T) {
	cases := []struct{ name, add, code, at string }{
		{"unknown name", "  - {编号: a, 名称: 甲, 条款: 一, 公式: 个 + 没有的}", "name_unknown", "没有的"},
		{"near name", "  - {编号: a, 名称: 甲, 条款: 一, 公式: 额度 ÷ 1万元}", "name_unknown", "额度"},
		{"unit mismatch", "  - {编号: a, 名称: 甲, 条款: 一, 公式: 个 + 额}", "measure_mismatch", "额}"},
		{"bare number beside money", "  - {编号: a, 名称: 甲, 条款: 一, 公式: 额 ÷ 1万元, 前提: 额 ≥ 100}", "measure_mismatch", "100}"},
		{"score in money", "  - {编号: a, 名称: 甲, 条款: 一, 公式: 额 × 2}", "measure_not_points", "× 2"},
		{"percent without sign", "  - {编号: a, 名称: 甲, 条款: 一, 公式: 1, 前提: 率 ≥ 80}", "percent_sign", "80}"},
		{"count and percent", "  - {编号: a, 名称: 甲, 条款: 一, 公式: 个 + 率}", "measure_mismatch", "率}"},
		{"gap", "  - {编号: a, 名称: 甲, 条款: 一, 分档: {按: 率, 档: [{区间: '≥90%', 得分: 2}, {区间: '<80%', 得分: 1}]}}", "ladder_gap", "'≥90%'"},
		{"gap of a point", "  - {编号: a, 名称: 甲, 条款: 一, 分档: {按: 率, 档: [{区间: '>90%', 得分: 2}, {区间: '<90%', 得分: 1}]}}", "ladder_gap", "'>90%'"},
		{"overlap", "  - {编号: a, 名称: 甲, 条款: 一, 分档: {按: 率, 档: [{区间: '≥90%', 得分: 2}, {区间: '≤90%', 得分: 1}]}}", "ladder_overlap", "'≤90%'"},
		{"empty tier", "  - {编号: a, 名称: 甲, 条款: 一, 分档: {按: 率, 档: [{区间: '[90%, 80%)', 得分: 2}], 未中: 0}}", "interval_empty", "'[90%"},
		{"open ladder", "  - {编号: a, 名称: 甲, 条款: 一, 分档: {按: 个, 档: [{区间: '[0, 5)', 得分: 2}]}}", "ladder_open", "{按"},
		{"unreachable tier", "  - {编号: a, 名称: 甲, 条款: 一, 组合: {档: [{当: 个 ≥ 5, 得分: 2}, {当: 个 ≥ 8 且 额 ≥ 1万元, 得分: 3}], 未中: 0}}", "tier_unreachable", "且 额"},
		{"contradiction", "  - {编号: a, 名称: 甲, 条款: 一, 组合: {档: [{当: 个 ≥ 5 且 个 < 3, 得分: 2}], 未中: 0}}", "tier_unreachable", "且 个 <"},
		{"cycle", "  - {编号: a, 名称: 甲, 条款: 一, 公式: 得分(b)}\n  - {编号: b, 名称: 乙, 条款: 一, 公式: 得分(a)}", "cycle", "得分(a"},
		{"missing clause", "  - {编号: a, 名称: 甲, 公式: 1}", "clause_missing", "{编号"},
		{"no unit", "  - {编号: a, 名称: 甲, 条款: 一, 适用: [], 公式: 1}", "indicator_without_unit", "{编号"},
		{"two methods", "  - {编号: a, 名称: 甲, 条款: 一, 公式: 1, 比率: {分子: 个, 分母: 个}}", "method_twice", "{分子"},
		{"no method", "  - {编号: a, 名称: 甲, 条款: 一}", "method_missing", "{编号"},
		{"unknown key", "  - {编号: a, 名称: 甲, 条款: 一, 公试: 1}", "key_unknown", "公试"},
		{"children's points", "  - {编号: a, 名称: 甲, 条款: 一, 分值: 9, 子项: [{编号: b, 名称: 乙, 分值: 4, 公式: 1}, {编号: c, 名称: 丙, 分值: 4, 公式: 1}]}", "points_sum", "{编号: a"},
		{"weights", "  - {编号: a, 名称: 甲, 条款: 一, 合并: 加权, 子项: [{编号: b, 名称: 乙, 权重: 50%, 公式: 1}, {编号: c, 名称: 丙, 权重: 60%, 公式: 1}]}", "weights_sum", "{编号: a"},
		{"field outside a table", "  - {编号: a, 名称: 甲, 条款: 一, 公式: 投资额 ÷ 1亿元}", "name_unknown", "投资额"},
		{"stated total", "总分: 100", "points_sum", "100"},
		{"text and number", "  - {编号: a, 名称: 甲, 条款: 一, 公式: 1, 前提: 个 = \"x\"}", "type_mismatch", "\"x\""},
		{"unknown operation", "  - {编号: a, 名称: 甲, 条款: 一, 公式: 1, 处理: [四舍五入: 2]}", "operation_unknown", "四舍"},
		{"unknown function", "  - {编号: a, 名称: 甲, 条款: 一, 公式: 最大大(1)}", "function_unknown", "最大大"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, found := Load("book.yaml", strings.NewReader(head+c.add+"\n"))
			lines := strings.Split(c.add, "\n")
			line := lines[len(lines)-1]
			column := len([]rune(line[:strings.Index(line, c.at)])) + 1
			for _, f := range found {
				if f.Code == c.code && f.Line == strings.Count(head, "\n")+len(lines) && f.Column == column {
					if len(found) > 1 {
						t.Log("also", found)
					}
					return
				}
			}
			t.Errorf("want %s at column %d, found:\n%v", c.code, column, found)
		})
	}
	if _, found := Load("book.yaml", strings.NewReader(head)); len(found) > 0 {
		t.Error("the sound book has findings:", found)
	}
}

// TestAllFindingsAtOnce: one wrong line hides no other.
func TestAllFindingsAtOnce(t *testing.T) {
	text := head + `  - {编号: a, 名称: 甲, 条款: 一, 公式: 无一 + 无二}
  - {编号: b, 名称: 乙, 条款: 一, 分档: {按: 无三, 档: [{区间: '[1, x', 得分: 1}]}, 处理: [封底: 1]}
  - {编号: b, 名称: 丙, 条款: 一, 公式: (1}
未知: 1
`
	b, found := Load("book.yaml", strings.NewReader(text))
	codes := []string{}
	for _, f := range found {
		codes = append(codes, f.Code)
		if f.Line == 0 || f.Column == 0 || f.File != "book.yaml" || f.Message == "" {
			t.Errorf("a finding without a place: %+v", f)
		}
	}
	if b != nil || len(found) < 7 {
		t.Errorf("%d findings: %v", len(found), codes)
	}
}

// TestCommentsAndOrderSurvive a load and a save.
func TestCommentsAndOrderSurvive(t *testing.T) {
	text := "# 开头的注释\n" + head + "  # 中间的注释\n  - {编号: b, 名称: 乙, 条款: 一, 公式: 1} # 行尾的注释\n"
	b, found := Load("book.yaml", strings.NewReader(text))
	if b == nil {
		t.Fatal(found)
	}
	var out strings.Builder
	if err := b.Save(&out); err != nil {
		t.Fatal(err)
	}
	last := 0
	for _, want := range []string{"# 开头的注释", "格式", "标题", "量:", "名称: 额", "指标:", "编号: z", "# 中间的注释", "编号: b", "# 行尾的注释"} {
		i := strings.Index(out.String(), want)
		if i < last {
			t.Errorf("%q is lost or out of order in\n%s", want, out.String())
		}
		last = i
	}
	again, _ := Load("book.yaml", strings.NewReader(out.String()))
	if again == nil || len(Diff(b, again)) > 0 {
		t.Error("the saved book differs")
	}
}
