package auth

import (
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"luodi/internal/fault"
)

// Limits of failed sign-ins within window. The pair stops guessing one password;
// the address stops one password tried on many accounts, and is wide because a
// whole office may sit behind one address. A login alone has no limit: anybody
// could lock its owner out.
const (
	window       = 15 * time.Minute
	pairLimit    = 10
	addressLimit = 100
)

// throttle counts failures in memory: each API process counts its own, and a
// restart forgives.
type throttle struct {
	now func() time.Time

	mu      sync.Mutex
	entries map[bucket]tally
	sweepAt int // size at which expired entries are looked for
}

// bucket is what is counted; the address's own has no login.
type bucket struct{ address, login string }

// tally counts the failures of a window that began with the first of them.
type tally struct {
	count int
	until time.Time
}

const firstSweep = 1024

func newThrottle(now func() time.Time) *throttle {
	return &throttle{now: now, entries: map[bucket]tally{}, sweepAt: firstSweep}
}

// wait is the cause of RateLimited; RetryAfter finds it.
type wait time.Duration

func (w wait) Error() string { return "try again in " + time.Duration(w).String() }

// RetryAfter tells how long a caller refused by the throttle has to wait.
func RetryAfter(err error) (time.Duration, bool) {
	var w wait
	ok := errors.As(err, &w)
	return time.Duration(w), ok
}

// attempt is a sign-in under way.
type attempt [2]bucket

// begin counts the attempt as failed until it has proved otherwise: attempts at
// the same moment can't slip through together.
func (t *throttle) begin(login, address string) (attempt, error) {
	network := network(address)
	a := attempt{{network, login}, {network, ""}}
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	for i, limit := range []int{pairLimit, addressLimit} {
		if e := t.entries[a[i]]; e.count >= limit && now.Before(e.until) {
			return a, tooMany(e.until.Sub(now))
		}
	}
	t.sweep(now)
	for _, b := range a {
		e := t.entries[b]
		if !now.Before(e.until) {
			e = tally{until: now.Add(window)}
		}
		e.count++
		t.entries[b] = e
	}
	return a, nil
}

// succeed forgives what the pair did before, and takes this attempt off the address.
func (t *throttle) succeed(a attempt) {
	t.undo(a)
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.entries, a[0])
}

// undo takes the attempt back.
func (t *throttle) undo(a attempt) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, b := range a {
		if e, ok := t.entries[b]; ok {
			e.count = max(0, e.count-1)
			t.entries[b] = e
		}
	}
}

// sweep drops expired entries whenever the map has doubled, so that its cost per
// attempt stays constant.
func (t *throttle) sweep(now time.Time) {
	if len(t.entries) < t.sweepAt {
		return
	}
	for b, e := range t.entries {
		if !now.Before(e.until) {
			delete(t.entries, b)
		}
	}
	t.sweepAt = max(firstSweep, 2*len(t.entries))
}

func tooMany(d time.Duration) error {
	minutes := int((d + time.Minute - 1) / time.Minute)
	return fault.New(fault.RateLimited, "too_many_attempts",
		fmt.Sprintf("登录失败次数过多,请%d分钟后再试", minutes)).Because(wait(d))
}

// network is what one client can't easily change: the address, or the /64 that an
// IPv6 client can move about in.
func network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	ip = ip.Unmap().WithZone("")
	if ip.Is4() {
		return ip.String()
	}
	prefix, _ := ip.Prefix(64) // can't fail: 64 fits
	return prefix.String()
}
