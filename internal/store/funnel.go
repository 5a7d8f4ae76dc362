package store

import (
	"context"
	"strings"

	"luodi/internal/app"
	"luodi/internal/calendar"
	"luodi/internal/fault"
	"luodi/internal/money"
	"luodi/internal/org"
	"luodi/internal/project"
)

// groupedBy are the columns of dimensions. Quarters and years are gathered from months.
var groupedBy = map[project.Dimension]string{
	"": "''", project.ByCounty: "projects.county_id", project.ByTier: "projects.industry_tier", project.ByIndustry: "projects.industry",
	project.ByInvestor: "projects.investor_kind", project.ByChain: "projects.chain", project.ByTeam: "projects.team",
	project.ByAmbassador: "projects.ambassador", project.ByEvent: "projects.event", project.ByDepartment: "COALESCE(" + leading + ", '')",
	project.ByMonth: "SUBSTR(signed_on, 1, 7)", project.ByQuarter: "SUBSTR(signed_on, 1, 7)", project.ByYear: "SUBSTR(signed_on, 1, 7)",
}

// Funnel implements app.StatisticsReads, in one pass.
func (s *Store) Funnel(ctx context.Context, scope org.Scope, f project.Filter, by project.Dimension, until calendar.Date) ([]project.Funnel, error) {
	key, ok := groupedBy[by]
	if !ok {
		return nil, fault.Field("/query/by", "dimension_unknown", "不支持按该项分组")
	}
	sums, args := []string{key + " AS grouped"}, []any{}
	for _, column := range []string{"signed_on", "landed_on", "started_on", "in_statistics_on", "in_production_on"} {
		sums = append(sums, "SUM(CASE WHEN "+column+" <= ? THEN 1 ELSE 0 END)", "SUM(CASE WHEN "+column+" <= ? THEN agreed_amount ELSE 0 END)")
		args = append(args, until.String(), until.String())
	}
	db := filtered(seen(s.read.WithContext(ctx).Table("projects"), scope), f.Population(until))
	rows, err := db.Select(strings.Join(sums, ", "), args...).Group("grouped").Order("grouped").Rows()
	if err != nil {
		return nil, translate(err)
	}
	defer rows.Close()
	var out []project.Funnel
	for rows.Next() {
		var x project.Funnel
		dest := []any{&x.Key}
		for i := range x.Counts {
			dest = append(dest, &x.Counts[i], (*int64)(&x.Amounts[i]))
		}
		if err := rows.Scan(dest...); err != nil {
			return nil, translate(err)
		}
		out = append(out, x)
	}
	if err := rows.Err(); err != nil {
		return nil, translate(err)
	}
	if by == project.ByQuarter || by == project.ByYear {
		out = project.Periods(out, by)
	}
	return out, nil
}

// ProjectTally implements app.StatisticsReads.
func (s *Store) ProjectTally(ctx context.Context, scope org.Scope, f project.Filter) (n int64, amount money.Amount, err error) {
	db := filtered(seen(s.read.WithContext(ctx).Table("projects"), scope), f)
	err = db.Select("COUNT(*), COALESCE(SUM(agreed_amount), 0)").Row().Scan(&n, (*int64)(&amount))
	return n, amount, translate(err)
}

// FundsTally implements app.StatisticsReads.
func (s *Store) FundsTally(ctx context.Context, scope org.Scope, f project.Filter) (amount money.Amount, err error) {
	db := filtered(seen(s.read.WithContext(ctx).Table("projects"), scope), f).Joins("JOIN project_funds ON project_funds.project_id = projects.id")
	err = inSpan(db, "project_funds.arrived_on", f.Funds).Select("COALESCE(SUM(project_funds.amount), 0)").Row().Scan((*int64)(&amount))
	return amount, translate(err)
}

var _ app.StatisticsReads = (*Store)(nil)
