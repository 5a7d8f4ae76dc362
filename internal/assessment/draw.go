package assessment

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
)

// DrawFrom draws per items of each unit. The order is that of SHA-256 over the seed and
// the candidate's id, so that whoever has the seed and the candidates can draw again and
// finds the same: nobody can choose, and nobody can deny.
func DrawFrom(no int, seed string, per int, candidates []Drawn) Draw {
	list := slices.Clone(candidates)
	slices.SortFunc(list, func(a, b Drawn) int { return cmp.Compare(a.ID, b.ID) })
	all := sha256.New()
	for _, c := range list {
		all.Write([]byte(c.ID + "\n"))
	}
	out := Draw{No: no, Seed: seed, Per: per, Candidates: len(list), Digest: hex.EncodeToString(all.Sum(nil)), Items: []Drawn{}}
	slices.SortFunc(list, func(a, b Drawn) int { return cmp.Compare(lot(seed, a.ID), lot(seed, b.ID)) })
	taken := map[string]int{}
	for _, c := range list {
		if taken[c.UnitID] < per {
			taken[c.UnitID]++
			out.Items = append(out.Items, c)
		}
	}
	slices.SortStableFunc(out.Items, func(a, b Drawn) int { return cmp.Compare(a.UnitID, b.UnitID) })
	return out
}

func lot(seed, id string) string {
	sum := sha256.Sum256([]byte(seed + "\n" + id))
	return hex.EncodeToString(sum[:])
}
