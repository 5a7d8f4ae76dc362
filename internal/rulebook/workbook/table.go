package workbook

import (
	"fmt"

	"github.com/xuri/excelize/v2"

	"luodi/internal/calendar"
	"luodi/internal/rulebook"
)

// tableSheet is a table's records, with a column for each formula over a record:
// whether a figure counts it, and what it gives.
type tableSheet struct {
	table   *rulebook.Table
	name    string
	fields  map[*rulebook.Field]int
	derived map[derived]int
	flags   map[*rulebook.Expr]int // conditions
	values  map[*rulebook.Expr]int // what is added up, or its period
	columns []recordColumn
	rows    int
}

// derived is a value of a record; with figures of its unit, it depends on who that is.
type derived struct {
	column *rulebook.Column
	owner  *rulebook.Field
}

// recordColumn is one formula column of a table.
type recordColumn struct {
	label string
	expr  *rulebook.Expr
	flag  bool
	owner *rulebook.Field
}

// placeTables finds what every figure needs of its table's records.
func (b *book) placeTables() {
	for _, c := range b.rules.Columns() {
		if c.Table != nil {
			continue
		}
		c.Expr.Walk(func(e *rulebook.Expr) {
			if e.Op == rulebook.OpAggregate {
				b.sheetOf(e.Agg.Table).need(e.Agg, c.Title())
			}
		})
	}
	for _, t := range b.rules.Tables {
		if b.s.Facts.Records(t) > 0 {
			b.sheetOf(t)
		}
	}
}

func (b *book) sheetOf(t *rulebook.Table) *tableSheet {
	x := b.tables[t]
	if x == nil {
		x = &tableSheet{table: t, name: b.sheetName(t.Name), fields: map[*rulebook.Field]int{}, derived: map[derived]int{},
			flags: map[*rulebook.Expr]int{}, values: map[*rulebook.Expr]int{}, rows: b.s.Facts.Records(t)}
		for i, f := range t.Fields {
			x.fields[f] = i + 1
		}
		b.tables[t] = x
	}
	return x
}

func (t *tableSheet) add(label string, e *rulebook.Expr, flag bool, owner *rulebook.Field) int {
	t.columns = append(t.columns, recordColumn{label, e, flag, owner})
	return len(t.fields) + len(t.columns)
}

// need places the columns of one figure; other values of a record that it uses come
// first.
func (t *tableSheet) need(a *rulebook.Aggregate, label string) {
	for _, e := range []*rulebook.Expr{a.Where, a.Value, a.Period} {
		t.inner(e, a.Owner)
	}
	if a.Where != nil && t.flags[a.Where] == 0 {
		t.flags[a.Where] = t.add(label+"·计入", a.Where, true, a.Owner)
	}
	if a.Value != nil && t.values[a.Value] == 0 {
		t.values[a.Value] = t.add(label+"·数值", a.Value, false, a.Owner)
	}
	if a.Period != nil && t.values[a.Period] == 0 {
		t.values[a.Period] = t.add(label+"·期", a.Period, false, a.Owner)
	}
}

func (t *tableSheet) inner(e *rulebook.Expr, owner *rulebook.Field) {
	e.Walk(func(x *rulebook.Expr) {
		if key := (derived{x.Col, owner}); x.Op == rulebook.OpColumn && t.derived[key] == 0 {
			t.inner(x.Col.Expr, owner)
			t.derived[key] = t.add(x.Col.Title(), x.Col.Expr, false, owner)
		}
	})
}

func (t *tableSheet) span(col int) string {
	l := letters(col)
	return fmt.Sprintf("%s$%s$2:$%s$%d", quoted(t.name), l, l, max(2, t.rows+1))
}

func (b *book) tableRows() error {
	for _, table := range b.rules.Tables {
		if t := b.tables[table]; t != nil {
			if err := b.tableSheet(t); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *book) tableSheet(t *tableSheet) error {
	return b.rowsTo(t.name, len(t.fields)+len(t.columns), func(put func([]any) error) error {
		var head []any
		for _, f := range t.table.Fields {
			label := f.Name
			if f.Measure.Word != "" {
				label += "(" + f.Measure.Word + ")"
			}
			head = append(head, b.head(label))
		}
		for _, c := range t.columns {
			head = append(head, b.head(derivedMark+c.label))
		}
		if err := put(head); err != nil {
			return err
		}
		for i := range t.rows {
			if err := put(b.record(t, i)); err != nil {
				return err
			}
		}
		return nil
	})
}

func (b *book) record(t *tableSheet, i int) []any {
	row := make([]any, 0, len(t.fields)+len(t.columns))
	for _, field := range t.table.Fields {
		switch v := b.s.Facts.Cell(t.table, field, i).(type) {
		case rulebook.Num:
			row = append(row, b.numberCell(v, field.Measure))
		case calendar.Date:
			row = append(row, excelize.Cell{StyleID: b.styles.date, Value: serial(v)})
		case nil:
			if field.Type == rulebook.Number {
				row = append(row, excelize.Cell{Formula: "NA()"})
			} else {
				row = append(row, nil)
			}
		default:
			row = append(row, v)
		}
	}
	for _, c := range t.columns {
		f := &formula{book: b, table: t, owner: c.owner, row: i + 2}
		s := f.expr(c.expr)
		if c.flag {
			// -1 says that the condition couldn't be decided: a figure is missing.
			s = "IFERROR(IF(" + s + ",1,0),-1)"
		}
		row = append(row, excelize.Cell{Formula: s})
	}
	return row
}

// aggregate is a figure over the unit's records, by the columns placed for it.
func (f *formula) aggregate(a *rulebook.Aggregate) string {
	t := f.tables[a.Table]
	by := fmt.Sprintf("%s,$A%d", t.span(t.fields[a.Owner]), f.row)
	if a.Where != nil {
		by += "," + t.span(t.flags[a.Where]) + ",1"
	}
	if a.Period != nil {
		by += fmt.Sprintf(",%s,%d", t.span(t.values[a.Period]), a.Equals)
	}
	count := "COUNTIFS(" + by + ")"
	var s string
	switch a.Func {
	case "计数":
		s = count
	case "求和":
		s = "SUMIFS(" + t.span(t.values[a.Value]) + "," + by + ")"
	case "均值":
		s = fmt.Sprintf("IF(%s=0,NA(),SUMIFS(%s,%s)/%s)", count, t.span(t.values[a.Value]), by, count)
	default:
		name := map[string]string{"最高值": "_xlfn.MAXIFS", "最低值": "_xlfn.MINIFS"}[a.Func]
		s = fmt.Sprintf("IF(%s=0,NA(),%s(%s,%s))", count, name, t.span(t.values[a.Value]), by)
	}
	if f.risky(a) {
		undecided := fmt.Sprintf("COUNTIFS(%s,$A%d,%s,-1)", t.span(t.fields[a.Owner]), f.row, t.span(t.flags[a.Where]))
		s = "IF(" + undecided + ">0,NA()," + s + ")"
	}
	return s
}

// risky reports whether a condition uses a number that some record lacks.
func (f *formula) risky(a *rulebook.Aggregate) bool {
	risk := false
	var look func(e *rulebook.Expr)
	look = func(e *rulebook.Expr) {
		e.Walk(func(x *rulebook.Expr) {
			if x.Op == rulebook.OpField && f.s.Facts.Incomplete(a.Table, x.Field) || x.Op == rulebook.OpOwner {
				risk = true
			}
			if x.Op == rulebook.OpColumn {
				look(x.Col.Expr)
			}
		})
	}
	look(a.Where)
	return risk
}
