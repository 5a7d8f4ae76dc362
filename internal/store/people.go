package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"luodi/internal/app"
	"luodi/internal/calendar"
	"luodi/internal/fault"
	"luodi/internal/org"
)

var errProxy = fault.New(fault.NotFound, "proxy_unknown", "没有这项代理")

// byName is the order of lists of people.
var byName = order[userRow]{
	textColumn("name", false, func(r userRow) string { return r.Name }),
	textColumn("id", false, func(r userRow) string { return r.ID }),
}

// People implements app.Reads.
func (s *Store) People(ctx context.Context, f app.PeopleFilter, p app.Page) ([]org.User, string, error) {
	db := s.read.WithContext(ctx).Where("disabled = ?", false)
	if f.UnitID != "" {
		db = db.Where("unit_id = ?", f.UnitID)
	}
	rows, next, err := page(mentions(db, "name", f.Query), byName, p)
	out := make([]org.User, len(rows))
	for i, r := range rows {
		out[i] = r.user()
	}
	return out, next, err
}

type proxyRow struct {
	ID        string `gorm:"primaryKey"`
	Principal string
	Proxy     string
	FromDay   string
	ToDay     string
	Reason    string
	CreatedAt time.Time `gorm:"autoCreateTime:false"`
	CreatedBy string
	RevokedAt *time.Time
	RevokedBy string
}

func (proxyRow) TableName() string { return "proxies" }

func toProxyRow(p org.Proxy) proxyRow {
	return proxyRow{
		ID: p.ID, Principal: p.Principal, Proxy: p.Proxy, FromDay: p.From.String(), ToDay: p.To.String(),
		Reason: p.Reason, CreatedAt: stamp(p.CreatedAt), CreatedBy: p.CreatedBy,
		RevokedAt: maybeStamp(p.RevokedAt), RevokedBy: p.RevokedBy,
	}
}

func (r proxyRow) proxy() (org.Proxy, error) {
	p := org.Proxy{
		ID: r.ID, Principal: r.Principal, Proxy: r.Proxy, Reason: r.Reason, CreatedAt: r.CreatedAt.UTC(),
		CreatedBy: r.CreatedBy, RevokedAt: maybeTime(r.RevokedAt), RevokedBy: r.RevokedBy,
	}
	var err error
	if p.From, err = calendar.ParseDate(r.FromDay); err != nil {
		return p, err
	}
	p.To, err = calendar.ParseDate(r.ToDay)
	return p, err
}

func proxies(db *gorm.DB) ([]org.Proxy, error) {
	var rows []proxyRow
	if err := db.Find(&rows).Error; err != nil {
		return nil, translate(err)
	}
	return each(rows, proxyRow.proxy)
}

func (t *tx) InsertProxy(p org.Proxy) error {
	row := toProxyRow(p)
	return translate(t.db.Create(&row).Error)
}

func (t *tx) ProxiesOf(principal string, day calendar.Date) ([]org.Proxy, error) {
	return proxies(t.db.Where("principal = ? AND to_day >= ? AND revoked_at IS NULL", principal, day.String()).Order("from_day, id"))
}

func (t *tx) Proxy(id string) (org.Proxy, error) {
	var row proxyRow
	if err := find(t.db.Clauses(forUpdate).Where("id = ?", id), &row, errProxy); err != nil {
		return org.Proxy{}, err
	}
	return row.proxy()
}

func (t *tx) RevokeProxy(p org.Proxy) error {
	row := toProxyRow(p)
	updated := t.db.Model(&proxyRow{}).Where("id = ?", p.ID).Updates(map[string]any{"revoked_at": row.RevokedAt, "revoked_by": row.RevokedBy})
	if updated.Error == nil && updated.RowsAffected == 0 {
		return errProxy
	}
	return translate(updated.Error)
}

// proxyList bounds the list of one person's proxies.
const proxyList = 200

// Proxies implements app.Reads.
func (s *Store) Proxies(ctx context.Context, userID string) ([]org.Proxy, error) {
	return proxies(s.read.WithContext(ctx).Where("principal = ? OR proxy = ?", userID, userID).
		Order("from_day DESC, id DESC").Limit(proxyList))
}

// Standing implements app.Reads.
func (s *Store) Standing(ctx context.Context, unitID, userID string, day calendar.Date) (org.Unit, int, error) {
	var u unitRow
	var held int
	err := scan(s.read.WithContext(ctx).Raw("SELECT id, position, name, short_name, kind, (SELECT COUNT(*) FROM proxies "+
		"WHERE proxy = ? AND from_day <= ? AND to_day >= ? AND revoked_at IS NULL) FROM units WHERE id = ?",
		userID, day.String(), day.String(), unitID), errUnit, &u.ID, &u.Position, &u.Name, &u.ShortName, &u.Kind, &held)
	return u.unit(), held, err
}

// Held implements app.Reads.
func (s *Store) Held(ctx context.Context, userID string, day calendar.Date) ([]app.Held, error) {
	var rows []struct {
		Proxy    proxyRow `gorm:"embedded"`
		Name     string
		UnitID   string
		UnitName string
		Roles    string
	}
	err := s.read.WithContext(ctx).Table("proxies AS x").
		Select("x.*, u.name, u.unit_id, un.name AS unit_name, u.roles").
		Joins("JOIN users AS u ON u.id = x.principal").Joins("JOIN units AS un ON un.id = u.unit_id").
		Where("x.proxy = ? AND x.from_day <= ? AND x.to_day >= ? AND x.revoked_at IS NULL AND u.disabled = ?", userID, day.String(), day.String(), false).
		Order("x.from_day, x.id").Scan(&rows).Error
	if err != nil {
		return nil, translate(err)
	}
	out := make([]app.Held, len(rows))
	for i, r := range rows {
		p, err := r.Proxy.proxy()
		if err != nil {
			return nil, translate(err)
		}
		out[i] = app.Held{Proxy: p, Principal: org.Principal{
			UserID: p.Principal, Name: r.Name, UnitID: r.UnitID, UnitName: r.UnitName, Roles: splitRoles(r.Roles),
		}}
	}
	return out, nil
}
