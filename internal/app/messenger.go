package app

import (
	"context"

	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/process"
)

// messenger hands the server's commands from one process to another.
type messenger struct {
	processes Processes
	reads     Reads
	newID     func() string
}

// send hands a command to a process. One that a crash left behind its stream, or that
// the engine lost, is brought level first: its refusal would be of an old state. Errors:
// what the process refuses; over, which may be nil, when it has ended; Unavailable.
func (m messenger) send(ctx context.Context, kind, id string, cmd process.Command, over error) error {
	for attempt := 1; ; attempt++ {
		row, err := m.reads.Process(ctx, kind, id, org.Scope{All: true})
		if err != nil {
			return err
		}
		_, seen, err := m.reads.CommandOf(ctx, row.Stream, cmd.ID)
		if seen || err != nil {
			return err
		}
		if row.Ended {
			return over
		}
		_, version, err := m.processes.Send(ctx, kind, id, cmd)
		lost := fault.HasCode(err, "process_unknown")
		behind := err != nil && !fault.Is(err, fault.Unavailable) && version < row.Head
		switch {
		case !lost && !behind:
			return err
		case attempt == maxAttempts:
			return fault.New(fault.Unavailable, "engine_unavailable", "流程尚未恢复,稍后再试").Because(err)
		}
		if _, err := m.processes.Sync(ctx, kind, id, "sync:"+m.newID()); err != nil {
			return err
		}
	}
}

// passing reports whether a fault will pass by itself: then nothing was decided, and
// asking again is right.
func passing(f *fault.Error) bool {
	return f.Kind == fault.Unavailable || f.Kind == fault.Internal || f.Kind == fault.RateLimited
}
