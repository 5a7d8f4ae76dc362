package main

import (
	"context"
	"fmt"
	"time"

	"luodi/internal/app"
	"luodi/internal/bulletin"
	"luodi/internal/demo"
	"luodi/internal/org"
	"luodi/internal/process"
)

// The demonstration's bulletins: the twelve of 2023, with the registry as it was loaded.
// Their months are over, and so each is opened and published in the moments of loading.

const demoYear = 2023

// loadBulletins rehearses them. Interrupted, it goes on at the next start.
func (s *system) loadBulletins(ctx context.Context) error {
	freezer := s.freezer()
	freezer.Settle = 0 // nobody else writes yet
	rehearsal := &app.Rehearsal[bulletin.State, bulletin.Facts]{Recorder: s.bulletinRecorder(), Effects: app.Effects{bulletin.EffectFreeze: freezer.Freeze}}
	var units []string
	for _, u := range demo.Units() {
		units = append(units, u.ID)
	}
	operator, leader := demoActor("zhaoshang.jingban"), demoActor("zhaoshang.fuze")
	now := clock()
	for month := time.January; month <= time.December; month++ {
		at := now.Add(time.Duration(month) * 10 * time.Millisecond) // one after the other, for each is compared with the last
		id := fmt.Sprintf("%d-%02d", demoYear, month)
		opening := bulletin.Opening{ID: id, Year: demoYear, Month: int(month), Cutoff: freezer.Rule.Cutoff(demoYear, month)}
		say := func(n time.Duration, by org.Actor, name string, body, with any) app.Step[bulletin.State] {
			return app.Step[bulletin.State]{At: at.Add(n * time.Millisecond), Do: func(bulletin.State) (process.Command, bool) {
				cmd := process.Command{ID: "demo:" + name, Name: name, Actor: by, Body: process.Encoded(body)}
				if with != nil {
					cmd.With = process.Encoded(with)
				}
				return cmd, true
			}}
		}
		err := rehearsal.Play(ctx, id, []app.Step[bulletin.State]{
			say(0, operator, bulletin.ActOpen, opening, nil),
			say(1, operator, bulletin.ActSubmit, struct{}{}, nil),
			say(2, leader, bulletin.ActCheck, struct{}{}, nil),
			say(3, leader, bulletin.ActPublish, struct{}{}, bulletin.Given{Units: units}),
		}, at.Add(4*time.Millisecond))
		if err != nil {
			return fmt.Errorf("demonstration bulletin %s: %w", id, err)
		}
	}
	return nil
}
