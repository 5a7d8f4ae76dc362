package app_test

import (
	"bytes"
	"encoding/base64"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"luodi/internal/app"
	"luodi/internal/fault"
	"luodi/internal/panel"
)

var secretKey = []byte("a key for tests, thirty-two bytes")

func urn(t rapid.TB, key []byte) *app.Urn {
	u, err := app.NewUrn(key)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

var choices = []panel.Choice{panel.For, panel.Against, panel.Abstain}

func TestUrnOpensWhatItSealed(t *testing.T) {
	u, again := urn(t, secretKey), urn(t, secretKey)
	rapid.Check(t, func(rt *rapid.T) {
		meeting, item, member := rapid.String().Draw(rt, "meeting"), rapid.String().Draw(rt, "item"), rapid.String().Draw(rt, "member")
		choice := rapid.SampledFrom(choices).Draw(rt, "choice")
		got, err := again.Open(meeting, item, member, u.Seal(meeting, item, member, choice))
		if err != nil || got != choice {
			rt.Fatalf("%s comes back as %s, %v", choice, got, err)
		}
	})
}

func TestSealedBallotTellsNothingByItsLookOrLength(t *testing.T) {
	u := urn(t, secretKey)
	lengths, seen := map[int]bool{}, map[string]bool{}
	for _, c := range choices {
		for range 50 {
			sealed := u.Seal("m", "1#1", "u", c)
			if seen[sealed] || strings.Contains(sealed, string(c)) {
				t.Fatalf("%s", sealed)
			}
			seen[sealed], lengths[len(sealed)] = true, true
		}
	}
	if len(lengths) != 1 {
		t.Errorf("lengths %v", lengths)
	}
}

// A ballot moved, changed or sealed under another key doesn't open.
func TestBallotOpensInItsOwnPlaceAlone(t *testing.T) {
	u := urn(t, secretKey)
	sealed := u.Seal("m", "1#1", "u", panel.For)
	for name, open := range map[string]func() (panel.Choice, error){
		"another meeting":  func() (panel.Choice, error) { return u.Open("n", "1#1", "u", sealed) },
		"another item":     func() (panel.Choice, error) { return u.Open("m", "2#1", "u", sealed) },
		"another round":    func() (panel.Choice, error) { return u.Open("m", "1#2", "u", sealed) },
		"another member":   func() (panel.Choice, error) { return u.Open("m", "1#1", "v", sealed) },
		"shifted borders":  func() (panel.Choice, error) { return u.Open("m1", "#1", "u", sealed) },
		"another key":      func() (panel.Choice, error) { return urn(t, bytes.Repeat([]byte{7}, 32)).Open("m", "1#1", "u", sealed) },
		"cut short":        func() (panel.Choice, error) { return u.Open("m", "1#1", "u", sealed[:len(sealed)-4]) },
		"without its form": func() (panel.Choice, error) { return u.Open("m", "1#1", "u", strings.TrimPrefix(sealed, "v1.")) },
		"in the clear":     func() (panel.Choice, error) { return u.Open("m", "1#1", "u", "for") },
		"nothing":          func() (panel.Choice, error) { return u.Open("m", "1#1", "u", "v1.") },
	} {
		if c, err := open(); err == nil {
			t.Errorf("%s opens as %s", name, c)
		}
	}
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(sealed, "v1."))
	if err != nil {
		t.Fatal(err)
	}
	for i := range raw {
		for bit := range 8 {
			changed := bytes.Clone(raw)
			changed[i] ^= 1 << bit
			if c, err := u.Open("m", "1#1", "u", "v1."+base64.RawURLEncoding.EncodeToString(changed)); err == nil {
				t.Fatalf("byte %d changed: opens as %s", i, c)
			}
		}
	}
}

func TestMarkTellsRequestsApartUnderItsKeyAlone(t *testing.T) {
	u := urn(t, secretKey)
	a := u.Mark("u1:k", "x")
	if a != u.Mark("u1:k", "x") || a == u.Mark("u1:k", "y") || a == u.Mark("u1:l", "x") || a == urn(t, bytes.Repeat([]byte{7}, 32)).Mark("u1:k", "x") {
		t.Error("marks are not what they should be")
	}
	if len(a) > 64 {
		t.Errorf("a mark of %d characters doesn't fit its column", len(a))
	}
}

func TestShortKeyIsRefused(t *testing.T) {
	if _, err := app.NewUrn(secretKey[:31]); !fault.HasCode(err, "ballot_key_short") {
		t.Errorf("%v", err)
	}
}
