package api

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"luodi/internal/app"
	"luodi/internal/assessment"
	"luodi/internal/assessment/paper"
	"luodi/internal/document"
	"luodi/internal/process"
	"luodi/internal/rulebook"
	"luodi/internal/selfreport"
)

// The content's own types, under names of their own in the description.
type (
	// AssessmentMember is a unit that is assessed.
	AssessmentMember assessment.Member
	// AssessmentBook is the rule book as the year uses it.
	AssessmentBook assessment.BookUse
	// AssessmentGroup is one of the book's groups.
	AssessmentGroup assessment.GroupUse
	// AssessmentIndicator is one of the book's indicators.
	AssessmentIndicator assessment.IndicatorUse
	// AssessmentTopic is something that judges mark.
	AssessmentTopic assessment.TopicUse
	// AssessmentCorrection is what an accepted appeal changes.
	AssessmentCorrection assessment.Correction
	// AssessmentFile is an attachment.
	AssessmentFile assessment.File
	// AssessmentSpread is how the marks for one unit lie.
	AssessmentSpread assessment.Spread
	// AssessmentSpreadOne is one judge's mark.
	AssessmentSpreadOne assessment.SpreadOne
	// SelfReportFile is an attachment.
	SelfReportFile selfreport.File
	// ScoreExplanation is why a value is what it is.
	ScoreExplanation rulebook.Explanation
)

func (s *Server) assessmentRoutes(a huma.API) {
	r := a.OpenAPI().Components.Schemas
	for t, alias := range map[reflect.Type]reflect.Type{
		reflect.TypeFor[assessment.Member]():       reflect.TypeFor[AssessmentMember](),
		reflect.TypeFor[assessment.BookUse]():      reflect.TypeFor[AssessmentBook](),
		reflect.TypeFor[assessment.GroupUse]():     reflect.TypeFor[AssessmentGroup](),
		reflect.TypeFor[assessment.IndicatorUse](): reflect.TypeFor[AssessmentIndicator](),
		reflect.TypeFor[assessment.TopicUse]():     reflect.TypeFor[AssessmentTopic](),
		reflect.TypeFor[assessment.Correction]():   reflect.TypeFor[AssessmentCorrection](),
		reflect.TypeFor[assessment.File]():         reflect.TypeFor[AssessmentFile](),
		reflect.TypeFor[assessment.Spread]():       reflect.TypeFor[AssessmentSpread](),
		reflect.TypeFor[assessment.SpreadOne]():    reflect.TypeFor[AssessmentSpreadOne](),
		reflect.TypeFor[selfreport.File]():         reflect.TypeFor[SelfReportFile](),
		reflect.TypeFor[rulebook.Explanation]():    reflect.TypeFor[ScoreExplanation](),
	} {
		r.RegisterTypeAlias(t, alias)
	}
	s.yearRoutes(a)
	s.targetSheetRoutes(a)
	s.selfReportRoutes(a)
	s.scoreRoutes(a)
}

const yearPath = "/api/v1/assessments"

var yearTag = tagged("assessments 年度考核")

func (s *Server) yearRoutes(a huma.API) {
	const path = yearPath
	huma.Register(a, op(http.MethodGet, path, "list-assessments", "Assessment years that the caller may see, the latest first", yearTag), s.listAssessments)
	huma.Register(a, op(http.MethodPost, path, "create-assessment", "Open a year with a published rule book; its plan may be changed until the targets are issued", yearTag, created), s.createAssessment)
	huma.Register(a, op(http.MethodGet, path+"/{year}", "get-assessment", "One year: plan, step, runs, appeals, what the caller may do, timeline", yearTag), s.getAssessment)
	huma.Register(a, op(http.MethodGet, path+"/{year}/actions", "list-assessment-actions", "What the caller may do now, with the JSON Schema of each body and the reason where it is not allowed", yearTag), s.assessmentActions)
	huma.Register(a, op(http.MethodPost, path+"/{year}/actions/{action}", "act-on-assessment", "Do one of the actions", yearTag), s.actOnAssessment)
	huma.Register(a, op(http.MethodGet, path+"/{year}/marks", "get-marks", "The judges' marks with their spread once marking is over; before that the caller's own", yearTag), s.getMarks)
	huma.Register(a, op(http.MethodGet, path+"/{year}/appeals", "list-appeals", "Appeals that the caller may see: its own unit's, all for the office", yearTag), s.listAppeals)
	huma.Register(a, op(http.MethodGet, path+"/{year}/verification", "verify-assessment", "Score the frozen inputs again, and compare with what was scored, and with the lock", yearTag), s.verifyAssessment)
	// huma takes a raw body for a required one; some actions need nothing said.
	a.OpenAPI().Paths[path+"/{year}/actions/{action}"].Post.RequestBody.Required = false
}

// AssessmentYear is the path parameter of a year.
type AssessmentYear struct {
	Year string `path:"year" maxLength:"64" doc:"such as 2023"`
}

// Assessment is a year as one person sees it.
type Assessment struct {
	ID           string                 `json:"id" doc:"the year"`
	Version      int64                  `json:"version" doc:"number of the last event"`
	Year         int                    `json:"year"`
	Title        string                 `json:"title"`
	Office       string                 `json:"office" doc:"id of the unit that runs the year"`
	Stage        assessment.Stage       `json:"stage" enum:"setup,running,reporting,verifying,scoring,rechecking,publicity,appealing,grading,locked,cancelled"`
	StageLabel   string                 `json:"stage_label"`
	Steps        []AssessmentStep       `json:"steps" doc:"all steps in their order, with their terms"`
	Due          time.Time              `json:"due,omitzero"`
	Provisional  bool                   `json:"provisional" doc:"counted over a year without a holiday notice"`
	Light        process.Light          `json:"light" enum:"green,yellow,red"`
	Illustrative bool                   `json:"illustrative"`
	Lapse        bool                   `json:"lapse" doc:"overdue self-reports are filled in from the registry, automatically"`
	Book         assessment.BookUse     `json:"book"`
	Members      []assessment.Member    `json:"members"`
	Duties       map[string]string      `json:"duties" doc:"who verifies which indicator: unit ids"`
	Judges       []AssessmentJudge      `json:"judges" doc:"for the office; a judge sees only themself"`
	Targets      []AssessmentTargets    `json:"targets" doc:"versions of 任务分解表, oldest first"`
	Changes      []AssessmentChange     `json:"changes" doc:"for the office"`
	Draws        []AssessmentDraw       `json:"draws" doc:"for the office"`
	Runs         []AssessmentRun        `json:"runs" doc:"that the caller may see, the latest first"`
	Computing    string                 `json:"computing,omitempty" doc:"a scoring that is under way, in Chinese"`
	Publicity    []AssessmentRound      `json:"publicity"`
	Appeals      []AssessmentAppeal     `json:"appeals" doc:"that the caller may see"`
	Adjustments  []AssessmentAdjustment `json:"adjustments" doc:"for the office"`
	RecheckedBy  *Person                `json:"rechecked_by,omitempty"`
	Returned     string                 `json:"returned,omitempty" doc:"why the recheck gave the official run back"`
	Locked       *AssessmentLock        `json:"locked,omitempty"`
	Reason       string                 `json:"reason,omitempty" doc:"of the cancellation"`
	Published    bool                   `json:"published" doc:"scores are there for everybody who takes part"`
	MayRun       bool                   `json:"may_run" doc:"the caller runs assessment years"`
	ReadsAll     bool                   `json:"reads_all"`
	MyUnits      []string               `json:"my_units" doc:"assessed units that the caller belongs to"`
	Marking      []string               `json:"marking" doc:"topics that the caller marks"`
	Actions      []process.Action       `json:"actions"`
	Timeline     []TimelineItem         `json:"timeline" doc:"for the office whole; for others what concerns everybody"`
}

// AssessmentStep is a step with its term.
type AssessmentStep struct {
	Stage assessment.Stage `json:"stage"`
	Label string           `json:"label"`
	Days  int              `json:"days" doc:"working days; 0: no term"`
	State string           `json:"state" enum:"past,now,ahead"`
}

// AssessmentJudge is somebody who marks.
type AssessmentJudge struct {
	UserID   string   `json:"user_id"`
	Name     string   `json:"name"`
	UnitName string   `json:"unit_name"`
	Panel    string   `json:"panel,omitempty"`
	Topics   []string `json:"topics"`
	Owed     int      `json:"owed" doc:"marks that the judge still owes"`
}

// AssessmentTargets is one version of 任务分解表.
type AssessmentTargets struct {
	Version  int       `json:"version"`
	Count    int       `json:"count"`
	Findings int       `json:"findings"`
	Source   string    `json:"source,omitempty"`
	By       Person    `json:"by"`
	At       time.Time `json:"at"`
	Reason   string    `json:"reason,omitempty"`
	Moved    []string  `json:"moved" doc:"what differs from the version before; for the office"`
}

// AssessmentChange is a change that needs a second person.
type AssessmentChange struct {
	No        int                   `json:"no"`
	Kind      assessment.ChangeKind `json:"kind" enum:"targets,book,rename,merge,extension"`
	KindLabel string                `json:"kind_label"`
	Reason    string                `json:"reason"`
	Diff      []string              `json:"diff"`
	By        Person                `json:"by"`
	At        time.Time             `json:"at"`
	Decided   string                `json:"decided,omitempty" enum:"approved,refused"`
	Decision  string                `json:"decision,omitempty"`
	DecidedBy *Person               `json:"decided_by,omitempty"`
}

// AssessmentDraw is a seeded random draw.
type AssessmentDraw struct {
	No         int               `json:"no"`
	Seed       string            `json:"seed"`
	Per        int               `json:"per"`
	Candidates int               `json:"candidates"`
	Digest     string            `json:"digest" doc:"SHA-256 of the candidates: with the seed anybody can draw again"`
	By         Person            `json:"by"`
	At         time.Time         `json:"at"`
	Items      []AssessmentDrawn `json:"items"`
}

// AssessmentDrawn is one thing to be looked at on site.
type AssessmentDrawn struct {
	ID       string  `json:"id"`
	UnitName string  `json:"unit_name"`
	Title    string  `json:"title"`
	Found    string  `json:"found,omitempty" enum:"true,false"`
	Text     string  `json:"text,omitempty"`
	By       *Person `json:"by,omitempty"`
}

// AssessmentRun is one scoring.
type AssessmentRun struct {
	No        int                `json:"no"`
	Kind      assessment.RunKind `json:"kind" enum:"trial,official,appeal"`
	KindLabel string             `json:"kind_label"`
	Appeal    int                `json:"appeal,omitempty"`
	AsOf      string             `json:"as_of"`
	KnownAt   time.Time          `json:"known_at"`
	By        Person             `json:"by"`
	Inputs    string             `json:"inputs,omitempty" doc:"SHA-256 of the frozen inputs"`
	Book      string             `json:"book"`
	Engine    string             `json:"engine"`
	Output    string             `json:"output,omitempty" doc:"SHA-256 of what was computed"`
	Hash      string             `json:"hash,omitempty"`
	Findings  int                `json:"findings" doc:"gaps that a policy of the book filled"`
	Units     int                `json:"units"`
	Failed    string             `json:"failed,omitempty"`
	Problems  []string           `json:"problems"`
	Void      string             `json:"void,omitempty" doc:"why it does not stand any more"`
	Standing  bool               `json:"standing" doc:"it is the one that counts"`
}

// AssessmentRound is one publicity.
type AssessmentRound struct {
	No   int       `json:"no"`
	Run  int       `json:"run"`
	From time.Time `json:"from"`
	Due  time.Time `json:"due" doc:"appeals are taken until then"`
	Over time.Time `json:"over,omitzero" doc:"when it was ended: later than due after the server was down"`
	Days int       `json:"days" doc:"working days"`
}

// AssessmentAppeal is one appeal.
type AssessmentAppeal struct {
	No          int                     `json:"no"`
	Round       int                     `json:"round"`
	UnitID      string                  `json:"unit_id"`
	UnitName    string                  `json:"unit_name"`
	Indicator   string                  `json:"indicator"`
	Title       string                  `json:"title"`
	Text        string                  `json:"text"`
	Files       []assessment.File       `json:"files"`
	Figures     []string                `json:"figures"`
	By          Person                  `json:"by"`
	At          time.Time               `json:"at"`
	Status      string                  `json:"status" enum:"open,withdrawn,accepted,refused"`
	StatusLabel string                  `json:"status_label"`
	Ruling      string                  `json:"ruling,omitempty"`
	RuledBy     *Person                 `json:"ruled_by,omitempty"`
	RuledAt     time.Time               `json:"ruled_at,omitzero"`
	Corrections []assessment.Correction `json:"corrections"`
	Before      int                     `json:"before,omitempty" doc:"run"`
	After       int                     `json:"after,omitempty" doc:"run; compare both under /runs/diff"`
}

// AssessmentAdjustment changes a grade by hand.
type AssessmentAdjustment struct {
	No        int       `json:"no"`
	UnitName  string    `json:"unit_name"`
	From      string    `json:"from"`
	To        string    `json:"to"`
	Reason    string    `json:"reason"`
	By        Person    `json:"by"`
	At        time.Time `json:"at"`
	Decided   string    `json:"decided,omitempty" enum:"confirmed,refused"`
	Decision  string    `json:"decision,omitempty"`
	DecidedBy *Person   `json:"decided_by,omitempty"`
}

// AssessmentLock is what a lock binds.
type AssessmentLock struct {
	At     time.Time         `json:"at"`
	By     Person            `json:"by"`
	Run    int               `json:"run"`
	Hash   string            `json:"hash" doc:"that the figures computed again must reproduce"`
	Grades map[string]string `json:"grades" doc:"by unit id"`
}

func (s *Server) listAssessments(ctx context.Context, in *Paged) (*body[List[app.AssessmentRow]], error) {
	rows, next, err := s.Assessments.List(ctx, actorOf(ctx), in.page())
	return answer(ctx, page(rows, next), err)
}

func (s *Server) createAssessment(ctx context.Context, in *struct {
	Keyed
	Body app.NewYear
}) (*receiptOutput, error) {
	r, err := s.Assessments.Create(ctx, actorOf(ctx), in.Key, in.Body)
	if err != nil {
		return nil, fail(ctx, err)
	}
	return &receiptOutput{Location: yearPath + "/" + r.ID, Body: r}, nil
}

func (s *Server) getAssessment(ctx context.Context, in *AssessmentYear) (*body[Assessment], error) {
	actor := actorOf(ctx)
	v, err := s.Assessments.Get(ctx, actor, in.Year)
	if err != nil {
		return nil, fail(ctx, err)
	}
	out := assessmentOf(v, actor)
	out.Actions = assessment.Actions(v.State, actor, s.Now())
	return answer(ctx, out, nil)
}

func (s *Server) assessmentActions(ctx context.Context, in *AssessmentYear) (*body[actionList], error) {
	actions, err := s.Assessments.Actions(ctx, actorOf(ctx), in.Year)
	return answer(ctx, actionList{Actions: actions}, err)
}

type actOnAssessmentInput struct {
	Keyed
	AssessmentYear
	Action  string         `path:"action" maxLength:"64"`
	Body    map[string]any `required:"false" doc:"as the action's schema in /actions says"`
	RawBody []byte
}

func (s *Server) actOnAssessment(ctx context.Context, in *actOnAssessmentInput) (*body[process.Receipt], error) {
	r, err := s.Assessments.Act(ctx, actorOf(ctx), in.Year, in.Action, in.Key, in.RawBody)
	return answer(ctx, r, err)
}

// MarkSheet are the marks that the caller may see.
type MarkSheet struct {
	Blind   bool                `json:"blind" doc:"marking goes on: only the caller's own marks are shown"`
	Mine    []MarkTopic         `json:"mine" doc:"what the caller marks, with the marks given so far"`
	Spreads []assessment.Spread `json:"spreads" doc:"all marks with their spread, once marking is over"`
}

// MarkTopic is a topic that the caller marks.
type MarkTopic struct {
	Topic string     `json:"topic"`
	Units []MarkUnit `json:"units"`
}

// MarkUnit is a unit to be marked.
type MarkUnit struct {
	UnitID string `json:"unit_id"`
	Name   string `json:"name"`
	Mark   string `json:"mark"`
}

func (s *Server) getMarks(ctx context.Context, in *AssessmentYear) (*body[MarkSheet], error) {
	actor := actorOf(ctx)
	v, _, err := s.Assessments.Look(ctx, actor, in.Year)
	if err != nil {
		return nil, fail(ctx, err)
	}
	state := v.State
	out := MarkSheet{Blind: state.Blind(), Mine: []MarkTopic{}, Spreads: []assessment.Spread{}}
	for _, j := range state.Plan.Judges {
		if j.UserID != actor.UserID {
			continue
		}
		for _, topic := range j.Topics {
			t := MarkTopic{Topic: topic, Units: []MarkUnit{}}
			for _, m := range state.MarkedBy(j, topic) {
				t.Units = append(t.Units, MarkUnit{UnitID: m.Member.UnitID, Name: m.Member.Name, Mark: m.Mark})
			}
			out.Mine = append(out.Mine, t)
		}
	}
	if !out.Blind && actor.ReadsAll() {
		out.Spreads = state.Spreads()
	}
	return answer(ctx, out, nil)
}

func (s *Server) listAppeals(ctx context.Context, in *AssessmentYear) (*body[List[AssessmentAppeal]], error) {
	actor := actorOf(ctx)
	v, _, err := s.Assessments.Look(ctx, actor, in.Year)
	return answer(ctx, page(appealsOf(v.State, actor), ""), err)
}

func (s *Server) verifyAssessment(ctx context.Context, in *AssessmentYear) (*body[app.Verified], error) {
	v, err := s.Assessments.Verify(ctx, actorOf(ctx), in.Year)
	return answer(ctx, v, err)
}

// Targets.

func (s *Server) targetSheetRoutes(a huma.API) {
	const path = yearPath + "/{year}/targets"
	huma.Register(a, op(http.MethodGet, path, "get-assessment-targets", "任务分解表: a unit sees its own targets, the office all, with what is missing and what does not add up", yearTag), s.yearTargets)
	huma.Register(a, op(http.MethodPut, path, "set-assessment-targets", "Set targets, all or none; once they were issued it is a change that a second person approves", yearTag), s.setYearTargets)
	huma.Register(a, op(http.MethodPost, path+"/import", "import-assessment-targets", "Take 任务分解表 in, all or nothing; every problem comes with its cell; dry_run only tells", yearTag, sheetSize), s.importYearTargets)
	sheetRequest(a.OpenAPI().Paths[path+"/import"].Post)
	huma.Register(a, op(http.MethodGet, path+"/targets.xlsx", "export-assessment-targets", "The targets as a workbook that can be imported again", yearTag, sheetAnswer), s.exportYearTargets)
}

func (s *Server) yearTargets(ctx context.Context, in *AssessmentYear) (*body[app.TargetsView], error) {
	t, err := s.Assessments.Targets(ctx, actorOf(ctx), in.Year)
	return answer(ctx, t, err)
}

type setYearTargetsInput struct {
	Keyed
	AssessmentYear
	DryRun bool `query:"dry_run"`
	Body   struct {
		Cells []struct {
			UnitID string `json:"unit_id" maxLength:"64" doc:"empty: the whole city"`
			Figure string `json:"figure" maxLength:"100"`
			Value  string `json:"value" maxLength:"40" doc:"as people write it; empty: taken back"`
		} `json:"cells" minItems:"1" maxItems:"20000"`
		Reason string `json:"reason,omitempty" maxLength:"500" doc:"once the targets were issued"`
	}
}

func (s *Server) setYearTargets(ctx context.Context, in *setYearTargetsInput) (*body[app.TargetsChange], error) {
	cells := make([]assessment.Cell, len(in.Body.Cells))
	for i, c := range in.Body.Cells {
		cells[i] = assessment.Cell{UnitID: c.UnitID, Figure: c.Figure, Value: c.Value, Where: fmt.Sprintf("/cells/%d", i)}
	}
	out, err := s.Assessments.SetTargets(ctx, actorOf(ctx), in.Year, in.Key, cells, in.Body.Reason, "", in.DryRun)
	return answer(ctx, out, err)
}

func (s *Server) importYearTargets(ctx context.Context, in *struct {
	Keyed
	AssessmentYear
	DryRun bool   `query:"dry_run"`
	Reason string `query:"reason" maxLength:"500" doc:"once the targets were issued"`
	Upload
}) (*body[app.TargetsChange], error) {
	out, err := s.Assessments.ImportTargets(ctx, actorOf(ctx), in.Year, in.Key, in.data, in.Reason, in.DryRun)
	return answer(ctx, out, err)
}

func (s *Server) exportYearTargets(ctx context.Context, in *AssessmentYear) (*sheetOutput, error) {
	return attachment(ctx, in.Year+"年度任务分解表.xlsx", func(b *bytes.Buffer) error {
		return s.Assessments.ExportTargets(ctx, actorOf(ctx), in.Year, b)
	})
}

// Scores.

func (s *Server) scoreRoutes(a huma.API) {
	const path = yearPath + "/{year}"
	huma.Register(a, op(http.MethodGet, path+"/runs", "list-runs", "Scorings that the caller may see, the latest first", yearTag), s.listRuns)
	huma.Register(a, op(http.MethodGet, path+"/runs/diff", "diff-runs", "What differs between two scorings: every score, rank and grade that moved, and the figures behind", yearTag), s.diffRuns)
	huma.Register(a, op(http.MethodGet, path+"/runs/{run}", "get-run", "What one scoring came to, group by group", yearTag), s.getRun)
	huma.Register(a, op(http.MethodGet, path+"/scores", "get-scores", "The ranking that stands, group by group", yearTag), s.getScores)
	huma.Register(a, op(http.MethodGet, path+"/scores/{unit}", "get-score-card", "One unit's score card with the explanation of every point", yearTag), s.getCard)
	huma.Register(a, op(http.MethodGet, path+"/scores/{unit}/indicators/{indicator}/evidence", "get-evidence", "From one score down to clause, figures, projects, documents and the events that recorded them", yearTag), s.getEvidence)
	huma.Register(a, op(http.MethodGet, path+"/scores.xlsx", "download-scores-workbook", "The scores as a workbook with live formulas", yearTag, sheetAnswer), s.scoresWorkbook)
	huma.Register(a, op(http.MethodGet, path+"/notice.pdf", "download-notice-pdf", "The results as an official document, PDF", yearTag, fileAnswer), s.noticePDF)
	huma.Register(a, op(http.MethodGet, path+"/notice.docx", "download-notice-word", "The results as an official document, Word", yearTag, fileAnswer), s.noticeWord)
	huma.Register(a, op(http.MethodPost, path+"/forecast", "forecast-scores", "What a unit's annual score would be by today's figures, month by month, and what if", yearTag), s.forecast)
}

func (s *Server) listRuns(ctx context.Context, in *AssessmentYear) (*body[List[AssessmentRun]], error) {
	actor := actorOf(ctx)
	v, _, err := s.Assessments.Look(ctx, actor, in.Year)
	return answer(ctx, page(runsOf(v.State, actor), ""), err)
}

func (s *Server) diffRuns(ctx context.Context, in *struct {
	AssessmentYear
	From int `query:"from" minimum:"0" doc:"run; 0: the one that stands"`
	To   int `query:"to" minimum:"0"`
}) (*body[app.RunDifference], error) {
	d, err := s.Assessments.Differences(ctx, actorOf(ctx), in.Year, in.From, in.To)
	return answer(ctx, d, err)
}

// Scores is what a run came to.
type Scores struct {
	app.ScoreTable
	Year  int           `json:"year"`
	Title string        `json:"title"`
	Run   AssessmentRun `json:"run"`
}

func (s *Server) scores(ctx context.Context, year string, run int) (*body[Scores], error) {
	actor := actorOf(ctx)
	t, err := s.Assessments.Table(ctx, actor, year, run)
	if err != nil {
		return nil, fail(ctx, err)
	}
	return answer(ctx, Scores{ScoreTable: t, Year: t.State.Year, Title: t.State.Title(), Run: runOf(t.State, t.Run)}, nil)
}

func (s *Server) getScores(ctx context.Context, in *AssessmentYear) (*body[Scores], error) {
	return s.scores(ctx, in.Year, 0)
}

func (s *Server) getRun(ctx context.Context, in *struct {
	AssessmentYear
	Run int `path:"run" minimum:"1"`
}) (*body[Scores], error) {
	return s.scores(ctx, in.Year, in.Run)
}

// ScoreCard is one unit's scores.
type ScoreCard struct {
	Year       int                `json:"year"`
	Title      string             `json:"title"`
	UnitID     string             `json:"unit_id"`
	Name       string             `json:"name"`
	Group      string             `json:"group"`
	Total      string             `json:"total"`
	Base       string             `json:"base"`
	Bonus      string             `json:"bonus"`
	Deduction  string             `json:"deduction"`
	Rank       int                `json:"rank"`
	Grade      string             `json:"grade"`
	Outcomes   []ScoreOutcome     `json:"outcomes"`
	Indicators []ScoreIndicator   `json:"indicators" doc:"in the order of the book; parent makes the tree"`
	Run        AssessmentRun      `json:"run"`
	Stage      assessment.Stage   `json:"stage"`
	StageLabel string             `json:"stage_label"`
	Appeals    []AssessmentAppeal `json:"appeals" doc:"of this unit"`
}

// ScoreOutcome is an outcome of the book that applies.
type ScoreOutcome struct {
	Name   string `json:"name"`
	Clause string `json:"clause,omitempty"`
	Effect string `json:"effect"`
}

// ScoreIndicator is one indicator's score, and why.
type ScoreIndicator struct {
	ID          string                `json:"id"`
	Name        string                `json:"name"`
	Clause      string                `json:"clause,omitempty"`
	Parent      string                `json:"parent,omitempty"`
	Role        string                `json:"role"`
	Points      string                `json:"points,omitempty"`
	Score       string                `json:"score"`
	Status      string                `json:"status" enum:"scored,not_applicable"`
	Working     string                `json:"working"`
	Explanation *rulebook.Explanation `json:"explanation,omitempty"`
}

func indicatorOf(x rulebook.IndicatorResult) ScoreIndicator {
	return ScoreIndicator{ID: x.ID, Name: x.Name, Clause: x.Clause, Parent: x.Parent, Role: x.Role, Points: x.Points, Score: x.Score, Status: x.Status, Working: x.Working, Explanation: x.Explanation}
}

// UnitParameter is the path parameter of a unit.
type UnitParameter struct {
	Unit string `path:"unit" maxLength:"64" doc:"unit id"`
}

func (s *Server) getCard(ctx context.Context, in *struct {
	AssessmentYear
	UnitParameter
	Run int `query:"run" minimum:"0" doc:"the one that stands when absent"`
}) (*body[ScoreCard], error) {
	actor := actorOf(ctx)
	c, err := s.Assessments.Card(ctx, actor, in.Year, in.Unit, in.Run)
	if err != nil {
		return nil, fail(ctx, err)
	}
	out := ScoreCard{
		Year: c.State.Year, Title: c.State.Title(), UnitID: c.Unit.UnitID, Name: c.Unit.Name, Group: c.Unit.Group, Total: c.Result.Total, Base: c.Result.Base, Bonus: c.Result.Bonus,
		Deduction: c.Result.Deduction, Rank: c.Unit.Rank, Grade: c.Grade, Outcomes: []ScoreOutcome{}, Indicators: []ScoreIndicator{}, Run: runOf(c.State, c.Run),
		Stage: c.State.Stage, StageLabel: c.State.Stage.Label(), Appeals: []AssessmentAppeal{},
	}
	if m := c.State.Member(c.Unit.UnitID); m != nil {
		out.Name = m.Name
	}
	for _, o := range c.Result.Outcomes {
		out.Outcomes = append(out.Outcomes, ScoreOutcome{Name: o.Name, Clause: o.Clause, Effect: o.Effect})
	}
	for _, x := range c.Result.Indicators {
		out.Indicators = append(out.Indicators, indicatorOf(x))
	}
	for _, x := range appealsOf(c.State, actor) {
		if x.UnitID == in.Unit {
			out.Appeals = append(out.Appeals, x)
		}
	}
	return answer(ctx, out, nil)
}

// ScoreEvidence is what stands behind one score.
type ScoreEvidence struct {
	Year      int               `json:"year"`
	UnitID    string            `json:"unit_id"`
	UnitName  string            `json:"unit_name"`
	Indicator ScoreIndicator    `json:"indicator"`
	Run       AssessmentRun     `json:"run"`
	Book      string            `json:"book" doc:"title and version"`
	Figures   []EvidenceFigure  `json:"figures"`
	Projects  []EvidenceProject `json:"projects"`
	More      int               `json:"more" doc:"projects beyond those that are told in full"`
}

// EvidenceFigure is a figure and the event that recorded it.
type EvidenceFigure struct {
	Name        string            `json:"name"`
	Value       string            `json:"value"`
	Source      string            `json:"source" enum:"target,verified,unverified,registry,fraud,appeal,whatif"`
	SourceLabel string            `json:"source_label"`
	Fixed       bool              `json:"fixed" doc:"核定数: it takes the place of what the records give"`
	Evidence    []string          `json:"evidence"`
	Files       []assessment.File `json:"files" doc:"documents behind it"`
	Event       *TimelineItem     `json:"event,omitempty"`
}

// EvidenceProject is a project that counted, as it was frozen, and what is recorded of it.
type EvidenceProject struct {
	ID       string           `json:"id,omitempty" doc:"absent where the caller may not see it"`
	Code     string           `json:"code"`
	Name     string           `json:"name"`
	Fields   []EvidenceField  `json:"fields" doc:"as they were frozen"`
	Events   []TimelineItem   `json:"events" doc:"that the score rests on: registration, stages, decisions, milestones"`
	Reviews  []app.ReviewRow  `json:"reviews"`
	Liaisons []app.LiaisonRow `json:"liaisons"`
}

// EvidenceField is one frozen field.
type EvidenceField struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

func (s *Server) getEvidence(ctx context.Context, in *struct {
	AssessmentYear
	UnitParameter
	Indicator string `path:"indicator" maxLength:"64"`
	Run       int    `query:"run" minimum:"0"`
}) (*body[ScoreEvidence], error) {
	c, err := s.Assessments.Evidence(ctx, actorOf(ctx), in.Year, in.Unit, in.Indicator, in.Run)
	if err != nil {
		return nil, fail(ctx, err)
	}
	out := ScoreEvidence{Year: c.Card.State.Year, UnitID: c.Card.Unit.UnitID, UnitName: c.Card.Unit.Name, Indicator: indicatorOf(c.Indicator), Run: runOf(c.Card.State, c.Card.Run),
		Book: c.Card.Inputs.Book.Title + " " + c.Card.Inputs.Book.Version, Figures: []EvidenceFigure{}, Projects: []EvidenceProject{}, More: c.More}
	for _, f := range c.Figures {
		x := EvidenceFigure{Name: f.Name, Value: f.Value, Source: string(f.Source), SourceLabel: f.Source.Label(), Fixed: f.Fixed, Evidence: append([]string{}, f.Evidence...), Files: append([]assessment.File{}, f.Files...)}
		if f.Event != nil {
			x.Event = &timeline(oneEvent(*f.Event))[0]
		}
		out.Figures = append(out.Figures, x)
	}
	for _, p := range c.Projects {
		x := EvidenceProject{ID: p.ID, Code: p.Code, Name: p.Name, Fields: []EvidenceField{}, Events: timeline(p.Events), Reviews: p.Reviews, Liaisons: p.Liaisons}
		for _, f := range p.Fields {
			x.Fields = append(x.Fields, EvidenceField{Name: f[0], Value: f[1]})
		}
		out.Projects = append(out.Projects, x)
	}
	return answer(ctx, out, nil)
}

func (s *Server) scoresWorkbook(ctx context.Context, in *struct {
	AssessmentYear
	Run int `query:"run" minimum:"0"`
}) (*sheetOutput, error) {
	state, data, err := s.Assessments.Workbook(ctx, actorOf(ctx), in.Year, in.Run)
	if err != nil {
		return nil, fail(ctx, err)
	}
	return attachment(ctx, state.Title()+"得分.xlsx", func(b *bytes.Buffer) error {
		_, err := b.Write(data)
		return err
	})
}

func (s *Server) noticePDF(ctx context.Context, in *AssessmentYear) (*fileOutput, error) {
	return s.notice(ctx, in.Year, ".pdf", "application/pdf", document.Paper.PDF)
}

func (s *Server) noticeWord(ctx context.Context, in *AssessmentYear) (*fileOutput, error) {
	return s.notice(ctx, in.Year, ".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", document.Paper.Word)
}

// notice prints the results that stand: a function of what is frozen and of the state.
func (s *Server) notice(ctx context.Context, year, ext, media string, render func(document.Paper) ([]byte, error)) (*fileOutput, error) {
	t, err := s.Assessments.Table(ctx, actorOf(ctx), year, 0)
	if err != nil {
		return nil, fail(ctx, err)
	}
	var groups []paper.Group
	for _, g := range t.Groups {
		x := paper.Group{Name: g.Name}
		for _, c := range g.Indicators {
			x.Columns = append(x.Columns, paper.Column{ID: c.ID, Name: c.Name, Points: c.Points})
		}
		for _, r := range g.Rows {
			x.Rows = append(x.Rows, paper.Row{Rank: r.Rank, Name: r.Name, Total: r.Total, Grade: r.Grade, Why: r.Why, Scores: r.Scores})
		}
		groups = append(groups, x)
	}
	doc := paper.Compose(t.State, t.Run, groups, t.Findings)
	data, err := render(doc)
	if err != nil {
		return nil, fail(ctx, err)
	}
	return fileOf(t.State.Title()+"结果"+ext, media, data), nil
}

func (s *Server) forecast(ctx context.Context, in *struct {
	AssessmentYear
	Body struct {
		UnitID  string            `json:"unit_id" maxLength:"64"`
		Suppose []app.Supposition `json:"suppose,omitempty" maxItems:"50"`
	}
}) (*body[app.Forecast], error) {
	f, err := s.Assessments.Forecast(ctx, actorOf(ctx), in.Year, in.Body.UnitID, in.Body.Suppose)
	return answer(ctx, f, err)
}
