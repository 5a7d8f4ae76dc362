package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"io/fs"
	"path"
	"time"

	"github.com/pressly/goose/v3"

	"luodi/internal/fault"
)

//go:embed migrations
var migrations embed.FS

// schemaTable remembers which migrations were applied.
const schemaTable = "schema_migrations"

// migrationWait bounds how long a second process waits for the first to migrate, in seconds.
const migrationWait = 60

// Migration is one step of the schema.
type Migration struct {
	Version int64
	Name    string // of its file
	Applied bool
	At      time.Time // UTC; zero if not applied
}

// Migrate brings the schema to what this program needs; a schema that is there
// already is left alone. Conflict "schema_newer" when a newer program migrated
// this database: going back would lose what the newer one wrote.
func (s *Store) Migrate(ctx context.Context) error {
	p, err := s.migrator()
	if err != nil {
		return translate(err)
	}
	if err := notNewer(ctx, p); err != nil {
		return translate(err)
	}
	results, err := p.Up(ctx)
	for _, r := range results {
		s.log.Info("schema migrated", "migration", path.Base(r.Source.Path), "took", r.Duration)
	}
	return translate(err)
}

// CheckSchema reports Conflict "schema_newer" or "schema_pending" unless the
// schema is exactly what this program needs. It changes nothing in it.
func (s *Store) CheckSchema(ctx context.Context) error {
	p, err := s.migrator()
	if err != nil {
		return translate(err)
	}
	if err := notNewer(ctx, p); err != nil {
		return translate(err)
	}
	pending, err := p.HasPending(ctx)
	if pending {
		return fault.New(fault.Conflict, "schema_pending", "数据库结构尚未升级,请先运行 luodi migrate up")
	}
	return translate(err)
}

// MigrationStatus lists every migration this program knows, in order.
func (s *Store) MigrationStatus(ctx context.Context) ([]Migration, error) {
	p, err := s.migrator()
	if err != nil {
		return nil, translate(err)
	}
	list, err := p.Status(ctx)
	if err != nil {
		return nil, translate(err)
	}
	out := make([]Migration, len(list))
	for i, m := range list {
		out[i] = Migration{
			Version: m.Source.Version, Name: path.Base(m.Source.Path),
			Applied: m.State == goose.StateApplied, At: m.AppliedAt.UTC(),
		}
	}
	return out, nil
}

func (s *Store) migrator() (*goose.Provider, error) {
	pool, err := s.write.DB()
	if err != nil {
		return nil, err
	}
	files, err := fs.Sub(migrations, "migrations/"+s.kind)
	if err != nil {
		return nil, err
	}
	options := []goose.ProviderOption{goose.WithTableName(schemaTable), goose.WithDisableGlobalRegistry(true)}
	dialect := goose.DialectSQLite3
	if s.kind == MySQL {
		dialect = goose.DialectMySQL
		options = append(options, goose.WithSessionLocker(mysqlLock{}))
	}
	return goose.NewProvider(dialect, pool, files, options...)
}

func notNewer(ctx context.Context, p *goose.Provider) error {
	current, target, err := p.GetVersions(ctx)
	if err == nil && current > target {
		return fault.Newf(fault.Conflict, "schema_newer",
			"数据库结构为第%d版,本程序只支持到第%d版:请使用新版程序", current, target)
	}
	return err
}

// mysqlLock lets one process migrate at a time. The name is the server's, so it
// holds the database's.
type mysqlLock struct{}

func (mysqlLock) SessionLock(ctx context.Context, conn *sql.Conn) error {
	var got sql.NullInt64
	err := conn.QueryRowContext(ctx, "SELECT GET_LOCK(CONCAT('luodi:', MD5(DATABASE())), ?)", migrationWait).Scan(&got)
	if err == nil && got.Int64 != 1 {
		err = errUnavailable(errors.New("store: another process is migrating"))
	}
	return err
}

func (mysqlLock) SessionUnlock(ctx context.Context, conn *sql.Conn) error {
	_, err := conn.ExecContext(ctx, "DO RELEASE_LOCK(CONCAT('luodi:', MD5(DATABASE())))")
	return err
}
