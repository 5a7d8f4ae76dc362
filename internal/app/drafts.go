package app

import (
	"context"
	"encoding/json"
	"regexp"
	"strings"
	"time"

	"luodi/internal/fault"
	"luodi/internal/org"
)

// Draft is a form that somebody has begun to fill in (暂存). Nobody else sees it.
type Draft struct {
	Form    string
	Subject string
	Body    json.RawMessage // empty in lists
	At      time.Time
}

// DraftStore keeps drafts by user, form and subject.
type DraftStore interface {
	// SaveDraft upserts. Conflict "drafts_full" when the user has limit others.
	SaveDraft(ctx context.Context, userID string, d Draft, limit int) error
	// Draft reads one; NotFound "draft_unknown".
	Draft(ctx context.Context, userID, form, subject string) (Draft, error)
	// DraftsOf lists a user's drafts without their bodies, latest first.
	DraftsOf(ctx context.Context, userID string) ([]Draft, error)
	// DeleteDraft is done when there is none.
	DeleteDraft(ctx context.Context, userID, form, subject string) error
}

// Limits of drafts.
const (
	DraftLimit = 64 << 10 // bytes of one
	draftCount = 200      // of one user
)

// Drafts is 暂存 for its users.
type Drafts struct {
	Store DraftStore
	Now   func() time.Time
}

var (
	draftForm    = regexp.MustCompile(`^[a-z][a-z0-9-]{0,39}$`)
	draftSubject = regexp.MustCompile(`^[!-~]{1,64}$`)
)

// Save keeps a draft in the place of the one before it. body is a JSON object; what is
// in it isn't looked at: a draft may be wrong. Errors: Invalid; TooLarge; Conflict
// "drafts_full".
func (s *Drafts) Save(ctx context.Context, actor org.Actor, form, subject string, body json.RawMessage) (Draft, error) {
	d := Draft{Form: form, Subject: subject, Body: body, At: s.Now().UTC().Truncate(time.Microsecond)}
	var object map[string]json.RawMessage
	switch {
	case !draftForm.MatchString(form):
		return d, fault.Field("/path/form", "form_invalid", "表单名为小写字母、数字和连字符,不超过40个字符")
	case !draftSubject.MatchString(subject):
		return d, fault.Field("/path/subject", "subject_invalid", "事项编号为1至64个可见的 ASCII 字符")
	case len(body) > DraftLimit:
		return d, fault.New(fault.TooLarge, "body_too_large", "暂存内容不能超过64KB")
	case json.Unmarshal(body, &object) != nil || object == nil || !strings.HasPrefix(strings.TrimSpace(string(body)), "{"):
		return d, fault.Field("/", "object_required", "暂存内容应为 JSON 对象")
	}
	return d, s.Store.SaveDraft(ctx, actor.UserID, d, draftCount)
}

// Get reads a draft. NotFound "draft_unknown".
func (s *Drafts) Get(ctx context.Context, actor org.Actor, form, subject string) (Draft, error) {
	return s.Store.Draft(ctx, actor.UserID, form, subject)
}

// List lists the actor's drafts, latest first, without their bodies.
func (s *Drafts) List(ctx context.Context, actor org.Actor) ([]Draft, error) {
	return s.Store.DraftsOf(ctx, actor.UserID)
}

// Delete removes a draft; it is done when there is none.
func (s *Drafts) Delete(ctx context.Context, actor org.Actor, form, subject string) error {
	return s.Store.DeleteDraft(ctx, actor.UserID, form, subject)
}
