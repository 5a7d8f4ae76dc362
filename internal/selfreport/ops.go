package selfreport

import (
	"fmt"
	"slices"
	"time"

	"luodi/internal/calendar"
	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/process"
)

// The names of what people do; the API's paths end in them.
const (
	ActFill      = "fill"
	ActRefresh   = "refresh"
	ActSubmit    = "submit"
	ActTakeBack  = "take_back"
	ActConfirm   = "confirm"
	ActCorrect   = "correct"
	ActReturn    = "return"
	ActReopen    = "reopen"
	ActFraud     = "fraud"
	ActVoidFraud = "void_fraud"
	ActAskTime   = "ask_time"
	ActGrantTime = "grant_time"
	ActDenyTime  = "deny_time"
)

type (
	operation = process.Operation[State, Facts]
	decision  = process.Decision[State, Facts]
	target    = process.Target
	refusal   = process.Refusal
	may       = func(State, org.Actor, time.Time) ([]target, refusal)
)

// Who may do what, in words.
const (
	theUnit     = "被考核单位经办人"
	theVerifier = "该数据的核实单位"
	theOffice   = "考核人员"
)

// table is everything that people do with a self-report, in the order of the buttons.
var table process.Table[State, Facts]

func init() { // the table's operations speak of the table's state
	table = process.Table[State, Facts]{
		TakesPart: func(s State, a org.Actor) bool {
			return s.reports(a) || s.assesses(a) || slices.ContainsFunc(s.verifiers(), func(u string) bool { return s.verifies(a, u) })
		},
		Over: func(s State) string {
			if s.Ended() {
				return "自评" + s.Stage.Label()
			}
			return ""
		},
		Operations: []operation{
			{Name: ActFill, Label: "填报", Who: theUnit, May: theirs(Filling), Form: fillForm, Do: fill},
			{Name: ActSubmit, Label: "提交自评", Who: theUnit, May: theirs(Filling), Do: submit},
			{Name: ActRefresh, Label: "更新登记数", Who: theUnit + "、" + theOffice, May: mayRefresh, Do: refresh},
			{Name: ActAskTime, Label: "申请延期", Who: theUnit, May: mayAsk, Form: askForm, Do: ask},
			{Name: ActTakeBack, Label: "拿回修改", Who: theUnit, May: mayTakeBack, Do: takeBack},
			{Name: ActConfirm, Label: "核实属实", Who: theVerifier, May: mayVerify, Form: figuresForm(false), Do: confirm},
			{Name: ActCorrect, Label: "更正", Who: theVerifier, Field: "figure", Title: "数据项", May: eachWaiting, Form: correctForm, Do: correct},
			{Name: ActReturn, Label: "退回补充", Who: theVerifier, May: mayVerify, Form: figuresForm(true), Do: giveBack},
			{Name: ActReopen, Label: "撤回核实结论", Who: theVerifier, Field: "figure", Title: "数据项", May: eachDecided, Form: words("撤回原因", 2), Do: reopen},
			{Name: ActFraud, Label: "认定弄虚作假", Who: theVerifier + "、" + theOffice, Danger: true, Field: "figure", Title: "数据项", May: eachFigure, Form: fraudForm, Do: fraud},
			{Name: ActVoidFraud, Label: "撤销弄虚作假认定", Who: theOffice, Field: "no", Title: "认定", May: eachFraud, Form: words("撤销原因", 2), Do: voidFraud},
			{Name: ActGrantTime, Label: "同意延期", Who: theOffice, May: mayDecideTime, Form: grantForm, Do: grant},
			{Name: ActDenyTime, Label: "不同意延期", Who: theOffice, May: mayDecideTime, Form: words("理由", 2), Do: deny},
		},
	}
}

// Actions lists every action, whether the actor may do it now, and why not.
func Actions(s State, a org.Actor, now time.Time) []process.Action { return table.Actions(s, a, now) }

// theirs: the unit's own, while the report stands at a stage.
func theirs(stage Stage) may {
	return func(s State, a org.Actor, _ time.Time) ([]target, refusal) {
		switch {
		case !s.reports(a):
			return process.NotYou("由" + s.UnitName + "办理")
		case s.Stage != stage:
			return process.NotNow("自评" + s.Stage.Label())
		}
		return process.On(a)
	}
}

func mayRefresh(s State, a org.Actor, _ time.Time) ([]target, refusal) {
	switch {
	case !s.reports(a) && !s.assesses(a):
		return process.NotYou("由" + s.UnitName + "或考核人员办理")
	case s.Stage != Filling:
		return process.NotNow("自评" + s.Stage.Label() + ",登记数以提交时为准")
	}
	return process.On(a)
}

func mayAsk(s State, a org.Actor, now time.Time) ([]target, refusal) {
	on, no := theirs(Filling)(s, a, now)
	if len(on) > 0 && s.open() != nil {
		return process.NotNow("已有延期申请待答复")
	}
	return on, no
}

func mayDecideTime(s State, a org.Actor, _ time.Time) ([]target, refusal) {
	r := s.open()
	switch {
	case !s.assesses(a):
		return process.NotYou("由考核人员办理")
	case r == nil:
		return process.NotNow("没有待答复的延期申请")
	case r.ByUser == a.UserID || r.ByUser == a.Person():
		return process.NotYou("不能答复自己的申请")
	}
	return process.On(a)
}

// mayTakeBack: as long as nobody has looked at it.
func mayTakeBack(s State, a org.Actor, now time.Time) ([]target, refusal) {
	on, no := theirs(Submitted)(s, a, now)
	if len(on) > 0 && slices.ContainsFunc(s.Items, func(x Item) bool { return x.Verdict == Confirmed || x.Verdict == Corrected }) {
		return process.NotNow("已有数据核实,不能拿回;请由核实单位退回")
	}
	return on, no
}

// mayVerify: whoever has anything to verify.
func mayVerify(s State, a org.Actor, now time.Time) ([]target, refusal) {
	all, no := eachWaiting(s, a, now)
	if len(all) == 0 {
		return nil, no
	}
	return process.On(a)
}

// eachWaiting are the figures that wait for the actor's verdict.
func eachWaiting(s State, a org.Actor, _ time.Time) ([]target, refusal) {
	return s.figures(a, Submitted, func(x Item) bool { return !x.Verdict.Final() }, "没有待您核实的数据")
}

// eachDecided are the figures whose verdict the actor may take back.
func eachDecided(s State, a org.Actor, _ time.Time) ([]target, refusal) {
	stage := s.Stage
	if stage != Verified {
		stage = Submitted
	}
	return s.figures(a, stage, func(x Item) bool { return x.Verdict.Final() }, "没有可以撤回的核实结论")
}

func (s State) figures(a org.Actor, stage Stage, is func(Item) bool, none string) ([]target, refusal) {
	if !slices.ContainsFunc(s.verifiers(), func(u string) bool { return s.verifies(a, u) }) {
		return process.NotYou("由数据的核实单位办理")
	}
	if s.Stage != stage {
		return process.NotNow("自评" + s.Stage.Label())
	}
	var out []target
	for _, x := range s.Items {
		if s.verifies(a, x.Verifier) && is(x) {
			out = append(out, target{ID: x.Name, Title: x.Name, As: a})
		}
	}
	if len(out) == 0 {
		return process.NotNow(none)
	}
	return out, refusal{}
}

// eachFigure: a fraud may be found as long as the year isn't scored.
func eachFigure(s State, a org.Actor, _ time.Time) ([]target, refusal) {
	var out []target
	for _, x := range s.Items {
		if s.verifies(a, x.Verifier) || s.assesses(a) {
			out = append(out, target{ID: x.Name, Title: x.Name, As: a})
		}
	}
	switch {
	case len(out) == 0:
		return process.NotYou("由数据的核实单位或考核人员认定")
	case s.Stage != Submitted && s.Stage != Verified:
		return process.NotNow("自评" + s.Stage.Label())
	}
	return out, refusal{}
}

func eachFraud(s State, a org.Actor, _ time.Time) ([]target, refusal) {
	var out []target
	for _, f := range s.Frauds {
		if f.Void == "" {
			out = append(out, target{ID: fmt.Sprint(f.No), Title: f.Figure + ":" + f.Text, As: a})
		}
	}
	switch {
	case !s.assesses(a):
		return process.NotYou("由考核人员办理")
	case len(out) == 0:
		return process.NotNow("没有弄虚作假的认定")
	case s.Stage == Sealed:
		return process.NotNow("自评" + s.Stage.Label())
	}
	return out, refusal{}
}

// The forms.

var filesSchema = process.List("佐证材料", process.Ref("附件", process.FormatFile), 0, 10)

func fillForm(s State, _ []target) []process.Field {
	item := process.Object(
		process.Field{Name: "figure", Schema: process.OneOf("数据项", choices(s, func(Item) bool { return true })...)},
		process.Field{Name: "value", Schema: process.Text("自报数(空白为撤销)", 0, 100)},
		process.Field{Name: "reason", Schema: process.Text("与登记数不一致的理由", 0, 500), Optional: true},
		process.Field{Name: "files", Schema: filesSchema, Optional: true},
	)
	return []process.Field{
		{Name: "items", Schema: process.List("数据", item, 0, 200)},
		{Name: "text", Schema: process.Text("自评总结", 0, 5000), Optional: true},
	}
}

func choices(s State, is func(Item) bool) []process.Choice {
	var out []process.Choice
	for _, x := range s.Items {
		if is(x) {
			out = append(out, process.Choice{Const: x.Name, Title: x.Name})
		}
	}
	return out
}

func figuresForm(text bool) func(State, []target) []process.Field {
	return func(s State, _ []target) []process.Field {
		open := choices(s, func(x Item) bool { return !x.Verdict.Final() })
		fields := []process.Field{{Name: "figures", Schema: process.List("数据项(不选为全部待核实的)", process.OneOf("数据项", open...), 0, len(open)), Optional: true}}
		if text {
			return append(fields, process.Field{Name: "text", Schema: process.Text("退回原因(需要补充的内容)", 2, 500)})
		}
		return append(fields, process.Field{Name: "text", Schema: process.Text("说明(与登记数不一致时必填)", 0, 500), Optional: true})
	}
}

func correctForm(State, []target) []process.Field {
	return []process.Field{
		{Name: "value", Schema: process.Text("核实数", 1, 100)},
		{Name: "text", Schema: process.Text("更正理由", 2, 500)},
	}
}

func fraudForm(State, []target) []process.Field {
	return []process.Field{{Name: "text", Schema: process.Text("认定的事实和依据", 5, 1000)}, {Name: "files", Schema: filesSchema, Optional: true}}
}

func askForm(State, []target) []process.Field {
	return []process.Field{{Name: "days", Schema: process.Whole("延长(个工作日)", 1, 30)}, {Name: "text", Schema: process.Text("申请理由", 2, 500)}}
}

func grantForm(State, []target) []process.Field {
	return []process.Field{{Name: "days", Schema: process.Whole("同意延长(个工作日)", 1, 30)}, {Name: "text", Schema: process.Text("说明", 0, 500), Optional: true}}
}

func words(title string, lo int) func(State, []target) []process.Field {
	return func(State, []target) []process.Field {
		return []process.Field{{Name: "text", Schema: process.Text(title, lo, 500)}}
	}
}

// What follows.

// body is what the forms say, all of them.
type body struct {
	Items []struct {
		Figure string   `json:"figure"`
		Value  string   `json:"value"`
		Reason string   `json:"reason"`
		Files  []string `json:"files"`
	} `json:"items"`
	Figures []string `json:"figures"`
	Figure  string   `json:"figure"`
	Value   string   `json:"value"`
	Text    string   `json:"text"`
	Days    int      `json:"days"`
	Files   []string `json:"files"`
}

func said(d decision) (b body, g Given, err error) {
	if err = d.Read(&b); err == nil {
		err = d.Given(&g)
	}
	return b, g, err
}

// fill takes figures as the book writes them; all or none. What differs from the
// registry needs a reason at the latest when the report is handed in.
func fill(d decision) ([]event.Body, error) {
	b, g, err := said(d)
	if err != nil {
		return nil, err
	}
	out, have := WasFilled{Text: b.Text}, d.State
	bad := &fault.Error{Kind: fault.Invalid, Code: "figures_invalid"}
	for i, x := range b.Items {
		at := fmt.Sprintf("/items/%d", i)
		if why, wrong := g.Wrong[x.Figure]; wrong {
			bad = bad.With(at+"/value", "figure_invalid", x.Figure+":"+why)
			continue
		}
		files, err := filesOf(g, x.Files, at+"/files")
		if err != nil {
			return nil, err
		}
		value, read := g.Read[x.Figure]
		if !read {
			return nil, errUnread()
		}
		if it := have.Item(x.Figure); it != nil && it.Verdict.Final() {
			if value != it.Said {
				bad = bad.With(at+"/figure", "figure_decided", x.Figure+":"+it.Verdict.Label()+",不能再改;如有异议请核实单位撤回结论")
			}
			continue // a whole workbook may repeat what stands
		}
		out.Items = append(out.Items, Said{Figure: x.Figure, Value: value, Reason: x.Reason, Files: files})
	}
	if len(bad.Details) > 0 {
		bad.Message = fmt.Sprintf("有%d处错误,未作任何改动:%s", len(bad.Details), bad.Details[0].Message)
		return nil, bad
	}
	if len(out.Items) == 0 && out.Text == "" {
		return nil, fault.Field("/items", "items_empty", "没有填写任何内容")
	}
	return []event.Body{out}, nil
}

// errUnread: what the server read the figures against has changed since, and it read none
// or others. What nobody read isn't recorded as nothing.
func errUnread() error {
	return fault.New(fault.Conflict, "report_changed", "自评刚有变动,请刷新后再办理")
}

func filesOf(g Given, ids []string, at string) ([]File, error) {
	var out []File
	for i, id := range ids {
		f, ok := g.Files[id]
		if !ok {
			return nil, fault.Field(fmt.Sprintf("%s/%d", at, i), "attachment_unknown", "没有这个附件")
		}
		out = append(out, f)
	}
	return out, nil
}

func refresh(d decision) ([]event.Body, error) {
	var g Given
	if err := d.Given(&g); err != nil {
		return nil, err
	}
	return []event.Body{WasRefreshed{Known: g.Known}}, nil
}

// submit hands the report in: complete, and with a reason for whatever differs from
// the registry. Every gap is named.
func submit(d decision) ([]event.Body, error) {
	s := d.State
	bad := &fault.Error{Kind: fault.Invalid, Code: "report_incomplete"}
	for _, x := range s.Items {
		switch {
		case x.Verdict == Returned:
			bad = bad.With("/items/"+x.Name, "figure_returned", x.Name+":被退回,须补充后再报("+x.Why+")")
		case x.Said == "" && !x.Optional && !x.Verdict.Final():
			bad = bad.With("/items/"+x.Name, "figure_missing", x.Name+":尚未填报")
		case x.Differs() && x.Reason == "" && !x.Verdict.Final(): // what stands has been judged
			bad = bad.With("/items/"+x.Name, "reason_required", fmt.Sprintf("%s:自报%s,登记%s,须说明理由", x.Name, x.Said, x.Value))
		}
	}
	if len(bad.Details) > 0 {
		bad.Message = fmt.Sprintf("还有%d处没有填好:%s", len(bad.Details), bad.Details[0].Message)
		return nil, bad
	}
	b := WasSubmitted{Clock: process.StartClock(d.Facts.Calendar, d.Cmd.At, s.Verify), Late: s.Late || s.Clock != nil && d.Cmd.At.After(s.Clock.Due)}
	b.Matched, b.Done = matched(s)
	return []event.Body{b}, nil
}

func takeBack(d decision) ([]event.Body, error) {
	return []event.Body{WasTakenBack{Clock: again(d)}}, nil
}

// again is the clock of filling for a report that comes back: never shorter than what
// was left, and three working days where the plan gives as many.
func again(d decision) process.Clock {
	t := d.State.Fill
	t.Days = min(t.Days, 3)
	if due := d.State.FillDue; due.After(d.Cmd.At) {
		t.Days = max(t.Days, d.Facts.Calendar.Remaining(calendar.DateOf(due), d.Cmd.At))
	}
	return process.StartClock(d.Facts.Calendar, d.Cmd.At, t)
}

// chosen are the figures that a body names, or all that wait for the actor.
func chosen(d decision, names []string) ([]*Item, error) {
	var out []*Item
	s := d.State.own()
	mine, _ := eachWaiting(s, d.On.As, d.Cmd.At)
	if len(names) == 0 {
		for _, t := range mine {
			out = append(out, s.Item(t.ID))
		}
		return out, nil
	}
	for i, name := range names {
		if !slices.ContainsFunc(mine, func(t target) bool { return t.ID == name }) {
			return nil, fault.Field(fmt.Sprintf("/figures/%d", i), "figure_not_waiting", name+":不由您核实,或已经核实")
		}
		if it := s.Item(name); !slices.Contains(out, it) { // named twice is one figure
			out = append(out, it)
		}
	}
	return out, nil
}

// confirm lets the unit's figures stand, and those that nobody must state as not given.
func confirm(d decision) ([]event.Body, error) {
	b, _, err := said(d)
	if err != nil {
		return nil, err
	}
	items, err := chosen(d, b.Figures)
	if err != nil {
		return nil, err
	}
	var out WasVerified
	for _, x := range items {
		if x.Differs() && b.Text == "" {
			return nil, fault.Field("/text", "reason_required", fmt.Sprintf("%s:自报%s与登记%s不一致,认可自报数须说明", x.Name, x.Said, x.Value))
		}
		out.Judged = append(out.Judged, Judged{Figure: x.Name, Verdict: Confirmed, Final: x.Said, Text: b.Text})
	}
	out.Done = done(d.State, out.Judged)
	return []event.Body{out}, nil
}

func done(s State, judged []Judged) bool {
	return s.Decided()+len(judged) == len(s.Items)
}

func correct(d decision) ([]event.Body, error) {
	b, g, err := said(d)
	if err != nil {
		return nil, err
	}
	if why, wrong := g.Wrong[d.On.ID]; wrong {
		return nil, fault.Field("/value", "figure_invalid", why)
	}
	value, read := g.Read[d.On.ID]
	if !read {
		return nil, errUnread()
	}
	out := WasVerified{Judged: []Judged{{Figure: d.On.ID, Verdict: Corrected, Final: value, Text: b.Text}}}
	out.Done = done(d.State, out.Judged)
	return []event.Body{out}, nil
}

func giveBack(d decision) ([]event.Body, error) {
	b, _, err := said(d)
	if err != nil {
		return nil, err
	}
	items, err := chosen(d, b.Figures)
	if err != nil {
		return nil, err
	}
	out := WasReturned{Text: b.Text, Clock: again(d)}
	for _, x := range items {
		out.Figures = append(out.Figures, x.Name)
	}
	return []event.Body{out}, nil
}

func reopen(d decision) ([]event.Body, error) {
	b, _, err := said(d)
	return []event.Body{VerdictReopened{Figure: d.On.ID, Text: b.Text, Clock: process.StartClock(d.Facts.Calendar, d.Cmd.At, d.State.Verify)}}, err
}

func fraud(d decision) ([]event.Body, error) {
	b, g, err := said(d)
	if err != nil {
		return nil, err
	}
	files, err := filesOf(g, b.Files, "/files")
	return []event.Body{FraudFound{No: len(d.State.Frauds) + 1, Figure: d.On.ID, Text: b.Text, Files: files}}, err
}

func voidFraud(d decision) ([]event.Body, error) {
	b, _, err := said(d)
	out := FraudVoided{Text: b.Text}
	for _, f := range d.State.Frauds {
		if fmt.Sprint(f.No) == d.On.ID {
			out.No = f.No
		}
	}
	return []event.Body{out}, err
}

func ask(d decision) ([]event.Body, error) {
	b, _, err := said(d)
	return []event.Body{TimeAsked{No: len(d.State.Requests) + 1, Days: b.Days, Text: b.Text}}, err
}

func grant(d decision) ([]event.Body, error) {
	b, _, err := said(d)
	if err != nil {
		return nil, err
	}
	out := TimeDecided{No: d.State.open().No, Granted: true, Days: b.Days, Text: b.Text}
	if d.State.Stage == Filling && d.State.Clock != nil {
		c := longer(*d.State.Clock, b.Days, d.Facts.Calendar)
		out.Clock, out.Light = &c, c.LightAt(d.Cmd.At)
	}
	return []event.Body{out}, nil
}

func deny(d decision) ([]event.Body, error) {
	b, _, err := said(d)
	return []event.Body{TimeDecided{No: d.State.open().No, Days: d.State.open().Days, Text: b.Text}}, err
}
