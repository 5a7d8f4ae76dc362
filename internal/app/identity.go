package app

import (
	"context"
	"time"

	"luodi/internal/calendar"
	"luodi/internal/org"
)

// Sessions opens and finds sessions; package auth does it.
type Sessions interface {
	// SignIn opens a session. Errors: Unauthenticated "bad_credentials"; RateLimited.
	SignIn(ctx context.Context, login, password, addr string) (token string, u org.User, err error)
	// Authenticate finds whose session a token opens. Errors: Unauthenticated.
	Authenticate(ctx context.Context, token string) (org.User, error)
	SignOut(ctx context.Context, token string) error
}

// Identity says who acts: the person behind a session, with unit and roles as they
// are now, so that a role taken away is gone with the next request.
type Identity struct {
	Sessions Sessions
	Reads    Reads
	Now      func() time.Time
}

// SignIn opens a session and tells who has signed in.
func (i *Identity) SignIn(ctx context.Context, login, password, addr string) (string, org.Actor, error) {
	token, user, err := i.Sessions.SignIn(ctx, login, password, addr)
	if err != nil {
		return "", org.Actor{}, err
	}
	actor, err := i.actor(ctx, user)
	return token, actor, err
}

// Actor finds who a token belongs to. Errors: Unauthenticated.
func (i *Identity) Actor(ctx context.Context, token string) (org.Actor, error) {
	user, err := i.Sessions.Authenticate(ctx, token)
	if err != nil {
		return org.Actor{}, err
	}
	return i.actor(ctx, user)
}

// SignOut ends a session at once, for every server.
func (i *Identity) SignOut(ctx context.Context, token string) error {
	return i.Sessions.SignOut(ctx, token)
}

// actor stamps a person with unit, roles, and whom they stand in for today.
func (i *Identity) actor(ctx context.Context, u org.User) (org.Actor, error) {
	a := org.Actor{UserID: u.ID, Name: u.Name, UnitID: u.UnitID, Roles: u.Roles}
	today := calendar.DateOf(i.Now())
	unit, proxies, err := i.Reads.Standing(ctx, u.UnitID, u.ID, today)
	if err != nil {
		return a, err
	}
	a.UnitName = unit.Name
	if proxies == 0 {
		return a, nil
	}
	held, err := i.Reads.Held(ctx, u.ID, today)
	for _, h := range held {
		a.Behalf = append(a.Behalf, h.Principal)
	}
	return a, err
}
