package selfreport

import (
	"slices"
	"time"

	"luodi/internal/org"
	"luodi/internal/process"
)

// Stage is where a self-report stands.
type Stage string

// The stages of a self-report.
const (
	Filling   Stage = "filling"   // 填报中
	Submitted Stage = "submitted" // 核实中
	Verified  Stage = "verified"  // 已核实: nothing waits for anybody
	Sealed    Stage = "sealed"    // 已封存: the year is being scored
	Closed    Stage = "closed"    // 已并入: the unit was merged into another
	Finished  Stage = "finished"  // 已归档: the year is locked, or was called off
)

// Label is the stage's Chinese name.
func (s Stage) Label() string {
	return map[Stage]string{Filling: "填报中", Submitted: "核实中", Verified: "已核实", Sealed: "已封存", Closed: "已并入", Finished: "已归档"}[s]
}

// Origin says what a figure is.
type Origin string

// The origins of figures.
const (
	Reported Origin = "reported" // 填报: the unit states it
	Counted  Origin = "counted"  // 台账: the registry counts it, the unit agrees or says why not
)

// Verdict is what was made of a figure.
type Verdict string

// The verdicts.
const (
	None      Verdict = ""
	Matched   Verdict = "matched"   // the same as the registry's: automatic
	Confirmed Verdict = "confirmed" // 属实
	Corrected Verdict = "corrected" // 核减、核增, with a reason
	Returned  Verdict = "returned"  // 退回, with a reason
)

// Label is the verdict's Chinese name.
func (v Verdict) Label() string {
	return map[Verdict]string{None: "待核实", Matched: "与登记数一致(自动)", Confirmed: "属实", Corrected: "已更正", Returned: "已退回"}[v]
}

// Final reports whether the figure stands.
func (v Verdict) Final() bool { return v == Matched || v == Confirmed || v == Corrected }

// File is an attachment as events keep it.
type File struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Size int64  `json:"size"`
}

// Figure is one figure that the rule book asks of the unit.
type Figure struct {
	Name       string   `json:"name"`
	Measure    string   `json:"measure,omitempty"` // its unit of measure: 个, 亿元, %
	Kind       string   `json:"kind"`              // number, truth, text
	Origin     Origin   `json:"origin"`
	Clause     string   `json:"clause,omitempty"`
	Note       string   `json:"note,omitempty"`
	Indicators []string `json:"indicators"`         // ids of the indicators that use it
	Titles     []string `json:"titles"`             // their names
	Verifier   string   `json:"verifier"`           // unit that verifies it
	Optional   bool     `json:"optional,omitempty"` // the book says what counts without it
}

// Known is the registry's own figure, as of a moment.
type Known struct {
	Value   string `json:"value"`             // as people write it; "" when the registry doesn't know
	Records int    `json:"records,omitempty"` // how many projects or records are behind it
	Source  string `json:"source,omitempty"`  // where it comes from, in words
}

// Item is a figure with what was said of it.
type Item struct {
	Figure
	Known
	Said       string    `json:"said,omitempty"` // the unit's own figure
	Reason     string    `json:"reason,omitempty"`
	Files      []File    `json:"files,omitempty"`
	By         string    `json:"by,omitempty"` // who said it
	Verdict    Verdict   `json:"verdict,omitempty"`
	Final      string    `json:"final,omitempty"` // the figure that stands
	Why        string    `json:"why,omitempty"`   // of the verdict
	VerifiedBy string    `json:"verified_by,omitempty"`
	Verifiers  []string  `json:"verifiers,omitempty"` // user ids of all who ever had a say
	VerifiedAt time.Time `json:"verified_at,omitzero"`
	Seq        int64     `json:"seq,omitempty"` // event of the verdict, or of the statement
}

// Differs reports whether the unit says something else than the registry.
func (x Item) Differs() bool { return x.Value != "" && x.Said != "" && x.Said != x.Value }

// Fraud is a figure that was found to be made up (弄虚作假).
type Fraud struct {
	No     int       `json:"no"`
	Figure string    `json:"figure"`
	Text   string    `json:"text"`
	Files  []File    `json:"files,omitempty"`
	By     string    `json:"by"`
	At     time.Time `json:"at"`
	Void   string    `json:"void,omitempty"` // why it was taken back
	Seq    int64     `json:"seq"`
}

// Request is a unit's wish for more time.
type Request struct {
	No       int       `json:"no"`
	Days     int       `json:"days"`
	Text     string    `json:"text"`
	By       string    `json:"by"`
	ByUser   string    `json:"by_user"`
	At       time.Time `json:"at"`
	Decided  string    `json:"decided,omitempty"` // granted, refused
	Decision string    `json:"decision,omitempty"`
}

// Opening is what a self-report is opened with.
type Opening struct {
	Year         string        `json:"year"` // id of the assessment
	UnitID       string        `json:"unit_id"`
	UnitName     string        `json:"unit_name"`
	Group        string        `json:"group"`
	Office       string        `json:"office"` // unit that runs the year
	Fill         process.Terms `json:"fill"`   // of reporting
	Verify       process.Terms `json:"verify"` // of verifying
	Lapse        bool          `json:"lapse"`  // overdue past the grace, the registry's figures count: automatic
	Figures      []Figure      `json:"figures"`
	Known        []Known       `json:"known"` // of each figure
	Illustrative bool          `json:"illustrative,omitempty"`
}

// ID names the self-report of a unit in a year.
func ID(year, unit string) string { return year + "-" + unit }

// State is everything that Decide and Actions need to know of one self-report.
type State struct {
	ID string `json:"id"`
	Opening
	Stage       Stage          `json:"stage"`
	Items       []Item         `json:"items"`
	Clock       *process.Clock `json:"clock,omitempty"` // of filling or verifying; nil when sealed
	Light       process.Light  `json:"light"`
	Reminded    bool           `json:"reminded,omitempty"`
	OpenedAt    time.Time      `json:"opened_at"`
	KnownAt     time.Time      `json:"known_at"`
	FillDue     time.Time      `json:"fill_due,omitzero"` // by when the report was due that was handed in
	SubmittedAt time.Time      `json:"submitted_at,omitzero"`
	SubmittedBy string         `json:"submitted_by,omitempty"`
	Submitter   string         `json:"submitter,omitempty"` // user id
	Automatic   bool           `json:"automatic,omitempty"` // the clock submitted it
	Late        bool           `json:"late,omitempty"`
	VerifiedAt  time.Time      `json:"verified_at,omitzero"`
	Frauds      []Fraud        `json:"frauds,omitempty"`
	Requests    []Request      `json:"requests,omitempty"`
	Before      Stage          `json:"before,omitempty"` // of the seal
	Into        string         `json:"into,omitempty"`   // unit that it was merged into
	Text        string         `json:"text,omitempty"`   // 自评总结
}

// Started reports whether the self-report was opened at all.
func (s State) Started() bool { return s.Stage != "" }

// Ended reports whether nothing can come any more.
func (s State) Ended() bool { return s.Stage == Finished || s.Stage == Closed }

// Title is what the self-report is called.
func (s State) Title() string { return s.Year + "年度" + s.UnitName + "自评" }

// Item finds a figure; nil when the book doesn't ask for it.
func (s *State) Item(name string) *Item {
	i := slices.IndexFunc(s.Items, func(x Item) bool { return x.Name == name })
	if i < 0 {
		return nil
	}
	return &s.Items[i]
}

// Standing counts the frauds that stand.
func (s State) Standing() int {
	n := 0
	for _, f := range s.Frauds {
		if f.Void == "" {
			n++
		}
	}
	return n
}

// Filled counts the figures that the unit has stated.
func (s State) Filled() int { return s.count(func(x Item) bool { return x.Said != "" }) }

// Decided counts the figures that stand.
func (s State) Decided() int { return s.count(func(x Item) bool { return x.Verdict.Final() }) }

// Missing counts the figures that the unit must still state.
func (s State) Missing() int {
	return s.count(func(x Item) bool { return x.Said == "" && !x.Optional })
}

func (s State) count(is func(Item) bool) int {
	n := 0
	for _, x := range s.Items {
		if is(x) {
			n++
		}
	}
	return n
}

// waiting are the figures that wait for a verdict, by the unit that gives it.
func (s State) waiting(unit string) []int {
	var out []int
	for i, x := range s.Items {
		if x.Verifier == unit && !x.Verdict.Final() {
			out = append(out, i)
		}
	}
	return out
}

// verifiers are the units that verify, each once.
func (s State) verifiers() []string {
	var out []string
	for _, x := range s.Items {
		if !slices.Contains(out, x.Verifier) {
			out = append(out, x.Verifier)
		}
	}
	return out
}

// open is the request that nobody has decided; nil when there is none. A report that was
// handed in waits for no more time.
func (s *State) open() *Request {
	if n := len(s.Requests); s.Stage == Filling && n > 0 && s.Requests[n-1].Decided == "" {
		return &s.Requests[n-1]
	}
	return nil
}

// Readers are the unit, the office that runs the year, and those who verify.
func (s State) Readers() []process.Reader {
	out := []process.Reader{{UnitID: s.UnitID}}
	for _, u := range append([]string{s.Office, s.Into}, s.verifiers()...) {
		if u != "" && !slices.ContainsFunc(out, func(r process.Reader) bool { return r.UnitID == u }) {
			out = append(out, process.Reader{UnitID: u})
		}
	}
	return out
}

// reports is whether somebody reports for the unit.
func (s State) reports(a org.Actor) bool {
	return (a.UnitID == s.UnitID || s.Into != "" && a.UnitID == s.Into) && a.Has(org.CountyOperator, org.DepartmentHandler, org.DepartmentLeader)
}

// verifies is whether somebody verifies for a unit. Nobody verifies their own unit's
// figures but those of the office that runs the year, nor what they handed in themselves.
func (s State) verifies(a org.Actor, unit string) bool {
	if s.Submitter != "" && a.UserID == s.Submitter {
		return false
	}
	if unit == s.UnitID && unit != s.Office {
		return s.assesses(a)
	}
	if unit == s.Office {
		return s.assesses(a)
	}
	return a.UnitID == unit && a.Has(org.DepartmentHandler, org.DepartmentLeader)
}

// assesses is whether somebody runs the year.
func (s State) assesses(a org.Actor) bool { return a.Has(org.Assessor, org.CentreLeader) }
