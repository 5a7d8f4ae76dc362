package document

import (
	"bytes"
	"compress/zlib"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf16"

	"pgregory.net/rapid"

	"luodi/internal/fault"
)

// shown is one line of text on a page.
type shown struct {
	x, y, size, spacing float64 // points from the lower left corner
	text                string
}

var (
	streams = regexp.MustCompile(`(?s)<<([^\n]*)/Filter/FlateDecode/Length (\d+)>>\nstream\n`)
	mapped  = regexp.MustCompile(`<([0-9A-F]{4})><([0-9A-F]+)>`)
	printed = regexp.MustCompile(`BT /F(\d+) (\S+) Tf (\S+) Tc (\S+) (\S+) Td <([0-9A-F]*)> Tj`)
)

// pages reads the PDF back: the text of each page, through each font's map to Unicode.
func pages(t testing.TB, file []byte) [][]shown {
	t.Helper()
	var maps []map[string]string
	var all [][]shown
	for _, m := range streams.FindAllSubmatchIndex(file, -1) {
		length, _ := strconv.Atoi(string(file[m[4]:m[5]]))
		z, err := zlib.NewReader(bytes.NewReader(file[m[1] : m[1]+length]))
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case bytes.Contains(file[m[2]:m[3]], []byte("/Length1")): // a font
		case bytes.Contains(data, []byte("begincmap")):
			to := map[string]string{}
			for _, pair := range mapped.FindAllSubmatch(data, -1) {
				to[string(pair[1])] = fromUTF16(t, string(pair[2]))
			}
			maps = append(maps, to)
		default:
			all = append(all, read(t, data, maps))
		}
	}
	return all
}

func read(t testing.TB, content []byte, maps []map[string]string) []shown {
	t.Helper()
	var page []shown
	for _, m := range printed.FindAllSubmatch(content, -1) {
		n := func(i int) float64 {
			v, err := strconv.ParseFloat(string(m[i]), 64)
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		s := shown{size: n(2), spacing: n(3), x: n(4), y: n(5)}
		for glyph := range slices.Chunk(m[6], 4) {
			s.text += maps[int(n(1))][string(glyph)]
		}
		page = append(page, s)
	}
	return page
}

func fromUTF16(t testing.TB, s string) string {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	var units []uint16
	for pair := range slices.Chunk(b, 2) {
		units = append(units, uint16(pair[0])<<8|uint16(pair[1]))
	}
	return string(utf16.Decode(units))
}

func texts(page []shown) string {
	var b strings.Builder
	for _, s := range page {
		b.WriteString(s.text + "\n")
	}
	return b.String()
}

// flat is a text without what breaking into lines changes.
func flat(s string) string { return strings.Join(strings.Fields(s), "") }

func mustPDF(t testing.TB, p Paper) [][]shown {
	t.Helper()
	file, err := p.PDF()
	if err != nil {
		t.Fatal(err)
	}
	return pages(t, file)
}

func long(s string, runes int) string {
	return string([]rune(strings.Repeat(s, runes/len([]rune(s))+1))[:runes])
}

// hostile is a paper of texts that nobody would write in good faith.
func hostile() Paper {
	bad := "控制\x00\x07\x1b符<w:t>&\"']]></w:t>表情😀👨‍👩‍👧旗🇨🇳 عربي שלום \u202e倒\u202c\ufeff\u200b坏\xff\xfe龘é ک́\ufffe\uffff\U000e0041)Tj ET\\"
	return Paper{
		Organ: bad, Number: bad, Title: bad, To: bad, Signed: bad, Dated: bad, Copies: bad, Footer: long(bad, 1000), At: at,
		Blocks: []Block{
			Heading{1, bad}, Heading{2, long("标题", 2000)}, Text{long(bad, 10000)}, Text{long("x", 10000)}, Text{"\n\r\n\n"}, Text{},
			Table{Columns: []Column{{bad, 1, Start}, {"", 0.01, End}, {long("表头", 3000), 2, Center}}, Rows: [][]string{{bad, "ab", long("意见", 10000)}, {}, {"\n\n"}}},
			Note{long(bad, 3000)}, Heading{3, ""},
		},
	}
}

func TestSamePaperSameBytes(t *testing.T) {
	for _, p := range []Paper{opinions(), hostile(), {}} {
		for name, render := range map[string]func(Paper) ([]byte, error){"PDF": Paper.PDF, "Word": Paper.Word} {
			first, err := render(p)
			if err != nil {
				t.Fatal(err)
			}
			utc := p
			utc.At = p.At.UTC()
			var wait sync.WaitGroup
			for range 4 {
				wait.Go(func() {
					if again, err := render(utc); err != nil || !bytes.Equal(first, again) {
						t.Errorf("%s of %q differs on another run, error %v", name, p.Title, err)
					}
				})
			}
			wait.Wait()
		}
	}
}

func TestPDFShowsEveryTextInOrder(t *testing.T) {
	p := opinions()
	var all strings.Builder
	for _, page := range mustPDF(t, p) {
		for _, s := range page {
			if s.y > paperHeight-bottom { // below is the foot
				all.WriteString(s.text)
			}
		}
	}
	rest := flat(all.String())
	for _, want := range parts(p) {
		_, after, found := strings.Cut(rest, flat(want))
		if !found {
			t.Fatalf("%q is missing, or not where it should be", want)
		}
		rest = after
	}
}

// parts are the texts of a paper that are never cut by a page or a cell, in order.
func parts(p Paper) []string {
	all := []string{p.Organ, p.Number, p.Title, p.To}
	for _, b := range p.Blocks {
		switch b := b.(type) {
		case Heading:
			all = append(all, b.Text)
		case Text:
			all = append(all, b.Text)
		case Note:
			all = append(all, b.Text)
		case Table:
			all = append(all, b.titles()...)
			for _, row := range b.Rows {
				all = append(all, row...)
			}
		}
	}
	return append(all, p.Signed, p.Dated, p.Copies)
}

func TestNothingIsPrintedOutsideThePage(t *testing.T) {
	for _, p := range []Paper{opinions(), hostile()} {
		inside(t, p)
	}
	words := rapid.StringOfN(rapid.RuneFrom([]rune("投资额度a1 .,、。《》“”—龘😀\n")), 0, 400, -1)
	rapid.Check(t, func(r *rapid.T) {
		p := Paper{Organ: words.Draw(r, "organ"), Number: words.Draw(r, "number"), Title: words.Draw(r, "title"), To: words.Draw(r, "to"),
			Signed: words.Draw(r, "signed"), Dated: words.Draw(r, "dated"), Copies: words.Draw(r, "copies"), Footer: words.Draw(r, "footer")}
		for range rapid.IntRange(0, 12).Draw(r, "blocks") {
			p.Blocks = append(p.Blocks, rapid.OneOf(
				rapid.Custom(func(r *rapid.T) Block {
					return Heading{rapid.IntRange(1, levels).Draw(r, "level"), words.Draw(r, "heading")}
				}),
				rapid.Custom(func(r *rapid.T) Block { return Text{words.Draw(r, "text")} }),
				rapid.Custom(func(r *rapid.T) Block { return Note{words.Draw(r, "note")} }),
				rapid.Custom(func(r *rapid.T) Block {
					table := Table{Columns: []Column{{words.Draw(r, "head"), 1, Start}, {"", 3, Center}, {words.Draw(r, "head"), 2, End}}}
					table.Rows = rapid.SliceOfN(rapid.SliceOfN(words, 0, 3), 0, 20).Draw(r, "rows")
					return table
				}),
			).Draw(r, "block"))
		}
		inside(t, p)
		if t.Failed() {
			r.FailNow()
		}
	})
}

func inside(t *testing.T, p Paper) {
	t.Helper()
	f, err := fonts()
	if err != nil {
		t.Fatal(err)
	}
	for i, page := range mustPDF(t, p) {
		for _, s := range page {
			hei, song := face{font: f.hei, size: s.size}, face{font: f.song, size: s.size}
			end := s.x + min(hei.width(s.text), song.width(s.text)) + s.spacing*float64(len([]rune(s.text))-1)
			if s.x < left-tolerance || end > right+s.size/2 || s.y < 10 || s.y > paperHeight-top {
				t.Errorf("page %d: %q from %.1f to %.1f at %.1f", i+1, s.text, s.x, end, s.y)
			}
		}
	}
}

func TestMissingCharacterIsAGetaMark(t *testing.T) {
	got := texts(mustPDF(t, Paper{Title: "龘", Blocks: []Block{Text{"甲龘乙😀丙"}, Heading{1, "丁龘"}}})[0])
	for _, want := range []string{"甲〓乙〓丙", "丁〓"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in %q", want, got)
		}
	}
}

func TestStandardTableIsPrintedInFull(t *testing.T) {
	table, err := os.ReadFile("fonts/hanzi.txt") // 通用规范汉字表, 196 of its characters beyond U+FFFF
	if err != nil {
		t.Fatal(err)
	}
	want := flat(string(table))
	if n := len([]rune(want)); n != 8105 {
		t.Fatalf("%d characters, not 8105", n)
	}
	want += "〔〕《》“”‘’—…、。·±×÷≥≤≠≈℃‰㎡㎏①⑳Ⅰ√□■○●"
	for _, level := range []int{1, 2} {
		var got strings.Builder
		for _, page := range mustPDF(t, Paper{Blocks: []Block{Heading{level, want}}}) {
			for _, s := range page {
				if s.y > paperHeight-bottom {
					got.WriteString(s.text)
				}
			}
		}
		if got.String() != want {
			t.Errorf("level %d: a character is lost, or copied as another", level)
		}
	}
}

func TestPDFEmbedsItsFonts(t *testing.T) {
	file, err := opinions().PDF()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"/FontFile2", "/ToUnicode", "/CIDToGIDMap/Identity", "/Encoding/Identity-H", "+LuodiSong", "+LuodiHei", "<pdfaid:part>2</pdfaid:part>", "/CreationDate(D:20230904013000Z)"} {
		if !bytes.Contains(file, []byte(want)) {
			t.Errorf("the PDF has no %s", want)
		}
	}
	if len(file) > 300_000 {
		t.Errorf("the PDF has %d bytes: the fonts aren't cut to what is used", len(file))
	}
}

func TestPagesAreNumberedOutside(t *testing.T) {
	for i, page := range mustPDF(t, opinions()) {
		number := page[0]
		if want := fmt.Sprintf("— %d —", i+1); number.text != want {
			t.Errorf("page %d is numbered %q", i+1, number.text)
		}
		if outside := number.x > paperWidth/2; outside != (i%2 == 0) {
			t.Errorf("the number of page %d is at %.0f", i+1, number.x)
		}
	}
}

func TestTableRepeatsItsHead(t *testing.T) {
	rows := make([][]string, 200)
	for i := range rows {
		rows[i] = []string{fmt.Sprintf("第%d行", i), long("内容", 60)}
	}
	all := mustPDF(t, Paper{Blocks: []Block{Table{Columns: []Column{{"甲表头", 1, Center}, {"乙表头", 3, Start}}, Rows: rows}}})
	if len(all) < 5 {
		t.Fatalf("%d pages", len(all))
	}
	lines := 0
	for i, page := range all {
		if got := texts(page); strings.Count(got, "甲表头") != 1 {
			t.Errorf("page %d has the head %d times", i+1, strings.Count(got, "甲表头"))
		}
		for _, s := range page {
			if strings.HasPrefix(s.text, "内容") || strings.HasPrefix(s.text, "容内") {
				lines++
			}
		}
		if n := strings.Count(texts(page), "行\n"); lines%n != 0 || lines/n < 1 {
			t.Errorf("page %d has %d rows in %d lines: one was cut", i+1, n, lines)
		}
		lines = 0
	}
}

func TestTallRowIsCutBetweenLines(t *testing.T) {
	const runes = 6000
	all := mustPDF(t, Paper{Blocks: []Block{Table{Columns: []Column{{"意见", 1, Start}}, Rows: [][]string{{long("意", runes)}, {"末行"}}}}})
	count := 0
	for i, page := range all {
		count += strings.Count(texts(page), "意") - strings.Count(texts(page), "意见")
		if i+1 < len(all) && len(page) < 30 {
			t.Errorf("page %d is nearly empty: %d lines", i+1, len(page))
		}
	}
	if count != runes || !strings.Contains(texts(all[len(all)-1]), "末行") {
		t.Errorf("%d of %d characters were printed", count, runes)
	}
}

func TestHeadingStaysWithWhatItHeads(t *testing.T) {
	for lines := range 25 {
		for _, next := range []Block{Text{"所领正文"}, Table{Columns: []Column{{"所领正文", 1, Start}}, Rows: [][]string{{"格"}}}, Note{"所领正文"}} {
			blocks := slices.Repeat([]Block{Text{"前文"}}, lines)
			for i, page := range mustPDF(t, Paper{Blocks: append(blocks, Heading{1, "标题"}, next)}) {
				if got := texts(page); strings.Contains(got, "标题") != strings.Contains(got, "所领正文") {
					t.Errorf("%d lines before: page %d parts the heading from %T", lines, i+1, next)
				}
			}
		}
	}
}

func TestSignatureIsNotAloneOnAPage(t *testing.T) {
	for lines := 1; lines < 45; lines++ {
		all := mustPDF(t, Paper{Blocks: slices.Repeat([]Block{Text{"正文"}}, lines), Signed: "落款", Dated: "2023年9月4日"})
		if got := texts(all[len(all)-1]); !strings.Contains(got, "正文") || !strings.Contains(got, "落款") || !strings.Contains(got, "2023年9月4日") {
			t.Errorf("%d lines: the last page is %q", lines, got)
		}
	}
}

func TestParagraphIsIndentedByTwoCharacters(t *testing.T) {
	page := mustPDF(t, Paper{Blocks: []Block{Text{long("正文", 60)}}})[0]
	body := page[1:] // behind the page's number
	if len(body) != 3 || body[0].x != 111.37 || body[1].x != 79.37 {
		t.Fatalf("%+v", body)
	}
	if a, b := len([]rune(body[0].text)), len([]rune(body[1].text)); a != 26 || b != 28 {
		t.Errorf("%d and %d characters in a line of 28", a, b)
	}
}

func TestPunctuationNeitherBeginsNorEndsALineWrongly(t *testing.T) {
	f, err := fonts()
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOfN(rapid.RuneFrom([]rune("投资额度a1 .,、。《》“”〔〕…—龘😀")), 1, 200, -1).Draw(t, "text")
		width := rapid.Float64Range(200, 500).Draw(t, "width")
		var all strings.Builder
		for _, l := range (face{font: f.song, size: 16}).wrap(s, 32, width) {
			if l.width > width+1 {
				t.Fatalf("%q is %.1f wide, more than %.1f", l.text, l.width, width)
			}
			all.WriteString(l.text)
		}
		if flat(all.String()) != flat(s) {
			t.Fatalf("%q became %q", s, all.String())
		}
	})
	for _, s := range []string{long("投", 13) + "。" + long("资", 20), long("投", 12) + "《" + long("资", 20), long("投", 12) + "——" + long("资", 20)} {
		lines := (face{font: f.song, size: 16}).wrap(s, 0, 13*16)
		if first := []rune(lines[1].text)[0]; strings.ContainsRune("。—", first) || strings.HasSuffix(lines[0].text, "《") {
			t.Errorf("%q is broken as %q, %q", s, lines[0].text, lines[1].text)
		}
	}
}

func TestPaperThatWouldLoseTextIsRefused(t *testing.T) {
	for name, b := range map[string]Block{
		"level":      Heading{0, "标题"},
		"no column":  Table{},
		"no width":   Table{Columns: []Column{{"甲", 0, Start}}},
		"extra cell": Table{Columns: []Column{{"甲", 1, Start}}, Rows: [][]string{{"一", "二"}}},
	} {
		p := Paper{Blocks: []Block{b}}
		if _, err := p.PDF(); !fault.HasCode(err, "paper_invalid") {
			t.Errorf("%s: PDF says %v", name, err)
		}
		if _, err := p.Word(); !fault.HasCode(err, "paper_invalid") {
			t.Errorf("%s: Word says %v", name, err)
		}
	}
}

func TestTitleIsBalanced(t *testing.T) {
	page := mustPDF(t, Paper{Title: long("题", 30)})[0]
	if len(page) != 3 || len([]rune(page[1].text)) != 15 {
		t.Errorf("%+v", page)
	}
}

func TestSmallPrintStaysOnThePaper(t *testing.T) {
	p := Paper{Footer: long("小字 ab", 1000)}
	foot := mustPDF(t, p)[0][1:]
	if len(foot) != footLines || !strings.HasSuffix(foot[footLines-1].text, "…") {
		t.Errorf("%+v", foot)
	}
	if got := said(t, unzipped(t, p)["word/footer1.xml"]); len([]rune(got)) > 300 || !strings.HasSuffix(got, "…\n") {
		t.Errorf("%q", got)
	}
}

// A second opinion, for our own reader would share our own mistakes.
func TestOtherProgramReadsThePDF(t *testing.T) {
	program, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Skip("pdftotext of poppler-utils isn't installed")
	}
	for _, c := range []struct {
		paper Paper
		exact bool
	}{{opinions(), true}, {hostile(), false}} { // a right-to-left line is reordered by the other program
		file, err := c.paper.PDF()
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Join(t.TempDir(), "paper.pdf")
		if err := os.WriteFile(name, file, 0o600); err != nil {
			t.Fatal(err)
		}
		command := exec.Command(program, name, "-")
		var complaints bytes.Buffer
		command.Stderr = &complaints
		got, err := command.Output()
		if err != nil || complaints.Len() > 0 {
			t.Fatalf("%v %s", err, complaints.String())
		}
		all := pages(t, file)
		if n := strings.Count(string(got), "\f"); n != len(all) {
			t.Errorf("%d pages, not %d", n, len(all))
		}
		for _, page := range all {
			for _, s := range page {
				if c.exact && !strings.Contains(flat(string(got)), flat(s.text)) {
					t.Errorf("%q isn't found", s.text)
				}
			}
		}
	}
}

// The ratios are to marshaling the same paper to JSON, measured in the same run.
func BenchmarkPDF(b *testing.B)  { against(b, Paper.PDF) }
func BenchmarkWord(b *testing.B) { against(b, Paper.Word) }

func against(b *testing.B, render func(Paper) ([]byte, error)) {
	p := opinions()
	if _, err := render(p); err != nil { // parses the fonts
		b.Fatal(err)
	}
	const times = 200
	start := time.Now()
	for range times {
		if _, err := json.Marshal(p); err != nil {
			b.Fatal(err)
		}
	}
	baseline := float64(time.Since(start).Nanoseconds()) / times
	size := 0
	for b.Loop() {
		file, err := render(p)
		if err != nil {
			b.Fatal(err)
		}
		size = len(file)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/baseline, "×JSON")
	b.ReportMetric(float64(size), "B/file")
}
