// Package activities adapts the application's work to Temporal: thin, idempotent.
package activities

import (
	"context"
	"errors"

	"go.temporal.io/sdk/temporal"

	"luodi/internal/app"
	"luodi/internal/fault"
	"luodi/internal/process"
)

// Record runs app.Recorder.Record as a local activity. Its arguments are not
// stored in history; its result is.
type Record[S, F any] struct {
	Recorder *app.Recorder[S, F]
}

// Run records one command. A fault of kind Unavailable is tried again by the
// activity's retry policy until the database is back; an Internal one is too,
// because giving up would lose a decision that somebody waits for.
func (r *Record[S, F]) Run(ctx context.Context, state S, version int64, id string, cmd process.Command) (process.Recorded, error) {
	out, err := r.Recorder.Record(ctx, state, version, id, cmd)
	if err != nil {
		return process.Recorded{}, err
	}
	return out, nil
}

// Failure is the type of the application errors that carry a fault to the client.
const Failure = "luodi.fault"

// ToFailure packs a fault so that it crosses Temporal whole, with the version of
// the state that refused. The cause stays in the log.
func ToFailure(f *fault.Error, version int64) error {
	return temporal.NewApplicationErrorWithOptions(f.Message, Failure, temporal.ApplicationErrorOptions{
		NonRetryable: true, Details: []any{*f, version},
	})
}

// FromFailure unpacks what ToFailure packed; f is nil for any other error.
func FromFailure(err error) (f *fault.Error, version int64) {
	var failure *temporal.ApplicationError
	if !errors.As(err, &failure) || failure.Type() != Failure {
		return nil, 0
	}
	var packed fault.Error
	if unpack := failure.Details(&packed, &version); unpack == nil {
		f = &packed
	}
	return f, version
}
