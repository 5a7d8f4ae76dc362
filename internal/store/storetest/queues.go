package storetest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"luodi/internal/app"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/process"
	"luodi/internal/review"
	"luodi/internal/store"
)

var queues = map[string]func(*testing.T, *store.Store){
	"ClaimedTaskIsOnePersonsAlone": testClaimed,
	"FiltersNarrowEveryBox":        testBoxFilters,
	"PagesOfAQueueHaveNoGaps":      testQueuePages,
	"CopiesAreReadByEachPerson":    testReads,
	"CountsStopAtTheirLimit":       testCountLimit,
	"CopyKeepsItsTime":             testCopyTime,
	"RolesOfARollbackAreNotKnown":  testRolledBackRoles,
}

// filtered lists the titles, or for processes the ids, of a filtered box by pages of two.
func filtered(t *testing.T, s *store.Store, actor org.Actor, box app.Box, f app.TaskFilter) string {
	t.Helper()
	var got []string
	for p := (app.Page{Limit: 2}); ; {
		rows, next, err := s.Tasks(ctx, actor, box, f, p)
		must(t, err)
		for _, r := range rows {
			name := r.Title
			if box == app.Started || box == app.CC {
				name = r.ProcessID
			}
			got = append(got, name)
		}
		if p.Cursor = next; next == "" {
			return strings.Join(got, " ")
		}
	}
}

func testClaimed(t *testing.T, s *store.Store) {
	me, colleague := member(org.DepartmentHandler), member(org.DepartmentHandler)
	colleague.UserID = "colleague"
	seat := task("seat", noon, process.Green)
	save := func(change app.TaskChange) { saveTasks(t, s, "1", 1, change) }
	save(app.TaskChange{Open: []process.Task{seat}})
	for _, p := range []org.Actor{me, colleague} {
		if rows := box(t, s, p, app.Todo, 9); len(rows) != 1 || !rows[0].Claimable || rows[0].UserID != "" {
			t.Fatalf("before the claim %s has %+v", p.UserID, rows)
		}
	}
	seat.UserID, seat.Urged = "me", 2
	save(app.TaskChange{Open: []process.Task{seat}})
	mine := box(t, s, me, app.Todo, 9)
	if len(mine) != 1 || mine[0].Claimable || mine[0].UserID != "me" || mine[0].Urged != 2 {
		t.Errorf("after the claim: %+v", mine)
	}
	if rows := box(t, s, colleague, app.Todo, 9); len(rows) != 0 {
		t.Errorf("a colleague has %+v", rows)
	}
	if got := filtered(t, s, me, app.Todo, app.TaskFilter{Mine: true}); got != seat.Title {
		t.Errorf("mine is %q", got)
	}
	seat.UserID, seat.UnitID = "far", "elsewhere" // handed on to a person of another unit
	save(app.TaskChange{Open: []process.Task{seat}})
	far := org.Actor{UserID: "far", UnitID: "jingxin", Roles: []org.Role{org.PanelMember}}
	if rows := box(t, s, far, app.Todo, 9); len(rows) != 1 {
		t.Errorf("who it was handed to has %+v", rows)
	}
	if rows := box(t, s, me, app.Todo, 9); len(rows) != 0 {
		t.Errorf("who handed it on has %+v", rows)
	}
	save(app.TaskChange{Closed: []string{"seat"}, By: by("far", noon)})
	if rows := box(t, s, far, app.Done, 9); len(rows) != 1 || rows[0].DoneBy != "姓名far" {
		t.Errorf("done is %+v", rows)
	}
}

func testBoxFilters(t *testing.T, s *store.Store) {
	me := member(org.DepartmentHandler)
	for i, light := range []process.Light{process.Red, process.Yellow, process.Green, process.Green} {
		k := task(fmt.Sprint("t", i), noon.Add(time.Duration(i)*time.Hour), light)
		k.Title = k.Key
		if i == 3 {
			k.Action, k.UserID = "decide", "me"
		}
		row := processOf(fmt.Sprint(i), 1)
		row.Light, row.Title = light, fmt.Sprint("研判 5G基站", i)
		if i == 1 {
			row.Kind, row.Stream = "panel", process.StreamID("panel", row.ID)
		}
		at := noon.Add(time.Duration(i) * time.Minute)
		inTx(t, s, func(tx app.Tx) error {
			return tx.SaveProcess(row, app.TaskChange{Open: []process.Task{k}, By: by("me", at), Title: row.Title}, []process.Reader{{UnitID: "fagai", Copy: true}})
		})
	}
	for _, c := range []struct {
		filter               app.TaskFilter
		todo, started, boxcc string
	}{
		{app.TaskFilter{}, "t0 t1 t2 t3", "3 2 1 0", "3 2 1 0"},
		{app.TaskFilter{Kind: "panel"}, "t1", "1", "1"},
		{app.TaskFilter{Kind: review.Kind}, "t0 t2 t3", "3 2 0", "3 2 0"},
		{app.TaskFilter{Light: process.Red}, "t0", "0", "0"},
		{app.TaskFilter{Light: process.Yellow}, "t1", "1", "1"},
		{app.TaskFilter{Light: process.Green}, "t2 t3", "3 2", "3 2"},
		{app.TaskFilter{Overdue: true}, "t0 t1", "1 0", "1 0"},
		{app.TaskFilter{Query: " 5g基站2 "}, "t2", "2", "2"},
		{app.TaskFilter{Query: "%"}, "", "", ""},
		{app.TaskFilter{Overdue: true, Kind: "panel", Query: "基站"}, "t1", "1", "1"},
	} {
		todo, begun, cc := filtered(t, s, me, app.Todo, c.filter), filtered(t, s, me, app.Started, c.filter), filtered(t, s, me, app.CC, c.filter)
		if todo != c.todo || begun != c.started || cc != c.boxcc {
			t.Errorf("%+v gives %q, %q, %q", c.filter, todo, begun, cc)
		}
	}
	for want, f := range map[string]app.TaskFilter{"t3": {Action: "decide"}, "t0 t1 t2": {Action: "opine"}, "": {Action: "opine", Mine: true}} {
		if got := filtered(t, s, me, app.Todo, f); got != want {
			t.Errorf("%+v gives %q, want %q", f, got, want)
		}
	}
	inTx(t, s, func(tx app.Tx) error {
		return tx.SaveProcess(processOf("0", 2), app.TaskChange{Closed: []string{"t0"}, By: by("me", noon)}, nil)
	})
	for want, f := range map[string]app.TaskFilter{"t0": {Light: process.Red}, "": {Kind: "panel"}} {
		if got := filtered(t, s, me, app.Done, f); got != want {
			t.Errorf("done %+v gives %q, want %q", f, got, want)
		}
	}
}

// testQueuePages has tasks of several audiences with equal and missing deadlines: the
// pages must be the whole in one order, each task once.
func testQueuePages(t *testing.T, s *store.Store) {
	me := member(org.DepartmentHandler, org.PanelMember)
	sets := [][]org.Role{{org.DepartmentHandler}, {org.DepartmentHandler, org.DepartmentLeader}, {org.PanelMember}, {org.DepartmentLeader}}
	var open []process.Task
	for i := range 40 {
		k := task(fmt.Sprintf("t%02d", i), noon.Add(time.Duration(i%3)*time.Hour), []process.Light{process.Green, process.Red}[i%2])
		k.Title, k.Roles = k.Key, sets[i%4]
		if i%5 == 0 {
			k.Due = time.Time{}
		}
		if i%7 == 0 {
			k.UserID = []string{"me", "other"}[i/7%2]
		}
		open = append(open, k)
	}
	saveTasks(t, s, "1", 1, app.TaskChange{Open: open})
	seen := func(k process.Task) bool {
		return k.UserID == "me" || k.UserID == "" && me.Has(k.Roles...)
	}
	keys := func(list []process.Task) string {
		var out []string
		for _, k := range list {
			out = append(out, k.Key)
		}
		return strings.Join(out, " ")
	}
	want := slices.DeleteFunc(slices.Clone(open), func(k process.Task) bool { return !seen(k) })
	slices.SortStableFunc(want, func(a, b process.Task) int {
		place := func(k process.Task) string {
			due := "9"
			if !k.Due.IsZero() {
				due = k.Due.UTC().Format("2006-01-02 15")
			}
			return map[process.Light]string{process.Red: "0", process.Green: "2"}[k.Light] + due
		}
		return strings.Compare(place(a), place(b))
	})
	if got := filtered(t, s, me, app.Todo, app.TaskFilter{}); got != keys(want) {
		t.Errorf("todo\n%s\nwant\n%s", got, keys(want))
	}
	for i, k := range open {
		at := noon.Add(-time.Duration(i/4) * time.Minute) // four at a time
		saveTasks(t, s, "1", int64(2+i), app.TaskChange{Closed: []string{k.Key}, By: by("x", at)})
	}
	done := strings.Fields(filtered(t, s, me, app.Done, app.TaskFilter{}))
	slices.Sort(done)
	slices.SortFunc(want, func(a, b process.Task) int { return strings.Compare(a.Key, b.Key) })
	if strings.Join(done, " ") != keys(want) {
		t.Errorf("done %v\nwant %s", done, keys(want))
	}
}

func testReads(t *testing.T, s *store.Store) {
	me, other := member(org.DepartmentHandler), member(org.DepartmentHandler)
	other.UserID = "other"
	for i := range 3 {
		inTx(t, s, func(tx app.Tx) error {
			return tx.SaveProcess(processOf(fmt.Sprint(i), 1), app.TaskChange{By: by("x", noon.Add(time.Duration(i)*time.Minute))},
				[]process.Reader{{UnitID: "fagai", Copy: true}})
		})
	}
	at := noon.UTC().Truncate(time.Microsecond)
	for _, later := range []time.Duration{0, time.Hour} { // the first time counts
		inTx(t, s, func(tx app.Tx) error { return tx.MarkRead("review-1", "me", noon.Add(later)) })
	}
	rows, _, err := s.Tasks(ctx, me, app.CC, app.TaskFilter{}, app.Page{Limit: 9})
	must(t, err)
	if len(rows) != 3 || !rows[1].ReadAt.Equal(at) || !rows[0].ReadAt.IsZero() || !rows[2].ReadAt.IsZero() {
		t.Errorf("cc is %+v", rows)
	}
	if got := filtered(t, s, me, app.CC, app.TaskFilter{Unread: true}); got != "2 0" {
		t.Errorf("unread are %q", got)
	}
	for actor, want := range map[*org.Actor]int{&me: 2, &other: 3} {
		if n := value[map[app.Box]int](t)(s.TaskCounts(ctx, *actor))[app.CC]; n != want {
			t.Errorf("%s has %d unread, want %d", actor.UserID, n, want)
		}
	}
}

func testCountLimit(t *testing.T, s *store.Store) {
	me := member(org.DepartmentHandler)
	inTx(t, s, func(tx app.Tx) error {
		var open []process.Task
		for i := range app.CountLimit + 5 {
			open = append(open, task(fmt.Sprint("t", i), noon, process.Green))
		}
		return tx.SaveProcess(processOf("1", 1), app.TaskChange{Open: open, By: by("x", noon)}, nil)
	})
	if counts := value[map[app.Box]int](t)(s.TaskCounts(ctx, me)); counts[app.Todo] != app.CountLimit || counts[app.Done] != 0 {
		t.Errorf("counts %v", counts)
	}
}

func testCopyTime(t *testing.T, s *store.Store) {
	save := func(id string, at time.Time, readers ...process.Reader) {
		inTx(t, s, func(tx app.Tx) error {
			return tx.SaveProcess(processOf(id, 1), app.TaskChange{By: by("x", at)}, readers)
		})
	}
	copied := process.Reader{UnitID: "fagai", Copy: true}
	save("a", noon, copied)
	save("b", noon.Add(time.Minute), copied)
	save("a", noon.Add(time.Hour), process.Reader{UnitID: "centre"}, copied) // still a's first copy
	if got := filtered(t, s, member(org.DepartmentHandler), app.CC, app.TaskFilter{}); got != "b a" {
		t.Errorf("cc is %q", got)
	}
	save("a", noon.Add(2*time.Hour), process.Reader{UnitID: "fagai"}) // takes part now
	if got := filtered(t, s, member(org.DepartmentHandler), app.CC, app.TaskFilter{}); got != "b" {
		t.Errorf("cc is %q", got)
	}
	save("a", noon.Add(3*time.Hour), copied)
	if got := filtered(t, s, member(org.DepartmentHandler), app.CC, app.TaskFilter{}); got != "a b" {
		t.Errorf("cc is %q", got)
	}
}

// testRolledBackRoles: a set of roles that a transaction wrote down and took back must be
// written down by the next, or its tasks would be in nobody's inbox.
func testRolledBackRoles(t *testing.T, s *store.Store) {
	stop := errors.New("stop")
	k := task("seat", noon, process.Green)
	for _, end := range []error{stop, nil, nil} {
		err := s.InTx(ctx, func(tx app.Tx) error {
			for range 2 {
				must(t, tx.SaveProcess(processOf("1", 1), app.TaskChange{Open: []process.Task{k}, By: by("x", noon)}, nil))
			}
			return end
		})
		if !errors.Is(err, end) {
			t.Fatal(err)
		}
	}
	if rows := box(t, s, member(org.DepartmentLeader), app.Todo, 9); len(rows) != 1 {
		t.Errorf("todo is %+v", rows)
	}
}

var standing = map[string]func(*testing.T, *store.Store){
	"ProxyIsHeldOnItsDays":       testHeld,
	"OneOfTwoOverlappingWins":    testProxyRace,
	"PeopleAreFoundByNameInUnit": testPeople,
}

func testHeld(t *testing.T, s *store.Store) {
	folk(t, s)
	day := func(n int) org.Proxy {
		return org.Proxy{ID: fmt.Sprint("x", n), Principal: "zhang", Proxy: "li", From: date(n), To: date(n + 2), Reason: "外出学习",
			CreatedAt: noon.UTC().Truncate(time.Microsecond), CreatedBy: "admin"}
	}
	first, second := day(1), day(10)
	inTx(t, s, func(tx app.Tx) error {
		must(t, tx.InsertProxy(first))
		return tx.InsertProxy(second)
	})
	err := s.InTx(ctx, func(tx app.Tx) error {
		p := day(20)
		p.Principal = "nobody"
		return tx.InsertProxy(p)
	})
	wantCode(t, err, fault.Invalid, "reference_unknown")
	for n, want := range map[int]int{0: 0, 1: 1, 3: 1, 4: 0, 10: 1, 12: 1, 13: 0} {
		held := value[[]app.Held](t)(s.Held(ctx, "li", date(n)))
		if len(held) != want {
			t.Errorf("on day %d: %+v", n, held)
		}
		unit, count, err := s.Standing(ctx, "fagai", "li", date(n))
		if err != nil || unit.Name != "市发改委" || count != want {
			t.Errorf("on day %d li of %+v stands in for %d: %v", n, unit, count, err)
		}
		if want == 1 {
			wantSame(t, held[0].Principal, org.Principal{UserID: "zhang", Name: "张明", UnitID: "fagai", UnitName: "市发改委", Roles: []org.Role{org.DepartmentLeader}})
		}
	}
	if held := value[[]app.Held](t)(s.Held(ctx, "zhang", date(1))); len(held) != 0 {
		t.Errorf("who gave a proxy holds %+v", held)
	}
	for _, who := range []string{"zhang", "li"} {
		wantSame(t, value[[]org.Proxy](t)(s.Proxies(ctx, who)), []org.Proxy{second, first})
	}
	first.RevokedAt, first.RevokedBy = noon.UTC().Truncate(time.Microsecond), "zhang"
	inTx(t, s, func(tx app.Tx) error {
		got, err := tx.Proxy("x1")
		must(t, err)
		if !got.RevokedAt.IsZero() {
			t.Errorf("revoked before: %+v", got)
		}
		must(t, tx.RevokeProxy(first))
		open, err := tx.ProxiesOf("zhang", date(1))
		wantSame(t, open, []org.Proxy{second})
		return err
	})
	wantSame(t, value[[]org.Proxy](t)(s.Proxies(ctx, "li")), []org.Proxy{second, first})
	if held := value[[]app.Held](t)(s.Held(ctx, "li", date(1))); len(held) != 0 {
		t.Errorf("a revoked proxy is held: %+v", held)
	}
	gone := org.User{ID: "zhang", Login: "zhang", Name: "张明", UnitID: "fagai", Disabled: true}
	must(t, s.SaveUser(ctx, gone, "h"))
	if held := value[[]app.Held](t)(s.Held(ctx, "li", date(10))); len(held) != 0 {
		t.Errorf("a disabled person's proxy is held: %+v", held)
	}
	err = s.InTx(ctx, func(tx app.Tx) error { _, err := tx.Proxy("X1"); return err })
	wantCode(t, err, fault.NotFound, "proxy_unknown")
}

// testProxyRace appoints as package app does, from many at once.
func testProxyRace(t *testing.T, s *store.Store) {
	folk(t, s)
	service := &app.Proxies{Journal: s, Reads: s, Now: func() time.Time { return noon }, NewID: counter()}
	zhang := org.Actor{UserID: "zhang", Name: "张明", UnitID: "fagai"}
	won := 0
	for _, err := range atOnce(func(i int) error {
		_, err := service.Appoint(ctx, zhang, "", app.ProxyRequest{Proxy: "li", From: date(7 + i%2), To: date(20), Reason: "外出学习"})
		return err
	}) {
		if err == nil {
			won++
			continue
		}
		wantCode(t, err, fault.Conflict, "proxy_overlaps")
	}
	if won != 1 {
		t.Errorf("%d appointments were made", won)
	}
}

func testPeople(t *testing.T, s *store.Store) {
	folk(t, s)
	for want, f := range map[string]app.PeopleFilter{
		"li zhang wang": {}, "zhang wang": {UnitID: "fagai"}, "zhang": {Query: "张"}, "": {UnitID: "fagai", Query: "李"},
	} {
		var got []string
		for p := (app.Page{Limit: 1}); ; {
			rows, next, err := s.People(ctx, f, p)
			must(t, err)
			for _, u := range rows {
				got = append(got, u.ID)
			}
			if p.Cursor = next; next == "" {
				break
			}
		}
		wanted := strings.Fields(want)
		slices.Sort(wanted)
		slices.Sort(got)
		if !slices.Equal(got, wanted) {
			t.Errorf("%+v finds %v, want %v", f, got, wanted)
		}
	}
}
