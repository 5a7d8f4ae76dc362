package workbook

import (
	"fmt"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"

	"luodi/internal/calendar"
	"luodi/internal/rulebook"
)

// The rows of a group's sheet.
const (
	pointsRow  = 2
	formulaRow = 3
	firstUnit  = 4
)

// sheets of a workbook beside those of groups and tables.
const (
	aboutSheet = "说明"
	factSheet  = "数据"
	rankSheet  = "排名"
	whySheet   = "算式"
	fixedSheet = "核定数"
)

// book lays scores out in sheets.
type book struct {
	s      *rulebook.Scores
	rules  *rulebook.Book
	file   *excelize.File
	names  map[string]bool // sheets taken, in lower case
	env    map[string]string
	facts  map[*rulebook.Column]int // columns of the fact sheet
	rows   map[int]int              // of units on the fact sheet
	tables map[*rulebook.Table]*tableSheet
	groups []*groupSheet
	absent map[*rulebook.Column]bool // columns that may be 不适用
	fixed  []fixedFigure
	styles styles
}

type styles struct{ head, percent, date, fixed, fixedPercent int }

// Write writes the scores as an xlsx workbook whose formulas refer to its facts.
func Write(s *rulebook.Scores, w io.Writer) error {
	b := &book{s: s, rules: s.Facts.Book(), file: excelize.NewFile(), names: map[string]bool{}, env: map[string]string{},
		facts: map[*rulebook.Column]int{}, rows: map[int]int{}, tables: map[*rulebook.Table]*tableSheet{}}
	defer b.file.Close()
	for _, step := range []func() error{b.prepare, b.about, b.factRows, b.tableRows, b.groupRows, b.ranking, b.workings, b.fixedRows} {
		if err := step(); err != nil {
			return fmt.Errorf("workbook: %w", err)
		}
	}
	_, err := b.file.WriteTo(w)
	return err
}

// prepare names the sheets and gives every column its place before any formula is
// written, since formulas refer forward and back.
func (b *book) prepare() error {
	for _, name := range []string{aboutSheet, rankSheet, factSheet, whySheet} {
		b.names[name] = true
	}
	b.findFixed()
	if err := b.file.SetSheetName("Sheet1", aboutSheet); err != nil {
		return err
	}
	b.absent = mayBeAbsent(b.rules)
	b.placeFacts()
	for i, g := range b.rules.Groups {
		b.groups = append(b.groups, b.placeGroup(i, g))
	}
	b.placeTables()
	order := []string{rankSheet}
	for _, g := range b.groups {
		order = append(order, g.name)
	}
	order = append(order, whySheet, factSheet)
	if len(b.fixed) > 0 {
		order = append(order, fixedSheet)
	}
	for _, t := range b.rules.Tables {
		if x := b.tables[t]; x != nil {
			order = append(order, x.name)
		}
	}
	for _, name := range order {
		if _, err := b.file.NewSheet(name); err != nil {
			return err
		}
	}
	full := true
	if err := b.file.SetCalcProps(&excelize.CalcPropsOptions{FullCalcOnLoad: &full}); err != nil {
		return err
	}
	return b.makeStyles()
}

func (b *book) makeStyles() error {
	head, err := b.file.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"},
		Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"DDEBF7"}}})
	if err != nil {
		return err
	}
	percent, err := b.file.NewStyle(&excelize.Style{NumFmt: 10})
	if err != nil {
		return err
	}
	format := "yyyy-mm-dd"
	date, err := b.file.NewStyle(&excelize.Style{CustomNumFmt: &format})
	if err != nil {
		return err
	}
	yellow := excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"FFF2CC"}}
	fixed, err := b.file.NewStyle(&excelize.Style{Fill: yellow})
	if err != nil {
		return err
	}
	fixedPercent, err := b.file.NewStyle(&excelize.Style{Fill: yellow, NumFmt: 10})
	b.styles = styles{head, percent, date, fixed, fixedPercent}
	return err
}

var illegal = strings.NewReplacer(":", " ", "\\", " ", "/", " ", "?", " ", "*", " ", "[", "(", "]", ")", "'", " ")

// sheetName makes a name that a spreadsheet takes and no other sheet has.
func (b *book) sheetName(want string) string {
	r := []rune(strings.TrimSpace(illegal.Replace(want)))
	if len(r) > 28 {
		r = r[:28]
	}
	name := string(r)
	if name == "" {
		name = "表"
	}
	for base, n := name, 2; b.names[strings.ToLower(name)]; n++ {
		name = fmt.Sprintf("%s %d", base, n)
	}
	b.names[strings.ToLower(name)] = true
	return name
}

func quoted(sheet string) string { return "'" + sheet + "'!" }

func letters(col int) string {
	s, err := excelize.ColumnNumberToName(col)
	if err != nil {
		return "XFD" // more columns than a sheet has: writing it fails with a clear error
	}
	return s
}

func (b *book) head(text string) excelize.Cell {
	return excelize.Cell{StyleID: b.styles.head, Value: text}
}

// rowsTo writes rows one after the other, which needs no memory for the sheet.
func (b *book) rowsTo(sheet string, widths int, write func(put func(cells []any) error) error) error {
	w, err := b.file.NewStreamWriter(sheet)
	if err != nil {
		return err
	}
	if err := w.SetColWidth(1, max(1, widths), 14); err != nil {
		return err
	}
	row := 0
	err = write(func(cells []any) error {
		row++
		return w.SetRow(fmt.Sprintf("A%d", row), cells)
	})
	if err != nil {
		return err
	}
	return w.Flush()
}

// about says what the workbook is, and holds what the formulas know of the time.
func (b *book) about() error {
	f, r := b.s.Facts, b.rules
	notice := "本表各分数均为公式,引用“数据”“项目”等表中的事实;改动事实即重新计算。等次一栏为计分时的结果。"
	if r.Illustrative {
		notice = "示例细则,非正式文件。" + notice
	}
	if len(b.fixed) > 0 {
		notice += "黄底的是核定数,是数值而不是公式,列在“" + fixedSheet + "”表。"
	}
	rows := [][2]any{{"细则", r.Title}, {"文号", r.Number}, {"版本", r.Version}, {"细则文件的摘要", r.Hash}, {"事实文件的摘要", f.Hash}, {"说明", notice}}
	return b.rowsTo(aboutSheet, 2, func(put func([]any) error) error {
		n := 0
		add := func(label string, v any) error { n++; return put([]any{b.head(label), v}) }
		for _, x := range rows {
			if err := add(x[0].(string), x[1]); err != nil {
				return err
			}
		}
		for _, name := range []string{"年度", "月份", "截止日", "年初", "年末", "上年初", "上年末"} {
			b.env[name] = fmt.Sprintf("%s$B$%d", quoted(aboutSheet), n+1)
			if err := add(name, b.envCell(name)); err != nil {
				return err
			}
		}
		return nil
	})
}

func (b *book) envCell(name string) any {
	year := b.env["年度"]
	switch name {
	case "年度":
		return b.s.Facts.Year
	case "月份":
		if b.s.Facts.Month == 0 {
			return excelize.Cell{Formula: "NA()"}
		}
		return b.s.Facts.Month
	case "截止日":
		if b.s.Facts.AsOf.IsZero() {
			return nil
		}
		return excelize.Cell{StyleID: b.styles.date, Value: serial(b.s.Facts.AsOf)}
	}
	formula := map[string]string{"年初": "DATE(%s,1,1)", "年末": "DATE(%s,12,31)", "上年初": "DATE(%s-1,1,1)", "上年末": "DATE(%s-1,12,31)"}[name]
	return excelize.Cell{StyleID: b.styles.date, Formula: fmt.Sprintf(formula, year)}
}

// serial is a spreadsheet's number of a day.
func serial(d calendar.Date) int64 { return rulebook.Days(d) + 25569 }

func (b *book) placeFacts() {
	col := 3
	for _, c := range b.rules.Columns() {
		if c.Table == nil && c.Expr == nil {
			b.facts[c] = col
			col++
		}
	}
	row := 2
	for g := range b.rules.Groups {
		for _, u := range b.s.Members(g) {
			b.rows[u] = row
			row++
		}
	}
}

// factRows writes what was reported, group by group.
func (b *book) factRows() error {
	return b.rowsTo(factSheet, len(b.facts)+2, func(put func([]any) error) error {
		head := []any{b.head("单位"), b.head("分组")}
		var columns []*rulebook.Column
		for _, c := range b.rules.Columns() {
			if _, ok := b.facts[c]; !ok {
				continue
			}
			columns = append(columns, c)
			label := c.Metric.Name
			if c.Word != "" {
				label += "(" + c.Word + ")"
			}
			head = append(head, b.head(label))
		}
		if err := put(head); err != nil {
			return err
		}
		for g, group := range b.rules.Groups {
			for _, u := range b.s.Members(g) {
				row := []any{b.s.Facts.Units[u].Name, group.Name}
				for _, c := range columns {
					row = append(row, b.figure(c, u))
				}
				if err := put(row); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func (b *book) figure(c *rulebook.Column, u int) any {
	n, text := b.s.Facts.Figure(c, u)
	switch {
	case c.Type == rulebook.Text:
		return text
	case n.Fault() != nil:
		return excelize.Cell{Formula: "NA()"}
	case c.Type == rulebook.Truth:
		return n.Sign() != 0
	}
	return b.numberCell(n, c.Measure)
}

// numberCell is a fact; one that no binary number holds is written as a fraction.
func (b *book) numberCell(n rulebook.Num, m rulebook.Measure) any {
	style := 0
	if m.Kind == rulebook.Percent {
		style = b.styles.percent
	}
	return excelize.Cell{StyleID: style, Value: n.Float()}
}

// ranking lists each group, best first; ranks and totals are those of its sheet.
func (b *book) ranking() error {
	return b.rowsTo(rankSheet, 6, func(put func([]any) error) error {
		if err := put([]any{b.head("分组"), b.head("名次"), b.head("单位"), b.head("总分"), b.head("等次"), b.head("情形")}); err != nil {
			return err
		}
		for _, u := range b.s.Order() {
			unit := b.s.Facts.Units[u]
			g := b.groupOf(u)
			ref := func(c *rulebook.Column) excelize.Cell {
				return excelize.Cell{Formula: fmt.Sprintf("%s%s%d", quoted(g.name), letters(g.cols[c]), g.row[u])}
			}
			var names []string
			for _, o := range b.rules.Outcomes {
				if b.s.Holds(o, u) {
					names = append(names, o.Name)
				}
			}
			if err := put([]any{unit.Group, ref(b.rules.Rank), unit.Name, ref(b.rules.Total), b.s.Grade(u), strings.Join(names, "、")}); err != nil {
				return err
			}
		}
		return nil
	})
}

// maxWorkings is how many lines of 算式 a sheet holds.
const maxWorkings = 1_000_000

// workings tells each score's way with the figures of the time of scoring, beside the
// score as it is now.
func (b *book) workings() error {
	return b.rowsTo(whySheet, 6, func(put func([]any) error) error {
		if err := put([]any{b.head("单位"), b.head("编号"), b.head("指标"), b.head("条款"), b.head("得分"), b.head("计分时的算式")}); err != nil {
			return err
		}
		lines := 0
		for _, u := range b.s.Order() {
			unit, g := b.s.Facts.Units[u], b.groupOf(u)
			for _, n := range b.rules.Indicators() {
				col, ok := g.cols[n.Value]
				if lines++; !ok || lines > maxWorkings {
					continue
				}
				score := excelize.Cell{Formula: fmt.Sprintf("%s%s%d", quoted(g.name), letters(col), g.row[u])}
				if err := put([]any{unit.Name, n.ID, n.Name, n.Clause, score, b.s.Working(n, u)}); err != nil {
					return err
				}
			}
		}
		return nil
	})
}
