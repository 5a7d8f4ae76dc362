package calendar

import (
	"fmt"
	"net/url"
	"slices"
	"time"

	"luodi/internal/fault"
)

// Kind is what a notice makes of a day.
type Kind string

// The two kinds of day a notice names.
const (
	Off  Kind = "off"  // 放假
	Work Kind = "work" // 上班, as a rule a make-up day (调休) on a weekend
)

// DayRule is what a notice says about one day.
type DayRule struct {
	Date    Date   `json:"date"`
	Kind    Kind   `json:"kind"`
	Holiday string `json:"holiday"` // the holiday it belongs to, such as "国庆节"
}

// Notice is a notice of the General Office of the State Council (国务院办公厅) on
// the holidays of one year, or one that amends it.
type Notice struct {
	ID     string    `json:"id"` // 发文字号, such as "国办发明电〔2019〕16号"
	Year   int       `json:"year"`
	Title  string    `json:"title"`
	URL    string    `json:"url"`    // where it was published; may be empty
	Issued Date      `json:"issued"` // day of publication, from which everybody could know it
	Days   []DayRule `json:"days"`
}

// Validate reports everything wrong with the notice as one fault.Invalid, code
// invalid_notice, whose details point into it, such as "/days/3/date".
//
// A notice for a year may reach into the weeks around it (New Year's holiday:
// the notice for 2019 sets 2018-12-29), so days from 15 December before to
// 15 January after are accepted. A rule that repeats what the plain week says
// is accepted too: notices name the weekends inside a holiday, and the one of
// 2020-01-27 says that Monday 3 February is worked.
func (n Notice) Validate() error {
	bad := fault.Newf(fault.Invalid, "invalid_notice", "节假日通知“%s”有误", n.ID)
	bad = n.checkHead(bad)
	bad = n.checkDays(bad)
	if len(bad.Details) > 0 {
		return bad
	}
	return nil
}

func (n Notice) checkHead(bad *fault.Error) *fault.Error {
	if n.ID == "" {
		bad = bad.With("/id", "required", "请填写发文字号")
	}
	if n.Year < 1950 || n.Year > 9998 {
		bad = bad.With("/year", "out_of_range", "年份无效")
	}
	if n.Title == "" {
		bad = bad.With("/title", "required", "请填写通知标题")
	}
	if !isWebAddress(n.URL) {
		bad = bad.With("/url", "invalid_url", "网址应以 http:// 或 https:// 开头")
	}
	if !n.Issued.Valid() {
		bad = bad.With("/issued", "invalid_date", "请填写有效的发布日期")
	}
	return bad
}

// isWebAddress accepts nothing, or what may safely be shown as a link.
func isWebAddress(s string) bool {
	if s == "" {
		return true
	}
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

func (n Notice) checkDays(bad *fault.Error) *fault.Error {
	if len(n.Days) == 0 {
		bad = bad.With("/days", "required", "通知至少应列出一天")
	}
	first := Date{Year: n.Year - 1, Month: time.December, Day: 15}
	last := Date{Year: n.Year + 1, Month: time.January, Day: 15}
	seen := map[Date]bool{}
	for i, day := range n.Days {
		at := fmt.Sprintf("/days/%d", i)
		switch {
		case !day.Date.Valid():
			bad = bad.With(at+"/date", "invalid_date", "日期无效")
		case day.Date.Before(first) || day.Date.After(last):
			bad = bad.With(at+"/date", "wrong_year", fmt.Sprintf("%s不属于%d年的安排(%s至%s)", day.Date, n.Year, first, last))
		case seen[day.Date]:
			bad = bad.With(at+"/date", "duplicate", fmt.Sprintf("%s重复", day.Date))
		}
		seen[day.Date] = true
		if day.Kind != Off && day.Kind != Work {
			bad = bad.With(at+"/kind", "unknown_kind", "类别应为 off(放假)或 work(上班)")
		}
		if day.Holiday == "" {
			bad = bad.With(at+"/holiday", "required", "请填写节日名称")
		}
	}
	return bad
}

// clone copies notices deeply: a Calendar shares no memory with its callers.
func clone(notices []Notice) []Notice {
	out := slices.Clone(notices)
	for i := range out {
		out[i].Days = slices.Clone(out[i].Days)
	}
	return out
}
