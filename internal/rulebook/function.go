package rulebook

import (
	"slices"
	"strings"
)

// function is one that formulas may call.
type function struct {
	op       Op
	min, max int // arguments
	text     string
	build    func(l *lowering, e *Expr, s scope) *Expr
}

const many = 60

// functions by their names; English ones for those used to a spreadsheet.
var functions map[string]function

func init() {
	functions = map[string]function{
		"最大": {op: OpMax, min: 1, max: many}, "max": {op: OpMax, min: 1, max: many},
		"最小": {op: OpMin, min: 1, max: many}, "min": {op: OpMin, min: 1, max: many},
		"封顶": {op: OpMin, min: 2, max: 2}, "保底": {op: OpMax, min: 2, max: 2},
		"合计": {op: OpSum, min: 1, max: many}, "sum": {op: OpSum, min: 1, max: many},
		"平均": {op: OpMean, min: 1, max: many}, "average": {op: OpMean, min: 1, max: many},
		"绝对值": {op: OpAbs, min: 1, max: 1}, "abs": {op: OpAbs, min: 1, max: 1},
		"幂": {op: OpPow, min: 2, max: 2}, "power": {op: OpPow, min: 2, max: 2},
		"缺省": {op: OpDefault, min: 2, max: 2}, "已填": {op: OpFilled, min: 1, max: 1},
		"且": {op: OpAnd, min: 1, max: many}, "或": {op: OpOr, min: 1, max: many},
		"非": {op: OpNot, min: 1, max: 1},
		"年": {op: OpPart, min: 1, max: 1, text: "年"}, "季度": {op: OpPart, min: 1, max: 1, text: "季度"}, "月": {op: OpPart, min: 1, max: 1, text: "月"},
		"相隔天数": {op: OpDays, min: 2, max: 2}, "加天": {op: OpAddDays, min: 2, max: 2}, "加月": {op: OpAddMonths, min: 2, max: 2},
		"日期": {op: OpMakeDate, min: 3, max: 3},
		"如果": {min: 3, max: many + 1, build: buildIf}, "if": {min: 3, max: many + 1, build: buildIf},
		"舍入": {min: 2, max: 2, build: buildRound(HalfUp)}, "round": {min: 2, max: 2, build: buildRound(HalfUp)},
		"舍去": {min: 2, max: 2, build: buildRound(Down)}, "进位": {min: 2, max: 2, build: buildRound(Up)},
		"取整": {min: 1, max: 1, build: buildWhole(Down)}, "向上取整": {min: 1, max: 1, build: buildWhole(Up)}, "向下取整": {min: 1, max: 1, build: buildWhole(Floored)},
		"int": {min: 1, max: 1, build: buildWhole(Floored)},
		"得分":  {min: 1, max: 1, build: buildScore}, "原值": {min: 1, max: 1, build: buildScore},
		"计数": {min: 1, max: 2, build: buildAggregate}, "求和": {min: 2, max: 3, build: buildAggregate}, "最高值": {min: 2, max: 3, build: buildAggregate},
		"最低值": {min: 2, max: 3, build: buildAggregate}, "均值": {min: 2, max: 3, build: buildAggregate},
	}
	for _, f := range []string{"最大", "最小", "平均", "合计", "名次", "逆名次", "家数"} {
		functions["组内"+f] = function{min: 1, max: 1, build: buildGroup}
		functions["全体"+f] = function{min: 1, max: 1, build: buildGroup}
	}
}

func functionNames() []string {
	var list []string
	for name := range functions {
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}

func (l *lowering) call(e *Expr, s scope) *Expr {
	f, ok := functions[e.Text]
	if !ok {
		f, ok = functions[strings.ToLower(e.Text)]
	}
	if !ok {
		l.errorf(e.At, "function_unknown", "没有函数“%s”%s", e.Text, suggestion(e.Text, functionNames()))
		return wrong(e.At)
	}
	if len(e.Args) < f.min || len(e.Args) > f.max {
		l.errorf(e.At, "argument_count", "“%s”应有%s个参数,写了%d个", e.Text, span(f.min, f.max), len(e.Args))
		return wrong(e.At)
	}
	if f.build != nil {
		return f.build(l, e, s)
	}
	e.Op, e.Text = f.op, f.text
	return l.expr(e, s)
}

func span(low, high int) string {
	switch {
	case low == high:
		return Int(int64(low)).String()
	case high >= many:
		return Int(int64(low)).String() + "个或更多"
	}
	return Int(int64(low)).String() + "至" + Int(int64(high)).String()
}

func buildIf(l *lowering, e *Expr, s scope) *Expr {
	if len(e.Args)%2 == 0 {
		l.errorf(e.At, "argument_count", "“如果”应写作 如果(条件, 值, 条件, 值, …, 否则)")
		return wrong(e.At)
	}
	e.Op, e.Text = OpCases, ""
	return l.expr(e, s)
}

func buildRound(how Rounding) func(*lowering, *Expr, scope) *Expr {
	return func(l *lowering, e *Expr, s scope) *Expr {
		p := e.Args[1]
		whole := p.Num.Round(0, Down)
		if p.Op != OpNum || p.Num.Cmp(whole) != 0 || p.Num.Sign() < 0 || p.Num.Cmp(Int(12)) > 0 {
			l.errorf(p.At, "whole_expected", "保留的小数位数应是0到12的整数")
			return wrong(e.At)
		}
		r := rounded(e.Args[0], int(whole.n), how)
		r.At = e.At
		return l.expr(r, s)
	}
}

func buildWhole(how Rounding) func(*lowering, *Expr, scope) *Expr {
	return func(l *lowering, e *Expr, s scope) *Expr {
		r := rounded(e.Args[0], 0, how)
		r.At = e.At
		return l.expr(r, s)
	}
}

// buildScore is 得分(A1), or 原值(A1) before points, by number or name.
func buildScore(l *lowering, e *Expr, s scope) *Expr {
	word := e.Args[0].Text
	number := e.Args[0].Op == OpNum && e.Args[0].Measure.Word == ""
	if number { // 得分(1.1)
		word = e.Args[0].Num.Exact()
	}
	n := l.nodes[word]
	if n == nil {
		n = l.labels[word]
	}
	if n == nil || e.Args[0].Op != OpName && e.Args[0].Op != OpText && !number || s.table != nil {
		l.errorf(e.Args[0].At, "indicator_unknown", "没有指标“%s”(按编号或唯一的名称查找;带点的编号请加引号)", word)
		return wrong(e.At)
	}
	c := n.Value
	if e.Text == "原值" {
		c = n.Raw
	}
	if c == nil {
		return wrong(e.At)
	}
	return l.expr(&Expr{Op: OpColumn, Col: c, At: e.At}, s)
}

func buildAggregate(l *lowering, e *Expr, s scope) *Expr {
	var table *Table
	if e.Args[0].Op == OpName {
		table = l.book.Table(e.Args[0].Text)
	}
	if table == nil {
		l.errorf(e.Args[0].At, "table_unknown", "“%s”的第一个参数应是表名,如 项目", e.Text)
		return wrong(e.At)
	}
	a := &Aggregate{Func: e.Text, Table: table}
	rest := e.Args[1:]
	if a.Func != "计数" {
		a.Value, rest = rest[0], rest[1:]
	}
	if len(rest) > 0 {
		a.Where = rest[0]
	}
	return l.expr(&Expr{Op: OpAggregate, Agg: a, At: e.At}, s)
}

// buildGroup gives what is compared a column of its own.
func buildGroup(l *lowering, e *Expr, s scope) *Expr {
	if s.table != nil {
		l.errorf(e.At, "aggregate_nested", "逐条记录的公式里不能作组内比较")
		return wrong(e.At)
	}
	g := &Grouping{Func: strings.TrimPrefix(strings.TrimPrefix(e.Text, "组内"), "全体"), All: strings.HasPrefix(e.Text, "全体")}
	if g.Func == "逆名次" {
		g.Func, g.Rising = "名次", true
	}
	arg := l.expr(e.Args[0], s)
	if arg.Op == OpColumn {
		g.Of = arg.Col
	} else {
		t := &target{prefix: s.column.Key, node: s.column.Node, metric: s.column.Metric, at: e.Args[0].At}
		g.Of = l.column(t, "比较值", arg)
		g.Of.At = e.Args[0].At
	}
	return l.expr(&Expr{Op: OpGroup, Group: g, At: e.At}, s)
}
