package dispatch

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"luodi/internal/calendar"
	"luodi/internal/fault"
	"luodi/internal/liaison"
	"luodi/internal/process"
)

// Carried is a liaison with everything that was owed in it.
type Carried struct {
	Subject
	Role       liaison.Role
	Suspended  bool // now: it owes nothing
	AssignedAt time.Time
	EndedAt    time.Time // zero while it goes on
	Items      []liaison.Item
}

// Move is a change of a project's stage in the registry.
type Move struct {
	ProjectID   string
	ProjectName string
	County      Unit
	Title       string // what moved, in Chinese
	At          time.Time
}

// Input is what a sheet is made of. What happened outside the window may be in it.
type Input struct {
	Planned
	MadeAt      time.Time
	Calendar    *calendar.Calendar
	Counties    []Unit // in their order; each gets a line and a page
	Departments []Unit // in their order; those that carry something do
	Liaisons    []Carried
	Moves       []Move
	Standing    []Standing // instructions of earlier sheets that are not done
}

// Compile makes the sheet: a function of the input alone. Everything is as it stood at
// the end of the window, also in a sheet that is made late. Error: Internal
// "sheet_unbalanced" when figures don't add up, which no input should bring about.
func Compile(in Input) (Sheet, error) {
	c := compiler{Input: in, counties: map[string]*UnitTotals{}, departments: map[string]*UnitTotals{}, lead: map[string]Subject{}, names: map[string]string{}}
	c.Sheet = Sheet{
		Window: in.Window, DueAt: in.DueAt.UTC(), MadeAt: in.MadeAt.UTC(), Counties: []UnitTotals{}, Departments: []UnitTotals{}, Moved: []Moved{},
		Late: []Late{}, Lights: []LightChange{}, Red: []Red{}, Problems: []Problem{}, Standing: append([]Standing{}, in.Standing...),
	}
	for _, u := range slices.Concat(in.Counties, in.Departments) {
		c.names[u.ID] = u.Name
	}
	for _, x := range in.Liaisons {
		c.liaison(x)
	}
	for _, m := range in.Moves {
		c.move(m)
	}
	c.Sheet.Counties = lines(in.Counties, c.counties, true)
	c.Sheet.Departments = lines(in.Departments, c.departments, false)
	c.sort()
	return c.Sheet, c.Sheet.check()
}

type compiler struct {
	Input
	Sheet       Sheet
	counties    map[string]*UnitTotals
	departments map[string]*UnitTotals
	lead        map[string]Subject // of the liaison that leads a project, by project
	names       map[string]string  // of units
}

// count adds to the city, the county and the department at once, so that they agree.
func (c *compiler) count(x Subject, add func(*Totals)) {
	add(&c.Sheet.City)
	add(&at(c.counties, x.County).Totals)
	add(&at(c.departments, x.Department).Totals)
}

func at(by map[string]*UnitTotals, u Unit) *UnitTotals {
	if by[u.ID] == nil {
		by[u.ID] = &UnitTotals{Unit: u}
	}
	return by[u.ID]
}

// within reports whether a moment lies in the window.
func (c *compiler) within(t time.Time) bool {
	return !t.IsZero() && !t.Before(c.From) && t.Before(c.Until)
}

// done reports whether something had happened by the end of the window.
func (c *compiler) done(t time.Time) bool { return !t.IsZero() && t.Before(c.Until) }

func (c *compiler) liaison(x Carried) {
	if !c.done(x.AssignedAt) {
		return // begun after the window
	}
	x.Department = c.carrier(x)
	if x.Role == liaison.Lead {
		c.lead[x.ProjectID] = x.Subject
	}
	if c.within(x.AssignedAt) {
		c.count(x.Subject, func(t *Totals) { t.Assigned++ })
	}
	over := c.done(x.EndedAt)
	if c.within(x.EndedAt) {
		c.count(x.Subject, func(t *Totals) { t.Ended++ })
	}
	for _, item := range x.Items {
		subject := x.Subject
		if item.DepartmentID != subject.Department.ID && item.DepartmentID != "" {
			subject.Department = Unit{item.DepartmentID, c.name(item.DepartmentID)}
		}
		c.item(subject, item, x, over)
	}
	if !over {
		c.standing(x)
	}
	c.changes(x)
}

// carrier is the department in charge at the end of the window.
func (c *compiler) carrier(x Carried) Unit {
	for _, t := range x.Items {
		if t.Kind == liaison.ItemTerm && c.done(t.OpenedAt) && !c.done(t.DoneAt) && t.DepartmentID != x.Department.ID {
			return Unit{t.DepartmentID, c.name(t.DepartmentID)}
		}
	}
	return x.Department
}

func (c *compiler) name(unit string) string {
	if name, ok := c.names[unit]; ok {
		return name
	}
	return unit
}

// item counts one obligation. Of a liaison that is over or stands still nothing is late.
func (c *compiler) item(s Subject, x liaison.Item, of Carried, over bool) {
	owed := !over && !of.Suspended && x.Status != liaison.StatusVoid && !c.done(x.DoneAt) && x.Due.Before(c.Until) && !x.Due.IsZero()
	switch x.Kind {
	case liaison.ItemReport:
		c.report(s, x, of, owed)
	case liaison.ItemMilestone:
		if c.within(x.DoneAt) {
			c.count(s, func(t *Totals) { t.Milestones++ })
			c.moved(s, MoveMilestone, x)
		}
		if owed {
			c.count(s, func(t *Totals) { t.MilestonesLate++ })
			c.late(s, x)
		}
	case liaison.ItemAcknowledge:
		if owed {
			c.count(s, func(t *Totals) { t.Unacknowledged++ })
			c.late(s, x)
		}
	case liaison.ItemProblem:
		c.problem(s, x, over, owed)
	}
}

// report counts a week's report. One that was never handed in is late for as long as
// it can be handed in, and in the week in which it was due.
func (c *compiler) report(s Subject, x liaison.Item, of Carried, owed bool) {
	due := c.within(x.Due) && x.Status != liaison.StatusVoid && (of.EndedAt.IsZero() || x.Due.Before(of.EndedAt))
	if due && (!of.Suspended || !x.DoneAt.IsZero()) {
		c.count(s, func(t *Totals) {
			t.ReportsDue++
			switch {
			case !c.done(x.DoneAt):
				t.ReportsMissing++
			case x.DoneAt.After(x.Due):
				t.ReportsLate++
			default:
				t.ReportsOnTime++
			}
		})
	}
	if owed && (due || x.Status == liaison.StatusOpen) {
		c.late(s, x)
	}
}

func (c *compiler) problem(s Subject, x liaison.Item, over, owed bool) {
	if c.within(x.DoneAt) {
		c.count(s, func(t *Totals) { t.ProblemsClosed++ })
		c.moved(s, MoveProblem, x)
	}
	if over || !c.done(x.OpenedAt) || c.done(x.DoneAt) || x.Status == liaison.StatusVoid {
		return
	}
	days := daysBetween(calendar.DateOf(x.OpenedAt), c.Week.Sunday())
	p := Problem{Subject: s, ID: x.Key, Title: x.Title, Level: liaison.Level(x.Level), Days: days, Due: x.Due.UTC(), Late: owed}
	c.Sheet.Problems = append(c.Sheet.Problems, p)
	c.count(s, func(t *Totals) {
		t.ProblemsOpen++
		t.ProblemsByAge[ageBand(days)]++
		switch p.Level {
		case liaison.AtCentre:
			t.ProblemsAtCentre++
		case liaison.AtCity:
			t.ProblemsAtCity++
		default:
			t.ProblemsAtUnit++
		}
		if owed {
			t.ProblemsLate++
		}
	})
	if owed {
		c.late(s, x)
	}
}

// daysBetween counts calendar days.
func daysBetween(from, to calendar.Date) int {
	return int(dayStart(to).Sub(dayStart(from)) / (24 * time.Hour))
}

func (c *compiler) moved(s Subject, kind MoveKind, x liaison.Item) {
	c.Sheet.Moved = append(c.Sheet.Moved, Moved{Subject: s, Kind: kind, Title: x.Title, At: x.DoneAt.UTC(), Late: x.Status == liaison.StatusLate})
}

func (c *compiler) late(s Subject, x liaison.Item) {
	days := c.Calendar.WorkingDaysBetween(calendar.DateOf(x.Due), c.Week.Sunday())
	c.Sheet.Late = append(c.Sheet.Late, Late{Subject: s, Kind: x.Kind, Title: x.Title, Due: x.Due.UTC(), Days: max(days, 0)})
}

// spans are a liaison's stretches under one light, in their order.
func spans(x Carried) []liaison.Item {
	out := only(x.Items, func(i liaison.Item) bool { return i.Kind == liaison.ItemLight })
	slices.SortStableFunc(out, func(a, b liaison.Item) int {
		m, _ := strconv.Atoi(a.Key) // numbered by package liaison
		n, _ := strconv.Atoi(b.Key)
		return cmp.Compare(m, n)
	})
	return out
}

// standing counts a liaison that is under way, under the light it had.
func (c *compiler) standing(x Carried) {
	light, since, rule := process.Green, x.AssignedAt, ""
	for _, span := range spans(x) {
		if c.done(span.OpenedAt) {
			light, since, rule = process.Light(span.Level), span.OpenedAt, span.Title
		}
	}
	c.count(x.Subject, func(t *Totals) {
		t.Liaisons++
		switch light {
		case process.Red:
			t.Red++
			if since.Before(c.From) {
				t.StillRed++
			}
		case process.Yellow:
			t.Yellow++
		default:
			t.Green++
		}
	})
	if light == process.Red {
		const week = 7 * 24 * time.Hour
		weeks := int((c.Until.Sub(since) + week - 1) / week) // the first one began with the light
		c.Sheet.Red = append(c.Sheet.Red, Red{Subject: x.Subject, Rule: rule, Since: since.UTC(), Weeks: weeks})
	}
}

// changes lists the changes of light in the window. The light that a liaison begins
// with is no change.
func (c *compiler) changes(x Carried) {
	list := spans(x)
	for i, span := range list {
		if i == 0 || !c.within(span.OpenedAt) {
			continue
		}
		from, to := process.Light(list[i-1].Level), process.Light(span.Level)
		c.Sheet.Lights = append(c.Sheet.Lights, LightChange{Subject: x.Subject, From: from, To: to, Rule: span.Title, At: span.OpenedAt.UTC()})
		c.count(x.Subject, func(t *Totals) {
			if from.Worse(to) == to {
				t.Worse++
			} else {
				t.Better++
			}
		})
	}
}

// move counts a change of stage for the county, and for the department that leads the
// project's liaison.
func (c *compiler) move(m Move) {
	if !c.within(m.At) {
		return
	}
	s := Subject{ProjectID: m.ProjectID, ProjectName: m.ProjectName, County: m.County, Department: Unit{Name: uncarried}}
	if lead, ok := c.lead[m.ProjectID]; ok {
		s.LiaisonID, s.Department = lead.LiaisonID, lead.Department
	}
	c.count(s, func(t *Totals) { t.Stages++ })
	c.Sheet.Moved = append(c.Sheet.Moved, Moved{Subject: s, Kind: MoveStage, Title: m.Title, At: m.At.UTC()})
}

// uncarried names the line of projects without a liaison.
const uncarried = "未安排包联"

// lines are the units' totals in the units' order, then of units that are no more.
func lines(units []Unit, by map[string]*UnitTotals, all bool) []UnitTotals {
	out := []UnitTotals{}
	for _, u := range units {
		if t := by[u.ID]; t != nil {
			out = append(out, UnitTotals{u, t.Totals})
		} else if all {
			out = append(out, UnitTotals{Unit: u})
		}
	}
	var more []UnitTotals
	for id, t := range by {
		if !slices.ContainsFunc(units, func(u Unit) bool { return u.ID == id }) {
			more = append(more, *t)
		}
	}
	slices.SortFunc(more, func(a, b UnitTotals) int { return -cmp.Compare(a.ID, b.ID) }) // nobody's last
	return append(out, more...)
}

// sort puts lists in the order in which they are read: what is worst first, and the
// same every time.
func (c *compiler) sort() {
	by := func(a, b Subject) int {
		return cmp.Or(cmp.Compare(a.County.ID, b.County.ID), cmp.Compare(a.ProjectID, b.ProjectID), cmp.Compare(a.LiaisonID, b.LiaisonID))
	}
	slices.SortStableFunc(c.Sheet.Moved, func(a, b Moved) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), a.At.Compare(b.At), by(a.Subject, b.Subject), cmp.Compare(a.Title, b.Title))
	})
	slices.SortStableFunc(c.Sheet.Late, func(a, b Late) int {
		return cmp.Or(-cmp.Compare(a.Days, b.Days), cmp.Compare(a.Kind, b.Kind), by(a.Subject, b.Subject), cmp.Compare(a.Title, b.Title))
	})
	slices.SortStableFunc(c.Sheet.Lights, func(a, b LightChange) int {
		return cmp.Or(a.At.Compare(b.At), by(a.Subject, b.Subject))
	})
	slices.SortStableFunc(c.Sheet.Red, func(a, b Red) int { return cmp.Or(a.Since.Compare(b.Since), by(a.Subject, b.Subject)) })
	slices.SortStableFunc(c.Sheet.Problems, func(a, b Problem) int {
		return cmp.Or(-cmp.Compare(a.Days, b.Days), by(a.Subject, b.Subject), cmp.Compare(a.ID, b.ID))
	})
	slices.SortStableFunc(c.Sheet.Standing, func(a, b Standing) int {
		return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(a.Sheet.String(), b.Sheet.String()), cmp.Compare(a.ID, b.ID))
	})
}

// check adds up what must agree: the units against the city, and the figures against
// each other and against the lists behind them.
func (s Sheet) check() error {
	for _, list := range [][]UnitTotals{s.Counties, s.Departments} {
		var sum Totals
		for _, u := range list {
			sum = sum.Plus(u.Totals)
		}
		if sum != s.City {
			return unbalanced("各单位之和与全市不符")
		}
	}
	t, ages := s.City, 0
	for _, n := range t.ProblemsByAge {
		ages += n
	}
	for _, x := range []struct {
		whole int
		parts int
		what  string
	}{
		{t.Liaisons, t.Green + t.Yellow + t.Red, "包联项数与各色灯之和"},
		{t.ReportsDue, t.ReportsOnTime + t.ReportsLate + t.ReportsMissing, "应报周报与各类之和"},
		{t.ProblemsOpen, ages, "未销号问题与各时段之和"},
		{t.ProblemsOpen, t.ProblemsAtUnit + t.ProblemsAtCentre + t.ProblemsAtCity, "未销号问题与各层级之和"},
		{t.ProblemsOpen, len(s.Problems), "未销号问题与问题清单"},
		{t.Red, len(s.Red), "红灯与红灯清单"},
		{t.Worse + t.Better, len(s.Lights), "变灯与变灯清单"},
		{t.Milestones + t.Stages + t.ProblemsClosed, len(s.Moved), "进展与进展清单"},
	} {
		if x.whole != x.parts {
			return unbalanced(x.what + "不符")
		}
	}
	return nil
}

func unbalanced(what string) error {
	return fault.New(fault.Internal, "sheet_unbalanced", "周调度单的数字没有平衡:"+what)
}
