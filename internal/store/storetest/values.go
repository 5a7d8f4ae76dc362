package storetest

import (
	"math"
	"testing"
	"time"

	"luodi/internal/app"
	"luodi/internal/calendar"
	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/money"
	"luodi/internal/org"
	"luodi/internal/project"
	"luodi/internal/store"
)

var texts = map[string]func(*testing.T, *store.Store){
	"CaseMakesADifference":       testCase,
	"LongChineseTextSurvives":    testLongText,
	"TooLongTextIsRefusedNotCut": testTooLong,
	"SearchFindsPartsOfNames":    testSearch,
	"BrokenTextIsNoFaultOfOurs":  testBrokenText,
}

func testCase(t *testing.T, s *store.Store) {
	a, b := sampleProject("abc"), sampleProject("ABC")
	a.Code, b.Code = "code", "CODE"
	insert(t, s, a, b)
	got := value[project.Project](t)(s.Project(ctx, "ABC", everything()))
	wantSame(t, got, b)
	must(t, s.SaveUnits(ctx, []org.Unit{{ID: "centre", Name: "中心"}, {ID: "Centre", Name: "另一个"}}))
	for _, login := range []string{"admin", "Admin", "ADMIN"} {
		must(t, s.SaveUser(ctx, org.User{ID: login, Login: login, Name: login, UnitID: "centre"}, "hash of "+login))
	}
	c, err := s.Credential(ctx, "Admin")
	must(t, err)
	if c.UserID != "Admin" || c.PasswordHash != "hash of Admin" {
		t.Errorf("credential of Admin is %+v", c)
	}
	_, err = s.Credential(ctx, "aDMIN")
	wantCode(t, err, fault.NotFound, "user_unknown")
}

func testLongText(t *testing.T, s *store.Store) {
	p := sampleProject("p1")
	p.Name, p.Investor, p.Remark = long(200), "🚗é́\u200d👨‍👩‍👧", long(2000)
	insert(t, s, p)
	wantSame(t, value[project.Project](t)(s.Project(ctx, "p1", everything())), p)
	opinion := long(100_000)
	inTx(t, s, func(tx app.Tx) error { return tx.Append(sealed(event.Event{}, "s", "c", opinion)) })
	events := value[[]event.Event](t)(s.Events(ctx, "s", 0))
	if n, _ := event.Decode[note](events[0]); n.Text != opinion {
		t.Errorf("a long text came back with %d bytes", len(n.Text))
	}
}

func testTooLong(t *testing.T, s *store.Store) {
	p := sampleProject("p1")
	p.Name = long(201)
	err := s.InTx(ctx, func(tx app.Tx) error { return tx.InsertProject(p) })
	wantCode(t, err, fault.Invalid, "text_too_long")
	if d := fault.From(err).Details; len(d) != 1 || d[0].Field != "/name" {
		t.Errorf("details %v don't name the field", d)
	}
	_, err = s.Project(ctx, "p1", everything())
	wantCode(t, err, fault.NotFound, "project_unknown")
	err = s.InTx(ctx, func(tx app.Tx) error { return tx.Append(sealed(event.Event{}, long(101), "c", "x")) })
	wantCode(t, err, fault.Invalid, "text_too_long")
}

func testSearch(t *testing.T, s *store.Store) {
	names := map[string]string{"1": "竹山县5G基站项目", "2": "100%绿电_储能", "3": "一〇〇绿电储能", "4": "𠮷林菜项目"}
	for id, name := range names {
		p := sampleProject(id)
		p.Name, p.Code, p.Investor = name, "C-"+id, "Acme示例"
		insert(t, s, p)
	}
	for query, want := range map[string]string{
		"5g基": "1", "绿电_储": "2", "0%绿": "2", "绿电储": "3", "𠮷": "4", "c-3": "3", " 基站 ": "1",
		"%": "2", "_": "2", "ACME示例": "1234", "没有": "", `\`: "", "'": "", "\xff基站": "1",
	} {
		list, _, err := s.Projects(ctx, everything(), project.Filter{Query: query}, project.Sort{Field: project.ByCode}, app.Page{Limit: 10})
		must(t, err)
		var got string
		for _, p := range list {
			got += p.ID
		}
		if got != want {
			t.Errorf("search for %q finds %q, want %q", query, got, want)
		}
	}
}

func testBrokenText(t *testing.T, s *store.Store) {
	for _, id := range []string{"\xff\xfe", "a\x00b", "", "'; DROP TABLE projects; --"} {
		_, err := s.Project(ctx, id, everything())
		if !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Invalid) {
			t.Errorf("project %q: %v, want NotFound or Invalid", id, err)
		}
	}
}

var values = map[string]func(*testing.T, *store.Store){
	"TimesKeepMicrosecondsInUTC": testTimes,
	"AmountsAreExactAtTheLimits": testAmounts,
	"ProjectsComeBackAsTheyWere": testProject,
	"EmptyValuesComeBackEmpty":   testEmpty,
}

func testTimes(t *testing.T, s *store.Store) {
	for i, at := range []time.Time{
		noon, noon.Truncate(time.Second), time.Date(2024, 2, 29, 23, 59, 59, 999_999_999, calendar.Shanghai),
		time.Date(1000, 1, 1, 0, 0, 0, 1000, time.UTC), time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC),
	} {
		p := sampleProject(string(rune('a' + i)))
		p.CreatedAt, p.UpdatedAt = at, at
		insert(t, s, p)
		got := value[project.Project](t)(s.Project(ctx, p.ID, everything()))
		want := at.UTC().Truncate(time.Microsecond)
		if got.UpdatedAt != want || got.CreatedAt != want {
			t.Errorf("%v came back as %v", at, got.UpdatedAt)
		}
	}
}

func testAmounts(t *testing.T, s *store.Store) {
	for i, amount := range []money.Amount{1, 0, -1, math.MaxInt64, math.MinInt64, 1<<53 + 1, project.MaxAmount} {
		p := sampleProject(string(rune('a' + i)))
		p.AgreedAmount, p.FundsArrived[0].Amount = amount, amount
		p.LandArea, p.EnergyUse = "0.1000000000000000055511151231257", ""
		insert(t, s, p)
		wantSame(t, value[project.Project](t)(s.Project(ctx, p.ID, everything())), p)
	}
}

func testProject(t *testing.T, s *store.Store) {
	p := sampleProject("p1")
	insert(t, s, p)
	wantSame(t, value[project.Project](t)(s.Project(ctx, "p1", everything())), p)
	p.Framework, p.Chemicals, p.AboveScale, p.Illustrative = true, true, true, true
	p.SignedOn, p.Stage, p.FundsArrived = calendar.Date{}, project.Ended, []project.Funds{}
	p.Ambassador, p.Team, p.Version = "招商大使001(示例)", "大湾区专班", 2
	inTx(t, s, func(tx app.Tx) error { return tx.UpdateProject(p) })
	wantSame(t, value[project.Project](t)(s.Project(ctx, "p1", everything())), p)
	inTx(t, s, func(tx app.Tx) error {
		locked, err := tx.Project("p1")
		wantSame(t, locked, p)
		return err
	})
}

func testEmpty(t *testing.T, s *store.Store) {
	p := project.Project{ID: "p1", Code: "c", CreatedAt: noon, UpdatedAt: noon, FundsArrived: []project.Funds{}}
	insert(t, s, p)
	got := value[project.Project](t)(s.Project(ctx, "p1", everything()))
	if !got.SignedOn.IsZero() || !got.InProductionOn.IsZero() || got.LandArea != "" || got.FundsArrived == nil || got.Framework {
		t.Errorf("empty values came back as %+v", got)
	}
	row := reviewRow("r1", "p1")
	row.Due, row.Outcome = time.Time{}, ""
	inTx(t, s, func(tx app.Tx) error { return tx.SaveReview(row) })
	wantSame(t, value[app.ReviewRow](t)(s.ReviewRowOf(ctx, "r1")), row)
}
