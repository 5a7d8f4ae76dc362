package app

import (
	"context"
	"io"
	"time"

	"luodi/internal/bulletin"
	"luodi/internal/calendar"
	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/project"
)

// BulletinRow is a bulletin in a list.
type BulletinRow struct {
	ID          string         `json:"id"`
	Year        int            `json:"year"`
	Month       int            `json:"month"`
	Cutoff      calendar.Date  `json:"cutoff" doc:"last day that counts"`
	Amends      string         `json:"amends,omitempty" doc:"id of the bulletin that it corrects"`
	Title       string         `json:"title"`
	Stage       bulletin.Stage `json:"stage" enum:"computing,draft,checking,signing,published,withdrawn"`
	StageLabel  string         `json:"stage_label"`
	Number      string         `json:"number,omitempty" doc:"such as 〔2023〕第9期, once published"`
	KnownAt     time.Time      `json:"known_at" doc:"what was recorded later is not in the figures"`
	Automatic   bool           `json:"automatic" doc:"opened by the schedule"`
	DueAt       time.Time      `json:"due_at,omitzero" doc:"when the schedule was to open it"`
	OpenedAt    time.Time      `json:"opened_at" doc:"when it was opened: later than due_at after the server was down"`
	PublishedAt time.Time      `json:"published_at,omitzero"`
	Digest      string         `json:"digest,omitempty" doc:"SHA-256 of the frozen content"`
	// Headline are the city's figures of the year to date by indicator.
	Headline map[string]string `json:"headline"`
}

// BulletinFilter narrows the list of bulletins. Zero fields don't.
type BulletinFilter struct {
	Year      int
	Stage     bulletin.Stage
	Published *bool
}

// TargetVersion is one version of a target (任务分解表): what is set later counts from
// then on, and what was set stays. Value is decimal, a count or 万元; "" takes the target
// back.
type TargetVersion struct {
	Year       int       `json:"year"`
	UnitID     string    `json:"unit_id" doc:"county or department; empty: the whole city"`
	Indicator  string    `json:"indicator"`
	Value      string    `json:"value" doc:"a count, or 万元; empty: taken back"`
	RecordedAt time.Time `json:"recorded_at"`
	RecordedBy string    `json:"recorded_by"`
	Source     string    `json:"source,omitempty" doc:"sheet and cell that it was imported from"`
}

// BulletinTx is what bulletins and targets write.
type BulletinTx interface {
	// SaveBulletin upserts the list row of a bulletin.
	SaveBulletin(BulletinRow) error
	// InsertTargets adds versions of targets.
	InsertTargets([]TargetVersion) error
	// Targets are a year's targets, the latest version of each; whoever asks second waits
	// until the first has finished.
	Targets(year int) ([]TargetVersion, error)
}

// BulletinReads is what bulletins are made of.
type BulletinReads interface {
	// Bulletins lists them, the latest month first.
	Bulletins(ctx context.Context, f BulletinFilter, p Page) (rows []BulletinRow, next string, err error)
	// PublishedBulletins are those that were published by a moment, in the order they
	// were published in.
	PublishedBulletins(ctx context.Context, by time.Time) ([]BulletinRow, error)
	// BulletinCube counts the registry as it was known at a moment, in one pass over one
	// snapshot. departments are those that lead a project's liaison, by project.
	BulletinCube(ctx context.Context, w bulletin.Windows, knownAt time.Time, departments map[string]string) (*bulletin.Cube, error)
	// EachChangedProject calls fn for every project that was changed after a moment, with
	// its events since then, oldest first; all of one snapshot.
	EachChangedProject(ctx context.Context, since time.Time, fn func(project.Project, []event.Event) error) error
	// TargetsAt are a year's targets as they were known at a moment: the latest version
	// of each, those that were taken back included.
	TargetsAt(ctx context.Context, year int, knownAt time.Time) ([]TargetVersion, error)
	// TargetHistory is every version of a year's targets, oldest first.
	TargetHistory(ctx context.Context, year int) ([]TargetVersion, error)
}

// BulletinSchedule remembers since when bulletins are opened by the schedule.
type BulletinSchedule interface {
	// BulletinsSince is the month that the schedule began with, such as "2024-03"; the
	// first who asks settles it.
	BulletinsSince(ctx context.Context, first string) (string, error)
}

// BulletinSweeps is what reconcile reads.
type BulletinSweeps interface {
	// BulletinRowOf reads the list row of a bulletin for comparison.
	BulletinRowOf(ctx context.Context, id string) (BulletinRow, error)
}

// LiaisonFigures is what bulletins ask of liaisons, as they were known at a moment.
type LiaisonFigures interface {
	// Leads are the departments that led a project's liaison, by project.
	Leads(ctx context.Context, knownAt time.Time) (map[string]string, error)
	// Results are what a rule book may name beside the registry's figures, by unit and
	// name, such as 周报按时率 "96%". A name without a result is left out.
	Results(ctx context.Context, year int, cutoff calendar.Date, knownAt time.Time) (map[string]map[string]string, error)
}

// RegisterFigures are the tables that registers add to a bulletin, as known at a moment.
type RegisterFigures interface {
	Sections(ctx context.Context, cube *bulletin.Cube, year int, cutoff calendar.Date, knownAt time.Time) ([]bulletin.Section, error)
}

// TargetSheets reads and writes 任务分解表.
type TargetSheets interface {
	// ReadTargets reads a workbook. Problems are what must be mended before it can be
	// taken in; each names sheet and cell. Cells that are empty aren't given.
	ReadTargets(data []byte, units []org.Unit) (cells []TargetCell, problems []fault.Detail)
	// WriteTargets writes one that ReadTargets takes back: a line for each unit, the
	// city first, and a column for each indicator.
	WriteTargets(w io.Writer, year int, units []bulletin.Named, targets bulletin.Targets) error
}

// TargetCell is one target as a sheet states it; Value is as it stands there.
type TargetCell struct {
	UnitID    string
	Indicator string
	Value     string
	Where     string // "任务分解表!C5"
}
