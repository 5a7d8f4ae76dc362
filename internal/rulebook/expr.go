package rulebook

// Op is what a node of an expression does.
type Op uint8

// The operations. The first three are an author's words that Book.resolve replaces.
const (
	OpName      Op = iota // a name not yet looked up: Text
	OpCall                // a function not yet looked up: Text, Args
	OpList                // the right side of 属于
	OpNum                 // Num
	OpText                // Text
	OpBool                // Num is 0 or 1
	OpDate                // Num is days since 1970-01-01
	OpColumn              // the value of Col for the same unit, or the same record
	OpField               // the value of Field of the same record
	OpOwner               // in a formula of records: the reported figure Col of the unit that the record belongs to
	OpAttr                // an attribute of the unit: Text
	OpEnv                 // 年度, 月份, 截止日 …: Text
	OpPoints              // the points of Node for the unit's group
	OpOwn                 // 分值 or 值 inside a method, replaced when it is lowered
	OpAdd                 //
	OpSub                 //
	OpMul                 //
	OpDiv                 //
	OpNeg                 //
	OpEq                  //
	OpNe                  //
	OpLt                  //
	OpLe                  //
	OpGt                  //
	OpGe                  //
	OpAnd                 //
	OpOr                  //
	OpNot                 //
	OpIn                  // Args[0] is one of the others
	OpCases               // condition, value, condition, value …, else; the first that holds
	OpMin                 //
	OpMax                 //
	OpSum                 // of its arguments
	OpMean                // of its arguments
	OpRound               // Args[0] to Places, as How says
	OpAbs                 //
	OpDefault             // Args[0], or Args[1] when it is missing
	OpFilled              // whether Args[0] is there
	OpPart                // Text (年, 季度, 月) of a date
	OpDays                // days from Args[1] to Args[0]
	OpAddDays             //
	OpAddMonths           //
	OpMakeDate            // year, month, day
	OpPow                 // Args[0] to the whole power Args[1]
	OpAggregate           // over the unit's records: Agg
	OpGroup               // over the units of the group, or all: Group
	OpShare               // sum of Args, those not applicable replaced in proportion: Weights
	OpPolicy              // Args[0]; Args[1] when missing, Args[2] when divided by zero
	OpAbsent              // the fault Fault
)

// Type is what an expression gives.
type Type uint8

// The types.
const (
	Number Type = iota
	Truth
	Text
	Date
)

var typeNames = [...]string{"数", "是否", "文字", "日期"}

// Expr is one node of an expression: formulas and methods alike become trees of it.
type Expr struct {
	Op        Op
	Args      []*Expr
	Type      Type
	Measure   Measure
	Num       Num
	Text      string
	Places    int
	How       Rounding
	Col       *Column
	Field     *Field
	Node      *Node
	Agg       *Aggregate
	Group     *Grouping
	Weights   []*Expr
	Fault     *Fault
	At        Pos
	Branch    int // of OpCases: its number among the book's branches, from 1
	Condition int // of a condition on records: its number among the book's, from 1
	done      bool
}

// Aggregate is a figure over the records of a table that belong to the unit.
type Aggregate struct {
	Func   string // 计数, 求和, 最高值, 最低值, 均值
	Table  *Table
	Value  *Expr // nil for 计数
	Where  *Expr // nil for every record
	Owner  *Field
	Period *Expr // with Equals: only the records of this period
	Equals int64
	index  int
}

// Grouping is a figure over the units of the same group, or of all groups.
type Grouping struct {
	Func string // 最大, 最小, 平均, 合计, 名次, 家数
	All  bool
	Of   *Column // nil for 家数
	// Of 名次 only:
	Rising bool      // the smallest is first
	Tie    string    // 跳号 (1 1 3), 不跳号 (1 1 2), 平均 (1.5 1.5 3)
	Ties   []*Column // compared in turn when equal, the larger first
	Last   *Column   // true: behind all for which it is false
}

// Column is one value per unit, or per record when Table is set.
type Column struct {
	Key    string // "量/签约数", "A1", "A1/率"; unique in a book
	Label  string
	Clause string
	Node   *Node   // whose score, or step of it, this is
	Metric *Metric // that this is, or is a step of
	Table  *Table
	Expr   *Expr // nil for a reported figure
	Verb   string
	Type   Type
	Measure
	At    Pos
	index int
	state visit
	// Metrics made of reported figures whose formula was written into this one's, over
	// records: there it is the record's unit that they are of.
	inlined []*Metric
}

type visit uint8

const (
	unvisited visit = iota
	visiting
	visited
)

func number(n Num) *Expr     { return &Expr{Op: OpNum, Num: n} }
func integer(n int64) *Expr  { return number(Int(n)) }
func text(s string) *Expr    { return &Expr{Op: OpText, Text: s, Type: Text} }
func column(c *Column) *Expr { return &Expr{Op: OpColumn, Col: c, At: c.At} }

func op(o Op, args ...*Expr) *Expr {
	e := &Expr{Op: o, Args: args}
	for _, a := range args {
		if a != nil && a.At != (Pos{}) {
			e.At = a.At
			break
		}
	}
	return e
}

func rounded(x *Expr, places int, how Rounding) *Expr {
	return &Expr{Op: OpRound, Args: []*Expr{x}, Places: places, How: how, At: x.At}
}

// when gives a if cond holds, else b.
func when(cond, a, b *Expr) *Expr { return op(OpCases, cond, a, b) }

// clone copies a tree so that it can be resolved in another place.
func (e *Expr) clone() *Expr {
	if e == nil {
		return nil
	}
	c := *e
	c.Args = cloneAll(e.Args)
	c.Weights = cloneAll(e.Weights)
	return &c
}

func cloneAll(list []*Expr) []*Expr {
	if list == nil {
		return nil
	}
	out := make([]*Expr, len(list))
	for i, a := range list {
		out[i] = a.clone()
	}
	return out
}

// bind replaces an author's 值, 分值 … by expressions.
func (e *Expr) bind(values map[string]*Expr) *Expr {
	if e == nil {
		return nil
	}
	if e.Op == OpName {
		if v, ok := values[e.Text]; ok {
			v = v.clone()
			v.At = e.At
			return v
		}
	}
	for i, a := range e.Args {
		e.Args[i] = a.bind(values)
	}
	return e
}

// Walk visits every node of a tree, aggregates' inner trees included.
func (e *Expr) Walk(visit func(*Expr)) {
	if e == nil {
		return
	}
	visit(e)
	for _, a := range e.Args {
		a.Walk(visit)
	}
	for _, w := range e.Weights {
		w.Walk(visit)
	}
	if e.Agg != nil {
		e.Agg.Value.Walk(visit)
		e.Agg.Where.Walk(visit)
		e.Agg.Period.Walk(visit)
	}
}
