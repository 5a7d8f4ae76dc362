package paper_test

import (
	"strings"
	"testing"
	"time"

	"luodi/internal/assessment"
	"luodi/internal/assessment/paper"
	"luodi/internal/calendar"
	"luodi/internal/document"
	"luodi/internal/process"
)

var (
	known = time.Date(2024, 2, 1, 1, 0, 0, 0, time.UTC)
	due   = time.Date(2024, 2, 18, 9, 30, 0, 0, time.UTC)
)

func year() (assessment.State, assessment.Run, []paper.Group) {
	s := assessment.State{ID: "2023", Year: 2023, Stage: assessment.Rechecking, Plan: assessment.Plan{Title: "2023年度招商引资考核", Book: assessment.BookUse{Title: "细则", Version: "1"}, Illustrative: true}}
	r := assessment.Run{No: 2, Kind: assessment.Official, AsOf: calendar.Date{Year: 2023, Month: 12, Day: 31}, KnownAt: known, Inputs: strings.Repeat("a", 64), Output: strings.Repeat("b", 64),
		Units: []assessment.UnitScore{{UnitID: "fangxian"}, {UnitID: "zhuxi"}}}
	groups := []paper.Group{{Name: "县市区", Columns: []paper.Column{{ID: "A", Name: "签约", Points: "30"}, {ID: "J", Name: "弄虚作假"}},
		Rows: []paper.Row{{Rank: 1, Name: "房县", Total: "91.5", Grade: "优秀", Scores: map[string]string{"A": "28"}}, {Rank: 2, Name: "竹溪县", Total: "80", Grade: "良好", Why: "发生重大事故", Scores: map[string]string{"A": "20", "J": "2"}}}}}
	return s, r, groups
}

func text(p document.Paper) string {
	out := p.Title + "\n" + p.Footer + "\n" + p.Dated + "\n"
	for _, b := range p.Blocks {
		switch b := b.(type) {
		case document.Text:
			out += b.Text + "\n"
		case document.Heading:
			out += b.Text + "\n"
		case document.Note:
			out += b.Text + "\n"
		case document.Table:
			for _, c := range b.Columns {
				out += c.Title + "|"
			}
			for _, r := range b.Rows {
				out += "\n" + strings.Join(r, "|")
			}
			out += "\n"
		}
	}
	return out
}

// A notice says what it is: not yet published, published until a day, or final.
func TestANoticeSaysHowFarTheYearIs(t *testing.T) {
	s, r, groups := year()
	for name, c := range map[string]struct {
		do           func(*assessment.State)
		has, lacks   []string
		dated, title string
	}{
		"rechecked": {func(*assessment.State) {}, []string{"予以公示", "示例数据"}, []string{"锁定校验码"}, "2024年2月1日", "(复核,未公示)"},
		"published": {func(s *assessment.State) {
			s.Stage = assessment.Publicity
			s.Rounds = []assessment.Round{{No: 1, By: assessment.Signed{At: known.Add(96 * time.Hour)}, Clock: process.Clock{Due: due}}}
			s.Appeals = []assessment.Appeal{{Status: "accepted"}, {Status: "open"}, {Status: "refused"}}
		}, []string{"收到申诉3件,裁定成立1件、不成立1件,撤回0件,待裁定1件"}, nil, "2024年2月5日", "(第1次公示,至2024年2月18日)"},
		"locked": {func(s *assessment.State) {
			s.Stage = assessment.Locked
			s.Rounds = []assessment.Round{{No: 1}}
			s.Final = &assessment.Final{Hash: strings.Repeat("c", 64), By: assessment.Signed{At: known.Add(30 * 24 * time.Hour)}}
		}, []string{"予以通报", "锁定校验码cccccccccccc"}, []string{"可在公示期内"}, "2024年3月2日", "结果"},
	} {
		state := s
		c.do(&state)
		p := paper.Compose(state, r, groups, []string{"房县外资:缺数,按细则计为0"})
		got := text(p)
		if !strings.HasSuffix(p.Title, c.title) || p.Dated != c.dated {
			t.Errorf("%s: %q of %s", name, p.Title, p.Dated)
		}
		for _, want := range append(c.has, "1|房县|28||91.5|优秀", "签约(30)|弄虚作假|", "竹溪县:发生重大事故", "二、按细则处理的缺数", "输入摘要aaaaaaaaaaaa") {
			if !strings.Contains(got, want) {
				t.Errorf("%s has no %q:\n%s", name, want, got)
			}
		}
		for _, no := range c.lacks {
			if strings.Contains(got, no) {
				t.Errorf("%s has %q", name, no)
			}
		}
	}
}

func TestANoticeIsWordAndPDF(t *testing.T) {
	s, r, groups := year()
	var findings []string
	for range 60 {
		findings = append(findings, "缺数,按细则计为0")
	}
	p := paper.Compose(s, r, groups, findings)
	if !strings.Contains(text(p), "其余20处") {
		t.Error("what is left out isn't said")
	}
	for name, render := range map[string]func(document.Paper) ([]byte, error){"PDF": document.Paper.PDF, "Word": document.Paper.Word} {
		a, err := render(p)
		if err != nil {
			t.Fatal(name, err)
		}
		b, err := render(p)
		if err != nil || string(a) != string(b) || len(a) < 1000 {
			t.Errorf("%s: %d and %d bytes, %v", name, len(a), len(b), err)
		}
	}
}
