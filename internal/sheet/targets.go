package sheet

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"luodi/internal/bulletin"
	"luodi/internal/money"
	"luodi/internal/org"
)

const (
	targetsSheet = "任务分解表"
	wholeCity    = "全市"
)

// withdrawn in a cell takes a target back; an empty one leaves it as it is.
const withdrawn = "无"

// Target is one target as a workbook states it.
type Target struct {
	UnitID    string // empty: the whole city
	Indicator string
	Value     string
	Where     string // sheet and cell
}

// ReadTargets reads the first worksheet with a header of 任务分解表: the row among the
// first thirty that has a column 单位 and one of the indicators.
func ReadTargets(data []byte, units []org.Unit) ([]Target, []Problem) {
	return readTable(data, func(l line) (targetPlaces, bool) {
		h := targetHeader(l)
		return h, h.unit > 0 && len(h.indicators) > 0
	}, "没有找到表头:前30行中应有一行写明单位和各项指标,如“签约项目数(个)”",
		func(_ *reader, name string, h targetPlaces, head line, below []line) ([]Target, []Problem) {
			return targetRows(name, h, head, below, units)
		})
}

// targetPlaces says in which column (1-based) each thing stands.
type targetPlaces struct {
	unit       int
	indicators map[int]bulletin.Indicator // by column
}

func targetHeader(l line) targetPlaces {
	h := targetPlaces{indicators: map[int]bulletin.Indicator{}}
	for at := 1; at <= len(l.cells); at++ {
		text, _, _ := strings.Cut(squeeze(l.at(at)), "(")
		if h.unit == 0 && slices.Contains([]string{"单位", "责任单位", "县市区"}, text) {
			h.unit = at
			continue
		}
		for _, ind := range bulletin.Indicators {
			if text == ind.Label || text == ind.Label+"目标" {
				h.indicators[at] = ind
			}
		}
	}
	return h
}

// besides are columns that people like to have and nothing is read from.
var besides = []string{"", "序号", "备注", "说明"}

func targetRows(name string, h targetPlaces, header line, body []line, units []org.Unit) (out []Target, problems []Problem) {
	problem := func(column, row int, code, message string) {
		problems = append(problems, Problem{Sheet: name, Cell: cellName(column, row), Code: code, Message: message})
	}
	amounts := h.moneyUnits(header, problem)
	ids := map[string]string{wholeCity: ""}
	for _, u := range units {
		ids[u.Name], ids[u.ShortName] = u.ID, u.ID
	}
	for _, l := range body {
		who := squeeze(l.at(h.unit))
		if who == "" || isTotal(who) || isNote(squeeze(l.first())) || l.banner {
			continue
		}
		id, known := ids[who]
		if !known {
			problem(h.unit, l.number, "unit_unknown", "没有名为“"+shorten(who)+"”的单位")
			continue
		}
		for at := 1; at <= len(l.cells); at++ {
			text := strings.TrimSpace(l.at(at))
			ind, ok := h.indicators[at]
			if !ok || blank(text) && text != withdrawn {
				continue
			}
			value, wrong := targetValue(text, amounts[at])
			if wrong != nil {
				problem(at, l.number, wrong.code, wrong.message)
				continue
			}
			out = append(out, Target{UnitID: id, Indicator: ind.Key, Value: value, Where: Problem{Sheet: name, Cell: cellName(at, l.number)}.Where()})
		}
	}
	if len(out) == 0 && len(problems) == 0 {
		problems = append(problems, Problem{Sheet: name, Code: "rows_empty", Message: "表中没有填写目标"})
	}
	return out, problems
}

// moneyUnits reads in which unit each column of amounts is, and finds columns that are
// no indicator's.
func (h targetPlaces) moneyUnits(header line, problem func(column, row int, code, message string)) map[int]money.Amount {
	out := map[int]money.Amount{}
	for at := 1; at <= len(header.cells); at++ {
		text := squeeze(header.at(at))
		ind, known := h.indicators[at]
		switch {
		case known && ind.Amount:
			unit, wrong := readMoneyUnit(text, 0)
			if wrong != nil {
				problem(at, header.number, wrong.code, wrong.message)
			}
			out[at] = unit
		case !known && at != h.unit && !slices.Contains(besides, text):
			problem(at, header.number, "indicator_unknown", "没有指标“"+shorten(text)+"”")
		}
	}
	return out
}

// targetValue is a cell as the application reads it: amounts in 万元, numbers without
// separators. unit is 0 for a count.
func targetValue(text string, unit money.Amount) (string, *trouble) {
	if text == withdrawn {
		return "", nil
	}
	if unit != 0 {
		a, wrong := parseAmount(text, unit)
		return a.String(), wrong
	}
	if n, ok := parseNumber(text); ok {
		return n, nil
	}
	return text, nil // for the application to refuse
}

// WriteTargets writes a year's targets, so that ReadTargets takes them back.
func WriteTargets(w io.Writer, year int, units []bulletin.Named, targets bulletin.Targets) error {
	book := excelize.NewFile()
	defer book.Close()
	if err := book.SetSheetName("Sheet1", targetsSheet); err != nil {
		return err
	}
	style, err := newStyles(book)
	if err != nil {
		return err
	}
	b := block{title: "空白不改动原有目标;填“" + withdrawn + "”取消目标。", columns: []string{"单位"}}
	for _, ind := range bulletin.Indicators {
		b.columns = append(b.columns, fmt.Sprintf("%s(%s)", ind.Label, ind.Unit))
	}
	for _, u := range units {
		row := []any{u.Name}
		for _, ind := range bulletin.Indicators {
			row = append(row, number(targets[u.ID][ind.Key]))
		}
		b.rows = append(b.rows, row)
	}
	if err := writeBlocks(book, style, targetsSheet, fmt.Sprintf("%d年招商引资目标任务分解表", year), []block{b}); err != nil {
		return err
	}
	_, err = book.WriteTo(w)
	return err
}
