package app

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"luodi/internal/assessment"
	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/process"
	"luodi/internal/project"
	"luodi/internal/rulebook"
	"luodi/internal/selfreport"
)

// Assessments is 年度考核 for its users.
type Assessments struct {
	Service[assessment.State, assessment.Facts]
	Scorer *Scorer
	Sheets AssessmentSheets
	Scores ScoreSheets
}

// NewAssessments makes the use case.
func NewAssessments(s Service[assessment.State, assessment.Facts], scorer *Scorer, sheets AssessmentSheets, scores ScoreSheets) *Assessments {
	s.Definition = assessment.Definition()
	out := &Assessments{Service: s, Scorer: scorer, Sheets: sheets, Scores: scores}
	out.Prepare, out.Memory = out.prepare, newMemory[assessment.State]()
	return out
}

// NewYear is what a year begins with.
type NewYear struct {
	Year         int    `json:"year" minimum:"2000" maximum:"2100"`
	Title        string `json:"title,omitempty" maxLength:"60" doc:"by the year and the book when absent"`
	BookID       string `json:"book_id" maxLength:"64"`
	Illustrative bool   `json:"illustrative,omitempty"`
}

// The terms that a year begins with, in working days; all may be set before it is issued.
func usualTerms(book assessment.BookUse) map[assessment.Stage]process.Terms {
	days := max(book.PublicityDays, 5)
	return map[assessment.Stage]process.Terms{
		assessment.Reporting: {Days: 10, Remind: 2, Grace: 2}, assessment.Verifying: {Days: 10, Remind: 2, Grace: 2}, assessment.Scoring: {Days: 3, Remind: 1, Grace: 1},
		assessment.Rechecking: {Days: 3, Remind: 1, Grace: 1}, assessment.Publicity: {Days: days}, assessment.Appealing: {Days: 5, Remind: 1, Grace: 1}, assessment.Grading: {Days: 5, Remind: 1, Grace: 1},
	}
}

// Create opens a year: with the units that the book's rosters name, and where a group
// has none, with all counties or all departments by what the group is called. Errors:
// Forbidden; Invalid "rulebook_unknown"; Conflict "assessment_exists".
func (s *Assessments) Create(ctx context.Context, actor org.Actor, key string, in NewYear) (process.Receipt, error) {
	var none process.Receipt
	if !assessment.MayRun(actor) {
		return none, fault.New(fault.Forbidden, "assessment_forbidden", "由考核人员建立年度考核")
	}
	asked, err := json.Marshal(in)
	if err != nil {
		return none, err
	}
	cmd, err := s.command(actor, assessment.CmdOpen, key, asked)
	if err != nil {
		return none, err
	}
	id := assessment.ID(in.Year)
	if receipt, ok, err := s.stored(ctx, id, cmd); ok || err != nil {
		return receipt, err
	}
	use, err := s.use(ctx, in.BookID)
	if err != nil {
		return none, err
	}
	if use == nil {
		return none, fault.Field("/book_id", "rulebook_unknown", "没有这部已发布的细则")
	}
	plan := assessment.Plan{Title: in.Title, Book: *use, Duties: map[string]string{}, Terms: usualTerms(*use), Illustrative: in.Illustrative || use.Illustrative}
	if plan.Title == "" {
		plan.Title = fmt.Sprintf("%d年度招商引资考核", in.Year)
	}
	if plan.Members, err = s.members(ctx, *use); err != nil {
		return none, err
	}
	if cmd.Body, err = json.Marshal(assessment.YearOpened{ID: id, Year: in.Year, Office: actor.UnitID, Plan: plan}); err != nil {
		return none, err
	}
	r, err := s.Processes.Start(ctx, assessment.Kind, id, plan.Title, cmd)
	if err == nil && r.Request != cmd.Request {
		return none, errKeyReused()
	}
	return r, err
}

// use is a published rule book as a year uses it; nil when there is none. Errors:
// Conflict "rulebook_tables" for one that scores records which nobody keeps.
func (s *Assessments) use(ctx context.Context, id string) (*assessment.BookUse, error) {
	row, err := s.Reads.RuleBook(ctx, id)
	if fault.Is(err, fault.NotFound) || err == nil && row.Stage != assessment.BookPublished {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	b, err := s.Scorer.Book(ctx, row.Digest)
	if err != nil {
		return nil, err
	}
	if list := b.Unkept(rulebook.ProjectTable); len(list) > 0 {
		return nil, fault.Newf(fault.Conflict, "rulebook_tables", "细则的“%s”直接按台账“%s”的记录计分,系统没有这一台账;请在细则中先把它计为一个量(由单位填报、部门核实),再按量计分", list[0].By, list[0].Table)
	}
	use := assessment.UseOf(id, b)
	return &use, nil
}

func (s *Assessments) members(ctx context.Context, use assessment.BookUse) ([]assessment.Member, error) {
	units, err := s.Reads.Units(ctx)
	if err != nil {
		return nil, err
	}
	out := []assessment.Member{}
	for _, g := range use.Groups {
		for _, u := range units {
			taken := slices.ContainsFunc(out, func(m assessment.Member) bool { return m.UnitID == u.ID })
			if belongs(u, g) && !taken { // where the names of groups leave it open, people say
				out = append(out, assessment.Member{UnitID: u.ID, Name: u.Name, BookName: u.Name, Group: g.Name})
			}
		}
	}
	return out, nil
}

func belongs(u org.Unit, g assessment.GroupUse) bool {
	switch {
	case len(g.Roster) > 0:
		return slices.Contains(g.Roster, u.Name)
	case strings.Contains(g.Name, "县"):
		return u.Kind == org.County
	case strings.Contains(g.Name, "部门") || strings.Contains(g.Name, "市直"):
		return u.Kind == org.Department
	}
	return false
}

// List gives the years that the actor may see.
func (s *Assessments) List(ctx context.Context, actor org.Actor, p Page) ([]AssessmentRow, string, error) {
	return s.Reads.Assessments(ctx, org.ScopeOf(actor), p)
}

// prepare adds to a command what the server knows.
func (s *Assessments) prepare(ctx context.Context, v View[assessment.State], cmd process.Command) (process.Command, error) {
	actions := s.Definition.Actions(v.State, cmd.Actor, cmd.At)
	i := slices.IndexFunc(actions, func(a process.Action) bool { return a.Name == cmd.Name && a.Allowed })
	if i < 0 {
		return cmd, nil // Decide says why not
	}
	var raw any
	_ = json.Unmarshal(cmd.Body, &raw) // what is no JSON names nothing, and Decide refuses it
	var g assessment.Given
	var err error
	if g.Users, g.Units, err = found(ctx, s.Reads, actions[i].Schema, raw); err != nil {
		return cmd, err
	}
	g.Files = map[string]assessment.File{}
	for _, id := range actions[i].Schema.Refs(process.FormatFile, raw) {
		a, err := s.Reads.Attachment(ctx, id, org.ScopeOf(cmd.Actor))
		if err := note(g.Files, id, assessment.File{ID: a.ID, Name: a.Name, Size: a.Size}, err); err != nil {
			return cmd, err
		}
	}
	if add := s.givers()[cmd.Name]; add != nil {
		if err := add(ctx, v.State, cmd, &g); err != nil {
			return cmd, err
		}
	}
	cmd.With, err = json.Marshal(g)
	return cmd, err
}

// giver adds what one action needs.
type giver func(context.Context, assessment.State, process.Command, *assessment.Given) error

func (s *Assessments) givers() map[string]giver {
	return map[string]giver{
		assessment.ActBook:         s.giveBook,
		assessment.ActProposeBook:  s.giveBook,
		assessment.ActIssue:        s.giveTargets,
		assessment.ActProposeMerge: s.giveMerged,
		assessment.ActVerify:       s.giveOpen(func(r SelfReportRow) bool { return r.Stage == selfreport.Filling }),
		assessment.ActScore: s.giveOpen(func(r SelfReportRow) bool {
			return r.Stage == selfreport.Filling || r.Stage == selfreport.Submitted
		}),
		assessment.ActDraw:   s.giveCandidates,
		assessment.ActAppeal: s.giveAppealed,
		assessment.ActRule:   s.giveRuled,
	}
}

func (s *Assessments) giveBook(ctx context.Context, state assessment.State, cmd process.Command, g *assessment.Given) error {
	var b struct {
		BookID string `json:"book_id"`
	}
	_ = json.Unmarshal(cmd.Body, &b)
	use, err := s.use(ctx, b.BookID)
	if err != nil || use == nil {
		return err
	}
	g.Book = use
	if cmd.Name != assessment.ActProposeBook {
		return nil
	}
	before, err := s.Scorer.Book(ctx, state.Plan.Book.Digest)
	if err != nil {
		return err
	}
	after, err := s.Scorer.Book(ctx, use.Digest)
	if err != nil {
		return err
	}
	changes := rulebook.Diff(before, after)
	for _, c := range changes[:min(len(changes), 200)] {
		g.Diff = append(g.Diff, changeText(c))
	}
	return nil
}

func changeText(c rulebook.Change) string {
	name := strings.TrimSpace(c.ID + " " + c.Name)
	switch c.Kind {
	case "added":
		return "新增 " + name
	case "removed":
		return "删去 " + name
	}
	return fmt.Sprintf("%s %s:%s→%s", name, c.What, clipText(c.From), clipText(c.To))
}

func clipText(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}

// giveTargets looks once more, with the book, at the targets that are to be issued.
func (s *Assessments) giveTargets(ctx context.Context, state assessment.State, _ process.Command, g *assessment.Given) error {
	if len(state.Targets) == 0 {
		return nil
	}
	cells, err := s.Scorer.Cells(ctx, state)
	if err != nil {
		return err
	}
	book, err := s.Scorer.Book(ctx, state.Plan.Book.Digest)
	if err != nil {
		return err
	}
	sheet := state.Targets[len(state.Targets)-1]
	g.Sheet, g.Findings = &sheet, cells.Missing(book, state.Plan.Members)
	return nil
}

// giveMerged computes the targets of a merger.
func (s *Assessments) giveMerged(ctx context.Context, state assessment.State, cmd process.Command, g *assessment.Given) error {
	var b struct {
		UnitID string `json:"unit_id"`
		Into   string `json:"into"`
		Add    bool   `json:"add_targets"`
	}
	_ = json.Unmarshal(cmd.Body, &b)
	if !b.Add || len(state.Targets) == 0 {
		return nil
	}
	cells, err := s.Scorer.Cells(ctx, state)
	if err != nil {
		return err
	}
	book, err := s.Scorer.Book(ctx, state.Plan.Book.Digest)
	if err != nil {
		return err
	}
	g.Sheet, err = s.keep(ctx, book, state, cells, cells.Merged(book, b.UnitID, b.Into), "")
	return err
}

// giveOpen counts the self-reports that are still open.
func (s *Assessments) giveOpen(is func(SelfReportRow) bool) giver {
	return func(ctx context.Context, state assessment.State, _ process.Command, g *assessment.Given) error {
		rows, err := s.Reads.SelfReports(ctx, org.Scope{All: true}, state.ID)
		for _, r := range rows {
			if is(r) {
				g.Open++
			}
		}
		return err
	}
}

// giveCandidates are the figures that units have stated, with a seed for whoever has none.
func (s *Assessments) giveCandidates(ctx context.Context, state assessment.State, _ process.Command, g *assessment.Given) error {
	err := s.eachReport(ctx, state, func(r selfreport.State) {
		for _, x := range r.Items {
			if x.Said != "" {
				g.Candidates = append(g.Candidates, assessment.Drawn{ID: r.UnitID + "/" + x.Name, UnitID: r.UnitID, UnitName: r.UnitName, Title: x.Name + " " + x.Said + x.Measure})
			}
		}
	})
	seed := make([]byte, 16)
	_, _ = rand.Read(seed) // it never fails: crypto/rand
	g.Seed = hex.EncodeToString(seed)
	return err
}

func (s *Assessments) eachReport(ctx context.Context, state assessment.State, fn func(selfreport.State)) error {
	for _, m := range state.Active() {
		r, err := s.report(ctx, state.ID, m.UnitID)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return err
		}
		fn(r)
	}
	return nil
}

func (s *Assessments) report(ctx context.Context, year, unit string) (r selfreport.State, err error) {
	row, err := s.Reads.Process(ctx, selfreport.Kind, selfreport.ID(year, unit), org.Scope{All: true})
	if err != nil {
		return r, err
	}
	return r, json.Unmarshal(row.State, &r)
}

// giveAppealed adds the figures of the indicator that is appealed, and who verified them.
func (s *Assessments) giveAppealed(ctx context.Context, state assessment.State, cmd process.Command, g *assessment.Given) error {
	var b struct {
		UnitID    string `json:"unit_id"`
		Indicator string `json:"indicator"`
	}
	_ = json.Unmarshal(cmd.Body, &b)
	if b.UnitID == "" {
		b.UnitID = cmd.Actor.UnitID
	}
	r, err := s.report(ctx, state.ID, b.UnitID)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	for _, x := range r.Items {
		if slices.Contains(x.Indicators, b.Indicator) {
			g.Figures = append(g.Figures, x.Name)
			g.Verifiers = append(g.Verifiers, x.Verifiers...)
		}
	}
	return nil
}

// giveRuled reads the corrected figures as the book writes them, and finds the projects.
func (s *Assessments) giveRuled(ctx context.Context, state assessment.State, cmd process.Command, g *assessment.Given) error {
	var b struct {
		Corrections []struct {
			Figure string `json:"figure"`
			Value  string `json:"value"`
		} `json:"corrections"`
		Projects []string `json:"projects"`
	}
	_ = json.Unmarshal(cmd.Body, &b)
	r := state.Standing()
	if r == nil {
		return nil
	}
	book, err := s.Scorer.Book(ctx, r.Book)
	if err != nil {
		return err
	}
	g.Read, g.Wrong, g.Projects = map[string]string{}, map[string]string{}, map[string]string{}
	for _, c := range b.Corrections {
		readFigure(book, c.Figure, c.Value, g.Read, g.Wrong)
	}
	for _, code := range b.Projects {
		p, err := s.projectOf(ctx, code)
		if err != nil {
			return err
		}
		if p != nil {
			g.Projects[code] = p.CountyID
		}
	}
	return nil
}

// projectOf finds a project by its code; nil when there is none.
func (s *Assessments) projectOf(ctx context.Context, code string) (*project.Project, error) {
	rows, _, err := s.Reads.Projects(ctx, org.Scope{All: true}, project.Filter{Query: code}, project.Sort{Field: project.ByCode}, Page{Limit: 50})
	for i := range rows {
		if rows[i].Code == code {
			return &rows[i], nil
		}
	}
	return nil, err
}

// Targets of a year.

// TargetsView is a year's 任务分解表.
type TargetsView struct {
	Version  int                      `json:"version" doc:"0: nothing has been set"`
	Figures  []TargetFigure           `json:"figures"`
	Units    []TargetLine             `json:"units" doc:"that the caller may see; the office sees all"`
	City     map[string]string        `json:"city"`
	Missing  []fault.Detail           `json:"missing" doc:"targets that the book needs and nobody set; without them nothing is issued"`
	Sums     []fault.Detail           `json:"sums" doc:"where the units' targets do not add up to the city's"`
	Versions []assessment.TargetSheet `json:"-"`
}

// TargetFigure is a column of it.
type TargetFigure struct {
	Name    string   `json:"name"`
	Measure string   `json:"measure,omitempty"`
	Clause  string   `json:"clause,omitempty"`
	Groups  []string `json:"groups"`
}

// TargetLine is a unit's targets.
type TargetLine struct {
	UnitID string            `json:"unit_id"`
	Name   string            `json:"name"`
	Group  string            `json:"group"`
	Values map[string]string `json:"values"`
}

// Targets reads a year's targets: the office sees all, a unit its own.
func (s *Assessments) Targets(ctx context.Context, actor org.Actor, id string) (TargetsView, error) {
	out := TargetsView{Figures: []TargetFigure{}, Units: []TargetLine{}, Missing: []fault.Detail{}, Sums: []fault.Detail{}}
	v, err := s.load(ctx, actor, id)
	if err != nil {
		return out, err
	}
	state := v.State
	book, err := s.Scorer.Book(ctx, state.Plan.Book.Digest)
	if err != nil {
		return out, err
	}
	cells, err := s.Scorer.Cells(ctx, state)
	if err != nil {
		return out, err
	}
	out.Version, out.City, out.Versions, out.Figures = len(state.Targets), cells.City, state.Targets, targetFigures(book)
	all := actor.ReadsAll()
	for _, m := range state.Active() {
		if all || m.UnitID == actor.UnitID {
			values := cells.Units[m.UnitID]
			if values == nil {
				values = map[string]string{}
			}
			out.Units = append(out.Units, TargetLine{UnitID: m.UnitID, Name: m.Name, Group: m.Group, Values: values})
		}
	}
	if all {
		out.Missing, out.Sums = cells.Missing(book, state.Plan.Members), cells.Sums(book, state.Plan.Members)
	}
	return out, nil
}

func targetFigures(b *rulebook.Book) []TargetFigure {
	out := []TargetFigure{}
	for _, g := range b.GroupNames() {
		for _, m := range assessment.TargetFigures(b, g) {
			i := slices.IndexFunc(out, func(f TargetFigure) bool { return f.Name == m.Name })
			if i < 0 {
				i, out = len(out), append(out, TargetFigure{Name: m.Name, Measure: m.Unit(), Clause: m.Clause})
			}
			out[i].Groups = append(out[i].Groups, g)
		}
	}
	return out
}

// SetTargets sets targets, all or none: while the year is drafted at once, afterwards as
// a change that a second person approves, with a reason. Errors: Invalid
// "targets_invalid" with every wrong cell.
func (s *Assessments) SetTargets(ctx context.Context, actor org.Actor, id, key string, cells []assessment.Cell, reason, source string, dryRun bool) (TargetsChange, error) {
	v, err := s.load(ctx, actor, id)
	if err != nil {
		return TargetsChange{}, err
	}
	if !assessment.MayRun(actor) {
		return TargetsChange{}, fault.New(fault.Forbidden, "action_forbidden", "由考核人员编制任务分解表")
	}
	book, err := s.Scorer.Book(ctx, v.State.Plan.Book.Digest)
	if err != nil {
		return TargetsChange{}, err
	}
	before, err := s.Scorer.Cells(ctx, v.State)
	if err != nil {
		return TargetsChange{}, err
	}
	after, problems := before.Apply(book, v.State.Plan.Members, cells)
	if err := assessment.FindingsOf(problems); err != nil {
		return TargetsChange{}, err
	}
	out := TargetsChange{DryRun: dryRun, Proposed: v.State.Issued != nil, Moved: append([]string{}, after.Moved(before, v.State.Plan.Members, book)...),
		Missing: after.Missing(book, v.State.Plan.Members), Sums: after.Sums(book, v.State.Plan.Members)}
	if dryRun || len(out.Moved) == 0 {
		return out, nil
	}
	sheet, err := s.keep(ctx, book, v.State, before, after, source)
	if err != nil {
		return out, err
	}
	body, err := json.Marshal(map[string]string{"text": reason, "digest": sheet.Digest})
	if err != nil {
		return out, err
	}
	cmd, err := s.command(actor, assessment.CmdTargets, key, body)
	if err != nil {
		return out, err
	}
	if cmd.With, err = json.Marshal(map[string]any{"sheet": sheet}); err != nil {
		return out, err
	}
	out.Receipt, err = s.insist(ctx, actor, v, key, cmd)
	return out, err
}

// TargetsChange is what setting targets came to.
type TargetsChange struct {
	DryRun   bool            `json:"dry_run"`
	Proposed bool            `json:"proposed" doc:"the targets were issued before: a second person has to approve"`
	Moved    []string        `json:"moved" doc:"what differs from before, in words"`
	Missing  []fault.Detail  `json:"missing"`
	Sums     []fault.Detail  `json:"sums"`
	Receipt  process.Receipt `json:"-"`
}

// keep stores targets and names them.
func (s *Assessments) keep(ctx context.Context, book *rulebook.Book, state assessment.State, before, after assessment.Cells, source string) (*assessment.TargetSheet, error) {
	digest, err := s.Scorer.Blobs.Put(ctx, after.Encode())
	sheet := assessment.TargetSheet{Digest: digest, Count: after.Count(), Source: source, Moved: after.Moved(before, state.Plan.Members, book),
		Findings: len(after.Missing(book, state.Plan.Members)) + len(after.Sums(book, state.Plan.Members))}
	return &sheet, err
}

// ImportTargets takes 任务分解表 in, all or nothing. Errors as for SetTargets, with cells.
func (s *Assessments) ImportTargets(ctx context.Context, actor org.Actor, id, key string, data []byte, reason string, dryRun bool) (TargetsChange, error) {
	v, err := s.load(ctx, actor, id)
	if err != nil {
		return TargetsChange{}, err
	}
	book, err := s.Scorer.Book(ctx, v.State.Plan.Book.Digest)
	if err != nil {
		return TargetsChange{}, err
	}
	var names []string
	for _, f := range targetFigures(book) {
		names = append(names, f.Name)
	}
	cells, problems := s.Sheets.ReadCells(data, names, v.State.Active())
	if len(problems) > 0 {
		_, more := assessment.NewCells().Apply(book, v.State.Plan.Members, cells)
		return TargetsChange{}, assessment.FindingsOf(append(problems, more...))
	}
	return s.SetTargets(ctx, actor, id, key, cells, reason, "任务分解表.xlsx", dryRun)
}

// ExportTargets writes a year's targets as a workbook that can be imported again.
func (s *Assessments) ExportTargets(ctx context.Context, actor org.Actor, id string, w io.Writer) error {
	t, err := s.Targets(ctx, actor, id)
	if err != nil {
		return err
	}
	v, err := s.load(ctx, actor, id)
	if err != nil {
		return err
	}
	var figures []CellFigure
	for _, f := range t.Figures {
		figures = append(figures, CellFigure{Name: f.Name, Measure: f.Measure})
	}
	cells, members := assessment.NewCells(), []assessment.Member{}
	cells.City = t.City
	for _, l := range t.Units {
		cells.Units[l.UnitID] = l.Values
		members = append(members, assessment.Member{UnitID: l.UnitID, Name: l.Name, Group: l.Group})
	}
	return s.Sheets.WriteCells(w, v.State.Title()+"任务分解表", figures, members, cells)
}

// ProjectAssessment writes a year's line in the lists, and gives its files to those who
// may read it, in Record's transaction.
func ProjectAssessment(tx Tx, _, after assessment.State, events []event.Event) error {
	if err := tx.SaveAssessment(AssessmentRowFor(after)); err != nil {
		return err
	}
	var ids []string
	for _, e := range events {
		if b, ok := event.Decode[assessment.WasAppealed](e); ok {
			for _, f := range b.Appeal.Files {
				ids = append(ids, f.ID)
			}
		}
	}
	if len(ids) == 0 {
		return nil
	}
	return tx.UseAttachments(process.StreamID(assessment.Kind, after.ID), ids)
}

// AssessmentRowFor is the list row that a state should have.
func AssessmentRowFor(s assessment.State) AssessmentRow {
	row := AssessmentRow{
		ID: s.ID, Year: s.Year, Title: s.Title(), Stage: s.Stage, StageLabel: s.Stage.Label(), Book: s.Plan.Book.Title + " " + s.Plan.Book.Version,
		Units: len(s.Active()), Appeals: len(s.Appeals), Light: s.Light, OpenedAt: s.Opened.At, Illustrative: s.Plan.Illustrative,
	}
	if s.Clock != nil {
		row.Due = s.Clock.Due
	}
	if s.Final != nil {
		row.LockedAt, row.Hash = s.Final.By.At, s.Final.Hash
	}
	return row
}

// AssessmentFacts gives what the rules of years need, and the calendar's digest.
func AssessmentFacts(calendars *Calendars) func(context.Context) (assessment.Facts, string, error) {
	return func(ctx context.Context) (assessment.Facts, string, error) {
		cal, err := calendars.Current(ctx)
		if err != nil {
			return assessment.Facts{}, "", err
		}
		return assessment.Facts{Calendar: cal}, cal.Digest(), nil
	}
}

// AssessmentSnapshot gives the facts without asking the store.
func AssessmentSnapshot(calendars *Calendars) func() assessment.Facts {
	return func() assessment.Facts { return assessment.Facts{Calendar: calendars.Snapshot()} }
}

// Verify scores a year's frozen inputs again. NotFound without an official run.
func (s *Assessments) Verify(ctx context.Context, actor org.Actor, id string) (Verified, error) {
	v, err := s.load(ctx, actor, id)
	if err != nil {
		return Verified{}, err
	}
	if !mayReadScores(actor, v.State) {
		return Verified{}, errUnpublished()
	}
	return s.Scorer.Verify(ctx, v.State)
}

// mayReadScores: until the publicity scores are the business of those who make them.
func mayReadScores(a org.Actor, s assessment.State) bool { return s.Published() || a.ReadsAll() }

func errUnpublished() error {
	return fault.New(fault.NotFound, "assessment_unpublished", "考核结果尚未公示")
}

// Workbook writes a run's scores as a workbook with live formulas; run 0 is the one that
// stands.
func (s *Assessments) Workbook(ctx context.Context, actor org.Actor, id string, run int) (assessment.State, []byte, error) {
	state, r, err := s.runOf(ctx, actor, id, run)
	if err != nil {
		return state, nil, err
	}
	scored, _, err := s.scoredAgain(ctx, r)
	if err != nil {
		return state, nil, err
	}
	var out bytes.Buffer
	err = s.Scores.WriteScores(scored.Scores, &out)
	return state, out.Bytes(), err
}

// scoredAgain scores a run's frozen inputs.
func (s *Assessments) scoredAgain(ctx context.Context, r *assessment.Run) (assessment.Scored, assessment.Inputs, error) {
	in, err := s.Scorer.Inputs(ctx, r.Inputs)
	if err != nil {
		return assessment.Scored{}, in, err
	}
	book, err := s.Scorer.Book(ctx, r.Book)
	if err != nil {
		return assessment.Scored{}, in, err
	}
	scored, err := in.Score(book, r.Inputs)
	if err == nil && scored.Result == nil {
		err = fault.New(fault.Internal, "internal", "冻结的数据算不出得分")
	}
	return scored, in, err
}

// runOf finds a run that the actor may see; 0 is the one that stands. Errors: NotFound.
func (s *Assessments) runOf(ctx context.Context, actor org.Actor, id string, run int) (assessment.State, *assessment.Run, error) {
	v, err := s.load(ctx, actor, id)
	if err != nil {
		return v.State, nil, err
	}
	r := v.State.Standing()
	if run != 0 {
		r = v.State.Run(run)
	}
	switch {
	case !mayReadScores(actor, v.State) || r != nil && !actor.ReadsAll() && (r.Kind == assessment.Trial || r.Void != ""):
		return v.State, nil, errUnpublished()
	case r == nil || r.Failed != "":
		return v.State, nil, fault.New(fault.NotFound, "run_unknown", "没有这次计分的结果")
	}
	return v.State, r, nil
}

// Output reads what a run came to.
func (s *Assessments) Output(ctx context.Context, r *assessment.Run) (*rulebook.Result, error) {
	data, err := s.Scorer.Blobs.Open(ctx, r.Output)
	if err != nil {
		return nil, err
	}
	out := new(rulebook.Result)
	return out, json.Unmarshal(data, out)
}

// now is today's moment, as events keep it.
func (s *Assessments) now() time.Time { return s.Now().UTC().Truncate(time.Microsecond) }
