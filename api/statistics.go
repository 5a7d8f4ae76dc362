package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"luodi/internal/app"
	"luodi/internal/org"
)

func (s *Server) statisticsRoutes(a huma.API) {
	huma.Register(a, op(http.MethodGet, "/api/v1/statistics", "get-statistics", "A year's figures, computed from single projects", tagged("statistics 统计")), s.getStatistics)
}

func (s *Server) getStatistics(ctx context.Context, in *struct {
	Year int `query:"year" minimum:"0" maximum:"2100" doc:"this year if absent"`
}) (*body[app.YearFigures], error) {
	f, err := s.Statistics.Year(ctx, actorOf(ctx), in.Year)
	return answer(ctx, f, err)
}

// Demo is what a demonstration tells whoever comes along.
type Demo struct {
	Notice   string        `json:"notice"`
	Accounts []DemoAccount `json:"accounts"`
}

// DemoAccount is an illustrative account with its published password.
type DemoAccount struct {
	Login      string     `json:"login"`
	Password   string     `json:"password"`
	Name       string     `json:"name"`
	UnitID     string     `json:"unit_id"`
	Unit       string     `json:"unit"`
	Roles      []org.Role `json:"roles"`
	RoleLabels []string   `json:"role_labels"`
}

func (s *Server) demoRoutes(a huma.API) {
	huma.Register(a, op(http.MethodGet, "/api/v1/demo/accounts", "list-demo-accounts", "Every demonstration account; only under --demo", tagged("demo 演示"), public),
		func(ctx context.Context, _ *struct{}) (*body[Demo], error) { return answer(ctx, *s.Demo, nil) })
}
