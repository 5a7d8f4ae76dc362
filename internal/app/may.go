package app

import (
	"luodi/internal/fault"
	"luodi/internal/org"
)

// This file says who may at all, whatever the state of a process. The workbench
// shows its menus by it, and the use cases refuse by it.

// MayStartReviews is who may start reviews: the centre any project's, a county its own.
func MayStartReviews(a org.Actor) bool {
	return a.Has(org.CentreOperator, org.CentreLeader, org.CountyOperator)
}

// MayImport is who may import projects; each row is checked by mayEdit.
func MayImport(a org.Actor) bool {
	return a.System || a.Has(org.CentreOperator, org.CentreLeader, org.CountyOperator)
}

// MayRecordNotices is who keeps the calendar.
func MayRecordNotices(a org.Actor) bool { return a.Has(org.Administrator) }

// mayEdit: the centre keeps every project, a county its own.
func mayEdit(a org.Actor, countyID string) error {
	if a.System || a.Has(org.CentreOperator, org.CentreLeader) || (a.Has(org.CountyOperator) && a.UnitID == countyID) {
		return nil
	}
	return fault.New(fault.Forbidden, "project_forbidden", "只有招商中心和项目所在县市区可以登记和修改项目")
}
