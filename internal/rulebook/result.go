package rulebook

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
)

// Result is what scoring gives, in its documented and stable form. Numbers are text:
// exact decimals, or rounded half up to ten places with the fraction beside.
type Result struct {
	Book     BookInfo     `json:"book"`
	Year     int          `json:"year"`
	Month    int          `json:"month,omitempty"`
	AsOf     string       `json:"as_of"`
	Facts    string       `json:"facts_hash,omitempty"`
	Units    []UnitResult `json:"units"`
	Findings Findings     `json:"findings,omitempty"`
	Hash     string       `json:"hash"` // SHA-256 of everything above
}

// BookInfo names the book that was used.
type BookInfo struct {
	Title        string `json:"title"`
	Number       string `json:"number,omitempty"`
	Version      string `json:"version,omitempty"`
	Illustrative bool   `json:"illustrative,omitempty"`
	Hash         string `json:"hash"`
}

// UnitResult is one unit's scores.
type UnitResult struct {
	Unit       string            `json:"unit"`
	Group      string            `json:"group"`
	Total      string            `json:"total"`
	Base       string            `json:"base"`
	Bonus      string            `json:"bonus"`
	Deduction  string            `json:"deduction"`
	Rank       string            `json:"rank"`
	Grade      string            `json:"grade,omitempty"`
	Outcomes   []OutcomeResult   `json:"outcomes,omitempty"`
	Fixed      []FixedResult     `json:"fixed,omitempty"`
	Indicators []IndicatorResult `json:"indicators"`
}

// FixedResult is a verified figure (核定数) that was taken instead of what the records
// gave; both with their measure. Counted says why not where they gave none.
type FixedResult struct {
	Figure   string   `json:"figure"`
	Value    string   `json:"value"`
	Counted  string   `json:"counted"`
	Evidence []string `json:"evidence,omitempty"`
}

// OutcomeResult is an outcome that applies.
type OutcomeResult struct {
	Name   string `json:"name"`
	Clause string `json:"clause,omitempty"`
	Effect string `json:"effect"`
}

// IndicatorResult is one indicator's score. Status is "scored" or "not_applicable".
type IndicatorResult struct {
	ID          string       `json:"id"`
	Name        string       `json:"name"`
	Clause      string       `json:"clause,omitempty"`
	Parent      string       `json:"parent,omitempty"`
	Role        string       `json:"role"`
	Points      string       `json:"points,omitempty"`
	Score       string       `json:"score"`
	Exact       string       `json:"exact,omitempty"` // the fraction, when no decimal is exact
	Status      string       `json:"status"`
	Working     string       `json:"working"`
	Explanation *Explanation `json:"explanation,omitempty"`
}

var roleNames = map[string]string{"基本": "base", "加分": "bonus", "扣分": "deduction"}

var effectNames = map[string]string{"总分为零": "zero", "定为等次": "grade", "名列末位": "last", "升一档": "promote", "降一档": "demote", "取消评优": "no_award", "否决": "veto"}

// places that a number without a finite decimal is shown with.
const resultPlaces = 10

// Result writes the scores out, with the whole explanation of each when asked for.
func (s *Scores) Result(explain bool) *Result {
	b, f := s.Facts.book, s.Facts
	r := &Result{
		Book: BookInfo{b.Title, b.Number, b.Version, b.Illustrative, b.Hash},
		Year: f.Year, Month: f.Month, AsOf: f.AsOf.String(), Facts: f.Hash, Findings: s.Findings,
	}
	for _, u := range s.Order() {
		r.Units = append(r.Units, s.unitResult(u, explain))
	}
	r.seal()
	return r
}

func (s *Scores) unitResult(u int, explain bool) UnitResult {
	b, unit := s.Facts.book, s.Facts.Units[u]
	out := UnitResult{
		Unit: unit.Name, Group: unit.Group, Grade: s.grades[u],
		Total: s.Total(u).Decimal(resultPlaces), Base: s.value(b.Base, u).Decimal(resultPlaces), Bonus: s.value(b.Bonus, u).Decimal(resultPlaces),
		Deduction: s.value(b.Deduction, u).Decimal(resultPlaces), Rank: s.Rank(u).String(),
	}
	for _, o := range b.Outcomes {
		if s.Holds(o, u) {
			out.Outcomes = append(out.Outcomes, OutcomeResult{o.Name, o.Clause, effectNames[o.Effect]})
		}
	}
	for _, m := range b.Metrics {
		if verified, counted, ok := s.FixedAt(m, u); ok {
			out.Fixed = append(out.Fixed, FixedResult{m.Name, exactText(m.Value.Measure, verified), exactText(m.Value.Measure, counted), s.Facts.Evidence(u, m.Name)})
		}
	}
	x := &explainer{scores: s, unit: u, seen: map[*Column]bool{}}
	for _, n := range b.all {
		if !n.Of(unit.Group) {
			continue
		}
		v := s.Of(n, u)
		i := IndicatorResult{ID: n.ID, Name: n.Name, Clause: n.Clause, Role: roleNames[n.Role], Score: v.Decimal(resultPlaces), Status: "scored", Working: x.working(n.Value)}
		if v.Fault() != nil {
			i.Status, i.Score = "not_applicable", ""
		} else if e := v.Exact(); e != i.Score {
			i.Exact = e
		}
		if n.Parent != nil {
			i.Parent = n.Parent.ID
		}
		if p, ok := n.PointsFor(unit.Group); ok {
			i.Points = p.Exact()
		}
		if explain {
			i.Explanation = s.Explain(n, u)
		}
		out.Indicators = append(out.Indicators, i)
	}
	return out
}

// exactText is a figure with its measure, to as many places as scores have.
func exactText(m Measure, n Num) string {
	switch {
	case n.Fault() != nil:
		return n.Fault().Message()
	case m.Kind == Percent:
		return n.Mul(Int(100)).Decimal(resultPlaces) + "%"
	}
	return n.Decimal(resultPlaces) + suffix(m)
}

func (r *Result) seal() {
	h := sha256.New()
	_ = json.NewEncoder(h).Encode(r) // a hash takes everything, and the result is made of texts
	r.Hash = hex.EncodeToString(h.Sum(nil))
}

// WriteJSON writes the result; the same input gives the same bytes.
func (r *Result) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// Only limits the result to one unit; "" leaves it as it is.
func (r *Result) Only(unit string) *Result {
	if unit == "" {
		return r
	}
	c := *r
	c.Units, c.Hash = nil, ""
	for _, u := range r.Units {
		if u.Unit == unit {
			c.Units = append(c.Units, u)
		}
	}
	c.seal()
	return &c
}
