package liaison

import (
	"fmt"

	"luodi/internal/rulebook"
)

// Figure is one of a year's results under the name by which a rule book reports it.
type Figure struct {
	Name  string // 量 of a rule book
	Value string // as people write it; counts in 个 or 次, light in whole days
}

// Figures are the results by name, in a fixed order. Rates are left to the book, which
// divides 按时 by 应报 and says what an unasked department gets.
func (r Results) Figures() []Figure {
	var out []Figure
	for _, x := range []struct {
		name string
		n    int
	}{
		{"包联周报应报数", r.ReportsDue}, {"包联周报按时数", r.ReportsOnTime}, {"包联周报漏报数", r.ReportsMissed},
		{"包联节点应完成数", r.MilestonesDue}, {"包联节点按时数", r.MilestonesOnTime},
		{"包联问题应销号数", r.ProblemsDue}, {"包联问题按期销号数", r.ProblemsOnTime},
		{"包联黄灯天数", r.YellowDays}, {"包联红灯天数", r.RedDays},
		{"包联项目落地数", r.Landed}, {"包联项目开工数", r.Started}, {"包联项目入库数", r.InStatistics}, {"包联项目投产数", r.InProduction},
	} {
		out = append(out, Figure{x.name, fmt.Sprint(x.n)})
	}
	return out
}

// Report gives a rule book's facts the figures that the book names, of a unit that is
// in them. Problems are of a book that measures such a figure in something else.
func (r Results) Report(f *rulebook.Facts, unit string) []*rulebook.Problem {
	var out []*rulebook.Problem
	for _, x := range r.Figures() {
		if p := f.Set(unit, x.Name, x.Value); p != nil && p.Code != "figure_unknown" {
			out = append(out, p)
		}
	}
	return out
}
