package review

import (
	"slices"
	"time"

	"luodi/internal/org"
	"luodi/internal/process"
)

// Seat is one department's place in the review, or that of an added signer.
type Seat struct {
	ID        string        `json:"id"`             // unit id; an added signer's has a number behind it
	UnitID    string        `json:"unit,omitempty"` // when it isn't the id: added, or transferred to another unit
	UnitName  string        `json:"unit_name"`
	Veto      bool          `json:"veto"`
	SignOff   bool          `json:"sign_off,omitempty"` // a handler drafts, a leader signs
	Lapse     Lapse         `json:"lapse,omitempty"`
	Marks     bool          `json:"marks,omitempty"` // gives a mark of 0 to 100
	ReopenOn  []string      `json:"reopen_on,omitempty"`
	Why       string        `json:"why"` // the template's reason for this seat, in Chinese
	Unstaffed bool          `json:"unstaffed,omitempty"`
	Added     *Addition     `json:"added,omitempty"`
	Step      Step          `json:"step"`
	Holder    *org.Actor    `json:"holder,omitempty"`   // who claimed it, or whom it was handed to
	Delegate  *Delegation   `json:"delegate,omitempty"` // prepared by a colleague
	Draft     *Draft        `json:"draft,omitempty"`    // waits for a leader's signature
	Opinion   Opinion       `json:"opinion,omitempty"`
	Text      string        `json:"text,omitempty"`
	Condition string        `json:"condition,omitempty"`
	Demands   []Demand      `json:"demands,omitempty"`
	Mark      *int          `json:"mark,omitempty"`
	Drafter   *org.Actor    `json:"drafter,omitempty"` // whose draft the leader signed
	By        org.Actor     `json:"by,omitzero"`
	Automatic bool          `json:"automatic,omitempty"` // taken as said because the time ran out
	Remarks   []Remark      `json:"remarks,omitempty"`   // said after the seat was done; without effect
	Dropped   string        `json:"dropped,omitempty"`   // why nobody has to speak here any more
	Past      []PastOpinion `json:"past,omitempty"`      // opinions of earlier rounds
}

// Lapse says what an overdue seat is taken to have said.
type Lapse string

// The overdue policies. A veto seat never lapses.
const (
	NoLapse   Lapse = ""        // stays open and goes red
	NoOpinion Lapse = "none"    // 逾期视为无意见
	Consent   Lapse = "consent" // 逾期视为同意
)

// opinion is what the policy takes as said.
func (l Lapse) opinion() Opinion {
	if l == Consent {
		return Agree
	}
	return None
}

// Where says when an added signer speaks.
type Where string

// The places of an added signer.
const (
	Before   Where = "before"   // 前加签: before the seat
	Parallel Where = "parallel" // 并加签: beside the seat
	After    Where = "after"    // 后加签: after the seat
)

// Label is the place's Chinese name.
func (w Where) Label() string {
	return map[Where]string{Before: "前加签", Parallel: "并加签", After: "后加签"}[w]
}

// Addition says whose signer this is (加签).
type Addition struct {
	To    string        `json:"to"` // seat id
	Where Where         `json:"where"`
	By    org.Actor     `json:"by"`
	At    time.Time     `json:"at"`
	Text  string        `json:"text"`
	Terms process.Terms `json:"terms"`
}

// Delegation is preparation by a colleague (委派), who hands it back.
type Delegation struct {
	By     org.Actor `json:"by"`
	To     org.Actor `json:"to"`
	At     time.Time `json:"at"`
	Text   string    `json:"text,omitempty"`
	BackAt time.Time `json:"back_at,omitzero"`
	Report string    `json:"report,omitempty"` // what was handed back
}

// pending: the colleague has not handed it back.
func (d *Delegation) pending() bool { return d != nil && d.BackAt.IsZero() }

// Draft is an opinion that a handler wrote and a leader has yet to sign.
type Draft struct {
	Opined
	By org.Actor `json:"by"`
	At time.Time `json:"at"`
}

// Demand is a condition as a seat or the decision sets it.
type Demand struct {
	Text      string `json:"text"`
	Owner     string `json:"owner,omitempty"` // unit id; empty: the project's county
	OwnerName string `json:"owner_name,omitempty"`
	Due       string `json:"due,omitempty"` // 2006-01-02; empty: the template's days from the decision
}

// Remark is said after the seat was done (逾期意见、补充说明): kept, without effect.
type Remark struct {
	By   org.Actor `json:"by"`
	At   time.Time `json:"at"`
	Text string    `json:"text"`
}

// PastOpinion is what a seat said before it was opened again.
type PastOpinion struct {
	Opinion Opinion   `json:"opinion"`
	Text    string    `json:"text,omitempty"`
	By      org.Actor `json:"by"`
	At      time.Time `json:"at"`
}

// Unit is the id of the unit that sits.
func (x Seat) Unit() string {
	if x.UnitID != "" {
		return x.UnitID
	}
	return x.ID
}

// seatRoles may speak for a unit; signRoles may sign what a handler drafted.
var (
	seatRoles   = []org.Role{org.DepartmentHandler, org.DepartmentLeader, org.CountyOperator, org.CentreOperator, org.CentreLeader}
	signRoles   = []org.Role{org.DepartmentLeader, org.CentreLeader}
	leadRoles   = []org.Role{org.DepartmentLeader, org.CentreLeader, org.CountyOperator}
	centreRoles = []org.Role{org.CentreOperator, org.CentreLeader}
)

// MaySit reports whether somebody with these roles may act for their unit's seat.
func MaySit(roles []org.Role) bool { return org.Actor{Roles: roles}.Has(seatRoles...) }

// sits reports whether the actor, in this capacity, is one of the seat's unit.
func (x *Seat) sits(a org.Actor) bool { return a.UnitID == x.Unit() && a.Has(seatRoles...) }

// leads reports whether the actor leads the seat's unit. A county has no leader's role.
func (x *Seat) leads(a org.Actor) bool { return a.UnitID == x.Unit() && a.Has(leadRoles...) }

// holds reports whether the seat is the actor's to act for: nobody else has it.
func (x *Seat) holds(a org.Actor) bool {
	return x.sits(a) && (x.Holder == nil || x.Holder.UserID == a.Person())
}

// signs reports whether the actor's opinion is final: no signature is needed, or
// the actor is one who signs.
func (x *Seat) signs(a org.Actor) bool {
	return !x.SignOff || a.UnitID == x.Unit() && a.Has(signRoles...)
}

// signers are the seats added to a seat, in order.
func (s State) signers(id string, where ...Where) []Seat {
	var out []Seat
	for _, x := range s.Seats {
		if x.Added != nil && x.Added.To == id && x.Dropped == "" && (len(where) == 0 || slices.Contains(where, x.Added.Where)) {
			out = append(out, x)
		}
	}
	return out
}

// AskedAgain names the seats that a change of figures would open again, and those it
// would seat for the first time.
func (s State) AskedAgain(changes []Change, p Plan) []string {
	d := decision{State: s, given: Given{Plan: &p}}
	pending := d.pending()
	for _, c := range changes {
		pending.Fields = append(pending.Fields, c.Field)
	}
	out := []string{}
	for _, x := range s.Seats {
		if x.Added == nil && x.Dropped == "" && x.spoken() && intersect(x.ReopenOn, pending.Fields) {
			out = append(out, x.UnitName)
		}
	}
	for _, t := range pending.Added {
		out = append(out, t.UnitName)
	}
	return out
}

// blocked says which signer has to speak before the seat; "" when none has.
func (s State) blocked(id string) string {
	for _, x := range s.signers(id, Before) {
		if x.Step.DoneAt.IsZero() {
			return x.UnitName
		}
	}
	return ""
}

// spoken reports whether the seat needs to say nothing more.
func (x *Seat) spoken() bool { return !x.Step.DoneAt.IsZero() || x.Dropped != "" }
