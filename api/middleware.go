package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"luodi/internal/auth"
	"luodi/internal/fault"
	"luodi/internal/org"
)

// publicPaths is the whole list of what needs no session, by method and path.
var publicPaths = map[string]bool{
	"GET /healthz":              true,
	"GET /readyz":               true,
	"GET /openapi.json":         true,
	"GET /openapi.yaml":         true,
	"GET /docs":                 true,
	"POST /api/v1/session":      true,
	"GET /api/v1/demo/accounts": true, // routed under --demo alone
}

type actorKey struct{}

// Identity turns a session token into who acts.
type Identity interface {
	// SignIn opens a session. Unauthenticated "bad_credentials"; RateLimited.
	SignIn(ctx context.Context, login, password, addr string) (token string, actor org.Actor, err error)
	// Actor finds who a token belongs to. Unauthenticated when it has ended.
	Actor(ctx context.Context, token string) (org.Actor, error)
	SignOut(ctx context.Context, token string) error
}

// actorOf is who acts; the session middleware has put it there for every route that is not public.
func actorOf(ctx context.Context) org.Actor {
	a, _ := ctx.Value(actorKey{}).(org.Actor)
	return a
}

// session lets a request through with its actor, or not at all. Pages and other
// files of the workbench are the same for everybody; whatever is under /api is not.
func (s *Server) session(c *gin.Context) {
	path := c.Request.URL.Path
	if publicPaths[c.Request.Method+" "+path] || (c.FullPath() == "" && !strings.HasPrefix(path, "/api/")) {
		return
	}
	token := s.Cookies.Token(c.Request)
	if token == "" {
		abort(c, fault.New(fault.Unauthenticated, "session_missing", "请先登录"))
		return
	}
	actor, err := s.Identity.Actor(c.Request.Context(), token)
	if err != nil {
		abort(c, s.logged(c, err))
		return
	}
	c.Request = c.Request.WithContext(context.WithValue(c.Request.Context(), actorKey{}, actor))
}

// logged keeps internal text in the log before a fault is shown.
func (s *Server) logged(c *gin.Context, err error) *fault.Error {
	f := fault.From(err)
	if f.Kind == fault.Internal || f.Kind == fault.Unavailable {
		s.Log.ErrorContext(c.Request.Context(), "request failed", "path", c.Request.URL.Path, "code", f.Code, "error", f.Error())
	}
	return f
}

// crossOrigin refuses changing requests that a browser sends from another site.
func (s *Server) crossOrigin(c *gin.Context) {
	if err := auth.CheckOrigin(c.Request); err != nil {
		abort(c, s.logged(c, err))
	}
}

// headers are the same on every answer. The workbench's component library writes
// its styles at run time, hence 'unsafe-inline' for styles alone.
func (s *Server) headers(c *gin.Context) {
	h := c.Writer.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Content-Security-Policy", "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'self'; form-action 'self'")
	if strings.HasPrefix(c.Request.URL.Path, "/api/") {
		h.Set("Cache-Control", "no-store")
	}
}

// recovered answers 500 for a mistake of ours and keeps serving.
func (s *Server) recovered(c *gin.Context) {
	defer func() {
		if v := recover(); v != nil {
			if err, ok := v.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(v) // net/http's own way to cut a connection
			}
			s.Log.Error("panic", "path", c.Request.URL.Path, "value", fmt.Sprint(v), "stack", string(debug.Stack()))
			abort(c, fault.From(fmt.Errorf("panic: %v", v)))
		}
	}()
	c.Next()
}

// legible refuses paths and queries with bytes that are no text: a database would
// stumble over them, and no honest program sends them.
func (s *Server) legible(c *gin.Context) {
	parts := []string{c.Request.URL.Path}
	for name, values := range c.Request.URL.Query() {
		parts = append(append(parts, name), values...)
	}
	for _, part := range parts {
		if !utf8.ValidString(part) || strings.ContainsFunc(part, unicode.IsControl) {
			abort(c, fault.New(fault.Malformed, "address_malformed", "地址或查询参数中含有无效字符"))
			return
		}
	}
}

// wrongMethod answers for an address that exists; the router has set Allow.
func wrongMethod(c *gin.Context) { abortWith(c, generic(http.StatusMethodNotAllowed)) }
