package review

import (
	"bytes"
	_ "embed"
	"fmt"
	"slices"

	"github.com/shopspring/decimal"
	"go.yaml.in/yaml/v3"

	"luodi/internal/fault"
	"luodi/internal/money"
	"luodi/internal/org"
	"luodi/internal/process"
)

// SeatTerms is one seat as the template chose it, frozen into the review.
type SeatTerms struct {
	UnitID   string        `json:"unit_id"`
	UnitName string        `json:"unit_name"`
	Veto     bool          `json:"veto,omitempty"`
	Why      string        `json:"why"`
	Terms    process.Terms `json:"terms"`
}

// Plan is what a template says about one project: who sits, why, and how long each step has.
type Plan struct {
	TemplateID      string        `json:"template_id"`
	TemplateVersion int           `json:"template_version"`
	Intake          process.Terms `json:"intake"`
	Seats           []SeatTerms   `json:"seats"`
	Decision        process.Terms `json:"decision"`
	CopyTo          []string      `json:"copy_to,omitempty"`
}

// Template is a review procedure as data, versioned.
type Template struct {
	ID           string        `yaml:"id"`
	Version      int           `yaml:"version"`
	Title        string        `yaml:"title"`
	Illustrative bool          `yaml:"illustrative"`
	Intake       process.Terms `yaml:"intake"`
	Decision     process.Terms `yaml:"decision"`
	Copy         Copy          `yaml:"copy"`
	Seats        []SeatRule    `yaml:"seats"`
}

// Copy names who gets a copy of every review.
type Copy struct {
	County bool     `yaml:"county"`
	Units  []string `yaml:"units"`
}

// SeatRule seats a unit when any of its conditions holds; without conditions it always sits.
type SeatRule struct {
	Unit  string        `yaml:"unit"`
	Veto  bool          `yaml:"veto"`
	Terms process.Terms `yaml:"terms"`
	When  []Condition   `yaml:"when"`
}

// Condition holds when everything it states holds.
type Condition struct {
	MinAmount     string   `yaml:"min_amount"` // 万元
	MinLand       string   `yaml:"min_land"`   // 亩
	MinEnergy     string   `yaml:"min_energy"` // 吨标准煤/年
	Chemicals     bool     `yaml:"chemicals"`
	Industries    []string `yaml:"industries"`
	InvestorKinds []string `yaml:"investor_kinds"`
	Why           string   `yaml:"why"`
}

//go:embed shiyan.yaml
var shiyan []byte

// Builtin is the template that ships with Luodi. It is illustrative: the
// departments are those that sit on such reviews in practice, the limits are examples.
func Builtin() (Template, error) { return ParseTemplate(shiyan) }

// ParseTemplate reads and checks a template in YAML; unknown keys are errors.
func ParseTemplate(data []byte) (Template, error) {
	var t Template
	d := yaml.NewDecoder(bytes.NewReader(data))
	d.KnownFields(true)
	if err := d.Decode(&t); err != nil {
		return Template{}, fault.New(fault.Invalid, "template_unreadable", "研判模板不是有效的 YAML").Because(err)
	}
	return t, t.check()
}

func (t Template) check() error {
	bad := fault.New(fault.Invalid, "template_invalid", "研判模板有误")
	if t.ID == "" || t.Version < 1 {
		return bad.With("/id", "required", "模板须有编号和版本")
	}
	if len(t.Seats) == 0 {
		return bad.With("/seats", "required", "模板须至少有一个席位")
	}
	terms := map[string]process.Terms{"/intake": t.Intake, "/decision": t.Decision}
	seen := map[string]bool{}
	for i, rule := range t.Seats {
		at := fmt.Sprintf("/seats/%d", i)
		if rule.Unit == "" || seen[rule.Unit] {
			return bad.With(at+"/unit", "unit_repeated", "席位单位为空或重复")
		}
		seen[rule.Unit] = true
		terms[at+"/terms"] = rule.Terms
		for j, c := range rule.When {
			if err := c.check(); err != nil {
				return bad.With(fmt.Sprintf("%s/when/%d", at, j), "number_invalid", "条件中的数值有误").Because(err)
			}
		}
	}
	for at, x := range terms {
		if x.Days < 1 || x.Days > 250 || x.Remind < 0 || x.Remind >= x.Days || x.Grace < 1 {
			return bad.With(at, "terms_invalid", "时限为1至250个工作日,提醒早于到期,宽限不少于1个工作日")
		}
	}
	return nil
}

func (c Condition) check() error {
	for _, text := range []string{c.MinAmount, c.MinLand, c.MinEnergy} {
		if text == "" {
			continue
		}
		if _, err := decimal.NewFromString(text); err != nil {
			return err
		}
	}
	return nil
}

// Plan chooses the seats for a project. units must know every unit the template names.
func (t Template) Plan(f Figures, units map[string]org.Unit) (Plan, error) {
	p := Plan{TemplateID: t.ID, TemplateVersion: t.Version, Intake: t.Intake, Decision: t.Decision, CopyTo: t.Copy.Units}
	if t.Copy.County {
		p.CopyTo = append(slices.Clone(p.CopyTo), f.CountyID)
	}
	for _, rule := range t.Seats {
		why, sits := rule.sits(f)
		if !sits {
			continue
		}
		u, ok := units[rule.Unit]
		if !ok {
			return Plan{}, fault.Newf(fault.Conflict, "template_unit_unknown", "研判模板中的单位“%s”不存在,请联系管理员", rule.Unit)
		}
		p.Seats = append(p.Seats, SeatTerms{UnitID: u.ID, UnitName: u.Name, Veto: rule.Veto, Why: why, Terms: rule.Terms})
	}
	return p, nil
}

func (r SeatRule) sits(f Figures) (why string, sits bool) {
	if len(r.When) == 0 {
		return "所有项目", true
	}
	for _, c := range r.When {
		if c.holds(f) {
			return c.Why, true
		}
	}
	return "", false
}

func (c Condition) holds(f Figures) bool {
	return (c.MinAmount == "" || f.AgreedAmount >= money.MustParse(c.MinAmount)) &&
		atLeast(f.LandArea, c.MinLand) && atLeast(f.EnergyUse, c.MinEnergy) &&
		(!c.Chemicals || f.Chemicals) &&
		(len(c.Industries) == 0 || slices.Contains(c.Industries, f.Industry)) &&
		(len(c.InvestorKinds) == 0 || slices.Contains(c.InvestorKinds, f.InvestorKind))
}

// atLeast compares decimals; a limit not stated always holds, a figure not given never reaches one.
func atLeast(figure, limit string) bool {
	if limit == "" {
		return true
	}
	have, err := decimal.NewFromString(figure)
	return err == nil && have.GreaterThanOrEqual(decimal.RequireFromString(limit))
}
