package auth

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"luodi/internal/fault"
	"luodi/internal/org"
)

// cheap keeps tests quick; the cost itself is tested apart.
var cheap = Cost{Memory: 64, Passes: 1, Threads: 1}

const right, address = "correct horse battery", "10.1.2.3"

// world is a store in memory with two accounts, and a clock to turn.
type world struct {
	*Service
	mu       sync.Mutex
	at       time.Time
	sessions map[string]Session
	users    map[string]org.User
	hashes   map[string]string // by login; user ids are "u-" + login
	touches  int
	away     error
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{at: time.Date(2023, 5, 8, 9, 0, 0, 0, time.UTC), sessions: map[string]Session{}, users: map[string]org.User{}, hashes: map[string]string{}}
	passwords := NewPasswords(cheap)
	w.Service = New(w, w, passwords, func() time.Time { w.mu.Lock(); defer w.mu.Unlock(); return w.at })
	for _, login := range []string{"zhang", "li"} {
		hash, err := passwords.Hash(t.Context(), right)
		if err != nil {
			t.Fatal(err)
		}
		w.hashes[login] = hash
		w.users["u-"+login] = org.User{ID: "u-" + login, Login: login}
	}
	return w
}

func (w *world) locked(fn func()) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	fn()
	return w.away
}
func (w *world) CreateSession(_ context.Context, s Session) error {
	return w.locked(func() { w.sessions[s.ID] = s })
}
func (w *world) Session(ctx context.Context, id string) (s Session, u org.User, err error) {
	ok := false
	if err = w.locked(func() { s, ok = w.sessions[id] }); err == nil && !ok {
		err = fault.New(fault.NotFound, "session_unknown", "没有")
	}
	if err != nil {
		return s, u, err
	}
	u, err = w.User(ctx, s.UserID)
	return s, u, err
}
func (w *world) TouchSession(_ context.Context, id string, at time.Time) error {
	return w.locked(func() { s := w.sessions[id]; s.IdleExpiresAt = at; w.sessions[id] = s; w.touches++ })
}
func (w *world) DeleteSession(_ context.Context, id string) error {
	return w.locked(func() { delete(w.sessions, id) })
}
func (w *world) DeleteExpiredSessions(_ context.Context, now time.Time) error {
	return w.locked(func() {
		for id, s := range w.sessions {
			if !now.Before(s.ExpiresAt) || !now.Before(s.IdleExpiresAt) {
				delete(w.sessions, id)
			}
		}
	})
}
func (w *world) Credential(_ context.Context, login string) (c Credential, err error) {
	if err = w.locked(func() { c = Credential{"u-" + login, w.hashes[login]} }); err == nil && c.PasswordHash == "" {
		return Credential{}, fault.New(fault.NotFound, "account_unknown", "没有")
	}
	return c, err
}
func (w *world) SetPasswordHash(_ context.Context, userID, hash string) error {
	return w.locked(func() { w.hashes[strings.TrimPrefix(userID, "u-")] = hash })
}
func (w *world) User(_ context.Context, id string) (u org.User, err error) {
	ok := false
	if err = w.locked(func() { u, ok = w.users[id] }); err == nil && !ok {
		err = fault.New(fault.NotFound, "user_unknown", "没有")
	}
	return u, err
}
func (w *world) later(d time.Duration) { w.mu.Lock(); defer w.mu.Unlock(); w.at = w.at.Add(d) }

func (w *world) signIn(t *testing.T) SignedIn {
	t.Helper()
	in, err := w.SignIn(t.Context(), "zhang", right, address)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	if !fault.HasCode(err, code) {
		t.Errorf("got %v, want %s", err, code)
	}
}

func TestSignInOpensASessionThatStoresNoToken(t *testing.T) {
	w := newWorld(t)
	in := w.signIn(t)
	user, session, err := w.Authenticate(t.Context(), in.Token)
	if err != nil || user.ID != "u-zhang" || session != in.Session {
		t.Fatalf("got %v %v %v", user, session, err)
	}
	stored := w.sessions[in.Session.ID]
	if strings.Contains(stored.ID, in.Token) || len(stored.ID) != 64 || stored.ExpiresAt.Sub(stored.CreatedAt) != 12*time.Hour {
		t.Errorf("stored %+v", stored)
	}
	if _, _, err := w.Authenticate(t.Context(), stored.ID); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("what the store holds opens the session: %v", err)
	}
	if again := w.signIn(t); again.Token == in.Token {
		t.Error("two sessions share a token")
	}
}

func TestTokenComesFromTheRandomSource(t *testing.T) {
	w := newWorld(t)
	w.random = bytes.NewReader(bytes.Repeat([]byte{0xff}, 40))
	if in := w.signIn(t); in.Token != strings.Repeat("_", 42)+"8" {
		t.Errorf("got %s", in.Token)
	}
	if _, err := w.SignIn(t.Context(), "zhang", right, address); !fault.Is(err, fault.Internal) {
		t.Errorf("a source that runs dry gives %v", err)
	}
}

func TestEveryRefusalLooksTheSame(t *testing.T) {
	w := newWorld(t)
	disabled := w.users["u-li"]
	disabled.Disabled = true
	w.users["u-li"] = disabled
	for name, c := range map[string]struct{ login, password string }{
		"wrong password": {"zhang", "wrong"}, "unknown login": {"wang", right}, "disabled account": {"li", right},
		"other case": {"Zhang", right}, "nothing": {"", ""}, "far too long": {"zhang", strings.Repeat("x", 1<<20)},
	} {
		_, err := w.SignIn(t.Context(), c.login, c.password, address)
		if f := fault.From(err); f.Kind != fault.Unauthenticated || f.Code != "bad_credentials" || f.Message != "用户名或密码不正确" || f.Details != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(w.sessions) != 0 {
		t.Error("a refused sign-in left a session")
	}
}

func TestSessionEndsByIdlenessAndByAge(t *testing.T) {
	w := newWorld(t)
	idle := w.signIn(t)
	w.later(IdleTime)
	_, _, err := w.Authenticate(t.Context(), idle.Token)
	wantCode(t, err, "session_expired")

	busy := w.signIn(t)
	for range 11 {
		w.later(time.Hour)
		if _, _, err := w.Authenticate(t.Context(), busy.Token); err != nil {
			t.Fatalf("a session in use ended early: %v", err)
		}
	}
	w.later(time.Hour)
	_, _, err = w.Authenticate(t.Context(), busy.Token)
	wantCode(t, err, "session_expired")

	if err := w.Sweep(t.Context()); err != nil || len(w.sessions) != 0 {
		t.Errorf("the sweep left %d sessions, %v", len(w.sessions), err)
	}
}

func TestUseIsWrittenDownNowAndThen(t *testing.T) {
	w := newWorld(t)
	in := w.signIn(t)
	for range 20 {
		w.later(time.Minute)
		if _, _, err := w.Authenticate(t.Context(), in.Token); err != nil {
			t.Fatal(err)
		}
	}
	if w.touches != 4 {
		t.Errorf("%d writes in 20 minutes, want 4", w.touches)
	}
}

func TestSignOutEndsOnlyThatSession(t *testing.T) {
	w := newWorld(t)
	one, two := w.signIn(t), w.signIn(t)
	for range 2 { // the second time there is nothing to do
		if err := w.SignOut(t.Context(), one.Token); err != nil {
			t.Fatal(err)
		}
	}
	_, _, err := w.Authenticate(t.Context(), one.Token)
	wantCode(t, err, "unauthenticated")
	if _, _, err := w.Authenticate(t.Context(), two.Token); err != nil {
		t.Error(err)
	}
}

func TestDisabledOrRemovedAccountLosesItsSessionsAtOnce(t *testing.T) {
	w := newWorld(t)
	in := w.signIn(t)
	user := w.users["u-zhang"]
	user.Disabled = true
	w.users["u-zhang"] = user
	_, _, err := w.Authenticate(t.Context(), in.Token)
	wantCode(t, err, "unauthenticated")
	delete(w.users, "u-zhang")
	_, _, err = w.Authenticate(t.Context(), in.Token)
	wantCode(t, err, "unauthenticated")
}

func TestStrangeTokensAreRefusedUnseen(t *testing.T) {
	w := newWorld(t)
	w.away = errors.New("asked the store")
	for _, token := range []string{"", "x", strings.Repeat("A", 42), strings.Repeat("A", 44), strings.Repeat("!", 43), strings.Repeat("A", 1<<16)} {
		_, _, err := w.Authenticate(t.Context(), token)
		wantCode(t, err, "unauthenticated")
		if err := w.SignOut(t.Context(), token); err != nil {
			t.Error(err)
		}
	}
}

func TestGuessingIsThrottledPerLoginAndAddress(t *testing.T) {
	w := newWorld(t)
	for range pairLimit {
		_, err := w.SignIn(t.Context(), "zhang", "wrong", address)
		wantCode(t, err, "bad_credentials")
		w.later(time.Minute)
	}
	_, err := w.SignIn(t.Context(), "zhang", right, address)
	wantCode(t, err, "too_many_attempts")
	if d, ok := RetryAfter(err); !ok || d != 5*time.Minute || !fault.Is(err, fault.RateLimited) || !strings.Contains(err.Error(), "5分钟") {
		t.Errorf("wait %v, %v in %v", d, ok, err)
	}
	if _, err := w.SignIn(t.Context(), "zhang", right, "10.9.9.9"); err != nil {
		t.Errorf("the owner is locked out elsewhere: %v", err)
	}
	if _, err := w.SignIn(t.Context(), "li", right, address); err != nil {
		t.Errorf("a colleague in the same office is locked out: %v", err)
	}
	w.later(5 * time.Minute)
	w.signIn(t)
}

func TestUnknownLoginsAreThrottledLikeKnownOnes(t *testing.T) {
	w := newWorld(t)
	for range pairLimit {
		_, err := w.SignIn(t.Context(), "nobody", "wrong", address)
		wantCode(t, err, "bad_credentials")
	}
	_, err := w.SignIn(t.Context(), "nobody", "wrong", address)
	wantCode(t, err, "too_many_attempts")
}

func TestSprayingManyLoginsIsThrottledByAddress(t *testing.T) {
	w := newWorld(t)
	for i := range addressLimit { // from all over one IPv6 network
		_, err := w.SignIn(t.Context(), "user"+string(rune('a'+i)), "wrong", "2001:db8::"+string("0123456789abcdef"[i%16]))
		wantCode(t, err, "bad_credentials")
	}
	_, err := w.SignIn(t.Context(), "zhang", right, "2001:db8::ffff:1")
	wantCode(t, err, "too_many_attempts")
	if _, err := w.SignIn(t.Context(), "zhang", right, "2001:db8:0:1::1"); err != nil {
		t.Errorf("the network next door: %v", err)
	}
}

func TestSuccessForgivesAndIsNotCounted(t *testing.T) {
	w := newWorld(t)
	for range 3 {
		for range pairLimit - 1 {
			_, err := w.SignIn(t.Context(), "zhang", "wrong", address)
			wantCode(t, err, "bad_credentials")
		}
		w.signIn(t)
	}
	fresh := newWorld(t)
	for range 2 * addressLimit {
		fresh.signIn(t)
	}
}

func TestAttemptsAtTheSameMomentCannotSlipThrough(t *testing.T) {
	w := newWorld(t)
	var mu sync.Mutex
	codes := map[string]int{}
	var group sync.WaitGroup
	for range 4 * pairLimit {
		group.Go(func() {
			_, err := w.SignIn(t.Context(), "zhang", "wrong", address)
			mu.Lock()
			defer mu.Unlock()
			codes[fault.From(err).Code]++
		})
	}
	group.Wait()
	if codes["bad_credentials"] != pairLimit || codes["too_many_attempts"] != 3*pairLimit {
		t.Errorf("got %v", codes)
	}
}

func TestDatabaseAwayIsNoFailedAttempt(t *testing.T) {
	w := newWorld(t)
	w.away = fault.New(fault.Unavailable, "database_unavailable", "数据库暂时不可用")
	for range 2 * pairLimit {
		_, err := w.SignIn(t.Context(), "zhang", right, address)
		wantCode(t, err, "database_unavailable")
	}
	w.away = nil
	in := w.signIn(t)
	w.away = fault.New(fault.Unavailable, "database_unavailable", "数据库暂时不可用")
	_, _, err := w.Authenticate(t.Context(), in.Token)
	wantCode(t, err, "database_unavailable")
}

func TestThrottleForgetsWhatIsOver(t *testing.T) {
	at := time.Unix(0, 0)
	th := newThrottle(func() time.Time { return at })
	for i := range 10 * firstSweep {
		at = at.Add(time.Second)
		if _, err := th.begin("x", "10."+string(rune(i))); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(th.entries); n > 4*int(window/time.Second) {
		t.Errorf("%d entries after %d attempts", n, 10*firstSweep)
	}
}

func TestOldHashIsRenewedAtSignIn(t *testing.T) {
	w := newWorld(t)
	old := w.hashes["zhang"]
	w.signIn(t)
	if w.hashes["zhang"] != old {
		t.Error("a hash of today's cost was replaced")
	}
	w.passwords = NewPasswords(Cost{Memory: 128, Passes: 2, Threads: 1})
	w.signIn(t)
	if !strings.HasPrefix(w.hashes["zhang"], "$argon2id$v=19$m=128,t=2,p=1$") {
		t.Errorf("the hash is still %s", w.hashes["zhang"])
	}
	w.signIn(t)
}

func TestCookieCannotBeReadOrSentByOthers(t *testing.T) {
	for secure, name := range map[bool]string{false: "luodi_session", true: "__Host-luodi_session"} {
		c := Cookies{Secure: secure}
		cookie := c.Keep("abc")
		if cookie.Name != name || !cookie.HttpOnly || cookie.SameSite != http.SameSiteStrictMode || cookie.Secure != secure || cookie.Path != "/" || cookie.Domain != "" {
			t.Errorf("got %s", cookie)
		}
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		if c.Token(r) != "" {
			t.Error("a token from nowhere")
		}
		r.AddCookie(cookie)
		if c.Token(r) != "abc" {
			t.Error("the token is lost")
		}
		if c.Clear().MaxAge >= 0 || c.Clear().Value != "" || c.Clear().Name != name {
			t.Errorf("got %s", c.Clear())
		}
	}
}

func TestOtherSitesCannotChangeAnything(t *testing.T) {
	for name, c := range map[string]struct {
		method  string
		headers []string // name, value
		allowed bool
	}{
		"our own page":              {http.MethodPost, []string{"Sec-Fetch-Site", "same-origin", "Origin", "http://luodi.example"}, true},
		"a program":                 {http.MethodPost, nil, true},
		"typed address":             {http.MethodGet, []string{"Sec-Fetch-Site", "none"}, true},
		"link from elsewhere":       {http.MethodGet, []string{"Sec-Fetch-Site", "cross-site"}, true},
		"form of another site":      {http.MethodPost, []string{"Sec-Fetch-Site", "cross-site", "Origin", "http://evil.example"}, false},
		"page of a sister site":     {http.MethodDelete, []string{"Sec-Fetch-Site", "same-site"}, false},
		"old browser, other site":   {http.MethodPatch, []string{"Origin", "http://evil.example"}, false},
		"old browser, hidden site":  {http.MethodPut, []string{"Origin", "null"}, false},
		"old browser, our own page": {http.MethodPost, []string{"Origin", "http://luodi.example"}, true},
	} {
		r := httptest.NewRequest(c.method, "http://luodi.example/api/v1/session", nil)
		for pair := range slices.Chunk(c.headers, 2) {
			r.Header.Set(pair[0], pair[1])
		}
		err := CheckOrigin(r)
		if (err == nil) != c.allowed || err != nil && !fault.HasCode(err, "cross_origin") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
