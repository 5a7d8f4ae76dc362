package liaison

import (
	"time"

	"luodi/internal/calendar"
	"luodi/internal/process"
)

// PlannedClock is a milestone of a new liaison with its deadline.
type PlannedClock struct {
	MilestoneRule
	Planned calendar.Date `json:"planned"`
	Clock   process.Clock `json:"clock"`
}

// The events of a liaison. Names and fields are stored: only add to them.
type (
	// AssignedTo starts a liaison.
	AssignedTo struct {
		Assignment
		Rules       Rules          `json:"rules"`
		Template    string         `json:"template"`
		City        string         `json:"city"`
		Acknowledge process.Clock  `json:"acknowledge"`
		Plan        []PlannedClock `json:"plan"`
	}
	// Acknowledgement is the department's 签收.
	Acknowledgement struct {
		Name string `json:"name"`
	}
	// WeekOpened asks for a week's report.
	WeekOpened struct {
		Week  string        `json:"week"`
		Last  calendar.Date `json:"last"`
		Clock process.Clock `json:"clock"`
	}
	// Reported is a week's report.
	Reported struct {
		Week     string `json:"week"`
		Name     string `json:"name"`
		Progress string `json:"progress"`
		Next     string `json:"next,omitempty"`
		Funds    string `json:"funds,omitempty"` // 万元, as written
		Files    []File `json:"files,omitempty"`
	}
	// ReportReturned sends a week's report back.
	ReportReturned struct {
		Week  string        `json:"week"`
		Text  string        `json:"text"`
		Clock process.Clock `json:"clock"`
	}
	// WeekMissed closes a week that no report came for.
	WeekMissed struct {
		Week string    `json:"week"`
		Due  time.Time `json:"due"`
	}
	// WeekVoided closes a week that needs no report after all.
	WeekVoided struct {
		Week string `json:"week"`
		Text string `json:"text"`
	}
	// Reached is a milestone done, as the department reports it.
	Reached struct {
		Milestone string         `json:"milestone"`
		Title     string         `json:"title"`
		On        calendar.Date  `json:"on"`
		Name      string         `json:"name"`
		Text      string         `json:"text"`
		Files     []File         `json:"files,omitempty"`
		Confirm   *process.Clock `json:"confirm,omitempty"` // of the start of production
	}
	// MilestoneReturned sends a milestone back as not done.
	MilestoneReturned struct {
		Milestone string `json:"milestone"`
		Title     string `json:"title"`
		Text      string `json:"text"`
	}
	// Confirmed confirms the start of production.
	Confirmed struct {
		Milestone string `json:"milestone"`
		Title     string `json:"title"`
	}
	// Postponed moves a milestone, as approved.
	Postponed struct {
		Milestone string        `json:"milestone"`
		Title     string        `json:"title"`
		From      calendar.Date `json:"from"`
		On        calendar.Date `json:"on"`
		Clock     process.Clock `json:"clock"`
	}
	// Visited is a visit to the enterprise.
	Visited struct {
		On    calendar.Date `json:"on"`
		Name  string        `json:"name"`
		Text  string        `json:"text"`
		Files []File        `json:"files,omitempty"`
	}
	// ProblemRaised puts a problem on the list.
	ProblemRaised struct {
		ID    string        `json:"id"`
		Kind  string        `json:"kind"`
		Title string        `json:"title"`
		Text  string        `json:"text"`
		Owner Unit          `json:"owner"`
		Clock process.Clock `json:"clock"`
		Files []File        `json:"files,omitempty"`
	}
	// ProblemNoted is news of a problem.
	ProblemNoted struct {
		Problem string `json:"problem"`
		Title   string `json:"title"`
		Text    string `json:"text"`
		Files   []File `json:"files,omitempty"`
	}
	// ProblemEscalated takes a problem up a level; by the clock when nobody saw to it.
	ProblemEscalated struct {
		Problem string        `json:"problem"`
		Title   string        `json:"title"`
		Level   Level         `json:"level"`
		Text    string        `json:"text,omitempty"`
		Due     time.Time     `json:"due,omitzero"` // the deadline that passed, when the clock did it
		Clock   process.Clock `json:"clock"`
	}
	// ProblemSolved says that a problem is solved.
	ProblemSolved struct {
		Problem string        `json:"problem"`
		Title   string        `json:"title"`
		Name    string        `json:"name"`
		Text    string        `json:"text"`
		Files   []File        `json:"files,omitempty"`
		Clock   process.Clock `json:"clock"` // of the confirmation
	}
	// ProblemClosed strikes a problem off (销号).
	ProblemClosed struct {
		Problem string `json:"problem"`
		Title   string `json:"title"`
		Name    string `json:"name"`
		Text    string `json:"text,omitempty"`
	}
	// ProblemReopened refuses a solution, or opens a problem again.
	ProblemReopened struct {
		Problem string        `json:"problem"`
		Title   string        `json:"title"`
		Text    string        `json:"text"`
		Clock   process.Clock `json:"clock"`
	}
	// Instructed is what a dispatch asks for.
	Instructed struct {
		ID    string        `json:"id"`
		Sheet string        `json:"sheet"`
		Text  string        `json:"text"`
		Clock process.Clock `json:"clock"`
	}
	// Answered answers an instruction.
	Answered struct {
		ID    string `json:"id"`
		Name  string `json:"name"`
		Text  string `json:"text"`
		Files []File `json:"files,omitempty"`
	}
	// Asked asks the centre's leader for something.
	Asked struct {
		Ask   Ask           `json:"ask"`
		Label string        `json:"label"` // what it is about
		Clock process.Clock `json:"clock"`
	}
	// AskDecided is the leader's word on a request.
	AskDecided struct {
		ID       string  `json:"id"`
		Kind     AskKind `json:"kind"`
		Label    string  `json:"label"`
		Approved bool    `json:"approved"`
		Text     string  `json:"text,omitempty"`
	}
	// Changed gives the liaison to another department or cadre.
	Changed struct {
		Department Unit   `json:"department"`
		CadreID    string `json:"cadre_id,omitempty"`
		CadreName  string `json:"cadre_name"`
		Text       string `json:"text"`
	}
	// SuspendedAll stops every clock.
	SuspendedAll struct {
		Text string `json:"text"`
	}
	// Resumed lets every clock run on.
	Resumed struct {
		Text   string                   `json:"text,omitempty"`
		Clocks map[string]process.Clock `json:"clocks"` // by the key of the duty
	}
	// EndedAs ends the liaison.
	EndedAs struct {
		Stage Stage  `json:"stage"`
		Text  string `json:"text,omitempty"`
	}
	// Reminded is the reminder before a deadline.
	Reminded struct {
		Duty  string    `json:"duty"`
		Label string    `json:"label"`
		Due   time.Time `json:"due"`
	}
	// DutyLate marks what is overdue.
	DutyLate struct {
		Duty  string        `json:"duty"`
		Label string        `json:"label"`
		Light process.Light `json:"light"`
		Due   time.Time     `json:"due"`
	}
	// ClockMoved is a deadline that a holiday notice moved.
	ClockMoved struct {
		Duty  string        `json:"duty"`
		Label string        `json:"label"`
		Clock process.Clock `json:"clock"`
		Light process.Light `json:"light"`
		Last  calendar.Date `json:"last,omitzero"` // of a week, when that moved
	}
	// Urged reminds whoever owes something (催办).
	Urged struct {
		Duty  string `json:"duty"`
		Label string `json:"label"`
		Text  string `json:"text,omitempty"`
	}
	// LightChanged is a change of the liaison's light, with the rule that set it.
	LightChanged struct {
		From process.Light `json:"from"`
		To   process.Light `json:"to"`
		Rule string        `json:"rule,omitempty"`
	}
	// RegistryTold notes that the registry knows of a milestone, or why it didn't take it.
	RegistryTold struct {
		Milestone string `json:"milestone"`
		Title     string `json:"title"`
		Refused   string `json:"refused,omitempty"`
	}
	// Copied gives other units a copy (抄送).
	Copied struct {
		Units []Unit `json:"units"`
		Text  string `json:"text,omitempty"`
	}
	// WasRead is a read receipt (已阅).
	WasRead struct{}
	// Commented is a word on the whole.
	Commented struct {
		Text string `json:"text"`
	}
)

// EventType names the event in the store.
func (AssignedTo) EventType() string { return "liaison.assigned" }

// EventType names the event in the store.
func (Acknowledgement) EventType() string { return "liaison.acknowledged" }

// EventType names the event in the store.
func (WeekOpened) EventType() string { return "liaison.week_opened" }

// EventType names the event in the store.
func (Reported) EventType() string { return "liaison.reported" }

// EventType names the event in the store.
func (ReportReturned) EventType() string { return "liaison.report_returned" }

// EventType names the event in the store.
func (WeekMissed) EventType() string { return "liaison.week_missed" }

// EventType names the event in the store.
func (WeekVoided) EventType() string { return "liaison.week_voided" }

// EventType names the event in the store.
func (Reached) EventType() string { return "liaison.milestone_reached" }

// EventType names the event in the store.
func (MilestoneReturned) EventType() string { return "liaison.milestone_returned" }

// EventType names the event in the store.
func (Confirmed) EventType() string { return "liaison.production_confirmed" }

// EventType names the event in the store.
func (Postponed) EventType() string { return "liaison.milestone_postponed" }

// EventType names the event in the store.
func (Visited) EventType() string { return "liaison.visited" }

// EventType names the event in the store.
func (ProblemRaised) EventType() string { return "liaison.problem_raised" }

// EventType names the event in the store.
func (ProblemNoted) EventType() string { return "liaison.problem_noted" }

// EventType names the event in the store.
func (ProblemEscalated) EventType() string { return "liaison.problem_escalated" }

// EventType names the event in the store.
func (ProblemSolved) EventType() string { return "liaison.problem_solved" }

// EventType names the event in the store.
func (ProblemClosed) EventType() string { return "liaison.problem_closed" }

// EventType names the event in the store.
func (ProblemReopened) EventType() string { return "liaison.problem_reopened" }

// EventType names the event in the store.
func (Instructed) EventType() string { return "liaison.instructed" }

// EventType names the event in the store.
func (Answered) EventType() string { return "liaison.instruction_answered" }

// EventType names the event in the store.
func (Asked) EventType() string { return "liaison.asked" }

// EventType names the event in the store.
func (AskDecided) EventType() string { return "liaison.ask_decided" }

// EventType names the event in the store.
func (Changed) EventType() string { return "liaison.changed" }

// EventType names the event in the store.
func (SuspendedAll) EventType() string { return "liaison.suspended" }

// EventType names the event in the store.
func (Resumed) EventType() string { return "liaison.resumed" }

// EventType names the event in the store.
func (EndedAs) EventType() string { return "liaison.ended" }

// EventType names the event in the store.
func (Reminded) EventType() string { return "liaison.reminded" }

// EventType names the event in the store.
func (DutyLate) EventType() string { return "liaison.duty_late" }

// EventType names the event in the store.
func (ClockMoved) EventType() string { return "liaison.clock_moved" }

// EventType names the event in the store.
func (Urged) EventType() string { return "liaison.urged" }

// EventType names the event in the store.
func (LightChanged) EventType() string { return "liaison.light_changed" }

// EventType names the event in the store.
func (RegistryTold) EventType() string { return "liaison.registry_told" }

// EventType names the event in the store.
func (Copied) EventType() string { return "liaison.copied" }

// EventType names the event in the store.
func (WasRead) EventType() string { return "liaison.read" }

// EventType names the event in the store.
func (Commented) EventType() string { return "liaison.commented" }
