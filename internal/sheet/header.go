package sheet

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"luodi/internal/money"
	"luodi/internal/org"
)

const (
	headerWithin  = 30 // rows from the top
	headerMatches = 3  // recognised headers that make a header row
)

// header is the header row that was found.
type header struct {
	row     int // 1-based
	columns []place
	unknown []int // 1-based columns with a header that nobody knows
}

// place is a column of the sheet that was recognised.
type place struct {
	column
	at   int // 1-based
	unit money.Amount
}

// findHeader looks for the first row with enough known headers, the project's name
// among them. Rows above it are a title, perhaps with a unit for the whole sheet.
func findHeader(rows []line, units []org.Unit) (header, []Problem) {
	known := append(columns(units), readOnly()...)
	sheetUnit := money.Amount(0)
	for _, l := range rows[:min(len(rows), headerWithin)] {
		h := header{row: l.number}
		for i, text := range l.cells {
			h.place(known, i+1, text)
		}
		if len(h.columns) >= headerMatches && slices.ContainsFunc(h.columns, func(p place) bool { return p.field == "name" }) {
			return h, h.check(known, l.cells, sheetUnit)
		}
		for _, text := range l.cells {
			if m := unitOfSheet.FindStringSubmatch(squeeze(text)); m != nil {
				sheetUnit = moneyUnits[m[1]]
			}
		}
	}
	return header{}, nil
}

var (
	unitOfSheet = regexp.MustCompile(`单位:(?:人民币)?(亿元|万元|元)`)
	unitOfName  = regexp.MustCompile(`^(.*?)[((:/]*(?:单位:)?(?:人民币)?(亿元|万元|元)(?:人民币)?\)?$`)
	foreign     = regexp.MustCompile(`美元|欧元|港元|港币|日元|英镑`)
	coalUnit    = regexp.MustCompile(`^吨标准?煤(/年)?$|^tce(/a)?$`)
	bracketed   = regexp.MustCompile(`^(.*)\(([^()]*)\)$`)
	moneyUnits  = map[string]money.Amount{"亿元": money.Yi, "万元": money.Wan, "元": money.Yuan}
)

func (h *header) place(known []column, at int, text string) {
	name := squeeze(text)
	if name == "" || slices.Contains(ignored, name) {
		return
	}
	for _, c := range known {
		if c.answersTo(name) {
			h.columns = append(h.columns, place{column: c, at: at})
			return
		}
	}
	h.unknown = append(h.unknown, at)
}

// answersTo compares the whole header first, then the header without its unit.
func (c column) answersTo(name string) bool {
	is := func(s string) bool { return squeeze(c.header) == s || slices.Contains(c.names, s) }
	if is(name) {
		return true
	}
	if m := bracketed.FindStringSubmatch(name); m != nil && is(m[1]) {
		return true
	}
	m := unitOfName.FindStringSubmatch(name)
	return m != nil && c.measure == amount && is(m[1])
}

// check finds what the header row lacks, and reads the units of its columns.
func (h *header) check(known []column, cells []string, sheetUnit money.Amount) []Problem {
	var problems []Problem
	seen := map[string]int{}
	for i := range h.columns {
		p := &h.columns[i]
		name := squeeze(cells[p.at-1])
		if first, twice := seen[p.header]; twice {
			problems = append(problems, Problem{Cell: cellName(p.at, h.row), Code: "header_repeated",
				Message: fmt.Sprintf("“%s”与%s是同一项,请只保留一列", shorten(name), cellName(first, h.row))})
		}
		seen[p.header] = p.at
		var wrong *trouble
		if p.unit, wrong = p.readUnit(name, sheetUnit); wrong != nil {
			problems = append(problems, Problem{Cell: cellName(p.at, h.row), Code: wrong.code, Message: wrong.message})
		}
	}
	for _, c := range known {
		if _, there := seen[c.header]; c.required && !there {
			problems = append(problems, Problem{Cell: cellName(1, h.row), Code: "header_missing", Message: "表头缺少“" + c.header + "”一列"})
		}
	}
	return problems
}

func (c column) readUnit(name string, sheetUnit money.Amount) (money.Amount, *trouble) {
	bracket := ""
	if m := bracketed.FindStringSubmatch(name); m != nil {
		bracket = m[2]
	}
	switch c.measure {
	case amount:
		return readMoneyUnit(name, sheetUnit)
	case land:
		if bracket != "" && bracket != "亩" {
			return 0, &trouble{"unit_unknown", "面积的单位只能是“亩”,请换算后改写表头"}
		}
	case energy:
		if bracket != "" && !coalUnit.MatchString(bracket) {
			return 0, &trouble{"unit_unknown", "能耗的单位只能是“吨标准煤/年”,请换算后改写表头"}
		}
	}
	return 0, nil
}

func readMoneyUnit(name string, sheetUnit money.Amount) (money.Amount, *trouble) {
	if foreign.MatchString(name) {
		return 0, &trouble{"currency_unknown", "金额只能以人民币计,请折算后改写表头"}
	}
	if m := unitOfName.FindStringSubmatch(name); m != nil {
		return moneyUnits[m[2]], nil
	}
	if sheetUnit != 0 {
		return sheetUnit, nil
	}
	return 0, &trouble{"unit_missing", "“" + shorten(name) + "”没有写明单位,请在表头注明“(万元)”或“(亿元)”"}
}

// isTotal and isNote know the rows that an office puts among and below the data.
func isTotal(first string) bool {
	return slices.Contains([]string{"合计", "总计", "小计", "共计", "合计:", "总计:"}, squeeze(first))
}

func isNote(first string) bool {
	for _, prefix := range []string{"注:", "备注:", "说明:", "填表人", "填报人", "填报单位", "制表", "审核人", "单位负责人"} {
		if strings.HasPrefix(squeeze(first), prefix) {
			return true
		}
	}
	return false
}
