package engine

import (
	"context"
	"log/slog"
)

// levelHandler lets the engine be quieter than the program it lives in, and
// quieter still while it stops.
type levelHandler struct {
	slog.Handler
	level *slog.LevelVar
}

// leveled returns a logger that drops what is below level; nil drops everything.
func leveled(l *slog.Logger, level *slog.LevelVar) *slog.Logger {
	if l == nil {
		return slog.New(slog.DiscardHandler)
	}
	return slog.New(levelHandler{l.Handler(), level})
}

// Enabled is the stricter of our level and the program's.
func (h levelHandler) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= h.level.Level() && h.Handler.Enabled(ctx, level)
}

// WithAttrs keeps the level.
func (h levelHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return levelHandler{h.Handler.WithAttrs(attrs), h.level}
}

// WithGroup keeps the level.
func (h levelHandler) WithGroup(name string) slog.Handler {
	return levelHandler{h.Handler.WithGroup(name), h.level}
}
