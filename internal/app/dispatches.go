package app

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"luodi/internal/calendar"
	"luodi/internal/dispatch"
	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/liaison"
	"luodi/internal/org"
	"luodi/internal/process"
)

// Dispatches is 周调度 for its users, and makes the sheets that are due.
type Dispatches struct {
	Service[dispatch.State, dispatch.Facts]
	Schedule  DispatchSchedule
	Calendars *Calendars
	Blobs     Blobs // of what is frozen
	Sheets    DispatchSheets
}

// NewDispatches makes the use case.
func NewDispatches(s Service[dispatch.State, dispatch.Facts], schedule DispatchSchedule, calendars *Calendars, blobs Blobs, sheets DispatchSheets) *Dispatches {
	s.Definition = dispatch.Definition()
	out := &Dispatches{Service: s, Schedule: schedule, Calendars: calendars, Blobs: blobs, Sheets: sheets}
	out.Prepare, out.Memory = out.prepare, newMemory[dispatch.State]()
	return out
}

var _ Occasion = (*Dispatches)(nil)

// MayDispatch is whose business dispatching is.
func MayDispatch(a org.Actor) bool { return a.Has(org.CentreOperator, org.CentreLeader) }

// CatchUp implements Occasion: it makes the sheet of every week that was due by now.
// The schedule begins with the week in which it is first asked.
func (s *Dispatches) CatchUp(ctx context.Context, now time.Time) error {
	cal, err := s.Calendars.Current(ctx)
	if err != nil {
		return err
	}
	first, err := s.Schedule.DispatchesSince(ctx, dispatch.WeekOf(calendar.DateOf(now)).String())
	if err != nil {
		return err
	}
	since, ok := dispatch.ParseWeek(first)
	if !ok {
		return fault.Newf(fault.Internal, "internal", "周调度起始周%q有误", first)
	}
	taken, err := s.Reads.DispatchWindows(ctx)
	if err != nil {
		return err
	}
	for _, p := range dispatch.Missing(cal, since, taken, now) {
		cmd := process.Command{ID: "schedule:" + p.Week.String(), Name: dispatch.CmdOpen, Actor: org.SystemActor(), At: now}
		if _, err := s.start(ctx, p, cmd); err != nil && !fault.HasCode(err, "dispatch_exists") {
			return err
		}
	}
	return nil
}

func (s *Dispatches) start(ctx context.Context, p dispatch.Planned, cmd process.Command) (r process.Receipt, err error) {
	if cmd.Body, err = json.Marshal(p); err != nil {
		return r, err
	}
	return s.Processes.Start(ctx, dispatch.Kind, p.Week.String(), p.Week.Label()+"周调度单", cmd)
}

// Make makes the sheet of a past week on demand. A sheet that is there is answered as it
// stands: asking again makes nothing. Errors: Forbidden but for the centre; Invalid
// "week_invalid", "week_not_over", "week_unworked"; Conflict "week_covered" by the sheet
// of a later week.
func (s *Dispatches) Make(ctx context.Context, actor org.Actor, key, week string) (process.Receipt, error) {
	if !MayDispatch(actor) {
		return process.Receipt{}, fault.New(fault.Forbidden, "dispatch_forbidden", "由招商中心制作周调度单")
	}
	asked, err := json.Marshal(map[string]string{"week": week})
	if err != nil {
		return process.Receipt{}, err
	}
	cmd, err := s.command(actor, dispatch.CmdOpen, key, asked)
	if err != nil {
		return process.Receipt{}, err
	}
	w, ok := dispatch.ParseWeek(week)
	if !ok {
		return process.Receipt{}, fault.Field("/week", "week_invalid", "周应写作“2023-W40”的形式(ISO 周,周一至周日)")
	}
	if r, ok, err := s.made(ctx, week); ok || err != nil {
		return r, err
	}
	p, err := s.plan(ctx, w, cmd.At)
	if err != nil {
		return process.Receipt{}, err
	}
	r, err := s.start(ctx, p, cmd)
	if fault.HasCode(err, "dispatch_exists") { // somebody was first
		r, _, err = s.made(ctx, week)
	}
	return r, err
}

// made is the answer about a sheet that is there.
func (s *Dispatches) made(ctx context.Context, week string) (r process.Receipt, ok bool, err error) {
	row, err := s.Reads.Process(ctx, dispatch.Kind, week, org.Scope{All: true})
	if fault.Is(err, fault.NotFound) {
		return r, false, nil
	}
	var state dispatch.State
	if err == nil {
		err = json.Unmarshal(row.State, &state)
	}
	return process.Receipt{ID: week, Version: row.Head, Stage: string(state.Stage), Events: []string{}}, err == nil, err
}

func (s *Dispatches) plan(ctx context.Context, w dispatch.Week, now time.Time) (p dispatch.Planned, err error) {
	cal, err := s.Calendars.Current(ctx)
	if err != nil {
		return p, err
	}
	taken, err := s.Reads.DispatchWindows(ctx)
	if err != nil {
		return p, err
	}
	p, ok := dispatch.PlanFor(cal, w, taken)
	switch i := slices.IndexFunc(taken, func(x dispatch.Window) bool { return x.Covers(w) }); {
	case i >= 0:
		return p, fault.Newf(fault.Conflict, "week_covered", "%s已并入%s的周调度单", w.Label(), taken[i].Week.Label())
	case !ok:
		return p, fault.Field("/week", "week_unworked", w.Label()+"没有工作日,不单独制作周调度单,情况并入下一周")
	case p.Until.After(now):
		return p, fault.Field("/week", "week_not_over", w.Label()+"尚未结束")
	}
	return p, nil
}

// List gives the sheets the actor may see, the latest week first.
func (s *Dispatches) List(ctx context.Context, actor org.Actor, f DispatchFilter, p Page) ([]DispatchRow, string, error) {
	return s.Reads.Dispatches(ctx, org.ScopeOf(actor), f, p)
}

// DispatchView is a sheet as one person sees it. Sheet is nil while it is compiled for
// the first time.
type DispatchView struct {
	View[dispatch.State]
	Sheet *dispatch.Sheet
	// Units are whose pages the person sees; nil: every one, and the whole.
	Units []string
}

// Shows reports whether the person sees what is a unit's own.
func (v DispatchView) Shows(unit string) bool {
	return v.Units == nil || slices.Contains(v.Units, unit)
}

// Page is the page of a unit, or the widest that the person sees when unit is empty:
// the whole, or their unit's. NotFound "page_unknown" for another's, for a unit that has
// none, and while there is no content yet.
func (v DispatchView) Page(unit string) (dispatch.Page, error) {
	missing := fault.New(fault.NotFound, "page_unknown", "调度单没有这个单位的内容")
	switch {
	case v.Sheet == nil:
		return dispatch.Page{}, fault.New(fault.NotFound, "dispatch_uncompiled", "调度单正在生成,请稍后再看")
	case unit == "" && v.Units == nil:
		return v.Sheet.Whole(), nil
	case unit != "" && !v.Shows(unit):
		return dispatch.Page{}, missing
	case unit != "":
		if p, ok := v.Sheet.Page(unit); ok {
			return p, nil
		}
		return dispatch.Page{}, missing
	}
	for _, own := range v.Units {
		if p, ok := v.Sheet.Page(own); ok {
			return p, nil
		}
	}
	return dispatch.Page{}, missing
}

// Pages are the pages of the units that the person sees, in the sheet's order.
func (v DispatchView) Pages() []dispatch.Page {
	out := []dispatch.Page{}
	if v.Sheet == nil {
		return out
	}
	for _, u := range v.Sheet.Units() {
		if p, ok := v.Sheet.Page(u.ID); ok && v.Shows(u.ID) {
			out = append(out, p)
		}
	}
	return out
}

// Show reads a sheet with what it says. NotFound when it isn't the actor's to see.
func (s *Dispatches) Show(ctx context.Context, actor org.Actor, id string) (out DispatchView, err error) {
	if out.View, err = s.Get(ctx, actor, id); err != nil {
		return out, err
	}
	if scope := org.ScopeOf(actor); !scope.All {
		out.Units = append([]string{scope.UnitID}, scope.Also...)
		out.Events = slices.DeleteFunc(slices.Clone(out.Events), func(e event.Event) bool { return !out.tells(e) })
	}
	if out.State.Frozen == nil {
		return out, nil
	}
	data, err := s.Blobs.Open(ctx, out.State.Frozen.Digest)
	if err != nil {
		return out, err
	}
	sheet, err := dispatch.Decode(data)
	out.Sheet = &sheet
	return out, err
}

// tells reports whether an event is the person's to read: of instructions only those of
// their unit.
func (v DispatchView) tells(e event.Event) bool {
	id, about := dispatch.About(e)
	if !about {
		return true
	}
	x := v.State.Instruction(id)
	return x != nil && v.Shows(x.Unit.ID)
}

// Workbook is what the actor sees of a sheet as a workbook.
func (s *Dispatches) Workbook(ctx context.Context, actor org.Actor, id string) (DispatchView, []byte, error) {
	v, err := s.Show(ctx, actor, id)
	if err != nil {
		return v, nil, err
	}
	if v.Sheet == nil {
		_, err := v.Page("")
		return v, nil, err
	}
	data, err := s.Sheets.Dispatch(*v.Sheet, v.Pages())
	return v, data, err
}

// prepare adds to a command what its body names: people, units, files, liaisons and
// projects. What doesn't exist, or isn't the actor's to see, is left out.
func (s *Dispatches) prepare(ctx context.Context, v View[dispatch.State], cmd process.Command) (process.Command, error) {
	actions := s.Definition.Actions(v.State, cmd.Actor, cmd.At)
	i := slices.IndexFunc(actions, func(a process.Action) bool { return a.Name == cmd.Name && a.Allowed })
	if i < 0 {
		return cmd, nil // Decide says why not
	}
	schema, scope := actions[i].Schema, org.ScopeOf(cmd.Actor)
	var body any
	_ = json.Unmarshal(cmd.Body, &body) // what is no JSON names nothing, and Decide refuses it
	g := dispatch.Given{Files: map[string]dispatch.File{}, Liaisons: map[string]dispatch.Liaison{}, Projects: map[string]string{}}
	var err error
	if g.Users, g.Units, err = found(ctx, s.Reads, schema, body); err != nil {
		return cmd, err
	}
	for _, id := range schema.Refs(process.FormatFile, body) {
		a, err := s.Reads.Attachment(ctx, id, scope)
		if err := note(g.Files, id, dispatch.File{ID: a.ID, Name: a.Name, Size: a.Size}, err); err != nil {
			return cmd, err
		}
	}
	for _, id := range schema.Refs(dispatch.FormatLiaison, body) {
		x, err := s.liaison(ctx, scope, id)
		if err := note(g.Liaisons, id, of(x), err); err != nil {
			return cmd, err
		}
	}
	for _, id := range schema.Refs(dispatch.FormatProject, body) {
		p, err := s.Reads.Project(ctx, id, scope)
		if err := note(g.Projects, id, p.Name, err); err != nil {
			return cmd, err
		}
	}
	if len(g.Users)+len(g.Units)+len(g.Files)+len(g.Liaisons)+len(g.Projects) > 0 {
		cmd.With, err = json.Marshal(g)
	}
	return cmd, err
}

func (s *Dispatches) liaison(ctx context.Context, scope org.Scope, id string) (x liaison.State, err error) {
	row, err := s.Reads.Process(ctx, liaison.Kind, id, scope)
	if err == nil {
		err = json.Unmarshal(row.State, &x)
	}
	return x, err
}

func of(x liaison.State) dispatch.Liaison {
	return dispatch.Liaison{ProjectID: x.ProjectID, ProjectName: x.ProjectName,
		Department: dispatch.Unit{ID: x.DepartmentID, Name: x.DepartmentName}, Over: x.Stage.Over()}
}

// Gather brings the answers that were given in liaisons to the sheets that asked, and
// leaves to the unit what its liaison can't answer any more. It may run as often as it
// likes: the command's id follows from the instruction and its round.
func (s *Dispatches) Gather(ctx context.Context) error {
	var left []error
	for p := (Page{Limit: 200}); ; {
		rows, next, err := s.Reads.Dispatches(ctx, org.Scope{All: true}, DispatchFilter{Stage: dispatch.Issued}, p)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if row.Running > 0 {
				left = append(left, s.gather(ctx, row.ID))
			}
		}
		if p.Cursor = next; next == "" {
			return errors.Join(left...)
		}
	}
}

func (s *Dispatches) gather(ctx context.Context, id string) error {
	row, err := s.Reads.Process(ctx, dispatch.Kind, id, org.Scope{All: true})
	if err != nil {
		return err
	}
	var state dispatch.State
	if err := json.Unmarshal(row.State, &state); err != nil {
		return err
	}
	post := messenger{s.Processes, s.Reads, s.NewID}
	for _, x := range state.Instructions {
		if x.Status != dispatch.Open || x.Direct || !x.Sent {
			continue
		}
		carried, err := s.liaison(ctx, org.Scope{All: true}, x.LiaisonID)
		if err != nil {
			return err
		}
		b, ok := answerOf(carried, state.MessageID(x), x)
		if !ok {
			continue
		}
		body, err := json.Marshal(b)
		if err != nil {
			return err
		}
		cmd := process.Command{ID: "gather:" + state.MessageID(x), Name: dispatch.CmdAnswer, Actor: org.SystemActor(), At: s.Now(), Body: body,
			Request: Digest(dispatch.CmdAnswer, body)}
		if err := post.send(ctx, dispatch.Kind, id, cmd, nil); err != nil {
			return err
		}
	}
	return nil
}

// answerOf is what became of an instruction in its liaison; ok is false while it waits.
func answerOf(s liaison.State, id string, x dispatch.Instruction) (b dispatch.Gathered, ok bool) {
	b.ID, b.Round = x.ID, x.Round
	for _, i := range s.Instructions {
		if i.ID == id && !i.Duty.DoneAt.IsZero() {
			b.Name, b.Text, b.At = i.By, i.Answer, i.Duty.DoneAt
			return b, true
		}
	}
	if s.Stage.Over() {
		b.Lapsed = "包联" + s.Stage.Label()
		return b, true
	}
	return b, false
}

// ProjectDispatch writes a sheet's line in the lists, who has read it, and who may read
// the files of answers, in Record's transaction.
func ProjectDispatch(tx Tx, _, after dispatch.State, events []event.Event) error {
	stream := process.StreamID(dispatch.Kind, after.ID)
	for _, e := range events {
		if _, ok := event.Decode[dispatch.WasRead](e); ok {
			if err := tx.MarkRead(stream, e.Actor.UserID, e.At); err != nil {
				return err
			}
		}
		b, ok := event.Decode[dispatch.InstructionAnswered](e)
		if !ok || len(b.Files) == 0 {
			continue
		}
		ids := make([]string, len(b.Files))
		for i, f := range b.Files {
			ids[i] = f.ID
		}
		if err := tx.UseAttachments(stream, ids); err != nil {
			return err
		}
	}
	return tx.SaveDispatch(DispatchRowFor(after))
}

// DispatchRowFor is the list row that a state should have.
func DispatchRowFor(s dispatch.State) DispatchRow {
	row := DispatchRow{
		ID: s.ID, Title: s.Label(), From: s.Window.From, Until: s.Window.Until, DueAt: s.DueAt, OpenedAt: s.OpenedAt, Belated: s.Belated(),
		Automatic: s.OpenedBy.System, OpenedBy: s.OpenedBy.Name, OpenedUser: s.OpenedBy.UserID, Stage: s.Stage, StageLabel: s.Stage.Label(),
		IssuedAt: s.IssuedAt, ClosedAt: s.ClosedAt, Due: s.Due(), Light: s.Light(), Instructions: len(s.Instructions),
	}
	for _, x := range s.Instructions {
		switch x.Status {
		case dispatch.Open:
			row.Running++
		case dispatch.Answered:
			row.Answered++
		}
	}
	if f := s.Frozen; f != nil {
		row.Digest, row.Liaisons, row.Yellow, row.Red = f.Digest, f.City.Liaisons, f.City.Yellow, f.City.Red
	}
	return row
}

// DispatchFacts gives what the rules of dispatch sheets need, and the calendar's digest.
func DispatchFacts(calendars *Calendars, terms process.Terms) func(context.Context) (dispatch.Facts, string, error) {
	return func(ctx context.Context) (dispatch.Facts, string, error) {
		cal, err := calendars.Current(ctx)
		if err != nil {
			return dispatch.Facts{}, "", err
		}
		return dispatch.Facts{Calendar: cal, Terms: terms}, cal.Digest(), nil
	}
}

// DispatchSnapshot gives the facts without asking the store.
func DispatchSnapshot(calendars *Calendars, terms process.Terms) func() dispatch.Facts {
	return func() dispatch.Facts { return dispatch.Facts{Calendar: calendars.Snapshot(), Terms: terms} }
}
