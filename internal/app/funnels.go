package app

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"luodi/internal/bulletin"
	"luodi/internal/calendar"
	"luodi/internal/campaign"
	"luodi/internal/money"
	"luodi/internal/org"
	"luodi/internal/project"
	"luodi/internal/register"
)

// FunnelQuery asks how far the projects of a filter came, by group. Until is today
// when zero.
type FunnelQuery struct {
	Filter project.Filter
	By     project.Dimension
	Until  calendar.Date
}

// FunnelReport is the answer.
type FunnelReport struct {
	AsOf   calendar.Date     `json:"as_of"`
	By     project.Dimension `json:"by,omitempty"`
	Total  FunnelLine        `json:"total"`
	Groups []FunnelLine      `json:"groups"`
	Notes  []string          `json:"notes"`
}

// FunnelLine is one group's funnel.
type FunnelLine struct {
	Key   string       `json:"key" doc:"empty: projects that have none"`
	Label string       `json:"label"`
	Steps []FunnelStep `json:"steps"`
	// Targets are the unit's of the year, where the filter is a year and the group a unit.
	Targets []FunnelTarget `json:"targets"`
}

// FunnelStep is how many came to a step, and the list behind the figure.
type FunnelStep struct {
	Key        string       `json:"key" enum:"signed,landed,started,in_statistics,in_production"`
	Label      string       `json:"label"`
	Count      int64        `json:"count"`
	Amount     money.Amount `json:"amount" doc:"agreed amounts, 万元"`
	OfSigned   string       `json:"of_signed" doc:"percent of the projects signed; empty: none were"`
	OfPrevious string       `json:"of_previous" doc:"percent of those at the step before"`
	List       string       `json:"list" doc:"parameters of /api/v1/projects that give these projects"`
}

// FunnelTarget is a target beside what was reached.
type FunnelTarget struct {
	Key        string `json:"key" enum:"signed_count,signed_amount"`
	Label      string `json:"label"`
	Target     string `json:"target" doc:"a count, or 万元"`
	Completion string `json:"completion" doc:"percent"`
}

// Funnel counts the projects that the actor may see. Invalid "dimension_unknown".
func (s *Statistics) Funnel(ctx context.Context, actor org.Actor, q FunnelQuery) (FunnelReport, error) {
	scope := org.ScopeOf(actor)
	until := q.Until
	if today := calendar.DateOf(s.Now()); until.IsZero() || until.After(today) {
		until = today
	}
	out := FunnelReport{AsOf: until, By: q.By, Groups: []FunnelLine{}, Notes: append([]string{}, s.Notes...)}
	groups, err := s.Reads.Funnel(ctx, scope, q.Filter, q.By, until)
	if err != nil {
		return out, err
	}
	units, err := unitsByID(ctx, s.Reads)
	if err != nil {
		return out, err
	}
	targets := bulletin.Targets{}
	if year, ok := wholeYear(q.Filter); ok && scope.All {
		if targets, err = targetsAt(ctx, s.Reads, year, s.Now()); err != nil {
			return out, err
		}
	}
	population := q.Filter.Population(until)
	var total project.Funnel
	for _, g := range groups {
		total.Add(g)
		if q.By != "" {
			line := funnelLine(population.In(q.By, g.Key), g, groupLabel(q.By, g.Key, units), until)
			if q.By == project.ByCounty || q.By == project.ByDepartment {
				line.Targets = reached(targets[g.Key], g)
			}
			out.Groups = append(out.Groups, line)
		}
	}
	out.Total = funnelLine(population, total, "合计", until)
	out.Total.Targets = reached(targets[""], total)
	if !scope.All {
		out.Notes = append(out.Notes, "仅统计本单位可见的项目")
	}
	if !slices.Contains([]project.Dimension{project.ByMonth, project.ByQuarter, project.ByYear, project.ByTier}, q.By) {
		slices.SortStableFunc(out.Groups, func(a, b FunnelLine) int { return cmp.Compare(b.Steps[0].Amount, a.Steps[0].Amount) })
	}
	return out, nil
}

// wholeYear tells whether a filter asks for all that was signed in a year: targets are
// set for that.
func wholeYear(f project.Filter) (int, bool) {
	year := f.Year
	if year == 0 && f.Signed == (project.Span{From: calendar.Date{Year: f.Signed.From.Year, Month: time.January, Day: 1}, Until: calendar.Date{Year: f.Signed.From.Year, Month: time.December, Day: 31}}) {
		year = f.Signed.From.Year
	}
	f.Year, f.Signed = 0, project.Span{}
	return year, year != 0 && len(f.Values()) == 0
}

func reached(targets map[string]string, g project.Funnel) []FunnelTarget {
	out := []FunnelTarget{}
	for _, x := range []struct {
		key, label string
		done       int64
		unit       money.Amount
	}{
		{"signed_count", "签约项目数", g.Counts[project.AtSigned], 1},
		{"signed_amount", "签约金额", int64(g.Amounts[project.AtSigned]), money.Wan},
	} {
		text := targets[x.key]
		if text == "" {
			continue
		}
		want, err := money.Parse(text, x.unit)
		if err != nil || want <= 0 {
			continue
		}
		out = append(out, FunnelTarget{Key: x.key, Label: x.label, Target: text, Completion: project.Percent(x.done, int64(want))})
	}
	return out
}

func funnelLine(f project.Filter, g project.Funnel, label string, until calendar.Date) FunnelLine {
	line := FunnelLine{Key: g.Key, Label: label, Steps: make([]FunnelStep, len(project.Steps)), Targets: []FunnelTarget{}}
	for i, s := range project.Steps {
		before := g.Counts[max(i-1, 0)]
		line.Steps[i] = FunnelStep{Key: s.Key, Label: s.Label, Count: g.Counts[i], Amount: g.Amounts[i],
			OfSigned: project.Percent(g.Counts[i], g.Counts[0]), OfPrevious: project.Percent(g.Counts[i], before),
			List: f.At(project.Step(i), until).Values().Encode()}
	}
	return line
}

// groupLabel names a group as people do.
func groupLabel(by project.Dimension, key string, units map[string]org.Unit) string {
	switch by {
	case project.ByCounty, project.ByDepartment:
		if u, ok := units[key]; ok {
			return u.Name
		}
	case project.ByTier:
		if label := project.Tier(key).Label(); label != "" {
			return label
		}
	case project.ByInvestor:
		if label := project.InvestorKind(key).Label(); label != "" {
			return label
		}
	case project.ByMonth, project.ByYear, project.ByQuarter:
		year, rest, _ := strings.Cut(key, "-")
		switch {
		case rest == "":
			return year + "年"
		case rest[0] == 'Q':
			return year + "年" + rest[1:] + "季度"
		}
		return year + "年" + strings.TrimPrefix(rest, "0") + "月"
	}
	if key == "" {
		return cmp.Or(map[project.Dimension]string{project.ByDepartment: "未安排包联", project.ByEvent: "非活动签约", project.ByTeam: "非专班引进", project.ByAmbassador: "非大使引进"}[by], "未填")
	}
	return key
}

// CampaignReport is a campaign with what was reached.
type CampaignReport struct {
	ID    string               `json:"id"`
	Name  string               `json:"name"`
	Year  int                  `json:"year"`
	Note  string               `json:"note"`
	Items []CampaignItemReport `json:"items"`
}

// CampaignItemReport is one item: what was counted, and the list behind it.
type CampaignItemReport struct {
	ID         string `json:"id"`
	Name       string `json:"name"`
	Unit       string `json:"unit"`
	Value      string `json:"value"`
	Target     int64  `json:"target"`
	Source     string `json:"source" doc:"of the target"`
	Completion string `json:"completion" doc:"percent"`
	Page       string `json:"page" enum:"projects,teams,ambassadors" doc:"where the list is"`
	List       string `json:"list" doc:"its parameters"`
}

// Campaigns are a year's, counted from single projects and register entries that the
// actor may see.
func (s *Statistics) Campaigns(ctx context.Context, actor org.Actor, year int) ([]CampaignReport, error) {
	out := []CampaignReport{}
	for _, c := range s.Campaigning {
		if c.Year != year {
			continue
		}
		r := CampaignReport{ID: c.ID, Name: c.Name, Year: c.Year, Note: c.Note}
		for _, i := range c.Items {
			item, err := s.campaignItem(ctx, org.ScopeOf(actor), i, year)
			if err != nil {
				return nil, err
			}
			r.Items = append(r.Items, item)
		}
		out = append(out, r)
	}
	return out, nil
}

func (s *Statistics) campaignItem(ctx context.Context, scope org.Scope, i campaign.Item, year int) (CampaignItemReport, error) {
	out := CampaignItemReport{ID: i.ID, Name: i.Name, Unit: i.Unit, Target: i.Target, Source: i.Source, Page: "projects"}
	if kind, ok := i.Register(); ok {
		n, err := s.entries(ctx, kind, year)
		out.Page = map[register.Kind]string{register.Teams: "teams", register.Ambassadors: "ambassadors"}[kind]
		out.List = "year=" + strconv.Itoa(year)
		out.Value, out.Completion = strconv.FormatInt(n, 10), project.Percent(n, i.Target)
		return out, err
	}
	f := i.Filter(year)
	out.List = f.Values().Encode()
	if i.Measure == campaign.Funds {
		sum, err := s.Reads.FundsTally(ctx, scope, f)
		out.Value, out.Completion = sum.InYi(), project.Percent(int64(sum), i.Target*int64(money.Yi))
		return out, err
	}
	n, _, err := s.Reads.ProjectTally(ctx, scope, f)
	out.Value, out.Completion = strconv.FormatInt(n, 10), project.Percent(n, i.Target)
	return out, err
}

// entries counts a register's entries of a year that are in use.
func (s *Statistics) entries(ctx context.Context, kind register.Kind, year int) (n int64, err error) {
	no := false
	for p := (Page{Limit: 200}); ; {
		rows, next, err := s.Reads.RegisterEntries(ctx, kind, RegisterFilter{Year: year, Closed: &no}, p)
		if err != nil {
			return 0, err
		}
		n += int64(len(rows))
		if p.Cursor = next; next == "" {
			return n, nil
		}
	}
}
