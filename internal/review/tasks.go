package review

import (
	"luodi/internal/org"
	"luodi/internal/process"
)

// centreUnit is where intake, decisions and escalations go.
const centreUnit = "centre"

var (
	centreRoles = []org.Role{org.CentreOperator, org.CentreLeader}
	seatRoles   = []org.Role{org.DepartmentHandler, org.DepartmentLeader, org.CountyOperator}
)

// Tasks lists whom the review waits for now.
func Tasks(s State) []process.Task {
	if !s.Started() || s.Ended() {
		return nil
	}
	var out []process.Task
	for _, step := range s.Steps() {
		if !step.Open() {
			continue
		}
		if step.Returned != nil {
			out = append(out, s.supplementTask(step))
			continue
		}
		out = append(out, s.stepTask(step))
		if step.Light == process.Red {
			out = append(out, s.escalation(step))
		}
	}
	return out
}

// stepTask is the work of a step itself.
func (s State) stepTask(step NamedStep) process.Task {
	t := process.Task{
		Key: step.Name, UnitID: centreUnit, OpenedAt: step.Clock.Start, Due: step.Clock.Due,
		Provisional: step.Clock.Provisional, Light: step.Light, Reminded: step.Reminded,
	}
	switch step.Name {
	case intakeStep:
		t.Action, t.Title, t.Roles = ActAccept, "受理研判申请", centreRoles
	case decisionStep:
		t.Action, t.Title, t.Roles = ActDecide, "作出研判决定", []org.Role{org.CentreLeader}
	default:
		t.Action, t.Title, t.Roles, t.UnitID = ActOpine, "出具会审意见", seatRoles, step.Unit
	}
	return t
}

// supplementTask has no deadline: the clock of the step stands still meanwhile.
func (s State) supplementTask(step NamedStep) process.Task {
	return process.Task{
		Key: step.Name + "/supplement", Action: ActResubmit, Title: "补正材料(" + step.Label + ")",
		UnitID: s.Initiator.UnitID, Roles: []org.Role{org.CentreOperator, org.CentreLeader, org.CountyOperator},
		OpenedAt: step.Returned.At, Light: process.Green,
	}
}

// escalation shows the centre a step that is red; it ends when the step does.
func (s State) escalation(step NamedStep) process.Task {
	return process.Task{
		Key: step.Name + "/escalation", Action: "watch", Title: "督办:" + step.Label + "严重逾期",
		UnitID: centreUnit, Roles: centreRoles, OpenedAt: step.Clock.RedAt, Due: step.Clock.Due,
		Provisional: step.Clock.Provisional, Light: process.Red,
	}
}
