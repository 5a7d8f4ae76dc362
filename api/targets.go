package api

import (
	"bytes"
	"context"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"luodi/internal/app"
	"luodi/internal/calendar"
)

func (s *Server) targetRoutes(a huma.API) {
	t := tagged("targets 目标任务")
	const path = "/api/v1/targets"
	huma.Register(a, op(http.MethodGet, path, "get-targets", "A year's targets of the city, the counties and the departments", t), s.getTargets)
	huma.Register(a, op(http.MethodPut, path, "set-targets", "Set targets, all or none; what was set before is kept as an earlier version", t), s.setTargets)
	huma.Register(a, op(http.MethodGet, path+"/history", "list-target-versions", "Every version of a year's targets, the latest first", t), s.targetHistory)
	huma.Register(a, op(http.MethodPost, path+"/import", "import-targets", "Take a workbook (任务分解表) in, all or nothing; every problem comes with its cell; dry_run only tells", t, sheetSize), s.importTargets)
	sheetRequest(a.OpenAPI().Paths[path+"/import"].Post)
	huma.Register(a, op(http.MethodGet, path+"/targets.xlsx", "export-targets", "A year's targets as a workbook that can be imported again", t, sheetAnswer), s.exportTargets)
	huma.Register(a, op(http.MethodGet, path+"/template.xlsx", "get-target-template", "An empty workbook to fill in", t, sheetAnswer), s.targetTemplate)
}

// TargetYear is the query parameter of a year.
type TargetYear struct {
	Year int `query:"year" minimum:"0" maximum:"2100" doc:"this year if absent"`
}

func (s *Server) yearOf(in TargetYear) int {
	if in.Year != 0 {
		return in.Year
	}
	return calendar.DateOf(s.Now()).Year
}

func (s *Server) getTargets(ctx context.Context, in *TargetYear) (*body[app.TargetTable], error) {
	table, err := s.Targets.Year(ctx, actorOf(ctx), s.yearOf(*in))
	return answer(ctx, table, err)
}

type setTargetsInput struct {
	Keyed
	TargetYear
	Body struct {
		Changes []app.TargetChange `json:"changes" minItems:"1" maxItems:"2000"`
	}
}

func (s *Server) setTargets(ctx context.Context, in *setTargetsInput) (*body[app.TargetsSet], error) {
	set, err := s.Targets.Set(ctx, actorOf(ctx), in.Key, s.yearOf(in.TargetYear), in.Body.Changes)
	return answer(ctx, set, err)
}

func (s *Server) targetHistory(ctx context.Context, in *TargetYear) (*body[List[app.TargetVersion]], error) {
	list, err := s.Targets.History(ctx, actorOf(ctx), s.yearOf(*in))
	return answer(ctx, page(list, ""), err)
}

func (s *Server) importTargets(ctx context.Context, in *struct {
	Keyed
	TargetYear
	DryRun bool `query:"dry_run"`
	Upload
}) (*body[app.TargetsSet], error) {
	set, err := s.Targets.Import(ctx, actorOf(ctx), in.Key, s.yearOf(in.TargetYear), in.data, in.DryRun)
	return answer(ctx, set, err)
}

func (s *Server) exportTargets(ctx context.Context, in *TargetYear) (*sheetOutput, error) {
	year := s.yearOf(*in)
	return attachment(ctx, fmt.Sprintf("%d年目标任务分解表.xlsx", year), func(b *bytes.Buffer) error {
		return s.Targets.Export(ctx, actorOf(ctx), year, b)
	})
}

func (s *Server) targetTemplate(ctx context.Context, in *TargetYear) (*sheetOutput, error) {
	year := s.yearOf(*in)
	return attachment(ctx, fmt.Sprintf("%d年目标任务分解表模板.xlsx", year), func(b *bytes.Buffer) error {
		return s.Targets.Blank(ctx, year, b)
	})
}
