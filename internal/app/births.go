package app

import (
	"context"

	"luodi/internal/process"
)

// Birth is the first command of a process that doesn't exist yet.
type Birth struct {
	ID  string
	Cmd process.Command
}

// Born is a process with its first events.
type Born[S any] struct {
	ID      string
	Version int64
	State   S
}

// Bear decides and records the first commands of many processes in one transaction:
// all of them, or none. A process that has begun already is given as it stands, so that
// asking twice is asking once. Errors: the refusal of any; Unavailable.
func (r *Recorder[S, F]) Bear(ctx context.Context, births []Birth) ([]Born[S], error) {
	facts, digest, err := r.Facts(ctx)
	if err != nil {
		return nil, err
	}
	var out []Born[S]
	err = r.Journal.InTx(ctx, func(tx Tx) error {
		out = make([]Born[S], 0, len(births)) // a second try starts afresh
		for _, b := range births {
			var zero S
			var recorded process.Recorded
			if err := r.record(tx, attempt[S, F]{state: zero, id: b.ID, cmd: b.Cmd, facts: facts, digest: digest}, &recorded); err != nil {
				return err
			}
			if recorded.Refusal != nil {
				return recorded.Refusal
			}
			born := Born[S]{ID: b.ID, State: r.Definition.Replay(zero, recorded.Events)}
			if n := len(recorded.Events); n > 0 {
				born.Version = recorded.Events[n-1].Seq
			}
			out = append(out, born)
		}
		return nil
	})
	return out, err
}
