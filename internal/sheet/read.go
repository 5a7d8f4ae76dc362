package sheet

import (
	"cmp"
	"fmt"
	"log/slog"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"luodi/internal/calendar"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/project"
)

// line is a row of a sheet that holds anything.
type line struct {
	number int // 1-based
	cells  []string
	hidden bool
	banner bool         // one merged text across, such as a section's title
	tall   map[int]bool // columns whose cell is merged with other rows
}

// reader collects what one workbook says.
type reader struct {
	book      *excelize.File
	units     []org.Unit
	counties  map[string]string // every name of a county, to its id
	today     calendar.Date
	epoch     calendar.Date
	formulas  bool // some sheet has any
	effort    int  // spent on looking for formulas without a result
	merges    int  // of the present sheet
	result    Result
	problems  []Problem
	rows      int
	firstSeen map[string]string // key of a project to where it stood first
}

func readBook(book *excelize.File, units []org.Unit, today calendar.Date) (Result, []Problem) {
	r := &reader{
		book: book, units: units, counties: countyNames(units), today: today, epoch: epochOf(book), formulas: hasFormulas(book),
		result: Result{Rows: []Row{}, Warnings: []Problem{}}, firstSeen: map[string]string{},
	}
	found := false
	for _, name := range book.GetSheetList() {
		found = r.guarded(name) || found
	}
	if !found && len(r.problems) == 0 {
		r.problem(Problem{Code: "header_not_found", Message: "没有找到表头:前30行中应有一行写明项目名称、投资方、县市区、协议金额(万元)等"})
	}
	return r.result, r.problems
}

// epochOf is day 0 of the workbook's date numbers: Excel for Windows counts from
// 1899-12-30 (its 1900 has a 29th of February, so day 60 and later agree), old Macs from 1904.
func epochOf(book *excelize.File) calendar.Date {
	if props, err := book.GetWorkbookProps(); err == nil && props.Date1904 != nil && *props.Date1904 {
		return calendar.Date{Year: 1904, Month: 1, Day: 1}
	}
	return calendar.Date{Year: 1899, Month: 12, Day: 30}
}

var formulaTag = regexp.MustCompile(`<(\w+:)?f[ />]`)

func hasFormulas(book *excelize.File) bool {
	found := false
	book.Pkg.Range(func(name, data any) bool {
		part, ok := data.([]byte)
		found = found || ok && strings.HasPrefix(fmt.Sprint(name), "xl/worksheets/") && formulaTag.Match(part)
		return !found
	})
	return found
}

// guarded reads one sheet; a sheet that breaks the parser is a problem, not a crash.
func (r *reader) guarded(name string) (found bool) {
	defer func() {
		if v := recover(); v != nil {
			slog.Error("a worksheet broke the parser", "sheet", name, "panic", v, "stack", string(debug.Stack()))
			r.problem(Problem{Sheet: name, Code: "sheet_damaged", Message: "工作表已损坏,请用 Excel 打开并另存后再导入"})
		}
	}()
	return r.sheet(name)
}

func (r *reader) problem(p Problem) {
	if len(r.problems) < maxProblems {
		r.problems = append(r.problems, p)
	}
}

func (r *reader) warn(p Problem) {
	if len(r.result.Warnings) < maxProblems {
		r.result.Warnings = append(r.result.Warnings, p)
	}
}

func (r *reader) sheet(name string) (found bool) {
	if visible, err := r.book.GetSheetVisible(name); err == nil && !visible {
		r.warn(Problem{Sheet: name, Code: "sheet_hidden", Message: "隐藏的工作表没有导入;如需导入请先取消隐藏"})
		return false
	}
	lines, wrong := r.lines(name)
	if wrong != nil {
		r.problem(Problem{Sheet: name, Code: wrong.code, Message: wrong.message})
		return false
	}
	h, problems := findHeader(lines, r.units)
	if h.row == 0 {
		if name != notesSheet && len(lines) > 0 {
			r.warn(Problem{Sheet: name, Code: "sheet_skipped", Message: "没有找到项目表头,已跳过这张工作表"})
		}
		return false
	}
	for _, p := range problems {
		p.Sheet = name
		r.problem(p)
	}
	at := slices.IndexFunc(lines, func(l line) bool { return l.number == h.row })
	titles, body := lines[at], lines[at+1:]
	r.unread(name, h, titles, body)
	if len(problems) > 0 {
		return true // cells under a wrong header would only repeat the problem
	}
	for _, l := range body {
		r.line(name, h, l)
	}
	return true
}

// lines reads the rows that hold anything, with merged cells filled in.
func (r *reader) lines(name string) ([]line, *trouble) {
	rows, err := r.book.Rows(name)
	if err != nil {
		return nil, &trouble{"sheet_damaged", "工作表读不出来,请用 Excel 打开并另存后再导入"}
	}
	defer rows.Close()
	var lines []line
	for number := 1; rows.Next(); number++ {
		hidden := rows.GetRowOpts().Hidden
		cells, err := rows.Columns()
		if err != nil {
			return nil, &trouble{"sheet_damaged", "工作表读不出来,请用 Excel 打开并另存后再导入"}
		}
		cells = slices.Clone(cells[:min(len(cells), maxColumns)])
		if !slices.ContainsFunc(cells, func(s string) bool { return squeeze(s) != "" }) {
			continue
		}
		if r.rows++; r.rows > MaxRows {
			return nil, &trouble{"too_many_rows", fmt.Sprintf("数据超过%d行,请分成几个文件导入", MaxRows)}
		}
		lines = append(lines, line{number: number, cells: cells, hidden: hidden})
	}
	return r.unmerge(name, lines)
}

// unmerge gives every cell of a merged range its top-left value, as a reader sees it.
func (r *reader) unmerge(name string, lines []line) ([]line, *trouble) {
	merged, err := r.book.GetMergeCells(name, true)
	if err != nil {
		return nil, &trouble{"sheet_damaged", "合并单元格读不出来,请取消合并后再导入"}
	}
	r.merges = len(merged)
	index := map[int]int{}
	for i, l := range lines {
		index[l.number] = i
	}
	budget := 2_000_000 // cells; ranges that overlap a million times are no office's
	for _, m := range merged {
		left, top, err1 := excelize.CellNameToCoordinates(m.GetStartAxis())
		right, bottom, err2 := excelize.CellNameToCoordinates(m.GetEndAxis())
		first, ok := index[top]
		if err1 != nil || err2 != nil || !ok || left > len(lines[first].cells) {
			continue // empty, or beyond what is read
		}
		value := lines[first].cells[left-1]
		lines[first].banner = lines[first].banner || right > left && alone(lines[first].cells)
		right = min(right, maxColumns)
		for i := first; i < len(lines) && lines[i].number <= bottom; i++ {
			if budget -= right - left + 1; budget < 0 {
				return nil, &trouble{"too_many_merges", "合并单元格过多,请取消合并后再导入"}
			}
			lines[i].fill(left, right, value)
			if bottom > top {
				lines[i].markTall(left)
			}
		}
	}
	return lines, nil
}

func alone(cells []string) bool {
	n := 0
	for _, s := range cells {
		if squeeze(s) != "" {
			n++
		}
	}
	return n == 1
}

func (l *line) fill(left, right int, value string) {
	for len(l.cells) < right {
		l.cells = append(l.cells, "")
	}
	for c := left; c <= right; c++ {
		l.cells[c-1] = value
	}
}

func (l *line) markTall(column int) {
	if l.tall == nil {
		l.tall = map[int]bool{}
	}
	l.tall[column] = true
}

func (l line) at(column int) string {
	if column > len(l.cells) {
		return ""
	}
	return l.cells[column-1]
}

func (l line) first() string {
	for _, s := range l.cells {
		if squeeze(s) != "" {
			return s
		}
	}
	return ""
}

// unread warns of columns that nothing is read from: their header isn't
// known, or they have values and no header at all.
func (r *reader) unread(name string, h header, titles line, body []line) {
	for _, at := range h.unknown {
		r.warn(Problem{Sheet: name, Cell: cellName(at, h.row), Code: "column_unknown",
			Message: "不认识的表头“" + shorten(titles.at(at)) + "”,这一列没有导入"})
	}
	warned := map[int]bool{}
	for _, l := range body {
		for i, text := range l.cells {
			if !l.banner && !warned[i] && squeeze(text) != "" && squeeze(titles.at(i+1)) == "" {
				warned[i] = true
				r.warn(Problem{Sheet: name, Cell: cellName(i+1, l.number), Code: "column_untitled",
					Message: "这一列有内容但没有表头,没有导入"})
			}
		}
	}
}

// line reads one row below the header.
func (r *reader) line(name string, h header, l line) {
	start := cellName(1, l.number)
	switch {
	case isTotal(l.first()) || isTotal(h.value(l, "name")):
		r.warn(Problem{Sheet: name, Cell: start, Code: "total_skipped", Message: "合计行已跳过"})
		return
	case l.banner, isNote(l.first()) && squeeze(h.value(l, "agreed_amount")) == "":
		r.warn(Problem{Sheet: name, Cell: start, Code: "note_skipped", Message: "说明行“" + shorten(l.first()) + "”已跳过"})
		return
	case l.hidden:
		r.warn(Problem{Sheet: name, Cell: start, Code: "row_hidden", Message: "这一行在表中是隐藏的,仍已读入"})
	}
	row, problems := r.row(name, h, l)
	problems = append(problems, r.duplicates(row)...)
	slices.SortStableFunc(problems, func(a, b Problem) int { // from left to right
		return cmp.Or(cmp.Compare(len(a.Cell), len(b.Cell)), cmp.Compare(a.Cell, b.Cell))
	})
	for _, p := range problems {
		r.problem(p)
	}
	if len(problems) == 0 {
		r.result.Rows = append(r.result.Rows, row)
	}
}

func (h header) value(l line, field string) string {
	for _, p := range h.columns {
		if p.field == field {
			return l.at(p.at)
		}
	}
	return ""
}

// row reads a row's cells, then checks the project that they make.
func (r *reader) row(name string, h header, l line) (Row, []Problem) {
	row := Row{Sheet: name, Row: l.number, cells: map[string]string{}}
	e := &entry{epoch: r.epoch, counties: r.counties}
	var problems []Problem
	bad := map[string]bool{}
	refuse := func(field string, t *trouble) {
		bad[field] = true
		problems = append(problems, Problem{Sheet: name, Cell: cellOf(row.cells, "/"+field, l.number), Code: t.code, Message: t.message})
	}
	for _, p := range h.columns {
		cell := cellName(p.at, l.number)
		row.cells[p.field] = cell
		e.unit = p.unit
		if p.measure == amount && l.tall[p.at] {
			r.warn(Problem{Sheet: name, Cell: cell, Code: "amount_merged", Message: "金额是合并单元格,每一行都按全额读入,请确认没有重复计算"})
		}
		if t := r.cell(e, p, l.at(p.at), name, cell); t != nil {
			refuse(p.field, t)
		}
	}
	if t := e.funds(); t != nil {
		refuse("funds_arrived", t)
	}
	checked := e.draft.Project()
	row.Draft = project.DraftOf(checked)
	for _, d := range details(checked.Check(r.today)) {
		field := fieldOf(d.Field)
		if bad[field] || anyDate(bad) && strings.HasPrefix(d.Code, "date_") {
			continue // follows from what was reported already
		}
		problems = append(problems, Problem{Sheet: name, Cell: cellOf(row.cells, d.Field, l.number), Code: d.Code, Message: d.Message})
	}
	return row, problems
}

func (r *reader) cell(e *entry, p place, text, sheet, cell string) *trouble {
	if slices.Contains(errorValues, strings.ToUpper(strings.TrimSpace(text))) {
		return &trouble{"formula_error", "公式出错(" + strings.TrimSpace(text) + "),请改正或直接填写数值"}
	}
	if text == "" && r.formulas {
		if r.effort += 1 + r.merges; r.effort > 20_000_000 { // the look-up walks all merged ranges
			return &trouble{"formula_unchecked", "公式与合并单元格过多,请全部粘贴为数值后再导入"}
		}
		if formula, err := r.book.GetCellFormula(sheet, cell); err == nil && formula != "" {
			return &trouble{"formula_uncomputed", "公式没有算出的结果,请用 Excel 打开并保存,或直接填写数值"}
		}
	}
	return p.read(e, text)
}

func countyNames(units []org.Unit) map[string]string {
	names := map[string]string{}
	for _, u := range units {
		if u.Kind == org.County {
			names[squeeze(u.ID)], names[squeeze(u.Name)], names[squeeze(u.ShortName)] = u.ID, u.ID, u.ID
		}
	}
	delete(names, "")
	return names
}

// duplicates compares with the rows read before, in all sheets.
func (r *reader) duplicates(row Row) []Problem {
	d := row.Draft
	var problems []Problem
	check := func(key, field, message string) {
		first, twice := r.firstSeen[key]
		if !twice {
			r.firstSeen[key] = row.Where("/" + field)
			return
		}
		problems = append(problems, Problem{Sheet: row.Sheet, Cell: cellOf(row.cells, "/"+field, row.Row),
			Code: "row_repeated", Message: fmt.Sprintf(message, first)})
	}
	if d.Code != "" {
		check("code\n"+strings.ToLower(d.Code), "code", "项目编号与%s重复")
	}
	if d.Name != "" && d.Investor != "" {
		check("name\n"+squeeze(d.Name)+"\n"+squeeze(d.Investor), "name", "项目名称和投资方与%s重复")
	}
	return problems
}

func cellOf(cells map[string]string, pointer string, row int) string {
	if cell, ok := cells[fieldOf(pointer)]; ok {
		return cell
	}
	return cellName(1, row)
}

// fieldOf is the first step of a JSON pointer.
func fieldOf(pointer string) string {
	field, _, _ := strings.Cut(strings.TrimPrefix(pointer, "/"), "/")
	return field
}

func anyDate(fields map[string]bool) bool {
	for field := range fields {
		if strings.HasSuffix(field, "_on") {
			return true
		}
	}
	return false
}

func details(err error) []fault.Detail {
	if err == nil {
		return nil
	}
	return fault.From(err).Details
}
