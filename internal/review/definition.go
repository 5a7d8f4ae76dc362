package review

import (
	"luodi/internal/process"
)

// Kind prefixes the streams and workflow ids of reviews.
const Kind = "review"

// Definition is what the generic shell, recorder and API need to run reviews.
func Definition() process.Definition[State, Facts] {
	return process.Definition[State, Facts]{
		Kind:    Kind,
		Decide:  Decide,
		Evolve:  Evolve,
		Timers:  Timers,
		Ended:   State.Finished,
		Summary: Summary,
		Actions: Actions,
		Tell:    Tell,
		Tasks:   Tasks,
		Effects: Effects,
		Readers: State.Readers,
	}
}

// Summary is what lists and the engine show of a review.
func Summary(s State) process.Summary {
	return process.Summary{ProjectID: s.Figures.ProjectID, Stage: string(s.Stage), Title: "研判 " + s.Figures.Name, Due: s.Due()}
}
