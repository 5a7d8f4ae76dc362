package pdf

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// Geta stands in print for a character that the font lacks, as it did for a missing
// type: a reader sees that something was there.
const Geta = '〓'

// Font is a TrueType font. It's read once and then only looked at, so any number of
// documents may share it.
type Font struct {
	name   string
	tables map[string][]byte
	glyphs map[rune]uint16
	metric metrics
}

type metrics struct {
	unitsPerEm, ascent, descent, capHeight int
	box                                    [4]int
	longLoca                               bool
	advances                               int // glyphs with an advance of their own; the others have the last one's
}

var errFont = errors.New("pdf: not a TrueType font that can be embedded")

// Parse reads a font with TrueType outlines and a character map of format 12, as
// those of package document have. It trusts the insides of the tables: a font is a part
// of the program, not something that users send. The name is what a viewer lists.
func Parse(name string, data []byte) (*Font, error) {
	f := &Font{name: name, tables: map[string][]byte{}, glyphs: map[rune]uint16{}}
	if len(data) < 12 || binary.BigEndian.Uint32(data) != 0x00010000 {
		return nil, errFont
	}
	for i := range int(binary.BigEndian.Uint16(data[4:])) {
		record := data[12+16*i:]
		at, length := binary.BigEndian.Uint32(record[8:]), binary.BigEndian.Uint32(record[12:])
		if uint64(at)+uint64(length) > uint64(len(data)) {
			return nil, errFont
		}
		f.tables[string(record[:4])] = data[at : at+length]
	}
	for tag, least := range map[string]int{"head": 54, "hhea": 36, "maxp": 32, "hmtx": 4, "loca": 4, "glyf": 1, "cmap": 4, "OS/2": 90} {
		if len(f.tables[tag]) < least {
			return nil, fmt.Errorf("%w: table %s", errFont, tag)
		}
	}
	head, hhea, os2 := f.tables["head"], f.tables["hhea"], f.tables["OS/2"]
	f.metric = metrics{
		unitsPerEm: int(binary.BigEndian.Uint16(head[18:])),
		ascent:     signed(os2[68:]), descent: signed(os2[70:]), capHeight: signed(os2[88:]),
		box:      [4]int{signed(head[36:]), signed(head[38:]), signed(head[40:]), signed(head[42:])},
		longLoca: signed(head[50:]) == 1,
		advances: int(binary.BigEndian.Uint16(hhea[34:])),
	}
	if !f.metric.longLoca || f.metric.unitsPerEm == 0 {
		return nil, fmt.Errorf("%w: units or index", errFont)
	}
	if err := f.readMap(); err != nil {
		return nil, err
	}
	if !f.Has(Geta) {
		return nil, fmt.Errorf("%w: it lacks %c", errFont, Geta)
	}
	return f, nil
}

func signed(b []byte) int { return int(int16(binary.BigEndian.Uint16(b))) }

// readMap reads the groups of consecutive characters of a map of format 12, the one
// that reaches beyond U+FFFF, where 196 characters of the national standard are.
func (f *Font) readMap() error {
	cmap := f.tables["cmap"]
	for i := range int(binary.BigEndian.Uint16(cmap[2:])) {
		table := cmap[binary.BigEndian.Uint32(cmap[4+8*i+4:]):]
		if binary.BigEndian.Uint16(table) != 12 {
			continue
		}
		for group := range slices.Chunk(table[16:16+12*int(binary.BigEndian.Uint32(table[12:]))], 12) {
			first, last, glyph := binary.BigEndian.Uint32(group), binary.BigEndian.Uint32(group[4:]), binary.BigEndian.Uint32(group[8:])
			for r := first; r <= last; r++ {
				f.glyphs[rune(r)] = uint16(glyph + r - first)
			}
		}
		return nil
	}
	return fmt.Errorf("%w: no character map of format 12", errFont)
}

// Has reports whether the font can draw a character.
func (f *Font) Has(r rune) bool { return f.glyphs[r] != 0 }

// Advance is the width of a character in thousandths of the size, that of the geta
// mark if the font lacks it.
func (f *Font) Advance(r rune) int {
	glyph := f.glyphs[f.shown(r)]
	at := 4 * min(int(glyph), f.metric.advances-1)
	return f.scale(int(binary.BigEndian.Uint16(f.tables["hmtx"][at:])))
}

// Ascent is the height above the baseline, in thousandths of the size.
func (f *Font) Ascent() int { return f.scale(f.metric.ascent) }

func (f *Font) scale(units int) int { return units * 1000 / f.metric.unitsPerEm }

func (f *Font) shown(r rune) rune {
	if f.Has(r) {
		return r
	}
	return Geta
}

func (f *Font) outline(glyph uint16) []byte {
	loca := f.tables["loca"][4*int(glyph):]
	return f.tables["glyf"][binary.BigEndian.Uint32(loca):binary.BigEndian.Uint32(loca[4:])]
}

// subset is what one document uses of a font. Glyphs are numbered as they come, so
// that the same text gives the same file.
type subset struct {
	*Font
	runes []rune // of glyph 1, 2, …; glyph 0 is the font's sign for nothing
	ids   map[rune]uint16
}

func (s *subset) id(r rune) uint16 {
	r = s.shown(r)
	id, known := s.ids[r]
	if !known {
		s.runes = append(s.runes, r)
		id = uint16(len(s.runes))
		s.ids[r] = id
	}
	return id
}

// file is a TrueType font of the used glyphs alone, with the tables that PDF asks for
// (ISO 32000-1, 9.9): a viewer needs no character map, for the text names glyphs.
// No glyph of these fonts is composed of others, so that outlines are copied as they are.
func (s *subset) file() []byte {
	var glyf, loca, hmtx []byte
	add := func(glyph uint16) {
		loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
		outline := s.outline(glyph)
		glyf = append(glyf, outline...)
		for len(glyf)%4 != 0 {
			glyf = append(glyf, 0)
		}
		at := 4 * min(int(glyph), s.metric.advances-1)
		hmtx = append(hmtx, s.tables["hmtx"][at:at+2]...)
		bearing := []byte{0, 0}
		if len(outline) >= 4 {
			bearing = outline[2:4] // where the outline starts
		}
		hmtx = append(hmtx, bearing...)
	}
	add(0)
	for _, r := range s.runes {
		add(s.glyphs[r])
	}
	loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
	count := uint16(len(s.runes) + 1)
	return assemble([]table{
		{"glyf", glyf},
		{"head", patched(s.tables["head"], 8, 0, 0)}, // checkSumAdjustment
		{"hhea", patched(s.tables["hhea"], 34, count)},
		{"hmtx", hmtx},
		{"loca", loca},
		{"maxp", patched(s.tables["maxp"], 4, count)},
	})
}

func patched(data []byte, at int, values ...uint16) []byte {
	data = slices.Clone(data)
	for i, v := range values {
		binary.BigEndian.PutUint16(data[at+2*i:], v)
	}
	return data
}

type table struct {
	tag  string
	data []byte
}

// assemble writes tables, sorted by tag, behind their directory.
func assemble(tables []table) []byte {
	file := binary.BigEndian.AppendUint32(nil, 0x00010000)
	for _, v := range []uint16{uint16(len(tables)), 64, 2, uint16(len(tables)*16 - 64)} { // 4 to 7 tables
		file = binary.BigEndian.AppendUint16(file, v)
	}
	at := 12 + 16*len(tables)
	head := 0
	for _, t := range tables {
		if t.tag == "head" {
			head = at
		}
		file = append(file, t.tag...)
		for _, v := range []uint32{checksum(t.data), uint32(at), uint32(len(t.data))} {
			file = binary.BigEndian.AppendUint32(file, v)
		}
		at += (len(t.data) + 3) &^ 3
	}
	for _, t := range tables {
		file = append(file, t.data...)
		for len(file)%4 != 0 {
			file = append(file, 0)
		}
	}
	binary.BigEndian.PutUint32(file[head+8:], 0xB1B0AFBA-checksum(file))
	return file
}

func checksum(data []byte) (sum uint32) {
	for word := range slices.Chunk(data, 4) {
		var padded [4]byte
		copy(padded[:], word)
		sum += binary.BigEndian.Uint32(padded[:])
	}
	return sum
}
