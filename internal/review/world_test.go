package review_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"luodi/internal/calendar"
	"luodi/internal/event"
	"luodi/internal/org"
	"luodi/internal/process"
	"luodi/internal/review"
)

// world runs commands against a review as Record does.
type world struct {
	tb     rapid.TB
	def    process.Definition[review.State, review.Facts]
	facts  review.Facts
	state  review.State
	events []event.Event
	now    time.Time
	given  review.Given
	n      int
}

// units that exist in the tests' world; every department has a handler u-ID and a leader l-ID.
var allUnits = []string{"fagai", "ziran", "shengtai", "yingji", "jingxin", "caizheng", "zhujian", "shangwu",
	"shuiwu", "keji", "shichang", "shuili", "xingzheng", "jinrong", "wenlv", "guihua", "guotu", "wenhua"}

func newWorld(tb rapid.TB) *world {
	cal, err := calendar.New(calendar.Office{EndHour: 17, EndMinute: 30}, calendar.Builtin())
	if err != nil {
		tb.Fatal(err)
	}
	w := &world{tb: tb, def: review.Definition(), facts: review.Facts{Calendar: cal}, now: mondayAt9}
	w.given = review.Given{Units: unitsOf(allUnits...), Users: map[string]org.User{}, Files: map[string]review.File{"f1": {ID: "f1", Name: "红线图.pdf", Size: 1}}}
	w.given.Units["zhushan"] = org.Unit{ID: "zhushan", Name: "竹山县", Kind: org.County}
	w.given.Units["centre"] = org.Unit{ID: "centre", Name: "招商中心", Kind: org.Centre}
	for _, unit := range allUnits {
		for _, a := range []org.Actor{seatActor(unit), seatLeader(unit)} {
			w.given.Users[a.UserID] = org.User{ID: a.UserID, Name: a.Name, UnitID: unit, Roles: a.Roles}
		}
	}
	return w
}

func (w *world) try(actor org.Actor, name string, body any) error {
	raw, _ := json.Marshal(body)
	with, _ := json.Marshal(w.given)
	w.n++
	cmd := process.Command{ID: fmt.Sprint("c", w.n), Name: name, Actor: actor, At: w.now, Body: raw, With: with}
	drafts, err := w.def.Decide(w.state, cmd, w.facts)
	if err != nil {
		return err
	}
	var head event.Event
	if len(w.events) > 0 {
		head = w.events[len(w.events)-1]
	}
	sealed := event.Seal(head, "review-1", "p1", cmd.ID, actor, w.now, numbered(w.n, drafts))
	w.state = w.def.Replay(w.state, sealed)
	w.events = append(w.events, sealed...)
	return nil
}

// numbered gives a decision its document's number, as the recorder does.
func numbered(n int, drafts []event.Draft) []event.Draft {
	for i, d := range drafts {
		if d.Type != (review.Decided{}).EventType() {
			continue
		}
		var b review.Decided
		_ = json.Unmarshal(d.Data, &b)
		b.Number = fmt.Sprintf("十招研〔%d〕%d号", b.Year, n)
		drafts[i].Data = event.NewDraft(b).Data
	}
	return drafts
}

func (w *world) do(actor org.Actor, name string, body any) {
	if h, ok := w.tb.(interface{ Helper() }); ok {
		h.Helper()
	}
	if err := w.try(actor, name, body); err != nil {
		w.tb.Fatalf("%s by %s: %v", name, actor.Name, err)
	}
}

// refused wants the command to fail with a code and to leave nothing behind.
func (w *world) refused(code string, actor org.Actor, name string, body any) {
	if h, ok := w.tb.(interface{ Helper() }); ok {
		h.Helper()
	}
	n := len(w.events)
	err := w.try(actor, name, body)
	if codeOf(err) != code {
		w.tb.Errorf("%s by %s: %v, want %s", name, actor.Name, err, code)
	}
	if len(w.events) != n {
		w.tb.Errorf("%s by %s was refused and left an event", name, actor.Name)
	}
}

// ring moves the clock to the next deadline and fires it, as the shell does.
func (w *world) ring() {
	timers := w.def.Timers(w.state)
	slices.SortStableFunc(timers, func(a, b process.Timer) int { return a.At.Compare(b.At) })
	if timers[0].At.After(w.now) {
		w.now = timers[0].At
	}
	w.do(org.SystemActor(), timers[0].Command, timers[0].Body)
}

// paper performs the effect that the state waits for.
func (w *world) paper() {
	for _, e := range w.def.Effects(w.state) {
		var b review.PaperIssued
		_ = json.Unmarshal(e.Body, &b)
		b.Word, b.PDF = review.File{ID: "aa"}, review.File{ID: "bb"}
		w.do(org.SystemActor(), e.Command, b)
	}
}

// opinions brings a submitted review into the opinions.
func opinions(tb rapid.TB, p review.Plan) *world {
	w := newWorld(tb)
	w.do(county, review.ActSubmit, review.Submission{ID: "1", Figures: small, StageBefore: "negotiating", Plan: p})
	w.do(centre, review.ActAccept, struct{}{})
	return w
}

// plan makes a plan of bare seats and lets the test change it.
func plan(units []string, change ...func(*review.Plan)) review.Plan {
	p := review.Plan{TemplateID: "test", TemplateVersion: 1, Intake: process.Terms{Days: 2, Remind: 1, Grace: 1},
		Decision: process.Terms{Days: 3, Remind: 1, Grace: 2}, Rules: review.Rules{Mode: review.Countersign, Extend: 10}}
	for _, u := range units {
		p.Seats = append(p.Seats, review.SeatTerms{UnitID: u, UnitName: u + "局", Why: "所有项目", Terms: process.Terms{Days: 5, Remind: 1, Grace: 2}})
	}
	for _, f := range change {
		f(&p)
	}
	return p
}

func (w *world) seat(id string) review.Seat {
	i := slices.IndexFunc(w.state.Seats, func(x review.Seat) bool { return x.ID == id })
	if i < 0 {
		w.tb.Fatalf("no seat %s", id)
	}
	return w.state.Seats[i]
}

func (w *world) stage(want review.Stage) {
	if h, ok := w.tb.(interface{ Helper() }); ok {
		h.Helper()
	}
	if w.state.Stage != want {
		w.tb.Fatalf("stage %s, want %s", w.state.Stage, want)
	}
}

// task finds an open task by its key.
func (w *world) task(key string) (process.Task, bool) {
	for _, t := range w.def.Tasks(w.state) {
		if t.Key == key {
			return t, true
		}
	}
	return process.Task{}, false
}

// due is a step's deadline as a day in Shanghai.
func due(x review.Step) string { return x.Clock.Due.In(calendar.Shanghai).Format("01-02") }
