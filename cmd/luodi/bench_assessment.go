package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"luodi/internal/app"
	"luodi/internal/assessment"
	"luodi/internal/engine"
	"luodi/internal/engine/bench"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/process"
	"luodi/internal/rulebook"
	"luodi/internal/selfreport"
)

const (
	aimOfficial = 3.0  // an official run, to the engine alone on the same facts
	aimAppeal   = 1.0  // the recomputation after an appeal, to an official run
	aimReports  = 0.75 // submissions a second, of bare updates
	scoreRounds = 9
	reportUnits = 60
	reportTurns = 10 // decisions of each unit in a block
)

// benchAssessment scores the demonstration's 2023, and has sixty units hand in.
func (s *system) benchAssessment(ctx context.Context, t *table) error {
	if err := s.benchScores(ctx, t); err != nil {
		return err
	}
	return s.benchReports(ctx, t)
}

// benchScores compares a run from the database to the disk with the engine on the same
// frozen inputs: facts, scores, explanations and their bytes.
func (s *system) benchScores(ctx context.Context, t *table) error {
	scorer := app.NewScorer(s.store, s.store, s.documents, 0)
	row, err := s.store.Process(ctx, assessment.Kind, "2023", org.Scope{All: true})
	if err != nil {
		return err
	}
	var state assessment.State
	if err := json.Unmarshal(row.State, &state); err != nil {
		return err
	}
	run := state.Standing()
	in, err := scorer.Inputs(ctx, run.Inputs)
	if err != nil {
		return err
	}
	book, err := scorer.Book(ctx, run.Book)
	if err != nil {
		return err
	}
	perform := func(kind assessment.RunKind, no int) func() error {
		body := process.Encoded(assessment.Asked{No: no, Kind: kind, Appeal: 1, AsOf: run.AsOf, KnownAt: clock().UTC()})
		return func() error {
			_, err := scorer.Score(ctx, assessment.Kind, "2023", process.Effect{Body: body})
			return err
		}
	}
	var pure, official, appeal []time.Duration
	for i := range scoreRounds { // they take turns
		for _, x := range []struct {
			times *[]time.Duration
			do    func() error
		}{{&pure, func() error { return alone(in, book, run.Inputs) }}, {&official, perform(assessment.Official, 100+i)}, {&appeal, perform(assessment.Appealed, 200+i)}} {
			began := time.Now()
			if err := x.do(); err != nil {
				return err
			}
			*x.times = append(*x.times, time.Since(began))
		}
	}
	t.line("a city's year, %d units, %d projects: engine alone %v, official run %v, recomputation %v", len(in.Units), len(in.Projects), round(median(pure)), round(median(official)), round(median(appeal)))
	t.atMost("official run, to the engine alone", ratio(median(official), median(pure)), aimOfficial)
	t.atMost("recomputation after an appeal, to an official run", ratio(median(appeal), median(official)), aimAppeal)
	return nil
}

func alone(in assessment.Inputs, book *rulebook.Book, digest string) error {
	scored, err := in.Score(book, digest)
	if err == nil && scored.Result == nil {
		err = fmt.Errorf("bench: %v", scored.Problems)
	}
	return err
}

// benchReports has sixty units submit and take back at once, by turns with as many bare
// updates.
func (s *system) benchReports(ctx context.Context, t *table) error {
	reports := s.selfReports()
	units := make([]org.Actor, reportUnits)
	for i := range units {
		id := fmt.Sprintf("bench%02d", i)
		units[i] = org.Actor{UserID: "user-" + id, Name: "经办人(示例)", UnitID: id, UnitName: "测速单位", Roles: []org.Role{org.CountyOperator}}
		o := selfreport.Opening{Year: "2024", UnitID: id, UnitName: "测速单位", Group: "县市区", Office: "centre", Fill: process.Terms{Days: 10}, Verify: process.Terms{Days: 10}}
		for n := range 10 {
			o.Figures = append(o.Figures, selfreport.Figure{Name: fmt.Sprintf("测速%d", n), Kind: "number", Origin: selfreport.Counted, Verifier: "centre", Optional: true})
			o.Known = append(o.Known, selfreport.Known{Value: "1"})
		}
		cmd := process.Command{ID: "bench", Name: selfreport.CmdOpen, Actor: org.SystemActor(), At: clock(), Body: process.Encoded(o)}
		if _, err := s.processes.Start(ctx, selfreport.Kind, selfreport.ID("2024", id), "测速", cmd); err != nil {
			return err
		}
	}
	var ours, bare []bench.Result
	for range benchBlocks {
		b, err := bench.RunBare(ctx, s.engine.Client(), bench.Nothing, reportUnits, reportTurns, engine.WorkerOptions())
		if err != nil {
			return err
		}
		bare = append(bare, b)
		r, err := submitAll(ctx, reports, units)
		if err != nil {
			return err
		}
		ours = append(ours, r)
	}
	a, b := middle(ours), middle(bare)
	t.line("%d units at once: %.1f submissions/s, bare updates %.1f/s", reportUnits, a.PerSecond, b.PerSecond)
	t.atLeast("submissions, to bare updates", a.PerSecond/b.PerSecond, aimReports)
	return nil
}

func submitAll(ctx context.Context, reports *app.SelfReports, units []org.Actor) (bench.Result, error) {
	began := time.Now()
	var all errgroup.Group
	for _, u := range units {
		all.Go(func() error {
			for n := range reportTurns {
				action := selfreport.ActSubmit
				if n%2 == 1 {
					action = selfreport.ActTakeBack
				}
				for { // a 503 is asked again with its key, as users do, and its time counts
					key := fmt.Sprintf("%s-%d-%d", u.UnitID, began.UnixNano(), n)
					_, err := reports.Act(ctx, u, selfreport.ID("2024", u.UnitID), action, key, []byte("{}"))
					if err == nil {
						break
					}
					if !unavailable(err) {
						return err
					}
				}
			}
			return nil
		})
	}
	err := all.Wait()
	n := len(units) * reportTurns
	return bench.Result{Kind: luodiKind, Clients: len(units), Decisions: n, PerSecond: float64(n) / time.Since(began).Seconds()}, err
}

func unavailable(err error) bool { return fault.Is(err, fault.Unavailable) }
