package api

import (
	"bytes"
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"luodi/internal/app"
	"luodi/internal/process"
	"luodi/internal/selfreport"
)

func (s *Server) selfReportRoutes(a huma.API) {
	const path = yearPath + "/{year}/units"
	huma.Register(a, op(http.MethodGet, path, "list-self-reports", "The units' self-reports that the caller may see: one's own, those to verify, all for the office", yearTag), s.listSelfReports)
	huma.Register(a, op(http.MethodGet, path+"/{unit}", "get-self-report", "One unit's self-report: every figure beside the registry's, what was made of it, what the caller may do, timeline", yearTag), s.getSelfReport)
	huma.Register(a, op(http.MethodGet, path+"/{unit}/actions", "list-self-report-actions", "What the caller may do now, with the JSON Schema of each body and the reason where it is not allowed", yearTag), s.selfReportActions)
	huma.Register(a, op(http.MethodPost, path+"/{unit}/actions/{action}", "act-on-self-report", "Do one of the actions", yearTag), s.actOnSelfReport)
	huma.Register(a, op(http.MethodGet, path+"/{unit}/projects", "list-figure-projects", "The projects behind a counted figure, as the registry has them now", yearTag), s.figureProjects)
	huma.Register(a, op(http.MethodGet, path+"/{unit}/report.xlsx", "export-self-report", "The self-report as a workbook that can be imported again", yearTag, sheetAnswer), s.exportSelfReport)
	huma.Register(a, op(http.MethodPost, path+"/{unit}/import", "import-self-report", "Fill the self-report from a workbook, all or nothing; every problem comes with its cell", yearTag, sheetSize), s.importSelfReport)
	sheetRequest(a.OpenAPI().Paths[path+"/{unit}/import"].Post)
	// huma takes a raw body for a required one; some actions need nothing said.
	a.OpenAPI().Paths[path+"/{unit}/actions/{action}"].Post.RequestBody.Required = false
}

// SelfReport is one unit's self-report.
type SelfReport struct {
	ID          string              `json:"id"`
	Version     int64               `json:"version" doc:"number of the last event"`
	Year        string              `json:"year"`
	UnitID      string              `json:"unit_id"`
	UnitName    string              `json:"unit_name"`
	Group       string              `json:"group"`
	Title       string              `json:"title"`
	Stage       selfreport.Stage    `json:"stage" enum:"filling,submitted,verified,sealed,closed,finished"`
	StageLabel  string              `json:"stage_label"`
	Due         time.Time           `json:"due,omitzero"`
	Provisional bool                `json:"provisional"`
	Light       process.Light       `json:"light" enum:"green,yellow,red"`
	KnownAt     time.Time           `json:"known_at" doc:"of the registry's figures"`
	Text        string              `json:"text,omitempty" doc:"自评总结"`
	Items       []SelfReportItem    `json:"items"`
	Missing     int                 `json:"missing" doc:"figures that must still be stated"`
	Frauds      []SelfReportFraud   `json:"frauds"`
	Requests    []SelfReportRequest `json:"requests" doc:"for more time"`
	SubmittedAt time.Time           `json:"submitted_at,omitzero"`
	SubmittedBy string              `json:"submitted_by,omitempty"`
	Automatic   bool                `json:"automatic" doc:"the clock submitted it"`
	Late        bool                `json:"late"`
	VerifiedAt  time.Time           `json:"verified_at,omitzero"`
	Actions     []process.Action    `json:"actions"`
	Timeline    []TimelineItem      `json:"timeline"`
}

// SelfReportItem is one figure.
type SelfReportItem struct {
	Name         string             `json:"name"`
	Measure      string             `json:"measure,omitempty"`
	Kind         string             `json:"kind" enum:"number,truth,text"`
	Origin       selfreport.Origin  `json:"origin" enum:"reported,counted"`
	Clause       string             `json:"clause,omitempty"`
	Note         string             `json:"note,omitempty"`
	Indicators   []string           `json:"indicators"`
	Titles       []string           `json:"titles"`
	Verifier     string             `json:"verifier" doc:"unit id"`
	Optional     bool               `json:"optional"`
	Registry     string             `json:"registry" doc:"the registry's own figure; empty when it has none"`
	Records      int                `json:"records" doc:"projects or records behind it"`
	Source       string             `json:"source,omitempty"`
	Said         string             `json:"said" doc:"the unit's own figure; empty when it has not stated one"`
	Differs      bool               `json:"differs"`
	Reason       string             `json:"reason,omitempty"`
	Files        []selfreport.File  `json:"files"`
	By           string             `json:"by,omitempty"`
	Verdict      selfreport.Verdict `json:"verdict" enum:",matched,confirmed,corrected,returned"`
	VerdictLabel string             `json:"verdict_label"`
	Final        string             `json:"final" doc:"the figure that stands"`
	Why          string             `json:"why,omitempty"`
	VerifiedBy   string             `json:"verified_by,omitempty"`
	VerifiedAt   time.Time          `json:"verified_at,omitzero"`
}

// SelfReportFraud is a figure that was found to be made up.
type SelfReportFraud struct {
	No     int               `json:"no"`
	Figure string            `json:"figure"`
	Text   string            `json:"text"`
	Files  []selfreport.File `json:"files"`
	By     string            `json:"by"`
	At     time.Time         `json:"at"`
	Void   string            `json:"void,omitempty"`
}

// SelfReportRequest is a wish for more time.
type SelfReportRequest struct {
	No       int       `json:"no"`
	Days     int       `json:"days"`
	Text     string    `json:"text"`
	By       string    `json:"by"`
	At       time.Time `json:"at"`
	Decided  string    `json:"decided,omitempty" enum:"granted,refused"`
	Decision string    `json:"decision,omitempty"`
}

// SelfReportPath are the path parameters of a self-report.
type SelfReportPath struct {
	AssessmentYear
	UnitParameter
}

func (p SelfReportPath) id() string { return selfreport.ID(p.Year, p.Unit) }

func (s *Server) listSelfReports(ctx context.Context, in *AssessmentYear) (*body[List[app.SelfReportRow]], error) {
	rows, err := s.SelfReports.List(ctx, actorOf(ctx), in.Year)
	return answer(ctx, page(rows, ""), err)
}

func (s *Server) getSelfReport(ctx context.Context, in *SelfReportPath) (*body[SelfReport], error) {
	actor := actorOf(ctx)
	v, err := s.SelfReports.Get(ctx, actor, in.id())
	if err != nil {
		return nil, fail(ctx, err)
	}
	out := selfReportOf(v)
	out.Actions = selfreport.Actions(v.State, actor, s.Now())
	return answer(ctx, out, nil)
}

func (s *Server) selfReportActions(ctx context.Context, in *SelfReportPath) (*body[actionList], error) {
	actions, err := s.SelfReports.Actions(ctx, actorOf(ctx), in.id())
	return answer(ctx, actionList{Actions: actions}, err)
}

type actOnSelfReportInput struct {
	Keyed
	SelfReportPath
	Action  string         `path:"action" maxLength:"64"`
	Body    map[string]any `required:"false" doc:"as the action's schema in /actions says"`
	RawBody []byte
}

func (s *Server) actOnSelfReport(ctx context.Context, in *actOnSelfReportInput) (*body[process.Receipt], error) {
	r, err := s.SelfReports.Act(ctx, actorOf(ctx), in.id(), in.Action, in.Key, in.RawBody)
	return answer(ctx, r, err)
}

func (s *Server) figureProjects(ctx context.Context, in *struct {
	SelfReportPath
	Figure string `query:"figure" required:"true" maxLength:"100"`
}) (*body[List[app.FigureProject]], error) {
	list, err := s.SelfReports.Projects(ctx, actorOf(ctx), in.id(), in.Figure)
	return answer(ctx, page(list, ""), err)
}

func (s *Server) exportSelfReport(ctx context.Context, in *SelfReportPath) (*sheetOutput, error) {
	state, data, err := s.SelfReports.Export(ctx, actorOf(ctx), in.id())
	if err != nil {
		return nil, fail(ctx, err)
	}
	return attachment(ctx, state.Title()+"表.xlsx", func(b *bytes.Buffer) error {
		_, err := b.Write(data)
		return err
	})
}

func (s *Server) importSelfReport(ctx context.Context, in *struct {
	Keyed
	SelfReportPath
	Upload
}) (*body[process.Receipt], error) {
	r, err := s.SelfReports.Import(ctx, actorOf(ctx), in.id(), in.Key, in.data)
	return answer(ctx, r, err)
}

// selfReportOf is a self-report but for what the caller may do.
func selfReportOf(v app.View[selfreport.State]) SelfReport {
	s := v.State
	out := SelfReport{
		ID: s.ID, Version: v.Row.Head, Year: s.Year, UnitID: s.UnitID, UnitName: s.UnitName, Group: s.Group, Title: s.Title(), Stage: s.Stage, StageLabel: s.Stage.Label(), Light: s.Light,
		KnownAt: s.KnownAt, Text: s.Text, Items: []SelfReportItem{}, Missing: s.Missing(), Frauds: []SelfReportFraud{}, Requests: []SelfReportRequest{}, SubmittedAt: s.SubmittedAt,
		SubmittedBy: s.SubmittedBy, Automatic: s.Automatic, Late: s.Late, VerifiedAt: s.VerifiedAt, Timeline: timeline(v.Events),
	}
	if s.Clock != nil {
		out.Due, out.Provisional = s.Clock.Due, s.Clock.Provisional
	}
	for _, x := range s.Items {
		out.Items = append(out.Items, SelfReportItem{
			Name: x.Name, Measure: x.Measure, Kind: x.Kind, Origin: x.Origin, Clause: x.Clause, Note: x.Note, Indicators: x.Indicators, Titles: x.Titles, Verifier: x.Verifier, Optional: x.Optional,
			Registry: x.Value, Records: x.Records, Source: x.Source, Said: x.Said, Differs: x.Differs(), Reason: x.Reason, Files: append([]selfreport.File{}, x.Files...), By: x.By,
			Verdict: x.Verdict, VerdictLabel: x.Verdict.Label(), Final: x.Final, Why: x.Why, VerifiedBy: x.VerifiedBy, VerifiedAt: x.VerifiedAt,
		})
	}
	for _, f := range s.Frauds {
		out.Frauds = append(out.Frauds, SelfReportFraud{No: f.No, Figure: f.Figure, Text: f.Text, Files: append([]selfreport.File{}, f.Files...), By: f.By, At: f.At, Void: f.Void})
	}
	for _, r := range s.Requests {
		out.Requests = append(out.Requests, SelfReportRequest{No: r.No, Days: r.Days, Text: r.Text, By: r.By, At: r.At, Decided: r.Decided, Decision: r.Decision})
	}
	return out
}
