package web

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
)

func TestIndexIsAlwaysServed(t *testing.T) {
	page, err := fs.ReadFile(FS(), index)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(page), "<html lang=\"zh-CN\">") {
		t.Errorf("index.html is not a Chinese page:\n%s", page)
	}
}

func TestPlaceholderStandsInOnlyForMissingIndex(t *testing.T) {
	unbuilt := withPlaceholder{fstest.MapFS{placeholder: {Data: []byte("placeholder")}}}
	built := withPlaceholder{fstest.MapFS{placeholder: {Data: []byte("placeholder")}, index: {Data: []byte("built")}}}
	for _, c := range []struct {
		fsys fs.FS
		want string
	}{{unbuilt, "placeholder"}, {built, "built"}} {
		page, err := fs.ReadFile(c.fsys, index)
		if err != nil || string(page) != c.want {
			t.Errorf("index.html = %q, %v; want %q", page, err, c.want)
		}
	}
	if _, err := fs.ReadFile(unbuilt, "assets/none.js"); err == nil {
		t.Error("a missing asset was answered with the placeholder")
	}
}
