package store_test

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"luodi/internal/app"
	"luodi/internal/event"
	"luodi/internal/org"
	"luodi/internal/process"
	"luodi/internal/review"
	"luodi/internal/store"
)

// BenchmarkDecision measures the transaction of one decision against a bare
// INSERT and commit on the same kind of file with the same settings, interleaved
// in one run: x/bare is what all of Record's rows cost above the disk's own price.
func BenchmarkDecision(b *testing.B) {
	s := open(b, store.Options{Database: store.SQLite, Path: filepath.Join(b.TempDir(), "luodi.db")})
	bare := openBare(b)
	var decisions, inserts time.Duration
	var head event.Event
	b.ResetTimer()
	for i := range b.N {
		begin := time.Now()
		if _, err := bare.Exec("INSERT INTO t (body) VALUES (?)", strings.Repeat("x", 1000)); err != nil {
			b.Fatal(err)
		}
		between := time.Now()
		head = decide(b, s, head, i)
		decisions += time.Since(between)
		inserts += between.Sub(begin)
	}
	b.ReportMetric(float64(decisions.Microseconds())/float64(b.N), "µs/decision")
	b.ReportMetric(float64(inserts.Microseconds())/float64(b.N), "µs/bare")
	b.ReportMetric(float64(decisions)/float64(inserts), "x/bare")
}

func openBare(b *testing.B) *sql.DB {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(b.TempDir(), "bare.db")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	db.SetMaxOpenConns(1)
	if _, err := db.Exec("CREATE TABLE t (id INTEGER PRIMARY KEY, body TEXT)"); err != nil {
		b.Fatal(err)
	}
	return db
}

type opined struct {
	Text string `json:"text"`
}

func (opined) EventType() string { return "review.opined" }

// decide does what Record does for an opinion: look for the command, append one
// event, remember the command, save the list row, the state, one task closed and
// one opened, and the readers.
func decide(b *testing.B, s *store.Store, head event.Event, i int) event.Event {
	actor := org.Actor{UserID: "u1", Name: "张明(示例)", UnitID: "fagai", UnitName: "发改委"}
	at := time.Date(2023, 11, 7, 4, 0, 0, 0, time.UTC).Add(time.Duration(i) * time.Second)
	command, stream := fmt.Sprintf("u1:%d", i), process.StreamID(review.Kind, "1")
	state, err := json.Marshal(strings.Repeat("状态", 1000))
	if err != nil {
		b.Fatal(err)
	}
	var events []event.Event
	err = s.InTx(ctx, func(tx app.Tx) error {
		if _, err := tx.EventsAfter(stream, head.Seq); err != nil {
			return err
		}
		if _, _, err := tx.Command(stream, command); err != nil {
			return err
		}
		last, err := tx.Head(stream)
		if err != nil {
			return err
		}
		events = event.Seal(last, stream, "p1", command, actor, at, event.Drafts(opined{strings.Repeat("同意", 50)}))
		if err := tx.Append(events); err != nil {
			return err
		}
		if err := tx.SaveCommand(app.CommandRow{Stream: stream, ID: command, Request: "d", First: events[0].Seq, Last: events[0].Seq}); err != nil {
			return err
		}
		if err := tx.SaveReview(app.ReviewRow{ID: "1", ProjectID: "p1", Stage: review.Opinions, StartedAt: at, Due: at, Seats: 5}); err != nil {
			return err
		}
		row := app.ProcessRow{Stream: stream, Kind: review.Kind, ID: "1", ProjectID: "p1", Head: events[0].Seq, State: state}
		return tx.SaveProcess(row, app.TaskChange{
			Open:   []process.Task{{Key: fmt.Sprint(i), UnitID: "fagai", OpenedAt: at, Due: at}},
			Closed: []string{fmt.Sprint(i - 1)}, By: events[0], Title: "研判",
		}, []process.Reader{{UnitID: "centre"}, {UnitID: "fagai"}, {UnitID: "zhushan", Copy: true}})
	})
	if err != nil {
		b.Fatal(err)
	}
	return events[0]
}
