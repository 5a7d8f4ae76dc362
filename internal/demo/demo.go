// Package demo is the demonstration: Shiyan, 2023. Units exist; people, passwords
// and all single projects are made up, and say so. Only the ten names of projects
// that the press gave are real, and nothing else about those is. The projects add
// up to the figures that the city published (testdata/shiyan-2023-published.yaml).
package demo

import (
	_ "embed"
	"strconv"

	"luodi/internal/org"
	"luodi/internal/project"
)

//go:generate go run ./gen

// Password is every demonstration account's password. It is public: the
// demonstration listens on the loopback interface only.
const Password = "luodi-demo-2023"

// Notice is what every demonstration page should say.
const Notice = "演示数据:项目、人员和明细均为示例,仅汇总数字与十堰市2023年公开报道一致"

// Sheet is a workbook that the demonstration imports as a user would.
type Sheet struct {
	ID   string // stable, for an idempotent import
	Name string // file name
	Data []byte
}

var (
	//go:embed data/projects-2022.xlsx
	projects2022 []byte
	//go:embed data/projects-2023.xlsx
	projects2023 []byte
	//go:embed data/projects-reviews.xlsx
	projectsReviews []byte
)

// Sheets gives the registry of the demonstration, oldest first; the last one holds
// projects in negotiation, ready for review.
func Sheets() []Sheet {
	return []Sheet{
		{"projects-2022", "projects-2022.xlsx", projects2022},
		{"projects-2023", "projects-2023.xlsx", projects2023},
		{"projects-reviews", "projects-reviews.xlsx", projectsReviews},
	}
}

// TargetYears lists the years that have targets.
func TargetYears() []int { return []int{2023} }

// Target is what a unit is to reach in a year; the unit "" is the city.
type Target struct{ UnitID, Indicator, Value string }

// Targets gives a year's targets. 573 newly landed projects were reported as 191 % of
// the year's task, which makes the task 300; how it is divided among the counties is
// illustrative, and adds up to it.
func Targets(year int) []Target {
	if year != 2023 {
		return nil
	}
	out := []Target{{"", project.TargetLanded, "300"}}
	for i, n := range []int{32, 36, 30, 34, 38, 28, 30, 26, 24, 22} {
		out = append(out, Target{counties[i][0], project.TargetLanded, strconv.Itoa(n)})
	}
	return out
}

// Notes tell where the published figures need a word, and how they were read.
func Notes() []string {
	return []string{
		"演示数据:除公开报道中出现的10个项目名称外,项目及其县市区、投资方、金额、日期、资金均为示例;汇总数字与公开报道一致。",
		"报道称“一主”产业项目占比19.1%,按其公布的个数计算(139÷731)为19.0%,本系统按个数计算。",
		"“一主四优多支撑”三类共559个,其余172个项目不属于三类,列为“其他”。",
		"报道称二季度“新签约项目9个”,本系统据此使全市二季度签约(不含框架协议)恰为9个、62.66亿元。",
		"报道所列活动签约239个、2607.8亿元,按包含年初集中签约、二季度签约、汽车新生态大会、大湾区大会和卫浴博览会理解;其余活动的个数与金额为示例。",
		"汽车新生态大会的176.8亿元按30个重点项目与15个合作成果转化项目合计理解。",
		"“新注册落地规模项目”投资总额3126.42亿元,按2023年注册落地的规模项目的协议金额合计;其中含2022年签约、2023年落地的项目。规模项目的门槛(5000万元)为示例。",
		"全市落地目标300个由公开报道的完成率推得;分解到各县市区的目标为示例。",
		"2022年的数据除注册落地规模项目456个(由同比增长25.7%推得)外均为示例。",
	}
}

// Account is a demonstration account.
type Account struct {
	org.User
	Password string `json:"password"`
}

// Units are the centre, the ten counties, the departments and the city government.
func Units() []org.Unit {
	units := []org.Unit{
		{ID: "centre", Name: "十堰市招商服务中心", ShortName: "招商中心", Kind: org.Centre},
		{ID: "shizhengfu", Name: "十堰市人民政府", ShortName: "市政府", Kind: org.Leadership},
	}
	for _, u := range counties {
		units = append(units, org.Unit{ID: u[0], Name: u[1], ShortName: u[2], Kind: org.County})
	}
	for _, u := range departments {
		units = append(units, org.Unit{ID: u[0], Name: u[1], ShortName: u[2], Kind: org.Department})
	}
	return units
}

// id, name, short name.
var (
	counties = [][3]string{
		{"maojian", "茅箭区", "茅箭"}, {"zhangwan", "张湾区", "张湾"}, {"yunyang", "郧阳区", "郧阳"},
		{"danjiangkou", "丹江口市", "丹江口"}, {"yunxi", "郧西县", "郧西"}, {"zhushan", "竹山县", "竹山"},
		{"zhuxi", "竹溪县", "竹溪"}, {"fangxian", "房县", "房县"}, {"wudangshan", "武当山特区", "武当山"},
		{"jingkai", "十堰经济技术开发区", "经开区"},
	}
	departments = [][3]string{
		{"fagai", "市发展和改革委员会", "发改委"}, {"jingxin", "市经济和信息化局", "经信局"},
		{"ziran", "市自然资源和规划局", "自然资源局"}, {"shengtai", "市生态环境局", "生态环境局"},
		{"yingji", "市应急管理局", "应急管理局"}, {"zhujian", "市住房和城乡建设局", "住建局"},
		{"caizheng", "市财政局", "财政局"}, {"shuiwu", "市税务局", "税务局"}, {"keji", "市科学技术局", "科技局"},
		{"shichang", "市市场监督管理局", "市场监管局"}, {"shuili", "市水利和湖泊局", "水利和湖泊局"},
		{"xingzheng", "市行政审批局", "行政审批局"}, {"jinrong", "市地方金融工作局", "金融局"},
		{"shangwu", "市商务局", "商务局"}, {"wenlv", "市文化和旅游局", "文旅局"},
		{"nongye", "市农业农村局", "农业农村局"}, {"shenji", "市审计局", "审计局"},
	}
)

// surnames and given names of the made-up people; every name also says 示例.
var (
	surnames = []rune("张王李赵刘陈杨黄周吴徐孙马朱胡郭何高林罗")
	given    = []rune("明华强丽军敏静伟芳磊洋艳勇杰娟涛超霞平刚")
)

// Accounts has every role: for each department one who drafts (.jingban) and one who
// signs (.fuze), for each county an operator, and the centre, panel, assessor, city
// leader, auditor and administrator.
func Accounts() []Account {
	var all []Account
	add := func(login, unit string, roles ...org.Role) {
		i := len(all)
		name := string(surnames[i%len(surnames)]) + string(given[(i*7+i/len(surnames))%len(given)]) + "(示例)"
		all = append(all, Account{
			User:     org.User{ID: "demo-" + login, Login: login, Name: name, UnitID: unit, Roles: roles},
			Password: Password,
		})
	}
	add("zhaoshang.jingban", "centre", org.CentreOperator)
	add("zhaoshang.fuze", "centre", org.CentreLeader)
	for _, u := range departments {
		add(u[0]+".jingban", u[0], org.DepartmentHandler)
		add(u[0]+".fuze", u[0], org.DepartmentLeader)
	}
	for _, u := range counties {
		add(u[0]+".jingban", u[0], org.CountyOperator)
	}
	for _, unit := range []string{"fagai", "jingxin", "caizheng"} {
		add(unit+".yanpan", unit, org.PanelMember)
	}
	add("kaohe.jingban", "centre", org.Assessor)
	add("shizhang", "shizhengfu", org.CityLeader)
	add("shenji", "shenji", org.Auditor)
	add("admin", "centre", org.Administrator)
	return all
}

// Featured are the accounts to begin with: one for each part in a review.
func Featured() []Account {
	first := []string{"zhaoshang.jingban", "zhaoshang.fuze", "danjiangkou.jingban", "ziran.jingban", "shengtai.fuze", "shizhang", "admin"}
	var out []Account
	for _, login := range first {
		for _, a := range Accounts() {
			if a.Login == login {
				out = append(out, a)
			}
		}
	}
	return out
}
