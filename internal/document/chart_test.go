package document

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func charts() []Chart {
	names := []string{"茅箭区", "丹江口市", "十堰经济技术开发区"}
	return []Chart{
		{Kind: Bars, Title: "各县市区签约金额", Unit: "亿元", Categories: names, Series: []Series{{"2023年", []float64{423.99, 470.2, 274.49}}, {"2022年同期", []float64{268.33, math.NaN(), -17.15}}}, Mark: &Mark{"序时进度", 91.7}},
		{Kind: Rows, Title: "各阶段项目数", Unit: "个", Categories: names, Series: []Series{{"累计", []float64{731, 573, 0}}}},
		{Kind: Lines, Title: "逐月签约", Categories: names, Series: []Series{{"签约", []float64{1, 2.5, 4}}}},
	}
}

func illustrated() Paper {
	p := Paper{Title: "图", Organ: "十堰市招商服务中心", At: at}
	for _, c := range charts() {
		p.Blocks = append(p.Blocks, Text{"如图。"}, c)
	}
	return p
}

func TestAChartShowsItsNamesAndStaysOnThePaper(t *testing.T) {
	p := illustrated()
	shown := ""
	for _, page := range mustPDF(t, p) {
		shown += texts(page)
	}
	shown = flat(shown)
	for _, want := range []string{"各县市区签约金额", "单位:亿元", "2022年同期", "茅箭区", "丹江口市", "序时进度91.7", "731", "573", "逐月签约"} {
		if !strings.Contains(shown, strings.ReplaceAll(want, ":", "\uff1a")) {
			t.Errorf("%s isn't printed in %s", want, shown)
		}
	}
	inside(t, p)
	a, _ := p.PDF()
	b, _ := illustrated().PDF()
	if !bytes.Equal(a, b) {
		t.Error("the same paper, other bytes")
	}
}

// The figures in the file are those that were given, by series and category.
func TestAChartInWordHoldsItsFigures(t *testing.T) {
	all := unzipped(t, illustrated())
	for i, c := range charts() {
		name := fmt.Sprintf("word/charts/chart%d.xml", i+1)
		if !strings.Contains(all["[Content_Types].xml"], "/"+name) || !strings.Contains(all["word/_rels/document.xml.rels"], fmt.Sprintf("charts/chart%d.xml", i+1)) ||
			!strings.Contains(all["word/document.xml"], fmt.Sprintf(`r:id="chart%d"`, i+1)) {
			t.Errorf("%s isn't referred to", name)
		}
		series := c.Series
		if c.Mark != nil {
			series = append(series, Series{c.Mark.Name, []float64{c.Mark.Value, c.Mark.Value, c.Mark.Value}})
		}
		for n, s := range seriesOf(t, all[name]) {
			if s.Name != series[n].Name || len(s.Categories) != len(c.Categories) {
				t.Errorf("%s: series %d is %+v", name, n, s)
			}
			for j, v := range series[n].Values {
				text, there := s.Values[j]
				if got, err := strconv.ParseFloat(text, 64); there == math.IsNaN(v) || there && (err != nil || got != v) {
					t.Errorf("%s: %s of %s is %q, want %v", name, c.Categories[j], s.Name, text, v)
				}
			}
		}
	}
}

type seriesXML struct {
	Name       string
	Categories []string
	Values     map[int]string
}

func seriesOf(t *testing.T, data string) []seriesXML {
	t.Helper()
	type point struct {
		Index int    `xml:"idx,attr"`
		Value string `xml:"v"`
	}
	type series struct {
		Name       string  `xml:"tx>v"`
		Categories []point `xml:"cat>strLit>pt"`
		Values     []point `xml:"val>numLit>pt"`
	}
	var x struct {
		Bars  []series `xml:"chart>plotArea>barChart>ser"`
		Lines []series `xml:"chart>plotArea>lineChart>ser"`
	}
	if err := xml.Unmarshal([]byte(data), &x); err != nil {
		t.Fatal(err)
	}
	var out []seriesXML
	for _, s := range append(x.Bars, x.Lines...) {
		y := seriesXML{Name: s.Name, Values: map[int]string{}}
		for _, p := range s.Categories {
			y.Categories = append(y.Categories, p.Value)
		}
		for _, p := range s.Values {
			y.Values[p.Index] = p.Value
		}
		out = append(out, y)
	}
	return out
}

// An axis holds every value and zero between round numbers, and has few lines.
func TestAnAxisHoldsEveryValue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Float64Range(-1e9, 1e9), 1, 8).Draw(t, "values")
		c := Chart{Categories: make([]string, len(values)), Series: []Series{{Values: values}}}
		from, to, step := c.scale()
		for _, v := range append(values, 0) {
			if v < from-1e-6 || v > to+1e-6 {
				t.Fatalf("%v isn't between %v and %v", v, from, to)
			}
		}
		if lines := (to - from) / step; !(step > 0) || lines > 7.001 {
			t.Fatalf("%v lines from %v to %v", lines, from, to)
		}
	})
}

func TestAChartThatCannotBeDrawnIsRefused(t *testing.T) {
	for name, c := range map[string]Chart{
		"nothing":      {},
		"short series": {Categories: []string{"a", "b"}, Series: []Series{{"s", []float64{1}}}},
		"infinite":     {Categories: []string{"a"}, Series: []Series{{"s", []float64{math.Inf(1)}}}},
		"marked rows":  {Kind: Rows, Categories: []string{"a"}, Series: []Series{{"s", []float64{1}}}, Mark: &Mark{"m", 1}},
		"too many":     {Categories: []string{"a"}, Series: make([]Series, 4)},
	} {
		if _, err := (Paper{Blocks: []Block{c}, At: at}).PDF(); err == nil {
			t.Errorf("%s was drawn", name)
		}
	}
}
