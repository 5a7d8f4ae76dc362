package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"luodi/internal/app"
	"luodi/internal/calendar"
	"luodi/internal/demo"
	"luodi/internal/org"
	"luodi/internal/project"
	"luodi/internal/register"
)

// The demonstration's registers: an entry for every name that its projects use. 111
// teams, about 1,200 trips and 173 ambassadors were published for 2023; whoever they
// are and wherever they went is illustrative.

const (
	demoTrips  = 11 // of each team
	demoTeamOf = 10 // counties that send teams
)

var demoYearSpan = project.Span{From: calendar.Date{Year: demoYear, Month: time.January, Day: 1}, Until: calendar.Date{Year: demoYear, Month: time.December, Day: 31}}

// loadRegisters records all of them at once, or none.
func (s *system) loadRegisters(ctx context.Context) error {
	have, _, err := s.store.RegisterEntries(ctx, register.Chains, app.RegisterFilter{}, app.Page{Limit: 1})
	if err != nil || len(have) > 0 {
		return err
	}
	var all []register.Entry
	at := clock().UTC().Truncate(time.Microsecond)
	for _, kind := range register.Kinds {
		names, err := s.store.UnmatchedNames(ctx, kind, 1000)
		if err != nil {
			return err
		}
		slices.SortFunc(names, func(a, b app.Unmatched) int { return strings.Compare(a.Name, b.Name) })
		for i, n := range names {
			d, err := s.demoEntry(ctx, kind, i, n.Name)
			if err != nil {
				return err
			}
			d.Name, d.Illustrative = n.Name, true
			all = append(all, register.Entry{Kind: kind, ID: fmt.Sprintf("demo-%s-%03d", kind, i+1), Version: 1, Draft: d, RecordedAt: at, RecordedBy: "演示数据"})
		}
	}
	return s.store.InTx(ctx, func(tx app.Tx) error {
		for _, e := range all {
			if err := tx.SaveRegisterEntry(e); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *system) demoEntry(ctx context.Context, kind register.Kind, i int, name string) (register.Draft, error) {
	switch kind {
	case register.Chains:
		tier, err := s.demoTier(ctx, name)
		trade := strings.TrimSuffix(name, "产业链")
		return register.Draft{Chain: &register.Chain{Head: fmt.Sprintf("市领导%d(示例)", i+1), HeadUnit: "市政府(示例)", Leader: trade + "龙头企业(示例)", Innovator: trade + "研究院(示例)", Tier: tier}}, err
	case register.Teams:
		return demoTeam(i, name), nil
	case register.Ambassadors:
		return register.Draft{UnitID: "centre", Ambassador: &register.Ambassador{Title: "商会负责人(示例)", Appointed: calendar.Date{Year: demoYear, Month: time.January, Day: 10},
			Leads: []register.Lead{{On: demoYearSpan.From.AddDays(20 + i), Project: "推介项目(示例)", Outcome: "已对接"}}}}, nil
	}
	return s.demoEvent(ctx, name)
}

// demoTier is the tier of the projects on a chain.
func (s *system) demoTier(ctx context.Context, chain string) (string, error) {
	rows, _, err := s.store.Projects(ctx, org.Scope{All: true}, project.Filter{Chains: []string{chain}}, project.Sort{}, app.Page{Limit: 1})
	if err != nil || len(rows) == 0 {
		return "", err
	}
	return string(rows[0].IndustryTier), nil
}

// demoTeam reads the place from the name, such as 驻北京招商专班001(示例).
func demoTeam(i int, name string) register.Draft {
	place, _, _ := strings.Cut(strings.TrimPrefix(name, "驻"), "招商专班")
	counties := demo.Units()[2 : 2+demoTeamOf] // behind the centre and the city government
	t := &register.Team{Place: place, From: calendar.Date{Year: demoYear, Month: time.January, Day: 16}, Head: fmt.Sprintf("组长%03d(示例)", i+1), Members: []string{"组员甲(示例)", "组员乙(示例)"}}
	for n := range demoTrips {
		t.Trips = append(t.Trips, register.Trip{On: demoYearSpan.From.AddDays(20 + n*30 + i%25), Place: place, Purpose: "拜访企业、推介十堰(示例)"})
	}
	return register.Draft{UnitID: counties[i%len(counties)].ID, Team: t}
}

// demoEvent is from the first to the last day on which its projects were signed.
func (s *system) demoEvent(ctx context.Context, name string) (register.Draft, error) {
	f := project.Filter{Events: []string{name}}
	first, _, err := s.store.Projects(ctx, org.Scope{All: true}, f, project.Sort{Field: project.BySignedOn}, app.Page{Limit: 1})
	if err != nil {
		return register.Draft{}, err
	}
	last, _, err := s.store.Projects(ctx, org.Scope{All: true}, f, project.Sort{Field: project.BySignedOn, Desc: true}, app.Page{Limit: 1})
	if err != nil || len(first) == 0 || len(last) == 0 {
		return register.Draft{}, err
	}
	city := "十堰"
	if strings.Contains(name, "大湾区") {
		city = "深圳"
	}
	return register.Draft{UnitID: "centre", Event: &register.Event{From: first[0].SignedOn, Until: last[0].SignedOn, City: city, Host: "十堰市人民政府(示例)"}}, nil
}
