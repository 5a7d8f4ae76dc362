// Package mariadbtest starts a private, throwaway MariaDB server, so that tests
// meet a real server of the MySQL family and need no setting up of their own.
//
// Tests use Main and Database. Fault tests use Server, which they stop, kill and
// start again on the same data and the same address.
package mariadbtest

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"time"

	"github.com/go-sql-driver/mysql"

	"luodi/internal/config"
)

// ErrNotInstalled says that the machine has no MariaDB server program.
var ErrNotInstalled = errors.New("MariaDB server is not installed: run `apt-get install mariadb-server` or `make deps` as root")

const (
	folder       = "luodi-mariadb-" // and a random number, in the system's temporary folder
	user         = "luodi"
	startTimeout = 60 * time.Second
	stopTimeout  = 30 * time.Second
	portAttempts = 3
	logTail      = 2000 // bytes of the server's log that an error shows
)

// sqlMode is MySQL 8's default: data that a production server would refuse is refused here.
const sqlMode = "ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"

// Server is one mariadbd on a free port of 127.0.0.1, with its data in a
// temporary folder. It dies with this process, however that ends. Its methods
// are for one goroutine at a time.
type Server struct {
	dir      string // everything the server writes, removed by Close
	port     int    // kept over Stop and Start: the DSNs stay true
	password string
	process  *os.Process
	exited   chan struct{} // closed when process has ended
}

// New makes the server's data folder and starts it. Close it in the end.
func New(ctx context.Context) (*Server, error) {
	if _, err := program("mariadbd"); err != nil {
		return nil, err
	}
	removeLeftovers()
	dir, err := os.MkdirTemp("", folder)
	if err != nil {
		return nil, err
	}
	s := &Server{dir: dir, password: rand.Text()}
	if err := s.install(ctx); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	for attempt := 1; ; attempt++ {
		if s.port, err = freePort(); err == nil {
			err = s.Start(ctx)
		}
		if err == nil {
			return s, nil
		}
		if attempt == portAttempts || ctx.Err() != nil { // else somebody may have taken the port meanwhile
			return nil, errors.Join(err, s.Close())
		}
	}
}

// Address is HOST:PORT, the same after a restart.
func (s *Server) Address() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)) }

// DSN names a database on this server as the store gets it from the settings
// (config.MySQLDSN). The database must have been created with CreateDatabase.
func (s *Server) DSN(database string) string {
	dsn, err := config.MySQLDSN(s.dsn(database))
	if err != nil {
		panic(err) // we wrote it ourselves
	}
	return dsn
}

// CreateDatabase creates an empty database. Its collation is the server's
// default, which ignores case as MySQL 8's default does: a migration that
// forgets to say its own collation is caught by the conformance suite.
func (s *Server) CreateDatabase(ctx context.Context, name string) error {
	return s.exec(ctx, "CREATE DATABASE `"+name+"`")
}

// DropDatabase removes a database and all that is in it.
func (s *Server) DropDatabase(ctx context.Context, name string) error {
	return s.exec(ctx, "DROP DATABASE IF EXISTS `"+name+"`")
}

// Start starts a stopped server and returns when it accepts queries. It fails
// when the server is running, can't start, or ctx ends first.
func (s *Server) Start(ctx context.Context) error {
	if s.running() {
		return errors.New("mariadbtest: the server is running already")
	}
	if err := s.launch(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	if err := s.awaitReady(ctx); err != nil {
		return errors.Join(fmt.Errorf("mariadbtest: %w; the server's log ends with:\n%s", err, s.tail()), s.Kill())
	}
	return nil
}

// Stop shuts the server down in order. Stopping a stopped server does nothing.
func (s *Server) Stop() error {
	if !s.running() {
		return nil
	}
	if err := s.process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	select {
	case <-s.exited:
		return nil
	case <-time.After(stopTimeout):
		return errors.Join(errors.New("mariadbtest: the server did not stop, so it was killed"), s.Kill())
	}
}

// Kill ends the server at once, as a crash would. What it acknowledged is still
// there after Start: it hands every commit to the operating system.
func (s *Server) Kill() error {
	if !s.running() {
		return nil
	}
	if err := s.process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	<-s.exited
	return nil
}

// Close kills the server and removes its data.
func (s *Server) Close() error {
	return errors.Join(s.Kill(), os.RemoveAll(s.dir))
}

func (s *Server) running() bool {
	if s.exited == nil {
		return false
	}
	select {
	case <-s.exited:
		return false
	default:
		return true
	}
}

func (s *Server) path(name string) string { return filepath.Join(s.dir, name) }

// options are common to making the data folder and to serving it. They ask for
// small files and no fsync: the data lives as long as a test.
func (s *Server) options() []string {
	options := []string{
		"--no-defaults", // the machine's own settings are none of our business
		"--datadir=" + s.path("data"),
		"--character-set-server=utf8mb4",
		"--collation-server=utf8mb4_general_ci",
		"--innodb-log-file-size=8M",
		"--innodb-buffer-pool-size=64M",
		"--innodb-flush-method=O_DIRECT_NO_FSYNC",
		"--innodb-flush-log-at-trx-commit=2",
		"--innodb-doublewrite=0",
		"--skip-log-bin",
		"--skip-name-resolve",
	}
	if os.Geteuid() == 0 {
		options = append(options, "--user=root")
	}
	return options
}

func (s *Server) install(ctx context.Context) error {
	name, err := program("mariadb-install-db")
	if err != nil {
		return err
	}
	// The account is made again at every start, which costs nothing and needs no
	// second kind of start. root stays what it is: no password, but only over the
	// socket inside our own folder.
	account := fmt.Sprintf("CREATE OR REPLACE USER '%s'@'127.0.0.1' IDENTIFIED BY '%s';\nGRANT ALL ON *.* TO '%s'@'127.0.0.1';\n",
		user, s.password, user)
	if err := os.WriteFile(s.path("init.sql"), []byte(account), 0o600); err != nil {
		return err
	}
	output, err := exec.CommandContext(ctx, name, append(s.options(), "--skip-test-db")...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("mariadbtest: mariadb-install-db: %w\n%s", err, output)
	}
	return nil
}

func (s *Server) launch() error {
	name, err := program("mariadbd")
	if err != nil {
		return err
	}
	output, err := os.OpenFile(s.path("mariadbd.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer output.Close()
	command := exec.Command(name, append(s.options(),
		"--bind-address=127.0.0.1",
		"--port="+strconv.Itoa(s.port),
		"--socket=mariadbd.sock", // relative to the data folder: the length of a socket's path is limited
		"--pid-file="+s.path("mariadbd.pid"),
		"--init-file="+s.path("init.sql"),
		"--sql-mode="+sqlMode,
		"--default-time-zone=+00:00",
		"--max-connections=300",
	)...)
	command.Stdout, command.Stderr = output, output
	command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	s.exited = make(chan struct{})
	started := make(chan error)
	go func() {
		// The kernel sends Pdeathsig when the starting thread ends, not the
		// process: the thread must be ours for as long as the server lives.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer close(s.exited)
		err := command.Start()
		started <- err
		if err == nil {
			_ = command.Wait() // how it ended is in the log
		}
	}()
	if err := <-started; err != nil {
		return err
	}
	s.process = command.Process
	return nil
}

func (s *Server) awaitReady(ctx context.Context) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		err := s.exec(ctx, "SELECT 1")
		if err == nil {
			return nil
		}
		select {
		case <-s.exited:
			return errors.New("the server ended while starting")
		case <-ctx.Done():
			return fmt.Errorf("the server is not ready: %w", err)
		case <-tick.C:
		}
	}
}

// exec runs one statement on a connection of its own.
func (s *Server) exec(ctx context.Context, statement string) error {
	options, err := mysql.ParseDSN(s.dsn(""))
	if err != nil {
		return err
	}
	options.Logger = log.New(io.Discard, "", 0) // refused connections while starting are expected
	connector, err := mysql.NewConnector(options)
	if err != nil {
		return err
	}
	db := sql.OpenDB(connector)
	defer db.Close()
	_, err = db.ExecContext(ctx, statement)
	return err
}

func (s *Server) dsn(database string) string {
	options := mysql.NewConfig()
	options.User, options.Passwd = user, s.password
	options.Net, options.Addr, options.DBName = "tcp", s.Address(), database
	return options.FormatDSN()
}

func (s *Server) tail() []byte {
	text, err := os.ReadFile(s.path("mariadbd.log"))
	if err != nil {
		return []byte(err.Error())
	}
	return bytes.TrimSpace(text[max(0, len(text)-logTail):])
}

// program finds a program in PATH or where Debian keeps servers, which is not in
// the PATH of an ordinary user.
func program(name string) (string, error) {
	for _, candidate := range []string{name, "/usr/sbin/" + name, "/usr/local/sbin/" + name} {
		if path, err := exec.LookPath(candidate); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("%w (no %s)", ErrNotInstalled, name)
}

// removeLeftovers removes the folders of test processes that crashed: their server
// died with them and their data didn't. No test runs for a day.
func removeLeftovers() {
	dirs, _ := filepath.Glob(filepath.Join(os.TempDir(), folder+"*")) // the pattern is well-formed
	for _, dir := range dirs {
		if info, err := os.Lstat(dir); err == nil && info.IsDir() && time.Since(info.ModTime()) > 24*time.Hour {
			_ = os.RemoveAll(dir) // somebody else's, perhaps: then they remove it
		}
	}
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	return l.Addr().(*net.TCPAddr).Port, l.Close()
}
