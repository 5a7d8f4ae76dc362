package liaison

import (
	"strings"

	"luodi/internal/process"
)

// Cause is one reason for a light that isn't green.
type Cause struct {
	Light process.Light `json:"light"`
	Rule  string        `json:"rule"` // in Chinese: what is late, or how far a problem went
	Duty  string        `json:"duty,omitempty"`
}

// Causes lists why the light isn't green, the worst first; none when it is. What the
// centre or its leader owes (approvals, confirmations) is no cause: the light is that
// of the project and of whoever carries it. A liaison that stands still has none.
func (s State) Causes() []Cause {
	if s.Stage == Suspended || s.Stage.Over() {
		return nil
	}
	var red, yellow []Cause
	add := func(c Cause) {
		if c.Light == process.Red {
			red = append(red, c)
		} else {
			yellow = append(yellow, c)
		}
	}
	for _, x := range s.open() {
		if ours(x.key) && x.Light != process.Green {
			add(Cause{Light: x.Light, Rule: x.label + overdue[x.Light], Duty: x.key})
		}
	}
	for _, p := range s.Problems {
		if !p.Open() || !p.SolvedAt.IsZero() {
			continue
		}
		switch p.Level {
		case AtCentre:
			add(Cause{Light: process.Yellow, Rule: "问题“" + p.Title + "”提级到招商中心协调"})
		case AtCity:
			add(Cause{Light: process.Red, Rule: "问题“" + p.Title + "”提级到市领导协调"})
		}
	}
	return append(red, yellow...)
}

var overdue = map[process.Light]string{process.Yellow: "逾期", process.Red: "逾期超过宽限"}

// ours reports whether a duty counts for the liaison's light.
func ours(key string) bool {
	return !strings.HasPrefix(key, keyAsk) && !strings.HasPrefix(key, keyProduction) && !strings.HasPrefix(key, keyConfirm)
}

// lit is the light that the causes make, and the rule that sets it.
func (s State) lit() (process.Light, string) {
	causes := s.Causes()
	if len(causes) == 0 {
		return process.Green, ""
	}
	return causes[0].Light, causes[0].Rule
}
