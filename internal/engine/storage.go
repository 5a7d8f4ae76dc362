//go:build !external

package engine

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	enumspb "go.temporal.io/api/enums/v1"
	persistencespb "go.temporal.io/server/api/persistence/v1"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/log"
	"go.temporal.io/server/common/metrics"
	"go.temporal.io/server/common/persistence"
	"go.temporal.io/server/common/persistence/serialization"
	serversql "go.temporal.io/server/common/persistence/sql"
	"go.temporal.io/server/common/persistence/sql/sqlplugin"
	"go.temporal.io/server/common/persistence/sql/sqlplugin/sqlite"
	"go.temporal.io/server/common/resolver"
	"go.temporal.io/server/common/searchattribute/sadefs"
	sqliteschema "go.temporal.io/server/schema/sqlite"
	"google.golang.org/protobuf/types/known/durationpb"
)

// schemaVersion names the server's SQLite schema for executions and visibility.
const schemaVersion = sqliteschema.Version + "/" + sqliteschema.VisibilityVersion

// pragmas of every connection to temporal.db. FULL: a commit that was
// acknowledged has been flushed to disk and survives loss of power.
var pragmas = map[string]string{
	"journal_mode": "WAL",
	"synchronous":  "FULL",
	"busy_timeout": "5000", // ms; a backup or an inspection may hold the file for a moment
}

// sqlConfig keeps the server's single connection: its transactions begin by
// reading, and two of them at once would make SQLite refuse the second's write.
func sqlConfig(file string) *config.SQL {
	attributes := maps.Clone(pragmas)
	attributes["mode"] = "rwc"
	return &config.SQL{
		PluginName:        sqlite.PluginName,
		DatabaseName:      uriPath(file),
		ConnectAttributes: attributes,
		MaxConns:          1,
		MaxIdleConns:      1,
	}
}

// uriPath escapes what would end the path in SQLite's "file:" URI.
func uriPath(file string) string {
	return strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(filepath.ToSlash(file))
}

func prepareStorage(ctx context.Context, file string, store *config.SQL, namespace string, attributes map[string]enumspb.IndexedValueType) error {
	if err := createPrivate(file); err != nil {
		return fmt.Errorf("data folder can't be written: %w", err)
	}
	if err := ensureSchema(ctx, file); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	if err := ensureNamespace(ctx, store, namespace, attributes); err != nil {
		return fmt.Errorf("namespace %q: %w", namespace, err)
	}
	return nil
}

// createPrivate makes the file readable for its owner only; SQLite gives its
// -wal and -shm files the same mode.
func createPrivate(file string) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(file, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// openFile is our own short-lived connection beside the server's.
func openFile(file string) (*sql.DB, error) {
	query := url.Values{"_txlock": {"immediate"}}
	for _, name := range slices.Sorted(maps.Keys(pragmas)) { // busy_timeout first: switching to WAL needs the lock
		query.Add("_pragma", name+"="+pragmas[name])
	}
	db, err := sql.Open("sqlite", "file:"+uriPath(file)+"?"+query.Encode())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	return db, nil
}

// checkpoint moves the write-ahead log into the file and empties it.
func checkpoint(ctx context.Context, file string) error {
	db, err := openFile(file)
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	return errors.Join(err, db.Close())
}

// ensureSchema creates the schema in one transaction, so that a crash during
// the first start leaves nothing half made, and notes its version. The server
// has no migrations for SQLite: another version is refused, not guessed at.
func ensureSchema(ctx context.Context, file string) error {
	db, err := openFile(file)
	if err != nil {
		return err
	}
	defer db.Close()
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("not usable as the engine's database: %w", err)
	}
	defer tx.Rollback()
	var tables, ours int
	const count = "SELECT count(*), count(*) FILTER (WHERE name = 'luodi_engine') FROM sqlite_schema WHERE type = 'table'"
	if err := tx.QueryRowContext(ctx, count).Scan(&tables, &ours); err != nil {
		return fmt.Errorf("not usable as the engine's database: %w", err)
	}
	switch {
	case ours == 1:
		return checkVersion(ctx, tx)
	case tables > 0:
		return errors.New("this file was not written by Luodi; choose another data folder")
	}
	if err := sqliteschema.SetupSchemaOnDB(schemaTx{ctx: ctx, tx: tx}); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "CREATE TABLE luodi_engine (schema_version TEXT NOT NULL)"); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "INSERT INTO luodi_engine (schema_version) VALUES (?)", schemaVersion); err != nil {
		return err
	}
	return tx.Commit()
}

func checkVersion(ctx context.Context, tx *sql.Tx) error {
	var found string
	if err := tx.QueryRowContext(ctx, "SELECT schema_version FROM luodi_engine").Scan(&found); err != nil {
		return err
	}
	if found != schemaVersion {
		return fmt.Errorf("written with engine schema %s, this program needs %s: start it with the release of Luodi that wrote it, let its processes end or move to a Temporal cluster, then upgrade", found, schemaVersion)
	}
	return nil
}

// schemaTx lets the server's schema setup run inside our transaction; Exec is
// the only method it calls.
type schemaTx struct {
	sqlplugin.AdminDB
	ctx context.Context
	tx  *sql.Tx
}

// Exec runs one statement of the schema.
func (s schemaTx) Exec(statement string, args ...any) error {
	_, err := s.tx.ExecContext(s.ctx, statement, args...)
	return err
}

// ensureNamespace runs before the server does: through its API a new namespace
// or search attribute becomes usable only when the caches refresh, seconds later.
func ensureNamespace(ctx context.Context, store *config.SQL, name string, attributes map[string]enumspb.IndexedValueType) error {
	db, err := serversql.NewSQLDB(sqlplugin.DbKindMain, store, resolver.NewNoopResolver(), log.NewNoopLogger(), metrics.NoopMetricsHandler)
	if err != nil {
		return err
	}
	defer db.Close()
	rows, err := db.SelectFromNamespace(ctx, sqlplugin.NamespaceFilter{Name: &name})
	if errors.Is(err, sql.ErrNoRows) {
		return createNamespace(store, name, attributes)
	}
	if err != nil {
		return err
	}
	return extendNamespace(ctx, db, rows[0], attributes)
}

func createNamespace(store *config.SQL, name string, attributes map[string]enumspb.IndexedValueType) error {
	n, err := sqliteschema.NewNamespaceConfig(clusterName, name, false, nil)
	if err != nil {
		return err
	}
	n.Detail.Config.Retention = durationpb.New(Retention)
	if _, err := addSearchAttributes(n.Detail.Config, attributes); err != nil {
		return err
	}
	return sqliteschema.CreateNamespaces(store, n)
}

func extendNamespace(ctx context.Context, db sqlplugin.DB, row sqlplugin.NamespaceRow, attributes map[string]enumspb.IndexedValueType) error {
	serializer := serialization.NewSerializer()
	detail, err := serializer.NamespaceDetailFromBlob(persistence.NewDataBlob(row.Data, row.DataEncoding))
	if err != nil {
		return err
	}
	added, err := addSearchAttributes(detail.Config, attributes)
	if err != nil || !added {
		return err
	}
	blob, err := serializer.NamespaceDetailToBlob(detail)
	if err != nil {
		return err
	}
	row.Data, row.DataEncoding = blob.GetData(), blob.GetEncodingType().String()
	_, err = db.UpdateNamespace(ctx, &row)
	return err
}

// addSearchAttributes gives each new name a free column of its type. A name
// never moves to another column: its old values are there.
func addSearchAttributes(c *persistencespb.NamespaceConfig, attributes map[string]enumspb.IndexedValueType) (added bool, err error) {
	columns := sadefs.GetDBIndexSearchAttributes(nil).CustomSearchAttributes
	known := map[string]string{}
	for column, name := range c.CustomSearchAttributeAliases {
		known[name] = column
	}
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		kind := attributes[name]
		if column, ok := known[name]; ok {
			if columns[column] != kind {
				return false, fmt.Errorf("search attribute %s is of type %s in the database and can't become %s: give it a new name", name, columns[column], kind)
			}
			continue
		}
		column, ok := freeColumn(columns, c.CustomSearchAttributeAliases, kind)
		if !ok {
			return false, fmt.Errorf("search attribute %s: all columns of type %s are taken", name, kind)
		}
		if c.CustomSearchAttributeAliases == nil {
			c.CustomSearchAttributeAliases = map[string]string{}
		}
		c.CustomSearchAttributeAliases[column] = name
		added = true
	}
	return added, nil
}

func freeColumn(columns map[string]enumspb.IndexedValueType, used map[string]string, kind enumspb.IndexedValueType) (string, bool) {
	for _, column := range slices.Sorted(maps.Keys(columns)) {
		if _, taken := used[column]; !taken && columns[column] == kind {
			return column, true
		}
	}
	return "", false
}
