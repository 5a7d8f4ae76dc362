package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"luodi/internal/app"
	"luodi/internal/assessment"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/rulebook"
	"luodi/internal/rulebook/workbook"
	"luodi/internal/selfreport"
	"luodi/internal/sheet"
)

// assessmentRecorder decides and records years.
func (s *system) assessmentRecorder() *app.Recorder[assessment.State, assessment.Facts] {
	return &app.Recorder[assessment.State, assessment.Facts]{
		Definition: assessment.Definition(), Journal: s.store, Facts: app.AssessmentFacts(s.calendars), Project: app.ProjectAssessment,
	}
}

// selfReportRecorder decides and records self-reports.
func (s *system) selfReportRecorder() *app.Recorder[selfreport.State, selfreport.Facts] {
	return &app.Recorder[selfreport.State, selfreport.Facts]{
		Definition: selfreport.Definition(), Journal: s.store, Facts: app.SelfReportFacts(s.calendars), Project: app.ProjectSelfReport,
	}
}

// newScorer makes what gathers, freezes and scores. It reads the books that users took in.
func (s *system) newScorer() *app.Scorer {
	return app.NewScorer(s.store, s.store, s.documents, settle)
}

func (s *system) errands() *app.Errands {
	return &app.Errands{Scorer: s.scorer, Reads: s.store, Processes: s.processes, Now: clock, NewID: newID}
}

func (s *system) assessments() *app.Assessments {
	return app.NewAssessments(app.Service[assessment.State, assessment.Facts]{
		Processes: s.processes, Reads: s.store, Facts: app.AssessmentSnapshot(s.calendars), Now: clock, NewID: newID,
	}, s.scorer, sheets{}, sheets{})
}

func (s *system) selfReports() *app.SelfReports {
	return app.NewSelfReports(app.Service[selfreport.State, selfreport.Facts]{
		Processes: s.processes, Reads: s.store, Facts: app.SelfReportSnapshot(s.calendars), Now: clock, NewID: newID,
	}, s.scorer, sheets{})
}

// compareAssessments compares years and self-reports with their streams.
func (s *system) compareAssessments(ctx context.Context) (app.Reconciled, error) {
	years := &app.Reconciler[assessment.State, assessment.Facts]{
		Definition: assessment.Definition(), Store: s.store, Events: s.store.Events, Processes: s.processes,
		Row: func(ctx context.Context, state assessment.State) (any, any, error) {
			kept, err := s.store.AssessmentRowOf(ctx, state.ID)
			return kept, app.AssessmentRowFor(state), err
		},
	}
	reports := &app.Reconciler[selfreport.State, selfreport.Facts]{
		Definition: selfreport.Definition(), Store: s.store, Events: s.store.Events, Processes: s.processes,
		Row: func(ctx context.Context, state selfreport.State) (any, any, error) {
			kept, err := s.store.SelfReportRowOf(ctx, state.ID)
			return kept, app.SelfReportRowFor(state), err
		},
	}
	out, err := years.Run(ctx)
	if err != nil {
		return out, err
	}
	more, err := reports.Run(ctx)
	return out.And(more), err
}

const assessmentUsage = "用法: luodi assessment verify 年度… [设置],如 luodi assessment verify 2023;不写年度则核验全部已正式计分的年度"

// assessmentCommand scores frozen inputs again and compares.
func assessmentCommand(ctx context.Context, p program) error {
	if len(p.args) == 0 || p.args[0] != "verify" {
		return fault.New(fault.Invalid, "usage", assessmentUsage)
	}
	s, err := start(ctx, p, parts{})
	if err != nil {
		return err
	}
	defer s.close(ctx)
	if err := s.openBlobs(); err != nil {
		return err
	}
	s.scorer = s.newScorer()
	return s.verifyYears(ctx, p.args[1:], p.stdout)
}

func (s *system) verifyYears(ctx context.Context, ids []string, out io.Writer) error {
	if len(ids) == 0 {
		rows, _, err := s.store.Assessments(ctx, org.Scope{All: true}, app.Page{Limit: 200})
		if err != nil {
			return err
		}
		for _, r := range rows {
			ids = append(ids, r.ID)
		}
	}
	done, differ := 0, 0
	for _, id := range ids {
		row, err := s.store.Process(ctx, assessment.Kind, id, org.Scope{All: true})
		if err != nil {
			return err
		}
		var state assessment.State
		if err := json.Unmarshal(row.State, &state); err != nil {
			return err
		}
		v, err := s.scorer.Verify(ctx, state)
		if fault.HasCode(err, "assessment_unscored") {
			_, _ = fmt.Fprintf(out, "%s %s:还没有正式计分\n", id, state.Stage.Label())
			continue
		}
		if err != nil {
			return err
		}
		done++
		verdict := "一致"
		if !v.Same {
			differ++
			verdict = fmt.Sprintf("不一致:重算为 %s", v.Recomputed)
		}
		_, _ = fmt.Fprintf(out, "%s %s 第%d次计分 %s %s\n", id, state.Stage.Label(), v.Run, v.Hash, verdict)
		for _, problem := range v.Problems {
			_, _ = fmt.Fprintf(out, "  %s\n", problem)
		}
	}
	_, _ = fmt.Fprintf(out, "luodi: assessment verify: %d years, %d differ\n", done, differ)
	if differ > 0 {
		return fault.Newf(fault.Conflict, "assessments_differ", "有%d个年度与重算不一致", differ)
	}
	return nil
}

// WriteScores implements app.ScoreSheets.
func (sheets) WriteScores(x *rulebook.Scores, w io.Writer) error { return workbook.Write(x, w) }

// ReadCells implements app.AssessmentSheets.
func (sheets) ReadCells(data []byte, figures []string, members []assessment.Member) ([]assessment.Cell, []fault.Detail) {
	cells, problems := sheet.ReadCells(data, figures, members)
	return cells, sheetDetails(problems)
}

// WriteCells implements app.AssessmentSheets.
func (sheets) WriteCells(w io.Writer, title string, figures []app.CellFigure, members []assessment.Member, c assessment.Cells) error {
	list := make([]sheet.CellFigure, len(figures))
	for i, f := range figures {
		list[i] = sheet.CellFigure(f)
	}
	return sheet.WriteCells(w, title, list, members, c)
}

// ReadReport implements app.AssessmentSheets.
func (sheets) ReadReport(data []byte, figures []string) ([]app.ReportLine, []fault.Detail) {
	read, problems := sheet.ReadReport(data, figures)
	lines := make([]app.ReportLine, len(read))
	for i, l := range read {
		lines[i] = app.ReportLine(l)
	}
	return lines, sheetDetails(problems)
}

// WriteReport implements app.AssessmentSheets.
func (sheets) WriteReport(w io.Writer, s selfreport.State) error { return sheet.WriteReport(w, s) }
