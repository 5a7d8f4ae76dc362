package storetest

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"luodi/internal/app"
	"luodi/internal/fault"
	"luodi/internal/liaison"
	"luodi/internal/org"
	"luodi/internal/process"
	"luodi/internal/store"
)

var liaisons = map[string]func(*testing.T, *store.Store){
	"LiaisonComesBackAsItWasSaved":       testLiaisonRow,
	"LiaisonsComeByLightAndDeadline":     testLiaisonOrder,
	"LiaisonsAreFilteredAndCounted":      testLiaisonFilters,
	"LiaisonsAreSeenByTheirReadersOnly":  testLiaisonScopes,
	"ItemsAreKeptUnderTheirKey":          testLiaisonItems,
	"ItemsAreThoseThatTouchTheirStretch": testLiaisonItemFilters,
	"ProjectHasOneLiaisonOfEachRole":     testSlots,
	"SlotTakenByManyGoesToOne":           testSlotRace,
}

var assigned = noon.UTC().Truncate(time.Microsecond)

func liaisonRow(id string, light process.Light, due time.Time) app.LiaisonRow {
	return app.LiaisonRow{
		ID: id, ListID: "b1", Year: 2023, Batch: 1, ProjectID: "p-" + id, ProjectName: "汉江鲟鱼谷" + id, CountyID: "danjiangkou",
		DepartmentID: "ziran", DepartmentName: "市自然资源和规划局", CadreID: "u9", CadreName: "王某(示例)", Team: "长三角专班", Role: liaison.Lead,
		Stage: liaison.Active, Light: light, LightRule: "周报逾期", LightSince: assigned, NextMilestone: "开工", NextDue: due, OpenProblems: 2,
		AssignedAt: assigned, Illustrative: true,
	}
}

func saveLiaison(t *testing.T, s *store.Store, r app.LiaisonRow, items ...liaison.Item) {
	t.Helper()
	inTx(t, s, func(tx app.Tx) error { return tx.SaveLiaison(r, items) })
}

func liaisonIDs(t *testing.T, s *store.Store, scope org.Scope, f app.LiaisonFilter) (out []string) {
	t.Helper()
	for p := (app.Page{Limit: 2}); ; {
		rows, next, err := s.Liaisons(ctx, scope, f, p)
		must(t, err)
		for _, r := range rows {
			out = append(out, r.ID)
		}
		if p.Cursor = next; next == "" {
			return out
		}
	}
}

func testLiaisonRow(t *testing.T, s *store.Store) {
	row := liaisonRow("l1", process.Yellow, assigned.Add(time.Hour))
	saveLiaison(t, s, row)
	wantSame(t, value[app.LiaisonRow](t)(s.LiaisonRowOf(ctx, "l1")), row)
	row.Stage, row.Light, row.LightRule, row.NextMilestone, row.NextDue, row.EndedAt = liaison.Producing, process.Green, "", "", time.Time{}, assigned.Add(2*time.Hour)
	saveLiaison(t, s, row)
	wantSame(t, value[app.LiaisonRow](t)(s.LiaisonRowOf(ctx, "l1")), row)
	_, err := s.LiaisonRowOf(ctx, "l2")
	wantCode(t, err, fault.NotFound, "liaison_unknown")
}

func testLiaisonOrder(t *testing.T, s *store.Store) {
	soon, later := assigned.Add(time.Hour), assigned.Add(48*time.Hour)
	over := liaisonRow("over", process.Red, time.Time{})
	over.EndedAt = assigned
	for _, r := range []app.LiaisonRow{
		over, liaisonRow("green", process.Green, soon), liaisonRow("red-none", process.Red, time.Time{}), liaisonRow("red-later", process.Red, later),
		liaisonRow("yellow", process.Yellow, soon), liaisonRow("red-soon-b", process.Red, soon), liaisonRow("red-soon-a", process.Red, soon),
	} {
		saveLiaison(t, s, r)
	}
	want := []string{"red-soon-a", "red-soon-b", "red-later", "red-none", "yellow", "green", "over"}
	wantSame(t, liaisonIDs(t, s, everything(), app.LiaisonFilter{}), want)
}

func testLiaisonFilters(t *testing.T, s *store.Store) {
	due := assigned.Add(time.Hour)
	a, b, c, d := liaisonRow("a", process.Red, due), liaisonRow("b", process.Yellow, due), liaisonRow("c", process.Green, due), liaisonRow("d", process.Green, due)
	b.DepartmentID, b.CountyID, b.CadreID, b.ProjectName = "fagai", "zhushan", "u2", "竹山绿松石100%"
	c.Year, c.Batch, c.ListID, c.CadreName = 2024, 2, "b2", "李某(示例)"
	d.EndedAt, d.Stage = assigned, liaison.Terminated
	for _, r := range []app.LiaisonRow{a, b, c, d} {
		saveLiaison(t, s, r)
	}
	open, over := true, false
	for _, x := range []struct {
		filter app.LiaisonFilter
		want   string
		counts app.LiaisonCounts
	}{
		{app.LiaisonFilter{}, "[a b c d]", app.LiaisonCounts{Green: 1, Yellow: 1, Red: 1}},
		{app.LiaisonFilter{Light: process.Red}, "[a]", app.LiaisonCounts{Red: 1}},
		{app.LiaisonFilter{Open: &open}, "[a b c]", app.LiaisonCounts{Green: 1, Yellow: 1, Red: 1}},
		{app.LiaisonFilter{Open: &over}, "[d]", app.LiaisonCounts{}},
		{app.LiaisonFilter{Stage: liaison.Terminated}, "[d]", app.LiaisonCounts{}},
		{app.LiaisonFilter{DepartmentID: "fagai"}, "[b]", app.LiaisonCounts{Yellow: 1}},
		{app.LiaisonFilter{CountyID: "zhushan"}, "[b]", app.LiaisonCounts{Yellow: 1}},
		{app.LiaisonFilter{ProjectID: "p-c"}, "[c]", app.LiaisonCounts{Green: 1}},
		{app.LiaisonFilter{ListID: "b2"}, "[c]", app.LiaisonCounts{Green: 1}},
		{app.LiaisonFilter{Year: 2024, Batch: 2}, "[c]", app.LiaisonCounts{Green: 1}},
		{app.LiaisonFilter{Year: 2024, Batch: 1}, "[]", app.LiaisonCounts{}},
		{app.LiaisonFilter{CarrierUnit: "keji", CarrierUser: "u2"}, "[b]", app.LiaisonCounts{Yellow: 1}},
		{app.LiaisonFilter{CarrierUnit: "fagai", CarrierUser: "u9"}, "[a b c d]", app.LiaisonCounts{Green: 1, Yellow: 1, Red: 1}},
		{app.LiaisonFilter{Query: "李某"}, "[c]", app.LiaisonCounts{Green: 1}},
		{app.LiaisonFilter{Query: "100%"}, "[b]", app.LiaisonCounts{Yellow: 1}},
	} {
		if got := fmt.Sprint(liaisonIDs(t, s, everything(), x.filter)); got != x.want {
			t.Errorf("%+v finds %s, want %s", x.filter, got, x.want)
		}
		wantSame(t, value[app.LiaisonCounts](t)(s.LiaisonCounts(ctx, everything(), x.filter)), x.counts)
	}
	var each []string
	must(t, s.EachLiaison(ctx, everything(), app.LiaisonFilter{Open: &open}, func(r app.LiaisonRow) error {
		each = append(each, r.ID)
		return nil
	}))
	wantSame(t, each, []string{"a", "b", "c"})
}

func testLiaisonScopes(t *testing.T, s *store.Store) {
	for _, unit := range []string{"fagai", "ziran"} {
		r := liaisonRow(unit, process.Red, assigned)
		row := app.ProcessRow{Stream: process.StreamID(liaison.Kind, unit), Kind: liaison.Kind, ID: unit, Head: 1, Computed: true, State: []byte("{}")}
		inTx(t, s, func(tx app.Tx) error {
			must(t, tx.SaveLiaison(r, []liaison.Item{{Kind: liaison.ItemTerm, Key: "1", OpenedAt: assigned}}))
			return tx.SaveProcess(row, app.TaskChange{By: by("", noon)}, []process.Reader{{UnitID: unit}, {UnitID: "centre"}})
		})
	}
	for _, c := range []struct {
		scope org.Scope
		want  []string
	}{
		{everything(), []string{"fagai", "ziran"}}, {org.Scope{UnitID: "fagai", UserID: "u1"}, []string{"fagai"}},
		{org.Scope{UnitID: "none", Also: []string{"ziran"}}, []string{"ziran"}}, {org.Scope{UnitID: "none"}, nil}, {org.Scope{UserID: "u1"}, nil}, {org.Scope{}, nil},
	} {
		wantSame(t, liaisonIDs(t, s, c.scope, app.LiaisonFilter{}), c.want)
		if got := value[app.LiaisonCounts](t)(s.LiaisonCounts(ctx, c.scope, app.LiaisonFilter{})).Red; got != len(c.want) {
			t.Errorf("%+v counts %d", c.scope, got)
		}
		var items []string
		must(t, s.EachLiaisonItem(ctx, c.scope, app.LiaisonItemFilter{}, func(x app.LiaisonItem) error {
			items = append(items, x.LiaisonID)
			return nil
		}))
		wantSame(t, items, c.want)
	}
}

func testLiaisonItems(t *testing.T, s *store.Store) {
	report := liaison.Item{Kind: liaison.ItemReport, Key: "2023-W45", DepartmentID: "ziran", Title: "2023年第45周", OpenedAt: assigned,
		Due: assigned.Add(time.Hour), Status: liaison.StatusOpen}
	problem := liaison.Item{Kind: liaison.ItemProblem, Key: "1", DepartmentID: "ziran", Title: "用电", Level: "unit", OpenedAt: assigned, Due: assigned, Status: liaison.StatusOpen}
	row := liaisonRow("l1", process.Green, assigned)
	saveLiaison(t, s, row, report, problem)
	saveLiaison(t, s, liaisonRow("l2", process.Green, assigned), report)
	report.DoneAt, report.Status = assigned.Add(time.Minute), liaison.StatusDone
	saveLiaison(t, s, row, report) // the problem stays
	wantSame(t, value[[]liaison.Item](t)(s.LiaisonItemsOf(ctx, "l1")), []liaison.Item{problem, report})
	saveLiaison(t, s, row)
	wantSame(t, value[[]liaison.Item](t)(s.LiaisonItemsOf(ctx, "l1")), []liaison.Item{problem, report})
}

func testLiaisonItemFilters(t *testing.T, s *store.Store) {
	day := func(n int) time.Time { return assigned.AddDate(0, 0, n) }
	item := func(key string, kind liaison.ItemKind, opened, due, done int, status string) liaison.Item {
		x := liaison.Item{Kind: kind, Key: key, DepartmentID: "ziran", OpenedAt: day(opened), Status: status}
		if due != 0 {
			x.Due = day(due)
		}
		if done != 0 {
			x.DoneAt = day(done)
		}
		return x
	}
	other := item("f", liaison.ItemProblem, 5, 8, 0, liaison.StatusOpen)
	other.DepartmentID = "fagai"
	saveLiaison(t, s, liaisonRow("l1", process.Green, assigned),
		item("a", liaison.ItemReport, 1, 3, 2, liaison.StatusDone), item("b", liaison.ItemReport, 1, 3, 0, liaison.StatusMissed),
		item("c", liaison.ItemReport, 11, 12, 0, liaison.StatusOpen), item("d", liaison.ItemLight, 1, 0, 30, liaison.StatusDone),
		item("e", liaison.ItemMilestone, 1, 12, 0, liaison.StatusOpen), other)
	for _, c := range []struct {
		filter app.LiaisonItemFilter
		want   string
	}{
		{app.LiaisonItemFilter{}, "[d e f a b c]"},
		{app.LiaisonItemFilter{Kinds: []liaison.ItemKind{liaison.ItemReport, liaison.ItemLight}}, "[d a b c]"},
		{app.LiaisonItemFilter{Open: true}, "[e f c]"},
		{app.LiaisonItemFilter{DepartmentID: "fagai"}, "[f]"},
		{app.LiaisonItemFilter{From: day(5), Until: day(10)}, "[d e f]"},
		{app.LiaisonItemFilter{From: day(3), Until: day(4)}, "[d e a b]"},
		{app.LiaisonItemFilter{Until: day(1)}, "[]"},
		{app.LiaisonItemFilter{From: day(31)}, "[e f c]"},
	} {
		got := []string{}
		must(t, s.EachLiaisonItem(ctx, everything(), c.filter, func(x app.LiaisonItem) error {
			if x.ProjectID != "p-l1" || x.CountyID != "danjiangkou" || x.ProjectName == "" {
				t.Errorf("item of %+v", x)
			}
			got = append(got, x.Key)
			return nil
		}))
		if text := fmt.Sprint(got); text != c.want {
			t.Errorf("%+v finds %s, want %s", c.filter, text, c.want)
		}
	}
}

func testSlots(t *testing.T, s *store.Store) {
	take := func(slots ...app.Slot) error {
		return s.InTx(ctx, func(tx app.Tx) error { return tx.TakeSlots(slots) })
	}
	must(t, take(app.Slot{ProjectID: "p1", Role: liaison.Lead, LiaisonID: "l1"}, app.Slot{ProjectID: "p1", Role: liaison.Support, LiaisonID: "l2"}))
	must(t, take(app.Slot{ProjectID: "p1", Role: liaison.Lead, LiaisonID: "l1"})) // again
	err := take(app.Slot{ProjectID: "p2", Role: liaison.Lead, LiaisonID: "l3"}, app.Slot{ProjectID: "p1", Role: liaison.Lead, LiaisonID: "l4"},
		app.Slot{ProjectID: "p1", Role: liaison.Support, LiaisonID: "l5"}, app.Slot{ProjectID: "p2", Role: liaison.Lead, LiaisonID: "l6"})
	wantCode(t, err, fault.Conflict, "liaison_active")
	var fields []string
	for _, d := range fault.From(err).Details {
		fields = append(fields, d.Field)
	}
	wantSame(t, fields, []string{"l4", "l5", "l6"})
	held := []app.Slot{{ProjectID: "p1", Role: liaison.Lead, LiaisonID: "l1"}, {ProjectID: "p1", Role: liaison.Support, LiaisonID: "l2"}}
	wantSame(t, value[[]app.Slot](t)(s.Slots(ctx, []string{"p2", "p1"})), held) // nothing of the refused was kept
	inTx(t, s, func(tx app.Tx) error { return tx.ReleaseSlot("l1") })
	inTx(t, s, func(tx app.Tx) error { return tx.ReleaseSlot("l1") })
	must(t, take(app.Slot{ProjectID: "p1", Role: liaison.Lead, LiaisonID: "l4"}))
	var many []app.Slot
	for i := range 450 { // more than one statement writes
		many = append(many, app.Slot{ProjectID: fmt.Sprintf("m%03d", i), Role: liaison.Lead, LiaisonID: fmt.Sprint(i)})
	}
	must(t, take(many...))
	if got := value[[]app.Slot](t)(s.Slots(ctx, []string{"m000", "m449"})); len(got) != 2 {
		t.Errorf("of many: %v", got)
	}
}

func testSlotRace(t *testing.T, s *store.Store) {
	var group sync.WaitGroup
	failed := make([]error, 8)
	for i := range failed {
		group.Go(func() {
			failed[i] = s.InTx(ctx, func(tx app.Tx) error {
				return tx.TakeSlots([]app.Slot{{ProjectID: fmt.Sprint("own", i), Role: liaison.Lead, LiaisonID: fmt.Sprint(i)},
					{ProjectID: "p1", Role: liaison.Lead, LiaisonID: fmt.Sprint(i)}})
			})
		})
	}
	group.Wait()
	won := -1
	for i, err := range failed {
		switch {
		case err == nil && won < 0:
			won = i
		case err == nil:
			t.Errorf("%d and %d both took it", won, i)
		default:
			wantCode(t, err, fault.Conflict, "liaison_active")
		}
	}
	if won < 0 {
		t.Fatal("nobody took it")
	}
	held := value[[]app.Slot](t)(s.Slots(ctx, []string{"p1", fmt.Sprint("own", won), fmt.Sprint("own", (won+1)%8)}))
	wantSame(t, held, []app.Slot{{ProjectID: fmt.Sprint("own", won), Role: liaison.Lead, LiaisonID: fmt.Sprint(won)}, {ProjectID: "p1", Role: liaison.Lead, LiaisonID: fmt.Sprint(won)}})
}
