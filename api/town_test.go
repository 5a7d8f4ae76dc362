package api_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"luodi/api"
	"luodi/internal/app"
	"luodi/internal/app/apptest"
	"luodi/internal/assessment"
	"luodi/internal/auth"
	"luodi/internal/batch"
	"luodi/internal/blob"
	"luodi/internal/bulletin"
	"luodi/internal/calendar"
	"luodi/internal/demo"
	"luodi/internal/dispatch"
	"luodi/internal/fault"
	"luodi/internal/liaison"
	"luodi/internal/org"
	"luodi/internal/panel"
	"luodi/internal/project"
	"luodi/internal/review"
	"luodi/internal/selfreport"
	"luodi/internal/sheet"
	"luodi/internal/store"
)

// opening is a Monday, 09:00 in Shanghai, in the second week after the Spring Festival of 2024.
var opening = time.Date(2024, 2, 26, 1, 0, 0, 0, time.UTC)

// cheap makes sign-ins cost next to nothing; package auth tests the real cost.
var cheap = auth.Cost{Memory: 8, Passes: 1, Threads: 1}

// clock is the town's time, which only a test moves.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// town is a whole server without engine and network: the real router over a real store.
type town struct {
	testing.TB
	clock     *clock
	raw       *sql.DB // a second look at the database, past the store
	store     *store.Store
	processes *apptest.Processes[review.State, review.Facts]
	panels    *apptest.Processes[panel.State, panel.Facts]
	hearing   *hearing
	watched   *watched

	sheets     *apptest.Processes[dispatch.State, dispatch.Facts]
	dispatches *app.Dispatches
	carriers   *carriers

	carrying *apptest.Processes[liaison.State, liaison.Facts]
	liaisons *app.Liaisons
	lists    *apptest.Processes[batch.State, batch.Facts]
	batches  *app.Batches
	launches *launches

	years       *apptest.Processes[assessment.State, assessment.Facts]
	reports     *apptest.Processes[selfreport.State, selfreport.Facts]
	assessments *app.Assessments
	selfReports *app.SelfReports
	scorer      *app.Scorer

	monthly   *apptest.Processes[bulletin.State, bulletin.Facts]
	bulletins *app.Bulletins

	sweeper *app.Sweeper
	blobs   *blob.Folder
	inbox   *app.Inbox
	blobDir string

	housekeeping *app.Housekeeping
	kicks        int // how often a recount of deadlines was asked for
	server       *api.Server
	handler      http.Handler
	document     document
}

// The two towns that tests start from, each built once and then copied as a file.
var (
	empty  = sync.OnceValues(func() (string, error) { return build(false) }) // units and accounts
	shiyan = sync.OnceValues(func() (string, error) { return build(true) })  // and the projects of the demonstration
)

var folder string // of the towns

func TestMain(m *testing.M) {
	var err error
	if folder, err = os.MkdirTemp("", "luodi-api-"); err != nil {
		panic(err)
	}
	code := m.Run()
	_ = os.RemoveAll(folder)
	os.Exit(code)
}

// newTown opens a copy of the empty town.
func newTown(t testing.TB) *town { return openTown(t, empty) }

// newShiyan opens a copy of the demonstration.
func newShiyan(t testing.TB) *town { return openTown(t, shiyan) }

func openTown(t testing.TB, from func() (string, error)) *town {
	t.Helper()
	original, err := from()
	must(t, err)
	data, err := os.ReadFile(original)
	must(t, err)
	file := filepath.Join(t.TempDir(), "luodi.db")
	must(t, os.WriteFile(file, data, 0o600))
	s, err := store.Open(t.Context(), store.Options{Database: store.SQLite, Path: file}, quiet())
	must(t, err)
	t.Cleanup(func() { _ = s.Close() })
	raw, err := sql.Open("sqlite", "file:"+file+"?mode=ro")
	must(t, err)
	t.Cleanup(func() { _ = raw.Close() })
	tw := &town{TB: t, clock: &clock{now: opening}, raw: raw, store: s}
	tw.wire()
	return tw
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// build makes a town's database file.
func build(projects bool) (string, error) {
	ctx := context.Background()
	file := filepath.Join(folder, fmt.Sprintf("projects-%t.db", projects))
	s, err := store.Open(ctx, store.Options{Database: store.SQLite, Path: file}, quiet())
	if err != nil {
		return "", err
	}
	if err := fill(ctx, s, projects); err != nil {
		return "", err
	}
	return file, s.Close() // the last connection to close folds the write-ahead log into the file
}

func fill(ctx context.Context, s *store.Store, projects bool) error {
	if err := s.Migrate(ctx); err != nil {
		return err
	}
	if err := s.SaveUnits(ctx, demo.Units()); err != nil {
		return err
	}
	hash, err := auth.NewPasswords(cheap).Hash(ctx, demo.Password)
	if err != nil {
		return err
	}
	for _, a := range demo.Accounts() {
		if err := s.SaveUser(ctx, a.User, hash); err != nil {
			return err
		}
	}
	if !projects {
		return nil
	}
	return fillProjects(ctx, s)
}

func fillProjects(ctx context.Context, s *store.Store) error {
	for _, t := range demo.Targets(2023) {
		if err := s.SaveTarget(ctx, 2023, t.UnitID, t.Indicator, t.Value); err != nil {
			return err
		}
	}
	registry := &app.Projects{Journal: s, Reads: s, Sheets: sheets{}, Now: func() time.Time { return opening }, NewID: newID}
	importer := org.Actor{UserID: "demo", Name: "演示数据", System: true}
	for _, x := range demo.Sheets() {
		if _, err := registry.Import(ctx, importer, "demo:"+x.ID, x.Data, false); err != nil {
			return err
		}
	}
	return nil
}

func (w *town) wire() {
	ctx := w.Context()
	calendars, err := app.NewCalendars(ctx, w.store, calendar.DefaultOffice)
	must(w, err)
	template, err := review.Builtin()
	must(w, err)
	templates, err := app.NewTemplates(template)
	must(w, err)
	w.blobDir = w.TempDir()
	w.blobs, err = blob.Open(w.blobDir, w.clock.Now)
	must(w, err)
	papers := &app.Papers{Reads: w.store, Blobs: w.blobs}
	now := w.clock.Now
	w.processes = &apptest.Processes[review.State, review.Facts]{Recorder: &app.Recorder[review.State, review.Facts]{
		Definition: review.Definition(), Journal: w.store, Facts: app.ReviewFacts(calendars),
		Project: app.ProjectReview, Complete: app.NumberReview,
	}, Perform: app.Effects{review.EffectPaper: papers.Make}, Now: now}
	urn := w.wirePanels(calendars)
	kinds := apptest.Kinds{review.Kind: w.hearing, panel.Kind: w.watched}
	w.sweeper = &app.Sweeper{Store: w.store, Processes: kinds, Calendars: calendars, Now: now, NewID: newID, Log: quiet()}
	accounts := auth.New(w.store, w.store, auth.NewPasswords(cheap), now)
	reviews := app.NewReviews(app.Service[review.State, review.Facts]{
		Definition: review.Definition(), Processes: w.processes, Reads: w.store,
		Facts: app.ReviewSnapshot(calendars), Now: now, NewID: newID,
	}, templates)
	reviews.Admission = admissionBook(w)
	w.housekeeping = &app.Housekeeping{Store: w.store, Blobs: w.blobs, Now: now, Log: quiet()}
	w.inbox = &app.Inbox{Reads: w.store, Acts: map[string]app.Act{review.Kind: reviews.Act}, NewID: newID}
	w.server = &api.Server{
		Identity:    &app.Identity{Sessions: sessions{accounts}, Reads: w.store, Now: now},
		Reads:       w.store,
		Reviews:     reviews,
		Papers:      papers,
		Liaisons:    w.wireLiaisons(calendars),
		Batches:     w.wireBatches(calendars),
		Dispatches:  w.wireDispatches(calendars),
		Bulletins:   w.wireBulletins(calendars),
		Targets:     &app.Targets{Journal: w.store, Reads: w.store, Sheets: bulletinSheets{}, Now: now, NewID: newID},
		Panels:      app.NewPanels(kinds, waiting{w.store, w.hearing}, urn, now, newID),
		Inbox:       w.inbox,
		Proxies:     &app.Proxies{Journal: w.store, Reads: w.store, Now: now, NewID: newID},
		Drafts:      &app.Drafts{Store: w.store, Now: now},
		Attachments: &app.Attachments{Journal: w.store, Reads: w.store, Blobs: w.blobs, Now: now, NewID: newID},
		Projects:    &app.Projects{Journal: w.store, Reads: w.store, Sheets: sheets{}, Now: now, NewID: newID},
		Calendar:    &app.CalendarService{Calendars: calendars, Journal: w.store, Now: now, NewID: newID, Recorded: func() { w.kicks++ }},
		Statistics:  &app.Statistics{Reads: w.store, Now: now, Notes: demo.Notes(), Campaigning: campaigns(w)},
		RuleBooks:   &app.RuleBooks{Journal: w.store, Reads: w.store, Blobs: w.blobs, Now: now, NewID: newID},
		Registers:   &app.Registers{Journal: w.store, Reads: w.store, Sheets: registerSheets{}, Now: now, NewID: newID},
		Ready: func(ctx context.Context) api.Readiness {
			return api.Check(ctx, w.store.Ping, func(context.Context) error { return nil }, "ok")
		},
		Demo:    &api.Demo{Notice: demo.Notice, Accounts: []api.DemoAccount{}},
		Web:     w.pages(),
		Log:     quiet(),
		Version: "test",
		Now:     now,
	}
	w.inbox.Acts[dispatch.Kind], w.inbox.Acts[liaison.Kind], w.inbox.Acts[batch.Kind] = w.dispatches.Act, w.liaisons.Act, w.batches.Act
	w.inbox.Acts[bulletin.Kind] = w.bulletins.Act
	w.wireAssessments(calendars)
	w.handler = w.server.Handler()
	w.document = readDocument(w)
}

// secret lies beside the workbench's folder and must never be served.
const secret = "not for the web"

// pages is a workbench in a real folder.
func (w *town) pages() fs.FS {
	root := w.TempDir()
	for name, content := range map[string]string{"secret.txt": secret, "dist/index.html": "<title>落地</title>", "dist/assets/app-1.js": "export {}"} {
		file := filepath.Join(root, name)
		must(w, os.MkdirAll(filepath.Dir(file), 0o700))
		must(w, os.WriteFile(file, []byte(content), 0o600))
	}
	return os.DirFS(filepath.Join(root, "dist"))
}

// sessions and sheets are the adapters that the program wires in.
type sessions struct{ service *auth.Service }

func (x sessions) SignIn(ctx context.Context, login, password, addr string) (string, org.User, error) {
	in, err := x.service.SignIn(ctx, login, password, addr)
	return in.Token, in.User, err
}

func (x sessions) Authenticate(ctx context.Context, token string) (org.User, error) {
	u, _, err := x.service.Authenticate(ctx, token)
	return u, err
}

func (x sessions) SignOut(ctx context.Context, token string) error {
	return x.service.SignOut(ctx, token)
}

type sheets struct{}

func (sheets) Read(data []byte, units []org.Unit, today calendar.Date) ([]app.SheetRow, []fault.Detail, []fault.Detail) {
	result, problems := sheet.ReadProjects(bytes.NewReader(data), units, today)
	rows := make([]app.SheetRow, len(result.Rows))
	for i, r := range result.Rows {
		rows[i] = app.SheetRow{Sheet: r.Sheet, Row: r.Row, Draft: r.Draft, Where: r.Where}
	}
	return rows, details(result.Warnings), details(problems)
}

func details(problems []sheet.Problem) []fault.Detail {
	out := make([]fault.Detail, len(problems))
	for i, p := range problems {
		out[i] = fault.Detail{Field: p.Where(), Code: p.Code, Message: p.Message}
	}
	return out
}

func (sheets) Write(w io.Writer, projects []project.Project, units []org.Unit) error {
	return sheet.WriteProjects(w, projects, units, "招商引资项目清单")
}

func (sheets) Template(w io.Writer, units []org.Unit) error { return sheet.WriteTemplate(w, units) }
