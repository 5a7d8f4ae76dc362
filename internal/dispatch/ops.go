package dispatch

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"luodi/internal/calendar"
	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/process"
)

// The names of what people do; the API's paths end in them.
const (
	ActInstruct  = "instruct"
	ActRemove    = "remove_instruction"
	ActRecompile = "recompile"
	ActIssue     = "issue"
	ActAnswer    = "answer"
	ActConfirm   = "confirm"
	ActSendBack  = "send_back"
	ActUrge      = "urge"
	ActRead      = "read"
)

// Formats of strings that name what only dispatching knows.
const (
	FormatLiaison = "liaison" // id of a liaison
	FormatProject = "project" // id of a project
)

const (
	maxInstructions = 100 // of a sheet
	maxFiles        = 20  // of an answer
	maxAhead        = 366 // days that a deadline may lie ahead
)

type (
	operation = process.Operation[State, Facts]
	decision  = process.Decision[State, Facts]
	target    = process.Target
	refusal   = process.Refusal
)

// table is everything that people do with a sheet. It is filled at the start of the
// program, for what the lines do looks back at it.
var table process.Table[State, Facts]

func init() {
	table = process.Table[State, Facts]{
		TakesPart: State.takesPart,
		Over: func(s State) string {
			if s.Ended() {
				return "周调度单已办结"
			}
			return ""
		},
		Operations: []operation{opInstruct, opRemove, opRecompile, opIssue, opAnswer, opConfirm, opSendBack, opUrge, opRead},
	}
}

// Actions lists every operation, whether the actor may do it now, and why not.
func Actions(s State, a org.Actor, at time.Time) []process.Action { return table.Actions(s, a, at) }

func (s State) takesPart(a org.Actor) bool {
	return a.Has(centreRoles...) || a.Has(org.CityLeader) ||
		slices.ContainsFunc(s.Instructions, func(x Instruction) bool { return x.Status != Planning && x.answers(a) })
}

// Who may do what, in words.
const (
	theCentre = "招商中心"
	theLeader = "招商中心负责人"
	theUnit   = "交办事项的承办单位"
)

// drafting is for the centre while the sheet isn't issued.
func drafting(roles ...org.Role) func(State, org.Actor, time.Time) ([]target, refusal) {
	return func(s State, a org.Actor, _ time.Time) ([]target, refusal) {
		switch {
		case !a.Has(roles...) && len(roles) == 1:
			return process.NotYou("由招商中心负责人办理")
		case !a.Has(roles...):
			return process.NotYou("由招商中心办理")
		case s.Stage == Compiling:
			return process.NotNow("调度单正在生成,请稍候")
		case s.Stage != Draft:
			return process.NotNow("调度单已经印发,内容不再变动")
		}
		return process.On(a)
	}
}

// among offers the instructions that fit, or says why none does.
func among(s State, a org.Actor, fits func(Instruction) bool, none string) ([]target, refusal) {
	var out []target
	for _, x := range s.Instructions {
		if fits(x) {
			out = append(out, target{ID: x.ID, Title: x.title(), As: a})
		}
	}
	if len(out) == 0 {
		return process.NotNow(none)
	}
	return out, refusal{}
}

// title is an instruction in a list of choices.
func (x Instruction) title() string {
	return fmt.Sprintf("第%s项 %s:%s", x.ID, x.Unit.Name, brief(x.Text))
}

func form(fields ...process.Field) func(State, []target) []process.Field {
	return func(State, []target) []process.Field { return fields }
}

func text(title string, lo, hi int) process.Field {
	return process.Field{Name: "text", Schema: process.Text(title, lo, hi), Optional: lo == 0}
}

func ref(name, title, format string) process.Field {
	return process.Field{Name: name, Schema: process.Ref(title, format), Optional: true}
}

// request is what the forms ask for; each operation reads its own part.
type request struct {
	Text    string   `json:"text"`
	Unit    string   `json:"unit"`
	Liaison string   `json:"liaison"`
	Project string   `json:"project"`
	Cadre   string   `json:"cadre"`
	Due     string   `json:"due"`
	Files   []string `json:"files"`
}

// said reads a decision's body with what the server added.
func said(d decision) (r request, g Given, err error) {
	if err = d.Read(&r); err == nil {
		err = d.Given(&g)
	}
	return r, g, err
}

// deadline reads a day that somebody has to meet.
func deadline(text string, at time.Time) (calendar.Date, *fault.Detail) {
	day, err := calendar.ParseDate(text)
	today := calendar.DateOf(at)
	switch {
	case err != nil:
		return day, &fault.Detail{Field: "/due", Code: "date_invalid", Message: "日期应写作 2023-05-01 的形式"}
	case day.Before(today):
		return day, &fault.Detail{Field: "/due", Code: "date_past", Message: "办理期限" + text + "早于今天"}
	case day.After(today.AddDays(maxAhead)):
		return day, &fault.Detail{Field: "/due", Code: "date_far", Message: "办理期限" + text + "在一年以后"}
	}
	return day, nil
}

// invalid collects everything that is wrong with a form.
func invalid(details []fault.Detail) error {
	if len(details) == 0 {
		return nil
	}
	return &fault.Error{Kind: fault.Invalid, Code: "body_invalid", Message: "填写内容有误:" + details[0].Message, Details: details}
}

var opInstruct = operation{
	Name: ActInstruct, Label: "交办", Who: theCentre,
	May: func(s State, a org.Actor, at time.Time) ([]target, refusal) {
		on, no := drafting(centreRoles...)(s, a, at)
		if len(on) > 0 && len(s.Instructions) >= maxInstructions {
			return process.NotNow(fmt.Sprintf("一份调度单最多交办%d项", maxInstructions))
		}
		return on, no
	},
	Form: form(
		text("交办内容", 2, 500),
		process.Field{Name: "due", Schema: process.DateText("办理期限")},
		ref("liaison", "针对的包联", FormatLiaison),
		ref("unit", "承办单位", process.FormatUnit),
		ref("project", "涉及项目", FormatProject),
		ref("cadre", "责任领导", process.FormatUser),
	),
	Do: func(d decision) ([]event.Body, error) {
		r, g, err := said(d)
		if err != nil {
			return nil, err
		}
		order := Order{ID: strconv.Itoa(d.State.Counter + 1), Text: r.Text}
		bad := order.about(r, g)
		bad = append(bad, order.to(r, g)...)
		day, wrong := deadline(r.Due, d.Cmd.At)
		if wrong != nil {
			bad = append(bad, *wrong)
		}
		order.Due = day
		return []event.Body{InstructionAdded{Order: order}}, invalid(bad)
	},
}

// about says what an order is about: a liaison, a project, or nothing in particular.
func (o *Order) about(r request, g Given) (bad []fault.Detail) {
	if r.Liaison != "" {
		x, ok := g.Liaisons[r.Liaison]
		switch {
		case !ok:
			bad = append(bad, fault.Detail{Field: "/liaison", Code: "liaison_unknown", Message: "没有这项包联"})
		case x.Over:
			bad = append(bad, fault.Detail{Field: "/liaison", Code: "liaison_ended", Message: x.ProjectName + "的包联已经结束,请直接交办单位"})
		}
		o.LiaisonID, o.ProjectID, o.ProjectName, o.Unit = r.Liaison, x.ProjectID, x.ProjectName, x.Department
	}
	if r.Project == "" || r.Project == o.ProjectID {
		return bad
	}
	name, ok := g.Projects[r.Project]
	switch {
	case !ok:
		bad = append(bad, fault.Detail{Field: "/project", Code: "project_unknown", Message: "没有这个项目"})
	case r.Liaison != "" && o.ProjectID != "":
		bad = append(bad, fault.Detail{Field: "/project", Code: "project_differs", Message: "项目与所选包联的项目不一致"})
	}
	o.ProjectID, o.ProjectName = r.Project, name
	return bad
}

// to says whose business an order is: the liaison's department, or the unit named.
func (o *Order) to(r request, g Given) (bad []fault.Detail) {
	u, ok := g.Units[r.Unit]
	switch {
	case r.Unit == "" && r.Liaison == "":
		bad = append(bad, fault.Detail{Field: "/unit", Code: "required", Message: "请填写承办单位,或选择针对的包联"})
	case r.Unit != "" && !ok:
		bad = append(bad, fault.Detail{Field: "/unit", Code: "unit_unknown", Message: "没有这个单位"})
	case r.Unit != "" && u.Kind == org.Leadership:
		bad = append(bad, fault.Detail{Field: "/unit", Code: "unit_leads", Message: "交办事项由部门、县市区或招商中心承办"})
	case r.Unit != "" && r.Liaison != "" && r.Unit != o.Unit.ID && o.Unit.ID != "":
		bad = append(bad, fault.Detail{Field: "/unit", Code: "unit_differs", Message: "针对包联的交办由包联单位" + o.Unit.Name + "承办,承办单位可以不填"})
	case r.Unit != "":
		o.Unit = Unit{u.ID, u.Name}
	}
	if r.Cadre == "" {
		return bad
	}
	person, ok := g.Users[r.Cadre]
	switch {
	case !ok || person.Disabled:
		bad = append(bad, fault.Detail{Field: "/cadre", Code: "user_unknown", Message: "没有这个人员"})
	case o.Unit.ID != "" && person.UnitID != o.Unit.ID:
		bad = append(bad, fault.Detail{Field: "/cadre", Code: "cadre_elsewhere", Message: person.Name + "不是承办单位的人员"})
	}
	o.CadreID, o.CadreName = r.Cadre, person.Name
	return bad
}

var opRemove = operation{
	Name: ActRemove, Label: "撤下交办事项", Who: theCentre, Field: "instruction", Title: "交办事项",
	May: func(s State, a org.Actor, at time.Time) ([]target, refusal) {
		if on, no := drafting(centreRoles...)(s, a, at); len(on) == 0 {
			return nil, no
		}
		return among(s, a, func(Instruction) bool { return true }, "尚无交办事项")
	},
	Do: func(d decision) ([]event.Body, error) {
		return []event.Body{InstructionRemoved{ID: d.On.ID, Text: brief(d.State.Instruction(d.On.ID).Text)}}, nil
	},
}

var opRecompile = operation{
	Name: ActRecompile, Label: "重新生成", Who: theCentre,
	May:  drafting(centreRoles...),
	Form: form(text("说明", 0, 200)),
	Do: func(d decision) ([]event.Body, error) {
		r, _, err := said(d)
		return []event.Body{RecompileAsked{Round: d.State.Round + 1, Text: r.Text}}, err
	},
}

var opIssue = operation{
	Name: ActIssue, Label: "印发", Who: theLeader, Danger: true,
	May: drafting(org.CentreLeader),
	Do: func(d decision) ([]event.Body, error) {
		out := IssuedSheet{Clocks: map[string]process.Clock{}}
		var bad []fault.Detail
		for i, x := range d.State.Instructions {
			if x.Due.Before(calendar.DateOf(d.Cmd.At)) {
				bad = append(bad, fault.Detail{Field: fmt.Sprintf("/instructions/%d/due", i), Code: "date_past",
					Message: "第" + x.ID + "项的办理期限" + x.Due.String() + "已过,请撤下后重新交办"})
			}
			out.Clocks[x.ID] = process.StartClockTo(d.Facts.Calendar, d.Cmd.At, x.Due, d.Facts.Terms)
		}
		return []event.Body{out}, invalid(bad)
	},
}

var opAnswer = operation{
	Name: ActAnswer, Label: "回复交办事项", Who: theUnit, Field: "instruction", Title: "交办事项",
	May: func(s State, a org.Actor, _ time.Time) ([]target, refusal) {
		mine := only(s.Instructions, func(x Instruction) bool { return x.Status != Planning && x.answers(a) })
		if len(mine) == 0 {
			return process.NotYou("由交办事项的承办单位回复")
		}
		return among(s, a, func(x Instruction) bool { return x.Status == Open && x.Direct && x.answers(a) },
			"没有待回复的交办事项(针对包联的,在该项包联中回复)")
	},
	Form: form(
		text("办理情况", 2, 2000),
		process.Field{Name: "files", Schema: process.List("附件", process.Ref("附件", process.FormatFile), 0, maxFiles), Optional: true},
	),
	Do: func(d decision) ([]event.Body, error) {
		r, g, err := said(d)
		if err != nil {
			return nil, err
		}
		b := InstructionAnswered{ID: d.On.ID, Round: d.State.Instruction(d.On.ID).Round, Name: d.On.As.Name, Text: r.Text}
		var bad []fault.Detail
		for i, id := range r.Files {
			f, ok := g.Files[id]
			if !ok {
				bad = append(bad, fault.Detail{Field: fmt.Sprintf("/files/%d", i), Code: "attachment_unknown", Message: "没有这个附件,或您无权使用"})
			}
			b.Files = append(b.Files, f)
		}
		return []event.Body{b}, invalid(bad)
	},
}

// checking is for the centre, on answers.
func checking(s State, a org.Actor, _ time.Time) ([]target, refusal) {
	if !a.Has(centreRoles...) {
		return process.NotYou("由招商中心核销")
	}
	return among(s, a, func(x Instruction) bool { return x.Status == Answered }, "没有待核销的交办事项")
}

var opConfirm = operation{
	Name: ActConfirm, Label: "核销", Who: theCentre, Field: "instruction", Title: "交办事项", May: checking,
	Form: form(text("核销意见", 0, 500)),
	Do: func(d decision) ([]event.Body, error) {
		r, _, err := said(d)
		return []event.Body{InstructionDone{ID: d.On.ID, Name: d.Cmd.Actor.Name, Text: r.Text}}, err
	},
}

var opSendBack = operation{
	Name: ActSendBack, Label: "退回重办", Who: theCentre, Field: "instruction", Title: "交办事项", May: checking,
	Form: form(text("退回理由", 2, 500), process.Field{Name: "due", Schema: process.DateText("新的办理期限")}),
	Do: func(d decision) ([]event.Body, error) {
		r, _, err := said(d)
		if err != nil {
			return nil, err
		}
		day, wrong := deadline(r.Due, d.Cmd.At)
		if wrong != nil {
			return nil, invalid([]fault.Detail{*wrong})
		}
		clock := process.StartClockTo(d.Facts.Calendar, d.Cmd.At, day, d.Facts.Terms)
		return []event.Body{InstructionReturned{ID: d.On.ID, Text: r.Text, Due: day, Clock: clock}}, nil
	},
}

var opUrge = operation{
	Name: ActUrge, Label: "催办", Who: theCentre + "、市领导", Field: "instruction", Title: "交办事项",
	May: func(s State, a org.Actor, at time.Time) ([]target, refusal) {
		if !a.Has(centreRoles...) && !a.Has(org.CityLeader) {
			return process.NotYou("由招商中心或市领导催办")
		}
		return among(s, a, func(x Instruction) bool {
			return x.Status == Open && x.Direct && (x.UrgedAt.IsZero() || calendar.DateOf(x.UrgedAt) != calendar.DateOf(at))
		}, "没有可以催办的交办事项(同一事项每天催办一次;针对包联的,在该项包联中催办)")
	},
	Form: form(text("催办留言", 0, 200)),
	Do: func(d decision) ([]event.Body, error) {
		r, _, err := said(d)
		return []event.Body{Urged{ID: d.On.ID, Text: r.Text}}, err
	},
}

var opRead = operation{
	Name: ActRead, Label: "已阅", Who: "收到调度单的单位", Late: true, Readers: true,
	May: func(s State, a org.Actor, _ time.Time) ([]target, refusal) {
		switch {
		case a.For != nil:
			return process.NotYou("已阅由本人签收,不能代理")
		case s.Stage != Issued && s.Stage != Closed:
			return process.NotNow("调度单尚未印发")
		case slices.ContainsFunc(s.Reads, func(r Read) bool { return r.UserID == a.UserID }):
			return process.NotNow("您已签收,无需再次签收")
		case !a.ReadsAll() && !slices.ContainsFunc(s.Readers(), func(r process.Reader) bool { return r.UnitID == a.UnitID }):
			return process.NotYou("您所在单位没有收到这份调度单")
		}
		return process.On(a)
	},
	Do: func(decision) ([]event.Body, error) { return []event.Body{WasRead{}}, nil },
}
