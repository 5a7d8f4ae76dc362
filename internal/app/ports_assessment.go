package app

import (
	"context"
	"io"
	"time"

	"luodi/internal/assessment"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/process"
	"luodi/internal/rulebook"
	"luodi/internal/selfreport"
)

// AssessmentRow is a year in a list.
type AssessmentRow struct {
	ID           string           `json:"id" doc:"the year"`
	Year         int              `json:"year"`
	Title        string           `json:"title"`
	Stage        assessment.Stage `json:"stage" enum:"setup,running,reporting,verifying,scoring,rechecking,publicity,appealing,grading,locked,cancelled"`
	StageLabel   string           `json:"stage_label"`
	Book         string           `json:"book" doc:"title and version of the rule book"`
	Units        int              `json:"units" doc:"that are scored"`
	Appeals      int              `json:"appeals"`
	Due          time.Time        `json:"due,omitzero" doc:"of the present step"`
	Light        process.Light    `json:"light" enum:"green,yellow,red"`
	OpenedAt     time.Time        `json:"opened_at"`
	LockedAt     time.Time        `json:"locked_at,omitzero"`
	Hash         string           `json:"hash,omitempty" doc:"that a locked year's figures must reproduce"`
	Illustrative bool             `json:"illustrative"`
}

// SelfReportRow is a self-report in a list.
type SelfReportRow struct {
	ID          string           `json:"id"`
	Year        string           `json:"year"`
	UnitID      string           `json:"unit_id"`
	UnitName    string           `json:"unit_name"`
	Group       string           `json:"group"`
	Stage       selfreport.Stage `json:"stage" enum:"filling,submitted,verified,sealed,closed,finished"`
	StageLabel  string           `json:"stage_label"`
	Items       int              `json:"items"`
	Filled      int              `json:"filled" doc:"figures that the unit has stated"`
	Decided     int              `json:"decided" doc:"figures that stand"`
	Differs     int              `json:"differs" doc:"figures that differ from the registry's"`
	Frauds      int              `json:"frauds"`
	Late        bool             `json:"late"`
	Automatic   bool             `json:"automatic" doc:"the clock submitted it"`
	Asking      bool             `json:"asking" doc:"a request for more time is open"`
	Light       process.Light    `json:"light" enum:"green,yellow,red"`
	Due         time.Time        `json:"due,omitzero"`
	SubmittedAt time.Time        `json:"submitted_at,omitzero"`
	VerifiedAt  time.Time        `json:"verified_at,omitzero"`
}

// Touch says that a project counted for a unit's indicator in what was computed.
type Touch struct {
	Output    string // digest of what scoring gave
	Project   string // code
	UnitID    string
	Indicator string
}

// AssessmentTx is what years and self-reports write.
type AssessmentTx interface {
	// SaveAssessment upserts the list row of a year.
	SaveAssessment(AssessmentRow) error
	// SaveSelfReport upserts the list row of a self-report.
	SaveSelfReport(SelfReportRow) error
	// SaveTouches notes which projects counted in what was computed; once for an output.
	SaveTouches(output string, list []Touch) error
}

// AssessmentReads is what years are read by.
type AssessmentReads interface {
	// Assessments lists years, the latest first.
	Assessments(ctx context.Context, scope org.Scope, p Page) (rows []AssessmentRow, next string, err error)
	// SelfReports lists a year's self-reports by group and name.
	SelfReports(ctx context.Context, scope org.Scope, year string) ([]SelfReportRow, error)
	// TouchesOf are all places where a project counted, by output.
	TouchesOf(ctx context.Context, project string) ([]Touch, error)
}

// AssessmentSweeps is what reconcile reads.
type AssessmentSweeps interface {
	AssessmentRowOf(ctx context.Context, id string) (AssessmentRow, error)
	SelfReportRowOf(ctx context.Context, id string) (SelfReportRow, error)
}

// AssessmentSheets reads and writes a year's workbooks.
type AssessmentSheets interface {
	// ReadCells reads 任务分解表: a line for each unit, 全市 for the city, a column for each
	// figure, whose head may name a unit of measure. Empty cells aren't given; 无 takes a
	// target back. Problems name sheet and cell.
	ReadCells(data []byte, figures []string, members []assessment.Member) (cells []assessment.Cell, problems []fault.Detail)
	// WriteCells writes one that ReadCells takes back.
	WriteCells(w io.Writer, title string, figures []CellFigure, members []assessment.Member, c assessment.Cells) error
	// ReadReport reads a unit's self-report: a line for each figure.
	ReadReport(data []byte, figures []string) (lines []ReportLine, problems []fault.Detail)
	// WriteReport writes one that ReadReport takes back, with the registry's figures beside.
	WriteReport(w io.Writer, s selfreport.State) error
}

// CellFigure is a column of 任务分解表.
type CellFigure struct {
	Name    string
	Measure string
}

// ReportLine is a figure as a self-report's workbook states it.
type ReportLine struct {
	Figure string
	Value  string
	Reason string
	Where  string // cell of the value
}

// ScoreSheets writes scores as a workbook with live formulas.
type ScoreSheets interface {
	WriteScores(s *rulebook.Scores, w io.Writer) error
}
