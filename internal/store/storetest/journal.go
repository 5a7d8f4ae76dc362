package storetest

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"luodi/internal/app"
	"luodi/internal/calendar"
	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/project"
	"luodi/internal/review"
	"luodi/internal/store"
)

var journal = map[string]func(*testing.T, *store.Store){
	"ChainVerifiesAfterReading":     testChain,
	"CommandIsRememberedOnce":       testCommand,
	"RollbackLeavesNothing":         testRollback,
	"OneActiveReviewPerProject":     testActiveReview,
	"ReviewConflictTouchesNoOther":  testReviewUpsert,
	"UniqueValuesHaveTheirOwnFault": testUnique,
	"NoticesAreRecordedOnce":        testNotices,
	"RepliesBelongToTheirUser":      testReplies,
	"TimelineIsInOrderOfRecording":  testTimeline,
	"PanicRollsBack":                testPanic,
}

func testChain(t *testing.T, s *store.Store) {
	texts := []string{"<script>&</script>", "引号\"反斜杠\\", "行\n制表\t", "\u2028分隔", "𠮷🚗", "", strings.Repeat(" ", 9) + "尾 "}
	inTx(t, s, func(tx app.Tx) error {
		head, err := tx.Head("s1")
		if err != nil || head.Seq != 0 {
			t.Errorf("the head of an empty stream is %+v, %v", head, err)
		}
		return tx.Append(sealed(head, "s1", "c1", texts...))
	})
	inTx(t, s, func(tx app.Tx) error {
		head, err := tx.Head("s1")
		if err != nil {
			return err
		}
		return tx.Append(sealed(head, "s1", "c2", texts...))
	})
	events := value[[]event.Event](t)(s.Events(ctx, "s1", 0))
	if len(events) != 2*len(texts) {
		t.Fatalf("%d events came back", len(events))
	}
	must(t, event.Verify(events))
	wantSame(t, value[[]event.Event](t)(s.Events(ctx, "s1", 9)), events[9:])
	if none := value[[]event.Event](t)(s.Events(ctx, "S1", 0)); len(none) != 0 {
		t.Error("another stream's events came back")
	}
}

func testCommand(t *testing.T, s *store.Store) {
	row := app.CommandRow{Stream: "s1", ID: "u1:key", Request: "digest", First: 1, Last: 2, Stage: "intake"}
	inTx(t, s, func(tx app.Tx) error {
		if _, ok, err := tx.Command("s1", "u1:key"); ok || err != nil {
			t.Errorf("a command was found before it was saved: %v", err)
		}
		return tx.SaveCommand(row)
	})
	got, ok, err := s.CommandOf(ctx, "s1", "u1:key")
	must(t, err)
	if !ok || got != row {
		t.Errorf("command came back as %+v", got)
	}
	for _, other := range [][2]string{{"s1", "U1:key"}, {"s2", "u1:key"}, {"s1", "u1:ke"}} {
		if _, ok, err := s.CommandOf(ctx, other[0], other[1]); ok || err != nil {
			t.Errorf("%v was found, error %v", other, err)
		}
	}
	tries := 0
	err = s.InTx(ctx, func(tx app.Tx) error { tries++; return tx.SaveCommand(row) })
	wantCode(t, err, fault.Conflict, "request_in_progress")
	if tries < 2 {
		t.Error("the transaction was not tried again")
	}
}

func testRollback(t *testing.T, s *store.Store) {
	stop := errors.New("stop")
	err := s.InTx(ctx, func(tx app.Tx) error {
		must(t, tx.Append(sealed(event.Event{}, "s1", "c", "x")))
		must(t, tx.InsertProject(sampleProject("p1")))
		must(t, tx.SaveReview(reviewRow("r1", "p1")))
		must(t, tx.SaveProcess(processOf("r1", 1), app.TaskChange{By: by("u1", noon)}, nil))
		must(t, tx.SaveReply("u1", "k", app.Reply{At: noon}))
		if n, err := tx.NextCode("c"); n != 1 || err != nil {
			t.Errorf("first number is %d, %v", n, err)
		}
		return stop
	})
	if !errors.Is(err, stop) {
		t.Errorf("InTx hides its function's error: %v", err)
	}
	if events := value[[]event.Event](t)(s.Events(ctx, "s1", 0)); len(events) > 0 {
		t.Error("an event outlived the rollback")
	}
	_, err = s.Project(ctx, "p1", everything())
	wantCode(t, err, fault.NotFound, "project_unknown")
	_, err = s.ReviewRowOf(ctx, "r1")
	wantCode(t, err, fault.NotFound, "review_unknown")
	_, err = s.Process(ctx, review.Kind, "r1", everything())
	wantCode(t, err, fault.NotFound, "process_unknown")
	if _, ok, err := s.ReplyOf(ctx, "u1", "k"); ok || err != nil {
		t.Errorf("a reply outlived the rollback: %v", err)
	}
}

func testPanic(t *testing.T, s *store.Store) {
	func() {
		defer func() { _ = recover() }()
		_ = s.InTx(ctx, func(tx app.Tx) error {
			must(t, tx.InsertProject(sampleProject("p1")))
			panic("bug")
		})
	}()
	insert(t, s, sampleProject("p1")) // neither stored nor locked
}

func testActiveReview(t *testing.T, s *store.Store) {
	first, second := reviewRow("r1", "p1"), reviewRow("r2", "p1")
	inTx(t, s, func(tx app.Tx) error { return tx.SaveReview(first) })
	err := s.InTx(ctx, func(tx app.Tx) error { return tx.SaveReview(second) })
	wantCode(t, err, fault.Conflict, "review_active")
	first.Stage, first.Outcome, first.EndedAt = review.End, review.Deferred, first.Due
	inTx(t, s, func(tx app.Tx) error { return tx.SaveReview(first) })
	inTx(t, s, func(tx app.Tx) error { return tx.SaveReview(second) })
	wantSame(t, value[app.ReviewRow](t)(s.ReviewRowOf(ctx, "r1")), first)
}

// testReviewUpsert is about MySQL, whose own upsert takes any unique index for the key.
func testReviewUpsert(t *testing.T, s *store.Store) {
	first := reviewRow("r1", "p1")
	inTx(t, s, func(tx app.Tx) error { return tx.SaveReview(first) })
	_ = s.InTx(ctx, func(tx app.Tx) error { return tx.SaveReview(reviewRow("r2", "p1")) })
	wantSame(t, value[app.ReviewRow](t)(s.ReviewRowOf(ctx, "r1")), first)
}

func testUnique(t *testing.T, s *store.Store) {
	a, b := sampleProject("a"), sampleProject("b")
	b.Code = a.Code
	insert(t, s, a)
	err := s.InTx(ctx, func(tx app.Tx) error { return tx.InsertProject(b) })
	wantCode(t, err, fault.Conflict, "project_code_taken")
	b.Code = "other"
	insert(t, s, b)
	b.Code, b.Version = a.Code, 2
	err = s.InTx(ctx, func(tx app.Tx) error { return tx.UpdateProject(b) })
	wantCode(t, err, fault.Conflict, "project_code_taken")
	events := sealed(event.Event{}, "s1", "c", "x")
	inTx(t, s, func(tx app.Tx) error { return tx.Append(events) })
	err = s.InTx(ctx, func(tx app.Tx) error { return tx.Append(events) })
	wantCode(t, err, fault.Conflict, "stream_moved")
	stale := a
	stale.Version = 3
	err = s.InTx(ctx, func(tx app.Tx) error { return tx.UpdateProject(stale) })
	wantCode(t, err, fault.Conflict, "project_changed")
}

func testNotices(t *testing.T, s *store.Store) {
	n := calendar.Notice{
		ID: "国办发明电〔2024〕12号", Year: 2025, Title: "关于2025年部分节假日安排的通知", Issued: calendar.Date{Year: 2024, Month: 11, Day: 12},
		Days: []calendar.DayRule{{Date: calendar.Date{Year: 2025, Month: 1, Day: 1}, Kind: calendar.Off, Holiday: "元旦"}},
	}
	before := value[int64](t)(s.NoticesMark(ctx))
	inTx(t, s, func(tx app.Tx) error { return tx.InsertNotice(n, clerk, noon) })
	if after := value[int64](t)(s.NoticesMark(ctx)); after == before {
		t.Error("the mark did not change")
	}
	err := s.InTx(ctx, func(tx app.Tx) error { return tx.InsertNotice(n, clerk, noon) })
	wantCode(t, err, fault.Conflict, "notice_exists")
	list := value[[]app.Notice](t)(s.Notices(ctx))
	if len(list) != 1 || list[0].RecordedBy != clerk.Name || !list[0].RecordedAt.Equal(noon.Truncate(1000)) {
		t.Errorf("recorded as %+v", list)
	}
	wantSame(t, list[0].Notice, n)
}

func testReplies(t *testing.T, s *store.Store) {
	r := app.Reply{Request: "d", Body: []byte(`{ "名称":"<x>" }`), At: noon}
	inTx(t, s, func(tx app.Tx) error { return tx.SaveReply("u1", "k", r) })
	got, ok, err := s.ReplyOf(ctx, "u1", "k")
	must(t, err)
	if !ok || string(got.Body) != string(r.Body) || got.Request != "d" || !got.At.Equal(noon.Truncate(1000)) {
		t.Errorf("reply came back as %+v", got)
	}
	if _, ok, _ := s.ReplyOf(ctx, "u2", "k"); ok {
		t.Error("somebody else's reply was found")
	}
	inTx(t, s, func(tx app.Tx) error {
		_, ok, err := tx.Reply("u1", "K")
		if ok {
			t.Error("a key of another case was found")
		}
		return err
	})
}

func testTimeline(t *testing.T, s *store.Store) {
	a := sealed(event.Event{}, "review-1", "c1", "一")
	b := sealed(event.Event{}, "project-1", "c2", "二")
	c := sealed(a[0], "review-1", "c3", "三")
	inTx(t, s, func(tx app.Tx) error { return tx.Append(a) })
	inTx(t, s, func(tx app.Tx) error { return tx.Append(b) })
	inTx(t, s, func(tx app.Tx) error { return tx.Append(c) })
	wantSame(t, value[[]event.Event](t)(s.Timeline(ctx, "p1")), []event.Event{a[0], b[0], c[0]})
}

var concurrency = map[string]func(*testing.T, *store.Store){
	"CountersHaveNoGapsAndNoTwins":  testCounters,
	"OneOfTwoWritersWins":           testTwoWriters,
	"OneCommandFromManyAtOnce":      testSameCommand,
	"SecondWriterSeesTheFirstsHead": testHeads,
}

const crowd = 8

// atOnce runs fn for each of the crowd at the same time and gives their errors.
func atOnce(fn func(i int) error) []error {
	errs := make([]error, crowd)
	var wg sync.WaitGroup
	for i := range crowd {
		wg.Go(func() { errs[i] = fn(i) })
	}
	wg.Wait()
	return errs
}

func testCounters(t *testing.T, s *store.Store) {
	undo := errors.New("undo")
	var mu sync.Mutex
	given := map[int64]bool{}
	for _, err := range atOnce(func(i int) error {
		for range 10 {
			var n int64
			err := s.InTx(ctx, func(tx app.Tx) (err error) {
				if n, err = tx.NextCode("project-2023"); err == nil && i%2 == 0 {
					err = undo
				}
				return err
			})
			if err != nil && !errors.Is(err, undo) {
				return err
			}
			if err == nil {
				mu.Lock()
				if given[n] {
					err = errors.New("a number was given twice")
				}
				given[n] = true
				mu.Unlock()
			}
			if err != nil && !errors.Is(err, undo) {
				return err
			}
		}
		return nil
	}) {
		must(t, err)
	}
	for n := range int64(len(given)) {
		if !given[n+1] {
			t.Fatalf("number %d is missing", n+1)
		}
	}
	if len(given) != crowd/2*10 {
		t.Errorf("%d numbers given", len(given))
	}
}

func testTwoWriters(t *testing.T, s *store.Store) {
	p := sampleProject("p1")
	insert(t, s, p)
	won := 0
	for _, err := range atOnce(func(i int) error {
		next := p
		next.Version, next.Industry = 2, string(rune('a'+i))
		return s.InTx(ctx, func(tx app.Tx) error { return tx.UpdateProject(next) })
	}) {
		if err == nil {
			won++
			continue
		}
		wantCode(t, err, fault.Conflict, "project_changed")
	}
	if got := value[project.Project](t)(s.Project(ctx, "p1", everything())); won != 1 || got.Version != 2 {
		t.Errorf("%d writers won, version %d", won, got.Version)
	}
}

// testSameCommand does what Record does: look for the command, append, remember it.
func testSameCommand(t *testing.T, s *store.Store) {
	for _, err := range atOnce(func(int) error {
		return s.InTx(ctx, func(tx app.Tx) error {
			if _, seen, err := tx.Command("s1", "u1:k"); seen || err != nil {
				return err
			}
			head, err := tx.Head("s1")
			if err != nil {
				return err
			}
			if err := tx.Append(sealed(head, "s1", "u1:k", "x")); err != nil {
				return err
			}
			return tx.SaveCommand(app.CommandRow{Stream: "s1", ID: "u1:k"})
		})
	}) {
		must(t, err)
	}
	if events := value[[]event.Event](t)(s.Events(ctx, "s1", 0)); len(events) != 1 {
		t.Errorf("the command was recorded %d times", len(events))
	}
}

func testHeads(t *testing.T, s *store.Store) {
	for _, err := range atOnce(func(int) error {
		return s.InTx(ctx, func(tx app.Tx) error {
			head, err := tx.Head("s1")
			if err != nil {
				return err
			}
			return tx.Append(sealed(head, "s1", "c", "x", "y"))
		})
	}) {
		if err != nil { // so many at once may exhaust the tries, but never break the chain
			wantCode(t, err, fault.Conflict, "stream_moved")
		}
	}
	events := value[[]event.Event](t)(s.Events(ctx, "s1", 0))
	must(t, event.Verify(events))
	if len(events) < 4 {
		t.Errorf("only %d events were recorded", len(events))
	}
}
