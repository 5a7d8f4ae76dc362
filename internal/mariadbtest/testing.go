package mariadbtest

import (
	"context"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"
)

// shared is the server of this test process; it starts when a test first asks
// for a database, so that `go test -run` of other tests stays quick.
var shared struct {
	inMain   atomic.Bool
	once     sync.Once
	server   *Server
	err      error
	database atomic.Int64
}

// Main runs the tests of a package and removes the server afterwards. Call it
// from TestMain; it does not return.
func Main(m *testing.M) {
	shared.inMain.Store(true)
	code := m.Run()
	if shared.server != nil {
		if err := shared.server.Close(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = max(code, 1)
		}
	}
	os.Exit(code)
}

// Database creates a fresh database on the shared server, dropped when the test
// ends, and returns its DSN. A machine without MariaDB fails the test: what was
// not tested must not look tested.
func Database(t testing.TB) (dsn string) {
	t.Helper()
	if !shared.inMain.Load() {
		t.Fatal("mariadbtest.Database needs `func TestMain(m *testing.M) { mariadbtest.Main(m) }` in this package")
	}
	shared.once.Do(func() { shared.server, shared.err = New(context.Background()) })
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	name := fmt.Sprintf("luodi_test_%d", shared.database.Add(1))
	if err := shared.server.CreateDatabase(t.Context(), name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		// The test's own context has ended by now.
		if err := shared.server.DropDatabase(context.Background(), name); err != nil {
			t.Error(err)
		}
	})
	return shared.server.DSN(name)
}

// Start starts a server of the test's own, to be stopped and killed at will; it
// is removed when the test ends.
func Start(t testing.TB) *Server {
	t.Helper()
	s, err := New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}
