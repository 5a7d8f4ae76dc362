package auth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"runtime"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"luodi/internal/fault"
)

// Cost is what one password check costs an attacker, and us.
type Cost struct {
	Memory  uint32 // KiB
	Passes  uint32
	Threads uint8
}

// DefaultCost is the least that OWASP's password storage cheat sheet recommends
// for argon2id: 19 MiB, two passes, one thread.
var DefaultCost = Cost{Memory: 19456, Passes: 2, Threads: 1}

// ceiling bounds the cost that a stored hash may ask for: a spoilt row must not
// take the memory of the whole machine.
var ceiling = Cost{Memory: 1 << 20, Passes: 16, Threads: 16}

const (
	saltBytes = 16
	keyBytes  = 32

	minPassword = 10  // characters
	maxPassword = 512 // bytes; hashing what a stranger sends must stay cheap
)

// Passwords hashes and checks passwords, no more at a time than there are
// processors: a rush of sign-ins waits instead of exhausting memory.
type Passwords struct {
	cost  Cost
	slots chan struct{}
	dummy string // what unknown logins are checked against
}

// NewPasswords makes a hasher; production uses DefaultCost.
func NewPasswords(cost Cost) *Passwords {
	p := &Passwords{cost: cost, slots: make(chan struct{}, max(2, runtime.GOMAXPROCS(0)))}
	p.dummy = p.hash(rand.Text())
	return p
}

// Hash makes a PHC string, "$argon2id$v=19$m=…,t=…,p=…$salt$key". It fails with
// Unavailable when ctx ends while waiting for its turn.
func (p *Passwords) Hash(ctx context.Context, password string) (string, error) {
	if err := p.take(ctx); err != nil {
		return "", err
	}
	defer p.release()
	return p.hash(password), nil
}

// Verify compares in constant time. An empty hash, as of an unknown login, costs
// the same work and is never right. stale says that a right password should be
// hashed again at today's cost. Unavailable when ctx ends while waiting; Internal
// when the hash is no PHC string of argon2id.
func (p *Passwords) Verify(ctx context.Context, hash, password string) (ok, stale bool, err error) {
	known := hash != ""
	if !known {
		hash = p.dummy
	}
	want, err := parsePHC(hash)
	if err != nil {
		return false, false, fault.From(err)
	}
	if len(password) > maxPassword { // can't be right; too long to work on
		password, known = "", false
	}
	if err := p.take(ctx); err != nil {
		return false, false, err
	}
	defer p.release()
	got := want.cost.key(password, want.salt, len(want.key))
	ok = subtle.ConstantTimeCompare(got, want.key) == 1 && known
	return ok, want.cost != p.cost || len(want.key) != keyBytes, nil
}

func (p *Passwords) take(ctx context.Context) error {
	select {
	case p.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fault.New(fault.Unavailable, "sign_in_busy", "登录人数过多,请稍后再试").Because(ctx.Err())
	}
}

func (p *Passwords) release() { <-p.slots }

func (p *Passwords) hash(password string) string {
	salt := make([]byte, saltBytes)
	_, _ = rand.Read(salt) // never fails
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version,
		p.cost.Memory, p.cost.Passes, p.cost.Threads, b64(salt), b64(p.cost.key(password, salt, keyBytes)))
}

func (c Cost) key(password string, salt []byte, length int) []byte {
	return argon2.IDKey([]byte(password), salt, c.Passes, c.Memory, c.Threads, uint32(length))
}

func (c Cost) sane() bool {
	return c.Memory >= 8*uint32(c.Threads) && c.Passes > 0 && c.Threads > 0 &&
		c.Memory <= ceiling.Memory && c.Passes <= ceiling.Passes && c.Threads <= ceiling.Threads
}

// phc is a stored hash, taken apart.
type phc struct {
	cost      Cost
	salt, key []byte
}

// parsePHC reads the PHC string format of argon2id. The error doesn't quote the hash.
func parsePHC(text string) (h phc, err error) {
	parts := strings.Split(text, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return phc{}, fmt.Errorf("auth: a stored password is no argon2id hash of version %d", argon2.Version)
	}
	if _, err := fmt.Sscanf(parts[3]+"\n", "m=%d,t=%d,p=%d\n", &h.cost.Memory, &h.cost.Passes, &h.cost.Threads); err != nil || !h.cost.sane() {
		return phc{}, fmt.Errorf("auth: a stored password has bad argon2id parameters %q", parts[3])
	}
	salt, saltErr := base64.RawStdEncoding.DecodeString(parts[4])
	key, keyErr := base64.RawStdEncoding.DecodeString(parts[5])
	if saltErr != nil || keyErr != nil || len(salt) < 8 || len(key) < 16 || len(salt) > 64 || len(key) > 64 {
		return phc{}, fmt.Errorf("auth: a stored password has a bad salt or key")
	}
	h.salt, h.key = salt, key
	return h, nil
}

// commonPasswords are long enough and still the first that a guesser tries.
var commonPasswords = map[string]bool{
	"0123456789": true, "1234567890": true, "9876543210": true, "0987654321": true, "12345678910": true, "123456789a": true, "a123456789": true,
	"1q2w3e4r5t": true, "1q2w3e4r5t6y": true, "1qaz2wsx3edc": true, "qwertyuiop": true, "qwerty12345": true, "qwerty123456": true,
	"password12": true, "password123": true, "password1234": true, "p@ssw0rd123": true, "admin12345": true, "admin123456": true,
	"administrator": true, "abcdefghij": true, "abc1234567": true, "woaini1314": true, "woaini1314520": true, "5201314520": true,
	"iloveyou123": true, "zaq12wsxcde3": true, "asdfghjkl123": true, "changeme123": true, "luodi12345": true, "luodi123456": true,
}

// CheckPassword applies the policy to a password that somebody chooses: length
// before composition (NIST SP 800-63B, section 5.1.1), not the login, not one
// everybody tries first. The error is Invalid about /password.
func CheckPassword(login, password string) error {
	lower := strings.ToLower(password)
	switch {
	case utf8.RuneCountInString(password) < minPassword:
		return fault.Field("/password", "password_short", fmt.Sprintf("密码至少%d个字符", minPassword))
	case len(password) > maxPassword:
		return fault.Field("/password", "password_long", fmt.Sprintf("密码不超过%d个字节", maxPassword))
	case !utf8.ValidString(password):
		return fault.Field("/password", "password_encoding", "密码须为有效的文字")
	case login != "" && strings.Contains(lower, strings.ToLower(login)):
		return fault.Field("/password", "password_is_login", "密码不能包含登录名")
	case commonPasswords[lower] || distinct(password) < 4:
		return fault.Field("/password", "password_common", "密码太常见,容易被猜中,请换一个")
	}
	return nil
}

func distinct(text string) int {
	seen := map[rune]bool{}
	for _, r := range text {
		seen[r] = true
	}
	return len(seen)
}
