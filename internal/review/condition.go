package review

import (
	"time"

	"luodi/internal/org"
)

// Condition is something that has to be met after a conditional approval.
type Condition struct {
	ID        string     `json:"id"` // c1, c2, …
	Text      string     `json:"text"`
	Owner     string     `json:"owner"` // unit id: who meets it
	OwnerName string     `json:"owner_name"`
	SetBy     string     `json:"set_by,omitempty"` // unit id: who set it and verifies it, beside the centre
	SetByName string     `json:"set_by_name,omitempty"`
	Step      Step       `json:"step,omitzero"`  // until it is met
	Check     Step       `json:"check,omitzero"` // until the evidence is verified
	Evidence  []Evidence `json:"evidence,omitempty"`
	Closed    *Closing   `json:"closed,omitempty"`
}

// Evidence is what a condition's owner shows for it.
type Evidence struct {
	By       org.Actor `json:"by"`
	At       time.Time `json:"at"`
	Text     string    `json:"text"`
	Files    []File    `json:"files,omitempty"`
	Returned string    `json:"returned,omitempty"` // why it didn't do
}

// Closing ends a condition: met (销号), or waived (豁免) with a reason.
type Closing struct {
	By     org.Actor `json:"by"`
	At     time.Time `json:"at"`
	Text   string    `json:"text"`
	Waived bool      `json:"waived,omitempty"`
}

// Verdict is the result of a panel's vote. Numbers are heads or weights, as the
// meeting's rule says.
type Verdict struct {
	MeetingID string        `json:"meeting_id"`
	Title     string        `json:"title"`
	At        time.Time     `json:"at"`
	Result    string        `json:"result"` // passed, failed
	For       int           `json:"for"`
	Against   int           `json:"against"`
	Abstain   int           `json:"abstain"`
	Present   int           `json:"present"`
	Eligible  int           `json:"eligible"`
	Quorum    string        `json:"quorum,omitempty"`
	Casting   bool          `json:"casting,omitempty"` // the chair's vote broke a tie
	Secret    bool          `json:"secret,omitempty"`
	Ballots   []NamedBallot `json:"ballots,omitempty"` // of a named vote
	Advice    string        `json:"advice,omitempty"`
	Chair     string        `json:"chair,omitempty"`
	Minutes   string        `json:"minutes,omitempty"`
}

// NamedBallot is one member's vote in a named ballot.
type NamedBallot struct {
	Name     string `json:"name"`
	UnitName string `json:"unit_name"`
	Choice   string `json:"choice"` // for, against, abstain
	Weight   int    `json:"weight"`
	Text     string `json:"text,omitempty"`
}

// passed reports whether the panel was in favour.
func (v *Verdict) passed() bool { return v != nil && v.Result == "passed" }

// State says where a condition stands: open, submitted, closed or waived.
func (c Condition) State() string {
	switch {
	case c.Closed != nil && c.Closed.Waived:
		return "waived"
	case c.Closed != nil:
		return "closed"
	case c.Check.Open():
		return "submitted"
	default:
		return "open"
	}
}

// verifier is the unit that says whether the condition is met.
func (c Condition) verifier() string {
	if c.SetBy != "" {
		return c.SetBy
	}
	return centreUnit
}
