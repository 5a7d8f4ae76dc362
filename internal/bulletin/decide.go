package bulletin

import (
	"encoding/json"
	"fmt"
	"time"

	"luodi/internal/calendar"
	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/process"
)

// Facts are what the rules need beside the state: nothing.
type Facts struct{}

// cmdFrozen takes what a freeze brought.
const cmdFrozen = "frozen"

// Decide turns a command into events, or refuses it with a fault. It reads no
// clock and no store.
func Decide(s State, cmd process.Command, _ Facts) ([]event.Draft, error) {
	if cmd.Name == ActOpen {
		return open(s, cmd)
	}
	if !s.Started() {
		return nil, fault.New(fault.NotFound, "bulletin_unknown", "没有这期通报")
	}
	if cmd.Actor.System {
		return automatic(s, cmd)
	}
	for _, op := range operations() {
		if op.name == cmd.Name {
			return op.decide(s, cmd)
		}
	}
	return nil, process.Require(nil, cmd, nil)
}

// decision is one command against one state.
type decision struct {
	State
	cmd process.Command
}

func (op operation) decide(s State, cmd process.Command) ([]event.Draft, error) {
	act, as := op.offer(s, cmd.Actor)
	var any struct{}
	if err := process.Require([]process.Action{act}, cmd, &any); err != nil {
		return nil, err
	}
	body, err := op.do(decision{State: s, cmd: cmd})
	if err != nil {
		return nil, err
	}
	drafts := event.Drafts(body)
	drafts[0].For = as[0].For
	return drafts, nil
}

// text is what a form with one text asked for; the form has checked it.
func (d decision) text() (string, error) {
	var b struct {
		Text string `json:"text"`
	}
	err := process.Unmarshal(d.cmd.Body, &b)
	return b.Text, err
}

func just(b event.Body) func(decision) (event.Body, error) {
	return func(decision) (event.Body, error) { return b, nil }
}

// open begins a bulletin, by the schedule or by the centre; the server has put its
// body together.
func open(s State, cmd process.Command) ([]event.Draft, error) {
	if s.Started() {
		return nil, fault.Newf(fault.Conflict, "bulletin_exists", "%s已经存在(%s)", s.Title(), s.Stage.Label())
	}
	var o Opening
	if err := process.Unmarshal(cmd.Body, &o); err != nil {
		return nil, err
	}
	if err := o.check(cmd.At); err != nil {
		return nil, err
	}
	return event.Drafts(WasOpened{Opening: o, KnownAt: cmd.At.UTC().Truncate(time.Microsecond)}), nil
}

// check: a month has its figures once the cut-off has come.
func (o Opening) check(at time.Time) error {
	switch {
	case o.Month < 1 || o.Month > 12 || o.Year < 2000 || o.Year > 2100:
		return fault.Field("/month", "month_invalid", "月份无效")
	case o.Cutoff.Year != o.Year || int(o.Cutoff.Month) != o.Month || !o.Cutoff.Valid():
		return fault.Field("/cutoff", "cutoff_invalid", "截止日应在通报的月份内")
	case o.Cutoff.After(calendar.DateOf(at)):
		return fault.Field("/cutoff", "cutoff_in_future", fmt.Sprintf("截止日%s还没有到", o.Cutoff))
	}
	return nil
}

func (d decision) recompute() (event.Body, error) {
	return Recomputed{Round: d.Round + 1, KnownAt: d.cmd.At.UTC().Truncate(time.Microsecond)}, nil
}

func (d decision) annotate() (event.Body, error) {
	text, err := d.text()
	return Annotated{Text: text}, err
}

func (d decision) giveBack() (event.Body, error) {
	text, err := d.text()
	return WasReturned{Text: text}, err
}

func (d decision) withdraw() (event.Body, error) {
	text, err := d.text()
	return WasWithdrawn{Text: text}, err
}

// Given is what the server adds to a publication: the units that get a copy.
type Given struct {
	Units []string `json:"units"`
}

// publish leaves the number to the transaction that records it.
func (d decision) publish() (event.Body, error) {
	var g Given
	if len(d.cmd.With) > 0 {
		if err := process.Unmarshal(d.cmd.With, &g); err != nil {
			return nil, err
		}
	}
	return WasPublished{Units: g.Units}, nil
}

// automatic handles what the effects and the sweep send. No deadline of a bulletin
// counts working days.
func automatic(s State, cmd process.Command) ([]event.Draft, error) {
	if cmd.Name != cmdFrozen {
		return nil, nil
	}
	var b WasFrozen
	if err := process.Unmarshal(cmd.Body, &b); err != nil {
		return nil, err
	}
	if b.Round != s.Round || s.Stage != Computing {
		return nil, nil
	}
	return event.Drafts(b), nil
}

// EffectFreeze computes and stores the content of a bulletin.
const EffectFreeze = "bulletin.freeze"

// Freeze is the body of the effect.
type Freeze struct {
	Opening Opening   `json:"opening"`
	Round   int       `json:"round"`
	KnownAt time.Time `json:"known_at"`
}

// Effects lists what the bulletin asks for: its figures, until it has them.
func Effects(s State) []process.Effect {
	if s.Stage != Computing {
		return nil
	}
	body, err := json.Marshal(Freeze{Opening: s.Opening, Round: s.Round, KnownAt: s.KnownAt})
	if err != nil {
		panic(fmt.Sprintf("bulletin: a freeze can't be encoded: %v", err)) // plain structs can
	}
	return []process.Effect{{Key: fmt.Sprintf("freeze/%d", s.Round), Name: EffectFreeze, Command: cmdFrozen, Body: body}}
}
