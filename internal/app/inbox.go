package app

import (
	"luodi/internal/assessment"
	"luodi/internal/selfreport"

	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"luodi/internal/bulletin"
	"luodi/internal/dispatch"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/panel"
	"luodi/internal/process"
	"luodi/internal/review"
)

// TaskRow is a line of an inbox.
type TaskRow struct {
	ID          string        `json:"id"`
	Kind        string        `json:"kind"`       // process kind, "review"
	ProcessID   string        `json:"process_id"` // review id
	ProjectID   string        `json:"project_id"`
	Action      string        `json:"action,omitempty"` // the action that does it
	Title       string        `json:"title"`
	Subject     string        `json:"subject"` // what it is about
	UnitID      string        `json:"unit_id"`
	UserID      string        `json:"user_id,omitempty" doc:"the one person whose task it is: claimed by them, or handed to them"`
	Claimable   bool          `json:"claimable" doc:"nobody has claimed it, and somebody may"`
	Urged       int           `json:"urged" doc:"how often it was urged (催办)"`
	OpenedAt    time.Time     `json:"opened_at"`
	Due         time.Time     `json:"due,omitzero"`
	Provisional bool          `json:"provisional"`
	Light       process.Light `json:"light"`
	Reminded    bool          `json:"reminded"`
	DoneAt      time.Time     `json:"done_at,omitzero"`
	DoneBy      string        `json:"done_by,omitempty"`
	ReadAt      time.Time     `json:"read_at,omitzero" doc:"in box cc: when the caller read it"`
}

// Claimable are the actions of tasks that one of several people may take on (认领).
var Claimable = []string{review.ActOpine}

// Box is one of the four boxes of an inbox.
type Box string

// The boxes.
const (
	Todo    Box = "todo"    // waits for the caller; overdue first, then by deadline
	Done    Box = "done"    // the caller or the caller's unit has done; latest first
	Started Box = "started" // processes the caller started; latest first
	CC      Box = "cc"      // processes the caller's unit got a copy of; latest first
)

// Bounds of what is counted, so that a full box costs no more than another.
const (
	CountLimit = 1000 // a count of this many means "at least"
	// UnreadWithin is how many of the latest copies are looked through to count those
	// that are unread. Lists know about each.
	UnreadWithin = 200
)

// TaskFilter narrows a box. Zero fields don't.
type TaskFilter struct {
	Kind    string
	Action  string // todo and done
	Light   process.Light
	Query   string // part of the subject
	Overdue bool   // yellow or red
	Mine    bool   // todo and done: claimed by the person, or handed to them
	Unread  bool   // cc
}

// fits refuses a filter that makes no sense for a box: dropping it would show
// something else than was asked for.
func (f TaskFilter) fits(box Box) error {
	tasks := box == Todo || box == Done
	bad := func(field string) error {
		return fault.Field("/query/"+field, "filter_unfit", "这个筛选条件不适用于该箱")
	}
	switch {
	case f.Action != "" && !tasks:
		return bad("action")
	case f.Mine && !tasks:
		return bad("mine")
	case f.Unread && box != CC:
		return bad("unread")
	}
	return nil
}

// stageLabels put the stages of each kind of process into words.
var stageLabels = map[string]func(string) string{
	review.Kind: func(stage string) string { return review.Stage(stage).Label() },
	panel.Kind:  func(stage string) string { return panel.Stage(stage).Label() },

	assessment.Kind: func(stage string) string { return assessment.Stage(stage).Label() },
	selfreport.Kind: func(stage string) string { return selfreport.Stage(stage).Label() },
	bulletin.Kind:   func(stage string) string { return bulletin.Stage(stage).Label() },
	dispatch.Kind:   func(stage string) string { return dispatch.Stage(stage).Label() },
}

// StageLabel is a stage's Chinese name; the stage itself for a kind without names.
func StageLabel(kind, stage string) string {
	if label := stageLabels[kind]; label != nil && label(stage) != "" {
		return label(stage)
	}
	return stage
}

// Act does one action of one process; it is Service.Act.
type Act func(ctx context.Context, actor org.Actor, id, action, key string, body json.RawMessage) (process.Receipt, error)

// Inbox is 待办箱 for its users.
type Inbox struct {
	Reads Reads
	Acts  map[string]Act // by kind of process
	NewID func() string
}

// InboxPage is one page of a box with the counts of all four.
type InboxPage struct {
	Rows   []TaskRow
	Next   string
	Counts map[Box]int
}

// List reads a page of a box. principal is whose inbox is looked at: the actor's own
// when empty, otherwise that of somebody the actor stands in for today. Errors:
// NotFound "proxy_unknown"; Invalid "filter_unfit".
func (s *Inbox) List(ctx context.Context, actor org.Actor, principal string, box Box, f TaskFilter, p Page) (out InboxPage, err error) {
	if actor, err = inNameOf(actor, principal); err != nil {
		return out, err
	}
	if err := f.fits(box); err != nil {
		return out, err
	}
	if out.Rows, out.Next, err = s.Reads.Tasks(ctx, actor, box, f, p); err != nil {
		return out, err
	}
	out.Counts, err = s.Reads.TaskCounts(ctx, actor)
	return out, err
}

// inNameOf is the actor as whom an inbox is looked at.
func inNameOf(actor org.Actor, principal string) (org.Actor, error) {
	if principal == "" || principal == actor.UserID {
		return actor, nil
	}
	for _, p := range actor.Behalf {
		if p.UserID == principal {
			return org.Actor{UserID: p.UserID, Name: p.Name, UnitID: p.UnitID, UnitName: p.UnitName, Roles: p.Roles}, nil
		}
	}
	return actor, errProxyUnknown()
}

// BatchItem is one process of a batch.
type BatchItem struct {
	Kind      string
	ProcessID string
	Target    string // the seat that is claimed; may be empty when the caller has one
}

// BatchResult tells what became of an item: a receipt, or why not.
type BatchResult struct {
	Receipt process.Receipt
	Err     *fault.Error // nil when done
}

// BatchActions are what may be done to many processes at once: nothing that decides.
var BatchActions = []string{"read", "claim"}

// Batch does one action to many processes, one after the other; each is done or
// refused by itself. Under the same key each item gives the same result again. When
// the engine or the database is away, the rest is not tried.
func (s *Inbox) Batch(ctx context.Context, actor org.Actor, key, action string, items []BatchItem) ([]BatchResult, error) {
	if !slices.Contains(BatchActions, action) {
		return nil, fault.Field("/action", "action_unfit", "批量办理只支持已阅与认领")
	}
	if key == "" {
		key = s.NewID()
	}
	if _, err := commandID(actor, key, s.NewID); err != nil {
		return nil, err
	}
	out := make([]BatchResult, len(items))
	var away *fault.Error
	for i, item := range items {
		if away != nil {
			out[i].Err = away
			continue
		}
		receipt, err := s.one(ctx, actor, key, action, item)
		out[i] = BatchResult{Receipt: receipt, Err: fault.From(err)}
		if fault.Is(err, fault.Unavailable) {
			away = out[i].Err
		}
	}
	return out, nil
}

func (s *Inbox) one(ctx context.Context, actor org.Actor, key, action string, item BatchItem) (process.Receipt, error) {
	act := s.Acts[item.Kind]
	if act == nil {
		return process.Receipt{}, fault.New(fault.NotFound, "process_unknown", "该事项不存在")
	}
	body := map[string]string{}
	if item.Target != "" {
		body["seat"] = item.Target
	}
	raw, err := json.Marshal(body)
	if err != nil {
		return process.Receipt{}, err
	}
	return act(ctx, actor, item.ProcessID, action, itemKey(key, action, item), raw)
}

// itemKey derives an item's key from the batch's and from what is asked, so that an
// item that comes twice in a batch is done once.
func itemKey(key, action string, item BatchItem) string {
	h := sha256.Sum256(fmt.Appendf(nil, "%q", []string{key, action, item.Kind, item.ProcessID, item.Target}))
	return "batch:" + hex.EncodeToString(h[:16])
}

// PeopleFilter narrows the list of people. Zero fields don't.
type PeopleFilter struct {
	UnitID string
	Query  string // part of the name
}

// People lists who may be picked for something. Errors: Forbidden for whoever has
// neither business nor accounts to keep.
func People(ctx context.Context, reads Reads, actor org.Actor, f PeopleFilter, p Page) ([]org.User, string, error) {
	if org.ScopeOf(actor).Empty() && !actor.Has(org.Administrator) {
		return nil, "", fault.New(fault.Forbidden, "people_forbidden", "没有业务角色,不能查看人员")
	}
	f.Query = strings.TrimSpace(f.Query)
	return reads.People(ctx, f, p)
}
