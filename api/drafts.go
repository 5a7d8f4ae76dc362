package api

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"luodi/internal/app"
)

// Draft is a form that the caller has begun to fill in (暂存).
type Draft struct {
	Form    string      `json:"form"`
	Subject string      `json:"subject"`
	At      time.Time   `json:"at" doc:"when it was saved; removed 180 days later"`
	Body    draftObject `json:"body,omitempty" doc:"as it was saved; absent in lists"`
}

// draftObject is a JSON object as it was saved, to the last digit of its numbers.
type draftObject json.RawMessage

// MarshalJSON gives what was saved.
func (o draftObject) MarshalJSON() ([]byte, error) { return o, nil }

// Schema of any object.
func (draftObject) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true}
}

func draftView(d app.Draft) Draft {
	return Draft{Form: d.Form, Subject: d.Subject, At: d.At, Body: draftObject(d.Body)}
}

func (s *Server) draftRoutes(a huma.API) {
	t := tagged("drafts 暂存")
	huma.Register(a, op(http.MethodGet, "/api/v1/drafts", "list-drafts", "The caller's drafts without their bodies, latest first", t), s.listDrafts)
	huma.Register(a, op(http.MethodGet, "/api/v1/drafts/{form}/{subject}", "get-draft", "One draft of the caller's", t), s.getDraft)
	huma.Register(a, op(http.MethodPut, "/api/v1/drafts/{form}/{subject}", "save-draft", "Save a draft in the place of the one before it; at most 64 KiB", t, draftSize), s.saveDraft)
	huma.Register(a, op(http.MethodDelete, "/api/v1/drafts/{form}/{subject}", "delete-draft", "Delete a draft", t, noContent), s.deleteDraft)
}

func draftSize(o *huma.Operation) { o.MaxBodyBytes = app.DraftLimit }

// DraftPlace says which draft: of which form, about what.
type DraftPlace struct {
	Form    string `path:"form" maxLength:"40" doc:"such as opine or start-review"`
	Subject string `path:"subject" maxLength:"64" doc:"id of what the form is about"`
}

type draftList struct {
	Items []Draft `json:"items"`
}

func (s *Server) listDrafts(ctx context.Context, _ *struct{}) (*body[draftList], error) {
	drafts, err := s.Drafts.List(ctx, actorOf(ctx))
	out := draftList{Items: make([]Draft, len(drafts))}
	for i, d := range drafts {
		out.Items[i] = draftView(d)
	}
	return answer(ctx, out, err)
}

func (s *Server) getDraft(ctx context.Context, in *DraftPlace) (*body[Draft], error) {
	d, err := s.Drafts.Get(ctx, actorOf(ctx), in.Form, in.Subject)
	return answer(ctx, draftView(d), err)
}

func (s *Server) saveDraft(ctx context.Context, in *struct {
	DraftPlace
	Body    map[string]any `doc:"any object: a draft may be incomplete and wrong"`
	RawBody []byte
}) (*body[Draft], error) {
	d, err := s.Drafts.Save(ctx, actorOf(ctx), in.Form, in.Subject, in.RawBody)
	d.Body = nil // the caller has it
	return answer(ctx, draftView(d), err)
}

func (s *Server) deleteDraft(ctx context.Context, in *DraftPlace) (*struct{}, error) {
	if err := s.Drafts.Delete(ctx, actorOf(ctx), in.Form, in.Subject); err != nil {
		return nil, fail(ctx, err)
	}
	return nil, nil
}
