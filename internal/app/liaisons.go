package app

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"luodi/internal/calendar"
	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/liaison"
	"luodi/internal/org"
	"luodi/internal/process"
)

// Liaisons is 包联 for its users.
type Liaisons struct {
	Service[liaison.State, liaison.Facts]
}

// NewLiaisons makes the use case.
func NewLiaisons(s Service[liaison.State, liaison.Facts]) *Liaisons {
	s.Definition = liaison.Definition()
	out := &Liaisons{Service: s}
	out.Prepare, out.Memory = out.prepare, newMemory[liaison.State]()
	return out
}

// Get loads a liaison with its events, under the name that its project has today. NotFound
// when it isn't the actor's to see.
func (s *Liaisons) Get(ctx context.Context, actor org.Actor, id string) (View[liaison.State], error) {
	v, err := s.Service.Get(ctx, actor, id)
	if err != nil {
		return v, err
	}
	p, err := s.Reads.Project(ctx, v.State.ProjectID, org.Scope{All: true})
	if fault.Is(err, fault.NotFound) {
		return v, nil
	}
	v.State.ProjectName = p.Name
	return v, err
}

// List gives the liaisons the actor may see.
func (s *Liaisons) List(ctx context.Context, actor org.Actor, f LiaisonFilter, p Page) ([]LiaisonRow, string, error) {
	return s.Reads.Liaisons(ctx, org.ScopeOf(actor), f, p)
}

// Counts counts the open liaisons the actor may see by their light.
func (s *Liaisons) Counts(ctx context.Context, actor org.Actor, f LiaisonFilter) (LiaisonCounts, error) {
	f.Light = ""
	return s.Reads.LiaisonCounts(ctx, org.ScopeOf(actor), f)
}

// Results are the year's figures of each department, as of a moment: metrics that a
// rule book can name. Only what the actor may see counts.
func (s *Liaisons) Results(ctx context.Context, actor org.Actor, from, until time.Time) (map[string]liaison.Results, error) {
	out := map[string]liaison.Results{}
	f := LiaisonItemFilter{From: from, Until: until}
	err := s.Reads.EachLiaisonItem(ctx, org.ScopeOf(actor), f, func(x LiaisonItem) error {
		r := out[x.DepartmentID]
		r.Count(x.Item, from, until)
		out[x.DepartmentID] = r
		return nil
	})
	return out, err
}

// prepare adds to a command what its body names.
func (s *Liaisons) prepare(ctx context.Context, v View[liaison.State], cmd process.Command) (process.Command, error) {
	actions := s.Definition.Actions(v.State, cmd.Actor, cmd.At)
	i := slices.IndexFunc(actions, func(a process.Action) bool { return a.Name == cmd.Name && a.Allowed })
	if i < 0 {
		return cmd, nil // Decide says why not
	}
	var body any
	_ = json.Unmarshal(cmd.Body, &body) // what is no JSON names nothing, and Decide refuses it
	var g liaison.Given
	var err error
	if g.Users, g.Units, err = found(ctx, s.Reads, actions[i].Schema, body); err != nil {
		return cmd, err
	}
	g.Files = map[string]liaison.File{}
	for _, id := range actions[i].Schema.Refs(process.FormatFile, body) {
		a, err := s.Reads.Attachment(ctx, id, org.ScopeOf(cmd.Actor))
		if err := note(g.Files, id, liaison.File{ID: a.ID, Name: a.Name, Size: a.Size}, err); err != nil {
			return cmd, err
		}
	}
	if len(g.Users)+len(g.Units)+len(g.Files) > 0 {
		cmd.With, err = json.Marshal(g)
	}
	return cmd, err
}

// ProjectLiaison writes a liaison's line in the lists and its items, gives its files to
// those who may read it, and lets go of the project when it is over.
func ProjectLiaison(tx Tx, before, after liaison.State, events []event.Event) error {
	if err := tx.SaveLiaison(LiaisonRowFor(after), changedItems(before, after)); err != nil {
		return err
	}
	if ids := liaisonFiles(events); len(ids) > 0 {
		if err := tx.UseAttachments(process.StreamID(liaison.Kind, after.ID), ids); err != nil {
			return err
		}
	}
	if after.Stage.Over() && !before.Stage.Over() {
		return tx.ReleaseSlot(after.ID)
	}
	return nil
}

// changedItems are the items that a command changed or added; none ever goes.
func changedItems(before, after liaison.State) []liaison.Item {
	was := map[string]liaison.Item{}
	if before.Started() {
		for _, x := range liaison.Items(before) {
			was[string(x.Kind)+"/"+x.Key] = x
		}
	}
	return slices.DeleteFunc(liaison.Items(after), func(x liaison.Item) bool {
		old, ok := was[string(x.Kind)+"/"+x.Key]
		return ok && old == x
	})
}

// liaisonFiles are the attachments that events brought.
func liaisonFiles(events []event.Event) []string {
	var ids []string
	for _, e := range events {
		var b struct {
			Files []liaison.File `json:"files"`
		}
		_ = json.Unmarshal(e.Data, &b) // an event without files has none
		for _, f := range b.Files {
			ids = append(ids, f.ID)
		}
	}
	return ids
}

// LiaisonRowFor is the list row that a state should have.
func LiaisonRowFor(s liaison.State) LiaisonRow {
	row := LiaisonRow{
		ID: s.ID, ListID: s.ListID, Year: s.Year, Batch: s.Batch, ProjectID: s.ProjectID, ProjectName: s.ProjectName, CountyID: s.CountyID,
		DepartmentID: s.DepartmentID, DepartmentName: s.DepartmentName, CadreID: s.CadreID, CadreName: s.CadreName, Team: s.Team,
		Role: s.Role, Stage: s.Stage, Light: s.Light, AssignedAt: s.AssignedAt, EndedAt: s.EndedAt, Illustrative: s.Illustrative,
	}
	if causes := s.Causes(); len(causes) > 0 {
		row.LightRule = causes[0].Rule
	}
	if n := len(s.Lights); n > 0 {
		row.LightSince = s.Lights[n-1].From
	}
	if m := s.Next(); m != nil {
		row.NextMilestone, row.NextDue = m.Title, m.Duty.Clock.Due
	}
	for _, p := range s.Problems {
		if p.Open() {
			row.OpenProblems++
		}
	}
	return row
}

// LiaisonFacts gives what the rules of liaisons need, and the calendar's digest.
func LiaisonFacts(calendars *Calendars, template liaison.Template, city func(context.Context) (string, error)) func(context.Context) (liaison.Facts, string, error) {
	return func(ctx context.Context) (liaison.Facts, string, error) {
		cal, err := calendars.Current(ctx)
		if err != nil {
			return liaison.Facts{}, "", err
		}
		unit, err := city(ctx)
		return liaison.Facts{Calendar: cal, Template: template, City: unit}, cal.Digest(), err
	}
}

// LiaisonSnapshot gives the facts without asking the store: for refusals, which need no
// unit of the city's leaders.
func LiaisonSnapshot(calendars *Calendars, template liaison.Template) func() liaison.Facts {
	return func() liaison.Facts { return liaison.Facts{Calendar: calendars.Snapshot(), Template: template} }
}

// CityUnit finds the unit of the city's leaders, to whom problems go in the end; the
// centre where none is recorded.
func CityUnit(reads Reads) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		units, err := reads.Units(ctx)
		if err != nil {
			return "", err
		}
		for _, u := range units {
			if u.Kind == org.Leadership {
				return u.ID, nil
			}
		}
		return "centre", nil
	}
}

// Advancer tells the registry of milestones that mean a stage.
type Advancer struct{ Projects *Projects }

// Advance performs liaison.EffectAdvance. A registry that is there already is content; a
// refusal is a result, for the centre to see to. Errors: the database is away.
func (a *Advancer) Advance(ctx context.Context, _, id string, e process.Effect) (json.RawMessage, error) {
	var b liaison.Advance
	if err := json.Unmarshal(e.Body, &b); err != nil {
		return nil, err
	}
	out := liaison.RegistryTold{Milestone: b.Milestone}
	on, err := calendar.ParseDate(b.On)
	if err == nil {
		err = a.advance(ctx, "liaison:"+id+":"+e.Key, b, on)
	}
	if f := fault.From(err); f != nil {
		if f.Kind == fault.Unavailable || f.Kind == fault.Internal || f.Kind == fault.RateLimited {
			return nil, f
		}
		out.Refused = f.Message
	}
	return json.Marshal(out)
}

func (a *Advancer) advance(ctx context.Context, key string, b liaison.Advance, on calendar.Date) error {
	p, err := a.Projects.Reads.Project(ctx, b.ProjectID, org.Scope{All: true})
	if err != nil || !p.On(b.Stage).IsZero() {
		return err
	}
	_, err = a.Projects.Edit(ctx, org.SystemActor(), key, b.ProjectID, Edit{Version: p.Version, Stage: b.Stage, On: on})
	return err
}
