package review

import (
	"fmt"
	"strings"
	"time"

	"luodi/internal/calendar"
	"luodi/internal/event"
	"luodi/internal/process"
)

// tellers put each type of event into words for the timeline. Automatic steps say
// that they are.
var tellers = map[string]func(event.Event) string{
	"review.submitted": func(e event.Event) string {
		return fmt.Sprintf("发起研判,拟请%d个部门会审", len(event.Read[Submitted](e).Seats))
	},
	"review.accepted":     func(e event.Event) string { return with("受理,进入部门会审", event.Read[Accepted](e).Text) },
	"review.seats_opened": func(e event.Event) string { return "轮到" + names(event.Read[SeatsOpened](e).Names) + "出具意见" },
	"review.seats_dropped": func(e event.Event) string {
		b := event.Read[SeatsDropped](e)
		return names(b.Names) + "无需再出具意见:" + b.Why
	},
	"review.returned": func(e event.Event) string {
		b := event.Read[Returned](e)
		head := "退回补正(" + b.Label
		if b.Route != "" {
			head += ",补正后" + b.Route.Label()
		}
		return with(head+")", b.Text)
	},
	"review.sent_back": func(e event.Event) string {
		b := event.Read[SentBack](e)
		return with("退回"+names(b.Names)+"重新出具意见", b.Text)
	},
	"review.resubmitted": tellResubmitted,
	"review.forwarded":   func(e event.Event) string { return with("审核补正材料并转送", event.Read[Forwarded](e).Text) },
	"review.reseated": func(e event.Event) string {
		b := event.Read[Reseated](e)
		return b.Why + ",请" + names(b.Names) + "出具意见"
	},
	"review.opined":         tellOpined,
	"review.drafted":        func(e event.Event) string { return "拟稿送签:" + event.Read[Drafted](e).Opinion.Label() },
	"review.draft_returned": func(e event.Event) string { return with("退回拟稿", event.Read[DraftReturned](e).Text) },
	"review.claimed":        func(e event.Event) string { return event.Read[Claimed](e).Holder.Name + "认领" },
	"review.released":       func(event.Event) string { return "退回公共池" },
	"review.transferred": func(e event.Event) string {
		b := event.Read[Transferred](e)
		if b.UnitName != "" {
			return with("转办给"+b.UnitName, b.Text)
		}
		return with("转办给"+b.Holder.Name, b.Text)
	},
	"review.delegated": func(e event.Event) string {
		b := event.Read[Delegated](e)
		return with("委派"+b.To.Name+"办理", b.Text)
	},
	"review.handed_back": func(e event.Event) string { return with("交回委派", event.Read[HandedBack](e).Text) },
	"review.taken_back": func(e event.Event) string {
		b := event.Read[TakenBack](e)
		return "取回" + map[string]string{"opinion": "已出具的意见", "draft": "送签的意见", "delegation": "委派", "return": "退回"}[b.What] + "(" + b.Label + ")"
	},
	"review.signer_added": func(e event.Event) string {
		b := event.Read[SignerAdded](e)
		return with(b.Where.Label()+":请"+b.UnitName+"会签("+b.ToName+")", b.Text)
	},
	"review.signer_removed": func(e event.Event) string { b := event.Read[SignerRemoved](e); return with("减签:"+b.Name, b.Text) },
	"review.lapsed": func(e event.Event) string {
		b := event.Read[Lapsed](e)
		said := "视为无意见"
		if b.Opinion == Agree {
			said = "视为同意"
		}
		return "【自动】" + b.Label + "逾期未反馈,按规则" + said
	},
	"review.remarked": func(e event.Event) string { return with("补充说明(不改变结果)", event.Read[Remarked](e).Text) },
	"review.copied":   func(e event.Event) string { b := event.Read[Copied](e); return with("抄送"+names(b.Names), b.Text) },
	"review.read":     func(event.Event) string { return "已阅" },
	"review.urged":    func(e event.Event) string { b := event.Read[Urged](e); return with("催办"+b.Label, b.Text) },
	"review.paused":   tellPaused,
	"review.resumed":  tellResumed,
	"review.extended": tellExtended,
	"review.panel_opened": func(e event.Event) string {
		return with("部门意见齐备,提请研判会", event.Read[PanelOpened](e).Why)
	},
	"review.panel_scheduled":   tellScheduled,
	"review.panel_unscheduled": func(e event.Event) string { return with("移出研判会议程", event.Read[Unscheduled](e).Reason) },
	"review.panel_voted":       tellVoted,
	"review.decision_opened":   func(event.Event) string { return "会审意见齐备,进入决定" },
	"review.decided":           tellDecided,
	"review.evidence_submitted": func(e event.Event) string {
		return with("提交条件落实材料", event.Read[EvidenceSubmitted](e).Text)
	},
	"review.evidence_returned": func(e event.Event) string {
		return with("退回条件落实材料", event.Read[EvidenceReturned](e).Text)
	},
	"review.condition_closed": func(e event.Event) string {
		b := event.Read[ConditionClosed](e)
		if b.Waived {
			return with("豁免条件", b.Text)
		}
		return with("核销条件", b.Text)
	},
	"review.condition_moved": func(e event.Event) string {
		b := event.Read[ConditionMoved](e)
		return with("条件期限调整为"+b.Due, b.Text)
	},
	"review.reopened": func(e event.Event) string { return with("重启研判", event.Read[Reopened](e).Text) },
	"review.concluded": func(e event.Event) string {
		b := event.Read[Concluded](e)
		return with("研判办结:"+b.Outcome.Label(), b.Text)
	},
	"review.paper_issued": func(e event.Event) string {
		b := event.Read[PaperIssued](e)
		return fmt.Sprintf("【自动】生成研判意见书%s(PDF 校验码 %s)", b.Number, brief16(b.PDF.ID))
	},
	"review.reminded": func(e event.Event) string {
		return "【自动】" + event.Read[Reminded](e).Label + "即将到期,已提醒"
	},
	"review.light_changed": func(e event.Event) string {
		b := event.Read[LightChanged](e)
		return "【自动】" + b.Label + map[process.Light]string{
			process.Yellow: "到期未办,亮黄灯", process.Red: "严重逾期,亮红灯并提请招商中心督办"}[b.Light]
	},
	"review.deadline_moved": func(e event.Event) string {
		b := event.Read[DeadlineMoved](e)
		return "【自动】放假安排有变," + b.Label + "期限调整为" + moment(b.Clock.Due)
	},
}

// Tell puts an event into words for the timeline.
func Tell(e event.Event) string {
	if tell, ok := tellers[e.Type]; ok {
		return tell(e)
	}
	return e.Type
}

func tellResubmitted(e event.Event) string {
	b := event.Read[Resubmitted](e)
	head := "补正后重新提交"
	if len(b.Changes) > 0 {
		head += "(变更:" + labels(b.Changes) + ")"
	}
	return with(head, b.Text)
}

func tellOpined(e event.Event) string {
	b := event.Read[Opined](e)
	verb := "出具意见:"
	if b.Signed {
		verb = "签发意见:"
	}
	return with(verb+b.Opinion.Label(), b.Text)
}

func tellPaused(e event.Event) string {
	b := event.Read[PausedAll](e)
	head := "中止计时"
	if !b.Until.IsZero() {
		head += "至" + b.Until.String()
	}
	return with(head, b.Text)
}

func tellResumed(e event.Event) string {
	if e.Actor.System {
		return "【自动】中止期满,恢复计时"
	}
	return with("恢复计时", event.Read[ResumedAll](e).Text)
}

func tellExtended(e event.Event) string {
	b := event.Read[Extended](e)
	return with(fmt.Sprintf("批准%s延长%d个工作日,至%s", b.Label, b.Days, moment(b.Clock.Due)), b.Text)
}

func tellScheduled(e event.Event) string {
	b := event.Read[Scheduled](e)
	return "列入研判会议程:" + b.Title + "(" + moment(b.At) + ")"
}

func tellVoted(e event.Event) string {
	v := event.Read[PanelVoted](e).Verdict
	result := "未通过"
	if v.passed() {
		result = "通过"
	}
	text := fmt.Sprintf("研判会表决%s:同意%d、反对%d、弃权%d", result, v.For, v.Against, v.Abstain)
	if v.Casting {
		text += "(主持人裁决)"
	}
	return with(text, v.Advice)
}

func tellDecided(e event.Event) string {
	b := event.Read[Decided](e)
	head := "作出决定:" + b.Outcome.Label()
	if n := len(b.Conditions); n > 0 {
		head += fmt.Sprintf("(附%d项条件)", n)
	}
	if b.Number != "" {
		head += ",文号" + b.Number
	}
	return with(head, b.Text)
}

func names(list []string) string { return strings.Join(list, "、") }

func moment(t time.Time) string { return t.In(calendar.Shanghai).Format("2006年1月2日15:04") }

func brief16(id string) string {
	if len(id) > 16 {
		return id[:16] + "…"
	}
	return id
}

func with(head, text string) string {
	if text == "" {
		return head
	}
	return head + "。" + text
}
