package batch

import (
	"fmt"
	"slices"

	"luodi/internal/calendar"
	"luodi/internal/fault"
	"luodi/internal/liaison"
	"luodi/internal/org"
	"luodi/internal/project"
)

// Entry is a row as people fill it in. Names are the directory's to add.
type Entry struct {
	ID           string            `json:"id,omitempty" maxLength:"64" doc:"of a row that was there before; empty for a new one"`
	ProjectID    string            `json:"project_id" maxLength:"64"`
	Role         liaison.Role      `json:"role" enum:"lead,support"`
	DepartmentID string            `json:"department_id" maxLength:"64"`
	CadreID      string            `json:"cadre_id,omitempty" maxLength:"64"`
	CadreName    string            `json:"cadre_name,omitempty" maxLength:"30" doc:"of a cadre without an account"`
	Team         string            `json:"team,omitempty" maxLength:"60"`
	ProjectType  string            `json:"project_type" maxLength:"64" doc:"id of a type of the template"`
	Milestones   []liaison.Planned `json:"milestones,omitempty" maxItems:"20" doc:"planned days that differ from the template's"`
}

// Entry is what a row was filled in with.
func (r Row) Entry() Entry {
	return Entry{ID: r.ID, ProjectID: r.ProjectID, Role: r.Role, DepartmentID: r.DepartmentID, CadreID: r.CadreID, CadreName: r.CadreName,
		Team: r.Team, ProjectType: r.ProjectType, Milestones: r.Milestones}
}

// Place is the right to carry a project in a role.
type Place struct {
	ProjectID string
	Role      liaison.Role
}

// Directory is what entries name, as it stands. What isn't in it doesn't exist.
type Directory struct {
	Template liaison.Template
	Units    map[string]org.Unit
	Users    map[string]org.User
	Projects map[string]project.Project
	Taken    map[Place]string // by which liaison
}

// wrong notes what is wrong with one entry; field is a JSON pointer within it.
type wrong func(field, code, message string)

// Resolve makes the rows of a list's entries and finds everything that is wrong with
// them. where is the place, as their owner knows it, of an entry's field, such as
// "/rows/3/project_id" or a cell. Rows with findings are no rows to keep.
func Resolve(list string, entries []Entry, d Directory, where func(i int, field string) string) ([]Row, []fault.Detail) {
	var findings []fault.Detail
	switch n := len(entries); {
	case n == 0:
		findings = append(findings, fault.Detail{Field: "/rows", Code: "rows_empty", Message: "清单没有内容"})
	case n > MaxRows:
		findings = append(findings, fault.Detail{Field: "/rows", Code: "rows_many", Message: fmt.Sprintf("清单有%d项,一批最多%d项", n, MaxRows)})
	}
	rows, seen := make([]Row, len(entries)), map[Place]int{}
	for i, e := range identified(entries) {
		note := func(field, code, message string) {
			findings = append(findings, fault.Detail{Field: where(i, field), Code: code, Message: message})
		}
		rows[i] = Row{ID: e.ID, Pairing: d.pair(e, note)}
		place := Place{e.ProjectID, e.Role}
		if first, twice := seen[place]; twice && e.ProjectID != "" {
			note("/project_id", "row_duplicate", fmt.Sprintf("与第%d项是同一项目的同一角色", first+1))
		} else {
			seen[place] = i
		}
		if holder := d.Taken[place]; holder != "" && holder != LiaisonID(list, e.ID) {
			note("/project_id", "liaison_active", "项目已有在办的"+e.Role.Label()+"任务")
		}
	}
	return rows, findings
}

// identified gives every entry an id of its own; one that has it keeps it.
func identified(entries []Entry) []Entry {
	out, known := slices.Clone(entries), map[string]bool{"": true}
	for _, e := range entries {
		known[e.ID] = true
	}
	next, given := 1, map[string]bool{}
	for i := range out {
		if out[i].ID == "" || given[out[i].ID] {
			for known[fmt.Sprint(next)] {
				next++
			}
			out[i].ID = fmt.Sprint(next)
			known[out[i].ID] = true
		}
		given[out[i].ID] = true
	}
	return out
}

// pair makes a pairing of an entry.
func (d Directory) pair(e Entry, note wrong) liaison.Pairing {
	p := d.project(e, note)
	out := liaison.Pairing{ProjectID: p.ID, ProjectName: p.Name, CountyID: p.CountyID, CountyName: d.Units[p.CountyID].Name, ProjectType: e.ProjectType,
		Role: e.Role, CadreID: e.CadreID, CadreName: d.cadre(e, note), Team: e.Team, Milestones: e.Milestones}
	if e.Role.Label() == "" {
		note("/role", "role_unknown", "角色应为“牵头包联”或“协同包联”")
	}
	unit, ok := d.Units[e.DepartmentID]
	if !ok || unit.Kind == org.Leadership {
		note("/department_id", "department_unknown", "没有这个包联单位")
	}
	out.DepartmentID, out.DepartmentName = unit.ID, unit.Name
	if kind, ok := d.Template.Type(e.ProjectType); ok {
		planned(kind, e, note)
	} else {
		note("/project_type", "type_unknown", "没有这种项目类型")
	}
	return out
}

func (d Directory) project(e Entry, note wrong) project.Project {
	p, known := d.Projects[e.ProjectID]
	switch {
	case !known:
		note("/project_id", "project_unknown", "没有这个项目")
	case p.Stage == project.InProduction || p.Stage == project.Ended:
		note("/project_id", "project_over", "项目"+p.Stage.Label()+",不需要包联")
	case p.Framework:
		note("/project_id", "project_framework", "框架协议项目不列入包联")
	}
	return p
}

// cadre is the name of whoever leads: the account's, or the one written.
func (d Directory) cadre(e Entry, note wrong) string {
	u, ok := d.Users[e.CadreID]
	switch {
	case e.CadreID != "" && (!ok || u.Disabled):
		note("/cadre_id", "cadre_unknown", "没有这位包联领导,或账号已停用")
	case e.CadreID != "":
		return u.Name
	case e.CadreName == "":
		note("/cadre_name", "required", "请填写包联领导")
	}
	return e.CadreName
}

// planned checks the days of an entry: of the type's milestones, and in their order.
func planned(kind liaison.Type, e Entry, note wrong) {
	days := map[string]calendar.Date{}
	for _, m := range e.Milestones {
		if !slices.ContainsFunc(kind.Milestones, func(r liaison.MilestoneRule) bool { return r.ID == m.ID }) {
			note("/milestones/"+m.ID, "milestone_unknown", "这种项目没有节点“"+m.ID+"”")
		}
		days[m.ID] = m.On
	}
	last, lastTitle := calendar.Date{}, ""
	for _, r := range kind.Milestones {
		on, ok := days[r.ID]
		if !ok {
			continue
		}
		if on.Before(last) {
			note("/milestones/"+r.ID, "milestones_disordered", fmt.Sprintf("%s(%s)早于%s(%s)", r.Title, on, lastTitle, last))
		}
		last, lastTitle = on, r.Title
	}
}

// Unsound is the one error for everything that is wrong with rows; nil for nothing.
func Unsound(findings []fault.Detail) error {
	if len(findings) == 0 {
		return nil
	}
	for i := range findings {
		if findings[i].Field == "" { // the file as a whole
			findings[i].Field = "/"
		}
	}
	return &fault.Error{Kind: fault.Invalid, Code: "rows_invalid", Details: findings, Message: fmt.Sprintf("清单有%d处错误,请改正后再办理", len(findings))}
}
