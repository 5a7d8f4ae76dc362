package sheet

import (
	"fmt"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"

	"luodi/internal/bulletin"
	"luodi/internal/calendar"
)

// WriteBulletin writes what a bulletin says: a worksheet for the city, one for each kind
// of unit, the rankings, the registers' tables, and what was found and corrected.
// Numbers are such that a spreadsheet can compute with them; amounts are in 万元.
func WriteBulletin(w io.Writer, c bulletin.Content) error {
	book := excelize.NewFile()
	defer book.Close()
	if err := book.SetSheetName("Sheet1", "全市"); err != nil {
		return err
	}
	style, err := newStyles(book)
	if err != nil {
		return err
	}
	used := map[string]bool{"全市": true}
	for i, x := range bulletinSheets(c) {
		name := "全市"
		if i > 0 {
			name = worksheetName(x.name, used)
			if _, err := book.NewSheet(name); err != nil {
				return err
			}
		}
		title := fmt.Sprintf("%s(截止%s)%s", c.Title, c.Cutoff, x.name)
		if c.Illustrative > 0 {
			title += "【含示例数据】"
		}
		if err := writeBlocks(book, style, name, title, x.blocks); err != nil {
			return err
		}
	}
	if err := bulletinCharts(book, c); err != nil {
		return err
	}
	_, err = book.WriteTo(w)
	return err
}

// chartsSheet holds pictures of what the worksheet of the counties says.
const chartsSheet = "图表"

// bulletinCharts draws the counties' amounts and completions by the cells themselves, so
// that a picture can't say anything else. Where the blocks stand follows from writeBlocks:
// each has a title, a header, a row for each county and an empty line.
func bulletinCharts(book *excelize.File, c bulletin.Content) error {
	n := len(c.Counties)
	if n == 0 {
		return nil
	}
	if _, err := book.NewSheet(chartsSheet); err != nil {
		return err
	}
	rows := func(view int) (from, to int) { // of the view's block
		from = 4 + view*(n+3)
		return from, from + n - 1
	}
	series := func(name string, view, indicator int) excelize.ChartSeries {
		from, to := rows(view)
		column, _ := excelize.ColumnNumberToName(indicator + 2) // behind the county's name
		return excelize.ChartSeries{Name: name, Categories: fmt.Sprintf("县市区!$A$%d:$A$%d", from, to), Values: fmt.Sprintf("县市区!$%s$%d:$%s$%d", column, from, column, to)}
	}
	const amount, landed = 1, 4 // 签约金额, 新注册落地规模项目数
	for _, x := range []struct {
		cell, title string
		series      []excelize.ChartSeries
	}{
		{"A1", fmt.Sprintf("各县市区1至%d月签约金额(万元)", c.Month), []excelize.ChartSeries{series("累计", 1, amount), series("上年同期", 2, amount)}},
		{"A20", "新注册落地规模项目数目标完成率(%)", []excelize.ChartSeries{series("完成率", 6, landed)}},
	} {
		err := book.AddChart(chartsSheet, x.cell, &excelize.Chart{Type: excelize.Col, Series: x.series, Title: excelize.ChartTitle{Paragraph: []excelize.RichTextRun{{Text: x.title}}},
			Legend: excelize.ChartLegend{Position: "top"}, Dimension: excelize.ChartDimension{Width: 900, Height: 360}})
		if err != nil {
			return err
		}
	}
	return nil
}

type worksheet struct {
	name   string
	blocks []block
}

func bulletinSheets(c bulletin.Content) []worksheet {
	out := []worksheet{{"全市", []block{measuresBlock(c.City), ratesBlock("转化率", "范围", []bulletin.Line{c.City})}}}
	for _, x := range []struct {
		name, unit string
		lines      []bulletin.Line
	}{{"县市区", "县市区", c.Counties}, {"市直部门", "部门", c.Departments}, {"驻外专班", "专班", c.Teams}, {"产业层级", "层级", c.Tiers}} {
		out = append(out, worksheet{x.name, append(viewBlocks(x.unit, x.lines), ratesBlock("转化率(累计)", x.unit, x.lines))})
	}
	out = append(out, worksheet{"排名", rankingBlocks(c)})
	for _, s := range c.Sections {
		out = append(out, worksheet{s.Title, []block{sectionBlock(s)}})
	}
	return append(out, worksheet{"更正与说明", remarkBlocks(c)})
}

// measuresBlock has a line for each indicator, with everything beside it.
func measuresBlock(l bulletin.Line) block {
	b := block{title: "指标", columns: []string{"指标", "单位", "当月", "上年当月", "当月同比(%)", "上月", "环比(%)", "累计", "上年累计", "累计同比(%)", "全年目标", "完成率(%)", "超序时进度(百分点)"}}
	for i, m := range l.Measures {
		b.rows = append(b.rows, append([]any{bulletin.Indicators[i].Label, bulletin.Indicators[i].Unit}, numbers(m.Month, m.MonthLastYear, m.MonthYearOnYear,
			m.PreviousMonth, m.PeriodOnPeriod, m.Year, m.YearLastYear, m.YearOnYear, m.Target, m.Completion, m.Lead)...))
	}
	return b
}

// numbers are cells of figures: an empty one is a number that can't be given.
func numbers(texts ...string) []any {
	out := make([]any, len(texts))
	for i, text := range texts {
		out[i] = number(text)
	}
	return out
}

// viewBlocks have a line for each unit and a column for each indicator, one block for
// each way to look at them.
func viewBlocks(unit string, lines []bulletin.Line) []block {
	var out []block
	for _, view := range []struct {
		title string
		of    func(bulletin.Measure) string
	}{
		{"当月", func(m bulletin.Measure) string { return m.Month }}, {"累计", func(m bulletin.Measure) string { return m.Year }},
		{"上年同期累计", func(m bulletin.Measure) string { return m.YearLastYear }}, {"累计同比(%)", func(m bulletin.Measure) string { return m.YearOnYear }},
		{"环比(%)", func(m bulletin.Measure) string { return m.PeriodOnPeriod }}, {"全年目标", func(m bulletin.Measure) string { return m.Target }},
		{"完成率(%)", func(m bulletin.Measure) string { return m.Completion }}, {"超序时进度(百分点)", func(m bulletin.Measure) string { return m.Lead }},
	} {
		b := block{title: view.title, columns: []string{unit}}
		for _, ind := range bulletin.Indicators {
			b.columns = append(b.columns, fmt.Sprintf("%s(%s)", ind.Label, ind.Unit))
		}
		for _, l := range lines {
			row := []any{l.Name}
			for _, m := range l.Measures {
				row = append(row, number(view.of(m)))
			}
			b.rows = append(b.rows, row)
		}
		out = append(out, b)
	}
	return out
}

func ratesBlock(title, unit string, lines []bulletin.Line) block {
	b := block{title: title, columns: []string{unit}}
	for _, r := range bulletin.RateKinds {
		b.columns = append(b.columns, r.Label+"(%)", "分子", "分母", "上年同期(%)", "增减(百分点)")
	}
	for _, l := range lines {
		row := []any{l.Name}
		for _, r := range l.Rates {
			row = append(row, numbers(r.Percent, r.Part, r.Whole, r.LastYear, r.Change)...)
		}
		b.rows = append(b.rows, row)
	}
	return b
}

func rankingBlocks(c bulletin.Content) []block {
	var out []block
	for _, r := range c.Rankings {
		b := block{title: r.Title, columns: []string{"名次", "单位", "得分", "上期名次", "升降"}}
		for i, row := range r.Rows {
			cells := []any{row.Rank, row.Name, number(row.Score), nil, nil}
			if row.Previous > 0 {
				cells[3], cells[4] = row.Previous, row.Change
			}
			for _, p := range row.Points {
				if i == 0 {
					b.columns = append(b.columns, strings.TrimSpace(p.ID+" "+p.Name))
				}
				cells = append(cells, number(p.Score))
			}
			b.rows = append(b.rows, cells)
		}
		out = append(out, b)
	}
	for _, x := range []struct {
		title string
		list  []bulletin.Listed
	}{{"红榜", c.Red}, {"黑榜", c.Black}} {
		b := block{title: x.title, columns: []string{"名次", "单位", "得分", "理由"}}
		for _, l := range x.list {
			b.rows = append(b.rows, []any{l.Rank, l.Name, number(l.Score), l.Reason})
		}
		out = append(out, b)
	}
	return out
}

func sectionBlock(s bulletin.Section) block {
	b := block{title: s.Note}
	for _, c := range s.Columns {
		title := c.Title
		if c.Unit != "" {
			title += "(" + c.Unit + ")"
		}
		b.columns = append(b.columns, title)
	}
	for _, r := range s.Rows {
		row := make([]any, len(r))
		for i, text := range r {
			if row[i] = text; s.Columns[i].Number {
				row[i] = number(text)
			}
		}
		b.rows = append(b.rows, row)
	}
	return b
}

func remarkBlocks(c bulletin.Content) []block {
	amended := block{title: "更正内容", columns: []string{"表", "单位", "指标", "列", "原发布", "更正为"}}
	if c.Amends != nil {
		amended.title = fmt.Sprintf("更正%s:%s", c.Amends.Number, c.Amends.Reason)
		amended.rows = affectedRows(c.Amends.Changes, nil)
	}
	corrected := block{title: "以往数据更正(已发布的通报不改动)", columns: []string{"项目编号", "项目", "变更", "理由", "变更人", "变更日期", "涉及通报", "单位", "指标", "列", "原发布", "现应为"}}
	for _, x := range c.Corrections {
		var changes []string
		for _, y := range x.Changes {
			changes = append(changes, fmt.Sprintf("%s:%s→%s", y.Label, y.From, y.To))
		}
		corrected.rows = append(corrected.rows, affectedRows(x.Affects, []any{x.ProjectCode, x.ProjectName, strings.Join(changes, ";"), x.Reason, x.By, calendar.DateOf(x.At).String()})...)
	}
	if c.More > 0 {
		corrected.rows = append(corrected.rows, []any{fmt.Sprintf("另有%d个项目的变更影响已发布的数据,此处从略", c.More)})
	}
	found := block{title: "数据疑点(只提示,不改动)", columns: []string{"位置", "所列", "核算", "说明"}}
	for _, f := range c.Findings {
		found.rows = append(found.rows, []any{f.Where, number(f.Printed), number(f.Computed), f.Message})
	}
	notes := block{title: "说明", columns: []string{"内容"}}
	notes.rows = append(notes.rows, []any{fmt.Sprintf("数据按%s前已登记的情况统计;序时进度%s%%。", calendar.DateOf(c.KnownAt), c.Progress.Percent)})
	if c.Book.Title != "" {
		notes.rows = append(notes.rows, []any{fmt.Sprintf("排名依据:%s %s", c.Book.Title, c.Book.Version)})
	}
	for _, n := range c.Notes {
		notes.rows = append(notes.rows, []any{n})
	}
	out := []block{corrected, found, notes}
	if c.Amends != nil {
		out = append([]block{amended}, out...)
	}
	return out
}

var columnLabels = map[string]string{"month": "当月", "year": "累计", "percent": "%"}

// affectedRows are a line for each figure; before stands in front of it.
func affectedRows(list []bulletin.Affected, before []any) [][]any {
	var out [][]any
	for _, a := range list {
		row := append([]any{}, before...)
		if before == nil {
			row = append(row, bulletin.TableLabel(a.Table))
		} else {
			row = append(row, a.Number)
		}
		out = append(out, append(row, a.Name, a.Label, columnLabels[a.Column], number(a.Published), number(a.Now)))
	}
	return out
}
