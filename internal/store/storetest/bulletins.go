package storetest

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"luodi/internal/app"
	"luodi/internal/bulletin"
	"luodi/internal/calendar"
	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/money"
	"luodi/internal/project"
	"luodi/internal/store"
)

var bulletins = map[string]func(*testing.T, *store.Store){
	"BulletinComesBackAsItWasSaved":      testBulletinRow,
	"BulletinsComeLatestMonthFirst":      testBulletins,
	"OnePassCountsWhatEachProjectCounts": testCube,
	"CountIsOfWhatWasKnown":              testCubeAsOf,
	"TargetsAreVersions":                 testTargetVersions,
	"ScheduleBeginsOnce":                 testBulletinsSince,
}

func bulletinOf(id string, month int) app.BulletinRow {
	at := noon.UTC().Truncate(time.Microsecond)
	return app.BulletinRow{
		ID: id, Year: 2023, Month: month, Cutoff: bulletin.MonthEnd(2023, time.Month(month)), Title: "2023年招商引资月通报", Stage: bulletin.Draft,
		StageLabel: bulletin.Draft.Label(), KnownAt: at, Automatic: true, DueAt: at.Add(-time.Hour), OpenedAt: at, Digest: strings.Repeat("a", 64),
		Headline: map[string]string{"signed_count": "12", "signed_amount": "1.5"},
	}
}

func testBulletinRow(t *testing.T, s *store.Store) {
	row := bulletinOf("2023-10", 10)
	inTx(t, s, func(tx app.Tx) error { return tx.SaveBulletin(row) })
	wantSame(t, value[app.BulletinRow](t)(s.BulletinRowOf(ctx, "2023-10")), row)
	row.Stage, row.StageLabel, row.Number, row.PublishedAt = bulletin.Published, bulletin.Published.Label(), "〔2023〕第10期", row.OpenedAt.Add(time.Hour)
	row.DueAt, row.Automatic, row.Amends = time.Time{}, false, "2023-09"
	inTx(t, s, func(tx app.Tx) error { return tx.SaveBulletin(row) })
	wantSame(t, value[app.BulletinRow](t)(s.BulletinRowOf(ctx, "2023-10")), row)
	_, err := s.BulletinRowOf(ctx, "2023-11")
	wantCode(t, err, fault.NotFound, "bulletin_unknown")
}

func testBulletins(t *testing.T, s *store.Store) {
	at := noon.UTC().Truncate(time.Microsecond)
	for i := range 5 {
		r := bulletinOf(fmt.Sprintf("2023-%02d", i+1), i+1)
		if i%2 == 0 {
			r.Stage, r.PublishedAt = bulletin.Published, at.Add(time.Duration(i)*time.Hour)
		}
		inTx(t, s, func(tx app.Tx) error { return tx.SaveBulletin(r) })
	}
	list := func(f app.BulletinFilter) string {
		var ids []string
		for p := (app.Page{Limit: 2}); ; {
			rows, next, err := s.Bulletins(ctx, f, p)
			must(t, err)
			for _, r := range rows {
				ids = append(ids, strings.TrimPrefix(r.ID, "2023-"))
			}
			if p.Cursor = next; next == "" {
				return strings.Join(ids, " ")
			}
		}
	}
	yes, no := true, false
	for _, c := range []struct {
		filter app.BulletinFilter
		want   string
	}{
		{app.BulletinFilter{}, "05 04 03 02 01"}, {app.BulletinFilter{Year: 2023}, "05 04 03 02 01"}, {app.BulletinFilter{Year: 2022}, ""},
		{app.BulletinFilter{Published: &yes}, "05 03 01"}, {app.BulletinFilter{Published: &no}, "04 02"}, {app.BulletinFilter{Stage: bulletin.Draft}, "04 02"},
	} {
		if got := list(c.filter); got != c.want {
			t.Errorf("%+v gives %q, want %q", c.filter, got, c.want)
		}
	}
	rows := value[[]app.BulletinRow](t)(s.PublishedBulletins(ctx, at.Add(2*time.Hour)))
	if len(rows) != 2 || rows[0].ID != "2023-01" || rows[1].ID != "2023-03" {
		t.Errorf("published by then: %+v", rows)
	}
}

// countable is a registry with dates on and beside every edge of the windows.
func countable(r *rand.Rand, n int) []project.Project {
	edges := []calendar.Date{}
	for _, d := range []string{"2021-12-31", "2022-01-01", "2022-09-30", "2022-10-01", "2022-10-31", "2022-11-01", "2022-12-31", "2023-01-01",
		"2023-08-31", "2023-09-01", "2023-09-30", "2023-10-01", "2023-10-31", "2023-11-01"} {
		day, err := calendar.ParseDate(d)
		if err != nil {
			panic(err)
		}
		edges = append(edges, day)
	}
	list := make([]project.Project, n)
	for i := range list {
		p := sampleProject(fmt.Sprintf("c-%03d", i))
		p.CountyID = []string{"a", "b", "B", "沒"}[r.IntN(4)]
		p.IndustryTier = []project.Tier{project.NoTier, project.Lead, project.Other}[r.IntN(3)]
		p.Team = []string{"", "驻深圳专班", "驻上海专班"}[r.IntN(3)]
		p.AgreedAmount = money.Amount(r.IntN(3)+9_999) * money.Wan
		p.Framework, p.AboveScale, p.Illustrative = r.IntN(4) == 0, r.IntN(2) == 0, r.IntN(2) == 0
		days := []*calendar.Date{&p.SignedOn, &p.LandedOn, &p.StartedOn, &p.InStatisticsOn, &p.InProductionOn}
		at := r.IntN(len(edges))
		reached := r.IntN(len(days) + 1)
		for i, d := range days {
			*d = calendar.Date{}
			if i < reached {
				*d = edges[at]
				at = min(at+r.IntN(3), len(edges)-1)
			}
		}
		if reached == len(days) && r.IntN(3) == 0 {
			p.InStatisticsOn = calendar.Date{} // taken in never
		}
		p.FundsArrived = nil
		for range r.IntN(3) {
			p.FundsArrived = append(p.FundsArrived, project.Funds{On: edges[r.IntN(len(edges))], Amount: money.Amount(r.IntN(100)-20) * money.Yuan})
		}
		list[i] = p
	}
	return list
}

func counted(w bulletin.Windows, list []project.Project, departments map[string]string) *bulletin.Cube {
	c := bulletin.NewCube(w)
	for _, p := range list {
		c.AddProject(p, departments[p.ID])
	}
	return c.Close()
}

// wantCube compares what two counts hold; a place without any figure is no place.
func wantCube(t *testing.T, got, want *bulletin.Cube) {
	t.Helper()
	for _, c := range []*bulletin.Cube{got, want} {
		for p, s := range c.Places {
			if *s == (bulletin.Sums{}) {
				delete(c.Places, p)
			}
		}
		for d, s := range c.Departments {
			if *s == (bulletin.Sums{}) {
				delete(c.Departments, d)
			}
		}
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the pass counts %+v\nprojects give    %+v", got.City, want.City)
	}
}

func testCube(t *testing.T, s *store.Store) {
	r := rand.New(rand.NewPCG(7, 7))
	list := countable(r, 400)
	insert(t, s, list...)
	departments := map[string]string{"c-001": "fagai", "c-002": "fagai", "c-399": "jingxin", "none": "jingxin"}
	for _, cutoff := range []calendar.Date{
		{Year: 2023, Month: 10, Day: 31}, {Year: 2023, Month: 1, Day: 31}, {Year: 2023, Month: 10, Day: 15}, {Year: 2024, Month: 2, Day: 29}, {Year: 2023, Month: 2, Day: 28},
	} {
		w := bulletin.WindowsOf(cutoff)
		wantCube(t, value[*bulletin.Cube](t)(s.BulletinCube(ctx, w, noon, departments)), counted(w, list, departments))
	}
}

// testCubeAsOf changes, corrects and adds projects after the moment: the count stays.
func testCubeAsOf(t *testing.T, s *store.Store) {
	r := rand.New(rand.NewPCG(8, 8))
	list := countable(r, 60)
	insert(t, s, list...)
	w := bulletin.WindowsOf(calendar.Date{Year: 2023, Month: 10, Day: 31})
	before := value[*bulletin.Cube](t)(s.BulletinCube(ctx, w, noon, nil))
	later := noon.Add(time.Minute)
	var changed []string
	for i, p := range list {
		next := countable(r, 1)[0]
		next.ID, next.Code, next.Version, next.UpdatedAt, next.CreatedAt, next.CreatedBy = p.ID, p.Code, 2, later.UTC().Truncate(time.Microsecond), p.CreatedAt, p.CreatedBy
		if i%2 == 0 {
			continue
		}
		body := project.Corrected{Reason: "记录有误", Changes: project.Changes(p, next)}
		inTx(t, s, func(tx app.Tx) error {
			must(t, tx.UpdateProject(next))
			return tx.Append(event.Seal(event.Event{}, project.StreamID(p.ID), p.ID, "", clerk, later, event.Drafts(body)))
		})
		changed = append(changed, p.ID)
	}
	added := sampleProject("new")
	added.UpdatedAt = later.UTC().Truncate(time.Microsecond)
	insert(t, s, added)
	inTx(t, s, func(tx app.Tx) error {
		return tx.Append(event.Seal(event.Event{}, project.StreamID("new"), "new", "", clerk, later, event.Drafts(project.Registered{Draft: project.DraftOf(added)})))
	})
	wantCube(t, value[*bulletin.Cube](t)(s.BulletinCube(ctx, w, noon, nil)), before)
	var seen []string
	must(t, s.EachChangedProject(ctx, noon, func(p project.Project, events []event.Event) error {
		if len(events) != 1 {
			t.Errorf("%s has %d events", p.ID, len(events))
		}
		seen = append(seen, p.ID)
		return nil
	}))
	slices.Sort(seen)
	if want := append(changed, "new"); !slices.Equal(seen, want) {
		t.Errorf("changed since: %v, want %v", seen, want)
	}
	if now := value[*bulletin.Cube](t)(s.BulletinCube(ctx, w, later, nil)); now.City == before.City {
		t.Error("what was recorded by then isn't counted")
	}
}

func testTargetVersions(t *testing.T, s *store.Store) {
	at := noon.UTC().Truncate(time.Microsecond)
	version := func(unit, indicator, v string, after time.Duration) app.TargetVersion {
		return app.TargetVersion{Year: 2023, UnitID: unit, Indicator: indicator, Value: v, RecordedAt: at.Add(after), RecordedBy: clerk.Name, Source: "任务分解表!C5"}
	}
	all := []app.TargetVersion{
		version("", "landed_count", "300", 0), version("zhushan", "landed_count", "30", 0),
		version("zhushan", "landed_count", "35", time.Hour), version("ZHUSHAN", "landed_count", "1", time.Hour), version("", "landed_count", "", 2*time.Hour),
	}
	must(t, s.SaveTarget(ctx, 2023, "", "signed_count", "700"))
	for _, v := range all {
		inTx(t, s, func(tx app.Tx) error { return tx.InsertTargets([]app.TargetVersion{v}) })
	}
	latest := func(after time.Duration) string {
		var out []string
		for _, v := range value[[]app.TargetVersion](t)(s.TargetsAt(ctx, 2023, at.Add(after))) {
			out = append(out, v.UnitID+":"+v.Indicator+"="+v.Value)
		}
		slices.Sort(out)
		return strings.Join(out, " ")
	}
	for after, want := range map[time.Duration]string{
		-time.Second: ":signed_count=700", 0: ":landed_count=300 :signed_count=700 zhushan:landed_count=30",
		time.Hour:     ":landed_count=300 :signed_count=700 ZHUSHAN:landed_count=1 zhushan:landed_count=35",
		2 * time.Hour: ":landed_count= :signed_count=700 ZHUSHAN:landed_count=1 zhushan:landed_count=35",
	} {
		if got := latest(after); got != want {
			t.Errorf("after %v: %s, want %s", after, got, want)
		}
	}
	inTx(t, s, func(tx app.Tx) error {
		list, err := tx.Targets(2023)
		wantSame(t, list, value[[]app.TargetVersion](t)(s.TargetsAt(ctx, 2023, at.Add(2*time.Hour))))
		return err
	})
	history := value[[]app.TargetVersion](t)(s.TargetHistory(ctx, 2023))
	wantSame(t, history[1:], all)
	wantSame(t, value[map[string]string](t)(s.Targets(ctx, 2023)), map[string]string{"signed_count": "700"})
}

func testBulletinsSince(t *testing.T, s *store.Store) {
	for _, month := range []string{"2024-03", "2024-04"} {
		if got := value[string](t)(s.BulletinsSince(ctx, month)); got != "2024-03" {
			t.Errorf("since %s", got)
		}
	}
}
