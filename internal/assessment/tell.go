package assessment

import (
	"fmt"
	"strings"

	"luodi/internal/calendar"
	"luodi/internal/event"
	"luodi/internal/process"
)

var lights = map[process.Light]string{process.Yellow: "亮黄灯", process.Red: "亮红灯"}

var errands = map[string]string{
	"open": "向各单位下达自评", "seal": "封存各单位自评", "unseal": "启封各单位自评", "rename": "更新单位名称", "merge": "并入单位自评", "extend": "延长各单位期限", "finish": "各单位自评归档",
}

// until says until when a step is to be done.
func until(c *process.Clock) string {
	if c == nil {
		return ""
	}
	return ",应于" + calendar.DateOf(c.Due).String() + "前完成"
}

func withText(head, text string) string {
	if text == "" {
		return head
	}
	return head + "。" + text
}

var told = map[string]func(event.Event) string{
	"assessment.opened": event.Told(func(b YearOpened, _ event.Event) string {
		return fmt.Sprintf("建立《%s》,选用《%s》%s版", b.Plan.Title, b.Plan.Book.Title, b.Plan.Book.Version)
	}),
	"assessment.book_chosen": event.Told(func(b BookChosen, _ event.Event) string {
		return "选用《" + b.Book.Title + "》" + b.Book.Version + "版"
	}),
	"assessment.members_set": event.Told(func(b MembersSet, _ event.Event) string {
		return fmt.Sprintf("确定被考核单位%d个", len(b.Members))
	}),
	"assessment.duties_set": event.Told(func(b DutiesSet, _ event.Event) string {
		return fmt.Sprintf("明确%d项指标的核实单位", len(b.Duties))
	}),
	"assessment.terms_set": event.Told(func(b TermsSet, _ event.Event) string {
		var parts []string
		for _, st := range timed {
			if d := b.Terms[st].Days; d > 0 {
				parts = append(parts, fmt.Sprintf("%s%d", st.Label(), d))
			}
		}
		return "设定各环节工作日:" + strings.Join(parts, "、")
	}),
	"assessment.judges_set": event.Told(func(b JudgesSet, _ event.Event) string { return fmt.Sprintf("确定评委%d人", len(b.Judges)) }),
	"assessment.targets_set": event.Told(func(b TargetsSet, _ event.Event) string {
		return fmt.Sprintf("编制任务分解表,目标%d项,提示%d处", b.Sheet.Count, b.Sheet.Findings)
	}),
	"assessment.issued": event.Told(func(b TargetsIssued, _ event.Event) string {
		if b.Version == 0 {
			return fmt.Sprintf("向%d个单位下达任务(细则没有目标)", b.Units)
		}
		return fmt.Sprintf("向%d个单位下达任务(第%d版)", b.Units, b.Version)
	}),
	"assessment.change_proposed": event.Told(func(b ChangeProposed, _ event.Event) string {
		return withText("申请"+b.Change.Kind.Label()+":"+b.Change.Reason, strings.Join(b.Change.Diff, ";"))
	}),
	"assessment.change_decided": event.Told(func(b ChangeDecided, _ event.Event) string {
		return withText(map[bool]string{true: "批准变更", false: "不批准变更"}[b.Approved], b.Text)
	}),
	"assessment.stage_begun": event.Told(func(b StageBegun, _ event.Event) string {
		return withText("进入"+b.Stage.Label()+"环节"+until(b.Clock), b.Text)
	}),
	"assessment.errand_done": event.Told(func(b ErrandDone, _ event.Event) string {
		return fmt.Sprintf("%s%s(%d份)", auto, errands[b.What], b.Units)
	}),
	"assessment.drawn": event.Told(func(b SampleDrawn, _ event.Event) string {
		return fmt.Sprintf("抽取现场核查对象%d项(从%d项中,每单位%d项,种子%s)", len(b.Draw.Items), b.Draw.Candidates, b.Draw.Per, b.Draw.Seed)
	}),
	"assessment.inspected": event.Told(func(b SampleSeen, _ event.Event) string {
		return withText("现场核查"+b.Item+":"+map[string]string{"true": "与所报一致", "false": "与所报不一致"}[b.Found], b.Text)
	}),
	"assessment.marked": event.Told(func(b WasMarked, _ event.Event) string {
		return fmt.Sprintf("评议“%s”,打分%d项", b.Topic, len(b.Marks))
	}),
	"assessment.run_asked": event.Told(func(b RunAsked, _ event.Event) string { return fmt.Sprintf("%s(第%d次)", b.Kind.Label(), b.No) }),
	"assessment.scored": event.Told(func(b WasScored, _ event.Event) string {
		if b.Run.Failed != "" {
			return auto + "计分未成:" + b.Run.Failed
		}
		return fmt.Sprintf("%s计分完成,%d个单位,按细则处理的缺数%d处", auto, len(b.Run.Units), b.Run.Findings)
	}),
	"assessment.recheck_passed": event.Told(func(b RecheckPassed, _ event.Event) string { return withText("复核通过", b.Text) }),
	"assessment.recheck_returned": event.Told(func(b RecheckReturned, _ event.Event) string {
		return withText("复核退回"+b.To.Label()+",正式计分作废", b.Text)
	}),
	"assessment.publicized": event.Told(func(b WasPublicized, _ event.Event) string {
		return fmt.Sprintf("第%d次公示,至%s", b.Round, calendar.DateOf(b.Clock.Due))
	}),
	"assessment.publicity_over": event.Told(func(b PublicityOver, _ event.Event) string {
		return fmt.Sprintf("%s第%d次公示期满(应于%s),待裁定申诉%d件,进入%s环节", auto, b.Round, calendar.DateOf(b.Due), b.Open, b.Next.Label())
	}),
	"assessment.appealed": event.Told(func(b WasAppealed, _ event.Event) string {
		return b.Appeal.UnitName + "就" + b.Appeal.Title + "提出申诉:" + b.Appeal.Text
	}),
	"assessment.appeal_withdrawn": event.Told(func(b AppealWithdrawn, _ event.Event) string { return fmt.Sprintf("撤回第%d号申诉", b.No) }),
	"assessment.appeal_ruled": event.Told(func(b AppealRuled, _ event.Event) string {
		return withText(fmt.Sprintf("裁定第%d号申诉%s", b.No, map[bool]string{true: "成立", false: "不成立"}[b.Accepted]), b.Text)
	}),
	"assessment.grade_adjusted": event.Told(func(b GradeAdjusted, _ event.Event) string {
		return fmt.Sprintf("提出将%s由%s调整为%s:%s", b.Adjustment.UnitName, b.Adjustment.From, b.Adjustment.To, b.Adjustment.Reason)
	}),
	"assessment.grade_decided": event.Told(func(b GradeDecided, _ event.Event) string {
		return withText(map[bool]string{true: "同意调整等次", false: "不同意调整等次"}[b.Confirmed], b.Text)
	}),
	"assessment.locked": event.Told(func(b WasLocked, _ event.Event) string {
		return "锁定,校验码" + b.Final.Hash[:min(16, len(b.Final.Hash))]
	}),
	"assessment.cancelled": event.Told(func(b WasCancelled, _ event.Event) string { return "取消本年度考核。" + b.Text }),
	"assessment.reminded": event.Told(func(b Reminded, _ event.Event) string {
		return auto + "提醒:" + b.Stage.Label() + "环节" + calendar.DateOf(b.Due).String() + "到期"
	}),
	"assessment.late": event.Told(func(b StageLate, _ event.Event) string {
		return auto + b.Stage.Label() + "环节" + calendar.DateOf(b.Due).String() + "到期未完成," + lights[b.Light]
	}),
	"assessment.clock_moved": event.Told(func(b ClockMoved, _ event.Event) string {
		return auto + "期限改为" + calendar.DateOf(b.Clock.Due).String()
	}),
}
