package review

import (
	"encoding/json"

	"luodi/internal/event"
	"luodi/internal/process"
)

// Evolve applies one recorded event. It is total: an event of an unknown type or
// for an unknown step changes nothing, so that old binaries survive new events.
// It must stay backward compatible for ever: workflows replay through it.
func Evolve(s State, e event.Event) State {
	s = s.clone()
	switch e.Type {
	case "review.submitted":
		return read[Submitted](e).apply(s, e)
	case "review.accepted":
		return read[Accepted](e).apply(s, e)
	case "review.returned":
		return read[Returned](e).apply(s, e)
	case "review.resubmitted":
		return read[Resubmitted](e).apply(s, e)
	case "review.opined":
		return read[Opined](e).apply(s, e)
	case "review.decision_opened":
		return read[DecisionOpened](e).apply(s, e)
	case "review.concluded":
		return read[Concluded](e).apply(s, e)
	case "review.reminded":
		return read[Reminded](e).apply(s, e)
	case "review.light_changed":
		return read[LightChanged](e).apply(s, e)
	case "review.deadline_moved":
		return read[DeadlineMoved](e).apply(s, e)
	}
	return s
}

// read decodes what Record wrote; data of another shape reads as far as it fits.
func read[B event.Body](e event.Event) B {
	var b B
	_ = json.Unmarshal(e.Data, &b)
	return b
}

func (b Submitted) apply(s State, e event.Event) State {
	s = State{
		ID: b.ID, Figures: b.Figures, Note: b.Note, Initiator: e.Actor, StageBefore: b.StageBefore,
		TemplateID: b.TemplateID, TemplateVersion: b.TemplateVersion,
		OpinionTerms: b.Seats, DecisionTerms: b.DecisionTerms, CopyTo: b.CopyTo,
		Stage: Intake, StartedAt: e.At, Intake: opened(b.Clock),
	}
	for _, t := range b.Seats {
		s.Seats = append(s.Seats, Seat{ID: t.UnitID, UnitName: t.UnitName, Veto: t.Veto, Why: t.Why})
	}
	return s
}

func opened(c process.Clock) Step { return Step{Clock: c, Light: process.Green} }

func (b Accepted) apply(s State, e event.Event) State {
	s.Stage, s.Intake.DoneAt = Opinions, e.At
	for i := range s.Seats {
		if c, ok := b.Seats[s.Seats[i].ID]; ok {
			s.Seats[i].Step = opened(c)
		}
	}
	return s
}

func (b Returned) apply(s State, e event.Event) State {
	return s.withStep(b.Step, func(x Step) Step {
		x.Clock, x.Returned = b.Clock, &Return{By: e.Actor, At: e.At, Text: b.Text}
		return x
	})
}

// apply starts each returned step afresh as to lights: it was not late, it waited.
func (b Resubmitted) apply(s State, e event.Event) State {
	for name, clock := range b.Clocks {
		s = s.withStep(name, func(x Step) Step {
			x.Clock, x.Returned = clock, nil
			x.Light, x.Reminded = clock.LightAt(e.At), x.Reminded && !e.At.Before(clock.RemindAt)
			return x
		})
	}
	return s
}

func (b Opined) apply(s State, e event.Event) State {
	if seat := s.seat(b.Seat); seat != nil {
		seat.Opinion, seat.Text, seat.Condition, seat.By = b.Opinion, b.Text, b.Condition, e.Actor
		seat.Step.DoneAt = e.At
	}
	return s
}

func (b DecisionOpened) apply(s State, _ event.Event) State {
	s.Stage, s.Decision = Deciding, opened(b.Clock)
	return s
}

// apply leaves the steps that a withdrawal or a termination cut short undone.
func (b Concluded) apply(s State, e event.Event) State {
	if s.Stage == Deciding && b.Outcome != Withdrawn && b.Outcome != Terminated {
		s.Decision.DoneAt = e.At
	}
	s.Stage, s.Outcome, s.OutcomeText, s.OutcomeBy, s.EndedAt = End, b.Outcome, b.Text, e.Actor, e.At
	return s
}

func (b Reminded) apply(s State, _ event.Event) State {
	return s.withStep(b.Step, func(x Step) Step { x.Reminded = true; return x })
}

func (b LightChanged) apply(s State, _ event.Event) State {
	return s.withStep(b.Step, func(x Step) Step { x.Light = b.Light; return x })
}

func (b DeadlineMoved) apply(s State, e event.Event) State {
	return s.withStep(b.Step, func(x Step) Step {
		x.Clock, x.Light = b.Clock, b.Light
		x.Reminded = x.Reminded && !e.At.Before(b.Clock.RemindAt)
		return x
	})
}

// withStep changes one step by its name; s.Seats is already a copy.
func (s State) withStep(name string, change func(Step) Step) State {
	switch name {
	case intakeStep:
		s.Intake = change(s.Intake)
	case decisionStep:
		s.Decision = change(s.Decision)
	default:
		for i := range s.Seats {
			if seatStep(s.Seats[i].ID) == name {
				s.Seats[i].Step = change(s.Seats[i].Step)
			}
		}
	}
	return s
}
