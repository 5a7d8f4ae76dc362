package document

import (
	"fmt"
	"strings"
	"time"
)

var at = time.Date(2023, 9, 4, 9, 30, 0, 0, time.FixedZone("CST", 8*3600))

// opinions is a document of the size that reviews have: 12 opinions, 20 conditions and
// 80 entries of a timeline.
func opinions() Paper {
	p := Paper{
		Organ:  "十堰市招商服务中心",
		Number: "十招研〔2023〕12号",
		Title:  "关于年产10GWh动力电池及储能系统生产基地项目的联合研判意见书",
		To:     "市招商引资工作领导小组办公室",
		Signed: "十堰市招商服务中心",
		Dated:  "2023年9月4日",
		Copies: "市发展改革委,市经信局,市自然资源和规划局,市生态环境局,市应急管理局,市财政局,张湾区人民政府",
		Footer: "本件由系统生成,校验码 7F3A-91C2-E604,可在系统内核验。",
		At:     at,
	}
	add := func(b ...Block) { p.Blocks = append(p.Blocks, b...) }
	add(
		Text{"根据《湖北省招商引资项目联合研判办法》,市招商服务中心会同有关部门对“年产10GWh动力电池及储能系统生产基地项目”(以下简称“项目”)进行了联合研判。现将研判意见报告如下。"},
		Heading{1, "一、项目概况"},
		Table{Columns: []Column{{Width: 1}, {Width: 3}, {Width: 1}, {Width: 2}}, Rows: [][]string{
			{"投资主体", "湖北示例新能源科技有限公司", "企业性质", "民营企业"},
			{"协议投资额", "52.80亿元", "用地需求", "300亩"},
			{"综合能耗", "不超过18,000吨标准煤/年(当量值)", "是否涉及危化品", "是"},
		}},
		Heading{1, "二、研判结论"},
		Text{"经研判,项目总体评价为“有条件通过”。固定资产投资强度≥350万元/亩,误差±5%;单位工业增加值能耗不高于0.42吨标准煤/万元。"},
		Heading{1, "三、各部门意见"},
	)
	departments := []string{"发展改革委", "经信局", "自然资源和规划局", "生态环境局", "应急管理局", "财政局", "科技局", "人社局", "住建局", "交通运输局", "水利和湖泊局", "张湾区人民政府"}
	for i, d := range departments {
		add(Heading{2, fmt.Sprintf("(%s)市%s:有条件同意", []string{"一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"}[i], d)},
			Text{strings.Repeat("项目选址位于工业园区内,符合国土空间总体规划和“三区三线”管控要求;建议企业在开工前完成节能审查、环境影响评价及安全设施“三同时”手续,NMP溶剂回收率不低于99.5%。", 1+i%3)})
	}
	conditions := Table{Columns: []Column{{"序号", 0.6, Center}, {"条件", 5, Start}, {"责任单位", 2, Start}, {"期限", 1.6, Center}, {"金额(万元)", 1.5, End}}}
	for i := range 20 {
		conditions.Rows = append(conditions.Rows, []string{fmt.Sprint(i + 1), "开工前取得节能审查意见,并落实能耗等量替代" + strings.Repeat(";未落实的不得开工建设", i%4), "市" + departments[i%12], fmt.Sprintf("2023-%02d-15", i%12+1), fmt.Sprintf("%d.50", 1000+i*137)})
	}
	add(Heading{1, "四、附加条件"}, conditions, Note{"注:金额以人民币计;期限届满未落实的,由市招商服务中心提请复议。"})
	timeline := Table{Columns: []Column{{"时间", 2, Center}, {"环节", 2, Start}, {"办理人", 1.5, Start}, {"内容", 5, Start}}}
	for i := range 80 {
		timeline.Rows = append(timeline.Rows, []string{at.Add(time.Duration(i) * 3 * time.Hour).Format("2006-01-02 15:04"), "部门会签", "联系人" + fmt.Sprint(i), "提交意见:有条件同意" + strings.Repeat(",补充材料已收悉", i%3)})
	}
	add(Heading{1, "五、办理过程"}, timeline)
	return p
}
