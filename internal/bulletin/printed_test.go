package bulletin

import (
	"fmt"
	"math/big"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"luodi/internal/calendar"
)

// published is a case file: inputs and results taken from a public bulletin.
type published struct {
	Cases []struct {
		ID       string               `yaml:"id"`
		Inputs   map[string]yaml.Node `yaml:"inputs"`
		Expected []struct {
			Field     string    `yaml:"field"`
			Value     yaml.Node `yaml:"value"`
			Published yaml.Node `yaml:"published"`
			Verified  bool      `yaml:"verified"`
		} `yaml:"expected"`
	} `yaml:"cases"`
}

func publishedCase(t *testing.T, file, id string) (inputs map[string]yaml.Node, expected map[string]yaml.Node) {
	t.Helper()
	data, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	var p published
	if err := yaml.Unmarshal(data, &p); err != nil {
		t.Fatal(err)
	}
	for _, c := range p.Cases {
		if c.ID != id {
			continue
		}
		expected = map[string]yaml.Node{}
		for _, e := range c.Expected {
			if _, twice := expected[e.Field]; twice {
				t.Fatalf("%s twice", e.Field)
			}
			expected[e.Field] = e.Published
			if e.Published.Kind == 0 {
				expected[e.Field] = e.Value
			}
		}
		return c.Inputs, expected
	}
	t.Fatalf("no case %s in %s", id, file)
	return nil, nil
}

func decoded[T any](t *testing.T, n yaml.Node) T {
	t.Helper()
	var v T
	if err := n.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

const (
	b01 = "b01_luan_2022_q3.yaml"
	b03 = "b03_panzhihua_2006_jan_oct.yaml"
)

// counties gives a printed column under the names "column/county", and the names.
func counties(t *testing.T, in map[string]yaml.Node, columns ...string) (given map[string]string, names map[string][]string) {
	given, names = map[string]string{}, map[string][]string{}
	for _, column := range columns {
		node := in[column]
		for i := 0; i < len(node.Content); i += 2 {
			name := column + "/" + node.Content[i].Value
			given[name] = node.Content[i+1].Value
			names[column] = append(names[column], name)
		}
	}
	return given, names
}

func TestLuansSumsComeOut(t *testing.T) {
	in, want := publishedCase(t, b01, "sums")
	given, names := counties(t, in, "signed", "signed5", "signed10", "started", "trips")
	table := Table{Given: given}
	for field, column := range map[string]string{"亿元以上签约": "signed", "5亿元以上签约": "signed5", "10亿元以上签约": "signed10", "开工": "started", "外出招商批次": "trips"} {
		table.Statements = append(table.Statements, Statement{Where: field, Printed: want[field].Value, Kind: Sum, Of: names[column]})
		delete(want, field)
	}
	for _, field := range []struct{ printed, column string }{{"5亿以上签约", "signed5"}, {"10亿以上签约", "signed10"}} {
		i := slices.IndexFunc(table.Statements, func(s Statement) bool { return s.Of[0] == names[field.column][0] })
		table.Statements[i].Printed = want[field.printed].Value
		delete(want, field.printed)
	}
	given["全市签约"], given["全市开工"] = "344", "285"
	rate := Statement{Where: "全市开工率", Printed: want["全市开工率"].Value, Kind: Share, Of: []string{"全市开工", "全市签约"}, Digits: 1}
	table.Statements = append(table.Statements, rate)
	delete(want, "全市开工率")
	if found := table.Check(); len(found) > 0 {
		t.Error(found)
	}
	ranks := decoded[map[string]int](t, want["签约名次"])
	delete(want, "签约名次")
	placed := Ranks(names["signed"], func(n string) *big.Rat { return number(given[n]) })
	for _, p := range placed {
		if name := strings.TrimPrefix(p.Name, "signed/"); ranks[name] != p.Rank {
			t.Errorf("%s is %d, published %d", name, p.Rank, ranks[name])
		}
	}
	if len(placed) != len(ranks) || len(want) > 0 {
		t.Errorf("%d of %d ranks; not looked at: %v", len(placed), len(ranks), want)
	}
}

func TestLuansStartRatesComeOutAsPrinted(t *testing.T) {
	in, want := publishedCase(t, b01, "rates")
	given, names := counties(t, in, "signed", "started")
	table := Table{Given: given}
	rates := map[string]*big.Rat{}
	var order []string
	for _, name := range names["signed"] {
		county := strings.TrimPrefix(name, "signed/")
		s := Statement{Where: county, Printed: want[county].Value, Kind: Share, Of: []string{"started/" + county, name}, Digits: 1}
		table.Statements, order = append(table.Statements, s), append(order, county)
		text, ok := table.Value(s)
		if rates[county] = number(text); !ok || Shown(text) != want[county].Value { // 75.0 is printed 75
			t.Errorf("%s: %q, published %s", county, Shown(text), want[county].Value)
		}
	}
	if found := table.Check(); len(found) > 0 || len(order) != 8 {
		t.Error(found, order)
	}
	slices.Sort(order)
	var got []string
	for _, p := range Ranks(order, func(n string) *big.Rat { return rates[n] }) {
		got = append(got, p.Name)
	}
	if published := decoded[[]string](t, want["排序"]); !slices.Equal(got, published) {
		t.Errorf("order %v, published %v", got, published)
	}
}

// A bulletin computed from Lu'an's printed counts, with the rule of three places.
func TestBulletinIsComputedFromPrintedInputs(t *testing.T) {
	in, _ := publishedCase(t, b01, "sums")
	signed, started := decoded[map[string]int64](t, in["signed"]), decoded[map[string]int64](t, in["started"])
	cutoff := calendar.Date{Year: 2022, Month: 9, Day: 30}
	inputs := Inputs{Year: 2022, Month: 9, Cutoff: cutoff, Rule: Builtin(), Cube: NewCube(WindowsOf(cutoff))}
	for name, n := range signed {
		inputs.Counties = append(inputs.Counties, Named{name, name})
		inputs.Cube.At(Place{County: name}).Set(InYear, "hundred_million_count", n)
		inputs.Cube.At(Place{County: name}).Set(InYear, "started_count", started[name])
	}
	slices.SortFunc(inputs.Counties, func(a, b Named) int { return strings.Compare(a.ID, b.ID) })
	inputs.Cube.City.Set(InYear, "hundred_million_count", 344)
	inputs.Cube.City.Set(InYear, "started_count", 285)
	c := Compute(inputs)
	if len(c.Findings) > 0 {
		t.Error(c.Findings)
	}
	if got := c.City.Measures[2].Year + " " + c.City.Measures[6].Year; got != "344 285" || c.Progress.Percent != "75.0" {
		t.Errorf("city %s, progress %s", got, c.Progress.Percent)
	}
	inputs.Cube.City.Set(InYear, "started_count", 286)
	found := Compute(inputs).Findings
	if len(found) != 2 || found[0].Code != "sum_differs" || found[0].Printed != "286" || found[0].Computed != "285" { // counties and tiers
		t.Errorf("a wrong total gives %+v", found)
	}
	if again := Compute(inputs).City.Measures[6].Year; again != "286" {
		t.Errorf("the printed total was changed to %s", again)
	}
}

// progress is Panzhihua's: the month's number ÷ 12.
func progress(month int) *big.Rat {
	return TimeProgress(ByMonths, calendar.Date{Year: 2006, Month: time.Month(month), Day: 28})
}

func TestPanzhihuaComesOut(t *testing.T) {
	kinds := map[string]struct {
		kind   Relation
		of     []string
		digits int
	}{
		"完成率": {Share, []string{"x", "t"}, 2}, "超进度": {Lead, []string{"x", "t"}, 2}, "欠进度": {Lag, []string{"x", "t"}, 2},
		"占比": {Share, []string{"x", "all"}, 2}, "省考核完成率": {Share, []string{"x", "tp"}, 2}, "省考核超进度": {Lead, []string{"x", "tp"}, 2},
		"同比": {YearOnYear, []string{"x", "上年同期"}, 0},
	}
	statements := 0
	for _, id := range []string{"total", "province_out", "city_out", "city_in"} {
		in, want := publishedCase(t, b03, id)
		table := Table{Progress: progress(10), Given: map[string]string{}}
		for name, node := range in {
			table.Given[name] = node.Value
		}
		for field, printed := range want {
			k, ok := kinds[field]
			if !ok {
				t.Fatalf("%s: %s isn't known", id, field)
			}
			statements++
			table.Statements = append(table.Statements, Statement{Where: field, Printed: printed.Value, Kind: k.kind, Of: k.of, Digits: k.digits})
		}
		var got []string
		for _, f := range table.Check() {
			got = append(got, f.Code+" "+f.Where)
		}
		wanted := ""
		if id == "total" {
			wanted = "unverifiable 同比" // nobody printed the year before
		}
		if strings.Join(got, ",") != wanted {
			t.Errorf("%s: %v, want %q", id, got, wanted)
		}
	}
	if statements != 13 {
		t.Errorf("%d statements", statements)
	}
}

func TestPanzhihuasSectorsAndClosuresComeOut(t *testing.T) {
	in, want := publishedCase(t, b03, "sectors")
	x, targets := in["x"], in["t"]
	table := Table{Given: map[string]string{"all": in["all"].Value, "big": in["big"].Value}}
	shares, done := want["占比"], want["完成率"]
	var parts []string
	for i := range x.Content {
		a, b := fmt.Sprint("x", i), fmt.Sprint("t", i)
		table.Given[a], table.Given[b] = x.Content[i].Value, targets.Content[i].Value
		parts = append(parts, b)
		table.Statements = append(table.Statements,
			Statement{Where: "占比" + a, Printed: shares.Content[i].Value, Kind: Share, Of: []string{a, "all"}, Digits: 2},
			Statement{Where: "完成率" + a, Printed: done.Content[i].Value, Kind: Share, Of: []string{a, b}, Digits: 2})
	}
	table.Statements = append(table.Statements,
		Statement{Where: "目标合计", Printed: want["目标合计"].Value, Kind: Sum, Of: parts},
		Statement{Where: "一亿元以上占比", Printed: want["一亿元以上占比"].Value, Kind: Share, Of: []string{"big", "all"}, Digits: 1})
	in, want = publishedCase(t, b03, "closure")
	for field, column := range map[string]string{"资金三分合计": "money", "产业合计": "sec", "履约项目(地域)": "proj", "履约项目(产业)": "sproj", "新签约履约": "snew"} {
		s := Statement{Where: field, Printed: want[field].Value, Kind: Sum}
		node := in[column]
		for i, part := range node.Content {
			name := fmt.Sprint(column, i)
			table.Given[name], s.Of = part.Value, append(s.Of, name)
		}
		table.Statements = append(table.Statements, s)
	}
	if found := table.Check(); len(found) > 0 || len(table.Statements) != 13 {
		t.Error(found, len(table.Statements))
	}
	table.Statements[0].Printed = "3.28"
	found := table.Check()
	if len(found) != 1 || found[0].Code != "printed_differs" || found[0].Computed != "3.27" || found[0].Printed != "3.28" {
		t.Errorf("a wrong share gives %+v", found)
	}
}

// The article of 2024-01-09 prints 19.1 % for 139 of 731.
func TestContradictionIsFlaggedAndNotCorrected(t *testing.T) {
	table := Table{Given: map[string]string{"一主": "139", "签约": "731"}, Statements: []Statement{{Where: "一主占比", Printed: "19.1%", Kind: Share, Of: []string{"一主", "签约"}, Digits: 1}}}
	found := table.Check()
	if len(found) != 1 || found[0].Computed != "19.0" || !strings.Contains(found[0].Message, "19.1%") || table.Statements[0].Printed != "19.1%" {
		t.Errorf("%+v", found)
	}
}

func TestNumbersAreRoundedHalfUpByMagnitude(t *testing.T) {
	for _, c := range []struct {
		part, whole int64
		digits      int
		want, shown string
	}{
		{1, 8, 1, "12.5", "12.5"}, {1, 800, 2, "0.13", "0.13"}, {-1, 800, 2, "-0.13", "-0.13"}, {3, 4, 1, "75.0", "75"}, {-1, 100000, 1, "0.0", "0"},
		{1211, 1000, 2, "121.10", "121.10"}, {2, 3, 0, "67", "67"},
	} {
		got := Percent(frac(c.part, 1), frac(c.whole, 1), c.digits)
		if got != c.want || Shown(got) != c.shown {
			t.Errorf("%d/%d: %s shown %s, want %s and %s", c.part, c.whole, got, Shown(got), c.want, c.shown)
		}
	}
	if Percent(frac(1, 1), frac(0, 1), 1) != "" || Growth(frac(1, 1), frac(-1, 1), 1) != "" {
		t.Error("a change against nothing has no number")
	}
	if Shown("") != "" {
		t.Error("nothing is shown as nothing")
	}
}
