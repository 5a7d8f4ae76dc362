package document

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// unzipped opens the docx again: every part is well-formed and says what it is.
func unzipped(t *testing.T, p Paper) map[string]string {
	t.Helper()
	file, err := p.Word()
	if err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		all[f.Name] = string(data)
		tokens(t, f.Name, string(data), func(xml.Token) {})
	}
	tokens(t, "content types", all["[Content_Types].xml"], func(token xml.Token) {
		if e, ok := token.(xml.StartElement); ok && e.Name.Local == "Override" {
			if _, there := all[strings.TrimPrefix(e.Attr[0].Value, "/")]; !there {
				t.Errorf("no part %s", e.Attr[0].Value)
			}
		}
	})
	return all
}

func tokens(t *testing.T, name, data string, each func(xml.Token)) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(data))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		each(token)
	}
}

// said is the text of a part: a line for each paragraph.
func said(t *testing.T, data string) string {
	t.Helper()
	var b strings.Builder
	inText := false
	tokens(t, "part", data, func(token xml.Token) {
		switch e := token.(type) {
		case xml.StartElement:
			inText = e.Name.Local == "t"
		case xml.EndElement:
			inText = false
			if e.Name.Local == "p" {
				b.WriteByte('\n')
			}
		case xml.CharData:
			if inText {
				b.Write(e)
			}
		}
	})
	return b.String()
}

func TestWordSaysEveryTextInOrder(t *testing.T) {
	p := opinions()
	all := unzipped(t, p)
	rest := said(t, all["word/document.xml"])
	for _, want := range parts(p) {
		_, after, found := strings.Cut(rest, want)
		if !found {
			t.Fatalf("%q is missing, or not where it should be", want)
		}
		rest = after
	}
	for _, foot := range []string{"word/footer1.xml", "word/footer2.xml"} {
		if got := said(t, all[foot]); got != "— 1 —\n"+p.Footer+"\n" {
			t.Errorf("%s says %q", foot, got)
		}
	}
	if core := all["docProps/core.xml"]; !strings.Contains(core, ">2023-09-04T01:30:00Z<") || !strings.Contains(core, p.Title) {
		t.Errorf("the properties are %s", core)
	}
}

func TestWordHasTables(t *testing.T) {
	document := unzipped(t, opinions())["word/document.xml"]
	for part, want := range map[string]int{
		"<w:tbl>":        3,
		"<w:tblHeader/>": 2, // the first table has no titles
		"<w:tr>":         3 + 1 + 20 + 1 + 80,
		"<w:tc>":         3*4 + 21*5 + 81*4,
		"<w:cantSplit/>": 3 + 1 + 20 + 1 + 80,
	} {
		if got := strings.Count(document, part); got != want {
			t.Errorf("%d of %s, not %d", got, part, want)
		}
	}
}

func TestWordStylesExist(t *testing.T) {
	all := unzipped(t, hostile())
	known := map[string]bool{}
	tokens(t, "styles", all["word/styles.xml"], func(token xml.Token) {
		if e, ok := token.(xml.StartElement); ok && e.Name.Local == "style" {
			for _, a := range e.Attr {
				known[a.Value] = known[a.Value] || a.Name.Local == "styleId"
			}
		}
	})
	for _, part := range []string{"word/document.xml", "word/footer1.xml", "word/footer2.xml"} {
		tokens(t, part, all[part], func(token xml.Token) {
			if e, ok := token.(xml.StartElement); ok && e.Name.Local == "pStyle" && !known[e.Attr[0].Value] {
				t.Errorf("%s uses style %s, which there isn't", part, e.Attr[0].Value)
			}
		})
	}
}

func TestWordKeepsHostileTextAsText(t *testing.T) {
	got := said(t, unzipped(t, hostile())["word/document.xml"])
	for _, want := range []string{`控制符<w:t>&"']]></w:t>表情😀👨👩👧旗🇨🇳 عربي שלום 倒坏`, "龘é", long("x", 10000)} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing", want)
		}
	}
	if strings.ContainsAny(got, "\u202e\u200b\ufeff\x07") {
		t.Error("an invisible character is left")
	}
}

func TestLineFeedBeginsAParagraph(t *testing.T) {
	p := Paper{Title: "标题\n续", Blocks: []Block{Text{"甲\r\n乙\n"}, Table{Columns: []Column{{"表\n头", 1, Start}}, Rows: [][]string{{"子\n丑"}}}}}
	if got := said(t, unzipped(t, p)["word/document.xml"]); got != "标题 续\n甲\n乙\n表\n头\n子\n丑\n\n" {
		t.Errorf("Word says %q", got)
	}
	if got := texts(mustPDF(t, p)[0][1:]); got != "标题 续\n甲\n乙\n表\n头\n子\n丑\n" {
		t.Errorf("PDF says %q", got)
	}
}

func TestLibreOfficeOpensTheWordFile(t *testing.T) {
	program, err := exec.LookPath("soffice")
	if err != nil || testing.Short() {
		t.Skip("soffice of libreoffice-writer isn't installed, or the run is short")
	}
	for name, p := range map[string]Paper{"opinions": opinions(), "hostile": hostile()} {
		folder := t.TempDir()
		file, err := p.Word()
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, name+".docx"), file, 0o600); err != nil {
			t.Fatal(err)
		}
		command := exec.Command(program, "-env:UserInstallation=file://"+folder+"/profile", "--headless", "--convert-to", "txt:Text (encoded):UTF8", "--outdir", folder, filepath.Join(folder, name+".docx"))
		if out, err := command.CombinedOutput(); err != nil {
			t.Fatalf("%v %s", err, out)
		}
		got, err := os.ReadFile(filepath.Join(folder, name+".txt"))
		if err != nil {
			t.Fatal(err)
		}
		if name == "opinions" {
			all := parts(p)
			for _, want := range all[:len(all)-1] { // the last one's frame isn't written as text
				if !strings.Contains(string(got), want) {
					t.Errorf("%q is missing", want)
				}
			}
		}
	}
}
