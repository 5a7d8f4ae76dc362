package store_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"luodi/internal/bulletin"
	"luodi/internal/calendar"
	"luodi/internal/store"
)

// The aim: a month's bulletin over 333,000 projects costs at most so many times one
// SQL pass over the same rows that only counts.
const (
	aimBulletin  = 3.0
	benchedRows  = 333_000
	benchedYears = 10 // that the registry's projects were signed in
)

// BenchmarkBulletin makes the bulletin of October 2023, from the registry to the bytes
// that are frozen, in turns with the pass that only counts signed projects, and
// compares medians. One round is the whole comparison: run it with -benchtime 1x.
func BenchmarkBulletin(b *testing.B) {
	s := open(b, store.Options{Database: store.SQLite, Path: filepath.Join(b.TempDir(), "registry.db")})
	cutoff := calendar.Date{Year: 2023, Month: 10, Day: 31}
	if err := s.FillProjects(ctx, benchedRows, benchedYears, cutoff); err != nil {
		b.Fatal(err)
	}
	var counties []bulletin.Named
	for i := range 10 {
		counties = append(counties, bulletin.Named{ID: fmt.Sprintf("county-%02d", i), Name: fmt.Sprintf("第%d县", i)})
	}
	b.ResetTimer()
	for range b.N {
		compareBulletin(b, s, cutoff, counties)
	}
}

func compareBulletin(b *testing.B, s *store.Store, cutoff calendar.Date, counties []bulletin.Named) {
	var counts, bulletins []time.Duration
	known := time.Date(2023, 11, 1, 1, 0, 0, 0, time.UTC)
	signed := ""
	for turn := range 12 {
		began := time.Now()
		n, err := s.CountSigned(ctx, calendar.Date{Year: 2023, Month: 1, Day: 1}, cutoff)
		if err != nil {
			b.Fatal(err)
		}
		between := time.Now()
		cube, err := s.BulletinCube(ctx, bulletin.WindowsOf(cutoff), known, nil)
		if err != nil {
			b.Fatal(err)
		}
		c := bulletin.Compute(bulletin.Inputs{Year: 2023, Month: 10, Cutoff: cutoff, KnownAt: known, Rule: bulletin.Builtin(), Cube: cube, Counties: counties})
		if _, err := c.Encode(); err != nil {
			b.Fatal(err)
		}
		if signed = c.City.Measures[0].Year; signed != fmt.Sprint(n) {
			b.Fatalf("the bulletin counts %s signed, the pass %d", signed, n)
		}
		if turn >= 2 { // the first ones warm up
			counts, bulletins = append(counts, between.Sub(began)), append(bulletins, time.Since(between))
		}
	}
	one, whole := middle(counts), middle(bulletins)
	ratio := float64(whole) / float64(one)
	b.ReportMetric(float64(whole.Milliseconds()), "ms/bulletin")
	b.ReportMetric(ratio, "x/count")
	b.ReportMetric(0, "ns/op") // says nothing here
	verdict := "PASS"
	if ratio > aimBulletin {
		verdict = "MISS"
	}
	b.Logf("%s  %-50s %6.2f  aim ≤ %.2f  (%v to %v; %s signed)", verdict, "sqlite: bulletin of 333,000 projects to one count", ratio, aimBulletin,
		whole.Round(time.Millisecond), one.Round(time.Millisecond), signed)
}
