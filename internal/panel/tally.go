package panel

// Tally is the count of one vote. For, Against and Abstain are heads, or weights
// when the rule is weighted; Voted, Eligible and Present are in what the quorum is
// counted in.
type Tally struct {
	For      int    `json:"for"`
	Against  int    `json:"against"`
	Abstain  int    `json:"abstain"`
	Voted    int    `json:"voted"`
	Eligible int    `json:"eligible"` // members less those who stepped aside
	Present  int    `json:"present"`  // of the eligible
	Result   Status `json:"result"`   // passed, failed, no_quorum, or tied until the chair decides
}

// size is what a member counts for the quorum.
func (r Rule) size(m Member) int {
	if r.QuorumOf == Weights {
		return r.weight(m)
	}
	return 1
}

// weight is what a member's vote counts.
func (r Rule) weight(m Member) int {
	if r.Weighted {
		return m.Weight
	}
	return 1
}

// Count counts an item's vote. choices holds what each voter chose; whoever has no
// part in the item isn't counted. A vote without a quorum has no totals: it decides
// nothing, and few ballots would tell who cast them.
func (s State) Count(x Item, choices map[string]Choice) Tally {
	var t Tally
	for _, m := range s.Members {
		if x.IsRecused(m.UserID) {
			continue
		}
		size := s.Rule.size(m)
		t.Eligible += size
		if s.Attends(m.UserID) {
			t.Present += size
		}
		choice, ok := choices[m.UserID]
		if !ok {
			continue
		}
		t.Voted += size
		switch weight := s.Rule.weight(m); choice {
		case For:
			t.For += weight
		case Against:
			t.Against += weight
		case Abstain:
			t.Abstain += weight
		}
	}
	chair := s.Chair().UserID
	t.Result = s.Rule.result(t, s.Attends(chair) && !x.IsRecused(chair))
	if t.Result == NoQuorum {
		t.For, t.Against, t.Abstain = 0, 0, 0
	}
	return t
}

// result applies the rule to a count. mayCast: the chair is there and not recused.
func (r Rule) result(t Tally, mayCast bool) Status {
	cast := t.For + t.Against
	if r.CountAbstain {
		cast += t.Abstain
	}
	switch {
	case !r.QuorumBar().Met(t.Voted, t.Eligible):
		return NoQuorum
	case r.ThresholdBar().Met(t.For, cast):
		return Passed
	case r.Casting && mayCast && t.For == t.Against && t.For > 0:
		return Tied
	}
	return Failed
}

// attendance is how much of the quorum's base is there, and the whole of it.
func (s State) attendance() (present, whole int) {
	for _, m := range s.Members {
		whole += s.Rule.size(m)
		if s.Attends(m.UserID) {
			present += s.Rule.size(m)
		}
	}
	return present, whole
}
