package document

import (
	"math"
	"strconv"
)

// ChartKind says how a Chart draws its values.
type ChartKind int

// The kinds of charts.
const (
	Bars  ChartKind = iota // upright, a group for each category
	Rows                   // lying, a group for each category, the first on top
	Lines                  // a line for each series
)

// Chart is a picture of figures by category, as wide as the text, on one page. The
// table beside it carries the exact figures. In Word it can be restyled; there is no
// workbook of its figures behind it.
type Chart struct {
	Kind       ChartKind
	Title      string
	Unit       string // of the values, such as 亿元
	Categories []string
	Series     []Series // up to three
	Mark       *Mark    // a line across bars; Bars only
}

// Series is what is compared: a value for each category. NaN is one that isn't there.
type Series struct {
	Name   string
	Values []float64
}

// Mark is a value that all others are compared with.
type Mark struct {
	Name  string
	Value float64
}

const maxSeries = 3

func (c Chart) check() error {
	if len(c.Categories) == 0 || len(c.Series) == 0 || len(c.Series) > maxSeries {
		return invalid("图须有类别和1至%d个系列", maxSeries)
	}
	for _, s := range c.Series {
		if len(s.Values) != len(c.Categories) {
			return invalid("图的系列“%s”有%d个数,类别有%d个", s.Name, len(s.Values), len(c.Categories))
		}
		for _, v := range s.Values {
			if math.IsInf(v, 0) || math.Abs(v) > 1e15 {
				return invalid("图的系列“%s”的数过大", s.Name)
			}
		}
	}
	if c.Mark != nil && (c.Kind != Bars || math.IsNaN(c.Mark.Value) || math.IsInf(c.Mark.Value, 0)) {
		return invalid("图的标线有误")
	}
	return nil
}

// scale is the axis of values: from, to and the step between its lines, round numbers
// that hold every value and zero.
func (c Chart) scale() (from, to, step float64) {
	hold := func(v float64) {
		if !math.IsNaN(v) {
			from, to = min(from, v), max(to, v)
		}
	}
	for _, s := range c.Series {
		for _, v := range s.Values {
			hold(v)
		}
	}
	if c.Mark != nil {
		hold(c.Mark.Value)
	}
	if from == to {
		to = 1
	}
	const lines = 5
	step = round((to - from) / lines)
	return math.Floor(from/step) * step, math.Ceil(to/step) * step, step
}

// round is the next 1, 2 or 5 times a power of ten.
func round(v float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(v)))
	for _, m := range []float64{1, 2, 5} {
		if v <= m*power*(1+1e-9) {
			return m * power
		}
	}
	return 10 * power
}

// written is a value as an axis or a label shows it: at most two decimals.
func written(v float64) string {
	return strconv.FormatFloat(math.Round(v*100)/100, 'f', -1, 64)
}
