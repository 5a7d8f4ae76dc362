package main

import (
	"context"
	"fmt"

	"luodi/api"
	"luodi/internal/auth"
	"luodi/internal/calendar"
	"luodi/internal/demo"
	"luodi/internal/fault"
	"luodi/internal/org"
)

// firstStart puts into an empty database what nobody could sign in without: the
// demonstration, or the first administrator. Interrupted, it goes on at the next start.
func (s *system) firstStart(ctx context.Context) (*api.Demo, []string, error) {
	accounts := demo.Accounts()
	_, err := s.store.User(ctx, accounts[len(accounts)-1].ID)
	loaded := err == nil
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, nil, err
	}
	users, err := s.store.CountUsers(ctx)
	if err != nil {
		return nil, nil, err
	}
	_, begun := s.store.User(ctx, accounts[0].ID)
	switch {
	case !s.config.Demo && loaded:
		return nil, nil, fault.New(fault.Conflict, "demo_data", "这里是演示数据,账号口令是公开的,只能以 --demo 启动;正式使用请换一个数据目录或数据库")
	case !s.config.Demo:
		return nil, nil, s.firstAdministrator(ctx, users)
	case !loaded && users > 0 && begun != nil:
		return nil, nil, fault.New(fault.Conflict, "not_demo_data", "这里已有正式数据,不能以 --demo 启动;演示请换一个数据目录")
	case !loaded:
		err = s.loadDemo(ctx, accounts)
	}
	return demoAPI(accounts), demo.Notes(), err
}

// firstAdministrator makes the account that all others come from.
func (s *system) firstAdministrator(ctx context.Context, users int64) error {
	if users > 0 {
		return nil
	}
	if s.config.AdminPassword.Empty() {
		s.log.Warn("尚无账号,无人能登录;请设置 LUODI_ADMIN_PASSWORD(或 LUODI_ADMIN_PASSWORD_FILE)后重新启动")
		return nil
	}
	password := s.config.AdminPassword.Reveal()
	if err := auth.CheckPassword("admin", password); err != nil {
		return err
	}
	hash, err := auth.NewPasswords(auth.DefaultCost).Hash(ctx, password)
	if err != nil {
		return err
	}
	centre := org.Unit{ID: "centre", Name: "招商服务中心", ShortName: "招商中心", Kind: org.Centre}
	if err := s.store.SaveUnits(ctx, []org.Unit{centre}); err != nil {
		return err
	}
	admin := org.User{ID: newID(), Login: "admin", Name: "系统管理员", UnitID: centre.ID, Roles: []org.Role{org.Administrator}}
	return s.store.SaveUser(ctx, admin, hash)
}

// loadDemo takes the demonstration's sheets in the way of a user's import. Accounts
// come last: the last account says that everything is there.
func (s *system) loadDemo(ctx context.Context, accounts []demo.Account) error {
	s.log.Info("loading the demonstration data")
	if err := s.store.SaveUnits(ctx, demo.Units()); err != nil {
		return err
	}
	for _, year := range demo.TargetYears() {
		for _, t := range demo.Targets(year) {
			if err := s.store.SaveTarget(ctx, year, t.UnitID, t.Indicator, t.Value); err != nil {
				return err
			}
		}
	}
	importer := org.Actor{UserID: "demo", Name: "演示数据", System: true}
	for _, sheet := range demo.Sheets() {
		if _, err := s.projects.Import(ctx, importer, "demo:"+sheet.ID, sheet.Data, false); err != nil {
			return err
		}
	}
	if err := s.loadLiaisons(ctx); err != nil {
		return err
	}
	if err := s.loadRegisters(ctx); err != nil {
		return err
	}
	books, err := s.loadRuleBooks(ctx)
	if err != nil {
		return err
	}
	if err := s.loadBulletins(ctx); err != nil {
		return err
	}
	// One hash for all: the password is published, a salt of its own would protect nothing.
	hash, err := auth.NewPasswords(auth.DefaultCost).Hash(ctx, demo.Password)
	if err != nil {
		return err
	}
	last := len(accounts) - 1
	for _, a := range accounts[:last] {
		if err := s.store.SaveUser(ctx, a.User, hash); err != nil {
			return err
		}
	}
	if err := s.loadAssessments(ctx, books); err != nil { // its judges are accounts
		return err
	}
	return s.store.SaveUser(ctx, accounts[last].User, hash)
}

func demoAPI(accounts []demo.Account) *api.Demo {
	units := map[string]string{}
	for _, u := range demo.Units() {
		units[u.ID] = u.Name
	}
	out := &api.Demo{Notice: demo.Notice}
	for _, a := range accounts {
		d := api.DemoAccount{Login: a.Login, Password: a.Password, Name: a.Name, UnitID: a.UnitID, Unit: units[a.UnitID], Roles: a.Roles, RoleLabels: []string{}}
		for _, r := range a.Roles {
			d.RoleLabels = append(d.RoleLabels, r.Label())
		}
		out.Accounts = append(out.Accounts, d)
	}
	return out
}

// welcome tells the operator where to look; in a demonstration also as whom.
func (s *system) welcome(address string) {
	w := s.stderr
	_, _ = fmt.Fprintf(w, "\n  落地 · 招商引资全周期管理 %s\n  工作台  %s\n  接口    %s/docs\n", version, address, address)
	if s.config.Demo {
		_, _ = fmt.Fprintf(w, "\n  %s\n  演示账号(口令均为 %s):\n", demo.Notice, demo.Password)
		for _, a := range demo.Featured() {
			_, _ = fmt.Fprintf(w, "    %-20s %s\n", a.Login, a.Name)
		}
		_, _ = fmt.Fprintf(w, "  全部账号  %s/api/v1/demo/accounts\n", address)
	}
	if cal := s.calendars.Snapshot(); !cal.Covered(calendar.DateOf(clock()).Year) {
		_, _ = fmt.Fprintln(w, "\n  注意:尚无今年的放假通知,期限均为暂定")
	}
	_, _ = fmt.Fprintln(w)
}
