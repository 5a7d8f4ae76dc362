package api

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// Readiness says which part is up.
type Readiness struct {
	Status   string `json:"status" enum:"ok,unavailable"`
	Database string `json:"database" enum:"ok,unavailable"`
	Engine   string `json:"engine" enum:"ok,unavailable"`
	Worker   string `json:"worker" enum:"ok,unavailable,elsewhere" doc:"elsewhere: this process serves HTTP only"`
}

const (
	ok          = "ok"
	unavailable = "unavailable"
)

// checkWithin bounds a readiness probe.
const checkWithin = 1500 * time.Millisecond

// Check asks database and engine at once. worker is "ok" or "elsewhere".
func Check(ctx context.Context, database, engine func(context.Context) error, worker string) Readiness {
	ctx, cancel := context.WithTimeout(ctx, checkWithin)
	defer cancel()
	r := Readiness{Status: ok, Worker: worker}
	var wg sync.WaitGroup
	wg.Go(func() { r.Database = state(database(ctx)) })
	wg.Go(func() { r.Engine = state(engine(ctx)) })
	wg.Wait()
	if r.Database != ok || r.Engine != ok || r.Worker == unavailable {
		r.Status = unavailable
	}
	return r
}

func state(err error) string {
	if err != nil {
		return unavailable
	}
	return ok
}

type health struct {
	Status  string `json:"status" enum:"ok"`
	Version string `json:"version"`
}

func (s *Server) healthRoutes(a huma.API) {
	t := tagged("health")
	huma.Register(a, op(http.MethodGet, "/healthz", "get-health", "The process lives", t, public), s.getHealth)
	huma.Register(a, op(http.MethodGet, "/readyz", "get-readiness", "Database, engine and worker are up; 503 if not", t, public), s.getReadiness)
}

func (s *Server) getHealth(ctx context.Context, _ *struct{}) (*body[health], error) {
	return answer(ctx, health{Status: ok, Version: s.Version}, nil)
}

type readinessOutput struct {
	Status     int
	RetryAfter string `header:"Retry-After"`
	Body       Readiness
}

func (s *Server) getReadiness(ctx context.Context, _ *struct{}) (*readinessOutput, error) {
	r := s.Ready(ctx)
	if r.Status == ok {
		return &readinessOutput{Status: http.StatusOK, Body: r}, nil
	}
	return &readinessOutput{Status: http.StatusServiceUnavailable, RetryAfter: retrySoon, Body: r}, nil
}
