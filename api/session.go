package api

import (
	"context"
	"net"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"

	"luodi/internal/app"
	"luodi/internal/batch"
	"luodi/internal/calendar"
	"luodi/internal/org"
)

// Me is who the caller is and how much waits.
type Me struct {
	User       MeUser          `json:"user"`
	Unit       MeUnit          `json:"unit"`
	RoleLabels []string        `json:"role_labels"`
	Demo       bool            `json:"demo" doc:"a demonstration: all data are illustrative"`
	MayStart   bool            `json:"may_start_reviews"`
	MayImport  bool            `json:"may_import_projects"`
	MayConvene bool            `json:"may_convene_panels"`
	MayDraft   bool            `json:"may_draft_lists" doc:"liaison lists, dispatch sheets, bulletins and registers"`
	MayRecord  bool            `json:"may_record_notices"`
	Counts     map[app.Box]int `json:"counts" doc:"of each box; 1000 means at least 1000"`
	Behalf     []Behalf        `json:"behalf" doc:"for whom the caller stands in today"`
}

// Behalf is somebody the caller stands in for today.
type Behalf struct {
	UserID   string        `json:"user_id"`
	Name     string        `json:"name"`
	UnitID   string        `json:"unit_id"`
	UnitName string        `json:"unit_name"`
	Until    calendar.Date `json:"until" doc:"the last day, included"`
	ProxyID  string        `json:"proxy_id"`
}

// MeUser is the person.
type MeUser struct {
	ID     string     `json:"id"`
	Name   string     `json:"name"`
	UnitID string     `json:"unit_id"`
	Roles  []org.Role `json:"roles"`
}

// MeUnit is the person's unit.
type MeUnit struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

func (s *Server) sessionRoutes(a huma.API) {
	t := tagged("session 登录")
	huma.Register(a, op(http.MethodPost, "/api/v1/session", "sign-in", "Sign in; the session is in a cookie", t, public, throttled), s.signIn)
	huma.Register(a, op(http.MethodDelete, "/api/v1/session", "sign-out", "Sign out", t, noContent), s.signOut)
	huma.Register(a, op(http.MethodGet, "/api/v1/me", "get-me", "Who the caller is", t), s.getMe)
	huma.Register(a, op(http.MethodGet, "/api/v1/units", "list-units", "Every unit", t), s.listUnits)
}

func noContent(o *huma.Operation) { o.DefaultStatus = http.StatusNoContent }

// throttled says that the operation may answer 429.
func throttled(o *huma.Operation) { o.Errors = append(o.Errors, http.StatusTooManyRequests) }

type signInInput struct {
	Body struct {
		Login    string `json:"login" minLength:"1" maxLength:"64"`
		Password string `json:"password" minLength:"1" maxLength:"256"`
	}
	Request
}

// Request gives a handler the raw request, for address and cookie.
type Request struct{ raw *http.Request }

// Resolve is called by huma before the handler.
func (r *Request) Resolve(ctx huma.Context) []error {
	r.raw = humagin.Unwrap(ctx).Request
	return nil
}

// address is that of the connection: headers that claim another are anybody's to write.
func (r *Request) address() string {
	host, _, err := net.SplitHostPort(r.raw.RemoteAddr)
	if err != nil {
		return r.raw.RemoteAddr
	}
	return host
}

type sessionOutput struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
	Body      Me
}

func (s *Server) signIn(ctx context.Context, in *signInInput) (*sessionOutput, error) {
	token, actor, err := s.Identity.SignIn(ctx, in.Body.Login, in.Body.Password, in.address())
	if err != nil {
		return nil, fail(ctx, err)
	}
	me, err := s.me(ctx, actor)
	if err != nil {
		return nil, fail(ctx, err)
	}
	return &sessionOutput{SetCookie: *s.Cookies.Keep(token), Body: me}, nil
}

type signOutOutput struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
}

func (s *Server) signOut(ctx context.Context, in *struct{ Request }) (*signOutOutput, error) {
	if err := s.Identity.SignOut(ctx, s.Cookies.Token(in.raw)); err != nil {
		return nil, fail(ctx, err)
	}
	return &signOutOutput{SetCookie: *s.Cookies.Clear()}, nil
}

func (s *Server) getMe(ctx context.Context, _ *struct{}) (*body[Me], error) {
	me, err := s.me(ctx, actorOf(ctx))
	return answer(ctx, me, err)
}

func (s *Server) me(ctx context.Context, a org.Actor) (Me, error) {
	counts, err := s.Reads.TaskCounts(ctx, a)
	me := Me{
		User: MeUser{ID: a.UserID, Name: a.Name, UnitID: a.UnitID, Roles: a.Roles},
		Unit: MeUnit{ID: a.UnitID, Name: a.UnitName}, RoleLabels: labels(a.Roles), Demo: s.Demo != nil, Counts: counts,
		MayStart:   app.MayStartReviews(a),
		MayImport:  app.MayImport(a),
		MayConvene: app.MayConvene(a), MayDraft: batch.MayDraft(a),
		MayRecord: app.MayRecordNotices(a),
		Behalf:    []Behalf{},
	}
	if err != nil {
		return me, err
	}
	held, err := s.Reads.Held(ctx, a.UserID, calendar.DateOf(s.Now()))
	for _, h := range held {
		p := h.Principal
		me.Behalf = append(me.Behalf, Behalf{UserID: p.UserID, Name: p.Name, UnitID: p.UnitID, UnitName: p.UnitName, Until: h.Proxy.To, ProxyID: h.Proxy.ID})
	}
	return me, err
}

type unitList struct {
	Units []org.Unit `json:"units"`
}

func (s *Server) listUnits(ctx context.Context, _ *struct{}) (*body[unitList], error) {
	units, err := s.Reads.Units(ctx)
	return answer(ctx, unitList{Units: units}, err)
}
