package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"luodi/internal/app"
)

// Inbox is one page of a box with the counts of all four.
type Inbox struct {
	List[app.TaskRow]
	Counts map[app.Box]int `json:"counts"`
}

func (s *Server) taskRoutes(a huma.API) {
	huma.Register(a, op(http.MethodGet, "/api/v1/tasks", "list-tasks", "The caller's inbox: what waits, worst and earliest first", tagged("inbox 待办")), s.listTasks)
}

type listTasksInput struct {
	Paged
	Box string `query:"box" enum:"todo,done,started,cc" default:"todo"`
}

func (s *Server) listTasks(ctx context.Context, in *listTasksInput) (*body[Inbox], error) {
	rows, next, err := s.Reads.Tasks(ctx, actorOf(ctx), app.Box(in.Box), in.page())
	if err != nil {
		return nil, fail(ctx, err)
	}
	counts, err := s.Reads.TaskCounts(ctx, actorOf(ctx))
	return answer(ctx, Inbox{List: page(rows, next), Counts: counts}, err)
}
