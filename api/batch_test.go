package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"luodi/internal/app"
	"luodi/internal/app/apptest"
	"luodi/internal/batch"
	"luodi/internal/fault"
	"luodi/internal/liaison"
	"luodi/internal/org"
	"luodi/internal/process"
	"luodi/internal/sheet"
)

// launches can fail: a crash between the transaction and the engine.
type launches struct {
	app.Launcher
	failing bool
}

func (l *launches) Launch(ctx context.Context, kind, id string, summary process.Summary, version int64, state json.RawMessage) error {
	if l.failing {
		return fault.New(fault.Unavailable, "engine_unavailable", "流程引擎暂时没有应答")
	}
	return l.Launcher.Launch(ctx, kind, id, summary, version, state)
}

// wireBatches makes the engine of liaison lists.
func (w *town) wireBatches(calendars *app.Calendars) *app.Batches {
	template, err := liaison.Builtin()
	must(w, err)
	w.launches = &launches{Launcher: w.carrying}
	effects := &app.BatchEffects{Reads: w.store, Blobs: w.blobs, Recorder: w.carrying.Recorder, Launcher: w.launches, Now: w.clock.Now}
	w.lists = &apptest.Processes[batch.State, batch.Facts]{
		Recorder: &app.Recorder[batch.State, batch.Facts]{
			Definition: batch.Definition(), Journal: w.store, Facts: app.BatchFacts(calendars), Project: app.ProjectBatch, Complete: app.BatchCompleter(w.blobs),
		},
		Perform: app.Effects{batch.EffectStart: effects.Start}, Now: w.clock.Now,
	}
	w.batches = app.NewBatches(app.Service[batch.State, batch.Facts]{
		Processes: w.lists, Reads: w.store, Facts: func() batch.Facts { return batch.Facts{} }, Now: w.clock.Now, NewID: newID,
	}, w.blobs, sheets{}, template)
	return w.batches
}

func (sheets) ReadPairings(data []byte, milestones []string) ([]app.PairingLine, []fault.Detail) {
	list, problems := sheet.ReadPairings(data, milestones)
	out := make([]app.PairingLine, len(list))
	for i, p := range list {
		out[i] = app.PairingLine{Project: p.Project, Role: p.Role, Department: p.Department, Cadre: p.Cadre, Team: p.Team, Type: p.Type,
			Milestones: p.Milestones, Where: p.Where}
	}
	return out, details(problems)
}

func (sheets) WritePairings(w io.Writer, title string, milestones []string, rows [][]string) error {
	return sheet.WritePairings(w, title, milestones, rows)
}

type listView struct {
	Stage, Name    string
	Batch          int
	Count, Started int
	Version        int64
	Editable       bool
	Rows           []listRowView
	Actions        []deed
	Timeline       []struct{ Text string }
	Types          []struct{ ID, Title string }
}

type listRowView struct {
	ID          string
	ProjectName string `json:"project_name"`
	LiaisonID   string `json:"liaison_id"`
	CadreName   string `json:"cadre_name"`
	CadreID     string `json:"cadre_id"`
	Light       string
	Milestones  []struct{ ID, On string }
}

const listsPath = "/api/v1/liaison-lists"

func (p person) list(id string) listView {
	p.Helper()
	return into[listView](p.get(listsPath + "/" + id).is(http.StatusOK))
}

func (p person) draftList() string {
	p.Helper()
	return into[struct{ ID string }](p.post(listsPath, fields{"year": 2024, "title": "重点项目包联清单(示例)", "from": "2024-02-26", "illustrative": true}).is(http.StatusCreated)).ID
}

func (p person) rows(id string, rows []fields) answer {
	p.Helper()
	return p.send(http.MethodPut, listsPath+"/"+id+"/rows", encode(p, fields{"version": 0, "rows": rows}), header("Content-Type", "application/json"))
}

func (p person) onList(id, action string, body any) answer {
	p.Helper()
	return p.post(listsPath+"/"+id+"/actions/"+action, body)
}

func pairOf(project string) fields {
	return fields{"project_id": project, "role": "lead", "department_id": "ziran", "cadre_id": "demo-ziran.fuze", "project_type": "industry"}
}

// From the first draft to running liaisons, through a crash between the transaction
// and the engine.
func TestAListIsDraftedCheckedAndPublished(t *testing.T) {
	w := newTown(t)
	operator, leader, ziran := w.as("zhaoshang.jingban"), w.as("zhaoshang.fuze"), w.as("ziran.jingban")
	var rows []fields
	for i := range 220 { // more than two chunks
		rows = append(rows, pairOf(operator.register(fmt.Sprintf("项目%03d", i), map[string]any{"stage": "signed", "signed_on": "2024-01-05"})))
	}
	rows[1]["department_id"], rows[1]["cadre_id"], rows[1]["cadre_name"] = "fagai", "", "李某(示例)"
	rows[0]["milestones"] = []fields{{"id": "land", "on": "2024-06-30"}}
	ziran.post(listsPath, fields{"year": 2024, "title": "清单", "from": "2024-02-26"}).refused(http.StatusForbidden, "list_forbidden")
	id := operator.draftList()
	ziran.get(listsPath+"/"+id).refused(http.StatusNotFound, "process_unknown")
	leader.onList(id, "check", fields{}).refused(http.StatusConflict, "action_conflict") // it has no rows
	operator.rows(id, rows).is(http.StatusOK)
	if v := operator.list(id); v.Count != 220 || len(v.Rows) != 220 || !v.Editable || v.Rows[0].CadreName == "" || v.Rows[0].Milestones[0].On != "2024-06-30" {
		t.Fatalf("drafted as %+v", v)
	}
	operator.onList(id, "check", fields{}).refused(http.StatusForbidden, "action_forbidden") // whoever filled it in
	leader.onList(id, "check", fields{"text": "无误"}).is(http.StatusOK)
	operator.rows(id, rows[:3]).refused(http.StatusConflict, "list_not_draft")
	operator.onList(id, "publish", fields{}).refused(http.StatusForbidden, "action_forbidden")

	w.launches.failing = true
	leader.onList(id, "publish", fields{}).is(http.StatusOK)
	if v := leader.list(id); v.Stage != "publishing" || v.Batch != 1 || v.Name != "2024年第一批" || v.Started != 0 {
		t.Fatalf("published as %+v", v)
	}
	w.launches.failing = false
	_, err := w.lists.Sync(t.Context(), batch.Kind, id, "s") // whatever comes next lets the effect be tried again
	must(t, err)
	v := leader.list(id)
	if v.Stage != "published" || v.Started != 220 || v.Rows[0].LiaisonID == "" || v.Rows[0].Light != "green" {
		t.Fatalf("after the crash %s %d", v.Stage, v.Started)
	}
	if own := ziran.list(id); len(own.Rows) != 219 || own.Editable {
		t.Errorf("the department sees %d rows", len(own.Rows))
	}
	if own := w.as("fagai.jingban").list(id); len(own.Rows) != 1 || own.Rows[0].CadreName != "李某(示例)" {
		t.Errorf("another sees %+v", own.Rows)
	}
	w.as("keji.jingban").get(listsPath+"/"+id).refused(http.StatusNotFound, "process_unknown")
	first := ziran.liaison(v.Rows[0].LiaisonID)
	if len(first.Milestones) != 7 || !strings.HasPrefix(first.milestone("land"), "2024-06-30") {
		t.Errorf("the liaison's plan: %+v", first.Milestones)
	}
	ziran.carry(v.Rows[0].LiaisonID, "acknowledge", fields{}).is(http.StatusOK)

	again := operator.draftList() // the same projects have their liaisons
	bad := operator.rows(again, rows[:2]).refused(http.StatusUnprocessableEntity, "rows_invalid")
	if len(bad.Errors) != 2 || bad.Errors[0].Code != "liaison_active" || bad.Errors[1].Field != "/rows/1/project_id" {
		t.Errorf("told %+v", bad.Errors)
	}
	if slots, err := w.store.Slots(t.Context(), []string{rows[0]["project_id"].(string)}); err != nil || len(slots) != 1 {
		t.Errorf("slots %v, %v", slots, err)
	}
}

// Two lists with the same project, both checked: the second is refused whole.
func TestNothingIsHalfPublished(t *testing.T) {
	w := newTown(t)
	operator, leader := w.as("zhaoshang.jingban"), w.as("zhaoshang.fuze")
	a, b, c := operator.register("甲项目"), operator.register("乙项目"), operator.register("丙项目")
	one, two := operator.draftList(), operator.draftList()
	operator.rows(one, []fields{pairOf(a), pairOf(b)}).is(http.StatusOK)
	operator.rows(two, []fields{pairOf(c), pairOf(b)}).is(http.StatusOK)
	leader.onList(one, "check", fields{}).is(http.StatusOK)
	leader.onList(two, "check", fields{}).is(http.StatusOK)
	leader.onList(one, "publish", fields{}).is(http.StatusOK)
	bad := leader.onList(two, "publish", fields{}).refused(http.StatusUnprocessableEntity, "rows_invalid")
	if len(bad.Errors) != 1 || bad.Errors[0].Field != "/rows/1/project_id" {
		t.Errorf("told %+v", bad.Errors)
	}
	if slots, err := w.store.Slots(t.Context(), []string{c}); err != nil || len(slots) != 0 {
		t.Errorf("of the refused list: %v, %v", slots, err)
	}
	leader.onList(two, "send_back", fields{"text": "乙项目已包联"}).is(http.StatusOK)
	operator.rows(two, []fields{pairOf(c)}).is(http.StatusOK)
	leader.onList(two, "check", fields{}).is(http.StatusOK)
	leader.onList(two, "publish", fields{}).is(http.StatusOK)
	if v := leader.list(two); v.Batch != 2 || v.Stage != "published" { // numbers have no gaps
		t.Errorf("the second list: %+v", v)
	}
	// the rule behind the check: the transaction itself refuses a project that is taken
	must(t, w.store.InTx(t.Context(), func(tx app.Tx) error { return tx.ReleaseSlot("none") }))
	err := w.store.InTx(t.Context(), func(tx app.Tx) error {
		return tx.TakeSlots([]app.Slot{{ProjectID: a, Role: liaison.Lead, LiaisonID: "other"}})
	})
	if !fault.HasCode(err, "liaison_active") {
		t.Errorf("taken twice: %v", err)
	}
}

// Every problem of a sheet comes at once, with its cell, and nothing is kept.
func TestAWorkbookOfPairingsIsReadOrRefusedWhole(t *testing.T) {
	w := newTown(t)
	operator := w.as("zhaoshang.jingban")
	for _, name := range []string{"甲项目", "乙项目", "重名项目", "重名项目"} {
		operator.register(name)
	}
	id := operator.draftList()
	blank := operator.get(listsPath + "/template.xlsx").is(http.StatusOK)
	book, err := excelize.OpenReader(bytes.NewReader(blank.body))
	must(t, err)
	set := func(row int, cells ...any) {
		must(t, book.SetSheetRow("包联清单", fmt.Sprintf("A%d", row), &cells))
	}
	set(3, "甲项目", "", "牵头包联", "没有的单位", "王某", "", "工业项目(新增用地)", "2024-03-01")
	set(4, "没有的项目", "", "旁听", "市自然资源和规划局", "", "", "没有的类型")
	set(5, "重名项目", "", "", "市自然资源和规划局", "王某", "", "", "2024-05-01", "2024-04-01", "明年")
	set(6, "乙项目", "", "", "市自然资源和规划局", "王某")
	set(7, "乙项目", "", "", "市自然资源和规划局", "王某")
	var bad bytes.Buffer
	_, err = book.WriteTo(&bad)
	must(t, err)
	told := operator.send(http.MethodPost, listsPath+"/"+id+"/import", bad.Bytes(), header("Content-Type", xlsx)).refused(http.StatusUnprocessableEntity, "rows_invalid")
	var got []string
	for _, e := range told.Errors {
		got = append(got, e.Field+" "+e.Code)
	}
	for _, want := range []string{
		"包联清单!D3 department_unknown", "包联清单!A4 project_unknown", "包联清单!C4 role_unknown", "包联清单!E4 required", "包联清单!G4 type_unknown",
		"包联清单!A5 project_ambiguous", "包联清单!J5 date_invalid", "包联清单!I5 milestones_disordered", "包联清单!A7 row_duplicate",
	} {
		if !strings.Contains(strings.Join(got, "\n"), want) {
			t.Errorf("no word of %s in\n%s", want, strings.Join(got, "\n"))
		}
	}
	if v := operator.list(id); v.Count != 0 || v.Version != 1 {
		t.Errorf("kept %d rows at version %d", v.Count, v.Version)
	}
	set(3, "甲项目", "", "牵头包联", "市自然资源和规划局", "王某", "示例专班", "工业项目(新增用地)", "2024/3/1")
	set(4, "乙项目", "", "协同包联", "市发展和改革委员会", "李某(示例)", "", "")
	for row := 5; row <= 7; row++ {
		must(t, book.RemoveRow("包联清单", 5))
	}
	var good bytes.Buffer
	_, err = book.WriteTo(&good)
	must(t, err)
	operator.send(http.MethodPost, listsPath+"/"+id+"/import", good.Bytes(), header("Content-Type", xlsx)).is(http.StatusOK)
	out := operator.get(listsPath + "/" + id + "/list.xlsx").is(http.StatusOK)
	lines, problems := sheet.ReadPairings(out.body, []string{"注册"})
	if len(problems) > 0 || len(lines) != 2 || lines[0].Project != "甲项目" || lines[0].Milestones["注册"] != "2024-03-01" {
		t.Errorf("exported %+v, %+v", lines, problems)
	}
	operator.send(http.MethodPost, listsPath+"/"+id+"/import", []byte("no workbook"), header("Content-Type", xlsx)).refused(http.StatusUnprocessableEntity, "rows_invalid")
}

// A list's rows name what exists.
func TestRowsOfAListAreChecked(t *testing.T) {
	w := newTown(t)
	operator := w.as("zhaoshang.jingban")
	id, p := operator.draftList(), operator.register("甲项目")
	for _, c := range []struct {
		change      fields
		field, code string
	}{
		{fields{"project_id": "none"}, "/rows/0/project_id", "project_unknown"},
		{fields{"department_id": "none"}, "/rows/0/department_id", "department_unknown"},
		{fields{"cadre_id": "none"}, "/rows/0/cadre_id", "cadre_unknown"},
		{fields{"cadre_id": ""}, "/rows/0/cadre_name", "required"},
		{fields{"project_type": "none"}, "/rows/0/project_type", "type_unknown"},
		{fields{"milestones": []fields{{"id": "none", "on": "2024-05-01"}}}, "/rows/0/milestones/none", "milestone_unknown"},
	} {
		row := pairOf(p)
		for k, v := range c.change {
			row[k] = v
		}
		bad := operator.rows(id, []fields{row}).refused(http.StatusUnprocessableEntity, "rows_invalid")
		if len(bad.Errors) != 1 || bad.Errors[0].Field != c.field || bad.Errors[0].Code != c.code {
			t.Errorf("%v: %+v", c.change, bad.Errors)
		}
	}
	operator.rows(id, []fields{}).refused(http.StatusUnprocessableEntity, "rows_invalid")
	operator.rows(id, []fields{pairOf(p)}).is(http.StatusOK)
	stale := operator.send(http.MethodPut, listsPath+"/"+id+"/rows", encode(t, fields{"version": 1, "rows": []fields{pairOf(p)}}), header("Content-Type", "application/json"))
	stale.refused(http.StatusConflict, "list_changed")
	w.as("ziran.jingban").rows(id, []fields{pairOf(p)}).refused(http.StatusNotFound, "process_unknown")
	state := batch.State{ID: id, Year: 2024}
	if got := batch.Definition().Readers(state); len(got) != 1 || got[0].UnitID != "centre" {
		t.Errorf("a draft is read by %+v", got)
	}
	if _, err := batch.Decide(batch.State{}, process.Command{Name: "publish", Actor: org.SystemActor()}, batch.Facts{}); !fault.HasCode(err, "list_unknown") {
		t.Errorf("nothing is published: %v", err)
	}
}
