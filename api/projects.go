package api

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"luodi/internal/app"
	"luodi/internal/calendar"
	"luodi/internal/fault"
	"luodi/internal/money"
	"luodi/internal/project"
)

const xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// ProjectView is a project as the API shows it.
type ProjectView struct {
	project.Project
	StageLabel string          `json:"stage_label"`
	Next       []project.Stage `json:"next_stages" doc:"stages that a person may give it now"`
}

func projectView(p project.Project) ProjectView {
	if p.FundsArrived == nil {
		p.FundsArrived = []project.Funds{}
	}
	p.CreatedBy.Roles = nil
	return ProjectView{Project: p, StageLabel: p.Stage.Label(), Next: append([]project.Stage{}, p.Next()...)}
}

func (s *Server) projectRoutes(a huma.API) {
	t := tagged("projects 项目库")
	huma.Register(a, op(http.MethodGet, "/api/v1/projects", "list-projects", "Projects that the caller may see", t), s.listProjects)
	huma.Register(a, op(http.MethodPost, "/api/v1/projects", "create-project", "Register a project", t, created), s.createProject)
	huma.Register(a, op(http.MethodGet, "/api/v1/projects/template", "get-project-template", "Empty sheet for an import", t, sheetAnswer), s.projectTemplate)
	huma.Register(a, op(http.MethodGet, "/api/v1/projects/export", "export-projects", "A filtered list as a sheet", t, sheetAnswer), s.exportProjects)
	huma.Register(a, op(http.MethodPost, "/api/v1/projects/import", "import-projects", "Import a sheet, all or nothing; dry_run only tells", t, sheetSize), s.importProjects)
	sheetRequest(a.OpenAPI().Paths["/api/v1/projects/import"].Post)
	huma.Register(a, op(http.MethodGet, "/api/v1/projects/{id}", "get-project", "One project", t), s.getProject)
	huma.Register(a, op(http.MethodPatch, "/api/v1/projects/{id}", "edit-project", "Change figures, reach a stage, or correct with a reason", t), s.editProject)
	huma.Register(a, op(http.MethodGet, "/api/v1/projects/{id}/timeline", "get-project-timeline", "Everything recorded about a project, oldest first", t), s.projectTimeline)
}

// ProjectFilter is shared by the list and the export.
type ProjectFilter struct {
	Query             string   `query:"q" maxLength:"100" doc:"part of name, code or investor"`
	CountyID          string   `query:"county_id" maxLength:"64"`
	Stage             string   `query:"stage" maxLength:"32"`
	Tier              []string `query:"industry_tier,explode" maxItems:"10"`
	InvestorKind      []string `query:"investor_kind,explode" maxItems:"10"`
	Industry          []string `query:"industry,explode" maxItems:"50" doc:"any of them; - for projects without one, here and below"`
	Chain             []string `query:"chain,explode" maxItems:"50"`
	Team              []string `query:"team,explode" maxItems:"50"`
	Ambassador        []string `query:"ambassador,explode" maxItems:"50"`
	Event             []string `query:"event,explode" maxItems:"50"`
	DepartmentID      string   `query:"department_id" maxLength:"64" doc:"leads its liaison; - for projects that nobody leads"`
	Year              int      `query:"year" minimum:"0" maximum:"2100" doc:"of signing"`
	LandedYear        int      `query:"landed_year" minimum:"0" maximum:"2100"`
	SignedFrom        string   `query:"signed_from" maxLength:"10" doc:"a day such as 2023-10-01, inclusive, here and below; a bound asks for a date"`
	SignedUntil       string   `query:"signed_until" maxLength:"10"`
	LandedFrom        string   `query:"landed_from" maxLength:"10"`
	LandedUntil       string   `query:"landed_until" maxLength:"10"`
	StartedFrom       string   `query:"started_from" maxLength:"10"`
	StartedUntil      string   `query:"started_until" maxLength:"10"`
	InStatisticsFrom  string   `query:"in_statistics_from" maxLength:"10"`
	InStatisticsUntil string   `query:"in_statistics_until" maxLength:"10"`
	InProductionFrom  string   `query:"in_production_from" maxLength:"10"`
	InProductionUntil string   `query:"in_production_until" maxLength:"10"`
	FundsFrom         string   `query:"funds_from" maxLength:"10" doc:"some money arrived from this day on"`
	FundsUntil        string   `query:"funds_until" maxLength:"10"`
	AmountMin         string   `query:"min_amount" maxLength:"32" doc:"万元, inclusive"`
	AmountMax         string   `query:"max_amount" maxLength:"32" doc:"万元, inclusive"`
	AtEvent           string   `query:"at_event" enum:"true,false" doc:"signed at some event"`
	Framework         string   `query:"framework" enum:"true,false"`
	AboveScale        string   `query:"above_scale" enum:"true,false"`
	Illustrative      string   `query:"illustrative" enum:"true,false"`
}

// ProjectOrder is how a list is sorted.
type ProjectOrder struct {
	Sort string `query:"sort" maxLength:"32" doc:"signed_on, agreed_amount, name, updated_at or code; - before it for descending"`
}

func (f ProjectFilter) parse() (project.Filter, error) {
	out := project.Filter{
		Query: f.Query, CountyID: f.CountyID, Stage: project.Stage(f.Stage),
		Industries: said(f.Industry), Chains: said(f.Chain), Teams: said(f.Team), Ambassadors: said(f.Ambassador), Events: said(f.Event), DepartmentID: f.DepartmentID,
		Year: f.Year, LandedYear: f.LandedYear, AtEvent: optionalBool(f.AtEvent), Framework: optionalBool(f.Framework),
		AboveScale: optionalBool(f.AboveScale), Illustrative: optionalBool(f.Illustrative),
	}
	for _, t := range said(f.Tier) {
		out.Tiers = append(out.Tiers, project.Tier(t))
	}
	for _, k := range said(f.InvestorKind) {
		out.InvestorKinds = append(out.InvestorKinds, project.InvestorKind(k))
	}
	for _, d := range []struct {
		name, text string
		into       *calendar.Date
	}{
		{"signed_from", f.SignedFrom, &out.Signed.From}, {"signed_until", f.SignedUntil, &out.Signed.Until},
		{"landed_from", f.LandedFrom, &out.Landed.From}, {"landed_until", f.LandedUntil, &out.Landed.Until},
		{"started_from", f.StartedFrom, &out.Started.From}, {"started_until", f.StartedUntil, &out.Started.Until},
		{"in_statistics_from", f.InStatisticsFrom, &out.InStatistics.From}, {"in_statistics_until", f.InStatisticsUntil, &out.InStatistics.Until},
		{"in_production_from", f.InProductionFrom, &out.InProduction.From}, {"in_production_until", f.InProductionUntil, &out.InProduction.Until},
		{"funds_from", f.FundsFrom, &out.Funds.From}, {"funds_until", f.FundsUntil, &out.Funds.Until},
	} {
		if err := dayOf("/query/"+d.name, d.text, d.into); err != nil {
			return out, err
		}
	}
	var err error
	if out.AmountMin, err = amount("/query/min_amount", f.AmountMin); err != nil {
		return out, err
	}
	out.AmountMax, err = amount("/query/max_amount", f.AmountMax)
	return out, err
}

// said leaves out what is empty: it doesn't narrow.
func said(list []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return s == "" })
}

// dayOf reads a day of an address; empty is none.
func dayOf(field, text string, into *calendar.Date) (err error) {
	if text == "" {
		return nil
	}
	if *into, err = calendar.ParseDate(text); err != nil {
		return fault.Field(field, "date_invalid", "日期应写作 2023-05-01 的形式")
	}
	return nil
}

type listProjectsInput struct {
	Paged
	ProjectFilter
	ProjectOrder
}

// ordered reads what a list is to be, and in which order.
func ordered(f ProjectFilter, o ProjectOrder) (project.Filter, project.Sort, error) {
	filter, err := f.parse()
	if err != nil {
		return filter, project.Sort{}, err
	}
	sort, err := project.ParseSort(o.Sort)
	return filter, sort, err
}

func (s *Server) listProjects(ctx context.Context, in *listProjectsInput) (*body[List[ProjectView]], error) {
	f, sort, err := ordered(in.ProjectFilter, in.ProjectOrder)
	if err != nil {
		return nil, fail(ctx, err)
	}
	rows, next, err := s.Projects.List(ctx, actorOf(ctx), f, sort, in.page())
	views := make([]ProjectView, len(rows))
	for i, p := range rows {
		views[i] = projectView(p)
	}
	return answer(ctx, page(views, next), err)
}

type projectOutput struct {
	Location string `header:"Location"`
	Body     ProjectView
}

func (s *Server) createProject(ctx context.Context, in *struct {
	Keyed
	Body ProjectDraft
}) (*projectOutput, error) {
	p, err := s.Projects.Create(ctx, actorOf(ctx), in.Key, project.Draft(in.Body))
	if err != nil {
		return nil, fail(ctx, err)
	}
	return &projectOutput{Location: "/api/v1/projects/" + p.ID, Body: projectView(p)}, nil
}

// ProjectID is the path parameter of one project.
type ProjectID struct {
	ID string `path:"id" maxLength:"64"`
}

func (s *Server) getProject(ctx context.Context, in *ProjectID) (*body[ProjectView], error) {
	p, err := s.Projects.Get(ctx, actorOf(ctx), in.ID)
	return answer(ctx, projectView(p), err)
}

func (s *Server) editProject(ctx context.Context, in *struct {
	Keyed
	ProjectID
	Body ProjectEdit
}) (*body[ProjectView], error) {
	e, err := in.Body.edit()
	if err != nil {
		return nil, fail(ctx, err)
	}
	p, err := s.Projects.Edit(ctx, actorOf(ctx), in.Key, in.ID, e)
	return answer(ctx, projectView(p), err)
}

type timelineList struct {
	Items []TimelineItem `json:"items"`
}

type projectHistory struct {
	Items  []TimelineItem     `json:"items"`
	Scores []app.ProjectScore `json:"scores" doc:"annual scores that the project counted in, as far as the caller may see them"`
}

func (s *Server) projectTimeline(ctx context.Context, in *ProjectID) (*body[projectHistory], error) {
	actor := actorOf(ctx)
	events, err := s.Projects.Timeline(ctx, actor, in.ID)
	if err != nil {
		return nil, fail(ctx, err)
	}
	p, err := s.Projects.Get(ctx, actor, in.ID)
	if err != nil {
		return nil, fail(ctx, err)
	}
	scores, err := s.Assessments.ScoresOf(ctx, actor, p.Code)
	return answer(ctx, projectHistory{Items: timeline(events), Scores: scores}, err)
}

// sheetAnswer documents an xlsx as the answer.
func sheetAnswer(o *huma.Operation) {
	o.Responses = map[string]*huma.Response{"200": {
		Description: "xlsx workbook",
		Content:     map[string]*huma.MediaType{xlsx: {Schema: &huma.Schema{Type: "string", Format: "binary"}}},
	}}
}

// sheetSize allows for a whole workbook.
func sheetSize(o *huma.Operation) { o.MaxBodyBytes = maxSheet }

// sheetRequest documents an xlsx as the request, raw or as a form's field "file". It
// comes after the registration: huma would read the body by such a description, and
// leave nothing for upload.
func sheetRequest(o *huma.Operation) {
	binary := &huma.Schema{Type: "string", Format: "binary"}
	o.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
		xlsx: {Schema: binary},
		"multipart/form-data": {Schema: &huma.Schema{Type: "object", Required: []string{"file"},
			Properties: map[string]*huma.Schema{"file": binary}}},
	}}
}

type sheetOutput struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

// attachment writes into memory first: a failure must be a problem and not half a file.
func attachment(ctx context.Context, name string, write func(*bytes.Buffer) error) (*sheetOutput, error) {
	var b bytes.Buffer
	if err := write(&b); err != nil {
		return nil, fail(ctx, err)
	}
	return &sheetOutput{ContentType: xlsx, Body: b.Bytes(),
		Disposition: "attachment; filename=\"projects.xlsx\"; filename*=UTF-8''" + url.PathEscape(name)}, nil
}

func (s *Server) projectTemplate(ctx context.Context, _ *struct{}) (*sheetOutput, error) {
	return attachment(ctx, "项目导入模板.xlsx", func(b *bytes.Buffer) error { return s.Projects.Template(ctx, b) })
}

func (s *Server) exportProjects(ctx context.Context, in *struct {
	ProjectFilter
	ProjectOrder
}) (*sheetOutput, error) {
	f, sort, err := ordered(in.ProjectFilter, in.ProjectOrder)
	if err != nil {
		return nil, fail(ctx, err)
	}
	return attachment(ctx, "项目清单.xlsx", func(b *bytes.Buffer) error {
		return s.Projects.Export(ctx, actorOf(ctx), f, sort, b)
	})
}

func (s *Server) importProjects(ctx context.Context, in *struct {
	Keyed
	Upload
	DryRun bool `query:"dry_run" doc:"check everything, change nothing"`
}) (*body[app.Imported], error) {
	out, err := s.Projects.Import(ctx, actorOf(ctx), in.Key, in.data, in.DryRun)
	return answer(ctx, out, err)
}

// amount reads a decimal amount in 万元; empty is zero.
func amount(field, text string) (money.Amount, error) {
	if text == "" {
		return 0, nil
	}
	a, err := money.Parse(text, money.Wan)
	if err != nil {
		return 0, errAmount(field)
	}
	return a, nil
}
