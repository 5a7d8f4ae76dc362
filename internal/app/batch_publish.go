package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"luodi/internal/batch"
	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/liaison"
	"luodi/internal/org"
	"luodi/internal/process"
)

// BatchEffects performs what lists ask for outside themselves.
type BatchEffects struct {
	Reads    Reads
	Blobs    Blobs
	Recorder *Recorder[liaison.State, liaison.Facts] // of liaisons
	Launcher Launcher
	Now      func() time.Time
}

// launchers is how many workflows are started at once.
const launchers = 8

// Start performs batch.EffectStart: it records the chunk's liaisons, many in one
// transaction, and starts their workflows. What was done before is found done; a workflow that a
// crash left unstarted is started by the next try, or by the sweep.
func (b *BatchEffects) Start(ctx context.Context, _, id string, e process.Effect) (json.RawMessage, error) {
	var asked batch.Start
	if err := json.Unmarshal(e.Body, &asked); err != nil {
		return nil, err
	}
	row, err := b.Reads.Process(ctx, batch.Kind, id, org.Scope{All: true})
	if err != nil {
		return nil, err
	}
	var state batch.State
	if err := json.Unmarshal(row.State, &state); err != nil {
		return nil, err
	}
	data, err := b.Blobs.Open(ctx, state.Rows.Digest)
	if err != nil {
		return nil, err
	}
	var rows []batch.Row
	if err := json.Unmarshal(data, &rows); err != nil {
		return nil, err
	}
	until := min(asked.Until, len(rows))
	births := make([]Birth, 0, until-asked.From)
	for _, r := range rows[asked.From:until] {
		a := state.Assignment(r)
		body, err := json.Marshal(a)
		if err != nil {
			return nil, err
		}
		births = append(births, Birth{ID: a.ID, Cmd: process.Command{ID: "publish:" + id, Name: liaison.CmdAssign, Actor: org.SystemActor(), At: b.Now(), Body: body}})
	}
	if err := b.bear(ctx, births); err != nil {
		return nil, err
	}
	return json.Marshal(batch.StartedUntil{Started: until})
}

// portion is how many liaisons one transaction records: while their workflows are
// started, the next ones are recorded.
const portion = 25

// bear records and starts liaisons. Every start that was begun has ended when it returns.
func (b *BatchEffects) bear(ctx context.Context, births []Birth) error {
	var starts errgroup.Group
	starts.SetLimit(launchers)
	for part := range slices.Chunk(births, portion) {
		born, err := b.Recorder.Bear(ctx, part)
		if err != nil {
			return errors.Join(err, starts.Wait())
		}
		for _, x := range born {
			starts.Go(func() error { return b.launch(ctx, x) })
		}
	}
	return starts.Wait()
}

func (b *BatchEffects) launch(ctx context.Context, x Born[liaison.State]) error {
	data, err := json.Marshal(x.State)
	if err != nil {
		return err
	}
	return b.Launcher.Launch(ctx, liaison.Kind, x.ID, liaison.Summary(x.State), x.Version, data)
}

// BatchCompleter gives a list that is published what only the transaction can give: its
// number in the year, and its projects, each of which one liaison carries in a role.
// Errors: Conflict "liaison_active" naming every row whose project is taken.
func BatchCompleter(blobs Blobs) func(Tx, batch.State, process.Command, []event.Draft) ([]event.Draft, error) {
	return func(tx Tx, state batch.State, cmd process.Command, drafts []event.Draft) ([]event.Draft, error) {
		if cmd.Name != batch.ActPublish || len(drafts) == 0 {
			return drafts, nil
		}
		data, err := blobs.Open(context.Background(), state.Rows.Digest)
		if err != nil {
			return nil, err
		}
		var rows []batch.Row
		if err := json.Unmarshal(data, &rows); err != nil {
			return nil, err
		}
		slots, at := make([]Slot, len(rows)), map[string]int{}
		for i, r := range rows {
			slots[i] = Slot{ProjectID: r.ProjectID, Role: r.Role, LiaisonID: batch.LiaisonID(state.ID, r.ID)}
			at[slots[i].LiaisonID] = i
		}
		if err := tx.TakeSlots(slots); err != nil {
			return nil, namedRows(err, rows, at)
		}
		n, err := tx.NextCode(fmt.Sprintf("liaison-list-%d", state.Year))
		if err != nil {
			return nil, err
		}
		var b batch.PublishedAs
		if err := json.Unmarshal(drafts[0].Data, &b); err != nil {
			return nil, err
		}
		b.Batch = int(n)
		numbered := event.NewDraft(b)
		numbered.For = drafts[0].For
		return []event.Draft{numbered}, nil
	}
}

// namedRows says which rows a conflict is about.
func namedRows(err error, rows []batch.Row, at map[string]int) error {
	f := fault.From(err)
	if f.Code != "liaison_active" {
		return err
	}
	out := &fault.Error{Kind: f.Kind, Code: f.Code, Message: f.Message}
	for _, d := range f.Details {
		i := at[d.Field]
		out = out.With(fmt.Sprintf("/rows/%d/project_id", i), d.Code, rows[i].ProjectName+":"+d.Message)
	}
	return out
}
