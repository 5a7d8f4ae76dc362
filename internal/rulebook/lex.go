package rulebook

import (
	"regexp"
	"strings"
	"unicode"

	"luodi/internal/calendar"
)

// The bounds of one formula.
const (
	maxFormula = 4000 // characters
	maxNesting = 60
)

type kind uint8

const (
	tokEnd kind = iota
	tokSign
	tokName
	tokNumber
	tokText
	tokDate
)

type token struct {
	kind    kind
	text    string // sign in its one spelling, name, or text
	num     Num
	measure Measure
	at      int // in characters
}

// spellings maps what people type to one sign.
var spellings = map[string]string{
	"×": "*", "＊": "*", "∗": "*", "÷": "/", "／": "/", "＋": "+", "－": "-", "—": "-", "−": "-",
	"\uff08": "(", "\uff09": ")", "\uff0c": ",", "、": ",", "［": "[", "］": "]", "【": "[", "】": "]",
	"≥": ">=", "≧": ">=", "≤": "<=", "≦": "<=", "≠": "!=", "<>": "!=", "==": "=", "＝": "=", "＞": ">", "＜": "<",
	"且": "且", "并且": "且", "and": "且", "或": "或", "或者": "或", "or": "或", "非": "非", "not": "非", "属于": "属于", "in": "属于",
	"&&": "且", "||": "或",
}

const signs = "+-*/()[],=<>!&|×＊∗÷／＋－—−\uff08\uff09\uff0c、［］【】≥≧≤≦≠＝＞＜"

type lexer struct {
	src   []rune
	at    int
	extra map[string]bool
	list  []token
	bad   *syntaxError
}

type syntaxError struct {
	at      int
	code    string
	message string
}

// lex cuts a formula into tokens.
func lex(s string, extra map[string]bool) ([]token, *syntaxError) {
	l := &lexer{src: []rune(s), extra: extra}
	if len(l.src) > maxFormula {
		return nil, &syntaxError{0, "formula_too_long", "公式过长,请拆成几个量"}
	}
	for l.bad == nil {
		for l.at < len(l.src) && unicode.IsSpace(l.src[l.at]) {
			l.at++
		}
		if l.at >= len(l.src) {
			break
		}
		l.next()
	}
	return append(l.list, token{kind: tokEnd, at: len(l.src)}), l.bad
}

func (l *lexer) fail(code, message string) {
	l.bad = &syntaxError{l.at, code, message}
}

func (l *lexer) push(t token, length int) {
	t.at = l.at
	l.list = append(l.list, t)
	l.at += length
}

func (l *lexer) next() {
	r := l.src[l.at]
	switch {
	case r >= '0' && r <= '9':
		l.number()
	case strings.ContainsRune("\"'“‘「", r):
		l.quoted(r)
	case strings.ContainsRune(signs, r):
		l.sign()
	case nameRune(r):
		l.name()
	default:
		l.fail("formula_character", "公式中不能有“"+string(r)+"”")
	}
}

func nameRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' || r == '·' || r == '#' || r == '.' || r == '°'
}

func (l *lexer) sign() {
	if l.at+1 < len(l.src) {
		two := string(l.src[l.at : l.at+2])
		if s, ok := spellings[two]; ok {
			l.push(token{kind: tokSign, text: s}, 2)
			return
		}
		if two == ">=" || two == "<=" || two == "!=" {
			l.push(token{kind: tokSign, text: two}, 2)
			return
		}
	}
	one := string(l.src[l.at])
	if s, ok := spellings[one]; ok {
		one = s
	}
	if one == "!" || one == "&" || one == "|" {
		l.fail("formula_character", "公式中不能单独用“"+one+"”")
		return
	}
	l.push(token{kind: tokSign, text: one}, 1)
}

var closing = map[rune]rune{'"': '"', '\'': '\'', '“': '”', '‘': '’', '「': '」'}

// quoted reads "文字", or 「名称」 for a name with unusual characters.
func (l *lexer) quoted(open rune) {
	for i := l.at + 1; i < len(l.src); i++ {
		if l.src[i] != closing[open] {
			continue
		}
		k := tokText
		if open == '「' {
			k = tokName
		}
		l.push(token{kind: k, text: string(l.src[l.at+1 : i])}, i+1-l.at)
		return
	}
	l.fail("formula_quote", "引号没有配对")
}

func (l *lexer) name() {
	end := l.at
	for end < len(l.src) && nameRune(l.src[end]) {
		end++
	}
	s := string(l.src[l.at:end])
	if sign, ok := spellings[s]; ok {
		l.push(token{kind: tokSign, text: sign}, end-l.at)
		return
	}
	// "≥1亿元且已开工": after a number, 且 and 或 need no space.
	if r := l.src[l.at]; (r == '且' || r == '或') && l.afterNumber() {
		l.push(token{kind: tokSign, text: string(r)}, 1)
		return
	}
	l.push(token{kind: tokName, text: s}, end-l.at)
}

func (l *lexer) afterNumber() bool {
	if len(l.list) == 0 {
		return false
	}
	last := l.list[len(l.list)-1]
	return last.kind == tokNumber || last.kind == tokDate || last.text == ")" || last.text == "]"
}

// number reads "1,200.5亿元", "80%", "10万元/亩" or "2023-06-30".
func (l *lexer) number() {
	if l.date() {
		return
	}
	end := l.at
	for end < len(l.src) && (l.src[end] >= '0' && l.src[end] <= '9' || l.src[end] == '.') {
		end++
	}
	n, ok := ParseNum(string(l.src[l.at:end]))
	if !ok {
		l.fail("formula_number", "数字写法有误或位数过多")
		return
	}
	m, length := l.measure(end)
	l.push(token{kind: tokNumber, num: n.Mul(m.written()), measure: m}, end+length-l.at)
}

func (l *lexer) measure(from int) (Measure, int) {
	w := longestWord(string(l.src[from:min(from+12, len(l.src))]), l.extra)
	if w == "" {
		return Measure{}, 0
	}
	length := len([]rune(w))
	if per := from + length; per+1 < len(l.src) && l.src[per] == '/' {
		d := longestWord(string(l.src[per+1:min(per+13, len(l.src))]), l.extra)
		end := per + 1 + len([]rune(d))
		if d != "" && (end >= len(l.src) || !nameRune(l.src[end])) {
			if m, ok := parseMeasure(w+"/"+d, l.extra); ok {
				return m, end - from
			}
		}
	}
	m, _ := lookWord(w, l.extra)
	return m, length
}

var datePattern = regexp.MustCompile(`^\d{4}-\d{1,2}-\d{1,2}`)

func (l *lexer) date() bool {
	end := l.at
	for end < len(l.src) && end-l.at < 10 && (l.src[end] == '-' || l.src[end] >= '0' && l.src[end] <= '9') {
		end++
	}
	s := datePattern.FindString(string(l.src[l.at:end]))
	if s == "" {
		return false
	}
	end = l.at + len(s)
	d, err := calendar.ParseDate(s)
	if err != nil { // not 2023 minus 6 minus 30
		l.fail("date_invalid", "日期应写作 2023-06-30")
		return true
	}
	l.push(token{kind: tokDate, num: Int(days(d))}, end-l.at)
	return true
}
