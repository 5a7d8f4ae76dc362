package storetest

import (
	"testing"
	"time"

	"luodi/internal/app"
	"luodi/internal/batch"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/process"
	"luodi/internal/store"
)

var batches = map[string]func(*testing.T, *store.Store){
	"ListComesBackAsItWasSaved":    testBatchRow,
	"ListsComeByTheirCreation":     testBatches,
	"ListsAreSeenByTheirUnitsOnly": testBatchScopes,
}

func batchRow(id string, at time.Time) app.BatchRow {
	return app.BatchRow{ID: id, Year: 2023, Title: "重点项目", Name: "重点项目", Stage: batch.Draft, StageLabel: batch.Draft.Label(), Count: 12,
		CreatedBy: "张明(示例)", CreatedAt: at.UTC().Truncate(time.Microsecond), Illustrative: true}
}

func testBatchRow(t *testing.T, s *store.Store) {
	row := batchRow("b1", noon)
	inTx(t, s, func(tx app.Tx) error { return tx.SaveBatch(row) })
	wantSame(t, value[app.BatchRow](t)(s.BatchRowOf(ctx, "b1")), row)
	row.Batch, row.Name, row.Stage, row.StageLabel, row.Started, row.PublishedAt = 1, "2023年第一批", batch.Publishing, batch.Publishing.Label(), 5, row.CreatedAt.Add(time.Hour)
	inTx(t, s, func(tx app.Tx) error { return tx.SaveBatch(row) })
	wantSame(t, value[app.BatchRow](t)(s.BatchRowOf(ctx, "b1")), row)
	_, err := s.BatchRowOf(ctx, "b2")
	wantCode(t, err, fault.NotFound, "list_unknown")
}

func testBatches(t *testing.T, s *store.Store) {
	for i, id := range []string{"b", "a", "c", "d"} {
		row := batchRow(id, noon.Add(time.Duration(i/2)*time.Hour))
		if id == "d" {
			row.Year, row.Stage = 2024, batch.Published
		}
		inTx(t, s, func(tx app.Tx) error { return tx.SaveBatch(row) })
	}
	for _, c := range []struct {
		filter app.BatchFilter
		want   []string
	}{
		{app.BatchFilter{}, []string{"d", "c", "b", "a"}}, {app.BatchFilter{Year: 2023}, []string{"c", "b", "a"}},
		{app.BatchFilter{Stage: batch.Published}, []string{"d"}},
	} {
		var got []string
		for p := (app.Page{Limit: 2}); ; {
			rows, next, err := s.Batches(ctx, everything(), c.filter, p)
			must(t, err)
			for _, r := range rows {
				got = append(got, r.ID)
			}
			if p.Cursor = next; next == "" {
				break
			}
		}
		wantSame(t, got, c.want)
	}
}

func testBatchScopes(t *testing.T, s *store.Store) {
	row := app.ProcessRow{Stream: process.StreamID(batch.Kind, "b1"), Kind: batch.Kind, ID: "b1", Head: 1, Computed: true, State: []byte("{}")}
	inTx(t, s, func(tx app.Tx) error {
		must(t, tx.SaveBatch(batchRow("b1", noon)))
		return tx.SaveProcess(row, app.TaskChange{By: by("", noon)}, []process.Reader{{UnitID: "ziran"}, {UnitID: "centre"}})
	})
	for _, c := range []struct {
		scope org.Scope
		want  int
	}{{everything(), 1}, {org.Scope{UnitID: "ziran"}, 1}, {org.Scope{UnitID: "none", Also: []string{"centre"}}, 1}, {org.Scope{UnitID: "fagai", UserID: "u1"}, 0}, {org.Scope{}, 0}} {
		rows, _, err := s.Batches(ctx, c.scope, app.BatchFilter{}, app.Page{Limit: 9})
		must(t, err)
		if len(rows) != c.want {
			t.Errorf("%+v sees %d", c.scope, len(rows))
		}
	}
}
