package app

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

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

// Start performs batch.EffectStart: it records the chunk's liaisons in one transaction
// and starts their workflows. What was done before is found done; a workflow that a
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
	born, err := b.Recorder.Bear(ctx, births)
	if err != nil {
		return nil, err
	}
	if err := b.launch(ctx, born); err != nil {
		return nil, err
	}
	return json.Marshal(batch.StartedUntil{Started: until})
}

func (b *BatchEffects) launch(ctx context.Context, born []Born[liaison.State]) error {
	var group sync.WaitGroup
	failed, slots := make([]error, len(born)), make(chan struct{}, launchers)
	for i, x := range born {
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			data, err := json.Marshal(x.State)
			if err == nil {
				err = b.Launcher.Launch(ctx, liaison.Kind, x.ID, liaison.Summary(x.State), x.Version, data)
			}
			failed[i] = err
		})
	}
	group.Wait()
	for _, err := range failed {
		if err != nil {
			return err
		}
	}
	return nil
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
