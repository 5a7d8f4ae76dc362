package main

import (
	"context"

	"luodi/internal/app"
	"luodi/internal/fault"
	"luodi/internal/rulebook/rulebooks"
)

// The demonstration's rule books: the illustrative ones that come along for 2023, taken
// in by an assessor and published by the head of the centre.

// loadRuleBooks takes them in, and gives their ids by file. Interrupted, it goes on at the
// next start.
func (s *system) loadRuleBooks(ctx context.Context) (map[string]string, error) {
	books, ids := s.ruleBooks(), map[string]string{}
	assessor, leader := demoActor("kaohe.jingban"), demoActor("zhaoshang.fuze")
	for _, name := range []string{"shiyan-2023-counties.yaml", "shiyan-2023-departments.yaml", "city-2023.yaml", "city-2024.yaml"} {
		text, err := rulebooks.Files.ReadFile(name)
		if err != nil {
			return nil, err
		}
		b, err := books.Upload(ctx, assessor, "demo:"+name, text)
		if err != nil {
			return nil, err
		}
		if _, err := books.Publish(ctx, leader, "demo:"+name, b.ID); err != nil && !fault.HasCode(err, "rulebook_stage") {
			return nil, err
		}
		ids[name] = b.ID
	}
	return ids, nil
}

func (s *system) ruleBooks() *app.RuleBooks {
	return &app.RuleBooks{Journal: s.store, Reads: s.store, Blobs: s.documents, Now: clock, NewID: newID}
}
