package api_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"luodi/internal/app"
	"luodi/internal/rulebook"
	"luodi/internal/rulebook/rulebooks"
)

// journey is what the tests read of a whole review.
type journey struct {
	Stage   string
	Outcome string
	Verdict *struct {
		Result       string
		For, Against int
	}
	Seats []struct {
		ID        string
		UnitName  string `json:"unit_name"`
		Opinion   string
		Automatic bool
		SignOff   bool `json:"sign_off"`
		Draft     *struct{ Text string }
	}
	Conditions []struct {
		ID, State, Owner string
	}
	Papers []struct {
		Number, PDF, Word string
		PDFHash           string `json:"pdf_sha256"`
	}
	Submissions []struct {
		Changes []struct{ Field, Before, After string }
	}
	Actions []deed
}

func (p person) journey(id string) journey {
	p.Helper()
	return into[journey](p.get("/api/v1/reviews/" + id).is(http.StatusOK))
}

// large is a project that concerns every department.
func large() map[string]any {
	return map[string]any{"agreed_amount": "120000", "land_area": "120", "energy_use": "5000", "chemicals": true, "industry": "生物医药"}
}

// TestAReviewFromSubmissionToItsLastCondition: a large project with fourteen seats, a
// supplement, a panel and conditions, through the real router.
func TestAReviewFromSubmissionToItsLastCondition(t *testing.T) {
	w := newTown(t)
	county, operator := w.as("danjiangkou.jingban"), w.as("zhaoshang.jingban")
	project := county.register("丹江口示例大项目", large())
	plan := into[struct {
		Seats    []struct{ UnitID string }
		Forecast []struct{ Step, Due string }
	}](county.get("/api/v1/reviews/plan?project_id=" + project).is(http.StatusOK))
	if len(plan.Seats) != 13 || len(plan.Forecast) != 16 { // intake, thirteen seats, panel, decision
		t.Fatalf("%d seats, %d steps", len(plan.Seats), len(plan.Forecast))
	}
	id := county.start(project)
	operator.act(id, "accept", map[string]any{"text": "材料齐全"}).is(http.StatusOK)

	// a supplement with changed figures
	ziran := w.as("ziran.jingban")
	ziran.act(id, "return", map[string]any{"text": "请核减用地"}).is(http.StatusOK)
	p := into[struct{ Version int }](county.get("/api/v1/projects/" + project).is(http.StatusOK))
	county.patch("/api/v1/projects/"+project, map[string]any{"version": p.Version, "land_area": "110"}).is(http.StatusOK)
	preview := into[struct {
		Changes []struct{ Field, Before, After string }
	}](county.get("/api/v1/reviews/" + id + "/resubmission").is(http.StatusOK))
	if len(preview.Changes) != 1 || preview.Changes[0].After != "110" {
		t.Errorf("preview %+v", preview)
	}
	county.act(id, "resubmit", map[string]any{"text": "用地核减为110亩"}).is(http.StatusOK)
	if v := county.journey(id); len(v.Submissions) != 2 || len(v.Submissions[1].Changes) != 1 {
		t.Errorf("submissions %+v", v.Submissions)
	}

	// everybody speaks; where a leader signs, the draft is the unit's own business
	for _, seat := range county.journey(id).Seats {
		body := map[string]any{"seat": seat.ID, "opinion": "agree", "text": "经研究,同意"}
		if seat.ID == "shengtai" {
			body["opinion"], body["conditions"] = "conditional", []map[string]string{{"text": "开工前取得环评批复", "owner": "danjiangkou", "due": "2024-06-28"}}
		}
		if seat.ID == "fagai" {
			body["mark"] = 85
		}
		w.as(seat.ID+".jingban").act(id, "opine", body).is(http.StatusOK)
		if !seat.SignOff {
			continue
		}
		i := slices.IndexFunc(county.journey(id).Seats, func(x struct {
			ID        string
			UnitName  string `json:"unit_name"`
			Opinion   string
			Automatic bool
			SignOff   bool `json:"sign_off"`
			Draft     *struct{ Text string }
		}) bool {
			return x.ID == seat.ID
		})
		if draft := county.journey(id).Seats[i].Draft; draft == nil || draft.Text != "" {
			t.Errorf("the county reads the draft of %s: %+v", seat.ID, draft)
		}
		w.as(seat.ID+".fuze").act(id, "sign", map[string]any{"seat": seat.ID}).is(http.StatusOK)
	}

	w.hold(id)
	leader := w.as("zhaoshang.fuze") // two days have passed
	trial := into[struct {
		Scored bool
		Score  struct{ Points, Grade, Explain string }
	}](leader.get("/api/v1/reviews/" + id + "/admission").is(http.StatusOK))
	// 12 for the tier, 30 for 120,000万元 on 110亩, 15 for the energy, 85 × 25 % from the seats
	if !trial.Scored || trial.Score.Points != "78.25" || trial.Score.Grade != "建议落地" || !strings.Contains(trial.Score.Explain, "市发展和改革委员会") {
		t.Errorf("score %+v", trial)
	}
	v := leader.journey(id)
	if v.Stage != "decision" || v.Verdict == nil || v.Verdict.Result != "passed" || v.Verdict.For != 2 {
		t.Fatalf("after the panel: %s %+v", v.Stage, v.Verdict)
	}
	leader.act(id, "decide", map[string]any{"outcome": "conditional", "text": "原则同意,按部门意见落实",
		"conditions": []map[string]string{{"text": "首期资金到位5000万元"}}}).is(http.StatusOK)
	w.papers(leader, id)
	w.fulfil(id)
	if v := w.as("zhaoshang.fuze").journey(id); v.Stage != "end" || v.Outcome != "conditional" {
		t.Errorf("ended %s with %s", v.Stage, v.Outcome)
	}
	// a copy and its receipt come after the end too
	w.as("zhaoshang.jingban").act(id, "cc", map[string]any{"units": []string{"wenlv"}}).is(http.StatusOK)
	wenlv := w.as("wenlv.jingban")
	wenlv.sees("/api/v1/tasks?box=cc&unread=true", id)
	wenlv.act(id, "read", fields{}).is(http.StatusOK)
	wenlv.act(id, "read", fields{}).refused(http.StatusConflict, "action_conflict")
	wenlv.sees("/api/v1/tasks?box=cc&unread=true")
}

// admissionBook is the illustrative book that scores reviews.
func admissionBook(t testing.TB) *app.Admission {
	f, err := rulebooks.Files.Open("review-admission.yaml")
	must(t, err)
	book, findings := rulebook.Load("review-admission.yaml", f)
	must(t, f.Close())
	if book == nil {
		t.Fatal(findings)
	}
	return &app.Admission{Book: book}
}

// hold brings a review through a meeting of the panel: two for, one against.
func (w *town) hold(id string) {
	w.Helper()
	c := council{town: w, operator: w.as("zhaoshang.jingban"), reviews: [2]string{id, id}}
	meeting := c.meeting(fields{"items": []fields{{"review_id": id}}})
	lax := c.meeting(fields{"items": meeting["items"], "rule": fields{"ballot": "named", "quorum_of": "members", "quorum": "1/2",
		"quorum_strict": true, "threshold": "1/2", "threshold_strict": true}})
	c.operator.post("/api/v1/panels", lax).refused(http.StatusUnprocessableEntity, "rule_weaker") // the template asks for 2/3
	panel := into[struct{ ID string }](c.operator.post("/api/v1/panels", meeting).is(http.StatusCreated)).ID
	c.operator.panel(panel, "revise", fields{"rule": lax["rule"]}).refused(http.StatusUnprocessableEntity, "rule_weaker")
	c.clock.advance(54 * time.Hour)
	c = c.reenter()
	for _, member := range []person{c.chair, c.first, c.second} {
		member.panel(panel, "attend", fields{}).is(http.StatusOK)
	}
	item := into[panelView](c.chair.get("/api/v1/panels/" + panel).is(http.StatusOK)).Items[0].ID
	c.chair.panel(panel, "open", fields{}).is(http.StatusOK)
	c.chair.panel(panel, "open_vote", fields{"item": item}).is(http.StatusOK)
	for i, member := range []person{c.chair, c.first, c.second} {
		member.panel(panel, "vote", fields{"item": item, "choice": []string{"for", "for", "against"}[i]}).is(http.StatusOK)
	}
	c.chair.panel(panel, "close_vote", fields{"item": item}).is(http.StatusOK)
	c.operator.panel(panel, "minutes", fields{"text": "会议同意推进,按部门意见落实。"}).is(http.StatusOK)
	c.chair.panel(panel, "close", fields{}).is(http.StatusOK)
}

// papers: the opinion document has a number, both files are what their hashes say,
// and nobody else gets them.
func (w *town) papers(leader person, id string) {
	w.Helper()
	v := leader.journey(id)
	if len(v.Papers) != 1 || v.Papers[0].Number != "十招研〔2024〕1号" || v.Papers[0].PDF == "" {
		w.Fatalf("papers %+v", v.Papers)
	}
	pdf := leader.get(v.Papers[0].PDF).is(http.StatusOK)
	sum := sha256.Sum256(pdf.body)
	if !bytes.HasPrefix(pdf.body, []byte("%PDF-")) || hex.EncodeToString(sum[:]) != v.Papers[0].PDFHash {
		w.Errorf("the PDF isn't what its hash says: %s", pdf.body[:8])
	}
	word := leader.get(v.Papers[0].Word).is(http.StatusOK)
	text := wordText(w, word.body)
	for _, want := range []string{"十招研〔2024〕1号", "丹江口示例大项目", "有条件通过", "开工前取得环评批复", "首期资金到位5000万元", "同意2、反对1", "市生态环境局", "拟稿", "78.25分（建议落地）"} {
		if !strings.Contains(text, want) {
			w.Errorf("%q is missing in the document", want)
		}
	}
	if !slices.ContainsFunc(leader.review(id).Timeline, func(x struct {
		Type, Text string
		Automatic  bool
	}) bool {
		return x.Type == "review.paper_issued" && x.Automatic && strings.Contains(x.Text, v.Papers[0].PDFHash[:16])
	}) {
		w.Error("the timeline doesn't name the document's hash")
	}
	w.as("maojian.jingban").get(v.Papers[0].PDF).refused(http.StatusNotFound, "process_unknown")
	leader.get("/api/v1/reviews/"+id+"/papers/nothing").refused(http.StatusNotFound, "paper_unknown")
}

// wordText is the text of a Word file without its markup.
func wordText(w *town, data []byte) string {
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	must(w, err)
	f, err := r.Open("word/document.xml")
	must(w, err)
	xml, err := io.ReadAll(f)
	must(w, err)
	var out strings.Builder
	inside := false
	for _, c := range string(xml) {
		switch c {
		case '<':
			inside = true
		case '>':
			inside = false
		default:
			if !inside {
				out.WriteRune(c)
			}
		}
	}
	return out.String()
}

// fulfil meets the first condition with a file and waives the second.
func (w *town) fulfil(id string) {
	w.Helper()
	county, shengtai, leader := w.as("danjiangkou.jingban"), w.as("shengtai.jingban"), w.as("zhaoshang.fuze")
	file := into[struct{ ID string }](county.attach("环评批复.pdf", pdfFile).is(http.StatusCreated)).ID
	shengtai.get("/api/v1/attachments/"+file).refused(http.StatusNotFound, "attachment_unknown")
	county.act(id, "submit_evidence", map[string]any{"condition": "c1", "text": "已取得批复", "files": []string{file}}).is(http.StatusOK)
	shengtai.get("/api/v1/attachments/" + file).is(http.StatusOK) // now it's the review's
	county.act(id, "close_condition", map[string]any{"condition": "c1", "text": "自行核销"}).refused(http.StatusForbidden, "action_forbidden")
	shengtai.act(id, "close_condition", map[string]any{"condition": "c1", "text": "已核实"}).is(http.StatusOK)
	leader.act(id, "waive_condition", map[string]any{"condition": "c2", "text": "资金已全额到位,另行核验"}).is(http.StatusOK)
}

// TestARefusalSaysWhyAndWho: in Chinese, with a stable code; nothing changes.
func TestARefusalSaysWhyAndWho(t *testing.T) {
	s := newScene(t)
	before := s.contents()
	a := s.handler.act(s.review, "decide", map[string]any{"outcome": "approved", "text": "同意"}).refused(http.StatusForbidden, "action_forbidden")
	if !strings.Contains(a.Detail, "由招商中心负责人决定") || !strings.Contains(a.Detail, "可办理人:招商中心负责人") {
		t.Errorf("%s", a.Detail)
	}
	s.leader.act(s.review, "decide", map[string]any{"outcome": "approved", "text": "同意"}).refused(http.StatusConflict, "action_conflict")
	s.handler.act(s.review, "opine", map[string]any{"seat": "ziran", "opinion": "conditional", "text": "有条件",
		"conditions": []map[string]string{{"text": "条件", "owner": "nowhere"}}}).refused(http.StatusUnprocessableEntity, "unit_unknown")
	s.unchanged(before)
}
