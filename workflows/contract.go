// Package workflows holds the Temporal shells around Luodi's processes. A shell
// keeps order, timers, retries and waiting; what may happen is decided by the
// aggregate inside Record, and what happened is replayed by Evolve.
package workflows

import (
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"

	"luodi/internal/process"
)

// TaskQueue is where every worker of Luodi listens.
const TaskQueue = "luodi"

// The updates and queries that every process answers.
const (
	UpdateCommand = "command" // process.Command → process.Receipt
	UpdateSync    = "sync"    // → version, after catching up with the stream
	QueryVersion  = "version" // → number of the last event evolved through
)

// ActivityPerform performs an effect of any kind of process.
const ActivityPerform = "perform"

// Input starts a process, or continues one after its history grew long.
type Input[S any] struct {
	ID      string `json:"id"`
	Version int64  `json:"version,omitempty"`
	State   S      `json:"state"`
	// Revision is that of the shell that the run was started for: a change of what it
	// asks of the engine is for new runs, and those under way replay as they began.
	Revision int `json:"revision,omitempty"`
	// Shown says that the run was started with its project and stage as search
	// attributes, so that the first task needn't set them.
	Shown bool `json:"shown,omitempty"`
}

// The revisions of the shell.
const (
	timersLazy = 1 // a timer is set anew only for an earlier deadline, and not when one falls away
	current    = timersLazy
)

// ID is the workflow id of a process; it is the name of its stream too.
func ID(kind, id string) string { return process.StreamID(kind, id) }

// Typed search attributes, so that operators find a process in the engine.
var (
	AttributeProject = temporal.NewSearchAttributeKeyKeyword("LuodiProject")
	AttributeStage   = temporal.NewSearchAttributeKeyKeyword("LuodiStage")
)

// SearchAttributes are what the engine must know before the first workflow starts.
func SearchAttributes() map[string]enumspb.IndexedValueType {
	return map[string]enumspb.IndexedValueType{
		AttributeProject.GetName(): enumspb.INDEXED_VALUE_TYPE_KEYWORD,
		AttributeStage.GetName():   enumspb.INDEXED_VALUE_TYPE_KEYWORD,
	}
}
