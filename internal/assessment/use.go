package assessment

import (
	"slices"

	"luodi/internal/rulebook"
	"luodi/internal/selfreport"
)

// BookUse is a rule book as a year uses it: what the rules of the year need to know of
// it stands here, the text lies under its digest.
type BookUse struct {
	ID              string         `json:"id"`
	Title           string         `json:"title"`
	Version         string         `json:"version"`
	Digest          string         `json:"digest"`
	Illustrative    bool           `json:"illustrative,omitempty"`
	Groups          []GroupUse     `json:"groups"`
	Indicators      []IndicatorUse `json:"indicators"`
	Topics          []TopicUse     `json:"topics,omitempty"`
	Grades          []string       `json:"grades,omitempty"`
	PublicityDays   int            `json:"publicity_days,omitempty"`
	SecondPublicity bool           `json:"second_publicity,omitempty"`
	SecondDays      int            `json:"second_days,omitempty"`
	Fraud           string         `json:"fraud,omitempty"`      // the figure that counts frauds
	NoTargets       bool           `json:"no_targets,omitempty"` // nothing is scored against a target
}

// GroupUse is a group of units; a roster names them when the book does.
type GroupUse struct {
	Name   string   `json:"name"`
	Roster []string `json:"roster,omitempty"`
}

// IndicatorUse is an indicator; Leaf is one with a method of its own.
type IndicatorUse struct {
	ID     string   `json:"id"`
	Name   string   `json:"name"`
	Clause string   `json:"clause,omitempty"`
	Parent string   `json:"parent,omitempty"`
	Groups []string `json:"groups,omitempty"` // empty: all
	Leaf   bool     `json:"leaf"`
	Depth  int      `json:"depth"`
}

// Of reports whether the indicator is one of that group's.
func (i IndicatorUse) Of(group string) bool {
	return len(i.Groups) == 0 || slices.Contains(i.Groups, group)
}

// TopicUse is something that judges mark.
type TopicUse struct {
	Name   string   `json:"name"`
	Panels []string `json:"panels,omitempty"`
	Groups []string `json:"groups"` // of units that are marked
}

// FraudFigure is the figure that counts how often a unit's figures were made up, in
// books that have it: nobody reports it, verifiers find it.
const FraudFigure = "弄虚作假次数"

// UseOf is what a year needs to know of a book.
func UseOf(id string, b *rulebook.Book) BookUse {
	out := BookUse{
		ID: id, Title: b.Title, Version: b.Version, Digest: b.Hash, Illustrative: b.Illustrative,
		PublicityDays: b.Procedure.PublicityDays, SecondPublicity: b.Procedure.SecondPublicity, SecondDays: b.Procedure.SecondDays,
	}
	for _, name := range b.GroupNames() {
		g := GroupUse{Name: name}
		for _, x := range b.Groups {
			if x.Name == name {
				g.Roster = x.Roster
			}
		}
		out.Groups = append(out.Groups, g)
	}
	for _, n := range b.Indicators() {
		i := IndicatorUse{ID: n.ID, Name: n.Name, Clause: n.Clause, Groups: groupsOf(b, n), Leaf: len(n.Children) == 0}
		for p := n.Parent; p != nil; p = p.Parent {
			i.Depth++
		}
		if n.Parent != nil {
			i.Parent = n.Parent.ID
		}
		out.Indicators = append(out.Indicators, i)
	}
	for _, t := range b.Topics() {
		use := TopicUse{Name: t.Name, Panels: t.Judges}
		for _, name := range b.GroupNames() {
			if slices.ContainsFunc(t.Indicators, func(n *rulebook.Node) bool { return n.Of(name) }) {
				use.Groups = append(use.Groups, name)
			}
		}
		out.Topics = append(out.Topics, use)
	}
	out.NoTargets = !slices.ContainsFunc(b.GroupNames(), func(name string) bool { return len(TargetFigures(b, name)) > 0 })
	for _, g := range b.Grades {
		out.Grades = append(out.Grades, g.Name)
	}
	if m := b.Metric(FraudFigure); m != nil && m.Reported() {
		out.Fraud = FraudFigure
	}
	return out
}

// groupsOf are the groups that an indicator applies to; nil for all.
func groupsOf(b *rulebook.Book, n *rulebook.Node) []string {
	var out []string
	for _, name := range b.GroupNames() {
		if n.Of(name) {
			out = append(out, name)
		}
	}
	if len(out) == len(b.GroupNames()) {
		return nil
	}
	return out
}

// Indicator finds an indicator; nil when the book has none of that id.
func (b BookUse) Indicator(id string) *IndicatorUse {
	i := slices.IndexFunc(b.Indicators, func(x IndicatorUse) bool { return x.ID == id })
	if i < 0 {
		return nil
	}
	return &b.Indicators[i]
}

// topic finds a topic; nil when the book has none of that name.
func (b BookUse) topic(name string) *TopicUse {
	i := slices.IndexFunc(b.Topics, func(x TopicUse) bool { return x.Name == name })
	if i < 0 {
		return nil
	}
	return &b.Topics[i]
}

// marks reports whether units of a group are marked on a topic.
func (b BookUse) marks(topic, group string) bool {
	t := b.topic(topic)
	return t != nil && slices.Contains(t.Groups, group)
}

func (b BookUse) hasGroup(name string) bool {
	return slices.ContainsFunc(b.Groups, func(g GroupUse) bool { return g.Name == name })
}

// origins of a book's reported metrics, as its language calls them.
const originTarget = "目标"

// TargetFigures are the targets that a book needs of a group.
func TargetFigures(b *rulebook.Book, group string) []*rulebook.Metric {
	var out []*rulebook.Metric
	for _, m := range b.Metrics {
		if m.Origin == originTarget && b.NeededBy(m, group) {
			out = append(out, m)
		}
	}
	return out
}

// Figures are what a unit of a group is asked for: what the book has reported, and what
// the registry counts for it. verifier is who verifies an indicator.
func Figures(b *rulebook.Book, group string, verifier func(indicator string) string) []selfreport.Figure {
	counted := b.Counted()
	var out []selfreport.Figure
	for _, m := range b.Metrics {
		origin := selfreport.Reported
		switch {
		case slices.Contains(counted, m):
			origin = selfreport.Counted
		case !m.Reported() || m.Origin == originTarget || m.Name == FraudFigure:
			continue
		}
		if !b.NeededBy(m, group) {
			continue
		}
		f := selfreport.Figure{Name: m.Name, Measure: m.Unit(), Kind: kindOf(b, m), Origin: origin, Clause: m.Clause, Note: m.Note, Indicators: []string{}, Titles: []string{}, Optional: m.Default()}
		for _, n := range b.Uses(m) {
			if n.Of(group) {
				f.Indicators, f.Titles = append(f.Indicators, n.ID), append(f.Titles, n.Name)
			}
		}
		f.Verifier = verifier(first(f.Indicators))
		out = append(out, f)
	}
	return out
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

func kindOf(b *rulebook.Book, m *rulebook.Metric) string {
	switch b.FigureType(m.Name) {
	case rulebook.Truth:
		return "truth"
	case rulebook.Text:
		return "text"
	}
	return "number"
}
