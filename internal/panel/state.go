// Package panel is 研判会, the meeting that votes on reviews: convening, attendance,
// votes by name or in secret, minutes. It is pure: Decide turns commands into events,
// Evolve turns events into state, Actions says who may do what. What the reviews on
// the agenda have to know goes to them as effects.
package panel

import (
	"slices"
	"time"

	"luodi/internal/org"
	"luodi/internal/process"
)

// Stage is where a meeting stands.
type Stage string

// The stages of a meeting.
const (
	Convened  Stage = "convened"  // 筹备
	Open      Stage = "open"      // 开会
	Closed    Stage = "closed"    // 散会
	Cancelled Stage = "cancelled" // 取消
)

// Label is the stage's Chinese name.
func (s Stage) Label() string {
	return map[Stage]string{Convened: "筹备", Open: "开会", Closed: "散会", Cancelled: "取消"}[s]
}

// Choice is what a member votes.
type Choice string

// The choices of a ballot.
const (
	For     Choice = "for"     // 同意
	Against Choice = "against" // 不同意
	Abstain Choice = "abstain" // 弃权
)

// Label is the choice's Chinese name.
func (c Choice) Label() string {
	return map[Choice]string{For: "同意", Against: "不同意", Abstain: "弃权"}[c]
}

// Valid reports whether the choice is one of the three.
func (c Choice) Valid() bool { return c.Label() != "" }

// Status is where an item of the agenda stands.
type Status string

// The statuses of an item.
const (
	Listed    Status = "listed"    // 待议
	Voting    Status = "voting"    // 表决中
	Tied      Status = "tied"      // 票数相等,待主持人裁决
	Passed    Status = "passed"    // 通过
	Failed    Status = "failed"    // 未通过
	NoQuorum  Status = "no_quorum" // 表决人数不足; may be voted on again
	Postponed Status = "postponed" // 本次不议
	Removed   Status = "removed"   // 移出议程, before the meeting opened
	Refused   Status = "refused"   // 研判未接受: withdrawn meanwhile, or on another agenda
)

// Label is the status's Chinese name.
func (x Status) Label() string {
	return map[Status]string{
		Listed: "待议", Voting: "表决中", Tied: "待主持人裁决", Passed: "通过", Failed: "未通过",
		NoQuorum: "表决人数不足", Postponed: "本次不议", Removed: "已移出议程", Refused: "研判未接受",
	}[x]
}

// Decided reports whether the item was voted on with a result.
func (x Status) Decided() bool { return x == Passed || x == Failed }

// Active reports whether the item is on the agenda.
func (x Status) Active() bool { return x != Postponed && x != Removed && x != Refused }

// Ballot says who gets to know how a member voted.
type Ballot string

// The kinds of ballot.
const (
	Named  Ballot = "named"  // 记名
	Secret Ballot = "secret" // 无记名
)

// Basis is what is counted: heads or weights.
type Basis string

// The bases.
const (
	Heads   Basis = "members" // 人数
	Weights Basis = "weights" // 权重
)

// Rule is how a meeting votes. Every share is exact.
type Rule struct {
	Ballot          Ballot `json:"ballot"`
	Weighted        bool   `json:"weighted"` // else every member weighs 1
	QuorumOf        Basis  `json:"quorum_of"`
	Quorum          Share  `json:"quorum"`
	QuorumStrict    bool   `json:"quorum_strict"` // more than the share, not just as much
	Threshold       Share  `json:"threshold"`
	ThresholdStrict bool   `json:"threshold_strict"`
	CountAbstain    bool   `json:"count_abstain"` // an abstention is a vote cast
	Casting         bool   `json:"casting"`       // the chair decides a tie (主持人裁决)
	Proxies         bool   `json:"proxies"`       // a standing proxy may attend and vote for a member
}

// QuorumBar is what attendance and turnout must reach.
func (r Rule) QuorumBar() Bar { return Bar{r.Quorum, r.QuorumStrict} }

// ThresholdBar is what the votes in favour must reach of the votes cast.
func (r Rule) ThresholdBar() Bar { return Bar{r.Threshold, r.ThresholdStrict} }

// Member is somebody who attends and votes.
type Member struct {
	UserID   string `json:"user_id"`
	Name     string `json:"name"`
	UnitID   string `json:"unit_id"`
	UnitName string `json:"unit_name"`
	Weight   int    `json:"weight"` // 1 unless the rule is weighted
	Chair    bool   `json:"chair,omitempty"`
}

// Arrangement is what may be changed until the meeting opens.
type Arrangement struct {
	Title    string    `json:"title"`
	At       time.Time `json:"at"`
	Place    string    `json:"place"`
	Members  []Member  `json:"members"`
	Rule     Rule      `json:"rule"`
	RemindAt time.Time `json:"remind_at,omitzero"` // zero when it was arranged too late for one
}

// Presence is a member's attendance: by themself, by a proxy, or marked by the centre.
type Presence struct {
	UserID string    `json:"user_id"`
	At     time.Time `json:"at"`
	By     org.Actor `json:"by"`
}

// Vote is one member's ballot on an item. In a secret ballot Choice is empty and
// Sealed holds what only the urn can read; once counted it's dropped from the state.
type Vote struct {
	UserID string    `json:"user_id"`
	Choice Choice    `json:"choice,omitempty"`
	Sealed string    `json:"sealed,omitempty"`
	Text   string    `json:"text,omitempty"`
	At     time.Time `json:"at"`
	By     org.Actor `json:"by"`
}

// Cast is the chair's casting vote.
type Cast struct {
	Choice Choice    `json:"choice"`
	Text   string    `json:"text,omitempty"`
	At     time.Time `json:"at"`
	By     org.Actor `json:"by"`
}

// Item is one review on the agenda. A review that is removed and comes back is
// another item.
type Item struct {
	ID          string   `json:"id"` // number within the meeting, never used twice
	ReviewID    string   `json:"review_id"`
	ProjectID   string   `json:"project_id"`
	ProjectName string   `json:"project_name"`
	Note        string   `json:"note,omitempty"`
	Quorum      string   `json:"quorum,omitempty"`    // the least that the review's template asks for
	Threshold   string   `json:"threshold,omitempty"` // likewise
	Status      Status   `json:"status"`
	Round       int      `json:"round,omitempty"`   // of voting; a vote without quorum may be repeated
	Recused     []string `json:"recused,omitempty"` // user ids
	Votes       []Vote   `json:"votes,omitempty"`   // of the round, in the members' order
	Tally       *Tally   `json:"tally,omitempty"`
	Cast        *Cast    `json:"cast,omitempty"`
	Advice      string   `json:"advice,omitempty"`
	Reason      string   `json:"reason,omitempty"`  // of postponement or removal
	Told        Notice   `json:"told,omitzero"`     // what the review was told last
	Refusal     string   `json:"refusal,omitempty"` // why the review didn't take it
	Settled     bool     `json:"settled,omitempty"` // the review wants to hear no more
}

// State is everything that Decide, Timers and Actions need to know of one meeting.
type State struct {
	ID string `json:"id"`
	Arrangement
	Revision   int        `json:"revision"` // counts the arrangements that reviews are told of
	Stage      Stage      `json:"stage"`
	Convener   org.Actor  `json:"convener"`
	ConvenedAt time.Time  `json:"convened_at"`
	Items      []Item     `json:"items,omitempty"`
	Present    []Presence `json:"present,omitempty"`
	Reminded   bool       `json:"reminded,omitempty"`
	Overdue    bool       `json:"overdue,omitempty"` // a day past its time and not over
	OpenedAt   time.Time  `json:"opened_at,omitzero"`
	Minutes    string     `json:"minutes,omitempty"`
	MinutesBy  org.Actor  `json:"minutes_by,omitzero"`
	EndedAt    time.Time  `json:"ended_at,omitzero"`
	EndedBy    org.Actor  `json:"ended_by,omitzero"`
	Reason     string     `json:"reason,omitempty"` // of the cancellation
}

// Started reports whether the meeting was convened at all.
func (s State) Started() bool { return s.Stage != "" }

// Over reports whether people have nothing more to do.
func (s State) Over() bool { return s.Stage == Closed || s.Stage == Cancelled }

// Ended reports whether nothing can happen any more: the meeting is over and every
// review has been told.
func (s State) Ended() bool { return s.Over() && !slices.ContainsFunc(s.Items, s.owes) }

// Due is when the meeting is to be held; zero once it's over.
func (s State) Due() time.Time {
	if s.Over() {
		return time.Time{}
	}
	return s.At
}

// Light is yellow for a meeting a day past its time.
func (s State) Light() process.Light {
	if s.Overdue && !s.Over() {
		return process.Yellow
	}
	return process.Green
}

// Chair is the member who presides.
func (s State) Chair() Member {
	for _, m := range s.Members {
		if m.Chair {
			return m
		}
	}
	return Member{}
}

// Member finds a member; ok is false when there is none of that id.
func (s State) Member(userID string) (m Member, ok bool) {
	i := slices.IndexFunc(s.Members, func(x Member) bool { return x.UserID == userID })
	if i < 0 {
		return Member{}, false
	}
	return s.Members[i], true
}

// Attends reports whether a member has signed in.
func (s State) Attends(userID string) bool {
	return slices.ContainsFunc(s.Present, func(p Presence) bool { return p.UserID == userID })
}

// Item finds an item; nil when there is none.
func (s State) Item(id string) *Item {
	i := slices.IndexFunc(s.Items, func(x Item) bool { return x.ID == id })
	if i < 0 {
		return nil
	}
	return &s.Items[i]
}

// voting is the item that is being voted on; one at a time.
func (s State) voting() *Item {
	i := slices.IndexFunc(s.Items, func(x Item) bool { return x.Status == Voting })
	if i < 0 {
		return nil
	}
	return &s.Items[i]
}

// with lists the items in one of the statuses.
func (s State) with(statuses ...Status) []Item {
	var out []Item
	for _, x := range s.Items {
		if slices.Contains(statuses, x.Status) {
			out = append(out, x)
		}
	}
	return out
}

// IsRecused reports whether a member steps aside for the item.
func (x Item) IsRecused(userID string) bool { return slices.Contains(x.Recused, userID) }

// VoteOf finds a member's ballot in the round.
func (x Item) VoteOf(userID string) (v Vote, ok bool) {
	i := slices.IndexFunc(x.Votes, func(v Vote) bool { return v.UserID == userID })
	if i < 0 {
		return Vote{}, false
	}
	return x.Votes[i], true
}

// clone copies what evolve changes in place, so that an older state stays as it was.
func (s State) clone() State {
	s.Items = slices.Clone(s.Items)
	s.Present = slices.Clone(s.Present)
	for i := range s.Items {
		s.Items[i].Recused = slices.Clone(s.Items[i].Recused)
		s.Items[i].Votes = slices.Clone(s.Items[i].Votes)
	}
	return s
}

// Readers lists the units that may see the meeting: the members' and the centre.
func (s State) Readers() []process.Reader {
	units := []string{centreUnit}
	for _, m := range s.Members {
		if m.UnitID != "" {
			units = append(units, m.UnitID)
		}
	}
	slices.Sort(units)
	var out []process.Reader
	for _, u := range slices.Compact(units) {
		out = append(out, process.Reader{UnitID: u})
	}
	return out
}
