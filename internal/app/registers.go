package app

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"luodi/internal/calendar"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/process"
	"luodi/internal/project"
	"luodi/internal/register"
)

// Registers are 产业链, 驻外专班, 招商大使 and 招商活动 for their users.
type Registers struct {
	Journal Journal
	Reads   Reads
	Sheets  RegisterSheets
	Now     func() time.Time
	NewID   func() string
}

// RegisterSheets reads and writes registers as workbooks.
type RegisterSheets interface {
	// ReadRegister reads a register's workbook. Problems name sheet and cell.
	ReadRegister(kind register.Kind, data []byte, units []org.Unit) (rows []RegisterLine, problems []fault.Detail)
	// WriteRegister writes one that ReadRegister takes back.
	WriteRegister(kind register.Kind, entries []register.Entry, units []org.Unit, w io.Writer) error
}

// RegisterLine is an entry as a workbook states it. Where finds the cell of a field.
type RegisterLine struct {
	register.Draft
	Where func(pointer string) string
}

// EntryFigures are what the projects that name an entry came to, of those signed in a
// year or in all years.
type EntryFigures struct {
	Steps []FunnelStep `json:"steps"`
}

// RegisterEntryView is an entry as one person sees it.
type RegisterEntryView struct {
	register.Entry
	UnitName string       `json:"unit_name,omitempty"`
	Figures  EntryFigures `json:"figures"`
	Editable bool         `json:"editable" doc:"the caller may change it"`
}

func errRegisterForbidden(kind register.Kind) error {
	return fault.New(fault.Forbidden, "register_forbidden", "您无权登记"+kind.Label()+":由招商中心登记,专班和活动也可由派出(主办)单位登记")
}

// dimensions are what projects are grouped by to find those of a register's entries.
var dimensions = map[register.Kind]project.Dimension{
	register.Chains: project.ByChain, register.Teams: project.ByTeam, register.Ambassadors: project.ByAmbassador, register.Events: project.ByEvent,
}

// naming is the filter of projects that go by one of the names.
func naming(kind register.Kind, names []string, year int) project.Filter {
	f := project.Filter{Year: year}
	switch kind {
	case register.Chains:
		f.Chains = names
	case register.Teams:
		f.Teams = names
	case register.Ambassadors:
		f.Ambassadors = names
	case register.Events:
		f.Events = names
	}
	return f
}

// List gives a register's entries by name, with their figures of a year (0: of all).
// Everybody with business here may read them; contacts are for the centre and the
// entry's own unit.
func (s *Registers) List(ctx context.Context, actor org.Actor, kind register.Kind, f RegisterFilter, p Page) ([]RegisterEntryView, string, error) {
	scope := org.ScopeOf(actor)
	if scope.Empty() {
		return []RegisterEntryView{}, "", nil
	}
	rows, next, err := s.Reads.RegisterEntries(ctx, kind, f, p)
	if err != nil {
		return nil, "", err
	}
	views, err := s.views(ctx, actor, kind, rows, f.Year)
	return views, next, err
}

func (s *Registers) views(ctx context.Context, actor org.Actor, kind register.Kind, rows []register.Entry, year int) ([]RegisterEntryView, error) {
	units, err := unitsByID(ctx, s.Reads)
	if err != nil {
		return nil, err
	}
	until := calendar.DateOf(s.Now())
	groups, err := s.Reads.Funnel(ctx, org.ScopeOf(actor), project.Filter{Year: year}, dimensions[kind], until)
	if err != nil {
		return nil, err
	}
	by := map[string]project.Funnel{}
	for _, g := range groups {
		by[g.Key] = g
	}
	out := make([]RegisterEntryView, len(rows))
	for i, e := range rows {
		var sum project.Funnel
		for _, name := range e.Names() {
			sum.Add(by[name])
		}
		line := funnelLine(naming(kind, e.Names(), year).Population(until), sum, e.Name, until)
		out[i] = RegisterEntryView{Entry: e, UnitName: units[e.UnitID].Name, Figures: EntryFigures{Steps: line.Steps}, Editable: register.MayWrite(actor, kind, e.UnitID)}
		if !register.MaySeeContact(actor, e.UnitID) {
			out[i].Entry = e.Public()
		}
	}
	return out, nil
}

// Get reads one entry. NotFound "register_unknown".
func (s *Registers) Get(ctx context.Context, actor org.Actor, kind register.Kind, id string, year int) (RegisterEntryView, error) {
	if org.ScopeOf(actor).Empty() {
		return RegisterEntryView{}, fault.New(fault.NotFound, "register_unknown", "没有这条登记")
	}
	e, err := s.Reads.RegisterEntry(ctx, kind, id)
	if err != nil {
		return RegisterEntryView{}, err
	}
	views, err := s.views(ctx, actor, kind, []register.Entry{e}, year)
	if err != nil {
		return RegisterEntryView{}, err
	}
	return views[0], nil
}

// Versions are all that an entry ever was, the latest first.
func (s *Registers) Versions(ctx context.Context, actor org.Actor, kind register.Kind, id string) ([]register.Entry, error) {
	if _, err := s.Get(ctx, actor, kind, id, 0); err != nil {
		return nil, err
	}
	list, err := s.Reads.RegisterVersions(ctx, kind, id)
	slices.Reverse(list)
	for i, e := range list {
		if !register.MaySeeContact(actor, e.UnitID) {
			list[i] = e.Public()
		}
	}
	return list, err
}

// Unmatched are names that projects use and no entry goes by. Forbidden but for the centre.
func (s *Registers) Unmatched(ctx context.Context, actor org.Actor, kind register.Kind) ([]Unmatched, error) {
	if !register.MayKeep(actor) {
		return nil, errRegisterForbidden(kind)
	}
	list, err := s.Reads.UnmatchedNames(ctx, kind, 500)
	return append([]Unmatched{}, list...), err
}

// Create registers an entry. Errors: Forbidden; Invalid "register_invalid" with every
// field; Conflict "register_name_taken".
func (s *Registers) Create(ctx context.Context, actor org.Actor, key string, kind register.Kind, d register.Draft) (register.Entry, error) {
	var e register.Entry
	d = d.Tidy()
	if !register.MayWrite(actor, kind, d.UnitID) {
		return e, errRegisterForbidden(kind)
	}
	if err := s.check(ctx, kind, d); err != nil {
		return e, err
	}
	err := Once(ctx, s.Journal, actor, key, "register/"+string(kind), d, &e, s.Now, s.NewID, func(tx Tx) (err error) {
		e, err = s.add(tx, actor, kind, d, "")
		return err
	})
	return e, err
}

func (s *Registers) check(ctx context.Context, kind register.Kind, d register.Draft) error {
	units, err := unitsByID(ctx, s.Reads)
	if err != nil {
		return err
	}
	return d.Check(kind, units, calendar.DateOf(s.Now()))
}

func (s *Registers) add(tx Tx, actor org.Actor, kind register.Kind, d register.Draft, reason string) (register.Entry, error) {
	e := register.Entry{Kind: kind, ID: s.NewID(), Version: 1, Draft: d, RecordedAt: s.moment(), RecordedBy: actor.Signature(), Reason: reason}
	return e, tx.SaveRegisterEntry(e)
}

func (s *Registers) moment() time.Time { return s.Now().UTC().Truncate(time.Microsecond) }

// RegisterChange is a new version of an entry. Version is the one that was seen.
type RegisterChange struct {
	Version int64
	Draft   *register.Draft // nil: as it is
	Closed  *bool           // nil: as it is
	Reason  string
}

// Change makes a version. Errors as for Create, NotFound, and Conflict
// "register_changed" when somebody was first.
func (s *Registers) Change(ctx context.Context, actor org.Actor, key string, kind register.Kind, id string, c RegisterChange) (register.Entry, error) {
	return s.revise(ctx, actor, key, kind, id, c, func(e *register.Entry) error {
		if c.Version != e.Version {
			return fault.New(fault.Conflict, "register_changed", "该条登记刚刚被他人修改,请刷新后再改")
		}
		if c.Draft != nil {
			e.Draft = c.Draft.Tidy()
		}
		if c.Closed != nil {
			e.Closed = *c.Closed
		}
		e.Reason = c.Reason
		return nil
	})
}

// AddTrip notes a trip of a team (专班外出).
func (s *Registers) AddTrip(ctx context.Context, actor org.Actor, key, id string, t register.Trip) (register.Entry, error) {
	return s.revise(ctx, actor, key, register.Teams, id, t, func(e *register.Entry) error {
		team := *e.Team
		team.Trips = append(slices.Clone(team.Trips), t)
		e.Team, e.Reason = &team, "登记外出"
		return nil
	})
}

// AddLead notes what an ambassador brought.
func (s *Registers) AddLead(ctx context.Context, actor org.Actor, key, id string, l register.Lead) (register.Entry, error) {
	return s.revise(ctx, actor, key, register.Ambassadors, id, l, func(e *register.Entry) error {
		a := *e.Ambassador
		a.Leads = append(slices.Clone(a.Leads), l)
		e.Ambassador, e.Reason = &a, "登记推介项目"
		return nil
	})
}

// AddAlias lets an entry go by another name that projects use.
func (s *Registers) AddAlias(ctx context.Context, actor org.Actor, key string, kind register.Kind, id, name string) (register.Entry, error) {
	return s.revise(ctx, actor, key, kind, id, name, func(e *register.Entry) error {
		e.Aliases = append(slices.Clone(e.Aliases), name)
		e.Draft, e.Reason = e.Draft.Tidy(), "登记别名"
		return nil
	})
}

// revise reads an entry, changes it and records the next version, in one transaction.
func (s *Registers) revise(ctx context.Context, actor org.Actor, key string, kind register.Kind, id string, request any, change func(*register.Entry) error) (register.Entry, error) {
	var e register.Entry
	asked := struct {
		ID      string
		Request any
	}{id, request}
	err := Once(ctx, s.Journal, actor, key, "register/"+string(kind)+"/change", asked, &e, s.Now, s.NewID, func(tx Tx) (err error) {
		if e, err = tx.RegisterEntry(kind, id); err != nil {
			return err
		}
		before := e.UnitID
		if err := change(&e); err != nil {
			return err
		}
		if !register.MayWrite(actor, kind, before) || !register.MayWrite(actor, kind, e.UnitID) {
			return errRegisterForbidden(kind)
		}
		if err := s.check(ctx, kind, e.Draft); err != nil {
			return err
		}
		e.Version, e.RecordedAt, e.RecordedBy = e.Version+1, s.after(e.RecordedAt), actor.Signature()
		return tx.SaveRegisterEntry(e)
	})
	return e, err
}

// after is now, or the version before where the clock was set back: versions are in the
// order of their times.
func (s *Registers) after(before time.Time) time.Time {
	if now := s.moment(); now.After(before) {
		return now
	}
	return before
}

// RegisterImported is what an import came to.
type RegisterImported struct {
	DryRun  bool `json:"dry_run"`
	Total   int  `json:"total"`
	Created int  `json:"created"`
	Changed int  `json:"changed" doc:"entries that the workbook says something else of"`
}

// Import takes a workbook in, all or nothing; an entry is known by its name. Errors:
// Forbidden; Invalid "import_invalid" with every cell.
func (s *Registers) Import(ctx context.Context, actor org.Actor, key string, kind register.Kind, data []byte, dryRun bool) (RegisterImported, error) {
	out := RegisterImported{DryRun: dryRun}
	units, err := s.Reads.Units(ctx)
	if err != nil {
		return out, err
	}
	lines, problems := s.Sheets.ReadRegister(kind, data, units)
	problems = append(problems, s.wrong(actor, kind, lines, units)...)
	if len(problems) > 0 {
		return out, registerImportInvalid(problems)
	}
	out.Total = len(lines)
	if dryRun {
		key = ""
	}
	request := struct{ Kind, Digest string }{string(kind), Digest("import", data)}
	err = Once(ctx, s.Journal, actor, key, "register/import", request, &out, s.Now, s.NewID, func(tx Tx) error {
		known, err := s.known(ctx, kind)
		if err != nil {
			return err
		}
		for _, l := range lines {
			if err := s.take(tx, actor, kind, l, known, &out); err != nil {
				f := fault.From(err)
				if f.Kind == fault.Unavailable || f.Kind == fault.Internal {
					return err
				}
				problems = append(problems, fault.Detail{Field: l.Where("/name"), Code: f.Code, Message: f.Message})
			}
		}
		switch {
		case len(problems) > 0:
			return registerImportInvalid(problems)
		case dryRun:
			return errDryRun
		}
		return nil
	})
	if errors.Is(err, errDryRun) {
		err = nil
	}
	return out, err
}

func registerImportInvalid(problems []fault.Detail) *fault.Error {
	return &fault.Error{Kind: fault.Invalid, Code: "import_invalid", Details: problems, Message: fmt.Sprintf("表中有%d处错误,未导入任何内容", len(problems))}
}

// wrong finds everything that is wrong with lines, by cell.
func (s *Registers) wrong(actor org.Actor, kind register.Kind, lines []RegisterLine, list []org.Unit) (out []fault.Detail) {
	units := map[string]org.Unit{}
	for _, u := range list {
		units[u.ID] = u
	}
	seen := map[string]bool{}
	for _, l := range lines {
		if !register.MayWrite(actor, kind, l.UnitID) {
			out = append(out, fault.Detail{Field: l.Where("/unit_id"), Code: "register_forbidden", Message: "只能登记本单位的" + kind.Label()})
		}
		if seen[l.Name] {
			out = append(out, fault.Detail{Field: l.Where("/name"), Code: "name_twice", Message: "“" + l.Name + "”出现了两次"})
		}
		seen[l.Name] = true
		if f := fault.From(l.Check(kind, units, calendar.DateOf(s.Now()))); f != nil {
			for _, d := range f.Details {
				out = append(out, fault.Detail{Field: l.Where(d.Field), Code: d.Code, Message: d.Message})
			}
		}
	}
	return out
}

// endOfTime is later than every version.
var endOfTime = time.Date(9999, time.December, 31, 0, 0, 0, 0, time.UTC)

// known are the entries by each of their names.
func (s *Registers) known(ctx context.Context, kind register.Kind) (map[string]register.Entry, error) {
	all, err := s.Reads.RegisterAsOf(ctx, kind, endOfTime) // a version may bear a later time than now, where the clock was set back
	out := map[string]register.Entry{}
	for _, e := range all {
		for _, name := range e.Names() {
			out[name] = e
		}
	}
	return out, err
}

// take records what a line says: a new entry, or a new version where it differs.
func (s *Registers) take(tx Tx, actor org.Actor, kind register.Kind, l RegisterLine, known map[string]register.Entry, out *RegisterImported) error {
	before, ok := known[l.Name]
	if !ok {
		out.Created++
		_, err := s.add(tx, actor, kind, l.Draft, "表格导入")
		return err
	}
	e, err := tx.RegisterEntry(kind, before.ID)
	if err != nil {
		return err
	}
	next := merged(e.Draft, l.Draft)
	if sameDraft(next, e.Draft) {
		return nil
	}
	if !register.MayWrite(actor, kind, e.UnitID) {
		return errRegisterForbidden(kind)
	}
	out.Changed++
	e.Draft, e.Version, e.RecordedAt, e.RecordedBy, e.Reason = next, e.Version+1, s.after(e.RecordedAt), actor.Signature(), "表格导入"
	return tx.SaveRegisterEntry(e)
}

// merged is what a workbook says over what is known: trips and leads that are known
// stay, for a workbook may hold those of one month.
func merged(old, d register.Draft) register.Draft {
	d.Name, d.Aliases, d.Illustrative = old.Name, append(slices.Clone(old.Aliases), append(d.Aliases, d.Name)...), old.Illustrative || d.Illustrative
	d = d.Tidy()
	if d.Team != nil && old.Team != nil {
		t := *d.Team
		t.Contact = cmp.Or(t.Contact, old.Team.Contact)
		t.Trips = union(old.Team.Trips, t.Trips)
		d.Team = &t
	}
	if d.Ambassador != nil && old.Ambassador != nil {
		a := *d.Ambassador
		a.Contact = cmp.Or(a.Contact, old.Ambassador.Contact)
		a.Leads = union(old.Ambassador.Leads, a.Leads)
		d.Ambassador = &a
	}
	return d
}

func union[T comparable](old, more []T) []T {
	out := slices.Clone(old)
	for _, x := range more {
		if !slices.Contains(out, x) {
			out = append(out, x)
		}
	}
	return out
}

func sameDraft(a, b register.Draft) bool {
	return bytes.Equal(process.Encoded(a), process.Encoded(b))
}

// Export writes a register as the actor may read it.
func (s *Registers) Export(ctx context.Context, actor org.Actor, kind register.Kind, f RegisterFilter, w io.Writer) error {
	if org.ScopeOf(actor).Empty() {
		return errRegisterForbidden(kind)
	}
	units, err := s.Reads.Units(ctx)
	if err != nil {
		return err
	}
	var all []register.Entry
	for p := (Page{Limit: 200}); ; {
		rows, next, err := s.Reads.RegisterEntries(ctx, kind, f, p)
		if err != nil {
			return err
		}
		for _, e := range rows {
			if !register.MaySeeContact(actor, e.UnitID) {
				e = e.Public()
			}
			all = append(all, e)
		}
		if p.Cursor = next; next == "" {
			return s.Sheets.WriteRegister(kind, all, units, w)
		}
	}
}

// Blank writes an empty workbook to fill in.
func (s *Registers) Blank(ctx context.Context, kind register.Kind, w io.Writer) error {
	units, err := s.Reads.Units(ctx)
	if err != nil {
		return err
	}
	return s.Sheets.WriteRegister(kind, nil, units, w)
}
