// Package batch is a liaison list (包联清单): which department carries which project,
// drafted by the centre, checked by a second person, and published as the year's next
// numbered batch. Publishing starts one liaison for every row.
//
// The rows lie beside the stream, by their digest: what was checked is what is
// published, and a thousand rows don't travel through the engine's history.
package batch

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"luodi/internal/calendar"
	"luodi/internal/liaison"
	"luodi/internal/org"
	"luodi/internal/process"
)

// Stage is where a list stands.
type Stage string

// The stages; the last two end it.
const (
	Draft      Stage = "draft"      // 草拟
	Checked    Stage = "checked"    // 已核对
	Publishing Stage = "publishing" // 下达中
	Published  Stage = "published"  // 已下达
	Cancelled  Stage = "cancelled"  // 已取消
)

// Label is the stage's Chinese name.
func (x Stage) Label() string {
	return map[Stage]string{Draft: "草拟", Checked: "已核对", Publishing: "下达中", Published: "已下达", Cancelled: "已取消"}[x]
}

// MaxRows is how many rows a list may have.
const MaxRows = 1000

// Chunk is how many liaisons one step of publishing starts.
const Chunk = 100

// Row is one line of a list. ID is unique in it and stays with the row.
type Row struct {
	ID string `json:"id"`
	liaison.Pairing
}

// Rows says which rows a list has: the SHA-256 of their canonical JSON.
type Rows struct {
	Digest string    `json:"digest"`
	Count  int       `json:"count"`
	By     org.Actor `json:"by"`
	At     time.Time `json:"at"`
}

// State is everything that the rules need to know of one list.
type State struct {
	ID           string        `json:"id"`
	Year         int           `json:"year"`
	Title        string        `json:"title"`
	Remark       string        `json:"remark,omitempty"`
	From         calendar.Date `json:"from"` // clocks and weekly reports count from this day
	Illustrative bool          `json:"illustrative,omitempty"`
	Stage        Stage         `json:"stage"`
	CreatedBy    org.Actor     `json:"created_by"`
	CreatedAt    time.Time     `json:"created_at"`
	Rows         *Rows         `json:"rows,omitempty"`
	Returned     string        `json:"returned,omitempty"` // why it was last sent back
	CheckedBy    org.Actor     `json:"checked_by,omitzero"`
	CheckedAt    time.Time     `json:"checked_at,omitzero"`
	Batch        int           `json:"batch,omitempty"` // its number in the year, once published
	PublishedBy  org.Actor     `json:"published_by,omitzero"`
	PublishedAt  time.Time     `json:"published_at,omitzero"`
	Units        []string      `json:"units,omitempty"` // departments and counties that have rows
	Started      int           `json:"started,omitempty"`
	EndedAt      time.Time     `json:"ended_at,omitzero"`
	Why          string        `json:"why,omitempty"` // of the cancellation
}

// Ended reports whether nothing can happen any more.
func (s State) Ended() bool { return s.Stage == Published || s.Stage == Cancelled }

// Count is how many rows there are.
func (s State) Count() int {
	if s.Rows == nil {
		return 0
	}
	return s.Rows.Count
}

// Name is what people call the list: by its number once it has one.
func (s State) Name() string {
	if s.Batch > 0 {
		return liaison.BatchLabel(s.Year, s.Batch)
	}
	return s.Title
}

// LiaisonID is the id of the liaison that a row becomes: the same however often
// publishing is tried.
func LiaisonID(list, row string) string {
	sum := sha256.Sum256([]byte(list + "/" + row))
	return hex.EncodeToString(sum[:16])
}

// Assignment is the first command's body of the liaison that a row becomes.
func (s State) Assignment(r Row) liaison.Assignment {
	return liaison.Assignment{
		Pairing: r.Pairing, ID: LiaisonID(s.ID, r.ID), ListID: s.ID, RowID: r.ID, Year: s.Year, Batch: s.Batch, From: s.From, Illustrative: s.Illustrative,
	}
}

// UnitsOf lists the departments and counties of rows, each once.
func UnitsOf(rows []Row) []string {
	var out []string
	for _, r := range rows {
		out = append(out, r.DepartmentID, r.CountyID)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

const centreUnit = "centre"

var centreRoles = []org.Role{org.CentreOperator, org.CentreLeader}

// Readers are the centre and, once it is published, whoever has rows in it.
func (s State) Readers() []process.Reader {
	out := []process.Reader{{UnitID: centreUnit}}
	for _, u := range s.Units {
		if u != centreUnit {
			out = append(out, process.Reader{UnitID: u})
		}
	}
	return out
}
