package project

import "strings"

// Field is one property of a project: its JSON name, its Chinese label, and its
// value as people read it (amounts in 万元, 是/否, labels, dates as 2006-01-02).
type Field struct {
	Name  string
	Label string
	Text  func(Project) string
}

// Fields lists every property that people may set, in the order they're shown:
// one table for change records, sheets and pages.
var Fields = []Field{
	{"code", "项目编号", func(p Project) string { return p.Code }},
	{"name", "项目名称", func(p Project) string { return p.Name }},
	{"investor", "投资方", func(p Project) string { return p.Investor }},
	{"investor_kind", "投资方性质", func(p Project) string { return p.InvestorKind.Label() }},
	{"county_id", "县市区", func(p Project) string { return p.CountyID }},
	{"industry_tier", "产业层级", func(p Project) string { return p.IndustryTier.Label() }},
	{"industry", "所属产业", func(p Project) string { return p.Industry }},
	{"chain", "产业链", func(p Project) string { return p.Chain }},
	{"agreed_amount", "协议金额", func(p Project) string { return p.AgreedAmount.String() }},
	{"framework", "框架协议", func(p Project) string { return yesNo(p.Framework) }},
	{"above_scale", "规模项目", func(p Project) string { return yesNo(p.AboveScale) }},
	{"land_area", "用地面积", func(p Project) string { return p.LandArea.String() }},
	{"energy_use", "年综合能耗", func(p Project) string { return p.EnergyUse.String() }},
	{"chemicals", "涉及危化品", func(p Project) string { return yesNo(p.Chemicals) }},
	{"team", "驻外招商专班", func(p Project) string { return p.Team }},
	{"ambassador", "招商大使", func(p Project) string { return p.Ambassador }},
	{"event", "签约活动", func(p Project) string { return p.Event }},
	{"verification", "省厅审核认定", func(p Project) string { return p.Verification.Label() }},
	{"contact_name", "联系人", func(p Project) string { return p.ContactName }},
	{"contact_phone", "联系电话", func(p Project) string { return p.ContactPhone }},
	{"stage", "项目阶段", func(p Project) string { return p.Stage.Label() }},
	{"signed_on", "签约日期", func(p Project) string { return p.SignedOn.String() }},
	{"landed_on", "注册落地日期", func(p Project) string { return p.LandedOn.String() }},
	{"started_on", "开工日期", func(p Project) string { return p.StartedOn.String() }},
	{"in_statistics_on", "入库日期", func(p Project) string { return p.InStatisticsOn.String() }},
	{"in_production_on", "投产日期", func(p Project) string { return p.InProductionOn.String() }},
	{"funds_arrived", "到位资金", func(p Project) string { return FundsText(p.FundsArrived) }},
	{"illustrative", "示例", func(p Project) string { return yesNo(p.Illustrative) }},
	{"remark", "备注", func(p Project) string { return p.Remark }},
}

// Label is the Chinese label of a field by its JSON name, "" if there is none.
func Label(name string) string {
	for _, f := range Fields {
		if f.Name == name {
			return f.Label
		}
	}
	return ""
}

func yesNo(b bool) string {
	if b {
		return "是"
	}
	return "否"
}

// FundsText writes funds as one line, "2023-05-01:1200;2023-09-10:800.5", amounts in 万元.
func FundsText(funds []Funds) string {
	parts := make([]string, len(funds))
	for i, f := range funds {
		parts[i] = f.On.String() + ":" + f.Amount.String()
	}
	return strings.Join(parts, ";")
}

// Change is one property before and after, as people read it.
type Change struct {
	Field string `json:"field"`
	Label string `json:"label"`
	From  string `json:"from"`
	To    string `json:"to"`
}

// Changes lists what differs between two states of a project, in the order of Fields.
func Changes(before, after Project) []Change {
	var out []Change
	for _, f := range Fields {
		if from, to := f.Text(before), f.Text(after); from != to {
			out = append(out, Change{Field: f.Name, Label: f.Label, From: from, To: to})
		}
	}
	return out
}
