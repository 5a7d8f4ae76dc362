package panel

import (
	"fmt"

	"luodi/internal/org"
	"luodi/internal/process"
)

// Limits of a meeting.
const (
	maxMembers = 60
	maxItems   = 50
	maxWeight  = 100
)

// FormatReview names a review in a form.
const FormatReview = "review"

func sentence(format string, args ...any) string { return fmt.Sprintf(format, args...) }

// ConveneForm is what a person says to call a meeting.
func ConveneForm() *process.Schema {
	return process.Object(append(arrangementFields(false),
		process.Field{Name: "items", Schema: process.List("议题", process.Object(agendaFields()...), 1, maxItems)})...)
}

func (s State) reviseForm([]org.Actor) *process.Schema {
	return process.Object(arrangementFields(true)...)
}

func (s State) addForm([]org.Actor) *process.Schema { return process.Object(agendaFields()...) }

func agendaFields() []process.Field {
	return []process.Field{
		{Name: "review_id", Schema: process.Ref("研判", FormatReview)},
		{Name: "note", Schema: process.Text("说明", 0, 500), Optional: true},
	}
}

func arrangementFields(optional bool) []process.Field {
	at := process.Text("会议时间(如 2024-03-01T09:00:00+08:00)", 20, 35)
	at.Format = "date-time"
	return []process.Field{
		{Name: "title", Schema: process.Text("会议名称", 2, 100), Optional: optional},
		{Name: "at", Schema: at, Optional: optional},
		{Name: "place", Schema: process.Text("地点", 2, 100), Optional: optional},
		{Name: "members", Optional: optional, Schema: process.List("成员", process.Object(
			process.Field{Name: "user_id", Schema: process.Ref("成员", process.FormatUser)},
			process.Field{Name: "weight", Schema: process.Whole("权重(按权重计票时填写)", 1, maxWeight), Optional: true},
		), 1, maxMembers)},
		{Name: "chair", Schema: process.Ref("主持人", process.FormatUser), Optional: optional},
		{Name: "rule", Schema: ruleForm(), Optional: optional},
	}
}

func ruleForm() *process.Schema {
	share := func(title string) *process.Schema { return process.Text(title+"(分数,如 2/3)", 3, 9) }
	s := process.Object(
		process.Field{Name: "ballot", Schema: process.OneOf("投票方式",
			process.Choice{Const: string(Named), Title: "记名"}, process.Choice{Const: string(Secret), Title: "无记名"})},
		process.Field{Name: "weighted", Schema: process.YesNo("按权重计票"), Optional: true},
		process.Field{Name: "quorum_of", Schema: process.OneOf("法定人数按",
			process.Choice{Const: string(Heads), Title: "人数"}, process.Choice{Const: string(Weights), Title: "权重"})},
		process.Field{Name: "quorum", Schema: share("到会与表决的最低比例")},
		process.Field{Name: "quorum_strict", Schema: process.YesNo("须超过该比例(否则达到即可)")},
		process.Field{Name: "threshold", Schema: share("通过所需赞成票比例")},
		process.Field{Name: "threshold_strict", Schema: process.YesNo("赞成票须超过该比例(否则达到即可)")},
		process.Field{Name: "count_abstain", Schema: process.YesNo("弃权计入总票数"), Optional: true},
		process.Field{Name: "casting", Schema: process.YesNo("票数相等时由主持人裁决"), Optional: true},
		process.Field{Name: "proxies", Schema: process.YesNo("允许代理人出席和投票"), Optional: true},
	)
	s.Title = "表决规则"
	return s
}

// itemField chooses among the items in one of the statuses.
func itemField(items []Item) process.Field {
	choices := []process.Choice{}
	for _, x := range items {
		choices = append(choices, process.Choice{Const: x.ID, Title: x.ID + ". " + x.ProjectName})
	}
	return process.Field{Name: "item", Schema: process.OneOf("议题", choices...)}
}

func itemForm(statuses ...Status) func(State, []org.Actor) *process.Schema {
	return func(s State, _ []org.Actor) *process.Schema { return process.Object(itemField(s.with(statuses...))) }
}

func textForm(title string, lo, hi int, statuses ...Status) func(State, []org.Actor) *process.Schema {
	return func(s State, _ []org.Actor) *process.Schema {
		return process.Object(itemField(s.with(statuses...)), process.Field{Name: "text", Schema: process.Text(title, lo, hi)})
	}
}

func reasonForm(title string) func(State, []org.Actor) *process.Schema {
	return func(State, []org.Actor) *process.Schema {
		return process.Object(process.Field{Name: "text", Schema: process.Text(title, 2, 500)})
	}
}

func (s State) removeForm([]org.Actor) *process.Schema {
	return process.Object(itemField(s.with(Listed)), process.Field{Name: "text", Schema: process.Text("移出原因", 2, 500)})
}

// memberField asks for whom, when an actor can act for more than one.
func (s State) memberField(as []org.Actor) []process.Field {
	if len(as) < 2 {
		return nil
	}
	choices := []process.Choice{}
	for _, c := range as {
		m, _ := s.Member(c.Person())
		choices = append(choices, process.Choice{Const: m.UserID, Title: m.Name})
	}
	return []process.Field{{Name: "member", Schema: process.OneOf("为哪位成员", choices...)}}
}

func (s State) attendForm(as []org.Actor) *process.Schema {
	return process.Object(s.memberField(as)...)
}

func (s State) markForm([]org.Actor) *process.Schema {
	choices := []process.Choice{}
	for _, m := range s.absent() {
		choices = append(choices, process.Choice{Const: m.UserID, Title: m.Name + "(" + m.UnitName + ")"})
	}
	return process.Object(process.Field{Name: "user_id", Schema: process.OneOf("成员", choices...)})
}

// voteForm has no room for an opinion in a secret ballot: words under a name would
// give the choice away.
func (s State) voteForm(as []org.Actor) *process.Schema {
	fields := append([]process.Field{itemField(s.with(Voting))}, s.memberField(as)...)
	fields = append(fields, process.Field{Name: "choice", Schema: process.OneOf("投票", choiceList(For, Against, Abstain)...)})
	if s.Rule.Ballot == Named {
		fields = append(fields, process.Field{Name: "text", Schema: process.Text("意见", 0, 1000), Optional: true})
	}
	return process.Object(fields...)
}

func choiceList(choices ...Choice) []process.Choice {
	var out []process.Choice
	for _, c := range choices {
		out = append(out, process.Choice{Const: string(c), Title: c.Label()})
	}
	return out
}

// sealedForm is a vote of a secret ballot as it reaches the engine: Seal has put
// the sealed text in the choice's place.
func (s State) sealedForm(as []org.Actor) *process.Schema {
	form := s.voteForm(as)
	form.Properties["choice"] = process.Text("投票", 1, maxSealed)
	return form
}

// maxSealed bounds what a sealed choice may be, in characters.
const maxSealed = 400

func (s State) recuseForm(as []org.Actor) *process.Schema {
	return process.Object(itemField(s.recusable(as[0].Person())), process.Field{Name: "text", Schema: process.Text("回避原因", 2, 500)})
}

func (s State) castForm([]org.Actor) *process.Schema {
	return process.Object(itemField(s.with(Tied)),
		process.Field{Name: "choice", Schema: process.OneOf("裁决", choiceList(For, Against)...)},
		process.Field{Name: "text", Schema: process.Text("裁决意见", 0, 1000), Optional: true})
}

func (s State) minutesForm([]org.Actor) *process.Schema {
	return process.Object(process.Field{Name: "text", Schema: process.Text("纪要", 2, 20000)})
}
