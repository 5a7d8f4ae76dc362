package selfreport

import (
	"fmt"
	"strings"
	"time"

	"luodi/internal/calendar"
	"luodi/internal/event"
	"luodi/internal/org"
	"luodi/internal/process"
)

// Kind prefixes the streams and workflow ids of self-reports.
const Kind = "selfreport"

// Definition is what the generic shell, recorder and API need to run self-reports.
func Definition() process.Definition[State, Facts] {
	return process.Definition[State, Facts]{
		Kind: Kind, Decide: Decide, Evolve: Evolve, Timers: Timers, Ended: State.Ended, Summary: Summary,
		Actions: Actions, Tell: Tell, Tasks: Tasks, Readers: State.Readers,
	}
}

// Summary is what lists and the engine show of a self-report.
func Summary(s State) process.Summary {
	out := process.Summary{Stage: string(s.Stage), Title: s.Title()}
	if s.Clock != nil {
		out.Due = s.Clock.Due
	}
	return out
}

// Timers are the reminder, the due time and the end of the grace.
func Timers(s State) []process.Timer {
	c := s.Clock
	if c == nil || s.Ended() {
		return nil
	}
	var out []process.Timer
	add := func(name string, at time.Time, command, words string) {
		if !at.IsZero() {
			out = append(out, process.Timer{Name: fmt.Sprintf("%s/%s/%s", name, s.Stage, c.Start.Format("20060102T150405")), At: at, Summary: s.Title() + words, Command: command})
		}
	}
	if !s.Reminded {
		add("remind", c.RemindAt, cmdRemind, "提醒")
	}
	switch s.Light {
	case process.Green:
		add("due", c.Due, cmdLate, "到期")
	case process.Yellow:
		add("red", c.RedAt, cmdLate, "逾期")
	}
	return out
}

// Tasks lists whom the self-report waits for now.
func Tasks(s State) []process.Task {
	var out []process.Task
	if s.Ended() {
		return out
	}
	if r := s.open(); r != nil {
		out = append(out, process.Task{Key: fmt.Sprintf("time/%d", r.No), Action: ActGrantTime, Title: s.UnitName + "申请延期,请答复", UnitID: s.Office,
			Roles: []org.Role{org.Assessor, org.CentreLeader}, OpenedAt: r.At, Light: process.Green})
	}
	if s.Clock == nil {
		return out
	}
	task := process.Task{OpenedAt: s.Clock.Start, Due: s.Clock.Due, Provisional: s.Clock.Provisional, Light: s.Light, Reminded: s.Reminded}
	switch s.Stage {
	case Filling:
		task.Key, task.Action, task.UnitID, task.Title = "fill", ActSubmit, s.UnitID, "填报并提交"+s.Year+"年度自评"
		task.Roles = []org.Role{org.CountyOperator, org.DepartmentHandler, org.DepartmentLeader}
		return append(out, task)
	case Submitted:
		for _, u := range s.verifiers() {
			n := len(s.waiting(u))
			if n == 0 {
				continue
			}
			t := task
			t.Key, t.Action, t.UnitID, t.Title = "verify/"+u, ActConfirm, u, fmt.Sprintf("核实%s自评数据%d项", s.UnitName, n)
			t.Roles = []org.Role{org.DepartmentHandler, org.DepartmentLeader}
			if u == s.Office || u == s.UnitID {
				t.UnitID, t.Roles = s.Office, []org.Role{org.Assessor}
			}
			out = append(out, t)
		}
	}
	return out
}

// Tell puts an event into words for the timeline. Automatic steps say that they are.
func Tell(e event.Event) string {
	if tell, ok := told[e.Type]; ok {
		return tell(e)
	}
	return e.Type
}

const auto = "【自动】"

var told = map[string]func(event.Event) string{
	"selfreport.opened": event.Told(func(b WasOpened, _ event.Event) string {
		return fmt.Sprintf("%s下达自评,数据%d项,%s前提交", auto, len(b.Opening.Figures), day(b.Clock.Due))
	}),
	"selfreport.filled": event.Told(func(b WasFilled, _ event.Event) string {
		var parts []string
		for _, x := range b.Items {
			text := x.Figure + " " + x.Value
			if x.Value == "" {
				text = x.Figure + " 撤销"
			}
			if len(x.Files) > 0 {
				text += fmt.Sprintf("(附件%d个)", len(x.Files))
			}
			parts = append(parts, text)
		}
		if b.Text != "" {
			parts = append(parts, "自评总结")
		}
		return "填报:" + strings.Join(parts, ";")
	}),
	"selfreport.refreshed": event.Told(func(b WasRefreshed, _ event.Event) string { return fmt.Sprintf("更新登记数%d项", len(b.Known)) }),
	"selfreport.submitted": event.Told(tellSubmitted),
	"selfreport.taken_back": event.Told(func(WasTakenBack, event.Event) string {
		return "拿回修改"
	}),
	"selfreport.verified": event.Told(tellVerified),
	"selfreport.returned": event.Told(func(b WasReturned, _ event.Event) string {
		return "退回" + strings.Join(b.Figures, "、") + "。" + b.Text
	}),
	"selfreport.verdict_reopened": event.Told(func(b VerdictReopened, _ event.Event) string {
		return "撤回对" + b.Figure + "的核实结论。" + b.Text
	}),
	"selfreport.fraud_found": event.Told(func(b FraudFound, _ event.Event) string { return "认定弄虚作假(" + b.Figure + "):" + b.Text }),
	"selfreport.fraud_voided": event.Told(func(b FraudVoided, _ event.Event) string {
		return fmt.Sprintf("撤销第%d次弄虚作假认定。%s", b.No, b.Text)
	}),
	"selfreport.time_asked": event.Told(func(b TimeAsked, _ event.Event) string {
		return fmt.Sprintf("申请延期%d个工作日:%s", b.Days, b.Text)
	}),
	"selfreport.time_decided": event.Told(func(b TimeDecided, _ event.Event) string {
		if !b.Granted {
			return "不同意延期。" + b.Text
		}
		return fmt.Sprintf("同意延期%d个工作日。%s", b.Days, b.Text)
	}),
	"selfreport.reminded": event.Told(func(b Reminded, _ event.Event) string { return auto + "提醒:" + day(b.Due) + "到期" }),
	"selfreport.late": event.Told(func(b WasLate, _ event.Event) string {
		return auto + day(b.Due) + "到期未办," + map[process.Light]string{process.Yellow: "亮黄灯", process.Red: "亮红灯"}[b.Light]
	}),
	"selfreport.clock_moved": event.Told(func(b ClockMoved, _ event.Event) string { return auto + "期限改为" + day(b.Clock.Due) }),
	"selfreport.sealed":      event.Told(func(WasSealed, event.Event) string { return auto + "年度考核开始计分,自评封存" }),
	"selfreport.unsealed":    event.Told(func(WasUnsealed, event.Event) string { return auto + "年度考核退回核实,自评启封" }),
	"selfreport.renamed":     event.Told(func(b WasRenamed, _ event.Event) string { return auto + "单位更名为" + b.Name }),
	"selfreport.merged":      event.Told(func(b WasMerged, _ event.Event) string { return auto + "单位并入" + b.Name + ",自评由其办理" }),
	"selfreport.finished":    event.Told(func(b WasFinished, _ event.Event) string { return auto + "归档。" + b.Text }),
}

func day(t time.Time) string { return calendar.DateOf(t).String() }

func tellSubmitted(b WasSubmitted, _ event.Event) string {
	text := "提交自评"
	if b.Automatic {
		text = auto + fmt.Sprintf("逾期未报,按登记数代填%d项", len(b.Taken))
	} else if b.Late {
		text += "(逾期)"
	}
	if n := len(b.Matched); n > 0 {
		text += fmt.Sprintf(",%d项与登记数一致(自动核对)", n)
	}
	return text
}

func tellVerified(b WasVerified, _ event.Event) string {
	var confirmed []string
	var parts []string
	for _, j := range b.Judged {
		if j.Verdict == Confirmed {
			confirmed = append(confirmed, j.Figure)
			continue
		}
		parts = append(parts, fmt.Sprintf("%s更正为%s(%s)", j.Figure, j.Final, j.Text))
	}
	if len(confirmed) > 0 {
		parts = append([]string{"核实属实:" + strings.Join(confirmed, "、")}, parts...)
	}
	return strings.Join(parts, ";")
}
