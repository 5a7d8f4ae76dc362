package app

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"

	"luodi/internal/bulletin"
	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/process"
	"luodi/internal/project"
	"luodi/internal/rulebook"
)

// Freezer computes what bulletins say, and keeps it by its digest. What it gives is a
// function of the cut-off, the moment of knowledge, the rule, the rule book and the
// units' names: computed again later, it's the same bytes.
type Freezer struct {
	Reads     Reads
	Blobs     Blobs
	Rule      bulletin.Rule
	Book      *RankingBook    // nil: nothing is ranked
	Liaisons  LiaisonFigures  // nil: no department leads a project
	Registers RegisterFigures // nil: no register adds a table
	Notes     []string        // what must be said beside the figures
	// Settle is how long to wait before looking: a change that was stamped before the
	// moment of knowledge may still be on its way to the disk.
	Settle time.Duration
}

// RankingBook is the rule book that ranks, with its text: that is kept beside what it
// ranked, so that it can rank it again.
type RankingBook struct {
	Book *rulebook.Book
	Text []byte
}

// maxCorrections bounds how many changed projects a bulletin names; how many more there
// are is said.
const maxCorrections = 500

// Freeze performs bulletin.EffectFreeze.
func (f *Freezer) Freeze(ctx context.Context, _, _ string, e process.Effect) (json.RawMessage, error) {
	var asked bulletin.Freeze
	if err := json.Unmarshal(e.Body, &asked); err != nil {
		return nil, err
	}
	if err := f.settle(ctx); err != nil {
		return nil, err
	}
	fr, err := f.frame(ctx, asked.Opening, asked.KnownAt)
	if err != nil {
		return nil, err
	}
	c, data, err := f.compute(ctx, fr)
	if err != nil {
		return nil, err
	}
	if f.Book != nil {
		if _, err := f.Blobs.Put(ctx, f.Book.Text); err != nil {
			return nil, err
		}
	}
	digest, err := f.Blobs.Put(ctx, data)
	if err != nil {
		return nil, err
	}
	frozen := bulletin.Frozen{Digest: digest, Size: len(data), Title: c.Title, Headline: map[string]string{}, Findings: len(c.Findings), Corrections: len(c.Corrections)}
	for _, m := range c.City.Measures {
		frozen.Headline[m.Key] = m.Year
	}
	return event.NewDraft(bulletin.WasFrozen{Round: asked.Round, Frozen: frozen}).Data, nil
}

func (f *Freezer) settle(ctx context.Context) error {
	if f.Settle <= 0 {
		return nil
	}
	timer := time.NewTimer(f.Settle)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// Open reads frozen content.
func (f *Freezer) Open(ctx context.Context, digest string) (bulletin.Content, error) {
	data, err := f.Blobs.Open(ctx, digest)
	if err != nil {
		return bulletin.Content{}, err
	}
	return bulletin.Decode(data)
}

// frame is everything a computation needs that the store doesn't know as of a moment:
// as settings have it now, or as they were when a bulletin was frozen.
type frame struct {
	opening     bulletin.Opening
	knownAt     time.Time
	rule        bulletin.Rule
	book        *RankingBook
	notes       []string
	counties    []bulletin.Named
	departments []bulletin.Named
	fixed       bool // departments are these, whether they have figures or not
}

func (f *Freezer) frame(ctx context.Context, o bulletin.Opening, knownAt time.Time) (frame, error) {
	fr := frame{opening: o, knownAt: knownAt, rule: f.Rule, book: f.Book, notes: f.Notes}
	units, err := f.Reads.Units(ctx)
	for _, u := range units {
		switch u.Kind {
		case org.County:
			fr.counties = append(fr.counties, bulletin.Named{ID: u.ID, Name: u.Name})
		case org.Department:
			fr.departments = append(fr.departments, bulletin.Named{ID: u.ID, Name: u.Name})
		}
	}
	return fr, err
}

// frozenFrame is the frame that a content was computed in, by what it says itself.
func (f *Freezer) frozenFrame(ctx context.Context, o bulletin.Opening, c bulletin.Content) (frame, error) {
	fr := frame{opening: o, knownAt: c.KnownAt, rule: bulletin.Rule{Progress: c.Progress.By, Digits: c.Rounding}, notes: c.Notes,
		counties: names(c.Counties), departments: names(c.Departments), fixed: true}
	if c.Book.Digest == "" {
		return fr, nil
	}
	text, err := f.Blobs.Open(ctx, c.Book.Digest)
	if err != nil {
		return fr, err
	}
	book, findings := rulebook.Load(c.Book.Title, bytes.NewReader(text))
	if book == nil {
		return fr, findings.Err("rulebook_invalid", "排名细则有误")
	}
	fr.book = &RankingBook{Book: book, Text: text}
	return fr, nil
}

func names(lines []bulletin.Line) []bulletin.Named {
	out := make([]bulletin.Named, len(lines))
	for i, l := range lines {
		out[i] = bulletin.Named{ID: l.Key, Name: l.Name}
	}
	return out
}

// compute gathers what was known, and computes.
func (f *Freezer) compute(ctx context.Context, fr frame) (c bulletin.Content, data []byte, err error) {
	o := fr.opening
	in := bulletin.Inputs{Year: o.Year, Month: o.Month, Cutoff: o.Cutoff, KnownAt: fr.knownAt, Rule: fr.rule, Counties: fr.counties, Notes: fr.notes}
	var leads map[string]string
	results := map[string]map[string]string{}
	if f.Liaisons != nil {
		if leads, err = f.Liaisons.Leads(ctx, fr.knownAt); err != nil {
			return c, nil, err
		}
		if results, err = f.Liaisons.Results(ctx, o.Year, o.Cutoff, fr.knownAt); err != nil {
			return c, nil, err
		}
	}
	if in.Cube, err = f.Reads.BulletinCube(ctx, bulletin.WindowsOf(o.Cutoff), fr.knownAt, leads); err != nil {
		return c, nil, err
	}
	if in.Targets, err = targetsAt(ctx, f.Reads, o.Year, fr.knownAt); err != nil {
		return c, nil, err
	}
	in.Departments = fr.departments
	if !fr.fixed {
		in.Departments = busy(fr.departments, in, results)
	}
	if fr.book != nil {
		in.Ranker = bulletin.Book{Book: fr.book.Book, Results: results}
	}
	if f.Registers != nil {
		if in.Sections, err = f.Registers.Sections(ctx, in.Cube, o.Year, o.Cutoff, fr.knownAt); err != nil {
			return c, nil, err
		}
	}
	if err := f.past(ctx, fr, leads, &in); err != nil {
		return c, nil, err
	}
	if c, err = f.amended(ctx, o, in); err != nil {
		return c, nil, err
	}
	data, err = c.Encode()
	return c, data, err
}

// busy are the departments that lead a project, have a target or a result.
func busy(departments []bulletin.Named, in bulletin.Inputs, results map[string]map[string]string) []bulletin.Named {
	out := []bulletin.Named{}
	for _, d := range departments {
		if in.Cube.Departments[d.ID] != nil || len(in.Targets[d.ID]) > 0 || len(results[d.ID]) > 0 {
			out = append(out, d)
		}
	}
	return out
}

// amended computes a content, and for a correction names every figure that differs from
// the bulletin it corrects.
func (f *Freezer) amended(ctx context.Context, o bulletin.Opening, in bulletin.Inputs) (bulletin.Content, error) {
	if o.Amends == nil {
		return bulletin.Compute(in), nil
	}
	old, err := f.Open(ctx, o.Amends.Digest)
	if err != nil {
		return bulletin.Content{}, err
	}
	in.Amends = &bulletin.Amends{Bulletin: o.Amends.ID, Number: o.Amends.Number, Digest: o.Amends.Digest, Reason: o.Amends.Reason, Changes: []bulletin.Affected{}}
	now := bulletin.Compute(in)
	now.Amends.Changes = append(now.Amends.Changes, bulletin.Differences(o.Amends.ID, o.Amends.Number, old, now)...)
	return now, nil
}

// past adds what earlier bulletins have to do with this one: the ranks of the last, and
// the corrections of all.
func (f *Freezer) past(ctx context.Context, fr frame, leads map[string]string, in *bulletin.Inputs) error {
	published, err := f.Reads.PublishedBulletins(ctx, fr.knownAt)
	if err != nil {
		return err
	}
	latest := latestOfEach(published, fr.opening)
	if len(latest) == 0 {
		return nil
	}
	before, err := f.Open(ctx, latest[0].Digest)
	if err != nil {
		return err
	}
	in.Standing = bulletin.StandingOf(before)
	if fr.opening.Amends != nil {
		return nil // the next month's bulletin names what else was corrected
	}
	t := tracing{freezer: f, published: latest, leads: leads, knownAt: fr.knownAt, contents: map[string]bulletin.Content{latest[0].Digest: before}}
	t.since = sinceLast(published, fr.opening)
	if err := t.run(ctx); err != nil {
		return err
	}
	in.Corrections, in.More = t.found, t.more
	return nil
}

// latestOfEach is what was published last of each month before, the latest month first;
// of two years at most, for no figure of a bulletin reaches further back.
func latestOfEach(published []BulletinRow, o bulletin.Opening) []BulletinRow {
	by := map[int]BulletinRow{}
	now := o.Year*12 + o.Month
	for _, r := range published { // in the order they were published in
		if month := r.Year*12 + r.Month; month < now && month >= now-24 {
			by[month] = r
		}
	}
	var out []BulletinRow
	for _, r := range by {
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b BulletinRow) int {
		return cmp.Or(cmp.Compare(b.Year, a.Year), cmp.Compare(b.Month, a.Month))
	})
	return out
}

// sinceLast is the knowledge of the last month's bulletin before this one: it has named
// what was corrected until then.
func sinceLast(published []BulletinRow, o bulletin.Opening) time.Time {
	var since time.Time
	for _, r := range published {
		if r.Amends == "" && r.Year*12+r.Month < o.Year*12+o.Month && r.KnownAt.After(since) {
			since = r.KnownAt
		}
	}
	return since
}

// tracing looks for changes that make published figures differ.
type tracing struct {
	freezer   *Freezer
	published []BulletinRow
	leads     map[string]string
	since     time.Time
	knownAt   time.Time
	contents  map[string]bulletin.Content
	found     []bulletin.Correction
	more      int
}

func (t *tracing) run(ctx context.Context) error {
	err := t.freezer.Reads.EachChangedProject(ctx, t.since, func(p project.Project, events []event.Event) error {
		return t.one(ctx, p, events)
	})
	slices.SortFunc(t.found, func(a, b bulletin.Correction) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ProjectID, b.ProjectID))
	})
	if len(t.found) > maxCorrections {
		t.more = len(t.found) - maxCorrections
		t.found = t.found[:maxCorrections]
	}
	return err
}

// one compares a project as each published bulletin knew it with what is known now.
func (t *tracing) one(ctx context.Context, p project.Project, events []event.Event) error {
	now, err := at(p, events, t.knownAt)
	if err != nil || now == nil {
		return err
	}
	out := bulletin.Correction{ProjectID: now.ID, ProjectCode: now.Code, ProjectName: now.Name, CountyID: now.CountyID, Affects: []bulletin.Affected{}}
	for _, r := range t.published {
		since := r.KnownAt
		if since.Before(t.since) {
			since = t.since
		}
		before, err := at(p, events, since)
		if err != nil {
			return err
		}
		c, err := t.content(ctx, r.Digest)
		if err != nil {
			return err
		}
		out.Affects = append(out.Affects, bulletin.Touched(r.ID, r.Number, c, before, now, t.leads[p.ID])...)
	}
	if len(out.Affects) == 0 {
		return nil
	}
	before, err := at(p, events, t.since)
	if err != nil {
		return err
	}
	t.found = append(t.found, told(out, before, now, events, t.since, t.knownAt))
	return nil
}

func (t *tracing) content(ctx context.Context, digest string) (bulletin.Content, error) {
	if c, ok := t.contents[digest]; ok {
		return c, nil
	}
	c, err := t.freezer.Open(ctx, digest)
	t.contents[digest] = c
	return c, err
}

// at is a project as it was known at a moment; nil before it was registered. events are
// its latest ones.
func at(p project.Project, events []event.Event, moment time.Time) (*project.Project, error) {
	later := slices.IndexFunc(events, func(e event.Event) bool { return e.At.After(moment) })
	if later < 0 {
		return &p, nil
	}
	before, ok, err := project.Rewind(p, events[later:])
	if err != nil || !ok {
		return nil, err
	}
	return &before, nil
}

// told adds to a correction what was changed, why, by whom and when.
func told(c bulletin.Correction, before, now *project.Project, events []event.Event, since, until time.Time) bulletin.Correction {
	if before == nil {
		c.Changes = []bulletin.Change{{Field: "registered", Label: "补登项目", To: now.Name}}
	} else {
		for _, x := range project.Changes(*before, *now) {
			c.Changes = append(c.Changes, bulletin.Change{Field: x.Field, Label: x.Label, From: x.From, To: x.To})
		}
	}
	for _, e := range events {
		if !e.At.After(since) || e.At.After(until) {
			continue
		}
		c.By, c.At = e.Actor.Signature(), e.At
		if b, ok := event.Decode[project.Corrected](e); ok {
			c.Reason = b.Reason
		}
	}
	return c
}

// blobDigest is the name under which Blobs keeps data.
func blobDigest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// Verification tells whether a bulletin computed again from what was known then gives
// the same bytes.
type Verification struct {
	ID          string              `json:"id"`
	Number      string              `json:"number,omitempty"`
	KnownAt     time.Time           `json:"known_at"`
	Digest      string              `json:"digest" doc:"of the frozen content"`
	Recomputed  string              `json:"recomputed" doc:"of the content computed now from what was known then"`
	Same        bool                `json:"same"`
	Differences []bulletin.Affected `json:"differences" doc:"figures that differ; the bytes may differ in other things too"`
}

// Verify computes frozen content again. NotFound "bulletin_uncounted" when there is
// none yet.
func (f *Freezer) Verify(ctx context.Context, s bulletin.State) (Verification, error) {
	out := Verification{ID: s.ID, Number: s.Number, Differences: []bulletin.Affected{}}
	if s.Frozen == nil {
		return out, fault.New(fault.NotFound, "bulletin_uncounted", "尚无统计结果")
	}
	old, err := f.Open(ctx, s.Frozen.Digest)
	if err != nil {
		return out, err
	}
	fr, err := f.frozenFrame(ctx, s.Opening, old)
	if err != nil {
		return out, err
	}
	now, data, err := f.compute(ctx, fr)
	if err != nil {
		return out, err
	}
	out.KnownAt, out.Digest, out.Recomputed = old.KnownAt, s.Frozen.Digest, blobDigest(data)
	out.Same = out.Digest == out.Recomputed
	out.Differences = append(out.Differences, bulletin.Differences(s.ID, s.Number, old, now)...)
	return out, nil
}
