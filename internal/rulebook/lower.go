package rulebook

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// lowering turns the file into columns of expressions.
type lowering struct {
	*findings
	book    *Book
	metrics map[string]*Metric
	nodes   map[string]*Node
	labels  map[string]*Node // by name; nil when two share it
	keys    map[string]bool
	pending []*Column
	forms   []nodeForm
}

// target is what a method is lowered for: a metric or an indicator.
type target struct {
	prefix string
	node   *Node
	metric *Metric
	table  *Table
	owner  string
	at     Pos
}

func (l *lowering) read(root *yaml.Node) {
	b := l.book
	o := l.object(root, "书", b.words)
	if o.whole("格式", 1, 99, 1) != 1 {
		l.errorf(o.at("格式"), "format_unknown", "本程序只认识格式1")
	}
	b.Title, b.Number, b.Issuer, b.Source = o.text("标题"), o.text("文号"), o.text("发文机关"), o.text("来源")
	b.Version, b.Note, b.Illustrative = o.text("版本"), o.text("说明"), o.flag("示例")
	b.From, b.To = o.day("生效"), o.day("失效")
	if !b.From.IsZero() && !b.To.IsZero() && b.To.Before(b.From) {
		l.errorf(o.at("失效"), "dates_reversed", "失效日早于生效日")
	}
	for _, w := range o.texts("计数单位") {
		b.words[w] = true
	}
	l.groups(o)
	b.stated, b.statedAt = l.points(o, "总分"), o.at("总分")
	l.tables(o)
	for _, m := range o.objects("量") {
		l.metric(m)
	}
	for _, n := range o.objects("指标") {
		if made := l.node(n, nil); made != nil {
			b.Nodes = append(b.Nodes, made)
		}
	}
	l.scoreNodes()
	l.sums(o)
	l.ending(o)
	l.procedure(o.sub("程序"))
	for _, c := range o.objects("用例") {
		b.Cases = append(b.Cases, &Case{Name: c.text("名称"), facts: c.keys["事实"], expect: c.keys["期望"], hints: c.texts("期望提示"), at: at(c.node)})
	}
}

// procedure reads how long results are published.
func (l *lowering) procedure(o *object) {
	if o == nil {
		return
	}
	p := Procedure{PublicityDays: o.bounded("公示工作日"), SecondPublicity: o.flag("再公示"), SecondDays: o.bounded("再公示工作日")}
	switch {
	case p.SecondPublicity && p.SecondDays == 0:
		p.SecondDays = p.PublicityDays
	case !p.SecondPublicity && o.has("再公示工作日"):
		l.warnf(o.at("再公示工作日"), "second_publicity", "写了“再公示工作日”而没有写“再公示: 是”,不再公示")
		p.SecondDays = 0
	}
	l.book.Procedure = p
}

func (l *lowering) groups(o *object) {
	seen := map[string]bool{}
	for _, g := range o.objects("分组") {
		name := g.text("名称")
		if seen[name] {
			l.errorf(g.at("名称"), "group_repeated", "分组“%s”重复", name)
		}
		seen[name] = true
		l.book.Groups = append(l.book.Groups, &Group{Name: name, Note: g.text("说明"), Roster: g.texts("单位"), At: at(g.node)})
	}
	if len(l.book.Groups) == 0 {
		l.book.Groups = []*Group{{Name: wholeGroup}}
	}
}

func (l *lowering) tables(o *object) {
	l.book.Tables = standardTables()
	l.fields(o, "项目字段", l.book.Tables[0])
	for _, t := range o.objects("台账") {
		made := &Table{Name: t.text("名称"), At: at(t.node)}
		if l.book.Table(made.Name) != nil {
			l.errorf(t.at("名称"), "table_repeated", "表“%s”重复", made.Name)
		}
		made.add(Field{Name: unitField, Type: Text})
		l.fields(t, "字段", made)
		l.book.Tables = append(l.book.Tables, made)
	}
}

func (l *lowering) fields(o *object, name string, into *Table) {
	types := map[string]Type{"数": Number, "文字": Text, "是否": Truth, "日期": Date}
	for _, f := range o.objects(name) {
		made := Field{Name: f.text("名称"), Type: types[f.choice("类型")], Measure: l.measure(f, "计量")}
		if into.field(made.Name) != nil {
			l.errorf(f.at("名称"), "field_repeated", "字段“%s”重复", made.Name)
			continue
		}
		into.add(made)
	}
}

func (l *lowering) measure(o *object, name string) Measure {
	s := o.text(name)
	if s == "" {
		return Measure{}
	}
	m, ok := parseMeasure(s, l.book.words)
	if !ok {
		l.errorf(o.at(name), "measure_unknown", "不认识单位“%s”%s;新的量词请列入“计数单位”", s, suggestion(s, sortedWords(l.book.words)))
	}
	return m
}

// points reads "20" or "{县市区: 20, 市直部门: 10}".
func (l *lowering) points(o *object, name string) map[string]Num {
	n := o.keys[name]
	if n == nil {
		return nil
	}
	out := map[string]Num{}
	if n.Kind != yaml.MappingNode {
		out[""] = l.number(n)
		return out
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		group := n.Content[i].Value
		if l.book.group(group) == nil {
			l.errorf(at(n.Content[i]), "group_unknown", "没有分组“%s”%s", group, suggestion(group, l.book.GroupNames()))
		}
		out[group] = l.number(n.Content[i+1])
	}
	return out
}

func (l *lowering) number(n *yaml.Node) Num {
	v, ok := ParseNum(strings.TrimSpace(n.Value))
	if n.Kind != yaml.ScalarNode || !ok {
		l.errorf(at(n), "number_expected", "这里应是一个数")
		return Int(0)
	}
	return v
}

func (l *lowering) groupList(o *object) []string {
	if !o.has("适用") {
		return nil
	}
	list := append([]string{}, o.texts("适用")...) // not nil: none at all isn't all
	for _, g := range list {
		if l.book.group(g) == nil {
			l.errorf(o.at("适用"), "group_unknown", "没有分组“%s”%s", g, suggestion(g, l.book.GroupNames()))
		}
	}
	return list
}

// column makes a column of a target and queues it for resolving.
func (l *lowering) column(t *target, label string, e *Expr) *Column {
	key := t.prefix
	if label != "" {
		key += "/" + label
	}
	for base, n := key, 2; l.keys[key]; n++ {
		key = base + "·" + Int(int64(n)).String()
	}
	l.keys[key] = true
	c := &Column{Key: key, Label: label, Node: t.node, Metric: t.metric, Table: t.table, Expr: e, At: t.at}
	if e != nil && e.At != (Pos{}) {
		c.At = e.At
	}
	switch {
	case t.node != nil:
		t.node.steps = append(t.node.steps, c)
	case t.metric != nil:
		t.metric.steps = append(t.metric.steps, c)
	}
	l.pending = append(l.pending, c)
	return c
}

func (l *lowering) step(t *target, label string, e *Expr) *Expr { return column(l.column(t, label, e)) }

func (l *lowering) metric(o *object) {
	m := &Metric{Name: o.text("名称"), Clause: o.text("条款"), Note: o.text("说明"), Origin: o.choice("来源"), at: at(o.node), owner: o.text("归属"), shown: o.flag("列示")}
	if l.metrics[m.Name] != nil {
		l.errorf(o.at("名称"), "name_repeated", "量“%s”重复", m.Name)
		return
	}
	l.metrics[m.Name] = m
	l.book.Metrics = append(l.book.Metrics, m)
	t := &target{prefix: "量/" + m.Name, metric: m, owner: m.owner, at: m.at}
	if name := o.text("表"); name != "" {
		if m.Table = l.book.Table(name); m.Table == nil {
			l.errorf(o.at("表"), "table_unknown", "没有表“%s”", name)
		}
		t.table = m.Table
	}
	method := l.methodOf(o)
	last := l.metricValue(t, o, method)
	if last == nil {
		last = l.column(t, "", integer(0))
	}
	if e := l.ownUnit(o, "缺省"); e != nil {
		last = l.verb(t, "缺省", op(OpDefault, column(last), e))
	}
	if o.text("除零") == "不适用" {
		last = l.verb(t, "除零", op(OpPolicy, column(last), nil, &Expr{Op: OpAbsent, Fault: &Fault{Kind: NotApplicable}}))
	} else if e := l.ownUnit(o, "除零"); e != nil {
		last = l.verb(t, "除零", op(OpPolicy, column(last), nil, e))
	}
	last = l.process(t, o, "处理", last)
	m.Value, last.Label = last, m.Name
	if o.has("计量") {
		last.Measure = l.measure(o, "计量")
	}
	if m.reported != nil {
		m.reported.Measure = last.Measure
	}
}

// ownUnit reads a formula; a bare number is in the metric's own unit.
func (l *lowering) ownUnit(o *object, name string) *Expr {
	e := o.formula(name)
	if e != nil && e.Op == OpNum && e.Measure.Word == "" {
		e.Measure = l.measure(o, "计量")
		e.Num = e.Num.Mul(e.Measure.written())
	}
	return e
}

// metricValue is the figure as reported, or as its method gives it.
func (l *lowering) metricValue(t *target, o *object, method string) *Column {
	if method == "" {
		if t.table != nil {
			l.errorf(t.at, "method_missing", "逐条记录的量须写公式或分档等")
			return nil
		}
		if t.metric.Origin == "" {
			l.errorf(t.at, "method_missing", "量“%s”须写“来源”(填报、目标、上年)或推算的方法", t.metric.Name)
		}
		c := l.column(t, "", nil)
		c.Type = map[string]Type{"是否": Truth, "文字": Text}[o.choice("类型")]
		t.metric.reported = c
		return c
	}
	if t.metric.Origin != "" {
		l.errorf(o.at("来源"), "method_and_source", "写了“来源”就不能再写“%s”", method)
	}
	if slices.Contains([]string{"扣分", "缺口", "增减", "名次"}, method) && t.table != nil {
		l.errorf(o.at(method), "method_not_here", "逐条记录的量不能用“%s”", method)
		return nil
	}
	raw := l.method(t, o, method)
	if raw.raw == nil {
		return nil
	}
	e := raw.raw
	if raw.plus != nil {
		e = op(OpAdd, e, raw.plus)
	}
	return l.column(t, "", e)
}

func (l *lowering) methodOf(o *object) string {
	found := ""
	for _, name := range o.order {
		if findKey(methods, name) == nil {
			continue
		}
		if found != "" {
			l.errorf(o.at(name), "method_twice", "“%s”与“%s”只能写一个", found, name)
			continue
		}
		found = name
	}
	return found
}

// process applies a list of operations, each a column of its own.
func (l *lowering) process(t *target, o *object, name string, c *Column) *Column {
	for _, n := range o.items(name) {
		c = l.operation(t, n, c, o.words)
	}
	return c
}

func (l *lowering) operation(t *target, n *yaml.Node, c *Column, extra map[string]bool) *Column {
	if n.Kind != yaml.MappingNode || len(n.Content) != 2 {
		l.errorf(at(n), "operation_form", "“处理”的每项应是一个操作,如 - 封顶: 10")
		return c
	}
	name, value := n.Content[0].Value, n.Content[1]
	k := findKey(operations, name)
	if k == nil {
		l.errorf(at(n.Content[0]), "operation_unknown", "没有“%s”这个操作%s", name, suggestion(name, keyNames(operations)))
		return c
	}
	x := column(c)
	if k.form == asWhole {
		v, ok := ParseNum(value.Value)
		places := v.Round(0, Down)
		if !ok || v.Cmp(places) != 0 || v.Sign() < 0 || v.Cmp(Int(12)) > 0 {
			l.errorf(at(value), "whole_expected", "“%s”应写保留几位小数(0到12)", name)
			return c
		}
		how := map[string]Rounding{"舍入": HalfUp, "舍去": Down, "进位": Up}[name]
		return l.verb(t, name, rounded(x, int(places.n), how))
	}
	e := l.own(t, l.findings.formula(value, extra)).bind(map[string]*Expr{"值": x})
	if e == nil {
		return c
	}
	ops := map[string]Op{"封顶": OpMin, "保底": OpMax, "乘": OpMul, "除": OpDiv, "加": OpAdd, "减": OpSub}
	if o, ok := ops[name]; ok {
		e = op(o, x, e)
	}
	e.At = textAt(value)
	return l.verb(t, name, e)
}

func (l *lowering) verb(t *target, name string, e *Expr) *Column {
	c := l.column(t, name, e)
	c.Verb = name
	return c
}

// own binds 分值 to the indicator's points.
func (l *lowering) own(t *target, e *Expr) *Expr {
	if t.node == nil || t.node.Points == nil {
		return e
	}
	return e.bind(map[string]*Expr{"分值": l.pointsOf(t.node)})
}

func (l *lowering) pointsOf(n *Node) *Expr { return &Expr{Op: OpPoints, Node: n, At: n.at} }

func (l *lowering) node(o *object, parent *Node) *Node {
	n := &Node{ID: o.text("编号"), Name: o.text("名称"), Clause: o.text("条款"), Note: o.text("说明"),
		Role: o.choice("性质"), Merge: o.choice("合并"), Parent: parent, at: at(o.node), owner: o.text("归属")}
	if n.Role == "" {
		n.Role = "基本"
	}
	if n.ID == "" || l.nodes[n.ID] != nil {
		l.errorf(o.at("编号"), "id_repeated", "编号“%s”重复或为空", n.ID)
		return nil
	}
	l.nodes[n.ID] = n
	if _, twice := l.labels[n.Name]; twice {
		l.labels[n.Name] = nil
	} else {
		l.labels[n.Name] = n
	}
	n.Points, n.Groups, n.weight = l.points(o, "分值"), l.groupList(o), o.formula("权重")
	n.missing, n.zero = l.policy(o, "缺数"), l.policy(o, "除零")
	if parent != nil {
		n.missing, n.zero = inherit(n.missing, parent.missing), inherit(n.zero, parent.zero)
		if n.owner == "" {
			n.owner = parent.owner
		}
	}
	l.book.all = append(l.book.all, n)
	for _, c := range o.objects("子项") {
		if child := l.node(c, n); child != nil {
			n.Children = append(n.Children, child)
		}
	}
	n.Method = l.methodOf(o)
	if (n.Method == "") == (len(n.Children) == 0) {
		l.errorf(n.at, "method_missing", "指标“%s”须写一种计分方法,或写子项,二者取一", n.Name)
	}
	l.forms = append(l.forms, nodeForm{n, o})
	return n
}

// nodeForm is an indicator whose children have been read.
type nodeForm struct {
	node *Node
	form *object
}

func inherit(own, parent policy) policy {
	if own.word == "" && own.value == nil {
		return parent
	}
	return own
}

func (l *lowering) policy(o *object, name string) policy {
	s, n, ok := o.value(name)
	if !ok {
		return policy{}
	}
	if slices.Contains(policies, s) {
		return policy{word: s, at: at(n)}
	}
	return policy{value: o.formula(name), at: at(n)}
}

// scoreNodes lowers the methods, children before their headings: forms were queued so.
func (l *lowering) scoreNodes() {
	for _, f := range l.forms {
		n, o := f.node, f.form
		t := &target{prefix: n.ID, node: n, owner: n.owner, at: n.at}
		var m lowered
		if n.Method != "" {
			m = l.method(t, o, n.Method)
		} else {
			m = l.composite(n)
		}
		if m.raw == nil {
			m.raw = integer(0)
		}
		l.scale(t, o, m)
	}
}

// scale brings a method's value to points: 先处理, ×分值÷满分, 处理, 前提, 缺数.
func (l *lowering) scale(t *target, o *object, m lowered) {
	n := t.node
	c := l.column(t, "原值", m.raw)
	c = l.process(t, o, "先处理", c)
	n.Raw = c
	full := m.full
	if o.has("满分") {
		full = o.formula("满分")
	}
	if full != nil && n.Points != nil {
		e := op(OpMul, column(c), l.pointsOf(n))
		if full.Op != OpNum || full.Num.Cmp(Int(1)) != 0 {
			e = op(OpMul, op(OpDiv, column(c), full), l.pointsOf(n))
		}
		c = l.verb(t, "×分值", e)
	}
	if m.plus != nil {
		c = l.verb(t, "超额加分", op(OpAdd, column(c), m.plus))
	}
	c = l.process(t, o, "处理", c)
	if o.has("前提") {
		cond := l.own(t, o.formula("前提"))
		c = l.verb(t, "前提", when(cond, column(c), l.otherScore(t, o)))
	}
	c = l.withPolicies(t, c)
	n.Value, c.Label = c, n.Name
}

// otherScore is what an indicator gives when its 前提 doesn't hold.
func (l *lowering) otherScore(t *target, o *object) *Expr {
	if o.text("否则") == "不适用" {
		return &Expr{Op: OpAbsent, Fault: &Fault{Kind: NotApplicable}}
	}
	return l.own(t, o.formulaOr("否则", integer(0)))
}

// withPolicies adds what the book says for figures that aren't there.
func (l *lowering) withPolicies(t *target, c *Column) *Column {
	missing, zero := l.policyValue(t, t.node.missing), l.policyValue(t, t.node.zero)
	if missing == nil && zero == nil {
		return c
	}
	e := op(OpPolicy, column(c), missing, zero)
	e.At = t.at
	return l.verb(t, "缺数", e)
}

func (l *lowering) policyValue(t *target, p policy) *Expr {
	switch p.word {
	case "零分":
		return integer(0)
	case "满分":
		if t.node.Points == nil {
			l.errorf(p.at, "points_missing", "“满分”须有分值")
			return nil
		}
		return l.pointsOf(t.node)
	case "不适用":
		return &Expr{Op: OpAbsent, Fault: &Fault{Kind: NotApplicable}}
	}
	return l.own(t, p.value.clone())
}

// composite puts children together.
func (l *lowering) composite(n *Node) lowered {
	var values, weights []*Expr
	for _, c := range n.Children {
		if c.Value == nil {
			continue
		}
		v := column(c.Value)
		if c.Role == "扣分" {
			v = op(OpNeg, v)
		}
		values = append(values, v)
		switch {
		case n.Merge == "加权":
			if c.weight == nil {
				l.errorf(c.at, "weight_missing", "上级“%s”按加权合并,须写“权重”", n.Name)
				c.weight = integer(1)
			}
			weights = append(weights, c.weight)
		case c.Points != nil && c.Role == "基本":
			weights = append(weights, l.pointsOf(c))
		default:
			weights = append(weights, integer(0))
		}
	}
	if len(values) == 0 {
		return lowered{}
	}
	e := &Expr{Op: OpShare, Args: values, Weights: weights, Text: n.Merge, At: n.at}
	return lowered{raw: e}
}

// sums make 基本分, 加分, 扣分 and 总分.
func (l *lowering) sums(o *object) {
	b := l.book
	b.Base, b.Bonus, b.Deduction = l.sum("基本分", "基本"), l.sum("加分", "加分"), l.sum("扣分", "扣分")
	t := &target{prefix: "汇总分", at: o.at("汇总")}
	form := o.sub("汇总")
	e := op(OpSub, op(OpAdd, column(b.Base), column(b.Bonus)), column(b.Deduction))
	if form != nil && form.has("公式") {
		e = form.formula("公式")
	}
	if e == nil {
		e = integer(0)
	}
	c := l.column(t, "", e)
	if form != nil {
		c = l.process(t, form, "处理", c)
	}
	c.Label = "汇总分"
	b.Sum = c
}

func (l *lowering) sum(name, role string) *Column {
	e := &Expr{Op: OpShare}
	for _, n := range l.book.Nodes {
		if n.Role != role || n.Value == nil {
			continue
		}
		e.Args = append(e.Args, column(n.Value))
		w := integer(0)
		if n.Points != nil && role == "基本" {
			w = l.pointsOf(n)
		}
		e.Weights = append(e.Weights, w)
	}
	c := l.column(&target{prefix: name}, "", e)
	c.Label = name
	return c
}

// ending reads outcomes, ranking and grades.
func (l *lowering) ending(o *object) {
	b := l.book
	total := column(b.Sum)
	var last *Expr
	for _, x := range o.objects("结论") {
		t := &target{prefix: "结论/" + x.text("名称"), at: at(x.node)}
		cond := x.formula("当")
		if cond == nil {
			continue
		}
		out := &Outcome{Name: x.text("名称"), Clause: x.text("条款"), Groups: l.groupList(x), Effect: x.choice("后果"), Grade: x.text("等次"), at: at(x.node)}
		if out.Groups != nil {
			var in []*Expr
			for _, g := range out.Groups {
				in = append(in, op(OpEq, &Expr{Op: OpAttr, Text: "分组", Type: Text}, text(g)))
			}
			cond = when(anyOf(in), cond, &Expr{Op: OpBool, Type: Truth})
		}
		out.Cond = l.column(t, "", cond)
		out.Cond.Label = out.Name
		b.Outcomes = append(b.Outcomes, out)
		switch out.Effect {
		case "总分为零":
			total = when(column(out.Cond), integer(0), total)
		case "名列末位":
			last = either(last, column(out.Cond))
		}
	}
	b.Total = l.column(&target{prefix: "总分"}, "", total)
	b.Total.Label = "总分"
	l.ranking(o, last)
	l.grades(o)
}

func anyOf(list []*Expr) *Expr {
	var e *Expr
	for _, x := range list {
		e = either(e, x)
	}
	return e
}

func either(a, b *Expr) *Expr {
	if a == nil {
		return b
	}
	return op(OpOr, a, b)
}
