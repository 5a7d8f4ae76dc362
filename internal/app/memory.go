package app

import (
	"context"
	"encoding/json"

	lru "github.com/hashicorp/golang-lru/v2"

	"luodi/internal/org"
)

// remembered is how many states a service keeps decoded.
const remembered = 512

// memory keeps decoded states, each under the number of its last event: what was
// decoded once is right for as long as the stream hasn't moved, whoever moves it.
// States are never changed in place, so that readers may share one.
type memory[S any] struct{ states *lru.Cache[string, known[S]] }

type known[S any] struct {
	head  int64
	state S
}

func newMemory[S any]() *memory[S] {
	states, err := lru.New[string, known[S]](remembered)
	if err != nil {
		panic(err) // only a size below one is refused
	}
	return &memory[S]{states: states}
}

// load reads a process as the actor may see it.
func (s *Service[S, F]) load(ctx context.Context, actor org.Actor, id string) (View[S], error) {
	if s.May == nil {
		return s.find(ctx, org.ScopeOf(actor), id)
	}
	v, err := s.find(ctx, org.Scope{All: true}, id)
	if err == nil {
		err = s.May(actor, v.State)
	}
	if err != nil {
		return View[S]{}, err
	}
	return v, nil
}

// find reads a process within a scope. The row says how far the stream has come; only a
// state that isn't known yet is read and decoded.
func (s *Service[S, F]) find(ctx context.Context, scope org.Scope, id string) (v View[S], err error) {
	if m := s.Memory; m != nil {
		if v.Row, err = s.Reads.ProcessHead(ctx, s.Definition.Kind, id, scope); err != nil {
			return v, err
		}
		if k, ok := m.states.Get(v.Row.Stream); ok && k.head == v.Row.Head {
			v.State = k.state
			return v, nil
		}
	}
	if v.Row, err = s.Reads.Process(ctx, s.Definition.Kind, id, scope); err != nil {
		return v, err
	}
	if err := json.Unmarshal(v.Row.State, &v.State); err != nil {
		return v, err
	}
	if m := s.Memory; m != nil {
		m.states.Add(v.Row.Stream, known[S]{head: v.Row.Head, state: v.State})
	}
	return v, nil
}
