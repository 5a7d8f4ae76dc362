package main

import (
	"fmt"

	"luodi/internal/money"
	"luodi/internal/project"
)

// negotiations are projects to try a review with: each would be seen by other
// departments, for its chemicals, energy, land, size or investor.
func negotiations() []project.Project {
	rows := []struct {
		name     string
		county   string
		tier     project.Tier
		industry string
		kind     project.InvestorKind
		amount   string // 万元
		land     project.Quantity
		energy   project.Quantity
		chemical bool
	}{
		{"锂电池电解液", "yunyang", project.Advantaged, "新型电池", project.Private, "86000", "160", "12500", true},
		{"医药中间体", "danjiangkou", project.Advantaged, "生物医药", project.Private, "32000", "75", "4800", true},
		{"新能源商用车总装", "zhangwan", project.Lead, "商用车及零部件", project.CentralSOE, "268000", "520", "9800", false},
		{"智能座舱", "maojian", project.Lead, "新能源与智能网联汽车", project.Foreign, "58000", "90", "850", false},
		{"太极康养度假区", "wudangshan", project.Advantaged, "文旅康养", project.HMT, "120000", "380.5", "620", false},
		{"饮用水二期", "danjiangkou", project.Advantaged, "绿色食品饮料", project.CentralSOE, "45000", "110", "1600", false},
		{"智能卫浴产业园", "zhushan", project.Supporting, "卫浴", project.Private, "18000", "66", "2300", false},
		{"茶叶深加工", "zhuxi", project.Advantaged, "绿色食品饮料", project.Private, "4800", "20", "150", false},
		{"袜业", "yunxi", project.Supporting, "纺织服装", project.Private, "9600", "45", "980", false},
		{"数据中心", "jingkai", project.Supporting, "电子信息", project.StateOwned, "76000", "50", "42000", false},
		{"冷链物流园", "fangxian", project.Other, "商贸物流", project.Private, "15000", "130", "700", false},
		{"电池回收利用", "jingkai", project.Advantaged, "新型电池", project.Foreign, "52000", "100", "6400", true},
		{"研学营地", "fangxian", project.Advantaged, "文旅康养", project.Private, "2600", "35", "40", false},
	}
	var out []project.Project
	for i, r := range rows {
		out = append(out, project.Draft{
			Code: fmt.Sprintf("SYZT-%03d", i+1), Name: fmt.Sprintf("%s项目(示例在谈%02d)", r.name, i+1),
			Investor: fmt.Sprintf("在谈企业%02d(示例)", i+1), InvestorKind: r.kind, CountyID: r.county,
			IndustryTier: r.tier, Industry: r.industry, Chain: r.industry + "产业链", AgreedAmount: money.MustParse(r.amount),
			AboveScale: money.MustParse(r.amount) >= aboveScale, LandArea: r.land, EnergyUse: r.energy, Chemicals: r.chemical,
			ContactName: "联系人(示例)", ContactPhone: "0719-0000000", Stage: project.Negotiating, Illustrative: true,
		}.Project())
	}
	return out
}
