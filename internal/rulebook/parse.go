package rulebook

import "strings"

// parser is a recursive descent over the tokens of one formula.
type parser struct {
	list  []token
	i     int
	depth int
	at    Pos
	bad   *syntaxError
}

// parseFormula reads a formula that stands at a place of a file. Extra are the measure
// words that the book adds.
func parseFormula(s string, at Pos, extra map[string]bool) (*Expr, *syntaxError) {
	list, bad := lex(s, extra)
	if bad != nil {
		return nil, bad
	}
	p := &parser{list: list, at: at}
	e := p.or()
	if p.bad == nil && p.peek().kind != tokEnd {
		p.unexpected()
	}
	if p.bad != nil {
		return nil, p.bad
	}
	return e, nil
}

func (p *parser) peek() token { return p.list[p.i] }

func (p *parser) is(sign string) bool {
	t := p.peek()
	return t.kind == tokSign && t.text == sign
}

func (p *parser) take(sign string) bool {
	if p.bad == nil && p.is(sign) {
		p.i++
		return true
	}
	return false
}

func (p *parser) pos(t token) Pos { return Pos{p.at.Line, p.at.Col + t.at} }

func (p *parser) fail(t token, code, message string) {
	if p.bad == nil {
		p.bad = &syntaxError{t.at, code, message}
	}
}

func (p *parser) unexpected() {
	t := p.peek()
	if t.kind == tokEnd {
		p.fail(t, "formula_incomplete", "公式没有写完")
		return
	}
	word := t.text
	if t.kind == tokNumber {
		word = t.num.String() + t.measure.Word
	}
	for prefix, hint := range map[string]string{"亿": "金额请写全单位:亿元", "万": "金额请写全单位:万元", "以上": "请写成比较,如 x ≥ 80%", "以下": "请写成比较,如 x < 80%", "以内": "请写成比较,如 x ≤ 80%"} {
		if strings.HasPrefix(word, prefix) {
			p.fail(t, "formula_syntax", "公式在“"+word+"”处看不懂:"+hint)
		}
	}
	p.fail(t, "formula_syntax", "公式在“"+word+"”处看不懂:可能缺运算符、逗号或括号,或“且、或”两边缺空格")
}

func (p *parser) node(t token, o Op, args ...*Expr) *Expr {
	return &Expr{Op: o, Args: args, At: p.pos(t)}
}

func (p *parser) or() *Expr {
	p.depth++
	defer func() { p.depth-- }()
	if p.depth > maxNesting {
		p.fail(p.peek(), "formula_too_deep", "公式嵌套过深,请拆成几个量")
	}
	if p.bad != nil {
		return nil
	}
	return p.chain(p.and, map[string]Op{"或": OpOr})
}

func (p *parser) and() *Expr { return p.chain(p.not, map[string]Op{"且": OpAnd}) }

func (p *parser) sum() *Expr {
	return p.chain(p.term, map[string]Op{"+": OpAdd, "-": OpSub})
}

func (p *parser) term() *Expr {
	return p.chain(p.unary, map[string]Op{"*": OpMul, "/": OpDiv})
}

// chain reads operands joined by operators that group to the left.
func (p *parser) chain(operand func() *Expr, ops map[string]Op) *Expr {
	e := operand()
	for p.bad == nil && p.peek().kind == tokSign {
		t := p.peek()
		o, ok := ops[t.text]
		if !ok {
			break
		}
		p.i++
		e = p.node(t, o, e, operand())
	}
	return e
}

func (p *parser) not() *Expr {
	t := p.peek()
	if p.take("非") {
		if p.depth++; p.depth > maxNesting {
			p.fail(t, "formula_too_deep", "公式嵌套过深")
			return nil
		}
		defer func() { p.depth-- }()
		return p.node(t, OpNot, p.not())
	}
	return p.comparison()
}

var comparisons = map[string]Op{"=": OpEq, "!=": OpNe, "<": OpLt, "<=": OpLe, ">": OpGt, ">=": OpGe}

// comparison reads "a ≥ b", "60% ≤ a < 80%" and "a 属于 [x, y]".
func (p *parser) comparison() *Expr {
	left := p.sum()
	var all *Expr
	for p.bad == nil && p.peek().kind == tokSign {
		t := p.peek()
		if p.take("属于") {
			return p.membership(t, left)
		}
		o, ok := comparisons[t.text]
		if !ok {
			break
		}
		p.i++
		right := p.sum()
		one := p.node(t, o, left, right)
		if all == nil {
			all = one
		} else {
			all = p.node(t, OpAnd, all, one)
		}
		left = right.clone()
	}
	if all != nil {
		return all
	}
	return left
}

func (p *parser) membership(t token, left *Expr) *Expr {
	if !p.take("[") {
		p.fail(p.peek(), "formula_list", "“属于”后面应是 [甲, 乙, …]")
		return nil
	}
	e := p.node(t, OpIn, left)
	for p.bad == nil {
		e.Args = append(e.Args, p.sum())
		if p.take("]") {
			return e
		}
		if !p.take(",") {
			p.unexpected()
		}
	}
	return nil
}

func (p *parser) unary() *Expr {
	t := p.peek()
	if p.take("-") {
		if p.depth++; p.depth > maxNesting {
			p.fail(t, "formula_too_deep", "公式嵌套过深")
			return nil
		}
		defer func() { p.depth-- }()
		return p.node(t, OpNeg, p.unary())
	}
	return p.primary()
}

func (p *parser) primary() *Expr {
	if p.bad != nil {
		return nil
	}
	t := p.peek()
	switch {
	case t.kind == tokNumber:
		p.i++
		return &Expr{Op: OpNum, Num: t.num, Measure: t.measure, At: p.pos(t)}
	case t.kind == tokDate:
		p.i++
		return &Expr{Op: OpDate, Num: t.num, Type: Date, At: p.pos(t)}
	case t.kind == tokText:
		p.i++
		return &Expr{Op: OpText, Text: t.text, Type: Text, At: p.pos(t)}
	case t.kind == tokName:
		p.i++
		if p.take("(") {
			return p.call(t)
		}
		return &Expr{Op: OpName, Text: t.text, At: p.pos(t)}
	case p.is("且") || p.is("或"):
		p.i++
		if p.take("(") {
			return p.call(t)
		}
	case p.take("("):
		e := p.or()
		if !p.take(")") {
			p.unexpected()
		}
		return e
	}
	p.unexpected()
	return nil
}

func (p *parser) call(t token) *Expr {
	e := p.node(t, OpCall)
	e.Text = t.text
	for p.bad == nil && !p.take(")") {
		if len(e.Args) > 0 && !p.take(",") {
			p.unexpected()
			return nil
		}
		e.Args = append(e.Args, p.or())
	}
	return e
}
