//go:build !external

package engine_test

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"luodi/internal/engine"
)

var searchAttributes = map[string]enumspb.IndexedValueType{
	"LuodiUnit": enumspb.INDEXED_VALUE_TYPE_KEYWORD,
	"LuodiDue":  enumspb.INDEXED_VALUE_TYPE_DATETIME,
}

var unitKey = temporal.NewSearchAttributeKeyKeyword("LuodiUnit")

func start(t *testing.T, o engine.Embedded) *engine.Engine {
	t.Helper()
	began := time.Now()
	e, err := engine.StartEmbedded(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("ready after %v", time.Since(began))
	t.Cleanup(func() { stop(t, e) })
	return e
}

func stop(t *testing.T, e *engine.Engine) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	began := time.Now()
	if err := e.Close(ctx); err != nil {
		t.Error(err)
	}
	t.Logf("stopped after %v", time.Since(began))
}

// ledger keeps a list that grows by updates: state that must survive a restart.
func ledger(ctx workflow.Context) error {
	var entries []string
	err := workflow.SetUpdateHandler(ctx, "add", func(_ workflow.Context, entry string) (string, error) {
		entries = append(entries, entry)
		return strings.Join(entries, ","), nil
	})
	if err != nil {
		return err
	}
	return workflow.Await(ctx, func() bool { return false })
}

func startWorker(t *testing.T, e *engine.Engine) worker.Worker {
	t.Helper()
	w := worker.New(e.Client(), "test", engine.WorkerOptions())
	w.RegisterWorkflow(ledger)
	if err := w.Start(); err != nil {
		t.Fatal(err)
	}
	return w
}

func add(t *testing.T, e *engine.Engine, entry string) string {
	t.Helper()
	h, err := e.Client().UpdateWorkflow(t.Context(), client.UpdateWorkflowOptions{
		WorkflowID: "ledger", UpdateName: "add", Args: []any{entry}, WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	if err != nil {
		t.Fatal(err)
	}
	var all string
	if err := h.Get(t.Context(), &all); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestStopAndStartKeepsEverything(t *testing.T) {
	o := engine.Embedded{Dir: filepath.Join(t.TempDir(), "落地 50%#?"), SearchAttributes: searchAttributes}
	e := start(t, o)
	w := startWorker(t, e)
	_, err := e.Client().ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{
		ID: "ledger", TaskQueue: "test",
		TypedSearchAttributes: temporal.NewSearchAttributes(unitKey.ValueSet("发改委")),
	}, ledger)
	if err != nil {
		t.Fatal(err)
	}
	if got := add(t, e, "研判"); got != "研判" {
		t.Fatalf("first update answered %q", got)
	}
	w.Stop()
	stop(t, e)
	if err := e.Ping(t.Context()); err == nil {
		t.Error("a closed engine still answers Ping")
	}
	if wal, err := os.Stat(filepath.Join(o.Dir, "temporal.db-wal")); err == nil && wal.Size() > 0 {
		t.Errorf("write-ahead log holds %d bytes after a clean stop", wal.Size())
	}

	o.SearchAttributes = map[string]enumspb.IndexedValueType{
		"LuodiUnit": enumspb.INDEXED_VALUE_TYPE_KEYWORD, "LuodiNew": enumspb.INDEXED_VALUE_TYPE_KEYWORD,
	}
	e = start(t, o)
	defer startWorker(t, e).Stop()
	if err := e.Ping(t.Context()); err != nil {
		t.Error(err)
	}
	if got := add(t, e, "包联"); got != "研判,包联" {
		t.Errorf("after the restart the update answered %q", got)
	}
	d, err := e.Client().DescribeWorkflow(t.Context(), "ledger", "")
	if err != nil {
		t.Fatal(err)
	}
	if unit, _ := d.TypedSearchAttributes.GetKeyword(unitKey); unit != "发改委" {
		t.Errorf("search attribute is %q after the restart", unit)
	}
	checkSearchAttributes(t, e, "LuodiUnit", "LuodiDue", "LuodiNew")
	checkRetention(t, e)
}

func checkSearchAttributes(t *testing.T, e *engine.Engine, names ...string) {
	t.Helper()
	r, err := e.Client().OperatorService().ListSearchAttributes(t.Context(), &operatorservice.ListSearchAttributesRequest{Namespace: e.Namespace()})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if _, ok := r.GetCustomAttributes()[name]; !ok {
			t.Errorf("search attribute %s is not registered; there are %v", name, r.GetCustomAttributes())
		}
	}
}

func checkRetention(t *testing.T, e *engine.Engine) {
	t.Helper()
	r, err := e.Client().WorkflowService().DescribeNamespace(t.Context(), &workflowservice.DescribeNamespaceRequest{Namespace: engine.DefaultNamespace})
	if err != nil {
		t.Fatal(err)
	}
	if got := r.GetConfig().GetWorkflowExecutionRetentionTtl().AsDuration(); got != engine.Retention {
		t.Errorf("retention is %v", got)
	}
}

func TestTwoEnginesRunSideBySide(t *testing.T) {
	a := start(t, engine.Embedded{Dir: t.TempDir()})
	b := start(t, engine.Embedded{Dir: t.TempDir(), Namespace: "other"})
	if err := errors.Join(a.Ping(t.Context()), b.Ping(t.Context())); err != nil {
		t.Error(err)
	}
	if b.Namespace() != "other" {
		t.Errorf("namespace is %q", b.Namespace())
	}
}

func TestListensOnLoopbackOnly(t *testing.T) {
	before := len(listeners(t))
	start(t, engine.Embedded{Dir: t.TempDir()})
	open := listeners(t)
	if len(open)-before != 4 {
		t.Errorf("%d listeners opened, want one for each of the 4 services: %v", len(open)-before, open)
	}
	for _, ip := range open {
		if !ip.IsLoopback() {
			t.Errorf("listens on %v", ip)
		}
	}
}

func TestCloseTwiceIsFine(t *testing.T) {
	e := start(t, engine.Embedded{Dir: t.TempDir()})
	stop(t, e)
	stop(t, e)
}

func TestStopsWhileWorkersStillPoll(t *testing.T) {
	e := start(t, engine.Embedded{Dir: t.TempDir()})
	w := startWorker(t, e)
	defer w.Stop()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if err := e.Close(ctx); err != nil {
		t.Error(err)
	}
}

func TestSearchAttributeCannotChangeItsType(t *testing.T) {
	o := engine.Embedded{Dir: t.TempDir(), SearchAttributes: searchAttributes}
	stop(t, start(t, o))
	o.SearchAttributes = map[string]enumspb.IndexedValueType{"LuodiUnit": enumspb.INDEXED_VALUE_TYPE_INT}
	mustRefuse(t, o, "LuodiUnit")
}

func TestTooManySearchAttributesAreRefused(t *testing.T) {
	o := engine.Embedded{Dir: t.TempDir(), SearchAttributes: map[string]enumspb.IndexedValueType{}}
	for _, name := range []string{"A", "B", "C", "D"} {
		o.SearchAttributes[name] = enumspb.INDEXED_VALUE_TYPE_BOOL
	}
	mustRefuse(t, o, "all columns of type Bool are taken")
}

func TestForeignFileIsRefused(t *testing.T) {
	o := engine.Embedded{Dir: t.TempDir()}
	execute(t, o.Dir, "CREATE TABLE something (x)")
	mustRefuse(t, o, "not written by Luodi")
}

func TestGarbageFileIsRefused(t *testing.T) {
	o := engine.Embedded{Dir: t.TempDir()}
	if err := os.WriteFile(filepath.Join(o.Dir, "temporal.db"), []byte(strings.Repeat("不是数据库", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	mustRefuse(t, o, "not usable as the engine's database")
}

func TestAnotherSchemaIsRefused(t *testing.T) {
	o := engine.Embedded{Dir: t.TempDir()}
	stop(t, start(t, o))
	execute(t, o.Dir, "UPDATE luodi_engine SET schema_version = '0.1/0.1'")
	mustRefuse(t, o, "written with engine schema 0.1/0.1")
}

func mustRefuse(t *testing.T, o engine.Embedded, want string) {
	t.Helper()
	e, err := engine.StartEmbedded(t.Context(), o)
	if err == nil {
		stop(t, e)
		t.Fatalf("started, want an error with %q", want)
	}
	if !strings.Contains(err.Error(), want) {
		t.Errorf("error is %q, want %q in it", err, want)
	}
}

func execute(t *testing.T, dir, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(dir, "temporal.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(statement); err != nil {
		t.Fatal(err)
	}
}

// listeners reads the addresses on which this process listens from the kernel.
func listeners(t *testing.T) []net.IP {
	t.Helper()
	mine := socketInodes(t)
	var ips []net.IP
	for _, file := range []string{"/proc/self/net/tcp", "/proc/self/net/tcp6"} {
		text, err := os.ReadFile(file)
		if errors.Is(err, os.ErrNotExist) {
			t.Skipf("no %s on this system", file)
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(string(text), "\n")[1:] {
			f := strings.Fields(line)
			const listen = "0A"
			if len(f) > 9 && f[3] == listen && mine[f[9]] {
				ips = append(ips, parseIP(t, f[1]))
			}
		}
	}
	return ips
}

func socketInodes(t *testing.T) map[string]bool {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skipf("no list of open files: %v", err)
	}
	inodes := map[string]bool{}
	for _, entry := range entries {
		target, _ := os.Readlink("/proc/self/fd/" + entry.Name()) // a file closed meanwhile is no socket
		if inode, ok := strings.CutPrefix(target, "socket:["); ok {
			inodes[strings.TrimSuffix(inode, "]")] = true
		}
	}
	return inodes
}

func TestDialFindsTheNamespaceOrSaysHowToMakeIt(t *testing.T) {
	e := start(t, engine.Embedded{Dir: t.TempDir()})
	address := frontend(t, e)
	d, err := engine.Dial(t.Context(), engine.External{Address: address})
	if err != nil {
		t.Fatal(err)
	}
	defer stop(t, d)
	if err := d.Ping(t.Context()); err != nil {
		t.Error(err)
	}
	_, err = engine.Dial(t.Context(), engine.External{Address: address, Namespace: "nowhere"})
	if err == nil || !strings.Contains(err.Error(), "namespace create --namespace nowhere") {
		t.Errorf("error is %v", err)
	}
}

// frontend learns the address from the cluster's own record.
func frontend(t *testing.T, e *engine.Engine) string {
	t.Helper()
	r, err := e.Client().OperatorService().ListClusters(t.Context(), &operatorservice.ListClustersRequest{})
	if err != nil {
		t.Fatal(err)
	}
	return r.GetClusters()[0].GetAddress()
}

func TestQuietWhenAllIsWell(t *testing.T) {
	var said strings.Builder
	e := start(t, engine.Embedded{Dir: t.TempDir(), Logger: slog.New(slog.NewTextHandler(&said, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	w := startWorker(t, e)
	w.Stop()
	stop(t, e)
	if said.Len() > 0 {
		t.Errorf("an uneventful run logged:\n%s", said.String())
	}
}
