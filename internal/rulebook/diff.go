package rulebook

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Change is one difference between two books, in terms of clauses.
type Change struct {
	Kind   string `json:"kind"` // added, removed, changed
	Clause string `json:"clause,omitempty"`
	ID     string `json:"id"`
	Name   string `json:"name"`
	What   string `json:"what,omitempty"` // the key that changed
	From   string `json:"from,omitempty"`
	To     string `json:"to,omitempty"`
}

// Changes are all differences, in the order of the first book.
type Changes []Change

// entry is an indicator, metric, outcome … as it is written.
type entry struct {
	kind, id, name, clause string
	keys                   map[string]string
	order                  []string
}

// Diff compares two books entry by entry; comments and the order of keys don't matter.
func Diff(a, b *Book) Changes {
	before, after := entries(a.doc.Content[0]), entries(b.doc.Content[0])
	find := func(list []entry, e entry) *entry {
		for i := range list {
			if list[i].kind == e.kind && list[i].id == e.id {
				return &list[i]
			}
		}
		return nil
	}
	var out Changes
	for _, e := range before {
		other := find(after, e)
		if other == nil {
			out = append(out, Change{Kind: "removed", Clause: e.clause, ID: e.id, Name: e.kind + " " + e.name})
			continue
		}
		out = append(out, e.against(*other)...)
	}
	for _, e := range after {
		if find(before, e) == nil {
			out = append(out, Change{Kind: "added", Clause: e.clause, ID: e.id, Name: e.kind + " " + e.name})
		}
	}
	return out
}

func (e entry) against(o entry) Changes {
	var out Changes
	keys := slices.Clone(e.order)
	for _, k := range o.order {
		if !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	for _, k := range keys {
		if e.keys[k] != o.keys[k] {
			out = append(out, Change{Kind: "changed", Clause: e.clause, ID: e.id, Name: e.kind + " " + e.name, What: k, From: e.keys[k], To: o.keys[k]})
		}
	}
	return out
}

// entries takes a book apart. Cases are no part of the rules.
func entries(root *yaml.Node) []entry {
	head := entry{kind: "细则", id: "细则", keys: map[string]string{}}
	var list []entry
	for i := 0; i+1 < len(root.Content); i += 2 {
		name, value := root.Content[i].Value, root.Content[i+1]
		switch {
		case name == "用例":
		case value.Kind == yaml.SequenceNode && len(value.Content) > 0 && value.Content[0].Kind == yaml.MappingNode:
			list = append(list, items(name, value)...)
		default:
			head.put(name, value)
		}
	}
	return append([]entry{head}, list...)
}

func items(kind string, list *yaml.Node) []entry {
	var out []entry
	for _, n := range list.Content {
		e := entry{kind: kind, keys: map[string]string{}}
		var below []entry
		for i := 0; i+1 < len(n.Content); i += 2 {
			name, value := n.Content[i].Value, n.Content[i+1]
			switch name {
			case "编号":
				e.id = value.Value
			case "名称":
				e.name = value.Value
			case "条款":
				e.clause = value.Value
			case "子项":
				below = items(kind, value)
				continue
			}
			e.put(name, value)
		}
		if e.id == "" {
			e.id = e.name
		}
		out = append(append(out, e), below...)
	}
	return out
}

func (e *entry) put(name string, value *yaml.Node) {
	e.order = append(e.order, name)
	e.keys[name] = flat(value)
}

// flat writes a value in one line.
func flat(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		var parts []string
		for i := 0; i+1 < len(n.Content); i += 2 {
			parts = append(parts, n.Content[i].Value+": "+flat(n.Content[i+1]))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case yaml.SequenceNode:
		var parts []string
		for _, c := range n.Content {
			parts = append(parts, flat(c))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	return strings.TrimSpace(n.Value)
}

// Write prints the changes.
func (c Changes) Write(w io.Writer) error {
	if len(c) == 0 {
		_, err := fmt.Fprintln(w, "两个细则没有不同")
		return err
	}
	for _, x := range c {
		head := x.Name
		if x.Clause != "" {
			head = x.Clause + " " + head
		}
		var line string
		switch x.Kind {
		case "added":
			line = "+ 增加 " + head
		case "removed":
			line = "- 删去 " + head
		default:
			line = fmt.Sprintf("~ 修改 %s:%s\n    原 %s\n    新 %s", head, x.What, orNothing(x.From), orNothing(x.To))
		}
		if _, err := fmt.Fprintln(w, line); err != nil {
			return err
		}
	}
	return nil
}

func orNothing(s string) string {
	if s == "" {
		return "(无)"
	}
	return s
}

// Move is how one unit's total, rank and grade change under another book.
type Move struct {
	Unit, Group        string
	From, To           Num
	RankFrom, RankTo   Num
	GradeFrom, GradeTo string
	Indicators         []IndicatorMove
}

// IndicatorMove is how one indicator's score changes.
type IndicatorMove struct {
	ID, Name string
	From, To string // "" when the book doesn't have it, or it doesn't apply
}

// Moves are all units, the largest change of total first, then of rank.
type Moves []Move

// Compare tells what another book, or other facts, do to every unit.
func Compare(a, b *Scores) Moves {
	var out Moves
	for u, unit := range a.Facts.Units {
		v := b.Facts.Place(unit.Name)
		if v < 0 {
			continue
		}
		m := Move{Unit: unit.Name, Group: unit.Group, From: a.Total(u), To: b.Total(v), RankFrom: a.Rank(u), RankTo: b.Rank(v), GradeFrom: a.Grade(u), GradeTo: b.Grade(v)}
		m.Indicators = indicatorMoves(a, b, u, v)
		out = append(out, m)
	}
	slices.SortStableFunc(out, func(x, y Move) int {
		if c := size(y.To, y.From).Cmp(size(x.To, x.From)); c != 0 {
			return c
		}
		return size(y.RankTo, y.RankFrom).Cmp(size(x.RankTo, x.RankFrom))
	})
	return out
}

func size(a, b Num) Num {
	d := a.Sub(b)
	if d.Sign() < 0 {
		return d.Neg()
	}
	return d
}

func indicatorMoves(a, b *Scores, u, v int) []IndicatorMove {
	text := func(s *Scores, id string, u int) string {
		for _, n := range s.Facts.book.all {
			if n.ID == id && n.Of(s.Facts.Units[u].Group) && s.Of(n, u).Fault() == nil {
				return s.Of(n, u).Decimal(resultPlaces)
			}
		}
		return ""
	}
	var out []IndicatorMove
	seen := map[string]bool{}
	for _, n := range append(slices.Clone(a.Facts.book.all), b.Facts.book.all...) {
		if seen[n.ID] {
			continue
		}
		seen[n.ID] = true
		if from, to := text(a, n.ID, u), text(b, n.ID, v); from != to {
			out = append(out, IndicatorMove{n.ID, n.Name, from, to})
		}
	}
	return out
}

// Write prints the moves.
func (m Moves) Write(w io.Writer) error {
	rows := [][]string{{"单位", "分组", "原总分", "新总分", "变动", "原名次", "新名次", "等次", "变动的指标"}}
	for _, x := range m {
		var parts []string
		for _, i := range x.Indicators {
			parts = append(parts, fmt.Sprintf("%s %s→%s", i.Name, orNothing(i.From), orNothing(i.To)))
		}
		grade := x.GradeTo
		if x.GradeFrom != x.GradeTo {
			grade = orNothing(x.GradeFrom) + "→" + orNothing(x.GradeTo)
		}
		delta := x.To.Sub(x.From)
		sign := ""
		if delta.Sign() > 0 {
			sign = "+"
		}
		rows = append(rows, []string{x.Unit, x.Group, x.From.String(), x.To.String(), sign + delta.String(), x.RankFrom.String(), x.RankTo.String(), grade, strings.Join(parts, ";")})
	}
	_, err := fmt.Fprintln(w, strings.Join(align(rows), "\n"))
	return err
}
