package review

import (
	"time"

	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/process"
)

// The names of what people do; the API's paths end in them.
const (
	ActSubmit    = "submit"
	ActAccept    = "accept"
	ActReturn    = "return"
	ActResubmit  = "resubmit"
	ActOpine     = "opine"
	ActWithdraw  = "withdraw"
	ActTerminate = "terminate"
	ActDecide    = "decide"
)

// Actions lists every action on a review, whether the actor may do it now, and
// why not. A person who has no part in the step is told so before the stage is.
func Actions(s State, a org.Actor, _ time.Time) []process.Action {
	actions := []process.Action{
		s.accept(a), s.opine(a), s.decide(a), s.returnIt(a), s.resubmit(a), s.withdraw(a), s.terminate(a),
	}
	if !s.Ended() {
		return actions
	}
	for i := range actions {
		actions[i] = actions[i].Deny(fault.Conflict, "研判已办结,结果为"+s.Outcome.Label())
	}
	return actions
}

func (s State) accept(a org.Actor) process.Action {
	act := process.Allow(ActAccept, "受理", process.Object(
		process.Field{Name: "text", Schema: process.Text("受理说明", 0, 500), Optional: true}))
	switch {
	case !a.Has(org.CentreOperator, org.CentreLeader):
		return act.Deny(fault.Forbidden, "由招商中心受理")
	case s.Stage != Intake:
		return act.Deny(fault.Conflict, "已经受理,现处于"+s.Stage.Label()+"阶段")
	case s.Intake.Returned != nil:
		return act.Deny(fault.Conflict, "已退回补正,等待发起人重新提交")
	}
	return act
}

func (s State) opine(a org.Actor) process.Action {
	seats := s.openSeats(a)
	act := process.Allow(ActOpine, "出具意见", process.Object(
		process.Field{Name: "seat", Schema: process.OneOf("席位", seatChoices(seats)...)},
		process.Field{Name: "opinion", Schema: process.OneOf("意见",
			process.Choice{Const: string(Agree), Title: Agree.Label()},
			process.Choice{Const: string(Conditioned), Title: Conditioned.Label()},
			process.Choice{Const: string(Disagree), Title: Disagree.Label()})},
		process.Field{Name: "text", Schema: process.Text("意见内容", 2, 2000)},
		process.Field{Name: "condition", Schema: process.Text("所附条件(有条件同意时填写,不填则以意见内容为准)", 0, 1000), Optional: true}))
	return s.denySeat(act, a, seats)
}

// denySeat says why an actor has no open seat to act for.
func (s State) denySeat(act process.Action, a org.Actor, open []Seat) process.Action {
	mine := s.seat(a.UnitID)
	switch {
	case mine == nil || !a.Has(org.DepartmentHandler, org.DepartmentLeader, org.CountyOperator):
		return act.Deny(fault.Forbidden, "您所在单位不是本次研判的会审部门")
	case s.Stage != Opinions:
		return act.Deny(fault.Conflict, "现处于"+s.Stage.Label()+"阶段,不在部门会审")
	case mine.Step.Returned != nil:
		return act.Deny(fault.Conflict, "本单位已退回补正,等待发起人重新提交")
	case len(open) == 0:
		return act.Deny(fault.Conflict, "本单位已出具意见")
	}
	return act
}

// openSeats are the seats the actor can act for now.
func (s State) openSeats(a org.Actor) []Seat {
	if s.Stage != Opinions || !a.Has(org.DepartmentHandler, org.DepartmentLeader, org.CountyOperator) {
		return nil
	}
	if seat := s.seat(a.UnitID); seat != nil && seat.Step.Open() && seat.Step.Returned == nil {
		return []Seat{*seat}
	}
	return nil
}

func seatChoices(seats []Seat) []process.Choice {
	out := []process.Choice{}
	for _, seat := range seats {
		out = append(out, process.Choice{Const: seat.ID, Title: seat.UnitName})
	}
	return out
}

// returnIt is 退回补正: by the centre during intake, by a department for its own seat.
func (s State) returnIt(a org.Actor) process.Action {
	act := process.Allow(ActReturn, "退回补正", process.Object(
		process.Field{Name: "text", Schema: process.Text("需要补正的内容", 2, 1000)}))
	if a.Has(org.CentreOperator, org.CentreLeader) {
		switch {
		case s.Stage != Intake:
			return act.Deny(fault.Conflict, "招商中心只在受理阶段退回,现处于"+s.Stage.Label()+"阶段")
		case s.Intake.Returned != nil:
			return act.Deny(fault.Conflict, "已退回补正,等待发起人重新提交")
		}
		return act
	}
	return s.denySeat(act, a, s.openSeats(a))
}

func (s State) resubmit(a org.Actor) process.Action {
	act := process.Allow(ActResubmit, "补正后重新提交", process.Object(
		process.Field{Name: "text", Schema: process.Text("补正说明", 2, 2000)}))
	switch {
	case !s.initiates(a):
		return act.Deny(fault.Forbidden, "由发起单位重新提交")
	case len(s.returned()) == 0:
		return act.Deny(fault.Conflict, "没有被退回,无需重新提交")
	}
	return act
}

// initiates: colleagues of the initiator's unit stand in for each other.
func (s State) initiates(a org.Actor) bool {
	if a.UserID == s.Initiator.UserID {
		return true
	}
	return a.UnitID == s.Initiator.UnitID && a.Has(org.CentreOperator, org.CentreLeader, org.CountyOperator)
}

// returned lists the steps that wait for the initiator.
func (s State) returned() []NamedStep {
	var out []NamedStep
	for _, step := range s.Steps() {
		if step.Returned != nil && step.Open() {
			out = append(out, step)
		}
	}
	return out
}

func (s State) withdraw(a org.Actor) process.Action {
	act := process.Allow(ActWithdraw, "撤回", process.Object(
		process.Field{Name: "text", Schema: process.Text("撤回原因", 2, 500)}))
	act.Danger = true
	if !s.initiates(a) {
		return act.Deny(fault.Forbidden, "由发起单位撤回")
	}
	return act
}

func (s State) terminate(a org.Actor) process.Action {
	act := process.Allow(ActTerminate, "终止", process.Object(
		process.Field{Name: "text", Schema: process.Text("终止原因", 2, 500)}))
	act.Danger = true
	if !a.Has(org.CentreLeader) {
		return act.Deny(fault.Forbidden, "由招商中心负责人终止")
	}
	return act
}

// decide offers no approval against the veto of a seat that has one.
func (s State) decide(a org.Actor) process.Action {
	act := process.Allow(ActDecide, "作出决定", process.Object(
		process.Field{Name: "outcome", Schema: process.OneOf("决定", s.decisions()...)},
		process.Field{Name: "text", Schema: process.Text("决定意见", 2, 2000)}))
	switch {
	case !a.Has(org.CentreLeader):
		return act.Deny(fault.Forbidden, "由招商中心负责人决定")
	case s.Stage != Deciding:
		return act.Deny(fault.Conflict, "现处于"+s.Stage.Label()+"阶段,部门意见尚未齐备")
	}
	return act
}

func (s State) decisions() []process.Choice {
	outcomes := []Outcome{Approved, Conditional, Deferred, Rejected}
	if s.vetoed() {
		outcomes = outcomes[2:]
	} else if s.conditioned() {
		outcomes = outcomes[1:]
	}
	out := []process.Choice{}
	for _, o := range outcomes {
		out = append(out, process.Choice{Const: string(o), Title: o.Label()})
	}
	return out
}

// vetoed: a seat with a veto disagrees.
func (s State) vetoed() bool {
	for _, seat := range s.Seats {
		if seat.Veto && seat.Opinion == Disagree {
			return true
		}
	}
	return false
}

// conditioned: a department's condition can't be dropped by an unconditional approval.
func (s State) conditioned() bool {
	for _, seat := range s.Seats {
		if seat.Opinion == Conditioned {
			return true
		}
	}
	return false
}
