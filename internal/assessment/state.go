package assessment

import (
	"fmt"
	"slices"
	"time"

	"luodi/internal/calendar"
	"luodi/internal/org"
	"luodi/internal/process"
)

// Stage is where a year stands.
type Stage string

// The stages of a year.
const (
	Setup      Stage = "setup"      // 任务分解: plan and targets are drafted
	Running    Stage = "running"    // 任务执行: the targets were issued to the units
	Reporting  Stage = "reporting"  // 自评
	Verifying  Stage = "verifying"  // 核实
	Scoring    Stage = "scoring"    // 计分
	Rechecking Stage = "rechecking" // 复核
	Publicity  Stage = "publicity"  // 公示
	Appealing  Stage = "appealing"  // 申诉: what was filed in time is ruled on
	Grading    Stage = "grading"    // 定档
	Locked     Stage = "locked"     // 锁定
	Cancelled  Stage = "cancelled"  // 已取消
)

// Stages are the steps in their order.
var Stages = []Stage{Setup, Running, Reporting, Verifying, Scoring, Rechecking, Publicity, Appealing, Grading, Locked}

var stageNames = map[Stage]string{
	Setup: "任务分解", Running: "任务执行", Reporting: "自评", Verifying: "核实", Scoring: "计分", Rechecking: "复核",
	Publicity: "公示", Appealing: "申诉", Grading: "定档", Locked: "已锁定", Cancelled: "已取消",
}

// Label is the stage's Chinese name.
func (s Stage) Label() string { return stageNames[s] }

// Before reports whether a stage comes before another.
func (s Stage) Before(other Stage) bool {
	return slices.Index(Stages, s) < slices.Index(Stages, other)
}

// Signed is who did something, and when.
type Signed struct {
	By org.Actor `json:"by"`
	At time.Time `json:"at"`
}

// is reports whether a person, in their own name or another's, is the one who signed.
func (s *Signed) is(a org.Actor) bool {
	return s != nil && !s.By.System && (s.By.UserID == a.UserID || s.By.Person() == a.Person() || s.By.UserID == a.Person() || s.By.Person() == a.UserID)
}

// Member is a unit that is assessed. BookName is what the rule book and the frozen
// inputs call it, whatever it's called now.
type Member struct {
	UnitID     string `json:"unit_id"`
	Name       string `json:"name"`
	BookName   string `json:"book_name"`
	Group      string `json:"group"`
	MergedInto string `json:"merged_into,omitempty"` // unit id
}

// Judge is somebody who marks.
type Judge struct {
	UserID   string   `json:"user_id"`
	Name     string   `json:"name"`
	UnitID   string   `json:"unit_id"`
	UnitName string   `json:"unit_name"`
	Panel    string   `json:"panel,omitempty"` // 评委组
	Topics   []string `json:"topics"`
}

// Plan is what a year is assessed by.
type Plan struct {
	Title        string                  `json:"title"`
	Book         BookUse                 `json:"book"`
	Members      []Member                `json:"members"`
	Duties       map[string]string       `json:"duties"` // indicator → unit that verifies it; the office where none is named
	Terms        map[Stage]process.Terms `json:"terms"`
	Lapse        bool                    `json:"lapse"` // overdue self-reports are taken from the registry, automatically
	Judges       []Judge                 `json:"judges"`
	Illustrative bool                    `json:"illustrative,omitempty"`
}

// TargetSheet is one version of 任务分解表; its cells lie under the digest.
type TargetSheet struct {
	Version  int      `json:"version"`
	Digest   string   `json:"digest"`
	Count    int      `json:"count"`
	Findings int      `json:"findings"` // that don't stop it, such as totals that don't add up
	Source   string   `json:"source,omitempty"`
	By       Signed   `json:"by"`
	Reason   string   `json:"reason,omitempty"` // of a change after they were issued
	Moved    []string `json:"moved,omitempty"`  // what differs from the version before, in words
	Seq      int64    `json:"seq,omitempty"`    // event that made it count
}

// ChangeKind is what a proposed change is about.
type ChangeKind string

// The kinds of changes that need a second person once a year runs.
const (
	ChangeTargets ChangeKind = "targets"
	ChangeBook    ChangeKind = "book"
	ChangeName    ChangeKind = "rename"
	ChangeMerge   ChangeKind = "merge"
	ChangeTime    ChangeKind = "extension"
)

// Label is the kind's Chinese name.
func (k ChangeKind) Label() string {
	return map[ChangeKind]string{ChangeTargets: "调整任务", ChangeBook: "更换细则版本", ChangeName: "单位更名", ChangeMerge: "单位合并", ChangeTime: "本环节延期"}[k]
}

// Change is a change that somebody proposed. What it changes is in the field of its kind.
type Change struct {
	No       int          `json:"no"`
	Kind     ChangeKind   `json:"kind"`
	Reason   string       `json:"reason"`
	By       Signed       `json:"by"`
	Targets  *TargetSheet `json:"targets,omitempty"`
	Book     *BookUse     `json:"book,omitempty"`
	Diff     []string     `json:"diff,omitempty"` // what changes, in words
	UnitID   string       `json:"unit_id,omitempty"`
	Name     string       `json:"name,omitempty"`
	Into     string       `json:"into,omitempty"`
	Days     int          `json:"days,omitempty"`
	Stage    Stage        `json:"stage,omitempty"`
	Decided  string       `json:"decided,omitempty"` // approved, refused
	Decision string       `json:"decision,omitempty"`
	Decider  *Signed      `json:"decider,omitempty"`
}

// Mark is one judge's mark for one unit. Nobody but the judge sees it until marking is over.
type Mark struct {
	Judge string    `json:"judge"` // user id
	Topic string    `json:"topic"`
	Unit  string    `json:"unit"`
	Mark  string    `json:"mark"`
	At    time.Time `json:"at"`
}

// Draw is one seeded random draw for sampling on site (现场抽查).
type Draw struct {
	No         int     `json:"no"`
	Seed       string  `json:"seed"`
	Per        int     `json:"per"`        // for each unit
	Candidates int     `json:"candidates"` // drawn from
	Digest     string  `json:"digest"`     // of the candidates
	By         Signed  `json:"by"`
	Items      []Drawn `json:"items"`
}

// Drawn is one thing to be looked at on site.
type Drawn struct {
	ID       string  `json:"id"`
	UnitID   string  `json:"unit_id"`
	UnitName string  `json:"unit_name"`
	Title    string  `json:"title"`
	Found    string  `json:"found,omitempty"` // true, false
	Text     string  `json:"text,omitempty"`
	By       *Signed `json:"by,omitempty"`
}

// RunKind is what a scoring is for.
type RunKind string

// The kinds of runs.
const (
	Trial    RunKind = "trial"    // 试算
	Official RunKind = "official" // 正式计分
	Appealed RunKind = "appeal"   // 申诉重算
)

// Label is the kind's Chinese name.
func (k RunKind) Label() string {
	return map[RunKind]string{Trial: "试算", Official: "正式计分", Appealed: "申诉重算"}[k]
}

// UnitScore is one unit's line of a run.
type UnitScore struct {
	UnitID string `json:"unit_id"`
	Name   string `json:"name"`
	Group  string `json:"group"`
	Total  string `json:"total"`
	Rank   int    `json:"rank"`
	Grade  string `json:"grade,omitempty"`
	Why    string `json:"why,omitempty"` // the outcomes that apply
}

// Run is one scoring: what went in and what came out lie under their digests.
type Run struct {
	No       int                       `json:"no"`
	Kind     RunKind                   `json:"kind"`
	Appeal   int                       `json:"appeal,omitempty"`
	AsOf     calendar.Date             `json:"as_of"`
	KnownAt  time.Time                 `json:"known_at"`
	By       Signed                    `json:"by"`
	Inputs   string                    `json:"inputs"`
	Book     string                    `json:"book"`
	Engine   string                    `json:"engine"`
	Output   string                    `json:"output"`
	Hash     string                    `json:"hash"`
	Findings int                       `json:"findings"` // gaps that a policy of the book filled
	Units    []UnitScore               `json:"units"`
	Limits   map[string]map[string]int `json:"limits,omitempty"` // group → grade → how many
	Failed   string                    `json:"failed,omitempty"` // why there are no scores
	Problems []string                  `json:"problems,omitempty"`
	Void     string                    `json:"void,omitempty"` // why it doesn't stand any more
}

// Score finds a unit's line.
func (r *Run) Score(unit string) *UnitScore {
	i := slices.IndexFunc(r.Units, func(u UnitScore) bool { return u.UnitID == unit })
	if i < 0 {
		return nil
	}
	return &r.Units[i]
}

// Asked is a scoring that is under way.
type Asked struct {
	No      int           `json:"no"`
	Kind    RunKind       `json:"kind"`
	Appeal  int           `json:"appeal,omitempty"`
	AsOf    calendar.Date `json:"as_of"`
	KnownAt time.Time     `json:"known_at"`
	By      Signed        `json:"by"`
}

// Errand is something that the year has its self-reports told.
type Errand struct {
	No   int    `json:"no"`
	What string `json:"what"` // open, seal, unseal, rename, merge, extend, finish
	Unit string `json:"unit,omitempty"`
	Into string `json:"into,omitempty"`
	Name string `json:"name,omitempty"`
	Days int    `json:"days,omitempty"`
	Done bool   `json:"done,omitempty"`
}

// Round is one publicity.
type Round struct {
	No    int           `json:"no"`
	Run   int           `json:"run"`
	By    Signed        `json:"by"`
	Clock process.Clock `json:"clock"`
	Over  time.Time     `json:"over,omitzero"`
}

// File is an attachment as events keep it.
type File struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Size int64  `json:"size"`
}

// Correction is what an accepted appeal changes: a unit's figure, or a project that the
// registry has corrected and that is read anew.
type Correction struct {
	UnitID  string `json:"unit_id,omitempty"`
	Figure  string `json:"figure,omitempty"`
	Value   string `json:"value,omitempty"`
	Project string `json:"project,omitempty"` // code
}

// Appeal is one unit's objection to one of its scores.
type Appeal struct {
	No          int          `json:"no"`
	Round       int          `json:"round"`
	UnitID      string       `json:"unit_id"`
	UnitName    string       `json:"unit_name"`
	Indicator   string       `json:"indicator"`
	Title       string       `json:"title"` // of the indicator
	Text        string       `json:"text"`
	Files       []File       `json:"files,omitempty"`
	By          Signed       `json:"by"`
	Verifiers   []string     `json:"verifiers,omitempty"` // user ids of those who verified its figures
	Figures     []string     `json:"figures,omitempty"`   // that the indicator uses
	Status      string       `json:"status"`              // open, withdrawn, accepted, refused
	Ruling      string       `json:"ruling,omitempty"`
	Ruled       *Signed      `json:"ruled,omitempty"`
	RuledSeq    int64        `json:"ruled_seq,omitempty"` // event of the ruling
	Corrections []Correction `json:"corrections,omitempty"`
	Before      int          `json:"before,omitempty"` // run
	After       int          `json:"after,omitempty"`  // run
}

// Open reports whether nobody has ruled on it.
func (a Appeal) Open() bool { return a.Status == "open" }

// Adjustment changes a unit's grade by hand.
type Adjustment struct {
	No       int     `json:"no"`
	UnitID   string  `json:"unit_id"`
	UnitName string  `json:"unit_name"`
	From     string  `json:"from"`
	To       string  `json:"to"`
	Reason   string  `json:"reason"`
	By       Signed  `json:"by"`
	Decided  string  `json:"decided,omitempty"` // confirmed, refused
	Decision string  `json:"decision,omitempty"`
	Decider  *Signed `json:"decider,omitempty"`
}

// Final is what a lock binds.
type Final struct {
	Run    int               `json:"run"`
	Inputs string            `json:"inputs"`
	Book   string            `json:"book"`
	Engine string            `json:"engine"`
	Output string            `json:"output"`
	Grades map[string]string `json:"grades"` // by unit id
	Hash   string            `json:"hash"`   // of all the above
	By     Signed            `json:"by"`
}

// State is everything that Decide and Actions need to know of a year.
type State struct {
	ID          string         `json:"id"` // the year, "2023"
	Year        int            `json:"year"`
	Office      string         `json:"office"` // unit that runs the year
	Stage       Stage          `json:"stage"`
	Opened      Signed         `json:"opened"`
	Plan        Plan           `json:"plan"`
	Targets     []TargetSheet  `json:"targets,omitempty"` // versions, the last counts
	Issued      *Signed        `json:"issued,omitempty"`
	Changes     []Change       `json:"changes,omitempty"`
	Clock       *process.Clock `json:"clock,omitempty"`
	Light       process.Light  `json:"light"`
	Reminded    bool           `json:"reminded,omitempty"`
	StageSince  time.Time      `json:"stage_since"`
	Errands     []Errand       `json:"errands,omitempty"`
	Draws       []Draw         `json:"draws,omitempty"`
	Marks       []Mark         `json:"marks,omitempty"`
	Asked       *Asked         `json:"asked,omitempty"`
	Runs        []Run          `json:"runs,omitempty"`
	RunNo       int            `json:"run_no"`
	Rechecked   *Signed        `json:"rechecked,omitempty"`
	Returned    string         `json:"returned,omitempty"` // why the recheck gave it back
	Rounds      []Round        `json:"rounds,omitempty"`
	Appeals     []Appeal       `json:"appeals,omitempty"`
	Adjustments []Adjustment   `json:"adjustments,omitempty"`
	Final       *Final         `json:"final,omitempty"`
	Reason      string         `json:"reason,omitempty"` // of the cancellation
}

// Started reports whether the year was opened at all.
func (s State) Started() bool { return s.Stage != "" }

// Ended reports whether nothing can come any more. A year that was locked or called off
// still tells its self-reports.
func (s State) Ended() bool {
	return (s.Stage == Locked || s.Stage == Cancelled) && s.errand() == nil
}

// Title is what the year is called.
func (s State) Title() string { return s.Plan.Title }

// Member finds a unit; nil when it isn't assessed.
func (s *State) Member(unit string) *Member {
	i := slices.IndexFunc(s.Plan.Members, func(m Member) bool { return m.UnitID == unit })
	if i < 0 {
		return nil
	}
	return &s.Plan.Members[i]
}

// Active are the units that are scored: those that were merged into others are not.
func (s State) Active() []Member {
	return slices.DeleteFunc(slices.Clone(s.Plan.Members), func(m Member) bool { return m.MergedInto != "" })
}

// Verifier is the unit that verifies an indicator's figures.
func (s State) Verifier(indicator string) string {
	if u := s.Plan.Duties[indicator]; u != "" {
		return u
	}
	return s.Office
}

// Standing is the run that counts: the last official one, or the last that an appeal
// brought, unless it was voided. nil when there is none.
func (s *State) Standing() *Run {
	for i := len(s.Runs) - 1; i >= 0; i-- {
		if r := &s.Runs[i]; r.Kind != Trial && r.Void == "" && r.Failed == "" {
			return r
		}
	}
	return nil
}

// Run finds a run by its number; nil when there is none.
func (s *State) Run(no int) *Run {
	i := slices.IndexFunc(s.Runs, func(r Run) bool { return r.No == no })
	if i < 0 {
		return nil
	}
	return &s.Runs[i]
}

// Grades are the units' grades as they stand: those of the run, and what was adjusted
// by two people since.
func (s *State) Grades() map[string]string {
	out := map[string]string{}
	if r := s.Standing(); r != nil {
		for _, u := range r.Units {
			out[u.UnitID] = u.Grade
		}
	}
	for _, a := range s.Adjustments {
		if a.Decided == "confirmed" {
			out[a.UnitID] = a.To
		}
	}
	return out
}

// Corrections are what all accepted appeals changed, in their order.
func (s State) Corrections() []Correction {
	var out []Correction
	for _, a := range s.Appeals {
		if a.Status == "accepted" {
			out = append(out, a.Corrections...)
		}
	}
	return out
}

// Published reports whether scores are there for everybody to see.
func (s State) Published() bool { return len(s.Rounds) > 0 }

// Blind reports whether marks are still given unseen.
func (s State) Blind() bool { return s.Stage.Before(Scoring) }

// pending is the change that nobody has decided; nil when there is none.
func (s *State) pending() *Change {
	for i := range s.Changes {
		if s.Changes[i].Decided == "" {
			return &s.Changes[i]
		}
	}
	return nil
}

// adjusting is the adjustment that nobody has decided; nil when there is none.
func (s *State) adjusting() *Adjustment {
	for i := range s.Adjustments {
		if s.Adjustments[i].Decided == "" {
			return &s.Adjustments[i]
		}
	}
	return nil
}

// errand is the first errand that isn't done; nil when there is none.
func (s *State) errand() *Errand {
	for i := range s.Errands {
		if !s.Errands[i].Done {
			return &s.Errands[i]
		}
	}
	return nil
}

// disputed counts the appeals that nobody has ruled on.
func (s State) disputed() int {
	n := 0
	for _, a := range s.Appeals {
		if a.Open() {
			n++
		}
	}
	return n
}

// AsOf is the day that the year is assessed as of: its last, or today while it runs.
func (s State) AsOf(today calendar.Date) calendar.Date {
	last := calendar.Date{Year: s.Year, Month: time.December, Day: 31}
	if today.Before(last) {
		return today
	}
	return last
}

// Readers are the office, and from the issue of the targets on the units and judges.
func (s State) Readers() []process.Reader {
	out := []process.Reader{{UnitID: s.Office}}
	add := func(unit string) {
		if unit != "" && !slices.ContainsFunc(out, func(r process.Reader) bool { return r.UnitID == unit }) {
			out = append(out, process.Reader{UnitID: unit})
		}
	}
	if s.Issued == nil {
		return out
	}
	for _, m := range s.Plan.Members {
		add(m.UnitID)
	}
	for _, j := range s.Plan.Judges {
		add(j.UnitID)
	}
	for _, i := range s.Plan.Book.Indicators {
		add(s.Plan.Duties[i.ID])
	}
	return out
}

// judge finds what somebody marks; nil when they don't.
func (s *State) judge(user string) *Judge {
	i := slices.IndexFunc(s.Plan.Judges, func(j Judge) bool { return j.UserID == user })
	if i < 0 {
		return nil
	}
	return &s.Plan.Judges[i]
}

// Unmarked counts the marks that a judge still owes.
func (s State) Unmarked(j Judge) int {
	owed := 0
	for _, topic := range j.Topics {
		for _, m := range s.Active() {
			if !s.Plan.Book.marks(topic, m.Group) || m.UnitID == j.UnitID {
				continue
			}
			if !slices.ContainsFunc(s.Marks, func(x Mark) bool { return x.Judge == j.UserID && x.Topic == topic && x.Unit == m.UnitID }) {
				owed++
			}
		}
	}
	return owed
}

// unitName is what a unit is called now.
func (s State) unitName(id string) string {
	if m := s.Member(id); m != nil {
		return m.Name
	}
	return id
}

// MayRun is who runs assessment years.
func MayRun(a org.Actor) bool { return a.Has(org.Assessor, org.CentreLeader) }

// ID names a year.
func ID(year int) string { return fmt.Sprint(year) }
