package review

import (
	"slices"
	"strings"
	"time"

	"luodi/internal/calendar"
	"luodi/internal/event"
	"luodi/internal/process"
)

// Expected is one piece of work that is still to be done. For work that is open its
// deadline is the real one. For later work it is the latest day if everybody before
// uses the whole of their time, and nobody is late, returns or pauses anything.
type Expected struct {
	Step        string    `json:"step"`
	Label       string    `json:"label"`
	UnitID      string    `json:"unit_id,omitempty"` // empty: the centre
	Who         string    `json:"who"`
	Opens       time.Time `json:"opens,omitzero"`
	Due         time.Time `json:"due,omitzero"` // zero while the clock stands still
	Provisional bool      `json:"provisional"`
	Open        bool      `json:"open" doc:"waits now; otherwise an estimate"`
	Note        string    `json:"note,omitempty"`
}

// ForecastPlan is the forecast of a review that would start now.
func ForecastPlan(p Plan, cal *calendar.Calendar, at time.Time) []Expected {
	s := Submitted{
		Seats: p.Seats, DecisionTerms: p.Decision, IntakeTerms: p.Intake, Rules: p.Rules,
		Clock: process.StartClock(cal, at, p.Intake),
	}.apply(State{}, event.Event{At: at})
	out := Forecast(s, cal, at)
	for i := range out {
		out[i].Open = false
	}
	return out
}

// Forecast lists who is still to act, in order, and when each deadline falls.
func Forecast(s State, cal *calendar.Calendar, at time.Time) []Expected {
	f := forecast{State: s, cal: cal, at: at}
	if s.Ended() || !s.Started() {
		return nil
	}
	opened := f.stage([]string{intakeStep, recheckStep}, at)
	if s.Stage == Intake || s.Stage == Opinions {
		opened = f.seats(opened)
	}
	if s.Stage == Intake || s.Stage == Opinions || s.Stage == Panel {
		if s.Rules.PanelTerms.Days > 0 {
			opened = f.later(panelStep, "研判会", opened, s.PanelStep, s.Rules.PanelTerms)
		}
		opened = f.later(decisionStep, "决定", opened, s.Decision, s.DecisionTerms)
	} else {
		opened = f.stage([]string{decisionStep}, opened)
	}
	for _, c := range s.Conditions {
		opened = f.stage([]string{conditionStep(c.ID), checkStep(c.ID)}, opened)
	}
	return f.out
}

type forecast struct {
	State
	cal *calendar.Calendar
	at  time.Time
	out []Expected
}

// stage adds the named steps that are open and gives the latest moment they need.
func (f *forecast) stage(names []string, from time.Time) time.Time {
	for _, x := range f.openSteps() {
		if slices.Contains(names, x.Name) {
			from = latest(from, f.open(x))
		}
	}
	return from
}

// open adds a step that waits now.
func (f *forecast) open(x NamedStep) time.Time {
	e := Expected{Step: x.Name, Label: x.Label, UnitID: x.Unit, Who: f.who(x), Opens: x.Clock.Start, Open: true}
	due := x.Clock.Due
	switch {
	case x.Returned != nil && x.Returned.AnsweredAt.IsZero():
		e.Who, e.UnitID, e.Note = initiatorName, f.Initiator.UnitID, "已退回补正,计时中止"
	case x.Returned != nil || x.Follows != "":
		e.Note = "等待补正材料,计时中止"
	case !x.Clock.Running():
		e.Note = "计时中止"
	default:
		e.Due, e.Provisional = due, x.Clock.Provisional
	}
	f.out = append(f.out, e)
	return due
}

// who is the unit that a step waits for.
func (f *forecast) who(x NamedStep) string {
	if id, ok := strings.CutPrefix(x.Name, "seat:"); ok {
		return f.seat(id).UnitName
	}
	if id, ok := strings.CutPrefix(x.Name, "condition:"); ok {
		return f.condition(id).OwnerName
	}
	if id, ok := strings.CutPrefix(x.Name, "check:"); ok && f.condition(id).SetByName != "" {
		return f.condition(id).SetByName
	}
	return centreName
}

// seats adds every seat that has yet to speak, one after another in a sequence, and
// signers who speak after theirs.
func (f *forecast) seats(opened time.Time) time.Time {
	last, due := opened, map[string]time.Time{}
	chain := opened
	for _, x := range f.Seats {
		if x.spoken() {
			continue
		}
		from := opened
		switch {
		case x.Step.Open():
			due[x.ID] = f.open(NamedStep{Name: seatStep(x.ID), Label: x.UnitName + "意见", Unit: x.Unit(), Step: x.Step})
			chain = latest(chain, due[x.ID])
			last = latest(last, due[x.ID])
			continue
		case x.Added != nil:
			from = latest(opened, due[x.Added.To])
		case f.Rules.Mode == Sequence:
			from = chain
		}
		clock := process.StartClock(f.cal, from, f.terms(x))
		f.out = append(f.out, Expected{Step: seatStep(x.ID), Label: x.UnitName + "意见", UnitID: x.Unit(), Who: x.UnitName,
			Opens: from, Due: clock.Due, Provisional: clock.Provisional, Note: x.note()})
		due[x.ID] = clock.Due
		chain, last = latest(chain, clock.Due), latest(last, clock.Due)
	}
	return last
}

// note says what is special about a seat.
func (x Seat) note() string {
	var notes []string
	if x.Veto {
		notes = append(notes, "一票否决")
	}
	if x.SignOff {
		notes = append(notes, "经办拟稿、负责人签发")
	}
	if x.Lapse != NoLapse {
		notes = append(notes, "逾期"+x.Lapse.Label())
	}
	return strings.Join(notes, ";")
}

// later adds a step of the centre that is open, or is expected after the ones before.
func (f *forecast) later(name, label string, from time.Time, x Step, terms process.Terms) time.Time {
	if x.Open() {
		return latest(from, f.open(NamedStep{Name: name, Label: label, Step: x}))
	}
	if !x.DoneAt.IsZero() {
		return from
	}
	if name == decisionStep && f.Rules.DecideFrom == fromAccepted && !f.Intake.DoneAt.IsZero() {
		clock := decision{State: f.State, facts: Facts{Calendar: f.cal}}.decisionClock()
		f.out = append(f.out, Expected{Step: name, Label: label, Who: centreName, Opens: from, Due: clock.Due, Provisional: clock.Provisional})
		return latest(from, clock.Due)
	}
	clock := process.StartClock(f.cal, from, terms)
	f.out = append(f.out, Expected{Step: name, Label: label, Who: centreName, Opens: from, Due: clock.Due, Provisional: clock.Provisional})
	return clock.Due
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
