package mariadbtest

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
)

func TestMain(m *testing.M) { Main(m) }

func open(t *testing.T, dsn string) *sql.DB {
	t.Helper()
	db, err := sql.Open("mysql", dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func must(t *testing.T, db *sql.DB, statement string, args ...any) {
	t.Helper()
	if _, err := db.ExecContext(t.Context(), statement, args...); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func ask[T any](t *testing.T, db *sql.DB, query string, args ...any) (v T) {
	t.Helper()
	if err := db.QueryRowContext(t.Context(), query, args...).Scan(&v); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return v
}

func TestEveryTestGetsADatabaseOfItsOwn(t *testing.T) {
	one, two := open(t, Database(t)), open(t, Database(t))
	must(t, one, "CREATE TABLE 项目 (名称 varchar(50))")
	must(t, two, "CREATE TABLE 项目 (名称 varchar(50))")
	must(t, one, "INSERT INTO 项目 VALUES (?)", "𠮷祥新能源🚗")
	if got := ask[string](t, one, "SELECT 名称 FROM 项目"); got != "𠮷祥新能源🚗" {
		t.Errorf("four-byte characters came back as %q", got)
	}
	if n := ask[int](t, two, "SELECT count(*) FROM 项目"); n != 0 {
		t.Errorf("the second database sees %d rows of the first", n)
	}
}

func TestServerIsAsStrictAsMySQL8(t *testing.T) {
	db := open(t, Database(t))
	must(t, db, "CREATE TABLE t (s varchar(2), d date)")
	for _, statement := range []string{
		"INSERT INTO t (s) VALUES ('abc')",
		"INSERT INTO t (d) VALUES ('2023-02-30')",
		"SELECT s, count(*) FROM t GROUP BY d",
	} {
		var refused *mysql.MySQLError
		if _, err := db.ExecContext(t.Context(), statement); !errors.As(err, &refused) {
			t.Errorf("%s: %v, want it refused", statement, err)
		}
	}
}

func TestDefaultCollationIgnoresCaseToCatchForgetfulMigrations(t *testing.T) {
	db := open(t, Database(t))
	must(t, db, "CREATE TABLE t (s varchar(20))")
	must(t, db, "INSERT INTO t VALUES ('Centre')")
	if n := ask[int](t, db, "SELECT count(*) FROM t WHERE s = ?", "centre"); n != 1 {
		t.Errorf("%d rows, want 1 as with MySQL 8's default collation", n)
	}
}

func TestDSNSpeaksUTC(t *testing.T) {
	db := open(t, Database(t))
	must(t, db, "CREATE TABLE t (at datetime(6))")
	at := time.Date(2023, 12, 31, 23, 59, 59, 123456000, time.FixedZone("CST", 8*3600))
	must(t, db, "INSERT INTO t VALUES (?)", at)
	if got := ask[time.Time](t, db, "SELECT at FROM t"); !got.Equal(at) || got.Location() != time.UTC {
		t.Errorf("stored %v, read %v", at, got)
	}
	if text := ask[string](t, db, "SELECT CAST(at AS char) FROM t"); text != "2023-12-31 15:59:59.123456" {
		t.Errorf("on disk it is %s", text)
	}
	if zone := ask[string](t, db, "SELECT @@session.time_zone"); zone != "+00:00" {
		t.Errorf("session time zone %s", zone)
	}
}

func TestAcknowledgedCommitsSurviveStopAndKill(t *testing.T) {
	s := Start(t)
	if err := s.CreateDatabase(t.Context(), "durable"); err != nil {
		t.Fatal(err)
	}
	address := s.Address()
	db := open(t, s.DSN("durable"))
	must(t, db, "CREATE TABLE t (n int)")
	for i, end := range []func() error{s.Stop, s.Kill} {
		must(t, db, "INSERT INTO t VALUES (?)", i)
		if err := end(); err != nil {
			t.Fatal(err)
		}
		if err := db.PingContext(t.Context()); err == nil {
			t.Fatal("the stopped server still answers")
		}
		if err := s.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := ask[int](t, db, "SELECT count(*) FROM t"); n != i+1 {
			t.Errorf("%d rows after restart %d", n, i+1)
		}
	}
	if s.Address() != address {
		t.Errorf("address moved from %s to %s", address, s.Address())
	}
	if err := s.Start(t.Context()); err == nil {
		t.Error("a running server was started again")
	}
}

func TestCloseLeavesNothingBehind(t *testing.T) {
	s, err := New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(s.dir); !os.IsNotExist(err) {
		t.Errorf("the data folder is still there: %v", err)
	}
	if err := open(t, s.DSN("mysql")).PingContext(t.Context()); err == nil {
		t.Error("the closed server still answers")
	}
}

func TestLeftoversOfCrashedTestsAreRemoved(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	var dirs []string
	for _, name := range []string{folder + "old", folder + "new", "other-old"} {
		dir := filepath.Join(os.TempDir(), name)
		if err := os.MkdirAll(filepath.Join(dir, "data"), 0o700); err != nil {
			t.Fatal(err)
		}
		dirs = append(dirs, dir)
	}
	info, err := os.Stat(dirs[1])
	if err != nil {
		t.Fatal(err)
	}
	old := info.ModTime().Add(-25 * time.Hour)
	for _, dir := range []string{dirs[0], dirs[2]} {
		if err := os.Chtimes(dir, old, old); err != nil {
			t.Fatal(err)
		}
	}
	removeLeftovers()
	for i, left := range []bool{false, true, true} {
		if _, err := os.Stat(dirs[i]); (err == nil) != left {
			t.Errorf("%s: %v", dirs[i], err)
		}
	}
}

func TestServerWithoutItsPasswordIsClosed(t *testing.T) {
	options, err := mysql.ParseDSN(Database(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, account := range []string{"luodi", "root", ""} {
		options.User, options.Passwd = account, ""
		if err := open(t, options.FormatDSN()).PingContext(t.Context()); err == nil {
			t.Errorf("account %q came in without a password", account)
		}
	}
}

func TestStartGivesUpWithItsContext(t *testing.T) {
	s := Start(t)
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Start(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if s.running() {
		t.Error("the server was left running")
	}
}

func TestMissingServerSaysHowToInstallIt(t *testing.T) {
	if _, err := program("mariadbd-that-is-not-there"); !errors.Is(err, ErrNotInstalled) {
		t.Errorf("got %v", err)
	}
}
