package app

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"luodi/internal/batch"
	"luodi/internal/calendar"
	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/liaison"
	"luodi/internal/org"
	"luodi/internal/process"
	"luodi/internal/project"
)

// Batches is 包联清单 for its users.
type Batches struct {
	Service[batch.State, batch.Facts]
	Blobs    Blobs // of what is frozen
	Sheets   BatchSheets
	Template liaison.Template
}

// NewBatches makes the use case.
func NewBatches(s Service[batch.State, batch.Facts], blobs Blobs, sheets BatchSheets, template liaison.Template) *Batches {
	s.Definition = batch.Definition()
	out := &Batches{Service: s, Blobs: blobs, Sheets: sheets, Template: template}
	out.Prepare, out.Memory = out.prepare, newMemory[batch.State]()
	return out
}

// ListDraft is what a new list begins with.
type ListDraft struct {
	Year         int           `json:"year" minimum:"2000" maximum:"2999"`
	Title        string        `json:"title" minLength:"2" maxLength:"60"`
	Remark       string        `json:"remark,omitempty" maxLength:"500"`
	From         calendar.Date `json:"from" doc:"clocks and weekly reports count from this day"`
	Illustrative bool          `json:"illustrative,omitempty"`
}

// Create drafts an empty list. Errors: Forbidden but for the centre; Invalid.
func (s *Batches) Create(ctx context.Context, actor org.Actor, key string, d ListDraft) (process.Receipt, error) {
	asked, err := json.Marshal(d)
	if err != nil {
		return process.Receipt{}, err
	}
	cmd, err := s.command(actor, batch.CmdOpen, key, asked)
	if err != nil {
		return process.Receipt{}, err
	}
	if !batch.MayDraft(actor) {
		return process.Receipt{}, batch.ErrForbidden()
	}
	id := uuid.NewSHA1(uuid.NameSpaceOID, []byte("batch\n"+cmd.ID)).String()
	if cmd.Body, err = json.Marshal(batch.Opened{ID: id, Year: d.Year, Title: d.Title, Remark: d.Remark, From: d.From, Illustrative: d.Illustrative}); err != nil {
		return process.Receipt{}, err
	}
	r, err := s.Processes.Start(ctx, batch.Kind, id, "包联清单 "+d.Title, cmd)
	if err == nil && r.Request != cmd.Request {
		return process.Receipt{}, errKeyReused()
	}
	return r, err
}

// List gives the lists that the actor may see.
func (s *Batches) List(ctx context.Context, actor org.Actor, f BatchFilter, p Page) ([]BatchRow, string, error) {
	return s.Reads.Batches(ctx, org.ScopeOf(actor), f, p)
}

// ListRow is a row of a list with the liaison that it became.
type ListRow struct {
	batch.Row
	LiaisonID string
	Liaison   *LiaisonRow // nil until it runs
}

// Rows gives the rows of a list that the actor may see: of a unit's people their own.
func (s *Batches) Rows(ctx context.Context, actor org.Actor, state batch.State) ([]ListRow, error) {
	rows, err := s.rows(ctx, state)
	if err != nil {
		return nil, err
	}
	scope := org.ScopeOf(actor)
	running := map[string]LiaisonRow{}
	if state.Batch > 0 {
		if err := s.Reads.EachLiaison(ctx, scope, LiaisonFilter{ListID: state.ID}, func(r LiaisonRow) error {
			running[r.ID] = r
			return nil
		}); err != nil {
			return nil, err
		}
	}
	var out []ListRow
	own := append([]string{scope.UnitID}, scope.Also...)
	for _, r := range rows {
		if !scope.All && !batch.MayDraft(actor) && !slices.Contains(own, r.DepartmentID) && !slices.Contains(own, r.CountyID) {
			continue
		}
		x := ListRow{Row: r, LiaisonID: batch.LiaisonID(state.ID, r.ID)}
		if l, ok := running[x.LiaisonID]; ok {
			x.Liaison = &l
		}
		out = append(out, x)
	}
	return out, nil
}

func (s *Batches) rows(ctx context.Context, state batch.State) (rows []batch.Row, err error) {
	if state.Rows == nil {
		return nil, nil
	}
	data, err := s.Blobs.Open(ctx, state.Rows.Digest)
	if err != nil {
		return nil, err
	}
	return rows, json.Unmarshal(data, &rows)
}

// Entry is a row as people fill it in. Names are the server's to add.
type Entry struct {
	ID           string            `json:"id,omitempty" maxLength:"64" doc:"of a row that was there before; empty for a new one"`
	ProjectID    string            `json:"project_id" maxLength:"64"`
	Role         liaison.Role      `json:"role" enum:"lead,support"`
	DepartmentID string            `json:"department_id" maxLength:"64"`
	CadreID      string            `json:"cadre_id,omitempty" maxLength:"64"`
	CadreName    string            `json:"cadre_name,omitempty" maxLength:"30" doc:"of a cadre without an account"`
	Team         string            `json:"team,omitempty" maxLength:"60"`
	ProjectType  string            `json:"project_type" maxLength:"64" doc:"id of a type of the template"`
	Milestones   []liaison.Planned `json:"milestones,omitempty" maxItems:"20" doc:"planned days that differ from the template's"`
}

// SetRows replaces all rows of a draft. version is that of the list as it was seen.
// Errors: Conflict "list_changed" when somebody else was first, "list_not_draft";
// Invalid "rows_invalid" with everything that is wrong, by row.
func (s *Batches) SetRows(ctx context.Context, actor org.Actor, id, key string, version int64, entries []Entry) (process.Receipt, error) {
	v, err := s.load(ctx, actor, id)
	if err != nil {
		return process.Receipt{}, err
	}
	if !batch.MayDraft(actor) {
		return process.Receipt{}, batch.ErrForbidden()
	}
	if version != 0 && version != v.Row.Head {
		return process.Receipt{}, fault.New(fault.Conflict, "list_changed", "清单已被他人修改,请刷新后再改")
	}
	rows, findings, err := s.resolve(ctx, v.State, entries, func(i int, field string) string { return fmt.Sprintf("/rows/%d%s", i, field) })
	if err == nil {
		err = invalidRows(findings)
	}
	if err != nil {
		return process.Receipt{}, err
	}
	return s.keep(ctx, actor, v, key, rows)
}

// Import replaces all rows of a draft by those of a workbook, all or nothing. Errors as
// of SetRows, with cells.
func (s *Batches) Import(ctx context.Context, actor org.Actor, id, key string, data []byte) (process.Receipt, error) {
	v, err := s.load(ctx, actor, id)
	if err != nil {
		return process.Receipt{}, err
	}
	if !batch.MayDraft(actor) {
		return process.Receipt{}, batch.ErrForbidden()
	}
	lines, findings := s.Sheets.ReadPairings(data, s.milestoneTitles())
	if len(findings) > 0 {
		return process.Receipt{}, invalidRows(findings)
	}
	entries, findings, err := s.entries(ctx, lines)
	if err != nil {
		return process.Receipt{}, err
	}
	rows, more, err := s.resolve(ctx, v.State, entries, func(i int, field string) string { return lines[i].Where(s.titled(field)) })
	if err != nil {
		return process.Receipt{}, err
	}
	for _, d := range more { // a cell that couldn't be read is wrong once
		if !slices.ContainsFunc(findings, func(x fault.Detail) bool { return x.Field == d.Field }) {
			findings = append(findings, d)
		}
	}
	if err := invalidRows(findings); err != nil {
		return process.Receipt{}, err
	}
	return s.keep(ctx, actor, v, key, rows)
}

func invalidRows(findings []fault.Detail) error {
	if len(findings) == 0 {
		return nil
	}
	for i := range findings {
		if findings[i].Field == "" { // the file as a whole
			findings[i].Field = "/"
		}
	}
	return &fault.Error{Kind: fault.Invalid, Code: "rows_invalid", Details: findings, Message: fmt.Sprintf("清单有%d处错误,没有保存", len(findings))}
}

// keep stores rows by their digest and tells the list.
func (s *Batches) keep(ctx context.Context, actor org.Actor, v View[batch.State], key string, rows []batch.Row) (process.Receipt, error) {
	data, err := json.Marshal(rows)
	if err != nil {
		return process.Receipt{}, err
	}
	set := batch.RowsSet{Count: len(rows)}
	if set.Digest, err = s.Blobs.Put(ctx, data); err != nil {
		return process.Receipt{}, err
	}
	cmd, err := s.command(actor, batch.CmdSetRows, key, event.NewDraft(set).Data)
	if err != nil {
		return process.Receipt{}, err
	}
	cmd.With, cmd.Body = cmd.Body, nil
	r, _, err := s.Processes.Send(ctx, batch.Kind, v.State.ID, cmd)
	return r, err
}

// prepare looks once more, with today's registry, at what is to be checked or published.
func (s *Batches) prepare(ctx context.Context, v View[batch.State], cmd process.Command) (process.Command, error) {
	cmd.With = nil
	if cmd.Name != batch.ActCheck && cmd.Name != batch.ActPublish || v.State.Rows == nil {
		return cmd, nil
	}
	actions := s.Definition.Actions(v.State, cmd.Actor, cmd.At)
	if !slices.ContainsFunc(actions, func(a process.Action) bool { return a.Name == cmd.Name && a.Allowed }) {
		return cmd, nil // Decide says why not
	}
	rows, err := s.rows(ctx, v.State)
	if err != nil {
		return cmd, err
	}
	entries := make([]Entry, len(rows))
	for i, r := range rows {
		entries[i] = Entry{ID: r.ID, ProjectID: r.ProjectID, Role: r.Role, DepartmentID: r.DepartmentID, CadreID: r.CadreID, CadreName: r.CadreName,
			Team: r.Team, ProjectType: r.ProjectType, Milestones: r.Milestones}
	}
	_, findings, err := s.resolve(ctx, v.State, entries, func(i int, field string) string { return fmt.Sprintf("/rows/%d%s", i, field) })
	if err == nil {
		err = invalidRows(findings)
	}
	if err == nil {
		cmd.With, err = json.Marshal(batch.Given{Digest: v.State.Rows.Digest, Units: batch.UnitsOf(rows)})
	}
	return cmd, err
}

// directory is what the rows of a list name.
type directory struct {
	units    map[string]org.Unit
	projects map[string]project.Project
	users    map[string]org.User
	slots    map[Slot]string
}

func (s *Batches) directory(ctx context.Context, entries []Entry) (d directory, err error) {
	if d.units, err = unitsByID(ctx, s.Reads); err != nil {
		return d, err
	}
	d.projects, d.users, d.slots = map[string]project.Project{}, map[string]org.User{}, map[Slot]string{}
	var ids []string
	for _, e := range entries {
		if _, seen := d.projects[e.ProjectID]; !seen && e.ProjectID != "" {
			p, err := s.Reads.Project(ctx, e.ProjectID, org.Scope{All: true})
			if err := note(d.projects, e.ProjectID, p, err); err != nil {
				return d, err
			}
			ids = append(ids, e.ProjectID)
		}
		if _, seen := d.users[e.CadreID]; !seen && e.CadreID != "" {
			u, err := s.Reads.User(ctx, e.CadreID)
			if err := note(d.users, e.CadreID, u, err); err != nil {
				return d, err
			}
		}
	}
	held, err := s.Reads.Slots(ctx, ids)
	for _, x := range held {
		d.slots[Slot{ProjectID: x.ProjectID, Role: x.Role}] = x.LiaisonID
	}
	return d, err
}

// resolve adds the names that ids stand for and finds everything that is wrong.
func (s *Batches) resolve(ctx context.Context, state batch.State, entries []Entry, where func(i int, field string) string) ([]batch.Row, []fault.Detail, error) {
	d, err := s.directory(ctx, entries)
	if err != nil {
		return nil, nil, err
	}
	var findings []fault.Detail
	switch n := len(entries); {
	case n == 0:
		findings = append(findings, fault.Detail{Field: "/rows", Code: "rows_empty", Message: "清单没有内容"})
	case n > batch.MaxRows:
		findings = append(findings, fault.Detail{Field: "/rows", Code: "rows_many", Message: fmt.Sprintf("清单有%d项,一批最多%d项", n, batch.MaxRows)})
	}
	rows, used := make([]batch.Row, len(entries)), map[string]bool{}
	for _, e := range entries {
		used[e.ID] = true
	}
	next, seen, ids := 1, map[Slot]int{}, map[string]bool{}
	for i, e := range entries {
		wrong := func(field, code, message string) {
			findings = append(findings, fault.Detail{Field: where(i, field), Code: code, Message: message})
		}
		for e.ID == "" || ids[e.ID] {
			if id := fmt.Sprint(next); !used[id] {
				e.ID = id
			}
			next++
		}
		ids[e.ID] = true
		rows[i] = batch.Row{ID: e.ID, Pairing: s.pair(d, e, wrong)}
		slot := Slot{ProjectID: e.ProjectID, Role: e.Role}
		if first, twice := seen[slot]; twice && e.ProjectID != "" {
			wrong("/project_id", "row_duplicate", fmt.Sprintf("与第%d项是同一项目的同一角色", first+1))
		} else {
			seen[slot] = i
		}
		if holder := d.slots[slot]; holder != "" && holder != batch.LiaisonID(state.ID, e.ID) {
			wrong("/project_id", "liaison_active", "项目已有在办的"+e.Role.Label()+"任务")
		}
	}
	return rows, findings, nil
}

// pair makes a pairing of an entry, and says what is wrong with it.
func (s *Batches) pair(d directory, e Entry, wrong func(field, code, message string)) liaison.Pairing {
	p, known := d.projects[e.ProjectID]
	switch {
	case !known:
		wrong("/project_id", "project_unknown", "没有这个项目")
	case p.Stage == project.InProduction || p.Stage == project.Ended:
		wrong("/project_id", "project_over", "项目"+p.Stage.Label()+",不需要包联")
	case p.Framework:
		wrong("/project_id", "project_framework", "框架协议项目不列入包联")
	}
	out := liaison.Pairing{ProjectID: p.ID, ProjectName: p.Name, CountyID: p.CountyID, CountyName: d.units[p.CountyID].Name, ProjectType: e.ProjectType,
		Role: e.Role, CadreID: e.CadreID, CadreName: e.CadreName, Team: e.Team, Milestones: e.Milestones}
	if e.Role != liaison.Lead && e.Role != liaison.Support {
		wrong("/role", "role_unknown", "角色应为“牵头包联”或“协同包联”")
	}
	unit, ok := d.units[e.DepartmentID]
	if !ok || unit.Kind == org.Leadership {
		wrong("/department_id", "department_unknown", "没有这个包联单位")
	}
	out.DepartmentID, out.DepartmentName = unit.ID, unit.Name
	cadre, ok := d.users[e.CadreID]
	switch {
	case e.CadreID != "" && (!ok || cadre.Disabled):
		wrong("/cadre_id", "cadre_unknown", "没有这位包联领导,或账号已停用")
	case e.CadreID != "":
		out.CadreName = cadre.Name
	case e.CadreName == "":
		wrong("/cadre_name", "required", "请填写包联领导")
	}
	kind, ok := s.Template.Type(e.ProjectType)
	if !ok {
		wrong("/project_type", "type_unknown", "没有这种项目类型")
	}
	s.planned(kind, e, wrong)
	return out
}

// planned checks the days of an entry: of the type's milestones, each once, in order.
func (s *Batches) planned(kind liaison.Type, e Entry, wrong func(field, code, message string)) {
	last, lastTitle := calendar.Date{}, ""
	days := map[string]calendar.Date{}
	for _, m := range e.Milestones {
		if !slices.ContainsFunc(kind.Milestones, func(r liaison.MilestoneRule) bool { return r.ID == m.ID }) && kind.ID != "" {
			wrong("/milestones/"+m.ID, "milestone_unknown", "这种项目没有节点“"+m.ID+"”")
		}
		days[m.ID] = m.On
	}
	for _, r := range kind.Milestones {
		on, ok := days[r.ID]
		if !ok {
			continue
		}
		if on.Before(last) {
			wrong("/milestones/"+r.ID, "milestones_disordered", fmt.Sprintf("%s(%s)早于%s(%s)", r.Title, on, lastTitle, last))
		}
		last, lastTitle = on, r.Title
	}
}

// BatchEffects performs what lists ask for outside themselves.
type BatchEffects struct {
	Reads    Reads
	Blobs    Blobs
	Recorder *Recorder[liaison.State, liaison.Facts] // of liaisons
	Launcher Launcher
	Now      func() time.Time
}

// launchers is how many workflows are started at once.
const launchers = 8

// Start performs batch.EffectStart: it records the chunk's liaisons in one transaction
// and starts their workflows. What was done before is found done; a workflow that a
// crash left unstarted is started by the next try, or by the sweep.
func (b *BatchEffects) Start(ctx context.Context, _, id string, e process.Effect) (json.RawMessage, error) {
	var asked batch.Start
	if err := json.Unmarshal(e.Body, &asked); err != nil {
		return nil, err
	}
	row, err := b.Reads.Process(ctx, batch.Kind, id, org.Scope{All: true})
	if err != nil {
		return nil, err
	}
	var state batch.State
	if err := json.Unmarshal(row.State, &state); err != nil {
		return nil, err
	}
	data, err := b.Blobs.Open(ctx, state.Rows.Digest)
	if err != nil {
		return nil, err
	}
	var rows []batch.Row
	if err := json.Unmarshal(data, &rows); err != nil {
		return nil, err
	}
	until := min(asked.Until, len(rows))
	births := make([]Birth, 0, until-asked.From)
	for _, r := range rows[asked.From:until] {
		a := state.Assignment(r)
		body, err := json.Marshal(a)
		if err != nil {
			return nil, err
		}
		births = append(births, Birth{ID: a.ID, Cmd: process.Command{ID: "publish:" + id, Name: liaison.CmdAssign, Actor: org.SystemActor(), At: b.Now(), Body: body}})
	}
	born, err := b.Recorder.Bear(ctx, births)
	if err != nil {
		return nil, err
	}
	if err := b.launch(ctx, born); err != nil {
		return nil, err
	}
	return json.Marshal(batch.StartedUntil{Started: until})
}

func (b *BatchEffects) launch(ctx context.Context, born []Born[liaison.State]) error {
	var group sync.WaitGroup
	failed, slots := make([]error, len(born)), make(chan struct{}, launchers)
	for i, x := range born {
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			data, err := json.Marshal(x.State)
			if err == nil {
				err = b.Launcher.Launch(ctx, liaison.Kind, x.ID, liaison.Summary(x.State), x.Version, data)
			}
			failed[i] = err
		})
	}
	group.Wait()
	for _, err := range failed {
		if err != nil {
			return err
		}
	}
	return nil
}

// BatchCompleter gives a list that is published what only the transaction can give: its
// number in the year, and its projects, each of which one liaison carries in a role.
// Errors: Conflict "liaison_active" naming every row whose project is taken.
func BatchCompleter(blobs Blobs) func(Tx, batch.State, process.Command, []event.Draft) ([]event.Draft, error) {
	return func(tx Tx, state batch.State, cmd process.Command, drafts []event.Draft) ([]event.Draft, error) {
		if cmd.Name != batch.ActPublish || len(drafts) == 0 {
			return drafts, nil
		}
		data, err := blobs.Open(context.Background(), state.Rows.Digest)
		if err != nil {
			return nil, err
		}
		var rows []batch.Row
		if err := json.Unmarshal(data, &rows); err != nil {
			return nil, err
		}
		slots, at := make([]Slot, len(rows)), map[string]int{}
		for i, r := range rows {
			slots[i] = Slot{ProjectID: r.ProjectID, Role: r.Role, LiaisonID: batch.LiaisonID(state.ID, r.ID)}
			at[slots[i].LiaisonID] = i
		}
		if err := tx.TakeSlots(slots); err != nil {
			return nil, namedRows(err, rows, at)
		}
		n, err := tx.NextCode(fmt.Sprintf("liaison-list-%d", state.Year))
		if err != nil {
			return nil, err
		}
		var b batch.PublishedAs
		if err := json.Unmarshal(drafts[0].Data, &b); err != nil {
			return nil, err
		}
		b.Batch = int(n)
		numbered := event.NewDraft(b)
		numbered.For = drafts[0].For
		return []event.Draft{numbered}, nil
	}
}

// namedRows says which rows a conflict is about.
func namedRows(err error, rows []batch.Row, at map[string]int) error {
	f := fault.From(err)
	if f.Code != "liaison_active" {
		return err
	}
	out := &fault.Error{Kind: f.Kind, Code: f.Code, Message: f.Message}
	for _, d := range f.Details {
		i := at[d.Field]
		out = out.With(fmt.Sprintf("/rows/%d/project_id", i), d.Code, rows[i].ProjectName+":"+d.Message)
	}
	return out
}

// ProjectBatch writes a list's line in the lists, in Record's transaction.
func ProjectBatch(tx Tx, _, after batch.State, _ []event.Event) error {
	return tx.SaveBatch(BatchRowFor(after))
}

// BatchRowFor is the row that a state should have.
func BatchRowFor(s batch.State) BatchRow {
	return BatchRow{
		ID: s.ID, Year: s.Year, Batch: s.Batch, Title: s.Title, Name: s.Name(), Stage: s.Stage, StageLabel: s.Stage.Label(), Count: s.Count(),
		Started: s.Started, CreatedBy: s.CreatedBy.Name, CreatedAt: s.CreatedAt, PublishedAt: s.PublishedAt, Illustrative: s.Illustrative,
	}
}

// BatchFacts gives what the rules of lists need, and the calendar's digest: lists have
// no deadlines, so that any calendar will do.
func BatchFacts(calendars *Calendars) func(context.Context) (batch.Facts, string, error) {
	return func(ctx context.Context) (batch.Facts, string, error) {
		cal, err := calendars.Current(ctx)
		if err != nil {
			return batch.Facts{}, "", err
		}
		return batch.Facts{}, cal.Digest(), nil
	}
}
