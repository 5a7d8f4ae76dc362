package store

import (
	"context"
	"strings"
	"sync"
	"time"

	"gorm.io/gorm"

	"luodi/internal/app"
	"luodi/internal/org"
	"luodi/internal/process"
)

type roleSetRow struct {
	Roles string `gorm:"primaryKey"`
}

func (roleSetRow) TableName() string { return "role_sets" }

type readRow struct {
	UserID string `gorm:"primaryKey"`
	Stream string `gorm:"primaryKey"`
	At     time.Time
}

func (readRow) TableName() string { return "process_reads" }

// Orders of the boxes. Each is that of an index.
var (
	urgentFirst = order[taskRow]{
		textColumn("sort_key", false, func(r taskRow) string { return r.SortKey }),
		numberColumn("id", false, func(r taskRow) int64 { return r.ID }),
	}
	doneLast = order[taskRow]{
		timeColumn("done_at", true, func(r taskRow) time.Time { return maybeTime(r.DoneAt) }),
		numberColumn("id", true, func(r taskRow) int64 { return r.ID }),
	}
	startedLast = order[boxRow]{
		timeColumn("p.started_at", true, func(r boxRow) time.Time { return r.StartedAt }),
		textColumn("p.stream", true, func(r boxRow) string { return r.Stream }),
	}
	copiedLast = order[boxRow]{
		timeColumn("c.at", true, func(r boxRow) time.Time { return r.CopiedAt }),
		textColumn("c.stream", true, func(r boxRow) string { return r.Stream }),
	}
)

// Tasks implements app.Reads. Whose scope is empty has no business with processes,
// and nothing in any box.
func (s *Store) Tasks(ctx context.Context, actor org.Actor, box app.Box, f app.TaskFilter, p app.Page) ([]app.TaskRow, string, error) {
	db := s.read.WithContext(ctx)
	nobody := org.ScopeOf(actor).Empty()
	switch box {
	case app.Todo, app.Done:
		o := urgentFirst
		if box == app.Done {
			o = doneLast
		}
		audiences, err := audiencesOf(db, actor, f.Mine)
		if err != nil {
			return nil, "", err
		}
		if nobody || len(audiences) == 0 {
			audiences = []string{nobodys}
		}
		return taskPage(db, audiences, box == app.Done, f, o, p)
	case app.Started:
		return boxPage(none(boxed(started(db, actor), f), nobody), startedLast, p)
	default:
		return boxPage(none(boxed(copies(db, actor, f.Unread), f), nobody), copiedLast, p)
	}
}

// nobodys is an audience that no task has.
const nobodys = "nobody"

func none(db *gorm.DB, nothing bool) *gorm.DB {
	if nothing {
		return db.Where("1 = 0")
	}
	return db
}

// audiencesOf lists as whom the actor sees tasks: as one person, and for each set of
// roles that some task is for and that has one of the actor's.
func audiencesOf(db *gorm.DB, actor org.Actor, alone bool) ([]string, error) {
	var out []string
	if actor.UserID != "" {
		out = append(out, userAudience(actor.UserID))
	}
	if alone || actor.UnitID == "" {
		return out, nil
	}
	var sets []string
	if err := db.Model(&roleSetRow{}).Order("roles").Pluck("roles", &sets).Error; err != nil {
		return nil, translate(err)
	}
	for _, set := range sets {
		if actor.Has(splitRoles(set)...) {
			out = append(out, roleAudience(set, actor.UnitID))
		}
	}
	return out, nil
}

// taskPage walks along the index once for each audience, no further than the page is
// long, and takes the first of what it found. A task has one audience, so that none
// comes twice.
func taskPage(db *gorm.DB, audiences []string, done bool, f app.TaskFilter, o order[taskRow], p app.Page) ([]app.TaskRow, string, error) {
	walks := make([]*gorm.DB, 0, len(audiences))
	for _, audience := range audiences {
		walk, err := o.slice(narrowed(queue(db, audience, done).Select("id, "+o[0].name), f), p)
		if err != nil {
			return nil, "", err
		}
		walks = append(walks, walk)
	}
	found, args := union(walks, "SELECT * FROM (?) AS w")
	first := db.Raw("SELECT id FROM ("+found+") AS u ORDER BY "+o.by()+" LIMIT ?", append(args, size(p)+1)...)
	// The cross join keeps SQLite from beginning with the tasks.
	var rows []taskRow
	err := db.Raw("SELECT tasks.* FROM (?) AS f CROSS JOIN tasks ON tasks.id = f.id ORDER BY tasks."+strings.ReplaceAll(o.by(), ", ", ", tasks."), first).
		Scan(&rows).Error
	if err != nil {
		return nil, "", translate(err)
	}
	rows, next := o.cut(rows, p)
	out := make([]app.TaskRow, len(rows))
	for i, r := range rows {
		out[i] = r.task()
	}
	return out, next, nil
}

func queue(db *gorm.DB, audience string, done bool) *gorm.DB {
	return db.Model(&taskRow{}).Where("audience = ? AND done = ?", audience, done)
}

// union puts queries together, each in a frame with a ? for it.
func union(queries []*gorm.DB, frame string) (string, []any) {
	frames, args := make([]string, len(queries)), make([]any, len(queries))
	for i, q := range queries {
		frames[i], args[i] = frame, q
	}
	return strings.Join(frames, " UNION ALL "), args
}

// narrowed filters tasks. Lights are the first character of the place in the queue.
func narrowed(db *gorm.DB, f app.TaskFilter) *gorm.DB {
	if f.Kind != "" {
		db = db.Where("kind = ?", f.Kind)
	}
	if f.Action != "" {
		db = db.Where("action = ?", f.Action)
	}
	if f.Light != "" {
		first := byte('0' + urgency(f.Light))
		db = db.Where("sort_key >= ? AND sort_key < ?", string(first), string(first+1))
	}
	if f.Overdue {
		db = db.Where("sort_key < ?", string(byte('0'+urgency(process.Green))))
	}
	return mentions(db, "subject", f.Query)
}

// mentions looks for text in a column, whatever its case.
func mentions(db *gorm.DB, column, text string) *gorm.DB {
	text = searchText(strings.TrimSpace(strings.ToValidUTF8(text, "")))
	if text == "" {
		return db
	}
	return db.Where("INSTR(LOWER("+column+"), ?) > 0", text)
}

func started(db *gorm.DB, actor org.Actor) *gorm.DB {
	return db.Table("processes AS p").Select(boxColumns).Where("p.started_user = ? AND p.started_user <> ''", actor.UserID)
}

// copies are what the unit got a copy of, with when the actor read it. The order of
// the tables is that of looking them up.
func copies(db *gorm.DB, actor org.Actor, unread bool) *gorm.DB {
	db = db.Table("process_readers AS c CROSS JOIN processes AS p ON p.stream = c.stream").
		Joins("LEFT JOIN process_reads AS r ON r.user_id = ? AND r.stream = c.stream", actor.UserID).
		Select(boxColumns+", c.at AS copied_at, r.at AS read_at").
		Where("c.unit_id = ? AND c.is_copy = ?", actor.UnitID, true)
	if unread {
		return db.Where("r.stream IS NULL")
	}
	return db
}

// latestCopies are those among which unread ones are counted.
func latestCopies(db *gorm.DB, actor org.Actor) *gorm.DB {
	return db.Model(&readerRow{}).Select("stream, at").Where("unit_id = ? AND is_copy = ?", actor.UnitID, true).
		Order("at DESC, stream DESC").Limit(app.UnreadWithin)
}

// boxed filters processes.
func boxed(db *gorm.DB, f app.TaskFilter) *gorm.DB {
	if f.Kind != "" {
		db = db.Where("p.kind = ?", f.Kind)
	}
	if f.Light != "" {
		db = db.Where("p.light = ?", string(f.Light))
	}
	if f.Overdue {
		db = db.Where("p.light <> ?", string(process.Green))
	}
	return mentions(db, "p.title", f.Query)
}

func boxPage(db *gorm.DB, o order[boxRow], p app.Page) ([]app.TaskRow, string, error) {
	rows, next, err := page(db, o, p)
	out := make([]app.TaskRow, len(rows))
	for i, r := range rows {
		out[i] = r.task()
	}
	return out, next, err
}

// full remembers boxes that have reached the limit of counting. What is done stays
// done and what was started stays started: such a box is never counted again.
type full struct{ boxes sync.Map }

func (f *full) has(key string) bool { _, ok := f.boxes.Load(key); return ok }

func (f *full) note(key string, n int) {
	if n >= app.CountLimit {
		f.boxes.Store(key, true)
	}
}

// TaskCounts implements app.Reads, with one statement that reads at most so many rows
// of an index for each count: a box that is full costs no more than another.
func (s *Store) TaskCounts(ctx context.Context, actor org.Actor) (map[app.Box]int, error) {
	counts := map[app.Box]int{app.Todo: 0, app.Done: 0, app.Started: 0, app.CC: 0}
	if org.ScopeOf(actor).Empty() {
		return counts, nil
	}
	db := s.read.WithContext(ctx)
	audiences, err := audiencesOf(db, actor, false)
	if err != nil {
		return nil, err
	}
	tasks := func(done bool) *gorm.DB {
		return db.Model(&taskRow{}).Select("id").Where("audience IN ? AND done = ?", audiences, done).Limit(app.CountLimit)
	}
	boxes := map[app.Box]*gorm.DB{
		app.Todo:    tasks(false),
		app.Done:    tasks(true),
		app.Started: started(db, actor).Select("p.stream").Limit(app.CountLimit),
		app.CC: db.Table("(?) AS c", latestCopies(db, actor)).Select("c.stream").
			Joins("LEFT JOIN process_reads AS r ON r.user_id = ? AND r.stream = c.stream", actor.UserID).Where("r.stream IS NULL"),
	}
	keys := map[app.Box]string{app.Done: strings.Join(audiences, "\n"), app.Started: actor.UserID}
	var parts []string
	var args []any
	for _, box := range []app.Box{app.Todo, app.Done, app.Started, app.CC} { // in one order: one prepared statement
		if key, grows := keys[box]; grows && s.full.has(string(box)+"\n"+key) {
			counts[box] = app.CountLimit
			continue
		}
		parts = append(parts, "SELECT ? AS box, COUNT(*) AS n FROM (?) AS b")
		args = append(args, string(box), boxes[box])
	}
	var rows []struct {
		Box app.Box
		N   int
	}
	if err := db.Raw(strings.Join(parts, " UNION ALL "), args...).Scan(&rows).Error; err != nil {
		return nil, translate(err)
	}
	for _, r := range rows {
		counts[r.Box] = r.N
		if key, grows := keys[r.Box]; grows {
			s.full.note(string(r.Box)+"\n"+key, r.N)
		}
	}
	return counts, nil
}
