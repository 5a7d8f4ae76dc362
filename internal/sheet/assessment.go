package sheet

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/shopspring/decimal"
	"github.com/xuri/excelize/v2"

	"luodi/internal/assessment"
	"luodi/internal/calendar"
	"luodi/internal/selfreport"
)

// CellFigure is a column of a year's 任务分解表.
type CellFigure struct {
	Name    string
	Measure string
}

// ReadCells reads the first worksheet with a header of 任务分解表: the row among the first
// thirty that has a column 单位 and one of the figures, whose head may name a unit of
// measure, as in 签约金额目标(万元). Empty cells aren't given; 无 takes a target back.
func ReadCells(data []byte, figures []string, members []assessment.Member) ([]assessment.Cell, []Problem) {
	return readTable(data, func(l line) (cellPlaces, bool) {
		h := cellHeader(l, figures)
		return h, h.unit > 0 && len(h.figures) > 0
	}, "没有找到表头:前30行中应有一行写明单位和各项目标,如“签约项目目标(个)”",
		func(r *reader, name string, h cellPlaces, head line, below []line) ([]assessment.Cell, []Problem) {
			return cellRows(shownIn(r.book, name), name, h, head, below, figures, members)
		})
}

// cellPlaces says in which column (1-based) each thing stands.
type cellPlaces struct {
	unit    int
	figures map[int]string // by column
	measure map[int]string // what the head says in parentheses
}

func cellHeader(l line, figures []string) cellPlaces {
	h := cellPlaces{figures: map[int]string{}, measure: map[int]string{}}
	for at := 1; at <= len(l.cells); at++ {
		text, rest, _ := strings.Cut(strings.NewReplacer("(", "(", ")", ")").Replace(squeeze(l.at(at))), "(")
		if h.unit == 0 && slices.Contains([]string{"单位", "责任单位", "县市区"}, text) {
			h.unit = at
			continue
		}
		if slices.Contains(figures, text) {
			h.figures[at], h.measure[at] = text, strings.TrimSuffix(rest, ")")
		}
	}
	return h
}

func cellRows(see seen, name string, h cellPlaces, header line, rows []line, figures []string, members []assessment.Member) (out []assessment.Cell, problems []Problem) {
	problem := func(column, row int, code, message string) {
		problems = append(problems, Problem{Sheet: name, Cell: cellName(column, row), Code: code, Message: message})
	}
	for at := 1; at <= len(header.cells); at++ {
		text := squeeze(header.at(at))
		if h.figures[at] == "" && at != h.unit && !slices.Contains(append([]string{"分组"}, besides...), text) {
			problem(at, header.number, "target_unknown", "细则中没有目标“"+shorten(text)+"”,应为"+strings.Join(figures, "、"))
		}
	}
	ids := map[string]string{wholeCity: ""}
	for _, m := range members {
		ids[m.Name], ids[m.BookName] = m.UnitID, m.UnitID
	}
	for _, l := range rows {
		who := squeeze(l.at(h.unit))
		if who == "" || isTotal(who) && who != wholeCity || isNote(squeeze(l.first())) || l.banner {
			continue
		}
		id, known := ids[who]
		if !known {
			problem(h.unit, l.number, "unit_not_assessed", "“"+shorten(who)+"”不是本年度的被考核单位")
			continue
		}
		for at := 1; at <= len(l.cells); at++ {
			text := strings.TrimSpace(l.at(at))
			figure, ok := h.figures[at]
			if !ok || blank(text) && text != withdrawn {
				continue
			}
			out = append(out, assessment.Cell{UnitID: id, Figure: figure, Value: measured(see(at, l.number, text), h.measure[at]), Where: Problem{Sheet: name, Cell: cellName(at, l.number)}.Where()})
		}
	}
	if len(out) == 0 && len(problems) == 0 {
		problems = append(problems, Problem{Sheet: name, Code: "rows_empty", Message: "表中没有填写目标"})
	}
	return out, problems
}

// seen gives a cell's text as whoever looks at it sees it.
type seen func(column, row int, text string) string

// shownIn makes of a worksheet's number cells what they show: a percentage has its sign,
// for 96% lies in the file as 0.96, and no number has more digits than Excel means.
func shownIn(book *excelize.File, sheet string) seen {
	return func(column, row int, text string) string {
		cell := cellName(column, row)
		kind, err := book.GetCellType(sheet, cell)
		n, number := parseNumber(text)
		if err != nil || !number || kind != excelize.CellTypeUnset && kind != excelize.CellTypeNumber {
			return text
		}
		id, err := book.GetCellStyle(sheet, cell)
		if err != nil {
			return n
		}
		style, err := book.GetStyle(id)
		if err != nil || style.NumFmt != 9 && style.NumFmt != 10 && (style.CustomNumFmt == nil || !strings.Contains(*style.CustomNumFmt, "%")) {
			return n
		}
		d, err := decimal.NewFromString(n)
		if err != nil {
			return n
		}
		return d.Shift(2).String() + "%"
	}
}

// measured is a cell's value with the unit of its column's head, unless it has its own.
func measured(text, measure string) string {
	if text == withdrawn {
		return ""
	}
	if measure != "" && strings.Trim(text, "0123456789.,-") == "" {
		return text + measure
	}
	return text
}

// WriteCells writes a year's targets, so that ReadCells takes them back.
func WriteCells(w io.Writer, title string, figures []CellFigure, members []assessment.Member, c assessment.Cells) error {
	b := block{title: "空白不改动原有目标;填“" + withdrawn + "”取消目标。", columns: []string{"单位", "分组"}}
	for _, f := range figures {
		head := f.Name
		if f.Measure != "" {
			head += "(" + f.Measure + ")"
		}
		b.columns = append(b.columns, head)
	}
	row := func(name, group string, values map[string]string) {
		cells := []any{name, group}
		for _, f := range figures {
			cells = append(cells, number(values[f.Name]))
		}
		b.rows = append(b.rows, cells)
	}
	if len(members) != 1 { // a unit gets its own line alone
		row(wholeCity, "", c.City)
	}
	for _, m := range members {
		row(m.Name, m.Group, c.Units[m.UnitID])
	}
	return writeSheet(w, targetsSheet, title, b)
}

func writeSheet(w io.Writer, name, title string, b block) error {
	book := excelize.NewFile()
	defer book.Close()
	if err := book.SetSheetName("Sheet1", name); err != nil {
		return err
	}
	style, err := newStyles(book)
	if err != nil {
		return err
	}
	if err := writeBlocks(book, style, name, title, []block{b}); err != nil {
		return err
	}
	_, err = book.WriteTo(w)
	return err
}

// ReportLine is a figure as a self-report's workbook states it.
type ReportLine struct {
	Figure string
	Value  string
	Reason string
	Where  string // cell of the value
}

const (
	reportSheet  = "自评表"
	figureColumn = "数据项"
	saidColumn   = "自报数"
	whyColumn    = "差异理由"
)

// ReadReport reads the first worksheet with a header of a self-report: columns 数据项 and
// 自报数, and 差异理由 where there is one. Empty cells aren't given.
func ReadReport(data []byte, figures []string) ([]ReportLine, []Problem) {
	return readTable(data, func(l line) (map[string]int, bool) {
		h := reportHeader(l)
		return h, h[figureColumn] > 0 && h[saidColumn] > 0
	}, "没有找到表头:前30行中应有一行写明“"+figureColumn+"”和“"+saidColumn+"”",
		func(r *reader, name string, h map[string]int, _ line, below []line) ([]ReportLine, []Problem) {
			return reportRows(shownIn(r.book, name), name, h, below, figures)
		})
}

func reportHeader(l line) map[string]int {
	h := map[string]int{}
	for at := 1; at <= len(l.cells); at++ {
		if text := squeeze(l.at(at)); h[text] == 0 {
			h[text] = at
		}
	}
	return h
}

func reportRows(see seen, name string, h map[string]int, rows []line, figures []string) (out []ReportLine, problems []Problem) {
	seen := map[string]string{}
	for _, l := range rows {
		figure := squeeze(l.at(h[figureColumn]))
		if figure == "" || l.banner {
			continue
		}
		cell := func(column string) string { return cellName(h[column], l.number) }
		if !slices.Contains(figures, figure) {
			problems = append(problems, Problem{Sheet: name, Cell: cell(figureColumn), Code: "figure_unknown", Message: "细则不要求填报“" + shorten(figure) + "”"})
			continue
		}
		if first, twice := seen[figure]; twice {
			problems = append(problems, Problem{Sheet: name, Cell: cell(figureColumn), Code: "figure_repeated", Message: "“" + figure + "”与" + first + "重复"})
			continue
		}
		seen[figure] = cell(figureColumn)
		value := strings.TrimSpace(l.at(h[saidColumn]))
		if blank(value) {
			continue
		}
		x := ReportLine{Figure: figure, Value: see(h[saidColumn], l.number, value), Where: Problem{Sheet: name, Cell: cell(saidColumn)}.Where()}
		if h[whyColumn] > 0 {
			x.Reason = strings.TrimSpace(l.at(h[whyColumn]))
		}
		out = append(out, x)
	}
	if len(out) == 0 && len(problems) == 0 {
		problems = append(problems, Problem{Sheet: name, Code: "rows_empty", Message: "表中没有填写自报数"})
	}
	return out, problems
}

// WriteReport writes a self-report, so that ReadReport takes it back: the registry's
// figures and what was made of each beside.
func WriteReport(w io.Writer, s selfreport.State) error {
	b := block{title: "只填“自报数”和“差异理由”两列;与登记数不一致的须写明理由。登记数截至" + calendar.DateOf(s.KnownAt).String() + "。",
		columns: []string{figureColumn, "计量单位", "对应指标", "登记数", "登记来源", saidColumn, whyColumn, "核实结论", "核定数", "核实说明"}}
	for _, x := range s.Items {
		source := x.Source
		if x.Records > 0 {
			source += fmt.Sprintf("(%d个项目)", x.Records)
		}
		b.rows = append(b.rows, []any{x.Name, x.Measure, strings.Join(x.Titles, "、"), x.Value, source, x.Said, x.Reason, x.Verdict.Label(), x.Final, x.Why})
	}
	return writeSheet(w, reportSheet, s.Title()+"表", b)
}
