package bulletin

import (
	"slices"
	"time"

	"luodi/internal/calendar"
	"luodi/internal/org"
	"luodi/internal/process"
)

// Stage is where a bulletin stands.
type Stage string

// The stages of a bulletin.
const (
	Computing Stage = "computing" // 统计中: its figures are being frozen
	Draft     Stage = "draft"     // 草稿
	Checking  Stage = "checking"  // 待校核, by a second person
	Signing   Stage = "signing"   // 待签发
	Published Stage = "published" // 已发布
	Withdrawn Stage = "withdrawn" // 已撤销, before publication; may be computed anew
)

// Label is the stage's Chinese name.
func (s Stage) Label() string {
	return map[Stage]string{Computing: "统计中", Draft: "草稿", Checking: "待校核", Signing: "待签发", Published: "已发布", Withdrawn: "已撤销"}[s]
}

// Opening is what a bulletin is opened with. Its id is the month's, "2023-10"; a
// correction's follows from that of the bulletin it corrects, "2023-10-c1".
type Opening struct {
	ID     string        `json:"id"`
	Year   int           `json:"year"`
	Month  int           `json:"month"`
	Cutoff calendar.Date `json:"cutoff"`
	Amends *Original     `json:"amends,omitempty"`
	DueAt  time.Time     `json:"due_at,omitzero"` // when the schedule was to open it
}

// Original is the published bulletin that a correction corrects, and why.
type Original struct {
	ID     string `json:"id"`
	Number string `json:"number"`
	Digest string `json:"digest"`
	Reason string `json:"reason"`
}

// Frozen names content that was computed and stored, and its headline figures.
type Frozen struct {
	Digest      string            `json:"digest"` // SHA-256 of the canonical bytes
	Size        int               `json:"size"`
	Title       string            `json:"title"`
	Headline    map[string]string `json:"headline"` // the city's year to date, by indicator
	Findings    int               `json:"findings"`
	Corrections int               `json:"corrections"`
}

// Signed is who did something, and when.
type Signed struct {
	By org.Actor `json:"by"`
	At time.Time `json:"at"`
}

// Receipt is one person's 已阅.
type Receipt struct {
	UserID   string    `json:"user_id"`
	Name     string    `json:"name"`
	UnitID   string    `json:"unit_id"`
	UnitName string    `json:"unit_name"`
	At       time.Time `json:"at"`
}

// State is everything that Decide and Actions need to know of one bulletin. What it
// says in figures isn't here but in the frozen content.
type State struct {
	Opening
	Stage     Stage     `json:"stage"`
	Opened    Signed    `json:"opened"`
	KnownAt   time.Time `json:"known_at"` // what was recorded later isn't in the figures
	Round     int       `json:"round"`    // counts the freezes
	Frozen    *Frozen   `json:"frozen,omitempty"`
	Text      string    `json:"text,omitempty"` // 编者按
	TextBy    *Signed   `json:"text_by,omitempty"`
	Submitted *Signed   `json:"submitted,omitempty"`
	Checked   *Signed   `json:"checked,omitempty"`
	Returned  *Signed   `json:"returned,omitempty"`
	Reason    string    `json:"reason,omitempty"` // of the return or the withdrawal
	Number    string    `json:"number,omitempty"` // 〔2023〕第9期
	Published *Signed   `json:"published,omitempty"`
	Units     []string  `json:"units,omitempty"` // that got a copy
	Receipts  []Receipt `json:"receipts,omitempty"`
}

// Started reports whether the bulletin was opened at all.
func (s State) Started() bool { return s.Stage != "" }

// Ended reports whether nothing but receipts can come any more.
func (s State) Ended() bool { return s.Stage == Published }

// Title is what the bulletin is called.
func (s State) Title() string {
	return title(Inputs{Year: s.Year, Month: s.Month, Amends: amended(s.Amends)})
}

func amended(o *Original) *Amends {
	if o == nil {
		return nil
	}
	return &Amends{Bulletin: o.ID, Number: o.Number, Digest: o.Digest, Reason: o.Reason}
}

// HasRead reports whether a person has signed for the bulletin.
func (s State) HasRead(userID string) bool {
	return slices.ContainsFunc(s.Receipts, func(r Receipt) bool { return r.UserID == userID })
}

// Readers are the centre, and from publication on every unit that got a copy.
func (s State) Readers() []process.Reader {
	out := []process.Reader{{UnitID: centreUnit}}
	for _, u := range s.Units {
		if u != centreUnit {
			out = append(out, process.Reader{UnitID: u, Copy: true})
		}
	}
	return out
}

// authors are the people whose own work a check would be of.
func (s State) authors() []string {
	var out []string
	for _, x := range []*Signed{s.Submitted, s.TextBy} {
		if x != nil {
			out = append(out, x.By.UserID, x.By.Person())
		}
	}
	return out
}
