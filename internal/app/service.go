package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"

	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/process"
)

// Service is what people can do with one kind of process: look at it, ask what
// they may do, and do it. It is the same for every kind.
type Service[S, F any] struct {
	Definition process.Definition[S, F]
	Processes  Processes
	Reads      Reads
	Facts      func() F // latest snapshot; only for refusals that need no workflow
	Now        func() time.Time
	NewID      func() string
	// Prepare adds to a command what the server knows, just before it's sent; nil: nothing.
	Prepare func(ctx context.Context, v View[S], cmd process.Command) (process.Command, error)
	// Mark tells two requests under one key apart; nil: Digest. It sees the command
	// as it was asked for.
	Mark func(process.Command) string
	// May says who may see a process in its present state, where that isn't a matter of
	// units: nil when it is. It answers NotFound for what is hidden.
	May func(org.Actor, S) error
	// Memory keeps states decoded; nil: each is read anew.
	Memory *memory[S]
}

// View is a process as one person sees it.
type View[S any] struct {
	Row    ProcessRow
	State  S
	Events []event.Event
}

// Get loads a process with its events. NotFound when it isn't the actor's to see.
func (s *Service[S, F]) Get(ctx context.Context, actor org.Actor, id string) (View[S], error) {
	v, err := s.load(ctx, actor, id)
	if err != nil {
		return v, err
	}
	v.Events, err = s.Reads.Events(ctx, v.Row.Stream, 0)
	return v, err
}

// Look loads a process without its events, and what the actor may do with it now.
func (s *Service[S, F]) Look(ctx context.Context, actor org.Actor, id string) (View[S], []process.Action, error) {
	v, err := s.load(ctx, actor, id)
	if err != nil {
		return v, nil, err
	}
	return v, s.Definition.Actions(v.State, actor, s.Now()), nil
}

// Actions lists what the actor may do now, and why not.
func (s *Service[S, F]) Actions(ctx context.Context, actor org.Actor, id string) ([]process.Action, error) {
	v, err := s.load(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	return s.Definition.Actions(v.State, actor, s.Now()), nil
}

// Act does one action. key is the caller's idempotency key: the same key gives the
// same receipt, and a different request under it is Invalid "idempotency_key_reused".
// Errors: NotFound when the process is hidden; what Decide refuses; Unavailable when
// nothing was acknowledged.
func (s *Service[S, F]) Act(ctx context.Context, actor org.Actor, id, action, key string, body json.RawMessage) (process.Receipt, error) {
	v, err := s.load(ctx, actor, id)
	if err != nil {
		return process.Receipt{}, err
	}
	cmd, err := s.command(actor, action, key, body)
	if err != nil {
		return process.Receipt{}, err
	}
	return s.insist(ctx, actor, v, key, cmd)
}

// insist does a command on a process that a crash left behind or the engine lost, too.
func (s *Service[S, F]) insist(ctx context.Context, actor org.Actor, v View[S], key string, cmd process.Command) (process.Receipt, error) {
	for attempt := 1; ; attempt++ {
		receipt, version, err := s.try(ctx, v, key, cmd)
		lost := fault.HasCode(err, "process_unknown")
		behind := err != nil && !fault.Is(err, fault.Unavailable) && version < v.Row.Head
		if attempt == maxAttempts || !lost && !behind {
			return receipt, err
		}
		if v, err = s.level(ctx, actor, v.Row.ID); err != nil {
			return process.Receipt{}, err
		}
	}
}

// maxAttempts bounds how often one request looks again at a process that ended or
// was lost while it was being asked.
const maxAttempts = 3

// level brings the workflow level with its stream, when a crash had left it behind
// and it refused from an old state, or when the engine lost it. A process that
// has ended meanwhile runs no more, and the state alone will refuse.
func (s *Service[S, F]) level(ctx context.Context, actor org.Actor, id string) (View[S], error) {
	v, err := s.load(ctx, actor, id)
	if err != nil || v.Row.Ended {
		return v, err
	}
	_, err = s.Processes.Sync(ctx, v.Row.Kind, v.Row.ID, "sync:"+s.NewID())
	return v, err
}

// try does a command once. version is that of the state that refused.
func (s *Service[S, F]) try(ctx context.Context, v View[S], key string, cmd process.Command) (r process.Receipt, version int64, err error) {
	if key != "" {
		if receipt, ok, err := s.stored(ctx, v.Row.ID, cmd); ok || err != nil {
			return receipt, v.Row.Head, err
		}
	}
	if s.Prepare != nil {
		if cmd, err = s.Prepare(ctx, v, cmd); err != nil {
			return process.Receipt{}, v.Row.Head, err
		}
	}
	r, version, err = s.send(ctx, v, cmd)
	if err == nil && r.Request != cmd.Request {
		return process.Receipt{}, v.Row.Head, errKeyReused()
	}
	if refused := err != nil && !fault.Is(err, fault.Unavailable); refused && key != "" {
		if receipt, ok, twin := s.stored(ctx, v.Row.ID, cmd); ok || twin != nil {
			return receipt, v.Row.Head, twin // the same key, sent twice at once: the other was first
		}
	}
	return r, version, err
}

// send hands the command to the process. One that has ended runs no more: its state
// alone refuses, and for what may still be done it's started once more.
func (s *Service[S, F]) send(ctx context.Context, v View[S], cmd process.Command) (r process.Receipt, version int64, err error) {
	if !v.Row.Ended {
		return s.Processes.Send(ctx, v.Row.Kind, v.Row.ID, cmd)
	}
	if _, err := s.Definition.Decide(v.State, cmd, s.Facts()); err != nil {
		return r, v.Row.Head, err
	}
	cmd.Late = true
	r, err = s.Processes.Start(ctx, v.Row.Kind, v.Row.ID, "", cmd)
	return r, v.Row.Head, err
}

// command stamps a request with the actor and the time.
func (s *Service[S, F]) command(actor org.Actor, name, key string, body json.RawMessage) (process.Command, error) {
	id, err := commandID(actor, key, s.NewID)
	cmd := process.Command{ID: id, Name: name, Actor: actor, At: s.Now(), Body: body}
	if cmd.Request = Digest(name, body); s.Mark != nil {
		cmd.Request = s.Mark(cmd)
	}
	return cmd, err
}

// stored finds the receipt of a command that was recorded before.
func (s *Service[S, F]) stored(ctx context.Context, id string, cmd process.Command) (r process.Receipt, ok bool, err error) {
	stream := process.StreamID(s.Definition.Kind, id)
	row, ok, err := s.Reads.CommandOf(ctx, stream, cmd.ID)
	if err != nil || !ok {
		return r, false, err
	}
	if row.Request != cmd.Request {
		return r, false, errKeyReused()
	}
	r = process.Receipt{ID: id, Version: row.Last, Stage: row.Stage, Request: row.Request}
	events, err := s.Reads.Events(ctx, stream, row.First-1)
	for _, e := range events {
		if e.Seq <= row.Last {
			r.Events = append(r.Events, e.Type)
		}
	}
	return r, err == nil, err
}

// commandID puts the key into the actor's own name space, so that nobody meets
// another's answers. Without a key every request is a new one.
func commandID(actor org.Actor, key string, newID func() string) (string, error) {
	if key == "" {
		key = newID()
	}
	if utf8.RuneCountInString(key) > 128 || strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "", fault.New(fault.Malformed, "idempotency_key_invalid", "Idempotency-Key 为1至128个可见的 ASCII 字符")
	}
	return actor.UserID + ":" + key, nil
}

// Digest tells two requests under one key apart; whitespace in JSON doesn't count.
func Digest(name string, body json.RawMessage) string {
	var v any
	if json.Unmarshal(body, &v) == nil {
		if canonical, err := json.Marshal(v); err == nil {
			body = canonical
		}
	}
	h := sha256.Sum256(append([]byte(name+"\n"), body...))
	return hex.EncodeToString(h[:8])
}

func errKeyReused() *fault.Error {
	return fault.New(fault.Invalid, "idempotency_key_reused", "这个 Idempotency-Key 已用于另一项内容不同的请求")
}
