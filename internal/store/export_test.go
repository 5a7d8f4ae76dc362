package store

import (
	"context"
	"time"

	"github.com/pressly/goose/v3"
	"gorm.io/gorm/logger"
)

// Setting reads one of SQLite's settings on the writing or a reading connection.
func (s *Store) Setting(name string, writer bool) (value string) {
	db := s.read
	if writer {
		db = s.write
	}
	db.Raw("PRAGMA " + name).Scan(&value)
	return value
}

// recorder is a logger that takes down statements.
type recorder func(sql string)

func (r recorder) LogMode(logger.LogLevel) logger.Interface { return r }
func (recorder) Info(context.Context, string, ...any)       {}
func (recorder) Warn(context.Context, string, ...any)       {}
func (recorder) Error(context.Context, string, ...any)      {}
func (r recorder) Trace(_ context.Context, _ time.Time, fc func() (string, int64), _ error) {
	sql, _ := fc()
	r(sql)
}

// MigrateTo brings the schema to a version, as an older program left it.
func (s *Store) MigrateTo(ctx context.Context, version int64) error {
	return s.migrating(ctx, func(p *goose.Provider) error {
		_, err := p.UpTo(ctx, version)
		return err
	})
}
