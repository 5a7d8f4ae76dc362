package review

import (
	"slices"
	"strings"
	"time"

	"luodi/internal/calendar"
	"luodi/internal/event"
	"luodi/internal/org"
	"luodi/internal/process"
)

// Evolve applies one recorded event. It is total: an event of an unknown type or
// for an unknown step changes nothing, so that old binaries survive new events.
// It must stay backward compatible for ever: workflows replay through it.
func Evolve(s State, e event.Event) State {
	if apply, ok := evolvers[e.Type]; ok {
		return apply(s.clone(), e)
	}
	return s
}

// applied is an event's body that changes a state.
type applied interface {
	event.Body
	apply(State, event.Event) State
}

func by[B applied](s State, e event.Event) State { return event.Read[B](e).apply(s, e) }

func opened(c process.Clock) Step { return Step{Clock: c, Light: process.Green} }

func (b Submitted) apply(_ State, e event.Event) State {
	s := State{
		ID: b.ID, Figures: b.Figures, Note: b.Note, Initiator: e.Actor, StageBefore: b.StageBefore,
		TemplateID: b.TemplateID, TemplateVersion: b.TemplateVersion, Rules: b.Rules, Terms: b.IntakeTerms,
		OpinionTerms: b.Seats, DecisionTerms: b.DecisionTerms, CopyTo: b.CopyTo,
		Stage: Intake, StartedAt: e.At, Intake: opened(b.Clock),
		Versions: []Version{{At: e.At, By: e.Actor, Text: b.Note, Figures: b.Figures}},
	}
	for _, t := range b.Seats {
		s.Seats = append(s.Seats, t.seat())
	}
	return s
}

// seat is the empty seat of a template's choice.
func (t SeatTerms) seat() Seat {
	return Seat{
		ID: t.UnitID, UnitName: t.UnitName, Veto: t.Veto, Why: t.Why, SignOff: t.SignOff, Lapse: t.Lapse,
		Marks: t.Marks, ReopenOn: t.ReopenOn, Unstaffed: t.Unstaffed,
	}
}

func (b Accepted) apply(s State, e event.Event) State {
	s.Stage, s.Intake.DoneAt = Opinions, e.At
	for i := range s.Seats {
		s.Seats[i].Unstaffed = slices.Contains(b.Unstaffed, s.Seats[i].Unit())
	}
	return s.withOpened(b.Seats)
}

// withOpened opens seats, or opens them again: what was said moves to the past.
func (s State) withOpened(clocks map[string]process.Clock) State {
	for i := range s.Seats {
		c, ok := clocks[s.Seats[i].ID]
		if !ok {
			continue
		}
		x := &s.Seats[i]
		if !x.Step.DoneAt.IsZero() {
			x.Past = append(slices.Clone(x.Past), PastOpinion{Opinion: x.Opinion, Text: x.Text, By: x.By, At: x.Step.DoneAt})
		}
		x.Step = opened(c)
		*x = x.silent()
	}
	return s
}

// silent is the seat without what was said; who has it stays.
func (x Seat) silent() Seat {
	x.Opinion, x.Text, x.Condition, x.Demands, x.Mark = "", "", "", nil, nil
	x.By, x.Drafter, x.Automatic, x.Dropped, x.Draft, x.Delegate = org.Actor{}, nil, false, "", nil, nil
	return x
}

func (b SeatsOpened) apply(s State, _ event.Event) State { return s.withOpened(b.Seats) }

func (b SeatsDropped) apply(s State, e event.Event) State {
	for _, id := range b.Seats {
		if x := s.seat(id); x != nil {
			x.Dropped, x.Step.DoneAt = b.Why, e.At
		}
	}
	return s
}

func (b Returned) apply(s State, e event.Event) State {
	if b.Step == recheckStep {
		return s.unansweredAgain(b.Text, e)
	}
	s = s.withStep(b.Step, func(x Step) Step {
		x.Clock, x.Returned = b.Clock, &Return{By: e.Actor, At: e.At, Text: b.Text, Route: b.Route}
		return x
	})
	for name, clock := range b.Also {
		s = s.withStep(name, func(x Step) Step { x.Clock, x.Follows = clock, b.Step; return x })
	}
	return s
}

// unansweredAgain gives a stepwise supplement back to the initiator: what it answered waits again.
func (s State) unansweredAgain(text string, e event.Event) State {
	s.Recheck.DoneAt = e.At
	for _, x := range s.returnedSteps() {
		if x.Returned.AnsweredAt.IsZero() {
			continue
		}
		s = s.withStep(x.Name, func(step Step) Step {
			step.Returned = &Return{By: e.Actor, At: e.At, Text: text, Route: x.Returned.Route}
			return step
		})
	}
	return s
}

// apply goes back to the opinions: panel and decision start afresh later.
func (b SentBack) apply(s State, _ event.Event) State { return s.back().withOpened(b.Seats) }

func (s State) back() State {
	s.Stage, s.PanelStep, s.Decision, s.Meeting, s.Verdict = Opinions, Step{}, Step{}, nil, nil
	return s
}

func (b Resubmitted) apply(s State, e event.Event) State {
	if b.Figures != nil { // what changes no figure is no other version: a state doesn't grow with it
		s.Figures = *b.Figures
		s.Versions = append(slices.Clone(s.Versions), Version{At: e.At, By: e.Actor, Text: b.Text, Figures: s.Figures})
	}
	for _, name := range b.Answered {
		s = s.withStep(name, func(x Step) Step {
			if x.Returned != nil {
				answered := *x.Returned
				answered.AnsweredAt = e.At
				x.Returned = &answered
			}
			return x
		})
	}
	s.Pending = b.Pending
	if b.Recheck != nil {
		s.Recheck = opened(*b.Recheck)
	}
	return s.withRunning(b.Clocks, e.At)
}

// withRunning lets returned steps run on, afresh as to lights: they were not late,
// they waited.
func (s State) withRunning(clocks map[string]process.Clock, at time.Time) State {
	for name, clock := range clocks {
		s = s.withStep(name, func(x Step) Step {
			x.Returned, x.Follows = nil, ""
			return x.running(clock, at)
		})
	}
	return s
}

// running is the step with another clock, its light and reminder as that clock has them.
func (x Step) running(clock process.Clock, at time.Time) Step {
	x.Clock, x.Light = clock, clock.LightAt(at)
	x.Reminded = x.Reminded && !at.Before(clock.RemindAt)
	return x
}

func (b Forwarded) apply(s State, e event.Event) State {
	s.Recheck.DoneAt, s.Pending = e.At, nil
	return s.withRunning(b.Clocks, e.At)
}

func (b Reseated) apply(s State, _ event.Event) State {
	for _, t := range b.Added {
		s.OpinionTerms = append(slices.Clone(s.OpinionTerms), t)
		s.Seats = append(s.Seats, t.seat())
	}
	if s.Stage == Panel || s.Stage == Deciding {
		s = s.back()
	}
	return s.withOpened(b.Seats)
}

func (b Opined) apply(s State, e event.Event) State {
	if x := s.seat(b.Seat); x != nil {
		if b.Signed && x.Draft != nil {
			drafter := x.Draft.By
			x.Drafter = &drafter
		}
		x.Opinion, x.Text, x.Condition, x.Demands, x.Mark, x.By = b.Opinion, b.Text, b.Condition, b.Demands, b.Mark, e.Actor
		x.Draft, x.Step.DoneAt, x.Unstaffed = nil, e.At, false
	}
	return s
}

func (b Drafted) apply(s State, e event.Event) State {
	if x := s.seat(b.Seat); x != nil {
		x.Draft = &Draft{Opined: b.Opined, By: e.Actor, At: e.At}
	}
	return s
}

func (b DraftReturned) apply(s State, _ event.Event) State {
	if x := s.seat(b.Seat); x != nil {
		x.Draft = nil
	}
	return s
}

func (b Claimed) apply(s State, _ event.Event) State {
	if x := s.seat(b.Seat); x != nil {
		holder := b.Holder
		x.Holder, x.Unstaffed = &holder, false
	}
	return s
}

func (b Released) apply(s State, _ event.Event) State {
	if x := s.seat(b.Seat); x != nil {
		x.Holder = nil
	}
	return s
}

// apply: what was drafted or being prepared stays with whoever had the seat before.
func (b Transferred) apply(s State, _ event.Event) State {
	if x := s.seat(b.Seat); x != nil {
		x.Holder, x.Unstaffed, x.Draft, x.Delegate = b.Holder, false, nil, nil
		if b.UnitID != "" {
			x.UnitID, x.UnitName = b.UnitID, b.UnitName
		}
	}
	return s
}

func (b Delegated) apply(s State, e event.Event) State {
	if x := s.seat(b.Seat); x != nil {
		x.Delegate = &Delegation{By: b.By, To: b.To, At: e.At, Text: b.Text}
	}
	return s
}

func (b HandedBack) apply(s State, e event.Event) State {
	if x := s.seat(b.Seat); x != nil && x.Delegate != nil {
		d := *x.Delegate
		d.BackAt, d.Report = e.At, b.Text
		x.Delegate = &d
	}
	return s
}

func (b TakenBack) apply(s State, e event.Event) State {
	if b.What == "return" {
		s = s.withRunning(map[string]process.Clock{b.Step: b.Clock}, e.At)
		return s.withRunning(b.Also, e.At)
	}
	x := s.seat(strings.TrimPrefix(b.Step, "seat:"))
	switch {
	case x == nil:
	case b.What == "draft":
		x.Draft = nil
	case b.What == "delegation":
		x.Delegate = nil
	case b.What == "opinion":
		step := x.Step
		step.DoneAt = time.Time{}
		*x = x.silent()
		x.Step = step.running(b.Clock, e.At)
	}
	return s
}

func (b SignerAdded) apply(s State, e event.Event) State {
	x := Seat{
		ID: b.ID, UnitID: b.UnitID, UnitName: b.UnitName, Why: b.Where.Label() + ":" + b.Text, SignOff: b.SignOff,
		Added: &Addition{To: b.To, Where: b.Where, By: e.Actor, At: e.At, Text: b.Text, Terms: b.Terms},
	}
	if b.Clock != nil {
		x.Step = opened(*b.Clock)
	}
	s.Seats = append(s.Seats, x)
	if s.Counts == nil {
		s.Counts = map[string]int{}
	}
	s.Counts["signer"]++
	return s
}

func (b SignerRemoved) apply(s State, e event.Event) State {
	if x := s.seat(b.Seat); x != nil {
		x.Dropped, x.Step.DoneAt = "减签:"+b.Text, e.At
	}
	return s
}

func (b Lapsed) apply(s State, e event.Event) State {
	if x := s.seat(b.Seat); x != nil {
		x.Opinion, x.Automatic, x.Step.DoneAt, x.Draft = b.Opinion, true, e.At, nil
	}
	return s
}

func (b Remarked) apply(s State, e event.Event) State {
	if x := s.seat(b.Seat); x != nil {
		x.Remarks = append(slices.Clone(x.Remarks), Remark{By: e.Actor, At: e.At, Text: b.Text})
	}
	return s
}

func (b Copied) apply(s State, _ event.Event) State {
	s.CopyTo = append(slices.Clone(s.CopyTo), b.Units...)
	return s
}

func (b WasRead) apply(s State, e event.Event) State {
	s.Reads = append(slices.Clone(s.Reads), Read{UserID: e.Actor.UserID, Name: e.Actor.Name, UnitName: e.Actor.UnitName, At: e.At})
	return s
}

func (b Urged) apply(s State, e event.Event) State {
	return s.withStep(b.Step, func(x Step) Step {
		x.Urges = append(slices.Clone(x.Urges), Urge{By: e.Actor, At: e.At, Text: b.Text})
		return x
	})
}

func (b PausedAll) apply(s State, e event.Event) State {
	s.Paused = &Pause{By: e.Actor, At: e.At, Text: b.Text, Until: b.Until, Ends: b.Ends}
	for name, clock := range b.Clocks {
		s = s.withStep(name, func(x Step) Step { x.Clock = clock; return x })
	}
	return s
}

func (b ResumedAll) apply(s State, e event.Event) State {
	if s.Paused != nil {
		s.Stops = append(slices.Clone(s.Stops), process.Span{From: calendar.DateOf(s.Paused.At), To: calendar.DateOf(e.At)})
	}
	s.Paused = nil
	for name, clock := range b.Clocks {
		s = s.withStep(name, func(x Step) Step { return x.running(clock, e.At) })
	}
	return s
}

func (b Extended) apply(s State, e event.Event) State {
	return s.withStep(b.Step, func(x Step) Step {
		x.Extended += b.Days
		return x.running(b.Clock, e.At)
	})
}

func (b PanelOpened) apply(s State, _ event.Event) State {
	s.Stage, s.PanelStep = Panel, opened(b.Clock)
	return s
}

func (b Scheduled) apply(s State, _ event.Event) State {
	meet := b.Meet
	s.Meeting = &meet
	return s
}

func (b Unscheduled) apply(s State, _ event.Event) State {
	s.Meeting = nil
	return s
}

func (b PanelVoted) apply(s State, e event.Event) State {
	verdict := b.Verdict
	s.Verdict, s.PanelStep.DoneAt = &verdict, e.At
	return s
}

func (b DecisionOpened) apply(s State, _ event.Event) State {
	s.Stage, s.Decision = Deciding, opened(b.Clock)
	return s
}

func (b Decided) apply(s State, e event.Event) State {
	s.Outcome, s.OutcomeText, s.OutcomeBy, s.DecidedAt, s.Score = b.Outcome, b.Text, e.Actor, e.At, b.Score
	s.Decision.DoneAt, s.DeferredUntil, s.Paused = e.At, b.Until, nil
	s.Papers = append(s.Papers, Paper{Number: b.Number, Decided: e.At, Head: e.Seq})
	switch b.Outcome {
	case Conditional:
		s.Stage, s.Conditions = FollowUp, b.Conditions
	case Deferred:
		s.Stage = Deferral
	}
	return s
}

func (b EvidenceSubmitted) apply(s State, e event.Event) State {
	if c := s.condition(b.Condition); c != nil {
		c.Evidence = append(slices.Clone(c.Evidence), Evidence{By: e.Actor, At: e.At, Text: b.Text, Files: b.Files})
		c.Step.Clock, c.Check = b.Clock, opened(b.Check)
	}
	return s
}

func (b EvidenceReturned) apply(s State, e event.Event) State {
	if c := s.condition(b.Condition); c != nil {
		c.Evidence = slices.Clone(c.Evidence)
		if n := len(c.Evidence); n > 0 {
			c.Evidence[n-1].Returned = b.Text
		}
		c.Check.DoneAt, c.Step = e.At, c.Step.running(b.Clock, e.At)
	}
	return s
}

func (b ConditionClosed) apply(s State, e event.Event) State {
	if c := s.condition(b.Condition); c != nil {
		c.Closed = &Closing{By: e.Actor, At: e.At, Text: b.Text, Waived: b.Waived}
		c.Step.DoneAt, c.Check.DoneAt = e.At, e.At
	}
	return s
}

func (b ConditionMoved) apply(s State, e event.Event) State {
	if c := s.condition(b.Condition); c != nil {
		c.Step = c.Step.running(b.Clock, e.At)
	}
	return s
}

// apply starts the review again at intake, with what was submitted last. Opinions
// and conditions of before stay in the stream and in the document that was issued.
func (b Reopened) apply(s State, _ event.Event) State {
	s.Stage, s.Intake = Intake, opened(b.Clock)
	s.PanelStep, s.Decision, s.Meeting, s.Verdict, s.Recheck = Step{}, Step{}, nil, nil, Step{}
	s.Outcome, s.OutcomeText, s.OutcomeBy, s.DecidedAt = "", "", org.Actor{}, time.Time{}
	s.DeferredUntil = calendar.Date{}
	kept := s.Seats[:0:0]
	for _, x := range s.Seats {
		if x.Added != nil {
			continue
		}
		if x.spoken() {
			x.Past = append(slices.Clone(x.Past), PastOpinion{Opinion: x.Opinion, Text: x.Text, By: x.By, At: x.Step.DoneAt})
		}
		x.Step = Step{}
		kept = append(kept, x.silent())
	}
	s.Seats = kept
	return s
}

// apply leaves the steps that a withdrawal or a termination cut short undone.
func (b Concluded) apply(s State, e event.Event) State {
	if s.Stage == Deciding && b.Outcome != Withdrawn && b.Outcome != Terminated {
		s.Decision.DoneAt = e.At
	}
	if s.Outcome == "" || b.Outcome == Terminated {
		s.OutcomeText, s.OutcomeBy = b.Text, e.Actor
	}
	s.Stage, s.Outcome, s.EndedAt, s.Paused = End, b.Outcome, e.At, nil
	return s
}

func (b PaperIssued) apply(s State, e event.Event) State {
	for i := range s.Papers {
		if s.Papers[i].Number == b.Number && s.Papers[i].IssuedAt.IsZero() {
			s.Papers[i].IssuedAt, s.Papers[i].Word, s.Papers[i].PDF = e.At, b.Word, b.PDF
		}
	}
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

// withStep changes one step by its name; s.Seats and s.Conditions are copies already.
func (s State) withStep(name string, change func(Step) Step) State {
	switch name {
	case intakeStep:
		s.Intake = change(s.Intake)
	case recheckStep:
		s.Recheck = change(s.Recheck)
	case panelStep:
		s.PanelStep = change(s.PanelStep)
	case decisionStep:
		s.Decision = change(s.Decision)
	default:
		for i := range s.Seats {
			if seatStep(s.Seats[i].ID) == name {
				s.Seats[i].Step = change(s.Seats[i].Step)
			}
		}
		for i := range s.Conditions {
			switch name {
			case conditionStep(s.Conditions[i].ID):
				s.Conditions[i].Step = change(s.Conditions[i].Step)
			case checkStep(s.Conditions[i].ID):
				s.Conditions[i].Check = change(s.Conditions[i].Check)
			}
		}
	}
	return s
}
