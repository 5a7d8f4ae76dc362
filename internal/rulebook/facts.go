package rulebook

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"luodi/internal/calendar"
	"luodi/internal/project"
)

// Facts are what a book is scored over: units, their figures, marks and records. They
// belong to the book that they were made for, whose names and measures they use.
type Facts struct {
	Year  int           // 年度
	Month int           // 月份, 0 when nobody said
	AsOf  calendar.Date // 截止日
	Units []Unit
	Hash  string // SHA-256 of the file they were read from; "" when built by a program

	book    *Book
	byName  map[string]int
	figures map[*Column]*figures
	records map[*Table]*records
	sources map[figureKey][]string
	fixed   map[*Column]map[int]Num // 核定数, by a metric's column and unit; nil for none

	lock    sync.Mutex
	idle    *run // of scores that were released; none after a change
	changes int
}

// changed forgets what was planned for the facts as they were.
func (f *Facts) changed() {
	f.lock.Lock()
	f.idle = nil
	f.changes++
	f.lock.Unlock()
}

// Unit is who is scored: a county, a department, or the one project of a review.
type Unit struct {
	Name  string
	Group string
	group int
}

type figureKey struct {
	unit   int
	figure string
}

// figures are one reported metric's values, by unit.
type figures struct {
	nums  []Num
	texts []string
	given []bool
}

// records are the rows of a table, field by field.
type records struct {
	table  *Table
	n      int
	fields []*store
	owners map[*Field][]int32
	at     []Pos
}

// store is one field of all records. Numbers are whole numbers of 1/scale, which
// holds amounts to the 分; those that don't fit stand in other, with lacking ones.
type store struct {
	kind  Type
	nums  []int64
	other map[int]Num
	gaps  int // numbers that nobody gave
	days  []int32
	flags []bool
	ids   []int32
	dict  []string
	look  map[string]int32
}

const (
	scale  = 1_000_000
	absent = math.MinInt64
	noDay  = math.MinInt32
)

// Problem is a fact that can't be taken.
type Problem struct{ Code, Message string }

func problemf(code, format string, args ...any) *Problem {
	return &Problem{code, fmt.Sprintf(format, args...)}
}

// NewFacts begins facts for a book, of a year, up to a day; month 0 leaves it open.
func (b *Book) NewFacts(year, month int, asOf calendar.Date) *Facts {
	f := &Facts{Year: year, Month: month, AsOf: asOf, book: b, byName: map[string]int{}, figures: map[*Column]*figures{}, records: map[*Table]*records{}, sources: map[figureKey][]string{}}
	for _, t := range b.Tables {
		r := &records{table: t, owners: map[*Field][]int32{}}
		for _, field := range t.Fields {
			r.fields = append(r.fields, &store{kind: field.Type, look: map[string]int32{}, other: map[int]Num{}})
		}
		f.records[t] = r
	}
	for _, m := range b.Metrics {
		if m.reported != nil {
			f.figures[m.reported] = &figures{}
		}
	}
	return f
}

// Book is the book that the facts were made for.
func (f *Facts) Book() *Book { return f.book }

// AddUnit adds a unit to a group; an empty group is the one whose roster names the
// unit, or the book's only one.
func (f *Facts) AddUnit(name, group string) *Problem {
	if name == "" {
		return problemf("unit_name", "单位须有名称")
	}
	if _, ok := f.byName[name]; ok {
		return problemf("unit_repeated", "单位“%s”重复", name)
	}
	if group == "" {
		group = f.groupOf(name)
	}
	i := slices.IndexFunc(f.book.Groups, func(g *Group) bool { return g.Name == group })
	if i < 0 {
		return problemf("group_unknown", "单位“%s”的分组“%s”不在细则中", name, group)
	}
	if r := f.book.Groups[i].Roster; len(r) > 0 && !slices.Contains(r, name) {
		return problemf("unit_not_in_roster", "单位“%s”不在“%s”的参评名单中%s", name, group, suggestion(name, r))
	}
	f.changed()
	f.byName[name] = len(f.Units)
	f.Units = append(f.Units, Unit{Name: name, Group: group, group: i})
	for c, fig := range f.figures {
		missing := Num{}
		if c.Type == Number {
			missing = failed(&Fault{Kind: Missing, What: c.Metric.Name})
		}
		fig.nums, fig.texts, fig.given = append(fig.nums, missing), append(fig.texts, ""), append(fig.given, false)
	}
	return nil
}

func (f *Facts) groupOf(name string) string {
	for _, g := range f.book.Groups {
		if slices.Contains(g.Roster, name) {
			return g.Name
		}
	}
	if len(f.book.Groups) == 1 {
		return f.book.Groups[0].Name
	}
	return ""
}

// Set gives a unit's figure as people write it: "120", "1.2亿元", "96%", "是". Evidence
// names documents behind it.
func (f *Facts) Set(unit, figure, value string, evidence ...string) *Problem {
	u, ok := f.byName[unit]
	if !ok {
		return problemf("unit_unknown", "没有单位“%s”%s", unit, suggestion(unit, f.unitNames()))
	}
	m := f.book.metric(figure)
	if m == nil || m.reported == nil {
		return problemf("figure_unknown", "细则中没有填报的量“%s”%s", figure, suggestion(figure, f.book.reportedNames()))
	}
	fig := f.figures[m.reported]
	if fig.given[u] {
		return problemf("figure_repeated", "“%s”的“%s”给了两次", unit, figure)
	}
	switch m.reported.Type {
	case Text:
		fig.texts[u] = value
	case Truth:
		v, ok := parseFlag(value)
		if !ok {
			return problemf("flag_expected", "“%s”应写 是 或 否", figure)
		}
		fig.nums[u] = flagNum(v)
	default:
		n, p := parseFigure(value, m.reported.Measure, f.book.words)
		if p != nil {
			return p
		}
		fig.nums[u] = n
	}
	f.changed()
	fig.given[u] = true
	if len(evidence) > 0 {
		f.sources[figureKey{u, figure}] = evidence
	}
	return nil
}

func flagNum(v bool) Num {
	if v {
		return Int(1)
	}
	return Int(0)
}

func (b *Book) metric(name string) *Metric {
	for _, m := range b.Metrics {
		if m.Name == name {
			return m
		}
	}
	return nil
}

func (b *Book) reportedNames() []string {
	var list []string
	for _, m := range b.Metrics {
		if m.reported != nil {
			list = append(list, m.Name)
		}
	}
	return list
}

func (f *Facts) unitNames() []string {
	list := make([]string, len(f.Units))
	for i, u := range f.Units {
		list[i] = u.Name
	}
	return list
}

// parseFigure reads a number with or without its unit, into the measure declared.
func parseFigure(s string, m Measure, extra map[string]bool) (Num, *Problem) {
	s = strings.TrimSpace(s)
	end := 0
	for end < len(s) && strings.IndexByte("0123456789.,-", s[end]) >= 0 {
		end++
	}
	n, ok := ParseNum(s[:end])
	if !ok {
		return n, problemf("number_expected", "“%s”不是数", clip(s))
	}
	word := strings.TrimSpace(s[end:])
	if word == "" {
		return n.Mul(m.written()), nil
	}
	given, ok := parseMeasure(word, extra)
	if !ok {
		return n, problemf("measure_unknown", "不认识单位“%s”", clip(word))
	}
	_, factor, ok := m.join(given)
	if !ok {
		return n, problemf("measure_mismatch", "单位应是“%s”,不是“%s”", m.name(), word)
	}
	return n.Mul(given.written()).Mul(factor), nil
}

func clip(s string) string {
	if r := []rune(s); len(r) > 30 {
		return string(r[:30]) + "…"
	}
	return s
}

// AddRecord adds a row to a table; problems are by field.
func (f *Facts) AddRecord(table string, values map[string]string, at Pos) map[string]*Problem {
	problems := map[string]*Problem{}
	t := f.book.Table(table)
	if t == nil {
		problems[""] = problemf("table_unknown", "没有表“%s”", table)
		return problems
	}
	for name := range values {
		if t.field(name) == nil {
			problems[name] = problemf("field_unknown", "表“%s”没有字段“%s”%s", table, name, suggestion(name, t.fieldNames()))
		}
	}
	r := f.records[t]
	for _, field := range t.Fields {
		if p := r.fields[field.index].put(r.n, field, values[field.Name], f.book.words); p != nil {
			problems[field.Name] = p
		}
	}
	if u := values[unitField]; u == "" && len(f.Units) == 1 {
		r.fields[t.field(unitField).index].ids[r.n] = r.fields[t.field(unitField).index].id(f.Units[0].Name)
	} else if _, ok := f.byName[u]; !ok {
		problems[unitField] = problemf("unit_unknown", "没有单位“%s”%s", u, suggestion(u, f.unitNames()))
	}
	f.changed()
	r.n++
	r.at = append(r.at, at)
	r.owners = map[*Field][]int32{}
	return problems
}

func (t *Table) fieldNames() []string {
	list := make([]string, len(t.Fields))
	for i, f := range t.Fields {
		list[i] = f.Name
	}
	return list
}

// put appends a value; "" is one that nobody gave.
func (s *store) put(i int, f *Field, v string, extra map[string]bool) *Problem {
	v = strings.TrimSpace(v)
	switch s.kind {
	case Text:
		s.ids = append(s.ids, s.id(v))
	case Truth:
		flag, ok := parseFlag(v)
		s.flags = append(s.flags, flag)
		if !ok && v != "" {
			return problemf("flag_expected", "“%s”应写 是 或 否", f.Name)
		}
	case Date:
		s.days = append(s.days, noDay)
		if v == "" {
			return nil
		}
		d, err := calendar.ParseDate(v)
		if err != nil {
			return problemf("date_invalid", "“%s”应写作 2023-01-05", f.Name)
		}
		s.days[i] = int32(days(d))
	default:
		s.nums = append(s.nums, absent)
		if v == "" {
			s.gaps++
			return nil
		}
		n, p := parseFigure(v, f.Measure, extra)
		if p != nil {
			return p
		}
		s.setNum(i, n)
	}
	return nil
}

func (s *store) setNum(i int, n Num) {
	scaled := n.Mul(Int(scale)).lowest()
	if scaled.x == nil && scaled.d <= 1 {
		s.nums[i] = scaled.n
		return
	}
	s.other[i] = n
}

func (s *store) id(v string) int32 {
	id, ok := s.look[v]
	if !ok {
		id = int32(len(s.dict))
		s.dict, s.look[v] = append(s.dict, v), id
	}
	return id
}

// AddProject adds a registry project to the project table, for a unit.
func (f *Facts) AddProject(p project.Project, unit string) map[string]*Problem {
	values := ProjectValues(p, f.Year, f.AsOf)
	values[unitField] = unit
	return f.AddRecord(ProjectTable, values, Pos{})
}

// ProjectValues are a registry project's fields as the project table has them, with the
// funds that had arrived by a day, of all years and of one.
func ProjectValues(p project.Project, of int, asOf calendar.Date) map[string]string {
	var all, year int64
	first := calendar.Date{Year: of, Month: time.January, Day: 1}
	for _, fund := range p.FundsArrived {
		if fund.On.After(asOf) {
			continue
		}
		all += int64(fund.Amount)
		if !fund.On.Before(first) {
			year += int64(fund.Amount)
		}
	}
	flag := map[bool]string{true: "是", false: "否"}
	fen := func(n int64) string { return Frac(n, scale).Exact() }
	return map[string]string{
		"编号": p.Code, "名称": p.Name, "投资方": p.Investor, "投资方性质": p.InvestorKind.Label(),
		"产业层级": p.IndustryTier.Label(), "所属产业": p.Industry, "产业链": p.Chain, "投资额": fen(int64(p.AgreedAmount)),
		"框架协议": flag[p.Framework], "规模项目": flag[p.AboveScale], "用地面积": p.LandArea.String(), "年综合能耗": p.EnergyUse.String(),
		"涉及危化品": flag[p.Chemicals], "驻外招商专班": p.Team, "招商大使": p.Ambassador, "签约活动": p.Event,
		"省厅审核认定": p.Verification.Label(), "项目阶段": p.Stage.Label(), "签约日期": p.SignedOn.String(), "落地日期": p.LandedOn.String(),
		"开工日期": p.StartedOn.String(), "入库日期": p.InStatisticsOn.String(), "投产日期": p.InProductionOn.String(),
		"到位资金": fen(all), "本年到位资金": fen(year),
	}
}

// AddMark adds a judge's mark.
func (f *Facts) AddMark(unit, topic, judges, judge, mark string) map[string]*Problem {
	return f.AddRecord(MarkTable, map[string]string{unitField: unit, "事项": topic, "评委组": judges, "评委": judge, "分": mark}, Pos{})
}

// owned gives each record's unit by a field, -1 for none.
func (f *Facts) owned(t *Table, by *Field) []int32 {
	f.lock.Lock()
	defer f.lock.Unlock()
	r := f.records[t]
	if list, ok := r.owners[by]; ok {
		return list
	}
	s := r.fields[by.index]
	units := make([]int32, len(s.dict))
	for i, name := range s.dict {
		units[i] = -1
		if u, ok := f.byName[name]; ok {
			units[i] = int32(u)
		}
	}
	list := make([]int32, r.n)
	for i, id := range s.ids {
		list[i] = units[id]
	}
	r.owners[by] = list
	return list
}

// Evidence names the documents behind a unit's figure.
func (f *Facts) Evidence(unit int, figure string) []string {
	return f.sources[figureKey{unit, figure}]
}

// Lacking names units of the rosters that the facts don't have.
func (f *Facts) Lacking() []string {
	var list []string
	for _, g := range f.book.Groups {
		for _, name := range g.Roster {
			if _, ok := f.byName[name]; !ok {
				list = append(list, name)
			}
		}
	}
	return list
}

// days counts from 1970-01-01.
func days(d calendar.Date) int64 {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).Unix() / 86400
}

func dateOf(day int64) calendar.Date {
	y, m, d := time.Unix(day*86400, 0).UTC().Date()
	return calendar.Date{Year: y, Month: m, Day: d}
}

// Figure is a reported metric's value for a unit, as a number (truth as 0 and 1) and
// as a text.
func (f *Facts) Figure(c *Column, unit int) (Num, string) {
	fig := f.figures[c]
	return fig.nums[unit], fig.texts[unit]
}

// Records is how many records a table has.
func (f *Facts) Records(t *Table) int { return f.records[t].n }

// Cell is a record's field: a Num, bool, string or calendar.Date; nil when nobody
// gave it.
func (f *Facts) Cell(t *Table, field *Field, i int) any {
	s := f.records[t].fields[field.index]
	switch s.kind {
	case Text:
		return s.dict[s.ids[i]]
	case Truth:
		return s.flags[i]
	case Date:
		if s.days[i] == noDay {
			return nil
		}
		return dateOf(int64(s.days[i]))
	}
	if s.nums[i] != absent {
		return Num{n: s.nums[i], d: scale}
	}
	if n, ok := s.other[i]; ok {
		return n
	}
	return nil
}

// Incomplete reports whether a number is lacking in some record.
func (f *Facts) Incomplete(t *Table, field *Field) bool {
	return field.Type == Number && f.records[t].fields[field.index].gaps > 0
}

// Days counts from 1970-01-01.
func Days(d calendar.Date) int64 { return days(d) }

// FigureType is what a reported figure is: a number, truth or text.
func (b *Book) FigureType(figure string) Type {
	if m := b.metric(figure); m != nil && m.reported != nil {
		return m.reported.Type
	}
	return Number
}

// Period completes the time of facts: the day is the end of the month or year when
// nobody gave it, the year that of the day.
func Period(year, month int, asOf calendar.Date) (y, m int, day calendar.Date) {
	if asOf.IsZero() && year > 0 {
		asOf = calendar.Date{Year: year + 1, Month: 1, Day: 1}.AddDays(-1)
		if month > 0 && month < 12 {
			asOf = calendar.Date{Year: year, Month: time.Month(month + 1), Day: 1}.AddDays(-1)
		}
	}
	if year == 0 {
		year = asOf.Year
	}
	return year, month, asOf
}
