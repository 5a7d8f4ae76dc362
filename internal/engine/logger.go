//go:build !external

package engine

import (
	"context"
	"fmt"
	"log/slog"

	"go.temporal.io/server/common/log"
	"go.temporal.io/server/common/log/tag"
)

// serverLogger passes the server's messages to slog from a level upwards.
type serverLogger struct {
	log   *slog.Logger
	level slog.Level
}

var _ log.WithLogger = serverLogger{}

// fatalError is what the server would have ended the process for.
type fatalError struct {
	message string
	details []any
}

func (e *fatalError) Error() string { return fmt.Sprint(e.message, e.details) }

func newServerLogger(l *slog.Logger, level slog.Level) serverLogger {
	if l == nil {
		l = slog.New(slog.DiscardHandler)
	}
	return serverLogger{log: l, level: level}
}

// With keeps tags for every later message.
func (l serverLogger) With(tags ...tag.Tag) log.Logger {
	l.log = l.log.With(attributes(tags)...)
	return l
}

func (l serverLogger) Debug(msg string, tags ...tag.Tag)  { l.write(slog.LevelDebug, msg, tags) }
func (l serverLogger) Info(msg string, tags ...tag.Tag)   { l.write(slog.LevelInfo, msg, tags) }
func (l serverLogger) Warn(msg string, tags ...tag.Tag)   { l.write(slog.LevelWarn, msg, tags) }
func (l serverLogger) Error(msg string, tags ...tag.Tag)  { l.write(slog.LevelError, msg, tags) }
func (l serverLogger) DPanic(msg string, tags ...tag.Tag) { l.write(slog.LevelError, msg, tags) }

func (l serverLogger) Panic(msg string, tags ...tag.Tag) {
	l.write(slog.LevelError, msg, tags)
	panic(msg)
}

// Fatal panics: during start StartEmbedded recovers and reports or retries;
// afterwards the process ends, as the server asks, without skipping the log.
func (l serverLogger) Fatal(msg string, tags ...tag.Tag) {
	l.write(slog.LevelError, msg, tags)
	panic(&fatalError{message: msg, details: attributes(tags)})
}

func (l serverLogger) write(level slog.Level, msg string, tags []tag.Tag) {
	if level < l.level || !l.log.Enabled(context.Background(), level) {
		return
	}
	l.log.Log(context.Background(), level, msg, attributes(tags)...)
}

func attributes(tags []tag.Tag) []any {
	attrs := make([]any, 0, len(tags))
	for _, t := range tags {
		attrs = append(attrs, slog.Any(t.Key(), t.Value()))
	}
	return attrs
}
