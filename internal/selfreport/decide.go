package selfreport

import (
	"encoding/json"
	"slices"
	"time"

	"luodi/internal/calendar"
	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/process"
)

// Commands that the year and the clock send.
const (
	CmdOpen   = "open"   // body: Opening
	CmdSeal   = "seal"   // the year is being scored
	CmdUnseal = "unseal" // the year went back to verification
	CmdRename = "rename" // body: WasRenamed
	CmdMerge  = "merge"  // body: WasMerged
	CmdExtend = "extend" // body: Extend
	CmdFinish = "finish" // body: WasFinished
	cmdRemind = "remind"
	cmdLate   = "late"
)

// Extend gives everybody more working days.
type Extend struct {
	Stage Stage `json:"stage"`
	Days  int   `json:"days"`
}

// Facts are what the rules need beside the state.
type Facts struct {
	Calendar *calendar.Calendar
}

// Given is what the server adds to a person's command: files that it names, figures as
// the book reads them, what the registry knows.
type Given struct {
	Files map[string]File   `json:"files,omitempty"`
	Read  map[string]string `json:"read,omitempty"`  // figure → value as the book writes it
	Wrong map[string]string `json:"wrong,omitempty"` // figure → why its value can't be read
	Known map[string]Known  `json:"known,omitempty"`
}

// Decide turns a command into events, or refuses it with a fault. It reads no clock
// and no store.
func Decide(s State, cmd process.Command, f Facts) ([]event.Draft, error) {
	switch {
	case cmd.Name == CmdOpen:
		return open(s, cmd, f)
	case !s.Started():
		return nil, fault.New(fault.NotFound, "selfreport_unknown", "没有这份自评")
	case cmd.Actor.System:
		return automatic(s, cmd, f)
	}
	if err := forestalled(s, cmd); err != nil {
		return nil, err
	}
	return table.Decide(s, cmd, f)
}

// forestalled tells a verifier that somebody of their unit was first (409): the form that
// they have filled in still offered the figure.
func forestalled(s State, cmd process.Command) error {
	var b struct {
		Figure  string   `json:"figure"`
		Figures []string `json:"figures"`
	}
	if s.Stage != Submitted || !slices.Contains([]string{ActConfirm, ActCorrect, ActReturn}, cmd.Name) {
		return nil
	}
	_ = json.Unmarshal(cmd.Body, &b) // what is no form names nothing, and the form says so
	for _, name := range append(b.Figures, b.Figure) {
		x := s.Item(name)
		if x != nil && x.Verdict.Final() && slices.ContainsFunc(cmd.Actor.Capacities(), func(a org.Actor) bool { return s.verifies(a, x.Verifier) }) {
			return fault.Newf(fault.Conflict, "figure_verified", "%s:%s,请刷新", name, x.Verdict.Label())
		}
	}
	return nil
}

// open begins a self-report. Asked again it changes nothing: the year asks until it
// knows that all were opened.
func open(s State, cmd process.Command, f Facts) ([]event.Draft, error) {
	if s.Started() {
		return nil, nil
	}
	var o Opening
	if err := process.Unmarshal(cmd.Body, &o); err != nil {
		return nil, err
	}
	return event.Drafts(WasOpened{ID: ID(o.Year, o.UnitID), Opening: o, Clock: process.StartClock(f.Calendar, cmd.At, o.Fill)}), nil
}

// automatic handles what the year and the clock send. What comes too late changes nothing.
func automatic(s State, cmd process.Command, f Facts) ([]event.Draft, error) {
	if s.Ended() {
		return nil, nil
	}
	switch cmd.Name {
	case process.Recalculate:
		return recalculate(s, cmd.At, f.Calendar), nil
	case cmdRemind:
		if s.Clock != nil && !s.Reminded && !cmd.At.Before(s.Clock.RemindAt) {
			return event.Drafts(Reminded{Due: s.Clock.Due}), nil
		}
		return nil, nil
	case cmdLate:
		return late(s, cmd.At, f.Calendar), nil
	}
	return ordered(s, cmd, f)
}

// ordered handles what the year sends.
func ordered(s State, cmd process.Command, f Facts) ([]event.Draft, error) {
	switch cmd.Name {
	case CmdSeal:
		if s.Stage != Sealed {
			return event.Drafts(WasSealed{}), nil
		}
	case CmdUnseal:
		if s.Stage == Sealed {
			return event.Drafts(WasUnsealed{Clock: process.StartClock(f.Calendar, cmd.At, terms(s, s.Before))}), nil
		}
	case CmdRename:
		var b WasRenamed
		if err := process.Unmarshal(cmd.Body, &b); err != nil || b.Name == s.UnitName {
			return nil, err
		}
		return event.Drafts(b), nil
	case CmdMerge:
		var b WasMerged
		if err := process.Unmarshal(cmd.Body, &b); err != nil {
			return nil, err
		}
		return event.Drafts(b), nil
	case CmdFinish:
		var b WasFinished
		if err := process.Unmarshal(cmd.Body, &b); err != nil {
			return nil, err
		}
		return event.Drafts(b), nil
	case CmdExtend:
		var b Extend
		if err := process.Unmarshal(cmd.Body, &b); err != nil || s.Clock == nil || s.Stage != b.Stage {
			return nil, err
		}
		c := longer(*s.Clock, b.Days, f.Calendar)
		return event.Drafts(ClockMoved{Clock: c, Light: c.LightAt(cmd.At)}), nil
	}
	return nil, nil
}

func terms(s State, stage Stage) process.Terms {
	if stage == Filling {
		return s.Fill
	}
	return s.Verify
}

// longer is a clock with more working days.
func longer(c process.Clock, days int, cal *calendar.Calendar) process.Clock {
	c.Terms.Days += days
	return c.Computed(cal)
}

// late marks a deadline or a grace that has passed. Where the year says so, a report
// that nobody handed in by then is taken from the registry, and says that it was.
func late(s State, at time.Time, cal *calendar.Calendar) []event.Draft {
	if s.Clock == nil {
		return nil
	}
	light := s.Clock.LightAt(at)
	if light == s.Light || light.Worse(s.Light) != light {
		return nil
	}
	out := event.Drafts(WasLate{Light: light, Due: s.Clock.Due})
	if light == process.Red && s.Stage == Filling && s.Lapse {
		out = append(out, event.NewDraft(lapse(s, at, cal)))
	}
	return out
}

// lapse submits what the registry knows in place of what the unit didn't say. A figure
// that the registry doesn't know stays without a value: the book has its policy for that.
func lapse(s State, at time.Time, cal *calendar.Calendar) WasSubmitted {
	b := WasSubmitted{Automatic: true, Late: true, Clock: process.StartClock(cal, at, s.Verify), Taken: map[string]Known{}}
	after := s.own()
	for i := range after.Items {
		if it := &after.Items[i]; it.Said == "" && it.Value != "" {
			b.Taken[it.Name], it.Said = it.Known, it.Value
		}
	}
	b.Matched, b.Done = matched(after)
	return b
}

// matched are the figures that agree with the registry, and whether nothing else is
// left to verify.
func matched(s State) (names []string, done bool) {
	done = true
	for _, x := range s.Items {
		switch {
		case x.Verdict.Final():
		case x.Value != "" && x.Said == x.Value:
			names = append(names, x.Name)
		default:
			done = false
		}
	}
	return names, done
}

// recalculate computes an open deadline again; only what moved is an event.
func recalculate(s State, at time.Time, cal *calendar.Calendar) []event.Draft {
	if s.Clock == nil {
		return nil
	}
	next, light, moved := s.Clock.Moved(cal, at, s.Light)
	if !moved {
		return nil
	}
	return event.Drafts(ClockMoved{Clock: next, Light: light})
}
