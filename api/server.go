// Package api is Luodi over HTTP: Gin routes under an OpenAPI 3.1 description made
// by huma. It translates, and decides nothing: who may do what is in package app
// and in the aggregates.
package api

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"

	"luodi/internal/app"
	"luodi/internal/auth"
)

// Limits on what a request may carry, in bytes.
const (
	maxBody  = 1 << 20
	maxSheet = 10 << 20
)

// Server holds what the handlers call.
type Server struct {
	Identity    Identity
	Reads       app.Reads
	Reviews     *app.Reviews
	Papers      *app.Papers
	Panels      *app.Panels
	Dispatches  *app.Dispatches
	Bulletins   *app.Bulletins
	Targets     *app.Targets
	Registers   *app.Registers
	RuleBooks   *app.RuleBooks
	Assessments *app.Assessments
	SelfReports *app.SelfReports
	Liaisons    *app.Liaisons
	Batches     *app.Batches
	Projects    *app.Projects
	Calendar    *app.CalendarService
	Statistics  *app.Statistics
	Inbox       *app.Inbox
	Proxies     *app.Proxies
	Drafts      *app.Drafts
	Attachments *app.Attachments
	Ready       func(context.Context) Readiness
	Demo        *Demo // nil unless this is a demonstration
	Web         fs.FS
	Log         *slog.Logger
	Version     string
	Now         func() time.Time
	Cookies     auth.Cookies
}

var problems sync.Once

// Handler builds the routes. Everything but the listed public routes needs a session.
func (s *Server) Handler() http.Handler {
	problems.Do(useProblems)
	gin.SetMode(gin.ReleaseMode)
	r := gin.New()
	r.HandleMethodNotAllowed = true
	r.Use(s.recovered, s.headers, s.crossOrigin, s.legible, s.session)
	r.NoRoute(s.workbench)
	r.NoMethod(wrongMethod)

	config := huma.DefaultConfig("Luodi 落地", s.Version)
	config.Info.Description = "Investment promotion of a city as one closed loop. " +
		"Errors are problem+json with a stable code. Every changing request takes an Idempotency-Key: " +
		"the same key gives the same answer. Amounts are decimal strings in 万元 (10,000 CNY)."
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"session": {Type: "apiKey", In: "cookie", Name: s.Cookies.Name(), Description: "set by POST /api/v1/session"},
	}
	config.Security = []map[string][]string{{"session": {}}}
	config.CreateHooks = nil // no $schema links inside answers
	config.DocsPath = ""     // huma's own page loads its viewer from another host
	config.Formats = map[string]huma.Format{"application/json": strictJSON, "json": strictJSON}
	teach(config.Components.Schemas)
	a := humagin.New(r, config)
	s.routes(a, r)
	return r
}

func (s *Server) routes(a huma.API, r *gin.Engine) {
	s.healthRoutes(a)
	s.sessionRoutes(a)
	s.reviewRoutes(a)
	s.panelRoutes(a)
	s.liaisonRoutes(a)
	s.batchRoutes(a)
	s.dispatchRoutes(a)
	s.bulletinRoutes(a)
	s.targetRoutes(a)
	s.registerRoutes(a)
	s.rulebookRoutes(a)
	s.assessmentRoutes(a)
	s.taskRoutes(a)
	s.peopleRoutes(a)
	s.draftRoutes(a)
	s.attachmentRoutes(a)
	s.projectRoutes(a)
	s.calendarRoutes(a)
	s.statisticsRoutes(a)
	if s.Demo != nil {
		s.demoRoutes(a)
	}
	r.GET("/docs", s.docs)
}

// strictJSON refuses what is no UTF-8: the standard decoder would put U+FFFD in its
// place, and an opinion would be recorded as nobody wrote it.
var strictJSON = huma.Format{
	Marshal: huma.DefaultJSONFormat.Marshal,
	Unmarshal: func(data []byte, v any) error {
		if !utf8.Valid(data) {
			return errors.New("body is not UTF-8")
		}
		return huma.DefaultJSONFormat.Unmarshal(data, v)
	},
}

// op describes one operation.
func op(method, path, id, summary string, change ...func(*huma.Operation)) huma.Operation {
	o := huma.Operation{
		Method: method, Path: path, OperationID: id, Summary: summary, MaxBodyBytes: maxBody,
		Errors: []int{http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusUnprocessableEntity, http.StatusServiceUnavailable},
	}
	if method != http.MethodGet {
		o.Errors = append(o.Errors, http.StatusConflict, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
	}
	for _, f := range change {
		f(&o)
	}
	return o
}

// public marks an operation that needs no session; publicPaths must list it too.
func public(o *huma.Operation) { o.Security = []map[string][]string{} }

// created makes the success status 201.
func created(o *huma.Operation) { o.DefaultStatus = http.StatusCreated }

// tagged groups operations in the documentation.
func tagged(tag string) func(*huma.Operation) {
	return func(o *huma.Operation) { o.Tags = []string{tag} }
}

// Keyed is the header of requests that change something.
type Keyed struct {
	Key string `header:"Idempotency-Key" maxLength:"128" doc:"the same key gives the same answer; sent again after a 503 it tells what became of the request"`
}

// Paged are the query parameters of lists.
type Paged struct {
	Cursor string `query:"cursor" maxLength:"512" doc:"next_cursor of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

func (p Paged) page() app.Page { return app.Page{Cursor: p.Cursor, Limit: p.Limit} }

// body wraps an answer for huma.
type body[T any] struct {
	Body T
}

// answer is the common end of a handler.
func answer[T any](ctx context.Context, v T, err error) (*body[T], error) {
	if err != nil {
		return nil, fail(ctx, err)
	}
	return &body[T]{Body: v}, nil
}

// List is one page of a list.
type List[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next_cursor,omitempty" doc:"absent on the last page"`
}

func page[T any](items []T, next string) List[T] {
	if items == nil {
		items = []T{}
	}
	return List[T]{Items: items, Next: next}
}
