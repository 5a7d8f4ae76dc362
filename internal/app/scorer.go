package app

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"luodi/internal/assessment"
	"luodi/internal/calendar"
	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/liaison"
	"luodi/internal/org"
	"luodi/internal/process"
	"luodi/internal/project"
	"luodi/internal/register"
	"luodi/internal/rulebook"
	"luodi/internal/selfreport"
)

// Scorer gathers what a year is scored by, freezes it, and scores. What it gives is a
// function of the frozen inputs and the book's text: scored again, it's the same bytes.
type Scorer struct {
	Journal  Journal
	Reads    Reads
	Blobs    Blobs
	Liaisons PastLiaisons
	// Settle is how long to wait before looking: a change that was stamped before the
	// moment of knowledge may still be on its way to the disk.
	Settle time.Duration

	books *lru.Cache[string, *rulebook.Book]
}

// NewScorer makes a scorer.
func NewScorer(journal Journal, reads Reads, blobs Blobs, settle time.Duration) *Scorer {
	books, err := lru.New[string, *rulebook.Book](16)
	if err != nil {
		panic(err) // only a size below one is refused
	}
	return &Scorer{Journal: journal, Reads: reads, Blobs: blobs, Liaisons: PastLiaisons{Reads: reads}, Settle: settle, books: books}
}

// Book reads a rule book by its digest.
func (s *Scorer) Book(ctx context.Context, digest string) (*rulebook.Book, error) {
	if b, ok := s.books.Get(digest); ok {
		return b, nil
	}
	text, err := s.Blobs.Open(ctx, digest)
	if err != nil {
		return nil, err
	}
	b, found := rulebook.Load("细则", bytes.NewReader(text))
	if b == nil {
		return nil, found.Err("rulebook_invalid", "细则的存本读不出来")
	}
	s.books.Add(digest, b)
	return b, nil
}

// Cells are a year's targets as they stand.
func (s *Scorer) Cells(ctx context.Context, state assessment.State) (assessment.Cells, error) {
	n := len(state.Targets)
	if n == 0 {
		return assessment.NewCells(), nil
	}
	return s.cellsOf(ctx, state.Targets[n-1].Digest)
}

func (s *Scorer) cellsOf(ctx context.Context, digest string) (assessment.Cells, error) {
	data, err := s.Blobs.Open(ctx, digest)
	if err != nil {
		return assessment.Cells{}, err
	}
	return assessment.DecodeCells(data)
}

// survey is what the registry knows of a year's units, as of a moment.
type survey struct {
	year    int
	asOf    calendar.Date
	knownAt time.Time
	members []assessment.Member
	names   map[string]string             // unit id → what the book calls the unit that it counts for
	carried map[string]assessment.Carried // project id →
	results map[string]map[string]string  // unit id → figure → value, of liaisons and teams
	rows    [][]string
}

// into is where a unit's figures count: itself, or the unit that it became part of.
func into(members []assessment.Member) map[string]string {
	by := map[string]assessment.Member{}
	for _, m := range members {
		by[m.UnitID] = m
	}
	out := map[string]string{}
	for _, m := range members {
		at := m
		for range members { // a unit that was merged may be merged again
			next, ok := by[at.MergedInto]
			if !ok {
				break
			}
			at = next
		}
		out[m.UnitID] = at.BookName
	}
	return out
}

// survey reads the registry as it was known at a moment: projects that were changed
// since are rewound.
func (s *Scorer) survey(ctx context.Context, state assessment.State, asOf calendar.Date, knownAt time.Time) (*survey, error) {
	v := &survey{year: state.Year, asOf: asOf, knownAt: knownAt, members: state.Plan.Members, names: into(state.Plan.Members), results: map[string]map[string]string{}}
	if err := s.liaisons(ctx, v); err != nil {
		return nil, err
	}
	if err := s.teams(ctx, v); err != nil {
		return nil, err
	}
	return v, s.projects(ctx, v)
}

// liaisons notes who leads each project and when construction was planned, and the
// departments' results.
func (s *Scorer) liaisons(ctx context.Context, v *survey) error {
	best, results := map[string]liaison.State{}, newTally(v.year, v.asOf, v.knownAt)
	err := s.Liaisons.each(ctx, v.knownAt, func(l liaison.State) {
		results.count(l)
		if l.Role != liaison.Lead {
			return
		}
		if other, ok := best[l.ProjectID]; !ok || ahead(l, other) {
			best[l.ProjectID] = l
		}
	})
	if err != nil {
		return err
	}
	v.carried = make(map[string]assessment.Carried, len(best))
	for id, l := range best {
		c := assessment.Carried{Department: v.names[l.DepartmentID]}
		for _, m := range l.Milestones {
			if m.Stage == project.Started {
				c.StartPlan = m.Planned.String()
			}
		}
		v.carried[id] = c
	}
	for unit, list := range results.results() {
		v.result(unit, list)
	}
	return nil
}

func (v *survey) result(unit string, list map[string]string) {
	if v.results[unit] == nil {
		v.results[unit] = map[string]string{}
	}
	for name, value := range list {
		v.results[unit][name] = value
	}
}

// teams counts the trips of each unit's outward teams (外出招商批次) within the year.
func (s *Scorer) teams(ctx context.Context, v *survey) error {
	entries, err := s.Reads.RegisterAsOf(ctx, register.Teams, v.knownAt)
	if err != nil {
		return err
	}
	trips := map[string]int{}
	for _, e := range entries {
		if e.Team == nil {
			continue
		}
		for _, t := range e.Team.Trips {
			if t.On.Year == v.year && !t.On.After(v.asOf) {
				trips[e.UnitID]++
			}
		}
	}
	for unit, n := range trips {
		v.result(unit, map[string]string{"外出招商批次": fmt.Sprint(n)})
	}
	return nil
}

// projects freezes every project of the registry that counts for a unit.
func (s *Scorer) projects(ctx context.Context, v *survey) error {
	changed := map[string]*project.Project{}
	err := s.Reads.EachChangedProject(ctx, v.knownAt, func(p project.Project, events []event.Event) error {
		then, err := at(p, events, v.knownAt)
		changed[p.ID] = then
		return err
	})
	if err != nil {
		return err
	}
	return s.Reads.EachProject(ctx, org.Scope{All: true}, project.Filter{}, project.Sort{Field: project.ByCode}, func(p project.Project) error {
		if then, ok := changed[p.ID]; ok {
			if then == nil {
				return nil // registered later
			}
			p = *then
		}
		if row := v.row(p); row != nil {
			v.rows = append(v.rows, row)
		}
		return nil
	})
}

// row is a project as it's frozen; nil when it counts for nobody. Its unit is that of its
// county, or of the department that leads it where the county isn't assessed.
func (v *survey) row(p project.Project) []string {
	c := v.carried[p.ID]
	unit := cmp.Or(v.names[p.CountyID], c.Department)
	if unit == "" {
		return nil
	}
	return assessment.ProjectRow(p, unit, c, v.year, v.asOf)
}

// Gather puts together what a year is scored by, as of a moment. tentative takes what
// isn't verified yet, and the registry's figures where nobody has reported; the inputs
// say so of each figure.
func (s *Scorer) Gather(ctx context.Context, state assessment.State, asOf calendar.Date, knownAt time.Time, tentative bool) (assessment.Inputs, error) {
	v, err := s.survey(ctx, state, asOf, knownAt)
	if err != nil {
		return assessment.Inputs{}, err
	}
	book, err := s.Book(ctx, state.Plan.Book.Digest)
	if err != nil {
		return assessment.Inputs{}, err
	}
	in := assessment.Inputs{
		Year: state.Year, AsOf: asOf, KnownAt: knownAt.UTC(), Engine: assessment.Engine,
		Book:   assessment.InputBook{Title: state.Plan.Book.Title, Version: state.Plan.Book.Version, Digest: state.Plan.Book.Digest},
		Fields: assessment.ProjectFields, Projects: v.rows, Units: []assessment.InputUnit{}, Figures: []assessment.InputFigure{}, Marks: []assessment.InputMark{},
	}
	if in.Projects == nil {
		in.Projects = [][]string{}
	}
	for _, m := range state.Active() {
		in.Units = append(in.Units, assessment.InputUnit{ID: m.UnitID, Name: m.BookName, Group: m.Group})
	}
	if err := s.targets(ctx, state, book, &in); err != nil {
		return in, err
	}
	for _, m := range state.Active() {
		if err := s.reported(ctx, state, m, book, v, tentative, &in); err != nil {
			return in, err
		}
	}
	for i, m := range state.Marks {
		at := slices.IndexFunc(state.Plan.Judges, func(j assessment.Judge) bool { return j.UserID == m.Judge })
		if at < 0 || state.Member(m.Unit) == nil || state.Member(m.Unit).MergedInto != "" || !counts(state.Plan.Book, m.Topic) {
			continue
		}
		in.Marks = append(in.Marks, assessment.InputMark{Unit: state.Marks[i].Unit, Topic: m.Topic, Panel: state.Plan.Judges[at].Panel, Judge: fmt.Sprintf("评委%d", at+1), Mark: m.Mark})
	}
	return in, nil
}

func counts(b assessment.BookUse, topic string) bool {
	return slices.ContainsFunc(b.Topics, func(t assessment.TopicUse) bool { return t.Name == topic })
}

func (s *Scorer) targets(ctx context.Context, state assessment.State, book *rulebook.Book, in *assessment.Inputs) error {
	cells, err := s.Cells(ctx, state)
	if err != nil {
		return err
	}
	in.Targets = len(state.Targets)
	for _, m := range state.Active() {
		for _, f := range assessment.TargetFigures(book, m.Group) {
			if v := cells.Units[m.UnitID][f.Name]; v != "" {
				in.Figures = append(in.Figures, assessment.InputFigure{Unit: m.UnitID, Name: f.Name, Value: v, Source: assessment.FromTarget, Evidence: []string{fmt.Sprintf("任务分解表第%d版", len(state.Targets))},
					Stream: process.StreamID(assessment.Kind, state.ID), Seq: state.Targets[len(state.Targets)-1].Seq})
			}
		}
	}
	return nil
}

// reported adds what a unit's self-report says; where there is none yet, what the
// registry knows.
func (s *Scorer) reported(ctx context.Context, state assessment.State, m assessment.Member, book *rulebook.Book, v *survey, tentative bool, in *assessment.Inputs) error {
	row, err := s.Reads.Process(ctx, selfreport.Kind, selfreport.ID(state.ID, m.UnitID), org.Scope{All: true})
	if fault.Is(err, fault.NotFound) && tentative {
		for _, f := range assessment.Figures(book, m.Group, state.Verifier) {
			if value := v.known(book, f, m.UnitID); f.Origin == selfreport.Reported && value.Value != "" {
				in.Figures = append(in.Figures, assessment.InputFigure{Unit: m.UnitID, Name: f.Name, Value: value.Value, Source: assessment.FromRegistry, Evidence: []string{value.Source}})
			}
		}
		return nil
	}
	if err != nil {
		return err
	}
	var r selfreport.State
	if err := json.Unmarshal(row.State, &r); err != nil {
		return err
	}
	for _, x := range r.Items {
		f, ok := inputOf(x, m.UnitID, row.Stream, tentative)
		switch {
		case ok:
			in.Figures = append(in.Figures, f)
		case x.Origin == selfreport.Counted && x.Verdict.Final() && f.Value != "":
			in.Agreed = append(in.Agreed, f)
		case x.Origin == selfreport.Counted && x.Value == "":
			in.Figures = append(in.Figures, assessment.InputFigure{Unit: m.UnitID, Name: x.Name, Value: "0", Source: assessment.FromNobody, Fixed: true, Stream: row.Stream, Seq: x.Seq})
		}
	}
	if state.Plan.Book.Fraud != "" { // none is a figure too
		f := assessment.InputFigure{Unit: m.UnitID, Name: state.Plan.Book.Fraud, Value: fmt.Sprint(r.Standing()), Source: assessment.FromFraud, Stream: row.Stream}
		for _, x := range r.Frauds {
			if x.Void == "" {
				f.Evidence, f.Seq = append(f.Evidence, x.Figure+":"+x.Text), x.Seq
			}
		}
		in.Figures = append(in.Figures, f)
	}
	return nil
}

// inputOf is an item as it goes into a scoring; ok is false when there is nothing to
// take. A counted figure that stands as the registry counts it stays counted.
func inputOf(x selfreport.Item, unit, stream string, tentative bool) (f assessment.InputFigure, ok bool) {
	f = assessment.InputFigure{Unit: unit, Name: x.Name, Value: x.Final, Source: assessment.FromVerified, Stream: stream, Seq: x.Seq}
	if !x.Verdict.Final() {
		if !tentative {
			return f, false
		}
		f.Value, f.Source = cmp.Or(x.Said, x.Value), assessment.FromReport
		if x.Said == "" {
			f.Source = assessment.FromRegistry
		}
	}
	if x.Origin == selfreport.Counted {
		// The registry's own stands until another is verified, where it has one.
		if !x.Verdict.Final() && x.Value != "" || f.Value == x.Value || f.Value == "" {
			return f, false
		}
		f.Fixed = true
	}
	for _, text := range []string{x.Reason, x.Why} {
		if text != "" {
			f.Evidence = append(f.Evidence, text)
		}
	}
	for _, file := range x.Files {
		f.Evidence, f.Files = append(f.Evidence, file.Name), append(f.Files, assessment.File(file))
	}
	return f, f.Value != ""
}

// known is what the registry itself has for a figure that is reported.
func (v *survey) known(book *rulebook.Book, f selfreport.Figure, unit string) selfreport.Known {
	value, ok := v.results[unit][f.Name]
	if !ok {
		return selfreport.Known{}
	}
	text, p := book.ReadFigure(f.Name, value)
	if p != nil {
		return selfreport.Known{}
	}
	source := "包联台账"
	if f.Name == "外出招商批次" {
		source = "驻外招商专班外出台账"
	}
	return selfreport.Known{Value: text, Source: source}
}

// Known is what the registry knows of each figure of each unit, as of a moment: counted
// figures by the book's own engine.
func (s *Scorer) Known(ctx context.Context, state assessment.State, asOf calendar.Date, knownAt time.Time) (map[string]map[string]selfreport.Known, error) {
	v, err := s.survey(ctx, state, asOf, knownAt)
	if err != nil {
		return nil, err
	}
	book, err := s.Book(ctx, state.Plan.Book.Digest)
	if err != nil {
		return nil, err
	}
	in := assessment.Inputs{Year: state.Year, AsOf: asOf, Fields: assessment.ProjectFields, Projects: v.rows}
	for _, m := range state.Active() {
		in.Units = append(in.Units, assessment.InputUnit{ID: m.UnitID, Name: m.BookName, Group: m.Group})
	}
	facts, wrong := in.Facts(book, "")
	if len(wrong) > 0 {
		return nil, fault.New(fault.Conflict, "registry_unfit", "登记数据不合细则的要求:"+wrong[0])
	}
	counted := facts.Count()
	out := map[string]map[string]selfreport.Known{}
	for i, m := range state.Active() {
		list := map[string]selfreport.Known{}
		for _, f := range assessment.Figures(book, m.Group, state.Verifier) {
			if f.Origin == selfreport.Reported {
				list[f.Name] = v.known(book, f, m.UnitID)
				continue
			}
			metric := book.Metric(f.Name)
			if !slices.Equal(metric.Tables(), []string{rulebook.ProjectTable}) {
				list[f.Name] = selfreport.Known{Source: "系统没有这一台账,由单位填报"}
				continue
			}
			list[f.Name] = selfreport.Known{Value: metric.Write(counted.Metric(metric, i)), Records: len(counted.Records(metric, i)), Source: "项目库"}
		}
		out[m.UnitID] = list
	}
	return out, nil
}

// settle waits for changes that are on their way.
func (s *Scorer) settle(ctx context.Context) error {
	return (&Freezer{Settle: s.Settle}).settle(ctx)
}

// state reads a year as it is.
func (s *Scorer) state(ctx context.Context, id string) (out assessment.State, err error) {
	row, err := s.Reads.Process(ctx, assessment.Kind, id, org.Scope{All: true})
	if err != nil {
		return out, err
	}
	return out, json.Unmarshal(row.State, &out)
}

// Score performs assessment.EffectScore: it freezes the inputs, scores them, notes which
// projects counted, and keeps both. Asked twice it gives the same bytes, but for a trial,
// of which the year keeps the one that it is told of.
func (s *Scorer) Score(ctx context.Context, _, id string, e process.Effect) (json.RawMessage, error) {
	var asked assessment.Asked
	if err := json.Unmarshal(e.Body, &asked); err != nil {
		return nil, err
	}
	state, err := s.state(ctx, id)
	if err != nil {
		return nil, err
	}
	slog.InfoContext(ctx, "scoring begins", "year", id, "run", asked.No, "kind", asked.Kind)
	if err := s.settle(ctx); err != nil {
		return nil, err
	}
	in, err := s.inputs(ctx, state, asked)
	if err != nil {
		return nil, err
	}
	run, err := s.run(ctx, in, asked.No)
	if err != nil {
		return nil, err
	}
	return event.NewDraft(assessment.WasScored{Run: run}).Data, nil
}

// inputs are those of the registry and the self-reports, or after an appeal those of
// the run that stands, with what the appeal corrects.
func (s *Scorer) inputs(ctx context.Context, state assessment.State, asked assessment.Asked) (assessment.Inputs, error) {
	if asked.Kind != assessment.Appealed {
		return s.Gather(ctx, state, asked.AsOf, asked.KnownAt, asked.Kind == assessment.Trial)
	}
	before := state.Standing()
	if before == nil {
		return assessment.Inputs{}, fault.New(fault.Internal, "internal", "没有可以更正的计分")
	}
	in, err := s.Inputs(ctx, before.Inputs)
	if err != nil {
		return in, err
	}
	for _, a := range state.Appeals {
		if a.No != asked.Appeal {
			continue
		}
		for _, c := range a.Corrections {
			if err := s.correct(ctx, state, &in, a, c, asked.KnownAt); err != nil {
				return in, err
			}
		}
	}
	return in, nil
}

func (s *Scorer) correct(ctx context.Context, state assessment.State, in *assessment.Inputs, a assessment.Appeal, c assessment.Correction, knownAt time.Time) error {
	in.Changes = append(in.Changes, c)
	if c.Project == "" {
		book, err := s.Book(ctx, in.Book.Digest)
		if err != nil {
			return err
		}
		m := book.Metric(c.Figure)
		in.Set(assessment.InputFigure{Unit: c.UnitID, Name: c.Figure, Value: c.Value, Source: assessment.FromAppeal, Fixed: m != nil && !m.Reported(),
			Evidence: []string{fmt.Sprintf("第%d号申诉", a.No), a.Ruling}, Stream: process.StreamID(assessment.Kind, state.ID), Seq: a.RuledSeq})
		return nil
	}
	return s.reread(ctx, state, in, c.Project, knownAt)
}

// reread puts a project as the registry has it now in the place of the frozen one; what
// its liaison says of it stays. One that wasn't there is surveyed with all others.
func (s *Scorer) reread(ctx context.Context, state assessment.State, in *assessment.Inputs, code string, knownAt time.Time) error {
	i := in.Project(code)
	if i < 0 {
		v, err := s.survey(ctx, state, in.AsOf, knownAt)
		if err != nil {
			return err
		}
		for _, row := range v.rows {
			if row[0] == code {
				in.Projects = append(in.Projects, row)
			}
		}
		return nil
	}
	old := in.Projects[i]
	in.Projects = slices.Delete(in.Projects, i, i+1)
	p, err := s.projectAt(ctx, code, knownAt)
	if err != nil || p == nil {
		return err
	}
	carried := assessment.Carried{Department: old[slices.Index(in.Fields, "包联单位")], StartPlan: old[slices.Index(in.Fields, "计划开工日期")]}
	if unit := cmp.Or(into(state.Plan.Members)[p.CountyID], carried.Department); unit != "" {
		in.Projects = append(in.Projects, assessment.ProjectRow(*p, unit, carried, in.Year, in.AsOf))
	}
	return nil
}

// projectAt is a project as it was known at a moment; nil when it wasn't.
func (s *Scorer) projectAt(ctx context.Context, code string, knownAt time.Time) (*project.Project, error) {
	p, err := projectByCode(ctx, s.Reads, org.Scope{All: true}, code)
	if err != nil || p == nil {
		return nil, err
	}
	events, err := s.Reads.Events(ctx, project.StreamID(p.ID), 0)
	if err != nil {
		return nil, err
	}
	return at(*p, events, knownAt)
}

// Inputs reads frozen inputs.
func (s *Scorer) Inputs(ctx context.Context, digest string) (assessment.Inputs, error) {
	data, err := s.Blobs.Open(ctx, digest)
	if err != nil {
		return assessment.Inputs{}, err
	}
	return assessment.DecodeInputs(data)
}

// run freezes inputs, scores them and keeps what came out.
func (s *Scorer) run(ctx context.Context, in assessment.Inputs, no int) (assessment.Run, error) {
	run := assessment.Run{No: no, AsOf: in.AsOf, KnownAt: in.KnownAt, Book: in.Book.Digest, Engine: assessment.Engine}
	data, err := in.Encode()
	if err != nil {
		return run, err
	}
	if run.Inputs, err = s.Blobs.Put(ctx, data); err != nil {
		return run, err
	}
	book, err := s.Book(ctx, in.Book.Digest)
	if err != nil {
		return run, err
	}
	scored, err := in.Score(book, run.Inputs)
	if err != nil {
		return run, err
	}
	if scored.Result != nil && in.Hold(book, scored.Scores) {
		return s.run(ctx, in, no) // the registry has moved since: what was verified counts
	}
	if scored.Result == nil {
		run.Problems = scored.Problems[:min(len(scored.Problems), 100)]
		run.Failed = fmt.Sprintf("有%d处数据不全或不合细则的要求:%s", len(scored.Problems), first(scored.Problems))
		return run, nil
	}
	if run.Output, err = s.Blobs.Put(ctx, scored.Output); err != nil {
		return run, err
	}
	run.Hash, run.Findings, run.Units, run.Limits = scored.Result.Hash, len(scored.Result.Findings), scored.Lines(&in), assessment.Limits(book, in.Units)
	return run, s.touch(ctx, run.Output, in, scored.Result)
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

// touch notes which projects counted for what.
func (s *Scorer) touch(ctx context.Context, output string, in assessment.Inputs, r *rulebook.Result) error {
	codes := make(map[string]bool, len(in.Projects))
	for _, row := range in.Projects {
		codes[row[0]] = true
	}
	ids := map[string]string{}
	for _, u := range in.Units {
		ids[u.Name] = u.ID
	}
	var list []Touch
	for _, u := range r.Units {
		for _, i := range u.Indicators {
			seen := map[string]bool{}
			var walk func(*rulebook.Explanation)
			walk = func(e *rulebook.Explanation) {
				if e == nil {
					return
				}
				for _, record := range e.Records {
					code := codeOf(record)
					if codes[code] && !seen[code] {
						seen[code] = true
						list = append(list, Touch{Output: output, Project: code, UnitID: ids[u.Unit], Indicator: i.ID})
					}
				}
				for _, p := range e.Parts {
					walk(p)
				}
			}
			walk(i.Explanation)
		}
	}
	return s.Journal.InTx(ctx, func(tx Tx) error { return tx.SaveTouches(output, list) })
}

// Verified tells whether a year's figures computed again give what was locked.
type Verified struct {
	Year       int      `json:"year"`
	Run        int      `json:"run"`
	Hash       string   `json:"hash" doc:"that was locked, or of the run that stands"`
	Recomputed string   `json:"recomputed"`
	Output     string   `json:"output" doc:"SHA-256 of what was computed then"`
	Now        string   `json:"now" doc:"SHA-256 of what is computed now"`
	Locked     bool     `json:"locked"`
	Same       bool     `json:"same"`
	Problems   []string `json:"problems"`
}

// Verify scores a year's frozen inputs again. NotFound "assessment_unscored" without an
// official run.
func (s *Scorer) Verify(ctx context.Context, state assessment.State) (Verified, error) {
	out := Verified{Year: state.Year, Problems: []string{}}
	r := state.Standing()
	if r == nil {
		return out, fault.New(fault.NotFound, "assessment_unscored", "还没有正式计分")
	}
	out.Run, out.Hash, out.Output = r.No, r.Hash, r.Output
	in, err := s.Inputs(ctx, r.Inputs)
	if err != nil {
		return out, err
	}
	book, err := s.Book(ctx, r.Book)
	if err != nil {
		return out, err
	}
	scored, err := in.Score(book, r.Inputs)
	if err != nil {
		return out, err
	}
	out.Problems = append(out.Problems, scored.Problems...)
	if scored.Result != nil {
		out.Now, out.Recomputed = blobDigest(scored.Output), scored.Result.Hash
	}
	out.Same = out.Now == out.Output && out.Hash == out.Recomputed
	if state.Final == nil {
		return out, nil
	}
	out.Locked, out.Hash = true, state.Final.Hash
	again := *state.Final
	again.Output, again.Grades = out.Now, state.Grades()
	out.Recomputed = again.Sum()
	out.Same = out.Same && out.Hash == out.Recomputed
	return out, nil
}
