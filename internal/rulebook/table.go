package rulebook

import (
	"fmt"
	"io"
	"strings"
)

// WriteTable prints ranks, totals and the indicators at the top of the tree, group by
// group, for a terminal. A unit's name limits it to that unit.
func (s *Scores) WriteTable(w io.Writer, unit string) error {
	b := s.Facts.book
	title := b.Title
	if b.Illustrative {
		title += "(示例,非正式文件)"
	}
	lines := []string{title}
	for _, g := range b.Groups {
		rows := s.tableRows(g, unit)
		if len(rows) > 1 {
			lines = append(lines, "", g.Name)
			lines = append(lines, align(rows)...)
		}
	}
	for _, f := range s.Findings {
		if unit == "" || f.Unit == unit {
			lines = append(lines, f.String())
		}
	}
	_, err := fmt.Fprintln(w, strings.Join(lines, "\n"))
	return err
}

func (s *Scores) tableRows(g *Group, unit string) [][]string {
	b := s.Facts.book
	head := []string{"名次", "单位", "总分"}
	for _, n := range b.Nodes {
		if n.Of(g.Name) {
			head = append(head, n.Name)
		}
	}
	if len(b.Grades) > 0 {
		head = append(head, "等次")
	}
	if len(b.Outcomes) > 0 {
		head = append(head, "情形")
	}
	rows := [][]string{head}
	for _, u := range s.Order() {
		if x := s.Facts.Units[u]; x.Group == g.Name && (unit == "" || x.Name == unit) {
			rows = append(rows, s.tableRow(g, u))
		}
	}
	return rows
}

func (s *Scores) tableRow(g *Group, u int) []string {
	b := s.Facts.book
	row := []string{s.Rank(u).String(), s.Facts.Units[u].Name, s.Total(u).String()}
	for _, n := range b.Nodes {
		if n.Of(g.Name) {
			row = append(row, valueText(Measure{}, s.Of(n, u)))
		}
	}
	if len(b.Grades) > 0 {
		grade := s.grades[u]
		if s.why[u] != "" {
			grade += "(" + s.why[u] + ")"
		}
		row = append(row, grade)
	}
	if len(b.Outcomes) > 0 {
		var names []string
		for _, o := range b.Outcomes {
			if s.Holds(o, u) {
				names = append(names, o.Name)
			}
		}
		row = append(row, strings.Join(names, "、"))
	}
	return row
}

// align pads cells; a Chinese character is two wide.
func align(rows [][]string) []string {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], width(cell))
		}
	}
	var lines []string
	for _, row := range rows {
		var b strings.Builder
		for i, cell := range row {
			b.WriteString(cell)
			if i < len(row)-1 {
				b.WriteString(strings.Repeat(" ", widths[i]-width(cell)+2))
			}
		}
		lines = append(lines, strings.TrimRight(b.String(), " "))
	}
	return lines
}

func width(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0x2e7f {
			n++
		}
	}
	return n
}
