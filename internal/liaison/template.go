package liaison

import (
	"bytes"
	_ "embed"
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"

	"luodi/internal/calendar"
	"luodi/internal/process"
	"luodi/internal/project"
)

// Template says how liaisons are carried, as data: deadlines in working days, and the
// milestones of each type of project.
type Template struct {
	ID           string `yaml:"id"`
	Version      int    `yaml:"version"`
	Title        string `yaml:"title"`
	Source       string `yaml:"source"` // the document that it follows
	Illustrative bool   `yaml:"illustrative"`
	Rules        `yaml:",inline"`
	Types        []Type `yaml:"types"`
}

// Rules are the deadlines of a liaison, frozen into it when it starts.
type Rules struct {
	Acknowledge   process.Terms `json:"acknowledge" yaml:"acknowledge"` // 签收
	Milestone     process.Terms `json:"milestone" yaml:"milestone"`     // reminder and grace; days come from the type
	Report        process.Terms `json:"report" yaml:"report"`           // likewise; due on the week's last working day
	Rework        process.Terms `json:"rework" yaml:"rework"`           // a weekly report that was sent back
	Problem       process.Terms `json:"problem" yaml:"problem"`         // at the unit that owns it, unless a day was set
	Centre        process.Terms `json:"centre" yaml:"centre"`           // escalated to the centre
	City          process.Terms `json:"city" yaml:"city"`               // escalated to the city's leaders
	Confirm       process.Terms `json:"confirm" yaml:"confirm"`         // 销号, and the start of production
	Instruction   process.Terms `json:"instruction" yaml:"instruction"` // reminder and grace; due on the day that was set
	Approval      process.Terms `json:"approval" yaml:"approval"`
	Postponements int           `json:"postponements" yaml:"postponements"` // of one milestone, at most
}

// Type is a kind of project with the milestones on its way to production.
type Type struct {
	ID         string          `yaml:"id"`
	Title      string          `yaml:"title"`
	Milestones []MilestoneRule `yaml:"milestones"`
}

// MilestoneRule is one milestone: planned so many working days after the first day.
type MilestoneRule struct {
	ID    string        `yaml:"id"`
	Title string        `yaml:"title"`
	Days  int           `yaml:"days"`
	Stage project.Stage `yaml:"stage"` // of the registry, that it means; empty for one in between
}

//go:embed templates/shiyan.yaml
var builtin []byte

// Builtin is the template that ships with Luodi. It is illustrative.
func Builtin() (Template, error) { return ReadTemplate(builtin) }

// ReadTemplate reads and checks a template. Errors say what is wrong in Chinese.
func ReadTemplate(data []byte) (Template, error) {
	var t Template
	d := yaml.NewDecoder(bytes.NewReader(data))
	d.KnownFields(true)
	if err := d.Decode(&t); err != nil {
		return t, fmt.Errorf("包联规则不是有效的 YAML: %w", err)
	}
	return t, t.check()
}

func (t Template) check() error {
	if t.ID == "" || t.Version < 1 || len(t.Types) == 0 {
		return fmt.Errorf("包联规则须有编号、版本和项目类型")
	}
	for name, terms := range map[string]process.Terms{
		"acknowledge": t.Acknowledge, "rework": t.Rework, "problem": t.Problem, "centre": t.Centre,
		"city": t.City, "confirm": t.Confirm, "approval": t.Approval,
	} {
		if terms.Days < 1 || terms.Days > 250 || terms.Remind < 0 || terms.Grace < 0 {
			return fmt.Errorf("包联规则 %s 的时限应为1至250个工作日,提醒与宽限不小于0", name)
		}
	}
	for _, x := range t.Types {
		if err := x.check(); err != nil {
			return err
		}
	}
	return nil
}

func (x Type) check() error {
	seen, last := map[string]bool{}, 0
	for _, m := range x.Milestones {
		switch {
		case m.ID == "" || m.Title == "" || seen[m.ID]:
			return fmt.Errorf("项目类型 %s 的节点须有不重复的编号和名称", x.ID)
		case m.Days < last:
			return fmt.Errorf("项目类型 %s 的节点“%s”早于前一节点", x.ID, m.Title)
		case m.Stage != "" && !m.Stage.Valid():
			return fmt.Errorf("项目类型 %s 的节点“%s”的阶段 %s 不存在", x.ID, m.Title, m.Stage)
		}
		seen[m.ID], last = true, m.Days
	}
	if n := len(x.Milestones); x.ID == "" || x.Title == "" || n == 0 || x.Milestones[n-1].Stage != project.InProduction {
		return fmt.Errorf("项目类型 %s 须有名称,最后一个节点须为投产", x.ID)
	}
	return nil
}

// Type finds a type of project.
func (t Template) Type(id string) (Type, bool) {
	i := slices.IndexFunc(t.Types, func(x Type) bool { return x.ID == id })
	if i < 0 {
		return Type{}, false
	}
	return t.Types[i], true
}

// Plan is the planned day of each of a type's milestones: that of the pairing where it
// names one, or the template's, counted in working days from the first day.
func (x Type) Plan(cal *calendar.Calendar, from calendar.Date, own []Planned) []calendar.Date {
	out := make([]calendar.Date, len(x.Milestones))
	for i, m := range x.Milestones {
		out[i], _ = cal.AddWorkingDays(from, m.Days)
		for _, p := range own {
			if p.ID == m.ID && !p.On.IsZero() {
				out[i] = p.On
			}
		}
	}
	return out
}
