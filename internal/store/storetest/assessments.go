package storetest

import (
	"testing"
	"time"

	"luodi/internal/app"
	"luodi/internal/assessment"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/process"
	"luodi/internal/selfreport"
	"luodi/internal/store"
)

var assessments = map[string]func(*testing.T, *store.Store){
	"YearsAreListedLatestFirst":    testYears,
	"SelfReportsAreTheirReaders":   testSelfReports,
	"ProjectsKnowWhereTheyCounted": testTouches,
}

func year(id string, of int) app.AssessmentRow {
	at := noon.UTC().Truncate(time.Microsecond)
	return app.AssessmentRow{ID: id, Year: of, Title: id + "年度招商引资考核", Stage: assessment.Reporting, StageLabel: assessment.Reporting.Label(), Book: "考核细则 1", Units: 27, Appeals: 2,
		Due: at.Add(time.Hour), Light: process.Yellow, OpenedAt: at, LockedAt: at.Add(2 * time.Hour), Hash: "ab", Illustrative: true}
}

func testYears(t *testing.T, s *store.Store) {
	a, b := year("2023", 2023), year("2024", 2024)
	b.Due, b.LockedAt, b.Hash = time.Time{}, time.Time{}, ""
	inTx(t, s, func(tx app.Tx) error {
		if err := tx.SaveAssessment(a); err != nil {
			return err
		}
		return tx.SaveAssessment(b)
	})
	a.Stage, a.StageLabel, a.Appeals = assessment.Locked, assessment.Locked.Label(), 3
	inTx(t, s, func(tx app.Tx) error { return tx.SaveAssessment(a) })
	rows, next, err := s.Assessments(ctx, org.Scope{All: true}, app.Page{Limit: 10})
	must(t, err)
	wantSame(t, rows, []app.AssessmentRow{b, a})
	wantSame(t, next, "")
	wantSame(t, value[app.AssessmentRow](t)(s.AssessmentRowOf(ctx, "2023")), a)
	rows, _, err = s.Assessments(ctx, org.Scope{UnitID: "fangxian"}, app.Page{Limit: 10})
	must(t, err)
	wantSame(t, len(rows), 0)
	_, err = s.AssessmentRowOf(ctx, "1999")
	wantCode(t, err, fault.NotFound, "assessment_unknown")
}

func testSelfReports(t *testing.T, s *store.Store) {
	at := noon.UTC().Truncate(time.Microsecond)
	r := app.SelfReportRow{ID: "2023-fangxian", Year: "2023", UnitID: "fangxian", UnitName: "房县", Group: "县市区", Stage: selfreport.Submitted, StageLabel: selfreport.Submitted.Label(),
		Items: 9, Filled: 8, Decided: 7, Differs: 2, Frauds: 1, Late: true, Automatic: true, Asking: true, Light: process.Red, Due: at, SubmittedAt: at, VerifiedAt: at.Add(time.Minute)}
	inTx(t, s, func(tx app.Tx) error { return tx.SaveSelfReport(r) })
	list := func(scope org.Scope, year string) []app.SelfReportRow {
		rows, err := s.SelfReports(ctx, scope, year)
		must(t, err)
		return rows
	}
	wantSame(t, list(org.Scope{All: true}, "2023"), []app.SelfReportRow{r})
	wantSame(t, len(list(org.Scope{All: true}, "2024")), 0)
	wantSame(t, len(list(org.Scope{UnitID: "zhuxi", UserID: "u"}, "2023")), 0)
	r.Decided = 9
	inTx(t, s, func(tx app.Tx) error { return tx.SaveSelfReport(r) })
	wantSame(t, value[app.SelfReportRow](t)(s.SelfReportRowOf(ctx, r.ID)), r)
	_, err := s.SelfReportRowOf(ctx, "2023-zhuxi")
	wantCode(t, err, fault.NotFound, "selfreport_unknown")
}

func testTouches(t *testing.T, s *store.Store) {
	one := []app.Touch{{Output: "d1", Project: "SY001", UnitID: "fangxian", Indicator: "A1"}, {Output: "d1", Project: "SY001", UnitID: "fangxian", Indicator: "B"}, {Output: "d1", Project: "SY002", UnitID: "fangxian", Indicator: "A1"}}
	two := []app.Touch{{Output: "d2", Project: "SY001", UnitID: "zhuxi", Indicator: "A1"}}
	for range 2 { // asked again it's the same
		inTx(t, s, func(tx app.Tx) error {
			if err := tx.SaveTouches("d1", one); err != nil {
				return err
			}
			return tx.SaveTouches("d2", two)
		})
	}
	wantSame(t, value[[]app.Touch](t)(s.TouchesOf(ctx, "SY001")), append(one[:2:2], two...))
	wantSame(t, len(value[[]app.Touch](t)(s.TouchesOf(ctx, "SY009"))), 0)
}
