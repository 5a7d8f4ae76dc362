package rulebook

import (
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
)

// Explanation is why a value is what it is: clause, formula with names, the same with
// the unit's figures, and what stands behind the figures.
type Explanation struct {
	ID       string         `json:"id,omitempty"` // of an indicator
	Name     string         `json:"name"`
	Clause   string         `json:"clause,omitempty"`
	Formula  string         `json:"formula"`
	Working  string         `json:"working"`
	Value    string         `json:"value"`
	Records  []string       `json:"records,omitempty"`
	Evidence []string       `json:"evidence,omitempty"`
	Parts    []*Explanation `json:"parts,omitempty"`
}

// Explain tells how an indicator's score came about.
func (s *Scores) Explain(n *Node, u int) *Explanation {
	x := &explainer{scores: s, unit: u, seen: map[*Column]bool{}}
	return x.node(n)
}

// Working is an indicator's formula with the unit's figures, step by step, in one line.
func (s *Scores) Working(n *Node, u int) string {
	x := &explainer{scores: s, unit: u, seen: map[*Column]bool{}}
	return x.working(n.Value)
}

// ExplainTotal tells how the total came about, every indicator below it.
func (s *Scores) ExplainTotal(u int) *Explanation {
	x := &explainer{scores: s, unit: u, seen: map[*Column]bool{}}
	return x.column(s.Facts.book.Total)
}

// explainer walks the columns behind a value; a column is told once.
type explainer struct {
	scores *Scores
	unit   int
	seen   map[*Column]bool
}

func (x *explainer) node(n *Node) *Explanation {
	e := &Explanation{ID: n.ID, Name: n.Name, Clause: n.Clause, Formula: n.Raw.base().Formula()}
	v := x.scores.Of(n, x.unit)
	e.Value, e.Working = valueText(words["分"], v), x.working(n.Value)
	for _, c := range n.steps {
		x.seen[c] = true
	}
	x.parts(e, n.Value, n)
	return e
}

// parts tells what stands behind every column of a row.
func (x *explainer) parts(e *Explanation, c *Column, n *Node) {
	row := c.chain()
	for _, c := range row {
		if c.Expr != nil {
			e.Parts = append(e.Parts, x.behind(c.Expr, row, n)...)
			x.records(e, c)
		}
	}
}

// base is the column that a row of operations began with.
func (c *Column) base() *Column {
	for c.Verb != "" {
		previous := c.previous()
		if previous == nil {
			break
		}
		c = previous
	}
	return c
}

// previous is the column that an operation works on.
func (c *Column) previous() *Column {
	var found *Column
	c.Expr.Walk(func(e *Expr) {
		if e.Op == OpColumn && e.Col.Table == nil && found == nil && e.Col.Node == c.Node && e.Col.Metric == c.Metric {
			found = e.Col
		}
	})
	if c.Verb == "前提" && c.Expr.Op == OpCases {
		found = c.Expr.Args[1].Col
	}
	return found
}

// chain is the row of columns from the first value to the column, by operations.
func (c *Column) chain() []*Column {
	list := []*Column{c}
	for c.Verb != "" {
		if c = c.previous(); c == nil {
			break
		}
		list = append([]*Column{c}, list...)
	}
	return list
}

// working is "28÷27×50%+177.7÷54×50% = 2.1638 → 封顶 1 → ×0.5 = 0.5".
func (x *explainer) working(c *Column) string {
	chain := c.chain()
	p := printer{x.scores, x.unit}
	var b strings.Builder
	v := x.scores.value(chain[0], x.unit)
	if chain[0].Expr != nil {
		b.WriteString(p.expr(chain[0].Expr, 0))
	} else {
		b.WriteString("填报")
	}
	if s := valueText(chain[0].Measure, v); s != b.String() {
		b.WriteString(" = " + s)
	}
	for _, c := range chain[1:] {
		next := x.scores.value(c, x.unit)
		b.WriteString(x.step(p, c, v, next))
		v = next
	}
	return b.String()
}

// step is one operation of the row; v is the value before, next after it.
func (x *explainer) step(p printer, c *Column, v, next Num) string {
	changed := v.Fault() != nil || next.Fault() != nil || v.Cmp(next) != 0
	value := " = " + valueText(c.Measure, next)
	switch c.Verb {
	case "封顶", "保底":
		if !changed {
			return ""
		}
		return " → " + c.Verb + " " + valueText(c.Measure, next)
	case "舍入", "舍去", "进位":
		places := Int(int64(c.Expr.Places)).String()
		if !changed {
			return ""
		}
		return " → " + c.Verb + places + "位" + value
	case "×分值":
		return " → " + p.scaling(c.Expr) + value
	case "前提":
		if ok, _ := (&compiler{run: x.scores.run}).truth(c.Expr.Args[0])(x.unit); ok {
			return " → 前提成立"
		}
		return " → 前提“" + printer{}.expr(c.Expr.Args[0], 0) + "”不成立" + value
	case "缺数", "缺省", "除零":
		if !changed || v.Fault() == nil {
			return ""
		}
		return " → 按细则" + value
	case "改为":
		return " → " + p.expr(c.Expr, 0) + value
	}
	if len(c.Expr.Args) == 2 {
		word := map[string]string{"乘": "×", "除": "÷", "加": "+", "减": "-"}[c.Verb]
		if word == "" {
			word = c.Verb + " "
		}
		return " → " + word + p.expr(c.Expr.Args[1], 7) + value
	}
	return " → " + c.Verb + value
}

// scaling is "×0.5" or "÷100×30".
func (p printer) scaling(e *Expr) string {
	if e.Op != OpMul || len(e.Args) != 2 {
		return "×分值"
	}
	s := "×" + p.expr(e.Args[1], 7)
	if d := e.Args[0]; d.Op == OpDiv {
		s = "÷" + p.expr(d.Args[1], 7) + s
	}
	return s
}

func valueText(m Measure, v Num) string {
	if f := v.Fault(); f != nil {
		return "〔" + f.Message() + "〕"
	}
	return m.show(v)
}

// column tells of a metric, a step or a sum.
func (x *explainer) column(c *Column) *Explanation {
	if c.Node != nil && c.Node.Value == c {
		return x.node(c.Node)
	}
	e := &Explanation{Name: c.title(), Formula: c.Formula()}
	x.seen[c] = true
	if m := c.Metric; m != nil {
		e.Clause = m.Clause
		e.Evidence = x.scores.Facts.Evidence(x.unit, m.Name)
		if m.Value == c && m.reported != nil && c.Expr != nil {
			x.seen[m.reported] = true
		}
	}
	v := x.scores.value(c, x.unit)
	switch {
	case c.Type == Truth:
		e.Value = truthWord(v)
	case c.Type == Text:
		e.Value = x.scores.run.text(c, x.unit)
	default:
		e.Value = valueText(c.Measure, v) + suffix(c.Measure)
	}
	e.Working = e.Value
	row := c.chain()
	if row[0].Expr == nil {
		e.Formula = "填报"
		if c.Metric != nil && c.Metric.Origin != "" {
			e.Formula = c.Metric.Origin
		}
	}
	if c.Expr == nil {
		return e
	}
	if row[0].Expr != nil {
		e.Formula = row[0].Formula()
	}
	e.Working = x.working(c)
	if fixed := x.scores.fixedText(c, x.unit); fixed != "" {
		e.Working = fixed
	}
	x.parts(e, c, nil)
	return e
}

func suffix(m Measure) string {
	if m.Kind == Dimensional || m.Kind == Count {
		return m.Word
	}
	return ""
}

// behind tells of the columns an expression uses, each once. Steps of the indicator
// itself are told too, but for those of its row.
func (x *explainer) behind(e *Expr, row []*Column, n *Node) []*Explanation {
	var list []*Explanation
	skip := map[*Column]bool{}
	for _, c := range row {
		skip[c] = true
	}
	told := map[*Column]bool{}
	visit := func(c *Column) {
		if c == nil || c.Table != nil || skip[c] || told[c] || x.scores.isOther(c, x.unit) {
			return
		}
		told[c] = true
		own := n != nil && c.Node == n
		if x.seen[c] && !own {
			return
		}
		if c.Expr != nil && c.Expr.Op == OpColumn && x.scores.fixedText(c, x.unit) == "" { // only another name for it
			x.seen[c] = true
			list = append(list, x.behind(c.Expr, nil, nil)...)
			return
		}
		list = append(list, x.column(c))
	}
	e.Walk(func(a *Expr) {
		if a.Op == OpColumn {
			visit(a.Col)
		}
		if a.Op == OpGroup && a.Group.Of != nil {
			visit(a.Group.Of)
		}
	})
	return list
}

// isOther reports whether the column isn't one of the unit's group's.
func (s *Scores) isOther(c *Column, u int) bool {
	f := s.value(c, u).Fault()
	return f != nil && f.Kind == NotOfGroup
}

// maxRecords keeps an explanation readable; the workbook has all of them.
const maxRecords = 200

// records lists the projects that were counted, with what each gave.
func (x *explainer) records(e *Explanation, c *Column) {
	c.Expr.Walk(func(a *Expr) {
		if a.Op == OpAggregate && len(e.Records) < maxRecords {
			e.Records = append(e.Records, x.scores.recordsOf(a.Agg, x.unit)...)
		}
	})
}

func (s *Scores) recordsOf(a *Aggregate, u int) []string {
	r := s.Facts.records[a.Table]
	var value numFn
	if a.Value != nil {
		value = s.over(a).num(a.Value)
	}
	var list []string
	for i := range s.counted(a, u) {
		if len(list) >= maxRecords {
			break
		}
		text := r.describe(i)
		if value != nil {
			text += ":" + a.Value.Measure.show(value(i)) + suffix(a.Value.Measure)
		}
		list = append(list, text)
	}
	return list
}

// over compiles what is asked of the records of a figure.
func (s *Scores) over(a *Aggregate) *compiler {
	return &compiler{run: s.run, table: s.Facts.records[a.Table], owners: s.Facts.owned(a.Table, a.Owner)}
}

// counted are the records of a unit that a figure counts.
func (s *Scores) counted(a *Aggregate, u int) iter.Seq[int] {
	k := s.over(a)
	where := func(int) (bool, *Fault) { return true, nil }
	if a.Where != nil {
		where = k.truth(a.Where)
	}
	var period numFn
	if a.Period != nil {
		period = k.num(a.Period)
	}
	return func(yield func(int) bool) {
		for i, owner := range k.owners {
			if int(owner) != u {
				continue
			}
			if ok, f := where(i); !ok || f != nil || period != nil && period(i).Cmp(Int(a.Equals)) != 0 {
				continue
			}
			if !yield(i) {
				return
			}
		}
	}
}

// Records are the codes (编号) of the projects behind a counted metric of a unit, sorted,
// each once: those that its own formula counts, whether or not the figure was then fixed.
// A project without a code isn't among them.
func (s *Scores) Records(m *Metric, u int) []string {
	list := []string{}
	for _, a := range m.aggregates() {
		code := a.Table.field("编号")
		if a.Table.Name != ProjectTable || code == nil {
			continue
		}
		codes := s.Facts.records[a.Table].fields[code.index]
		for i := range s.counted(a, u) {
			if c := codes.dict[codes.ids[i]]; c != "" {
				list = append(list, c)
			}
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// describe names a record: by its number and name, or by its texts.
func (r *records) describe(i int) string {
	var parts []string
	for _, f := range r.table.Fields {
		if f.Type == Text && f.Name != unitField && len(parts) < 2 {
			if s := r.fields[f.index]; s.dict[s.ids[i]] != "" {
				parts = append(parts, s.dict[s.ids[i]])
			}
		}
	}
	if len(parts) == 0 {
		return "第" + Int(int64(i+1)).String() + "条"
	}
	return strings.Join(parts, " ")
}

// Lines is the explanation as indented text.
func (e *Explanation) Lines(indent string) []string {
	head := e.Name
	if e.ID != "" {
		head = e.ID + " " + head
	}
	if e.Clause != "" {
		head += "(" + e.Clause + ")"
	}
	list := []string{indent + head + ":" + e.Value}
	if e.Formula != "" && e.Formula != "填报" {
		list = append(list, indent+"  公式 "+e.Formula)
	}
	if e.Working != e.Value {
		list = append(list, indent+"  算式 "+e.Working)
	}
	for _, r := range e.Records {
		list = append(list, indent+"  · "+r)
	}
	if len(e.Evidence) > 0 {
		list = append(list, indent+"  依据 "+strings.Join(e.Evidence, "、"))
	}
	for _, p := range e.Parts {
		list = append(list, p.Lines(indent+"  ")...)
	}
	return list
}

// WriteExplanations prints how every total came about, or that of one unit.
func (s *Scores) WriteExplanations(w io.Writer, unit string) error {
	for _, u := range s.Order() {
		if x := s.Facts.Units[u]; unit == "" || x.Name == unit {
			text := "\n【" + x.Name + "】\n" + strings.Join(s.ExplainTotal(u).Lines(""), "\n")
			if _, err := fmt.Fprintln(w, text); err != nil {
				return err
			}
		}
	}
	return nil
}
