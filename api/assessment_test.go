package api_test

import (
	"io"

	"luodi/internal/app"
	"luodi/internal/app/apptest"
	"luodi/internal/assessment"
	"luodi/internal/fault"
	"luodi/internal/rulebook"
	scorebook "luodi/internal/rulebook/workbook"
	"luodi/internal/selfreport"
	"luodi/internal/sheet"
)

// wireAssessments runs years and self-reports without an engine; errands and scorings
// are performed at once.
func (w *town) wireAssessments(calendars *app.Calendars) {
	now := w.clock.Now
	w.reports = &apptest.Processes[selfreport.State, selfreport.Facts]{Recorder: &app.Recorder[selfreport.State, selfreport.Facts]{
		Definition: selfreport.Definition(), Journal: w.store, Facts: app.SelfReportFacts(calendars), Project: app.ProjectSelfReport,
	}, Now: now}
	w.scorer = app.NewScorer(w.store, w.store, w.blobs, 0)
	kinds := apptest.Kinds{selfreport.Kind: w.reports}
	errands := &app.Errands{Scorer: w.scorer, Reads: w.store, Processes: kinds, Now: now, NewID: newID}
	w.years = &apptest.Processes[assessment.State, assessment.Facts]{Recorder: &app.Recorder[assessment.State, assessment.Facts]{
		Definition: assessment.Definition(), Journal: w.store, Facts: app.AssessmentFacts(calendars), Project: app.ProjectAssessment,
	}, Perform: app.Effects{assessment.EffectErrand: errands.Run, assessment.EffectScore: w.scorer.Score}, Now: now}
	kinds[assessment.Kind] = w.years
	w.assessments = app.NewAssessments(app.Service[assessment.State, assessment.Facts]{
		Processes: kinds, Reads: w.store, Facts: app.AssessmentSnapshot(calendars), Now: now, NewID: newID,
	}, w.scorer, yearSheets{}, yearSheets{})
	w.selfReports = app.NewSelfReports(app.Service[selfreport.State, selfreport.Facts]{
		Processes: kinds, Reads: w.store, Facts: app.SelfReportSnapshot(calendars), Now: now, NewID: newID,
	}, w.scorer, yearSheets{})
	w.server.Assessments, w.server.SelfReports = w.assessments, w.selfReports
	w.inbox.Acts[assessment.Kind], w.inbox.Acts[selfreport.Kind] = w.assessments.Act, w.selfReports.Act
}

// yearSheets are the adapters that the program wires in.
type yearSheets struct{}

func (yearSheets) ReadCells(data []byte, figures []string, members []assessment.Member) ([]assessment.Cell, []fault.Detail) {
	cells, problems := sheet.ReadCells(data, figures, members)
	return cells, details(problems)
}

func (yearSheets) WriteCells(out io.Writer, title string, figures []app.CellFigure, members []assessment.Member, c assessment.Cells) error {
	list := make([]sheet.CellFigure, len(figures))
	for i, f := range figures {
		list[i] = sheet.CellFigure(f)
	}
	return sheet.WriteCells(out, title, list, members, c)
}

func (yearSheets) ReadReport(data []byte, figures []string) ([]app.ReportLine, []fault.Detail) {
	read, problems := sheet.ReadReport(data, figures)
	lines := make([]app.ReportLine, len(read))
	for i, l := range read {
		lines[i] = app.ReportLine(l)
	}
	return lines, details(problems)
}

func (yearSheets) WriteReport(out io.Writer, s selfreport.State) error {
	return sheet.WriteReport(out, s)
}

func (yearSheets) WriteScores(s *rulebook.Scores, out io.Writer) error {
	return scorebook.Write(s, out)
}
