package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"
	"github.com/gin-gonic/gin"

	"luodi/internal/auth"
	"luodi/internal/fault"
)

// Problem is an error as RFC 9457 problem+json. Code is stable for programs,
// Detail is Chinese for people, Errors say which field or cell is wrong.
type Problem struct {
	Type   string         `json:"type" doc:"always about:blank; code tells problems apart"`
	Title  string         `json:"title" doc:"the HTTP status in words"`
	Status int            `json:"status"`
	Code   string         `json:"code" doc:"stable code of the problem"`
	Detail string         `json:"detail" doc:"what went wrong, in Chinese"`
	Errors []fault.Detail `json:"errors,omitempty" doc:"each field or cell that is wrong"`
	cause  error
}

// Error is for the log.
func (p *Problem) Error() string { return p.Code + ": " + p.Detail }

// Unwrap gives the fault to errors.As.
func (p *Problem) Unwrap() error { return p.cause }

// GetStatus tells huma the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType is that of RFC 9457.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// statuses is the one table from kinds of fault to HTTP.
var statuses = map[fault.Kind]int{
	fault.Malformed:       http.StatusBadRequest,
	fault.Unauthenticated: http.StatusUnauthorized,
	fault.Forbidden:       http.StatusForbidden,
	fault.NotFound:        http.StatusNotFound,
	fault.Conflict:        http.StatusConflict,
	fault.TooLarge:        http.StatusRequestEntityTooLarge,
	fault.Invalid:         http.StatusUnprocessableEntity,
	fault.RateLimited:     http.StatusTooManyRequests,
	fault.Unavailable:     http.StatusServiceUnavailable,
	fault.Internal:        http.StatusInternalServerError,
}

// retrySoon is what a 503 suggests, in seconds.
const retrySoon = "2"

// retryAfter is the header of an answer that may be different later; empty for others.
func retryAfter(f *fault.Error) string {
	if wait, ok := auth.RetryAfter(f); ok {
		return strconv.Itoa(int(math.Ceil(wait.Seconds())))
	}
	if f.Kind == fault.Unavailable || f.Kind == fault.RateLimited {
		return retrySoon
	}
	return ""
}

// fail turns an application error into the answer: huma adds the headers of a
// HeadersError. Internal text goes to the log and nowhere else.
func fail(ctx context.Context, err error) error {
	f := fault.From(err)
	if f.Kind == fault.Internal || f.Kind == fault.Unavailable {
		slog.ErrorContext(ctx, "request failed", "code", f.Code, "error", f.Error())
	}
	p := problemOf(f)
	if wait := retryAfter(f); wait != "" {
		return huma.ErrorWithHeaders(p, http.Header{"Retry-After": {wait}})
	}
	return p
}

func problemOf(f *fault.Error) *Problem {
	status := statuses[f.Kind]
	return &Problem{
		Type: "about:blank", Title: http.StatusText(status), Status: status,
		Code: f.Code, Detail: f.Message, Errors: f.Details, cause: f,
	}
}

// abort answers from a middleware, before huma is reached.
func abort(c *gin.Context, f *fault.Error) {
	if wait := retryAfter(f); wait != "" {
		c.Header("Retry-After", wait)
	}
	abortWith(c, problemOf(f))
}

func abortWith(c *gin.Context, p *Problem) {
	c.Header("Content-Type", "application/problem+json")
	c.AbortWithStatusJSON(p.Status, p)
}

// genericCodes are for what huma itself finds wrong with a request.
var genericCodes = map[int]struct{ code, detail string }{
	http.StatusBadRequest:            {"request_malformed", "请求格式有误"},
	http.StatusNotFound:              {"not_found", "没有这个地址"},
	http.StatusMethodNotAllowed:      {"method_not_allowed", "这个地址不支持该方法"},
	http.StatusNotAcceptable:         {"not_acceptable", "不支持所要求的返回格式"},
	http.StatusRequestTimeout:        {"request_timeout", "请求内容没有在规定时间内传完"},
	http.StatusRequestEntityTooLarge: {"body_too_large", "请求内容过大"},
	http.StatusUnsupportedMediaType:  {"media_type_unsupported", "不支持这种内容类型"},
	http.StatusUnprocessableEntity:   {"request_invalid", "请求内容有误"},
}

// generic is a problem that needs no words of its own.
func generic(status int) *Problem {
	g := genericCodes[status]
	return &Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Code: g.code, Detail: g.detail}
}

// useProblems makes huma answer in our own form and language. Both are settings of
// the huma package, so this runs once for the whole program.
func useProblems() {
	huma.NewError = func(status int, msg string, errs ...error) huma.StatusError {
		for _, err := range errs { // a resolver of ours has said it better
			var p *Problem
			if errors.As(err, &p) {
				return p
			}
		}
		if msg == "cannot read request body" { // the client went away or sent broken chunks
			status = http.StatusBadRequest
		}
		g, ok := genericCodes[status]
		if !ok && status != 0 { // 0: huma asks for the shape of our errors
			g = struct{ code, detail string }{"internal", "系统内部错误,请稍后再试;如反复出现请联系管理员"}
			slog.Error("request failed", "status", status, "message", msg, "errors", fmt.Sprint(errs))
			status = http.StatusInternalServerError
		}
		p := &Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Code: g.code, Detail: g.detail}
		for _, err := range errs {
			p.Errors = append(p.Errors, humaDetail(err)...)
		}
		if len(p.Errors) > 0 {
			p.Detail += ":" + p.Errors[0].Message
		}
		return p
	}
	huma.DefaultArrayNullable = false // our lists are empty, never null
	speakChinese()
}

func humaDetail(err error) []fault.Detail {
	if d, ok := err.(huma.ErrorDetailer); ok {
		detail := d.ErrorDetail()
		return []fault.Detail{{Field: pointer(detail.Location), Code: "field_invalid", Message: readable(detail.Message)}}
	}
	return nil // internal text of a decoder: the code says enough
}

var index = regexp.MustCompile(`\[(\d+)\]`)

// pointer turns huma's "body.seats[0].unit" into the JSON pointer "/seats/0/unit";
// "query.limit" and "path.id" keep the place's name.
func pointer(location string) string {
	location = strings.TrimPrefix(index.ReplaceAllString(location, ".$1"), "body")
	return "/" + strings.TrimPrefix(strings.ReplaceAll(location, ".", "/"), "/")
}

var chinese = regexp.MustCompile(`\p{Han}`)

// readable lets through what we have translated and hides a parser's own words.
func readable(message string) string {
	if chinese.MatchString(message) {
		return message
	}
	return "内容不符合要求"
}

// speakChinese translates huma's messages.
func speakChinese() {
	validation.MsgUnexpectedProperty = "没有这个字段"
	validation.MsgExpectedRFC3339DateTime = "应为 RFC 3339 时间,如 2023-09-01T09:00:00+08:00"
	validation.MsgExpectedRFC3339Date = "应为日期,如 2023-09-01"
	validation.MsgExpectedBoolean = "应为 true 或 false"
	validation.MsgExpectedNumber = "应为数字"
	validation.MsgExpectedInteger = "应为整数"
	validation.MsgExpectedString = "应为文字"
	validation.MsgExpectedArray = "应为列表"
	validation.MsgExpectedObject = "应为对象"
	validation.MsgExpectedOneOf = "应为以下之一:\"%s\""
	validation.MsgExpectedMinimumNumber = "不小于 %v"
	validation.MsgExpectedMaximumNumber = "不大于 %v"
	validation.MsgExpectedMinLength = "至少 %d 个字符"
	validation.MsgExpectedMaxLength = "不超过 %d 个字符"
	validation.MsgExpectedMatchPattern = "应符合格式 %s"
	validation.MsgExpectedBePattern = "应为 %s"
	validation.MsgExpectedMinItems = "至少 %d 项"
	validation.MsgExpectedMaxItems = "不超过 %d 项"
	validation.MsgExpectedRequiredProperty = "缺少字段 %s"
	validation.MsgExpectedMatchAtLeastOneSchema = "不符合任何一种允许的写法"
	validation.MsgExpectedMatchExactlyOneSchema = "应恰好符合一种允许的写法"
}
