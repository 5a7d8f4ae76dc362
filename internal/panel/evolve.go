package panel

import (
	"encoding/json"
	"slices"

	"luodi/internal/event"
)

// Evolve applies one recorded event. It is total: an event of an unknown type or
// for an unknown item changes nothing, so that old binaries survive new events.
// It must stay backward compatible for ever: workflows replay through it.
func Evolve(s State, e event.Event) State {
	s = s.clone()
	if apply, ok := applies[e.Type]; ok {
		return apply(s, e)
	}
	return s
}

var applies = map[string]func(State, event.Event) State{
	"panel.convened":       by(ConvenedMeeting.apply),
	"panel.revised":        by(Revised.apply),
	"panel.item_added":     by(ItemAdded.apply),
	"panel.item_removed":   by(ItemRemoved.apply),
	"panel.attended":       by(Attended.apply),
	"panel.opened":         by(Opened.apply),
	"panel.vote_opened":    by(VoteOpened.apply),
	"panel.voted":          by(Voted.apply),
	"panel.recused":        by(RecusedFrom.apply),
	"panel.vote_closed":    by(VoteClosed.apply),
	"panel.cast":           by(CastByChair.apply),
	"panel.item_postponed": by(ItemPostponed.apply),
	"panel.advised":        by(Advised.apply),
	"panel.minuted":        by(Minuted.apply),
	"panel.closed":         by(ClosedMeeting.apply),
	"panel.cancelled":      by(CancelledMeeting.apply),
	"panel.reminded":       by(Reminded.apply),
	"panel.overdue":        by(PastDue.apply),
	"panel.item_told":      by(ItemTold.apply),
	"panel.item_refused":   by(ItemRefused.apply),
}

func by[B event.Body](apply func(B, State, event.Event) State) func(State, event.Event) State {
	return func(s State, e event.Event) State { return apply(read[B](e), s, e) }
}

// read decodes what Record wrote; data of another shape reads as far as it fits.
func read[B event.Body](e event.Event) B {
	var b B
	_ = json.Unmarshal(e.Data, &b)
	return b
}

func (b ConvenedMeeting) apply(_ State, e event.Event) State {
	return State{
		ID: b.ID, Arrangement: b.Arrangement, Revision: 1, Stage: Convened,
		Convener: e.Actor, ConvenedAt: e.At, Items: b.Items,
	}
}

// apply keeps the attendance of those who are still members.
func (b Revised) apply(s State, _ event.Event) State {
	s.Arrangement, s.Revision, s.Reminded, s.Overdue = b.Arrangement, b.Revision, false, false
	s.Present = slices.DeleteFunc(s.Present, func(p Presence) bool {
		_, ok := s.Member(p.UserID)
		return !ok
	})
	return s
}

func (b ItemAdded) apply(s State, _ event.Event) State {
	s.Items = append(s.Items, b.Item)
	return s
}

func (b ItemRemoved) apply(s State, _ event.Event) State {
	return s.change(b.Item, func(x *Item) { x.Status, x.Reason = Removed, b.Text })
}

// change changes one item; s.Items is already a copy.
func (s State) change(id string, fn func(*Item)) State {
	if x := s.Item(id); x != nil {
		fn(x)
	}
	return s
}

func (b Attended) apply(s State, e event.Event) State {
	if !s.Attends(b.UserID) {
		s.Present = append(s.Present, Presence{UserID: b.UserID, At: e.At, By: e.Actor})
	}
	return s
}

func (b Opened) apply(s State, e event.Event) State {
	s.Stage, s.OpenedAt = Open, e.At
	return s
}

func (b VoteOpened) apply(s State, _ event.Event) State {
	return s.change(b.Item, func(x *Item) { x.Status, x.Round, x.Votes, x.Tally = Voting, b.Round, nil, nil })
}

// apply keeps the ballots in the members' order: the order in which they came says
// something about a secret ballot, and nothing about the count.
func (b Voted) apply(s State, e event.Event) State {
	return s.change(b.Item, func(x *Item) {
		x.Votes = slices.DeleteFunc(x.Votes, func(v Vote) bool { return v.UserID == b.UserID })
		x.Votes = append(x.Votes, Vote{UserID: b.UserID, Choice: b.Choice, Sealed: b.Sealed, Text: b.Text, At: e.At, By: e.Actor})
		slices.SortStableFunc(x.Votes, func(v, w Vote) int { return s.place(v.UserID) - s.place(w.UserID) })
	})
}

func (s State) place(userID string) int {
	return slices.IndexFunc(s.Members, func(m Member) bool { return m.UserID == userID })
}

// apply takes back the member's ballot, if there was one.
func (b RecusedFrom) apply(s State, _ event.Event) State {
	return s.change(b.Item, func(x *Item) {
		if !x.IsRecused(b.UserID) {
			x.Recused = append(x.Recused, b.UserID)
		}
		x.Votes = slices.DeleteFunc(x.Votes, func(v Vote) bool { return v.UserID == b.UserID })
	})
}

// apply drops what was sealed: it has been counted.
func (b VoteClosed) apply(s State, _ event.Event) State {
	return s.change(b.Item, func(x *Item) {
		tally := b.Tally
		x.Status, x.Tally = tally.Result, &tally
		for i := range x.Votes {
			x.Votes[i].Sealed = ""
		}
	})
}

func (b CastByChair) apply(s State, e event.Event) State {
	return s.change(b.Item, func(x *Item) {
		x.Status, x.Cast = Failed, &Cast{Choice: b.Choice, Text: b.Text, At: e.At, By: e.Actor}
		if b.Choice == For {
			x.Status = Passed
		}
	})
}

// apply throws away an unfinished vote.
func (b ItemPostponed) apply(s State, _ event.Event) State {
	return s.change(b.Item, func(x *Item) {
		if x.Status == Voting {
			x.Votes = nil
		}
		x.Status, x.Reason = Postponed, b.Text
	})
}

func (b Advised) apply(s State, _ event.Event) State {
	return s.change(b.Item, func(x *Item) { x.Advice = b.Text })
}

func (b Minuted) apply(s State, e event.Event) State {
	s.Minutes, s.MinutesBy = b.Text, e.Actor
	return s
}

func (b ClosedMeeting) apply(s State, e event.Event) State {
	s.Stage, s.EndedAt, s.EndedBy = Closed, e.At, e.Actor
	return s
}

func (b CancelledMeeting) apply(s State, e event.Event) State {
	s.Stage, s.EndedAt, s.EndedBy, s.Reason = Cancelled, e.At, e.Actor, b.Text
	for i := range s.Items {
		s.Items[i].Votes = nil
	}
	return s
}

func (b Reminded) apply(s State, _ event.Event) State {
	s.Reminded = true
	return s
}

func (b PastDue) apply(s State, _ event.Event) State {
	s.Overdue = true
	return s
}

func (b ItemTold) apply(s State, _ event.Event) State {
	return s.change(b.Item, func(x *Item) { x.Told = b.Notice })
}

// apply takes an item off the agenda whose review won't be talked about.
func (b ItemRefused) apply(s State, _ event.Event) State {
	return s.change(b.Item, func(x *Item) {
		x.Told, x.Refusal, x.Settled = b.Notice, b.Text, true
		if b.Notice.What == Scheduled && x.Status.Active() {
			x.Status, x.Votes = Refused, nil
		}
	})
}
