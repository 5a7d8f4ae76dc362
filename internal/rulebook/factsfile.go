package rulebook

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"

	"luodi/internal/calendar"
)

// factShapes are the objects of a facts file.
func init() {
	shapes["事实"] = []key{
		{name: "年度", form: asWhole, doc: "考核年度"},
		{name: "月份", form: asWhole, doc: "截至几月"},
		{name: "截止", form: asDay, doc: "截止日,默认为年度末或月份末"},
		{name: "说明", form: asText, doc: "说明"},
		{name: "单位", form: asAny, required: true, doc: "参评单位"},
		{name: "数据", form: asAny, doc: "量: {单位: 值}"},
		{name: "项目", form: asAny, doc: "项目"},
		{name: "评议", form: asAny, doc: "评分记录"},
		{name: "台账", form: asAny, doc: "表名: 记录"},
	}
	shapes["事实单位"] = []key{
		{name: "名称", form: asText, required: true, doc: "单位名称"},
		{name: "分组", form: asText, doc: "分组"},
		{name: "数据", form: asAny, doc: "量: 值"},
	}
	shapes["事实值"] = []key{
		{name: "值", form: asText, required: true, doc: "值"},
		{name: "依据", form: asTexts, doc: "证明材料"},
	}
}

// LoadFacts reads a YAML file of facts for a book. With lenient, figures and tables
// that the book doesn't know are passed over: for comparing two books.
func (b *Book) LoadFacts(file string, r io.Reader, lenient bool) (*Facts, Findings) {
	f := &findings{file: file}
	doc, data := f.parseYAML(r, MaxFactsBytes)
	if doc == nil {
		return nil, f.list.sorted()
	}
	facts := b.factsFrom(f, doc.Content[0], lenient)
	if f.list.Failed() {
		return nil, f.list.sorted()
	}
	sum := sha256.Sum256(data)
	facts.Hash = hex.EncodeToString(sum[:])
	return facts, f.list.sorted()
}

// factsReader reads one mapping of facts.
type factsReader struct {
	*findings
	facts   *Facts
	lenient bool
}

func (b *Book) factsFrom(f *findings, n *yaml.Node, lenient bool) *Facts {
	o := f.object(n, "事实", b.words)
	facts := b.NewFacts(period(o, b))
	r := factsReader{f, facts, lenient}
	r.units(o)
	r.matrix(o)
	r.rows(ProjectTable, o.items(ProjectTable))
	r.rows(MarkTable, o.items(MarkTable))
	if t := o.keys["台账"]; t != nil {
		tables := f.object(t, "", b.words)
		for _, name := range tables.order {
			r.rows(name, tables.items(name))
		}
	}
	for _, name := range facts.Lacking() {
		f.errorf(o.at("单位"), "roster_incomplete", "参评名单中的“%s”没有数据", name)
	}
	return facts
}

func period(o *object, b *Book) (year, month int, asOf calendar.Date) {
	fallback := b.To.Year
	if fallback == 0 {
		fallback = b.From.Year
	}
	year, month, asOf = o.whole("年度", 1949, 2200, fallback), o.whole("月份", 1, 12, 0), o.day("截止")
	return Period(year, month, asOf)
}

func (r factsReader) take(at Pos, p *Problem) {
	if p == nil {
		return
	}
	if r.lenient && (p.Code == "figure_unknown" || p.Code == "table_unknown" || p.Code == "field_unknown") {
		return
	}
	r.errorf(at, p.Code, "%s", p.Message)
}

func (r factsReader) units(o *object) {
	type pending struct {
		unit string
		data *yaml.Node
	}
	var later []pending
	for _, n := range o.items("单位") {
		if n.Kind == yaml.ScalarNode {
			r.take(at(n), r.facts.AddUnit(strings.TrimSpace(n.Value), ""))
			continue
		}
		u := r.object(n, "事实单位", o.words)
		name := u.text("名称")
		r.take(u.at("名称"), r.facts.AddUnit(name, u.text("分组")))
		if d := u.keys["数据"]; d != nil {
			later = append(later, pending{name, d})
		}
	}
	for _, p := range later {
		data := r.object(p.data, "", o.words)
		for _, figure := range data.order {
			r.figure(p.unit, figure, data.keys[figure])
		}
	}
}

// matrix reads 数据: {量: {单位: 值}}.
func (r factsReader) matrix(o *object) {
	n := o.keys["数据"]
	if n == nil {
		return
	}
	figures := r.object(n, "", o.words)
	for _, figure := range figures.order {
		row := r.object(figures.keys[figure], "", o.words)
		for _, unit := range row.order {
			r.figure(unit, figure, row.keys[unit])
		}
	}
}

func (r factsReader) figure(unit, figure string, n *yaml.Node) {
	var evidence []string
	place := at(n)
	if n.Kind == yaml.MappingNode {
		o := r.object(n, "事实值", nil)
		evidence = o.texts("依据")
		n = o.keys["值"]
	}
	if n == nil || n.Kind != yaml.ScalarNode {
		r.errorf(place, "scalar_expected", "“%s”应是一个值", figure)
		return
	}
	if n.Tag == "!!null" || n.Value == "" {
		return // nobody gave it
	}
	r.take(at(n), r.facts.Set(unit, figure, n.Value, evidence...))
}

func (r factsReader) rows(table string, list []*yaml.Node) {
	for _, n := range list {
		o := r.object(n, "", nil)
		values := map[string]string{}
		for _, name := range o.order {
			if v := o.keys[name]; v.Kind == yaml.ScalarNode && v.Tag != "!!null" {
				values[name] = v.Value
			} else if v.Kind != yaml.ScalarNode {
				r.errorf(at(v), "scalar_expected", "“%s”应是一个值", name)
			}
		}
		for name, p := range r.facts.AddRecord(table, values, at(n)) {
			r.take(o.at(name), p)
		}
	}
}
