package panel

import (
	"slices"
	"strings"
	"time"

	"luodi/internal/calendar"
	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/process"
)

// The names of what people do; the API's paths end in them.
const (
	ActConvene    = "convene"
	ActRevise     = "revise"
	ActAddItem    = "add_item"
	ActRemoveItem = "remove_item"
	ActAttend     = "attend"
	ActMark       = "mark_attendance"
	ActOpen       = "open"
	ActOpenVote   = "open_vote"
	ActVote       = "vote"
	ActRecuse     = "recuse"
	ActCloseVote  = "close_vote"
	ActCast       = "cast"
	ActPostpone   = "postpone_item"
	ActAdvise     = "record_advice"
	ActMinutes    = "minutes"
	ActClose      = "close"
	ActCancel     = "cancel"
)

// operation is one line of the table that Actions and Decide share.
type operation struct {
	name, label string
	danger      bool
	who         func(State) string
	// as lists the capacities in which an actor may do it at all; none: forbidden.
	as func(State, org.Actor) []org.Actor
	// now keeps the capacities that may do it at this moment, or says why none may.
	now func(s State, as []org.Actor, at time.Time) ([]org.Actor, string)
	// form is what to fill in, given who may; nil: nothing.
	form func(s State, as []org.Actor) *process.Schema
	do   func(decision) ([]event.Body, error)
}

// operations is the whole table, in the order of the buttons. It is a function, for
// what the lines do looks back at it.
func operations() []operation {
	return []operation{
		{name: ActRevise, label: "调整安排", who: theCentre, as: asCentre, now: State.whileConvened, form: State.reviseForm, do: decision.revise},
		{name: ActAddItem, label: "增加议题", who: theCentre, as: asCentre, now: State.canAdd, form: State.addForm, do: decision.addItem},
		{name: ActRemoveItem, label: "移出议题", who: theCentre, as: asCentre, now: State.canRemove, form: State.removeForm, do: decision.removeItem},
		{name: ActAttend, label: "签到", who: theMembers, as: asMember, now: State.canAttend, form: State.attendForm, do: decision.attend},
		{name: ActMark, label: "代为签到", who: theCentre, as: asCentre, now: State.canMark, form: State.markForm, do: decision.mark},
		{name: ActOpen, label: "开会", who: theChairAndCentre, as: asChairOrCentre, now: State.canOpen, do: decision.open},
		{name: ActOpenVote, label: "开始表决", who: theChairAndCentre, as: asChairOrCentre, now: State.canOpenVote, form: itemForm(Listed, NoQuorum), do: decision.openVote},
		{name: ActVote, label: "投票", who: theMembers, as: asMember, now: State.canVote, form: State.voteForm, do: decision.vote},
		{name: ActRecuse, label: "回避", danger: true, who: theMembers, as: asThemself, now: State.canRecuse, form: State.recuseForm, do: decision.recuse},
		{name: ActCloseVote, label: "结束表决", who: theChairAndCentre, as: asChairOrCentre, now: inStatus("没有正在表决的议题", Voting), form: itemForm(Voting), do: decision.closeVote},
		{name: ActCast, label: "主持人裁决", who: theChair, as: asChair, now: inStatus("没有票数相等、待裁决的议题", Tied), form: State.castForm, do: decision.cast},
		{name: ActPostpone, label: "本次不议", danger: true, who: theChairAndCentre, as: asChairOrCentre, now: inStatus("没有尚未议定的议题", undecided...), form: textForm("原因", 2, 500, undecided...), do: decision.postpone},
		{name: ActAdvise, label: "记录会议意见", who: theChairAndCentre, as: asChairOrCentre, now: inStatus("没有议题", active...), form: textForm("会议意见", 2, 2000, active...), do: decision.advise},
		{name: ActMinutes, label: "整理纪要", who: theCentre, as: asCentre, now: State.whileOpen, form: State.minutesForm, do: decision.minute},
		{name: ActClose, label: "散会", danger: true, who: theChairAndCentre, as: asChairOrCentre, now: State.canClose, do: decision.close},
		{name: ActCancel, label: "取消", danger: true, who: theCentre, as: asCentre, now: State.canCancel, form: reasonForm("取消原因"), do: decision.cancel},
	}
}

var (
	undecided = []Status{Listed, Voting, Tied, NoQuorum}
	active    = []Status{Listed, Voting, Tied, NoQuorum, Passed, Failed}
)

// Actions lists every action on a meeting, whether the actor may do it now, and why
// not. A person who has no part in it is told so before the stage is.
func Actions(s State, a org.Actor, at time.Time) []process.Action {
	var out []process.Action
	for _, op := range operations() {
		action, _ := op.offer(s, a, at)
		out = append(out, action)
	}
	return out
}

// offer is the operation as an action for one actor, and the capacities that may do it.
func (op operation) offer(s State, a org.Actor, at time.Time) (process.Action, []org.Actor) {
	act := process.Allow(op.name, op.label, nil)
	act.Danger, act.Who = op.danger, op.who(s)
	as := op.as(s, a)
	if len(as) == 0 {
		return act.Deny(fault.Forbidden, op.outsider(s, a)), nil
	}
	if s.Over() {
		return act.Deny(fault.Conflict, "会议已"+s.Stage.Label()), nil
	}
	as, reason := op.now(s, as, at)
	if len(as) == 0 {
		return act.Deny(fault.Conflict, reason), nil
	}
	if op.form != nil {
		act.Schema = op.form(s, as)
	}
	return act, as
}

// outsider says why somebody has no part in an operation.
func (op operation) outsider(s State, a org.Actor) string {
	lenient := s
	lenient.Rule.Proxies = true
	if len(op.as(lenient, a)) > 0 {
		return "本次会议须成员本人参加,不能代理"
	}
	return "不是您在本次会议中的职责"
}

func theCentre(State) string           { return "招商中心" }
func theChair(s State) string          { return "主持人" + s.Chair().Name }
func theMembers(State) string          { return "会议成员" }
func theChairAndCentre(s State) string { return theCentre(s) + "、" + theChair(s) }

func capacities(a org.Actor, keep func(org.Actor) bool) []org.Actor {
	return slices.DeleteFunc(a.Capacities(), func(c org.Actor) bool { return !keep(c) })
}

func asCentre(_ State, a org.Actor) []org.Actor {
	return capacities(a, func(c org.Actor) bool { return c.Has(centreRoles...) })
}

// asMember: in one's own name, or in a principal's where the rule lets proxies in.
func asMember(s State, a org.Actor) []org.Actor {
	return capacities(a, func(c org.Actor) bool {
		_, ok := s.Member(c.Person())
		return ok && (c.For == nil || s.Rule.Proxies)
	})
}

// asThemself: stepping aside is said in person.
func asThemself(s State, a org.Actor) []org.Actor {
	return slices.DeleteFunc(asMember(s, a), func(c org.Actor) bool { return c.For != nil })
}

func asChair(s State, a org.Actor) []org.Actor {
	return slices.DeleteFunc(asMember(s, a), func(c org.Actor) bool { return c.Person() != s.Chair().UserID })
}

func asChairOrCentre(s State, a org.Actor) []org.Actor {
	return append(asCentre(s, a), asChair(s, a)...)
}

func (s State) whileConvened(as []org.Actor, _ time.Time) ([]org.Actor, string) {
	if s.Stage != Convened {
		return nil, "已经开会"
	}
	return as, ""
}

func (s State) whileOpen(as []org.Actor, _ time.Time) ([]org.Actor, string) {
	if s.Stage != Open {
		return nil, "尚未开会"
	}
	return as, ""
}

// inStatus: during the meeting, with an item in one of the statuses.
func inStatus(none string, statuses ...Status) func(State, []org.Actor, time.Time) ([]org.Actor, string) {
	return func(s State, as []org.Actor, at time.Time) ([]org.Actor, string) {
		if as, reason := s.whileOpen(as, at); len(as) == 0 {
			return nil, reason
		}
		if len(s.with(statuses...)) == 0 {
			return nil, none
		}
		return as, ""
	}
}

func (s State) canAdd(as []org.Actor, at time.Time) ([]org.Actor, string) {
	if len(s.with(active...)) >= maxItems {
		return nil, "议题已满"
	}
	return s.whileConvened(as, at)
}

func (s State) canRemove(as []org.Actor, at time.Time) ([]org.Actor, string) {
	if as, reason := s.whileConvened(as, at); len(as) == 0 {
		return nil, reason
	}
	if len(s.with(Listed)) == 0 {
		return nil, "没有议题"
	}
	return as, ""
}

// onTheDay: people sign in when the meeting is near, so that the quorum is that of
// the room. The day is Shanghai's.
func (s State) onTheDay(at time.Time) string {
	if calendar.DateOf(at).Before(calendar.DateOf(s.At)) {
		return "会议当天(" + calendar.DateOf(s.At).String() + ")起签到"
	}
	return ""
}

func (s State) canAttend(as []org.Actor, at time.Time) ([]org.Actor, string) {
	if reason := s.onTheDay(at); reason != "" {
		return nil, reason
	}
	return slices.DeleteFunc(as, func(c org.Actor) bool { return s.Attends(c.Person()) }), "已经签到"
}

func (s State) absent() []Member {
	return slices.DeleteFunc(slices.Clone(s.Members), func(m Member) bool { return s.Attends(m.UserID) })
}

func (s State) canMark(as []org.Actor, at time.Time) ([]org.Actor, string) {
	if reason := s.onTheDay(at); reason != "" {
		return nil, reason
	}
	if len(s.absent()) == 0 {
		return nil, "成员均已签到"
	}
	return as, ""
}

func (s State) canOpen(as []org.Actor, at time.Time) ([]org.Actor, string) {
	if as, reason := s.whileConvened(as, at); len(as) == 0 {
		return nil, reason
	}
	if len(s.with(Listed)) == 0 {
		return nil, "没有议题"
	}
	if reason := s.missing(); reason != "" {
		return nil, reason
	}
	if !s.Attends(s.Chair().UserID) {
		return nil, "主持人" + s.Chair().Name + "尚未签到"
	}
	return as, ""
}

// missing says how much attendance lacks for the quorum; empty when it's reached.
func (s State) missing() string {
	present, whole := s.attendance()
	bar := s.Rule.QuorumBar()
	if bar.Met(present, whole) {
		return ""
	}
	least := bar.Least(whole)
	if s.Rule.QuorumOf == Weights {
		return sentence("到会成员权重合计%d,共%d,须%s,还差%d", present, whole, bar.Label(), least-present)
	}
	return sentence("签到%d人,应到%d人,到会须%s,还差%d人", present, whole, bar.Label(), least-present)
}

func (s State) canOpenVote(as []org.Actor, at time.Time) ([]org.Actor, string) {
	if as, reason := s.whileOpen(as, at); len(as) == 0 {
		return nil, reason
	}
	switch {
	case len(s.with(Voting)) > 0:
		return nil, "“" + s.voting().ProjectName + "”正在表决"
	case len(s.with(Tied)) > 0:
		return nil, "“" + s.with(Tied)[0].ProjectName + "”票数相等,待主持人裁决"
	case len(s.with(Listed, NoQuorum)) == 0:
		return nil, "议题均已议定"
	}
	return as, ""
}

// canVote keeps those who are there and not recused; a proxy doesn't change what
// the member voted in person.
func (s State) canVote(as []org.Actor, at time.Time) ([]org.Actor, string) {
	if as, reason := s.whileOpen(as, at); len(as) == 0 {
		return nil, reason
	}
	x := s.voting()
	if x == nil {
		return nil, "没有正在表决的议题"
	}
	reason := ""
	var out []org.Actor
	for _, c := range as {
		v, voted := x.VoteOf(c.Person())
		switch {
		case !s.Attends(c.Person()):
			reason = "尚未签到"
		case x.IsRecused(c.Person()):
			reason = "已回避本项议题"
		case c.For != nil && voted && v.By.For == nil:
			reason = "成员本人已投票"
		default:
			out = append(out, c)
		}
	}
	return out, reason
}

// recusable are the items that a member may still step aside for.
func (s State) recusable(userID string) []Item {
	return slices.DeleteFunc(s.with(Listed, Voting, NoQuorum), func(x Item) bool { return x.IsRecused(userID) })
}

func (s State) canRecuse(as []org.Actor, _ time.Time) ([]org.Actor, string) {
	if len(s.recusable(as[0].Person())) == 0 {
		return nil, "没有可以回避的议题"
	}
	return as, ""
}

func (s State) canClose(as []org.Actor, at time.Time) ([]org.Actor, string) {
	if as, reason := s.whileOpen(as, at); len(as) == 0 {
		return nil, reason
	}
	var open []string
	for _, x := range s.with(Listed, Voting, Tied) {
		open = append(open, "“"+x.ProjectName+"”"+x.Status.Label())
	}
	switch {
	case len(open) > 0:
		return nil, "议题尚未议定:" + strings.Join(open, "、")
	case strings.TrimSpace(s.Minutes) == "":
		return nil, "纪要尚未整理"
	}
	return as, ""
}

// canCancel: what was voted on stands.
func (s State) canCancel(as []org.Actor, _ time.Time) ([]org.Actor, string) {
	if len(s.with(Passed, Failed)) > 0 {
		return nil, "已有议题议定,请将其余议题列为本次不议后散会"
	}
	return as, ""
}
