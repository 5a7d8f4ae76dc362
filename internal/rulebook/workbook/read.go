package workbook

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"luodi/internal/calendar"
	"luodi/internal/rulebook"
)

// The bounds of a workbook of facts.
const (
	maxFile     = 48 << 20
	maxUnzipped = 256 << 20
	maxRows     = 500_000
	maxFindings = 500
)

// derivedMark begins the header of a column that holds a formula, which isn't a fact.
const derivedMark = "▷"

// reader reads facts from the sheets that Write writes, or that a person filled in.
type reader struct {
	name    string
	book    *rulebook.Book
	file    *excelize.File
	facts   *rulebook.Facts
	lenient bool
	found   rulebook.Findings
	percent map[int]bool // styles that show a percentage
}

// ReadFacts reads a workbook of facts: sheet 说明 (年度, 月份, 截止日), 数据 (单位, 分组 and
// a column for each figure), 项目, 评议 and one sheet for each further table. Lenient
// passes over figures that the book doesn't know.
func ReadFacts(b *rulebook.Book, name string, in io.Reader, lenient bool) (*rulebook.Facts, rulebook.Findings) {
	r := &reader{name: name, book: b, lenient: lenient, percent: map[int]bool{}}
	data, err := io.ReadAll(io.LimitReader(in, maxFile+1))
	if err != nil || len(data) > maxFile {
		r.add("", "file_too_large", fmt.Sprintf("文件读不出来,或超过%d兆字节", maxFile>>20))
		return nil, r.found
	}
	r.file, err = excelize.OpenReader(bytes.NewReader(data), excelize.Options{UnzipSizeLimit: maxUnzipped, UnzipXMLSizeLimit: 32 << 20, RawCellValue: true})
	if err != nil {
		r.add("", "xlsx_unreadable", "不是有效的 xlsx 文件,或展开后过大")
		return nil, r.found
	}
	defer r.file.Close()
	r.period()
	r.units()
	for _, t := range b.Tables {
		r.table(t)
	}
	r.fixed()
	for _, unit := range r.facts.Lacking() {
		r.add(factSheet, "roster_incomplete", "参评名单中的“"+unit+"”没有数据")
	}
	if r.found.Failed() {
		return nil, r.found
	}
	sum := sha256.Sum256(data)
	r.facts.Hash = hex.EncodeToString(sum[:])
	return r.facts, r.found
}

func (r *reader) add(where, code, message string) {
	if len(r.found) < maxFindings {
		file := r.name
		if where != "" {
			file += "#" + where
		}
		r.found = append(r.found, rulebook.Finding{Severity: rulebook.Error, Code: code, File: file, Message: message})
	}
}

func (r *reader) take(where string, p *rulebook.Problem) {
	if p == nil || r.lenient && (p.Code == "figure_unknown" || p.Code == "field_unknown") {
		return
	}
	r.add(where, p.Code, p.Message)
}

// rows calls visit for every row of a sheet; a sheet that isn't there has none.
func (r *reader) rows(sheet string, visit func(row int, cells []string)) {
	if i, err := r.file.GetSheetIndex(sheet); err != nil || i < 0 {
		return
	}
	rows, err := r.file.Rows(sheet)
	if err != nil {
		r.add(sheet, "sheet_unreadable", "工作表读不出来")
		return
	}
	defer rows.Close()
	for n := 1; rows.Next(); n++ {
		if n > maxRows {
			r.add(sheet, "too_many_rows", fmt.Sprintf("超过%d行", maxRows))
			return
		}
		cells, err := rows.Columns()
		if err != nil {
			r.add(sheet, "sheet_unreadable", "工作表读不出来")
			return
		}
		visit(n, cells)
	}
}

func (r *reader) period() {
	year, month := r.book.To.Year, 0
	if year == 0 {
		year = r.book.From.Year
	}
	var asOf calendar.Date
	r.rows(aboutSheet, func(row int, cells []string) {
		if len(cells) < 2 {
			return
		}
		where := fmt.Sprintf("%s!B%d", aboutSheet, row)
		switch label := strings.TrimSpace(cells[0]); label {
		case "年度", "月份":
			n, err := strconv.Atoi(tidy(cells[1]))
			switch {
			case cells[1] == "" || strings.HasPrefix(cells[1], "#"):
			case err != nil:
				r.add(where, "whole_expected", label+"应是整数")
			case label == "年度":
				year = n
			default:
				month = n
			}
		case "截止日", "截止":
			if cells[1] == "" {
				return
			}
			d, err := calendar.ParseDate(day(cells[1]))
			if err != nil {
				r.add(where, "date_invalid", "截止日应写作 2023-12-31")
			}
			asOf = d
		}
	})
	r.facts = r.book.NewFacts(rulebook.Period(year, month, asOf))
}

// units reads 数据: units first, then their figures.
func (r *reader) units() {
	var head []string
	r.rows(factSheet, func(row int, cells []string) {
		if row == 1 {
			head = cells
			return
		}
		unit, group := cell(cells, head, "单位"), cell(cells, head, "分组")
		if unit == "" {
			return
		}
		r.take(fmt.Sprintf("%s!A%d", factSheet, row), r.facts.AddUnit(unit, group))
		if r.facts.Place(unit) < 0 {
			return
		}
		for i, label := range head {
			figure, word := splitLabel(label)
			if i >= len(cells) || figure == "" || figure == "单位" || figure == "分组" || strings.HasPrefix(label, derivedMark) {
				continue
			}
			where := fmt.Sprintf("%s%d", letters(i+1), row)
			if v := r.value(factSheet, where, cells[i], r.book.FigureType(figure), word); v != "" {
				r.take(factSheet+"!"+where, r.facts.Set(unit, figure, v))
			}
		}
	})
}

func cell(cells, head []string, label string) string {
	for i, h := range head {
		if h == label && i < len(cells) {
			return strings.TrimSpace(cells[i])
		}
	}
	return ""
}

// splitLabel takes "签约金额(亿元)" apart.
func splitLabel(label string) (name, word string) {
	label = strings.TrimSpace(strings.NewReplacer("\uff08", "(", "\uff09", ")").Replace(label))
	if i := strings.LastIndex(label, "("); i > 0 && strings.HasSuffix(label, ")") {
		return strings.TrimSpace(label[:i]), label[i+1 : len(label)-1]
	}
	return label, ""
}

func (r *reader) table(t *rulebook.Table) {
	types := map[string]rulebook.Type{}
	for _, f := range t.Fields {
		types[f.Name] = f.Type
	}
	var head []string
	r.rows(t.Name, func(row int, cells []string) {
		if row == 1 {
			head = cells
			return
		}
		values, where := map[string]string{}, map[string]string{}
		for i, label := range head {
			if i >= len(cells) || label == "" || strings.HasPrefix(label, derivedMark) {
				continue
			}
			name, word := splitLabel(label)
			where[name] = fmt.Sprintf("%s%d", letters(i+1), row)
			if v := r.value(t.Name, where[name], cells[i], types[name], word); v != "" {
				values[name] = v
			}
		}
		if len(values) == 0 {
			return
		}
		for name, p := range r.facts.AddRecord(t.Name, values, rulebook.Pos{Line: row, Col: 1}) {
			if where[name] == "" {
				where[name] = fmt.Sprintf("A%d", row)
			}
			r.take(t.Name+"!"+where[name], p)
		}
	})
}

// fixed reads 核定数: 单位, 量, 核定数, and from the sixth column on what it rests on.
func (r *reader) fixed() {
	if r.book.Table(fixedSheet) != nil {
		return
	}
	r.rows(fixedSheet, func(row int, cells []string) {
		if row == 1 || len(cells) < 4 || cells[3] == "" {
			return
		}
		word, where := "", fmt.Sprintf("D%d", row)
		if slices.Contains(percentWords, cells[2]) {
			word = cells[2]
		}
		var why []string
		for _, c := range cells[min(5, len(cells)):] {
			if c != "" {
				why = append(why, c)
			}
		}
		r.take(fixedSheet+"!"+where, r.facts.Fix(cells[0], cells[1], r.value(fixedSheet, where, cells[3], rulebook.Number, word), why...))
	})
}

// percentWords are the measures of ratios, which a workbook shows as percentages.
var percentWords = []string{"%", "\uff05", "个百分点", "百分点"}

// value writes a cell as a person would: "" for one that says nothing.
func (r *reader) value(sheet, where, raw string, kind rulebook.Type, word string) string {
	raw = strings.TrimSpace(raw)
	if raw == "" || raw == "#N/A" {
		return ""
	}
	switch kind {
	case rulebook.Text:
		return raw
	case rulebook.Truth:
		switch strings.ToUpper(raw) {
		case "1", "TRUE":
			return "是"
		case "0", "FALSE":
			return "否"
		}
		return raw
	case rulebook.Date:
		return day(raw)
	}
	n := tidy(raw)
	if strings.ContainsAny(n, "亿万元%个") {
		return n // written with its unit
	}
	if slices.Contains(percentWords, word) && r.showsPercent(sheet, where) {
		return hundredfold(n) + "%"
	}
	return n + word
}

// tidy is a number as meant: a cell holds a binary number with 17 digits, of which a
// spreadsheet shows and means 15.
func tidy(s string) string {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return s
	}
	short, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 15, 64), 64)
	if err != nil {
		return s
	}
	return strconv.FormatFloat(short, 'f', -1, 64)
}

func hundredfold(s string) string {
	n, ok := rulebook.ParseNum(s)
	if !ok {
		return s
	}
	return n.Mul(rulebook.Int(100)).Exact()
}

// day writes a spreadsheet's day number, or a date as text, as 2006-01-02.
func day(s string) string {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || v < 1 || v > 2_958_465 {
		return strings.NewReplacer("/", "-", ".", "-").Replace(s)
	}
	return calendar.Date{Year: 1899, Month: 12, Day: 30}.AddDays(int(v)).String()
}

func (r *reader) showsPercent(sheet, where string) bool {
	id, err := r.file.GetCellStyle(sheet, where)
	if err != nil {
		return false
	}
	shows, known := r.percent[id]
	if known {
		return shows
	}
	if style, err := r.file.GetStyle(id); err == nil {
		shows = style.NumFmt == 9 || style.NumFmt == 10 || style.CustomNumFmt != nil && strings.Contains(*style.CustomNumFmt, "%")
	}
	r.percent[id] = shows
	return shows
}
