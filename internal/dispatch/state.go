// Package dispatch is 周调度: every week the centre gets a sheet of what moved, what is
// late and whose lights changed, adds its instructions (交办事项) and issues it; each
// instruction is answered, checked and struck off.
//
// A sheet's figures are compiled and frozen outside the process; its state holds their
// digest. An instruction about a liaison is handed to the liaison, whose department
// answers it there; any other is answered here.
package dispatch

import (
	"slices"
	"time"

	"luodi/internal/calendar"
	"luodi/internal/org"
	"luodi/internal/process"
)

// Stage is where a sheet stands.
type Stage string

// The stages.
const (
	Compiling Stage = "compiling" // 生成中
	Draft     Stage = "draft"     // 待审核印发
	Issued    Stage = "issued"    // 已印发,交办事项办理中
	Closed    Stage = "closed"    // 已办结
)

// Label is the stage's Chinese name.
func (x Stage) Label() string {
	return map[Stage]string{Compiling: "生成中", Draft: "待审核印发", Issued: "已印发", Closed: "已办结"}[x]
}

// Status is where an instruction stands.
type Status string

// The statuses of an instruction.
const (
	Planning Status = "planned"  // 拟交办: the sheet is not issued yet
	Open     Status = "open"     // 办理中
	Answered Status = "answered" // 已回复,待核销
	Done     Status = "done"     // 已核销
)

// Label is the status's Chinese name.
func (x Status) Label() string {
	return map[Status]string{Planning: "拟交办", Open: "办理中", Answered: "待核销", Done: "已核销"}[x]
}

// File is an attachment as it was when it was handed in.
type File struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Size int64  `json:"size"`
}

// Order is what the centre asks for.
type Order struct {
	ID          string        `json:"id"` // number within the sheet, never used twice
	Text        string        `json:"text"`
	Unit        Unit          `json:"unit"`
	LiaisonID   string        `json:"liaison_id,omitempty"`
	ProjectID   string        `json:"project_id,omitempty"`
	ProjectName string        `json:"project_name,omitempty"`
	CadreID     string        `json:"cadre_id,omitempty"` // who answers for it at the unit, beside its people
	CadreName   string        `json:"cadre_name,omitempty"`
	Due         calendar.Date `json:"due"`
}

// Instruction is an order with what became of it (交办事项).
type Instruction struct {
	Order
	Status     Status        `json:"status"`
	Round      int           `json:"round,omitempty"`   // 1 when issued, and one more whenever it's sent back
	Direct     bool          `json:"direct,omitempty"`  // the unit answers here, and not in a liaison
	Sent       bool          `json:"sent,omitempty"`    // the liaison has it
	Refusal    string        `json:"refusal,omitempty"` // why the liaison didn't take it, or can't answer it
	OpenedAt   time.Time     `json:"opened_at,omitzero"`
	Clock      process.Clock `json:"clock,omitzero"`
	Light      process.Light `json:"light,omitempty"` // as last announced
	Reminded   bool          `json:"reminded,omitempty"`
	Urges      int           `json:"urges,omitempty"`
	UrgedAt    time.Time     `json:"urged_at,omitzero"`
	Answer     string        `json:"answer,omitempty"`
	AnsweredBy string        `json:"answered_by,omitempty"`
	AnsweredAt time.Time     `json:"answered_at,omitzero"`
	Files      []File        `json:"files,omitempty"`
	Returned   string        `json:"returned,omitempty"` // why it was sent back
	DoneAt     time.Time     `json:"done_at,omitzero"`
	DoneBy     string        `json:"done_by,omitempty"`
	Remark     string        `json:"remark,omitempty"` // of whoever struck it off
}

// InTime reports whether it was answered by its deadline.
func (x Instruction) InTime() bool {
	return !x.AnsweredAt.IsZero() && !x.AnsweredAt.After(x.Clock.Due)
}

// Frozen is the sheet's content as it was compiled last.
type Frozen struct {
	Round  int       `json:"round"`
	Digest string    `json:"digest"` // SHA-256 of the content
	Size   int       `json:"size"`   // bytes
	At     time.Time `json:"at"`
	City   Totals    `json:"city"`
	Units  []Unit    `json:"units"` // who has a page
}

// Read is a receipt (已阅).
type Read struct {
	UserID string    `json:"user_id"`
	Name   string    `json:"name"`
	At     time.Time `json:"at"`
}

// State is everything that the rules need to know of one sheet.
type State struct {
	ID           string        `json:"id"` // the week, "2023-W40"
	Window       Window        `json:"window"`
	DueAt        time.Time     `json:"due_at"`
	OpenedAt     time.Time     `json:"opened_at"`
	OpenedBy     org.Actor     `json:"opened_by"`
	Stage        Stage         `json:"stage"`
	Round        int           `json:"round"` // of compiling that is asked for
	Frozen       *Frozen       `json:"frozen,omitempty"`
	Instructions []Instruction `json:"instructions,omitempty"`
	Counter      int           `json:"counter"` // numbers instructions
	IssuedAt     time.Time     `json:"issued_at,omitzero"`
	IssuedBy     org.Actor     `json:"issued_by,omitzero"`
	ClosedAt     time.Time     `json:"closed_at,omitzero"`
	Reads        []Read        `json:"reads,omitempty"`
}

// Started reports whether there is a sheet at all.
func (s State) Started() bool { return s.Stage != "" }

// Ended reports whether nothing can happen any more: issued, and every instruction done.
func (s State) Ended() bool { return s.Stage == Closed }

// Belated reports whether the sheet was opened on a later day than it was due (补制).
func (s State) Belated() bool {
	return calendar.DateOf(s.OpenedAt).After(calendar.DateOf(s.DueAt))
}

// Label is the sheet's name.
func (s State) Label() string { return s.Window.Week.Label() + "周调度单" }

// Instruction finds an instruction; nil when there is none.
func (s State) Instruction(id string) *Instruction {
	i := slices.IndexFunc(s.Instructions, func(x Instruction) bool { return x.ID == id })
	if i < 0 {
		return nil
	}
	return &s.Instructions[i]
}

// with lists the instructions in one of the statuses.
func (s State) with(statuses ...Status) []Instruction {
	return only(s.Instructions, func(x Instruction) bool { return slices.Contains(statuses, x.Status) })
}

// Due is the next deadline of an instruction; zero when none runs.
func (s State) Due() time.Time {
	var due time.Time
	for _, x := range s.with(Open) {
		if due.IsZero() || x.Clock.Due.Before(due) {
			due = x.Clock.Due
		}
	}
	return due
}

// Light is the worst of the open instructions'.
func (s State) Light() process.Light {
	light := process.Green
	for _, x := range s.with(Open) {
		light = light.Worse(x.Light)
	}
	return light
}

// Standings are the instructions that aren't done, as the next sheets show them.
func (s State) Standings(cal *calendar.Calendar, at time.Time) []Standing {
	var out []Standing
	for _, x := range s.with(Open, Answered) {
		y := Standing{Sheet: s.Window.Week, ID: x.ID, Text: x.Text, Unit: x.Unit, Due: x.Clock.Due, Status: x.Status, Light: x.Light}
		if x.Status == Open && at.After(x.Clock.Due) {
			y.Days = max(cal.WorkingDaysBetween(calendar.DateOf(x.Clock.Due), calendar.DateOf(at)), 0)
		}
		out = append(out, y)
	}
	return out
}

// centreUnit is whose business dispatching is.
const centreUnit = "centre"

var (
	centreRoles = []org.Role{org.CentreOperator, org.CentreLeader}
	unitRoles   = []org.Role{org.DepartmentHandler, org.DepartmentLeader, org.CountyOperator}
)

// answers reports whether somebody may answer an instruction: its unit's people, or the
// cadre that it names.
func (x Instruction) answers(a org.Actor) bool {
	if x.CadreID != "" && a.Person() == x.CadreID {
		return true
	}
	return a.UnitID == x.Unit.ID && (a.Has(unitRoles...) || a.Has(centreRoles...))
}

// Readers lists the units that may see the sheet: the centre, and once it is issued
// every unit that has a page or an instruction. Who has only a page gets a copy.
func (s State) Readers() []process.Reader {
	out := []process.Reader{{UnitID: centreUnit}}
	if s.Stage != Issued && s.Stage != Closed {
		return out
	}
	add := func(unit string, part bool) {
		if i := slices.IndexFunc(out, func(r process.Reader) bool { return r.UnitID == unit }); i < 0 {
			out = append(out, process.Reader{UnitID: unit, Copy: !part})
		}
	}
	for _, x := range s.Instructions {
		add(x.Unit.ID, true)
	}
	for _, u := range s.Frozen.Units {
		add(u.ID, false)
	}
	return out
}

// clone copies what evolve changes in place, so that an older state stays as it was.
func (s State) clone() State {
	s.Instructions = slices.Clone(s.Instructions)
	s.Reads = slices.Clone(s.Reads)
	return s
}
