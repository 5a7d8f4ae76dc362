package api

import (
	"bytes"
	"context"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"luodi/internal/app"
	"luodi/internal/calendar"
	"luodi/internal/dispatch"
	"luodi/internal/dispatch/paper"
	"luodi/internal/fault"
	"luodi/internal/process"
)

// Dispatch is a weekly dispatch sheet as the API shows it: what a unit doesn't see (the
// pages and the instructions of others) is left out.
type Dispatch struct {
	ID           string                `json:"id" doc:"the week, such as 2023-W40"`
	Version      int64                 `json:"version" doc:"number of the last event"`
	Title        string                `json:"title"`
	From         time.Time             `json:"from" doc:"first moment that the sheet is about"`
	Until        time.Time             `json:"until" doc:"not included; everything is as it stood then"`
	DueAt        time.Time             `json:"due_at" doc:"when it was to be made"`
	OpenedAt     time.Time             `json:"opened_at" doc:"when it was made"`
	Belated      bool                  `json:"belated" doc:"made on a later day than it was due (补制)"`
	Automatic    bool                  `json:"automatic" doc:"made by the schedule"`
	Stage        dispatch.Stage        `json:"stage" enum:"compiling,draft,issued,closed"`
	StageLabel   string                `json:"stage_label"`
	Light        process.Light         `json:"light" enum:"green,yellow,red" doc:"the worst of the running instructions"`
	CompiledAt   time.Time             `json:"compiled_at,omitzero"`
	Digest       string                `json:"digest,omitempty" doc:"SHA-256 of the frozen content"`
	IssuedAt     time.Time             `json:"issued_at,omitzero"`
	IssuedBy     *Person               `json:"issued_by,omitempty"`
	ClosedAt     time.Time             `json:"closed_at,omitzero"`
	Instructions []DispatchInstruction `json:"instructions"`
	Whole        bool                  `json:"whole" doc:"the caller sees every unit's page"`
	Content      *DispatchContent      `json:"content,omitempty" doc:"absent while the sheet is compiled for the first time"`
	Read         bool                  `json:"read" doc:"the caller has read it (已阅)"`
	Reads        []DispatchRead        `json:"reads" doc:"for those who see the whole"`
	Actions      []process.Action      `json:"actions" doc:"as /actions says for the caller"`
	Timeline     []TimelineItem        `json:"timeline"`
}

// DispatchInstruction is one 交办事项.
type DispatchInstruction struct {
	ID          string          `json:"id"`
	Text        string          `json:"text"`
	UnitID      string          `json:"unit_id"`
	UnitName    string          `json:"unit_name"`
	LiaisonID   string          `json:"liaison_id,omitempty" doc:"it was handed to this liaison"`
	Direct      bool            `json:"direct" doc:"the unit answers here, and not in a liaison"`
	Refusal     string          `json:"refusal,omitempty" doc:"why the liaison did not take it"`
	ProjectID   string          `json:"project_id,omitempty"`
	ProjectName string          `json:"project_name,omitempty"`
	CadreID     string          `json:"cadre_id,omitempty"`
	CadreName   string          `json:"cadre_name,omitempty"`
	On          calendar.Date   `json:"on" doc:"the day that was set"`
	Due         time.Time       `json:"due,omitzero" doc:"end of that day, once issued"`
	Status      dispatch.Status `json:"status" enum:"planned,open,answered,done"`
	StatusLabel string          `json:"status_label"`
	Light       process.Light   `json:"light,omitempty" enum:"green,yellow,red"`
	Round       int             `json:"round" doc:"1 when issued, one more whenever it was sent back"`
	Urged       int             `json:"urged"`
	Answer      string          `json:"answer,omitempty"`
	AnsweredBy  string          `json:"answered_by,omitempty"`
	AnsweredAt  time.Time       `json:"answered_at,omitzero"`
	InTime      bool            `json:"in_time" doc:"answered by its deadline"`
	Files       []DispatchFile  `json:"files"`
	Returned    string          `json:"returned,omitempty" doc:"why it was sent back"`
	DoneAt      time.Time       `json:"done_at,omitzero"`
	DoneBy      string          `json:"done_by,omitempty"`
	Remark      string          `json:"remark,omitempty" doc:"of whoever struck it off"`
}

// DispatchContent is what the sheet says, as far as the caller sees it.
type DispatchContent struct {
	MadeAt      time.Time            `json:"made_at"`
	City        DispatchTotals       `json:"city"`
	ReportRate  string               `json:"report_rate" doc:"of the city, such as 96.5%; — when no report was due"`
	AgeLabels   []string             `json:"age_labels" doc:"of the bands of problems_by_age"`
	Counties    []DispatchUnitTotals `json:"counties" doc:"add up to the city for who sees the whole"`
	Departments []DispatchUnitTotals `json:"departments" doc:"likewise"`
	Page        DispatchPage         `json:"page" doc:"of ?unit=, or the widest that the caller sees"`
}

// DispatchPage is the whole, or a unit's part of it.
type DispatchPage struct {
	UnitID     string                 `json:"unit_id,omitempty" doc:"absent for the whole"`
	UnitName   string                 `json:"unit_name"`
	ReportRate string                 `json:"report_rate"`
	Totals     DispatchTotals         `json:"totals"`
	Moved      []dispatch.Moved       `json:"moved"`
	Late       []dispatch.Late        `json:"late"`
	Lights     []dispatch.LightChange `json:"lights"`
	Red        []dispatch.Red         `json:"red"`
	Problems   []dispatch.Problem     `json:"problems"`
	Standing   []dispatch.Standing    `json:"standing" doc:"instructions of earlier sheets that were not done"`
}

// DispatchUnitTotals are a unit's figures; those of the unit without an id are of
// projects that nobody carries.
type DispatchUnitTotals struct {
	UnitID     string         `json:"unit_id,omitempty"`
	UnitName   string         `json:"unit_name"`
	ReportRate string         `json:"report_rate"`
	Totals     DispatchTotals `json:"totals"`
}

// DispatchRead is a receipt (已阅).
type DispatchRead struct {
	Name string    `json:"name"`
	At   time.Time `json:"at"`
}

// DispatchFile is an attachment of an answer; /api/v1/attachments gives it out.
type DispatchFile struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Size int64  `json:"size" doc:"bytes"`
}

// The content's own types, under names of their own in the description.
type (
	// DispatchTotals are figures.
	DispatchTotals dispatch.Totals
	// DispatchMoved is what moved.
	DispatchMoved dispatch.Moved
	// DispatchLate is what was late.
	DispatchLate dispatch.Late
	// DispatchLight is a change of light.
	DispatchLight dispatch.LightChange
	// DispatchRed is a red light.
	DispatchRed dispatch.Red
	// DispatchProblem is an open problem.
	DispatchProblem dispatch.Problem
	// DispatchStanding is an earlier instruction.
	DispatchStanding dispatch.Standing
	// DispatchUnit names a unit.
	DispatchUnit dispatch.Unit
)

// weekText is how a week looks.
type weekText struct{}

// Schema of a week.
func (weekText) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Pattern: `^[0-9]{4}-W[0-9]{2}$`, PatternDescription: "ISO 周,如 2023-W40", Examples: []any{"2023-W40"}}
}

func teachDispatch(r huma.Registry) {
	for t, alias := range map[reflect.Type]reflect.Type{
		reflect.TypeFor[dispatch.Week]():        reflect.TypeFor[weekText](),
		reflect.TypeFor[dispatch.Moved]():       reflect.TypeFor[DispatchMoved](),
		reflect.TypeFor[dispatch.Late]():        reflect.TypeFor[DispatchLate](),
		reflect.TypeFor[dispatch.LightChange](): reflect.TypeFor[DispatchLight](),
		reflect.TypeFor[dispatch.Red]():         reflect.TypeFor[DispatchRed](),
		reflect.TypeFor[dispatch.Problem]():     reflect.TypeFor[DispatchProblem](),
		reflect.TypeFor[dispatch.Standing]():    reflect.TypeFor[DispatchStanding](),
		reflect.TypeFor[dispatch.Unit]():        reflect.TypeFor[DispatchUnit](),
	} {
		r.RegisterTypeAlias(t, alias)
	}
}

func (s *Server) dispatchRoutes(a huma.API) {
	teachDispatch(a.OpenAPI().Components.Schemas)
	t := tagged("dispatches 周调度")
	const path = "/api/v1/dispatches"
	huma.Register(a, op(http.MethodGet, path, "list-dispatches", "Weekly dispatch sheets that the caller may see, the latest first", t), s.listDispatches)
	huma.Register(a, op(http.MethodPost, path, "make-dispatch", "Make the sheet of a past week; one that is there is answered as it stands", t, created), s.makeDispatch)
	huma.Register(a, op(http.MethodGet, path+"/{id}", "get-dispatch", "One sheet as far as the caller sees it, with what the caller may do and its timeline", t), s.getDispatch)
	huma.Register(a, op(http.MethodGet, path+"/{id}/sheet.xlsx", "download-dispatch-workbook", "The sheet as a workbook: totals, and a worksheet for each county and department that the caller sees", t, sheetAnswer), s.dispatchWorkbook)
	huma.Register(a, op(http.MethodGet, path+"/{id}/sheet.pdf", "download-dispatch-pdf", "The sheet, or a unit's page, as PDF", t, fileAnswer), s.dispatchPDF)
	huma.Register(a, op(http.MethodGet, path+"/{id}/sheet.docx", "download-dispatch-word", "The sheet, or a unit's page, as Word", t, fileAnswer), s.dispatchWord)
	huma.Register(a, op(http.MethodGet, path+"/{id}/actions", "list-dispatch-actions", "What the caller may do now, with the JSON Schema of each body and the reason where it is not allowed", t), s.dispatchActions)
	huma.Register(a, op(http.MethodPost, path+"/{id}/actions/{action}", "act-on-dispatch", "Do one of the actions", t), s.actOnDispatch)
	// huma takes a raw body for a required one; some actions need nothing said.
	a.OpenAPI().Paths[path+"/{id}/actions/{action}"].Post.RequestBody.Required = false
}

// DispatchID is the path parameter of one sheet.
type DispatchID struct {
	ID string `path:"id" maxLength:"64" doc:"the week, such as 2023-W40"`
}

// DispatchPageID names a page of a sheet.
type DispatchPageID struct {
	DispatchID
	Unit string `query:"unit" maxLength:"64" doc:"a county's or department's page; the widest that the caller sees when absent"`
}

type listDispatchesInput struct {
	Paged
	Year  int    `query:"year" minimum:"1990" maximum:"2999"`
	Stage string `query:"stage" enum:"compiling,draft,issued,closed"`
	Open  string `query:"open" enum:"true,false" doc:"only sheets that are not closed, or only those that are"`
}

func (s *Server) listDispatches(ctx context.Context, in *listDispatchesInput) (*body[List[app.DispatchRow]], error) {
	f := app.DispatchFilter{Year: in.Year, Stage: dispatch.Stage(in.Stage), Open: optionalBool(in.Open)}
	rows, next, err := s.Dispatches.List(ctx, actorOf(ctx), f, in.page())
	return answer(ctx, page(rows, next), err)
}

type makeDispatchInput struct {
	Keyed
	Body struct {
		Week string `json:"week" minLength:"8" maxLength:"8" doc:"ISO week, such as 2023-W40"`
	}
}

func (s *Server) makeDispatch(ctx context.Context, in *makeDispatchInput) (*receiptOutput, error) {
	r, err := s.Dispatches.Make(ctx, actorOf(ctx), in.Key, in.Body.Week)
	if err != nil {
		return nil, fail(ctx, err)
	}
	return &receiptOutput{Location: "/api/v1/dispatches/" + r.ID, Body: r}, nil
}

func (s *Server) getDispatch(ctx context.Context, in *DispatchPageID) (*body[Dispatch], error) {
	v, err := s.Dispatches.Show(ctx, actorOf(ctx), in.ID)
	if err != nil {
		return nil, fail(ctx, err)
	}
	out := dispatchOf(v, actorOf(ctx).UserID)
	out.Actions = dispatch.Actions(v.State, actorOf(ctx), s.Now())
	if v.Sheet == nil {
		return answer(ctx, out, nil)
	}
	out.Content, err = contentOf(v, in.Unit)
	return answer(ctx, out, err)
}

func (s *Server) dispatchActions(ctx context.Context, in *DispatchID) (*body[actionList], error) {
	actions, err := s.Dispatches.Actions(ctx, actorOf(ctx), in.ID)
	return answer(ctx, actionList{Actions: actions}, err)
}

type actOnDispatchInput struct {
	Keyed
	DispatchID
	Action  string         `path:"action" maxLength:"64"`
	Body    map[string]any `required:"false" doc:"as the action's schema in /actions says"`
	RawBody []byte
}

func (s *Server) actOnDispatch(ctx context.Context, in *actOnDispatchInput) (*body[process.Receipt], error) {
	r, err := s.Dispatches.Act(ctx, actorOf(ctx), in.ID, in.Action, in.Key, in.RawBody)
	return answer(ctx, r, err)
}

func (s *Server) dispatchWorkbook(ctx context.Context, in *DispatchID) (*sheetOutput, error) {
	v, data, err := s.Dispatches.Workbook(ctx, actorOf(ctx), in.ID)
	if err != nil {
		return nil, fail(ctx, err)
	}
	return attachment(ctx, v.State.Label()+".xlsx", func(b *bytes.Buffer) error {
		_, err := b.Write(data)
		return err
	})
}

func (s *Server) dispatchPDF(ctx context.Context, in *DispatchPageID) (*fileOutput, error) {
	return s.dispatchPaper(ctx, in, ".pdf", "application/pdf")
}

func (s *Server) dispatchWord(ctx context.Context, in *DispatchPageID) (*fileOutput, error) {
	return s.dispatchPaper(ctx, in, ".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document")
}

// dispatchPaper prints a page: a function of what is frozen and of the instructions.
func (s *Server) dispatchPaper(ctx context.Context, in *DispatchPageID, ext, media string) (*fileOutput, error) {
	v, err := s.Dispatches.Show(ctx, actorOf(ctx), in.ID)
	if err != nil {
		return nil, fail(ctx, err)
	}
	p, err := v.Page(in.Unit)
	if err != nil {
		return nil, fail(ctx, err)
	}
	doc := paper.Compose(v.State, *v.Sheet, p)
	render := doc.PDF
	if ext == ".docx" {
		render = doc.Word
	}
	data, err := render()
	if err != nil {
		return nil, fail(ctx, err)
	}
	return fileOf(doc.Title+ext, media, data), nil
}

// dispatchOf is a sheet without its content.
func dispatchOf(v app.DispatchView, caller string) Dispatch {
	s := v.State
	out := Dispatch{
		ID: s.ID, Version: v.Row.Head, Title: s.Label(), From: s.Window.From, Until: s.Window.Until, DueAt: s.DueAt, OpenedAt: s.OpenedAt,
		Belated: s.Belated(), Automatic: s.OpenedBy.System, Stage: s.Stage, StageLabel: s.Stage.Label(), Light: s.Light(),
		IssuedAt: s.IssuedAt, IssuedBy: person(s.IssuedBy), ClosedAt: s.ClosedAt, Instructions: []DispatchInstruction{}, Whole: v.Units == nil,
		Reads: []DispatchRead{}, Timeline: timeline(v.Events),
	}
	if s.Frozen != nil {
		out.CompiledAt, out.Digest = s.Frozen.At, s.Frozen.Digest
	}
	for _, x := range s.Instructions {
		if v.Shows(x.Unit.ID) {
			out.Instructions = append(out.Instructions, instructionOf(x))
		}
	}
	for _, r := range s.Reads {
		out.Read = out.Read || r.UserID == caller
		if out.Whole {
			out.Reads = append(out.Reads, DispatchRead{Name: r.Name, At: r.At})
		}
	}
	return out
}

func instructionOf(x dispatch.Instruction) DispatchInstruction {
	out := DispatchInstruction{
		ID: x.ID, Text: x.Text, UnitID: x.Unit.ID, UnitName: x.Unit.Name, LiaisonID: x.LiaisonID, Direct: x.Direct, Refusal: x.Refusal,
		ProjectID: x.ProjectID, ProjectName: x.ProjectName, CadreID: x.CadreID, CadreName: x.CadreName, On: x.Due, Due: x.Clock.Due,
		Status: x.Status, StatusLabel: x.Status.Label(), Light: x.Light, Round: x.Round, Urged: x.Urges, Answer: x.Answer, AnsweredBy: x.AnsweredBy,
		AnsweredAt: x.AnsweredAt, InTime: x.InTime(), Files: []DispatchFile{}, Returned: x.Returned, DoneAt: x.DoneAt, DoneBy: x.DoneBy, Remark: x.Remark,
	}
	for _, f := range x.Files {
		out.Files = append(out.Files, DispatchFile{ID: f.ID, Name: f.Name, Size: f.Size})
	}
	return out
}

// contentOf is the content as far as the view goes: of other units not even the totals.
func contentOf(v app.DispatchView, unit string) (*DispatchContent, error) {
	p, err := v.Page(unit)
	if err != nil && (unit != "" || !fault.HasCode(err, "page_unknown")) {
		return nil, err
	}
	// A unit that has only an instruction on the sheet has no page: it sees the city's figures.
	t := v.Sheet.City
	out := &DispatchContent{
		MadeAt: v.Sheet.MadeAt, City: DispatchTotals(t), ReportRate: t.ReportRate(), AgeLabels: dispatch.AgeLabels[:],
		Counties: unitTotals(v, v.Sheet.Counties), Departments: unitTotals(v, v.Sheet.Departments),
		Page: DispatchPage{UnitID: p.ID, UnitName: p.Name, ReportRate: p.ReportRate(), Totals: DispatchTotals(p.Totals),
			Moved: some(p.Moved), Late: some(p.Late), Lights: some(p.Lights), Red: some(p.Red), Problems: some(p.Problems), Standing: some(p.Standing)},
	}
	return out, nil
}

// some is a list that is written as one even when it is empty.
func some[T any](list []T) []T { return append([]T{}, list...) }

func unitTotals(v app.DispatchView, list []dispatch.UnitTotals) []DispatchUnitTotals {
	out := []DispatchUnitTotals{}
	for _, u := range list {
		if v.Shows(u.ID) {
			out = append(out, DispatchUnitTotals{UnitID: u.ID, UnitName: u.Name, ReportRate: u.ReportRate(), Totals: DispatchTotals(u.Totals)})
		}
	}
	return out
}
