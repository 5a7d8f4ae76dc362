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
	return s.migrating(ctx, func(p *goose.Provider) error {
		if err := notNewer(ctx, p); err != nil {
			return err
		}
		results, err := p.Up(ctx)
		for _, r := range results {
			s.log.Info("schema migrated", "migration", path.Base(r.Source.Path), "took", r.Duration)
		}
		return err
	})
}

// CheckSchema reports Conflict "schema_newer" or "schema_pending" unless the
// schema is exactly what this program needs. It applies nothing.
func (s *Store) CheckSchema(ctx context.Context) error {
	return s.migrating(ctx, func(p *goose.Provider) error {
		if err := notNewer(ctx, p); err != nil {
			return err
		}
		pending, err := p.HasPending(ctx)
		if pending {
			return fault.New(fault.Conflict, "schema_pending", "数据库结构尚未升级,请先运行 luodi migrate up")
		}
		return err
	})
}

// MigrationStatus lists every migration this program knows, in order.
func (s *Store) MigrationStatus(ctx context.Context) ([]Migration, error) {
	var out []Migration
	err := s.migrating(ctx, func(p *goose.Provider) error {
		list, err := p.Status(ctx)
		for _, m := range list {
			out = append(out, Migration{
				Version: m.Source.Version, Name: path.Base(m.Source.Path),
				Applied: m.State == goose.StateApplied, At: m.AppliedAt.UTC(),
			})
		}
		return err
	})
	return out, err
}

// migrating runs fn while no other process migrates. goose has a lock too, but
// makes its table of versions before it takes it. SQLite has one process anyway.
func (s *Store) migrating(ctx context.Context, fn func(*goose.Provider) error) error {
	pool, err := s.write.DB()
	if err != nil {
		return translate(err)
	}
	if s.kind == MySQL {
		unlock, err := lock(ctx, pool)
		if err != nil {
			return translate(err)
		}
		defer unlock()
	}
	p, err := s.provider(pool)
	if err != nil {
		return translate(err)
	}
	return translate(fn(p))
}

func (s *Store) provider(pool *sql.DB) (*goose.Provider, error) {
	files, err := fs.Sub(migrations, "migrations/"+s.kind)
	if err != nil {
		return nil, err
	}
	dialect := goose.DialectSQLite3
	if s.kind == MySQL {
		dialect = goose.DialectMySQL
	}
	return goose.NewProvider(dialect, pool, files, goose.WithTableName(schemaTable), goose.WithDisableGlobalRegistry(true))
}

func notNewer(ctx context.Context, p *goose.Provider) error {
	current, target, err := p.GetVersions(ctx)
	if err == nil && current > target {
		return fault.Newf(fault.Conflict, "schema_newer",
			"数据库结构为第%d版,本程序只支持到第%d版:请使用新版程序", current, target)
	}
	return err
}

// lock takes MySQL's named lock for this database. It belongs to a connection, so
// a process that dies gives it back.
func lock(ctx context.Context, pool *sql.DB) (unlock func(), err error) {
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, err
	}
	var got sql.NullInt64
	err = conn.QueryRowContext(ctx, "SELECT GET_LOCK(CONCAT('luodi:', MD5(DATABASE())), ?)", migrationWait).Scan(&got)
	if err == nil && got.Int64 != 1 {
		err = errUnavailable(errors.New("store: another process is migrating"))
	}
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	return func() {
		// A connection that can't release the lock is broken, and has lost it.
		_, _ = conn.ExecContext(context.WithoutCancel(ctx), "DO RELEASE_LOCK(CONCAT('luodi:', MD5(DATABASE())))")
		_ = conn.Close()
	}, nil
}
