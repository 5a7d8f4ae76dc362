package app

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/process"
	"luodi/internal/review"
)

// This file gives the rules of reviews what they can't look up themselves: whom and
// what a command names, and what is so now.

// found collects the people and units that a body names where its schema says so.
// What doesn't exist is left out: the rules say so in words that fit.
func found(ctx context.Context, reads Reads, schema *process.Schema, body any) (map[string]org.User, map[string]org.Unit, error) {
	users, units := map[string]org.User{}, map[string]org.Unit{}
	ids := schema.Refs(process.FormatUnit, body)
	for _, id := range schema.Refs(process.FormatUser, body) {
		u, err := reads.User(ctx, id)
		if err := note(users, id, u, err); err != nil {
			return nil, nil, err
		}
		if err == nil {
			ids = append(ids, u.UnitID)
		}
	}
	for _, id := range ids {
		u, err := reads.Unit(ctx, id)
		if err := note(units, id, u, err); err != nil {
			return nil, nil, err
		}
	}
	return users, units, nil
}

// note keeps what was found; what wasn't is no error here.
func note[V any](found map[string]V, id string, v V, err error) error {
	switch {
	case err == nil:
		found[id] = v
	case !fault.Is(err, fault.NotFound):
		return err
	}
	return nil
}

// prepare adds to a command on a review what its body names.
func (s *Reviews) prepare(ctx context.Context, v View[review.State], cmd process.Command) (process.Command, error) {
	actions := s.Definition.Actions(v.State, cmd.Actor, cmd.At)
	i := slices.IndexFunc(actions, func(a process.Action) bool { return a.Name == cmd.Name && a.Allowed })
	if i < 0 {
		return cmd, nil // Decide says why not
	}
	var body any
	_ = json.Unmarshal(cmd.Body, &body) // what is no JSON names nothing, and Decide refuses it
	g, err := s.given(ctx, v.State, cmd, actions[i].Schema, body)
	if err != nil {
		return cmd, err
	}
	cmd.With, err = json.Marshal(g)
	return cmd, err
}

func (s *Reviews) given(ctx context.Context, state review.State, cmd process.Command, schema *process.Schema, body any) (g review.Given, err error) {
	if g.Users, g.Units, err = found(ctx, s.Reads, schema, body); err != nil {
		return g, err
	}
	if g.Files, err = s.files(ctx, cmd.Actor, schema.Refs(process.FormatFile, body)); err != nil {
		return g, err
	}
	switch cmd.Name {
	case review.ActAccept, review.ActReassign, review.ActAddSigner:
		units := []string{}
		for _, seat := range state.Seats {
			units = append(units, seat.Unit())
		}
		for id := range g.Units {
			units = append(units, id)
		}
		g.Unstaffed, err = s.unstaffed(ctx, units)
	case review.ActResubmit, review.ActReopen:
		err = s.givenFigures(ctx, state, &g)
	case review.ActDecide:
		err = s.givenDecision(ctx, state, &g)
	}
	return g, err
}

// files are those of the attachments named that the actor may read.
func (s *Reviews) files(ctx context.Context, actor org.Actor, ids []string) (map[string]review.File, error) {
	out := map[string]review.File{}
	for _, id := range ids {
		a, err := s.Reads.Attachment(ctx, id, org.ScopeOf(actor))
		if err := note(out, id, review.File{ID: a.ID, Name: a.Name, Size: a.Size}, err); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// unstaffed are the units in which nobody may act for a seat.
func (s *Reviews) unstaffed(ctx context.Context, units []string) ([]string, error) {
	var out []string
	for _, unit := range units {
		people, _, err := s.Reads.People(ctx, PeopleFilter{UnitID: unit}, Page{Limit: 200})
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(people, func(u org.User) bool { return review.MaySit(u.Roles) }) {
			out = append(out, unit)
		}
	}
	return out, nil
}

// givenFigures are the registry's, and what the template says of them: a
// resubmission takes them over as they stand.
func (s *Reviews) givenFigures(ctx context.Context, state review.State, g *review.Given) error {
	p, err := s.Reads.Project(ctx, state.Figures.ProjectID, org.Scope{All: true})
	if err != nil {
		return err
	}
	plan, f, err := s.chosen(ctx, p)
	if err == nil && len(review.Compare(state.Figures, f)) > 0 { // somebody may be asked for the first time
		plan, f, err = s.plan(ctx, p)
	}
	g.Figures, g.Plan = &f, &plan
	return err
}

// givenDecision is the county's name, for conditions that name no owner, and the
// admission score where there is a rule book for it.
func (s *Reviews) givenDecision(ctx context.Context, state review.State, g *review.Given) error {
	county, err := s.Reads.Unit(ctx, state.Figures.CountyID)
	if err := note(g.Units, state.Figures.CountyID, county, err); err != nil || s.Admission == nil {
		return err
	}
	g.Score, err = s.score(ctx, state)
	return err
}

// NumberReview gives a decision the next number of its year's opinion documents, in
// the transaction that records it: the series has no gap and no number twice.
func NumberReview(tx Tx, s review.State, _ process.Command, drafts []event.Draft) ([]event.Draft, error) {
	for i, d := range drafts {
		if d.Type != (review.Decided{}).EventType() {
			continue
		}
		var b review.Decided
		if err := process.Unmarshal(d.Data, &b); err != nil {
			return nil, err
		}
		format := s.Rules.Number
		if format == "" {
			format = "研判〔{年}〕{号}号"
		}
		format = strings.ReplaceAll(format, "{年}", strconv.Itoa(b.Year))
		n, err := tx.NextCode("opinion-" + counterOf(format))
		if err != nil {
			return nil, err
		}
		b.Number = strings.ReplaceAll(format, "{号}", strconv.FormatInt(n, 10))
		drafts[i].Data = event.NewDraft(b).Data
	}
	return drafts, nil
}

// counterOf names a series by its format: a digest, for a counter's name is short and
// a format may be long.
func counterOf(format string) string { return Digest("series", []byte(format)) }

// useFiles notes which attachments a review has, so that whoever reads it may read them.
func useFiles(tx Tx, s review.State, events []event.Event) error {
	var ids []string
	for _, e := range events {
		if b, ok := event.Decode[review.EvidenceSubmitted](e); ok {
			for _, f := range b.Files {
				ids = append(ids, f.ID)
			}
		}
		if _, ok := event.Decode[review.WasRead](e); ok {
			if err := tx.MarkRead(process.StreamID(review.Kind, s.ID), e.Actor.UserID, e.At); err != nil {
				return err
			}
		}
	}
	if len(ids) == 0 {
		return nil
	}
	return tx.UseAttachments(process.StreamID(review.Kind, s.ID), ids)
}
