package auth

import (
	"net/http"

	"luodi/internal/fault"
)

// CookieName is the session cookie of a plain connection; with Cookies.Secure it
// gets the prefix __Host-, which a browser accepts only from this very host over HTTPS.
const CookieName = "luodi_session"

// Cookies carries the session token. The cookie is HttpOnly and SameSite=Strict:
// scripts can't read it, and no other site's link, form or script can send it.
type Cookies struct {
	Secure bool // only over HTTPS
}

// Name is the cookie's name.
func (c Cookies) Name() string {
	if c.Secure {
		return "__Host-" + CookieName
	}
	return CookieName
}

// Keep is the cookie that hands the token to the client. It ends with the browser;
// the server ends the session earlier.
func (c Cookies) Keep(token string) *http.Cookie {
	return &http.Cookie{Name: c.Name(), Value: token, Path: "/", HttpOnly: true, Secure: c.Secure, SameSite: http.SameSiteStrictMode}
}

// Clear is the cookie that makes the client forget the token.
func (c Cookies) Clear() *http.Cookie {
	cookie := c.Keep("")
	cookie.MaxAge = -1
	return cookie
}

// Token is the token of a request, empty when there is none.
func (c Cookies) Token(r *http.Request) string {
	cookie, err := r.Cookie(c.Name())
	if err != nil {
		return ""
	}
	return cookie.Value
}

var crossOrigin = http.NewCrossOriginProtection()

// CheckOrigin refuses requests that change something and that a browser sent on
// behalf of another site, by Sec-Fetch-Site or by Origin against Host; call it
// before anything else, sign-in included. Programs send neither header and pass:
// they have no cookies that a stranger could make them use. There is no token to
// fetch or to lose. The error is Forbidden "cross_origin".
func CheckOrigin(r *http.Request) error {
	if err := crossOrigin.Check(r); err != nil {
		return fault.New(fault.Forbidden, "cross_origin", "拒绝来自其他网站的请求").Because(err)
	}
	return nil
}
