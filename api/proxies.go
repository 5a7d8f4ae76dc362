package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"luodi/internal/app"
	"luodi/internal/calendar"
	"luodi/internal/org"
)

// Proxy is a standing proxy (代理) as the API shows it.
type Proxy struct {
	ID        string        `json:"id"`
	Principal Colleague     `json:"principal" doc:"who is stood in for"`
	Proxy     Colleague     `json:"proxy" doc:"who stands in"`
	From      calendar.Date `json:"from"`
	To        calendar.Date `json:"to" doc:"the last day, included"`
	Reason    string        `json:"reason"`
	State     string        `json:"state" enum:"upcoming,active,over,revoked"`
	CreatedAt time.Time     `json:"created_at"`
	CreatedBy Colleague     `json:"created_by"`
	RevokedAt time.Time     `json:"revoked_at,omitzero"`
	RevokedBy *Colleague    `json:"revoked_by,omitempty"`
}

// Colleague is somebody who may be picked, without login.
type Colleague struct {
	ID         string   `json:"id"`
	Name       string   `json:"name"`
	UnitID     string   `json:"unit_id"`
	UnitName   string   `json:"unit_name"`
	RoleLabels []string `json:"role_labels"`
}

func (s *Server) peopleRoutes(a huma.API) {
	t := tagged("people 人员与代理")
	huma.Register(a, op(http.MethodGet, "/api/v1/people", "list-people", "People to pick from, by name; nobody whose account is disabled", t), s.listPeople)
	huma.Register(a, op(http.MethodGet, "/api/v1/proxies", "list-proxies", "Standing proxies that the caller gave and holds, latest first", t), s.listProxies)
	huma.Register(a, op(http.MethodPost, "/api/v1/proxies", "appoint-proxy", "Appoint a standing proxy for some days", t, created), s.appointProxy)
	huma.Register(a, op(http.MethodDelete, "/api/v1/proxies/{id}", "revoke-proxy", "End a standing proxy at once", t, noContent), s.revokeProxy)
}

func (s *Server) listPeople(ctx context.Context, in *struct {
	Paged
	UnitID string `query:"unit" maxLength:"64"`
	Query  string `query:"q" maxLength:"64" doc:"part of the name"`
}) (*body[List[Colleague]], error) {
	users, next, err := app.People(ctx, s.Reads, actorOf(ctx), app.PeopleFilter{UnitID: in.UnitID, Query: in.Query}, in.page())
	if err != nil {
		return nil, fail(ctx, err)
	}
	units, err := s.unitNames(ctx)
	people := make([]Colleague, len(users))
	for i, u := range users {
		people[i] = colleague(u, units)
	}
	return answer(ctx, page(people, next), err)
}

func (s *Server) unitNames(ctx context.Context) (map[string]string, error) {
	list, err := s.Reads.Units(ctx)
	names := make(map[string]string, len(list))
	for _, u := range list {
		names[u.ID] = u.Name
	}
	return names, err
}

func colleague(u org.User, units map[string]string) Colleague {
	return Colleague{ID: u.ID, Name: u.Name, UnitID: u.UnitID, UnitName: units[u.UnitID], RoleLabels: labels(u.Roles)}
}

func labels(roles []org.Role) []string {
	out := make([]string, len(roles))
	for i, r := range roles {
		out[i] = r.Label()
	}
	return out
}

// ProxyList is a person's proxies.
type ProxyList struct {
	Given []Proxy `json:"given" doc:"others stand in for the caller"`
	Held  []Proxy `json:"held" doc:"the caller stands in for others"`
}

func (s *Server) listProxies(ctx context.Context, in *struct {
	UserID string `query:"user" maxLength:"64" doc:"somebody else's; administrators and auditors only"`
}) (*body[ProxyList], error) {
	whose := in.UserID
	if whose == "" {
		whose = actorOf(ctx).UserID
	}
	list, err := s.Proxies.List(ctx, actorOf(ctx), whose)
	if err != nil {
		return nil, fail(ctx, err)
	}
	views, err := s.proxyViews(ctx, list)
	if err != nil {
		return nil, fail(ctx, err)
	}
	out := ProxyList{Given: []Proxy{}, Held: []Proxy{}}
	for _, v := range views {
		if v.Principal.ID == whose {
			out.Given = append(out.Given, v)
		} else {
			out.Held = append(out.Held, v)
		}
	}
	return answer(ctx, out, nil)
}

// proxyViews puts names to ids; each person is looked up once.
func (s *Server) proxyViews(ctx context.Context, list []org.Proxy) ([]Proxy, error) {
	units, err := s.unitNames(ctx)
	if err != nil {
		return nil, err
	}
	known := map[string]Colleague{}
	name := func(id string) Colleague {
		c, ok := known[id]
		if !ok {
			var u org.User
			if u, err = s.Reads.User(ctx, id); err != nil {
				return c
			}
			c = colleague(u, units)
			known[id] = c
		}
		return c
	}
	out := make([]Proxy, len(list))
	for i, p := range list {
		out[i] = Proxy{ID: p.ID, Principal: name(p.Principal), Proxy: name(p.Proxy), From: p.From, To: p.To, Reason: p.Reason,
			State: proxyState(p, calendar.DateOf(s.Now())), CreatedAt: p.CreatedAt, CreatedBy: name(p.CreatedBy), RevokedAt: p.RevokedAt}
		if p.RevokedBy != "" {
			by := name(p.RevokedBy)
			out[i].RevokedBy = &by
		}
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func proxyState(p org.Proxy, today calendar.Date) string {
	switch {
	case !p.RevokedAt.IsZero():
		return "revoked"
	case p.Over(today):
		return "over"
	case p.Active(today):
		return "active"
	default:
		return "upcoming"
	}
}

// ProxyDraft is a proxy as a caller appoints it.
type ProxyDraft struct {
	Principal string        `json:"principal_id,omitempty" maxLength:"64" doc:"who is stood in for: the caller if absent; somebody else by administrators only"`
	Proxy     string        `json:"proxy_id" minLength:"1" maxLength:"64" doc:"who stands in"`
	From      calendar.Date `json:"from" doc:"the first day, not before today"`
	To        calendar.Date `json:"to" doc:"the last day, at most a year later"`
	Reason    string        `json:"reason" maxLength:"200"`
}

type proxyOutput struct {
	Location string `header:"Location"`
	Body     Proxy
}

func (s *Server) appointProxy(ctx context.Context, in *struct {
	Keyed
	Body ProxyDraft
}) (*proxyOutput, error) {
	p, err := s.Proxies.Appoint(ctx, actorOf(ctx), in.Key, app.ProxyRequest(in.Body))
	if err != nil {
		return nil, fail(ctx, err)
	}
	views, err := s.proxyViews(ctx, []org.Proxy{p})
	if err != nil {
		return nil, fail(ctx, err)
	}
	return &proxyOutput{Location: "/api/v1/proxies/" + p.ID, Body: views[0]}, nil
}

func (s *Server) revokeProxy(ctx context.Context, in *struct {
	Keyed
	ID string `path:"id" maxLength:"64"`
}) (*struct{}, error) {
	if err := s.Proxies.Revoke(ctx, actorOf(ctx), in.Key, in.ID); err != nil {
		return nil, fail(ctx, err)
	}
	return nil, nil
}
