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
func Decide(s State, cmd process.Command, f Facts) ([]event.Draft, error) {
	if cmd.Name == ActOpen {
		return open(s, cmd)
	}
	if !s.Started() {
		return nil, fault.New(fault.NotFound, "bulletin_unknown", "没有这期通报")
	}
	if cmd.Actor.System {
		return automatic(s, cmd)
	}
	return table.Decide(s, cmd, f)
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
