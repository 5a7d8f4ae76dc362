package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"

	"luodi/internal/app"
	"luodi/internal/bulletin"
	"luodi/internal/demo"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/sheet"
)

// settle is how long a freeze waits for changes that were stamped before it and are
// still on their way to the disk.
const settle = 2 * time.Second

// loadRanking reads the rule book that ranks in bulletins; nil for "none".
func loadRanking(file string) (*app.RankingBook, error) {
	book, text, err := loadBook("月通报排名细则", file, "bulletin-ranking.yaml")
	if book == nil {
		return nil, err
	}
	return &app.RankingBook{Book: book, Text: text}, nil
}

// bulletinRecorder decides and records bulletins.
func (s *system) bulletinRecorder() *app.Recorder[bulletin.State, bulletin.Facts] {
	return &app.Recorder[bulletin.State, bulletin.Facts]{
		Definition: bulletin.Definition(), Journal: s.store, Facts: app.BulletinFacts(s.calendars),
		Project: app.ProjectBulletin, Complete: app.NumberBulletin,
	}
}

// freezer computes what bulletins say.
func (s *system) freezer() *app.Freezer {
	f := &app.Freezer{Reads: s.store, Blobs: s.documents, Book: s.ranking, Liaisons: app.PastLiaisons{Reads: s.store}, Registers: app.RegisterSections{Reads: s.store}, Settle: settle,
		Rule: bulletin.Rule{Progress: s.config.ProgressBy, Digits: bulletin.Builtin().Digits, CutoffDay: s.config.Cutoff}}
	if s.config.Demo {
		f.Notes = []string{demo.Notice}
	}
	return f
}

func (s *system) bulletins() *app.Bulletins {
	return app.NewBulletins(s.processes, s.store, s.store, s.calendars, s.freezer(), sheets{}, clock, newID)
}

// compareBulletins compares bulletins with their streams.
func (s *system) compareBulletins(ctx context.Context) (app.Reconciled, error) {
	r := &app.Reconciler[bulletin.State, bulletin.Facts]{
		Definition: bulletin.Definition(), Store: s.store, Events: s.store.Events, Processes: s.processes,
		Row: func(ctx context.Context, state bulletin.State) (any, any, error) {
			kept, err := s.store.BulletinRowOf(ctx, state.ID)
			return kept, app.BulletinRowFor(state), err
		},
	}
	return r.Run(ctx)
}

const bulletinUsage = "用法: luodi bulletin verify [月份…] [设置],如 luodi bulletin verify 2023-10;不写月份则核验全部已发布的通报"

// bulletinCommand computes published bulletins again and compares.
func bulletinCommand(ctx context.Context, p program) error {
	if len(p.args) == 0 || p.args[0] != "verify" {
		return fault.New(fault.Invalid, "usage", bulletinUsage)
	}
	s, err := start(ctx, p, parts{})
	if err != nil {
		return err
	}
	defer s.close(ctx)
	if err := s.openBlobs(); err != nil {
		return err
	}
	return s.verifyBulletins(ctx, p.args[1:], p.stdout)
}

func (s *system) verifyBulletins(ctx context.Context, ids []string, out io.Writer) error {
	rows, err := s.store.PublishedBulletins(ctx, clock())
	if err != nil {
		return err
	}
	if len(ids) == 0 {
		for _, r := range rows {
			ids = append(ids, r.ID)
		}
	}
	freezer, differ := s.freezer(), 0
	for _, id := range ids {
		if !slices.ContainsFunc(rows, func(r app.BulletinRow) bool { return r.ID == id }) {
			return fault.Newf(fault.NotFound, "bulletin_unknown", "没有已发布的通报 %s", id)
		}
		row, err := s.store.Process(ctx, bulletin.Kind, id, org.Scope{All: true})
		if err != nil {
			return err
		}
		var state bulletin.State
		if err := json.Unmarshal(row.State, &state); err != nil {
			return err
		}
		v, err := freezer.Verify(ctx, state)
		if err != nil {
			return err
		}
		verdict := "一致"
		if !v.Same {
			differ++
			verdict = fmt.Sprintf("不一致:重算为 %s", v.Recomputed)
		}
		if _, err := fmt.Fprintf(out, "%s %s %s %s\n", id, v.Number, v.Digest, verdict); err != nil {
			return err
		}
		for _, d := range v.Differences {
			if _, err := fmt.Fprintf(out, "  %s %s %s:发布%s,重算%s\n", bulletin.TableLabel(d.Table), d.Name, d.Label, d.Published, d.Now); err != nil {
				return err
			}
		}
	}
	if _, err := fmt.Fprintf(out, "luodi: bulletin verify: %d bulletins, %d differ\n", len(ids), differ); err != nil {
		return err
	}
	if differ > 0 {
		return fault.Newf(fault.Conflict, "bulletins_differ", "有%d期通报与重算不一致", differ)
	}
	return nil
}

// Bulletin implements app.BulletinSheets.
func (sheets) Bulletin(c bulletin.Content) ([]byte, error) {
	var b bytes.Buffer
	err := sheet.WriteBulletin(&b, c)
	return b.Bytes(), err
}

// ReadTargets implements app.TargetSheets.
func (sheets) ReadTargets(data []byte, units []org.Unit) ([]app.TargetCell, []fault.Detail) {
	read, problems := sheet.ReadTargets(data, units)
	cells := make([]app.TargetCell, len(read))
	for i, t := range read {
		cells[i] = app.TargetCell(t)
	}
	return cells, sheetDetails(problems)
}

// WriteTargets implements app.TargetSheets.
func (sheets) WriteTargets(w io.Writer, year int, units []bulletin.Named, targets bulletin.Targets) error {
	return sheet.WriteTargets(w, year, units, targets)
}
