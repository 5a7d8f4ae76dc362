package workbook

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"luodi/internal/calendar"
	"luodi/internal/rulebook"
)

// recalculate has LibreOffice compute every formula of the files from scratch: they
// carry no computed values. It gives back where the computed copies are.
func recalculate(t testing.TB, dir string, files []string) string {
	t.Helper()
	soffice, err := exec.LookPath("soffice")
	if err != nil {
		t.Skip("soffice is missing (make deps installs libreoffice-calc-nogui): the recalculation wasn't tested")
	}
	out := filepath.Join(dir, "computed")
	ctx, stop := context.WithTimeout(context.Background(), 5*time.Minute)
	defer stop()
	args := []string{"-env:UserInstallation=file://" + filepath.Join(dir, "profile"), "--headless", "--convert-to", "xlsx", "--outdir", out}
	cmd := exec.CommandContext(ctx, soffice, append(args, files...)...)
	cmd.Env = append(os.Environ(), "HOME="+dir)
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("soffice: %v\n%s", err, text)
	}
	return out
}

type export struct {
	name   string
	scores *rulebook.Scores
}

// exports are the scores of every case of every book there is.
func exports(t *testing.T) []export {
	var list []export
	for _, pattern := range []string{"../testdata/*/*.yaml", "../rulebooks/*.yaml"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			b, found := rulebook.Load(filepath.Base(file), bytes.NewReader(data))
			if b == nil {
				if filepath.Ext(filepath.Base(file[:len(file)-5])) == ".facts" {
					continue
				}
				t.Fatal(found)
			}
			n := 0
			for name, facts := range b.CaseFacts() {
				if s, _ := facts.Score(); s != nil {
					n++
					list = append(list, export{fmt.Sprintf("%s-%s-%d", filepath.Base(file), name, n), s})
				}
			}
		}
	}
	slices.SortFunc(list, func(a, b export) int { return bytes.Compare([]byte(a.name), []byte(b.name)) })
	return list
}

// TestRecalculatedEqualsEngine: every value of every unit, computed by LibreOffice from
// the facts and formulas alone, equals the engine's to the tenth place.
func TestRecalculatedEqualsEngine(t *testing.T) {
	dir := t.TempDir()
	list := exports(t)
	var files []string
	for i, x := range list {
		file := filepath.Join(dir, fmt.Sprintf("case%03d.xlsx", i))
		f, err := os.Create(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := Write(x.scores, f); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
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

// compare looks at every column of every unit.
func compare(t *testing.T, x export, f *excelize.File) int {
	t.Helper()
	b := layout(x.scores)
	n := 0
	for _, g := range b.groups {
		for _, c := range b.rules.Columns() {
			col, ok := g.cols[c]
			if !ok {
				continue
			}
			for _, u := range g.units {
				cell := fmt.Sprintf("%s%d", letters(col), g.row[u])
				got, err := f.GetCellValue(g.name, cell, excelize.Options{RawCellValue: true})
				if err != nil {
					t.Fatal(err)
				}
				want := x.scores.Value(c, u)
				if c.Type == rulebook.Text {
					if text := x.scores.Text(c, u); got != text {
						t.Errorf("%s %s %s!%s: LibreOffice %q, engine %q", x.name, c.Key, g.name, cell, got, text)
					}
					n++
					continue
				}
				if !same(c, got, want) {
					formula, _ := f.GetCellFormula(g.name, cell)
					t.Errorf("%s %s %s %s!%s: LibreOffice %q, engine %s\n  %s\n  %s", x.name, x.scores.Facts.Units[u].Name, c.Key, g.name, cell, got, want.Exact(), c.Formula(), formula)
				}
				n++
			}
		}
	}
	return n
}

// layout places the columns as Write does.
func layout(s *rulebook.Scores) *book {
	b := &book{s: s, rules: s.Facts.Book(), names: map[string]bool{aboutSheet: true, rankSheet: true, factSheet: true, whySheet: true}, facts: map[*rulebook.Column]int{}, rows: map[int]int{}, tables: map[*rulebook.Table]*tableSheet{}}
	b.placeFacts()
	for i, g := range b.rules.Groups {
		b.groups = append(b.groups, b.placeGroup(i, g))
	}
	return b
}

func same(c *rulebook.Column, got string, want rulebook.Num) bool {
	if f := want.Fault(); f != nil {
		switch f.Kind {
		case rulebook.NotApplicable:
			return got == "不适用"
		case rulebook.DivisionByZero:
			return got == "#DIV/0!"
		}
		return got == "#N/A"
	}
	if c.Type == rulebook.Truth {
		return got == map[bool]string{true: "1", false: "0"}[want.Sign() != 0]
	}
	v, err := strconv.ParseFloat(got, 64)
	if err != nil {
		return false
	}
	w := want.Float()
	d := v - w
	return d < 1e-9 && d > -1e-9 || want.Fixed(8) == strconv.FormatFloat(v, 'f', 8, 64)
}

var rulebookDay = calendar.Date{Year: 2023, Month: 12, Day: 31}
