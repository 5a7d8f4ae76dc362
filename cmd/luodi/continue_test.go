package main

import (
	"context"
	"database/sql"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	_ "modernc.org/sqlite" // the engine's file is read directly
)

// shortHistory makes a process continue as new after every few commands.
const shortHistory = "40"

// TestContinueAsNewLosesNoUpdate: sixteen people work while every process hands over
// to a new run again and again, so that commands keep arriving at that very moment.
func TestContinueAsNewLosesNoUpdate(t *testing.T) {
	t.Setenv(continueVariable, shortHistory)
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	data := t.TempDir()
	server, address := serving(t, "serve", "--demo", "--listen", "127.0.0.1:0", "--log-level", "warn", "--data", data)
	w := newTown(t, address)
	walkers := w.walkers(clients, "continue", rand.Uint64())
	stop := walk(ctx, walkers)
	pause(t, 25*time.Second)
	if err := stop(); err != nil {
		t.Fatalf("%v\nserver: %s", err, server.err)
	}
	logWork(t, walkers, 10*clients)
	w.intact(ctx, walkers)
	server.stop()
	if runs := continuedRuns(t, data); runs < clients {
		t.Errorf("only %d runs were continued as new: this proves little", runs)
	} else {
		t.Logf("%d runs were continued as new", runs)
	}
	reconciled(t, "--data", data)
}

// continuedRuns counts in the engine's own file, which nobody serves now.
func continuedRuns(t testing.TB, data string) (n int) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(data, "temporal.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	const continuedAsNew = 6 // temporal.api.enums.v1.WorkflowExecutionStatus
	if err := db.QueryRow("SELECT count(*) FROM executions_visibility WHERE status = ?", continuedAsNew).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
