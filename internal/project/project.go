// Package project is the registry's unit of account: one investment project, its
// life from negotiation to production, and the figures a city counts over many.
package project

import (
	"encoding/json"
	"time"

	"luodi/internal/calendar"
	"luodi/internal/money"
	"luodi/internal/org"
)

// Project is an investment project as the registry keeps it. It is a value: every
// method that changes one returns another. Dates are days in Shanghai, zero = not yet.
type Project struct {
	ID             string        `json:"id"`
	Code           string        `json:"code"`
	Name           string        `json:"name"`
	Investor       string        `json:"investor"`
	InvestorKind   InvestorKind  `json:"investor_kind"`
	CountyID       string        `json:"county_id"` // unit id
	IndustryTier   Tier          `json:"industry_tier"`
	Industry       string        `json:"industry"`
	Chain          string        `json:"chain"`         // 产业链
	AgreedAmount   money.Amount  `json:"agreed_amount"` // 万元
	Framework      bool          `json:"framework"`     // 框架协议: never counted as signed
	AboveScale     bool          `json:"above_scale"`   // 规模项目
	LandArea       Quantity      `json:"land_area"`     // 亩
	EnergyUse      Quantity      `json:"energy_use"`    // 吨标准煤/年
	Chemicals      bool          `json:"chemicals"`     // 涉及危险化学品
	Team           string        `json:"team"`          // 驻外招商专班
	Ambassador     string        `json:"ambassador"`    // 招商大使
	Event          string        `json:"event"`         // promotion event it was signed at
	Verification   Verification  `json:"verification"`
	ContactName    string        `json:"contact_name"`
	ContactPhone   string        `json:"contact_phone"`
	Stage          Stage         `json:"stage"`
	SignedOn       calendar.Date `json:"signed_on,omitzero"`
	LandedOn       calendar.Date `json:"landed_on,omitzero"`
	StartedOn      calendar.Date `json:"started_on,omitzero"`
	InStatisticsOn calendar.Date `json:"in_statistics_on,omitzero"`
	InProductionOn calendar.Date `json:"in_production_on,omitzero"`
	FundsArrived   []Funds       `json:"funds_arrived"`
	Illustrative   bool          `json:"illustrative"` // made up for a demonstration
	Remark         string        `json:"remark"`
	Version        int64         `json:"version"`
	CreatedAt      time.Time     `json:"created_at"`
	UpdatedAt      time.Time     `json:"updated_at"`
	CreatedBy      org.Actor     `json:"created_by"`
}

// Funds is money that has really arrived (到位资金). A negative amount corrects an
// earlier one; the sum of a project's funds is never negative.
type Funds struct {
	On     calendar.Date `json:"on"`
	Amount money.Amount  `json:"amount"` // 万元
}

// FundsTotal is the sum of the funds arrived, in money's unit.
func (p Project) FundsTotal() money.Amount {
	var sum money.Amount
	for _, f := range p.FundsArrived {
		sum += f.Amount
	}
	return sum
}

// HundredMillion reports whether this is a 亿元以上项目.
func (p Project) HundredMillion() bool { return p.AgreedAmount >= money.HundredMillion }

// Quantity is a decimal number as text, "" when it wasn't given: a figure that
// nobody stated isn't zero. Check says whether it is a number; New and Apply
// bring it into its one canonical form, so that equal quantities are == equal.
type Quantity string

// String is the number as written.
func (q Quantity) String() string { return string(q) }

// UnmarshalJSON reads a decimal string or number, exactly as written.
func (q *Quantity) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		return nil
	}
	var number json.Number // takes a number, or a string that holds one
	if err := json.Unmarshal(b, &number); err == nil {
		*q = Quantity(number)
		return nil
	}
	return json.Unmarshal(b, (*string)(q)) // Check refuses it with the field's name
}

// Draft is what a person or a sheet says about a new project: everything but what
// the registry adds. Stage may be empty: it then follows from the dates.
type Draft struct {
	Code           string        `json:"code"`
	Name           string        `json:"name"`
	Investor       string        `json:"investor"`
	InvestorKind   InvestorKind  `json:"investor_kind"`
	CountyID       string        `json:"county_id"`
	IndustryTier   Tier          `json:"industry_tier"`
	Industry       string        `json:"industry"`
	Chain          string        `json:"chain"`
	AgreedAmount   money.Amount  `json:"agreed_amount"`
	Framework      bool          `json:"framework"`
	AboveScale     bool          `json:"above_scale"`
	LandArea       Quantity      `json:"land_area"`
	EnergyUse      Quantity      `json:"energy_use"`
	Chemicals      bool          `json:"chemicals"`
	Team           string        `json:"team"`
	Ambassador     string        `json:"ambassador"`
	Event          string        `json:"event"`
	Verification   Verification  `json:"verification"`
	ContactName    string        `json:"contact_name"`
	ContactPhone   string        `json:"contact_phone"`
	Stage          Stage         `json:"stage"`
	SignedOn       calendar.Date `json:"signed_on,omitzero"`
	LandedOn       calendar.Date `json:"landed_on,omitzero"`
	StartedOn      calendar.Date `json:"started_on,omitzero"`
	InStatisticsOn calendar.Date `json:"in_statistics_on,omitzero"`
	InProductionOn calendar.Date `json:"in_production_on,omitzero"`
	FundsArrived   []Funds       `json:"funds_arrived"`
	Illustrative   bool          `json:"illustrative"`
	Remark         string        `json:"remark"`
}

// DraftOf is the project without what the registry added; Draft.Project undoes it.
func DraftOf(p Project) Draft {
	return Draft{
		Code: p.Code, Name: p.Name, Investor: p.Investor, InvestorKind: p.InvestorKind, CountyID: p.CountyID,
		IndustryTier: p.IndustryTier, Industry: p.Industry, Chain: p.Chain, AgreedAmount: p.AgreedAmount,
		Framework: p.Framework, AboveScale: p.AboveScale, LandArea: p.LandArea, EnergyUse: p.EnergyUse,
		Chemicals: p.Chemicals, Team: p.Team, Ambassador: p.Ambassador, Event: p.Event,
		Verification: p.Verification, ContactName: p.ContactName, ContactPhone: p.ContactPhone, Stage: p.Stage,
		SignedOn: p.SignedOn, LandedOn: p.LandedOn, StartedOn: p.StartedOn, InStatisticsOn: p.InStatisticsOn,
		InProductionOn: p.InProductionOn, FundsArrived: p.FundsArrived, Illustrative: p.Illustrative, Remark: p.Remark,
	}
}

// Project is the draft in canonical form, as a project that the registry hasn't
// taken in yet: trimmed texts, canonical quantities, defaults, stage by dates.
func (d Draft) Project() Project {
	p := Project{
		Code: d.Code, Name: d.Name, Investor: d.Investor, InvestorKind: d.InvestorKind, CountyID: d.CountyID,
		IndustryTier: d.IndustryTier, Industry: d.Industry, Chain: d.Chain, AgreedAmount: d.AgreedAmount,
		Framework: d.Framework, AboveScale: d.AboveScale, LandArea: d.LandArea, EnergyUse: d.EnergyUse,
		Chemicals: d.Chemicals, Team: d.Team, Ambassador: d.Ambassador, Event: d.Event,
		Verification: d.Verification, ContactName: d.ContactName, ContactPhone: d.ContactPhone, Stage: d.Stage,
		SignedOn: d.SignedOn, LandedOn: d.LandedOn, StartedOn: d.StartedOn, InStatisticsOn: d.InStatisticsOn,
		InProductionOn: d.InProductionOn, FundsArrived: d.FundsArrived, Illustrative: d.Illustrative, Remark: d.Remark,
	}
	if p.Stage == "" {
		p.Stage = p.stageByDates()
	}
	return p.canonical()
}

// New takes a draft into the registry at version 1. Only the centre may enter a
// project at a stage that a review gives, as a registry kept on paper before Luodi
// has them; nobody may enter one as being under review, for there is no review
// that could end it. An empty code is left for the registry to number.
//
// Errors: Invalid "project_invalid" with every wrong field, "stage_by_review".
func New(in Draft, id string, actor org.Actor, now time.Time) (Project, error) {
	p := in.Project()
	if err := p.mayEnter(actor); err != nil {
		return Project{}, err
	}
	p.ID, p.Version, p.CreatedBy = id, 1, actor
	p.CreatedAt = now.UTC().Truncate(time.Microsecond)
	p.UpdatedAt = p.CreatedAt
	return p, p.Check(calendar.DateOf(now))
}

// Touched is the project as its next version, changed at that moment.
func (p Project) Touched(now time.Time) Project {
	p.Version++
	p.UpdatedAt = now.UTC().Truncate(time.Microsecond) // the precision both databases keep
	return p
}
