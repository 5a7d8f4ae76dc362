package app

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

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

// SetRows replaces all rows of a draft. version is that of the list as it was seen.
// Errors: Conflict "list_changed" when somebody else was first, "list_not_draft";
// Invalid "rows_invalid" with everything that is wrong, by row.
func (s *Batches) SetRows(ctx context.Context, actor org.Actor, id, key string, version int64, entries []batch.Entry) (process.Receipt, error) {
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
	d, err := s.directory(ctx, entries)
	if err != nil {
		return process.Receipt{}, err
	}
	rows, findings := batch.Resolve(v.State.ID, entries, d, rowField)
	if err := batch.Unsound(findings); err != nil {
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
	if err := batch.Unsound(findings); err != nil {
		return process.Receipt{}, err
	}
	entries, findings, err := s.entries(ctx, lines)
	if err != nil {
		return process.Receipt{}, err
	}
	d, err := s.directory(ctx, entries)
	if err != nil {
		return process.Receipt{}, err
	}
	rows, more := batch.Resolve(v.State.ID, entries, d, func(i int, field string) string { return lines[i].Where(s.titled(field)) })
	for _, d := range more { // a cell that couldn't be read is wrong once
		if !slices.ContainsFunc(findings, func(x fault.Detail) bool { return x.Field == d.Field }) {
			findings = append(findings, d)
		}
	}
	if err := batch.Unsound(findings); err != nil {
		return process.Receipt{}, err
	}
	return s.keep(ctx, actor, v, key, rows)
}

// rowField is where an entry's field stands in a request.
func rowField(i int, field string) string { return fmt.Sprintf("/rows/%d%s", i, field) }

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
	return s.insist(ctx, actor, v, key, cmd)
}

// prepare looks once more, with today's registry, at what is to be checked or published.
func (s *Batches) prepare(ctx context.Context, v View[batch.State], cmd process.Command) (process.Command, error) {
	if cmd.Name != batch.ActCheck && cmd.Name != batch.ActPublish {
		return cmd, nil
	}
	rows, err := s.rows(ctx, v.State)
	if err != nil {
		return cmd, err
	}
	entries := make([]batch.Entry, len(rows))
	for i, r := range rows {
		entries[i] = r.Entry()
	}
	d, err := s.directory(ctx, entries)
	if err != nil {
		return cmd, err
	}
	g := batch.Given{Units: batch.UnitsOf(rows)}
	if v.State.Rows != nil {
		g.Digest = v.State.Rows.Digest
	}
	_, g.Findings = batch.Resolve(v.State.ID, entries, d, rowField)
	cmd.With, err = json.Marshal(g)
	return cmd, err
}

// directory looks up what the rows of a list name.
func (s *Batches) directory(ctx context.Context, entries []batch.Entry) (d batch.Directory, err error) {
	if d.Units, err = unitsByID(ctx, s.Reads); err != nil {
		return d, err
	}
	d.Template, d.Projects, d.Users, d.Taken = s.Template, map[string]project.Project{}, map[string]org.User{}, map[batch.Place]string{}
	var ids []string
	for _, e := range entries {
		if _, seen := d.Projects[e.ProjectID]; !seen && e.ProjectID != "" {
			p, err := s.Reads.Project(ctx, e.ProjectID, org.Scope{All: true})
			if err := note(d.Projects, e.ProjectID, p, err); err != nil {
				return d, err
			}
			ids = append(ids, e.ProjectID)
		}
		if _, seen := d.Users[e.CadreID]; !seen && e.CadreID != "" {
			u, err := s.Reads.User(ctx, e.CadreID)
			if err := note(d.Users, e.CadreID, u, err); err != nil {
				return d, err
			}
		}
	}
	held, err := s.Reads.Slots(ctx, ids)
	for _, x := range held {
		d.Taken[batch.Place{ProjectID: x.ProjectID, Role: x.Role}] = x.LiaisonID
	}
	return d, err
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
