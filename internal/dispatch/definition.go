package dispatch

import (
	"fmt"
	"time"

	"luodi/internal/calendar"
	"luodi/internal/event"
	"luodi/internal/org"
	"luodi/internal/process"
)

// Kind prefixes the streams and workflow ids of dispatch sheets.
const Kind = "dispatch"

// Definition is what the generic shell, recorder and API need to run dispatch sheets.
func Definition() process.Definition[State, Facts] {
	return process.Definition[State, Facts]{
		Kind: Kind, Decide: Decide, Evolve: Evolve, Timers: Timers, Ended: State.Ended, Summary: Summary,
		Actions: Actions, Tell: Tell, Tasks: Tasks, Effects: Effects, Readers: State.Readers,
	}
}

// Summary is what lists and the engine show of a sheet. It belongs to no project.
func Summary(s State) process.Summary {
	return process.Summary{Stage: string(s.Stage), Title: s.Label(), Due: s.Due()}
}

// Tasks lists whom the sheet waits for now. What a liaison carries is a task there.
func Tasks(s State) []process.Task {
	var out []process.Task
	if s.Stage == Draft {
		out = append(out, process.Task{Key: "issue/" + fmt.Sprint(s.Round), Action: ActIssue, Title: "审核并印发" + s.Label(), UnitID: centreUnit,
			Roles: centreRoles, OpenedAt: s.Frozen.At, Light: process.Green})
	}
	for _, x := range s.Instructions {
		key := fmt.Sprintf("%s/%d", x.ID, x.Round)
		switch {
		case x.Status == Open && x.Direct:
			out = append(out, process.Task{
				Key: "answer/" + key, Action: ActAnswer, Title: "交办:" + brief(x.Text), UnitID: x.Unit.ID, Roles: answerers(x.Unit.ID),
				Urged: x.Urges, OpenedAt: x.OpenedAt, Due: x.Clock.Due, Provisional: x.Clock.Provisional, Light: x.Light, Reminded: x.Reminded,
			})
		case x.Status == Answered:
			out = append(out, process.Task{Key: "confirm/" + key, Action: ActConfirm, Title: "核销:" + x.Unit.Name + "," + brief(x.Text),
				UnitID: centreUnit, Roles: centreRoles, OpenedAt: x.AnsweredAt, Light: process.Green})
		}
	}
	return out
}

func answerers(unit string) []org.Role {
	if unit == centreUnit {
		return centreRoles
	}
	return unitRoles
}

// Timers lists the moments the sheet waits for: of each running instruction the next mark.
func Timers(s State) []process.Timer {
	var out []process.Timer
	for _, x := range s.with(Open) {
		add := func(name string, at time.Time, what, command string) {
			out = append(out, process.Timer{Name: fmt.Sprintf("%s/%s/%d", name, x.ID, x.Round), At: at,
				Summary: "交办事项" + x.ID + what, Command: command, Body: timed{ID: x.ID, Round: x.Round}})
		}
		if x.Direct && !x.Reminded && x.Light == process.Green && x.Clock.RemindAt.After(x.OpenedAt) {
			add("remind", x.Clock.RemindAt, "提醒", cmdRemind)
		}
		switch x.Light {
		case process.Green:
			add("due", x.Clock.Due, "到期", cmdLate)
		case process.Yellow:
			add("red", x.Clock.RedAt, "超过宽限", cmdLate)
		}
	}
	return out
}

// The effects of a sheet.
const (
	EffectCompile  = "dispatch.compile"  // body: Compilation; result: Compiled
	EffectInstruct = "dispatch.instruct" // body: Message; result: InstructionSent
)

// Compilation asks for the sheet's content.
type Compilation struct {
	Planned
	Round int `json:"round"`
}

// Message is an instruction for a liaison. Instruction is its id there: the sheet, the
// number and the round, so that the liaison takes each once.
type Message struct {
	ID          string        `json:"id"`
	Round       int           `json:"round"`
	LiaisonID   string        `json:"liaison_id"`
	Instruction string        `json:"instruction"`
	Sheet       string        `json:"sheet"`
	Text        string        `json:"text"`
	Due         calendar.Date `json:"due"`
}

// MessageID is an instruction's id in its liaison.
func (s State) MessageID(x Instruction) string { return fmt.Sprintf("%s/%s/%d", s.ID, x.ID, x.Round) }

// Effects lists what has to be done in the world: the content to be compiled, the
// instructions to be handed to liaisons.
func Effects(s State) []process.Effect {
	var out []process.Effect
	if s.Stage == Compiling {
		out = append(out, process.Effect{Key: fmt.Sprintf("compile/%d", s.Round), Name: EffectCompile, Command: cmdCompiled,
			Body: process.Encoded(Compilation{Planned: Planned{s.Window, s.DueAt}, Round: s.Round})})
	}
	for _, x := range s.with(Open) {
		if x.Direct || x.Sent {
			continue
		}
		out = append(out, process.Effect{Key: fmt.Sprintf("instruct/%s/%d", x.ID, x.Round), Name: EffectInstruct, Command: cmdSent,
			Body: process.Encoded(Message{ID: x.ID, Round: x.Round, LiaisonID: x.LiaisonID, Instruction: s.MessageID(x), Sheet: s.ID, Text: x.order(), Due: x.Due})})
	}
	return out
}

// order is what the liaison reads: the text, and why an answer was sent back.
func (x Instruction) order() string {
	if x.Returned == "" {
		return x.Text
	}
	return x.Text + "(退回重办:" + x.Returned + ")"
}

// Tell puts an event into words for the timeline. Automatic steps say that they are,
// and what was made after its time says when it was due.
func Tell(e event.Event) string {
	if tell, ok := tellings[e.Type]; ok {
		return tell(e)
	}
	return e.Type
}

// tellings are filled at the start of the program, one for every event.
var tellings = map[string]func(event.Event) string{
	"dispatch.opened": event.Told(func(b OpenedSheet, e event.Event) string {
		head := "制作" + b.Week.Label() + "周调度单"
		if e.Actor.System {
			head = "【自动】" + head
		}
		if calendar.DateOf(e.At).After(calendar.DateOf(b.DueAt)) {
			head += "(补制,应于" + moment(b.DueAt) + "制作)"
		}
		return head
	}),
	"dispatch.compiled": event.Told(func(b Compiled, _ event.Event) string {
		return fmt.Sprintf("【自动】生成内容:在办包联%d项,逾期节点%d个,变灯%d次,未销号问题%d个", b.City.Liaisons, b.City.MilestonesLate, b.City.Worse+b.City.Better, b.City.ProblemsOpen)
	}),
	"dispatch.recompile_asked": event.Told(func(b RecompileAsked, e event.Event) string { return with("重新生成", b.Text) + signed(e) }),
	"dispatch.instruction_added": event.Told(func(b InstructionAdded, e event.Event) string {
		return fmt.Sprintf("拟交办第%s项,由%s于%s前办理:%s", b.Order.ID, b.Order.Unit.Name, b.Order.Due, b.Order.Text) + signed(e)
	}),
	"dispatch.instruction_removed": event.Told(func(b InstructionRemoved, e event.Event) string {
		return "撤下第" + b.ID + "项:" + b.Text + signed(e)
	}),
	"dispatch.issued": event.Told(func(b IssuedSheet, e event.Event) string {
		return fmt.Sprintf("印发,交办%d项", len(b.Clocks)) + signed(e)
	}),
	"dispatch.instruction_sent": event.Told(func(b InstructionSent, _ event.Event) string {
		if b.Refused != "" {
			return "【自动】第" + b.ID + "项不能由包联办理(" + b.Refused + "),转由承办单位直接回复"
		}
		return "【自动】第" + b.ID + "项已交包联办理"
	}),
	"dispatch.instruction_answered": event.Told(func(b InstructionAnswered, e event.Event) string {
		head := "回复第" + b.ID + "项"
		if !b.At.IsZero() {
			head = "【自动】" + b.Name + "已于" + moment(b.At) + "在包联中回复第" + b.ID + "项"
		}
		return with(head, b.Text) + signed(e)
	}),
	"dispatch.instruction_returned": event.Told(func(b InstructionReturned, e event.Event) string {
		return with("退回第"+b.ID+"项重办,于"+b.Due.String()+"前办理", b.Text) + signed(e)
	}),
	"dispatch.instruction_done": event.Told(func(b InstructionDone, e event.Event) string { return with("核销第"+b.ID+"项", b.Text) + signed(e) }),
	"dispatch.reminded": event.Told(func(b Reminded, _ event.Event) string {
		return "【自动】第" + b.ID + "项应于" + moment(b.Due) + "前办理,已提醒"
	}),
	"dispatch.overdue": event.Told(func(b Overdue, _ event.Event) string {
		return fmt.Sprintf("【自动】第%s项应于%s前办理,%s", b.ID, moment(b.Due), overdue[b.Light])
	}),
	"dispatch.clock_moved": event.Told(func(b ClockMoved, _ event.Event) string {
		return "【自动】放假安排有变,第" + b.ID + "项的期限改为" + moment(b.Clock.Due)
	}),
	"dispatch.urged":  event.Told(func(b Urged, e event.Event) string { return with("催办第"+b.ID+"项", b.Text) + signed(e) }),
	"dispatch.read":   event.Told(func(_ WasRead, e event.Event) string { return "已阅:" + e.Actor.Name }),
	"dispatch.closed": event.Told(func(ClosedSheet, event.Event) string { return "【自动】交办事项全部核销,调度单办结" }),
}

var overdue = map[process.Light]string{process.Yellow: "已逾期,亮黄灯", process.Red: "逾期超过宽限,亮红灯"}

func moment(t time.Time) string { return t.In(calendar.Shanghai).Format("2006-01-02 15:04") }

func with(head, text string) string {
	if text == "" {
		return head
	}
	return head + "。" + text
}

// signed names whoever was stood in for.
func signed(e event.Event) string {
	if e.Actor.For == nil {
		return ""
	}
	return "(" + e.Actor.Name + "代" + e.Actor.For.Name + ")"
}
