package bulletin

// Indicator is a figure that is counted for each unit, and that targets are set for.
type Indicator struct {
	Key    string `json:"key"`
	Label  string `json:"label"`
	Unit   string `json:"unit"` // 个 or 万元
	Amount bool   `json:"amount"`
}

// Indicators are all of them, in the order in which they are shown.
var Indicators = []Indicator{
	{Key: "signed_count", Label: "签约项目数", Unit: "个"},
	{Key: "signed_amount", Label: "签约金额", Unit: "万元", Amount: true},
	{Key: "hundred_million_count", Label: "亿元以上签约项目数", Unit: "个"},
	{Key: "hundred_million_amount", Label: "亿元以上签约金额", Unit: "万元", Amount: true},
	{Key: "landed_count", Label: "新注册落地规模项目数", Unit: "个"},
	{Key: "landed_amount", Label: "新注册落地规模项目金额", Unit: "万元", Amount: true},
	{Key: "started_count", Label: "开工项目数", Unit: "个"},
	{Key: "started_amount", Label: "开工项目金额", Unit: "万元", Amount: true},
	{Key: "in_statistics_count", Label: "入库项目数", Unit: "个"},
	{Key: "in_statistics_amount", Label: "入库项目金额", Unit: "万元", Amount: true},
	{Key: "in_production_count", Label: "投产项目数", Unit: "个"},
	{Key: "in_production_amount", Label: "投产项目金额", Unit: "万元", Amount: true},
	{Key: "funds_amount", Label: "到位资金", Unit: "万元", Amount: true},
}

// RateKind is one of the three conversion rates.
type RateKind struct {
	Key   string `json:"key"`
	Label string `json:"label"`
}

// RateKinds are the rates in the order in which they are shown.
var RateKinds = []RateKind{
	{Key: "landing_rate", Label: "签约项目落地率"},
	{Key: "start_rate", Label: "落地项目开工率"},
	{Key: "statistics_rate", Label: "开工项目入库率"},
}

// Label is the Chinese name of an indicator or a rate, the key itself when there is none.
func Label(key string) string {
	for _, i := range Indicators {
		if i.Key == key {
			return i.Label
		}
	}
	for _, r := range RateKinds {
		if r.Key == key {
			return r.Label
		}
	}
	return key
}
