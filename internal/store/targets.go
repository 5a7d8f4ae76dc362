package store

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"luodi/internal/app"
)

// targetRow is one version of a target. Rows are only added; the last of a unit and an
// indicator counts.
type targetRow struct {
	ID         int64 `gorm:"primaryKey"`
	Year       int
	UnitID     string
	Indicator  string
	Value      string
	RecordedAt time.Time
	RecordedBy string
	Source     string
}

func (targetRow) TableName() string { return "target_versions" }

func (r targetRow) version() app.TargetVersion {
	return app.TargetVersion{Year: r.Year, UnitID: r.UnitID, Indicator: r.Indicator, Value: r.Value,
		RecordedAt: r.RecordedAt.UTC(), RecordedBy: r.RecordedBy, Source: r.Source}
}

func toTargetRow(v app.TargetVersion) targetRow {
	return targetRow{Year: v.Year, UnitID: v.UnitID, Indicator: v.Indicator, Value: v.Value,
		RecordedAt: stamp(v.RecordedAt), RecordedBy: v.RecordedBy, Source: v.Source}
}

func (t *tx) InsertTargets(list []app.TargetVersion) error {
	if len(list) == 0 {
		return nil
	}
	rows := make([]targetRow, len(list))
	for i, v := range list {
		rows[i] = toTargetRow(v)
	}
	return translate(t.db.CreateInBatches(&rows, 200).Error)
}

// TargetHistory implements app.BulletinReads.
func (s *Store) TargetHistory(ctx context.Context, year int) ([]app.TargetVersion, error) {
	return targetVersions(s.read.WithContext(ctx).Where("year = ?", year))
}

// TargetsAt implements app.BulletinReads.
func (s *Store) TargetsAt(ctx context.Context, year int, knownAt time.Time) ([]app.TargetVersion, error) {
	return latestTargets(s.read.WithContext(ctx).Where("year = ? AND recorded_at <= ?", year, stamp(knownAt)))
}

// Targets implements app.BulletinTx. The year's counter is held until the transaction
// ends, so that one writer's change is the other's before.
func (t *tx) Targets(year int) ([]app.TargetVersion, error) {
	if _, err := t.NextCode(fmt.Sprintf("targets-%d", year)); err != nil {
		return nil, err
	}
	return latestTargets(t.db.Where("year = ?", year))
}

// latestTargets keeps the last version of each target.
func latestTargets(db *gorm.DB) ([]app.TargetVersion, error) {
	all, err := targetVersions(db)
	if err != nil {
		return nil, err
	}
	at := map[[2]string]int{}
	out := []app.TargetVersion{}
	for _, v := range all {
		key := [2]string{v.UnitID, v.Indicator}
		if i, ok := at[key]; ok {
			out[i] = v
			continue
		}
		at[key] = len(out)
		out = append(out, v)
	}
	return out, nil
}

func targetVersions(db *gorm.DB) ([]app.TargetVersion, error) {
	var rows []targetRow
	if err := db.Order("recorded_at, id").Find(&rows).Error; err != nil {
		return nil, translate(err)
	}
	out := make([]app.TargetVersion, len(rows))
	for i, r := range rows {
		out[i] = r.version()
	}
	return out, nil
}

// Targets implements app.Reads: the whole city's, as they are now.
func (s *Store) Targets(ctx context.Context, year int) (map[string]string, error) {
	all, err := targetVersions(s.read.WithContext(ctx).Where("year = ? AND unit_id = ?", year, ""))
	targets := map[string]string{}
	for _, v := range all {
		if targets[v.Indicator] = v.Value; v.Value == "" {
			delete(targets, v.Indicator)
		}
	}
	return targets, err
}

// givenFromTheStart is when targets that come with an installation were known.
var givenFromTheStart = time.Unix(0, 0).UTC()

// SaveTarget implements app.Directory: what comes with an installation was known from
// the start, and replaces what came with it before.
func (s *Store) SaveTarget(ctx context.Context, year int, unitID, indicator, value string) error {
	return s.inTx(ctx, func(db *gorm.DB) error {
		row := targetRow{Year: year, UnitID: unitID, Indicator: indicator, Value: value, RecordedAt: givenFromTheStart, RecordedBy: "初始数据"}
		return db.Create(&row).Error
	})
}
