package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"luodi/internal/mariadbtest"
)

// The test program is luodi itself when childVariable is set: what is killed and
// started again is the real thing, and needs no building of its own.
const (
	childVariable    = "LUODI_TEST_CHILD"
	shiftVariable    = "LUODI_TEST_CLOCK_SHIFT"    // a duration added to the child's clock
	continueVariable = "LUODI_TEST_CONTINUE_AFTER" // events of history before the child's processes continue as new
)

func TestMain(m *testing.M) {
	if os.Getenv(childVariable) == "" {
		mariadbtest.Main(m)
	}
	if text := os.Getenv(shiftVariable); text != "" {
		shift, err := time.ParseDuration(text)
		if err != nil {
			panic(err)
		}
		clock = func() time.Time { return time.Now().Add(shift) }
	}
	if text := os.Getenv(continueVariable); text != "" {
		events, err := strconv.Atoi(text)
		if err != nil {
			panic(err)
		}
		continueAfter = events
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Environ(), os.Stdout, os.Stderr))
}

// Bounds of a child's life. They are long for a loaded machine; what the product
// promises (drainPromise) is exact.
const (
	startWithin  = 90 * time.Second
	finishWithin = 90 * time.Second
	drainPromise = 10 * time.Second
)

// child is one process of luodi.
type child struct {
	testing.TB
	cmd      *exec.Cmd
	out, err *output
	exited   chan struct{}
}

// launch starts luodi and doesn't wait for it. It dies with the test, if not before.
func launch(t testing.TB, shift time.Duration, args ...string) *child {
	t.Helper()
	c := &child{TB: t, cmd: exec.Command(os.Args[0], args...), out: newOutput(), err: newOutput(), exited: make(chan struct{})}
	c.cmd.Env = append(os.Environ(), childVariable+"=1")
	if shift != 0 {
		c.cmd.Env = append(c.cmd.Env, shiftVariable+"="+shift.String())
	}
	c.cmd.Stdout, c.cmd.Stderr = c.out, c.err
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = c.cmd.Wait() // the exit code is asked for where it matters
		close(c.exited)
	}()
	t.Cleanup(c.kill)
	return c
}

// serving starts luodi serve, or another command with an address, and waits until it is ready.
func serving(t testing.TB, args ...string) (*child, string) {
	t.Helper()
	c := launch(t, 0, args...)
	return c, c.address()
}

// address waits for the line that says where luodi answers.
func (c *child) address() string {
	c.Helper()
	return strings.TrimPrefix(c.announced("luodi: ready "), "luodi: ready ")
}

// announced waits for a line on stdout.
func (c *child) announced(prefix string) string {
	c.Helper()
	return c.waited(func() (string, <-chan struct{}) { return c.out.line(prefix) })
}

// logged waits until the log says text.
func (c *child) logged(text string) {
	c.Helper()
	c.waited(func() (string, <-chan struct{}) { return c.err.containing(text) })
}

func (c *child) waited(look func() (string, <-chan struct{})) string {
	c.Helper()
	deadline := time.After(startWithin)
	for {
		line, more := look()
		if line != "" {
			return line
		}
		select {
		case <-more:
		case <-c.exited:
			c.Fatalf("luodi ended with %d before it said what was awaited:\n%s", c.code(), c.err)
		case <-deadline:
			c.Fatalf("luodi did not say what was awaited within %s:\n%s", startWithin, c.err)
		}
	}
}

// kill is kill -9; a process that has ended stays as it was.
func (c *child) kill() {
	_ = c.cmd.Process.Kill()
	<-c.exited
}

// stop is a polite end, which must be clean and within ten seconds.
func (c *child) stop() {
	c.Helper()
	began := time.Now()
	if err := c.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		c.Fatal(err)
	}
	if code := c.finish(); code != 0 {
		c.Fatalf("exit status %d after SIGTERM:\n%s", code, c.err)
	}
	// A second for the operating system to clear the process away.
	if took := time.Since(began); took > drainPromise+time.Second {
		c.Fatalf("stopping took %s", took)
	}
}

// finish waits for the end and returns the exit status.
func (c *child) finish() int {
	c.Helper()
	select {
	case <-c.exited:
	case <-time.After(finishWithin):
		c.kill()
		c.Fatalf("luodi did not end within %s:\n%s", finishWithin, c.err)
	}
	return c.code()
}

func (c *child) code() int { return c.cmd.ProcessState.ExitCode() }

// finished runs a command of luodi to its end.
func finished(t testing.TB, args ...string) (c *child, code int) {
	t.Helper()
	c = launch(t, 0, args...)
	return c, c.finish()
}

// output collects what a process writes.
type output struct {
	mu   sync.Mutex
	data bytes.Buffer
	more chan struct{} // closed at the next write
}

func newOutput() *output { return &output{more: make(chan struct{})} }

// Write implements io.Writer.
func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	close(o.more)
	o.more = make(chan struct{})
	return o.data.Write(p)
}

// String is everything so far.
func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.data.String()
}

// line finds the first whole line with a prefix; more is closed when there is news.
func (o *output) line(prefix string) (found string, more <-chan struct{}) {
	return o.find(func(line string) bool { return strings.HasPrefix(line, prefix) })
}

func (o *output) containing(text string) (found string, more <-chan struct{}) {
	return o.find(func(line string) bool { return strings.Contains(line, text) })
}

func (o *output) find(is func(string) bool) (found string, more <-chan struct{}) {
	o.mu.Lock()
	defer o.mu.Unlock()
	text := o.data.String()
	for line := range strings.Lines(text) {
		if is(line) && strings.HasSuffix(line, "\n") {
			return strings.TrimSpace(line), o.more
		}
	}
	return "", o.more
}
