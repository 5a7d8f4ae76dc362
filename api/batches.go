package api

import (
	"bytes"
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"luodi/internal/app"
	"luodi/internal/batch"
	"luodi/internal/calendar"
	"luodi/internal/liaison"
	"luodi/internal/process"
)

// Batch is a liaison list (包联清单) as the API shows it.
type Batch struct {
	app.BatchRow
	Version   int64            `json:"version" doc:"number of the last event"`
	Remark    string           `json:"remark,omitempty"`
	From      calendar.Date    `json:"from" doc:"clocks and weekly reports count from this day"`
	Returned  string           `json:"returned,omitempty" doc:"why it was last sent back"`
	FilledBy  *Person          `json:"filled_by,omitempty" doc:"who last set the rows"`
	CheckedBy *Person          `json:"checked_by,omitempty"`
	CheckedAt time.Time        `json:"checked_at,omitzero"`
	Publisher *Person          `json:"published_by,omitempty"`
	Why       string           `json:"why,omitempty" doc:"of the cancellation"`
	Digest    string           `json:"digest,omitempty" doc:"SHA-256 of the rows: what was checked is what is published"`
	Editable  bool             `json:"editable" doc:"the caller may set the rows now"`
	Rows      []BatchListRow   `json:"rows" doc:"those that the caller sees"`
	Types     []BatchType      `json:"types" doc:"of projects, with their milestones"`
	Actions   []process.Action `json:"actions" doc:"as /actions says for the caller"`
	Timeline  []TimelineItem   `json:"timeline"`
}

// BatchListRow is a line of a list with the liaison that it became.
type BatchListRow struct {
	ID             string         `json:"id"`
	ProjectID      string         `json:"project_id"`
	ProjectName    string         `json:"project_name"`
	CountyID       string         `json:"county_id"`
	CountyName     string         `json:"county_name"`
	ProjectType    string         `json:"project_type"`
	Role           liaison.Role   `json:"role" enum:"lead,support"`
	RoleLabel      string         `json:"role_label"`
	DepartmentID   string         `json:"department_id"`
	DepartmentName string         `json:"department_name"`
	CadreID        string         `json:"cadre_id,omitempty"`
	CadreName      string         `json:"cadre_name"`
	Team           string         `json:"team,omitempty"`
	Milestones     []BatchPlanned `json:"milestones" doc:"planned days that differ from the template's"`
	LiaisonID      string         `json:"liaison_id,omitempty" doc:"once it runs"`
	Stage          liaison.Stage  `json:"stage,omitempty"`
	StageLabel     string         `json:"stage_label,omitempty"`
	Light          process.Light  `json:"light,omitempty"`
}

// BatchPlanned is a milestone's planned day.
type BatchPlanned struct {
	ID string        `json:"id"`
	On calendar.Date `json:"on"`
}

// BatchType is a type of project.
type BatchType struct {
	ID         string           `json:"id"`
	Title      string           `json:"title"`
	Milestones []BatchMilestone `json:"milestones"`
}

// BatchMilestone is a milestone of a type.
type BatchMilestone struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Days  int    `json:"days" doc:"working days after the first day, unless planned otherwise"`
}

func (s *Server) batchRoutes(a huma.API) {
	t := tagged("liaison-lists 包联清单")
	const path = "/api/v1/liaison-lists"
	huma.Register(a, op(http.MethodGet, path, "list-liaison-lists", "Liaison lists that the caller may see, the latest first", t), s.listBatches)
	huma.Register(a, op(http.MethodPost, path, "create-liaison-list", "Draft an empty list", t, created), s.createBatch)
	huma.Register(a, op(http.MethodGet, path+"/template.xlsx", "download-liaison-list-template", "An empty list to fill in", t, sheetAnswer), s.batchTemplate)
	huma.Register(a, op(http.MethodGet, path+"/{id}", "get-liaison-list", "One list with the rows that the caller sees, what the caller may do and its timeline", t), s.getBatch)
	huma.Register(a, op(http.MethodPut, path+"/{id}/rows", "set-liaison-list-rows", "Replace all rows of a draft: all of them or, with everything that is wrong, none", t), s.setBatchRows)
	huma.Register(a, op(http.MethodPost, path+"/{id}/import", "import-liaison-list", "Replace all rows of a draft by those of a workbook; every problem comes with its cell", t, sheetSize), s.importBatch)
	huma.Register(a, op(http.MethodGet, path+"/{id}/list.xlsx", "export-liaison-list", "The rows that the caller sees as a workbook, with how each liaison stands", t, sheetAnswer), s.exportBatch)
	huma.Register(a, op(http.MethodGet, path+"/{id}/actions", "list-liaison-list-actions", "What the caller may do now, with the JSON Schema of each body and the reason where it is not allowed", t), s.batchActions)
	huma.Register(a, op(http.MethodPost, path+"/{id}/actions/{action}", "act-on-liaison-list", "Do one of the actions", t), s.actOnBatch)
	sheetRequest(a.OpenAPI().Paths[path+"/{id}/import"].Post)
	// huma takes a raw body for a required one; some actions need nothing said.
	a.OpenAPI().Paths[path+"/{id}/actions/{action}"].Post.RequestBody.Required = false
}

// BatchID is the path parameter of one list.
type BatchID struct {
	ID string `path:"id" maxLength:"64"`
}

type listBatchesInput struct {
	Paged
	Year  int    `query:"year" minimum:"1990" maximum:"2999"`
	Stage string `query:"stage" enum:"draft,checked,publishing,published,cancelled"`
}

func (s *Server) listBatches(ctx context.Context, in *listBatchesInput) (*body[List[app.BatchRow]], error) {
	rows, next, err := s.Batches.List(ctx, actorOf(ctx), app.BatchFilter{Year: in.Year, Stage: batch.Stage(in.Stage)}, in.page())
	return answer(ctx, page(rows, next), err)
}

func (s *Server) createBatch(ctx context.Context, in *struct {
	Keyed
	Body app.ListDraft
}) (*receiptOutput, error) {
	r, err := s.Batches.Create(ctx, actorOf(ctx), in.Key, in.Body)
	if err != nil {
		return nil, fail(ctx, err)
	}
	return &receiptOutput{Location: "/api/v1/liaison-lists/" + r.ID, Body: r}, nil
}

func (s *Server) batchTemplate(ctx context.Context, _ *struct{}) (*sheetOutput, error) {
	return attachment(ctx, "包联清单模板.xlsx", func(b *bytes.Buffer) error { return s.Batches.Blank(b) })
}

func (s *Server) getBatch(ctx context.Context, in *BatchID) (*body[Batch], error) {
	actor := actorOf(ctx)
	v, err := s.Batches.Get(ctx, actor, in.ID)
	if err != nil {
		return nil, fail(ctx, err)
	}
	rows, err := s.Batches.Rows(ctx, actor, v.State)
	if err != nil {
		return nil, fail(ctx, err)
	}
	x := v.State
	out := Batch{
		BatchRow: app.BatchRowFor(x), Version: v.Row.Head, Remark: x.Remark, From: x.From, Returned: x.Returned, CheckedBy: person(x.CheckedBy),
		CheckedAt: x.CheckedAt, Publisher: person(x.PublishedBy), Why: x.Why, Editable: x.Stage == batch.Draft && batch.MayDraft(actor),
		Rows: each(rows, batchListRow), Actions: batch.Actions(x, actor, s.Now()), Timeline: timeline(v.Events),
		Types: each(s.Batches.Template.Types, func(t liaison.Type) BatchType {
			return BatchType{ID: t.ID, Title: t.Title, Milestones: each(t.Milestones, func(m liaison.MilestoneRule) BatchMilestone {
				return BatchMilestone{ID: m.ID, Title: m.Title, Days: m.Days}
			})}
		}),
	}
	if x.Rows != nil {
		out.FilledBy, out.Digest = person(x.Rows.By), x.Rows.Digest
	}
	return answer(ctx, out, nil)
}

func batchListRow(r app.ListRow) BatchListRow {
	out := BatchListRow{
		ID: r.ID, ProjectID: r.ProjectID, ProjectName: r.ProjectName, CountyID: r.CountyID, CountyName: r.CountyName, ProjectType: r.ProjectType,
		Role: r.Role, RoleLabel: r.Role.Label(), DepartmentID: r.DepartmentID, DepartmentName: r.DepartmentName, CadreID: r.CadreID,
		CadreName: r.CadreName, Team: r.Team, Milestones: each(r.Milestones, func(p liaison.Planned) BatchPlanned { return BatchPlanned(p) }),
	}
	if l := r.Liaison; l != nil {
		out.LiaisonID, out.Stage, out.StageLabel, out.Light = l.ID, l.Stage, l.Stage.Label(), l.Light
	}
	return out
}

func (s *Server) setBatchRows(ctx context.Context, in *struct {
	Keyed
	BatchID
	Body struct {
		Version int64         `json:"version" minimum:"0" doc:"of the list as it was seen"`
		Rows    []batch.Entry `json:"rows" maxItems:"1000"`
	}
}) (*body[process.Receipt], error) {
	r, err := s.Batches.SetRows(ctx, actorOf(ctx), in.ID, in.Key, in.Body.Version, in.Body.Rows)
	return answer(ctx, r, err)
}

func (s *Server) importBatch(ctx context.Context, in *struct {
	Keyed
	BatchID
	Upload
}) (*body[process.Receipt], error) {
	r, err := s.Batches.Import(ctx, actorOf(ctx), in.ID, in.Key, in.data)
	return answer(ctx, r, err)
}

func (s *Server) exportBatch(ctx context.Context, in *BatchID) (*sheetOutput, error) {
	var b bytes.Buffer
	state, err := s.Batches.Export(ctx, actorOf(ctx), in.ID, &b)
	if err != nil {
		return nil, fail(ctx, err)
	}
	return attachment(ctx, state.Name()+"包联清单.xlsx", func(out *bytes.Buffer) error {
		_, err := b.WriteTo(out)
		return err
	})
}

func (s *Server) batchActions(ctx context.Context, in *BatchID) (*body[actionList], error) {
	actions, err := s.Batches.Actions(ctx, actorOf(ctx), in.ID)
	return answer(ctx, actionList{Actions: actions}, err)
}

type actOnBatchInput struct {
	Keyed
	BatchID
	Action  string         `path:"action" maxLength:"64"`
	Body    map[string]any `required:"false" doc:"as the action's schema in /actions says"`
	RawBody []byte
}

func (s *Server) actOnBatch(ctx context.Context, in *actOnBatchInput) (*body[process.Receipt], error) {
	r, err := s.Batches.Act(ctx, actorOf(ctx), in.ID, in.Action, in.Key, in.RawBody)
	return answer(ctx, r, err)
}
