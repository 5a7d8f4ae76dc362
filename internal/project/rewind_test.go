package project

import (
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"luodi/internal/calendar"
	"luodi/internal/event"
	"luodi/internal/money"
)

// Every field that a change can name must be readable back, or a project could not be
// rewound over it.
func TestEveryFieldReadsItsOwnText(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		p := randomProject(rt, "before")
		for _, f := range Fields {
			read, ok := readers[f.Name]
			if !ok {
				rt.Fatalf("%s can't be read back", f.Name)
			}
			var q Project
			if err := read(&q, f.Text(p)); err != nil || f.Text(q) != f.Text(p) {
				rt.Fatalf("%s: %q becomes %q, %v", f.Name, f.Text(p), f.Text(q), err)
			}
		}
	})
	if len(readers) != len(Fields) {
		t.Errorf("%d readers for %d fields", len(readers), len(Fields))
	}
}

func randomProject(rt *rapid.T, name string) Project {
	g := func(s string) string { return name + " " + s }
	word := rapid.SampledFrom([]string{"", "甲", "新能源 A;B", "驻深圳:专班"})
	day := rapid.Custom(func(t *rapid.T) calendar.Date {
		return calendar.Date{Year: 2023, Month: 1, Day: 1}.AddDays(rapid.IntRange(0, 400).Draw(t, "day"))
	})
	p := Project{
		Code: "C1", Name: rapid.SampledFrom([]string{"一", "二"}).Draw(rt, g("name")), Investor: "投资方", CountyID: rapid.SampledFrom([]string{"a", "b"}).Draw(rt, g("county")),
		InvestorKind: rapid.SampledFrom([]InvestorKind{NoInvestorKind, Foreign, Private}).Draw(rt, g("kind")),
		IndustryTier: rapid.SampledFrom([]Tier{NoTier, Lead, Other}).Draw(rt, g("tier")), AgreedAmount: money.Amount(rapid.Int64Range(1, 1e12).Draw(rt, g("amount"))),
		Framework: rapid.Bool().Draw(rt, g("framework")), AboveScale: rapid.Bool().Draw(rt, g("scale")), Team: word.Draw(rt, g("team")), Remark: word.Draw(rt, g("remark")),
		LandArea: Quantity(rapid.SampledFrom([]string{"", "0", "12.5"}).Draw(rt, g("land"))), Verification: rapid.SampledFrom(Verifications).Draw(rt, g("verification")).Value,
		Stage: Negotiating,
	}
	for range rapid.IntRange(0, 3).Draw(rt, g("funds")) {
		p.FundsArrived = append(p.FundsArrived, Funds{On: day.Draw(rt, g("on")), Amount: money.Amount(rapid.Int64Range(1, 1e10).Draw(rt, g("arrived")))})
	}
	on := day.Draw(rt, g("signed"))
	for _, m := range milestones[:rapid.IntRange(0, len(milestones)).Draw(rt, g("stages"))] {
		*m.date(&p), p.Stage = on, m.stage
		on = on.AddDays(rapid.IntRange(0, 40).Draw(rt, g("later")))
	}
	return p.canonical()
}

// step changes a project as a person, a correction or a review does, and gives what is
// recorded of it.
func step(rt *rapid.T, p Project) (Project, []event.Draft) {
	today := calendar.Date{Year: 2026, Month: 1, Day: 1}
	switch rapid.IntRange(0, 3).Draw(rt, "step") {
	case 0:
		next := randomProject(rt, "patched")
		changed, changes, err := p.Apply(Patch{Name: &next.Name, CountyID: &next.CountyID, Team: &next.Team, AgreedAmount: &next.AgreedAmount, FundsArrived: &next.FundsArrived, IndustryTier: &next.IndustryTier}, today)
		if err == nil && len(changes) > 0 {
			return changed, event.Drafts(Changed{changes})
		}
	case 1:
		to := rapid.SampledFrom(Stages).Draw(rt, "to").Value
		last := p.SignedOn
		for _, m := range milestones {
			if d := *m.date(&p); d.After(last) {
				last = d
			}
		}
		if last.IsZero() {
			last = calendar.Date{Year: 2024, Month: 1, Day: 1}
		}
		if moved, err := p.Advance(to, last.AddDays(3), today); err == nil {
			return moved, event.Drafts(Advanced{From: p.Stage, To: to, On: moved.On(to).String()})
		}
	case 2:
		next := randomProject(rt, "corrected")
		changed, changes, err := p.Correct(Correction{Stage: &next.Stage, SignedOn: &next.SignedOn, LandedOn: &next.LandedOn, StartedOn: &next.StartedOn,
			InStatisticsOn: &next.InStatisticsOn, InProductionOn: &next.InProductionOn, Patch: Patch{Framework: &next.Framework}}, "记录有误", today)
		if err == nil && len(changes) > 0 {
			return changed, event.Drafts(Corrected{Reason: "记录有误", Changes: changes})
		}
	default:
		to := rapid.SampledFrom(Stages).Draw(rt, "review").Value
		if moved, err := p.ByReview(to); err == nil {
			return moved, event.Drafts(StageByReview{ReviewID: "r", From: p.Stage, To: to})
		}
	}
	return p, nil
}

func TestRewindUndoesEvents(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		p := randomProject(rt, "first")
		past, events := []Project{p}, []event.Event{{Type: Registered{}.EventType(), Data: event.NewDraft(Registered{Draft: DraftOf(p)}).Data}}
		for range rapid.IntRange(0, 12).Draw(rt, "steps") {
			next, drafts := step(rt, p)
			for _, d := range drafts {
				events, past = append(events, event.Event{Type: d.Type, Data: d.Data}), append(past, next)
			}
			p = next
		}
		for n := range past {
			before, ok, err := Rewind(p, events[n+1:])
			if err != nil || !ok || !reflect.DeepEqual(DraftOf(before), DraftOf(past[n])) {
				rt.Fatalf("after %d of %d events: %+v\nwas %+v (%v)", n+1, len(events), DraftOf(before), DraftOf(past[n]), err)
			}
		}
		if _, ok, _ := Rewind(p, events); ok {
			rt.Fatal("a project is there before it was registered")
		}
	})
}

func TestRewindNamesWhatItCantUndo(t *testing.T) {
	for _, c := range []Change{{Field: "unknown"}, {Field: "agreed_amount", From: "x"}, {Field: "signed_on", From: "2023-02-30"}, {Field: "framework", From: "?"},
		{Field: "stage", From: "?"}, {Field: "funds_arrived", From: "x:1"}, {Field: "funds_arrived", From: "2023-01-01:x"}} {
		_, _, err := Rewind(Project{}, []event.Event{{Type: "project.changed", Data: event.NewDraft(Changed{slices.Clone([]Change{c})}).Data}})
		if err == nil {
			t.Errorf("%+v was undone", c)
		}
	}
}
