package bulletin

import (
	"slices"

	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/process"
)

// The names of what people do; the API's paths end in them.
const (
	ActOpen      = "open"
	ActRecompute = "recompute"
	ActAnnotate  = "annotate"
	ActSubmit    = "submit"
	ActCheck     = "check"
	ActReturn    = "return"
	ActPublish   = "publish"
	ActWithdraw  = "withdraw"
	ActRead      = "read"
)

// centreUnit is whose business bulletins are.
const centreUnit = "centre"

var centreRoles = []org.Role{org.CentreOperator, org.CentreLeader}

// operation is one line of the table that Actions and Decide share.
type operation struct {
	name, label, who string
	danger           bool
	// as lists the capacities in which an actor may do it at all; none: forbidden.
	as func(State, org.Actor) []org.Actor
	// now keeps the capacities that may do it at this moment, or says why none may.
	now  func(State, []org.Actor) ([]org.Actor, string)
	form *process.Schema // nil: nothing to fill in
	do   func(decision) (event.Body, error)
}

// operations is the whole table, in the order of the buttons. It is a function, for
// what the lines do looks back at it.
func operations() []operation {
	return []operation{
		{name: ActRecompute, label: "重新统计", who: "招商中心", as: asCentre, now: in(Draft, Withdrawn), do: decision.recompute},
		{name: ActAnnotate, label: "编写编者按", who: "招商中心", as: asCentre, now: in(Draft), form: textForm("编者按", 0, 5000), do: decision.annotate},
		{name: ActSubmit, label: "提交校核", who: "招商中心", as: asCentre, now: in(Draft), do: just(Submitted{})},
		{name: ActCheck, label: "校核通过", who: "招商中心提交人、编写人以外的人", as: asCentre, now: State.canCheck, do: just(WasChecked{})},
		{name: ActPublish, label: "签发", who: "招商中心负责人", danger: true, as: asLeader, now: in(Signing), do: decision.publish},
		{name: ActReturn, label: "退回修改", who: "招商中心", as: asCentre, now: in(Checking, Signing), form: textForm("退回原因", 2, 500), do: decision.giveBack},
		{name: ActWithdraw, label: "撤销", who: "招商中心", danger: true, as: asCentre, now: in(Computing, Draft, Checking, Signing), form: textForm("撤销原因", 2, 500), do: decision.withdraw},
		{name: ActRead, label: "已阅", who: "收到通报的单位", as: asReader, now: State.canRead, do: just(WasRead{})},
	}
}

func textForm(title string, lo, hi int) *process.Schema {
	return process.Object(process.Field{Name: "text", Schema: process.Text(title, lo, hi)})
}

// Actions lists every action on a bulletin, whether the actor may do it now, and why
// not. A person who has no part in it is told so before the stage is.
func Actions(s State, a org.Actor) []process.Action {
	var out []process.Action
	for _, op := range operations() {
		action, _ := op.offer(s, a)
		out = append(out, action)
	}
	return out
}

// offer is the operation as an action for one actor, and the capacities that may do it.
func (op operation) offer(s State, a org.Actor) (process.Action, []org.Actor) {
	act := process.Allow(op.name, op.label, op.form)
	act.Danger, act.Who = op.danger, op.who
	as := op.as(s, a)
	if len(as) == 0 {
		return act.Deny(fault.Forbidden, "不是您的职责"), nil
	}
	as, reason := op.now(s, as)
	if len(as) == 0 {
		return act.Deny(fault.Conflict, reason), nil
	}
	return act, as
}

func capacities(a org.Actor, keep func(org.Actor) bool) []org.Actor {
	return slices.DeleteFunc(a.Capacities(), func(c org.Actor) bool { return !keep(c) })
}

func asCentre(_ State, a org.Actor) []org.Actor {
	return capacities(a, func(c org.Actor) bool { return c.Has(centreRoles...) })
}

func asLeader(_ State, a org.Actor) []org.Actor {
	return capacities(a, func(c org.Actor) bool { return c.Has(org.CentreLeader) })
}

// asReader: a receipt is given in one's own name, by whoever has business at all.
func asReader(_ State, a org.Actor) []org.Actor {
	return capacities(a, func(c org.Actor) bool { return c.For == nil && !org.ScopeOf(c).Empty() })
}

// in: while the bulletin stands at one of the stages.
func in(stages ...Stage) func(State, []org.Actor) ([]org.Actor, string) {
	return func(s State, as []org.Actor) ([]org.Actor, string) {
		if slices.Contains(stages, s.Stage) {
			return as, ""
		}
		if s.Stage == Published {
			return nil, "已经发布;发布后只能以更正通报更正"
		}
		return nil, "通报" + s.Stage.Label()
	}
}

// canCheck: two people look at what goes out. Whoever submitted it or wrote its text
// doesn't check it, nor does anybody who stands in for them or whom they stand in for.
func (s State) canCheck(as []org.Actor) ([]org.Actor, string) {
	as, reason := in(Checking)(s, as)
	if len(as) == 0 {
		return nil, reason
	}
	authors := s.authors()
	return slices.DeleteFunc(as, func(c org.Actor) bool {
		return slices.Contains(authors, c.UserID) || slices.Contains(authors, c.Person())
	}), "须由提交人和编者按编写人以外的人校核"
}

func (s State) canRead(as []org.Actor) ([]org.Actor, string) {
	switch {
	case s.Stage != Published:
		return nil, "尚未发布"
	case s.HasRead(as[0].UserID):
		return nil, "已经签阅"
	}
	return as, ""
}
