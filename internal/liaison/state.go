// Package liaison is 包联: a department and a cadre carry one project from signing to
// production. One liaison lives for a year and more: milestones, a report every week,
// problems until they are struck off, and lights that say how it stands.
//
// Everything that somebody owes by a day is a Duty, with a clock in working days. The
// lights of the duties make the liaison's light; reminders, lights, tasks and the
// figures for the year are derived from them.
package liaison

import (
	"slices"
	"time"

	"luodi/internal/calendar"
	"luodi/internal/org"
	"luodi/internal/process"
	"luodi/internal/project"
)

// Stage is where a liaison stands.
type Stage string

// The stages; the last three end it.
const (
	Assigned   Stage = "assigned"    // 待签收
	Active     Stage = "active"      // 推进中
	Suspended  Stage = "suspended"   // 已中止
	Producing  Stage = "producing"   // 已投产
	Terminated Stage = "terminated"  // 已终止
	HandedOver Stage = "handed_over" // 已移交
)

// Stages lists the stages in their order.
var Stages = []Stage{Assigned, Active, Suspended, Producing, Terminated, HandedOver}

// Label is the stage's Chinese name.
func (x Stage) Label() string {
	return map[Stage]string{
		Assigned: "待签收", Active: "推进中", Suspended: "已中止", Producing: "已投产", Terminated: "已终止", HandedOver: "已移交下年度",
	}[x]
}

// Over reports whether the stage ends a liaison.
func (x Stage) Over() bool { return x == Producing || x == Terminated || x == HandedOver }

// Unit is a body by id and name.
type Unit struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// File is an attachment as it was when it was handed in.
type File struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Size int64  `json:"size"`
}

// Duty is what somebody owes by a day. Light is the one that was last announced: it
// changes by an event, never by the passing of time alone.
type Duty struct {
	Clock    process.Clock `json:"clock"`
	Light    process.Light `json:"light"`
	Reminded bool          `json:"reminded,omitempty"`
	Urges    int           `json:"urges,omitempty"`
	UrgedAt  time.Time     `json:"urged_at,omitzero"`
	OpenedAt time.Time     `json:"opened_at"`
	DoneAt   time.Time     `json:"done_at,omitzero"`
	Void     bool          `json:"void,omitempty"` // owed no more, and never done
}

// Open reports whether it is still owed.
func (d Duty) Open() bool { return !d.OpenedAt.IsZero() && d.DoneAt.IsZero() && !d.Void }

// Late reports whether it was done after it was due.
func (d Duty) Late() bool { return !d.DoneAt.IsZero() && d.DoneAt.After(d.Clock.Due) }

// Milestone is a step on the way to production.
type Milestone struct {
	ID      string          `json:"id"`
	Title   string          `json:"title"`
	Stage   project.Stage   `json:"stage,omitempty"` // of the registry, that it means
	Planned calendar.Date   `json:"planned"`
	Earlier []calendar.Date `json:"earlier,omitempty"` // days planned before postponements, oldest first
	Duty    Duty            `json:"duty"`
	Actual  calendar.Date   `json:"actual,omitzero"`
	Text    string          `json:"text,omitempty"`
	Files   []File          `json:"files,omitempty"`
	By      string          `json:"by,omitempty"`      // who reported it
	Refused string          `json:"refused,omitempty"` // why it was last sent back
	Told    bool            `json:"told,omitempty"`    // the registry knows
	Problem string          `json:"problem,omitempty"` // why the registry didn't take it
	Confirm Duty            `json:"confirm,omitzero"`  // of the start of production, by the centre
}

// Done reports whether it was reached.
func (m Milestone) Done() bool { return !m.Duty.DoneAt.IsZero() }

// Week is one week's report (周报). Its text stays in the stream.
type Week struct {
	Week     string        `json:"week"` // "2023-W40", ISO 8601
	Last     calendar.Date `json:"last"` // the week's last working day
	Duty     Duty          `json:"duty"`
	By       string        `json:"by,omitempty"`
	Progress string        `json:"progress,omitempty"` // of the open and the latest only
	Returned string        `json:"returned,omitempty"` // why it was sent back
	Returns  int           `json:"returns,omitempty"`
	FirstAt  time.Time     `json:"first_at,omitzero"` // when it was first handed in
	Missed   bool          `json:"missed,omitempty"`  // closed without one
	Turn     time.Time     `json:"turn"`              // when the next week's report opens: the end of Last
}

// Level is who has to see to a problem.
type Level string

// The levels, in the order of escalation.
const (
	AtUnit   Level = "unit"   // 责任单位
	AtCentre Level = "centre" // 招商中心协调
	AtCity   Level = "city"   // 市领导协调
)

// Label is the level's Chinese name.
func (l Level) Label() string {
	return map[Level]string{AtUnit: "责任单位办理", AtCentre: "招商中心协调", AtCity: "市领导协调"}[l]
}

// Problem is an entry of the list of problems (问题清单), until it is struck off (销号).
type Problem struct {
	ID       string    `json:"id"`
	Kind     string    `json:"kind"`
	Title    string    `json:"title"`
	Text     string    `json:"text,omitempty"`
	Owner    Unit      `json:"owner"`
	RaisedBy org.Actor `json:"raised_by"`
	RaisedAt time.Time `json:"raised_at"`
	Level    Level     `json:"level"`
	Duty     Duty      `json:"duty"` // of whoever has to see to it
	Solution string    `json:"solution,omitempty"`
	SolvedBy string    `json:"solved_by,omitempty"`
	SolvedAt time.Time `json:"solved_at,omitzero"` // and not refused since
	Confirm  Duty      `json:"confirm,omitzero"`   // 销号
	ClosedAt time.Time `json:"closed_at,omitzero"`
	ClosedBy string    `json:"closed_by,omitempty"`
	Reopened int       `json:"reopened,omitempty"`
	Note     string    `json:"note,omitempty"` // the latest word on it
	Notes    int       `json:"notes,omitempty"`
	First    time.Time `json:"first"` // the first deadline, for the year's figures
}

// Open reports whether it is not yet struck off.
func (p Problem) Open() bool { return p.ClosedAt.IsZero() }

// Visit is one visit to the enterprise (走访).
type Visit struct {
	On   calendar.Date `json:"on"`
	By   string        `json:"by"`
	Text string        `json:"text"`
}

// Instruction is what a dispatch asked for (交办事项).
type Instruction struct {
	ID     string `json:"id"`
	Sheet  string `json:"sheet"` // the dispatch sheet
	Text   string `json:"text"`
	Duty   Duty   `json:"duty"`
	Answer string `json:"answer,omitempty"`
	By     string `json:"by,omitempty"`
}

// Ask is a request that the centre's leader decides.
type Ask struct {
	ID        string        `json:"id"`
	Kind      AskKind       `json:"kind"`
	Milestone string        `json:"milestone,omitempty"`
	On        calendar.Date `json:"on,omitzero"` // the day asked for
	Unit      Unit          `json:"unit,omitzero"`
	CadreID   string        `json:"cadre_id,omitempty"`
	CadreName string        `json:"cadre_name,omitempty"`
	Text      string        `json:"text"`
	By        org.Actor     `json:"by"`
	Duty      Duty          `json:"duty"`
}

// AskKind is what is asked for.
type AskKind string

// The kinds of requests.
const (
	Postpone  AskKind = "postpone"  // 节点延期
	Change    AskKind = "change"    // 调整包联单位或包联领导
	Suspend   AskKind = "suspend"   // 中止
	Terminate AskKind = "terminate" // 终止
)

// Label is the kind's Chinese name.
func (k AskKind) Label() string {
	return map[AskKind]string{Postpone: "节点延期", Change: "调整包联单位或领导", Suspend: "中止", Terminate: "终止"}[k]
}

// Term is a time in charge: history keeps everybody who carried the project.
type Term struct {
	Department Unit      `json:"department"`
	CadreID    string    `json:"cadre_id,omitempty"`
	CadreName  string    `json:"cadre_name"`
	From       time.Time `json:"from"`
	Until      time.Time `json:"until,omitzero"`
}

// Span is a stretch under one light, with the rule that set it.
type Span struct {
	Light process.Light `json:"light"`
	Rule  string        `json:"rule,omitempty"`
	From  time.Time     `json:"from"`
	Until time.Time     `json:"until,omitzero"`
}

// Read is a receipt (已阅).
type Read struct {
	UserID string    `json:"user_id"`
	Name   string    `json:"name"`
	At     time.Time `json:"at"`
}

// State is everything that the rules need to know of one liaison. It is bounded: a
// week leaves a line, and texts stay in the stream.
type State struct {
	Assignment
	Rules        Rules         `json:"rules"`
	Template     string        `json:"template"` // id and version
	City         string        `json:"city"`     // unit of the city's leaders
	Stage        Stage         `json:"stage"`
	AssignedAt   time.Time     `json:"assigned_at"`
	Acknowledged Duty          `json:"acknowledged"`
	AckedBy      string        `json:"acked_by,omitempty"`
	Milestones   []Milestone   `json:"milestones"`
	Weeks        []Week        `json:"weeks,omitempty"` // oldest first; at most two are open
	Visits       []Visit       `json:"visits,omitempty"`
	Problems     []Problem     `json:"problems,omitempty"`
	Instructions []Instruction `json:"instructions,omitempty"`
	Asks         []Ask         `json:"asks,omitempty"` // open ones
	Terms        []Term        `json:"terms"`
	Light        process.Light `json:"light"`
	Lights       []Span        `json:"lights"`
	SuspendedAt  time.Time     `json:"suspended_at,omitzero"`
	Why          string        `json:"why,omitempty"` // of suspension or end
	Copies       []Unit        `json:"copies,omitempty"`
	Reads        []Read        `json:"reads,omitempty"`
	Counter      int           `json:"counter"` // numbers problems and requests
	EndedAt      time.Time     `json:"ended_at,omitzero"`
}

// Started reports whether there is a liaison at all.
func (s State) Started() bool { return s.Stage != "" }

// Ended reports whether nothing can happen any more: it is over, and whoever has to
// know of it knows.
func (s State) Ended() bool { return s.Stage.Over() && len(Effects(s)) == 0 }

// centreUnit is whose business liaisons are in the end.
const centreUnit = "centre"

var (
	centreRoles = []org.Role{org.CentreOperator, org.CentreLeader}
	unitRoles   = []org.Role{org.DepartmentHandler, org.DepartmentLeader, org.CountyOperator}
)

// carries reports whether somebody acts for the department in charge.
func (s State) carries(a org.Actor) bool { return a.UnitID == s.DepartmentID && a.Has(unitRoles...) }

// hosts reports whether somebody acts for the county.
func (s State) hosts(a org.Actor) bool { return a.UnitID == s.CountyID && a.Has(unitRoles...) }

func owns(p Problem, a org.Actor) bool {
	switch p.Level {
	case AtCentre:
		return a.Has(centreRoles...)
	case AtCity:
		return a.Has(org.CityLeader) || a.Has(centreRoles...)
	}
	return a.UnitID == p.Owner.ID && (a.Has(unitRoles...) || a.Has(centreRoles...))
}

// takesPart reports whether somebody has any business with the liaison.
func (s State) takesPart(a org.Actor) bool {
	return s.carries(a) || s.hosts(a) || a.Has(centreRoles...) || a.Has(org.CityLeader) ||
		slices.ContainsFunc(s.Problems, func(p Problem) bool { return owns(p, a) })
}

func (s State) milestone(id string) *Milestone {
	return find(s.Milestones, func(m Milestone) bool { return m.ID == id })
}

func (s State) week(id string) *Week { return find(s.Weeks, func(w Week) bool { return w.Week == id }) }

func (s State) problem(id string) *Problem {
	return find(s.Problems, func(p Problem) bool { return p.ID == id })
}

func (s State) instruction(id string) *Instruction {
	return find(s.Instructions, func(x Instruction) bool { return x.ID == id })
}

func (s State) ask(id string) *Ask { return find(s.Asks, func(x Ask) bool { return x.ID == id }) }

func find[T any](list []T, is func(T) bool) *T {
	if i := slices.IndexFunc(list, is); i >= 0 {
		return &list[i]
	}
	return nil
}

// clone copies what evolve changes in place, so that an older state stays as it was.
func (s State) clone() State {
	s.Milestones, s.Weeks, s.Problems = slices.Clone(s.Milestones), slices.Clone(s.Weeks), slices.Clone(s.Problems)
	s.Instructions, s.Asks, s.Terms = slices.Clone(s.Instructions), slices.Clone(s.Asks), slices.Clone(s.Terms)
	s.Lights = slices.Clone(s.Lights)
	return s
}

// Readers lists the units that may see the liaison: whoever carries or carried it, the
// county, the centre, owners of problems, and who got a copy.
func (s State) Readers() []process.Reader {
	units := []string{centreUnit, s.CountyID}
	for _, t := range s.Terms {
		units = append(units, t.Department.ID)
	}
	for _, p := range s.Problems {
		units = append(units, p.Owner.ID)
	}
	slices.Sort(units)
	var out []process.Reader
	for _, u := range slices.Compact(units) {
		if u != "" {
			out = append(out, process.Reader{UnitID: u})
		}
	}
	for _, u := range s.Copies {
		if !slices.Contains(units, u.ID) {
			out = append(out, process.Reader{UnitID: u.ID, Copy: true})
		}
	}
	return out
}
