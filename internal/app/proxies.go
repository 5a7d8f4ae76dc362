package app

import (
	"context"
	"fmt"
	"time"

	"luodi/internal/calendar"
	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/process"
)

// ProxyStream is where every appointment and revocation of a proxy is recorded,
// hash-chained like the streams of processes.
var ProxyStream = process.StreamID("org", "proxies")

// Held is a proxy that a person may use today, with its principal as of now.
type Held struct {
	Proxy     org.Proxy
	Principal org.Principal
}

// Proxies is 代理 for its users.
type Proxies struct {
	Journal Journal
	Reads   Reads
	Now     func() time.Time
	NewID   func() string
}

// ProxyRequest is what a person says to appoint a proxy.
type ProxyRequest struct {
	Principal string        `json:"principal_id"` // empty: the caller
	Proxy     string        `json:"proxy_id"`
	From      calendar.Date `json:"from"`
	To        calendar.Date `json:"to"`
	Reason    string        `json:"reason"`
}

func errProxyUnknown() *fault.Error {
	return fault.New(fault.NotFound, "proxy_unknown", "没有这项代理")
}

// MayAppointFor says whether the actor may appoint a proxy for that person, and
// revoke one: everybody for themself, an administrator for anybody.
func MayAppointFor(a org.Actor, principal string) bool {
	return a.UserID == principal || a.Has(org.Administrator)
}

// Appoint gives a proxy. Errors: Forbidden for somebody else's; Invalid naming the
// field; Conflict "proxy_overlaps" when the principal has another proxy on one of the days.
func (s *Proxies) Appoint(ctx context.Context, actor org.Actor, key string, in ProxyRequest) (org.Proxy, error) {
	if in.Principal == "" {
		in.Principal = actor.UserID
	}
	if !MayAppointFor(actor, in.Principal) {
		return org.Proxy{}, fault.New(fault.Forbidden, "proxy_forbidden", "只能为本人委托代理;替他人设置请联系系统管理员")
	}
	var p org.Proxy
	err := Once(ctx, s.Journal, actor, key, "proxy", in, &p, s.Now, s.NewID, func(tx Tx) error {
		now := s.Now()
		p = org.Proxy{ID: s.NewID(), Principal: in.Principal, Proxy: in.Proxy, From: in.From, To: in.To,
			Reason: in.Reason, CreatedAt: now.UTC().Truncate(time.Microsecond), CreatedBy: actor.UserID}
		return s.appoint(ctx, tx, actor, p, now)
	})
	return p, err
}

func (s *Proxies) appoint(ctx context.Context, tx Tx, actor org.Actor, p org.Proxy, now time.Time) error {
	if err := p.Check(calendar.DateOf(now)); err != nil {
		return err
	}
	principal, err := s.person(ctx, p.Principal, "/principal_id")
	if err != nil {
		return err
	}
	stand, err := s.person(ctx, p.Proxy, "/proxy_id")
	if err != nil {
		return err
	}
	head, err := tx.Head(ProxyStream) // one writer at a time, so that two can't overlap unseen
	if err != nil {
		return err
	}
	others, err := tx.ProxiesOf(p.Principal, p.From)
	if err != nil {
		return err
	}
	for _, other := range others {
		if p.Overlaps(other) {
			return fault.Newf(fault.Conflict, "proxy_overlaps", "%s至%s已另有代理,请先撤销或改选日期", other.From, other.To)
		}
	}
	if err := tx.InsertProxy(p); err != nil {
		return err
	}
	return tx.Append(event.Seal(head, ProxyStream, "", "", actor, now, event.Drafts(
		org.ProxyAppointed{Proxy: p, PrincipalName: principal.Name, ProxyName: stand.Name})))
}

// person finds somebody who may give or hold a proxy: with an account in use and
// business to be done.
func (s *Proxies) person(ctx context.Context, id, field string) (org.User, error) {
	u, err := s.Reads.User(ctx, id)
	switch {
	case fault.Is(err, fault.NotFound):
		return u, fault.Field(field, "user_unknown", "没有这位人员")
	case err != nil:
		return u, err
	case u.Disabled:
		return u, fault.Field(field, "user_disabled", "该人员的账号已停用")
	case org.ScopeOf(org.Actor{UserID: u.ID, UnitID: u.UnitID, Roles: u.Roles}).Empty():
		return u, fault.Field(field, "user_unfit", "该人员没有业务角色,不能委托或代理")
	}
	return u, nil
}

// Revoke ends a proxy at once. Errors: NotFound when the actor neither gave nor holds
// it; Forbidden for who only holds it; Conflict "proxy_over" when it has ended already.
func (s *Proxies) Revoke(ctx context.Context, actor org.Actor, key, id string) error {
	var done struct{}
	return Once(ctx, s.Journal, actor, key, "revoke proxy\n"+id, id, &done, s.Now, s.NewID, func(tx Tx) error {
		head, err := tx.Head(ProxyStream)
		if err != nil {
			return err
		}
		p, err := tx.Proxy(id)
		if err != nil {
			return err
		}
		now := s.Now()
		switch {
		case !MayAppointFor(actor, p.Principal) && actor.UserID != p.Proxy:
			return errProxyUnknown()
		case !MayAppointFor(actor, p.Principal):
			return fault.New(fault.Forbidden, "proxy_forbidden", "由委托人本人或系统管理员撤销代理")
		case p.Over(calendar.DateOf(now)):
			return fault.New(fault.Conflict, "proxy_over", "该代理已经终止")
		}
		p.RevokedAt, p.RevokedBy = now.UTC().Truncate(time.Microsecond), actor.UserID
		if err := tx.RevokeProxy(p); err != nil {
			return err
		}
		body, err := s.revoked(ctx, p)
		if err != nil {
			return err
		}
		return tx.Append(event.Seal(head, ProxyStream, "", "", actor, now, event.Drafts(body)))
	})
}

func (s *Proxies) revoked(ctx context.Context, p org.Proxy) (body org.ProxyRevoked, err error) {
	body.ID = p.ID
	for id, name := range map[string]*string{p.Principal: &body.PrincipalName, p.Proxy: &body.ProxyName} {
		u, err := s.Reads.User(ctx, id)
		if err != nil {
			return body, err
		}
		*name = u.Name
	}
	return body, nil
}

// List gives the proxies that a person gave or holds, latest first: one's own, or for
// an administrator or an auditor anybody's. Errors: Forbidden.
func (s *Proxies) List(ctx context.Context, actor org.Actor, userID string) ([]org.Proxy, error) {
	if userID == "" {
		userID = actor.UserID
	}
	if !MayAppointFor(actor, userID) && !actor.Has(org.Auditor) {
		return nil, fault.New(fault.Forbidden, "proxy_forbidden", "只能查看本人的代理")
	}
	return s.Reads.Proxies(ctx, userID)
}

// tellProxy puts an event of the stream of proxies into words; empty for any other event.
func tellProxy(e event.Event) string {
	if b, ok := event.Decode[org.ProxyAppointed](e); ok {
		return fmt.Sprintf("委托代理:%s由%s代理,%s至%s。事由:%s", b.PrincipalName, b.ProxyName, b.From, b.To, b.Reason)
	}
	if b, ok := event.Decode[org.ProxyRevoked](e); ok {
		return fmt.Sprintf("撤销代理:%s不再由%s代理", b.PrincipalName, b.ProxyName)
	}
	return ""
}
