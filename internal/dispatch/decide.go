package dispatch

import (
	"reflect"
	"slices"
	"time"

	"luodi/internal/calendar"
	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/process"
)

// Commands that the server sends: whoever opens sheets, the effects, the clock, and who
// gathers answers from liaisons.
const (
	CmdOpen   = "open"   // body: Planned
	CmdAnswer = "gather" // body: Gathered

	cmdCompiled = "compiled"
	cmdSent     = "sent"
	cmdRemind   = "remind"
	cmdLate     = "late"
)

// Facts are what the rules need beside the state.
type Facts struct {
	Calendar *calendar.Calendar
	Terms    process.Terms // reminder and grace of instructions; the day is set
}

// Given is what the server adds to a person's command: what the body names.
type Given struct {
	Users    map[string]org.User `json:"users,omitempty"`
	Units    map[string]org.Unit `json:"units,omitempty"`
	Files    map[string]File     `json:"files,omitempty"`
	Liaisons map[string]Liaison  `json:"liaisons,omitempty"`
	Projects map[string]string   `json:"projects,omitempty"` // name by id
}

// Liaison is what an instruction needs to know of a liaison.
type Liaison struct {
	ProjectID   string `json:"project_id"`
	ProjectName string `json:"project_name"`
	Department  Unit   `json:"department"`
	Over        bool   `json:"over,omitempty"`
}

// Gathered is what became of an instruction in its liaison: an answer, or why there
// won't be one.
type Gathered struct {
	InstructionAnswered
	Lapsed string `json:"lapsed,omitempty"`
}

// Decide turns a command into events, or refuses it with a fault. It reads no clock
// and no store.
func Decide(s State, cmd process.Command, f Facts) ([]event.Draft, error) {
	var drafts []event.Draft
	var err error
	switch {
	case cmd.Name == CmdOpen:
		drafts, err = open(s, cmd)
	case !s.Started():
		return nil, fault.New(fault.NotFound, "dispatch_unknown", "没有这份周调度单")
	case cmd.Actor.System:
		drafts, err = automatic(s, cmd, f)
	default:
		drafts, err = table.Decide(s, cmd, f)
	}
	if err != nil || len(drafts) == 0 {
		return nil, err
	}
	return settled(s, cmd, drafts), nil
}

// settled closes an issued sheet with its last instruction.
func settled(s State, cmd process.Command, drafts []event.Draft) []event.Draft {
	after := s
	for _, x := range drafts {
		after = Evolve(after, event.Event{Type: x.Type, Data: x.Data, At: cmd.At, Actor: cmd.Actor})
	}
	if after.Stage != Issued || len(after.with(Open, Answered)) > 0 {
		return drafts
	}
	return append(drafts, event.NewDraft(ClosedSheet{}))
}

func open(s State, cmd process.Command) ([]event.Draft, error) {
	if s.Started() {
		return nil, fault.New(fault.Conflict, "dispatch_exists", "该周的周调度单已经生成")
	}
	var b Planned
	if err := process.Unmarshal(cmd.Body, &b); err != nil {
		return nil, err
	}
	return event.Drafts(OpenedSheet{b}), nil
}

// timed is the body of the clock's commands.
type timed struct {
	ID    string `json:"id"`
	Round int    `json:"round"`
}

// automatic handles what the server sends. What comes too late changes nothing.
func automatic(s State, cmd process.Command, f Facts) ([]event.Draft, error) {
	switch cmd.Name {
	case process.Recalculate:
		return recalculate(s, cmd.At, f.Calendar), nil
	case cmdCompiled:
		return compiled(s, cmd)
	case cmdSent:
		return sent(s, cmd)
	case CmdAnswer:
		return gathered(s, cmd)
	}
	var b timed
	if err := process.Unmarshal(cmd.Body, &b); err != nil {
		return nil, err
	}
	x := s.Instruction(b.ID)
	if x == nil || x.Round != b.Round || x.Status != Open {
		return nil, nil
	}
	switch light := x.Clock.LightAt(cmd.At); cmd.Name {
	case cmdRemind:
		if !x.Reminded && !cmd.At.Before(x.Clock.RemindAt) {
			return event.Drafts(Reminded{ID: x.ID, Due: x.Clock.Due}), nil
		}
	case cmdLate:
		if light != x.Light && light.Worse(x.Light) == light {
			return event.Drafts(Overdue{ID: x.ID, Light: light, Due: x.Clock.Due}), nil
		}
	}
	return nil, nil
}

// compiled takes the content that was asked for last.
func compiled(s State, cmd process.Command) ([]event.Draft, error) {
	var b Compiled
	if err := process.Unmarshal(cmd.Body, &b); err != nil {
		return nil, err
	}
	if s.Stage != Compiling || b.Round != s.Round {
		return nil, nil
	}
	return event.Drafts(b), nil
}

// sent notes what a liaison said to an instruction.
func sent(s State, cmd process.Command) ([]event.Draft, error) {
	var b InstructionSent
	if err := process.Unmarshal(cmd.Body, &b); err != nil {
		return nil, err
	}
	x := s.Instruction(b.ID)
	if x == nil || x.Round != b.Round || x.Status != Open || x.Direct || x.Sent {
		return nil, nil
	}
	return event.Drafts(b), nil
}

// gathered takes an answer that was given in the liaison. One that can't come any more
// leaves the instruction to its unit.
func gathered(s State, cmd process.Command) ([]event.Draft, error) {
	var b Gathered
	if err := process.Unmarshal(cmd.Body, &b); err != nil {
		return nil, err
	}
	x := s.Instruction(b.ID)
	if x == nil || x.Round != b.Round || x.Status != Open || x.Direct {
		return nil, nil
	}
	if b.Lapsed != "" {
		return event.Drafts(InstructionSent{ID: b.ID, Round: b.Round, Code: "liaison_ended", Refused: b.Lapsed}), nil
	}
	return event.Drafts(b.InstructionAnswered), nil
}

// recalculate computes every running deadline again; only what moved is an event.
func recalculate(s State, at time.Time, cal *calendar.Calendar) []event.Draft {
	var out []event.Draft
	for _, x := range s.with(Open) {
		moved := ClockMoved{ID: x.ID, Clock: x.Clock.Computed(cal), Light: x.Light}
		if reflect.DeepEqual(moved.Clock, x.Clock) {
			continue
		}
		if now := moved.Clock.LightAt(at); now.Worse(x.Light) == x.Light {
			moved.Light = now // better than before; for the worse, the clock will say so
		}
		out = append(out, event.NewDraft(moved))
	}
	return out
}

// brief is the beginning of a text, for titles.
func brief(text string) string {
	const most = 40
	if runes := []rune(text); len(runes) > most {
		return string(slices.Concat(runes[:most], []rune("…")))
	}
	return text
}
