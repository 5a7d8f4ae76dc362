package document

import (
	"strings"
	"unicode"

	"luodi/internal/document/pdf"
)

// paragraphs are the lines of a text, clean. A text that says nothing has one, empty.
func paragraphs(s string) []string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\v", "\n", "\f", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n").Replace(s)
	return strings.Split(strings.Trim(clean(s), "\n"), "\n")
}

// line is a text that has one line, clean.
func line(s string) string { return strings.Join(paragraphs(s), " ") }

// clean drops what is invisible: control characters, which XML can't hold; marks that
// turn the direction of text, with which a document reads otherwise than it is; and
// marks that choose among forms of a character. Broken UTF-8 becomes U+FFFD.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\t', unicode.Is(unicode.Zs, r) && r != '\u3000':
			return ' '
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Variation_Selector), r == 0x034F, r&0xFFFE == 0xFFFE:
			return -1
		}
		return r
	}, s)
}

// face is a font at a size.
type face struct {
	font *pdf.Font
	size float64 // points
	bold bool
}

func (f face) width(s string) float64 {
	sum := 0
	for _, r := range s {
		sum += f.font.Advance(r)
	}
	return float64(sum) * f.size / 1000
}

// wrapped is a line of a paragraph.
type wrapped struct {
	text  string
	width float64
	last  bool // of its paragraph
}

// wrap breaks a paragraph into lines. The first is shorter by the indent.
func (f face) wrap(s string, indent, width float64) []wrapped {
	var lines []wrapped
	var current strings.Builder
	used := indent
	end := func(last bool) {
		text := strings.TrimRight(current.String(), " ")
		lines = append(lines, wrapped{text: text, width: f.width(text), last: last})
		current.Reset()
		used = 0
	}
	for _, piece := range f.pieces(s) {
		w := f.width(strings.TrimRight(piece, " "))
		if used+w > width+tolerance && current.Len() > 0 {
			end(false)
		}
		if used+w <= width+tolerance {
			current.WriteString(piece)
			used += f.width(piece)
			continue
		}
		for _, r := range piece { // longer than a line, such as an address of the web
			w := f.width(string(r))
			if used+w > width+tolerance && current.Len() > 0 {
				end(false)
			}
			current.WriteRune(r)
			used += w
		}
	}
	end(true)
	return lines
}

// tolerance takes up what adding floats loses, in points.
const tolerance = 0.01

// pieces are what a line may be broken between.
func (f face) pieces(s string) []string {
	var pieces []string
	from := 0
	before := rune(0)
	for i, r := range s {
		if i > 0 && f.breakable(before, r) {
			pieces = append(pieces, s[from:i])
			from = i
		}
		before = r
	}
	return append(pieces, s[from:])
}

const (
	notFirst = "、。,.;;::?!?!))]〕】》〉」』}’”…—·%%‰℃°~-\uff0c\uff1b\uff1a\uff1f\uff01\uff09\uff3d\uff5d\uff05\uff0e" // 避头
	notLast  = "([〔【《〈「『{‘“¥¥$#№\uff08\uff3b\uff5b\uffe5"                                                       // 避尾
)

// breakable reports whether a line may end after a, before b: between ideographs, but
// for the punctuation that must not begin or end a line (GB/T 15834-2011, 5.1), and
// behind spaces.
func (f face) breakable(a, b rune) bool {
	switch {
	case b == ' ', strings.ContainsRune(notFirst, b), strings.ContainsRune(notLast, a):
		return false
	case a == ' ', strings.ContainsRune(",;!?", a) && !unicode.IsDigit(b): // 1,000 is one number
		return true
	}
	return f.wide(a) || f.wide(b)
}

// wide reports whether a character is set like an ideograph: all from the general
// punctuation on, and what is printed as a geta mark.
func (f face) wide(r rune) bool { return r >= 0x2010 || !f.font.Has(r) }

// balance is wrap for a title in the middle: its lines are about as long.
func (f face) balance(s string, width float64) []wrapped {
	lines := f.wrap(s, 0, width)
	if len(lines) == 1 {
		return lines
	}
	for narrower := width - f.size; narrower >= width/2; narrower -= f.size {
		tried := f.wrap(s, 0, narrower)
		if len(tried) > len(lines) {
			break
		}
		lines = tried
	}
	return lines
}
