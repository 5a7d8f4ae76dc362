package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTemplateShowsWhoSitsAndWhy(t *testing.T) {
	var out, problems bytes.Buffer
	status := run(context.Background(), []string{"template", "show", "amount=120000", "chemicals=yes", "land=120", "industry=生物医药", "start=2023-09-18"}, nil, &out, &problems)
	if status != 0 {
		t.Fatal(problems.String())
	}
	for _, want := range []string{"市应急管理局", "涉及危险化学品", "一票否决", "须经研判会:协议金额不低于5亿元", "市地方金融工作局", "2023-09-20 17:30", "示例模板"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in:\n%s", want, out.String())
		}
	}
	out.Reset()
	if run(context.Background(), []string{"template", "show", "colour=red"}, nil, &out, &problems) == 0 {
		t.Error("an unknown field was taken")
	}
}

func TestTemplateCheckNamesEveryFault(t *testing.T) {
	file := filepath.Join(t.TempDir(), "bad.yaml")
	bad := "id: x\nversion: 1\nmode: quick\nintake: {days: 0, grace: 1}\ndecision: {days: 1, grace: 1}\n" +
		"seats: [{unit: a, veto: true, lapse: consent, terms: {days: 1, grace: 1}, reopen_on: [colour]}]\n"
	if err := os.WriteFile(file, []byte(bad), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, problems bytes.Buffer
	if run(context.Background(), []string{"template", "check", file}, nil, &out, &problems) != 1 {
		t.Fatal("accepted")
	}
	for _, want := range []string{"/mode", "/intake", "/seats/0/lapse", "/seats/0/reopen_on"} {
		if !strings.Contains(out.String(), file+want) {
			t.Errorf("%s is missing in:\n%s", want, out.String())
		}
	}
	out.Reset()
	shipped := filepath.Join("..", "..", "internal", "review", "templates")
	if run(context.Background(), []string{"template", "check", filepath.Join(shipped, "shiyan.yaml"), filepath.Join(shipped, "d01.yaml"), filepath.Join(shipped, "d03.yaml")}, nil, &out, &problems) != 0 {
		t.Errorf("a shipped template has faults:\n%s", out.String())
	}
	if _, err := loadTemplates(shipped); err != nil {
		t.Error(err)
	}
}
