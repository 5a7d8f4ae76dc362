package api

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"luodi/internal/app"
	"luodi/internal/fault"
	"luodi/internal/process"
)

// Inbox is one page of a box with the counts of all four.
type Inbox struct {
	List[app.TaskRow]
	Counts map[app.Box]int `json:"counts" doc:"of each box; 1000 means at least 1000. cc counts what the caller hasn't read among the latest 200 copies"`
}

func (s *Server) taskRoutes(a huma.API) {
	t := tagged("inbox 待办")
	huma.Register(a, op(http.MethodGet, "/api/v1/tasks", "list-tasks", "The caller's inbox: what waits, worst and earliest first", t), s.listTasks)
	huma.Register(a, op(http.MethodPost, "/api/v1/tasks/batch", "batch-tasks", "Mark as read, or claim, up to 100 at once; each is done or refused by itself", t), s.batchTasks)
}

type listTasksInput struct {
	Paged
	Box     string `query:"box" enum:"todo,done,started,cc" default:"todo"`
	Kind    string `query:"kind" maxLength:"20" doc:"kind of process, such as review"`
	Action  string `query:"action" maxLength:"40" doc:"todo and done: the action that does the task"`
	Light   string `query:"light" enum:"green,yellow,red"`
	Query   string `query:"q" maxLength:"100" doc:"part of the subject"`
	Overdue bool   `query:"overdue" doc:"only what is yellow or red"`
	Mine    bool   `query:"mine" doc:"todo and done: only what the caller claimed or was handed"`
	Unread  bool   `query:"unread" doc:"cc: only what the caller hasn't read"`
	For     string `query:"for" maxLength:"64" doc:"user id of somebody the caller stands in for today: their inbox"`
}

func (s *Server) listTasks(ctx context.Context, in *listTasksInput) (*body[Inbox], error) {
	f := app.TaskFilter{Kind: in.Kind, Action: in.Action, Light: process.Light(in.Light), Query: in.Query,
		Overdue: in.Overdue, Mine: in.Mine, Unread: in.Unread}
	out, err := s.Inbox.List(ctx, actorOf(ctx), in.For, app.Box(in.Box), f, in.page())
	return answer(ctx, Inbox{List: page(out.Rows, out.Next), Counts: out.Counts}, err)
}

// BatchItem is one process of a batch.
type BatchItem struct {
	Kind      string `json:"kind" minLength:"1" maxLength:"20"`
	ProcessID string `json:"process_id" minLength:"1" maxLength:"64"`
	Target    string `json:"target,omitempty" maxLength:"64" doc:"what of the process is claimed, such as a seat"`
}

// BatchResult tells what became of an item.
type BatchResult struct {
	BatchItem
	Done    bool   `json:"done"`
	Version int64  `json:"version,omitempty" doc:"of the process after it"`
	Code    string `json:"code,omitempty" doc:"why it was not done: the code of a problem"`
	Message string `json:"message,omitempty" doc:"why it was not done, in Chinese"`
}

// BatchAnswer has a result for each item, in their order.
type BatchAnswer struct {
	Items []BatchResult `json:"items"`
}

func (s *Server) batchTasks(ctx context.Context, in *struct {
	Keyed
	Body struct {
		Action string      `json:"action" enum:"read,claim"`
		Items  []BatchItem `json:"items" minItems:"1" maxItems:"100"`
	}
}) (*body[BatchAnswer], error) {
	items := make([]app.BatchItem, len(in.Body.Items))
	for i, item := range in.Body.Items {
		items[i] = app.BatchItem(item)
	}
	results, err := s.Inbox.Batch(ctx, actorOf(ctx), in.Key, in.Body.Action, items)
	if err != nil {
		return nil, fail(ctx, err)
	}
	out := BatchAnswer{Items: make([]BatchResult, len(results))}
	for i, r := range results {
		out.Items[i] = BatchResult{BatchItem: in.Body.Items[i], Done: r.Err == nil, Version: r.Receipt.Version}
		if r.Err != nil {
			out.Items[i].Code, out.Items[i].Message = r.Err.Code, r.Err.Message
			if r.Err.Kind == fault.Internal { // the item's answer holds no internal text: the log does
				slog.ErrorContext(ctx, "batch item failed", "code", r.Err.Code, "error", r.Err.Error())
			}
		}
	}
	return answer(ctx, out, nil)
}
