// Package document renders an official document, given as data, to Word and to PDF.
// It knows nothing of reviews. The layout follows GB/T 9704-2012 (党政机关公文格式)
// loosely: red head, number, title, text of 28 characters by 22 lines, seal line and
// page numbers are where the standard has them; emergency marks, copy numbers and
// seals, which a system can't set, are left out. Docs: docs/adr/0006-documents.md.
package document

import (
	"time"

	"luodi/internal/fault"
)

// Paper is an official document as data. What is empty is left out. A line feed in a
// Text, a Note or a cell starts a new paragraph; elsewhere it's a space. Control and
// other invisible characters are dropped, for they could turn the order of what is
// read; a character that the PDF's fonts lack is printed as 〓.
type Paper struct {
	Organ  string    // 发文机关标志, in red on top
	Number string    // 文号, such as 十招研〔2023〕12号
	Title  string    // 标题
	To     string    // 主送机关, without the colon
	Blocks []Block   // 正文
	Signed string    // 发文机关署名
	Dated  string    // 成文日期 as it's printed, such as 2023年9月4日
	Copies string    // 抄送, without the word and the full stop
	Footer string    // small print at the foot of every page, three lines at most
	At     time.Time // creation date in both files: the output depends on the Paper alone
}

// Block is a part of the text: a Heading, a Text, a Table, a Chart or a Note.
type Block interface {
	print(*press)
	write(*markup)
	check() error
	lead(*press) float64 // height of the first lines, which a heading must not part from
}

// Heading is a heading of level 1 (“一、”), 2 (“(一)”) or 3 (“1.”). The numbering is the caller's.
type Heading struct {
	Level int
	Text  string
}

// Text is a paragraph, or several, of body text.
type Text struct {
	Text string
}

// Note is small print, such as a remark below a table.
type Note struct {
	Text string
}

// Table is a table as wide as the text. Its first row, the columns' titles, is
// repeated on every page, and left out if no column has a title.
type Table struct {
	Columns []Column
	Rows    [][]string // a row may be short, not longer than Columns
}

// Column is a column of a Table.
type Column struct {
	Title string
	Width float64 // share of the table's width, relative to the other columns'; greater than 0
	Align Align
}

// Align says where the text of a column stands in its cells.
type Align int

// The alignments.
const (
	Start Align = iota
	Center
	End
)

const levels = 3

func (p Paper) check() error {
	for _, b := range p.Blocks {
		if err := b.check(); err != nil {
			return err
		}
	}
	return nil
}

func (h Heading) check() error {
	if h.Level < 1 || h.Level > levels {
		return invalid("标题层级%d不存在", h.Level)
	}
	return nil
}

func (Text) check() error { return nil }

func (Note) check() error { return nil }

// check refuses a cell without a column, which would be lost.
func (t Table) check() error {
	if len(t.Columns) == 0 {
		return invalid("表格没有列")
	}
	for i, c := range t.Columns {
		if !(c.Width > 0 && c.Width < 1e6) {
			return invalid("表格第%d列的宽度须大于0", i+1)
		}
	}
	for i, row := range t.Rows {
		if len(row) > len(t.Columns) {
			return invalid("表格第%d行有%d格,多于%d列", i+1, len(row), len(t.Columns))
		}
	}
	return nil
}

func invalid(format string, args ...any) error {
	return fault.Newf(fault.Internal, "paper_invalid", format, args...)
}

func (t Table) titled() bool {
	for _, c := range t.Columns {
		if c.Title != "" {
			return true
		}
	}
	return false
}

func (t Table) titles() []string {
	titles := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		titles[i] = c.Title
	}
	return titles
}

// widths are those of the columns, in points.
func (t Table) widths() []float64 {
	sum := 0.0
	for _, c := range t.Columns {
		sum += c.Width
	}
	widths := make([]float64, len(t.Columns))
	for i, c := range t.Columns {
		widths[i] = textWidth * c.Width / sum
	}
	return widths
}
