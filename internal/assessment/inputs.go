package assessment

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"luodi/internal/calendar"
	"luodi/internal/project"
	"luodi/internal/rulebook"
)

// Engine names the arithmetic that scored: a run that another engine repeats must say so.
const Engine = "luodi-rulebook/1"

// Inputs are everything that a run was computed from, frozen: book and inputs give the
// same bytes for ever.
type Inputs struct {
	Format   int           `json:"format"`
	Year     int           `json:"year"`
	AsOf     calendar.Date `json:"as_of"`
	KnownAt  time.Time     `json:"known_at"` // what was recorded later isn't in it
	Engine   string        `json:"engine"`
	Book     InputBook     `json:"book"`
	Targets  int           `json:"targets"` // version of the targets
	Units    []InputUnit   `json:"units"`
	Figures  []InputFigure `json:"figures"`
	Fields   []string      `json:"fields"`   // of the projects
	Projects [][]string    `json:"projects"` // by field
	Marks    []InputMark   `json:"marks"`
	Changes  []Correction  `json:"changes,omitempty"` // that appeals brought, in their order
	// Agreed are counted figures that were verified to be what the registry counted then.
	// They are no part of the inputs: see Hold.
	Agreed []InputFigure `json:"-"`
}

// InputBook names the rule book.
type InputBook struct {
	Title   string `json:"title"`
	Version string `json:"version"`
	Digest  string `json:"digest"`
}

// InputUnit is a unit that is scored. Name is what the book calls it.
type InputUnit struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Group string `json:"group"`
}

// FigureSource says where a figure comes from.
type FigureSource string

// The sources of figures.
const (
	FromTarget   FigureSource = "target"     // 任务分解表
	FromVerified FigureSource = "verified"   // 自评, verified
	FromReport   FigureSource = "unverified" // 自评, not yet verified: only in trials
	FromRegistry FigureSource = "registry"   // the registry's, where nobody reported: only in trials and forecasts
	FromFraud    FigureSource = "fraud"      // frauds that were found
	FromAppeal   FigureSource = "appeal"     // an accepted appeal
	FromWhatIf   FigureSource = "whatif"     // somebody's supposition
	FromNobody   FigureSource = "nobody"     // a count of records that nobody keeps and nobody stated: none
)

// Label is the source's Chinese name.
func (f FigureSource) Label() string {
	return map[FigureSource]string{FromTarget: "任务分解表", FromVerified: "自评,已核实", FromReport: "自评,未核实", FromRegistry: "登记数", FromFraud: "弄虚作假认定",
		FromAppeal: "申诉裁定", FromWhatIf: "假设", FromNobody: "无人填报,按零计"}[f]
}

// InputFigure is one figure of one unit. Fixed ones take the place of what the records
// of a counted metric give.
type InputFigure struct {
	Unit     string       `json:"unit"` // id
	Name     string       `json:"name"`
	Value    string       `json:"value"`
	Source   FigureSource `json:"source"`
	Fixed    bool         `json:"fixed,omitempty"`
	Evidence []string     `json:"evidence,omitempty"`
	Files    []File       `json:"files,omitempty"`
	Stream   string       `json:"stream,omitempty"` // and event that recorded it
	Seq      int64        `json:"seq,omitempty"`
}

// InputMark is one judge's mark. Judges are numbered: the inputs don't name them.
type InputMark struct {
	Unit  string `json:"unit"` // id
	Topic string `json:"topic"`
	Panel string `json:"panel,omitempty"`
	Judge string `json:"judge"`
	Mark  string `json:"mark"`
}

// ProjectFields are what is frozen of a project, by the names of the rule book's table.
// 包联单位 and 计划开工日期 come from the project's liaison.
var ProjectFields = []string{
	"编号", "名称", "单位", "包联单位", "计划开工日期", "投资方", "投资方性质", "产业层级", "所属产业", "产业链", "投资额", "框架协议", "规模项目", "用地面积", "年综合能耗",
	"涉及危化品", "驻外招商专班", "招商大使", "签约活动", "省厅审核认定", "项目阶段", "签约日期", "落地日期", "开工日期", "入库日期", "投产日期", "到位资金", "本年到位资金",
}

// Carried is what a liaison says of its project.
type Carried struct {
	Department string // book name of the unit that leads; "" when it isn't assessed
	StartPlan  string // planned day of construction
}

// ProjectRow freezes a project for a unit.
func ProjectRow(p project.Project, unit string, c Carried, year int, asOf calendar.Date) []string {
	values := rulebook.ProjectValues(p, year, asOf)
	values["单位"], values["包联单位"], values["计划开工日期"] = unit, c.Department, c.StartPlan
	row := make([]string, len(ProjectFields))
	for i, f := range ProjectFields {
		row[i] = values[f]
	}
	return row
}

// Encode gives the canonical bytes: the same inputs give the same.
func (in Inputs) Encode() ([]byte, error) {
	in.Format, in.KnownAt = 1, in.KnownAt.UTC()
	slices.SortFunc(in.Figures, func(a, b InputFigure) int { return cmp.Or(cmp.Compare(a.Unit, b.Unit), cmp.Compare(a.Name, b.Name)) })
	slices.SortFunc(in.Projects, slices.Compare)
	slices.SortFunc(in.Marks, func(a, b InputMark) int {
		return cmp.Or(cmp.Compare(a.Topic, b.Topic), cmp.Compare(a.Unit, b.Unit), cmp.Compare(a.Panel, b.Panel), cmp.Compare(a.Judge, b.Judge))
	})
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	err := e.Encode(in)
	return out.Bytes(), err
}

// DecodeInputs reads frozen inputs.
func DecodeInputs(data []byte) (in Inputs, err error) {
	err = json.Unmarshal(data, &in)
	return in, err
}

// Figure finds a unit's figure; nil when nobody gave it.
func (in *Inputs) Figure(unit, name string) *InputFigure {
	i := slices.IndexFunc(in.Figures, func(f InputFigure) bool { return f.Unit == unit && f.Name == name })
	if i < 0 {
		return nil
	}
	return &in.Figures[i]
}

// Set gives a figure, or another value to it.
func (in *Inputs) Set(f InputFigure) {
	if have := in.Figure(f.Unit, f.Name); have != nil {
		*have = f
		return
	}
	in.Figures = append(in.Figures, f)
}

// Hold fixes the verified figures that the records don't give any more: the registry was
// changed after they had been verified. It reports whether there were any.
func (in *Inputs) Hold(b *rulebook.Book, s *rulebook.Scores) bool {
	held := false
	for _, f := range in.Agreed {
		m, u := b.Metric(f.Name), s.Facts.Place(in.BookName(f.Unit))
		if m == nil || u < 0 || m.Write(s.Metric(m, u)) == f.Value {
			continue
		}
		f.Fixed, f.Evidence = true, append(f.Evidence, "核实后登记有变动,以核实数为准")
		in.Set(f)
		held = true
	}
	in.Agreed = nil
	return held
}

// BookName is what the book calls a unit.
func (in *Inputs) BookName(unit string) string {
	for _, u := range in.Units {
		if u.ID == unit {
			return u.Name
		}
	}
	return unit
}

// Project finds a frozen project by its code; -1 when it isn't there.
func (in *Inputs) Project(code string) int {
	return slices.IndexFunc(in.Projects, func(row []string) bool { return row[0] == code })
}

// Facts are the inputs as the book's engine takes them. hash names the inputs in what it
// gives. Errors: what the book can't take, by unit, figure or project.
func (in *Inputs) Facts(b *rulebook.Book, hash string) (*rulebook.Facts, []string) {
	f := b.NewFacts(in.Year, int(in.AsOf.Month), in.AsOf)
	f.Hash = hash
	var wrong []string
	note := func(where string, p *rulebook.Problem) {
		if p != nil {
			wrong = append(wrong, where+":"+p.Message)
		}
	}
	names := map[string]string{}
	for _, u := range in.Units {
		names[u.ID] = u.Name
		note(u.Name, f.AddUnit(u.Name, u.Group))
	}
	in.addProjects(f, b, note)
	for _, x := range in.Figures {
		m := b.Metric(x.Name)
		if m == nil {
			continue // of another version of the book
		}
		if x.Fixed {
			note(names[x.Unit]+x.Name, f.Fix(names[x.Unit], x.Name, x.Value, evidence(x)...))
			continue
		}
		note(names[x.Unit]+x.Name, f.Set(names[x.Unit], x.Name, x.Value, evidence(x)...))
	}
	for _, m := range in.Marks {
		for _, p := range f.AddMark(names[m.Unit], m.Topic, m.Panel, m.Judge, m.Mark) {
			note(names[m.Unit]+m.Topic, p)
		}
	}
	return f, wrong
}

// evidence says where a figure comes from, and names what stands behind it.
func evidence(x InputFigure) []string {
	return append([]string{x.Source.Label()}, x.Evidence...)
}

func (in *Inputs) addProjects(f *rulebook.Facts, b *rulebook.Book, note func(string, *rulebook.Problem)) {
	table := b.Table(rulebook.ProjectTable)
	known := make([]bool, len(in.Fields))
	for i, name := range in.Fields {
		known[i] = slices.ContainsFunc(table.Fields, func(x *rulebook.Field) bool { return x.Name == name })
	}
	for n, row := range in.Projects {
		values := make(map[string]string, len(row))
		for i, v := range row {
			if known[i] && v != "" {
				values[in.Fields[i]] = v
			}
		}
		for field, p := range f.AddRecord(rulebook.ProjectTable, values, rulebook.Pos{Line: n + 1}) {
			note("项目"+row[0]+field, p)
		}
	}
}

// Scored is what scoring inputs gave.
type Scored struct {
	Scores   *rulebook.Scores
	Result   *rulebook.Result
	Output   []byte
	Problems []string // why there are no scores
}

// Score runs the book over the inputs. digest is that of the inputs' bytes.
func (in *Inputs) Score(b *rulebook.Book, digest string) (Scored, error) {
	facts, wrong := in.Facts(b, digest)
	if len(wrong) > 0 {
		return Scored{Problems: wrong}, nil
	}
	scores, found := facts.Score()
	if scores == nil {
		var out Scored
		for _, f := range found {
			if f.Severity == rulebook.Error {
				out.Problems = append(out.Problems, f.Unit+f.Indicator+":"+f.Message)
			}
		}
		return out, nil
	}
	out := Scored{Scores: scores, Result: scores.Result(true)}
	var buffer bytes.Buffer
	err := out.Result.WriteJSON(&buffer)
	out.Output = buffer.Bytes()
	return out, err
}

// Lines are the units' lines of a run.
func (x Scored) Lines(in *Inputs) []UnitScore {
	ids := map[string]InputUnit{}
	for _, u := range in.Units {
		ids[u.Name] = u
	}
	order := x.Scores.Order()
	out := make([]UnitScore, 0, len(x.Result.Units))
	for i, u := range x.Result.Units {
		line := UnitScore{UnitID: ids[u.Unit].ID, Name: u.Unit, Group: u.Group, Total: u.Total, Grade: u.Grade, Why: x.Scores.Why(order[i])}
		_, _ = fmt.Sscan(u.Rank, &line.Rank)
		for _, o := range u.Outcomes {
			if o.Name != x.Scores.Why(order[i]) {
				if line.Why != "" {
					line.Why += "、"
				}
				line.Why += o.Name
			}
		}
		out = append(out, line)
	}
	return out
}

// Limits are how many units of each group may have each grade.
func Limits(b *rulebook.Book, units []InputUnit) map[string]map[string]int {
	out := map[string]map[string]int{}
	for _, g := range b.GroupNames() {
		size := 0
		for _, u := range units {
			if u.Group == g {
				size++
			}
		}
		out[g] = map[string]int{}
		for _, x := range b.Grades {
			out[g][x.Name] = x.Limit(g, size)
		}
	}
	return out
}
