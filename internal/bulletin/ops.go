package bulletin

import (
	"slices"
	"time"

	"luodi/internal/event"
	"luodi/internal/org"
	"luodi/internal/process"
)

// The names of what people do; the API's paths end in them.
const (
	ActOpen      = "open"
	ActRecompute = "recompute"
	ActAnnotate  = "annotate"
	ActSubmit    = "submit"
	ActCheck     = "check"
	ActReturn    = "return"
	ActPublish   = "publish"
	ActWithdraw  = "withdraw"
	ActRead      = "read"
)

// centreUnit is whose business bulletins are.
const centreUnit = "centre"

var centreRoles = []org.Role{org.CentreOperator, org.CentreLeader}

type (
	operation = process.Operation[State, Facts]
	decision  = process.Decision[State, Facts]
	target    = process.Target
	refusal   = process.Refusal
)

// Who may do what, in words.
const (
	theCentre = "招商中心"
	theLeader = "招商中心负责人"
)

// table is everything that people do with a bulletin, in the order of the buttons.
var table = process.Table[State, Facts]{
	TakesPart: func(_ State, a org.Actor) bool { return a.Has(centreRoles...) },
	Over: func(s State) string {
		if s.Ended() {
			return "已经发布;发布后只能以更正通报更正"
		}
		return ""
	},
	Operations: []operation{
		{Name: ActRecompute, Label: "重新统计", Who: theCentre, May: at(Draft, Withdrawn), Do: recompute},
		{Name: ActAnnotate, Label: "编写编者按", Who: theCentre, May: at(Draft), Form: text("编者按", 0, 5000),
			Do: told(func(text string) event.Body { return Annotated{Text: text} })},
		{Name: ActSubmit, Label: "提交校核", Who: theCentre, May: at(Draft), Do: just(Submitted{})},
		{Name: ActCheck, Label: "校核通过", Who: "招商中心提交人、编写人以外的人", May: mayCheck, Do: just(WasChecked{})},
		{Name: ActPublish, Label: "签发", Who: theLeader, Danger: true, May: mayPublish, Do: publish},
		{Name: ActReturn, Label: "退回修改", Who: theCentre, May: at(Checking, Signing), Form: text("退回原因", 2, 500),
			Do: told(func(text string) event.Body { return WasReturned{Text: text} })},
		{Name: ActWithdraw, Label: "撤销", Who: theCentre, Danger: true, May: at(Computing, Draft, Checking, Signing), Form: text("撤销原因", 2, 500),
			Do: told(func(text string) event.Body { return WasWithdrawn{Text: text} })},
		{Name: ActRead, Label: "已阅", Who: "收到通报的单位", Late: true, Readers: true, May: mayRead, Do: just(WasRead{})},
	},
}

// Actions lists every action on a bulletin, whether the actor may do it now, and why
// not. A person who has no part in it is told so before the stage is.
func Actions(s State, a org.Actor, now time.Time) []process.Action { return table.Actions(s, a, now) }

// at: the centre's, while the bulletin stands at one of the stages.
func at(stages ...Stage) func(State, org.Actor, time.Time) ([]target, refusal) {
	return func(s State, a org.Actor, _ time.Time) ([]target, refusal) {
		switch {
		case !a.Has(centreRoles...):
			return process.NotYou("由招商中心办理")
		case !slices.Contains(stages, s.Stage):
			return process.NotNow("通报" + s.Stage.Label())
		}
		return process.On(a)
	}
}

// mayCheck: two people look at what goes out. Whoever submitted it or wrote its text
// doesn't check it, nor does anybody who stands in for them or whom they stand in for.
func mayCheck(s State, a org.Actor, now time.Time) ([]target, refusal) {
	on, no := at(Checking)(s, a, now)
	authors := s.authors()
	if len(on) > 0 && (slices.Contains(authors, a.UserID) || slices.Contains(authors, a.Person())) {
		return process.NotYou("须由提交人和编者按编写人以外的人校核")
	}
	return on, no
}

func mayPublish(s State, a org.Actor, now time.Time) ([]target, refusal) {
	if !a.Has(org.CentreLeader) {
		return process.NotYou("由招商中心负责人签发")
	}
	return at(Signing)(s, a, now)
}

// mayRead: a receipt is given in one's own name, by whoever has business at all.
func mayRead(s State, a org.Actor, _ time.Time) ([]target, refusal) {
	switch {
	case a.For != nil:
		return process.NotYou("已阅由本人签收,不能代理")
	case org.ScopeOf(a).Empty():
		return process.NotYou("您所在单位没有收到通报")
	case s.Stage != Published:
		return process.NotNow("尚未发布")
	case s.HasRead(a.UserID):
		return process.NotNow("您已签收,无需再次签收")
	}
	return process.On(a)
}

// text is a form with one text; one that may be empty may be left out.
func text(title string, lo, hi int) func(State, []target) []process.Field {
	return func(State, []target) []process.Field {
		return []process.Field{{Name: "text", Schema: process.Text(title, lo, hi), Optional: lo == 0}}
	}
}

// told makes an event of what a form with one text says.
func told(body func(text string) event.Body) func(decision) ([]event.Body, error) {
	return func(d decision) ([]event.Body, error) {
		var said struct {
			Text string `json:"text"`
		}
		err := d.Read(&said)
		return []event.Body{body(said.Text)}, err
	}
}

func just(b event.Body) func(decision) ([]event.Body, error) {
	return func(decision) ([]event.Body, error) { return []event.Body{b}, nil }
}

func recompute(d decision) ([]event.Body, error) {
	return []event.Body{Recomputed{Round: d.State.Round + 1, KnownAt: d.Cmd.At.UTC().Truncate(time.Microsecond)}}, nil
}

// Given is what the server adds to a publication: the units that get a copy.
type Given struct {
	Units []string `json:"units"`
}

// publish leaves the number to the transaction that records it.
func publish(d decision) ([]event.Body, error) {
	var g Given
	err := d.Given(&g)
	return []event.Body{WasPublished{Units: g.Units}}, err
}
