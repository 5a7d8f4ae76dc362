package panel

import (
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
	"panel.convened":       event.By(ConvenedMeeting.apply),
	"panel.revised":        event.By(Revised.apply),
	"panel.item_added":     event.By(ItemAdded.apply),
	"panel.item_removed":   event.By(ItemRemoved.apply),
	"panel.attended":       event.By(Attended.apply),
	"panel.opened":         event.By(Opened.apply),
	"panel.vote_opened":    event.By(VoteOpened.apply),
	"panel.voted":          event.By(Voted.apply),
	"panel.recused":        event.By(RecusedFrom.apply),
	"panel.vote_closed":    event.By(VoteClosed.apply),
	"panel.cast":           event.By(CastByChair.apply),
	"panel.item_postponed": event.By(ItemPostponed.apply),
	"panel.advised":        event.By(Advised.apply),
	"panel.minuted":        event.By(Minuted.apply),
	"panel.closed":         event.By(ClosedMeeting.apply),
	"panel.cancelled":      event.By(CancelledMeeting.apply),
	"panel.reminded":       event.By(Reminded.apply),
	"panel.overdue":        event.By(PastDue.apply),
	"panel.item_told":      event.By(ItemTold.apply),
	"panel.item_refused":   event.By(ItemRefused.apply),
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
