// Package review is 落地前研判, the joint review of a project before it lands:
// intake, parallel opinions of departments, decision. It is pure: Decide turns
// commands into events, Evolve turns events into state, Actions says who may do
// what. Time comes in with commands, working days with the calendar.
package review

import (
	"maps"
	"slices"
	"time"

	"luodi/internal/money"
	"luodi/internal/org"
	"luodi/internal/process"
)

// Stage is where a review stands.
type Stage string

// The stages of a review.
const (
	Intake   Stage = "intake"   // 受理
	Opinions Stage = "opinions" // 部门会审
	Deciding Stage = "decision" // 决定
	End      Stage = "end"      // 办结
)

// Label is the stage's Chinese name.
func (s Stage) Label() string {
	return map[Stage]string{Intake: "受理", Opinions: "部门会审", Deciding: "决定", End: "办结"}[s]
}

// Outcome is how a review ended.
type Outcome string

// The outcomes of a review.
const (
	Approved    Outcome = "approved"    // 通过
	Conditional Outcome = "conditional" // 有条件通过
	Deferred    Outcome = "deferred"    // 暂缓
	Rejected    Outcome = "rejected"    // 否决
	Withdrawn   Outcome = "withdrawn"   // 撤回
	Terminated  Outcome = "terminated"  // 终止
)

// Label is the outcome's Chinese name.
func (o Outcome) Label() string {
	return map[Outcome]string{
		Approved: "通过", Conditional: "有条件通过", Deferred: "暂缓",
		Rejected: "否决", Withdrawn: "撤回", Terminated: "终止",
	}[o]
}

// Opinion is what a seat says.
type Opinion string

// The opinions of a seat.
const (
	Agree       Opinion = "agree"       // 同意
	Conditioned Opinion = "conditional" // 有条件同意
	Disagree    Opinion = "disagree"    // 不同意
)

// Label is the opinion's Chinese name.
func (o Opinion) Label() string {
	return map[Opinion]string{Agree: "同意", Conditioned: "有条件同意", Disagree: "不同意"}[o]
}

// Figures are the project's figures as submitted; the template chose the seats from them.
type Figures struct {
	ProjectID    string       `json:"project_id"`
	Code         string       `json:"code"`
	Name         string       `json:"name"`
	Investor     string       `json:"investor"`
	InvestorKind string       `json:"investor_kind"`
	CountyID     string       `json:"county_id"`
	Industry     string       `json:"industry"`
	AgreedAmount money.Amount `json:"agreed_amount"` // 万元
	LandArea     string       `json:"land_area"`     // 亩, decimal
	EnergyUse    string       `json:"energy_use"`    // 吨标准煤/年, decimal
	Chemicals    bool         `json:"chemicals"`
}

// Step is a piece of work with a clock: intake, a seat, the decision.
type Step struct {
	Clock    process.Clock `json:"clock"`
	Light    process.Light `json:"light"`
	Reminded bool          `json:"reminded,omitempty"`
	Returned *Return       `json:"returned,omitempty"` // waiting for the initiator's supplement
	DoneAt   time.Time     `json:"done_at,omitzero"`
}

// Open reports whether the step still waits for somebody.
func (s Step) Open() bool { return !s.Clock.Start.IsZero() && s.DoneAt.IsZero() }

// Return is a request for supplements (补正); it stops the clock of its step only.
type Return struct {
	By   org.Actor `json:"by"`
	At   time.Time `json:"at"`
	Text string    `json:"text"`
}

// Seat is one department's place in the review.
type Seat struct {
	ID        string    `json:"id"` // unit id; a unit sits once
	UnitName  string    `json:"unit_name"`
	Veto      bool      `json:"veto"`
	Why       string    `json:"why"` // the template's reason for this seat, in Chinese
	Step      Step      `json:"step"`
	Opinion   Opinion   `json:"opinion,omitempty"`
	Text      string    `json:"text,omitempty"`
	Condition string    `json:"condition,omitempty"`
	By        org.Actor `json:"by,omitzero"`
}

// State is everything that Decide, Timers and Actions need to know of one review.
type State struct {
	ID              string        `json:"id"`
	Figures         Figures       `json:"figures"`
	Note            string        `json:"note,omitempty"`
	Initiator       org.Actor     `json:"initiator"`
	StageBefore     string        `json:"stage_before"` // the project's stage to give back on withdrawal
	TemplateID      string        `json:"template_id"`
	TemplateVersion int           `json:"template_version"`
	DecisionTerms   process.Terms `json:"decision_terms"`
	OpinionTerms    []SeatTerms   `json:"seat_terms"`
	CopyTo          []string      `json:"copy_to,omitempty"` // unit ids that get a copy
	Stage           Stage         `json:"stage"`
	StartedAt       time.Time     `json:"started_at"`
	Intake          Step          `json:"intake"`
	Seats           []Seat        `json:"seats,omitempty"`
	Decision        Step          `json:"decision"`
	Outcome         Outcome       `json:"outcome,omitempty"`
	OutcomeText     string        `json:"outcome_text,omitempty"`
	OutcomeBy       org.Actor     `json:"outcome_by,omitzero"`
	EndedAt         time.Time     `json:"ended_at,omitzero"`
}

// Started reports whether the review was submitted at all.
func (s State) Started() bool { return s.Stage != "" }

// Ended reports whether nothing can happen any more.
func (s State) Ended() bool { return s.Stage == End }

// seat finds a seat by its id; nil when there is none.
func (s State) seat(id string) *Seat {
	i := slices.IndexFunc(s.Seats, func(x Seat) bool { return x.ID == id })
	if i < 0 {
		return nil
	}
	return &s.Seats[i]
}

// clone copies what evolve changes in place, so that an older state stays as it was.
func (s State) clone() State {
	s.Seats = slices.Clone(s.Seats)
	return s
}

// Steps lists the review's steps in order, under the names that timers use.
func (s State) Steps() []NamedStep {
	out := []NamedStep{{Name: intakeStep, Label: "受理", Step: s.Intake}}
	for _, seat := range s.Seats {
		out = append(out, NamedStep{Name: seatStep(seat.ID), Label: seat.UnitName + "意见", Unit: seat.ID, Step: seat.Step})
	}
	return append(out, NamedStep{Name: decisionStep, Label: "决定", Step: s.Decision})
}

// NamedStep is a step with the name that timers and deadline events use.
type NamedStep struct {
	Name  string
	Label string
	Unit  string // of a seat
	Step
}

const (
	intakeStep   = "intake"
	decisionStep = "decision"
)

func seatStep(id string) string { return "seat:" + id }

// Light is the worst light of the open steps.
func (s State) Light() process.Light {
	worst := process.Green
	for _, step := range s.Steps() {
		if step.Open() {
			worst = worst.Worse(step.Light)
		}
	}
	return worst
}

// Due is the earliest deadline of a running step; zero if none runs.
func (s State) Due() time.Time {
	var due time.Time
	for _, step := range s.Steps() {
		if step.Open() && step.Clock.Running() && (due.IsZero() || step.Clock.Due.Before(due)) {
			due = step.Clock.Due
		}
	}
	return due
}

// Provisional reports whether an open deadline was counted over a year without a notice.
func (s State) Provisional() bool {
	return slices.ContainsFunc(s.Steps(), func(x NamedStep) bool { return x.Open() && x.Clock.Provisional })
}

// Readers lists the units that may see the review: those that take part, and
// those that get a copy because the template or the project's county says so.
func (s State) Readers() []process.Reader {
	part := map[string]bool{s.Initiator.UnitID: true}
	for _, t := range s.OpinionTerms {
		part[t.UnitID] = true
	}
	units := append(slices.Collect(maps.Keys(part)), s.Figures.CountyID)
	units = append(units, s.CopyTo...)
	slices.Sort(units)
	var out []process.Reader
	for _, u := range slices.Compact(units) {
		if u != "" {
			out = append(out, process.Reader{UnitID: u, Copy: !part[u]})
		}
	}
	return out
}

// ProjectStage is the stage that the review gives the project.
func (s State) ProjectStage() string {
	switch s.Outcome {
	case "":
		return "in_review"
	case Approved, Conditional:
		return "cleared"
	case Deferred:
		return "deferred"
	case Rejected:
		return "rejected"
	default: // withdrawn, terminated: as if the review had not been
		return s.StageBefore
	}
}
