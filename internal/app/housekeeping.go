package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// How long things are kept that nobody has asked for since.
const (
	keepDrafts  = 180 * 24 * time.Hour
	keepUnused  = 30 * 24 * time.Hour // uploads that went into no process
	keepReplies = 90 * 24 * time.Hour // answers to idempotent requests
)

// purgeBatch bounds one look at the store for unused uploads.
const purgeBatch = 100

// Expiry is the store for housekeeping.
type Expiry interface {
	DeleteExpiredDrafts(ctx context.Context, before time.Time) error
	DeleteExpiredReplies(ctx context.Context, before time.Time) error
	// DeleteUnusedAttachments removes at most limit rows of files that were uploaded
	// before and went into no process. It tells how many, and gives the SHA-256 of
	// those that no row refers to any more.
	DeleteUnusedAttachments(ctx context.Context, before time.Time, limit int) (rows int, orphans []string, err error)
}

// Remover removes files of Blobs.
type Remover interface {
	// Remove removes a file, unless it was put, again or for the first time, since the
	// moment: somebody may be about to refer to it. It is done when there is none.
	Remove(ctx context.Context, id string, since time.Time) error
}

// Housekeeping removes what has expired; it keeps the sweep's hours.
type Housekeeping struct {
	Store Expiry
	Blobs Remover
	Now   func() time.Time
	Log   *slog.Logger
}

// Sweep runs once. What can't be removed now is left to the next.
func (h *Housekeeping) Sweep(ctx context.Context) error {
	now := h.Now()
	return errors.Join(
		named("drafts", h.Store.DeleteExpiredDrafts(ctx, now.Add(-keepDrafts))),
		named("replies", h.Store.DeleteExpiredReplies(ctx, now.Add(-keepReplies))),
		named("attachments", h.purge(ctx, now)),
	)
}

func named(what string, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// purge removes rows first: a crash between row and file leaves a file without a row,
// which is only room wasted.
func (h *Housekeeping) purge(ctx context.Context, now time.Time) error {
	for {
		rows, orphans, err := h.Store.DeleteUnusedAttachments(ctx, now.Add(-keepUnused), purgeBatch)
		if err != nil {
			return err
		}
		for _, id := range orphans {
			if err := h.Blobs.Remove(ctx, id, now.Add(-time.Hour)); err != nil {
				return err
			}
		}
		if rows > 0 {
			h.Log.Info("unused uploads removed", "attachments", rows, "files", len(orphans))
		}
		if rows < purgeBatch {
			return nil
		}
	}
}
