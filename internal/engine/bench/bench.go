// Package bench measures bare Temporal loops of the same shape as Luodi's
// decisions, so that `make bench` can set our API against them in one run: the
// same client, the same engine, the same worker options.
package bench

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"luodi/internal/engine"
)

// Kind is what the update handler of a bare loop does.
type Kind string

// The loops that Luodi's decisions are compared with.
const (
	Activity      Kind = "update + ordinary activity" // (a) the usual sample pattern
	Nothing       Kind = "update alone"               // (b) the ceiling
	LocalActivity Kind = "update + local activity"    // the shape of ours, without our work
)

// MaxPerClient bounds the decisions of one client: the loops don't continue as
// new, and the server takes 2000 updates a workflow.
const MaxPerClient = 1500

// warmUp decisions per client are made before the clock starts: first contact
// fills the worker's workflow cache and the server's caches.
const warmUp = 5

// Result is what one run measured. Latency is from the call to the completed
// update; history is counted per decision, over all clients.
type Result struct {
	Kind             Kind
	Clients          int
	Decisions        int
	PerSecond        float64
	P50, P95         time.Duration
	HistoryEvents    float64
	BytesPerDecision float64
}

// String is one line of the benchmark's table.
func (r Result) String() string {
	return fmt.Sprintf("%-26s %2d clients %7.1f/s  p50 %6.1f ms  p95 %6.1f ms  %.1f events  %.0f bytes a decision",
		r.Kind, r.Clients, r.PerSecond, ms(r.P50), ms(r.P95), r.HistoryEvents, r.BytesPerDecision)
}

// RunBare lets each of so many clients drive a workflow of its own, as
// different people decide on different reviews, perClient decisions each, one
// after the other. It runs its own worker on a queue of its own and terminates
// the workflows at the end. Errors: perClient over MaxPerClient, any failed call.
func RunBare(ctx context.Context, c client.Client, kind Kind, clients, perClient int, options worker.Options) (Result, error) {
	if clients < 1 || perClient < 1 || perClient > MaxPerClient {
		return Result{}, fmt.Errorf("bench: %d clients with %d decisions each is outside 1..%d", clients, perClient, MaxPerClient)
	}
	queue := fmt.Sprintf("bench-%d", time.Now().UnixNano())
	w := worker.New(c, queue, options)
	w.RegisterWorkflowWithOptions(loop, workflow.RegisterOptions{Name: workflowName})
	w.RegisterActivity(record)
	if err := w.Start(); err != nil {
		return Result{}, fmt.Errorf("bench: %w", err)
	}
	defer w.Stop()
	return run(ctx, c, queue, kind, clients, perClient)
}

// EngineStart measures the embedded engine from the call to ready, twice on the
// same folder: the first start, which creates the database, and the second.
func EngineStart(ctx context.Context, o engine.Embedded) (first, second time.Duration, err error) {
	for _, took := range []*time.Duration{&first, &second} {
		began := time.Now()
		e, err := engine.StartEmbedded(ctx, o)
		if err != nil {
			return first, second, err
		}
		*took = time.Since(began)
		if err := e.Close(ctx); err != nil {
			return first, second, err
		}
	}
	return first, second, nil
}

func run(ctx context.Context, c client.Client, queue string, kind Kind, clients, perClient int) (Result, error) {
	drivers := make([]*driver, clients)
	for i := range drivers {
		d, err := newDriver(ctx, c, queue, fmt.Sprintf("%s-%d", queue, i), kind)
		if err != nil {
			return Result{}, err
		}
		defer d.terminate()
		drivers[i] = d
	}
	if err := together(drivers, func(d *driver) error { return d.decide(ctx, warmUp) }); err != nil {
		return Result{}, err
	}
	before, err := history(ctx, drivers)
	if err != nil {
		return Result{}, err
	}
	began := time.Now()
	if err := together(drivers, func(d *driver) error { return d.decide(ctx, perClient) }); err != nil {
		return Result{}, err
	}
	took := time.Since(began)
	after, err := history(ctx, drivers)
	if err != nil {
		return Result{}, err
	}
	n := clients * perClient
	all := latencies(drivers)
	return Result{
		Kind: kind, Clients: clients, Decisions: n,
		PerSecond:        float64(n) / took.Seconds(),
		P50:              Percentile(all, 50),
		P95:              Percentile(all, 95),
		HistoryEvents:    float64(after.events-before.events) / float64(n),
		BytesPerDecision: float64(after.bytes-before.bytes) / float64(n),
	}, nil
}

// Percentile is the nearest-rank percentile (0 < p ≤ 100) of latencies in any order.
func Percentile(latencies []time.Duration, p int) time.Duration {
	if len(latencies) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(latencies))
	return sorted[(len(sorted)*p+99)/100-1]
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// driver is one client with its workflow.
type driver struct {
	client client.Client
	run    client.WorkflowRun
	took   []time.Duration
}

func newDriver(ctx context.Context, c client.Client, queue, id string, kind Kind) (*driver, error) {
	r, err := c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{ID: id, TaskQueue: queue}, workflowName, kind)
	if err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	return &driver{client: c, run: r}, nil
}

func (d *driver) decide(ctx context.Context, n int) error {
	d.took = make([]time.Duration, 0, n)
	for range n {
		began := time.Now()
		h, err := d.client.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
			WorkflowID: d.run.GetID(), UpdateName: updateName, WaitForStage: client.WorkflowUpdateStageCompleted,
		})
		if err != nil {
			return fmt.Errorf("bench: %w", err)
		}
		if err := h.Get(ctx, nil); err != nil {
			return fmt.Errorf("bench: %w", err)
		}
		d.took = append(d.took, time.Since(began))
	}
	return nil
}

// terminate is tidying up after the measurement: a failure changes no figure.
func (d *driver) terminate() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_ = d.client.TerminateWorkflow(ctx, d.run.GetID(), "", "benchmark ended")
}

func together(drivers []*driver, do func(*driver) error) error {
	errs := make([]error, len(drivers))
	var wg sync.WaitGroup
	for i, d := range drivers {
		wg.Go(func() { errs[i] = do(d) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

func latencies(drivers []*driver) []time.Duration {
	var all []time.Duration
	for _, d := range drivers {
		all = append(all, d.took...)
	}
	return all
}

type size struct{ events, bytes int64 }

func history(ctx context.Context, drivers []*driver) (size, error) {
	var total size
	for _, d := range drivers {
		r, err := d.client.DescribeWorkflowExecution(ctx, d.run.GetID(), "")
		if err != nil {
			return size{}, fmt.Errorf("bench: %w", err)
		}
		total.events += r.GetWorkflowExecutionInfo().GetHistoryLength()
		total.bytes += r.GetWorkflowExecutionInfo().GetHistorySizeBytes()
	}
	return total, nil
}

const (
	workflowName = "bench-loop"
	updateName   = "decide"
)

// loop handles updates until it is terminated.
func loop(ctx workflow.Context, kind Kind) error {
	handle, ok := map[Kind]func(workflow.Context) error{
		Activity:      viaActivity,
		LocalActivity: viaLocalActivity,
		Nothing:       func(workflow.Context) error { return nil },
	}[kind]
	if !ok {
		return temporal.NewNonRetryableApplicationError("unknown kind "+string(kind), "kind", nil)
	}
	if err := workflow.SetUpdateHandler(ctx, updateName, handle); err != nil {
		return err
	}
	return workflow.Await(ctx, func() bool { return false })
}

func viaActivity(ctx workflow.Context) error {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: 10 * time.Second})
	return workflow.ExecuteActivity(ctx, record).Get(ctx, nil)
}

func viaLocalActivity(ctx workflow.Context) error {
	ctx = workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{StartToCloseTimeout: 10 * time.Second})
	return workflow.ExecuteLocalActivity(ctx, record).Get(ctx, nil)
}

// record stands where Luodi's decision is made; here it does nothing.
func record(context.Context) error { return nil }

// StartMany starts n bare workflows, so many at once, and measures until the last is
// accepted. They are terminated afterwards.
func StartMany(ctx context.Context, c client.Client, n, atOnce int, options worker.Options) (time.Duration, error) {
	queue := fmt.Sprintf("bench-start-%d", time.Now().UnixNano())
	w := worker.New(c, queue, options)
	w.RegisterWorkflowWithOptions(loop, workflow.RegisterOptions{Name: workflowName})
	w.RegisterActivity(record)
	if err := w.Start(); err != nil {
		return 0, fmt.Errorf("bench: %w", err)
	}
	defer w.Stop()
	var group sync.WaitGroup
	failed, slots := make([]error, n), make(chan struct{}, atOnce)
	id := func(i int) string { return fmt.Sprintf("%s-%d", queue, i) }
	began := time.Now()
	for i := range n {
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			_, failed[i] = c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{ID: id(i), TaskQueue: queue}, workflowName, Nothing)
		})
	}
	group.Wait()
	took := time.Since(began)
	for i := range n {
		failed = append(failed, c.TerminateWorkflow(context.WithoutCancel(ctx), id(i), "", "measured"))
	}
	return took, errors.Join(failed...)
}
