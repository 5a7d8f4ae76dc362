package workbook

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/xuri/excelize/v2"

	"luodi/internal/rulebook"
)

// fixedExports are the scores of every case with some derived figures verified.
func fixedExports(t *testing.T) []export {
	r := rand.New(rand.NewPCG(3, 4))
	var list []export
	for _, x := range exports(t) {
		f := x.scores.Facts
		fixed := 0
		for _, m := range f.Book().Metrics {
			for _, u := range f.Units {
				if r.IntN(3) == 0 && f.Fix(u.Name, m.Name, []string{"0", "1", "7", "12.5", "-3"}[r.IntN(5)], "核实意见", "附件:一、二") == nil {
					fixed++
				}
			}
		}
		if s, _ := f.Score(); s != nil && fixed > 0 {
			list = append(list, export{x.name, s})
		}
	}
	return list
}

// TestFixedRecalculatesToTheSame: with verified figures as values, LibreOffice computes
// what the engine does.
func TestFixedRecalculatesToTheSame(t *testing.T) {
	dir := t.TempDir()
	list := fixedExports(t)
	if len(list) < 5 {
		t.Fatal("too few workbooks with verified figures:", len(list))
	}
	var files []string
	for i, x := range list {
		var out bytes.Buffer
		if err := Write(x.scores, &out); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(dir, fmt.Sprintf("fixed%03d.xlsx", i))
		if err := os.WriteFile(file, out.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	out := recalculate(t, dir, files)
	compared := 0
	for i, x := range list {
		f, err := excelize.OpenFile(filepath.Join(out, filepath.Base(files[i])))
		if err != nil {
			t.Fatal(err)
		}
		compared += compare(t, x, f)
		_ = f.Close()
	}
	t.Logf("%d workbooks, %d values", len(list), compared)
}

// TestFixedIsAValueAndIsReadBack: no formula stands in a verified figure's cell, every
// other keeps its own, and the workbook gives the same scores when it is read back.
func TestFixedIsAValueAndIsReadBack(t *testing.T) {
	for _, x := range fixedExports(t) {
		s := x.scores
		var out bytes.Buffer
		if err := Write(s, &out); err != nil {
			t.Fatal(err)
		}
		file, err := excelize.OpenReader(bytes.NewReader(out.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		b := layout(s)
		facts, found := ReadFacts(s.Facts.Book(), "facts.xlsx", &out, false)
		if facts == nil {
			t.Fatal(x.name, found)
		}
		again, found := facts.Score()
		if again == nil {
			t.Fatal(x.name, found)
		}
		for _, g := range b.groups {
			for _, m := range b.rules.Metrics {
				for _, u := range g.units {
					checkFixed(t, x, file, g, m, u, again)
				}
			}
		}
		for u, unit := range s.Facts.Units {
			if v := facts.Place(unit.Name); s.Total(u).Exact() != again.Total(v).Exact() || s.Rank(u).Exact() != again.Rank(v).Exact() {
				t.Errorf("%s %s: %s, read back %s", x.name, unit.Name, s.Total(u).Exact(), again.Total(v).Exact())
			}
		}
		_ = file.Close()
	}
}

func checkFixed(t *testing.T, x export, file *excelize.File, g *groupSheet, m *rulebook.Metric, u int, again *rulebook.Scores) {
	t.Helper()
	col, ok := g.cols[m.Value]
	if !ok {
		return
	}
	unit := x.scores.Facts.Units[u].Name
	formula, err := file.GetCellFormula(g.name, fmt.Sprintf("%s%d", letters(col), g.row[u]))
	if err != nil {
		t.Fatal(err)
	}
	n, fixed := x.scores.Facts.Fixed(unit, m.Name)
	if fixed != (formula == "") {
		t.Errorf("%s %s %s: verified %v, formula %q", x.name, unit, m.Name, fixed, formula)
	}
	back, also := again.Facts.Fixed(unit, m.Name)
	if fixed != also || n.Exact() != back.Exact() {
		t.Errorf("%s %s %s: %s, read back %s", x.name, unit, m.Name, n.Exact(), back.Exact())
	}
	if why := again.Facts.Evidence(again.Facts.Place(unit), m.Name); fixed && (len(why) != 2 || why[1] != "附件:一、二") {
		t.Errorf("%s %s %s: because of %q", x.name, unit, m.Name, why)
	}
}

// TestNothingFixedNoSheet: a workbook without verified figures is as it ever was.
func TestNothingFixedNoSheet(t *testing.T) {
	x := exports(t)[0]
	var out bytes.Buffer
	if err := Write(x.scores, &out); err != nil {
		t.Fatal(err)
	}
	file, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if i, _ := file.GetSheetIndex(fixedSheet); i >= 0 {
		t.Error("an empty sheet of verified figures")
	}
}
