// Package org knows units, people, roles, and what a role may see and do.
// Everything not granted here is denied.
package org

import (
	"slices"
	"strings"
	"unicode/utf8"

	"luodi/internal/fault"
)

// UnitKind says what a unit is to the system.
type UnitKind string

// The kinds of units.
const (
	Centre     UnitKind = "centre"     // 招商服务中心, operator of the system
	Department UnitKind = "department" // 市直部门
	County     UnitKind = "county"     // 县市区
	Leadership UnitKind = "leadership" // 市领导
)

// Unit is a body that people belong to and that seats, assignments and scores name.
type Unit struct {
	ID        string   `json:"id"`
	Name      string   `json:"name"`
	ShortName string   `json:"short_name"`
	Kind      UnitKind `json:"kind"`
}

// Check finds what is wrong with a unit.
func (u Unit) Check() error {
	bad := fault.New(fault.Invalid, "unit_invalid", "单位信息有误")
	switch {
	case u.ID == "" || len(u.ID) > 64 || strings.ContainsFunc(u.ID, func(r rune) bool { return r <= ' ' || r > '~' }):
		return bad.With("/id", "id_invalid", "编号为1至64个字母、数字或连字符")
	case u.Name == "" || utf8.RuneCountInString(u.Name) > 64:
		return bad.With("/name", "name_invalid", "名称为1至64个字符")
	case !slices.Contains([]UnitKind{Centre, Department, County, Leadership}, u.Kind):
		return bad.With("/kind", "kind_invalid", "类别应为 centre、department、county 或 leadership")
	}
	return nil
}

// Role is what a person is to the system; a person may have several.
type Role string

// The roles of design section 6.
const (
	CentreOperator    Role = "centre_operator"    // 招商中心经办
	CentreLeader      Role = "centre_leader"      // 招商中心负责人: decides reviews
	DepartmentHandler Role = "department_handler" // 部门经办
	DepartmentLeader  Role = "department_leader"  // 部门负责人
	CountyOperator    Role = "county_operator"    // 县市区招商经办
	PanelMember       Role = "panel_member"       // 研判会成员
	Assessor          Role = "assessor"           // 考核人员
	CityLeader        Role = "city_leader"        // 市领导, reads all
	Auditor           Role = "auditor"            // 审计, reads all
	Administrator     Role = "administrator"      // 系统管理员: accounts and calendar, not business
)

var roleNames = map[Role]string{
	CentreOperator: "招商中心经办", CentreLeader: "招商中心负责人",
	DepartmentHandler: "部门经办", DepartmentLeader: "部门负责人",
	CountyOperator: "县市区经办", PanelMember: "研判会成员", Assessor: "考核人员",
	CityLeader: "市领导", Auditor: "审计人员", Administrator: "系统管理员",
}

// Label is the role's Chinese name.
func (r Role) Label() string { return roleNames[r] }

// Valid reports whether the role exists.
func (r Role) Valid() bool { _, ok := roleNames[r]; return ok }

// User is a person with an account.
type User struct {
	ID       string `json:"id"`
	Login    string `json:"login"`
	Name     string `json:"name"`
	UnitID   string `json:"unit_id"`
	Roles    []Role `json:"roles"`
	Disabled bool   `json:"disabled"`
}

// Check finds what is wrong with a user; units is the set of unit ids that exist.
func (u User) Check(units map[string]Unit) error {
	bad := fault.New(fault.Invalid, "user_invalid", "账号信息有误")
	switch {
	case u.Login == "" || utf8.RuneCountInString(u.Login) > 64 || strings.ContainsAny(u.Login, " \t\n"):
		return bad.With("/login", "login_invalid", "登录名为1至64个字符,不含空格")
	case u.Name == "" || utf8.RuneCountInString(u.Name) > 64:
		return bad.With("/name", "name_invalid", "姓名为1至64个字符")
	case len(u.Roles) == 0 || slices.ContainsFunc(u.Roles, func(r Role) bool { return !r.Valid() }):
		return bad.With("/roles", "role_invalid", "至少有一个角色,且角色须存在")
	}
	if _, ok := units[u.UnitID]; !ok {
		return bad.With("/unit_id", "unit_unknown", "单位不存在")
	}
	return nil
}

// Actor is who acts, stamped by the server from the session and never taken from
// a request. System actors are the clock and the sweep; what they do is shown as automatic.
type Actor struct {
	UserID   string `json:"user_id,omitempty"`
	Name     string `json:"name"`
	UnitID   string `json:"unit_id,omitempty"`
	UnitName string `json:"unit_name,omitempty"`
	Roles    []Role `json:"roles,omitempty"`
	System   bool   `json:"system,omitempty"`
	// Behalf are the people whose standing proxy the actor holds today; it's part of
	// a command, never of an event.
	Behalf []Principal `json:"behalf,omitempty"`
	// For is whom the actor stood in for in a recorded event; both names are shown.
	For *Principal `json:"for,omitempty"`
}

// Principal is somebody who is stood in for (被代理人), with unit and roles as they are today.
type Principal struct {
	UserID   string `json:"user_id"`
	Name     string `json:"name"`
	UnitID   string `json:"unit_id,omitempty"`
	UnitName string `json:"unit_name,omitempty"`
	Roles    []Role `json:"roles,omitempty"`
}

// Capacities lists in whose name an actor may act: their own first, then that of
// each principal. A principal's own proxies aren't among them: a proxy doesn't pass on.
func (a Actor) Capacities() []Actor {
	out := []Actor{{UserID: a.UserID, Name: a.Name, UnitID: a.UnitID, UnitName: a.UnitName, Roles: a.Roles, System: a.System}}
	for _, p := range a.Behalf {
		out = append(out, Actor{UserID: a.UserID, Name: a.Name, UnitID: p.UnitID, UnitName: p.UnitName, Roles: p.Roles, For: &p})
	}
	return out
}

// Person is whose rights a capacity uses: the principal's id, or the actor's own.
func (a Actor) Person() string {
	if a.For != nil {
		return a.For.UserID
	}
	return a.UserID
}

// Signature is a name with the unit's, and with that of whoever was stood in for.
func (a Actor) Signature() string {
	if a.For != nil {
		return a.Name + "(代" + a.For.Name + ")"
	}
	return a.Name
}

// SystemActor is the clock: it fires deadlines and repairs, and approves nothing.
func SystemActor() Actor { return Actor{Name: "系统自动", System: true} }

// Has reports whether the actor holds any of the roles.
func (a Actor) Has(roles ...Role) bool {
	return slices.ContainsFunc(roles, func(r Role) bool { return slices.Contains(a.Roles, r) })
}

// ReadsAll reports whether every project and process is visible to the actor.
func (a Actor) ReadsAll() bool {
	return a.System || a.Has(CentreOperator, CentreLeader, CityLeader, Auditor, Assessor)
}

// Scope limits a list to what one actor may see. The zero Scope sees nothing.
type Scope struct {
	All    bool     // sees everything
	UnitID string   // sees what its unit leads, carries or is asked about
	Also   []string // further units, whose people the actor stands in for
	UserID string   // sees what it started itself
}

// Empty reports whether the scope sees nothing.
func (s Scope) Empty() bool { return !s.All && s.UnitID == "" && s.UserID == "" }

// ScopeOf is the widest scope the actor's roles give. An administrator keeps
// accounts and the calendar and has no business reading projects.
func ScopeOf(a Actor) Scope {
	switch {
	case a.ReadsAll():
		return Scope{All: true}
	case a.Has(DepartmentHandler, DepartmentLeader, CountyOperator, PanelMember):
		return Scope{UnitID: a.UnitID, UserID: a.UserID, Also: a.behalfUnits()}
	default:
		return Scope{}
	}
}

// behalfUnits are the units of the actor's principals, but for those whose rights
// open everything: a proxy reads for them what the proxy's own unit may, and what
// waits for the principal is in a unit's inbox anyway.
func (a Actor) behalfUnits() []string {
	var out []string
	for _, p := range a.Behalf {
		if p.UnitID != a.UnitID && !slices.Contains(out, p.UnitID) {
			out = append(out, p.UnitID)
		}
	}
	return out
}
