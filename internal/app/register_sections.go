package app

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"luodi/internal/bulletin"
	"luodi/internal/calendar"
	"luodi/internal/money"
	"luodi/internal/register"
)

// RegisterSections are the tables that registers add to a bulletin: entries as they were
// known at a moment, with what the cube counted for the projects that name them.
type RegisterSections struct {
	Reads Reads
}

// brought adds up what was counted under each of an entry's names.
func brought(cube *bulletin.Cube, kind string, names []string) (b bulletin.Brought) {
	for _, name := range names {
		x := cube.Tags[bulletin.Tag{Kind: kind, Name: name}]
		if x == nil {
			continue
		}
		b.Month.Count, b.Month.Amount = b.Month.Count+x.Month.Count, b.Month.Amount+x.Month.Amount
		for i := range b.Steps {
			b.Steps[i].Count, b.Steps[i].Amount = b.Steps[i].Count+x.Steps[i].Count, b.Steps[i].Amount+x.Steps[i].Amount
		}
	}
	return b
}

// Sections implements RegisterFigures.
func (r RegisterSections) Sections(ctx context.Context, cube *bulletin.Cube, year int, cutoff calendar.Date, knownAt time.Time) ([]bulletin.Section, error) {
	entries := map[register.Kind][]register.Entry{}
	for _, kind := range register.Kinds {
		list, err := r.Reads.RegisterAsOf(ctx, kind, knownAt)
		if err != nil {
			return nil, err
		}
		entries[kind] = slices.DeleteFunc(list, func(e register.Entry) bool { return e.Closed })
	}
	span := during{year: year, cutoff: cutoff}
	return []bulletin.Section{
		chainSection(cube, entries[register.Chains]), span.teams(cube, entries[register.Teams]),
		span.ambassadors(cube, entries[register.Ambassadors]), span.events(cube, entries[register.Events]),
	}, nil
}

// during is the year to the cut-off.
type during struct {
	year   int
	cutoff calendar.Date
}

func (d during) has(on calendar.Date) bool { return on.Year == d.year && !on.After(d.cutoff) }

func (d during) inMonth(on calendar.Date) bool { return d.has(on) && on.Month == d.cutoff.Month }

func words(key, title string) bulletin.Column { return bulletin.Column{Key: key, Title: title} }

func figure(key, title, unit string) bulletin.Column {
	return bulletin.Column{Key: key, Title: title, Unit: unit, Number: true}
}

// sortable is a row: the largest amount comes first.
type sortable struct {
	amount money.Amount
	name   string
	cells  []string
}

func rowsOf(list []sortable) [][]string {
	slices.SortFunc(list, func(a, b sortable) int {
		return cmp.Or(cmp.Compare(b.amount, a.amount), cmp.Compare(a.name, b.name))
	})
	out := make([][]string, len(list))
	for i, x := range list {
		out[i] = x.cells
	}
	return out
}

func chainSection(cube *bulletin.Cube, entries []register.Entry) bulletin.Section {
	s := bulletin.Section{Key: "chains", Title: "产业链招商情况", Note: "按当年累计签约项目统计;链长、链主、链创以登记簿为准。", Columns: []bulletin.Column{
		words("chain", "产业链"), words("head", "链长"), words("leader", "链主"), words("innovator", "链创"), figure("signed", "签约", "个"), figure("amount", "金额", "万元"),
		figure("landed", "落地", "个"), figure("started", "开工", "个"), figure("in_statistics", "入库", "个"), figure("in_production", "投产", "个"),
	}}
	var rows []sortable
	known := map[string]bool{}
	add := func(name string, c register.Chain, b bulletin.Brought) {
		cells := []string{name, c.Head, c.Leader, c.Innovator, fmt.Sprint(b.Steps[0].Count), b.Steps[0].Amount.String()}
		for _, x := range b.Steps[1:] {
			cells = append(cells, fmt.Sprint(x.Count))
		}
		rows = append(rows, sortable{b.Steps[0].Amount, name, cells})
	}
	for _, e := range entries {
		for _, name := range e.Names() {
			known[name] = true
		}
		add(e.Name, *e.Chain, brought(cube, bulletin.TagChain, e.Names()))
	}
	for tag := range cube.Tags {
		if tag.Kind == bulletin.TagChain && !known[tag.Name] {
			add(tag.Name+"(未登记)", register.Chain{}, brought(cube, bulletin.TagChain, []string{tag.Name}))
		}
	}
	s.Rows = rowsOf(rows)
	return s
}

// teams are those that went out or brought something.
func (d during) teams(cube *bulletin.Cube, entries []register.Entry) bulletin.Section {
	s := bulletin.Section{Key: "teams", Title: "驻外招商专班情况", Columns: []bulletin.Column{
		words("team", "专班"), words("place", "驻地"), figure("month_trips", "当月外出", "批次"), figure("trips", "累计外出", "批次"),
		figure("signed", "累计签约", "个"), figure("amount", "签约金额", "万元"),
	}}
	signed := map[string]bulletin.Tally{}
	for place, sums := range cube.Places {
		t := signed[place.Team]
		x := sums.Tallies[bulletin.InYear][0]
		signed[place.Team] = bulletin.Tally{Count: t.Count + x.Count, Amount: t.Amount + x.Amount}
	}
	var rows []sortable
	trips := 0
	for _, e := range entries {
		var sum bulletin.Tally
		for _, name := range e.Names() {
			sum.Count, sum.Amount = sum.Count+signed[name].Count, sum.Amount+signed[name].Amount
		}
		month, year := 0, 0
		for _, t := range e.Team.Trips {
			if d.has(t.On) {
				year++
			}
			if d.inMonth(t.On) {
				month++
			}
		}
		trips += year
		if year > 0 || sum.Count > 0 {
			rows = append(rows, sortable{sum.Amount, e.Name, []string{e.Name, e.Team.Place, fmt.Sprint(month), fmt.Sprint(year), fmt.Sprint(sum.Count), sum.Amount.String()}})
		}
	}
	s.Rows = rowsOf(rows)
	s.Note = fmt.Sprintf("登记专班%d个,本年累计外出%d批次。", len(entries), trips)
	return s
}

// ambassadors are those that recommended or brought something.
func (d during) ambassadors(cube *bulletin.Cube, entries []register.Entry) bulletin.Section {
	s := bulletin.Section{Key: "ambassadors", Title: "招商大使情况", Columns: []bulletin.Column{
		words("ambassador", "招商大使"), words("title", "职务"), figure("leads", "本年推介", "条"), figure("signed", "累计签约", "个"), figure("amount", "签约金额", "万元"), figure("landed", "落地", "个"),
	}}
	var rows []sortable
	for _, e := range entries {
		b := brought(cube, bulletin.TagAmbassador, e.Names())
		leads := 0
		for _, l := range e.Ambassador.Leads {
			if d.has(l.On) {
				leads++
			}
		}
		if leads > 0 || b.Steps[0].Count > 0 {
			rows = append(rows, sortable{b.Steps[0].Amount, e.Name, []string{e.Name, e.Ambassador.Title, fmt.Sprint(leads), fmt.Sprint(b.Steps[0].Count), b.Steps[0].Amount.String(), fmt.Sprint(b.Steps[1].Count)}})
		}
	}
	s.Rows = rowsOf(rows)
	s.Note = fmt.Sprintf("在聘招商大使%d名。", len(entries))
	return s
}

// events are those of the year that have begun, the latest first.
func (d during) events(cube *bulletin.Cube, entries []register.Entry) bulletin.Section {
	s := bulletin.Section{Key: "events", Title: "招商活动签约情况", Note: "按签约日期在本年内、截止日前的项目统计。", Columns: []bulletin.Column{
		words("event", "活动"), words("on", "日期"), words("city", "城市"), figure("month", "当月签约", "个"), figure("signed", "累计签约", "个"), figure("amount", "签约金额", "万元"),
	}}
	slices.SortFunc(entries, func(a, b register.Entry) int {
		return cmp.Or(b.Event.From.Compare(a.Event.From), cmp.Compare(a.Name, b.Name))
	})
	for _, e := range entries {
		b := brought(cube, bulletin.TagEvent, e.Names())
		if d.has(e.Event.From) || b.Steps[0].Count > 0 {
			s.Rows = append(s.Rows, []string{e.Name, e.Event.From.String(), e.Event.City, fmt.Sprint(b.Month.Count), fmt.Sprint(b.Steps[0].Count), b.Steps[0].Amount.String()})
		}
	}
	if s.Rows == nil {
		s.Rows = [][]string{}
	}
	return s
}
