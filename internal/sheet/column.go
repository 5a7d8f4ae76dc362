package sheet

import (
	"slices"
	"strings"

	"luodi/internal/calendar"
	"luodi/internal/money"
	"luodi/internal/org"
	"luodi/internal/project"
)

// measure says what unit a column's header must name.
type measure int

const (
	plain  measure = iota
	amount         // 元, 万元 or 亿元: the header must say which
	land           // 亩
	energy         // 吨标准煤/年
)

// column is one property in a sheet: the header we write, the headers we accept,
// how to read a cell and what to write into one.
type column struct {
	field    string
	header   string
	names    []string
	measure  measure
	required bool // the header must be there
	width    float64
	options  []string // of a drop-down
	read     func(*entry, string) *trouble
	write    func(project.Project) any
}

// entry is a row while it is read.
type entry struct {
	draft      project.Draft
	counties   map[string]string // name or short name to unit id
	epoch      calendar.Date     // day 0 of the workbook's date numbers
	unit       money.Amount      // of the amount column that is read now
	fundsSum   money.Amount      // 到位资金 as one figure…
	fundsOn    calendar.Date     // …with its day
	fundsGiven bool
}

// trouble is what is wrong with a cell.
type trouble struct{ code, message string }

// columns lists the properties in the order of a written sheet.
func columns(units []org.Unit) []column {
	names := map[string]string{}
	var counties []string
	for _, u := range units {
		if u.Kind == org.County {
			names[u.ID] = u.Name
			counties = append(counties, u.Name)
		}
	}
	all := []column{
		text("code", 14, func(d *project.Draft) *string { return &d.Code }, "编号", "项目代码", "项目编码"),
		text("name", 36, func(d *project.Draft) *string { return &d.Name }, "名称", "项目名").must(),
		text("investor", 30, func(d *project.Draft) *string { return &d.Investor },
			"投资主体", "投资企业", "投资方名称", "投资企业名称", "投资单位", "投资商", "投资公司").must(),
		choice("investor_kind", project.InvestorKinds, func(d *project.Draft) *project.InvestorKind { return &d.InvestorKind },
			investorKindNames, "企业性质", "投资主体性质", "投资方类型"),
		countyColumn(counties, names),
		choice("industry_tier", project.Tiers, func(d *project.Draft) *project.Tier { return &d.IndustryTier },
			tierNames, "一主四优多支撑", "产业类别", "产业层次"),
		text("industry", 18, func(d *project.Draft) *string { return &d.Industry }, "产业", "行业", "所属行业"),
		text("chain", 18, func(d *project.Draft) *string { return &d.Chain }, "所属产业链"),
		amountColumn(),
		flag("framework", func(d *project.Draft) *bool { return &d.Framework }, "是否框架协议", "是否为框架协议"),
		flag("above_scale", func(d *project.Draft) *bool { return &d.AboveScale }, "是否规模项目", "规模以上", "是否规模以上", "规模以上项目"),
		quantity("land_area", "(亩)", land, func(d *project.Draft) *project.Quantity { return &d.LandArea }, "用地", "占地面积", "土地面积", "用地需求"),
		quantity("energy_use", "(吨标准煤/年)", energy, func(d *project.Draft) *project.Quantity { return &d.EnergyUse }, "综合能耗", "年能耗", "能耗"),
		flag("chemicals", func(d *project.Draft) *bool { return &d.Chemicals },
			"是否涉及危化品", "危化品", "涉及危险化学品", "是否涉及危险化学品"),
		text("team", 22, func(d *project.Draft) *string { return &d.Team }, "招商专班", "专班", "驻外专班"),
		text("ambassador", 22, func(d *project.Draft) *string { return &d.Ambassador }),
		text("event", 34, func(d *project.Draft) *string { return &d.Event }, "招商活动", "活动名称", "签约活动名称"),
		choice("verification", project.Verifications, func(d *project.Draft) *project.Verification { return &d.Verification },
			nil, "省商务厅审核认定", "审核认定"),
		text("contact_name", 12, func(d *project.Draft) *string { return &d.ContactName }, "项目联系人"),
		text("contact_phone", 16, func(d *project.Draft) *string { return &d.ContactPhone }, "电话", "联系方式", "手机", "手机号"),
		choice("stage", project.Stages, func(d *project.Draft) *project.Stage { return &d.Stage }, stageNames, "阶段", "项目状态", "当前阶段"),
		date("signed_on", func(d *project.Draft) *calendar.Date { return &d.SignedOn }, "签约时间"),
		date("landed_on", func(d *project.Draft) *calendar.Date { return &d.LandedOn },
			"落地日期", "落地时间", "注册日期", "注册时间", "注册落地时间"),
		date("started_on", func(d *project.Draft) *calendar.Date { return &d.StartedOn }, "开工时间"),
		date("in_statistics_on", func(d *project.Draft) *calendar.Date { return &d.InStatisticsOn }, "入库时间", "入统日期", "入统时间"),
		date("in_production_on", func(d *project.Draft) *calendar.Date { return &d.InProductionOn }, "投产时间"),
		fundsList(),
		flag("illustrative", func(d *project.Draft) *bool { return &d.Illustrative }, "是否示例"),
		text("remark", 40, func(d *project.Draft) *string { return &d.Remark }, "说明"),
	}
	return all
}

// readOnly are columns that a sheet may have and that we never write.
func readOnly() []column {
	return []column{
		{field: "funds_arrived", header: "到位资金", measure: amount, names: []string{"累计到位资金", "已到位资金", "实际到位资金"}, read: readFundsSum},
		{field: "funds_arrived", header: "到位日期", names: []string{"到账日期", "资金到位日期", "资金到位时间", "到账时间", "到位时间"}, read: readFundsDay},
	}
}

// ignored are headers that carry nothing to keep.
var ignored = []string{"序号", "编号序号", "No", "NO", "№"}

var (
	investorKindNames = map[string]project.InvestorKind{
		"中央企业": project.CentralSOE, "国有企业": project.StateOwned, "民营企业": project.Private, "民营": project.Private,
		"外商投资": project.Foreign, "外资企业": project.Foreign, "外商": project.Foreign,
		"港澳台": project.HMT, "港澳台投资": project.HMT,
	}
	tierNames  = map[string]project.Tier{"“一主”": project.Lead, "“四优”": project.Advantaged, "“多支撑”": project.Supporting}
	stageNames = map[string]project.Stage{
		"洽谈": project.Negotiating, "已签约": project.Signed, "落地": project.Landed, "已落地": project.Landed, "已注册": project.Landed,
		"已开工": project.Started, "在建": project.Started, "已入库": project.InStatistics, "已投产": project.InProduction,
		"已终止": project.Ended, "通过": project.Cleared,
	}
)

func (c column) must() column { c.required = true; return c }

func text(field string, width float64, of func(*project.Draft) *string, names ...string) column {
	return column{
		field: field, header: project.Label(field), names: names, width: width,
		read:  func(e *entry, s string) *trouble { *of(&e.draft) = s; return nil },
		write: func(p project.Project) any { d := project.DraftOf(p); return *of(&d) },
	}
}

func choice[T ~string](field string, options []project.Option[T], of func(*project.Draft) *T, also map[string]T, names ...string) column {
	values := map[string]T{}
	var labels []string
	for _, o := range options {
		values[o.Label] = o.Value
		labels = append(labels, o.Label)
	}
	for name, v := range also {
		values[name] = v
	}
	return column{
		field: field, header: project.Label(field), names: names, width: 12, options: labels,
		read: func(e *entry, s string) *trouble {
			v, ok := values[squeeze(s)]
			if !ok && !blank(s) {
				return &trouble{"option_unknown", "“" + shorten(s) + "”不在可选值中,只能填:" + strings.Join(labels, "、")}
			}
			*of(&e.draft) = v
			return nil
		},
		write: func(p project.Project) any {
			d := project.DraftOf(p)
			i := slices.IndexFunc(options, func(o project.Option[T]) bool { return o.Value == *of(&d) })
			if i < 0 {
				return nil
			}
			return options[i].Label
		},
	}
}

func flag(field string, of func(*project.Draft) *bool, names ...string) column {
	return column{
		field: field, header: project.Label(field), names: names, width: 10, options: []string{"是", "否"},
		read: func(e *entry, s string) *trouble {
			v, ok := parseBool(s)
			if !ok {
				return &trouble{"yes_no_invalid", "“" + shorten(s) + "”看不出是或否,请填“是”或“否”"}
			}
			*of(&e.draft) = v
			return nil
		},
		write: func(p project.Project) any {
			if d := project.DraftOf(p); *of(&d) {
				return "是"
			}
			return "否"
		},
	}
}

func date(field string, of func(*project.Draft) *calendar.Date, names ...string) column {
	return column{
		field: field, header: project.Label(field), names: names, width: 13,
		read: func(e *entry, s string) (t *trouble) {
			*of(&e.draft), t = parseDate(s, e.epoch)
			return t
		},
		write: func(p project.Project) any { d := project.DraftOf(p); return *of(&d) },
	}
}

func quantity(field, unit string, m measure, of func(*project.Draft) *project.Quantity, names ...string) column {
	return column{
		field: field, header: project.Label(field) + unit, names: append(names, project.Label(field)), measure: m, width: 14,
		read: func(e *entry, s string) *trouble {
			if blank(s) {
				return nil
			}
			n, ok := parseNumber(s)
			if !ok {
				return &trouble{"number_invalid", "“" + shorten(s) + "”不是数字,请只填数字,单位写在表头"}
			}
			*of(&e.draft) = project.Quantity(n)
			return nil
		},
		write: func(p project.Project) any { d := project.DraftOf(p); return *of(&d) },
	}
}

func amountColumn() column {
	return column{
		field: "agreed_amount", header: project.Label("agreed_amount") + "(万元)", measure: amount, required: true, width: 16,
		names: []string{"协议金额", "协议投资额", "协议总投资", "协议投资", "投资总额", "总投资", "总投资额", "投资额", "投资金额",
			"签约金额", "计划总投资", "项目总投资", "计划投资"},
		read: func(e *entry, s string) (t *trouble) {
			e.draft.AgreedAmount, t = parseAmount(s, e.unit)
			return t
		},
		write: func(p project.Project) any { return p.AgreedAmount },
	}
}

func countyColumn(options []string, names map[string]string) column {
	return column{
		field: "county_id", header: project.Label("county_id"), required: true, width: 16, options: options,
		names: []string{"所属县市区", "落户地", "县(市、区)", "县(市区)", "县区", "所属县市", "所属县区", "属地", "落地县市区", "责任县市区", "项目所在地"},
		read: func(e *entry, s string) *trouble {
			if blank(s) {
				return nil // Check asks for it
			}
			id, ok := e.counties[squeeze(s)]
			if !ok {
				return &trouble{"county_unknown", "没有名为“" + shorten(s) + "”的县市区,只能填:" + strings.Join(options, "、")}
			}
			e.draft.CountyID = id
			return nil
		},
		write: func(p project.Project) any { return names[p.CountyID] },
	}
}

// fundsList is the form we write: it keeps every payment with its day.
func fundsList() column {
	return column{
		field: "funds_arrived", header: "到位资金明细(万元)", names: []string{"到位资金明细"}, width: 30,
		read: func(e *entry, s string) (t *trouble) {
			e.draft.FundsArrived, t = parseFunds(s)
			return t
		},
		write: func(p project.Project) any { return project.FundsText(p.FundsArrived) },
	}
}

func readFundsSum(e *entry, s string) (t *trouble) {
	if blank(s) {
		return nil
	}
	e.fundsSum, t = parseAmount(s, e.unit)
	e.fundsGiven = e.fundsSum != 0
	return t
}

func readFundsDay(e *entry, s string) (t *trouble) {
	e.fundsOn, t = parseDate(s, e.epoch)
	return t
}

// funds joins the two columns 到位资金 and 到位日期 into one payment.
func (e *entry) funds() *trouble {
	switch {
	case !e.fundsGiven:
		return nil
	case len(e.draft.FundsArrived) > 0:
		return &trouble{"funds_twice", "“到位资金”与“到位资金明细”只能填一个"}
	case e.fundsOn.IsZero():
		return &trouble{"funds_day_missing", "到位资金须有到位日期,请增加“到位日期”一列"}
	}
	e.draft.FundsArrived = []project.Funds{{On: e.fundsOn, Amount: e.fundsSum}}
	return nil
}
