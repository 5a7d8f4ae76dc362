package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"luodi/internal/auth"
	"luodi/internal/org"
)

var (
	_ auth.Accounts = (*Store)(nil)
	_ auth.Sessions = (*Store)(nil)
)

// SaveUnits implements app.Directory: it upserts by id, all or none. Units keep the order given.
func (s *Store) SaveUnits(ctx context.Context, units []org.Unit) error {
	return s.inTx(ctx, func(db *gorm.DB) error {
		for i, u := range units {
			row := toUnitRow(u, i)
			if err := save(db.Where("id = ?", u.ID), &row); err != nil {
				return err
			}
		}
		return nil
	})
}

// SaveUser implements app.Directory.
func (s *Store) SaveUser(ctx context.Context, u org.User, passwordHash string) error {
	return s.inTx(ctx, func(db *gorm.DB) error {
		row := toUserRow(u, passwordHash)
		return unique(save(db.Where("id = ?", u.ID), &row), errLoginTaken)
	})
}

// CountUsers implements app.Directory.
func (s *Store) CountUsers(ctx context.Context) (int64, error) {
	var n int64
	err := s.read.WithContext(ctx).Model(&userRow{}).Count(&n).Error
	return n, translate(err)
}

// Credential implements auth.Accounts.
func (s *Store) Credential(ctx context.Context, login string) (auth.Credential, error) {
	var row userRow
	err := find(s.read.WithContext(ctx).Where("login = ?", login), &row, errUser)
	return auth.Credential{UserID: row.ID, PasswordHash: row.PasswordHash}, err
}

// SetPasswordHash implements auth.Accounts.
func (s *Store) SetPasswordHash(ctx context.Context, userID, hash string) error {
	return s.inTx(ctx, func(db *gorm.DB) error {
		updated := db.Model(&userRow{}).Where("id = ?", userID).Update("password_hash", hash)
		if updated.Error == nil && updated.RowsAffected == 0 {
			return errUser
		}
		return updated.Error
	})
}

// CreateSession implements auth.Sessions.
func (s *Store) CreateSession(ctx context.Context, session auth.Session) error {
	return s.inTx(ctx, func(db *gorm.DB) error {
		row := toSessionRow(session)
		return db.Create(&row).Error
	})
}

// Session implements auth.Sessions.
func (s *Store) Session(ctx context.Context, id string) (auth.Session, org.User, error) {
	var x sessionRow
	var u userRow
	err := scan(s.read.WithContext(ctx).Raw("SELECT s.id, s.user_id, s.created_at, s.expires_at, s.idle_expires_at, "+
		"u.login, u.name, u.unit_id, u.roles, u.disabled FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.id = ?", id), errSession,
		&x.ID, &x.UserID, &x.CreatedAt, &x.ExpiresAt, &x.IdleExpiresAt, &u.Login, &u.Name, &u.UnitID, &u.Roles, &u.Disabled)
	u.ID = x.UserID
	return x.session(), u.user(), err
}

// TouchSession implements auth.Sessions.
func (s *Store) TouchSession(ctx context.Context, id string, idleExpiresAt time.Time) error {
	return s.inTx(ctx, func(db *gorm.DB) error {
		return db.Model(&sessionRow{}).Where("id = ?", id).Update("idle_expires_at", stamp(idleExpiresAt)).Error
	})
}

// DeleteSession implements auth.Sessions.
func (s *Store) DeleteSession(ctx context.Context, id string) error {
	return s.inTx(ctx, func(db *gorm.DB) error {
		return db.Where("id = ?", id).Delete(&sessionRow{}).Error
	})
}

// DeleteExpiredSessions implements auth.Sessions.
func (s *Store) DeleteExpiredSessions(ctx context.Context, now time.Time) error {
	return s.inTx(ctx, func(db *gorm.DB) error {
		return db.Where("expires_at <= ? OR idle_expires_at <= ?", stamp(now), stamp(now)).Delete(&sessionRow{}).Error
	})
}
