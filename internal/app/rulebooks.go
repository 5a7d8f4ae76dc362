package app

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"luodi/internal/assessment"
	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/process"
	"luodi/internal/rulebook"
)

// RuleBooks is 考核细则 for its users: taken in when sound, published by a second person,
// and from then on never changed.
type RuleBooks struct {
	Journal Journal
	Reads   Reads
	Blobs   Blobs // of what the system keeps by its digest
	Now     func() time.Time
	NewID   func() string
}

// maxBook bounds the text of a rule book, in bytes.
const maxBook = 1 << 20

// BookCheck is what there is to say of a text.
type BookCheck struct {
	Title      string        `json:"title"`
	Version    string        `json:"version"`
	Digest     string        `json:"digest"`
	Indicators int           `json:"indicators"`
	Groups     []string      `json:"groups"`
	Cases      int           `json:"cases"`
	Expected   int           `json:"expected" doc:"values that the cases compare"`
	Uncovered  []string      `json:"uncovered" doc:"indicators whose score no case expects, and ways that no case takes"`
	Findings   []BookFinding `json:"findings"`
	Sound      bool          `json:"sound" doc:"it may be taken in"`
}

// BookFinding is one thing that was found, with its place in the text.
type BookFinding struct {
	Severity  string `json:"severity" enum:"error,warning"`
	Code      string `json:"code"`
	Line      int    `json:"line,omitempty"`
	Column    int    `json:"column,omitempty"`
	Indicator string `json:"indicator,omitempty"`
	Message   string `json:"message"`
}

// Check reads a text and runs its cases; nothing is kept. Forbidden for others.
func (s *RuleBooks) Check(actor org.Actor, text []byte) (BookCheck, error) {
	if !assessment.MayKeepBooks(actor) {
		return BookCheck{}, errBooksForbidden
	}
	_, check := s.read(text)
	return check, nil
}

var errBooksForbidden = fault.New(fault.Forbidden, "rulebook_forbidden", "由考核人员和招商中心办理考核细则")

func (s *RuleBooks) read(text []byte) (*rulebook.Book, BookCheck) {
	out := BookCheck{Groups: []string{}, Uncovered: []string{}, Findings: []BookFinding{}}
	if len(text) > maxBook {
		out.Findings = append(out.Findings, BookFinding{Severity: "error", Code: "rulebook_too_large", Message: "细则不能超过1MB"})
		return nil, out
	}
	book, found := rulebook.Load("细则", bytes.NewReader(text))
	if book != nil {
		cases := book.RunCases()
		found = append(found, cases.Findings...)
		out.Title, out.Version, out.Digest, out.Indicators = book.Title, book.Version, book.Hash, len(book.Indicators())
		out.Groups, out.Cases, out.Expected = append(out.Groups, book.GroupNames()...), cases.Cases, cases.Values
		out.Uncovered = append(append(out.Uncovered, cases.Expected...), cases.Untouched...)
	}
	for _, f := range found {
		severity := "warning"
		if f.Severity == rulebook.Error {
			severity = "error"
		}
		out.Findings = append(out.Findings, BookFinding{Severity: severity, Code: f.Code, Line: f.Line, Column: f.Column, Indicator: f.Indicator, Message: f.Message})
	}
	out.Sound = book != nil && !found.Failed()
	return book, out
}

// Upload takes a sound text in. Errors: Forbidden; Invalid "rulebook_invalid" with every
// finding by line and column; Conflict "rulebook_known", "rulebook_version_taken".
func (s *RuleBooks) Upload(ctx context.Context, actor org.Actor, key string, text []byte) (assessment.Book, error) {
	var out assessment.Book
	if !assessment.MayKeepBooks(actor) {
		return out, errBooksForbidden
	}
	book, check := s.read(text)
	if !check.Sound {
		return out, unsound(check)
	}
	if _, err := s.Blobs.Put(ctx, text); err != nil {
		return out, err
	}
	err := Once(ctx, s.Journal, actor, key, "rulebook", check.Digest, &out, s.Now, s.NewID, func(tx Tx) error {
		out = assessment.Book{
			ID: s.NewID(), Title: book.Title, Version: book.Version, Number: book.Number, Issuer: book.Issuer, Digest: book.Hash, Size: len(text), From: book.From, To: book.To,
			Illustrative: book.Illustrative, Indicators: check.Indicators, Cases: check.Cases, Stage: assessment.BookDraft, StageLabel: assessment.BookDraft.Label(),
			UploadedAt: s.Now().UTC().Truncate(time.Microsecond), UploadedBy: actor.Signature(), Uploader: actor.UserID,
		}
		if err := tx.InsertRuleBook(out); err != nil {
			return err
		}
		return s.note(tx, actor, out.ID, assessment.BookUploaded{Title: out.Title, Version: out.Version, Digest: out.Digest})
	})
	return out, err
}

func unsound(check BookCheck) error {
	e := &fault.Error{Kind: fault.Invalid, Code: "rulebook_invalid"}
	for _, f := range check.Findings {
		if f.Severity == "error" {
			e.Details = append(e.Details, fault.Detail{Field: "第" + strconv.Itoa(f.Line) + "行第" + strconv.Itoa(f.Column) + "列", Code: f.Code, Message: f.Message})
		}
	}
	e.Message = fmt.Sprintf("细则有%d处错误,未收录", len(e.Details))
	return e
}

// stream is where everything about a rule book is recorded, hash-chained.
func bookStream(id string) string { return process.StreamID("rulebook", id) }

func (s *RuleBooks) note(tx Tx, actor org.Actor, id string, body event.Body) error {
	head, err := tx.Head(bookStream(id))
	if err != nil {
		return err
	}
	return tx.Append(event.Seal(head, bookStream(id), "", "", actor, s.Now(), event.Drafts(body)))
}

// Publish lets years choose a book. Errors: Forbidden for who took it in, and for others
// than those who keep books; NotFound; Conflict "rulebook_stage".
func (s *RuleBooks) Publish(ctx context.Context, actor org.Actor, key, id string) (assessment.Book, error) {
	return s.change(ctx, actor, key, "publish", id, assessment.BookWasPublished{}, func(b assessment.Book) (assessment.Book, error) {
		return b.Publish(actor, s.Now().UTC().Truncate(time.Microsecond))
	})
}

// Withdraw takes a book back, with a reason. Errors as for Publish.
func (s *RuleBooks) Withdraw(ctx context.Context, actor org.Actor, key, id, reason string) (assessment.Book, error) {
	return s.change(ctx, actor, key, "withdraw", id, assessment.BookWasWithdrawn{Reason: reason}, func(b assessment.Book) (assessment.Book, error) {
		return b.Withdraw(reason)
	})
}

func (s *RuleBooks) change(ctx context.Context, actor org.Actor, key, name, id string, body event.Body, do func(assessment.Book) (assessment.Book, error)) (assessment.Book, error) {
	var out assessment.Book
	if !assessment.MayKeepBooks(actor) {
		return out, errBooksForbidden
	}
	request := struct{ ID, Body string }{id, string(process.Encoded(body))}
	err := Once(ctx, s.Journal, actor, key, "rulebook/"+name, request, &out, s.Now, s.NewID, func(tx Tx) error {
		b, err := tx.RuleBook(id)
		if err != nil {
			return err
		}
		if out, err = do(b); err != nil {
			return err
		}
		out.StageLabel = out.Stage.Label()
		if err := tx.SaveRuleBook(out); err != nil {
			return err
		}
		return s.note(tx, actor, id, body)
	})
	return out, err
}

// BookView is a rule book with its rules and its past.
type BookView struct {
	assessment.Book
	Check  BookCheck     `json:"check"`
	Rules  []BookRule    `json:"rules"`
	Events []event.Event `json:"-"`
}

// BookRule is one indicator, in the order of the book; Depth is 0 for the top.
type BookRule struct {
	ID     string       `json:"id"`
	Name   string       `json:"name"`
	Clause string       `json:"clause"`
	Role   string       `json:"role"`
	Method string       `json:"method,omitempty"`
	Points []BookPoints `json:"points"`
	Depth  int          `json:"depth"`
	Note   string       `json:"note,omitempty"`
}

// BookPoints are an indicator's points for a group; the group "" is every one.
type BookPoints struct {
	Group  string `json:"group"`
	Points string `json:"points"`
}

// List gives the books: published ones for everybody with business here, all for those
// who keep them.
func (s *RuleBooks) List(ctx context.Context, actor org.Actor, f RuleBookFilter, p Page) ([]assessment.Book, string, error) {
	if !sees(actor) {
		if org.ScopeOf(actor).Empty() {
			return []assessment.Book{}, "", nil
		}
		if f.Stage != "" && f.Stage != assessment.BookPublished {
			return []assessment.Book{}, "", nil
		}
		f.Stage = assessment.BookPublished
	}
	return s.Reads.RuleBooks(ctx, f, p)
}

func sees(a org.Actor) bool { return assessment.MayKeepBooks(a) || a.ReadsAll() }

// Get reads one with its rules. NotFound "rulebook_unknown" for what isn't the actor's to see.
func (s *RuleBooks) Get(ctx context.Context, actor org.Actor, id string) (BookView, error) {
	b, text, err := s.load(ctx, actor, id)
	if err != nil {
		return BookView{}, err
	}
	book, check := s.read(text)
	if book == nil {
		return BookView{}, fault.Newf(fault.Internal, "internal", "细则%s的存本读不出来", id)
	}
	events, err := s.Reads.Events(ctx, bookStream(id), 0)
	return BookView{Book: b, Check: check, Rules: rules(book), Events: events}, err
}

func (s *RuleBooks) load(ctx context.Context, actor org.Actor, id string) (assessment.Book, []byte, error) {
	b, err := s.Reads.RuleBook(ctx, id)
	if err != nil {
		return b, nil, err
	}
	if !sees(actor) && (b.Stage != assessment.BookPublished || org.ScopeOf(actor).Empty()) {
		return b, nil, fault.New(fault.NotFound, "rulebook_unknown", "没有这部细则")
	}
	text, err := s.Blobs.Open(ctx, b.Digest)
	return b, text, err
}

// Text is a book as it was taken in, to the byte.
func (s *RuleBooks) Text(ctx context.Context, actor org.Actor, id string) (assessment.Book, []byte, error) {
	return s.load(ctx, actor, id)
}

// Diff compares a book with another, clause by clause: what the other has instead.
func (s *RuleBooks) Diff(ctx context.Context, actor org.Actor, id, with string) (rulebook.Changes, error) {
	var books [2]*rulebook.Book
	for i, x := range []string{id, with} {
		_, text, err := s.load(ctx, actor, x)
		if err != nil {
			return nil, err
		}
		if books[i], _ = s.read(text); books[i] == nil {
			return nil, fault.Newf(fault.Internal, "internal", "细则%s的存本读不出来", x)
		}
	}
	return append(rulebook.Changes{}, rulebook.Diff(books[0], books[1])...), nil
}

func rules(b *rulebook.Book) []BookRule {
	out := []BookRule{}
	var walk func(list []*rulebook.Node, depth int)
	walk = func(list []*rulebook.Node, depth int) {
		for _, n := range list {
			r := BookRule{ID: n.ID, Name: n.Name, Clause: n.Clause, Role: n.Role, Method: n.Method, Points: []BookPoints{}, Depth: depth, Note: n.Note}
			for _, group := range slices.Sorted(maps.Keys(n.Points)) {
				r.Points = append(r.Points, BookPoints{group, n.Points[group].String()})
			}
			out = append(out, r)
			walk(n.Children, depth+1)
		}
	}
	walk(b.Nodes, 0)
	return out
}
