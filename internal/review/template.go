package review

import (
	"bytes"
	"embed"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/shopspring/decimal"
	"go.yaml.in/yaml/v3"

	"luodi/internal/calendar"
	"luodi/internal/fault"
	"luodi/internal/money"
	"luodi/internal/org"
	"luodi/internal/process"
)

// SeatTerms is one seat as the template chose it, frozen into the review.
type SeatTerms struct {
	UnitID    string        `json:"unit_id"`
	UnitName  string        `json:"unit_name"`
	Veto      bool          `json:"veto,omitempty"`
	Why       string        `json:"why"`
	Terms     process.Terms `json:"terms"`
	SignOff   bool          `json:"sign_off,omitempty"`
	Lapse     Lapse         `json:"lapse,omitempty"`
	Marks     bool          `json:"marks,omitempty"`
	ReopenOn  []string      `json:"reopen_on,omitempty"` // figures whose change opens the seat again
	Unstaffed bool          `json:"unstaffed,omitempty"` // nobody in the unit could act when the review started
}

// Mode is how the seats' opinions come together.
type Mode string

// The vote modes.
const (
	Countersign Mode = "all"      // 会签: every seat speaks
	AnyOne      Mode = "any"      // 或签: the first opinion is enough; veto seats still speak
	Sequence    Mode = "sequence" // 依次: one seat after another, in the template's order
	Ballot      Mode = "ballot"   // 票签: every seat speaks, and a share of them must agree
)

// fromAccepted counts the decision's days from acceptance.
const fromAccepted = "accepted"

// Label is the mode's Chinese name.
func (m Mode) Label() string {
	return map[Mode]string{Countersign: "会签", AnyOne: "或签", Sequence: "依次", Ballot: "票签"}[m]
}

// Rules are what a template says about the whole review, frozen into it. The zero
// Rules are those of reviews that started before there were any: everybody speaks,
// there is no panel, and conditions have 30 working days.
type Rules struct {
	Mode           Mode          `json:"mode,omitempty" yaml:"mode"`
	Pass           string        `json:"pass,omitempty" yaml:"pass"`      // of Ballot: the share that must agree, "2/3"
	PanelTerms     process.Terms `json:"panel,omitzero" yaml:"-"`         // zero: no panel
	PanelWhy       string        `json:"panel_why,omitempty" yaml:"-"`    // why there is one
	PanelQuorum    string        `json:"panel_quorum,omitempty" yaml:"-"` // the least that a meeting's rule must ask for
	PanelThreshold string        `json:"panel_threshold,omitempty" yaml:"-"`
	Conditions     process.Terms `json:"conditions,omitzero" yaml:"conditions"` // of a condition that names no date
	Extend         int           `json:"extend,omitempty" yaml:"extend"`        // working days by which a step may be extended in all
	// DecideFrom says where the decision's days are counted from: from the opening of
	// the decision, or, as "accepted", from acceptance (自受理之日起), pauses left out.
	DecideFrom string `json:"decide_from,omitempty" yaml:"decide_from"`
	Number     string `json:"number,omitempty" yaml:"number"` // of the opinion document: 十招研〔{年}〕{号}号
	Organ      string `json:"organ,omitempty" yaml:"organ"`   // that issues it
}

// Plan is what a template says about one project: who sits, why, and how long each step has.
type Plan struct {
	TemplateID      string        `json:"template_id"`
	TemplateVersion int           `json:"template_version"`
	Illustrative    bool          `json:"illustrative,omitempty"`
	Intake          process.Terms `json:"intake"`
	Seats           []SeatTerms   `json:"seats"`
	Decision        process.Terms `json:"decision"`
	Rules           Rules         `json:"rules,omitzero"`
	CopyTo          []string      `json:"copy_to,omitempty"`
}

// Template is a review procedure as data, versioned and dated.
type Template struct {
	ID           string        `yaml:"id"`
	Version      int           `yaml:"version"`
	Title        string        `yaml:"title"`
	Source       string        `yaml:"source"` // the document that it follows
	From         calendar.Date `yaml:"from"`   // in force from this day; zero: always
	To           calendar.Date `yaml:"to"`     // to this day; zero: until further notice
	Illustrative bool          `yaml:"illustrative"`
	Intake       process.Terms `yaml:"intake"`
	Decision     process.Terms `yaml:"decision"`
	Rules        `yaml:",inline"`
	Panel        PanelRule  `yaml:"panel"`
	Copy         Copy       `yaml:"copy"`
	Seats        []SeatRule `yaml:"seats"`
}

// PanelRule convenes a panel when any of its conditions holds; without terms there is never one.
// Quorum and threshold are the least that the meeting's own rule must ask for.
type PanelRule struct {
	Quorum    string        `yaml:"quorum"`
	Threshold string        `yaml:"threshold"`
	Terms     process.Terms `yaml:"terms"`
	When      []When        `yaml:"when"`
}

// Copy names who gets a copy of every review.
type Copy struct {
	County bool     `yaml:"county"`
	Units  []string `yaml:"units"`
}

// SeatRule seats a unit when any of its conditions holds; without conditions it always sits.
type SeatRule struct {
	Unit     string        `yaml:"unit"`
	Veto     bool          `yaml:"veto"`
	SignOff  bool          `yaml:"sign_off"`
	Lapse    Lapse         `yaml:"lapse"`
	Marks    bool          `yaml:"marks"`
	Terms    process.Terms `yaml:"terms"`
	ReopenOn []string      `yaml:"reopen_on"`
	When     []When        `yaml:"when"`
}

// When holds when everything it states holds.
type When struct {
	MinAmount     string   `yaml:"min_amount"` // 万元
	MaxAmount     string   `yaml:"max_amount"` // 万元, below
	MinLand       string   `yaml:"min_land"`   // 亩
	MinEnergy     string   `yaml:"min_energy"` // 吨标准煤/年
	Chemicals     bool     `yaml:"chemicals"`
	Industries    []string `yaml:"industries"`
	InvestorKinds []string `yaml:"investor_kinds"`
	Counties      []string `yaml:"counties"`
	Why           string   `yaml:"why"`
}

//go:embed templates/*.yaml
var builtin embed.FS

// Builtin is the template that ships with Luodi, in its newest version. It is
// illustrative: the departments are those that sit on such reviews in practice, the
// limits are examples.
func Builtin() (Template, error) {
	data, err := builtin.ReadFile("templates/shiyan.yaml")
	if err != nil {
		return Template{}, err
	}
	return ParseTemplate(data)
}

// ParseTemplate reads and checks a template in YAML; unknown keys are errors. The
// error's details name everything that is wrong.
func ParseTemplate(data []byte) (Template, error) {
	var t Template
	d := yaml.NewDecoder(bytes.NewReader(data))
	d.KnownFields(true)
	if err := d.Decode(&t); err != nil {
		return Template{}, fault.New(fault.Invalid, "template_unreadable", "研判模板不是有效的 YAML:"+yamlProblem(err)).Because(err)
	}
	if t.Mode == "" {
		t.Mode = Countersign
	}
	if findings := t.check(); len(findings) > 0 {
		return t, &fault.Error{Kind: fault.Invalid, Code: "template_invalid", Message: "研判模板有误:" + findings[0].Message, Details: findings}
	}
	return t, nil
}

// yamlProblem keeps the decoder's line numbers, which are what an editor needs.
func yamlProblem(err error) string {
	return strings.ReplaceAll(strings.TrimPrefix(err.Error(), "yaml: "), "\n", " ")
}

// check finds everything wrong with a template.
func (t Template) check() []fault.Detail {
	var out []fault.Detail
	bad := func(at, code, format string, args ...any) {
		out = append(out, fault.Detail{Field: at, Code: code, Message: fmt.Sprintf(format, args...)})
	}
	if t.ID == "" || t.Version < 1 {
		bad("/id", "required", "模板须有编号和版本")
	}
	if !t.From.IsZero() && !t.To.IsZero() && t.To.Before(t.From) {
		bad("/to", "dates_wrong", "失效日期早于生效日期")
	}
	if t.Mode.Label() == "" {
		bad("/mode", "mode_unknown", "会审方式应为 all(会签)、any(或签)、sequence(依次)或 ballot(票签)")
	}
	if _, ok := fraction(t.Pass); t.Mode == Ballot && !ok {
		bad("/pass", "share_wrong", "票签须写明通过比例,如 2/3")
	}
	if t.Extend < 0 || t.Extend > 60 {
		bad("/extend", "terms_invalid", "延长期限为0至60个工作日")
	}
	if t.DecideFrom != "" && t.DecideFrom != fromAccepted {
		bad("/decide_from", "from_unknown", "决定期限的起算应为 accepted(自受理之日起)或不填")
	}
	if t.Number != "" && !strings.Contains(t.Number, "{号}") {
		bad("/number", "number_wrong", "文号格式须含“{号}”")
	}
	if len(t.Seats) == 0 {
		bad("/seats", "required", "模板须至少有一个席位")
	}
	t.checkTerms(bad)
	t.checkSeats(bad)
	return out
}

type complain func(at, code, format string, args ...any)

func (t Template) checkTerms(bad complain) {
	must := []struct {
		at    string
		terms process.Terms
		may   bool // may be left out
	}{
		{"/intake", t.Intake, false}, {"/decision", t.Decision, false},
		{"/panel/terms", t.Panel.Terms, len(t.Panel.When) == 0}, {"/conditions", t.Conditions, true},
	}
	for _, x := range must {
		if x.may && x.terms == (process.Terms{}) {
			continue
		}
		checkTerms(x.at, x.terms, bad)
	}
	for at, share := range map[string]string{"/panel/quorum": t.Panel.Quorum, "/panel/threshold": t.Panel.Threshold} {
		if _, ok := fraction(share); share != "" && !ok {
			bad(at, "share_wrong", "研判会的法定人数和通过比例应写作分数,如 2/3")
		}
	}
	for j, c := range t.Panel.When {
		c.check(fmt.Sprintf("/panel/when/%d", j), bad)
	}
}

func checkTerms(at string, x process.Terms, bad complain) {
	if x.Days < 1 || x.Days > 250 || x.Remind < 0 || x.Remind >= x.Days || x.Grace < 1 {
		bad(at, "terms_invalid", "时限为1至250个工作日,提醒早于到期,宽限不少于1个工作日")
	}
}

func (t Template) checkSeats(bad complain) {
	seen := map[string]bool{}
	for i, rule := range t.Seats {
		at := fmt.Sprintf("/seats/%d", i)
		if rule.Unit == "" || seen[rule.Unit] {
			bad(at+"/unit", "unit_repeated", "席位单位为空或重复:%q", rule.Unit)
		}
		seen[rule.Unit] = true
		checkTerms(at+"/terms", rule.Terms, bad)
		if rule.Veto && rule.Lapse != NoLapse {
			bad(at+"/lapse", "veto_lapses", "一票否决席位不得逾期视为无意见或同意")
		}
		if !slices.Contains([]Lapse{NoLapse, NoOpinion, Consent}, rule.Lapse) {
			bad(at+"/lapse", "lapse_unknown", "逾期规则应为 none(视为无意见)或 consent(视为同意)")
		}
		for _, name := range rule.ReopenOn {
			if _, ok := fieldLabels[name]; !ok {
				bad(at+"/reopen_on", "field_unknown", "没有“%s”这个项目字段", name)
			}
		}
		for j, c := range rule.When {
			c.check(fmt.Sprintf("%s/when/%d", at, j), bad)
		}
	}
}

func (c When) check(at string, bad complain) {
	for _, text := range []string{c.MinAmount, c.MaxAmount} {
		if _, err := money.Parse(text, money.Wan); text != "" && err != nil {
			bad(at, "number_invalid", "金额“%s”不是以万元计的数值", text)
		}
	}
	for _, text := range []string{c.MinLand, c.MinEnergy} {
		if _, err := decimal.NewFromString(text); text != "" && err != nil {
			bad(at, "number_invalid", "“%s”不是数值", text)
		}
	}
	if c.Why == "" {
		bad(at+"/why", "required", "条件须写明理由(why),供部门了解为何参加会审")
	}
}

// fraction reads a share such as "2/3".
func fraction(text string) (*big.Rat, bool) {
	r, ok := new(big.Rat).SetString(text)
	return r, ok && r.Sign() > 0 && r.Cmp(big.NewRat(1, 1)) <= 0
}

// InForce reports whether the template applies to reviews that start on a day.
func (t Template) InForce(d calendar.Date) bool {
	return (t.From.IsZero() || !d.Before(t.From)) && (t.To.IsZero() || !d.After(t.To))
}

// Plan chooses the seats for a project. units must know every unit the template names.
func (t Template) Plan(f Figures, units map[string]org.Unit) (Plan, error) {
	p := Plan{
		TemplateID: t.ID, TemplateVersion: t.Version, Illustrative: t.Illustrative,
		Intake: t.Intake, Decision: t.Decision, Rules: t.Rules, CopyTo: t.Copy.Units,
	}
	if t.Copy.County {
		p.CopyTo = append(slices.Clone(p.CopyTo), f.CountyID)
	}
	if why, holds := anyHolds(t.Panel.When, f); holds && t.Panel.Terms.Days > 0 {
		p.Rules.PanelTerms, p.Rules.PanelWhy = t.Panel.Terms, why
		p.Rules.PanelQuorum, p.Rules.PanelThreshold = t.Panel.Quorum, t.Panel.Threshold
	}
	for _, rule := range t.Seats {
		why, sits := anyHolds(rule.When, f)
		if !sits {
			continue
		}
		u, ok := units[rule.Unit]
		if !ok {
			return Plan{}, fault.Newf(fault.Conflict, "template_unit_unknown", "研判模板中的单位“%s”不存在,请联系管理员", rule.Unit)
		}
		p.Seats = append(p.Seats, SeatTerms{
			UnitID: u.ID, UnitName: u.Name, Veto: rule.Veto, Why: why, Terms: rule.Terms, SignOff: rule.SignOff,
			Lapse: rule.Lapse, Marks: rule.Marks, ReopenOn: rule.ReopenOn,
		})
	}
	return p, nil
}

// anyHolds gives the reason of the first condition that holds; no conditions always do.
func anyHolds(list []When, f Figures) (why string, holds bool) {
	if len(list) == 0 {
		return "所有项目", true
	}
	for _, c := range list {
		if c.holds(f) {
			return c.Why, true
		}
	}
	return "", false
}

func (c When) holds(f Figures) bool {
	return (c.MinAmount == "" || f.AgreedAmount >= money.MustParse(c.MinAmount)) &&
		(c.MaxAmount == "" || f.AgreedAmount < money.MustParse(c.MaxAmount)) &&
		atLeast(f.LandArea, c.MinLand) && atLeast(f.EnergyUse, c.MinEnergy) &&
		(!c.Chemicals || f.Chemicals) &&
		(len(c.Industries) == 0 || slices.ContainsFunc(c.Industries, func(x string) bool { return strings.Contains(f.Industry, x) })) &&
		(len(c.InvestorKinds) == 0 || slices.Contains(c.InvestorKinds, f.InvestorKind)) &&
		(len(c.Counties) == 0 || slices.Contains(c.Counties, f.CountyID))
}

// atLeast compares decimals; a limit not stated always holds, a figure not given never reaches one.
func atLeast(figure, limit string) bool {
	if limit == "" {
		return true
	}
	have, err := decimal.NewFromString(figure)
	return err == nil && have.GreaterThanOrEqual(decimal.RequireFromString(limit))
}
