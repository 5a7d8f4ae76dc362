package review

import (
	"fmt"

	"luodi/internal/calendar"
	"luodi/internal/event"
	"luodi/internal/process"
)

// Kind prefixes the streams and workflow ids of reviews.
const Kind = "review"

// Definition is what the generic shell, recorder and API need to run reviews.
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
		Readers: State.Readers,
	}
}

// Summary is what lists and the engine show of a review.
func Summary(s State) process.Summary {
	return process.Summary{ProjectID: s.Figures.ProjectID, Stage: string(s.Stage), Title: "研判 " + s.Figures.Name, Due: s.Due()}
}

// Tell puts an event into words for the timeline. Automatic steps say that they are.
func Tell(e event.Event) string {
	switch e.Type {
	case "review.submitted":
		return fmt.Sprintf("发起研判,拟请%d个部门会审", len(read[Submitted](e).Seats))
	case "review.accepted":
		return with("受理,进入部门会审", read[Accepted](e).Text)
	case "review.returned":
		b := read[Returned](e)
		return with("退回补正("+b.Label+")", b.Text)
	case "review.resubmitted":
		return with("补正后重新提交", read[Resubmitted](e).Text)
	case "review.opined":
		b := read[Opined](e)
		return with("出具意见:"+b.Opinion.Label(), b.Text)
	case "review.decision_opened":
		return "部门意见齐备,进入决定"
	case "review.concluded":
		b := read[Concluded](e)
		return with("研判办结:"+b.Outcome.Label(), b.Text)
	case "review.reminded":
		return "【自动】" + read[Reminded](e).Label + "即将到期,已提醒"
	case "review.light_changed":
		b := read[LightChanged](e)
		return "【自动】" + b.Label + map[process.Light]string{
			process.Yellow: "到期未办,亮黄灯", process.Red: "严重逾期,亮红灯并提请招商中心督办"}[b.Light]
	case "review.deadline_moved":
		b := read[DeadlineMoved](e)
		return "【自动】放假安排有变," + b.Label + "期限调整为" + b.Clock.Due.In(calendar.Shanghai).Format("2006年1月2日15:04")
	}
	return e.Type
}

func with(head, text string) string {
	if text == "" {
		return head
	}
	return head + "。" + text
}
