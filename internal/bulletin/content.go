package bulletin

import (
	"bytes"
	"encoding/json"
	"time"

	"luodi/internal/calendar"
)

// Format is the version of Content's form. A later form gets a later number, and
// what was frozen in an older one stays readable for ever.
const Format = 1

// Content is everything that a bulletin says in figures, as frozen: a function of
// the cut-off, the moment of knowledge, the rule book and the targets known then. It
// is stored as canonical JSON under its digest, and never changes after that.
//
// Numbers are decimal text: counts whole, amounts in 万元, percentages and percentage
// points rounded half-up (四舍五入) to Rounding digits. An empty text is a number that
// cannot be given, such as a change against nothing; it is not zero.
type Content struct {
	Format       int           `json:"format"`
	Year         int           `json:"year"`
	Month        int           `json:"month"`
	Cutoff       calendar.Date `json:"cutoff" doc:"last day that counts (截止日)"`
	KnownAt      time.Time     `json:"known_at" doc:"what was recorded later is not in the figures"`
	Title        string        `json:"title"`
	Rounding     int           `json:"rounding" doc:"digits of percentages"`
	Progress     Progress      `json:"progress"`
	Book         BookRef       `json:"book" doc:"rule book that ranked; empty when nothing was ranked"`
	City         Line          `json:"city"`
	Counties     []Line        `json:"counties"`
	Departments  []Line        `json:"departments" doc:"projects by the department that leads their liaison"`
	Teams        []Line        `json:"teams"`
	Tiers        []Line        `json:"tiers"`
	Rankings     []Ranking     `json:"rankings"`
	Red          []Listed      `json:"red" doc:"红榜"`
	Black        []Listed      `json:"black" doc:"黑榜"`
	Sections     []Section     `json:"sections" doc:"registers: chains, teams, ambassadors, events"`
	Findings     []Finding     `json:"findings" doc:"contradictions that were found and not corrected"`
	Corrections  []Correction  `json:"corrections" doc:"changes of the registry that touch figures published before"`
	More         int           `json:"more_corrections" doc:"how many such changes there was no room for"`
	Amends       *Amends       `json:"amends,omitempty" doc:"the bulletin that this one corrects"`
	Notes        []string      `json:"notes" doc:"what a reader should know, in Chinese"`
	Illustrative int64         `json:"illustrative" doc:"how many of the projects counted are made up for a demonstration"`
}

// Progress is the share of the year that is over (序时进度).
type Progress struct {
	By      string `json:"by" enum:"months,days"`
	Percent string `json:"percent"`
}

// BookRef names the rule book that ranked, by the digest of its text.
type BookRef struct {
	Title        string `json:"title,omitempty"`
	Version      string `json:"version,omitempty"`
	Digest       string `json:"digest,omitempty" doc:"SHA-256 of the book's file, which is kept with the documents"`
	Illustrative bool   `json:"illustrative,omitempty"`
}

// Line is one unit's figures, or the whole city's. Key is the unit's id, the team's
// name or the tier; "" is projects that belong to none.
type Line struct {
	Key      string    `json:"key"`
	Name     string    `json:"name"`
	Measures []Measure `json:"measures" doc:"one for each of the indicators, in their order"`
	Rates    []Rate    `json:"rates"`
}

// Measure is one indicator of one unit: this month and the year to date (累计), each
// beside the same time last year (同比); the month beside the month before (环比); the
// year to date beside the target and the time progress.
type Measure struct {
	Key             string `json:"key" doc:"indicator, such as signed_count"`
	Month           string `json:"month"`
	MonthLastYear   string `json:"month_last_year"`
	MonthYearOnYear string `json:"month_year_on_year" doc:"percent"`
	PreviousMonth   string `json:"previous_month"`
	PeriodOnPeriod  string `json:"period_on_period" doc:"percent"`
	Year            string `json:"year" doc:"from 1 January to the cut-off"`
	YearLastYear    string `json:"year_last_year"`
	YearOnYear      string `json:"year_on_year" doc:"percent"`
	Target          string `json:"target" doc:"of the whole year"`
	Completion      string `json:"completion" doc:"percent of the target"`
	Lead            string `json:"lead" doc:"percentage points ahead of time progress; negative: behind (欠进度)"`
}

// Rate is a conversion from one stage to the next, of the year to date.
type Rate struct {
	Key      string `json:"key" enum:"landing_rate,start_rate,statistics_rate"`
	Part     string `json:"part"`
	Whole    string `json:"whole"`
	Percent  string `json:"percent"`
	LastYear string `json:"last_year" doc:"percent, at the same time last year"`
	Change   string `json:"change" doc:"percentage points against last year"`
}

// Ranking is one group of units in the order of their scores. Units with one score
// share a rank, and the next rank is left out (并列后跳号).
type Ranking struct {
	Group string   `json:"group" enum:"county,department"`
	Title string   `json:"title"`
	Rows  []Ranked `json:"rows"`
}

// Ranked is one unit's place.
type Ranked struct {
	Rank     int     `json:"rank"`
	Key      string  `json:"key"`
	Name     string  `json:"name"`
	Score    string  `json:"score"`
	Previous int     `json:"previous" doc:"rank in the last published bulletin; 0: none"`
	Change   int     `json:"change" doc:"places gained against it; negative: lost"`
	Points   []Point `json:"points" doc:"the score by the rule book's indicators"`
}

// Point is what one indicator of the rule book gave.
type Point struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Score   string `json:"score"`
	Working string `json:"working" doc:"how the score came about, in words"`
}

// Listed is a unit on the red or the black list, with the reason.
type Listed struct {
	Group  string `json:"group" enum:"county,department"`
	Key    string `json:"key"`
	Name   string `json:"name"`
	Rank   int    `json:"rank"`
	Score  string `json:"score"`
	Reason string `json:"reason"`
}

// Section is a table that a register adds. Rows hold a text for each column; an
// empty one is a value that cannot be given.
type Section struct {
	Key     string     `json:"key"`
	Title   string     `json:"title"`
	Columns []Column   `json:"columns"`
	Rows    [][]string `json:"rows"`
	Note    string     `json:"note,omitempty"`
}

// Column is a column of a section.
type Column struct {
	Key    string `json:"key"`
	Title  string `json:"title"`
	Unit   string `json:"unit,omitempty" doc:"such as 个, 万元, %"`
	Number bool   `json:"number,omitempty" doc:"its texts are decimal numbers"`
}

// Finding is a contradiction: it is shown, and nobody's figure is changed for it.
type Finding struct {
	Code     string `json:"code" enum:"sum_differs,printed_differs,unverifiable,unit_unknown,target_sum_differs,unscored"`
	Where    string `json:"where" doc:"table, unit and figure, in Chinese"`
	Printed  string `json:"printed,omitempty"`
	Computed string `json:"computed,omitempty"`
	Message  string `json:"message"`
}

// Correction is a project changed after a bulletin was published, where the change
// makes figures of that bulletin different. The bulletin stays as it is.
type Correction struct {
	ProjectID   string     `json:"project_id"`
	ProjectCode string     `json:"project_code"`
	ProjectName string     `json:"project_name"`
	CountyID    string     `json:"county_id"`
	Changes     []Change   `json:"changes" doc:"what of the project differs from what the bulletin knew"`
	Reason      string     `json:"reason,omitempty"`
	By          string     `json:"by"`
	At          time.Time  `json:"at" doc:"of the last of the changes"`
	Affects     []Affected `json:"affects"`
}

// Change is one property of a project before and after, as people read it.
type Change struct {
	Field string `json:"field"`
	Label string `json:"label"`
	From  string `json:"from"`
	To    string `json:"to"`
}

// Affected is one figure of a published bulletin and what it would be today.
type Affected struct {
	Bulletin  string `json:"bulletin" doc:"id of the published bulletin"`
	Number    string `json:"number" doc:"its number, such as 〔2023〕第9期"`
	Table     string `json:"table" enum:"city,counties,departments,teams,tiers"`
	Key       string `json:"key"`
	Name      string `json:"name"`
	Measure   string `json:"measure" doc:"indicator or rate"`
	Label     string `json:"label"`
	Column    string `json:"column" enum:"month,year,percent"`
	Published string `json:"published"`
	Now       string `json:"now"`
}

// Amends says which published bulletin this one corrects, why, and every figure that
// differs: a correction is published like a bulletin (更正通报).
type Amends struct {
	Bulletin string     `json:"bulletin"`
	Number   string     `json:"number"`
	Digest   string     `json:"digest" doc:"of the content corrected"`
	Reason   string     `json:"reason"`
	Changes  []Affected `json:"changes"`
}

// Encode writes the canonical bytes: the same content is the same bytes.
func (c Content) Encode() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(c); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// Decode reads what Encode wrote.
func Decode(data []byte) (Content, error) {
	var c Content
	err := json.Unmarshal(data, &c)
	return c, err
}
