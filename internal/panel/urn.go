package panel

// Urn seals the choices of a secret ballot before they reach the engine or the
// store, and opens them when the vote is counted. Sealing the same choice twice
// gives different texts of one length.
type Urn interface {
	Seal(meeting, item, member string, choice Choice) string
	// Open fails for what was sealed under another key, or for another meeting, item
	// or member.
	Open(meeting, item, member, sealed string) (Choice, error)
}

// Facts are what the rules need beside the state. Urn is nil where no key is kept:
// then there are no secret ballots.
type Facts struct {
	Urn Urn
}
