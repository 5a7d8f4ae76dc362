package register_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"luodi/internal/calendar"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/register"
)

var (
	today = calendar.Date{Year: 2023, Month: 11, Day: 7}
	units = map[string]org.Unit{"zhushan": {ID: "zhushan", Kind: org.County}}
)

func trip(on calendar.Date) register.Trip {
	return register.Trip{On: on, Place: "深圳", Purpose: "拜访企业", Contacts: "某经理(示例)"}
}

func team() register.Draft {
	return register.Draft{Name: "驻深圳专班", UnitID: "zhushan", Team: &register.Team{Place: "深圳", Contact: "0719-1", Trips: []register.Trip{trip(today)}}}
}

func TestSoundDraftsPass(t *testing.T) {
	for kind, d := range map[register.Kind]register.Draft{
		register.Chains:      {Name: "商用车产业链", Chain: &register.Chain{Tier: "lead"}},
		register.Teams:       team(),
		register.Ambassadors: {Name: "王某(示例)", Ambassador: &register.Ambassador{Leads: []register.Lead{{On: today, Project: "一个项目"}}}},
		register.Events:      {Name: "武汉推介会", Event: &register.Event{From: today.AddDays(30), City: "武汉"}},
	} {
		if err := d.Check(kind, units, today); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

func TestEveryFindingIsTold(t *testing.T) {
	bad := team()
	bad.Name, bad.UnitID, bad.Aliases = "", "nowhere", []string{"一\n二"}
	bad.Chain = &register.Chain{}
	bad.Team.Place, bad.Team.From, bad.Team.Until = " ", today, today.AddDays(-1)
	bad.Team.Trips = append(bad.Team.Trips, register.Trip{On: today.AddDays(1)})
	f := fault.From(bad.Check(register.Teams, units, today))
	if f == nil || f.Kind != fault.Invalid || f.Code != "register_invalid" {
		t.Fatal(f)
	}
	var got []string
	for _, d := range f.Details {
		got = append(got, d.Field+" "+d.Code)
	}
	want := "/name name_invalid|/aliases/0 name_invalid|/unit_id unit_unknown|/chain part_unexpected|/team/place required|" +
		"/team/until period_invalid|/team/trips/1/on date_in_future|/team/trips/1/place required|/team/trips/1/purpose required"
	if text := strings.Join(got, "|"); text != want {
		t.Errorf("got  %s\nwant %s", text, want)
	}
}

func TestWhoMayWrite(t *testing.T) {
	actor := func(unit string, r org.Role) org.Actor {
		return org.Actor{UserID: "u", UnitID: unit, Roles: []org.Role{r}}
	}
	for _, c := range []struct {
		who  org.Actor
		kind register.Kind
		unit string
		may  bool
	}{
		{actor("centre", org.CentreOperator), register.Chains, "", true},
		{actor("centre", org.CentreLeader), register.Ambassadors, "zhushan", true},
		{actor("zhushan", org.CountyOperator), register.Teams, "zhushan", true},
		{actor("zhushan", org.CountyOperator), register.Events, "zhushan", true},
		{actor("zhushan", org.CountyOperator), register.Teams, "fang", false},
		{actor("zhushan", org.CountyOperator), register.Ambassadors, "zhushan", false},
		{actor("zhushan", org.CountyOperator), register.Chains, "zhushan", false},
		{actor("", org.CountyOperator), register.Teams, "", false},
		{actor("zhushan", org.Auditor), register.Teams, "zhushan", false},
		{actor("zhushan", org.Administrator), register.Teams, "zhushan", false},
		{org.Actor{}, register.Events, "", false},
	} {
		if got := register.MayWrite(c.who, c.kind, c.unit); got != c.may {
			t.Errorf("%v %s of %q: %v", c.who.Roles, c.kind, c.unit, got)
		}
	}
}

func TestContactsStayBehind(t *testing.T) {
	e := register.Entry{Draft: team()}
	p := e.Public()
	if p.Team.Contact != "" || p.Team.Trips[0].Contacts != "" {
		t.Error("contacts are public:", p.Team)
	}
	if e.Team.Contact == "" || e.Team.Trips[0].Contacts == "" {
		t.Error("the entry itself was changed")
	}
}

func TestTidyNamesOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.SampledFrom([]string{"甲", " 甲 ", "乙", "", " ", "丙"})
		d := register.Draft{Name: word.Draw(t, "name"), Aliases: rapid.SliceOf(word).Draw(t, "aliases")}.Tidy()
		seen := map[string]bool{}
		for i, n := range d.Names() {
			if n != strings.TrimSpace(n) || seen[n] || i > 0 && n == "" {
				t.Fatalf("%q", d.Names())
			}
			seen[n] = true
		}
	})
}
