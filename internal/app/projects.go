package app

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"luodi/internal/assessment"
	"luodi/internal/batch"
	"luodi/internal/bulletin"
	"luodi/internal/calendar"
	"luodi/internal/dispatch"
	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/liaison"
	"luodi/internal/org"
	"luodi/internal/panel"
	"luodi/internal/project"
	"luodi/internal/review"
	"luodi/internal/selfreport"
)

// Projects is the registry for its users.
type Projects struct {
	Journal Journal
	Reads   Reads
	Sheets  Sheets
	Now     func() time.Time
	NewID   func() string
}

// Sheets reads and writes the registry's Excel sheets.
type Sheets interface {
	// Read reads a workbook. problems are what must be mended before it can be
	// imported, warnings what was left out or assumed; each names sheet and cell.
	Read(data []byte, units []org.Unit, today calendar.Date) (rows []SheetRow, warnings, problems []fault.Detail)
	Write(w io.Writer, projects []project.Project, units []org.Unit) error
	Template(w io.Writer, units []org.Unit) error
}

// SheetRow is one project as a sheet states it, with where it stands.
type SheetRow struct {
	Sheet string
	Row   int
	Draft project.Draft
	Where func(field string) string // the cell of a field given as JSON pointer, "签约项目!C5"
}

// Imported tells what an import did, or would do.
type Imported struct {
	DryRun   bool           `json:"dry_run"`
	Total    int            `json:"total" doc:"projects in the workbook"`
	Imported int            `json:"imported" doc:"projects taken in; 0 in a dry run"`
	Rows     []PreviewRow   `json:"rows" doc:"the first 50"`
	Warnings []fault.Detail `json:"warnings"`
}

// PreviewRow is one project of an import as people check it.
type PreviewRow struct {
	Sheet        string `json:"sheet"`
	Row          int    `json:"row"`
	Name         string `json:"name"`
	Investor     string `json:"investor"`
	CountyID     string `json:"county_id"`
	AgreedAmount string `json:"agreed_amount" doc:"万元"`
	Stage        string `json:"stage"`
	StageLabel   string `json:"stage_label"`
}

// previewRows is how many rows an import shows.
const previewRows = 50

// Create registers a project. Errors: Forbidden; Invalid with every wrong field;
// Conflict "project_code_taken".
func (s *Projects) Create(ctx context.Context, actor org.Actor, key string, d project.Draft) (project.Project, error) {
	var p project.Project
	err := s.once(ctx, actor, key, "create", d, &p, func(tx Tx) error {
		if err := mayEdit(actor, d.CountyID); err != nil {
			return err
		}
		units, err := unitsByID(ctx, s.Reads)
		if err != nil {
			return err
		}
		p, err = s.register(tx, actor, d, units, "")
		return err
	})
	return p, err
}

// register takes one draft in, numbered and recorded.
func (s *Projects) register(tx Tx, actor org.Actor, d project.Draft, units map[string]org.Unit, source string) (project.Project, error) {
	now := s.Now()
	p, err := project.New(d, s.NewID(), actor, now)
	if err != nil {
		return p, err
	}
	if u, ok := units[p.CountyID]; !ok || u.Kind != org.County {
		return p, fault.Field("/county_id", "county_unknown", "没有这个县市区")
	}
	if p.Code == "" {
		year := calendar.DateOf(now).Year
		n, err := tx.NextCode(fmt.Sprintf("project-%d", year))
		if err != nil {
			return p, err
		}
		p.Code = fmt.Sprintf("ZS%d-%05d", year, n)
	}
	if err := tx.InsertProject(p); err != nil {
		if f := fault.From(err); f.Code == "project_code_taken" { // an import names its cell
			err = f.With("/code", f.Code, f.Message)
		}
		return p, err
	}
	body := project.Registered{Draft: project.DraftOf(p), Source: source}
	return p, tx.Append(event.Seal(event.Event{}, project.StreamID(p.ID), p.ID, "", actor, now, event.Drafts(body)))
}

// Edit is a change of a project that a person asks for: figures, or a stage
// reached, or a correction with its reason.
type Edit struct {
	Version int64 // the version the person saw; another one is Conflict "project_changed"
	Patch   project.Patch
	// Advance to a stage reached on a day.
	Stage project.Stage
	On    calendar.Date
	// Correction replaces all of the above.
	Correction *project.Correction
	Reason     string
}

// Edit changes a project. Errors: NotFound, Forbidden, Conflict when somebody else
// was first or the stage doesn't follow, Invalid with every wrong field.
func (s *Projects) Edit(ctx context.Context, actor org.Actor, key, id string, e Edit) (project.Project, error) {
	if _, err := s.Reads.Project(ctx, id, org.ScopeOf(actor)); err != nil {
		return project.Project{}, err
	}
	var p project.Project
	err := s.once(ctx, actor, key, "edit\n"+id, e, &p, func(tx Tx) error {
		old, err := tx.Project(id)
		if err != nil {
			return err
		}
		if err := mayEdit(actor, old.CountyID); err != nil {
			return err
		}
		if e.Version != old.Version {
			return errProjectChanged()
		}
		p, err = s.edit(ctx, tx, actor, old, e)
		return err
	})
	return p, err
}

func errProjectChanged() *fault.Error {
	return fault.New(fault.Conflict, "project_changed", "项目已被他人修改,请刷新后再改")
}

func (s *Projects) edit(ctx context.Context, tx Tx, actor org.Actor, old project.Project, e Edit) (project.Project, error) {
	p, bodies, err := e.on(old, calendar.DateOf(s.Now()))
	if err != nil || len(bodies) == 0 {
		return old, err
	}
	if p.CountyID != old.CountyID {
		if err := s.mayMove(ctx, actor, p.CountyID); err != nil {
			return old, err
		}
	}
	return saveProject(tx, p, "", actor, s.Now(), bodies...)
}

// mayMove: a county can't push a project onto another one.
func (s *Projects) mayMove(ctx context.Context, actor org.Actor, countyID string) error {
	units, err := unitsByID(ctx, s.Reads)
	if err != nil {
		return err
	}
	if u, ok := units[countyID]; !ok || u.Kind != org.County {
		return fault.Field("/county_id", "county_unknown", "没有这个县市区")
	}
	return mayEdit(actor, countyID)
}

// on applies the edit and gives the events that tell it; none if nothing changed.
func (e Edit) on(p project.Project, today calendar.Date) (project.Project, []event.Body, error) {
	if e.Correction != nil {
		changed, changes, err := p.Correct(*e.Correction, e.Reason, today)
		if err != nil || len(changes) == 0 {
			return p, nil, err
		}
		return changed, []event.Body{project.Corrected{Reason: e.Reason, Changes: changes}}, nil
	}
	var bodies []event.Body
	changed, changes, err := p.Apply(e.Patch, today)
	if err != nil {
		return p, nil, err
	}
	if len(changes) > 0 {
		bodies = append(bodies, project.Changed{Changes: changes})
	}
	if e.Stage == "" || e.Stage == p.Stage {
		return changed, bodies, nil
	}
	moved, err := changed.Advance(e.Stage, e.On, today)
	if err != nil {
		return p, nil, err
	}
	step := project.Advanced{From: p.Stage, To: moved.Stage}
	if on := moved.On(moved.Stage); !on.IsZero() {
		step.On = on.String()
	}
	return moved, append(bodies, step), nil
}

// saveProject writes a project's next version and its events in one transaction.
func saveProject(tx Tx, p project.Project, commandID string, actor org.Actor, at time.Time, bodies ...event.Body) (project.Project, error) {
	p = p.Touched(at)
	if err := tx.UpdateProject(p); err != nil {
		return p, err
	}
	stream := project.StreamID(p.ID)
	head, err := tx.Head(stream)
	if err != nil {
		return p, err
	}
	return p, tx.Append(event.Seal(head, stream, p.ID, commandID, actor, at, event.Drafts(bodies...)))
}

// Import takes a workbook in, all or nothing; a dry run only tells. Errors: Forbidden;
// Invalid "import_invalid" whose details name every sheet, cell and reason.
func (s *Projects) Import(ctx context.Context, actor org.Actor, key string, data []byte, dryRun bool) (Imported, error) {
	out := Imported{DryRun: dryRun, Rows: []PreviewRow{}}
	if !MayImport(actor) {
		return out, fault.New(fault.Forbidden, "project_forbidden", "只有招商中心和县市区可以导入项目")
	}
	list, err := s.Reads.Units(ctx)
	if err != nil {
		return out, err
	}
	rows, warnings, problems := s.Sheets.Read(data, list, calendar.DateOf(s.Now()))
	for _, row := range rows {
		if mayEdit(actor, row.Draft.CountyID) != nil {
			problems = append(problems, fault.Detail{Field: row.Where("/county_id"), Code: "county_forbidden", Message: "不是本县市区的项目"})
		}
	}
	if len(rows) == 0 && len(problems) == 0 {
		problems = append(problems, fault.Detail{Field: "/", Code: "sheet_empty", Message: "没有找到项目数据"})
	}
	out.Total, out.Warnings, out.Rows = len(rows), append([]fault.Detail{}, warnings...), preview(rows)
	if len(problems) > 0 {
		return out, importInvalid(problems)
	}
	err = s.importRows(ctx, actor, key, data, rows, &out)
	return out, err
}

func importInvalid(problems []fault.Detail) *fault.Error {
	for i := range problems {
		if problems[i].Field == "" { // the file as a whole
			problems[i].Field = "/"
		}
	}
	return &fault.Error{Kind: fault.Invalid, Code: "import_invalid", Details: problems,
		Message: fmt.Sprintf("表中有%d处错误,未导入任何项目", len(problems))}
}

// errDryRun rolls a trial import back: a dry run finds what only the registry knows, such as a code that is taken.
var errDryRun = fault.New(fault.Conflict, "dry_run", "试导入")

func (s *Projects) importRows(ctx context.Context, actor org.Actor, key string, data []byte, rows []SheetRow, out *Imported) error {
	units, err := unitsByID(ctx, s.Reads)
	if err != nil {
		return err
	}
	request := struct{ Digest string }{Digest("import", data)}
	dryRun := out.DryRun
	if dryRun {
		key = ""
	}
	err = s.once(ctx, actor, key, "import", request, out, func(tx Tx) error {
		var problems []fault.Detail
		for _, row := range rows {
			source := fmt.Sprintf("表“%s”第%d行", row.Sheet, row.Row)
			if _, err := s.register(tx, actor, row.Draft, units, source); err != nil {
				f := fault.From(err)
				if f.Kind == fault.Unavailable || f.Kind == fault.Internal {
					return err
				}
				problems = append(problems, cellsOf(row, f)...)
			}
		}
		switch {
		case len(problems) > 0:
			return importInvalid(problems)
		case dryRun:
			return errDryRun
		}
		out.Imported = len(rows)
		return nil
	})
	if fault.HasCode(err, "dry_run") {
		return nil
	}
	return err
}

// cellsOf says in which cells of a row the registry found something wrong.
func cellsOf(row SheetRow, f *fault.Error) []fault.Detail {
	if len(f.Details) == 0 {
		return []fault.Detail{{Field: row.Where("/"), Code: f.Code, Message: f.Message}}
	}
	out := make([]fault.Detail, len(f.Details))
	for i, d := range f.Details {
		out[i] = fault.Detail{Field: row.Where(d.Field), Code: d.Code, Message: d.Message}
	}
	return out
}

func preview(rows []SheetRow) []PreviewRow {
	out := []PreviewRow{}
	for _, r := range rows[:min(len(rows), previewRows)] {
		p := r.Draft.Project()
		out = append(out, PreviewRow{
			Sheet: r.Sheet, Row: r.Row, Name: p.Name, Investor: p.Investor, CountyID: p.CountyID,
			AgreedAmount: p.AgreedAmount.String(), Stage: string(p.Stage), StageLabel: p.Stage.Label(),
		})
	}
	return out
}

// Export writes every project of a filtered list, in its order.
func (s *Projects) Export(ctx context.Context, actor org.Actor, f project.Filter, sort project.Sort, w io.Writer) error {
	units, err := s.Reads.Units(ctx)
	if err != nil {
		return err
	}
	var all []project.Project
	err = s.Reads.EachProject(ctx, org.ScopeOf(actor), f, sort, func(p project.Project) error {
		all = append(all, p)
		return nil
	})
	if err != nil {
		return err
	}
	return s.Sheets.Write(w, all, units)
}

// Timeline is everything recorded about a project, from whichever process, oldest first.
func (s *Projects) Timeline(ctx context.Context, actor org.Actor, id string) ([]event.Event, error) {
	if _, err := s.Reads.Project(ctx, id, org.ScopeOf(actor)); err != nil {
		return nil, err
	}
	return s.Reads.Timeline(ctx, id)
}

// once runs a change in one transaction, and gives the stored answer when the
// actor's key has been seen. out is filled from the stored answer, or stored.
func (s *Projects) once(ctx context.Context, actor org.Actor, key, name string, request, out any, fn func(Tx) error) error {
	return Once(ctx, s.Journal, actor, key, name, request, out, s.Now, s.NewID, fn)
}

// Once makes a change that is no process command idempotent: the answer is stored
// under the actor's key in the transaction of the change itself.
func Once(ctx context.Context, j Journal, actor org.Actor, key, name string, request, out any,
	now func() time.Time, newID func() string, fn func(Tx) error) error {
	if _, err := commandID(actor, key, newID); err != nil {
		return err
	}
	asked, err := json.Marshal(request)
	if err != nil {
		return err
	}
	digest := Digest(name, asked)
	return j.InTx(ctx, func(tx Tx) error {
		if key == "" {
			return fn(tx)
		}
		stored, ok, err := tx.Reply(actor.UserID, key)
		if err != nil {
			return err
		}
		if ok {
			if stored.Request != digest {
				return errKeyReused()
			}
			return json.Unmarshal(stored.Body, out)
		}
		if err := fn(tx); err != nil {
			return err
		}
		answer, err := json.Marshal(out)
		if err != nil {
			return err
		}
		return tx.SaveReply(actor.UserID, key, Reply{Request: digest, Body: answer, At: now()})
	})
}

// Tell puts any event into words.
func Tell(e event.Event) string {
	if text := project.Tell(e); text != "" {
		return text
	}
	kind, _, _ := strings.Cut(e.Type, ".")
	if tell, ok := tellers[kind]; ok {
		return tell(e)
	}
	if text := tellProxy(e); text != "" {
		return text
	}
	return review.Tell(e)
}

// tellers put the events of each kind of process into words; those of a review stand
// beside those of a condition and a proxy.
var tellers = map[string]func(event.Event) string{
	panel.Kind:    panel.Tell,
	liaison.Kind:  liaison.Tell,
	batch.Kind:    batch.Tell,
	dispatch.Kind: dispatch.Tell,
	bulletin.Kind: bulletin.Tell,
	"rulebook":    assessment.TellBook,

	assessment.Kind: assessment.Tell,
	selfreport.Kind: selfreport.Tell,
}

// Get reads one project. NotFound when it isn't the actor's to see.
func (s *Projects) Get(ctx context.Context, actor org.Actor, id string) (project.Project, error) {
	return s.Reads.Project(ctx, id, org.ScopeOf(actor))
}

// List gives the projects the actor may see.
func (s *Projects) List(ctx context.Context, actor org.Actor, f project.Filter, sort project.Sort, p Page) ([]project.Project, string, error) {
	return s.Reads.Projects(ctx, org.ScopeOf(actor), f, sort, p)
}

// Template writes an empty sheet for an import.
func (s *Projects) Template(ctx context.Context, w io.Writer) error {
	units, err := s.Reads.Units(ctx)
	if err != nil {
		return err
	}
	return s.Sheets.Template(w, units)
}
