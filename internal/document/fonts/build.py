#!/usr/bin/env python3
"""Makes the fonts of this folder from Noto Serif CJK and Noto Sans CJK; see README.md.

usage: build.py SOURCE.ttc FAMILY OUTPUT.ttf
"""
import sys
import unicodedata
from pathlib import Path

from fontTools import subset
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTCollection, TTFont, newTable

SIMPLIFIED = 2  # the collection holds JP, KR, SC, TC and HK, in this order
ERROR = 1.0  # thousandths of an em that a quadratic curve may differ from the cubic one

# Beside the standard's characters, what offices type that GB 2312 lacks: Latin with
# its accents, dashes and quotes, symbols, and forms for full and half width.
BLOCKS = [(0x20, 0x24F), (0x2010, 0x2044), (0x2200, 0x22FF), (0x3000, 0x303F), (0xFF00, 0xFFEF)]
EXTRA = "€™℃℉№℡Ω①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳□■▲△▼▽◆◇○◎●★☆☐☑☒✓✔✗✘〇㈠㈡㈢㈣㈤㈥㈦㈧㈨㈩㎎㎏㎜㎝㎞㎡㏄㏎㏑㏒㏕︰¥¢£₂₃⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₄₅₆₇₈₉"

WIDE = [ord("—"), ord("·")]


def characters(table: Path) -> set[int]:
    """The standard's table, GB 2312, the frequent half of Big5, BLOCKS and EXTRA."""
    wanted = set(table.read_text(encoding="utf-8")) | set(EXTRA)
    for high in range(0xA1, 0xF8):
        for low in range(0xA1, 0xFF):
            wanted.update(bytes([high, low]).decode("gb2312", errors="ignore"))
    for first, last in BLOCKS:
        wanted.update(chr(c) for c in range(first, last + 1))
    for high in range(0xA4, 0xC7):
        for low in (*range(0x40, 0x7F), *range(0xA1, 0xFF)):
            wanted.update(bytes([high, low]).decode("big5", errors="ignore"))
    return {ord(c) for c in wanted if unicodedata.category(c) not in ("Cc", "Cf")}


def widen(font: TTFont) -> None:
    """Takes the wide forms of dash and middle dot, which are as wide as an ideograph."""
    gsub = font["GSUB"].table
    for feature in gsub.FeatureList.FeatureRecord:
        if feature.FeatureTag != "fwid":
            continue
        for index in feature.Feature.LookupListIndex:
            for step in gsub.LookupList.Lookup[index].SubTable:
                wide = getattr(step, "ExtSubTable", step).mapping
                for table in font["cmap"].tables:
                    if table.isUnicode() and table.format != 14:
                        for character in WIDE:
                            table.cmap[character] = wide.get(table.cmap[character], table.cmap[character])


def cut(source: str, wanted: set[int]) -> TTFont:
    font = TTCollection(source)[SIMPLIFIED]
    widen(font)
    options = subset.Options(
        layout_features=[], hinting=False, notdef_outline=True, name_IDs=[], drop_tables=["VORG", "vhea", "vmtx", "BASE", "GPOS", "GSUB", "GDEF", "DSIG"]
    )
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=wanted)
    cutter.subset(font)
    return font


def join(font: TTFont) -> None:
    """Makes the dash as long as its place, so that two are one line, as in Chinese."""
    name = font.getBestCmap()[ord("—")]
    points = font["glyf"].glyphs[name].coordinates
    ends = min(x for x, _ in points), max(x for x, _ in points)
    for i, (x, y) in enumerate(points):
        points[i] = (0 if x == ends[0] else font["hmtx"][name][0] if x == ends[1] else x, y)


def to_truetype(font: TTFont) -> None:
    order, outlines = font.getGlyphOrder(), font.getGlyphSet()
    glyf = newTable("glyf")
    glyf.glyphOrder, glyf.glyphs = order, {}
    for name in order:
        pen = TTGlyphPen(outlines)
        outlines[name].draw(Cu2QuPen(pen, ERROR, reverse_direction=True))
        glyf.glyphs[name] = pen.glyph()
    font["loca"], font["glyf"] = newTable("loca"), glyf
    del font["CFF "]
    join(font)
    for name in order:  # the left side bearing is where the outline starts
        width, _ = font["hmtx"][name]
        glyph = glyf.glyphs[name]
        glyph.recalcBounds(glyf)
        font["hmtx"][name] = (width, getattr(glyph, "xMin", 0))
    maxp = font["maxp"]
    maxp.tableVersion = 0x00010000
    for field in ("maxTwilightPoints", "maxStorage", "maxFunctionDefs", "maxInstructionDefs", "maxStackElements", "maxSizeOfInstructions"):
        setattr(maxp, field, 0)
    maxp.maxZones, maxp.maxComponentElements = 1, 0
    font["post"].formatType = 3.0
    font["head"].glyphDataFormat = 0
    font.sfntVersion = "\x00\x01\x00\x00"


def name(font: TTFont, family: str, copyright: str) -> None:
    table = font["name"]
    table.names = []
    for number, text in {
        0: copyright,
        1: family,
        2: "Regular",
        4: family,
        6: family.replace(" ", ""),
        13: "SIL Open Font License 1.1",
        14: "https://openfontlicense.org",
    }.items():
        table.setName(text, number, 3, 1, 0x409)


def main() -> None:
    source, family, output = sys.argv[1:]
    copyright = TTCollection(source)[SIMPLIFIED]["name"].getDebugName(0)
    font = cut(source, characters(Path(__file__).with_name("hanzi.txt")))
    to_truetype(font)
    name(font, family, copyright)
    font["head"].created = font["head"].modified = 3723840000  # 2022, for the same bytes on every run
    font.recalcTimestamp = False
    font.save(output)
    print(output, len(font.getGlyphOrder()), "glyphs", copyright)


main()
