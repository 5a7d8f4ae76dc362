package batch

import (
	"fmt"
	"time"

	"luodi/internal/calendar"
	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/process"
)

// Kind prefixes the streams and workflow ids of liaison lists.
const Kind = "batch"

// The commands that aren't buttons.
const (
	CmdOpen    = "open"     // body: Opened
	CmdSetRows = "set_rows" // With: RowsSet; sent by the server once the rows are stored
	cmdStarted = "started"  // body: StartedUntil
)

// The names of what people do; the API's paths end in them.
const (
	ActCheck   = "check"
	ActReturn  = "send_back"
	ActPublish = "publish"
	ActCancel  = "cancel"
)

// Facts are what the rules need beside the state: nothing.
type Facts struct{}

// Given is what the server adds to checking and publishing: which rows it looked at,
// whom they concern, and what is wrong with them by today's registry.
type Given struct {
	Digest   string         `json:"digest"`
	Units    []string       `json:"units,omitempty"`
	Findings []fault.Detail `json:"findings,omitempty"`
}

// sound refuses rows that are not those of the list, or that have anything wrong.
func sound(d decision) (g Given, err error) {
	if err := d.Given(&g); err != nil {
		return g, err
	}
	if g.Digest != d.State.Rows.Digest {
		return g, fault.New(fault.Conflict, "rows_changed", "清单内容已变动,请刷新后再办理")
	}
	return g, Unsound(g.Findings)
}

// EffectStart starts the next liaisons. Its result is StartedUntil.
const EffectStart = "batch.start"

// Start is the body of EffectStart: the rows [From, Until) of the list.
type Start struct {
	From  int `json:"from"`
	Until int `json:"until"`
}

// Definition is what the generic shell, recorder and API need to run lists.
func Definition() process.Definition[State, Facts] {
	return process.Definition[State, Facts]{
		Kind: Kind, Decide: Decide, Evolve: Evolve, Ended: State.Ended, Summary: Summary, Actions: Actions, Tell: Tell,
		Tasks: Tasks, Effects: Effects, Readers: State.Readers,
		Timers: func(State) []process.Timer { return nil },
	}
}

// Summary is what lists and the engine show of a list.
func Summary(s State) process.Summary {
	return process.Summary{Stage: string(s.Stage), Title: "包联清单 " + s.Name()}
}

// Tasks lists whom a list waits for.
func Tasks(s State) []process.Task {
	switch {
	case s.Stage == Draft && s.Rows != nil:
		return []process.Task{{Key: "check/" + s.Rows.Digest, Action: ActCheck, Title: "核对包联清单《" + s.Title + "》", UnitID: centreUnit,
			Roles: centreRoles, OpenedAt: s.Rows.At, Light: process.Green}}
	case s.Stage == Checked:
		return []process.Task{{Key: "publish/" + s.Rows.Digest, Action: ActPublish, Title: "下达包联清单《" + s.Title + "》", UnitID: centreUnit,
			Roles: []org.Role{org.CentreLeader}, OpenedAt: s.CheckedAt, Light: process.Green}}
	}
	return nil
}

// Effects lists what has to be done in the world: the next liaisons to be started.
func Effects(s State) []process.Effect {
	if s.Stage != Publishing {
		return nil
	}
	next := Start{From: s.Started, Until: min(s.Started+Chunk, s.Count())}
	return []process.Effect{{Key: fmt.Sprintf("start/%d", next.From), Name: EffectStart, Command: cmdStarted, Body: process.Encoded(next)}}
}

type (
	operation = process.Operation[State, Facts]
	decision  = process.Decision[State, Facts]
	target    = process.Target
	refusal   = process.Refusal
)

var table = process.Table[State, Facts]{
	TakesPart: func(_ State, a org.Actor) bool { return a.Has(centreRoles...) },
	Over: func(s State) string {
		if s.Ended() {
			return "包联清单" + s.Stage.Label()
		}
		return ""
	},
	Operations: []operation{opCheck, opReturn, opPublish, opCancel},
}

// Actions lists every operation, whether the actor may do it now, and why not.
func Actions(s State, a org.Actor, at time.Time) []process.Action { return table.Actions(s, a, at) }

// MayDraft is whose business lists are.
func MayDraft(a org.Actor) bool { return a.Has(centreRoles...) }

func centre(stage Stage, then func(s State, a org.Actor) ([]target, refusal), roles ...org.Role) func(State, org.Actor, time.Time) ([]target, refusal) {
	return func(s State, a org.Actor, _ time.Time) ([]target, refusal) {
		switch {
		case !a.Has(roles...) && len(roles) == 1:
			return process.NotYou("由招商中心负责人办理")
		case !a.Has(roles...):
			return process.NotYou("由招商中心办理")
		case stage != "" && s.Stage != stage:
			return process.NotNow("清单" + s.Stage.Label())
		}
		return then(s, a)
	}
}

func plainly(_ State, a org.Actor) ([]target, refusal) { return process.On(a) }

func words(title string, lo int) func(State, []target) []process.Field {
	return func(State, []target) []process.Field {
		return []process.Field{{Name: "text", Schema: process.Text(title, lo, 500), Optional: lo == 0}}
	}
}

func said(d decision) (string, error) {
	var b struct {
		Text string `json:"text"`
	}
	err := d.Read(&b)
	return b.Text, err
}

var opCheck = operation{
	Name: ActCheck, Label: "核对通过", Who: "招商中心(填报人以外的人)", Form: words("核对意见", 0),
	May: centre(Draft, func(s State, a org.Actor) ([]target, refusal) {
		switch {
		case s.Count() == 0:
			return process.NotNow("清单还没有内容")
		case a.UserID == s.Rows.By.UserID:
			return process.NotYou("由填报人以外的人核对")
		}
		return process.On(a)
	}, centreRoles...),
	Do: func(d decision) ([]event.Body, error) {
		if _, err := sound(d); err != nil {
			return nil, err
		}
		text, err := said(d)
		return []event.Body{CheckedBySecond{Text: text}}, err
	},
}

var opReturn = operation{
	Name: ActReturn, Label: "退回修改", Who: "招商中心", Form: words("退回原因", 2), May: centre(Checked, plainly, centreRoles...),
	Do: func(d decision) ([]event.Body, error) {
		text, err := said(d)
		return []event.Body{SentBack{Text: text}}, err
	},
}

var opPublish = operation{
	Name: ActPublish, Label: "下达", Who: "招商中心负责人", Danger: true, May: centre(Checked, plainly, org.CentreLeader),
	Do: func(d decision) ([]event.Body, error) {
		g, err := sound(d)
		if err != nil {
			return nil, err
		}
		// The number comes with the transaction.
		return []event.Body{PublishedAs{Count: d.State.Count(), Units: g.Units}}, nil
	},
}

var opCancel = operation{
	Name: ActCancel, Label: "取消清单", Who: "招商中心", Danger: true, Form: words("原因", 0),
	May: centre("", func(s State, a org.Actor) ([]target, refusal) {
		if s.Stage == Publishing {
			return process.NotNow("清单已经下达")
		}
		return process.On(a)
	}, centreRoles...),
	Do: func(d decision) ([]event.Body, error) {
		text, err := said(d)
		return []event.Body{CancelledFor{Text: text}}, err
	},
}

// Decide turns a command into events, or refuses it with a fault.
func Decide(s State, cmd process.Command, f Facts) ([]event.Draft, error) {
	switch {
	case cmd.Name == CmdOpen:
		return open(s, cmd)
	case s.Stage == "":
		return nil, fault.New(fault.NotFound, "list_unknown", "没有这份包联清单")
	case cmd.Name == CmdSetRows && len(cmd.With) > 0:
		return setRows(s, cmd)
	case cmd.Actor.System:
		return automatic(s, cmd)
	}
	return table.Decide(s, cmd, f)
}

func open(s State, cmd process.Command) ([]event.Draft, error) {
	if s.Stage != "" {
		return nil, fault.New(fault.Conflict, "list_exists", "这份包联清单已经建立")
	}
	if !MayDraft(cmd.Actor) && !cmd.Actor.System {
		return nil, ErrForbidden()
	}
	var b Opened
	if err := process.Unmarshal(cmd.Body, &b); err != nil {
		return nil, err
	}
	if today := calendar.DateOf(cmd.At); b.From.Before(today.AddDays(-31)) || b.From.After(today.AddDays(366)) {
		return nil, fault.Field("/from", "date_far", "起计日期应在一个月前至一年后之间")
	}
	return event.Drafts(b), nil
}

// ErrForbidden refuses whoever isn't of the centre.
func ErrForbidden() *fault.Error {
	return fault.New(fault.Forbidden, "list_forbidden", "由招商中心拟定包联清单")
}

func setRows(s State, cmd process.Command) ([]event.Draft, error) {
	switch {
	case !MayDraft(cmd.Actor) && !cmd.Actor.System:
		return nil, ErrForbidden()
	case s.Stage != Draft:
		return nil, fault.New(fault.Conflict, "list_not_draft", "清单"+s.Stage.Label()+",不能再改;请先退回修改")
	}
	var b RowsSet
	if err := process.Unmarshal(cmd.With, &b); err != nil {
		return nil, err
	}
	if s.Rows != nil && s.Rows.Digest == b.Digest {
		return nil, nil
	}
	return event.Drafts(b), nil
}

// automatic handles what the server sends. What comes too late changes nothing.
func automatic(s State, cmd process.Command) ([]event.Draft, error) {
	if cmd.Name != cmdStarted || s.Stage != Publishing {
		return nil, nil
	}
	var b StartedUntil
	if err := process.Unmarshal(cmd.Body, &b); err != nil || b.Started <= s.Started {
		return nil, err
	}
	return event.Drafts(b), nil
}
