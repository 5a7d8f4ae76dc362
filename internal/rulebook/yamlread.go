package rulebook

import (
	"errors"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"luodi/internal/calendar"
)

// The bounds of a file.
const (
	MaxBookBytes  = 2 << 20
	MaxFactsBytes = 32 << 20
	bytesPerValue = 8 // a file may hold a value for every so many bytes of its limit
	maxDepth      = 40
)

func at(n *yaml.Node) Pos {
	if n == nil {
		return Pos{}
	}
	return Pos{n.Line, n.Column}
}

// textAt is where the characters of a scalar begin.
func textAt(n *yaml.Node) Pos {
	switch n.Style {
	case yaml.DoubleQuotedStyle, yaml.SingleQuotedStyle:
		return Pos{n.Line, n.Column + 1}
	case yaml.LiteralStyle, yaml.FoldedStyle:
		return Pos{n.Line + 1, 1}
	}
	return at(n)
}

var yamlLine = regexp.MustCompile(`line (\d+)`)

// parseYAML reads one document within bounds: no aliases, no merges, no depth that a
// person wouldn't write.
func (f *findings) parseYAML(r io.Reader, limit int64) (*yaml.Node, []byte) {
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		f.errorf(Pos{}, "file_unreadable", "文件读不出来")
		return nil, nil
	}
	if int64(len(data)) > limit {
		f.errorf(Pos{}, "file_too_large", "文件超过%d兆字节", limit>>20)
		return nil, nil
	}
	if !shallow(data) {
		f.errorf(Pos{}, "too_deep", "嵌套过深")
		return nil, nil
	}
	if values(data) > limit/bytesPerValue {
		f.errorf(Pos{}, "too_many_values", "值过多:至多%d个", limit/bytesPerValue)
		return nil, nil
	}
	var doc yaml.Node
	d := yaml.NewDecoder(strings.NewReader(string(data)))
	if err := d.Decode(&doc); err != nil {
		f.yamlError(err)
		return nil, nil
	}
	var second yaml.Node
	if d.Decode(&second) == nil {
		f.errorf(at(&second), "second_document", "一个文件只能有一份文档(不要写 ---)")
		return nil, nil
	}
	if len(doc.Content) != 1 || !f.plain(doc.Content[0], 0) {
		return nil, nil
	}
	return &doc, data
}

// shallow refuses runs of opening brackets before the parser builds a tree of them.
func shallow(data []byte) bool {
	depth := 0
	for _, b := range data {
		switch b {
		case '[', '{':
			if depth++; depth > 1000 {
				return false
			}
		case ']', '}':
			depth = max(0, depth-1)
		case '\n':
			if depth > maxDepth {
				return false
			}
		}
	}
	return depth <= 1000
}

// values counts what may become nodes of a tree, each of which costs far more memory
// than its text.
func values(data []byte) int64 {
	n := int64(0)
	for i, b := range data {
		switch b {
		case ',', '\n', '[', '{':
			n++
		case '-', '?', ':':
			if i+1 < len(data) && data[i+1] == ' ' {
				n++
			}
		}
	}
	return n
}

func (f *findings) yamlError(err error) {
	if errors.Is(err, io.EOF) {
		f.errorf(Pos{1, 1}, "file_empty", "文件是空的")
		return
	}
	place := Pos{1, 1}
	if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
		place.Line, _ = strconv.Atoi(m[1])
	}
	f.errorf(place, "yaml_syntax", "不是有效的 YAML:请检查本行附近的缩进、冒号后的空格、引号和括号")
}

func (f *findings) plain(n *yaml.Node, depth int) bool {
	if n.Kind == yaml.AliasNode || n.Anchor != "" || n.Tag == "!!merge" {
		f.errorf(at(n), "yaml_alias", "不支持 YAML 的锚点与别名(& * <<),请把内容写全")
		return false
	}
	if depth > maxDepth {
		f.errorf(at(n), "too_deep", "嵌套过深")
		return false
	}
	for _, c := range n.Content {
		if !f.plain(c, depth+1) {
			return false
		}
	}
	return true
}

// object is a mapping of the file while it is read.
type object struct {
	f     *findings
	node  *yaml.Node
	shape string
	order []string
	keys  map[string]*yaml.Node
	words map[string]bool // measure words that the book adds
}

// object reads a mapping of that shape; unknown, repeated and lacking keys are found.
func (f *findings) object(n *yaml.Node, shape string, words map[string]bool) *object {
	o := &object{f: f, node: n, shape: shape, keys: map[string]*yaml.Node{}, words: words}
	if n.Kind != yaml.MappingNode {
		f.errorf(at(n), "mapping_expected", "这里应是“键: 值”的形式(%s)", shape)
		return o
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name := n.Content[i].Value
		if o.keys[name] != nil {
			f.errorf(at(n.Content[i]), "key_repeated", "“%s”重复", name)
			continue
		}
		o.keys[name] = n.Content[i+1]
		o.order = append(o.order, name)
		if shape != "" && findKey(shapes[shape], name) == nil {
			f.errorf(at(n.Content[i]), "key_unknown", "“%s”中没有“%s”这个键%s", shape, name, keyHint(n, name, keyNames(shapes[shape])))
		}
	}
	for _, k := range shapes[shape] {
		if k.required && o.keys[k.name] == nil {
			f.errorf(at(n), "key_required", "“%s”须写“%s”", shape, k.name)
		}
	}
	return o
}

// keyHint knows the usual slip: a comma inside a formula in braces ends the formula.
func keyHint(n *yaml.Node, name string, known []string) string {
	if n.Style&yaml.FlowStyle != 0 && strings.ContainsAny(name, "()≥≤+×÷") {
		return ":花括号里的公式若含英文逗号,请给公式加引号,或用中文逗号"
	}
	return suggestion(name, known)
}

func findKey(list []key, name string) *key {
	for i := range list {
		if list[i].name == name {
			return &list[i]
		}
	}
	return nil
}

func keyNames(list []key) []string {
	names := make([]string, len(list))
	for i, k := range list {
		names[i] = k.name
	}
	return names
}

func (o *object) has(name string) bool { return o.keys[name] != nil }

func (o *object) at(name string) Pos {
	if n := o.keys[name]; n != nil {
		return at(n)
	}
	return at(o.node)
}

// value is a scalar's text and whether there is one.
func (o *object) value(name string) (string, *yaml.Node, bool) {
	n := o.keys[name]
	if n == nil {
		return "", nil, false
	}
	if n.Kind != yaml.ScalarNode {
		o.f.errorf(at(n), "scalar_expected", "“%s”应是单个值", name)
		return "", n, false
	}
	return strings.TrimSpace(n.Value), n, true
}

func (o *object) text(name string) string {
	s, _, _ := o.value(name)
	return s
}

func (o *object) choice(name string) string {
	s, n, ok := o.value(name)
	if !ok {
		return ""
	}
	k := findKey(shapes[o.shape], name)
	if k != nil && !slices.Contains(k.choices, s) {
		o.f.errorf(at(n), "choice_unknown", "“%s”只能是%s", name, strings.Join(k.choices, "、"))
		return ""
	}
	return s
}

func (o *object) whole(name string, low, high, fallback int) int {
	s, n, ok := o.value(name)
	if !ok {
		return fallback
	}
	v, err := strconv.Atoi(s)
	if err != nil || v < low || v > high {
		o.f.errorf(at(n), "whole_expected", "“%s”应是%d到%d的整数", name, low, high)
		return fallback
	}
	return v
}

// bounded reads a whole number within the bounds that the shape says; 0 when it isn't
// there or wrong.
func (o *object) bounded(name string) int {
	k := findKey(shapes[o.shape], name)
	return o.whole(name, k.low, k.high, 0)
}

func (o *object) flag(name string) bool {
	s, n, ok := o.value(name)
	if !ok {
		return false
	}
	v, ok := parseFlag(s)
	if !ok {
		o.f.errorf(at(n), "flag_expected", "“%s”应写 是 或 否", name)
	}
	return v
}

func parseFlag(s string) (value, ok bool) {
	switch s {
	case "是", "true", "有", "√":
		return true, true
	case "否", "false", "无", "×":
		return false, true
	}
	return false, false
}

func (o *object) day(name string) calendar.Date {
	s, n, ok := o.value(name)
	if !ok {
		return calendar.Date{}
	}
	d, err := calendar.ParseDate(s)
	if err != nil {
		o.f.errorf(at(n), "date_invalid", "“%s”应写作 2023-01-05", name)
	}
	return d
}

func (o *object) items(name string) []*yaml.Node {
	n := o.keys[name]
	if n == nil {
		return nil
	}
	if n.Kind == yaml.SequenceNode {
		return n.Content
	}
	o.f.errorf(at(n), "list_expected", "“%s”应是列表(每项以 - 开头)", name)
	return nil
}

func (o *object) texts(name string) []string {
	var list []string
	for _, n := range o.items(name) {
		if n.Kind != yaml.ScalarNode {
			o.f.errorf(at(n), "scalar_expected", "“%s”的每项应是单个值", name)
			continue
		}
		list = append(list, strings.TrimSpace(n.Value))
	}
	return list
}

// objects reads a list of mappings.
func (o *object) objects(name string) []*object {
	k := findKey(shapes[o.shape], name)
	var list []*object
	for _, n := range o.items(name) {
		list = append(list, o.f.object(n, k.of, o.words))
	}
	return list
}

// sub reads one mapping; nil when it isn't there.
func (o *object) sub(name string) *object {
	n := o.keys[name]
	if n == nil {
		return nil
	}
	return o.f.object(n, findKey(shapes[o.shape], name).of, o.words)
}

// formula reads a formula; nil when it isn't there or wrong.
func (o *object) formula(name string) *Expr {
	if _, n, ok := o.value(name); ok {
		return o.f.formula(n, o.words)
	}
	return nil
}

// formulaOr reads a formula, or takes a constant when none was written.
func (o *object) formulaOr(name string, fallback *Expr) *Expr {
	if !o.has(name) {
		return fallback
	}
	return o.formula(name)
}

func (f *findings) formula(n *yaml.Node, words map[string]bool) *Expr {
	if n.Kind != yaml.ScalarNode {
		f.errorf(at(n), "formula_expected", "这里应是公式")
		return nil
	}
	if n.Tag == "!!null" {
		f.errorf(at(n), "formula_empty", "这里须写公式")
		return nil
	}
	start := textAt(n)
	e, bad := parseFormula(n.Value, start, words)
	if bad != nil {
		f.errorf(Pos{start.Line, start.Col + bad.at}, bad.code, "%s", bad.message)
		return nil
	}
	return e
}

// suggestion names the closest of the known names.
func suggestion(name string, known []string) string {
	best, least := "", 3
	for _, k := range known {
		d := distance([]rune(name), []rune(k))
		if d >= len([]rune(name)) {
			continue // nothing in common
		}
		if d < least || d == least && best == "" && d < len([]rune(k)) {
			best, least = k, d
		}
	}
	if best == "" {
		return ""
	}
	return ",是不是“" + best + "”"
}

// distance is the edit distance of two short names.
func distance(a, b []rune) int {
	if len(a) > 30 || len(b) > 30 {
		return 99
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		previous := row[0]
		row[0]++
		for j := range b {
			cost := previous
			if a[i] != b[j] {
				cost++
			}
			previous = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
