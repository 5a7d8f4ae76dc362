// Package pdf writes the small part of PDF 1.7 that a printed document needs: pages of
// A4 with text in embedded TrueType fonts, lines and filled rectangles. What it writes follows PDF/A-2u
// (ISO 19005-2), the form in which archives keep documents: every font is embedded,
// every character can be searched and copied, colours don't depend on a device, and
// nothing outside the file is needed. It depends on what is written alone: the same
// calls give the same bytes. Docs: docs/adr/0006-documents.md.
package pdf

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"encoding/xml"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
)

// Width and Height of a page of A4, in points.
const (
	Width  = 595.28
	Height = 841.89
)

const producer = "Luodi"

// Color is red, green and blue, each from 0 to 1.
type Color [3]float64

// Style is how text is drawn.
type Style struct {
	Font  *Font
	Size  float64 // points
	Bold  bool    // thicker strokes: a font has one weight
	Color Color
}

// Writer collects a document.
type Writer struct {
	title, author string
	at            time.Time
	pages         []*Page
	fonts         []*subset
}

// New starts a document. Its creation date is at.
func New(title, author string, at time.Time) *Writer {
	return &Writer{title: title, author: author, at: at.UTC().Truncate(time.Second)}
}

// Page is one page. Positions are in points from its upper left corner.
type Page struct {
	writer  *Writer
	content bytes.Buffer
}

// AddPage adds an empty page.
func (w *Writer) AddPage() *Page {
	p := &Page{writer: w}
	w.pages = append(w.pages, p)
	return p
}

// Pages counts the pages so far.
func (w *Writer) Pages() int { return len(w.pages) }

// Text draws one line of text, its baseline at y. After each character comes so much
// space as spacing says, in points.
func (p *Page) Text(s Style, x, y, spacing float64, text string) {
	if text == "" {
		return
	}
	number, font := p.writer.font(s.Font)
	c := &p.content
	c.WriteString("q ")
	numbers(c, s.Color[:]...)
	c.WriteString("rg ")
	if s.Bold {
		numbers(c, s.Color[:]...)
		c.WriteString("RG 2 Tr ")
		numbers(c, s.Size*0.03)
		c.WriteString("w ")
	}
	fmt.Fprintf(c, "BT /F%d ", number)
	numbers(c, s.Size)
	c.WriteString("Tf ")
	numbers(c, spacing)
	c.WriteString("Tc ")
	numbers(c, x, Height-y)
	c.WriteString("Td <")
	for _, r := range text {
		fmt.Fprintf(c, "%04X", font.id(r))
	}
	c.WriteString("> Tj ET Q\n")
}

// Line draws a straight line.
func (p *Page) Line(x1, y1, x2, y2, width float64, color Color) {
	c := &p.content
	c.WriteString("q ")
	numbers(c, color[:]...)
	c.WriteString("RG ")
	numbers(c, width)
	c.WriteString("w ")
	numbers(c, x1, Height-y1)
	c.WriteString("m ")
	numbers(c, x2, Height-y2)
	c.WriteString("l S Q\n")
}

// Fill fills a rectangle whose upper left corner is at x and y.
func (p *Page) Fill(x, y, width, height float64, color Color) {
	c := &p.content
	c.WriteString("q ")
	numbers(c, color[:]...)
	c.WriteString("rg ")
	numbers(c, x, Height-y-height, width, height)
	c.WriteString("re f Q\n")
}

func numbers(c *bytes.Buffer, values ...float64) {
	for _, v := range values {
		s := strconv.FormatFloat(v, 'f', 3, 64)
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
		if s == "-0" {
			s = "0"
		}
		c.WriteString(s)
		c.WriteByte(' ')
	}
}

func (w *Writer) font(f *Font) (number int, font *subset) {
	for i, s := range w.fonts {
		if s.Font == f {
			return i, s
		}
	}
	s := &subset{Font: f, ids: map[rune]uint16{}}
	w.fonts = append(w.fonts, s)
	return len(w.fonts) - 1, s
}

// Objects stand in a fixed order: these, then five for each font, two for each page.
const (
	catalogObject = iota + 1
	pagesObject
	infoObject
	metadataObject
	resourcesObject
	firstFont
)

const (
	objectsOfFont = 5
	objectsOfPage = 2
)

// Bytes is the finished document.
func (w *Writer) Bytes() ([]byte, error) {
	f := &file{zip: zlib.NewWriter(nil)}
	f.WriteString("%PDF-1.7\n%\xE2\xE3\xCF\xD3\n")
	firstPage := firstFont + objectsOfFont*len(w.fonts)
	f.object("<</Type/Catalog/Pages %d 0 R/Metadata %d 0 R/Lang(zh-CN)/ViewerPreferences<</DisplayDocTitle true>>>>", pagesObject, metadataObject)
	f.object("<</Type/Pages/Count %d/Kids[%s]/MediaBox[0 0 %v %v]>>", len(w.pages), w.kids(firstPage), Width, Height)
	date := w.at.Format("D:20060102150405Z")
	f.object("<</Title%s/Author%s/Producer(%s)/CreationDate(%s)/ModDate(%s)>>", text(w.title), text(w.author), producer, date, date)
	f.raw("/Type/Metadata/Subtype/XML", w.metadata())
	f.object("%s", w.resources())
	for _, s := range w.fonts {
		f.font(s)
	}
	for i, p := range w.pages {
		f.object("<</Type/Page/Parent %d 0 R/Resources %d 0 R/Contents %d 0 R>>", pagesObject, resourcesObject, firstPage+objectsOfPage*i+1)
		f.stream("", p.content.Bytes())
	}
	f.close()
	return f.Bytes(), f.err
}

func (w *Writer) kids(firstPage int) string {
	var kids strings.Builder
	for i := range w.pages {
		fmt.Fprintf(&kids, "%d 0 R ", firstPage+objectsOfPage*i)
	}
	return kids.String()
}

// resources are the fonts, and what red, green and blue are: sRGB's white, primaries
// and, about, its gamma. Each page names them, for PDF/A wants none inherited.
func (w *Writer) resources() string {
	const colors = "/DefaultRGB[/CalRGB<</WhitePoint[.9505 1 1.089]/Gamma[2.2 2.2 2.2]/Matrix[.4124 .2126 .0193 .3576 .7152 .1192 .1805 .0722 .9505]>>]"
	var fonts strings.Builder
	for i := range w.fonts {
		fmt.Fprintf(&fonts, "/F%d %d 0 R", i, firstFont+objectsOfFont*i)
	}
	return "<</ColorSpace<<" + colors + ">>/Font<<" + fonts.String() + ">>>>"
}

// metadata repeats the document's information in XMP and names the standard.
func (w *Writer) metadata() []byte {
	escaped := func(s string) string {
		var b strings.Builder
		_ = xml.EscapeText(&b, []byte(s)) // a Builder doesn't fail
		return b.String()
	}
	date := w.at.Format(time.RFC3339)
	return fmt.Appendf(nil, "<?xpacket begin=\"\uFEFF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"+
		`<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""`+
		` xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">`+
		`<pdfaid:part>2</pdfaid:part><pdfaid:conformance>U</pdfaid:conformance>`+
		`<dc:title><rdf:Alt><rdf:li xml:lang="x-default">%s</rdf:li></rdf:Alt></dc:title><dc:creator><rdf:Seq><rdf:li>%s</rdf:li></rdf:Seq></dc:creator>`+
		`<pdf:Producer>%s</pdf:Producer><xmp:CreateDate>%s</xmp:CreateDate><xmp:ModifyDate>%s</xmp:ModifyDate>`+
		"</rdf:Description></rdf:RDF></x:xmpmeta>\n<?xpacket end=\"w\"?>", escaped(w.title), escaped(w.author), producer, date, date)
}

// file is the document while it's written.
type file struct {
	bytes.Buffer
	offsets []int // of each object
	zip     *zlib.Writer
	err     error
}

func (f *file) object(format string, args ...any) {
	f.offsets = append(f.offsets, f.Len())
	fmt.Fprintf(f, "%d 0 obj\n", len(f.offsets))
	fmt.Fprintf(f, format, args...)
	f.WriteString("\nendobj\n")
}

func (f *file) raw(dictionary string, data []byte) {
	f.object("<<%s/Length %d>>\nstream\n%s\nendstream", dictionary, len(data), data)
}

func (f *file) stream(dictionary string, data []byte) {
	var packed bytes.Buffer
	f.zip.Reset(&packed)
	_, err := f.zip.Write(data)
	f.err = errors.Join(f.err, err, f.zip.Close())
	f.raw(dictionary+"/Filter/FlateDecode", packed.Bytes())
}

// font writes a font as PDF has it: a font of many thousand characters (Type0) made
// from one of glyphs (CIDFontType2), its measures, its file, and its map to Unicode.
func (f *file) font(s *subset) {
	first := len(f.offsets) + 1
	name := s.tag() + "+" + s.name
	var widths strings.Builder
	for _, r := range s.runes {
		fmt.Fprintf(&widths, "%d ", s.Advance(r))
	}
	f.object("<</Type/Font/Subtype/Type0/BaseFont/%s/Encoding/Identity-H/DescendantFonts[%d 0 R]/ToUnicode %d 0 R>>", name, first+1, first+4)
	f.object("<</Type/Font/Subtype/CIDFontType2/BaseFont/%s/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/CIDToGIDMap/Identity/FontDescriptor %d 0 R/DW 1000/W[1[%s]]>>",
		name, first+2, widths.String())
	m := s.metric
	f.object("<</Type/FontDescriptor/FontName/%s/Flags 4/FontBBox[%d %d %d %d]/ItalicAngle 0/Ascent %d/Descent %d/CapHeight %d/StemV 80/FontFile2 %d 0 R>>",
		name, s.scale(m.box[0]), s.scale(m.box[1]), s.scale(m.box[2]), s.scale(m.box[3]), s.Ascent(), s.scale(m.descent), s.scale(m.capHeight), first+3)
	program := s.file()
	f.stream(fmt.Sprintf("/Length1 %d", len(program)), program)
	f.stream("", s.toUnicode())
}

// tag marks a subset, so that a viewer doesn't take two of them for the same font.
func (s *subset) tag() string {
	sum := sha256.Sum256([]byte(string(s.runes)))
	letters := sum[:6]
	for i := range letters {
		letters[i] = 'A' + letters[i]%26
	}
	return string(letters)
}

// toUnicode maps glyphs back to characters, a hundred at a time as the format asks.
func (s *subset) toUnicode() []byte {
	const most = 100
	var c bytes.Buffer
	c.WriteString("/CIDInit/ProcSet findresource begin 12 dict begin begincmap\n" +
		"/CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)/Supplement 0>>def/CMapName/Adobe-Identity-UCS def/CMapType 2 def\n" +
		"1 begincodespacerange<0000><FFFF>endcodespacerange\n")
	for from := 0; from < len(s.runes); from += most {
		part := s.runes[from:min(from+most, len(s.runes))]
		fmt.Fprintf(&c, "%d beginbfchar\n", len(part))
		for i, r := range part {
			fmt.Fprintf(&c, "<%04X><%s>\n", from+i+1, hex(string(r)))
		}
		c.WriteString("endbfchar\n")
	}
	c.WriteString("endcmap CMapName currentdict/CMap defineresource pop end end")
	return c.Bytes()
}

// hex is text in UTF-16, as PDF has it.
func hex(s string) string {
	var b strings.Builder
	for _, unit := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, "%04X", unit)
	}
	return b.String()
}

func text(s string) string { return "<FEFF" + hex(s) + ">" }

// close writes where each object is. The document's identifier is its content's hash.
func (f *file) close() {
	id := sha256.Sum256(f.Bytes())
	at := f.Len()
	fmt.Fprintf(f, "xref\n0 %d\n0000000000 65535 f \n", len(f.offsets)+1)
	for _, offset := range f.offsets {
		fmt.Fprintf(f, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(f, "trailer\n<</Size %d/Root %d 0 R/Info %d 0 R/ID[<%X><%X>]>>\nstartxref\n%d\n%%%%EOF\n",
		len(f.offsets)+1, catalogObject, infoObject, id[:16], id[:16], at)
}
