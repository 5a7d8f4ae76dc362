//go:build !external

package engine_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"go.temporal.io/sdk/client"

	"luodi/internal/engine"
)

// crashDir names the folder for the child process; it is empty in the parent.
const crashDir = "LUODI_ENGINE_CRASH_DIR"

const crashRounds, acknowledgedPerRound = 3, 20

// TestKillLosesNothingAcknowledged kills a child process with SIGKILL while its
// updates are being acknowledged, and looks for every one of them afterwards.
func TestKillLosesNothingAcknowledged(t *testing.T) {
	if dir := os.Getenv(crashDir); dir != "" {
		writeUntilKilled(t, dir)
		return
	}
	dir := t.TempDir()
	var acknowledged string
	for range crashRounds {
		acknowledged = runAndKill(t, dir, acknowledged)
	}
	e := start(t, engine.Embedded{Dir: dir})
	w := startWorker(t, e)
	defer w.Stop()
	// The update under way when the kill came may or may not have been taken.
	if got := add(t, e, "end"); !strings.HasPrefix(got, acknowledged) {
		t.Errorf("acknowledged %q, found %q", acknowledged, got)
	}
	if n := strings.Count(acknowledged, "entry"); n < crashRounds*acknowledgedPerRound {
		t.Errorf("only %d updates were acknowledged before the last kill", n)
	}
}

// runAndKill returns the ledger that the child last acknowledged. Every answer
// must go on where the acknowledged ledger before it ended.
func runAndKill(t *testing.T, dir, acknowledged string) string {
	t.Helper()
	child := exec.Command(os.Args[0], "-test.run=^TestKillLosesNothingAcknowledged$", "-test.timeout=60s")
	child.Env = append(os.Environ(), crashDir+"="+dir)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	defer child.Wait() // its error says that it was killed
	defer child.Process.Kill()
	lines := bufio.NewScanner(out)
	for n := 0; n < acknowledgedPerRound && lines.Scan(); {
		ledger, ok := strings.CutPrefix(lines.Text(), "acknowledged ")
		if !ok {
			continue
		}
		if !strings.HasPrefix(ledger, acknowledged) {
			t.Fatalf("acknowledged %q, then found %q", acknowledged, ledger)
		}
		acknowledged = ledger
		n++
	}
	return acknowledged
}

func writeUntilKilled(t *testing.T, dir string) {
	e := start(t, engine.Embedded{Dir: dir})
	startWorker(t, e)
	_, err := e.Client().ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: "ledger", TaskQueue: "test"}, ledger)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; ; i++ {
		fmt.Println("acknowledged", add(t, e, fmt.Sprintf("entry-%d-%d", os.Getpid(), i)))
	}
}
