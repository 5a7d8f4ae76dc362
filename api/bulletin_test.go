package api_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"luodi/internal/app"
	"luodi/internal/app/apptest"
	"luodi/internal/bulletin"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/rulebook"
	"luodi/internal/rulebook/rulebooks"
	"luodi/internal/sheet"
)

// wireBulletins makes the engine of bulletins.
func (w *town) wireBulletins(calendars *app.Calendars) *app.Bulletins {
	text, err := rulebooks.Files.ReadFile("bulletin-ranking.yaml")
	must(w, err)
	book, findings := rulebook.Load("bulletin-ranking.yaml", bytes.NewReader(text))
	if book == nil {
		w.Fatal(findings)
	}
	freezer := &app.Freezer{Reads: w.store, Blobs: w.blobs, Rule: bulletin.Builtin(), Book: &app.RankingBook{Book: book, Text: text}, Liaisons: app.PastLiaisons{Reads: w.store}, Registers: app.RegisterSections{Reads: w.store}}
	w.monthly = &apptest.Processes[bulletin.State, bulletin.Facts]{
		Recorder: &app.Recorder[bulletin.State, bulletin.Facts]{
			Definition: bulletin.Definition(), Journal: w.store, Facts: app.BulletinFacts(calendars), Project: app.ProjectBulletin, Complete: app.NumberBulletin,
		},
		Perform: app.Effects{bulletin.EffectFreeze: freezer.Freeze}, Now: w.clock.Now,
	}
	w.bulletins = app.NewBulletins(w.monthly, w.store, w.store, calendars, freezer, bulletinSheets{}, w.clock.Now, newID)
	return w.bulletins
}

type bulletinSheets struct{}

func (bulletinSheets) Bulletin(c bulletin.Content) ([]byte, error) {
	var b bytes.Buffer
	err := sheet.WriteBulletin(&b, c)
	return b.Bytes(), err
}

func (bulletinSheets) ReadTargets(data []byte, units []org.Unit) ([]app.TargetCell, []fault.Detail) {
	read, problems := sheet.ReadTargets(data, units)
	cells := make([]app.TargetCell, len(read))
	for i, t := range read {
		cells[i] = app.TargetCell(t)
	}
	return cells, details(problems)
}

func (bulletinSheets) WriteTargets(w io.Writer, year int, units []bulletin.Named, targets bulletin.Targets) error {
	return sheet.WriteTargets(w, year, units, targets)
}

// press is the centre with the demonstration's registry.
type press struct {
	*town
	operator, leader, county, department person
}

func newPress(t testing.TB) press {
	t.Helper()
	w := newShiyan(t)
	return press{town: w, operator: w.as("zhaoshang.jingban"), leader: w.as("zhaoshang.fuze"), county: w.as("danjiangkou.jingban"), department: w.as("ziran.jingban")}
}

const bulletinsPath = "/api/v1/bulletins"

// bulletinView is what the tests read of a bulletin.
type bulletinView struct {
	Stage, Number, Digest, Title string
	Read                         bool
	Content                      *bulletin.Content
	Reads                        []struct{ Name string }
	Actions                      []deed
	Timeline                     []struct{ Text, Type string }
}

func (p person) bulletin(id string) bulletinView {
	p.Helper()
	return into[bulletinView](p.get(bulletinsPath + "/" + id).is(http.StatusOK))
}

func (p person) edit(id, action string, body any, changes ...change) answer {
	p.Helper()
	return p.post(bulletinsPath+"/"+id+"/actions/"+action, body, changes...)
}

// publish takes a month's bulletin from its opening to its publication.
func (x press) publish(month string) bulletinView {
	x.Helper()
	x.operator.post(bulletinsPath, fields{"month": month}).is(http.StatusCreated)
	return x.finish(month)
}

func (x press) finish(id string) bulletinView {
	x.Helper()
	x.operator.edit(id, "submit", fields{}).is(http.StatusOK)
	x.leader.edit(id, "check", fields{}).is(http.StatusOK)
	x.leader.edit(id, "publish", fields{}).is(http.StatusOK)
	return x.operator.bulletin(id)
}

func measure(t testing.TB, l bulletin.Line, key string) bulletin.Measure {
	t.Helper()
	i := slices.IndexFunc(l.Measures, func(m bulletin.Measure) bool { return m.Key == key })
	if i < 0 {
		t.Fatalf("no %s", key)
	}
	return l.Measures[i]
}

// The whole year 2023 of the demonstration adds up to what was published for Shiyan:
// 731 projects signed for 419.45 billion, 573 landed against a target of 300.
func TestTheBulletinOfDecemberSaysWhatWasPublished(t *testing.T) {
	x := newPress(t)
	v := x.publish("2023-12")
	if v.Stage != "published" || v.Number != "〔2023〕第1期" || v.Title != "2023年12月招商引资月通报" {
		t.Fatalf("published as %s %s %s", v.Stage, v.Number, v.Title)
	}
	c := *v.Content
	for _, want := range []struct{ key, year, target, completion, growth string }{
		{"signed_count", "731", "", "", ""}, {"signed_amount", "41945000", "", "", ""},
		{"landed_count", "573", "300", "191.0", "25.7"}, {"landed_amount", "31264200", "", "", ""},
	} {
		m := measure(t, c.City, want.key)
		if m.Year != want.year || m.Target != want.target || m.Completion != want.completion || want.growth != "" && m.YearOnYear != want.growth {
			t.Errorf("%s: %+v, want %+v", want.key, m, want)
		}
	}
	if len(c.Findings) != 0 || c.Illustrative == 0 || len(c.Counties) != 10 || c.Progress.Percent != "100.0" {
		t.Errorf("findings %v, illustrative %d, counties %d, progress %s", c.Findings, c.Illustrative, len(c.Counties), c.Progress.Percent)
	}
	if len(c.Rankings) == 0 || len(c.Rankings[0].Rows) != 10 || c.Rankings[0].Rows[0].Rank != 1 || !c.Book.Illustrative {
		t.Errorf("rankings %+v", c.Rankings)
	}
	sum := 0
	for _, l := range c.Counties {
		var n int
		_, err := fmt.Sscan(measure(t, l, "signed_count").Year, &n)
		must(t, err)
		sum += n
	}
	if sum != 731 {
		t.Errorf("the counties signed %d", sum)
	}
	verified := into[struct{ Same bool }](x.operator.get(bulletinsPath + "/2023-12/verification").is(http.StatusOK))
	if !verified.Same {
		t.Error("computed again it differs")
	}
}

// Two people look at what goes out; a draft is the centre's; what is published is everybody's.
func TestABulletinIsCheckedBySomebodyElse(t *testing.T) {
	x := newPress(t)
	x.county.post(bulletinsPath, fields{"month": "2023-11"}).refused(http.StatusForbidden, "bulletin_forbidden")
	x.operator.post(bulletinsPath, fields{"month": "2023-11"}).is(http.StatusCreated)
	x.operator.post(bulletinsPath, fields{"month": "2023-11"}).refused(http.StatusConflict, "bulletin_exists")
	x.county.get(bulletinsPath+"/2023-11").refused(http.StatusNotFound, "bulletin_unknown")
	if list := into[struct{ Items []struct{ ID string } }](x.county.get(bulletinsPath).is(http.StatusOK)); len(list.Items) != 0 {
		t.Errorf("a county sees drafts: %v", list.Items)
	}
	x.operator.edit("2023-11", "annotate", fields{"text": "本月工作推进有力。"}).is(http.StatusOK)
	x.operator.edit("2023-11", "submit", fields{}).is(http.StatusOK)
	x.operator.edit("2023-11", "check", fields{}).is(http.StatusForbidden)
	x.operator.edit("2023-11", "publish", fields{}).is(http.StatusForbidden)
	x.leader.edit("2023-11", "return", fields{"text": "编者按请写具体"}).is(http.StatusOK)
	x.operator.edit("2023-11", "recompute", fields{}).is(http.StatusOK)
	v := x.finish("2023-11")
	if v.Stage != "published" || len(v.Content.Findings) != 0 {
		t.Fatalf("%s %v", v.Stage, v.Content.Findings)
	}
	x.operator.edit("2023-11", "recompute", fields{}).is(http.StatusConflict)
	seen := x.county.bulletin("2023-11")
	if seen.Content == nil || len(seen.Reads) != 0 || len(seen.Timeline) != 1 || seen.Timeline[0].Type != "bulletin.published" {
		t.Errorf("a county sees %+v", seen.Timeline)
	}
	x.county.edit("2023-11", "read", fields{}).is(http.StatusOK)
	x.county.edit("2023-11", "read", fields{}).is(http.StatusConflict)
	if v := x.operator.bulletin("2023-11"); len(v.Reads) != 1 || !x.county.bulletin("2023-11").Read {
		t.Errorf("read by %v", v.Reads)
	}
}

// What is mended after a publication leaves the bulletin as it is; the next one names it;
// a published correction says what differs.
func TestALaterCorrectionIsNamedByTheNextBulletin(t *testing.T) {
	x := newPress(t)
	december := x.publish("2023-12")
	type item struct {
		ID, Name, CountyID string
		Version            int64
		SignedOn           string `json:"signed_on"`
	}
	list := into[struct{ Items []item }](x.operator.get("/api/v1/projects?year=2023&limit=50&sort=signed_on").is(http.StatusOK))
	p := list.Items[slices.IndexFunc(list.Items, func(p item) bool { return strings.HasPrefix(p.SignedOn, "2023-") })]
	x.clock.advance(10 * time.Minute)
	x.operator.patch("/api/v1/projects/"+p.ID, fields{"version": p.Version, "correction": true, "reason": "签约日期登记有误", "signed_on": "2022-06-01"}).is(http.StatusOK)
	x.clock.advance(10 * time.Minute)
	if after := x.operator.bulletin("2023-12"); after.Digest != december.Digest {
		t.Error("a published bulletin changed")
	}
	if v := into[struct{ Same bool }](x.operator.get(bulletinsPath + "/2023-12/verification").is(http.StatusOK)); !v.Same {
		t.Error("what was known then isn't found again")
	}
	x.operator.post(bulletinsPath, fields{"month": "2024-01"}).is(http.StatusCreated)
	next := x.operator.bulletin("2024-01").Content
	if len(next.Corrections) != 1 || next.Corrections[0].ProjectName != p.Name || next.Corrections[0].Reason != "签约日期登记有误" ||
		!slices.ContainsFunc(next.Corrections[0].Affects, func(a bulletin.Affected) bool {
			return a.Bulletin == "2023-12" && a.Table == "city" && a.Measure == "signed_count" && a.Column == "year" && a.Published == "731" && a.Now == "730"
		}) {
		t.Fatalf("named: %+v", next.Corrections)
	}
	x.county.post(bulletinsPath, fields{"amends": "2023-12", "reason": "签约日期有误"}).is(http.StatusForbidden)
	x.operator.post(bulletinsPath, fields{"amends": "2023-12"}).refused(http.StatusUnprocessableEntity, "reason_required")
	x.operator.post(bulletinsPath, fields{"amends": "2023-12", "reason": "一个项目的签约日期有误"}).is(http.StatusCreated)
	fixed := x.finish("2023-12-c1")
	if fixed.Number != "〔2023〕第2期" || fixed.Content.Amends == nil || fixed.Content.Amends.Number != december.Number || measure(t, fixed.Content.City, "signed_count").Year != "730" {
		t.Errorf("correction %s %+v", fixed.Number, fixed.Content.Amends)
	}
	x.operator.post(bulletinsPath, fields{"amends": "2023-12-c1", "reason": "再更正"}).refused(http.StatusUnprocessableEntity, "bulletin_is_correction")
}

// The schedule opens each month once, however late, and says when it was due.
func TestAMissedMonthIsMadeUpFor(t *testing.T) {
	x := newPress(t)
	must(t, x.bulletins.CatchUp(t.Context(), x.clock.Now())) // begins with February
	x.clock.advance(70 * 24 * time.Hour)                     // 6 May: February, March and April are due
	must(t, x.bulletins.CatchUp(t.Context(), x.clock.Now()))
	must(t, x.bulletins.CatchUp(t.Context(), x.clock.Now()))
	list := into[struct {
		Items []struct {
			ID        string
			Automatic bool
			DueAt     time.Time `json:"due_at"`
			OpenedAt  time.Time `json:"opened_at"`
		}
	}](x.as("zhaoshang.jingban").get(bulletinsPath).is(http.StatusOK))
	var ids []string
	for _, b := range list.Items {
		ids = append(ids, b.ID)
		if !b.Automatic || !b.OpenedAt.Equal(x.clock.Now()) {
			t.Errorf("%+v", b)
		}
	}
	// The first working day of May 2024 after the holiday is the 6th.
	if !slices.Equal(ids, []string{"2024-04", "2024-03", "2024-02"}) || !list.Items[0].DueAt.Equal(time.Date(2024, 5, 6, 1, 0, 0, 0, time.UTC)) {
		t.Errorf("opened %v, due %v", ids, list.Items[0].DueAt)
	}
}

func TestTheWorkbookOfABulletinHasNumbers(t *testing.T) {
	x := newPress(t)
	x.publish("2023-12")
	a := x.county.get(bulletinsPath + "/2023-12/bulletin.xlsx").is(http.StatusOK)
	book, err := excelize.OpenReader(bytes.NewReader(a.body))
	must(t, err)
	defer book.Close()
	if !slices.Contains(book.GetSheetList(), "县市区") || !slices.Contains(book.GetSheetList(), "排名") {
		t.Errorf("worksheets %v", book.GetSheetList())
	}
	counties := into[bulletinView](x.county.get(bulletinsPath + "/2023-12").is(http.StatusOK)).Content.Counties
	first, err := book.GetCellValue("县市区", fmt.Sprintf("C%d", 4+len(counties)+3)) // what the first chart draws first
	if got := measure(t, counties[0], "signed_amount").Year; err != nil || first != got {
		t.Errorf("the chart begins with %s, the county signed %s (%v)", first, got, err)
	}
	rows, err := book.GetRows("全市")
	must(t, err)
	kind, err := book.GetCellType("全市", "H4")
	must(t, err)
	if rows[3][0] != "签约项目数" || rows[3][7] != "731" || kind == excelize.CellTypeInlineString || kind == excelize.CellTypeSharedString {
		t.Errorf("row %v of type %v", rows[3], kind)
	}
}

func TestTargetsKeepTheirVersions(t *testing.T) {
	x := newPress(t)
	const path = "/api/v1/targets"
	x.county.send(http.MethodPut, path+"?year=2024", encode(t, fields{"changes": []fields{{"unit_id": "", "indicator": "signed_count", "value": "800"}}})).refused(http.StatusForbidden, "targets_forbidden")
	bad := x.operator.send(http.MethodPut, path+"?year=2024", encode(t, fields{"changes": []fields{
		{"unit_id": "nowhere", "indicator": "signed_count", "value": "800"}, {"unit_id": "", "indicator": "happiness", "value": "1"}, {"unit_id": "", "indicator": "signed_count", "value": "many"},
	}})).refused(http.StatusUnprocessableEntity, "targets_invalid")
	var where []string
	for _, e := range bad.Errors {
		where = append(where, e.Field+" "+e.Code)
	}
	if want := []string{"/changes/0/unit_id unit_unknown", "/changes/1/indicator indicator_unknown", "/changes/2/value target_invalid"}; !slices.Equal(where, want) {
		t.Errorf("found %v", where)
	}
	set := func(unit, value string) app.TargetsSet {
		return into[app.TargetsSet](x.operator.send(http.MethodPut, path+"?year=2024", encode(t, fields{"changes": []fields{{"unit_id": unit, "indicator": "signed_amount", "value": value}}})).is(http.StatusOK))
	}
	set("", "5000000")
	if got := set("danjiangkou", "400000.50"); got.Changed != 1 || len(got.Findings) != 1 || got.Findings[0].Code != "target_sum_differs" {
		t.Errorf("%+v", got)
	}
	if got := set("danjiangkou", "400000.5"); got.Changed != 0 {
		t.Errorf("the same again changed %d", got.Changed)
	}
	set("danjiangkou", "")
	history := into[struct{ Items []app.TargetVersion }](x.county.get(path + "/history?year=2024").is(http.StatusOK)).Items
	if len(history) != 3 || history[0].Value != "" || history[1].Value != "400000.5" {
		t.Errorf("%+v", history)
	}

	// What is exported can be imported again, and changes nothing; every wrong cell is found at once.
	data := x.operator.get(path + "/targets.xlsx?year=2024").is(http.StatusOK).body
	upload := header("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	if got := into[app.TargetsSet](x.operator.send(http.MethodPost, path+"/import?year=2024", data, upload).is(http.StatusOK)); got.Changed != 0 {
		t.Errorf("its own export changes %d", got.Changed)
	}
	book, err := excelize.OpenReader(bytes.NewReader(data))
	must(t, err)
	defer book.Close()
	for cell, v := range map[string]any{"B4": 731.5, "C5": "很多", "A6": "火星市", "D6": 12} {
		must(t, book.SetCellValue("任务分解表", cell, v))
	}
	var b bytes.Buffer
	must(t, book.Write(&b))
	wrong := x.operator.send(http.MethodPost, path+"/import?year=2024", b.Bytes(), upload).refused(http.StatusUnprocessableEntity, "targets_invalid")
	where = nil
	for _, e := range wrong.Errors {
		where = append(where, e.Field)
	}
	if want := []string{"任务分解表!C5", "任务分解表!A6", "任务分解表!B4"}; !slices.Equal(where, want) {
		t.Errorf("found in %v", where)
	}
	if now := into[app.TargetTable](x.county.get(path + "?year=2024").is(http.StatusOK)); now.Editable || now.Units[0].Values["signed_amount"] != "5000000" || len(now.Units[0].Values) != 1 {
		t.Errorf("%+v", now.Units[0])
	}
}

// A department's line is of the projects whose lead liaison it carries, as was known then.
func TestADepartmentAnswersForTheProjectsItLeads(t *testing.T) {
	x := newPress(t)
	type item struct{ ID, Name string }
	list := into[struct{ Items []item }](x.operator.get("/api/v1/projects?year=2023&framework=false&limit=3&stage=started").is(http.StatusOK)).Items
	x.assign("l1", list[0].ID)
	x.operator.post(bulletinsPath, fields{"month": "2023-12"}).is(http.StatusCreated)
	lines := x.operator.bulletin("2023-12").Content.Departments
	if len(lines) != 1 || lines[0].Key != "ziran" || measure(t, lines[0], "started_count").YearLastYear == "" || measure(t, lines[0], "signed_count").Year != "1" {
		t.Fatalf("departments %+v", lines)
	}
	x.clock.advance(10 * time.Minute)
	x.assign("l2", list[1].ID) // later: not in what was known then
	if v := into[struct{ Same bool }](x.operator.get(bulletinsPath + "/2023-12/verification").is(http.StatusOK)); !v.Same {
		t.Error("a later liaison changed an earlier bulletin")
	}
	x.operator.edit("2023-12", "recompute", fields{}).is(http.StatusOK)
	if now := measure(t, x.operator.bulletin("2023-12").Content.Departments[0], "signed_count").Year; now != "2" {
		t.Errorf("known now: %s signed", now)
	}
}
