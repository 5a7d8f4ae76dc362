package dispatch

import (
	"encoding/json"
	"fmt"
	"time"

	"luodi/internal/liaison"
	"luodi/internal/process"
)

// Sheet is what a dispatch sheet says (周调度单), as it is frozen: everything as it stood
// at the end of its window. Lists are in a fixed order and hold every unit's lines; a
// unit's page is cut out of them.
type Sheet struct {
	Window
	DueAt       time.Time     `json:"due_at"`
	MadeAt      time.Time     `json:"made_at"`
	City        Totals        `json:"city"`
	Counties    []UnitTotals  `json:"counties"`    // add up to the city
	Departments []UnitTotals  `json:"departments"` // likewise
	Moved       []Moved       `json:"moved"`
	Late        []Late        `json:"late"`
	Lights      []LightChange `json:"lights"`
	Red         []Red         `json:"red"`
	Problems    []Problem     `json:"problems"`
	Standing    []Standing    `json:"standing"`
}

// Unit is a body by id and name.
type Unit struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Subject is what a line is about. Department is who carried the project then; it is
// empty for a project without a liaison, and so is the liaison's id.
type Subject struct {
	LiaisonID   string `json:"liaison_id,omitempty"`
	ProjectID   string `json:"project_id"`
	ProjectName string `json:"project_name"`
	County      Unit   `json:"county"`
	Department  Unit   `json:"department"`
}

// Ages is the number of age bands of open problems.
const Ages = 4

// AgeLabels name the bands, in calendar days since the problem was raised.
var AgeLabels = [Ages]string{"7天以内", "8至15天", "16至30天", "30天以上"}

// ageBand is the band of an age in whole days.
func ageBand(days int) int {
	switch {
	case days <= 7:
		return 0
	case days <= 15:
		return 1
	case days <= 30:
		return 2
	}
	return 3
}

// Totals are the figures of a unit or of the city. Every one of them adds up over the
// counties and over the departments.
type Totals struct {
	Liaisons         int       `json:"liaisons" doc:"under way at the end of the window"`
	Assigned         int       `json:"assigned" doc:"begun in the window"`
	Ended            int       `json:"ended" doc:"ended in the window"`
	Green            int       `json:"green"`
	Yellow           int       `json:"yellow"`
	Red              int       `json:"red"`
	Worse            int       `json:"worse" doc:"changes of light for the worse"`
	Better           int       `json:"better" doc:"changes of light for the better"`
	StillRed         int       `json:"still_red" doc:"red since before the window"`
	ReportsDue       int       `json:"reports_due" doc:"weekly reports that fell due in the window"`
	ReportsOnTime    int       `json:"reports_on_time"`
	ReportsLate      int       `json:"reports_late" doc:"handed in, but after they were due"`
	ReportsMissing   int       `json:"reports_missing" doc:"not handed in by the end of the window"`
	Unacknowledged   int       `json:"unacknowledged" doc:"assignments overdue for 签收"`
	Milestones       int       `json:"milestones" doc:"reached in the window"`
	MilestonesLate   int       `json:"milestones_late" doc:"overdue at the end of the window"`
	Stages           int       `json:"stages" doc:"projects that the registry moved to another stage"`
	ProblemsOpen     int       `json:"problems_open"`
	ProblemsClosed   int       `json:"problems_closed" doc:"struck off in the window (销号)"`
	ProblemsLate     int       `json:"problems_late" doc:"open past their first deadline"`
	ProblemsAtUnit   int       `json:"problems_at_unit"`
	ProblemsAtCentre int       `json:"problems_at_centre"`
	ProblemsAtCity   int       `json:"problems_at_city"`
	ProblemsByAge    [Ages]int `json:"problems_by_age" doc:"open ones: up to 7 days, 8 to 15, 16 to 30, more"`
}

// UnitTotals are a unit's figures. The unit without an id stands for projects that
// nobody carries.
type UnitTotals struct {
	Unit
	Totals
}

// ReportRate is the share of the reports due that came in time, in percent with one
// decimal, rounded half up; "—" when none was due.
func (t Totals) ReportRate() string {
	if t.ReportsDue == 0 {
		return "—"
	}
	tenths := (t.ReportsOnTime*2000 + t.ReportsDue) / (2 * t.ReportsDue)
	return fmt.Sprintf("%d.%d%%", tenths/10, tenths%10)
}

// figures are the totals one by one, for adding.
func (t *Totals) figures() []*int {
	out := []*int{
		&t.Liaisons, &t.Assigned, &t.Ended, &t.Green, &t.Yellow, &t.Red, &t.Worse, &t.Better, &t.StillRed,
		&t.ReportsDue, &t.ReportsOnTime, &t.ReportsLate, &t.ReportsMissing, &t.Unacknowledged, &t.Milestones, &t.MilestonesLate,
		&t.Stages, &t.ProblemsOpen, &t.ProblemsClosed, &t.ProblemsLate, &t.ProblemsAtUnit, &t.ProblemsAtCentre, &t.ProblemsAtCity,
	}
	for i := range t.ProblemsByAge {
		out = append(out, &t.ProblemsByAge[i])
	}
	return out
}

// Plus adds other totals.
func (t Totals) Plus(other Totals) Totals {
	more := other.figures()
	for i, n := range t.figures() {
		*n += *more[i]
	}
	return t
}

// MoveKind is what moved.
type MoveKind string

// What moves.
const (
	MoveMilestone MoveKind = "milestone" // a milestone was reached
	MoveStage     MoveKind = "stage"     // the registry moved the project to another stage
	MoveProblem   MoveKind = "problem"   // a problem was struck off
)

// Label is the kind's Chinese name.
func (k MoveKind) Label() string {
	return map[MoveKind]string{MoveMilestone: "节点完成", MoveStage: "项目阶段变化", MoveProblem: "问题销号"}[k]
}

// Moved is something that moved in the window.
type Moved struct {
	Subject
	Kind  MoveKind  `json:"kind" enum:"milestone,stage,problem"`
	Title string    `json:"title"`
	At    time.Time `json:"at"`
	Late  bool      `json:"late,omitempty" doc:"it was past its deadline"`
}

// Late is something that was overdue at the end of the window.
type Late struct {
	Subject
	Kind  liaison.ItemKind `json:"kind" enum:"report,milestone,problem,acknowledge"`
	Title string           `json:"title"`
	Due   time.Time        `json:"due"`
	Days  int              `json:"days" doc:"working days past due; 0 within the first"`
}

// LightChange is a change of a liaison's light in the window.
type LightChange struct {
	Subject
	From process.Light `json:"from" enum:"green,yellow,red"`
	To   process.Light `json:"to" enum:"green,yellow,red"`
	Rule string        `json:"rule,omitempty" doc:"what set it; empty for a recovery"`
	At   time.Time     `json:"at"`
}

// Red is a liaison under the red light at the end of the window.
type Red struct {
	Subject
	Rule  string    `json:"rule"`
	Since time.Time `json:"since"`
	Weeks int       `json:"weeks" doc:"the how-manieth week in red this is"`
}

// Problem is a problem that was open at the end of the window.
type Problem struct {
	Subject
	ID    string        `json:"id"`
	Title string        `json:"title"`
	Level liaison.Level `json:"level" enum:"unit,centre,city"`
	Days  int           `json:"days" doc:"calendar days since it was raised"`
	Due   time.Time     `json:"due"`
	Late  bool          `json:"late,omitempty"`
}

// Standing is an instruction of an earlier sheet that wasn't done when this one was made.
type Standing struct {
	Sheet  Week          `json:"sheet"`
	ID     string        `json:"id"`
	Text   string        `json:"text"`
	Unit   Unit          `json:"unit"`
	Due    time.Time     `json:"due"`
	Status Status        `json:"status"`
	Light  process.Light `json:"light" enum:"green,yellow,red"`
	Days   int           `json:"days" doc:"working days past due when the sheet was made; 0 when it wasn't"`
}

// Encode writes the sheet in its one form: the same sheet is the same bytes.
func (s Sheet) Encode() ([]byte, error) { return json.Marshal(s) }

// Decode reads what Encode wrote.
func Decode(data []byte) (s Sheet, err error) {
	err = json.Unmarshal(data, &s)
	return s, err
}

// Page is a unit's part of a sheet.
type Page struct {
	UnitTotals
	Moved    []Moved
	Late     []Late
	Lights   []LightChange
	Red      []Red
	Problems []Problem
	Standing []Standing
}

// Whole is the sheet as one page.
func (s Sheet) Whole() Page {
	return Page{UnitTotals: UnitTotals{Unit{Name: "全市"}, s.City}, Moved: s.Moved, Late: s.Late, Lights: s.Lights, Red: s.Red,
		Problems: s.Problems, Standing: s.Standing}
}

// Page is a county's or a department's page; ok is false for a unit that has none.
func (s Sheet) Page(unit string) (p Page, ok bool) {
	totals, ok := s.totals(unit)
	if !ok || unit == "" {
		return Page{}, false
	}
	mine := func(x Subject) bool { return x.County.ID == unit || x.Department.ID == unit }
	return Page{
		UnitTotals: totals,
		Moved:      only(s.Moved, func(x Moved) bool { return mine(x.Subject) }),
		Late:       only(s.Late, func(x Late) bool { return mine(x.Subject) }),
		Lights:     only(s.Lights, func(x LightChange) bool { return mine(x.Subject) }),
		Red:        only(s.Red, func(x Red) bool { return mine(x.Subject) }),
		Problems:   only(s.Problems, func(x Problem) bool { return mine(x.Subject) }),
		Standing:   only(s.Standing, func(x Standing) bool { return x.Unit.ID == unit }),
	}, true
}

func (s Sheet) totals(unit string) (UnitTotals, bool) {
	for _, list := range [][]UnitTotals{s.Counties, s.Departments} {
		for _, u := range list {
			if u.ID == unit {
				return u, true
			}
		}
	}
	return UnitTotals{}, false
}

// Units lists who has a page.
func (s Sheet) Units() []Unit {
	var out []Unit
	for _, list := range [][]UnitTotals{s.Counties, s.Departments} {
		for _, u := range list {
			if u.ID != "" {
				out = append(out, u.Unit)
			}
		}
	}
	return out
}

func only[T any](list []T, keep func(T) bool) []T {
	out := []T{}
	for _, x := range list {
		if keep(x) {
			out = append(out, x)
		}
	}
	return out
}
