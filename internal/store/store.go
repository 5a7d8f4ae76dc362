// Package store keeps Luodi's business data in SQLite or MySQL, with one code path
// and one conformance suite (package storetest) for both. It fills in the ports
// that packages app and auth declare.
package store

import (
	"context"
	"database/sql"
	"log/slog"
	"net/url"
	"path/filepath"
	"sync"

	"github.com/go-sql-driver/mysql"
	gormmysql "gorm.io/driver/mysql"
	gormsqlite "gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
	_ "modernc.org/sqlite" // registers the driver "sqlite", which needs no cgo

	"luodi/internal/app"
	"luodi/internal/fault"
)

// The kinds of database.
const (
	SQLite = "sqlite"
	MySQL  = "mysql"
)

// Options say which database to open.
type Options struct {
	Database string // SQLite or MySQL
	Path     string // of the SQLite file; its folder must exist
	DSN      string // of MySQL, as config.MySQLDSN completes it
}

// Store is an open database. It is safe for concurrent use.
type Store struct {
	kind string
	// SQLite has one writer at a time, so write is one connection whose waiting
	// happens in Go, and read is a pool that can't write. On MySQL both are one pool.
	write, read *gorm.DB
	full        *full
	roles       *sync.Map // sets of roles that the table is known to hold
	log         *slog.Logger
}

var (
	_ app.Journal   = (*Store)(nil)
	_ app.Reads     = (*Store)(nil)
	_ app.Sweeps    = (*Store)(nil)
	_ app.Directory = (*Store)(nil)

	_ app.DraftStore = (*Store)(nil)
	_ app.Expiry     = (*Store)(nil)
)

// Sizes of the connection pools.
const (
	sqliteReaders = 8
	mysqlPool     = 32
)

// Open opens the database and looks whether it answers. It creates an empty SQLite
// file but no tables: that is Migrate. Unavailable when the database is away;
// Invalid "database_settings" when the options make no sense.
func Open(ctx context.Context, o Options, log *slog.Logger) (*Store, error) {
	s := &Store{kind: o.Database, full: &full{}, roles: &sync.Map{}, log: log}
	var err error
	switch o.Database {
	case SQLite:
		err = s.openSQLite(o.Path)
	case MySQL:
		err = s.openMySQL(o.DSN)
	default:
		return nil, badSettings("数据库类型应为 sqlite 或 mysql")
	}
	if err == nil {
		err = s.Ping(ctx)
	}
	if err != nil {
		_ = s.Close() // the error that counts is the first
		return nil, translate(err)
	}
	return s, nil
}

func badSettings(message string) *fault.Error {
	return fault.New(fault.Invalid, "database_settings", message)
}

func (s *Store) openSQLite(path string) (err error) {
	if path == "" {
		return badSettings("未指明 SQLite 数据文件")
	}
	if path, err = filepath.Abs(path); err != nil {
		return err
	}
	file := "file:" + (&url.URL{Path: path}).EscapedPath()
	// FULL: a commit is on disk when it returns, power loss included.
	common := url.Values{"_time_format": {"sqlite"}, "_pragma": {
		"busy_timeout(1500)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)",
	}}
	// The first statement of a writing transaction may be a read; without immediate
	// locking its upgrade to a write could fail when a backup tool wrote meanwhile.
	common.Set("_txlock", "immediate")
	if s.write, err = openPool(file+"?"+common.Encode(), 1); err != nil {
		return err
	}
	common.Del("_txlock")
	common.Add("_pragma", "query_only(1)")
	s.read, err = openPool(file+"?"+common.Encode(), sqliteReaders)
	return err
}

func openPool(dsn string, size int) (*gorm.DB, error) {
	pool, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(size)
	pool.SetMaxIdleConns(size)
	db, err := gorm.Open(gormsqlite.New(gormsqlite.Config{Conn: pool}), settings())
	if err != nil {
		_ = pool.Close()
	}
	return db, err
}

func (s *Store) openMySQL(dsn string) error {
	c, err := mysql.ParseDSN(dsn)
	if err != nil || !c.ParseTime || !c.ClientFoundRows || c.Loc.String() != "UTC" {
		return badSettings("MySQL 的 DSN 缺少必需的参数(parseTime、clientFoundRows、loc=UTC)")
	}
	c.Logger = driverLog{s.log}
	connector, err := mysql.NewConnector(c)
	if err != nil {
		return err
	}
	pool := sql.OpenDB(connector)
	pool.SetMaxOpenConns(mysqlPool)
	pool.SetMaxIdleConns(mysqlPool)
	// The version isn't asked for: MySQL and MariaDB get the same statements.
	s.write, err = gorm.Open(gormmysql.New(gormmysql.Config{Conn: pool, SkipInitializeWithVersion: true}), settings())
	if err != nil {
		_ = pool.Close()
	}
	s.read = s.write
	return err
}

func settings() *gorm.Config {
	return &gorm.Config{
		SkipDefaultTransaction: true, // every write is in a transaction of ours
		PrepareStmt:            true,
		PrepareStmtMaxSize:     500, // lists with filters come in many shapes
		DisableAutomaticPing:   true,
		Logger:                 logger.Discard, // errors are returned; who gets them logs them
	}
}

// driverLog turns what the MySQL driver prints, such as a lost connection, into log lines.
type driverLog struct{ log *slog.Logger }

func (l driverLog) Print(v ...any) { l.log.Debug("mysql driver", "message", v) }

// Close closes every connection. Calls after it are Unavailable.
func (s *Store) Close() error {
	var first error
	for _, db := range []*gorm.DB{s.write, s.read} {
		if db == nil {
			continue
		}
		pool, err := db.DB()
		if err == nil {
			err = pool.Close()
		}
		if err != nil && first == nil {
			first = err
		}
	}
	return first
}

// Ping asks the database for an answer. Unavailable when there is none.
func (s *Store) Ping(ctx context.Context) error {
	for _, db := range []*gorm.DB{s.write, s.read} {
		pool, err := db.DB()
		if err == nil {
			err = pool.PingContext(ctx)
		}
		if err != nil {
			return translate(err)
		}
	}
	return nil
}
