package sheet

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"luodi/internal/calendar"
	"luodi/internal/org"
	"luodi/internal/project"
	"luodi/internal/register"
)

// RegisterRow is an entry as a workbook states it.
type RegisterRow struct {
	register.Draft
	cells map[string]string // by JSON pointer
}

// Where is the cell of a field, or that of the name for a field without a column.
func (r RegisterRow) Where(pointer string) string {
	if cell, ok := r.cells[pointer]; ok {
		return cell
	}
	return r.cells["/name"]
}

// registerColumn is a column of a register's main table; the first name is written.
type registerColumn struct {
	field string
	names []string
	must  bool
	get   func(register.Draft) string
	set   func(*register.Draft, string)
	day   func(*register.Draft) *calendar.Date // instead of get and set
	width float64
}

func textOf(field string, must bool, width float64, of func(*register.Draft) *string, names ...string) registerColumn {
	return registerColumn{field: field, names: names, must: must, width: width,
		get: func(d register.Draft) string { return *of(&d) }, set: func(d *register.Draft, s string) { *of(d) = s }}
}

func dayColumn(field string, of func(*register.Draft) *calendar.Date, names ...string) registerColumn {
	return registerColumn{field: field, names: names, day: of, width: 14}
}

func listOf(field string, of func(*register.Draft) *[]string, names ...string) registerColumn {
	return registerColumn{field: field, names: names, width: 24,
		get: func(d register.Draft) string { return strings.Join(*of(&d), "、") },
		set: func(d *register.Draft, s string) {
			*of(d) = strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("、,,;;\n", r) })
		}}
}

// tierColumn is written in words: 一主, 四优, 多支撑, 其他.
var tierColumn = registerColumn{field: "/chain/tier", names: []string{"产业层级"}, width: 12,
	get: func(d register.Draft) string { return project.Tier(d.Chain.Tier).Label() },
	set: func(d *register.Draft, s string) {
		d.Chain.Tier = s // what is no label is refused by its check
		for _, t := range project.Tiers {
			if t.Label == s {
				d.Chain.Tier = string(t.Value)
			}
		}
	}}

// nameColumns and lastColumns are those of every register.
func nameColumns(name ...string) []registerColumn {
	return []registerColumn{
		textOf("/name", true, 30, func(d *register.Draft) *string { return &d.Name }, name...),
		listOf("/aliases", func(d *register.Draft) *[]string { return &d.Aliases }, "别名"),
	}
}

func unitColumn(names ...string) registerColumn {
	return textOf("/unit_id", false, 22, func(d *register.Draft) *string { return &d.UnitID }, names...) // by name: see the reader
}

var remarkColumn = textOf("/remark", false, 30, func(d *register.Draft) *string { return &d.Remark }, "备注")

var registerColumns = map[register.Kind][]registerColumn{
	register.Chains: append(nameColumns("产业链", "产业链名称"),
		tierColumn,
		textOf("/chain/head", false, 14, func(d *register.Draft) *string { return &d.Chain.Head }, "链长"),
		textOf("/chain/head_unit", false, 22, func(d *register.Draft) *string { return &d.Chain.HeadUnit }, "链长单位", "链长职务"),
		textOf("/chain/leader", false, 26, func(d *register.Draft) *string { return &d.Chain.Leader }, "链主企业", "链主"),
		textOf("/chain/innovator", false, 26, func(d *register.Draft) *string { return &d.Chain.Innovator }, "链创机构", "链创"),
		textOf("/chain/goals", false, 30, func(d *register.Draft) *string { return &d.Chain.Goals }, "目标"), remarkColumn),
	register.Teams: append(nameColumns("专班名称", "专班"),
		unitColumn("派出单位"),
		textOf("/team/place", true, 14, func(d *register.Draft) *string { return &d.Team.Place }, "驻地"),
		dayColumn("/team/from", func(d *register.Draft) *calendar.Date { return &d.Team.From }, "起始日期"),
		dayColumn("/team/until", func(d *register.Draft) *calendar.Date { return &d.Team.Until }, "截止日期"),
		textOf("/team/head", false, 14, func(d *register.Draft) *string { return &d.Team.Head }, "负责人"),
		listOf("/team/members", func(d *register.Draft) *[]string { return &d.Team.Members }, "成员"),
		textOf("/team/contact", false, 18, func(d *register.Draft) *string { return &d.Team.Contact }, "联系方式"), remarkColumn),
	register.Ambassadors: append(nameColumns("大使姓名", "招商大使", "姓名"),
		unitColumn("联系单位"),
		textOf("/ambassador/title", false, 26, func(d *register.Draft) *string { return &d.Ambassador.Title }, "职务"),
		textOf("/ambassador/region", false, 14, func(d *register.Draft) *string { return &d.Ambassador.Region }, "区域"),
		dayColumn("/ambassador/appointed", func(d *register.Draft) *calendar.Date { return &d.Ambassador.Appointed }, "聘任日期"),
		dayColumn("/ambassador/until", func(d *register.Draft) *calendar.Date { return &d.Ambassador.Until }, "截止日期"),
		textOf("/ambassador/contact", false, 18, func(d *register.Draft) *string { return &d.Ambassador.Contact }, "联系方式"), remarkColumn),
	register.Events: append(nameColumns("活动名称", "活动"),
		unitColumn("主办单位"),
		textOf("/event/host", false, 22, func(d *register.Draft) *string { return &d.Event.Host }, "主办(其他)"),
		textOf("/event/city", true, 14, func(d *register.Draft) *string { return &d.Event.City }, "城市"),
		dayColumn("/event/from", func(d *register.Draft) *calendar.Date { return &d.Event.From }, "开始日期", "日期"),
		dayColumn("/event/until", func(d *register.Draft) *calendar.Date { return &d.Event.Until }, "结束日期"), remarkColumn),
}

// records are the second worksheet of a register: trips of teams, leads of ambassadors.
type records struct {
	sheet   string
	columns []string // the entry's name, the day, then texts
	rows    func(register.Draft) [][]string
	add     func(d *register.Draft, on calendar.Date, texts []string)
	field   string
}

var recordsOf = map[register.Kind]records{
	register.Teams: {sheet: "外出情况", columns: []string{"专班名称", "日期", "地点", "事由", "对接对象", "成果"}, field: "/team/trips/%d",
		rows: func(d register.Draft) (out [][]string) {
			for _, t := range d.Team.Trips {
				out = append(out, []string{d.Name, t.On.String(), t.Place, t.Purpose, t.Contacts, t.Results})
			}
			return out
		},
		add: func(d *register.Draft, on calendar.Date, x []string) {
			d.Team.Trips = append(d.Team.Trips, register.Trip{On: on, Place: x[0], Purpose: x[1], Contacts: x[2], Results: x[3]})
		}},
	register.Ambassadors: {sheet: "推介项目", columns: []string{"大使姓名", "日期", "项目", "结果"}, field: "/ambassador/leads/%d",
		rows: func(d register.Draft) (out [][]string) {
			for _, l := range d.Ambassador.Leads {
				out = append(out, []string{d.Name, l.On.String(), l.Project, l.Outcome})
			}
			return out
		},
		add: func(d *register.Draft, on calendar.Date, x []string) {
			d.Ambassador.Leads = append(d.Ambassador.Leads, register.Lead{On: on, Project: x[0], Outcome: x[1]})
		}},
}

// blankEntry is a draft of a kind with nothing in it.
func blankEntry(kind register.Kind) register.Draft {
	switch kind {
	case register.Chains:
		return register.Draft{Chain: &register.Chain{}}
	case register.Teams:
		return register.Draft{Team: &register.Team{}}
	case register.Ambassadors:
		return register.Draft{Ambassador: &register.Ambassador{}}
	}
	return register.Draft{Event: &register.Event{}}
}

// ReadRegister reads a register's workbook: the first worksheet with its header (within
// thirty rows), and the worksheet of its records, if there is one.
func ReadRegister(kind register.Kind, data []byte, units []org.Unit) ([]RegisterRow, []Problem) {
	book, problem := open(bytes.NewReader(data))
	if problem != nil {
		return nil, []Problem{*problem}
	}
	defer book.Close()
	x := registerReader{reader: &reader{book: book, epoch: epochOf(book)}, kind: kind, units: units}
	var rest []string
	for _, name := range book.GetSheetList() {
		lines, wrong := x.lines(name)
		if wrong != nil {
			return nil, []Problem{{Sheet: name, Code: wrong.code, Message: wrong.message}}
		}
		found := false
		for i, l := range lines[:min(len(lines), headerWithin)] {
			if places := x.header(l); !found && x.rows == nil && places != nil {
				x.main(name, places, lines[i+1:])
				found = true
			}
		}
		if !found {
			rest = append(rest, name)
		}
	}
	if x.rows == nil {
		var must []string
		for _, c := range registerColumns[kind] {
			if c.must {
				must = append(must, c.names[0])
			}
		}
		return nil, []Problem{{Code: "header_not_found", Message: "没有找到表头:前30行中应有一行写明" + strings.Join(must, "、")}}
	}
	x.records(rest)
	if len(x.rows) == 0 && len(x.problems) == 0 {
		return nil, []Problem{{Code: "rows_empty", Message: "表头下面没有内容"}}
	}
	return x.rows, x.problems
}

type registerReader struct {
	*reader
	kind     register.Kind
	units    []org.Unit
	rows     []RegisterRow // nil until a header was found
	problems []Problem
}

// header says in which column (1-based) each of the register's columns stands; nil
// when one that must be there isn't.
func (x *registerReader) header(l line) map[int]int {
	places := map[int]int{}
	for i, c := range registerColumns[x.kind] {
		for at := 1; at <= len(l.cells); at++ {
			if slices.Contains(c.names, squeeze(l.at(at))) {
				places[i] = at
				break
			}
		}
		if _, ok := places[i]; c.must && !ok {
			return nil
		}
	}
	return places
}

func (x *registerReader) problem(sheet string, column, row int, code, message string) {
	x.problems = append(x.problems, Problem{Sheet: sheet, Cell: cellName(column, row), Code: code, Message: message})
}

func (x *registerReader) main(sheet string, places map[int]int, body []line) {
	x.rows = []RegisterRow{}
	for _, l := range body {
		if isTotal(squeeze(l.first())) || isNote(squeeze(l.first())) || l.banner {
			continue
		}
		row := RegisterRow{Draft: blankEntry(x.kind), cells: map[string]string{}}
		said := false
		for i, c := range registerColumns[x.kind] {
			at, ok := places[i]
			if !ok {
				continue
			}
			text := strings.TrimSpace(l.at(at))
			said = said || text != ""
			row.cells[c.field] = Problem{Sheet: sheet, Cell: cellName(at, l.number)}.Where()
			x.cell(&row, c, text, sheet, at, l.number)
		}
		if said {
			x.rows = append(x.rows, row)
		}
	}
}

func (x *registerReader) cell(row *RegisterRow, c registerColumn, text, sheet string, at, number int) {
	switch {
	case c.day != nil:
		d, wrong := parseDate(text, x.epoch)
		if wrong != nil {
			x.problem(sheet, at, number, wrong.code, wrong.message)
			return
		}
		*c.day(&row.Draft) = d
	case c.field == "/unit_id" && !blank(text):
		i := slices.IndexFunc(x.units, func(u org.Unit) bool { return u.Name == text || u.ShortName == text })
		if i < 0 {
			x.problem(sheet, at, number, "unit_unknown", "没有名为“"+shorten(text)+"”的单位")
			return
		}
		row.UnitID = x.units[i].ID
	case !blank(text):
		c.set(&row.Draft, text)
	}
}

// records reads trips or leads: each names its entry, which the main table must have.
func (x *registerReader) records(sheets []string) {
	r, ok := recordsOf[x.kind]
	if !ok {
		return
	}
	for _, sheet := range sheets {
		lines, _ := x.lines(sheet)
		for i, l := range lines[:min(len(lines), headerWithin)] {
			places := make([]int, len(r.columns))
			for n, name := range r.columns {
				for at := 1; at <= len(l.cells); at++ {
					if squeeze(l.at(at)) == name {
						places[n] = at
					}
				}
			}
			if places[0] > 0 && places[1] > 0 && places[2] > 0 {
				x.recordRows(r, sheet, places, lines[i+1:])
				break
			}
		}
	}
}

func (x *registerReader) recordRows(r records, sheet string, places []int, body []line) {
	for _, l := range body {
		name := strings.TrimSpace(l.at(places[0]))
		if name == "" || isTotal(squeeze(name)) || isNote(squeeze(name)) || l.banner {
			continue
		}
		i := slices.IndexFunc(x.rows, func(row RegisterRow) bool { return slices.Contains(row.Names(), name) })
		if i < 0 {
			x.problem(sheet, places[0], l.number, "register_unknown", "主表中没有“"+shorten(name)+"”")
			continue
		}
		on, wrong := parseDate(strings.TrimSpace(l.at(places[1])), x.epoch)
		if wrong != nil {
			x.problem(sheet, places[1], l.number, wrong.code, wrong.message)
			continue
		}
		texts := make([]string, len(places)-2)
		for n, at := range places[2:] {
			if at > 0 {
				texts[n] = strings.TrimSpace(l.at(at))
			}
		}
		r.add(&x.rows[i].Draft, on, texts)
		x.cellsOf(x.rows[i], r, sheet, places, l.number)
	}
}

// recordFields are the fields of a trip or a lead, in the order of the columns behind the name.
var recordFields = map[register.Kind][]string{
	register.Teams:       {"/on", "/place", "/purpose", "/contacts", "/results"},
	register.Ambassadors: {"/on", "/project", "/outcome"},
}

// cellsOf notes the cells of the record that was added last.
func (x *registerReader) cellsOf(row RegisterRow, r records, sheet string, places []int, number int) {
	n := len(r.rows(row.Draft)) - 1
	for i, f := range recordFields[x.kind] {
		if at := places[i+1]; at > 0 {
			row.cells[fmt.Sprintf(r.field, n)+f] = Problem{Sheet: sheet, Cell: cellName(at, number)}.Where()
		}
	}
}

// WriteRegister writes a register, so that ReadRegister takes it back.
func WriteRegister(w io.Writer, kind register.Kind, entries []register.Entry, units []org.Unit) error {
	book := excelize.NewFile()
	defer book.Close()
	if err := book.SetSheetName("Sheet1", kind.Label()); err != nil {
		return err
	}
	style, err := newStyles(book)
	if err != nil {
		return err
	}
	main := block{title: "别名、成员之间用顿号分隔;日期写作 2023-05-01"}
	for _, c := range registerColumns[kind] {
		main.columns = append(main.columns, c.names[0])
	}
	r, more := recordsOf[kind]
	second := block{columns: r.columns}
	for _, e := range entries {
		main.rows = append(main.rows, registerCells(kind, e, units))
		if more {
			for _, x := range r.rows(e.Draft) {
				cells := make([]any, len(x))
				for i, text := range x {
					cells[i] = text
				}
				second.rows = append(second.rows, cells)
			}
		}
	}
	if len(entries) == 0 {
		main.rows = [][]any{{}}
	}
	if err := writeBlocks(book, style, kind.Label(), kind.Label()+"登记表", []block{main}); err != nil {
		return err
	}
	if more {
		if _, err := book.NewSheet(r.sheet); err != nil {
			return err
		}
		if len(second.rows) == 0 {
			second.rows = [][]any{{}}
		}
		if err := writeBlocks(book, style, r.sheet, r.sheet, []block{second}); err != nil {
			return err
		}
	}
	_, err = book.WriteTo(w)
	return err
}

func registerCells(kind register.Kind, e register.Entry, units []org.Unit) []any {
	var out []any
	for _, c := range registerColumns[kind] {
		text := ""
		switch {
		case c.day != nil:
			if d := *c.day(&e.Draft); !d.IsZero() {
				text = d.String()
			}
		case c.field == "/unit_id":
			for _, u := range units {
				if u.ID == e.UnitID {
					text = u.Name
				}
			}
		default:
			text = c.get(e.Draft)
		}
		out = append(out, text)
	}
	return out
}
