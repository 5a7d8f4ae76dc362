package app

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"

	"luodi/internal/calendar"
	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/process"
	"luodi/internal/rulebook"
	"luodi/internal/selfreport"
)

// SelfReports is 自评 and 核实 for their users.
type SelfReports struct {
	Service[selfreport.State, selfreport.Facts]
	Scorer *Scorer
	Sheets AssessmentSheets
}

// NewSelfReports makes the use case.
func NewSelfReports(s Service[selfreport.State, selfreport.Facts], scorer *Scorer, sheets AssessmentSheets) *SelfReports {
	s.Definition = selfreport.Definition()
	out := &SelfReports{Service: s, Scorer: scorer, Sheets: sheets}
	out.Prepare, out.Memory = out.prepare, newMemory[selfreport.State]()
	return out
}

// prepare adds to a command what the server knows: files that its body names, figures
// as the book reads them, and what the registry knows now.
func (s *SelfReports) prepare(ctx context.Context, v View[selfreport.State], cmd process.Command) (process.Command, error) {
	actions := s.Definition.Actions(v.State, cmd.Actor, cmd.At)
	i := slices.IndexFunc(actions, func(a process.Action) bool { return a.Name == cmd.Name && a.Allowed })
	if i < 0 {
		return cmd, nil // Decide says why not
	}
	var g selfreport.Given
	var err error
	switch cmd.Name {
	case selfreport.ActFill, selfreport.ActCorrect, selfreport.ActFraud:
		err = s.read(ctx, v.State, actions[i].Schema, cmd, &g)
	case selfreport.ActRefresh:
		g.Known, err = s.known(ctx, v.State)
	default:
		return cmd, nil
	}
	if err != nil {
		return cmd, err
	}
	cmd.With, err = json.Marshal(g)
	return cmd, err
}

// read looks up the files and reads the figures of a body.
func (s *SelfReports) read(ctx context.Context, state selfreport.State, schema *process.Schema, cmd process.Command, g *selfreport.Given) error {
	var raw any
	_ = json.Unmarshal(cmd.Body, &raw) // what is no JSON names nothing, and Decide refuses it
	g.Files = map[string]selfreport.File{}
	for _, id := range schema.Refs(process.FormatFile, raw) {
		a, err := s.Reads.Attachment(ctx, id, org.ScopeOf(cmd.Actor))
		if err := note(g.Files, id, selfreport.File{ID: a.ID, Name: a.Name, Size: a.Size}, err); err != nil {
			return err
		}
	}
	var b struct {
		Items []struct {
			Figure string `json:"figure"`
			Value  string `json:"value"`
		} `json:"items"`
		Figure string `json:"figure"`
		Value  string `json:"value"`
	}
	_ = json.Unmarshal(cmd.Body, &b)
	year, err := s.Scorer.state(ctx, state.Year)
	if err != nil {
		return err
	}
	book, err := s.Scorer.Book(ctx, year.Plan.Book.Digest)
	if err != nil {
		return err
	}
	g.Read, g.Wrong = map[string]string{}, map[string]string{}
	for _, x := range b.Items {
		readFigure(book, x.Figure, x.Value, g.Read, g.Wrong)
	}
	if cmd.Name == selfreport.ActCorrect {
		figure := b.Figure
		if waiting := choicesOf(schema, "figure"); figure == "" && len(waiting) == 1 {
			figure = waiting[0]
		}
		readFigure(book, figure, b.Value, g.Read, g.Wrong)
	}
	return nil
}

// choicesOf are the values that a field of a form may have.
func choicesOf(schema *process.Schema, field string) []string {
	var out []string
	if p := schema.Properties[field]; p != nil {
		for _, c := range p.OneOf {
			out = append(out, c.Const)
		}
	}
	return out
}

// readFigure reads a figure as the book writes it; an empty one takes it back.
func readFigure(book *rulebook.Book, figure, value string, read, wrong map[string]string) {
	if value == "" {
		read[figure] = ""
		return
	}
	text, p := book.ReadFigure(figure, value)
	if p != nil {
		wrong[figure] = p.Message
		return
	}
	read[figure] = text
}

// known is what the registry knows of the unit now.
func (s *SelfReports) known(ctx context.Context, state selfreport.State) (map[string]selfreport.Known, error) {
	year, err := s.Scorer.state(ctx, state.Year)
	if err != nil {
		return nil, err
	}
	all, err := s.Scorer.Known(ctx, year, lastDay(year.Year), s.Now())
	return all[state.UnitID], err
}

// List gives a year's self-reports that the actor may see.
func (s *SelfReports) List(ctx context.Context, actor org.Actor, year string) ([]SelfReportRow, error) {
	return s.Reads.SelfReports(ctx, org.ScopeOf(actor), year)
}

// FigureProject is a project behind a counted figure.
type FigureProject struct {
	ID   string `json:"id,omitempty" doc:"absent where the caller may not see it"`
	Code string `json:"code"`
	Name string `json:"name"`
}

// Projects are the projects behind a counted figure of the unit, as the registry has
// them now. NotFound "figure_unknown".
func (s *SelfReports) Projects(ctx context.Context, actor org.Actor, id, figure string) ([]FigureProject, error) {
	v, err := s.load(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	year, err := s.Scorer.state(ctx, v.State.Year)
	if err != nil {
		return nil, err
	}
	return s.Scorer.Behind(ctx, actor, year, v.State.UnitID, figure, s.Now())
}

// Export writes the self-report as a workbook.
func (s *SelfReports) Export(ctx context.Context, actor org.Actor, id string) (selfreport.State, []byte, error) {
	v, err := s.load(ctx, actor, id)
	if err != nil {
		return v.State, nil, err
	}
	var out bytes.Buffer
	err = s.Sheets.WriteReport(&out, v.State)
	return v.State, out.Bytes(), err
}

// Import fills the self-report from a workbook, all or nothing. Errors: Invalid
// "report_invalid" with every wrong cell; what filling refuses.
func (s *SelfReports) Import(ctx context.Context, actor org.Actor, id, key string, data []byte) (process.Receipt, error) {
	v, err := s.load(ctx, actor, id)
	if err != nil {
		return process.Receipt{}, err
	}
	var names []string
	for _, x := range v.State.Items {
		names = append(names, x.Name)
	}
	lines, problems := s.Sheets.ReadReport(data, names)
	year, err := s.Scorer.state(ctx, v.State.Year)
	if err != nil {
		return process.Receipt{}, err
	}
	book, err := s.Scorer.Book(ctx, year.Plan.Book.Digest)
	if err != nil {
		return process.Receipt{}, err
	}
	type item struct {
		Figure string   `json:"figure"`
		Value  string   `json:"value"`
		Reason string   `json:"reason,omitempty"`
		Files  []string `json:"files,omitempty"`
	}
	items := []item{}
	for _, l := range lines {
		if _, p := book.ReadFigure(l.Figure, l.Value); p != nil {
			problems = append(problems, fault.Detail{Field: l.Where, Code: p.Code, Message: l.Figure + ":" + p.Message})
			continue
		}
		x := item{Figure: l.Figure, Value: l.Value, Reason: l.Reason}
		for _, f := range v.State.Item(l.Figure).Files {
			x.Files = append(x.Files, f.ID)
		}
		items = append(items, x)
	}
	if len(problems) > 0 {
		return process.Receipt{}, &fault.Error{Kind: fault.Invalid, Code: "report_invalid", Details: problems, Message: "自评表有错误,未作任何改动:" + problems[0].Message}
	}
	body, err := json.Marshal(map[string]any{"items": items})
	if err != nil {
		return process.Receipt{}, err
	}
	return s.Act(ctx, actor, id, selfreport.ActFill, key, body)
}

// ProjectSelfReport writes a self-report's line in the lists, and gives its files to
// those who may read it, in Record's transaction.
func ProjectSelfReport(tx Tx, _, after selfreport.State, events []event.Event) error {
	if err := tx.SaveSelfReport(SelfReportRowFor(after)); err != nil {
		return err
	}
	var ids []string
	for _, e := range events {
		var b struct {
			Files []selfreport.File `json:"files"`
			Items []selfreport.Said `json:"items"`
		}
		_ = json.Unmarshal(e.Data, &b) // an event without files has none
		for _, x := range b.Items {
			b.Files = append(b.Files, x.Files...)
		}
		for _, f := range b.Files {
			ids = append(ids, f.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	return tx.UseAttachments(process.StreamID(selfreport.Kind, after.ID), ids)
}

// SelfReportRowFor is the list row that a state should have.
func SelfReportRowFor(s selfreport.State) SelfReportRow {
	row := SelfReportRow{
		ID: s.ID, Year: s.Year, UnitID: s.UnitID, UnitName: s.UnitName, Group: s.Group, Stage: s.Stage, StageLabel: s.Stage.Label(),
		Items: len(s.Items), Filled: s.Filled(), Decided: s.Decided(), Frauds: s.Standing(), Late: s.Late, Automatic: s.Automatic,
		Light: s.Light, SubmittedAt: s.SubmittedAt, VerifiedAt: s.VerifiedAt,
	}
	for _, x := range s.Items {
		if x.Differs() {
			row.Differs++
		}
	}
	if n := len(s.Requests); n > 0 {
		row.Asking = s.Stage == selfreport.Filling && s.Requests[n-1].Decided == ""
	}
	if s.Clock != nil {
		row.Due = s.Clock.Due
	}
	return row
}

// SelfReportFacts gives what the rules of self-reports need, and the calendar's digest.
func SelfReportFacts(calendars *Calendars) func(context.Context) (selfreport.Facts, string, error) {
	return func(ctx context.Context) (selfreport.Facts, string, error) {
		cal, err := calendars.Current(ctx)
		if err != nil {
			return selfreport.Facts{}, "", err
		}
		return selfreport.Facts{Calendar: cal}, cal.Digest(), nil
	}
}

// SelfReportSnapshot gives the facts without asking the store.
func SelfReportSnapshot(calendars *Calendars) func() selfreport.Facts {
	return func() selfreport.Facts { return selfreport.Facts{Calendar: calendars.Snapshot()} }
}

// lastDay is the day that a year is assessed as of.
func lastDay(year int) calendar.Date {
	return calendar.Date{Year: year, Month: 12, Day: 31}
}
