// Package review is 落地前研判, the joint review of a project before it lands:
// intake, parallel opinions of departments, a panel's vote, the decision, and the
// conditions that follow from it. It is pure: Decide turns commands into events,
// Evolve turns events into state, Actions says who may do what. Time comes in with
// commands, working days with the calendar.
package review

import (
	"maps"
	"slices"
	"time"

	"luodi/internal/calendar"
	"luodi/internal/money"
	"luodi/internal/org"
	"luodi/internal/process"
)

// Stage is where a review stands.
type Stage string

// The stages of a review.
const (
	Intake   Stage = "intake"     // 受理
	Opinions Stage = "opinions"   // 部门会审
	Panel    Stage = "panel"      // 研判会
	Deciding Stage = "decision"   // 决定
	FollowUp Stage = "conditions" // 条件落实
	Deferral Stage = "deferred"   // 暂缓
	End      Stage = "end"        // 办结
)

// Label is the stage's Chinese name.
func (s Stage) Label() string {
	return map[Stage]string{
		Intake: "受理", Opinions: "部门会审", Panel: "研判会", Deciding: "决定",
		FollowUp: "条件落实", Deferral: "暂缓", End: "办结",
	}[s]
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

// The opinions of a seat. None is what an overdue seat is taken to have said when
// the template says 逾期视为无意见; nobody can choose it.
const (
	Agree       Opinion = "agree"       // 同意
	Conditioned Opinion = "conditional" // 有条件同意
	Disagree    Opinion = "disagree"    // 不同意
	None        Opinion = "none"        // 视为无意见
)

// Label is the opinion's Chinese name.
func (o Opinion) Label() string {
	return map[Opinion]string{Agree: "同意", Conditioned: "有条件同意", Disagree: "不同意", None: "无意见"}[o]
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

// Step is a piece of work with a clock: intake, a seat, the decision, a condition.
type Step struct {
	Clock    process.Clock `json:"clock"`
	Light    process.Light `json:"light"`
	Reminded bool          `json:"reminded,omitempty"`
	Returned *Return       `json:"returned,omitempty"` // waiting for the initiator's supplement
	Follows  string        `json:"follows,omitempty"`  // stands still with this step, which was returned
	Urges    []Urge        `json:"urges,omitempty"`
	Extended int           `json:"extended,omitempty"` // working days added by extension
	DoneAt   time.Time     `json:"done_at,omitzero"`
}

// Open reports whether the step still waits for somebody.
func (s Step) Open() bool { return !s.Clock.Start.IsZero() && s.DoneAt.IsZero() }

// still reports whether the step waits for a supplement, its own or that of the step it follows.
func (s Step) still() bool { return s.Returned != nil || s.Follows != "" }

// Route is the way back of what was returned.
type Route string

// The two routes of a resubmission.
const (
	Direct   Route = "direct"   // 直达: straight back to whoever returned it
	Stepwise Route = "stepwise" // 逐级: through the centre again
)

// Label is the route's Chinese name.
func (r Route) Label() string { return map[Route]string{Direct: "直达", Stepwise: "逐级"}[r] }

// Return is a request for supplements (补正); it stops the clock of its step, and of
// the signers added to that step.
type Return struct {
	By         org.Actor `json:"by"`
	At         time.Time `json:"at"`
	Text       string    `json:"text"`
	Route      Route     `json:"route,omitempty"`
	AnsweredAt time.Time `json:"answered_at,omitzero"` // resubmitted stepwise, not yet passed on by the centre
}

// Urge is one reminder by a person (催办).
type Urge struct {
	By   org.Actor `json:"by"`
	At   time.Time `json:"at"`
	Text string    `json:"text,omitempty"`
}

// Pause is a stop of every clock of the review (中止计时).
type Pause struct {
	By    org.Actor     `json:"by"`
	At    time.Time     `json:"at"`
	Text  string        `json:"text"`
	Until calendar.Date `json:"until,omitzero"` // runs on by itself the day after; zero: until somebody says so
	Ends  time.Time     `json:"ends,omitzero"`  // the moment that Until means
}

// Version is one submission of the project's figures.
type Version struct {
	At      time.Time `json:"at"`
	By      org.Actor `json:"by"`
	Text    string    `json:"text,omitempty"`
	Figures Figures   `json:"figures"`
}

// Meet is the panel meeting that has the review on its agenda.
type Meet struct {
	ID      string          `json:"id"`
	Title   string          `json:"title"`
	At      time.Time       `json:"at"`
	Chair   string          `json:"chair"`
	Members []org.Principal `json:"members,omitempty"`
}

// State is everything that Decide, Timers and Actions need to know of one review.
type State struct {
	ID              string         `json:"id"`
	Figures         Figures        `json:"figures"`
	Note            string         `json:"note,omitempty"`
	Initiator       org.Actor      `json:"initiator"`
	StageBefore     string         `json:"stage_before"` // the project's stage to give back on withdrawal
	TemplateID      string         `json:"template_id"`
	TemplateVersion int            `json:"template_version"`
	DecisionTerms   process.Terms  `json:"decision_terms"`
	OpinionTerms    []SeatTerms    `json:"seat_terms"`
	Rules           Rules          `json:"rules,omitzero"`
	CopyTo          []string       `json:"copy_to,omitempty"` // unit ids that get a copy
	Stage           Stage          `json:"stage"`
	StartedAt       time.Time      `json:"started_at"`
	Intake          Step           `json:"intake"`
	Recheck         Step           `json:"recheck,omitzero"`  // the centre passes a stepwise supplement on
	Pending         *Pending       `json:"pending,omitempty"` // what that supplement changes
	Seats           []Seat         `json:"seats,omitempty"`
	PanelStep       Step           `json:"panel,omitzero"`
	Meeting         *Meet          `json:"meeting,omitempty"`
	Verdict         *Verdict       `json:"verdict,omitempty"`
	Decision        Step           `json:"decision"`
	Conditions      []Condition    `json:"conditions,omitempty"`
	Paused          *Pause         `json:"paused,omitempty"`
	Stops           []process.Span `json:"stops,omitempty"` // pauses of the past
	Versions        []Version      `json:"versions,omitempty"`
	Reads           []Read         `json:"reads,omitempty"`
	Papers          []Paper        `json:"papers,omitempty"`
	Score           *Score         `json:"score,omitempty"`
	Outcome         Outcome        `json:"outcome,omitempty"`
	OutcomeText     string         `json:"outcome_text,omitempty"`
	OutcomeBy       org.Actor      `json:"outcome_by,omitzero"`
	DecidedAt       time.Time      `json:"decided_at,omitzero"`
	DeferredUntil   calendar.Date  `json:"deferred_until,omitzero"`
	EndedAt         time.Time      `json:"ended_at,omitzero"`
	Terms           process.Terms  `json:"intake_terms,omitzero"`
	Counts          map[string]int `json:"counts,omitempty"` // serial numbers given out within the review
}

// Read is a read receipt (已阅).
type Read struct {
	UserID   string    `json:"user_id"`
	Name     string    `json:"name"`
	UnitName string    `json:"unit_name"`
	At       time.Time `json:"at"`
}

// Paper is an opinion document (研判意见书). It is made after the decision that it
// records; until then Word and PDF are empty.
type Paper struct {
	Number   string    `json:"number"` // 十招研〔2023〕12号
	Decided  time.Time `json:"decided"`
	Head     int64     `json:"head"` // the last event that it takes in
	IssuedAt time.Time `json:"issued_at,omitzero"`
	Word     File      `json:"word,omitzero"`
	PDF      File      `json:"pdf,omitzero"`
}

// File is a stored file: ID is the SHA-256 of its content.
type File struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Size int64  `json:"size"`
}

// Score is the admission score of a decision's figures and marks, from a rule book.
type Score struct {
	Book    string   `json:"book"` // id and version of the rule book
	Points  string   `json:"points"`
	Grade   string   `json:"grade,omitempty"`
	Vetoes  []string `json:"vetoes,omitempty"`
	Explain string   `json:"explain,omitempty"` // the tree as text
}

// Started reports whether the review was submitted at all.
func (s State) Started() bool { return s.Stage != "" }

// Ended reports whether nobody can do anything any more.
func (s State) Ended() bool { return s.Stage == End }

// Finished reports whether nothing is left to happen, documents included.
func (s State) Finished() bool { return s.Ended() && len(Effects(s)) == 0 }

// clone copies what evolve changes in place, so that an older state stays as it was.
func (s State) clone() State {
	s.Seats, s.Conditions = slices.Clone(s.Seats), slices.Clone(s.Conditions)
	s.Papers, s.Counts = slices.Clone(s.Papers), maps.Clone(s.Counts)
	return s
}

// NamedStep is a step with the name that timers and deadline events use.
type NamedStep struct {
	Name  string
	Label string
	Unit  string // of a seat or a condition
	Step
}

const (
	intakeStep   = "intake"
	recheckStep  = "recheck"
	panelStep    = "panel"
	decisionStep = "decision"
)

func seatStep(id string) string      { return "seat:" + id }
func conditionStep(id string) string { return "condition:" + id }
func checkStep(id string) string     { return "check:" + id }

// Steps lists the review's steps in order, under the names that timers use.
func (s State) Steps() []NamedStep {
	out := make([]NamedStep, 0, 4+len(s.Seats)+len(s.Conditions))
	out = append(out,
		NamedStep{Name: intakeStep, Label: "受理", Step: s.Intake},
		NamedStep{Name: recheckStep, Label: "补正转送", Step: s.Recheck})
	for _, seat := range s.Seats {
		out = append(out, NamedStep{Name: seatStep(seat.ID), Label: seat.UnitName + "意见", Unit: seat.Unit(), Step: seat.Step})
	}
	out = append(out,
		NamedStep{Name: panelStep, Label: "研判会", Step: s.PanelStep},
		NamedStep{Name: decisionStep, Label: "决定", Step: s.Decision})
	for _, c := range s.Conditions {
		out = append(out, NamedStep{Name: conditionStep(c.ID), Label: "条件落实(" + c.OwnerName + ")", Unit: c.Owner, Step: c.Step})
		if c.Check.Open() {
			out = append(out, NamedStep{Name: checkStep(c.ID), Label: "条件核销(" + c.OwnerName + ")", Unit: c.verifier(), Step: c.Check})
		}
	}
	return out
}

// openSteps are the steps that wait for somebody.
func (s State) openSteps() []NamedStep {
	if s.Ended() {
		return nil
	}
	return slices.DeleteFunc(s.Steps(), func(x NamedStep) bool { return !x.Open() })
}

// step finds a step by its name.
func (s State) step(name string) (NamedStep, bool) {
	steps := s.Steps()
	i := slices.IndexFunc(steps, func(x NamedStep) bool { return x.Name == name })
	if i < 0 {
		return NamedStep{}, false
	}
	return steps[i], true
}

// seat finds a seat by its id; nil when there is none.
func (s State) seat(id string) *Seat {
	i := slices.IndexFunc(s.Seats, func(x Seat) bool { return x.ID == id })
	if i < 0 {
		return nil
	}
	return &s.Seats[i]
}

// condition finds a condition by its id; nil when there is none.
func (s State) condition(id string) *Condition {
	i := slices.IndexFunc(s.Conditions, func(x Condition) bool { return x.ID == id })
	if i < 0 {
		return nil
	}
	return &s.Conditions[i]
}

// Light is the worst light of the open steps.
func (s State) Light() process.Light {
	worst := process.Green
	for _, step := range s.openSteps() {
		worst = worst.Worse(step.Light)
	}
	return worst
}

// Due is the earliest deadline of a running step; zero if none runs.
func (s State) Due() time.Time {
	var due time.Time
	for _, step := range s.openSteps() {
		if step.Clock.Running() && (due.IsZero() || step.Clock.Due.Before(due)) {
			due = step.Clock.Due
		}
	}
	return due
}

// Provisional reports whether an open deadline was counted over a year without a notice.
func (s State) Provisional() bool {
	return slices.ContainsFunc(s.openSteps(), func(x NamedStep) bool { return x.Clock.Provisional })
}

// Readers lists the units that may see the review: those that take part, and
// those that get a copy because the template, the project's county or a colleague
// says so.
func (s State) Readers() []process.Reader {
	part := map[string]bool{s.Initiator.UnitID: true}
	for _, t := range s.OpinionTerms {
		part[t.UnitID] = true
	}
	for _, seat := range s.Seats {
		part[seat.Unit()] = true
	}
	for _, c := range s.Conditions {
		part[c.Owner] = true
	}
	if s.Meeting != nil {
		for _, m := range s.Meeting.Members {
			part[m.UnitID] = true
		}
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
