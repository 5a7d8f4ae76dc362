package store

import (
	"encoding/json"
	"errors"
	"time"

	"luodi/internal/calendar"
	"luodi/internal/money"
	"luodi/internal/project"
)

type projectRow struct {
	ID             string `gorm:"primaryKey"`
	Code           string
	Name           string
	Investor       string
	InvestorKind   string
	CountyID       string
	IndustryTier   string
	Industry       string
	Chain          string
	AgreedAmount   money.Amount
	Framework      bool
	AboveScale     bool
	LandArea       string
	EnergyUse      string
	Chemicals      bool
	Team           string
	Ambassador     string
	Event          string
	Verification   string
	ContactName    string
	ContactPhone   string
	Stage          string
	SignedOn       *string
	LandedOn       *string
	StartedOn      *string
	InStatisticsOn *string
	InProductionOn *string
	Illustrative   bool
	Remark         string
	Version        int64
	CreatedAt      time.Time `gorm:"autoCreateTime:false"`
	UpdatedAt      time.Time `gorm:"autoUpdateTime:false"`
	CreatedBy      string    // JSON of the actor
	CreatedUser    string
	Search         string
}

func (projectRow) TableName() string { return "projects" }

func toProjectRow(p project.Project) (projectRow, error) {
	by, err := json.Marshal(p.CreatedBy)
	return projectRow{
		ID: p.ID, Code: p.Code, Name: p.Name, Investor: p.Investor, InvestorKind: string(p.InvestorKind),
		CountyID: p.CountyID, IndustryTier: string(p.IndustryTier), Industry: p.Industry, Chain: p.Chain,
		AgreedAmount: p.AgreedAmount, Framework: p.Framework, AboveScale: p.AboveScale,
		LandArea: string(p.LandArea), EnergyUse: string(p.EnergyUse), Chemicals: p.Chemicals, Team: p.Team,
		Ambassador: p.Ambassador, Event: p.Event, Verification: string(p.Verification),
		ContactName: p.ContactName, ContactPhone: p.ContactPhone, Stage: string(p.Stage),
		SignedOn: maybeDate(p.SignedOn), LandedOn: maybeDate(p.LandedOn), StartedOn: maybeDate(p.StartedOn),
		InStatisticsOn: maybeDate(p.InStatisticsOn), InProductionOn: maybeDate(p.InProductionOn),
		Illustrative: p.Illustrative, Remark: p.Remark, Version: p.Version,
		CreatedAt: stamp(p.CreatedAt), UpdatedAt: stamp(p.UpdatedAt),
		CreatedBy: string(by), CreatedUser: p.CreatedBy.UserID, Search: searchText(p.Name, p.Code, p.Investor),
	}, err
}

func (r projectRow) project(funds []project.Funds) (project.Project, error) {
	p := project.Project{
		ID: r.ID, Code: r.Code, Name: r.Name, Investor: r.Investor, InvestorKind: project.InvestorKind(r.InvestorKind),
		CountyID: r.CountyID, IndustryTier: project.Tier(r.IndustryTier), Industry: r.Industry, Chain: r.Chain,
		AgreedAmount: r.AgreedAmount, Framework: r.Framework, AboveScale: r.AboveScale,
		LandArea: project.Quantity(r.LandArea), EnergyUse: project.Quantity(r.EnergyUse),
		Chemicals: r.Chemicals, Team: r.Team, Ambassador: r.Ambassador, Event: r.Event,
		Verification: project.Verification(r.Verification), ContactName: r.ContactName,
		ContactPhone: r.ContactPhone, Stage: project.Stage(r.Stage), FundsArrived: funds,
		Illustrative: r.Illustrative, Remark: r.Remark, Version: r.Version,
		CreatedAt: r.CreatedAt.UTC(), UpdatedAt: r.UpdatedAt.UTC(),
	}
	err := json.Unmarshal([]byte(r.CreatedBy), &p.CreatedBy)
	return p, errors.Join(err, r.dates(&p))
}

func (r projectRow) dates(p *project.Project) error {
	for _, d := range []struct {
		from *string
		to   *calendar.Date
	}{
		{r.SignedOn, &p.SignedOn}, {r.LandedOn, &p.LandedOn}, {r.StartedOn, &p.StartedOn},
		{r.InStatisticsOn, &p.InStatisticsOn}, {r.InProductionOn, &p.InProductionOn},
	} {
		date, err := dateOf(d.from)
		if err != nil {
			return err
		}
		*d.to = date
	}
	return nil
}

type fundsRow struct {
	ProjectID string `gorm:"primaryKey"`
	Position  int    `gorm:"primaryKey;autoIncrement:false"`
	ArrivedOn string
	Amount    money.Amount
}

func (fundsRow) TableName() string { return "project_funds" }

func toFundsRows(p project.Project) []fundsRow {
	rows := make([]fundsRow, len(p.FundsArrived))
	for i, f := range p.FundsArrived {
		rows[i] = fundsRow{ProjectID: p.ID, Position: i, ArrivedOn: f.On.String(), Amount: f.Amount}
	}
	return rows
}

func (r fundsRow) funds() (project.Funds, error) {
	on, err := calendar.ParseDate(r.ArrivedOn)
	return project.Funds{On: on, Amount: r.Amount}, err
}
