package storetest

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"luodi/internal/app"
	"luodi/internal/calendar"
	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/process"
	"luodi/internal/review"
	"luodi/internal/store"
)

var files = map[string]func(*testing.T, *store.Store){
	"DraftsArePrivateAndExpire":      testDrafts,
	"DraftsAreLimited":               testDraftLimit,
	"FilesAreReadByWhoMayRead":       testAttachmentReaders,
	"FilesOfOthersAreNotUsed":        testAttachmentUse,
	"UnusedUploadsAreRemoved":        testUnused,
	"OldRepliesAreForgotten":         testOldReplies,
	"OtherUnitsOfAProxyAreSeenAlong": testAlso,
}

// folk are two people of one unit, one of another, and one whose account is disabled.
func folk(t *testing.T, s *store.Store) {
	t.Helper()
	must(t, s.SaveUnits(ctx, []org.Unit{{ID: "fagai", Name: "市发改委", Kind: org.Department}, {ID: "centre", Name: "中心", Kind: org.Centre}}))
	for _, u := range []org.User{
		{ID: "zhang", Name: "张明", UnitID: "fagai", Roles: []org.Role{org.DepartmentLeader}},
		{ID: "wang", Name: "王芳", UnitID: "fagai", Roles: []org.Role{org.DepartmentHandler}},
		{ID: "li", Name: "李红", UnitID: "centre", Roles: []org.Role{org.CentreOperator}},
		{ID: "gone", Name: "张离", UnitID: "fagai", Roles: []org.Role{org.DepartmentHandler}, Disabled: true},
	} {
		u.Login = u.ID
		must(t, s.SaveUser(ctx, u, "h"))
	}
}

// date is noon's day and n-7 days more, for noon is on a 7th.
func date(n int) calendar.Date { return calendar.DateOf(noon).AddDays(n - 7) }

// counter gives ids in a row.
func counter() func() string {
	var n atomic.Int64
	return func() string { return fmt.Sprintf("id-%03d", n.Add(1)) }
}

func testDrafts(t *testing.T, s *store.Store) {
	save := func(user, form, subject, body string, at time.Time) {
		must(t, s.SaveDraft(ctx, user, app.Draft{Form: form, Subject: subject, Body: []byte(body), At: at}, 9))
	}
	save("u1", "opine", "1", `{"text": "一"}`, noon)
	save("u1", "opine", "1", `{ "文字":"<二>" }`, noon.Add(time.Minute)) // in its place
	save("u1", "opine", "A", `{}`, noon)
	save("u1", "opine", "a", `{"case":true}`, noon)
	save("u2", "opine", "1", `{"whose":"u2"}`, noon)
	got := value[app.Draft](t)(s.Draft(ctx, "u1", "opine", "1"))
	if string(got.Body) != `{ "文字":"<二>" }` || !got.At.Equal(noon.Add(time.Minute).Truncate(time.Microsecond)) {
		t.Errorf("draft came back as %s at %s", got.Body, got.At)
	}
	list := value[[]app.Draft](t)(s.DraftsOf(ctx, "u1"))
	if len(list) != 3 || list[0].Subject != "1" || list[1].Subject != "A" || len(list[0].Body) != 0 {
		t.Errorf("drafts %+v", list)
	}
	_, err := s.Draft(ctx, "u2", "opine", "a")
	wantCode(t, err, fault.NotFound, "draft_unknown")
	for range 2 {
		must(t, s.DeleteDraft(ctx, "u1", "opine", "a"))
	}
	_, err = s.Draft(ctx, "u1", "opine", "a")
	wantCode(t, err, fault.NotFound, "draft_unknown")
	must(t, s.DeleteExpiredDrafts(ctx, noon.Add(time.Second)))
	if list := value[[]app.Draft](t)(s.DraftsOf(ctx, "u1")); len(list) != 1 || list[0].Subject != "1" {
		t.Errorf("left are %+v", list)
	}
}

func testDraftLimit(t *testing.T, s *store.Store) {
	save := func(user, subject string) error {
		return s.SaveDraft(ctx, user, app.Draft{Form: "opine", Subject: subject, Body: []byte("{}"), At: noon}, 2)
	}
	must(t, save("u1", "a"))
	must(t, save("u1", "b"))
	wantCode(t, save("u1", "c"), fault.Conflict, "drafts_full")
	must(t, save("u1", "a"))
	must(t, save("u2", "c"))
}

func file(id, unit string, at time.Time) app.Attachment {
	return app.Attachment{ID: id, Name: "用地红线图 " + id + ".pdf", Media: "application/pdf", Size: 20 << 20,
		SHA256: strings.Repeat("a", 64), UploadedBy: "u1", Unit: unit, At: at.UTC().Truncate(time.Microsecond)}
}

// use notes files as used by the stream's next event, which a person of a unit decides.
func use(s *store.Store, stream string, by org.Actor, ids ...string) error {
	return s.InTx(ctx, func(tx app.Tx) error {
		head, err := tx.Head(stream)
		if err != nil {
			return err
		}
		if err := tx.Append(event.Seal(head, stream, "p1", "c", by, noon, []event.Draft{{Type: "test.noted", Data: []byte("{}"), For: by.For}})); err != nil {
			return err
		}
		return tx.UseAttachments(stream, ids)
	})
}

func testAttachmentReaders(t *testing.T, s *store.Store) {
	inTx(t, s, func(tx app.Tx) error {
		must(t, tx.InsertAttachment(file("a", "fagai", noon)))
		must(t, tx.InsertAttachment(file("b", "fagai", noon)))
		return tx.SaveProcess(processOf("1", 1), app.TaskChange{By: by("starter", noon)}, []process.Reader{{UnitID: "centre"}, {UnitID: "zhushan", Copy: true}})
	})
	must(t, use(s, "review-1", org.Actor{UserID: "u1", UnitID: "fagai"}, "a"))
	for name, c := range map[string]struct {
		scope org.Scope
		sees  string
	}{
		"all": {everything(), "ab"}, "nothing": {org.Scope{}, ""}, "its unit": {org.Scope{UnitID: "fagai", UserID: "x"}, "ab"},
		"a reader": {org.Scope{UnitID: "centre", UserID: "x"}, "a"}, "a copy": {org.Scope{UnitID: "zhushan"}, "a"},
		"the starter": {org.Scope{UnitID: "x", UserID: "starter"}, "a"}, "a stranger": {org.Scope{UnitID: "x", UserID: "y"}, ""},
		"another case": {org.Scope{UnitID: "FAGAI", UserID: "y"}, ""}, "standing in": {org.Scope{UnitID: "x", UserID: "y", Also: []string{"fagai"}}, "ab"},
	} {
		seen := ""
		for _, id := range []string{"a", "b"} {
			got, err := s.Attachment(ctx, id, c.scope)
			if err != nil {
				wantCode(t, err, fault.NotFound, "attachment_unknown")
				continue
			}
			wantSame(t, got, file(id, "fagai", noon))
			seen += id
		}
		if seen != c.sees {
			t.Errorf("%s sees %q, want %q", name, seen, c.sees)
		}
	}
}

func testAttachmentUse(t *testing.T, s *store.Store) {
	inTx(t, s, func(tx app.Tx) error { return tx.InsertAttachment(file("a", "fagai", noon)) })
	own, other := org.Actor{UserID: "u1", UnitID: "fagai"}, org.Actor{UserID: "u2", UnitID: "centre"}
	wantCode(t, use(s, "review-1", own, "nothing"), fault.NotFound, "attachment_unknown")
	wantCode(t, use(s, "review-1", other, "a"), fault.NotFound, "attachment_unknown")
	if events := value[[]event.Event](t)(s.Events(ctx, "review-1", 0)); len(events) != 0 {
		t.Errorf("recorded all the same: %+v", events)
	}
	must(t, use(s, "review-1", own, "a", "a"))
	must(t, use(s, "review-1", other, "a")) // the process has it
	wantCode(t, use(s, "review-2", other, "a"), fault.NotFound, "attachment_unknown")
	standIn := other
	standIn.For = &org.Principal{UserID: "u1", UnitID: "fagai"}
	must(t, use(s, "review-2", standIn, "a"))
	must(t, use(s, "review-3", org.SystemActor(), "a"))
	must(t, use(s, "review-4", other))
}

func testUnused(t *testing.T, s *store.Store) {
	add := func(id, sum string, at time.Time) {
		a := file(id, "fagai", at)
		a.SHA256 = sum
		inTx(t, s, func(tx app.Tx) error { return tx.InsertAttachment(a) })
	}
	old := noon.Add(-time.Hour)
	add("used", "s1", old)
	add("twin of used", "s1", old)
	add("alone", "s2", old)
	add("alone too", "s2", old)
	add("new", "s3", noon)
	add("older than new", "s3", old)
	must(t, use(s, "review-1", org.Actor{UnitID: "fagai"}, "used"))
	var sums []string
	total := 0
	for {
		n, orphans, err := s.DeleteUnusedAttachments(ctx, noon, 3)
		must(t, err)
		total += n
		sums = append(sums, orphans...)
		if n < 3 {
			break
		}
	}
	if total != 4 || len(sums) != 1 || sums[0] != "s2" {
		t.Errorf("%d removed, orphans %v", total, sums)
	}
	for id, want := range map[string]bool{"used": true, "new": true, "alone": false, "twin of used": false} {
		if _, err := s.Attachment(ctx, id, everything()); (err == nil) != want {
			t.Errorf("%s: %v", id, err)
		}
	}
}

func testOldReplies(t *testing.T, s *store.Store) {
	inTx(t, s, func(tx app.Tx) error {
		must(t, tx.SaveReply("u1", "old", app.Reply{At: noon}))
		return tx.SaveReply("u1", "new", app.Reply{At: noon.Add(time.Hour)})
	})
	must(t, s.DeleteExpiredReplies(ctx, noon.Add(time.Minute)))
	for key, want := range map[string]bool{"old": false, "new": true} {
		if _, ok, err := s.ReplyOf(ctx, "u1", key); ok != want || err != nil {
			t.Errorf("%s: %t, %v", key, ok, err)
		}
	}
}

func testAlso(t *testing.T, s *store.Store) {
	for i, county := range []string{"zhushan", "fangxian", "maojian"} {
		p := sampleProject(fmt.Sprint(i))
		p.CountyID = county
		inTx(t, s, func(tx app.Tx) error {
			must(t, tx.InsertProject(p))
			row := processOf(fmt.Sprint(i), 1)
			row.ProjectID = p.ID
			return tx.SaveProcess(row, app.TaskChange{By: by("x", noon)}, []process.Reader{{UnitID: fmt.Sprint("dept-", i)}})
		})
	}
	for _, scope := range []org.Scope{
		{UnitID: "x", UserID: "y", Also: []string{"zhushan", "dept-2"}}, {UnitID: "zhushan", Also: []string{"dept-2"}},
	} {
		for i, want := range []bool{true, false, true} {
			if _, err := s.Project(ctx, fmt.Sprint(i), scope); (err == nil) != want {
				t.Errorf("%+v: project %d: %v", scope, i, err)
			}
		}
		for i, want := range []bool{false, false, true} {
			if _, err := s.Process(ctx, review.Kind, fmt.Sprint(i), scope); (err == nil) != want {
				t.Errorf("%+v: process %d: %v", scope, i, err)
			}
		}
	}
}
