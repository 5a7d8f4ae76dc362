package rulebook

import "strings"

// printer writes an expression in Chinese: with names, or with a unit's figures put in.
type printer struct {
	scores *Scores // nil: names
	unit   int
}

// Formula is the column's formula with names.
func (c *Column) Formula() string {
	if c.Expr == nil {
		return "填报"
	}
	return printer{}.expr(c.Expr, 0)
}

var signOf = map[Op]string{OpAdd: "+", OpSum: "+", OpSub: "-", OpMul: "×", OpDiv: "÷", OpEq: "=", OpNe: "≠", OpLt: "<", OpLe: "≤", OpGt: ">", OpGe: "≥", OpAnd: " 且 ", OpOr: " 或 "}

var bindingOf = map[Op]int{OpOr: 1, OpAnd: 2, OpNot: 3, OpEq: 4, OpNe: 4, OpLt: 4, OpLe: 4, OpGt: 4, OpGe: 4, OpIn: 4, OpAdd: 5, OpSum: 5, OpSub: 5, OpMul: 6, OpDiv: 6, OpNeg: 7}

var wordOf = map[Op]string{OpMin: "最小", OpMax: "最大", OpMean: "平均", OpAbs: "绝对值", OpDefault: "缺省", OpFilled: "已填", OpDays: "相隔天数", OpAddDays: "加天", OpAddMonths: "加月", OpMakeDate: "日期", OpPow: "幂"}

// expr prints with brackets where the surrounding binds tighter.
func (p printer) expr(e *Expr, outer int) string {
	if s, ok := p.leaf(e); ok {
		return s
	}
	if e.Text == converted {
		return p.conversion(e, outer)
	}
	own := bindingOf[e.Op]
	var s string
	switch e.Op {
	case OpAdd, OpMul, OpSum, OpAnd, OpOr, OpEq, OpNe, OpLt, OpLe, OpGt, OpGe:
		parts := make([]string, len(e.Args))
		for i, a := range e.Args {
			parts[i] = p.expr(a, own)
		}
		s = strings.Join(parts, signOf[e.Op])
	case OpSub, OpDiv:
		s = p.expr(e.Args[0], own) + signOf[e.Op] + p.expr(e.Args[1], own+1)
	case OpNeg:
		s = "-" + p.expr(e.Args[0], own)
	case OpNot:
		s = "非 " + p.expr(e.Args[0], own)
	case OpIn:
		s = p.expr(e.Args[0], own) + " 属于 [" + p.list(e.Args[1:]) + "]"
	default:
		return p.function(e)
	}
	if own < outer {
		return "(" + s + ")"
	}
	return s
}

// conversion prints "920000万元" for what is about to become 92亿元.
func (p printer) conversion(e *Expr, outer int) string {
	inner := e.Args[0]
	if p.scores == nil || inner.Op == OpNum {
		return p.expr(inner, outer)
	}
	s := p.expr(inner, 7)
	if inner.Op == OpColumn || inner.Op == OpAggregate || inner.Op == OpGroup {
		return s + inner.Measure.Word
	}
	return s + "×" + e.Args[1].Num.String()
}

func (p printer) list(args []*Expr) string {
	parts := make([]string, len(args))
	for i, a := range args {
		parts[i] = p.expr(a, 0)
	}
	return strings.Join(parts, ", ")
}

func (p printer) leaf(e *Expr) (string, bool) {
	switch e.Op {
	case OpNum:
		if e.Measure.Kind == Dimensional {
			return e.Num.String() + e.Measure.Word, true
		}
		return e.Measure.show(e.Num), true
	case OpText:
		return "“" + e.Text + "”", true
	case OpBool:
		return map[bool]string{true: "是", false: "否"}[e.Num.Sign() != 0], true
	case OpDate:
		return dateOf(e.Num.n).String(), true
	case OpField:
		return e.Field.Name, true
	case OpOwner:
		return e.Col.title(), true
	case OpAbsent:
		return e.Fault.Message(), true
	}
	if p.scores == nil {
		return p.named(e)
	}
	return p.figure(e)
}

func (p printer) named(e *Expr) (string, bool) {
	switch e.Op {
	case OpColumn:
		return e.Col.title(), true
	case OpEnv, OpAttr:
		return e.Text, true
	case OpPoints:
		return "分值", true
	}
	return "", false
}

// figure puts the unit's value in the place of a name.
func (p printer) figure(e *Expr) (string, bool) {
	s := p.scores
	switch e.Op {
	case OpColumn:
		if e.Col.Table != nil {
			return e.Col.title(), true
		}
		if e.Type == Text {
			return "“" + (&compiler{run: s.run}).text(e)(p.unit) + "”", true
		}
		v := s.value(e.Col, p.unit)
		if e.Type == Truth {
			return truthWord(v), true
		}
		return figureText(e.Col.Measure, v), true
	case OpPoints, OpAggregate, OpGroup:
		return figureText(e.Measure, s.run.numOf(e)(p.unit)), true
	case OpEnv:
		if e.Type == Date {
			return dateOf(s.run.env(e.Text).n).String(), true
		}
		return s.run.env(e.Text).String(), true
	case OpAttr:
		return "“" + (&compiler{run: s.run}).text(e)(p.unit) + "”", true
	case OpCases:
		return p.chosen(e), true
	}
	return "", false
}

func truthWord(v Num) string {
	switch {
	case v.Fault() != nil:
		return v.Fault().Message()
	case v.Sign() != 0:
		return "是"
	}
	return "否"
}

func figureText(m Measure, v Num) string {
	if f := v.Fault(); f != nil {
		return "〔" + f.Message() + "〕"
	}
	if v.Sign() < 0 {
		return "(" + m.show(v) + ")"
	}
	return m.show(v)
}

// chosen prints the way taken through a choice.
func (p printer) chosen(e *Expr) string {
	last := len(e.Args) - 1
	for i := 0; i < last; i += 2 {
		ok, f := (&compiler{run: p.scores.run}).truth(e.Args[i])(p.unit)
		if f != nil {
			return "〔" + f.Message() + "〕"
		}
		if ok {
			return "〔" + p.expr(e.Args[i], 0) + "〕" + p.expr(e.Args[i+1], 6)
		}
	}
	if e.Text != "" {
		return "〔未中〕" + p.expr(e.Args[last], 6)
	}
	return p.expr(e.Args[last], 0)
}

func (p printer) function(e *Expr) string {
	switch e.Op {
	case OpRound:
		word := map[Rounding]string{HalfUp: "舍入", Down: "舍去", Up: "进位", Floored: "向下取整"}[e.How]
		if e.Places == 0 && e.How == Down {
			return "取整(" + p.expr(e.Args[0], 0) + ")"
		}
		return word + "(" + p.expr(e.Args[0], 0) + ", " + Int(int64(e.Places)).String() + ")"
	case OpPart:
		return e.Text + "(" + p.expr(e.Args[0], 0) + ")"
	case OpCases:
		return "如果(" + p.list(e.Args) + ")"
	case OpPolicy:
		return p.expr(e.Args[0], 0)
	case OpShare:
		return p.share(e)
	case OpAggregate:
		return p.aggregate(e.Agg)
	case OpGroup:
		if e.Group.All {
			return "全体" + e.Group.Func + "(" + p.group(e.Group) + ")"
		}
		return "组内" + e.Group.Func + "(" + p.group(e.Group) + ")"
	}
	return wordOf[e.Op] + "(" + p.list(e.Args) + ")"
}

func (p printer) group(g *Grouping) string {
	if g.Of.Label == "比较值" || g.Of.Label == "值" {
		return printer{}.expr(column(g.Of).Col.Expr, 0)
	}
	return g.Of.title()
}

func (p printer) share(e *Expr) string {
	var parts []string
	for i, a := range e.Args {
		if p.scores != nil {
			f := p.scores.run.numOf(a)(p.unit).Fault()
			if f != nil && f.Kind == NotOfGroup {
				continue
			}
		}
		s := p.expr(a, 6)
		if e.Text == "加权" {
			s += "×" + p.expr(e.Weights[i], 7)
		}
		parts = append(parts, s)
	}
	switch e.Text {
	case "平均", "最高", "最低":
		return e.Text + "(" + strings.Join(parts, ", ") + ")"
	}
	if len(parts) == 0 {
		return "0"
	}
	return strings.Join(parts, "+")
}

func (p printer) aggregate(a *Aggregate) string {
	parts := []string{a.Table.Name}
	if a.Value != nil {
		parts = append(parts, printer{}.expr(a.Value, 0))
	}
	if a.Where != nil {
		parts = append(parts, printer{}.expr(a.Where, 0))
	}
	s := a.Func + "(" + strings.Join(parts, ", ") + ")"
	if a.Period != nil {
		s += "〔" + printer{}.expr(a.Period, 0) + "=" + Int(a.Equals).String() + "〕"
	}
	return s
}
