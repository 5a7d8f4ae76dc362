package project

import (
	"slices"

	"luodi/internal/calendar"
	"luodi/internal/fault"
	"luodi/internal/org"
)

// Stage is where a project stands. Statistics count by dates, not by stage: a
// project in production was signed, landed and started too.
type Stage string

// The stages of a project's life.
const (
	Negotiating  Stage = "negotiating"
	InReview     Stage = "in_review"
	Cleared      Stage = "cleared"
	Deferred     Stage = "deferred"
	Rejected     Stage = "rejected"
	Signed       Stage = "signed"
	Landed       Stage = "landed"
	Started      Stage = "started"
	InStatistics Stage = "in_statistics"
	InProduction Stage = "in_production"
	Ended        Stage = "ended"
)

// byPerson lists the stages that a person may give next. Everything else is a
// correction, which needs a reason. Signing is offered to a cleared project that
// isn't signed yet, landing to one that is: see Advance.
var byPerson = map[Stage][]Stage{
	Negotiating:  {Signed, Ended},
	Signed:       {Landed, Ended},
	Cleared:      {Signed, Landed, Ended},
	Deferred:     {Ended},
	Landed:       {Started, Ended},
	Started:      {InStatistics, InProduction, Ended},
	InStatistics: {InProduction, Ended},
}

// byReview lists the stages that a review alone may give: it takes a project in,
// and gives it a result, or the stage it had before.
var byReview = map[Stage][]Stage{
	Negotiating: {InReview},
	Signed:      {InReview},
	Deferred:    {InReview},
	InReview:    {Negotiating, Signed, Cleared, Deferred, Rejected},
}

// milestones are the stages that have a date, in the order of a project's life.
// The statistics bureau may take a project in late or never, so production doesn't wait for it.
var milestones = []struct {
	stage    Stage
	field    string
	optional bool // may be skipped by what comes after
	date     func(*Project) *calendar.Date
}{
	{Signed, "signed_on", false, func(p *Project) *calendar.Date { return &p.SignedOn }},
	{Landed, "landed_on", false, func(p *Project) *calendar.Date { return &p.LandedOn }},
	{Started, "started_on", false, func(p *Project) *calendar.Date { return &p.StartedOn }},
	{InStatistics, "in_statistics_on", true, func(p *Project) *calendar.Date { return &p.InStatisticsOn }},
	{InProduction, "in_production_on", false, func(p *Project) *calendar.Date { return &p.InProductionOn }},
}

// On is the date of a stage: zero when not reached, or for a stage without a date.
func (p Project) On(s Stage) calendar.Date {
	for _, m := range milestones {
		if m.stage == s {
			return *m.date(&p)
		}
	}
	return calendar.Date{}
}

// Next lists the stages that a person may give the project now.
func (p Project) Next() []Stage {
	return slices.DeleteFunc(slices.Clone(byPerson[p.Stage]), func(to Stage) bool {
		return to == Signed && !p.SignedOn.IsZero() || to == Landed && p.SignedOn.IsZero()
	})
}

// Advance moves the project to its next stage, reached on that day. Ended has no
// date of its own and ignores it.
//
// Errors: Conflict "stage_by_review" for a stage that only a review gives,
// "stage_illegal"; Invalid "project_invalid" when the date is missing, in the
// future or before an earlier stage's.
func (p Project) Advance(to Stage, on, today calendar.Date) (Project, error) {
	if slices.Contains(byReview[p.Stage], to) && !slices.Contains(p.Next(), to) {
		return Project{}, fault.Newf(fault.Conflict, "stage_by_review", "“%s”由落地前研判给出,不能直接修改", to.Label())
	}
	if !slices.Contains(p.Next(), to) {
		return Project{}, illegal(p.Stage, to)
	}
	p.setDate(to, on)
	p.Stage = to
	return p, p.Check(today)
}

// ByReview moves the project as a review decided. A withdrawn review gives back
// the stage before: signed if it was signed, in negotiation if not, or deferred.
// Errors: Conflict "stage_illegal".
func (p Project) ByReview(to Stage) (Project, error) {
	backWrong := to == Signed && p.SignedOn.IsZero() || to == Negotiating && !p.SignedOn.IsZero()
	if !slices.Contains(byReview[p.Stage], to) || backWrong {
		return Project{}, illegal(p.Stage, to)
	}
	p.Stage = to
	return p, nil
}

func (p *Project) setDate(s Stage, on calendar.Date) {
	for _, m := range milestones {
		if m.stage == s {
			*m.date(p) = on
		}
	}
}

func (p Project) stageByDates() Stage {
	for _, m := range slices.Backward(milestones) {
		if !m.date(&p).IsZero() {
			return m.stage
		}
	}
	return Negotiating
}

// mayEnter guards the way into the registry: otherwise a new project could walk
// around the review that an old one must pass.
func (p Project) mayEnter(actor org.Actor) error {
	switch p.Stage {
	case InReview:
		return fault.Field("/stage", "stage_by_review", "“研判中”须通过发起研判进入,不能直接登记")
	case Cleared, Deferred, Rejected:
		if !actor.System && !actor.Has(org.CentreOperator, org.CentreLeader) {
			return fault.Field("/stage", "stage_by_review", "研判结果只能由招商中心登记历史项目时填写")
		}
	}
	return nil
}

func illegal(from, to Stage) error {
	return fault.Newf(fault.Conflict, "stage_illegal", "项目处于“%s”,不能改为“%s”", from.Label(), to.Label())
}
