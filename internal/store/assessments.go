package store

import (
	"context"
	"encoding/json"
	"time"

	"luodi/internal/app"
	"luodi/internal/assessment"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/process"
	"luodi/internal/selfreport"
)

var (
	errAssessment = fault.New(fault.NotFound, "assessment_unknown", "没有这个年度的考核")
	errSelfReport = fault.New(fault.NotFound, "selfreport_unknown", "没有这份自评")
)

type assessmentRow struct {
	ID           string `gorm:"primaryKey"`
	Stream       string
	Year         int
	Title        string
	Stage        string
	Book         string
	Units        int
	Appeals      int
	Due          *time.Time
	Light        string
	OpenedAt     time.Time
	LockedAt     *time.Time
	Hash         string
	Illustrative bool
}

func (assessmentRow) TableName() string { return "assessments" }

func toAssessmentRow(r app.AssessmentRow) assessmentRow {
	return assessmentRow{
		ID: r.ID, Stream: process.StreamID(assessment.Kind, r.ID), Year: r.Year, Title: r.Title, Stage: string(r.Stage), Book: r.Book, Units: r.Units, Appeals: r.Appeals,
		Due: maybeStamp(r.Due), Light: string(r.Light), OpenedAt: stamp(r.OpenedAt), LockedAt: maybeStamp(r.LockedAt), Hash: r.Hash, Illustrative: r.Illustrative,
	}
}

func (r assessmentRow) assessment() app.AssessmentRow {
	stage := assessment.Stage(r.Stage)
	return app.AssessmentRow{
		ID: r.ID, Year: r.Year, Title: r.Title, Stage: stage, StageLabel: stage.Label(), Book: r.Book, Units: r.Units, Appeals: r.Appeals,
		Due: maybeTime(r.Due), Light: process.Light(r.Light), OpenedAt: r.OpenedAt.UTC(), LockedAt: maybeTime(r.LockedAt), Hash: r.Hash, Illustrative: r.Illustrative,
	}
}

func (t *tx) SaveAssessment(r app.AssessmentRow) error {
	row := toAssessmentRow(r)
	return translate(save(t.db.Where("id = ?", r.ID), &row))
}

// latestYears is the order of lists: the latest year first.
var latestYears = order[assessmentRow]{
	numberColumn("assessments.year", true, func(r assessmentRow) int64 { return int64(r.Year) }),
	textColumn("assessments.id", true, func(r assessmentRow) string { return r.ID }),
}

// Assessments implements app.AssessmentReads.
func (s *Store) Assessments(ctx context.Context, scope org.Scope, p app.Page) ([]app.AssessmentRow, string, error) {
	scope.UserID = "" // whoever opens years is of the office, which reads them
	rows, next, err := page(visible(s.read.WithContext(ctx), scope, "assessments.stream", ""), latestYears, p)
	out := make([]app.AssessmentRow, len(rows))
	for i, r := range rows {
		out[i] = r.assessment()
	}
	return out, next, err
}

// AssessmentRowOf implements app.AssessmentSweeps.
func (s *Store) AssessmentRowOf(ctx context.Context, id string) (app.AssessmentRow, error) {
	var row assessmentRow
	err := find(s.read.WithContext(ctx).Where("id = ?", id), &row, errAssessment)
	return row.assessment(), err
}

type selfReportRow struct {
	ID          string `gorm:"primaryKey"`
	Stream      string
	Year        string
	UnitID      string
	UnitName    string
	GroupName   string
	Stage       string
	Items       int
	Filled      int
	Decided     int
	Differs     int
	Frauds      int
	Late        bool
	Automatic   bool
	Asking      bool
	Light       string
	Due         *time.Time
	SubmittedAt *time.Time
	VerifiedAt  *time.Time
}

func (selfReportRow) TableName() string { return "self_reports" }

func toSelfReportRow(r app.SelfReportRow) selfReportRow {
	return selfReportRow{
		ID: r.ID, Stream: process.StreamID(selfreport.Kind, r.ID), Year: r.Year, UnitID: r.UnitID, UnitName: r.UnitName, GroupName: r.Group, Stage: string(r.Stage),
		Items: r.Items, Filled: r.Filled, Decided: r.Decided, Differs: r.Differs, Frauds: r.Frauds, Late: r.Late, Automatic: r.Automatic, Asking: r.Asking,
		Light: string(r.Light), Due: maybeStamp(r.Due), SubmittedAt: maybeStamp(r.SubmittedAt), VerifiedAt: maybeStamp(r.VerifiedAt),
	}
}

func (r selfReportRow) report() app.SelfReportRow {
	stage := selfreport.Stage(r.Stage)
	return app.SelfReportRow{
		ID: r.ID, Year: r.Year, UnitID: r.UnitID, UnitName: r.UnitName, Group: r.GroupName, Stage: stage, StageLabel: stage.Label(),
		Items: r.Items, Filled: r.Filled, Decided: r.Decided, Differs: r.Differs, Frauds: r.Frauds, Late: r.Late, Automatic: r.Automatic, Asking: r.Asking,
		Light: process.Light(r.Light), Due: maybeTime(r.Due), SubmittedAt: maybeTime(r.SubmittedAt), VerifiedAt: maybeTime(r.VerifiedAt),
	}
}

func (t *tx) SaveSelfReport(r app.SelfReportRow) error {
	row := toSelfReportRow(r)
	return translate(save(t.db.Where("id = ?", r.ID), &row))
}

// SelfReports implements app.AssessmentReads.
func (s *Store) SelfReports(ctx context.Context, scope org.Scope, year string) ([]app.SelfReportRow, error) {
	scope.UserID = "" // nobody starts a self-report: the year does
	var rows []selfReportRow
	err := visible(s.read.WithContext(ctx), scope, "self_reports.stream", "").Where("year = ?", year).Order("group_name, unit_id").Find(&rows).Error
	out := make([]app.SelfReportRow, len(rows))
	for i, r := range rows {
		out[i] = r.report()
	}
	return out, translate(err)
}

// SelfReportRowOf implements app.AssessmentSweeps.
func (s *Store) SelfReportRowOf(ctx context.Context, id string) (app.SelfReportRow, error) {
	var row selfReportRow
	err := find(s.read.WithContext(ctx).Where("id = ?", id), &row, errSelfReport)
	return row.report(), err
}

// touchRow is a project in an output: a run touches a project many times over, and is
// written in one go.
type touchRow struct {
	Output  string
	Project string
	Places  []byte // JSON of []touchPlace
}

type touchPlace struct {
	UnitID    string `json:"unit"`
	Indicator string `json:"indicator"`
}

func (touchRow) TableName() string { return "assessment_touches" }

// SaveTouches implements app.AssessmentTx. An output is what it is: what was noted of it
// stays.
func (t *tx) SaveTouches(output string, list []app.Touch) error {
	var noted int64
	if err := t.db.Model(&touchRow{}).Where("output = ?", output).Limit(1).Count(&noted).Error; err != nil || noted > 0 || len(list) == 0 {
		return translate(err)
	}
	var codes []string
	places := map[string][]touchPlace{}
	for _, x := range list {
		if places[x.Project] == nil {
			codes = append(codes, x.Project)
		}
		places[x.Project] = append(places[x.Project], touchPlace{UnitID: x.UnitID, Indicator: x.Indicator})
	}
	rows := make([]touchRow, len(codes))
	for i, code := range codes {
		data, err := json.Marshal(places[code])
		if err != nil {
			return err
		}
		rows[i] = touchRow{Output: output, Project: code, Places: data}
	}
	return translate(t.db.CreateInBatches(&rows, 500).Error)
}

// TouchesOf implements app.AssessmentReads.
func (s *Store) TouchesOf(ctx context.Context, project string) ([]app.Touch, error) {
	var rows []touchRow
	if err := s.read.WithContext(ctx).Where("project = ?", project).Order("output").Find(&rows).Error; err != nil {
		return nil, translate(err)
	}
	out := []app.Touch{}
	for _, r := range rows {
		var places []touchPlace
		if err := json.Unmarshal(r.Places, &places); err != nil {
			return nil, err
		}
		for _, x := range places {
			out = append(out, app.Touch{Output: r.Output, Project: r.Project, UnitID: x.UnitID, Indicator: x.Indicator})
		}
	}
	return out, nil
}
