package engine_test

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"luodi/internal/engine"
)

// TestExternalBuildHasNoServer asks the go command what the external build needs.
func TestExternalBuildHasNoServer(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "-tags", "external", ".").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if !strings.Contains(string(out), "go.temporal.io/sdk/client") {
		t.Fatalf("this is no list of dependencies: %s", out)
	}
	for _, unwanted := range []string{"go.temporal.io/server", "modernc.org/sqlite"} {
		if strings.Contains(string(out), unwanted) {
			t.Errorf("the external build contains %s", unwanted)
		}
	}
}

func TestDialRefusesWhatCannotWork(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		options engine.External
		want    string
	}{
		"no address":          {engine.External{}, "address is empty"},
		"key in the clear":    {engine.External{Address: "x:1", APIKey: "secret"}, "needs TLS"},
		"no such CA file":     {engine.External{Address: "x:1", TLS: engine.TLSConfig{Enabled: true, CAFile: "missing.pem"}}, "missing.pem"},
		"CA file without PEM": {engine.External{Address: "x:1", TLS: engine.TLSConfig{Enabled: true, CAFile: empty}}, "no PEM certificate"},
		"key without cert":    {engine.External{Address: "x:1", TLS: engine.TLSConfig{Enabled: true, KeyFile: empty}}, "client certificate"},
	} {
		_, err := engine.Dial(t.Context(), c.options)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: error is %v, want %q in it", name, err, c.want)
		}
	}
}

func TestDialSaysWhichEngineIsAway(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close() // nobody listens there now
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	_, err = engine.Dial(ctx, engine.External{Address: address})
	if err == nil || !strings.Contains(err.Error(), address) {
		t.Errorf("error is %v", err)
	}
}
