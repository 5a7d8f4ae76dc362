package project

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"luodi/internal/calendar"
	"luodi/internal/fault"
	"luodi/internal/money"
	"luodi/internal/org"
)

var (
	now     = time.Date(2023, 12, 31, 2, 0, 0, 0, time.UTC)
	today   = calendar.DateOf(now)
	centre  = org.Actor{UserID: "u1", Name: "张明", UnitID: "centre", Roles: []org.Role{org.CentreOperator}}
	county  = org.Actor{UserID: "u2", Name: "王华", UnitID: "maojian", Roles: []org.Role{org.CountyOperator}}
	someDay = calendar.Date{Year: 2023, Month: 5, Day: 10}
)

// at is a sound project at a stage; signed says whether one in review or before was signed.
func at(stage Stage, signed bool) Project {
	p := Draft{Name: "项目甲", Investor: "甲公司", CountyID: "maojian", AgreedAmount: money.Yi, Stage: stage}.Project()
	reached := map[Stage]int{Signed: 1, Landed: 2, Started: 3, InStatistics: 4, InProduction: 5}[stage]
	for i, m := range milestones {
		if i < reached || i == 0 && signed {
			*m.date(&p) = someDay
		}
	}
	return p
}

// legal is the table of the registry's rules, written once more: p by a person, r by a review.
var legal = map[Stage]map[Stage]string{
	Negotiating:  {Signed: "p", Ended: "p", InReview: "r"},
	Signed:       {Landed: "p", Ended: "p", InReview: "r"},
	InReview:     {Negotiating: "r", Cleared: "r", Deferred: "r", Rejected: "r"},
	Cleared:      {Signed: "p", Ended: "p"},
	Deferred:     {InReview: "r", Ended: "p"},
	Rejected:     {},
	Landed:       {Started: "p", Ended: "p"},
	Started:      {InStatistics: "p", InProduction: "p", Ended: "p"},
	InStatistics: {InProduction: "p", Ended: "p"},
	InProduction: {},
	Ended:        {},
}

func TestOnlyLegalStagesFollow(t *testing.T) {
	for _, from := range Stages {
		for _, to := range Stages {
			p := at(from.Value, false)
			if err := p.Check(today); err != nil {
				t.Fatalf("%s: %v", from.Value, err)
			}
			_, byPerson := p.Advance(to.Value, someDay, today)
			_, byReview := p.ByReview(to.Value)
			want := legal[from.Value][to.Value]
			if (byPerson == nil) != (want == "p") || (byReview == nil) != (want == "r") {
				t.Errorf("%s → %s: person %v, review %v, want %q", from.Label, to.Label, byPerson, byReview, want)
			}
			if want == "r" && !fault.HasCode(byPerson, "stage_by_review") {
				t.Errorf("%s → %s by a person: %v", from.Label, to.Label, byPerson)
			}
		}
	}
}

func TestReviewGivesBackTheStageBefore(t *testing.T) {
	for _, signed := range []bool{false, true} {
		p := at(InReview, signed)
		_, toSigned := p.ByReview(Signed)
		_, toNegotiating := p.ByReview(Negotiating)
		if (toSigned == nil) != signed || (toNegotiating == nil) == signed {
			t.Errorf("signed %v: to signed %v, to negotiating %v", signed, toSigned, toNegotiating)
		}
	}
}

func TestClearedProjectSignsOnceAndLandsSigned(t *testing.T) {
	if got := at(Cleared, false).Next(); !slices.Equal(got, []Stage{Signed, Ended}) {
		t.Errorf("unsigned: %v", got)
	}
	if got := at(Cleared, true).Next(); !slices.Equal(got, []Stage{Landed, Ended}) {
		t.Errorf("signed: %v", got)
	}
}

func TestEveryLegalWalkStaysSound(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		p := at(Negotiating, false)
		on := calendar.Date{Year: 2020, Month: 1, Day: 1}
		for range rapid.IntRange(1, 25).Draw(rt, "steps") {
			to := rapid.SampledFrom(Stages).Draw(rt, "to").Value
			on = on.AddDays(rapid.IntRange(0, 20).Draw(rt, "days"))
			before := p
			var next Project
			var err error
			if rapid.Bool().Draw(rt, "review") {
				next, err = p.ByReview(to)
			} else {
				next, err = p.Advance(to, on, today)
			}
			if len(Changes(before, p)) != 0 {
				rt.Fatal("a move changed the project it started from")
			}
			if err != nil {
				continue
			}
			if bad := next.Check(today); bad != nil || next.Stage != to {
				rt.Fatalf("%s → %s: %v", p.Stage, to, bad)
			}
			p = next
		}
	})
}

func TestAdvanceNeedsAReasonableDate(t *testing.T) {
	p := at(Signed, true)
	for name, c := range map[string]struct {
		on   calendar.Date
		code string
	}{
		"none":           {calendar.Date{}, "date_required"},
		"future":         {today.AddDays(1), "date_in_future"},
		"before signing": {someDay.AddDays(-1), "date_out_of_order"},
		"invalid":        {calendar.Date{Year: 2023, Month: 2, Day: 31}, "date_invalid"},
		"long ago":       {calendar.Date{Year: 1979, Month: 12, Day: 31}, "date_invalid"},
	} {
		_, err := p.Advance(Landed, c.on, today)
		if !hasDetail(err, "/landed_on", c.code) {
			t.Errorf("%s: %v", name, err)
		}
	}
	got, err := p.Advance(Landed, someDay, today)
	if err != nil || got.On(Landed) != someDay || !got.On(Started).IsZero() || !got.On(Ended).IsZero() {
		t.Errorf("%+v, %v", got, err)
	}
}

func hasDetail(err error, field, code string) bool {
	return err != nil && slices.ContainsFunc(fault.From(err).Details, func(d fault.Detail) bool { return d.Field == field && d.Code == code })
}

func TestCheckFindsEveryWrongField(t *testing.T) {
	cases := map[string]struct {
		change func(*Project)
		field  string
		code   string
	}{
		"no name":            {func(p *Project) { p.Name = "" }, "/name", "required"},
		"long name":          {func(p *Project) { p.Name = strings.Repeat("长", 201) }, "/name", "too_long"},
		"newline in name":    {func(p *Project) { p.Name = "甲\n乙" }, "/name", "control_character"},
		"hidden direction":   {func(p *Project) { p.Investor = "甲\u202e乙" }, "/investor", "control_character"},
		"broken text":        {func(p *Project) { p.Remark = "\xff" }, "/remark", "control_character"},
		"nul in remark":      {func(p *Project) { p.Remark = "a\x00b" }, "/remark", "control_character"},
		"no investor":        {func(p *Project) { p.Investor = "" }, "/investor", "required"},
		"no county":          {func(p *Project) { p.CountyID = "" }, "/county_id", "required"},
		"amount zero":        {func(p *Project) { p.AgreedAmount = 0 }, "/agreed_amount", "amount_not_positive"},
		"amount over limit":  {func(p *Project) { p.AgreedAmount = MaxAmount + 1 }, "/agreed_amount", "amount_too_large"},
		"tier":               {func(p *Project) { p.IndustryTier = "x" }, "/industry_tier", "tier_unknown"},
		"investor kind":      {func(p *Project) { p.InvestorKind = "x" }, "/investor_kind", "investor_kind_unknown"},
		"verification":       {func(p *Project) { p.Verification = "x" }, "/verification", "verification_unknown"},
		"stage":              {func(p *Project) { p.Stage = "x" }, "/stage", "stage_unknown"},
		"land":               {func(p *Project) { p.LandArea = "-1" }, "/land_area", "number_invalid"},
		"land too fine":      {func(p *Project) { p.LandArea = "1.0001" }, "/land_area", "number_invalid"},
		"energy in words":    {func(p *Project) { p.EnergyUse = "many" }, "/energy_use", "number_invalid"},
		"energy exponent":    {func(p *Project) { p.EnergyUse = "1e999999999" }, "/energy_use", "number_invalid"},
		"phone":              {func(p *Project) { p.ContactPhone = "call me" }, "/contact_phone", "phone_invalid"},
		"beyond the stage":   {func(p *Project) { p.LandedOn = someDay }, "/landed_on", "date_beyond_stage"},
		"started not landed": {func(p *Project) { p.Stage, p.StartedOn = Started, someDay }, "/started_on", "date_without_earlier"},
		"funds negative":     {func(p *Project) { p.FundsArrived = []Funds{{someDay, -1}} }, "/funds_arrived", "funds_negative"},
		"funds zero":         {func(p *Project) { p.FundsArrived = []Funds{{someDay, 0}} }, "/funds_arrived/0/amount", "amount_invalid"},
		"funds undated":      {func(p *Project) { p.FundsArrived = []Funds{{calendar.Date{}, 1}} }, "/funds_arrived/0/on", "date_invalid"},
		"funds in future":    {func(p *Project) { p.FundsArrived = []Funds{{today.AddDays(1), 1}} }, "/funds_arrived/0/on", "date_in_future"},
		"too many funds":     {func(p *Project) { p.FundsArrived = slices.Repeat([]Funds{{someDay, 1}}, MaxFunds+1) }, "/funds_arrived", "too_many"},
	}
	for name, c := range cases {
		p := at(Signed, true)
		c.change(&p)
		err := p.Check(today)
		if !fault.Is(err, fault.Invalid) || !hasDetail(err, c.field, c.code) {
			t.Errorf("%s: %+v", name, fault.From(err))
		}
	}
	all := Project{}.Check(today)
	if len(fault.From(all).Details) < 5 {
		t.Errorf("the empty project has only %v", all)
	}
}

func TestNewGuardsTheWayAroundAReview(t *testing.T) {
	for _, stage := range []Stage{InReview, Cleared, Deferred, Rejected} {
		d := DraftOf(at(stage, true))
		_, byCounty := New(d, "p1", county, now)
		_, byCentre := New(d, "p1", centre, now)
		if byCounty == nil || (byCentre == nil) == (stage == InReview) {
			t.Errorf("%s: county %v, centre %v", stage, byCounty, byCentre)
		}
	}
}

func TestNewBringsDraftsIntoCanonicalForm(t *testing.T) {
	p, err := New(Draft{
		Name: " 项目甲 ", Investor: "甲公司", CountyID: "maojian", AgreedAmount: money.Wan, LandArea: "012.500",
		SignedOn: someDay, Remark: "一\r\n二", FundsArrived: []Funds{{someDay.AddDays(5), 2}, {someDay, 1}},
	}, "p1", county, now)
	if err != nil {
		t.Fatal(err)
	}
	if p.Name != "项目甲" || p.LandArea != "12.5" || p.Stage != Signed || p.Remark != "一\n二" || p.Version != 1 ||
		p.Verification != NotSubmitted || p.FundsArrived[0].Amount != 1 || p.FundsTotal() != 3 || p.CreatedBy.UserID != "u2" {
		t.Errorf("%+v", p)
	}
	if again := DraftOf(p).Project(); len(Changes(p, again)) != 0 {
		t.Errorf("not stable: %+v", Changes(p, again))
	}
	if next := p.Touched(now.Add(time.Hour)); next.Version != 2 || !next.UpdatedAt.After(p.UpdatedAt) || p.Version != 1 {
		t.Errorf("%+v", next)
	}
}

func TestPatchTellsWhatChanged(t *testing.T) {
	p := at(Signed, true)
	amount, name, tier := money.MustParse("12345.5"), "项目甲", Lead
	got, changes, err := p.Apply(Patch{AgreedAmount: &amount, Name: &name, IndustryTier: &tier}, today)
	want := []Change{
		{"industry_tier", "产业层级", "", "一主"},
		{"agreed_amount", "协议金额", "10000", "12345.5"},
	}
	if err != nil || !slices.Equal(changes, want) || got.AgreedAmount != amount || p.AgreedAmount != money.Yi {
		t.Errorf("%+v %v", changes, err)
	}
	empty := ""
	if _, _, err := p.Apply(Patch{Name: &empty}, today); !hasDetail(err, "/name", "required") {
		t.Errorf("empty name: %v", err)
	}
}

func TestCorrectionNeedsAReasonAndKeepsReviewsOut(t *testing.T) {
	p := at(Landed, true)
	signed, none := Signed, calendar.Date{}
	back := Correction{Stage: &signed, LandedOn: &none}
	for _, reason := range []string{"", " 错 ", "x", strings.Repeat("长", 501), "ok\x00ok"} {
		if _, _, err := p.Correct(back, reason, today); !hasDetail(err, "/reason", "reason_required") {
			t.Errorf("reason %q: %v", reason, err)
		}
	}
	got, changes, err := p.Correct(back, "登记有误", today)
	if err != nil || got.Stage != Signed || !got.LandedOn.IsZero() || len(changes) != 2 {
		t.Errorf("%+v %+v %v", got, changes, err)
	}
	if _, _, err := p.Correct(Correction{Stage: &signed}, "登记有误", today); !hasDetail(err, "/landed_on", "date_beyond_stage") {
		t.Errorf("stage against its dates: %v", err)
	}
	review := InReview
	if _, _, err := at(Signed, true).Correct(Correction{Stage: &review}, "登记有误", today); !fault.HasCode(err, "stage_by_review") {
		t.Errorf("into a review: %v", err)
	}
	if _, _, err := at(InReview, true).Correct(Correction{Stage: &signed}, "登记有误", today); !fault.HasCode(err, "stage_by_review") {
		t.Errorf("out of a review: %v", err)
	}
}

func TestProjectJSONIsFlatAndExact(t *testing.T) {
	p := at(Signed, true)
	p.LandArea = "12.5"
	b, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"agreed_amount":"10000"`, `"signed_on":"2023-05-10"`, `"land_area":"12.5"`, `"funds_arrived":[]`, `"stage":"signed"`} {
		if !strings.Contains(string(b), want) {
			t.Errorf("no %s in %s", want, b)
		}
	}
	if strings.Contains(string(b), "landed_on") {
		t.Error("a date that isn't there is written")
	}
	for in, want := range map[string]Quantity{`12.50`: "12.50", `"7"`: "7", `null`: "", `"x"`: "x", `""`: ""} {
		var q Quantity
		if err := json.Unmarshal([]byte(in), &q); err != nil || q != want {
			t.Errorf("%s: %q %v", in, q, err)
		}
	}
}

func TestEveryFieldOfADraftHasALabel(t *testing.T) {
	b, err := json.Marshal(DraftOf(at(InProduction, true)))
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]any
	if err := json.Unmarshal(b, &fields); err != nil {
		t.Fatal(err)
	}
	for name := range fields {
		if Label(name) == "" {
			t.Errorf("%s has no label", name)
		}
	}
	if len(fields) != len(Fields) {
		t.Errorf("%d fields in JSON, %d in the table", len(fields), len(Fields))
	}
}

func TestSortIsAClosedList(t *testing.T) {
	for _, s := range []string{"-signed_on", "agreed_amount", "name", "-updated_at", "code"} {
		if got, err := ParseSort(s); err != nil || got.String() != s {
			t.Errorf("%s: %v %v", s, got, err)
		}
	}
	if got, err := ParseSort(""); err != nil || got != (Sort{ByUpdatedAt, true}) {
		t.Errorf("default: %v %v", got, err)
	}
	if _, err := ParseSort("id; drop table"); !fault.HasCode(err, "sort_unknown") {
		t.Errorf("unknown: %v", err)
	}
}
