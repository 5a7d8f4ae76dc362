package project

import (
	"slices"
	"unicode/utf8"

	"luodi/internal/calendar"
	"luodi/internal/fault"
	"luodi/internal/money"
)

// Patch changes the fields it has, and leaves the others. The stage and its dates
// aren't among them: they change by Advance, by a review, or by Correct.
type Patch struct {
	Name         *string       `json:"name,omitempty"`
	Investor     *string       `json:"investor,omitempty"`
	InvestorKind *InvestorKind `json:"investor_kind,omitempty"`
	CountyID     *string       `json:"county_id,omitempty"`
	IndustryTier *Tier         `json:"industry_tier,omitempty"`
	Industry     *string       `json:"industry,omitempty"`
	Chain        *string       `json:"chain,omitempty"`
	AgreedAmount *money.Amount `json:"agreed_amount,omitempty"`
	Framework    *bool         `json:"framework,omitempty"`
	AboveScale   *bool         `json:"above_scale,omitempty"`
	LandArea     *Quantity     `json:"land_area,omitempty"`
	EnergyUse    *Quantity     `json:"energy_use,omitempty"`
	Chemicals    *bool         `json:"chemicals,omitempty"`
	Team         *string       `json:"team,omitempty"`
	Ambassador   *string       `json:"ambassador,omitempty"`
	Event        *string       `json:"event,omitempty"`
	Verification *Verification `json:"verification,omitempty"`
	ContactName  *string       `json:"contact_name,omitempty"`
	ContactPhone *string       `json:"contact_phone,omitempty"`
	FundsArrived *[]Funds      `json:"funds_arrived,omitempty"` // replaces the whole list
	Remark       *string       `json:"remark,omitempty"`
}

// Correction mends what was recorded wrongly: any field, the stage and its dates
// (an empty date takes one back). It may put any stage that agrees with the dates,
// except under review: that is a review's to give and to take.
type Correction struct {
	Patch
	Stage          *Stage         `json:"stage,omitempty"`
	SignedOn       *calendar.Date `json:"signed_on,omitempty"`
	LandedOn       *calendar.Date `json:"landed_on,omitempty"`
	StartedOn      *calendar.Date `json:"started_on,omitempty"`
	InStatisticsOn *calendar.Date `json:"in_statistics_on,omitempty"`
	InProductionOn *calendar.Date `json:"in_production_on,omitempty"`
}

// Apply changes the project and tells what changed; a patch that changes nothing
// gives no changes and no error. Errors: Invalid "project_invalid".
func (p Project) Apply(patch Patch, today calendar.Date) (Project, []Change, error) {
	changed := patch.on(p).canonical()
	return changed, Changes(p, changed), changed.Check(today)
}

// Correct changes the project for a stated reason of 2 to 500 characters.
// Errors: Invalid "reason_required", "project_invalid"; Conflict "stage_by_review".
func (p Project) Correct(c Correction, reason string, today calendar.Date) (Project, []Change, error) {
	if n := utf8.RuneCountInString(clean(reason)); n < 2 || n > 500 || hasControl(reason) {
		return Project{}, nil, fault.Field("/reason", "reason_required", "更正须说明理由,2至500个字符")
	}
	changed := c.on(p).canonical()
	if (p.Stage == InReview) != (changed.Stage == InReview) {
		return Project{}, nil, fault.New(fault.Conflict, "stage_by_review", "“研判中”只能由研判进入和退出,不能更正")
	}
	return changed, Changes(p, changed), changed.Check(today)
}

func (patch Patch) on(p Project) Project {
	set(&p.Name, patch.Name)
	set(&p.Investor, patch.Investor)
	set(&p.InvestorKind, patch.InvestorKind)
	set(&p.CountyID, patch.CountyID)
	set(&p.IndustryTier, patch.IndustryTier)
	set(&p.Industry, patch.Industry)
	set(&p.Chain, patch.Chain)
	set(&p.AgreedAmount, patch.AgreedAmount)
	set(&p.Framework, patch.Framework)
	set(&p.AboveScale, patch.AboveScale)
	set(&p.LandArea, patch.LandArea)
	set(&p.EnergyUse, patch.EnergyUse)
	set(&p.Chemicals, patch.Chemicals)
	set(&p.Team, patch.Team)
	set(&p.Ambassador, patch.Ambassador)
	set(&p.Event, patch.Event)
	set(&p.Verification, patch.Verification)
	set(&p.ContactName, patch.ContactName)
	set(&p.ContactPhone, patch.ContactPhone)
	set(&p.Remark, patch.Remark)
	if patch.FundsArrived != nil {
		p.FundsArrived = slices.Clone(*patch.FundsArrived)
	}
	return p
}

func (c Correction) on(p Project) Project {
	p = c.Patch.on(p)
	set(&p.Stage, c.Stage)
	set(&p.SignedOn, c.SignedOn)
	set(&p.LandedOn, c.LandedOn)
	set(&p.StartedOn, c.StartedOn)
	set(&p.InStatisticsOn, c.InStatisticsOn)
	set(&p.InProductionOn, c.InProductionOn)
	return p
}

func set[T any](field, value *T) {
	if value != nil {
		*field = *value
	}
}
