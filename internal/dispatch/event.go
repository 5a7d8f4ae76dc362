package dispatch

import (
	"time"

	"luodi/internal/calendar"
	"luodi/internal/process"
)

// The events of a sheet. Names and fields are stored: only add to them.
type (
	// OpenedSheet begins a week's sheet.
	OpenedSheet struct {
		Planned
	}
	// Compiled is the content of the sheet, frozen.
	Compiled struct {
		Round  int    `json:"round"`
		Digest string `json:"digest"`
		Size   int    `json:"size"`
		City   Totals `json:"city"`
		Units  []Unit `json:"units"`
	}
	// RecompileAsked has the content compiled again.
	RecompileAsked struct {
		Round int    `json:"round"`
		Text  string `json:"text,omitempty"`
	}
	// InstructionAdded puts an instruction on the sheet.
	InstructionAdded struct {
		Order Order `json:"order"`
	}
	// InstructionRemoved takes one off, before the sheet is issued.
	InstructionRemoved struct {
		ID   string `json:"id"`
		Text string `json:"text"` // of the instruction
	}
	// IssuedSheet issues the sheet (印发): instructions begin to run.
	IssuedSheet struct {
		Clocks map[string]process.Clock `json:"clocks"` // by instruction
	}
	// InstructionSent notes that the liaison has an instruction, or why not: then the
	// unit answers it here.
	InstructionSent struct {
		ID      string `json:"id"`
		Round   int    `json:"round"`
		Code    string `json:"code,omitempty"`
		Refused string `json:"refused,omitempty"`
	}
	// InstructionAnswered is a unit's answer. At is set when it was given in the liaison.
	InstructionAnswered struct {
		ID    string    `json:"id"`
		Round int       `json:"round"`
		Name  string    `json:"name"`
		Text  string    `json:"text"`
		Files []File    `json:"files,omitempty"`
		At    time.Time `json:"at,omitzero"`
	}
	// InstructionReturned sends an answer back with a new deadline.
	InstructionReturned struct {
		ID    string        `json:"id"`
		Text  string        `json:"text"`
		Due   calendar.Date `json:"due"`
		Clock process.Clock `json:"clock"`
	}
	// InstructionDone strikes an instruction off (核销).
	InstructionDone struct {
		ID   string `json:"id"`
		Name string `json:"name"`
		Text string `json:"text,omitempty"`
	}
	// Reminded is the reminder before a deadline.
	Reminded struct {
		ID  string    `json:"id"`
		Due time.Time `json:"due"`
	}
	// Overdue marks an instruction whose deadline or grace has passed.
	Overdue struct {
		ID    string        `json:"id"`
		Light process.Light `json:"light"`
		Due   time.Time     `json:"due"`
	}
	// ClockMoved is a deadline that a holiday notice moved.
	ClockMoved struct {
		ID    string        `json:"id"`
		Clock process.Clock `json:"clock"`
		Light process.Light `json:"light"`
	}
	// Urged reminds a unit (催办).
	Urged struct {
		ID   string `json:"id"`
		Text string `json:"text,omitempty"`
	}
	// WasRead is a read receipt (已阅).
	WasRead struct{}
	// ClosedSheet closes a sheet whose instructions are all done.
	ClosedSheet struct{}
)

// EventType names the event in the store.
func (OpenedSheet) EventType() string { return "dispatch.opened" }

// EventType names the event in the store.
func (Compiled) EventType() string { return "dispatch.compiled" }

// EventType names the event in the store.
func (RecompileAsked) EventType() string { return "dispatch.recompile_asked" }

// EventType names the event in the store.
func (InstructionAdded) EventType() string { return "dispatch.instruction_added" }

// EventType names the event in the store.
func (InstructionRemoved) EventType() string { return "dispatch.instruction_removed" }

// EventType names the event in the store.
func (IssuedSheet) EventType() string { return "dispatch.issued" }

// EventType names the event in the store.
func (InstructionSent) EventType() string { return "dispatch.instruction_sent" }

// EventType names the event in the store.
func (InstructionAnswered) EventType() string { return "dispatch.instruction_answered" }

// EventType names the event in the store.
func (InstructionReturned) EventType() string { return "dispatch.instruction_returned" }

// EventType names the event in the store.
func (InstructionDone) EventType() string { return "dispatch.instruction_done" }

// EventType names the event in the store.
func (Reminded) EventType() string { return "dispatch.reminded" }

// EventType names the event in the store.
func (Overdue) EventType() string { return "dispatch.overdue" }

// EventType names the event in the store.
func (ClockMoved) EventType() string { return "dispatch.clock_moved" }

// EventType names the event in the store.
func (Urged) EventType() string { return "dispatch.urged" }

// EventType names the event in the store.
func (WasRead) EventType() string { return "dispatch.read" }

// EventType names the event in the store.
func (ClosedSheet) EventType() string { return "dispatch.closed" }
