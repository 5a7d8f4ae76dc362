package assessment

import (
	"fmt"
	"slices"
	"time"

	"luodi/internal/org"
	"luodi/internal/process"
)

// The names of what people do; the API's paths end in them.
const (
	ActBook           = "choose_book"
	ActMembers        = "set_members"
	ActDuties         = "set_duties"
	ActTerms          = "set_terms"
	ActJudges         = "set_judges"
	ActIssue          = "issue"
	ActProposeBook    = "propose_book"
	ActProposeName    = "propose_rename"
	ActProposeMerge   = "propose_merge"
	ActProposeTime    = "propose_extension"
	ActApprove        = "approve_change"
	ActRefuse         = "refuse_change"
	ActReport         = "begin_reporting"
	ActVerify         = "begin_verifying"
	ActScore          = "begin_scoring"
	ActUnscore        = "back_to_verifying"
	ActDraw           = "draw"
	ActInspect        = "inspect"
	ActMark           = "mark"
	ActTrial          = "trial"
	ActOfficial       = "official"
	ActRecheck        = "recheck_pass"
	ActRecheckReturn  = "recheck_return"
	ActPublicize      = "publicize"
	ActAppeal         = "appeal"
	ActWithdrawAppeal = "withdraw_appeal"
	ActRule           = "rule"
	ActGrade          = "begin_grading"
	ActAdjust         = "adjust"
	ActConfirmAdjust  = "confirm_adjust"
	ActRefuseAdjust   = "refuse_adjust"
	ActLock           = "lock"
	ActCancel         = "cancel"
)

type (
	operation = process.Operation[State, Facts]
	decision  = process.Decision[State, Facts]
	target    = process.Target
	refusal   = process.Refusal
	may       = func(State, org.Actor, time.Time) ([]target, refusal)
)

// Who may do what, in words.
const (
	theAssessor = "考核人员"
	theLeader   = "招商中心负责人"
	theSecond   = "经办人以外的考核人员或招商中心负责人"
)

var table process.Table[State, Facts]

func init() { // the table's operations speak of the table's state
	table = process.Table[State, Facts]{
		TakesPart: takesPart,
		Over: func(s State) string {
			if s.Stage == Locked || s.Stage == Cancelled {
				return "年度考核" + s.Stage.Label()
			}
			return ""
		},
		Operations: append(append(planning(), conducting()...), concluding()...),
	}
}

// planning is what makes a year ready and keeps its plan.
func planning() []operation {
	return []operation{
		{Name: ActMembers, Label: "确定被考核单位", Who: theAssessor, May: office(Setup), Form: membersForm, Do: setMembers},
		{Name: ActBook, Label: "选用细则", Who: theAssessor, May: office(Setup), Form: bookForm(false), Do: chooseBook},
		{Name: ActDuties, Label: "明确核实分工", Who: theAssessor, May: office(Setup, Running), Form: dutiesForm, Do: setDuties},
		{Name: ActTerms, Label: "设定时限", Who: theAssessor, May: office(Setup, Running), Form: termsForm, Do: setTerms},
		{Name: ActJudges, Label: "确定评委", Who: theAssessor, May: office(Setup, Running, Reporting), Form: judgesForm, Do: setJudges},
		{Name: ActIssue, Label: "下达任务", Who: "编制人以外的招商中心负责人", Danger: true, May: mayIssue, Do: issue},
		{Name: ActProposeBook, Label: "申请更换细则版本", Who: theAssessor, May: proposing(Running), Form: bookForm(true), Do: proposeBook},
		{Name: ActProposeName, Label: "登记单位更名", Who: theAssessor, May: proposing(Running, Reporting, Verifying), Form: nameForm, Do: proposeName},
		{Name: ActProposeMerge, Label: "登记单位合并", Who: theAssessor, May: proposing(Running, Reporting, Verifying), Form: mergeForm, Do: proposeMerge},
		{Name: ActProposeTime, Label: "申请本环节延期", Who: theAssessor, May: mayProposeTime, Form: timeForm, Do: proposeTime},
		{Name: ActApprove, Label: "批准变更", Who: theSecond, May: mayApprove, Form: words("意见", 0), Do: decideChange(true)},
		{Name: ActRefuse, Label: "不批准变更", Who: theSecond, May: mayDecideChange, Form: words("理由", 2), Do: decideChange(false)},
		{Name: ActCancel, Label: "取消本年度考核", Who: theLeader, Danger: true, May: leader(Setup, Running), Form: words("取消原因", 2), Do: cancel},
	}
}

// conducting is what leads from self-reports to scores.
func conducting() []operation {
	return []operation{
		{Name: ActReport, Label: "布置自评", Who: theAssessor, May: office(Running), Do: begin(Reporting)},
		{Name: ActVerify, Label: "结束自评,进入核实", Who: theAssessor, May: settled(Reporting), Do: begin(Verifying)},
		{Name: ActScore, Label: "结束核实,进入计分", Who: theAssessor, May: mayBeginScoring, Do: begin(Scoring)},
		{Name: ActUnscore, Label: "退回核实", Who: theAssessor, May: settled(Scoring), Form: words("原因", 2), Do: begin(Verifying)},
		{Name: ActMark, Label: "评议打分", Who: "评委", Field: "topic", Title: "评议事项", May: mayMark, Form: markForm, Do: mark},
		{Name: ActDraw, Label: "抽取现场核查对象", Who: theAssessor, May: office(Reporting, Verifying), Form: drawForm, Do: draw},
		{Name: ActInspect, Label: "登记现场核查结果", Who: theAssessor, Field: "item", Title: "核查对象", May: mayInspect, Form: inspectForm, Do: inspect},
		{Name: ActTrial, Label: "试算", Who: theAssessor, May: computing(Running, Reporting, Verifying, Scoring), Do: run(Trial)},
		{Name: ActOfficial, Label: "正式计分", Who: theAssessor, Danger: true, May: mayScore, Do: run(Official)},
	}
}

// concluding is what leads from scores to the lock.
func concluding() []operation {
	return []operation{
		{Name: ActRecheck, Label: "复核通过", Who: theSecond, May: mayRecheck, Form: words("复核意见", 0), Do: recheck},
		{Name: ActRecheckReturn, Label: "复核退回", Who: theSecond, May: mayRecheck, Form: returnForm, Do: recheckReturn},
		{Name: ActPublicize, Label: "公示", Who: theLeader, Danger: true, May: mayPublicize, Do: publicize},
		{Name: ActAppeal, Label: "提出申诉", Who: "被考核单位", Field: "unit_id", Title: "单位", May: mayAppeal, Form: appealForm, Do: appeal},
		{Name: ActWithdrawAppeal, Label: "撤回申诉", Who: "申诉单位", Field: "appeal", Title: "申诉", May: mayWithdraw, Do: withdrawAppeal},
		{Name: ActRule, Label: "裁定申诉", Who: "未参与核实的考核人员或招商中心负责人", Field: "appeal", Title: "申诉", May: mayRule, Form: ruleForm, Do: rule},
		{Name: ActGrade, Label: "结束申诉,进入定档", Who: theAssessor, May: mayGrade, Do: begin(Grading)},
		{Name: ActAdjust, Label: "调整等次", Who: theAssessor, Field: "unit_id", Title: "单位", May: mayAdjust, Form: adjustForm, Do: adjust},
		{Name: ActConfirmAdjust, Label: "同意调整等次", Who: theSecond, May: mayDecideGrade, Form: words("意见", 0), Do: decideGrade(true)},
		{Name: ActRefuseAdjust, Label: "不同意调整等次", Who: theSecond, May: mayDecideGrade, Form: words("理由", 2), Do: decideGrade(false)},
		{Name: ActLock, Label: "锁定", Who: theLeader, Danger: true, May: mayLock, Do: lock},
	}
}

// Actions lists every action on a year, whether the actor may do it now, and why not.
func Actions(s State, a org.Actor, now time.Time) []process.Action { return table.Actions(s, a, now) }

func takesPart(s State, a org.Actor) bool {
	if MayRun(a) || s.judge(a.Person()) != nil {
		return true
	}
	return len(s.unitsOf(a)) > 0
}

// unitsOf are the assessed units that somebody speaks for: their own, and what became
// part of it.
func (s State) unitsOf(a org.Actor) []Member {
	var out []Member
	if !a.Has(org.CountyOperator, org.DepartmentHandler, org.DepartmentLeader) {
		return out
	}
	for _, m := range s.Active() {
		if m.UnitID == a.UnitID {
			out = append(out, m)
		}
	}
	return out
}

// office: the assessors', while the year stands at one of the stages.
func office(stages ...Stage) may {
	return func(s State, a org.Actor, _ time.Time) ([]target, refusal) {
		switch {
		case !MayRun(a):
			return process.NotYou("由考核人员办理")
		case !slices.Contains(stages, s.Stage):
			return process.NotNow("年度考核处于" + s.Stage.Label() + "环节")
		}
		return process.On(a)
	}
}

func leader(stages ...Stage) may {
	return func(s State, a org.Actor, now time.Time) ([]target, refusal) {
		if !a.Has(org.CentreLeader) {
			return process.NotYou("由招商中心负责人办理")
		}
		return office(stages...)(s, a, now)
	}
}

// settled: not while something is still being done for the year.
func settled(stages ...Stage) may {
	return func(s State, a org.Actor, now time.Time) ([]target, refusal) {
		on, no := office(stages...)(s, a, now)
		switch {
		case len(on) == 0:
			return on, no
		case s.errand() != nil:
			return process.NotNow("正在通知各单位的自评,请稍候")
		case s.pending() != nil:
			return process.NotNow("有变更待批准")
		case s.Asked != nil:
			return process.NotNow("正在计分,请稍候")
		}
		return on, no
	}
}

// computing: one scoring at a time.
func computing(stages ...Stage) may {
	return func(s State, a org.Actor, now time.Time) ([]target, refusal) {
		on, no := office(stages...)(s, a, now)
		if len(on) > 0 && s.Asked != nil {
			return process.NotNow("正在计分,请稍候")
		}
		return on, no
	}
}

// mayIssue: two people look at what the units are to reach.
func mayIssue(s State, a org.Actor, now time.Time) ([]target, refusal) {
	on, no := leader(Setup)(s, a, now)
	switch {
	case len(on) == 0:
		return on, no
	case len(s.Targets) == 0 && !s.Plan.Book.NoTargets:
		return process.NotNow("还没有任务分解表")
	case len(s.Plan.Members) == 0:
		return process.NotNow("还没有被考核单位")
	case len(s.Targets) > 0 && s.Targets[len(s.Targets)-1].By.is(a):
		return process.NotYou("须由任务分解表编制人以外的人下达")
	}
	return on, no
}

func proposing(stages ...Stage) may {
	return func(s State, a org.Actor, now time.Time) ([]target, refusal) {
		on, no := office(stages...)(s, a, now)
		if len(on) > 0 && s.pending() != nil {
			return process.NotNow("已有变更待批准")
		}
		return on, no
	}
}

// MayProposeTargets says whether targets may be changed by approval now.
func MayProposeTargets(s State, a org.Actor, now time.Time) ([]process.Target, process.Refusal) {
	return proposing(Running, Reporting, Verifying)(s, a, now)
}

func mayProposeTime(s State, a org.Actor, now time.Time) ([]target, refusal) {
	on, no := proposing(Reporting, Verifying, Scoring, Rechecking, Appealing, Grading)(s, a, now)
	if len(on) > 0 && s.Clock == nil {
		return process.NotNow("本环节没有时限")
	}
	return on, no
}

func mayDecideChange(s State, a org.Actor, _ time.Time) ([]target, refusal) {
	c := s.pending()
	switch {
	case !MayRun(a):
		return process.NotYou("由考核人员或招商中心负责人办理")
	case c == nil:
		return process.NotNow("没有待批准的变更")
	case c.By.is(a):
		return process.NotYou("须由申请人以外的人批准")
	}
	return process.On(a)
}

// mayApprove: what a change is about must still lie ahead.
func mayApprove(s State, a org.Actor, now time.Time) ([]target, refusal) {
	on, no := mayDecideChange(s, a, now)
	c := s.pending()
	switch {
	case len(on) == 0:
		return on, no
	case c.Kind == ChangeTime && (s.Clock == nil || s.Stage != c.Stage):
		return process.NotNow(c.Stage.Label() + "环节已经结束,请不批准")
	case c.Kind != ChangeTime && !s.Stage.Before(Scoring):
		return process.NotNow("已进入" + s.Stage.Label() + "环节,不能再变更;请不批准")
	}
	return on, no
}

// mayBeginScoring: not before everything that was drawn has been looked at.
func mayBeginScoring(s State, a org.Actor, now time.Time) ([]target, refusal) {
	on, no := settled(Verifying)(s, a, now)
	if n := s.uninspected(); len(on) > 0 && n > 0 {
		return process.NotNow(fmt.Sprintf("还有%d项现场核查没有登记结果", n))
	}
	return on, no
}

func mayMark(s State, a org.Actor, _ time.Time) ([]target, refusal) {
	j := s.judge(a.Person())
	switch {
	case j == nil:
		return process.NotYou("由评委办理")
	case s.Stage != Reporting && s.Stage != Verifying:
		return process.NotNow("评议在自评和核实环节进行")
	}
	var out []target
	for _, t := range j.Topics {
		out = append(out, target{ID: t, Title: t, As: a})
	}
	return out, refusal{}
}

func mayInspect(s State, a org.Actor, now time.Time) ([]target, refusal) {
	on, no := office(Reporting, Verifying)(s, a, now)
	if len(on) == 0 {
		return on, no
	}
	var out []target
	for _, d := range s.Draws {
		for _, x := range d.Items {
			if x.By == nil {
				out = append(out, target{ID: fmt.Sprintf("%d/%s", d.No, x.ID), Title: x.UnitName + " " + x.Title, As: a})
			}
		}
	}
	if len(out) == 0 {
		return process.NotNow("没有待登记结果的核查对象")
	}
	return out, refusal{}
}

// mayScore: the official run comes once, when all self-reports are sealed and the year
// is over.
func mayScore(s State, a org.Actor, now time.Time) ([]target, refusal) {
	on, no := settled(Scoring)(s, a, now)
	if len(on) > 0 && !now.After(yearEnd(s.Year)) {
		return process.NotNow("年度尚未结束,可以试算")
	}
	return on, no
}

func mayRecheck(s State, a org.Actor, now time.Time) ([]target, refusal) {
	on, no := office(Rechecking)(s, a, now)
	r := s.Standing()
	switch {
	case len(on) == 0:
		return on, no
	case r == nil || s.Rechecked != nil:
		return process.NotNow("已复核通过")
	case r.By.is(a):
		return process.NotYou("须由正式计分人以外的人复核")
	}
	return on, no
}

// mayPublicize: the first time after the recheck, and again when an accepted appeal has
// changed scores and the book asks for it.
func mayPublicize(s State, a org.Actor, now time.Time) ([]target, refusal) {
	on, no := leader(Rechecking, Appealing)(s, a, now)
	switch {
	case len(on) == 0:
		return on, no
	case s.Asked != nil:
		return process.NotNow("正在计分,请稍候")
	case s.Stage == Rechecking && s.Rechecked == nil:
		return process.NotNow("尚未复核通过")
	case s.Stage == Appealing && s.disputed() > 0:
		return process.NotNow(fmt.Sprintf("还有%d件申诉没有裁定", s.disputed()))
	case s.Stage == Appealing && !s.again():
		return process.NotNow("不需要再次公示")
	}
	return on, no
}

// again reports whether the book asks for another publicity: an appeal of the last
// one was accepted.
func (s State) again() bool {
	n := len(s.Rounds)
	return n > 0 && s.Plan.Book.SecondPublicity && slices.ContainsFunc(s.Appeals, func(a Appeal) bool {
		return a.Round == s.Rounds[n-1].No && a.Status == "accepted"
	})
}

// mayAppeal: as long as the publicity lasts, by the time at which the appeal was sent:
// one that was sent in the last minute and arrives behind the clock's own command counts.
func mayAppeal(s State, a org.Actor, at time.Time) ([]target, refusal) {
	units := s.unitsOf(a)
	n := len(s.Rounds)
	switch {
	case len(units) == 0:
		return process.NotYou("由被考核单位提出")
	case n == 0:
		return process.NotNow("尚未公示")
	case s.Stage != Publicity && s.Stage != Appealing && (s.Stage != Grading || len(s.Adjustments) > 0):
		return process.NotNow("年度考核处于" + s.Stage.Label() + "环节")
	case at.After(s.Rounds[n-1].Clock.Due):
		return process.NotNow("公示已经截止")
	}
	var out []target
	for _, m := range units {
		out = append(out, target{ID: m.UnitID, Title: m.Name, As: a})
	}
	return out, refusal{}
}

func mayWithdraw(s State, a org.Actor, _ time.Time) ([]target, refusal) {
	units := s.unitsOf(a)
	if len(units) == 0 {
		return process.NotYou("由申诉单位撤回")
	}
	var out []target
	for _, x := range s.Appeals {
		if x.Open() && slices.ContainsFunc(units, func(m Member) bool { return m.UnitID == x.UnitID }) {
			out = append(out, target{ID: fmt.Sprint(x.No), Title: x.Title, As: a})
		}
	}
	if len(out) == 0 {
		return process.NotNow("没有可以撤回的申诉")
	}
	return out, refusal{}
}

// mayRule: whoever verified a figure has spoken on it already.
func mayRule(s State, a org.Actor, _ time.Time) ([]target, refusal) {
	switch {
	case !MayRun(a):
		return process.NotYou("由考核人员或招商中心负责人裁定")
	case s.disputed() == 0:
		return process.NotNow("没有待裁定的申诉")
	case s.Asked != nil:
		return process.NotNow("正在计分,请稍候")
	}
	var out []target
	for _, x := range s.Appeals {
		if x.Open() && !slices.Contains(x.Verifiers, a.UserID) && !slices.Contains(x.Verifiers, a.Person()) {
			out = append(out, target{ID: fmt.Sprint(x.No), Title: fmt.Sprintf("%s:%s", x.UnitName, x.Title), As: a})
		}
	}
	if len(out) == 0 {
		return process.NotYou("参与过核实的人不能裁定")
	}
	return out, refusal{}
}

func mayGrade(s State, a org.Actor, now time.Time) ([]target, refusal) {
	on, no := settled(Appealing)(s, a, now)
	switch {
	case len(on) == 0:
		return on, no
	case s.disputed() > 0:
		return process.NotNow(fmt.Sprintf("还有%d件申诉没有裁定", s.disputed()))
	case s.again():
		return process.NotNow("申诉改变了得分,按细则须再次公示")
	}
	return on, no
}

func mayAdjust(s State, a org.Actor, now time.Time) ([]target, refusal) {
	on, no := settled(Grading)(s, a, now)
	switch {
	case len(on) == 0:
		return on, no
	case len(s.Plan.Book.Grades) == 0:
		return process.NotNow("细则没有等次")
	case s.adjusting() != nil:
		return process.NotNow("已有等次调整待确认")
	}
	var out []target
	grades := s.Grades()
	for _, m := range s.Active() {
		out = append(out, target{ID: m.UnitID, Title: m.Name + "(" + grades[m.UnitID] + ")", As: a})
	}
	return out, refusal{}
}

func mayDecideGrade(s State, a org.Actor, _ time.Time) ([]target, refusal) {
	x := s.adjusting()
	switch {
	case !MayRun(a):
		return process.NotYou("由考核人员或招商中心负责人办理")
	case x == nil:
		return process.NotNow("没有待确认的等次调整")
	case x.By.is(a):
		return process.NotYou("须由提出人以外的人确认")
	}
	return process.On(a)
}

func mayLock(s State, a org.Actor, now time.Time) ([]target, refusal) {
	on, no := leader(Grading)(s, a, now)
	switch {
	case len(on) == 0:
		return on, no
	case s.adjusting() != nil:
		return process.NotNow("有等次调整待确认")
	case s.errand() != nil || s.Asked != nil || s.pending() != nil:
		return process.NotNow("还有事项没有办完")
	}
	return on, no
}
