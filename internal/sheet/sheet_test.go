package sheet

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"luodi/internal/calendar"
	"luodi/internal/money"
	"luodi/internal/org"
	"luodi/internal/project"
)

var (
	today = calendar.Date{Year: 2023, Month: 12, Day: 31}
	units = []org.Unit{
		{ID: "maojian", Name: "茅箭区", ShortName: "茅箭", Kind: org.County},
		{ID: "danjiangkou", Name: "丹江口市", ShortName: "丹江口", Kind: org.County},
		{ID: "jingkai", Name: "十堰经济技术开发区", ShortName: "经开区", Kind: org.County},
		{ID: "fagai", Name: "市发改委", ShortName: "发改委", Kind: org.Department},
	}
)

// book builds a workbook of one sheet from rows; edit may change it before it is written.
func book(t testing.TB, rows [][]any, edit func(*excelize.File)) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for i, row := range rows {
		must(t, f.SetSheetRow("Sheet1", cellName(1, i+1), &row))
	}
	if edit != nil {
		edit(f)
	}
	var out bytes.Buffer
	_, err := f.WriteTo(&out)
	must(t, err)
	return out.Bytes()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func day(t testing.TB, s string) calendar.Date {
	t.Helper()
	d, err := calendar.ParseDate(s)
	must(t, err)
	return d
}

func read(data []byte) (Result, []Problem) { return ReadProjects(bytes.NewReader(data), units, today) }

func TestReadsSheetAsAnOfficeKeepsIt(t *testing.T) {
	data := book(t, [][]any{
		{"十堰市2023年招商引资签约项目一览表"},
		{},
		{"序号", "落户地", "签约时间", "投资总额\uff08亿元\uff09", "项目名称*", "投资主体", "是否框架协议", "用地面积(亩)", "领导批示", "县里填"},
		{1, "茅箭区", "2023.1.5", "1,234.5678", "项目甲", "甲公司", "√", 12.5, "略", "x"},
		{2, "茅箭", "2023年1月5日", 0.3, " 项目乙 ", "乙公司", "否", "-", "", ""},
		{},
		{3, "", 20230105, "2", "项目丙", "丙公司", "", "", "", ""},
		{4, "经开区", 44931, 3, "项目丁", "丁公司", "×", "", "", ""},
		{5, "丹江口市", "2023/1/5 00:00:00", 4, "项目戊", "戊公司", "是", "", "", ""},
		{"合 计", "", "", 1243.8678, "", "", "", "", "", ""},
		{"备注:金额以协议为准"},
	}, func(f *excelize.File) {
		must(t, f.MergeCell("Sheet1", "A1", "I1"))
		must(t, f.MergeCell("Sheet1", "B5", "B7"))
		must(t, f.SetRowVisible("Sheet1", 8, false))
	})
	got, problems := read(data)
	if len(problems) != 0 {
		t.Fatalf("problems: %+v", problems)
	}
	want := []struct {
		row       int
		name      string
		county    string
		amount    string
		framework bool
		land      project.Quantity
	}{
		{4, "项目甲", "maojian", "12345678", true, "12.5"},
		{5, "项目乙", "maojian", "3000", false, ""},
		{7, "项目丙", "maojian", "20000", false, ""},
		{8, "项目丁", "jingkai", "30000", false, ""},
		{9, "项目戊", "danjiangkou", "40000", true, ""},
	}
	if len(got.Rows) != len(want) {
		t.Fatalf("%d rows, want %d", len(got.Rows), len(want))
	}
	for i, w := range want {
		d := got.Rows[i].Draft
		if got.Rows[i].Row != w.row || d.Name != w.name || d.CountyID != w.county || d.AgreedAmount != money.MustParse(w.amount) ||
			d.Framework != w.framework || d.LandArea != w.land || d.SignedOn != day(t, "2023-01-05") || d.Stage != project.Signed {
			t.Errorf("row %d: %+v", w.row, got.Rows[i])
		}
	}
	wantWarnings := "I3 column_unknown, J3 column_unknown, A8 row_hidden, A10 total_skipped, A11 note_skipped"
	if s := codes(got.Warnings); s != wantWarnings {
		t.Errorf("warnings %s, want %s", s, wantWarnings)
	}
	if m := got.Warnings[0].Message; !strings.Contains(m, "领导批示") {
		t.Errorf("the unknown header isn't named: %s", m)
	}
	if at := got.Rows[0].Where("/agreed_amount"); at != "Sheet1!D4" {
		t.Errorf("amount of the first row at %s", at)
	}
}

func codes(problems []Problem) string {
	parts := make([]string, len(problems))
	for i, p := range problems {
		parts[i] = p.Cell + " " + p.Code
	}
	return strings.Join(parts, ", ")
}

var header0 = []any{"项目名称", "投资方", "县市区", "协议金额(万元)", "签约日期", "开工日期", "框架协议", "产业层级", "项目编号", "用地面积(亩)", "联系电话", "项目阶段"}

func TestNamesTheCellOfEveryError(t *testing.T) {
	good := func(change ...any) []any {
		row := []any{"项目甲", "甲公司", "茅箭区", 100, "2023-01-05", "", "否", "四优", "A-1", 3, "13800000000", "签约"}
		for i := 0; i < len(change); i += 2 {
			row[change[i].(int)] = change[i+1]
		}
		return row
	}
	cases := map[string]struct {
		rows [][]any
		want string
	}{
		"no name":               {[][]any{good(0, "")}, "A2 required"},
		"no investor":           {[][]any{good(1, " ")}, "B2 required"},
		"no county":             {[][]any{good(2, "")}, "C2 required"},
		"county unknown":        {[][]any{good(2, "襄阳市")}, "C2 county_unknown"},
		"a department":          {[][]any{good(2, "市发改委")}, "C2 county_unknown"},
		"no amount":             {[][]any{good(3, "")}, "D2 amount_not_positive"},
		"amount zero":           {[][]any{good(3, 0)}, "D2 amount_not_positive"},
		"amount negative":       {[][]any{good(3, -5)}, "D2 amount_not_positive"},
		"amount with words":     {[][]any{good(3, "约100万元")}, "D2 amount_invalid"},
		"amount too fine":       {[][]any{good(3, "1.00000001")}, "D2 amount_invalid"},
		"amount too large":      {[][]any{good(3, "100000001")}, "D2 amount_too_large"},
		"amount expands":        {[][]any{good(3, "1e999999")}, "D2 amount_invalid"},
		"31 February":           {[][]any{good(4, "2023-02-31")}, "E2 date_invalid"},
		"month only":            {[][]any{good(4, "2023年5月")}, "E2 date_invalid"},
		"year only":             {[][]any{good(4, 2023)}, "E2 date_invalid"},
		"future":                {[][]any{good(4, "2024-01-01")}, "E2 date_in_future"},
		"two digits":            {[][]any{good(4, "23-01-05")}, "E2 date_invalid"},
		"started, not landed":   {[][]any{good(5, "2023-03-01", 11, "")}, "F2 date_without_earlier"},
		"stage without date":    {[][]any{good(4, "")}, "E2 date_required"},
		"stage unknown":         {[][]any{good(11, "进行时")}, "L2 option_unknown"},
		"neither yes nor no":    {[][]any{good(6, "也许")}, "G2 yes_no_invalid"},
		"tier unknown":          {[][]any{good(7, "五强")}, "H2 option_unknown"},
		"land negative":         {[][]any{good(9, -1)}, "J2 number_invalid"},
		"land in words":         {[][]any{good(9, "三亩")}, "J2 number_invalid"},
		"phone":                 {[][]any{good(10, "见名片")}, "K2 phone_invalid"},
		"reference error":       {[][]any{good(3, "#REF!")}, "D2 formula_error"},
		"control character":     {[][]any{good(0, "项目\u202e甲")}, "A2 control_character"},
		"name too long":         {[][]any{good(0, strings.Repeat("长", 201))}, "A2 too_long"},
		"code twice":            {[][]any{good(), good(0, "项目乙", 8, "a-1")}, "I3 row_repeated"},
		"name, investor twice":  {[][]any{good(), good(8, "A-2")}, "A3 row_repeated"},
		"all errors, all rows":  {[][]any{good(0, "", 3, "x"), good(2, "", 6, "?", 8, "A-2")}, "A2 required, D2 amount_invalid, C3 required, G3 yes_no_invalid"},
		"good row stays good":   {[][]any{good()}, ""},
		"text after total rows": {[][]any{good(), {"总计", "", "", 100}}, ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got, problems := read(book(t, append([][]any{header0}, c.rows...), nil))
			if s := codes(problems); s != c.want {
				t.Errorf("got %q, want %q (%+v)", s, c.want, problems)
			}
			if len(problems) > 0 && len(got.Rows) >= len(c.rows) {
				t.Error("a row with a problem was returned")
			}
			for _, p := range problems {
				if p.Sheet != "Sheet1" || p.Message == "" {
					t.Errorf("problem without sheet or message: %+v", p)
				}
			}
		})
	}
}

func TestAsksForWhatTheHeaderLacks(t *testing.T) {
	cases := map[string]struct {
		header []any
		above  string
		want   string
		amount string
	}{
		"unit missing":       {[]any{"项目名称", "投资方", "县市区", "协议金额"}, "", "D2 unit_missing", ""},
		"unit in the title":  {[]any{"项目名称", "投资方", "县市区", "协议金额"}, "单位:亿元", "", "50000"},
		"unit without marks": {[]any{"项目名称", "投资方", "县市区", "总投资万元"}, "", "", "5"},
		"yuan":               {[]any{"项目名称", "投资方", "县市区", "投资额(元)"}, "", "", "0.0005"},
		"header over title":  {[]any{"项目名称", "投资方", "县市区", "投资额(人民币,万元)"}, "单位:亿元", "", "5"},
		"foreign currency":   {[]any{"项目名称", "投资方", "县市区", "投资额(万美元)"}, "", "D2 currency_unknown", ""},
		"two amounts":        {[]any{"项目名称", "投资方", "县市区", "投资额(万元)", "协议金额(亿元)"}, "", "E2 header_repeated", ""},
		"no county":          {[]any{"项目名称", "投资方", "备注", "投资额(万元)"}, "", "A2 header_missing", ""},
		"land in hectares":   {[]any{"项目名称", "投资方", "县市区", "投资额(万元)", "用地面积(公顷)"}, "", "E2 unit_unknown", ""},
		"energy in 10,000 t": {[]any{"项目名称", "投资方", "县市区", "投资额(万元)", "综合能耗(万吨标准煤)"}, "", "E2 unit_unknown", ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got, problems := read(book(t, [][]any{{"表", c.above}, c.header, {"项目甲", "甲公司", "茅箭区", 5}}, nil))
			if s := codes(problems); s != c.want {
				t.Fatalf("got %q, want %q", s, c.want)
			}
			if c.want == "" && (len(got.Rows) != 1 || got.Rows[0].Draft.AgreedAmount != money.MustParse(c.amount)) {
				t.Errorf("rows %+v, want amount %s", got.Rows, c.amount)
			}
		})
	}
}

func TestReadsFormulasByTheirResult(t *testing.T) {
	data := book(t, [][]any{header0, {"项目甲", "甲公司", "茅箭区"}, {"项目乙", "乙公司", "茅箭区", 7}, {"项目丙", "丙公司", "茅箭区"}}, func(f *excelize.File) {
		must(t, f.SetCellValue("Sheet1", "D2", 120.5))
		must(t, f.SetCellFormula("Sheet1", "D2", "100+20.5"))
		must(t, f.SetCellFormula("Sheet1", "D4", "D2+D3"))
	})
	got, problems := read(data)
	if s := codes(problems); s != "D4 formula_uncomputed" {
		t.Errorf("problems %s", s)
	}
	if len(got.Rows) != 2 || got.Rows[0].Draft.AgreedAmount != money.MustParse("120.5") {
		t.Errorf("rows %+v", got.Rows)
	}
}

func TestReadsDateCellsOfBothEpochs(t *testing.T) {
	for _, old := range []bool{false, true} {
		data := book(t, [][]any{header0, {"项目甲", "甲公司", "茅箭区", 100}}, func(f *excelize.File) {
			must(t, f.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &old}))
			must(t, f.SetCellValue("Sheet1", "E2", time.Date(2023, 11, 7, 0, 0, 0, 0, time.UTC)))
		})
		got, problems := read(data)
		if len(problems) != 0 || got.Rows[0].Draft.SignedOn != day(t, "2023-11-07") {
			t.Errorf("1904=%v: %+v %+v", old, got.Rows, problems)
		}
	}
}

func TestWarnsOfWhatIsMergedOrHidden(t *testing.T) {
	data := book(t, [][]any{
		header0,
		{"一、城区"},
		{"项目甲", "甲公司", "茅箭区", 100},
		{"项目乙", "甲公司", "", "", "", "", "", "", "", "", "", "", "", "批注"},
	}, func(f *excelize.File) {
		must(t, f.MergeCell("Sheet1", "A2", "L2"))
		must(t, f.MergeCell("Sheet1", "C3", "C4"))
		must(t, f.MergeCell("Sheet1", "D3", "D4"))
		_, err := f.NewSheet("旧账")
		must(t, err)
		must(t, f.SetSheetRow("旧账", "A1", &header0))
		must(t, f.SetSheetVisible("旧账", false))
		_, err = f.NewSheet("通讯录")
		must(t, err)
		must(t, f.SetCellStr("通讯录", "A1", "张三"))
		_, err = f.NewSheet("二批")
		must(t, err)
		must(t, f.SetSheetRow("二批", "A1", &header0))
		must(t, f.SetSheetRow("二批", "A2", &[]any{"项目丙", "丙公司", "茅箭区", 1}))
	})
	got, problems := read(data)
	if len(problems) != 0 || len(got.Rows) != 3 || got.Rows[1].Draft.CountyID != "maojian" || got.Rows[2].Sheet != "二批" {
		t.Fatalf("rows %+v, problems %+v", got.Rows, problems)
	}
	want := "N4 column_untitled, A2 note_skipped, D3 amount_merged, D4 amount_merged,  sheet_hidden,  sheet_skipped"
	if s := codes(got.Warnings); s != want {
		t.Errorf("warnings %q, want %q", s, want)
	}
}

func TestRefusesWhatIsNoWorkbook(t *testing.T) {
	plainZip := func(write func(*zip.Writer)) []byte {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		write(z)
		must(t, z.Close())
		return b.Bytes()
	}
	bomb := plainZip(func(z *zip.Writer) {
		w, err := z.Create("xl/worksheets/sheet1.xml")
		must(t, err)
		_, err = io.CopyN(w, zeros{}, maxUnpacked+1)
		must(t, err)
	})
	ok := book(t, [][]any{header0, {"项目甲", "甲公司", "茅箭区", 100}}, nil)
	cases := map[string]struct {
		data []byte
		want string
	}{
		"empty":          {nil, "file_not_xlsx"},
		"csv":            {[]byte("项目名称,投资方\n"), "file_not_xlsx"},
		"old xls":        {append(bytes.Clone(oleMagic), make([]byte, 600)...), "file_xls"},
		"too large":      {make([]byte, MaxBytes+1), "file_too_large"},
		"other zip":      {plainZip(func(z *zip.Writer) { _, err := z.Create("a.txt"); must(t, err) }), "file_damaged"},
		"bomb":           {bomb, "file_damaged"},
		"cut off":        {ok[:len(ok)/2], "file_damaged"},
		"no header":      {book(t, [][]any{{"你好"}}, nil), "header_not_found"},
		"no rows at all": {book(t, nil, nil), "header_not_found"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got, problems := read(c.data)
			if len(problems) != 1 || problems[0].Code != c.want || len(got.Rows) != 0 {
				t.Errorf("got %+v, want %s", problems, c.want)
			}
		})
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestRefusesTooManyRows(t *testing.T) {
	f := excelize.NewFile()
	defer f.Close()
	out, err := f.NewStreamWriter("Sheet1")
	must(t, err)
	must(t, out.SetRow("A1", header0))
	for i := range MaxRows {
		must(t, out.SetRow(cellName(1, i+2), []any{"项目", "公司", "茅箭区", 1}))
	}
	must(t, out.Flush())
	var b bytes.Buffer
	_, err = f.WriteTo(&b)
	must(t, err)
	if _, problems := read(b.Bytes()); codes(problems) != " too_many_rows" {
		t.Errorf("problems %s", codes(problems))
	}
}

func TestHostileCellsStayText(t *testing.T) {
	names := []string{"=1+1", "+cmd|' /C calc'!A0", "-2", "@SUM(A1)", "=HYPERLINK(\"http://x\",\"y\")"}
	var projects []project.Project
	for i, name := range names {
		projects = append(projects, project.Draft{Name: name, Investor: fmt.Sprint("公司", i), CountyID: "maojian", AgreedAmount: money.Wan}.Project())
	}
	var b bytes.Buffer
	must(t, WriteProjects(&b, projects, units, "=1+1"))
	f, err := excelize.OpenReader(bytes.NewReader(b.Bytes()))
	must(t, err)
	defer f.Close()
	for i, name := range names {
		cell := cellName(2, i+3)
		value, _ := f.GetCellValue(projectsSheet, cell)
		formula, _ := f.GetCellFormula(projectsSheet, cell)
		if value != name || formula != "" {
			t.Errorf("%s: value %q, formula %q", cell, value, formula)
		}
	}
}

func TestTemplateReadsBackEmptyAndOffersChoices(t *testing.T) {
	var b bytes.Buffer
	must(t, WriteTemplate(&b, units))
	got, problems := read(b.Bytes())
	if len(problems)+len(got.Rows)+len(got.Warnings) != 0 {
		t.Errorf("%+v %+v", got, problems)
	}
	f, err := excelize.OpenReader(&b)
	must(t, err)
	defer f.Close()
	rules, err := f.GetDataValidations(projectsSheet)
	must(t, err)
	found := false
	for _, r := range rules {
		found = found || strings.Contains(r.Formula1, "丹江口市") && !strings.Contains(r.Formula1, "发改委")
	}
	if !found {
		t.Errorf("no drop-down of counties in %d rules", len(rules))
	}
}

func TestExportReadsBackEqual(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var want []project.Project
		for i := range rapid.IntRange(1, 4).Draw(rt, "n") {
			want = append(want, someProject(rt, i))
		}
		var b bytes.Buffer
		if err := WriteProjects(&b, want, units, "签约项目"); err != nil {
			rt.Fatal(err)
		}
		got, problems := ReadProjects(&b, units, today)
		if len(problems) != 0 || len(got.Rows) != len(want) || len(got.Warnings) != 0 {
			rt.Fatalf("rows %d of %d, problems %+v, warnings %+v", len(got.Rows), len(want), problems, got.Warnings)
		}
		for i := range want {
			if changes := project.Changes(want[i], got.Rows[i].Draft.Project()); len(changes) != 0 {
				rt.Fatalf("row %d: %+v", i, changes)
			}
		}
	})
}

// someProject draws any project that the registry takes.
func someProject(rt *rapid.T, i int) project.Project {
	word := rapid.StringOf(rapid.RuneFrom([]rune("甲乙丙汽车ABCabc012=+-@'\"<>&;,:() _x\u3000\u00e9\U00020BB7"))).Draw
	text := func(name string) string {
		r := []rune(word(rt, name))
		return string(r[:min(len(r), 60)])
	}
	number := func(name string, most int64) string {
		n := rapid.Int64Range(1, most).Draw(rt, name)
		return fmt.Sprintf("%d.%03d", n/1000, n%1000)
	}
	d := project.Draft{
		Code: fmt.Sprintf("P-%d", i), Name: fmt.Sprintf("项目%d", i) + text("name"), Investor: "公司" + text("investor"),
		CountyID:     rapid.SampledFrom([]string{"maojian", "danjiangkou", "jingkai"}).Draw(rt, "county"),
		AgreedAmount: money.Amount(rapid.Int64Range(1, int64(project.MaxAmount)).Draw(rt, "amount")),
		Framework:    rapid.Bool().Draw(rt, "framework"), AboveScale: rapid.Bool().Draw(rt, "scale"),
		Chemicals: rapid.Bool().Draw(rt, "chemicals"), Illustrative: rapid.Bool().Draw(rt, "illustrative"),
		Industry: text("industry"), Chain: text("chain"), Team: text("team"), Ambassador: text("ambassador"),
		Event: text("event"), ContactName: text("contact"), Remark: text("remark") + "\n" + text("remark2"),
		LandArea: project.Quantity(number("land", 1_000_000_000)), EnergyUse: project.Quantity(number("energy", 1_000_000_000_000)),
	}
	d.IndustryTier = rapid.SampledFrom(append(values(project.Tiers), "")).Draw(rt, "tier")
	d.InvestorKind = rapid.SampledFrom(append(values(project.InvestorKinds), "")).Draw(rt, "kind")
	d.Verification = rapid.SampledFrom(values(project.Verifications)).Draw(rt, "verification")
	d.ContactPhone = rapid.SampledFrom([]string{"", "13800000000", "0719-8674910 转 12"}).Draw(rt, "phone")
	life(rt, &d)
	p := d.Project()
	if err := p.Check(today); err != nil {
		rt.Fatalf("the generator drew a project that the registry refuses: %v", err)
	}
	return p
}

func life(rt *rapid.T, d *project.Draft) {
	stages := values(project.Stages)
	d.Stage = rapid.SampledFrom(stages).Draw(rt, "stage")
	dates := []*calendar.Date{&d.SignedOn, &d.LandedOn, &d.StartedOn, &d.InStatisticsOn, &d.InProductionOn}
	reached := map[project.Stage]int{project.Signed: 1, project.Landed: 2, project.Started: 3, project.InStatistics: 4, project.InProduction: 5}[d.Stage]
	on := calendar.Date{Year: 1999, Month: 12, Day: 31}
	for i := range reached {
		on = on.AddDays(rapid.IntRange(0, 1500).Draw(rt, "days"))
		*dates[i] = on
	}
	for range rapid.IntRange(0, 3).Draw(rt, "payments") {
		d.FundsArrived = append(d.FundsArrived, project.Funds{On: today.AddDays(-rapid.IntRange(0, 900).Draw(rt, "ago")),
			Amount: money.Amount(rapid.Int64Range(1, 1e12).Draw(rt, "paid"))})
	}
}

func values[T ~string](options []project.Option[T]) []T {
	var out []T
	for _, o := range options {
		out = append(out, o.Value)
	}
	return out
}
