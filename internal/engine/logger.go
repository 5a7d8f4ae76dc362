//go:build !external

package engine

import (
	"context"
	"fmt"
	"log/slog"
	"strings"

	"go.temporal.io/server/common/log"
	"go.temporal.io/server/common/log/tag"
)

// serverLogger passes the server's messages to slog.
type serverLogger struct{ log *slog.Logger }

// levelFatal is what the server would have ended the process for; it is written
// even while the engine stops.
const levelFatal = slog.LevelError + 4

// noHTTP begins the server's notice that there is no HTTP listener: there isn't,
// on purpose.
const noHTTP = "HTTP API port has not been set."

var _ log.WithLogger = serverLogger{}

// fatalError is what the server would have ended the process for.
type fatalError struct {
	message string
	details []any
}

func (e *fatalError) Error() string { return fmt.Sprint(e.message, e.details) }

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

// Panic logs and panics, as the server's own logger does.
func (l serverLogger) Panic(msg string, tags ...tag.Tag) {
	l.write(slog.LevelError, msg, tags)
	panic(msg)
}

// Fatal panics: during start StartEmbedded recovers and reports or retries;
// afterwards the process ends, as the server asks, without skipping the log.
func (l serverLogger) Fatal(msg string, tags ...tag.Tag) {
	l.write(levelFatal, msg, tags)
	panic(&fatalError{message: msg, details: attributes(tags)})
}

func (l serverLogger) write(level slog.Level, msg string, tags []tag.Tag) {
	if level < levelFatal && (strings.HasPrefix(msg, noHTTP) || hungUp(tags)) {
		level = slog.LevelDebug // every start and every stop says these; no news for an operator
	}
	if !l.log.Enabled(context.Background(), level) {
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

// hungUp reports whether the trouble is only that the caller went away, as a
// worker's long polls do when it stops.
func hungUp(tags []tag.Tag) bool {
	for _, t := range tags {
		if t.Key() == "error" && strings.HasSuffix(fmt.Sprint(t.Value()), context.Canceled.Error()) {
			return true
		}
	}
	return false
}
