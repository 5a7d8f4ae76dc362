package sheet

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/shopspring/decimal"

	"luodi/internal/calendar"
	"luodi/internal/money"
	"luodi/internal/project"
)

// narrow writes full-width punctuation narrow, and drops the asterisk of required columns.
var narrow = strings.NewReplacer("\uff08", "(", "\uff09", ")", "\uff1a", ":", "\uff1b", ";", "\uff0c", ",", "*", "", "\uff0a", "")

// squeeze removes every space, and writes full-width brackets and colons narrow:
// two spellings of one header or name become the same.
func squeeze(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '\u200b' || r == '\ufeff' {
			return -1
		}
		return r
	}, s)
	return narrow.Replace(s)
}

// blank reports whether a cell says nothing: offices write a dash for that.
func blank(s string) bool {
	return slices.Contains([]string{"", "-", "--", "—", "——", "/", "无"}, squeeze(s))
}

// shorten keeps messages readable when a cell holds a novel.
func shorten(s string) string {
	if r := []rune(s); len(r) > 30 {
		return string(r[:30]) + "…"
	}
	return s
}

func parseBool(s string) (value, ok bool) {
	switch strings.ToUpper(squeeze(s)) {
	case "是", "√", "✓", "✔", "有", "1", "TRUE", "Y", "YES", "对":
		return true, true
	case "", "否", "×", "✗", "无", "0", "FALSE", "N", "NO", "-", "—", "/", "不是":
		return false, true
	}
	return false, false
}

var (
	parted  = regexp.MustCompile(`^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$`)
	clock   = regexp.MustCompile(`[ T]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z?$`) // a date cell pasted as text
	compact = regexp.MustCompile(`^(\d{4})(\d{2})(\d{2})$`)
	serial  = regexp.MustCompile(`^\d{5,6}(?:\.\d+)?$`)
)

// parseDate reads a day in the notations of offices, or the number that a date
// cell holds: days since epoch. Eight digits are a date, five or six a number.
func parseDate(s string, epoch calendar.Date) (calendar.Date, *trouble) {
	t := squeeze(clock.ReplaceAllString(strings.TrimSpace(s), ""))
	if blank(t) {
		return calendar.Date{}, nil
	}
	wrong := &trouble{"date_invalid", "“" + shorten(s) + "”不是有效的日期,请写作“2023-01-05”,须精确到日"}
	if serial.MatchString(t) {
		whole, _, _ := strings.Cut(t, ".")
		n, err := strconv.Atoi(whole)
		if err != nil {
			return calendar.Date{}, wrong
		}
		return reasonable(epoch.AddDays(n), wrong)
	}
	m := parted.FindStringSubmatch(t)
	if m == nil {
		m = compact.FindStringSubmatch(t)
	}
	if m == nil {
		return calendar.Date{}, wrong
	}
	var n [3]int
	for i := range n {
		n[i], _ = strconv.Atoi(m[i+1]) // digits only: the pattern says so
	}
	return reasonable(calendar.Date{Year: n[0], Month: time.Month(n[1]), Day: n[2]}, wrong)
}

func reasonable(d calendar.Date, wrong *trouble) (calendar.Date, *trouble) {
	if !d.Valid() {
		return calendar.Date{}, wrong
	}
	return d, nil
}

// parseNumber reads a decimal number, with separators if there are any. A number
// cell holds a binary float with 17 digits, of which Excel shows and means 15.
func parseNumber(s string) (string, bool) {
	t := strings.ReplaceAll(squeeze(s), ",", "")
	d, err := decimal.NewFromString(t)
	if err != nil || len(t) > 40 || d.Exponent() > 20 || d.Exponent() < -30 {
		return "", false
	}
	if digits := d.NumDigits(); digits > 15 && d.Exponent() < 0 {
		d = d.Round(int32(15-digits) - d.Exponent())
	}
	return d.String(), true
}

func parseAmount(s string, unit money.Amount) (money.Amount, *trouble) {
	if blank(s) {
		return 0, nil
	}
	n, ok := parseNumber(s)
	if !ok {
		return 0, &trouble{"amount_invalid", "“" + shorten(s) + "”不是金额,请只填数字,单位写在表头"}
	}
	a, err := money.Parse(n, unit)
	if err != nil {
		return 0, &trouble{"amount_invalid", "金额“" + shorten(s) + "”过大,或精确到了分以下"}
	}
	return a, nil
}

// parseFunds reads what project.FundsText writes: "2023-05-01:1200;2023-09-10:800.5".
func parseFunds(s string) ([]project.Funds, *trouble) {
	if blank(s) {
		return nil, nil
	}
	var funds []project.Funds
	for part := range strings.SplitSeq(squeeze(s), ";") {
		if part == "" {
			continue
		}
		day, sum, ok := strings.Cut(part, ":")
		on, wrongDay := parseDate(day, calendar.Date{})
		paid, wrongSum := parseAmount(sum, money.Wan)
		if !ok || serial.MatchString(day) || on.IsZero() || wrongDay != nil || wrongSum != nil {
			return nil, &trouble{"funds_invalid", "“" + shorten(part) + "”看不懂,请写作“2023-05-01:1200;2023-09-10:800.5”,金额单位为万元"}
		}
		funds = append(funds, project.Funds{On: on, Amount: paid})
	}
	return funds, nil
}

// errorValues are what a cell shows when its formula failed.
var errorValues = []string{"#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#GETTING_DATA"}

// number is a cell value that a spreadsheet can compute with. Registry figures have
// at most 15 significant digits, which a binary float keeps and gives back as written.
func number(s string) any {
	if s == "" {
		return nil
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return s // not canonical: as text, for the reader to refuse
	}
	return f
}
