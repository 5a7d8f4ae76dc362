package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"luodi/internal/app"
	"luodi/internal/org"
	"luodi/internal/process"
)

// Archive describes a city's inboxes after some years: many units with few open
// tasks and a long past, and one fat unit, the centre, through which everything goes.
type Archive struct {
	Tasks   int // in all
	Units   int // one of them fat
	FatOpen int // open tasks of the fat unit
	Open    int // open tasks of every other unit
}

// FatUnit and UsualUnit are two of an archive's units. Member is who looks.
const (
	FatUnit   = "unit-000"
	UsualUnit = "unit-042"
)

// Member is somebody of a unit who has started processes and read most of its copies.
func Member(unit string) org.Actor {
	return org.Actor{UserID: unit + "-a", UnitID: unit, Roles: []org.Role{org.DepartmentHandler}}
}

const (
	perProcess = 10 // tasks
	copiedTo   = 3  // units
	readShare  = 10 // one of so many copies is unread
)

var archiveStart = time.Date(2023, 1, 2, 1, 0, 0, 0, time.UTC)

// Fill writes an archive past the usual way, for that would take hours.
func (s *Store) Fill(ctx context.Context, a Archive) error {
	for _, roles := range archiveRoles {
		if err := s.inTx(ctx, func(db *gorm.DB) error { return db.Create(&roleSetRow{Roles: joinRoles(roles)}).Error }); err != nil {
			return err
		}
	}
	usual := (a.Tasks - a.FatOpen) / a.Units
	n := 0
	for unit := range a.Units {
		open, all := a.Open, usual
		if unit == 0 {
			open, all = a.FatOpen, usual+a.FatOpen
		}
		for first := 0; first < all; first += 5000 {
			err := s.inTx(ctx, func(db *gorm.DB) error {
				err := fillTasks(db, unit, n+first, min(5000, all-first), open-first)
				if err != nil {
					return err
				}
				return fillProcesses(db, a, unit, (n+first)/perProcess, min(5000, all-first)/perProcess)
			})
			if err != nil {
				return err
			}
		}
		n += (all + perProcess) / perProcess * perProcess
	}
	analyze := "ANALYZE"
	if s.kind == MySQL {
		analyze = "ANALYZE TABLE tasks, processes, process_readers, process_reads"
	}
	return s.write.WithContext(ctx).Exec(analyze).Error
}

var archiveRoles = [][]org.Role{
	{org.DepartmentHandler, org.DepartmentLeader}, {org.DepartmentHandler}, {org.DepartmentLeader}, {org.PanelMember}, {org.CountyOperator},
}

func unitName(i int) string { return fmt.Sprintf("unit-%03d", i) }

func fillTasks(db *gorm.DB, unit, first, count, open int) error {
	rows := make([]taskRow, count)
	for i := range rows {
		n := first + i
		id := fmt.Sprint(n / perProcess)
		at := archiveStart.Add(time.Duration(n) * 30 * time.Second)
		t := process.Task{
			Key: fmt.Sprint("t", n), Action: "opine", Title: "出具会审意见", UnitID: unitName(unit), Roles: archiveRoles[n%3],
			OpenedAt: at, Due: at.Add(120 * time.Hour), Light: []process.Light{process.Green, process.Green, process.Yellow, process.Green, process.Red}[n%5],
		}
		if n%20 == 0 {
			t.UserID = unitName(unit) + "-a"
		}
		rows[i] = toTaskRow(app.ProcessRow{Stream: "review-" + id, Kind: "review", ID: id, ProjectID: "p" + id}, t, "研判 新能源汽车零部件项目"+id)
		if i >= open {
			done := at.Add(time.Hour)
			rows[i].OpenKey, rows[i].Done, rows[i].DoneAt, rows[i].DoneBy = nil, true, &done, "李红(示例)"
		}
	}
	return db.CreateInBatches(&rows, 500).Error
}

func fillProcesses(db *gorm.DB, a Archive, unit, first, count int) error {
	rows := make([]processRow, count)
	var readers []readerRow
	var reads []readRow
	for i := range rows {
		n := first + i
		id, at := fmt.Sprint(n), archiveStart.Add(time.Duration(n)*5*time.Minute)
		rows[i] = processRow{
			Stream: "review-" + id, Kind: "review", ProcessID: id, ProjectID: "p" + id, StartedUser: unitName(unit) + []string{"-a", "-b", "-c"}[n%3],
			Head: 20, Confirmed: 20, LastAt: at, Ended: true, Calendar: "c", State: strings.Repeat("状态", 200),
			Title: "研判 新能源汽车零部件项目" + id, Stage: "end", StartedUnit: unitName(unit), StartedAt: at, Light: "green",
		}
		for c := range copiedTo {
			reader := unitName((n*copiedTo + c) % a.Units)
			readers = append(readers, readerRow{Stream: rows[i].Stream, UnitID: reader, IsCopy: true, At: at})
			if n%readShare != 0 {
				reads = append(reads, readRow{UserID: reader + "-a", Stream: rows[i].Stream, At: at})
			}
		}
	}
	if count == 0 {
		return nil
	}
	if err := db.Omit("behind").CreateInBatches(&rows, 500).Error; err != nil {
		return err
	}
	if err := db.CreateInBatches(&readers, 500).Error; err != nil {
		return err
	}
	return db.CreateInBatches(&reads, 500).Error
}

// Explain gives the plans of every query that do makes, one step a line.
func (s *Store) Explain(ctx context.Context, do func(*Store)) (string, error) {
	var queries []string
	recording := *s
	recording.read = s.read.Session(&gorm.Session{NewDB: true, Context: ctx, Logger: recorder(func(sql string) { queries = append(queries, sql) })})
	do(&recording)
	var out strings.Builder
	for _, q := range queries {
		fmt.Fprintf(&out, "%s\n", q)
		prefix := "EXPLAIN "
		if s.kind == SQLite {
			prefix = "EXPLAIN QUERY PLAN "
		}
		var steps []map[string]any
		if err := s.read.WithContext(ctx).Raw(prefix + q).Scan(&steps).Error; err != nil {
			return "", err
		}
		for _, step := range steps {
			if s.kind == SQLite {
				fmt.Fprintf(&out, "    %v\n", step["detail"])
				continue
			}
			fmt.Fprintf(&out, "    %v %v %v %v key=%v rows=%v %v\n", step["id"], step["select_type"], step["table"], step["type"], step["key"], step["rows"], step["Extra"])
		}
	}
	return out.String(), nil
}
