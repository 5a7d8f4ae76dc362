package rulebook

import (
	"slices"
	"strings"
)

// scope is where a name stands.
type scope struct {
	column *Column
	table  *Table // of a value per record
	depth  int
}

// resolveAll looks up every name, checks types and measures, and puts the columns in
// the order of evaluation.
func (l *lowering) resolveAll() {
	for i := 0; i < len(l.pending); i++ {
		l.resolve(l.pending[i])
	}
	for i, c := range l.book.columns {
		c.index = i
	}
}

func (l *lowering) resolve(c *Column) {
	if c.state != unvisited {
		return
	}
	c.state = visiting
	if c.Expr != nil {
		declared := c.Measure
		c.Expr = l.expr(c.Expr, scope{column: c, table: c.Table})
		c.Type, c.Measure = c.Expr.Type, c.Expr.Measure
		if declared.Word != "" && c.Type == Number {
			c.Expr = l.convert(c.Expr, declared, c.At)
			c.Measure = declared
		}
		l.mustBePoints(c)
	}
	c.state = visited
	l.book.columns = append(l.book.columns, c)
}

// mustBePoints makes a score points, and refuses one in 万元.
func (l *lowering) mustBePoints(c *Column) {
	if c.Node == nil || c.Node.Value != c {
		return
	}
	if c.Measure.dimensionless() && c.Type == Number {
		if c.Measure.Kind == Percent {
			l.warnf(c.At, "percent_score", "得分是百分比,是不是少了“× 分值”")
		}
		c.Measure = words["分"]
		return
	}
	if c.Type != Number {
		l.errorf(c.At, "type_mismatch", "得分应是数,不是%s", typeNames[c.Type])
		return
	}
	l.errorf(c.At, "measure_not_points", "得分带着单位“%s”:请先除以一步的大小,如 ÷1%s", c.Measure.name(), c.Measure.name())
}

// use resolves another column first; a circle is found here.
func (l *lowering) use(c *Column, at Pos) {
	if c.state == visiting {
		l.errorf(at, "cycle", "循环引用:“%s”最终用到它自己", c.title())
		return
	}
	l.resolve(c)
}

func (c *Column) title() string {
	switch {
	case c.Node != nil && c.Node.Value != c:
		return c.Node.Name + "·" + c.Label
	case c.Metric != nil && c.Metric.Value != c && c.Label != "":
		return c.Metric.Name + "·" + c.Label
	case c.Metric != nil:
		return c.Metric.Name
	}
	return c.Label
}

// expr resolves one node and what is below it.
func (l *lowering) expr(e *Expr, s scope) *Expr {
	if e == nil {
		return &Expr{Op: OpNum}
	}
	if e.done {
		return e
	}
	if s.depth++; s.depth > 400 {
		l.errorf(e.At, "formula_too_deep", "公式嵌套过深")
		return wrong(e.At)
	}
	switch e.Op {
	case OpName:
		return l.name(e, s)
	case OpCall:
		return l.call(e, s)
	}
	e.done = true
	if e.Op != OpCases { // the order of findings follows the order of writing
		for i, a := range e.Args {
			if a != nil {
				e.Args[i] = l.expr(a, s)
			}
		}
	}
	l.typed(e, s)
	return l.unscaled(e)
}

// typed gives a node its type and measure by those of its arguments.
func (l *lowering) typed(e *Expr, s scope) {
	switch e.Op {
	case OpColumn:
		l.use(e.Col, e.At)
		e.Type, e.Measure = e.Col.Type, e.Col.Measure
	case OpPoints:
		e.Measure = words["分"]
	case OpAdd, OpSub, OpMin, OpMax, OpSum, OpMean, OpDefault, OpPolicy:
		l.together(e, s)
	case OpMul, OpDiv, OpPow:
		l.numbers(e)
		e.Measure = e.Args[0].Measure.times(e.Args[1].Measure)
		if e.Op == OpDiv {
			e.Measure = e.Args[0].Measure.over(e.Args[1].Measure)
		}
		if e.Op == OpPow {
			e.Measure = Measure{}
		}
	case OpNeg, OpAbs, OpRound:
		l.numbers(e)
		e.Measure = e.Args[0].Measure
	case OpEq, OpNe, OpLt, OpLe, OpGt, OpGe:
		l.compare(e)
	case OpIn:
		l.membership(e)
	case OpAnd, OpOr, OpNot:
		e.Type = Truth
		for _, a := range e.Args {
			l.mustBe(a, Truth)
		}
	case OpFilled:
		e.Type = Truth
	case OpPart:
		l.mustBe(e.Args[0], Date)
	case OpDays:
		l.mustBe(e.Args[0], Date)
		l.mustBe(e.Args[1], Date)
		e.Measure = words["天"]
	case OpAddDays, OpAddMonths:
		e.Type = Date
		l.mustBe(e.Args[0], Date)
		l.mustBe(e.Args[1], Number)
	case OpMakeDate:
		l.numbers(e)
		e.Type = Date
	case OpCases:
		l.cases(e, s)
	case OpAggregate:
		l.aggregate(e, s)
	case OpGroup:
		l.group(e)
	case OpShare:
		for i, w := range e.Weights {
			e.Weights[i] = l.expr(w, s)
		}
		l.together(e, s)
	}
}

// unscaled multiplies a dimensionless quotient such as 亿元/万元 by 10,000.
func (l *lowering) unscaled(e *Expr) *Expr {
	if e.Type != Number || !e.Measure.dimensionless() || e.Measure.scale == (Num{}) || e.Op != OpDiv && e.Op != OpMul {
		return e
	}
	f := e.Measure.factor()
	e.Measure.scale = Num{}
	if f.Cmp(Int(1)) == 0 {
		return e
	}
	return &Expr{Op: OpMul, Args: []*Expr{e, {Op: OpNum, Num: f, done: true}}, Measure: e.Measure, At: e.At, done: true}
}

// wrong stands for what couldn't be resolved; the finding has been made.
func wrong(at Pos) *Expr {
	return &Expr{Op: OpNum, Measure: Measure{Kind: unknown}, At: at, done: true}
}

func (e *Expr) wrong() bool { return e.Measure.Kind == unknown }

func (l *lowering) mustBe(e *Expr, t Type) {
	if e.Type != t && !e.wrong() {
		l.errorf(e.At, "type_mismatch", "这里应是%s,不是%s", typeNames[t], typeNames[e.Type])
	}
}

func (l *lowering) numbers(e *Expr) {
	for _, a := range e.Args {
		l.mustBe(a, Number)
	}
}

// together gives arguments that are added, compared or chosen among one measure.
func (l *lowering) together(e *Expr, s scope) {
	var list []**Expr
	for i := range e.Args {
		if e.Args[i] != nil && e.Args[i].Op != OpAbsent {
			list = append(list, &e.Args[i])
		}
	}
	e.Type, e.Measure = l.unify(list, e.At)
	if e.Op != OpDefault && e.Op != OpPolicy && e.Type != Number {
		l.errorf(e.At, "type_mismatch", "%s不能相加减、比大小", typeNames[e.Type])
		e.Type = Number
	}
}

// unify converts all expressions to the measure of the first that has one.
func (l *lowering) unify(list []**Expr, at Pos) (Type, Measure) {
	if len(list) == 0 {
		return Number, Measure{}
	}
	t, m := (*list[0]).Type, Measure{}
	for _, p := range list {
		if (*p).wrong() {
			return (*list[0]).Type, Measure{Kind: unknown}
		}
	}
	for _, p := range list {
		if (*p).Type != t {
			l.errorf((*p).At, "type_mismatch", "%s与%s不能放在一起", typeNames[t], typeNames[(*p).Type])
			return t, m
		}
		if !isZero(*p) && (m.Kind == Plain || m.Word == "") {
			if (*p).Measure.Kind != Plain {
				m = (*p).Measure
			}
		}
	}
	if t != Number {
		return t, Measure{}
	}
	for _, p := range list {
		*p = l.convert(*p, m, at)
	}
	return t, m
}

func isZero(e *Expr) bool { return e.Op == OpNum && e.Num.Sign() == 0 }

// convert brings a number to a measure, or finds that it can't be.
func (l *lowering) convert(e *Expr, m Measure, at Pos) *Expr {
	if isZero(e) || e.Type != Number {
		return e
	}
	_, f, ok := m.join(e.Measure)
	if !ok {
		place := e.At
		if place == (Pos{}) {
			place = at
		}
		hint := ""
		if e.Op == OpNum && e.Measure.Word == "" {
			hint = ",请写明单位,如 " + e.Num.String() + m.name()
		}
		l.errorf(place, "measure_mismatch", "单位不合:“%s”与“%s”不能相加减或比较%s", m.name(), e.Measure.name(), hint)
		return e
	}
	l.suspectPercent(e, m)
	if f.Cmp(Int(1)) == 0 {
		return e
	}
	if e.Op == OpNum {
		c := *e
		c.Num, c.Measure = e.Num.Mul(f), m
		return &c
	}
	return &Expr{Op: OpMul, Text: converted, Args: []*Expr{e, {Op: OpNum, Num: f, done: true}}, Measure: m, At: e.At, done: true}
}

// converted marks a product that only changes the unit.
const converted = "换算"

// suspectPercent finds "完成率 ≥ 80" where 80% is meant.
func (l *lowering) suspectPercent(e *Expr, m Measure) {
	if m.Kind == Percent && e.Op == OpNum && e.Measure.Word == "" && e.Num.Cmp(Int(5)) > 0 {
		l.warnf(e.At, "percent_sign", "与百分比放在一起的 %s 没有百分号,是不是 %s%%", e.Num, e.Num)
	}
}

func (l *lowering) compare(e *Expr) {
	e.Type = Truth
	t, _ := l.unify([]**Expr{&e.Args[0], &e.Args[1]}, e.At)
	if (t == Text || t == Truth) && e.Op != OpEq && e.Op != OpNe {
		l.errorf(e.At, "type_mismatch", "%s只能比较是否相同", typeNames[t])
	}
}

func (l *lowering) membership(e *Expr) {
	e.Type = Truth
	list := make([]**Expr, len(e.Args))
	for i := range e.Args {
		list[i] = &e.Args[i]
	}
	l.unify(list, e.At)
}

func (l *lowering) cases(e *Expr, s scope) {
	var values []**Expr
	for i := 0; i+1 < len(e.Args); i += 2 {
		e.Args[i], e.Args[i+1] = l.expr(e.Args[i], s), l.expr(e.Args[i+1], s)
		l.mustBe(e.Args[i], Truth)
		values = append(values, &e.Args[i+1])
	}
	last := len(e.Args) - 1
	e.Args[last] = l.expr(e.Args[last], s)
	if e.Args[last].Op != OpAbsent {
		values = append(values, &e.Args[last])
	}
	e.Type, e.Measure = l.unify(values, e.At)
	e.Branch = len(l.book.branches) + 1
	owner := s.column.title()
	for i := 0; i+1 < len(e.Args); i += 2 {
		place := e.Args[i].At
		if place == (Pos{}) {
			place = e.At
		}
		l.book.branches = append(l.book.branches, branch{owner + "·第" + Int(int64(i/2+1)).String() + "档", place})
	}
	if e.Args[last].Op != OpAbsent { // otherwise there is no score to expect
		l.book.branches = append(l.book.branches, branch{owner + "·其余", e.At})
	}
}

func (l *lowering) aggregate(e *Expr, s scope) {
	a := e.Agg
	if s.table != nil {
		l.errorf(e.At, "aggregate_nested", "逐条记录的公式里不能再对表计数、求和")
		return
	}
	if a.Owner == nil {
		l.attribute(&target{owner: l.ownerOf(s.column), at: e.At}, e)
	}
	in := scope{column: s.column, table: a.Table, depth: s.depth}
	e.Measure = words["个"]
	if a.Value != nil {
		a.Value = l.expr(a.Value, in)
		l.mustBe(a.Value, Number)
		e.Measure = a.Value.Measure
	}
	if a.Where != nil {
		a.Where = l.expr(a.Where, in)
		l.mustBe(a.Where, Truth)
	}
	if a.Period != nil {
		a.Period = l.expr(a.Period, in)
		l.mustBe(a.Period, Number)
	}
}

func (l *lowering) ownerOf(c *Column) string {
	switch {
	case c.Node != nil:
		return c.Node.owner
	case c.Metric != nil:
		return c.Metric.owner
	}
	return ""
}

func (l *lowering) group(e *Expr) {
	g := e.Group
	for _, c := range append([]*Column{g.Of, g.Last}, g.Ties...) {
		if c != nil {
			l.use(c, e.At)
		}
	}
	switch g.Func {
	case "名次":
		e.Measure = words["名"]
	case "家数":
		e.Measure = words["家"]
	default:
		e.Measure = g.Of.Measure
	}
	if g.Of != nil && g.Of.Type != Number {
		l.errorf(e.At, "type_mismatch", "组内比较的应是数,不是%s", typeNames[g.Of.Type])
	}
}

// name looks a word up: in the record's table, among the metrics, among what every
// book has. "非框架协议" is taken apart when "框架协议" is known.
func (l *lowering) name(e *Expr, s scope) *Expr {
	if found := l.lookup(e, s); found != nil {
		return found
	}
	if rest, ok := strings.CutPrefix(e.Text, "非"); ok && rest != "" {
		inner := *e
		inner.Text = rest
		if found := l.lookup(&inner, s); found != nil {
			return l.expr(op(OpNot, found), s)
		}
	}
	hint := suggestion(e.Text, l.known(s))
	if strings.ContainsAny(e.Text, "且或") {
		hint = ":“且”“或”两边要有空格"
	} else if l.nodes[e.Text] != nil || l.labels[e.Text] != nil {
		hint = ":它是指标,请写 得分(" + e.Text + ")"
	} else if m := l.metrics[e.Text]; m != nil && m.Table != nil && s.table == nil {
		hint = ":它是逐条记录的量,要用 计数、求和 等"
	} else if m != nil && s.table != nil {
		hint = ":逐条记录的公式里只能用填报数,或只由填报数推算的量"
	} else if s.table == nil && (l.book.Tables[0].field(e.Text) != nil || projectWords[e.Text] != "") {
		hint = ":它是项目的字段,要写在 计数(项目, …)、求和(项目, …) 里"
	}
	l.errorf(e.At, "name_unknown", "没有“%s”%s", e.Text, hint)
	return wrong(e.At)
}

func (l *lowering) lookup(e *Expr, s scope) *Expr {
	if s.table != nil {
		if found := l.recordName(e, s); found != nil {
			return found
		}
	}
	if m := l.metrics[e.Text]; m != nil && m.Value != nil {
		return l.metricName(e, m, s)
	}
	b := l.book
	if s.table == nil {
		for _, c := range []*Column{b.Base, b.Bonus, b.Deduction, b.Sum, b.Total, b.Rank} {
			if c != nil && c.Label == e.Text {
				return l.expr(&Expr{Op: OpColumn, Col: c, At: e.At}, s)
			}
		}
		if e.Text == "单位名称" || e.Text == "分组" {
			return &Expr{Op: OpAttr, Text: e.Text, Type: Text, At: e.At, done: true}
		}
	}
	switch e.Text {
	case "年度", "月份":
		return &Expr{Op: OpEnv, Text: e.Text, At: e.At, done: true}
	case "截止日", "年初", "年末", "上年初", "上年末":
		return &Expr{Op: OpEnv, Text: e.Text, Type: Date, At: e.At, done: true}
	case "是", "否":
		v := Int(0)
		if e.Text == "是" {
			v = Int(1)
		}
		return &Expr{Op: OpBool, Num: v, Type: Truth, At: e.At, done: true}
	}
	return nil
}

func (l *lowering) recordName(e *Expr, s scope) *Expr {
	if f := s.table.field(e.Text); f != nil {
		return &Expr{Op: OpField, Field: f, Type: f.Type, Measure: f.Measure, At: e.At, done: true}
	}
	if m := l.metrics[e.Text]; m != nil && m.Table == s.table {
		m.used = true
		return l.expr(&Expr{Op: OpColumn, Col: m.Value, At: e.At}, s)
	}
	if phrase, ok := projectWords[e.Text]; ok && s.table.Name == ProjectTable {
		made, bad := parseFormula(phrase, e.At, nil)
		if bad != nil {
			return nil
		}
		made.Walk(func(x *Expr) { x.At = e.At })
		return l.expr(made, s)
	}
	return nil
}

// metricName takes a metric's column. Inside a table, a metric that only depends on
// what was reported is the figure of the unit that the record belongs to.
func (l *lowering) metricName(e *Expr, m *Metric, s scope) *Expr {
	if m.Table != s.table {
		if m.Table != nil {
			return nil
		}
		l.use(m.Value, e.At)
		own := ofOwner(&Expr{Op: OpColumn, Col: m.Value, Type: m.Value.Type, Measure: m.Value.Measure, At: e.At, done: true})
		if own != nil {
			m.used, m.inlined = true, true
			s.column.inlined = append(s.column.inlined, m)
		}
		return own
	}
	m.used = true
	return l.expr(&Expr{Op: OpColumn, Col: m.Value, At: e.At}, s)
}

// ofOwner rewrites an expression of units for a record: figures are those of the unit
// that the record belongs to. It is nil when more than reported figures are needed.
func ofOwner(e *Expr) *Expr {
	if e == nil {
		return nil
	}
	switch e.Op {
	case OpColumn:
		if e.Col.Expr != nil {
			return ofOwner(e.Col.Expr)
		}
		own := *e
		own.Op = OpOwner
		return &own
	case OpAttr, OpPoints, OpAggregate, OpGroup, OpShare, OpField:
		return nil
	}
	own := *e
	own.Args = make([]*Expr, len(e.Args))
	for i, a := range e.Args {
		if a == nil {
			continue
		}
		if own.Args[i] = ofOwner(a); own.Args[i] == nil {
			return nil
		}
	}
	own.Branch = 0
	return &own
}

// known lists names for suggestions.
func (l *lowering) known(s scope) []string {
	var list []string
	for name := range l.metrics {
		list = append(list, name)
	}
	if s.table != nil {
		for _, f := range s.table.Fields {
			list = append(list, f.Name)
		}
		for w := range projectWords {
			list = append(list, w)
		}
	}
	list = append(list, "基本分", "加分", "扣分", "总分", "名次", "年度", "月份", "截止日", "年初", "年末", "分值", "值")
	slices.Sort(list)
	return list
}
