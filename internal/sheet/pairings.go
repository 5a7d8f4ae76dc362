package sheet

import (
	"io"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"
)

// Pairing is a row of a liaison list as its owner wrote it. Days are written
// 2023-05-01 where the cell holds a date, and as they stand where it doesn't.
type Pairing struct {
	Project, Role, Department, Cadre, Team, Type string
	Milestones                                   map[string]string // by title
	cells                                        map[string]string
}

// Where is the cell that a field was read from, such as "/department_id"; the row's
// project for one without a column.
func (p Pairing) Where(field string) string {
	if cell, ok := p.cells[field]; ok {
		return cell
	}
	return p.cells["/project_id"]
}

// pairingColumn is a column of a liaison list; the first name is written.
type pairingColumn struct {
	field string
	names []string
	must  bool
	of    func(*Pairing) *string // nil: written, not read
	width float64
}

var pairingColumns = []pairingColumn{
	{"/project_id", []string{"项目名称", "项目编号", "项目"}, true, func(p *Pairing) *string { return &p.Project }, 30},
	{"", []string{"县市区"}, false, nil, 14},
	{"/role", []string{"角色", "包联角色"}, false, func(p *Pairing) *string { return &p.Role }, 12},
	{"/department_id", []string{"包联单位", "包联部门"}, true, func(p *Pairing) *string { return &p.Department }, 24},
	{"/cadre_name", []string{"包联领导", "包联干部"}, true, func(p *Pairing) *string { return &p.Cadre }, 14},
	{"", []string{"专班", "服务专班"}, false, func(p *Pairing) *string { return &p.Team }, 18},
	{"/project_type", []string{"项目类型", "类型"}, false, func(p *Pairing) *string { return &p.Type }, 24},
}

const pairingsSheet = "包联清单"

// ReadPairings reads the first worksheet that has a header of a liaison list: the row
// among the first thirty that names the project and the department. milestones are the
// titles of columns with planned days.
func ReadPairings(data []byte, milestones []string) ([]Pairing, []Problem) {
	return readTable(data, func(l line) (pairingPlaces, bool) {
		h := pairingHeader(l, milestones)
		return h, h.complete()
	}, "没有找到表头:前30行中应有一行写明项目名称(或项目编号)、包联单位、包联领导",
		func(r *reader, name string, h pairingPlaces, _ line, below []line) ([]Pairing, []Problem) {
			return r.pairings(name, h, below)
		})
}

// pairingPlaces says in which column (1-based) each thing stands.
type pairingPlaces struct {
	columns    map[int]int    // of pairingColumns
	milestones map[string]int // by title
}

func pairingHeader(l line, milestones []string) pairingPlaces {
	h := pairingPlaces{columns: map[int]int{}, milestones: map[string]int{}}
	for at := 1; at <= len(l.cells); at++ {
		text := squeeze(l.at(at))
		for i, c := range pairingColumns {
			if _, taken := h.columns[i]; !taken && slices.Contains(c.names, text) {
				h.columns[i] = at
			}
		}
		for _, m := range milestones {
			if text == m || text == m+"计划" || text == "计划"+m {
				h.milestones[m] = at
			}
		}
	}
	return h
}

func (h pairingPlaces) complete() bool {
	for i, c := range pairingColumns {
		if _, ok := h.columns[i]; c.must && !ok {
			return false
		}
	}
	return true
}

func (r *reader) pairings(name string, h pairingPlaces, body []line) ([]Pairing, []Problem) {
	var out []Pairing
	for _, l := range body {
		if isTotal(squeeze(l.first())) || isNote(squeeze(l.first())) || l.banner {
			continue
		}
		p := Pairing{Milestones: map[string]string{}, cells: map[string]string{}}
		for i, at := range h.columns {
			c := pairingColumns[i]
			if c.of != nil {
				*c.of(&p) = strings.TrimSpace(l.at(at))
			}
			if c.field != "" {
				p.cells[c.field] = Problem{Sheet: name, Cell: cellName(at, l.number)}.Where()
			}
		}
		for title, at := range h.milestones {
			text := strings.TrimSpace(l.at(at))
			if d, wrong := parseDate(text, r.epoch); wrong == nil && !d.IsZero() {
				text = d.String()
			} else if wrong == nil {
				text = "" // a dash, a blank
			}
			p.Milestones[title] = text
			p.cells["/milestones/"+title] = Problem{Sheet: name, Cell: cellName(at, l.number)}.Where()
		}
		p.cells["/cadre_id"] = p.cells["/cadre_name"]
		out = append(out, p)
	}
	if len(out) == 0 {
		return nil, []Problem{{Sheet: name, Code: "rows_empty", Message: "表头下面没有内容"}}
	}
	return out, nil
}

// WritePairings writes a liaison list that ReadPairings takes back: rows in the order
// of the columns, then the milestones' days; two more cells, where there are any, are
// how the liaison stands.
func WritePairings(w io.Writer, title string, milestones []string, rows [][]string) error {
	book := excelize.NewFile()
	defer book.Close()
	if err := book.SetSheetName("Sheet1", pairingsSheet); err != nil {
		return err
	}
	style, err := newStyles(book)
	if err != nil {
		return err
	}
	out, err := book.NewStreamWriter(pairingsSheet)
	if err != nil {
		return err
	}
	headers, widths := []string{}, []float64{}
	for _, c := range pairingColumns {
		headers, widths = append(headers, c.names[0]), append(widths, c.width)
	}
	for _, m := range append(slices.Clone(milestones), "进展", "亮灯") {
		headers, widths = append(headers, m), append(widths, 12)
	}
	for i, width := range widths {
		if err := out.SetColWidth(i+1, i+1, width); err != nil {
			return err
		}
	}
	if err := out.SetRow("A1", []any{excelize.Cell{StyleID: style.title, Value: title}}, excelize.RowOpts{Height: 30}); err != nil {
		return err
	}
	if err := out.MergeCell("A1", cellName(len(headers), 1)); err != nil {
		return err
	}
	cells := make([]any, len(headers))
	for i, h := range headers {
		cells[i] = excelize.Cell{StyleID: style.header, Value: h}
	}
	if err := out.SetRow("A2", cells); err != nil {
		return err
	}
	for i, row := range rows {
		cells := make([]any, len(row))
		for j, text := range row {
			cells[j] = text
		}
		if err := out.SetRow(cellName(1, i+3), cells); err != nil {
			return err
		}
	}
	if err := out.Flush(); err != nil {
		return err
	}
	_, err = book.WriteTo(w)
	return err
}
