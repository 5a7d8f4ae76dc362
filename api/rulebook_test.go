package api_test

import (
	"net/http"
	"strings"
	"testing"

	"luodi/internal/app"
	"luodi/internal/rulebook"
	"luodi/internal/rulebook/rulebooks"
)

const booksPath = "/api/v1/rulebooks"

func shipped(t testing.TB, name string) string {
	t.Helper()
	text, err := rulebooks.Files.ReadFile(name)
	must(t, err)
	return string(text)
}

var asYAML = header("Content-Type", "application/yaml")

// A book is checked, taken in, published by somebody else, and never changes.
func TestARuleBookIsPublishedBySomebodyElse(t *testing.T) {
	w := newTown(t)
	assessor, leader, county := w.as("kaohe.jingban"), w.as("zhaoshang.fuze"), w.as("danjiangkou.jingban")
	text := shipped(t, "shiyan-2023-counties.yaml")
	upload := func(p person, text string) answer { return p.send(http.MethodPost, booksPath, []byte(text), asYAML) }

	upload(county, text).refused(http.StatusForbidden, "rulebook_forbidden")
	checked := into[app.BookCheck](assessor.send(http.MethodPost, booksPath+"/check", []byte(text), asYAML).is(http.StatusOK))
	if !checked.Sound || checked.Indicators == 0 || checked.Cases == 0 {
		t.Fatalf("%+v", checked)
	}
	book := into[struct{ ID, Stage, Digest string }](upload(assessor, text).is(http.StatusCreated))
	if book.Stage != "draft" || book.Digest != checked.Digest {
		t.Fatalf("%+v", book)
	}
	upload(leader, text).refused(http.StatusConflict, "rulebook_known")
	upload(leader, text+"\n# 注\n").refused(http.StatusConflict, "rulebook_version_taken")
	county.get(booksPath+"/"+book.ID).refused(http.StatusNotFound, "rulebook_unknown")

	at := booksPath + "/" + book.ID
	assessor.post(at+"/publish", fields{}).refused(http.StatusForbidden, "rulebook_second_person")
	leader.post(at+"/publish", fields{}).is(http.StatusOK)
	leader.post(at+"/publish", fields{}).refused(http.StatusConflict, "rulebook_stage")
	seen := into[struct {
		Stage    string
		Rules    []app.BookRule
		Timeline []struct{ Text string }
	}](county.get(at).is(http.StatusOK))
	if seen.Stage != "published" || len(seen.Rules) != checked.Indicators || len(seen.Timeline) != 2 || seen.Rules[0].Clause == "" {
		t.Errorf("%+v", seen)
	}
	if got := county.get(at + "/text").is(http.StatusOK); string(got.body) != text {
		t.Error("the text isn't what was taken in")
	}
	assessor.post(at+"/withdraw", fields{"reason": ""}).refused(http.StatusUnprocessableEntity, "reason_required")
	assessor.post(at+"/withdraw", fields{"reason": "口径调整"}).is(http.StatusOK)
	county.get(at).refused(http.StatusNotFound, "rulebook_unknown")
}

// A broken book is refused with every finding by line; nothing is kept of it.
func TestABrokenRuleBookIsRefusedLineByLine(t *testing.T) {
	w := newTown(t)
	assessor := w.as("kaohe.jingban")
	broken := strings.NewReplacer("满分: 1", "满分: 一", "除零: 零分", "除零: 随便").Replace(shipped(t, "bulletin-ranking.yaml"))
	p := assessor.send(http.MethodPost, booksPath, []byte(broken), asYAML).refused(http.StatusUnprocessableEntity, "rulebook_invalid")
	if len(p.Errors) < 2 || !strings.Contains(p.Errors[0].Field, "行第") {
		t.Errorf("%+v", p.Errors)
	}
	c := into[app.BookCheck](assessor.send(http.MethodPost, booksPath+"/check", []byte(broken), asYAML).is(http.StatusOK))
	if c.Sound || len(c.Findings) < len(p.Errors) || c.Findings[0].Line == 0 {
		t.Errorf("%+v", c)
	}
	if list := into[struct{ Items []struct{ ID string } }](assessor.get(booksPath).is(http.StatusOK)); len(list.Items) != 0 {
		t.Errorf("kept: %v", list.Items)
	}
}

func TestTwoRuleBooksAreCompared(t *testing.T) {
	w := newTown(t)
	assessor := w.as("kaohe.jingban")
	text := shipped(t, "bulletin-ranking.yaml")
	take := func(text string) string {
		return into[struct{ ID string }](assessor.send(http.MethodPost, booksPath, []byte(text), asYAML).is(http.StatusCreated)).ID
	}
	a, b := take(text), take(strings.NewReplacer(`版本: "2023.1"`, `版本: "2023.2"`, "条款号为本书自编", "条款号由本书自编").Replace(text))
	changes := into[struct{ Items []rulebook.Change }](assessor.get(booksPath + "/" + a + "/diff?with=" + b).is(http.StatusOK)).Items
	found := ""
	for _, c := range changes {
		found += c.ID + " " + c.What + ":" + c.From + "→" + c.To + "\n"
	}
	if !strings.Contains(found, "条款号由本书自编") || !strings.Contains(found, "2023.1→2023.2") || len(changes) != 2 {
		t.Errorf("%s", found)
	}
}
