package org

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"luodi/internal/calendar"
	"luodi/internal/fault"
)

// Proxy is a standing proxy (代理): from one day to another, both included and both
// in Shanghai, one person may do whatever another may. Both names are shown on all
// that is done by it. A proxy doesn't pass on: who stands in for somebody who stands
// in for a third person acts for the second alone.
type Proxy struct {
	ID        string        `json:"id"`
	Principal string        `json:"principal_id"` // user id of who is stood in for (被代理人)
	Proxy     string        `json:"proxy_id"`     // user id of who stands in (代理人)
	From      calendar.Date `json:"from"`
	To        calendar.Date `json:"to"`
	Reason    string        `json:"reason"`
	CreatedAt time.Time     `json:"created_at"`
	CreatedBy string        `json:"created_by"` // user id: the principal's, or an administrator's
	RevokedAt time.Time     `json:"revoked_at,omitzero"`
	RevokedBy string        `json:"revoked_by,omitempty"`
}

// ReasonLimit is how many characters a proxy's reason may have.
const ReasonLimit = 200

// Check finds what is wrong with a new proxy by itself, as of today. Errors: Invalid,
// naming the field.
func (p Proxy) Check(today calendar.Date) error {
	reason := strings.TrimSpace(p.Reason)
	switch {
	case p.Principal == p.Proxy:
		return fault.Field("/proxy_id", "proxy_self", "不能委托本人代理")
	case !p.From.Valid():
		return fault.Field("/from", "date_required", "请填写代理的起始日期")
	case !p.To.Valid():
		return fault.Field("/to", "date_required", "请填写代理的截止日期")
	case p.To.Before(p.From):
		return fault.Field("/to", "proxy_order", "截止日期不能早于起始日期")
	case p.From.Before(today):
		return fault.Field("/from", "proxy_past", "起始日期不能早于今天:代理不追溯")
	case p.To.After(aYearLater(p.From)):
		return fault.Field("/to", "proxy_too_long", "一次代理最长一年")
	case reason == "" || utf8.RuneCountInString(reason) > ReasonLimit:
		return fault.Field("/reason", "reason_required", "请填写代理事由,不超过200个字")
	case strings.ContainsFunc(reason, unicode.IsControl):
		return fault.Field("/reason", "control_character", "代理事由含有不可见的控制字符")
	}
	return nil
}

// aYearLater is the same day of the next year; that of a 29th of February is the 1st of March.
func aYearLater(d calendar.Date) calendar.Date {
	next := calendar.Date{Year: d.Year + 1, Month: d.Month, Day: d.Day}
	if !next.Valid() {
		return calendar.Date{Year: d.Year + 1, Month: time.March, Day: 1}
	}
	return next
}

// Active reports whether the proxy may be used on a day. A revocation ends it at once.
func (p Proxy) Active(day calendar.Date) bool {
	return p.RevokedAt.IsZero() && !day.Before(p.From) && !day.After(p.To)
}

// Over reports whether the proxy can't be used on that day or any later one.
func (p Proxy) Over(day calendar.Date) bool { return !p.RevokedAt.IsZero() || day.After(p.To) }

// Overlaps reports whether both proxies, neither of them revoked, have a day in common.
func (p Proxy) Overlaps(q Proxy) bool {
	return p.RevokedAt.IsZero() && q.RevokedAt.IsZero() && !p.To.Before(q.From) && !q.To.Before(p.From)
}

// The events of the audit stream of proxies. They carry names as they were, for
// people are renamed and move.
type (
	// ProxyAppointed is a proxy given.
	ProxyAppointed struct {
		Proxy
		PrincipalName string `json:"principal_name"`
		ProxyName     string `json:"proxy_name"`
	}
	// ProxyRevoked is a proxy taken back before its last day.
	ProxyRevoked struct {
		ID            string `json:"id"`
		PrincipalName string `json:"principal_name"`
		ProxyName     string `json:"proxy_name"`
	}
)

// EventType names the event in the store.
func (ProxyAppointed) EventType() string { return "org.proxy_appointed" }

// EventType names the event in the store.
func (ProxyRevoked) EventType() string { return "org.proxy_revoked" }
