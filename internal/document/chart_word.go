package document

import (
	"fmt"
	"math"
	"strconv"

	"luodi/internal/document/pdf"
)

const (
	drawingSpace = `xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"`
	chartSpace   = `xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"`
	placeSpace   = `xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"`
	chartType    = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/chart"
	chartContent = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
)

// emu are English Metric Units, DrawingML's.
func emu(points float64) int { return int(math.Round(points * 12700)) }

// write sets the chart in a line of its own; the chart itself is a part of the package.
func (c Chart) write(m *markup) {
	n := len(m.charts) + 1
	m.charts = append(m.charts, c.part())
	fmt.Fprintf(m, `<w:p><w:pPr><w:pStyle w:val="Normal"/>%s<w:spacing w:line="240" w:lineRule="auto"/></w:pPr><w:r><w:drawing>`+
		`<wp:inline %s distT="0" distB="0" distL="0" distR="0"><wp:extent cx="%d" cy="%d"/><wp:docPr id="%d" name="图%d" descr="`,
		keepNext(m.after), placeSpace, emu(textWidth), emu(c.height()), n, n)
	m.text(line(c.Title))
	fmt.Fprintf(m, `"/><wp:cNvGraphicFramePr/><a:graphic %s><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/chart">`+
		`<c:chart %s r:id="chart%d"/></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>`+"\n", drawingSpace, chartSpace, n)
	m.paragraph("Gap", "", keepNext(m.after))
}

// part is the chart's XML, with its figures as literals: it needs no workbook.
func (c Chart) part() []byte {
	m := &markup{}
	m.WriteString(xmlHeader + `<c:chartSpace ` + chartSpace + " " + drawingSpace + " " + relations + `><c:roundedCorners val="0"/><c:chart><c:title><c:tx><c:rich><a:bodyPr/><a:p>`)
	m.run(1050, c.title())
	m.WriteString(`</a:p></c:rich></c:tx><c:overlay val="0"/></c:title><c:autoTitleDeleted val="0"/><c:plotArea><c:layout/>`)
	c.plot(m)
	m.WriteString(`</c:plotArea><c:legend><c:legendPos val="t"/><c:overlay val="0"/></c:legend><c:plotVisOnly val="1"/><c:dispBlanksAs val="gap"/></c:chart>` +
		`<c:txPr><a:bodyPr/><a:p><a:pPr><a:defRPr sz="800"/></a:pPr><a:endParaRPr lang="zh-CN"/></a:p></c:txPr></c:chartSpace>`)
	return m.Bytes()
}

func (c Chart) title() string {
	if c.Unit == "" {
		return line(c.Title)
	}
	return line(c.Title) + "\uff08" + line(c.Unit) + "\uff09"
}

func (m *markup) run(size int, s string) {
	fmt.Fprintf(m, `<a:r><a:rPr lang="zh-CN" sz="%d" b="0"/><a:t>`, size)
	m.text(s)
	m.WriteString(`</a:t></a:r>`)
}

// plot is the kind's own part, then the mark's line, then the axes.
func (c Chart) plot(m *markup) {
	const axes = `<c:axId val="1"/><c:axId val="2"/>`
	switch c.Kind {
	case Lines:
		m.WriteString(`<c:lineChart><c:grouping val="standard"/><c:varyColors val="0"/>`)
		for i, s := range c.Series {
			c.series(m, i, s, srgb(shades[i]))
		}
		m.WriteString(`<c:marker val="1"/>` + axes + `</c:lineChart>`)
	case Bars, Rows:
		direction := map[ChartKind]string{Bars: "col", Rows: "bar"}[c.Kind]
		m.WriteString(`<c:barChart><c:barDir val="` + direction + `"/><c:grouping val="clustered"/><c:varyColors val="0"/>`)
		for i, s := range c.Series {
			c.series(m, i, s, srgb(shades[i]))
		}
		m.WriteString(`<c:gapWidth val="60"/>` + axes + `</c:barChart>`)
	}
	if c.Mark != nil {
		values := make([]float64, len(c.Categories))
		for i := range values {
			values[i] = c.Mark.Value
		}
		m.WriteString(`<c:lineChart><c:grouping val="standard"/><c:varyColors val="0"/>`)
		c.series(m, len(c.Series), Series{c.Mark.Name, values}, srgb(markColor))
		m.WriteString(axes + `</c:lineChart>`)
	}
	order, at, across := "minMax", "b", "l"
	if c.Kind == Rows { // the first on top, as in the PDF
		order, at, across = "maxMin", "l", "t"
	}
	fmt.Fprintf(m, `<c:catAx><c:axId val="1"/><c:scaling><c:orientation val="%s"/></c:scaling><c:delete val="0"/><c:axPos val="%s"/><c:numFmt formatCode="General" sourceLinked="0"/>`+
		`<c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="low"/><c:crossAx val="2"/></c:catAx>`, order, at)
	fmt.Fprintf(m, `<c:valAx><c:axId val="2"/><c:scaling><c:orientation val="minMax"/></c:scaling><c:delete val="0"/><c:axPos val="%s"/><c:majorGridlines><c:spPr><a:ln w="3175"><a:solidFill><a:srgbClr val="CCCCCC"/></a:solidFill></a:ln></c:spPr></c:majorGridlines>`+
		`<c:numFmt formatCode="General" sourceLinked="0"/><c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/><c:crossAx val="1"/></c:valAx>`, across)
}

func (c Chart) series(m *markup, i int, s Series, color string) {
	fmt.Fprintf(m, `<c:ser><c:idx val="%d"/><c:order val="%d"/><c:tx><c:v>`, i, i)
	m.text(line(s.Name))
	m.WriteString(`</c:v></c:tx><c:spPr>`)
	drawn := c.Kind == Lines || i >= len(c.Series)
	if drawn {
		fmt.Fprintf(m, `<a:ln w="15875"><a:solidFill><a:srgbClr val="%s"/></a:solidFill></a:ln></c:spPr>`, color)
		if i >= len(c.Series) {
			m.WriteString(`<c:marker><c:symbol val="none"/></c:marker>`)
		}
	} else {
		fmt.Fprintf(m, `<a:solidFill><a:srgbClr val="%s"/></a:solidFill></c:spPr><c:invertIfNegative val="0"/>`, color)
	}
	fmt.Fprintf(m, `<c:cat><c:strLit><c:ptCount val="%d"/>`, len(c.Categories))
	for n, name := range c.Categories {
		fmt.Fprintf(m, `<c:pt idx="%d"><c:v>`, n)
		m.text(line(name))
		m.WriteString(`</c:v></c:pt>`)
	}
	fmt.Fprintf(m, `</c:strLit></c:cat><c:val><c:numLit><c:formatCode>General</c:formatCode><c:ptCount val="%d"/>`, len(s.Values))
	for n, v := range s.Values {
		if !math.IsNaN(v) {
			fmt.Fprintf(m, `<c:pt idx="%d"><c:v>%s</c:v></c:pt>`, n, strconv.FormatFloat(v, 'f', -1, 64))
		}
	}
	m.WriteString(`</c:numLit></c:val>`)
	if drawn {
		m.WriteString(`<c:smooth val="0"/>`)
	}
	m.WriteString(`</c:ser>`)
}

func srgb(c pdf.Color) string {
	return fmt.Sprintf("%02X%02X%02X", int(c[0]*255+0.5), int(c[1]*255+0.5), int(c[2]*255+0.5))
}
