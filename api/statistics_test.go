package api_test

import (
	"net/http"
	"strings"
	"testing"

	"luodi/internal/app"
	"luodi/internal/project"
)

func (p person) statistics(year string) app.YearFigures {
	p.Helper()
	return into[app.YearFigures](p.get("/api/v1/statistics?year=" + year).is(http.StatusOK))
}

func tally(t *testing.T, what string, got project.Tally, count int64, yi string) {
	t.Helper()
	if got.Count != count || got.AmountYi != yi {
		t.Errorf("%s: %d, %s亿元, published %d, %s亿元", what, got.Count, got.AmountYi, count, yi)
	}
}

// TestStatisticsEqualThePublishedFigures of Shiyan, 2023; internal/demo keeps them in testdata.
func TestStatisticsEqualThePublishedFigures(t *testing.T) {
	w := newShiyan(t)
	s := w.as("shizhang").statistics("2023")
	tally(t, "signed", s.Signed, 731, "4194.5")
	tally(t, "landed", s.Landed.Tally, 573, "3126.42")
	if s.Landed.YearOnYearPercent != "25.7" || s.Landed.CompletionPercent != "191" || s.Landed.PreviousYear != 456 || s.Landed.Target != 300 {
		t.Errorf("landed %+v", s.Landed)
	}
	tiers := map[project.Tier]project.Share{}
	for _, x := range s.Tiers {
		tiers[x.Tier] = x
	}
	for tier, want := range map[project.Tier]struct {
		count   int64
		percent string
	}{project.Lead: {139, "19.0"}, project.Advantaged: {293, "40.1"}, project.Supporting: {127, "17.4"}} {
		if got := tiers[tier]; got.Count != want.count || got.Percent != want.percent {
			t.Errorf("tier %s: %d, %s%%", tier, got.Count, got.Percent)
		}
	}
	events := map[string]project.Tally{}
	for _, e := range s.Events {
		events[e.Name] = e.Tally
	}
	tally(t, "all events", s.EventsTotal, 239, "2607.8")
	tally(t, "深圳", events["湖北十堰—大湾区产业链供应链对接大会"], 51, "638.1")
	tally(t, "卫浴", events["湖北卫浴博览会"], 35, "133.1")
	tally(t, "一季度集中签约", events["2023年一季度重大招商项目集中签约"], 50, "689.3")
	tally(t, "新生态大会", events["首届全球汽车新生态发展大会暨交易会"], 45, "176.8")
	tally(t, "second quarter", s.Quarters[1].Signed, 9, "62.66")
	if s.Quarters[3].Started.Count != 487 || s.Teams.Active != 111 || s.Ambassadors.Active != 173 {
		t.Errorf("started %d, teams %d, ambassadors %d", s.Quarters[3].Started.Count, s.Teams.Active, s.Ambassadors.Active)
	}
	if notes := strings.Join(s.Notes, "\n"); !strings.Contains(notes, "19.1%") || !strings.Contains(notes, "示例") {
		t.Errorf("notes %v", s.Notes)
	}
	if s.Year != 2023 || s.AsOf.String() != "2023-12-31" {
		t.Errorf("%d as of %s", s.Year, s.AsOf)
	}
}

// TestACountyCountsItsOwn: its own line of the city's table, and a note that says so.
func TestACountyCountsItsOwn(t *testing.T) {
	w := newShiyan(t)
	city, own := w.as("shenji").statistics("2023"), w.as("zhushan.jingban").statistics("2023")
	var line project.County
	for _, c := range city.Counties {
		if c.CountyID == "zhushan" {
			line = c
		}
	}
	if own.Signed != line.Signed || own.Landed.Tally != line.Landed || own.Signed.Count == 0 || own.Signed.Count >= city.Signed.Count {
		t.Errorf("own %+v %+v, in the city's table %+v", own.Signed, own.Landed.Tally, line)
	}
	if len(own.Counties) != 1 || own.Landed.Target != 0 || !strings.Contains(strings.Join(own.Notes, "\n"), "仅统计本单位") {
		t.Errorf("counties %v, target %d, notes %v", own.Counties, own.Landed.Target, own.Notes)
	}
	if admin := w.as("admin").statistics("2023"); admin.Signed.Count != 0 || admin.Landed.Target != 0 {
		t.Errorf("the administrator counts %+v", admin.Signed)
	}
	if now := w.as("shizhang").statistics("0"); now.Year != 2024 || now.AsOf.String() != "2024-02-26" {
		t.Errorf("this year is %d as of %s", now.Year, now.AsOf)
	}
}

// TestPagesNeitherOverlapNorLeaveOut walks the demonstration in every order.
func TestPagesNeitherOverlapNorLeaveOut(t *testing.T) {
	p := newShiyan(t).as("shizhang")
	for _, sort := range []string{"code", "-signed_on", "agreed_amount", "-name", "updated_at"} {
		seen, cursor := map[string]bool{}, ""
		for {
			page := into[struct {
				Items []struct{ ID string }
				Next  string `json:"next_cursor"`
			}](p.get("/api/v1/projects?landed_year=2023&limit=200&sort=" + sort + "&cursor=" + cursor).is(http.StatusOK))
			for _, x := range page.Items {
				if seen[x.ID] {
					t.Fatalf("%s: %s comes twice", sort, x.ID)
				}
				seen[x.ID] = true
			}
			if cursor = page.Next; cursor == "" {
				break
			}
		}
		if len(seen) < 573 {
			t.Errorf("%s: %d projects, 573 landed above scale", sort, len(seen))
		}
	}
}
