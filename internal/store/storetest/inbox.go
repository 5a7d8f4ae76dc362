package storetest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"luodi/internal/app"
	"luodi/internal/auth"
	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/process"
	"luodi/internal/review"
	"luodi/internal/store"
)

var inbox = map[string]func(*testing.T, *store.Store){
	"TodoIsMostUrgentFirst":       testTodo,
	"TaskMovesFromTodoToDone":     testTaskLife,
	"RolesMatchWholeNames":        testRoles,
	"StartedAndCopiedHaveABox":    testStartedAndCopies,
	"NoBusinessMeansEmptyBoxes":   testNoBusiness,
	"ReadersAreReplacedByTheNext": testReaders,
}

func member(roles ...org.Role) org.Actor {
	return org.Actor{UserID: "me", UnitID: "fagai", Roles: roles}
}

func task(key string, due time.Time, light process.Light) process.Task {
	return process.Task{
		Key: key, Action: "opine", Title: "出具会审意见", UnitID: "fagai", Roles: []org.Role{org.DepartmentHandler, org.DepartmentLeader},
		OpenedAt: noon.UTC().Truncate(time.Microsecond), Due: due, Light: light,
	}
}

func saveTasks(t *testing.T, s *store.Store, id string, head int64, change app.TaskChange) {
	t.Helper()
	change.Title = "研判 光伏项目" + id
	if change.By.Seq == 0 {
		change.By = by("u9", noon)
	}
	inTx(t, s, func(tx app.Tx) error { return tx.SaveProcess(processOf(id, head), change, nil) })
}

func box(t *testing.T, s *store.Store, actor org.Actor, box app.Box, limit int) []app.TaskRow {
	t.Helper()
	var out []app.TaskRow
	for p := (app.Page{Limit: limit}); ; {
		rows, next, err := s.Tasks(ctx, actor, box, app.TaskFilter{}, p)
		must(t, err)
		out = append(out, rows...)
		if p.Cursor = next; next == "" {
			break
		}
	}
	if counts, err := s.TaskCounts(ctx, actor); err != nil || counts[box] != len(out) {
		t.Errorf("the count of %s is %d, %v; the list has %d", box, counts[box], err, len(out))
	}
	return out
}

func testTodo(t *testing.T, s *store.Store) {
	soon, later := noon.Add(time.Hour), noon.Add(2*time.Hour)
	// in the order they must come in
	want := []process.Task{
		task("red-soon", soon, process.Red), task("red-later", later, process.Red), task("red-never", time.Time{}, process.Red),
		task("yellow", soon, process.Yellow), task("green-soon", soon, process.Green),
		task("green-soon-2", soon, process.Green), task("green-never", time.Time{}, process.Green), task("green-never-2", time.Time{}, process.Green),
	}
	for _, i := range []int{6, 2, 4, 0, 3, 5, 1, 7} {
		want[i].Title = want[i].Key
		saveTasks(t, s, fmt.Sprint(i), 1, app.TaskChange{Open: []process.Task{want[i]}})
	}
	for _, limit := range []int{1, 3, 50} {
		var got []string
		for _, row := range box(t, s, member(org.DepartmentHandler), app.Todo, limit) {
			got = append(got, row.Title)
		}
		if len(got) != len(want) || !slices.EqualFunc(got, want, func(g string, w process.Task) bool { return g == w.Key }) {
			t.Errorf("todo by %d is %v", limit, got)
		}
	}
}

func testTaskLife(t *testing.T, s *store.Store) {
	me := member(org.DepartmentLeader)
	due := noon.UTC().Truncate(time.Microsecond).Add(time.Hour)
	saveTasks(t, s, "1", 1, app.TaskChange{Open: []process.Task{task("seat", due, process.Green), task("other", due, process.Green)}})
	first := box(t, s, me, app.Todo, 9)
	changed := task("seat", due.Add(time.Hour), process.Yellow)
	changed.Reminded, changed.Provisional = true, true
	saveTasks(t, s, "1", 2, app.TaskChange{Open: []process.Task{changed}})
	got := box(t, s, me, app.Todo, 9)
	want := app.TaskRow{
		ID: first[0].ID, Kind: review.Kind, ProcessID: "1", ProjectID: "p-1", Action: "opine", Title: "出具会审意见",
		Subject: "研判 光伏项目1", UnitID: "fagai", OpenedAt: changed.OpenedAt, Due: changed.Due, Provisional: true,
		Light: process.Yellow, Reminded: true, Claimable: true,
	}
	if len(got) != 2 {
		t.Fatalf("todo is %+v", got)
	}
	wantSame(t, got[0], want)
	saveTasks(t, s, "1", 3, app.TaskChange{Closed: []string{"seat"}, By: by("leader", noon.Add(time.Minute))})
	if keys := value[[]string](t)(s.OpenTasks(ctx, "review-1")); len(keys) != 1 || keys[0] != "other" {
		t.Errorf("open tasks are %v", keys)
	}
	done := box(t, s, me, app.Done, 9)
	want.Claimable = false
	want.DoneAt, want.DoneBy = noon.UTC().Truncate(time.Microsecond).Add(time.Minute), "姓名leader"
	wantSame(t, done, []app.TaskRow{want})
	// the same task comes and is done a second time, as a supplement may
	saveTasks(t, s, "1", 4, app.TaskChange{Open: []process.Task{task("seat", due, process.Green)}})
	saveTasks(t, s, "1", 5, app.TaskChange{Closed: []string{"seat", "other"}, By: by("leader", noon.Add(2*time.Minute))})
	if todo, done := box(t, s, me, app.Todo, 9), box(t, s, me, app.Done, 1); len(todo) != 0 || len(done) != 3 || done[2].ID != want.ID {
		t.Errorf("in the end todo is %+v, done %+v", todo, done)
	}
}

func testRoles(t *testing.T, s *store.Store) {
	saveTasks(t, s, "1", 1, app.TaskChange{Open: []process.Task{task("seat", noon, process.Green)}})
	for _, c := range []struct {
		actor org.Actor
		want  int
	}{
		{member(org.DepartmentHandler), 1},
		{member(org.CountyOperator, org.DepartmentLeader), 1},
		{member(org.CountyOperator), 0},
		{member(org.CountyOperator, "department"), 0}, // parts of the names of roles, with a role that sees something
		{member(org.CountyOperator, "leader"), 0},
		{member(), 0},
		{org.Actor{UserID: "me", UnitID: "jingxin", Roles: []org.Role{org.DepartmentHandler}}, 0},
		{org.Actor{UserID: "me", UnitID: "FAGAI", Roles: []org.Role{org.DepartmentHandler}}, 0},
	} {
		if got := box(t, s, c.actor, app.Todo, 9); len(got) != c.want {
			t.Errorf("%+v has %d tasks, want %d", c.actor, len(got), c.want)
		}
	}
}

func testStartedAndCopies(t *testing.T, s *store.Store) {
	for i := range 4 {
		row := processOf(fmt.Sprint(i), 1)
		if i == 1 { // another kind of process, that no list of reviews knows
			row.Kind, row.Stream, row.Stage = "panel", process.StreamID("panel", row.ID), "票决"
		}
		user := []string{"me", "other"}[i/2]
		at := noon.Add(time.Duration(i) * time.Minute)
		readers := []process.Reader{{UnitID: "fagai", Copy: i >= 2}, {UnitID: "centre"}}
		inTx(t, s, func(tx app.Tx) error { return tx.SaveProcess(row, app.TaskChange{By: by(user, at)}, readers) })
	}
	for which, want := range map[app.Box]string{app.Started: "1 0", app.CC: "3 2"} {
		var got []string
		for _, row := range box(t, s, member(org.DepartmentHandler), which, 1) {
			got = append(got, row.ProcessID)
			label := map[string]string{review.Kind: "部门会审", "panel": "票决"}[row.Kind]
			if row.Title != label || row.Subject != "研判 光伏"+row.ID || row.ID != row.ProcessID || row.UnitID != "centre" {
				t.Errorf("%s shows %+v", which, row)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s is %v, want %s", which, got, want)
		}
	}
	ended := processOf("0", 2)
	ended.Ended, ended.Stage, ended.Light = true, "end", process.Red
	for _, at := range []time.Time{noon.Add(time.Hour), noon.Add(2 * time.Hour)} { // the end is the first of them
		inTx(t, s, func(tx app.Tx) error { return tx.SaveProcess(ended, app.TaskChange{By: by("x", at)}, nil) })
	}
	rows := box(t, s, member(org.DepartmentHandler), app.Started, 9)
	if r := rows[1]; r.DoneAt != noon.UTC().Truncate(time.Microsecond).Add(time.Hour) || r.Light != process.Red || r.Title != "办结" {
		t.Errorf("ended as %+v", r)
	}
	if cc := box(t, s, org.Actor{UserID: "l", UnitID: "shizhengfu", Roles: []org.Role{org.CityLeader}}, app.CC, 9); len(cc) != 0 {
		t.Errorf("a city leader reads all and got copies %+v", cc)
	}
}

func testNoBusiness(t *testing.T, s *store.Store) {
	admin := org.Actor{UserID: "me", UnitID: "fagai", Roles: []org.Role{org.Administrator}}
	saveTasks(t, s, "1", 1, app.TaskChange{Open: []process.Task{task("seat", noon, process.Green)}})
	inTx(t, s, func(tx app.Tx) error {
		return tx.SaveProcess(processOf("1", 2), app.TaskChange{By: by("", noon)}, []process.Reader{{UnitID: "fagai", Copy: true}})
	})
	for _, actor := range []org.Actor{admin, {}, {Roles: []org.Role{org.CountyOperator}}} {
		for _, which := range []app.Box{app.Todo, app.Done, app.Started, app.CC} {
			if got := box(t, s, actor, which, 9); len(got) != 0 {
				t.Errorf("%+v has %+v in %s", actor, got, which)
			}
		}
	}
}

func testReaders(t *testing.T, s *store.Store) {
	save := func(readers ...process.Reader) {
		inTx(t, s, func(tx app.Tx) error {
			return tx.SaveProcess(processOf("1", 1), app.TaskChange{By: by("u", noon)}, readers)
		})
	}
	reads := func(unit string) bool {
		_, err := s.Process(ctx, review.Kind, "1", org.Scope{UnitID: unit})
		return err == nil
	}
	save(process.Reader{UnitID: "b"}, process.Reader{UnitID: "a"})
	save(process.Reader{UnitID: "a"}, process.Reader{UnitID: "b"}) // another order is no change
	if !reads("a") || !reads("b") || reads("c") {
		t.Error("readers are not those given")
	}
	save(process.Reader{UnitID: "c", Copy: true})
	if reads("a") || reads("b") || !reads("c") {
		t.Error("readers were not replaced")
	}
	save()
	if reads("c") {
		t.Error("the last reader was not removed")
	}
}

var sweeps = map[string]func(*testing.T, *store.Store){
	"BehindIsWhatNobodyConfirmed":   testBehind,
	"StaleIsWhatAnotherCalendarSet": testStale,
	"WalksSeeEverythingInOrder":     testWalks,
}

func streams(rows []app.ProcessRow) string {
	var out []string
	for _, r := range rows {
		out = append(out, r.ID)
	}
	return strings.Join(out, " ")
}

func testBehind(t *testing.T, s *store.Store) {
	for i, ended := range []bool{false, true, false, false} {
		row := processOf(fmt.Sprint(i), 5)
		row.Confirmed, row.Ended = 3, ended
		at := noon.Add(-time.Duration(i) * time.Minute)
		inTx(t, s, func(tx app.Tx) error { return tx.SaveProcess(row, app.TaskChange{By: by("u", at)}, nil) })
	}
	must(t, s.Confirm(ctx, "review-2", 5))
	must(t, s.Confirm(ctx, "review-3", 4))
	must(t, s.Confirm(ctx, "review-3", 2)) // never lowers
	if got := streams(value[[]app.ProcessRow](t)(s.Behind(ctx, noon.Add(time.Second), 9))); got != "3 1 0" {
		t.Errorf("behind are %q", got)
	}
	if got := streams(value[[]app.ProcessRow](t)(s.Behind(ctx, noon.Add(-30*time.Second), 1))); got != "3" {
		t.Errorf("settled and behind are %q", got)
	}
	row := value[app.ProcessRow](t)(s.Process(ctx, review.Kind, "3", everything()))
	if row.Confirmed != 4 || row.Head != 5 {
		t.Errorf("confirmed %d of %d", row.Confirmed, row.Head)
	}
	next := processOf("3", 6)
	next.Confirmed = 1 // a workflow that a crash left behind
	inTx(t, s, func(tx app.Tx) error {
		if n, err := tx.OpenProcesses(); n != 3 || err != nil {
			t.Errorf("%d processes open, %v", n, err)
		}
		return tx.SaveProcess(next, app.TaskChange{By: by("u", noon)}, nil)
	})
	if row = value[app.ProcessRow](t)(s.Process(ctx, review.Kind, "3", everything())); row.Confirmed != 4 || row.Head != 6 {
		t.Errorf("confirmed %d of %d after a save", row.Confirmed, row.Head)
	}
}

func testStale(t *testing.T, s *store.Store) {
	save := func(digest string, computed bool, want string) {
		t.Helper()
		row := processOf("1", 1)
		row.Calendar, row.Computed = digest, computed
		inTx(t, s, func(tx app.Tx) error { return tx.SaveProcess(row, app.TaskChange{By: by("u", noon)}, nil) })
		got := value[app.ProcessRow](t)(s.Process(ctx, review.Kind, "1", everything()))
		if got.Calendar != want {
			t.Errorf("calendar is %q, want %q", got.Calendar, want)
		}
		wantSame(t, string(got.State), string(row.State))
	}
	save("a", true, "a")
	save("a", false, "a")
	if got := value[[]app.ProcessRow](t)(s.Stale(ctx, "a", 9)); len(got) != 0 {
		t.Errorf("stale are %q", streams(got))
	}
	save("b", false, "") // some deadlines by a, some by b
	save("b", false, "")
	if got := value[[]app.ProcessRow](t)(s.Stale(ctx, "b", 9)); len(got) != 1 {
		t.Errorf("stale are %q", streams(got))
	}
	save("b", true, "b")
	ended := processOf("1", 2)
	ended.Ended = true
	inTx(t, s, func(tx app.Tx) error { return tx.SaveProcess(ended, app.TaskChange{By: by("u", noon)}, nil) })
	if got := value[[]app.ProcessRow](t)(s.Stale(ctx, "c", 9)); len(got) != 0 {
		t.Errorf("what has ended is stale: %q", streams(got))
	}
}

func testWalks(t *testing.T, s *store.Store) {
	const n = 430 // more than two pages
	inTx(t, s, func(tx app.Tx) error {
		for i := range n {
			id := fmt.Sprintf("%03d", i)
			if err := tx.Append(sealed(event.Event{}, "review-"+id, "c", "x", "y")); err != nil {
				return err
			}
			if err := tx.SaveProcess(processOf(id, 2), app.TaskChange{By: by("u", noon)}, nil); err != nil {
				return err
			}
		}
		return nil
	})
	var names, rows []string
	must(t, s.Streams(ctx, func(stream string) error { names = append(names, stream); return nil }))
	must(t, s.AllProcesses(ctx, func(r app.ProcessRow) error { rows = append(rows, r.Stream); return nil }))
	if len(names) != n || !slices.IsSorted(names) || !slices.Equal(names, rows) {
		t.Errorf("%d streams and %d processes walked over", len(names), len(rows))
	}
}

var people = map[string]func(*testing.T, *store.Store){
	"UnitsKeepTheirOrder": testUnits,
	"LoginsAreTakenOnce":  testLogins,
	"SessionsEnd":         testSessions,
	"TargetsAreByYear":    testTargets,
}

func testUnits(t *testing.T, s *store.Store) {
	units := []org.Unit{
		{ID: "centre", Name: "招商服务中心", ShortName: "中心", Kind: org.Centre}, {ID: "b", Name: "乙"}, {ID: "a", Name: "甲", Kind: org.County},
	}
	must(t, s.SaveUnits(ctx, units))
	units[1].Name = "乙局"
	must(t, s.SaveUnits(ctx, units))
	wantSame(t, value[[]org.Unit](t)(s.Units(ctx)), units)
	wantSame(t, value[org.Unit](t)(s.Unit(ctx, "b")), units[1])
	_, err := s.Unit(ctx, "B")
	wantCode(t, err, fault.NotFound, "unit_unknown")
	err = s.SaveUnits(ctx, []org.Unit{{ID: "c"}, {ID: "d", Name: long(101)}})
	wantCode(t, err, fault.Invalid, "text_too_long")
	if got := value[[]org.Unit](t)(s.Units(ctx)); len(got) != 3 {
		t.Errorf("half of a list of units was saved: %+v", got)
	}
}

func testLogins(t *testing.T, s *store.Store) {
	must(t, s.SaveUnits(ctx, []org.Unit{{ID: "centre"}}))
	u := org.User{ID: "1", Login: "zhang", Name: "张明", UnitID: "centre", Roles: []org.Role{org.CentreOperator, org.PanelMember}}
	must(t, s.SaveUser(ctx, u, "h1"))
	wantSame(t, value[org.User](t)(s.User(ctx, "1")), u)
	err := s.SaveUser(ctx, org.User{ID: "2", Login: "zhang", UnitID: "centre"}, "h2")
	wantCode(t, err, fault.Conflict, "login_taken")
	err = s.SaveUser(ctx, org.User{ID: "2", Login: "li", UnitID: "nowhere"}, "h2")
	wantCode(t, err, fault.Invalid, "reference_unknown")
	u.Disabled, u.Roles = true, nil
	must(t, s.SaveUser(ctx, u, "h3"))
	wantSame(t, value[org.User](t)(s.User(ctx, "1")), u)
	must(t, s.SetPasswordHash(ctx, "1", "h4"))
	if c, err := s.Credential(ctx, "zhang"); err != nil || c != (auth.Credential{UserID: "1", PasswordHash: "h4"}) {
		t.Errorf("credential %+v, %v", c, err)
	}
	wantCode(t, s.SetPasswordHash(ctx, "9", "h"), fault.NotFound, "user_unknown")
	if n := value[int64](t)(s.CountUsers(ctx)); n != 1 {
		t.Errorf("%d users", n)
	}
}

func testSessions(t *testing.T, s *store.Store) {
	must(t, s.SaveUnits(ctx, []org.Unit{{ID: "centre"}}))
	must(t, s.SaveUser(ctx, org.User{ID: "1", Login: "zhang", UnitID: "centre"}, "h"))
	at := noon.UTC().Truncate(time.Microsecond)
	session := func(id string, idle, end time.Duration) auth.Session {
		x := auth.Session{ID: id, UserID: "1", CreatedAt: at, IdleExpiresAt: at.Add(idle), ExpiresAt: at.Add(end)}
		must(t, s.CreateSession(ctx, x))
		return x
	}
	a, b := session("a", time.Hour, 2*time.Hour), session("b", time.Hour, 2*time.Hour)
	session("idle", time.Minute, time.Hour)
	session("ended", time.Hour, time.Minute)
	must(t, s.TouchSession(ctx, "b", at.Add(90*time.Minute)))
	must(t, s.TouchSession(ctx, "gone", at))
	b.IdleExpiresAt = at.Add(90 * time.Minute)
	wantSame(t, sessionOf(t, s, "a"), a)
	wantSame(t, sessionOf(t, s, "b"), b)
	must(t, s.DeleteExpiredSessions(ctx, at.Add(time.Minute)))
	for _, id := range []string{"idle", "ended", "A"} {
		_, _, err := s.Session(ctx, id)
		wantCode(t, err, fault.NotFound, "session_unknown")
	}
	must(t, s.DeleteSession(ctx, "a"))
	must(t, s.DeleteSession(ctx, "a"))
	_, _, err := s.Session(ctx, "a")
	wantCode(t, err, fault.NotFound, "session_unknown")
	sessionOf(t, s, "b")
}

func testTargets(t *testing.T, s *store.Store) {
	must(t, s.SaveTarget(ctx, 2023, "", "landed", "300"))
	must(t, s.SaveTarget(ctx, 2023, "", "landed", "310"))
	must(t, s.SaveTarget(ctx, 2023, "", "signed", "500"))
	must(t, s.SaveTarget(ctx, 2024, "", "landed", "400"))
	wantSame(t, value[map[string]string](t)(s.Targets(ctx, 2023)), map[string]string{"landed": "310", "signed": "500"})
	wantSame(t, value[map[string]string](t)(s.Targets(ctx, 2022)), map[string]string{})
}

// sessionOf reads a session that must be there, and whose it is.
func sessionOf(t *testing.T, s *store.Store, id string) auth.Session {
	t.Helper()
	found, user, err := s.Session(t.Context(), id)
	if err != nil || user.ID != found.UserID {
		t.Fatalf("session %s of %q: %v", id, user.ID, err)
	}
	return found
}
