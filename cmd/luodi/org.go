package main

import (
	"bytes"
	"context"
	"fmt"
	"os"

	"go.yaml.in/yaml/v3"

	"luodi/internal/auth"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/store"
)

// orgFile is the file of `luodi org load`: every unit, and people with their first
// password. Who exists already keeps the password when the file gives none.
type orgFile struct {
	Units []struct {
		ID        string       `yaml:"id"`
		Name      string       `yaml:"name"`
		ShortName string       `yaml:"short_name"`
		Kind      org.UnitKind `yaml:"kind"`
	} `yaml:"units"`
	Users []struct {
		Login    string     `yaml:"login"`
		Name     string     `yaml:"name"`
		Unit     string     `yaml:"unit"`
		Roles    []org.Role `yaml:"roles"`
		Password string     `yaml:"password"`
		Disabled bool       `yaml:"disabled"`
	} `yaml:"users"`
}

// orgCommand loads units and people. It may be run again with a changed file.
func orgCommand(ctx context.Context, p program) error {
	if len(p.args) != 2 || p.args[0] != "load" {
		return fault.New(fault.Invalid, "usage", "用法: luodi org load 文件.yaml [设置]")
	}
	data, err := os.ReadFile(p.args[1])
	if err != nil {
		return err
	}
	var f orgFile
	d := yaml.NewDecoder(bytes.NewReader(data))
	d.KnownFields(true)
	if err := d.Decode(&f); err != nil {
		return fault.New(fault.Invalid, "org_file", "文件不是有效的 YAML,或含有不认识的字段").Because(err)
	}
	s, err := start(ctx, p, parts{migrate: true})
	if err != nil {
		return err
	}
	defer s.close(ctx)
	if err := s.loadUnits(ctx, f); err != nil {
		return err
	}
	if err := s.loadUsers(ctx, f); err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.stdout, "luodi: org: %d units, %d users\n", len(f.Units), len(f.Users))
	return err
}

func (s *system) loadUnits(ctx context.Context, f orgFile) error {
	var units []org.Unit
	for i, u := range f.Units {
		unit := org.Unit{ID: u.ID, Name: u.Name, ShortName: u.ShortName, Kind: u.Kind}
		if err := unit.Check(); err != nil {
			return fault.Field(fmt.Sprintf("/units/%d", i), "unit_invalid", "单位信息有误").Because(err)
		}
		units = append(units, unit)
	}
	return s.store.SaveUnits(ctx, units)
}

// loadUsers checks everybody before it saves anybody.
func (s *system) loadUsers(ctx context.Context, f orgFile) error {
	known, err := s.store.Units(ctx)
	if err != nil {
		return err
	}
	units := map[string]org.Unit{}
	for _, u := range known {
		units[u.ID] = u
	}
	save := make([]func() error, 0, len(f.Users))
	for i, in := range f.Users {
		u := org.User{Login: in.Login, Name: in.Name, UnitID: in.Unit, Roles: in.Roles, Disabled: in.Disabled}
		hash, err := s.identify(ctx, &u, in.Password)
		if err == nil {
			err = u.Check(units)
		}
		if err != nil {
			return fault.Newf(fault.Invalid, "user_invalid", "第%d个账号“%s”:%s", i+1, in.Login, fault.From(err).Message).Because(err)
		}
		save = append(save, func() error { return s.store.SaveUser(ctx, u, hash) })
	}
	for _, one := range save {
		if err := one(); err != nil {
			return err
		}
	}
	return nil
}

// identify finds the account of a login, or makes a new one with its first password.
func (s *system) identify(ctx context.Context, u *org.User, password string) (hash string, err error) {
	c, err := s.store.Credential(ctx, u.Login)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return "", err
	}
	u.ID, hash = c.UserID, c.PasswordHash
	if u.ID == "" {
		u.ID = newID()
	}
	if password == "" {
		if hash == "" {
			return "", fault.Field("/password", "password_required", "新账号须有初始口令")
		}
		return hash, nil
	}
	if err := auth.CheckPassword(u.Login, password); err != nil {
		return "", err
	}
	return auth.NewPasswords(auth.DefaultCost).Hash(ctx, password)
}

var _ auth.Accounts = (*store.Store)(nil)
