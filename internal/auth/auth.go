// Package auth signs people in: passwords with argon2id, sessions on the server
// behind a random token in a cookie, and a throttle for guessing.
//
// The store never holds what a thief could use: passwords as PHC strings, tokens
// as SHA-256. Unknown login, wrong password and disabled account are one and the
// same answer, given after the same work, so that nobody learns who has an account.
//
// Protection against cross-site requests is two independent layers, both free for
// a program with a cookie jar: the cookie is SameSite=Strict, and CheckOrigin
// refuses what a browser marks as coming from another site. See http.go.
package auth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"io"
	"time"

	"luodi/internal/fault"
	"luodi/internal/org"
)

// How long a session lasts: Lifetime at most, IdleTime without a request.
const (
	Lifetime = 12 * time.Hour // a working day with overtime
	IdleTime = 2 * time.Hour

	// touchEvery is how old the idle limit may grow before it is written again:
	// a write for every request would cost more than the request.
	touchEvery = 5 * time.Minute

	tokenBytes = 32
)

// Session is one sign-in. ID is the SHA-256 of its token in hexadecimal; the
// token itself is only with the client. Times are UTC.
type Session struct {
	ID            string
	UserID        string
	CreatedAt     time.Time
	ExpiresAt     time.Time // absolute, never moved
	IdleExpiresAt time.Time // moved by use
}

// Credential is what a sign-in is checked against.
type Credential struct {
	UserID       string
	PasswordHash string // PHC string; empty: nobody can sign in with a password
}

// Sessions is the store of sessions. Every method may fail with fault.Unavailable.
type Sessions interface {
	CreateSession(ctx context.Context, s Session) error
	// Session gives a session and whose it is; fault.NotFound when there is none with that id.
	Session(ctx context.Context, id string) (Session, org.User, error)
	// TouchSession sets IdleExpiresAt; a session that is gone is no error.
	TouchSession(ctx context.Context, id string, idleExpiresAt time.Time) error
	// DeleteSession ends a session; one that is gone is no error.
	DeleteSession(ctx context.Context, id string) error
	// DeleteExpiredSessions removes those with either limit at or before now.
	DeleteExpiredSessions(ctx context.Context, now time.Time) error
}

// Accounts is the store of users. Every method may fail with fault.Unavailable.
type Accounts interface {
	// Credential finds a login exactly as written, case included; fault.NotFound when there is none.
	Credential(ctx context.Context, login string) (Credential, error)
	// SetPasswordHash replaces a user's hash.
	SetPasswordHash(ctx context.Context, userID, hash string) error
	// User fails with fault.NotFound when there is none with that id.
	User(ctx context.Context, id string) (org.User, error)
}

// SignedIn is a fresh session with the token that opens it, to be shown to the client once.
type SignedIn struct {
	User    org.User
	Session Session
	Token   string
}

// Service signs people in and out. Make it with New; it is safe for concurrent use.
type Service struct {
	sessions  Sessions
	accounts  Accounts
	passwords *Passwords
	throttle  *throttle
	now       func() time.Time
	random    io.Reader
}

// New makes the service. now is the clock.
func New(sessions Sessions, accounts Accounts, passwords *Passwords, now func() time.Time) *Service {
	return &Service{sessions: sessions, accounts: accounts, passwords: passwords, throttle: newThrottle(now), now: now, random: rand.Reader}
}

var (
	errBadCredentials = fault.New(fault.Unauthenticated, "bad_credentials", "用户名或密码不正确")
	errNoSession      = fault.New(fault.Unauthenticated, "unauthenticated", "请先登录")
	errExpired        = fault.New(fault.Unauthenticated, "session_expired", "登录已过期,请重新登录")
)

// SignIn opens a session. address is the client's IP address, for the throttle.
// It fails with Unauthenticated "bad_credentials" whatever was wrong, with
// RateLimited "too_many_attempts" (RetryAfter tells the wait), or with Unavailable.
func (s *Service) SignIn(ctx context.Context, login, password, address string) (SignedIn, error) {
	attempt, err := s.throttle.begin(login, address)
	if err != nil {
		return SignedIn{}, err
	}
	user, err := s.check(ctx, login, password)
	switch {
	case fault.HasCode(err, errBadCredentials.Code):
		return SignedIn{}, err
	case err != nil:
		s.throttle.undo(attempt) // a database that is away proves nothing about the caller
		return SignedIn{}, err
	}
	s.throttle.succeed(attempt)
	return s.open(ctx, user)
}

func (s *Service) check(ctx context.Context, login, password string) (org.User, error) {
	credential, err := s.accounts.Credential(ctx, login)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return org.User{}, err
	}
	ok, stale, err := s.passwords.Verify(ctx, credential.PasswordHash, password)
	if err != nil {
		return org.User{}, err
	}
	if !ok {
		return org.User{}, errBadCredentials
	}
	user, err := s.accounts.User(ctx, credential.UserID)
	if fault.Is(err, fault.NotFound) || err == nil && user.Disabled {
		return org.User{}, errBadCredentials
	}
	if err != nil {
		return org.User{}, err
	}
	if stale {
		err = s.rehash(ctx, user.ID, password)
	}
	return user, err
}

// rehash brings an old hash up to today's cost while the password is at hand.
func (s *Service) rehash(ctx context.Context, userID, password string) error {
	hash, err := s.passwords.Hash(ctx, password)
	if err != nil {
		return err
	}
	return s.accounts.SetPasswordHash(ctx, userID, hash)
}

func (s *Service) open(ctx context.Context, user org.User) (SignedIn, error) {
	raw := make([]byte, tokenBytes)
	if _, err := io.ReadFull(s.random, raw); err != nil {
		return SignedIn{}, fault.From(err)
	}
	token := base64.RawURLEncoding.EncodeToString(raw)
	now := s.now().UTC()
	session := Session{
		ID: sessionID(token), UserID: user.ID,
		CreatedAt: now, ExpiresAt: now.Add(Lifetime), IdleExpiresAt: now.Add(IdleTime),
	}
	if err := s.sessions.CreateSession(ctx, session); err != nil {
		return SignedIn{}, err
	}
	return SignedIn{User: user, Session: session, Token: token}, nil
}

// Authenticate finds who holds the token, and keeps the session alive. It fails
// with Unauthenticated "unauthenticated" (no such session, or the account was
// disabled or removed) or "session_expired", or with Unavailable.
func (s *Service) Authenticate(ctx context.Context, token string) (org.User, Session, error) {
	if !wellFormed(token) {
		return org.User{}, Session{}, errNoSession
	}
	session, user, err := s.sessions.Session(ctx, sessionID(token))
	if err != nil {
		return org.User{}, Session{}, noSession(err)
	}
	now := s.now().UTC()
	if !now.Before(session.ExpiresAt) || !now.Before(session.IdleExpiresAt) {
		// The sweep removes it: refusing must not depend on a write.
		return org.User{}, Session{}, errExpired
	}
	if user.Disabled {
		return org.User{}, Session{}, errNoSession
	}
	if idle := now.Add(IdleTime); idle.Sub(session.IdleExpiresAt) >= touchEvery {
		session.IdleExpiresAt = idle
		if err := s.sessions.TouchSession(ctx, session.ID, idle); err != nil {
			return org.User{}, Session{}, err
		}
	}
	return user, session, nil
}

// SignOut ends the session of the token. Without one there is nothing to do.
func (s *Service) SignOut(ctx context.Context, token string) error {
	if !wellFormed(token) {
		return nil
	}
	return s.sessions.DeleteSession(ctx, sessionID(token))
}

// Sweep removes expired sessions from the store; call it now and then.
func (s *Service) Sweep(ctx context.Context) error {
	return s.sessions.DeleteExpiredSessions(ctx, s.now().UTC())
}

func noSession(err error) error {
	if fault.Is(err, fault.NotFound) {
		return errNoSession
	}
	return err
}

// sessionID needs no salt and no slow hash: the token has 256 random bits.
func sessionID(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

func wellFormed(token string) bool {
	raw, err := base64.RawURLEncoding.DecodeString(token)
	return err == nil && len(raw) == tokenBytes
}
