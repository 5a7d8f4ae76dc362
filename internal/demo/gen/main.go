// Command gen writes the demonstration's workbooks: made-up projects whose sums are
// the figures that Shiyan published for 2023. It draws from a fixed seed with
// integers only, so that every machine makes the same cells. Run by go generate.
package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"luodi/internal/demo"
	"luodi/internal/project"
	"luodi/internal/sheet"
)

func main() {
	if err := run("data"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(dir string) error {
	for _, b := range books() {
		if err := save(filepath.Join(dir, b.name), b.write); err != nil {
			return err
		}
	}
	return nil
}

func save(path string, write func(io.Writer) error) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := write(f); err != nil {
		_ = f.Close() // the first error is the one to tell
		return err
	}
	return f.Close()
}

// book is one workbook to write.
type book struct {
	name     string
	title    string
	projects []project.Project
}

func (b book) write(w io.Writer) error {
	return sheet.WriteProjects(w, b.projects, demo.Units(), b.title)
}

func books() []book {
	m := newMaker()
	old, signed := m.registry()
	return []book{
		{"projects-2022.xlsx", "十堰市2022年招商引资项目(示例)", old},
		{"projects-2023.xlsx", "十堰市2023年招商引资签约项目(示例)", signed},
		{"projects-reviews.xlsx", "十堰市在谈招商引资项目(示例)", negotiations()},
	}
}
