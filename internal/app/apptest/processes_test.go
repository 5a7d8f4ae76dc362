package apptest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"luodi/internal/app"
	"luodi/internal/app/apptest"
	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/process"
)

// memory is a journal that keeps events and nothing else.
type memory struct {
	app.Tx
	events   map[string][]event.Event
	commands map[string]app.CommandRow
}

func (m *memory) InTx(_ context.Context, fn func(app.Tx) error) error { return fn(m) }

func (m *memory) Command(stream, id string) (app.CommandRow, bool, error) {
	row, ok := m.commands[stream+"/"+id]
	return row, ok, nil
}

func (m *memory) SaveCommand(c app.CommandRow) error {
	m.commands[c.Stream+"/"+c.ID] = c
	return nil
}

func (m *memory) EventsAfter(stream string, seq int64) ([]event.Event, error) {
	return m.events[stream][min(int(seq), len(m.events[stream])):], nil
}

func (m *memory) Head(stream string) (event.Event, error) {
	if list := m.events[stream]; len(list) > 0 {
		return list[len(list)-1], nil
	}
	return event.Event{}, nil
}

func (m *memory) Append(list []event.Event) error {
	for _, e := range list {
		m.events[e.Stream] = append(m.events[e.Stream], e)
	}
	return nil
}

func (m *memory) SaveProcess(app.ProcessRow, app.TaskChange, []process.Reader) error { return nil }

type word struct {
	Text string `json:"text"`
}

func (word) EventType() string { return "toy.said" }

// toy says what it's told, and asks for an effect until "done n" is said for each "do n".
func toy(kind string) process.Definition[string, struct{}] {
	said := func(s string, n int) bool { return strings.Contains(s, fmt.Sprintf(" done%d", n)) }
	return process.Definition[string, struct{}]{
		Kind: kind,
		Decide: func(_ string, cmd process.Command, _ struct{}) ([]event.Draft, error) {
			text := cmd.Name
			if cmd.Name == "done" {
				text = strings.Trim(string(cmd.Body), `"`)
			}
			return event.Drafts(word{text}), nil
		},
		Evolve: func(s string, e event.Event) string {
			b, _ := event.Decode[word](e)
			return s + " " + b.Text
		},
		Ended:   func(string) bool { return false },
		Summary: func(string) process.Summary { return process.Summary{} },
		Tasks:   func(string) []process.Task { return nil },
		Readers: func(string) []process.Reader { return nil },
		Effects: func(s string) []process.Effect {
			var out []process.Effect
			for n := range 4 {
				if strings.Contains(s, fmt.Sprintf(" do%d", n)) && !said(s, n) {
					out = append(out, process.Effect{Key: fmt.Sprint(n), Name: "toy", Command: "done"})
				}
			}
			return out
		},
	}
}

func newToy(m *memory, kind string, perform func(context.Context, string, string, process.Effect) (json.RawMessage, error)) *apptest.Processes[string, struct{}] {
	return &apptest.Processes[string, struct{}]{
		Recorder: &app.Recorder[string, struct{}]{
			Definition: toy(kind), Journal: m, Facts: func(context.Context) (struct{}, string, error) { return struct{}{}, "", nil },
			Project: func(app.Tx, string, string, []event.Event) error { return nil },
		},
		Perform: app.Effects{"toy": perform},
	}
}

func (m *memory) said(stream string) string {
	var out []string
	for _, e := range m.events[stream] {
		b, _ := event.Decode[word](e)
		out = append(out, b.Text)
	}
	return strings.Join(out, " ")
}

func say(t *testing.T, p app.Processes, kind, name string) {
	t.Helper()
	cmd := process.Command{ID: name, Name: name, Actor: org.Actor{UserID: "u"}}
	if _, err := p.Start(t.Context(), kind, "1", "", cmd); err != nil {
		t.Fatal(err)
	}
}

// An effect may speak to its own process and to another that speaks back.
func TestEffectsMayComeBackToTheirProcess(t *testing.T) {
	m := &memory{events: map[string][]event.Event{}, commands: map[string]app.CommandRow{}}
	kinds := apptest.Kinds{}
	perform := func(other string) func(context.Context, string, string, process.Effect) (json.RawMessage, error) {
		return func(ctx context.Context, kind, id string, e process.Effect) (json.RawMessage, error) {
			for _, to := range []string{kind, other} {
				if e.Key == "1" {
					_, err := kinds.Start(ctx, to, id, "", process.Command{ID: "from-" + kind, Name: "do2", Actor: org.Actor{UserID: "u"}})
					if err != nil {
						return nil, err
					}
				}
			}
			return json.RawMessage(`"done` + e.Key + `"`), nil
		}
	}
	kinds["a"], kinds["b"] = newToy(m, "a", perform("b")), newToy(m, "b", perform("a"))
	say(t, kinds, "a", "do1")
	if a, b := m.said("a-1"), m.said("b-1"); a != "do1 do2 done1 done2" || b != "do2 done2" {
		t.Errorf("a said %q, b said %q", a, b)
	}
	if _, err := kinds.Version(t.Context(), "c", "1"); !fault.Is(err, fault.NotFound) {
		t.Errorf("a kind that nobody runs: %v", err)
	}
}

func TestFailedEffectIsTriedAfterTheNextCommand(t *testing.T) {
	m := &memory{events: map[string][]event.Event{}, commands: map[string]app.CommandRow{}}
	failures, calls := 1, 0
	p := newToy(m, "a", func(_ context.Context, _, _ string, e process.Effect) (json.RawMessage, error) {
		if calls++; calls <= failures {
			return nil, errors.New("away")
		}
		return json.RawMessage(`"done` + e.Key + `"`), nil
	})
	say(t, p, "a", "do1")
	if got := m.said("a-1"); got != "do1" || calls != 1 {
		t.Fatalf("said %q after %d calls", got, calls)
	}
	say(t, p, "a", "do3")
	if got := m.said("a-1"); got != "do1 do3 done1 done3" || calls != 3 {
		t.Errorf("said %q after %d calls", got, calls)
	}
}
