package process

import (
	"encoding/json"
	"slices"
	"time"

	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/org"
)

// Operation is one thing that people do with a process: who may, on what, with which
// form, and what follows. Actions and Decide both go by it, so that what is offered
// and what is accepted can't differ.
type Operation[S, F any] struct {
	Name, Label, Who string
	Field, Title     string // the property that says on what, and its label; empty when there is nothing to choose
	Danger           bool
	Late             bool // also when the process has ended
	Readers          bool // for whoever reads the process, with a part in it or without
	// May lists on what the actor may act in this capacity now, or says why on nothing.
	May  func(s S, a org.Actor, at time.Time) ([]Target, Refusal)
	Form func(s S, on []Target) []Field
	Do   func(Decision[S, F]) ([]event.Body, error)
}

// Target is one thing that may be acted on, and in whose name.
type Target struct {
	ID, Title string
	As        org.Actor
}

// Refusal says why not. Forbidden is a matter of the person, Conflict of the state.
type Refusal struct {
	Kind   fault.Kind
	Reason string
}

// On is the target of an operation that has nothing to choose.
func On(a org.Actor) ([]Target, Refusal) { return []Target{{As: a}}, Refusal{} }

// NotYou refuses because of who asks.
func NotYou(reason string) ([]Target, Refusal) { return nil, Refusal{fault.Forbidden, reason} }

// NotNow refuses because of how things stand.
func NotNow(reason string) ([]Target, Refusal) { return nil, Refusal{fault.Conflict, reason} }

// Table is everything that people do with one kind of process, in the order in which
// a page shows the buttons.
type Table[S, F any] struct {
	Operations []Operation[S, F]
	// TakesPart reports whether somebody, in one capacity, has any business with the process.
	TakesPart func(S, org.Actor) bool
	// Over says that the process has ended and how; empty while it goes on.
	Over func(S) string
}

// Actions lists every operation, whether the actor may do it now, and why not. A
// person who has no part in the process is told so before the state is.
func (t Table[S, F]) Actions(s S, a org.Actor, at time.Time) []Action {
	out := make([]Action, len(t.Operations))
	for i := range t.Operations {
		out[i], _ = t.offer(&t.Operations[i], s, a, at)
	}
	return out
}

// offer asks for every capacity of the actor, their own first.
func (t Table[S, F]) offer(op *Operation[S, F], s S, a org.Actor, at time.Time) (Action, []Target) {
	action := Action{Name: op.Name, Label: op.Label, Who: op.Who, Danger: op.Danger}
	if over := t.Over(s); over != "" && !op.Late {
		return action.Deny(fault.Conflict, over), nil
	}
	var all []Target
	var why Refusal
	part := op.Readers
	for _, capacity := range a.Capacities() {
		part = part || t.TakesPart(s, capacity)
		found, no := op.May(s, capacity, at)
		if why.Reason == "" || why.Kind == fault.Forbidden && no.Kind == fault.Conflict {
			why = no
		}
		for _, x := range found {
			if !slices.ContainsFunc(all, func(y Target) bool { return y.ID == x.ID }) {
				all = append(all, x)
			}
		}
	}
	if len(all) == 0 {
		if !part {
			why.Kind = fault.Forbidden // whatever the state
		}
		return action.Deny(why.Kind, why.Reason), nil
	}
	action.Allowed, action.Schema = true, op.schema(s, all)
	return action, all
}

// schema is the form. The field that says on what may be left out when there is one choice.
func (op *Operation[S, F]) schema(s S, all []Target) *Schema {
	var fields []Field
	if op.Field != "" {
		choices := make([]Choice, len(all))
		for i, x := range all {
			choices[i] = Choice{Const: x.ID, Title: x.Title}
			if x.As.For != nil {
				choices[i].Title += "(代" + x.As.For.Name + ")"
			}
		}
		fields = append(fields, Field{Name: op.Field, Schema: OneOf(op.Title, choices...), Optional: len(all) == 1})
	}
	if op.Form != nil {
		fields = append(fields, op.Form(s, all)...)
	}
	return Object(fields...)
}

// Decision is one person's command that an operation has taken, against one state.
type Decision[S, F any] struct {
	State S
	Cmd   Command
	Facts F
	On    Target
}

// Read decodes the body, which has been checked against the form.
func (d Decision[S, F]) Read(body any) error {
	if len(d.Cmd.Body) == 0 {
		return nil
	}
	if err := json.Unmarshal(d.Cmd.Body, body); err != nil {
		return fault.New(fault.Invalid, "body_invalid", "填写内容有误").Because(err)
	}
	return nil
}

// Given decodes what the server added to the command.
func (d Decision[S, F]) Given(given any) error {
	if len(d.Cmd.With) == 0 {
		return nil
	}
	return Unmarshal(d.Cmd.With, given)
}

// Decide finds the operation that a person's command names and does it. Errors: the
// refusals of Require; whatever the operation refuses.
func (t Table[S, F]) Decide(s S, cmd Command, f F) ([]event.Draft, error) {
	i := slices.IndexFunc(t.Operations, func(op Operation[S, F]) bool { return op.Name == cmd.Name })
	if i < 0 {
		return nil, Require(nil, cmd, nil)
	}
	op := &t.Operations[i]
	act, all := t.offer(op, s, cmd.Actor, cmd.At)
	var pick map[string]any
	if err := Require([]Action{act}, cmd, &pick); err != nil {
		return nil, err
	}
	d := Decision[S, F]{State: s, Cmd: cmd, Facts: f, On: all[0]}
	if id, ok := pick[op.Field].(string); ok && op.Field != "" {
		d.On = all[slices.IndexFunc(all, func(x Target) bool { return x.ID == id })]
	}
	bodies, err := op.Do(d)
	if err != nil {
		return nil, err
	}
	drafts := event.Drafts(bodies...)
	for i := range drafts {
		drafts[i].For = d.On.As.For
	}
	return drafts, nil
}
