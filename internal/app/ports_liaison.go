package app

import (
	"context"
	"time"

	"luodi/internal/liaison"
	"luodi/internal/org"
	"luodi/internal/process"
)

// LiaisonRow is a liaison in a list.
type LiaisonRow struct {
	ID             string        `json:"id"`
	ListID         string        `json:"list_id"`
	Year           int           `json:"year"`
	Batch          int           `json:"batch"`
	ProjectID      string        `json:"project_id"`
	ProjectName    string        `json:"project_name"`
	CountyID       string        `json:"county_id"`
	DepartmentID   string        `json:"department_id"`
	DepartmentName string        `json:"department_name"`
	CadreID        string        `json:"cadre_id,omitempty"`
	CadreName      string        `json:"cadre_name"`
	Team           string        `json:"team,omitempty"`
	Role           liaison.Role  `json:"role" enum:"lead,support"`
	Stage          liaison.Stage `json:"stage" enum:"assigned,active,suspended,producing,terminated,handed_over"`
	Light          process.Light `json:"light" enum:"green,yellow,red"`
	LightRule      string        `json:"light_rule,omitempty" doc:"the rule that set the light"`
	LightSince     time.Time     `json:"light_since"`
	NextMilestone  string        `json:"next_milestone,omitempty"`
	NextDue        time.Time     `json:"next_due,omitzero" doc:"of the next milestone"`
	OpenProblems   int           `json:"open_problems"`
	AssignedAt     time.Time     `json:"assigned_at"`
	EndedAt        time.Time     `json:"ended_at,omitzero"`
	Illustrative   bool          `json:"illustrative,omitempty"`
}

// LiaisonItem is an item with the liaison that it belongs to.
type LiaisonItem struct {
	liaison.Item
	LiaisonID   string `json:"liaison_id"`
	ProjectID   string `json:"project_id"`
	ProjectName string `json:"project_name"`
	CountyID    string `json:"county_id"`
}

// LiaisonFilter narrows the list of liaisons. Zero fields don't.
type LiaisonFilter struct {
	Query        string // part of the project's or the cadre's name
	Light        process.Light
	Stage        liaison.Stage
	Open         *bool // not ended, or ended
	DepartmentID string
	CountyID     string
	ProjectID    string
	ListID       string
	Year         int
	Batch        int
	// CarrierUnit and CarrierUser keep what the unit or the cadre carries; both or none.
	CarrierUnit, CarrierUser string
}

// LiaisonItemFilter narrows items. Zero fields don't.
type LiaisonItemFilter struct {
	Kinds []liaison.ItemKind
	Open  bool // only what is still open
	// What was opened before Until, and is open, was due or was done at From or later.
	From, Until  time.Time
	DepartmentID string
}

// LiaisonCounts counts open liaisons by light.
type LiaisonCounts struct {
	Green  int `json:"green"`
	Yellow int `json:"yellow"`
	Red    int `json:"red"`
}

// LiaisonTx is the part of a transaction that liaisons write.
type LiaisonTx interface {
	// SaveLiaison upserts the list row and the items given; others stay as they are.
	SaveLiaison(LiaisonRow, []liaison.Item) error
	// TakeSlots notes which liaison carries which project in which role. Conflict
	// "liaison_active" with a detail for every slot that another liaison holds; Field is
	// the liaison's id.
	TakeSlots([]Slot) error
	// ReleaseSlot lets others carry the project once a liaison is over.
	ReleaseSlot(liaisonID string) error
}

// Slot is the right to carry a project in a role; a project has one of each.
type Slot struct {
	ProjectID string
	Role      liaison.Role
	LiaisonID string
}

// LiaisonReads is the store for readers of liaisons.
type LiaisonReads interface {
	// Liaisons lists the red before the yellow before the green, then by the next deadline.
	Liaisons(ctx context.Context, scope org.Scope, f LiaisonFilter, p Page) (rows []LiaisonRow, next string, err error)
	LiaisonCounts(ctx context.Context, scope org.Scope, f LiaisonFilter) (LiaisonCounts, error)
	// EachLiaison and EachLiaisonItem call fn for every row, by id.
	EachLiaison(ctx context.Context, scope org.Scope, f LiaisonFilter, fn func(LiaisonRow) error) error
	EachLiaisonItem(ctx context.Context, scope org.Scope, f LiaisonItemFilter, fn func(LiaisonItem) error) error
	// Slots finds which liaison holds each project's role.
	Slots(ctx context.Context, projectIDs []string) ([]Slot, error)
}

// LiaisonSweeps is what reconcile reads.
type LiaisonSweeps interface {
	// LiaisonRowOf reads the list row of a liaison for comparison; NotFound "liaison_unknown".
	LiaisonRowOf(ctx context.Context, id string) (LiaisonRow, error)
	// LiaisonItemsOf reads its items, by kind and key.
	LiaisonItemsOf(ctx context.Context, id string) ([]liaison.Item, error)
}
