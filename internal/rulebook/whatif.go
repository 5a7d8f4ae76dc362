package rulebook

import "fmt"

// Answer is what one figure would have to be for a better rank.
type Answer struct {
	Unit, Figure     string
	From, To         Num // the figure
	Steps            int
	Rank, NextRank   Num
	Total, NextTotal Num
	Measure          Measure
	Reached          bool
}

// maxSteps bounds the search for a better rank.
const maxSteps = 100_000

// NextRank tells how many steps a unit's figure must grow for a better rank, all else
// being equal: "how many more started projects?" The figure is a metric, reported or
// counted; the smallest number is found by trying 1, 2, 4 … and then halving, which
// is right when more of the figure never makes the rank worse.
func (f *Facts) NextRank(unit, figure, step string) (*Answer, Findings) {
	l := &findings{file: f.book.File}
	u := f.Place(unit)
	m := f.book.metric(figure)
	if u < 0 {
		l.errorf(Pos{}, "unit_unknown", "没有单位“%s”%s", unit, suggestion(unit, f.unitNames()))
	}
	if m == nil || m.Table != nil || m.Value.Type != Number {
		l.errorf(Pos{}, "figure_unknown", "细则中没有按单位计的量“%s”", figure)
	}
	if l.list.Failed() {
		return nil, l.list
	}
	size, p := parseFigure(step, m.Value.Measure, f.book.words)
	if p != nil || size.Sign() == 0 {
		l.errorf(Pos{}, "number_expected", "每步“%s”应是不为零的数", step)
		return nil, l.list
	}
	now, found := f.Score()
	if now == nil {
		return nil, found
	}
	a := &Answer{Unit: unit, Figure: figure, From: now.Metric(m, u), Rank: now.Rank(u), Total: now.Total(u), Measure: m.Value.Measure}
	if a.From.Fault() != nil {
		a.From = Int(0)
	}
	try := func(steps int) *Scores {
		r := newRun(f)
		r.fix(m.Value, u, a.From.Add(size.Mul(Int(int64(steps)))))
		s, _ := f.score(r)
		return s
	}
	better := func(s *Scores) bool { return s != nil && s.Rank(u).Cmp(a.Rank) < 0 }
	a.search(try, better)
	a.To = a.From.Add(size.Mul(Int(int64(a.Steps))))
	if s := try(a.Steps); a.Reached && s != nil {
		a.NextRank, a.NextTotal = s.Rank(u), s.Total(u)
	}
	return a, nil
}

// search finds the smallest number of steps that helps.
func (a *Answer) search(try func(int) *Scores, better func(*Scores) bool) {
	if a.Rank.Cmp(Int(1)) <= 0 {
		return
	}
	low, high := 0, 1
	for !better(try(high)) {
		if low, high = high, high*2; high > maxSteps {
			return
		}
	}
	for high-low > 1 {
		if mid := (low + high) / 2; better(try(mid)) {
			high = mid
		} else {
			low = mid
		}
	}
	a.Steps, a.Reached = high, true
}

// String is the answer in Chinese.
func (a *Answer) String() string {
	if a.Rank.Cmp(Int(1)) <= 0 {
		return fmt.Sprintf("%s已是第1名", a.Unit)
	}
	if !a.Reached {
		return fmt.Sprintf("%s现为第%s名:只增加“%s”到不了更高的名次", a.Unit, a.Rank, a.Figure)
	}
	word := suffix(a.Measure)
	return fmt.Sprintf("%s现为第%s名、%s分:“%s”由%s%s增至%s%s(%d步),其余不变,升至第%s名、%s分",
		a.Unit, a.Rank, a.Total, a.Figure, a.Measure.show(a.From), word, a.Measure.show(a.To), word, a.Steps, a.NextRank, a.NextTotal)
}
