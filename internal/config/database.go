package config

import (
	"errors"
	"maps"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"
)

// The kinds of business database.
const (
	SQLite = "sqlite"
	MySQL  = "mysql"
)

// Database says where business data lives.
type Database struct {
	Kind string // SQLite (a file under DataDir) or MySQL
	DSN  Secret // of MySQL, as MySQLDSN makes it
}

// dialTimeout bounds connecting to the database: a request must learn within 2 s
// that it is away.
const dialTimeout = time.Second

// session settings that every connection gets, whatever the server's defaults
// are: UTC, and MySQL 8's strict mode, so that no value is ever cut or guessed.
var session = map[string]string{
	"time_zone": "'+00:00'",
	"sql_mode":  "'ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'",
}

// errDSN doesn't repeat the driver's words: those may quote parts of a password.
var errDSN = errors.New("MySQL 的 DSN 应写作 用户:口令@tcp(主机:3306)/库名,可加 ?tls=true 等参数")

// MySQLDSN completes a DSN of github.com/go-sql-driver/mysql with what the store
// relies on, replacing what the DSN says otherwise: times in UTC, utf8mb4 compared
// by code point, strict SQL mode, and affected rows counted as SQLite counts them
// (rows found, not rows changed). The error never contains the DSN.
func MySQLDSN(dsn string) (string, error) {
	c, err := mysql.ParseDSN(dsn)
	// Without "@" the driver takes user and password for the name of a network.
	if err != nil || c.DBName == "" || c.Net != "tcp" && c.Net != "unix" {
		return "", errDSN
	}
	c.ParseTime = true
	c.Loc = time.UTC
	c.ClientFoundRows = true
	c.Collation = "utf8mb4_bin" // known to MySQL and MariaDB alike
	if c.Timeout == 0 {
		c.Timeout = dialTimeout
	}
	if c.Params == nil {
		c.Params = map[string]string{}
	}
	maps.Copy(c.Params, session)
	return c.FormatDSN(), nil
}

func parseDatabase(text string) (Database, error) {
	if text == SQLite {
		return Database{Kind: SQLite}, nil
	}
	dsn, ok := strings.CutPrefix(text, MySQL+":")
	if !ok {
		return Database{}, errors.New("应为 sqlite 或 mysql:DSN")
	}
	full, err := MySQLDSN(dsn)
	if err != nil {
		return Database{}, err
	}
	return Database{Kind: MySQL, DSN: NewSecret(full)}, nil
}
