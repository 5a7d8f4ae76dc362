package paper

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"luodi/internal/bulletin"
	"luodi/internal/calendar"
	"luodi/internal/document"
	"luodi/internal/money"
	"luodi/internal/project"
)

func content() bulletin.Content {
	cutoff := calendar.Date{Year: 2023, Month: 10, Day: 31}
	cube := bulletin.NewCube(bulletin.WindowsOf(cutoff))
	for i, county := range []string{"a", "a", "b"} {
		cube.AddProject(project.Project{ID: fmt.Sprint(i), CountyID: county, AgreedAmount: money.HundredMillion, AboveScale: true, Illustrative: true,
			SignedOn: calendar.Date{Year: 2023, Month: 9, Day: 1}, LandedOn: calendar.Date{Year: 2023, Month: 10, Day: 8}}, "")
	}
	return bulletin.Compute(bulletin.Inputs{Year: 2023, Month: 10, Cutoff: cutoff, KnownAt: time.Date(2023, 11, 1, 1, 0, 0, 0, time.UTC), Rule: bulletin.Builtin(),
		Counties: []bulletin.Named{{ID: "a", Name: "甲县"}, {ID: "b", Name: "乙县"}}, Cube: cube.Close(),
		Targets:     bulletin.Targets{"": {"landed_count": "6"}, "a": {"landed_count": "4"}, "b": {"landed_count": "1"}},
		Corrections: []bulletin.Correction{{ProjectName: "改过的项目", Reason: "日期有误", Changes: []bulletin.Change{{Label: "签约日期", From: "2023-08-01", To: "2023-09-01"}}, Affects: []bulletin.Affected{{Number: "〔2023〕第8期", Table: "city", Label: "签约项目数", Column: "month", Published: "3", Now: "2"}}}},
		Sections:    []bulletin.Section{{Key: "chains", Title: "产业链", Columns: []bulletin.Column{{Title: "产业链"}, {Title: "项目", Unit: "个", Number: true}}, Rows: [][]string{{"商用车", "12"}}}},
		Notes:       []string{"示例"},
	})
}

// said is everything that a document says, block by block.
func said(p document.Paper) string {
	var b strings.Builder
	b.WriteString(p.Title + p.Number + p.Footer)
	for _, x := range p.Blocks {
		fmt.Fprintf(&b, "%+v\n", x)
	}
	return b.String()
}

func TestABulletinSaysItsFigures(t *testing.T) {
	signed := &bulletin.Signed{At: time.Date(2023, 11, 3, 1, 0, 0, 0, time.UTC)}
	s := bulletin.State{Stage: bulletin.Published, Number: "〔2023〕第10期", Text: "推进有力。", Published: signed, Frozen: &bulletin.Frozen{Digest: "0123456789abcdef"}}
	p := Compose(s, content())
	text := said(p)
	for _, want := range []string{
		"2023年10月招商引资月通报", "〔2023〕第10期", "【编者按】推进有力。", "1至10月累计签约3个、3亿元", "累计新注册落地规模项目3个、3亿元", "完成全年目标的50.0%,欠序时进度33.3个百分点",
		"序时进度", "甲县", "产业链", "商用车", "改过的项目", "签约日期:2023-08-01→2023-09-01", "〔2023〕第8期签约项目数当月:3→2", "各县市区合计5,全市6", "有3个为示例数据", "0123456789ab",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q isn't said", want)
		}
	}
	if p.Dated != "2023年11月3日" || strings.Contains(p.Title, "未发布") {
		t.Errorf("%s %s", p.Dated, p.Title)
	}
	charts := 0
	for _, b := range p.Blocks {
		if _, ok := b.(document.Chart); ok {
			charts++
		}
	}
	if charts != 3 {
		t.Errorf("%d charts", charts)
	}
}

func TestADraftSaysThatItIsOne(t *testing.T) {
	if p := Compose(bulletin.State{Stage: bulletin.Checking}, content()); p.Title != "2023年10月招商引资月通报(待校核,未发布)" || p.Number != "" {
		t.Errorf("%s %s", p.Title, p.Number)
	}
}

func TestTheSameContentIsTheSameDocument(t *testing.T) {
	for _, render := range []func(document.Paper) ([]byte, error){document.Paper.PDF, document.Paper.Word} {
		a, err := render(Compose(bulletin.State{Stage: bulletin.Draft}, content()))
		b, again := render(Compose(bulletin.State{Stage: bulletin.Draft}, content()))
		if err != nil || again != nil || !bytes.Equal(a, b) {
			t.Errorf("%v %v, equal: %v", err, again, bytes.Equal(a, b))
		}
	}
}

// What is left out is said without an order, for registers are ordered each in its own way.
func TestALongRegisterSaysWhatIsLeftOut(t *testing.T) {
	c := content()
	c.Sections[0].Rows = make([][]string, mostTeams+3)
	for i := range c.Sections[0].Rows {
		c.Sections[0].Rows[i] = []string{fmt.Sprintf("活动%d号", i+1), "1"}
	}
	text := said(Compose(bulletin.State{Stage: bulletin.Draft}, c))
	if !strings.Contains(text, "只列前20项,其余3项见附表") || !strings.Contains(text, "活动20号") || strings.Contains(text, "活动21号") || strings.Contains(text, "按签约金额列") {
		t.Error(text)
	}
}

func TestTargetsHaveTheirUnit(t *testing.T) {
	for key, want := range map[string]string{"landed_count": "新注册落地规模项目数目标(个)", "signed_amount": "签约金额目标(亿元)"} {
		x := composer{c: content()}
		table := x.completion("县市区", key, x.c.Counties)
		if table.Columns[1].Title != want || len(table.Rows) != 2 {
			t.Errorf("%s: %+v", key, table)
		}
	}
}

func TestALateBulletinSaysSo(t *testing.T) {
	due := time.Date(2023, time.November, 3, 1, 0, 0, 0, time.UTC)
	for days, late := range map[int]bool{0: false, 4: true} {
		s := bulletin.State{Stage: bulletin.Draft}
		s.DueAt, s.Opened.At = due, due.AddDate(0, 0, days)
		if got := Compose(s, content()).Footer; strings.Contains(got, "补制") != late {
			t.Errorf("%d days after: %s", days, got)
		}
	}
}

func TestACorrectionPointsToItsSection(t *testing.T) {
	c := content()
	c.Amends = &bulletin.Amends{Number: "〔2023〕第10期", Reason: "签约日期有误。", Changes: []bulletin.Affected{{Table: "city", Name: "全市", Label: "签约项目数", Column: "month", Published: "3", Now: "2"}}}
	text := said(Compose(bulletin.State{Stage: bulletin.Draft}, c))
	for _, want := range []string{"更正理由:签约日期有误。涉及数据1处,列于“更正内容”", "、更正内容"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q isn't said", want)
		}
	}
}
