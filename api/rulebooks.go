package api

import (
	"context"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"luodi/internal/app"
	"luodi/internal/assessment"
	"luodi/internal/rulebook"
)

// RuleBook is a rule book in a list.
type RuleBook assessment.Book

// RuleBookChange is a difference between two books.
type RuleBookChange rulebook.Change

// RuleBookData is a rule book with its rules, what was found in it, and its past.
type RuleBookData struct {
	app.BookView
	MayPublish bool           `json:"may_publish" doc:"the caller may publish it now"`
	MayKeep    bool           `json:"may_keep" doc:"the caller may take books in and withdraw them"`
	Timeline   []TimelineItem `json:"timeline"`
}

func (s *Server) rulebookRoutes(a huma.API) {
	r := a.OpenAPI().Components.Schemas
	r.RegisterTypeAlias(reflect.TypeFor[assessment.Book](), reflect.TypeFor[RuleBook]())
	r.RegisterTypeAlias(reflect.TypeFor[rulebook.Change](), reflect.TypeFor[RuleBookChange]())
	t := tagged("rulebooks 考核细则")
	const path = "/api/v1/rulebooks"
	huma.Register(a, op(http.MethodGet, path, "list-rulebooks", "Rule books, the latest first: drafts are for those who keep them", t), s.listRuleBooks)
	huma.Register(a, op(http.MethodPost, path, "upload-rulebook", "Take a book in, if it is sound; every finding comes with line and column", t, created, textBook), s.uploadRuleBook)
	huma.Register(a, op(http.MethodPost, path+"/check", "check-rulebook", "Read a book and run its cases; nothing is kept", t, textBook), s.checkRuleBook)
	for _, p := range []string{path, path + "/check"} {
		a.OpenAPI().Paths[p].Post.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/yaml": {Schema: &huma.Schema{Type: huma.TypeString}}}}
	}
	huma.Register(a, op(http.MethodGet, path+"/{id}", "get-rulebook", "One book with its rules, what its cases cover and its timeline", t), s.getRuleBook)
	huma.Register(a, op(http.MethodGet, path+"/{id}/text", "download-rulebook", "The book as it was taken in, to the byte", t, fileAnswer), s.ruleBookText)
	huma.Register(a, op(http.MethodGet, path+"/{id}/diff", "diff-rulebooks", "What another book has instead, clause by clause", t), s.diffRuleBooks)
	huma.Register(a, op(http.MethodPost, path+"/{id}/publish", "publish-rulebook", "Let years choose it; by somebody else than who took it in", t), s.publishRuleBook)
	huma.Register(a, op(http.MethodPost, path+"/{id}/withdraw", "withdraw-rulebook", "Take it back, with a reason", t), s.withdrawRuleBook)
}

// textBook lets a body through that is text.
func textBook(o *huma.Operation) { o.MaxBodyBytes = maxBody }

// RuleBookID is the path parameter of a book.
type RuleBookID struct {
	ID string `path:"id" maxLength:"64"`
}

type bookText struct{ Upload }

func (s *Server) listRuleBooks(ctx context.Context, in *struct {
	Paged
	Stage string `query:"stage" enum:"draft,published,withdrawn"`
	Query string `query:"q" maxLength:"100" doc:"part of the title"`
}) (*body[List[assessment.Book]], error) {
	rows, next, err := s.RuleBooks.List(ctx, actorOf(ctx), app.RuleBookFilter{Stage: assessment.BookStage(in.Stage), Query: in.Query}, in.page())
	return answer(ctx, page(rows, next), err)
}

type ruleBookOutput struct {
	Location string `header:"Location"`
	Body     assessment.Book
}

func (s *Server) uploadRuleBook(ctx context.Context, in *struct {
	Keyed
	bookText
}) (*ruleBookOutput, error) {
	b, err := s.RuleBooks.Upload(ctx, actorOf(ctx), in.Key, in.data)
	if err != nil {
		return nil, fail(ctx, err)
	}
	return &ruleBookOutput{Location: "/api/v1/rulebooks/" + b.ID, Body: b}, nil
}

func (s *Server) checkRuleBook(ctx context.Context, in *bookText) (*body[app.BookCheck], error) {
	c, err := s.RuleBooks.Check(actorOf(ctx), in.data)
	return answer(ctx, c, err)
}

func (s *Server) getRuleBook(ctx context.Context, in *RuleBookID) (*body[RuleBookData], error) {
	actor := actorOf(ctx)
	v, err := s.RuleBooks.Get(ctx, actor, in.ID)
	if err != nil {
		return nil, fail(ctx, err)
	}
	out := RuleBookData{BookView: v, MayKeep: assessment.MayKeepBooks(actor), Timeline: timeline(v.Events)}
	_, err = v.Publish(actor, s.Now())
	out.MayPublish = out.MayKeep && err == nil
	return answer(ctx, out, nil)
}

func (s *Server) ruleBookText(ctx context.Context, in *RuleBookID) (*fileOutput, error) {
	b, text, err := s.RuleBooks.Text(ctx, actorOf(ctx), in.ID)
	if err != nil {
		return nil, fail(ctx, err)
	}
	return fileOf(b.Title+b.Version+".yaml", "application/yaml", text), nil
}

func (s *Server) diffRuleBooks(ctx context.Context, in *struct {
	RuleBookID
	With string `query:"with" required:"true" maxLength:"64" doc:"id of the other book"`
}) (*body[List[rulebook.Change]], error) {
	changes, err := s.RuleBooks.Diff(ctx, actorOf(ctx), in.ID, in.With)
	return answer(ctx, page(changes, ""), err)
}

func (s *Server) publishRuleBook(ctx context.Context, in *struct {
	Keyed
	RuleBookID
}) (*body[assessment.Book], error) {
	b, err := s.RuleBooks.Publish(ctx, actorOf(ctx), in.Key, in.ID)
	return answer(ctx, b, err)
}

func (s *Server) withdrawRuleBook(ctx context.Context, in *struct {
	Keyed
	RuleBookID
	Body struct {
		Reason string `json:"reason" maxLength:"500"`
	}
}) (*body[assessment.Book], error) {
	b, err := s.RuleBooks.Withdraw(ctx, actorOf(ctx), in.Key, in.ID, in.Body.Reason)
	return answer(ctx, b, err)
}
