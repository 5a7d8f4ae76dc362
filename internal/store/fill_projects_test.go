package store

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"luodi/internal/calendar"
	"luodi/internal/money"
	"luodi/internal/project"
)

// FillProjects writes a registry of that many projects past the usual way. They are
// spread over the years before a day: what a bulletin has to count are those of two.
func (s *Store) FillProjects(ctx context.Context, count, years int, until calendar.Date) error {
	const batch = 5000
	for first := 0; first < count; first += batch {
		err := s.inTx(ctx, func(db *gorm.DB) error {
			rows, funds := make([]projectRow, 0, batch), []fundsRow{}
			for i := first; i < min(first+batch, count); i++ {
				p := madeUp(i, years*365, until)
				row, err := toProjectRow(p)
				if err != nil {
					return err
				}
				rows, funds = append(rows, row), append(funds, toFundsRows(p)...)
			}
			if err := db.CreateInBatches(&rows, 500).Error; err != nil {
				return err
			}
			return db.CreateInBatches(&funds, 500).Error
		})
		if err != nil {
			return err
		}
	}
	analyze := "ANALYZE"
	if s.kind == MySQL {
		analyze = "ANALYZE TABLE projects, project_funds"
	}
	return s.write.WithContext(ctx).Exec(analyze).Error
}

// madeUp is the i-th project: every one differs, and every time the same.
func madeUp(i, days int, until calendar.Date) project.Project {
	n := i*7919 + 13
	p := project.Project{
		ID: fmt.Sprintf("01893c5e-%04x-7000-8000-%012x", i%65536, i), Code: fmt.Sprintf("ZS-%07d", i), Name: fmt.Sprintf("新能源汽车零部件生产基地项目%d(示例)", i),
		Investor: fmt.Sprintf("示例科技股份有限公司%d", i), InvestorKind: project.Private, CountyID: fmt.Sprintf("county-%02d", n%10),
		IndustryTier: []project.Tier{project.Lead, project.Advantaged, project.Supporting, project.Other, project.NoTier}[n/10%5], Industry: "汽车零部件",
		AgreedAmount: money.Amount(100+n%30000) * money.Wan, Framework: n%17 == 0, AboveScale: n%3 > 0, Verification: project.NotSubmitted,
		ContactName: "张明(示例)", ContactPhone: "0719-1234567", Illustrative: true, Remark: "本项目为测速而编造,不是真实项目", Version: 1,
		CreatedAt: time.Date(2023, 1, 1, 0, 0, 0, 0, time.UTC), UpdatedAt: time.Date(2023, 11, 1, 0, 0, 0, 0, time.UTC).Add(-time.Duration(i) * time.Second),
	}
	if n%3 == 0 {
		p.Team = fmt.Sprintf("驻%02d招商专班", n/3%40)
	}
	signed := until.AddDays(-(n % days))
	p.SignedOn, p.Stage = signed, project.Signed
	for step, on := range []*calendar.Date{&p.LandedOn, &p.StartedOn, &p.InStatisticsOn, &p.InProductionOn} {
		if day := signed.AddDays((step + 1) * (30 + n%60)); !day.After(until) && n%(7+step) != 0 {
			*on = day
		}
	}
	if n%2 == 0 {
		p.FundsArrived = []project.Funds{{On: signed.AddDays(n % 200), Amount: money.Amount(n%5000) * money.Wan}}
	}
	return p
}

// CountSigned is one pass over the projects that only counts: how many were signed.
func (s *Store) CountSigned(ctx context.Context, from, until calendar.Date) (signed int64, err error) {
	err = s.read.WithContext(ctx).Raw("SELECT SUM(CASE WHEN framework = 0 AND signed_on >= ? AND signed_on <= ? THEN 1 ELSE 0 END) FROM projects",
		from.String(), until.String()).Scan(&signed).Error
	return signed, err
}
