package api

import (
	"slices"

	"luodi/internal/app"
	"luodi/internal/assessment"
	"luodi/internal/event"
	"luodi/internal/org"
)

// This file turns a year's state into what the API shows of it to one person: marks are
// blind, trials and changes are the office's, appeals are those of one's own unit.

func assessmentOf(v app.View[assessment.State], actor org.Actor) Assessment {
	s := v.State
	all := actor.ReadsAll()
	out := Assessment{
		ID: s.ID, Version: v.Row.Head, Year: s.Year, Title: s.Title(), Office: s.Office, Stage: s.Stage, StageLabel: s.Stage.Label(), Steps: stepsOf(s), Light: s.Light,
		Illustrative: s.Plan.Illustrative, Lapse: s.Plan.Lapse, Book: s.Plan.Book, Members: s.Plan.Members, Duties: s.Plan.Duties, Judges: []AssessmentJudge{},
		Targets: []AssessmentTargets{}, Changes: []AssessmentChange{}, Draws: []AssessmentDraw{}, Runs: runsOf(s, actor), Publicity: []AssessmentRound{},
		Appeals: appealsOf(s, actor), Adjustments: []AssessmentAdjustment{}, Reason: s.Reason, Published: s.Published(), MayRun: assessment.MayRun(actor), ReadsAll: all,
		MyUnits: []string{}, Marking: []string{}, Timeline: timeline(seen(v.Events, all)),
	}
	if s.Clock != nil {
		out.Due, out.Provisional = s.Clock.Due, s.Clock.Provisional
	}
	for _, m := range s.Active() {
		if m.UnitID == actor.UnitID {
			out.MyUnits = append(out.MyUnits, m.UnitID)
		}
	}
	for _, j := range s.Plan.Judges {
		if !all && j.UserID != actor.UserID { // who marks is nobody's business but the office's
			continue
		}
		out.Judges = append(out.Judges, AssessmentJudge{UserID: j.UserID, Name: j.Name, UnitName: j.UnitName, Panel: j.Panel, Topics: j.Topics, Owed: s.Unmarked(j)})
		if j.UserID == actor.UserID {
			out.Marking = append(out.Marking, j.Topics...)
		}
	}
	for _, t := range s.Targets {
		x := AssessmentTargets{Version: t.Version, Count: t.Count, Findings: t.Findings, Source: t.Source, By: *person(t.By.By), At: t.By.At, Reason: t.Reason, Moved: []string{}}
		if all {
			x.Moved = append(x.Moved, t.Moved...)
		}
		out.Targets = append(out.Targets, x)
	}
	for _, r := range s.Rounds {
		out.Publicity = append(out.Publicity, AssessmentRound{No: r.No, Run: r.Run, From: r.By.At, Due: r.Clock.Due, Over: r.Over, Days: r.Clock.Terms.Days})
	}
	if s.Final != nil {
		out.Locked = &AssessmentLock{At: s.Final.By.At, By: *person(s.Final.By.By), Run: s.Final.Run, Hash: s.Final.Hash, Grades: s.Final.Grades}
	}
	if all {
		officeView(&out, s)
	}
	return out
}

// officeView adds what only those who run the year, and those who read all, see.
func officeView(out *Assessment, s assessment.State) {
	out.Returned = s.Returned
	if s.Rechecked != nil {
		out.RecheckedBy = person(s.Rechecked.By)
	}
	if s.Asked != nil {
		out.Computing = s.Asked.Kind.Label()
	}
	for _, c := range slices.Backward(s.Changes) {
		x := AssessmentChange{No: c.No, Kind: c.Kind, KindLabel: c.Kind.Label(), Reason: c.Reason, Diff: append([]string{}, c.Diff...), By: *person(c.By.By), At: c.By.At, Decided: c.Decided, Decision: c.Decision}
		if c.Decider != nil {
			x.DecidedBy = person(c.Decider.By)
		}
		out.Changes = append(out.Changes, x)
	}
	for _, d := range s.Draws {
		x := AssessmentDraw{No: d.No, Seed: d.Seed, Per: d.Per, Candidates: d.Candidates, Digest: d.Digest, By: *person(d.By.By), At: d.By.At, Items: []AssessmentDrawn{}}
		for _, i := range d.Items {
			y := AssessmentDrawn{ID: i.ID, UnitName: i.UnitName, Title: i.Title, Found: i.Found, Text: i.Text}
			if i.By != nil {
				y.By = person(i.By.By)
			}
			x.Items = append(x.Items, y)
		}
		out.Draws = append(out.Draws, x)
	}
	for _, a := range s.Adjustments {
		x := AssessmentAdjustment{No: a.No, UnitName: a.UnitName, From: a.From, To: a.To, Reason: a.Reason, By: *person(a.By.By), At: a.By.At, Decided: a.Decided, Decision: a.Decision}
		if a.Decider != nil {
			x.DecidedBy = person(a.Decider.By)
		}
		out.Adjustments = append(out.Adjustments, x)
	}
}

func stepsOf(s assessment.State) []AssessmentStep {
	out := []AssessmentStep{}
	for _, st := range assessment.Stages {
		x := AssessmentStep{Stage: st, Label: st.Label(), Days: s.Plan.Terms[st].Days, State: "ahead"}
		switch {
		case st == s.Stage:
			x.State = "now"
		case s.Stage != assessment.Cancelled && st.Before(s.Stage):
			x.State = "past"
		}
		out = append(out, x)
	}
	return out
}

// open are the events that concern everybody who takes part.
var openEvents = []string{
	(assessment.YearOpened{}).EventType(), (assessment.TargetsIssued{}).EventType(), (assessment.StageBegun{}).EventType(), (assessment.WasPublicized{}).EventType(),
	(assessment.PublicityOver{}).EventType(), (assessment.WasLocked{}).EventType(), (assessment.WasCancelled{}).EventType(), (assessment.ClockMoved{}).EventType(),
}

func seen(events []event.Event, all bool) []event.Event {
	if all {
		return events
	}
	return slices.DeleteFunc(slices.Clone(events), func(e event.Event) bool { return !slices.Contains(openEvents, e.Type) })
}

// runsOf are the runs that the actor may see, the latest first.
func runsOf(s assessment.State, actor org.Actor) []AssessmentRun {
	out := []AssessmentRun{}
	for _, r := range slices.Backward(s.Runs) {
		if actor.ReadsAll() || s.Published() && r.Kind != assessment.Trial && r.Void == "" && r.Failed == "" {
			out = append(out, runOf(s, r))
		}
	}
	return out
}

func runOf(s assessment.State, r assessment.Run) AssessmentRun {
	standing := s.Standing()
	return AssessmentRun{
		No: r.No, Kind: r.Kind, KindLabel: r.Kind.Label(), Appeal: r.Appeal, AsOf: r.AsOf.String(), KnownAt: r.KnownAt, By: *person(r.By.By), Inputs: r.Inputs, Book: r.Book, Engine: r.Engine,
		Output: r.Output, Hash: r.Hash, Findings: r.Findings, Units: len(r.Units), Failed: r.Failed, Problems: append([]string{}, r.Problems...), Void: r.Void, Standing: standing != nil && standing.No == r.No,
	}
}

var appealLabels = map[string]string{"open": "待裁定", "withdrawn": "已撤回", "accepted": "成立", "refused": "不成立"}

// appealsOf are the appeals that the actor may see: those of their own unit, all for
// whoever reads all.
func appealsOf(s assessment.State, actor org.Actor) []AssessmentAppeal {
	out := []AssessmentAppeal{}
	for _, a := range s.Appeals {
		if !actor.ReadsAll() && a.UnitID != actor.UnitID {
			continue
		}
		x := AssessmentAppeal{
			No: a.No, Round: a.Round, UnitID: a.UnitID, UnitName: a.UnitName, Indicator: a.Indicator, Title: a.Title, Text: a.Text, Files: append([]assessment.File{}, a.Files...), Figures: append([]string{}, a.Figures...),
			By: *person(a.By.By), At: a.By.At, Status: a.Status, StatusLabel: appealLabels[a.Status], Ruling: a.Ruling, Corrections: append([]assessment.Correction{}, a.Corrections...), Before: a.Before, After: a.After,
		}
		if a.Ruled != nil {
			x.RuledBy, x.RuledAt = person(a.Ruled.By), a.Ruled.At
		}
		out = append(out, x)
	}
	return out
}

func oneEvent(e event.Event) []event.Event { return []event.Event{e} }
