package rulebook

import (
	"slices"
	"strings"
)

// lowered is what a method becomes: its value, what of it is full marks (nil when the
// value is points already), and what is added after that.
type lowered struct {
	raw  *Expr
	full *Expr
	plus *Expr
}

type lowerer func(l *lowering, t *target, o *object) lowered

var lowerers map[string]lowerer

func init() {
	lowerers = map[string]lowerer{
		"完成率": completion, "比率": ratio, "分档": tiers, "组合": combined, "计件": pieces, "增减": stepped,
		"扣分": deduction, "缺口": shortfall, "逐项": perRecord, "功效系数": efficacy, "对比": contrast,
		"名次": ranked, "评议": marked, "序时进度": timed, "同比": yearOnYear, "加权": weighted,
	}
}

// method lowers one method with 分值 bound to the indicator's points.
func (l *lowering) method(t *target, o *object, name string) lowered {
	if name == "公式" {
		return lowered{raw: l.own(t, o.formula(name))}
	}
	form := o.sub(name)
	if form == nil || form.node.Kind == 0 {
		return lowered{}
	}
	return lowerers[name](l, t, form)
}

// get reads a formula of a method; a stand-in takes the place of one that is wrong, so that
// everything else is still looked at.
func (l *lowering) get(t *target, o *object, name string, fallback *Expr) *Expr {
	e := fallback
	if o.has(name) {
		e = l.own(t, o.formula(name))
	}
	if e == nil {
		return wrong(o.at(name))
	}
	return e
}

func (l *lowering) optional(t *target, o *object, name string) *Expr {
	if !o.has(name) {
		return nil
	}
	return l.get(t, o, name, nil)
}

func completion(l *lowering, t *target, o *object) lowered {
	rate := op(OpDiv, l.get(t, o, "实绩", nil), l.get(t, o, "目标", nil))
	side := o.sub("超额")
	if side == nil {
		return lowered{raw: rate, full: integer(1)}
	}
	r := l.step(t, "完成率", rate)
	gap := op(OpMax, integer(0), op(OpSub, r, percent(100)))
	return lowered{
		raw:  op(OpMin, r.clone(), percent(100)),
		full: integer(1),
		plus: l.step(t, "超额", l.side(t, side, gap)),
	}
}

func percent(n int64) *Expr {
	return &Expr{Op: OpNum, Num: Frac(n, 100), Measure: words["%"]}
}

func ratio(l *lowering, t *target, o *object) lowered {
	return lowered{raw: op(OpDiv, l.get(t, o, "分子", nil), l.get(t, o, "分母", nil)), full: integer(1)}
}

// ladder is what the checker looks at: where each tier begins and ends.
type ladder struct {
	value  *Expr
	tiers  []interval
	closed bool // the book says what happens outside
	at     Pos
}

type interval struct {
	low, high         *Expr // nil when open-ended
	withLow, withHigh bool
	at                Pos
}

func tiers(l *lowering, t *target, o *object) lowered {
	value := l.step(t, "值", l.get(t, o, "按", nil))
	lad := &ladder{value: value, closed: o.has("未中"), at: at(o.node)}
	e := &Expr{Op: OpCases, Text: fromLadder, At: at(o.node)}
	for _, tier := range o.objects("档") {
		in, ok := l.interval(tier)
		if !ok {
			continue
		}
		lad.tiers = append(lad.tiers, in)
		score := l.get(t, tier, "得分", nil).bind(map[string]*Expr{"值": value})
		e.Args = append(e.Args, in.cond(value), score)
	}
	l.ladder(t, lad)
	return lowered{raw: l.otherwise(t, o, e)}
}

func (l *lowering) ladder(t *target, lad *ladder) {
	if t.node != nil {
		t.node.ladders = append(t.node.ladders, lad)
		return
	}
	t.metric.ladders = append(t.metric.ladders, lad)
}

// otherwise ends a choice: with what the book says, or with a fault.
func (l *lowering) otherwise(t *target, o *object, e *Expr) *Expr {
	last := &Expr{Op: OpAbsent, Fault: &Fault{Kind: NoTier}, At: at(o.node)}
	if o.has("未中") {
		last = l.get(t, o, "未中", nil)
	}
	if len(e.Args) == 0 {
		return last
	}
	e.Args = append(e.Args, last)
	return e
}

// cond is "value lies in the interval".
func (in interval) cond(value *Expr) *Expr {
	var low, high *Expr
	if in.low != nil {
		o := OpGt
		if in.withLow {
			o = OpGe
		}
		low = op(o, value.clone(), in.low.clone())
		low.At = in.at
	}
	if in.high != nil {
		o := OpLt
		if in.withHigh {
			o = OpLe
		}
		high = op(o, value.clone(), in.high.clone())
		high.At = in.at
	}
	switch {
	case low == nil && high == nil:
		return &Expr{Op: OpBool, Num: Int(1), Type: Truth, At: in.at}
	case low == nil:
		return high
	case high == nil:
		return low
	}
	both := op(OpAnd, low, high)
	both.At = in.at
	return both
}

// interval reads "[80%, 100%)", "(, 1亿元)", "≥5亿元", "<0.5亿元", "3".
func (l *lowering) interval(o *object) (interval, bool) {
	s, n, ok := o.value("区间")
	if !ok {
		return interval{}, false
	}
	in := interval{at: at(n)}
	r := []rune(strings.NewReplacer("\uff08", "(", "\uff09", ")", "［", "[", "］", "]", "\uff0c", ",").Replace(s))
	start := textAt(n)
	if len(r) == 0 {
		l.errorf(at(n), "interval_form", "区间是空的")
		return in, false
	}
	bound := func(from, to int) *Expr {
		part := strings.TrimSpace(string(r[from:to]))
		if slices.Contains([]string{"", "∞", "+∞", "-∞", "−∞"}, part) {
			return nil
		}
		place := Pos{start.Line, start.Col + from}
		e, bad := parseFormula(string(r[from:to]), place, l.book.words)
		if bad != nil {
			l.errorf(Pos{place.Line, place.Col + bad.at}, bad.code, "%s", bad.message)
			ok = false
		}
		return e
	}
	if r[0] == '[' || r[0] == '(' {
		comma, end := slices.Index(r, ','), len(r)-1
		if comma < 0 || r[end] != ']' && r[end] != ')' {
			l.errorf(at(n), "interval_form", "区间应写作 [80%%, 100%%) 的形式")
			return in, false
		}
		in.low, in.high = bound(1, comma), bound(comma+1, end)
		in.withLow, in.withHigh = r[0] == '[', r[end] == ']'
		return in, ok
	}
	return l.oneSided(in, r, bound), ok
}

// oneSided reads "≥5亿元" and its like; a bare value is that value alone.
func (l *lowering) oneSided(in interval, r []rune, bound func(from, to int) *Expr) interval {
	for sign, o := range map[string]Op{"≥": OpGe, ">=": OpGe, "≤": OpLe, "<=": OpLe, ">": OpGt, "<": OpLt, "＞": OpGt, "＜": OpLt} {
		if !strings.HasPrefix(string(r), sign) || len(sign) == 1 && len(r) > 1 && r[1] == '=' {
			continue
		}
		b := bound(len([]rune(sign)), len(r))
		switch o {
		case OpGe, OpGt:
			in.low, in.withLow = b, o == OpGe
		default:
			in.high, in.withHigh = b, o == OpLe
		}
		return in
	}
	in.low = bound(0, len(r))
	in.high, in.withLow, in.withHigh = in.low, true, true
	return in
}

func combined(l *lowering, t *target, o *object) lowered {
	e := &Expr{Op: OpCases, Text: "组合", At: at(o.node)}
	for _, tier := range o.objects("档") {
		e.Args = append(e.Args, l.get(t, tier, "当", nil), l.get(t, tier, "得分", nil))
	}
	return lowered{raw: l.otherwise(t, o, e)}
}

// steps counts how many steps a quantity is.
func steps(quantity, size *Expr, how string) *Expr {
	e := quantity
	if size != nil {
		e = op(OpDiv, quantity, size)
	}
	switch how {
	case "舍去":
		return rounded(e, 0, Down)
	case "进一":
		return rounded(e, 0, Up)
	}
	return e
}

// items lowers 计件项: each a column of its own, so that it can be seen.
func (l *lowering) items(t *target, o *object) []*Expr {
	var list []*Expr
	for i, item := range o.objects("项") {
		e := op(OpMul, steps(l.get(t, item, "数量", nil), l.optional(t, item, "每"), item.choice("计步")), l.get(t, item, "分", nil))
		if limit := l.optional(t, item, "封顶"); limit != nil {
			e = op(OpMin, e, limit)
		}
		if cond := l.optional(t, item, "前提"); cond != nil {
			e = when(cond, e, integer(0))
		}
		e.At = at(item.node)
		list = append(list, l.step(t, itemName(item, i), e))
	}
	return list
}

func itemName(item *object, i int) string {
	if s := item.text("名称"); s != "" {
		return s
	}
	return "第" + Int(int64(i+1)).String() + "项"
}

func (l *lowering) addUp(list []*Expr) *Expr {
	switch len(list) {
	case 0:
		return integer(0)
	case 1:
		return list[0]
	}
	return op(OpSum, list...)
}

func pieces(l *lowering, t *target, o *object) lowered {
	return lowered{raw: l.addUp(l.items(t, o))}
}

func (l *lowering) fullPoints(t *target) *Expr {
	if t.node == nil || t.node.Points == nil {
		l.errorf(t.at, "points_missing", "这种方法须写“分值”")
		return integer(0)
	}
	return l.pointsOf(t.node)
}

func deduction(l *lowering, t *target, o *object) lowered {
	return lowered{raw: op(OpSub, l.fullPoints(t), l.addUp(l.items(t, o)))}
}

func shortfall(l *lowering, t *target, o *object) lowered {
	var list []*Expr
	for i, item := range o.objects("项") {
		gap := op(OpMax, integer(0), op(OpSub, l.get(t, item, "应有", nil), l.get(t, item, "完成", nil)))
		e := op(OpMul, steps(gap, l.optional(t, item, "每"), item.choice("计步")), l.get(t, item, "分", nil))
		if limit := l.optional(t, item, "封顶"); limit != nil {
			e = op(OpMin, e, limit)
		}
		e.At = at(item.node)
		list = append(list, l.step(t, itemName(item, i), e))
	}
	return lowered{raw: op(OpSub, l.fullPoints(t), l.addUp(list))}
}

func stepped(l *lowering, t *target, o *object) lowered {
	value, base := l.step(t, "值", l.get(t, o, "值", nil)), l.step(t, "基准", l.get(t, o, "基准", nil))
	e := l.optional(t, o, "起分")
	if e == nil {
		e = l.fullPoints(t)
	}
	if up := o.sub("高"); up != nil {
		gap := l.gap(t, up, op(OpGt, value.clone(), base.clone()), op(OpSub, value.clone(), base.clone()))
		e = op(OpAdd, e, l.step(t, "高于基准", l.side(t, up, gap)))
	}
	if down := o.sub("低"); down != nil {
		gap := l.gap(t, down, op(OpLt, value.clone(), base.clone()), op(OpSub, base.clone(), value.clone()))
		e = op(OpSub, e, l.step(t, "低于基准", l.side(t, down, gap)))
	}
	return lowered{raw: e}
}

// gap is how far the value lies on one side, 0 on the other.
func (l *lowering) gap(t *target, o *object, on, natural *Expr) *Expr {
	own := l.optional(t, o, "量")
	if own == nil {
		return op(OpMax, integer(0), natural)
	}
	return when(on, op(OpMax, integer(0), own), integer(0))
}

// side prices a gap: one price a step, or brackets whose price changes.
func (l *lowering) side(t *target, o *object, gap *Expr) *Expr {
	how := o.choice("计步")
	var e *Expr
	if o.has("分段") {
		g := l.step(t, "差距", gap)
		var from *Expr
		var list []*Expr
		for _, s := range o.objects("分段") {
			to := l.optional(t, s, "至")
			e := op(OpMul, steps(bracketPart(g, from, to), l.get(t, s, "每", nil), how), l.get(t, s, "分", nil))
			e.At = at(s.node)
			list = append(list, e)
			from = to
		}
		e = l.addUp(list)
	} else {
		if !o.has("每") || !o.has("分") {
			l.errorf(at(o.node), "key_required", "须写“每”和“分”,或写“分段”")
		}
		e = op(OpMul, steps(gap, l.get(t, o, "每", integer(1)), how), l.get(t, o, "分", nil))
	}
	if limit := l.optional(t, o, "封顶"); limit != nil {
		e = op(OpMin, e, limit)
	}
	e.At = at(o.node)
	return e
}

// bracketPart is the part of a gap between two bounds.
func bracketPart(gap, from, to *Expr) *Expr {
	e := gap.clone()
	if to != nil {
		e = op(OpMin, e, to.clone())
	}
	if from != nil {
		e = op(OpMax, integer(0), op(OpSub, e, from.clone()))
	}
	return e
}

func perRecord(l *lowering, t *target, o *object) lowered {
	name := o.text("表")
	if name == "" {
		name = ProjectTable
	}
	table := l.book.Table(name)
	if table == nil || t.table != nil {
		l.errorf(o.at("表"), "table_unknown", "没有表“%s”,或不能在逐条记录的量中再逐项", name)
		return lowered{}
	}
	var e *Expr
	switch {
	case o.has("得分") == o.has("就高"):
		l.errorf(at(o.node), "key_required", "“逐项”须写“得分”或“就高”,二者取一")
		return lowered{}
	case o.has("得分"):
		e = l.get(t, o, "得分", nil)
	default:
		for _, item := range o.objects("就高") {
			one := when(l.get(t, item, "当", nil), l.get(t, item, "得分", nil), integer(0))
			one.Text = item.text("名称")
			if e == nil {
				e = op(OpMax, one)
			} else {
				e.Args = append(e.Args, one)
			}
		}
	}
	if e == nil {
		return lowered{}
	}
	inner := &target{prefix: t.prefix, node: t.node, metric: t.metric, table: table, at: t.at}
	each := l.column(inner, "每条得分", e)
	sum := &Expr{Op: OpAggregate, At: t.at, Agg: &Aggregate{Func: "求和", Table: table, Value: column(each), Where: l.optional(t, o, "条件")}}
	l.attribute(t, sum)
	limit := o.sub("限额")
	if limit == nil {
		return lowered{raw: sum}
	}
	return lowered{raw: l.limited(t, limit, sum)}
}

// limited adds up periods, each with its own limit.
func (l *lowering) limited(t *target, o *object, sum *Expr) *Expr {
	var list []*Expr
	most := l.get(t, o, "最多", nil)
	for i := range o.whole("期数", 1, 53, 4) {
		one := sum.clone()
		agg := *sum.Agg
		agg.Value, agg.Where = agg.Value.clone(), agg.Where.clone()
		agg.Period, agg.Equals = l.get(t, o, "按", nil), int64(i+1)
		one.Agg = &agg
		list = append(list, l.step(t, "第"+Int(int64(i+1)).String()+"期", op(OpMin, one, most.clone())))
	}
	return l.addUp(list)
}

// attribute says by which field records belong to units.
func (l *lowering) attribute(t *target, e *Expr) {
	name := t.owner
	if name == "" {
		name = unitField
	}
	f := e.Agg.Table.field(name)
	if f == nil || f.Type != Text {
		if t.owner == "" || e.Agg.Table.Name != ProjectTable {
			f = e.Agg.Table.field(unitField)
		} else {
			l.errorf(t.at, "owner_unknown", "表“%s”没有文字字段“%s”,不能按它归属", e.Agg.Table.Name, name)
			return
		}
	}
	e.Agg.Owner = f
}

// grouped makes a figure over the units of the group.
func grouped(f string, of *Expr) *Expr {
	g := &Grouping{Func: f}
	if of != nil {
		g.Of = of.Col
	}
	return &Expr{Op: OpGroup, Group: g}
}

func falling(o *object) bool { return o.choice("方向") == "越小越好" }

// special puts what the book says for one unit alone, and for all equal, before e. Of a
// unit that isn't compared no condition holds: its own value isn't there.
func (l *lowering) special(t *target, o *object, v, e *Expr) *Expr {
	compared := func(is *Expr) *Expr { return op(OpAnd, op(OpGe, v.clone(), grouped("最小", v)), is) }
	if equal := l.optional(t, o, "全等"); equal != nil {
		e = when(compared(op(OpEq, grouped("最大", v), grouped("最小", v))), equal, e)
		e.At = o.at("全等")
	}
	if single := l.optional(t, o, "单家"); single != nil {
		e = when(compared(op(OpEq, grouped("家数", v), integer(1))), single, e)
		e.At = o.at("单家")
	}
	return e
}

func efficacy(l *lowering, t *target, o *object) lowered {
	v := l.step(t, "值", l.get(t, o, "值", nil))
	high, low := l.get(t, o, "最大", grouped("最大", v)), l.get(t, o, "最小", grouped("最小", v))
	hi, lo := l.bound(t, "最大", high), l.bound(t, "最小", low)
	above := op(OpSub, v.clone(), lo.clone())
	if falling(o) {
		above = op(OpSub, hi.clone(), v.clone())
	}
	e := op(OpDiv, above, op(OpSub, hi, lo))
	e = op(OpAdd, op(OpMul, e, l.get(t, o, "系数", integer(40))), l.get(t, o, "基础", integer(60)))
	e.At = at(o.node)
	return lowered{raw: l.special(t, o, v, e), full: integer(100)}
}

// bound is a step of its own unless it is a constant, which needs no column.
func (l *lowering) bound(t *target, label string, e *Expr) *Expr {
	if e.Op == OpNum {
		return e
	}
	return l.step(t, label, e)
}

func contrast(l *lowering, t *target, o *object) lowered {
	v := l.step(t, "值", l.get(t, o, "值", nil))
	word := o.text("对照")
	var against *Expr
	if slices.Contains([]string{"最大", "最小", "平均"}, word) {
		against = grouped(word, v)
	} else {
		against = l.get(t, o, "对照", nil)
	}
	ref := l.step(t, "对照", against)
	e := op(OpDiv, v, ref)
	if falling(o) {
		e = op(OpDiv, ref, v)
	}
	return lowered{raw: l.special(t, o, v, e), full: integer(1)}
}

func ranked(l *lowering, t *target, o *object) lowered {
	v := l.step(t, "值", l.get(t, o, "值", nil))
	g := grouped("名次", v)
	g.Group.Rising, g.Group.Tie = falling(o), o.choice("并列")
	rank := l.step(t, "名次", g)
	var e *Expr
	switch {
	case o.has("档"):
		e = &Expr{Op: OpCases, At: at(o.node)}
		for _, tier := range o.objects("档") {
			if in, ok := l.rankBand(tier); ok {
				e.Args = append(e.Args, in.cond(rank), l.get(t, tier, "得分", nil))
			}
		}
		e = l.otherwise(t, o, e)
	case o.has("百分档"):
		place := l.step(t, "名次百分位", op(OpDiv, rank.clone(), grouped("家数", v)))
		e = &Expr{Op: OpCases, At: at(o.node)}
		for _, tier := range o.objects("百分档") {
			e.Args = append(e.Args, op(OpLe, place.clone(), l.get(t, tier, "至", nil)), l.get(t, tier, "得分", nil))
		}
		e = l.otherwise(t, o, e)
	case o.has("递减"):
		e = l.decreasing(t, o, rank)
	default:
		l.errorf(at(o.node), "key_required", "“名次”须写“递减”“档”或“百分档”")
		return lowered{}
	}
	return lowered{raw: l.special(t, o, v, e)}
}

// decreasing gives the first full points, and each next one less.
func (l *lowering) decreasing(t *target, o *object, rank *Expr) *Expr {
	first := l.optional(t, o, "首名")
	if first == nil {
		first = l.fullPoints(t)
	}
	less := l.get(t, o, "递减", nil)
	behind := op(OpSub, rank.clone(), integer(1))
	switch o.choice("递减方式") {
	case "按首名":
		return op(OpMul, first, op(OpSub, integer(1), op(OpMul, behind, less)))
	case "按上一名":
		return op(OpMul, first, op(OpPow, op(OpSub, integer(1), less), behind))
	}
	return op(OpSub, first, op(OpMul, behind, less))
}

// rankBand reads "1", "2-5" or "6-".
func (l *lowering) rankBand(o *object) (interval, bool) {
	s, n, ok := o.value("名次")
	if !ok {
		return interval{}, false
	}
	low, high, isRange := strings.Cut(strings.NewReplacer("—", "-", "–", "-", "~", "-", "～", "-", "至", "-").Replace(s), "-")
	in := interval{withLow: true, withHigh: true, at: at(n)}
	lo, ok1 := ParseNum(strings.TrimSpace(low))
	if !ok1 {
		l.errorf(at(n), "rank_band_form", "名次应写作 1、2-5 或 6-")
		return in, false
	}
	in.low = number(lo)
	high = strings.TrimSpace(high)
	if !isRange {
		in.high = number(lo)
	} else if high != "" {
		hi, ok2 := ParseNum(high)
		if !ok2 {
			l.errorf(at(n), "rank_band_form", "名次应写作 1、2-5 或 6-")
			return in, false
		}
		in.high = number(hi)
	}
	return in, true
}

func marked(l *lowering, t *target, o *object) lowered {
	topic := o.text("事项")
	if !o.has("组") {
		return lowered{raw: l.marks(t, topic, "", o.flag("去极值")), full: integer(100)}
	}
	var list []*Expr
	for _, g := range o.objects("组") {
		mean := l.step(t, g.text("名称"), l.marks(t, topic, g.text("名称"), g.flag("去极值")))
		list = append(list, op(OpMul, mean, l.get(t, g, "权重", nil)))
	}
	return lowered{raw: l.addUp(list), full: integer(100)}
}

// marks is the mean of the judges' marks, without the highest and the lowest if so asked.
func (l *lowering) marks(t *target, topic, judges string, trim bool) *Expr {
	table := l.book.Table(MarkTable)
	figure := func(f string) *Expr {
		where := op(OpEq, fieldOf(table, "事项"), text(topic))
		if judges != "" {
			where = op(OpAnd, where, op(OpEq, fieldOf(table, "评委组"), text(judges)))
		}
		a := &Aggregate{Func: f, Table: table, Where: where, Owner: table.field(unitField)}
		if f != "计数" {
			a.Value = fieldOf(table, "分")
		}
		return &Expr{Op: OpAggregate, Agg: a, At: t.at}
	}
	if !trim {
		return figure("均值")
	}
	n := l.step(t, "评委数"+judges, figure("计数"))
	rest := op(OpSub, op(OpSub, figure("求和"), figure("最高值")), figure("最低值"))
	few := &Expr{Op: OpAbsent, Fault: &Fault{Kind: Missing, What: topic + "的评分(去掉最高最低须有三人以上)"}}
	return when(op(OpGt, n, integer(2)), op(OpDiv, rest, op(OpSub, n.clone(), integer(2))), few)
}

func fieldOf(t *Table, name string) *Expr {
	f := t.field(name)
	return &Expr{Op: OpField, Field: f, Type: f.Type, Measure: f.Measure}
}

func timed(l *lowering, t *target, o *object) lowered {
	rate := op(OpDiv, l.get(t, o, "实绩", nil), l.get(t, o, "目标", nil))
	month := l.get(t, o, "月份", &Expr{Op: OpEnv, Text: "月份"})
	due := op(OpMul, op(OpDiv, month, integer(12)), l.get(t, o, "应达", percent(100)))
	places := o.whole("位数", 0, 8, -1)
	if places >= 0 && o.choice("次序") == "先舍后减" {
		rate, due = rounded(rate, places+2, HalfUp), rounded(due, places+2, HalfUp)
	}
	e := op(OpSub, l.step(t, "完成率", rate), l.step(t, "应达进度", due))
	if places >= 0 && o.choice("次序") != "先舍后减" {
		e = rounded(e, places+2, HalfUp)
	}
	return lowered{raw: e}
}

func yearOnYear(l *lowering, t *target, o *object) lowered {
	now, before := l.step(t, "本期", l.get(t, o, "本期", nil)), l.step(t, "上期", l.get(t, o, "上期", nil))
	e := op(OpDiv, op(OpSub, now, before), op(OpAbs, before.clone()))
	if v := l.optional(t, o, "上期为负"); v != nil {
		e = when(op(OpLt, before.clone(), integer(0)), v, e)
	}
	if v := l.optional(t, o, "上期为零"); v != nil {
		e = when(op(OpEq, before.clone(), integer(0)), v, e)
	}
	return lowered{raw: e}
}

func weighted(l *lowering, t *target, o *object) lowered {
	var list []*Expr
	for i, item := range o.objects("项") {
		e := l.get(t, item, "值", nil)
		if item.has("处理") {
			e = column(l.process(t, item, "处理", l.column(t, itemName(item, i), e)))
		}
		list = append(list, op(OpMul, e, l.get(t, item, "权重", nil)))
	}
	if len(list) == 0 {
		return lowered{}
	}
	e := list[0]
	for _, x := range list[1:] {
		e = op(OpAdd, e, x)
	}
	return lowered{raw: e}
}
