package app

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"luodi/internal/fault"
	"luodi/internal/panel"
)

// BallotKeySize is the length of the secret that ballots are sealed under, in bytes.
const BallotKeySize = 32

// Urn seals secret ballots with AES-256-GCM. What it seals is bound to meeting, item
// and member, and has one length whatever the choice. (docs/panel.md says what this
// keeps from whom.)
type Urn struct {
	seal cipher.AEAD
	mark []byte
}

var _ panel.Urn = (*Urn)(nil)

// NewUrn derives an urn's keys from a secret. Invalid "ballot_key_short" for one
// that has fewer bytes than BallotKeySize.
func NewUrn(secret []byte) (*Urn, error) {
	if len(secret) < BallotKeySize {
		return nil, fault.Newf(fault.Invalid, "ballot_key_short", "选票密钥应不少于%d字节", BallotKeySize)
	}
	key, err := hkdf.Key(sha256.New, secret, nil, "luodi ballot seal v1", 32)
	if err != nil {
		return nil, err
	}
	mark, err := hkdf.Key(sha256.New, secret, nil, "luodi ballot mark v1", 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	seal, err := cipher.NewGCM(block)
	return &Urn{seal: seal, mark: mark}, err
}

// sealedV1 names the form, so that another can follow.
const sealedV1 = "v1."

// codes make every choice one byte: the length of what is sealed tells nothing.
var codes = map[panel.Choice]byte{panel.For: 1, panel.Against: 2, panel.Abstain: 3}

// Seal implements panel.Urn. Every call takes a new nonce: two ballots of the same
// choice don't look alike.
func (u *Urn) Seal(meeting, item, member string, choice panel.Choice) string {
	nonce := make([]byte, u.seal.NonceSize())
	_, _ = rand.Read(nonce) // never fails: the program stops when the system has no randomness
	sealed := u.seal.Seal(nonce, nonce, []byte{codes[choice]}, bound(meeting, item, member))
	return sealedV1 + base64.RawURLEncoding.EncodeToString(sealed)
}

// Open implements panel.Urn.
func (u *Urn) Open(meeting, item, member, sealed string) (panel.Choice, error) {
	text, ok := strings.CutPrefix(sealed, sealedV1)
	raw, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if !ok || err != nil || len(raw) < u.seal.NonceSize() {
		return "", errors.New("app: this is no sealed ballot")
	}
	nonce, rest := raw[:u.seal.NonceSize()], raw[u.seal.NonceSize():]
	plain, err := u.seal.Open(nil, nonce, rest, bound(meeting, item, member))
	if err != nil {
		return "", err
	}
	for choice, code := range codes {
		if len(plain) == 1 && plain[0] == code {
			return choice, nil
		}
	}
	return "", fmt.Errorf("app: a sealed ballot holds no choice")
}

// bound is what a ballot is bound to, in a form in which no two are alike.
func bound(meeting, item, member string) []byte {
	raw, _ := json.Marshal([]string{meeting, item, member}) // texts can always be encoded
	return raw
}

// Mark is a keyed digest of a request. A plain one would tell a choice: there are
// three to try.
func (u *Urn) Mark(commandID, request string) string {
	h := hmac.New(sha256.New, u.mark)
	_, _ = h.Write(bound(commandID, request, ""))
	return "k" + base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:15])
}
