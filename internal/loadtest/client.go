// Package loadtest is Luodi's users as programs: it signs in, asks what may be
// done, does it, and asks again when no answer came. It knows the HTTP API and
// nothing else of Luodi; fault tests and the benchmark share it.
package loadtest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"
)

// Site is a running Luodi. Its address may change when it is started again.
type Site struct {
	address atomic.Value // string
	client  *http.Client
}

// NewSite makes the clients' side of a Luodi at an address such as http://127.0.0.1:8080.
func NewSite(address string) *Site {
	// One idle connection a client, as browsers keep theirs.
	s := &Site{client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}, Timeout: 10 * time.Second}}
	s.MoveTo(address)
	return s
}

// MoveTo tells every client that Luodi is now found elsewhere.
func (s *Site) MoveTo(address string) { s.address.Store(address) }

// Answer is what came back, whatever the status.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
	Took   time.Duration
}

// OK reports whether the request was done.
func (a Answer) OK() bool { return a.Status < 300 }

// Code is the stable code of a problem, empty for anything else.
func (a Answer) Code() string {
	var p struct {
		Code string `json:"code"`
	}
	_ = json.Unmarshal(a.Body, &p) // what is no problem has no code
	return p.Code
}

// Into reads the answer of a request that was done; anything else is an error.
func (a Answer) Into(v any) error {
	if !a.OK() {
		return fmt.Errorf("answer %d: %s", a.Status, a.Body)
	}
	return json.Unmarshal(a.Body, v)
}

// Person is a client with a session, or without one: the zero cookie.
type Person struct {
	Site   *Site
	Login  string
	cookie string
}

// Nobody is a client without a session.
func (s *Site) Nobody() *Person { return &Person{Site: s} }

// SignIn opens a session.
func (s *Site) SignIn(ctx context.Context, login, password string) (*Person, error) {
	a, err := s.Nobody().Do(ctx, http.MethodPost, "/api/v1/session", "", map[string]string{"login": login, "password": password})
	if err != nil {
		return nil, err
	}
	cookies := (&http.Response{Header: a.Header}).Cookies()
	if !a.OK() || len(cookies) != 1 {
		return nil, fmt.Errorf("sign-in of %s: %d %s", login, a.Status, a.Body)
	}
	return &Person{Site: s, Login: login, cookie: cookies[0].Name + "=" + cookies[0].Value}, nil
}

// Get asks for something.
func (p *Person) Get(ctx context.Context, path string) (Answer, error) {
	return p.Do(ctx, http.MethodGet, path, "", nil)
}

// Do sends one request; key is its Idempotency-Key, if any. An error means that no
// answer came: a request that changes something may have been done.
func (p *Person) Do(ctx context.Context, method, path, key string, body any) (Answer, error) {
	r, err := p.request(ctx, method, path, key, body)
	if err != nil {
		return Answer{}, err
	}
	began := time.Now()
	response, err := p.Site.client.Do(r)
	if err != nil {
		return Answer{}, err
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	return Answer{Status: response.StatusCode, Header: response.Header, Body: data, Took: time.Since(began)}, err
}

func (p *Person) request(ctx context.Context, method, path, key string, body any) (*http.Request, error) {
	var data []byte
	if body != nil {
		var err error
		if data, err = json.Marshal(body); err != nil {
			return nil, err
		}
	}
	address, _ := p.Site.address.Load().(string)
	r, err := http.NewRequestWithContext(ctx, method, address+path, bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	if p.cookie != "" {
		r.Header.Set("Cookie", p.cookie)
	}
	return r, nil
}

// againAfter is how long a client waits before it asks again. A 503 suggests two
// seconds; an impatient client must do no harm.
const againAfter = 50 * time.Millisecond

// Insist sends a request, with the same key, until somebody answers: what is lost
// or answered 503 is sent again. It fails only when ctx ends.
func (p *Person) Insist(ctx context.Context, method, path, key string, body any) (Answer, error) {
	for {
		a, err := p.Do(ctx, method, path, key, body)
		if err == nil && a.Status != http.StatusServiceUnavailable {
			return a, nil
		}
		if err := wait(ctx, againAfter); err != nil {
			return a, err
		}
	}
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// Pages walks a list to its end. path has a query already.
func Pages[T any](ctx context.Context, who *Person, path string, fn func(T)) error {
	for cursor := ""; ; {
		a, err := who.Insist(ctx, http.MethodGet, path+"&cursor="+url.QueryEscape(cursor), "", nil)
		if err != nil {
			return err
		}
		var list struct {
			Items []T
			Next  string `json:"next_cursor"`
		}
		if err := a.Into(&list); err != nil {
			return err
		}
		for _, item := range list.Items {
			fn(item)
		}
		if cursor = list.Next; cursor == "" {
			return nil
		}
	}
}
