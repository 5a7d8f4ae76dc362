package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"regexp"
	"slices"
	"strings"

	"github.com/go-sql-driver/mysql"
	"modernc.org/sqlite"

	"luodi/internal/fault"
)

// Errors of MySQL and MariaDB, by number.
const (
	mysqlDuplicate   = 1062
	mysqlDataTooLong = 1406
	mysqlOutOfRange  = 1264
	mysqlNoParent    = 1452
)

var (
	// mysqlAgain asks for the whole transaction again: lock wait timeout, deadlock,
	// MariaDB's "record has changed since last read".
	mysqlAgain = []uint16{1205, 1213, 1020}
	// mysqlAway: too many connections, access denied, unknown database, shutting
	// down, killed, read-only while failing over.
	mysqlAway = []uint16{1040, 1044, 1045, 1049, 1053, 1077, 1129, 1203, 1290, 1317, 1836, 1927}
	// mysqlBadText: a text that is no valid UTF-8.
	mysqlBadText = []uint16{1300, 1366, 3854}
)

// Errors of SQLite: the extended code's lower byte is the primary one.
const (
	sqliteCheck      = 275
	sqliteForeignKey = 787
	sqlitePrimaryKey = 1555
	sqliteUnique     = 2067
)

// sqliteAway: busy, locked, read-only, interrupted by its context, disk error,
// corrupt, disk full, can't open.
var sqliteAway = []int{5, 6, 8, 9, 10, 11, 13, 14}

func errUnavailable(cause error) *fault.Error {
	return fault.New(fault.Unavailable, "database_unavailable", "数据库暂时不可用,请稍后再试").Because(cause)
}

// translate turns a database's error into a fault and leaves faults alone.
func translate(err error) error {
	var known *fault.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &known):
		return err
	case away(err) || again(err):
		return errUnavailable(err)
	}
	if f := refused(err); f != nil {
		return f.Because(err)
	}
	return fault.From(err)
}

// away reports whether the database can't be asked, or not in time.
func away(err error) bool {
	var (
		my  *mysql.MySQLError
		lit *sqlite.Error
		net net.Error
	)
	switch {
	case errors.As(err, &my):
		return slices.Contains(mysqlAway, my.Number)
	case errors.As(err, &lit):
		return slices.Contains(sqliteAway, lit.Code()&0xff)
	case errors.As(err, &net):
		return true
	}
	for _, known := range []error{
		context.Canceled, context.DeadlineExceeded, driver.ErrBadConn, mysql.ErrInvalidConn,
		sql.ErrConnDone, sql.ErrTxDone, io.EOF, io.ErrUnexpectedEOF,
	} {
		if errors.Is(err, known) {
			return true
		}
	}
	return err.Error() == "sql: database is closed" // database/sql doesn't export it
}

// again reports whether the same transaction may succeed on a second try.
func again(err error) bool {
	var my *mysql.MySQLError
	if errors.As(err, &my) {
		return slices.Contains(mysqlAgain, my.Number)
	}
	return false
}

// taken reports whether a unique index refused a row.
func taken(err error) bool {
	var (
		my  *mysql.MySQLError
		lit *sqlite.Error
	)
	switch {
	case errors.As(err, &my):
		return my.Number == mysqlDuplicate
	case errors.As(err, &lit):
		return lit.Code() == sqliteUnique || lit.Code() == sqlitePrimaryKey
	}
	return false
}

var (
	mysqlColumn = regexp.MustCompile(`for column '?(?:.*\.)?([a-z_]+)'? at row`)
	sqliteLimit = regexp.MustCompile(`length\(([a-z_]+)\) <=`)
)

// refused names what a database finds wrong with a value. The domain checks
// before; this is the last line, so that nothing is ever cut or half related.
func refused(err error) *fault.Error {
	var (
		my  *mysql.MySQLError
		lit *sqlite.Error
	)
	if errors.As(err, &my) {
		switch {
		case my.Number == mysqlDataTooLong:
			return tooLong(mysqlColumn, my.Message)
		case my.Number == mysqlOutOfRange:
			return fault.New(fault.Invalid, "value_out_of_range", "数值超出允许的范围")
		case my.Number == mysqlNoParent:
			return errReference()
		case slices.Contains(mysqlBadText, my.Number):
			return fault.New(fault.Invalid, "text_invalid", "文字中含有无效字符")
		}
	}
	if errors.As(err, &lit) {
		switch {
		case lit.Code() == sqliteCheck && strings.Contains(lit.Error(), "length("):
			return tooLong(sqliteLimit, lit.Error())
		case lit.Code() == sqliteForeignKey:
			return errReference()
		}
	}
	return nil
}

func tooLong(column *regexp.Regexp, message string) *fault.Error {
	field := "/"
	if m := column.FindStringSubmatch(message); m != nil {
		field += m[1]
	}
	return fault.Field(field, "text_too_long", "文字超过允许的长度")
}

func errReference() *fault.Error {
	return fault.New(fault.Invalid, "reference_unknown", "所引用的单位、用户或项目不存在")
}
