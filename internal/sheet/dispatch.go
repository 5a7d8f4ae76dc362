package sheet

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"luodi/internal/calendar"
	"luodi/internal/dispatch"
	"luodi/internal/dispatch/paper"
)

// WriteDispatch writes a dispatch sheet: a worksheet with the totals, and one for each
// page with the same lists. Numbers and dates are such that a spreadsheet can compute
// with them.
func WriteDispatch(w io.Writer, s dispatch.Sheet, pages []dispatch.Page) error {
	book := excelize.NewFile()
	defer book.Close()
	if err := book.SetSheetName("Sheet1", "汇总"); err != nil {
		return err
	}
	style, err := newStyles(book)
	if err != nil {
		return err
	}
	shown := map[string]bool{"": len(pages) == len(s.Units())} // what is nobody's, for those who see all
	for _, p := range pages {
		shown[p.ID] = true
	}
	title := s.Week.Label() + "周调度单"
	if err := writeBlocks(book, style, "汇总", title, []block{
		totalsBlock("县市区", "县市区", s.Counties, s.City, shown), totalsBlock("包联单位", "包联单位", s.Departments, s.City, shown),
	}); err != nil {
		return err
	}
	used := map[string]bool{"汇总": true}
	for _, p := range pages {
		name := worksheetName(p.Name, used)
		if _, err := book.NewSheet(name); err != nil {
			return err
		}
		if err := writeBlocks(book, style, name, title+" "+p.Name, pageBlocks(p)); err != nil {
			return err
		}
	}
	_, err = book.WriteTo(w)
	return err
}

// worksheetName is a unit's name as Excel allows it: 31 characters, none of :\/?*[],
// and no other worksheet's.
func worksheetName(name string, used map[string]bool) string {
	clean := []rune(strings.Map(func(r rune) rune {
		if strings.ContainsRune(`:\/?*[]'`, r) {
			return '_'
		}
		return r
	}, name))
	out := string(clean[:min(len(clean), 31)])
	for n := 2; out == "" || used[strings.ToLower(out)]; n++ {
		suffix := fmt.Sprintf("(%d)", n)
		out = string(clean[:min(len(clean), 31-len(suffix))]) + suffix
	}
	used[strings.ToLower(out)] = true
	return out
}

// block is a table within a worksheet.
type block struct {
	title   string
	columns []string
	rows    [][]any
}

func totalsBlock(title, unit string, list []dispatch.UnitTotals, city dispatch.Totals, shown map[string]bool) block {
	b := block{title: title, columns: []string{unit, "在办包联", "新下达", "办结", "绿灯", "黄灯", "红灯", "变差", "好转", "持续红灯",
		"应报周报", "按时", "迟报", "未报", "按时率", "逾期未签收", "完成节点", "逾期节点", "阶段变化", "未销号问题", "本周销号", "逾期问题",
		"责任单位办理", "招商中心协调", "市领导协调", dispatch.AgeLabels[0], dispatch.AgeLabels[1], dispatch.AgeLabels[2], dispatch.AgeLabels[3]}}
	add := func(name string, t dispatch.Totals) {
		b.rows = append(b.rows, []any{name, t.Liaisons, t.Assigned, t.Ended, t.Green, t.Yellow, t.Red, t.Worse, t.Better, t.StillRed,
			t.ReportsDue, t.ReportsOnTime, t.ReportsLate, t.ReportsMissing, t.ReportRate(), t.Unacknowledged, t.Milestones, t.MilestonesLate, t.Stages,
			t.ProblemsOpen, t.ProblemsClosed, t.ProblemsLate, t.ProblemsAtUnit, t.ProblemsAtCentre, t.ProblemsAtCity,
			t.ProblemsByAge[0], t.ProblemsByAge[1], t.ProblemsByAge[2], t.ProblemsByAge[3]})
	}
	for _, u := range list {
		if shown[u.ID] {
			add(u.Name, u.Totals)
		}
	}
	add("全市", city)
	return b
}

func pageBlocks(p dispatch.Page) []block {
	out := []block{
		totalsBlock("情况", "单位", []dispatch.UnitTotals{p.UnitTotals}, p.Totals, map[string]bool{p.ID: true}),
		{title: "本周进展", columns: []string{"项目", "县市区", "包联单位", "类别", "事项", "日期", "逾期完成"}},
		{title: "逾期事项", columns: []string{"项目", "县市区", "包联单位", "类别", "事项", "应于", "逾期工作日"}},
		{title: "变灯情况", columns: []string{"项目", "县市区", "包联单位", "由", "变为", "原因", "日期"}},
		{title: "红灯项目", columns: []string{"项目", "县市区", "包联单位", "原因", "起于", "第几周"}},
		{title: "未销号问题", columns: []string{"项目", "县市区", "包联单位", "问题", "层级", "已历天数", "期限", "逾期"}},
		{title: "前期交办未办结事项", columns: []string{"周次", "承办单位", "交办事项", "期限", "状态", "逾期工作日"}},
	}
	out[0].rows = out[0].rows[:1] // the unit's own line, without the city's
	about := func(s dispatch.Subject) []any { return []any{s.ProjectName, s.County.Name, s.Department.Name} }
	for _, x := range p.Moved {
		out[1].rows = append(out[1].rows, append(about(x.Subject), x.Kind.Label(), x.Title, x.At, yes(x.Late)))
	}
	for _, x := range p.Late {
		out[2].rows = append(out[2].rows, append(about(x.Subject), paper.KindLabels[x.Kind], x.Title, x.Due, x.Days))
	}
	for _, x := range p.Lights {
		out[3].rows = append(out[3].rows, append(about(x.Subject), paper.LightLabels[x.From], paper.LightLabels[x.To], x.Rule, x.At))
	}
	for _, x := range p.Red {
		out[4].rows = append(out[4].rows, append(about(x.Subject), x.Rule, x.Since, x.Weeks))
	}
	for _, x := range p.Problems {
		out[5].rows = append(out[5].rows, append(about(x.Subject), x.Title, x.Level.Label(), x.Days, x.Due, yes(x.Late)))
	}
	for _, x := range p.Standing {
		out[6].rows = append(out[6].rows, []any{x.Sheet.Label(), x.Unit.Name, x.Text, x.Due, x.Status.Label(), x.Days})
	}
	return out
}

func yes(b bool) string {
	if b {
		return "是"
	}
	return ""
}

// writeBlocks writes tables one below the other, each with its title and its header.
func writeBlocks(book *excelize.File, style styles, name, title string, blocks []block) error {
	out, err := book.NewStreamWriter(name)
	if err != nil {
		return err
	}
	if err := out.SetColWidth(1, 5, 22); err != nil {
		return err
	}
	if err := out.SetRow("A1", []any{excelize.Cell{StyleID: style.title, Value: title}}, excelize.RowOpts{Height: 30}); err != nil {
		return err
	}
	if err := out.MergeCell("A1", "H1"); err != nil {
		return err
	}
	line := 2
	row := func(cells []any) error {
		err := out.SetRow(cellName(1, line), cells)
		line++
		return err
	}
	for _, b := range blocks {
		header := make([]any, len(b.columns))
		for i, c := range b.columns {
			header[i] = excelize.Cell{StyleID: style.header, Value: c}
		}
		rows := append([][]any{{b.title}, header}, b.rows...)
		if len(b.rows) == 0 {
			rows = append(rows, []any{"无"})
		}
		for _, cells := range append(rows, nil) { // an empty line below
			for i, v := range cells {
				if t, ok := v.(time.Time); ok {
					cells[i] = cellValue(calendar.DateOf(t), style)
				}
			}
			if err := row(cells); err != nil {
				return err
			}
		}
	}
	return out.Flush()
}
