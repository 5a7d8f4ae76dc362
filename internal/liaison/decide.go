package liaison

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"luodi/internal/calendar"
	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/process"
)

// Commands that the server sends: the lists, the clock, the dispatch and the registry.
// None of them reports or approves anything.
const (
	CmdAssign   = "assign"   // body: Assignment
	CmdInstruct = "instruct" // body: Instruct
	cmdRemind   = "remind"
	cmdLate     = "late"
	cmdWeek     = "week"
	cmdTold     = "registry_told"
)

// Instruct is what a dispatch sends: something to be done by a day. Sent twice under
// one id, the first counts.
type Instruct struct {
	ID    string        `json:"id"`
	Sheet string        `json:"sheet"`
	Text  string        `json:"text"`
	Due   calendar.Date `json:"due"`
}

// Facts are what the rules need beside the state. Template and City are for new
// liaisons: those under way keep what they began with.
type Facts struct {
	Calendar *calendar.Calendar
	Template Template
	City     string // unit of the city's leaders
}

// Given is what the server adds to a person's command: what the body names.
type Given struct {
	Users map[string]org.User `json:"users,omitempty"`
	Units map[string]org.Unit `json:"units,omitempty"`
	Files map[string]File     `json:"files,omitempty"`
}

// Decide turns a command into events, or refuses it with a fault. It reads no clock
// and no store.
func Decide(s State, cmd process.Command, f Facts) ([]event.Draft, error) {
	var drafts []event.Draft
	var err error
	switch {
	case cmd.Name == CmdAssign:
		drafts, err = assign(s, cmd, f)
	case !s.Started():
		return nil, fault.New(fault.NotFound, "liaison_unknown", "没有这项包联")
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

// settled adds the change of light that follows from drafts. It is the only place
// where the light changes, whatever made the difference.
func settled(s State, cmd process.Command, drafts []event.Draft) []event.Draft {
	after := s
	for _, x := range drafts {
		after = Evolve(after, event.Event{Type: x.Type, Data: x.Data, At: cmd.At, Actor: cmd.Actor})
	}
	light, rule := after.lit()
	if light == after.Light || after.Stage.Over() {
		return drafts
	}
	return append(drafts, event.NewDraft(LightChanged{From: after.Light, To: light, Rule: rule}))
}

func assign(s State, cmd process.Command, f Facts) ([]event.Draft, error) {
	if s.Started() {
		return nil, fault.New(fault.Conflict, "liaison_assigned", "这项包联已经下达")
	}
	var b Assignment
	if err := process.Unmarshal(cmd.Body, &b); err != nil {
		return nil, err
	}
	kind, ok := f.Template.Type(b.ProjectType)
	if !ok {
		return nil, fault.Field("/project_type", "type_unknown", "没有这种项目类型:"+b.ProjectType)
	}
	start := cmd.At
	if first := dayStart(b.From); first.After(start) {
		start = first
	}
	rules := f.Template.Rules
	out := AssignedTo{
		Assignment: b, Rules: rules, Template: fmt.Sprintf("%s/%d", f.Template.ID, f.Template.Version), City: f.City,
		Acknowledge: process.StartClock(f.Calendar, start, rules.Acknowledge),
	}
	for i, day := range kind.Plan(f.Calendar, b.From, b.Milestones) {
		out.Plan = append(out.Plan, PlannedClock{
			MilestoneRule: kind.Milestones[i], Planned: day, Clock: process.StartClockTo(f.Calendar, start, day, rules.Milestone),
		})
	}
	return event.Drafts(out, nextWeek(f.Calendar, cmd.At, laterDay(b.From, calendar.DateOf(cmd.At)), rules)), nil
}

// nextWeek asks for the report of the first week that ends on day or later.
func nextWeek(cal *calendar.Calendar, at time.Time, day calendar.Date, rules Rules) WeekOpened {
	week, last := reportDay(cal, day)
	return WeekOpened{Week: week, Last: last, Clock: process.StartClockTo(cal, at, last, rules.Report)}
}

// dayStart is the first moment of a day in Shanghai.
func dayStart(d calendar.Date) time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, calendar.Shanghai)
}

func laterDay(a, b calendar.Date) calendar.Date {
	if b.After(a) {
		return b
	}
	return a
}

// dutyBody is the body of the clock's commands.
type dutyBody struct {
	Duty string `json:"duty"`
	Week string `json:"week"`
}

// automatic handles what the server sends. What comes too late changes nothing.
func automatic(s State, cmd process.Command, f Facts) ([]event.Draft, error) {
	switch cmd.Name {
	case process.Recalculate:
		return recalculate(s, cmd.At, f.Calendar), nil
	case CmdInstruct:
		return instruct(s, cmd, f)
	case cmdTold:
		return told(s, cmd)
	}
	var b dutyBody
	if err := process.Unmarshal(cmd.Body, &b); err != nil {
		return nil, err
	}
	if s.Stage.Over() || s.Stage == Suspended {
		return nil, nil
	}
	if cmd.Name == cmdWeek {
		return turn(s, cmd.At, b.Week, f.Calendar), nil
	}
	open := s.open()
	i := slices.IndexFunc(open, func(x owed) bool { return x.key == b.Duty })
	if i < 0 || !open[i].Clock.Running() {
		return nil, nil
	}
	switch x := open[i]; cmd.Name {
	case cmdRemind:
		if !x.Reminded && !cmd.At.Before(x.Clock.RemindAt) {
			return event.Drafts(Reminded{Duty: x.key, Label: x.label, Due: x.Clock.Due}), nil
		}
	case cmdLate:
		return s.late(x, cmd.At, f.Calendar), nil
	}
	return nil, nil
}

// late marks a duty whose deadline or grace has passed. A problem that nobody saw to
// goes up a level instead of turning red.
func (s State) late(x owed, at time.Time, cal *calendar.Calendar) []event.Draft {
	light := x.Clock.LightAt(at)
	if light == x.Light || light.Worse(x.Light) != light {
		return nil
	}
	if id, ok := strings.CutPrefix(x.key, keyProblem); ok && light == process.Red && x.level != AtCity {
		p := s.problem(id)
		return event.Drafts(ProblemEscalated{
			Problem: id, Title: p.Title, Level: x.level.next(), Due: x.Clock.Due, Clock: process.StartClock(cal, at, s.Rules.at(x.level.next())),
		})
	}
	return event.Drafts(DutyLate{Duty: x.key, Label: x.label, Light: light, Due: x.Clock.Due})
}

// next is the level above.
func (l Level) next() Level {
	if l == AtUnit {
		return AtCentre
	}
	return AtCity
}

// at are the terms of a level.
func (r Rules) at(l Level) process.Terms {
	return map[Level]process.Terms{AtUnit: r.Problem, AtCentre: r.Centre, AtCity: r.City}[l]
}

// turn opens the next week's report when a week's is due. A report that is older than
// the week that is closing is missed for good: there are never more than two open.
func turn(s State, at time.Time, week string, cal *calendar.Calendar) []event.Draft {
	n := len(s.Weeks)
	if n == 0 || s.Weeks[n-1].Week != week || at.Before(s.Weeks[n-1].Turn) {
		return nil
	}
	var out []event.Draft
	for _, w := range s.Weeks[:n-1] {
		if w.Duty.Open() {
			out = append(out, event.NewDraft(WeekMissed{Week: w.Week, Due: w.Turn}))
		}
	}
	return append(out, event.NewDraft(nextWeek(cal, at, monday(s.Weeks[n-1].Last).AddDays(7), s.Rules)))
}

func instruct(s State, cmd process.Command, f Facts) ([]event.Draft, error) {
	var b Instruct
	if err := process.Unmarshal(cmd.Body, &b); err != nil {
		return nil, err
	}
	switch {
	case s.Stage.Over():
		return nil, fault.New(fault.Conflict, "liaison_ended", "包联"+s.Stage.Label())
	case s.instruction(b.ID) != nil:
		return nil, nil
	}
	return event.Drafts(Instructed{
		ID: b.ID, Sheet: b.Sheet, Text: b.Text, Clock: process.StartClockTo(f.Calendar, cmd.At, b.Due, s.Rules.Instruction),
	}), nil
}

func told(s State, cmd process.Command) ([]event.Draft, error) {
	var b RegistryTold
	if err := process.Unmarshal(cmd.Body, &b); err != nil {
		return nil, err
	}
	m := s.milestone(b.Milestone)
	if m == nil || m.Told {
		return nil, nil
	}
	b.Title = m.Title
	return event.Drafts(b), nil
}

// recalculate computes every open deadline again; only what moved is an event. A week
// that lost its last working day owes nothing.
func recalculate(s State, at time.Time, cal *calendar.Calendar) []event.Draft {
	var out []event.Draft
	if s.Stage == Suspended {
		return nil // clocks are computed again when they run on
	}
	for _, x := range s.open() {
		moved := ClockMoved{Duty: x.key, Label: x.label, Clock: x.Clock.Computed(cal)}
		if id, ok := strings.CutPrefix(x.key, keyReport); ok && s.week(id).Returns == 0 {
			w := s.week(id)
			last, worked := cal.LastWorkingDayOfWeek(w.Last)
			if !worked {
				out = append(out, event.NewDraft(WeekVoided{Week: id, Text: "本周没有工作日"}))
				if i := len(s.Weeks) - 1; s.Weeks[i].Week == id {
					out = append(out, event.NewDraft(nextWeek(cal, at, monday(w.Last).AddDays(7), s.Rules)))
				}
				continue
			}
			if last != w.Last {
				moved.Clock, moved.Last = process.StartClockTo(cal, x.Clock.Start, last, s.Rules.Report), last
			}
		}
		if reflect.DeepEqual(moved.Clock, x.Clock) {
			continue
		}
		moved.Light = x.Light
		if now := moved.Clock.LightAt(at); now.Worse(x.Light) == x.Light {
			moved.Light = now // better than before; for the worse, the clock will say so
		}
		out = append(out, event.NewDraft(moved))
	}
	return out
}
