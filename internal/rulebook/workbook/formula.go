package workbook

import (
	"fmt"
	"strings"

	"luodi/internal/rulebook"
)

// guardPlaces is where binary fractions are repaired before anything is decided by
// them: 0.1+0.2 and 0.3 are the same again.
const guardPlaces = 10

// formula writes expressions as formulas of one cell: of a unit's row, or of a
// record's when table is set.
type formula struct {
	*book
	sheet *groupSheet
	table *tableSheet
	owner *rulebook.Field // by which records belong to units
	row   int
	unit  int
}

// column is the formula of a book's column.
func (f *formula) column(c *rulebook.Column) string {
	e := c.Expr
	s := f.expr(e)
	var doubtful []string
	if e.Op == rulebook.OpShare || f.sheet == nil {
		return s
	}
	e.Walk(func(x *rulebook.Expr) {
		if x.Op == rulebook.OpColumn && f.absent[x.Col] && x.Col != c {
			doubtful = append(doubtful, "ISTEXT("+f.ref(x.Col)+")")
		}
		if x.Op == rulebook.OpGroup && f.empty(x.Group) != "" {
			doubtful = append(doubtful, f.empty(x.Group))
		}
	})
	if len(doubtful) == 0 || c.Type != rulebook.Number {
		return s
	}
	return `IF(OR(` + strings.Join(doubtful, ",") + `),"不适用",` + s + ")"
}

// mayBeAbsent finds the columns that can be 不适用.
func mayBeAbsent(b *rulebook.Book) map[*rulebook.Column]bool {
	found := map[*rulebook.Column]bool{}
	for _, c := range b.Columns() {
		if c.Expr == nil || c.Table != nil {
			continue
		}
		c.Expr.Walk(func(e *rulebook.Expr) {
			if e.Op == rulebook.OpAbsent && e.Fault.Kind == rulebook.NotApplicable || e.Op == rulebook.OpColumn && found[e.Col] || e.Op == rulebook.OpGroup && e.Group.Of != nil && found[e.Group.Of] {
				found[c] = true
			}
		})
	}
	return found
}

// ref is the cell of a column for this row.
func (f *formula) ref(c *rulebook.Column) string {
	if f.table != nil {
		return fmt.Sprintf("%s%d", letters(f.table.derived[derived{c, f.owner}]), f.row)
	}
	if col, ok := f.facts[c]; ok {
		return fmt.Sprintf("%s%s%d", quoted(factSheet), letters(col), f.rows[f.unit])
	}
	return fmt.Sprintf("%s%d", letters(f.sheet.cols[c]), f.row)
}

func (f *formula) list(args []*rulebook.Expr) string { return f.joined(args, ",") }

var signs = map[rulebook.Op]string{
	rulebook.OpAdd: "+", rulebook.OpSub: "-", rulebook.OpMul: "*", rulebook.OpDiv: "/", rulebook.OpPow: "^",
	rulebook.OpEq: "=", rulebook.OpNe: "<>", rulebook.OpLt: "<", rulebook.OpLe: "<=", rulebook.OpGt: ">", rulebook.OpGe: ">=",
}

func literal(n rulebook.Num) string {
	s := n.Exact()
	if strings.Contains(s, "/") || strings.HasPrefix(s, "-") {
		return "(" + s + ")"
	}
	return s
}

func stringLiteral(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

func (f *formula) expr(e *rulebook.Expr) string {
	switch e.Op {
	case rulebook.OpNum:
		return literal(e.Num)
	case rulebook.OpText:
		return stringLiteral(e.Text)
	case rulebook.OpBool:
		if e.Num.Sign() != 0 {
			return "TRUE"
		}
		return "FALSE"
	case rulebook.OpDate:
		return literal(e.Num.Add(rulebook.Int(25569)))
	case rulebook.OpColumn:
		return f.ref(e.Col)
	case rulebook.OpField:
		return fmt.Sprintf("%s%d", letters(f.table.fields[e.Field]), f.row)
	case rulebook.OpOwner:
		return f.ofOwner(e.Col)
	case rulebook.OpAttr:
		if e.Text == "单位名称" {
			return fmt.Sprintf("$A%d", f.row)
		}
		return stringLiteral(f.sheet.group.Name)
	case rulebook.OpEnv:
		return f.env[e.Text]
	case rulebook.OpPoints:
		return fmt.Sprintf("%s$%d", letters(f.sheet.cols[e.Node.Value]), pointsRow)
	case rulebook.OpAbsent:
		if e.Fault.Kind == rulebook.NotApplicable {
			return `"不适用"`
		}
		return "NA()"
	case rulebook.OpAdd, rulebook.OpSub, rulebook.OpMul, rulebook.OpDiv, rulebook.OpPow:
		return "(" + f.expr(e.Args[0]) + signs[e.Op] + f.expr(e.Args[1]) + ")"
	case rulebook.OpNeg:
		return "(-" + f.expr(e.Args[0]) + ")"
	}
	return f.function(e)
}

func (f *formula) function(e *rulebook.Expr) string {
	switch e.Op {
	case rulebook.OpEq, rulebook.OpNe, rulebook.OpLt, rulebook.OpLe, rulebook.OpGt, rulebook.OpGe:
		return f.compare(e.Op, e.Args[0], e.Args[1])
	case rulebook.OpAnd:
		return "AND(" + f.list(e.Args) + ")"
	case rulebook.OpOr:
		return "OR(" + f.list(e.Args) + ")"
	case rulebook.OpNot:
		return "NOT(" + f.expr(e.Args[0]) + ")"
	case rulebook.OpIn:
		var parts []string
		for _, a := range e.Args[1:] {
			parts = append(parts, f.compare(rulebook.OpEq, e.Args[0], a))
		}
		return "OR(" + strings.Join(parts, ",") + ")"
	case rulebook.OpCases:
		return f.cases(e.Args)
	case rulebook.OpMin:
		return "MIN(" + f.list(e.Args) + ")"
	case rulebook.OpMax:
		return "MAX(" + f.list(e.Args) + ")"
	case rulebook.OpSum, rulebook.OpMean:
		s := "(" + f.joined(e.Args, "+") + ")"
		if e.Op == rulebook.OpMean {
			s = fmt.Sprintf("(%s/%d)", s, len(e.Args))
		}
		return s
	case rulebook.OpRound:
		return f.round(e)
	case rulebook.OpAbs:
		return "ABS(" + f.expr(e.Args[0]) + ")"
	case rulebook.OpDefault:
		x := f.expr(e.Args[0])
		if e.Type == rulebook.Text { // an empty cell is no error
			return "IF(" + x + "=\"\"," + f.expr(e.Args[1]) + "," + x + ")"
		}
		return "IF(ISNA(" + x + ")," + f.expr(e.Args[1]) + "," + x + ")"
	case rulebook.OpFilled:
		return f.filled(e.Args[0])
	case rulebook.OpPolicy:
		return f.policy(e)
	case rulebook.OpShare:
		return f.share(e)
	case rulebook.OpAggregate:
		return f.aggregate(e.Agg)
	case rulebook.OpGroup:
		return f.grouping(e.Group)
	}
	return f.dates(e)
}

func (f *formula) joined(args []*rulebook.Expr, by string) string {
	parts := make([]string, len(args))
	for i, a := range args {
		parts[i] = f.expr(a)
	}
	return strings.Join(parts, by)
}

// guarded repairs a computed number; a fact or a constant needs none.
func (f *formula) guarded(e *rulebook.Expr) string {
	s := f.expr(e)
	_, fact := f.facts[e.Col]
	if e.Op == rulebook.OpNum || e.Op == rulebook.OpField || e.Op == rulebook.OpColumn && fact || e.Op == rulebook.OpEnv {
		return s
	}
	return fmt.Sprintf("ROUND(%s,%d)", s, guardPlaces)
}

// compare: texts exactly; a date that isn't there is neither before nor after.
func (f *formula) compare(o rulebook.Op, a, b *rulebook.Expr) string {
	switch a.Type {
	case rulebook.Text:
		s := "EXACT(" + f.expr(a) + "," + f.expr(b) + ")"
		if o == rulebook.OpNe {
			s = "NOT(" + s + ")"
		}
		return s
	case rulebook.Truth:
		return "(" + f.expr(a) + signs[o] + f.expr(b) + ")"
	case rulebook.Date:
		x, y := f.expr(a), f.expr(b)
		s := x + signs[o] + y
		if b.Op != rulebook.OpDate && b.Op != rulebook.OpEnv {
			s = "IF(ISNUMBER(" + y + ")," + s + ",FALSE)"
		}
		if a.Op != rulebook.OpDate && a.Op != rulebook.OpEnv {
			s = "IF(ISNUMBER(" + x + ")," + s + ",FALSE)"
		}
		return "(" + s + ")"
	}
	return "(" + f.guarded(a) + signs[o] + f.guarded(b) + ")"
}

func (f *formula) cases(args []*rulebook.Expr) string {
	if len(args) == 1 {
		return f.expr(args[0])
	}
	return "IF(" + f.expr(args[0]) + "," + f.expr(args[1]) + "," + f.cases(args[2:]) + ")"
}

func (f *formula) round(e *rulebook.Expr) string {
	x := f.expr(e.Args[0])
	if e.Places < guardPlaces {
		x = fmt.Sprintf("ROUND(%s,%d)", x, guardPlaces)
	}
	switch e.How {
	case rulebook.Down:
		return fmt.Sprintf("ROUNDDOWN(%s,%d)", x, e.Places)
	case rulebook.Up:
		return fmt.Sprintf("ROUNDUP(%s,%d)", x, e.Places)
	case rulebook.Floored:
		return "INT(" + x + ")"
	}
	return fmt.Sprintf("ROUND(%s,%d)", x, e.Places)
}

func (f *formula) filled(e *rulebook.Expr) string {
	x := f.expr(e)
	switch e.Type {
	case rulebook.Text:
		return "(" + x + `<>"")`
	case rulebook.Date:
		return "ISNUMBER(" + x + ")"
	}
	return "NOT(ISNA(" + x + "))"
}

// ofOwner looks a figure up for the unit that a record belongs to; a record of nobody
// counts for nobody.
func (f *formula) ofOwner(c *rulebook.Column) string {
	last := len(f.s.Facts.Units) + 1
	span := func(col string) string { return fmt.Sprintf("%s$%s$2:$%s$%d", quoted(factSheet), col, col, last) }
	match := fmt.Sprintf("MATCH(%s%d,%s,0)", letters(f.table.fields[f.owner]), f.row, span("A"))
	return fmt.Sprintf("IF(ISNA(%s),0,INDEX(%s,%s))", match, span(letters(f.facts[c])), match)
}

// policy: #N/A is a figure that is missing, #DIV/0! a division by zero.
func (f *formula) policy(e *rulebook.Expr) string {
	x := f.expr(e.Args[0])
	missing, zero := x, x
	if e.Args[1] != nil {
		missing = f.expr(e.Args[1])
	}
	if e.Args[2] != nil {
		zero = f.expr(e.Args[2])
	}
	return fmt.Sprintf("IF(ISNA(%s),%s,IF(ISERROR(%s),%s,%s))", x, missing, x, zero, x)
}

// share puts parts together; the weight of those 不适用 goes to the others.
func (f *formula) share(e *rulebook.Expr) string {
	var parts, cells, whole, applicable []string
	doubt := false
	for i, a := range e.Args {
		ref := a
		if a.Op == rulebook.OpNeg {
			ref = a.Args[0]
		}
		if ref.Col.Node != nil && !ref.Col.Node.Of(f.sheet.group.Name) {
			continue
		}
		cell, w := f.ref(ref.Col), f.expr(e.Weights[i])
		part := cell
		if f.absent[ref.Col] {
			doubt = true
			part = "SUM(" + cell + ")" // a text in it counts for nothing
			applicable = append(applicable, "IF(ISTEXT("+cell+"),0,"+w+")")
		} else {
			applicable = append(applicable, w)
		}
		if a.Op == rulebook.OpNeg {
			part = "(-" + part + ")"
		}
		if e.Text == "加权" {
			part += "*" + w
		}
		parts, cells, whole = append(parts, part), append(cells, cell), append(whole, w)
	}
	if len(parts) == 0 {
		return "0"
	}
	sum := "(" + strings.Join(parts, "+") + ")"
	all := strings.Join(cells, ",")
	switch e.Text {
	case "最高":
		sum = "MAX(" + strings.Join(parts, ",") + ")"
		if doubt {
			sum = "MAX(" + all + ")"
		}
	case "最低":
		sum = "MIN(" + strings.Join(parts, ",") + ")"
		if doubt {
			sum = "MIN(" + all + ")"
		}
	case "平均":
		sum = "(" + sum + "/COUNT(" + all + "))"
	default:
		if doubt {
			w, a := strings.Join(whole, "+"), strings.Join(applicable, "+")
			sum = fmt.Sprintf("IF((%s)=0,%s,%s*(%s)/(%s))", a, sum, sum, w, a)
		}
	}
	if doubt {
		return "IF(COUNT(" + all + `)=0,"不适用",` + sum + ")"
	}
	return sum
}

// grouping is a figure over the group's units, or over all groups'.
func (f *formula) grouping(g *rulebook.Grouping) string {
	if g.Func == "名次" {
		return f.rank(g)
	}
	all := f.spans(g)
	if g.Func == "家数" { // a figure that is missing isn't to be counted over
		return "(COUNT(" + all + ")+0*SUM(" + all + "))"
	}
	name := map[string]string{"最大": "MAX", "最小": "MIN", "平均": "AVERAGE", "合计": "SUM"}[g.Func]
	return name + "(" + all + ")"
}

// spans are the cells of the units that a figure is over.
func (f *formula) spans(g *rulebook.Grouping) string {
	groups := []*groupSheet{f.sheet}
	if g.All {
		groups = f.groups
	}
	var spans []string
	for _, x := range groups {
		if s := f.spanOf(x, g.Of); s != "" {
			spans = append(spans, s)
		}
	}
	return strings.Join(spans, ",")
}

// empty tells that a figure applies to none of the units; "" where that can't be. What is
// missing is another matter, and stays an error.
func (f *formula) empty(g *rulebook.Grouping) string {
	if g.Func == "名次" || g.Func == "家数" || !f.absent[g.Of] {
		return ""
	}
	all := f.spans(g)
	return "IFERROR(COUNT(" + all + ")+0*SUM(" + all + "),1)=0"
}

func (f *formula) rank(g *rulebook.Grouping) string {
	switch g.Tie {
	case "不跳号":
		col := 0
		for c, place := range f.sheet.places {
			if f.groupingOf(c) == g {
				col = place
			}
		}
		all, own := f.sheet.span(col), fmt.Sprintf("%s%d", letters(col), f.row)
		return fmt.Sprintf(`IF(ISNUMBER(%s),ROUND(SUMPRODUCT(ISNUMBER(%s)*(%s<%s)/COUNTIF(%s,%s&"")),0)+1,%s)`, own, all, all, own, all, all, own)
	case "平均":
		all := f.sheet.span(f.sheet.clean[g.Of])
		own := fmt.Sprintf("%s%d", letters(f.sheet.clean[g.Of]), f.row)
		return fmt.Sprintf("(%s+(SUMPRODUCT(ISNUMBER(%s)*(%s=%s))-1)/2)", f.place(g), all, all, own)
	}
	return f.place(g)
}

func (f *formula) dates(e *rulebook.Expr) string {
	x := f.expr(e.Args[0])
	guard := func(s, otherwise string) string { return "IF(ISNUMBER(" + x + ")," + s + "," + otherwise + ")" }
	switch e.Op {
	case rulebook.OpPart:
		switch e.Text {
		case "年":
			return guard("YEAR("+x+")", "0")
		case "季度":
			return guard("ROUNDUP(MONTH("+x+")/3,0)", "0")
		}
		return guard("MONTH("+x+")", "0")
	case rulebook.OpDays:
		y := f.expr(e.Args[1])
		return "IF(AND(ISNUMBER(" + x + "),ISNUMBER(" + y + "))," + x + "-" + y + ",NA())"
	case rulebook.OpAddDays:
		return guard(x+"+TRUNC("+f.expr(e.Args[1])+")", `""`)
	case rulebook.OpAddMonths:
		return guard("EDATE("+x+",TRUNC("+f.expr(e.Args[1])+"))", `""`)
	case rulebook.OpMakeDate:
		return "DATE(" + f.list(e.Args) + ")"
	}
	return "NA()"
}
