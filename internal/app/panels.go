package app

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/panel"
	"luodi/internal/process"
	"luodi/internal/review"
)

// Panels is 研判会 for its users.
type Panels struct {
	Service[panel.State, panel.Facts]
}

// NewPanels makes the use case; urn is nil where no key is kept, and then no meeting
// votes in secret.
func NewPanels(processes Processes, reads Reads, urn *Urn, now func() time.Time, newID func() string) *Panels {
	s := &Panels{Service: Service[panel.State, panel.Facts]{
		Definition: panel.Definition(), Processes: processes, Reads: reads,
		Facts: PanelSnapshot(urn), Now: now, NewID: newID,
	}}
	s.Prepare, s.Memory = s.prepare, newMemory[panel.State]()
	if urn != nil {
		s.Mark = func(cmd process.Command) string {
			plain := Digest(cmd.Name, cmd.Body)
			if cmd.Name != panel.ActVote {
				return plain
			}
			return urn.Mark(cmd.ID, plain)
		}
	}
	return s
}

// MeetingRow is a meeting in a list.
type MeetingRow struct {
	ID          string        `json:"id"`
	Title       string        `json:"title"`
	At          time.Time     `json:"at" doc:"when it is to be held"`
	Place       string        `json:"place"`
	Stage       panel.Stage   `json:"stage" enum:"convened,open,closed,cancelled"`
	StageLabel  string        `json:"stage_label"`
	Chair       string        `json:"chair"` // name
	ConvenedBy  string        `json:"convened_by"`
	StartedUser string        `json:"-"`
	ConvenedAt  time.Time     `json:"convened_at"`
	Secret      bool          `json:"secret"`
	Members     int           `json:"members"`
	Present     int           `json:"present" doc:"members who have signed in"`
	Items       int           `json:"items" doc:"on the agenda"`
	Decided     int           `json:"decided" doc:"of them with a result"`
	Light       process.Light `json:"light" enum:"green,yellow,red"`
	EndedAt     time.Time     `json:"ended_at,omitzero"`
}

// MeetingFilter narrows the list of meetings. Zero fields don't.
type MeetingFilter struct {
	Stage panel.Stage
	Query string // part of the title
	Open  *bool  // not over, or over
	From  time.Time
	Until time.Time // not included
}

// MayConvene is who calls meetings.
func MayConvene(a org.Actor) bool { return a.Has(org.CentreOperator, org.CentreLeader) }

// Convene calls a meeting. request is what panel.ConveneForm asks for. The id follows
// from the key, so that asking again with the same key finds the same meeting.
// Errors: Forbidden; Invalid with the wrong field; Conflict for a review that waits
// for no meeting.
func (s *Panels) Convene(ctx context.Context, actor org.Actor, key string, request json.RawMessage) (process.Receipt, error) {
	cmd, err := s.command(actor, panel.ActConvene, key, request)
	if err != nil {
		return process.Receipt{}, err
	}
	id := uuid.NewSHA1(uuid.NameSpaceOID, []byte("panel\n"+cmd.ID)).String()
	if receipt, ok, err := s.stored(ctx, id, cmd); ok || err != nil {
		return receipt, err
	}
	receipt, err := s.convene(ctx, actor, id, cmd)
	if err != nil && !fault.Is(err, fault.Unavailable) {
		if receipt, ok, twin := s.stored(ctx, id, cmd); ok || twin != nil {
			return receipt, twin // the same key, sent twice at once: the other was first
		}
	}
	return receipt, err
}

func (s *Panels) convene(ctx context.Context, actor org.Actor, id string, cmd process.Command) (process.Receipt, error) {
	if !MayConvene(actor) {
		return process.Receipt{}, fault.New(fault.Forbidden, "panel_convene_forbidden", "由招商中心召集研判会")
	}
	var shaped struct {
		Title string `json:"title"`
	}
	if err := process.Read(panel.ConveneForm(), cmd.Body, &shaped); err != nil {
		return process.Receipt{}, err
	}
	var err error
	if cmd.With, err = s.givenFor(ctx, actor, panel.ConveneForm(), cmd.Body); err != nil {
		return process.Receipt{}, err
	}
	if cmd.Body, err = json.Marshal(panel.Submission{ID: id, Meeting: cmd.Body}); err != nil {
		return process.Receipt{}, err
	}
	receipt, err := s.Processes.Start(ctx, panel.Kind, id, "研判会 "+shaped.Title, cmd)
	if err == nil && receipt.Request != cmd.Request {
		return process.Receipt{}, errKeyReused()
	}
	return receipt, err
}

// prepare adds to a command what its body names, and seals a secret ballot before
// anything but this process has seen it.
func (s *Panels) prepare(ctx context.Context, v View[panel.State], cmd process.Command) (process.Command, error) {
	if panel.Sealing(v.State, cmd.Name) {
		sealed, err := panel.Seal(v.State, cmd, s.Facts())
		cmd.Body = sealed
		return cmd, err
	}
	actions := s.Definition.Actions(v.State, cmd.Actor, cmd.At)
	i := slices.IndexFunc(actions, func(a process.Action) bool { return a.Name == cmd.Name && a.Allowed })
	if i < 0 {
		return cmd, nil // Decide says why not
	}
	with, err := s.givenFor(ctx, cmd.Actor, actions[i].Schema, cmd.Body)
	cmd.With = with
	return cmd, err
}

// givenFor collects the people, units and reviews that a body names where its schema
// says so. What doesn't exist, or isn't the actor's to see, is left out.
func (s *Panels) givenFor(ctx context.Context, actor org.Actor, schema *process.Schema, body json.RawMessage) (json.RawMessage, error) {
	var v any
	_ = json.Unmarshal(body, &v) // what is no JSON names nothing, and Decide refuses it
	g := panel.Given{Reviews: map[string]panel.Review{}}
	var err error
	if g.Users, g.Units, err = found(ctx, s.Reads, schema, v); err != nil {
		return nil, err
	}
	for _, id := range schema.Refs(panel.FormatReview, v) {
		r, err := s.review(ctx, actor, id)
		if err := note(g.Reviews, id, r, err); err != nil {
			return nil, err
		}
	}
	if len(g.Users)+len(g.Units)+len(g.Reviews) == 0 {
		return nil, nil
	}
	return json.Marshal(g)
}

// review reads of a review what an agenda needs to know.
func (s *Panels) review(ctx context.Context, actor org.Actor, id string) (panel.Review, error) {
	row, err := s.Reads.Process(ctx, review.Kind, id, org.ScopeOf(actor))
	if err != nil {
		return panel.Review{}, err
	}
	var state struct {
		Stage   string `json:"stage"`
		Figures struct {
			Name string `json:"name"`
		} `json:"figures"`
		Rules struct {
			Quorum    string `json:"panel_quorum"`
			Threshold string `json:"panel_threshold"`
		} `json:"rules"`
	}
	err = json.Unmarshal(row.State, &state)
	return panel.Review{ID: id, ProjectID: row.ProjectID, ProjectName: state.Figures.Name, Stage: state.Stage,
		Quorum: state.Rules.Quorum, Threshold: state.Rules.Threshold}, err
}

// List gives the meetings the actor may see, the latest first.
func (s *Panels) List(ctx context.Context, actor org.Actor, f MeetingFilter, p Page) ([]MeetingRow, string, error) {
	return s.Reads.Meetings(ctx, org.ScopeOf(actor), f, p)
}

// ProjectPanel writes a meeting's line in the lists, in Record's transaction.
func ProjectPanel(tx Tx, _, after panel.State, _ []event.Event) error {
	return tx.SaveMeeting(MeetingRowFor(after))
}

// MeetingRowFor is the list row that a state should have.
func MeetingRowFor(s panel.State) MeetingRow {
	row := MeetingRow{
		ID: s.ID, Title: s.Title, At: s.At, Place: s.Place, Stage: s.Stage, StageLabel: s.Stage.Label(), Chair: s.Chair().Name,
		ConvenedBy: s.Convener.Name, StartedUser: s.Convener.UserID, ConvenedAt: s.ConvenedAt, Secret: s.Rule.Ballot == panel.Secret,
		Members: len(s.Members), Present: len(s.Present), Light: s.Light(), EndedAt: s.EndedAt,
	}
	for _, x := range s.Items {
		if x.Status.Active() {
			row.Items++
		}
		if x.Status.Decided() {
			row.Decided++
		}
	}
	return row
}

// PanelFacts gives what the rules of meetings need. No deadline of a meeting counts
// working days; the calendar's digest tells the sweep that there's nothing to compute.
func PanelFacts(calendars *Calendars, urn *Urn) func(context.Context) (panel.Facts, string, error) {
	return func(ctx context.Context) (panel.Facts, string, error) {
		cal, err := calendars.Current(ctx)
		if err != nil {
			return panel.Facts{}, "", err
		}
		return PanelSnapshot(urn)(), cal.Digest(), nil
	}
}

// PanelSnapshot gives the facts without asking the store.
func PanelSnapshot(urn *Urn) func() panel.Facts {
	var f panel.Facts
	if urn != nil { // no urn is nil, not an urn of nothing
		f.Urn = urn
	}
	return func() panel.Facts { return f }
}

// PanelMessenger tells reviews what meetings have for them.
type PanelMessenger struct {
	Processes Processes
	Reads     Reads
	Now       func() time.Time
	NewID     func() string
}

// Tell performs panel.EffectTell. The command's id follows from meeting, item and
// notice: a review that was told already says the same again. What the review
// refuses is a result. Errors: the engine or the database is away; ask again.
func (m *PanelMessenger) Tell(ctx context.Context, _, meeting string, e process.Effect) (json.RawMessage, error) {
	var msg panel.Message
	if err := json.Unmarshal(e.Body, &msg); err != nil {
		return nil, err
	}
	cmd := process.Command{
		ID:   fmt.Sprintf("panel:%s:%s:%s:%d", meeting, msg.Item, msg.Notice.What, msg.Notice.Revision),
		Name: msg.Notice.What, Actor: org.SystemActor(), At: m.Now(), Body: msg.Body, Request: Digest(msg.Notice.What, msg.Body),
	}
	out := panel.Delivery{Item: msg.Item, Notice: msg.Notice}
	over := fault.New(fault.Conflict, "review_ended", "研判已办结")
	err := messenger{m.Processes, m.Reads, m.NewID}.send(ctx, review.Kind, msg.ReviewID, cmd, over)
	if f := fault.From(err); f != nil {
		if passing(f) {
			return nil, f
		}
		out.Code, out.Refused = f.Code, f.Message
	}
	return json.Marshal(out)
}
