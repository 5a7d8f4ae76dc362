package panel_test

import (
	"fmt"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"luodi/internal/panel"
)

func share(t rapid.TB, text string) panel.Share {
	s, err := panel.ParseShare(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// room is a state with members of the weights given, all of them there.
func room(r panel.Rule, weights ...int) panel.State {
	s := panel.State{Arrangement: panel.Arrangement{Rule: r}, Stage: panel.Open}
	for i, w := range weights {
		id := fmt.Sprint("m", i)
		s.Members = append(s.Members, panel.Member{UserID: id, Weight: w, Chair: i == 0})
		s.Present = append(s.Present, panel.Presence{UserID: id})
	}
	return s
}

// ballots reads "+-0." : for, against, abstain, nothing.
func ballots(marks string) map[string]panel.Choice {
	out := map[string]panel.Choice{}
	for i, mark := range marks {
		if c, ok := map[rune]panel.Choice{'+': panel.For, '-': panel.Against, '0': panel.Abstain}[mark]; ok {
			out[fmt.Sprint("m", i)] = c
		}
	}
	return out
}

func TestTallyAtTheEdges(t *testing.T) {
	ones := func(n int) []int {
		out := make([]int, n)
		for i := range out {
			out[i] = 1
		}
		return out
	}
	for name, c := range map[string]struct {
		quorum, threshold   string
		quorumStrict, least bool // least: as much as the threshold is enough
		abstain, casting    bool
		weighted, byWeight  bool
		weights             []int
		recused             []string
		marks               string
		want                panel.Status
	}{
		"two thirds of three there":         {quorum: "2/3", threshold: "1/2", weights: ones(3), marks: "++.", want: panel.Passed},
		"more than two thirds of three":     {quorum: "2/3", quorumStrict: true, threshold: "1/2", weights: ones(3), marks: "++.", want: panel.NoQuorum},
		"a half isn't more than it":         {quorum: "1/2", threshold: "1/2", weights: ones(4), marks: "++--", want: panel.Failed},
		"a half is at least it":             {quorum: "1/2", threshold: "1/2", least: true, weights: ones(4), marks: "++--", want: panel.Passed},
		"two of three is two thirds":        {quorum: "1/2", threshold: "2/3", least: true, weights: ones(3), marks: "++-", want: panel.Passed},
		"two of three isn't more":           {quorum: "1/2", threshold: "2/3", weights: ones(3), marks: "++-", want: panel.Failed},
		"666 of 1000 isn't two thirds":      {quorum: "1/2", threshold: "2/3", least: true, weighted: true, weights: []int{666, 334}, marks: "+-", want: panel.Failed},
		"667 of 1000 is":                    {quorum: "1/2", threshold: "2/3", least: true, weighted: true, weights: []int{667, 333}, marks: "+-", want: panel.Passed},
		"abstentions left out":              {quorum: "1/2", threshold: "1/2", weights: ones(5), marks: "++-00", want: panel.Passed},
		"abstentions counted":               {quorum: "1/2", threshold: "1/2", abstain: true, weights: ones(5), marks: "++-00", want: panel.Failed},
		"all abstain":                       {quorum: "1/2", threshold: "1/2", least: true, casting: true, weights: ones(3), marks: "000", want: panel.Failed},
		"nobody votes":                      {quorum: "1/9", threshold: "1/2", weights: ones(3), marks: "...", want: panel.NoQuorum},
		"all recused":                       {quorum: "1/9", threshold: "1/2", least: true, weights: ones(2), recused: []string{"m0", "m1"}, marks: "..", want: panel.NoQuorum},
		"tie with a chair":                  {quorum: "1/2", threshold: "1/2", casting: true, weights: ones(4), marks: "+-+-", want: panel.Tied},
		"tie with abstentions counted":      {quorum: "1/2", threshold: "1/2", casting: true, abstain: true, weights: ones(5), marks: "+-+-0", want: panel.Tied},
		"tie that has passed needs no cast": {quorum: "1/2", threshold: "1/2", least: true, casting: true, weights: ones(2), marks: "+-", want: panel.Passed},
		"tie with a recused chair":          {quorum: "1/2", threshold: "1/2", casting: true, weights: ones(3), recused: []string{"m0"}, marks: ".+-", want: panel.Failed},
		"one heavy member":                  {quorum: "1/2", threshold: "1/2", weighted: true, weights: []int{5, 1, 1, 1}, marks: "+---", want: panel.Passed},
		"heads don't make the weight":       {quorum: "1/2", quorumStrict: true, threshold: "1/2", weighted: true, byWeight: true, weights: []int{5, 1, 1, 1}, marks: ".+++", want: panel.NoQuorum},
		"weight without heads":              {quorum: "1/2", quorumStrict: true, threshold: "1/2", weighted: true, weights: []int{5, 1, 1, 1}, marks: "+...", want: panel.NoQuorum},
	} {
		r := panel.Rule{
			Ballot: panel.Named, Weighted: c.weighted, QuorumOf: panel.Heads, Quorum: share(t, c.quorum), QuorumStrict: c.quorumStrict,
			Threshold: share(t, c.threshold), ThresholdStrict: !c.least, CountAbstain: c.abstain, Casting: c.casting,
		}
		if c.byWeight {
			r.QuorumOf = panel.Weights
		}
		got := room(r, c.weights...).Count(panel.Item{Recused: c.recused}, ballots(c.marks))
		if got.Result != c.want {
			t.Errorf("%s: %+v, want %s", name, got, c.want)
		}
	}
}

var shares = []string{"1/2", "2/3", "3/4", "3/5", "1/1", "7/11", "999/1000"}

func anyRule(rt *rapid.T) panel.Rule {
	r := panel.Rule{
		Ballot: panel.Named, Weighted: rapid.Bool().Draw(rt, "weighted"), QuorumOf: panel.Heads,
		Quorum: share(rt, rapid.SampledFrom(append(shares, "1/3", "1/9")).Draw(rt, "quorum")), QuorumStrict: rapid.Bool().Draw(rt, "quorum_strict"),
		Threshold: share(rt, rapid.SampledFrom(shares).Draw(rt, "threshold")), ThresholdStrict: rapid.Bool().Draw(rt, "strict"),
		CountAbstain: rapid.Bool().Draw(rt, "abstain"), Casting: rapid.Bool().Draw(rt, "casting"),
	}
	if r.Weighted && rapid.Bool().Draw(rt, "by_weight") {
		r.QuorumOf = panel.Weights
	}
	return r
}

// atLeast compares with rational numbers, the slow and plain way.
func atLeast(part, whole int, b panel.Bar) bool {
	if whole == 0 {
		return false
	}
	c := big.NewRat(int64(part), int64(whole)).Cmp(big.NewRat(int64(b.Share.Num), int64(b.Share.Den)))
	return c > 0 || c == 0 && !b.Strict
}

func TestTallyAgreesWithRationalNumbers(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		r := anyRule(rt)
		weights := rapid.SliceOfN(rapid.IntRange(1, 100), 1, 12).Draw(rt, "weights")
		s := room(r, weights...)
		var x panel.Item
		choices := map[string]panel.Choice{}
		sum := map[panel.Choice]int{}
		voted, eligible := 0, 0
		for i, w := range weights {
			id, heads := fmt.Sprint("m", i), 1
			if r.QuorumOf == panel.Weights {
				heads = w
			}
			if !r.Weighted {
				w = 1
			}
			if rapid.IntRange(0, 5).Draw(rt, "recused") == 0 {
				x.Recused = append(x.Recused, id)
				continue
			}
			eligible += heads
			if c := rapid.SampledFrom([]panel.Choice{"", panel.For, panel.Against, panel.Abstain}).Draw(rt, "choice"); c != "" {
				choices[id] = c
				voted += heads
				sum[c] += w
			}
		}
		got := s.Count(x, choices)
		cast := sum[panel.For] + sum[panel.Against]
		if r.CountAbstain {
			cast += sum[panel.Abstain]
		}
		want := panel.Failed
		switch {
		case !atLeast(voted, eligible, r.QuorumBar()):
			want = panel.NoQuorum
			sum = map[panel.Choice]int{}
		case sum[panel.For] > 0 && atLeast(sum[panel.For], cast, r.ThresholdBar()):
			want = panel.Passed
		case r.Casting && !x.IsRecused("m0") && sum[panel.For] == sum[panel.Against] && sum[panel.For] > 0:
			want = panel.Tied
		}
		if got.Result != want || got.Voted != voted || got.Eligible != eligible || got.For != sum[panel.For] || got.Against != sum[panel.Against] || got.Abstain != sum[panel.Abstain] {
			rt.Fatalf("%+v counts %+v, want %s %v of %d/%d", r, got, want, sum, voted, eligible)
		}
	})
}

func TestLeastIsTheSmallestThatMeetsTheBar(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		den := rapid.IntRange(1, 9999).Draw(rt, "den")
		b := panel.Bar{Share: panel.Share{Num: rapid.IntRange(1, den).Draw(rt, "num"), Den: den}, Strict: rapid.Bool().Draw(rt, "strict")}
		whole := rapid.IntRange(1, 6000).Draw(rt, "whole")
		n := b.Least(whole)
		if n <= whole && !b.Met(n, whole) || b.Met(n-1, whole) {
			rt.Fatalf("%s of %d is %d", b.Label(), whole, n)
		}
	})
}

func TestSharesAreReadExactlyOrNotAtAll(t *testing.T) {
	for _, text := range []string{"1/2", "2/3", "1/1", "9999/9999", "4/6"} {
		if got := share(t, text).String(); got != text {
			t.Errorf("%s reads as %s", text, got)
		}
	}
	for _, text := range []string{"", "1", "0/1", "1/0", "3/2", "1/2 ", "-1/2", "+1/2", "01/2", "1/2/3", "10000/10001", "½", "1／2", "0.5", "50%"} {
		if s, err := panel.ParseShare(text); err == nil {
			t.Errorf("%q reads as %s", text, s)
		}
	}
	if share(t, "4/6").Compare(share(t, "2/3")) != 0 || share(t, "2/3").Compare(share(t, "3/4")) != -1 || share(t, "3/4").Compare(share(t, "2/3")) != 1 {
		t.Error("shares don't compare")
	}
}

// What was voted counts, not when, how often before, or behind which seal.
func TestOrderChangesAndSecrecyDoNotMatterToTheResult(t *testing.T) {
	choices := []panel.Choice{panel.For, panel.Against, panel.Abstain}
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(1, 6).Draw(rt, "members")
		r := anyRule(rt)
		half := r.Threshold.Compare(share(rt, "1/2")) == 0
		list := []body{}
		for i := range n {
			list = append(list, body{"user_id": user(i).ID, "weight": rapid.IntRange(1, 9).Draw(rt, "weight")})
		}
		set := body{
			"weighted": r.Weighted, "quorum_of": r.QuorumOf, "quorum": r.Quorum, "quorum_strict": r.QuorumStrict && r.Quorum.Num < r.Quorum.Den,
			"threshold": r.Threshold, "threshold_strict": r.ThresholdStrict && r.Threshold.Num < r.Threshold.Den,
			"count_abstain": r.CountAbstain, "casting": r.Casting && half,
		}
		final := map[int]panel.Choice{}
		for i := range n {
			if rapid.IntRange(0, 3).Draw(rt, "votes") > 0 {
				final[i] = rapid.SampledFrom(choices).Draw(rt, "final")
			}
		}
		tallies := map[string]panel.Tally{}
		for _, ballot := range []string{"named", "secret"} {
			for _, order := range []string{"first", "second"} {
				set["ballot"] = ballot
				w := newWorld(rt)
				w.opened(n, body{"members": list, "rule": rule(set)})
				for _, i := range rapid.Permutation(sequence(n)).Draw(rt, "order") {
					c, ok := final[i]
					if !ok {
						continue
					}
					for range rapid.IntRange(0, 2).Draw(rt, "changes") {
						w.vote(i, rapid.SampledFrom(choices).Draw(rt, "before"))
					}
					w.vote(i, c)
				}
				tallies[ballot+order] = w.count()
			}
		}
		for name, tally := range tallies {
			if tally != tallies["namedfirst"] {
				rt.Fatalf("%s: %+v, namedfirst %+v", name, tally, tallies["namedfirst"])
			}
		}
	})
}

func sequence(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}
