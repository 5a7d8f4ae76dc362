package panel

import (
	"encoding/json"
	"fmt"
	"time"

	"luodi/internal/process"
)

// EffectTell is the effect that tells a review what concerns it.
const EffectTell = "panel.tell"

// What a review is told.
const (
	Scheduled   = "panel_scheduled"   // it's on the agenda; again when time or members change
	Unscheduled = "panel_unscheduled" // it's no longer, or the meeting came to no result
	Resulted    = "panel_result"
)

// Notice is what a review was told, or is to be told.
type Notice struct {
	What     string `json:"what,omitempty"`
	Revision int    `json:"revision,omitempty"` // of the arrangement, when scheduled
}

// Message is the body of an effect: what to send to which review. The id of the
// command that carries it follows from meeting, item and notice, so that a review
// hears each once.
type Message struct {
	Item     string          `json:"item"`
	ReviewID string          `json:"review_id"`
	Notice   Notice          `json:"notice"`
	Body     json.RawMessage `json:"body"`
}

// Delivery is what became of a message. Refused is empty when the review took it.
type Delivery struct {
	Item    string `json:"item"`
	Notice  Notice `json:"notice"`
	Code    string `json:"code,omitempty"`
	Refused string `json:"refused,omitempty"`
}

// The bodies of what reviews are told.
type (
	// ScheduledBody goes with Scheduled.
	ScheduledBody struct {
		MeetingID string       `json:"meeting_id"`
		Title     string       `json:"title"`
		At        time.Time    `json:"at"`
		Members   []MemberBody `json:"members"`
		Chair     string       `json:"chair"` // name
	}
	// MemberBody names a member.
	MemberBody struct {
		UserID   string `json:"user_id"`
		Name     string `json:"name"`
		UnitID   string `json:"unit_id"`
		UnitName string `json:"unit_name"`
	}
	// UnscheduledBody goes with Unscheduled.
	UnscheduledBody struct {
		MeetingID string `json:"meeting_id"`
		Reason    string `json:"reason"`
	}
	// ResultBody goes with Resulted. For, Against and Abstain are weights when the
	// rule is weighted, Present and Eligible are in what the quorum is counted in.
	ResultBody struct {
		MeetingID string       `json:"meeting_id"`
		Title     string       `json:"title"`
		At        time.Time    `json:"at"` // when the meeting opened
		Result    Status       `json:"result"`
		For       int          `json:"for"`
		Against   int          `json:"against"`
		Abstain   int          `json:"abstain"`
		Present   int          `json:"present"`
		Eligible  int          `json:"eligible"`
		Quorum    string       `json:"quorum"`
		Casting   bool         `json:"casting"` // the chair decided a tie
		Secret    bool         `json:"secret"`
		Ballots   []BallotBody `json:"ballots"` // named ballots only
		Advice    string       `json:"advice"`
		Chair     string       `json:"chair"` // name
		Minutes   string       `json:"minutes"`
	}
	// BallotBody is a named vote.
	BallotBody struct {
		Name     string `json:"name"` // with the proxy's when one voted
		UnitName string `json:"unit_name"`
		Choice   Choice `json:"choice"`
		Weight   int    `json:"weight"`
		Text     string `json:"text"`
	}
)

// Effects lists the messages that reviews still have to get, in the agenda's order.
func Effects(s State) []process.Effect {
	var out []process.Effect
	for _, x := range s.Items {
		if !s.owes(x) {
			continue
		}
		owed := s.owed(x)
		out = append(out, process.Effect{
			Key:  fmt.Sprintf("%s/%s/%d", x.ID, owed.What, owed.Revision),
			Name: EffectTell, Command: cmdTold,
			Body: encode(Message{Item: x.ID, ReviewID: x.ReviewID, Notice: owed, Body: s.message(x, owed)}),
		})
	}
	return out
}

// owes reports whether the item's review still has to be told something.
func (s State) owes(x Item) bool { return !x.Settled && x.Told != s.owed(x) }

// owed is what the review should have been told last.
func (s State) owed(x Item) Notice {
	switch {
	case !x.Status.Active() || s.Stage == Cancelled:
		return Notice{What: Unscheduled}
	case s.Stage == Closed && x.Status.Decided():
		return Notice{What: Resulted}
	case s.Stage == Closed: // voted on without a quorum
		return Notice{What: Unscheduled}
	default:
		return Notice{What: Scheduled, Revision: s.Revision}
	}
}

func (s State) message(x Item, n Notice) json.RawMessage {
	switch n.What {
	case Scheduled:
		return encode(s.scheduled())
	case Unscheduled:
		return encode(UnscheduledBody{MeetingID: s.ID, Reason: s.unscheduled(x)})
	}
	return encode(s.result(x))
}

// encode writes plain structs, which can't fail.
func encode(v any) json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("panel: %T can't be encoded: %v", v, err))
	}
	return raw
}

func (s State) scheduled() ScheduledBody {
	b := ScheduledBody{MeetingID: s.ID, Title: s.Title, At: s.At, Chair: s.Chair().Name, Members: []MemberBody{}}
	for _, m := range s.Members {
		b.Members = append(b.Members, MemberBody{UserID: m.UserID, Name: m.Name, UnitID: m.UnitID, UnitName: m.UnitName})
	}
	return b
}

func (s State) unscheduled(x Item) string {
	switch {
	case x.Status == Postponed:
		return with("本次不议", x.Reason)
	case x.Status == Removed:
		return with("移出议程", x.Reason)
	case s.Stage == Cancelled:
		return with("会议取消", s.Reason)
	}
	return "表决人数未达到法定要求,没有结果"
}

func (s State) result(x Item) ResultBody {
	b := ResultBody{
		MeetingID: s.ID, Title: s.Title, At: s.OpenedAt, Result: x.Status, Quorum: s.Rule.Quorum.String(),
		Casting: x.Cast != nil, Secret: s.Rule.Ballot == Secret, Ballots: []BallotBody{},
		Advice: x.Advice, Chair: s.Chair().Name, Minutes: s.Minutes,
	}
	if t := x.Tally; t != nil {
		b.For, b.Against, b.Abstain, b.Present, b.Eligible = t.For, t.Against, t.Abstain, t.Present, t.Eligible
	}
	if b.Secret {
		return b
	}
	for _, v := range x.Votes {
		m, _ := s.Member(v.UserID)
		b.Ballots = append(b.Ballots, BallotBody{
			Name: m.signature(v.By), UnitName: m.UnitName, Choice: v.Choice, Weight: s.Rule.weight(m), Text: v.Text,
		})
	}
	return b
}
