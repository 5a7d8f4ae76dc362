package assessment

import (
	"time"

	"luodi/internal/calendar"
	"luodi/internal/event"
	"luodi/internal/process"
)

// UnitMark is a mark for one unit.
type UnitMark struct {
	Unit string `json:"unit"`
	Mark string `json:"mark"`
}

// The events of a year. Names and fields are stored: only add to them.
type (
	// YearOpened starts a year.
	YearOpened struct {
		ID     string `json:"id"`
		Year   int    `json:"year"`
		Office string `json:"office"`
		Plan   Plan   `json:"plan"`
	}
	// BookChosen chooses another rule book while the year is drafted; units of groups that it doesn't have fall away.
	BookChosen struct {
		Book    BookUse  `json:"book"`
		Members []Member `json:"members"`
	}
	// MembersSet names the units that are assessed.
	MembersSet struct {
		Members []Member `json:"members"`
	}
	// DutiesSet says who verifies what.
	DutiesSet struct {
		Duties map[string]string `json:"duties"`
		Names  map[string]string `json:"names"`
	}
	// TermsSet sets the steps' working days.
	TermsSet struct {
		Terms map[Stage]process.Terms `json:"terms"`
		Lapse bool                    `json:"lapse"`
	}
	// JudgesSet names who marks.
	JudgesSet struct {
		Judges []Judge `json:"judges"`
	}
	// TargetsSet keeps a draft of the targets.
	TargetsSet struct {
		Sheet TargetSheet `json:"sheet"`
	}
	// TargetsIssued issues the targets to the units: 下达任务. Version 0 is of a book
	// without targets.
	TargetsIssued struct {
		Version int `json:"version"`
		Units   int `json:"units"`
	}
	// ChangeProposed asks for a change.
	ChangeProposed struct {
		Change Change `json:"change"`
	}
	// ChangeDecided approves or refuses it.
	ChangeDecided struct {
		No       int            `json:"no"`
		Approved bool           `json:"approved"`
		Text     string         `json:"text,omitempty"`
		Clock    *process.Clock `json:"clock,omitempty"`
		Light    process.Light  `json:"light,omitempty"`
	}
	// StageBegun goes to a step.
	StageBegun struct {
		Stage Stage          `json:"stage"`
		Clock *process.Clock `json:"clock,omitempty"`
		Text  string         `json:"text,omitempty"` // of a step back
		Late  int            `json:"late,omitempty"` // self-reports or figures that were open when the step was ended
	}
	// ErrandDone notes that the self-reports were told.
	ErrandDone struct {
		No    int    `json:"no"`
		What  string `json:"what"`
		Units int    `json:"units"`
	}
	// SampleDrawn draws what is looked at on site.
	SampleDrawn struct {
		Draw Draw `json:"draw"`
	}
	// SampleSeen notes what was found there.
	SampleSeen struct {
		Draw  int    `json:"draw"`
		Item  string `json:"item"`
		Found string `json:"found"`
		Text  string `json:"text,omitempty"`
	}
	// WasMarked gives a judge's marks.
	WasMarked struct {
		Topic string     `json:"topic"`
		Marks []UnitMark `json:"marks"`
	}
	// RunAsked asks for a scoring.
	RunAsked struct {
		No      int           `json:"no"`
		Kind    RunKind       `json:"kind"`
		Appeal  int           `json:"appeal,omitempty"`
		AsOf    calendar.Date `json:"as_of"`
		KnownAt time.Time     `json:"known_at"`
	}
	// WasScored notes what a scoring came to.
	WasScored struct {
		Run   Run            `json:"run"`
		Clock *process.Clock `json:"clock,omitempty"` // of the recheck that follows an official run
	}
	// RecheckPassed is the second person's consent to the official run.
	RecheckPassed struct {
		Text string `json:"text,omitempty"`
	}
	// RecheckReturned gives it back; the official run doesn't stand.
	RecheckReturned struct {
		Text  string         `json:"text"`
		To    Stage          `json:"to"`
		Run   int            `json:"run"`
		Clock *process.Clock `json:"clock,omitempty"`
	}
	// WasPublicized publishes the scores for the days of publicity.
	WasPublicized struct {
		Round int           `json:"round"`
		Run   int           `json:"run"`
		Clock process.Clock `json:"clock"`
	}
	// PublicityOver ends a publicity.
	PublicityOver struct {
		Round int            `json:"round"`
		Due   time.Time      `json:"due"`
		Open  int            `json:"open"` // appeals
		Next  Stage          `json:"next"`
		Clock *process.Clock `json:"clock,omitempty"`
	}
	// WasAppealed objects to a score.
	WasAppealed struct {
		Appeal Appeal `json:"appeal"`
	}
	// AppealWithdrawn takes an appeal back.
	AppealWithdrawn struct {
		No int `json:"no"`
	}
	// AppealRuled accepts or refuses one.
	AppealRuled struct {
		No          int          `json:"no"`
		Accepted    bool         `json:"accepted"`
		Text        string       `json:"text"`
		Corrections []Correction `json:"corrections,omitempty"`
	}
	// GradeAdjusted proposes a unit's grade by hand.
	GradeAdjusted struct {
		Adjustment Adjustment `json:"adjustment"`
	}
	// GradeDecided is the second person's word on it.
	GradeDecided struct {
		No        int    `json:"no"`
		Confirmed bool   `json:"confirmed"`
		Text      string `json:"text,omitempty"`
	}
	// WasLocked locks the year: nothing changes from then on.
	WasLocked struct {
		Final Final `json:"final"`
	}
	// WasCancelled calls the year off.
	WasCancelled struct {
		Text string `json:"text"`
	}
	// Reminded is the clock's reminder.
	Reminded struct {
		Stage Stage     `json:"stage"`
		Due   time.Time `json:"due"`
	}
	// StageLate is the clock's change of light.
	StageLate struct {
		Stage Stage         `json:"stage"`
		Light process.Light `json:"light"`
		Due   time.Time     `json:"due"`
	}
	// ClockMoved computes the deadline anew after a holiday notice.
	ClockMoved struct {
		Clock process.Clock `json:"clock"`
		Light process.Light `json:"light"`
	}
)

// EventType names the event in the store.
func (YearOpened) EventType() string { return "assessment.opened" }

// EventType names the event in the store.
func (BookChosen) EventType() string { return "assessment.book_chosen" }

// EventType names the event in the store.
func (MembersSet) EventType() string { return "assessment.members_set" }

// EventType names the event in the store.
func (DutiesSet) EventType() string { return "assessment.duties_set" }

// EventType names the event in the store.
func (TermsSet) EventType() string { return "assessment.terms_set" }

// EventType names the event in the store.
func (JudgesSet) EventType() string { return "assessment.judges_set" }

// EventType names the event in the store.
func (TargetsSet) EventType() string { return "assessment.targets_set" }

// EventType names the event in the store.
func (TargetsIssued) EventType() string { return "assessment.issued" }

// EventType names the event in the store.
func (ChangeProposed) EventType() string { return "assessment.change_proposed" }

// EventType names the event in the store.
func (ChangeDecided) EventType() string { return "assessment.change_decided" }

// EventType names the event in the store.
func (StageBegun) EventType() string { return "assessment.stage_begun" }

// EventType names the event in the store.
func (ErrandDone) EventType() string { return "assessment.errand_done" }

// EventType names the event in the store.
func (SampleDrawn) EventType() string { return "assessment.drawn" }

// EventType names the event in the store.
func (SampleSeen) EventType() string { return "assessment.inspected" }

// EventType names the event in the store.
func (WasMarked) EventType() string { return "assessment.marked" }

// EventType names the event in the store.
func (RunAsked) EventType() string { return "assessment.run_asked" }

// EventType names the event in the store.
func (WasScored) EventType() string { return "assessment.scored" }

// EventType names the event in the store.
func (RecheckPassed) EventType() string { return "assessment.recheck_passed" }

// EventType names the event in the store.
func (RecheckReturned) EventType() string { return "assessment.recheck_returned" }

// EventType names the event in the store.
func (WasPublicized) EventType() string { return "assessment.publicized" }

// EventType names the event in the store.
func (PublicityOver) EventType() string { return "assessment.publicity_over" }

// EventType names the event in the store.
func (WasAppealed) EventType() string { return "assessment.appealed" }

// EventType names the event in the store.
func (AppealWithdrawn) EventType() string { return "assessment.appeal_withdrawn" }

// EventType names the event in the store.
func (AppealRuled) EventType() string { return "assessment.appeal_ruled" }

// EventType names the event in the store.
func (GradeAdjusted) EventType() string { return "assessment.grade_adjusted" }

// EventType names the event in the store.
func (GradeDecided) EventType() string { return "assessment.grade_decided" }

// EventType names the event in the store.
func (WasLocked) EventType() string { return "assessment.locked" }

// EventType names the event in the store.
func (WasCancelled) EventType() string { return "assessment.cancelled" }

// EventType names the event in the store.
func (Reminded) EventType() string { return "assessment.reminded" }

// EventType names the event in the store.
func (StageLate) EventType() string { return "assessment.late" }

// EventType names the event in the store.
func (ClockMoved) EventType() string { return "assessment.clock_moved" }

// Evolve applies one recorded event. It is total: an event of an unknown type changes
// nothing. It must stay backward compatible for ever: workflows replay through it.
func Evolve(s State, e event.Event) State {
	if apply, ok := applies[e.Type]; ok {
		return apply(s, e)
	}
	return s
}

var applies = map[string]func(State, event.Event) State{
	"assessment.opened":           event.By(YearOpened.apply),
	"assessment.book_chosen":      event.By(BookChosen.apply),
	"assessment.members_set":      event.By(MembersSet.apply),
	"assessment.duties_set":       event.By(DutiesSet.apply),
	"assessment.terms_set":        event.By(TermsSet.apply),
	"assessment.judges_set":       event.By(JudgesSet.apply),
	"assessment.targets_set":      event.By(TargetsSet.apply),
	"assessment.issued":           event.By(TargetsIssued.apply),
	"assessment.change_proposed":  event.By(ChangeProposed.apply),
	"assessment.change_decided":   event.By(ChangeDecided.apply),
	"assessment.stage_begun":      event.By(StageBegun.apply),
	"assessment.errand_done":      event.By(ErrandDone.apply),
	"assessment.drawn":            event.By(SampleDrawn.apply),
	"assessment.inspected":        event.By(SampleSeen.apply),
	"assessment.marked":           event.By(WasMarked.apply),
	"assessment.run_asked":        event.By(RunAsked.apply),
	"assessment.scored":           event.By(WasScored.apply),
	"assessment.recheck_passed":   event.By(RecheckPassed.apply),
	"assessment.recheck_returned": event.By(RecheckReturned.apply),
	"assessment.publicized":       event.By(WasPublicized.apply),
	"assessment.publicity_over":   event.By(PublicityOver.apply),
	"assessment.appealed":         event.By(WasAppealed.apply),
	"assessment.appeal_withdrawn": event.By(AppealWithdrawn.apply),
	"assessment.appeal_ruled":     event.By(AppealRuled.apply),
	"assessment.grade_adjusted":   event.By(GradeAdjusted.apply),
	"assessment.grade_decided":    event.By(GradeDecided.apply),
	"assessment.locked":           event.By(WasLocked.apply),
	"assessment.cancelled":        event.By(WasCancelled.apply),
	"assessment.reminded":         event.By(Reminded.apply),
	"assessment.late":             event.By(StageLate.apply),
	"assessment.clock_moved":      event.By(ClockMoved.apply),
}
