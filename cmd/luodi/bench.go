package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime/pprof"
	"slices"
	"strings"
	"sync"
	"time"

	"go.temporal.io/sdk/client"

	"luodi/internal/config"
	"luodi/internal/demo"
	"luodi/internal/engine"
	"luodi/internal/engine/bench"
	"luodi/internal/loadtest"
	"luodi/workflows"
)

// The aims that `make bench` holds the figures against.
const (
	aimActivity = 1.5  // decisions a second, of those of an update with an ordinary activity
	aimNothing  = 0.85 // of those of an update that does nothing
	aimTail     = 2.5  // 95th percentile at 16 clients, of the median
	aimStart    = 2.0  // start to ready, of the engine alone
	aimEvents   = 6.0  // history events a decision
)

// Noise on a shared machine is as large as the differences that matter: the three
// loops take turns in short blocks, and their medians are compared.
const (
	benchBlocks = 7
	benchStarts = 3
)

// perClient is the length of a block in decisions of each client.
var perClient = map[int]int{1: 80, 16: 30}

// benchmark measures Luodi through HTTP against bare loops on the same engine in
// the same process, with data of its own that is removed afterwards. A word after
// the command names a file for a CPU profile of our own blocks' whole run.
//
// A decision is one recorded command: a department returns its seat for
// supplements and the initiator resubmits, by turns, on a review in 会审.
func benchmark(ctx context.Context, p program) error {
	if len(p.args) == 2 && p.args[0] == "review" { // one whole review on a running demonstration, for looking at
		c, err := playReview(ctx, loadtest.NewSite(p.args[1]))
		if err == nil {
			_, err = fmt.Fprintln(p.stdout, c.review)
		}
		return err
	}
	dir, err := os.MkdirTemp("", "luodi-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a folder left behind harms nobody
	p.config.Engine, p.config.Database = config.EmbeddedEngine, config.Database{Kind: config.SQLite}
	p.config.Listen = "127.0.0.1:0"
	p.log = slog.New(slog.NewTextHandler(p.stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	slog.SetDefault(p.log)
	t := &table{w: p.stdout}
	if err := benchStart(ctx, p, dir, t); err != nil {
		return err
	}
	p.config.Demo, p.config.DataDir = true, filepath.Join(dir, "demo")
	return benchDecisions(ctx, p, t)
}

// benchStart compares start to ready, on a new folder and on an old one.
func benchStart(ctx context.Context, p program, dir string, t *table) error {
	var first, second, engineFirst, engineSecond []time.Duration
	for i := range benchStarts {
		a, b, err := bench.EngineStart(ctx, engine.Embedded{Dir: filepath.Join(dir, fmt.Sprint("engine", i)), SearchAttributes: workflows.SearchAttributes()})
		if err != nil {
			return err
		}
		engineFirst, engineSecond = append(engineFirst, a), append(engineSecond, b)
		p.config.DataDir = filepath.Join(dir, fmt.Sprint("luodi", i))
		for _, took := range []*[]time.Duration{&first, &second} {
			d, err := startToReady(ctx, p)
			if err != nil {
				return err
			}
			*took = append(*took, d)
		}
	}
	t.line("start to ready, new data: %v, engine alone %v", round(median(first)), round(median(engineFirst)))
	t.line("start to ready, old data: %v, engine alone %v", round(median(second)), round(median(engineSecond)))
	t.atMost("start, new data, to engine alone", ratio(median(first), median(engineFirst)), aimStart)
	t.atMost("start, old data, to engine alone", ratio(median(second), median(engineSecond)), aimStart)
	return nil
}

// startToReady runs serve until it says that it is ready.
func startToReady(ctx context.Context, p program) (took time.Duration, err error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	began := time.Now()
	p.stderr = io.Discard
	p.stdout = writerFunc(func(line []byte) (int, error) {
		if strings.HasPrefix(string(line), "luodi: ready ") {
			took = time.Since(began)
			stop()
		}
		return len(line), nil
	})
	if err := serve(ctx, p); err != nil {
		return 0, err
	}
	if took == 0 {
		return 0, errors.New("serve ended before it was ready")
	}
	return took, nil
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

// benchDecisions starts a demonstration and measures decisions on it.
func benchDecisions(ctx context.Context, p program, t *table) error {
	s, err := start(ctx, p, parts{engine: true, worker: true, migrate: true})
	if err != nil {
		return err
	}
	defer s.close(context.WithoutCancel(ctx))
	accounts, notes, err := s.firstStart(ctx)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", p.config.Listen)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: s.server(accounts, notes).Handler(), ReadHeaderTimeout: 10 * time.Second}
	var background sync.WaitGroup
	background.Go(func() { _ = server.Serve(listener) })
	defer func() { s.logged("http", server.Close()); background.Wait() }()
	if err := s.benchAssessment(ctx, t); err != nil {
		return err
	}
	liaison, err := s.benchPublish(ctx, t)
	if err != nil {
		return err
	}
	if err := s.benchYear(ctx, liaison, t); err != nil {
		return err
	}
	site := loadtest.NewSite("http://" + listener.Addr().String())
	office, err := newOffice(ctx, site, s.engine.Client())
	if err != nil {
		return err
	}
	if err := benchReview(ctx, office, site, t); err != nil {
		return err
	}
	for _, clients := range []int{1, 16} {
		if err := office.compare(ctx, clients, p.args, t); err != nil {
			return err
		}
	}
	return nil
}

// compare lets the three loops take turns at one number of clients.
func (o *office) compare(ctx context.Context, clients int, profile []string, t *table) error {
	results := map[bench.Kind][]bench.Result{}
	for range benchBlocks {
		for _, kind := range []bench.Kind{bench.Activity, luodiKind, bench.Nothing} {
			r, err := o.block(ctx, kind, clients, profile)
			if err != nil {
				return err
			}
			results[kind] = append(results[kind], r)
		}
	}
	a, ours, b := middle(results[bench.Activity]), middle(results[luodiKind]), middle(results[bench.Nothing])
	for _, r := range []bench.Result{a, ours, b} {
		t.line("%s", r)
	}
	t.atLeast(fmt.Sprintf("%d clients, to (a) %s", clients, bench.Activity), ours.PerSecond/a.PerSecond, aimActivity)
	t.atLeast(fmt.Sprintf("%d clients, to (b) %s", clients, bench.Nothing), ours.PerSecond/b.PerSecond, aimNothing)
	if clients > 1 {
		t.atMost(fmt.Sprintf("%d clients, p95 to median", clients), ratio(ours.P95, ours.P50), aimTail)
		t.atMost("history events a decision", ours.HistoryEvents, aimEvents)
	}
	return nil
}

func (o *office) block(ctx context.Context, kind bench.Kind, clients int, profile []string) (bench.Result, error) {
	if kind != luodiKind {
		return bench.RunBare(ctx, o.engine, kind, clients, perClient[clients], engine.WorkerOptions())
	}
	if len(profile) == 0 {
		return o.run(ctx, clients, perClient[clients], nil)
	}
	file, err := os.Create(fmt.Sprintf("%s.%d", profile[0], clients))
	if err != nil {
		return bench.Result{}, err
	}
	r, err := o.run(ctx, clients, perClient[clients], file)
	return r, errors.Join(err, file.Close())
}

// luodiKind names our own loop among the bare ones.
const luodiKind bench.Kind = "luodi, through HTTP"

// office is who decides in the benchmark.
type office struct {
	engine             client.Client
	operator           *loadtest.Person // accepts
	department, county *loadtest.Person // return and resubmit
	counter            int
}

// The seat that returns has the longest term, so that its clock is not the one
// that the engine's timer waits for: a decision that moves the earliest deadline
// costs one event of history more.
func newOffice(ctx context.Context, site *loadtest.Site, engine client.Client) (o *office, err error) {
	o = &office{engine: engine}
	for login, who := range map[string]**loadtest.Person{
		"zhaoshang.jingban": &o.operator, "shengtai.jingban": &o.department, "danjiangkou.jingban": &o.county,
	} {
		if *who, err = site.SignIn(ctx, login, demo.Password); err != nil {
			return nil, err
		}
	}
	return o, nil
}

// open brings a new review to 会审 and returns its id.
func (o *office) open(ctx context.Context) (string, error) {
	o.counter++
	var project, review struct{ ID string }
	if err := done(ctx, o.county, "/api/v1/projects", map[string]any{
		"name": fmt.Sprintf("测速第%d号", o.counter), "investor": "示例投资有限公司", "county_id": "danjiangkou", "agreed_amount": "12000", "stage": "negotiating",
	}, &project); err != nil {
		return "", err
	}
	if err := done(ctx, o.county, "/api/v1/reviews", map[string]string{"project_id": project.ID}, &review); err != nil {
		return "", err
	}
	return review.ID, done(ctx, o.operator, "/api/v1/reviews/"+review.ID+"/actions/accept", map[string]string{}, nil)
}

// done sends one request that must be done; out may be nil. A 503 of a machine
// that stood still is asked again, as users do, and its time counts.
func done(ctx context.Context, who *loadtest.Person, path string, body, out any) error {
	a, err := who.Insist(ctx, http.MethodPost, path, newID(), body)
	if err != nil {
		return err
	}
	if !a.OK() || out != nil {
		return a.Into(out)
	}
	return nil
}

// run is one block: each client decides on a review of its own, one decision after
// the other, after a few for warming up. A profile may be nil.
func (o *office) run(ctx context.Context, clients, perClient int, profile io.Writer) (bench.Result, error) {
	deciders := make([]*decider, clients)
	for i := range deciders {
		id, err := o.open(ctx)
		if err != nil {
			return bench.Result{}, err
		}
		deciders[i] = &decider{office: o, review: id}
	}
	const warmUp = 4
	if err := together(deciders, func(d *decider) error { return d.decide(ctx, warmUp) }); err != nil {
		return bench.Result{}, err
	}
	events, bytes, err := o.history(ctx, deciders)
	if err != nil {
		return bench.Result{}, err
	}
	if profile != nil {
		if err := pprof.StartCPUProfile(profile); err != nil {
			return bench.Result{}, err
		}
	}
	began := time.Now()
	err = together(deciders, func(d *decider) error { return d.decide(ctx, perClient) })
	took := time.Since(began)
	pprof.StopCPUProfile()
	if err != nil {
		return bench.Result{}, err
	}
	events2, bytes2, err := o.history(ctx, deciders)
	var all []time.Duration
	for _, d := range deciders {
		all = append(all, d.took...)
	}
	n := float64(clients * perClient)
	return bench.Result{
		Kind: luodiKind, Clients: clients, Decisions: clients * perClient, PerSecond: n / took.Seconds(),
		P50: bench.Percentile(all, 50), P95: bench.Percentile(all, 95),
		HistoryEvents: float64(events2-events) / n, BytesPerDecision: float64(bytes2-bytes) / n,
	}, err
}

// decider is one client with its review.
type decider struct {
	*office
	review string
	made   int
	took   []time.Duration
}

func (d *decider) decide(ctx context.Context, n int) error {
	d.took = nil
	for range n {
		who, action := d.department, "return"
		if d.made%2 == 1 {
			who, action = d.county, "resubmit"
		}
		d.made++
		began := time.Now()
		if err := done(ctx, who, "/api/v1/reviews/"+d.review+"/actions/"+action, map[string]string{"text": "补充用地材料"}, nil); err != nil {
			return err
		}
		d.took = append(d.took, time.Since(began))
	}
	return nil
}

func together(deciders []*decider, do func(*decider) error) error {
	errs := make([]error, len(deciders))
	var wg sync.WaitGroup
	for i, d := range deciders {
		wg.Go(func() { errs[i] = do(d) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

func (o *office) history(ctx context.Context, deciders []*decider) (events, bytes int64, err error) {
	for _, d := range deciders {
		r, err := o.engine.DescribeWorkflowExecution(ctx, workflows.ID("review", d.review), "")
		if err != nil {
			return 0, 0, err
		}
		events += r.GetWorkflowExecutionInfo().GetHistoryLength()
		bytes += r.GetWorkflowExecutionInfo().GetHistorySizeBytes()
	}
	return events, bytes, nil
}

// middle is a result whose every figure is the median over the blocks.
func middle(blocks []bench.Result) bench.Result {
	of := func(figure func(bench.Result) float64) float64 {
		var all []float64
		for _, r := range blocks {
			all = append(all, figure(r))
		}
		return median(all)
	}
	r := blocks[0]
	r.PerSecond = of(func(r bench.Result) float64 { return r.PerSecond })
	r.P50 = time.Duration(of(func(r bench.Result) float64 { return float64(r.P50) }))
	r.P95 = time.Duration(of(func(r bench.Result) float64 { return float64(r.P95) }))
	r.HistoryEvents = of(func(r bench.Result) float64 { return r.HistoryEvents })
	r.BytesPerDecision = of(func(r bench.Result) float64 { return r.BytesPerDecision })
	return r
}

func median[T time.Duration | float64](all []T) T {
	sorted := slices.Sorted(slices.Values(all))
	return sorted[len(sorted)/2]
}

func ratio(a, b time.Duration) float64 { return float64(a) / float64(b) }

func round(d time.Duration) time.Duration { return d.Round(time.Millisecond) }

// table prints figures and whether each aim is met.
type table struct{ w io.Writer }

func (t *table) line(format string, args ...any) { _, _ = fmt.Fprintf(t.w, format+"\n", args...) }

func (t *table) atLeast(what string, got, aim float64) { t.aim(what, got, "≥", aim, got >= aim) }

func (t *table) atMost(what string, got, aim float64) { t.aim(what, got, "≤", aim, got <= aim) }

func (t *table) aim(what string, got float64, sign string, aim float64, pass bool) {
	verdict := "MISS"
	if pass {
		verdict = "PASS"
	}
	t.line("  %s  %-50s %6.2f  aim %s %.2f", verdict, what, got, sign, aim)
}
