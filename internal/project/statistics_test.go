package project

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"luodi/internal/calendar"
	"luodi/internal/fault"
	"luodi/internal/money"
)

func on(year int, month time.Month, day int) calendar.Date {
	return calendar.Date{Year: year, Month: month, Day: day}
}

func TestStatisticsCountByDates(t *testing.T) {
	yi := func(s string) money.Amount {
		a, err := money.Parse(s, money.Yi)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	projects := []Project{
		{CountyID: "a", IndustryTier: Lead, AgreedAmount: yi("1.5"), SignedOn: on(2023, 3, 31), Event: "甲会", Team: "一队",
			FundsArrived: []Funds{{on(2023, 4, 1), money.Yi}, {on(2022, 4, 1), money.Yi}}},
		{CountyID: "a", IndustryTier: Lead, AgreedAmount: yi("0.99"), SignedOn: on(2023, 4, 1), Event: "甲会", Ambassador: "某"},
		{CountyID: "b", AgreedAmount: yi("3"), SignedOn: on(2022, 12, 31), LandedOn: on(2023, 1, 1), StartedOn: on(2023, 12, 31), AboveScale: true},
		{CountyID: "b", AgreedAmount: yi("3"), SignedOn: on(2022, 1, 1), LandedOn: on(2023, 1, 1)},
		{CountyID: "b", AgreedAmount: yi("3"), SignedOn: on(2021, 1, 1), LandedOn: on(2022, 12, 31), AboveScale: true},
		{CountyID: "c", AgreedAmount: yi("99"), SignedOn: on(2023, 5, 1), LandedOn: on(2023, 6, 1), AboveScale: true, Framework: true, Event: "甲会"},
		{CountyID: "c", AgreedAmount: yi("5"), SignedOn: on(2023, 12, 31), IndustryTier: Supporting},
	}
	got := Compute(projects, 2023, Targets{Landed: 3})
	for what, c := range map[string]struct {
		got  Tally
		want string
	}{
		"signed": {got.Signed, "3 / 7.49亿元"}, "framework": {got.Framework, "1 / 99亿元"},
		"hundred million": {got.HundredMillion, "2 / 6.5亿元"}, "landed": {got.Landed.Tally, "1 / 3亿元"},
		"started": {got.Started, "1 / 3亿元"}, "quarter 1": {got.Quarters[0].Signed, "1 / 1.5亿元"},
		"quarter 2": {got.Quarters[1].Signed, "1 / 0.99亿元"}, "quarter 4 started": {got.Quarters[3].Started, "1 / 3亿元"},
		"events": {got.EventsTotal, "2 / 2.49亿元"}, "lead": {got.Tiers[0].Tally, "2 / 2.49亿元"}, "other": {got.Tiers[3].Tally, "0 / 0亿元"},
	} {
		if c.got.String() != c.want || c.got.AmountYi != c.got.Amount.InYi() {
			t.Errorf("%s: %s (%s), want %s", what, c.got, c.got.AmountYi, c.want)
		}
	}
	if got.Landed.PreviousYear != 1 || got.Landed.YearOnYearPercent != "0.0" || got.Landed.CompletionPercent != "33.3" {
		t.Errorf("landed: %+v", got.Landed)
	}
	if got.FundsArrived.AmountYi != "1" || got.Teams.Active != 1 || got.Ambassadors.Signed.Count != 1 || len(got.Events) != 1 {
		t.Errorf("%+v", got)
	}
	if len(got.Counties) != 3 || got.Counties[0].CountyID != "c" || got.Counties[2].CountyID != "b" || got.Counties[2].Landed.Count != 1 {
		t.Errorf("counties: %+v", got.Counties)
	}
}

func TestPercentagesRoundHalfUp(t *testing.T) {
	for _, c := range []struct {
		part, whole int64
		want        string
	}{{139, 731, "19.0"}, {293, 731, "40.1"}, {117, 456, "25.7"}, {1, 2000, "0.1"}, {-1, 2000, "-0.1"}, {1, 2001, "0.0"}, {0, 5, "0.0"}, {1, 0, ""}} {
		if got := fixed(c.part, c.whole); got != c.want {
			t.Errorf("%d of %d: %s, want %s", c.part, c.whole, got, c.want)
		}
	}
}

func TestEmptyYearHasNoPercentages(t *testing.T) {
	got := Compute(nil, 2023, Targets{})
	if got.Landed.YearOnYearPercent != "" || got.Landed.CompletionPercent != "" || got.Tiers[0].Percent != "" ||
		got.Signed.AmountYi != "0" || got.Counties == nil || got.Events == nil || got.Notes == nil || len(got.Quarters) != 4 {
		t.Errorf("%+v", got)
	}
}

// Tiers, counties and quarters each split the signed projects without loss.
func TestSplitsAddUp(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var projects []Project
		for range rapid.IntRange(0, 30).Draw(rt, "n") {
			projects = append(projects, Project{
				CountyID:     rapid.SampledFrom([]string{"a", "b", "c"}).Draw(rt, "county"),
				IndustryTier: rapid.SampledFrom([]Tier{NoTier, Lead, Advantaged, Supporting, Other}).Draw(rt, "tier"),
				AgreedAmount: money.Amount(rapid.Int64Range(1, int64(MaxAmount)).Draw(rt, "amount")),
				Framework:    rapid.Bool().Draw(rt, "framework"),
				SignedOn:     on(2023, 1, 1).AddDays(rapid.IntRange(-100, 500).Draw(rt, "day")),
			})
		}
		s := Compute(projects, 2023, Targets{})
		var tiers, counties, quarters Tally
		sum := func(to *Tally, t Tally) { to.Count += t.Count; to.Amount += t.Amount }
		for _, x := range s.Tiers {
			sum(&tiers, x.Tally)
		}
		for _, x := range s.Counties {
			sum(&counties, x.Signed)
		}
		for _, x := range s.Quarters {
			sum(&quarters, x.Signed)
		}
		for what, x := range map[string]Tally{"tiers": tiers, "counties": counties, "quarters": quarters} {
			if x.Count != s.Signed.Count || x.Amount != s.Signed.Amount {
				rt.Fatalf("%s: %s of %s", what, x, s.Signed)
			}
		}
	})
}

func TestTargetsAreWholeNumbers(t *testing.T) {
	got, err := TargetsFrom(map[string]string{TargetLanded: "300", "other": "x"})
	if err != nil || got.Landed != 300 {
		t.Errorf("%+v %v", got, err)
	}
	for _, bad := range []string{"", "0", "-1", "3.5", "三百"} {
		if _, err := TargetsFrom(map[string]string{TargetLanded: bad}); !fault.HasCode(err, "target_invalid") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
