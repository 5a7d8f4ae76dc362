package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"luodi/internal/app"
	"luodi/internal/calendar"
	"luodi/internal/demo"
	"luodi/internal/fault"
	"luodi/internal/money"
	"luodi/internal/org"
	"luodi/internal/review"
	"luodi/internal/rulebook"
	"luodi/internal/rulebook/rulebooks"
)

// loadTemplates reads a folder's review templates, or takes the built-in one. One
// with a fault stops the start: half a city's procedures are worse than none.
func loadTemplates(dir string) (*app.Templates, error) {
	if dir == "" {
		t, err := review.Builtin()
		if err != nil {
			return nil, err
		}
		return app.NewTemplates(t)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil {
		return nil, err
	}
	var all []review.Template
	for _, file := range files {
		t, err := readTemplate(file)
		if err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	return app.NewTemplates(all...)
}

// readTemplate names the file in every finding.
func readTemplate(file string) (review.Template, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return review.Template{}, fault.New(fault.Invalid, "template_unreadable", "读不了研判模板 "+file).Because(err)
	}
	t, err := review.ParseTemplate(data)
	if err == nil {
		return t, nil
	}
	f := *fault.From(err)
	f.Message = file + ": " + f.Message
	for i := range f.Details {
		f.Details[i].Field = file + f.Details[i].Field
	}
	return t, &f
}

// loadAdmission reads the rule book that scores reviews when they are decided; nil for
// "none". Without a file it's the illustrative one.
func loadAdmission(file string) (*app.Admission, error) {
	book, _, err := loadBook("准入评分细则", file, "review-admission.yaml")
	if book == nil {
		return nil, err
	}
	return &app.Admission{Book: book}, nil
}

// loadBook reads the rule book that a setting names, or the built-in one, with its text;
// nil for "none". what names the book in messages.
func loadBook(what, file, builtin string) (*rulebook.Book, []byte, error) {
	if file == "none" {
		return nil, nil, nil
	}
	read := os.ReadFile
	if file == "" {
		file, read = builtin, rulebooks.Files.ReadFile
	}
	data, err := read(file)
	if err != nil {
		return nil, nil, fault.New(fault.Invalid, "rulebook_unreadable", "读不了"+what+" "+file).Because(err)
	}
	book, findings := rulebook.Load(file, bytes.NewReader(data))
	if book == nil {
		return nil, nil, findings.Err("rulebook_invalid", what+"有误")
	}
	return book, data, nil
}

const templateUsage = "用法: luodi template check 文件.yaml…\n" +
	"      luodi template show [文件.yaml] 字段=值…\n" +
	"      字段: amount(万元) land(亩) energy(吨标准煤/年) chemicals(yes/no) industry investor(domestic/foreign/hmt) county start(2023-09-18)"

// templateCommand checks templates, or explains who sits for a project and why.
func templateCommand(_ context.Context, p program) error {
	if len(p.args) == 0 {
		return fault.New(fault.Invalid, "usage", templateUsage)
	}
	switch p.args[0] {
	case "check":
		return checkTemplates(p.stdout, p.args[1:])
	case "show":
		return showTemplate(p)
	}
	return fault.New(fault.Invalid, "usage", templateUsage)
}

// checkTemplates reports every file, and fails when one has a fault.
func checkTemplates(w io.Writer, files []string) error {
	if len(files) == 0 {
		return fault.New(fault.Invalid, "usage", templateUsage)
	}
	var first error
	for _, file := range files {
		t, err := readTemplate(file)
		if err != nil {
			report(w, err)
			if first == nil {
				first = fault.New(fault.Invalid, "template_invalid", "研判模板有误")
			}
			continue
		}
		_, _ = fmt.Fprintf(w, "%s: 无误。%s(%s 第%d版),%d个席位,%s\n", file, t.Title, t.ID, t.Version, len(t.Seats), t.Mode.Label())
	}
	return first
}

func showTemplate(p program) error {
	words := p.args[1:]
	t, err := review.Builtin()
	if len(words) > 0 && !strings.Contains(words[0], "=") {
		t, err = readTemplate(words[0])
		words = words[1:]
	}
	if err != nil {
		return err
	}
	f, start, err := figuresOf(words)
	if err != nil {
		return err
	}
	plan, err := t.Plan(f, unitsOf(t))
	if err != nil {
		return err
	}
	cal, err := calendar.New(calendar.Office{EndHour: p.config.OfficeEnd.Hour, EndMinute: p.config.OfficeEnd.Minute}, calendar.Builtin())
	if err != nil {
		return err
	}
	return explain(p.stdout, t, plan, review.ForecastPlan(plan, cal, start))
}

// figuresOf reads a project from words such as amount=60000.
func figuresOf(words []string) (f review.Figures, start time.Time, err error) {
	start = clock()
	for _, word := range words {
		key, value, ok := strings.Cut(word, "=")
		bad := fault.New(fault.Invalid, "usage", "看不懂“"+word+"”\n"+templateUsage)
		switch {
		case !ok:
			return f, start, bad
		case key == "amount":
			f.AgreedAmount, err = money.Parse(value, money.Wan)
		case key == "land":
			f.LandArea = value
		case key == "energy":
			f.EnergyUse = value
		case key == "chemicals":
			f.Chemicals = value == "yes" || value == "是"
		case key == "industry":
			f.Industry = value
		case key == "investor":
			f.InvestorKind = value
		case key == "county":
			f.CountyID = value
		case key == "start":
			start, err = time.ParseInLocation(time.DateOnly, value, calendar.Shanghai)
			start = start.Add(9 * time.Hour)
		default:
			return f, start, bad
		}
		if err != nil {
			return f, start, bad.Because(err)
		}
	}
	return f, start, nil
}

// unitsOf names a template's units: as the demonstration names them where it knows
// them, else by their ids.
func unitsOf(t review.Template) map[string]org.Unit {
	units := map[string]org.Unit{}
	for _, rule := range t.Seats {
		units[rule.Unit] = org.Unit{ID: rule.Unit, Name: rule.Unit, Kind: org.Department}
	}
	for _, u := range demo.Units() {
		if _, named := units[u.ID]; named {
			units[u.ID] = u
		}
	}
	return units
}

func explain(out io.Writer, t review.Template, p review.Plan, steps []review.Expected) error {
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	line := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format+"\n", args...) }
	line("%s(%s 第%d版)", t.Title, t.ID, t.Version)
	if t.Illustrative {
		line("示例模板:席位、时限与门槛均为示例")
	}
	line("会审方式:%s", t.Mode.Label())
	line("\n席位\t理由\t时限\t说明")
	for i, seat := range p.Seats {
		note := []string{}
		if seat.Veto {
			note = append(note, "一票否决")
		}
		if seat.SignOff {
			note = append(note, "经办拟稿、负责人签发")
		}
		if label := p.Seats[i].Lapse.Label(); label != "" {
			note = append(note, "逾期"+label)
		}
		line("%s\t%s\t%d个工作日\t%s", seat.UnitName, seat.Why, seat.Terms.Days, strings.Join(note, ";"))
	}
	if p.Rules.PanelTerms.Days > 0 {
		line("\n须经研判会:%s", p.Rules.PanelWhy)
	}
	line("\n环节\t办理\t最迟")
	for _, s := range steps {
		due := s.Due.In(calendar.Shanghai).Format("2006-01-02 15:04")
		if s.Provisional {
			due += "(暂定:放假安排未公布)"
		}
		line("%s\t%s\t%s", s.Label, s.Who, due)
	}
	return w.Flush()
}
