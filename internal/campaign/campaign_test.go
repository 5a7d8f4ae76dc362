package campaign

import (
	"strings"
	"testing"

	"luodi/internal/fault"
	"luodi/internal/register"
)

func TestTheBuiltInCampaignsAreSound(t *testing.T) {
	list, err := Builtin()
	if err != nil || len(list) != 2 || list[0].Name != "五百行动" || len(list[0].Items) != 5 || len(list[1].Items) != 5 {
		t.Fatalf("%+v %v", list, err)
	}
	for _, i := range list[0].Items {
		if i.Target != 100 || i.Source != "公开报道" {
			t.Errorf("%+v", i)
		}
	}
	for _, i := range list[1].Items {
		if i.Source != "示例" {
			t.Errorf("the report gives no target for %s", i.Name)
		}
	}
}

func TestEveryFindingOfAFileIsTold(t *testing.T) {
	_, err := Load("x.yaml", []byte("行动:\n  - {编号: a, 名称: 甲, 年度: 2023, 项目: [{编号: b, 名称: 乙, 计量: 个, 口径: 高兴, 目标: 1, 来源: 示例}, {编号: c, 名称: 丙, 计量: 个, 口径: 签约, 目标: 0, 来源: 示例}]}\n  - {编号: a, 名称: 丁, 年度: 2023}\n"))
	f := fault.From(err)
	if f == nil || f.Code != "campaigns_invalid" || len(f.Details) != 3 {
		t.Fatalf("%+v", f)
	}
	if _, err := Load("x.yaml", []byte("行动:\n  - {编号: a, 名字: 甲}")); !fault.HasCode(err, "campaigns_invalid") {
		t.Errorf("an unknown key: %v", err)
	}
}

func TestAnItemIsAFilter(t *testing.T) {
	for measure, want := range map[Measure]string{
		Signed:       "framework=false&industry=%E5%8D%AB%E6%B5%B4&signed_from=2023-01-01&signed_until=2023-12-31",
		SignedAtOnce: "at_event=true&framework=false&industry=%E5%8D%AB%E6%B5%B4&signed_from=2023-01-01&signed_until=2023-12-31",
		Landed:       "above_scale=true&framework=false&industry=%E5%8D%AB%E6%B5%B4&landed_from=2023-01-01&landed_until=2023-12-31",
		Started:      "framework=false&industry=%E5%8D%AB%E6%B5%B4&started_from=2023-01-01&started_until=2023-12-31",
		Funds:        "funds_from=2023-01-01&funds_until=2023-12-31&industry=%E5%8D%AB%E6%B5%B4",
	} {
		i := Item{Measure: measure, Industries: []string{"卫浴"}}
		if got := i.Filter(2023).Values().Encode(); got != want {
			t.Errorf("%s: %s", measure, got)
		}
		if _, ok := i.Register(); ok {
			t.Errorf("%s counts entries", measure)
		}
	}
	if kind, ok := (Item{Measure: ActiveTeams}).Register(); !ok || kind != register.Teams || !strings.Contains(kind.Label(), "专班") {
		t.Errorf("%s %v", kind, ok)
	}
}
