package demo_test

import (
	"bytes"
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"luodi/internal/calendar"
	"luodi/internal/demo"
	"luodi/internal/money"
	"luodi/internal/org"
	"luodi/internal/project"
	"luodi/internal/sheet"
)

//go:embed testdata/shiyan-2023-published.yaml
var publishedYAML []byte

// figure is a published count with an amount in 亿元.
type figure struct {
	Count  int64  `yaml:"count"`
	Amount string `yaml:"amount"`
}

type published struct {
	Signed figure `yaml:"signed"`
	Landed struct {
		Count      int64  `yaml:"count"`
		Percent    string `yaml:"year_on_year_percent"`
		Completion string `yaml:"completion_percent"`
		Investment string `yaml:"investment"`
	} `yaml:"landed"`
	Tiers    map[project.Tier]figure `yaml:"industry_tiers"`
	Quarters []struct {
		figure   `yaml:",inline"`
		Quarter  int   `yaml:"quarter"`
		Key      int64 `yaml:"key_projects"`
		Research int64 `yaml:"research_results"`
	} `yaml:"quarters"`
	Events []struct {
		figure `yaml:",inline"`
		Name   string `yaml:"name"`
		Date   string `yaml:"date"`
	} `yaml:"events"`
	Teams struct {
		Count  int64 `yaml:"count"`
		Signed int64 `yaml:"signed_at_least"`
	} `yaml:"teams"`
	Ambassadors int64 `yaml:"ambassadors"`
	Overseas    struct {
		Counties []string `yaml:"counties"`
		Projects int      `yaml:"projects"`
	} `yaml:"overseas"`
	Named    []string `yaml:"projects_named"`
	Counties []string `yaml:"counties"`
}

var lastDay = calendar.Date{Year: 2023, Month: 12, Day: 31}

// registry takes the sheets in as an import does, once for all tests.
var registry = sync.OnceValues(func() ([]project.Project, error) {
	now := time.Date(2024, 1, 1, 1, 0, 0, 0, time.UTC)
	var all []project.Project
	for _, s := range demo.Sheets() {
		got, problems := sheet.ReadProjects(bytes.NewReader(s.Data), demo.Units(), lastDay)
		if len(problems)+len(got.Warnings) != 0 || len(got.Rows) == 0 {
			return nil, fmt.Errorf("%s: %d rows, problems %.600s, warnings %.600s", s.Name, len(got.Rows), fmt.Sprint(problems), fmt.Sprint(got.Warnings))
		}
		for _, r := range got.Rows {
			p, err := project.New(r.Draft, r.Where(""), org.Actor{Name: "张明", Roles: []org.Role{org.CountyOperator}}, now)
			if err != nil {
				return nil, fmt.Errorf("%s row %d: %w", s.Name, r.Row, err)
			}
			all = append(all, p)
		}
	}
	return all, nil
})

func statistics(t *testing.T, projects []project.Project) project.Statistics {
	t.Helper()
	city := map[string]string{}
	for _, x := range demo.Targets(2023) {
		if x.UnitID == "" {
			city[x.Indicator] = x.Value
		}
	}
	target, err := project.TargetsFrom(city)
	if err != nil {
		t.Fatal(err)
	}
	return project.Compute(projects, 2023, target)
}

func same[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %v, published %v", what, got, want)
	}
}

func (f figure) same(t *testing.T, what string, got project.Tally) {
	t.Helper()
	same(t, what+" count", got.Count, f.Count)
	same(t, what+" amount", got.AmountYi, f.Amount)
}

func load(t *testing.T) (published, project.Statistics, []project.Project) {
	t.Helper()
	var p published
	if err := yaml.Unmarshal(publishedYAML, &p); err != nil {
		t.Fatal(err)
	}
	all, err := registry()
	if err != nil {
		t.Fatal(err)
	}
	return p, statistics(t, all), all
}

func TestReproducesThePublishedTotals(t *testing.T) {
	want, got, _ := load(t)
	want.Signed.same(t, "signed", got.Signed)
	same(t, "landed", got.Landed.Count, want.Landed.Count)
	same(t, "year on year", got.Landed.YearOnYearPercent, want.Landed.Percent)
	same(t, "completion", got.Landed.CompletionPercent, want.Landed.Completion)
	same(t, "investment", got.Landed.AmountYi, want.Landed.Investment)
	same(t, "landed the year before", got.Landed.PreviousYear, 456)
	same(t, "teams", got.Teams.Active, want.Teams.Count)
	same(t, "ambassadors", got.Ambassadors.Active, want.Ambassadors)
	if got.Teams.Signed.Count < want.Teams.Signed || got.Teams.Signed.Count >= want.Teams.Signed+10 {
		t.Errorf("signed by teams: %d, published “280余个”", got.Teams.Signed.Count)
	}
	if got.FundsArrived.Amount < 100*money.Yi {
		t.Errorf("funds arrived: %s亿元, the campaign was for 百亿", got.FundsArrived.AmountYi)
	}
	if got.Framework.Count == 0 {
		t.Error("no framework agreement to leave out")
	}
}

// The article's 19.1 % for the lead doesn't follow from its own counts: 139/731 = 19.0 %.
func TestReproducesTheTiersByTheirCounts(t *testing.T) {
	want, got, _ := load(t)
	percents := map[project.Tier]string{project.Lead: "19.0", project.Advantaged: "40.1", project.Supporting: "17.4", project.Other: "23.5"}
	counts := int64(0)
	for _, s := range got.Tiers {
		counts += s.Count
		same(t, string(s.Tier)+" percent", s.Percent, percents[s.Tier])
		if s.Tier != project.Other {
			same(t, string(s.Tier), s.Count, want.Tiers[s.Tier].Count)
		}
	}
	same(t, "all tiers", counts, want.Signed.Count)
	if !slices.ContainsFunc(demo.Notes(), func(n string) bool { return strings.Contains(n, "19.1%") }) {
		t.Error("no note on the article's 19.1 %")
	}
}

func TestReproducesTheEvents(t *testing.T) {
	want, got, all := load(t)
	byName := map[string]project.Tally{}
	for _, e := range got.Events {
		byName[e.Name] = e.Tally
	}
	for _, e := range want.Events {
		name, _, _ := strings.Cut(e.Name, " (")
		if strings.HasPrefix(name, "all events") {
			e.same(t, name, got.EventsTotal)
			continue
		}
		e.same(t, name, byName[name])
		for _, p := range all {
			if p.Event == name && e.Date != "" && p.SignedOn.String() != e.Date {
				t.Errorf("%s was signed on %s, not at the event of %s", p.Code, p.SignedOn, e.Date)
			}
			if p.Event == "湖北卫浴博览会" && p.CountyID != "zhushan" {
				t.Errorf("%s is not in 竹山县", p.Code)
			}
		}
	}
}

func TestReproducesTheQuarters(t *testing.T) {
	want, got, all := load(t)
	byName := map[string]project.Tally{}
	for _, e := range got.Events {
		byName[e.Name] = e.Tally
	}
	q := want.Quarters
	q[0].same(t, "first quarter's signing", byName["2023年一季度重大招商项目集中签约"])
	q[1].same(t, "second quarter", got.Quarters[1].Signed)
	q[1].same(t, "second quarter's event", byName["2023年二季度新签约产业项目"])
	third := byName["首届全球汽车新生态发展大会暨交易会"]
	same(t, "third quarter", third.Count, q[2].Key+q[2].Research)
	same(t, "third quarter's amount", third.AmountYi, q[2].Amount)
	results := int64(0)
	for _, p := range all {
		if strings.HasPrefix(p.Name, "合作成果转化") && p.Event != "" {
			results++
		}
		if p.SignedOn.Year == 2023 && p.SignedOn.Month >= 4 && p.SignedOn.Month <= 6 && !p.Framework && p.IndustryTier == project.Other {
			t.Errorf("%s: the second quarter's projects are all industrial", p.Code)
		}
	}
	same(t, "research results", results, q[2].Research)
	same(t, "started in the fourth quarter", got.Quarters[3].Started.Count, q[3].Count)
	signed := int64(0)
	for _, line := range got.Quarters {
		signed += line.Signed.Count
	}
	same(t, "all quarters", signed, want.Signed.Count)
}

func TestNamesOnlyPublishedProjects(t *testing.T) {
	want, _, all := load(t)
	found := map[string]project.Project{}
	codes := map[string]bool{}
	for _, p := range all {
		if !p.Illustrative {
			t.Errorf("%s isn't marked as illustrative", p.Code)
		}
		if codes[p.Code] {
			t.Errorf("code %s twice", p.Code)
		}
		codes[p.Code] = true
		if slices.Contains(want.Named, p.Name) {
			found[p.Name] = p
		} else if !strings.Contains(p.Name, "(示例") {
			t.Errorf("%s looks real: %s", p.Code, p.Name)
		}
	}
	for i, name := range want.Named {
		p := found[name]
		if p.LandedOn.Year != 2023 || p.Framework || !strings.Contains(p.Remark, "其余信息均为示例") {
			t.Errorf("%s: %+v", name, p)
		}
		if i >= 5 && p.Ambassador == "" {
			t.Errorf("%s came through an ambassador", name)
		}
	}
}

// The threshold of 5000万元 is made up, but the flag must agree with it.
func TestScaleFollowsTheStatedThreshold(t *testing.T) {
	_, _, all := load(t)
	for _, p := range all {
		if large := p.AgreedAmount >= 5000*money.Wan; p.AboveScale != large && !p.Framework {
			t.Errorf("%s: %s万元, above scale %v", p.Code, p.AgreedAmount, p.AboveScale)
		}
	}
}

func TestOverseasProjects(t *testing.T) {
	want, _, all := load(t)
	names := map[string]string{}
	for _, u := range demo.Units() {
		names[u.ID] = u.Name
	}
	n := 0
	for _, p := range all {
		if p.SignedOn.Year == 2023 && strings.HasPrefix(p.Remark, "赴") {
			n++
			if !slices.Contains(want.Overseas.Counties, names[p.CountyID]) || p.InvestorKind != project.Foreign && p.InvestorKind != project.HMT {
				t.Errorf("%s: %s %s", p.Code, p.CountyID, p.InvestorKind)
			}
		}
	}
	same(t, "overseas", n, want.Overseas.Projects)
}

func TestEveryCountyHasProjects(t *testing.T) {
	want, got, _ := load(t)
	signed := map[string]int64{}
	for _, c := range got.Counties {
		signed[c.CountyID] = c.Signed.Count
	}
	for _, u := range demo.Units() {
		if u.Kind != org.County {
			continue
		}
		if !slices.Contains(want.Counties, u.Name) || signed[u.ID] == 0 {
			t.Errorf("%s: %d projects", u.Name, signed[u.ID])
		}
		delete(signed, u.ID)
	}
	if len(signed) != 0 {
		t.Errorf("unknown counties: %v", signed)
	}
}

func TestAccountsAreSoundAndOfEveryRole(t *testing.T) {
	units := map[string]org.Unit{}
	for _, u := range demo.Units() {
		if _, twice := units[u.ID]; twice || u.Name == "" || u.ShortName == "" {
			t.Errorf("unit %+v", u)
		}
		units[u.ID] = u
	}
	roles, logins := map[org.Role]int{}, map[string]bool{}
	people := map[string]bool{} // unit and role
	for _, a := range demo.Accounts() {
		if err := a.Check(units); err != nil || logins[a.Login] || a.Password == "" || !strings.HasSuffix(a.Name, "(示例)") {
			t.Errorf("account %+v: %v", a, err)
		}
		logins[a.Login] = true
		for _, r := range a.Roles {
			roles[r]++
			people[fmt.Sprint(a.UnitID, r)] = true
		}
	}
	for _, r := range []org.Role{org.CentreOperator, org.CentreLeader, org.PanelMember, org.Assessor, org.CityLeader, org.Auditor, org.Administrator} {
		if roles[r] == 0 {
			t.Errorf("nobody is %s", r.Label())
		}
	}
	for id, u := range units {
		if u.Kind == org.Department && !(people[id+string(org.DepartmentHandler)] && people[id+string(org.DepartmentLeader)]) ||
			u.Kind == org.County && !people[id+string(org.CountyOperator)] {
			t.Errorf("%s lacks people", u.Name)
		}
	}
	if len(demo.Featured()) != 7 {
		t.Errorf("featured: %+v", demo.Featured())
	}
}
