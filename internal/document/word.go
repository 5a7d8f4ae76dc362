package document

import (
	"archive/zip"
	"bytes"
	"embed"
	"encoding/xml"
	"fmt"
	"math"
	"time"
)

// fixed are the parts of a Word file that are the same in every document.
//
//go:embed word
var fixed embed.FS

const (
	xmlHeader = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	mainSpace = `xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"`
	relations = `xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"`
)

// Word renders the paper to a docx file.
func (p Paper) Word() ([]byte, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	f, err := fonts()
	if err != nil {
		return nil, err
	}
	foot := (&press{family: f}).shortened(line(p.Footer))
	document, charts := p.document(f)
	parts := []part{
		{name: "[Content_Types].xml", fixed: "content_types.xml", more: overrides(len(charts)), before: "</Types>"},
		{name: "_rels/.rels", fixed: "rels.xml"},
		{name: "docProps/core.xml", data: p.properties()},
		{name: "word/document.xml", data: document},
		{name: "word/_rels/document.xml.rels", fixed: "document_rels.xml", more: related(len(charts)), before: "</Relationships>"},
		{name: "word/styles.xml", fixed: "styles.xml"},
		{name: "word/settings.xml", fixed: "settings.xml"},
		{name: "word/fontTable.xml", fixed: "fontTable.xml"},
		{name: "word/footer1.xml", data: footer("PageOdd", foot)},
		{name: "word/footer2.xml", data: footer("PageEven", foot)},
	}
	for i, data := range charts {
		parts = append(parts, part{name: fmt.Sprintf("word/charts/chart%d.xml", i+1), data: data})
	}
	return packed(parts)
}

// overrides say what kind of part each chart is.
func overrides(charts int) (out string) {
	for i := range charts {
		out += fmt.Sprintf(`<Override PartName="/word/charts/chart%d.xml" ContentType="%s"/>`, i+1, chartContent)
	}
	return out
}

// related name the charts for the document.
func related(charts int) (out string) {
	for i := range charts {
		out += fmt.Sprintf(`<Relationship Id="chart%d" Type="%s" Target="charts/chart%d.xml"/>`, i+1, chartType, i+1)
	}
	return out
}

// part is a file in the package, either fixed, with more put in before some text, or made.
type part struct {
	name, fixed  string
	data         []byte
	more, before string
}

// packed zips the parts. All bear the first time that a zip can tell, so that it says nothing.
func packed(parts []part) ([]byte, error) {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, p := range parts {
		if p.fixed != "" {
			data, err := fixed.ReadFile("word/" + p.fixed)
			if err != nil {
				return nil, err
			}
			p.data = data
			if p.more != "" {
				p.data = bytes.Replace(data, []byte(p.before), []byte(p.more+p.before), 1)
			}
		}
		w, err := z.CreateHeader(&zip.FileHeader{Name: p.name, Method: zip.Deflate, Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)})
		if err != nil {
			return nil, err
		}
		if _, err := w.Write(p.data); err != nil {
			return nil, err
		}
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// markup is a part while it's written.
type markup struct {
	bytes.Buffer
	press  *press   // measures, and prints nothing
	after  bool     // the present block must not part from what comes after it
	charts [][]byte // parts of their own
}

// text writes text with what XML reserves escaped.
func (m *markup) text(s string) { _ = xml.EscapeText(m, []byte(s)) } // a Buffer doesn't fail

// paragraph writes a paragraph in a style of styles.xml. More are properties of its
// own, in the order of the schema.
func (m *markup) paragraph(style, s, more string) {
	fmt.Fprintf(m, `<w:p><w:pPr><w:pStyle w:val="%s"/>%s</w:pPr>`, style, more)
	if s != "" {
		m.WriteString(`<w:r><w:t xml:space="preserve">`)
		m.text(s)
		m.WriteString(`</w:t></w:r>`)
	}
	m.WriteString("</w:p>\n")
}

func (m *markup) paragraphs(style string, texts []string) {
	for i, s := range texts {
		m.paragraph(style, s, keepNext(m.after && i == len(texts)-1))
	}
}

// keepNext is the property of a paragraph that stays on a page with the next.
func keepNext(yes bool) string {
	if yes {
		return "<w:keepNext/>"
	}
	return ""
}

func (p Paper) properties() []byte {
	var m markup
	m.WriteString(xmlHeader + `<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"` +
		` xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>`)
	m.text(line(p.Title))
	m.WriteString("</dc:title><dc:creator>")
	m.text(line(p.Organ))
	at := p.At.UTC().Format(time.RFC3339)
	fmt.Fprintf(&m, `</dc:creator><dcterms:created xsi:type="dcterms:W3CDTF">%s</dcterms:created><dcterms:modified xsi:type="dcterms:W3CDTF">%s</dcterms:modified></cp:coreProperties>`, at, at)
	return m.Bytes()
}

func (p Paper) document(f family) (document []byte, charts [][]byte) {
	m := &markup{press: &press{family: f}}
	m.WriteString(xmlHeader + "<w:document " + mainSpace + " " + relations + "><w:body>\n")
	organ, number := line(p.Organ), line(p.Number)
	if organ != "" {
		m.paragraph("Organ", organ, "")
	}
	if organ != "" || number != "" { // the red line is below the number, also where there is none
		m.paragraph("Number", number, "")
	}
	if title := line(p.Title); title != "" {
		m.paragraph("Title", title, "")
	}
	if to := line(p.To); to != "" {
		m.paragraph("To", to+"\uff1a", "")
	}
	for i, b := range p.Blocks {
		m.after = i == len(p.Blocks)-1 && (p.Signed != "" || p.Dated != "")
		b.write(m)
	}
	m.sign(line(p.Signed), line(p.Dated))
	if copies := line(p.Copies); copies != "" {
		m.paragraph("Copies", "抄送\uff1a"+copies+"。", `<w:framePr w:w="`+twips(textWidth)+`" w:wrap="notBeside" w:hAnchor="margin" w:vAnchor="margin" w:xAlign="center" w:yAlign="bottom"/>`)
		m.paragraph("Gap", "", "")
	}
	fmt.Fprintf(m, `<w:sectPr><w:footerReference w:type="default" r:id="odd"/><w:footerReference w:type="even" r:id="even"/>`+
		`<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="%s" w:right="%s" w:bottom="%s" w:left="%s" w:header="851" w:footer="960" w:gutter="0"/></w:sectPr>`,
		twips(top), twips(paperWidth-right), twips(paperHeight-bottom), twips(left))
	m.WriteString("</w:body></w:document>")
	return m.Bytes(), m.charts
}

// twips are twentieths of a point, Word's unit.
func twips(points float64) string { return fmt.Sprint(int(math.Round(points * 20))) }

func (h Heading) write(m *markup) { m.paragraph(fmt.Sprintf("Heading%d", h.Level), line(h.Text), "") }

func (t Text) write(m *markup) { m.paragraphs("Text", paragraphs(t.Text)) }

func (n Note) write(m *markup) {
	m.paragraphs("Note", paragraphs(n.Text))
	m.paragraph("Gap", "", keepNext(m.after))
}

func (t Table) write(m *markup) {
	m.WriteString(`<w:tbl><w:tblPr><w:tblW w:w="` + twips(textWidth) + `" w:type="dxa"/><w:tblBorders>`)
	for _, side := range []string{"top", "left", "bottom", "right", "insideH", "insideV"} {
		m.WriteString(`<w:` + side + ` w:val="single" w:sz="4" w:space="0" w:color="000000"/>`)
	}
	m.WriteString(`</w:tblBorders><w:tblLayout w:type="fixed"/><w:tblCellMar>`)
	for _, side := range []struct {
		name  string
		width float64
	}{{"top", cellAbove}, {"left", cellSide}, {"bottom", cellAbove}, {"right", cellSide}} {
		m.WriteString(`<w:` + side.name + ` w:w="` + twips(side.width) + `" w:type="dxa"/>`)
	}
	m.WriteString(`</w:tblCellMar></w:tblPr><w:tblGrid>`)
	for _, width := range t.widths() {
		m.WriteString(`<w:gridCol w:w="` + twips(width) + `"/>`)
	}
	m.WriteString("</w:tblGrid>\n")
	if t.titled() {
		m.row(t, t.titles(), t.headRow(m.press).lines(), "CellHead", "")
	}
	for i, texts := range t.Rows {
		m.row(t, texts, t.bodyRow(m.press, texts).lines(), "Cell", keepNext(m.after && i == len(t.Rows)-1))
	}
	m.WriteString("</w:tbl>\n")
	m.paragraph("Gap", "", keepNext(m.after)) // Word joins tables with nothing between
}

var jc = map[Align]string{Start: `<w:jc w:val="both"/>`, Center: `<w:jc w:val="center"/>`, End: `<w:jc w:val="right"/>`}

// row writes a row that stays on one page, or is repeated on each, if it's about as
// short as the PDF asks for that.
func (m *markup) row(t Table, texts []string, lines int, style, more string) {
	m.WriteString("<w:tr>")
	if whole(lines) {
		m.WriteString("<w:trPr><w:cantSplit/>")
		if style == "CellHead" {
			m.WriteString("<w:tblHeader/>")
		}
		m.WriteString("</w:trPr>")
	}
	for i, width := range t.widths() {
		m.WriteString(`<w:tc><w:tcPr><w:tcW w:w="` + twips(width) + `" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>`)
		cell := []string{""}
		if i < len(texts) {
			cell = paragraphs(texts[i])
		}
		for _, s := range cell {
			aside := ""
			if style == "Cell" {
				aside = jc[t.Columns[i].Align]
			}
			m.paragraph(style, s, more+aside)
		}
		m.WriteString("</w:tc>")
	}
	m.WriteString("</w:tr>\n")
}

// sign sets the signature in the middle above the date, as press.sign does.
func (m *markup) sign(signed, dated string) {
	if signed == "" && dated == "" {
		return
	}
	m.paragraph("Signed", "", "")
	f := m.press.text(body)
	aside := 4 * body
	if signed != "" {
		in := max(0, aside+(f.width(dated)-f.width(signed))/2)
		m.paragraph("Signed", signed, `<w:ind w:right="`+twips(in)+`"/>`)
	}
	if dated != "" {
		m.paragraph("Signed", dated, `<w:keepNext w:val="0"/><w:ind w:right="`+twips(aside)+`"/>`)
	}
}

func footer(style, foot string) []byte {
	var m markup
	m.WriteString(xmlHeader + "<w:ftr " + mainSpace + `><w:p><w:pPr><w:pStyle w:val="` + style + `"/></w:pPr>` +
		`<w:r><w:t xml:space="preserve">— </w:t></w:r><w:fldSimple w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple><w:r><w:t xml:space="preserve"> —</w:t></w:r></w:p>`)
	if foot != "" {
		m.paragraph("Foot", foot, "")
	}
	m.WriteString("</w:ftr>")
	return m.Bytes()
}
