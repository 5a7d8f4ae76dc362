package project

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"luodi/internal/calendar"
	"luodi/internal/fault"
	"luodi/internal/money"
)

// Limits of a project's fields.
const (
	MaxAmount   = 100_000_000 * money.Wan // 1e8 万元, far above the largest project of any city
	MaxFunds    = 500                     // entries of funds arrived
	maxDecimals = 3                       // of a quantity
)

// Earliest is the first day that a project may date from: promotion of investment
// began with the reform of 1979–80. Earlier days are slips of the pen, or of Excel.
var Earliest = calendar.Date{Year: 1980, Month: 1, Day: 1}

var maxQuantity = decimal.New(1, 9)

// phone admits mobile and landline numbers, with extension, and several of them.
var phone = regexp.MustCompile(`^[0-9+()\-\s,;/、转]{7,40}$`)

// texts lists the free texts with their longest length in characters.
func (p *Project) texts() []struct {
	field    string
	value    *string
	max      int
	required bool
} {
	return []struct {
		field    string
		value    *string
		max      int
		required bool
	}{
		{"code", &p.Code, 64, false},
		{"name", &p.Name, 200, true},
		{"investor", &p.Investor, 200, true},
		{"county_id", &p.CountyID, 64, true},
		{"industry", &p.Industry, 100, false},
		{"chain", &p.Chain, 100, false},
		{"team", &p.Team, 100, false},
		{"ambassador", &p.Ambassador, 100, false},
		{"event", &p.Event, 200, false},
		{"contact_name", &p.ContactName, 64, false},
		{"contact_phone", &p.ContactPhone, 40, false},
		{"remark", &p.Remark, 2000, false},
	}
}

// canonical brings equal facts into equal form, so that projects compare and a
// sheet re-imports to what was exported.
func (p Project) canonical() Project {
	for _, t := range p.texts() {
		*t.value = clean(*t.value)
	}
	p.LandArea, p.EnergyUse = p.LandArea.canonical(), p.EnergyUse.canonical()
	if p.Verification == "" {
		p.Verification = NotSubmitted
	}
	p.FundsArrived = append([]Funds{}, p.FundsArrived...) // never shared, never null in JSON
	slices.SortStableFunc(p.FundsArrived, func(a, b Funds) int { return a.On.Compare(b.On) })
	return p
}

func (q Quantity) canonical() Quantity {
	text := clean(string(q))
	d, err := decimal.NewFromString(text)
	if err != nil || len(text) > 40 || d.Exponent() > 20 || d.Exponent() < -20 {
		return Quantity(text) // Check refuses it
	}
	return Quantity(d.String())
}

// clean trims, and unifies line ends.
func clean(s string) string { return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n")) }

// Check finds everything wrong with a project on that day, one detail a field
// (Invalid "project_invalid", details by JSON pointer), or nil.
func (p Project) Check(today calendar.Date) error {
	c := checker{bad: fault.New(fault.Invalid, "project_invalid", "项目信息有误")}
	c.texts(p)
	c.enums(p)
	c.figures(p)
	c.dates(p, today)
	c.stage(p)
	c.funds(p, today)
	if len(c.bad.Details) == 0 {
		return nil
	}
	return c.bad
}

type checker struct{ bad *fault.Error }

func (c *checker) refuse(wrong bool, field, code, format string, args ...any) {
	if wrong {
		c.bad = c.bad.With("/"+field, code, fmt.Sprintf(format, args...))
	}
}

func (c *checker) texts(p Project) {
	for _, t := range p.texts() {
		name := Label(t.field)
		c.refuse(t.required && *t.value == "", t.field, "required", "%s不能为空", name)
		c.refuse(utf8.RuneCountInString(*t.value) > t.max, t.field, "too_long", "%s不能超过%d个字符", name, t.max)
		multiline := t.field == "remark"
		c.refuse(hasControl(*t.value) || !multiline && strings.ContainsAny(*t.value, "\n\t"),
			t.field, "control_character", "%s含有不可见的控制字符", name)
	}
	c.refuse(p.ContactPhone != "" && !phone.MatchString(p.ContactPhone), "contact_phone", "phone_invalid",
		"联系电话只能由数字、“+-()”和“转”组成,7至40个字符")
}

func (c *checker) enums(p Project) {
	c.refuse(p.IndustryTier != NoTier && p.IndustryTier.Label() == "", "industry_tier", "tier_unknown", "产业层级只能是%s", labels(Tiers))
	c.refuse(p.InvestorKind != NoInvestorKind && p.InvestorKind.Label() == "", "investor_kind", "investor_kind_unknown", "投资方性质只能是%s", labels(InvestorKinds))
	c.refuse(p.Verification.Label() == "", "verification", "verification_unknown", "省厅审核认定只能是%s", labels(Verifications))
	c.refuse(!p.Stage.Valid(), "stage", "stage_unknown", "项目阶段只能是%s", labels(Stages))
}

func (c *checker) figures(p Project) {
	c.refuse(p.AgreedAmount <= 0, "agreed_amount", "amount_not_positive", "协议金额须大于0")
	c.refuse(p.AgreedAmount > MaxAmount, "agreed_amount", "amount_too_large", "协议金额不能超过1亿万元,请检查单位")
	c.quantity(p.LandArea, "land_area")
	c.quantity(p.EnergyUse, "energy_use")
}

func (c *checker) quantity(q Quantity, field string) {
	c.refuse(!q.ok(), field, "number_invalid", "%s须为不小于0、不超过10亿、最多%d位小数的数", Label(field), maxDecimals)
}

func (q Quantity) ok() bool {
	if q == "" {
		return true
	}
	d, err := decimal.NewFromString(string(q))
	return err == nil && len(q) <= 40 && d.Exponent() >= -maxDecimals && d.Exponent() <= 9 &&
		!d.IsNegative() && !d.GreaterThan(maxQuantity)
}

// dates: in the order of life, none missing in between, none in the future.
func (c *checker) dates(p Project, today calendar.Date) {
	var last calendar.Date
	lastLabel, missing := "", ""
	for _, m := range milestones {
		on, name := *m.date(&p), m.stage.Label()
		if on.IsZero() {
			if !m.optional && missing == "" {
				missing = name
			}
			continue
		}
		c.refuse(!on.Valid() || on.Before(Earliest), m.field, "date_invalid", "%s日期无效,或早于%s", name, Earliest)
		c.refuse(on.After(today), m.field, "date_in_future", "%s日期%s晚于今天(%s)", name, on, today)
		c.refuse(missing != "", m.field, "date_without_earlier", "有%s日期而没有%s日期", name, missing)
		c.refuse(on.Before(last), m.field, "date_out_of_order", "%s日期%s早于%s日期%s", name, on, lastLabel, last)
		last, lastLabel = on, name
	}
}

// stage: it has its own date, and nothing beyond it has one. A project that ended
// keeps the dates it had; one before landing, reviewed or not, has none beyond signing.
func (c *checker) stage(p Project) {
	reached, dated := map[Stage]int{Negotiating: -1, InReview: 0, Cleared: 0, Deferred: 0, Rejected: 0, Ended: len(milestones)}[p.Stage], false
	for i, m := range milestones {
		if m.stage == p.Stage {
			reached, dated = i, true
		}
	}
	for i, m := range milestones {
		on := *m.date(&p)
		c.refuse(dated && i == reached && on.IsZero(), m.field, "date_required", "项目阶段为“%s”,须填写%s日期", p.Stage.Label(), m.stage.Label())
		c.refuse(p.Stage.Valid() && i > reached && !on.IsZero(), m.field, "date_beyond_stage", "项目阶段为“%s”,不应有%s日期", p.Stage.Label(), m.stage.Label())
	}
}

func (c *checker) funds(p Project, today calendar.Date) {
	c.refuse(len(p.FundsArrived) > MaxFunds, "funds_arrived", "too_many", "到位资金不能超过%d笔", MaxFunds)
	sum := decimal.Zero // an int64 could overflow before it is refused
	for i, f := range p.FundsArrived {
		at := fmt.Sprintf("funds_arrived/%d", i)
		c.refuse(!f.On.Valid() || f.On.Before(Earliest), at+"/on", "date_invalid", "到位资金须有到账日期,且不早于%s", Earliest)
		c.refuse(f.On.After(today), at+"/on", "date_in_future", "到账日期%s晚于今天(%s)", f.On, today)
		c.refuse(f.Amount == 0 || f.Amount > MaxAmount || f.Amount < -MaxAmount, at+"/amount", "amount_invalid", "到位资金不能为0,也不能超过1亿万元")
		sum = sum.Add(f.Amount.In(money.Wan))
	}
	c.refuse(sum.IsNegative(), "funds_arrived", "funds_negative", "到位资金合计不能小于0")
}

// hasControl finds characters that a screen doesn't show: control characters but
// tab and newline, text-direction overrides, zero-width marks, broken UTF-8.
func hasControl(s string) bool {
	return !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool {
		return r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r))
	})
}

func labels[T ~string](options []Option[T]) string {
	names := make([]string, len(options))
	for i, o := range options {
		names[i] = o.Label
	}
	return strings.Join(names, "、")
}
