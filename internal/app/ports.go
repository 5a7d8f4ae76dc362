// Package app is what Luodi does for its users: who may, load, call. It declares
// the ports it needs; packages store and workflows fill them in.
package app

import (
	"context"
	"encoding/json"
	"time"

	"luodi/internal/calendar"
	"luodi/internal/event"
	"luodi/internal/org"
	"luodi/internal/process"
	"luodi/internal/project"
	"luodi/internal/review"
)

// Processes is the engine as the application sees it. Every call answers within
// two seconds; Unavailable means that nothing was acknowledged.
type Processes interface {
	// Start starts a process with its first command.
	Start(ctx context.Context, kind, id, summary string, cmd process.Command) (process.Receipt, error)
	// Send hands a command to a running process. version is that of the state that refused.
	Send(ctx context.Context, kind, id string, cmd process.Command) (r process.Receipt, version int64, err error)
	// Sync brings a process level with its stream, starting it again if the engine lost it.
	Sync(ctx context.Context, kind, id, key string) (version int64, err error)
	// Version tells how far a process has evolved; NotFound if the engine doesn't know it.
	Version(ctx context.Context, kind, id string) (int64, error)
}

// Effects are who performs the effects of processes, by the effect's name. A
// performer may be asked again for what it has done already.
type Effects map[string]func(ctx context.Context, kind, id string, e process.Effect) (json.RawMessage, error)

// ProcessRow is what the store keeps of a process beside its stream: the state as
// a projection, for reading without replay, and how far things have come.
type ProcessRow struct {
	Stream    string
	Kind      string
	ID        string
	ProjectID string
	Head      int64     // last event of the stream
	LastAt    time.Time // of that event; read-only
	Confirmed int64     // last event that the workflow is known to have evolved through
	Ended     bool
	Calendar  string // digest of the calendar that the command was decided with
	Computed  bool   // write-only: every open deadline was computed with that calendar
	State     []byte // JSON
	Shown            // what boxes show of it; write-only
}

// Shown is what the boxes "started" and "cc" show of a process, whatever its kind.
type Shown struct {
	Title       string
	Stage       string
	Due         time.Time // the next deadline; zero if nothing is due
	Provisional bool
	Light       process.Light // the worst of its open tasks
}

// CommandRow remembers a decided command. First and Last are its own events, zero when it decided nothing.
type CommandRow struct {
	Stream  string
	ID      string
	Request string // digest of what was asked
	First   int64
	Last    int64
	Stage   string // of the process after the command
}

// TaskChange is the difference between the tasks of two states.
type TaskChange struct {
	Open   []process.Task // new or changed
	Closed []string       // keys of tasks that are done
	By     event.Event    // the event that closed them: who and when
	Title  string         // what the tasks are about
}

// Journal is the store as Record sees it.
type Journal interface {
	// InTx runs fn in one transaction that is on disk when InTx returns nil. It
	// tries again when the database asks for that (deadlock, serialization), so fn
	// must have no other effect. Unavailable when the database is away.
	InTx(ctx context.Context, fn func(Tx) error) error
}

// Tx is one open transaction that writes.
type Tx interface {
	BulletinTx
	DispatchTx
	LiaisonTx
	BatchTx
	RegisterTx
	RuleBookTx
	AssessmentTx

	// Command finds a decided command; ok is false when there is none.
	Command(stream, id string) (row CommandRow, ok bool, err error)
	SaveCommand(CommandRow) error
	// EventsAfter reads a stream's events with a sequence number above seq, in order.
	EventsAfter(stream string, seq int64) ([]event.Event, error)
	// Head is the last event of a stream, locked against other writers; the zero event if there is none.
	Head(stream string) (event.Event, error)
	// Append fails with Conflict "stream_moved" when somebody else was first.
	Append([]event.Event) error
	// SaveProcess upserts the row, upserts open tasks, closes closed ones, and sets
	// the units that may read the process. Calendar: if row.Computed it is stored;
	// otherwise the stored digest is kept when equal and emptied when it differs.
	SaveProcess(row ProcessRow, tasks TaskChange, readers []process.Reader) error

	// SaveReview upserts the list row of a review. Conflict "review_active" when the
	// project has another review that has not ended.
	SaveReview(ReviewRow) error
	// SaveMeeting upserts the list row of a meeting.
	SaveMeeting(MeetingRow) error

	// Project reads a project for update; NotFound "project_unknown".
	Project(id string) (project.Project, error)
	// InsertProject fails with Conflict "project_code_taken" for a code that exists.
	InsertProject(project.Project) error
	// UpdateProject writes every field where version is p.Version-1; Conflict "project_changed" otherwise.
	UpdateProject(p project.Project) error
	// NextCode counts up a gap-free counter such as "project-2023".
	NextCode(counter string) (int64, error)

	// Notice management; Conflict "notice_exists" for an id that exists.
	InsertNotice(n calendar.Notice, by org.Actor, at time.Time) error
	// OpenProcesses counts the processes that have not ended.
	OpenProcesses() (int, error)

	// Reply finds the stored answer to a request that is no process command;
	// SaveReply stores it in the same transaction as the effect.
	Reply(userID, key string) (Reply, bool, error)
	SaveReply(userID, key string, r Reply) error

	// MarkRead notes that a person has read a process (已阅); the first time counts.
	MarkRead(stream, userID string, at time.Time) error
	// UseAttachments notes that a process has these files, so that whoever may read the
	// process may read them. It comes after Append: the unit that may use a file is that
	// of whoever decided the stream's last command, or of whom they stood in for. NotFound
	// "attachment_unknown" for an id that doesn't exist or was uploaded by another unit,
	// unless the process has it already.
	UseAttachments(stream string, ids []string) error
	InsertAttachment(Attachment) error

	// ProxiesOf lists the proxies that a person gave and that aren't over on a day.
	ProxiesOf(principal string, day calendar.Date) ([]org.Proxy, error)
	// Proxy reads one proxy for update; NotFound "proxy_unknown".
	Proxy(id string) (org.Proxy, error)
	InsertProxy(org.Proxy) error
	// RevokeProxy writes RevokedAt and RevokedBy.
	RevokeProxy(org.Proxy) error
}

// Reply is the stored answer to an idempotent request.
type Reply struct {
	Request string // digest of what was asked
	Body    []byte // JSON
	At      time.Time
}

// ReviewRow is a review in a list.
type ReviewRow struct {
	ID          string         `json:"id"`
	ProjectID   string         `json:"project_id"`
	ProjectName string         `json:"project_name"`
	CountyID    string         `json:"county_id"`
	Stage       review.Stage   `json:"stage"`
	Outcome     review.Outcome `json:"outcome,omitempty"`
	StartedBy   string         `json:"started_by"` // name
	StartedUser string         `json:"-"`
	StartedUnit string         `json:"started_unit"`
	StartedAt   time.Time      `json:"started_at"`
	Due         time.Time      `json:"due,omitzero"` // next deadline
	Provisional bool           `json:"provisional"`
	Light       process.Light  `json:"light"`
	EndedAt     time.Time      `json:"ended_at,omitzero"`
	Seats       int            `json:"seats"`
	Opined      int            `json:"opined"`
}

// Page asks for one page of a list. Cursor is opaque, as NextCursor gave it.
type Page struct {
	Cursor string
	Limit  int // 1..200
}

// ReviewFilter narrows the list of reviews. Zero fields don't.
type ReviewFilter struct {
	Stage     review.Stage
	ProjectID string
	Query     string // part of the project's name
	Open      *bool
}

// Notice is a recorded holiday notice with who recorded it.
type Notice struct {
	calendar.Notice
	RecordedBy string    `json:"recorded_by,omitempty"`
	RecordedAt time.Time `json:"recorded_at,omitzero"`
}

// Reads is the store for readers. Every list is filtered by the scope it is given;
// an object outside the scope is NotFound, like one that doesn't exist.
type Reads interface {
	BulletinReads
	DispatchReads
	LiaisonReads
	BatchReads
	RegisterReads
	RuleBookReads
	AssessmentReads
	StatisticsReads

	Process(ctx context.Context, kind, id string, scope org.Scope) (ProcessRow, error)
	// ProcessHead is Process without the state, which may be long.
	ProcessHead(ctx context.Context, kind, id string, scope org.Scope) (ProcessRow, error)
	Events(ctx context.Context, stream string, after int64) ([]event.Event, error)
	CommandOf(ctx context.Context, stream, id string) (CommandRow, bool, error)
	ReplyOf(ctx context.Context, userID, key string) (Reply, bool, error)

	Reviews(ctx context.Context, scope org.Scope, f ReviewFilter, p Page) (rows []ReviewRow, next string, err error)
	// Meetings lists meetings by their time, the latest first.
	Meetings(ctx context.Context, scope org.Scope, f MeetingFilter, p Page) (rows []MeetingRow, next string, err error)
	// Tasks fills a box: todo and done by person, unit and role, started by user, cc by unit.
	Tasks(ctx context.Context, actor org.Actor, box Box, f TaskFilter, p Page) (rows []TaskRow, next string, err error)
	// TaskCounts counts every box, each up to CountLimit.
	TaskCounts(ctx context.Context, actor org.Actor) (map[Box]int, error)

	Project(ctx context.Context, id string, scope org.Scope) (project.Project, error)
	Projects(ctx context.Context, scope org.Scope, f project.Filter, sort project.Sort, p Page) (rows []project.Project, next string, err error)
	// EachProject calls fn for every project of a filtered list in its order.
	EachProject(ctx context.Context, scope org.Scope, f project.Filter, sort project.Sort, fn func(project.Project) error) error
	// Timeline is every event about a project, oldest first, whatever its stream.
	Timeline(ctx context.Context, projectID string) ([]event.Event, error)

	Units(ctx context.Context) ([]org.Unit, error)
	// Unit reads one unit; NotFound.
	Unit(ctx context.Context, id string) (org.Unit, error)
	User(ctx context.Context, id string) (org.User, error)
	// People lists who may be picked: nobody whose account is disabled.
	People(ctx context.Context, f PeopleFilter, p Page) (rows []org.User, next string, err error)
	// Proxies lists what a person gave and holds, latest first, the over ones included.
	Proxies(ctx context.Context, userID string) ([]org.Proxy, error)
	// Held lists the proxies that a person may use on a day, with their principals as
	// they are now; none of a principal whose account is disabled.
	// Standing is what a request needs to know of who makes it: the unit, and for how
	// many people they stand in on a day. NotFound "unit_unknown".
	Standing(ctx context.Context, unitID, userID string, day calendar.Date) (unit org.Unit, held int, err error)
	Held(ctx context.Context, userID string, day calendar.Date) ([]Held, error)
	// Attachment reads what is known of a file; NotFound "attachment_unknown" for one
	// that neither a unit of the scope uploaded nor a visible process has.
	Attachment(ctx context.Context, id string, scope org.Scope) (Attachment, error)
	Notices(ctx context.Context) ([]Notice, error)
	// NoticesMark changes whenever a notice is recorded; cheap.
	NoticesMark(ctx context.Context) (int64, error)
	// Targets gives a year's targets by indicator.
	Targets(ctx context.Context, year int) (map[string]string, error)
	Ping(ctx context.Context) error
}

// Sweeps is the store for the sweep and for reconcile.
type Sweeps interface {
	AssessmentSweeps
	BulletinSweeps
	DispatchSweeps
	LiaisonSweeps
	BatchSweeps

	// Behind lists open processes whose last event is older than before and not
	// confirmed by the workflow, and ones that ended unconfirmed. A zero before is no bound.
	Behind(ctx context.Context, before time.Time, limit int) ([]ProcessRow, error)
	// Stale lists open processes whose deadlines were computed with another calendar.
	Stale(ctx context.Context, digest string, limit int) ([]ProcessRow, error)
	// Confirm notes that the workflow has evolved through seq (never lowers it).
	Confirm(ctx context.Context, stream string, seq int64) error
	// Streams calls fn for every stream id.
	Streams(ctx context.Context, fn func(stream string) error) error
	// AllProcesses calls fn for every process row.
	AllProcesses(ctx context.Context, fn func(ProcessRow) error) error
	// OpenTasks lists the keys of the open tasks of a stream.
	OpenTasks(ctx context.Context, stream string) ([]string, error)
	// ReviewRowOf reads the list row of a review for comparison.
	ReviewRowOf(ctx context.Context, id string) (ReviewRow, error)
	// MeetingRowOf reads the list row of a meeting for comparison.
	MeetingRowOf(ctx context.Context, id string) (MeetingRow, error)
}

// Directory is the store for the administrator and the first start.
type Directory interface {
	SaveUnits(ctx context.Context, units []org.Unit) error
	// SaveUser upserts by id; Conflict "login_taken".
	SaveUser(ctx context.Context, u org.User, passwordHash string) error
	CountUsers(ctx context.Context) (int64, error)
	// SaveTarget sets a target that comes with an installation; the unit "" is the city.
	SaveTarget(ctx context.Context, year int, unitID, indicator, value string) error
}
