package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"luodi/internal/app"
	"luodi/internal/calendar"
	"luodi/internal/liaison"
	"luodi/internal/process"
	"luodi/internal/project"
)

// LiaisonList is a page of liaisons with the number of open ones under each light.
type LiaisonList struct {
	Items  []app.LiaisonRow  `json:"items"`
	Counts app.LiaisonCounts `json:"counts" doc:"of all that the filter leaves, whatever light it asks for"`
	Next   string            `json:"next_cursor,omitempty" doc:"absent on the last page"`
}

// Liaison is a liaison (包联任务) as the API shows it. Light is the one on record: it
// changes by a step in the timeline, never by the passing of time alone.
type Liaison struct {
	ID             string               `json:"id"`
	Version        int64                `json:"version" doc:"number of the last event"`
	ListID         string               `json:"list_id"`
	Year           int                  `json:"year"`
	Batch          int                  `json:"batch"`
	ProjectID      string               `json:"project_id"`
	ProjectName    string               `json:"project_name"`
	ProjectType    string               `json:"project_type"`
	CountyID       string               `json:"county_id"`
	DepartmentID   string               `json:"department_id"`
	DepartmentName string               `json:"department_name"`
	CadreID        string               `json:"cadre_id,omitempty"`
	CadreName      string               `json:"cadre_name"`
	Team           string               `json:"team,omitempty"`
	Role           liaison.Role         `json:"role" enum:"lead,support"`
	RoleLabel      string               `json:"role_label"`
	Stage          liaison.Stage        `json:"stage" enum:"assigned,active,suspended,producing,terminated,handed_over"`
	StageLabel     string               `json:"stage_label"`
	Light          process.Light        `json:"light" enum:"green,yellow,red"`
	LightSince     time.Time            `json:"light_since"`
	Causes         []LiaisonCause       `json:"causes" doc:"why the light isn't green, the worst first"`
	Template       string               `json:"template"`
	From           calendar.Date        `json:"from" doc:"first day that clocks and reports count from"`
	AssignedAt     time.Time            `json:"assigned_at"`
	Acknowledged   LiaisonDuty          `json:"acknowledged"`
	AckedBy        string               `json:"acked_by,omitempty"`
	Milestones     []LiaisonMilestone   `json:"milestones"`
	Weeks          []LiaisonWeek        `json:"weeks" doc:"oldest first"`
	Problems       []LiaisonProblem     `json:"problems"`
	Visits         []LiaisonVisit       `json:"visits"`
	Instructions   []LiaisonInstruction `json:"instructions"`
	Asks           []LiaisonAsk         `json:"asks" doc:"open requests"`
	Terms          []LiaisonTerm        `json:"terms" doc:"who was in charge, the first first"`
	Lights         []LiaisonSpan        `json:"lights" doc:"the stretches under each light"`
	SuspendedAt    time.Time            `json:"suspended_at,omitzero"`
	Why            string               `json:"why,omitempty" doc:"of suspension or end"`
	EndedAt        time.Time            `json:"ended_at,omitzero"`
	Copies         []string             `json:"copies" doc:"names of the units that got a copy"`
	Reads          []ReadReceipt        `json:"reads"`
	Illustrative   bool                 `json:"illustrative,omitempty"`
	Actions        []process.Action     `json:"actions" doc:"as /actions says for the caller"`
	Timeline       []TimelineItem       `json:"timeline"`
}

// LiaisonDuty is what somebody owes by a time.
type LiaisonDuty struct {
	Status      string        `json:"status" enum:"waiting,open,done,late,missed,void" doc:"waiting: not owed yet; late: done after it was due; void: owed no more"`
	Light       process.Light `json:"light" enum:"green,yellow,red"`
	Due         time.Time     `json:"due,omitzero"`
	DoneAt      time.Time     `json:"done_at,omitzero"`
	Provisional bool          `json:"provisional" doc:"counted over a year without a holiday notice"`
	Urged       int           `json:"urged,omitempty" doc:"how often it was urged 催办"`
}

// LiaisonCause is one reason for a light that isn't green.
type LiaisonCause struct {
	Light process.Light `json:"light" enum:"yellow,red"`
	Rule  string        `json:"rule"`
}

// LiaisonFile is a piece of evidence; /api/v1/attachments gives it out.
type LiaisonFile struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Size int64  `json:"size" doc:"bytes"`
}

// LiaisonMilestone is a step on the way to production.
type LiaisonMilestone struct {
	ID      string          `json:"id"`
	Title   string          `json:"title"`
	Stage   project.Stage   `json:"stage,omitempty" doc:"of the registry, that it means"`
	Planned calendar.Date   `json:"planned"`
	Earlier []calendar.Date `json:"earlier" doc:"days planned before postponements, oldest first"`
	Duty    LiaisonDuty     `json:"duty"`
	Actual  calendar.Date   `json:"actual,omitzero"`
	Text    string          `json:"text,omitempty"`
	Files   []LiaisonFile   `json:"files"`
	By      string          `json:"by,omitempty" doc:"who reported it"`
	Refused string          `json:"refused,omitempty" doc:"why it was last sent back"`
	Told    bool            `json:"told,omitempty" doc:"the registry knows"`
	Problem string          `json:"problem,omitempty" doc:"why the registry didn't take it"`
	Confirm *LiaisonDuty    `json:"confirm,omitempty" doc:"of the start of production, by the centre"`
}

// LiaisonWeek is one week's report (周报).
type LiaisonWeek struct {
	Week     string        `json:"week" doc:"2023-W40, ISO 8601"`
	Last     calendar.Date `json:"last" doc:"the week's last working day"`
	Duty     LiaisonDuty   `json:"duty"`
	By       string        `json:"by,omitempty"`
	Progress string        `json:"progress,omitempty" doc:"of the open and the latest only; older texts are in the timeline"`
	Returned string        `json:"returned,omitempty" doc:"why it was sent back"`
	Returns  int           `json:"returns,omitempty"`
	FirstAt  time.Time     `json:"first_at,omitzero" doc:"when it was first handed in"`
}

// LiaisonProblem is an entry of the list of problems (问题清单).
type LiaisonProblem struct {
	ID         string        `json:"id"`
	Kind       string        `json:"kind"`
	KindLabel  string        `json:"kind_label"`
	Title      string        `json:"title"`
	Text       string        `json:"text,omitempty"`
	OwnerID    string        `json:"owner_id"`
	OwnerName  string        `json:"owner_name"`
	RaisedBy   *Person       `json:"raised_by"`
	RaisedAt   time.Time     `json:"raised_at"`
	Level      liaison.Level `json:"level" enum:"unit,centre,city"`
	LevelLabel string        `json:"level_label"`
	Duty       LiaisonDuty   `json:"duty" doc:"of whoever has to see to it"`
	Solution   string        `json:"solution,omitempty"`
	SolvedBy   string        `json:"solved_by,omitempty"`
	SolvedAt   time.Time     `json:"solved_at,omitzero"`
	Confirm    *LiaisonDuty  `json:"confirm,omitempty" doc:"销号"`
	ClosedAt   time.Time     `json:"closed_at,omitzero"`
	ClosedBy   string        `json:"closed_by,omitempty"`
	Reopened   int           `json:"reopened,omitempty"`
	Note       string        `json:"note,omitempty" doc:"the latest word on it"`
	Notes      int           `json:"notes,omitempty"`
}

// LiaisonVisit is a visit to the enterprise (走访).
type LiaisonVisit struct {
	On   calendar.Date `json:"on"`
	By   string        `json:"by"`
	Text string        `json:"text"`
}

// LiaisonInstruction is what a dispatch asked for (交办事项).
type LiaisonInstruction struct {
	ID     string      `json:"id"`
	Sheet  string      `json:"sheet" doc:"the week of the dispatch sheet"`
	Text   string      `json:"text"`
	Duty   LiaisonDuty `json:"duty"`
	Answer string      `json:"answer,omitempty"`
	By     string      `json:"by,omitempty"`
}

// LiaisonAsk is a request that the centre's leader decides.
type LiaisonAsk struct {
	ID        string          `json:"id"`
	Kind      liaison.AskKind `json:"kind" enum:"postpone,change,suspend,terminate"`
	Label     string          `json:"label" doc:"what is asked for"`
	Milestone string          `json:"milestone,omitempty"`
	On        calendar.Date   `json:"on,omitzero" doc:"the day asked for"`
	Text      string          `json:"text"`
	By        *Person         `json:"by"`
	Duty      LiaisonDuty     `json:"duty"`
}

// LiaisonTerm is a time in charge.
type LiaisonTerm struct {
	DepartmentID   string    `json:"department_id"`
	DepartmentName string    `json:"department_name"`
	CadreName      string    `json:"cadre_name"`
	From           time.Time `json:"from"`
	Until          time.Time `json:"until,omitzero"`
}

// LiaisonSpan is a stretch under one light, with the rule that set it.
type LiaisonSpan struct {
	Light process.Light `json:"light" enum:"green,yellow,red"`
	Rule  string        `json:"rule,omitempty"`
	From  time.Time     `json:"from"`
	Until time.Time     `json:"until,omitzero"`
}

func (s *Server) liaisonRoutes(a huma.API) {
	t := tagged("liaisons 包联任务")
	const path = "/api/v1/liaisons"
	huma.Register(a, op(http.MethodGet, path, "list-liaisons", "Liaisons that the caller may see: the red before the yellow before the green, then by what is due next", t), s.listLiaisons)
	huma.Register(a, op(http.MethodGet, path+"/{id}", "get-liaison", "One liaison with what the caller may do and its timeline", t), s.getLiaison)
	huma.Register(a, op(http.MethodGet, path+"/{id}/actions", "list-liaison-actions", "What the caller may do now, with the JSON Schema of each body and the reason where it is not allowed", t), s.liaisonActions)
	huma.Register(a, op(http.MethodPost, path+"/{id}/actions/{action}", "act-on-liaison", "Do one of the actions", t), s.actOnLiaison)
	// huma takes a raw body for a required one; some actions need nothing said.
	a.OpenAPI().Paths[path+"/{id}/actions/{action}"].Post.RequestBody.Required = false
}

type listLiaisonsInput struct {
	Paged
	Query        string `query:"q" maxLength:"100" doc:"part of the project's or the cadre's name"`
	Light        string `query:"light" enum:"green,yellow,red"`
	Stage        string `query:"stage" enum:"assigned,active,suspended,producing,terminated,handed_over"`
	Open         string `query:"open" enum:"true,false" doc:"only those that go on, or only those that are over"`
	Mine         string `query:"mine" enum:"true,false" doc:"true: only what the caller's unit or the caller carries"`
	DepartmentID string `query:"department_id" maxLength:"64"`
	CountyID     string `query:"county_id" maxLength:"64"`
	ProjectID    string `query:"project_id" maxLength:"64"`
	ListID       string `query:"list_id" maxLength:"64"`
	Year         int    `query:"year" minimum:"1990" maximum:"2999"`
	Batch        int    `query:"batch" minimum:"1" maximum:"999"`
}

func (s *Server) listLiaisons(ctx context.Context, in *listLiaisonsInput) (*body[LiaisonList], error) {
	actor := actorOf(ctx)
	f := app.LiaisonFilter{
		Query: in.Query, Light: process.Light(in.Light), Stage: liaison.Stage(in.Stage), Open: optionalBool(in.Open), DepartmentID: in.DepartmentID,
		CountyID: in.CountyID, ProjectID: in.ProjectID, ListID: in.ListID, Year: in.Year, Batch: in.Batch,
	}
	if in.Mine == "true" {
		f.CarrierUnit, f.CarrierUser = actor.UnitID, actor.UserID
	}
	rows, next, err := s.Liaisons.List(ctx, actor, f, in.page())
	if err != nil {
		return nil, fail(ctx, err)
	}
	counts, err := s.Liaisons.Counts(ctx, actor, f)
	return answer(ctx, LiaisonList{Items: rows, Counts: counts, Next: next}, err)
}

// LiaisonID is the path parameter of one liaison.
type LiaisonID struct {
	ID string `path:"id" maxLength:"64"`
}

func (s *Server) getLiaison(ctx context.Context, in *LiaisonID) (*body[Liaison], error) {
	actor := actorOf(ctx)
	v, err := s.Liaisons.Get(ctx, actor, in.ID)
	if err != nil {
		return nil, fail(ctx, err)
	}
	out := liaisonOf(v)
	out.Actions = liaison.Actions(v.State, actor, s.Now())
	return answer(ctx, out, nil)
}

func (s *Server) liaisonActions(ctx context.Context, in *LiaisonID) (*body[actionList], error) {
	actions, err := s.Liaisons.Actions(ctx, actorOf(ctx), in.ID)
	return answer(ctx, actionList{Actions: actions}, err)
}

type actOnLiaisonInput struct {
	Keyed
	LiaisonID
	Action  string         `path:"action" maxLength:"64"`
	Body    map[string]any `required:"false" doc:"as the action's schema in /actions says"`
	RawBody []byte
}

func (s *Server) actOnLiaison(ctx context.Context, in *actOnLiaisonInput) (*body[process.Receipt], error) {
	r, err := s.Liaisons.Act(ctx, actorOf(ctx), in.ID, in.Action, in.Key, in.RawBody)
	return answer(ctx, r, err)
}

func liaisonOf(v app.View[liaison.State]) Liaison {
	s := v.State
	row := app.LiaisonRowFor(s)
	out := Liaison{
		ID: s.ID, Version: v.Row.Head, ListID: s.ListID, Year: s.Year, Batch: s.Batch, ProjectID: s.ProjectID, ProjectName: s.ProjectName,
		ProjectType: s.ProjectType, CountyID: s.CountyID, DepartmentID: s.DepartmentID, DepartmentName: s.DepartmentName, CadreID: s.CadreID,
		CadreName: s.CadreName, Team: s.Team, Role: s.Role, RoleLabel: s.Role.Label(), Stage: s.Stage, StageLabel: s.Stage.Label(), Light: s.Light,
		LightSince: row.LightSince, Template: s.Template, From: s.From, AssignedAt: s.AssignedAt, Acknowledged: dutyOf(s.Acknowledged), AckedBy: s.AckedBy,
		SuspendedAt: s.SuspendedAt, Why: s.Why, EndedAt: s.EndedAt, Illustrative: s.Illustrative, Timeline: timeline(v.Events),
		Causes:     each(s.Causes(), func(c liaison.Cause) LiaisonCause { return LiaisonCause{Light: c.Light, Rule: c.Rule} }),
		Milestones: each(s.Milestones, milestoneOf), Weeks: each(s.Weeks, weekOf), Problems: each(s.Problems, liaisonProblemOf),
		Visits: each(s.Visits, func(x liaison.Visit) LiaisonVisit { return LiaisonVisit(x) }),
		Instructions: each(s.Instructions, func(x liaison.Instruction) LiaisonInstruction {
			return LiaisonInstruction{ID: x.ID, Sheet: x.Sheet, Text: x.Text, Duty: dutyOf(x.Duty), Answer: x.Answer, By: x.By}
		}),
		Asks: each(s.Asks, func(x liaison.Ask) LiaisonAsk {
			return LiaisonAsk{ID: x.ID, Kind: x.Kind, Label: x.Kind.Label(), Milestone: x.Milestone, On: x.On, Text: x.Text, By: person(x.By), Duty: dutyOf(x.Duty)}
		}),
		Terms: each(s.Terms, func(x liaison.Term) LiaisonTerm {
			return LiaisonTerm{DepartmentID: x.Department.ID, DepartmentName: x.Department.Name, CadreName: x.CadreName, From: x.From, Until: x.Until}
		}),
		Lights: each(s.Lights, func(x liaison.Span) LiaisonSpan { return LiaisonSpan(x) }),
		Copies: each(s.Copies, func(x liaison.Unit) string { return x.Name }),
		Reads:  each(s.Reads, func(x liaison.Read) ReadReceipt { return ReadReceipt{Person: Person{Name: x.Name}, At: x.At} }),
	}
	return out
}

// each shows every item of a list; none is an empty list, never null.
func each[A, B any](list []A, show func(A) B) []B {
	out := make([]B, len(list))
	for i, x := range list {
		out[i] = show(x)
	}
	return out
}

func dutyOf(d liaison.Duty) LiaisonDuty {
	out := LiaisonDuty{Status: liaison.StatusOpen, Light: d.Light, Due: d.Clock.Due, DoneAt: d.DoneAt, Provisional: d.Clock.Provisional, Urged: d.Urges}
	switch {
	case d.OpenedAt.IsZero():
		out.Status, out.Light = "waiting", process.Green
	case d.Late():
		out.Status = liaison.StatusLate
	case !d.DoneAt.IsZero():
		out.Status = liaison.StatusDone
	case d.Void:
		out.Status = liaison.StatusVoid
	}
	return out
}

// maybeDuty is nil for what nobody owes or owed.
func maybeDuty(d liaison.Duty) *LiaisonDuty {
	if d.OpenedAt.IsZero() {
		return nil
	}
	out := dutyOf(d)
	return &out
}

func milestoneOf(m liaison.Milestone) LiaisonMilestone {
	return LiaisonMilestone{
		ID: m.ID, Title: m.Title, Stage: m.Stage, Planned: m.Planned, Earlier: append([]calendar.Date{}, m.Earlier...), Duty: dutyOf(m.Duty),
		Actual: m.Actual, Text: m.Text, Files: each(m.Files, func(f liaison.File) LiaisonFile { return LiaisonFile(f) }), By: m.By,
		Refused: m.Refused, Told: m.Told, Problem: m.Problem, Confirm: maybeDuty(m.Confirm),
	}
}

func weekOf(w liaison.Week) LiaisonWeek {
	out := LiaisonWeek{
		Week: w.Week, Last: w.Last, Duty: dutyOf(w.Duty), By: w.By, Progress: w.Progress, Returned: w.Returned, Returns: w.Returns, FirstAt: w.FirstAt,
	}
	if w.Missed {
		out.Duty.Status = liaison.StatusMissed
	}
	return out
}

func liaisonProblemOf(p liaison.Problem) LiaisonProblem {
	return LiaisonProblem{
		ID: p.ID, Kind: p.Kind, KindLabel: liaison.KindLabel(p.Kind), Title: p.Title, Text: p.Text, OwnerID: p.Owner.ID, OwnerName: p.Owner.Name,
		RaisedBy: person(p.RaisedBy), RaisedAt: p.RaisedAt, Level: p.Level, LevelLabel: p.Level.Label(), Duty: dutyOf(p.Duty),
		Solution: p.Solution, SolvedBy: p.SolvedBy, SolvedAt: p.SolvedAt, Confirm: maybeDuty(p.Confirm), ClosedAt: p.ClosedAt, ClosedBy: p.ClosedBy,
		Reopened: p.Reopened, Note: p.Note, Notes: p.Notes,
	}
}
