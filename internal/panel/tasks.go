package panel

import (
	"time"

	"luodi/internal/org"
	"luodi/internal/process"
)

// centreUnit is whose business meetings are.
const centreUnit = "centre"

var centreRoles = []org.Role{org.CentreOperator, org.CentreLeader}

// remindBefore is when members are reminded; overdueAfter is when a meeting that
// should have been held stands out.
const (
	remindBefore = 24 * time.Hour
	overdueAfter = 24 * time.Hour
)

// Tasks lists whom the meeting waits for now.
func Tasks(s State) []process.Task {
	if !s.Started() || s.Over() {
		return nil
	}
	var out []process.Task
	for _, m := range s.Members {
		if !s.Attends(m.UserID) {
			out = append(out, s.memberTask(m, "attend/"+m.UserID, ActAttend, "参会签到", s.ConvenedAt))
		}
	}
	if s.Stage == Convened {
		return append(out, s.centreTask(ActOpen, "召开研判会", s.ConvenedAt))
	}
	for _, x := range s.Items {
		out = append(out, s.itemTasks(x)...)
	}
	if s.Minutes == "" {
		return append(out, s.centreTask(ActMinutes, "整理纪要", s.OpenedAt))
	}
	return append(out, s.centreTask(ActClose, "完成议程并散会", s.OpenedAt))
}

func (s State) itemTasks(x Item) []process.Task {
	var out []process.Task
	switch x.Status {
	case Voting:
		for _, m := range s.Members {
			if _, voted := x.VoteOf(m.UserID); !voted && s.Attends(m.UserID) && !x.IsRecused(m.UserID) {
				out = append(out, s.memberTask(m, "vote/"+x.ID+"/"+m.UserID, ActVote, "投票:第"+x.ID+"项议题", s.OpenedAt))
			}
		}
	case Tied:
		out = append(out, s.memberTask(s.Chair(), "cast/"+x.ID, ActCast, "裁决:第"+x.ID+"项议题", s.OpenedAt))
	}
	return out
}

func (s State) memberTask(m Member, key, action, title string, opened time.Time) process.Task {
	return process.Task{
		Key: key, Action: action, Title: title, UnitID: m.UnitID, UserID: m.UserID,
		OpenedAt: opened, Due: s.At, Light: s.Light(), Reminded: s.Reminded,
	}
}

func (s State) centreTask(action, title string, opened time.Time) process.Task {
	return process.Task{
		Key: action, Action: action, Title: title, UnitID: centreUnit, Roles: centreRoles,
		OpenedAt: opened, Due: s.At, Light: s.Light(), Reminded: s.Reminded,
	}
}

// Timers lists the moments the meeting waits for.
func Timers(s State) []process.Timer {
	var out []process.Timer
	if !s.Started() || s.Over() {
		return nil
	}
	if s.Stage == Convened && !s.Reminded && !s.RemindAt.IsZero() {
		out = append(out, process.Timer{Name: "remind", At: s.RemindAt, Summary: "研判会前一天提醒", Command: cmdRemind, Body: struct{}{}})
	}
	if !s.Overdue {
		out = append(out, process.Timer{Name: "overdue", At: s.At.Add(overdueAfter), Summary: "研判会逾期未结束", Command: cmdOverdue, Body: struct{}{}})
	}
	return out
}
