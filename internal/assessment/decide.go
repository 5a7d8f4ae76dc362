package assessment

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"luodi/internal/calendar"
	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/process"
)

// Commands that aren't buttons.
const (
	CmdOpen    = "open"    // body: YearOpened
	CmdTargets = "targets" // With: TargetSheet and what is wrong; sent by the server once the cells are stored
	cmdTold    = "told"    // body: ErrandDone
	cmdScored  = "scored"  // body: WasScored
	cmdRemind  = "remind"
	cmdLate    = "late"
	cmdOver    = "publicity_over"
)

// Facts are what the rules need beside the state.
type Facts struct {
	Calendar *calendar.Calendar
}

// Given is what the server adds to a person's command.
type Given struct {
	Users      map[string]org.User `json:"users,omitempty"`
	Units      map[string]org.Unit `json:"units,omitempty"`
	Files      map[string]File     `json:"files,omitempty"`
	Book       *BookUse            `json:"book,omitempty"`
	Diff       []string            `json:"diff,omitempty"`
	Sheet      *TargetSheet        `json:"sheet,omitempty"`
	Findings   []fault.Detail      `json:"findings,omitempty"` // of the targets that are to be issued
	Open       int                 `json:"open,omitempty"`     // self-reports, or figures, that are still open
	Candidates []Drawn             `json:"candidates,omitempty"`
	Seed       string              `json:"seed,omitempty"`
	Read       map[string]string   `json:"read,omitempty"`  // figure → value as the book writes it
	Wrong      map[string]string   `json:"wrong,omitempty"` // figure → why its value can't be read
	Verifiers  []string            `json:"verifiers,omitempty"`
	Figures    []string            `json:"figures,omitempty"`
	Projects   map[string]string   `json:"projects,omitempty"` // code → unit id, of those that exist
	Limits     map[string]int      `json:"limits,omitempty"`
}

// Decide turns a command into events, or refuses it with a fault. It reads no clock
// and no store.
func Decide(s State, cmd process.Command, f Facts) ([]event.Draft, error) {
	switch {
	case cmd.Name == CmdOpen:
		return open(s, cmd)
	case !s.Started():
		return nil, fault.New(fault.NotFound, "assessment_unknown", "没有这个年度的考核")
	case cmd.Actor.System:
		return automatic(s, cmd, f)
	case cmd.Name == CmdTargets:
		return setTargets(s, cmd)
	}
	return table.Decide(s, cmd, f)
}

func open(s State, cmd process.Command) ([]event.Draft, error) {
	if s.Started() && s.Stage != Cancelled {
		return nil, fault.Newf(fault.Conflict, "assessment_exists", "%d年度考核已经建立(%s)", s.Year, s.Stage.Label())
	}
	if s.Started() {
		return nil, fault.Newf(fault.Conflict, "assessment_exists", "%d年度考核已取消,不能重新建立", s.Year)
	}
	var b YearOpened
	if err := process.Unmarshal(cmd.Body, &b); err != nil {
		return nil, err
	}
	if b.Year < 2000 || b.Year > 2100 {
		return nil, fault.Field("/year", "year_invalid", "年度应在2000至2100之间")
	}
	return event.Drafts(b), nil
}

// setTargets keeps a draft of the targets, or proposes a change of those that were issued.
func setTargets(s State, cmd process.Command) ([]event.Draft, error) {
	var g struct {
		Sheet TargetSheet `json:"sheet"`
	}
	if err := process.Unmarshal(cmd.With, &g); err != nil {
		return nil, err
	}
	var body struct {
		Text string `json:"text"`
	}
	if err := process.Unmarshal(cmd.Body, &body); err != nil {
		return nil, err
	}
	mine := office(Setup)
	if s.Issued != nil {
		mine = MayProposeTargets
	}
	var no refusal
	for _, a := range cmd.Actor.Capacities() {
		on, why := mine(s, a, cmd.At)
		if len(on) == 0 {
			no = why
			continue
		}
		out := event.NewDraft(TargetsSet{Sheet: g.Sheet})
		if s.Issued != nil {
			if n := len([]rune(body.Text)); n < 2 || n > 500 {
				return nil, fault.Field("/text", "reason_required", "下达后调整任务须说明理由,2至500个字")
			}
			out = event.NewDraft(ChangeProposed{Change: Change{No: len(s.Changes) + 1, Kind: ChangeTargets, Reason: body.Text, Targets: &g.Sheet, Diff: g.Sheet.Moved}})
		}
		out.For = a.For // whoever is stood in for has drafted it too, and can't issue or approve it
		return []event.Draft{out}, nil
	}
	code := "action_conflict"
	if no.Kind == fault.Forbidden {
		code = "action_forbidden"
	}
	return nil, fault.New(no.Kind, code, "不能编制任务分解表:"+no.Reason)
}

// automatic handles what the effects and the clock send. What comes too late changes nothing.
func automatic(s State, cmd process.Command, f Facts) ([]event.Draft, error) {
	switch cmd.Name {
	case process.Recalculate:
		return recalculate(s, cmd.At, f.Calendar), nil
	case cmdTold:
		var b ErrandDone
		if err := process.Unmarshal(cmd.Body, &b); err != nil {
			return nil, err
		}
		if e := s.errand(); e == nil || e.No != b.No {
			return nil, nil
		}
		return event.Drafts(b), nil
	case cmdScored:
		var b WasScored
		if err := process.Unmarshal(cmd.Body, &b); err != nil {
			return nil, err
		}
		if s.Asked == nil || s.Asked.No != b.Run.No {
			return nil, nil
		}
		b.Clock = nil
		if s.Asked.Kind == Official && b.Run.Failed == "" {
			b.Clock = s.clockOf(f.Calendar, Rechecking, cmd.At)
		}
		return event.Drafts(b), nil
	case cmdRemind:
		if s.Clock != nil && !s.Reminded && !cmd.At.Before(s.Clock.RemindAt) {
			return event.Drafts(Reminded{Stage: s.Stage, Due: s.Clock.Due}), nil
		}
	case cmdLate:
		return late(s, cmd.At), nil
	case cmdOver:
		return over(s, cmd.At, f.Calendar), nil
	}
	return nil, nil
}

func late(s State, at time.Time) []event.Draft {
	if s.Clock == nil || s.Stage == Publicity {
		return nil
	}
	light := s.Clock.LightAt(at)
	if light == s.Light || light.Worse(s.Light) != light {
		return nil
	}
	return event.Drafts(StageLate{Stage: s.Stage, Light: light, Due: s.Clock.Due})
}

// over ends a publicity when its last day is over: where nothing was appealed, and
// nothing has to be published again, grading follows.
func over(s State, at time.Time, cal *calendar.Calendar) []event.Draft {
	n := len(s.Rounds)
	if s.Stage != Publicity || n == 0 || s.Clock == nil || at.Before(s.Clock.Due) {
		return nil
	}
	b := PublicityOver{Round: s.Rounds[n-1].No, Due: s.Clock.Due, Open: s.disputed(), Next: Grading}
	if b.Open > 0 || s.Asked != nil || s.again() {
		b.Next = Appealing
	}
	b.Clock = s.clockOf(cal, b.Next, at)
	return event.Drafts(b)
}

// recalculate computes an open deadline again; only what moved is an event.
func recalculate(s State, at time.Time, cal *calendar.Calendar) []event.Draft {
	if s.Clock == nil {
		return nil
	}
	next, light, moved := s.Clock.Moved(cal, at, s.Light)
	if !moved {
		return nil
	}
	return event.Drafts(ClockMoved{Clock: next, Light: light})
}

// clockOf is the clock of a stage; nil when the plan sets it no term.
func (s State) clockOf(cal *calendar.Calendar, stage Stage, at time.Time) *process.Clock {
	t, ok := s.Plan.Terms[stage]
	if !ok || t.Days == 0 {
		return nil
	}
	c := process.StartClock(cal, at, t)
	return &c
}

func yearEnd(year int) time.Time {
	return time.Date(year+1, time.January, 1, 0, 0, 0, 0, calendar.Shanghai).Add(-time.Microsecond)
}

// body is what the forms say, all of them.
type body struct {
	Members []struct {
		UnitID string `json:"unit_id"`
		Group  string `json:"group"`
	} `json:"members"`
	Duties []struct {
		Indicator string `json:"indicator"`
		UnitID    string `json:"unit_id"`
	} `json:"duties"`
	Judges []struct {
		UserID string   `json:"user_id"`
		Panel  string   `json:"panel"`
		Topics []string `json:"topics"`
	} `json:"judges"`
	Marks []struct {
		UnitID string `json:"unit_id"`
		Mark   string `json:"mark"`
	} `json:"marks"`
	Corrections []struct {
		Figure string `json:"figure"`
		Value  string `json:"value"`
	} `json:"corrections"`
	Projects   []string `json:"projects"`
	Files      []string `json:"files"`
	Text       string   `json:"text"`
	UnitID     string   `json:"unit_id"`
	Name       string   `json:"name"`
	Into       string   `json:"into"`
	AddTargets bool     `json:"add_targets"`
	Days       int      `json:"days"`
	Per        int      `json:"per"`
	Seed       string   `json:"seed"`
	Found      string   `json:"found"`
	To         Stage    `json:"to"`
	Indicator  string   `json:"indicator"`
	Result     string   `json:"result"`
	Grade      string   `json:"grade"`
}

func said(d decision) (b body, g Given, err error) {
	if err = d.Read(&b); err == nil {
		err = d.Given(&g)
	}
	return b, g, err
}

// setMembers: a group whose roster the book fixes takes the units that it names.
func setMembers(d decision) ([]event.Body, error) {
	b, g, err := said(d)
	if err != nil {
		return nil, err
	}
	bad := &fault.Error{Kind: fault.Invalid, Code: "members_invalid"}
	var out MembersSet
	for i, m := range b.Members {
		at := fmt.Sprintf("/members/%d", i)
		u, ok := g.Units[m.UnitID]
		roster := d.State.roster(m.Group)
		switch {
		case !ok:
			bad = bad.With(at+"/unit_id", "unit_unknown", "没有这个单位")
		case slices.ContainsFunc(out.Members, func(x Member) bool { return x.UnitID == m.UnitID }):
			bad = bad.With(at+"/unit_id", "unit_repeated", u.Name+"重复")
		case len(roster) > 0 && !slices.Contains(roster, u.Name):
			bad = bad.With(at+"/group", "unit_not_in_roster", u.Name+"不在细则“"+m.Group+"”的参评名单中")
		default:
			out.Members = append(out.Members, Member{UnitID: u.ID, Name: u.Name, BookName: u.Name, Group: m.Group})
		}
	}
	if len(bad.Details) > 0 {
		bad.Message = fmt.Sprintf("有%d处错误,未作任何改动:%s", len(bad.Details), bad.Details[0].Message)
		return nil, bad
	}
	return []event.Body{out}, nil
}

func (s State) roster(group string) []string {
	for _, g := range s.Plan.Book.Groups {
		if g.Name == group {
			return g.Roster
		}
	}
	return nil
}

func chooseBook(d decision) ([]event.Body, error) {
	_, g, err := said(d)
	if err != nil {
		return nil, err
	}
	if g.Book == nil {
		return nil, errBook()
	}
	out := BookChosen{Book: *g.Book, Members: []Member{}}
	for _, m := range d.State.Plan.Members {
		if g.Book.hasGroup(m.Group) {
			out.Members = append(out.Members, m)
		}
	}
	return []event.Body{out}, nil
}

func errBook() error {
	return fault.Field("/book_id", "rulebook_unknown", "没有这部已发布的细则")
}

func setDuties(d decision) ([]event.Body, error) {
	b, g, err := said(d)
	if err != nil {
		return nil, err
	}
	out := DutiesSet{Duties: map[string]string{}, Names: map[string]string{}}
	for i, x := range b.Duties {
		u, ok := g.Units[x.UnitID]
		if !ok || u.Kind == org.County {
			return nil, fault.Field(fmt.Sprintf("/duties/%d/unit_id", i), "unit_unknown", "核实单位应为市直部门或招商中心")
		}
		out.Duties[x.Indicator], out.Names[x.Indicator] = u.ID, u.Name
	}
	return []event.Body{out}, nil
}

func setTerms(d decision) ([]event.Body, error) {
	var b map[string]any
	if err := d.Read(&b); err != nil {
		return nil, err
	}
	number := func(name string, otherwise int) int {
		if n, ok := b[name].(float64); ok {
			return int(n)
		}
		return otherwise
	}
	out := TermsSet{Terms: map[Stage]process.Terms{}, Lapse: d.State.Plan.Lapse}
	for _, st := range timed {
		was := d.State.Plan.Terms[st]
		t := process.Terms{Days: number(string(st), was.Days), Remind: number("remind", was.Remind), Grace: number("grace", was.Grace)}
		if st == Publicity {
			t.Remind, t.Grace = 0, 0
		}
		t.Remind = min(t.Remind, t.Days)
		out.Terms[st] = t
	}
	if out.Terms[Publicity].Days == 0 {
		return nil, fault.Field("/publicity", "publicity_required", "公示至少1个工作日")
	}
	if days := d.State.Plan.Book.PublicityDays; out.Terms[Publicity].Days < days {
		return nil, fault.Field("/publicity", "publicity_short", fmt.Sprintf("细则规定公示不少于%d个工作日", days))
	}
	if v, ok := b["lapse"].(bool); ok {
		out.Lapse = v
	}
	return []event.Body{out}, nil
}

func setJudges(d decision) ([]event.Body, error) {
	b, g, err := said(d)
	if err != nil {
		return nil, err
	}
	var out JudgesSet
	for i, j := range b.Judges {
		at := fmt.Sprintf("/judges/%d", i)
		u, ok := g.Users[j.UserID]
		if !ok || u.Disabled {
			return nil, fault.Field(at+"/user_id", "user_unknown", "没有这个人")
		}
		if slices.ContainsFunc(out.Judges, func(x Judge) bool { return x.UserID == u.ID }) {
			return nil, fault.Field(at+"/user_id", "judge_repeated", u.Name+"重复")
		}
		for _, t := range j.Topics {
			topic := d.State.Plan.Book.topic(t)
			if topic == nil { // a book without topics offers no choice to check against
				return nil, fault.Field(at+"/topics", "topic_unknown", "细则没有评议事项“"+t+"”")
			}
			if len(topic.Panels) > 0 && !slices.Contains(topic.Panels, j.Panel) {
				return nil, fault.Field(at+"/panel", "panel_required", fmt.Sprintf("“%s”按评委组计分,须选择评委组", t))
			}
		}
		out.Judges = append(out.Judges, Judge{UserID: u.ID, Name: u.Name, UnitID: u.UnitID, UnitName: g.Units[u.UnitID].Name, Panel: j.Panel, Topics: j.Topics})
	}
	return []event.Body{out}, nil
}

// issue hands the targets to the units once nothing is wrong with them.
func issue(d decision) ([]event.Body, error) {
	var g Given
	if err := d.Given(&g); err != nil {
		return nil, err
	}
	if len(d.State.Targets) == 0 {
		return []event.Body{TargetsIssued{Units: len(d.State.Active())}}, nil
	}
	sheet := d.State.Targets[len(d.State.Targets)-1]
	if g.Sheet == nil || g.Sheet.Digest != sheet.Digest {
		return nil, fault.New(fault.Conflict, "targets_changed", "任务分解表已变动,请刷新后再下达")
	}
	if len(g.Findings) > 0 {
		return nil, &fault.Error{Kind: fault.Conflict, Code: "targets_incomplete", Details: g.Findings,
			Message: fmt.Sprintf("任务分解表有%d处问题,不能下达:%s", len(g.Findings), g.Findings[0].Message)}
	}
	return []event.Body{TargetsIssued{Version: sheet.Version, Units: len(d.State.Active())}}, nil
}

func propose(d decision, c Change) []event.Body {
	c.No = len(d.State.Changes) + 1
	return []event.Body{ChangeProposed{Change: c}}
}

func proposeBook(d decision) ([]event.Body, error) {
	b, g, err := said(d)
	switch {
	case err != nil:
		return nil, err
	case g.Book == nil:
		return nil, errBook()
	case g.Book.Digest == d.State.Plan.Book.Digest:
		return nil, fault.Field("/book_id", "rulebook_same", "就是现在用的细则")
	}
	for _, m := range d.State.Active() {
		if !g.Book.hasGroup(m.Group) {
			return nil, fault.Field("/book_id", "group_unknown", "这部细则没有分组“"+m.Group+"”")
		}
	}
	return propose(d, Change{Kind: ChangeBook, Reason: b.Text, Book: g.Book, Diff: g.Diff}), nil
}

func proposeName(d decision) ([]event.Body, error) {
	b, _, err := said(d)
	m := d.State.Member(b.UnitID)
	return propose(d, Change{Kind: ChangeName, Reason: b.Text, UnitID: b.UnitID, Name: b.Name, Diff: []string{m.Name + "更名为" + b.Name}}), err
}

func proposeMerge(d decision) ([]event.Body, error) {
	b, g, err := said(d)
	if err != nil {
		return nil, err
	}
	from, into := d.State.Member(b.UnitID), d.State.Member(b.Into)
	switch {
	case from.UnitID == into.UnitID:
		return nil, fault.Field("/into", "merge_self", "不能并入自身")
	case from.Group != into.Group:
		return nil, fault.Field("/into", "merge_group", "只能并入同一分组的单位")
	}
	c := Change{Kind: ChangeMerge, Reason: b.Text, UnitID: b.UnitID, Into: b.Into, Diff: []string{fmt.Sprintf("%s并入%s,其项目计入%s", from.Name, into.Name, into.Name)}}
	if b.AddTargets {
		if g.Sheet == nil {
			return nil, fault.New(fault.Conflict, "targets_changed", "任务分解表已变动,请刷新后再办理")
		}
		c.Targets, c.Diff = g.Sheet, append(c.Diff, g.Sheet.Moved...)
	}
	return propose(d, c), nil
}

func proposeTime(d decision) ([]event.Body, error) {
	b, _, err := said(d)
	return propose(d, Change{Kind: ChangeTime, Reason: b.Text, Days: b.Days, Stage: d.State.Stage,
		Diff: []string{fmt.Sprintf("%s环节延长%d个工作日", d.State.Stage.Label(), b.Days)}}), err
}

func decideChange(yes bool) func(decision) ([]event.Body, error) {
	return func(d decision) ([]event.Body, error) {
		b, _, err := said(d)
		if err != nil {
			return nil, err
		}
		c := d.State.pending()
		out := ChangeDecided{No: c.No, Approved: yes, Text: b.Text}
		if yes && c.Kind == ChangeTime {
			longer := *d.State.Clock
			longer.Terms.Days += c.Days
			longer = longer.Computed(d.Facts.Calendar)
			out.Clock, out.Light = &longer, longer.LightAt(d.Cmd.At)
		}
		return []event.Body{out}, nil
	}
}

func cancel(d decision) ([]event.Body, error) {
	b, _, err := said(d)
	return []event.Body{WasCancelled{Text: b.Text}}, err
}

// begin goes to a step. What is still open then is said, and left to the plan's policy
// or refused.
func begin(stage Stage) func(decision) ([]event.Body, error) {
	return func(d decision) ([]event.Body, error) {
		b, g, err := said(d)
		if err != nil {
			return nil, err
		}
		switch {
		case stage == Verifying && d.State.Stage == Reporting && g.Open > 0:
			return nil, fault.Newf(fault.Conflict, "reports_open", "还有%d个单位没有提交自评;可催办、延期,或等逾期后自动代填", g.Open)
		case stage == Scoring && g.Open > 0:
			return nil, fault.Newf(fault.Conflict, "figures_open", "还有%d个单位的自评没有核实完", g.Open)
		}
		return []event.Body{StageBegun{Stage: stage, Clock: d.State.clockOf(d.Facts.Calendar, stage, d.Cmd.At), Text: b.Text, Late: g.Open}}, nil
	}
}

func (s State) uninspected() int {
	n := 0
	for _, d := range s.Draws {
		for _, x := range d.Items {
			if x.By == nil {
				n++
			}
		}
	}
	return n
}

// mark takes a judge's marks for a topic: a judge doesn't mark their own unit.
func mark(d decision) ([]event.Body, error) {
	b, _, err := said(d)
	if err != nil {
		return nil, err
	}
	j := d.State.judge(d.On.As.Person())
	out := WasMarked{Topic: d.On.ID}
	for i, m := range b.Marks {
		at := fmt.Sprintf("/marks/%d", i)
		member := d.State.Member(m.UnitID)
		switch {
		case !d.State.Plan.Book.marks(d.On.ID, member.Group):
			return nil, fault.Field(at+"/unit_id", "unit_not_marked", member.Name+"不参加“"+d.On.ID+"”评议")
		case member.UnitID == j.UnitID:
			return nil, fault.Field(at+"/unit_id", "own_unit", "不给本单位打分")
		}
		value, ok := markOf(m.Mark)
		if !ok {
			return nil, fault.Field(at+"/mark", "mark_invalid", "分应为0至100的数,最多两位小数")
		}
		out.Marks = append(out.Marks, UnitMark{Unit: m.UnitID, Mark: value})
	}
	return []event.Body{out}, nil
}

// markOf reads a mark from 0 to 100 with at most two places.
func markOf(text string) (string, bool) {
	whole, rest, dot := text, "", false
	for i, r := range text {
		if r == '.' {
			whole, rest, dot = text[:i], text[i+1:], true
			break
		}
	}
	if !digits(whole, 3) || dot && !digits(rest, 2) { // no sign: -0 would be a mark
		return "", false
	}
	n, _ := strconv.Atoi(whole)
	return text, n < 100 || n == 100 && strings.Trim(rest, "0") == ""
}

// digits reports whether a text is one to most digits.
func digits(text string, most int) bool {
	return text != "" && len(text) <= most && strings.Trim(text, "0123456789") == ""
}

func draw(d decision) ([]event.Body, error) {
	b, g, err := said(d)
	if err != nil {
		return nil, err
	}
	if len(g.Candidates) == 0 {
		return nil, fault.New(fault.Conflict, "nothing_to_draw", "还没有可以抽取的数据")
	}
	seed := b.Seed
	if seed == "" {
		seed = g.Seed
	}
	return []event.Body{SampleDrawn{Draw: DrawFrom(len(d.State.Draws)+1, seed, b.Per, g.Candidates)}}, nil
}

func inspect(d decision) ([]event.Body, error) {
	b, _, err := said(d)
	if err != nil {
		return nil, err
	}
	if b.Found == "false" && len([]rune(b.Text)) < 2 {
		return nil, fault.Field("/text", "reason_required", "与所报不一致时须说明")
	}
	for _, x := range d.State.Draws {
		for _, it := range x.Items {
			if fmt.Sprintf("%d/%s", x.No, it.ID) == d.On.ID {
				return []event.Body{SampleSeen{Draw: x.No, Item: it.ID, Found: b.Found, Text: b.Text}}, nil
			}
		}
	}
	return nil, fault.New(fault.NotFound, "sample_unknown", "没有这项核查对象")
}

func run(kind RunKind) func(decision) ([]event.Body, error) {
	return func(d decision) ([]event.Body, error) {
		at := d.Cmd.At.UTC().Truncate(time.Microsecond)
		return []event.Body{RunAsked{No: d.State.RunNo + 1, Kind: kind, AsOf: d.State.AsOf(calendar.DateOf(at)), KnownAt: at}}, nil
	}
}

func recheck(d decision) ([]event.Body, error) {
	b, _, err := said(d)
	return []event.Body{RecheckPassed{Text: b.Text}}, err
}

func recheckReturn(d decision) ([]event.Body, error) {
	b, _, err := said(d)
	return []event.Body{RecheckReturned{Text: b.Text, To: b.To, Run: d.State.Standing().No, Clock: d.State.clockOf(d.Facts.Calendar, b.To, d.Cmd.At)}}, err
}

// publicize runs for the plan's days the first time, and for the book's second term
// afterwards where it has one.
func publicize(d decision) ([]event.Body, error) {
	s := d.State
	t := s.Plan.Terms[Publicity]
	if len(s.Rounds) > 0 && s.Plan.Book.SecondDays > 0 {
		t.Days = s.Plan.Book.SecondDays
	}
	return []event.Body{WasPublicized{Round: len(s.Rounds) + 1, Run: s.Standing().No, Clock: process.StartClock(d.Facts.Calendar, d.Cmd.At, t)}}, nil
}

func appeal(d decision) ([]event.Body, error) {
	b, g, err := said(d)
	if err != nil {
		return nil, err
	}
	s := d.State
	m, ind := s.Member(d.On.ID), s.Plan.Book.Indicator(b.Indicator)
	switch {
	case !ind.Of(m.Group):
		return nil, fault.Field("/indicator", "indicator_not_of_group", ind.Name+"不适用于"+m.Group)
	case slices.ContainsFunc(s.Appeals, func(a Appeal) bool { return a.Open() && a.UnitID == m.UnitID && a.Indicator == ind.ID }):
		return nil, fault.Field("/indicator", "appeal_open", "已就这项指标提出申诉,正在裁定")
	}
	out := Appeal{No: len(s.Appeals) + 1, Round: len(s.Rounds), UnitID: m.UnitID, UnitName: m.Name, Indicator: ind.ID, Title: ind.ID + " " + ind.Name,
		Text: b.Text, Verifiers: g.Verifiers, Figures: g.Figures}
	for i, id := range b.Files {
		f, ok := g.Files[id]
		if !ok {
			return nil, fault.Field(fmt.Sprintf("/files/%d", i), "attachment_unknown", "没有这个附件")
		}
		out.Files = append(out.Files, f)
	}
	bodies := []event.Body{WasAppealed{Appeal: out}}
	if s.Stage == Grading { // it was sent in time
		bodies = append(bodies, StageBegun{Stage: Appealing, Clock: s.clockOf(d.Facts.Calendar, Appealing, d.Cmd.At), Text: "公示期内提出的申诉"})
	}
	return bodies, nil
}

func (s State) appealed(no string) Appeal {
	i := slices.IndexFunc(s.Appeals, func(a Appeal) bool { return fmt.Sprint(a.No) == no })
	return s.Appeals[i]
}

func withdrawAppeal(d decision) ([]event.Body, error) {
	return []event.Body{AppealWithdrawn{No: d.State.appealed(d.On.ID).No}}, nil
}

// rule accepts with what is to be corrected, and has everything computed again; or
// refuses with reasons.
func rule(d decision) ([]event.Body, error) {
	b, g, err := said(d)
	if err != nil {
		return nil, err
	}
	a := d.State.appealed(d.On.ID)
	if b.Result != "accepted" {
		if len(b.Corrections)+len(b.Projects) > 0 {
			return nil, fault.Field("/corrections", "corrections_unexpected", "裁定不成立的,不更正数据")
		}
		return []event.Body{AppealRuled{No: a.No, Text: b.Text}}, nil
	}
	out := AppealRuled{No: a.No, Accepted: true, Text: b.Text}
	for i, c := range b.Corrections {
		at := fmt.Sprintf("/corrections/%d", i)
		if !slices.Contains(a.Figures, c.Figure) {
			return nil, fault.Field(at+"/figure", "figure_not_of_indicator", c.Figure+"不是这项指标的数据")
		}
		if why, wrong := g.Wrong[c.Figure]; wrong {
			return nil, fault.Field(at+"/value", "figure_invalid", why)
		}
		value, read := g.Read[c.Figure]
		if !read { // the server read the form against another state
			return nil, fault.New(fault.Conflict, "appeals_changed", "申诉刚有变动,请刷新后再办理")
		}
		out.Corrections = append(out.Corrections, Correction{UnitID: a.UnitID, Figure: c.Figure, Value: value})
	}
	for i, code := range b.Projects {
		if _, ok := g.Projects[code]; !ok {
			return nil, fault.Field(fmt.Sprintf("/projects/%d", i), "project_unknown", "没有编号为"+code+"的项目")
		}
		out.Corrections = append(out.Corrections, Correction{Project: code})
	}
	if len(out.Corrections) == 0 {
		return nil, fault.Field("/corrections", "corrections_required", "裁定成立的,须写明更正哪些数据,或重新读取哪些项目")
	}
	at := d.Cmd.At.UTC().Truncate(time.Microsecond)
	return []event.Body{out, RunAsked{No: d.State.RunNo + 1, Kind: Appealed, Appeal: a.No, AsOf: d.State.Standing().AsOf, KnownAt: at}}, nil
}

// adjust proposes a grade. A quota holds for what people do as well.
func adjust(d decision) ([]event.Body, error) {
	b, _, err := said(d)
	if err != nil {
		return nil, err
	}
	s := d.State
	m, grades := s.Member(d.On.ID), s.Grades()
	if grades[m.UnitID] == b.Grade {
		return nil, fault.Field("/grade", "grade_same", m.Name+"现在就是"+b.Grade)
	}
	if limit, ok := s.Standing().Limits[m.Group][b.Grade]; ok && limit >= 0 {
		n := 0
		for _, x := range s.Active() {
			if x.Group == m.Group && grades[x.UnitID] == b.Grade {
				n++
			}
		}
		if n >= limit {
			return nil, fault.Field("/grade", "grade_full", fmt.Sprintf("%s的“%s”名额为%d个,已满;请先调整他人", m.Group, b.Grade, limit))
		}
	}
	return []event.Body{GradeAdjusted{Adjustment: Adjustment{No: len(s.Adjustments) + 1, UnitID: m.UnitID, UnitName: m.Name, From: grades[m.UnitID], To: b.Grade, Reason: b.Text}}}, nil
}

func decideGrade(yes bool) func(decision) ([]event.Body, error) {
	return func(d decision) ([]event.Body, error) {
		b, _, err := said(d)
		return []event.Body{GradeDecided{No: d.State.adjusting().No, Confirmed: yes, Text: b.Text}}, err
	}
}

func lock(d decision) ([]event.Body, error) {
	r := d.State.Standing()
	f := Final{Run: r.No, Inputs: r.Inputs, Book: r.Book, Engine: r.Engine, Output: r.Output, Grades: d.State.Grades()}
	f.Hash = f.Sum()
	return []event.Body{WasLocked{Final: f}}, nil
}

// Sum is the SHA-256 over what a lock binds, as JSON in the fields' order, without the
// hash itself and without who locked it.
func (f Final) Sum() string {
	f.Hash, f.By = "", Signed{}
	data, err := json.Marshal(f)
	if err != nil {
		panic(fmt.Sprintf("assessment: a lock can't be encoded: %v", err)) // plain structs can
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
