// Package paper composes a monthly bulletin as an official document. It is pure: a
// document is a function of the frozen content and of the bulletin's state.
package paper

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"luodi/internal/bulletin"
	"luodi/internal/calendar"
	"luodi/internal/document"
	"luodi/internal/money"
)

// mostTeams is how many lines of a register are printed: a city has more than a hundred teams.
const mostTeams = 20

const organ = "招商服务中心"

// Compose makes the document of a bulletin. One that isn't published says so in its title.
func Compose(s bulletin.State, c bulletin.Content) document.Paper {
	x := composer{s: s, c: c}
	title, dated := c.Title, c.KnownAt
	if s.Published == nil {
		title += "(" + s.Stage.Label() + ",未发布)"
	} else {
		dated = s.Published.At
	}
	x.compose()
	return document.Paper{
		Organ: organ, Number: s.Number, Title: title, To: "各县市区、市直各单位", Blocks: x.out, Signed: organ,
		Dated: day(dated), At: c.KnownAt, Footer: x.footer(), Copies: "市委、市政府领导",
	}
}

func (x *composer) footer() string {
	text := fmt.Sprintf("本通报由系统按项目库和包联记录自动统计,截止%s,以%s前登记的情况为准;内容摘要%s", x.c.Cutoff, moment(x.c.KnownAt), short(x.s))
	if x.c.Illustrative > 0 {
		text += fmt.Sprintf("。所计项目中有%d个为示例数据", x.c.Illustrative)
	}
	if due, made := x.s.DueAt, x.s.Opened.At; !due.IsZero() && calendar.DateOf(made).After(calendar.DateOf(due)) {
		text += fmt.Sprintf("。本期应于%s编制,实际于%s补制", moment(due), moment(made))
	}
	return text
}

// short is the beginning of the content's digest, by which a print is told from another.
func short(s bulletin.State) string {
	if s.Frozen == nil || len(s.Frozen.Digest) < 12 {
		return ""
	}
	return s.Frozen.Digest[:12]
}

// composer puts the blocks together.
type composer struct {
	s   bulletin.State
	c   bulletin.Content
	out []document.Block
	n   int // sections
}

func (x *composer) add(b ...document.Block) { x.out = append(x.out, b...) }

func (x *composer) section(title string) {
	x.n++
	x.add(document.Heading{Level: 1, Text: numerals(x.n) + "、" + title})
}

func (x *composer) text(format string, args ...any) {
	x.add(document.Text{Text: fmt.Sprintf(format, args...)})
}

// numerals counts sections, of which there are fewer than a hundred.
func numerals(n int) string {
	digits := []rune("零一二三四五六七八九")
	switch {
	case n < 10:
		return string(digits[n])
	case n < 20:
		return strings.TrimSuffix("十"+string(digits[n%10]), "零")
	}
	return strings.TrimSuffix(string(digits[n/10])+"十"+string(digits[n%10]), "零")
}

func (x *composer) compose() {
	if a := x.c.Amends; a != nil {
		x.text("%s所载数据有误,现予更正。更正理由:%s。涉及数据%d处,列于“更正内容”;原通报其余内容不变。", a.Number, strings.TrimRight(a.Reason, "。"), len(a.Changes))
	}
	if x.s.Text != "" {
		x.add(document.Text{Text: "【编者按】" + x.s.Text})
	}
	x.section("总体情况")
	x.text("%s", x.opening())
	x.add(x.city())
	x.add(document.Note{Text: "注:金额单位为亿元,比率四舍五入;“—”为没有目标或没有可比的基数。签约不含框架协议。"})
	x.add(x.funnel())
	x.section("转化情况")
	x.text("%s", x.conversions())
	x.add(x.rates("范围", append([]bulletin.Line{x.c.City}, x.c.Counties...)))
	x.units("各县市区情况", "县市区", x.c.Counties, true)
	x.units("市直部门包联项目情况", "部门", x.c.Departments, false)
	if len(x.c.Sections) == 0 { // otherwise the register of teams has its own table
		x.units("驻外招商专班情况", "专班", x.c.Teams[:min(len(x.c.Teams), mostTeams)], false)
	}
	x.units("产业层级情况", "层级", x.c.Tiers, false)
	x.rankings()
	for _, s := range x.c.Sections {
		x.section(s.Title)
		x.register(s)
	}
	x.amended()
	x.corrections()
	x.findings()
	x.notes()
}

// figure finds an indicator of a line.
func figure(l bulletin.Line, key string) bulletin.Measure {
	i := slices.IndexFunc(l.Measures, func(m bulletin.Measure) bool { return m.Key == key })
	if i < 0 {
		return bulletin.Measure{}
	}
	return l.Measures[i]
}

// yi is an amount of 万元 in 亿元, at most two decimals.
func yi(text string) string {
	a, err := money.Parse(text, money.Wan)
	if text == "" || err != nil {
		return "—"
	}
	return a.In(money.Yi).Round(2).String()
}

func orDash(text, unit string) string {
	if text == "" {
		return "—"
	}
	return text + unit
}

// change puts a change into words.
func change(what, text, unit string) string {
	switch {
	case text == "":
		return ""
	case strings.HasPrefix(text, "-"):
		return fmt.Sprintf(",%s下降%s%s", what, text[1:], unit)
	case strings.Trim(text, "0.") == "":
		return "," + what + "持平"
	}
	return fmt.Sprintf(",%s增长%s%s", what, text, unit)
}

// completed puts a completion and its place against the time progress into words.
func completed(m bulletin.Measure) string {
	if m.Completion == "" {
		return ""
	}
	text := fmt.Sprintf(",完成全年目标的%s%%", m.Completion)
	switch {
	case strings.HasPrefix(m.Lead, "-"):
		return text + fmt.Sprintf(",欠序时进度%s个百分点", m.Lead[1:])
	case strings.Trim(m.Lead, "0.") == "":
		return text + ",与序时进度持平"
	}
	return text + fmt.Sprintf(",超序时进度%s个百分点", m.Lead)
}

func (x *composer) opening() string {
	c := x.c
	f := func(key string) bulletin.Measure { return figure(c.City, key) }
	signed, amount, big, bigAmount := f("signed_count"), f("signed_amount"), f("hundred_million_count"), f("hundred_million_amount")
	landed, landedAmount := f("landed_count"), f("landed_amount")
	parts := []string{
		fmt.Sprintf("%d年%d月,全市新签约项目%s个、金额%s亿元", c.Year, c.Month, signed.Month, yi(amount.Month)),
		fmt.Sprintf("1至%d月累计签约%s个、%s亿元%s%s%s", c.Month, signed.Year, yi(amount.Year), change("个数同比", signed.YearOnYear, "%"), change("金额同比", amount.YearOnYear, "%"), completed(amount)),
		fmt.Sprintf("其中亿元以上项目%s个、%s亿元", big.Year, yi(bigAmount.Year)),
		fmt.Sprintf("累计新注册落地规模项目%s个、%s亿元%s%s", landed.Year, yi(landedAmount.Year), change("个数同比", landed.YearOnYear, "%"), completed(landed)),
	}
	for _, k := range []struct{ key, name string }{{"started", "开工"}, {"in_statistics", "入库"}, {"in_production", "投产"}} {
		n, a := f(k.key+"_count"), f(k.key+"_amount")
		parts = append(parts, fmt.Sprintf("累计%s项目%s个、%s亿元%s", k.name, n.Year, yi(a.Year), change("个数同比", n.YearOnYear, "%")))
	}
	funds := f("funds_amount")
	parts = append(parts, fmt.Sprintf("累计到位资金%s亿元%s", yi(funds.Year), change("同比", funds.YearOnYear, "%")))
	return strings.Join(parts, ";") + fmt.Sprintf("。全年时间进度为%s%%(%s)。", c.Progress.Percent, map[string]string{bulletin.ByDays: "按日", bulletin.ByMonths: "按月"}[c.Progress.By])
}

func (x *composer) conversions() string {
	var parts []string
	for i, r := range x.c.City.Rates {
		if r.Percent == "" {
			continue
		}
		text := fmt.Sprintf("%s%s%%(%s/%s)", bulletin.RateKinds[i].Label, r.Percent, r.Part, r.Whole)
		if r.Change != "" {
			text += change("比上年同期", r.Change, "个百分点")
		}
		parts = append(parts, text)
	}
	if len(parts) == 0 {
		return "本期没有可计算的转化率。"
	}
	return "全市" + strings.Join(parts, ";") + "。"
}

func col(title string, width float64) document.Column {
	return document.Column{Title: title, Width: width}
}

func num(title string, width float64) document.Column {
	return document.Column{Title: title, Width: width, Align: document.End}
}

func (x *composer) city() document.Table {
	t := document.Table{Columns: []document.Column{
		col("指标", 2.6), num("当月", 1.1), num("环比", 1.1), num("累计", 1.2), num("累计同比", 1.2), num("目标", 1), num("完成率", 1.1), num("超序时", 1),
	}}
	for i, m := range x.c.City.Measures {
		ind := bulletin.Indicators[i]
		name, show := ind.Label+"(个)", func(s string) string { return orDash(s, "") }
		if ind.Amount {
			name, show = ind.Label+"(亿元)", yi
		}
		t.Rows = append(t.Rows, []string{name, show(m.Month), orDash(m.PeriodOnPeriod, "%"), show(m.Year), orDash(m.YearOnYear, "%"), show(m.Target), orDash(m.Completion, "%"), orDash(m.Lead, "")})
	}
	return t
}

func (x *composer) rates(unit string, lines []bulletin.Line) document.Table {
	t := document.Table{Columns: []document.Column{col(unit, 2)}}
	for _, r := range bulletin.RateKinds {
		t.Columns = append(t.Columns, num(r.Label, 1.6), num("分子/分母", 1.2))
	}
	for _, l := range lines {
		row := []string{l.Name}
		for _, r := range l.Rates {
			row = append(row, orDash(r.Percent, "%"), r.Part+"/"+r.Whole)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// funnel is how many of the year's projects came how far.
func (x *composer) funnel() document.Chart {
	ch := document.Chart{Kind: document.Rows, Title: fmt.Sprintf("1至%d月各阶段项目数", x.c.Month), Unit: "个", Series: []document.Series{{Name: "累计"}, {Name: "上年同期"}}}
	for _, k := range []struct{ key, name string }{{"signed_count", "签约"}, {"landed_count", "落地(规模)"}, {"started_count", "开工"}, {"in_statistics_count", "入库"}, {"in_production_count", "投产"}} {
		m := figure(x.c.City, k.key)
		ch.Categories = append(ch.Categories, k.name)
		ch.Series[0].Values = append(ch.Series[0].Values, float(m.Year))
		ch.Series[1].Values = append(ch.Series[1].Values, float(m.YearLastYear))
	}
	return ch
}

// float is a figure for a picture; the tables carry the exact one.
func float(text string) float64 {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return math.NaN()
	}
	return v
}

func inYi(text string) float64 { return math.Round(float(text)/100) / 100 }

// units are one kind of unit: a table of what was reached, and for counties what it
// looks like and how far the targets are.
func (x *composer) units(title, unit string, lines []bulletin.Line, charts bool) {
	if len(lines) == 0 {
		return
	}
	x.section(title)
	x.add(x.reached(unit, lines))
	if key := targeted(lines); key != "" {
		x.add(x.completion(unit, key, lines))
	}
	if !charts {
		return
	}
	amounts := document.Chart{Title: fmt.Sprintf("各%s1至%d月签约金额", unit, x.c.Month), Unit: "亿元", Series: []document.Series{{Name: fmt.Sprint(x.c.Year, "年")}, {Name: fmt.Sprint(x.c.Year-1, "年同期")}}}
	for _, l := range lines {
		m := figure(l, "signed_amount")
		amounts.Categories = append(amounts.Categories, l.Name)
		amounts.Series[0].Values = append(amounts.Series[0].Values, inYi(m.Year))
		amounts.Series[1].Values = append(amounts.Series[1].Values, inYi(m.YearLastYear))
	}
	x.add(amounts)
	if key := targeted(lines); key != "" {
		progress := document.Chart{Title: fmt.Sprintf("各%s%s目标完成率", unit, bulletin.Label(key)), Unit: "%", Series: []document.Series{{Name: "完成率"}}}
		progress.Mark = &document.Mark{Name: "序时进度", Value: float(x.c.Progress.Percent)}
		for _, l := range lines {
			progress.Categories = append(progress.Categories, l.Name)
			progress.Series[0].Values = append(progress.Series[0].Values, float(figure(l, key).Completion))
		}
		x.add(progress)
	}
}

// targeted is the first indicator that some of the units have a target for.
func targeted(lines []bulletin.Line) string {
	for _, ind := range bulletin.Indicators {
		if slices.ContainsFunc(lines, func(l bulletin.Line) bool { return figure(l, ind.Key).Completion != "" }) {
			return ind.Key
		}
	}
	return ""
}

func (x *composer) reached(unit string, lines []bulletin.Line) document.Table {
	t := document.Table{Columns: []document.Column{
		col(unit, 2), num("签约(个)", 1), num("签约(亿元)", 1.2), num("金额同比", 1.2), num("亿元以上(个)", 1), num("落地(个)", 1), num("开工(个)", 1), num("入库(个)", 1), num("投产(个)", 1), num("到位资金(亿元)", 1.2),
	}}
	for _, l := range lines {
		f := func(key string) string { return figure(l, key).Year }
		t.Rows = append(t.Rows, []string{l.Name, f("signed_count"), yi(f("signed_amount")), orDash(figure(l, "signed_amount").YearOnYear, "%"), f("hundred_million_count"),
			f("landed_count"), f("started_count"), f("in_statistics_count"), f("in_production_count"), yi(f("funds_amount"))})
	}
	return t
}

func (x *composer) completion(unit, key string, lines []bulletin.Line) document.Table {
	in, show := "个", func(s string) string { return orDash(s, "") }
	if strings.HasSuffix(key, "_amount") {
		in, show = "亿元", yi
	}
	t := document.Table{Columns: []document.Column{col(unit, 2), num(bulletin.Label(key)+"目标("+in+")", 2), num("累计完成("+in+")", 1.4), num("完成率", 1.2), num("超(欠)序时进度(百分点)", 2)}}
	for _, l := range lines {
		m := figure(l, key)
		t.Rows = append(t.Rows, []string{l.Name, show(m.Target), show(m.Year), orDash(m.Completion, "%"), orDash(m.Lead, "")})
	}
	return t
}

func (x *composer) rankings() {
	if len(x.c.Rankings) == 0 {
		return
	}
	x.section("排名与红黑榜")
	book := "依据" + x.c.Book.Title + x.c.Book.Version + "计算,同分同名次,其后跳号。"
	if x.c.Book.Illustrative {
		book += "该办法为示例,不是正式文件。"
	}
	x.text("%s", book)
	for i, r := range x.c.Rankings {
		x.add(document.Heading{Level: 2, Text: fmt.Sprintf("(%s)%s", numerals(i+1), r.Title)})
		t := document.Table{Columns: []document.Column{{Title: "名次", Width: 0.7, Align: document.Center}, col("单位", 2), num("得分", 1), {Title: "上期名次", Width: 1, Align: document.Center}, {Title: "升降", Width: 0.8, Align: document.Center}}}
		for _, row := range r.Rows {
			before, moved := "—", "新"
			if row.Previous > 0 {
				before, moved = strconv.Itoa(row.Previous), arrow(row.Change)
			}
			t.Rows = append(t.Rows, []string{strconv.Itoa(row.Rank), row.Name, row.Score, before, moved})
		}
		x.add(t)
	}
	for _, l := range []struct {
		name string
		list []bulletin.Listed
	}{{"红榜", x.c.Red}, {"黑榜", x.c.Black}} {
		if len(l.list) == 0 {
			x.text("%s:本期无。", l.name)
			continue
		}
		var parts []string
		for _, u := range l.list {
			parts = append(parts, u.Name+"("+u.Reason+")")
		}
		x.text("%s:%s。", l.name, strings.Join(parts, "、"))
	}
}

func arrow(change int) string {
	switch {
	case change > 0:
		return fmt.Sprintf("升%d", change)
	case change < 0:
		return fmt.Sprintf("降%d", -change)
	}
	return "平"
}

func (x *composer) register(s bulletin.Section) {
	if len(s.Rows) == 0 {
		x.text("本期没有内容。")
		return
	}
	t := document.Table{Rows: s.Rows[:min(len(s.Rows), mostTeams)]}
	for _, c := range s.Columns {
		title, align := c.Title, document.Start
		if c.Unit != "" {
			title += "(" + c.Unit + ")"
		}
		width := 2.0
		if c.Number {
			width, align = 1, document.End
		}
		t.Columns = append(t.Columns, document.Column{Title: title, Width: width, Align: align})
	}
	x.add(t)
	note := s.Note
	if more := len(s.Rows) - mostTeams; more > 0 {
		note += fmt.Sprintf("只列前%d项,其余%d项见附表(电子表格)。", mostTeams, more) // each register has an order of its own
	}
	if note != "" {
		x.add(document.Note{Text: "注:" + note})
	}
}

var columns = map[string]string{"month": "当月", "year": "累计", "percent": "百分比"}

func (x *composer) amended() {
	if x.c.Amends == nil {
		return
	}
	x.section("更正内容")
	t := document.Table{Columns: []document.Column{col("表", 1), col("单位", 1.6), col("指标", 2), col("列", 0.8), num("原发布", 1.2), num("更正为", 1.2)}}
	for _, a := range x.c.Amends.Changes {
		t.Rows = append(t.Rows, []string{bulletin.TableLabel(a.Table), a.Name, a.Label, columns[a.Column], orDash(a.Published, ""), orDash(a.Now, "")})
	}
	if len(t.Rows) == 0 {
		x.text("重新统计的结果与原通报一致。")
		return
	}
	x.add(t, document.Note{Text: "注:金额单位为万元。"})
}

func (x *composer) corrections() {
	if len(x.c.Corrections) == 0 {
		return
	}
	x.section("以往数据更正")
	x.text("下列项目在以往通报发布后更正,影响已发布的数据;已发布的通报不改动。")
	t := document.Table{Columns: []document.Column{col("项目", 2), col("变更", 2.6), col("理由", 1.6), col("影响", 3)}}
	for _, k := range x.c.Corrections {
		var changes, affects []string
		for _, c := range k.Changes {
			changes = append(changes, fmt.Sprintf("%s:%s→%s", c.Label, cmp.Or(c.From, "—"), cmp.Or(c.To, "—")))
		}
		for _, a := range k.Affects {
			if a.Table == "city" {
				affects = append(affects, fmt.Sprintf("%s%s%s:%s→%s", a.Number, a.Label, columns[a.Column], orDash(a.Published, ""), orDash(a.Now, "")))
			}
		}
		t.Rows = append(t.Rows, []string{k.ProjectName, strings.Join(changes, "\n"), k.Reason, strings.Join(affects, "\n")})
	}
	x.add(t)
	if x.c.More > 0 {
		x.add(document.Note{Text: fmt.Sprintf("注:另有%d个项目从略。", x.c.More)})
	}
}

func (x *composer) findings() {
	if len(x.c.Findings) == 0 {
		return
	}
	x.section("数据疑点")
	x.text("系统核对发现下列疑点,只提示,不改动。")
	t := document.Table{Columns: []document.Column{{Title: "序号", Width: 0.6, Align: document.Center}, col("说明", 6)}}
	for i, f := range x.c.Findings {
		t.Rows = append(t.Rows, []string{strconv.Itoa(i + 1), f.Message})
	}
	x.add(t)
}

func (x *composer) notes() {
	for _, n := range x.c.Notes {
		x.add(document.Note{Text: "注:" + n})
	}
}

func day(t time.Time) string { return t.In(calendar.Shanghai).Format("2006年1月2日") }

func moment(t time.Time) string { return t.In(calendar.Shanghai).Format("2006年1月2日15:04") }
