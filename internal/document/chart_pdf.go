package document

import (
	"math"

	"luodi/internal/document/pdf"
)

// Measures of a chart, in points.
const (
	chartHeight = 210.0
	chartText   = 8.0
	chartPitch  = 10.0
	chartHead   = 34.0 // title and legend
	chartRow    = 11.0 // of one bar lying
	chartRowGap = 6.0
	chartDot    = 3.0
)

// shades are told apart in print without colours, too.
var shades = []pdf.Color{{0.11, 0.36, 0.56}, {0.62, 0.74, 0.84}, {0.80, 0.64, 0.30}}

var (
	markColor = pdf.Color{0.7, 0.1, 0.1}
	pale      = pdf.Color{0.85, 0.85, 0.85}
)

func (c Chart) height() float64 {
	if c.Kind != Rows {
		return chartHeight
	}
	return min(textHeight, chartHead+chartPitch*2+float64(len(c.Categories))*(chartRow*float64(len(c.Series))+chartRowGap))
}

func (c Chart) lead(*press) float64 { return c.height() + gap }

func (c Chart) print(p *press) {
	p.need(c.height() + gap + p.after)
	d := drawing{press: p, Chart: c, above: p.y}
	d.from, d.to, d.step = c.scale()
	d.legend()
	if c.Kind == Rows {
		d.rows()
	} else {
		d.upright()
	}
	p.y += c.height() + gap
}

// drawing is a chart on its page. Positions are in points from the paper's upper left.
type drawing struct {
	*press
	Chart
	above                 float64 // upper edge of the chart
	from, to, step        float64 // of the axis of values
	x0, y0, width, height float64 // of the field, below title and legend
}

func (d *drawing) label(x, y float64, c pdf.Color, s string) {
	f := d.text(chartText)
	d.draw(f, x, baseline(f, y, chartPitch), 0, c, s)
}

func (d *drawing) centre(x, y float64, s string) {
	d.label(x-d.text(chartText).width(s)/2, y, black, s)
}

// legend prints the title, and below it the names of the series with the unit.
func (d *drawing) legend() {
	f := d.press.heading(tiny)
	title := line(d.Title)
	d.draw(f, left+(textWidth-f.width(title))/2, baseline(f, d.above, cellPitch), 0, black, title)
	y := d.above + 19
	x := left
	if d.Unit != "" {
		unit := "单位\uff1a" + line(d.Unit)
		d.label(x, y, black, unit)
		x += d.text(chartText).width(unit) + 14
	}
	name := func(c pdf.Color, s string) {
		d.page.Fill(x, y+2, 8, 6, c)
		d.label(x+11, y, black, s)
		x += 11 + d.text(chartText).width(s) + 12
	}
	for i, s := range d.Series {
		if s.Name != "" {
			name(shades[i], line(s.Name))
		}
	}
	if d.Mark != nil {
		name(markColor, line(d.Mark.Name)+" "+written(d.Mark.Value))
	}
}

// upright draws bars or lines over an axis of categories.
func (d *drawing) upright() {
	slot, lines := 0.0, 1
	axis := 0.0
	for v := d.from; v <= d.to+d.step/2; v += d.step {
		axis = max(axis, d.text(chartText).width(written(v)))
	}
	d.x0, d.width = left+axis+6, textWidth-axis-6
	slot = d.width / float64(len(d.Categories))
	f := d.text(chartText)
	for _, c := range d.Categories {
		lines = max(lines, len(f.wrap(line(c), 0, max(slot-2, chartText))))
	}
	lines = min(lines, 3)
	d.y0 = d.above + chartHead + chartPitch
	d.height = chartHeight - chartHead - chartPitch*float64(lines+1) - 4
	for v := d.from; v <= d.to+d.step/2; v += d.step {
		y := d.at(v)
		d.page.Line(d.x0, y, d.x0+d.width, y, thin, pale)
		s := written(v)
		d.label(d.x0-4-f.width(s), y-chartPitch/2, black, s)
	}
	for i, c := range d.Categories {
		for n, l := range f.wrap(line(c), 0, max(slot-2, chartText)) {
			if n < lines {
				d.centre(d.x0+slot*(float64(i)+0.5), d.y0+d.height+3+chartPitch*float64(n), l.text)
			}
		}
	}
	if d.Kind == Lines {
		d.lines(slot)
	} else {
		d.bars(slot)
	}
	d.page.Line(d.x0, d.at(0), d.x0+d.width, d.at(0), thin, black)
	if d.Mark != nil {
		d.page.Line(d.x0, d.at(d.Mark.Value), d.x0+d.width, d.at(d.Mark.Value), 1, markColor)
	}
}

// at is where a value lies over the paper's upper edge.
func (d *drawing) at(v float64) float64 {
	return d.y0 + d.height*(d.to-v)/(d.to-d.from)
}

// labelled reports whether the values have room for their labels, each as wide as it is.
func (d *drawing) labelled(room float64) bool {
	for _, s := range d.Series {
		for _, v := range s.Values {
			if !math.IsNaN(v) && d.text(chartText).width(written(v)) > room {
				return false
			}
		}
	}
	return true
}

func (d *drawing) bars(slot float64) {
	thick := min(slot*0.7/float64(len(d.Series)), 26)
	labelled := d.labelled(thick + 2)
	for n, s := range d.Series {
		for i, v := range s.Values {
			if math.IsNaN(v) {
				continue
			}
			x := d.x0 + slot*(float64(i)+0.5) + thick*(float64(n)-float64(len(d.Series))/2)
			y, foot := min(d.at(v), d.at(0)), max(d.at(v), d.at(0))
			d.page.Fill(x, y, thick*0.94, foot-y, shades[n])
			if labelled {
				d.centre(x+thick*0.47, y-chartPitch, written(v))
			}
		}
	}
}

func (d *drawing) lines(slot float64) {
	labelled := len(d.Series) == 1 && d.labelled(slot)
	for n, s := range d.Series {
		for i, v := range s.Values {
			if math.IsNaN(v) {
				continue
			}
			x := d.x0 + slot*(float64(i)+0.5)
			if i > 0 && !math.IsNaN(s.Values[i-1]) {
				d.page.Line(x-slot, d.at(s.Values[i-1]), x, d.at(v), 1.2, shades[n])
			}
			d.page.Fill(x-chartDot/2, d.at(v)-chartDot/2, chartDot, chartDot, shades[n])
			if labelled {
				d.centre(x, d.at(v)-chartPitch-2, written(v))
			}
		}
	}
}

// rows draws lying bars, each with its value at its end.
func (d *drawing) rows() {
	f := d.text(chartText)
	names := 0.0
	for _, c := range d.Categories {
		names = max(names, f.width(line(c)))
	}
	names = min(names, textWidth/3)
	d.x0 = left + names + 6
	d.width = textWidth - names - 6 - 40
	place := func(v float64) float64 { return d.x0 + d.width*(v-d.from)/(d.to-d.from) }
	y := d.above + chartHead
	group := (d.Chart.height() - chartHead - chartPitch) / float64(len(d.Categories))
	for i, c := range d.Categories {
		if l := f.wrap(line(c), 0, names+1); len(l) > 0 {
			d.label(d.x0-6-l[0].width, y+(group-chartPitch)/2, black, l[0].text)
		}
		thick := (group - chartRowGap) / float64(len(d.Series))
		for n, s := range d.Series {
			v := s.Values[i]
			if math.IsNaN(v) {
				continue
			}
			top := y + chartRowGap/2 + thick*float64(n)
			from, to := min(place(0), place(v)), max(place(0), place(v))
			d.page.Fill(from, top, to-from, thick*0.94, shades[n])
			d.label(to+3, top+(thick-chartPitch)/2, black, written(v))
		}
		y += group
	}
	d.page.Line(place(0), d.above+chartHead, place(0), y, thin, black)
}
