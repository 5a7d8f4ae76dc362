package rulebook

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// CaseReport is how the cases that a book carries went.
type CaseReport struct {
	Findings  Findings // one error for each value that differs
	Cases     int
	Values    int      // expectations compared
	Nodes     int      // indicators with a method
	Expected  []string // indicators whose score no case expects
	Branches  int
	Untouched []string // ways through a choice that no case takes
}

// RunCases scores the facts of every case and compares what it expects.
func (b *Book) RunCases() CaseReport {
	report := CaseReport{Cases: len(b.Cases), Branches: len(b.branches)}
	covered := make([]bool, len(b.branches))
	expected := map[string]bool{}
	f := &findings{file: b.File}
	for _, c := range b.Cases {
		t := &caseRun{findings: f, book: b, c: c, expected: expected, covered: covered}
		t.run()
		report.Values += t.values
	}
	for _, n := range b.all {
		if n.Method == "" {
			continue
		}
		report.Nodes++
		if !expected[n.ID] {
			report.Expected = append(report.Expected, n.ID+" "+n.Name)
		}
	}
	for i, ok := range covered {
		if !ok {
			report.Untouched = append(report.Untouched, fmt.Sprintf("%s(第%d行)", b.branches[i].label, b.branches[i].at.Line))
		}
	}
	report.Findings = f.list
	return report
}

type caseRun struct {
	*findings
	book     *Book
	c        *Case
	expected map[string]bool
	covered  []bool
	values   int
}

func (t *caseRun) run() {
	if t.c.facts == nil || t.c.expect == nil {
		return
	}
	before := len(t.list)
	facts := t.book.factsFrom(t.findings, t.c.facts, false)
	if len(t.list) > before {
		return
	}
	r := newRun(facts)
	r.coverage, r.parallel = t.covered, 1
	scores, found := facts.score(r)
	for _, code := range t.c.hints {
		if !slices.ContainsFunc(found, func(x Finding) bool { return x.Code == code }) {
			t.errorf(t.c.at, "case_hint", "用例“%s”应出现提示 %s,没有出现", t.c.Name, code)
		}
	}
	if scores == nil {
		if len(t.c.hints) == 0 {
			for _, x := range found {
				t.errorf(t.c.at, "case_unscored", "用例“%s”算不出来:%s%s", t.c.Name, x.subject(), x.Message)
			}
		}
		return
	}
	t.compare(scores)
}

func (t *caseRun) compare(s *Scores) {
	units := t.object(t.c.expect, "", t.book.words)
	for _, name := range units.order {
		u, ok := s.Facts.byName[name]
		if !ok {
			t.errorf(at(units.node), "unit_unknown", "用例的期望中没有单位“%s”", name)
			continue
		}
		o := t.object(units.keys[name], "", t.book.words)
		for _, what := range o.order {
			t.one(s, u, what, o.keys[what])
		}
	}
}

// one compares one expectation: an indicator by number or name, a metric, 总分, 名次,
// 等次 or 结论.
func (t *caseRun) one(s *Scores, u int, what string, n *yaml.Node) {
	t.values++
	var got string
	switch what {
	case "等次":
		got = s.Grade(u)
	case "结论":
		var names []string
		for _, o := range t.book.Outcomes {
			if s.Holds(o, u) {
				names = append(names, o.Name)
			}
		}
		got = strings.Join(names, "、")
	default:
		t.number(s, u, what, n)
		return
	}
	if want := strings.TrimSpace(n.Value); got != want {
		t.differ(s, u, what, n, want, got)
	}
}

func (t *caseRun) number(s *Scores, u int, what string, n *yaml.Node) {
	c := t.find(what)
	if c == nil {
		t.errorf(at(n), "expectation_unknown", "期望中的“%s”不是指标、量,也不是总分、名次、等次、结论", what)
		return
	}
	want, rough := strings.CutPrefix(strings.TrimSpace(n.Value), "≈")
	got := s.value(c, u)
	if c.Type == Truth {
		if truthWord(got) != want {
			t.differ(s, u, what, n, want, truthWord(got))
		}
		return
	}
	if want == "不适用" {
		if f := got.Fault(); f == nil || f.Kind != NotApplicable {
			t.differ(s, u, what, n, want, got.String())
		}
		return
	}
	v, p := parseFigure(want, c.Measure, t.book.words)
	if p != nil {
		t.errorf(at(n), p.Code, "%s", p.Message)
		return
	}
	compared := got
	if rough {
		compared = got.Round(decimals(want, c.Measure), HalfUp)
	}
	if got.Fault() != nil || compared.Cmp(v) != 0 {
		t.differ(s, u, what, n, want, c.Measure.show(got)+"(精确值 "+got.Exact()+")")
	}
}

// decimals counts the places as written; a percentage has two more as a ratio.
func decimals(s string, m Measure) int {
	_, frac, _ := strings.Cut(strings.TrimRight(s, "%亿万元个家次亩分百点"), ".")
	if m.Kind == Percent {
		return len(frac) + 2
	}
	return len(frac)
}

func (t *caseRun) differ(s *Scores, u int, what string, n *yaml.Node, want, got string) {
	t.errorf(at(n), "case_differs", "用例“%s”:%s的“%s”应为%s,算得%s", t.c.Name, s.Facts.Units[u].Name, what, want, got)
}

func (t *caseRun) find(what string) *Column {
	b := t.book
	for _, c := range []*Column{b.Total, b.Sum, b.Base, b.Bonus, b.Deduction, b.Rank} {
		if c.Label == what {
			return c
		}
	}
	for _, n := range b.all {
		if n.ID == what {
			t.expected[n.ID] = true
			return n.Value
		}
		if what == "原值 "+n.ID {
			t.expected[n.ID] = true
			return n.Raw
		}
	}
	if m := b.metric(what); m != nil && m.Table == nil {
		return m.Value
	}
	for _, n := range b.all {
		if n.Name == what {
			t.expected[n.ID] = true
			return n.Value
		}
	}
	return nil
}

// Write prints the report.
func (r CaseReport) Write(w io.Writer) error {
	lines := []string{}
	for _, f := range r.Findings {
		lines = append(lines, f.String())
	}
	lines = append(lines, fmt.Sprintf("用例 %d 个,比对 %d 个值,不符 %d 处", r.Cases, r.Values, len(r.Findings)),
		fmt.Sprintf("指标覆盖 %d/%d,分支覆盖 %d/%d", r.Nodes-len(r.Expected), r.Nodes, r.Branches-len(r.Untouched), r.Branches))
	for _, name := range r.Expected {
		lines = append(lines, "  没有用例的指标:"+name)
	}
	for _, name := range r.Untouched {
		lines = append(lines, "  没有走到的分支:"+name)
	}
	_, err := fmt.Fprintln(w, strings.Join(lines, "\n"))
	return err
}

// CaseFacts are the facts of every case, by its name; those that don't load are left
// out, RunCases reports them.
func (b *Book) CaseFacts() map[string]*Facts {
	out := map[string]*Facts{}
	for _, c := range b.Cases {
		f := &findings{file: b.File}
		if facts := b.factsFrom(f, c.facts, false); !f.list.Failed() {
			out[c.Name] = facts
		}
	}
	return out
}
