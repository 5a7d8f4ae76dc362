package liaison

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"luodi/internal/process"
)

// ItemKind is what an item is about.
type ItemKind string

// The kinds of items.
const (
	ItemReport      ItemKind = "report"      // a week's report
	ItemMilestone   ItemKind = "milestone"   // a milestone
	ItemProblem     ItemKind = "problem"     // a problem
	ItemInstruction ItemKind = "instruction" // what a dispatch asked for
	ItemAcknowledge ItemKind = "acknowledge" // the receipt
	ItemLight       ItemKind = "light"       // a stretch under one light
	ItemTerm        ItemKind = "term"        // a department's time in charge
)

// Item is one obligation or stretch of time of a liaison: what dispatch sheets,
// bulletins and the year's figures are made of. Times are zero where there is none.
type Item struct {
	Kind         ItemKind  `json:"kind"`
	Key          string    `json:"key"` // unique within liaison and kind: the week, the milestone, a number
	DepartmentID string    `json:"department_id"`
	Title        string    `json:"title"`
	Level        string    `json:"level,omitempty"` // a light's colour; a problem's level; a milestone's stage
	OpenedAt     time.Time `json:"opened_at"`
	Due          time.Time `json:"due,omitzero"`
	DoneAt       time.Time `json:"done_at,omitzero"` // handed in, reached, struck off; the end of a stretch
	Status       string    `json:"status"`
}

// The statuses of items.
const (
	StatusOpen   = "open"   // owed
	StatusDone   = "done"   // in time
	StatusLate   = "late"   // done after its time
	StatusMissed = "missed" // never done
	StatusVoid   = "void"   // owed no more
)

// Items lists every item of a liaison in a fixed order. It is a function of the state,
// so that it can be had for any past moment by replay.
func Items(s State) []Item {
	ack := s.Acknowledged
	out := []Item{s.item(ItemAcknowledge, "1", "签收", ack.OpenedAt, ack.Clock.Due, ack.DoneAt, ack)}
	for _, m := range s.Milestones {
		x := s.item(ItemMilestone, m.ID, m.Title, m.Duty.OpenedAt, m.Duty.Clock.Due, m.Duty.DoneAt, m.Duty)
		x.Level = string(m.Stage)
		if m.Done() && !m.Actual.After(m.Planned) { // reached in time, and reported later
			x.Status = StatusDone
		}
		out = append(out, x)
	}
	for _, w := range s.Weeks {
		// Due is the week's own, whatever time a return gave: late is who first came late.
		x := s.item(ItemReport, w.Week, weekLabel(w.Week), w.Duty.OpenedAt, w.Turn, w.FirstAt, w.Duty)
		if w.Missed {
			x.Status = StatusMissed
		}
		out = append(out, x)
	}
	for _, p := range s.Problems {
		x := s.item(ItemProblem, p.ID, p.Title, p.RaisedAt, p.First, p.ClosedAt, p.Duty)
		x.Level = string(p.Level)
		out = append(out, x)
	}
	for _, i := range s.Instructions {
		out = append(out, s.item(ItemInstruction, i.ID, brief(i.Text), i.Duty.OpenedAt, i.Duty.Clock.Due, i.Duty.DoneAt, i.Duty))
	}
	for i, l := range s.Lights {
		out = append(out, Item{Kind: ItemLight, Key: fmt.Sprint(i + 1), DepartmentID: s.carriedBy(l.From), Title: l.Rule,
			Level: string(l.Light), OpenedAt: l.From, DoneAt: l.Until, Status: stretch(l.Until)})
	}
	for i, t := range s.Terms {
		out = append(out, Item{Kind: ItemTerm, Key: fmt.Sprint(i + 1), DepartmentID: t.Department.ID, Title: t.CadreName,
			OpenedAt: t.From, DoneAt: t.Until, Status: stretch(t.Until)})
	}
	return out
}

// Sorted orders items by kind and key, as the store gives them.
func Sorted(items []Item) []Item {
	slices.SortFunc(items, func(a, b Item) int {
		return cmp.Or(strings.Compare(string(a.Kind), string(b.Kind)), strings.Compare(a.Key, b.Key))
	})
	return items
}

// item is an obligation with its status. It belongs to whoever carried the project
// when it was done or, open, carries it now.
func (s State) item(kind ItemKind, key, title string, opened, due, done time.Time, d Duty) Item {
	x := Item{Kind: kind, Key: key, DepartmentID: s.DepartmentID, Title: title, OpenedAt: opened, Due: due, DoneAt: done, Status: StatusOpen}
	switch {
	case !done.IsZero() && done.After(due):
		x.Status = StatusLate
	case !done.IsZero():
		x.Status = StatusDone
	case d.Void:
		x.Status = StatusVoid
	}
	if !done.IsZero() {
		x.DepartmentID = s.carriedBy(done)
	} else if x.Status != StatusOpen {
		x.DepartmentID = s.carriedBy(due)
	}
	return x
}

// carriedBy is the department in charge at a moment.
func (s State) carriedBy(at time.Time) string {
	for _, t := range s.Terms {
		if t.Until.IsZero() || at.Before(t.Until) {
			return t.Department.ID
		}
	}
	return s.DepartmentID
}

func stretch(until time.Time) string {
	if until.IsZero() {
		return StatusOpen
	}
	return StatusDone
}

// Results are what a year of liaisons comes to, of one department: numbers that a rule
// book can name.
type Results struct {
	ReportsDue       int `json:"reports_due"`
	ReportsOnTime    int `json:"reports_on_time"`
	ReportsMissed    int `json:"reports_missed"`
	MilestonesDue    int `json:"milestones_due"`
	MilestonesOnTime int `json:"milestones_on_time"`
	ProblemsDue      int `json:"problems_due"`
	ProblemsOnTime   int `json:"problems_on_time"`
	YellowDays       int `json:"yellow_days"` // whole days, over all its liaisons
	RedDays          int `json:"red_days"`
	Landed           int `json:"landed"` // projects brought to each stage
	Started          int `json:"started"`
	InStatistics     int `json:"in_statistics"`
	InProduction     int `json:"in_production"`
}

// Count adds an item's part in a stretch of time: obligations that fell due in it,
// days under a light, stages reached. Open ones that are not yet due don't count.
func (r *Results) Count(x Item, from, until time.Time) {
	due := !x.Due.Before(from) && x.Due.Before(until) && x.Status != StatusVoid
	onTime := x.Status == StatusDone
	switch x.Kind {
	case ItemReport:
		if due {
			r.ReportsDue++
			r.ReportsOnTime += one(onTime)
			r.ReportsMissed += one(x.Status == StatusMissed)
		}
	case ItemMilestone:
		if due {
			r.MilestonesDue++
			r.MilestonesOnTime += one(onTime)
		}
		if !x.DoneAt.IsZero() && !x.DoneAt.Before(from) && x.DoneAt.Before(until) {
			r.reached(x.Level)
		}
	case ItemProblem:
		if due {
			r.ProblemsDue++
			r.ProblemsOnTime += one(onTime)
		}
	case ItemLight:
		r.light(x, from, until)
	}
}

func (r *Results) reached(stage string) {
	switch stage {
	case "landed":
		r.Landed++
	case "started":
		r.Started++
	case "in_statistics":
		r.InStatistics++
	case "in_production":
		r.InProduction++
	}
}

func (r *Results) light(x Item, from, until time.Time) {
	began, ended := x.OpenedAt, x.DoneAt
	if began.Before(from) {
		began = from
	}
	if ended.IsZero() || ended.After(until) {
		ended = until
	}
	days := int(ended.Sub(began) / (24 * time.Hour))
	if days <= 0 {
		return
	}
	switch process.Light(x.Level) {
	case process.Yellow:
		r.YellowDays += days
	case process.Red:
		r.RedDays += days
	}
}

func one(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
