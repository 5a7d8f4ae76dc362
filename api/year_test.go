package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"luodi/internal/app"
	"luodi/internal/assessment"
	"luodi/internal/org"
	"luodi/internal/process"
	"luodi/internal/rulebook"
	"luodi/internal/selfreport"
)

const yearsPath = "/api/v1/assessments"

// bureau is who plays an assessment year: with the demonstration's registry.
type bureau struct {
	*town
	assessor, leader, county, department, trade person
	year                                        string
}

// yearView is what the tests read of a year.
type yearView struct {
	Stage, Computing string
	Published        bool
	Members          []struct {
		UnitID string `json:"unit_id"`
		Name   string
		Group  string
	}
	Runs []struct {
		No                       int
		Kind, Void, Failed, Hash string
		Inputs, Output           string
		Standing                 bool
	}
	Appeals []struct {
		No, Before, After int
		Status            string
	}
	Changes   []struct{ Diff []string }
	Publicity []struct{ Due, Over time.Time }
	Locked    *struct{ Hash string }
	Draws     []struct {
		Seed  string
		Items []struct{ ID, Found string }
	}
	Actions  []deed
	Timeline []struct{ Text, Type string }
}

func newBureau(t testing.TB) *bureau {
	t.Helper()
	w := newShiyan(t)
	x := &bureau{town: w, year: "2023"}
	x.signIn()
	return x
}

// signIn: sessions end after some days.
func (x *bureau) signIn() {
	x.assessor, x.leader, x.county, x.department, x.trade = x.as("kaohe.jingban"), x.as("zhaoshang.fuze"), x.as("danjiangkou.jingban"), x.as("fagai.jingban"), x.as("shangwu.jingban")
}

// book takes a shipped book in and publishes it.
func (x *bureau) book(name string) string {
	x.Helper()
	b := into[struct{ ID string }](x.assessor.send(http.MethodPost, booksPath, []byte(shipped(x, name)), asYAML).is(http.StatusCreated))
	x.leader.post(booksPath+"/"+b.ID+"/publish", fields{}).is(http.StatusOK)
	return b.ID
}

func (p person) theYear(year string) yearView {
	p.Helper()
	return into[yearView](p.get(yearsPath + "/" + year).is(http.StatusOK))
}

func (x *bureau) do(p person, action string, body any, changes ...change) answer {
	x.Helper()
	return p.post(yearsPath+"/"+x.year+"/actions/"+action, body, changes...)
}

func (x *bureau) report(p person, unit, action string, body any, changes ...change) answer {
	x.Helper()
	return p.post(yearsPath+"/"+x.year+"/units/"+unit+"/actions/"+action, body, changes...)
}

// reportView is what the tests read of a self-report.
type reportView struct {
	Stage     string
	UnitName  string `json:"unit_name"`
	Missing   int
	Automatic bool
	Items     []struct {
		Name, Kind, Origin, Registry, Said, Verdict, Final, Verifier string
		Optional                                                     bool
		Records                                                      int
	}
	Actions  []deed
	Timeline []struct{ Text string }
}

func (x *bureau) reportOf(p person, unit string) reportView {
	x.Helper()
	return into[reportView](p.get(yearsPath + "/" + x.year + "/units/" + unit).is(http.StatusOK))
}

// open sets the year up to the issue of its targets.
func (x *bureau) open() {
	x.Helper()
	x.assessor.post(yearsPath, fields{"year": 2023, "book_id": x.book("city-2023.yaml")}).is(http.StatusCreated)
	x.do(x.assessor, "set_duties", fields{"duties": []fields{{"indicator": "E1", "unit_id": "shangwu"}, {"indicator": "H1", "unit_id": "fagai"}}}).is(http.StatusOK)
	x.do(x.assessor, "set_judges", fields{"judges": []fields{
		{"user_id": "demo-jingxin.yanpan", "topics": []string{"营商环境", "服务质量"}, "panel": "企业"}, {"user_id": "demo-caizheng.yanpan", "topics": []string{"营商环境"}},
		{"user_id": "demo-danjiangkou.jingban", "topics": []string{"服务质量"}, "panel": "县市区"},
	}}).is(http.StatusOK)
	x.setTargets("")
	x.do(x.leader, "issue", fields{}).is(http.StatusOK)
}

// setTargets sets every target that the book needs.
func (x *bureau) setTargets(reason string) {
	x.Helper()
	var cells []fields
	for _, m := range x.assessor.theYear(x.year).Members {
		for figure, value := range map[string]map[string]string{
			"县市区":  {"签约项目目标": "60", "签约金额目标": "300亿元", "外出批次目标": "100"},
			"市直部门": {"引荐目标": "2"},
		}[m.Group] {
			cells = append(cells, fields{"unit_id": m.UnitID, "figure": figure, "value": value})
		}
	}
	x.assessor.send(http.MethodPut, yearsPath+"/"+x.year+"/targets", marshalled(x, fields{"cells": cells, "reason": reason}), asJSON).is(http.StatusOK)
}

func marshalled(t testing.TB, v any) []byte {
	t.Helper()
	data, err := json.Marshal(v)
	must(t, err)
	return data
}

var asJSON = header("Content-Type", "application/json")

// submit fills a unit's self-report with the registry's figures, and with numbers where
// it has none.
func (x *bureau) submit(p person, unit string) {
	x.Helper()
	var items []fields
	for _, it := range x.reportOf(p, unit).Items {
		value := it.Registry
		if value == "" {
			value = map[string]string{"外出招商批次": "90", "发生重大事故": "否"}[it.Name]
		}
		if value == "" && !it.Optional {
			value = "95%"
		}
		if value != "" {
			items = append(items, fields{"figure": it.Name, "value": value})
		}
	}
	x.report(p, unit, "fill", fields{"items": items}).is(http.StatusOK)
	x.report(p, unit, "submit", fields{}).is(http.StatusOK)
}

// score takes the year from its issued targets to a rechecked official run.
func (x *bureau) score() {
	x.Helper()
	x.do(x.assessor, "begin_reporting", fields{}).is(http.StatusOK)
	for _, m := range x.assessor.theYear(x.year).Members {
		x.submit(x.as(m.UnitID+".jingban"), m.UnitID)
	}
	x.do(x.assessor, "begin_verifying", fields{}).is(http.StatusOK)
	x.mark()
	x.verifyAll()
	x.do(x.assessor, "begin_scoring", fields{}).is(http.StatusOK)
	x.do(x.assessor, "official", fields{}).is(http.StatusOK)
	x.do(x.leader, "recheck_pass", fields{}).is(http.StatusOK)
}

func (x *bureau) mark() {
	x.Helper()
	type sheet struct {
		Blind   bool
		Spreads []any
		Mine    []struct {
			Topic string
			Units []struct {
				UnitID string `json:"unit_id"`
			}
		}
	}
	for n, login := range []string{"jingxin.yanpan", "caizheng.yanpan", "danjiangkou.jingban"} {
		judge := x.as(login)
		for _, t := range into[sheet](judge.get(yearsPath + "/" + x.year + "/marks").is(http.StatusOK)).Mine {
			var marks []fields
			for i, u := range t.Units {
				marks = append(marks, fields{"unit_id": u.UnitID, "mark": fmt.Sprintf("%d.5", 80+(i+n)%15)})
			}
			x.do(judge, "mark", fields{"topic": t.Topic, "marks": marks}).is(http.StatusOK)
		}
	}
	if s := into[sheet](x.assessor.get(yearsPath + "/" + x.year + "/marks").is(http.StatusOK)); !s.Blind || len(s.Spreads) != 0 {
		x.Errorf("marks are not blind: %+v", s)
	}
}

func (x *bureau) verifyAll() {
	x.Helper()
	for _, m := range x.assessor.theYear(x.year).Members {
		for _, p := range []person{x.trade, x.department, x.assessor} {
			r := x.reportOf(x.assessor, m.UnitID)
			if r.Stage == "verified" {
				break
			}
			x.report(p, m.UnitID, "confirm", fields{}) // whoever has nothing to verify is refused
		}
		if r := x.reportOf(x.assessor, m.UnitID); r.Stage != "verified" {
			x.Fatalf("%s: %s %+v", m.UnitID, r.Stage, r.Items)
		}
	}
}

func (x *bureau) publicize() { x.do(x.leader, "publicize", fields{}).is(http.StatusOK) }

// passes lets a year's clock run: what its timers owe by then.
func (x *bureau) passes(d time.Duration) {
	x.Helper()
	x.clock.advance(d)
	defer x.signIn()
	for range 10 {
		row, err := x.store.Process(x.Context(), assessment.Kind, x.year, org.Scope{All: true})
		must(x, err)
		var s assessment.State
		must(x, json.Unmarshal(row.State, &s))
		due := slices.DeleteFunc(assessment.Timers(s), func(t process.Timer) bool { return t.At.After(x.clock.Now()) })
		if len(due) == 0 {
			return
		}
		for _, t := range due {
			_, _, err := x.years.Send(x.Context(), assessment.Kind, x.year, process.Command{ID: t.CommandID(), Name: t.Command, Actor: org.SystemActor(), At: x.clock.Now()})
			must(x, err)
		}
	}
}

// A whole year: targets, self-reports, verification, marks, scoring, recheck, publicity,
// an appeal that moves others, a second publicity, grades by two people, and the lock.
func TestAnAssessmentYear(t *testing.T) {
	x := newBureau(t)
	x.open()
	x.do(x.assessor, "trial", fields{}).is(http.StatusOK)
	if y := x.assessor.theYear("2023"); len(y.Runs) != 1 || y.Runs[0].Failed != "" || y.Runs[0].Kind != "trial" || y.Runs[0].Standing {
		t.Fatalf("%+v", y.Runs)
	}
	x.county.get(yearsPath+"/2023/scores").refused(http.StatusNotFound, "assessment_unpublished")
	x.score()
	x.county.get(yearsPath+"/2023/scores").refused(http.StatusNotFound, "assessment_unpublished")
	x.publicize()

	table := into[app.ScoreTable](x.county.get(yearsPath + "/2023/scores").is(http.StatusOK))
	if len(table.Groups) != 2 || len(table.Groups[0].Rows) != 10 || len(table.Groups[1].Rows) != 17 {
		t.Fatalf("%+v", table.Groups)
	}
	x.evidence(table)
	x.appeal(table)
	x.grade()
	x.outputs()

	v := into[app.Verified](x.county.get(yearsPath + "/2023/verification").is(http.StatusOK))
	if !v.Same || !v.Locked || v.Hash != x.assessor.theYear("2023").Locked.Hash {
		t.Errorf("%+v", v)
	}
	x.do(x.assessor, "trial", fields{}).refused(http.StatusConflict, "action_conflict")
	x.report(x.county, "danjiangkou", "fill", fields{"items": []fields{}}).refused(http.StatusConflict, "action_conflict")
	x.reconciled()
}

// evidence follows the points of one score down to the events that recorded them, and a
// project up to what it counted in.
func (x *bureau) evidence(table app.ScoreTable) {
	x.Helper()
	type chain struct {
		Figures []struct {
			Name, Value, Source string
			Event               *struct{ Hash string }
		}
		Projects []struct {
			ID, Code string
			Events   []struct{ Type string }
			Fields   []struct{ Name, Value string }
		}
		More      int
		Indicator struct {
			Clause, Score string
			Explanation   *rulebook.Explanation
		}
	}
	at := yearsPath + "/2023/scores/danjiangkou/indicators/"
	c := into[chain](x.county.get(at + "A1/evidence").is(http.StatusOK))
	if len(c.Projects) == 0 || c.Indicator.Clause == "" || c.Indicator.Explanation == nil {
		x.Fatalf("%+v", c)
	}
	if p := c.Projects[0]; p.ID == "" || len(p.Events) == 0 || len(p.Fields) == 0 {
		x.Errorf("%+v", p)
	}
	if i := slices.IndexFunc(c.Figures, func(f struct {
		Name, Value, Source string
		Event               *struct{ Hash string }
	}) bool {
		return f.Name == "签约项目目标"
	}); i < 0 || c.Figures[i].Source != "target" || c.Figures[i].Value != "60" {
		x.Errorf("%+v", c.Figures)
	}
	e := into[chain](x.county.get(at + "E1/evidence").is(http.StatusOK))
	if len(e.Figures) != 2 || e.Figures[0].Name != "外出批次目标" && e.Figures[1].Event == nil {
		x.Errorf("%+v", e.Figures)
	}
	up := into[struct{ Scores []app.ProjectScore }](x.county.get("/api/v1/projects/" + c.Projects[0].ID + "/timeline").is(http.StatusOK))
	if !slices.ContainsFunc(up.Scores, func(s app.ProjectScore) bool {
		return s.UnitID == "danjiangkou" && s.Indicator == "A1" && s.Score == c.Indicator.Score
	}) {
		x.Errorf("%+v", up.Scores)
	}
	x.county.get(at+"Z9/evidence").refused(http.StatusNotFound, "indicator_unknown")
	x.county.get(yearsPath+"/2023/scores/nobody").refused(http.StatusNotFound, "unit_unscored")
}

// appeal: one in the last minute, one that is accepted and moves others, one refused.
func (x *bureau) appeal(before app.ScoreTable) {
	x.Helper()
	x.do(x.county, "appeal", fields{"indicator": "E1", "text": "外出招商批次应为109批次"}).is(http.StatusOK)
	x.do(x.county, "appeal", fields{"indicator": "E1", "text": "再次申诉同一项"}).refused(http.StatusUnprocessableEntity, "appeal_open")
	x.do(x.as("fangxian.jingban"), "appeal", fields{"indicator": "E2", "text": "评议分偏低,请复核"}).is(http.StatusOK)
	x.do(x.trade, "rule", fields{"appeal": "1", "result": "refused", "text": "无权裁定的人"}).refused(http.StatusForbidden, "action_forbidden")
	x.do(x.leader, "rule", fields{"appeal": "2", "result": "refused", "text": "评议程序合规,维持原分"}).is(http.StatusOK)
	x.do(x.leader, "rule", fields{"appeal": "1", "result": "accepted", "text": "经核属实,予以更正"}).refused(http.StatusUnprocessableEntity, "corrections_required")
	x.do(x.leader, "rule", fields{"appeal": "1", "result": "accepted", "text": "经核属实,予以更正", "corrections": []fields{{"figure": "外出招商批次", "value": "一百"}}}).refused(http.StatusUnprocessableEntity, "figure_invalid")
	x.do(x.leader, "rule", fields{"appeal": "1", "result": "accepted", "text": "经核属实,予以更正", "corrections": []fields{{"figure": "外出招商批次", "value": "109"}}}).is(http.StatusOK)
	y := x.assessor.theYear("2023")
	if a := y.Appeals[0]; a.Status != "accepted" || a.After == 0 || a.Before == 0 {
		x.Fatalf("%+v", y.Appeals)
	}
	d := into[app.RunDifference](x.county.get(fmt.Sprintf("%s/2023/runs/diff?from=%d&to=%d", yearsPath, y.Appeals[0].Before, y.Appeals[0].After)).is(http.StatusOK))
	if len(d.Inputs) != 1 || !slices.ContainsFunc(d.Units, func(u app.UnitDifference) bool {
		return u.UnitID == "danjiangkou" && u.TotalFrom != u.TotalTo && len(u.Indicators) > 0
	}) {
		x.Errorf("%+v", d)
	}
	x.do(x.assessor, "begin_grading", fields{}).refused(http.StatusConflict, "action_conflict")
	x.passes(12 * 24 * time.Hour)
	if y := x.assessor.theYear("2023"); y.Stage != "appealing" {
		x.Fatalf("after the publicity: %s", y.Stage)
	}
	x.do(x.county, "appeal", fields{"indicator": "A1", "text": "公示已经结束之后"}).refused(http.StatusConflict, "action_conflict")
	x.do(x.assessor, "begin_grading", fields{}).refused(http.StatusConflict, "action_conflict")
	x.publicize()
	x.passes(12 * 24 * time.Hour)
	if y := x.assessor.theYear("2023"); y.Stage != "grading" || len(y.Publicity) != 2 {
		x.Fatalf("after the second publicity: %s", y.Stage)
	}
}

func (x *bureau) grade() {
	x.Helper()
	table := into[app.ScoreTable](x.assessor.get(yearsPath + "/2023/scores").is(http.StatusOK))
	last := table.Groups[0].Rows[9]
	x.do(x.assessor, "adjust", fields{"unit_id": last.UnitID, "grade": "优秀", "text": "测试名额已满时不能调整"})
	to := "良好"
	if last.Grade == to {
		to = "合格"
	}
	x.do(x.assessor, "adjust", fields{"unit_id": last.UnitID, "grade": to, "text": "统筹考虑全年工作情况"})
	y := x.assessor.theYear("2023")
	if slices.ContainsFunc(y.Actions, func(d deed) bool { return d.Action == "refuse_adjust" }) {
		x.do(x.assessor, "confirm_adjust", fields{}).refused(http.StatusForbidden, "action_forbidden")
	}
	x.do(x.leader, "confirm_adjust", fields{}).is(http.StatusOK)
	x.do(x.assessor, "lock", fields{}).refused(http.StatusForbidden, "action_forbidden")
	x.do(x.leader, "lock", fields{}).is(http.StatusOK)
	if y := x.assessor.theYear("2023"); y.Stage != "locked" || y.Locked == nil {
		x.Fatalf("%+v", y)
	}
}

// outputs are a workbook with live formulas, Word and PDF.
func (x *bureau) outputs() {
	x.Helper()
	data := x.county.get(yearsPath + "/2023/scores.xlsx").is(http.StatusOK).body
	book, err := excelize.OpenReader(bytes.NewReader(data))
	must(x, err)
	defer book.Close()
	formulas := 0
	for _, sheet := range book.GetSheetList() {
		rows, err := book.GetRows(sheet)
		must(x, err)
		for r := range rows {
			for c := range rows[r] {
				cell, _ := excelize.CoordinatesToCellName(c+1, r+1)
				if f, _ := book.GetCellFormula(sheet, cell); f != "" {
					formulas++
				}
			}
		}
	}
	if formulas < 100 {
		x.Errorf("%d formulas", formulas)
	}
	for path, magic := range map[string]string{"notice.pdf": "%PDF", "notice.docx": "PK"} {
		if got := x.county.get(yearsPath + "/2023/" + path).is(http.StatusOK); !strings.HasPrefix(string(got.body), magic) {
			x.Errorf("%s begins with %.8q", path, got.body)
		}
	}
}

// reconciled compares what is stored with the streams.
func (x *bureau) reconciled() {
	x.Helper()
	row, err := x.store.AssessmentRowOf(x.Context(), x.year)
	must(x, err)
	p, err := x.store.Process(x.Context(), assessment.Kind, x.year, org.Scope{All: true})
	must(x, err)
	events, err := x.store.Events(x.Context(), p.Stream, 0)
	must(x, err)
	if want := app.AssessmentRowFor(assessment.Definition().Replay(assessment.State{}, events)); fmt.Sprint(row) != fmt.Sprint(want) {
		x.Errorf("stored %+v, by its stream %+v", row, want)
	}
	reports, err := x.store.SelfReports(x.Context(), org.Scope{All: true}, x.year)
	must(x, err)
	for _, r := range reports {
		events, err := x.store.Events(x.Context(), process.StreamID(selfreport.Kind, r.ID), 0)
		must(x, err)
		if want := app.SelfReportRowFor(selfreport.Definition().Replay(selfreport.State{}, events)); fmt.Sprint(r) != fmt.Sprint(want) {
			x.Errorf("stored %+v, by its stream %+v", r, want)
		}
	}
}

// A sheet of targets and one of a self-report with faults give every finding with its
// cell, and nothing is taken in.
func TestYearSheetsAreCheckedCellByCell(t *testing.T) {
	x := newBureau(t)
	x.assessor.post(yearsPath, fields{"year": 2023, "book_id": x.book("city-2023.yaml")}).is(http.StatusCreated)
	at := yearsPath + "/2023"
	x.do(x.leader, "issue", fields{}).refused(http.StatusConflict, "action_conflict")
	bad := sheetOf(t, [][]any{{"单位", "签约项目目标(个)", "签约金额目标(万元)", "招商引资"}, {"茅箭区", "六十", 3500000, 1}, {"某县", 3, 3}, {"市财政局", 5, nil}, {"张湾区", -1, 10}})
	a := x.assessor.sendSheet(at+"/targets/import", bad)
	a.refused(http.StatusUnprocessableEntity, "targets_invalid")
	for _, want := range []string{"B2", "D1", "A3", "B4", "B5"} {
		if !strings.Contains(string(a.body), "!"+want) {
			t.Errorf("nothing about %s: %s", want, a.body)
		}
	}
	if v := into[app.TargetsView](x.assessor.get(at + "/targets").is(http.StatusOK)); v.Version != 0 || len(v.Missing) != 10*3+17 {
		t.Errorf("version %d, %d missing", v.Version, len(v.Missing))
	}
	good := sheetOf(t, [][]any{{"单位", "签约项目目标(个)", "签约金额目标(万元)"}, {"全市", 130, nil}, {"茅箭区", 60, 3500000}, {"张湾区", 80, 2000000}})
	told := into[app.TargetsChange](x.assessor.sendSheet(at+"/targets/import?dry_run=true", good).is(http.StatusOK))
	if len(told.Moved) != 5 || len(told.Sums) != 1 || !strings.Contains(told.Sums[0].Message, "多10") {
		t.Errorf("%+v", told)
	}
	if v := into[app.TargetsView](x.assessor.get(at + "/targets").is(http.StatusOK)); v.Version != 0 {
		t.Error("a dry run changed something")
	}
	x.assessor.sendSheet(at+"/targets/import", good).is(http.StatusOK)
	v := into[app.TargetsView](x.assessor.get(at + "/targets").is(http.StatusOK))
	if i := slices.IndexFunc(v.Units, func(l app.TargetLine) bool { return l.UnitID == "maojian" }); v.Units[i].Values["签约金额目标"] != "350" { // 亿元
		t.Errorf("%+v", v.Units[i])
	}
	back := x.assessor.get(at + "/targets/targets.xlsx").is(http.StatusOK).body
	if told := into[app.TargetsChange](x.assessor.sendSheet(at+"/targets/import", back).is(http.StatusOK)); len(told.Moved) != 0 {
		t.Errorf("what was exported differs: %v", told.Moved)
	}
	x.do(x.leader, "issue", fields{}).refused(http.StatusConflict, "targets_incomplete")
	x.setTargets("")
	x.do(x.assessor, "issue", fields{}).refused(http.StatusForbidden, "action_forbidden")
	x.do(x.leader, "issue", fields{}).is(http.StatusOK)
	x.do(x.assessor, "begin_reporting", fields{}).is(http.StatusOK)

	unit := at + "/units/danjiangkou"
	a = x.county.sendSheet(unit+"/import", sheetOf(t, [][]any{{"数据项", "自报数", "差异理由"}, {"外出招商批次", "很多"}, {"没有的数", 3}, {"发生重大事故", "也许"}}))
	a.refused(http.StatusUnprocessableEntity, "report_invalid")
	for _, want := range []string{"B2", "A3", "B4"} {
		if !strings.Contains(string(a.body), "!"+want) {
			t.Errorf("nothing about %s: %s", want, a.body)
		}
	}
	x.county.sendSheet(unit+"/import", sheetOf(t, [][]any{{"数据项", "自报数", "差异理由"}, {"外出招商批次", 90}, {"签约项目数", 1, "口径不同"}})).is(http.StatusOK)
	for _, it := range x.reportOf(x.county, "danjiangkou").Items {
		if it.Name == "签约项目数" && (it.Said != "1" || it.Registry == "1") {
			t.Errorf("%+v", it)
		}
	}
	a = x.report(x.county, "danjiangkou", "submit", fields{})
	a.refused(http.StatusUnprocessableEntity, "report_incomplete")
	x.as("fangxian.jingban").get(unit).refused(http.StatusNotFound, "process_unknown")
}

func sheetOf(t testing.TB, rows [][]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for i, r := range rows {
		cell, _ := excelize.CoordinatesToCellName(1, i+1)
		must(t, f.SetSheetRow("Sheet1", cell, &r))
	}
	var b bytes.Buffer
	must(t, f.Write(&b))
	return b.Bytes()
}

// What changes once the targets were issued needs a second person: another version of the
// book with its differences, a name, a merger, the targets. A book that is published while
// the year runs doesn't touch it.
func TestAYearChangesByApproval(t *testing.T) {
	x := newBureau(t)
	x.open()
	later := x.book("city-2024.yaml")
	type bookOf struct {
		Book struct{ Version string }
	}
	version := func() string {
		return into[bookOf](x.assessor.get(yearsPath + "/2023").is(http.StatusOK)).Book.Version
	}
	if v := version(); v != "2023.1" {
		t.Fatalf("a book that was published changed the year's to %s", v)
	}
	x.do(x.assessor, "propose_book", fields{"book_id": "nothing", "text": "口径调整"}).refused(http.StatusUnprocessableEntity, "rulebook_unknown")
	x.do(x.assessor, "propose_book", fields{"book_id": later, "text": "按新版细则执行"}).is(http.StatusOK)
	if y := x.assessor.theYear("2023"); len(y.Changes) != 1 || len(y.Changes[0].Diff) < 5 || version() != "2023.1" {
		t.Fatalf("%+v", y.Changes)
	}
	x.do(x.assessor, "approve_change", fields{}).refused(http.StatusForbidden, "action_forbidden")
	x.do(x.leader, "approve_change", fields{}).is(http.StatusOK)
	if v := version(); v != "2024.1" {
		t.Fatalf("approved, and still %s", v)
	}
	x.do(x.assessor, "propose_rename", fields{"unit_id": "jingkai", "name": "十堰高新区", "text": "经批准更名"}).is(http.StatusOK)
	x.do(x.leader, "refuse_change", fields{"text": "文件未到"}).is(http.StatusOK)
	x.do(x.assessor, "propose_rename", fields{"unit_id": "jingkai", "name": "十堰高新区", "text": "经批准更名"}).is(http.StatusOK)
	x.do(x.leader, "approve_change", fields{}).is(http.StatusOK)
	x.do(x.assessor, "begin_reporting", fields{}).is(http.StatusOK)
	x.do(x.assessor, "propose_merge", fields{"unit_id": "wudangshan", "into": "shangwu", "text": "机构改革"}).refused(http.StatusUnprocessableEntity, "merge_group")
	x.do(x.assessor, "propose_merge", fields{"unit_id": "wudangshan", "into": "danjiangkou", "text": "机构改革", "add_targets": true}).is(http.StatusOK)
	before := x.reportOf(x.assessor, "danjiangkou")
	x.do(x.leader, "approve_change", fields{}).is(http.StatusOK)
	if r := x.reportOf(x.assessor, "wudangshan"); r.Stage != "closed" {
		t.Errorf("the merged unit's self-report is %s", r.Stage)
	}
	if r := x.reportOf(x.assessor, "jingkai"); r.UnitName != "十堰高新区" {
		t.Errorf("the renamed unit is %s", r.UnitName)
	}
	x.report(x.county, "danjiangkou", "refresh", fields{}).is(http.StatusOK)
	after := x.reportOf(x.assessor, "danjiangkou")
	counted := func(r reportView) string {
		for _, it := range r.Items {
			if it.Name == "签约项目数" {
				return it.Registry
			}
		}
		return ""
	}
	if counted(before) == counted(after) {
		t.Errorf("%s projects before and after the merger", counted(after))
	}
	v := into[app.TargetsView](x.assessor.get(yearsPath + "/2023/targets").is(http.StatusOK))
	i := slices.IndexFunc(v.Units, func(l app.TargetLine) bool { return l.UnitID == "danjiangkou" })
	if v.Units[i].Values["签约项目目标"] != "120" || v.Version != 2 {
		t.Errorf("version %d: %+v", v.Version, v.Units[i])
	}
	x.do(x.assessor, "propose_book", fields{"book_id": later, "text": "再换一次"}).refused(http.StatusConflict, "action_conflict")
	x.do(x.assessor, "trial", fields{}).is(http.StatusOK)
	if y := x.assessor.theYear("2023"); y.Runs[0].Failed != "" {
		t.Errorf("%+v", y.Runs[0])
	}
}

// Two verifiers at once: each figure gets one verdict.
func TestTwoVerifiersAtOnce(t *testing.T) {
	x := newBureau(t)
	x.open()
	x.do(x.assessor, "begin_reporting", fields{}).is(http.StatusOK)
	x.submit(x.county, "danjiangkou")
	x.report(x.department, "danjiangkou", "confirm", fields{}).refused(http.StatusNotFound, "process_unknown") // it verifies nothing here
	x.report(x.county, "danjiangkou", "confirm", fields{}).refused(http.StatusForbidden, "action_forbidden")
	correct := fields{"value": "88", "text": "核减重复计算的批次"}
	status := make(chan int, 2)
	colleague := x.as("shangwu.fuze")
	for _, p := range []person{x.trade, colleague} {
		go func() { status <- x.report(p, "danjiangkou", "correct", correct).status }()
	}
	got := []int{<-status, <-status}
	slices.Sort(got)
	if !slices.Equal(got, []int{http.StatusOK, http.StatusConflict}) {
		t.Errorf("%v", got)
	}
	x.report(colleague, "danjiangkou", "reopen", fields{"figure": "外出招商批次", "text": "补充材料"}).is(http.StatusOK)
	x.report(colleague, "danjiangkou", "return", fields{"figures": []string{"外出招商批次"}, "text": "请补充行程说明"}).is(http.StatusOK)
	if r := x.reportOf(x.county, "danjiangkou"); r.Stage != "filling" {
		t.Errorf("returned, and %s", r.Stage)
	}
	x.report(x.county, "danjiangkou", "submit", fields{}).refused(http.StatusUnprocessableEntity, "report_incomplete")
	x.report(x.county, "danjiangkou", "fill", fields{"items": []fields{{"figure": "外出招商批次", "value": "89", "reason": "已补充"}}}).is(http.StatusOK)
	x.report(x.county, "danjiangkou", "submit", fields{}).is(http.StatusOK)
}

// Units see what a year would give them, and what if; others' affairs they don't see.
func TestAUnitForecastsItsOwnYear(t *testing.T) {
	x := newBureau(t)
	x.open()
	ask := func(p person, unit string, suppose ...fields) answer {
		return p.post(yearsPath+"/2023/forecast", fields{"unit_id": unit, "suppose": suppose})
	}
	now := into[app.Forecast](ask(x.county, "danjiangkou").is(http.StatusOK))
	if now.Total == "" || now.Units != 10 || len(now.Months) != 12 || now.If != nil || len(now.Figures) == 0 {
		t.Fatalf("%+v", now)
	}
	if first, last := now.Months[0], now.Months[11]; first.Total == last.Total || last.Total != now.Total {
		t.Errorf("January %s, December %s, today %s", first.Total, last.Total, now.Total)
	}
	more := into[app.Forecast](ask(x.county, "danjiangkou", fields{"figure": "落地开工数", "add": "3"}, fields{"figure": "外出招商批次", "value": "60"}).is(http.StatusOK))
	if more.If == nil || more.If.Total == now.Total || more.Total != now.Total {
		t.Errorf("%+v", more.If)
	}
	ask(x.county, "danjiangkou", fields{"figure": "没有的数", "add": "1"}).refused(http.StatusUnprocessableEntity, "figure_unknown")
	ask(x.county, "danjiangkou", fields{"figure": "落地开工数", "add": "三"}).refused(http.StatusUnprocessableEntity, "number_expected")
	ask(x.county, "fangxian").refused(http.StatusForbidden, "forecast_forbidden")
	ask(x.assessor, "fangxian").is(http.StatusOK)
	ask(x.county, "nowhere").refused(http.StatusNotFound, "unit_not_assessed")
	if v := into[app.TargetsView](x.county.get(yearsPath + "/2023/targets").is(http.StatusOK)); len(v.Units) != 1 || v.Units[0].UnitID != "danjiangkou" {
		t.Errorf("a county sees the targets of %+v", v.Units)
	}
}

// Whatever is refused leaves the tables as they were.
func TestAYearRefusesWithoutATrace(t *testing.T) {
	x := newBureau(t)
	x.county.post(yearsPath, fields{"year": 2023, "book_id": "b"}).refused(http.StatusForbidden, "assessment_forbidden")
	x.assessor.post(yearsPath, fields{"year": 2023, "book_id": "b"}).refused(http.StatusUnprocessableEntity, "rulebook_unknown")
	x.open()
	before := x.contents()
	x.assessor.post(yearsPath, fields{"year": 2023, "book_id": x.bookID()}).refused(http.StatusConflict, "assessment_exists")
	x.do(x.assessor, "set_members", fields{"members": []fields{{"unit_id": "danjiangkou", "group": "县市区"}}}).refused(http.StatusConflict, "action_conflict")
	x.do(x.assessor, "set_terms", fields{"publicity": 3}).refused(http.StatusUnprocessableEntity, "publicity_short")
	x.do(x.assessor, "set_duties", fields{"duties": []fields{{"indicator": "A1", "unit_id": "danjiangkou"}}}).refused(http.StatusUnprocessableEntity, "unit_unknown")
	x.do(x.assessor, "set_judges", fields{"judges": []fields{{"user_id": "nobody", "topics": []string{"营商环境"}}}}).refused(http.StatusUnprocessableEntity, "user_unknown")
	x.do(x.assessor, "set_judges", fields{"judges": []fields{{"user_id": "demo-shizhang", "topics": []string{"服务质量"}}}}).refused(http.StatusUnprocessableEntity, "panel_required")
	x.do(x.assessor, "official", fields{}).refused(http.StatusConflict, "action_conflict")
	x.do(x.county, "trial", fields{}).refused(http.StatusForbidden, "action_forbidden")
	x.do(x.county, "dance", fields{}).refused(http.StatusNotFound, "action_unknown")
	x.county.get(yearsPath+"/1999").refused(http.StatusNotFound, "process_unknown")
	x.county.get(yearsPath+"/2023/runs/1").refused(http.StatusNotFound, "assessment_unpublished")
	x.assessor.get(yearsPath+"/2023/runs/1").refused(http.StatusNotFound, "run_unknown")
	x.assessor.get(yearsPath+"/2023/verification").refused(http.StatusNotFound, "assessment_unscored")
	x.as("admin").get(yearsPath+"/2023").refused(http.StatusNotFound, "process_unknown")
	x.unchanged(before)
}

func (x *bureau) bookID() string {
	x.Helper()
	return into[List[struct{ ID string }]](x.assessor.get(booksPath).is(http.StatusOK)).Items[0].ID
}

// List is a page of something.
type List[T any] struct{ Items []T }

// sendSheet uploads a workbook.
func (p person) sendSheet(target string, data []byte) answer {
	p.Helper()
	return p.send(http.MethodPost, target, data, header("Content-Type", xlsx))
}

// What was verified counts, though the registry was changed before the official run; the
// score says so. A trial follows the registry.
func TestAVerifiedFigureStands(t *testing.T) {
	x := newBureau(t)
	x.open()
	x.do(x.assessor, "begin_reporting", fields{}).is(http.StatusOK)
	for _, m := range x.assessor.theYear(x.year).Members {
		x.submit(x.as(m.UnitID+".jingban"), m.UnitID)
	}
	x.do(x.assessor, "begin_verifying", fields{}).is(http.StatusOK)
	x.verifyAll()
	figure := func() string {
		for _, it := range x.reportOf(x.county, "danjiangkou").Items {
			if it.Name == "签约项目数" {
				return it.Final
			}
		}
		return ""
	}
	before := figure()
	x.as("zhaoshang.jingban").post("/api/v1/projects", fields{"name": "年底补登的项目", "investor": "示例投资有限公司", "county_id": "danjiangkou", "agreed_amount": "12000", "stage": "signed", "signed_on": "2023-12-20"}).is(http.StatusCreated)
	x.do(x.assessor, "begin_scoring", fields{}).is(http.StatusOK)
	x.do(x.assessor, "official", fields{}).is(http.StatusOK)
	x.do(x.leader, "recheck_pass", fields{}).is(http.StatusOK)
	x.publicize()
	type chain struct {
		Figures []struct {
			Name, Value string
			Fixed       bool
			Evidence    []string
		}
		Indicator struct{ Working string }
	}
	c := into[chain](x.county.get(yearsPath + "/2023/scores/danjiangkou/indicators/A1/evidence").is(http.StatusOK))
	if !slices.ContainsFunc(c.Figures, func(f struct {
		Name, Value string
		Fixed       bool
		Evidence    []string
	}) bool {
		return f.Name == "签约项目数" && f.Fixed && f.Value == before && strings.Contains(strings.Join(f.Evidence, ""), "以核实数为准")
	}) {
		t.Errorf("verified %s: %+v", before, c)
	}
	if v := into[app.Verified](x.county.get(yearsPath + "/2023/verification").is(http.StatusOK)); !v.Same {
		t.Errorf("%+v", v)
	}
}

// ownTable counts records that only the book knows of.
const ownTable = `格式: 1
标题: 信息报送考核
版本: 2023年试行
台账:
  - {名称: 信息, 字段: [{名称: 采用, 类型: 是否}]}
分组: [{名称: 县市区}]
量:
  - {名称: 信息条数, 计量: 条, 公式: 计数(信息)}
指标:
  - {编号: A, 名称: 信息报送, 条款: 第一条, 公式: 信息条数 ÷ 1条}
`

// A book without targets is issued without them. Records that nobody keeps score nothing by themselves: a book that scores them one by
// one isn't chosen, and a number of them is what the unit says and a verifier confirms.
func TestABookWithATableOfItsOwn(t *testing.T) {
	x := newBureau(t)
	x.assessor.post(yearsPath, fields{"year": 2023, "book_id": x.book("shiyan-2023-counties.yaml")}).refused(http.StatusConflict, "rulebook_tables")
	b := into[struct{ ID string }](x.assessor.send(http.MethodPost, booksPath, []byte(ownTable), asYAML).is(http.StatusCreated))
	x.leader.post(booksPath+"/"+b.ID+"/publish", fields{}).is(http.StatusOK)
	x.assessor.post(yearsPath, fields{"year": 2023, "book_id": b.ID}).is(http.StatusCreated)
	x.do(x.leader, "issue", fields{}).is(http.StatusOK)
	x.do(x.assessor, "begin_reporting", fields{}).is(http.StatusOK)
	if it := x.reportOf(x.county, "danjiangkou").Items; len(it) != 1 || it[0].Registry != "" {
		t.Fatalf("%+v", it)
	}
	total := func(at string) string {
		for _, r := range into[app.ScoreTable](x.assessor.get(yearsPath + "/2023" + at).is(http.StatusOK)).Groups[0].Rows {
			if r.UnitID == "danjiangkou" {
				return r.Total
			}
		}
		return ""
	}
	x.do(x.assessor, "trial", fields{}).is(http.StatusOK)
	first := into[app.ScoreTable](x.assessor.get(yearsPath + "/2023/runs/1").is(http.StatusOK))
	if n := len(first.Groups[0].Rows); first.Sources["nobody"].Count != n || total("/runs/1") != "0" {
		t.Errorf("%d units, sources %+v, %s points", n, first.Sources, total("/runs/1"))
	}
	for i, m := range x.assessor.theYear(x.year).Members {
		p := x.as(m.UnitID + ".jingban")
		x.report(p, m.UnitID, "submit", fields{}).refused(http.StatusUnprocessableEntity, "report_incomplete")
		x.report(p, m.UnitID, "fill", fields{"items": []fields{{"figure": "信息条数", "value": fmt.Sprint(i + 3)}}}).is(http.StatusOK)
		x.report(p, m.UnitID, "submit", fields{}).is(http.StatusOK)
	}
	said := x.reportOf(x.county, "danjiangkou").Items[0].Said
	x.do(x.assessor, "trial", fields{}).is(http.StatusOK)
	if got := total("/runs/2"); got != said {
		t.Errorf("a trial gives %q, the unit said %s", got, said)
	}
	x.do(x.assessor, "begin_verifying", fields{}).is(http.StatusOK)
	x.verifyAll()
	x.do(x.assessor, "begin_scoring", fields{}).is(http.StatusOK)
	x.do(x.assessor, "official", fields{}).is(http.StatusOK)
	if got := total("/scores"); got != said {
		t.Errorf("the official run gives %q, verified %s", got, said)
	}
}
