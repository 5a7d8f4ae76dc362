// Package opinion composes the opinion document of a review (研判意见书): what was
// submitted, what each department said, how the panel voted, what was decided under
// which conditions, and every step on the way. It is pure: a document is a function
// of the review's stream up to its decision.
package opinion

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"luodi/internal/calendar"
	"luodi/internal/document"
	"luodi/internal/event"
	"luodi/internal/review"
)

// Compose makes the document numbered so. events is the review's stream; what came
// after the decision that the number belongs to is left out. ok is false when no
// decision has that number.
func Compose(events []event.Event, number string) (p document.Paper, ok bool) {
	s, upTo := at(events, number)
	if upTo == nil {
		return p, false
	}
	c := composer{State: s, events: upTo, at: s.DecidedAt}
	organ := s.Rules.Organ
	if organ == "" {
		organ = "招商服务中心"
	}
	return document.Paper{
		Organ: organ, Number: number, Title: "关于" + s.Figures.Name + "落地前研判的意见", To: s.Initiator.UnitName,
		Blocks: c.blocks(), Signed: organ, Dated: day(c.at), Copies: strings.Join(c.copies(), "、"),
		Footer: "本件由系统按研判记录自动生成，所列事项以系统记录为准;截至事项链" + short(upTo[len(upTo)-1].Hash),
		At:     c.at,
	}, true
}

// at is the review as it stood after the decision with a number, and the events so far.
func at(events []event.Event, number string) (review.State, []event.Event) {
	var s review.State
	for i, e := range events {
		s = review.Evolve(s, e)
		if b, ok := event.Decode[review.Decided](e); ok && b.Number == number {
			return s, events[:i+1]
		}
	}
	return s, nil
}

type composer struct {
	review.State
	events []event.Event
	at     time.Time
}

func (c composer) blocks() []document.Block {
	out := []document.Block{document.Text{Text: c.opening()}}
	n := 0
	section := func(title string, blocks []document.Block) {
		if len(blocks) == 0 {
			return
		}
		n++
		out = append(out, document.Heading{Level: 1, Text: numerals[n] + "、" + title})
		out = append(out, blocks...)
	}
	section("研判结论", c.conclusion())
	section("项目基本情况", c.figures())
	section("部门会审意见", c.opinions())
	section("研判会表决", c.vote())
	section("落实条件", c.conditions())
	section("准入评分", c.score())
	section("办理过程", c.steps())
	return out
}

var numerals = []string{"零", "一", "二", "三", "四", "五", "六", "七", "八", "九"}

func (c composer) opening() string {
	return fmt.Sprintf("你单位提请的%s落地前研判，于%s提交，共请%d个部门会审。现将研判意见函告如下。",
		c.Figures.Name, day(c.StartedAt), len(c.Seats))
}

func (c composer) conclusion() []document.Block {
	lines := []string{"研判结论：" + c.Outcome.Label() + "。"}
	if c.OutcomeText != "" {
		lines = append(lines, "决定意见："+c.OutcomeText)
	}
	if !c.DeferredUntil.IsZero() {
		lines = append(lines, "暂缓至："+c.DeferredUntil.String())
	}
	lines = append(lines, "决定人："+c.OutcomeBy.Signature()+"，决定时间："+moment(c.DecidedAt))
	return []document.Block{document.Text{Text: strings.Join(lines, "\n")}}
}

func (c composer) figures() []document.Block {
	f := c.Figures
	yes := "否"
	if f.Chemicals {
		yes = "是"
	}
	rows := [][]string{
		{"项目编号", f.Code}, {"项目名称", f.Name}, {"投资方", f.Investor}, {"产业", f.Industry},
		{"协议金额（万元）", f.AgreedAmount.String()}, {"用地（亩）", f.LandArea}, {"年综合能耗（吨标准煤）", f.EnergyUse}, {"涉及危险化学品", yes},
	}
	blocks := []document.Block{document.Table{
		Columns: []document.Column{{Width: 1, Align: document.Center}, {Width: 2}}, Rows: rows,
	}}
	if n := len(c.Versions); n > 1 {
		blocks = append(blocks, document.Note{Text: fmt.Sprintf("以上为第%d次提交的数据。", n)})
	}
	return blocks
}

func (c composer) opinions() []document.Block {
	t := document.Table{Columns: []document.Column{
		{Title: "会审部门", Width: 1.3}, {Title: "意见", Width: 0.8, Align: document.Center}, {Title: "内容", Width: 2.6}, {Title: "签署", Width: 1.3},
	}}
	for _, x := range c.Seats {
		unit := x.UnitName
		if x.Veto {
			unit += "（一票否决）"
		}
		if x.Added != nil {
			unit += "（" + x.Added.Where.Label() + "）"
		}
		t.Rows = append(t.Rows, append([]string{unit}, said(x)...))
	}
	return []document.Block{t}
}

// said is a seat's opinion, its content and who signed it; what nobody said is
// marked as automatic.
func said(x review.Seat) []string {
	switch {
	case x.Dropped != "":
		return []string{"—", x.Dropped, ""}
	case x.Automatic:
		return []string{x.Lapse.Label(), "逾期未反馈，按规则" + x.Lapse.Label() + withRemarks("", x), "【自动】" + moment(x.Step.DoneAt)}
	}
	text := x.Text
	for i, d := range x.Demands {
		text += fmt.Sprintf("\n条件%d：%s", i+1, d.Text)
	}
	if x.Condition != "" && x.Condition != x.Text {
		text += "\n条件：" + x.Condition
	}
	if x.Mark != nil {
		text += "\n评分：" + strconv.Itoa(*x.Mark)
	}
	by := x.By.Signature()
	if x.Drafter != nil && x.Drafter.UserID != x.By.UserID {
		by = "拟稿：" + x.Drafter.Signature() + "\n签发：" + by
	}
	return []string{x.Opinion.Label(), withRemarks(text, x), by + "\n" + moment(x.Step.DoneAt)}
}

func withRemarks(text string, x review.Seat) string {
	for _, r := range x.Remarks {
		text += "\n补充说明（不改变结果）：" + r.Text
	}
	return text
}

func (c composer) vote() []document.Block {
	v := c.Verdict
	if v == nil {
		return nil
	}
	result, ballot := "未通过", "记名"
	if v.Result == "passed" {
		result = "通过"
	}
	if v.Secret {
		ballot = "无记名"
	}
	text := fmt.Sprintf("%s（%s），主持人：%s。应到%d，实到%d，%s表决：同意%d、反对%d、弃权%d，表决%s。",
		v.Title, day(v.At), v.Chair, v.Eligible, v.Present, ballot, v.For, v.Against, v.Abstain, result)
	if v.Casting {
		text += "票数相等，由主持人裁决。"
	}
	blocks := []document.Block{document.Text{Text: text}}
	if v.Advice != "" {
		blocks = append(blocks, document.Text{Text: "会议意见：" + v.Advice})
	}
	if len(v.Ballots) == 0 {
		return blocks
	}
	t := document.Table{Columns: []document.Column{{Title: "成员", Width: 1}, {Title: "单位", Width: 1.6}, {Title: "表决", Width: 0.8, Align: document.Center}, {Title: "说明", Width: 2}}}
	for _, b := range v.Ballots {
		t.Rows = append(t.Rows, []string{b.Name, b.UnitName, map[string]string{"for": "同意", "against": "反对", "abstain": "弃权"}[b.Choice], b.Text})
	}
	return append(blocks, t)
}

func (c composer) conditions() []document.Block {
	if len(c.Conditions) == 0 {
		return nil
	}
	t := document.Table{Columns: []document.Column{
		{Title: "序号", Width: 0.5, Align: document.Center}, {Title: "条件", Width: 2.6}, {Title: "责任单位", Width: 1.1}, {Title: "期限", Width: 1.25}, {Title: "提出", Width: 1.1},
	}}
	for i, x := range c.Conditions {
		by := x.SetByName
		if by == "" {
			by = "研判决定"
		}
		t.Rows = append(t.Rows, []string{strconv.Itoa(i + 1), x.Text, x.OwnerName, day(x.Step.Clock.Due), by})
	}
	return []document.Block{t, document.Note{Text: "条件全部核销或经批准豁免后，本次研判办结。"}}
}

func (c composer) score() []document.Block {
	if c.Score == nil {
		return nil
	}
	text := "按" + c.Score.Book + "评分：" + c.Score.Points + "分"
	if c.Score.Grade != "" {
		text += "（" + c.Score.Grade + "）"
	}
	text += "。"
	if len(c.Score.Vetoes) > 0 {
		text += "否决事项：" + strings.Join(c.Score.Vetoes, "、") + "。"
	}
	return []document.Block{document.Text{Text: text}}
}

// steps is the timeline; automatic ones are named as such, with nobody beside them.
func (c composer) steps() []document.Block {
	t := document.Table{Columns: []document.Column{{Title: "时间", Width: 1.2}, {Title: "办理人", Width: 1.3}, {Title: "事项", Width: 3.5}}}
	for _, e := range c.events {
		if e.Type == (review.WasRead{}).EventType() {
			continue
		}
		who := e.Actor.Signature()
		if e.Actor.UnitName != "" {
			who += "\n" + e.Actor.UnitName
		}
		if e.Actor.System {
			who = "系统自动"
		}
		t.Rows = append(t.Rows, []string{moment(e.At), who, review.Tell(e)})
	}
	return []document.Block{t}
}

// copies are the units that sat, and those that got a copy by name.
func (c composer) copies() []string {
	var out []string
	for _, x := range c.Seats {
		if x.Dropped == "" {
			out = append(out, x.UnitName)
		}
	}
	return out
}

func day(t time.Time) string    { return t.In(calendar.Shanghai).Format("2006年1月2日") }
func moment(t time.Time) string { return t.In(calendar.Shanghai).Format("2006-01-02 15:04") }

func short(hash string) string {
	if len(hash) > 16 {
		return hash[:16]
	}
	return hash
}
