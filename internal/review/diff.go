package review

import "strings"

// fieldLabels are the figures that a resubmission may change, with their Chinese names.
var fieldLabels = map[string]string{
	"name": "项目名称", "investor": "投资方", "investor_kind": "投资方类型", "county_id": "所在县市区", "industry": "产业",
	"agreed_amount": "协议金额(万元)", "land_area": "用地(亩)", "energy_use": "年综合能耗(吨标准煤)", "chemicals": "涉及危险化学品",
}

// fieldOrder is the order in which figures are compared and shown.
var fieldOrder = []string{"name", "investor", "investor_kind", "county_id", "industry", "agreed_amount", "land_area", "energy_use", "chemicals"}

// Change is one figure that differs between two submissions.
type Change struct {
	Field  string `json:"field"`
	Label  string `json:"label"`
	Before string `json:"before"`
	After  string `json:"after"`
}

// Compare lists the figures that differ, in the order of the form.
func Compare(before, after Figures) []Change {
	a, b := before.texts(), after.texts()
	var out []Change
	for _, name := range fieldOrder {
		if a[name] != b[name] {
			out = append(out, Change{Field: name, Label: fieldLabels[name], Before: a[name], After: b[name]})
		}
	}
	return out
}

func (f Figures) texts() map[string]string {
	chemicals := "否"
	if f.Chemicals {
		chemicals = "是"
	}
	return map[string]string{
		"name": f.Name, "investor": f.Investor, "investor_kind": f.InvestorKind, "county_id": f.CountyID, "industry": f.Industry,
		"agreed_amount": f.AgreedAmount.String(), "land_area": f.LandArea, "energy_use": f.EnergyUse, "chemicals": chemicals,
	}
}

// labels joins the names of the changed figures: 协议金额(万元)、用地(亩).
func labels(changes []Change) string {
	var names []string
	for _, c := range changes {
		names = append(names, c.Label)
	}
	return strings.Join(names, "、")
}
