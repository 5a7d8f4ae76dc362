package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"luodi/internal/app"
	"luodi/internal/org"
	"luodi/internal/project"
)

func (s *Server) statisticsRoutes(a huma.API) {
	huma.Register(a, op(http.MethodGet, "/api/v1/statistics", "get-statistics", "A year's figures, computed from single projects", tagged("statistics 统计")), s.getStatistics)
	huma.Register(a, op(http.MethodGet, "/api/v1/statistics/funnel", "get-funnel", "How far projects came, signed → landed → started → in statistics → in production, by any filter and group; every figure with the list behind it", tagged("statistics 统计")), s.getFunnel)
	huma.Register(a, op(http.MethodGet, "/api/v1/statistics/campaigns", "list-campaigns", "A year's campaigns (五百行动, 五大攻坚战) with what was reached and the list behind it", tagged("statistics 统计")), s.getCampaigns)
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

type funnelInput struct {
	ProjectFilter
	By    string `query:"by" enum:"county,tier,industry,investor_kind,chain,team,ambassador,event,department,month,quarter,year"`
	Until string `query:"until" maxLength:"10" doc:"what was reached by this day; today if absent"`
}

func (s *Server) getFunnel(ctx context.Context, in *funnelInput) (*body[app.FunnelReport], error) {
	f, err := in.parse()
	if err != nil {
		return nil, fail(ctx, err)
	}
	q := app.FunnelQuery{Filter: f, By: project.Dimension(in.By)}
	if err := dayOf("/query/until", in.Until, &q.Until); err != nil {
		return nil, fail(ctx, err)
	}
	report, err := s.Statistics.Funnel(ctx, actorOf(ctx), q)
	return answer(ctx, report, err)
}

func (s *Server) getCampaigns(ctx context.Context, in *TargetYear) (*body[List[app.CampaignReport]], error) {
	list, err := s.Statistics.Campaigns(ctx, actorOf(ctx), s.yearOf(*in))
	return answer(ctx, page(list, ""), err)
}
