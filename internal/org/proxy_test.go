package org_test

import (
	"strings"
	"testing"
	"time"

	"luodi/internal/calendar"
	"luodi/internal/fault"
	"luodi/internal/org"
)

func day(y int, m time.Month, d int) calendar.Date { return calendar.Date{Year: y, Month: m, Day: d} }

func TestProxiesAreChecked(t *testing.T) {
	today := day(2024, 2, 26)
	good := org.Proxy{Principal: "a", Proxy: "b", From: today, To: day(2024, 3, 1), Reason: "外出学习"}
	if err := good.Check(today); err != nil {
		t.Fatal(err)
	}
	year := good
	year.To = day(2025, 2, 26)
	if err := year.Check(today); err != nil {
		t.Errorf("a year: %v", err)
	}
	leap := good
	leap.From, leap.To = day(2024, 2, 29), day(2025, 3, 1)
	if err := leap.Check(today); err != nil {
		t.Errorf("a year from a leap day: %v", err)
	}
	for name, c := range map[string]struct {
		change      func(*org.Proxy)
		field, code string
	}{
		"self":       {func(p *org.Proxy) { p.Proxy = "a" }, "/proxy_id", "proxy_self"},
		"no start":   {func(p *org.Proxy) { p.From = calendar.Date{} }, "/from", "date_required"},
		"no end":     {func(p *org.Proxy) { p.To = calendar.Date{} }, "/to", "date_required"},
		"backwards":  {func(p *org.Proxy) { p.To = p.From.AddDays(-1) }, "/to", "proxy_order"},
		"yesterday":  {func(p *org.Proxy) { p.From = today.AddDays(-1) }, "/from", "proxy_past"},
		"too long":   {func(p *org.Proxy) { p.To = day(2025, 2, 27) }, "/to", "proxy_too_long"},
		"no reason":  {func(p *org.Proxy) { p.Reason = " " }, "/reason", "reason_required"},
		"too much":   {func(p *org.Proxy) { p.Reason = strings.Repeat("长", 201) }, "/reason", "reason_required"},
		"unreadable": {func(p *org.Proxy) { p.Reason = "外出\x00学习" }, "/reason", "control_character"},
	} {
		p := good
		c.change(&p)
		f := fault.From(p.Check(today))
		if f == nil || f.Kind != fault.Invalid || f.Code != c.code || f.Details[0].Field != c.field {
			t.Errorf("%s: %v", name, f)
		}
	}
}

func TestProxyHoldsOnItsDaysAlone(t *testing.T) {
	p := org.Proxy{From: day(2024, 3, 1), To: day(2024, 3, 5)}
	for d, want := range map[calendar.Date]bool{
		day(2024, 2, 29): false, day(2024, 3, 1): true, day(2024, 3, 5): true, day(2024, 3, 6): false,
	} {
		if p.Active(d) != want {
			t.Errorf("active on %s: %t", d, !want)
		}
	}
	if p.Over(day(2024, 3, 5)) || !p.Over(day(2024, 3, 6)) {
		t.Error("over on its last day, or not after it")
	}
	revoked := p
	revoked.RevokedAt = time.Date(2024, 3, 2, 0, 0, 0, 0, time.UTC)
	if revoked.Active(day(2024, 3, 3)) || !revoked.Over(day(2024, 3, 3)) || revoked.Overlaps(p) || p.Overlaps(revoked) {
		t.Error("a revoked proxy still counts")
	}
	for _, c := range []struct {
		from, to int
		want     bool
	}{{1, 5, true}, {5, 9, true}, {6, 9, false}, {2, 3, true}} {
		if q := (org.Proxy{From: day(2024, 3, c.from), To: day(2024, 3, c.to)}); p.Overlaps(q) != c.want || q.Overlaps(p) != c.want {
			t.Errorf("%d to %d overlaps: %t", c.from, c.to, !c.want)
		}
	}
}

func TestAProxyReadsWhatThePrincipalsUnitMay(t *testing.T) {
	principal := org.Principal{UserID: "p", UnitID: "y", Roles: []org.Role{org.CentreLeader}}
	a := org.Actor{UserID: "u", UnitID: "x", Roles: []org.Role{org.DepartmentHandler}, Behalf: []org.Principal{principal, principal, {UnitID: "x"}}}
	got := org.ScopeOf(a)
	if got.All || got.UnitID != "x" || got.UserID != "u" || len(got.Also) != 1 || got.Also[0] != "y" {
		t.Errorf("scope %+v", got)
	}
	a.Roles = []org.Role{org.Administrator}
	if got := org.ScopeOf(a); !got.Empty() || len(got.Also) != 0 {
		t.Errorf("an administrator who stands in sees %+v", got)
	}
	capacities := a.Capacities()
	if len(capacities) != 4 || capacities[0].Person() != "u" || capacities[1].Person() != "p" || capacities[1].Behalf != nil {
		t.Errorf("capacities %+v", capacities)
	}
	if capacities[0].Signature() != a.Name || !strings.Contains(capacities[1].Signature(), "代") {
		t.Errorf("signatures %q, %q", capacities[0].Signature(), capacities[1].Signature())
	}
}
