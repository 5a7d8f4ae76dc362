package rulebook

import (
	"fmt"
	"io"
	"strings"
	"testing"
)

// TestHostileFilesAreRefused: within bounded time and memory, with a finding.
func TestHostileFilesAreRefused(t *testing.T) {
	bomb := "格式: 1\na: &a [x,x,x,x,x,x,x,x,x]\n"
	for i := range 20 {
		bomb += fmt.Sprintf("b%d: &b%d [*a,*a,*a,*a,*a,*a,*a,*a,*a]\n", i, i)
	}
	cases := map[string]struct{ text, code string }{
		"alias bomb":       {bomb, "yaml_alias"},
		"deep brackets":    {"格式: 1\n标题: " + strings.Repeat("[", 200_000), "too_deep"},
		"deep braces":      {"格式: 1\n标题: " + strings.Repeat("{a: ", 100_000), "too_deep"},
		"deep indentation": {"格式: 1\n" + deep(400), "too_deep"},
		"dense list":       {"格式: 1\n标题: [" + strings.Repeat("a,", 900_000) + "]", "too_many_values"},
		"dense dashes":     {"格式: 1\n标题:\n" + strings.Repeat("- ", 900_000), "too_many_values"},
		"deep dashes":      {"格式: 1\n标题:\n" + strings.Repeat("- ", 20_000) + "a", "yaml_syntax"},
		"deep formula":     {book("公式: " + strings.Repeat("(", 2000) + "1" + strings.Repeat(")", 2000)), "formula_too_long"},
		"nested formula":   {book("公式: " + strings.Repeat("(", 500) + "1" + strings.Repeat(")", 500)), "formula_too_deep"},
		"many minuses":     {book("公式: '" + strings.Repeat("-", 3000) + "1'"), "formula_too_deep"},
		"many nots":        {book("公式: " + strings.Repeat("非 ", 1000) + "是"), "formula_too_deep"},
		"long number":      {book("公式: " + strings.Repeat("9", 2000)), "formula_number"},
		"huge exponent":    {book("公式: 1e999999999"), "formula_syntax"},
		"empty":            {"", "file_empty"},
		"not yaml":         {"\x00\x01\x02", "yaml_syntax"},
		"second document":  {"格式: 1\n---\n格式: 1\n", "second_document"},
		"list":             {"- 1\n- 2\n", "mapping_expected"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			b, found := Load("book.yaml", strings.NewReader(c.text))
			if b != nil || !has(found, c.code) {
				t.Errorf("book %v, findings %v", b != nil, found[:min(3, len(found))])
			}
		})
	}
}

// TestNumbersCannotGrowWithoutBound: squaring again and again ends in a finding.
func TestNumbersCannotGrowWithoutBound(t *testing.T) {
	var b strings.Builder
	b.WriteString("格式: 1\n标题: 平方\n量:\n  - {名称: x0, 公式: 1234567890123456789}\n")
	for i := range 40 {
		fmt.Fprintf(&b, "  - {名称: x%d, 公式: x%d × x%d}\n", i+1, i, i)
	}
	b.WriteString("指标:\n  - {编号: a, 名称: a, 条款: 一, 公式: x40}\n")
	book, found := Load("book.yaml", strings.NewReader(b.String()))
	if book == nil {
		t.Fatal(found)
	}
	f := book.NewFacts(2023, 1, civil(2023, 1, 31))
	f.AddUnit("甲", "")
	if s, found := f.Score(); s != nil || !has(found, "number_too_large") {
		t.Errorf("%v", found)
	}
}

// TestLargeFileIsRefusedUnread: 100 MB of input are read no further than the limit.
func TestLargeFileIsRefusedUnread(t *testing.T) {
	r := &endless{}
	if b, found := Load("book.yaml", r); b != nil || !has(found, "file_too_large") || r.n > MaxBookBytes*2 {
		t.Errorf("%v after %d bytes", found, r.n)
	}
	good, _ := Load("book.yaml", strings.NewReader(book("公式: 1")))
	r = &endless{}
	if f, found := good.LoadFacts("facts.yaml", io.LimitReader(r, 100<<20), false); f != nil || !has(found, "file_too_large") {
		t.Errorf("%v", found)
	}
}

type endless struct{ n int }

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	e.n += len(p)
	return len(p), nil
}

func deep(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

func book(method string) string {
	return "格式: 1\n标题: 试\n指标:\n  - 编号: a\n    名称: 甲\n    条款: 一\n    分值: 10\n    " + method + "\n"
}

func has(found Findings, code string) bool {
	for _, f := range found {
		if f.Code == code {
			return true
		}
	}
	return false
}

// FuzzLoad: no input makes the loader panic; what loads can be scored and explained.
func FuzzLoad(f *testing.F) {
	f.Add(book("公式: 1 + 2"))
	f.Add(book("分档: {按: 1, 档: [{区间: '[0, 1)', 得分: 1}], 未中: 0}"))
	f.Add(book("名次: {值: 1, 递减: 1}"))
	f.Add("格式: 1\n标题: x\n指标: [{编号: a, 名称: b, 完成率: {实绩: 1, 目标: 0}}]\n用例: [{名称: c, 事实: {单位: [甲]}, 期望: {甲: {a: 1}}}]")
	f.Fuzz(func(t *testing.T, text string) {
		b, _ := Load("book.yaml", strings.NewReader(text))
		if b == nil {
			return
		}
		b.RunCases()
		facts := b.NewFacts(2023, 1, civil(2023, 1, 31))
		facts.AddUnit("甲", b.Groups[0].Name)
		if s, _ := facts.Score(); s != nil {
			s.Result(true)
		}
	})
}

// FuzzFormula: no formula makes the parser panic or run away.
func FuzzFormula(f *testing.F) {
	for _, s := range []string{"如果(a ≥ 1亿元, 2, 3)", "60% ≤ x < 80%", "计数(项目, 已开工 且 非框架协议)", "a 属于 [\"x\", \"y\"]", "-(-1)", "「a b」 ÷ 2", "2023-06-30", "10万元/亩"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		e, bad := parseFormula(s, Pos{1, 1}, nil)
		if (e == nil) == (bad == nil) {
			t.Errorf("expression %v and error %v", e, bad)
		}
	})
}
