package app

import (
	"context"

	"luodi/internal/fault"
	"luodi/internal/org"
)

// Sessions opens and finds sessions; package auth does it.
type Sessions interface {
	// SignIn opens a session. Errors: Unauthenticated "bad_credentials"; RateLimited.
	SignIn(ctx context.Context, login, password, addr string) (token, userID string, err error)
	// UserOf finds whose session a token opens. Errors: Unauthenticated.
	UserOf(ctx context.Context, token string) (userID string, err error)
	SignOut(ctx context.Context, token string) error
}

// Identity says who acts: the person behind a session, with unit and roles as they
// are now, so that a role taken away is gone with the next request.
type Identity struct {
	Sessions Sessions
	Reads    Reads
}

// SignIn opens a session and tells who has signed in.
func (i *Identity) SignIn(ctx context.Context, login, password, addr string) (string, org.Actor, error) {
	token, userID, err := i.Sessions.SignIn(ctx, login, password, addr)
	if err != nil {
		return "", org.Actor{}, err
	}
	actor, err := i.actor(ctx, userID)
	return token, actor, err
}

// Actor finds who a token belongs to. Errors: Unauthenticated.
func (i *Identity) Actor(ctx context.Context, token string) (org.Actor, error) {
	userID, err := i.Sessions.UserOf(ctx, token)
	if err != nil {
		return org.Actor{}, err
	}
	return i.actor(ctx, userID)
}

// SignOut ends a session at once, for every server.
func (i *Identity) SignOut(ctx context.Context, token string) error {
	return i.Sessions.SignOut(ctx, token)
}

func (i *Identity) actor(ctx context.Context, userID string) (org.Actor, error) {
	u, unit, err := i.Reads.UserWithUnit(ctx, userID)
	if fault.Is(err, fault.NotFound) || (err == nil && u.Disabled) {
		return org.Actor{}, fault.New(fault.Unauthenticated, "account_disabled", "账号已停用")
	}
	return org.Actor{UserID: u.ID, Name: u.Name, UnitID: u.UnitID, UnitName: unit.Name, Roles: u.Roles}, err
}
