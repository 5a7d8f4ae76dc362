package calendar

import "time"

// DayInfo says whether a day is worked, and why.
type DayInfo struct {
	Date        Date   `json:"date"`
	Working     bool   `json:"working"`
	Reason      string `json:"reason"`               // in Chinese, such as "国庆节放假", "调休上班", "周末", "工作日"
	Holiday     string `json:"holiday,omitempty"`    // also that of a make-up day
	NoticeID    string `json:"notice_id,omitempty"`  // the notice with the last word on the day
	NoticeURL   string `json:"notice_url,omitempty"` // where to read it
	Provisional bool   `json:"provisional"`          // the year has no notice yet
}

// YearInfo is a year day by day.
type YearInfo struct {
	Year        int       `json:"year"`
	Provisional bool      `json:"provisional"`
	WorkingDays int       `json:"working_days"`
	Notices     []Notice  `json:"notices"` // those for the year or with a day in it, in order of effect
	Days        []DayInfo `json:"days"`
}

// Explain says whether a day is worked, and cites the notice that decided it.
func (c *Calendar) Explain(d Date) DayInfo {
	info := DayInfo{Date: d, Working: c.IsWorkingDay(d), Provisional: !c.covered[d.Year]}
	r, ruled := c.rules[d]
	if ruled {
		n := c.notices[r.notice]
		info.Holiday, info.NoticeID, info.NoticeURL = r.Holiday, n.ID, n.URL
	}
	info.Reason = reason(ruled, info)
	return info
}

func reason(ruled bool, info DayInfo) string {
	switch plain := plainlyWorked(info.Date); {
	case ruled && !info.Working:
		return info.Holiday + "放假"
	case info.Working && !plain:
		return "调休上班"
	case info.Working:
		return "工作日"
	default:
		return "周末"
	}
}

// Year explains every day of a year and counts its working days.
func (c *Calendar) Year(year int) YearInfo {
	info := YearInfo{Year: year, Provisional: !c.covered[year], Notices: []Notice{}}
	for _, n := range clone(c.notices) {
		if n.concerns(year) {
			info.Notices = append(info.Notices, n)
		}
	}
	for d := (Date{Year: year, Month: time.January, Day: 1}); d.Year == year; d = d.AddDays(1) {
		day := c.Explain(d)
		if day.Working {
			info.WorkingDays++
		}
		info.Days = append(info.Days, day)
	}
	return info
}

func (n Notice) concerns(year int) bool {
	if n.Year == year {
		return true
	}
	for _, day := range n.Days {
		if day.Date.Year == year {
			return true
		}
	}
	return false
}
