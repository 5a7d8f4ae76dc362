package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"luodi/internal/rulebook"
	"luodi/internal/rulebook/workbook"
)

// tool is a sub-command that works on files alone: no server, no settings.
type tool struct {
	summary string
	run     func(args []string, stdout, stderr io.Writer) int
}

func tools() map[string]tool {
	return map[string]tool{
		"score":    {"按考核细则计分:score --rulebook 文件 --facts 文件,见 docs/rulebook.md", scoreCommand},
		"rulebook": {"考核细则的检查、用例、比较与推演:rulebook check|test|diff|whatif|format|schema|shipped", rulebookCommand},
	}
}

// The exit statuses of the tools.
const (
	good   = 0
	broken = 1 // something failed, such as a full disk
	wrong  = 2 // the command, the book or the facts are wrong
)

// errFindings says that the findings have been printed.
var errFindings = errors.New("findings")

// scoreFlags are the settings of luodi score.
type scoreFlags struct {
	book, facts, unit, format, out string
	explain                        bool
}

func scoreCommand(args []string, stdout, stderr io.Writer) int {
	var f scoreFlags
	set := newFlags("score", stderr)
	set.StringVar(&f.book, "rulebook", "", "考核细则 `文件`(YAML),或随程序提供的细则名")
	set.StringVar(&f.facts, "facts", "", "事实 `文件`(YAML 或 xlsx)")
	set.StringVar(&f.unit, "unit", "", "只看这个 `单位`")
	set.StringVar(&f.format, "format", "table", "输出 `格式`:table、json、xlsx")
	set.StringVar(&f.out, "out", "", "写入 `文件`,默认为标准输出")
	set.BoolVar(&f.explain, "explain", false, "逐项写出算式与依据")
	if err := set.Parse(args); err != nil || set.NArg() > 0 || f.book == "" || f.facts == "" {
		set.Usage()
		return wrong
	}
	return status(score(f, stdout, stderr), stderr)
}

func newFlags(name string, stderr io.Writer) *flag.FlagSet {
	set := flag.NewFlagSet("luodi "+name, flag.ContinueOnError)
	set.SetOutput(stderr)
	return set
}

func status(err error, stderr io.Writer) int {
	switch {
	case err == nil:
		return good
	case errors.Is(err, errFindings):
		return wrong
	case errors.Is(err, os.ErrNotExist):
		_, _ = fmt.Fprintf(stderr, "luodi: 没有这个文件: %v\n", err)
		return wrong
	}
	_, _ = fmt.Fprintf(stderr, "luodi: %v\n", err)
	return broken
}

func score(f scoreFlags, stdout, stderr io.Writer) error {
	book, err := openBook(f.book, stderr)
	if err != nil {
		return err
	}
	facts, err := openFacts(book, f.facts, false, stderr)
	if err != nil {
		return err
	}
	scores, found := facts.Score()
	if scores == nil {
		return show(found, stderr)
	}
	if f.unit != "" && facts.Place(f.unit) < 0 {
		_, _ = fmt.Fprintf(stderr, "luodi: 没有单位“%s”\n", f.unit)
		return errFindings
	}
	return writeTo(f.out, stdout, func(w io.Writer) error { return write(scores, f, w) })
}

func write(s *rulebook.Scores, f scoreFlags, w io.Writer) error {
	switch f.format {
	case "json":
		return s.Result(f.explain).Only(f.unit).WriteJSON(w)
	case "xlsx":
		return workbook.Write(s, w)
	case "table":
		if err := s.WriteTable(w, f.unit); err != nil || !f.explain {
			return err
		}
		return s.WriteExplanations(w, f.unit)
	}
	return fmt.Errorf("不认识的格式 %q:应为 table、json 或 xlsx", f.format)
}

// writeTo writes to a file that only appears when it is complete, or to stdout.
func writeTo(name string, stdout io.Writer, write func(io.Writer) error) error {
	if name == "" {
		return write(stdout)
	}
	tmp, err := os.CreateTemp(filepath.Dir(name), ".luodi-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) //nolint:errcheck // it is gone after a success
	if err := errors.Join(write(tmp), tmp.Close()); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), name)
}

// openBook reads a book from a file, or one of those that come with the program.
func openBook(name string, stderr io.Writer) (*rulebook.Book, error) {
	r, err := bookFile(name)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	book, found := rulebook.Load(filepath.Base(name), r)
	if book == nil {
		return nil, show(found, stderr)
	}
	return book, nil
}

func openFacts(book *rulebook.Book, name string, lenient bool, stderr io.Writer) (*rulebook.Facts, error) {
	file, err := factsFile(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var facts *rulebook.Facts
	var found rulebook.Findings
	if strings.EqualFold(filepath.Ext(name), ".xlsx") {
		facts, found = workbook.ReadFacts(book, filepath.Base(name), file, lenient)
	} else {
		facts, found = book.LoadFacts(filepath.Base(name), file, lenient)
	}
	if facts == nil {
		return nil, show(found, stderr)
	}
	return facts, nil
}

// show prints findings; with an error among them there is nothing more to do.
func show(found rulebook.Findings, w io.Writer) error {
	for _, f := range found {
		_, _ = fmt.Fprintln(w, f)
	}
	if found.Failed() {
		return errFindings
	}
	return nil
}
