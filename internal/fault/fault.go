// Package fault is Luodi's one error type: a kind that the API maps to an HTTP
// status, a stable code for programs, a message in Chinese that is safe to show
// to anybody, and the field or cell it is about. The cause is for the log only.
package fault

import (
	"errors"
	"fmt"
)

// Kind says whose fault it is; one table in package api maps it to a status.
type Kind string

// The kinds, with the HTTP status that the API answers for each.
const (
	Malformed       Kind = "malformed"       // 400: the request can't be read
	Unauthenticated Kind = "unauthenticated" // 401: no session
	Forbidden       Kind = "forbidden"       // 403: may see it, may not do it
	NotFound        Kind = "not_found"       // 404: no such object, or hidden from the caller
	Conflict        Kind = "conflict"        // 409: illegal in the present state, or somebody was first
	TooLarge        Kind = "too_large"       // 413
	Invalid         Kind = "invalid"         // 422: well-formed and wrong
	RateLimited     Kind = "rate_limited"    // 429
	Unavailable     Kind = "unavailable"     // 503: engine or database away; nothing was acknowledged
	Internal        Kind = "internal"        // 500: our mistake
)

// Detail is one thing wrong: where (a JSON pointer such as "/agreed_amount", or
// "签约项目!C5" for a cell), its own code, and what to do about it, in Chinese.
type Detail struct {
	Field   string `json:"field"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

// Error is the only error that leaves a package of Luodi on purpose.
type Error struct {
	Kind    Kind     `json:"kind"`
	Code    string   `json:"code"`
	Message string   `json:"message"`
	Details []Detail `json:"details,omitempty"`
	cause   error
}

// New makes an error of a kind with a stable code and a Chinese message.
func New(kind Kind, code, message string) *Error {
	return &Error{Kind: kind, Code: code, Message: message}
}

// Newf is New with a formatted message. Arguments are shown to users: pass no internal text.
func Newf(kind Kind, code, format string, args ...any) *Error {
	return New(kind, code, fmt.Sprintf(format, args...))
}

// Field makes an Invalid error about one field.
func Field(field, code, message string) *Error {
	return New(Invalid, code, message).With(field, code, message)
}

// Error is for the log: it includes the cause, so it's never shown to users.
func (e *Error) Error() string {
	if e.cause != nil {
		return fmt.Sprintf("%s: %s: %v", e.Code, e.Message, e.cause)
	}
	return e.Code + ": " + e.Message
}

// Unwrap gives the cause to errors.Is and errors.As.
func (e *Error) Unwrap() error { return e.cause }

// With returns a copy that carries one more detail.
func (e *Error) With(field, code, message string) *Error {
	c := *e
	c.Details = append(append([]Detail{}, e.Details...), Detail{Field: field, Code: code, Message: message})
	return &c
}

// Because returns a copy that remembers its internal cause for the log.
func (e *Error) Because(cause error) *Error {
	c := *e
	c.cause = cause
	return &c
}

// From finds the Error inside err. Anything else becomes Internal, with err as
// the cause, so that internal text can't reach a user by accident.
func From(err error) *Error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return New(Internal, "internal", "系统内部错误,请稍后再试;如反复出现请联系管理员").Because(err)
}

// Is reports whether err is a fault of that kind.
func Is(err error, kind Kind) bool {
	var e *Error
	return errors.As(err, &e) && e.Kind == kind
}

// HasCode reports whether err is a fault with that code.
func HasCode(err error, code string) bool {
	var e *Error
	return errors.As(err, &e) && e.Code == code
}
