package document

// row is a row of a table, its cells broken into lines.
type row struct {
	face  face
	cells [][]wrapped
	aside []Align // of each cell
}

// lines is the height of a row in lines.
func (r row) lines() int {
	most := 1
	for _, c := range r.cells {
		most = max(most, len(c))
	}
	return most
}

func height(lines int) float64 { return float64(lines)*cellPitch + 2*cellAbove }

func (t Table) row(f face, texts []string, align func(Column) Align) row {
	r := row{face: f}
	for i, width := range t.widths() {
		var cell []wrapped
		if i < len(texts) {
			for _, s := range paragraphs(texts[i]) {
				cell = append(cell, f.wrap(s, 0, max(width-2*cellSide, f.size))...)
			}
		}
		r.cells = append(r.cells, cell)
		r.aside = append(r.aside, align(t.Columns[i]))
	}
	return r
}

func (t Table) headRow(p *press) row {
	return t.row(p.heading(tiny), t.titles(), func(Column) Align { return Center })
}

func (t Table) bodyRow(p *press, texts []string) row {
	return t.row(p.text(tiny), texts, func(c Column) Align { return c.Align })
}

// whole reports whether a row of so many lines stays on one page: up to half of it.
func whole(lines int) bool { return height(lines) <= textHeight/2 }

func (t Table) print(p *press) {
	sheet := tablePress{press: p, widths: t.widths()}
	head := t.headRow(p)
	tall := !whole(head.lines()) // too tall to be repeated
	if t.titled() && !tall {
		sheet.head = &head
	}
	p.need(t.lead(p))
	sheet.begin()
	if t.titled() && tall {
		sheet.print(head, 0)
	}
	for i, texts := range t.Rows {
		after := 0.0
		if i == len(t.Rows)-1 && p.after > 0 {
			after = p.after + gap
		}
		sheet.print(t.bodyRow(p, texts), after)
	}
	p.y += gap
}

// lead is the head and as much of the first row as must stay with it.
func (t Table) lead(p *press) float64 {
	sum := 0.0
	first := func(r row) float64 {
		if whole(r.lines()) {
			return height(r.lines())
		}
		return height(2)
	}
	if t.titled() {
		sum += first(t.headRow(p))
	}
	if len(t.Rows) > 0 {
		sum += first(t.bodyRow(p, t.Rows[0]))
	}
	return sum
}

// tablePress prints the rows of one table.
type tablePress struct {
	*press
	widths []float64
	head   *row // on every page
}

func (p *tablePress) begin() {
	if p.head != nil {
		p.part(*p.head, 0, p.head.lines())
	}
}

// print prints a row, on one page if it can, else cut between lines. A row that isn't
// cut leaves room for what comes after it.
func (p *tablePress) print(r row, after float64) {
	all := r.lines()
	fits := func() int { return int((p.room() - 2*cellAbove) / cellPitch) }
	if whole(all) && height(all)+after > p.room() || fits() < min(all, 2) {
		p.next()
	}
	for from := 0; from < all; {
		to := min(all, from+max(fits(), 1))
		p.part(r, from, to)
		if from = to; from < all {
			p.next()
		}
	}
}

func (p *tablePress) next() {
	p.feed()
	p.begin()
}

// part prints some lines of a row, in the middle of its cells if that is all of them.
func (p *tablePress) part(r row, from, to int) {
	below := p.y + height(to-from)
	p.page.Line(left, p.y, right, p.y, thin, black)
	x := left
	for i, cell := range r.cells {
		p.page.Line(x, p.y, x, below, thin, black)
		y := p.y + cellAbove
		if from == 0 && to == r.lines() {
			y += float64(to-len(cell)) * cellPitch / 2
		}
		width := p.widths[i] - 2*cellSide
		for _, l := range cell[min(from, len(cell)):min(to, len(cell))] {
			at, spacing := x+cellSide, 0.0
			switch r.aside[i] {
			case Center:
				at += (width - l.width) / 2
			case End:
				at += width - l.width
			case Start:
				spacing = l.spread(width, r.face.size)
			}
			p.draw(r.face, at, baseline(r.face, y, cellPitch), spacing, black, l.text)
			y += cellPitch
		}
		x += p.widths[i]
	}
	p.page.Line(right, p.y, right, below, thin, black)
	p.page.Line(left, below, right, below, thin, black)
	p.y = below
}
