package store_test

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"luodi/internal/app"
	"luodi/internal/fault"
	"luodi/internal/mariadbtest"
	"luodi/internal/org"
	"luodi/internal/store"
	"luodi/internal/store/storetest"
)

func TestMain(m *testing.M) { mariadbtest.Main(m) }

var ctx = context.Background()

// backends are the databases that the store supports. driver is database/sql's
// name, for tests that reach behind the store.
var backends = []struct {
	name, driver string
	options      func(t testing.TB) store.Options
}{
	{"SQLite", "sqlite", func(t testing.TB) store.Options {
		return store.Options{Database: store.SQLite, Path: filepath.Join(t.TempDir(), "数据 100%?#.db")}
	}},
	{"MariaDB", "mysql", func(t testing.TB) store.Options {
		return store.Options{Database: store.MySQL, DSN: mariadbtest.Database(t)}
	}},
}

func openRaw(t testing.TB, o store.Options) *store.Store {
	t.Helper()
	s, err := store.Open(ctx, o, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func open(t testing.TB, o store.Options) *store.Store {
	t.Helper()
	s := openRaw(t, o)
	if err := s.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestConformance(t *testing.T) {
	for _, b := range backends {
		t.Run(b.name, func(t *testing.T) {
			storetest.Run(t, func(t *testing.T) *store.Store { return open(t, b.options(t)) })
		})
	}
}

func TestMigrateTwiceChangesNothing(t *testing.T) {
	for _, b := range backends {
		t.Run(b.name, func(t *testing.T) {
			s := openRaw(t, b.options(t))
			wantCode(t, s.CheckSchema(ctx), fault.Conflict, "schema_pending")
			var first []store.Migration
			for range 2 {
				if err := s.Migrate(ctx); err != nil {
					t.Fatal(err)
				}
				list, err := s.MigrationStatus(ctx)
				if err != nil || len(list) == 0 || !list[len(list)-1].Applied || list[0].At.IsZero() {
					t.Fatalf("status %+v, %v", list, err)
				}
				if first == nil {
					first = list
				}
				if list[0] != first[0] {
					t.Errorf("applied again: %+v after %+v", list[0], first[0])
				}
			}
			if err := s.CheckSchema(ctx); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestAnOlderDatabaseIsBroughtUp: what the first version of the structure held is in
// the boxes of today.
func TestAnOlderDatabaseIsBroughtUp(t *testing.T) {
	for _, b := range backends {
		t.Run(b.name, func(t *testing.T) {
			o := b.options(t)
			s := openRaw(t, o)
			if err := s.MigrateTo(ctx, 1); err != nil {
				t.Fatal(err)
			}
			for _, statement := range []string{
				`INSERT INTO processes (stream, kind, process_id, project_id, started_user, head, confirmed, last_at, ended, calendar, state)
				 VALUES ('review-1', 'review', '1', 'p1', 'me', 3, 3, '2023-09-02 01:00:00.25', false, 'c', '{}')`,
				`INSERT INTO reviews (id, stream, project_id, project_name, search, county_id, stage, outcome, started_by, started_user, started_unit, started_at, due, provisional, light, seats, opined)
				 VALUES ('1', 'review-1', 'p1', '光伏项目', '光伏项目', 'zhushan', 'opinions', '', '张明', 'me', 'fagai', '2023-09-01 01:00:00.5', '2023-09-08 09:30:00', false, 'yellow', 3, 1)`,
				`INSERT INTO process_readers (stream, unit_id, is_copy) VALUES ('review-1', 'fagai', true)`,
				task("a", "'2023-09-09 09:30:00'", "2, false, NULL"), task("b", "NULL", "2, false, NULL"), task("c", "'2023-09-08 09:30:00'", "1, false, NULL"),
				task("d", "NULL", "2, true, '2023-09-03 09:30:00'"),
			} {
				behind(t, b.driver, o, statement)
			}
			if err := s.Migrate(ctx); err != nil {
				t.Fatal(err)
			}
			me := org.Actor{UserID: "me", UnitID: "fagai", Roles: []org.Role{org.DepartmentLeader}}
			for box, want := range map[app.Box]string{app.Todo: "c a b", app.Done: "d", app.Started: "部门会审", app.CC: "部门会审"} {
				rows, _, err := s.Tasks(ctx, me, box, app.TaskFilter{}, app.Page{Limit: 9})
				if err != nil {
					t.Fatal(err)
				}
				var got []string
				for _, r := range rows {
					got = append(got, r.Title)
					if r.Subject != "研判 光伏项目" || box == app.Started && (r.Light != "yellow" || r.OpenedAt != time.Date(2023, 9, 1, 1, 0, 0, 5e8, time.UTC) || r.Due.IsZero()) {
						t.Errorf("%s shows %+v", box, r)
					}
				}
				if strings.Join(got, " ") != want {
					t.Errorf("%s is %v, want %s", box, got, want)
				}
			}
		})
	}
}

func task(title, due, state string) string {
	return fmt.Sprintf(`INSERT INTO tasks (stream, kind, process_id, project_id, action, title, subject, unit_id, roles, opened_at, due, provisional, light, reminded, done_by, urgency, done, done_at)
		VALUES ('review-1', 'review', '1', 'p1', 'opine', '%s', '研判 光伏项目', 'fagai', ',department_handler,department_leader,', '2023-09-01 01:00:00', %s, false, 'green', false, '', %s)`, title, due, state)
}

func TestManyMigrateAtOnce(t *testing.T) {
	o := backends[1].options(t)
	errs := make([]error, 4)
	var wg sync.WaitGroup
	for i := range errs {
		s := openRaw(t, o)
		wg.Go(func() { errs[i] = s.Migrate(ctx) })
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			t.Error(err)
		}
	}
}

func TestNewerSchemaIsRefused(t *testing.T) {
	for _, b := range backends {
		t.Run(b.name, func(t *testing.T) {
			o := b.options(t)
			s := open(t, o)
			behind(t, b.driver, o, "INSERT INTO schema_migrations (version_id, is_applied) VALUES (99999, 1)")
			wantCode(t, s.Migrate(ctx), fault.Conflict, "schema_newer")
			wantCode(t, s.CheckSchema(ctx), fault.Conflict, "schema_newer")
		})
	}
}

// behind runs a statement behind the store's back.
func behind(t *testing.T, driver string, o store.Options, statement string) {
	t.Helper()
	source := o.DSN
	if driver == "sqlite" {
		source = strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace("file:" + o.Path)
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(statement); err != nil {
		t.Fatal(err)
	}
}

func wantCode(t testing.TB, err error, kind fault.Kind, code string) {
	t.Helper()
	if !fault.Is(err, kind) || !fault.HasCode(err, code) {
		t.Errorf("error is %v, want %s %q", err, kind, code)
	}
}

// wantAway asks for everything a request may need and wants to hear within two
// seconds that the database is away.
func wantAway(t *testing.T, s *store.Store) {
	t.Helper()
	for name, ask := range map[string]func() error{
		"ping":  func() error { return s.Ping(ctx) },
		"read":  func() error { _, err := s.Units(ctx); return err },
		"write": func() error { return s.InTx(ctx, func(tx app.Tx) error { _, err := tx.NextCode("c"); return err }) },
	} {
		begin := time.Now()
		wantCode(t, ask(), fault.Unavailable, "database_unavailable")
		if took := time.Since(begin); took > 2*time.Second {
			t.Errorf("%s took %v", name, took)
		}
	}
}

func TestDatabaseAwayIsUnavailable(t *testing.T) {
	t.Run("MariaDB", func(t *testing.T) {
		server := mariadbtest.Start(t)
		if err := server.CreateDatabase(ctx, "luodi"); err != nil {
			t.Fatal(err)
		}
		s := open(t, store.Options{Database: store.MySQL, DSN: server.DSN("luodi")})
		for name, stop := range map[string]func() error{"stopped": server.Stop, "killed": server.Kill} {
			if _, err := s.Units(ctx); err != nil { // an idle connection to lose
				t.Fatal(name, err)
			}
			if err := stop(); err != nil {
				t.Fatal(name, err)
			}
			wantAway(t, s)
			if err := server.Start(ctx); err != nil {
				t.Fatal(name, err)
			}
			if err := s.Ping(ctx); err != nil {
				t.Errorf("%s and started again: %v", name, err)
			}
			if err := s.InTx(ctx, func(tx app.Tx) error { _, err := tx.NextCode("c"); return err }); err != nil {
				t.Errorf("%s and started again: %v", name, err)
			}
		}
		if err := server.Stop(); err != nil {
			t.Fatal(err)
		}
		_, err := store.Open(ctx, store.Options{Database: store.MySQL, DSN: server.DSN("luodi")}, slog.Default())
		wantCode(t, err, fault.Unavailable, "database_unavailable")
	})
	t.Run("SQLite", func(t *testing.T) {
		o := backends[0].options(t)
		s := open(t, o)
		_ = s.Close()
		wantAway(t, s)
		_, err := store.Open(ctx, store.Options{Database: store.SQLite, Path: filepath.Join(o.Path, "no", "folder.db")}, slog.Default())
		wantCode(t, err, fault.Unavailable, "database_unavailable")
	})
}

func TestSQLiteHeldByAnotherProgramIsUnavailable(t *testing.T) {
	o := store.Options{Database: store.SQLite, Path: filepath.Join(t.TempDir(), "luodi.db")}
	s := open(t, o)
	other, err := sql.Open("sqlite", "file:"+o.Path+"?_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	held, err := other.Begin()
	if err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	write := func() error {
		return s.InTx(ctx, func(tx app.Tx) error { _, err := tx.NextCode("c"); return err })
	}
	wantCode(t, write(), fault.Unavailable, "database_unavailable")
	if took := time.Since(begin); took > 2*time.Second {
		t.Errorf("took %v", took)
	}
	if _, err := s.Units(ctx); err != nil {
		t.Errorf("a reader waits for a writer: %v", err)
	}
	if err := held.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := write(); err != nil {
		t.Error(err)
	}
}

func TestEndedContextIsUnavailable(t *testing.T) {
	for _, b := range backends {
		t.Run(b.name, func(t *testing.T) {
			s := open(t, b.options(t))
			over, cancel := context.WithDeadline(ctx, time.Unix(0, 0))
			defer cancel()
			_, err := s.Units(over)
			wantCode(t, err, fault.Unavailable, "database_unavailable")
			err = s.InTx(over, func(app.Tx) error { t.Error("ran"); return nil })
			wantCode(t, err, fault.Unavailable, "database_unavailable")
		})
	}
}

// TestDeadlockIsTriedAgain makes a real one: each transaction holds the row that
// the other wants. SQLite has no such thing, for its writers wait in line.
func TestDeadlockIsTriedAgain(t *testing.T) {
	s := open(t, backends[1].options(t))
	count := func(tx app.Tx, name string) error { _, err := tx.NextCode(name); return err }
	for _, name := range []string{"a", "b"} {
		if err := s.InTx(ctx, func(tx app.Tx) error { return count(tx, name) }); err != nil {
			t.Fatal(err)
		}
	}
	var both sync.WaitGroup // both hold their first row
	both.Add(2)
	errs, tries := make([]error, 2), make([]int, 2)
	var wg sync.WaitGroup
	for i, names := range [][]string{{"a", "b"}, {"b", "a"}} {
		wg.Go(func() {
			errs[i] = s.InTx(ctx, func(tx app.Tx) error {
				if err := count(tx, names[0]); err != nil {
					return err
				}
				if tries[i]++; tries[i] == 1 {
					both.Done()
					both.Wait()
				}
				return count(tx, names[1])
			})
		})
	}
	wg.Wait()
	if errs[0] != nil || errs[1] != nil {
		t.Fatal(errs)
	}
	if tries[0]+tries[1] < 3 {
		t.Errorf("there was no deadlock: %v tries", tries)
	}
	err := s.InTx(ctx, func(tx app.Tx) error {
		for _, name := range []string{"a", "b"} {
			if n, err := tx.NextCode(name); n != 4 || err != nil {
				t.Errorf("counter %s is %d, %v: a try was counted that was rolled back", name, n, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestSettingsAreChecked(t *testing.T) {
	for _, o := range []store.Options{
		{}, {Database: "postgres"}, {Database: store.SQLite}, {Database: store.MySQL}, {Database: store.MySQL, DSN: "u:p@tcp(h:1)/d"},
	} {
		_, err := store.Open(ctx, o, slog.Default())
		wantCode(t, err, fault.Invalid, "database_settings")
	}
}

func TestSQLiteSettings(t *testing.T) {
	s := open(t, backends[0].options(t))
	for name, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "query_only": "0"} {
		if got := s.Setting(name, true); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if s.Setting("query_only", false) != "1" || s.Setting("foreign_keys", false) != "1" {
		t.Error("readers could write")
	}
}

// TestBothSchemasAgree compares tables, columns, lengths and what may be NULL: a
// migration written for one database and forgotten for the other is found here.
func TestBothSchemasAgree(t *testing.T) {
	mysql, sqlite := columns(t, "mysql"), columns(t, "sqlite")
	for name, want := range mysql {
		if got, ok := sqlite[name]; !ok || got != want {
			t.Errorf("%s: sqlite has %q, mysql %q", name, got, want)
		}
	}
	if len(mysql) != len(sqlite) || len(mysql) < 100 {
		t.Errorf("mysql has %d columns, sqlite %d", len(mysql), len(sqlite))
	}
}

var (
	tableLine  = regexp.MustCompile(`^CREATE TABLE (\w+)`)
	columnLine = regexp.MustCompile(`^  ([a-z_]+[a-z0-9_]*) +([A-Z]+)`)
	addedLine  = regexp.MustCompile(`^ALTER TABLE (\w+) ADD COLUMN ([a-z_]+) +([A-Z]+)`)
	limit      = regexp.MustCompile(`CHAR\((\d+)\)|length\(\w+\) <= (\d+)`)
)

// columns gives "table.column" → "family limit null" of a dialect's migrations.
func columns(t *testing.T, dialect string) map[string]string {
	files, err := filepath.Glob("migrations/" + dialect + "/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	families := map[string]string{
		"VARCHAR": "text", "CHAR": "text", "LONGTEXT": "text", "TEXT": "text", "BIGINT": "int", "INT": "int",
		"INTEGER": "int", "BOOLEAN": "bool", "DATETIME": "time",
	}
	out, table := map[string]string{}, ""
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			if m := tableLine.FindStringSubmatch(line); m != nil {
				table = m[1]
			}
			m := columnLine.FindStringSubmatch(line)
			if added := addedLine.FindStringSubmatch(line); added != nil {
				table, m = added[1], added[1:]
			}
			if m != nil {
				var length string
				if found := limit.FindStringSubmatch(line); found != nil {
					length = found[1] + found[2]
				}
				optional := !strings.Contains(line, "NOT NULL") && strings.Contains(line, " NULL")
				out[table+"."+m[1]] = fmt.Sprint(families[m[2]], " ", length, " ", optional)
			}
		}
	}
	return out
}
