package workbook

import "luodi/internal/rulebook"

// fixedFigure is a verified figure of a unit.
type fixedFigure struct {
	unit              int
	metric            *rulebook.Metric
	verified, counted rulebook.Num
}

// exactPlaces are as many as a spreadsheet means.
const exactPlaces = 15

// findFixed lists what is fixed, unit by unit. A book with a table of the sheet's name
// keeps that name for it.
func (b *book) findFixed() {
	if b.rules.Table(fixedSheet) != nil {
		return
	}
	for _, u := range b.s.Order() {
		for _, m := range b.rules.Metrics {
			if n, counted, ok := b.s.FixedAt(m, u); ok {
				b.fixed = append(b.fixed, fixedFigure{u, m, n, counted})
			}
		}
	}
	if len(b.fixed) > 0 {
		b.names[fixedSheet] = true
	}
}

// fixedRows writes verified figures beside what the records gave, so that the workbook
// can be read back with them. Numbers are texts: as exact as they are.
func (b *book) fixedRows() error {
	if len(b.fixed) == 0 {
		return nil
	}
	return b.rowsTo(fixedSheet, 6, func(put func([]any) error) error {
		if err := put([]any{b.head("单位"), b.head("量"), b.head("计量"), b.head("核定数"), b.head("台账计得"), b.head("依据")}); err != nil {
			return err
		}
		for _, x := range b.fixed {
			unit := b.s.Facts.Units[x.unit].Name
			row := []any{unit, x.metric.Name, x.metric.Unit(), x.write(x.verified), x.write(x.counted)}
			for _, why := range b.s.Facts.Evidence(x.unit, x.metric.Name) {
				row = append(row, why)
			}
			if err := put(row); err != nil {
				return err
			}
		}
		return nil
	})
}

// write is a number in the metric's own measure.
func (x fixedFigure) write(n rulebook.Num) string {
	if f := n.Fault(); f != nil {
		return f.Message()
	}
	if x.metric.Value.Kind == rulebook.Percent {
		n = n.Mul(rulebook.Int(100))
	}
	return n.Decimal(exactPlaces)
}
