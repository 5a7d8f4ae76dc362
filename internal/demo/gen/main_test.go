package main

import (
	"bytes"
	"slices"
	"testing"

	"github.com/xuri/excelize/v2"

	"luodi/internal/demo"
)

// The committed workbooks are what the generator makes: same cells, whatever the bytes.
func TestCommittedWorkbooksAreTheGenerators(t *testing.T) {
	committed := demo.Sheets()
	for i, b := range books() {
		var out bytes.Buffer
		if err := b.write(&out); err != nil {
			t.Fatal(err)
		}
		if b.name != committed[i].Name {
			t.Fatalf("%s stands where %s should", committed[i].Name, b.name)
		}
		want, got := cells(t, out.Bytes()), cells(t, committed[i].Data)
		if !slices.EqualFunc(want, got, slices.Equal[[]string]) {
			t.Errorf("%s differs from what the generator makes; run go generate ./internal/demo", b.name)
		}
	}
}

func cells(t *testing.T, data []byte) [][]string {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := f.GetRows(f.GetSheetName(0))
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) < 10 {
		t.Fatalf("only %d rows", len(rows))
	}
	return rows
}
