package liaison

import (
	"slices"
	"time"

	"luodi/internal/calendar"
	"luodi/internal/event"
	"luodi/internal/org"
	"luodi/internal/process"
)

// Evolve applies one recorded event. It is total: an event of an unknown type or about
// an unknown thing changes nothing, so that old binaries survive new events. It must
// stay backward compatible for ever: workflows replay through it.
func Evolve(s State, e event.Event) State {
	s = s.clone()
	if apply, ok := applies[e.Type]; ok {
		return apply(s, e)
	}
	return s
}

var applies = map[string]func(State, event.Event) State{
	"liaison.assigned":             event.By(AssignedTo.apply),
	"liaison.acknowledged":         event.By(Acknowledgement.apply),
	"liaison.week_opened":          event.By(WeekOpened.apply),
	"liaison.reported":             event.By(Reported.apply),
	"liaison.report_returned":      event.By(ReportReturned.apply),
	"liaison.week_missed":          event.By(WeekMissed.apply),
	"liaison.week_voided":          event.By(WeekVoided.apply),
	"liaison.milestone_reached":    event.By(Reached.apply),
	"liaison.milestone_returned":   event.By(MilestoneReturned.apply),
	"liaison.production_confirmed": event.By(Confirmed.apply),
	"liaison.milestone_postponed":  event.By(Postponed.apply),
	"liaison.visited":              event.By(Visited.apply),
	"liaison.problem_raised":       event.By(ProblemRaised.apply),
	"liaison.problem_noted":        event.By(ProblemNoted.apply),
	"liaison.problem_escalated":    event.By(ProblemEscalated.apply),
	"liaison.problem_solved":       event.By(ProblemSolved.apply),
	"liaison.problem_closed":       event.By(ProblemClosed.apply),
	"liaison.problem_reopened":     event.By(ProblemReopened.apply),
	"liaison.instructed":           event.By(Instructed.apply),
	"liaison.instruction_answered": event.By(Answered.apply),
	"liaison.asked":                event.By(Asked.apply),
	"liaison.ask_decided":          event.By(AskDecided.apply),
	"liaison.changed":              event.By(Changed.apply),
	"liaison.suspended":            event.By(SuspendedAll.apply),
	"liaison.resumed":              event.By(Resumed.apply),
	"liaison.ended":                event.By(EndedAs.apply),
	"liaison.reminded":             event.By(Reminded.apply),
	"liaison.duty_late":            event.By(DutyLate.apply),
	"liaison.clock_moved":          event.By(ClockMoved.apply),
	"liaison.urged":                event.By(Urged.apply),
	"liaison.light_changed":        event.By(LightChanged.apply),
	"liaison.registry_told":        event.By(RegistryTold.apply),
	"liaison.copied":               event.By(Copied.apply),
	"liaison.read":                 event.By(WasRead.apply),
	"liaison.commented":            event.By(Commented.apply),
}

func (b AssignedTo) apply(_ State, e event.Event) State {
	s := State{
		Assignment: b.Assignment, Rules: b.Rules, Template: b.Template, City: b.City, Stage: Assigned, AssignedAt: e.At,
		Acknowledged: newDuty(b.Acknowledge, e.At), Light: process.Green, Lights: []Span{{Light: process.Green, From: e.At}},
		Terms: []Term{{Department: Unit{b.DepartmentID, b.DepartmentName}, CadreID: b.CadreID, CadreName: b.CadreName, From: e.At}},
	}
	s.Assignment.Milestones = nil // they stand in the plan
	for _, p := range b.Plan {
		s.Milestones = append(s.Milestones, Milestone{
			ID: p.ID, Title: p.Title, Stage: p.Stage, Planned: p.Planned, Duty: newDuty(p.Clock, e.At),
		})
	}
	return s
}

func (b Acknowledgement) apply(s State, e event.Event) State {
	s.Acknowledged, s.AckedBy = s.Acknowledged.done(e.At), b.Name
	if s.Stage == Assigned {
		s.Stage = Active
	}
	return s
}

func (b WeekOpened) apply(s State, e event.Event) State {
	for i := range s.Weeks { // the texts of the weeks before stay in the stream
		if !s.Weeks[i].Duty.Open() {
			s.Weeks[i].Progress = ""
		}
	}
	s.Weeks = append(s.Weeks, Week{Week: b.Week, Last: b.Last, Duty: newDuty(b.Clock, e.At), Turn: b.Clock.Due})
	return s
}

func (b Reported) apply(s State, e event.Event) State {
	if w := s.week(b.Week); w != nil {
		w.Duty, w.By, w.Progress, w.Returned = w.Duty.done(e.At), b.Name, b.Progress, ""
		if w.FirstAt.IsZero() {
			w.FirstAt = e.At
		}
	}
	return s
}

func (b ReportReturned) apply(s State, e event.Event) State {
	if w := s.week(b.Week); w != nil {
		w.Duty, w.Returned = newDuty(b.Clock, e.At), b.Text
		w.Returns++
	}
	return s
}

func (b WeekMissed) apply(s State, _ event.Event) State {
	if w := s.week(b.Week); w != nil {
		w.Duty.Void, w.Missed = true, w.FirstAt.IsZero()
	}
	return s
}

func (b WeekVoided) apply(s State, _ event.Event) State {
	if w := s.week(b.Week); w != nil {
		w.Duty.Void = true
	}
	return s
}

func (b Reached) apply(s State, e event.Event) State {
	m := s.milestone(b.Milestone)
	if m == nil {
		return s
	}
	m.Duty, m.Actual, m.By, m.Text, m.Files = m.Duty.done(e.At), b.On, b.Name, b.Text, b.Files
	m.Refused, m.Told, m.Problem = "", false, ""
	if b.Confirm != nil {
		m.Confirm = newDuty(*b.Confirm, e.At)
	}
	return s
}

func (b MilestoneReturned) apply(s State, e event.Event) State {
	m := s.milestone(b.Milestone)
	if m == nil {
		return s
	}
	m.Duty.DoneAt, m.Duty.Light, m.Refused = time.Time{}, m.Duty.Clock.LightAt(e.At), b.Text
	m.Actual, m.Confirm.Void = calendar.Date{}, true
	return s
}

func (b Confirmed) apply(s State, e event.Event) State {
	if m := s.milestone(b.Milestone); m != nil {
		m.Confirm = m.Confirm.done(e.At)
	}
	return s
}

func (b Postponed) apply(s State, _ event.Event) State {
	if m := s.milestone(b.Milestone); m != nil {
		m.Earlier = append(slices.Clone(m.Earlier), m.Planned)
		m.Planned, m.Duty.Clock, m.Duty.Light, m.Duty.Reminded = b.On, b.Clock, process.Green, false
	}
	return s
}

// keptVisits bounds what the state keeps of visits; older ones stay in the stream.
const keptVisits = 20

func (b Visited) apply(s State, _ event.Event) State {
	s.Visits = append(slices.Clone(s.Visits), Visit{On: b.On, By: b.Name, Text: brief(b.Text)})
	if n := len(s.Visits); n > keptVisits {
		s.Visits = s.Visits[n-keptVisits:]
	}
	return s
}

func (b ProblemRaised) apply(s State, e event.Event) State {
	s.Counter++
	s.Problems = append(s.Problems, Problem{
		ID: b.ID, Kind: b.Kind, Title: b.Title, Text: b.Text, Owner: b.Owner, RaisedBy: person(e.Actor), RaisedAt: e.At,
		Level: AtUnit, Duty: newDuty(b.Clock, e.At), First: b.Clock.Due,
	})
	return s
}

func (b ProblemNoted) apply(s State, _ event.Event) State {
	if p := s.problem(b.Problem); p != nil {
		p.Note = brief(b.Text)
		p.Notes++
	}
	return s
}

func (b ProblemEscalated) apply(s State, e event.Event) State {
	if p := s.problem(b.Problem); p != nil {
		p.Level, p.Duty = b.Level, newDuty(b.Clock, e.At)
	}
	return s
}

func (b ProblemSolved) apply(s State, e event.Event) State {
	if p := s.problem(b.Problem); p != nil {
		p.Duty, p.Solution, p.SolvedBy, p.SolvedAt = p.Duty.done(e.At), brief(b.Text), b.Name, e.At
		p.Confirm = newDuty(b.Clock, e.At)
	}
	return s
}

func (b ProblemClosed) apply(s State, e event.Event) State {
	if p := s.problem(b.Problem); p != nil {
		p.Confirm, p.ClosedAt, p.ClosedBy, p.Text = p.Confirm.done(e.At), e.At, b.Name, ""
	}
	return s
}

func (b ProblemReopened) apply(s State, e event.Event) State {
	if p := s.problem(b.Problem); p != nil {
		p.Duty, p.Confirm, p.SolvedAt, p.ClosedAt, p.ClosedBy = newDuty(b.Clock, e.At), Duty{}, time.Time{}, time.Time{}, ""
		p.Note = brief(b.Text)
		p.Reopened++
	}
	return s
}

func (b Instructed) apply(s State, e event.Event) State {
	if s.instruction(b.ID) == nil {
		s.Instructions = append(s.Instructions, Instruction{ID: b.ID, Sheet: b.Sheet, Text: b.Text, Duty: newDuty(b.Clock, e.At)})
	}
	return s
}

func (b Answered) apply(s State, e event.Event) State {
	if x := s.instruction(b.ID); x != nil {
		x.Duty, x.Answer, x.By = x.Duty.done(e.At), brief(b.Text), b.Name
	}
	return s
}

func (b Asked) apply(s State, e event.Event) State {
	s.Counter++
	b.Ask.By, b.Ask.Duty = person(e.Actor), newDuty(b.Clock, e.At)
	s.Asks = append(s.Asks, b.Ask)
	return s
}

func (b AskDecided) apply(s State, _ event.Event) State {
	s.Asks = slices.DeleteFunc(s.Asks, func(x Ask) bool { return x.ID == b.ID })
	return s
}

func (b Changed) apply(s State, e event.Event) State {
	if n := len(s.Terms); n > 0 {
		s.Terms[n-1].Until = e.At
	}
	s.DepartmentID, s.DepartmentName, s.CadreID, s.CadreName = b.Department.ID, b.Department.Name, b.CadreID, b.CadreName
	s.Terms = append(s.Terms, Term{Department: b.Department, CadreID: b.CadreID, CadreName: b.CadreName, From: e.At})
	return s
}

func (b SuspendedAll) apply(s State, e event.Event) State {
	s.Stage, s.SuspendedAt, s.Why = Suspended, e.At, b.Text
	for _, x := range s.duties() {
		if !x.Open() {
			continue
		}
		if d := s.duty(x.key); d != nil {
			d.Clock = d.Clock.Stopped(e.At)
			if isReport(x.key) { // a week in which the project stood still owes nothing
				d.Void = true
			}
		}
	}
	return s
}

func (b Resumed) apply(s State, e event.Event) State {
	s.Stage, s.SuspendedAt, s.Why = Active, time.Time{}, ""
	if s.Acknowledged.Open() {
		s.Stage = Assigned
	}
	for key, clock := range b.Clocks {
		if d := s.duty(key); d != nil {
			d.Clock, d.Light = clock, clock.LightAt(e.At)
		}
	}
	return s
}

func (b EndedAs) apply(s State, e event.Event) State {
	s.Stage, s.EndedAt, s.Why, s.Asks = b.Stage, e.At, b.Text, nil
	if n := len(s.Terms); n > 0 {
		s.Terms[n-1].Until = e.At
	}
	if n := len(s.Lights); n > 0 {
		s.Lights[n-1].Until = e.At
	}
	for _, x := range s.duties() {
		if d := s.duty(x.key); d != nil && d.Open() {
			d.Void = true
		}
	}
	return s
}

func (b Reminded) apply(s State, _ event.Event) State {
	if d := s.duty(b.Duty); d != nil {
		d.Reminded = true
	}
	return s
}

func (b DutyLate) apply(s State, _ event.Event) State {
	if d := s.duty(b.Duty); d != nil {
		d.Light = b.Light
	}
	return s
}

func (b ClockMoved) apply(s State, _ event.Event) State {
	if d := s.duty(b.Duty); d != nil {
		d.Clock, d.Light = b.Clock, b.Light
	}
	if !b.Last.IsZero() {
		for i := range s.Weeks {
			if w := &s.Weeks[i]; keyReport+w.Week == b.Duty {
				w.Last, w.Turn = b.Last, b.Clock.Due
			}
		}
	}
	return s
}

func (b Urged) apply(s State, e event.Event) State {
	if d := s.duty(b.Duty); d != nil {
		d.UrgedAt = e.At
		d.Urges++
	}
	return s
}

func (b LightChanged) apply(s State, e event.Event) State {
	if n := len(s.Lights); n > 0 {
		s.Lights[n-1].Until = e.At
	}
	s.Light = b.To
	s.Lights = append(s.Lights, Span{Light: b.To, Rule: b.Rule, From: e.At})
	return s
}

func (b RegistryTold) apply(s State, _ event.Event) State {
	if m := s.milestone(b.Milestone); m != nil {
		m.Told, m.Problem = b.Refused == "", b.Refused
	}
	return s
}

func (b Copied) apply(s State, _ event.Event) State {
	s.Copies = append(slices.Clone(s.Copies), b.Units...)
	return s
}

// keptReads bounds the receipts that the state keeps.
const keptReads = 200

func (b WasRead) apply(s State, e event.Event) State {
	if len(s.Reads) < keptReads {
		s.Reads = append(slices.Clone(s.Reads), Read{UserID: e.Actor.UserID, Name: e.Actor.Name, At: e.At})
	}
	return s
}

func (Commented) apply(s State, _ event.Event) State { return s }

// person is an actor as the state remembers one: by id, name and unit.
func person(a org.Actor) org.Actor {
	return org.Actor{UserID: a.Person(), Name: a.Name, UnitID: unitOf(a), UnitName: a.UnitName}
}

// unitOf is the unit in whose name somebody acted.
func unitOf(a org.Actor) string {
	if a.For != nil && a.For.UnitID != "" {
		return a.For.UnitID
	}
	return a.UnitID
}

func isReport(key string) bool { return len(key) > len(keyReport) && key[:len(keyReport)] == keyReport }
