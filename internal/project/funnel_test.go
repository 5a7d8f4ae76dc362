package project

import (
	"testing"

	"luodi/internal/calendar"
)

func TestPeriodsAreGatheredFromMonths(t *testing.T) {
	months := []Funnel{{Key: "2022-12", Counts: [steps]int64{1}}, {Key: "2023-01", Counts: [steps]int64{2, 1}}, {Key: "2023-03", Counts: [steps]int64{4}}, {Key: "2023-10", Counts: [steps]int64{8}}}
	quarters := Periods(months, ByQuarter)
	if len(quarters) != 3 || quarters[1].Key != "2023-Q1" || quarters[1].Counts != [steps]int64{6, 1} || quarters[2].Key != "2023-Q4" {
		t.Errorf("%+v", quarters)
	}
	if years := Periods(months, ByYear); len(years) != 2 || years[1].Key != "2023" || years[1].Counts[0] != 14 {
		t.Errorf("%+v", years)
	}
}

func TestAGroupNarrowsToItsPeriod(t *testing.T) {
	for key, want := range map[string]string{"2023-12": "signed_from=2023-12-01&signed_until=2023-12-31", "2023-02": "signed_from=2023-02-01&signed_until=2023-02-28"} {
		if got := (Filter{}).In(ByMonth, key).Values().Encode(); got != want {
			t.Errorf("%s: %s", key, got)
		}
	}
	if got := (Filter{}).In(ByQuarter, "2023-Q4").Values().Encode(); got != "signed_from=2023-10-01&signed_until=2023-12-31" {
		t.Error(got)
	}
	until := calendar.Date{Year: 2023, Month: 11, Day: 15}
	if got := (Filter{}).Population(until).In(ByQuarter, "2023-Q4").At(AtLanded, until).Values().Encode(); got != "framework=false&landed_until=2023-11-15&signed_from=2023-10-01&signed_until=2023-11-15" {
		t.Error(got)
	}
	if got := (Filter{}).In(ByTeam, "").Values().Encode(); got != "team=-" {
		t.Error(got)
	}
}

func TestPercentIsRoundedHalfUp(t *testing.T) {
	for _, c := range []struct {
		part, whole int64
		want        string
	}{{1, 3, "33.3"}, {2, 3, "66.7"}, {1, 8, "12.5"}, {1, 2000, "0.1"}, {0, 5, "0.0"}, {5, 0, ""}} {
		if got := Percent(c.part, c.whole); got != c.want {
			t.Errorf("%d of %d: %s", c.part, c.whole, got)
		}
	}
}
