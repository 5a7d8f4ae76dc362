package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// call runs luodi as the shell does.
func call(args ...string) (status int, stdout, stderr string) {
	var out, bad bytes.Buffer
	status = run(context.Background(), args, nil, &out, &bad)
	return status, out.String(), bad.String()
}

func TestScoreIsTheSameBytesEachTime(t *testing.T) {
	args := []string{"score", "--rulebook", "shiyan-2023-departments", "--facts", "shiyan-2023-departments.facts.yaml", "--format", "json", "--explain"}
	status, first, bad := call(args...)
	if status != 0 {
		t.Fatal(status, bad)
	}
	if _, again, _ := call(args...); again != first {
		t.Error("two runs differ")
	}
	var result struct {
		Hash  string
		Units []struct{ Unit, Total, Rank string }
	}
	if err := json.Unmarshal([]byte(first), &result); err != nil || len(result.Hash) != 64 || len(result.Units) != 5 {
		t.Errorf("%v %+v", err, result)
	}
}

func TestScoreWritesTableAndWorkbook(t *testing.T) {
	status, out, bad := call("score", "--rulebook", "shiyan-2023-counties", "--facts", "shiyan-2023-counties.facts.yaml", "--unit", "竹山县", "--explain")
	if status != 0 || !strings.Contains(out, "竹山县") || strings.Contains(out, "【房县】") || !strings.Contains(out, "第二条(一)") {
		t.Error(status, out, bad)
	}
	file := filepath.Join(t.TempDir(), "scores.xlsx")
	if status, _, bad := call("score", "--rulebook", "admission", "--facts", "admission.facts.yaml", "--format", "xlsx", "--out", file); status != 0 {
		t.Fatal(bad)
	}
	if status, out, bad := call("score", "--rulebook", "admission", "--facts", file); status != 0 || !strings.Contains(out, "示例电池材料项目") {
		t.Error("the exported workbook isn't read back:", status, out, bad)
	}
}

// TestBadInputGivesEveryFindingAndStatus2, and no score.
func TestBadInputGivesEveryFindingAndStatus2(t *testing.T) {
	file := filepath.Join(t.TempDir(), "book.yaml")
	text := "格式: 1\n标题: 试\n指标:\n  - {编号: a, 名称: 甲, 条款: 一, 公式: 无一}\n  - {编号: b, 名称: 乙, 条款: 一, 公式: 无二}\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	status, out, bad := call("score", "--rulebook", file, "--facts", "admission.facts.yaml")
	if status != 2 || out != "" || strings.Count(bad, "name_unknown") != 2 || !strings.Contains(bad, "book.yaml:4:31:") {
		t.Error(status, out, bad)
	}
	if status, out, _ := call("rulebook", "check", file); status != 2 || strings.Count(out, "name_unknown") != 2 {
		t.Error(status, out)
	}
	if status, _, _ := call("score", "--rulebook", "no-such-book", "--facts", "x"); status != 2 {
		t.Error(status)
	}
	if status, _, _ := call("rulebook"); status != 2 {
		t.Error(status)
	}
}

func TestRulebookTools(t *testing.T) {
	for _, c := range [][]string{
		{"rulebook", "check", "admission"},
		{"rulebook", "test", "shiyan-2023-counties"},
		{"rulebook", "format", "admission"},
		{"rulebook", "schema"},
		{"rulebook", "shipped"},
		{"rulebook", "shipped", "admission"},
		{"rulebook", "diff", "admission", "shiyan-2023-counties"},
		{"rulebook", "diff", "shiyan-2023-counties", "shiyan-2023-counties", "--facts", "shiyan-2023-counties.facts.yaml"},
		{"rulebook", "whatif", "shiyan-2023-counties", "--facts", "shiyan-2023-counties.facts.yaml", "--unit", "竹山县", "--figure", "落地开工数"},
	} {
		if status, out, bad := call(c...); status != 0 || out == "" {
			t.Error(c, status, bad)
		}
	}
}
