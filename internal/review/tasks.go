package review

import (
	"strings"

	"luodi/internal/org"
	"luodi/internal/process"
)

// Tasks lists whom the review waits for now.
func Tasks(s State) []process.Task {
	if !s.Started() || s.Ended() {
		return nil
	}
	var out []process.Task
	for _, step := range s.openSteps() {
		switch {
		case step.Follows != "" || s.awaitsCheck(step.Name):
			continue
		case step.Returned != nil && step.Returned.AnsweredAt.IsZero():
			out = append(out, s.supplementTask(step))
			continue
		case step.Returned != nil: // the centre passes it on: task of the recheck
			continue
		}
		out = append(out, s.stepTasks(step)...)
		if step.Light == process.Red {
			out = append(out, s.escalation(step))
		}
	}
	return append(out, s.standing()...)
}

// stepTasks is the work of a step itself.
func (s State) stepTasks(step NamedStep) []process.Task {
	t := process.Task{
		Key: step.Name, UnitID: centreUnit, OpenedAt: step.Clock.Start, Due: step.Clock.Due,
		Provisional: step.Clock.Provisional, Light: step.Light, Reminded: step.Reminded, Urged: len(step.Urges), Roles: centreRoles,
	}
	kind, id, _ := strings.Cut(step.Name, ":")
	switch kind {
	case intakeStep:
		t.Action, t.Title = ActAccept, "受理研判申请"
	case recheckStep:
		t.Action, t.Title = ActForward, "审核补正材料并转送"
	case panelStep:
		t.Action, t.Title = "watch", "列入研判会议题"
		if s.Meeting != nil {
			t.Title = "研判会:" + s.Meeting.Title
		}
	case decisionStep:
		t.Action, t.Title, t.Roles = ActDecide, "作出研判决定", []org.Role{org.CentreLeader}
	case "seat":
		return s.seatTasks(*s.seat(id), t)
	case "condition":
		c := s.condition(id)
		t.Action, t.Title, t.Roles, t.UnitID = ActEvidence, "落实条件:"+brief(c.Text), seatRoles, c.Owner
	case "check":
		c := s.condition(id)
		t.Action, t.Title, t.Roles, t.UnitID = ActCloseCondition, "核销条件:"+brief(c.Text), seatRoles, c.verifier()
		if c.verifier() == c.Owner {
			t.UnitID = centreUnit
		}
	}
	return []process.Task{t}
}

// seatTasks is one task for whoever has to act for the seat: its pool, whoever has
// it, the colleague who prepares it, or a leader who signs.
func (s State) seatTasks(x Seat, t process.Task) []process.Task {
	t.Action, t.Title, t.Roles, t.UnitID = ActOpine, "出具会审意见", seatRoles, x.Unit()
	if x.Added != nil {
		t.Title += "(" + x.Added.Where.Label() + ")"
	}
	if before := s.blocked(x.ID); before != "" {
		t.Title += ",等待" + before + "先签"
	}
	if x.Holder != nil {
		t.UserID = x.Holder.UserID
	}
	switch {
	case x.Delegate.pending():
		t.Action, t.Title, t.UserID = ActHandBack, "受委派办理会审意见", x.Delegate.To.UserID
	case x.Draft != nil:
		t.Key, t.Action, t.Title, t.Roles, t.UserID = t.Key+"/sign", ActSign, "签发会审意见", signRoles, ""
	}
	out := []process.Task{t}
	if x.Unstaffed {
		out = append(out, process.Task{
			Key: t.Key + "/unstaffed", Action: ActReassign, Title: x.UnitName + "没有可以办理的人员,请改派或添加账号",
			UnitID: centreUnit, Roles: centreRoles, OpenedAt: x.Step.Clock.Start, Due: x.Step.Clock.Due, Light: x.Step.Light,
		})
	}
	return out
}

// supplementTask has no deadline: the clock of the step stands still meanwhile.
func (s State) supplementTask(step NamedStep) process.Task {
	return process.Task{
		Key: step.Name + "/supplement", Action: ActResubmit, Title: "补正材料(" + step.Label + ")",
		UnitID: s.Initiator.UnitID, Roles: []org.Role{org.CentreOperator, org.CentreLeader, org.CountyOperator},
		OpenedAt: step.Returned.At, Light: process.Green, Urged: len(step.Urges),
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

// standing is what waits for the centre while no clock runs.
func (s State) standing() []process.Task {
	var out []process.Task
	if s.Paused != nil {
		out = append(out, process.Task{Key: "pause", Action: ActResume, Title: "恢复计时", UnitID: centreUnit, Roles: centreRoles,
			OpenedAt: s.Paused.At, Due: s.Paused.Ends, Light: process.Green})
	}
	if s.Stage == Deferral {
		out = append(out, process.Task{Key: "deferred", Action: ActReopen, Title: "暂缓的研判:重启或终止", UnitID: centreUnit, Roles: centreRoles,
			OpenedAt: s.DecidedAt, Light: process.Green})
	}
	return out
}

// brief is a text as it fits a task's title.
func brief(text string) string {
	runes := []rune(text)
	if len(runes) > 40 {
		return string(runes[:40]) + "…"
	}
	return text
}
