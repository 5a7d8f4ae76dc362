package panel

import (
	"fmt"

	"luodi/internal/calendar"
	"luodi/internal/event"
	"luodi/internal/org"
	"luodi/internal/process"
)

// Kind prefixes the streams and workflow ids of meetings.
const Kind = "panel"

// Definition is what the generic shell, recorder and API need to run meetings.
func Definition() process.Definition[State, Facts] {
	return process.Definition[State, Facts]{
		Kind:    Kind,
		Decide:  Decide,
		Evolve:  Evolve,
		Timers:  Timers,
		Ended:   State.Ended,
		Summary: Summary,
		Actions: Actions,
		Tell:    Tell,
		Tasks:   Tasks,
		Effects: Effects,
		Readers: State.Readers,
	}
}

// Summary is what lists and the engine show of a meeting. It belongs to no project:
// each review on the agenda tells its own.
func Summary(s State) process.Summary {
	return process.Summary{Stage: string(s.Stage), Title: "研判会 " + s.Title, Due: s.Due()}
}

// Tell puts an event into words for the timeline. Automatic steps say that they
// are; a secret ballot says that there was one.
func Tell(e event.Event) string {
	switch e.Type {
	case "panel.convened":
		b := event.Read[ConvenedMeeting](e)
		return fmt.Sprintf("召集研判会,成员%d人,议题%d项,定于%s", len(b.Arrangement.Members), len(b.Items), when(b.Arrangement))
	case "panel.revised":
		b := event.Read[Revised](e)
		return fmt.Sprintf("调整会议安排,成员%d人,定于%s", len(b.Arrangement.Members), when(b.Arrangement))
	case "panel.item_added":
		return "增加议题:" + event.Read[ItemAdded](e).Item.ProjectName
	case "panel.item_removed":
		b := event.Read[ItemRemoved](e)
		return with("移出议题:"+b.Label, b.Text)
	case "panel.attended":
		b := event.Read[Attended](e)
		if b.Marked {
			return "代为签到:" + b.Name
		}
		return "签到:" + attributed(b.Name, e.Actor)
	case "panel.opened":
		b := event.Read[Opened](e)
		return fmt.Sprintf("开会,应到%d人,实到%d人", b.Members, b.Present)
	case "panel.minuted":
		return "整理纪要"
	case "panel.closed":
		return "散会"
	case "panel.cancelled":
		return with("取消会议", event.Read[CancelledMeeting](e).Text)
	case "panel.reminded":
		return "【自动】会议将于一天内召开,已提醒成员"
	case "panel.overdue":
		return "【自动】会议时间已过一天尚未结束,亮黄灯"
	}
	return tellItem(e)
}

// tellItem tells what is about one item of the agenda.
func tellItem(e event.Event) string {
	switch e.Type {
	case "panel.vote_opened":
		b := event.Read[VoteOpened](e)
		return fmt.Sprintf("“%s”开始表决(第%d轮)", b.Label, b.Round)
	case "panel.voted":
		b := event.Read[Voted](e)
		head := fmt.Sprintf("“%s”投票:%s", b.Label, attributed(b.Name, e.Actor))
		if b.Sealed != "" {
			return head + "(无记名)"
		}
		return with(head+","+b.Choice.Label(), b.Text)
	case "panel.recused":
		b := event.Read[RecusedFrom](e)
		return with(fmt.Sprintf("“%s”回避:%s", b.Label, b.Name), b.Text)
	case "panel.vote_closed":
		b := event.Read[VoteClosed](e)
		return fmt.Sprintf("“%s”表决结束:同意%d,不同意%d,弃权%d,%s", b.Label, b.Tally.For, b.Tally.Against, b.Tally.Abstain, b.Tally.Result.Label())
	case "panel.cast":
		b := event.Read[CastByChair](e)
		return with(fmt.Sprintf("“%s”票数相等,主持人裁决:%s", b.Label, b.Choice.Label()), b.Text)
	case "panel.item_postponed":
		b := event.Read[ItemPostponed](e)
		return with(fmt.Sprintf("“%s”本次不议", b.Label), b.Text)
	case "panel.advised":
		b := event.Read[Advised](e)
		return with(fmt.Sprintf("“%s”会议意见", b.Label), b.Text)
	case "panel.item_told":
		b := event.Read[ItemTold](e)
		return fmt.Sprintf("【自动】已告知“%s”的研判:%s", b.Label, noticeLabels[b.Notice.What])
	case "panel.item_refused":
		b := event.Read[ItemRefused](e)
		return with(fmt.Sprintf("【自动】“%s”的研判未接受%s", b.Label, noticeLabels[b.Notice.What]), b.Text)
	}
	return e.Type
}

var noticeLabels = map[string]string{Scheduled: "列入议程", Unscheduled: "不在本次会议议定", Resulted: "会议结果"}

func when(a Arrangement) string { return a.At.In(calendar.Shanghai).Format("2006年1月2日15:04") }

func with(head, text string) string {
	if text == "" {
		return head
	}
	return head + "。" + text
}

// attributed is a member's name with the proxy's who acted.
func attributed(name string, by org.Actor) string {
	if by.For == nil {
		return name
	}
	return name + "(由" + by.Name + "代理)"
}

func (m Member) signature(by org.Actor) string { return attributed(m.Name, by) }
