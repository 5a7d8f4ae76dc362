package liaison

import (
	"slices"
	"strings"
	"time"

	"luodi/internal/org"
	"luodi/internal/process"
)

// The names of what people do; the API's paths end in them.
const (
	ActAcknowledge     = "acknowledge"
	ActReport          = "report"
	ActReturnReport    = "return_report"
	ActReach           = "reach"
	ActReturnMilestone = "return_milestone"
	ActConfirm         = "confirm_production"
	ActAskPostpone     = "ask_postpone"
	ActAskChange       = "ask_change"
	ActAskSuspend      = "ask_suspend"
	ActAskTerminate    = "ask_terminate"
	ActApprove         = "approve"
	ActRefuse          = "refuse"
	ActResume          = "resume"
	ActVisit           = "visit"
	ActRaise           = "raise_problem"
	ActNote            = "note_problem"
	ActEscalate        = "escalate_problem"
	ActSolve           = "solve_problem"
	ActClose           = "close_problem"
	ActReopen          = "reopen_problem"
	ActAnswer          = "answer_instruction"
	ActUrge            = "urge"
	ActCopy            = "cc"
	ActRead            = "read"
	ActComment         = "comment"
	ActHandOver        = "hand_over"
)

type (
	operation = process.Operation[State, Facts]
	decision  = process.Decision[State, Facts]
	target    = process.Target
	refusal   = process.Refusal
)

// table is everything that people do with a liaison. It is filled at the start of the
// program, for what the lines do looks back at it.
var table process.Table[State, Facts]

func init() {
	table = process.Table[State, Facts]{
		TakesPart: State.takesPart,
		Over: func(s State) string {
			if s.Stage.Over() {
				return "包联" + s.Stage.Label()
			}
			return ""
		},
		Operations: []operation{
			opAcknowledge, opReport, opReturnReport, opReach, opReturnMilestone, opConfirm, opVisit,
			opRaise, opNote, opSolve, opClose, opReopen, opEscalate, opAnswer,
			opAskPostpone, opAskChange, opAskSuspend, opAskTerminate, opApprove, opRefuse, opResume, opHandOver,
			opUrge, opCopy, opComment, opRead,
		},
	}
}

// Actions lists every operation, whether the actor may do it now, and why not.
func Actions(s State, a org.Actor, at time.Time) []process.Action { return table.Actions(s, a, at) }

// Who may do what, in words.
const (
	theCarrier = "包联单位"
	theCounty  = "项目所在县市区"
	theCentre  = "招商中心"
	theLeader  = "招商中心负责人"
)

// byCarrier is for the department in charge; standing still stops it.
func byCarrier(then func(s State, a org.Actor, at time.Time) ([]target, refusal)) func(State, org.Actor, time.Time) ([]target, refusal) {
	return func(s State, a org.Actor, at time.Time) ([]target, refusal) {
		if !s.carries(a) {
			return process.NotYou("由包联单位" + s.DepartmentName + "办理")
		}
		return going(s, a, at, then)
	}
}

// byAnyone is for whoever works on the project: department, county, centre.
func byAnyone(then func(s State, a org.Actor, at time.Time) ([]target, refusal)) func(State, org.Actor, time.Time) ([]target, refusal) {
	return func(s State, a org.Actor, at time.Time) ([]target, refusal) {
		if !s.carries(a) && !s.hosts(a) && !a.Has(centreRoles...) {
			return process.NotYou("由包联单位、项目所在县市区或招商中心办理")
		}
		return going(s, a, at, then)
	}
}

func byCentre(roles []org.Role, then func(s State, a org.Actor, at time.Time) ([]target, refusal)) func(State, org.Actor, time.Time) ([]target, refusal) {
	return func(s State, a org.Actor, at time.Time) ([]target, refusal) {
		if !a.Has(roles...) {
			if len(roles) == 1 {
				return process.NotYou("由招商中心负责人办理")
			}
			return process.NotYou("由招商中心办理")
		}
		return then(s, a, at)
	}
}

func going(s State, a org.Actor, at time.Time, then func(State, org.Actor, time.Time) ([]target, refusal)) ([]target, refusal) {
	if s.Stage == Suspended {
		return process.NotNow("包联已中止,恢复后再办理")
	}
	return then(s, a, at)
}

func plainly(_ State, a org.Actor, _ time.Time) ([]target, refusal) { return process.On(a) }

// among offers what fits of a list, or says why nothing does.
func among[T any](a org.Actor, list []T, fits func(T) bool, id, title func(T) string, none string) ([]target, refusal) {
	var out []target
	for _, x := range list {
		if fits(x) {
			out = append(out, target{ID: id(x), Title: title(x), As: a})
		}
	}
	if len(out) == 0 {
		return process.NotNow(none)
	}
	return out, refusal{}
}

func milestones(s State, a org.Actor, fits func(Milestone) bool, none string) ([]target, refusal) {
	return among(a, s.Milestones, fits, func(m Milestone) string { return m.ID },
		func(m Milestone) string { return m.Title + "(计划" + m.Planned.String() + ")" }, none)
}

func problems(s State, a org.Actor, fits func(Problem) bool, none string) ([]target, refusal) {
	return among(a, s.Problems, fits, func(p Problem) string { return p.ID }, func(p Problem) string { return p.Title }, none)
}

func weeks(s State, a org.Actor, fits func(Week) bool, none string) ([]target, refusal) {
	return among(a, s.Weeks, fits, func(w Week) string { return w.Week },
		func(w Week) string { return weekLabel(w.Week) + "(" + w.Last.String() + "前)" }, none)
}

// raised reports whether somebody speaks for who raised a problem: the same person, or
// the unit's leader, or its county's or centre's people.
func raised(p Problem, a org.Actor) bool {
	if a.Person() == p.RaisedBy.UserID {
		return true
	}
	return a.UnitID == p.RaisedBy.UnitID && a.Has(org.DepartmentLeader, org.CentreLeader, org.CountyOperator)
}

// latestWeeks are those whose report the centre may still send back.
func (s State) latestWeeks() []Week { return s.Weeks[max(0, len(s.Weeks)-2):] }

// urgeable lists what is owed and wasn't urged today.
func (s State) urgeable(at time.Time) []owed {
	return slices.DeleteFunc(s.open(), func(x owed) bool { return sameDay(x.UrgedAt, at) || !s.wanted(x) || strings.HasPrefix(x.key, keyAsk) })
}
