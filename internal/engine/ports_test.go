//go:build !external

package engine

import (
	"errors"
	"log/slog"
	"net"
	"path/filepath"
	"testing"

	"go.temporal.io/server/common/dynamicconfig"
	"go.temporal.io/server/common/primitives"
	"go.temporal.io/server/temporal"
)

// TestTakenPortIsAnErrorNotTheEndOfTheProcess: the start must be able to retry.
func TestTakenPortIsAnErrorNotTheEndOfTheProcess(t *testing.T) {
	file := filepath.Join(t.TempDir(), "temporal.db")
	store := sqlConfig(file)
	if err := prepareStorage(t.Context(), file, store, DefaultNamespace, nil); err != nil {
		t.Fatal(err)
	}
	for _, service := range temporal.DefaultServices {
		ports, err := freePorts()
		if err != nil {
			t.Fatal(err)
		}
		thief, err := net.Listen("tcp", ports.address(primitives.ServiceName(service)))
		if err != nil {
			t.Fatal(err)
		}
		defer thief.Close()
		_, err = tryServer(store, dynamicconfig.NewNoopClient(), ports, serverLogger{slog.New(slog.DiscardHandler)})
		var fatal *fatalError
		if !errors.As(err, &fatal) {
			t.Errorf("port of %s taken: error is %v", service, err)
		}
	}
}
