// Package bench measures the rule book's engine against a loop written by hand for one
// book, and an exported workbook against LibreOffice. `luodi rulebook bench` prints it.
package bench

import (
	"bytes"
	_ "embed"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"slices"
	"strconv"
	"time"

	"luodi/internal/calendar"
	"luodi/internal/rulebook"
)

//go:embed book.yaml
var bookFile []byte

// size is how large a city, a province or the country is.
type size struct {
	name            string
	units, projects int
}

var sizes = []size{{"市", 60, 731}, {"省", 170, 10_000}, {"半国", 10_000, 166_500}, {"全国", 20_000, 333_000}}

// The aims of the issue.
const (
	aimHand   = 5.0
	aimExcel  = 300.0
	aimMemory = 1024.0
	aimGrowth = 1.3
)

// rounds of each measurement, in turn; the medians are compared.
const rounds = 9

// Recalculate computes a workbook's file from scratch with a spreadsheet program.
type Recalculate func(file []byte) error

// Run measures and prints. Now is the clock; recalculate is nil where no spreadsheet
// program is at hand.
func Run(w io.Writer, now func() time.Time, export func(*rulebook.Scores, io.Writer) error, recalculate Recalculate) error {
	b, found := rulebook.Load("book.yaml", bytes.NewReader(bookFile))
	if b == nil {
		return fmt.Errorf("bench: %s", found[0])
	}
	t := &table{w: w, now: now}
	t.line("rule book: 30 indicators, engine against a hand-written loop; medians of %d", rounds)
	times := map[string]float64{}
	for _, s := range sizes {
		var err error
		if times[s.name], err = t.size(b, s); err != nil {
			return err
		}
		if s.name == "省" && recalculate != nil {
			if err := t.excel(b, s, export, recalculate); err != nil {
				return err
			}
		}
	}
	t.atMost("growth: 全国 of twice its half", times["全国"]/times["半国"]/2, aimGrowth)
	return nil
}

type table struct {
	w   io.Writer
	now func() time.Time
}

func (t *table) line(format string, args ...any) { _, _ = fmt.Fprintf(t.w, format+"\n", args...) }

func (t *table) atMost(what string, got, aim float64) { t.aim(what, got, "≤", aim, got <= aim) }

func (t *table) atLeast(what string, got, aim float64) { t.aim(what, got, "≥", aim, got >= aim) }

func (t *table) aim(what string, got float64, sign string, aim float64, pass bool) {
	verdict := "MISS"
	if pass {
		verdict = "PASS"
	}
	t.line("  %s  %-50s %8.2f  aim %s %.2f", verdict, what, got, sign, aim)
}

// measure gives how long work takes.
func (t *table) measure(work func()) time.Duration {
	start := t.now()
	work()
	return t.now().Sub(start)
}

func median(list []time.Duration) time.Duration {
	slices.Sort(list)
	return list[len(list)/2]
}

// size measures one size and gives the engine's time on one core.
func (t *table) size(b *rulebook.Book, s size) (float64, error) {
	facts, rows, targets := synthetic(b, s)
	first, last := day(2023, 1, 1), day(2023, 12, 31)
	scores, found := facts.Score()
	if scores == nil {
		return 0, fmt.Errorf("bench: %s", found[0])
	}
	if err := agree(scores, byHand(rows, targets, first, last)); err != nil {
		return 0, err
	}
	memory := t.memory(facts)
	repeat := max(1, 200_000/(s.projects+s.units*30))
	var hand, one, all []time.Duration
	for range rounds {
		hand = append(hand, t.measure(func() {
			for range repeat {
				byHand(rows, targets, first, last)
			}
		}))
		one = append(one, t.measure(func() { repeatScore(facts, repeat, 1) }))
		all = append(all, t.measure(func() { repeatScore(facts, repeat, runtime.GOMAXPROCS(0)) }))
	}
	h, e, p := median(hand), median(one), median(all)
	n := time.Duration(repeat)
	t.line("%s: %d units, %d projects: by hand %v, engine %v, on %d cores %v", s.name, s.units, s.projects, h/n, e/n, runtime.GOMAXPROCS(0), p/n)
	t.atMost("engine of hand-written, one core", float64(e)/float64(h), aimHand)
	t.atMost("engine of hand-written, all cores", float64(p)/float64(h), aimHand)
	t.atMost("memory beyond the facts, bytes a project", memory/float64(s.projects), aimMemory)
	return float64(e) / float64(repeat), nil
}

func repeatScore(f *rulebook.Facts, n, cores int) {
	for range n {
		if s, _ := f.ScoreOn(cores); s != nil {
			s.Release()
		}
	}
}

// memory is what one scoring holds on to, in bytes, scores included.
func (t *table) memory(f *rulebook.Facts) float64 {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	s, _ := f.ScoreOn(1)
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(s)
	return float64(after.TotalAlloc - before.TotalAlloc)
}

// agree holds the loop to the engine: the same totals and ranks for every unit.
func agree(s *rulebook.Scores, hand []result) error {
	for u, h := range hand {
		if s.Total(u).Cmp(rulebook.Frac(h.total, 100)) != 0 || s.Rank(u).Cmp(rulebook.Int(h.rank)) != 0 {
			return fmt.Errorf("bench: unit %d: engine %s, rank %s; by hand %d/100, rank %d", u, s.Total(u), s.Rank(u), h.total, h.rank)
		}
	}
	return nil
}

// excel compares the engine with a spreadsheet program on the exported workbook.
func (t *table) excel(b *rulebook.Book, s size, export func(*rulebook.Scores, io.Writer) error, recalculate Recalculate) error {
	facts, _, _ := synthetic(b, s)
	scores, _ := facts.Score()
	var file bytes.Buffer
	if err := export(scores, &file); err != nil {
		return err
	}
	var failed error
	office := t.measure(func() { failed = recalculate(file.Bytes()) })
	if failed != nil {
		return failed
	}
	var times []time.Duration
	for range rounds {
		times = append(times, t.measure(func() { repeatScore(facts, 1, 1) }))
	}
	t.line("省, workbook of %d KiB: LibreOffice %v (load, compute, save), engine %v", file.Len()>>10, office, median(times))
	t.atLeast("LibreOffice of engine", float64(office)/float64(median(times)), aimExcel)
	return nil
}

func day(y, m, d int) int32 {
	return int32(rulebook.Days(calendar.Date{Year: y, Month: time.Month(m), Day: d}))
}

// synthetic makes the same facts twice: for the engine and for the loop.
func synthetic(b *rulebook.Book, s size) (*rulebook.Facts, []row, []target) {
	r := rand.New(rand.NewPCG(2023, uint64(s.projects))) //nolint:gosec // a benchmark wants the same numbers every time
	f := b.NewFacts(2023, 12, calendar.Date{Year: 2023, Month: 12, Day: 31})
	targets := make([]target, s.units)
	names := make([]string, s.units)
	for u := range targets {
		names[u] = "单位" + strconv.Itoa(u)
		f.AddUnit(names[u], "")
		for k := range targets[u].n {
			targets[u].n[k] = 1 + r.Int64N(20)
			f.Set(names[u], "目标"+strconv.Itoa(k), strconv.FormatInt(targets[u].n[k], 10))
		}
		for k := range targets[u].sum {
			targets[u].sum[k] = (1 + r.Int64N(900)) * 1_000_000_00
			f.Set(names[u], "额目标"+strconv.Itoa(k), wan(targets[u].sum[k]))
		}
	}
	rows := make([]row, s.projects)
	for i := range rows {
		rows[i] = randomRow(r, int32(i%s.units))
		f.AddRecord(rulebook.ProjectTable, rows[i].record(names[rows[i].unit]), rulebook.Pos{})
	}
	return f, rows, targets
}

func wan(fen int64) string { return rulebook.Frac(fen, 1_000_000).Exact() }

var (
	tiers      = []string{"四优", "一主", "多支撑", "其他"}
	kinds      = []string{"民企", "外资", "国企", "央企"}
	industries = []string{"食品", "新能源", "新材料", "文旅", "医药"}
)

func randomRow(r *rand.Rand, unit int32) row {
	p := row{unit: unit, amount: r.Int64N(8_000_000) * 10_000, tier: uint8(r.IntN(4)), kind: uint8(r.IntN(4)), industry: uint8(r.IntN(5)), framework: r.IntN(12) == 0, above: r.IntN(3) > 0}
	at := day(2022, 6, 1) + r.Int32N(570)
	for _, next := range []*int32{&p.signed, &p.landed, &p.started, &p.counted, &p.production} {
		*next = at
		if at += 10 + r.Int32N(120); r.IntN(5) == 0 {
			break
		}
	}
	p.fundsYear = r.Int64N(p.amount/10+1) / 100 * 100
	p.funds = p.fundsYear + r.Int64N(1_000_000)*100
	return p
}

// record is the row as the facts take it.
func (p row) record(unit string) map[string]string {
	flag := map[bool]string{true: "是", false: "否"}
	date := func(d int32) string {
		if d == 0 {
			return ""
		}
		return calendar.Date{Year: 1970, Month: 1, Day: 1}.AddDays(int(d)).String()
	}
	return map[string]string{
		"单位": unit, "投资额": wan(p.amount), "产业层级": tiers[p.tier], "投资方性质": kinds[p.kind], "所属产业": industries[p.industry],
		"框架协议": flag[p.framework], "规模项目": flag[p.above], "签约日期": date(p.signed), "落地日期": date(p.landed), "开工日期": date(p.started),
		"入库日期": date(p.counted), "投产日期": date(p.production), "到位资金": wan(p.funds), "本年到位资金": wan(p.fundsYear),
	}
}
