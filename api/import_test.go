package api_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"luodi/internal/project"
)

func header14() []any {
	return []any{"项目名称", "投资方", "县市区", "协议金额(亿元)", "签约日期", "项目编号"}
}

func row(name string, more ...any) []any {
	cells := []any{name, "示例公司", "丹江口市", 1.25, "2023年9月1日", ""}
	for i := 0; i+1 < len(more); i += 2 {
		cells[more[i].(int)] = more[i+1]
	}
	return cells
}

// workbook is a sheet as an office keeps it.
func workbook(t testing.TB, rows ...[]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	must(t, f.SetSheetName("Sheet1", "签约项目"))
	must(t, f.SetDocProps(&excelize.DocProperties{Created: "2024-01-01T00:00:00Z", Modified: "2024-01-01T00:00:00Z"}))
	for i, cells := range rows {
		must(t, f.SetSheetRow("签约项目", fmt.Sprintf("A%d", i+1), &cells))
	}
	var b bytes.Buffer
	_, err := f.WriteTo(&b)
	must(t, err)
	return b.Bytes()
}

type imported struct {
	DryRun          bool `json:"dry_run"`
	Total, Imported int
	Rows            []struct {
		Sheet, Name  string
		Row          int
		AgreedAmount string `json:"agreed_amount"`
		CountyID     string `json:"county_id"`
		Stage        string
	}
}

func (p person) upload(query string, data []byte, changes ...change) answer {
	p.Helper()
	return p.send(http.MethodPost, "/api/v1/projects/import"+query, data, append([]change{header("Content-Type", xlsx)}, changes...)...)
}

const xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

func TestDryRunTellsAndChangesNothing(t *testing.T) {
	s := newScene(t)
	data := workbook(t, header14(), row("甲项目"), row("乙项目", 3, 0.5))
	before := s.contents()
	dry := into[imported](s.operator.upload("?dry_run=true", data, key("k")).is(http.StatusOK))
	s.unchanged(before)
	if !dry.DryRun || dry.Total != 2 || dry.Imported != 0 || len(dry.Rows) != 2 {
		t.Errorf("dry run: %+v", dry)
	}
	if r := dry.Rows[0]; r.Name != "甲项目" || r.AgreedAmount != "12500" || r.CountyID != "danjiangkou" || r.Stage != "signed" || r.Sheet != "签约项目" || r.Row != 2 {
		t.Errorf("first row: %+v", r)
	}
	body, isForm := form(t, "file", data)
	got := into[imported](s.operator.upload("", body, isForm, key("k")).is(http.StatusOK))
	if got.DryRun || got.Imported != 2 {
		t.Errorf("import: %+v", got)
	}
	if n := len(s.operator.ids("/api/v1/projects?q=" + escape("甲项目"))); n != 1 {
		t.Errorf("%d projects after the import", n)
	}
}

func TestABrokenSheetNamesEveryCell(t *testing.T) {
	s := newScene(t)
	data := workbook(t, header14(),
		row("甲项目", 5, "X-1"), row("", 5, "X-2"), row("丙项目", 2, "武汉市"), row("丁项目", 3, "一大笔"), row("戊项目", 4, "2023-02-30"), row("己项目", 5, "X-1"), row("庚项目", 4, "2033-01-01"))
	before := s.contents()
	for _, query := range []string{"", "?dry_run=true"} {
		p := s.operator.upload(query, data).refused(http.StatusUnprocessableEntity, "import_invalid")
		cells := map[string]bool{}
		for _, e := range p.Errors {
			cells[e.Field] = true
		}
		for _, want := range []string{"签约项目!A3", "签约项目!C4", "签约项目!D5", "签约项目!E6", "签约项目!F7", "签约项目!E8"} {
			if !cells[want] {
				t.Errorf("nothing about %s: %+v", want, p.Errors)
			}
		}
		if cells["签约项目!A2"] || !strings.Contains(p.Detail, fmt.Sprint(len(p.Errors))) {
			t.Errorf("detail %q: %+v", p.Detail, p.Errors)
		}
		s.unchanged(before)
	}
}

func TestATakenCodeIsNamedAtItsCell(t *testing.T) {
	s := newScene(t)
	s.operator.upload("", workbook(t, header14(), row("甲项目", 5, "DJK-1"))).is(http.StatusOK)
	before := s.contents()
	for _, query := range []string{"", "?dry_run=true"} {
		p := s.operator.upload(query, workbook(t, header14(), row("新项目"), row("甲项目", 5, "DJK-1"))).refused(http.StatusUnprocessableEntity, "import_invalid")
		if len(p.Errors) != 1 || p.Errors[0].Field != "签约项目!F3" || p.Errors[0].Code != "project_code_taken" {
			t.Errorf("errors %+v", p.Errors)
		}
		s.unchanged(before)
	}
	s.operator.post("/api/v1/projects", draft("甲项目", map[string]any{"code": "DJK-1"})).refused(http.StatusConflict, "project_code_taken")
}

func TestACountyImportsItsOwnAlone(t *testing.T) {
	s := newScene(t)
	before := s.contents()
	p := s.county.upload("", workbook(t, header14(), row("茅箭项目", 2, "茅箭区"), row("别人的项目"))).refused(http.StatusUnprocessableEntity, "import_invalid")
	if len(p.Errors) != 1 || p.Errors[0].Field != "签约项目!C3" || p.Errors[0].Code != "county_forbidden" {
		t.Errorf("errors %+v", p.Errors)
	}
	s.unchanged(before)
	s.county.upload("", workbook(t, header14(), row("茅箭项目", 2, "茅箭区"))).is(http.StatusOK)
}

func TestTemplateIsASheetThatReads(t *testing.T) {
	s := newScene(t)
	a := s.county.get("/api/v1/projects/template").is(http.StatusOK)
	if a.header.Get("Content-Type") != xlsx || !strings.Contains(a.header.Get("Content-Disposition"), "attachment") {
		t.Errorf("headers %v", a.header)
	}
	before := s.contents()
	s.county.upload("", a.body).refused(http.StatusUnprocessableEntity, "import_invalid") // nothing filled in yet
	s.unchanged(before)
}

// everything lists all projects that a filter finds, page by page.
func (p person) everything(query string) []project.Project {
	p.Helper()
	var out []project.Project
	for cursor := ""; ; {
		page := into[struct {
			Items []project.Project
			Next  string `json:"next_cursor"`
		}](p.get("/api/v1/projects?limit=200&sort=code" + query + "&cursor=" + cursor).is(http.StatusOK))
		out = append(out, page.Items...)
		if cursor = page.Next; cursor == "" {
			return out
		}
	}
}

// TestAnExportReimportsToEqualProjects takes one county's demonstration into an empty town.
func TestAnExportReimportsToEqualProjects(t *testing.T) {
	from, to := newShiyan(t), newTown(t)
	const filter = "&county_id=zhushan&year=2023"
	want := from.as("shizhang").everything(filter)
	data := from.as("shizhang").get("/api/v1/projects/export?sort=code" + filter).is(http.StatusOK).body
	got := into[imported](to.as("zhushan.jingban").upload("", data).is(http.StatusOK))
	if len(want) < 20 || got.Imported != len(want) {
		t.Fatalf("%d of %d projects", got.Imported, len(want))
	}
	for i, p := range to.as("shizhang").everything("") {
		if a, b := fmt.Sprintf("%+v", project.DraftOf(p)), fmt.Sprintf("%+v", project.DraftOf(want[i])); a != b {
			t.Fatalf("project %d\nexported %s\nimported %s", i, b, a)
		}
	}
}
