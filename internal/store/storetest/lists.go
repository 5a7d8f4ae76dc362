package storetest

import (
	"cmp"
	"encoding/base64"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"luodi/internal/app"
	"luodi/internal/calendar"
	"luodi/internal/fault"
	"luodi/internal/money"
	"luodi/internal/org"
	"luodi/internal/process"
	"luodi/internal/project"
	"luodi/internal/review"
	"luodi/internal/store"
)

var pages = map[string]func(*testing.T, *store.Store){
	"PagesAreTheListInPieces":      testPages,
	"PagesAreStableUnderInserts":   testPagesUnderInserts,
	"BadCursorIsTheCallersFault":   testBadCursor,
	"FiltersAgreeWithTheirMeaning": testFilters,
	"EachProjectWalksTheWholeList": testEach,
	"ReviewsComeLatestFirst":       testReviews,
	"WalkStopsAtTheFunctionsError": testEachError,
	"UnknownSortIsTheCallersFault": testUnknownSort,
	"LimitIsOneToTwoHundred":       testLimit,
}

var sortFields = []project.SortField{
	project.BySignedOn, project.ByAgreedAmount, project.ByName, project.ByUpdatedAt, project.ByCode,
}

// randomProjects have few different values, so that most keys are tied, and many
// without a date.
func randomProjects(r *rand.Rand, n int) []project.Project {
	names := []string{"安", "北", "a", "A", "𠮷", "一", "Z", ""}
	list := make([]project.Project, n)
	for i := range list {
		p := sampleProject(fmt.Sprintf("id-%03d", r.IntN(1000)*1000+i))
		p.Code, p.Name = p.ID, names[r.IntN(len(names))]
		p.AgreedAmount = money.Amount(r.IntN(5)) * money.Wan
		p.UpdatedAt = noon.UTC().Truncate(time.Microsecond).Add(time.Duration(r.IntN(3)*500) * time.Millisecond)
		p.SignedOn = calendar.Date{}
		if r.IntN(3) > 0 {
			p.SignedOn = calendar.Date{Year: 2023, Month: time.Month(1 + r.IntN(4)), Day: 28}
		}
		p.Framework = r.IntN(2) == 0
		p.FundsArrived = p.FundsArrived[:r.IntN(3)]
		list[i] = p
	}
	return list
}

// sorted is the order that users are promised, computed in memory.
func sorted(list []project.Project, s project.Sort) []project.Project {
	out := slices.Clone(list)
	slices.SortFunc(out, func(a, b project.Project) int {
		if s.Field == project.BySignedOn && a.SignedOn.IsZero() != b.SignedOn.IsZero() {
			if a.SignedOn.IsZero() { // last, in either direction
				return 1
			}
			return -1
		}
		c := cmp.Or(compareBy(s.Field, a, b), strings.Compare(a.ID, b.ID))
		if s.Desc {
			return -c
		}
		return c
	})
	return out
}

func compareBy(f project.SortField, a, b project.Project) int {
	switch f {
	case project.BySignedOn:
		return a.SignedOn.Compare(b.SignedOn)
	case project.ByAgreedAmount:
		return cmp.Compare(a.AgreedAmount, b.AgreedAmount)
	case project.ByName:
		return strings.Compare(a.Name, b.Name)
	case project.ByUpdatedAt:
		return a.UpdatedAt.Compare(b.UpdatedAt)
	default:
		return strings.Compare(a.Code, b.Code)
	}
}

func ids(list []project.Project) string {
	var out []string
	for _, p := range list {
		out = append(out, p.ID)
	}
	return strings.Join(out, " ")
}

func walk(t *testing.T, s *store.Store, f project.Filter, sort project.Sort, limit int, between func()) []project.Project {
	t.Helper()
	var out []project.Project
	for p := (app.Page{Limit: limit}); ; {
		list, next, err := s.Projects(ctx, everything(), f, sort, p)
		must(t, err)
		if len(list) > limit || (next != "" && len(list) < limit) {
			t.Fatalf("a page of %d rows, limit %d", len(list), limit)
		}
		out = append(out, list...)
		if p.Cursor = next; next == "" {
			return out
		}
		between()
	}
}

func testPages(t *testing.T, s *store.Store) {
	r := rand.New(rand.NewPCG(2023, 11))
	list := randomProjects(r, 60)
	insert(t, s, list...)
	for _, field := range sortFields {
		for _, desc := range []bool{false, true} {
			sort := project.Sort{Field: field, Desc: desc}
			want := sorted(list, sort)
			for _, limit := range []int{1, 7, 59, 60, 61} {
				got := walk(t, s, project.Filter{}, sort, limit, func() {})
				if ids(got) != ids(want) {
					t.Fatalf("%v by %d:\n%s\nwant\n%s", sort, limit, ids(got), ids(want))
				}
				if limit == 61 {
					wantSame(t, got, want) // whole rows, funds included
				}
			}
		}
	}
}

// testPagesUnderInserts: who was there from the beginning comes exactly once.
func testPagesUnderInserts(t *testing.T, s *store.Store) {
	r := rand.New(rand.NewPCG(7, 7))
	all := randomProjects(r, 120)
	list, later := all[:30], all[30:]
	insert(t, s, list...)
	for _, field := range sortFields {
		sort := project.Sort{Field: field, Desc: r.IntN(2) == 0}
		got := walk(t, s, project.Filter{}, sort, 6, func() {
			if len(later) > 0 && r.IntN(2) == 0 {
				insert(t, s, later[0])
				later = later[1:]
			}
		})
		known := slices.DeleteFunc(got, func(p project.Project) bool {
			return !slices.ContainsFunc(list, func(q project.Project) bool { return p.ID == q.ID })
		})
		if want := sorted(list, sort); ids(known) != ids(want) {
			t.Fatalf("%v:\n%s\nwant\n%s", sort, ids(known), ids(want))
		}
	}
}

func testBadCursor(t *testing.T, s *store.Store) {
	insert(t, s, sampleProject("a"), sampleProject("b"))
	sort := project.Sort{Field: project.BySignedOn}
	_, good, err := s.Projects(ctx, everything(), project.Filter{}, sort, app.Page{Limit: 1})
	must(t, err)
	raw := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	order := `{"o":"signed_on IS NULL, signed_on, projects.id","k":`
	for _, c := range []string{
		"x", "!!", good + "A", raw("{}"), raw("null"), raw("[]"), raw(order + `["2023-01-01"]}`),
		raw(order + `["2023-01-01",null]}`), raw(order + `[1,2]}`), raw(order + `null}`),
	} {
		_, _, err := s.Projects(ctx, everything(), project.Filter{}, sort, app.Page{Limit: 1, Cursor: c})
		wantCode(t, err, fault.Invalid, "cursor_invalid")
	}
	_, _, err = s.Projects(ctx, everything(), project.Filter{}, project.Sort{Field: project.ByName}, app.Page{Limit: 1, Cursor: good})
	wantCode(t, err, fault.Invalid, "cursor_invalid")
	_, _, err = s.Projects(ctx, everything(), project.Filter{}, sort, app.Page{Limit: 1, Cursor: good})
	must(t, err)
}

func testFilters(t *testing.T, s *store.Store) {
	r := rand.New(rand.NewPCG(3, 3))
	list := randomProjects(r, 40)
	for i := range list {
		list[i].CountyID = []string{"zhushan", "fangxian"}[r.IntN(2)]
		list[i].Stage = []project.Stage{project.Signed, project.Landed}[r.IntN(2)]
		list[i].IndustryTier = []project.Tier{project.Lead, project.Supporting}[r.IntN(2)]
		if !list[i].SignedOn.IsZero() {
			list[i].SignedOn.Year = 2022 + r.IntN(3)
		}
	}
	insert(t, s, list...)
	yes := true
	for name, c := range map[string]struct {
		filter project.Filter
		keep   func(project.Project) bool
	}{
		"county":    {project.Filter{CountyID: "fangxian"}, func(p project.Project) bool { return p.CountyID == "fangxian" }},
		"stage":     {project.Filter{Stage: project.Signed}, func(p project.Project) bool { return p.Stage == project.Signed }},
		"tier":      {project.Filter{Tiers: []project.Tier{project.Lead}}, func(p project.Project) bool { return p.IndustryTier == project.Lead }},
		"year":      {project.Filter{Year: 2023}, func(p project.Project) bool { return p.SignedOn.Year == 2023 }},
		"landed":    {project.Filter{LandedYear: 2022}, func(p project.Project) bool { return p.LandedOn.Year == 2022 }},
		"min":       {project.Filter{AmountMin: 2 * money.Wan}, func(p project.Project) bool { return p.AgreedAmount >= 2*money.Wan }},
		"max":       {project.Filter{AmountMax: 2 * money.Wan}, func(p project.Project) bool { return p.AgreedAmount <= 2*money.Wan }},
		"framework": {project.Filter{Framework: &yes}, func(p project.Project) bool { return p.Framework }},
		"exact":     {project.Filter{Industries: []string{"汽"}}, func(project.Project) bool { return false }},
	} {
		want := slices.DeleteFunc(sorted(list, project.Sort{Field: project.ByCode}), func(p project.Project) bool { return !c.keep(p) })
		got := walk(t, s, c.filter, project.Sort{Field: project.ByCode}, 7, func() {})
		if ids(got) != ids(want) {
			t.Errorf("%s: %s\nwant %s", name, ids(got), ids(want))
		}
	}
}

func testEach(t *testing.T, s *store.Store) {
	list := randomProjects(rand.New(rand.NewPCG(5, 5)), 450)
	insert(t, s, list...)
	sort := project.Sort{Field: project.BySignedOn}
	var got []project.Project
	must(t, s.EachProject(ctx, everything(), project.Filter{}, sort, func(p project.Project) error {
		if len(got) == 0 { // the walk's snapshot doesn't see it
			late := sampleProject("zzz")
			late.SignedOn = calendar.Date{}
			insert(t, s, late)
		}
		got = append(got, p)
		return nil
	}))
	if want := sorted(list, sort); ids(got) != ids(want) {
		t.Errorf("%d projects walked over, want %d in order", len(got), len(want))
	}
}

func testEachError(t *testing.T, s *store.Store) {
	insert(t, s, sampleProject("a"), sampleProject("b"))
	enough, calls := errors.New("enough"), 0
	err := s.EachProject(ctx, everything(), project.Filter{}, project.Sort{}, func(project.Project) error {
		calls++
		return enough
	})
	if !errors.Is(err, enough) || calls != 1 {
		t.Errorf("%d calls, error %v", calls, err)
	}
}

func testUnknownSort(t *testing.T, s *store.Store) {
	_, _, err := s.Projects(ctx, everything(), project.Filter{}, project.Sort{Field: "id; DROP TABLE projects"}, app.Page{})
	wantCode(t, err, fault.Invalid, "sort_unknown")
}

func testLimit(t *testing.T, s *store.Store) {
	insert(t, s, randomProjects(rand.New(rand.NewPCG(9, 9)), 203)...)
	for limit, want := range map[int]int{-1: 1, 0: 1, 1: 1, 200: 200, 100_000: 200} {
		list, next, err := s.Projects(ctx, everything(), project.Filter{}, project.Sort{}, app.Page{Limit: limit})
		must(t, err)
		if len(list) != want || next == "" {
			t.Errorf("limit %d gives %d", limit, len(list))
		}
	}
}

func testReviews(t *testing.T, s *store.Store) {
	var all []app.ReviewRow
	for i := range 9 {
		r := reviewRow(fmt.Sprintf("r%d", i), fmt.Sprintf("p%d", i))
		r.StartedAt = r.StartedAt.Add(time.Duration(i/3) * time.Minute)
		if i%2 == 0 {
			r.Stage, r.EndedAt = review.End, r.StartedAt
		}
		all = append(all, r)
		inTx(t, s, func(tx app.Tx) error { return tx.SaveReview(r) })
	}
	slices.Reverse(all)
	var got []app.ReviewRow
	for p := (app.Page{Limit: 2}); ; {
		rows, next, err := s.Reviews(ctx, everything(), app.ReviewFilter{}, p)
		must(t, err)
		got = append(got, rows...)
		if p.Cursor = next; next == "" {
			break
		}
	}
	wantSame(t, got, all)
	open, ended := true, false
	for _, c := range []struct {
		filter app.ReviewFilter
		want   int
	}{
		{app.ReviewFilter{Open: &open}, 4}, {app.ReviewFilter{Open: &ended}, 5}, {app.ReviewFilter{Stage: review.Opinions}, 4},
		{app.ReviewFilter{ProjectID: "p3"}, 1}, {app.ReviewFilter{Query: "项目P7"}, 1}, {app.ReviewFilter{Query: "光伏"}, 9},
	} {
		rows, _, err := s.Reviews(ctx, everything(), c.filter, app.Page{Limit: 50})
		must(t, err)
		if len(rows) != c.want {
			t.Errorf("%+v finds %d, want %d", c.filter, len(rows), c.want)
		}
	}
}

var scopes = map[string]func(*testing.T, *store.Store){
	"EverybodySeesOnlyTheirOwn": testScopes,
}

func testScopes(t *testing.T, s *store.Store) {
	for i, county := range []string{"zhushan", "fangxian", "maojian"} {
		p := sampleProject(fmt.Sprintf("p-%d", i))
		p.CountyID, p.CreatedBy.UserID = county, ""
		if county == "maojian" {
			p.CreatedBy.UserID = "author"
		}
		r := reviewRow(fmt.Sprint(i), p.ID)
		r.StartedUser = fmt.Sprint("starter-", i)
		inTx(t, s, func(tx app.Tx) error {
			must(t, tx.InsertProject(p))
			must(t, tx.SaveReview(r))
			return tx.SaveProcess(processOf(r.ID, 1), app.TaskChange{By: by(r.StartedUser, noon)},
				[]process.Reader{{UnitID: fmt.Sprint("dept-", i)}, {UnitID: "fagai"}, {UnitID: "copied", Copy: true}}[:1+i])
		})
	}
	for name, c := range map[string]struct {
		scope             org.Scope
		projects, reviews string
	}{
		"all":              {org.Scope{All: true}, "012", "012"},
		"nothing":          {org.Scope{}, "", ""},
		"county":           {org.Scope{UnitID: "fangxian"}, "1", ""},
		"department":       {org.Scope{UnitID: "dept-2", UserID: "x"}, "2", "2"},
		"in two":           {org.Scope{UnitID: "fagai"}, "12", "12"},
		"by a copy":        {org.Scope{UnitID: "copied"}, "2", "2"},
		"another case":     {org.Scope{UnitID: "FAGAI"}, "", ""},
		"started":          {org.Scope{UnitID: "x", UserID: "starter-0"}, "", "0"},
		"author":           {org.Scope{UserID: "author"}, "2", ""},
		"county's starter": {org.Scope{UnitID: "zhushan", UserID: "starter-1"}, "0", "1"},
	} {
		var projects, reviews, processes string
		list, _, err := s.Projects(ctx, c.scope, project.Filter{}, project.Sort{Field: project.ByCode}, app.Page{Limit: 9})
		must(t, err)
		for _, p := range list {
			projects += strings.TrimPrefix(p.ID, "p-")
		}
		rows, _, err := s.Reviews(ctx, c.scope, app.ReviewFilter{}, app.Page{Limit: 9})
		must(t, err)
		for _, r := range rows {
			reviews = r.ID + reviews
		}
		for i := range 3 {
			whole, err := s.Process(ctx, review.Kind, fmt.Sprint(i), c.scope)
			head, headErr := s.ProcessHead(ctx, review.Kind, fmt.Sprint(i), c.scope)
			if (err == nil) != (headErr == nil) {
				t.Errorf("%s: process %d: %v, its head %v", name, i, err, headErr)
			}
			whole.State = nil
			wantSame(t, head, whole)
			if err == nil {
				processes += fmt.Sprint(i)
			} else {
				wantCode(t, err, fault.NotFound, "process_unknown")
			}
			_, err = s.Project(ctx, fmt.Sprint("p-", i), c.scope)
			if seen := strings.Contains(c.projects, fmt.Sprint(i)); seen != (err == nil) {
				t.Errorf("%s: project %d: %v", name, i, err)
			}
		}
		if projects != c.projects || reviews != c.reviews || processes != c.reviews {
			t.Errorf("%s sees projects %q, reviews %q, processes %q", name, projects, reviews, processes)
		}
	}
}
