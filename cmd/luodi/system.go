package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gofrs/flock"
	"github.com/google/uuid"
	"go.temporal.io/sdk/worker"

	"luodi/activities"
	"luodi/api"
	"luodi/internal/app"
	"luodi/internal/assessment"
	"luodi/internal/auth"
	"luodi/internal/batch"
	"luodi/internal/blob"
	"luodi/internal/bulletin"
	"luodi/internal/calendar"
	"luodi/internal/campaign"
	"luodi/internal/config"
	"luodi/internal/dispatch"
	"luodi/internal/engine"
	"luodi/internal/fault"
	"luodi/internal/liaison"
	"luodi/internal/org"
	"luodi/internal/panel"
	"luodi/internal/project"
	"luodi/internal/review"
	"luodi/internal/selfreport"
	"luodi/internal/sheet"
	"luodi/internal/store"
	"luodi/web"
	"luodi/workflows"
)

// system is everything that runs, wired. Parts a command doesn't need are nil.
type system struct {
	program
	lock      *flock.Flock
	store     *store.Store
	auth      *auth.Service
	engine    *engine.Engine
	worker    worker.Worker
	broken    atomic.Bool // the worker gave up
	templates *app.Templates
	admission *app.Admission // nil: reviews are not scored
	campaigns []campaign.Campaign
	ranking   *app.RankingBook // nil: bulletins rank nothing
	calendars *app.Calendars
	processes *workflows.Client
	projects  *app.Projects
	carrying  liaison.Template // how liaisons are carried
	urn       *app.Urn         // nil without a key: then nothing is voted on in secret
	recount   chan struct{}    // kicks the sweep
	uploads   *blob.Folder     // what people upload
	documents *blob.Folder     // what the system makes; apart, so that no sweep of uploads touches it
	scorer    *app.Scorer      // of assessment years
}

// parts says which parts a command needs. migrate brings the database's structure up
// to date; without it an older one is refused, for it may be shared.
type parts struct{ engine, worker, migrate bool }

// start brings the parts up: the database and the engine at once, since both take
// a moment. What fails takes down what was up.
func start(ctx context.Context, p program, need parts) (_ *system, err error) {
	s := &system{program: p, recount: make(chan struct{}, 1)}
	defer func() {
		if err != nil {
			s.close(context.WithoutCancel(ctx))
		}
	}()
	if err := s.takeData(need); err != nil {
		return nil, err
	}
	var wg sync.WaitGroup
	var storeErr, engineErr error
	wg.Go(func() { storeErr = s.openStore(ctx, need) })
	if need.engine {
		wg.Go(func() { engineErr = s.openEngine(ctx) })
	}
	wg.Wait()
	if err := errors.Join(storeErr, engineErr); err != nil {
		return nil, err
	}
	if err := s.wire(ctx); err != nil {
		return nil, err
	}
	if need.worker {
		return s, s.startWorker()
	}
	return s, nil
}

// takeData makes sure that nobody else uses the data folder: SQLite files and the
// embedded engine have one owner. The lock ends with the process, however it ends.
func (s *system) takeData(need parts) error {
	embedded := need.engine && s.config.Engine == config.EmbeddedEngine
	if !embedded && s.config.Database.Kind != config.SQLite {
		return nil
	}
	if err := os.MkdirAll(s.config.DataDir, 0o700); err != nil {
		return fmt.Errorf("数据目录 %s 无法创建: %w", s.config.DataDir, err)
	}
	s.lock = flock.New(filepath.Join(s.config.DataDir, "luodi.lock"))
	held, err := s.lock.TryLock()
	if err == nil && !held {
		s.lock = nil
		return fault.Newf(fault.Conflict, "data_in_use", "数据目录 %s 正由另一个 luodi 进程使用;请先停止它,或用 --data 指定另一个目录", s.config.DataDir)
	}
	return err
}

func (s *system) openStore(ctx context.Context, need parts) (err error) {
	s.store, err = openStore(ctx, s.program)
	if err != nil {
		return err
	}
	if need.migrate {
		return s.store.Migrate(ctx)
	}
	return s.store.CheckSchema(ctx)
}

func openStore(ctx context.Context, p program) (*store.Store, error) {
	return store.Open(ctx, store.Options{
		Database: p.config.Database.Kind,
		Path:     filepath.Join(p.config.DataDir, "luodi.db"),
		DSN:      p.config.Database.DSN.Reveal(),
	}, p.log)
}

func (s *system) openEngine(ctx context.Context) (err error) {
	if s.config.Engine == config.EmbeddedEngine {
		s.engine, err = engine.StartEmbedded(ctx, engine.Embedded{
			Dir: s.config.DataDir, Namespace: s.config.Namespace, Logger: s.log, LogLevel: max(s.config.LogLevel, slog.LevelWarn),
			SearchAttributes: workflows.SearchAttributes(), ContinueAfter: continueAfter,
		})
		return err
	}
	tls := s.config.EngineTLS
	s.engine, err = engine.Dial(ctx, engine.External{
		Address: s.config.Engine, Namespace: s.config.Namespace, APIKey: s.config.EngineAPIKey.Reveal(), Logger: s.log,
		TLS: engine.TLSConfig{Enabled: tls.Enabled, CAFile: tls.CAFile, CertFile: tls.CertFile, KeyFile: tls.KeyFile, ServerName: tls.ServerName},
	})
	return err
}

func (s *system) wire(ctx context.Context) (err error) {
	office := calendar.Office{EndHour: s.config.OfficeEnd.Hour, EndMinute: s.config.OfficeEnd.Minute}
	if s.calendars, err = app.NewCalendars(ctx, s.store, office); err != nil {
		return err
	}
	if s.templates, err = loadTemplates(s.config.Templates); err != nil {
		return err
	}
	if s.admission, err = loadAdmission(s.config.Admission); err != nil {
		return err
	}
	if s.campaigns, err = loadCampaigns(s.config.Campaigns); err != nil {
		return err
	}
	if s.ranking, err = loadRanking(s.config.Ranking); err != nil {
		return err
	}
	if s.carrying, err = liaison.Builtin(); err != nil {
		return err
	}
	if s.urn, err = openUrn(s.config, s.lock != nil); err != nil {
		return err
	}
	if s.engine != nil {
		s.processes = &workflows.Client{Temporal: s.engine.Client()}
		if err := s.openBlobs(); err != nil {
			return err
		}
		s.scorer = s.newScorer()
	}
	s.auth = auth.New(s.store, s.store, auth.NewPasswords(auth.DefaultCost), clock)
	s.projects = &app.Projects{Journal: s.store, Reads: s.store, Sheets: sheets{}, Now: clock, NewID: newID}
	return nil
}

func (s *system) openBlobs() (err error) {
	if s.uploads, err = blob.Open(filepath.Join(s.config.Blobs(), "uploads"), clock); err != nil {
		return err
	}
	s.documents, err = blob.Open(filepath.Join(s.config.Blobs(), "documents"), clock)
	return err
}

// newID is a UUID that sorts by time, which keeps indexes compact.
func newID() string { return uuid.Must(uuid.NewV7()).String() }

// recorder decides and records reviews.
func (s *system) recorder() *app.Recorder[review.State, review.Facts] {
	return &app.Recorder[review.State, review.Facts]{
		Definition: review.Definition(), Journal: s.store, Facts: app.ReviewFacts(s.calendars),
		Project: app.ProjectReview, Complete: app.NumberReview,
	}
}

func (s *system) startWorker() error {
	o := engine.WorkerOptions()
	o.OnFatalError = func(err error) {
		s.broken.Store(true)
		s.log.Error("worker gave up", "error", err)
	}
	s.worker = worker.New(s.engine.Client(), workflows.TaskQueue, o)
	workflows.Register(s.worker, &workflows.Process[review.State, review.Facts]{
		Definition: review.Definition(),
		Record:     &activities.Record[review.State, review.Facts]{Recorder: s.recorder()},
		Facts:      app.ReviewSnapshot(s.calendars),
	})
	workflows.Register(s.worker, &workflows.Process[panel.State, panel.Facts]{
		Definition: panel.Definition(),
		Record:     &activities.Record[panel.State, panel.Facts]{Recorder: s.panelRecorder()},
		Facts:      app.PanelSnapshot(s.urn),
	})
	workflows.Register(s.worker, &workflows.Process[liaison.State, liaison.Facts]{
		Definition: liaison.Definition(),
		Record:     &activities.Record[liaison.State, liaison.Facts]{Recorder: s.liaisonRecorder()},
		Facts:      app.LiaisonSnapshot(s.calendars, s.carrying),
	})
	workflows.Register(s.worker, &workflows.Process[batch.State, batch.Facts]{
		Definition: batch.Definition(),
		Record:     &activities.Record[batch.State, batch.Facts]{Recorder: s.batchRecorder()},
		Facts:      func() batch.Facts { return batch.Facts{} },
	})
	workflows.Register(s.worker, &workflows.Process[dispatch.State, dispatch.Facts]{
		Definition: dispatch.Definition(),
		Record:     &activities.Record[dispatch.State, dispatch.Facts]{Recorder: s.dispatchRecorder()},
		Facts:      app.DispatchSnapshot(s.calendars, s.carrying.Rules.Instruction),
	})
	workflows.Register(s.worker, &workflows.Process[bulletin.State, bulletin.Facts]{
		Definition: bulletin.Definition(),
		Record:     &activities.Record[bulletin.State, bulletin.Facts]{Recorder: s.bulletinRecorder()},
		Facts:      func() bulletin.Facts { return bulletin.Facts{} },
	})
	workflows.Register(s.worker, &workflows.Process[assessment.State, assessment.Facts]{
		Definition: assessment.Definition(),
		Record:     &activities.Record[assessment.State, assessment.Facts]{Recorder: s.assessmentRecorder()},
		Facts:      app.AssessmentSnapshot(s.calendars),
	})
	workflows.Register(s.worker, &workflows.Process[selfreport.State, selfreport.Facts]{
		Definition: selfreport.Definition(),
		Record:     &activities.Record[selfreport.State, selfreport.Facts]{Recorder: s.selfReportRecorder()},
		Facts:      app.SelfReportSnapshot(s.calendars),
	})
	workflows.RegisterOccasions(s.worker, &activities.CatchUp{Rhythm: s.rhythm(), Now: clock})
	workflows.RegisterEffects(s.worker, &activities.Perform{Effects: s.effects()})
	return s.worker.Start()
}

// panelRecorder decides and records meetings.
func (s *system) panelRecorder() *app.Recorder[panel.State, panel.Facts] {
	return &app.Recorder[panel.State, panel.Facts]{
		Definition: panel.Definition(), Journal: s.store, Facts: app.PanelFacts(s.calendars, s.urn), Project: app.ProjectPanel,
	}
}

// effects are who performs what processes ask for outside themselves.
func (s *system) effects() app.Effects {
	messenger := &app.PanelMessenger{Processes: s.processes, Reads: s.store, Now: clock, NewID: newID}
	compiler := s.dispatchCompiler()
	advancer := &app.Advancer{Projects: s.projects}
	return app.Effects{
		panel.EffectTell: messenger.Tell, review.EffectPaper: s.papers().Make,
		liaison.EffectAdvance: advancer.Advance, batch.EffectStart: s.batchEffects().Start,
		bulletin.EffectFreeze:   s.freezer().Freeze,
		assessment.EffectErrand: s.errands().Run, assessment.EffectScore: s.scorer.Score,
		dispatch.EffectCompile: compiler.Compile, dispatch.EffectInstruct: compiler.Instruct,
	}
}

func (s *system) sweeper() *app.Sweeper {
	return &app.Sweeper{Store: s.store, Processes: s.processes, Calendars: s.calendars,
		Now: clock, NewID: newID, Log: s.log, Settled: 5 * time.Second,
		Also: []func(context.Context) error{s.auth.Sweep, s.housekeeping().Sweep, untilDone(s.catchUp), s.dispatches().Gather}}
}

func (s *system) housekeeping() *app.Housekeeping {
	return &app.Housekeeping{Store: s.store, Blobs: s.uploads, Now: clock, Log: s.log}
}

func (s *system) reviews() *app.Reviews {
	reviews := app.NewReviews(app.Service[review.State, review.Facts]{
		Definition: review.Definition(), Processes: s.processes, Reads: s.store,
		Facts: app.ReviewSnapshot(s.calendars), Now: clock, NewID: newID,
	}, s.templates)
	reviews.Admission = s.admission
	return reviews
}

func (s *system) papers() *app.Papers { return &app.Papers{Reads: s.store, Blobs: s.documents} }

func (s *system) server(demo *api.Demo, notes []string) *api.Server {
	reviews := s.reviews()
	panels := app.NewPanels(s.processes, s.store, s.urn, clock, newID)
	liaisons, batches := s.liaisons(), s.batches()
	dispatches, bulletins := s.dispatches(), s.bulletins()
	assessments, selfReports := s.assessments(), s.selfReports()
	return &api.Server{
		Identity:   &app.Identity{Sessions: sessions{s.auth}, Reads: s.store, Now: clock},
		Reads:      s.store,
		Reviews:    reviews,
		Papers:     s.papers(),
		Panels:     panels,
		Liaisons:   liaisons,
		Batches:    batches,
		Dispatches: dispatches,
		Bulletins:  bulletins,
		Targets:    &app.Targets{Journal: s.store, Reads: s.store, Sheets: sheets{}, Now: clock, NewID: newID},
		Inbox: &app.Inbox{Reads: s.store, NewID: newID, Acts: map[string]app.Act{
			review.Kind: reviews.Act, panel.Kind: panels.Act, liaison.Kind: liaisons.Act, batch.Kind: batches.Act, dispatch.Kind: dispatches.Act, bulletin.Kind: bulletins.Act,
			assessment.Kind: assessments.Act, selfreport.Kind: selfReports.Act}},
		Proxies:     &app.Proxies{Journal: s.store, Reads: s.store, Now: clock, NewID: newID},
		Drafts:      &app.Drafts{Store: s.store, Now: clock},
		Attachments: &app.Attachments{Journal: s.store, Reads: s.store, Blobs: s.uploads, Now: clock, NewID: newID},
		Projects:    s.projects,
		Calendar:    &app.CalendarService{Calendars: s.calendars, Journal: s.store, Now: clock, NewID: newID, Recorded: s.kick},
		Statistics:  &app.Statistics{Reads: s.store, Now: clock, Notes: notes, Campaigning: s.campaigns},
		Registers:   s.registers(),
		RuleBooks:   s.ruleBooks(),
		Assessments: assessments,
		SelfReports: selfReports,
		Ready:       s.ready,
		Demo:        demo,
		Web:         web.FS(),
		Log:         s.log,
		Version:     version,
		Now:         clock,
		Cookies:     auth.Cookies{Secure: s.config.SecureCookies},
	}
}

// kick asks for a sweep soon; one that is asked for already is enough.
func (s *system) kick() {
	select {
	case s.recount <- struct{}{}:
	default:
	}
}

func (s *system) ready(ctx context.Context) api.Readiness {
	worker := "elsewhere"
	if s.worker != nil {
		worker = "ok"
		if s.broken.Load() {
			worker = "unavailable"
		}
	}
	return api.Check(ctx, s.store.Ping, s.engine.Ping, worker)
}

// close stops what runs, in the order in which one needs the other.
func (s *system) close(ctx context.Context) {
	if s.worker != nil {
		s.worker.Stop()
	}
	if s.engine != nil {
		s.logged("engine", s.engine.Close(ctx))
	}
	if s.store != nil {
		s.logged("database", s.store.Close())
	}
	if s.lock != nil {
		s.logged("lock", s.lock.Unlock())
	}
}

func (s *system) logged(what string, err error) {
	if err != nil {
		s.log.Warn("did not close cleanly", "part", what, "error", err)
	}
}

// sessions shows package auth to the application.
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

// sheets shows package sheet to the application.
type sheets struct{}

func (sheets) Read(data []byte, units []org.Unit, today calendar.Date) ([]app.SheetRow, []fault.Detail, []fault.Detail) {
	result, problems := sheet.ReadProjects(bytes.NewReader(data), units, today)
	rows := make([]app.SheetRow, len(result.Rows))
	for i, r := range result.Rows {
		rows[i] = app.SheetRow{Sheet: r.Sheet, Row: r.Row, Draft: r.Draft, Where: r.Where}
	}
	return rows, sheetDetails(result.Warnings), sheetDetails(problems)
}

func sheetDetails(problems []sheet.Problem) []fault.Detail {
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
