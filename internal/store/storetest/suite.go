// Package storetest is the conformance suite of the store: what every database
// must do alike. The store's tests run it on SQLite and on a real MariaDB server.
package storetest

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"luodi/internal/app"
	"luodi/internal/calendar"
	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/money"
	"luodi/internal/org"
	"luodi/internal/process"
	"luodi/internal/project"
	"luodi/internal/review"
	"luodi/internal/store"
)

// Run runs the suite. open gives a fresh, migrated and empty store, closed when the test ends.
func Run(t *testing.T, open func(t *testing.T) *store.Store) {
	for _, group := range []map[string]func(*testing.T, *store.Store){
		texts, values, journal, concurrency, pages, scopes, inbox, queues, sweeps, people, standing, files, meetings, dispatches, liaisons, batches, bulletins, registers, funnels, ruleBooks, assessments,
	} {
		for name, test := range group {
			t.Run(name, func(t *testing.T) { test(t, open(t)) })
		}
	}
}

// noon is when tests happen: not in UTC and finer than a microsecond, as clocks are.
var noon = time.Date(2023, 11, 7, 12, 0, 0, 123456789, calendar.Shanghai)

var ctx = context.Background()

var clerk = org.Actor{UserID: "u1", Name: "张明(示例)", UnitID: "centre", UnitName: "招商中心", Roles: []org.Role{org.CentreOperator}}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func value[V any](t testing.TB) func(V, error) V {
	return func(v V, err error) V {
		t.Helper()
		must(t, err)
		return v
	}
}

func wantCode(t testing.TB, err error, kind fault.Kind, code string) {
	t.Helper()
	if !fault.Is(err, kind) || !fault.HasCode(err, code) {
		t.Errorf("error is %v, want %s %q", err, kind, code)
	}
}

// asJSON compares what has slices and pointers by what users would see.
func asJSON(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	must(t, err)
	return string(b)
}

func wantSame(t testing.TB, got, want any) {
	t.Helper()
	if g, w := asJSON(t, got), asJSON(t, want); g != w {
		t.Errorf("got  %s\nwant %s", g, w)
	}
}

func inTx(t testing.TB, s *store.Store, fn func(app.Tx) error) {
	t.Helper()
	must(t, s.InTx(ctx, fn))
}

func sampleProject(id string) project.Project {
	at := noon.UTC().Truncate(time.Microsecond)
	return project.Project{
		ID: id, Code: "十招2023-" + id, Name: "新能源汽车零部件项目" + id, Investor: "示例投资有限公司",
		InvestorKind: project.Private, CountyID: "zhushan", IndustryTier: project.Lead, Industry: "汽车",
		Chain: "商用车产业链", AgreedAmount: money.MustParse("12000.123456"), LandArea: "120.5", EnergyUse: "0.1",
		Verification: project.NotSubmitted, Stage: project.Landed, ContactPhone: "0719-1234567",
		SignedOn: calendar.Date{Year: 2023, Month: 1, Day: 5}, LandedOn: calendar.Date{Year: 2023, Month: 3, Day: 1},
		FundsArrived: []project.Funds{
			{On: calendar.Date{Year: 2023, Month: 3, Day: 2}, Amount: money.MustParse("100")},
			{On: calendar.Date{Year: 2023, Month: 3, Day: 3}, Amount: money.MustParse("-0.000001")},
		},
		Remark: "第一行\n第二行", Version: 1, CreatedAt: at, UpdatedAt: at, CreatedBy: clerk,
	}
}

func insert(t testing.TB, s *store.Store, list ...project.Project) {
	t.Helper()
	inTx(t, s, func(tx app.Tx) error {
		for _, p := range list {
			if err := tx.InsertProject(p); err != nil {
				return err
			}
		}
		return nil
	})
}

func everything() org.Scope { return org.Scope{All: true} }

type note struct {
	Text string `json:"text"`
}

func (note) EventType() string { return "test.noted" }

// sealed makes events with the texts given, chained to head.
func sealed(head event.Event, stream, commandID string, texts ...string) []event.Event {
	var drafts []event.Draft
	for _, text := range texts {
		drafts = append(drafts, event.NewDraft(note{text}))
	}
	return event.Seal(head, stream, "p1", commandID, clerk, noon, drafts)
}

func reviewRow(id, projectID string) app.ReviewRow {
	return app.ReviewRow{
		ID: id, ProjectID: projectID, ProjectName: "光伏组件项目" + projectID, CountyID: "zhushan", Stage: review.Opinions,
		StartedBy: clerk.Name, StartedUser: clerk.UserID, StartedUnit: clerk.UnitName,
		StartedAt: noon.UTC().Truncate(time.Microsecond), Due: noon.UTC().Truncate(time.Microsecond).Add(time.Hour),
		Light: process.Green, Seats: 3, Opined: 1,
	}
}

func processOf(id string, head int64) app.ProcessRow {
	return app.ProcessRow{
		Stream: process.StreamID(review.Kind, id), Kind: review.Kind, ID: id, ProjectID: "p-" + id, Head: head,
		Calendar: "cal-1", Computed: true, State: []byte(fmt.Sprintf(`{"id": %q, "html":"<&>"}`, id)),
		Shown: app.Shown{Title: "研判 光伏" + id, Stage: string(review.Opinions), Due: noon.Add(time.Hour), Light: process.Green},
	}
}

func by(userID string, at time.Time) event.Event {
	return event.Event{Seq: 1, At: at, Actor: org.Actor{UserID: userID, Name: "姓名" + userID, UnitID: "centre"}}
}

// long is n characters that take four bytes each, such as a rare character in a name.
func long(n int) string { return strings.Repeat("𠮷", n) }
