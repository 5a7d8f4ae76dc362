package assessment

import (
	"slices"

	"luodi/internal/process"
)

func words(title string, lo int) func(State, []target) []process.Field {
	return func(State, []target) []process.Field {
		return []process.Field{{Name: "text", Schema: process.Text(title, lo, 500), Optional: lo == 0}}
	}
}

func reason(fields ...process.Field) []process.Field {
	return append(fields, process.Field{Name: "text", Schema: process.Text("理由", 2, 500)})
}

func membersForm(s State, _ []target) []process.Field {
	var groups []process.Choice
	for _, g := range s.Plan.Book.Groups {
		groups = append(groups, process.Choice{Const: g.Name, Title: g.Name})
	}
	item := process.Object(process.Field{Name: "unit_id", Schema: process.Ref("单位", process.FormatUnit)}, process.Field{Name: "group", Schema: process.OneOf("分组", groups...)})
	return []process.Field{{Name: "members", Schema: process.List("被考核单位", item, 1, 500)}}
}

func bookForm(why bool) func(State, []target) []process.Field {
	return func(State, []target) []process.Field {
		fields := []process.Field{{Name: "book_id", Schema: process.Text("细则编号", 1, 64)}}
		if why {
			return reason(fields...)
		}
		return fields
	}
}

func dutiesForm(s State, _ []target) []process.Field {
	var leaves []process.Choice
	for _, i := range s.Plan.Book.Indicators {
		if i.Leaf {
			leaves = append(leaves, process.Choice{Const: i.ID, Title: i.ID + " " + i.Name})
		}
	}
	item := process.Object(process.Field{Name: "indicator", Schema: process.OneOf("指标", leaves...)}, process.Field{Name: "unit_id", Schema: process.Ref("核实单位", process.FormatUnit)})
	return []process.Field{{Name: "duties", Schema: process.List("分工(未列的由考核办核实)", item, 0, 500)}}
}

// timed are the stages that may have a term; publicity's is the book's where it has one.
var timed = []Stage{Reporting, Verifying, Scoring, Rechecking, Publicity, Appealing, Grading}

func termsForm(State, []target) []process.Field {
	var fields []process.Field
	for _, st := range timed {
		fields = append(fields, process.Field{Name: string(st), Schema: process.Whole(st.Label()+"(个工作日,0为不限)", 0, 60), Optional: true})
	}
	return append(fields,
		process.Field{Name: "remind", Schema: process.Whole("提前提醒(个工作日)", 0, 10), Optional: true},
		process.Field{Name: "grace", Schema: process.Whole("逾期几个工作日后亮红灯", 0, 10), Optional: true},
		process.Field{Name: "lapse", Schema: process.YesNo("亮红灯仍未提交自评的,自动按登记数代填(标明自动)"), Optional: true})
}

func judgesForm(s State, _ []target) []process.Field {
	var topics []process.Choice
	var panels []process.Choice
	for _, t := range s.Plan.Book.Topics {
		topics = append(topics, process.Choice{Const: t.Name, Title: t.Name})
		for _, p := range t.Panels {
			if !slices.ContainsFunc(panels, func(c process.Choice) bool { return c.Const == p }) {
				panels = append(panels, process.Choice{Const: p, Title: p})
			}
		}
	}
	fields := []process.Field{{Name: "user_id", Schema: process.Ref("评委", process.FormatUser)}, {Name: "topics", Schema: process.List("评议事项", process.OneOf("事项", topics...), 1, 50)}}
	if len(panels) > 0 {
		fields = append(fields, process.Field{Name: "panel", Schema: process.OneOf("评委组", panels...), Optional: true})
	}
	return []process.Field{{Name: "judges", Schema: process.List("评委", process.Object(fields...), 0, 200)}}
}

func nameForm(s State, _ []target) []process.Field {
	return reason(process.Field{Name: "unit_id", Schema: process.OneOf("单位", units(s)...)}, process.Field{Name: "name", Schema: process.Text("新名称", 2, 64)})
}

func mergeForm(s State, _ []target) []process.Field {
	return reason(process.Field{Name: "unit_id", Schema: process.OneOf("被并入的单位", units(s)...)}, process.Field{Name: "into", Schema: process.OneOf("并入", units(s)...)},
		process.Field{Name: "add_targets", Schema: process.YesNo("任务一并计入(数量、金额类目标相加)"), Optional: true})
}

func units(s State) []process.Choice {
	var out []process.Choice
	for _, m := range s.Active() {
		out = append(out, process.Choice{Const: m.UnitID, Title: m.Name})
	}
	return out
}

func timeForm(State, []target) []process.Field {
	return reason(process.Field{Name: "days", Schema: process.Whole("延长(个工作日)", 1, 30)})
}

func markForm(s State, all []target) []process.Field {
	item := process.Object(process.Field{Name: "unit_id", Schema: process.OneOf("单位", units(s)...)}, process.Field{Name: "mark", Schema: process.Text("分(0至100)", 1, 6)})
	return []process.Field{{Name: "marks", Schema: process.List("打分", item, 1, 500)}}
}

func drawForm(State, []target) []process.Field {
	return []process.Field{{Name: "per", Schema: process.Whole("每个单位抽取几项", 1, 20)},
		{Name: "seed", Schema: process.Text("随机种子(如开奖号码;不填由系统生成)", 0, 64), Optional: true}}
}

func inspectForm(State, []target) []process.Field {
	return []process.Field{{Name: "found", Schema: process.OneOf("现场情况", process.Choice{Const: "true", Title: "与所报一致"}, process.Choice{Const: "false", Title: "与所报不一致"})},
		{Name: "text", Schema: process.Text("说明(不一致时必填)", 0, 500), Optional: true}}
}

func returnForm(State, []target) []process.Field {
	return []process.Field{
		{Name: "to", Schema: process.OneOf("退回至", process.Choice{Const: string(Scoring), Title: "计分(数据无误,重新计分)"}, process.Choice{Const: string(Verifying), Title: "核实(数据有误,重新核实)"})},
		{Name: "text", Schema: process.Text("退回原因", 2, 500)},
	}
}

func appealForm(s State, all []target) []process.Field {
	var leaves []process.Choice
	for _, i := range s.Plan.Book.Indicators {
		if i.Leaf && slices.ContainsFunc(all, func(t target) bool { m := s.Member(t.ID); return m != nil && i.Of(m.Group) }) {
			leaves = append(leaves, process.Choice{Const: i.ID, Title: i.ID + " " + i.Name})
		}
	}
	return []process.Field{{Name: "indicator", Schema: process.OneOf("指标", leaves...)}, {Name: "text", Schema: process.Text("申诉理由", 5, 2000)},
		{Name: "files", Schema: process.List("佐证材料", process.Ref("附件", process.FormatFile), 0, 10), Optional: true}}
}

func ruleForm(s State, _ []target) []process.Field {
	var figures []process.Choice
	for _, a := range s.Appeals {
		for _, f := range a.Figures {
			if a.Open() && !slices.ContainsFunc(figures, func(c process.Choice) bool { return c.Const == f }) {
				figures = append(figures, process.Choice{Const: f, Title: f})
			}
		}
	}
	item := process.Object(process.Field{Name: "figure", Schema: process.OneOf("数据项", figures...)}, process.Field{Name: "value", Schema: process.Text("更正为", 1, 100)})
	return []process.Field{
		{Name: "result", Schema: process.OneOf("裁定", process.Choice{Const: "accepted", Title: "成立"}, process.Choice{Const: "refused", Title: "不成立"})},
		{Name: "text", Schema: process.Text("裁定理由", 5, 2000)},
		{Name: "corrections", Schema: process.List("更正数据", item, 0, 20).Only("result", "accepted"), Optional: true},
		{Name: "projects", Schema: process.List("按更正后的登记重新读取的项目(项目编号)", process.Text("项目编号", 1, 64), 0, 50).Only("result", "accepted"), Optional: true},
	}
}

func adjustForm(s State, _ []target) []process.Field {
	var grades []process.Choice
	for _, g := range s.Plan.Book.Grades {
		grades = append(grades, process.Choice{Const: g, Title: g})
	}
	return []process.Field{{Name: "grade", Schema: process.OneOf("调整为", grades...)}, {Name: "text", Schema: process.Text("理由和依据", 5, 1000)}}
}
