package liaison

import "luodi/internal/calendar"

// Role is the part that a department has in carrying a project. A project has at
// most one active liaison of each role.
type Role string

// The roles.
const (
	Lead    Role = "lead"    // 牵头包联
	Support Role = "support" // 协同包联
)

// Label is the role's Chinese name.
func (r Role) Label() string {
	return map[Role]string{Lead: "牵头包联", Support: "协同包联"}[r]
}

// Pairing is one line of a liaison list: who carries which project.
type Pairing struct {
	ProjectID      string    `json:"project_id"`
	ProjectName    string    `json:"project_name"`
	CountyID       string    `json:"county_id"`
	CountyName     string    `json:"county_name"`
	ProjectType    string    `json:"project_type"` // id of a type of the template
	Role           Role      `json:"role"`
	DepartmentID   string    `json:"department_id"`
	DepartmentName string    `json:"department_name"`
	CadreID        string    `json:"cadre_id,omitempty"` // 包联领导; empty when the cadre has no account
	CadreName      string    `json:"cadre_name"`
	Team           string    `json:"team,omitempty"`       // the team that serves the project, free text
	Milestones     []Planned `json:"milestones,omitempty"` // dates that differ from the template's
}

// Planned is a milestone's planned day.
type Planned struct {
	ID string        `json:"id"`
	On calendar.Date `json:"on"`
}

// Assignment is a pairing as it was published: the body of the command that starts a
// liaison. From is the first day that clocks and weekly reports count from.
type Assignment struct {
	Pairing
	ID           string        `json:"id"`
	ListID       string        `json:"list_id"`
	RowID        string        `json:"row_id"`
	Year         int           `json:"year"`
	Batch        int           `json:"batch"`
	From         calendar.Date `json:"from"`
	Illustrative bool          `json:"illustrative,omitempty"`
}
