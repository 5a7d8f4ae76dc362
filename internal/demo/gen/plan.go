package main

import (
	"luodi/internal/calendar"
	"luodi/internal/money"
	"luodi/internal/project"
)

// occasion is where projects were signed: their number, sum, days, and how many are of which tier.
type occasion struct {
	event    string
	amount   string // 亿元
	from, to string // signed between; the same day for an event
	tiers    tiers
	county   string // all of them there, when set
	results  int    // of them, 合作成果转化项目
}

type tiers struct{ lead, advantaged, supporting, other int }

// The occasions of 2023. Published: the first five's counts and amounts, 239 projects
// and 2607.8亿元 for all, and the Bay Area conference's day. Made up: the other days,
// the tiers, and how the rest is shared among the last three. The second quarter has
// its nine projects and no others, as the article words it.
var occasions = []occasion{
	{event: "2023年一季度重大招商项目集中签约", amount: "689.3", from: "2023-01-30", to: "2023-01-30", tiers: tiers{18, 32, 0, 0}},
	{event: "2023年二季度新签约产业项目", amount: "62.66", from: "2023-04-10", to: "2023-06-25", tiers: tiers{4, 3, 2, 0}},
	{event: "首届全球汽车新生态发展大会暨交易会", amount: "176.8", from: "2023-09-08", to: "2023-09-08", tiers: tiers{36, 0, 9, 0}, results: 15},
	{event: "湖北十堰—大湾区产业链供应链对接大会", amount: "638.1", from: "2023-11-07", to: "2023-11-07", tiers: tiers{12, 27, 8, 4}},
	{event: "湖北卫浴博览会", amount: "133.1", from: "2023-10-18", to: "2023-10-18", tiers: tiers{0, 0, 35, 0}, county: "zhushan"},
	{event: "首届商用车论坛", amount: "356.4", from: "2023-03-30", to: "2023-03-30", tiers: tiers{20, 0, 0, 0}},
	{event: "世界武当太极大会", amount: "312.5", from: "2023-10-20", to: "2023-10-20", tiers: tiers{0, 17, 0, 0}},
	{event: "世界武当旅游联盟成立暨十堰文旅资源推介", amount: "238.94", from: "2023-09-20", to: "2023-09-20", tiers: tiers{0, 12, 0, 0}},
}

// elsewhere is what was signed at no event: 731 − 239 projects, 4194.5 − 2607.8亿元,
// with the tiers that complete 139, 293, 127 and 172.
var elsewhere = occasion{amount: "1586.7", tiers: tiers{49, 202, 73, 168}}

// Published figures that the occasions don't give.
const (
	landedAmount   = "3126.42" // 亿元, 新注册落地规模项目
	landedCount    = 573
	landedLastYear = 456
	startedQ4      = 487
	bySquads       = 286 // “完成签约项目280余个”
	squads         = 111
	ambassadors    = 173
)

// Made up: how the published figures come about.
const (
	carriedOver   = 150 // signed in 2022, landed in 2023
	neverLanded   = 34  // signed in 2022, not landed yet
	frameworks    = 24  // framework agreements of 2023, which count nowhere
	carriedQ4     = 95  // of the carried-over, started in the fourth quarter
	lastYearQ4    = 40  // of last year's landed, started in the fourth quarter
	smallest      = 500 * money.Wan
	aboveScale    = 5000 * money.Wan
	signed2022Sum = "2650" // 亿元, without the carried-over
)

// named are the projects that the article names. Their tier follows from what they
// make; everything else about them is made up. The last five came through ambassadors.
var named = []struct {
	name     string
	tier     project.Tier
	industry string
}{
	{"华润怡宝", project.Advantaged, "绿色食品饮料"},
	{"共同生物维生素D3", project.Advantaged, "生物医药"},
	{"风友联新能源汽车零部件总成", project.Lead, "新能源与智能网联汽车"},
	{"宝尔新能源商用车电控换电箱总成", project.Lead, "新能源与智能网联汽车"},
	{"北珂锂离子电池电极材料再生利用", project.Advantaged, "新型电池"},
	{"汉江鲟鱼谷", project.Advantaged, "文旅康养"},
	{"远景新能源电池产业园", project.Advantaged, "新型电池"},
	{"亚玛顿", project.Supporting, "新材料"},
	{"格罗夫", project.Lead, "新能源与智能网联汽车"},
	{"上臻汽车", project.Lead, "商用车及零部件"},
}

const viaAmbassador = 5 // index of the first of them

// trade is an industry and what its projects make.
type trade struct {
	name     string
	products []string
	chemical bool
}

// trades reads 一主四优多支撑 as the article's own words allow: the lead is motor
// vehicles; the four advantaged are those that it names beside them (生态文旅康养,
// 食品饮料, 生物医药, 新型电池); textiles, bathrooms and the rest support. The article
// gives no list, so this is our reading, not the city's.
var trades = map[project.Tier][]trade{
	project.Lead: {
		{"新能源与智能网联汽车", []string{"新能源汽车零部件", "车用电机", "智能座舱", "线控底盘", "车规级传感器", "动力总成"}, false},
		{"商用车及零部件", []string{"新能源商用车底盘", "商用车车桥", "轻量化车架", "专用车改装", "汽车铸件"}, false},
	},
	project.Advantaged: {
		{"文旅康养", []string{"康养度假区", "生态旅游综合开发", "太极文化体验园", "汉江民宿集群", "研学营地"}, false},
		{"绿色食品饮料", []string{"饮用水", "茶叶深加工", "黄酒酿造", "食用菌加工", "预制菜"}, false},
		{"生物医药", []string{"中药饮片", "医药中间体", "医疗器械", "道地药材加工"}, true},
		{"新型电池", []string{"锂电池材料", "储能系统", "电池回收利用", "动力电池模组"}, true},
	},
	project.Supporting: {
		{"纺织服装", []string{"袜业", "功能面料", "服装加工"}, false},
		{"卫浴", []string{"水暖卫浴", "智能马桶", "五金龙头", "卫浴陶瓷"}, false},
		{"新材料", []string{"光伏玻璃", "铝基新材料", "绿松石精加工"}, false},
		{"电子信息", []string{"车载电子", "线路板", "数据中心"}, false},
		{"装备制造", []string{"数控机床", "模具制造"}, false},
	},
	project.Other: {
		{"现代农业", []string{"生态种植基地", "冷水鱼养殖", "农旅融合"}, false},
		{"商贸物流", []string{"冷链物流园", "电商产业园", "商业综合体"}, false},
		{"公共服务", []string{"充电设施", "污水处理", "职业培训"}, false},
	},
}

// sizes are the relative sizes of projects, the shape of a log-normal distribution.
var sizes = []int64{12, 18, 24, 30, 36, 42, 48, 55, 62, 70, 78, 87, 97, 108, 120, 134, 150, 168, 190, 216, 248, 290, 345, 420, 540, 820}

var cities = []string{"北京", "苏州", "天津", "杭州", "厦门", "泉州", "西安", "太原", "深圳", "上海", "武汉"}

func yi(s string) money.Amount {
	a, err := money.Parse(s, money.Yi)
	if err != nil {
		panic(err) // a constant above is wrong
	}
	return a
}

func day(s string) calendar.Date {
	d, err := calendar.ParseDate(s)
	if err != nil {
		panic(err) // a constant above is wrong
	}
	return d
}
