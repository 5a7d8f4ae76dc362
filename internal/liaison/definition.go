package liaison

import (
	"fmt"
	"strings"

	"luodi/internal/process"
)

// Kind prefixes the streams and workflow ids of liaisons.
const Kind = "liaison"

// Definition is what the generic shell, recorder and API need to run liaisons.
func Definition() process.Definition[State, Facts] {
	return process.Definition[State, Facts]{
		Kind:    Kind,
		Decide:  Decide,
		Evolve:  Evolve,
		Timers:  Timers,
		Ended:   State.Ended,
		Summary: Summary,
		Actions: Actions,
		Tell:    Tell,
		Tasks:   Tasks,
		Effects: Effects,
		Readers: State.Readers,
	}
}

// Summary is what lists and the engine show of a liaison.
func Summary(s State) process.Summary {
	return process.Summary{ProjectID: s.ProjectID, Stage: string(s.Stage), Title: "包联 " + s.ProjectName, Due: s.Due()}
}

// BatchLabel is a list's name: 2023年第一批; from the twenty-first on in digits.
func BatchLabel(year, batch int) string {
	const numerals = "零 一 二 三 四 五 六 七 八 九 十 十一 十二 十三 十四 十五 十六 十七 十八 十九 二十"
	n := fmt.Sprint(batch)
	for i, numeral := range strings.Fields(numerals) {
		if i == batch {
			n = numeral
		}
	}
	return fmt.Sprintf("%d年第%s批", year, n)
}
