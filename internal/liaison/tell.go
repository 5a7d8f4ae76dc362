package liaison

import (
	"fmt"
	"strings"
	"time"

	"luodi/internal/calendar"
	"luodi/internal/event"
	"luodi/internal/process"
)

// Tell puts an event into words for the timeline. Automatic steps say that they are,
// and what was made after its time says when it was due.
func Tell(e event.Event) string {
	if tell, ok := tellings[e.Type]; ok {
		return tell(e)
	}
	return e.Type
}

// tellings are filled at the start of the program, one for every event.
var tellings = map[string]func(event.Event) string{
	"liaison.assigned": event.Told(func(b AssignedTo, _ event.Event) string {
		return fmt.Sprintf("【自动】%s清单下达:由%s%s%s,节点%d个", BatchLabel(b.Year, b.Batch), b.DepartmentName, b.CadreName, b.Role.Label(), len(b.Plan))
	}),
	"liaison.acknowledged": event.Told(func(b Acknowledgement, e event.Event) string { return "签收:" + attributed(b.Name, e) }),
	"liaison.week_opened": event.Told(func(b WeekOpened, _ event.Event) string {
		return fmt.Sprintf("【自动】%s周报开始填报,%s前报送", weekLabel(b.Week), b.Last)
	}),
	"liaison.reported": event.Told(func(b Reported, e event.Event) string {
		head := "报送" + weekLabel(b.Week) + "周报:" + b.Progress
		if b.Funds != "" {
			head += ";本周到位资金" + b.Funds + "万元"
		}
		return with(head, b.Next) + signed(e)
	}),
	"liaison.report_returned": event.Told(func(b ReportReturned, _ event.Event) string { return with("退回"+weekLabel(b.Week)+"周报", b.Text) }),
	"liaison.week_missed":     event.Told(func(b WeekMissed, _ event.Event) string { return "【自动】" + weekLabel(b.Week) + "周报漏报" }),
	"liaison.week_voided": event.Told(func(b WeekVoided, _ event.Event) string {
		return "【自动】" + weekLabel(b.Week) + "免报周报:" + b.Text
	}),
	"liaison.milestone_reached": event.Told(func(b Reached, e event.Event) string {
		return with(fmt.Sprintf("报告“%s”于%s完成", b.Title, b.On), b.Text) + signed(e)
	}),
	"liaison.milestone_returned":   event.Told(func(b MilestoneReturned, _ event.Event) string { return with("退回节点“"+b.Title+"”", b.Text) }),
	"liaison.production_confirmed": event.Told(func(b Confirmed, _ event.Event) string { return "确认" + b.Title }),
	"liaison.milestone_postponed": event.Told(func(b Postponed, _ event.Event) string {
		return fmt.Sprintf("节点“%s”由%s延至%s", b.Title, b.From, b.On)
	}),
	"liaison.visited": event.Told(func(b Visited, e event.Event) string {
		return with("走访企业("+b.On.String()+")", b.Text) + signed(e)
	}),
	"liaison.problem_raised": event.Told(func(b ProblemRaised, e event.Event) string {
		return with(fmt.Sprintf("提出问题(%s)“%s”,由%s办理", KindLabel(b.Kind), b.Title, b.Owner.Name), b.Text) + signed(e)
	}),
	"liaison.problem_noted": event.Told(func(b ProblemNoted, e event.Event) string {
		return with("问题“"+b.Title+"”进展", b.Text) + signed(e)
	}),
	"liaison.problem_escalated": event.Told(func(b ProblemEscalated, _ event.Event) string {
		if !b.Due.IsZero() {
			return fmt.Sprintf("【自动】问题“%s”应于%s办结,逾期未解决,提级为%s", b.Title, moment(b.Due), b.Level.Label())
		}
		return with("问题“"+b.Title+"”提级为"+b.Level.Label(), b.Text)
	}),
	"liaison.problem_solved": event.Told(func(b ProblemSolved, e event.Event) string {
		return with("问题“"+b.Title+"”报告已解决", b.Text) + signed(e)
	}),
	"liaison.problem_closed": event.Told(func(b ProblemClosed, e event.Event) string {
		return with("问题“"+b.Title+"”销号", b.Text) + signed(e)
	}),
	"liaison.problem_reopened": event.Told(func(b ProblemReopened, _ event.Event) string {
		return with("问题“"+b.Title+"”退回重办", b.Text)
	}),
	"liaison.instructed": event.Told(func(b Instructed, _ event.Event) string {
		return "【自动】收到" + weekLabel(b.Sheet) + "周调度交办:" + b.Text
	}),
	"liaison.instruction_answered": event.Told(func(b Answered, e event.Event) string {
		return with("回复交办事项", b.Text) + signed(e)
	}),
	"liaison.asked": event.Told(func(b Asked, e event.Event) string { return with("申请"+b.Label, b.Ask.Text) + signed(e) }),
	"liaison.ask_decided": event.Told(func(b AskDecided, _ event.Event) string {
		if b.Approved {
			return with("同意申请("+b.Label+")", b.Text)
		}
		return with("不同意申请("+b.Label+")", b.Text)
	}),
	"liaison.changed":   event.Told(func(b Changed, _ event.Event) string { return "包联调整为" + b.Department.Name + b.CadreName }),
	"liaison.suspended": event.Told(func(b SuspendedAll, _ event.Event) string { return with("包联中止,期限停止计算", b.Text) }),
	"liaison.resumed":   event.Told(func(b Resumed, _ event.Event) string { return with("包联恢复,期限继续计算", b.Text) }),
	"liaison.ended":     event.Told(func(b EndedAs, _ event.Event) string { return with("包联"+b.Stage.Label(), b.Text) }),
	"liaison.reminded": event.Told(func(b Reminded, _ event.Event) string {
		return "【自动】" + b.Label + "应于" + moment(b.Due) + "前办理,已提醒"
	}),
	"liaison.duty_late": event.Told(func(b DutyLate, _ event.Event) string {
		return fmt.Sprintf("【自动】%s应于%s前办理,%s,亮%s", b.Label, moment(b.Due), overdue[b.Light], lightLabels[b.Light])
	}),
	"liaison.clock_moved": event.Told(func(b ClockMoved, _ event.Event) string {
		return "【自动】放假安排有变,“" + b.Label + "”的期限改为" + moment(b.Clock.Due)
	}),
	"liaison.urged": event.Told(func(b Urged, _ event.Event) string { return with("催办“"+b.Label+"”", b.Text) }),
	"liaison.light_changed": event.Told(func(b LightChanged, _ event.Event) string {
		if b.To == process.Green {
			return "【自动】恢复绿灯"
		}
		return "【自动】" + lightLabels[b.From] + "转" + lightLabels[b.To] + ":" + b.Rule
	}),
	"liaison.registry_told": event.Told(func(b RegistryTold, _ event.Event) string {
		if b.Refused != "" {
			return "【自动】“" + b.Title + "”未能更新项目库:" + b.Refused
		}
		return "【自动】“" + b.Title + "”已更新项目库"
	}),
	"liaison.copied": event.Told(func(b Copied, _ event.Event) string {
		names := make([]string, len(b.Units))
		for i, u := range b.Units {
			names[i] = u.Name
		}
		return with("抄送"+strings.Join(names, "、"), b.Text)
	}),
	"liaison.read":      event.Told(func(_ WasRead, e event.Event) string { return "已阅:" + e.Actor.Name }),
	"liaison.commented": event.Told(func(b Commented, e event.Event) string { return "留言:" + b.Text + signed(e) }),
}

var lightLabels = map[process.Light]string{process.Green: "绿灯", process.Yellow: "黄灯", process.Red: "红灯"}

func moment(t time.Time) string { return t.In(calendar.Shanghai).Format("2006-01-02 15:04") }

func with(head, text string) string {
	if text == "" {
		return head
	}
	return head + "。" + text
}

// signed names whoever was stood in for.
func signed(e event.Event) string {
	if e.Actor.For == nil {
		return ""
	}
	return "(" + e.Actor.Name + "代" + e.Actor.For.Name + ")"
}

func attributed(name string, e event.Event) string { return name + signed(e) }
