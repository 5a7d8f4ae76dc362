package rulebook

import (
	"slices"
	"strings"
)

// Measure is the unit of a number: its dimension, how large one is, and its word.
// Plain numbers, counts, percentages and points have no dimension but differ in kind:
// a count can't be added to a percentage.
type Measure struct {
	Word  string
	Kind  Kind
	dims  [len(dimensions)]int8
	scale Num // of the base unit; the zero Num means 1
}

// Kind tells numbers without a dimension apart.
type Kind int

// The kinds. Plain goes with all of the others.
const (
	Plain Kind = iota
	Count
	Percent
	Points
	Dimensional
	unknown // of what is wrong already: goes with everything, so that one mistake is one finding
)

var dimensions = [...]string{"元", "美元", "平方米", "吨", "千瓦时", "天"}

// words are the units known from the start. Percentages are kept as ratios.
var words = map[string]Measure{
	"元": dimension(0, 1), "万元": dimension(0, 10_000), "亿元": dimension(0, 100_000_000),
	"美元": dimension(1, 1), "万美元": dimension(1, 10_000), "亿美元": dimension(1, 100_000_000),
	"平方米": dimension(2, 1), "万平方米": dimension(2, 10_000), "公顷": dimension(2, 10_000), "平方公里": dimension(2, 1_000_000),
	"亩": {dims: [len(dimensions)]int8{2: 1}, scale: Frac(2000, 3), Kind: Dimensional},
	"吨": dimension(3, 1), "万吨": dimension(3, 10_000), "吨标准煤": dimension(3, 1), "万吨标准煤": dimension(3, 10_000),
	"千瓦时": dimension(4, 1), "万千瓦时": dimension(4, 10_000),
	"天": dimension(5, 1), "日": dimension(5, 1),
	"%": {Kind: Percent}, "\uff05": {Kind: Percent}, "个百分点": {Kind: Percent}, "百分点": {Kind: Percent}, "倍": {Kind: Plain},
	"分": {Kind: Points},
}

// counters are measure words: one is one.
var counters = []string{"个", "家", "次", "人", "人次", "批", "批次", "件", "项", "条", "篇", "场", "场次", "名", "位", "户", "支", "期", "份", "起", "宗", "组", "台", "套", "辆", "栋", "处", "例", "种", "届", "轮", "票", "月", "个月", "年", "季度", "级", "档", "步", "期数"}

func init() {
	for _, w := range counters {
		words[w] = Measure{Kind: Count}
	}
	for w, m := range words {
		m.Word = w
		words[w] = m
	}
}

func dimension(i int, scale int64) Measure {
	m := Measure{Kind: Dimensional, scale: Int(scale)}
	m.dims[i] = 1
	return m
}

func (m Measure) factor() Num {
	if m.scale == (Num{}) {
		return Int(1)
	}
	return m.scale
}

// percentScale is what one of the written numbers is: "96" of % is 0.96.
func (m Measure) written() Num {
	if m.Kind == Percent {
		return Frac(1, 100)
	}
	return Int(1)
}

// parseMeasure reads "亿元", "万元/亩", "个".
func parseMeasure(s string, extra map[string]bool) (Measure, bool) {
	num, den, per := strings.Cut(s, "/")
	m, ok := lookWord(num, extra)
	if !ok || !per {
		return m, ok
	}
	d, ok := lookWord(den, extra)
	if !ok {
		return Measure{}, false
	}
	m = m.over(d)
	m.Word = s
	return m, true
}

func lookWord(s string, extra map[string]bool) (Measure, bool) {
	if m, ok := words[s]; ok {
		return m, true
	}
	if extra[s] {
		return Measure{Word: s, Kind: Count}, true
	}
	return Measure{}, false
}

// longestWord finds the longest unit word that s starts with.
func longestWord(s string, extra map[string]bool) string {
	best := ""
	for w := range words {
		if len(w) > len(best) && strings.HasPrefix(s, w) {
			best = w
		}
	}
	for w := range extra {
		if len(w) > len(best) && strings.HasPrefix(s, w) {
			best = w
		}
	}
	return best
}

func (m Measure) dimensionless() bool { return m.dims == [len(dimensions)]int8{} }

// times is the measure of a product. A factor without dimension leaves the other's
// measure, and a percentage or count of points is points.
func (m Measure) times(o Measure) Measure {
	switch {
	case m.Kind == unknown || o.Kind == unknown:
		return Measure{Kind: unknown}
	case m.dimensionless() && o.dimensionless():
		return Measure{Kind: productKind(m.Kind, o.Kind)}
	case o.dimensionless():
		return m
	case m.dimensionless():
		return o
	}
	r := Measure{scale: m.factor().Mul(o.factor())}
	for i := range r.dims {
		r.dims[i] = m.dims[i] + o.dims[i]
	}
	return r.named("×", m.Word, o.Word)
}

func productKind(a, b Kind) Kind {
	switch {
	case a == Points || b == Points:
		return Points
	case a == Percent && b == Percent:
		return Percent
	}
	return Plain
}

// over is the measure of a quotient.
func (m Measure) over(o Measure) Measure {
	if m.Kind == unknown || o.Kind == unknown {
		return Measure{Kind: unknown}
	}
	if o.dimensionless() {
		if m.dimensionless() {
			return Measure{Kind: quotientKind(m.Kind, o.Kind)}
		}
		return m
	}
	r := Measure{scale: m.factor().Div(o.factor())}
	for i := range r.dims {
		r.dims[i] = m.dims[i] - o.dims[i]
	}
	return r.named("/", m.Word, o.Word)
}

func quotientKind(a, b Kind) Kind {
	if a == Points && b != Points {
		return Points
	}
	return Plain
}

func (m Measure) named(sign, a, b string) Measure {
	if m.dimensionless() {
		return Measure{Kind: Plain, scale: m.scale}
	}
	m.Word, m.Kind = a+sign+b, Dimensional
	return m
}

// join says whether two measures can be added or compared, and by what the second is
// multiplied to become the first.
func (m Measure) join(o Measure) (result Measure, factor Num, ok bool) {
	if m.Kind == unknown || o.Kind == unknown {
		return m, Int(1), true
	}
	if m.dims != o.dims {
		return m, Int(1), false
	}
	if !m.dimensionless() {
		return m, o.factor().Div(m.factor()), true
	}
	if m.Kind != o.Kind && m.Kind != Plain && o.Kind != Plain {
		return m, Int(1), false
	}
	if m.Kind == Plain {
		return o, Int(1), true
	}
	return m, Int(1), true
}

func (m Measure) name() string {
	if m.Word != "" {
		return m.Word
	}
	return [...]string{"数", "个数", "百分比", "分", "有单位的数", "数"}[m.Kind]
}

// show is a value with its word, percentages as such.
func (m Measure) show(n Num) string {
	if m.Kind == Percent && n.Fault() == nil {
		return n.Mul(Int(100)).String() + "%"
	}
	return n.String()
}

func sortedWords(extra map[string]bool) []string {
	var list []string
	for w := range words {
		list = append(list, w)
	}
	for w := range extra {
		list = append(list, w)
	}
	slices.Sort(list)
	return list
}
