package pdf

import (
	"bytes"
	"encoding/binary"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

func font(t *testing.T) *Font {
	t.Helper()
	data, err := os.ReadFile("../fonts/song.ttf")
	if err != nil {
		t.Fatal(err)
	}
	f, err := Parse("Song", data)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestSubsetHasTheOutlinesOfItsCharacters(t *testing.T) {
	f := font(t)
	s := &subset{Font: f, ids: map[rune]uint16{}}
	want := []rune("落地A𬭎〓")
	for i, r := range want {
		if id := s.id(r); int(id) != i+1 || s.id(r) != id {
			t.Fatalf("%c is glyph %d", r, id)
		}
	}
	if s.id('龘') != 5 {
		t.Error("what the font lacks isn't the geta mark")
	}
	file := s.file()
	if checksum(file) != 0xB1B0AFBA {
		t.Errorf("the file's checksum is %X", checksum(file))
	}
	tables := map[string][]byte{}
	for i := range int(binary.BigEndian.Uint16(file[4:])) {
		record := file[12+16*i:]
		at, length := binary.BigEndian.Uint32(record[8:]), binary.BigEndian.Uint32(record[12:])
		tables[string(record[:4])] = file[at : at+length]
	}
	if n := binary.BigEndian.Uint16(tables["maxp"][4:]); n != 6 {
		t.Errorf("%d glyphs, not 6", n)
	}
	cut := &Font{tables: tables}
	for i, r := range want {
		if got, want := cut.outline(uint16(i+1)), f.outline(f.glyphs[r]); !bytes.HasPrefix(got, want) || len(got)-len(want) > 3 {
			t.Errorf("the outline of %c differs", r)
		}
		if got := int(binary.BigEndian.Uint16(tables["hmtx"][4*(i+1):])); got != f.Advance(r) {
			t.Errorf("%c is %d wide, not %d", r, got, f.Advance(r))
		}
	}
}

func TestNoGlyphIsMadeOfOthers(t *testing.T) {
	f := font(t)
	for r, glyph := range f.glyphs {
		if outline := f.outline(glyph); len(outline) > 0 && signed(outline) < 0 {
			t.Fatalf("%c is composed, and a subset would lack its parts", r)
		}
	}
}

func TestEveryObjectIsWhereTheTableSays(t *testing.T) {
	w := New("标题(1)\\", "作者", time.Date(2023, 9, 4, 8, 0, 0, 0, time.UTC))
	for range 3 {
		w.AddPage().Text(Style{Font: font(t), Size: 16, Bold: true}, 100, 100, 0, "落地")
	}
	file, err := w.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	start := regexp.MustCompile(`startxref\n(\d+)\n%%EOF\n$`).FindSubmatch(file)
	at, _ := strconv.Atoi(string(start[1]))
	if !bytes.HasPrefix(file[at:], []byte("xref\n")) {
		t.Fatal("the table isn't where the end says")
	}
	entries := regexp.MustCompile(`(\d{10}) 00000 n \n`).FindAllSubmatch(file[at:], -1)
	for i, e := range entries {
		offset, _ := strconv.Atoi(string(e[1]))
		if !strings.HasPrefix(string(file[offset:]), strconv.Itoa(i+1)+" 0 obj\n") {
			t.Errorf("object %d isn't at %d", i+1, offset)
		}
	}
	for _, number := range regexp.MustCompile(`(\d+) 0 R`).FindAllSubmatch(file, -1) {
		if n, _ := strconv.Atoi(string(number[1])); n < 1 || n > len(entries) {
			t.Errorf("there is no object %d", n)
		}
	}
}

func TestOnlyTrueTypeIsTaken(t *testing.T) {
	for _, data := range [][]byte{nil, []byte("OTTO 0123456789"), append([]byte{0, 1, 0, 0}, make([]byte, 100)...)} {
		if _, err := Parse("None", data); err == nil {
			t.Errorf("%q was taken for a font", data)
		}
	}
}
