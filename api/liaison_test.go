package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"luodi/internal/app"
	"luodi/internal/app/apptest"
	"luodi/internal/calendar"
	"luodi/internal/liaison"
	"luodi/internal/org"
	"luodi/internal/process"
)

// wireLiaisons makes the engine of liaisons.
func (w *town) wireLiaisons(calendars *app.Calendars) *app.Liaisons {
	template, err := liaison.Builtin()
	must(w, err)
	advancer := &app.Advancer{Projects: &app.Projects{Journal: w.store, Reads: w.store, Sheets: sheets{}, Now: w.clock.Now, NewID: newID}}
	w.carrying = &apptest.Processes[liaison.State, liaison.Facts]{
		Recorder: &app.Recorder[liaison.State, liaison.Facts]{
			Definition: liaison.Definition(), Journal: w.store, Facts: app.LiaisonFacts(calendars, template, app.CityUnit(w.store)), Project: app.ProjectLiaison,
		},
		Perform: app.Effects{liaison.EffectAdvance: advancer.Advance}, Now: w.clock.Now,
	}
	w.liaisons = app.NewLiaisons(app.Service[liaison.State, liaison.Facts]{
		Processes: w.carrying, Reads: w.store, Facts: app.LiaisonSnapshot(calendars, template), Now: w.clock.Now, NewID: newID,
	})
	return w.liaisons
}

// assign publishes a liaison of a project of Danjiangkou, carried by the land bureau.
func (w *town) assign(id, projectID string, change ...func(*liaison.Assignment)) {
	w.Helper()
	a := liaison.Assignment{ID: id, ListID: "b1", RowID: id, Year: 2024, Batch: 1, From: calendar.DateOf(w.clock.Now()), Pairing: liaison.Pairing{
		ProjectID: projectID, ProjectName: "汉江鲟鱼谷(示例)", CountyID: "danjiangkou", CountyName: "丹江口市", ProjectType: "industry", Role: liaison.Lead,
		DepartmentID: "ziran", DepartmentName: "市自然资源和规划局", CadreID: "demo-ziran.fuze", CadreName: "王某(示例)"}}
	for _, f := range change {
		f(&a)
	}
	body, err := json.Marshal(a)
	must(w, err)
	cmd := process.Command{ID: "assign", Name: liaison.CmdAssign, Actor: org.SystemActor(), At: w.clock.Now(), Body: body}
	_, err = w.carrying.Start(w.Context(), liaison.Kind, id, "包联", cmd)
	must(w, err)
}

// ring lets the clock send what it owes by now, each at its time of the engine's
// answering: now.
func (w *town) ring(id string) {
	w.Helper()
	for range 100 {
		row, err := w.store.Process(w.Context(), liaison.Kind, id, org.Scope{All: true})
		must(w, err)
		var s liaison.State
		must(w, json.Unmarshal(row.State, &s))
		due := slices.DeleteFunc(liaison.Timers(s), func(t process.Timer) bool { return t.At.After(w.clock.Now()) })
		if len(due) == 0 || row.Ended {
			return
		}
		body, err := json.Marshal(due[0].Body)
		must(w, err)
		cmd := process.Command{ID: due[0].CommandID(), Name: due[0].Command, Actor: org.SystemActor(), At: w.clock.Now(), Body: body}
		_, _, err = w.carrying.Send(w.Context(), liaison.Kind, id, cmd)
		must(w, err)
	}
	w.Fatal("the clock never comes to rest")
}

type liaisonView struct {
	Stage, Light string
	Causes       []struct{ Rule string }
	Acknowledged struct{ Status string }
	Milestones   []struct {
		ID, Planned, Actual, Problem string
		Duty                         struct{ Status string }
		Files                        []struct{ Name string }
		Told                         bool
		Confirm                      *struct{ Status string }
	}
	Weeks []struct {
		Week, Last, Progress, Returned string
		Duty                           struct{ Status, Light string }
	}
	Problems []struct {
		ID, Level string
		OwnerID   string `json:"owner_id"`
		KindLabel string `json:"kind_label"`
		Duty      struct{ Status string }
	}
	Asks         []struct{ ID, Kind, Label string }
	Instructions []struct{ ID, Answer string }
	Terms        []struct {
		DepartmentID string `json:"department_id"`
	}
	Copies   []string
	Actions  []deed
	Timeline []struct {
		Text, Type string
		Automatic  bool
	}
}

func (v liaisonView) milestone(id string) string {
	for _, m := range v.Milestones {
		if m.ID == id {
			return fmt.Sprint(m.Planned, " ", m.Duty.Status, " ", m.Actual)
		}
	}
	return ""
}

func (p person) liaison(id string) liaisonView {
	p.Helper()
	return into[liaisonView](p.get("/api/v1/liaisons/" + id).is(http.StatusOK))
}

func (p person) carry(id, action string, body any, changes ...change) answer {
	p.Helper()
	return p.post("/api/v1/liaisons/"+id+"/actions/"+action, body, changes...)
}

func (w *town) until(text string) {
	w.Helper()
	t, err := time.ParseInLocation("2006-01-02 15:04", text, calendar.Shanghai)
	must(w, err)
	w.clock.advance(t.Sub(w.clock.Now()))
}

// A department's week, as its people live it.
func TestADepartmentsWeek(t *testing.T) {
	w := newTown(t)
	operator, handler, county := w.as("zhaoshang.jingban"), w.as("ziran.jingban"), w.as("danjiangkou.jingban")
	id := operator.register("汉江鲟鱼谷", map[string]any{"stage": "signed", "signed_on": "2024-01-05"})
	w.assign("l1", id)
	v := handler.liaison("l1")
	if v.Stage != "assigned" || v.Light != "green" || len(v.Milestones) != 7 || len(v.Weeks) != 1 || v.Weeks[0].Last != "2024-03-01" {
		t.Fatalf("assigned as %+v", v)
	}
	county.carry("l1", "acknowledge", fields{}).refused(http.StatusForbidden, "action_forbidden")
	handler.carry("l1", "acknowledge", fields{}).is(http.StatusOK)
	handler.carry("l1", "acknowledge", fields{}).refused(http.StatusConflict, "action_conflict")

	file := into[struct{ ID string }](handler.attach("证明.pdf", []byte("%PDF-1.4 示例")).is(http.StatusCreated)).ID
	handler.carry("l1", "reach", fields{"milestone": "registered", "on": "2024-02-27", "text": "已注册", "files": []string{file}}).refused(http.StatusUnprocessableEntity, "date_in_future")
	handler.carry("l1", "reach", fields{"milestone": "registered", "on": "2024-02-23", "text": "已注册", "files": []string{file}}).is(http.StatusOK)
	v = county.liaison("l1")
	if got := v.milestone("registered"); !strings.HasSuffix(got, "done 2024-02-23") || !v.Milestones[0].Told {
		t.Fatalf("registered %q, told %t %s", got, v.Milestones[0].Told, v.Milestones[0].Problem)
	}
	if p := into[struct {
		Stage    string
		LandedOn string `json:"landed_on"`
	}](county.get("/api/v1/projects/" + id).is(http.StatusOK)); p.Stage != "landed" || p.LandedOn != "2024-02-23" {
		t.Errorf("the registry says %+v", p)
	}
	county.get("/api/v1/attachments/" + file).is(http.StatusOK)

	handler.carry("l1", "raise_problem", fields{"kind": "energy", "title": "用电容量不足", "unit": "fagai"}).is(http.StatusOK)
	fagai := w.as("fagai.jingban")
	if v := fagai.liaison("l1"); len(v.Problems) != 1 || v.Problems[0].KindLabel != "能耗" {
		t.Errorf("the owner sees %+v", v.Problems)
	}
	handler.carry("l1", "report", fields{"week": "2024-W09", "progress": "完成注册", "funds": "-3"}).refused(http.StatusUnprocessableEntity, "amount_invalid")
	handler.carry("l1", "report", fields{"week": "2024-W09", "progress": "完成注册", "funds": "1200.5"}).is(http.StatusOK)
	operator.carry("l1", "return_report", fields{"week": "2024-W09", "text": "请补充用地进展"}).is(http.StatusOK)
	v = handler.liaison("l1")
	if v.Weeks[0].Returned != "请补充用地进展" || v.Weeks[0].Duty.Status != "open" {
		t.Errorf("sent back: %+v", v.Weeks[0])
	}
	handler.carry("l1", "report", fields{"week": "2024-W09", "progress": "完成注册;用地已报批"}).is(http.StatusOK)

	w.until("2024-03-04 09:00") // the next week's report opens; the last was in time
	w.ring("l1")
	leader := w.as("zhaoshang.fuze")
	handler = w.as("ziran.jingban")
	v = handler.liaison("l1")
	if len(v.Weeks) != 2 || v.Weeks[0].Duty.Status != "done" || v.Light != "green" || v.Weeks[1].Last != "2024-03-08" {
		t.Fatalf("a week later %+v, light %s %v", v.Weeks, v.Light, v.Causes)
	}
	fagai, operator = w.as("fagai.jingban"), w.as("zhaoshang.jingban")
	fagai.carry("l1", "solve_problem", fields{"problem": "2", "text": "x"}).refused(http.StatusUnprocessableEntity, "body_invalid")
	fagai.carry("l1", "solve_problem", fields{"problem": "1", "text": "供电公司已增容"}).is(http.StatusOK)
	fagai.carry("l1", "close_problem", fields{"problem": "1"}).refused(http.StatusConflict, "action_conflict")
	handler.carry("l1", "close_problem", fields{"problem": "1"}).is(http.StatusOK)
	handler.carry("l1", "ask_postpone", fields{"milestone": "land", "on": "2024-09-30", "text": "林地手续"}).is(http.StatusOK)
	operator.carry("l1", "approve", fields{"ask": "2"}).refused(http.StatusForbidden, "action_forbidden")
	v = leader.liaison("l1")
	leader.carry("l1", "approve", fields{"ask": v.Asks[0].ID}).is(http.StatusOK)
	if got := handler.liaison("l1").milestone("land"); !strings.HasPrefix(got, "2024-09-30 open") {
		t.Errorf("postponed to %q", got)
	}
	w.levelLiaison("l1")
}

// levelLiaison compares the stored rows with what the stream says.
func (w *town) levelLiaison(id string) {
	w.Helper()
	events, err := w.store.Events(w.Context(), process.StreamID(liaison.Kind, id), 0)
	must(w, err)
	state := liaison.Definition().Replay(liaison.State{}, events)
	row, err := w.store.LiaisonRowOf(w.Context(), id)
	must(w, err)
	items, err := w.store.LiaisonItemsOf(w.Context(), id)
	must(w, err)
	for what, pair := range map[string][2]any{
		"row": {row, app.LiaisonRowFor(state)}, "items": {items, liaison.Sorted(liaison.Items(state))},
	} {
		got, err := json.Marshal(pair[0])
		must(w, err)
		want, err := json.Marshal(pair[1])
		must(w, err)
		if string(got) != string(want) {
			w.Errorf("%s is\n%s, by the stream\n%s", what, got, want)
		}
	}
}

func TestLiaisonsAreListedAsFarAsTheyAreSeen(t *testing.T) {
	w := newTown(t)
	operator := w.as("zhaoshang.jingban")
	w.assign("l1", operator.register("甲项目"))
	w.assign("l2", operator.register("乙项目"), func(a *liaison.Assignment) {
		a.DepartmentID, a.DepartmentName, a.CountyID, a.CountyName, a.CadreName = "fagai", "市发展和改革委员会", "zhushan", "竹山县", "李某(示例)"
	})
	w.until("2024-03-08 18:00") // nobody acknowledged, nobody reported
	w.ring("l1")
	ids := func(p person, query string) string {
		list := into[struct {
			Items  []struct{ ID, Light string }
			Counts struct{ Green, Yellow, Red int }
		}](p.get("/api/v1/liaisons" + query).is(http.StatusOK))
		var out []string
		for _, x := range list.Items {
			out = append(out, x.ID+" "+x.Light)
		}
		return fmt.Sprint(strings.Join(out, ","), list.Counts)
	}
	for _, c := range []struct{ who, query, want string }{
		{"zhaoshang.jingban", "", "l1 red,l2 green{1 0 1}"}, {"zhaoshang.jingban", "?light=green", "l2 green{1 0 1}"},
		{"zhaoshang.jingban", "?mine=true", "{0 0 0}"}, {"ziran.fuze", "?mine=true", "l1 red{0 0 1}"},
		{"ziran.jingban", "", "l1 red{0 0 1}"}, {"fagai.jingban", "", "l2 green{1 0 0}"}, {"zhushan.jingban", "", "l2 green{1 0 0}"},
		{"keji.jingban", "", "{0 0 0}"}, {"shizhang", "?department_id=fagai", "l2 green{1 0 0}"}, {"shizhang", "?q=%E6%9D%8E%E6%9F%90", "l2 green{1 0 0}"},
	} {
		if got := ids(w.as(c.who), c.query); got != c.want {
			t.Errorf("%s%s sees %s, want %s", c.who, c.query, got, c.want)
		}
	}
	w.as("keji.jingban").get("/api/v1/liaisons/l1").refused(http.StatusNotFound, "process_unknown")
	w.as("keji.jingban").carry("l1", "acknowledge", fields{}).refused(http.StatusNotFound, "process_unknown")
	w.as("zhaoshang.jingban").get("/api/v1/liaisons?light=blue").is(http.StatusUnprocessableEntity)
	w.as("ziran.jingban").carry("l1", "nonsense", fields{}).refused(http.StatusNotFound, "action_unknown")
}

// What the clock owed while nobody was there comes once, with its time.
func TestWhatTheClockOwedComesOnce(t *testing.T) {
	w := newTown(t)
	w.assign("l1", w.as("zhaoshang.jingban").register("甲项目"))
	w.until("2024-03-18 09:00")
	w.ring("l1")
	before := len(w.as("shizhang").liaison("l1").Timeline)
	w.ring("l1")
	v := w.as("shizhang").liaison("l1")
	if len(v.Timeline) != before {
		t.Errorf("%d steps, then %d", before, len(v.Timeline))
	}
	var missed []string
	for _, x := range v.Weeks {
		missed = append(missed, x.Week+" "+x.Duty.Status)
	}
	if got := strings.Join(missed, ","); got != "2024-W09 missed,2024-W10 open,2024-W11 open,2024-W12 open" && got != "2024-W09 missed,2024-W10 missed,2024-W11 open,2024-W12 open" {
		t.Errorf("weeks %s", got)
	}
	if !slices.ContainsFunc(v.Timeline, func(x struct {
		Text, Type string
		Automatic  bool
	}) bool {
		return x.Automatic && strings.Contains(x.Text, "应于2024-02-29")
	}) {
		t.Errorf("nothing says when it was due: %+v", v.Timeline)
	}
	w.levelLiaison("l1")
}

// A change of who is in charge moves the tasks and keeps the history.
func TestAnotherDepartmentTakesOver(t *testing.T) {
	w := newTown(t)
	w.assign("l1", w.as("zhaoshang.jingban").register("甲项目"))
	county, leader := w.as("danjiangkou.jingban"), w.as("zhaoshang.fuze")
	county.carry("l1", "ask_change", fields{"unit": "fagai", "cadre_name": "李某", "text": "职能调整"}).is(http.StatusOK)
	leader.carry("l1", "approve", fields{"ask": "1"}).is(http.StatusOK)
	v := w.as("ziran.jingban").liaison("l1") // who carried it may look
	if len(v.Terms) != 2 || v.Terms[1].DepartmentID != "fagai" {
		t.Fatalf("terms %+v", v.Terms)
	}
	w.as("ziran.jingban").carry("l1", "report", fields{"week": "2024-W09", "progress": "进展"}).refused(http.StatusForbidden, "action_forbidden")
	box := into[struct{ Items []struct{ Action string } }](w.as("fagai.jingban").get("/api/v1/tasks").is(http.StatusOK))
	if len(box.Items) == 0 {
		t.Error("the new department has nothing to do")
	}
	if box := into[struct{ Items []struct{ Action string } }](w.as("ziran.jingban").get("/api/v1/tasks").is(http.StatusOK)); len(box.Items) != 0 {
		t.Errorf("the old department still has %+v", box.Items)
	}
	w.levelLiaison("l1")
}

// The start of production ends a liaison, and lets others carry the project.
func TestProductionEndsALiaison(t *testing.T) {
	w := newTown(t)
	operator, handler := w.as("zhaoshang.jingban"), w.as("ziran.jingban")
	id := operator.register("甲项目", map[string]any{"stage": "signed", "signed_on": "2024-01-05"})
	must(t, w.store.InTx(t.Context(), func(tx app.Tx) error {
		return tx.TakeSlots([]app.Slot{{ProjectID: id, Role: liaison.Lead, LiaisonID: "l1"}})
	}))
	w.assign("l1", id)
	handler.carry("l1", "acknowledge", fields{}).is(http.StatusOK)
	handler.carry("l1", "reach", fields{"milestone": "in_production", "on": "2024-02-26", "text": "已投产"}).is(http.StatusOK)
	operator.carry("l1", "confirm_production", fields{}).is(http.StatusOK)
	v := operator.liaison("l1")
	if v.Stage != "producing" {
		t.Fatalf("stage %s", v.Stage)
	}
	if m := v.Milestones[len(v.Milestones)-1]; m.Told || m.Problem == "" { // the registry misses the stages between, and says so
		t.Errorf("the registry's answer: %+v", m)
	}
	if slots, err := w.store.Slots(t.Context(), []string{id}); err != nil || len(slots) != 0 {
		t.Errorf("slots %v, %v", slots, err)
	}
	w.levelLiaison("l1")
}

func TestAYearsResultsByDepartment(t *testing.T) {
	w := newTown(t)
	w.assign("l1", w.as("zhaoshang.jingban").register("甲项目"))
	w.as("ziran.jingban").carry("l1", "acknowledge", fields{}).is(http.StatusOK)
	w.as("ziran.jingban").carry("l1", "report", fields{"week": "2024-W09", "progress": "进展"}).is(http.StatusOK)
	for _, moment := range []string{"2024-03-04 00:00", "2024-03-08 17:30", "2024-03-12 09:00"} {
		w.until(moment)
		w.ring("l1")
	}
	actor := org.Actor{UserID: "a", Roles: []org.Role{org.Assessor}}
	got, err := w.liaisons.Results(t.Context(), actor, opening, w.clock.Now())
	must(t, err)
	r := got["ziran"]
	if r.ReportsDue != 2 || r.ReportsOnTime != 1 || r.YellowDays == 0 {
		t.Errorf("results %+v", r)
	}
	if len(got) != 1 {
		t.Errorf("of %v", got)
	}
}

// A project that gets another name has it in its liaison, too.
func TestALiaisonShowsTheNameOfToday(t *testing.T) {
	x := newPress(t)
	p := into[struct {
		Items []struct {
			ID, CountyID string
			Version      int64
		}
	}](x.operator.get("/api/v1/projects?year=2023&framework=false&stage=started&limit=1").is(http.StatusOK)).Items[0]
	x.assign("l1", p.ID)
	x.operator.patch("/api/v1/projects/"+p.ID, fields{"version": p.Version, "name": "更名后的项目(示例)"}).is(http.StatusOK)
	list := into[struct {
		Items []struct {
			ProjectName string `json:"project_name"`
		}
	}](x.operator.get("/api/v1/liaisons").is(http.StatusOK)).Items
	one := into[struct {
		ProjectName string `json:"project_name"`
	}](x.operator.get("/api/v1/liaisons/l1").is(http.StatusOK))
	if len(list) != 1 || list[0].ProjectName != "更名后的项目(示例)" || one.ProjectName != "更名后的项目(示例)" {
		t.Errorf("list %+v, one %+v", list, one)
	}
}
