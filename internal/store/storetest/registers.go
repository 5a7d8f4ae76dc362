package storetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"luodi/internal/app"
	"luodi/internal/calendar"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/project"
	"luodi/internal/register"
	"luodi/internal/store"
)

var registers = map[string]func(*testing.T, *store.Store){
	"RegisterEntryKeepsEveryVersion":       testRegisterVersions,
	"RegisterIsReadAsOfAMoment":            testRegisterAsOf,
	"RegisterNamesBelongToOneEntry":        testRegisterNames,
	"RegistersAreListedByNameAndNarrowed":  testRegisterList,
	"RegistersFindTheProjectsThatNameThem": testRegisterProjects,
}

func chainEntry(id, name string, aliases ...string) register.Entry {
	return register.Entry{Kind: register.Chains, ID: id, Version: 1, RecordedAt: noon.UTC().Truncate(time.Microsecond), RecordedBy: clerk.Name,
		Draft: register.Draft{Name: name, Aliases: aliases, Chain: &register.Chain{Head: "某市长(示例)", Tier: "lead"}}}
}

func teamEntry(id, name, unit string, from, until calendar.Date) register.Entry {
	e := chainEntry(id, name)
	e.Kind, e.Chain, e.UnitID = register.Teams, nil, unit
	e.Team = &register.Team{Place: "深圳", From: from, Until: until, Trips: []register.Trip{{On: from, Place: "东莞", Purpose: "拜访<&>"}}}
	return e
}

func keep(t testing.TB, s *store.Store, list ...register.Entry) {
	t.Helper()
	inTx(t, s, func(tx app.Tx) error {
		for _, e := range list {
			if err := tx.SaveRegisterEntry(e); err != nil {
				return err
			}
		}
		return nil
	})
}

// next is another version of an entry, an hour later.
func next(e register.Entry) register.Entry {
	e.Version, e.RecordedAt, e.Reason = e.Version+1, e.RecordedAt.Add(time.Hour), "更正"
	return e
}

func testRegisterVersions(t *testing.T, s *store.Store) {
	first := chainEntry("c1", "商用车产业链", "汽车产业链")
	second := next(first)
	second.Name, second.Aliases, second.Closed = "汽车产业链", nil, true // an alias becomes the name
	keep(t, s, first)
	wantSame(t, value[register.Entry](t)(s.RegisterEntry(ctx, register.Chains, "c1")), first)
	keep(t, s, second)
	wantSame(t, value[register.Entry](t)(s.RegisterEntry(ctx, register.Chains, "c1")), second)
	inTx(t, s, func(tx app.Tx) error {
		got, err := tx.RegisterEntry(register.Chains, "c1")
		wantSame(t, got, second)
		return err
	})
	wantSame(t, value[[]register.Entry](t)(s.RegisterVersions(ctx, register.Chains, "c1")), []register.Entry{first, second})
	wantCode(t, s.InTx(ctx, func(tx app.Tx) error { return tx.SaveRegisterEntry(second) }), fault.Conflict, "register_changed")
	_, err := s.RegisterEntry(ctx, register.Teams, "c1") // of another register
	wantCode(t, err, fault.NotFound, "register_unknown")
}

func testRegisterAsOf(t *testing.T, s *store.Store) {
	a, b := chainEntry("c1", "甲链"), next(chainEntry("c2", "乙链"))
	b.Version = 1
	keep(t, s, a, b, next(next(a)))
	at := a.RecordedAt
	for _, c := range []struct {
		at   time.Time
		want []register.Entry
	}{
		{at.Add(-time.Microsecond), []register.Entry{}},
		{at, []register.Entry{a}},
		{at.Add(time.Hour), []register.Entry{a, b}},
		{at.Add(2 * time.Hour), []register.Entry{next(next(a)), b}},
	} {
		wantSame(t, value[[]register.Entry](t)(s.RegisterAsOf(ctx, register.Chains, c.at)), c.want)
	}
}

func testRegisterNames(t *testing.T, s *store.Store) {
	keep(t, s, chainEntry("c1", "甲链", "甲"), chainEntry("c2", "乙链"))
	event := chainEntry("e1", "甲链") // names of another register don't matter
	event.Kind, event.Chain, event.Event = register.Events, nil, &register.Event{From: calendar.DateOf(noon), City: "武汉"}
	keep(t, s, event)
	err := s.InTx(ctx, func(tx app.Tx) error { return tx.SaveRegisterEntry(chainEntry("c3", "丙链", "丙", "甲")) })
	wantCode(t, err, fault.Conflict, "register_name_taken")
	if f := fault.From(err); len(f.Details) != 1 || f.Details[0].Field != "/aliases/1" {
		t.Errorf("details are %v", f.Details)
	}
	_, err = s.RegisterEntry(ctx, register.Chains, "c3") // nothing half kept
	wantCode(t, err, fault.NotFound, "register_unknown")
}

func testRegisterList(t *testing.T, s *store.Store) {
	day := func(y, m int) calendar.Date { return calendar.Date{Year: y, Month: time.Month(m), Day: 1} }
	a := teamEntry("t1", "a驻深圳", "fang", day(2022, 3), day(2022, 12))
	b := teamEntry("t2", "b驻上海", "zhushan", day(2022, 5), calendar.Date{})
	c := teamEntry("t3", "c驻广州", "zhushan", day(2024, 1), day(2024, 6))
	c.Closed = true
	keep(t, s, c, a, b, chainEntry("c1", "a"))
	no, yes := false, true
	for _, q := range []struct {
		f    app.RegisterFilter
		want []register.Entry
	}{
		{app.RegisterFilter{}, []register.Entry{a, b, c}},
		{app.RegisterFilter{Query: "上海"}, []register.Entry{b}},
		{app.RegisterFilter{UnitID: "zhushan"}, []register.Entry{b, c}},
		{app.RegisterFilter{Year: 2022}, []register.Entry{a, b}},
		{app.RegisterFilter{Year: 2023}, []register.Entry{b}},
		{app.RegisterFilter{Closed: &no}, []register.Entry{a, b}},
		{app.RegisterFilter{Closed: &yes, Year: 2024}, []register.Entry{c}},
	} {
		var got []register.Entry
		for p := (app.Page{Limit: 1}); ; {
			rows, cursor, err := s.RegisterEntries(ctx, register.Teams, q.f, p)
			must(t, err)
			got = append(got, rows...)
			if p.Cursor = cursor; cursor == "" {
				break
			}
		}
		wantSame(t, got, q.want)
	}
}

func testRegisterProjects(t *testing.T, s *store.Store) {
	keep(t, s, chainEntry("c1", "商用车产业链", "汽车链"))
	var all []project.Project
	for i, chain := range []string{"商用车产业链", "汽车链", "水产业链", "水产业链", "光伏链", ""} {
		p := sampleProject(fmt.Sprint("p", i))
		if p.Chain = chain; i == 1 {
			p.CountyID, p.CreatedBy = "fang", org.Actor{UserID: "u2", Name: "某人(示例)"}
		}
		all = append(all, p)
	}
	insert(t, s, all...)
	ids := func(scope org.Scope) []string {
		rows, _, err := s.ProjectsNaming(ctx, scope, register.Chains, []string{"商用车产业链", "汽车链"}, app.Page{Limit: 10})
		must(t, err)
		var out []string
		for _, r := range rows {
			out = append(out, r.ID)
		}
		return out
	}
	if got := ids(everything()); !slices.Equal(got, []string{"p0", "p1"}) {
		t.Error(got)
	}
	if got := ids(org.Scope{UnitID: "fang", UserID: "u9"}); !slices.Equal(got, []string{"p1"}) {
		t.Error(got)
	}
	if got := ids(org.Scope{}); len(got) != 0 {
		t.Error(got)
	}
	wantSame(t, value[[]app.Unmatched](t)(s.UnmatchedNames(ctx, register.Chains, 10)),
		[]app.Unmatched{{Name: "水产业链", Projects: 2}, {Name: "光伏链", Projects: 1}})
}
