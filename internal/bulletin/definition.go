package bulletin

import (
	"fmt"
	"time"

	"luodi/internal/event"
	"luodi/internal/org"
	"luodi/internal/process"
)

// Kind prefixes the streams and workflow ids of bulletins.
const Kind = "bulletin"

// Definition is what the generic shell, recorder and API need to run bulletins.
func Definition() process.Definition[State, Facts] {
	return process.Definition[State, Facts]{
		Kind:    Kind,
		Decide:  Decide,
		Evolve:  Evolve,
		Timers:  func(State) []process.Timer { return nil },
		Ended:   State.Ended,
		Summary: Summary,
		Actions: Actions,
		Tell:    Tell,
		Tasks:   Tasks,
		Effects: Effects,
		Readers: State.Readers,
	}
}

// Summary is what lists and the engine show of a bulletin. It belongs to no project.
func Summary(s State) process.Summary {
	return process.Summary{Stage: string(s.Stage), Title: s.Title()}
}

// Tasks lists whom the bulletin waits for now.
func Tasks(s State) []process.Task {
	task := func(action, title string, opened time.Time, roles ...org.Role) []process.Task {
		return []process.Task{{Key: action, Action: action, Title: title, UnitID: centreUnit, Roles: roles, OpenedAt: opened, Light: process.Green}}
	}
	switch s.Stage {
	case Draft:
		opened := s.KnownAt
		if s.Returned != nil {
			opened = s.Returned.At
		}
		return task(ActSubmit, "核对月通报草稿并提交校核", opened, centreRoles...)
	case Checking:
		return task(ActCheck, "校核月通报", s.Submitted.At, centreRoles...)
	case Signing:
		return task(ActPublish, "签发月通报", s.Checked.At, org.CentreLeader)
	}
	return nil
}

// Tell puts an event into words for the timeline. Automatic steps say that they are.
func Tell(e event.Event) string {
	switch e.Type {
	case "bulletin.opened":
		return tellOpened(event.Read[WasOpened](e), e)
	case "bulletin.frozen":
		f := event.Read[WasFrozen](e).Frozen
		return fmt.Sprintf("【自动】统计完成,签约%s个,发现%d处数据疑点,%d项以往数据更正", f.Headline["signed_count"], f.Findings, f.Corrections)
	case "bulletin.recomputed":
		return "重新统计"
	case "bulletin.annotated":
		return "编写编者按"
	case "bulletin.submitted":
		return "提交校核"
	case "bulletin.checked":
		return "校核通过"
	case "bulletin.returned":
		return "退回修改。" + event.Read[WasReturned](e).Text
	case "bulletin.published":
		b := event.Read[WasPublished](e)
		return fmt.Sprintf("签发,编号%s,抄送%d个单位", b.Number, len(b.Units))
	case "bulletin.withdrawn":
		return "撤销。" + event.Read[WasWithdrawn](e).Text
	case "bulletin.read":
		return "已阅"
	}
	return e.Type
}

func tellOpened(b WasOpened, e event.Event) string {
	o := b.Opening
	text := fmt.Sprintf("开始编制%s,截止%s", title(Inputs{Year: o.Year, Month: o.Month, Amends: amended(o.Amends)}), o.Cutoff)
	if o.Amends != nil {
		text += fmt.Sprintf(",更正%s。%s", o.Amends.Number, o.Amends.Reason)
	}
	if e.Actor.System {
		return "【自动】" + text
	}
	return text
}
