package api

import (
	"net/url"
	"slices"

	"luodi/internal/app"
	"luodi/internal/org"
	"luodi/internal/process"
	"luodi/internal/review"
)

// This file turns a review's state into what the API shows of it to one person.

func reviewOf(row app.ProcessRow, s review.State, actor org.Actor, actions []process.Action) Review {
	out := Review{
		ID: s.ID, Version: row.Head, Stage: s.Stage, StageLabel: s.Stage.Label(), Light: s.Light(), Due: s.Due(),
		Provisional: s.Provisional(), Figures: s.Figures, Note: s.Note, Submissions: submissions(s.Versions),
		Initiator: *person(s.Initiator), Template: TemplateRef{ID: s.TemplateID, Version: s.TemplateVersion},
		Mode: s.Rules.Mode.Label(), Intake: stepOf(s, s.Intake), Recheck: stepOf(s, s.Recheck),
		PanelWhy: s.Rules.PanelWhy, Panel: stepOf(s, s.PanelStep), Verdict: s.Verdict, Decision: stepOf(s, s.Decision),
		Seats: []Seat{}, Conditions: []Condition{}, Papers: []PaperRef{}, Reads: []ReadReceipt{},
		Outcome: s.Outcome, OutcomeLabel: s.Outcome.Label(), OutcomeText: s.OutcomeText, OutcomeBy: person(s.OutcomeBy),
		DecidedAt: s.DecidedAt, DeferredUntil: s.DeferredUntil, Score: s.Score, StartedAt: s.StartedAt, EndedAt: s.EndedAt, Actions: actions,
	}
	if s.Rules.Mode == review.Ballot {
		agree, all := s.Tally()
		out.Tally = &BallotTally{Agree: agree, All: all, Pass: s.Rules.Pass}
	}
	if m := s.Meeting; m != nil {
		out.Meeting = &MeetingRef{ID: m.ID, Title: m.Title, At: m.At, Chair: m.Chair}
	}
	if p := s.Paused; p != nil {
		out.Paused = &Pause{Person: *person(p.By), At: p.At, Text: p.Text, Until: p.Until}
	}
	for _, seat := range s.Seats {
		out.Seats = append(out.Seats, seatOf(s, seat, actor))
	}
	for _, c := range s.Conditions {
		out.Conditions = append(out.Conditions, conditionOf(s, c))
	}
	for _, p := range s.Papers {
		if p.Number != "" {
			out.Papers = append(out.Papers, paperOf(s.ID, p))
		}
	}
	for _, r := range s.Reads {
		out.Reads = append(out.Reads, ReadReceipt{Person: Person{Name: r.Name, UnitName: r.UnitName}, At: r.At})
	}
	return out
}

func submissions(versions []review.Version) []Submission {
	out := []Submission{}
	for i, v := range versions {
		x := Submission{At: v.At, By: *person(v.By), Text: v.Text, Changes: []review.Change{}}
		if i > 0 {
			x.Changes = append(x.Changes, review.Compare(versions[i-1].Figures, v.Figures)...)
		}
		out = append(out, x)
	}
	return out
}

// seatOf hides from other units what is still being prepared inside one.
func seatOf(s review.State, x review.Seat, actor org.Actor) Seat {
	out := Seat{
		ID: x.ID, UnitID: x.Unit(), UnitName: x.UnitName, Veto: x.Veto, SignOff: x.SignOff, Lapse: x.Lapse.Label(), Why: x.Why,
		Unstaffed: x.Unstaffed, Opinion: x.Opinion, OpinionLabel: x.Opinion.Label(), Text: x.Text, Mark: x.Mark, By: person(x.By),
		Automatic: x.Automatic, Dropped: x.Dropped, Step: stepOf(s, x.Step),
	}
	inside := slices.ContainsFunc(actor.Capacities(), func(a org.Actor) bool { return a.UnitID == x.Unit() })
	if x.Added != nil {
		out.Added, out.AddedTo = x.Added.Where.Label(), x.Added.To
	}
	if x.Holder != nil {
		out.Holder = person(*x.Holder)
	}
	if x.Drafter != nil {
		out.Drafter = person(*x.Drafter)
	}
	if d := x.Delegate; d != nil {
		out.Delegate = &Delegate{Person: *person(d.To), Text: d.Text, At: d.At, BackAt: d.BackAt}
		if inside {
			out.Delegate.Report = d.Report
		}
	}
	if d := x.Draft; d != nil {
		out.Draft = &SeatDraft{By: *person(d.By), At: d.At}
		if inside {
			out.Draft.OpinionLabel, out.Draft.Text = d.Opinion.Label(), d.Text
		}
	}
	if x.Condition != "" {
		out.Conditions = append(out.Conditions, Demand{Text: x.Condition})
	}
	for _, d := range x.Demands {
		out.Conditions = append(out.Conditions, Demand{Text: d.Text, OwnerName: d.OwnerName, Due: d.Due})
	}
	for _, r := range x.Remarks {
		out.Remarks = append(out.Remarks, Remark{Person: *person(r.By), At: r.At, Text: r.Text})
	}
	for _, p := range x.Past {
		past := PastOpinion{OpinionLabel: p.Opinion.Label(), Text: p.Text, At: p.At}
		if by := person(p.By); by != nil {
			past.Person = *by
		}
		out.Past = append(out.Past, past)
	}
	return out
}

func conditionOf(s review.State, c review.Condition) Condition {
	out := Condition{
		ID: c.ID, Text: c.Text, Owner: c.Owner, OwnerName: c.OwnerName, SetBy: c.SetByName, State: c.State(),
		Step: stepOf(s, c.Step), Check: stepOf(s, c.Check), Evidence: []Evidence{},
	}
	for _, e := range c.Evidence {
		x := Evidence{Person: *person(e.By), At: e.At, Text: e.Text, Files: []review.File{}, Returned: e.Returned}
		x.Files = append(x.Files, e.Files...)
		out.Evidence = append(out.Evidence, x)
	}
	if c.Closed != nil {
		out.Closed = &Remark{Person: *person(c.Closed.By), At: c.Closed.At, Text: c.Closed.Text}
	}
	return out
}

func paperOf(id string, p review.Paper) PaperRef {
	out := PaperRef{Number: p.Number, Decided: p.Decided, IssuedAt: p.IssuedAt}
	if !p.IssuedAt.IsZero() {
		address := "/api/v1/reviews/" + id + "/papers/" + url.PathEscape(p.Number)
		out.PDF, out.Word, out.PDFHash, out.WordHash = address+"?format=pdf", address+"?format=docx", p.PDF.ID, p.Word.ID
	}
	return out
}

// person is nil for nobody.
func person(a org.Actor) *Person {
	if a.Name == "" {
		return nil
	}
	return &Person{Name: a.Name, UnitName: a.UnitName, For: standsFor(a)}
}

// standsFor names whom an actor stood in for.
func standsFor(a org.Actor) string {
	if a.For == nil {
		return ""
	}
	return a.For.Name
}

func stepOf(s review.State, x review.Step) Step {
	out := Step{
		State: "waiting", OpenedAt: x.Clock.Start, Due: x.Clock.Due, RemindAt: x.Clock.RemindAt, RedAt: x.Clock.RedAt,
		WorkingDays: x.Clock.Terms.Days, Extended: x.Extended, Urged: len(x.Urges), Light: x.Light, Reminded: x.Reminded,
		Provisional: x.Clock.Provisional, DoneAt: x.DoneAt,
	}
	switch {
	case x.Clock.Start.IsZero():
		out.Light = process.Green
		if !x.DoneAt.IsZero() {
			out.State = "done"
		}
	case !x.DoneAt.IsZero():
		out.State = "done"
	case s.Ended():
		out.State = "cancelled"
	case x.Returned != nil:
		out.State = "returned"
		out.Returned = &Returned{Person: *person(x.Returned.By), At: x.Returned.At, Text: x.Returned.Text,
			Route: x.Returned.Route.Label(), AnsweredAt: x.Returned.AnsweredAt}
	case !x.Clock.Running():
		out.State = "paused"
	default:
		out.State = "open"
	}
	return out
}
