package rulebook

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"luodi/internal/fault"
)

// Severity says what a finding does.
type Severity string

// The severities. An Error stops; a Warning is for the author; a Notice tells how a
// policy of the book dealt with a missing figure.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
	Notice  Severity = "notice"
)

// Finding is one thing wrong, or worth knowing, with its place.
type Finding struct {
	Severity  Severity `json:"severity"`
	Code      string   `json:"code"`
	File      string   `json:"file,omitempty"`
	Line      int      `json:"line,omitempty"`
	Column    int      `json:"column,omitempty"`
	Unit      string   `json:"unit,omitempty"`
	Indicator string   `json:"indicator,omitempty"`
	Message   string   `json:"message"`
}

var severityNames = map[Severity]string{Error: "错误", Warning: "提醒", Notice: "说明"}

// String is the finding as one line: "book.yaml:12:5: 错误[code]: …".
func (f Finding) String() string {
	var b strings.Builder
	if f.File != "" {
		b.WriteString(f.File + ":")
	}
	if f.Line > 0 {
		fmt.Fprintf(&b, "%d:%d:", f.Line, f.Column)
	}
	if b.Len() > 0 {
		b.WriteString(" ")
	}
	fmt.Fprintf(&b, "%s[%s] ", severityNames[f.Severity], f.Code)
	if f.Unit != "" {
		b.WriteString(f.Unit + " ")
	}
	if f.Indicator != "" {
		b.WriteString("“" + f.Indicator + "” ")
	}
	b.WriteString(f.Message)
	return b.String()
}

// Findings are all there is to say, in the order of the file.
type Findings []Finding

// Failed reports whether one of them is an error.
func (f Findings) Failed() bool {
	return slices.ContainsFunc(f, func(x Finding) bool { return x.Severity == Error })
}

// Err is nil without errors, else a fault.Invalid with every finding as a detail.
func (f Findings) Err(code, message string) error {
	if !f.Failed() {
		return nil
	}
	e := fault.New(fault.Invalid, code, message)
	for _, x := range f {
		if x.Severity == Error {
			e.Details = append(e.Details, fault.Detail{Field: x.where(), Code: x.Code, Message: x.subject() + x.Message})
		}
	}
	return e
}

func (f Finding) where() string {
	if f.Line == 0 {
		return f.File
	}
	return fmt.Sprintf("%s:%d:%d", f.File, f.Line, f.Column)
}

func (f Finding) subject() string {
	s := f.Unit
	if f.Indicator != "" {
		s += "“" + f.Indicator + "”"
	}
	if s != "" {
		s += ":"
	}
	return s
}

func (f Findings) sorted() Findings {
	slices.SortStableFunc(f, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Message, b.Message))
	})
	return slices.CompactFunc(f, func(a, b Finding) bool { return a == b })
}

// maxFindings keeps the answer to a hostile file readable.
const maxFindings = 500

// findings collects, for one file.
type findings struct {
	file string
	list Findings
}

func (f *findings) add(s Severity, at Pos, code, format string, args ...any) {
	if len(f.list) < maxFindings {
		f.list = append(f.list, Finding{Severity: s, Code: code, File: f.file, Line: at.Line, Column: at.Col, Message: fmt.Sprintf(format, args...)})
	}
}

func (f *findings) errorf(at Pos, code, format string, args ...any) {
	f.add(Error, at, code, format, args...)
}

func (f *findings) warnf(at Pos, code, format string, args ...any) {
	f.add(Warning, at, code, format, args...)
}

// Pos is a place in a file; lines and columns count from 1, columns in characters.
type Pos struct{ Line, Col int }

// FaultKind says why a number isn't there.
type FaultKind int

// The kinds of faults.
const (
	Missing        FaultKind = iota // a figure, target or mark that nobody gave
	DivisionByZero                  //
	NoTier                          // no tier was hit, and the book doesn't say what then
	NotApplicable                   // the book says that this indicator doesn't apply to the unit
	NotOfGroup                      // the indicator isn't one of the unit's group
	TooLarge                        // more than maxBits
)

// Fault is a number that isn't there, and what was being looked for.
type Fault struct {
	Kind FaultKind
	What string // the figure's, record's or step's name
}

var faultCodes = map[FaultKind]string{
	Missing: "figure_missing", DivisionByZero: "division_by_zero", NoTier: "no_tier",
	NotApplicable: "not_applicable", NotOfGroup: "not_of_group", TooLarge: "number_too_large",
}

// Message is the fault in Chinese.
func (f *Fault) Message() string {
	switch f.Kind {
	case Missing:
		return "缺“" + f.What + "”的数据"
	case DivisionByZero:
		return "除数为零" + bracket(f.What)
	case NoTier:
		return "没有命中任何档次" + bracket(f.What)
	case NotApplicable:
		return "不适用"
	case NotOfGroup:
		return "不属于本组的指标"
	}
	return "数值过大,无法计算" + bracket(f.What)
}

func bracket(s string) string {
	if s == "" {
		return ""
	}
	return "(" + s + ")"
}
