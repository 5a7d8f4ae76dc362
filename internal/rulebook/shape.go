package rulebook

// form is what a value in the file must be; the loader checks it and the JSON Schema
// is written from it, so that the two can't differ.
type form uint8

const (
	asText form = iota
	asFormula
	asNumber
	asWhole
	asFlag
	asDay
	asChoice   // one of choices
	asTexts    // a list of texts
	asFormulas // a list of formulas
	asShape    // one object of the shape in of
	asShapes   // a list of them
	asPoints   // a number, or a map from group to number
	asPolicy   // a policy's word, or a formula
	asOps      // the list of 处理
	asAny      // read elsewhere: facts, expectations
)

type key struct {
	name     string
	form     form
	of       string
	choices  []string
	required bool
	low      int // the bounds of a whole number; high 0 for none
	high     int
	doc      string
}

// methods are the keys that say how an indicator is scored; a metric may use those
// whose value isn't points.
var methods = []key{
	{name: "公式", form: asFormula, doc: "自由公式"},
	{name: "完成率", form: asShape, of: "完成率", doc: "实绩÷目标"},
	{name: "比率", form: asShape, of: "比率", doc: "分子÷分母"},
	{name: "分档", form: asShape, of: "分档", doc: "按数值所在区间"},
	{name: "组合", form: asShape, of: "组合", doc: "按条件组合,取第一个成立的档"},
	{name: "计件", form: asShape, of: "计件", doc: "每件计分"},
	{name: "增减", form: asShape, of: "增减", doc: "高于或低于基准,每步增减分"},
	{name: "扣分", form: asShape, of: "扣分", doc: "从分值扣起"},
	{name: "缺口", form: asShape, of: "缺口", doc: "每缺一步扣分,互不相抵"},
	{name: "逐项", form: asShape, of: "逐项", doc: "逐个项目(记录)计分,可就高、可分期限额"},
	{name: "功效系数", form: asShape, of: "功效系数", doc: "组内最大最小之间折算"},
	{name: "对比", form: asShape, of: "对比", doc: "与组内最大、最小、平均或基准相比"},
	{name: "名次", form: asShape, of: "名次", doc: "按组内名次计分"},
	{name: "评议", form: asShape, of: "评议", doc: "评委打分"},
	{name: "序时进度", form: asShape, of: "序时进度", doc: "完成率减应达进度"},
	{name: "同比", form: asShape, of: "同比", doc: "比上期增减的幅度"},
	{name: "加权", form: asShape, of: "加权", doc: "几个值加权相加"},
}

var stepChoices = []string{"舍去", "进一", "按比例"}

// shapes are all objects of a book, with their keys in the order of the manual.
var shapes = map[string][]key{
	"书": {
		{name: "格式", form: asWhole, required: true, doc: "本语言的版本,现为1"},
		{name: "标题", form: asText, required: true, doc: "细则名称"},
		{name: "文号", form: asText, doc: "文号"},
		{name: "发文机关", form: asText, doc: "发文机关"},
		{name: "来源", form: asText, doc: "原文出处"},
		{name: "版本", form: asText, doc: "本书的版本"},
		{name: "示例", form: asFlag, doc: "是否仅为示例"},
		{name: "说明", form: asText, doc: "编者说明"},
		{name: "生效", form: asDay, doc: "生效日"},
		{name: "失效", form: asDay, doc: "失效日"},
		{name: "计数单位", form: asTexts, doc: "另加的量词"},
		{name: "总分", form: asPoints, doc: "文件写明的基本分总分,可分组"},
		{name: "分组", form: asShapes, of: "分组", doc: "考核分组"},
		{name: "项目字段", form: asShapes, of: "字段", doc: "项目表另加的字段"},
		{name: "台账", form: asShapes, of: "台账", doc: "项目以外的记录表"},
		{name: "量", form: asShapes, of: "量", doc: "填报数、目标数与推算的量"},
		{name: "指标", form: asShapes, of: "指标", required: true, doc: "指标"},
		{name: "汇总", form: asShape, of: "汇总", doc: "总分怎样得出"},
		{name: "结论", form: asShapes, of: "结论", doc: "改变结论的情形:否决、升降档、取消资格"},
		{name: "排名", form: asShape, of: "排名", doc: "名次"},
		{name: "等次", form: asShapes, of: "等次", doc: "等次与名额,由高到低"},
		{name: "程序", form: asShape, of: "程序", doc: "公示的期限"},
		{name: "用例", form: asShapes, of: "用例", doc: "本书自带的用例"},
	},
	"分组": {
		{name: "名称", form: asText, required: true, doc: "组名"},
		{name: "单位", form: asTexts, doc: "固定的参评名单"},
		{name: "说明", form: asText, doc: "说明"},
	},
	"字段": {
		{name: "名称", form: asText, required: true, doc: "字段名"},
		{name: "类型", form: asChoice, choices: []string{"数", "文字", "是否", "日期"}, required: true, doc: "类型"},
		{name: "计量", form: asText, doc: "数的单位"},
	},
	"台账": {
		{name: "名称", form: asText, required: true, doc: "表名"},
		{name: "字段", form: asShapes, of: "字段", doc: "字段;“单位”字段总是有的"},
	},
	"量": append([]key{
		{name: "名称", form: asText, required: true, doc: "量的名称,公式中用它"},
		{name: "计量", form: asText, doc: "单位,如 亿元、个、%"},
		{name: "条款", form: asText, doc: "依据的条款"},
		{name: "说明", form: asText, doc: "口径"},
		{name: "来源", form: asChoice, choices: []string{"填报", "目标", "上年"}, doc: "填报数、目标数或上年数"},
		{name: "类型", form: asChoice, choices: []string{"数", "是否", "文字"}, doc: "填报的类型,默认为数"},
		{name: "表", form: asText, doc: "逐条记录推算,写表名"},
		{name: "归属", form: asText, doc: "记录归哪个单位,默认按“单位”字段"},
		{name: "列示", form: asFlag, doc: "只供列示,没有指标用到也不提醒"},
		{name: "缺省", form: asFormula, doc: "没有数据时按此值"},
		{name: "除零", form: asPolicy, doc: "除数为零时按此值,或 不适用(不参与组内比较)"},
		{name: "处理", form: asOps, doc: "依次处理"},
	}, methods...),
	"指标": append([]key{
		{name: "编号", form: asText, required: true, doc: "唯一编号"},
		{name: "名称", form: asText, required: true, doc: "名称"},
		{name: "条款", form: asText, doc: "条款"},
		{name: "说明", form: asText, doc: "说明"},
		{name: "性质", form: asChoice, choices: []string{"基本", "加分", "扣分"}, doc: "计入总分的方式"},
		{name: "分值", form: asPoints, doc: "满分,可分组"},
		{name: "权重", form: asFormula, doc: "上级按加权合并时的权重"},
		{name: "适用", form: asTexts, doc: "适用的分组"},
		{name: "归属", form: asText, doc: "记录归哪个单位,默认按“单位”字段"},
		{name: "满分", form: asFormula, doc: "原始值的满值:得分=原始值÷满分×分值"},
		{name: "先处理", form: asOps, doc: "折算分值之前依次处理"},
		{name: "处理", form: asOps, doc: "折算分值之后依次处理"},
		{name: "前提", form: asFormula, doc: "不成立时按“否则”计"},
		{name: "否则", form: asPolicy, doc: "前提不成立时的得分,默认0;或写 不适用"},
		{name: "缺数", form: asPolicy, doc: "缺数据时"},
		{name: "除零", form: asPolicy, doc: "除数为零时"},
		{name: "合并", form: asChoice, choices: []string{"合计", "加权", "平均", "最高", "最低"}, doc: "子项怎样合并,默认合计"},
		{name: "子项", form: asShapes, of: "指标", doc: "下级指标"},
	}, methods...),
	"完成率": {
		{name: "实绩", form: asFormula, required: true, doc: "完成数"},
		{name: "目标", form: asFormula, required: true, doc: "目标数"},
		{name: "超额", form: asShape, of: "一侧", doc: "超过100%部分另行加分;此时完成率按100%封顶"},
	},
	"比率": {
		{name: "分子", form: asFormula, required: true, doc: "分子"},
		{name: "分母", form: asFormula, required: true, doc: "分母"},
	},
	"分档": {
		{name: "按", form: asFormula, required: true, doc: "看哪个值"},
		{name: "档", form: asShapes, of: "区间档", required: true, doc: "各档"},
		{name: "未中", form: asFormula, doc: "都不在时的得分"},
	},
	"区间档": {
		{name: "区间", form: asText, required: true, doc: "如 [80%, 100%)、≥5亿元、<0.5亿元"},
		{name: "得分", form: asFormula, required: true, doc: "得分,可用 值、分值"},
		{name: "说明", form: asText, doc: "说明"},
	},
	"组合": {
		{name: "档", form: asShapes, of: "条件档", required: true, doc: "各档,自上而下取第一个成立的"},
		{name: "未中", form: asFormula, doc: "都不成立时的得分"},
	},
	"条件档": {
		{name: "名称", form: asText, doc: "档名"},
		{name: "当", form: asFormula, required: true, doc: "条件"},
		{name: "得分", form: asFormula, required: true, doc: "得分,可用 分值"},
	},
	"计件": {{name: "项", form: asShapes, of: "计件项", required: true, doc: "各项"}},
	"扣分": {{name: "项", form: asShapes, of: "计件项", required: true, doc: "各项"}},
	"计件项": {
		{name: "名称", form: asText, doc: "名称"},
		{name: "数量", form: asFormula, required: true, doc: "件数"},
		{name: "每", form: asFormula, doc: "多少算一件,默认1"},
		{name: "分", form: asFormula, required: true, doc: "每件的分"},
		{name: "计步", form: asChoice, choices: stepChoices, doc: "不足一件的部分,默认按比例"},
		{name: "封顶", form: asFormula, doc: "本项最多"},
		{name: "前提", form: asFormula, doc: "不成立时本项为0"},
	},
	"增减": {
		{name: "值", form: asFormula, required: true, doc: "看哪个值"},
		{name: "基准", form: asFormula, required: true, doc: "与什么比"},
		{name: "起分", form: asFormula, doc: "恰为基准时的得分,默认为分值"},
		{name: "高", form: asShape, of: "一侧", doc: "高于基准时加分"},
		{name: "低", form: asShape, of: "一侧", doc: "低于基准时减分"},
	},
	"一侧": {
		{name: "量", form: asFormula, doc: "差距,默认为值与基准之差"},
		{name: "每", form: asFormula, doc: "一步多大"},
		{name: "分", form: asFormula, doc: "一步多少分"},
		{name: "分段", form: asShapes, of: "段", doc: "逐段递减的步长与分"},
		{name: "计步", form: asChoice, choices: stepChoices, doc: "不足一步的部分,默认按比例"},
		{name: "封顶", form: asFormula, doc: "这一侧最多加减多少"},
	},
	"段": {
		{name: "至", form: asFormula, doc: "本段到多少为止;最后一段不写"},
		{name: "每", form: asFormula, required: true, doc: "一步多大"},
		{name: "分", form: asFormula, required: true, doc: "一步多少分"},
	},
	"缺口": {{name: "项", form: asShapes, of: "缺口项", required: true, doc: "各项"}},
	"缺口项": {
		{name: "名称", form: asText, doc: "名称"},
		{name: "完成", form: asFormula, required: true, doc: "完成数"},
		{name: "应有", form: asFormula, required: true, doc: "应完成数"},
		{name: "每", form: asFormula, doc: "每缺多少,默认1"},
		{name: "分", form: asFormula, required: true, doc: "扣多少"},
		{name: "计步", form: asChoice, choices: stepChoices, doc: "不足一步的部分,默认按比例"},
		{name: "封顶", form: asFormula, doc: "本项最多扣多少"},
	},
	"逐项": {
		{name: "表", form: asText, doc: "哪张表,默认为项目"},
		{name: "条件", form: asFormula, doc: "只计哪些记录"},
		{name: "得分", form: asFormula, doc: "每条记录的得分"},
		{name: "就高", form: asShapes, of: "条件档", doc: "每条记录在各项中只取最高的一项"},
		{name: "限额", form: asShape, of: "限额", doc: "分期限额"},
	},
	"限额": {
		{name: "按", form: asFormula, required: true, doc: "期,如 季度(签约日期)"},
		{name: "期数", form: asWhole, required: true, doc: "共几期:季度为4,月为12"},
		{name: "最多", form: asFormula, required: true, doc: "每期最多多少分"},
	},
	"功效系数": {
		{name: "值", form: asFormula, required: true, doc: "看哪个值"},
		{name: "系数", form: asFormula, doc: "默认40"},
		{name: "基础", form: asFormula, doc: "默认60"},
		{name: "方向", form: asChoice, choices: []string{"越大越好", "越小越好"}, doc: "默认越大越好"},
		{name: "最大", form: asFormula, doc: "满意值,默认为组内最大"},
		{name: "最小", form: asFormula, doc: "不允许值,默认为组内最小"},
		{name: "全等", form: asFormula, doc: "最大等于最小时的原始值"},
		{name: "单家", form: asFormula, doc: "组内只有一家时的原始值"},
	},
	"对比": {
		{name: "值", form: asFormula, required: true, doc: "看哪个值"},
		{name: "对照", form: asText, required: true, doc: "最大、最小、平均,或一个公式"},
		{name: "方向", form: asChoice, choices: []string{"越大越好", "越小越好"}, doc: "越小越好时用 对照÷值"},
		{name: "全等", form: asFormula, doc: "全组相等时的原始值"},
		{name: "单家", form: asFormula, doc: "组内只有一家时的原始值"},
	},
	"名次": {
		{name: "值", form: asFormula, required: true, doc: "按哪个值排"},
		{name: "方向", form: asChoice, choices: []string{"越大越好", "越小越好"}, doc: "默认越大越好"},
		{name: "并列", form: asChoice, choices: []string{"跳号", "不跳号", "平均"}, doc: "并列后的名次,默认跳号"},
		{name: "首名", form: asFormula, doc: "第一名的得分,默认为分值"},
		{name: "递减", form: asFormula, doc: "每降一名减多少"},
		{name: "递减方式", form: asChoice, choices: []string{"按分", "按首名", "按上一名"}, doc: "递减是分(默认)、首名得分的百分比,还是上一名得分的百分比"},
		{name: "未中", form: asFormula, doc: "不在任何档时的得分"},
		{name: "档", form: asShapes, of: "名次档", doc: "名次段,如 1-3"},
		{name: "百分档", form: asShapes, of: "百分档", doc: "按名次占家数的百分比"},
		{name: "单家", form: asFormula, doc: "组内只有一家时的得分"},
		{name: "全等", form: asFormula, doc: "全组相等时的得分"},
	},
	"名次档": {
		{name: "名次", form: asText, required: true, doc: "如 1、2-5、6-"},
		{name: "得分", form: asFormula, required: true, doc: "得分"},
	},
	"百分档": {
		{name: "至", form: asFormula, required: true, doc: "到百分之几(含)"},
		{name: "得分", form: asFormula, required: true, doc: "得分"},
	},
	"评议": {
		{name: "事项", form: asText, required: true, doc: "评议的事项,同评分记录中的“事项”"},
		{name: "去极值", form: asFlag, doc: "去掉一个最高分和一个最低分"},
		{name: "组", form: asShapes, of: "评委组", doc: "评委分组加权;不写则不分组"},
	},
	"评委组": {
		{name: "名称", form: asText, required: true, doc: "评委组名"},
		{name: "权重", form: asFormula, required: true, doc: "权重"},
		{name: "去极值", form: asFlag, doc: "去掉一个最高分和一个最低分"},
	},
	"序时进度": {
		{name: "实绩", form: asFormula, required: true, doc: "完成数"},
		{name: "目标", form: asFormula, required: true, doc: "全年目标"},
		{name: "应达", form: asFormula, doc: "全年应达到目标的多少,默认100%"},
		{name: "月份", form: asFormula, doc: "默认为事实文件的月份"},
		{name: "位数", form: asWhole, doc: "百分数保留几位小数;不写则不舍入"},
		{name: "次序", form: asChoice, choices: []string{"先减后舍", "先舍后减"}, doc: "舍入与相减的次序"},
	},
	"同比": {
		{name: "本期", form: asFormula, required: true, doc: "本期数"},
		{name: "上期", form: asFormula, required: true, doc: "上期数"},
		{name: "上期为零", form: asFormula, doc: "上期为零时的值"},
		{name: "上期为负", form: asFormula, doc: "上期为负时的值,默认按(本期-上期)÷|上期|"},
	},
	"加权": {{name: "项", form: asShapes, of: "加权项", required: true, doc: "各项"}},
	"加权项": {
		{name: "名称", form: asText, doc: "名称"},
		{name: "值", form: asFormula, required: true, doc: "值"},
		{name: "权重", form: asFormula, required: true, doc: "权重"},
		{name: "处理", form: asOps, doc: "乘权重之前依次处理"},
	},
	"汇总": {
		{name: "公式", form: asFormula, doc: "默认为 基本分 + 加分 - 扣分"},
		{name: "处理", form: asOps, doc: "依次处理"},
	},
	"结论": {
		{name: "名称", form: asText, required: true, doc: "情形"},
		{name: "条款", form: asText, doc: "条款"},
		{name: "适用", form: asTexts, doc: "适用的分组"},
		{name: "当", form: asFormula, required: true, doc: "条件"},
		{name: "后果", form: asChoice, choices: []string{"总分为零", "定为等次", "名列末位", "升一档", "降一档", "取消评优", "否决"}, required: true, doc: "后果"},
		{name: "等次", form: asText, doc: "“定为等次”时的等次"},
	},
	"排名": {
		{name: "并列", form: asChoice, choices: []string{"跳号", "不跳号"}, doc: "默认跳号"},
		{name: "决胜", form: asFormulas, doc: "总分相同时依次比较,大者在前"},
		{name: "方向", form: asChoice, choices: []string{"越大越好", "越小越好"}, doc: "默认越大越好"},
	},
	"等次": {
		{name: "名称", form: asText, required: true, doc: "等次名"},
		{name: "当", form: asFormula, doc: "条件,可用 总分、名次、得分(…)"},
		{name: "名额", form: asAny, doc: "个数,或百分比如30%;可分组"},
		{name: "取整", form: asChoice, choices: []string{"舍去", "进一", "四舍五入"}, doc: "名额按百分比时的取整,默认舍去"},
		{name: "评优", form: asFlag, doc: "取消评优者不得进入此等次"},
	},
	"程序": {
		{name: "公示工作日", form: asWhole, low: 1, high: 60, doc: "结果公示几个工作日"},
		{name: "再公示", form: asFlag, doc: "申诉成立、结果有变的,是否再次公示"},
		{name: "再公示工作日", form: asWhole, low: 1, high: 60, doc: "再次公示几个工作日,默认同公示工作日"},
	},
	"用例": {
		{name: "名称", form: asText, required: true, doc: "名称"},
		{name: "说明", form: asText, doc: "说明"},
		{name: "事实", form: asAny, required: true, doc: "同事实文件"},
		{name: "期望", form: asAny, required: true, doc: "单位: {编号或量: 值, 总分:, 名次:, 等次:}"},
		{name: "期望提示", form: asTexts, doc: "应当出现的提示的代码"},
	},
}

// operations are the steps of 处理 and 先处理, each one key.
var operations = []key{
	{name: "封顶", form: asFormula, doc: "不高于"},
	{name: "保底", form: asFormula, doc: "不低于"},
	{name: "舍入", form: asWhole, doc: "四舍五入到几位小数"},
	{name: "舍去", form: asWhole, doc: "只舍不入到几位小数"},
	{name: "进位", form: asWhole, doc: "只入不舍到几位小数"},
	{name: "乘", form: asFormula, doc: "乘以"},
	{name: "除", form: asFormula, doc: "除以"},
	{name: "加", form: asFormula, doc: "加上"},
	{name: "减", form: asFormula, doc: "减去"},
	{name: "改为", form: asFormula, doc: "以公式改写,可用 值"},
}

// policies are the words of 缺数 and 除零.
var policies = []string{"报错", "零分", "满分", "不适用"}
