package batch_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"luodi/internal/batch"
	"luodi/internal/calendar"
	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/liaison"
	"luodi/internal/org"
	"luodi/internal/process"
	"luodi/internal/project"
)

var (
	operator = org.Actor{UserID: "u-o", Name: "经办", UnitID: "centre", Roles: []org.Role{org.CentreOperator}}
	leader   = org.Actor{UserID: "u-l", Name: "负责人", UnitID: "centre", Roles: []org.Role{org.CentreLeader}}
	unit     = org.Actor{UserID: "u-z", Name: "部门", UnitID: "ziran", Roles: []org.Role{org.DepartmentHandler}}
	cast     = []org.Actor{operator, leader, unit}
	start    = time.Date(2023, 2, 1, 1, 0, 0, 0, time.UTC)
)

// desk is one list with what the shell does around it.
type desk struct {
	state  batch.State
	events []event.Event
	n      int
}

func (d *desk) do(by org.Actor, name string, body, with any) error {
	d.n++
	cmd := process.Command{ID: fmt.Sprint(d.n), Name: name, Actor: by, At: start.Add(time.Duration(d.n) * time.Minute)}
	cmd.Body, _ = json.Marshal(body)
	if with != nil {
		cmd.With, _ = json.Marshal(with)
	}
	drafts, err := batch.Decide(d.state, cmd, batch.Facts{})
	if err != nil {
		return err
	}
	var head event.Event
	if n := len(d.events); n > 0 {
		head = d.events[n-1]
	}
	for _, e := range event.Seal(head, "batch-b1", "", cmd.ID, by, cmd.At, drafts) {
		d.events, d.state = append(d.events, e), batch.Evolve(d.state, e)
	}
	return nil
}

// effects performs what the list asks for until it asks for nothing more.
func (d *desk) effects() (steps int) {
	for ; len(batch.Effects(d.state)) > 0; steps++ {
		e := batch.Effects(d.state)[0]
		var b batch.Start
		_ = json.Unmarshal(e.Body, &b)
		if err := d.do(org.SystemActor(), e.Command, batch.StartedUntil{Started: b.Until}, nil); err != nil {
			panic(err)
		}
	}
	return steps
}

func opened(t interface{ Fatal(...any) }) *desk {
	d := &desk{}
	err := d.do(operator, batch.CmdOpen, batch.Opened{ID: "b1", Year: 2023, Title: "清单", From: calendar.Date{Year: 2023, Month: 2, Day: 6}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestAListStartsItsLiaisonsInChunks(t *testing.T) {
	for rows, want := range map[int]int{1: 1, 100: 1, 101: 2, 500: 5, 1000: 10} {
		d := opened(t)
		for _, err := range []error{
			d.do(operator, batch.CmdSetRows, nil, batch.RowsSet{Digest: "d", Count: rows}), d.do(leader, batch.ActCheck, struct{}{}, batch.Given{Digest: "d"}),
			d.do(leader, batch.ActPublish, struct{}{}, batch.Given{Digest: "d", Units: []string{"ziran"}}),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		if got := d.effects(); got != want || d.state.Stage != batch.Published || d.state.Started != rows {
			t.Errorf("%d rows in %d steps, %s %d", rows, got, d.state.Stage, d.state.Started)
		}
	}
}

func TestRefusals(t *testing.T) {
	d := opened(t)
	refused := func(err error, code string) {
		t.Helper()
		if !fault.HasCode(err, code) {
			t.Errorf("got %v, want %s", err, code)
		}
	}
	refused(d.do(unit, batch.CmdSetRows, nil, batch.RowsSet{Digest: "d", Count: 1}), "list_forbidden")
	refused(d.do(operator, batch.CmdSetRows, batch.RowsSet{Digest: "d", Count: 1}, nil), "action_unknown") // rows come from the server only
	refused(d.do(leader, batch.ActCheck, struct{}{}, nil), "action_conflict")
	if err := d.do(leader, batch.CmdSetRows, nil, batch.RowsSet{Digest: "d", Count: 1}); err != nil {
		t.Fatal(err)
	}
	refused(d.do(leader, batch.ActCheck, struct{}{}, nil), "action_forbidden") // the same person
	refused(d.do(unit, batch.ActCheck, struct{}{}, nil), "action_forbidden")
	refused(d.do(operator, batch.ActCheck, struct{}{}, nil), "rows_changed")
	unsound := []fault.Detail{{Field: "/rows/0/project_id", Code: "project_over", Message: "项目投产,不需要包联"}}
	refused(d.do(operator, batch.ActCheck, struct{}{}, batch.Given{Digest: "d", Findings: unsound}), "rows_invalid")
	if err := d.do(operator, batch.ActCheck, struct{}{}, batch.Given{Digest: "d"}); err != nil {
		t.Fatal(err)
	}
	refused(d.do(leader, batch.ActPublish, struct{}{}, batch.Given{Digest: "d", Findings: unsound}), "rows_invalid")
	refused(d.do(leader, batch.CmdSetRows, nil, batch.RowsSet{Digest: "e", Count: 1}), "list_not_draft")
	refused(d.do(leader, batch.ActPublish, struct{}{}, batch.Given{Digest: "e"}), "rows_changed")
	far := &desk{}
	refused(far.do(operator, batch.CmdOpen, batch.Opened{ID: "b1", Year: 2023, From: calendar.Date{Year: 2025, Month: 1, Day: 1}}, nil), "date_far")
	refused(far.do(unit, batch.CmdOpen, batch.Opened{ID: "b1", Year: 2023, From: calendar.Date{Year: 2023, Month: 2, Day: 6}}, nil), "list_forbidden")
}

// Whatever people do: what is offered is accepted, what isn't is refused; a list is
// checked by somebody else than whoever filled it in; replay gives the same state.
func TestRandomWalk(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := opened(t)
		for range rapid.IntRange(1, 25).Draw(t, "steps") {
			by := rapid.SampledFrom(cast).Draw(t, "by")
			if rapid.Bool().Draw(t, "fill") {
				before := d.state.Stage
				err := d.do(by, batch.CmdSetRows, nil, batch.RowsSet{Digest: fmt.Sprint(d.n), Count: rapid.IntRange(1, 120).Draw(t, "rows")})
				if may := batch.MayDraft(by) && before == batch.Draft; may != (err == nil) {
					t.Fatalf("%s fills at %s: %v", by.Name, before, err)
				}
				continue
			}
			acts := batch.Actions(d.state, by, start)
			a := acts[rapid.IntRange(0, len(acts)-1).Draw(t, "act")]
			body, with := map[string]any{}, any(nil)
			if a.Name == batch.ActReturn {
				body["text"] = "请修改"
			}
			if d.state.Rows != nil && (a.Name == batch.ActPublish || a.Name == batch.ActCheck) {
				with = batch.Given{Digest: d.state.Rows.Digest}
			}
			if err := d.do(by, a.Name, body, with); (err == nil) != a.Allowed {
				t.Fatalf("%s %s offered %t: %v", by.Name, a.Name, a.Allowed, err)
			}
			d.effects()
		}
		if d.state.Stage == batch.Published && d.state.CheckedBy.UserID == d.state.Rows.By.UserID {
			t.Fatalf("checked by whoever filled it in")
		}
		again := batch.State{}
		for _, e := range d.events {
			if batch.Tell(e) == e.Type {
				t.Fatalf("no words for %s", e.Type)
			}
			again = batch.Evolve(again, e)
		}
		got, _ := json.Marshal(again)
		want, _ := json.Marshal(d.state)
		if string(got) != string(want) {
			t.Fatalf("replayed as %s, was %s", got, want)
		}
	})
}

// Rows keep their ids, new ones get their own, and whatever is wrong is told of the row
// that it is wrong in.
func TestEntriesBecomeRows(t *testing.T) {
	template, err := liaison.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		d := batch.Directory{Template: template, Units: map[string]org.Unit{"ziran": {ID: "ziran", Kind: org.Department}},
			Projects: map[string]project.Project{}, Taken: map[batch.Place]string{}}
		var entries []batch.Entry
		bad := map[int]bool{}
		for i := range rapid.IntRange(1, 30).Draw(t, "rows") {
			id := fmt.Sprint("p", i)
			e := batch.Entry{ID: rapid.SampledFrom([]string{"", "", "1", "3", "row"}).Draw(t, "id"), ProjectID: id, Role: liaison.Lead,
				DepartmentID: "ziran", CadreName: "王某(示例)", ProjectType: "industry"}
			if rapid.Bool().Draw(t, "known") {
				d.Projects[id] = project.Project{ID: id, Name: id}
			} else {
				bad[i] = true
			}
			entries = append(entries, e)
		}
		rows, findings := batch.Resolve("b1", entries, d, func(i int, _ string) string { return fmt.Sprint(i) })
		seen := map[string]bool{}
		for i, r := range rows {
			if r.ID == "" || seen[r.ID] {
				t.Fatalf("row %d has the id %q", i, r.ID)
			}
			if first := !slices.ContainsFunc(entries[:i], func(e batch.Entry) bool { return e.ID == entries[i].ID }); entries[i].ID != "" && first && r.ID != entries[i].ID {
				t.Fatalf("row %s became %s", entries[i].ID, r.ID)
			}
			seen[r.ID] = true
		}
		if len(findings) != len(bad) {
			t.Fatalf("%d findings for %d wrong rows: %v", len(findings), len(bad), findings)
		}
		for _, f := range findings {
			if i, _ := strconv.Atoi(f.Field); !bad[i] {
				t.Fatalf("told of row %s: %s", f.Field, f.Message)
			}
		}
	})
}
