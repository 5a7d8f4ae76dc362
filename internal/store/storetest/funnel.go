package storetest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"luodi/internal/app"
	"luodi/internal/calendar"
	"luodi/internal/fault"
	"luodi/internal/money"
	"luodi/internal/project"
	"luodi/internal/store"
)

var funnels = map[string]func(*testing.T, *store.Store){
	"EveryFigureOfAFunnelHasItsList": testFunnel,
	"FundsAreSummedWithinASpan":      testFundsTally,
}

// farAlong are projects that came more or less far, with what funnels are grouped by.
func farAlong(r *rand.Rand, n int) []project.Project {
	pickOne := func(texts ...string) string { return texts[r.IntN(len(texts))] }
	var out []project.Project
	for i := range n {
		p := sampleProject(fmt.Sprintf("p%03d", i))
		p.CountyID, p.IndustryTier = pickOne("zhushan", "fangxian"), project.Tier(pickOne("", "lead"))
		p.Industry, p.Chain, p.Team, p.Ambassador, p.Event = pickOne("", "卫浴", "汽车"), pickOne("", "汽车链"), pickOne("", "驻沪", "驻深"), pickOne("", "某大使"), pickOne("", "推介会")
		p.InvestorKind, p.Framework = project.InvestorKind(pickOne("private", "foreign")), r.IntN(5) == 0
		p.AgreedAmount = money.Amount(1+r.Int64N(1e6)) * money.Wan
		p.SignedOn, p.LandedOn, p.StartedOn, p.InStatisticsOn, p.InProductionOn = calendar.Date{}, calendar.Date{}, calendar.Date{}, calendar.Date{}, calendar.Date{}
		on := calendar.Date{Year: 2022, Month: 11, Day: 1}.AddDays(r.IntN(400))
		for _, d := range []*calendar.Date{&p.SignedOn, &p.LandedOn, &p.StartedOn, &p.InStatisticsOn, &p.InProductionOn}[:r.IntN(6)] {
			*d = on
			on = on.AddDays(r.IntN(120))
		}
		p.FundsArrived = nil
		if r.IntN(2) == 0 {
			p.FundsArrived = []project.Funds{{On: on, Amount: money.Amount(1+r.Int64N(1000)) * money.Wan}}
		}
		out = append(out, p)
	}
	return out
}

// grouped is the group of a project, the way a person would say it.
func grouped(by project.Dimension, p project.Project, leads map[string]string) string {
	switch by {
	case project.ByCounty:
		return p.CountyID
	case project.ByTier:
		return string(p.IndustryTier)
	case project.ByIndustry:
		return p.Industry
	case project.ByInvestor:
		return string(p.InvestorKind)
	case project.ByChain:
		return p.Chain
	case project.ByTeam:
		return p.Team
	case project.ByAmbassador:
		return p.Ambassador
	case project.ByEvent:
		return p.Event
	case project.ByDepartment:
		return leads[p.ID]
	case project.ByMonth:
		return fmt.Sprintf("%04d-%02d", p.SignedOn.Year, p.SignedOn.Month)
	case project.ByQuarter:
		return fmt.Sprintf("%04d-Q%d", p.SignedOn.Year, (p.SignedOn.Month+2)/3)
	case project.ByYear:
		return fmt.Sprint(p.SignedOn.Year)
	}
	return ""
}

func testFunnel(t *testing.T, s *store.Store) {
	r := rand.New(rand.NewPCG(7, 7))
	list := farAlong(r, 80)
	insert(t, s, list...)
	leads := map[string]string{}
	for i, p := range list[:20] {
		leads[p.ID] = []string{"keji", "shangwu"}[i%2]
		row := app.LiaisonRow{ID: "l" + p.ID, ProjectID: p.ID, ProjectName: p.Name, DepartmentID: leads[p.ID], Role: "lead", Stage: "running", Light: "green", AssignedAt: noon, LightSince: noon}
		before := row // an earlier one, which is over
		before.ID, before.DepartmentID, before.AssignedAt, before.EndedAt = "old"+p.ID, "fagai", noon.AddDate(0, 0, -9), noon.AddDate(0, 0, -1)
		inTx(t, s, func(tx app.Tx) error {
			if err := tx.SaveLiaison(before, nil); err != nil {
				return err
			}
			return tx.SaveLiaison(row, nil)
		})
	}
	until := calendar.Date{Year: 2023, Month: 9, Day: 30}
	yes := true
	for _, f := range []project.Filter{
		{}, {CountyID: "zhushan", Teams: []string{"驻沪", project.None}}, {Signed: project.Span{From: calendar.Date{Year: 2023, Month: 1, Day: 1}}},
		{InvestorKinds: []project.InvestorKind{"foreign"}, Framework: &yes}, {DepartmentID: "keji"}, {DepartmentID: project.None, Industries: []string{"卫浴"}},
		{Year: 2023, AmountMin: 5e5 * money.Wan}, {Tiers: []project.Tier{project.None}}, {Funds: project.Span{From: calendar.Date{Year: 2023, Month: 3, Day: 1}}},
	} {
		for _, by := range append([]project.Dimension{""}, project.Dimensions...) {
			rows := value[[]project.Funnel](t)(s.Funnel(ctx, everything(), f, by, until))
			if len(rows) == 0 {
				continue
			}
			total := 0
			for _, g := range rows {
				compareFunnel(t, s, f, by, g, until, leads)
				total += int(g.Counts[project.AtSigned])
			}
			if n, _, err := s.ProjectTally(ctx, everything(), f.Population(until)); err != nil || int(n) != total {
				t.Errorf("%+v by %s: the groups make up %d, all are %d (%v)", f, by, total, n, err)
			}
		}
	}
	_, err := s.Funnel(ctx, everything(), project.Filter{}, "id; DROP TABLE projects", until)
	wantCode(t, err, fault.Invalid, "dimension_unknown")
}

// compareFunnel compares each figure of a group with the list behind it, and the list
// with what it should hold.
func compareFunnel(t *testing.T, s *store.Store, f project.Filter, by project.Dimension, g project.Funnel, until calendar.Date, leads map[string]string) {
	t.Helper()
	for step := range project.Steps {
		behind := f.Population(until).In(by, g.Key).At(project.Step(step), until)
		got := walk(t, s, behind, project.Sort{Field: project.ByCode}, 50, func() {})
		var sum money.Amount
		for _, p := range got {
			sum += p.AgreedAmount
			on := []calendar.Date{p.SignedOn, p.LandedOn, p.StartedOn, p.InStatisticsOn, p.InProductionOn}[step]
			if on.IsZero() || on.After(until) || grouped(by, p, leads) != g.Key || p.SignedOn.IsZero() {
				t.Fatalf("%+v by %s: %s isn't of group %q at step %d", f, by, p.ID, g.Key, step)
			}
		}
		if int64(len(got)) != g.Counts[step] || sum != g.Amounts[step] {
			t.Fatalf("%+v by %s, group %q, step %d: %d projects and %s, the list has %d and %s", f, by, g.Key, step, g.Counts[step], g.Amounts[step], len(got), sum)
		}
	}
}

func testFundsTally(t *testing.T, s *store.Store) {
	list := farAlong(rand.New(rand.NewPCG(8, 8)), 40)
	insert(t, s, list...)
	f := project.Filter{CountyID: "zhushan", Funds: project.Span{From: calendar.Date{Year: 2023, Month: 1, Day: 1}, Until: calendar.Date{Year: 2023, Month: 12, Day: 31}}}
	var want money.Amount
	var named []string
	for _, p := range list {
		for _, x := range p.FundsArrived {
			if p.CountyID == "zhushan" && x.On.Year == 2023 {
				want += x.Amount
				named = append(named, p.ID)
			}
		}
	}
	if got := value[money.Amount](t)(s.FundsTally(ctx, everything(), f)); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	var behind []string
	for _, p := range walk(t, s, f, project.Sort{Field: project.ByCode}, 7, func() {}) {
		behind = append(behind, p.ID)
	}
	slices.Sort(behind)
	if !slices.Equal(behind, named) {
		t.Errorf("behind it: %v, want %v", behind, named)
	}
}
