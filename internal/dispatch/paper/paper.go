// Package paper composes a dispatch sheet as an official document: the whole for the
// centre, or one unit's page. It is pure: a document is a function of the frozen
// content and of the instructions.
package paper

import (
	"fmt"
	"time"

	"luodi/internal/calendar"
	"luodi/internal/dispatch"
	"luodi/internal/document"
	"luodi/internal/liaison"
	"luodi/internal/process"
)

const organ = "招商服务中心"

// Compose makes the document of a page; that of the whole has the tables by county and
// by department too. One that is not issued says so in its title.
func Compose(s dispatch.State, sheet dispatch.Sheet, p dispatch.Page) document.Paper {
	c := composer{s, sheet, p}
	title := s.Label()
	if p.ID != "" {
		title += "(" + p.Name + ")"
	}
	made := s.IssuedAt
	if s.IssuedAt.IsZero() {
		title += "(未印发)"
		made = sheet.MadeAt
	}
	return document.Paper{
		Organ: organ, Title: title, To: p.Name, Blocks: c.blocks(), Signed: organ, Dated: day(made), At: sheet.MadeAt,
		Footer: "本单由系统按包联和项目库记录自动生成,数据截至" + moment(sheet.Until) + ";内容摘要" + short(s),
	}
}

// short is the beginning of the content's digest, by which a print is told from another.
func short(s dispatch.State) string {
	if s.Frozen == nil || len(s.Frozen.Digest) < 12 {
		return ""
	}
	return s.Frozen.Digest[:12]
}

type composer struct {
	dispatch.State
	sheet dispatch.Sheet
	page  dispatch.Page
}

func (c composer) blocks() []document.Block {
	out := []document.Block{document.Text{Text: c.opening()}}
	n := 0
	section := func(title string, t document.Table, none string) {
		n++
		out = append(out, document.Heading{Level: 1, Text: fmt.Sprintf("%s、%s", numerals[n], title)})
		if len(t.Rows) == 0 {
			out = append(out, document.Text{Text: none})
			return
		}
		out = append(out, t)
	}
	if c.page.ID == "" {
		section("各县市区情况", totals("县市区", c.sheet.Counties, c.sheet.City), "无。")
		section("各包联单位情况", totals("包联单位", c.sheet.Departments, c.sheet.City), "无。")
	}
	section("本周进展", c.moved(), "本周无节点完成、阶段变化或问题销号。")
	section("逾期事项", c.late(), "无逾期事项。")
	section("变灯情况", c.lights(), "本周无变灯。")
	section("红灯项目", c.red(), "无红灯项目。")
	section("未销号问题", c.problems(), "无未销号问题。")
	section("前期交办未办结事项", c.standing(), "无。")
	section("本期交办事项", c.instructions(), "无。")
	return out
}

var numerals = []string{"零", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十"}

func (c composer) opening() string {
	t := c.page.Totals
	text := fmt.Sprintf("本单统计%s至%s的情况。在办包联%d项,其中绿灯%d项、黄灯%d项、红灯%d项。应报周报%d份,按时%d份、迟报%d份、未报%d份,按时率%s。"+
		"完成节点%d个,逾期节点%d个,项目阶段变化%d个。未销号问题%d个(%s%d个、%s%d个、%s%d个、%s%d个),本周销号%d个。",
		day(c.sheet.From), day(c.sheet.Until.Add(-time.Second)), t.Liaisons, t.Green, t.Yellow, t.Red,
		t.ReportsDue, t.ReportsOnTime, t.ReportsLate, t.ReportsMissing, t.ReportRate(), t.Milestones, t.MilestonesLate, t.Stages, t.ProblemsOpen,
		dispatch.AgeLabels[0], t.ProblemsByAge[0], dispatch.AgeLabels[1], t.ProblemsByAge[1], dispatch.AgeLabels[2], t.ProblemsByAge[2],
		dispatch.AgeLabels[3], t.ProblemsByAge[3], t.ProblemsClosed)
	if c.Belated() {
		text += fmt.Sprintf("本单应于%s制作,实际于%s补制。", moment(c.DueAt), moment(c.OpenedAt))
	}
	return text
}

func col(title string, width float64) document.Column {
	return document.Column{Title: title, Width: width}
}

func num(title string) document.Column {
	return document.Column{Title: title, Width: 1, Align: document.Center}
}

func totals(unit string, list []dispatch.UnitTotals, city dispatch.Totals) document.Table {
	t := document.Table{Columns: []document.Column{
		col(unit, 2.2), num("在办"), num("黄灯"), num("红灯"), num("周报按时率"), num("逾期节点"), num("未销号问题"), num("阶段变化"),
	}}
	row := func(name string, x dispatch.Totals) {
		t.Rows = append(t.Rows, []string{name, count(x.Liaisons), count(x.Yellow), count(x.Red), x.ReportRate(), count(x.MilestonesLate), count(x.ProblemsOpen), count(x.Stages)})
	}
	for _, u := range list {
		row(u.Name, u.Totals)
	}
	if len(list) > 0 {
		row("合计", city)
	}
	return t
}

func count(n int) string { return fmt.Sprint(n) }

func (c composer) moved() document.Table {
	t := document.Table{Columns: []document.Column{col("项目", 2.4), col("包联单位", 1.8), col("进展", 2.4), num("日期")}}
	for _, x := range c.page.Moved {
		title := x.Kind.Label() + ":" + x.Title
		if x.Late {
			title += "(逾期完成)"
		}
		t.Rows = append(t.Rows, []string{x.ProjectName, x.Department.Name, title, dated(x.At)})
	}
	return t
}

// KindLabels are the kinds of what is late, in words.
var KindLabels = map[liaison.ItemKind]string{
	liaison.ItemReport: "周报", liaison.ItemMilestone: "节点", liaison.ItemProblem: "问题", liaison.ItemAcknowledge: "签收",
}

func (c composer) late() document.Table {
	t := document.Table{Columns: []document.Column{col("项目", 2.4), col("包联单位", 1.8), col("逾期事项", 2), num("应于"), num("逾期工作日")}}
	for _, x := range c.page.Late {
		t.Rows = append(t.Rows, []string{x.ProjectName, x.Department.Name, KindLabels[x.Kind] + ":" + x.Title, dated(x.Due), count(x.Days)})
	}
	return t
}

// LightLabels are the colours in words.
var LightLabels = map[process.Light]string{process.Green: "绿灯", process.Yellow: "黄灯", process.Red: "红灯"}

func (c composer) lights() document.Table {
	t := document.Table{Columns: []document.Column{col("项目", 2.2), col("包联单位", 1.8), num("变化"), col("原因", 2.4)}}
	for _, x := range c.page.Lights {
		rule := x.Rule
		if x.To == process.Green {
			rule = "事由消除"
		}
		t.Rows = append(t.Rows, []string{x.ProjectName, x.Department.Name, LightLabels[x.From] + "转" + LightLabels[x.To], rule})
	}
	return t
}

func (c composer) red() document.Table {
	t := document.Table{Columns: []document.Column{col("项目", 2.2), col("包联单位", 1.8), col("原因", 2.4), num("起于"), num("第几周")}}
	for _, x := range c.page.Red {
		t.Rows = append(t.Rows, []string{x.ProjectName, x.Department.Name, x.Rule, dated(x.Since), count(x.Weeks)})
	}
	return t
}

func (c composer) problems() document.Table {
	t := document.Table{Columns: []document.Column{col("项目", 2.2), col("问题", 2.4), col("层级", 1.4), num("已历天数"), num("期限")}}
	for _, x := range c.page.Problems {
		due := dated(x.Due)
		if x.Late {
			due += "已过"
		}
		t.Rows = append(t.Rows, []string{x.ProjectName, x.Title, x.Level.Label(), count(x.Days), due})
	}
	return t
}

func (c composer) standing() document.Table {
	t := document.Table{Columns: []document.Column{col("周次", 1.4), col("承办单位", 1.8), col("交办事项", 2.6), num("期限"), num("状态")}}
	for _, x := range c.page.Standing {
		status := x.Status.Label()
		if x.Days > 0 {
			status += fmt.Sprintf(",逾期%d个工作日", x.Days)
		}
		t.Rows = append(t.Rows, []string{x.Sheet.Label(), x.Unit.Name, x.Text, dated(x.Due), status})
	}
	return t
}

func (c composer) instructions() document.Table {
	t := document.Table{Columns: []document.Column{num("序号"), col("承办单位", 1.8), col("交办事项", 3), col("涉及项目", 1.8), num("期限")}}
	for _, x := range c.Instructions {
		if c.page.ID == "" || x.Unit.ID == c.page.ID {
			t.Rows = append(t.Rows, []string{x.ID, x.Unit.Name + x.CadreName, x.Text, x.ProjectName, x.Due.String()})
		}
	}
	return t
}

func day(t time.Time) string { return t.In(calendar.Shanghai).Format("2006年1月2日") }

func dated(t time.Time) string { return t.In(calendar.Shanghai).Format("2006-01-02") }

func moment(t time.Time) string { return t.In(calendar.Shanghai).Format("2006年1月2日15:04") }
