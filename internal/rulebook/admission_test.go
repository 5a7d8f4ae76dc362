package rulebook

import (
	"testing"

	"luodi/internal/calendar"
	"luodi/internal/money"
	"luodi/internal/project"
)

func candidate() Candidate {
	return Candidate{
		Project: project.Project{Code: "X1", Name: "好项目", AgreedAmount: 3 * money.Yi, LandArea: "110", EnergyUse: "4000", IndustryTier: project.Lead},
		Figures: map[string]string{"年均产值": "5亿元", "年均税收": "1500", "研发人员占比": "8%", "有效发明专利": "7", "环评意见": "可行", "属负面清单": "否"},
		Marks:   []Mark{{"综合评价", "", "发改", "90"}, {"综合评价", "", "自规", "80"}, {"综合评价", "", "环境", "86"}, {"综合评价", "", "应急", "70"}},
		AsOf:    calendar.Date{Year: 2023, Month: 6, Day: 1},
	}
}

// TestAdmitScoresOneProject: exact points, conclusion, vetoes and the explanation.
func TestAdmitScoresOneProject(t *testing.T) {
	b := open(t, "rulebooks/admission.yaml")
	a, found := b.Admit(candidate())
	if a == nil {
		t.Fatal(found)
	}
	if a.Total.Exact() != "88.24" || a.Grade != "建议优先落地" || len(a.Vetoes) != 0 || a.Explanation.Value != "88.24" {
		t.Errorf("total %s, grade %s, vetoes %v, explanation %s", a.Total.Exact(), a.Grade, a.Vetoes, a.Explanation.Value)
	}
	c := candidate()
	c.Project.Chemicals = true
	if a, _ = b.Admit(c); len(a.Vetoes) != 1 || a.Vetoes[0].Clause != "否决三" || a.Total.Exact() != "88.24" {
		t.Errorf("a veto changes the conclusion and not the number: %+v", a.Vetoes)
	}
}

// TestAdmitNamesWhatIsMissing: never a silent zero.
func TestAdmitNamesWhatIsMissing(t *testing.T) {
	b := open(t, "rulebooks/admission.yaml")
	c := candidate()
	delete(c.Figures, "年均税收")
	a, found := b.Admit(c)
	if a != nil || !found.Failed() || found[0].Code != "figure_missing" || found[0].Indicator != "税收强度" || found[0].Unit != "好项目" {
		t.Errorf("%v", found)
	}
	c.Figures["年均税收"] = "一大笔"
	c.Figures["没有的量"] = "1"
	if a, found = b.Admit(c); a != nil || len(found) != 2 {
		t.Errorf("%v", found)
	}
}
