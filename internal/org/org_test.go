package org_test

import (
	"reflect"
	"testing"

	"luodi/internal/fault"
	"luodi/internal/org"
)

func TestScopeIsNothingUnlessARoleGivesMore(t *testing.T) {
	everything, own := org.Scope{All: true}, org.Scope{UnitID: "x", UserID: "u"}
	for role, want := range map[org.Role]org.Scope{
		org.CentreOperator: everything, org.CentreLeader: everything, org.CityLeader: everything,
		org.Auditor: everything, org.Assessor: everything,
		org.DepartmentHandler: own, org.DepartmentLeader: own, org.CountyOperator: own, org.PanelMember: own,
		org.Administrator: {}, "no_such_role": {},
	} {
		if got := org.ScopeOf(org.Actor{UserID: "u", UnitID: "x", Roles: []org.Role{role}}); !reflect.DeepEqual(got, want) {
			t.Errorf("%s sees %+v, want %+v", role, got, want)
		}
	}
	if got := org.ScopeOf(org.Actor{UserID: "u", UnitID: "x"}); !reflect.DeepEqual(got, org.Scope{}) {
		t.Errorf("nobody sees %+v", got)
	}
}

func TestUsersAreChecked(t *testing.T) {
	units := map[string]org.Unit{"x": {ID: "x", Name: "示例局", Kind: org.Department}}
	good := org.User{Login: "a.b", Name: "张三", UnitID: "x", Roles: []org.Role{org.DepartmentHandler}}
	if err := good.Check(units); err != nil {
		t.Fatal(err)
	}
	for field, change := range map[string]func(*org.User){
		"/login":   func(u *org.User) { u.Login = "有 空格" },
		"/name":    func(u *org.User) { u.Name = "" },
		"/roles":   func(u *org.User) { u.Roles = []org.Role{"emperor"} },
		"/unit_id": func(u *org.User) { u.UnitID = "y" },
	} {
		u := good
		change(&u)
		if f := fault.From(u.Check(units)); f == nil || f.Kind != fault.Invalid || f.Details[0].Field != field {
			t.Errorf("%s: %v", field, f)
		}
	}
}

func TestUnitsAreChecked(t *testing.T) {
	good := org.Unit{ID: "x", Name: "示例局", Kind: org.Department}
	if err := good.Check(); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []org.Unit{
		{Name: "示例局", Kind: org.Department}, {ID: "有空格 x", Name: "示例局", Kind: org.Department},
		{ID: "x", Kind: org.Department}, {ID: "x", Name: "示例局", Kind: "castle"},
	} {
		if err := bad.Check(); !fault.Is(err, fault.Invalid) {
			t.Errorf("%+v was accepted", bad)
		}
	}
}

func TestEveryRoleHasAChineseName(t *testing.T) {
	for _, r := range []org.Role{org.CentreOperator, org.CentreLeader, org.DepartmentHandler, org.DepartmentLeader,
		org.CountyOperator, org.PanelMember, org.Assessor, org.CityLeader, org.Auditor, org.Administrator} {
		if !r.Valid() || r.Label() == "" {
			t.Errorf("%s has no name", r)
		}
	}
}
