package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"luodi/internal/app"
	"luodi/internal/assessment"
	"luodi/internal/calendar"
	"luodi/internal/demo"
	"luodi/internal/fault"
	"luodi/internal/money"
	"luodi/internal/org"
	"luodi/internal/process"
	"luodi/internal/project"
	"luodi/internal/selfreport"
)

// The demonstration's assessment years: 2023 played through to its lock, with appeals,
// and 2024 in the middle of its self-reports. Steps are dated as a city would have taken
// them; the registry is the one that was loaded, and every run says as of when. All of it
// is illustrative.

// byKind is app.Processes for several kinds.
type byKind map[string]app.Processes

func (k byKind) Start(ctx context.Context, kind, id, summary string, cmd process.Command) (process.Receipt, error) {
	return k[kind].Start(ctx, kind, id, summary, cmd)
}

func (k byKind) Send(ctx context.Context, kind, id string, cmd process.Command) (process.Receipt, int64, error) {
	return k[kind].Send(ctx, kind, id, cmd)
}

func (k byKind) Sync(ctx context.Context, kind, id, key string) (int64, error) {
	return k[kind].Sync(ctx, kind, id, key)
}

func (k byKind) Version(ctx context.Context, kind, id string) (int64, error) {
	return k[kind].Version(ctx, kind, id)
}

// yearStage is where an assessment year is rehearsed.
type yearStage struct {
	ctx     context.Context
	at      time.Time
	step    int
	id      string
	years   *app.Assessments
	reports *app.SelfReports
	clock   app.Rehearsed[assessment.State, assessment.Facts]
	reads   app.Reads
	err     error // the first that went wrong; nothing is done after it
}

func (s *system) yearStage(ctx context.Context, year int) *yearStage {
	y := &yearStage{ctx: ctx, id: assessment.ID(year), reads: s.store}
	now := func() time.Time { return y.at }
	scorer := app.NewScorer(s.store, s.store, s.documents, 0) // nobody else writes yet
	kinds := byKind{}
	errands := &app.Errands{Scorer: scorer, Reads: s.store, Processes: kinds, Now: now, NewID: newID, Look: clock}
	score := func(ctx context.Context, kind, id string, e process.Effect) (json.RawMessage, error) {
		var asked assessment.Asked
		if err := json.Unmarshal(e.Body, &asked); err != nil {
			return nil, err
		}
		asked.KnownAt = clock().UTC().Truncate(time.Microsecond) // the registry was loaded just now
		e.Body = process.Encoded(asked)
		return scorer.Score(ctx, kind, id, e)
	}
	y.clock = app.Rehearsed[assessment.State, assessment.Facts]{Rehearsal: &app.Rehearsal[assessment.State, assessment.Facts]{
		Recorder: s.assessmentRecorder(), Effects: app.Effects{assessment.EffectErrand: errands.Run, assessment.EffectScore: score},
	}}
	kinds[assessment.Kind] = y.clock
	kinds[selfreport.Kind] = app.Rehearsed[selfreport.State, selfreport.Facts]{Rehearsal: &app.Rehearsal[selfreport.State, selfreport.Facts]{Recorder: s.selfReportRecorder()}}
	y.years = app.NewAssessments(app.Service[assessment.State, assessment.Facts]{Processes: kinds, Reads: s.store, Facts: app.AssessmentSnapshot(s.calendars), Now: now, NewID: newID}, scorer, sheets{}, sheets{})
	y.reports = app.NewSelfReports(app.Service[selfreport.State, selfreport.Facts]{Processes: kinds, Reads: s.store, Facts: app.SelfReportSnapshot(s.calendars), Now: now, NewID: newID}, scorer, sheets{})
	return y
}

// on goes to a moment: nine in the morning of a day, or later.
func (y *yearStage) on(day string, after time.Duration) {
	d, err := calendar.ParseDate(day)
	y.note(err)
	y.at = time.Date(d.Year, d.Month, d.Day, 9, 0, 0, 0, calendar.Shanghai).Add(after)
	if y.err == nil && y.step > 0 {
		y.note(y.clock.Until(y.ctx, y.id, y.at))
	}
}

func (y *yearStage) note(err error) {
	if y.err == nil && err != nil {
		y.err = fmt.Errorf("demonstration year %s, step %d: %w", y.id, y.step, err)
	}
}

// key is that of the next step: the same at every start.
func (y *yearStage) key() string {
	y.step++
	return fmt.Sprintf("demo-%s-%d", y.id, y.step)
}

func (y *yearStage) year(who, action string, body any) {
	key := y.key()
	if y.err == nil {
		_, err := y.years.Act(y.ctx, demoActor(who), y.id, action, key, process.Encoded(body))
		y.note(err)
		y.at = y.at.Add(time.Minute)
	}
}

func (y *yearStage) unit(who, unit, action string, body any) {
	key := y.key()
	if y.err == nil {
		_, err := y.reports.Act(y.ctx, demoActor(who), selfreport.ID(y.id, unit), action, key, process.Encoded(body))
		y.note(err)
		y.at = y.at.Add(time.Minute)
	}
}

func (y *yearStage) report(unit string) (s selfreport.State) {
	if y.err != nil {
		return s
	}
	row, err := y.reads.Process(y.ctx, selfreport.Kind, selfreport.ID(y.id, unit), org.Scope{All: true})
	if err == nil {
		err = json.Unmarshal(row.State, &s)
	}
	y.note(err)
	return s
}

type form map[string]any

const (
	theAssessor = "kaohe.jingban"
	theLeader   = "zhaoshang.fuze"
)

// yearDuties are who verifies what is not the centre's.
var yearDuties = []form{
	{"indicator": "D", "unit_id": "fagai"}, {"indicator": "E1", "unit_id": "shangwu"}, {"indicator": "I2", "unit_id": "shangwu"}, {"indicator": "F3", "unit_id": "fagai"},
}

// yearJudges are illustrative like all else: the enterprises' seats are taken by
// members of the panel.
var yearJudges = []form{
	{"user_id": "demo-fagai.yanpan", "topics": []string{"营商环境", "服务质量"}, "panel": "企业"},
	{"user_id": "demo-jingxin.yanpan", "topics": []string{"营商环境", "服务质量"}, "panel": "企业"},
	{"user_id": "demo-caizheng.yanpan", "topics": []string{"营商环境", "服务质量"}, "panel": "企业"},
	{"user_id": "demo-danjiangkou.jingban", "topics": []string{"服务质量"}, "panel": "县市区"},
	{"user_id": "demo-maojian.jingban", "topics": []string{"服务质量"}, "panel": "县市区"},
}

// loadAssessments rehearses both years. Interrupted, it goes on at the next start.
func (s *system) loadAssessments(ctx context.Context, books map[string]string) error {
	if err := s.load2024(ctx); err != nil {
		return err
	}
	if err := s.yearStage(ctx, 2023).whole(books["city-2023.yaml"]); err != nil {
		return err
	}
	return s.yearStage(ctx, 2024).half(books["city-2024.yaml"], clock())
}

// set opens a year and issues its targets.
func (y *yearStage) set(book string, targets map[string]map[string]string, city map[string]string) {
	_, err := y.years.Create(y.ctx, demoActor(theAssessor), y.key(), app.NewYear{Year: y.at.In(calendar.Shanghai).Year(), BookID: book, Illustrative: true})
	y.note(err)
	var members []form
	for _, u := range assessed() {
		members = append(members, form{"unit_id": u.ID, "group": map[org.UnitKind]string{org.County: "县市区", org.Department: "市直部门"}[u.Kind]})
	}
	y.year(theAssessor, assessment.ActMembers, form{"members": members})
	y.year(theAssessor, assessment.ActDuties, form{"duties": yearDuties})
	y.year(theAssessor, assessment.ActTerms, form{"reporting": 10, "verifying": 10, "remind": 2, "grace": 2, "lapse": true})
	y.year(theAssessor, assessment.ActJudges, form{"judges": yearJudges})
	var cells []assessment.Cell
	for _, unit := range slices.Sorted(keys(targets)) {
		for _, figure := range slices.Sorted(keys(targets[unit])) {
			cells = append(cells, assessment.Cell{UnitID: unit, Figure: figure, Value: targets[unit][figure], Where: "/" + unit})
		}
	}
	for _, figure := range slices.Sorted(keys(city)) {
		cells = append(cells, assessment.Cell{Figure: figure, Value: city[figure], Where: "/city"})
	}
	key := y.key()
	if y.err == nil {
		_, err := y.years.SetTargets(y.ctx, demoActor(theAssessor), y.id, key, cells, "", "任务分解表(示例)", false)
		y.note(err)
	}
	y.year(theLeader, assessment.ActIssue, form{})
}

func keys[V any](m map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// demoTargets are illustrative: what a county or a department was to reach.
func demoTargets(signed, yi, trips int) (units map[string]map[string]string, city map[string]string) {
	units = map[string]map[string]string{}
	counties := 0
	for _, u := range assessed() {
		switch u.Kind {
		case org.County:
			n := counties % 5
			counties++
			units[u.ID] = map[string]string{"签约项目目标": fmt.Sprint(signed + 2*n), "签约金额目标": fmt.Sprintf("%d亿元", yi+10*n), "外出批次目标": fmt.Sprint(trips + 5*n)}
		case org.Department:
			units[u.ID] = map[string]string{"引荐目标": "2"}
		}
	}
	return units, map[string]string{"签约项目目标": fmt.Sprint(10*signed + 40), "签约金额目标": fmt.Sprintf("%d亿元", 10*yi+180), "外出批次目标": fmt.Sprint(10*trips + 100)}
}

// said is what a unit states of a figure: the registry's own where there is one.
func said(x selfreport.Item, n int) string {
	switch {
	case x.Value != "":
		return x.Value
	case x.Kind == "truth":
		return "否"
	case x.Measure == "%":
		return fmt.Sprintf("%d%%", 88+n%12)
	case x.Name == "外出招商批次":
		return fmt.Sprint(85 + n%30)
	}
	return ""
}

// fill states a unit's figures; other are those that the unit sees otherwise than the
// registry.
func (y *yearStage) fill(login, unit string, n int, other map[string][2]string) {
	var items []form
	for _, x := range y.report(unit).Items {
		item := form{"figure": x.Name, "value": said(x, n)}
		if o, ok := other[x.Name]; ok {
			item["value"], item["reason"] = o[0], o[1]
		}
		if item["value"] != "" {
			items = append(items, item)
		}
	}
	y.unit(login, unit, selfreport.ActFill, form{"items": items, "text": "全年招商引资工作按任务分解表推进(示例)。"})
}

// carrying are the departments that carry projects in the demonstration.
var carrying = []string{"keji", "shuiwu", "shangwu", "jinrong", "xingzheng", "shuili"}

// assessed are the counties and those departments.
func assessed() []org.Unit {
	return slices.DeleteFunc(demo.Units(), func(u org.Unit) bool { return u.Kind != org.County && !slices.Contains(carrying, u.ID) })
}

// whole plays 2023 to its lock.
func (y *yearStage) whole(book string) error {
	y.on("2023-01-10", 0)
	units, city := demoTargets(68, 390, 110)
	y.set(book, units, city)
	y.on("2024-01-03", 0)
	y.year(theAssessor, assessment.ActReport, form{})
	for i, u := range assessed() {
		y.on("2024-01-04", time.Duration(i)*2*time.Hour)
		var other map[string][2]string
		if u.ID == "zhushan" {
			other = map[string][2]string{"外出招商批次": {"140", "含与邻县联合外出的批次"}}
		}
		y.fill(u.ID+".jingban", u.ID, i, other)
		y.unit(u.ID+".jingban", u.ID, selfreport.ActSubmit, form{})
	}
	y.on("2024-01-16", 0)
	y.year(theAssessor, assessment.ActVerify, form{})
	y.year(theAssessor, assessment.ActDraw, form{"per": 1, "seed": "示例-20240116"})
	y.inspect()
	y.on("2024-01-18", 0)
	y.mark()
	y.on("2024-01-22", 0)
	y.verify()
	y.on("2024-01-31", 0)
	y.year(theAssessor, assessment.ActScore, form{})
	y.year(theAssessor, assessment.ActTrial, form{})
	y.on("2024-02-01", 0)
	y.year(theAssessor, assessment.ActOfficial, form{})
	y.on("2024-02-02", 0)
	y.year(theLeader, assessment.ActRecheck, form{"text": "已逐项核对,计分无误"})
	y.on("2024-02-05", 0)
	y.year(theLeader, assessment.ActPublicize, form{})
	y.appeals()
	y.on("2024-03-05", 0)
	y.year(theLeader, assessment.ActLock, form{})
	return y.err
}

func (y *yearStage) inspect() {
	if y.err != nil {
		return
	}
	row, err := y.reads.Process(y.ctx, assessment.Kind, y.id, org.Scope{All: true})
	y.note(err)
	var s assessment.State
	if err == nil {
		y.note(json.Unmarshal(row.State, &s))
	}
	for _, d := range s.Draws {
		for _, x := range d.Items {
			y.year(theAssessor, assessment.ActInspect, form{"item": fmt.Sprintf("%d/%s", d.No, x.ID), "found": "true"})
		}
	}
}

// mark gives illustrative marks, so that some lie apart.
func (y *yearStage) mark() {
	for j, judge := range yearJudges {
		login := strings.TrimPrefix(judge["user_id"].(string), "demo-")
		actor := demoActor(login)
		for _, topic := range judge["topics"].([]string) {
			var marks []form
			for i, u := range assessed() {
				if (topic == "营商环境") != (u.Kind == org.County) || u.ID == actor.UnitID {
					continue
				}
				mark := 82 + (i*7+j*3)%14
				if i == 4 && j == 2 {
					mark = 60 // one that lies apart, to be seen in the spread
				}
				marks = append(marks, form{"unit_id": u.ID, "mark": fmt.Sprint(mark)})
			}
			y.year(login, assessment.ActMark, form{"topic": topic, "marks": marks})
		}
	}
}

// verify settles every figure, one of them by a correction, and finds one fraud.
func (y *yearStage) verify() {
	for _, u := range assessed() {
		for _, v := range []struct{ login, unit string }{{"shangwu.jingban", "shangwu"}, {"fagai.jingban", "fagai"}, {theAssessor, "centre"}} {
			waits := slices.ContainsFunc(y.report(u.ID).Items, func(x selfreport.Item) bool {
				mine := x.Verifier == v.unit || v.unit == "centre" && x.Verifier == u.ID
				return mine && !x.Verdict.Final() && !(v.unit != "centre" && x.Verifier == u.ID)
			})
			if !waits {
				continue
			}
			if u.ID == "zhushan" && v.unit == "shangwu" {
				y.unit(v.login, u.ID, selfreport.ActCorrect, form{"figure": "外出招商批次", "value": "121", "text": "联合外出的批次不重复计算"})
				continue
			}
			y.unit(v.login, u.ID, selfreport.ActConfirm, form{"text": "已核对台账"})
		}
	}
	y.unit(theAssessor, "fangxian", selfreport.ActFraud, form{"figure": "外出招商批次", "text": "两次外出记录与差旅报销不符(示例)"})
}

// appeals: one is accepted and moves others, one is refused; the book asks for another
// publicity.
func (y *yearStage) appeals() {
	y.on("2024-02-06", 0)
	y.year("danjiangkou.jingban", assessment.ActAppeal, form{"indicator": "E1", "text": "漏计赴大湾区外出招商3批次,附行程说明(示例)"})
	y.year("yunxi.jingban", assessment.ActAppeal, form{"indicator": "E2", "text": "营商环境评议分偏低,请复核(示例)"})
	y.on("2024-02-07", 0)
	y.year(theLeader, assessment.ActRule, form{"appeal": "2", "result": "refused", "text": "评议程序合规,评委打分有效,维持原分"})
	danjiangkou := y.report("danjiangkou")
	if x := danjiangkou.Item("外出招商批次"); x != nil {
		var n int
		_, _ = fmt.Sscan(x.Final, &n)
		y.year(theLeader, assessment.ActRule, form{"appeal": "1", "result": "accepted", "text": "经查行程和报销凭证,情况属实,补计3批次",
			"corrections": []form{{"figure": "外出招商批次", "value": fmt.Sprint(n + 3)}}})
	}
	y.on("2024-02-20", 0) // the publicity is over by then
	y.year(theLeader, assessment.ActPublicize, form{})
	y.on("2024-02-27", 0)
}

// half leaves 2024 in the middle of its self-reports: some units are done, some at it.
func (y *yearStage) half(book string, now time.Time) error {
	y.on("2024-01-10", 0)
	units, city := demoTargets(4, 20, 110)
	y.set(book, units, city)
	y.at = now.Add(-72 * time.Hour)
	y.year(theAssessor, assessment.ActReport, form{})
	for i, u := range assessed() {
		y.at = now.Add(-48*time.Hour + time.Duration(i)*time.Minute)
		if i%3 == 2 {
			continue // has not begun
		}
		y.fill(u.ID+".jingban", u.ID, i, nil)
		if i%3 == 0 {
			y.unit(u.ID+".jingban", u.ID, selfreport.ActSubmit, form{})
		}
	}
	return y.err
}

// load2024 registers illustrative projects of 2024, so that its figures are no empty ones.
func (s *system) load2024(ctx context.Context) error {
	operator := demoActor("zhaoshang.jingban")
	tiers := []project.Tier{project.Lead, project.Advantaged, project.Supporting}
	industries := []string{"新能源与智能网联", "食品饮料", "文旅康养"}
	var counties []org.Unit
	for _, u := range demo.Units() {
		if u.Kind == org.County {
			counties = append(counties, u)
		}
	}
	for i := range 40 {
		signed := calendar.Date{Year: 2024, Month: time.Month(1 + i%11), Day: 5 + i%20}
		d := project.Draft{
			Code: fmt.Sprintf("SL2024-%03d", i+1), Name: fmt.Sprintf("示例2024年签约项目%02d", i+1), Investor: fmt.Sprintf("示例投资有限公司%02d", i+1), InvestorKind: project.Private,
			CountyID: counties[i%len(counties)].ID, IndustryTier: tiers[i%3], Industry: industries[i%3], AgreedAmount: money.MustParse(fmt.Sprint(12000 + 9000*(i%9))), AboveScale: true, Stage: project.Signed, SignedOn: signed, Illustrative: true,
		}
		if i%4 > 0 {
			d.Stage, d.LandedOn = project.Landed, signed.AddDays(20)
		}
		if i%4 > 1 {
			d.Stage, d.StartedOn = project.Started, signed.AddDays(45)
		}
		if i%4 > 2 && signed.Month < 10 {
			d.Stage, d.InStatisticsOn = project.InStatistics, signed.AddDays(80)
		}
		if _, err := s.projects.Create(ctx, operator, "demo:"+d.Code, d); err != nil && !fault.HasCode(err, "project_code_taken") {
			return fmt.Errorf("demonstration project %s: %w", d.Code, err)
		}
	}
	return nil
}
