package app

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"luodi/internal/bulletin"
	"luodi/internal/calendar"
	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/process"
)

// Bulletins is 月通报 for its users, and opens what the schedule is due.
type Bulletins struct {
	Service[bulletin.State, bulletin.Facts]
	Freezer   *Freezer
	Schedule  BulletinSchedule
	Calendars *Calendars
	Sheets    BulletinSheets
}

// BulletinSheets writes bulletins as workbooks.
type BulletinSheets interface {
	// Bulletin writes a worksheet for each table, numbers as numbers.
	Bulletin(c bulletin.Content) ([]byte, error)
}

// NewBulletins makes the use case.
func NewBulletins(processes Processes, reads Reads, schedule BulletinSchedule, calendars *Calendars, freezer *Freezer, sheets BulletinSheets, now func() time.Time, newID func() string) *Bulletins {
	s := &Bulletins{
		Service: Service[bulletin.State, bulletin.Facts]{
			Definition: bulletin.Definition(), Processes: processes, Reads: reads,
			Facts: func() bulletin.Facts { return bulletin.Facts{} }, Now: now, NewID: newID,
			May: mayReadBulletin, Memory: newMemory[bulletin.State](),
		},
		Freezer: freezer, Schedule: schedule, Calendars: calendars, Sheets: sheets,
	}
	s.Prepare = s.prepare
	return s
}

// keepsBulletins is whose business bulletins and targets are, in their own name or in
// that of whom they stand in for.
func keepsBulletins(a org.Actor) bool {
	for _, c := range a.Capacities() {
		if c.Has(org.CentreOperator, org.CentreLeader) {
			return true
		}
	}
	return false
}

// mayReadBulletin: what is published is for everybody with business; a draft is the
// centre's alone.
func mayReadBulletin(a org.Actor, s bulletin.State) error {
	if keepsBulletins(a) || s.Stage == bulletin.Published && !org.ScopeOf(a).Empty() {
		return nil
	}
	return fault.New(fault.NotFound, "bulletin_unknown", "没有这期通报")
}

// BulletinRequest is what a person says to open a bulletin: a month with its cut-off,
// or a published bulletin to be corrected with the reason.
type BulletinRequest struct {
	Month  string        `json:"month,omitempty"`  // "2023-10"
	Cutoff calendar.Date `json:"cutoff,omitzero"`  // the rule's when zero
	Amends string        `json:"amends,omitempty"` // id of the bulletin to correct
	Reason string        `json:"reason,omitempty"` // of the correction, 2 to 500 characters
}

// Open opens a bulletin. Errors: Forbidden but for the centre; Invalid with the wrong
// field; Conflict "bulletin_exists", or "correction_open" while another correction of
// the same month isn't published.
func (s *Bulletins) Open(ctx context.Context, actor org.Actor, key string, r BulletinRequest) (process.Receipt, error) {
	if !keepsBulletins(actor) {
		return process.Receipt{}, fault.New(fault.Forbidden, "bulletin_forbidden", "由招商中心编制月通报")
	}
	asked, err := json.Marshal(r)
	if err != nil {
		return process.Receipt{}, err
	}
	cmd, err := s.command(actor, bulletin.ActOpen, key, asked)
	if err != nil {
		return process.Receipt{}, err
	}
	o, receipt, done, err := s.opening(ctx, r, cmd)
	if done || err != nil {
		return receipt, err
	}
	if receipt, ok, err := s.stored(ctx, o.ID, cmd); ok || err != nil {
		return receipt, err
	}
	return s.start(ctx, o, cmd)
}

func (s *Bulletins) start(ctx context.Context, o bulletin.Opening, cmd process.Command) (process.Receipt, error) {
	var err error
	if cmd.Body, err = json.Marshal(o); err != nil {
		return process.Receipt{}, err
	}
	receipt, err := s.Processes.Start(ctx, bulletin.Kind, o.ID, fmt.Sprintf("月通报 %s", o.ID), cmd)
	if err == nil && receipt.Request != cmd.Request {
		return process.Receipt{}, errKeyReused()
	}
	return receipt, err
}

// opening is what a request comes to; done when it was answered before.
func (s *Bulletins) opening(ctx context.Context, r BulletinRequest, cmd process.Command) (o bulletin.Opening, receipt process.Receipt, done bool, err error) {
	if r.Amends != "" {
		return s.correction(ctx, r, cmd)
	}
	month, err := time.Parse("2006-01", r.Month)
	if err != nil {
		return o, receipt, false, fault.Field("/month", "month_invalid", "月份应写作“2023-10”的形式")
	}
	o = bulletin.Opening{ID: r.Month, Year: month.Year(), Month: int(month.Month()), Cutoff: r.Cutoff}
	if o.Cutoff.IsZero() {
		o.Cutoff = s.Freezer.Rule.Cutoff(o.Year, month.Month())
	}
	return o, receipt, false, nil
}

// correction finds what of a month was published last: that is what is corrected.
func (s *Bulletins) correction(ctx context.Context, r BulletinRequest, cmd process.Command) (o bulletin.Opening, receipt process.Receipt, done bool, err error) {
	if n := len([]rune(r.Reason)); n < 2 || n > 500 {
		return o, receipt, false, fault.Field("/reason", "reason_required", "更正须说明理由,2至500个字")
	}
	base, err := s.published(ctx, r.Amends)
	if err != nil {
		return o, receipt, false, err
	}
	month := base
	for n := 1; ; n++ {
		id := fmt.Sprintf("%s-c%d", month.ID, n)
		if receipt, ok, err := s.stored(ctx, id, cmd); ok || err != nil {
			return o, receipt, ok, err
		}
		next, err := s.find(ctx, org.Scope{All: true}, id)
		switch {
		case fault.Is(err, fault.NotFound):
			o = bulletin.Opening{ID: id, Year: base.Year, Month: base.Month, Cutoff: base.Cutoff,
				Amends: &bulletin.Original{ID: base.ID, Number: base.Number, Digest: base.Frozen.Digest, Reason: r.Reason}}
			return o, receipt, false, nil
		case err != nil:
			return o, receipt, false, err
		case next.State.Stage != bulletin.Published:
			return o, receipt, false, fault.Newf(fault.Conflict, "correction_open", "该月的更正通报(%s)尚未发布,请先办结;已撤销的可重新统计", id)
		}
		base = next.State
	}
}

// published is a month's bulletin that can be corrected.
func (s *Bulletins) published(ctx context.Context, id string) (bulletin.State, error) {
	v, err := s.find(ctx, org.Scope{All: true}, id)
	switch {
	case fault.Is(err, fault.NotFound):
		return v.State, fault.Field("/amends", "bulletin_unknown", "没有这期通报")
	case err != nil:
		return v.State, err
	case v.State.Amends != nil:
		return v.State, fault.Field("/amends", "bulletin_is_correction", "请填写被更正月份的通报编号,如 2023-10")
	case v.State.Stage != bulletin.Published:
		return v.State, fault.Field("/amends", "bulletin_unpublished", "尚未发布的通报可直接重新统计,不需要更正")
	}
	return v.State, nil
}

// prepare adds to a publication the units that get a copy: all of them.
func (s *Bulletins) prepare(ctx context.Context, _ View[bulletin.State], cmd process.Command) (process.Command, error) {
	if cmd.Name != bulletin.ActPublish {
		return cmd, nil
	}
	units, err := s.Reads.Units(ctx)
	if err != nil {
		return cmd, err
	}
	g := bulletin.Given{Units: []string{}}
	for _, u := range units {
		g.Units = append(g.Units, u.ID)
	}
	cmd.With, err = json.Marshal(g)
	return cmd, err
}

// List gives the bulletins that the actor may see, the latest month first.
func (s *Bulletins) List(ctx context.Context, actor org.Actor, f BulletinFilter, p Page) ([]BulletinRow, string, error) {
	if !keepsBulletins(actor) {
		if org.ScopeOf(actor).Empty() {
			return []BulletinRow{}, "", nil
		}
		yes := true
		if f.Published != nil && !*f.Published {
			return []BulletinRow{}, "", nil
		}
		f.Published = &yes
	}
	return s.Reads.Bulletins(ctx, f, p)
}

// BulletinView is a bulletin as one person sees it. Content is nil while its first
// figures are being frozen.
type BulletinView struct {
	View[bulletin.State]
	Content *bulletin.Content
	Centre  bool // whoever makes bulletins sees how one came about, and who has read it
}

// Show reads a bulletin with what it says. NotFound for a draft but to the centre.
func (s *Bulletins) Show(ctx context.Context, actor org.Actor, id string) (out BulletinView, err error) {
	out.Centre = keepsBulletins(actor)
	if out.View, err = s.Get(ctx, actor, id); err != nil {
		return out, err
	}
	if !out.Centre {
		out.Events = slices.DeleteFunc(slices.Clone(out.Events), func(e event.Event) bool {
			_, published := event.Decode[bulletin.WasPublished](e)
			_, read := event.Decode[bulletin.WasRead](e)
			return !published && !(read && e.Actor.UserID == actor.UserID)
		})
	}
	if out.State.Frozen == nil {
		return out, nil
	}
	c, err := s.Freezer.Open(ctx, out.State.Frozen.Digest)
	out.Content = &c
	return out, err
}

// Content is what a bulletin says, with the state around it. NotFound
// "bulletin_uncounted" while its first figures are being frozen.
func (s *Bulletins) Content(ctx context.Context, actor org.Actor, id string) (bulletin.State, bulletin.Content, error) {
	v, err := s.load(ctx, actor, id)
	if err != nil {
		return v.State, bulletin.Content{}, err
	}
	if v.State.Frozen == nil {
		return v.State, bulletin.Content{}, fault.New(fault.NotFound, "bulletin_uncounted", "正在统计,请稍后再看")
	}
	c, err := s.Freezer.Open(ctx, v.State.Frozen.Digest)
	return v.State, c, err
}

// Sheet is a bulletin as a workbook.
func (s *Bulletins) Sheet(ctx context.Context, actor org.Actor, id string) (bulletin.State, []byte, error) {
	state, c, err := s.Content(ctx, actor, id)
	if err != nil {
		return state, nil, err
	}
	data, err := s.Sheets.Bulletin(c)
	return state, data, err
}

// Publications are those published bulletins, oldest first, that "luodi bulletin
// verify" looks at.
func (s *Bulletins) Publications(ctx context.Context) ([]BulletinRow, error) {
	return s.Reads.PublishedBulletins(ctx, s.Now())
}

// Verify computes a bulletin again from what was known then.
func (s *Bulletins) Verify(ctx context.Context, actor org.Actor, id string) (Verification, error) {
	v, err := s.load(ctx, actor, id)
	if err != nil {
		return Verification{}, err
	}
	return s.Freezer.Verify(ctx, v.State)
}

// CatchUp opens every bulletin whose time has come, each once: that of a month is due
// at nine on the first working day of the next. A server that was down makes up for it,
// and the bulletin says when it was due and when it was opened.
func (s *Bulletins) CatchUp(ctx context.Context, now time.Time) error {
	cal, err := s.Calendars.Current(ctx)
	if err != nil {
		return err
	}
	since, err := s.Schedule.BulletinsSince(ctx, now.In(calendar.Shanghai).Format("2006-01"))
	if err != nil {
		return err
	}
	month, err := time.Parse("2006-01", since)
	if err != nil {
		return err
	}
	for ; ; month = month.AddDate(0, 1, 0) {
		due := BulletinDue(cal, month.Year(), month.Month())
		if due.After(now) {
			return nil
		}
		if err := s.openDue(ctx, month, due, now); err != nil {
			return err
		}
	}
}

// openHour is when the schedule opens bulletins, in Shanghai.
const openHour = 9

// BulletinDue is when the bulletin of a month is opened.
func BulletinDue(cal *calendar.Calendar, year int, month time.Month) time.Time {
	day := bulletin.MonthEnd(year, month).AddDays(1)
	for !cal.IsWorkingDay(day) {
		day = day.AddDays(1)
	}
	return time.Date(day.Year, day.Month, day.Day, openHour, 0, 0, 0, calendar.Shanghai).UTC()
}

func (s *Bulletins) openDue(ctx context.Context, month, due, now time.Time) error {
	id := month.Format("2006-01")
	_, err := s.Reads.ProcessHead(ctx, bulletin.Kind, id, org.Scope{All: true})
	if !fault.Is(err, fault.NotFound) {
		return err // there is one already, or the database is away
	}
	o := bulletin.Opening{ID: id, Year: month.Year(), Month: int(month.Month()), Cutoff: s.Freezer.Rule.Cutoff(month.Year(), month.Month()), DueAt: due}
	_, err = s.start(ctx, o, process.Command{ID: "schedule:" + id, Name: bulletin.ActOpen, Actor: org.SystemActor(), At: now})
	if fault.HasCode(err, "bulletin_exists") { // somebody was first
		return nil
	}
	return err
}

// NumberBulletin gives a publication the next number of its year, in the transaction
// that records it: the series has no gap and no number twice. Corrections are numbered
// with the bulletins of the year they correct.
func NumberBulletin(tx Tx, s bulletin.State, _ process.Command, drafts []event.Draft) ([]event.Draft, error) {
	for i, d := range drafts {
		if d.Type != (bulletin.WasPublished{}).EventType() {
			continue
		}
		var b bulletin.WasPublished
		if err := process.Unmarshal(d.Data, &b); err != nil {
			return nil, err
		}
		n, err := tx.NextCode("bulletin-" + strconv.Itoa(s.Year))
		if err != nil {
			return nil, err
		}
		b.Number = fmt.Sprintf("〔%d〕第%d期", s.Year, n)
		drafts[i].Data = event.NewDraft(b).Data
	}
	return drafts, nil
}

// ProjectBulletin writes a bulletin's line in the lists, and who has read it, in
// Record's transaction.
func ProjectBulletin(tx Tx, _, after bulletin.State, events []event.Event) error {
	for _, e := range events {
		if _, ok := event.Decode[bulletin.WasRead](e); ok {
			if err := tx.MarkRead(process.StreamID(bulletin.Kind, after.ID), e.Actor.UserID, e.At); err != nil {
				return err
			}
		}
	}
	return tx.SaveBulletin(BulletinRowFor(after))
}

// BulletinRowFor is the list row that a state should have.
func BulletinRowFor(s bulletin.State) BulletinRow {
	row := BulletinRow{
		ID: s.ID, Year: s.Year, Month: s.Month, Cutoff: s.Cutoff, Title: s.Title(), Stage: s.Stage, StageLabel: s.Stage.Label(),
		Number: s.Number, KnownAt: s.KnownAt, Automatic: s.Opened.By.System, DueAt: s.DueAt, OpenedAt: s.Opened.At, Headline: map[string]string{},
	}
	if s.Amends != nil {
		row.Amends = s.Amends.ID
	}
	if s.Frozen != nil {
		row.Digest, row.Headline = s.Frozen.Digest, s.Frozen.Headline
	}
	if s.Published != nil {
		row.PublishedAt = s.Published.At
	}
	return row
}

// BulletinFacts gives what the rules of bulletins need: nothing. No deadline of one
// counts working days; the calendar's digest tells the sweep that there's nothing to
// compute.
func BulletinFacts(calendars *Calendars) func(context.Context) (bulletin.Facts, string, error) {
	return func(ctx context.Context) (bulletin.Facts, string, error) {
		cal, err := calendars.Current(ctx)
		if err != nil {
			return bulletin.Facts{}, "", err
		}
		return bulletin.Facts{}, cal.Digest(), nil
	}
}
