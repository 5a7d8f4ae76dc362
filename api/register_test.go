package api_test

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"luodi/internal/app"
	"luodi/internal/campaign"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/register"
	"luodi/internal/sheet"
)

func campaigns(t testing.TB) []campaign.Campaign {
	t.Helper()
	list, err := campaign.Builtin()
	must(t, err)
	return list
}

type registerSheets struct{}

func (registerSheets) ReadRegister(kind register.Kind, data []byte, units []org.Unit) ([]app.RegisterLine, []fault.Detail) {
	rows, problems := sheet.ReadRegister(kind, data, units)
	lines := make([]app.RegisterLine, len(rows))
	for i, r := range rows {
		lines[i] = app.RegisterLine{Draft: r.Draft.Tidy(), Where: r.Where}
	}
	return lines, details(problems)
}

func (registerSheets) WriteRegister(kind register.Kind, entries []register.Entry, units []org.Unit, w io.Writer) error {
	return sheet.WriteRegister(w, kind, entries, units)
}

type entryView struct {
	register.Entry
	UnitName string `json:"unit_name"`
	Editable bool
	Figures  struct {
		Steps []struct {
			Key   string
			Count int
			List  string
		}
	}
}

// A chain is registered, shows its projects, is changed by version, and keeps its past.
func TestAnEntryShowsItsProjectsAndKeepsItsPast(t *testing.T) {
	x := newPress(t)
	const path = "/api/v1/chains"
	draft := fields{"name": "商用车及零部件产业链", "chain": fields{"head": "某市长(示例)", "leader": "某汽车公司(示例)", "innovator": "某研究院(示例)", "tier": "lead"}}
	x.county.post(path, draft).refused(http.StatusForbidden, "register_forbidden")
	made := into[entryView](x.operator.post(path, draft).is(http.StatusCreated))
	x.operator.post(path, draft).refused(http.StatusConflict, "register_name_taken")
	seen := into[entryView](x.county.get(path + "/" + made.ID + "?year=2023").is(http.StatusOK))
	if seen.Editable || seen.Chain.Head != "某市长(示例)" || len(seen.Figures.Steps) != 5 {
		t.Fatalf("%+v", seen)
	}
	whole := into[entryView](x.operator.get(path + "/" + made.ID + "?year=2023").is(http.StatusOK))
	if s := whole.Figures.Steps[0]; s.Count == 0 || x.behind(s.List) != s.Count {
		t.Errorf("%d projects, the list has %d", s.Count, x.behind(s.List))
	}
	put := func(version int64, closed bool) answer {
		return x.operator.send(http.MethodPut, path+"/"+made.ID, encode(t, fields{"version": version, "closed": closed, "reason": "不再使用"}))
	}
	put(1, true).is(http.StatusOK)
	put(1, true).refused(http.StatusConflict, "register_changed")
	versions := into[struct{ Items []register.Entry }](x.county.get(path + "/" + made.ID + "/versions").is(http.StatusOK)).Items
	if len(versions) != 2 || !versions[0].Closed || versions[1].Closed || versions[0].Reason != "不再使用" {
		t.Errorf("%+v", versions)
	}
}

// behind counts the projects that a figure leads to.
func (x press) behind(list string) int {
	x.Helper()
	n := 0
	for cursor := ""; ; {
		p := into[struct {
			Items []struct{ ID string }
			Next  string `json:"next_cursor"`
		}](x.operator.get("/api/v1/projects?limit=200&" + list + "&cursor=" + url.QueryEscape(cursor)).is(http.StatusOK))
		n += len(p.Items)
		if cursor = p.Next; cursor == "" {
			return n
		}
	}
}

// A team is its unit's: the unit notes trips, and only it and the centre see whom they met.
func TestATeamIsItsUnits(t *testing.T) {
	x := newPress(t)
	const path = "/api/v1/teams"
	bad := x.county.post(path, fields{"name": "", "unit_id": "danjiangkou", "team": fields{"place": ""}}).refused(http.StatusUnprocessableEntity, "register_invalid")
	var where []string
	for _, e := range bad.Errors {
		where = append(where, e.Field)
	}
	if !slices.Equal(where, []string{"/name", "/team/place"}) {
		t.Errorf("found %v", where)
	}
	team := into[entryView](x.county.post(path, fields{"name": "驻厦门招商专班(示例)", "unit_id": "danjiangkou", "team": fields{"place": "厦门", "contact": "0719-1"}}).is(http.StatusCreated))
	trip := fields{"on": "2024-02-20", "place": "泉州", "purpose": "拜访企业", "contacts": "某经理(示例)", "results": "拟来考察"}
	x.department.post(path+"/"+team.ID+"/trips", trip).refused(http.StatusForbidden, "register_forbidden")
	x.county.post(path+"/"+team.ID+"/trips", trip, key("t1")).is(http.StatusOK)
	x.county.post(path+"/"+team.ID+"/trips", trip, key("t1")).is(http.StatusOK) // once
	x.county.post(path+"/"+team.ID+"/trips", fields{"on": "2024-03-20", "place": "泉州", "purpose": "来日方长"}).refused(http.StatusUnprocessableEntity, "register_invalid")
	own := into[entryView](x.county.get(path + "/" + team.ID).is(http.StatusOK))
	others := into[entryView](x.department.get(path + "/" + team.ID).is(http.StatusOK))
	if len(own.Team.Trips) != 1 || own.Team.Contact != "0719-1" || own.Team.Trips[0].Contacts == "" || !own.Editable {
		t.Errorf("own: %+v", own.Team)
	}
	if others.Team.Contact != "" || others.Team.Trips[0].Contacts != "" || others.Editable {
		t.Errorf("others: %+v", others.Team)
	}
}

// Names that nobody goes by are told to the centre; an alias brings them in.
func TestUnmatchedNamesAreBroughtIn(t *testing.T) {
	x := newPress(t)
	const path = "/api/v1/events"
	x.county.get(path+"/unmatched").refused(http.StatusForbidden, "register_forbidden")
	unmatched := func() map[string]int64 {
		out := map[string]int64{}
		for _, u := range into[struct{ Items []app.Unmatched }](x.operator.get(path + "/unmatched").is(http.StatusOK)).Items {
			out[u.Name] = u.Projects
		}
		return out
	}
	const name = "湖北十堰—大湾区产业链供应链对接大会"
	if n := unmatched()[name]; n != 51 {
		t.Fatalf("%d projects name it", n)
	}
	e := into[entryView](x.operator.post(path, fields{"name": "大湾区对接大会", "event": fields{"from": "2023-11-07", "city": "深圳"}}).is(http.StatusCreated))
	x.operator.post(path+"/"+e.ID+"/aliases", fields{"name": name}).is(http.StatusOK)
	if _, still := unmatched()[name]; still {
		t.Error("still unmatched")
	}
	seen := into[entryView](x.operator.get(path + "/" + e.ID).is(http.StatusOK))
	if s := seen.Figures.Steps[0]; s.Count != 51 || x.behind(s.List) != 51 {
		t.Errorf("%+v", s)
	}
}

// A workbook that was exported can be imported again and changes nothing; every wrong
// cell is told at once, and nothing is taken in.
func TestARegisterIsImported(t *testing.T) {
	x := newPress(t)
	const path = "/api/v1/teams"
	upload := header("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	x.operator.post(path, fields{"name": "驻苏州专班(示例)", "aliases": []string{"驻苏专班"}, "unit_id": "zhushan", "team": fields{"place": "苏州", "from": "2023-02-01", "members": []string{"甲", "乙"},
		"trips": []fields{{"on": "2023-03-01", "place": "无锡", "purpose": "拜访"}}}}).is(http.StatusCreated)
	data := x.operator.get(path + "/export.xlsx").is(http.StatusOK).body
	same := into[app.RegisterImported](x.operator.send(http.MethodPost, path+"/import", data, upload).is(http.StatusOK))
	if same.Total != 1 || same.Created+same.Changed != 0 {
		t.Errorf("its own export: %+v", same)
	}
	book, err := excelize.OpenReader(bytes.NewReader(data))
	must(t, err)
	defer book.Close()
	set := func(sheet, cell string, v any) { must(t, book.SetCellValue(sheet, cell, v)) }
	set("驻外招商专班", "A5", "驻南京专班(示例)")
	set("驻外招商专班", "C5", "竹山县")
	set("驻外招商专班", "D5", "南京")
	set("外出情况", "A5", "驻南京专班(示例)")
	set("外出情况", "B5", "2023-05-06")
	set("外出情况", "C5", "镇江")
	set("外出情况", "D5", "拜访")
	var good bytes.Buffer
	must(t, book.Write(&good))
	tried := into[app.RegisterImported](x.operator.send(http.MethodPost, path+"/import?dry_run=true", good.Bytes(), upload).is(http.StatusOK))
	done := into[app.RegisterImported](x.operator.send(http.MethodPost, path+"/import", good.Bytes(), upload).is(http.StatusOK))
	if tried.Created != 1 || !tried.DryRun || done.Created != 1 || done.Changed != 0 {
		t.Errorf("tried %+v, done %+v", tried, done)
	}
	set("驻外招商专班", "C5", "火星")
	set("驻外招商专班", "E4", "去年")
	set("外出情况", "A4", "无名专班")
	set("外出情况", "B5", "2033-05-06")
	var bad bytes.Buffer
	must(t, book.Write(&bad))
	wrong := x.operator.send(http.MethodPost, path+"/import", bad.Bytes(), upload).refused(http.StatusUnprocessableEntity, "import_invalid")
	var where []string
	for _, e := range wrong.Errors {
		where = append(where, e.Field)
	}
	for _, want := range []string{"驻外招商专班!C5", "驻外招商专班!E4", "外出情况!A4", "外出情况!B5"} {
		if !slices.Contains(where, want) {
			t.Errorf("%s isn't among %v", want, where)
		}
	}
	x.county.send(http.MethodPost, path+"/import", good.Bytes(), upload).refused(http.StatusUnprocessableEntity, "import_invalid") // another's
}

// Every figure of a funnel leads to its list.
func TestEveryFigureLeadsToItsList(t *testing.T) {
	x := newPress(t)
	type line struct {
		Key, Label string
		Steps      []struct {
			Key      string
			Count    int
			OfSigned string `json:"of_signed"`
			List     string
		}
	}
	report := func(query string) (out struct {
		Total  line
		Groups []line
	}) {
		return into[struct {
			Total  line
			Groups []line
		}](x.operator.get("/api/v1/statistics/funnel?" + query).is(http.StatusOK))
	}
	for query, groups := range map[string]int{"year=2023&until=2023-12-31&by=county": 10, "year=2023&until=2023-12-31&by=quarter": 4, "year=2023&by=event": 9, "by=year": 2, "year=2023&county_id=zhushan&by=tier": 4} {
		r := report(query)
		if len(r.Groups) != groups {
			t.Errorf("%s: %d groups", query, len(r.Groups))
		}
		sum := 0
		for _, g := range r.Groups {
			sum += g.Steps[0].Count
		}
		if sum != r.Total.Steps[0].Count {
			t.Errorf("%s: the groups make up %d, the total is %d", query, sum, r.Total.Steps[0].Count)
		}
		for _, l := range []line{r.Total, r.Groups[0], r.Groups[len(r.Groups)-1]} {
			for _, s := range l.Steps {
				if n := x.behind(s.List); n != s.Count {
					t.Errorf("%s, %s: %s is %d, the list has %d", query, l.Label, s.Key, s.Count, n)
				}
			}
		}
	}
	if r := report("year=2023&until=2023-12-31"); r.Total.Steps[0].Count != 731 || r.Total.Steps[0].OfSigned != "100.0" {
		t.Errorf("%+v", r.Total.Steps[0])
	}
	x.operator.get("/api/v1/statistics/funnel?signed_from=soon").refused(http.StatusUnprocessableEntity, "date_invalid")
	if r := into[struct{ Total line }](x.county.get("/api/v1/statistics/funnel?year=2023").is(http.StatusOK)); r.Total.Steps[0].Count >= 731 {
		t.Error("a county counts the city's projects")
	}
}

// 239 projects signed on the spot were published for 2023. What the year was published to have come to is what its campaigns show.
func TestCampaignsAreCountedFromSingleProjects(t *testing.T) {
	x := newPress(t)
	list := into[struct{ Items []app.CampaignReport }](x.operator.get("/api/v1/statistics/campaigns?year=2023").is(http.StatusOK)).Items
	if len(list) != 2 || list[0].Name != "五百行动" || len(list[1].Items) != 5 {
		t.Fatalf("%+v", list)
	}
	byID := map[string]app.CampaignItemReport{}
	for _, c := range list {
		for _, i := range c.Items {
			byID[i.ID] = i
			if i.Page == "projects" && i.Unit == "个" {
				if n := x.behind(i.List); i.Value != strconv.Itoa(n) {
					t.Errorf("%s is %s, the list has %d", i.Name, i.Value, n)
				}
			}
		}
	}
	if byID["signings"].Value != "239" || byID["signings"].Completion != "239.0" || byID["funds"].Unit != "亿元" {
		t.Errorf("signings %+v, funds %+v", byID["signings"], byID["funds"])
	}
	if later := into[struct{ Items []app.CampaignReport }](x.operator.get("/api/v1/statistics/campaigns?year=2024").is(http.StatusOK)); len(later.Items) != 0 {
		t.Errorf("%+v", later)
	}
}

// Registers have their part in bulletins, as they were known when one was made.
func TestRegistersHaveTheirPartInBulletins(t *testing.T) {
	x := newPress(t)
	x.operator.post("/api/v1/events", fields{"name": "湖北十堰—大湾区产业链供应链对接大会", "event": fields{"from": "2023-11-07", "city": "深圳"}}).is(http.StatusCreated)
	x.operator.post("/api/v1/chains", fields{"name": "商用车及零部件产业链", "chain": fields{"head": "某市长(示例)"}}).is(http.StatusCreated)
	team := into[entryView](x.operator.post("/api/v1/teams", fields{"name": "驻北京招商专班001(示例)", "unit_id": "zhushan", "team": fields{"place": "北京", "trips": []fields{
		{"on": "2023-11-02", "place": "天津", "purpose": "拜访"}, {"on": "2023-12-30", "place": "天津", "purpose": "拜访"}}}}).is(http.StatusCreated))
	x.operator.post(bulletinsPath, fields{"month": "2023-11"}).is(http.StatusCreated)
	sections := map[string][][]string{}
	for _, s := range x.operator.bulletin("2023-11").Content.Sections {
		sections[s.Key] = s.Rows
	}
	if e := sections["events"]; len(e) != 1 || e[0][1] != "2023-11-07" || e[0][3] != "51" || e[0][5] != "6381000" {
		t.Errorf("events %v", e)
	}
	if c := sections["chains"]; !slices.ContainsFunc(c, func(r []string) bool {
		return r[0] == "商用车及零部件产业链" && r[1] == "某市长(示例)" && r[4] != "0"
	}) ||
		!slices.ContainsFunc(c, func(r []string) bool { return strings.HasSuffix(r[0], "(未登记)") }) {
		t.Errorf("chains %v", c)
	}
	if r := sections["teams"]; len(r) != 1 || r[0][2] != "1" || r[0][3] != "1" || r[0][4] == "0" {
		t.Errorf("teams %v", r)
	}
	x.clock.advance(10 * time.Minute)
	x.operator.post("/api/v1/teams/"+team.ID+"/trips", fields{"on": "2023-11-03", "place": "天津", "purpose": "再访"}).is(http.StatusOK)
	if v := into[struct{ Same bool }](x.operator.get(bulletinsPath + "/2023-11/verification").is(http.StatusOK)); !v.Same {
		t.Error("a later trip changed an earlier bulletin")
	}
}
