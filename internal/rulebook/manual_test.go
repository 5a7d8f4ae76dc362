package rulebook

import (
	"os"
	"strings"
	"testing"
)

// TestManualExamples runs every example of the manual.
func TestManualExamples(t *testing.T) {
	data, err := os.ReadFile("../../docs/rulebook.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(string(data), "```yaml\n")[1:]
	shown := 0
	used := map[string]bool{}
	for _, b := range blocks {
		text, _, _ := strings.Cut(b, "```")
		if strings.HasPrefix(text, "# 例") {
			text = "格式: 1\n标题: 例\n" + text
		}
		shown++
		book, found := Load("docs/rulebook.md", strings.NewReader(text))
		for _, f := range found {
			t.Errorf("%s\n%s", f, text)
		}
		if book == nil {
			continue
		}
		for _, n := range book.all {
			used[n.Method] = true
		}
		for _, m := range []string{"序时进度", "同比"} {
			used[m] = used[m] || strings.Contains(text, m)
		}
		for _, f := range book.RunCases().Findings {
			t.Errorf("%s\n%s", f, text)
		}
	}
	for _, m := range methods {
		if !used[m.name] {
			t.Errorf("no example of %s", m.name)
		}
	}
	for name, keys := range shapes {
		for _, k := range keys {
			if !strings.Contains(string(data), "| "+k.name+" |") {
				t.Errorf("the manual doesn't list the key %s of %s", k.name, name)
			}
		}
	}
	t.Logf("%d examples", shown)
}
