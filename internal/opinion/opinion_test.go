package opinion_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"luodi/internal/calendar"
	"luodi/internal/document"
	"luodi/internal/event"
	"luodi/internal/money"
	"luodi/internal/opinion"
	"luodi/internal/org"
	"luodi/internal/process"
	"luodi/internal/review"
)

// stream is a review decided on twice: deferred first, then approved under a condition.
type stream struct {
	*testing.T
	state  review.State
	events []event.Event
	now    time.Time
	number int
}

func (s *stream) do(actor org.Actor, name string, body any) {
	s.Helper()
	cal, err := calendar.New(calendar.Office{EndHour: 17, EndMinute: 30}, calendar.Builtin())
	if err != nil {
		s.Fatal(err)
	}
	raw, err := json.Marshal(body)
	if err != nil {
		s.Fatal(err)
	}
	s.now = s.now.Add(time.Hour)
	drafts, err := review.Decide(s.state, process.Command{Name: name, Actor: actor, At: s.now, Body: raw}, review.Facts{Calendar: cal})
	if err != nil {
		s.Fatalf("%s: %v", name, err)
	}
	for i, d := range drafts {
		var b review.Decided
		if d.Type == b.EventType() {
			s.number++
			if err := json.Unmarshal(d.Data, &b); err != nil {
				s.Fatal(err)
			}
			b.Number = []string{"", "十招研〔2023〕11号", "十招研〔2023〕12号"}[s.number]
			drafts[i].Data = event.NewDraft(b).Data
		}
	}
	var head event.Event
	if n := len(s.events); n > 0 {
		head = s.events[n-1]
	}
	for _, e := range event.Seal(head, "review-1", "p1", name, actor, s.now, drafts) {
		s.events, s.state = append(s.events, e), review.Evolve(s.state, e)
	}
}

func decided(t *testing.T) []event.Event {
	s := &stream{T: t, now: time.Date(2023, 9, 18, 0, 0, 0, 0, time.UTC)}
	centre := org.Actor{UserID: "u1", Name: "王伟", UnitID: "centre", UnitName: "十堰市招商服务中心", Roles: []org.Role{org.CentreOperator, org.CentreLeader}}
	county := org.Actor{UserID: "u2", Name: "李敏", UnitID: "zhushan", UnitName: "竹山县", Roles: []org.Role{org.CountyOperator}}
	handler := org.Actor{UserID: "u3", Name: "张华", UnitID: "yingji", UnitName: "市应急管理局", Roles: []org.Role{org.DepartmentHandler}}
	boss := org.Actor{UserID: "u4", Name: "赵强", UnitID: "yingji", UnitName: "市应急管理局", Roles: []org.Role{org.DepartmentLeader}}
	terms := process.Terms{Days: 5, Remind: 1, Grace: 2}
	s.do(county, review.ActSubmit, review.Submission{ID: "1", StageBefore: "negotiating",
		Figures: review.Figures{ProjectID: "p1", Code: "ZS2023-00012", Name: "竹山绿松石加工项目(示例)", Investor: "示例公司", CountyID: "zhushan", AgreedAmount: money.MustParse("12000")},
		Plan: review.Plan{TemplateID: "t", TemplateVersion: 1, Intake: terms, Decision: terms,
			Rules: review.Rules{Mode: review.Countersign, Organ: "十堰市招商服务中心"},
			Seats: []review.SeatTerms{
				{UnitID: "yingji", UnitName: "市应急管理局", Veto: true, SignOff: true, Why: "所有项目", Terms: terms},
				{UnitID: "shuiwu", UnitName: "市税务局", Lapse: review.NoOpinion, Why: "所有项目", Terms: terms},
			}}})
	speak := func() {
		s.do(centre, review.ActAccept, map[string]any{})
		s.do(handler, review.ActOpine, map[string]any{"seat": "yingji", "opinion": "conditional", "text": "原则同意 <按规范> & 落实", "condition": "取得安全条件审查"})
		s.do(boss, review.ActSign, map[string]any{"seat": "yingji"})
		for _, timer := range review.Timers(s.state) {
			if timer.Command == "lapse" {
				s.now = timer.At
				s.do(org.SystemActor(), timer.Command, timer.Body)
			}
		}
	}
	speak()
	s.do(centre, review.ActDecide, map[string]any{"outcome": "deferred", "text": "待资金落实"})
	s.do(county, review.ActReopen, map[string]any{"text": "资金已落实"})
	speak()
	s.do(centre, review.ActDecide, map[string]any{"outcome": "conditional", "text": "同意按条件推进"})
	s.do(county, review.ActEvidence, map[string]any{"condition": "c1", "text": "之后才提交的材料"})
	return s.events
}

// text is every text of a paper, block by block.
func text(p document.Paper) string {
	var out []string
	for _, b := range p.Blocks {
		switch b := b.(type) {
		case document.Heading:
			out = append(out, b.Text)
		case document.Text:
			out = append(out, b.Text)
		case document.Note:
			out = append(out, b.Text)
		case document.Table:
			for _, row := range b.Rows {
				out = append(out, strings.Join(row, "|"))
			}
		}
	}
	return strings.Join(out, "\n")
}

func TestADocumentHoldsWhatWasSaidAndHow(t *testing.T) {
	p, ok := opinion.Compose(decided(t), "十招研〔2023〕12号")
	if !ok || p.Number != "十招研〔2023〕12号" || p.To != "竹山县" || p.Organ != "十堰市招商服务中心" {
		t.Fatalf("%v %+v", ok, p)
	}
	all := text(p)
	for _, want := range []string{
		"研判结论：有条件通过。", "同意按条件推进", "市应急管理局（一票否决）|有条件同意", "原则同意 <按规范> & 落实", "拟稿：张华\n签发：赵强",
		"视为无意见", "【自动】", "取得安全条件审查", "协议金额（万元）|12000", "重启研判。资金已落实", "系统自动",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is missing in:\n%s", want, all)
		}
	}
	if strings.Contains(all, "之后才提交的材料") {
		t.Error("what came after the decision is in its document")
	}
}

func TestEachDecisionHasItsOwnDocument(t *testing.T) {
	events := decided(t)
	first, ok := opinion.Compose(events, "十招研〔2023〕11号")
	if !ok || !strings.Contains(text(first), "研判结论：暂缓。") || strings.Contains(text(first), "重启研判") {
		t.Errorf("the first document: %s", text(first))
	}
	if _, ok := opinion.Compose(events, "十招研〔2023〕13号"); ok {
		t.Error("a document of no decision")
	}
}

// The document is a function of the stream up to its decision: made later, when more
// has happened, it has the same bytes.
func TestADocumentIsTheSameWheneverItIsMade(t *testing.T) {
	events := decided(t)
	early, _ := opinion.Compose(events[:len(events)-1], "十招研〔2023〕12号")
	late, _ := opinion.Compose(events, "十招研〔2023〕12号")
	for name, render := range map[string]func(document.Paper) ([]byte, error){"PDF": document.Paper.PDF, "Word": document.Paper.Word} {
		a, err := render(early)
		if err != nil {
			t.Fatal(err)
		}
		b, err := render(late)
		if err != nil || !bytes.Equal(a, b) {
			t.Errorf("%s differs (%v)", name, err)
		}
	}
}
