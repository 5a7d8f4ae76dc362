package sheet

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"luodi/internal/dispatch"
	"luodi/internal/liaison"
)

func TestDispatchWorkbook(t *testing.T) {
	long := strings.Repeat("很长的单位名称", 6)
	subject := dispatch.Subject{ProjectID: "p1", ProjectName: "=SUM(A1:A9)", County: dispatch.Unit{ID: "a", Name: long + "甲"}, Department: dispatch.Unit{ID: "d", Name: "历史/单位[1]"}}
	totals := dispatch.Totals{Liaisons: 3, ReportsDue: 3, ReportsOnTime: 2, ReportsMissing: 1}
	s := dispatch.Sheet{
		Window: dispatch.Window{Week: dispatch.Week{Year: 2023, N: 40}}, City: totals,
		Counties:    []dispatch.UnitTotals{{Unit: subject.County, Totals: totals}, {Unit: dispatch.Unit{ID: "b", Name: long + "乙"}}},
		Departments: []dispatch.UnitTotals{{Unit: subject.Department, Totals: totals}, {Unit: dispatch.Unit{Name: "未安排包联"}}},
		Late:        []dispatch.Late{{Subject: subject, Kind: liaison.ItemMilestone, Title: "用地", Due: time.Date(2023, 10, 7, 9, 30, 0, 0, time.UTC), Days: 4}},
	}
	var pages []dispatch.Page
	for _, u := range s.Units() {
		p, _ := s.Page(u.ID)
		pages = append(pages, p)
	}
	book := written(t, s, pages)
	names := book.GetSheetList()
	if len(names) != 4 || names[0] != "汇总" || len([]rune(names[1])) != 31 || names[1] == names[2] || names[3] != "历史_单位_1_" {
		t.Fatalf("worksheets %q", names)
	}
	rows, err := book.GetRows("汇总")
	must(t, err)
	if got := rows[3]; got[1] != "3" || got[14] != "66.7%" {
		t.Errorf("the county's line is %v", got)
	}
	if kind, _ := book.GetCellType("汇总", "B4"); kind != excelize.CellTypeUnset && kind != excelize.CellTypeNumber {
		t.Errorf("a figure is of type %d", kind)
	}
	found := ""
	rows, err = book.GetRows(names[1])
	must(t, err)
	for i, r := range rows {
		if len(r) > 6 && r[3] == "节点" {
			found = strings.Join(r, "|")
			if formula, _ := book.GetCellFormula(names[1], cellName(1, i+1)); formula != "" {
				t.Errorf("a name became the formula %s", formula)
			}
		}
	}
	if want := "=SUM(A1:A9)|" + long + "甲|历史/单位[1]|节点|用地|2023-10-07|4"; found != want {
		t.Errorf("late is %s, want %s", found, want)
	}
	// Who sees one page sees no other's figures.
	book = written(t, s, pages[:1])
	rows, err = book.GetRows("汇总")
	must(t, err)
	for _, r := range rows {
		if line := strings.Join(r, "|"); strings.Contains(line, "乙") || strings.Contains(line, "未安排包联") || strings.Contains(line, "历史") {
			t.Errorf("the county sees %s", line)
		}
	}
}

func written(t *testing.T, s dispatch.Sheet, pages []dispatch.Page) *excelize.File {
	t.Helper()
	var b bytes.Buffer
	must(t, WriteDispatch(&b, s, pages))
	book, err := excelize.OpenReader(&b)
	must(t, err)
	t.Cleanup(func() { _ = book.Close() })
	return book
}
