package document

import (
	_ "embed" // the fonts
	"strconv"
	"sync"

	"luodi/internal/document/pdf"
)

// Measures of the page, in points: 28 characters of 三号 by 22 lines, 37 mm below the
// upper and 28 mm beside the left edge of the paper (GB/T 9704-2012, 5.2).
const (
	mm         = 72 / 25.4
	body       = 16.0 // 三号
	small      = 14.0 // 四号
	tiny       = 10.5 // 五号
	pitch      = 28.95
	textWidth  = 28 * body
	textHeight = 22 * pitch
	left       = 28 * mm
	top        = 37 * mm
	right      = left + textWidth
	bottom     = top + textHeight
)

const (
	paperWidth  = pdf.Width
	paperHeight = pdf.Height
)

// Measures of a table and a note.
const (
	cellPitch = 15.0
	cellSide  = 4.0
	cellAbove = 4.0
	thin      = 0.5
	notePitch = 18.0
	gap       = 7.5 // below a table or note
)

// Measures below the text.
const (
	footSize  = 9.0
	footPitch = 12.0
	footLines = 3
)

var (
	black = pdf.Color{}
	red   = pdf.Color{0.8, 0, 0}
	gray  = pdf.Color{0.4, 0.4, 0.4}
)

var (
	//go:embed fonts/song.ttf
	songFile []byte
	//go:embed fonts/hei.ttf
	heiFile []byte
)

type family struct{ song, hei *pdf.Font }

// fonts are parsed once, at the first document.
var fonts = sync.OnceValues(func() (family, error) {
	song, err := pdf.Parse("LuodiSong", songFile)
	if err != nil {
		return family{}, err
	}
	hei, err := pdf.Parse("LuodiHei", heiFile)
	return family{song, hei}, err
})

// press prints a paper onto pages, from top to bottom.
type press struct {
	out  *pdf.Writer
	page *pdf.Page
	y    float64 // where the next line begins, from the paper's upper edge
	family
	foot  []wrapped
	after float64 // height of what must not begin a page alone behind the present block
}

// PDF renders the paper to PDF.
func (p Paper) PDF() ([]byte, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	f, err := fonts()
	if err != nil {
		return nil, err
	}
	pr := &press{out: pdf.New(line(p.Title), line(p.Organ), p.At), family: f}
	pr.foot = pr.text(footSize).wrap(pr.shortened(line(p.Footer)), 0, textWidth)
	pr.feed()
	pr.head(p)
	for i, b := range p.Blocks {
		if _, heading := b.(Heading); heading && i+1 < len(p.Blocks) {
			pr.need(b.lead(pr) + p.Blocks[i+1].lead(pr))
		}
		if i == len(p.Blocks)-1 && (p.Signed != "" || p.Dated != "") {
			pr.after = signHeight
		}
		b.print(pr)
	}
	pr.sign(line(p.Signed), line(p.Dated))
	pr.copies(line(p.Copies))
	return pr.out.Bytes()
}

func (p *press) text(size float64) face    { return face{font: p.song, size: size} }
func (p *press) display(size float64) face { return face{font: p.song, size: size, bold: true} }
func (p *press) heading(size float64) face { return face{font: p.hei, size: size} }

// feed begins a page. Odd pages have their number on the right, even ones on the left
// (GB/T 9704-2012, 7.5).
func (p *press) feed() {
	p.page, p.y = p.out.AddPage(), top
	number := "— " + strconv.Itoa(p.out.Pages()) + " —"
	f := p.text(small)
	x := left + small
	if p.out.Pages()%2 == 1 {
		x = right - small - f.width(number)
	}
	y := bottom + 7*mm + small
	p.draw(f, x, y, 0, black, number)
	for i, l := range p.foot {
		p.draw(p.text(footSize), left+(textWidth-l.width)/2, y+18+footPitch*float64(i), 0, gray, l.text)
	}
}

// shortened cuts small print that would reach the paper's edge.
func (p *press) shortened(s string) string {
	lines := p.text(footSize).wrap(s, 0, textWidth)
	if len(lines) <= footLines {
		return s
	}
	fit := 0
	for _, l := range lines[:footLines] {
		fit += len([]rune(l.text))
	}
	return p.shortened(string([]rune(s)[:fit-2]) + "…")
}

func (p *press) room() float64 { return bottom - p.y + tolerance }

// need begins a page if less than the height is left, unless none could have more.
func (p *press) need(height float64) {
	if height > p.room() && p.y > top {
		p.feed()
	}
}

func (p *press) draw(f face, x, y, spacing float64, c pdf.Color, s string) {
	p.page.Text(pdf.Style{Font: f.font, Size: f.size, Bold: f.bold, Color: c}, x, y, spacing, s)
}

// baseline is where letters stand in a line that begins at y.
func baseline(f face, y, height float64) float64 {
	return y + (height-f.size)/2 + f.size*float64(f.font.Ascent())/1000
}

// put prints one line and moves below it.
func (p *press) put(f face, x, spacing, height float64, c pdf.Color, s string) {
	p.need(height)
	p.draw(f, x, baseline(f, p.y, height), spacing, c, s)
	p.y += height
}

func (p *press) centered(f face, lines []wrapped, height float64, c pdf.Color) {
	for _, l := range lines {
		p.put(f, left+(textWidth-l.width)/2, 0, height, c, l.text)
	}
}

// paragraphs prints paragraphs flush on both sides, their first lines indented. The
// last two lines stay with what comes after the block.
func (p *press) paragraphs(f face, texts []string, indent, height float64) {
	for i, s := range texts {
		after := 0.0
		if i == len(texts)-1 {
			after = p.after
		}
		p.paragraph(f, s, indent, height, after)
	}
}

func (p *press) paragraph(f face, s string, indent, height, after float64) {
	lines := f.wrap(s, indent, textWidth)
	for i, l := range lines {
		if i == max(len(lines)-2, 0) && after > 0 {
			p.need(height*float64(len(lines)-i) + after)
		}
		in := 0.0
		if i == 0 {
			in = indent
		}
		p.put(f, left+in, l.spread(textWidth-in, f.size), height, black, l.text)
	}
}

// spread is the space after each character that makes a line as long as its width,
// none if the line would be torn apart.
func (l wrapped) spread(width, size float64) float64 {
	gaps := len([]rune(l.text)) - 1
	if l.last || gaps < 1 {
		return 0
	}
	if each := (width - l.width) / float64(gaps); each > 0 && each < size/5 {
		return each
	}
	return 0
}

// head prints what stands above the text.
func (p *press) head(d Paper) {
	if organ := line(d.Organ); organ != "" {
		p.y += 25 * mm
		f := p.display(44)
		for f.size > 22 && f.width(organ) > textWidth {
			f.size--
		}
		p.centered(f, f.balance(organ, textWidth), f.size*1.3, red)
		p.y += pitch
	}
	if number := line(d.Number); number != "" {
		p.centered(p.text(body), p.text(body).balance(number, textWidth), pitch, black)
	}
	if p.y > top {
		p.y += 4 * mm
		p.page.Line(left, p.y, right, p.y, 1.5, red)
		p.y += pitch
	}
	if title := line(d.Title); title != "" {
		p.centered(p.display(22), p.display(22).balance(title, textWidth), 34, black)
		p.y += pitch
	}
	if to := line(d.To); to != "" {
		p.paragraph(p.text(body), to+"\uff1a", 0, pitch, 0)
	}
}

func (h Heading) face(p *press) face {
	if h.Level == 1 {
		return p.heading(body)
	}
	return p.display(body)
}

func (h Heading) print(p *press) {
	p.paragraph(h.face(p), line(h.Text), 2*body, pitch, p.after)
}

func (h Heading) lead(p *press) float64 {
	const most = 3 // a longer heading is text
	return pitch * float64(min(most, len(h.face(p).wrap(line(h.Text), 2*body, textWidth))))
}

func (t Text) print(p *press) {
	p.paragraphs(p.text(body), paragraphs(t.Text), 2*body, pitch)
}

func (Text) lead(*press) float64 { return 2 * pitch }

func (n Note) print(p *press) {
	p.paragraphs(p.text(tiny), paragraphs(n.Text), 2*tiny, notePitch)
	p.y += gap
}

func (Note) lead(*press) float64 { return 2 * notePitch }

// signHeight is an empty line, the signature and the date.
const signHeight = 3 * pitch

// sign prints signature and date, the date four characters from the right edge and
// the signature in the middle above it (GB/T 9704-2012, 7.3.5), on one page.
func (p *press) sign(signed, dated string) {
	if signed == "" && dated == "" {
		return
	}
	f := p.text(body)
	p.need(signHeight)
	if p.y > top {
		p.y += pitch
	}
	middle := right - 4*body - f.width(dated)/2
	for _, s := range []string{signed, dated} {
		if s == "" {
			continue
		}
		for _, l := range f.balance(s, textWidth) {
			x := max(left, min(middle-l.width/2, right-l.width))
			p.put(f, x, 0, pitch, black, l.text)
		}
	}
}

// copies prints whom copies go to between two lines at the foot of the last page
// (版记; GB/T 9704-2012, 7.4).
func (p *press) copies(s string) {
	if s == "" {
		return
	}
	const height = 22.0
	f := p.text(small)
	lines := f.wrap("抄送\uff1a"+s+"。", 0, textWidth-2*small)
	p.need(height * float64(min(len(lines), 3)))
	p.y = max(p.y, bottom-height*float64(len(lines)))
	p.page.Line(left, p.y, right, p.y, 1, black)
	for _, l := range lines {
		p.put(f, left+small, l.spread(textWidth-2*small, small), height, black, l.text)
	}
	p.page.Line(left, p.y, right, p.y, 1, black)
}
