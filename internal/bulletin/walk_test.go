package bulletin

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/process"
)

func hasCode(err error, code string) bool { return fault.HasCode(err, code) }

var (
	clerk  = org.Actor{UserID: "clerk", Name: "张明", UnitID: centreUnit, Roles: []org.Role{org.CentreOperator}}
	second = org.Actor{UserID: "second", Name: "李华", UnitID: centreUnit, Roles: []org.Role{org.CentreOperator}}
	head   = org.Actor{UserID: "head", Name: "王伟", UnitID: centreUnit, Roles: []org.Role{org.CentreLeader}}
	county = org.Actor{UserID: "county", Name: "罗娟", UnitID: "danjiangkou", Roles: []org.Role{org.CountyOperator}}
	opened = time.Date(2023, 11, 1, 1, 0, 0, 0, time.UTC)
)

// world is one bulletin in memory.
type world struct {
	state State
	at    time.Time
	seq   int64
}

func (w *world) do(name string, actor org.Actor, body any) error {
	data, err := json.Marshal(body)
	if err != nil {
		return err
	}
	w.at = w.at.Add(time.Minute)
	cmd := process.Command{Name: name, Actor: actor, At: w.at, Body: data}
	if name == ActPublish {
		cmd.With = json.RawMessage(`{"units":["centre","danjiangkou"]}`)
	}
	drafts, err := Decide(w.state, cmd, Facts{})
	for _, d := range drafts {
		w.seq++
		w.state = Evolve(w.state, event.Event{Seq: w.seq, Type: d.Type, Data: d.Data, At: w.at, Actor: actor})
	}
	return err
}

func (w *world) freeze() error {
	return w.do(cmdFrozen, org.SystemActor(), WasFrozen{Round: w.state.Round, Frozen: Frozen{Digest: fmt.Sprint("d", w.state.Round)}})
}

func open2023(t interface{ Fatal(...any) }) *world {
	w := &world{at: opened}
	if err := w.do(ActOpen, org.SystemActor(), Opening{ID: "2023-10", Year: 2023, Month: 10, Cutoff: day(2023, 10, 31)}); err != nil {
		t.Fatal(err)
	}
	return w
}

// Whatever people do: what is offered is accepted and what isn't is refused, nobody
// checks their own, figures don't move once somebody looks at them, and what is
// published stays.
func TestABulletinsWays(t *testing.T) {
	people := []org.Actor{clerk, second, head, county}
	rapid.Check(t, func(t *rapid.T) {
		w := open2023(t)
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			before := w.state
			if rapid.Bool().Draw(t, "engine") && len(Effects(w.state)) > 0 {
				if err := w.freeze(); err != nil || w.state.Stage != Draft {
					t.Fatalf("freezing: %v, %s", err, w.state.Stage)
				}
				continue
			}
			who := rapid.SampledFrom(people).Draw(t, "who")
			act := rapid.SampledFrom(Actions(w.state, who, w.at)).Draw(t, "action")
			var body any = struct{}{}
			if act.Schema != nil && len(act.Schema.Properties) > 0 || act.Name == ActReturn || act.Name == ActWithdraw {
				body = map[string]string{"text": "数据请再核实"}
			}
			err := w.do(act.Name, who, body)
			if (err == nil) != act.Allowed {
				t.Fatalf("%s by %s at %s: offered %v, answered %v", act.Name, who.UserID, before.Stage, act.Allowed, err)
			}
			if err != nil {
				continue
			}
			hold(t, before, w.state)
		}
	})
}

func hold(t *rapid.T, before, after State) {
	if before.Stage == Published && (after.Stage != Published || after.Frozen.Digest != before.Frozen.Digest || after.Text != before.Text) {
		t.Fatalf("a published bulletin changed: %+v", after)
	}
	if after.Stage == Signing || after.Stage == Published {
		if slices.Contains(after.authors(), after.Checked.By.UserID) {
			t.Fatalf("%s checked their own", after.Checked.By.UserID)
		}
		if after.Frozen == nil || after.Frozen.Digest != fmt.Sprint("d", after.Round) {
			t.Fatalf("round %d goes out with %+v", after.Round, after.Frozen)
		}
	}
	if after.Ended() != (after.Stage == Published) {
		t.Fatalf("ended at %s", after.Stage)
	}
}

// A freeze that was asked for before a new one changes nothing when it comes in late.
func TestALateFreezeIsPassedOver(t *testing.T) {
	w := open2023(t)
	late := WasFrozen{Round: 1, Frozen: Frozen{Digest: "old"}}
	for _, step := range []error{
		w.do(ActWithdraw, clerk, map[string]string{"text": "口径待定"}), w.do(ActRecompute, clerk, struct{}{}), w.do(cmdFrozen, org.SystemActor(), late),
	} {
		if step != nil {
			t.Fatal(step)
		}
	}
	if w.state.Stage != Computing || w.state.Frozen != nil {
		t.Errorf("%s with %+v", w.state.Stage, w.state.Frozen)
	}
}

func TestAMonthIsOpenedOnceItsCutoffHasCome(t *testing.T) {
	for _, c := range []struct {
		opening Opening
		code    string
	}{
		{Opening{ID: "x", Year: 2023, Month: 13, Cutoff: day(2023, 12, 31)}, "month_invalid"},
		{Opening{ID: "x", Year: 2023, Month: 9, Cutoff: day(2023, 10, 1)}, "cutoff_invalid"},
		{Opening{ID: "x", Year: 2023, Month: 11, Cutoff: day(2023, 11, 30)}, "cutoff_in_future"},
		{Opening{ID: "x", Year: 2023, Month: 11, Cutoff: day(2023, 11, 1)}, ""},
	} {
		w := &world{at: opened}
		err := w.do(ActOpen, clerk, c.opening)
		if f := fault.From(err); err != nil && c.code != codeOf(f) || err == nil && c.code != "" {
			t.Errorf("%+v: %v, want %q", c.opening, err, c.code)
		}
	}
}

// codeOf is the code of the first field that is wrong, or of the whole.
func codeOf(f *fault.Error) string {
	if len(f.Details) > 0 {
		return f.Details[0].Code
	}
	return f.Code
}
