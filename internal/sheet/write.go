package sheet

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"luodi/internal/calendar"
	"luodi/internal/money"
	"luodi/internal/org"
	"luodi/internal/project"
)

const (
	projectsSheet = "项目"
	notesSheet    = "填写说明"
	templateRows  = 1000 // rows below the header that have drop-downs
	maxDropDown   = 255  // characters that Excel allows a list of choices
)

var notes = []string{
	"一、“项目名称”“投资方”“县市区”“协议金额(万元)”为必填列,列的先后顺序不限。",
	"二、金额以人民币计,单位写在表头,可用“(万元)”“(亿元)”或“(元)”;单元格内只填数字。",
	"三、日期精确到日,可写作 2023-01-05、2023/1/5、2023.1.5、2023年1月5日 或 20230105。",
	"四、“项目阶段”不填时按已有日期推定;填写时须与日期一致,且只填到已到达的阶段。",
	"五、“到位资金明细(万元)”写作“2023-05-01:1200;2023-09-10:800.5”,即每笔的到账日期和金额。",
	"六、合计行、空行自动跳过;不认识的列会提示,不导入。有一处错误则整个文件不导入。",
}

// WriteTemplate writes an empty workbook to fill in: headers, drop-downs, and a
// sheet of notes.
func WriteTemplate(w io.Writer, units []org.Unit) error {
	return write(w, nil, units, "招商引资项目导入模板", true)
}

// WriteProjects writes projects under a title, in their order. ReadProjects reads
// the workbook back into equal drafts.
func WriteProjects(w io.Writer, projects []project.Project, units []org.Unit, title string) error {
	return write(w, projects, units, title, false)
}

func write(w io.Writer, projects []project.Project, units []org.Unit, title string, template bool) error {
	book := excelize.NewFile()
	defer book.Close()
	if err := book.SetSheetName("Sheet1", projectsSheet); err != nil {
		return err
	}
	cols := columns(units)
	if template { // before the rows: streaming them seals the sheet
		if err := writeHelp(book, cols); err != nil {
			return err
		}
	}
	if err := writeRows(book, cols, projects, title); err != nil {
		return err
	}
	_, err := book.WriteTo(w)
	return err
}

type styles struct{ title, header, date int }

func newStyles(book *excelize.File) (s styles, err error) {
	format := "yyyy-mm-dd"
	centred := &excelize.Alignment{Horizontal: "center", Vertical: "center", WrapText: true}
	if s.title, err = book.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true, Size: 16}, Alignment: centred}); err != nil {
		return s, err
	}
	if s.header, err = book.NewStyle(&excelize.Style{
		Font: &excelize.Font{Bold: true}, Alignment: centred,
		Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"DDEBF7"}},
	}); err != nil {
		return s, err
	}
	s.date, err = book.NewStyle(&excelize.Style{CustomNumFmt: &format})
	return s, err
}

// writeRows streams: an export may have as many rows as the registry.
func writeRows(book *excelize.File, cols []column, projects []project.Project, title string) error {
	style, err := newStyles(book)
	if err != nil {
		return err
	}
	out, err := book.NewStreamWriter(projectsSheet)
	if err != nil {
		return err
	}
	for i, c := range cols {
		if err := out.SetColWidth(i+1, i+1, c.width); err != nil {
			return err
		}
	}
	if err := out.SetPanes(&excelize.Panes{Freeze: true, YSplit: 2, TopLeftCell: "A3", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	if err := out.SetRow("A1", []any{excelize.Cell{StyleID: style.title, Value: title}}, excelize.RowOpts{Height: 30}); err != nil {
		return err
	}
	if err := out.MergeCell("A1", cellName(len(cols), 1)); err != nil {
		return err
	}
	headers := make([]any, len(cols))
	for i, c := range cols {
		headers[i] = excelize.Cell{StyleID: style.header, Value: c.header}
	}
	if err := out.SetRow("A2", headers); err != nil {
		return err
	}
	for i, p := range projects {
		values := make([]any, len(cols))
		for j, c := range cols {
			values[j] = cellValue(c.write(p), style)
		}
		if err := out.SetRow(cellName(1, i+3), values); err != nil {
			return err
		}
	}
	return out.Flush()
}

// cellValue makes numbers and dates that a spreadsheet can compute with. Texts stay
// texts: a name that begins with = is written as a string cell, never as a formula.
func cellValue(v any, style styles) any {
	switch v := v.(type) {
	case calendar.Date:
		if v.IsZero() {
			return nil
		}
		return excelize.Cell{StyleID: style.date, Value: time.Date(v.Year, v.Month, v.Day, 0, 0, 0, 0, time.UTC)}
	case money.Amount:
		return number(v.String())
	case project.Quantity:
		return number(v.String())
	default:
		return v
	}
}

func writeHelp(book *excelize.File, cols []column) error {
	for i, c := range cols {
		if n := len([]rune(strings.Join(c.options, ","))); n == 0 || n > maxDropDown {
			continue // free to type; the import checks it all the same
		}
		rule := excelize.NewDataValidation(true)
		rule.Sqref = cellName(i+1, 3) + ":" + cellName(i+1, 2+templateRows)
		if err := rule.SetDropList(c.options); err != nil {
			return fmt.Errorf("sheet: drop-down of %s: %w", c.field, err)
		}
		rule.SetError(excelize.DataValidationErrorStyleStop, "请从下拉框中选择", "“"+c.header+"”只能填下拉框中的值")
		if err := book.AddDataValidation(projectsSheet, rule); err != nil {
			return err
		}
	}
	if _, err := book.NewSheet(notesSheet); err != nil {
		return err
	}
	for i, text := range notes {
		if err := book.SetCellStr(notesSheet, cellName(1, i+1), text); err != nil {
			return err
		}
	}
	return book.SetColWidth(notesSheet, "A", "A", 100)
}
