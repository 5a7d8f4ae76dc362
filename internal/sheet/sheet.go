// Package sheet reads and writes the registry's Excel workbooks: projects as an
// office keeps them, with Chinese headers in any order, a title above, dates and
// amounts in the notations people use.
package sheet

import (
	"bytes"
	"fmt"
	"io"

	"github.com/xuri/excelize/v2"

	"luodi/internal/calendar"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/project"
)

// Limits of an imported workbook. A workbook is a zip archive: what it unpacks to
// is limited too.
const (
	MaxBytes    = 10 << 20
	MaxRows     = 20_000 // rows with data, over all sheets
	maxUnpacked = 96 << 20
	maxColumns  = 256
	maxProblems = 1_000 // reported; a sheet with more is wrong as a whole
)

// Problem is something about a cell, a row or a sheet that its owner should know.
type Problem struct {
	Sheet   string `json:"sheet"`
	Cell    string `json:"cell"` // "C5"; empty for a whole sheet
	Code    string `json:"code"`
	Message string `json:"message"` // Chinese
}

// Where is the problem's place as people write it, such as "签约项目!C5".
func (p Problem) Where() string {
	if p.Sheet == "" {
		return "工作簿"
	}
	if p.Cell == "" {
		return p.Sheet
	}
	return p.Sheet + "!" + p.Cell
}

// Row is a project that was read, and where it stood.
type Row struct {
	Sheet string        `json:"sheet"`
	Row   int           `json:"row"` // 1-based, as the program shows it
	Draft project.Draft `json:"draft"`
	cells map[string]string
}

// Where is the cell that a field was read from, by JSON pointer such as
// "/agreed_amount"; the row's first cell for a field without a column.
func (r Row) Where(pointer string) string {
	return Problem{Sheet: r.Sheet, Cell: cellOf(r.cells, pointer, r.Row)}.Where()
}

// Result is what a workbook holds. Warnings don't stand in the way of an import.
type Result struct {
	Rows     []Row     `json:"rows"`
	Warnings []Problem `json:"warnings"`
}

// Fault is the one error for a list of problems, with a detail for each; nil for none.
func Fault(problems []Problem) error {
	if len(problems) == 0 {
		return nil
	}
	bad := fault.Newf(fault.Invalid, "sheet_invalid", "表格中有%d处错误,未导入任何项目", len(problems))
	for _, p := range problems {
		bad.Details = append(bad.Details, fault.Detail{Field: p.Where(), Code: p.Code, Message: p.Message})
	}
	return bad
}

// ReadProjects reads every sheet that has a header row of projects. It reports all
// problems, with their cells, and leaves out the rows that have any; whether to go
// on without them is the caller's to decide. Days after today are refused.
func ReadProjects(r io.Reader, units []org.Unit, today calendar.Date) (Result, []Problem) {
	book, problem := open(r)
	if problem != nil {
		return Result{Rows: []Row{}, Warnings: []Problem{}}, []Problem{*problem}
	}
	defer book.Close()
	return readBook(book, units, today)
}

var (
	zipMagic = []byte("PK\x03\x04")
	oleMagic = []byte{0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1}
)

func open(r io.Reader) (_ *excelize.File, problem *Problem) {
	data, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	switch {
	case err != nil:
		return nil, &Problem{Code: "file_unreadable", Message: "文件没有完整上传,请重试"}
	case len(data) > MaxBytes:
		return nil, &Problem{Code: "file_too_large", Message: fmt.Sprintf("文件超过%d MB,请分成几个文件导入", MaxBytes>>20)}
	case bytes.HasPrefix(data, oleMagic):
		return nil, &Problem{Code: "file_xls", Message: "这是旧版 .xls 或加了密码的文件,请另存为不加密的 .xlsx 后再导入"}
	case !bytes.HasPrefix(data, zipMagic):
		return nil, &Problem{Code: "file_not_xlsx", Message: "这不是 Excel 工作簿,请上传 .xlsx 文件"}
	}
	damaged := &Problem{Code: "file_damaged", Message: "文件已损坏,或解压后过大,请用 Excel 打开并另存为 .xlsx 后再导入"}
	defer func() { // a hostile workbook may break the parser; it must not break the server
		if recover() != nil {
			problem = damaged
		}
	}()
	book, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{
		RawCellValue: true, UnzipSizeLimit: maxUnpacked, UnzipXMLSizeLimit: maxUnpacked,
	})
	if err != nil {
		return nil, damaged
	}
	return book, nil
}

func cellName(column, row int) string {
	name, err := excelize.CoordinatesToCellName(column, row)
	if err != nil {
		return ""
	}
	return name
}
