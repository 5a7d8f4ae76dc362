package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"

	"luodi/internal/rulebook"
	"luodi/internal/rulebook/bench"
	"luodi/internal/rulebook/rulebooks"
	"luodi/internal/rulebook/workbook"
)

const rulebookUsage = `用法:
  luodi rulebook check 文件            检查细则,逐条指出行、列
  luodi rulebook test 文件             运行细则自带的用例,报告覆盖
  luodi rulebook diff 甲 乙 [--facts 文件]   按条款比较两个细则;给出事实则比较得分与名次
  luodi rulebook whatif 文件 --facts 文件 --unit 单位 --figure 量   再多几个能进一名
  luodi rulebook format 文件           原样输出,注释与次序不变
  luodi rulebook schema                输出 JSON Schema,供编辑器补全与检查
  luodi rulebook shipped [名称]        列出随程序提供的示例,或输出其中一个
`

func rulebookCommand(args []string, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		_, _ = fmt.Fprint(stderr, rulebookUsage)
		return wrong
	}
	subs := map[string]func([]string, io.Writer, io.Writer) error{
		"check": checkBook, "test": testBook, "diff": diffBooks, "whatif": whatIf,
		"format": formatBook, "schema": printSchema, "shipped": shippedBooks, "bench": benchRulebook,
	}
	sub, ok := subs[args[0]]
	if !ok {
		_, _ = fmt.Fprint(stderr, rulebookUsage)
		return wrong
	}
	return status(sub(args[1:], stdout, stderr), stderr)
}

var errUsage = fmt.Errorf("%w: usage", errFindings)

// one is the only argument, a file's name.
func one(args []string, stderr io.Writer) (string, error) {
	if len(args) != 1 {
		_, _ = fmt.Fprint(stderr, rulebookUsage)
		return "", errUsage
	}
	return args[0], nil
}

func bookFile(name string) (io.ReadCloser, error) { return fileOr(name, ".yaml") }

func factsFile(name string) (io.ReadCloser, error) { return fileOr(name, "") }

// fileOr opens a file, or the shipped one of that name.
func fileOr(name, extension string) (io.ReadCloser, error) {
	file, err := os.Open(name) //nolint:gosec // the operator names the file
	if !errors.Is(err, fs.ErrNotExist) {
		return file, err
	}
	for _, candidate := range []string{name, name + extension} {
		if shipped, e := rulebooks.Files.Open(candidate); e == nil {
			return shipped, nil
		}
	}
	return nil, err
}

// benchRulebook measures the engine; `make bench` calls it.
func benchRulebook(_ []string, stdout, stderr io.Writer) error {
	office := recalculate
	if _, err := exec.LookPath("soffice"); err != nil {
		_, _ = fmt.Fprintln(stderr, "luodi: soffice is missing: not compared with a spreadsheet program")
		office = nil
	}
	return bench.Run(stdout, clock, workbook.Write, office)
}

// recalculate has LibreOffice load a workbook, compute every formula and save it.
func recalculate(file []byte) error {
	dir, err := os.MkdirTemp("", "luodi-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a folder left behind harms nobody
	in := filepath.Join(dir, "scores.xlsx")
	if err := os.WriteFile(in, file, 0o600); err != nil {
		return err
	}
	cmd := exec.Command("soffice", "-env:UserInstallation=file://"+filepath.Join(dir, "profile"), //nolint:gosec // names of our own
		"--headless", "--convert-to", "xlsx", "--outdir", filepath.Join(dir, "out"), in)
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("soffice: %w: %s", err, text)
	}
	return nil
}

func checkBook(args []string, stdout, stderr io.Writer) error {
	name, err := one(args, stderr)
	if err != nil {
		return err
	}
	r, err := bookFile(name)
	if err != nil {
		return err
	}
	defer r.Close()
	book, found := rulebook.Load(name, r)
	if err := show(found, stdout); err != nil {
		return err
	}
	if len(found) > 0 {
		return errFindings
	}
	_, err = fmt.Fprintf(stdout, "%s:没有发现问题\n", book.Title)
	return err
}

func testBook(args []string, stdout, stderr io.Writer) error {
	name, err := one(args, stderr)
	if err != nil {
		return err
	}
	book, err := openBook(name, stderr)
	if err != nil {
		return err
	}
	r := book.RunCases()
	if err := r.Write(stdout); err != nil {
		return err
	}
	if r.Findings.Failed() {
		return errFindings
	}
	return nil
}

func diffBooks(args []string, stdout, stderr io.Writer) error {
	set := newFlags("rulebook diff", stderr)
	factsName := set.String("facts", "", "事实 `文件`")
	words := leading(args)
	if err := set.Parse(args[len(words):]); err != nil || len(words) != 2 || set.NArg() > 0 {
		_, _ = fmt.Fprint(stderr, rulebookUsage)
		return errUsage
	}
	a, err := openBook(words[0], stderr)
	if err != nil {
		return err
	}
	b, err := openBook(words[1], stderr)
	if err != nil {
		return err
	}
	if err := rulebook.Diff(a, b).Write(stdout); err != nil || *factsName == "" {
		return err
	}
	var scores [2]*rulebook.Scores
	for i, book := range []*rulebook.Book{a, b} {
		facts, err := openFacts(book, *factsName, true, stderr)
		if err != nil {
			return err
		}
		s, found := facts.Score()
		if s == nil {
			return show(found, stderr)
		}
		scores[i] = s
	}
	return rulebook.Compare(scores[0], scores[1]).Write(stdout)
}

// leading are the words before the first flag.
func leading(args []string) []string {
	words, _ := split(args)
	return words
}

func whatIf(args []string, stdout, stderr io.Writer) error {
	set := newFlags("rulebook whatif", stderr)
	factsName := set.String("facts", "", "事实 `文件`")
	unit := set.String("unit", "", "`单位`")
	figure := set.String("figure", "", "哪个 `量`")
	step := set.String("step", "1", "每次增加 `多少`,负数为减少")
	words := leading(args)
	if err := set.Parse(args[len(words):]); err != nil || len(words) != 1 || *factsName == "" || *unit == "" || *figure == "" {
		_, _ = fmt.Fprint(stderr, rulebookUsage)
		return errUsage
	}
	book, err := openBook(words[0], stderr)
	if err != nil {
		return err
	}
	facts, err := openFacts(book, *factsName, false, stderr)
	if err != nil {
		return err
	}
	answer, found := facts.NextRank(*unit, *figure, *step)
	if answer == nil {
		return show(found, stderr)
	}
	_, err = fmt.Fprintln(stdout, answer)
	return err
}

func formatBook(args []string, stdout, stderr io.Writer) error {
	name, err := one(args, stderr)
	if err != nil {
		return err
	}
	book, err := openBook(name, stderr)
	if err != nil {
		return err
	}
	return book.Save(stdout)
}

func printSchema(_ []string, stdout, _ io.Writer) error {
	e := json.NewEncoder(stdout)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(rulebook.Schema())
}

func shippedBooks(args []string, stdout, _ io.Writer) error {
	if len(args) == 1 {
		r, err := bookFile(filepath.Base(args[0]))
		if err != nil {
			return err
		}
		defer r.Close()
		_, err = io.Copy(stdout, r)
		return err
	}
	names, err := fs.Glob(rulebooks.Files, "*.yaml")
	if err != nil {
		return err
	}
	for _, name := range names {
		if _, err := fmt.Fprintln(stdout, name); err != nil {
			return err
		}
	}
	return nil
}
