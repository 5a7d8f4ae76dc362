package sheet

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"luodi/internal/assessment"
	"luodi/internal/rulebook"
	"luodi/internal/rulebook/rulebooks"
	"luodi/internal/selfreport"
)

var cityBook = sync.OnceValue(func() *rulebook.Book {
	data, err := rulebooks.Files.ReadFile("city-2023.yaml")
	if err != nil {
		panic(err)
	}
	b, found := rulebook.Load("city-2023.yaml", bytes.NewReader(data))
	if b == nil {
		panic(found)
	}
	return b
})

var (
	assessed = []assessment.Member{
		{UnitID: "maojian", Name: "茅箭新区", BookName: "茅箭区", Group: "县市区"}, {UnitID: "zhangwan", Name: "张湾区", BookName: "张湾区", Group: "县市区"},
		{UnitID: "fagai", Name: "市发改委", BookName: "市发改委", Group: "市直部门"},
	}
	targetFigures = []string{"签约项目目标", "签约金额目标", "外出批次目标", "引荐目标"}
	targetColumns = []CellFigure{{"签约项目目标", "个"}, {"签约金额目标", "亿元"}, {"外出批次目标", "批次"}, {"引荐目标", "个"}}
)

// cellTexts are what was read: "maojian 签约项目目标=10 @Sheet1!B2".
func cellTexts(cells []assessment.Cell) []string {
	out := []string{}
	for _, c := range cells {
		out = append(out, fmt.Sprintf("%s %s=%s @%s", c.UnitID, c.Figure, c.Value, c.Where))
	}
	return out
}

func TestTargetsAreReadAsAnOfficeKeepsThem(t *testing.T) {
	data := book(t, [][]any{
		{"十堰市2023年招商引资目标任务分解表"},
		{},
		{"序号", "县市区", "分组", "签约项目目标\uff08个\uff09", "签约金额目标(万元)", "外出批次目标", "备注"},
		{1, " 茅箭区", "县市区", "1,200", 50000, "-", "略"},
		{2, "茅箭新区", "", "", "", 96, ""}, // by its new name
		{3, "张湾区", "县市区", "96%", "3亿元", "无", ""},
		{},
		{"合计", "合计", "", 1208, "", "", ""},
		{"", "全市", "", 1300, "", "", ""},
		{"备注:以市政府文件为准"},
	}, func(f *excelize.File) { must(t, f.MergeCell("Sheet1", "A1", "G1")) })
	cells, problems := ReadCells(data, targetFigures, assessed)
	if len(problems) != 0 {
		t.Fatalf("%+v", problems)
	}
	want := []string{
		"maojian 签约项目目标=1,200个 @Sheet1!D4", "maojian 签约金额目标=50000万元 @Sheet1!E4", "maojian 外出批次目标=96 @Sheet1!F5",
		"zhangwan 签约项目目标=96% @Sheet1!D6", "zhangwan 签约金额目标=3亿元 @Sheet1!E6", "zhangwan 外出批次目标= @Sheet1!F6", " 签约项目目标=1300个 @Sheet1!D9",
	}
	if got := cellTexts(cells); !slices.Equal(got, want) {
		t.Errorf("%q\nwant %q", got, want)
	}
}

// The measure in a column's head counts: the book reads 万元 and 亿元 alike, and refuses
// what doesn't fit, by cell.
func TestTheHeadsMeasureIsReadByTheBook(t *testing.T) {
	for head, want := range map[string]string{"签约金额目标(万元)": "5", "签约金额目标(亿元)": "50000", "签约金额目标\uff08亿元\uff09": "50000", "签约金额目标": "50000", "签约金额目标(元)": "0.0005"} {
		cells, problems := ReadCells(book(t, [][]any{{"单位", head}, {"茅箭区", 50000}}, nil), targetFigures, assessed)
		if len(problems) > 0 {
			t.Fatal(head, problems)
		}
		got, wrong := assessment.NewCells().Apply(cityBook(), assessed, cells)
		if len(wrong) > 0 || got.Units["maojian"]["签约金额目标"] != want {
			t.Errorf("%s: %v %v, want %s", head, got.Units, wrong, want)
		}
	}
	for _, tt := range []struct{ head, value, code string }{
		{"签约金额目标(个)", "5", "measure_mismatch"}, {"签约金额目标(匹)", "5", "measure_unknown"}, {"签约金额目标(美元)", "5", "measure_mismatch"}, {"签约项目目标(个)", "96%", "measure_mismatch"}, {"签约项目目标(个)", "约5", "number_expected"},
		{"签约项目目标(个)", "-5", "target_negative"}, {"引荐目标(个)", "5", "target_not_of_group"}, {"签约项目目标", "#REF!", "number_expected"},
	} {
		cells, problems := ReadCells(book(t, [][]any{{"单位", tt.head}, {"茅箭区", tt.value}}, nil), targetFigures, assessed)
		if len(problems) > 0 {
			t.Fatal(tt.head, problems)
		}
		_, wrong := assessment.NewCells().Apply(cityBook(), assessed, cells)
		if len(wrong) != 1 || wrong[0].Code != tt.code || wrong[0].Field != "Sheet1!B2" {
			t.Errorf("%s %s: %+v, want %s", tt.head, tt.value, wrong, tt.code)
		}
	}
	// Two columns of one target, and a unit by its old and its new name, are one target twice.
	for _, rows := range [][][]any{{{"单位", "签约项目目标", "签约项目目标(个)"}, {"茅箭区", 1, 2}}, {{"单位", "签约项目目标"}, {"茅箭区", 1}, {"茅箭新区", 2}}} {
		cells, problems := ReadCells(book(t, rows, nil), targetFigures, assessed)
		_, wrong := assessment.NewCells().Apply(cityBook(), assessed, cells)
		if len(problems) > 0 || len(wrong) != 1 || wrong[0].Code != "target_twice" {
			t.Errorf("%v: %v %v", rows, problems, wrong)
		}
	}
}

func TestEveryFaultOfATargetSheetHasItsCell(t *testing.T) {
	for name, tt := range map[string]struct {
		rows [][]any
		want string
	}{
		"empty sheet":     {[][]any{}, " header_not_found"},
		"no header":       {[][]any{{"茅箭区", 10}}, " header_not_found"},
		"no unit column":  {[][]any{{"名称", "签约项目目标"}, {"茅箭区", 10}}, " header_not_found"},
		"no target":       {[][]any{{"单位", "投产项目目标"}, {"茅箭区", 10}}, " header_not_found"},
		"nothing filled":  {[][]any{{"单位", "签约项目目标"}, {"茅箭区", ""}, {"张湾区", "/"}}, " rows_empty"},
		"unknown unit":    {[][]any{{"单位", "签约项目目标"}, {"襄阳市", 10}, {"茅箭区", 1}}, "A2 unit_not_assessed"},
		"unknown column":  {[][]any{{"单位", "签约项目目标", "投产项目目标(个)"}, {"茅箭区", 10, 3}}, "C1 target_unknown"},
		"all at once":     {[][]any{{"县市区", "领导", "签约项目目标"}, {"襄阳市", "", 10}, {"宜昌市", "", 10}}, "B1 target_unknown, A2 unit_not_assessed, A3 unit_not_assessed"},
		"header too late": {append(make([][]any, 0, 40), manyRows(31, "单位", "签约项目目标")...), " header_not_found"},
	} {
		_, problems := ReadCells(book(t, tt.rows, nil), targetFigures, assessed)
		if got := codes(problems); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
	if _, problems := ReadCells([]byte("no workbook"), targetFigures, assessed); len(problems) != 1 || problems[0].Message == "" {
		t.Errorf("%+v", problems)
	}
}

// manyRows are as many lines of text above a header.
func manyRows(n int, header ...any) [][]any {
	var out [][]any
	for i := range n {
		out = append(out, []any{fmt.Sprint("说明", i), "字"})
	}
	return append(out, header)
}

// What is written is read back as it was; a unit alone gets its own line without the city's.
func TestTargetsAreReadBack(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c := assessment.NewCells()
		for _, m := range assessed {
			for _, f := range targetFigures {
				if v := drawValue(rt); v != "" {
					if c.Units[m.UnitID] == nil {
						c.Units[m.UnitID] = map[string]string{}
					}
					c.Units[m.UnitID][f] = v
				}
			}
		}
		for _, f := range targetFigures {
			if v := drawValue(rt); v != "" {
				c.City[f] = v
			}
		}
		var out bytes.Buffer
		must(t, WriteCells(&out, "2023年度目标任务分解表", targetColumns, assessed, c))
		cells, problems := ReadCells(out.Bytes(), targetFigures, assessed)
		if c.Count()+len(c.City) == 0 {
			if codes(problems) != " rows_empty" {
				rt.Fatalf("nothing to read: %+v", problems)
			}
			return
		}
		if len(problems) > 0 || len(cells) != c.Count()+len(c.City) {
			rt.Fatalf("%d cells, %+v", len(cells), problems)
		}
		for _, x := range cells {
			want := c.City[x.Figure]
			if x.UnitID != "" {
				want = c.Units[x.UnitID][x.Figure]
			}
			measure := targetColumns[slices.Index(targetFigures, x.Figure)].Measure
			if x.Value != want+measure && x.Value != want {
				rt.Fatalf("%s %s at %s: %s, want %s", x.UnitID, x.Figure, x.Where, x.Value, want)
			}
		}
	})
	c := assessment.NewCells()
	c.City["签约项目目标"], c.Units["zhangwan"] = "20", map[string]string{"签约项目目标": "8"}
	var out bytes.Buffer
	must(t, WriteCells(&out, "张湾区任务", targetColumns, assessed[1:2], c))
	cells, problems := ReadCells(out.Bytes(), targetFigures, assessed)
	if len(problems) > 0 || len(cells) != 1 || cells[0].UnitID != "zhangwan" || cells[0].Value != "8个" {
		t.Errorf("%+v %+v", cells, problems)
	}
}

func drawValue(t *rapid.T) string {
	return rapid.OneOf(rapid.Just(""), rapid.StringMatching(`[1-9][0-9]{0,8}`), rapid.StringMatching(`(0|[1-9][0-9]{0,6})\.[0-9]{0,5}[1-9]`)).Draw(t, "value")
}

func reportOf(items ...selfreport.Item) selfreport.State {
	s := selfreport.State{KnownAt: time.Date(2024, 1, 4, 23, 30, 0, 0, time.UTC), Items: items}
	s.Year, s.UnitName = "2023", "茅箭区"
	return s
}

func reportItem(name, value, said, reason string) selfreport.Item {
	x := selfreport.Item{Said: said, Reason: reason, Verdict: selfreport.Returned, Why: "请补充"}
	x.Name, x.Measure, x.Value, x.Titles, x.Records, x.Source = name, "个", value, []string{"签约数量"}, 12, "项目库"
	return x
}

// A self-report goes out with the registry's figures beside and comes back with what the
// unit says; the day is that of Shanghai.
func TestReportsAreReadBack(t *testing.T) {
	names := []string{"签约项目数", "签约金额", "周报按时率", "发生重大事故"}
	rapid.Check(t, func(rt *rapid.T) {
		var items []selfreport.Item
		filled := 0
		for _, name := range names {
			said := rapid.OneOf(rapid.Just(""), rapid.SampledFrom([]string{"96%", "是", "否", "1,200", "12.5", "0", "1.2亿元"}), rapid.StringMatching(`[1-9][0-9]{0,17}(\.[0-9]{1,6})?`)).Draw(rt, "said")
			if said != "" {
				filled++
			}
			reason := rapid.OneOf(rapid.Just(""), rapid.StringMatching(`[一-龥]{2,20}`)).Draw(rt, "reason")
			items = append(items, reportItem(name, "12", said, reason))
		}
		var out bytes.Buffer
		must(t, WriteReport(&out, reportOf(items...)))
		lines, problems := ReadReport(out.Bytes(), names)
		if filled == 0 {
			if codes(problems) != " rows_empty" {
				rt.Fatalf("%+v", problems)
			}
			return
		}
		if len(problems) > 0 || len(lines) != filled {
			rt.Fatalf("%d lines of %d, %+v", len(lines), filled, problems)
		}
		for _, l := range lines {
			x := items[slices.Index(names, l.Figure)]
			if l.Value != x.Said || l.Reason != x.Reason || !strings.HasPrefix(l.Where, "自评表!") {
				rt.Fatalf("%+v, want %s %s", l, x.Said, x.Reason)
			}
		}
	})
	var out bytes.Buffer
	must(t, WriteReport(&out, reportOf(reportItem("签约项目数", "12", "13", "新签一项"))))
	f, err := excelize.OpenReader(&out)
	must(t, err)
	defer f.Close()
	rows, err := f.GetRows("自评表")
	must(t, err)
	text := ""
	for _, r := range rows {
		text += strings.Join(r, "|") + "\n"
	}
	for _, want := range []string{"登记数截至2024-01-05", "签约项目数|个|签约数量|12|项目库(12个项目)|13|新签一项|已退回||请补充", "2023年度茅箭区自评表"} {
		if !strings.Contains(strings.NewReplacer("\uff08", "(", "\uff09", ")").Replace(text), want) {
			t.Errorf("%q isn't in\n%s", want, text)
		}
	}
}

func TestEveryFaultOfAReportHasItsCell(t *testing.T) {
	figures := []string{"签约项目数", "周报按时率"}
	for name, tt := range map[string]struct {
		rows [][]any
		want string
	}{
		"empty sheet":    {[][]any{}, " header_not_found"},
		"no header":      {[][]any{{"签约项目数", 10}}, " header_not_found"},
		"no value":       {[][]any{{"数据项", "登记数"}, {"签约项目数", 10}}, " header_not_found"},
		"nothing filled": {[][]any{{"数据项", "自报数"}, {"签约项目数", ""}, {"周报按时率", "—"}}, " rows_empty"},
		"unknown figure": {[][]any{{"数据项", "自报数"}, {"投产数", 10}, {"签约项目数", 1}}, "A2 figure_unknown"},
		"repeated":       {[][]any{{"序号", "数据项", "自报数"}, {1, "签约项目数", 10}, {2, " 签约项目数", ""}}, "B3 figure_repeated"},
		"all at once":    {[][]any{{"数据项", "自报数"}, {"签约项目数", 1}, {"甲", 1}, {"签约项目数", 1}, {"乙", 1}}, "A3 figure_unknown, A4 figure_repeated, A5 figure_unknown"},
	} {
		_, problems := ReadReport(book(t, tt.rows, nil), figures)
		if got := codes(problems); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
	if _, problems := ReadReport([]byte("no workbook"), figures); len(problems) != 1 || problems[0].Message == "" {
		t.Errorf("%+v", problems)
	}
	// The columns may stand anywhere, the second worksheet may be the one, and a
	// percentage is read as it is shown.
	data := book(t, [][]any{{"说明"}}, func(f *excelize.File) {
		_, err := f.NewSheet("表二")
		must(t, err)
		for i, row := range [][]any{{"茅箭区2023年度自评表"}, {"差异理由", "自报数", "数据项"}, {"", 0.96, "周报按时率"}, {"以年报为准", 12, "签约项目数"}} {
			must(t, f.SetSheetRow("表二", cellName(1, i+1), &row))
		}
		style, err := f.NewStyle(&excelize.Style{NumFmt: 9}) // 0%
		must(t, err)
		must(t, f.SetCellStyle("表二", "B3", "B3", style))
	})
	lines, problems := ReadReport(data, figures)
	want := []ReportLine{{"周报按时率", "96%", "", "表二!B3"}, {"签约项目数", "12", "以年报为准", "表二!B4"}}
	if len(problems) > 0 || !slices.Equal(lines, want) {
		t.Errorf("%+v %+v", lines, problems)
	}
}

// A percentage lies in the file as a fraction, and a number with the noise of its binary
// form: both are read as they are shown. What is text stays as it was written.
func TestNumberCellsAreReadAsTheyAreShown(t *testing.T) {
	percent, custom := 9, "0.00%;-0.00%"
	for _, tt := range []struct {
		value any
		style *excelize.Style
		want  string
	}{
		{0.96, &excelize.Style{NumFmt: percent}, "96%"}, {0.9625, &excelize.Style{NumFmt: 10}, "96.25%"}, {1.04, &excelize.Style{CustomNumFmt: &custom}, "104%"}, {0, &excelize.Style{NumFmt: percent}, "0%"},
		{0.07, &excelize.Style{NumFmt: percent}, "7%"}, {0.96, nil, "0.96"}, {0.1 + 0.2 + 1e-17, nil, "0.3"}, {1234567.1, nil, "1234567.1"}, {12, nil, "12"}, {"96%", nil, "96%"}, {"0.96", &excelize.Style{NumFmt: percent}, "0.96"},
		{"1,200", nil, "1,200"}, {"007", nil, "007"}, {"是", &excelize.Style{NumFmt: percent}, "是"},
	} {
		paint := func(cell string) func(*excelize.File) {
			return func(f *excelize.File) {
				if tt.style != nil {
					id, err := f.NewStyle(tt.style)
					must(t, err)
					must(t, f.SetCellStyle("Sheet1", cell, cell, id))
				}
			}
		}
		lines, problems := ReadReport(book(t, [][]any{{"数据项", "自报数"}, {"周报按时率", tt.value}}, paint("B2")), []string{"周报按时率"})
		if len(problems) > 0 || len(lines) != 1 || lines[0].Value != tt.want {
			t.Errorf("report %v: %+v %+v, want %s", tt.value, lines, problems, tt.want)
		}
		cells, problems := ReadCells(book(t, [][]any{{"单位", "签约项目目标"}, {"张湾区", tt.value}}, paint("B2")), targetFigures, assessed)
		if len(problems) > 0 || len(cells) != 1 || cells[0].Value != tt.want {
			t.Errorf("target %v: %+v %+v, want %s", tt.value, cells, problems, tt.want)
		}
	}
}
