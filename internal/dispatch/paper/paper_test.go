package paper_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"luodi/internal/calendar"
	"luodi/internal/dispatch"
	"luodi/internal/dispatch/paper"
	"luodi/internal/document"
	"luodi/internal/liaison"
	"luodi/internal/process"
)

func sample(t *testing.T) (dispatch.State, dispatch.Sheet) {
	cal, err := calendar.New(calendar.DefaultOffice, calendar.Builtin())
	if err != nil {
		t.Fatal(err)
	}
	county, bureau := dispatch.Unit{ID: "danjiangkou", Name: "丹江口市"}, dispatch.Unit{ID: "ziran", Name: "市自然资源和规划局"}
	other := dispatch.Unit{ID: "zhushan", Name: "竹山县"}
	p, _ := dispatch.PlanFor(cal, dispatch.Week{Year: 2023, N: 40}, nil)
	at := p.From.Add(40 * time.Hour)
	carried := func(id string, county dispatch.Unit) dispatch.Carried {
		return dispatch.Carried{
			Subject: dispatch.Subject{LiaisonID: id, ProjectID: id, ProjectName: "示例项目" + id, County: county, Department: bureau}, AssignedAt: p.From.AddDate(0, -1, 0),
			Items: []liaison.Item{
				{Kind: liaison.ItemMilestone, Key: "a", Title: "注册", DepartmentID: bureau.ID, Due: at, DoneAt: at.Add(time.Hour), Status: liaison.StatusLate},
				{Kind: liaison.ItemMilestone, Key: "b", Title: "用地", DepartmentID: bureau.ID, Due: at, Status: liaison.StatusOpen},
				{Kind: liaison.ItemProblem, Key: "1", Title: "用电" + id, DepartmentID: bureau.ID, Level: "city", OpenedAt: at.AddDate(0, 0, -20), Due: at, Status: liaison.StatusOpen},
				{Kind: liaison.ItemLight, Key: "1", Level: "yellow", OpenedAt: at.AddDate(0, 0, -20), DoneAt: at},
				{Kind: liaison.ItemLight, Key: "2", Level: "red", Title: "用地逾期超过宽限", OpenedAt: at},
			},
		}
	}
	sheet, err := dispatch.Compile(dispatch.Input{Planned: p, MadeAt: p.DueAt.AddDate(0, 0, 8), Calendar: cal, Counties: []dispatch.Unit{county, other},
		Departments: []dispatch.Unit{bureau}, Liaisons: []dispatch.Carried{carried("甲", county), carried("乙", other)},
		Standing: []dispatch.Standing{{Sheet: dispatch.Week{Year: 2023, N: 39}, ID: "1", Text: "前期交办", Unit: bureau, Due: at, Status: dispatch.Open, Light: process.Yellow, Days: 2}}})
	if err != nil {
		t.Fatal(err)
	}
	s := dispatch.State{ID: "2023-W40", Window: p.Window, DueAt: p.DueAt, OpenedAt: sheet.MadeAt, Stage: dispatch.Draft,
		Frozen:       &dispatch.Frozen{Digest: strings.Repeat("ab", 32)},
		Instructions: []dispatch.Instruction{{Order: dispatch.Order{ID: "1", Text: "本期交办\x00<w:p>", Unit: bureau, Due: calendar.Date{Year: 2023, Month: time.October, Day: 20}}}},
	}
	return s, sheet
}

// said is everything that a paper says.
func said(p document.Paper) string { return fmt.Sprintf("%+v", p) }

func TestPaperOfTheWholeAndOfAUnit(t *testing.T) {
	s, sheet := sample(t)
	whole := said(paper.Compose(s, sheet, sheet.Whole()))
	for _, want := range []string{"2023年第40周周调度单", "(未印发)", "补制", "示例项目甲", "示例项目乙", "各县市区情况", "合计", "黄灯转红灯", "16至30天2个",
		"市领导协调", "前期交办", "逾期2个工作日", "本期交办", "注册(逾期完成)", "数据截至2023年10月9日00:00", "abababababab", "2023年10月2日至2023年10月8日"} {
		if !strings.Contains(whole, want) {
			t.Errorf("the whole lacks %s", want)
		}
	}
	s.IssuedAt = s.OpenedAt
	page, _ := sheet.Page("danjiangkou")
	one := said(paper.Compose(s, sheet, page))
	for _, no := range []string{"示例项目乙", "各县市区情况", "(未印发)", "本期交办\x00", "前期交办 "} {
		if strings.Contains(one, no) {
			t.Errorf("the county's page says %s", no)
		}
	}
	if !strings.Contains(one, "丹江口市") || !strings.Contains(one, "示例项目甲") || !strings.Contains(one, "本周进展") {
		t.Errorf("the county's page says %s", one)
	}
}

func TestPaperIsTheSameTwice(t *testing.T) {
	s, sheet := sample(t)
	p := paper.Compose(s, sheet, sheet.Whole())
	for _, render := range []func() ([]byte, error){p.PDF, p.Word} {
		first, err := render()
		if err != nil {
			t.Fatal(err)
		}
		if second, err := render(); err != nil || !bytes.Equal(first, second) {
			t.Errorf("rendered differently: %v", err)
		}
	}
}
