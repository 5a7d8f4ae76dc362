package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"luodi/internal/bulletin"
	"luodi/internal/fault"
	"luodi/internal/org"
)

// Targets is 目标任务 for its users: what city, counties and departments are to reach in
// a year. Every version is kept, so that a bulletin can be computed with what was known
// when it was made.
type Targets struct {
	Journal Journal
	Reads   Reads
	Sheets  TargetSheets
	Now     func() time.Time
	NewID   func() string
}

// TargetUnit is a line of the table.
type TargetUnit struct {
	ID     string            `json:"id" doc:"empty: the whole city"`
	Name   string            `json:"name"`
	Kind   org.UnitKind      `json:"kind,omitempty"`
	Values map[string]string `json:"values" doc:"by indicator: a count, or 万元"`
}

// TargetTable is a year's targets as they are now.
type TargetTable struct {
	Year       int                  `json:"year"`
	Indicators []bulletin.Indicator `json:"indicators"`
	Units      []TargetUnit         `json:"units"`
	Findings   []bulletin.Finding   `json:"findings" doc:"where the counties do not add up to the city"`
	Editable   bool                 `json:"editable" doc:"the caller may set targets"`
}

// TargetChange sets one target; an empty value takes it back.
type TargetChange struct {
	UnitID    string `json:"unit_id" maxLength:"64" doc:"empty: the whole city"`
	Indicator string `json:"indicator" maxLength:"64"`
	Value     string `json:"value" maxLength:"40" doc:"a count, or 万元; empty: taken back"`
}

// TargetsSet is what a change or an import came to.
type TargetsSet struct {
	Changed  int                `json:"changed" doc:"targets that differ from before"`
	DryRun   bool               `json:"dry_run"`
	Findings []bulletin.Finding `json:"findings" doc:"as in the table, after the change"`
}

var errTargetsForbidden = fault.New(fault.Forbidden, "targets_forbidden", "由招商中心下达目标任务")

func checkYear(year int) error {
	if year < 2000 || year > 2100 {
		return fault.Field("/year", "year_invalid", "年度应在2000至2100之间")
	}
	return nil
}

// Year is the table of a year. Forbidden for who has no business here at all.
func (s *Targets) Year(ctx context.Context, actor org.Actor, year int) (TargetTable, error) {
	out := TargetTable{Year: year, Indicators: bulletin.Indicators, Editable: keepsBulletins(actor)}
	if err := s.may(actor, year); err != nil {
		return out, err
	}
	units, err := s.units(ctx)
	if err != nil {
		return out, err
	}
	targets, err := targetsAt(ctx, s.Reads, year, s.Now())
	for _, u := range units {
		u.Values = map[string]string{}
		for indicator, value := range targets[u.ID] {
			u.Values[indicator] = value
		}
		out.Units = append(out.Units, u)
	}
	out.Findings = sums(targets, units)
	return out, err
}

func (s *Targets) may(actor org.Actor, year int) error {
	if org.ScopeOf(actor).Empty() {
		return fault.New(fault.Forbidden, "targets_forbidden", "您没有可以查看的目标任务")
	}
	return checkYear(year)
}

// units are the lines: the city, the counties, the departments.
func (s *Targets) units(ctx context.Context) ([]TargetUnit, error) {
	all, err := s.Reads.Units(ctx)
	out := []TargetUnit{{Name: "全市"}}
	for _, kind := range []org.UnitKind{org.County, org.Department} {
		for _, u := range all {
			if u.Kind == kind {
				out = append(out, TargetUnit{ID: u.ID, Name: u.Name, Kind: u.Kind})
			}
		}
	}
	return out, err
}

func sums(targets bulletin.Targets, units []TargetUnit) []bulletin.Finding {
	var counties []bulletin.Named
	for _, u := range units {
		if u.Kind == org.County {
			counties = append(counties, bulletin.Named{ID: u.ID, Name: u.Name})
		}
	}
	return append([]bulletin.Finding{}, bulletin.TargetSums(targets, counties)...)
}

// targetsAt are a year's targets as they were known at a moment, without those that
// were taken back.
func targetsAt(ctx context.Context, reads Reads, year int, knownAt time.Time) (bulletin.Targets, error) {
	list, err := reads.TargetsAt(ctx, year, knownAt)
	out := bulletin.Targets{}
	for _, v := range list {
		if v.Value == "" {
			continue
		}
		if out[v.UnitID] == nil {
			out[v.UnitID] = map[string]string{}
		}
		out[v.UnitID][v.Indicator] = v.Value
	}
	return out, err
}

// History is every version of a year's targets, the latest first.
func (s *Targets) History(ctx context.Context, actor org.Actor, year int) ([]TargetVersion, error) {
	if err := s.may(actor, year); err != nil {
		return nil, err
	}
	list, err := s.Reads.TargetHistory(ctx, year)
	slices.Reverse(list)
	return append([]TargetVersion{}, list...), err
}

// Set sets targets, all or none. Errors: Forbidden but for the centre; Invalid with
// every wrong field, such as "/changes/3/value".
func (s *Targets) Set(ctx context.Context, actor org.Actor, key string, year int, changes []TargetChange) (TargetsSet, error) {
	cells := make([]TargetCell, len(changes))
	for i, c := range changes {
		cells[i] = TargetCell{UnitID: c.UnitID, Indicator: c.Indicator, Value: c.Value, Where: fmt.Sprintf("/changes/%d", i)}
	}
	return s.record(ctx, actor, key, year, cells, false)
}

// Import takes a workbook in, all or nothing. Errors as for Set, with sheet and cell.
func (s *Targets) Import(ctx context.Context, actor org.Actor, key string, year int, data []byte, dryRun bool) (TargetsSet, error) {
	if !keepsBulletins(actor) {
		return TargetsSet{}, errTargetsForbidden
	}
	units, err := s.Reads.Units(ctx)
	if err != nil {
		return TargetsSet{}, err
	}
	cells, problems := s.Sheets.ReadTargets(data, units)
	if len(problems) > 0 {
		_, more := read(cells, units)
		return TargetsSet{}, targetsInvalid(append(problems, more...))
	}
	return s.record(ctx, actor, key, year, cells, dryRun)
}

func targetsInvalid(problems []fault.Detail) *fault.Error {
	return &fault.Error{Kind: fault.Invalid, Code: "targets_invalid", Details: problems,
		Message: fmt.Sprintf("有%d处错误,未作任何改动:%s", len(problems), problems[0].Message)}
}

// read checks every cell and gives the values as they are kept.
func read(cells []TargetCell, units []org.Unit) (out []TargetCell, problems []fault.Detail) {
	seen := map[[2]string]string{}
	for _, c := range cells {
		wrong := func(field, code, message string) {
			where := c.Where
			if strings.HasPrefix(where, "/") { // a field has parts; a cell hasn't
				where += field
			}
			problems = append(problems, fault.Detail{Field: where, Code: code, Message: message})
		}
		known := c.UnitID == "" || slices.ContainsFunc(units, func(u org.Unit) bool {
			return u.ID == c.UnitID && (u.Kind == org.County || u.Kind == org.Department)
		})
		if !known {
			wrong("/unit_id", "unit_unknown", "没有可以下达目标的单位“"+c.UnitID+"”")
		}
		value, err := bulletin.ReadTarget(c.Indicator, c.Value)
		if err != nil {
			f := fault.From(err)
			field := "/value"
			if f.Code == "indicator_unknown" {
				field = "/indicator"
			}
			wrong(field, f.Code, f.Message)
		}
		at := [2]string{c.UnitID, c.Indicator}
		if first, twice := seen[at]; twice {
			wrong("", "target_twice", "与"+first+"是同一单位的同一指标")
		}
		seen[at], c.Value = c.Where, value
		out = append(out, c)
	}
	return out, problems
}

// record adds a version of whatever differs.
func (s *Targets) record(ctx context.Context, actor org.Actor, key string, year int, cells []TargetCell, dryRun bool) (out TargetsSet, err error) {
	out.DryRun = dryRun
	if !keepsBulletins(actor) {
		return out, errTargetsForbidden
	}
	if err := checkYear(year); err != nil {
		return out, err
	}
	all, err := s.Reads.Units(ctx)
	if err != nil {
		return out, err
	}
	cells, problems := read(cells, all)
	if len(problems) > 0 {
		return out, targetsInvalid(problems)
	}
	units, err := s.units(ctx)
	if err != nil {
		return out, err
	}
	if dryRun {
		key = ""
	}
	request := struct {
		Year  int
		Cells []TargetCell
	}{year, cells}
	err = Once(ctx, s.Journal, actor, key, "targets", request, &out, s.Now, s.NewID, func(tx Tx) error {
		if err := s.change(ctx, tx, actor, year, cells, units, &out); err != nil {
			return err
		}
		if dryRun {
			return errDryRun
		}
		return nil
	})
	if errors.Is(err, errDryRun) {
		err = nil
	}
	return out, err
}

// change compares with what is set now: nobody else writes meanwhile.
func (s *Targets) change(ctx context.Context, tx Tx, actor org.Actor, year int, cells []TargetCell, units []TargetUnit, out *TargetsSet) error {
	list, err := tx.Targets(year)
	if err != nil {
		return err
	}
	now := s.Now().UTC().Truncate(time.Microsecond)
	targets := bulletin.Targets{}
	set := func(unit, indicator, value string) {
		if targets[unit] == nil {
			targets[unit] = map[string]string{}
		}
		targets[unit][indicator] = value
	}
	for _, v := range list {
		set(v.UnitID, v.Indicator, v.Value)
		if v.RecordedAt.After(now) { // the clock was set back: a later version is later all the same
			now = v.RecordedAt
		}
	}
	var versions []TargetVersion
	for _, c := range cells {
		if targets[c.UnitID][c.Indicator] == c.Value {
			continue
		}
		set(c.UnitID, c.Indicator, c.Value)
		v := TargetVersion{Year: year, UnitID: c.UnitID, Indicator: c.Indicator, Value: c.Value, RecordedAt: now, RecordedBy: actor.Signature()}
		if !strings.HasPrefix(c.Where, "/") {
			v.Source = c.Where
		}
		versions = append(versions, v)
	}
	out.Changed, out.Findings = len(versions), sums(targets, units)
	return tx.InsertTargets(versions)
}

// Export writes a year's targets as a workbook that can be imported again.
func (s *Targets) Export(ctx context.Context, actor org.Actor, year int, w io.Writer) error {
	table, err := s.Year(ctx, actor, year)
	if err != nil {
		return err
	}
	targets, units := bulletin.Targets{}, make([]bulletin.Named, len(table.Units))
	for i, u := range table.Units {
		targets[u.ID], units[i] = u.Values, bulletin.Named{ID: u.ID, Name: u.Name}
	}
	return s.Sheets.WriteTargets(w, year, units, targets)
}

// Blank writes an empty table to fill in.
func (s *Targets) Blank(ctx context.Context, year int, w io.Writer) error {
	units, err := s.units(ctx)
	if err != nil {
		return err
	}
	named := make([]bulletin.Named, len(units))
	for i, u := range units {
		named[i] = bulletin.Named{ID: u.ID, Name: u.Name}
	}
	return s.Sheets.WriteTargets(w, cmp.Or(year, s.Now().Year()), named, nil)
}
