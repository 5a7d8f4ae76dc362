package rulebook

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"slices"
	"sync"

	"go.yaml.in/yaml/v3"

	"luodi/internal/calendar"
)

// Book is a scoring rule book that has been read and checked. It doesn't change, and
// may be used by several goroutines.
type Book struct {
	File         string
	Hash         string // SHA-256 of the file
	Title        string
	Number       string
	Issuer       string
	Source       string
	Version      string
	Note         string
	Illustrative bool
	From, To     calendar.Date
	Groups       []*Group
	Tables       []*Table
	Metrics      []*Metric
	Nodes        []*Node // the top of the tree, in the order of the file
	Outcomes     []*Outcome
	Grades       []*Grade
	Procedure    Procedure
	Cases        []*Case
	Base         *Column // 基本分
	Bonus        *Column // 加分
	Deduction    *Column // 扣分
	Sum          *Column // 汇总分: before outcomes
	Total        *Column // 总分
	Rank         *Column // 名次

	all        []*Node
	columns    []*Column // every column, in the order of evaluation
	branches   []branch
	aggregates []*Aggregate
	timely     bool           // some formula asks for the year or the day
	conditions int            // on records, equal ones counted once
	stated     map[string]Num // the total that the document states, by group; "" for all
	statedAt   Pos
	words      map[string]bool
	doc        *yaml.Node
}

// Group is units that are scored and ranked together.
type Group struct {
	Name   string
	Note   string
	Roster []string // units, when the book fixes them
	At     Pos
}

// Table is records, each of which belongs to a unit: the registry's projects, the
// judges' marks, or a list that the book adds.
type Table struct {
	Name   string
	Fields []*Field
	At     Pos
}

// Field is a column of a table as the facts give it.
type Field struct {
	Name    string
	Type    Type
	Measure Measure
	index   int
}

func (t *Table) field(name string) *Field {
	for _, f := range t.Fields {
		if f.Name == name {
			return f
		}
	}
	return nil
}

// Metric is a figure: reported for each unit, or derived.
type Metric struct {
	Name     string
	Clause   string
	Note     string
	Origin   string // 填报, 目标, 上年; "" when derived
	Table    *Table // of a value per record
	Value    *Column
	reported *Column // the figure as reported, before 缺省 and 处理
	steps    []*Column
	ladders  []*ladder
	owner    string
	at       Pos
	used     bool
	inlined  bool          // its formula was written into one over records
	shown    bool          // for reading only: nothing need use it
	needed   func() []bool // by which groups; found out when first asked
}

// Node is an indicator, or a heading over others.
type Node struct {
	ID       string
	Name     string
	Clause   string
	Note     string
	Role     string // 基本, 加分, 扣分
	Method   string
	Points   map[string]Num // by group; the key "" is every group; nil without points
	Groups   []string       // nil for every group
	Children []*Node
	Parent   *Node
	Raw      *Column // before it is brought to points
	Value    *Column
	Merge    string // how children are put together

	weight  *Expr
	steps   []*Column
	ladders []*ladder
	owner   string
	missing policy
	zero    policy
	of      []bool // the groups it is an indicator of
	at      Pos
}

// policy is what the book says to do when a figure isn't there.
type policy struct {
	word  string
	value *Expr
	at    Pos
}

// Of reports whether the indicator is one of that group's.
func (n *Node) Of(group string) bool {
	if n.Groups != nil && !slices.Contains(n.Groups, group) {
		return false
	}
	if n.Points != nil {
		if _, ok := n.PointsFor(group); !ok {
			return false
		}
	}
	return n.Parent == nil || n.Parent.Of(group)
}

// PointsFor is the indicator's points in that group.
func (n *Node) PointsFor(group string) (Num, bool) {
	if p, ok := n.Points[group]; ok {
		return p, true
	}
	p, ok := n.Points[""]
	return p, ok
}

// Outcome changes the conclusion and not the number.
type Outcome struct {
	Name   string
	Clause string
	Groups []string
	Effect string
	Grade  string
	Cond   *Column
	at     Pos
}

// Grade is one of the grades, best first.
type Grade struct {
	Name   string
	Cond   *Column // nil for everybody
	Quota  map[string]quota
	Round  Rounding
	Awards bool
	at     Pos
}

type quota struct {
	n       Num
	percent bool
}

// Procedure is how long results are published (程序), in working days; 0 where the book
// says nothing.
type Procedure struct {
	PublicityDays   int
	SecondPublicity bool // again after an appeal that changed them
	SecondDays      int  // PublicityDays when the book only says that there is a second time
}

// Case is a test that the book carries.
type Case struct {
	Name   string
	facts  *yaml.Node
	expect *yaml.Node
	hints  []string
	at     Pos
}

// branch is one way through a choice, for the coverage of cases.
type branch struct {
	label string
	at    Pos
}

// Load reads a book from a file of that name. The findings are everything there is to
// say; the book is nil when one of them is an error.
func Load(file string, r io.Reader) (*Book, Findings) {
	f := &findings{file: file}
	doc, data := f.parseYAML(r, MaxBookBytes)
	if doc == nil {
		return nil, f.list.sorted()
	}
	sum := sha256.Sum256(data)
	b := &Book{File: file, Hash: hex.EncodeToString(sum[:]), doc: doc, words: map[string]bool{}}
	l := &lowering{findings: f, book: b, metrics: map[string]*Metric{}, nodes: map[string]*Node{}, labels: map[string]*Node{}, keys: map[string]bool{}}
	l.read(doc.Content[0])
	l.resolveAll()
	if !f.list.Failed() {
		l.check()
	}
	list := f.list.sorted()
	if list.Failed() {
		return nil, list
	}
	b.prepare()
	return b, list
}

// Save writes the book's file as it was read: comments and order stay.
func (b *Book) Save(w io.Writer) error {
	var out bytes.Buffer
	e := yaml.NewEncoder(&out)
	e.SetIndent(2)
	if err := e.Encode(b.doc); err != nil {
		return err
	}
	_, err := w.Write(out.Bytes())
	return err
}

// Indicators are all indicators in the order of the file, headings before what they hold.
func (b *Book) Indicators() []*Node { return b.all }

// Columns are every value that the book computes, in the order of evaluation.
func (b *Book) Columns() []*Column { return b.columns }

// Table finds a table by name; nil when there is none.
func (b *Book) Table(name string) *Table {
	for _, t := range b.Tables {
		if t.Name == name {
			return t
		}
	}
	return nil
}

func (b *Book) group(name string) *Group {
	for _, g := range b.Groups {
		if g.Name == name {
			return g
		}
	}
	return nil
}

// GroupNames lists the groups; a book without groups has the one group "全部".
func (b *Book) GroupNames() []string {
	names := make([]string, len(b.Groups))
	for i, g := range b.Groups {
		names[i] = g.Name
	}
	return names
}

// The tables that every book has.
const (
	ProjectTable = "项目"
	MarkTable    = "评议"
	unitField    = "单位"
	wholeGroup   = "全部"
)

func standardTables() []*Table {
	project := &Table{Name: ProjectTable}
	wan, mu, coal := words["万元"], words["亩"], words["吨标准煤"]
	for _, f := range []Field{
		{Name: "编号", Type: Text}, {Name: "名称", Type: Text}, {Name: unitField, Type: Text},
		{Name: "投资方", Type: Text}, {Name: "投资方性质", Type: Text}, {Name: "产业层级", Type: Text},
		{Name: "所属产业", Type: Text}, {Name: "产业链", Type: Text}, {Name: "投资额", Measure: wan},
		{Name: "框架协议", Type: Truth}, {Name: "规模项目", Type: Truth}, {Name: "用地面积", Measure: mu},
		{Name: "年综合能耗", Measure: coal}, {Name: "涉及危化品", Type: Truth}, {Name: "驻外招商专班", Type: Text},
		{Name: "招商大使", Type: Text}, {Name: "签约活动", Type: Text}, {Name: "省厅审核认定", Type: Text},
		{Name: "项目阶段", Type: Text}, {Name: "包联单位", Type: Text}, {Name: "引荐单位", Type: Text},
		{Name: "签约日期", Type: Date}, {Name: "落地日期", Type: Date}, {Name: "开工日期", Type: Date},
		{Name: "入库日期", Type: Date}, {Name: "投产日期", Type: Date},
		{Name: "到位资金", Measure: wan}, {Name: "本年到位资金", Measure: wan},
	} {
		project.add(f)
	}
	marks := &Table{Name: MarkTable}
	for _, f := range []Field{{Name: unitField, Type: Text}, {Name: "事项", Type: Text}, {Name: "评委", Type: Text}, {Name: "评委组", Type: Text}, {Name: "分", Measure: words["分"]}} {
		marks.add(f)
	}
	return []*Table{project, marks}
}

func (t *Table) add(f Field) *Field {
	f.index = len(t.Fields)
	t.Fields = append(t.Fields, &f)
	return &f
}

// projectWords are short for conditions on a project. A framework agreement never
// counts as signed.
var projectWords = map[string]string{
	"协议金额": "投资额",
	"已签约":  "签约日期 ≤ 截止日 且 非 框架协议",
	"已落地":  "落地日期 ≤ 截止日",
	"已开工":  "开工日期 ≤ 截止日",
	"已入库":  "入库日期 ≤ 截止日",
	"已投产":  "投产日期 ≤ 截止日",
	"本年签约": "签约日期 ≥ 年初 且 签约日期 ≤ 截止日 且 非 框架协议",
	"本年落地": "落地日期 ≥ 年初 且 落地日期 ≤ 截止日",
	"本年开工": "开工日期 ≥ 年初 且 开工日期 ≤ 截止日",
	"本年入库": "入库日期 ≥ 年初 且 入库日期 ≤ 截止日",
	"本年投产": "投产日期 ≥ 年初 且 投产日期 ≤ 截止日",
	"亿元项目": "投资额 ≥ 1亿元",
}

// Env is what a name such as 年初 stands for; the day as days since 1970-01-01.
func (s *Scores) Env(name string) Num { return s.run.env(name) }

// Title is what people call the column.
func (c *Column) Title() string { return c.title() }

// prepare numbers what a run keeps by number.
func (b *Book) prepare() {
	for _, c := range b.columns {
		c.Expr.Walk(func(e *Expr) {
			if e.Op == OpAggregate {
				e.Agg.index = len(b.aggregates)
				b.aggregates = append(b.aggregates, e.Agg)
			}
			b.timely = b.timely || e.Op == OpEnv && e.Text != "月份"
		})
	}
	b.number()
	for _, m := range b.Metrics {
		m.needed = sync.OnceValue(func() []bool { return b.neededBy(m) })
	}
	for _, n := range b.all {
		n.of = make([]bool, len(b.Groups))
		for i, g := range b.Groups {
			n.of[i] = n.Of(g.Name)
		}
	}
}
