package assessment

import (
	"time"

	"luodi/internal/calendar"
	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/org"
)

// BookStage is where a rule book (考核细则) stands.
type BookStage string

// The stages of a rule book.
const (
	BookDraft     BookStage = "draft"     // 待审定: taken in, and sound
	BookPublished BookStage = "published" // 已发布: a year may choose it; it never changes
	BookWithdrawn BookStage = "withdrawn" // 已撤回: no year may choose it any more
)

// Label is the stage's Chinese name.
func (s BookStage) Label() string {
	return map[BookStage]string{BookDraft: "待审定", BookPublished: "已发布", BookWithdrawn: "已撤回"}[s]
}

// Book is a rule book as it is kept: its text lies under its digest and never changes.
type Book struct {
	ID           string        `json:"id"`
	Title        string        `json:"title"`
	Version      string        `json:"version"`
	Number       string        `json:"number,omitempty" doc:"文号"`
	Issuer       string        `json:"issuer,omitempty" doc:"发文机关"`
	Digest       string        `json:"digest" doc:"SHA-256 of the text"`
	Size         int           `json:"size" doc:"bytes"`
	From         calendar.Date `json:"from,omitzero" doc:"in effect from"`
	To           calendar.Date `json:"to,omitzero"`
	Illustrative bool          `json:"illustrative"`
	Indicators   int           `json:"indicators"`
	Cases        int           `json:"cases" doc:"test cases that the book carries; all came out as it says"`
	Stage        BookStage     `json:"stage" enum:"draft,published,withdrawn"`
	StageLabel   string        `json:"stage_label"`
	UploadedAt   time.Time     `json:"uploaded_at"`
	UploadedBy   string        `json:"uploaded_by"`
	Uploader     string        `json:"-"` // user id: who publishes is somebody else
	PublishedAt  time.Time     `json:"published_at,omitzero"`
	PublishedBy  string        `json:"published_by,omitempty"`
	Reason       string        `json:"reason,omitempty" doc:"of the withdrawal"`
}

// MayKeepBooks says who takes rule books in, publishes and withdraws them.
func MayKeepBooks(a org.Actor) bool {
	return a.Has(org.Assessor, org.CentreOperator, org.CentreLeader)
}

// Publish lets years choose a book. Errors: Forbidden for who took it in; Conflict
// "rulebook_stage".
func (b Book) Publish(a org.Actor, at time.Time) (Book, error) {
	switch {
	case b.Stage != BookDraft:
		return b, fault.Newf(fault.Conflict, "rulebook_stage", "细则%s", b.Stage.Label())
	case a.UserID == b.Uploader || a.Person() == b.Uploader:
		return b, fault.New(fault.Forbidden, "rulebook_second_person", "须由上传人以外的人审定发布")
	}
	b.Stage, b.PublishedAt, b.PublishedBy = BookPublished, at, a.Signature()
	return b, nil
}

// Withdraw takes a book back. Errors: Conflict "rulebook_stage"; Invalid without a reason.
func (b Book) Withdraw(reason string) (Book, error) {
	switch n := len([]rune(reason)); {
	case b.Stage == BookWithdrawn:
		return b, fault.New(fault.Conflict, "rulebook_stage", "细则已撤回")
	case n < 2 || n > 500:
		return b, fault.Field("/reason", "reason_required", "请说明撤回理由,2至500个字")
	}
	b.Stage, b.Reason = BookWithdrawn, reason
	return b, nil
}

// The events of a rule book. Names and fields are stored: only add to them.
type (
	// BookUploaded takes a book in.
	BookUploaded struct {
		Title   string `json:"title"`
		Version string `json:"version"`
		Digest  string `json:"digest"`
	}
	// BookWasPublished lets years choose it.
	BookWasPublished struct{}
	// BookWasWithdrawn takes it back.
	BookWasWithdrawn struct {
		Reason string `json:"reason"`
	}
)

// EventType names the event in the store.
func (BookUploaded) EventType() string { return "rulebook.uploaded" }

// EventType names the event in the store.
func (BookWasPublished) EventType() string { return "rulebook.published" }

// EventType names the event in the store.
func (BookWasWithdrawn) EventType() string { return "rulebook.withdrawn" }

// TellBook puts an event of a rule book into words.
func TellBook(e event.Event) string { return bookTold[e.Type](e) }

var bookTold = map[string]func(event.Event) string{
	"rulebook.uploaded":  event.Told(func(b BookUploaded, _ event.Event) string { return "上传细则《" + b.Title + "》" + b.Version }),
	"rulebook.published": event.Told(func(BookWasPublished, event.Event) string { return "审定发布" }),
	"rulebook.withdrawn": event.Told(func(b BookWasWithdrawn, _ event.Event) string { return "撤回。" + b.Reason }),
}
