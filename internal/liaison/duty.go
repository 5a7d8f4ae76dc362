package liaison

import (
	"strings"
	"time"

	"luodi/internal/calendar"
	"luodi/internal/org"
	"luodi/internal/process"
)

// owed is a duty with who owes it, for tasks, timers, lights and urging.
type owed struct {
	*Duty
	key    string // "report/2023-W40"; unique for ever, but for a duty that is opened again
	label  string
	action string // the operation that does it
	unit   string
	roles  []org.Role
	// Lights that this duty can set beyond its own: a problem's level is a cause in itself.
	level Level
}

// Keys of duties. A key names where the duty is in the state.
const (
	keyAcknowledge = "acknowledge"
	keyMilestone   = "milestone/"
	keyProduction  = "production/" // the centre's confirmation
	keyReport      = "report/"
	keyProblem     = "problem/"
	keyConfirm     = "confirm/" // 销号
	keyInstruction = "instruction/"
	keyAsk         = "ask/"
)

// duties lists everything that is owed, the done included, in a fixed order. The
// pointers lead into the state.
func (s State) duties() []owed {
	carrier := func(d *Duty, key, label, action string) owed {
		return owed{Duty: d, key: key, label: label, action: action, unit: s.DepartmentID, roles: unitRoles}
	}
	centre := func(d *Duty, key, label, action string, roles ...org.Role) owed {
		return owed{Duty: d, key: key, label: label, action: action, unit: centreUnit, roles: roles}
	}
	ack := s.Acknowledged
	out := []owed{carrier(&ack, keyAcknowledge, "签收包联任务", ActAcknowledge)}
	for i := range s.Milestones {
		m := &s.Milestones[i]
		out = append(out, carrier(&m.Duty, keyMilestone+m.ID, "节点:"+m.Title, ActReach))
		if !m.Confirm.OpenedAt.IsZero() {
			out = append(out, centre(&m.Confirm, keyProduction+m.ID, "确认"+m.Title, ActConfirm, centreRoles...))
		}
	}
	for i := range s.Weeks {
		w := &s.Weeks[i]
		out = append(out, carrier(&w.Duty, keyReport+w.Week, "周报:"+weekLabel(w.Week), ActReport))
	}
	for i := range s.Problems {
		out = append(out, s.problemDuties(&s.Problems[i])...)
	}
	for i := range s.Instructions {
		x := &s.Instructions[i]
		out = append(out, carrier(&x.Duty, keyInstruction+x.ID, "交办:"+brief(x.Text), ActAnswer))
	}
	for i := range s.Asks {
		x := &s.Asks[i]
		out = append(out, centre(&x.Duty, keyAsk+x.ID, "审批:"+x.Kind.Label(), ActApprove, org.CentreLeader))
	}
	return out
}

func (s State) problemDuties(p *Problem) []owed {
	x := owed{Duty: &p.Duty, key: keyProblem + p.ID, label: "问题:" + p.Title, action: ActSolve, unit: p.Owner.ID, roles: unitRoles, level: p.Level}
	switch p.Level {
	case AtCentre:
		x.unit, x.roles = centreUnit, centreRoles
	case AtCity:
		x.unit, x.roles = s.City, []org.Role{org.CityLeader}
	case AtUnit:
		if p.Owner.ID == centreUnit {
			x.roles = centreRoles
		}
	}
	out := []owed{x}
	if !p.Confirm.OpenedAt.IsZero() {
		c := owed{Duty: &p.Confirm, key: keyConfirm + p.ID, label: "销号确认:" + p.Title, action: ActClose, unit: p.RaisedBy.UnitID, roles: unitRoles}
		if c.unit == centreUnit {
			c.roles = centreRoles
		}
		out = append(out, c)
	}
	return out
}

// open lists what is still owed, unless the liaison is over.
func (s State) open() []owed {
	if s.Stage.Over() {
		return nil
	}
	var out []owed
	for _, x := range s.duties() {
		if x.Open() {
			out = append(out, x)
		}
	}
	return out
}

// duty finds the duty of a key in a state that evolve is changing; nil for a key that
// leads nowhere.
func (s *State) duty(key string) *Duty {
	if key == keyAcknowledge {
		return &s.Acknowledged
	}
	kind, id, _ := strings.Cut(key, "/")
	switch kind + "/" {
	case keyMilestone:
		if m := s.milestone(id); m != nil {
			return &m.Duty
		}
	case keyProduction:
		if m := s.milestone(id); m != nil {
			return &m.Confirm
		}
	case keyReport:
		if w := s.week(id); w != nil {
			return &w.Duty
		}
	case keyProblem:
		if p := s.problem(id); p != nil {
			return &p.Duty
		}
	case keyConfirm:
		if p := s.problem(id); p != nil {
			return &p.Confirm
		}
	case keyInstruction:
		if x := s.instruction(id); x != nil {
			return &x.Duty
		}
	case keyAsk:
		if x := s.ask(id); x != nil {
			return &x.Duty
		}
	}
	return nil
}

// newDuty is one that begins now with a clock.
func newDuty(c process.Clock, at time.Time) Duty {
	return Duty{Clock: c, Light: process.Green, OpenedAt: at}
}

// done marks it done; what was announced of it before is history.
func (d Duty) done(at time.Time) Duty {
	d.DoneAt, d.Light = at, process.Green
	return d
}

// brief is a text short enough for a task's title.
func brief(text string) string {
	const most = 30
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + "…"
	}
	return text
}

// reportDay is the next week with a working day whose last working day isn't before
// day. A week without one has no report (design 4.2).
func reportDay(cal *calendar.Calendar, day calendar.Date) (week string, last calendar.Date) {
	for {
		last, ok := cal.LastWorkingDayOfWeek(day)
		if ok && !last.Before(day) {
			return isoWeek(last), last
		}
		day = monday(day).AddDays(7)
	}
}

// monday is the first day of a day's week.
func monday(d calendar.Date) calendar.Date { return d.AddDays(-(int(d.Weekday()) + 6) % 7) }
