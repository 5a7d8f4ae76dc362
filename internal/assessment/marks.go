package assessment

import (
	"math/big"
	"slices"

	"luodi/internal/rulebook"
)

// Spread is how the judges' marks for one unit on one topic lie (评分离散情况).
type Spread struct {
	Topic    string      `json:"topic"`
	UnitID   string      `json:"unit_id"`
	UnitName string      `json:"unit_name"`
	Count    int         `json:"count"`
	Owed     int         `json:"owed" doc:"judges who have not marked it"`
	Mean     string      `json:"mean,omitempty"`
	Lowest   string      `json:"lowest,omitempty"`
	Highest  string      `json:"highest,omitempty"`
	Marks    []SpreadOne `json:"marks"`
}

// SpreadOne is one judge's mark; Outlier is one that lies further from the mean of the
// others than outlierGap.
type SpreadOne struct {
	Judge   string `json:"judge" doc:"name"`
	Panel   string `json:"panel,omitempty"`
	Mark    string `json:"mark"`
	Outlier bool   `json:"outlier"`
}

// outlierGap is how many points a mark may differ from the mean of the other judges'
// before it's flagged; that needs three marks at least.
const outlierGap = 15

// Spreads are the marks by topic and unit, in the order of the book and of the units.
func (s State) Spreads() []Spread {
	out := []Spread{}
	for _, t := range s.Plan.Book.Topics {
		for _, m := range s.Active() {
			if !slices.Contains(t.Groups, m.Group) {
				continue
			}
			out = append(out, s.spread(t.Name, m))
		}
	}
	return out
}

func (s State) spread(topic string, m Member) Spread {
	x := Spread{Topic: topic, UnitID: m.UnitID, UnitName: m.Name, Marks: []SpreadOne{}}
	var values []rulebook.Num
	for _, j := range s.Plan.Judges {
		if !slices.Contains(j.Topics, topic) || j.UnitID == m.UnitID {
			continue
		}
		i := slices.IndexFunc(s.Marks, func(k Mark) bool { return k.Judge == j.UserID && k.Topic == topic && k.Unit == m.UnitID })
		if i < 0 {
			x.Owed++
			continue
		}
		v, _ := rulebook.ParseNum(s.Marks[i].Mark)
		values = append(values, v)
		x.Marks = append(x.Marks, SpreadOne{Judge: j.Name, Panel: j.Panel, Mark: s.Marks[i].Mark})
	}
	x.Count = len(values)
	if x.Count == 0 {
		return x
	}
	total, low, high := rulebook.Int(0), values[0], values[0]
	for _, v := range values {
		total = total.Add(v)
		if v.Cmp(low) < 0 {
			low = v
		}
		if v.Cmp(high) > 0 {
			high = v
		}
	}
	x.Mean, x.Lowest, x.Highest = total.Div(rulebook.Int(int64(x.Count))).Decimal(2), low.Decimal(2), high.Decimal(2)
	if x.Count < 3 {
		return x
	}
	for i, v := range values {
		others := total.Sub(v).Div(rulebook.Int(int64(x.Count - 1)))
		gap := new(big.Rat).Abs(v.Sub(others).Rat())
		x.Marks[i].Outlier = gap.Cmp(big.NewRat(outlierGap, 1)) > 0
	}
	return x
}

// MarkOf is a unit with the mark that a judge has given it; "" for none.
type MarkOf struct {
	Member Member
	Mark   string
}

// MarkedBy are the units that a judge marks on a topic, with the marks given so far.
func (s State) MarkedBy(j Judge, topic string) []MarkOf {
	var out []MarkOf
	for _, m := range s.Active() {
		if !s.Plan.Book.marks(topic, m.Group) || m.UnitID == j.UnitID {
			continue
		}
		x := MarkOf{Member: m}
		for _, k := range s.Marks {
			if k.Judge == j.UserID && k.Topic == topic && k.Unit == m.UnitID {
				x.Mark = k.Mark
			}
		}
		out = append(out, x)
	}
	return out
}
