package selfreport

import (
	"slices"
	"time"

	"luodi/internal/event"
	"luodi/internal/process"
)

// Said is one figure as the unit states it.
type Said struct {
	Figure string `json:"figure"`
	Value  string `json:"value"` // as the book writes it; "" takes it back
	Reason string `json:"reason,omitempty"`
	Files  []File `json:"files,omitempty"`
}

// Judged is a verdict on one figure.
type Judged struct {
	Figure  string  `json:"figure"`
	Verdict Verdict `json:"verdict"`
	Final   string  `json:"final,omitempty"`
	Text    string  `json:"text,omitempty"`
}

// The events of a self-report. Names and fields are stored: only add to them.
type (
	// WasOpened starts a self-report with what the registry knows.
	WasOpened struct {
		ID      string        `json:"id"`
		Opening Opening       `json:"opening"`
		Clock   process.Clock `json:"clock"`
	}
	// WasFilled states figures.
	WasFilled struct {
		Items []Said `json:"items"`
		Text  string `json:"text,omitempty"`
	}
	// WasRefreshed takes the registry's figures anew.
	WasRefreshed struct {
		Known map[string]Known `json:"known"`
	}
	// WasSubmitted hands the report in; what agrees with the registry stands at once.
	WasSubmitted struct {
		Clock     process.Clock    `json:"clock"`
		Matched   []string         `json:"matched,omitempty"`
		Automatic bool             `json:"automatic,omitempty"`
		Late      bool             `json:"late,omitempty"`
		Taken     map[string]Known `json:"taken,omitempty"` // figures that the clock took from the registry
		Done      bool             `json:"done,omitempty"`  // nothing is left to verify
	}
	// WasTakenBack opens a report again before anybody has verified.
	WasTakenBack struct {
		Clock process.Clock `json:"clock"`
	}
	// WasVerified gives verdicts.
	WasVerified struct {
		Judged []Judged `json:"judged"`
		Done   bool     `json:"done,omitempty"` // nothing is left to verify
	}
	// WasReturned gives figures back to the unit.
	WasReturned struct {
		Figures []string      `json:"figures"`
		Text    string        `json:"text"`
		Clock   process.Clock `json:"clock"`
	}
	// VerdictReopened takes a verdict back.
	VerdictReopened struct {
		Figure string        `json:"figure"`
		Text   string        `json:"text"`
		Clock  process.Clock `json:"clock"`
	}
	// FraudFound notes that a figure was made up.
	FraudFound struct {
		No     int    `json:"no"`
		Figure string `json:"figure"`
		Text   string `json:"text"`
		Files  []File `json:"files,omitempty"`
	}
	// FraudVoided takes that back.
	FraudVoided struct {
		No   int    `json:"no"`
		Text string `json:"text"`
	}
	// TimeAsked asks for more working days.
	TimeAsked struct {
		No   int    `json:"no"`
		Days int    `json:"days"`
		Text string `json:"text"`
	}
	// TimeDecided grants or refuses it.
	TimeDecided struct {
		No      int            `json:"no"`
		Granted bool           `json:"granted"`
		Days    int            `json:"days"`
		Text    string         `json:"text,omitempty"`
		Clock   *process.Clock `json:"clock,omitempty"`
		Light   process.Light  `json:"light,omitempty"`
	}
	// Reminded is the clock's reminder.
	Reminded struct {
		Due time.Time `json:"due"`
	}
	// WasLate is the clock's change of light.
	WasLate struct {
		Light process.Light `json:"light"`
		Due   time.Time     `json:"due"`
	}
	// ClockMoved computes the deadline anew after a holiday notice.
	ClockMoved struct {
		Clock process.Clock `json:"clock"`
		Light process.Light `json:"light"`
	}
	// WasSealed closes the report while the year is scored.
	WasSealed struct{}
	// WasUnsealed opens it again for verification.
	WasUnsealed struct {
		Clock process.Clock `json:"clock"`
	}
	// WasRenamed gives the unit its new name.
	WasRenamed struct {
		Name string `json:"name"`
	}
	// WasMerged closes the report: its unit became part of another.
	WasMerged struct {
		Into string `json:"into"`
		Name string `json:"name"`
	}
	// WasFinished ends it with the year.
	WasFinished struct {
		Text string `json:"text,omitempty"`
	}
)

// EventType names the event in the store.
func (WasOpened) EventType() string { return "selfreport.opened" }

// EventType names the event in the store.
func (WasFilled) EventType() string { return "selfreport.filled" }

// EventType names the event in the store.
func (WasRefreshed) EventType() string { return "selfreport.refreshed" }

// EventType names the event in the store.
func (WasSubmitted) EventType() string { return "selfreport.submitted" }

// EventType names the event in the store.
func (WasTakenBack) EventType() string { return "selfreport.taken_back" }

// EventType names the event in the store.
func (WasVerified) EventType() string { return "selfreport.verified" }

// EventType names the event in the store.
func (WasReturned) EventType() string { return "selfreport.returned" }

// EventType names the event in the store.
func (VerdictReopened) EventType() string { return "selfreport.verdict_reopened" }

// EventType names the event in the store.
func (FraudFound) EventType() string { return "selfreport.fraud_found" }

// EventType names the event in the store.
func (FraudVoided) EventType() string { return "selfreport.fraud_voided" }

// EventType names the event in the store.
func (TimeAsked) EventType() string { return "selfreport.time_asked" }

// EventType names the event in the store.
func (TimeDecided) EventType() string { return "selfreport.time_decided" }

// EventType names the event in the store.
func (Reminded) EventType() string { return "selfreport.reminded" }

// EventType names the event in the store.
func (WasLate) EventType() string { return "selfreport.late" }

// EventType names the event in the store.
func (ClockMoved) EventType() string { return "selfreport.clock_moved" }

// EventType names the event in the store.
func (WasSealed) EventType() string { return "selfreport.sealed" }

// EventType names the event in the store.
func (WasUnsealed) EventType() string { return "selfreport.unsealed" }

// EventType names the event in the store.
func (WasRenamed) EventType() string { return "selfreport.renamed" }

// EventType names the event in the store.
func (WasMerged) EventType() string { return "selfreport.merged" }

// EventType names the event in the store.
func (WasFinished) EventType() string { return "selfreport.finished" }

// Evolve applies one recorded event. It is total: an event of an unknown type changes
// nothing. It must stay backward compatible for ever: workflows replay through it.
func Evolve(s State, e event.Event) State {
	if apply, ok := applies[e.Type]; ok {
		return apply(s, e)
	}
	return s
}

var applies = map[string]func(State, event.Event) State{
	"selfreport.opened":           event.By(WasOpened.apply),
	"selfreport.filled":           event.By(WasFilled.apply),
	"selfreport.refreshed":        event.By(WasRefreshed.apply),
	"selfreport.submitted":        event.By(WasSubmitted.apply),
	"selfreport.taken_back":       event.By(WasTakenBack.apply),
	"selfreport.verified":         event.By(WasVerified.apply),
	"selfreport.returned":         event.By(WasReturned.apply),
	"selfreport.verdict_reopened": event.By(VerdictReopened.apply),
	"selfreport.fraud_found":      event.By(FraudFound.apply),
	"selfreport.fraud_voided":     event.By(FraudVoided.apply),
	"selfreport.time_asked":       event.By(TimeAsked.apply),
	"selfreport.time_decided":     event.By(TimeDecided.apply),
	"selfreport.reminded":         event.By(Reminded.apply),
	"selfreport.late":             event.By(WasLate.apply),
	"selfreport.clock_moved":      event.By(ClockMoved.apply),
	"selfreport.sealed":           event.By(WasSealed.apply),
	"selfreport.unsealed":         event.By(WasUnsealed.apply),
	"selfreport.renamed":          event.By(WasRenamed.apply),
	"selfreport.merged":           event.By(WasMerged.apply),
	"selfreport.finished":         event.By(WasFinished.apply),
}

// own gives the state items and lists of its own, for states are values.
func (s State) own() State {
	s.Items, s.Frauds, s.Requests = slices.Clone(s.Items), slices.Clone(s.Frauds), slices.Clone(s.Requests)
	return s
}

// on runs the clock of a new stage.
func (s State) on(stage Stage, c *process.Clock) State {
	s.Stage, s.Clock, s.Light, s.Reminded = stage, c, process.Green, false
	return s
}

func (b WasOpened) apply(_ State, e event.Event) State {
	s := State{ID: b.ID, Opening: b.Opening, OpenedAt: e.At, KnownAt: e.At}.on(Filling, &b.Clock)
	for i, f := range b.Opening.Figures {
		it := Item{Figure: f}
		if i < len(b.Opening.Known) {
			it.Known = b.Opening.Known[i]
		}
		s.Items = append(s.Items, it)
	}
	s.Figures, s.Opening.Known = nil, nil // they stand in the items
	return s
}

func (b WasFilled) apply(s State, e event.Event) State {
	s = s.own()
	for _, x := range b.Items {
		if it := s.Item(x.Figure); it != nil {
			it.Said, it.Reason, it.Files, it.By, it.Seq = x.Value, x.Reason, x.Files, e.Actor.Signature(), e.Seq
			if it.Verdict == Returned {
				it.Verdict = None
			}
		}
	}
	if b.Text != "" {
		s.Text = b.Text
	}
	return s
}

func (b WasRefreshed) apply(s State, e event.Event) State {
	s = s.own()
	s.KnownAt = e.At
	for name, k := range b.Known {
		if it := s.Item(name); it != nil {
			it.Known = k
			if it.Verdict == Matched && k.Value != it.Final { // it agrees no more
				it.Verdict, it.Final = None, ""
			}
		}
	}
	return s
}

func (b WasSubmitted) apply(s State, e event.Event) State {
	s = s.own()
	for name, k := range b.Taken {
		if it := s.Item(name); it != nil {
			it.Known, it.Said, it.By, it.Seq = k, k.Value, e.Actor.Signature(), e.Seq
		}
	}
	for _, name := range b.Matched {
		if it := s.Item(name); it != nil {
			it.Verdict, it.Final, it.VerifiedBy, it.VerifiedAt, it.Seq = Matched, it.Value, "", e.At, e.Seq
		}
	}
	if s.Clock != nil {
		s.FillDue = s.Clock.Due
	}
	s.SubmittedAt, s.SubmittedBy, s.Submitter, s.Automatic, s.Late = e.At, e.Actor.Signature(), e.Actor.UserID, b.Automatic, b.Late
	if b.Done {
		s.VerifiedAt = e.At
		return s.on(Verified, nil)
	}
	return s.on(Submitted, &b.Clock)
}

func (b WasTakenBack) apply(s State, _ event.Event) State {
	s = s.own()
	for i := range s.Items {
		if s.Items[i].Verdict == Matched {
			s.Items[i].Verdict, s.Items[i].Final = None, ""
		}
	}
	return s.on(Filling, &b.Clock)
}

func (b WasVerified) apply(s State, e event.Event) State {
	s = s.own()
	for _, j := range b.Judged {
		it := s.Item(j.Figure)
		if it == nil {
			continue
		}
		it.Verdict, it.Final, it.Why, it.VerifiedBy, it.VerifiedAt, it.Seq = j.Verdict, j.Final, j.Text, e.Actor.Signature(), e.At, e.Seq
		it.had(e)
	}
	if b.Done {
		s.VerifiedAt = e.At
		return s.on(Verified, nil)
	}
	return s
}

// had notes who had a say.
func (x *Item) had(e event.Event) {
	for _, user := range []string{e.Actor.UserID, e.Actor.Person()} {
		if !slices.Contains(x.Verifiers, user) {
			x.Verifiers = append(x.Verifiers[:len(x.Verifiers):len(x.Verifiers)], user)
		}
	}
}

func (b WasReturned) apply(s State, e event.Event) State {
	s = s.own()
	for _, name := range b.Figures {
		if it := s.Item(name); it != nil {
			it.Verdict, it.Final, it.Why, it.VerifiedBy, it.VerifiedAt = Returned, "", b.Text, e.Actor.Signature(), e.At
			it.had(e)
		}
	}
	return s.on(Filling, &b.Clock)
}

func (b VerdictReopened) apply(s State, _ event.Event) State {
	s = s.own()
	if it := s.Item(b.Figure); it != nil {
		it.Verdict, it.Final, it.Why = None, "", ""
	}
	s.VerifiedAt = time.Time{}
	if s.Stage == Submitted {
		return s
	}
	return s.on(Submitted, &b.Clock)
}

func (b FraudFound) apply(s State, e event.Event) State {
	s = s.own()
	s.Frauds = append(s.Frauds, Fraud{No: b.No, Figure: b.Figure, Text: b.Text, Files: b.Files, By: e.Actor.Signature(), At: e.At, Seq: e.Seq})
	return s
}

func (b FraudVoided) apply(s State, _ event.Event) State {
	s = s.own()
	for i := range s.Frauds {
		if s.Frauds[i].No == b.No {
			s.Frauds[i].Void = b.Text
		}
	}
	return s
}

func (b TimeAsked) apply(s State, e event.Event) State {
	s = s.own()
	s.Requests = append(s.Requests, Request{No: b.No, Days: b.Days, Text: b.Text, By: e.Actor.Signature(), ByUser: e.Actor.UserID, At: e.At})
	return s
}

func (b TimeDecided) apply(s State, _ event.Event) State {
	s = s.own()
	for i := range s.Requests {
		if r := &s.Requests[i]; r.No == b.No {
			r.Decided, r.Decision, r.Days = map[bool]string{true: "granted", false: "refused"}[b.Granted], b.Text, b.Days
		}
	}
	if b.Clock != nil {
		s.Clock, s.Light, s.Reminded = b.Clock, b.Light, false
	}
	return s
}

func (Reminded) apply(s State, _ event.Event) State {
	s.Reminded = true
	return s
}

func (b WasLate) apply(s State, _ event.Event) State {
	s.Light = b.Light
	return s
}

func (b ClockMoved) apply(s State, _ event.Event) State {
	s.Clock, s.Light = &b.Clock, b.Light
	return s
}

func (WasSealed) apply(s State, _ event.Event) State {
	s.Before = s.Stage
	return s.on(Sealed, nil)
}

func (b WasUnsealed) apply(s State, _ event.Event) State {
	before := s.Before
	s.Before = ""
	if before == Filling || before == Submitted {
		return s.on(before, &b.Clock)
	}
	return s.on(before, nil)
}

func (b WasRenamed) apply(s State, _ event.Event) State {
	s.UnitName = b.Name
	return s
}

func (b WasMerged) apply(s State, _ event.Event) State {
	s.Into = b.Into
	return s.on(Closed, nil)
}

func (WasFinished) apply(s State, _ event.Event) State { return s.on(Finished, nil) }
