// Package paper composes the results of an assessment year as an official document. It
// is pure: a document is a function of the frozen scores and of the year's state.
package paper

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"luodi/internal/assessment"
	"luodi/internal/calendar"
	"luodi/internal/document"
)

// Group is one group in its order.
type Group struct {
	Name    string
	Columns []Column
	Rows    []Row
}

// Column is an indicator at the top of the tree.
type Column struct{ ID, Name, Points string }

// Row is one unit's line.
type Row struct {
	Rank   int
	Name   string
	Total  string
	Grade  string
	Why    string
	Scores map[string]string
}

const organ = "招商服务中心"

// Compose makes the document. Results that aren't locked say so in the title.
func Compose(s assessment.State, r assessment.Run, groups []Group, findings []string) document.Paper {
	p := document.Paper{Organ: organ, Title: s.Title() + "结果", To: "各县市区、市直各单位", Signed: organ, At: r.KnownAt, Footer: footer(s, r), Copies: "市委、市政府领导"}
	dated := r.KnownAt
	switch {
	case s.Final != nil:
		dated = s.Final.By.At
	case s.Published():
		n := len(s.Rounds) - 1
		p.Title += fmt.Sprintf("(第%d次公示,至%s)", s.Rounds[n].No, day(s.Rounds[n].Clock.Due))
		dated = s.Rounds[n].By.At
	default:
		p.Title += "(" + s.Stage.Label() + ",未公示)"
	}
	p.Dated = day(dated)
	p.Blocks = append(p.Blocks, document.Text{Text: opening(s, r)})
	for i, g := range groups {
		p.Blocks = append(p.Blocks, document.Heading{Level: 1, Text: numeral(i+1) + "、" + g.Name}, table(g))
		if notes := remarks(g); notes != "" {
			p.Blocks = append(p.Blocks, document.Note{Text: notes})
		}
	}
	if len(findings) > 0 {
		p.Blocks = append(p.Blocks, document.Heading{Level: 1, Text: numeral(len(groups)+1) + "、按细则处理的缺数"})
		for _, f := range findings[:min(len(findings), 40)] {
			p.Blocks = append(p.Blocks, document.Note{Text: f})
		}
		if more := len(findings) - 40; more > 0 {
			p.Blocks = append(p.Blocks, document.Note{Text: fmt.Sprintf("其余%d处见得分工作簿。", more)})
		}
	}
	p.Blocks = append(p.Blocks, appeals(s, len(groups)+2)...)
	return p
}

func opening(s assessment.State, r assessment.Run) string {
	text := fmt.Sprintf("根据《%s》(%s版),对%d个单位%d年度招商引资工作进行了考核,数据截至%s。现将结果予以", s.Plan.Book.Title, s.Plan.Book.Version, len(r.Units), s.Year, day(time.Date(r.AsOf.Year, r.AsOf.Month, r.AsOf.Day, 12, 0, 0, 0, calendar.Shanghai)))
	if s.Final != nil {
		return text + "通报。"
	}
	return text + "公示。对结果有异议的,可在公示期内就具体指标提出申诉。"
}

func table(g Group) document.Table {
	t := document.Table{Columns: []document.Column{{Title: "名次", Width: 1.2, Align: document.Center}, {Title: "单位", Width: 3.2}}}
	for _, c := range g.Columns {
		title := c.Name
		if c.Points != "" {
			title += "(" + c.Points + ")"
		}
		t.Columns = append(t.Columns, document.Column{Title: title, Width: 1.6, Align: document.End})
	}
	t.Columns = append(t.Columns, document.Column{Title: "总分", Width: 1.6, Align: document.End}, document.Column{Title: "等次", Width: 1.4, Align: document.Center})
	for _, r := range g.Rows {
		row := []string{strconv.Itoa(r.Rank), r.Name}
		for _, c := range g.Columns {
			row = append(row, r.Scores[c.ID])
		}
		t.Rows = append(t.Rows, append(row, r.Total, r.Grade))
	}
	return t
}

// remarks are the outcomes that apply.
func remarks(g Group) string {
	var out []string
	for _, r := range g.Rows {
		if r.Why != "" {
			out = append(out, r.Name+":"+r.Why)
		}
	}
	return strings.Join(out, ";")
}

// appeals tells how many there were, and what became of them.
func appeals(s assessment.State, no int) []document.Block {
	if len(s.Appeals) == 0 {
		return nil
	}
	by := map[string]int{}
	for _, a := range s.Appeals {
		by[a.Status]++
	}
	return []document.Block{document.Heading{Level: 1, Text: numeral(no) + "、申诉"},
		document.Text{Text: fmt.Sprintf("公示期内共收到申诉%d件,裁定成立%d件、不成立%d件,撤回%d件,待裁定%d件。", len(s.Appeals), by["accepted"], by["refused"], by["withdrawn"], by["open"])}}
}

func footer(s assessment.State, r assessment.Run) string {
	text := fmt.Sprintf("得分由系统按细则自动计算(第%d次计分,%s),输入摘要%s,结果摘要%s", r.No, r.Kind.Label(), short(r.Inputs), short(r.Output))
	if s.Final != nil {
		text += ",锁定校验码" + short(s.Final.Hash)
	}
	if s.Plan.Illustrative {
		text += "。示例数据,不是正式考核结果"
	}
	return text
}

func short(digest string) string { return digest[:min(12, len(digest))] }

func day(t time.Time) string { return t.In(calendar.Shanghai).Format("2006年1月2日") }

func numeral(n int) string {
	numerals := []string{"零", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十"}
	if n < len(numerals) {
		return numerals[n]
	}
	return strconv.Itoa(n)
}
