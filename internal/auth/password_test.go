package auth

import (
	"context"
	"strings"
	"testing"

	"luodi/internal/fault"
)

func TestHashVerifiesOnlyItsOwnPassword(t *testing.T) {
	p := NewPasswords(cheap)
	for _, password := range []string{"correct horse battery", "十堰招商-汽车城", strings.Repeat("长", 100), " 前后有空格 "} {
		one, err := p.Hash(t.Context(), password)
		if err != nil {
			t.Fatal(err)
		}
		two, err := p.Hash(t.Context(), password)
		if err != nil || one == two {
			t.Errorf("the salt repeats: %s %v", one, err)
		}
		for candidate, want := range map[string]bool{password: true, password + " ": false, strings.ToUpper(password) + "x": false, "": false} {
			if ok, stale, err := p.Verify(t.Context(), one, candidate); ok != want || stale || err != nil {
				t.Errorf("%q against the hash of %q: %v %v %v", candidate, password, ok, stale, err)
			}
		}
	}
}

// The hash is from src/test.c of the reference implementation, P-H-C/phc-winner-argon2.
func TestVerifiesTheReferenceImplementation(t *testing.T) {
	const reference = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	ok, stale, err := NewPasswords(cheap).Verify(t.Context(), reference, "password")
	if !ok || !stale || err != nil {
		t.Errorf("got %v %v %v", ok, stale, err)
	}
}

func TestProductionCostIsAtLeastOWASP(t *testing.T) {
	if DefaultCost.Memory < 19456 || DefaultCost.Passes < 2 || DefaultCost.Threads < 1 {
		t.Errorf("got %+v", DefaultCost)
	}
	p := NewPasswords(DefaultCost)
	if !strings.HasPrefix(p.dummy, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("unknown logins cost %s", p.dummy)
	}
}

func TestSpoiltHashesAreRefusedBeforeTheyCostAnything(t *testing.T) {
	p := NewPasswords(cheap)
	for _, hash := range []string{
		"x", "$2a$10$abcdefghijklmnopqrstuv", "$argon2i$v=19$m=64,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=16$m=64,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=4294967295,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=64,t=0,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=64,t=1,p=0$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=64,t=1,p=1x$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=64,t=1,p=1$!$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$",
	} {
		if ok, _, err := p.Verify(t.Context(), hash, ""); ok || !fault.Is(err, fault.Internal) {
			t.Errorf("%s: %v %v", hash, ok, err)
		}
	}
}

func TestNoHashIsNeverRight(t *testing.T) {
	p := NewPasswords(cheap)
	for _, password := range []string{"", "x"} {
		if ok, _, err := p.Verify(t.Context(), "", password); ok || err != nil {
			t.Errorf("got %v %v", ok, err)
		}
	}
}

func TestRushWaitsItsTurn(t *testing.T) {
	p := NewPasswords(cheap)
	for range cap(p.slots) {
		p.slots <- struct{}{}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.Hash(ctx, "x"); !fault.HasCode(err, "sign_in_busy") || !fault.Is(err, fault.Unavailable) {
		t.Errorf("got %v", err)
	}
	if _, _, err := p.Verify(ctx, "", "x"); !fault.HasCode(err, "sign_in_busy") {
		t.Errorf("got %v", err)
	}
	<-p.slots
	if _, err := p.Hash(t.Context(), "x"); err != nil {
		t.Errorf("a free slot is not used: %v", err)
	}
	if len(p.slots) != cap(p.slots)-1 {
		t.Error("the slot was not given back")
	}
}

func TestPasswordPolicy(t *testing.T) {
	for password, code := range map[string]string{
		"correct horse": "", "十堰市招商引资中心二室": "", "k3j9-xq2m-zz": "",
		"short1234": "password_short", "九个汉字不够长的呀": "password_short",
		strings.Repeat("abcdefgh", 65): "password_long",
		"\xff\xfe123456789abc":         "password_encoding",
		"ZhangSan-2023":                "password_is_login",
		"1234567890":                   "password_common", "Password123": "password_common", "aaaaaaaaaaaa": "password_common", "ababababab": "password_common",
	} {
		err := CheckPassword("zhangsan", password)
		if code == "" && err != nil || code != "" && !fault.HasCode(err, code) {
			t.Errorf("%q: %v, want %q", password, err, code)
		}
	}
}
