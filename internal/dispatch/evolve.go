package dispatch

import (
	"encoding/json"
	"slices"
	"time"

	"luodi/internal/event"
	"luodi/internal/process"
)

// Evolve applies one recorded event. It is total: an event of an unknown type or about
// an unknown thing changes nothing, so that old binaries survive new events. It must
// stay backward compatible for ever: workflows replay through it.
func Evolve(s State, e event.Event) State {
	if apply, ok := applies[e.Type]; ok {
		return apply(s.clone(), e)
	}
	return s
}

var applies = map[string]func(State, event.Event) State{
	"dispatch.opened":               event.By(OpenedSheet.apply),
	"dispatch.compiled":             event.By(Compiled.apply),
	"dispatch.recompile_asked":      event.By(RecompileAsked.apply),
	"dispatch.instruction_added":    event.By(InstructionAdded.apply),
	"dispatch.instruction_removed":  event.By(InstructionRemoved.apply),
	"dispatch.issued":               event.By(IssuedSheet.apply),
	"dispatch.instruction_sent":     event.By(InstructionSent.apply),
	"dispatch.instruction_answered": event.By(InstructionAnswered.apply),
	"dispatch.instruction_returned": event.By(InstructionReturned.apply),
	"dispatch.instruction_done":     event.By(InstructionDone.apply),
	"dispatch.reminded":             event.By(Reminded.apply),
	"dispatch.overdue":              event.By(Overdue.apply),
	"dispatch.clock_moved":          event.By(ClockMoved.apply),
	"dispatch.urged":                event.By(Urged.apply),
	"dispatch.read":                 event.By(WasRead.apply),
	"dispatch.closed":               event.By(ClosedSheet.apply),
}

func (b OpenedSheet) apply(_ State, e event.Event) State {
	return State{
		ID: b.Week.String(), Window: b.Window, DueAt: b.DueAt, OpenedAt: e.At, OpenedBy: e.Actor, Stage: Compiling, Round: 1,
	}
}

func (b Compiled) apply(s State, e event.Event) State {
	s.Frozen = &Frozen{Round: b.Round, Digest: b.Digest, Size: b.Size, At: e.At, City: b.City, Units: b.Units}
	if s.Stage == Compiling {
		s.Stage = Draft
	}
	return s
}

func (b RecompileAsked) apply(s State, _ event.Event) State {
	s.Stage, s.Round = Compiling, b.Round
	return s
}

func (b InstructionAdded) apply(s State, _ event.Event) State {
	s.Counter++
	s.Instructions = append(s.Instructions, Instruction{Order: b.Order, Status: Planning, Direct: b.Order.LiaisonID == ""})
	return s
}

func (b InstructionRemoved) apply(s State, _ event.Event) State {
	s.Instructions = slices.DeleteFunc(s.Instructions, func(x Instruction) bool { return x.ID == b.ID })
	return s
}

func (b IssuedSheet) apply(s State, e event.Event) State {
	s.Stage, s.IssuedAt, s.IssuedBy = Issued, e.At, e.Actor
	for i := range s.Instructions {
		x := &s.Instructions[i]
		x.open(b.Clocks[x.ID], e.At)
	}
	return s
}

// open lets an instruction run, for the first time or again.
func (x *Instruction) open(clock process.Clock, at time.Time) {
	x.Status, x.Clock, x.OpenedAt, x.Light, x.Reminded, x.Sent = Open, clock, at, process.Green, false, false
	x.Round++
}

func (b InstructionSent) apply(s State, _ event.Event) State {
	if x := s.Instruction(b.ID); x != nil && x.Round == b.Round {
		x.Sent = b.Refused == ""
		if b.Refused != "" {
			x.Direct, x.Refusal = true, b.Refused
		}
	}
	return s
}

func (b InstructionAnswered) apply(s State, e event.Event) State {
	if x := s.Instruction(b.ID); x != nil {
		x.Status, x.Answer, x.AnsweredBy, x.AnsweredAt, x.Files, x.Returned = Answered, b.Text, b.Name, e.At, b.Files, ""
		if !b.At.IsZero() {
			x.AnsweredAt = b.At
		}
	}
	return s
}

func (b InstructionReturned) apply(s State, e event.Event) State {
	if x := s.Instruction(b.ID); x != nil {
		x.open(b.Clock, e.At)
		x.Due, x.Returned, x.AnsweredAt = b.Due, b.Text, time.Time{}
	}
	return s
}

func (b InstructionDone) apply(s State, e event.Event) State {
	if x := s.Instruction(b.ID); x != nil {
		x.Status, x.DoneAt, x.DoneBy, x.Remark = Done, e.At, b.Name, b.Text
	}
	return s
}

func (b Reminded) apply(s State, _ event.Event) State {
	if x := s.Instruction(b.ID); x != nil {
		x.Reminded = true
	}
	return s
}

func (b Overdue) apply(s State, _ event.Event) State {
	if x := s.Instruction(b.ID); x != nil {
		x.Light = b.Light
	}
	return s
}

func (b ClockMoved) apply(s State, _ event.Event) State {
	if x := s.Instruction(b.ID); x != nil {
		x.Clock, x.Light = b.Clock, b.Light
	}
	return s
}

func (b Urged) apply(s State, e event.Event) State {
	if x := s.Instruction(b.ID); x != nil {
		x.Urges++
		x.UrgedAt = e.At
	}
	return s
}

func (b WasRead) apply(s State, e event.Event) State {
	s.Reads = append(s.Reads, Read{UserID: e.Actor.UserID, Name: e.Actor.Name, At: e.At})
	return s
}

func (b ClosedSheet) apply(s State, e event.Event) State {
	s.Stage, s.ClosedAt = Closed, e.At
	return s
}

// About is the instruction that an event is about; ok is false when it is about the
// whole sheet.
func About(e event.Event) (id string, ok bool) {
	if e.Type == (InstructionAdded{}).EventType() {
		return event.Read[InstructionAdded](e).Order.ID, true
	}
	var b struct {
		ID string `json:"id"`
	}
	_ = json.Unmarshal(e.Data, &b) // every event about an instruction names it so
	return b.ID, b.ID != ""
}
