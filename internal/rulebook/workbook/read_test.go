package workbook

import (
	"bytes"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"luodi/internal/rulebook"
)

// TestExportedFactsReadBackTheSame: a workbook is a facts file too, and gives the same
// scores to the last digit.
func TestExportedFactsReadBackTheSame(t *testing.T) {
	for _, x := range exports(t) {
		var file bytes.Buffer
		if err := Write(x.scores, &file); err != nil {
			t.Fatal(err)
		}
		facts, found := ReadFacts(x.scores.Facts.Book(), "facts.xlsx", &file, false)
		if facts == nil {
			t.Fatal(x.name, found)
		}
		s, found := facts.Score()
		if s == nil {
			t.Fatal(x.name, found)
		}
		for u, unit := range x.scores.Facts.Units {
			v := facts.Place(unit.Name)
			for _, c := range x.scores.Facts.Book().Columns() {
				if c.Table != nil {
					continue
				}
				a, b := x.scores.Value(c, u), s.Value(c, v)
				if a.Exact() != b.Exact() {
					t.Errorf("%s %s %s: %s, read back %s", x.name, unit.Name, c.Key, a.Exact(), b.Exact())
				}
			}
		}
	}
}

// TestFactsInASheetOfOnesOwn: units in the headers, dates and percentages as people
// write them, and every mistake with its cell.
func TestFactsInASheetOfOnesOwn(t *testing.T) {
	book, found := rulebook.Load("book.yaml", strings.NewReader(`格式: 1
标题: 试
量:
  - {名称: 额, 计量: 万元, 来源: 填报}
  - {名称: 率, 计量: "%", 来源: 填报}
  - {名称: 数, 计量: 个, 公式: 计数(项目，本年签约)}
指标:
  - {编号: a, 名称: 甲, 条款: 一, 公式: 额 ÷ 1万元 + 率 × 10 + 数}
`))
	if book == nil {
		t.Fatal(found)
	}
	f := excelize.NewFile()
	set := func(sheet, cell string, v any) {
		if i, _ := f.GetSheetIndex(sheet); i < 0 {
			if _, err := f.NewSheet(sheet); err != nil {
				t.Fatal(err)
			}
		}
		if err := f.SetCellValue(sheet, cell, v); err != nil {
			t.Fatal(err)
		}
	}
	set("说明", "A1", "年度")
	set("说明", "B1", 2023)
	for i, row := range [][]any{{"单位", "额(亿元)", "率(%)"}, {"甲县", 1.1, 96}, {"乙县", "0.3亿元", "105%"}} {
		for j, v := range row {
			set("数据", letters(j+1)+string(rune('1'+i)), v)
		}
	}
	for i, row := range [][]any{{"编号", "单位", "签约日期"}, {"P1", "甲县", "2023/05/06"}, {"P2", "甲县", 45000}} {
		for j, v := range row {
			set("项目", letters(j+1)+string(rune('1'+i)), v)
		}
	}
	read := func() (*rulebook.Facts, rulebook.Findings) {
		var out bytes.Buffer
		if err := f.Write(&out); err != nil {
			t.Fatal(err)
		}
		return ReadFacts(book, "facts.xlsx", &out, false)
	}
	facts, found := read()
	if facts == nil {
		t.Fatal(found)
	}
	s, found := facts.Score()
	if s == nil || s.Total(0).Exact() != "11011.6" || s.Total(1).Exact() != "3010.5" {
		t.Errorf("%v %v %v", found, s.Total(0).Exact(), s.Total(1).Exact())
	}
	set("数据", "B2", "很多")
	set("项目", "B3", "丙县")
	if facts, found = read(); facts != nil || len(found) != 2 || found[0].File != "facts.xlsx#数据!B2" || found[1].File != "facts.xlsx#项目!B3" {
		t.Error(found)
	}
	if facts, found = ReadFacts(book, "facts.xlsx", strings.NewReader("not a zip"), false); facts != nil || len(found) != 1 {
		t.Error(found)
	}
}
