package main

import (
	"context"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"luodi/internal/engine"
	"luodi/internal/loadtest"
	"luodi/internal/mariadbtest"
	"luodi/workflows"
)

// answersWithin is the promise while a part is away: 503 within two seconds.
const answersWithin = 2 * time.Second

// mysqlSettings are settings for a database of the test's own server.
func mysqlSettings(t testing.TB, server *mariadbtest.Server) []string {
	t.Helper()
	if err := server.CreateDatabase(t.Context(), "luodi"); err != nil {
		t.Fatal(err)
	}
	return []string{"--database", "mysql:" + server.DSN("luodi"), "--log-level", "error"}
}

func TestDatabaseAway(t *testing.T) {
	database := mariadbtest.Start(t)
	args := append(mysqlSettings(t, database), "--data", t.TempDir())
	server, address := serving(t, append([]string{"serve", "--demo", "--listen", "127.0.0.1:0"}, args...)...)
	w := newTown(t, address)
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	id := w.review("数据库停机")
	who := w.as(operator)
	walkers := w.walkers(8, "away", 1)
	stop := walk(ctx, walkers)
	pause(t, time.Second) // commands are under way when the database goes

	if err := database.Stop(); err != nil {
		t.Fatal(err)
	}
	w.unavailable(who, http.MethodGet, "/readyz", nil)
	w.unavailable(who, http.MethodGet, "/api/v1/me", nil)
	w.unavailable(who, http.MethodGet, "/api/v1/reviews/"+id, nil)
	w.unavailable(who, http.MethodPost, action(id, "accept"), map[string]string{})
	pause(t, 2*time.Second)
	if err := database.Start(ctx); err != nil {
		t.Fatal(err)
	}
	a, err := who.Insist(ctx, http.MethodPost, action(id, "accept"), action(id, "accept"), map[string]string{})
	if err != nil || a.Status != http.StatusOK {
		t.Fatalf("%v %d %s\n%s", err, a.Status, a.Body, server.err)
	}
	if n := w.events(id, "review.accepted"); n != 1 {
		t.Errorf("recorded %d times", n)
	}
	pause(t, time.Second)
	if err := stop(); err != nil {
		t.Fatalf("%v\n%s", err, server.err)
	}
	logWork(t, walkers, 32)
	w.intact(ctx, walkers, id)
	server.stop()
	reconciled(t, args...)
}

// unavailable checks the promise for one request, whose key is its path.
func (w *town) unavailable(who *loadtest.Person, method, path string, body any) {
	w.Helper()
	a, err := who.Do(w.Context(), method, path, path, body)
	if err != nil {
		w.Fatal(err)
	}
	if a.Status != http.StatusServiceUnavailable || a.Header.Get("Retry-After") == "" {
		w.Errorf("%s %s: %d, Retry-After %q: %s", method, path, a.Status, a.Header.Get("Retry-After"), a.Body)
	}
	if a.Took > answersWithin {
		w.Errorf("%s %s took %s", method, path, a.Took)
	}
}

// TestScaledOut runs api and worker apart, on an engine and a database of their own.
func TestScaledOut(t *testing.T) {
	database := mariadbtest.Start(t)
	settings := mysqlSettings(t, database)
	e, err := engine.StartEmbedded(t.Context(), engine.Embedded{Dir: t.TempDir(), SearchAttributes: workflows.SearchAttributes()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close(context.Background()) })
	settings = append(settings, "--engine", e.Address(), "--data", filepath.Join(t.TempDir(), "unused"))
	if c, code := finished(t, append([]string{"migrate", "up"}, settings...)...); code != 0 {
		t.Fatalf("migrate ended with %d: %s", code, c.err)
	}
	api, address := serving(t, append([]string{"api", "--demo", "--listen", "127.0.0.1:0"}, settings...)...)
	startWorker := func() *child {
		c := launch(t, 0, append([]string{"worker"}, settings...)...)
		c.announced("luodi: worker ready")
		return c
	}
	worker := startWorker()
	w := newTown(t, address)
	id := w.decidable("接口与流程分开运行")
	w.must(leader, action(id, "decide"), map[string]string{"outcome": "approved", "text": "通过"})

	waiting := w.review("流程停机")
	worker.stop()
	who := w.as(operator)
	w.unavailable(who, http.MethodPost, action(waiting, "accept"), map[string]string{})
	if a, err := who.Get(t.Context(), "/api/v1/reviews/"+waiting); err != nil || a.Status != http.StatusOK {
		t.Errorf("reading needs no worker: %v %d", err, a.Status)
	}
	startWorker()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	a, err := who.Insist(ctx, http.MethodPost, action(waiting, "accept"), action(waiting, "accept"), map[string]string{})
	if err != nil || a.Status != http.StatusOK {
		t.Fatalf("%v %d %s\n%s", err, a.Status, a.Body, api.err)
	}
	if n := w.events(waiting, "review.accepted"); n != 1 {
		t.Errorf("recorded %d times", n)
	}
	if err := e.Close(ctx); err != nil {
		t.Log(err) // its tests are elsewhere
	}
	w.unavailable(who, http.MethodGet, "/readyz", nil)
	w.unavailable(who, http.MethodPost, action(waiting, "terminate"), map[string]string{"text": "引擎停机"})
	if n := w.events(waiting, "review.concluded"); n != 0 {
		t.Errorf("concluded without an engine")
	}
}
