package workbook

import (
	"fmt"

	"github.com/xuri/excelize/v2"

	"luodi/internal/rulebook"
)

// groupSheet is one group's scores: a row for each unit, a column for each value.
type groupSheet struct {
	index   int
	group   *rulebook.Group
	name    string
	units   []int
	columns []cellColumn
	cols    map[*rulebook.Column]int // where a column stands
	clean   map[*rulebook.Column]int // its guarded copy, for ranks
	places  map[*rulebook.Column]int // a rank with gaps, from which one without is made
	row     map[int]int
}

// cellColumn is a book's column, or a helper of it.
type cellColumn struct {
	column *rulebook.Column
	helper string // "", "整理" or "跳号名次"
}

func (b *book) placeGroup(i int, g *rulebook.Group) *groupSheet {
	x := &groupSheet{index: i, group: g, name: b.sheetName(g.Name), units: b.s.Members(i), cols: map[*rulebook.Column]int{},
		clean: map[*rulebook.Column]int{}, places: map[*rulebook.Column]int{}, row: map[int]int{}}
	for n, u := range x.units {
		x.row[u] = firstUnit + n
	}
	next := 2
	add := func(c cellColumn) int {
		x.columns = append(x.columns, c)
		next++
		return next - 1
	}
	for _, c := range b.rules.Columns() {
		if c.Table != nil || c.Node != nil && !c.Node.Of(g.Name) {
			continue
		}
		c.Expr.Walk(func(e *rulebook.Expr) {
			if e.Op != rulebook.OpGroup || e.Group.Func != "名次" {
				return
			}
			for _, of := range rankedBy(e.Group) {
				if x.clean[of] == 0 {
					x.clean[of] = add(cellColumn{of, "整理"})
				}
			}
			if e.Group.Tie == "不跳号" {
				x.places[c] = add(cellColumn{c, "跳号名次"})
			}
		})
		if c.Expr != nil {
			x.cols[c] = add(cellColumn{column: c})
		}
	}
	return x
}

// rankedBy are the columns that decide a rank.
func rankedBy(g *rulebook.Grouping) []*rulebook.Column {
	list := append([]*rulebook.Column{g.Of}, g.Ties...)
	if g.Last != nil {
		list = append(list, g.Last)
	}
	return list
}

func (b *book) groupOf(u int) *groupSheet {
	for _, g := range b.groups {
		if _, ok := g.row[u]; ok {
			return g
		}
	}
	return b.groups[0]
}

func (b *book) groupRows() error {
	for _, g := range b.groups {
		if err := b.groupSheet(g); err != nil {
			return err
		}
	}
	return nil
}

func (b *book) groupSheet(g *groupSheet) error {
	return b.rowsTo(g.name, len(g.columns)+1, func(put func([]any) error) error {
		head, points, formulas := []any{b.head("单位")}, []any{b.head("分值")}, []any{b.head("公式")}
		for _, c := range g.columns {
			label := c.column.Title()
			if c.column.Node != nil && c.column.Node.Value == c.column {
				label = c.column.Node.ID + " " + label
			}
			if c.helper != "" {
				label += "·" + c.helper
			}
			head = append(head, b.head(label))
			points = append(points, b.pointsCell(g, c))
			formulas = append(formulas, c.column.Formula())
		}
		for _, row := range [][]any{head, points, formulas} {
			if err := put(row); err != nil {
				return err
			}
		}
		for _, u := range g.units {
			f := &formula{book: b, sheet: g, row: g.row[u], unit: u}
			cells := []any{b.s.Facts.Units[u].Name}
			for _, c := range g.columns {
				cells = append(cells, b.unitCell(f, c))
			}
			if err := put(cells); err != nil {
				return err
			}
		}
		return nil
	})
}

// unitCell is a formula, or a verified figure.
func (b *book) unitCell(f *formula, c cellColumn) excelize.Cell {
	percent := c.column.Kind == rulebook.Percent && c.helper == ""
	style, verified := 0, b.styles.fixed
	if percent {
		style, verified = b.styles.percent, b.styles.fixedPercent
	}
	if m := c.column.Metric; m != nil && m.Value == c.column && c.helper == "" {
		if n, _, ok := b.s.FixedAt(m, f.unit); ok {
			return excelize.Cell{StyleID: verified, Value: n.Float()}
		}
	}
	return excelize.Cell{StyleID: style, Formula: f.cell(c)}
}

// pointsCell is an indicator's points, to which its formulas refer.
func (b *book) pointsCell(g *groupSheet, c cellColumn) any {
	n := c.column.Node
	if n == nil || n.Value != c.column || c.helper != "" {
		return nil
	}
	if p, ok := n.PointsFor(g.group.Name); ok {
		return p.Float()
	}
	return nil
}

// span is a column's cells for all units of the group.
func (g *groupSheet) span(col int) string {
	l := letters(col)
	return fmt.Sprintf("%s$%s$%d:$%s$%d", quoted(g.name), l, firstUnit, l, firstUnit+len(g.units)-1)
}

// spanOf is where a column's values for the group stand; "" when it has none.
func (b *book) spanOf(g *groupSheet, c *rulebook.Column) string {
	if len(g.units) == 0 {
		return ""
	}
	if col, ok := b.facts[c]; ok {
		l := letters(col)
		return fmt.Sprintf("%s$%s$%d:$%s$%d", quoted(factSheet), l, b.rows[g.units[0]], l, b.rows[g.units[len(g.units)-1]])
	}
	if col, ok := g.cols[c]; ok {
		return g.span(col)
	}
	return ""
}

// cell is the formula of one cell.
func (f *formula) cell(c cellColumn) string {
	switch c.helper {
	case "整理":
		x := f.ref(c.column)
		if c.column.Type == rulebook.Truth {
			return "IF(" + x + ",1,0)"
		}
		return fmt.Sprintf("IF(ISNUMBER(%s),ROUND(%s,%d),%s)", x, x, guardPlaces, x)
	case "跳号名次":
		return f.place(f.groupingOf(c.column))
	}
	return f.column(c.column)
}

func (f *formula) groupingOf(c *rulebook.Column) *rulebook.Grouping {
	var found *rulebook.Grouping
	c.Expr.Walk(func(e *rulebook.Expr) {
		if e.Op == rulebook.OpGroup && e.Group.Func == "名次" {
			found = e.Group
		}
	})
	return found
}

// place is 1 + how many units of the group, or of all groups, come before.
func (f *formula) place(g *rulebook.Grouping) string {
	groups := []*groupSheet{f.sheet}
	if g.All {
		groups = f.groups
	}
	own := fmt.Sprintf("%s%d", letters(f.sheet.clean[g.Of]), f.row)
	count := "1"
	for _, x := range groups {
		if col, ok := x.clean[g.Of]; ok && len(x.units) > 0 {
			count += fmt.Sprintf("+SUMPRODUCT(ISNUMBER(%s)*%s)", x.span(col), f.ahead(g, x))
		}
	}
	return fmt.Sprintf("IF(ISNUMBER(%s),%s,%s)", own, count, own)
}

// ahead tells for each unit of a sheet whether it comes before this row's.
func (f *formula) ahead(g *rulebook.Grouping, x *groupSheet) string {
	more := func(c *rulebook.Column, sign string) string {
		return fmt.Sprintf("(%s%s%s%d)", x.span(x.clean[c]), sign, letters(f.sheet.clean[c]), f.row)
	}
	sign := ">"
	if g.Rising {
		sign = "<"
	}
	test := more(g.Of, sign)
	deeper := ""
	for i := len(g.Ties) - 1; i >= 0; i-- {
		t := g.Ties[i]
		if deeper == "" {
			deeper = more(t, ">")
		} else {
			deeper = "(" + more(t, ">") + "+" + more(t, "=") + "*" + deeper + ")"
		}
	}
	if deeper != "" {
		test = "(" + test + "+" + more(g.Of, "=") + "*" + deeper + ")"
	}
	if g.Last != nil {
		test = "(" + more(g.Last, "<") + "+" + more(g.Last, "=") + "*" + test + ")"
	}
	return test
}
