package app

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/process"
)

// Sweeper brings level what a crash or a new holiday notice left behind, so that
// no deadline waits for the next visitor. It runs at start-up, every few minutes
// and after a notice; running it twice at once does no harm.
type Sweeper struct {
	Store     Sweeps
	Processes Processes
	Calendars *Calendars
	Now       func() time.Time
	NewID     func() string
	Log       *slog.Logger
	// Settled is how long a stream must be quiet before its workflow is asked how
	// far it came: a command that runs just now is not behind.
	Settled time.Duration
	Also    []func(context.Context) error // housekeeping that keeps the same hours
}

// sweepBatch bounds one look at the store; a sweep goes on until nothing is left.
const sweepBatch = 200

// sweepAgain is how soon a sweep that left something is tried again: right after a
// crash the engine may be too busy to answer for every process at once.
const sweepAgain = 5 * time.Second

// Sweep runs once. What can't be done now is logged and left to the next sweep; the
// error says that something was.
func (s *Sweeper) Sweep(ctx context.Context) error {
	if err := s.level(ctx); err != nil {
		return err
	}
	return s.recalculate(ctx)
}

func (s *Sweeper) level(ctx context.Context) error {
	var before time.Time // no bound: after a crash nothing is under way
	if s.Settled > 0 {
		before = s.Now().Add(-s.Settled)
	}
	for {
		rows, err := s.Store.Behind(ctx, before, sweepBatch)
		if err != nil || len(rows) == 0 {
			return err
		}
		done := 0
		for _, row := range rows {
			if err := s.levelOne(ctx, row); err != nil {
				s.Log.Warn("process could not be brought level", "stream", row.Stream, "error", err)
				continue
			}
			done++
		}
		if done == 0 {
			return fault.Newf(fault.Unavailable, "sweep_left", "%d processes are left for the next sweep", len(rows))
		}
	}
}

// levelOne confirms a workflow that has everything, and nudges one that hasn't.
func (s *Sweeper) levelOne(ctx context.Context, row ProcessRow) error {
	version, err := s.Processes.Version(ctx, row.Kind, row.ID)
	if fault.Is(err, fault.NotFound) && row.Ended {
		version, err = row.Head, nil // finished and forgotten by the engine
	}
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	if version < row.Head {
		version, err = s.Processes.Sync(ctx, row.Kind, row.ID, "sync:"+s.NewID())
		if err != nil {
			return err
		}
		s.Log.Info("process brought level with its stream", "stream", row.Stream, "version", version)
	}
	return s.Store.Confirm(ctx, row.Stream, version)
}

// recalculate sends every process whose deadlines were computed with another
// calendar the command to compute them again. The command's id is the calendar's
// digest at the stream's head: each process does it once.
func (s *Sweeper) recalculate(ctx context.Context) error {
	cal, err := s.Calendars.Current(ctx)
	if err != nil {
		return err
	}
	for {
		rows, err := s.Store.Stale(ctx, cal.Digest(), sweepBatch)
		if err != nil || len(rows) == 0 {
			return err
		}
		done := 0
		for _, row := range rows {
			cmd := process.Command{
				ID: fmt.Sprintf("calendar:%s:%d", cal.Digest(), row.Head), Name: process.Recalculate, Actor: org.SystemActor(), At: s.Now(),
			}
			if _, _, err := s.Processes.Send(ctx, row.Kind, row.ID, cmd); err != nil {
				s.Log.Warn("deadlines could not be computed again", "stream", row.Stream, "error", err)
				continue
			}
			done++
		}
		if done == 0 {
			return fault.Newf(fault.Unavailable, "sweep_left", "%d processes are left for the next sweep", len(rows))
		}
	}
}

// Run sweeps at once, then every interval and whenever kicked, until ctx ends. The
// first sweep waits for no stream to settle: whatever moved before this process
// started may be what a crash left behind, and its deadlines would be late by an
// interval.
func (s *Sweeper) Run(ctx context.Context, every time.Duration, kick <-chan struct{}) {
	look := *s
	look.Settled = 0
	for {
		wait := every
		if err := look.Sweep(ctx); err == nil {
			look.Settled = s.Settled
		} else if ctx.Err() == nil {
			s.Log.Warn("sweep was cut short", "error", err)
			wait = min(every, sweepAgain)
		}
		s.housekeep(ctx)
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		case <-kick:
			timer.Stop()
		}
	}
}

func (s *Sweeper) housekeep(ctx context.Context) {
	for _, also := range s.Also {
		if err := also(ctx); err != nil && ctx.Err() == nil {
			s.Log.Warn("housekeeping was cut short", "error", err)
		}
	}
}
