package api_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"luodi/internal/app"
	"luodi/internal/app/apptest"
	"luodi/internal/calendar"
	"luodi/internal/dispatch"
	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/liaison"
	"luodi/internal/org"
	"luodi/internal/process"
	"luodi/internal/sheet"
)

// carriers are the liaisons of the town, decided by their own rules and kept in memory.
type carriers struct {
	app.Processes
	app.Reads
	mu     sync.Mutex
	facts  liaison.Facts
	now    func() time.Time
	states map[string]liaison.State
	away   bool
}

// carry assigns a project of a county to a department.
func (c *carriers) carry(t testing.TB, id, name, county, department, unit string) {
	t.Helper()
	body, err := json.Marshal(liaison.Assignment{ID: id, ListID: "b1", RowID: id, Year: 2024, Batch: 1, From: calendar.DateOf(c.now()),
		Pairing: liaison.Pairing{ProjectID: "p-" + id, ProjectName: name, CountyID: county, CountyName: county, ProjectType: "industry",
			Role: liaison.Lead, DepartmentID: department, DepartmentName: unit, CadreName: "王某(示例)"}})
	must(t, err)
	_, _, err = c.Send(t.Context(), liaison.Kind, id, process.Command{Name: liaison.CmdAssign, Actor: org.SystemActor(), At: c.now(), Body: body})
	must(t, err)
}

func (c *carriers) Send(_ context.Context, _, id string, cmd process.Command) (process.Receipt, int64, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.away {
		return process.Receipt{}, 0, fault.New(fault.Unavailable, "engine_unavailable", "流程引擎暂时没有应答")
	}
	drafts, err := liaison.Decide(c.states[id], cmd, c.facts)
	for _, d := range drafts {
		c.states[id] = liaison.Evolve(c.states[id], event.Event{Type: d.Type, Data: d.Data, At: cmd.At.UTC(), Actor: cmd.Actor})
	}
	return process.Receipt{ID: id, Request: cmd.Request}, 1 << 40, err
}

func (c *carriers) Process(ctx context.Context, kind, id string, scope org.Scope) (app.ProcessRow, error) {
	if kind != liaison.Kind {
		return c.Reads.Process(ctx, kind, id, scope)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	s, ok := c.states[id]
	if !ok || !scope.All && !slices.ContainsFunc(s.Readers(), func(r process.Reader) bool { return r.UnitID == scope.UnitID }) {
		return app.ProcessRow{}, fault.New(fault.NotFound, "process_unknown", "没有这项办理")
	}
	raw, err := json.Marshal(s)
	return app.ProcessRow{Stream: process.StreamID(kind, id), Kind: kind, ID: id, Head: 1, Ended: s.Ended(), State: raw}, err
}

func (c *carriers) EachProcess(ctx context.Context, kind string, _ time.Time, fn func(app.ProcessRow) error) error {
	for _, id := range slices.Sorted(maps.Keys(c.states)) {
		row, err := c.Process(ctx, kind, id, org.Scope{All: true})
		if err == nil {
			err = fn(row)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// wireDispatches makes the engine of dispatch sheets.
func (w *town) wireDispatches(calendars *app.Calendars) *app.Dispatches {
	template, err := liaison.Builtin()
	must(w, err)
	w.carriers = &carriers{Reads: w.store, now: w.clock.Now, states: map[string]liaison.State{},
		facts: liaison.Facts{Calendar: calendars.Snapshot(), Template: template, City: "shizhengfu"}}
	kinds := apptest.Kinds{liaison.Kind: w.carriers}
	terms := template.Rules.Instruction
	compiler := &app.DispatchCompiler{Reads: w.carriers, Calendars: calendars, Blobs: w.blobs, Processes: kinds, Now: w.clock.Now, NewID: newID}
	w.sheets = &apptest.Processes[dispatch.State, dispatch.Facts]{
		Recorder: &app.Recorder[dispatch.State, dispatch.Facts]{
			Definition: dispatch.Definition(), Journal: w.store, Facts: app.DispatchFacts(calendars, terms), Project: app.ProjectDispatch,
		},
		Perform: app.Effects{dispatch.EffectCompile: compiler.Compile, dispatch.EffectInstruct: compiler.Instruct}, Now: w.clock.Now,
	}
	kinds[dispatch.Kind] = w.sheets
	w.dispatches = app.NewDispatches(app.Service[dispatch.State, dispatch.Facts]{
		Processes: kinds, Reads: w.carriers, Facts: app.DispatchSnapshot(calendars, terms), Now: w.clock.Now, NewID: newID,
	}, w.store, calendars, w.blobs, dispatchSheets{})
	return w.dispatches
}

type dispatchSheets struct{}

func (dispatchSheets) Dispatch(s dispatch.Sheet, pages []dispatch.Page) ([]byte, error) {
	var b bytes.Buffer
	err := sheet.WriteDispatch(&b, s, pages)
	return b.Bytes(), err
}

// office is a town with two liaisons, on the Monday on which the sheet of the week of
// 19 February 2024 is due.
type office struct {
	*town
	operator, leader, mayor, auditor     person
	ziran, fagai, keji, county, neighbor person
}

const weekPath = "/api/v1/dispatches/2024-W08"

func newOffice(t testing.TB) office {
	t.Helper()
	w := newTown(t)
	w.carriers.now = func() time.Time { return opening.AddDate(0, 0, -14) }
	w.carriers.carry(t, "l1", "汉江鲟鱼谷(示例)", "danjiangkou", "ziran", "市自然资源和规划局")
	w.carriers.carry(t, "l2", "竹山绿松石(示例)", "zhushan", "fagai", "市发展和改革委员会")
	w.carriers.now = w.clock.Now
	return office{town: w, operator: w.as("zhaoshang.jingban"), leader: w.as("zhaoshang.fuze"), mayor: w.as("shizhang"), auditor: w.as("shenji"),
		ziran: w.as("ziran.jingban"), fagai: w.as("fagai.fuze"), keji: w.as("keji.jingban"), county: w.as("danjiangkou.jingban"), neighbor: w.as("zhushan.jingban")}
}

func (o office) made() office {
	o.Helper()
	o.operator.post("/api/v1/dispatches", fields{"week": "2024-W08"}).is(http.StatusCreated)
	return o
}

func (p person) order(action string, body any, changes ...change) answer {
	p.Helper()
	return p.post(weekPath+"/actions/"+action, body, changes...)
}

// dispatchView is what the tests read of a sheet.
type dispatchView struct {
	Stage, Digest   string
	Belated, Whole  bool
	Automatic, Read bool
	DueAt           time.Time `json:"due_at"`
	OpenedAt        time.Time `json:"opened_at"`
	Instructions    []struct {
		ID, Status, Answer string
		UnitID             string `json:"unit_id"`
		Direct             bool
		InTime             bool `json:"in_time"`
	}
	Content *struct {
		City     struct{ Liaisons, Unacknowledged int }
		Counties []struct {
			UnitID string `json:"unit_id"`
		}
		Departments []struct {
			UnitID string `json:"unit_id"`
		}
		Page struct {
			UnitID string `json:"unit_id"`
			Late   []struct {
				ProjectName string `json:"project_name"`
				Kind        string
			}
		}
	}
	Reads    []struct{ Name string }
	Actions  []deed
	Timeline []struct{ Text, Type string }
}

func (p person) sheet(query string) dispatchView {
	p.Helper()
	return into[dispatchView](p.get(weekPath + query).is(http.StatusOK))
}

// The centre's Monday and the units' week.
func TestASheetFromMakingToTheLastAnswer(t *testing.T) {
	o := newOffice(t).made()
	v := o.operator.sheet("")
	if v.Stage != "draft" || v.Belated || v.Automatic || v.Content.City.Liaisons != 2 || len(v.Content.Counties) != 10 || len(v.Content.Departments) != 2 {
		t.Fatalf("made as %+v", v)
	}
	o.operator.order("instruct", fields{"text": "三日内报送用地进展", "due": "2024-02-29", "liaison": "l1"}).is(http.StatusOK)
	o.operator.order("instruct", fields{"text": "请协调用电", "due": "2024-03-01", "unit": "fagai", "cadre": "demo-fagai.fuze"}).is(http.StatusOK)
	o.operator.order("issue", fields{}).refused(http.StatusForbidden, "action_forbidden")
	o.leader.order("issue", fields{}).is(http.StatusOK)
	if got := o.carriers.states["l1"].Instructions; len(got) != 1 || got[0].Sheet != "2024-W08" || got[0].Text != "三日内报送用地进展" {
		t.Fatalf("the liaison heard %+v", got)
	}
	if box := into[struct {
		Items []struct{ Kind, Action, Subject string }
	}](o.fagai.get("/api/v1/tasks").is(http.StatusOK)); len(box.Items) != 1 || box.Items[0].Action != "answer" {
		t.Errorf("the inbox of the unit is %+v", box)
	}
	o.fagai.order("answer", fields{"text": "供电公司已确认", "files": []string{"none"}}).refused(http.StatusUnprocessableEntity, "body_invalid")
	o.fagai.order("answer", fields{"text": "供电公司已确认"}).is(http.StatusOK)
	o.ziran.order("answer", fields{"text": "在此回复"}).refused(http.StatusConflict, "action_conflict") // it answers in the liaison

	must(t, o.dispatches.Gather(t.Context())) // nothing yet
	if got := o.operator.sheet("").Instructions[0].Status; got != "open" {
		t.Fatalf("gathered before it was answered: %s", got)
	}
	x := o.carriers.states["l1"]
	x.Instructions[0].Answer, x.Instructions[0].By, x.Instructions[0].Duty.DoneAt = "用地已报批", "自然资源局经办", o.clock.Now().UTC()
	for range 2 {
		must(t, o.dispatches.Gather(t.Context()))
	}
	v = o.operator.sheet("")
	if v.Instructions[0].Status != "answered" || v.Instructions[0].Answer != "用地已报批" || !v.Instructions[0].InTime {
		t.Fatalf("gathered as %+v", v.Instructions[0])
	}
	o.operator.order("send_back", fields{"instruction": "1", "text": "请附批文", "due": "2024-03-04"}).is(http.StatusOK)
	if got := o.carriers.states["l1"].Instructions; len(got) != 2 || !strings.Contains(got[1].Text, "请附批文") {
		t.Fatalf("sent back, the liaison heard %+v", got)
	}
	x = o.carriers.states["l1"]
	x.Instructions[1].Answer, x.Instructions[1].By, x.Instructions[1].Duty.DoneAt = "批文已附", "自然资源局经办", o.clock.Now().UTC()
	must(t, o.dispatches.Gather(t.Context()))
	o.operator.order("confirm", fields{"instruction": "1"}).is(http.StatusOK)
	o.operator.order("confirm", fields{"instruction": "2", "text": "属实"}, key("last")).is(http.StatusOK)
	o.operator.order("confirm", fields{"instruction": "2", "text": "属实"}, key("last")).is(http.StatusOK)
	o.county.order("read", fields{}).is(http.StatusOK)
	v = o.operator.sheet("")
	if v.Stage != "closed" || len(v.Reads) != 1 || len(v.Instructions) != 2 {
		t.Errorf("at the end: %+v", v)
	}
	o.levelled(1)
}

// levelled finds no difference between streams, projections and engine.
func (o office) levelled(want int) {
	o.Helper()
	check := &app.Reconciler[dispatch.State, dispatch.Facts]{
		Definition: dispatch.Definition(), Store: o.store, Events: o.store.Events, Processes: apptest.Kinds{dispatch.Kind: o.sheets},
		Row: func(ctx context.Context, state dispatch.State) (any, any, error) {
			kept, err := o.store.DispatchRowOf(ctx, state.ID)
			return kept, app.DispatchRowFor(state), err
		},
	}
	found, err := check.Run(o.Context())
	must(o, err)
	if found.Processes != want || len(found.Differences) != 0 {
		o.Errorf("reconciled %+v", found)
	}
}

// A unit sees the city's figures, its own page and its own instructions.
func TestUnitsSeeTheirOwnPageOnly(t *testing.T) {
	o := newOffice(t).made()
	o.operator.order("instruct", fields{"text": "请协调用电", "due": "2024-03-01", "unit": "fagai"}).is(http.StatusOK)
	o.operator.order("instruct", fields{"text": "请报送用地", "due": "2024-03-01", "unit": "ziran"}).is(http.StatusOK)
	for _, p := range []person{o.ziran, o.county} { // a draft is the centre's
		p.get(weekPath).refused(http.StatusNotFound, "process_unknown")
	}
	o.leader.order("issue", fields{}).is(http.StatusOK)
	for name, c := range map[string]struct {
		who          person
		page         string
		instructions string
	}{
		"department": {o.ziran, "ziran", "2"}, "county": {o.county, "danjiangkou", ""},
		"other county": {o.neighbor, "zhushan", ""}, "other department": {o.fagai, "fagai", "1"},
	} {
		v := c.who.sheet("")
		var ids []string
		for _, x := range v.Instructions {
			ids = append(ids, x.ID)
		}
		if v.Whole || v.Content.Page.UnitID != c.page || strings.Join(ids, " ") != c.instructions || len(v.Content.Counties)+len(v.Content.Departments) != 1 || v.Content.City.Liaisons != 2 {
			t.Errorf("%s sees %+v", name, v)
		}
		for _, x := range v.Timeline {
			if other := map[string]string{"2": "第1项", "1": "第2项"}[c.instructions]; strings.Contains(x.Text, other) && other != "" || c.instructions == "" && strings.Contains(x.Text, "拟交办") {
				t.Errorf("%s is told %s", name, x.Text)
			}
		}
		for _, line := range v.Content.Page.Late {
			if want := map[string]string{"ziran": "汉江鲟鱼谷(示例)", "danjiangkou": "汉江鲟鱼谷(示例)"}[c.page]; want != "" && line.ProjectName != want {
				t.Errorf("%s sees %s", name, line.ProjectName)
			}
		}
		c.who.get(weekPath+"?unit=zhangwan").refused(http.StatusNotFound, "page_unknown")
	}
	for _, p := range []person{o.operator, o.mayor, o.auditor} {
		if v := p.sheet("?unit=zhushan"); !v.Whole || v.Content.Page.UnitID != "zhushan" || len(v.Instructions) != 2 {
			t.Errorf("who reads all sees %+v", v)
		}
	}
	for _, p := range []person{o.keji, o.as("admin")} { // nothing on it is theirs
		p.get(weekPath).refused(http.StatusNotFound, "process_unknown")
		p.order("read", fields{}).refused(http.StatusNotFound, "process_unknown")
		if rows := into[struct{ Items []any }](p.get("/api/v1/dispatches").is(http.StatusOK)); len(rows.Items) != 0 {
			t.Errorf("listed %v", rows.Items)
		}
	}
	if rows := into[struct{ Items []struct{ ID string } }](o.county.get("/api/v1/dispatches?year=2024&stage=issued").is(http.StatusOK)); len(rows.Items) != 1 || rows.Items[0].ID != "2024-W08" {
		t.Errorf("listed %v", rows.Items)
	}
}

func TestSheetsArePrintedAsFarAsTheyAreSeen(t *testing.T) {
	o := newOffice(t).made()
	o.operator.order("instruct", fields{"text": "=请协调用电", "due": "2024-03-01", "unit": "fagai"}).is(http.StatusOK)
	o.leader.order("issue", fields{}).is(http.StatusOK)
	worksheets := func(p person) []string {
		a := p.get(weekPath + "/sheet.xlsx").is(http.StatusOK)
		book, err := excelize.OpenReader(bytes.NewReader(a.body))
		must(t, err)
		defer book.Close()
		return book.GetSheetList()
	}
	if got := worksheets(o.operator); len(got) != 13 || got[0] != "汇总" || !slices.Contains(got, "丹江口市") || !slices.Contains(got, "市自然资源和规划局") {
		t.Errorf("worksheets of the whole: %v", got)
	}
	if got := worksheets(o.county); strings.Join(got, " ") != "汇总 丹江口市" {
		t.Errorf("worksheets of a county: %v", got)
	}
	first := o.operator.get(weekPath + "/sheet.pdf").is(http.StatusOK).body
	if !bytes.HasPrefix(first, []byte("%PDF-")) || !bytes.Equal(first, o.operator.get(weekPath+"/sheet.pdf").body) {
		t.Error("the PDF is not the same twice")
	}
	word := func(p person, query string) string {
		return unzip(t, p.get(weekPath+"/sheet.docx"+query).is(http.StatusOK).body)
	}
	if got := word(o.operator, ""); !strings.Contains(got, "请协调用电") || !strings.Contains(got, "竹山绿松石") || !strings.Contains(got, "各县市区情况") {
		t.Error("the whole lacks something")
	}
	if got := word(o.county, ""); strings.Contains(got, "请协调用电") || strings.Contains(got, "竹山绿松石") || !strings.Contains(got, "丹江口市") {
		t.Error("the county's page says too much, or too little")
	}
	o.county.get(weekPath+"/sheet.pdf?unit=zhushan").refused(http.StatusNotFound, "page_unknown")
	o.keji.get(weekPath+"/sheet.xlsx").refused(http.StatusNotFound, "process_unknown")
}

func unzip(t testing.TB, data []byte) string {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	must(t, err)
	part, err := archive.Open("word/document.xml")
	must(t, err)
	defer part.Close()
	text, err := io.ReadAll(part)
	must(t, err)
	return string(text)
}

func TestMakingASheetIsIdempotentAndChecked(t *testing.T) {
	o := newOffice(t)
	for _, c := range []struct {
		week, code string
		status     int
	}{
		{"2024-W99", "week_invalid", http.StatusUnprocessableEntity}, {"2024-W09", "week_not_over", http.StatusUnprocessableEntity},
		{"2018-W40", "week_unworked", http.StatusUnprocessableEntity}, {"2024-08", "request_invalid", http.StatusUnprocessableEntity},
	} {
		o.operator.post("/api/v1/dispatches", fields{"week": c.week}).refused(c.status, c.code)
	}
	o.county.post("/api/v1/dispatches", fields{"week": "2024-W08"}).refused(http.StatusForbidden, "dispatch_forbidden")
	before := o.events()
	o.made()
	after := o.events()
	o.made()
	o.leader.post("/api/v1/dispatches", fields{"week": "2024-W08"}, key("again")).is(http.StatusCreated)
	if o.events() != after || after == before {
		t.Errorf("%d events, then %d, then %d", before, after, o.events())
	}
	// The week of National Day of 2018 has no working day: the next one covers it.
	o.operator.post("/api/v1/dispatches", fields{"week": "2018-W41"}).is(http.StatusCreated)
	o.operator.post("/api/v1/dispatches", fields{"week": "2018-W40"}).refused(http.StatusConflict, "week_covered")
	o.levelled(2)
}

// The server was down for three weeks: each missed sheet is made once, and says when
// it was due and when it was made.
func TestMissedSheetsAreMadeOnce(t *testing.T) {
	o := newOffice(t)
	must(t, o.dispatches.CatchUp(t.Context(), o.clock.Now())) // the schedule begins in this week
	if rows := o.rows(); len(rows) != 0 {
		t.Fatalf("the schedule begins with %v", rows)
	}
	o.clock.advance(22 * 24 * time.Hour) // Tuesday 19 March
	o.sheets.Away(true)
	if err := o.dispatches.CatchUp(t.Context(), o.clock.Now()); !fault.Is(err, fault.Unavailable) {
		t.Fatalf("the engine is away: %v", err)
	}
	o.sheets.Away(false)
	must(t, o.dispatches.CatchUp(t.Context(), o.clock.Now()))
	after := o.events()
	for range 3 {
		must(t, o.dispatches.CatchUp(t.Context(), o.clock.Now()))
	}
	if o.events() != after {
		t.Error("running again made something")
	}
	want := []string{"2024-W11 2024-03-18 09:00 2024-03-19 09:00 true", "2024-W10 2024-03-11 09:00 2024-03-19 09:00 true", "2024-W09 2024-03-04 09:00 2024-03-19 09:00 true"}
	if got := o.rows(); !slices.Equal(got, want) {
		t.Errorf("made %v", got)
	}
	o.clock.advance(6 * 24 * time.Hour) // Monday 25 March, 09:00
	must(t, o.dispatches.CatchUp(t.Context(), o.clock.Now()))
	if got := o.rows()[0]; got != "2024-W12 2024-03-25 09:00 2024-03-25 09:00 false" {
		t.Errorf("in time it is %s", got)
	}
	o.operator = o.as("zhaoshang.jingban")
	told := into[dispatchView](o.operator.get("/api/v1/dispatches/2024-W09").is(http.StatusOK))
	if !told.Automatic || !strings.Contains(told.Timeline[0].Text, "补制,应于2024-03-04 09:00") {
		t.Errorf("told %+v", told.Timeline[0])
	}
	o.levelled(4)
}

func (o office) rows() []string {
	o.Helper()
	rows, _, err := o.store.Dispatches(o.Context(), org.Scope{All: true}, app.DispatchFilter{}, app.Page{Limit: 100})
	must(o, err)
	var out []string
	for _, r := range rows {
		const layout = "2006-01-02 15:04"
		out = append(out, fmt.Sprint(r.ID, " ", r.DueAt.In(calendar.Shanghai).Format(layout), " ", r.OpenedAt.In(calendar.Shanghai).Format(layout), " ", r.Belated))
	}
	return out
}

// A liaison that ends without an answer leaves the instruction to its department; an
// engine that is away loses none.
func TestInstructionsOutliveTheirLiaison(t *testing.T) {
	o := newOffice(t).made()
	o.operator.order("instruct", fields{"text": "三日内报送用地进展", "due": "2024-02-29", "liaison": "l1"}).is(http.StatusOK)
	o.carriers.away = true
	o.leader.order("issue", fields{}).is(http.StatusOK)
	if got := len(o.carriers.states["l1"].Instructions); got != 0 {
		t.Fatalf("heard %d while away", got)
	}
	o.carriers.away = false
	o.mayor.order("read", fields{}).is(http.StatusOK) // whatever comes next lets the effect be tried again
	if got := len(o.carriers.states["l1"].Instructions); got != 1 {
		t.Fatalf("heard %d", got)
	}
	x := o.carriers.states["l1"]
	x.Stage = liaison.Terminated
	o.carriers.states["l1"] = x
	must(t, o.dispatches.Gather(t.Context()))
	if got := o.ziran.sheet("").Instructions[0]; !got.Direct || got.Status != "open" {
		t.Fatalf("after the liaison's end: %+v", got)
	}
	o.ziran.order("answer", fields{"text": "项目已终止,用地退回"}).is(http.StatusOK)
	o.operator.order("instruct", fields{"text": "再办", "due": "2024-02-29", "liaison": "l1"}).refused(http.StatusConflict, "action_conflict")
	o.levelled(1)
}
