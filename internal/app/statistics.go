package app

import (
	"context"
	"time"

	"luodi/internal/calendar"
	"luodi/internal/campaign"
	"luodi/internal/org"
	"luodi/internal/project"
)

// Statistics counts the registry for its users.
type Statistics struct {
	Reads Reads
	Now   func() time.Time
	Notes []string // what must be said beside the figures, such as that they are illustrative
	// Campaigning are the campaigns (专项行动) that are counted.
	Campaigning []campaign.Campaign
}

// YearFigures are a year's statistics with what must be said beside them.
type YearFigures struct {
	project.Statistics
	AsOf  calendar.Date `json:"as_of"`
	Notes []string      `json:"notes"`
}

// Year computes a year's figures from the single projects the actor may see: a
// county's own figures for a county.
func (s *Statistics) Year(ctx context.Context, actor org.Actor, year int) (YearFigures, error) {
	today := calendar.DateOf(s.Now())
	if year == 0 {
		year = today.Year
	}
	out := YearFigures{AsOf: today, Notes: append([]string{}, s.Notes...)}
	if today.Year > year {
		out.AsOf = calendar.Date{Year: year, Month: time.December, Day: 31}
	}
	values, err := s.Reads.Targets(ctx, year)
	if err != nil {
		return out, err
	}
	targets, err := project.TargetsFrom(values)
	if err != nil {
		return out, err
	}
	scope := org.ScopeOf(actor)
	if !scope.All {
		targets = project.Targets{} // the city's target says nothing about a part of it
		out.Notes = append(out.Notes, "仅统计本单位可见的项目")
	}
	var all []project.Project
	err = s.Reads.EachProject(ctx, scope, project.Filter{}, project.Sort{Field: project.ByCode}, func(p project.Project) error {
		all = append(all, p)
		return nil
	})
	out.Statistics = project.Compute(all, year, targets)
	return out, err
}
